//! Values: what intrinsic functions, parameters and references stand for. Total, and three-valued: what only a
//! deployment knows is unknown and names what it depends on.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::condition::Truth;
use super::template::Template;
use crate::kind::shared::refers::{referring, union};
use crate::syntax::tree::{List, Map, Node, Place, Unknown, Value};

/// Levels of values, functions and conditions that are followed. A tree that was read has fewer.
const MAX_DEPTH: usize = 160;

/// Bytes and list items that the functions of one template, with those nested in it, may produce together; a thousand times what real ones do.
const MAX_PRODUCED: usize = 32 << 20;

/// What a value turned out to be.
pub(super) enum Outcome {
    /// A value.
    Value(Node),
    /// `AWS::NoValue`: as if it was not written.
    Nothing,
    /// Either; the node is an unknown.
    Perhaps(Node),
}

/// Evaluates the values of one template.
pub(super) struct Evaluator<'t> {
    /// The template.
    pub template: &'t Template<'t>,
    /// Who calls it; nobody where it is a root.
    pub caller: Caller,
    /// The conditions that are known or being found out.
    pub(super) states: RefCell<FxHashMap<&'t str, Option<Truth>>>,
}

/// How a template is called by the stacks that it is nested in.
#[derive(Default)]
pub(super) struct Caller {
    /// What stands before the addresses of its resources.
    pub prefix: SmolStr,
    /// Where it is called, innermost first.
    pub chain: Vec<Place>,
    /// What its parameters are given.
    pub given: FxHashMap<SmolStr, Node>,
    /// Bytes and list items that the functions of all templates around it have produced.
    pub produced: Rc<Cell<usize>>,
}

/// A call of a function.
#[derive(Clone, Copy)]
pub(super) struct Call<'n> {
    /// `Ref`, `Fn::Join` …
    pub name: &'n str,
    /// What it is given.
    pub argument: &'n Node,
    /// Where it is written.
    pub place: Place,
    /// Levels above it.
    pub depth: usize,
}

impl<'n> Call<'n> {
    /// The arguments, where they are a list.
    pub(super) fn arguments(&self) -> &'n [Node] {
        self.argument.items()
    }

    /// An unknown in its place.
    pub(super) fn unknown(&self, depends_on: impl Into<SmolStr>) -> Node {
        Node::unknown(depends_on, self.place)
    }

    /// What a call stands for that cannot be carried out.
    pub(super) fn failed(&self) -> Node {
        self.unknown(self.name)
    }
}

/// The function that a map with one entry calls.
pub(super) fn call_of(node: &Node, depth: usize) -> Option<Call<'_>> {
    let [entry] = node.entries() else { return None };
    let is_call = entry.key == "Ref" || entry.key.starts_with("Fn::");
    is_call.then(|| Call { name: &entry.key, argument: &entry.value, place: node.place, depth })
}

