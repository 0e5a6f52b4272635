//! Documents that hold no text, from files to reports.

use std::fs;

use serde_json::Value;

use crate::program::{self, TODAY, annexa, testdata};

const SOA: &str = "- control: A.5.24\n  applicable: true\n  justification: risk R-1\n  status: planned\n";

/// A company whose ISMS is kept in Word, PDF and workbooks.
fn company() -> tempfile::TempDir {
    let folder = program::folder(&[
        ("isms/soa.yaml", SOA),
        ("isms/README.md", "# Documents\n\n- Incidents: incident-plan.docx\n- Backups: backup-policy.pdf\n"),
        ("manuals/printer.pdf", "no PDF at all, and nobody opens it"),
        ("isms/broken-policy.docx", "no package"),
    ]);
    for name in
        ["incident-plan.docx", "backup-policy.pdf", "supplier-policy.odt", "risk-register.xlsx", "suppliers.ods"]
    {
        fs::copy(testdata().join("documents").join(name), folder.path().join("isms").join(name)).unwrap();
    }
    folder
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn documents_are_listed_with_the_reason() {
    let folder = company();
    let listing = json(&annexa(folder.path(), ["documents", "--format", "json"]).expect(0).stdout);
    let recognised = listing["recognised"].as_array().unwrap().iter();
    let recognised: Vec<String> =
        recognised.map(|row| format!("{} {}", row["path"], row["type"]).replace('"', "")).collect();
    let expected = [
        "isms/backup-policy.pdf backup-policy",
        "isms/incident-plan.docx incident-plan",
        "isms/risk-register.xlsx risk-register",
        "isms/soa.yaml statement-of-applicability",
        "isms/supplier-policy.odt supplier-policy",
        "isms/suppliers.ods supplier-register",
    ];
    assert_eq!(recognised, expected);
    let plan = &listing["recognised"][1];
    assert_eq!(plan["standing"], json(r#"{ "owned": true, "approved": true, "current": true }"#));
    let table = annexa(folder.path(), ["documents"]).expect(0);
    table
        .says("isms/incident-plan.docx   incident-plan")
        .says("isms/broken-policy.docx  cannot be read: it is broken: it is no zip package")
        .says("isms/README.md");
}

#[test]
fn findings_in_them_have_places_in_words_and_stand_on_a_line_for_github() {
    let folder = company();
    let arguments = ["scan", "--today", TODAY, "--format", "json=out.json", "--format", "github=out.sarif"];
    annexa(folder.path(), arguments).expect(1);
    let read = |name: &str| json(&fs::read_to_string(folder.path().join(name)).unwrap());
    let all = read("out.json");
    let findings = all["findings"].as_array().unwrap();
    let at =
        |path: &str| -> Vec<&Value> { findings.iter().filter(|finding| finding["location"]["path"] == path).collect() };
    let accepted: Vec<&Value> = at("isms/risk-register.xlsx")
        .into_iter()
        .filter(|finding| finding["rule"].as_str().unwrap().contains("risk"))
        .collect();
    assert!(!accepted.is_empty(), "{findings:#?}");
    assert!(
        accepted.iter().any(|finding| finding["location"]["place"].as_str().unwrap().starts_with("sheet 2, row ")),
        "{accepted:#?}"
    );
    let broken = at("isms/broken-policy.docx");
    assert_eq!(broken[0]["rule"], "scan/unreadable");
    assert!(at("manuals/printer.pdf").is_empty());

    let results = read("out.sarif")["runs"][0]["results"].as_array().unwrap().clone();
    for result in &results {
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        let is_text = [".md", ".yaml"].iter().any(|ending| uri.ends_with(ending));
        assert!(is_text, "GitHub shows no line of {uri}");
        assert!(result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap() > 0);
    }
    let named = |name: &str| results.iter().find(|result| result["message"]["text"].as_str().unwrap().contains(name));
    let broken = named("isms/broken-policy.docx").unwrap();
    assert_eq!(broken["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "isms/README.md");
}
