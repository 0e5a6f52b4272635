//! References to blocks that may repeat: `aws_kms_key.k.arn`, `aws_subnet.s[*].id`, `module.m["a"].out`.

use std::sync::Arc;

use smol_str::SmolStr;

use super::document;
use super::evaluate::{Key, Scope, at, union};
use super::instances::{Instance, Instances, Repetition};
use super::lower;
use super::module::Declared;
use super::references::Walk;
use crate::syntax::hcl::Step;
use crate::syntax::tree::{List, Map, Node, Unknown, Value};

/// Attributes that say how a resource is managed; nobody refers to them.
const META: &[&str] = &["count", "for_each", "depends_on", "provider", "providers", "source", "version"];

/// What is referred to.
#[derive(Clone, Copy)]
pub(super) enum Block<'m> {
    /// A resource or data source.
    Resource {
        /// Whether it is a data source.
        is_data: bool,
        /// Its type.
        kind: &'m str,
        /// Its name.
        name: &'m str,
        /// Its block.
        declared: Declared<'m>,
    },
    /// A call of a module.
    Call(Declared<'m>),
}

impl<'m> Block<'m> {
    fn declared(self) -> Declared<'m> {
        match self {
            Block::Resource { declared, .. } | Block::Call(declared) => declared,
        }
    }

    /// Its address in its module, without an index.
    fn address(self) -> SmolStr {
        match self {
            Block::Resource { is_data: true, kind, name, .. } => smol_str::format_smolstr!("data.{kind}.{name}"),
            Block::Resource { kind, name, .. } => smol_str::format_smolstr!("{kind}.{name}"),
            Block::Call(call) => {
                let name = call.block.labels.first().map_or("", SmolStr::as_str);
                smol_str::format_smolstr!("module.{name}")
            }
        }
    }
}

/// The value that the steps lead to from a block; `shown` stands for what only the provider knows.
pub(super) fn value<'m>(walk: Walk<'_, 'm>, block: Block<'m>, steps: &[Step], shown: &Unknown) -> Node {
    let instances = walk.evaluator.instances(block.declared());
    let target = Target { walk, block, shown };
    target.value(&instances, steps)
}

#[derive(Clone, Copy)]
struct Target<'t, 'w, 'm> {
    walk: Walk<'w, 'm>,
    block: Block<'m>,
    shown: &'t Unknown,
}

impl<'m> Target<'_, '_, 'm> {
    fn value(self, instances: &Instances, steps: &[Step]) -> Node {
        let walk = self.walk;
        let node = match (instances.repetition, steps) {
            // All that is asked of each instance is one attribute: the others need not be evaluated.
            (_, [Step::FullSplat, Step::Attribute(name), rest @ ..]) => self.each(instances, name, rest, &[]),
            (_, [Step::AttributeSplat, Step::Attribute(name), rest @ ..]) => {
                let own = rest.iter().take_while(|step| matches!(step, Step::Attribute(_))).count();
                let (each, whole) = rest.split_at(own);
                self.each(instances, name, each, whole)
            }
            (Repetition::Single, [Step::Index(_), rest @ ..]) => self.of_instance(instances.list.first(), rest),
            (Repetition::Single, _) => self.of_instance(instances.list.first(), steps),
            (_, [Step::Index(index), rest @ ..]) => {
                let index = walk.evaluator.evaluate(index, walk.scope);
                self.indexed(instances, &index, rest)
            }
            // Written without an index where there is only one.
            (Repetition::Count, [Step::Attribute(_), ..]) if instances.list.len() == 1 => {
                self.of_instance(instances.list.first(), steps)
            }
            _ => walk.steps(self.whole(instances), steps),
        };
        walk.evaluator.placed(&node, walk.place)
    }

