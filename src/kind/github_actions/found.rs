//! Finding expressions in the text of a file, each with its own span.
//!
//! The value of a scalar is not its text: folding, indentation and escapes shift every offset. So expressions are
//! looked for in the text that the scalar was read from, where they stand as GitHub's own reader finds them.

use smol_str::{SmolStr, format_smolstr};

use super::expression::Expression;
use super::trust::{self, Trust};
use super::{Around, bool_node, resource, tree_of};
use crate::kind::Resource;
use crate::kind::shared::Field;
use crate::syntax::tree::{Entry, Node, Place, Span, Value};

/// Longest text of an expression in an address.
const LONGEST_ADDRESS: usize = 120;

/// Adds the expressions of a value and of everything below it.
pub(super) fn expressions(node: &Node, place: &'static str, around: &Around<'_>, resources: &mut Vec<Resource>) {
    match &node.value {
        Value::Text(text) => scalar(node, text, None, place, around, resources),
        Value::Map(map) => map.entries.iter().for_each(|entry| expressions_under(entry, place, around, resources)),
        Value::List(list) => list.items.iter().for_each(|item| expressions(item, place, around, resources)),
        _ => {}
    }
}

/// The same for the value of an entry, whose key is told.
pub(super) fn expressions_under(
    entry: &Entry,
    place: &'static str,
    around: &Around<'_>,
    resources: &mut Vec<Resource>,
) {
    match &entry.value.value {
        Value::Text(text) => scalar(&entry.value, text, Some(entry), place, around, resources),
        _ => expressions(&entry.value, place, around, resources),
    }
}

fn scalar(
    node: &Node,
    text: &str,
    key: Option<&Entry>,
    place: &'static str,
    around: &Around<'_>,
    resources: &mut Vec<Resource>,
) {
    let key = key.map(|entry| Node::text(entry.key.clone(), entry.key_place));
    if place == "if" && !text.contains("${{") {
        // A condition is an expression without braces.
        resources.push(expression(text, node.place, key, place, around));
        return;
    }
    if !text.contains("${{") {
        return;
    }
    let span = node.place.as_span().unwrap_or_default();
    let written = span.slice(around.source);
    let ranges = trust::ranges(written);
    if ranges.is_empty() {
        // An alias: the text stands elsewhere.
        for inner in trust::texts(text) {
            resources.push(expression(inner, node.place, key.clone(), place, around));
        }
        return;
    }
    for range in ranges {
        let inner = written.get(range.start + 3..range.end - 2).unwrap_or_default();
        let start = span.start as usize;
        let at = Place::span(node.place.file, Span::new(start + range.start, start + range.end));
        resources.push(expression(inner, at, key.clone(), place, around));
    }
}

fn expression(inner: &str, at: Place, key: Option<Node>, place: &'static str, around: &Around<'_>) -> Resource {
    let text = inner.split_whitespace().collect::<Vec<_>>().join(" ");
    let parsed = Expression::parse(&text);
    let mut paths = Vec::new();
    if let Some(parsed) = &parsed {
        parsed.contexts(&mut paths);
    }
    let names: Vec<SmolStr> = paths.iter().map(|path| path.join(".").into()).collect();
    let secrets = names.iter().any(|name| name == "secrets" || name.starts_with("secrets."));
    let (untrusted, context) = match &parsed {
        Some(parsed) => trust_nodes(trust::judge(parsed, around.scope()), at),
        None => (Node::unknown(text.as_str(), at), None),
    };
    let field = |node: Node| Some(Field::new(node));
    let fields = [
        ("text", field(Node::text(text.as_str(), at))),
        ("contexts", field(Node::list(names.into_iter().map(|name| Node::text(name, at)).collect(), at))),
        ("where", field(Node::text(place, at))),
        ("key", key.map(Field::new)),
        ("untrusted", field(untrusted)),
        ("untrusted_context", context.map(Field::new)),
        ("secrets", field(bool_node(secrets, at))),
    ];
    let shown: String = text.chars().take(LONGEST_ADDRESS).collect();
    let address = format_smolstr!("{}/{shown}", around.owner);
    let tree = tree_of(at, fields, around);
    resource("github-actions/expression", address, Some(around.owner.clone()), tree, at)
}

fn trust_nodes(trust: Trust, at: Place) -> (Node, Option<Node>) {
    match trust {
        Trust::Trusted => (bool_node(false, at), None),
        Trust::Depends(on) => (Node::unknown(on, at), None),
        Trust::Untrusted(context) => (bool_node(true, at), Some(Node::text(context, at))),
    }
}
