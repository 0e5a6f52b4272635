use super::super::{Format, Input, Style, fixture, snapshot};
use super::*;
use crate::engine::assessment::Location;
use crate::isms::coverage::coverage;
use std::sync::Arc;

fn text(assessment: &Assessment, style: Style) -> String {
    let coverage = coverage(assessment, assessment.framework);
    let input = Input { assessment, coverage: &coverage, history: None, style };
    let mut out = Vec::new();
    super::super::write(Format::Text, &input, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the report is UTF-8")
}

#[test]
fn without_a_summary_findings_and_what_was_not_seen_are_left() {
    let full = text(&fixture::assessment(), Style::default());
    let quiet = text(&fixture::assessment(), Style { summary: false, ..Style::default() });
    let findings = full.split("\n──").next().unwrap();
    assert!(!findings.is_empty() && quiet.starts_with(findings));
    assert!(quiet.contains("Not seen") && !quiet.contains("Scanned") && !quiet.contains("Coverage"), "{quiet}");
    assert!(text(&fixture::empty(), Style { summary: false, ..Style::default() }).is_empty());
}

#[test]
fn the_report_looks_as_it_did() {
    snapshot::compare("odd.txt", &text(&fixture::assessment(), Style::default()));
    snapshot::compare(
        "narrow.txt",
        &text(&fixture::assessment(), Style { colours: false, width: 60, ..Style::default() }),
    );
    snapshot::compare("empty.txt", &text(&fixture::empty(), Style::default()));
}

#[test]
fn colour_changes_no_word() {
    let plain = text(&fixture::assessment(), Style::default());
    let coloured = text(&fixture::assessment(), Style { colours: true, width: 100, ..Style::default() });
    assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'));
    let code = regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("an expression");
    let bare: Vec<String> = code.replace_all(&coloured, "").lines().map(|line| line.trim_end().to_string()).collect();
    assert_eq!(bare, plain.lines().collect::<Vec<_>>());
}

#[test]
fn what_is_quieted_is_counted_apart_and_not_shown() {
    let text = text(&fixture::assessment(), Style::default());
    assert!(text.contains("not among them: 1 ignored by a comment, 1 under an exception in force"));
    assert!(!text.contains("aws_s3_bucket.website"));
}

#[test]
fn findings_at_one_place_show_its_code_once() {
    let mut assessment = fixture::assessment();
    let mut again = assessment.findings[1].clone();
    again.message = "a second thing is wrong here".to_string();
    assessment.findings.insert(2, again);
    let text = text(&assessment, Style::default());
    assert_eq!(text.matches("owner = \"😀 Büro\"").count(), 1);
    assert!(text.contains(
        "high: a second thing is wrong here\n  ╭▸ infra/Ablage für 100 % #1.tf:4:39 (aws_s3_bucket.invoices)"
    ));
}

#[test]
fn a_scanned_file_cannot_write_on_the_terminal() {
    let mut assessment = fixture::assessment();
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J";
    for finding in &mut assessment.findings {
        finding.message = evil.to_string();
        Arc::make_mut(&mut finding.resource).address = evil.into();
        finding.missing = vec![evil.to_string()];
        finding.depends_on = Some(evil.into());
        finding.related = vec![(Location { path: evil.into(), ..Location::default() }, evil.to_string())];
        finding.location.path = evil.into();
        if let Some(region) = &mut finding.location.region {
            Arc::make_mut(region).context.text = evil.repeat(6);
        }
    }
    for file in &mut assessment.files {
        file.path = evil.into();
    }
    let text = text(&assessment, Style::default());
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'));
}

#[test]
fn a_region_that_its_lines_do_not_hold_is_shown_without_code() {
    let mut assessment = fixture::assessment();
    for finding in &mut assessment.findings {
        if let Some(region) = &mut finding.location.region {
            let region = Arc::make_mut(region);
            region.context.text.truncate(1);
            region.start_line = u32::MAX;
            region.end_line = u32::MAX;
            region.start_column = u32::MAX;
            region.end_column = 0;
        }
    }
    assert!(!text(&assessment, Style { colours: true, width: 0, ..Style::default() }).contains('━'));
}
