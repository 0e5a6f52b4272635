//! Findings as a table in CSV (RFC 4180), for spreadsheets. One row for each finding, the quieted ones too, with what
//! quiets them; the columns are those that people filter by.

use std::io::{self, Write};

use super::super::{Input, words};
use super::{Row, row};

const HEADER: [&str; 12] = [
    "severity",
    "confidence",
    "rule",
    "message",
    "path",
    "line",
    "resource",
    "controls",
    "facet",
    "state",
    "reason",
    "fingerprint",
];

/// Writes the table.
pub(in crate::report) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    table.write_record(HEADER).map_err(failed)?;
    for row in input.assessment.findings.iter().filter_map(|finding| row(input.assessment, finding)) {
        table.write_record(cells(&row).map(|text| unexecuted(&text))).map_err(failed)?;
    }
    table.flush()
}

fn cells(row: &Row<'_>) -> [String; 12] {
    let (finding, about) = (row.finding, &row.run.about);
    let suppression = finding.suppression.as_ref();
    [
        finding.severity.name().to_string(),
        about.confidence.name().to_string(),
        row.id().to_string(),
        words::one_line(&finding.message),
        row.path.clone(),
        finding.location.region.as_deref().map_or_else(String::new, |region| region.start_line.to_string()),
        finding.resource.address.to_string(),
        row.controls(),
        about.facet.name().to_string(),
        finding.state().name().to_string(),
        suppression.map_or_else(String::new, |by| words::one_line(&by.reason)),
        finding.fingerprint.clone(),
    ]
}

/// A spreadsheet takes a cell that begins with one of these for a formula, and scanned files choose what cells hold.
pub(crate) fn unexecuted(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_string() }
}

/// What went wrong when a row was written: `csv` would hide that a pipe was closed.
pub(in crate::report) fn failed(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
