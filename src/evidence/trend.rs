//! What a management review is told of recorded evidence: months beside each other, gaps shown as gaps.
//!
//! The JSON form is described in `docs/evidence.md`; the Markdown form follows the order in which clause 9.3.2 asks for
//! inputs (d and f).

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::chain::{Chain, Entry};
use super::manifest::{Manifest, ObservedItem};
use super::nonconformity::{Movement, Nonconformity, Status};
use super::period::Period;
use super::sign_off::SignOff;
use super::standing::Standing;
use super::summary::{Action, Summary};
use crate::report::history::{self, History};

/// The format.
pub const SCHEMA: &str = "annexa/evidence-report/1";
/// The facets in the order of reports.
pub const FACETS: [&str; 3] = ["documented", "implemented", "operating"];
/// Clauses whose statuses are told apart, by the input that they answer: audit results, objectives, risks.
pub const CLAUSES: [(&str, &[&str]); 3] =
    [("audits", &["9.2.1", "9.2.2"]), ("objectives", &["6.2", "9.1"]), ("risks", &["6.1.2", "6.1.3", "8.2", "8.3"])];

/// What was read of a recording and of what people said of it.
#[derive(Debug, Default)]
pub struct Read {
    /// The summary of each recording, by entry.
    pub summaries: BTreeMap<String, Summary>,
    /// Sign-offs, in the order in which they were made.
    pub sign_offs: Vec<SignOff>,
    /// The nonconformities after the newest recording.
    pub nonconformities: Vec<Nonconformity>,
}

/// The report.
#[derive(Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The day it is made for.
    pub today: String,
    /// First month.
    pub from: String,
    /// Last month.
    pub to: String,
    /// The digest of the newest entry.
    pub head: Option<String>,
    /// Whether the newest recording is too old.
    pub stale: bool,
    /// Days since the newest recording.
    pub age_days: Option<i64>,
    /// Days that may pass.
    pub max_age_days: u32,
    /// Months without a recording.
    pub gaps: Vec<String>,
    /// Every month, those without a recording included.
    pub months: Vec<Month>,
    /// What changed between the last two months that have a recording.
    pub changes: Vec<Change>,
    /// Statuses of clauses over the months, by input of the management review.
    pub inputs: BTreeMap<&'static str, Vec<Row>>,
    /// Open nonconformities by severity.
    pub open: BTreeMap<String, u64>,
    /// Those that are due and still open, the oldest first.
    pub overdue: Vec<Item>,
    /// Those that came back after they were closed.
    pub recurring: Vec<Item>,
    /// The corrective-actions register at the newest recording.
    pub register: Vec<Action>,
    /// What nobody knows the cause of, although it has been there for more than one recording.
    pub without_cause: u64,
}

/// A month.
#[derive(Debug, Serialize)]
pub struct Month {
    /// The month.
    pub period: String,
    /// `recorded`, `late` (after the month had ended), `pending` (not over), `before` (the first recording), `gap`.
    pub state: &'static str,
    /// The recording that counts.
    pub entry: Option<String>,
    /// How often it was recorded.
    pub recordings: usize,
    /// When the state was looked at.
    pub observed_at: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// Whether files differed from it.
    pub dirty: Option<bool>,
    /// Version of annexa and digest of its rules.
    pub tool: Option<String>,
    /// Digest of the rule set: where it differs, numbers compare with care.
    pub rule_set: Option<String>,
    /// Where it ran.
    pub runner: Option<String>,
    /// Who started it and which run it was, as the CI system said.
    pub measured_by: Option<String>,
    /// The id of the key that signed.
    pub signer: Option<String>,
    /// Who evaluated it.
    pub evaluations: Vec<Evaluation>,
    /// What was seen, in numbers.
    pub observed: Option<ObservedItem>,
    /// Controls by facet: applicable, evaluated, satisfied.
    pub coverage: BTreeMap<&'static str, [u64; 3]>,
    /// What moved among nonconformities.
    pub nonconformities: Option<Movement>,
}

/// What a person said of a recording.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// Who.
    pub evaluator: String,
    /// In which role.
    pub role: String,
    /// When.
    pub date: String,
    /// What.
    pub remark: String,
    /// Whether it speaks of the recording that counts, and not of one that was amended since.
    pub current: bool,
}

/// A control whose status changed.
#[derive(Debug, Serialize)]
pub struct Change {
    /// The control or clause.
    pub control: String,
    /// Its title.
    pub title: String,
    /// The facet.
    pub facet: &'static str,
    /// The status before.
    pub from: String,
    /// The status now.
    pub to: String,
}

/// A clause over the months.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The clause.
    pub clause: String,
    /// Its title.
    pub title: String,
    /// Documented, implemented, operating in each month; null where nothing was recorded.
    pub statuses: Vec<Option<[String; 3]>>,
}

/// A nonconformity in a list.
#[derive(Debug, Serialize)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// What it is.
    pub title: String,
    /// How bad.
    pub severity: String,
    /// Where.
    pub path: String,
    /// Since when.
    pub first_seen: String,
    /// Until when.
    pub due: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How often it came back.
    pub recurrences: u32,
}

