//! Reports: pure functions of the assessment and the coverage, one file a format.

use std::io::{self, Write};

use crate::engine::assessment::Assessment;
use crate::isms::coverage::Coverage;

/// A format of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Text,
}

/// A format of coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoverageFormat {
    /// For people at a terminal.
    Table,
}

/// A format and where it goes: `-` is standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The format.
    pub format: Format,
    /// The file.
    pub file: String,
}

/// A format of coverage and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageTarget {
    /// The format.
    pub format: CoverageFormat,
    /// The file.
    pub file: String,
}

impl Target {
    /// Reads `NAME` or `NAME=FILE`.
    pub fn parse(_text: &str) -> Result<Target, String> {
        Ok(Target { format: Format::Text, file: "-".to_owned() })
    }
}

impl CoverageTarget {
    /// Reads `NAME` or `NAME=FILE`.
    pub fn parse(_text: &str) -> Result<CoverageTarget, String> {
        Ok(CoverageTarget { format: CoverageFormat::Table, file: "-".to_owned() })
    }
}

/// How a report may look.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether to use colours.
    pub colours: bool,
    /// Columns to fill.
    pub width: usize,
}

/// What reports are made from.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The result of the scan.
    pub assessment: &'a Assessment,
    /// The status of the controls of the chosen framework.
    pub coverage: &'a Coverage,
    /// How it may look.
    pub style: Style,
}

/// Writes a report of findings.
pub fn write(_format: Format, input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in &input.assessment.findings {
        let rule = input.assessment.rules.get(finding.rule).map_or("", |run| run.about.id.as_str());
        let line = finding.location.region.as_ref().map_or(0, |region| region.start_line);
        let severity = finding.severity.name();
        let quiet = finding.suppression.as_ref().map_or("", |_| " (suppressed)");
        writeln!(
            out,
            "{}:{line}: {severity} {rule} [{}] {}{quiet}",
            finding.location.path, finding.resource.address, finding.message
        )?;
    }
    for (notice, location) in &input.assessment.notices {
        writeln!(out, "notice {} {}", location.path, notice.message)?;
    }
    writeln!(
        out,
        "{} files, {} findings, resources {:?}",
        input.assessment.files.len(),
        input.assessment.findings.len(),
        input.assessment.resources
    )
}

/// Writes a report of coverage.
pub fn write_coverage(_format: CoverageFormat, input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    for control in &input.coverage.controls {
        let facets: Vec<&str> = control.facets.iter().map(|facet| facet.status.name()).collect();
        writeln!(out, "{:10} {:60} {}", control.control.id, control.title, facets.join(" "))?;
    }
    Ok(())
}
