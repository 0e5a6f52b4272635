//! The coverage as Markdown: one table for each theme and stage.

use std::io::{self, Write};

use super::{CAVEAT, FACETS, groups, not_evaluated_words, reasons, sign, status_words, summary_words};
use crate::isms::coverage::ControlCoverage;
use crate::report::markdown::cell;
use crate::report::{Input, words};

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
    for (group, entries) in groups(input.coverage) {
        writeln!(out, "\n## {}\n", group.title)?;
        for (facet, summary) in FACETS.into_iter().zip(&group.facets) {
            writeln!(out, "- {}: {}", facet.name(), summary_words(summary))?;
        }
        writeln!(out, "\n| Id | Title | Documented | Implemented | Operating | Why |\n|---|---|---|---|---|---|")?;
        for entry in entries {
            writeln!(out, "{}", row(entry))?;
        }
    }
    if let Some(reasons) = not_evaluated_words(input.coverage) {
        writeln!(out, "\nFacets not evaluated, by reason: {reasons}.")?;
    }
    Ok(())
}

fn row(entry: &ControlCoverage) -> String {
    let facets: Vec<String> =
        entry.facets.iter().map(|facet| format!("{} {}", sign(facet.status), status_words(facet.status))).collect();
    let why: Vec<String> = reasons(entry).iter().map(|reason| cell(reason)).collect();
    let strong = if entry.assessable { "" } else { "**" };
    format!(
        "| {strong}{}{strong} | {strong}{}{strong} | {} | {} |",
        entry.control.id,
        cell(&entry.title),
        facets.join(" | "),
        why.join("<br>")
    )
}
