//! One screen at the end: what was scanned, what was not and why, findings by severity with the most severe again,
//! what could not be decided, the coverage by theme, and the next step.

use std::io::{self, Write};

use super::{position, words};
use crate::engine::assessment::{Assessment, Finding};
use crate::isms::coverage::{Coverage, FacetSummary, GroupSummary, Status};
use crate::report::terminal::{Cell, Ink, Paint, Table, wrapped};
use crate::report::{Input, count};
use crate::rule::Facet;

/// Columns of the labels on the left.
const INDENT: usize = 11;
/// Files that are named with the reason why they were not looked at.
const MOST_UNSEEN: usize = 6;
/// Findings that are told again.
const MOST_SEVERE: usize = 5;
/// Findings that are told to be fixed.
const MOST_FIXED: usize = 5;
/// Things that undecided checks depend on.
const MOST_REASONS: usize = 4;

/// Writes the summary.
pub(super) fn write(input: &Input<'_>, paint: Paint, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { paint, width, out };
    let assessment = input.assessment;
    let rule = page.paint.text(Ink::Dim, &"─".repeat(width));
    writeln!(page.out, "{rule}")?;
    scanned(&mut page, assessment)?;
    unseen(&mut page, assessment)?;
    findings(&mut page, assessment)?;
    compared(&mut page, assessment)?;
    unknowns(&mut page, assessment)?;
    if assessment.files.is_empty() {
        return page
            .row("Next", "`annexa scan PATH`, with a folder that holds infrastructure, a repository or documents");
    }
    coverage(&mut page, input.coverage)?;
    next(&mut page, assessment)
}

/// Writes nothing but what should have been looked at and was not: silence would say that it is clean.
pub(super) fn write_unseen(input: &Input<'_>, paint: Paint, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { paint, width, out };
    page.rows("Not seen", &broken(input.assessment))
}

/// Labels on the left, text on the right.
struct Page<'a> {
    paint: Paint,
    width: usize,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    /// A text below a label, or below the text before it where the label is empty.
    fn row(&mut self, label: &str, text: &str) -> io::Result<()> {
        let lines = wrapped(&words::printable(text), self.width.saturating_sub(INDENT));
        for (index, line) in lines.iter().enumerate() {
            self.line(if index == 0 { label } else { "" }, line)?;
        }
        Ok(())
    }

    /// Texts below one label.
    fn rows(&mut self, label: &str, texts: &[String]) -> io::Result<()> {
        for (index, text) in texts.iter().enumerate() {
            self.row(if index == 0 { label } else { "" }, text)?;
        }
        Ok(())
    }

    /// A line that is painted already.
    fn line(&mut self, label: &str, painted: &str) -> io::Result<()> {
        let label = self.paint.text(Ink::Bold, &format!("{label:INDENT$}"));
        writeln!(self.out, "{}", format!("{label}{painted}").trim_end())
    }
}

fn scanned(page: &mut Page<'_>, assessment: &Assessment) -> io::Result<()> {
    let files = count::Files::of(assessment);
    if files.evaluated == 0 {
        page.row("Scanned", "nothing: no file of a kind that rules judge was found")?;
    } else {
        let mut kinds: Vec<(&str, usize)> = files.by_kind.iter().map(|(kind, number)| (*kind, *number)).collect();
        kinds.sort_by_key(|(kind, number)| (std::cmp::Reverse(*number), *kind));
        let kinds: Vec<String> =
            kinds.iter().map(|(kind, number)| format!("{} {}", words::thousands(*number), words::kind(kind))).collect();
        page.row("Scanned", &format!("{}: {}", words::count(files.evaluated, "file"), kinds.join(", ")))?;
        let resources: usize = assessment.resources.values().sum();
        let units: usize = assessment.units.values().sum();
        let (resources, units) = (words::count(resources, "resource"), words::count(units, "unit"));
        let rules = assessment.rules.iter().filter(|run| run.evaluated()).count();
        let of = words::count(assessment.rules.len(), "rule");
        page.row("", &format!("{resources} in {units}; {} of {of} had something to judge", words::thousands(rules)))?;
    }
    if let Some(limit) = &assessment.limited {
        page.row("", &format!("a part of a scan: {limit}"))?;
    }
    Ok(())
}

