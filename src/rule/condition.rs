//! Conditions: what must or must not hold, compiled; and how they are judged in three-valued logic.
//!
//! A verdict carries, beside its truth, the nodes that decided it (in the order of the rule), how much of what was
//! asked is there, and whether it was decided on nothing at all (`each` of no elements).

use smol_str::SmolStr;

use super::matcher::{Matcher, Operand, Operator, Surroundings, Test, Truth};
use super::path::{Found, Leaf, Path};
use super::quantifier::Quantified;
use super::relation::{By, Index};
use super::topic::TextCache;
use crate::engine::assessment::Presence;
use crate::kind::Resource;
use crate::syntax::tree::{List, Node, Place, Value};

/// A compiled condition.
#[derive(Debug)]
pub enum Condition {
    /// Every one of these. Without any: always true.
    All(Vec<Condition>),
    /// One of these.
    Any(Vec<Condition>),
    /// The opposite.
    Not(Box<Condition>),
    /// Every one of these, each with a name: when only some hold, the fail is partial and names the others.
    Parts(Vec<(SmolStr, Condition)>),
    /// What a path leads to, matched.
    Match(Match),
    /// Elements or resources, quantified.
    Quantified(Box<Quantified>),
}

/// A path and what is asked of what it leads to.
#[derive(Debug)]
pub struct Match {
    /// The path.
    pub path: Path,
    /// What is asked.
    pub matcher: Matcher,
    /// Whether all values must match (under `require`), or one is enough (under `deny` and `when`).
    pub every: bool,
}

/// What a condition is judged on: a node, and the resource it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'u> {
    /// The root of paths.
    pub node: &'u Node,
    /// The resource that holds it.
    pub resource: &'u Resource,
    /// The element that is looked at, inside a quantifier over a list.
    pub element: Option<&'u Node>,
}

/// What a condition may look at apart from its subject.
pub struct Context<'u> {
    /// The resource the check judges.
    pub judged: &'u Resource,
    /// Today.
    pub today: jiff::civil::Date,
    /// The values of the rule's parameters.
    pub parameters: &'u [(SmolStr, Value)],
    /// The resources of the unit, and of the scan.
    pub resources: &'u dyn Resources,
    /// The folded words of documents.
    pub texts: &'u TextCache,
}

/// Where quantifiers find other resources.
pub trait Resources: Sync {
    /// The resources of a target in the unit or, with `in_scan`, in the whole scan, in a fixed order.
    fn of_target<'u>(&'u self, target: &str, in_scan: bool) -> &'u [&'u Resource];

    /// An index of them. The positions in it are those of [`Resources::of_target`].
    fn index(&self, target: &str, by: By<'_>, in_scan: bool) -> std::sync::Arc<Index>;
}

/// A node that decided a verdict.
#[derive(Debug, Clone, Copy)]
pub struct Decider<'u> {
    /// The resource it belongs to.
    pub resource: &'u Resource,
    /// The leaf; absent where the resource as a whole decided.
    pub leaf: Option<Leaf<'u>>,
    /// The element of a quantifier it was found in.
    pub element: Option<&'u Node>,
}

/// What came of judging a condition.
#[derive(Debug, Clone)]
pub struct Verdict<'u> {
    /// Whether it holds.
    pub truth: Truth,
    /// How much of it is there.
    pub presence: Presence,
    /// Whether nothing was there that could have decided it.
    pub vacuous: bool,
    /// The nodes that decided it, in the order of the rule.
    pub deciders: Vec<Decider<'u>>,
    /// The named parts that do not hold.
    pub missing: Vec<SmolStr>,
    /// The texts a topic rests on.
    pub evidence: Vec<Place>,
}

