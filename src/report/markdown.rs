//! The report as Markdown, for step summaries and comments on pull requests.
//!
//! A platform that gets more than it takes drops all of it: GitHub takes 1,024 KiB for a step summary and 65,536
//! characters for a comment. So the report keeps below the smaller of the two, shows the most severe findings, and
//! says how many more there are. Texts from scanned files are escaped: a pull request must not write our report.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::coverage::{FACETS, sign, status_words};
use super::{Input, count, words};
use crate::engine::assessment::{Assessment, Before, Change, Comparison, Finding, Location};
use crate::isms::coverage::{Coverage, FacetSummary, GroupSummary, Status};
use crate::rule::Severity;

/// Longest report, in bytes.
const BUDGET: usize = 60_000;
/// Longest message of a finding, in characters.
const LONGEST_MESSAGE: usize = 300;
/// Longest path that is shown, in characters.
const LONGEST_PATH: usize = 120;
/// Paths that are named with the reason why they were not looked at.
const MOST_UNSEEN: usize = 20;

/// Places of one and the same finding that are listed.
const MOST_PLACES: usize = 5;

/// Writes the report.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let assessment = input.assessment;
    let head = head(assessment);
    let compared = assessment.comparison.is_some();
    let coverage = coverage(input.coverage);
    // Who reads what a change did wants that, and looks up the rest.
    let tail = format!(
        "{}{}{}{}",
        gone(assessment),
        section(&unseen_title(assessment), &unseen(assessment), compared),
        section(&coverage.0, &coverage.1, compared),
        foot(assessment)
    );
    let room = BUDGET.saturating_sub(head.len() + tail.len());
    write!(out, "{head}{}{tail}", findings(assessment, room))
}

/// A part of the report under its title; folded, it shows the title only. Nothing where there is nothing to say.
fn section(title: &str, body: &str, folded: bool) -> String {
    match (body.is_empty(), folded) {
        (true, _) => String::new(),
        (false, true) => format!("\n<details><summary>{title}</summary>\n\n{body}\n</details>\n"),
        (false, false) => format!("\n### {title}\n\n{body}"),
    }
}

fn head(assessment: &Assessment) -> String {
    let counts = count::Findings::of(assessment);
    let mut text = match &assessment.comparison {
        Some(comparison) => delta_head(assessment, comparison),
        None if counts.total() == 0 => "## Annexa: no findings\n\n".to_owned(),
        None => format!("## Annexa: {}\n\n", words::count(counts.total(), "finding")),
    };
    text.push_str(&numbers(assessment, &counts));
    let quiet: Vec<String> = [
        (counts.excepted, "under an exception in force"),
        (counts.commented, "ignored by a comment"),
        (counts.configured, "ignored by the configuration"),
    ]
    .iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| format!("{} {what}", words::thousands(*number)))
    .collect();
    if !quiet.is_empty() {
        let _ = write!(text, "Not among them: {}. ", quiet.join(", "));
    }
    let passed = words::count(count::passes(assessment), "check");
    match count::unknowns(assessment).0 {
        0 => writeln!(text, "{passed} passed."),
        unknown => writeln!(text, "{passed} passed, {} could not be decided.", words::thousands(unknown)),
    }
    .unwrap_or_default();
    text
}

/// What the change did, and what it was compared with.
fn delta_head(assessment: &Assessment, comparison: &Comparison) -> String {
    let changes = count::Changes::of(assessment);
    let mut parts = vec![if changes.new == 0 { "nothing new".to_owned() } else { format!("{} new", changes.new) }];
    parts.extend((changes.worse > 0).then(|| format!("{} worse", changes.worse)));
    parts.extend((!comparison.fixed.is_empty()).then(|| format!("{} fixed", comparison.fixed.len())));
    let mut text = format!("## Annexa: {}\n\nCompared with {}", parts.join(", "), cell(&comparison.base));
    let _ = match changes.unchanged {
        0 => writeln!(text, "."),
        1 => writeln!(text, ": 1 finding was there before, and is not shown."),
        many => writeln!(text, ": {} findings were there before, and are not shown.", words::thousands(many)),
    };
    for note in &comparison.notes {
        let _ = writeln!(text, "\n{}.", words::capitalised(&cell(note)));
    }
    text.push('\n');
    text
}

