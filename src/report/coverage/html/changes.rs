//! What changed since the newest recording: statuses of controls, findings that are new, findings that are gone.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::{self, Write};

use super::gaps::SeverityBadge;
use super::{Badge, Escaped, FACETS};
use crate::engine::assessment::Finding;
use crate::isms::coverage::{Coverage, Status};
use crate::report::history::{History, Known, Last};
use crate::report::{Input, words};
use crate::rule::{Confidence, Severity};

/// Findings that a list shows.
const LISTED: usize = 50;

/// Writes the section; nothing where nothing was recorded, which the trend says.
pub(super) fn write(input: &Input<'_>, own: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    let Some(History::Recorded(recorded)) = input.history else { return Ok(()) };
    let last = &recorded.last;
    writeln!(
        out,
        "<section aria-labelledby=\"changes\">\n<h2 id=\"changes\">Changed since {}</h2>\n\
         <p>Against the newest recording, which looked at {}.",
        Escaped(&last.entry),
        Escaped(&last.day)
    )?;
    if last.rule_set.as_ref().is_some_and(|digest| *digest != input.assessment.rule_set_digest) {
        write!(out, " <strong>The rules have changed since</strong>: a change may come from them.")?;
    }
    if let Some(limit) = &input.assessment.limited {
        write!(
            out,
            " <strong>This is a part of a scan</strong> ({}): what it did not look at is not gone.",
            Escaped(limit)
        )?;
    }
    writeln!(out, "</p>")?;
    findings(input, last, out)?;
    statuses(own, last, out)?;
    writeln!(out, "</section>")
}

/// Whether a finding is one that recordings follow and that stands open.
fn is_open(input: &Input<'_>, finding: &Finding) -> bool {
    let run = input.assessment.rules.get(finding.rule);
    let is_followed =
        run.is_some_and(|run| run.confidence() != Confidence::Low && !run.about.id.starts_with("evidence/"));
    is_followed && finding.is_open()
}

fn findings(input: &Input<'_>, last: &Last, out: &mut dyn Write) -> io::Result<()> {
    let open = input.assessment.findings.iter().filter(|finding| is_open(input, finding));
    let (stay, new): (Vec<&Finding>, Vec<&Finding>) =
        open.partition(|finding| last.open.contains_key(&finding.fingerprint));
    let mut there: BTreeSet<&str> = stay.iter().map(|finding| finding.fingerprint.as_str()).collect();
    // As recordings do: where a version counts differently what makes a finding the same, its rule, file and resource tell.
    let mut carried = |finding: &&Finding| {
        let rule = input.assessment.rules.get(finding.rule).map_or("", |run| run.about.id.as_str());
        let is_it = |known: &Known| {
            known.rule == rule && known.path == *finding.location.path && known.resource == finding.resource.address
        };
        let mut lost = last.open.iter().filter(|(fingerprint, _)| !there.contains(fingerprint.as_str()));
        let found = lost.find(|(_, known)| is_it(known)).map(|(fingerprint, _)| fingerprint.as_str());
        found.is_some_and(|fingerprint| there.insert(fingerprint))
    };
    let mut new: Vec<&Finding> = new.into_iter().filter(|finding| !carried(finding)).collect();
    let kept = there.len();
    let gone = last.open.iter().filter(|(fingerprint, _)| !there.contains(fingerprint.as_str()));
    let mut gone: Vec<&Known> = gone.map(|(_, known)| known).collect();
    new.sort_by_key(|finding| Reverse(finding.severity));
    gone.sort_by_key(|known| Reverse(severity(known)));
    let overdue = last.open.iter().filter(|(fingerprint, known)| {
        let due = known.due.as_ref().and_then(|due| due.parse::<jiff::civil::Date>().ok());
        there.contains(fingerprint.as_str()) && due.is_some_and(|due| due < input.assessment.today)
    });
    let overdue = overdue.count();
    writeln!(
        out,
        "<p class=\"moved\"><b>{}</b> new, <b>{}</b> no longer found, <b>{}</b> still there{}.</p>",
        words::thousands(new.len()),
        words::thousands(gone.len()),
        words::thousands(kept),
        if overdue > 0 { format!(", of these <b>{}</b> overdue", words::thousands(overdue)) } else { String::new() }
    )?;
    writeln!(
        out,
        "<p><small>Followed from month to month are findings of rules with medium or high confidence that nothing quiets; hints, \
         and what rules say of the evidence itself, are not.</small></p>"
    )?;
    list("New findings", new.len(), out, |out| {
        new.iter().take(LISTED).try_for_each(|finding| super::detail::finding_line(input, finding, out))
    })?;
    list("Findings no longer found", gone.len(), out, |out| {
        gone.iter().take(LISTED).try_for_each(|known| {
            writeln!(
                out,
                "<li>{} {} <code>{}</code> <small>{}, since {}</small></li>",
                SeverityBadge(severity(known)),
                Escaped(&known.title),
                Escaped(&known.path),
                Escaped(&known.id),
                Escaped(&known.first_seen)
            )
        })
    })?;
    if !gone.is_empty() {
        writeln!(
            out,
            "<p><small>Whether what is no longer found was mended is verified by the next recording: \
             <code>annexa evidence record</code>, <code>annexa actions list --all</code>.</small></p>"
        )?;
    }
    Ok(())
}

fn severity(known: &Known) -> Severity {
    Severity::parse(&known.severity).unwrap_or(Severity::Info)
}

fn list(
    title: &str,
    number: usize,
    out: &mut dyn Write,
    items: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if number == 0 {
        return Ok(());
    }
    writeln!(out, "<details><summary>{title} ({})</summary><ol class=\"findings\">", words::thousands(number))?;
    items(out)?;
    writeln!(out, "</ol>")?;
    if number > LISTED {
        writeln!(out, "<p>{} more.</p>", words::thousands(number - LISTED))?;
    }
    writeln!(out, "</details>")
}

fn statuses(own: &Coverage, last: &Last, out: &mut dyn Write) -> io::Result<()> {
    let mut rows: Vec<(&str, &str, &str, Status, Status)> = Vec::new();
    for entry in own.controls.iter().chain(&own.clauses).filter(|entry| entry.assessable) {
        let Some(before) = last.statuses.get(entry.control.id.as_str()) else { continue };
        for ((facet, now), before) in FACETS.into_iter().zip(&entry.facets).zip(before) {
            let before = Status::ALL.into_iter().find(|status| status.name() == before);
            let changed = before.filter(|before| *before != now.status);
            rows.extend(
                changed
                    .map(|before| (entry.control.id.as_str(), entry.title.as_str(), facet.name(), before, now.status)),
            );
        }
    }
    if rows.is_empty() {
        return writeln!(out, "<p>No control or clause changed its status.</p>");
    }
    writeln!(
        out,
        "<div class=\"scroll\" role=\"region\" aria-labelledby=\"changes-caption\" tabindex=\"0\"><table>\n\
         <caption id=\"changes-caption\">Controls and clauses of the 2022 edition whose status changed</caption>\n\
         <thead><tr><th scope=\"col\">Control or clause</th><th scope=\"col\">Facet</th><th scope=\"col\">Before</th>\
         <th scope=\"col\">Now</th></tr></thead>\n<tbody>"
    )?;
    for (id, title, facet, before, now) in rows {
        writeln!(
            out,
            "<tr><th scope=\"row\">{} {}</th><td>{facet}</td><td>{}</td><td>{}</td></tr>",
            Escaped(id),
            Escaped(title),
            Badge(before),
            Badge(now)
        )?;
    }
    writeln!(out, "</tbody></table></div>")
}