impl<'u> Verdict<'u> {
    /// A verdict of this truth that nothing decided.
    pub fn of(truth: Truth) -> Verdict<'u> {
        let presence = if truth == Truth::True { Presence::Present } else { Presence::Absent };
        Verdict { truth, presence, vacuous: false, deciders: Vec::new(), missing: Vec::new(), evidence: Vec::new() }
    }

    /// The same, decided on nothing.
    pub fn vacuous(truth: Truth) -> Verdict<'u> {
        Verdict { vacuous: true, ..Verdict::of(truth) }
    }

    /// The opposite. What is partly there is not there.
    #[must_use]
    pub fn negate(mut self) -> Verdict<'u> {
        self.truth = !self.truth;
        self.presence = if self.truth == Truth::True { Presence::Present } else { Presence::Absent };
        self.missing.clear();
        self
    }

    /// Every one of these: the worst decides.
    pub fn all(verdicts: impl IntoIterator<Item = Verdict<'u>>) -> Verdict<'u> {
        Verdict::combine(verdicts.into_iter(), Truth::True, false)
    }

    /// One of these: the best decides.
    pub fn any(verdicts: impl IntoIterator<Item = Verdict<'u>>) -> Verdict<'u> {
        Verdict::combine(verdicts.into_iter(), Truth::False, true)
    }

    fn combine(mut verdicts: impl Iterator<Item = Verdict<'u>>, of_none: Truth, best: bool) -> Verdict<'u> {
        // One is the usual case, and this the busiest place of the engine: it costs no list.
        let Some(first) = verdicts.next() else { return Verdict::of(of_none) };
        let Some(second) = verdicts.next() else { return first };
        let verdicts: Vec<Verdict<'u>> = [first, second].into_iter().chain(verdicts).collect();
        let pick = |left: Truth, right: Truth| if best { left.max(right) } else { left.min(right) };
        let truth = verdicts.iter().map(|verdict| verdict.truth).reduce(pick).unwrap_or(of_none);
        let presences = verdicts.iter().map(|verdict| verdict.presence);
        let presence = if best { presences.max() } else { presences.min() }.unwrap_or(Presence::Absent);
        let mut whole = Verdict { vacuous: true, presence, ..Verdict::of(truth) };
        // Of several that fail, `any` reports what the nearest one lacks; the others would only confuse.
        let mut missing_told = false;
        for verdict in verdicts.into_iter().filter(|verdict| verdict.truth == truth) {
            whole.vacuous &= verdict.vacuous;
            whole.deciders.extend(verdict.deciders);
            whole.evidence.extend(verdict.evidence);
            if !best || (verdict.presence == presence && !missing_told) {
                missing_told |= !verdict.missing.is_empty();
                whole.missing.extend(verdict.missing);
            }
        }
        whole
    }

    /// What the first undecided node depends on.
    pub fn depends_on(&self) -> Option<SmolStr> {
        self.unknowns().next().map(|unknown| unknown.depends_on.clone())
    }

    /// Whether the verdict is open only because the format cannot express what is asked.
    pub fn not_expressible(&self) -> bool {
        self.truth == Truth::Unknown
            && self.unknowns().next().is_some()
            && self.unknowns().all(|unknown| !unknown.expressible)
    }

    fn unknowns(&self) -> impl Iterator<Item = &'u crate::syntax::tree::Unknown> {
        self.deciders.iter().filter_map(|decider| match decider.leaf?.found {
            Found::Unknown(_, unknown) => Some(unknown),
            _ => None,
        })
    }
}

impl Condition {
    /// The condition that always holds.
    pub fn always() -> Condition {
        Condition::All(Vec::new())
    }

    /// Judges the condition.
    pub fn judge<'u>(&'u self, subject: Subject<'u>, context: &Context<'u>) -> Verdict<'u> {
        match self {
            Condition::All(conditions) => Verdict::all(conditions.iter().map(|each| each.judge(subject, context))),
            Condition::Any(conditions) => Verdict::any(conditions.iter().map(|each| each.judge(subject, context))),
            Condition::Not(condition) => condition.judge(subject, context).negate(),
            Condition::Parts(parts) => judge_parts(parts, subject, context),
            Condition::Match(leaf_match) => leaf_match.judge(subject, context),
            Condition::Quantified(quantified) => quantified.judge(subject, context),
        }
    }

    /// Whether it looks at resources of other units.
    pub fn looks_across_units(&self) -> bool {
        match self {
            Condition::All(conditions) | Condition::Any(conditions) => {
                conditions.iter().any(Condition::looks_across_units)
            }
            Condition::Not(condition) => condition.looks_across_units(),
            Condition::Parts(parts) => parts.iter().any(|(_, condition)| condition.looks_across_units()),
            Condition::Match(_) => false,
            Condition::Quantified(quantified) => quantified.looks_across_units(),
        }
    }

    /// Whether it looks for a topic in texts.
    pub fn is_topical(&self) -> bool {
        match self {
            Condition::All(conditions) | Condition::Any(conditions) => conditions.iter().any(Condition::is_topical),
            Condition::Not(condition) => condition.is_topical(),
            Condition::Parts(parts) => parts.iter().any(|(_, condition)| condition.is_topical()),
            Condition::Match(matching) => {
                matching.matcher.tests.iter().any(|test| matches!(test.operator, Operator::States(_)))
            }
            Condition::Quantified(quantified) => quantified.meets.is_topical(),
        }
    }

    /// Calls `visit` with every target that quantifiers look for, and whether in the whole scan.
    pub fn visit_targets<'c>(&'c self, visit: &mut dyn FnMut(&'c str, bool)) {
        match self {
            Condition::All(conditions) | Condition::Any(conditions) => {
                for condition in conditions {
                    condition.visit_targets(visit);
                }
            }
            Condition::Not(condition) => condition.visit_targets(visit),
            Condition::Parts(parts) => parts.iter().for_each(|(_, condition)| condition.visit_targets(visit)),
            Condition::Match(_) => {}
            Condition::Quantified(quantified) => quantified.visit_targets(visit),
        }
    }

    /// Whether it names a part so, at whatever depth outside of quantifiers.
    pub fn has_part(&self, name: &str) -> bool {
        match self {
            Condition::All(conditions) | Condition::Any(conditions) => {
                conditions.iter().any(|condition| condition.has_part(name))
            }
            Condition::Parts(parts) => parts.iter().any(|(part, condition)| part == name || condition.has_part(name)),
            Condition::Not(condition) => condition.has_part(name),
            Condition::Match(_) | Condition::Quantified(_) => false,
        }
    }
}