/// Findings by severity: all of them, and what a change did to them. Nothing where there is none.
fn numbers(assessment: &Assessment, counts: &count::Findings) -> String {
    let severities: Vec<Severity> = counts.open.keys().rev().copied().collect();
    let line = |name: &str, number: &dyn Fn(Severity) -> usize| {
        let cells: Vec<String> = severities.iter().map(|severity| words::thousands(number(*severity))).collect();
        format!("| {name}{} |\n", cells.join(" | "))
    };
    let all = |severity: Severity| counts.open.get(&severity).copied().unwrap_or_default();
    let names: Vec<&str> = severities.iter().map(|severity| severity.name()).collect();
    let columns = "---:|".repeat(severities.len());
    let Some(comparison) = &assessment.comparison else {
        if counts.total() == 0 {
            return String::new();
        }
        return format!("| {} |\n|{columns}\n{}\n", names.join(" | "), line("", &all));
    };
    let is_new = |finding: &&Finding| finding.is_open() && count::is_shown(finding);
    let new = |severity| assessment.findings.iter().filter(is_new).filter(|each| each.severity == severity).count();
    let fixed = |severity| comparison.fixed.iter().filter(|each| each.severity == severity).count();
    format!(
        "| | {} |\n|---|{columns}\n{}{}{}\n",
        names.join(" | "),
        line("new or worse | ", &new),
        line("fixed | ", &fixed),
        line("all findings | ", &all)
    )
}

fn findings(assessment: &Assessment, room: usize) -> String {
    let groups = groups(assessment);
    if groups.is_empty() {
        return String::new();
    }
    let title = if assessment.comparison.is_some() { "New or worse" } else { "Findings" };
    let mut text = format!("\n### {title}\n\n| Severity | Finding | Where |\n|---|---|---|\n");
    let total: usize = groups.iter().map(Vec::len).sum();
    let mut shown = 0;
    for group in &groups {
        let row = row(assessment, group);
        // Some room for the line that tells how many more there are.
        if text.len() + row.len() + 100 > room {
            break;
        }
        text.push_str(&row);
        shown += group.len();
    }
    if shown < total {
        let _ = writeln!(text, "\n{} more, none of them more severe.", words::thousands(total - shown));
    }
    text
}

/// What is shown, the most severe first; what says the same of several places is one group.
fn groups(assessment: &Assessment) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut known: BTreeMap<(usize, Severity, Option<Change>, &str), usize> = BTreeMap::new();
    let order = count::most_severe(assessment).into_iter();
    for finding in order.filter_map(|index| assessment.findings.get(index)).filter(|each| count::is_shown(each)) {
        let same = (finding.rule, finding.severity, finding.change, &*finding.message);
        let index = *known.entry(same).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups.get_mut(index).into_iter().for_each(|group| group.push(finding));
    }
    groups
}

fn row(assessment: &Assessment, group: &[&Finding]) -> String {
    let Some(first) = group.first() else { return String::new() };
    let about = assessment.rules.get(first.rule).map(|run| &run.about);
    let rule = about.map_or("", |about| about.id.as_str());
    let controls = about.map(|about| words::controls(about)).filter(|controls| !controls.is_empty());
    let controls = controls.map(|controls| format!(" · evidence relevant to {controls}")).unwrap_or_default();
    let message = cell(&words::shortened(&words::one_line(&first.message), LONGEST_MESSAGE));
    let mut places: Vec<String> = group
        .iter()
        .take(MOST_PLACES)
        .map(|finding| place(assessment, &finding.location, &finding.resource.address))
        .collect();
    let hidden = group.len().saturating_sub(MOST_PLACES);
    places.extend((hidden > 0).then(|| format!("and {} more", words::thousands(hidden))));
    let worse = if first.change == Some(Change::Worse) { "worse, now " } else { "" };
    format!(
        "| {worse}{} | {message}<br><sub>`{rule}`{controls}</sub> | {} |\n",
        first.severity.name(),
        places.join("<br>")
    )
}

