//! Kubernetes: documents with `apiVersion` and `kind`, in YAML or JSON.
//!
//! | target | what |
//! |---|---|
//! | `kubernetes/<Kind>` | the document as written, with the effective `namespace` beside it |
//! | `pod` | the pod of a workload: see [`super::shared::pod`] |
//! | `container` | each of its containers: see [`super::shared::container`] |
//! | `kubernetes/namespace` | each namespace that the unit declares or uses: see `namespace.rs` |
//! | `kubernetes/root` | the unit: `kinds`, `namespaces`, `workloads` |
//!
//! A folder of manifests is one unit. Charts and overlays are rendered on request: see `chart.rs` and `kustomize/`.

mod chart;
mod container;
mod kustomize;
mod manifest;
mod namespace;
mod pod;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use smol_str::SmolStr;

use super::shared::{Field, image};
use super::{Group, Kind, ParsedFile, Resource, Unit, View};
use crate::syntax::tree::{Entry, List, Map, Node, Place, Unknown, Value};
use kustomize::Kustomize;
pub(crate) use kustomize::overlays;
pub(crate) use manifest::Foreign;
use manifest::Manifest;

/// Kubernetes manifests.
pub struct Kubernetes;

impl Kind for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn claims(&self, file: &ParsedFile, _view: &View<'_>) -> bool {
        let has_manifest = || file.trees().iter().any(manifest::is_manifest);
        chart::is_chart(file) || kustomize::is_kustomization(file) || has_manifest()
    }

    fn sets_aside(&self, file: &ParsedFile, view: &View<'_>) -> Option<&'static str> {
        if chart::is_template(&file.path, view) {
            return Some("a template of a chart that is not rendered");
        }
        if view.rendered().is_some_and(|rendered| rendered.is_part(&file.path)) {
            return None;
        }
        kustomize::is_patch(file, view).then_some("a patch of a kustomization that is not rendered")
    }

    fn build(&self, group: &Group<'_>, view: &View<'_>) -> Unit {
        let mut unit = Unit { kind: self.name(), name: group.name.clone(), ..Unit::default() };
        let rendered = view.rendered();
        let own = group.files.iter().find(|file| kustomize::is_kustomization(file));
        let overlay = own.and_then(|own| rendered?.overlay(&own.path).map(|overlay| (*own, overlay)));
        let kustomize = Kustomize::of(group, view);
        if let Some((own, overlay)) = overlay {
            unit.notices.extend(kustomize::notice(overlay, Place::whole(own.id)));
        } else if own.is_none_or(|own| rendered.is_none_or(|rendered| !rendered.is_part(&own.path))) {
            unit.notices.extend(kustomize.notices());
        }
        let (objects, none) =
            (overlay.map(|(own, overlay)| kustomize::objects(overlay, own, view)), Kustomize::default());
        let mut manifests: Vec<Manifest<'_>> = Vec::new();
        manifests.extend(objects.iter().flatten().filter_map(|object| Manifest::rendered(object, &none)));
        let from_overlay = manifests.len();
        for file in &group.files {
            unit.notices.extend(chart::notice(file, view));
            if rendered.is_none_or(|rendered| !rendered.is_part(&file.path)) {
                manifests.extend(manifest::manifests(file, &kustomize));
            }
        }
        if manifests.is_empty() {
            return unit;
        }
        for (index, manifest) in manifests.iter().enumerate() {
            let kustomize = if index < from_overlay { &none } else { &kustomize };
            lower(manifest, kustomize, &mut unit.resources);
        }
        if let Some((own, _)) = overlay {
            called_by(own, &mut unit.resources);
        }
        unit.resources.extend(namespace::resources(&manifests));
        unit.resources.push(root(&manifests));
        unit
    }
}

/// Says of what stands elsewhere which kustomization takes it in.
fn called_by(own: &ParsedFile, resources: &mut [Resource]) {
    let place = own.trees().first().map_or(Place::whole(own.id), |tree| tree.place);
    for resource in resources.iter_mut().filter(|resource| resource.header.file != own.id) {
        resource.call_chain.push(place);
    }
}