fn judge_parts<'u>(parts: &'u [(SmolStr, Condition)], subject: Subject<'u>, context: &Context<'u>) -> Verdict<'u> {
    let judged: Vec<(&SmolStr, Verdict<'u>)> =
        parts.iter().map(|(name, condition)| (name, condition.judge(subject, context))).collect();
    let missing = judged.iter().filter(|(_, verdict)| verdict.truth == Truth::False).map(|(name, _)| (*name).clone());
    let missing: Vec<SmolStr> = missing.collect();
    let some_hold = judged.iter().any(|(_, verdict)| verdict.presence >= Presence::Partial);
    let mut whole = Verdict::all(judged.into_iter().map(|(_, verdict)| verdict));
    if whole.truth == Truth::False {
        whole.presence = if some_hold { Presence::Partial } else { Presence::Absent };
        whole.missing = missing;
    }
    whole
}

/// The operand of a test where it is judged.
enum Resolved {
    Known(Value),
    Absent,
    Unknown,
}

impl Match {
    fn judge<'u>(&'u self, subject: Subject<'u>, context: &Context<'u>) -> Verdict<'u> {
        let whole_list = self.matcher.tests.iter().all(|test| test.operator.takes_whole_list());
        let mut leaves = Vec::new();
        for leaf in self.path.walk(subject.node) {
            spread(leaf, whole_list, &mut leaves);
        }
        let operands: Vec<Resolved> =
            self.matcher.tests.iter().map(|test| resolve(&test.operand, subject, context)).collect();
        let verdicts: Vec<Verdict<'u>> =
            leaves.into_iter().map(|leaf| self.judge_leaf(leaf, &operands, subject, context)).collect();
        match (verdicts.is_empty(), self.every) {
            (true, every) => Verdict::vacuous(Truth::of(every)),
            (false, true) => Verdict::all(verdicts),
            (false, false) => Verdict::any(verdicts),
        }
    }

    fn judge_leaf<'u>(
        &'u self,
        leaf: Leaf<'u>,
        operands: &[Resolved],
        subject: Subject<'u>,
        context: &Context<'u>,
    ) -> Verdict<'u> {
        let tests = self.matcher.tests.iter().zip(operands);
        let verdicts = tests.map(|(test, operand)| self.judge_test(test, operand, &leaf, context, subject));
        let mut verdict = Verdict::all(verdicts);
        verdict.deciders = vec![Decider { resource: subject.resource, leaf: Some(leaf), element: subject.element }];
        verdict
    }

    fn judge_test<'u>(
        &'u self,
        test: &'u Test,
        operand: &Resolved,
        leaf: &Leaf<'u>,
        context: &Context<'u>,
        subject: Subject<'u>,
    ) -> Verdict<'u> {
        if let (Operator::States(topic), Some(node)) = (&test.operator, leaf.node()) {
            return judge_topic(topic, test.negated, node, context);
        }
        let operand = match operand {
            Resolved::Known(operand) => operand,
            Resolved::Absent => return Verdict::of(Truth::False),
            Resolved::Unknown => return Verdict::of(Truth::Unknown),
        };
        let around = Surroundings { today: context.today, converts: subject.resource.converts_scalars };
        let actual = match (leaf.found, &self.matcher.default) {
            (Found::Node(node), _) => &node.value,
            (Found::Absent, Some(default)) => default,
            (Found::Absent, None) => return Verdict::of(test.operator.test_absent(test.negated, operand)),
            (Found::Unknown(node, _), _) => return Verdict::of(test_unknown(test, operand, node)),
        };
        let truth = test.operator.test(actual, operand, around);
        Verdict::of(if test.negated { !truth } else { truth })
    }
}

