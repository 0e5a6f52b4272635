//! The months before, as evidence recorded them: how much was looked at and how it came out, how many findings there were.
//! A month without a recording is a gap in every picture.

use std::io::{self, Write};

use super::{Escaped, FACETS};
use crate::isms::coverage::Coverage;
use crate::report::history::{History, Numbers, Recorded};
use crate::report::{Input, words};
use crate::rule::Severity;

/// Height of what is drawn, from the top to the axis.
const HEIGHT: u64 = 80;
/// Where the axis begins, right of its labels.
const LEFT: u64 = 36;
/// Where it ends.
const RIGHT: u64 = 12;
/// Space below the axis, for months and years.
const BELOW: u64 = 28;
/// Space above, so that a point at the top is whole.
const TOP: u64 = 8;

/// A place on the axis: a month, or this scan.
struct Column<'a> {
    name: &'a str,
    numbers: Option<&'a Numbers>,
}

/// Writes the section.
pub(super) fn write(input: &Input<'_>, own: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    let Some(history) = input.history else { return Ok(()) };
    writeln!(out, "<section aria-labelledby=\"trend\">\n<h2 id=\"trend\">Trend</h2>")?;
    match history {
        History::Nothing => writeln!(
            out,
            "<p class=\"warning\"><strong>Nothing was recorded yet</strong>, so nothing can be said of the months before, nor of \
             what changed. <code>annexa evidence record</code> records this month; the page shows the trend from the next \
             one on.</p>"
        )?,
        History::Untold(why) => {
            writeln!(out, "<p class=\"warning\"><strong>There is no trend to show:</strong> {}.</p>", Escaped(why))?;
        }
        History::Recorded(recorded) => pictures(input, own, recorded, out)?,
    }
    writeln!(out, "</section>")
}

fn pictures(input: &Input<'_>, own: &Coverage, recorded: &Recorded, out: &mut dyn Write) -> io::Result<()> {
    let now = now(input, own);
    let months = recorded.months.iter().map(|month| Column { name: &month.name, numbers: month.numbers.as_ref() });
    let columns: Vec<Column<'_>> = months.chain([Column { name: "now", numbers: Some(&now) }]).collect();
    let gaps: Vec<&str> = columns.iter().filter(|column| column.numbers.is_none()).map(|column| column.name).collect();
    writeln!(
        out,
        "<p>From recorded evidence, and <b>now</b>: this scan. Controls of Annex A (2022); coverage and conformity as in the \
         summary.</p>"
    )?;
    if !gaps.is_empty() {
        let gaps = gaps.join(", ");
        writeln!(
            out,
            "<p class=\"warning\"><strong>Nothing was recorded for {}.</strong> Nothing is known of it.</p>",
            Escaped(&gaps)
        )?;
    }
    writeln!(out, "<div class=\"trends\">")?;
    for (at, facet) in FACETS.into_iter().enumerate() {
        shares(facet.name(), at, &columns, out)?;
    }
    severities(&columns, out)?;
    writeln!(
        out,
        "</div>\n<ul class=\"legend\"><li><span class=\"key seen\"></span>coverage: evaluated of applicable</li>\
         <li><span class=\"key met\"></span>conformity: satisfied of evaluated</li>\
         <li><span class=\"key gap\"></span>gap: nothing was recorded</li>"
    )?;
    for severity in Severity::names().into_iter().rev() {
        writeln!(out, "<li><span class=\"key key-{severity}\"></span>{severity}</li>")?;
    }
    writeln!(out, "</ul>\n<details><summary>The numbers by month</summary>")?;
    numbers(&columns, recorded, out)?;
    writeln!(out, "</details>")
}

/// This scan, in the numbers that recordings have.
fn now(input: &Input<'_>, own: &Coverage) -> Numbers {
    let of =
        |sum: crate::isms::coverage::FacetSummary| [sum.applicable(), sum.evaluated(), sum.satisfied()].map(u64::from);
    let mut numbers = Numbers { coverage: own.total().map(of), ..Numbers::default() };
    let findings = input.assessment.findings.iter();
    for finding in findings.filter(|finding| finding.is_open()) {
        let at = Severity::names().iter().position(|name| *name == finding.severity.name());
        if let Some(count) = at.and_then(|at| numbers.findings.get_mut(at)) {
            *count += 1;
        }
    }
    numbers
}

