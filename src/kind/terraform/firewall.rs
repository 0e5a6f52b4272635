//! Fills the shared types `ingress` and `egress` from the firewall resources of AWS, Azure, Google and others.

use std::sync::Arc;

use crate::kind::Resource;
use crate::kind::shared::Field;
use crate::kind::shared::ingress::{
    Direction, Opening, action, all_ports, constant, everyone, has_ports, no_ports, peers, port_range, port_texts,
    protocol, resource,
};
use crate::syntax::tree::{Node, Place, Unknown, Value};

mod others;

/// The entries that a resource writes itself.
pub(super) fn openings(owner: &Resource) -> Vec<Resource> {
    let Some(kind) = owner.target.strip_prefix("terraform/") else { return Vec::new() };
    match kind {
        "aws_security_group" | "aws_default_security_group" => aws_blocks(owner, "security-group"),
        "aws_network_acl" | "aws_default_network_acl" => aws_blocks(owner, "network-acl"),
        "aws_security_group_rule" => {
            let direction = direction(owner.tree.get("type"), "egress");
            vec![whole(owner, direction, aws_entry(&owner.tree, "security-group"))]
        }
        "aws_vpc_security_group_ingress_rule" => {
            vec![whole(owner, Direction::In, aws_entry(&owner.tree, "security-group"))]
        }
        "aws_vpc_security_group_egress_rule" => {
            vec![whole(owner, Direction::Out, aws_entry(&owner.tree, "security-group"))]
        }
        "aws_network_acl_rule" => {
            let direction = direction(owner.tree.get("egress"), "true");
            vec![whole(owner, direction, aws_entry(&owner.tree, "network-acl"))]
        }
        "azurerm_network_security_group" => azure_blocks(owner),
        "azurerm_network_security_rule" => {
            let direction = direction(owner.tree.get("direction"), "outbound");
            vec![whole(owner, direction, azure_entry(&owner.tree, direction))]
        }
        "google_compute_firewall" => google(owner),
        _ => others::openings(owner, kind),
    }
}

/// Out where the value says so, else in.
fn direction(node: Option<&Node>, out: &str) -> Direction {
    let is_out = node.and_then(|node| node.value.scalar_text()).is_some_and(|text| text.eq_ignore_ascii_case(out));
    if is_out { Direction::Out } else { Direction::In }
}

fn name(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "ingress",
        Direction::Out => "egress",
    }
}

/// A resource that is nothing but one entry.
fn whole(owner: &Resource, direction: Direction, opening: Opening) -> Resource {
    resource(opening, direction, name(direction), owner, owner.extent)
}

/// The items of a list of blocks, and what its further items depend on.
fn blocks<'n>(owner: &'n Resource, key: &str) -> (&'n [Node], Option<(Arc<Unknown>, Place)>) {
    let Some(node) = owner.tree.get(key) else { return (&[], None) };
    match &node.value {
        Value::List(list) => (&list.items, list.open.clone().map(|open| (open, node.place))),
        Value::Unknown(unknown) => (&[], Some((unknown.clone(), node.place))),
        _ => (&[], None),
    }
}

/// Inline `ingress` and `egress` of a security group or a network ACL.
fn aws_blocks(owner: &Resource, layer: &'static str) -> Vec<Resource> {
    let mut openings = Vec::new();
    for direction in [Direction::In, Direction::Out] {
        let (items, open) = blocks(owner, name(direction));
        for (index, item) in items.iter().enumerate() {
            let opening = match &item.value {
                Value::Unknown(unknown) => Opening::unknown(unknown, layer, item.place),
                _ => aws_entry(item, layer),
            };
            let part = format!("{}[{index}]", name(direction));
            openings.push(resource(opening, direction, &part, owner, item.place));
        }
        if let Some((unknown, place)) = open {
            let part = format!("{}[…]", name(direction));
            let opening = Opening::unknown(&unknown, layer, place);
            openings.push(resource(opening, direction, &part, owner, place));
        }
    }
    openings
}

/// The fields of one AWS entry, whichever resource it is written in.
fn aws_entry(node: &Node, layer: &'static str) -> Opening {
    let first = |keys: &[&str]| keys.iter().find_map(|key| Field::of(node, key));
    let all = |keys: &[&str]| keys.iter().filter_map(|key| Field::of(node, key)).collect::<Vec<_>>();
    let protocol = first(&["protocol", "ip_protocol"]).map(protocol);
    let is_all = protocol.as_ref().is_some_and(|protocol| protocol.value.as_str() == Some("all"));
    let ports = match (&protocol, has_ports(protocol.as_ref())) {
        (Some(protocol), Some(true)) if is_all => Some(all_ports(protocol.value.place)),
        (Some(protocol), Some(false)) => Some(no_ports(protocol.value.place)),
        _ => Field::of(node, "from_port").map(|from| port_range(from, Field::of(node, "to_port"))),
    };
    let (addresses, named) =
        peers(all(&["cidr_blocks", "ipv6_cidr_blocks", "cidr_block", "ipv6_cidr_block", "cidr_ipv4", "cidr_ipv6"]));
    let groups = [
        "security_groups",
        "prefix_list_ids",
        "source_security_group_id",
        "referenced_security_group_id",
        "prefix_list_id",
    ];
    let (unclear, mut groups) = peers(all(&groups));
    groups = groups.or(named).or(unclear);
    Opening {
        action: first(&["action", "rule_action"]).map(action).or_else(|| Some(constant("allow", node.place))),
        protocol,
        ports,
        peers: addresses,
        peer_groups: groups,
        priority: first(&["rule_no", "rule_number"]),
        description: Field::of(node, "description"),
        layer: Some(constant(layer, node.place)),
    }
}

