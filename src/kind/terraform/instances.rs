//! Instances: how many resources or modules a block is, by its `count` or `for_each`.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::evaluate::{Binding, Evaluator, Scope, elements, union};
use super::module::Declared;
use super::operators;
use crate::kind::Notice;
use crate::syntax::tree::{Map, Node, Place, Unknown, Value};

/// More instances than these of one block are not told apart.
const MAX_INSTANCES: usize = 2_000;

/// What a block repeats by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repetition {
    /// By nothing.
    Single,
    /// By `count`.
    Count,
    /// By `for_each`.
    Each,
}

/// One instance of a block.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    /// The index or key; none where the block is not repeated, or it cannot be known.
    pub(super) key: Option<SmolStr>,
    /// What its address ends in: nothing, `[0]` or `["k"]`.
    pub(super) suffix: SmolStr,
    /// What `each` or `count` stands for in it.
    bound: Option<(&'static str, Node)>,
}

impl Instance {
    /// The one instance of a block that is not repeated.
    pub(super) fn single() -> Instance {
        Instance { key: None, suffix: SmolStr::default(), bound: None }
    }

    /// Evaluates with `each` or `count` bound to what it is in this instance.
    pub(super) fn within<T>(&self, place: Place, evaluate: impl FnOnce(Scope<'_>) -> T) -> T {
        let file = place.file;
        match &self.bound {
            None => evaluate(Scope { file, names: None }),
            Some((name, value)) => {
                let binding = Binding { name, value: value.clone(), outer: None };
                evaluate(Scope { file, names: Some(&binding) })
            }
        }
    }
}

/// All instances of a block.
#[derive(Debug)]
pub(super) struct Instances {
    /// What it repeats by.
    pub(super) repetition: Repetition,
    /// The instances. One without a key stands for those that are not known.
    pub(super) list: Vec<Instance>,
    /// What decides whether there are more, or any.
    pub(super) open: Option<Arc<Unknown>>,
}

impl Instances {
    /// The instance with this key; the one that stands for the unknown ones where there may be more.
    pub(super) fn find(&self, key: &str) -> Option<&Instance> {
        let exact = self.list.iter().find(|instance| instance.key.as_deref() == Some(key));
        exact.or_else(|| self.list.iter().find(|instance| instance.key.is_none()))
    }
}

/// The instances of a block. Only called through the evaluator, which remembers them.
pub(super) fn of<'m>(evaluator: &Evaluator<'m>, declared: Declared<'m>) -> Rc<Instances> {
    let instances = if let Some(count) = evaluator.module.attribute(declared, "count") {
        by_count(evaluator, declared, &evaluator.written(count))
    } else if let Some(for_each) = evaluator.module.attribute(declared, "for_each") {
        by_key(evaluator, declared, &evaluator.written(for_each))
    } else {
        Instances { repetition: Repetition::Single, list: vec![Instance::single()], open: None }
    };
    Rc::new(instances)
}

/// The instances of a block whose own repetition depends on itself.
pub(super) fn cyclic(declared: Declared<'_>) -> Rc<Instances> {
    let place = declared.place(declared.block.header);
    let repetition = if declared.attribute("count").is_some() { Repetition::Count } else { Repetition::Each };
    let unknown = Arc::new(Unknown::new("a repetition that depends on itself"));
    Rc::new(unknown_many(repetition, unknown, &Node::new(Value::Null, place)))
}

fn by_count(evaluator: &Evaluator<'_>, declared: Declared<'_>, count: &Node) -> Instances {
    let unknown = match (&count.value, operators::number(count)) {
        (_, Some(number)) if number <= MAX_INSTANCES as f64 => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded, and negatives are 0")]
            let number = number as usize;
            let list = (0..number).map(|index| counted(index, count.place)).collect();
            return Instances { repetition: Repetition::Count, list, open: None };
        }
        (_, Some(_)) => too_many(evaluator, declared),
        (Value::Unknown(unknown), _) => unknown.clone(),
        _ => Arc::new(Unknown::new("a count that is no number")),
    };
    unknown_many(Repetition::Count, unknown, count)
}

fn counted(index: usize, place: Place) -> Instance {
    let mut map = Map::default();
    map.push("index", place, Node::new(Value::Number(index as f64), place));
    let suffix = smol_str::format_smolstr!("[{index}]");
    let key = Some(smol_str::format_smolstr!("{index}"));
    Instance { key, suffix, bound: Some(("count", Node::map(map, place))) }
}

fn by_key(evaluator: &Evaluator<'_>, declared: Declared<'_>, collection: &Node) -> Instances {
    let Some((elements, mut open)) = elements(collection) else {
        let wrong = || Arc::new(Unknown::new("a for_each that is no map or set"));
        let unknown = if let Value::Unknown(unknown) = &collection.value { unknown.clone() } else { wrong() };
        return unknown_many(Repetition::Each, unknown, collection);
    };
    if elements.len() > MAX_INSTANCES {
        return unknown_many(Repetition::Each, too_many(evaluator, declared), collection);
    }
    let is_map = collection.as_map().is_some();
    let mut seen: FxHashSet<SmolStr> = FxHashSet::default();
    let mut list = Vec::with_capacity(elements.len());
    // Of a map's keys that are written twice the later one counts.
    for (key, value) in elements.into_iter().rev() {
        // The key of a set's element is the element.
        let key = if is_map { key } else { value.clone() };
        match (key.value.scalar_text(), &key.value) {
            (Some(name), _) if seen.insert(name.clone()) => list.push(keyed(name, key.place, value)),
            (None, Value::Unknown(unknown)) => open = open.or_else(|| Some(unknown.clone())),
            _ => {}
        }
    }
    list.reverse();
    let mut instances = Instances { repetition: Repetition::Each, list, open: None };
    if let Some(unknown) = open {
        let further = unknown_many(Repetition::Each, unknown, collection);
        instances.list.extend(further.list);
        instances.open = further.open;
    }
    instances
}

fn keyed(name: SmolStr, place: Place, value: Node) -> Instance {
    let mut map = Map::default();
    map.push("key", place, Node::text(name.clone(), place));
    map.push("value", place, value);
    let suffix = smol_str::format_smolstr!("[\"{name}\"]");
    Instance { key: Some(name), suffix, bound: Some(("each", Node::map(map, place))) }
}

/// One instance that stands for all: what depends on the instance depends on the unknown.
fn unknown_many(repetition: Repetition, unknown: Arc<Unknown>, collection: &Node) -> Instances {
    let place = collection.place;
    let mut map = Map::default();
    let node = |refers| Node { value: Value::Unknown(unknown.clone()), place, refers };
    let name = if repetition == Repetition::Count {
        map.push("index", place, node(None));
        "count"
    } else {
        map.push("key", place, node(None));
        map.push("value", place, node(union(std::slice::from_ref(collection))));
        "each"
    };
    let bound = Some((name, Node::map(map, place)));
    Instances { repetition, list: vec![Instance { bound, ..Instance::single() }], open: Some(unknown) }
}

fn too_many(evaluator: &Evaluator<'_>, declared: Declared<'_>) -> Arc<Unknown> {
    evaluator.world.notice(Notice {
        id: "terraform-too-many-instances",
        message: format!(
            "this block has more than {MAX_INSTANCES} instances, so they are evaluated as one whose `each` and `count` \
             are unknown"
        ),
        place: declared.place(declared.block.header),
    });
    Arc::new(Unknown::new("too many instances"))
}