impl<'t> Evaluator<'t> {
    /// An evaluator that knows nothing yet.
    pub(super) fn new(template: &'t Template<'t>, caller: Caller) -> Evaluator<'t> {
        Evaluator { template, caller, states: RefCell::default() }
    }

    /// The value of a node.
    pub(super) fn outcome(&self, node: &Node, depth: usize) -> Outcome {
        if depth > MAX_DEPTH {
            return Outcome::Value(Node::unknown("an expression that is nested too deeply", node.place));
        }
        match &node.value {
            Value::List(list) => Outcome::Value(self.list(node, list, depth)),
            Value::Map(map) => match call_of(node, depth) {
                Some(call) => self.call(call),
                None => Outcome::Value(self.map(node, map, depth)),
            },
            _ => Outcome::Value(node.clone()),
        }
    }

    /// The value of a node where something has to stand.
    pub(super) fn value(&self, node: &Node, depth: usize) -> Node {
        match self.outcome(node, depth) {
            Outcome::Value(value) | Outcome::Perhaps(value) => value,
            Outcome::Nothing => Node::new(Value::Null, node.place),
        }
    }

    /// Takes so many bytes or items; false when the template has used up all it may.
    pub(super) fn takes(&self, amount: usize) -> bool {
        let produced = self.caller.produced.get().saturating_add(amount);
        self.caller.produced.set(produced);
        produced <= MAX_PRODUCED
    }

    fn list(&self, node: &Node, list: &List, depth: usize) -> Node {
        let mut found = List { items: Vec::with_capacity(list.items.len()), open: list.open.clone() };
        for item in &list.items {
            match self.outcome(item, depth + 1) {
                Outcome::Value(value) => found.items.push(value),
                Outcome::Nothing => {}
                Outcome::Perhaps(value) => {
                    if let Value::Unknown(unknown) = &value.value {
                        found.open.get_or_insert_with(|| unknown.clone());
                    }
                }
            }
        }
        Node::new(Value::List(Arc::new(found)), node.place)
    }

    fn map(&self, node: &Node, map: &Map, depth: usize) -> Node {
        let mut found = Map { entries: Vec::with_capacity(map.entries.len()), open: map.open.clone() };
        for entry in &map.entries {
            // Keys that a macro or a loop adds.
            if entry.key == "Fn::Transform" || entry.key.starts_with("Fn::ForEach::") {
                found.open.get_or_insert_with(|| Arc::new(Unknown::new(entry.key.clone())));
                continue;
            }
            match self.outcome(&entry.value, depth + 1) {
                Outcome::Value(value) | Outcome::Perhaps(value) => {
                    found.push(entry.key.clone(), entry.key_place, value);
                }
                Outcome::Nothing => {}
            }
        }
        Node::map(found, node.place)
    }

    fn call(&self, call: Call<'_>) -> Outcome {
        match call.name {
            "Ref" => match call.argument.as_str() {
                Some("AWS::NoValue") => Outcome::Nothing,
                Some(name) => Outcome::Value(self.named(name, call.place)),
                None => Outcome::Value(call.failed()),
            },
            "Fn::If" => self.choice(call),
            _ => Outcome::Value(self.function(call)),
        }
    }

    /// What a name stands for: a parameter, a pseudo parameter, a resource.
    pub(super) fn named(&self, name: &str, place: Place) -> Node {
        if let Some(parameter) = self.template.parameters.get(name) {
            return self.parameter(name, &parameter.value, place);
        }
        let Some(kind) = self.template.type_of(name) else { return Node::unknown(name, place) };
        let unknown = if ARN_TYPES.contains(&kind) { arn(name) } else { Unknown::new(name) };
        referring(Node::new(Value::Unknown(Arc::new(unknown)), place), vec![self.address(kind, name)])
    }

    /// An attribute of a resource, which only a deployment knows.
    pub(super) fn attribute(&self, name: &str, attribute: &str, place: Place) -> Node {
        let full = format_smolstr!("{name}.{attribute}");
        let unknown = if attribute.ends_with("Arn") { arn(&full) } else { Unknown::new(full) };
        let node = Node::new(Value::Unknown(Arc::new(unknown)), place);
        match self.template.type_of(name) {
            Some(kind) => referring(node, vec![self.address(kind, name)]),
            None => node,
        }
    }

    /// The address of a resource of the template.
    pub(super) fn address(&self, kind: &str, logical_id: &str) -> SmolStr {
        format_smolstr!("{}{kind}.{logical_id}", self.caller.prefix)
    }

    /// What a parameter is given by the stack around it, else its default; what is given to a stack that is in no other is
    /// not written anywhere.
    fn parameter(&self, name: &str, parameter: &Node, place: Place) -> Node {
        let kind = parameter.get("Type").and_then(Node::as_str).unwrap_or_default();
        let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
        if let Some(given) = self.caller.given.get(name) {
            return match given.value.scalar_text().filter(|_| is_list) {
                Some(text) => self.split(&text, ",", place),
                None => Node { place, ..given.clone() },
            };
        }
        let default = parameter.get("Default").and_then(|default| default.value.scalar_text().zip(Some(default)));
        let Some((text, default)) = default.filter(|_| !kind.starts_with("AWS::SSM::Parameter::Value<")) else {
            return Node::unknown(format_smolstr!("parameter {name}"), place);
        };
        if is_list {
            return self.split(&text, ",", place);
        }
        Node::new(default.value.clone(), place)
    }

    /// The parts of a text as a list.
    pub(super) fn split(&self, text: &str, delimiter: &str, place: Place) -> Node {
        if delimiter.is_empty() {
            return Node::unknown("Fn::Split", place);
        }
        // A node takes more room than its text.
        let parts = text.split(delimiter).count();
        if !self.takes(text.len() + parts * 64) {
            return Node::unknown("a list that is too long", place);
        }
        let trimmed = |part: &str| Node::text(if delimiter == "," { part.trim() } else { part }, place);
        Node::list(text.split(delimiter).map(trimmed).collect(), place)
    }

    /// `Fn::If`. Where the condition is not known, what both sides have in common is.
    fn choice(&self, call: Call<'_>) -> Outcome {
        let [name, then, otherwise, ..] = call.arguments() else { return Outcome::Value(call.failed()) };
        let depth = call.depth + 1;
        let truth = match name.as_str() {
            Some(name) => self.condition(name, depth),
            None => self.truth(name, depth),
        };
        let unknown = match truth {
            Ok(true) => return self.outcome(then, depth),
            Ok(false) => return self.outcome(otherwise, depth),
            Err(unknown) => unknown,
        };
        match (self.outcome(then, depth), self.outcome(otherwise, depth)) {
            (Outcome::Nothing, Outcome::Nothing) => Outcome::Nothing,
            (Outcome::Value(then), Outcome::Value(otherwise)) => {
                Outcome::Value(either(&then, &otherwise, &unknown, call.place))
            }
            (then, otherwise) => {
                let sides = [then, otherwise].into_iter().filter_map(|side| match side {
                    Outcome::Value(node) | Outcome::Perhaps(node) => Some(node),
                    Outcome::Nothing => None,
                });
                let refers = union(&sides.collect::<Vec<_>>());
                Outcome::Perhaps(referring(Node::depending(&unknown, call.place), refers))
            }
        }
    }
}

