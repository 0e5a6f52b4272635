//! Templates: texts with interpolation. A text that is a JSON object or list is read as what it holds.

use smol_str::SmolStr;

use super::evaluate::{Binding, Evaluator, MAX_LENGTH, Scope, at, elements, union};
use super::{json_text, operators};
use crate::kind::shared::joined::Joined;
use crate::syntax::hcl::TemplatePart;
use crate::syntax::tree::{Node, Place, Span, Value};

/// A piece of a template whose interpolations are evaluated.
#[derive(Debug, Clone)]
pub(super) enum Segment {
    /// Text and its span in the file.
    Text(SmolStr, Span),
    /// The value of an interpolation.
    Value(Node),
}

/// The value of a template.
pub(super) fn evaluate(evaluator: &Evaluator<'_>, parts: &[TemplatePart], place: Place, scope: Scope<'_>) -> Node {
    // A template that is nothing but one interpolation is that value, whatever its type.
    if let [TemplatePart::Interpolation(expression)] = parts {
        return at(evaluator.evaluate(expression, scope), place);
    }
    let mut segments = Vec::with_capacity(parts.len());
    segment(evaluator, parts, scope, &mut segments);
    if let Some(node) = json_text::read(&segments, scope.file) {
        return at(node, place);
    }
    let nodes = segments.iter().filter_map(|segment| match segment {
        Segment::Value(node) => Some(node.clone()),
        Segment::Text(..) => None,
    });
    let refers = union(&nodes.collect::<Vec<_>>());
    Node { value: join(&segments), place, refers }
}

/// Evaluates the parts one after the other.
fn segment(evaluator: &Evaluator<'_>, parts: &[TemplatePart], scope: Scope<'_>, segments: &mut Vec<Segment>) {
    for part in parts {
        match part {
            TemplatePart::Text(text, span) => segments.push(Segment::Text(text.clone(), *span)),
            TemplatePart::Interpolation(expression) => {
                segments.push(Segment::Value(evaluator.evaluate(expression, scope)));
            }
            TemplatePart::If { condition, then, otherwise } => {
                let condition = evaluator.evaluate(condition, scope);
                match operators::truth(&condition) {
                    Some(true) => segment(evaluator, then, scope, segments),
                    Some(false) => segment(evaluator, otherwise, scope, segments),
                    None => segments.push(Segment::Value(evaluator.undecided(&condition))),
                }
            }
            TemplatePart::For { key, value, collection, body } => {
                let collection = evaluator.evaluate(collection, scope);
                let Some((elements, None)) = elements(&collection) else {
                    segments.push(Segment::Value(evaluator.undecided(&collection)));
                    continue;
                };
                for (index, element) in elements {
                    let outer = Binding { name: key.as_deref().unwrap_or(""), value: index, outer: scope.names };
                    let inner = Binding { name: value, value: element, outer: Some(&outer) };
                    segment(evaluator, body, Scope { names: Some(&inner), ..scope }, segments);
                }
            }
        }
    }
}

impl Evaluator<'_> {
    /// A directive that depends on something unknown, or on something that it cannot depend on.
    fn undecided(&self, node: &Node) -> Node {
        match super::evaluate::unknown_within(node) {
            Some(unknown) => Node::depending(&unknown, node.place),
            None => self.failure("a template directive over a value of the wrong type", node.place),
        }
    }
}

/// The text of all segments; unknown where one of them is.
fn join(segments: &[Segment]) -> Value {
    let mut joined = Joined::default();
    for segment in segments {
        match segment {
            Segment::Text(piece, _) => joined.text.push_str(piece),
            Segment::Value(Node { value: Value::Null, .. }) => {}
            Segment::Value(node) => match (node.value.scalar_text(), &node.value) {
                (Some(piece), _) => joined.text.push_str(&piece),
                (None, Value::Unknown(unknown)) => joined.gap(unknown),
                // JSON text that was read as what it holds.
                (None, _) => return unknown("a text with a list or an object in it"),
            },
        }
        if joined.text.len() > MAX_LENGTH && segments.len() > 1 {
            return unknown("a text that is too long");
        }
    }
    joined.value()
}

fn unknown(depends_on: &'static str) -> Value {
    Node::unknown(SmolStr::new_static(depends_on), Place::NOWHERE).value
}
