//! Values of variables: what a file of values sets, else the default, completed by what the type says.

use smol_str::SmolStr;

use super::evaluate::{Evaluator, Scope};
use super::module::Declared;
use crate::syntax::hcl::{Call, Expression, ExpressionKind};
use crate::syntax::tree::{Entry, Node, Value};

/// The value of a variable of the module.
pub(super) fn value<'m>(evaluator: &Evaluator<'m>, name: &str, declared: Declared<'m>) -> Node {
    let attribute = |key| evaluator.module.attribute(declared, key);
    let default = || attribute("default").map(|default| evaluator.written(default));
    let nullable = attribute("nullable").is_none_or(|nullable| nullable.expression.kind != ExpressionKind::Bool(false));
    let given = given(evaluator, name).filter(|given| nullable || !given.is_null());
    let Some(node) = given.or_else(default) else {
        let name = smol_str::format_smolstr!("{}var.{name}", evaluator.path);
        return Node::unknown(name, declared.place(declared.block.header));
    };
    match attribute("type") {
        Some(kind) => complete(evaluator, node, kind.expression, Scope::of(kind.file)),
        None => node,
    }
}

/// What the call of the module says, or for the root module a file of values.
fn given(evaluator: &Evaluator<'_>, name: &str) -> Option<Node> {
    if let Some(caller) = &evaluator.caller {
        return caller.argument(name);
    }
    evaluator.module.inputs.get(name).map(|written| evaluator.written(*written))
}

/// Adds the attributes that an object's type makes optional and the value leaves out.
fn complete(evaluator: &Evaluator<'_>, node: Node, kind: &Expression, scope: Scope<'_>) -> Node {
    let ExpressionKind::Call(call) = &kind.kind else { return node };
    let Some(of) = call.arguments.first() else { return node };
    match (call.name.as_str(), &of.kind, &node.value) {
        ("object", ExpressionKind::Object(attributes), Value::Map(map)) => {
            let mut completed = (**map).clone();
            for (key, kind) in attributes {
                let Some(key) = key_text(key) else { continue };
                match completed.entries.iter_mut().find(|entry| entry.key == key) {
                    Some(entry) => {
                        let own = std::mem::replace(&mut entry.value, Node::new(Value::Null, entry.key_place));
                        entry.value = optional(evaluator, Some(own), kind, scope).unwrap_or(entry.value.clone());
                    }
                    None if map.open.is_none() => {
                        let value = optional(evaluator, None, kind, scope);
                        completed.entries.extend(value.map(|value| Entry { key, key_place: node.place, value }));
                    }
                    None => {}
                }
            }
            Node { value: Node::map(completed, node.place).value, ..node }
        }
        ("list" | "set", _, Value::List(list)) => {
            let mut completed = (**list).clone();
            completed.items = completed.items.into_iter().map(|item| complete(evaluator, item, of, scope)).collect();
            Node { value: Value::List(completed.into()), ..node }
        }
        ("map", _, Value::Map(map)) => {
            let mut completed = (**map).clone();
            for entry in &mut completed.entries {
                entry.value = complete(evaluator, entry.value.clone(), of, scope);
            }
            Node { value: Node::map(completed, node.place).value, ..node }
        }
        _ => node,
    }
}

/// The value of an attribute of an object: its own, else the default of `optional(type, default)`.
fn optional(evaluator: &Evaluator<'_>, own: Option<Node>, kind: &Expression, scope: Scope<'_>) -> Option<Node> {
    let ExpressionKind::Call(call) = &kind.kind else { return own };
    let Call { name, arguments, .. } = &**call;
    let (inner, default) = match (name.as_str(), arguments.as_slice()) {
        ("optional", [inner]) => (inner, None),
        ("optional", [inner, default]) => (inner, Some(default)),
        _ => return own.map(|own| complete(evaluator, own, kind, scope)),
    };
    let place = own.as_ref().map(|own| own.place);
    let given = own.filter(|own| !own.is_null()).or_else(|| default.map(|default| evaluator.evaluate(default, scope)));
    let given = given.unwrap_or_else(|| Node::new(Value::Null, place.unwrap_or(evaluator_place(inner, scope))));
    Some(complete(evaluator, given, inner, scope))
}

fn evaluator_place(expression: &Expression, scope: Scope<'_>) -> crate::syntax::tree::Place {
    crate::syntax::tree::Place::span(scope.file, expression.span)
}

/// A key as written.
fn key_text(key: &Expression) -> Option<SmolStr> {
    match &key.kind {
        ExpressionKind::Text(text) | ExpressionKind::Variable(text) => Some(text.clone()),
        _ => None,
    }
}
