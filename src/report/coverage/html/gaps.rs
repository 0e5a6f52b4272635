//! What to do first: facets against which something was found, the most severe first.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::{self, Write};

use super::{Badge, Escaped};
use crate::engine::assessment::{Finding, FindingState};
use crate::isms::coverage::{ControlCoverage, FacetCoverage};
use crate::report::{Input, words};
use crate::rule::Severity;

/// Gaps that are shown at once; the others are one click away.
const SHOWN: usize = 20;
/// Rules that a gap names.
const RULES: usize = 4;

/// A facet of a control against which fails stand that no exception covers.
pub(super) struct Gap<'a> {
    entry: &'a ControlCoverage,
    facet: &'a FacetCoverage,
    severity: Severity,
    fails: usize,
    /// The rules that failed, the most severe first.
    rules: Vec<usize>,
}

/// Whether a finding is a fail that no exception in force covers. Fails that a comment quiets are fails still.
fn counts(finding: &Finding) -> bool {
    matches!(finding.state(), FindingState::Open | FindingState::Ignored)
}

/// All gaps, the most severe first, then those with most fails.
pub(super) fn gaps<'a>(input: &Input<'a>) -> Vec<Gap<'a>> {
    let entries = input.coverage.controls.iter().chain(&input.coverage.clauses).filter(|entry| entry.assessable);
    let facets = entries.flat_map(|entry| entry.facets.iter().map(move |facet| (entry, facet)));
    let mut gaps: Vec<Gap<'a>> = facets.filter_map(|(entry, facet)| gap(input, entry, facet)).collect();
    gaps.sort_by_key(|gap| (Reverse(gap.severity), Reverse(gap.fails)));
    gaps
}

fn gap<'a>(input: &Input<'a>, entry: &'a ControlCoverage, facet: &'a FacetCoverage) -> Option<Gap<'a>> {
    let findings = facet.findings.iter().filter_map(|at| input.assessment.findings.get(*at));
    let mut found: Vec<(Severity, usize)> =
        findings.filter(|finding| counts(finding)).map(|finding| (finding.severity, finding.rule)).collect();
    // What an exclusion or an exception answers is no gap.
    if !facet.status.is_evaluated() {
        return None;
    }
    found.sort_by_key(|(severity, rule)| (Reverse(*severity), *rule));
    let (severity, _) = *found.first()?;
    let mut known = BTreeSet::new();
    let rules = found.iter().map(|(_, rule)| *rule).filter(|rule| known.insert(*rule)).collect();
    Some(Gap { entry, facet, severity, fails: found.len(), rules })
}

/// Writes the section.
pub(super) fn write(input: &Input<'_>, gaps: &[Gap<'_>], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=\"gaps\">\n<h2 id=\"gaps\">Gaps</h2>")?;
    if gaps.is_empty() {
        writeln!(
            out,
            "<p>No rule found anything against a control or clause. What was not looked at is told below.</p>"
        )?;
        return writeln!(out, "</section>");
    }
    let (first, rest) = gaps.split_at(gaps.len().min(SHOWN));
    table(
        input,
        first,
        "Facets against which something was found, the most severe first, then those with most fails",
        out,
    )?;
    if !rest.is_empty() {
        writeln!(out, "<details><summary>{} more</summary>", words::count(rest.len(), "gap"))?;
        table(input, rest, "More facets against which something was found", out)?;
        writeln!(out, "</details>")?;
    }
    writeln!(out, "</section>")
}

fn table(input: &Input<'_>, gaps: &[Gap<'_>], caption: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<div class=\"scroll\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\"><table class=\"wide\">\n<caption>{caption}</caption>\n\
         <thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">Control or clause</th><th scope=\"col\">Facet</th>\
         <th scope=\"col\">Status</th><th scope=\"col\">Owner</th><th scope=\"col\">Fails</th><th scope=\"col\">Rules</th></tr></thead>\n<tbody>"
    )?;
    for gap in gaps {
        let (id, title) = (Escaped(&gap.entry.control.id), Escaped(&gap.entry.title));
        let row = gap.entry.applicability.and_then(|at| input.assessment.isms.applicability.get(at));
        let owner = row.map_or("", |row| row.owner.as_str());
        writeln!(
            out,
            "<tr><td>{}</td><th scope=\"row\"><a href=\"#c-{id}\">{id} {title}</a></th><td>{}</td><td>{}</td>\
             <td>{}</td><td class=\"number\">{}</td><td>",
            SeverityBadge(gap.severity),
            gap.facet.facet.name(),
            Badge(gap.facet.status),
            Escaped(owner),
            words::thousands(gap.fails)
        )?;
        for rule in gap.rules.iter().take(RULES) {
            let title = input.assessment.rules.get(*rule).map_or("", |run| run.about.title.as_str());
            writeln!(out, "<a class=\"line\" href=\"#r{rule}\">{}</a>", Escaped(title))?;
        }
        if gap.rules.len() > RULES {
            writeln!(out, "<span class=\"line\">and {} more</span>", gap.rules.len() - RULES)?;
        }
        writeln!(out, "</td></tr>")?;
    }
    writeln!(out, "</tbody></table></div>")
}

/// A severity, in its colour and in words.
pub(super) struct SeverityBadge(pub(super) Severity);

impl std::fmt::Display for SeverityBadge {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.0.name();
        write!(out, "<span class=\"severity {name}\">{name}</span>")
    }
}
