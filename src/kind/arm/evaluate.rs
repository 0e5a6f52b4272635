//! Values of expressions. Total, bounded and three-valued: what only a deployment knows is unknown and names what it
//! depends on. The place of a value is the expression as written where it is used.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::functions;
use super::index::Index;
use crate::kind::shared::joined::Joined;
use crate::kind::shared::refers::{referring, union};
use crate::syntax::bicep::{Expression, INDEX, Kind, Loop, Property, Resource, Template};
use crate::syntax::tree::{Entry, FileId, List, Map, Node, Place, Unknown, Value};

/// Expressions within expressions and names that stand for others, that are followed.
const MAX_DEPTH: usize = 200;

/// Values that one template may be evaluated to; a thousand times what real ones are.
const MAX_STEPS: usize = 2_000_000;

/// Bytes of one text that is put together.
const MAX_TEXT: usize = 1 << 18;

/// Bytes that a value takes by itself, roughly.
const NODE: usize = 64;

/// Rounds of a loop that are carried out one by one.
pub(super) const MAX_ROUNDS: usize = 256;

/// A name that a loop binds.
pub(super) struct Binding<'s> {
    /// The name.
    pub name: &'s str,
    /// Its value in this round.
    pub value: Node,
    /// Names bound further out.
    pub outer: Names<'s>,
}

/// The names bound at an expression.
pub(super) type Names<'s> = Option<&'s Binding<'s>>;

/// A module as it is called.
pub(super) struct Call<'m> {
    /// The template of the module.
    pub template: &'m Template,
    /// The file that holds it.
    pub file: FileId,
    /// The name of the call, with the round that it is in.
    pub name: SmolStr,
    /// Where it is called.
    pub place: Place,
    /// What its parameters are given.
    pub given: Vec<(SmolStr, Node)>,
}

/// What a parameter has.
#[derive(Clone)]
enum Given<'t> {
    Default(&'t Expression),
    Value(Node),
    Nothing,
}

/// Evaluates the expressions of one template.
pub(super) struct Evaluator<'t> {
    /// The file that holds them.
    pub file: FileId,
    /// What stands before the addresses of its resources: the modules that it is in.
    pub prefix: SmolStr,
    /// Where it is called, innermost first.
    pub chain: Vec<Place>,
    parameters: FxHashMap<&'t str, Given<'t>>,
    variables: FxHashMap<&'t str, &'t Expression>,
    /// The resources that have symbolic names.
    pub symbols: FxHashMap<&'t str, &'t Resource>,
    /// Which resources there are.
    pub index: Index,
    known: RefCell<FxHashMap<SmolStr, Option<Node>>>,
    steps: Cell<usize>,
}

