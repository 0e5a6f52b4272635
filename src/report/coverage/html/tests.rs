use std::collections::BTreeSet;
use std::sync::Arc;

use html5gum::{Token, Tokenizer};

use super::super::{CoverageFormat, write_coverage};
use crate::engine::assessment::Assessment;
use crate::isms::control::Framework;
use crate::isms::coverage::coverage;
use crate::report::history::{History, Known, Last, Month, Numbers, Recorded};
use crate::report::{Input, Style, fixture};

fn page(assessment: &Assessment, framework: Framework) -> String {
    let coverage = coverage(assessment, framework);
    let input = Input { assessment, coverage: &coverage, history: None, style: Style::default() };
    let mut out = Vec::new();
    write_coverage(CoverageFormat::Html, &input, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the page is UTF-8")
}

/// The page as a browser reads it: names of elements, ids, and addresses that links lead to. Every element is closed.
fn read(page: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    const VOID: [&str; 4] = ["meta", "br", "input", "link"];
    let (mut names, mut ids, mut links, mut open) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // The style and the script hold no markup, and are a test's own matter.
    let page = page.replace(super::SCRIPT, "").replace(super::STYLE, "");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    for token in Tokenizer::new(&page) {
        match token.expect("a text reads without errors") {
            Token::StartTag(tag) => {
                let name = text(&tag.name);
                for (key, value) in &tag.attributes {
                    match key.as_slice() {
                        b"id" => ids.push(text(value)),
                        b"href" => links.push(text(value)),
                        b"src" => panic!("the page loads {}", text(value)),
                        key => assert!(!key.starts_with(b"on"), "a handler in {name}"),
                    }
                }
                if !tag.self_closing && !VOID.contains(&name.as_str()) {
                    open.push(name.clone());
                }
                names.push(name);
            }
            Token::EndTag(tag) => assert_eq!(open.pop(), Some(text(&tag.name))),
            Token::Error(error) => panic!("{error:?}"),
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?} stay open");
    (names, ids, links)
}

#[test]
fn links_lead_somewhere_and_ids_are_unique() {
    for framework in [Framework::Iso2022, Framework::Iso2013, Framework::Itil4, Framework::Cobit2019] {
        for assessment in [fixture::assessment(), fixture::empty()] {
            let (_, ids, links) = read(&page(&assessment, framework));
            let unique: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
            assert_eq!(unique.len(), ids.len());
            for entry in &coverage(&assessment, framework).controls {
                assert!(unique.contains(format!("c-{}", entry.control.id).as_str()));
            }
            for target in links.iter().filter_map(|link| link.strip_prefix('#')) {
                assert!(unique.contains(target), "nothing is called {target}");
            }
        }
    }
}

fn with_history(assessment: &Assessment, framework: Framework, history: &History) -> String {
    let coverage = coverage(assessment, framework);
    let input = Input { assessment, coverage: &coverage, history: Some(history), style: Style::default() };
    let mut out = Vec::new();
    write_coverage(CoverageFormat::Html, &input, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the page is UTF-8")
}

/// July and September were recorded, August was not. Of the findings of the fixture one is known, and one is gone.
fn recorded(assessment: &Assessment, text: &str) -> History {
    let month = |name: &str, numbers| Month { name: name.to_string(), is_late: false, numbers };
    let numbers = |satisfied| Numbers {
        coverage: [[92, 40, satisfied], [92, 10, 0], [92, 0, 0]],
        findings: [1, 2, 3, 4, 5],
        opened: 2,
        closed: 1,
        overdue: 0,
    };
    let known = |severity: &str| Known {
        id: "NC-0123456789ab".to_string(),
        rule: "x/y".to_string(),
        resource: text.to_string(),
        title: text.to_string(),
        severity: severity.to_string(),
        path: text.to_string(),
        due: Some("2026-11-21".to_string()),
        first_seen: "2026-07-22".to_string(),
    };
    let there = assessment.findings.iter().find(|finding| finding.location.path.ends_with("#1.tf")).expect("one");
    let own = coverage(assessment, Framework::Iso2022);
    let names =
        |entry: &crate::isms::coverage::ControlCoverage| entry.facets.each_ref().map(|f| f.status.name().to_string());
    let mut statuses: std::collections::BTreeMap<String, [String; 3]> =
        own.controls.iter().map(|entry| (entry.control.id.to_string(), names(entry))).collect();
    statuses.get_mut("A.8.3").expect("the control")[1] = "satisfied".to_string();
    let last = Last {
        entry: "2026-09".to_string(),
        day: "2026-09-22".to_string(),
        rule_set: Some("another".to_string()),
        statuses,
        open: [(there.fingerprint.clone(), known("high")), ("gone".to_string(), known("critical"))].into(),
    };
    let months = vec![month("2026-07", Some(numbers(10))), month("2026-08", None), month("2026-09", Some(numbers(20)))];
    History::Recorded(Box::new(Recorded { months, last }))
}

#[test]
fn without_recordings_the_page_says_how_to_begin() {
    let page = with_history(&fixture::assessment(), Framework::Iso2022, &History::Nothing);
    assert!(page.contains("Nothing was recorded yet") && page.contains("annexa evidence record"));
    assert!(page.contains("href=\"#trend\"") && !page.contains("id=\"changes\""));
    let untold = History::Untold("the evidence is not intact".to_string());
    assert!(with_history(&fixture::assessment(), Framework::Iso2022, &untold).contains("the evidence is not intact"));
}

#[test]
fn a_month_without_a_recording_is_a_gap_in_every_picture() {
    let assessment = fixture::assessment();
    for framework in [Framework::Iso2022, Framework::Itil4] {
        let page = with_history(&assessment, framework, &recorded(&assessment, "x"));
        read(&page);
        assert!(page.contains("Nothing was recorded for 2026-08."));
        assert_eq!(page.matches("<rect class=\"gap\"").count(), 4, "three facets and the findings");
        // July stands alone; a line leads from September to now.
        assert!(page.contains("<td colspan=\"7\"><strong>gap</strong></td>"));
        assert!(page.matches("<polyline class=\"seen\"").count() == 3 && page.contains("<td>20 / 40 / 92</td>"));
        let points = page.split("<polyline").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
        assert!(points.into_iter().all(|line| line.matches(',').count() == 2), "no line crosses the gap");
    }
}

#[test]
fn what_changed_is_told_against_the_newest_recording() {
    let assessment = fixture::assessment();
    let page = with_history(&assessment, Framework::Iso2022, &recorded(&assessment, "the door stood open"));
    let changes =
        page.split("id=\"changes\"").nth(1).and_then(|rest| rest.split("</section>").next()).expect("the section");
    // Six fails stand open: one is known, and a hint and what is quieted are not followed.
    let open = assessment.findings.iter().filter(|finding| finding.is_open());
    let new = open.count() - 1;
    assert!(
        changes.contains(&format!(
            "<b>{new}</b> new, <b>1</b> no longer found, <b>1</b> still there, of these <b>1</b> overdue"
        )),
        "{changes}"
    );
    assert!(changes.contains("the door stood open") && changes.contains("The rules have changed since"));
    assert!(changes.contains("A.8.3 Information access restriction"));
    assert_eq!(changes.matches("<th scope=\"row\">").count(), 1);
    // The finding that was there says since when.
    assert!(page.contains("NC-0123456789ab, since 2026-07-22, due 2026-11-21"));
}

#[test]
fn recorded_text_writes_no_markup() {
    let assessment = fixture::assessment();
    let page = with_history(&assessment, Framework::Iso2022, &recorded(&assessment, "<script>alert(1)</script>\" x='"));
    assert_eq!(read(&page).0.iter().filter(|name| *name == "script").count(), 1);
}

#[test]
fn scanned_text_writes_no_markup() {
    let hostile = "</code></script><script>alert(1)</script><img src=x onerror=alert(2)>\" onload='x' & &lt;";
    let mut assessment = fixture::assessment();
    let harmless = read(&page(&assessment, Framework::Iso2022)).0.len();
    assessment.commit = Some(hostile.to_string());
    assessment.repository = Some(format!("javascript:{hostile}"));
    assessment.limited = Some(hostile.to_string());
    for finding in &mut assessment.findings {
        finding.message = hostile.to_string();
        finding.location.path = Arc::from(hostile);
        finding.location.words = finding.location.words.as_ref().map(|_| hostile.to_string());
        if let Some(region) = finding.location.region.as_mut() {
            Arc::make_mut(region).text = hostile.to_string();
        }
        if let Some(by) = finding.suppression.as_mut() {
            by.reason = hostile.to_string();
        }
    }
    for row in &mut assessment.isms.applicability {
        (row.owner, row.justification, row.status) = (hostile.to_string(), hostile.to_string(), hostile.into());
    }
    for attestation in &mut assessment.isms.attestations {
        attestation.statement = hostile.to_string();
    }
    let page = page(&assessment, Framework::Iso2022);
    assert!(page.matches("&lt;img src=x onerror=alert(2)&gt;").count() > 10);
    let (names, _, links) = read(&page);
    // Only links to the platform, whose address is none any more, are missing.
    assert!(!names.iter().any(|name| name == "img") && names.iter().filter(|name| *name == "script").count() == 1);
    assert!(names.len() <= harmless);
    assert!(links.iter().all(|link| link.starts_with('#')), "{links:?}");
}

#[test]
fn the_page_stays_small_with_many_findings() {
    let mut assessment = fixture::assessment();
    let finding = assessment.findings[1].clone();
    let rule = assessment.rules[finding.rule].about.title.clone();
    assessment.findings = vec![finding; 5_000];
    let page = page(&assessment, Framework::Iso2022);
    assert!(page.len() < 400_000, "{} bytes", page.len());
    assert!(page.contains(rule.as_str()) && page.contains("4,900 findings more of this rule"));
}

#[test]
fn coverage_and_conformity_are_told_apart() {
    let page = page(&fixture::empty(), Framework::Iso2022);
    assert!(page.contains("0 of 93 <small>(0 %)</small>") && page.contains("nothing to count"));
    assert!(!page.to_lowercase().contains("compliant"));
    assert!(page.contains("is for an auditor to say"));
}

#[test]
fn a_document_that_nobody_approved_is_stale_and_an_absent_one_missing() {
    use crate::isms::coverage::{Kept, readiness};
    let mut assessment = fixture::assessment();
    let mut state = |document_type: &str, clause: &str, approved| {
        let document = &mut assessment.isms.documents[0];
        document.document_type = document_type.into();
        document.standing = Some(crate::engine::assessment::Standing { owned: true, approved, current: true });
        let all = readiness(&assessment);
        let row = all.iter().find(|row| {
            row.clause == clause && (row.wanted.iter().any(|name| name == document_type) || row.wanted.is_empty())
        });
        let missing = all.iter().filter(|row| row.kept == Kept::Missing).count();
        (row.map(|row| (row.kept, row.paths.len())), missing, all.len())
    };
    let (stale, missing, all) = state("internal-audit-programme", "9.2.2", false);
    assert_eq!(stale, Some((Kept::Stale, 1)));
    // All but this one, and the two clauses for which no document is known.
    assert_eq!(missing + 3, all);
    assert_eq!(state("internal-audit-programme", "9.2.2", true).0, Some((Kept::Present, 1)));
    assert_eq!(state("scope", "4.3", true).0, Some((Kept::Present, 1)));
    assert_eq!(state("cloud-policy", "8.1", true).0, Some((Kept::NotChecked, 0)));
    // A register is kept up rather than approved.
    assessment.isms.documents[0].standing = None;
    for register in ["risk-register", "statement-of-applicability", "training-records", "corrective-actions"] {
        assessment.isms.documents[0].document_type = register.into();
        let present = readiness(&assessment).into_iter().filter(|row| row.kept == Kept::Present);
        assert!(present.count() > 0, "{register}");
    }
}

/// The relative luminance of `#rrggbb` or `#rgb`, as WCAG 2.2 defines it.
fn luminance(colour: &str) -> f64 {
    let digits = colour.trim_start_matches('#');
    let digits: String =
        if digits.len() == 3 { digits.chars().flat_map(|c| [c, c]).collect() } else { digits.to_string() };
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal")) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

#[test]
fn text_stands_out_from_its_background_in_light_dark_and_print() {
    let schemes: Vec<&str> = super::STYLE.split(":root {").skip(1).filter_map(|rest| rest.split('}').next()).collect();
    assert_eq!(schemes.len(), 3);
    for scheme in schemes {
        let colours: std::collections::BTreeMap<&str, &str> =
            scheme.split(';').filter_map(|line| line.trim().strip_prefix("--")?.split_once(": ")).collect();
        let contrast = |ink: &str, paper: &str| {
            let (ink, paper) = (luminance(colours[ink]), luminance(colours[paper]));
            (ink.max(paper) + 0.05) / (ink.min(paper) + 0.05)
        };
        for (ink, paper) in [
            ("ink", "paper"),
            ("dim", "paper"),
            ("link", "paper"),
            ("paper", "bad"),
            ("good", "good-soft"),
            ("half", "half-soft"),
            ("ink", "half-soft"),
            ("bad", "bad-soft"),
            ("other", "other-soft"),
            ("none", "none-soft"),
        ] {
            assert!(contrast(ink, paper) >= 4.5, "{ink} on {paper}: {:.2}", contrast(ink, paper));
        }
    }
}
