//! Formats that other platforms read: GitHub's annotations, GitLab's two reports, JUnit, Checkstyle, a table as CSV.
//!
//! They tell the same open findings in the same order, the most severe first, because each of the platforms has a limit
//! after which it drops the rest. Each is told by the repository's own paths, and where no file carries a finding, at
//! the first line of the configuration: none of them takes a finding without a file.

pub(super) mod annotations;
pub(super) mod checkstyle;
pub(in crate::report) mod csv;
pub(super) mod gitlab_code_quality;
pub(super) mod gitlab_sast;
pub(super) mod junit;

#[cfg(test)]
mod tests;

use super::{count, words};
use crate::engine::assessment::{Assessment, Finding, RuleRun};

/// The file that carries what no file of the scan carries.
const LAST_RESORT: &str = "annexa.yaml";

/// An open finding as platforms see it.
struct Row<'a> {
    finding: &'a Finding,
    run: &'a RuleRun,
    /// Relative to the root of the repository.
    path: String,
    /// First line, from 1.
    line: u32,
    /// Last line, from 1.
    end_line: u32,
    /// First column in code points, from 1; where the finding is about a part of a line.
    column: Option<u32>,
}

impl<'a> Row<'a> {
    fn id(&self) -> &'a str {
        &self.run.about.id
    }

    /// The message as a sentence, with the place in words where lines have no meaning.
    fn message(&self) -> String {
        let message = words::full_sentence(&self.finding.message);
        match &self.finding.location.words {
            Some(place) => format!("{message} ({place})"),
            None => message,
        }
    }

    fn controls(&self) -> String {
        words::controls(&self.run.about)
    }

    /// The message, and which controls it is evidence for.
    fn told(&self) -> String {
        match self.controls() {
            none if none.is_empty() => self.message(),
            controls => format!("{} Evidence relevant to {controls}.", self.message()),
        }
    }
}

/// The open findings that a report on a change shows, the most severe first.
fn rows(assessment: &Assessment) -> impl Iterator<Item = Row<'_>> {
    let order = count::most_severe(assessment);
    let findings = order.into_iter().filter_map(|index| assessment.findings.get(index));
    findings.filter(|finding| count::is_shown(finding)).filter_map(|finding| row(assessment, finding))
}

fn row<'a>(assessment: &'a Assessment, finding: &'a Finding) -> Option<Row<'a>> {
    let run = assessment.rules.get(finding.rule)?;
    let location = &finding.location;
    let path = if location.path.is_empty() { LAST_RESORT } else { &location.path };
    let path = match assessment.prefix.as_str() {
        "" => path.to_string(),
        prefix => format!("{prefix}/{path}"),
    };
    let region = location.region.as_deref();
    let (line, end_line) = region.map_or((1, 1), |region| (region.start_line, region.end_line));
    Some(Row { finding, run, path, line, end_line, column: region.map(|region| region.start_column) })
}
