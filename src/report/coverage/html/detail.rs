//! What stands behind the numbers: each control with its rules, each rule with its findings and their places.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::super::age_words;
use super::super::columns::{document_words, exception_words};
use super::gaps::SeverityBadge;
use super::{Badge, Escaped, groups};
use crate::engine::assessment::{Finding, FindingKind, Location, RuleRun, SuppressionKind};
use crate::isms::coverage::{Basis, ControlCoverage, Counts, FacetCoverage, Records};
use crate::report::markdown::link;
use crate::report::{History, Input, words};

/// Findings of a rule that are listed; more make the page slow, and a list that long is for a machine.
const FINDINGS: usize = 100;
/// Characters of code beside a finding.
const CODE: usize = 160;

/// Documents that a facet names.
const DOCUMENTS: usize = 6;

/// Every control and clause.
pub(super) fn entries(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section aria-labelledby=\"controls\">\n<h2 id=\"controls\">Controls and clauses</h2>\n\
         <p class=\"filter\" hidden><label>Show only <input id=\"filter\" type=\"search\" \
         placeholder=\"A.8, partial, backup …\"></label> <span id=\"matches\" role=\"status\"></span></p>"
    )?;
    let records = Records::of(input.assessment);
    for (group, members) in groups(input.coverage) {
        writeln!(out, "<h3>{}</h3>", Escaped(&group.title))?;
        for entry in members {
            of_entry(input, &records, entry, out)?;
        }
    }
    writeln!(out, "</section>")
}

fn of_entry(input: &Input<'_>, records: &Records<'_>, entry: &ControlCoverage, out: &mut dyn Write) -> io::Result<()> {
    let id = Escaped(&entry.control.id);
    write!(out, "<details class=\"entry\"><summary><b>{id}</b> {}<span class=\"badges\">", Escaped(&entry.title))?;
    for facet in &entry.facets {
        write!(out, " <small>{}</small> {}", facet.facet.name(), Badge(facet.status))?;
    }
    // The target stands inside: a browser opens what a link leads into.
    writeln!(out, "</span></summary>\n<div id=\"c-{id}\" class=\"body\">")?;
    let row = entry.applicability.and_then(|at| input.assessment.isms.applicability.get(at));
    if let Some(row) = row {
        let applies = match row.applicable {
            Some(true) => "applicable",
            Some(false) => "excluded",
            None => "applicability not stated",
        };
        write!(out, "<p>Statement of applicability: {applies}")?;
        let (risks, documents) = (row.risks.join(", "), row.documents.join(", "));
        for (what, text) in [
            ("status", row.status.as_str()),
            ("owner", &row.owner),
            ("justification", &row.justification),
            ("risks", &risks),
            ("documents", &documents),
        ] {
            if !text.trim().is_empty() {
                write!(out, "; {what}: {}", Escaped(text))?;
            }
        }
        writeln!(out, " ({}).</p>", Place { input, location: &row.location })?;
    }
    for facet in &entry.facets {
        of_facet(input, facet, &records.facet(entry, facet), out)?;
    }
    writeln!(out, "</div></details>")
}

