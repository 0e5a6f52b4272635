//! `exists`, `empty`, `unique`.

use super::Truth;
use crate::rule::scalar;
use crate::syntax::tree::{Node, Value};

/// Whether a fact is as the operand (`true` or `false`) wants it.
pub(super) fn is(fact: bool, operand: &Value) -> Truth {
    Truth::of(matches!(operand, Value::Bool(wanted) if *wanted == fact))
}

pub(super) fn empty(actual: &Value, operand: &Value) -> Truth {
    match actual {
        Value::Text(text) => is(text.trim().is_empty(), operand),
        Value::List(list) if list.items.is_empty() && list.open.is_some() => Truth::Unknown,
        Value::Map(map) if map.entries.is_empty() && map.open.is_some() => Truth::Unknown,
        Value::List(list) => is(list.items.is_empty(), operand),
        Value::Map(map) => is(map.entries.is_empty(), operand),
        _ => is(false, operand),
    }
}

/// Whether the elements of a list differ from each other; with a key as operand, in that key.
pub(super) fn unique(actual: &Value, operand: &Value, converts: bool) -> Truth {
    let Value::List(list) = actual else { return Truth::of(!matches!(operand, Value::Bool(false))) };
    let values: Vec<&Node> = match operand {
        Value::Text(key) => list.items.iter().filter_map(|item| item.get(key)).collect(),
        _ => list.items.iter().collect(),
    };
    let repeats = values.iter().enumerate().any(|(index, value)| {
        values[..index].iter().any(|earlier| scalar::equal(&earlier.value, &value.value, converts))
    });
    let undecided = list.open.is_some() || values.iter().any(|value| matches!(value.value, Value::Unknown(_)));
    match (repeats, undecided) {
        (true, _) => Truth::of(matches!(operand, Value::Bool(false))),
        (false, true) => Truth::Unknown,
        (false, false) => Truth::of(!matches!(operand, Value::Bool(false))),
    }
}
