//! The coverage as one HTML file that stands by itself: a page for managers and auditors, to read and to print.
//!
//! It loads nothing (a content security policy says so to the browser), and works without a script; the one it has only
//! filters. All text comes out of scanned files, so nothing reaches the page except through [`Escaped`]. A sign and a
//! word stand wherever there is a colour.

mod changes;
mod charts;
mod detail;
mod gaps;
mod readiness;
mod trend;

#[cfg(test)]
mod tests;

use std::fmt::{self, Display, Formatter};
use std::io::{self, Write};

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

use super::{CAVEAT, FACETS, groups, not_evaluated_words, sign, status_words};
use crate::engine::assessment::{Assessment, FileState};
use crate::isms::control::Framework;
use crate::isms::coverage::{FacetSummary, Status, coverage};
use crate::report::{History, Input, words};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("filter.js");

/// A text as the content of an element or of a quoted attribute.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let text = words::printable(self.0);
        let mut rest = &*text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (before, after) = rest.split_at(at);
            let sign = match after.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                _ => "&#39;",
            };
            write!(out, "{before}{sign}")?;
            rest = after.get(1..).unwrap_or_default();
        }
        out.write_str(rest)
    }
}

/// Writes the page.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let framework = words::framework(input.coverage.framework);
    head(framework, out)?;
    writeln!(out, "<header>\n<h1>Coverage of {framework}</h1>\n<p class=\"note\">{}</p>", CAVEAT.replace('`', ""))?;
    about(input.assessment, out)?;
    navigation(input, out)?;
    writeln!(out, "</header>\n<main id=\"main\">")?;
    summary(input, out)?;
    past(input, out)?;
    charts::heat_map(input.coverage, out)?;
    charts::ring(input.coverage, out)?;
    let gaps = gaps::gaps(input);
    gaps::write(input, &gaps, out)?;
    readiness::write(input, out)?;
    unseen(input, out)?;
    detail::entries(input, out)?;
    detail::rules(input, out)?;
    writeln!(out, "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>")
}

/// The sections of the page, by the name that leads to each.
const SECTIONS: [(&str, &str); 9] = [
    ("summary", "Summary"),
    ("trend", "Trend"),
    ("changes", "Changes"),
    ("map", "Map"),
    ("gaps", "Gaps"),
    ("readiness", "Documents"),
    ("unseen", "Not looked at"),
    ("controls", "Controls"),
    ("rules", "Rules and findings"),
];

fn navigation(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let is_there = |id: &str| match id {
        "trend" => input.history.is_some(),
        "changes" => matches!(input.history, Some(History::Recorded(_))),
        _ => true,
    };
    writeln!(out, "<nav aria-label=\"Sections\">")?;
    for (id, name) in SECTIONS.into_iter().filter(|(id, _)| is_there(id)) {
        writeln!(out, "<a href=\"#{id}\">{name}</a>")?;
    }
    writeln!(out, "</nav>")
}

/// The trend, and what changed. Evidence speaks of the 2022 edition, whatever the view.
fn past(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let own;
    let own = if input.coverage.framework == Framework::Iso2022 {
        input.coverage
    } else {
        own = coverage(input.assessment, Framework::Iso2022);
        &own
    };
    trend::write(input, own, out)?;
    changes::write(input, own, out)
}

fn head(framework: &str, out: &mut dyn Write) -> io::Result<()> {
    let script = Base64::encode_string(&Sha256::digest(SCRIPT.as_bytes()));
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Coverage of {framework}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the content</a>"
    )
}

/// Of which day, commit and rules the page speaks.
fn about(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<dl class=\"about\">\n<div><dt>Day</dt><dd>{}</dd></div>", assessment.today)?;
    if let Some(repository) = &assessment.repository {
        writeln!(out, "<div><dt>Repository</dt><dd>{}</dd></div>", Escaped(repository))?;
    }
    if let Some(commit) = &assessment.commit {
        writeln!(out, "<div><dt>Commit</dt><dd><code>{}</code></dd></div>", Escaped(commit))?;
    }
    writeln!(
        out,
        "<div><dt>Rules</dt><dd>{} in the plan, digest <code>{}</code></dd></div>\n\
         <div><dt>Tool</dt><dd>annexa {}</dd></div>\n</dl>",
        words::thousands(assessment.rules.len()),
        Escaped(assessment.rule_set_digest.get(..16).unwrap_or(&assessment.rule_set_digest)),
        env!("CARGO_PKG_VERSION")
    )?;
    if let Some(limit) = &assessment.limited {
        writeln!(out, "<p class=\"warning\"><strong>A part of a scan:</strong> {}.</p>", Escaped(limit))?;
    }
    Ok(())
}

