//! The shared types `ingress` and `egress`: one permission or prohibition to reach something over the network.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Field, map_of};
use crate::kind::Resource;
use crate::syntax::tree::{List, Map, Node, Place, Unknown, Value};

/// The target of rules for traffic that comes in.
pub const INGRESS: &str = "ingress";
/// The target of rules for traffic that goes out.
pub const EGRESS: &str = "egress";

/// Which way the traffic goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To what is protected.
    In,
    /// From it.
    Out,
}

/// One entry of a firewall, of any provider. Each field keeps its own place.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// `allow` or `deny`.
    pub action: Option<Field>,
    /// In lower case: `tcp`, `udp`, `icmp` …; `all` for all of them.
    pub protocol: Option<Field>,
    /// A list of numbers and of `{from, to}`; all ports are `{from: 0, to: 65535}`. Empty for protocols without ports.
    pub ports: Option<Field>,
    /// The other side as a list of address blocks; everyone is `0.0.0.0/0` and `::/0`. In trees `sources` of an ingress
    /// and `destinations` of an egress.
    pub peers: Option<Field>,
    /// The other side where it is named otherwise: groups, tags, service accounts, prefix lists.
    pub peer_groups: Option<Field>,
    /// Which of several entries counts; the smaller number wins.
    pub priority: Option<Field>,
    /// What it is for.
    pub description: Option<Field>,
    /// What it belongs to: `security-group` (instances), `network-acl` (a subnet) or `firewall` (a network).
    pub layer: Option<Field>,
}

impl Opening {
    /// The tree that rules see.
    pub fn tree(self, direction: Direction, place: Place) -> Node {
        let (peers, groups) = match direction {
            Direction::In => ("sources", "source_groups"),
            Direction::Out => ("destinations", "destination_groups"),
        };
        map_of(
            place,
            [
                ("action", self.action),
                ("protocol", self.protocol),
                ("ports", self.ports),
                (peers, self.peers),
                (groups, self.peer_groups),
                ("priority", self.priority),
                ("description", self.description),
                ("layer", self.layer),
            ],
        )
    }

    /// An entry of which nothing is known but that it may be there.
    pub fn unknown(unknown: &Arc<Unknown>, layer: &'static str, place: Place) -> Opening {
        let node = || Some(Field::new(Node::depending(unknown, place)));
        Opening {
            action: node(),
            protocol: node(),
            ports: node(),
            peers: node(),
            layer: Some(constant(layer, place)),
            ..Opening::default()
        }
    }
}

/// The resource of an entry of `owner`; `part` tells it from the owner's others.
pub fn resource(opening: Opening, direction: Direction, part: &str, owner: &Resource, place: Place) -> Resource {
    let target = match direction {
        Direction::In => INGRESS,
        Direction::Out => EGRESS,
    };
    Resource {
        target: SmolStr::new_static(target),
        address: smol_str::format_smolstr!("{}/{part}", owner.address),
        names: Vec::new(),
        tree: opening.tree(direction, place),
        header: if place == owner.extent { owner.header } else { place },
        extent: place,
        owner: Some(owner.address.clone()),
        call_chain: owner.call_chain.clone(),
        converts_scalars: owner.converts_scalars,
    }
}

/// A text that no one wrote: it stands where the entry does.
pub fn constant(text: &'static str, place: Place) -> Field {
    Field::new(Node::text(SmolStr::new_static(text), place))
}

/// `allow` or `deny` in whatever case.
pub fn action(field: Field) -> Field {
    lowered(field)
}

/// A protocol by its usual name; numbers are those of IANA.
pub fn protocol(field: Field) -> Field {
    let field = lowered(field);
    let name = match field.value.value.scalar_text().as_deref() {
        Some("-1" | "*" | "all" | "any") => "all",
        Some("6") => "tcp",
        Some("17") => "udp",
        Some("1") => "icmp",
        Some("58") => "icmpv6",
        _ => return field,
    };
    renamed(field, name)
}

fn lowered(field: Field) -> Field {
    match field.value.value.scalar_text() {
        Some(text) => {
            let text = text.to_lowercase();
            let value = Node { value: Value::Text(text.into()), ..field.value.clone() };
            field.with(value)
        }
        None => field,
    }
}

fn renamed(field: Field, name: &'static str) -> Field {
    let value = Node { value: Value::Text(SmolStr::new_static(name)), ..field.value.clone() };
    field.with(value)
}

/// Whether a protocol has ports; `None` where it cannot be known.
pub fn has_ports(protocol: Option<&Field>) -> Option<bool> {
    let text = protocol?.value.as_str()?;
    Some(!matches!(text, "icmp" | "icmpv6" | "esp" | "ah" | "gre"))
}

/// All ports.
pub fn all_ports(place: Place) -> Field {
    let number = |value| Node::new(Value::Number(value), place);
    Field::new(Node::list(vec![span(number(0.0), number(65_535.0))], place))
}

