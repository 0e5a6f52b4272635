//! Values of a plan: what is planned, what is not known yet, what is sensitive and what the code says, joined to the tree
//! that the code itself would have given.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::{SmolStr, format_smolstr};

use super::configuration::Scope;
use crate::kind::terraform::json_text;
use crate::syntax::tree::{List, MAX_DEPTH, Map, Node, Place, Unknown, Value};

/// The values of one resource.
pub(super) struct Reading<'r> {
    /// The module that it is in.
    pub(super) scope: &'r Scope<'r>,
    /// What the code says about it.
    pub(super) written: Option<&'r Node>,
    /// What its address ends in.
    pub(super) suffix: &'r str,
    /// All addresses of the plan.
    pub(super) addresses: &'r FxHashSet<SmolStr>,
    /// Its address.
    pub(super) address: &'r str,
    /// Where it is written.
    pub(super) place: Place,
}

/// The same part of three trees.
#[derive(Clone, Copy, Default)]
pub(super) struct Parts<'n> {
    /// What is planned.
    pub(super) value: Option<&'n Node>,
    /// `true` where it is not known yet.
    pub(super) unknown: Option<&'n Node>,
    /// `true` where it is sensitive.
    pub(super) sensitive: Option<&'n Node>,
}

impl<'n> Parts<'n> {
    fn key(self, key: &str) -> Parts<'n> {
        let of = |node: Option<&'n Node>| node.and_then(|node| node.get(key));
        Parts { value: of(self.value), unknown: of(self.unknown), sensitive: of(self.sensitive) }
    }

    fn item(self, index: usize) -> Parts<'n> {
        let of = |node: Option<&'n Node>| node.and_then(|node| node.items().get(index));
        Parts { value: of(self.value), unknown: of(self.unknown), sensitive: of(self.sensitive) }
    }
}

