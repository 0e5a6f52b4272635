//! The report for people at a terminal: every finding with its code, file by file, and at the end, where the eye is
//! when the scan is done, one screen of summary with the most severe findings again.

mod frame;
mod summary;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

use super::terminal::{Ink, Paint};
use super::{Input, count, words};
use crate::engine::assessment::{Assessment, Finding, FindingKind, Location, Presence};
use crate::rule::About;
use frame::{Frame, Note};

/// Related places that are told with a finding.
const MOST_RELATED: usize = 3;
/// Longest fix that is shown, in characters; `annexa explain` has all of it.
const LONGEST_FIX: usize = 220;

/// Writes the report.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(input.style.colours);
    let width = input.style.width.clamp(60, 160);
    findings(input.assessment, paint, width, out)?;
    if input.style.summary {
        summary::write(input, paint, width, out)
    } else {
        summary::write_unseen(input, paint, width, out)
    }
}

/// Findings that a comment or an exception quiets are counted in the summary and not shown, and neither are those that
/// were there before where the scan is compared.
fn findings(assessment: &Assessment, paint: Paint, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let shown = assessment.findings.iter().filter(|finding| finding.suppression.is_none() && count::is_shown(finding));
    let mut before: Option<&Location> = None;
    let mut helped: BTreeSet<usize> = BTreeSet::new();
    for finding in shown {
        if before.is_none_or(|before| before.path != finding.location.path) {
            helped.clear();
        }
        let with_code = before.replace(&finding.location) != Some(&finding.location);
        let Some(run) = assessment.rules.get(finding.rule) else { continue };
        // One fix is enough for all findings of a rule in a file.
        let notes = notes(finding, &run.about, helped.insert(finding.rule));
        let (word, ink) = match finding.kind {
            FindingKind::Fail => (finding.severity.name(), Ink::Severity(finding.severity)),
            FindingKind::Unknown => ("unknown", Ink::Bold),
        };
        let word = finding.change.map_or(word.to_owned(), |change| format!("{}, {word}", change.name()));
        let frame = Frame {
            head: (&word, ink),
            message: &finding.message,
            location: &finding.location,
            label: &finding.resource.address,
            with_code,
            notes,
        };
        writeln!(out, "{}", frame::draw(&frame, paint, width))?;
    }
    Ok(())
}

fn notes<'a>(finding: &'a Finding, about: &'a About, with_help: bool) -> Vec<Note<'a>> {
    let mut notes = Vec::new();
    let mut add = |head, text: Cow<'a, str>| notes.push(Note { head, text });
    if let Some(depends_on) = &finding.depends_on {
        add("depends on", depends_on.as_str().into());
    }
    if !finding.missing.is_empty() {
        let head = if finding.presence == Some(Presence::Partial) { "partial, missing" } else { "missing" };
        add(head, finding.missing.join(", ").into());
    }
    for call in &finding.call_chain {
        add("called from", position(call).into());
    }
    let related = related(finding);
    for (place, what) in related.iter().take(MOST_RELATED) {
        add("see", format!("{} {what}", position(place)).into());
    }
    if related.len() > MOST_RELATED {
        add("see", format!("{} more", words::count(related.len() - MOST_RELATED, "place")).into());
    }
    if with_help && !about.fix.trim().is_empty() {
        add("help", words::first_sentence(&about.fix, LONGEST_FIX).into());
    }
    add("", tail(about).into());
    notes
}

/// Related places, one of each resource.
fn related(finding: &Finding) -> Vec<&(Location, String)> {
    let mut told: Vec<&(Location, String)> = Vec::new();
    for related in &finding.related {
        if !told.iter().any(|known| known.0.path == related.0.path && known.1 == related.1) {
            told.push(related);
        }
    }
    told
}

/// `infra/main.tf:3:1`.
fn position(location: &Location) -> String {
    match &location.region {
        Some(region) => format!("{}:{}:{}", location.path, region.start_line, region.start_column),
        None => location.path.to_string(),
    }
}

/// The rule, and the controls that its result is evidence for, those it checks directly before those it supports.
fn tail(about: &About) -> String {
    let controls = words::controls(about);
    if controls.is_empty() { about.id.to_string() } else { format!("{} · evidence relevant to {controls}", about.id) }
}
