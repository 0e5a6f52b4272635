//! The formats by their meaning: each is read back by a reader of its syntax, and none goes over its platform's limits.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use super::super::{Format, Input, Style, fixture, snapshot, write as write_report};
use super::rows;
use crate::engine::assessment::Assessment;
use crate::isms::coverage;

fn report(format: Format, assessment: &Assessment) -> String {
    let coverage = coverage::coverage(assessment, assessment.framework);
    let input = Input { assessment, coverage: &coverage, history: None, style: Style::default() };
    let mut out = Vec::new();
    write_report(format, &input, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the report is UTF-8")
}

/// The fixture's findings, over and over, with texts that try to break out.
fn many(number: usize) -> Assessment {
    let mut assessment = fixture::assessment();
    let findings = assessment.findings.clone();
    assessment.findings = (0..number).map(|index| findings[index % findings.len()].clone()).collect();
    for finding in &mut assessment.findings {
        finding.message = "a ]]> <b> & \"c\" %0A::error::x\n::error file=y::z \u{1b}[2J".to_owned();
        finding.suppression = None;
    }
    assessment
}

/// Names and attributes of all elements; panics where the XML is not well formed.
fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = Reader::from_str(xml);
    let mut found = Vec::new();
    loop {
        match reader.read_event().expect("the XML is well formed") {
            Event::Start(element) | Event::Empty(element) => {
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.expect("the attribute is well formed");
                    let value = quick_xml::escape::unescape(&attribute.value).unwrap();
                    (attribute.key.0.to_owned(), value.into_owned())
                });
                found.push((element.name().0.to_owned(), attributes.collect()));
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn the_formats_look_as_they_did() {
    for (format, name) in [
        (Format::Annotations, "odd.annotations.txt"),
        (Format::GitlabCodeQuality, "odd.gitlab-code-quality.json"),
        (Format::GitlabSast, "odd.gitlab-sast.json"),
        (Format::Junit, "odd.junit.xml"),
        (Format::Checkstyle, "odd.checkstyle.xml"),
        (Format::Csv, "odd.csv"),
    ] {
        snapshot::compare(name, &report(format, &fixture::assessment()));
    }
}

#[test]
fn annotations_keep_to_ten_of_a_level_and_say_how_many_more_there_are() {
    let text = report(Format::Annotations, &many(400));
    for level in ["error", "warning", "notice"] {
        let number = text.lines().filter(|line| line.starts_with(&format!("::{level} "))).count();
        assert!(number <= 10, "{number} of {level}");
    }
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("::notice title=annexa::") && last.contains(" more"), "{last}");
    // Scanned text begins no command of its own: each line is one that we began.
    let ours = |line: &str| {
        line.starts_with("::error file=") || line.starts_with("::warning file=") || line.starts_with("::notice ")
    };
    assert!(text.lines().all(ours), "{text}");
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn gitlab_gets_a_place_and_an_identity_for_every_open_finding() {
    let assessment = fixture::assessment();
    let open = rows(&assessment).count();
    assert!(open > 3);
    let quality: Value = serde_json::from_str(&report(Format::GitlabCodeQuality, &assessment)).unwrap();
    let sast: Value = serde_json::from_str(&report(Format::GitlabSast, &assessment)).unwrap();
    let (issues, vulnerabilities) = (quality.as_array().unwrap(), sast["vulnerabilities"].as_array().unwrap());
    assert_eq!((issues.len(), vulnerabilities.len()), (open, open));
    for issue in issues {
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1, "{issue}");
        assert!(!issue["location"]["path"].as_str().unwrap().is_empty(), "{issue}");
    }
    let ids: BTreeSet<&str> = vulnerabilities.iter().map(|each| each["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), open);
    assert!(ids.iter().all(|id| id.len() == 36), "{ids:?}");
}

#[test]
fn xml_is_well_formed_whatever_was_scanned_and_its_totals_are_what_it_holds() {
    let assessment = many(50);
    let cases = elements(&report(Format::Junit, &assessment));
    let number = |name: &str| cases.iter().filter(|(element, _)| element == name).count();
    let (_, totals) = cases.iter().find(|(name, _)| name == "testsuites").unwrap();
    let total = |name: &str| totals.iter().find(|(key, _)| key == name).unwrap().1.parse::<usize>().unwrap();
    assert_eq!((total("tests"), total("failures"), total("skipped")), (number("testcase"), number("failure"), 0));
    assert!(number("failure") > 10);
    let errors = elements(&report(Format::Checkstyle, &assessment));
    let open = rows(&assessment).count();
    assert_eq!(errors.iter().filter(|(name, _)| name == "error").count(), open);
    let message = |(_, attributes): &(String, Vec<(String, String)>)| {
        attributes.iter().find(|(key, _)| key == "message").map(|(_, text)| text.clone())
    };
    assert!(errors.iter().filter_map(message).any(|text| text.contains("]]> <b> & \"c\"")));
}

#[test]
fn a_spreadsheet_takes_no_cell_for_a_formula() {
    let mut assessment = fixture::assessment();
    for finding in &mut assessment.findings {
        finding.message = "=HYPERLINK(\"x\")".to_owned();
    }
    let text = report(Format::Csv, &assessment);
    let rows: Vec<::csv::StringRecord> =
        ::csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), assessment.findings.len());
    assert!(rows.iter().all(|row| row[3].starts_with("'=")));
}
