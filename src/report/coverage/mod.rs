//! Reports of `annexa coverage`: every control with the status of its three facets, those included that nothing was
//! evaluated for, by theme; the clauses by stage of the plan-do-check-act cycle.

mod ciso_assistant;
mod columns;
mod csv;
mod html;
mod json;
mod markdown;
mod text;
mod xlsx;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

pub(super) use json::{Group, summary};

use super::{Input, Named, words};
use crate::engine::assessment::Assessment;
use crate::isms::coverage::{
    ControlCoverage, Coverage, FacetCoverage, FacetSummary, GroupSummary, Kept, Readiness, Status, readiness,
};
use crate::rule::Facet;

/// A format of coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoverageFormat {
    /// For people at a terminal.
    Table,
    /// For step summaries, wikis and audit folders.
    Markdown,
    /// Our own JSON, versioned.
    Json,
    /// One page that stands by itself, for managers and auditors.
    Html,
    /// A table for spreadsheets.
    Csv,
    /// A workbook with the statement of applicability.
    Xlsx,
    /// Rows for a compliance assessment of CISO Assistant.
    CisoAssistant,
}

impl Named for CoverageFormat {
    const ALL: &'static [CoverageFormat] = &[
        CoverageFormat::Table,
        CoverageFormat::Markdown,
        CoverageFormat::Json,
        CoverageFormat::Html,
        CoverageFormat::Csv,
        CoverageFormat::Xlsx,
        CoverageFormat::CisoAssistant,
    ];

    fn name(self) -> &'static str {
        match self {
            CoverageFormat::Table => "table",
            CoverageFormat::Markdown => "markdown",
            CoverageFormat::Json => "json",
            CoverageFormat::Html => "html",
            CoverageFormat::Csv => "csv",
            CoverageFormat::Xlsx => "xlsx",
            CoverageFormat::CisoAssistant => "ciso-assistant",
        }
    }
}

/// Writes a report of coverage. The only errors are those of `out`.
pub fn write_coverage(format: CoverageFormat, input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        CoverageFormat::Table => text::write(input, out),
        CoverageFormat::Markdown => markdown::write(input, out),
        CoverageFormat::Json => json::write(input, out),
        CoverageFormat::Html => html::write(input, out),
        CoverageFormat::Csv => csv::write(input, out),
        CoverageFormat::Xlsx => xlsx::write(input, out),
        CoverageFormat::CisoAssistant => ciso_assistant::write(input, out),
    }
}

/// What a reader must know before the first number.
pub(super) const CAVEAT: &str = "Evidence relevant to each control; whether a control is met is for an auditor to say. \
    `implemented` means declared in code at this commit: what is deployed was not observed.";

/// The three questions, in the order of reports.
pub(super) const FACETS: [Facet; 3] = [Facet::Documented, Facet::Implemented, Facet::Operating];

/// The sign of a status.
pub(super) fn sign(status: Status) -> &'static str {
    match status {
        Status::Satisfied => "●",
        Status::Partial => "◐",
        Status::NotSatisfied => "○",
        Status::Excepted => "◇",
        Status::Attested => "✎",
        Status::RelatedEvidence => "≈",
        Status::NotApplicable => "–",
        Status::NotEvaluated => "·",
    }
}

/// The status in words.
pub(super) fn status_words(status: Status) -> String {
    status.name().replace('-', " ")
}

/// The groups of a coverage: themes with their controls, then stages with their clauses.
fn groups(coverage: &Coverage) -> Vec<(GroupSummary, Vec<&ControlCoverage>)> {
    let members = |group: GroupSummary, entries| {
        let members: &[ControlCoverage] = entries;
        let found: Vec<&ControlCoverage> = group.members.iter().filter_map(|at| members.get(*at)).collect();
        (group, found)
    };
    let themes = coverage.themes().into_iter().map(|group| members(group, &coverage.controls));
    let stages = coverage.stages().into_iter().map(|group| members(group, &coverage.clauses));
    themes.chain(stages).filter(|(_, entries)| !entries.is_empty()).collect()
}

