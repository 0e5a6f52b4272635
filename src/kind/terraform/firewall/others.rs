//! The firewalls of the smaller providers. They differ in names only, so each is a row of a table.

use super::{blocks, direction, name, whole};
use crate::kind::Resource;
use crate::kind::shared::Field;
use crate::kind::shared::ingress::{
    Direction, Opening, action, all_ports, constant, everyone, has_ports, no_ports, peers, port_range, port_texts,
    protocol, resource,
};
use crate::syntax::tree::{Node, Value};

/// How a type of resource writes its entries.
struct Shape {
    /// The type.
    kind: &'static str,
    /// Where its entries are.
    entries: Entries,
    /// Keys of an entry; the first that is there counts.
    protocol: &'static [&'static str],
    ports: Ports,
    /// Addresses and names of the other side, of entries that let in and of those that let out.
    peers: [&'static [&'static str]; 2],
    /// Whether an entry that names no other side holds for everyone.
    open: bool,
    action: Option<&'static str>,
    layer: &'static str,
}

/// Where the entries of a resource are.
enum Entries {
    /// The resource is one; this key says which way, and goes out with this word.
    Whole(&'static str, &'static str),
    /// Blocks of these names go this way.
    Blocks(&'static [(&'static str, Direction)]),
    /// Blocks of this name, each with a key that says which way.
    Turned(&'static str, &'static str, &'static str),
}

