//! A resource of a template as rules see it.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::evaluate::Evaluator;
use super::serverless::Globals;
use super::template::resource_type;
use crate::kind::Resource;
use crate::kind::shared::refers::referring;
use crate::syntax::tree::{Entry, Map, Node, Place, Value};

/// The resource of an entry of `Resources`; none where it has no type or its condition does not hold.
pub(super) fn resource(evaluator: &Evaluator<'_>, globals: &Globals, entry: &Entry) -> Option<Resource> {
    let kind = resource_type(&entry.value)?;
    let condition = entry.value.get("Condition").and_then(Node::as_str);
    if condition.is_some_and(|name| evaluator.condition(name, 0) == Ok(false)) {
        return None;
    }
    let mut map = Map::default();
    for part in entry.value.entries() {
        let value = match part.key.as_str() {
            "Type" | "Condition" => part.value.clone(),
            "DependsOn" => depends_on(evaluator, &part.value),
            _ => evaluator.value(&part.value, 0),
        };
        // What is missing in the properties is missing in the resource: its name is what a reader looks for.
        let key_place = if part.key == "Properties" { entry.key_place } else { part.key_place };
        map.push(part.key.clone(), key_place, value);
    }
    globals.fill(kind, entry.key_place, &mut map);
    let names = names(kind, map.get("Properties"));
    Some(Resource {
        target: format_smolstr!("cloudformation/{kind}"),
        address: evaluator.address(kind, &entry.key),
        names,
        tree: Node::map(map, entry.value.place),
        header: entry.key_place,
        extent: extent(entry),
        owner: None,
        call_chain: evaluator.caller.chain.clone(),
        converts_scalars: true,
    })
}

/// From the logical id to the end of what stands under it.
fn extent(entry: &Entry) -> Place {
    match (entry.key_place.as_span(), entry.value.place.as_span()) {
        // What an alias stands for is written elsewhere.
        (Some(key), Some(value)) if key.start <= value.start => Place::span(entry.key_place.file, key.cover(value)),
        _ => entry.value.place,
    }
}

/// Logical ids as a list of references.
fn depends_on(evaluator: &Evaluator<'_>, node: &Node) -> Node {
    let reference = |node: &Node| match node.as_str() {
        Some(name) => {
            let kind = evaluator.template.type_of(name);
            referring(node.clone(), kind.map(|kind| vec![evaluator.address(kind, name)]).unwrap_or_default())
        }
        None => node.clone(),
    };
    match &node.value {
        Value::List(list) => Node::list(list.items.iter().map(reference).collect(), node.place),
        _ => Node::list(vec![reference(node)], node.place),
    }
}

/// The names that a resource gives itself: `BucketName`, `DBInstanceIdentifier`, `Name`.
fn names(kind: &str, properties: Option<&Node>) -> Vec<SmolStr> {
    let noun = kind.rsplit("::").next().unwrap_or(kind);
    let is_name = |key: &str| {
        key == "Name" || key.strip_prefix(noun).is_some_and(|rest| matches!(rest, "Name" | "Identifier" | "Id"))
            // A `DBCluster` is a `ClusterIdentifier` in some services, a `Role` of IAM never is.
            || (key.ends_with("Identifier") && noun.contains(key.trim_end_matches("Identifier")))
    };
    let entries = properties.map_or(&[][..], Node::entries);
    entries
        .iter()
        .filter(|entry| is_name(&entry.key))
        .filter_map(|entry| entry.value.as_str())
        .map(SmolStr::from)
        .collect()
}

/// The template itself as a resource: what is said about all of it.
pub(super) fn template(evaluator: &Evaluator<'_>) -> Resource {
    let root = evaluator.template.root;
    let header = root.as_map().and_then(|map| map.entry(super::template::VERSION).or_else(|| map.entry("Resources")));
    let header = header.map_or(root.place, |entry| entry.key_place);
    let mut map = Map::default();
    for entry in root.entries() {
        let value = match entry.key.as_str() {
            "Parameters" => named_list(&entry.value, &Node::clone),
            "Outputs" => named_list(&entry.value, &|node| evaluator.value(node, 0)),
            "Description" | "Transform" | "Metadata" => entry.value.clone(),
            _ => continue,
        };
        map.push(entry.key.to_lowercase(), entry.key_place, value);
    }
    map.push("resources", header, counts(evaluator, header));
    Resource {
        target: SmolStr::new_static("cloudformation/template"),
        address: format_smolstr!("{}template", evaluator.caller.prefix),
        names: Vec::new(),
        tree: Node::map(map, root.place),
        header,
        extent: header,
        owner: None,
        call_chain: evaluator.caller.chain.clone(),
        converts_scalars: true,
    }
}

/// The entries of a section as a list of maps, each with its `name`.
fn named_list(section: &Node, value: &dyn Fn(&Node) -> Node) -> Node {
    let item = |entry: &Entry| {
        let node = value(&entry.value);
        let mut map = Map { entries: node.entries().to_vec(), open: None };
        map.push("name", entry.key_place, Node::text(entry.key.clone(), entry.key_place));
        Node::new(Value::Map(Arc::new(map)), entry.key_place)
    };
    Node::list(section.entries().iter().map(item).collect(), section.place)
}

/// How many resources of each type are written, by type.
fn counts(evaluator: &Evaluator<'_>, place: Place) -> Node {
    let mut counts = std::collections::BTreeMap::new();
    for kind in evaluator.template.resources.iter().filter_map(|entry| resource_type(&entry.value)) {
        *counts.entry(kind).or_insert(0.0) += 1.0;
    }
    let mut map = Map::default();
    for (kind, count) in counts {
        map.push(kind, place, Node::new(Value::Number(count), place));
    }
    Node::map(map, place)
}