/// What is taken from a declared resource is there and not empty, whatever its value will be; and of some texts a part
/// is known that decides.
fn test_unknown(test: &Test, operand: &Value, node: Option<&Node>) -> Truth {
    if let Some(Value::Unknown(unknown)) = node.map(|node| &node.value)
        && let Some(holds) = test.operator.test_pieces(unknown, operand)
    {
        return Truth::of(holds != test.negated);
    }
    let declared = node.is_some_and(|node| node.refers.as_ref().is_some_and(|refers| !refers.is_empty()));
    let fact = match test.operator {
        Operator::Exists if declared => true,
        Operator::Empty if declared => false,
        _ => return Truth::Unknown,
    };
    let holds = Truth::of(matches!(operand, Value::Bool(wanted) if *wanted == fact));
    if test.negated { !holds } else { holds }
}

fn judge_topic<'u>(topic: &super::topic::Topic, negated: bool, node: &Node, context: &Context<'u>) -> Verdict<'u> {
    let judged = topic.judge(node, context.texts);
    let mut verdict = Verdict::of(Truth::of(judged.presence == Presence::Present));
    verdict.presence = judged.presence;
    verdict.missing = judged.missing;
    if let (true, Some(shortfall)) = (verdict.missing.is_empty(), judged.shortfall) {
        verdict.missing.push(SmolStr::new_static(shortfall.name()));
    }
    verdict.evidence = judged.evidence;
    if negated { verdict.negate() } else { verdict }
}

/// A list that is asked for a scalar is asked for each of its elements.
fn spread<'u>(leaf: Leaf<'u>, whole_list: bool, leaves: &mut Vec<Leaf<'u>>) {
    let list: &List = match leaf.found {
        Found::Node(node) if !whole_list => match node.as_list() {
            Some(list) => list,
            None => return leaves.push(leaf),
        },
        _ => return leaves.push(leaf),
    };
    for item in &list.items {
        let found = match &item.value {
            Value::Unknown(unknown) => Found::Unknown(Some(item), unknown),
            _ => Found::Node(item),
        };
        spread(Leaf { found, key: leaf.key }, whole_list, leaves);
    }
    if let Some(unknown) = &list.open {
        leaves.push(Leaf { found: Found::Unknown(None, unknown), key: leaf.key });
    }
}

fn resolve(operand: &Operand, subject: Subject<'_>, context: &Context<'_>) -> Resolved {
    match operand {
        Operand::Value(value) => Resolved::Known(value.clone()),
        Operand::Path(path) => resolve_path(path, subject.node),
        Operand::Judged(path) => resolve_path(path, &context.judged.tree),
        Operand::Parameter(name) => {
            let parameter = context.parameters.iter().find(|(parameter, _)| parameter == name);
            parameter.map_or(Resolved::Absent, |(_, value)| Resolved::Known(value.clone()))
        }
    }
}

fn resolve_path(path: &Path, root: &Node) -> Resolved {
    let leaves = path.walk(root);
    if path.visits_many() {
        let items: Vec<Node> = leaves.iter().filter_map(Leaf::node).cloned().collect();
        return Resolved::Known(Value::List(std::sync::Arc::new(List { items, open: None })));
    }
    match leaves.first().map(|leaf| leaf.found) {
        Some(Found::Node(node)) => Resolved::Known(node.value.clone()),
        Some(Found::Unknown(..)) => Resolved::Unknown,
        Some(Found::Absent) | None => Resolved::Absent,
    }
}
