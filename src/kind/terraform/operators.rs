//! Operators over three-valued values.

use std::sync::Arc;

use super::evaluate::unknown_within;
use crate::syntax::hcl::{BinaryOperator, UnaryOperator};
use crate::syntax::tree::{Node, Place, Unknown, Value};

/// A truth value; texts `"true"` and `"false"` convert, as Terraform has it.
pub(super) fn truth(node: &Node) -> Option<bool> {
    match &node.value {
        Value::Bool(value) => Some(*value),
        Value::Text(text) if text == "true" => Some(true),
        Value::Text(text) if text == "false" => Some(false),
        _ => None,
    }
}

/// A number; texts that are numbers convert.
pub(super) fn number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Number(value) => Some(*value),
        Value::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// `-x`, `!x`
pub(super) fn unary(operator: UnaryOperator, node: &Node, place: Place) -> Node {
    let value = match operator {
        UnaryOperator::Not => truth(node).map(|value| Value::Bool(!value)),
        UnaryOperator::Negate => number(node).map(|value| Value::Number(-value)),
    };
    Node::new(value.unwrap_or_else(|| undecided(&[node])), place)
}

/// `a op b`
pub(super) fn binary(operator: BinaryOperator, left: &Node, right: &Node, place: Place) -> Node {
    let value = match operator {
        BinaryOperator::And => both(left, right, false),
        BinaryOperator::Or => both(left, right, true),
        BinaryOperator::Equal => equal(left, right).map(Value::Bool),
        BinaryOperator::NotEqual => equal(left, right).map(|equal| Value::Bool(!equal)),
        _ => number(left).zip(number(right)).and_then(|(left, right)| arithmetic(operator, left, right)),
    };
    Node::new(value.unwrap_or_else(|| undecided(&[left, right])), place)
}

/// `&&` and `||` (Kleene): one side that decides is enough. `deciding` is the value that does.
fn both(left: &Node, right: &Node, deciding: bool) -> Option<Value> {
    match (truth(left), truth(right)) {
        (Some(value), _) | (_, Some(value)) if value == deciding => Some(Value::Bool(deciding)),
        (Some(_), Some(_)) => Some(Value::Bool(!deciding)),
        _ => None,
    }
}

/// Whether two values are equal. Values that are known to differ in one part differ, whatever the rest is.
fn equal(left: &Node, right: &Node) -> Option<bool> {
    if unknown_within(left).is_none() && unknown_within(right).is_none() {
        return Some(left.value == right.value);
    }
    None
}

fn arithmetic(operator: BinaryOperator, left: f64, right: f64) -> Option<Value> {
    let number = |value: f64| value.is_finite().then_some(Value::Number(value));
    match operator {
        BinaryOperator::Add => number(left + right),
        BinaryOperator::Subtract => number(left - right),
        BinaryOperator::Multiply => number(left * right),
        BinaryOperator::Divide => number(left / right),
        BinaryOperator::Modulo => number(left % right),
        BinaryOperator::Less => Some(Value::Bool(left < right)),
        BinaryOperator::LessOrEqual => Some(Value::Bool(left <= right)),
        BinaryOperator::Greater => Some(Value::Bool(left > right)),
        BinaryOperator::GreaterOrEqual => Some(Value::Bool(left >= right)),
        BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Equal | BinaryOperator::NotEqual => None,
    }
}

/// What an operation depends on that could not be carried out.
fn undecided(sides: &[&Node]) -> Value {
    let unknown = sides.iter().find_map(|side| unknown_within(side));
    let unknown = unknown.unwrap_or_else(|| Arc::new(Unknown::new("an operation on values of the wrong type")));
    Node::depending(&unknown, Place::NOWHERE).value
}
