//! Types that several kinds fill, so that one rule judges what is written in many formats.
//!
//! Each is a struct whose fields keep their places, and lowers to the tree that rules see. A field that is absent was
//! not written; what a format has no words for is an unknown that is not expressible.

pub mod container;
pub mod flags;
pub mod iam_statement;
pub mod image;
pub mod ingress;
pub(crate) mod joined;
pub mod pod;
pub(crate) mod refers;
pub mod task;
pub(crate) mod variables;

use std::sync::Arc;

use smol_str::SmolStr;

use super::Resource;
use crate::syntax::tree::{Entry, Map, Node, Place, Unknown, Value};

/// A field of a shared type: its value, and where the key stands under which it is written.
#[derive(Debug, Clone)]
pub struct Field {
    /// Where the key is written.
    pub key: Place,
    /// The value.
    pub value: Node,
}

impl Field {
    /// A value that has no key of its own.
    pub fn new(value: Node) -> Field {
        Field { key: value.place, value }
    }

    /// What a map holds under a key; an explicit null counts as absent.
    pub fn of(map: &Node, key: &str) -> Option<Field> {
        map.as_map()?.entry(key).and_then(Field::of_entry)
    }

    /// What an entry holds.
    pub fn of_entry(entry: &Entry) -> Option<Field> {
        (!entry.value.is_null()).then(|| Field { key: entry.key_place, value: entry.value.clone() })
    }

    /// The same place with another value.
    #[must_use]
    pub fn with(self, value: Node) -> Field {
        Field { value, ..self }
    }
}

/// The map of the fields that are there.
pub(crate) fn map_of(place: Place, fields: impl IntoIterator<Item = (&'static str, Option<Field>)>) -> Node {
    let mut map = Map::default();
    for (name, field) in fields {
        if let Some(field) = field {
            map.push(name, field.key, field.value);
        }
    }
    Node::map(map, place)
}

/// A resource that is all that its tree covers, in a format that converts no scalars.
pub(crate) fn resource(target: &str, address: SmolStr, tree: Node, header: Place) -> Resource {
    Resource {
        target: target.into(),
        address,
        names: Vec::new(),
        extent: tree.place,
        tree,
        header,
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: false,
    }
}

/// What a format has no words for.
pub(crate) fn inexpressible(place: Place) -> Field {
    let unknown = Unknown { expressible: false, ..Unknown::new("what the format cannot say") };
    Field::new(Node::new(Value::Unknown(Arc::new(unknown)), place))
}