/// What two values have in common of which one holds.
fn either(left: &Node, right: &Node, unknown: &Arc<Unknown>, place: Place) -> Node {
    if left == right {
        return referring(left.clone(), union(&[left.clone(), right.clone()]));
    }
    let (Value::Map(one), Value::Map(other)) = (&left.value, &right.value) else {
        let refers = union(&[left.clone(), right.clone()]);
        return referring(Node::depending(unknown, place), refers);
    };
    let mut map = Map { entries: Vec::new(), open: one.open.clone().or_else(|| other.open.clone()) };
    for entry in &one.entries {
        let value = match other.get(&entry.key) {
            Some(value) => either(&entry.value, value, unknown, entry.value.place),
            None => perhaps(&entry.value, unknown),
        };
        map.push(entry.key.clone(), entry.key_place, value);
    }
    for entry in other.entries.iter().filter(|entry| one.get(&entry.key).is_none()) {
        map.push(entry.key.clone(), entry.key_place, perhaps(&entry.value, unknown));
    }
    Node::map(map, place)
}

fn perhaps(node: &Node, unknown: &Arc<Unknown>) -> Node {
    Node { refers: node.refers.clone(), ..Node::depending(unknown, node.place) }
}

/// A name in AWS that is not known starts as all of them do.
fn arn(depends_on: &str) -> Unknown {
    Unknown { pieces: vec!["arn:".into(), SmolStr::default()], ..Unknown::new(depends_on) }
}

/// Types whose `Ref` is their ARN.
const ARN_TYPES: &[&str] = &[
    "AWS::ACMPCA::CertificateAuthority",
    "AWS::Batch::ComputeEnvironment",
    "AWS::Batch::JobDefinition",
    "AWS::Batch::JobQueue",
    "AWS::CertificateManager::Certificate",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::IAM::ManagedPolicy",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Version",
    "AWS::MSK::Cluster",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::Activity",
    "AWS::StepFunctions::StateMachine",
    "AWS::WAFv2::WebACL",
];
