//! Running the examples of rules: the proofs that each check fails and passes where it should.

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::SmolStr;

use super::assessment::{Finding, FindingKind, Presence};
use super::plan::{self, Plan};
use super::scan::{self, Settings};
use super::suppress::CommentPolicy;
use crate::isms::control::Framework;
use crate::kind::{Resource, Unit};
use crate::rule::set::LoadedRule;
use crate::rule::{Example, ExampleSubject, Expectation};
use crate::source::Source;
use crate::syntax::tree::{Node, Place};

/// The day examples are judged on when they name none.
pub const EXAMPLE_DAY: jiff::civil::Date = jiff::civil::Date::constant(2026, 11, 22);

/// What came of one example.
#[derive(Debug, Clone)]
pub struct ExampleResult {
    /// Where the example stands in the rule file.
    pub place: Place,
    /// What is wrong; absent when it came out as expected.
    pub mistake: Option<String>,
    /// The checks that failed a resource.
    pub failing: BTreeSet<usize>,
    /// The checks that passed one.
    pub passing: BTreeSet<usize>,
}

/// What came of all examples of a rule.
#[derive(Debug, Clone)]
pub struct RuleProof {
    /// Each example.
    pub examples: Vec<ExampleResult>,
    /// Checks that no example fails, from 0.
    pub never_failing: Vec<usize>,
    /// Checks that no example passes, from 0.
    pub never_passing: Vec<usize>,
}

impl RuleProof {
    /// Whether every example came out as expected, and every check fails and passes somewhere.
    pub fn holds(&self) -> bool {
        let mistaken = self.examples.iter().any(|example| example.mistake.is_some());
        !mistaken && self.never_failing.is_empty() && self.never_passing.is_empty()
    }
}

/// Runs all examples of a rule.
pub fn prove(loaded: &LoadedRule) -> RuleProof {
    let loaded = &loaded.complete();
    let examples: Vec<ExampleResult> = loaded.rule.examples.iter().map(|example| run(loaded, example)).collect();
    let checks = 0..loaded.rule.checks.len();
    let lacking = |seen: fn(&ExampleResult) -> &BTreeSet<usize>| {
        checks.clone().filter(|check| !examples.iter().any(|example| seen(example).contains(check))).collect()
    };
    RuleProof {
        never_failing: lacking(|example| &example.failing),
        never_passing: lacking(|example| &example.passing),
        examples,
    }
}

/// What judging an example came to.
struct Outcome {
    findings: Vec<Finding>,
    failing: BTreeSet<usize>,
    passing: BTreeSet<usize>,
}

fn run(loaded: &LoadedRule, example: &Example) -> ExampleResult {
    let mut plan = Plan::new(vec![loaded.clone()]);
    for planned in &mut plan.rules {
        for (name, value) in &example.parameters {
            plan::set_parameter(&mut planned.parameters, name, value);
        }
    }
    let today = example.today.unwrap_or(EXAMPLE_DAY);
    let outcome = match &example.subject {
        ExampleSubject::Files(files) => judge_files(files, plan, today, &example.parameters, &loaded.rule.about.id),
        ExampleSubject::Resources(nodes) => judge_resources(nodes, &plan, today),
    };
    ExampleResult {
        place: example.place,
        mistake: mistake(example, &outcome),
        failing: outcome.failing,
        passing: outcome.passing,
    }
}

/// A scan of this day in which nothing is configured, and undecided checks are findings.
pub(crate) fn settings(today: jiff::civil::Date) -> Settings {
    Settings {
        today,
        framework: Framework::Iso2022,
        isms: Vec::new(),
        documents: Vec::new(),
        set_parameters: Vec::new(),
        exceptions: Vec::new(),
        comments: CommentPolicy::default(),
        paths: Vec::new(),
        show_unknown: true,
        limited: None,
        value_files: Vec::new(),
        evidence: Vec::new(),
    }
}

