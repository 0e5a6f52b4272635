//! Bodies of blocks to maps: attributes under their keys, nested blocks as lists of maps under their name.

use std::sync::Arc;

use smol_str::SmolStr;

use super::evaluate::{Binding, Evaluator, Scope, elements};
use super::module::Declared;
use crate::syntax::hcl::{Attribute, Block, Body};
use crate::syntax::tree::{List, Map, Node, Place, Span, Unknown, Value};

/// How many blocks one `dynamic` may become.
const MAX_BLOCKS: usize = 1_000;
/// How deeply blocks may nest; the syntax allows fewer.
const MAX_DEPTH: usize = 64;

/// The nested blocks of one name as a list.
pub(super) fn blocks(evaluator: &Evaluator<'_>, body: &Body, name: &str, scope: Scope<'_>) -> Node {
    Lowering { evaluator, scope, depth: 0 }.blocks(body, name)
}

/// A block as a map of what is in it.
pub(super) fn block<'m>(evaluator: &Evaluator<'m>, declared: Declared<'m>, scope: Scope<'_>) -> Map {
    overridden(evaluator, declared, scope, "")
}

/// One of several instances as a map. What they repeat by is no part of any: each would hold all keys.
pub(super) fn instance<'m>(evaluator: &Evaluator<'m>, declared: Declared<'m>, scope: Scope<'_>) -> Map {
    overridden(evaluator, declared, scope, "for_each")
}

/// A block as a map, with what override files say in place of what it says itself: attributes and, by name, all blocks.
fn overridden<'m>(evaluator: &Evaluator<'m>, declared: Declared<'m>, scope: Scope<'_>, left_out: &str) -> Map {
    let lowering = Lowering { evaluator, scope, depth: 0 };
    let mut map = lowering.without(&declared.block.body, left_out);
    for over in evaluator.module.overrides_of(declared) {
        let scope = Scope { file: over.file.id, ..scope };
        for entry in (Lowering { scope, ..lowering }).without(&over.block.body, left_out).entries {
            match map.entries.iter_mut().find(|known| known.key == entry.key) {
                Some(known) => *known = entry,
                None => map.entries.push(entry),
            }
        }
    }
    map
}

#[derive(Clone, Copy)]
struct Lowering<'l, 'm> {
    evaluator: &'l Evaluator<'m>,
    scope: Scope<'l>,
    depth: usize,
}

/// What a name in a body stands for, in the order of the text.
enum Item<'b> {
    Attribute(&'b Attribute),
    /// The first block of its name.
    Blocks(&'b str),
}

impl Lowering<'_, '_> {
    fn place(self, span: Span) -> Place {
        Place::span(self.scope.file, span)
    }

    /// A body as a map without the attribute of this name. Nested blocks are lists, even where there is one; a block's
    /// labels are under `labels`.
    fn without(self, body: &Body, left_out: &str) -> Map {
        let mut map = Map::default();
        for item in items(body) {
            match item {
                Item::Attribute(attribute) if attribute.key == left_out => {}
                Item::Attribute(attribute) => {
                    let value = self.evaluator.evaluate(&attribute.value, self.scope);
                    map.push(attribute.key.clone(), self.place(attribute.key_span), value);
                }
                Item::Blocks(name) => {
                    let list = self.blocks(body, name);
                    map.push(name, list.place, list);
                }
            }
        }
        map
    }

    /// All blocks of one name, those that `dynamic` makes among them. It stands where the first one's header does.
    fn blocks(self, body: &Body, name: &str) -> Node {
        let mut list = List::default();
        let mut header = None;
        for block in &body.blocks {
            if block.name == name {
                header.get_or_insert(block.header);
                list.items.push(self.one(block, block));
            } else if generated(block) == Some(name) {
                header.get_or_insert(block.header);
                self.generate(block, &mut list);
            }
        }
        Node::new(Value::List(Arc::new(list)), self.place(header.unwrap_or(body.span)))
    }

    /// One block as a map; `written` is the block that stands for it in the text.
    fn one(self, block: &Block, written: &Block) -> Node {
        let place = self.place(written.span);
        if self.depth >= MAX_DEPTH {
            return Node::unknown("blocks that are nested too deeply", place);
        }
        let mut map = Lowering { depth: self.depth + 1, ..self }.without(&block.body, "");
        if !block.labels.is_empty() && generated(written).is_none() {
            let header = self.place(block.header);
            let labels = block.labels.iter().map(|label| Node::text(label.clone(), header)).collect();
            map.push("labels", header, Node::list(labels, header));
        }
        Node::map(map, place)
    }

    /// The blocks that a `dynamic` block makes; the list is open where it cannot be known how many.
    fn generate(self, block: &Block, list: &mut List) {
        let name = block.labels.first().map_or("", SmolStr::as_str);
        let content = block.body.blocks.iter().find(|inner| inner.name == "content");
        let for_each = block.body.attributes.iter().find(|attribute| attribute.key == "for_each");
        let (Some(content), Some(for_each)) = (content, for_each) else { return };
        let iterator = block.body.attributes.iter().find(|attribute| attribute.key == "iterator");
        let iterator = iterator.and_then(|attribute| match &attribute.value.kind {
            crate::syntax::hcl::ExpressionKind::Variable(name) => Some(name.as_str()),
            _ => None,
        });
        let collection = self.evaluator.evaluate(&for_each.value, self.scope);
        let Some((elements, open)) = elements(&collection) else {
            list.open = Some(match collection.value {
                Value::Unknown(unknown) => unknown,
                _ => Arc::new(Unknown::new("for_each")),
            });
            return;
        };
        list.open = list.open.take().or(open);
        for (key, value) in elements.into_iter().take(MAX_BLOCKS) {
            let mut element = Map::default();
            element.push("key", key.place, key);
            element.push("value", value.place, value);
            let value = Node::map(element, self.place(for_each.value.span));
            let binding = Binding { name: iterator.unwrap_or(name), value, outer: self.scope.names };
            let inner = Lowering { scope: Scope { names: Some(&binding), ..self.scope }, ..self };
            list.items.push(inner.one(content, block));
        }
    }
}

/// The name of the blocks that a `dynamic` block makes.
fn generated(block: &Block) -> Option<&str> {
    match (block.name.as_str(), block.labels.as_slice()) {
        ("dynamic", [name]) => Some(name),
        _ => None,
    }
}

/// Attributes and names of blocks in the order of the text, each name once.
fn items(body: &Body) -> Vec<Item<'_>> {
    let mut items: Vec<(Span, Item<'_>)> = Vec::with_capacity(body.attributes.len() + body.blocks.len());
    items.extend(body.attributes.iter().map(|attribute| (attribute.key_span, Item::Attribute(attribute))));
    let mut seen: Vec<&str> = Vec::new();
    for block in &body.blocks {
        let name = generated(block).unwrap_or(&block.name);
        if !seen.contains(&name) {
            seen.push(name);
            items.push((block.span, Item::Blocks(name)));
        }
    }
    items.sort_by_key(|(span, _)| *span);
    items.into_iter().map(|(_, item)| item).collect()
}