/// `9 satisfied, 2 partial`, in the order of reports.
fn summary_words(summary: &FacetSummary) -> String {
    let counts = Status::ALL.into_iter().map(|status| (status, summary.count(status)));
    let words: Vec<String> = counts
        .filter(|(_, number)| *number > 0)
        .map(|(status, number)| format!("{number} {}", status_words(status)))
        .collect();
    words.join(", ")
}

/// The reasons of an entry that are worth a line: those of facets that were looked at, or left out on purpose.
fn reasons(entry: &ControlCoverage) -> Vec<String> {
    let [first, rest @ ..] = &entry.facets;
    let told = |facet: &&FacetCoverage| facet.status != Status::NotEvaluated;
    // An exclusion is one reason for all facets.
    if told(&first) && rest.iter().all(|facet| facet.reason == first.reason) {
        return vec![words::one_line(&first.reason.text)];
    }
    let facets = entry.facets.iter().filter(told);
    facets.map(|facet| format!("{}: {}", facet.facet.name(), words::one_line(&facet.reason.text))).collect()
}

/// Why facets were not evaluated, with how many, the most frequent first.
fn not_evaluated(coverage: &Coverage) -> Vec<(&'static str, usize)> {
    let entries = coverage.controls.iter().chain(&coverage.clauses).filter(|entry| entry.assessable);
    let facets = entries.flat_map(|entry| &entry.facets).filter(|facet| facet.status == Status::NotEvaluated);
    let mut counts: std::collections::BTreeMap<&'static str, usize> = std::collections::BTreeMap::new();
    for facet in facets {
        *counts.entry(facet.reason.code).or_default() += 1;
    }
    let mut counts: Vec<(&'static str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(code, number)| (std::cmp::Reverse(*number), *code));
    counts
}

/// The reasons for which nothing was evaluated, in one line.
fn not_evaluated_words(coverage: &Coverage) -> Option<String> {
    let counts = not_evaluated(coverage);
    let words: Vec<String> = counts
        .iter()
        .map(|(code, number)| format!("{} {}", words::thousands(*number), code.replace('-', " ")))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// What a clause asks for, in words.
fn wanted_words(row: &Readiness) -> String {
    if row.wanted.is_empty() {
        return "differs by organisation".to_string();
    }
    let wanted: Vec<String> = row.wanted.iter().map(|name| name.replace('-', " ")).collect();
    wanted.join(" or ")
}

/// How much of what clauses ask to be kept is there: `17 present, 2 stale, 1 missing`.
fn readiness_words(assessment: &Assessment) -> String {
    let all = readiness(assessment);
    let counts = Kept::ALL.map(|kept| (kept, all.iter().filter(|row| row.kept == kept).count()));
    let told: Vec<String> = counts
        .iter()
        .filter(|(_, number)| *number > 0)
        .map(|(kept, number)| format!("{number} {}", kept.name()))
        .collect();
    told.join(", ")
}

/// How old something is: `today`, `1 day old`, `82 days old`.
fn age_words(days: i64) -> String {
    match days {
        ..=0 => "this day".to_string(),
        1 => "1 day old".to_string(),
        days => format!("{days} days old"),
    }
}

/// Relations that a row names.
const RELATIONS: usize = 5;

/// In the view of another framework, the relations that an entry is told through, each with its type: `A.5.1 (equal)`.
fn through_words(entry: &ControlCoverage) -> Option<String> {
    let mut told: Vec<String> = Vec::new();
    for through in entry.facets.iter().flat_map(|facet| &facet.through) {
        let words = format!("{} ({})", through.relation.to.id, through.relation.kind.name());
        if !told.contains(&words) {
            told.push(words);
        }
    }
    let more = told.len().saturating_sub(RELATIONS);
    told.truncate(RELATIONS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!told.is_empty()).then(|| format!("through {}{more}", told.join(", ")))
}