/// How ports are written.
enum Ports {
    /// Texts as `22`, `20-25` or `20/25`, also several with commas.
    Texts(&'static [&'static str]),
    /// First and last, or one.
    Range(&'static str, &'static str, Option<&'static str>),
    /// In blocks for each protocol, with these ends, in this block within it.
    Nested(&'static str, &'static str, Option<&'static str>),
}

const IN_OUT: [(&str, Direction); 2] = [("inbound", Direction::In), ("outbound", Direction::Out)];
const OCI_PEERS: [&[&str]; 2] = [&["source"], &["destination"]];
const NEUTRON: Shape = Shape {
    kind: "openstack_networking_secgroup_rule_v2",
    entries: Entries::Whole("direction", "egress"),
    protocol: &["protocol"],
    ports: Ports::Range("port_range_min", "port_range_max", None),
    peers: [&["remote_ip_prefix", "remote_group_id"], &["remote_ip_prefix", "remote_group_id"]],
    open: true,
    action: None,
    layer: "security-group",
};
const YANDEX: Shape = Shape {
    kind: "yandex_vpc_security_group",
    entries: Entries::Blocks(&[("ingress", Direction::In), ("egress", Direction::Out)]),
    protocol: &["protocol"],
    ports: Ports::Range("from_port", "to_port", Some("port")),
    peers: [
        &["v4_cidr_blocks", "v6_cidr_blocks", "security_group_id", "predefined_target"],
        &["v4_cidr_blocks", "v6_cidr_blocks", "security_group_id", "predefined_target"],
    ],
    open: false,
    action: None,
    layer: "security-group",
};

const SHAPES: [Shape; 18] = [
    NEUTRON,
    Shape { kind: "opentelekomcloud_networking_secgroup_rule_v2", ..NEUTRON },
    Shape { kind: "huaweicloud_networking_secgroup_rule", ports: Ports::Texts(&["ports"]), ..NEUTRON },
    Shape {
        kind: "openstack_compute_secgroup_v2",
        entries: Entries::Blocks(&[("rule", Direction::In)]),
        protocol: &["ip_protocol"],
        ports: Ports::Range("from_port", "to_port", None),
        peers: [&["cidr", "from_group_id"], &[]],
        open: false,
        ..NEUTRON
    },
    Shape {
        kind: "openstack_fw_rule_v1",
        ports: Ports::Texts(&["destination_port"]),
        peers: [&["source_ip_address"], &[]],
        action: Some("action"),
        layer: "firewall",
        ..NEUTRON
    },
    Shape {
        kind: "openstack_fw_rule_v2",
        ports: Ports::Texts(&["destination_port"]),
        peers: [&["source_ip_address"], &[]],
        action: Some("action"),
        layer: "firewall",
        ..NEUTRON
    },
    Shape {
        kind: "digitalocean_firewall",
        entries: Entries::Blocks(&[("inbound_rule", Direction::In), ("outbound_rule", Direction::Out)]),
        protocol: &["protocol"],
        ports: Ports::Texts(&["port_range"]),
        peers: [
            &["source_addresses", "source_tags", "source_droplet_ids", "source_load_balancer_uids"],
            &["destination_addresses", "destination_tags", "destination_droplet_ids"],
        ],
        open: false,
        action: None,
        layer: "firewall",
    },
    Shape {
        kind: "hcloud_firewall",
        entries: Entries::Turned("rule", "direction", "out"),
        protocol: &["protocol"],
        ports: Ports::Texts(&["port"]),
        peers: [&["source_ips"], &["destination_ips"]],
        open: false,
        action: None,
        layer: "firewall",
    },
    Shape {
        kind: "linode_firewall",
        entries: Entries::Blocks(&IN_OUT),
        protocol: &["protocol"],
        ports: Ports::Texts(&["ports"]),
        peers: [&["ipv4", "ipv6"], &["ipv4", "ipv6"]],
        open: false,
        action: Some("action"),
        layer: "firewall",
    },
    Shape {
        kind: "oci_core_security_list",
        entries: Entries::Blocks(&[
            ("ingress_security_rules", Direction::In),
            ("egress_security_rules", Direction::Out),
        ]),
        protocol: &["protocol"],
        ports: Ports::Nested("min", "max", None),
        peers: OCI_PEERS,
        open: false,
        action: None,
        layer: "security-group",
    },
    Shape {
        kind: "oci_core_network_security_group_security_rule",
        entries: Entries::Whole("direction", "egress"),
        protocol: &["protocol"],
        ports: Ports::Nested("min", "max", Some("destination_port_range")),
        peers: OCI_PEERS,
        open: false,
        action: None,
        layer: "security-group",
    },
    Shape {
        kind: "alicloud_security_group_rule",
        entries: Entries::Whole("type", "egress"),
        protocol: &["ip_protocol"],
        ports: Ports::Texts(&["port_range"]),
        peers: [
            &["cidr_ip", "ipv6_cidr_ip", "source_security_group_id", "prefix_list_id"],
            &["cidr_ip", "ipv6_cidr_ip", "source_security_group_id", "prefix_list_id"],
        ],
        open: false,
        action: Some("policy"),
        layer: "security-group",
    },
    YANDEX,
    Shape { kind: "yandex_vpc_security_group_rule", entries: Entries::Whole("direction", "egress"), ..YANDEX },
    Shape {
        kind: "ncloud_access_control_group_rule",
        entries: Entries::Blocks(&IN_OUT),
        protocol: &["protocol"],
        ports: Ports::Texts(&["port_range"]),
        peers: [&["ip_block", "source_access_control_group_no"], &["ip_block", "source_access_control_group_no"]],
        open: false,
        action: None,
        layer: "security-group",
    },
    Shape {
        kind: "ncloud_network_acl_rule",
        entries: Entries::Blocks(&IN_OUT),
        protocol: &["protocol"],
        ports: Ports::Texts(&["port_range"]),
        peers: [&["ip_block", "deny_allow_group_no"], &["ip_block", "deny_allow_group_no"]],
        open: false,
        action: Some("rule_action"),
        layer: "network-acl",
    },
    Shape {
        kind: "nifcloud_security_group_rule",
        entries: Entries::Whole("type", "out"),
        protocol: &["protocol"],
        ports: Ports::Range("from_port", "to_port", None),
        peers: [&["cidr_ip", "source_security_group_name"], &["cidr_ip", "source_security_group_name"]],
        open: false,
        action: None,
        layer: "security-group",
    },
    Shape {
        kind: "tencentcloud_security_group_rule",
        entries: Entries::Whole("type", "egress"),
        protocol: &["ip_protocol"],
        ports: Ports::Texts(&["port_range"]),
        peers: [&["cidr_ip", "source_sgid"], &["cidr_ip", "source_sgid"]],
        open: false,
        action: Some("policy"),
        layer: "security-group",
    },
];

/// The entries that a resource of another provider writes itself.
pub(super) fn openings(owner: &Resource, kind: &str) -> Vec<Resource> {
    let Some(shape) = SHAPES.iter().find(|shape| shape.kind == kind) else { return Vec::new() };
    if owner.tree.get("enabled").and_then(super::super::operators::truth) == Some(false) {
        return Vec::new();
    }
    match &shape.entries {
        Entries::Whole(key, out) => {
            let direction = direction(owner.tree.get(key), out);
            vec![whole(owner, direction, shape.opening(&owner.tree, direction))]
        }
        Entries::Blocks(names) => {
            names.iter().flat_map(|(block, direction)| shape.blocks(owner, block, |_| *direction)).collect()
        }
        Entries::Turned(block, key, out) => shape.blocks(owner, block, |item| direction(item.get(key), out)),
    }
}

impl Shape {
    fn blocks(&self, owner: &Resource, key: &str, way: impl Fn(&Node) -> Direction) -> Vec<Resource> {
        let (items, open) = blocks(owner, key);
        let mut openings = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let direction = way(item);
            let opening = match &item.value {
                Value::Unknown(unknown) => Opening::unknown(unknown, self.layer, item.place),
                _ => self.opening(item, direction),
            };
            openings.push(resource(opening, direction, &format!("{key}[{index}]"), owner, item.place));
        }
        if let Some((unknown, place)) = open {
            let direction =
                if name(Direction::Out) == key || key.starts_with("out") { Direction::Out } else { Direction::In };
            let opening = Opening::unknown(&unknown, self.layer, place);
            openings.push(resource(opening, direction, &format!("{key}[…]"), owner, place));
        }
        openings
    }

    fn opening(&self, node: &Node, direction: Direction) -> Opening {
        let first = |keys: &[&str]| keys.iter().find_map(|key| Field::of(node, key));
        let protocol = first(self.protocol).map(protocol).or_else(|| Some(constant("all", node.place)));
        let ports = match (&protocol, has_ports(protocol.as_ref())) {
            (Some(protocol), Some(false)) => no_ports(protocol.value.place),
            _ => self.ports(node, protocol.as_ref()),
        };
        let keys = self.peers[usize::from(direction == Direction::Out)];
        let (addresses, groups) = peers(keys.iter().filter_map(|key| Field::of(node, key)).collect());
        let unsaid = self.open && addresses.is_none() && groups.is_none();
        Opening {
            action: match self.action {
                Some(key) => Field::of(node, key).map(action).map(permission),
                None => None,
            }
            .or_else(|| Some(constant("allow", node.place))),
            protocol,
            ports: Some(ports),
            peers: if unsaid { Some(everyone(node.place)) } else { addresses },
            peer_groups: groups,
            priority: Field::of(node, "priority"),
            description: Field::of(node, "description"),
            layer: Some(constant(self.layer, node.place)),
        }
    }

    fn ports(&self, node: &Node, protocol: Option<&Field>) -> Field {
        let written = match &self.ports {
            Ports::Texts(keys) => keys.iter().find_map(|key| Field::of(node, key)).map(split).map(port_texts),
            Ports::Range(from, to, one) => {
                let single = one.and_then(|key| Field::of(node, key)).map(|port| port_range(port, None));
                single.or_else(|| Field::of(node, from).map(|port| port_range(port, Field::of(node, to))))
            }
            Ports::Nested(from, to, within) => nested(node, protocol, within.as_deref())
                .and_then(|block| Field::of(&block, from).map(|port| port_range(port, Field::of(&block, to)))),
        };
        // Which ports is left out where all are meant; -1 says the same.
        match written {
            Some(ports) if !is_minus_one(&ports) => ports,
            _ => all_ports(node.place),
        }
    }
}