/// `path:line`, as a link where the repository is known.
fn place(assessment: &Assessment, location: &Location, address: &str) -> String {
    let line = location.region.as_deref().map(|region| region.start_line);
    let label = match line {
        _ if location.path.is_empty() => address.to_string(),
        Some(line) => format!("{}:{line}", words::shortened_left(&location.path, LONGEST_PATH)),
        None => words::shortened_left(&location.path, LONGEST_PATH),
    };
    let label = code(&label);
    match link(assessment, &location.path) {
        Some(link) => format!("[{label}]({link}{})", line.map(|line| format!("#L{line}")).unwrap_or_default()),
        None => label,
    }
}

/// The address of a file at the commit, in the two forms that platforms have.
pub(super) fn link(assessment: &Assessment, path: &str) -> Option<String> {
    let (repository, commit) = (assessment.repository.as_deref()?, assessment.commit.as_deref()?);
    let named = !path.is_empty();
    let host = repository.strip_prefix("https://")?.split('/').next()?;
    let blob = if host.contains("gitlab") { "-/blob" } else { "blob" };
    let base = repository.trim_end_matches('/').trim_end_matches(".git");
    let safe = base.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._~/:".contains(letter));
    let path = match assessment.prefix.as_str() {
        "" => path.to_string(),
        prefix => format!("{prefix}/{path}"),
    };
    (safe && named).then(|| format!("{base}/{blob}/{commit}/{}", words::relative_uri(&path)))
}

/// What is fixed, and what cannot be told any more.
fn gone(assessment: &Assessment) -> String {
    let Some(Comparison { fixed, lost, .. }) = &assessment.comparison else { return String::new() };
    let row = |before: &Before| {
        let message = cell(&words::shortened(&words::one_line(&before.message), LONGEST_MESSAGE));
        let path = code(&words::shortened_left(&before.path, LONGEST_PATH));
        format!("{message} ({path}, `{}`)", before.rule)
    };
    let list = |title: &str, all: Vec<String>| {
        let mut rows: Vec<(String, usize)> = Vec::new();
        for row in all {
            match rows.iter_mut().find(|(known, _)| *known == row) {
                Some((_, times)) => *times += 1,
                None => rows.push((row, 1)),
            }
        }
        let mut text = String::new();
        for (row, times) in rows.iter().take(MOST_UNSEEN) {
            let times = if *times > 1 { format!(", {} times", words::thousands(*times)) } else { String::new() };
            let _ = writeln!(text, "- {row}{times}");
        }
        if rows.len() > MOST_UNSEEN {
            let _ = writeln!(text, "- {} more", words::thousands(rows.len() - MOST_UNSEEN));
        }
        section(title, &text, false)
    };
    let lost = lost.iter().map(|(before, reason)| format!("{}: {reason}", row(before))).collect();
    list("Fixed", fixed.iter().map(row).collect()) + &list("Not found any more, and not fixed", lost)
}

/// How much could not be looked at.
fn unseen_title(assessment: &Assessment) -> String {
    let number = count::unreadable(assessment).count() + assessment.not_read.len() + assessment.notices.len();
    format!("Not scanned ({})", words::thousands(number))
}

fn unseen(assessment: &Assessment) -> String {
    let unreadable = count::unreadable(assessment);
    let broken = unreadable.map(|(path, error)| (path, format!("cannot be understood: {error}")));
    let unread = assessment.not_read.iter().map(|file| (&*file.path, format!("not read: {}", file.detail)));
    let notices = assessment.notices.iter().map(|(notice, location)| (&*location.path, notice.message.clone()));
    let rows: Vec<(&str, String)> = broken.chain(unread).chain(notices).collect();
    let mut text = String::new();
    for (path, why) in rows.iter().take(MOST_UNSEEN) {
        let why = cell(&words::shortened(&words::one_line(why), LONGEST_MESSAGE));
        let label = if path.is_empty() {
            String::new()
        } else {
            format!("{} ", code(&words::shortened_left(path, LONGEST_PATH)))
        };
        let _ = writeln!(text, "- {label}{why}");
    }
    if rows.len() > MOST_UNSEEN {
        let _ = writeln!(text, "- {} more", words::thousands(rows.len() - MOST_UNSEEN));
    }
    text
}

