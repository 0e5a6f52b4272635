//! The files of a recording, from what a scan found.

use std::io;

use super::manifest::{FileItem, ObservedItem, digest};
use super::nonconformity::{self, Nonconformities, Nonconformity, Recording};
use super::{oscal, summary, waiver};
use crate::isms::coverage::Coverage;
use crate::isms::exception::Exception;
use crate::report::{self, CoverageFormat, Format, History, Style};

/// The register of nonconformities after the recording.
pub const NONCONFORMITIES: &str = "nonconformities.json";
/// What trends are made of.
pub const SUMMARY: &str = "summary.json";

/// The reports of an entry, in the formats that `scan` and `coverage` write.
const SCANS: &[(&str, Format)] = &[("assessment.json", Format::Json), ("findings.sarif", Format::Sarif)];
const COVERAGES: &[(&str, CoverageFormat)] = &[
    ("coverage.html", CoverageFormat::Html),
    ("coverage.json", CoverageFormat::Json),
    ("coverage.md", CoverageFormat::Markdown),
];

/// What is recorded.
#[derive(Debug)]
pub struct Subject<'a> {
    /// What a scan found, and how nonconformities are followed.
    pub recording: Recording<'a>,
    /// What it says about each control.
    pub coverage: &'a Coverage,
    /// Accepted deviations.
    pub exceptions: &'a [Exception],
    /// The nonconformities before.
    pub before: &'a [Nonconformity],
    /// The months before, for the page.
    pub history: &'a History,
    /// When the state was looked at, as manifests say it.
    pub observed_at: &'a str,
}

/// A file of an entry: its name and content.
pub type File = (String, Vec<u8>);

/// The files of a recording, sorted by name, and what its manifest says of them.
pub fn files(subject: &Subject<'_>) -> io::Result<(Vec<File>, ObservedItem)> {
    let assessment = subject.recording.assessment;
    let input = report::Input {
        assessment,
        coverage: subject.coverage,
        history: Some(subject.history),
        style: Style::default(),
    };
    let mut files: Vec<File> = Vec::new();
    for (name, format) in SCANS {
        let mut bytes = Vec::new();
        report::write(*format, &input, &mut bytes)?;
        files.push(((*name).to_owned(), bytes));
    }
    for (name, format) in COVERAGES {
        let mut bytes = Vec::new();
        report::write_coverage(*format, &input, &mut bytes)?;
        files.push(((*name).to_owned(), bytes));
    }
    let after = nonconformity::advance(subject.before, &subject.recording);
    let moved = nonconformity::movement(&after, subject.recording.entry, assessment.today);
    let in_force = waiver::in_force(subject.exceptions, assessment.today).count() as u64;
    let summary = summary::summary(assessment, subject.coverage, moved, in_force);
    let observed = summary.observed.clone();
    files.push(("exceptions.json".to_owned(), waiver::exceptions(assessment, subject.exceptions)));
    files.push(("attestations.json".to_owned(), waiver::attestations(assessment)));
    files.extend(oscal::files(subject, &after));
    let register = Nonconformities { schema: nonconformity::SCHEMA.to_owned(), nonconformities: after };
    files.push((NONCONFORMITIES.to_owned(), waiver::pretty(&register)));
    files.push((SUMMARY.to_owned(), waiver::pretty(&summary)));
    files.sort();
    Ok((files, observed))
}

/// The files as manifests list them.
pub fn items(files: &[File]) -> Vec<FileItem> {
    let item = |(name, bytes): &File| FileItem { name: name.clone(), size: bytes.len() as u64, sha256: digest(bytes) };
    files.iter().map(item).collect()
}
