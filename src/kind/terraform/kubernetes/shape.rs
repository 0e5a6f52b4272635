//! From the attributes and blocks of Terraform's provider to the fields of a manifest: `host_pid` is `hostPID`, the
//! blocks `container` are the list `containers`, the block `security_context` is a map.

use smol_str::SmolStr;

use crate::syntax::tree::{Entry, List, Map, Node, Place, Value};

/// How deeply blocks may nest; the provider's nest less.
const MAX_DEPTH: usize = 40;

/// What says how Terraform manages the resource, not what the object is.
const META: &[&str] = &[
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "provider",
    "provisioner",
    "timeouts",
    "wait_for_completion",
    "wait_for_load_balancer",
    "wait_for_rollout",
];

/// Blocks that are elements of a list, and the list's name in manifests.
const LISTS: &[(&str, &str)] = &[
    ("allowed_host_paths", "allowedHostPaths"),
    ("container", "containers"),
    ("egress", "egress"),
    ("env", "env"),
    ("env_from", "envFrom"),
    ("from", "from"),
    ("host_aliases", "hostAliases"),
    ("host_ports", "hostPorts"),
    ("http_header", "httpHeaders"),
    ("image_pull_secret", "imagePullSecrets"),
    ("image_pull_secrets", "imagePullSecrets"),
    ("ingress", "ingress"),
    ("init_container", "initContainers"),
    ("items", "items"),
    ("limit", "limits"),
    ("match_expressions", "matchExpressions"),
    ("metric", "metrics"),
    ("path", "paths"),
    ("port", "ports"),
    ("ports", "ports"),
    ("range", "ranges"),
    ("readiness_gate", "readinessGates"),
    ("rule", "rules"),
    ("secret", "secrets"),
    ("sources", "sources"),
    ("subject", "subjects"),
    ("subset", "subsets"),
    ("sysctl", "sysctls"),
    ("tls", "tls"),
    ("to", "to"),
    ("toleration", "tolerations"),
    ("topology_spread_constraint", "topologySpreadConstraints"),
    ("volume", "volumes"),
    ("volume_claim_template", "volumeClaimTemplates"),
    ("volume_device", "volumeDevices"),
    ("volume_mount", "volumeMounts"),
    ("webhook", "webhooks"),
];

/// Names of fields that are not simply written in another way.
const NAMES: &[(&str, &str)] = &[
    ("ceph_fs", "cephfs"),
    ("cluster_ip", "clusterIP"),
    ("cluster_ips", "clusterIPs"),
    ("downward_api", "downwardAPI"),
    ("external_ips", "externalIPs"),
    ("host_ip", "hostIP"),
    ("host_ipc", "hostIPC"),
    ("host_pid", "hostPID"),
    ("load_balancer_ip", "loadBalancerIP"),
    ("non_resource_urls", "nonResourceURLs"),
];

/// The fields of an object.
pub(super) fn object(resource: &Map) -> Map {
    let entries = resource.entries.iter().filter(|entry| !META.contains(&entry.key.as_str()));
    fields(entries, "", 0)
}

fn fields<'e>(entries: impl Iterator<Item = &'e Entry>, parent: &str, depth: usize) -> Map {
    let mut map = Map::default();
    for entry in entries {
        let key = entry.key.as_str();
        let Value::List(list) = &entry.value.value else {
            map.push(camel(key), entry.key_place, entry.value.clone());
            continue;
        };
        if depth >= MAX_DEPTH {
            continue;
        }
        match list_name(parent, key) {
            Some(name) => {
                let items = list.items.iter().map(|item| field(item, key, depth)).collect();
                let value = Value::List(List { items, open: list.open.clone() }.into());
                map.push(name, entry.key_place, Node { value, ..entry.value.clone() });
            }
            None => map.entries.extend(single(entry, list, depth)),
        }
    }
    map
}

/// A block that can stand there once, or an attribute that is a list of scalars.
fn single(entry: &Entry, list: &List, depth: usize) -> Option<Entry> {
    let key = camel(&entry.key);
    let value = match (list.items.as_slice(), &list.open) {
        ([], None) => return None,
        ([], Some(unknown)) => Node { value: Value::Unknown(unknown.clone()), ..entry.value.clone() },
        ([block, ..], _) if block.as_map().is_some() => field(block, &entry.key, depth),
        _ => entry.value.clone(),
    };
    Some(Entry { key, key_place: entry.key_place, value })
}

/// A block as a map of fields.
fn field(block: &Node, name: &str, depth: usize) -> Node {
    match &block.value {
        Value::Map(map) => {
            let inner = Map { open: map.open.clone(), ..fields(map.entries.iter(), name, depth + 1) };
            Node { value: Value::Map(inner.into()), ..block.clone() }
        }
        _ => block.clone(),
    }
}

/// What manifests call the list that blocks of this name are elements of.
fn list_name(parent: &str, key: &str) -> Option<&'static str> {
    match (parent, key) {
        ("service", "port") | ("volume" | "sources", "secret") => None,
        _ => LISTS
            .binary_search_by(|(block, _)| (*block).cmp(key))
            .ok()
            .and_then(|at| LISTS.get(at))
            .map(|(_, name)| *name),
    }
}

/// The name of a field in manifests.
fn camel(key: &str) -> SmolStr {
    if let Ok(at) = NAMES.binary_search_by(|(name, _)| (*name).cmp(key)) {
        return NAMES.get(at).map_or_else(|| key.into(), |(_, name)| SmolStr::new_static(name));
    }
    let mut name = String::with_capacity(key.len());
    for (index, word) in key.split('_').enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if index > 0 => name.push(first.to_ascii_uppercase()),
            Some(first) => name.push(first),
            None => {}
        }
        name.push_str(letters.as_str());
    }
    name.into()
}

/// The same value with everything in it at one place.
pub(in super::super) fn moved(node: &Node, place: Place) -> Node {
    let value = match &node.value {
        Value::List(list) => {
            let items = list.items.iter().map(|item| moved(item, place)).collect();
            Value::List(List { items, open: list.open.clone() }.into())
        }
        Value::Map(map) => {
            let entry =
                |entry: &Entry| Entry { key: entry.key.clone(), key_place: place, value: moved(&entry.value, place) };
            Value::Map(Map { entries: map.entries.iter().map(entry).collect(), open: map.open.clone() }.into())
        }
        other => other.clone(),
    };
    Node { value, place, refers: node.refers.clone() }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn tables_are_sorted() {
        assert!(LISTS.is_sorted() && NAMES.is_sorted());
    }

    #[test]
    fn names_are_those_of_manifests() {
        for (name, field) in [
            ("host_pid", "hostPID"),
            ("run_as_non_root", "runAsNonRoot"),
            ("spec", "spec"),
            ("sub_path", "subPath"),
            ("non_resource_urls", "nonResourceURLs"),
        ] {
            assert_eq!(camel(name), field);
        }
        assert_eq!((list_name("container", "port"), list_name("service", "port")), (Some("ports"), None));
    }
}
