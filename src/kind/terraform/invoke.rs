//! Calls of functions: `try` and `can`, which look at what fails, those that read files, and the table of the others.

use super::evaluate::{Evaluator, Scope, at, union};
use super::filesystem;
use super::functions::{self, Stop};
use crate::syntax::hcl::Call;
use crate::syntax::tree::{Node, Place, Value};

/// The value of a call.
pub(super) fn call(evaluator: &Evaluator<'_>, call: &Call, place: Place, scope: Scope<'_>) -> Node {
    match call.name.as_str() {
        "try" => return first_that_resolves(evaluator, call, place, scope),
        "can" => return resolves(evaluator, call, place, scope),
        _ => {}
    }
    let failure = || evaluator.failure(smol_str::format_smolstr!("{}(…)", call.name), place);
    let mut arguments: Vec<Node> = call.arguments.iter().map(|argument| evaluator.evaluate(argument, scope)).collect();
    if call.expand_final
        && let Some(last) = arguments.pop()
    {
        match &last.value {
            Value::List(list) => {
                if let Some(unknown) = &list.open {
                    return Node::depending(unknown, place);
                }
                arguments.extend(list.items.iter().cloned());
            }
            Value::Unknown(unknown) => return Node::depending(unknown, place),
            _ => return failure(),
        }
    }
    if let Some(node) = filesystem::call(evaluator, &call.name, &arguments, place, scope) {
        return node;
    }
    let value = match functions::call(&call.name, &arguments) {
        Ok(value) => value,
        Err(Stop::Unknown(unknown)) => Node::depending(&unknown, place).value,
        Err(Stop::Wrong) => return failure(),
    };
    if !evaluator.spend(made(&value)) {
        return Node::unknown("an expression that is too deep or too costly to evaluate", place);
    }
    let refers = if matches!(value, Value::List(_) | Value::Map(_)) { None } else { union(&arguments) };
    Node { value, place, refers }
}

/// What the memory of a value costs, in steps: a loop may hold what it calls for as often as it runs.
fn made(value: &Value) -> u64 {
    let elements = match value {
        Value::List(list) => list.items.len(),
        Value::Map(map) => map.entries.len(),
        Value::Text(text) => text.len() / 64,
        _ => 0,
    };
    elements as u64 * 4
}

/// `try(a, b, …)`: the first argument in which nothing fails.
fn first_that_resolves(evaluator: &Evaluator<'_>, call: &Call, place: Place, scope: Scope<'_>) -> Node {
    for argument in &call.arguments {
        let before = evaluator.failures();
        let node = evaluator.evaluate(argument, scope);
        if evaluator.failures() == before {
            return at(node, place);
        }
    }
    evaluator.failure("try(…)", place)
}

/// `can(a)`: whether nothing fails in it.
fn resolves(evaluator: &Evaluator<'_>, call: &Call, place: Place, scope: Scope<'_>) -> Node {
    let before = evaluator.failures();
    let Some(argument) = call.arguments.first() else { return evaluator.failure("can(…)", place) };
    match evaluator.evaluate(argument, scope).value {
        _ if evaluator.failures() > before => Node::new(Value::Bool(false), place),
        Value::Unknown(unknown) => Node::depending(&unknown, place),
        _ => Node::new(Value::Bool(true), place),
    }
}
