use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{Style, fixture, snapshot};
use super::*;
use crate::engine::assessment::Assessment;
use crate::isms::control::Framework;
use crate::isms::coverage::coverage;

fn text(assessment: &Assessment, framework: Framework, format: CoverageFormat) -> String {
    let coverage = coverage(assessment, framework);
    let input = Input { assessment, coverage: &coverage, history: None, style: Style::default() };
    let mut out = Vec::new();
    write_coverage(format, &input, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("the report is UTF-8")
}

fn json(assessment: &Assessment, framework: Framework) -> Value {
    serde_json::from_str(&text(assessment, framework, CoverageFormat::Json)).expect("the report is JSON")
}

#[test]
fn the_reports_look_as_they_did() {
    let assessment = fixture::assessment();
    for (format, name) in [
        (CoverageFormat::Table, "coverage.txt"),
        (CoverageFormat::Markdown, "coverage.md"),
        (CoverageFormat::Json, "coverage.json"),
    ] {
        snapshot::compare(name, &text(&assessment, Framework::Iso2022, format));
    }
}

#[test]
fn every_format_lists_all_controls_and_clauses() {
    let assessment = fixture::empty();
    for (framework, controls, first, last) in [
        (Framework::Iso2022, 93, "A.5.1", "A.8.34"),
        (Framework::Iso2013, 114, "A.5.1.1", "A.18.2.3"),
        (Framework::Itil4, 34, "architecture-management", "deployment-management"),
        (Framework::Cobit2019, 40, "EDM01", "MEA04"),
    ] {
        let value = json(&assessment, framework);
        let ids: BTreeSet<&str> =
            value["controls"].as_array().expect("controls").iter().filter_map(|entry| entry["id"].as_str()).collect();
        assert_eq!(ids.len(), controls);
        assert!(ids.contains(first) && ids.contains(last), "{first} {last}");
        for format in [CoverageFormat::Table, CoverageFormat::Markdown] {
            let text = text(&assessment, framework, format);
            let words: BTreeSet<&str> = text.split_whitespace().collect();
            assert!(ids.iter().all(|id| words.contains(id)));
        }
    }
}

#[test]
fn controls_and_clauses_of_one_number_are_kept_apart() {
    let value = json(&fixture::assessment(), Framework::Iso2022);
    let ids = |key: &str| -> Vec<&str> {
        value[key].as_array().expect("a list").iter().filter_map(|entry| entry["id"].as_str()).collect()
    };
    assert!(ids("controls").iter().all(|id| id.starts_with("A.")));
    assert!(ids("clauses").iter().all(|id| !id.starts_with("A.")) && ids("clauses").contains(&"5.1"));
}

#[test]
fn a_facet_tells_what_it_rests_on() {
    let value = json(&fixture::assessment(), Framework::Iso2022);
    let entry = |id: &str| {
        let entries = value["controls"].as_array().expect("controls");
        entries.iter().find(|entry| entry["id"] == id).expect("the control")
    };
    let implemented = &entry("A.8.3")["facets"]["implemented"];
    assert_eq!(implemented["status"], "partial");
    assert_eq!(implemented["outcomes"], serde_json::json!({ "pass": 3, "fail": 2, "excepted": 0, "unknown": 1 }));
    assert_eq!(implemented["rules"][0]["bearing"], "direct");
    assert_eq!(implemented["evidence"][0]["path"], "infra/Ablage für 100 % #1.tf");
    assert_eq!(implemented["findings"].as_array().map(Vec::len), Some(3));
    assert_eq!(entry("A.8.3")["applicability"]["owner"], "Ines Moreau");
    let excluded = &entry("A.7.4")["facets"]["documented"];
    assert_eq!((&excluded["status"], &excluded["reason"]["code"]), (&"not-applicable".into(), &"excluded".into()));
    let attested = &entry("A.6.3")["facets"]["operating"];
    assert_eq!(
        (&attested["status"], &attested["attestations"][0]["valid_until"]),
        (&"attested".into(), &"2027-08-31".into())
    );
    let text = &entry("A.5.24")["facets"]["documented"]["evidence"][0];
    assert_eq!((&text["path"], &text["line"]), (&"isms/incident-plan.md".into(), &5.into()));
}

#[test]
fn another_framework_tells_through_which_relation() {
    let value = json(&fixture::assessment(), Framework::Iso2013);
    let entries = value["controls"].as_array().expect("controls");
    let through =
        entries.iter().flat_map(|entry| entry["facets"]["implemented"]["through"].as_array().expect("a list"));
    assert!(through.clone().count() > 0);
    assert!(through.into_iter().all(|link| link["rationale"].as_str().is_some_and(|text| text.len() > 20)));
}

#[test]
fn the_wording_leaves_the_verdict_to_the_auditor() {
    for format in [CoverageFormat::Table, CoverageFormat::Markdown, CoverageFormat::Html] {
        let text = text(&fixture::assessment(), Framework::Iso2022, format);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("is for an auditor to say") && text.contains("was not observed"));
        assert!(!text.to_lowercase().contains("compliant"));
    }
}

