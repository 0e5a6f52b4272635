//! Variables of the environment in values: `${NAME}`, `${NAME:-default}`, `$NAME`; `$$` is a dollar.

use std::sync::Arc;

use smol_str::format_smolstr;

use super::joined::Joined;
use crate::syntax::tree::{Entry, List, Map, Node, Unknown, Value};

/// The same with variables filled in by their defaults, and unknown where they have none.
pub(crate) fn filled(node: &Node) -> Node {
    let value = match &node.value {
        Value::Text(text) if text.contains('$') => of_text(text),
        Value::List(list) => {
            Value::List(Arc::new(List { items: list.items.iter().map(filled).collect(), open: list.open.clone() }))
        }
        Value::Map(map) => {
            let entries = map.entries.iter().map(|entry| Entry { value: filled(&entry.value), ..entry.clone() });
            Value::Map(Arc::new(Map { entries: entries.collect(), open: map.open.clone() }))
        }
        other => other.clone(),
    };
    Node { value, ..node.clone() }
}

fn of_text(text: &str) -> Value {
    let mut joined = Joined::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        joined.text.push_str(before);
        rest = if let Some(tail) = after.strip_prefix('$') {
            joined.text.push('$');
            tail
        } else if let Some((inside, tail)) = after.strip_prefix('{').and_then(closed) {
            variable(inside, &mut joined);
            tail
        } else {
            let end = after.find(|each: char| !each.is_ascii_alphanumeric() && each != '_').unwrap_or(after.len());
            match after.get(..end).filter(|name| !name.is_empty()) {
                Some(name) => gap(name, &mut joined),
                None => joined.text.push('$'),
            }
            after.get(end..).unwrap_or("")
        };
    }
    joined.text.push_str(rest);
    joined.value()
}

/// What is before the brace that closes, and what is after it.
fn closed(text: &str) -> Option<(&str, &str)> {
    let mut open = 1_usize;
    for (at, each) in text.char_indices() {
        match each {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some((text.get(..at)?, text.get(at + 1..)?));
        }
    }
    None
}

/// `NAME`, `NAME:-default`, `NAME-default`, `NAME:?message`, `NAME:+other`
fn variable(inside: &str, joined: &mut Joined) {
    let end = inside.find(|each: char| !each.is_ascii_alphanumeric() && each != '_').unwrap_or(inside.len());
    let (name, operator) = inside.split_at(end);
    match operator.strip_prefix(":-").or_else(|| operator.strip_prefix('-')) {
        // A default with variables of its own is as unknown as they are.
        Some(default) if !default.contains('$') => joined.text.push_str(default),
        _ => gap(name, joined),
    }
}

fn gap(name: &str, joined: &mut Joined) {
    joined.gap(&Arc::new(Unknown::new(format_smolstr!("${{{name}}}"))));
}