fn of_facet(input: &Input<'_>, facet: &FacetCoverage, basis: &Basis<'_>, out: &mut dyn Write) -> io::Result<()> {
    let reason = words::one_line(&facet.reason.text);
    writeln!(out, "<h4>{} {}</h4>\n<p>{}.</p>", facet.facet.name(), Badge(facet.status), Escaped(&reason))?;
    for attestation in facet.attestations.iter().filter_map(|at| input.assessment.isms.attestations.get(*at)) {
        let statement = words::one_line(&attestation.statement);
        let place = Place { input, location: &attestation.location };
        write!(out, "<p>Attested: {} ({place})", Escaped(&statement))?;
        match attestation.valid_until {
            Some(last) => writeln!(out, ", until {last}.</p>")?,
            None => writeln!(out, ".</p>")?,
        }
    }
    for through in &facet.through {
        let relation = through.relation;
        writeln!(
            out,
            "<p>Through <b>{}</b> ({}, {}): {} <small>{}</small></p>",
            Escaped(&relation.to.to_string()),
            relation.kind.name(),
            relation.basis.name(),
            Badge(through.status),
            Escaped(&words::one_line(&relation.rationale))
        )?;
    }
    of_basis(input, basis, out)?;
    let (judged, idle): (Vec<_>, Vec<_>) = facet.rules.iter().partition(|evidence| has_results(evidence.counts));
    if !judged.is_empty() {
        writeln!(out, "<ul class=\"rules\">")?;
        for evidence in judged {
            let title = input.assessment.rules.get(evidence.rule).map_or("", |run| run.about.title.as_str());
            writeln!(
                out,
                "<li><a href=\"#r{}\">{}</a>: {} <small>{}: {}</small></li>",
                evidence.rule,
                Escaped(title),
                outcomes(evidence.counts),
                evidence.bearing.name(),
                Escaped(&words::one_line(&evidence.because))
            )?;
        }
        writeln!(out, "</ul>")?;
    }
    if !idle.is_empty() {
        writeln!(out, "<p><small>{} that found nothing to judge.</small></p>", words::count(idle.len(), "rule"))?;
    }
    Ok(())
}

/// Exceptions in force, documents, and how old the youngest of what speaks for the facet is.
fn of_basis(input: &Input<'_>, basis: &Basis<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (exception, findings) in &basis.exceptions {
        let (told, reason) = (exception_words(exception, *findings), words::one_line(&exception.reason));
        writeln!(out, "<p>Exception {}: {}</p>", Escaped(&told), Escaped(&reason))?;
    }
    if let Some((first, rest)) = basis.documents.split_first() {
        write!(out, "<p>Documents: <code>{}</code>", Escaped(&document_words(first)))?;
        for document in rest.iter().take(DOCUMENTS - 1) {
            write!(out, ", <code>{}</code>", Escaped(&document_words(document)))?;
        }
        match rest.len().saturating_sub(DOCUMENTS - 1) {
            0 => writeln!(out, "</p>")?,
            more => writeln!(out, " and {more} more</p>")?,
        }
    }
    if let Some(youngest) = basis.youngest {
        let age = age_words(youngest.age(input.assessment.today));
        let of = if youngest.path.is_empty() { "looked at by this scan" } else { youngest.path };
        writeln!(out, "<p><small>Youngest evidence: {}, {age} ({}).</small></p>", youngest.day, Escaped(of))?;
    }
    Ok(())
}

fn has_results(counts: Counts) -> bool {
    counts.decided() > 0 || counts.unknowns > 0
}

fn outcomes(counts: Counts) -> String {
    let named = [(counts.passes, "pass"), (counts.fails, "fail"), (counts.unknowns, "unknown")];
    let mut told: Vec<String> =
        named.into_iter().filter(|(n, _)| *n > 0).map(|(n, noun)| words::count(n as usize, noun)).collect();
    if counts.excepted > 0 {
        told.push(format!("{} of the fails excepted", counts.excepted));
    }
    told.join(", ")
}

/// Every rule that judged something, with its findings.
pub(super) fn rules(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut findings: Vec<Vec<&Finding>> = vec![Vec::new(); input.assessment.rules.len()];
    for finding in &input.assessment.findings {
        if let Some(list) = findings.get_mut(finding.rule) {
            list.push(finding);
        }
    }
    let runs = input.assessment.rules.iter().zip(findings).enumerate();
    let mut runs: Vec<(usize, &RuleRun, Vec<&Finding>)> = runs.map(|(at, (run, found))| (at, run, found)).collect();
    runs.retain(|(_, run, found)| run.evaluated() || !found.is_empty());
    runs.sort_by_key(|(at, run, found)| (found.is_empty(), Reverse(run.severity), *at));
    writeln!(
        out,
        "<section aria-labelledby=\"rules\">\n<h2 id=\"rules\">Rules and findings</h2>\n\
         <p>Rules that judged something; those with findings first, the most severe before the others.</p>"
    )?;
    for (at, run, found) in runs {
        rule(input, at, run, found, out)?;
    }
    writeln!(out, "</section>")
}