/// The rows of a table, by the names of its columns.
fn rows(assessment: &Assessment, format: CoverageFormat) -> Vec<std::collections::BTreeMap<String, String>> {
    let text = text(assessment, Framework::Iso2022, format);
    let mut table = ::csv::Reader::from_reader(text.as_bytes());
    table.deserialize().map(|row| row.expect("a row")).collect()
}

#[test]
fn the_table_has_what_the_soa_says_beside_what_was_found() {
    let rows = rows(&fixture::assessment(), CoverageFormat::Csv);
    let get = |id: &str, facet: &str| {
        rows.iter().find(|row| row["id"] == id && row["facet"] == facet).unwrap_or_else(|| panic!("no {id} {facet}"))
    };
    let row = get("A.8.3", "implemented");
    assert_eq!(
        (row["owner"].as_str(), row["applicable"].as_str(), row["soa_place"].as_str()),
        ("Ines Moreau", "yes", "isms/soa.yaml")
    );
    assert_eq!((row["status"].as_str(), row["pass"].as_str(), row["fail"].as_str()), ("partial", "3", "2"));
    assert_eq!(row["failing_rules"], "aws/s3/public-acl");
    assert_eq!(row["evidence"], "infra/Ablage für 100 % #1.tf");
    assert_eq!((row["risks"].as_str(), row["soa_documents"].as_str()), ("R-3", "storage standard"));
    assert_eq!((row["evaluated"].as_str(), row["open_findings"].as_str()), ("6", "1"));
    // One more is quieted by a comment.
    assert_eq!(row["ignored_findings"], "1");
    // What the scan looked at itself is as young as the scan.
    assert_eq!((row["youngest_evidence"].as_str(), row["evidence_age_days"].as_str()), ("2026-11-22", "0"));
    let excepted = get("A.8.10", "implemented");
    assert_eq!(excepted["exceptions"], "EX-2026-003 until 2027-01-31, accepted by Tom Farrow, 1 finding");
    // A document is as old as its last approval, review or change.
    let stated = get("A.5.24", "documented");
    assert_eq!(stated["documents"], "isms/incident-plan.md (not approved)");
    assert_eq!((stated["youngest_evidence"].as_str(), stated["evidence_age_days"].as_str()), ("2026-03-02", "265"));
    let attested = get("A.6.3", "operating");
    assert_eq!((attested["youngest_evidence"].as_str(), attested["evidence_age_days"].as_str()), ("2026-09-01", "82"));
    assert_eq!(attested["attestations"], "training held on 2026-09-01, says Ines Moreau, until 2027-08-31");
    // Nothing speaks for it: no age, rather than 0.
    assert_eq!(get("A.5.3", "operating")["evidence_age_days"], "");
    assert!(get("A.5.3", "operating")["reason"].starts_with("no rule of this scan maps to it"));
    assert_eq!(get("A.5.24", "documented")["evidence"], "isms/incident-plan.md:5");
    assert_eq!(get("A.7.4", "documented")["status"], "not-applicable");
    assert_eq!(rows.iter().filter(|row| row["id"].starts_with("A.")).count(), 3 * 93);
}

/// The sheets of a workbook as the scan itself reads workbooks, by name: rows of heading and text.
fn sheets(bytes: &[u8]) -> std::collections::BTreeMap<String, Vec<std::collections::BTreeMap<String, String>>> {
    use crate::syntax::tree::{FileId, Node};
    let parsed = crate::syntax::parse_bytes(crate::syntax::Syntax::Xlsx, bytes, FileId(0));
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let crate::syntax::Content::Extracted(extracted) = &parsed.content else { panic!("a workbook is extracted") };
    let trees = &extracted.trees;
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).expect("a text").to_string();
    let row = |row: &Node| {
        let cells =
            row.entries().iter().filter_map(|cell| Some((cell.key.to_string(), cell.value.as_str()?.to_string())));
        cells.collect()
    };
    let sheets = trees[0].get("sheets").expect("sheets").items();
    sheets
        .iter()
        .map(|sheet| (text(sheet, "name"), sheet.get("rows").expect("rows").items().iter().map(row).collect()))
        .collect()
}

fn workbook(assessment: &Assessment, framework: Framework) -> Vec<u8> {
    let coverage = coverage(assessment, framework);
    let mut out = Vec::new();
    let input = Input { assessment, coverage: &coverage, history: None, style: Style::default() };
    write_coverage(CoverageFormat::Xlsx, &input, &mut out).expect("a vector takes everything");
    out
}

