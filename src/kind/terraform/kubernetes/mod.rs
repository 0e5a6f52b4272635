//! Objects of Kubernetes that Terraform declares, in the shape of manifests, so that the rules on manifests, `pod` and
//! `container` judge them: `kubernetes_deployment_v1` and its like, `kubernetes_manifest`, `kubectl_manifest`.
//!
//! An object has the address of its resource, and its fields the places of the attributes.

mod shape;

pub(super) use shape::moved;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::kind::Resource;
use crate::kind::kubernetes::{Foreign, is_object, of_foreign};
use crate::syntax::tree::{FileId, Map, Node, Place, Value};
use crate::syntax::{Content, yaml};

/// Types of resources that are an object, without `kubernetes_` and the version at the end, and the kind of the object.
const KINDS: &[(&str, &str)] = &[
    ("api_service", "APIService"),
    ("certificate_signing_request", "CertificateSigningRequest"),
    ("cluster_role", "ClusterRole"),
    ("cluster_role_binding", "ClusterRoleBinding"),
    ("config_map", "ConfigMap"),
    ("cron_job", "CronJob"),
    ("csi_driver", "CSIDriver"),
    ("daemon_set", "DaemonSet"),
    ("daemonset", "DaemonSet"),
    ("default_service_account", "ServiceAccount"),
    ("deployment", "Deployment"),
    ("endpoint_slice", "EndpointSlice"),
    ("endpoints", "Endpoints"),
    ("horizontal_pod_autoscaler", "HorizontalPodAutoscaler"),
    ("ingress", "Ingress"),
    ("ingress_class", "IngressClass"),
    ("job", "Job"),
    ("limit_range", "LimitRange"),
    ("mutating_webhook_configuration", "MutatingWebhookConfiguration"),
    ("namespace", "Namespace"),
    ("network_policy", "NetworkPolicy"),
    ("persistent_volume", "PersistentVolume"),
    ("persistent_volume_claim", "PersistentVolumeClaim"),
    ("pod", "Pod"),
    ("pod_disruption_budget", "PodDisruptionBudget"),
    ("pod_security_policy", "PodSecurityPolicy"),
    ("priority_class", "PriorityClass"),
    ("replication_controller", "ReplicationController"),
    ("resource_quota", "ResourceQuota"),
    ("role", "Role"),
    ("role_binding", "RoleBinding"),
    ("runtime_class", "RuntimeClass"),
    ("secret", "Secret"),
    ("service", "Service"),
    ("service_account", "ServiceAccount"),
    ("stateful_set", "StatefulSet"),
    ("storage_class", "StorageClass"),
    ("validating_webhook_configuration", "ValidatingWebhookConfiguration"),
];

/// The objects that the resources are, with their pods, containers and namespaces. `texts` are those of the files.
pub(super) fn all(resources: &[Resource], texts: &FxHashMap<FileId, &str>) -> Vec<Resource> {
    let mut objects: Vec<Foreign<'_>> = Vec::new();
    let mut chains: FxHashMap<&str, &[Place]> = FxHashMap::default();
    for owner in resources {
        let nodes = objects_of(owner);
        if !nodes.is_empty() {
            chains.insert(&owner.address, &owner.call_chain);
        }
        objects.extend(nodes.into_iter().map(|node| Foreign {
            node,
            source: texts.get(&owner.header.file).copied().unwrap_or_default(),
            address: owner.address.clone(),
            extent: owner.extent,
        }));
    }
    let mut lowered = of_foreign(&objects);
    for resource in &mut lowered {
        let owner = resource.owner.as_ref().unwrap_or(&resource.address);
        resource.call_chain = chains.get(owner.as_str()).map(|chain| chain.to_vec()).unwrap_or_default();
        resource.converts_scalars = true;
    }
    lowered
}

/// The objects that one resource is; nearly always one, or none.
fn objects_of(owner: &Resource) -> Vec<Node> {
    let Some(kind) = owner.target.strip_prefix("terraform/") else { return Vec::new() };
    match kind {
        "kubernetes_manifest" => {
            owner.tree.get("manifest").filter(|node| is_object(node)).cloned().into_iter().collect()
        }
        "kubectl_manifest" => owner.tree.get("yaml_body").map(written_as_yaml).unwrap_or_default(),
        _ => declared(owner, kind).into_iter().collect(),
    }
}

/// The object that a resource of its own type is.
fn declared(owner: &Resource, kind: &str) -> Option<Node> {
    let name = without_version(kind.strip_prefix("kubernetes_")?);
    let index = KINDS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    let (_, kind) = KINDS.get(index)?;
    let mut map = Map::default();
    map.push("kind", owner.header, Node::text(*kind, owner.header));
    map.entries.extend(shape::object(owner.tree.as_map()?).entries);
    match name {
        // What Terraform calls `data` is in plain text.
        "secret" => {
            for entry in &mut map.entries {
                entry.key = match entry.key.as_str() {
                    "data" => SmolStr::new_static("stringData"),
                    "binaryData" => SmolStr::new_static("data"),
                    _ => continue,
                };
            }
        }
        "default_service_account" => name_of_default_account(owner, &mut map),
        _ => {}
    }
    Some(Node::map(map, owner.tree.place))
}

/// The name of the account that each namespace has from the start.
fn name_of_default_account(owner: &Resource, map: &mut Map) {
    let mut metadata = map.get("metadata").and_then(Node::as_map).cloned().unwrap_or_default();
    metadata.push("name", owner.header, Node::text(SmolStr::new_static("default"), owner.header));
    map.entries.retain(|entry| entry.key != "metadata");
    map.push("metadata", owner.header, Node::map(metadata, owner.header));
}

/// `deployment` for `deployment_v1` and `deployment_v2beta1`.
fn without_version(name: &str) -> &str {
    let is_version = |end: &str| {
        end.strip_prefix('v').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
            && end.chars().all(|each| each.is_ascii_alphanumeric())
    };
    name.rsplit_once('_').filter(|(_, end)| is_version(end)).map_or(name, |(start, _)| start)
}

/// The objects in a text of YAML; what is not known of the text stays unknown in them.
fn written_as_yaml(body: &Node) -> Vec<Node> {
    let text = match &body.value {
        Value::Text(text) => text.to_string(),
        Value::Unknown(unknown) if unknown.pieces.len() > 1 => {
            unknown.pieces.join(&format!("${{{}}}", unknown.depends_on.replace(['{', '}', '"', '\n'], "")))
        }
        _ => return Vec::new(),
    };
    let parsed = yaml::parse(&text, FileId::NONE);
    let Content::Trees(trees) = &parsed.content else { return Vec::new() };
    if !parsed.errors.is_empty() {
        return Vec::new();
    }
    trees.iter().map(|tree| moved(tree, body.place)).filter(is_object).collect()
}

#[cfg(test)]
mod tests;
