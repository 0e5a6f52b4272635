//! `equals`, `in`, `part_of`.

use super::Truth;
use crate::rule::scalar;
use crate::syntax::tree::{Node, Value};

/// Whether two values are the same.
pub(super) fn equals(actual: &Value, expected: &Value, converts: bool) -> bool {
    scalar::equal(actual, expected, converts)
}

/// Whether the value is one of a list; a list with unknown elements that does not hold it leaves it open.
pub(super) fn within_list(actual: &Value, operand: &Value, converts: bool) -> Truth {
    let Value::List(list) = operand else {
        return Truth::of(scalar::equal(actual, operand, converts));
    };
    if list.items.iter().any(|item| scalar::equal(actual, &item.value, converts)) {
        return Truth::True;
    }
    let undecided = list.open.is_some() || list.items.iter().any(|item| matches!(item.value, Value::Unknown(_)));
    if undecided { Truth::Unknown } else { Truth::False }
}

/// Whether every element of a list, or every entry of a map, is in the other one. A scalar is a list of one.
pub(super) fn part_of(actual: &Value, operand: &Value, converts: bool) -> Truth {
    match (actual, operand) {
        (Value::Map(part), Value::Map(whole)) => {
            let entries = part.entries.iter().map(|entry| {
                let undecided = matches!(entry.value.value, Value::Unknown(_));
                match whole.get(&entry.key).map(|node| &node.value) {
                    Some(Value::Unknown(_)) => Truth::Unknown,
                    Some(_) if undecided => Truth::Unknown,
                    Some(value) => Truth::of(scalar::equal(&entry.value.value, value, converts)),
                    None if whole.open.is_some() => Truth::Unknown,
                    None => Truth::False,
                }
            });
            all_of(entries, part.open.is_some())
        }
        (Value::Map(_), _) => Truth::False,
        (Value::List(part), _) => {
            let elements = part.items.iter().map(|item: &Node| match &item.value {
                Value::Unknown(_) => Truth::Unknown,
                value => within_list(value, operand, converts),
            });
            all_of(elements, part.open.is_some())
        }
        (single, _) => within_list(single, operand, converts),
    }
}

/// Whether all hold; when there may be more, at most unknown.
fn all_of(truths: impl Iterator<Item = Truth>, open: bool) -> Truth {
    let least = truths.min().unwrap_or(Truth::True);
    if open { least.min(Truth::Unknown) } else { least }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::syntax::tree::{Entry, Map, Place, Unknown};

    fn map(entries: &[(&str, Option<&str>)]) -> Value {
        let value = |text: Option<&str>| match text {
            Some(text) => Value::Text(text.into()),
            None => Value::Unknown(Arc::new(Unknown::new("var.x"))),
        };
        let entry = |(key, text): &(&str, Option<&str>)| Entry {
            key: (*key).into(),
            key_place: Place::NOWHERE,
            value: Node::new(value(*text), Place::NOWHERE),
        };
        let map = Map { entries: entries.iter().map(entry).collect(), open: None };
        Node::map(map, Place::NOWHERE).value
    }

    #[test]
    fn a_selector_is_a_part_of_the_labels_that_it_selects() {
        let labels = map(&[("app", Some("shop")), ("tier", Some("web"))]);
        for (selector, expected) in [
            (map(&[]), Truth::True),
            (map(&[("app", Some("shop"))]), Truth::True),
            (map(&[("app", Some("shop")), ("tier", Some("web"))]), Truth::True),
            (map(&[("app", Some("mail"))]), Truth::False),
            (map(&[("role", Some("db"))]), Truth::False),
            (map(&[("app", None)]), Truth::Unknown),
            (map(&[("app", None), ("tier", Some("db"))]), Truth::False),
        ] {
            assert_eq!(part_of(&selector, &labels, false), expected, "{selector:?}");
        }
        assert_eq!(part_of(&map(&[("app", Some("shop"))]), &map(&[("app", None)]), false), Truth::Unknown);
    }
}