fn width(columns: usize) -> u64 {
    LEFT + RIGHT + 24 * (columns.max(8) as u64)
}

/// The middle of a column.
fn middle(at: usize, columns: usize) -> u64 {
    let room = width(columns) - LEFT - RIGHT;
    LEFT + room * (2 * at as u64 + 1) / (2 * columns.max(1) as u64)
}

fn open(name: &str, title: &str, text: &str, columns: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<figure><figcaption>{title}</figcaption><svg class=\"trend\" viewBox=\"0 0 {} {}\" role=\"img\" \
         aria-labelledby=\"trend-{name}\"><title id=\"trend-{name}\">{title}: {text}</title>",
        width(columns),
        TOP + HEIGHT + BELOW
    )
}

/// The names of the months below the axis, and the gaps.
fn axis(columns: &[Column<'_>], out: &mut dyn Write) -> io::Result<()> {
    for (at, column) in columns.iter().enumerate() {
        let x = middle(at, columns.len());
        if column.numbers.is_none() {
            let middle = TOP + HEIGHT / 2;
            writeln!(
                out,
                "<rect class=\"gap\" x=\"{}\" y=\"{TOP}\" width=\"16\" height=\"{HEIGHT}\"/>\
                 <text x=\"{x}\" y=\"{middle}\" dy=\"3\" text-anchor=\"middle\" transform=\"rotate(-90 {x} {middle})\">gap</text>",
                x - 8
            )?;
        }
        // `2026-10` is `10`; the year stands below it where one begins, and at the first.
        let (year, month) = column.name.split_once('-').unwrap_or(("", column.name));
        label(x, TOP + HEIGHT + 13, month, out)?;
        // December and January stand too close for two years.
        let is_before_january = columns.get(at + 1).is_some_and(|next| next.name.ends_with("-01"));
        if month == "01" || (at == 0 && !is_before_january) {
            label(x, TOP + HEIGHT + 24, year, out)?;
        }
    }
    Ok(())
}

fn label(x: u64, y: u64, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{}</text>", Escaped(text))
}

fn line(y: u64, label: &str, columns: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{label}</text>",
        width(columns) - RIGHT,
        LEFT - 4,
        y + 3
    )
}

