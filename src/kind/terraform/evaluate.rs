//! Three-valued evaluation of expressions: to a value where it can be known without running anything, else to
//! [`Value::Unknown`] with what it depends on.
//!
//! The place of a result is the expression as written where it is used, so that a finding about `acl = var.acl` stands
//! there and not at the variable. Depth, steps and sizes are bounded: what exceeds them is unknown.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::calls::Caller;
use super::instances::{self, Instances};
use super::library::{self, Library};
use super::module::{Declared, Module, Written};
use super::{invoke, operators, references, template};
use crate::kind::{Notice, View};
use crate::syntax::hcl::{Expression, ExpressionKind, For};
use crate::syntax::tree::{Entry, FileId, List, Map, Node, Place, Unknown, Value};

/// How deeply evaluations may nest: expressions in locals in expressions.
const MAX_DEPTH: u32 = 250;
/// How many expressions and copied nodes one unit may cost.
const MAX_STEPS: u64 = 4_000_000;
/// How many notices one unit may give.
const MAX_NOTICES: usize = 100;
/// How deeply values may nest.
const MAX_VALUE_DEPTH: usize = 100;
/// The longest text and the longest list that evaluation makes.
pub(super) const MAX_LENGTH: usize = 1 << 20;

/// A name that is bound by `for`, `dynamic` or an instance of a resource.
#[derive(Debug)]
pub(super) struct Binding<'s> {
    /// The name: an iterator, `each`, `count`.
    pub(super) name: &'s str,
    /// Its value.
    pub(super) value: Node,
    /// Names bound further out.
    pub(super) outer: Option<&'s Binding<'s>>,
}

/// Where an expression stands and which names are bound there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    /// The file of the expression.
    pub(super) file: FileId,
    /// The innermost bound name.
    pub(super) names: Option<&'s Binding<'s>>,
}

impl<'s> Scope<'s> {
    /// A scope without bound names.
    pub(super) fn of(file: FileId) -> Scope<'s> {
        Scope { file, names: None }
    }

    /// The value bound to a name.
    pub(super) fn get(self, name: &str) -> Option<&'s Node> {
        let mut at = self.names;
        while let Some(binding) = at {
            if binding.name == name {
                return Some(&binding.value);
            }
            at = binding.outer;
        }
        None
    }
}

