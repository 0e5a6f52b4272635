//! Value trees in a compact binary form, without places: how the built-in rules and frameworks stand in the binary.
//!
//! The form is internal to one build (the build script packs, the same sources unpack) and has no version.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::tree::{Entry, List, Map, Node, Place, Unknown, Value};

#[derive(Serialize, Deserialize)]
enum Form<'a> {
    Null,
    Bool(bool),
    Number(f64),
    #[serde(borrow)]
    Text(&'a str),
    Date(i16, i8, i8),
    List(Vec<Form<'a>>, Option<Reason<'a>>),
    Map(Vec<(&'a str, Form<'a>)>, Option<Reason<'a>>),
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

/// The tree that was packed, its places [`Place::NOWHERE`]; `None` where the bytes are no packed tree.
pub fn unpack(bytes: &[u8]) -> Option<Node> {
    postcard::from_bytes(bytes).ok().and_then(|form| node(form, SmolStr::new))
}

/// As [`unpack`], but the texts are not copied out of the bytes.
pub fn unpack_static(bytes: &'static [u8]) -> Option<Node> {
    postcard::from_bytes(bytes).ok().and_then(|form| node(form, SmolStr::new_static))
}

fn form(node: &Node) -> Form<'_> {
    match &node.value {
        Value::Null => Form::Null,
        Value::Bool(value) => Form::Bool(*value),
        Value::Number(value) => Form::Number(*value),
        Value::Text(text) => Form::Text(text),
        Value::Date(date) => Form::Date(date.year(), date.month(), date.day()),
        Value::List(list) => Form::List(list.items.iter().map(form).collect(), list.open.as_deref().map(reason)),
        Value::Map(map) => {
            let entries = map.entries.iter().map(|entry| (entry.key.as_str(), form(&entry.value)));
            Form::Map(entries.collect(), map.open.as_deref().map(reason))
        }
        Value::Unknown(unknown) => Form::Unknown(reason(unknown)),
    }
}

fn reason(unknown: &Unknown) -> Reason<'_> {
    Reason { depends_on: &unknown.depends_on, expressible: unknown.expressible }
}

fn node<'a>(form: Form<'a>, text: fn(&'a str) -> SmolStr) -> Option<Node> {
    let unknown = |reason: Reason<'a>| {
        Arc::new(Unknown { expressible: reason.expressible, ..Unknown::new(text(reason.depends_on)) })
    };
    let value = match form {
        Form::Null => Value::Null,
        Form::Bool(value) => Value::Bool(value),
        Form::Number(value) => Value::Number(value),
        Form::Text(value) => Value::Text(text(value)),
        Form::Date(year, month, day) => Value::Date(jiff::civil::Date::new(year, month, day).ok()?),
        Form::List(items, open) => {
            let items: Option<Vec<Node>> = items.into_iter().map(|item| node(item, text)).collect();
            Value::List(Arc::new(List { items: items?, open: open.map(unknown) }))
        }
        Form::Map(entries, open) => {
            let entries: Option<Vec<Entry>> = entries.into_iter().map(|(key, value)| entry(key, value, text)).collect();
            Value::Map(Arc::new(Map { entries: entries?, open: open.map(unknown) }))
        }
        Form::Unknown(reason) => Value::Unknown(unknown(reason)),
    };
    Some(Node::new(value, Place::NOWHERE))
}

fn entry<'a>(key: &'a str, value: Form<'a>, text: fn(&'a str) -> SmolStr) -> Option<Entry> {
    Some(Entry { key: text(key), key_place: Place::NOWHERE, value: node(value, text)? })
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
        let again = unpack(&bytes).unwrap();
        assert_eq!(again, node);
        assert_eq!(again.place, Place::NOWHERE);
        assert_eq!(unpack_static(bytes.leak()).unwrap(), node);
    }

    #[test]
    fn bytes_that_are_no_tree_are_refused() {
        let bytes = pack(&every_form());
        assert_eq!(unpack(&[]), None);
        assert_eq!(unpack(&bytes[..bytes.len() / 2]), None);
        assert_eq!(unpack(&[200; 40]), None);
    }
}