impl<'t> Evaluator<'t> {
    /// An evaluator of a template that is given these values.
    pub(super) fn new(template: &'t Template, file: FileId, given: &[(SmolStr, Node)]) -> Evaluator<'t> {
        Evaluator::empty(file).of(template, given)
    }

    /// An evaluator of a module that is called from this template.
    pub(super) fn called<'m>(&self, call: &Call<'m>) -> Evaluator<'m> {
        let mut evaluator = Evaluator::empty(call.file);
        evaluator.prefix = format_smolstr!("{}{}::", self.prefix, call.name);
        evaluator.chain = std::iter::once(call.place).chain(self.chain.iter().copied()).collect();
        evaluator.steps.set(self.steps.get());
        evaluator.of(call.template, &call.given)
    }

    /// The steps of a template that was called count for this one, too.
    pub(super) fn count(&self, called: &Evaluator<'_>) {
        self.steps.set(called.steps.get());
    }

    fn empty(file: FileId) -> Evaluator<'t> {
        Evaluator {
            file,
            prefix: SmolStr::default(),
            chain: Vec::new(),
            parameters: FxHashMap::default(),
            variables: FxHashMap::default(),
            symbols: FxHashMap::default(),
            index: Index::default(),
            known: RefCell::default(),
            steps: Cell::new(0),
        }
    }

    fn of(mut self, template: &'t Template, given: &[(SmolStr, Node)]) -> Evaluator<'t> {
        self.declare(template);
        for (name, value) in given {
            if let Some(parameter) = self.parameters.get_mut(name.as_str()) {
                *parameter = Given::Value(value.clone());
            }
        }
        self.indexed(template)
    }

    fn indexed(mut self, template: &Template) -> Evaluator<'t> {
        self.index = Index::of(&self, template);
        self.known.borrow_mut().clear();
        self
    }

    /// An evaluator of a template within this one.
    pub(super) fn within(&self, deployment: &'t crate::syntax::bicep::Deployment, names: Names<'_>) -> Evaluator<'t> {
        let template = &deployment.template;
        let mut evaluator = Evaluator::empty(self.file);
        evaluator.prefix.clone_from(&self.prefix);
        evaluator.chain.clone_from(&self.chain);
        evaluator.steps.set(self.steps.get());
        if deployment.is_inner {
            let value = |(name, value): &(SmolStr, Expression)| (name.clone(), self.value(value, names, 0));
            let given: Vec<(SmolStr, Node)> = deployment.parameters.iter().map(value).collect();
            return evaluator.of(template, &given);
        }
        evaluator.declare(template);
        evaluator.parameters.clone_from(&self.parameters);
        evaluator.variables.clone_from(&self.variables);
        evaluator.indexed(template)
    }

    fn declare(&mut self, template: &'t Template) {
        for parameter in &template.parameters {
            let given = parameter.default.as_ref().map_or(Given::Nothing, Given::Default);
            self.parameters.insert(&parameter.name, given);
        }
        self.variables = template.variables.iter().map(|variable| (variable.name.as_str(), &variable.value)).collect();
        let symbols = template.resources.iter().filter_map(|each| Some((each.symbol.as_deref()?, each)));
        self.symbols = symbols.collect();
    }

    /// The place of an expression.
    pub(super) fn place(&self, expression: &Expression) -> Place {
        Place::span(self.file, expression.span)
    }

    /// The value of an expression.
    pub(super) fn value(&self, expression: &Expression, names: Names<'_>, depth: usize) -> Node {
        let place = self.place(expression);
        self.steps.set(self.steps.get() + 1);
        if depth > MAX_DEPTH || self.steps.get() > MAX_STEPS {
            return Node::unknown("an expression that is too large", place);
        }
        let node = self.value_of(expression, names, place, depth + 1);
        // What is made anew counts by its size, so that texts that double end before the memory does.
        if matches!(expression.kind, Kind::Text(_) | Kind::Call(..)) {
            self.steps.set(self.steps.get().saturating_add(room(&node.value) / NODE));
        }
        node
    }

    fn value_of(&self, expression: &Expression, names: Names<'_>, place: Place, depth: usize) -> Node {
        match &expression.kind {
            Kind::Value(value) => Node::new(value.clone(), place),
            Kind::Text(parts) => {
                let parts: Vec<Node> = parts.iter().map(|part| self.value(part, names, depth)).collect();
                joined(&parts, place)
            }
            Kind::Name(name) => self.named(name, names, place, depth),
            Kind::Call(name, arguments) => self.call(name, arguments, names, place, depth),
            Kind::Member(base, key) => self.member(base, key, names, place, depth),
            Kind::Nested(base, child) => {
                let base = self.value(base, names, depth);
                let parent = base.refers.as_ref().and_then(|refers| refers.first()).cloned().unwrap_or_default();
                let full = parent.rsplit_once('.').map_or(parent.as_str(), |(_, symbol)| symbol);
                let symbol = format_smolstr!("{full}::{child}");
                let refers = self.index.of_symbol(&symbol).into_iter().collect();
                referring(Node::unknown(symbol, place), refers)
            }
            Kind::List(items) => self.list(items, names, place, depth),
            Kind::Map(properties) => self.map(properties, names, place, depth),
            Kind::For(repeated, body) => self.repeat(repeated, body, names, place, depth),
            Kind::Opaque(text) => Node::unknown(text.clone(), place),
        }
    }

    fn list(&self, items: &[Expression], names: Names<'_>, place: Place, depth: usize) -> Node {
        let mut list = List::default();
        for item in items {
            if matches!(&item.kind, Kind::Opaque(text) if text == "...") {
                list.open.get_or_insert_with(|| Arc::new(Unknown::new("the elements of another list")));
            } else {
                list.items.push(self.value(item, names, depth));
            }
        }
        Node::new(Value::List(Arc::new(list)), place)
    }

    fn map(&self, properties: &[Property], names: Names<'_>, place: Place, depth: usize) -> Node {
        let mut entries: Vec<Entry> = Vec::with_capacity(properties.len());
        let mut open = None;
        for property in properties {
            let value = self.value(&property.value, names, depth);
            let key_place = self.place(&property.key);
            if let Kind::Opaque(_) = property.key.kind {
                match &value.value {
                    Value::Map(map) => entries.extend(map.entries.iter().cloned()),
                    Value::Unknown(unknown) => open = open.or(Some(unknown.clone())),
                    _ => {}
                }
                continue;
            }
            match self.value(&property.key, names, depth).value {
                Value::Text(key) => entries.push(Entry { key, key_place, value }),
                Value::Unknown(unknown) => open = open.or(Some(unknown)),
                _ => {}
            }
        }
        let map = Map { open, ..Map::of_last(entries) };
        Node::map(map, place)
    }

    /// What a name stands for.
    fn named(&self, name: &str, names: Names<'_>, place: Place, depth: usize) -> Node {
        if let Some(value) = bound(names, name) {
            return Node { place, ..value };
        }
        if self.variables.contains_key(name) {
            return self.variable(name, place, depth);
        }
        if self.parameters.contains_key(name) {
            return self.parameter(name, place, depth);
        }
        let refers = self.index.of_symbol(name).into_iter().collect();
        referring(Node::unknown(name, place), refers)
    }

    /// The value of a variable, found out once.
    pub(super) fn variable(&self, name: &str, place: Place, depth: usize) -> Node {
        let Some(expression) = self.variables.get(name) else {
            return Node::unknown(format_smolstr!("variable {name}"), place);
        };
        self.once(format_smolstr!("v {name}"), name, expression, place, depth)
    }

    /// What a parameter is given or, without it, its default.
    pub(super) fn parameter(&self, name: &str, place: Place, depth: usize) -> Node {
        match self.parameters.get(name) {
            Some(Given::Value(node)) => Node { place, ..node.clone() },
            Some(Given::Default(expression)) => self.once(format_smolstr!("p {name}"), name, expression, place, depth),
            _ => Node::unknown(format_smolstr!("parameter {name}"), place),
        }
    }

    fn once(&self, key: SmolStr, name: &str, expression: &Expression, place: Place, depth: usize) -> Node {
        let state = self.known.borrow().get(&key).cloned();
        match state {
            Some(Some(node)) => return Node { place, ..node },
            Some(None) => return Node::unknown(format_smolstr!("{name}, which depends on itself"), place),
            None => {}
        }
        self.known.borrow_mut().insert(key.clone(), None);
        let node = self.value(expression, None, depth);
        self.known.borrow_mut().insert(key, Some(node.clone()));
        Node { place, ..node }
    }

    fn call(&self, name: &SmolStr, arguments: &[Expression], names: Names<'_>, place: Place, depth: usize) -> Node {
        let lower = name.to_ascii_lowercase();
        if let ("if", [condition, then, otherwise]) = (lower.as_str(), arguments) {
            let condition = self.value(condition, names, depth);
            return match (functions::truth(&condition), &condition.value) {
                (Some(true), _) => Node { place, ..self.value(then, names, depth) },
                (Some(false), _) => Node { place, ..self.value(otherwise, names, depth) },
                (None, Value::Unknown(unknown)) => {
                    let sides = (self.value(then, names, depth), self.value(otherwise, names, depth));
                    either(&sides.0, &sides.1, unknown, place)
                }
                _ => Node::unknown("a condition that is no condition", place),
            };
        }
        let values: Vec<Node> = arguments.iter().map(|each| self.value(each, names, depth)).collect();
        let first = values.first().and_then(Node::as_str);
        match (lower.as_str(), first) {
            ("parameters", Some(name)) => return self.parameter(name, place, depth),
            ("variables", Some(name)) => return self.variable(name, place, depth),
            ("copyindex", _) => return copy_index(&values, names, place),
            _ => {}
        }
        if let Some(found) = functions::call(&lower, &values, place) {
            return found;
        }
        self.unknown_call(name, &lower, arguments, &values, place)
    }

    /// What only the cloud answers. A call that names a resource refers to it.
    fn unknown_call(&self, name: &str, lower: &str, arguments: &[Expression], values: &[Node], place: Place) -> Node {
        let mut refers = union(values);
        if lower.ends_with("resourceid") {
            let position = values.iter().position(|each| each.as_str().is_some_and(|text| text.contains('/')));
            let texts = position.map(|at| arguments.iter().skip(at).map(|each| self.symbolic(each, 0)));
            if let Some(mut texts) = texts {
                let kind = texts.next().unwrap_or_default();
                refers = vec![self.index.address(&kind, &texts.collect::<Vec<_>>().join("/"))];
            }
        } else if refers.is_empty()
            && (lower == "reference" || lower.starts_with("list"))
            && let Some(first) = arguments.first()
        {
            let text = self.symbolic(first, 0);
            refers.extend(self.index.of_symbol(&text).or_else(|| self.index.of_name(&text)));
        }
        let argument = values.iter().find_map(Node::as_str).map(|text| format!("'{text}'")).unwrap_or_default();
        let text = format_smolstr!("{name}({argument})");
        let node = if lower.ends_with("resourceid") { id(text, place) } else { Node::unknown(text, place) };
        referring(node, refers)
    }

    fn member(&self, base: &Expression, key: &Expression, names: Names<'_>, place: Place, depth: usize) -> Node {
        // The name of a resource is written, the rest of it is known only once it is there.
        if let (Kind::Name(symbol), Some("name")) = (&base.kind, key.as_text())
            && bound(names, symbol).is_none()
            && let Some(resource) = self.symbols.get(symbol.as_str())
            && resource.repeated.is_none()
            && let Some(name) = resource.property("name")
        {
            let refers = self.index.of_symbol(symbol).into_iter().collect();
            return referring(Node { place, ..self.value(name, None, depth) }, refers);
        }
        let base = self.value(base, names, depth);
        let key = self.value(key, names, depth);
        let found = match (&base.value, key.value.scalar_text()) {
            (Value::Map(map), Some(text)) => match (map.get(&text), &map.open) {
                (Some(value), _) => value.clone(),
                (None, Some(unknown)) => Node::depending(unknown, place),
                (None, None) => Node::new(Value::Null, place),
            },
            (Value::List(list), Some(text)) => {
                let item = text.parse::<usize>().ok().and_then(|index| list.items.get(index));
                match (item, &list.open) {
                    (Some(item), _) => item.clone(),
                    (None, Some(unknown)) => Node::depending(unknown, place),
                    (None, None) => Node::unknown("an element that the list does not have", place),
                }
            }
            (Value::Unknown(unknown), Some(text)) if text == "id" && base.refers.is_some() => {
                id(format_smolstr!("{}.id", unknown.depends_on), place)
            }
            (Value::Unknown(unknown), Some(text)) => {
                let shown = &unknown.depends_on;
                Node::unknown(
                    if key.as_number().is_some() {
                        format_smolstr!("{shown}[{text}]")
                    } else {
                        format_smolstr!("{shown}.{text}")
                    },
                    place,
                )
            }
            (Value::Unknown(unknown), None) => Node::depending(unknown, place),
            (Value::Null, _) => Node::new(Value::Null, place),
            _ => match &key.value {
                Value::Unknown(unknown) => Node::depending(unknown, place),
                _ => Node::unknown("a property of something that has none", place),
            },
        };
        let refers = union(&[base, found.clone()]);
        referring(Node { place, ..found }, refers)
    }

    /// A list with an element for each round; open where it is not known how many there are.
    fn repeat(&self, repeated: &Loop, body: &Expression, names: Names<'_>, place: Place, depth: usize) -> Node {
        let mut list = List::default();
        match self.rounds(repeated, names, depth) {
            Ok(rounds) => {
                for (index, item) in rounds.into_iter().enumerate() {
                    let index = Binding { name: index_name(repeated), value: whole(index, place), outer: names };
                    let item = Binding { name: &repeated.item, value: item, outer: Some(&index) };
                    let counts = repeated.condition.as_ref().map(|each| self.value(each, Some(&item), depth));
                    match counts.map(|each| (functions::truth(&each), each)) {
                        Some((Some(false), _)) => {}
                        Some((None, Node { value: Value::Unknown(unknown), .. })) => {
                            list.open.get_or_insert(unknown);
                        }
                        _ => list.items.push(self.value(body, Some(&item), depth)),
                    }
                }
            }
            Err(unknown) => list.open = Some(unknown),
        }
        Node::new(Value::List(Arc::new(list)), place)
    }

    /// The element of each round, or why they are not known.
    pub(super) fn rounds(&self, repeated: &Loop, names: Names<'_>, depth: usize) -> Result<Vec<Node>, Arc<Unknown>> {
        let over = self.value(&repeated.over, names, depth);
        let too_many = || Arc::new(Unknown::new("a loop of too many rounds"));
        match &over.value {
            Value::Unknown(unknown) => Err(unknown.clone()),
            Value::List(list) => match &list.open {
                Some(unknown) => Err(unknown.clone()),
                None if list.items.len() > MAX_ROUNDS => Err(too_many()),
                None => Ok(list.items.clone()),
            },
            value if repeated.item.starts_with(INDEX) => {
                let count: Option<f64> = value.scalar_text().and_then(|text| text.parse().ok());
                match count.filter(|count| *count >= 0.0 && *count <= MAX_ROUNDS as f64) {
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
                    Some(count) => Ok((0..count as usize).map(|index| whole(index, over.place)).collect()),
                    None => Err(too_many()),
                }
            }
            _ => Err(Arc::new(Unknown::new("a loop over no list"))),
        }
    }

    /// A text that is equal for expressions that mean the same: what is known of it, and what is not in braces.
    pub(super) fn symbolic(&self, expression: &Expression, depth: usize) -> String {
        self.steps.set(self.steps.get() + 1);
        if depth > 16 || self.steps.get() > MAX_STEPS {
            return "{…}".to_owned();
        }
        let all = |parts: &[Expression]| {
            let mut text = String::new();
            for part in parts {
                text.push_str(&self.symbolic(part, depth + 1));
                if text.len() > MAX_TEXT {
                    return "{…}".to_owned();
                }
            }
            text
        };
        match &expression.kind {
            Kind::Text(parts) => return all(parts),
            Kind::Name(name) => {
                if let Some(value) = self.variables.get(name.as_str()) {
                    return self.symbolic(value, depth + 1);
                }
            }
            Kind::Call(name, arguments) => match (name.to_ascii_lowercase().as_str(), arguments.as_slice()) {
                ("concat", parts) => return all(parts),
                ("variables", [name]) => {
                    if let Some(value) = name.as_text().and_then(|name| self.variables.get(name)) {
                        return self.symbolic(value, depth + 1);
                    }
                }
                ("format", [pattern, rest @ ..]) => {
                    if let Some(pattern) = pattern.as_text() {
                        let mut text = pattern.to_owned();
                        for (index, part) in rest.iter().enumerate() {
                            text = text.replace(&format!("{{{index}}}"), &self.symbolic(part, depth + 1));
                        }
                        return text;
                    }
                }
                _ => {}
            },
            Kind::Member(base, key) => {
                if let (Kind::Name(symbol), Some("name")) = (&base.kind, key.as_text())
                    && let Some(name) = self.symbols.get(symbol.as_str()).and_then(|each| each.property("name"))
                {
                    return self.symbolic(name, depth + 1);
                }
            }
            _ => {}
        }
        let node = self.value(expression, None, 0);
        match (node.value.scalar_text(), &node.value) {
            (Some(text), _) => text.into(),
            (None, Value::Unknown(unknown)) => format!("{{{}}}", unknown.depends_on),
            _ => "{…}".to_owned(),
        }
    }
}

