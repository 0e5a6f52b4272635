//! GitLab's Code Quality report: a subset of the issue format of Code Climate, shown in merge requests of every tier.

use std::io::{self, Write};

use serde::Serialize;

use super::super::Input;
use super::{Row, rows};
use crate::rule::Severity;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes the report.
pub(in crate::report) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Issue<'_>> = rows(input.assessment).map(issue).collect();
    serde_json::to_writer(&mut *out, &issues)?;
    out.write_all(b"\n")
}

fn issue(row: Row<'_>) -> Issue<'_> {
    Issue {
        description: row.told(),
        check_name: row.id(),
        fingerprint: &row.finding.fingerprint,
        severity: severity(row.finding.severity),
        location: Place { path: row.path, lines: Lines { begin: row.line, end: row.end_line } },
    }
}

/// Five words for our five.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}
