//! Traversals: what `var.x`, `local.y.z` or `each.value` stands for. What repeats (`aws_kms_key.k[0].arn`, `module.m.out`)
//! is in [`repeated`].

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use smol_str::SmolStr;

use super::evaluate::{Evaluator, Key, Scope, at, union};
use super::{operators, repeated, variables};
use crate::syntax::hcl::{Expression, ExpressionKind, Step};
use crate::syntax::tree::{List, Node, Place, Unknown, Value};

/// The value of `base` followed by `steps`.
pub(super) fn traversal(
    evaluator: &Evaluator<'_>,
    base: &Expression,
    steps: &[Step],
    place: Place,
    scope: Scope<'_>,
) -> Node {
    let walk = Walk { evaluator, place, scope };
    let ExpressionKind::Variable(root) = &base.kind else {
        let node = evaluator.evaluate(base, scope);
        return at(walk.steps(node, steps), place);
    };
    if let Some(bound) = scope.get(root) {
        let node = walk.steps(bound.clone(), steps);
        return named(evaluator.placed(&node, place), root, steps);
    }
    walk.reference(root, steps)
}

/// What a traversal looks like without the values of its indexes.
fn text(root: &str, steps: &[Step]) -> SmolStr {
    let mut text = root.to_owned();
    for step in steps {
        match step {
            Step::Attribute(name) => {
                let _ = write!(text, ".{name}");
            }
            Step::Index(Expression { kind: ExpressionKind::Text(key), .. }) => {
                let _ = write!(text, "[\"{key}\"]");
            }
            Step::Index(Expression { kind: ExpressionKind::Number(index), .. }) => {
                let _ = write!(text, "[{index}]");
            }
            Step::Index(_) => text.push_str("[…]"),
            Step::AttributeSplat => text.push_str(".*"),
            Step::FullSplat => text.push_str("[*]"),
        }
    }
    text.into()
}

/// What a value in a map refers to, and the map.
fn joined(outer: &Node, inner: &Node) -> Option<Arc<Vec<SmolStr>>> {
    let (Some(outer), Some(inner)) = (&outer.refers, &inner.refers) else {
        return outer.refers.clone().or_else(|| inner.refers.clone());
    };
    let mut all = (**outer).clone();
    all.extend(inner.iter().filter(|address| !outer.contains(address)).cloned());
    Some(Arc::new(all))
}

/// An unknown that comes from the start of this traversal is named by all of it.
fn named(node: Node, root: &str, steps: &[Step]) -> Node {
    let Value::Unknown(unknown) = &node.value else { return node };
    let name = text(root, steps);
    if name.len() <= unknown.depends_on.len() || !name.starts_with(unknown.depends_on.as_str()) {
        return node;
    }
    let unknown = Unknown { depends_on: name, ..(**unknown).clone() };
    Node { value: Value::Unknown(Arc::new(unknown)), ..node }
}

/// An unknown that is named by all of a traversal.
fn known(root: &str, steps: &[Step]) -> Unknown {
    Unknown { pieces: pieces(root, steps), ..Unknown::new(text(root, steps)) }
}

/// What is known of an attribute that only the provider sets: the name of something in AWS starts as all of them do.
fn pieces(root: &str, steps: &[Step]) -> Vec<SmolStr> {
    let kind = match (root, steps) {
        ("data", [Step::Attribute(kind), ..]) => kind.as_str(),
        (kind, _) => kind,
    };
    let is_arn = matches!(steps.last(), Some(Step::Attribute(name)) if name == "arn" || name.ends_with("_arn"));
    if is_arn && kind.starts_with("aws_") { vec!["arn:".into(), SmolStr::default()] } else { Vec::new() }
}

/// A traversal that is being followed.
#[derive(Clone, Copy)]
pub(super) struct Walk<'w, 'm> {
    /// The evaluator of the module that it is written in.
    pub(super) evaluator: &'w Evaluator<'m>,
    /// Where it is written.
    pub(super) place: Place,
    /// The names that are bound there.
    pub(super) scope: Scope<'w>,
}