fn judge_files(
    files: &[(SmolStr, SmolStr)],
    plan: Plan,
    today: jiff::civil::Date,
    parameters: &[(SmolStr, crate::syntax::tree::Value)],
    rule: &str,
) -> Outcome {
    let source = Source::from_files(files.iter().map(|(path, text)| (path.to_string(), text.to_string())));
    let mut settings = settings(today);
    settings.set_parameters = parameters.iter().map(|(name, _)| (rule.to_owned(), name.clone())).collect();
    let assessment = scan::scan(&source, plan, &settings, None);
    let passing = assessment.passes.iter().map(|pass| pass.check).collect();
    Outcome { failing: failing(&assessment.findings), passing, findings: assessment.findings }
}

fn judge_resources(nodes: &[Node], plan: &Plan, today: jiff::civil::Date) -> Outcome {
    let mut units: Vec<Unit> = Vec::new();
    for node in nodes {
        let name: Arc<str> = node.get("unit").and_then(Node::as_str).unwrap_or(".").into();
        let resource = literal_resource(node);
        match units.iter_mut().find(|unit| unit.name == name) {
            Some(unit) => unit.resources.push(resource),
            None => units.push(Unit { kind: "example", name, resources: vec![resource], ..Unit::default() }),
        }
    }
    let sheet = scan::judge_units(&units, plan, today);
    let mut passing: BTreeSet<usize> = sheet.single_passes.iter().map(|pass| pass.check).collect();
    passing.extend(sheet.counted_passes.keys().map(|(_, check, _)| *check));
    Outcome { failing: failing(&sheet.findings), passing, findings: sheet.findings }
}

/// A resource written as a literal: `target`, optionally `address`, `unit`, `owner`, `names`, and its `tree`.
fn literal_resource(node: &Node) -> Resource {
    let text = |key: &str| node.get(key).and_then(Node::as_str).map(SmolStr::from);
    let target = crate::kind::targets::canonical(&text("target").unwrap_or_default());
    let names = node.get("names").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str);
    Resource {
        address: text("address").unwrap_or_else(|| target.clone()),
        names: names.map(SmolStr::from).collect(),
        tree: node.get("tree").cloned().unwrap_or_else(|| Node::map(crate::syntax::tree::Map::default(), node.place)),
        header: Place::NOWHERE,
        extent: Place::NOWHERE,
        owner: text("owner"),
        call_chain: Vec::new(),
        converts_scalars: target.starts_with("terraform/"),
        target,
    }
}

fn failing(findings: &[Finding]) -> BTreeSet<usize> {
    findings.iter().filter(|finding| finding.kind == FindingKind::Fail).map(|finding| finding.check).collect()
}

fn mistake(example: &Example, outcome: &Outcome) -> Option<String> {
    let fails: Vec<&Finding> = outcome.findings.iter().filter(|finding| finding.kind == FindingKind::Fail).collect();
    let unknowns = outcome.findings.len() - fails.len();
    let came_out = match (fails.len(), unknowns, outcome.passing.len()) {
        (0, 0, 0) => "not applicable",
        (0, 0, _) => "passing",
        (0, _, _) => "unknown",
        _ => "failing",
    };
    let partial = fails.iter().any(|finding| finding.presence == Some(Presence::Partial));
    let expected = match example.expect {
        Expectation::Fails => "failing",
        Expectation::Partial if partial => "failing",
        Expectation::Partial => "partial",
        Expectation::Passes => "passing",
        Expectation::Unknown => "unknown",
        Expectation::NotApplicable => "not applicable",
    };
    if came_out != expected {
        let seen: Vec<String> = outcome.findings.iter().map(|finding| format!("; {}", finding.message)).collect();
        return Some(format!("expected {expected}, came out {came_out}{}", seen.concat()));
    }
    let wanted = example.at.as_ref()?;
    let first = fails.first().copied().or(outcome.findings.first())?;
    let text = first.location.region.as_ref().map_or("the file as a whole", |region| region.text.as_str());
    let bare = text.trim_matches(['"', '\'']);
    (text != wanted && bare != wanted).then(|| format!("expected the finding at `{wanted}`, it stands at `{text}`"))
}
