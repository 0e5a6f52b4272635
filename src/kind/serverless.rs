//! Serverless Framework: `serverless.yml`.
//!
//! | target | address | what |
//! |---|---|---|
//! | `serverless/service` | `service` | the file: `service`, `provider`, `plugins` as written |
//! | `serverless/function` | `function.NAME` | a function as written, with its `name` in the file as `key` |
//! | `iam-statement` | `service/provider.iam[0]`, `function.NAME/iamRoleStatements[0]` | each statement of the roles: see [`super::shared::iam_statement`] |
//! | `cloudformation/TYPE` … | as in a template | what stands in `resources` in place: see [`super::cloudformation`] |
//!
//! A value with `${…}` is unknown. Files that it names are judged by themselves.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::shared::iam_statement::{self, PolicyKind, Statement};
use super::shared::{self, Field, map_of};
use super::{Group, Kind, ParsedFile, Resource, Unit, View, by_file, cloudformation};
use crate::syntax::tree::{Entry, List, Map, Node, Place, Value};

/// Services of the Serverless Framework.
pub struct Serverless;

impl Kind for Serverless {
    fn name(&self) -> &'static str {
        "serverless"
    }

    fn claims(&self, file: &ParsedFile, _view: &View<'_>) -> bool {
        let is_named_so = matches!(file.name(), "serverless.yml" | "serverless.yaml" | "serverless.json");
        let is_service = |tree: &Node| tree.get("service").is_some() && tree.get("provider").is_some();
        is_named_so && file.trees().first().is_some_and(is_service)
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        by_file(files)
    }

    fn build(&self, group: &Group<'_>, _view: &View<'_>) -> Unit {
        let mut unit = Unit { kind: self.name(), name: group.name.clone(), ..Unit::default() };
        for (file, tree) in group.files.iter().filter_map(|file| Some((file, file.trees().first()?))) {
            let root = known(tree);
            let service = service(&root);
            let statements = of_provider(&root, &service);
            unit.resources.push(service);
            unit.resources.extend(statements);
            for entry in root.get("functions").map_or(&[][..], Node::entries) {
                let function = function(entry);
                let statements = list(entry.value.get("iamRoleStatements"), "iamRoleStatements", &function);
                unit.resources.push(function);
                unit.resources.extend(statements);
            }
            cloudformation::lower_within(root.get("resources"), &file.text, &mut unit);
        }
        unit
    }
}

fn service(root: &Node) -> Resource {
    let entry = root.as_map().and_then(|map| map.entry("service"));
    let header = entry.map_or(root.place, |entry| entry.key_place);
    let fields = ["service", "provider", "plugins"].map(|key| (key, Field::of(root, key)));
    let mut resource = shared::resource("serverless/service", "service".into(), map_of(root.place, fields), header);
    resource.extent = header;
    resource
}

fn function(entry: &Entry) -> Resource {
    let mut map = entry.value.as_map().cloned().unwrap_or_default();
    map.push("key", entry.key_place, Node::text(entry.key.clone(), entry.key_place));
    let tree = Node::map(map, entry.value.place);
    shared::resource("serverless/function", format_smolstr!("function.{}", entry.key), tree, entry.key_place)
}

/// The statements of the role of all functions, in the older or the newer place.
fn of_provider(root: &Node, owner: &Resource) -> Vec<Resource> {
    let provider = root.get("provider");
    let newer = provider.and_then(|provider| provider.get("iam")?.get("role")?.get("statements"));
    list(newer.or_else(|| provider?.get("iamRoleStatements")), "provider.iam", owner)
}

fn list(node: Option<&Node>, part: &str, owner: &Resource) -> Vec<Resource> {
    let Some(node) = node else { return Vec::new() };
    let one = |statement: Statement, index: &str, place: Place| {
        iam_statement::resource(statement, PolicyKind::Identity, &format!("{part}[{index}]"), owner, place)
    };
    let items = node.items().iter().enumerate();
    let mut found: Vec<Resource> =
        items.map(|(index, item)| one(Statement::of_json(item), &index.to_string(), item.place)).collect();
    let open = match &node.value {
        Value::List(list) => list.open.as_ref(),
        Value::Unknown(unknown) => Some(unknown),
        _ => None,
    };
    found.extend(open.map(|unknown| one(Statement::unknown(unknown, node.place), "…", node.place)));
    found
}

/// The same with unknowns where something is filled in.
fn known(node: &Node) -> Node {
    let value = match &node.value {
        Value::Text(text) if text.contains("${") => return Node::unknown(SmolStr::new(text), node.place),
        Value::List(list) => {
            Value::List(Arc::new(List { items: list.items.iter().map(known).collect(), open: list.open.clone() }))
        }
        // What CloudFormation fills in it knows better.
        Value::Map(map) if map.entries.iter().any(|entry| entry.key == "Fn::Sub") => Value::Map(map.clone()),
        Value::Map(map) => {
            let entries = map.entries.iter().map(|entry| Entry { value: known(&entry.value), ..entry.clone() });
            Value::Map(Arc::new(Map { entries: entries.collect(), open: map.open.clone() }))
        }
        other => other.clone(),
    };
    Node { value, ..node.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tree::FileId;
    use crate::syntax::yaml;

    #[test]
    fn statements_functions_and_resources_are_lowered() {
        let text = "service: pens\nprovider:\n  name: aws\n  iam: { role: { statements: [{ Effect: Allow, Action: '*', Resource: '*' }] } }\nfunctions:\n  list:\n    handler: a.b\n    iamRoleStatements:\n      - { Effect: Allow, Action: ['s3:Get*'], Resource: '${self:custom.bucket}' }\nresources:\n  Resources:\n    Store: { Type: 'AWS::S3::Bucket', Properties: { AccessControl: PublicRead } }\n";
        let content = yaml::parse(text, FileId(0)).content;
        let file = ParsedFile { id: FileId(0), path: "serverless.yml".into(), text: text.into(), content };
        let view = View::new(&[], &[], &[], jiff::civil::date(2026, 1, 15));
        assert!(Serverless.claims(&file, &view));
        let unit = Serverless.build(&Serverless.groups(&[&file]).remove(0), &view);
        let found: Vec<(&str, &str)> =
            unit.resources.iter().map(|each| (each.target.as_str(), each.address.as_str())).collect();
        let expected = [
            ("serverless/service", "service"),
            ("iam-statement", "service/provider.iam[0]"),
            ("serverless/function", "function.list"),
            ("iam-statement", "function.list/iamRoleStatements[0]"),
            ("cloudformation/AWS::S3::Bucket", "AWS::S3::Bucket.Store"),
        ];
        assert_eq!(found.get(..5), Some(&expected[..]));
        assert!(matches!(
            unit.resources[3].tree.get("resources").unwrap().items(),
            [] | [Node { value: Value::Unknown(_), .. }]
        ));
    }
}