/// The report of the months from `from` to `to`.
pub fn report(chain: &Chain, read: &Read, standing: &Standing, span: (Period, Period), today: Date) -> Report {
    let (from, to) = span;
    let periods: Vec<Period> = from.through(to).collect();
    let months: Vec<Month> = periods.iter().map(|period| month(*period, chain, read, today)).collect();
    let summaries: Vec<Option<&Summary>> = periods
        .iter()
        .map(|period| chain.record_of(*period).and_then(|entry| read.summaries.get(&entry.manifest.entry)))
        .collect();
    let open = |each: &&Nonconformity| each.status == Status::Open;
    let mut by_severity: BTreeMap<String, u64> = BTreeMap::new();
    for each in read.nonconformities.iter().filter(open) {
        *by_severity.entry(each.severity.clone()).or_default() += 1;
    }
    let mut overdue: Vec<&Nonconformity> = read.nonconformities.iter().filter(|each| each.is_overdue(today)).collect();
    overdue.sort_by(|left, right| (&left.due, &left.id).cmp(&(&right.due, &right.id)));
    let recurring = read.nonconformities.iter().filter(open).filter(|each| each.recurrences > 0);
    let unexplained = read.nonconformities.iter().filter(open);
    let unexplained = unexplained.filter(|each| each.cause.is_none() && each.first_seen_in != each.last_seen_in);
    Report {
        schema: SCHEMA,
        today: today.to_string(),
        from: from.to_string(),
        to: to.to_string(),
        head: chain.head().map(|head| head.digest.clone()),
        stale: standing.is_stale(),
        age_days: standing.age_days,
        max_age_days: standing.max_age,
        gaps: months.iter().filter(|month| month.state == "gap").map(|month| month.period.clone()).collect(),
        changes: changes(&summaries),
        inputs: CLAUSES.iter().map(|(input, clauses)| (*input, rows(clauses, &summaries))).collect(),
        open: by_severity,
        overdue: overdue.into_iter().map(item).collect(),
        recurring: recurring.map(item).collect(),
        register: summaries
            .iter()
            .rev()
            .flatten()
            .next()
            .map(|newest| newest.corrective_actions.clone())
            .unwrap_or_default(),
        without_cause: unexplained.count() as u64,
        months,
    }
}

/// The months up to this one, for reports that show a trend.
pub fn history(chain: &Chain, read: &Read, span: (Period, Period), today: Date) -> History {
    let Some(newest) = chain.records().next_back() else { return History::Nothing };
    let manifest = &newest.manifest;
    let Some(summary) = read.summaries.get(&manifest.entry) else {
        let why = format!("the newest recording, {}, is of a time before {}", manifest.entry, span.0);
        return History::Untold(why);
    };
    let months = span.0.through(span.1).map(|period| month(period, chain, read, today));
    let months = months.filter(|month| !matches!(month.state, "before" | "pending"));
    let open = read.nonconformities.iter().filter(|each| each.status == Status::Open);
    let last = history::Last {
        entry: manifest.entry.clone(),
        day: manifest.observed_at.get(..10).unwrap_or(&manifest.observed_at).to_owned(),
        rule_set: manifest.tool.rule_set.clone(),
        statuses: summary.statuses.clone(),
        open: open.map(|each| (each.fingerprint.clone(), known(each))).collect(),
    };
    History::Recorded(Box::new(history::Recorded { months: months.map(point).collect(), last }))
}

fn point(month: Month) -> history::Month {
    let moved = month.nonconformities.unwrap_or_default();
    let coverage = FACETS.map(|facet| month.coverage.get(facet).copied().unwrap_or_default());
    let numbers = month.observed.map(|observed| {
        let mut findings = [0; 5];
        for (count, name) in findings.iter_mut().zip(crate::rule::Severity::names()) {
            *count = observed.findings.get(name).copied().unwrap_or(0);
        }
        let (opened, closed, overdue) = (moved.opened, moved.closed, moved.overdue);
        history::Numbers { coverage, findings, opened, closed, overdue }
    });
    history::Month { name: month.period, is_late: month.state == "late", numbers }
}

fn known(each: &Nonconformity) -> history::Known {
    history::Known {
        id: each.id.clone(),
        rule: each.rule.clone(),
        resource: each.resource.clone(),
        title: each.title.clone(),
        severity: each.severity.clone(),
        path: each.path.clone(),
        due: each.due.clone(),
        first_seen: each.first_seen.clone(),
    }
}