/// The block with the ports of the protocol.
fn nested(node: &Node, protocol: Option<&Field>, within: Option<&str>) -> Option<Node> {
    let name = protocol?.value.as_str()?;
    let block = match name {
        "tcp" => "tcp_options",
        "udp" => "udp_options",
        _ => return None,
    };
    let options = first_item(node.get(block)?);
    match within {
        Some(key) => options.get(key).map(|block| first_item(block).clone()),
        None => Some(options.clone()),
    }
}

/// A nested block is a list.
fn first_item(node: &Node) -> &Node {
    node.as_list().and_then(|list| list.items.first()).unwrap_or(node)
}

fn is_minus_one(ports: &Field) -> bool {
    let item = first_item(&ports.value);
    item.value.scalar_text().is_some_and(|text| matches!(&*text, "-1" | "all" | "-1--1"))
}

/// `22,80,443-445` as a list, and `20/25` as `20-25`; `0`, `all` and `ALL` are every port.
fn split(field: Field) -> Field {
    if field.value.as_list().is_some() {
        return field;
    }
    let Some(text) = field.value.value.scalar_text() else { return field };
    let part = |part: &str| {
        let text = match part.trim() {
            "all" | "ALL" | "any" | "0" | "-1/-1" | "-1" => "*".to_owned(),
            ports => ports.replace('/', "-"),
        };
        Node { value: Value::Text(text.into()), ..field.value.clone() }
    };
    let items = text.split(',').map(part).collect();
    let list = Node::list(items, field.value.place);
    field.with(list)
}

/// `accept` allows, `drop` and `reject` deny.
fn permission(field: Field) -> Field {
    let word = match field.value.as_str() {
        Some("accept") => "allow",
        Some("drop" | "reject") => "deny",
        _ => return field,
    };
    let value = Node { value: Value::Text(word.into()), ..field.value.clone() };
    field.with(value)
}
