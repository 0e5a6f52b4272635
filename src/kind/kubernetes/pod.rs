//! From the workloads of Kubernetes to the shared type `pod`.

use std::sync::Arc;

use smol_str::SmolStr;

use super::kustomize::Kustomize;
use super::manifest::Manifest;
use super::{container, field};
use crate::kind::Resource;
use crate::kind::shared::pod::{self, Pod};
use crate::kind::shared::{Field, map_of};
use crate::syntax::tree::{Entry, Node, Place, Unknown, Value};

/// The template of a pod inside a workload.
pub(super) struct Template<'f> {
    /// Its `spec`.
    pub spec: &'f Node,
    /// Its `metadata`: labels and annotations.
    pub metadata: Option<&'f Node>,
}

/// The pod that a manifest carries. Kinds of other projects (`Rollout`, `DeploymentConfig`, a serverless `Service`)
/// carry it where a Deployment does.
pub(super) fn template<'f>(manifest: &Manifest<'f>) -> Option<Template<'f>> {
    let node = manifest.node;
    let holder = match manifest.kind.as_str() {
        "Pod" => Some(node),
        "PodTemplate" => node.get("template"),
        "CronJob" => path(node, &["spec", "jobTemplate", "spec", "template"]),
        "ScaledJob" => path(node, &["spec", "jobTargetRef", "template"]),
        _ => path(node, &["spec", "template"]),
    }?;
    let spec = holder.get("spec")?;
    let has_containers =
        spec.get("containers").or(spec.get("initContainers")).is_some_and(|node| node.as_list().is_some());
    has_containers.then(|| Template { spec, metadata: holder.get("metadata") })
}

fn path<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n Node> {
    keys.iter().try_fold(node, |node, key| node.get(key))
}

/// The pod of a workload and its containers.
/// `patched`: why it cannot be known what they do not say.
pub(super) fn resources(
    manifest: &Manifest<'_>,
    template: &Template<'_>,
    kustomize: &Kustomize,
    patched: Option<&Arc<Unknown>>,
) -> Vec<Resource> {
    let owner = manifest.address();
    let header = manifest.header();
    let mut pod = pod(manifest, template);
    if let Some(unknown) = patched.filter(|_| !has_account(template)) {
        pod.service_account = Some(Field::new(Node::new(Value::Unknown(Arc::clone(unknown)), header)));
    }
    let tree = pod.tree(template.spec.place);
    let mut resources = vec![pod::resource(tree.clone(), &owner, header, manifest.extent())];
    let format = if manifest.origin.is_some() { "terraform" } else { "kubernetes" };
    let source = manifest.source;
    let around = container::Around { template, pod: &tree, owner: &owner, format, source, kustomize, patched };
    resources.extend(container::resources(&around));
    resources
}

fn pod(manifest: &Manifest<'_>, template: &Template<'_>) -> Pod {
    let spec = Some(template.spec);
    let security = template.spec.get("securityContext");
    let account = field(spec, "serviceAccountName").or_else(|| field(spec, "serviceAccount"));
    let header = manifest.header();
    Pod {
        workload: Some(Field::new(workload(manifest))),
        system: Some(Field::new(Node::new(Value::Bool(is_system(manifest, template)), header))),
        host_network: field(spec, "hostNetwork"),
        host_pid: field(spec, "hostPID"),
        host_ipc: field(spec, "hostIPC"),
        share_process_namespace: field(spec, "shareProcessNamespace"),
        service_account: account.or_else(|| Some(Field::new(Node::text("default", header)))),
        automount_service_account_token: field(spec, "automountServiceAccountToken"),
        volumes: field(spec, "volumes").map(volumes),
        supplemental_groups: field(security, "supplementalGroups"),
        fs_group: field(security, "fsGroup"),
        sysctls: field(security, "sysctls"),
        restart_policy: field(spec, "restartPolicy"),
        runtime_class: field(spec, "runtimeClassName"),
        host_aliases: field(spec, "hostAliases"),
        labels: field(template.metadata, "labels"),
        annotations: field(template.metadata, "annotations"),
    }
}

fn has_account(template: &Template<'_>) -> bool {
    template.spec.get("serviceAccountName").or(template.spec.get("serviceAccount")).is_some()
}

/// Parts of the cluster live in `kube-system`, or have one of the two priorities that are kept for them.
fn is_system(manifest: &Manifest<'_>, template: &Template<'_>) -> bool {
    let priority = template.spec.get("priorityClassName").and_then(Node::as_str);
    let of_the_cluster = matches!(priority, Some("system-node-critical" | "system-cluster-critical"));
    of_the_cluster || manifest.namespace_name().is_some_and(|namespace| namespace == "kube-system")
}

fn workload(manifest: &Manifest<'_>) -> Node {
    let place = manifest.header();
    let fields = [
        ("kind", Some(Node::text(manifest.kind.clone(), place))),
        ("name", Some(Node::text(manifest.name.clone(), place))),
        ("namespace", manifest.namespace.clone()),
    ];
    map_of(place, fields.map(|(name, node)| (name, node.map(Field::new))))
}

/// Volumes as `name`, `type` and, for those of the machine, `host_path`.
fn volumes(written: Field) -> Field {
    if matches!(written.value.value, Value::Unknown(_)) {
        return written;
    }
    let list = written.value.items().iter().map(volume).collect();
    let place = written.value.place;
    written.with(Node::list(list, place))
}

fn volume(node: &Node) -> Node {
    let source = node.entries().iter().find(|entry| entry.key != "name");
    let path = source.filter(|entry| entry.key == "hostPath").and_then(|entry| field(Some(&entry.value), "path"));
    let kind = source.map(|entry| Field { key: entry.key_place, value: kebab(entry) });
    map_of(node.place, [("name", field(Some(node), "name")), ("type", kind), ("host_path", path)])
}

/// `persistentVolumeClaim` as `persistent-volume-claim`.
fn kebab(entry: &Entry) -> Node {
    let mut text = String::with_capacity(entry.key.len() + 4);
    for letter in entry.key.chars() {
        if letter.is_ascii_uppercase() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    Node::text(text, entry.key_place)
}

/// The path on the machine that a volume stands for.
pub(super) fn host_path(pod: &Node, volume: &str) -> Option<SmolStr> {
    let volumes = pod.get("volumes").map(Node::items)?;
    let found = volumes.iter().find(|node| node.get("name").and_then(Node::as_str) == Some(volume))?;
    found.get("host_path").and_then(Node::as_str).map(SmolStr::from)
}

/// A text at a place, as a field.
pub(super) fn text_field(text: impl Into<SmolStr>, place: Place) -> Field {
    Field::new(Node::text(text, place))
}