/// What was not looked at: first what should have been, then what was left out on purpose.
fn unseen(page: &mut Page<'_>, assessment: &Assessment) -> io::Result<()> {
    let mut rows = broken(assessment);
    rows.extend(left_out(assessment));
    page.rows("Not seen", &rows)
}

/// What should have been looked at and was not.
fn broken(assessment: &Assessment) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    let unreadable = count::unreadable(assessment);
    rows.extend(unreadable.map(|(path, error)| format!("{path} cannot be understood: {error}")));
    rows.extend(assessment.not_read.iter().map(|not_read| format!("{} not read: {}", not_read.path, not_read.detail)));
    rows.extend(assessment.notices.iter().map(|(notice, location)| {
        let place = if location.path.is_empty() { String::new() } else { format!("{}: ", position(location)) };
        format!("{place}{}", words::one_line(&notice.message))
    }));
    let hidden = rows.len().saturating_sub(MOST_UNSEEN);
    rows.truncate(MOST_UNSEEN);
    if hidden > 0 {
        rows.push(format!("… and {hidden} more; `--format json` has all of them"));
    }
    rows
}

fn left_out(assessment: &Assessment) -> Option<String> {
    let mut parts = Vec::new();
    if assessment.excluded_files > 0 {
        parts.push(format!("{} excluded by the configuration", words::count(assessment.excluded_files, "file")));
    }
    for (reason, number) in count::set_aside(assessment) {
        parts.push(format!("{} set aside ({reason})", words::count(number, "file")));
    }
    let foreign = assessment.other_files + count::Files::of(assessment).not_recognised;
    if foreign > 0 {
        parts.push(format!("{} of no kind that rules judge", words::count(foreign, "file")));
    }
    if let [first, rest @ ..] = assessment.not_entered.as_slice() {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        parts.push(format!("folder {} ({}){more}", first.path, first.reason));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn findings(page: &mut Page<'_>, assessment: &Assessment) -> io::Result<()> {
    let counts = count::Findings::of(assessment);
    let severities = counts.open.iter().rev().filter(|(_, number)| **number > 0);
    let painted: Vec<String> = severities
        .map(|(severity, number)| {
            page.paint.text(Ink::Severity(*severity), &format!("{} {}", words::thousands(*number), severity.name()))
        })
        .collect();
    let passes = words::count(count::passes(assessment), "pass");
    if painted.is_empty() {
        page.line("Findings", &format!("{}; {passes}", page.paint.text(Ink::Good, "none")))?;
    } else {
        page.line("Findings", &format!("{}; {passes}", painted.join(", ")))?;
    }
    let mut quiet = Vec::new();
    for (number, words) in [
        (counts.commented, "ignored by a comment"),
        (counts.configured, "ignored by the configuration"),
        (counts.excepted, "under an exception in force"),
    ] {
        if number > 0 {
            quiet.push(format!("{number} {words}"));
        }
    }
    if !quiet.is_empty() {
        page.row("", &format!("not among them: {}", quiet.join(", ")))?;
    }
    most_severe(page, assessment, counts.total())
}

/// What the scan is to its base.
fn compared(page: &mut Page<'_>, assessment: &Assessment) -> io::Result<()> {
    let Some(comparison) = &assessment.comparison else { return Ok(()) };
    let changes = count::Changes::of(assessment);
    let mut parts = vec![format!("{} new", changes.new)];
    parts.extend((changes.worse > 0).then(|| format!("{} worse", changes.worse)));
    parts.push(format!("{} fixed", comparison.fixed.len()));
    parts.push(format!("{} unchanged and not shown", changes.unchanged));
    page.row("Compared", &format!("with {}: {}", comparison.base, parts.join(", ")))?;
    for note in &comparison.notes {
        page.row("", note)?;
    }
    for before in comparison.fixed.iter().take(MOST_FIXED) {
        page.row("", &format!("fixed: {} ({}, {})", words::one_line(&before.message), before.path, before.address))?;
    }
    let hidden = comparison.fixed.len().saturating_sub(MOST_FIXED);
    if hidden > 0 {
        page.row("", &format!("… and {hidden} more fixed"))?;
    }
    for (before, reason) in comparison.lost.iter().take(MOST_FIXED) {
        let message = words::one_line(&before.message);
        page.row("", &format!("not fixed, but {reason}: {message} ({}, {})", before.path, before.address))?;
    }
    let hidden = comparison.lost.len().saturating_sub(MOST_FIXED);
    if hidden > 0 {
        page.row("", &format!("… and {hidden} more of these"))?;
    }
    Ok(())
}

/// The most severe findings again, when there are so many that the first ones have left the screen.
fn most_severe(page: &mut Page<'_>, assessment: &Assessment, total: usize) -> io::Result<()> {
    if total <= MOST_SEVERE {
        return Ok(());
    }
    let shown = |index: &usize| assessment.findings.get(*index).is_some_and(count::is_shown);
    let order: Vec<usize> = count::most_severe(assessment).into_iter().filter(shown).collect();
    if order.len() <= MOST_SEVERE {
        return Ok(());
    }
    let worst: Vec<&Finding> =
        order.iter().take(MOST_SEVERE).filter_map(|index| assessment.findings.get(*index)).collect();
    let places: Vec<String> = worst.iter().map(|finding| shown_place(finding, page.width * 2 / 5)).collect();
    let longest = places.iter().map(|place| place.chars().count()).max().unwrap_or(0);
    let room = page.width.saturating_sub(INDENT + "critical".len() + longest + 4).max(20);
    let rows = worst.iter().zip(places).map(|(finding, place)| {
        let message = words::shortened(&words::one_line(&finding.message), room);
        vec![
            vec![(Ink::Severity(finding.severity), finding.severity.name().to_string())],
            vec![(Ink::Plain, words::printable(&message).into_owned())],
            vec![(Ink::Dim, words::printable(&place).into_owned())],
        ]
    });
    let table = Table { rows: rows.collect() };
    write!(page.out, "{}", table.draw(page.paint, INDENT))
}

/// Where a finding stands; a long path keeps its end, where the file is.
fn shown_place(finding: &Finding, longest: usize) -> String {
    let nowhere = finding.location.path.is_empty();
    let line = finding.location.region.as_ref().map(|region| format!(":{}", region.start_line));
    let file = || format!("{}{}", finding.location.path, line.unwrap_or_default());
    let place = if nowhere { finding.resource.address.to_string() } else { file() };
    words::shortened_left(&place, longest)
}

fn unknowns(page: &mut Page<'_>, assessment: &Assessment) -> io::Result<()> {
    let (total, reasons) = count::unknowns(assessment);
    if total == 0 {
        return Ok(());
    }
    let mut shown: Vec<String> =
        reasons.iter().take(MOST_REASONS).map(|(reason, times)| format!("{reason} ({times})")).collect();
    if reasons.len() > MOST_REASONS {
        shown.push(format!("{} more", words::thousands(reasons.len() - MOST_REASONS)));
    }
    let because = if shown.is_empty() { String::new() } else { format!(" because of {}", shown.join(", ")) };
    page.row("Unknown", &format!("{} not decided{because}", words::count(total, "check")))?;
    if count::Findings::of(assessment).unknown == 0 {
        page.row("", "`--show-unknown` lists them")?;
    }
    Ok(())
}

fn coverage(page: &mut Page<'_>, coverage: &Coverage) -> io::Result<()> {
    let framework = words::framework(coverage.framework);
    page.row("Coverage", &format!("{framework}: evidence relevant to its controls; an auditor decides what is met"))?;
    let mut table = Table::default();
    let facets = [Facet::Documented, Facet::Implemented, Facet::Operating];
    let head = facets.map(|facet| vec![(Ink::Dim, facet.name().to_string())]);
    table.rows.push(std::iter::once(Vec::new()).chain(head).collect());
    for group in coverage.themes() {
        table.rows.push(table_row(&group.title, &group.facets, page.width));
    }
    if !coverage.clauses.is_empty() {
        table.rows.push(table_row("Clauses 4–10", &all_stages(&coverage.stages()), page.width));
    }
    write!(page.out, "{}", table.draw(page.paint, INDENT))?;
    let legend: Vec<String> =
        LEGEND.iter().map(|(_, sign, ink, words)| format!("{} {words}", page.paint.text(*ink, sign))).collect();
    page.line("", &legend.join(", "))?;
    page.row("", &rest(coverage))
}

/// What the table does not count, over all facets of all controls and clauses.
fn rest(coverage: &Coverage) -> String {
    let groups = coverage.themes().into_iter().chain(coverage.stages());
    let facets: Vec<FacetSummary> = groups.flat_map(|group| group.facets).collect();
    let count = |status: Status| facets.iter().map(|facet| facet.count(status)).sum::<u32>();
    let others = Status::ALL.into_iter().filter(|status| LEGEND.iter().all(|(shown, ..)| shown != status));
    let others: Vec<String> = others
        .filter(|status| count(*status) > 0)
        .map(|status| format!("{} {}", words::thousands(count(status) as usize), status.name().replace('-', " ")))
        .collect();
    let others = if others.is_empty() { "nothing".to_string() } else { others.join(", ") };
    format!("not shown: {others}; `annexa coverage` lists every control with the reason")
}

/// The statuses that the table counts, with their signs.
const LEGEND: [(Status, &str, Ink, &str); 3] = [
    (Status::Satisfied, "●", Ink::Good, "satisfied"),
    (Status::Partial, "◐", Ink::Half, "partial"),
    (Status::NotSatisfied, "○", Ink::Bad, "not satisfied"),
];

/// Columns below which titles are shortened, all of them alike.
const NARROW: usize = 95;
/// Columns of the cells of a row.
const CELLS: usize = 50;

/// A row of the table. Where the terminal is narrow, `Organizational controls` are `Organizational`.
fn table_row(title: &str, facets: &[FacetSummary; 3], width: usize) -> Vec<Cell> {
    let total = facets.first().map_or(0, FacetSummary::total);
    let count = format!(" ({total})");
    let room = width.saturating_sub(INDENT + CELLS + count.len());
    let short = if width < NARROW { title.strip_suffix(" controls").unwrap_or(title) } else { title };
    let title = format!("{}{count}", words::shortened(&words::printable(short), room.max(10)));
    std::iter::once(vec![(Ink::Plain, title)]).chain(facets.iter().map(cell)).collect()
}

/// All stages as one; `annexa coverage` tells them apart.
fn all_stages(stages: &[GroupSummary]) -> [FacetSummary; 3] {
    let mut sums: [FacetSummary; 3] = Default::default();
    for stage in stages {
        for (sum, facet) in sums.iter_mut().zip(&stage.facets) {
            for (status, number) in &facet.counts {
                *sum.counts.entry(*status).or_default() += number;
            }
        }
    }
    sums
}

/// `● 9 ◐ 6 ○ 2`, each in a place of its own.
fn cell(facet: &FacetSummary) -> Cell {
    let piece = |(status, sign, ink, _): &(Status, &str, Ink, &str)| match facet.count(*status) {
        0 => (Ink::Dim, "   · ".to_string()),
        number => (*ink, format!("{number:>2} {sign} ")),
    };
    LEGEND.iter().map(piece).collect()
}

fn next(page: &mut Page<'_>, assessment: &Assessment) -> io::Result<()> {
    let shown = |index: &&usize| assessment.findings.get(**index).is_some_and(count::is_shown);
    let order = count::most_severe(assessment);
    let first = order.iter().find(shown).or(order.first()).and_then(|index| assessment.findings.get(*index));
    let rule = first.and_then(|finding| assessment.rules.get(finding.rule));
    let (command, what) = match rule {
        Some(run) => (format!("annexa explain {}", run.about.id), "why it matters, and how to fix it"),
        None => ("annexa coverage".to_string(), "every control with its status and the reason"),
    };
    let command = page.paint.text(Ink::Help, &command);
    page.line("Next", &format!("{command}  {what}"))?;
    Ok(())
}
