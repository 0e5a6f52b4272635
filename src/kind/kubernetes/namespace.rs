//! `kubernetes/namespace`: each namespace that a unit declares or uses, for rules about what a namespace lacks.
//!
//! | field | |
//! |---|---|
//! | `name` | its name |
//! | `declared` | whether the unit holds its `Namespace` manifest |
//! | `written` | whether any manifest names it (not so for a `default` that nobody wrote) |
//! | `labels` | of its manifest |
//! | `workloads` | how many manifests of the unit run pods in it |
//! | `kinds` | what the unit holds of it |

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use super::{manifest::Manifest, pod, unit_resource};
use crate::kind::Resource;
use crate::syntax::tree::{Map, Node, Place, Value};

#[derive(Default)]
struct Namespace {
    declared: Option<Place>,
    written: Option<Place>,
    implied: Option<Place>,
    labels: Option<Node>,
    workloads: usize,
    kinds: BTreeMap<SmolStr, Place>,
}

/// The namespaces of the manifests, in the order of their names.
pub(super) fn resources(manifests: &[Manifest<'_>]) -> Vec<Resource> {
    let mut namespaces: BTreeMap<SmolStr, Namespace> = BTreeMap::new();
    for manifest in manifests {
        if manifest.kind == "Namespace" {
            let namespace = namespaces.entry(manifest.name.clone()).or_default();
            namespace.declared.get_or_insert(manifest.header());
            namespace.labels = manifest.node.get("metadata").and_then(|metadata| metadata.get("labels")).cloned();
        } else if let (Some(name), Some(node)) = (manifest.namespace_name(), &manifest.namespace) {
            let namespace = namespaces.entry(name).or_default();
            let seen = if manifest.namespace_written { &mut namespace.written } else { &mut namespace.implied };
            seen.get_or_insert(node.place);
            namespace.workloads += usize::from(pod::template(manifest).is_some());
            namespace.kinds.entry(manifest.kind.clone()).or_insert(manifest.header());
        }
    }
    namespaces.into_iter().map(|(name, namespace)| namespace.resource(&name)).collect()
}

impl Namespace {
    fn resource(self, name: &SmolStr) -> Resource {
        let place = self.declared.or(self.written).or(self.implied).unwrap_or(Place::NOWHERE);
        let bool_node = |value: bool| Node::new(Value::Bool(value), place);
        let mut map = Map::default();
        map.push("name", place, Node::text(name.clone(), place));
        map.push("declared", place, bool_node(self.declared.is_some()));
        map.push("written", place, bool_node(self.declared.is_some() || self.written.is_some()));
        if let Some(labels) = self.labels {
            map.push("labels", labels.place, labels);
        }
        map.push("workloads", place, Node::new(Value::Number(self.workloads as f64), place));
        let kinds = self.kinds.into_iter().map(|(kind, place)| Node::text(kind, place)).collect();
        map.push("kinds", place, Node::list(kinds, place));
        unit_resource("kubernetes/namespace", format_smolstr!("namespace/{name}"), Node::map(map, place))
    }
}
