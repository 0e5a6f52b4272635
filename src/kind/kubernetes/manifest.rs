//! Manifests: the documents of a file that Kubernetes would take, each with its name and namespace.

use smol_str::{SmolStr, format_smolstr};

use super::kustomize::{Kustomize, Object};
use crate::kind::{ParsedFile, Resource};
use crate::syntax::tree::{Map, Node, Place, Value};

/// Kinds of objects that belong to no namespace.
const CLUSTER_KINDS: [&str; 24] = [
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterIssuer",
    "ClusterPolicy",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterTrustBundle",
    "CustomResourceDefinition",
    "FlowSchema",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PodSecurityPolicy",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
];

/// The namespace of objects that name none.
pub(super) const DEFAULT_NAMESPACE: &str = "default";

/// What an object is called whose name is not known.
const UNNAMED: &str = "unnamed";

/// Lists within lists that are followed; nobody nests them.
const MAX_LISTS: usize = 4;

/// An object that another format declares, in the shape of a manifest.
pub(crate) struct Foreign<'f> {
    /// The object: `kind`, `metadata`, `spec` …
    pub(crate) node: Node,
    /// The text that its places are in.
    pub(crate) source: &'f str,
    /// Its address in that format.
    pub(crate) address: SmolStr,
    /// All of its text.
    pub(crate) extent: Place,
}

/// One object.
pub(super) struct Manifest<'f> {
    /// The document, or the item of a list.
    pub node: &'f Node,
    /// The text of the file that holds it.
    pub source: &'f str,
    /// Its address in the format that declares it and all of its text there; none for a manifest.
    pub origin: Option<(SmolStr, Place)>,
    /// Its kind.
    pub kind: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The namespace it ends up in; none for objects of the whole cluster.
    pub namespace: Option<Node>,
    /// Whether the manifest itself says so.
    pub namespace_written: bool,
}

/// Whether a document is one that Kubernetes would take.
pub(super) fn is_manifest(node: &Node) -> bool {
    let text = |key: &str| node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    let is_name = |kind: &str| {
        kind.starts_with(|first: char| first.is_ascii_uppercase())
            && kind.chars().all(|each| each.is_ascii_alphanumeric())
    };
    // A kustomization is an instruction, not an object.
    text("apiVersion").is_some_and(|version| !version.starts_with("kustomize.config.k8s.io/"))
        && text("kind").is_some_and(is_name)
}

/// The objects of a file, those in lists too.
pub(super) fn manifests<'f>(file: &'f ParsedFile, kustomize: &Kustomize) -> Vec<Manifest<'f>> {
    let mut found = Vec::new();
    for tree in file.trees().iter().filter(|tree| is_manifest(tree)) {
        each(tree, &mut |node, kind| found.push(Manifest::new(node, kind, &file.text, kustomize)));
    }
    found
}

/// Calls `visit` with the object that a document is, or with those of the list that it is, and their kinds.
pub(super) fn each<'f>(document: &'f Node, visit: &mut dyn FnMut(&'f Node, SmolStr)) {
    collect(document, None, MAX_LISTS, visit);
}

/// Calls `visit` with an object, or with the items of a list of objects (`List`, `RoleList`).
fn collect<'f>(node: &'f Node, implied: Option<&str>, lists: usize, visit: &mut dyn FnMut(&'f Node, SmolStr)) {
    let Some(kind) = node.get("kind").and_then(Node::as_str).or(implied) else { return };
    let items = node.get("items").filter(|items| items.as_list().is_some());
    match (kind.strip_suffix("List"), items) {
        (Some(of), Some(items)) if lists > 0 => {
            let implied = Some(of).filter(|of| !of.is_empty());
            items.items().iter().for_each(|item| collect(item, implied, lists - 1, visit));
        }
        _ => visit(node, kind.into()),
    }
}

impl<'f> Manifest<'f> {
    /// An object that an overlay was rendered to.
    pub(super) fn rendered(object: &'f Object, kustomize: &Kustomize) -> Option<Manifest<'f>> {
        let kind = object.node.get("kind").and_then(Node::as_str)?;
        Some(Manifest::new(&object.node, kind.into(), &object.source, kustomize))
    }

    /// What another format declares; none where it is no object.
    pub(super) fn foreign(foreign: &'f Foreign<'_>) -> Option<Manifest<'f>> {
        let kind = foreign.node.get("kind").and_then(Node::as_str)?;
        let mut manifest = Manifest::new(&foreign.node, kind.into(), foreign.source, &Kustomize::default());
        if manifest.name == UNNAMED {
            manifest.name = foreign.address.clone();
        }
        manifest.origin = Some((foreign.address.clone(), foreign.extent));
        Some(manifest)
    }

    fn new(node: &'f Node, kind: SmolStr, source: &'f str, kustomize: &Kustomize) -> Manifest<'f> {
        let metadata = node.get("metadata");
        let text = |key: &str| metadata.and_then(|metadata| metadata.get(key)).filter(|node| node.as_str().is_some());
        let name = text("name").or(text("generateName")).and_then(Node::as_str).unwrap_or(UNNAMED).into();
        let in_cluster = CLUSTER_KINDS.contains(&kind.as_str());
        let unknown = || metadata?.get("namespace").filter(|node| matches!(node.value, Value::Unknown(_)));
        let written = text("namespace").filter(|node| node.as_str() != Some("")).or_else(unknown);
        let namespace_written = written.is_some();
        let mut manifest = Manifest { node, source, origin: None, kind, name, namespace: None, namespace_written };
        let given = || kustomize.namespace().unwrap_or_else(|| Node::text(DEFAULT_NAMESPACE, manifest.header()));
        manifest.namespace = if in_cluster { None } else { Some(written.cloned().unwrap_or_else(given)) };
        manifest
    }

    /// Where the name is written, else the kind.
    pub(super) fn header(&self) -> Place {
        let name = self.node.get("metadata").and_then(|metadata| metadata.get("name"));
        name.or(self.node.get("kind")).map_or(self.node.place, |node| node.place)
    }

    /// All of its text.
    pub(super) fn extent(&self) -> Place {
        self.origin.as_ref().map_or(self.node.place, |(_, extent)| *extent)
    }

    /// The name of the namespace, where it is known.
    pub(super) fn namespace_name(&self) -> Option<SmolStr> {
        self.namespace.as_ref().and_then(Node::as_str).map(SmolStr::from)
    }

    /// `Kind.namespace.name`, or what the format that declares it calls it.
    pub(super) fn address(&self) -> SmolStr {
        if let Some((address, _)) = &self.origin {
            return address.clone();
        }
        let namespace = self.namespace.as_ref().and_then(Node::as_str).unwrap_or(DEFAULT_NAMESPACE);
        format_smolstr!("{}.{namespace}.{}", self.kind, self.name)
    }

    /// The document as a resource.
    pub(super) fn resource(&self) -> Resource {
        let mut map = Map { entries: self.node.entries().to_vec(), open: None };
        if let Some(namespace) = &self.namespace {
            map.push("namespace", namespace.place, namespace.clone());
        }
        let namespaced = self.namespace_name().map(|namespace| format_smolstr!("{namespace}/{}", self.name));
        Resource {
            target: format_smolstr!("kubernetes/{}", self.kind),
            address: self.address(),
            names: std::iter::once(self.name.clone()).chain(namespaced).collect(),
            tree: Node::map(map, self.node.place),
            header: self.header(),
            extent: self.extent(),
            owner: None,
            call_chain: Vec::new(),
            converts_scalars: false,
        }
    }
}
