//! The sections of a template, by name.

use rustc_hash::FxHashMap;

use crate::syntax::tree::{Entry, Node, Value};

/// The key that says which version of the format a template is written in.
pub(super) const VERSION: &str = "AWSTemplateFormatVersion";

/// A template as written.
pub(super) struct Template<'t> {
    /// All of it.
    pub root: &'t Node,
    /// The `Resources` in their order.
    pub resources: &'t [Entry],
    /// The `Resources` by logical id.
    pub resource_of: FxHashMap<&'t str, &'t Entry>,
    /// The `Parameters` by name.
    pub parameters: FxHashMap<&'t str, &'t Entry>,
    /// The `Conditions` by name.
    pub conditions: FxHashMap<&'t str, &'t Entry>,
}

impl<'t> Template<'t> {
    /// The sections of a tree.
    pub(super) fn of(root: &'t Node) -> Template<'t> {
        let section = |name: &str| root.get(name).map_or(&[][..], Node::entries);
        let resources = section("Resources");
        Template {
            root,
            resources,
            resource_of: by_name(resources),
            parameters: by_name(section("Parameters")),
            conditions: by_name(section("Conditions")),
        }
    }

    /// The value of a mapping.
    pub(super) fn mapped(&self, map: &str, top: &str, second: &str) -> Option<&'t Node> {
        self.root.get("Mappings")?.get(map)?.get(top)?.get(second)
    }

    /// The type of a resource, where it is written as one.
    pub(super) fn type_of(&self, logical_id: &str) -> Option<&'t str> {
        resource_type(&self.resource_of.get(logical_id)?.value)
    }

    /// The transforms that the template names.
    pub(super) fn transforms(&self) -> impl Iterator<Item = &'t Node> + use<'t> {
        let named = self.root.get("Transform");
        named.into_iter().flat_map(|node| match &node.value {
            Value::List(list) => list.items.as_slice(),
            _ => std::slice::from_ref(node),
        })
    }
}

fn by_name(entries: &[Entry]) -> FxHashMap<&str, &Entry> {
    entries.iter().map(|entry| (entry.key.as_str(), entry)).collect()
}

/// The type of what stands under a logical id: `AWS::S3::Bucket`, `Custom::Lookup`.
pub(super) fn resource_type(resource: &Node) -> Option<&str> {
    resource.get("Type").and_then(Node::as_str).filter(|kind| is_type(kind))
}

fn is_type(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.chars().all(|each| each.is_ascii_alphanumeric() || matches!(each, '_' | '-' | '@'))
    };
    text.contains("::") && text.split("::").all(is_part)
}

/// Whether a tree is a template. A manifest of Kubernetes or any other YAML never is.
pub(super) fn is_template(root: &Node) -> bool {
    if root.get("apiVersion").is_some() && root.get("kind").is_some() {
        return false;
    }
    let Some(resources) = root.get("Resources").and_then(Node::as_map) else { return false };
    let says_so = || root.get(VERSION).is_some() || root.get("Transform").is_some();
    resources.entries.iter().any(|entry| resource_type(&entry.value).is_some())
        || (says_so() && resources.entries.iter().any(|entry| entry.key.starts_with("Fn::")))
}