/// What was looked at, and apart from that, how it came out; first all controls, then by theme and stage.
fn summary(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section aria-labelledby=\"summary\">\n<h2 id=\"summary\">Summary</h2>\n\
         <p><b>Coverage</b> is how many of the applicable entries checks gave a result for. <b>Conformity</b> is how many \
         of <em>these</em> are satisfied: it says nothing of what was not looked at.</p>\n\
         <div class=\"scroll\" role=\"region\" aria-labelledby=\"summary-caption\" tabindex=\"0\"><table class=\"wide summary\">\n\
         <caption id=\"summary-caption\">Coverage and conformity, by facet</caption>\n<thead><tr><th scope=\"col\">Entries</th>\
         <th scope=\"col\">Facet</th><th scope=\"col\">Coverage: evaluated of applicable</th>\
         <th scope=\"col\">Conformity: satisfied of evaluated</th><th scope=\"col\">By status</th></tr></thead>"
    )?;
    summary_rows("All controls", &input.coverage.total(), out)?;
    for (group, _) in groups(input.coverage) {
        summary_rows(&group.title, &group.facets, out)?;
    }
    writeln!(out, "</table></div>\n</section>")
}

fn summary_rows(title: &str, facets: &[FacetSummary; 3], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<tbody>")?;
    for (at, (facet, summary)) in FACETS.into_iter().zip(facets).enumerate() {
        write!(out, "<tr>")?;
        if at == 0 {
            write!(out, "<th scope=\"rowgroup\" rowspan=\"3\">{}</th>", Escaped(title))?;
        }
        writeln!(
            out,
            "<th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
            facet.name(),
            Share { part: summary.evaluated(), whole: summary.applicable(), class: "seen" },
            Share { part: summary.satisfied(), whole: summary.evaluated(), class: "met" },
            super::summary_words(summary)
        )?;
    }
    writeln!(out, "</tbody>")
}

/// `34 of 90` with a bar. The percentage is rounded down, so that 100 % is all of it.
struct Share {
    part: u32,
    whole: u32,
    class: &'static str,
}

impl Display for Share {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Share { part, whole, class } = *self;
        let Some(percent) = (part * 100).checked_div(whole) else {
            return out.write_str("<span class=\"none\">nothing to count</span>");
        };
        write!(
            out,
            "<span class=\"share\">{part} of {whole} <small>({percent} %)</small></span>\
             <svg class=\"bar\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect class=\"track\" width=\"100\" height=\"6\"/><rect class=\"{class}\" width=\"{percent}\" height=\"6\"/></svg>"
        )
    }
}

/// A status: its sign, and in words.
struct Badge(Status);

impl Display for Badge {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (name, words) = (self.0.name(), status_words(self.0));
        write!(out, "<span class=\"badge {name}\"><span aria-hidden=\"true\">{}</span> {words}</span>", sign(self.0))
    }
}

/// What the numbers say nothing about.
fn unseen(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let assessment = input.assessment;
    writeln!(out, "<section aria-labelledby=\"unseen\">\n<h2 id=\"unseen\">Not looked at</h2>\n<ul>")?;
    let unreadable = assessment.files.iter().filter(|file| matches!(file.state, FileState::Unreadable(_))).count();
    let counts = [
        (unreadable, "file", "in scope, but broken"),
        (assessment.not_read.len(), "path", "in scope, but not read"),
        (assessment.not_entered.len(), "folder", "not entered"),
        (assessment.notices.len(), "notice", "of parts that could not be evaluated"),
        (assessment.excluded_files, "file", "left out by the configuration"),
        (assessment.other_files, "file", "of no format that is read"),
    ];
    for (number, noun, what) in counts.into_iter().filter(|(number, ..)| *number > 0) {
        writeln!(out, "<li>{} {what}</li>", words::count(number, noun))?;
    }
    writeln!(out, "</ul>")?;
    if let Some(reasons) = not_evaluated_words(input.coverage) {
        writeln!(out, "<p>Facets of controls and clauses that were not evaluated, by reason: {reasons}.</p>")?;
    }
    writeln!(out, "</section>")
}
