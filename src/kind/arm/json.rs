//! JSON templates as what they have in common with Bicep.

use smol_str::{SmolStr, format_smolstr};

use super::expression;
use crate::syntax::bicep::{
    Deployment, Expression, INDEX, Kind, Loop, Parameter, Property, Resource, Template, Variable,
};
use crate::syntax::tree::{Entry, Node, Span, Value};

/// Templates within templates that are followed.
const MAX_DEPLOYMENTS: usize = 4;

/// The address of the schema of templates, and of nothing else.
const SCHEMAS: [&str; 4] = [
    "/deploymentTemplate.json",
    "/subscriptionDeploymentTemplate.json",
    "/managementGroupDeploymentTemplate.json",
    "/tenantDeploymentTemplate.json",
];

/// Whether a tree is a template.
pub(super) fn is_template(root: &Node) -> bool {
    let Some(resources) = root.get("resources") else { return false };
    let says_so = SCHEMAS.iter().any(|name| has_schema(root, name));
    let looks_so = || root.get("contentVersion").is_some() && root.get("$schema").is_none();
    (says_so || looks_so()) && (resources.as_list().is_some() || resources.as_map().is_some())
}

/// The address of the schema of values for a template.
const VALUES: &str = "/deploymentParameters.json";

/// Whether a tree holds values for the parameters of a template.
pub(super) fn is_values(root: &Node) -> bool {
    has_schema(root, VALUES) && root.get("parameters").is_some_and(|node| node.as_map().is_some())
}

/// The values of a tree that holds some; a secret that is only named is not known.
pub(super) fn values(root: &Node) -> Vec<(SmolStr, Node)> {
    let given = |entry: &Entry| match entry.value.get("value") {
        Some(value) => value.clone(),
        None => Node::unknown(format_smolstr!("parameter {}", entry.key), entry.value.place),
    };
    let entries = root.get("parameters").map_or(&[][..], Node::entries);
    entries.iter().map(|entry| (entry.key.clone(), given(entry))).collect()
}

fn has_schema(root: &Node, name: &str) -> bool {
    let schema = root.get("$schema").and_then(Node::as_str).unwrap_or_default().trim_end_matches('#');
    let end = schema.len().checked_sub(name.len()).and_then(|start| schema.get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(name))
}

/// The sections of a template.
pub(super) fn template(root: &Node) -> Template {
    read(root, MAX_DEPLOYMENTS)
}

fn read(root: &Node, deployments: usize) -> Template {
    let section = |name: &str| root.get(name).map_or(&[][..], Node::entries);
    let parameters = section("parameters").iter().map(|entry| Parameter {
        name: entry.key.clone(),
        span: span(entry.key_place),
        default: entry.value.get("defaultValue").map(value),
    });
    let mut variables = Vec::new();
    for entry in section("variables") {
        if entry.key == "copy" && entry.value.as_list().is_some() {
            let copies = entry.value.items().iter().filter_map(copied);
            variables.extend(copies.map(|(name, _, value)| Variable { name, value }));
        } else {
            variables.push(Variable { name: entry.key.clone(), value: value(&entry.value) });
        }
    }
    Template {
        parameters: parameters.collect(),
        variables,
        resources: root.get("resources").map(|node| resources(node, deployments)).unwrap_or_default(),
        ..Template::default()
    }
}

/// A list of resources or, in newer templates, a map of them by symbolic name.
fn resources(node: &Node, deployments: usize) -> Vec<Resource> {
    let named = node.entries().iter().filter_map(|entry| resource(&entry.value, Some(entry), deployments));
    let listed = node.items().iter().filter_map(|item| resource(item, None, deployments));
    named.chain(listed).collect()
}

