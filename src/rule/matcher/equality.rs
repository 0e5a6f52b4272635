//! `equals`, `in`.

use super::Truth;
use crate::rule::scalar;
use crate::syntax::tree::Value;

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
