//! Workflows: triggers and permissions in one form, and their jobs.

use smol_str::SmolStr;

use super::{Around, found, job, resource};
use crate::kind::Resource;
use crate::kind::shared::{Field, map_of};
use crate::syntax::tree::{Map, Node, Place, Value};

/// A workflow file, its jobs and all that is in them.
pub(super) fn lower(tree: &Node, stem: &str, source: &str, resources: &mut Vec<Resource>) {
    let header = tree.get("name").map_or_else(|| first_key(tree), |name| name.place);
    let triggers = tree.get("on").map(triggers);
    let permissions = permissions(tree, header);
    let address = SmolStr::from(stem);
    let jobs = tree.get("jobs").map(Node::entries).unwrap_or_default();
    let place_of_name = Node::text(stem, header);
    let around = Around {
        source,
        owner: address.clone(),
        foreign_inputs: triggers.as_ref().is_some_and(|triggers| triggers.get("workflow_call").is_some()),
        workflow: Some(place_of_name),
        triggers: triggers.clone(),
        permissions: Some(permissions.value.clone()),
        env: [tree.get("env"), None, None],
        ..Around::default()
    };
    let fields = [
        ("name", Field::of(tree, "name")),
        ("triggers", triggers.map(|node| Field { key: key_place(tree, "on").unwrap_or(node.place), value: node })),
        ("permissions", Some(permissions)),
        ("env", Field::of(tree, "env")),
        ("concurrency", Field::of(tree, "concurrency")),
        ("defaults", Field::of(tree, "defaults")),
        ("jobs", Some(Field::new(Node::new(Value::Number(jobs.len() as f64), header)))),
    ];
    resources.push(resource("github-actions/workflow", address, None, map_of(tree.place, fields), header));
    if let Some(env) = tree.get("env") {
        found::expressions(env, "env", &around, resources);
    }
    for entry in jobs {
        job::lower(entry, &around, resources);
    }
}

fn first_key(tree: &Node) -> Place {
    tree.entries().first().map_or(tree.place, |entry| entry.key_place)
}

fn key_place(map: &Node, key: &str) -> Option<Place> {
    map.as_map().and_then(|map| map.entry(key)).map(|entry| entry.key_place)
}

/// `push`, `[push, pull_request]` and the map as a map. An event without settings is an empty map.
fn triggers(written: &Node) -> Node {
    let mut map = Map::default();
    let bare = |node: &Node| Node::map(Map::default(), node.place);
    for event in std::iter::once(written).chain(written.items()) {
        if let Some(name) = event.as_str() {
            map.push(name, event.place, bare(event));
        }
    }
    for entry in written.entries() {
        let value =
            if entry.value.is_null() { Node::map(Map::default(), entry.key_place) } else { entry.value.clone() };
        map.push(entry.key.clone(), entry.key_place, value);
    }
    Node::map(map, written.place)
}

/// The permissions that a workflow or job writes, in one form.
pub(super) fn permissions(holder: &Node, missing: Place) -> Field {
    let entry = holder.as_map().and_then(|map| map.entry("permissions"));
    let key = entry.map_or(missing, |entry| entry.key_place);
    let node = entry.map(|entry| &entry.value);
    let place = node.map_or(missing, |node| node.place);
    let (set, scopes) = match node {
        None => ("absent", None),
        Some(node) if node.entries().is_empty() => match node.as_str() {
            Some("write-all") => ("write-all", None),
            Some("read-all") => ("read-all", None),
            _ => ("none", None),
        },
        Some(node) => ("listed", Some(Field { key, value: node.clone() })),
    };
    let fields = [("set", Some(Field { key, value: Node::text(set, place) })), ("scopes", scopes)];
    Field { key, value: map_of(place, fields) }
}