/// The title and the table.
fn coverage(coverage: &Coverage) -> (String, String) {
    let title = format!("Coverage of {}", words::framework(coverage.framework));
    let mut text = format!(
        "Evidence relevant to its controls; an auditor decides what is met. {}.\n\n\
         | | Documented | Implemented | Operating |\n|---|---|---|---|\n",
        TOLD.map(|status| format!("{} {}", sign(status), status_words(status))).join(", ")
    );
    for group in coverage.themes().iter().chain(&coverage.stages()) {
        let _ = writeln!(text, "{}", group_row(group));
    }
    (title, text)
}

/// The statuses that the table tells; what is left is not evaluated.
const TOLD: [Status; 5] =
    [Status::Satisfied, Status::Partial, Status::NotSatisfied, Status::Excepted, Status::NotApplicable];

fn group_row(group: &GroupSummary) -> String {
    let total = group.facets.first().map_or(0, FacetSummary::total);
    let cell_of = |(_, facet): (_, &FacetSummary)| {
        let told = TOLD.into_iter().filter(|status| facet.count(*status) > 0);
        let told: Vec<String> = told.map(|status| format!("{} {}", facet.count(status), sign(status))).collect();
        told.join(" ")
    };
    let cells: Vec<String> = FACETS.iter().zip(&group.facets).map(cell_of).collect();
    format!("| {} ({total}) | {} |", cell(&group.title), cells.join(" | "))
}

fn foot(assessment: &Assessment) -> String {
    let files = count::Files::of(assessment);
    let resources: usize = assessment.resources.values().sum();
    let mut text = format!(
        "\n<sub>{} and {} scanned",
        words::count(files.evaluated, "file"),
        words::count(resources, "resource"),
    );
    if let Some(limit) = &assessment.limited {
        let _ = write!(text, " · a part of a scan: {}", cell(limit));
    }
    if let Some(commit) = &assessment.commit {
        let _ = write!(text, " · commit {}", code(commit));
    }
    let _ = writeln!(text, " · Annexa {}</sub>", env!("CARGO_PKG_VERSION"));
    text
}

/// A text as a cell of a table or a line of a list. Code in backquotes stays code; everything else that Markdown or
/// HTML would take for a sign is escaped, and nobody is mentioned.
pub(super) fn cell(text: &str) -> String {
    let text = words::printable(text);
    let parts: Vec<&str> = text.split('`').collect();
    let paired = parts.len() % 2 == 1;
    let mut cell = String::new();
    for (index, part) in parts.iter().enumerate() {
        match (paired, index % 2) {
            (true, 1) => cell.push_str(&code(part)),
            (true, _) => escape(part, &mut cell),
            (false, _) => {
                if index > 0 {
                    cell.push_str("\\`");
                }
                escape(part, &mut cell);
            }
        }
    }
    cell
}

fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\\' | '|' | '[' | ']' | '*' | '_' | '~' | '#' | '!' => out.extend(['\\', letter]),
            letter => out.push(letter),
        }
    }
}