    /// What the steps lead to in the instance that an index chooses, as far as that can be known.
    fn indexed(self, instances: &Instances, index: &Node, steps: &[Step]) -> Node {
        let chosen = match index.value.scalar_text() {
            Some(key) => instances.find(&key),
            None if instances.list.len() == 1 => instances.list.first(),
            None => None,
        };
        if chosen.is_none() && instances.open.is_none() && !matches!(index.value, Value::Unknown(_)) {
            return self.walk.evaluator.failure("an instance that is not there", self.walk.place);
        }
        self.of_instance(chosen, steps)
    }

    /// What the steps lead to in one instance; unknown where it is not known which.
    fn of_instance(self, instance: Option<&Instance>, steps: &[Step]) -> Node {
        let Some(instance) = instance else { return self.unknown(&SmolStr::default()) };
        match steps {
            [Step::Attribute(name), rest @ ..] => self.stepped(instance, name, rest),
            _ => self.walk.steps(self.object(instance), steps),
        }
    }

    /// What the steps lead to in an attribute of an instance. However deep, it is taken from that instance.
    fn stepped(self, instance: &Instance, name: &str, steps: &[Step]) -> Node {
        let node = self.walk.steps(self.attribute(instance, name), steps);
        match self.block {
            Block::Resource { .. } => self.referring(node, self.address(&instance.suffix)),
            Block::Call(_) => node,
        }
    }

    /// `[*].name`: the attribute of every instance, with further steps into each, then into the list of them.
    fn each(self, instances: &Instances, name: &str, each: &[Step], whole: &[Step]) -> Node {
        let walk = self.walk;
        let of = |instance: &Instance| self.stepped(instance, name, each);
        let known = instances.list.iter().filter(|instance| !is_guess(instances, instance));
        let mut items: Vec<Node> = known.map(of).collect();
        let mut open = instances.open.clone();
        if items.is_empty() && open.is_some() {
            // Nothing is known of how many there are: what is asked of them still refers to them.
            items.extend(instances.list.first().map(of));
            open = None;
        }
        let list = Node::new(Value::List(Arc::new(List { items, open })), walk.place);
        let refers = union(std::slice::from_ref(&list));
        walk.steps(Node { refers, ..list }, whole)
    }

    /// All instances: a list, or a map by key.
    fn whole(self, instances: &Instances) -> Node {
        let block = self.block.declared().block;
        let key = Key::Whole(&block.name, &block.labels);
        let name = self.block.address();
        self.walk.evaluator.once(key, &name, || self.collected(instances))
    }

    fn collected(self, instances: &Instances) -> Node {
        let place = self.walk.place;
        if instances.list.iter().all(|instance| is_guess(instances, instance)) && instances.open.is_some() {
            return self.unknown(&SmolStr::default());
        }
        let known = instances.list.iter().filter(|instance| !is_guess(instances, instance));
        if instances.repetition == Repetition::Count {
            let items = known.map(|instance| self.object(instance)).collect();
            return Node::new(Value::List(Arc::new(List { items, open: instances.open.clone() })), place);
        }
        let mut map = Map { entries: Vec::new(), open: instances.open.clone() };
        for instance in known {
            map.push(instance.key.clone().unwrap_or_default(), place, self.object(instance));
        }
        Node::map(map, place)
    }

    /// One instance with all that is written in it; the rest only its provider knows.
    fn object(self, instance: &Instance) -> Node {
        let place = self.walk.place;
        let address = self.address(&instance.suffix);
        let unknown = Unknown::new(address.clone());
        let mut map = Map { entries: Vec::new(), open: Some(Arc::new(unknown)) };
        match self.block {
            Block::Resource { declared, .. } => {
                for name in self.names(declared) {
                    map.push(name.clone(), place, self.attribute(instance, name));
                }
                Node { refers: Some(Arc::new(vec![address])), ..Node::map(map, place) }
            }
            Block::Call(call) => {
                let Some(called) = self.walk.evaluator.called(call, instance) else {
                    return self.unknown(&instance.suffix);
                };
                let mut names: Vec<&str> = called.module.outputs.keys().copied().collect();
                names.sort_unstable();
                map.open = None;
                for name in names {
                    map.push(name, place, called.output(name).unwrap_or_else(|| self.unknown(&instance.suffix)));
                }
                Node::map(map, place)
            }
        }
    }

