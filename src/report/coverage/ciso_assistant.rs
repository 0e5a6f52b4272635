//! Rows for a compliance assessment of CISO Assistant, as CSV with the columns of its data wizard.
//!
//! What is satisfied is for people to say there: `compliant` is never written. An empty cell overwrites nothing, so an
//! entry that nothing was found for keeps what people wrote. What a scan found something for is `in_review`.

use std::io::{self, Write};

use super::columns::failing;
use super::status_words;
use crate::isms::coverage::{ControlCoverage, Status};
use crate::report::platform::csv::{failed, unexecuted};
use crate::report::{Input, words};

const HEADER: [&str; 5] = ["ref_id", "assessable", "compliance_result", "requirement_progress", "observations"];
/// Rules that an observation names.
const RULES: usize = 10;

/// Writes the rows.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    table.write_record(HEADER).map_err(failed)?;
    let entries = input.coverage.clauses.iter().chain(&input.coverage.controls);
    for entry in entries {
        let id = entry.control.id.as_str();
        let assessable = if entry.assessable { "x" } else { "" };
        let looked_at = entry.assessable && entry.facets.iter().any(|facet| facet.status.is_evaluated());
        let progress = if looked_at { "in_review" } else { "" };
        let observed = if looked_at { observations(input, entry) } else { String::new() };
        table.write_record([id, assessable, result(entry), progress, &unexecuted(&observed)]).map_err(failed)?;
    }
    table.flush()
}

/// What the scan can say without deciding for the auditor.
fn result(entry: &ControlCoverage) -> &'static str {
    if !entry.assessable {
        return "";
    }
    if entry.facets.iter().all(|facet| facet.status == Status::NotApplicable) {
        return "not_applicable";
    }
    let evaluated = || entry.facets.iter().filter(|facet| facet.status.is_evaluated());
    let fails = evaluated().any(|facet| facet.counts.fails > facet.counts.excepted);
    let passes = evaluated().any(|facet| facet.counts.passes > 0);
    match (fails, passes) {
        (true, false) => "non_compliant",
        (true, true) => "partially_compliant",
        (false, _) => "",
    }
}

fn observations(input: &Input<'_>, entry: &ControlCoverage) -> String {
    let mut told: Vec<String> = Vec::new();
    let mut rules: Vec<&str> = Vec::new();
    for facet in &entry.facets {
        let (name, status) = (facet.facet.name(), status_words(facet.status));
        told.push(format!("{name}: {status} ({})", words::one_line(&facet.reason.text)));
        rules.extend(failing(input.assessment, facet));
    }
    let more = rules.len().saturating_sub(RULES);
    rules.truncate(RULES);
    if !rules.is_empty() {
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        told.push(format!("rules that fail: {}{more}", rules.join(", ")));
    }
    let commit = input.assessment.commit.as_deref().map(|commit| format!(", commit {commit}")).unwrap_or_default();
    told.push(format!("annexa, {}{commit}", input.assessment.today));
    told.join("; ")
}
