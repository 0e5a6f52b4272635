//! The coverage as Markdown: one table for each theme and stage, and what clauses ask to be kept.

use std::io::{self, Write};

use super::columns::{attestation_words, document_words, exception_words};
use super::{CAVEAT, FACETS, groups, not_evaluated_words, sign, status_words, summary_words};
use crate::engine::assessment::Assessment;
use crate::isms::coverage::{ControlCoverage, Records, Status, readiness};
use crate::report::markdown::cell;
use crate::report::{Input, words};

/// Documents that a row names.
const DOCUMENTS: usize = 5;

/// Writes the document.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let assessment = input.assessment;
    writeln!(out, "# Coverage of {}\n\n{CAVEAT}\n", words::framework(input.coverage.framework))?;
    write!(out, "Day: {}", assessment.today)?;
    if let Some(commit) = &assessment.commit {
        write!(out, " · Commit: `{}`", cell(commit))?;
    }
    writeln!(out, " · Rule set: `{}`", assessment.rule_set_digest)?;
    if let Some(limit) = &assessment.limited {
        writeln!(out, "\nA part of a scan: {}.", cell(limit))?;
    }
    let records = Records::of(assessment);
    for (group, entries) in groups(input.coverage) {
        writeln!(out, "\n## {}\n", group.title)?;
        for (facet, summary) in FACETS.into_iter().zip(&group.facets) {
            writeln!(out, "- {}: {}", facet.name(), summary_words(summary))?;
        }
        writeln!(
            out,
            "\n| Id | Title | Owner | Documented | Implemented | Operating | Youngest evidence | Why |\n|---|---|---|---|---|---|---|---|"
        )?;
        for entry in entries {
            writeln!(out, "{}", row(assessment, &records, entry))?;
        }
    }
    documented_information(assessment, out)?;
    if let Some(reasons) = not_evaluated_words(input.coverage) {
        writeln!(out, "\nFacets not evaluated, by reason: {reasons}.")?;
    }
    Ok(())
}

fn row(assessment: &Assessment, records: &Records<'_>, entry: &ControlCoverage) -> String {
    let facets: Vec<String> =
        entry.facets.iter().map(|facet| format!("{} {}", sign(facet.status), status_words(facet.status))).collect();
    let basis = records.control(entry);
    let mut why = all_reasons(entry);
    why.extend(super::through_words(entry));
    why.extend(basis.exceptions.iter().map(|(exception, findings)| {
        format!("exception {}: {}", exception_words(exception, *findings), words::one_line(&exception.reason))
    }));
    // Where an attestation gives the status, it is the reason already.
    let beside = entry.facets.iter().filter(|facet| facet.status != Status::Attested);
    let attested = beside.flat_map(|facet| &facet.attestations);
    let attested = attested.filter_map(|at| assessment.isms.attestations.get(*at));
    why.extend(attested.map(|attestation| format!("attested: {}", attestation_words(attestation))));
    if !basis.documents.is_empty() {
        let named: Vec<String> = basis.documents.iter().take(DOCUMENTS).map(|each| document_words(each)).collect();
        let more = basis.documents.len().saturating_sub(DOCUMENTS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        why.push(format!("documents: {}{more}", named.join(", ")));
    }
    let why: Vec<String> = why.iter().map(|line| cell(line)).collect();
    let row = entry.applicability.and_then(|at| assessment.isms.applicability.get(at));
    let owner = row.map_or(String::new(), |row| cell(&words::one_line(&row.owner)));
    let youngest = basis.youngest.map_or(String::new(), |youngest| {
        format!("{}, {}", youngest.day, super::age_words(youngest.age(assessment.today)))
    });
    let strong = if entry.assessable { "" } else { "**" };
    format!(
        "| {strong}{}{strong} | {strong}{}{strong} | {owner} | {} | {youngest} | {} |",
        entry.control.id,
        cell(&entry.title),
        facets.join(" | "),
        why.join("<br>")
    )
}

/// Why each facet has its status; a reason that several share is told once.
fn all_reasons(entry: &ControlCoverage) -> Vec<String> {
    let mut told: Vec<(Vec<&str>, String)> = Vec::new();
    for facet in &entry.facets {
        let text = words::one_line(&facet.reason.text);
        match told.iter_mut().find(|(_, known)| *known == text) {
            Some((facets, _)) => facets.push(facet.facet.name()),
            None => told.push((vec![facet.facet.name()], text)),
        }
    }
    let words = |(facets, text): (Vec<&str>, String)| match facets.len() {
        3 => text,
        _ => format!("{}: {text}", facets.join(", ")),
    };
    told.into_iter().map(words).collect()
}

/// What the clauses ask to be kept, and whether it is.
fn documented_information(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## Documented information\n\n{}.\n", super::readiness_words(assessment))?;
    writeln!(out, "| Clause | Title | Document or record | State | Files |\n|---|---|---|---|---|")?;
    for row in readiness(assessment) {
        let mut files: Vec<String> = row.paths.iter().take(DOCUMENTS).map(|path| format!("`{}`", cell(path))).collect();
        if row.paths.len() > DOCUMENTS {
            files.push(format!("and {} more", row.paths.len() - DOCUMENTS));
        }
        let wanted = super::wanted_words(&row);
        let state = row.kept.name();
        writeln!(out, "| {} | {} | {wanted} | {state} | {} |", row.clause, cell(&row.title), files.join("<br>"))?;
    }
    Ok(())
}
