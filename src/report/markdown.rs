//! The report as Markdown, for step summaries and comments on pull requests.
//!
//! A platform that gets more than it takes drops all of it: GitHub takes 1,024 KiB for a step summary and 65,536
//! characters for a comment. So the report keeps below the smaller of the two, shows the most severe findings, and
//! says how many more there are. Texts from scanned files are escaped: a pull request must not write our report.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::coverage::{FACETS, sign, status_words};
use super::{Input, count, words};
use crate::engine::assessment::{Assessment, Before, Change, Finding, Location};
use crate::isms::coverage::{Coverage, FacetSummary, GroupSummary, Status};

/// Longest report, in bytes.
const BUDGET: usize = 60_000;
/// Longest message of a finding, in characters.
const LONGEST_MESSAGE: usize = 300;
/// Longest path that is shown, in characters.
const LONGEST_PATH: usize = 120;
/// Paths that are named with the reason why they were not looked at.
const MOST_UNSEEN: usize = 20;

/// Writes the report.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let assessment = input.assessment;
    let head = head(assessment);
    let tail =
        format!("{}{}{}{}", compared(assessment), unseen(assessment), coverage(input.coverage), foot(assessment));
    let room = BUDGET.saturating_sub(head.len() + tail.len());
    write!(out, "{head}{}{tail}", findings(assessment, room))
}

fn head(assessment: &Assessment) -> String {
    let counts = count::Findings::of(assessment);
    let heading = match counts.total() {
        0 => "no findings".to_string(),
        total => words::count(total, "finding"),
    };
    let heading = match &assessment.comparison {
        Some(comparison) => {
            let changes = count::Changes::of(assessment);
            let worse = if changes.worse > 0 { format!(", {} worse", changes.worse) } else { String::new() };
            format!("{} new{worse}, {} fixed ({heading} in all)", changes.new, comparison.fixed.len())
        }
        None => heading,
    };
    let mut text = format!("## Annexa: {heading}\n\n| Severity | Findings |\n|---|---:|\n");
    for (severity, number) in counts.open.iter().rev() {
        let _ = writeln!(text, "| {} | {} |", severity.name(), words::thousands(*number));
    }
    let (unknown, _) = count::unknowns(assessment);
    for (what, number) in [
        ("ignored by a comment", counts.commented),
        ("ignored by the configuration", counts.configured),
        ("under an exception in force", counts.excepted),
        ("not decided", unknown),
        ("passes", count::passes(assessment)),
    ] {
        let _ = writeln!(text, "| *{what}* | {} |", words::thousands(number));
    }
    text
}

fn findings(assessment: &Assessment, room: usize) -> String {
    let shown = |index: &usize| assessment.findings.get(*index).is_some_and(count::is_shown);
    let order: Vec<usize> = count::most_severe(assessment).into_iter().filter(shown).collect();
    if order.is_empty() {
        return String::new();
    }
    let title = if assessment.comparison.is_some() { "New or worse" } else { "Findings" };
    let mut text = format!(
        "\n### {title}\n\n| Severity | Finding | Where | Rule | Evidence relevant to |\n|---|---|---|---|---|\n"
    );
    let found = order.iter().filter_map(|index| assessment.findings.get(*index));
    let mut shown = 0;
    for row in found.map(|finding| row(assessment, finding)) {
        // Some room for the line that tells how many more there are.
        if text.len() + row.len() + 100 > room {
            break;
        }
        text.push_str(&row);
        shown += 1;
    }
    if shown < order.len() {
        let _ = writeln!(text, "\n{} more, none of them more severe.", words::thousands(order.len() - shown));
    }
    text
}

fn row(assessment: &Assessment, finding: &Finding) -> String {
    let about = assessment.rules.get(finding.rule).map(|run| &run.about);
    let rule = about.map_or("", |about| about.id.as_str());
    let controls = about.map(|about| words::controls(about)).unwrap_or_default();
    let message = cell(&words::shortened(&words::one_line(&finding.message), LONGEST_MESSAGE));
    let place = place(assessment, &finding.location, &finding.resource.address);
    let worse = if finding.change == Some(Change::Worse) { "worse, now " } else { "" };
    format!("| {worse}{} | {message} | {place} | `{rule}` | {controls} |\n", finding.severity.name())
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
fn compared(assessment: &Assessment) -> String {
    let Some(comparison) = &assessment.comparison else { return String::new() };
    let unchanged = count::Changes::of(assessment).unchanged;
    let mut text = format!("\n### Compared with {}\n\n", cell(&comparison.base));
    let _ = writeln!(text, "- {} unchanged, and not shown", words::count(unchanged, "finding"));
    for note in &comparison.notes {
        let _ = writeln!(text, "- {}", cell(note));
    }
    let row = |what: &str, before: &Before| {
        let message = cell(&words::shortened(&words::one_line(&before.message), LONGEST_MESSAGE));
        let path = code(&words::shortened_left(&before.path, LONGEST_PATH));
        format!("- {what}: {message} ({path}, `{}`)\n", before.rule)
    };
    for before in comparison.fixed.iter().take(MOST_UNSEEN) {
        text.push_str(&row("fixed", before));
    }
    for (before, reason) in comparison.lost.iter().take(MOST_UNSEEN) {
        text.push_str(&row(&format!("not fixed, but {reason}"), before));
    }
    let hidden = [comparison.fixed.len(), comparison.lost.len()].map(|number| number.saturating_sub(MOST_UNSEEN));
    if hidden.iter().sum::<usize>() > 0 {
        let _ = writeln!(text, "- {} more", words::thousands(hidden.iter().sum()));
    }
    text
}

fn unseen(assessment: &Assessment) -> String {
    let unreadable = count::unreadable(assessment);
    let broken = unreadable.map(|(path, error)| (path, format!("cannot be understood: {error}")));
    let unread = assessment.not_read.iter().map(|file| (&*file.path, format!("not read: {}", file.detail)));
    let notices = assessment.notices.iter().map(|(notice, location)| (&*location.path, notice.message.clone()));
    let rows: Vec<(&str, String)> = broken.chain(unread).chain(notices).collect();
    let mut text = String::new();
    if !rows.is_empty() {
        text.push_str("\n### Not scanned\n\n");
    }
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

fn coverage(coverage: &Coverage) -> String {
    let framework = words::framework(coverage.framework);
    let mut text = format!(
        "\n### Coverage of {framework}\n\nEvidence relevant to its controls; an auditor decides what is met. {}.\n\n\
         | | Documented | Implemented | Operating |\n|---|---|---|---|\n",
        TOLD.map(|status| format!("{} {}", sign(status), status_words(status))).join(", ")
    );
    for group in coverage.themes().iter().chain(&coverage.stages()) {
        let _ = writeln!(text, "{}", group_row(group));
    }
    text
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
            finding.message = "|<".repeat(10_000);
            finding.location.path = "ü/".repeat(3_000).into();
        }
        let findings = assessment.findings.clone();
        assessment.findings = (0..8_000).map(|index| findings[index % findings.len()].clone()).collect();
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