/// Something that is evaluated once for all who refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key<'m> {
    /// `var.name`
    Variable(&'m str),
    /// `local.name`
    Local(&'m str),
    /// `output.name`, which only callers refer to.
    Output(&'m str),
    /// An attribute or the blocks of one name of a resource (or data source): type, name, instance, attribute.
    Attribute(bool, &'m str, &'m str, SmolStr, &'m str),
    /// All instances of a resource (or data source), or of a call, in one list or map: the labels of its block.
    Whole(&'m str, &'m [SmolStr]),
}

/// What was evaluated once; `None` while it is, or where it cannot be.
type Remembered<K, V> = RefCell<FxHashMap<K, Option<V>>>;

/// What all evaluators of a unit share: the modules and what evaluation may still cost.
#[derive(Debug, Default)]
pub(super) struct World<'m> {
    /// The modules that the root reaches.
    pub(super) library: Library<'m>,
    /// What the user should know.
    pub(super) notices: RefCell<Vec<Notice>>,
    /// The files of the scan, for functions that read some.
    pub(super) view: Option<&'m View<'m>>,
    /// The texts of files that functions read, by path; `None` where there is no such file.
    pub(super) texts: Remembered<SmolStr, Arc<str>>,
    /// How many modules were called so far.
    pub(super) calls: Cell<usize>,
    depth: Cell<u32>,
    steps: Cell<u64>,
    failures: Cell<u64>,
}

impl<'m> World<'m> {
    /// The modules of a unit, nothing of which is evaluated yet.
    pub(super) fn new(library: Library<'m>, view: &'m View<'m>) -> World<'m> {
        World { library, view: Some(view), ..World::default() }
    }

    /// Whether the unit cost more than evaluation is given; what was asked for after that is unknown.
    pub(super) fn is_exhausted(&self) -> bool {
        self.steps.get() >= MAX_STEPS
    }

    /// Adds something that the user should know; the same at the same place is told once.
    pub(super) fn notice(&self, notice: Notice) {
        let mut notices = self.notices.borrow_mut();
        if notices.len() < MAX_NOTICES && !notices.contains(&notice) {
            notices.push(notice);
        }
    }
}

/// Evaluates the expressions of one module, as one call of it sees them.
#[derive(Debug)]
pub(super) struct Evaluator<'m> {
    /// What the module declares.
    pub(super) module: &'m Module<'m>,
    /// What all evaluators of the unit share.
    pub(super) world: &'m World<'m>,
    /// The call; none for the root module.
    pub(super) caller: Option<Caller<'m>>,
    /// What addresses in the module start with: nothing, or `module.x.`.
    pub(super) path: SmolStr,
    /// Evaluators of the modules that this one calls, by call and instance; `None` where they cannot be read.
    pub(super) called: Remembered<(&'m str, SmolStr), Rc<Evaluator<'m>>>,
    /// This evaluator, for those of the modules that it calls.
    pub(super) own: Weak<Evaluator<'m>>,
    /// Values by key; `None` while one is being evaluated.
    memo: Remembered<Key<'m>, Node>,
    /// Instances by type and labels of their block; `None` while they are being evaluated.
    instances: Remembered<(&'m str, &'m [SmolStr]), Rc<Instances>>,
}

impl<'m> Evaluator<'m> {
    /// The evaluator of a root module, or of a called one; it knows nothing yet.
    pub(super) fn new(module: &'m Module<'m>, world: &'m World<'m>, caller: Option<Caller<'m>>) -> Rc<Evaluator<'m>> {
        Rc::new_cyclic(|own| Evaluator {
            module,
            world,
            path: caller.as_ref().map(Caller::path).unwrap_or_default(),
            caller,
            called: RefCell::default(),
            own: own.clone(),
            memo: RefCell::default(),
            instances: RefCell::default(),
        })
    }

    /// The instances of a block.
    pub(super) fn instances(&self, declared: Declared<'m>) -> Rc<Instances> {
        let key = (declared.block.name.as_str(), declared.block.labels.as_slice());
        if let Some(known) = self.instances.borrow().get(&key) {
            return known.clone().unwrap_or_else(|| instances::cyclic(declared));
        }
        self.instances.borrow_mut().insert(key, None);
        let found = instances::of(self, declared);
        self.instances.borrow_mut().insert(key, Some(found.clone()));
        found
    }

    /// An address in the module, as the root sees it.
    pub(super) fn address(&self, local: &str) -> SmolStr {
        smol_str::format_smolstr!("{}{local}", self.path)
    }

    /// The folder of the root module, where Terraform runs.
    pub(super) fn root(&self) -> &'m str {
        self.caller.as_ref().map_or(&self.module.folder, Caller::root)
    }

    /// The way from the root module to this one, as `path.module` gives it.
    pub(super) fn module_path(&self) -> SmolStr {
        library::relative(self.root(), &self.module.folder)
    }

    /// How often something was asked of a value that it does not have. `try` and `can` compare before and after.
    pub(super) fn failures(&self) -> u64 {
        self.world.failures.get()
    }

    /// Notes that something was asked of a value that it does not have, and says what.
    pub(super) fn failure(&self, what: impl Into<SmolStr>, place: Place) -> Node {
        self.world.failures.set(self.world.failures.get() + 1);
        Node::unknown(what, place)
    }

    /// The value of an expression that stands in no scope of its own.
    pub(super) fn written(&self, written: Written<'_>) -> Node {
        self.evaluate(written.expression, Scope::of(written.file))
    }

    /// The value of an expression.
    pub(super) fn evaluate(&self, expression: &Expression, scope: Scope<'_>) -> Node {
        let place = Place::span(scope.file, expression.span);
        let depth = self.world.depth.get();
        if depth >= MAX_DEPTH || !self.spend(1) {
            return Node::unknown("an expression that is too deep or too costly to evaluate", place);
        }
        self.world.depth.set(depth + 1);
        let node = self.kind(&expression.kind, place, scope);
        self.world.depth.set(depth);
        node
    }

    /// Takes steps from what the module may cost; false when nothing is left.
    pub(super) fn spend(&self, steps: u64) -> bool {
        let spent = self.world.steps.get().saturating_add(steps);
        self.world.steps.set(spent);
        !self.world.is_exhausted()
    }

    fn kind(&self, kind: &ExpressionKind, place: Place, scope: Scope<'_>) -> Node {
        match kind {
            ExpressionKind::Null => Node::new(Value::Null, place),
            ExpressionKind::Bool(value) => Node::new(Value::Bool(*value), place),
            ExpressionKind::Number(value) => Node::new(Value::Number(*value), place),
            ExpressionKind::Text(text) => Node::text(text.clone(), place),
            ExpressionKind::Template(parts) => template::evaluate(self, parts, place, scope),
            ExpressionKind::List(items) => {
                Node::list(items.iter().map(|item| self.evaluate(item, scope)).collect(), place)
            }
            ExpressionKind::Object(entries) => self.object(entries, place, scope),
            ExpressionKind::Variable(name) => match scope.get(name) {
                Some(node) => self.placed(node, place),
                None => Node::unknown(name.clone(), place),
            },
            ExpressionKind::Traversal(base, steps) => references::traversal(self, base, steps, place, scope),
            ExpressionKind::Call(call) => invoke::call(self, call, place, scope),
            ExpressionKind::Conditional(parts) => self.conditional(parts, place, scope),
            ExpressionKind::Unary(operator, inner) => operators::unary(*operator, &self.evaluate(inner, scope), place),
            ExpressionKind::Binary(operator, sides) => {
                let [left, right] = sides.each_ref().map(|side| self.evaluate(side, scope));
                operators::binary(*operator, &left, &right, place)
            }
            ExpressionKind::For(expression) => self.for_expression(expression, place, scope),
        }
    }

    fn object(&self, entries: &[(Expression, Expression)], place: Place, scope: Scope<'_>) -> Node {
        let mut map = Map::default();
        for (key, value) in entries {
            let name = self.evaluate(key, scope);
            match (name.value.scalar_text(), &name.value) {
                (Some(text), _) => map.push(text, name.place, self.evaluate(value, scope)),
                (None, Value::Unknown(unknown)) => map.open = Some(unknown.clone()),
                (None, _) => {}
            }
        }
        Node::map(map, place)
    }

    /// The side that the condition chooses; where that cannot be known, the value that both sides have.
    fn conditional(&self, parts: &[Expression; 3], place: Place, scope: Scope<'_>) -> Node {
        let [condition, yes, no] = parts;
        let condition = self.evaluate(condition, scope);
        if let Some(holds) = operators::truth(&condition) {
            return at(self.evaluate(if holds { yes } else { no }, scope), place);
        }
        let (yes, no) = (self.evaluate(yes, scope), self.evaluate(no, scope));
        if unknown_within(&yes).is_none() && yes == no {
            return at(yes, place);
        }
        match condition.value {
            Value::Unknown(unknown) => Node::depending(&unknown, place),
            _ => self.failure("a condition that is neither true nor false", place),
        }
    }

    fn for_expression(&self, expression: &For, place: Place, scope: Scope<'_>) -> Node {
        let collection = self.evaluate(&expression.collection, scope);
        let Some((elements, mut open)) = elements(&collection) else {
            return match collection.value {
                Value::Unknown(unknown) => Node::depending(&unknown, place),
                _ => self.failure("for … in a value that has no elements", place),
            };
        };
        let mut results = Vec::new();
        for (key, value) in elements {
            let outer = Binding { name: expression.key.as_deref().unwrap_or(""), value: key, outer: scope.names };
            let inner = Binding { name: &expression.value, value, outer: Some(&outer) };
            let scope = Scope { names: Some(&inner), ..scope };
            let condition = expression.condition.as_ref().map(|condition| self.evaluate(condition, scope));
            match condition.as_ref().map(|node| (operators::truth(node), &node.value)) {
                Some((Some(false), _)) => continue,
                Some((None, Value::Unknown(unknown))) => {
                    open = Some(unknown.clone());
                    continue;
                }
                _ => {}
            }
            let key = expression.result_key.as_ref().map(|key| self.evaluate(key, scope));
            results.push((key, self.evaluate(&expression.result, scope)));
        }
        if expression.result_key.is_none() {
            let items = results.into_iter().map(|(_, value)| value).collect();
            return Node::new(Value::List(Arc::new(List { items, open })), place);
        }
        Node::map(collect(results, open, expression.grouping), place)
    }

    /// Evaluates once what `key` stands for; unknown where it depends on itself.
    pub(super) fn once(&self, key: Key<'m>, name: &str, evaluate: impl FnOnce() -> Node) -> Node {
        if let Some(known) = self.memo.borrow().get(&key) {
            return known.clone().unwrap_or_else(|| Node::unknown(name, Place::NOWHERE));
        }
        self.memo.borrow_mut().insert(key.clone(), None);
        let node = evaluate();
        self.memo.borrow_mut().insert(key, Some(node.clone()));
        node
    }

    /// The node with all its places moved to where it is used.
    pub(super) fn placed(&self, node: &Node, place: Place) -> Node {
        self.moved(node, place, 0)
    }

    fn moved(&self, node: &Node, place: Place, depth: usize) -> Node {
        if depth > MAX_VALUE_DEPTH || !self.spend(1) {
            return Node::unknown("a value that is too deep or too large", place);
        }
        let value = match &node.value {
            Value::List(list) => {
                let items = list.items.iter().map(|item| self.moved(item, place, depth + 1)).collect();
                Value::List(Arc::new(List { items, open: list.open.clone() }))
            }
            Value::Map(map) => {
                let entry = |entry: &Entry| Entry {
                    key: entry.key.clone(),
                    key_place: place,
                    value: self.moved(&entry.value, place, depth + 1),
                };
                Value::Map(Arc::new(Map { entries: map.entries.iter().map(entry).collect(), open: map.open.clone() }))
            }
            other => other.clone(),
        };
        Node { value, place, refers: node.refers.clone() }
    }
}

/// The same node at another place; what is in it stays where it is.
pub(super) fn at(node: Node, place: Place) -> Node {
    Node { place, ..node }
}

/// Keys and values, and what decides whether there are more.
pub(super) type Elements = (Vec<(Node, Node)>, Option<Arc<Unknown>>);

/// The keys and values of a list or map.
pub(super) fn elements(node: &Node) -> Option<Elements> {
    match &node.value {
        Value::List(list) => {
            let pair =
                |(index, item): (usize, &Node)| (Node::new(Value::Number(index as f64), item.place), item.clone());
            Some((list.items.iter().enumerate().map(pair).collect(), list.open.clone()))
        }
        Value::Map(map) => {
            let pair = |entry: &Entry| (Node::text(entry.key.clone(), entry.key_place), entry.value.clone());
            Some((map.entries.iter().map(pair).collect(), map.open.clone()))
        }
        _ => None,
    }
}

/// The first thing that a value depends on, at any depth.
pub(super) fn unknown_within(node: &Node) -> Option<Arc<Unknown>> {
    match &node.value {
        Value::Unknown(unknown) => Some(unknown.clone()),
        Value::List(list) => list.items.iter().find_map(unknown_within).or_else(|| list.open.clone()),
        Value::Map(map) => {
            map.entries.iter().find_map(|entry| unknown_within(&entry.value)).or_else(|| map.open.clone())
        }
        _ => None,
    }
}

/// All that the nodes refer to, at any depth.
pub(super) fn union(nodes: &[Node]) -> Option<Arc<Vec<SmolStr>>> {
    let mut all: Vec<SmolStr> = Vec::new();
    for node in nodes {
        gather(node, &mut all);
    }
    (!all.is_empty()).then(|| Arc::new(all))
}

fn gather(node: &Node, all: &mut Vec<SmolStr>) {
    for address in node.refers.iter().flat_map(|refers| refers.iter()) {
        if !all.contains(address) {
            all.push(address.clone());
        }
    }
    match &node.value {
        Value::List(list) => {
            for item in &list.items {
                gather(item, all);
            }
        }
        Value::Map(map) => {
            for entry in &map.entries {
                gather(&entry.value, all);
            }
        }
        _ => {}
    }
}

/// The results of `{for …}`: later ones replace earlier ones of the same key, or are grouped with them.
fn collect(results: Vec<(Option<Node>, Node)>, open: Option<Arc<Unknown>>, grouping: bool) -> Map {
    let mut map = Map { entries: Vec::new(), open };
    let mut index: FxHashMap<SmolStr, usize> = FxHashMap::default();
    let mut groups: Vec<Vec<Node>> = Vec::new();
    for (key, value) in results {
        let Some(key) = key else { continue };
        let Some(name) = key.value.scalar_text() else {
            if let Value::Unknown(unknown) = key.value {
                map.open = Some(unknown);
            }
            continue;
        };
        let at = *index.entry(name.clone()).or_insert(map.entries.len());
        if let (Some(entry), Some(group)) = (map.entries.get_mut(at), groups.get_mut(at)) {
            entry.value = value.clone();
            group.push(value);
        } else {
            groups.push(vec![value.clone()]);
            map.push(name, key.place, value);
        }
    }
    if grouping {
        for (entry, group) in map.entries.iter_mut().zip(groups) {
            entry.value = Node::list(group, entry.value.place);
        }
    }
    map
}