fn resource(node: &Node, symbol: Option<&Entry>, deployments: usize) -> Option<Resource> {
    let kind = node.get("type").filter(|kind| kind.as_str().is_some_and(|text| !text.is_empty()))?;
    let name = node.get("name");
    let is_deployment = kind.as_str().is_some_and(|text| text.eq_ignore_ascii_case("Microsoft.Resources/deployments"));
    let mut body = Vec::new();
    for entry in node.entries() {
        match entry.key.as_str() {
            "resources" | "copy" | "condition" | "type" | "apiVersion" | "existing" => {}
            "properties" if is_deployment => {}
            _ => body.push(property(entry)),
        }
    }
    Some(Resource {
        symbol: symbol.map(|entry| entry.key.clone()),
        kind: kind.as_str().unwrap_or_default().trim_end_matches('/').into(),
        version: node.get("apiVersion").and_then(Node::as_str).unwrap_or_default().into(),
        kind_span: span(kind.place),
        existing: node.get("existing").and_then(Node::as_bool) == Some(true),
        condition: node.get("condition").map(value),
        repeated: node.get("copy").and_then(repeated),
        body,
        children: node.get("resources").map(|node| resources(node, deployments)).unwrap_or_default(),
        deployment: node.get("properties").filter(|_| is_deployment).and_then(|node| deployment(node, deployments)),
        header: span(name.unwrap_or(kind).place),
        extent: span(node.place),
    })
}

fn deployment(properties: &Node, deployments: usize) -> Option<Box<Deployment>> {
    let inner = properties.get("template").filter(|_| deployments > 0)?;
    let scope = properties.get("expressionEvaluationOptions").and_then(|options| options.get("scope")?.as_str());
    let given = properties.get("parameters").map_or(&[][..], Node::entries);
    let given = given.iter().filter_map(|entry| Some((entry.key.clone(), value(entry.value.get("value")?))));
    Some(Box::new(Deployment {
        template: read(inner, deployments - 1),
        is_inner: scope.is_some_and(|scope| scope.eq_ignore_ascii_case("inner")),
        parameters: given.collect(),
    }))
}

/// `copy` of a resource.
fn repeated(node: &Node) -> Option<Loop> {
    let name = node.get("name").and_then(Node::as_str)?;
    Some(Loop {
        item: format_smolstr!("{INDEX}{name}"),
        index: Some(SmolStr::new_static(INDEX)),
        over: value(node.get("count")?),
        condition: None,
    })
}

/// An item of `copy` in a map: a property with an element for each round.
fn copied(item: &Node) -> Option<(SmolStr, Span, Expression)> {
    let name = item.get("name")?;
    let text = name.as_str()?;
    let index = format_smolstr!("{INDEX}{text}");
    let repeated = Loop { item: index, index: None, over: value(item.get("count")?), condition: None };
    let body = value(item.get("input")?);
    let kind = Kind::For(Box::new(repeated), Box::new(body));
    Some((text.into(), span(name.place), Expression::new(kind, span(item.place))))
}

fn property(entry: &Entry) -> Property {
    Property { key: Expression::text(entry.key.clone(), span(entry.key_place)), value: value(&entry.value) }
}

/// A value; texts in brackets are expressions.
fn value(node: &Node) -> Expression {
    let span = span(node.place);
    let kind = match &node.value {
        Value::Text(text) => return expression::of_text(text, span),
        Value::List(list) => Kind::List(list.items.iter().map(value).collect()),
        Value::Map(map) => {
            let mut properties = Vec::with_capacity(map.entries.len());
            for entry in &map.entries {
                if entry.key == "copy" && entry.value.items().iter().any(|item| copied(item).is_some()) {
                    properties.extend(
                        entry
                            .value
                            .items()
                            .iter()
                            .filter_map(copied)
                            .map(|(name, span, value)| Property { key: Expression::text(name, span), value }),
                    );
                } else {
                    properties.push(property(entry));
                }
            }
            Kind::Map(properties)
        }
        other => Kind::Value(other.clone()),
    };
    Expression::new(kind, span)
}

fn span(place: crate::syntax::tree::Place) -> Span {
    place.as_span().unwrap_or_default()
}
