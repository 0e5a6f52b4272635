//! Conditions, three-valued (Kleene).

use std::sync::Arc;

use smol_str::format_smolstr;

use super::evaluate::{Evaluator, call_of};
use crate::syntax::tree::{Node, Unknown, Value};

/// Whether a condition holds, or what it depends on.
pub(super) type Truth = Result<bool, Arc<Unknown>>;

/// Conditions that one may refer to one after the other.
const MAX_DEPTH: usize = 160;

impl Evaluator<'_> {
    /// Whether a condition of the template holds.
    pub(super) fn condition(&self, name: &str, depth: usize) -> Truth {
        let unknown = || Err(Arc::new(Unknown::new(format_smolstr!("condition {name}"))));
        let Some((name, entry)) = self.template.conditions.get_key_value(name) else { return unknown() };
        let state = self.states.borrow().get(name).cloned();
        match state {
            Some(Some(truth)) => return truth,
            // It depends on itself.
            Some(None) => return unknown(),
            None => {}
        }
        if depth > MAX_DEPTH {
            return unknown();
        }
        self.states.borrow_mut().insert(name, None);
        let truth = self.truth(&entry.value, depth + 1);
        self.states.borrow_mut().insert(name, Some(truth.clone()));
        truth
    }

    /// Whether an expression in a condition holds.
    pub(super) fn truth(&self, node: &Node, depth: usize) -> Truth {
        if depth > MAX_DEPTH {
            return Err(Arc::new(Unknown::new("a condition that is nested too deeply")));
        }
        if let [entry] = node.entries()
            && entry.key == "Condition"
            && let Some(name) = entry.value.as_str()
        {
            return self.condition(name, depth + 1);
        }
        let Some(call) = call_of(node, depth) else { return scalar_truth(node) };
        match (call.name, call.arguments()) {
            ("Fn::And", sides @ [_, ..]) => self.both(sides, false, depth),
            ("Fn::Or", sides @ [_, ..]) => self.both(sides, true, depth),
            ("Fn::Not", [side]) => self.truth(side, depth + 1).map(|truth| !truth),
            ("Fn::Equals", [left, right]) => equal(&self.value(left, depth + 1), &self.value(right, depth + 1)),
            ("Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals", _) => no_condition(),
            _ => scalar_truth(&self.value(node, depth + 1)),
        }
    }

    /// `Fn::And` and `Fn::Or`: one side that decides is enough. `deciding` is the value that does.
    fn both(&self, sides: &[Node], deciding: bool, depth: usize) -> Truth {
        let mut unknown = None;
        for side in sides {
            match self.truth(side, depth + 1) {
                Ok(truth) if truth == deciding => return Ok(deciding),
                Ok(_) => {}
                Err(reason) => unknown = unknown.or(Some(reason)),
            }
        }
        unknown.map_or(Ok(!deciding), Err)
    }
}

fn scalar_truth(node: &Node) -> Truth {
    match (&node.value, node.value.scalar_text().as_deref()) {
        (Value::Unknown(unknown), _) => Err(unknown.clone()),
        (_, Some("true")) => Ok(true),
        (_, Some("false")) => Ok(false),
        _ => no_condition(),
    }
}

fn no_condition() -> Truth {
    Err(Arc::new(Unknown::new("a condition that is no condition")))
}

/// Whether two values are the same text. A text of which a part is known may differ for certain.
fn equal(left: &Node, right: &Node) -> Truth {
    match (&left.value, &right.value) {
        (Value::Unknown(unknown), other) | (other, Value::Unknown(unknown)) => match other.scalar_text() {
            Some(text) if !unknown.may_be(&text) => Ok(false),
            _ => Err(unknown.clone()),
        },
        (left, right) => match (left.scalar_text(), right.scalar_text()) {
            (Some(left), Some(right)) => Ok(left == right),
            _ => Ok(left == right),
        },
    }
}