    /// What a resource writes, by name: each once.
    fn names(self, declared: Declared<'m>) -> Vec<&'m SmolStr> {
        let mut names: Vec<&SmolStr> = Vec::new();
        for one in std::iter::once(&declared).chain(self.walk.evaluator.module.overrides_of(declared)) {
            let body = &one.block.body;
            let attributes = body.attributes.iter().map(|attribute| &attribute.key);
            let attributes = attributes.filter(|key| !META.contains(&key.as_str()));
            for name in attributes.chain(body.blocks.iter().map(|block| &block.name)) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// An attribute of an instance, or an output of a called module.
    fn attribute(self, instance: &Instance, name: &str) -> Node {
        match self.block {
            Block::Call(call) => {
                let called = self.walk.evaluator.called(call, instance);
                match called.map(|called| called.output(name)) {
                    Some(Some(output)) => at(output, self.walk.place),
                    Some(None) => self
                        .walk
                        .evaluator
                        .failure(smol_str::format_smolstr!("the missing output `{name}`"), self.walk.place),
                    None => self.unknown(&instance.suffix),
                }
            }
            Block::Resource { .. } => {
                let value = self
                    .written(instance, name)
                    .unwrap_or_else(|| Node { refers: None, ..self.unknown(&instance.suffix) });
                self.referring(value, self.address(&instance.suffix))
            }
        }
    }

    /// What a resource writes for an attribute; `None` where only its provider knows.
    fn written(self, instance: &Instance, name: &str) -> Option<Node> {
        let Block::Resource { is_data, kind, name: label, declared } = self.block else { return None };
        let evaluator = self.walk.evaluator;
        let key = |attribute| Key::Attribute(is_data, kind, label, instance.suffix.clone(), attribute);
        if is_data && document::is_rendered(kind, name) {
            let place = declared.place(declared.block.header);
            let render = |scope: Scope<'_>| document::render(&lower::instance(evaluator, declared, scope), place);
            return Some(evaluator.once(key("json"), "json", || instance.within(place, render)));
        }
        for one in evaluator.module.overrides_of(declared).iter().rev().chain([&declared]) {
            let (body, place) = (&one.block.body, one.place(one.block.span));
            if let Some(attribute) = body.attributes.iter().find(|attribute| attribute.key == name) {
                let evaluate = || instance.within(place, |scope| evaluator.evaluate(&attribute.value, scope));
                return Some(evaluator.once(key(&attribute.key), &attribute.key, evaluate));
            }
            if let Some(block) = body.blocks.iter().find(|block| block.name == name) {
                let evaluate = || instance.within(place, |scope| lower::blocks(evaluator, body, &block.name, scope));
                return Some(evaluator.once(key(&block.name), &block.name, evaluate));
            }
        }
        None
    }

    fn address(self, suffix: &str) -> SmolStr {
        smol_str::format_smolstr!("{}{}{suffix}", self.walk.evaluator.path, self.block.address())
    }

    /// What is not known of the instance with this suffix.
    fn unknown(self, suffix: &SmolStr) -> Node {
        let depends_on = smol_str::format_smolstr!("{}{}", self.walk.evaluator.path, self.shown.depends_on);
        let refers = Some(Arc::new(vec![self.address(suffix)]));
        let value = Value::Unknown(Arc::new(Unknown { depends_on, ..self.shown.clone() }));
        Node { value, place: self.walk.place, refers }
    }

    fn referring(self, node: Node, address: SmolStr) -> Node {
        let mut refers = vec![address];
        for further in node.refers.iter().flat_map(|refers| refers.iter()) {
            if !refers.contains(further) {
                refers.push(further.clone());
            }
        }
        Node { place: self.walk.place, refers: Some(Arc::new(refers)), ..node }
    }
}

/// Whether an instance only stands for those that are not known.
fn is_guess(instances: &Instances, instance: &Instance) -> bool {
    instances.repetition != Repetition::Single && instance.key.is_none()
}