/// A text as code in a table: a bar needs its backslash even there, and a backquote would end it.
fn code(text: &str) -> String {
    let text = words::printable(text).replace('`', "'").replace('|', "\\|");
    if text.trim().is_empty() { String::new() } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Format, Style, fixture, snapshot, write as write_report};
    use super::*;

    fn text(assessment: &Assessment) -> String {
        let coverage = crate::isms::coverage::coverage(assessment, assessment.framework);
        let input = Input { assessment, coverage: &coverage, history: None, style: Style::default() };
        let mut out = Vec::new();
        write_report(Format::Markdown, &input, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("the report is UTF-8")
    }

    #[test]
    fn the_report_looks_as_it_did() {
        snapshot::compare("odd.md", &text(&fixture::assessment()));
        snapshot::compare("empty.md", &text(&fixture::empty()));
    }

    #[test]
    fn a_platform_takes_the_report_however_much_there_is_to_tell() {
        let mut assessment = fixture::assessment();
        for finding in &mut assessment.findings {
            finding.location.path = "ü/".repeat(3_000).into();
        }
        let findings = assessment.findings.clone();
        assessment.findings = (0..8_000).map(|index| findings[index % findings.len()].clone()).collect();
        for (index, finding) in assessment.findings.iter_mut().enumerate() {
            finding.message = format!("{index} {}", "|<".repeat(10_000));
        }
        let notice = assessment.notices[0].clone();
        assessment.notices = vec![notice; 1_000];
        let file = assessment.not_read[0].clone();
        assessment.not_read = vec![file; 5_000];
        for file in &mut assessment.not_read {
            file.detail = "*".repeat(5_000);
            file.path = Arc::from("`|".repeat(1_000));
        }
        let text = text(&assessment);
        assert!(text.len() <= BUDGET, "{} bytes", text.len());
        let rows = text.lines().filter(|line| line.starts_with("| critical |")).count();
        assert!(rows > 0 && text.contains(" more, none of them more severe."));
        assert!(text.contains("### Coverage of ISO/IEC 27001:2022"));
    }

    #[test]
    fn what_says_the_same_of_many_places_is_one_row() {
        let mut assessment = fixture::assessment();
        let first = assessment.findings.iter().find(|finding| finding.is_open()).cloned().expect("one is open");
        assessment.findings = vec![first; 500];
        let text = text(&assessment);
        assert!(text.starts_with("## Annexa: 500 findings\n"));
        assert_eq!(text.lines().filter(|line| line.contains("<br>and 495 more |")).count(), 1);
        assert!(!text.contains("none of them more severe"));
    }

    #[test]
    fn a_change_that_adds_nothing_is_told_in_the_heading() {
        let mut assessment = fixture::assessment();
        for finding in &mut assessment.findings {
            finding.change = Some(Change::Unchanged);
        }
        assessment.comparison = Some(Comparison { base: "main (0123)".to_owned(), ..Comparison::default() });
        let text = text(&assessment);
        assert!(text.starts_with("## Annexa: nothing new\n\nCompared with main (0123): 5 findings were there before"));
        assert!(text.contains("| new or worse | 0 | 0 | 0 | 0 | 0 |") && !text.contains("### New or worse"));
        assert!(text.contains("<details><summary>Not scanned (3)</summary>"));
    }

    #[test]
    fn scanned_text_writes_no_markup() {
        for (text, expected) in [
            ("a|b\nc", "a\\|b c"),
            ("`a|b` <b> @you", "`a\\|b` &lt;b&gt; &#64;you"),
            ("![x](https://evil.example)", "\\!\\[x\\](https://evil.example)"),
            ("odd ` quote *s*", "odd \\` quote \\*s\\*"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn links_lead_to_the_line_at_the_commit() {
        let mut assessment = fixture::assessment();
        let location = fixture::place("k8s/web.yaml", "registry", 0);
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let mut link = |repository: &str| {
            assessment.repository = Some(repository.to_string());
            place(&assessment, &location, "")
        };
        let expected = format!("[`k8s/web.yaml:11`](https://git.example/acme/platform/blob/{commit}/k8s/web.yaml#L11)");
        assert_eq!(link("https://git.example/acme/platform.git"), expected);
        let expected = format!("[`k8s/web.yaml:11`](https://gitlab.example/a/p/-/blob/{commit}/k8s/web.yaml#L11)");
        assert_eq!(link("https://gitlab.example/a/p"), expected);
        assert_eq!(link("git@git.example:acme/platform"), "`k8s/web.yaml:11`");
        assert_eq!(link("https://git.example/) [x](https://evil.example"), "`k8s/web.yaml:11`");
    }
}