/// Inline `security_rule` of an Azure network security group.
fn azure_blocks(owner: &Resource) -> Vec<Resource> {
    let (items, open) = blocks(owner, "security_rule");
    let mut openings = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let direction = direction(item.get("direction"), "outbound");
        let opening = match &item.value {
            Value::Unknown(unknown) => Opening::unknown(unknown, "security-group", item.place),
            _ => azure_entry(item, direction),
        };
        openings.push(resource(opening, direction, &format!("security_rule[{index}]"), owner, item.place));
    }
    if let Some((unknown, place)) = open {
        let opening = Opening::unknown(&unknown, "security-group", place);
        openings.push(resource(opening, Direction::In, "security_rule[…]", owner, place));
    }
    openings
}

fn azure_entry(node: &Node, direction: Direction) -> Opening {
    let side = if direction == Direction::In { "source" } else { "destination" };
    let field = |key: &str| {
        Field::of(node, key)
            .filter(|field| field.value.as_list().is_none_or(|list| !list.items.is_empty() || list.open.is_some()))
    };
    let one = |suffix: &str| field(&format!("{side}_{suffix}"));
    let protocol = field("protocol").map(protocol);
    let ports = match (&protocol, has_ports(protocol.as_ref())) {
        (Some(protocol), Some(false)) => Some(no_ports(protocol.value.place)),
        _ => field("destination_port_range").or_else(|| field("destination_port_ranges")).map(port_texts),
    };
    let keys = ["address_prefix", "address_prefixes", "application_security_group_ids"];
    let (addresses, groups) = peers(keys.iter().filter_map(|key| one(key)).collect());
    // `Deny` and `Allow` differ in case from other providers only.
    Opening {
        action: field("access").map(action),
        protocol,
        ports,
        peers: addresses,
        peer_groups: groups,
        priority: field("priority"),
        description: field("description"),
        layer: Some(constant("security-group", node.place)),
    }
}

/// The `allow` and `deny` blocks of a Google firewall rule.
fn google(owner: &Resource) -> Vec<Resource> {
    if owner.tree.get("disabled").and_then(super::operators::truth) == Some(true) {
        return Vec::new();
    }
    let direction = direction(owner.tree.get("direction"), "egress");
    let (ranges, named): (&str, &[&str]) = match direction {
        Direction::In => ("source_ranges", &["source_tags", "source_service_accounts"]),
        Direction::Out => ("destination_ranges", &[]),
    };
    let (addresses, _) = peers(Field::of(&owner.tree, ranges).into_iter().collect());
    let (unclear, groups) = peers(named.iter().filter_map(|key| Field::of(&owner.tree, key)).collect());
    let groups = groups.or(unclear);
    // Without any of them it holds for everyone.
    let addresses = addresses.or_else(|| groups.is_none().then(|| everyone(owner.header)));
    let mut openings = Vec::new();
    for verb in ["allow", "deny"] {
        let (items, open) = blocks(owner, verb);
        for (index, item) in items.iter().enumerate() {
            let opening = Opening {
                action: Some(constant(verb, item.place)),
                peers: addresses.clone(),
                peer_groups: groups.clone(),
                priority: Field::of(&owner.tree, "priority"),
                description: Field::of(&owner.tree, "description"),
                ..google_entry(item)
            };
            openings.push(resource(opening, direction, &format!("{verb}[{index}]"), owner, item.place));
        }
        if let Some((unknown, place)) = open {
            let opening = Opening::unknown(&unknown, "firewall", place);
            openings.push(resource(opening, direction, &format!("{verb}[…]"), owner, place));
        }
    }
    openings
}

fn google_entry(node: &Node) -> Opening {
    let protocol = Field::of(node, "protocol").map(protocol);
    let ports = match has_ports(protocol.as_ref()) {
        Some(false) => no_ports(node.place),
        _ => Field::of(node, "ports").map_or_else(|| all_ports(node.place), port_texts),
    };
    Opening { protocol, ports: Some(ports), layer: Some(constant("firewall", node.place)), ..Opening::default() }
}