/// Objects that another format declares, their pods, containers and namespaces, as this kind lowers its own.
pub(crate) fn of_foreign(objects: &[Foreign<'_>]) -> Vec<Resource> {
    let mut resources = Vec::new();
    let manifests: Vec<Manifest<'_>> = objects.iter().filter_map(Manifest::foreign).collect();
    for manifest in &manifests {
        lower(manifest, &Kustomize::default(), &mut resources);
    }
    resources.extend(namespace::resources(&manifests));
    resources
}

/// Whether a value is an object that Kubernetes would take.
pub(crate) fn is_object(node: &Node) -> bool {
    manifest::is_manifest(node)
}

/// A manifest and, where it carries a pod, the pod and its containers.
fn lower(manifest: &Manifest<'_>, kustomize: &Kustomize, resources: &mut Vec<Resource>) {
    let first = resources.len();
    let patched = kustomize.patches(&manifest.kind, &manifest.name);
    resources.push(manifest.resource());
    if let Some(template) = pod::template(manifest) {
        resources.extend(pod::resources(manifest, &template, kustomize, patched.as_ref()));
    }
    if let Some(unknown) = patched {
        for resource in resources.iter_mut().skip(first) {
            resource.tree = opened(&resource.tree, &unknown);
        }
    }
}

/// The same tree with every map and list open: something that was not applied may add to them.
fn opened(node: &Node, unknown: &Arc<Unknown>) -> Node {
    let value = match &node.value {
        Value::Map(map) => {
            let entry = |entry: &Entry| Entry { value: opened(&entry.value, unknown), ..entry.clone() };
            let entries = map.entries.iter().map(entry).collect();
            Value::Map(Arc::new(Map { entries, open: Some(Arc::clone(unknown)) }))
        }
        Value::List(list) => {
            let items = list.items.iter().map(|item| opened(item, unknown)).collect();
            Value::List(Arc::new(List { items, open: Some(Arc::clone(unknown)) }))
        }
        other => other.clone(),
    };
    Node { value, ..node.clone() }
}

/// The unit as a resource: what rules ask for that miss a manifest in the whole folder.
fn root(manifests: &[Manifest<'_>]) -> Resource {
    let place = manifests.first().map_or(Place::NOWHERE, Manifest::header);
    let sorted = |names: Vec<SmolStr>| {
        let names: std::collections::BTreeSet<SmolStr> = names.into_iter().collect();
        Node::list(names.into_iter().map(|name| Node::text(name, place)).collect(), place)
    };
    let workloads = manifests.iter().filter(|manifest| pod::template(manifest).is_some()).count();
    let mut map = Map::default();
    map.push("kinds", place, sorted(manifests.iter().map(|manifest| manifest.kind.clone()).collect()));
    map.push("namespaces", place, sorted(manifests.iter().filter_map(Manifest::namespace_name).collect()));
    map.push("workloads", place, Node::new(Value::Number(workloads as f64), place));
    unit_resource("kubernetes/root", SmolStr::new_static("root"), Node::map(map, place))
}

/// A resource that no single document declares.
fn unit_resource(target: &'static str, address: SmolStr, tree: Node) -> Resource {
    let header = tree.place;
    Resource {
        target: SmolStr::new_static(target),
        address,
        names: Vec::new(),
        tree,
        header,
        extent: header,
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: false,
    }
}

/// What a template fills in before the document is used is not known.
fn resolved(field: Field) -> Field {
    match field.value.as_str() {
        Some(text) if image::is_templated(text) => {
            let unknown = image::templated(text, field.value.place);
            field.with(unknown)
        }
        _ => field,
    }
}

/// The field under a key of a map, unknown where a template fills it in, or the whole map.
fn field(map: Option<&Node>, key: &str) -> Option<Field> {
    let map = map?;
    match map.as_str() {
        Some(_) => Some(resolved(Field::new(map.clone()))).filter(|field| field.value.as_str().is_none()),
        None => Field::of(map, key).map(resolved),
    }
}