/// Coverage and conformity of a facet, as lines that break at gaps.
fn shares(facet: &str, at: usize, columns: &[Column<'_>], out: &mut dyn Write) -> io::Result<()> {
    let share = |part: u64, whole: u64| (part * 100).checked_div(whole);
    let of = |column: &Column<'_>| column.numbers.and_then(|numbers| numbers.coverage.get(at)).copied();
    let seen: Vec<Option<u64>> =
        columns.iter().map(|each| of(each).and_then(|[whole, part, _]| share(part, whole))).collect();
    let met: Vec<Option<u64>> =
        columns.iter().map(|each| of(each).and_then(|[_, whole, part]| share(part, whole))).collect();
    let words = |shares: &[Option<u64>]| {
        shares.last().copied().flatten().map_or("nothing".to_string(), |now| format!("{now} %"))
    };
    let text = format!("coverage {}, conformity {} now", words(&seen), words(&met));
    open(facet, &words::capitalised(facet), &text, columns.len(), out)?;
    for percent in [0, 50, 100] {
        line(TOP + HEIGHT - HEIGHT * percent / 100, &format!("{percent} %"), columns.len(), out)?;
    }
    axis(columns, out)?;
    for (class, shares) in [("seen", &seen), ("met", &met)] {
        let points: Vec<Option<(u64, u64)>> = shares
            .iter()
            .enumerate()
            .map(|(at, share)| share.map(|share| (middle(at, columns.len()), TOP + HEIGHT - HEIGHT * share / 100)))
            .collect();
        for run in points.split(Option::is_none).filter(|run| run.len() > 1) {
            let run: Vec<String> = run.iter().flatten().map(|(x, y)| format!("{x},{y}")).collect();
            writeln!(out, "<polyline class=\"{class}\" points=\"{}\"/>", run.join(" "))?;
        }
        for (x, y) in points.iter().flatten() {
            writeln!(out, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>")?;
        }
    }
    writeln!(out, "</svg></figure>")
}

/// Open findings, stacked by severity.
fn severities(columns: &[Column<'_>], out: &mut dyn Write) -> io::Result<()> {
    let total = |column: &Column<'_>| column.numbers.map_or(0, |numbers| numbers.findings.iter().sum::<u64>());
    let most = columns.iter().map(total).max().unwrap_or(0).max(1);
    let now = columns.last().map_or(0, total);
    let text = format!(
        "{} now; the more severe stand at the bottom",
        words::count(usize::try_from(now).unwrap_or(0), "finding")
    );
    open("findings", "Open findings", &text, columns.len(), out)?;
    for part in [0, 2] {
        line(TOP + HEIGHT - HEIGHT * part / 2, &(most * part / 2).to_string(), columns.len(), out)?;
    }
    axis(columns, out)?;
    for (at, column) in columns.iter().enumerate() {
        let Some(numbers) = column.numbers else { continue };
        let x = middle(at, columns.len()) - 7;
        let mut below: u64 = 0;
        for (severity, count) in
            Severity::names().into_iter().zip(numbers.findings).rev().filter(|(_, count)| *count > 0)
        {
            let (from, to) = (HEIGHT * below / most, HEIGHT * (below + count) / most);
            below += count;
            writeln!(
                out,
                "<rect class=\"bar-{severity}\" x=\"{x}\" y=\"{}\" width=\"14\" height=\"{}\"><title>{}: {count} {severity}</title></rect>",
                TOP + HEIGHT - to,
                to - from,
                Escaped(column.name)
            )?;
        }
    }
    writeln!(out, "</svg></figure>")
}

/// The same in numbers.
fn numbers(columns: &[Column<'_>], recorded: &Recorded, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<div class=\"scroll\" role=\"region\" aria-labelledby=\"trend-caption\" tabindex=\"0\"><table class=\"wide\">\n\
         <caption id=\"trend-caption\">Satisfied / evaluated / applicable by facet, open findings, movement of nonconformities</caption>\n\
         <thead><tr><th scope=\"col\">Month</th><th scope=\"col\">documented</th><th scope=\"col\">implemented</th>\
         <th scope=\"col\">operating</th><th scope=\"col\">critical, high, medium, low, info</th><th scope=\"col\">new</th>\
         <th scope=\"col\">closed</th><th scope=\"col\">overdue</th></tr></thead>\n<tbody>"
    )?;
    for (at, column) in columns.iter().enumerate() {
        write!(out, "<tr><th scope=\"row\">{}</th>", Escaped(column.name))?;
        let Some(numbers) = column.numbers else {
            writeln!(out, "<td colspan=\"7\"><strong>gap</strong></td></tr>")?;
            continue;
        };
        for [applicable, evaluated, satisfied] in numbers.coverage {
            write!(out, "<td>{satisfied} / {evaluated} / {applicable}</td>")?;
        }
        let findings: Vec<String> = numbers.findings.iter().rev().map(u64::to_string).collect();
        write!(out, "<td>{}</td>", findings.join(", "))?;
        match recorded.months.get(at) {
            Some(month) => {
                let late = if month.is_late { " (recorded after the month)" } else { "" };
                writeln!(
                    out,
                    "<td>{}</td><td>{}</td><td>{}{late}</td></tr>",
                    numbers.opened, numbers.closed, numbers.overdue
                )?;
            }
            // What moved is known when this state is recorded.
            None => writeln!(out, "<td colspan=\"3\">not recorded</td></tr>")?,
        }
    }
    writeln!(out, "</tbody></table></div>")
}