/// What the code says about a value.
#[derive(Clone, Copy)]
enum Code<'c> {
    /// It is not known what it says.
    NotKnown,
    /// It does not set it.
    Silent,
    /// It sets it by an expression.
    Expression(&'c Node),
    /// It writes a block, or several.
    Blocks(&'c Node),
}

impl<'c> Code<'c> {
    fn of(written: Option<&'c Node>, key: &str) -> Code<'c> {
        match written.map(|written| written.get(key)) {
            None => Code::NotKnown,
            Some(None) => Code::Silent,
            Some(Some(node)) if is_expression(node) => Code::Expression(node),
            Some(Some(node)) => Code::Blocks(node),
        }
    }

    fn is_constant(self) -> bool {
        matches!(self, Code::Expression(node) if node.get("constant_value").is_some())
    }
}

/// Whether a node of the configuration is an expression and no block.
fn is_expression(node: &Node) -> bool {
    let is_list = |references: &Node| references.as_list().is_some();
    let Some(map) = node.as_map() else { return false };
    map.entries.is_empty() || map.get("constant_value").is_some() || map.get("references").is_some_and(is_list)
}

impl Reading<'_> {
    /// The attributes and blocks of a resource, of a block or of a map. `refers` is what the expression refers to that
    /// the whole of it comes from.
    pub(super) fn map(&self, parts: Parts<'_>, written: Option<&Node>, refers: &[SmolStr], depth: usize) -> Map {
        let mut map = Map::default();
        if depth > MAX_DEPTH {
            return map;
        }
        let planned = parts.value.map(Node::entries).unwrap_or_default();
        let open = parts.unknown.map(Node::entries).unwrap_or_default();
        let further = open.iter().filter(|entry| parts.value.is_none_or(|value| value.get(&entry.key).is_none()));
        for entry in planned.iter().chain(further) {
            let is_planned = parts.value.is_some_and(|value| value.get(&entry.key).is_some());
            let key_place = if is_planned { entry.key_place } else { self.place };
            let code = Code::of(written, &entry.key);
            if let Some(node) = self.value(&entry.key, parts.key(&entry.key), code, refers, depth + 1) {
                map.push(entry.key.clone(), key_place, node);
            }
        }
        map
    }

    fn value(&self, key: &str, parts: Parts<'_>, code: Code<'_>, refers: &[SmolStr], depth: usize) -> Option<Node> {
        let own;
        let refers = match code {
            Code::Expression(expression) => {
                own = self.scope.resolve(expression, self.written, self.suffix, self.addresses);
                own.as_slice()
            }
            _ => refers,
        };
        let is_true = |node: Option<&Node>| node.is_some_and(|node| node.as_bool() == Some(true));
        let is_secret = is_true(parts.sensitive) && !code.is_constant();
        if is_true(parts.unknown) || is_secret {
            // What the code does not set is the provider's affair, as it is when the code is read.
            let is_silent = matches!(code, Code::Silent);
            return (!is_silent).then(|| self.unknown(key, code, refers));
        }
        let planned = parts.value.filter(|value| !value.is_null());
        let node = match planned.or(parts.unknown).map(|node| &node.value)? {
            Value::List(list) if list.items.is_empty() && !matches!(code, Code::Expression(_)) => return None,
            Value::List(_) => {
                Node::new(self.list(key, parts, code, refers, depth), planned.map_or(self.place, |node| node.place))
            }
            Value::Map(_) => {
                let written = if let Code::Blocks(block) = code { Some(block) } else { None };
                let map = self.map(parts, written, refers, depth);
                // Nothing but marks that all is known.
                if planned.is_none() && map.entries.is_empty() {
                    return None;
                }
                Node::map(map, planned.map_or(self.place, |node| node.place))
            }
            _ => decoded(planned?),
        };
        let refers = (!refers.is_empty()).then(|| Arc::new(refers.to_vec()));
        Some(Node { refers, ..node })
    }

    fn list(&self, key: &str, parts: Parts<'_>, code: Code<'_>, refers: &[SmolStr], depth: usize) -> Value {
        let count = |node: Option<&Node>| node.map_or(0, |node| node.items().len());
        let length = count(parts.value).max(count(parts.unknown));
        let blocks = match code {
            Code::Blocks(node) if node.as_list().is_some() => node.items(),
            Code::Blocks(node) => std::slice::from_ref(node),
            _ => &[],
        };
        let mut taken = vec![false; blocks.len()];
        let mut items = Vec::with_capacity(length);
        for index in 0..length {
            let parts = parts.item(index);
            let code = if blocks.len() == length { written_as(parts, blocks, &mut taken) } else { Code::NotKnown };
            // A list may hold what is not known as null.
            let null = || Node::new(Value::Null, self.place);
            items.push(self.value(key, parts, code, refers, depth + 1).unwrap_or_else(null));
        }
        Value::List(Arc::new(List { items, open: None }))
    }

    fn unknown(&self, key: &str, code: Code<'_>, refers: &[SmolStr]) -> Node {
        let references = match code {
            Code::Expression(expression) => expression.get("references").map(Node::items).unwrap_or_default(),
            _ => &[],
        };
        let first = references.first().and_then(Node::as_str);
        let depends_on = first.map_or_else(|| format_smolstr!("{}.{key}", self.address), SmolStr::from);
        let is_arn = first.is_some_and(|first| {
            let last = first.rsplit('.').next().unwrap_or_default();
            (first.starts_with("aws_") || first.starts_with("data.aws_")) && (last == "arn" || last.ends_with("_arn"))
        });
        let is_alone =
            references.iter().filter_map(Node::as_str).all(|each| first.is_some_and(|it| it.starts_with(each)));
        let mut unknown = Unknown::new(depends_on);
        if is_arn && is_alone && is_arn_itself(key) {
            unknown.pieces = vec!["arn:".into(), SmolStr::default()];
        }
        let refers = (!refers.is_empty()).then(|| Arc::new(refers.to_vec()));
        Node { value: Value::Unknown(Arc::new(unknown)), place: self.place, refers }
    }
}

/// Whether an attribute holds an ARN and no text around it.
fn is_arn_itself(key: &str) -> bool {
    key == "arn" || key.ends_with("_arn") || key.ends_with("_arns")
}

/// The block in the code that a block of the plan is: blocks of a set come in another order, so the first that is free
/// and says nothing else.
fn written_as<'c>(parts: Parts<'_>, blocks: &'c [Node], taken: &mut [bool]) -> Code<'c> {
    let fits = |block: &Node| {
        block.entries().iter().all(|entry| {
            let constant = entry.value.get("constant_value").and_then(|constant| constant.value.scalar_text());
            let planned = parts.value.and_then(|value| value.get(&entry.key)?.value.scalar_text());
            constant.is_none() || planned.is_none() || constant == planned
        })
    };
    for (block, taken) in blocks.iter().zip(taken) {
        if !*taken && fits(block) {
            *taken = true;
            return Code::Blocks(block);
        }
    }
    Code::NotKnown
}

/// Text of JSON as what it holds, as in the code.
fn decoded(node: &Node) -> Node {
    let text = node.as_str().map(str::trim_start).filter(|text| text.starts_with(['{', '[']));
    let decoded = text.and_then(|text| json_text::decode(text, node.place));
    match decoded {
        Some(decoded) if holds_something(&decoded) => Node { place: node.place, ..decoded },
        _ => node.clone(),
    }
}

/// Whether decoding leads anywhere: a lone `{}` or `[1]` is left as it is.
fn holds_something(node: &Node) -> bool {
    match &node.value {
        Value::Map(map) => !map.entries.is_empty(),
        Value::List(list) => {
            list.items.first().is_some_and(|first| first.as_map().is_some() || first.as_str().is_some())
        }
        _ => false,
    }
}

/// The attributes and blocks of expressions alone: constants, and what others refer to.
pub(super) fn written(expressions: &Node) -> Map {
    let mut map = Map::default();
    for entry in expressions.entries() {
        map.push(entry.key.clone(), entry.key_place, written_value(&entry.value));
    }
    map
}

fn written_value(node: &Node) -> Node {
    if is_expression(node) {
        if let Some(constant) = node.get("constant_value") {
            return decoded(constant);
        }
        let first = node.get("references").and_then(|references| references.items().first()?.as_str());
        return Node::unknown(first.unwrap_or("an expression"), node.place);
    }
    match &node.value {
        Value::List(list) => Node::list(list.items.iter().map(written_value).collect(), node.place),
        Value::Map(_) => Node::map(written(node), node.place),
        _ => node.clone(),
    }
}