#[test]
fn a_workbook_holds_the_statement_with_what_was_found_beside_it() {
    let assessment = fixture::assessment();
    let bytes = workbook(&assessment, Framework::Iso2022);
    assert_eq!(bytes, workbook(&assessment, Framework::Iso2022), "two runs give the same bytes");
    let sheets = sheets(&bytes);
    let statement = &sheets["Statement of applicability"];
    assert_eq!(statement.len(), 93);
    let row = statement.iter().find(|row| row["Control"] == "A.8.3").expect("the control");
    for (column, expected) in [
        ("Applicable", "yes"),
        ("Owner", "Ines Moreau"),
        ("SoA status", "implemented"),
        ("Implemented", "partial"),
        ("Documented", "not evaluated"),
        ("Pass", "3"),
        ("Fail", "2"),
        ("Unknown", "1"),
        ("Findings open", "1"),
        ("Rules that fail", "aws/s3/public-acl"),
        ("Youngest evidence", "2026-11-22"),
        ("Its age in days", "0"),
        ("Row of the SoA", "isms/soa.yaml"),
    ] {
        assert_eq!(row[column], expected, "{column}");
    }
    // The facets of the CSV, cell by cell.
    let table = rows(&assessment, CoverageFormat::Csv);
    assert_eq!(sheets["By facet"].len(), table.len());
    for (sheet, csv) in sheets["By facet"].iter().zip(&table) {
        assert_eq!((&sheet["Control"], &sheet["Facet"]), (&csv["id"], &csv["facet"]));
        assert_eq!(sheet["Status"], csv["status"].replace('-', " "));
        assert_eq!(sheet["Pass"], csv["pass"]);
    }
    let clauses = &sheets["Clauses"];
    assert!(clauses.iter().any(|row| row["Control"] == "9.2.2") && !clauses[0].contains_key("Owner"));
    assert_eq!(sheets["Findings"].len(), assessment.findings.len());
    assert_eq!(sheets["Findings"][0]["Severity"], "critical");
    assert!(sheets["Documented information"].iter().any(|row| row["State"] == "missing"));
}

#[test]
fn a_workbook_of_another_framework_tells_its_relations() {
    let sheets = sheets(&workbook(&fixture::assessment(), Framework::Itil4));
    let controls = &sheets["Controls"];
    assert_eq!(controls.len(), 34);
    assert!(!sheets.contains_key("Clauses"));
    assert!(
        controls.iter().any(|row| row.get("Through").is_some_and(|text| text.contains("(intersects)"))),
        "{controls:?}"
    );
}

#[test]
fn a_text_too_long_for_a_cell_is_cut_and_a_formula_stays_text() {
    let mut assessment = fixture::assessment();
    assessment.findings[0].message = format!("=cmd|' /C calc'!A0\u{202e}{}", "ä".repeat(40_000));
    let sheets = sheets(&workbook(&assessment, Framework::Iso2022));
    let message = &sheets["Findings"][0]["Message"];
    assert!(message.starts_with("=cmd") && message.ends_with('…') && !message.contains('\u{202e}'));
    assert_eq!(message.chars().count(), 32_767);
}

#[test]
fn a_spreadsheet_runs_no_scanned_text() {
    let mut assessment = fixture::assessment();
    for row in &mut assessment.isms.applicability {
        row.owner = "=cmd|' /C calc'!A0".to_string();
    }
    let rows = rows(&assessment, CoverageFormat::Csv);
    assert!(rows.iter().any(|row| row["owner"].starts_with("'=cmd")));
    assert!(rows.iter().flat_map(|row| row.values()).all(|cell| !cell.starts_with(['=', '+', '-', '@'])));
}

#[test]
fn nobody_is_called_compliant_and_no_verdict_is_overwritten() {
    let rows = rows(&fixture::assessment(), CoverageFormat::CisoAssistant);
    let get = |id: &str| rows.iter().find(|row| row["ref_id"] == id).expect("the entry");
    let told = |id: &str| (get(id)["compliance_result"].as_str(), get(id)["requirement_progress"].as_str());
    assert_eq!(told("A.8.3"), ("partially_compliant", "in_review"));
    assert!(get("A.8.3")["observations"].contains("aws/s3/public-acl"));
    assert_eq!(told("9.2.1"), ("non_compliant", "in_review"));
    assert_eq!(told("A.7.4"), ("not_applicable", ""));
    // All that was found passes; what that means is for a person to say.
    assert_eq!(told("A.8.32"), ("", "in_review"));
    assert_eq!((told("A.5.3"), get("A.5.3")["observations"].as_str()), (("", ""), ""));
    assert!(rows.iter().all(|row| row["compliance_result"] != "compliant"));
}
