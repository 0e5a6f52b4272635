//! `summary.json`: what trends are made of. Small, so that years of evidence are read in a moment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::manifest::ObservedItem;
use super::nonconformity::Movement;
use crate::engine::assessment::{Assessment, CorrectiveAction, FindingState};
use crate::isms::coverage::{ControlCoverage, Coverage};
use crate::rule::Severity;

/// The format.
pub const SCHEMA: &str = "annexa/evidence-summary/1";

/// A recording in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// [`SCHEMA`].
    pub schema: String,
    /// The day that was judged for.
    pub today: String,
    /// As in the manifest.
    pub observed: ObservedItem,
    /// Nonconformities that it opened, closed and left.
    pub nonconformities: Movement,
    /// The statuses of every control and clause: documented, implemented, operating.
    pub statuses: BTreeMap<String, [String; 3]>,
    /// Titles of controls and clauses.
    pub titles: BTreeMap<String, String>,
    /// What came of every rule that judged anything: passes, fails, of these excepted, unknowns.
    pub rules: BTreeMap<String, [u32; 4]>,
    /// The rows of the corrective-actions register; none in recordings that did not keep them.
    #[serde(default)]
    pub corrective_actions: Vec<Action>,
    /// How many exceptions and attestations were in force.
    pub exceptions: u64,
    /// The same for attestations.
    pub attestations: u64,
}

/// A row of the corrective-actions register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The row's key.
    pub id: String,
    /// What it was raised from.
    pub source: String,
    /// The nonconformity in words.
    pub nonconformity: String,
    /// Its cause.
    pub cause: String,
    /// What is done against the cause.
    pub action: String,
    /// Who answers for it.
    pub owner: String,
    /// When it is due.
    pub due: Option<String>,
    /// When it was done.
    pub done: Option<String>,
    /// What the review of its effectiveness said.
    pub effective: String,
}

fn action(row: &CorrectiveAction) -> Action {
    let CorrectiveAction { id, source, nonconformity, cause, action, owner, due, done, effective } = row;
    Action {
        id: id.to_string(),
        source: source.clone(),
        nonconformity: nonconformity.clone(),
        cause: cause.clone(),
        action: action.clone(),
        owner: owner.clone(),
        due: due.map(|day| day.to_string()),
        done: done.map(|day| day.to_string()),
        effective: effective.clone(),
    }
}

/// The numbers that manifests hold.
pub fn observed(assessment: &Assessment, coverage: &Coverage) -> ObservedItem {
    let mut item = ObservedItem {
        complete: !assessment.incomplete(),
        limited: assessment.limited.clone(),
        findings: Severity::names().into_iter().map(|name| (name.to_owned(), 0)).collect(),
        controls: statuses(&coverage.controls),
        clauses: statuses(&coverage.clauses),
        passes: assessment.rules.iter().map(|run| u64::from(run.passes)).sum(),
        unknowns: assessment.rules.iter().map(|run| u64::from(run.unknowns)).sum(),
        ..ObservedItem::default()
    };
    for finding in &assessment.findings {
        match finding.state() {
            FindingState::Open => *item.findings.entry(finding.severity.name().to_owned()).or_default() += 1,
            FindingState::Excepted => item.excepted += 1,
            FindingState::Ignored => item.ignored += 1,
            FindingState::Unknown => {}
        }
    }
    item
}

fn statuses(entries: &[ControlCoverage]) -> BTreeMap<String, BTreeMap<String, u64>> {
    let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for facet in entries.iter().filter(|entry| entry.assessable).flat_map(|entry| &entry.facets) {
        let of_facet = counts.entry(facet.facet.name().to_owned()).or_default();
        *of_facet.entry(facet.status.name().to_owned()).or_default() += 1;
    }
    counts
}

/// The summary of a recording.
pub fn summary(assessment: &Assessment, coverage: &Coverage, moved: Movement, exceptions: u64) -> Summary {
    let entries = || coverage.controls.iter().chain(&coverage.clauses).filter(|entry| entry.assessable);
    let names = |entry: &ControlCoverage| entry.facets.each_ref().map(|facet| facet.status.name().to_owned());
    let rules = assessment.rules.iter().filter(|run| run.evaluated());
    let in_force = assessment
        .isms
        .attestations
        .iter()
        .filter(|attestation| attestation.valid_until.is_some_and(|last| last >= assessment.today));
    Summary {
        schema: SCHEMA.to_owned(),
        today: assessment.today.to_string(),
        observed: observed(assessment, coverage),
        nonconformities: moved,
        statuses: entries().map(|entry| (entry.control.id.to_string(), names(entry))).collect(),
        titles: entries().map(|entry| (entry.control.id.to_string(), entry.title.to_string())).collect(),
        rules: rules
            .map(|run| (run.about.id.to_string(), [run.passes, run.fails, run.excepted, run.unknowns]))
            .collect(),
        corrective_actions: assessment.isms.corrective_actions.iter().map(action).collect(),
        exceptions,
        attestations: in_force.count() as u64,
    }
}