/// No ports.
pub fn no_ports(place: Place) -> Field {
    Field::new(Node::list(Vec::new(), place))
}

/// The ports from one to another; the field stands where the first one does.
pub fn port_range(from: Field, to: Option<Field>) -> Field {
    let place = from.value.place;
    let to = to.map_or_else(|| from.value.clone(), |to| to.value);
    // -1 stands for every port, whatever protocol is written beside it.
    let every = |end: f64| end < 0.0;
    let port = match (number(&from.value), number(&to)) {
        (Some(first), Some(last)) if every(first) && every(last) => return all_ports(place),
        (Some(first), Some(last)) if (first - last).abs() < 0.5 => Node::new(Value::Number(first), place),
        _ => span(from.value.clone(), to),
    };
    let list = Node::list(vec![port], place);
    from.with(list)
}

/// Ports as texts: `22`, `20-25`, `*`.
pub fn port_texts(field: Field) -> Field {
    let list = match &field.value.value {
        Value::List(list) => (**list).clone(),
        Value::Unknown(_) => return field,
        _ => List { items: vec![field.value.clone()], open: None },
    };
    let items = list.items.iter().map(port_text).collect();
    let value = Node::new(Value::List(Arc::new(List { items, open: list.open })), field.value.place);
    field.with(value)
}

fn port_text(node: &Node) -> Node {
    let number = |value| Node::new(Value::Number(value), node.place);
    let Some(text) = node.value.scalar_text() else { return node.clone() };
    if text == "*" {
        return span(number(0.0), number(65_535.0));
    }
    let ends = text.split_once('-').map(|(from, to)| (from.trim().parse().ok(), to.trim().parse().ok()));
    match (ends, text.trim().parse()) {
        (Some((Some(from), Some(to))), _) => span(number(from), number(to)),
        (None, Ok(port)) => number(port),
        _ => node.clone(),
    }
}

/// `{from, to}`
fn span(from: Node, to: Node) -> Node {
    let place = from.place;
    let mut map = Map::default();
    map.push("from", from.place, from);
    map.push("to", to.place, to);
    Node::map(map, place)
}

fn number(node: &Node) -> Option<f64> {
    node.value.scalar_text()?.trim().parse().ok()
}

/// Sorts the other side into address blocks and names. `*`, `Any` and `Internet` are everyone.
pub fn peers(fields: Vec<Field>) -> (Option<Field>, Option<Field>) {
    let mut blocks = Peers::default();
    let mut groups = Peers::default();
    for field in fields {
        match field.value.value.clone() {
            Value::List(list) => {
                for item in &list.items {
                    sort(field.key, item, &mut blocks, &mut groups);
                }
                blocks.note(&field, list.open.clone());
            }
            Value::Unknown(unknown) if field.value.refers.is_none() => blocks.note(&field, Some(unknown)),
            _ => sort(field.key, &field.value, &mut blocks, &mut groups),
        }
    }
    (blocks.field(), groups.field())
}

/// What is known to be there, and whether there may be more.
#[derive(Default)]
struct Peers {
    place: Option<(Place, Place)>,
    list: List,
}

impl Peers {
    fn note(&mut self, field: &Field, open: Option<Arc<Unknown>>) {
        self.place.get_or_insert((field.key, field.value.place));
        self.list.open = self.list.open.take().or(open);
    }

    fn push(&mut self, key: Place, node: Node) {
        self.place.get_or_insert((key, node.place));
        self.list.items.push(node);
    }

    fn field(self) -> Option<Field> {
        let (key, place) = self.place?;
        Some(Field { key, value: Node::new(Value::List(Arc::new(self.list)), place) })
    }
}

fn sort(key: Place, node: &Node, blocks: &mut Peers, groups: &mut Peers) {
    let Some(text) = node.value.scalar_text() else {
        // What refers to a resource is a group's or a prefix list's id unless it turns out to be an address.
        if node.refers.is_some() && !matches!(node.value, Value::Null) { groups } else { blocks }
            .push(key, node.clone());
        return;
    };
    match text.to_lowercase().as_str() {
        "*" | "any" | "internet" => {
            for everyone in EVERYONE {
                blocks.push(key, Node { value: Value::Text(SmolStr::new_static(everyone)), ..node.clone() });
            }
        }
        address if address.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':') && address.contains(['.', ':']) => {
            blocks.push(key, node.clone());
        }
        _ => groups.push(key, node.clone()),
    }
}

/// All addresses there are.
pub const EVERYONE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// Everyone, where nobody wrote it.
pub fn everyone(place: Place) -> Field {
    let items = EVERYONE.iter().map(|block| Node::text(SmolStr::new_static(block), place)).collect();
    Field::new(Node::list(items, place))
}
