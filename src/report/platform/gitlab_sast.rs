//! GitLab's security report for static analysis (`gl-sast-report.json`), version 15 of its schema.
//!
//! The schema asks for the times at which the scan began and ended. A report of ours holds no clock, so both are midnight
//! (UTC) of the day that was judged: the same input gives the same bytes.

use std::io::{self, Write};

use serde::Serialize;

use super::super::{Input, words};
use super::{Row, rows};
use crate::engine::assessment::Assessment;
use crate::rule::Severity;

/// The version of the schema that the report follows.
const SCHEMA: &str = "15.0.6";
/// The most characters that the schema takes for a name.
const LONGEST_NAME: usize = 255;

#[derive(Serialize)]
struct Report<'a> {
    version: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Scan {
    analyzer: Program,
    scanner: Program,
    r#type: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
}

#[derive(Serialize, Clone, Copy)]
struct Program {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize, Clone, Copy)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    solution: String,
    identifiers: Vec<Identifier<'a>>,
    location: Place,
}

#[derive(Serialize)]
struct Identifier<'a> {
    r#type: &'static str,
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Place {
    file: String,
    start_line: u32,
    end_line: u32,
}

/// Writes the report.
pub(in crate::report) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let report = Report {
        version: SCHEMA,
        scan: scan(input.assessment),
        vulnerabilities: rows(input.assessment).map(vulnerability).collect(),
    };
    serde_json::to_writer(&mut *out, &report)?;
    out.write_all(b"\n")
}

fn scan(assessment: &Assessment) -> Scan {
    let program =
        Program { id: "annexa", name: "Annexa", version: env!("CARGO_PKG_VERSION"), vendor: Vendor { name: "Annexa" } };
    let midnight = format!("{}T00:00:00", assessment.today);
    // What could not be read is a finding of its own; the status is about the scanner.
    Scan {
        analyzer: program,
        scanner: program,
        r#type: "sast",
        start_time: midnight.clone(),
        end_time: midnight,
        status: "success",
    }
}

fn vulnerability(row: Row<'_>) -> Vulnerability<'_> {
    let about = &row.run.about;
    let own = Identifier { r#type: "annexa_rule", name: row.id(), value: row.id() };
    let elsewhere =
        row.finding.aliases.iter().map(|alias| Identifier { r#type: "annexa_alias", name: alias, value: alias });
    Vulnerability {
        id: uuid(&row.finding.fingerprint),
        name: words::shortened(&about.title, LONGEST_NAME),
        description: format!("{}\n\n{}", row.told(), about.why),
        severity: severity(row.finding.severity),
        solution: words::one_line(&about.fix),
        identifiers: std::iter::once(own).chain(elsewhere).collect(),
        location: Place { file: row.path, start_line: row.line, end_line: row.end_line },
    }
}

/// The fingerprint's 128 bits in the form of a UUID of version 8 (RFC 9562: what its bits mean is the maker's business).
fn uuid(fingerprint: &str) -> String {
    let part = |from: usize, to: usize| fingerprint.get(from..to).unwrap_or_default();
    format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}
