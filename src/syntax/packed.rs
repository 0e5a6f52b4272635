//! Value trees in a compact binary form, without places: how frameworks, and what the checks of built-in rules ask, stand
//! in the binary.
//!
//! The form is internal to one build (the build script packs, the same sources unpack) and has no version.

use std::sync::Arc;

use serde::de::{Deserializer, EnumAccess, Error, VariantAccess, Visitor};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::tree::{Entry, List, Map, Node, Place, Unknown, Value};

#[derive(Serialize)]
enum Form<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'a str),
    Date((i16, i8, i8)),
    List((Vec<Form<'a>>, Option<Reason<'a>>)),
    Map((Vec<(&'a str, Form<'a>)>, Option<Reason<'a>>)),
    Unknown(Reason<'a>),
}

#[derive(Serialize, Deserialize)]
struct Reason<'a> {
    depends_on: &'a str,
    expressible: bool,
}

/// The bytes that stand for a tree. References to resources and places are left out.
pub fn pack(node: &Node) -> Vec<u8> {
    // Writing to a vector cannot fail; were it to, the empty vector unpacks to `None`.
    postcard::to_stdvec(&form(node)).unwrap_or_default()
}

/// The tree that was packed, its places [`Place::NOWHERE`]; `None` where the bytes are no packed tree. Its texts are not
/// copied out of the bytes, and no second form of the tree is made on the way.
pub fn unpack(bytes: &'static [u8]) -> Option<Node> {
    postcard::from_bytes(bytes).ok().map(|Unpacked(node)| node)
}

fn form(node: &Node) -> Form<'_> {
    match &node.value {
        Value::Null => Form::Null,
        Value::Bool(value) => Form::Bool(*value),
        Value::Number(value) => Form::Number(*value),
        Value::Text(text) => Form::Text(text),
        Value::Date(date) => Form::Date((date.year(), date.month(), date.day())),
        Value::List(list) => Form::List((list.items.iter().map(form).collect(), list.open.as_deref().map(reason))),
        Value::Map(map) => {
            let entries = map.entries.iter().map(|entry| (entry.key.as_str(), form(&entry.value)));
            Form::Map((entries.collect(), map.open.as_deref().map(reason)))
        }
        Value::Unknown(unknown) => Form::Unknown(reason(unknown)),
    }
}

fn reason(unknown: &Unknown) -> Reason<'_> {
    Reason { depends_on: &unknown.depends_on, expressible: unknown.expressible }
}

/// A tree as it comes out of the form that [`Form`] has in bytes.
struct Unpacked(Node);

impl Deserialize<'static> for Unpacked {
    fn deserialize<D: Deserializer<'static>>(deserializer: D) -> Result<Unpacked, D::Error> {
        deserializer.deserialize_enum("Form", FORMS, FormVisitor)
    }
}

/// An entry of a map.
struct UnpackedEntry(Entry);

impl Deserialize<'static> for UnpackedEntry {
    fn deserialize<D: Deserializer<'static>>(deserializer: D) -> Result<UnpackedEntry, D::Error> {
        let (key, Unpacked(value)) = Deserialize::deserialize(deserializer)?;
        Ok(UnpackedEntry(Entry { key: SmolStr::new_static(key), key_place: Place::NOWHERE, value }))
    }
}

/// The variants of [`Form`], in its order.
const FORMS: &[&str] = &["Null", "Bool", "Number", "Text", "Date", "List", "Map", "Unknown"];

struct FormVisitor;

impl Visitor<'static> for FormVisitor {
    type Value = Unpacked;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a packed tree")
    }

    fn visit_enum<A: EnumAccess<'static>>(self, access: A) -> Result<Unpacked, A::Error> {
        let (variant, content) = access.variant::<u32>()?;
        let value = match variant {
            0 => content.unit_variant().map(|()| Value::Null)?,
            1 => Value::Bool(content.newtype_variant()?),
            2 => Value::Number(content.newtype_variant()?),
            3 => Value::Text(SmolStr::new_static(content.newtype_variant()?)),
            4 => {
                let (year, month, day) = content.newtype_variant()?;
                Value::Date(jiff::civil::Date::new(year, month, day).map_err(A::Error::custom)?)
            }
            5 => {
                let (items, open): (Vec<Unpacked>, Option<Reason<'static>>) = content.newtype_variant()?;
                let items = items.into_iter().map(|Unpacked(node)| node).collect();
                Value::List(Arc::new(List { items, open: open.map(Reason::unknown) }))
            }
            6 => {
                let (entries, open): (Vec<UnpackedEntry>, Option<Reason<'static>>) = content.newtype_variant()?;
                let entries = entries.into_iter().map(|UnpackedEntry(entry)| entry).collect();
                Value::Map(Arc::new(Map { entries, open: open.map(Reason::unknown) }))
            }
            7 => Value::Unknown(content.newtype_variant::<Reason<'static>>()?.unknown()),
            _ => return Err(A::Error::custom("no form of value")),
        };
        Ok(Unpacked(Node::new(value, Place::NOWHERE)))
    }
}

impl Reason<'static> {
    fn unknown(self) -> Arc<Unknown> {
        let depends_on = SmolStr::new_static(self.depends_on);
        Arc::new(Unknown { expressible: self.expressible, ..Unknown::new(depends_on) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tree::FileId;

    fn every_form() -> Node {
        let place = Place::whole(FileId(3));
        let reason = Arc::new(Unknown { expressible: false, ..Unknown::new("var.more") });
        let mut map = Map { entries: Vec::new(), open: Some(reason.clone()) };
        let date = jiff::civil::date(2026, 2, 28);
        for (key, value) in [
            ("null", Value::Null),
            ("bool", Value::Bool(true)),
            ("number", Value::Number(-0.25)),
            ("a key that is longer than what is kept inline", Value::Text("übrigens".into())),
            ("date", Value::Date(date)),
            ("list", Value::List(Arc::new(List { items: vec![Node::text("x", place)], open: Some(reason) }))),
        ] {
            map.push(key, place, Node::new(value, place));
        }
        map.push("unknown", place, Node::unknown("var.x", place));
        Node::map(map, place)
    }

    #[test]
    fn every_form_of_value_comes_back() {
        let node = every_form();
        let bytes = pack(&node);
        let again = unpack(bytes.leak()).unwrap();
        assert_eq!(again, node);
        assert_eq!(again.place, Place::NOWHERE);
    }

    #[test]
    fn bytes_that_are_no_tree_are_refused() {
        let bytes: &'static [u8] = pack(&every_form()).leak();
        assert_eq!(unpack(&[]), None);
        assert_eq!(unpack(&bytes[..bytes.len() / 2]), None);
        assert_eq!(unpack(&[200; 40]), None);
    }
}