fn rule(input: &Input<'_>, at: usize, run: &RuleRun, mut found: Vec<&Finding>, out: &mut dyn Write) -> io::Result<()> {
    let about = &run.about;
    let counts = Counts { passes: run.passes, fails: run.fails, excepted: run.excepted, unknowns: run.unknowns };
    writeln!(
        out,
        "<details class=\"rule\"><summary>{} {} <small>{}</small></summary>\n<div id=\"r{at}\" class=\"body\">\n\
         <p><code>{}</code>, {}; evidence relevant to {}.</p>",
        SeverityBadge(run.severity),
        Escaped(&about.title),
        outcomes(counts),
        Escaped(&about.id),
        about.facet.name(),
        Escaped(&words::controls(about))
    )?;
    if !found.is_empty() {
        for (what, text) in [("Why", &about.why), ("Fix", &about.fix)] {
            writeln!(out, "<p><b>{what}:</b> {}</p>", Escaped(&words::first_paragraph(text)))?;
        }
        found.sort_by_key(|finding| (finding.suppression.is_some(), Reverse(finding.severity)));
        writeln!(out, "<ol class=\"findings\">")?;
        for finding in found.iter().take(FINDINGS) {
            finding_line(input, finding, out)?;
        }
        writeln!(out, "</ol>")?;
        if found.len() > FINDINGS {
            let more = words::count(found.len() - FINDINGS, "finding");
            writeln!(
                out,
                "<p>{more} more of this rule; the format <code>json</code> of <code>annexa scan</code> lists all.</p>"
            )?;
        }
    }
    writeln!(out, "</div></details>")
}

/// A finding, its place and code, as an item of a list.
pub(super) fn finding_line(input: &Input<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "<li>{} {} <span class=\"place\">{}</span>",
        SeverityBadge(finding.severity),
        Escaped(&words::full_sentence(&finding.message)),
        Place { input, location: &finding.location }
    )?;
    if finding.kind == FindingKind::Unknown {
        write!(out, " <em>undetermined</em>")?;
    }
    if let Some(History::Recorded(recorded)) = input.history
        && let Some(known) = recorded.last.open.get(&finding.fingerprint)
    {
        let due = known.due.as_ref().map(|due| format!(", due {due}")).unwrap_or_default();
        write!(out, " <small>{}, since {}{}</small>", Escaped(&known.id), Escaped(&known.first_seen), Escaped(&due))?;
    }
    if let Some(by) = &finding.suppression {
        let how = match by.kind {
            SuppressionKind::Exception => "under an exception",
            SuppressionKind::Inline | SuppressionKind::Configuration => "ignored",
        };
        write!(out, " <em>{how}: {}</em>", Escaped(&words::one_line(&by.reason)))?;
    }
    if let Some(region) = finding.location.region.as_deref() {
        let code = words::shortened(&words::one_line(&region.text), CODE);
        if !code.is_empty() {
            write!(out, "<br><code>{}</code>", Escaped(&code))?;
        }
    }
    writeln!(out, "</li>")
}

/// A file and line, as a link where the platform's address is known.
struct Place<'a> {
    input: &'a Input<'a>,
    location: &'a Location,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Location { path, region, words } = self.location;
        if path.is_empty() {
            return out.write_str("in no file");
        }
        let line = region.as_deref().map(|region| region.start_line);
        let label = line.map_or_else(|| path.to_string(), |line| format!("{path}:{line}"));
        let label = Escaped(&label);
        match link(self.input.assessment, path) {
            Some(address) => {
                let line = line.map(|line| format!("#L{line}")).unwrap_or_default();
                write!(out, "<a href=\"{}{line}\"><code>{label}</code></a>", Escaped(&address))?;
            }
            None => write!(out, "<code>{label}</code>")?,
        }
        words.as_deref().map_or(Ok(()), |words| write!(out, " ({})", Escaped(words)))
    }
}