fn month(period: Period, chain: &Chain, read: &Read, today: Date) -> Month {
    let entry = chain.record_of(period);
    let summary = entry.and_then(|entry| read.summaries.get(&entry.manifest.entry));
    let state = match entry {
        Some(entry) if entry.manifest.late => "late",
        Some(_) => "recorded",
        None if today <= period.end() => "pending",
        None if chain.first().is_none_or(|first| period < first) => "before",
        None => "gap",
    };
    let manifest = entry.map(|entry| &entry.manifest);
    let repository = manifest.and_then(|manifest| manifest.repository.as_ref());
    let of_period = |each: &&Entry| each.name.period == period;
    Month {
        period: period.to_string(),
        state,
        entry: manifest.map(|manifest| manifest.entry.clone()),
        recordings: chain.records().filter(of_period).count(),
        observed_at: manifest.map(|manifest| manifest.observed_at.clone()),
        commit: repository.and_then(|repository| repository.commit.clone()),
        dirty: repository.map(|repository| repository.dirty),
        tool: manifest.map(|manifest| format!("{} {}", manifest.tool.name, manifest.tool.version)),
        rule_set: manifest.and_then(|manifest| manifest.tool.rule_set.clone()),
        runner: manifest.map(|manifest| manifest.runner.kind.clone()),
        measured_by: manifest.and_then(measured_by),
        signer: manifest.and_then(|manifest| manifest.signer.as_ref()).map(|signer| signer.keyid.clone()),
        evaluations: evaluations(entry, period, read),
        coverage: summary.map(|summary| coverage(&summary.observed.controls)).unwrap_or_default(),
        observed: summary.map(|summary| summary.observed.clone()),
        nonconformities: summary.map(|summary| summary.nonconformities.clone()),
    }
}

/// Who started the run, and which it was: `octocat, run 42`.
fn measured_by(manifest: &Manifest) -> Option<String> {
    let say = |names: [&str; 2]| names.iter().find_map(|name| manifest.runner.variables.get(*name));
    let person = say(["GITHUB_ACTOR", "GITLAB_USER_LOGIN"]).cloned();
    let run = say(["GITHUB_RUN_ID", "CI_JOB_ID"]).map(|run| format!("run {run}"));
    let said: Vec<String> = person.into_iter().chain(run).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

fn evaluations(counts: Option<&Entry>, period: Period, read: &Read) -> Vec<Evaluation> {
    let of_period =
        |sign_off: &&SignOff| super::entry::EntryName::parse(&sign_off.entry).is_some_and(|name| name.period == period);
    let evaluation = |sign_off: &SignOff| Evaluation {
        evaluator: sign_off.evaluator.clone(),
        role: sign_off.role.clone(),
        date: sign_off.date.clone(),
        remark: sign_off.remark.clone(),
        current: counts.is_some_and(|entry| entry.manifest.entry == sign_off.entry),
    };
    read.sign_offs.iter().filter(of_period).map(evaluation).collect()
}

fn coverage(controls: &BTreeMap<String, BTreeMap<String, u64>>) -> BTreeMap<&'static str, [u64; 3]> {
    let of_facet = |facet: &'static str| {
        let counts = controls.get(facet)?;
        let count = |names: &[&str]| names.iter().filter_map(|name| counts.get(*name)).sum::<u64>();
        let total: u64 = counts.values().sum();
        let evaluated = count(&["satisfied", "partial", "excepted", "not-satisfied"]);
        Some((facet, [total - count(&["not-applicable"]), evaluated, count(&["satisfied"])]))
    };
    FACETS.into_iter().filter_map(of_facet).collect()
}

fn changes(summaries: &[Option<&Summary>]) -> Vec<Change> {
    let mut last = summaries.iter().rev().flatten();
    let (Some(now), Some(before)) = (last.next(), last.next()) else { return Vec::new() };
    let mut changes = Vec::new();
    for (control, statuses) in &now.statuses {
        let Some(earlier) = before.statuses.get(control) else { continue };
        for (facet, (from, to)) in FACETS.into_iter().zip(earlier.iter().zip(statuses)) {
            if from != to {
                let title = now.titles.get(control).cloned().unwrap_or_default();
                changes.push(Change { control: control.clone(), title, facet, from: from.clone(), to: to.clone() });
            }
        }
    }
    changes.sort_by_key(|change| order(&change.control));
    changes
}

/// Controls before clauses, both by number.
fn order(control: &str) -> (bool, Vec<u32>) {
    let number = control.strip_prefix("A.");
    let parts = number.unwrap_or(control).split('.').map(|part| part.parse().unwrap_or(0));
    (number.is_none(), parts.collect())
}

fn rows(clauses: &[&str], summaries: &[Option<&Summary>]) -> Vec<Row> {
    let row = |clause: &&str| Row {
        clause: (*clause).to_owned(),
        title: summaries
            .iter()
            .flatten()
            .next_back()
            .and_then(|summary| summary.titles.get(*clause))
            .cloned()
            .unwrap_or_default(),
        statuses: summaries
            .iter()
            .map(|summary| summary.and_then(|summary| summary.statuses.get(*clause)).cloned())
            .collect(),
    };
    clauses.iter().map(row).collect()
}

fn item(each: &Nonconformity) -> Item {
    Item {
        id: each.id.clone(),
        rule: each.rule.clone(),
        title: each.title.clone(),
        severity: each.severity.clone(),
        path: each.path.clone(),
        first_seen: each.first_seen.clone(),
        due: each.due.clone(),
        owner: each.owner.clone(),
        recurrences: each.recurrences,
    }
}
