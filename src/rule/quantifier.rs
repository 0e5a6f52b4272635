//! Quantifiers: `some each none count share`, over the elements of a list or over resources.

use smol_str::SmolStr;

use super::condition::{Condition, Context, Decider, Subject, Verdict};
use super::matcher::{Operand, Operator, Surroundings, Test, Truth};
use super::path::{Found, Path};
use super::relation::Join;
use crate::engine::assessment::Presence;
use crate::kind::Resource;
use crate::rule::scalar;
use crate::syntax::tree::Value;

/// A quantified condition.
#[derive(Debug)]
pub struct Quantified {
    /// How many.
    pub quantifier: Quantifier,
    /// Of what.
    pub over: Over,
    /// What each of them is asked.
    pub meets: Condition,
}

/// How many must meet the condition.
#[derive(Debug)]
pub enum Quantifier {
    /// At least one.
    Some,
    /// Every one.
    Each,
    /// Not one.
    None,
    /// The number of those that meet it compares as asked.
    Count(Vec<Test>),
    /// Their share of all, from 0 to 1, compares as asked.
    Share(Vec<Test>),
}

/// What is quantified over.
#[derive(Debug)]
pub enum Over {
    /// What a path leads to.
    Path(Path),
    /// Resources.
    Resources(Selector),
}

/// Which resources.
#[derive(Debug)]
pub struct Selector {
    /// Of these targets.
    pub targets: Vec<SmolStr>,
    /// Related to the judged one in this way.
    pub join: Join,
    /// In the whole scan instead of the unit.
    pub in_scan: bool,
}

/// One thing that is quantified over.
struct Candidate<'u> {
    /// Whether it belongs to what is quantified over.
    member: Truth,
    /// What it was asked; absent where it is certain not to belong.
    verdict: Verdict<'u>,
}

impl Quantified {
    /// Judges the quantified condition.
    pub fn judge<'u>(&'u self, subject: Subject<'u>, context: &Context<'u>) -> Verdict<'u> {
        let candidates = match &self.over {
            Over::Path(path) => self.elements(path, subject, context),
            Over::Resources(selector) => self.resources(selector, subject, context),
        };
        match &self.quantifier {
            Quantifier::Some => some(candidates),
            Quantifier::Each => each(candidates),
            Quantifier::None => some(candidates).negate(),
            Quantifier::Count(tests) => count(&candidates, tests, context),
            Quantifier::Share(tests) => share(&candidates, tests, context),
        }
    }

    /// Whether it looks at resources of other units.
    pub fn looks_across_units(&self) -> bool {
        matches!(&self.over, Over::Resources(selector) if selector.in_scan) || self.meets.looks_across_units()
    }

    /// Calls `visit` with every target it looks for.
    pub fn visit_targets<'c>(&'c self, visit: &mut dyn FnMut(&'c str, bool)) {
        if let Over::Resources(selector) = &self.over {
            selector.targets.iter().for_each(|target| visit(target, selector.in_scan));
        }
        self.meets.visit_targets(visit);
    }

    fn elements<'u>(&'u self, path: &Path, subject: Subject<'u>, context: &Context<'u>) -> Vec<Candidate<'u>> {
        let mut candidates = Vec::new();
        for leaf in path.walk(subject.node) {
            let decider = Decider { resource: subject.resource, leaf: Some(leaf), element: subject.element };
            match leaf.found {
                Found::Absent => {}
                Found::Unknown(..) => {
                    let verdict = Verdict { deciders: vec![decider], ..Verdict::of(Truth::Unknown) };
                    candidates.push(Candidate { member: Truth::Unknown, verdict });
                }
                Found::Node(node) => {
                    let element = Subject { node, resource: subject.resource, element: Some(node) };
                    let mut verdict = self.meets.judge(element, context);
                    if verdict.deciders.is_empty() {
                        verdict.deciders.push(Decider { element: Some(node), ..decider });
                    }
                    candidates.push(Candidate { member: Truth::True, verdict });
                }
            }
        }
        candidates
    }

    fn resources<'u>(
        &'u self,
        selector: &'u Selector,
        subject: Subject<'u>,
        context: &Context<'u>,
    ) -> Vec<Candidate<'u>> {
        let mut candidates = Vec::new();
        let found = selector.targets.iter().flat_map(|target| related(target, selector, subject, context));
        for resource in found.filter(|resource| !std::ptr::eq(*resource, subject.resource)) {
            let member = selector.join.relates(resource, subject);
            if member == Truth::False {
                continue;
            }
            let node = Subject { node: &resource.tree, resource, element: None };
            let mut verdict = self.meets.judge(node, context);
            if verdict.deciders.is_empty() {
                verdict.deciders.push(Decider { resource, leaf: None, element: None });
            }
            candidates.push(Candidate { member, verdict });
        }
        candidates
    }
}