/// The name under which the index of a loop is bound.
pub(super) fn index_name(repeated: &Loop) -> &str {
    repeated.index.as_deref().unwrap_or("")
}

/// A whole number.
pub(super) fn whole(index: usize, place: Place) -> Node {
    Node::new(Value::Number(index as f64), place)
}

fn bound(mut names: Names<'_>, name: &str) -> Option<Node> {
    while let Some(binding) = names {
        if binding.name == name && !name.is_empty() {
            return Some(binding.value.clone());
        }
        names = binding.outer;
    }
    None
}

/// `copyIndex()`, `copyIndex(offset)`, `copyIndex('name', offset)`
fn copy_index(arguments: &[Node], names: Names<'_>, place: Place) -> Node {
    let name = arguments.first().and_then(Node::as_str).unwrap_or_default();
    let offset = arguments.iter().find_map(Node::as_number).unwrap_or_default();
    match bound(names, &format!("{INDEX}{name}")).map(|node| node.value) {
        Some(Value::Number(index)) => Node::new(Value::Number(index + offset), place),
        _ => Node::unknown("copyIndex()", place),
    }
}

/// The id of a resource: it is there, whatever it is.
fn id(depends_on: SmolStr, place: Place) -> Node {
    let pieces = vec![SmolStr::new_static("/"), SmolStr::default()];
    let unknown = Unknown { pieces, ..Unknown::new(depends_on) };
    Node::new(Value::Unknown(Arc::new(unknown)), place)
}

