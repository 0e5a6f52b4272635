//! Docker Compose: `compose.yaml`, `docker-compose.yml` and the files that belong to them.
//!
//! | target | address | what |
//! |---|---|---|
//! | `compose/project` | `project` | the file: `services` (names), `networks`, `secrets`, `volumes` as written |
//! | `compose/service` | `service.NAME` | the service as written, its values filled in, with its `name`, and `published`: a list of `address`, `host_port`, `container_port` |
//! | `pod`, `container` | `service.NAME/pod`, `service.NAME/NAME` | the same as a workload of one container: see [`super::shared::pod`] and [`super::shared::container`] |
//!
//! - `${NAME:-default}` is its default, `${NAME}` is unknown. `extends` within the file is followed.
//! - A file is a unit. One whose services are also in the base file of its folder (`compose.prod.yaml` beside
//!   `compose.yaml`) is used together with it: what it does not say is unknown.
//! - Docker's own filter of system calls is in effect unless it is switched off; the user of an image that sets none here
//!   is unknown; published ports are what Compose is for and no `host_port` of a container.

mod container;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::shared::variables::filled;
use super::shared::{self, Field, map_of};
use super::{Group, Kind, ParsedFile, Resource, Unit, View, by_file};
use crate::syntax::tree::{Entry, Map, Node, Place, Unknown, Value};

/// Services that one extends after another.
const MAX_EXTENDS: usize = 8;

/// Compose files.
pub struct Compose;

impl Kind for Compose {
    fn name(&self) -> &'static str {
        "compose"
    }

    fn claims(&self, file: &ParsedFile, _view: &View<'_>) -> bool {
        is_named_so(file.name()) && file.trees().first().is_some_and(is_compose)
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        by_file(files)
    }

    fn build(&self, group: &Group<'_>, view: &View<'_>) -> Unit {
        let mut unit = Unit { kind: self.name(), name: group.name.clone(), ..Unit::default() };
        for file in &group.files {
            let Some(root) = file.trees().first() else { continue };
            let base = base_of(file, view);
            unit.resources.push(project(root));
            for entry in services(root) {
                let is_part = base.is_some_and(|base| base.get(&entry.key).is_some());
                unit.resources.extend(service(root, entry, is_part, &file.text));
            }
        }
        unit
    }
}

/// `compose.yaml`, `docker-compose.yml`, `docker-compose.prod.yml`, `web.compose.yaml`.
fn is_named_so(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")) else { return false };
    let starts = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
    };
    starts("compose") || starts("docker-compose") || stem.ends_with(".compose") || stem.ends_with("-compose")
}

fn is_compose(root: &Node) -> bool {
    let is_manifest = root.get("apiVersion").is_some() && root.get("kind").is_some();
    let services = root.get("services").and_then(Node::as_map);
    !is_manifest && services.is_some_and(|map| map.entries.iter().any(|entry| entry.value.as_map().is_some()))
}

fn services(root: &Node) -> impl Iterator<Item = &Entry> {
    let entries = root.get("services").map_or(&[][..], Node::entries).iter();
    entries.filter(|entry| entry.value.as_map().is_some() && !entry.key.starts_with("x-"))
}

/// The services of the file that this one is used together with.
fn base_of<'v>(file: &ParsedFile, view: &View<'v>) -> Option<&'v Node> {
    const BASES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
    if BASES.contains(&file.name()) {
        return None;
    }
    let folder = file.folder();
    let path = |name: &str| if folder == "." { name.to_owned() } else { format!("{folder}/{name}") };
    let base = BASES.iter().find_map(|name| view.file(&path(name)))?;
    base.trees().first()?.get("services")
}

fn project(root: &Node) -> Resource {
    let header = root.as_map().and_then(|map| map.entry("services")).map_or(root.place, |entry| entry.key_place);
    let names = services(root).map(|entry| Node::text(entry.key.clone(), entry.key_place)).collect();
    let fields = [
        ("services", Some(Field::new(Node::list(names, header)))),
        ("networks", Field::of(root, "networks")),
        ("secrets", Field::of(root, "secrets")),
        ("volumes", Field::of(root, "volumes")),
    ];
    let mut resource = shared::resource("compose/project", "project".into(), map_of(root.place, fields), header);
    resource.extent = header;
    resource
}

fn service(root: &Node, entry: &Entry, is_part: bool, source: &str) -> Vec<Resource> {
    let mut tree = filled(&extended(root, &entry.value, 0));
    if is_part {
        tree = opened(tree, "the other Compose files of the folder");
    }
    let address = format_smolstr!("service.{}", entry.key);
    let around = container::Around { name: &entry.key, header: entry.key_place, owner: &address, source };
    let (pod, container, published) = container::lower(&tree, &around);
    let mut map = tree.as_map().cloned().unwrap_or_default();
    map.push("name", entry.key_place, Node::text(entry.key.clone(), entry.key_place));
    map.push("published", published.key, published.value);
    let mut own = shared::resource("compose/service", address, Node::map(map, tree.place), entry.key_place);
    own.extent = extent(entry);
    vec![own, pod, container]
}

fn extent(entry: &Entry) -> Place {
    match (entry.key_place.as_span(), entry.value.place.as_span()) {
        (Some(key), Some(value)) if key.start <= value.start => Place::span(entry.key_place.file, key.cover(value)),
        _ => entry.value.place,
    }
}

/// A service with what it takes over from the one that it extends.
fn extended(root: &Node, node: &Node, depth: usize) -> Node {
    let Some(extends) = node.get("extends") else { return node.clone() };
    let name = extends.as_str().or_else(|| extends.get("service")?.as_str());
    let other = root.get("services").zip(name).and_then(|(services, name)| services.get(name));
    match other.filter(|_| extends.get("file").is_none() && depth < MAX_EXTENDS) {
        Some(other) => merged(&extended(root, other, depth + 1), node),
        None => opened(node.clone(), "the service that it extends"),
    }
}

/// The maps in one another; where both say something the second counts, of lists both.
fn merged(first: &Node, second: &Node) -> Node {
    match (&first.value, &second.value) {
        (Value::Map(one), Value::Map(other)) => {
            let mut map = Map { entries: Vec::new(), open: one.open.clone().or_else(|| other.open.clone()) };
            for entry in &one.entries {
                let value = match other.get(&entry.key) {
                    Some(value) => merged(&entry.value, value),
                    None => entry.value.clone(),
                };
                map.push(entry.key.clone(), entry.key_place, value);
            }
            let new = other.entries.iter().filter(|entry| one.get(&entry.key).is_none()).cloned();
            map.entries.extend(new);
            Node::map(map, second.place)
        }
        (Value::List(one), Value::List(other)) => {
            Node::list(one.items.iter().chain(&other.items).cloned().collect(), second.place)
        }
        _ => second.clone(),
    }
}

/// The same map, to which something else may add.
fn opened(node: Node, depends_on: &'static str) -> Node {
    let Value::Map(map) = &node.value else { return node };
    let unknown = Arc::new(Unknown::new(SmolStr::new_static(depends_on)));
    let map = Map { entries: map.entries.clone(), open: Some(unknown) };
    Node { value: Value::Map(Arc::new(map)), ..node }
}
