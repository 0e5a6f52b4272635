//! Fills the shared types `ingress` and `egress` from network security groups.

use crate::kind::Resource;
use crate::kind::shared::Field;
use crate::kind::shared::ingress::{
    Direction, Opening, action, constant, has_ports, no_ports, peers, port_texts, protocol, resource,
};
use crate::syntax::tree::{Node, Value};

const LAYER: &str = "security-group";

/// The entries that a resource writes itself.
pub(super) fn openings(owner: &Resource) -> Vec<Resource> {
    match owner.target.as_str() {
        "arm/microsoft.network/networksecuritygroups" => inline(owner),
        "arm/microsoft.network/networksecuritygroups/securityrules" => {
            let Some(properties) = owner.tree.get("properties") else { return Vec::new() };
            let (direction, opening) = entry(properties);
            vec![resource(opening, direction, "rule", owner, owner.extent)]
        }
        _ => Vec::new(),
    }
}

fn inline(owner: &Resource) -> Vec<Resource> {
    let Some(rules) = owner.tree.get("properties").and_then(|properties| properties.get("securityRules")) else {
        return Vec::new();
    };
    let (items, open) = match &rules.value {
        Value::List(list) => (list.items.as_slice(), &list.open),
        Value::Unknown(unknown) => (&[][..], &Some(unknown.clone())),
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let (direction, opening) = match (&item.value, item.get("properties").map(|node| (node, &node.value))) {
            (Value::Unknown(unknown), _) | (_, Some((_, Value::Unknown(unknown)))) => {
                (Direction::In, Opening::unknown(unknown, LAYER, item.place))
            }
            (_, Some((properties, _))) => entry(properties),
            _ => continue,
        };
        found.push(resource(opening, direction, &format!("securityRules[{index}]"), owner, item.place));
    }
    if let Some(unknown) = open {
        let opening = Opening::unknown(unknown, LAYER, rules.place);
        found.push(resource(opening, Direction::In, "securityRules[…]", owner, rules.place));
    }
    found
}

/// The fields of one rule, and which way it goes.
fn entry(node: &Node) -> (Direction, Opening) {
    let written = node.get("direction").and_then(|node| node.value.scalar_text());
    let is_out = written.is_some_and(|text| text.eq_ignore_ascii_case("outbound"));
    let (direction, side) = if is_out { (Direction::Out, "destination") } else { (Direction::In, "source") };
    let field = |key: &str| {
        Field::of(node, key)
            .filter(|field| field.value.as_list().is_none_or(|list| !list.items.is_empty() || list.open.is_some()))
            .filter(|field| field.value.as_str() != Some(""))
    };
    let protocol = field("protocol").map(protocol);
    let ports = match (&protocol, has_ports(protocol.as_ref())) {
        (Some(protocol), Some(false)) => Some(no_ports(protocol.value.place)),
        _ => field("destinationPortRange").or_else(|| field("destinationPortRanges")).map(port_texts),
    };
    let one = |suffix: &str| field(&format!("{side}{suffix}"));
    let addresses = ["AddressPrefix", "AddressPrefixes"].iter().filter_map(|suffix| one(suffix)).collect();
    let (blocks, named) = peers(addresses);
    let opening = Opening {
        action: field("access").map(action),
        protocol,
        ports,
        peers: blocks,
        peer_groups: one("ApplicationSecurityGroups").or(named),
        priority: field("priority"),
        description: field("description"),
        layer: Some(constant(LAYER, node.place)),
    };
    (direction, opening)
}