/// Texts after one another, with gaps where something is unknown.
pub(super) fn joined(parts: &[Node], place: Place) -> Node {
    let mut joined = Joined::default();
    let mut length = 0_usize;
    for part in parts {
        length = length.saturating_add(room(&part.value));
        if length > MAX_TEXT {
            return referring(Node::unknown("a text that is too long", place), union(parts));
        }
        match (part.value.scalar_text(), &part.value) {
            (Some(text), _) => joined.text.push_str(&text),
            (None, Value::Null) => {}
            (None, Value::Unknown(unknown)) => joined.gap(unknown),
            _ => joined.gap(&Arc::new(Unknown::new("a text of something that is none"))),
        }
    }
    referring(Node::new(joined.value(), place), union(parts))
}

/// The bytes that a value takes, without what it shares with others.
fn room(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Unknown(unknown) => unknown.pieces.iter().map(|piece| piece.len() + NODE).sum(),
        Value::List(list) => list.items.len() * NODE,
        Value::Map(map) => map.entries.len() * NODE,
        _ => 0,
    }
}

/// What two values have in common of which one holds.
fn either(left: &Node, right: &Node, unknown: &Arc<Unknown>, place: Place) -> Node {
    if left == right {
        return Node { place, ..left.clone() };
    }
    let refers = union(&[left.clone(), right.clone()]);
    referring(Node::depending(unknown, place), refers)
}
