//! The ISMS of `testdata/acme`: what is recognised, what stands under control, what it states.
#![expect(clippy::disallowed_methods, reason = "tests read their fixtures")]

use std::fs;
use std::path::Path;

use annexa::kind::isms::Isms;
use annexa::kind::{Kind, ParsedFile, Unit, View};
use annexa::syntax::tree::FileId;
use annexa::syntax::{Syntax, parse};

/// The texts below a folder, sorted by path; what is no text is left out.
fn texts(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            if path.is_dir() {
                folders.push(path);
            } else if Syntax::of(&name).is_some()
                && let Ok(text) = fs::read_to_string(&path)
            {
                found.push((name, text));
            }
        }
    }
    found.sort();
    found
}

fn acme() -> (Vec<ParsedFile>, Unit) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/acme");
    let file = |(index, (path, text)): (usize, (String, String))| {
        let id = FileId(u32::try_from(index).unwrap());
        let content = parse(Syntax::of(&path).unwrap(), &text, id).content;
        ParsedFile { id, path: path.into(), text: text.into(), content }
    };
    let files: Vec<ParsedFile> = texts(&root).into_iter().enumerate().map(file).collect();
    let all: Vec<&ParsedFile> = files.iter().collect();
    let view = View::new(&all, &[], &[], jiff::civil::date(2026, 11, 22));
    let claimed: Vec<&ParsedFile> = all.iter().copied().filter(|file| Isms.claims(file, &view)).collect();
    let groups = Isms.groups(&claimed);
    assert_eq!(groups.len(), 1);
    let unit = Isms.build(&groups[0], &view);
    (files, unit)
}

#[test]
fn every_document_of_acme_is_recognised_as_what_it_is() {
    let (files, unit) = acme();
    let documents: Vec<(&str, &str)> = unit
        .facts
        .documents
        .iter()
        .filter(|document| document.standing.is_some())
        .map(|document| (document.path.strip_prefix("isms/").unwrap(), document.document_type.as_str()))
        .collect();
    let expected = [
        ("acceptable-use-policy.md", "acceptable-use-policy"),
        ("access-control-policy.md", "access-control-policy"),
        ("backup-policy.md", "backup-policy"),
        ("clear-desk-policy.md", "clear-desk-policy"),
        ("cryptography-policy.md", "cryptography-policy"),
        ("incident/contacts.md", "incident-contacts"),
        ("incident/incident-management-plan.md", "incident-plan"),
        ("incident/playbook-ransomware.md", "incident-playbook"),
        ("incident/reporting-procedure.md", "incident-procedure"),
        ("information-security-policy.md", "information-security-policy"),
        ("internal-audit-programme.md", "internal-audit-programme"),
        ("internal-audit-report-2026-05.md", "audit-report"),
        ("logging-and-monitoring-policy.md", "logging-policy"),
        ("management-review-2026-09.md", "management-review"),
        ("objectives.md", "objectives"),
        ("risk-methodology.md", "risk-methodology"),
        ("scope.md", "scope"),
        ("secure-development-policy.md", "secure-development-policy"),
        ("supplier-policy.md", "supplier-policy"),
    ];
    assert_eq!(documents, expected);
    let others = files.iter().filter(|file| file.path.ends_with(".md") && !file.path.starts_with("isms/"));
    assert!(others.count() > 2, "acme has documents that are none of the ISMS");
}

#[test]
fn the_documents_out_of_control_are_the_ones_that_acme_has_on_purpose() {
    let (_, unit) = acme();
    let documents = unit.facts.documents.iter().filter_map(|document| Some((document, document.standing?)));
    let lacking: Vec<(&str, [bool; 3])> = documents
        .filter(|(_, standing)| !standing.is_controlled())
        .map(|(document, standing)| (&*document.path, [standing.owned, standing.approved, standing.current]))
        .collect();
    let expected = [
        ("isms/backup-policy.md", [true, true, false]),
        ("isms/clear-desk-policy.md", [false, false, false]),
        ("isms/secure-development-policy.md", [true, false, true]),
    ];
    assert_eq!(lacking, expected);
}

