//! The coverage for people at a terminal.

use std::io::{self, Write};

use super::{
    CAVEAT, FACETS, groups, not_evaluated_words, readiness_words, reasons, sign, status_words, summary_words,
    through_words, wanted_words,
};
use crate::isms::coverage::{ControlCoverage, Kept, Status, readiness};
use crate::report::terminal::{Cell, Ink, Paint, Table, wrapped};
use crate::report::{Input, words};

/// Columns of an id and of the statuses, with what is between them.
const FIXED: usize = ID + 3 * STATUS + 10;
/// Columns of the longest status of a framework's own rules.
const STATUS: usize = 16;
/// Columns of the longest id of a framework whose ids are numbers.
const ID: usize = 8;

/// Columns of what a clause asks for.
const WANTED: usize = 48;
/// Columns of whether it is there.
const STATE: usize = 13;

/// Writes the table.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint::new(input.style.colours);
    let coverage = input.coverage;
    let framework = words::framework(coverage.framework);
    writeln!(out, "{}\n", paint.text(Ink::Bold, &format!("Coverage of {framework}, {}", input.assessment.today)))?;
    lines(out, CAVEAT, input.style.width)?;
    if let Some(limit) = &input.assessment.limited {
        lines(out, &format!("A part of a scan: {}.", words::printable(limit)), input.style.width)?;
    }
    for (group, entries) in groups(coverage) {
        writeln!(out, "\n{}", paint.text(Ink::Bold, &group.title))?;
        for (facet, summary) in FACETS.into_iter().zip(&group.facets) {
            writeln!(out, "{}", paint.text(Ink::Dim, &format!("  {:12} {}", facet.name(), summary_words(summary))))?;
        }
        writeln!(out)?;
        let title = input.style.width.saturating_sub(FIXED).clamp(30, 70);
        let rows = std::iter::once(head(title)).chain(entries.iter().map(|entry| row(entry, title))).collect();
        let table = Table { rows }.draw(paint, 2);
        let mut lines = table.lines();
        writeln!(out, "{}", lines.next().unwrap_or_default())?;
        // Reasons go between the rows of one table, so that the columns stand where they stood.
        for (line, entry) in lines.zip(&entries) {
            writeln!(out, "{line}")?;
            write_reasons(entry, paint, input.style.width, out)?;
        }
    }
    documented_information(input, paint, out)?;
    if let Some(reasons) = not_evaluated_words(coverage) {
        writeln!(out)?;
        lines(out, &format!("· is not evaluated. Facets by reason: {reasons}."), input.style.width)?;
    }
    Ok(())
}

/// What the clauses ask to be kept, and whether it is.
fn documented_information(input: &Input<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let told = readiness_words(input.assessment);
    writeln!(out, "\n{}", paint.text(Ink::Bold, "Documented information"))?;
    writeln!(out, "{}\n", paint.text(Ink::Dim, &format!("  {told}; by clause of the 2022 edition")))?;
    let width = input.style.width.saturating_sub(ID + WANTED + STATE + 8).max(20);
    let rows = readiness(input.assessment).into_iter().map(|row| {
        let (sign, ink) = match row.kept {
            Kept::Present => ("●", Ink::Good),
            Kept::Stale => ("◐", Ink::Half),
            Kept::Missing => ("○", Ink::Bad),
            Kept::NotChecked => ("·", Ink::Dim),
        };
        let files = match row.paths.as_slice() {
            [] => String::new(),
            [only] => words::shortened_left(&words::printable(only), width),
            [first, rest @ ..] => {
                let more = format!(" and {} more", rest.len());
                format!("{}{more}", words::shortened_left(&words::printable(first), width.saturating_sub(more.len())))
            }
        };
        let wanted = words::shortened(&wanted_words(&row), WANTED);
        vec![
            vec![(Ink::Plain, row.clause.to_string())],
            vec![(Ink::Plain, wanted)],
            vec![(ink, format!("{sign} {}", row.kept.name()))],
            vec![(Ink::Dim, files)],
        ]
    });
    write!(out, "{}", Table { rows: rows.collect() }.draw(paint, 2))
}

fn lines(out: &mut dyn Write, text: &str, width: usize) -> io::Result<()> {
    wrapped(text, width).iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn write_reasons(entry: &ControlCoverage, paint: Paint, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for reason in reasons(entry).into_iter().chain(through_words(entry)) {
        for line in wrapped(&words::printable(&reason), width.saturating_sub(ID + 4)) {
            writeln!(out, "{}", paint.text(Ink::Dim, &format!("{:1$}{line}", "", ID + 4)))?;
        }
    }
    Ok(())
}

fn head(title: usize) -> Vec<Cell> {
    let facets = FACETS.map(|facet| vec![(Ink::Dim, format!("{:STATUS$}", facet.name()))]);
    let empty = |columns: usize| vec![(Ink::Plain, " ".repeat(columns))];
    [empty(ID), empty(title)].into_iter().chain(facets).collect()
}

fn row(entry: &ControlCoverage, title: usize) -> Vec<Cell> {
    let title = words::shortened(&entry.title, title);
    let ink = if entry.assessable { Ink::Plain } else { Ink::Bold };
    let facets = entry.facets.iter().map(|facet| {
        let words = if facet.status == Status::NotEvaluated { String::new() } else { status_words(facet.status) };
        vec![(status_ink(facet.status), format!("{} {words}", sign(facet.status)))]
    });
    let head = [vec![(ink, entry.control.id.to_string())], vec![(ink, title)]];
    head.into_iter().chain(facets).collect()
}

fn status_ink(status: Status) -> Ink {
    match status {
        Status::Satisfied => Ink::Good,
        Status::Partial | Status::Excepted | Status::Attested | Status::RelatedEvidence => Ink::Half,
        Status::NotSatisfied => Ink::Bad,
        Status::NotEvaluated | Status::NotApplicable => Ink::Dim,
    }
}
