//! Fills the shared types `ingress` and `egress` from security groups and network ACLs.

use crate::kind::Resource;
use crate::kind::shared::Field;
use crate::kind::shared::ingress::{
    Direction, Opening, action, all_ports, constant, has_ports, no_ports, peers, port_range, protocol, resource,
};
use crate::syntax::tree::{List, Node, Value};

const GROUP: &str = "security-group";
const ACL: &str = "network-acl";

/// The entries that a resource writes itself.
pub(super) fn openings(owner: &Resource) -> Vec<Resource> {
    let Some(properties) = owner.tree.get("Properties") else { return Vec::new() };
    let whole = |direction, layer| {
        let part = if direction == Direction::In { "ingress" } else { "egress" };
        vec![resource(entry(properties, layer), direction, part, owner, owner.extent)]
    };
    match owner.target.strip_prefix("cloudformation/") {
        Some("AWS::EC2::SecurityGroup") => {
            let mut found = inline(owner, properties, "SecurityGroupIngress", Direction::In);
            found.extend(inline(owner, properties, "SecurityGroupEgress", Direction::Out));
            found
        }
        Some("AWS::EC2::SecurityGroupIngress") => whole(Direction::In, GROUP),
        Some("AWS::EC2::SecurityGroupEgress") => whole(Direction::Out, GROUP),
        Some("AWS::EC2::NetworkAclEntry") => {
            let egress = properties.get("Egress").and_then(|node| node.value.scalar_text());
            whole(if egress.as_deref() == Some("true") { Direction::Out } else { Direction::In }, ACL)
        }
        _ => Vec::new(),
    }
}

/// The entries in a list of a security group; a single one may stand without the list.
fn inline(owner: &Resource, properties: &Node, key: &str, direction: Direction) -> Vec<Resource> {
    let Some(node) = properties.get(key) else { return Vec::new() };
    let (items, open) = match &node.value {
        Value::List(list) => (list.items.as_slice(), &list.open),
        Value::Unknown(unknown) => (&[][..], &Some(unknown.clone())),
        Value::Map(_) => (std::slice::from_ref(node), &None),
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let opening = match &item.value {
            Value::Unknown(unknown) => Opening::unknown(unknown, GROUP, item.place),
            _ => entry(item, GROUP),
        };
        found.push(resource(opening, direction, &format!("{key}[{index}]"), owner, item.place));
    }
    if let Some(unknown) = open {
        let opening = Opening::unknown(unknown, GROUP, node.place);
        found.push(resource(opening, direction, &format!("{key}[…]"), owner, node.place));
    }
    found
}

/// The fields of one entry, wherever it is written.
fn entry(node: &Node, layer: &'static str) -> Opening {
    let first = |keys: &[&str]| keys.iter().find_map(|key| Field::of(node, key));
    let all = |keys: &[&str]| keys.iter().filter_map(|key| Field::of(node, key)).collect::<Vec<_>>();
    let protocol = first(&["IpProtocol", "Protocol"]).map(protocol);
    let is_all = protocol.as_ref().is_some_and(|protocol| protocol.value.as_str() == Some("all"));
    let ports = match (&protocol, has_ports(protocol.as_ref())) {
        (Some(protocol), Some(true)) if is_all => Some(all_ports(protocol.value.place)),
        (Some(protocol), Some(false)) => Some(no_ports(protocol.value.place)),
        _ => range(node),
    };
    let (addresses, named) = peers(all(&["CidrIp", "CidrIpv6", "CidrBlock", "Ipv6CidrBlock"]));
    let groups = [
        "SourceSecurityGroupId",
        "SourceSecurityGroupName",
        "SourcePrefixListId",
        "DestinationSecurityGroupId",
        "DestinationPrefixListId",
    ];
    let (unclear, groups) = peers(all(&groups).into_iter().map(listed).collect());
    Opening {
        action: Field::of(node, "RuleAction").map(action).or_else(|| Some(constant("allow", node.place))),
        protocol,
        ports,
        peers: addresses,
        peer_groups: groups.or(named).or(unclear),
        priority: Field::of(node, "RuleNumber"),
        description: Field::of(node, "Description"),
        layer: Some(constant(layer, node.place)),
    }
}

/// `FromPort` and `ToPort`, of an ACL in `PortRange`.
fn range(node: &Node) -> Option<Field> {
    if let Some(from) = Field::of(node, "FromPort") {
        return Some(port_range(from, Field::of(node, "ToPort")));
    }
    let range = Field::of(node, "PortRange")?;
    match &range.value.value {
        Value::Map(_) => Some(port_range(Field::of(&range.value, "From")?, Field::of(&range.value, "To"))),
        _ => Some(range),
    }
}

/// An id that is not known is one of a group all the same.
fn listed(field: Field) -> Field {
    let list = List { items: vec![field.value.clone()], open: None };
    let node = Node { value: Value::List(list.into()), ..field.value.clone() };
    field.with(node)
}