#[test]
fn policies_of_acme_state_what_rules_hold_the_infrastructure_to() {
    let (files, unit) = acme();
    let stated: Vec<(&str, String, &str)> = unit
        .facts
        .requirements
        .iter()
        .map(|(id, node, _)| {
            let file = &files[node.place.file.0 as usize];
            let slice = node.place.as_span().unwrap().slice(&file.text);
            (id.as_str(), node.value.scalar_text().unwrap().to_string(), slice)
        })
        .collect();
    let expected = [
        ("password-min-length", "14".to_owned(), "at least 14 characters"),
        ("tls-min-version", "1.2".to_owned(), "at the least TLS 1.2"),
        ("key-rotation-interval", "365".to_owned(), "once a year"),
        ("log-retention", "365".to_owned(), "365 days"),
    ];
    assert_eq!(stated, expected);
}

#[test]
fn registers_of_acme_are_rows_and_facts() {
    let (files, unit) = acme();
    let rows = |target: &str| unit.resources.iter().filter(|resource| resource.target == target).count();
    for target in ["asset", "supplier", "incident", "training", "corrective-action", "exception", "attestation", "risk"]
    {
        assert!(rows(&format!("register/{target}")) > 1, "{target}");
    }
    assert_eq!(rows("register/applicability"), 93);
    assert_eq!(unit.facts.applicability.len(), 93);
    for row in &unit.facts.applicability {
        let written = row.place.as_span().unwrap().slice(&files[row.place.file.0 as usize].text);
        assert_eq!(format!("A.{}", written.trim_matches('"')), *row.control);
        assert!(row.applicable.is_some(), "{}", row.control);
    }
    let bare = unit.facts.applicability.iter().filter(|row| row.justification.is_empty());
    assert_eq!(bare.map(|row| row.control.as_str()).collect::<Vec<_>>(), ["A.8.23"]);
    let risk = unit.resources.iter().find(|resource| resource.address == "risk/R-07").unwrap();
    let treatment = risk.tree.get("treatment").and_then(|node| node.as_str());
    assert_eq!((treatment, risk.tree.get("accepted_by")), (Some("retain"), None));
}

#[test]
fn the_documents_of_the_incident_plan_are_judged_together() {
    let (_, unit) = acme();
    let plan = unit.resources.iter().find(|resource| resource.target == "isms/incident-plan").unwrap();
    assert_eq!(plan.tree.get("documents").unwrap().items().len(), 4);
}

/// A file cut off or garbled anywhere is read as far as it goes.
#[test]
fn no_cut_and_no_garbling_of_acme_fails() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/acme/isms");
    let mut seed = 1_u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below.max(1)
    };
    for (path, text) in texts(&root) {
        for round in 0..12 {
            let letters: Vec<char> = text.chars().collect();
            let mut broken: Vec<char> = letters.iter().copied().take(random(letters.len() + 1)).collect();
            for _ in 0..round {
                let sign = ['|', '-', ':', '[', '<', '{', '"', '\n', '9', 'ß', '.', '_'][random(12)];
                let at = random(broken.len() + 1);
                broken.insert(at, sign);
            }
            let broken: String = broken.into_iter().collect();
            let path = format!("isms/{path}");
            let content = parse(Syntax::of(&path).unwrap(), &broken, FileId(0)).content;
            let file = ParsedFile { id: FileId(0), path: path.into(), text: broken.into(), content };
            let all = [&file];
            let view = View::new(&all, &[], &[], jiff::civil::date(2026, 11, 22));
            if Isms.claims(&file, &view) {
                let unit = Isms.build(&Isms.groups(&all)[0], &view);
                assert!(unit.facts.exists && !unit.resources.is_empty());
            }
        }
    }
}