/// The resources of a target that may be related to the subject, in their order.
fn related<'u>(target: &str, selector: &Selector, subject: Subject<'u>, context: &Context<'u>) -> Vec<&'u Resource> {
    let all = context.resources.of_target(target, selector.in_scan);
    // Of a few, comparing each is cheaper than an index of them.
    let keys = if all.len() > 8 { selector.join.keys(subject) } else { None };
    match (selector.join.by(), keys) {
        (Some(by), Some(keys)) => {
            let index = context.resources.index(target, by, selector.in_scan);
            index.candidates(&keys).into_iter().filter_map(|position| all.get(position).copied()).collect()
        }
        _ => all.to_vec(),
    }
}

/// Of none there is none: decided on nothing.
fn some(candidates: Vec<Candidate<'_>>) -> Verdict<'_> {
    if candidates.is_empty() {
        return Verdict::vacuous(Truth::False);
    }
    Verdict::any(candidates.into_iter().map(|candidate| limit(candidate, Truth::min)))
}

fn each(candidates: Vec<Candidate<'_>>) -> Verdict<'_> {
    if candidates.is_empty() {
        return Verdict::vacuous(Truth::True);
    }
    Verdict::all(candidates.into_iter().map(|candidate| limit(candidate, |member, truth| truth.max(!member))))
}

/// A candidate that may not belong makes the verdict on it less certain.
fn limit(candidate: Candidate<'_>, combine: fn(Truth, Truth) -> Truth) -> Verdict<'_> {
    let Candidate { member, mut verdict } = candidate;
    let truth = combine(member, verdict.truth);
    if truth != verdict.truth {
        verdict.presence = if truth == Truth::True { Presence::Present } else { Presence::Absent };
    }
    verdict.truth = truth;
    verdict
}

fn count<'u>(candidates: &[Candidate<'u>], tests: &[Test], context: &Context<'u>) -> Verdict<'u> {
    let certain = candidates.iter().filter(|candidate| meets(candidate) == Truth::True).count();
    let possible = candidates.iter().filter(|candidate| meets(candidate) != Truth::False).count();
    bounded(candidates, certain as f64, possible as f64, tests, context)
}

fn share<'u>(candidates: &[Candidate<'u>], tests: &[Test], context: &Context<'u>) -> Verdict<'u> {
    let population = candidates.len() as f64;
    if candidates.is_empty() {
        return Verdict::vacuous(Truth::True);
    }
    let certain = candidates.iter().filter(|candidate| meets(candidate) == Truth::True).count() as f64;
    let possible = candidates.iter().filter(|candidate| meets(candidate) != Truth::False).count() as f64;
    bounded(candidates, certain / population, possible / population, tests, context)
}

fn meets(candidate: &Candidate<'_>) -> Truth {
    candidate.member.min(candidate.verdict.truth)
}

/// A number between two bounds compares as asked when it does at both bounds. (All comparisons are monotone, but
/// for `equals`, which then is certain only when the bounds meet.)
fn bounded<'u>(
    candidates: &[Candidate<'u>],
    least: f64,
    most: f64,
    tests: &[Test],
    context: &Context<'u>,
) -> Verdict<'u> {
    let exact = scalar::equal(&Value::Number(least), &Value::Number(most), false);
    let around = Surroundings { today: context.today, converts: false };
    let truth_at = |number: f64| {
        let truths = tests.iter().map(|test| test_number(test, number, context, around));
        truths.min().unwrap_or(Truth::True)
    };
    let monotone = tests.iter().all(|test| !matches!(test.operator, Operator::Equals | Operator::In));
    let (low, high) = (truth_at(least), truth_at(most));
    let truth = if exact || (low == high && monotone) { low } else { Truth::Unknown };
    let mut verdict = Verdict::of(truth);
    // The first that does not meet it stands for all: it is where a person would begin to look.
    let wanted = if truth == Truth::Unknown { Truth::Unknown } else { Truth::False };
    let first = candidates.iter().find(|candidate| meets(candidate) == wanted).or(candidates.first());
    verdict.deciders = first.map(|candidate| candidate.verdict.deciders.clone()).unwrap_or_default();
    verdict
}

fn test_number(test: &Test, number: f64, context: &Context<'_>, around: Surroundings) -> Truth {
    let operand = match &test.operand {
        Operand::Value(value) => Some(value),
        Operand::Parameter(name) => {
            context.parameters.iter().find(|(parameter, _)| parameter == name).map(|(_, value)| value)
        }
        Operand::Judged(path) | Operand::Path(path) => {
            path.first(&context.judged.tree).and_then(|leaf| leaf.node()).map(|node| &node.value)
        }
    };
    let Some(operand) = operand else { return Truth::Unknown };
    let truth = test.operator.test(&Value::Number(number), operand, around);
    if test.negated { !truth } else { truth }
}