impl Walk<'_, '_> {
    fn reference(self, root: &str, steps: &[Step]) -> Node {
        let module = self.evaluator.module;
        let unknown = |refers: Option<SmolStr>| Node {
            refers: refers.map(|address| Arc::new(vec![address])),
            value: Value::Unknown(Arc::new(known(root, steps))),
            place: self.place,
        };
        match (root, steps) {
            ("var", [Step::Attribute(name), rest @ ..]) => {
                let Some((name, declared)) = module.variables.get_key_value(name.as_str()) else {
                    return unknown(None);
                };
                let node = self.evaluator.once(Key::Variable(name), &text(root, steps), || {
                    variables::value(self.evaluator, name, *declared)
                });
                named(self.evaluator.placed(&self.steps(node, rest), self.place), root, steps)
            }
            ("local", [Step::Attribute(name), rest @ ..]) => {
                let Some((name, written)) = module.locals.get_key_value(name.as_str()) else {
                    return unknown(None);
                };
                let node =
                    self.evaluator.once(Key::Local(name), &text(root, steps), || self.evaluator.written(*written));
                named(self.evaluator.placed(&self.steps(node, rest), self.place), root, steps)
            }
            ("path", [Step::Attribute(name)]) if name == "module" => {
                Node::text(self.evaluator.module_path(), self.place)
            }
            // A root module's own folder is where Terraform runs.
            ("path", [Step::Attribute(name)]) if name == "root" => Node::text(".", self.place),
            ("module", [Step::Attribute(name), rest @ ..]) => match module.calls.get(name.as_str()) {
                Some(call) => repeated::value(self, repeated::Block::Call(*call), rest, &known(root, steps)),
                None => unknown(Some(self.evaluator.address(&format!("module.{name}")))),
            },
            ("each" | "count" | "path" | "terraform" | "self" | "var" | "local" | "module", _) => unknown(None),
            ("data", [Step::Attribute(kind), Step::Attribute(name), rest @ ..]) => {
                let Some((kind, name, declared)) = module.resource(true, kind, name) else {
                    return unknown(Some(self.evaluator.address(&format!("data.{kind}.{name}"))));
                };
                let block = repeated::Block::Resource { is_data: true, kind, name, declared };
                repeated::value(self, block, rest, &known(root, steps))
            }
            (kind, [Step::Attribute(name), rest @ ..]) if kind.contains('_') || !rest.is_empty() => {
                let Some((kind, name, declared)) = module.resource(false, kind, name) else {
                    return unknown(Some(self.evaluator.address(&format!("{kind}.{name}"))));
                };
                let block = repeated::Block::Resource { is_data: false, kind, name, declared };
                repeated::value(self, block, rest, &known(root, steps))
            }
            _ => unknown(None),
        }
    }

    /// The value that steps lead to from another.
    pub(super) fn steps(self, node: Node, steps: &[Step]) -> Node {
        let mut node = node;
        let mut rest = steps;
        while let Some((step, after)) = rest.split_first() {
            if matches!(node.value, Value::Unknown(_)) {
                return node;
            }
            node = match step {
                Step::Attribute(name) => self.key(&node, name),
                Step::Index(index) => self.index(&node, &self.evaluator.evaluate(index, self.scope)),
                Step::FullSplat => return self.splat(&node, after, &[]),
                Step::AttributeSplat => {
                    let own = after.iter().take_while(|step| matches!(step, Step::Attribute(_))).count();
                    let (each, whole) = after.split_at(own);
                    return self.splat(&node, each, whole);
                }
            };
            rest = after;
        }
        node
    }

    /// `.key`
    fn key(self, node: &Node, key: &str) -> Node {
        match &node.value {
            Value::Map(map) => match (map.get(key), &map.open) {
                // What is taken from a resource as a whole is taken from that resource.
                (Some(value), _) => Node { refers: joined(node, value), ..value.clone() },
                (None, Some(unknown)) => Node { refers: node.refers.clone(), ..Node::depending(unknown, self.place) },
                (None, None) => {
                    self.evaluator.failure(smol_str::format_smolstr!("the missing key `{key}`"), self.place)
                }
            },
            Value::List(_) if key.parse::<usize>().is_ok() => self.index(node, &Node::text(key, self.place)),
            _ => self.evaluator.failure(smol_str::format_smolstr!("`{key}` of a value that has no keys"), self.place),
        }
    }

    /// `[index]`
    fn index(self, node: &Node, index: &Node) -> Node {
        if let Value::Unknown(unknown) = &index.value {
            return Node::depending(unknown, self.place);
        }
        let Value::List(list) = &node.value else {
            let key = index.value.scalar_text().unwrap_or_default();
            return self.key(node, &key);
        };
        let position = operators::number(index).filter(|number| *number >= 0.0 && number.fract() == 0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and not negative")]
        let found = position.and_then(|position| list.items.get(position as usize));
        match (found, &list.open) {
            (Some(item), _) => item.clone(),
            (None, Some(unknown)) => Node::depending(unknown, self.place),
            (None, None) => self.evaluator.failure("an element that the list does not have", self.place),
        }
    }

    /// `[*]`: `each` for every element, then `whole` for the list of the results.
    fn splat(self, node: &Node, each: &[Step], whole: &[Step]) -> Node {
        let (items, open): (Cow<'_, [Node]>, _) = match &node.value {
            Value::List(list) => (Cow::Borrowed(&list.items), list.open.clone()),
            Value::Null => (Cow::Borrowed(&[]), None),
            _ => (Cow::Owned(vec![node.clone()]), None),
        };
        let items = items.iter().map(|item| self.steps(item.clone(), each)).collect();
        let list = Node::new(Value::List(Arc::new(List { items, open })), self.place);
        let refers = union(std::slice::from_ref(&list));
        self.steps(Node { refers, ..list }, whole)
    }
}
