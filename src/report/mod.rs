//! Reports: what the user, a platform or an auditor gets to see of an assessment. One file or folder per format.
//!
//! Every format is a pure function of its input: it reads no file, no clock and no environment, and whether there is
//! colour and how wide the terminal is are inputs. Formats own what they serialise; the types of the domain know none
//! of them. Findings are written one by one, so that a report of 25,000 needs no second copy of them.

mod count;
pub mod coverage;
pub mod doctor;
pub mod history;
mod json;
mod markdown;
mod platform;
mod sarif;
mod target;
mod terminal;
mod text;
mod words;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod snapshot;

use std::io::{self, Write};

use crate::engine::assessment::Assessment;
use crate::isms::coverage::Coverage;

pub use coverage::{CoverageFormat, write_coverage};
pub use history::History;
pub(crate) use platform::csv::unexecuted;
pub use target::{Named, Target, TargetError};

/// What a report is made from.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The result of the scan.
    pub assessment: &'a Assessment,
    /// What it says about each control, in the view of one framework.
    pub coverage: &'a Coverage,
    /// What recorded evidence says of the months before, for formats that show a trend; absent where nobody looked.
    pub history: Option<&'a History>,
    /// How it may look on a terminal.
    pub style: Style,
}

/// How a report may look on a terminal. Decided by the command line, never found out here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colours.
    pub colours: bool,
    /// Columns to fill.
    pub width: usize,
    /// Whether to sum up; else only findings are told, and what could not be looked at.
    pub summary: bool,
}

impl Default for Style {
    fn default() -> Style {
        Style { colours: false, width: 100, summary: true }
    }
}

/// The formats of `annexa scan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// SARIF 2.1.0 with everything that is known.
    Sarif,
    /// SARIF 2.1.0 with what GitHub code scanning shows well.
    Github,
    /// Our own JSON, versioned.
    Json,
    /// For step summaries and comments on pull requests.
    Markdown,
    /// GitHub's annotations, as commands in the log of a step.
    Annotations,
    /// GitLab's Code Quality report.
    GitlabCodeQuality,
    /// GitLab's report of static analysis.
    GitlabSast,
    /// JUnit's XML.
    Junit,
    /// Checkstyle's XML.
    Checkstyle,
    /// A table for spreadsheets.
    Csv,
}

impl Named for Format {
    const ALL: &'static [Format] = &[
        Format::Text,
        Format::Sarif,
        Format::Github,
        Format::Json,
        Format::Markdown,
        Format::Annotations,
        Format::GitlabCodeQuality,
        Format::GitlabSast,
        Format::Junit,
        Format::Checkstyle,
        Format::Csv,
    ];

    fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Json => "json",
            Format::Markdown => "markdown",
            Format::Annotations => "annotations",
            Format::GitlabCodeQuality => "gitlab-code-quality",
            Format::GitlabSast => "gitlab-sast",
            Format::Junit => "junit",
            Format::Checkstyle => "checkstyle",
            Format::Csv => "csv",
        }
    }
}

/// Writes a report of findings. The only errors are those of `out`.
pub fn write(format: Format, input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(input, out),
        Format::Sarif => sarif::write(input, sarif::Profile::Full, out),
        Format::Github => sarif::write(input, sarif::Profile::Github, out),
        Format::Json => json::write(input, out),
        Format::Markdown => markdown::write(input, out),
        Format::Annotations => platform::annotations::write(input, out),
        Format::GitlabCodeQuality => platform::gitlab_code_quality::write(input, out),
        Format::GitlabSast => platform::gitlab_sast::write(input, out),
        Format::Junit => platform::junit::write(input, out),
        Format::Checkstyle => platform::checkstyle::write(input, out),
        Format::Csv => platform::csv::write(input, out),
    }
}
