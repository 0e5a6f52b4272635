//! The coverage as a table in CSV (RFC 4180): a row for each facet of each control and clause, with the row of the
//! statement of applicability beside what the scan found, as auditors ask for it.

use std::io::{self, Write};

use super::json::evidence;
use crate::engine::assessment::FindingKind;
use crate::isms::coverage::{ControlCoverage, FacetCoverage};
use crate::report::platform::csv::unexecuted;
use crate::report::{Input, words};

const HEADER: [&str; 18] = [
    "id",
    "title",
    "group",
    "applicable",
    "soa_status",
    "owner",
    "justification",
    "facet",
    "status",
    "reason",
    "pass",
    "fail",
    "excepted",
    "unknown",
    "failing_rules",
    "evidence",
    "attested_until",
    "soa_place",
];
/// Places that a cell lists; a spreadsheet takes 32,767 characters in one.
const PLACES: usize = 50;

/// Writes the table.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    table.write_record(HEADER)?;
    // A heading repeats what is below it.
    let entries = input.coverage.controls.iter().chain(&input.coverage.clauses).filter(|entry| entry.assessable);
    for entry in entries {
        for facet in &entry.facets {
            table.write_record(cells(input, entry, facet).map(|text| unexecuted(&text)))?;
        }
    }
    table.flush()
}

fn cells(input: &Input<'_>, entry: &ControlCoverage, facet: &FacetCoverage) -> [String; 18] {
    let isms = &input.assessment.isms;
    let row = entry.applicability.and_then(|at| isms.applicability.get(at));
    let applicable = match row.and_then(|row| row.applicable) {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    };
    let attested = facet.attestations.iter().filter_map(|at| isms.attestations.get(*at)?.valid_until).max();
    let text = |text: Option<&str>| words::one_line(text.unwrap_or_default());
    [
        entry.control.id.to_string(),
        entry.title.to_string(),
        entry.group.to_string(),
        applicable.to_string(),
        text(row.map(|row| row.status.as_str())),
        text(row.map(|row| row.owner.as_str())),
        text(row.map(|row| row.justification.as_str())),
        facet.facet.name().to_string(),
        facet.status.name().to_string(),
        words::one_line(&facet.reason.text),
        facet.counts.passes.to_string(),
        facet.counts.fails.to_string(),
        facet.counts.excepted.to_string(),
        facet.counts.unknowns.to_string(),
        failing(input, facet).join("; "),
        places(input, facet),
        attested.map(|day| day.to_string()).unwrap_or_default(),
        row.map_or_else(String::new, |row| {
            at_line(&row.location.path, row.location.region.as_ref().map(|r| r.start_line))
        }),
    ]
}

/// The rules of which a fail stands against the facet, in the order of the evidence.
pub(super) fn failing<'a>(input: &Input<'a>, facet: &FacetCoverage) -> Vec<&'a str> {
    let failed = |rule: usize| {
        let findings = facet.findings.iter().filter_map(|at| input.assessment.findings.get(*at));
        findings.into_iter().any(|finding| finding.rule == rule && finding.kind == FindingKind::Fail)
    };
    let rules = facet.rules.iter().map(|evidence| evidence.rule).filter(|rule| failed(*rule));
    rules.filter_map(|rule| input.assessment.rules.get(rule)).map(|run| run.about.id.as_str()).collect()
}

/// Where the facet passes.
fn places(input: &Input<'_>, facet: &FacetCoverage) -> String {
    let all = evidence(input.assessment, facet);
    let mut places: Vec<String> = all.iter().take(PLACES).map(|place| at_line(place.path, place.line)).collect();
    if all.len() > PLACES {
        places.push(format!("and {} more", all.len() - PLACES));
    }
    places.join("; ")
}

fn at_line(path: &str, line: Option<u32>) -> String {
    line.map_or_else(|| path.to_string(), |line| format!("{path}:{line}"))
}
