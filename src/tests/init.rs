//! `annexa init`: filled in it passes our own rules, unfilled it fails on each blank, and nothing is overwritten.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use annexa::embedded;

use crate::program::{TODAY, annexa};

/// The blanks of a text, by a reading of their own: brackets in words that begin small, and no link.
fn blanks(text: &str) -> BTreeSet<String> {
    let asks = ["company", "owner", "approver", "contact", "country", "date", "name", "number", "phone", "address"];
    let asks = asks.iter().chain(&["describe", "enter", "state", "location"]);
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices('[') {
        let Some((blank, rest)) = text[at + 1..].split_once(']') else { continue };
        if !rest.starts_with('(') && !blank.contains('\n') && asks.clone().any(|word| blank.starts_with(word)) {
            found.insert(blank.to_owned());
        }
    }
    found
}

fn answer(blank: &str) -> &'static str {
    match blank {
        "owner" => "Edda Falk, information security officer",
        "approver" => "Maren Oakes, managing director",
        "contact address" => "security@quillmere.example",
        "date of approval" | "date of the last exercise" => "2026-11-02",
        "number of people" => "40",
        blank if blank.starts_with("state") => "planned",
        blank if blank.starts_with("date of attestation") || blank == "date of the training" => "2026-11-03",
        blank if blank.starts_with("date") => "2027-10-29",
        blank if blank.starts_with("phone") || blank == "contact number" => "0113 496 0100",
        blank if blank.starts_with("address") => "https://forms.quillmere.example",
        _ => "Quillmere",
    }
}

/// The policy files by path, without the page that explains blanks.
fn set() -> impl Iterator<Item = &'static embedded::PolicyFile> {
    embedded::policies().iter().filter(|file| file.path != "README.md")
}

fn findings(folder: &Path, options: &[&str]) -> Vec<serde_json::Value> {
    let ran = annexa(folder, ["scan", "--today", TODAY, "--format", "json=-"].iter().chain(options));
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    report["findings"].as_array().unwrap().clone()
}

#[test]
fn the_set_with_every_blank_filled_in_passes_our_rules() {
    let home = tempfile::tempdir().unwrap();
    let mut arguments = vec!["init".to_owned(), "--yes".to_owned()];
    for blank in set().flat_map(|file| blanks(file.text)).collect::<BTreeSet<_>>() {
        let name = blank.split(':').next().unwrap();
        arguments.extend(["--set".to_owned(), format!("{name}={}", answer(&blank))]);
    }
    let said = annexa(home.path(), &arguments).expect(0).stdout;
    assert!(!said.contains("To fill in"), "{said}");
    let isms: Vec<_> = findings(home.path(), &[])
        .into_iter()
        .filter(|finding| finding["location"]["path"].as_str().is_some_and(|path| path.starts_with("isms/")))
        .map(|finding| format!("{} {} {}", finding["rule"], finding["location"]["path"], finding["message"]))
        .collect();
    assert!(isms.is_empty(), "{isms:#?}");
}

/// The set as it is installed fails, and in each file each blank alone is enough.
#[test]
fn the_set_fails_on_each_blank() {
    let home = tempfile::tempdir().unwrap();
    annexa(home.path(), ["init", "--yes"]).expect(0).says("To fill in");
    let left: Vec<(&embedded::PolicyFile, Vec<String>)> =
        set().map(|file| (file, blanks(file.text).into_iter().collect())).collect();
    let rounds = left.iter().map(|(_, blanks)| blanks.len()).max().unwrap();
    for round in 0..rounds {
        let mut expected: BTreeMap<String, &str> = BTreeMap::new();
        for (file, blanks) in &left {
            let mut text = file.text.to_owned();
            for blank in blanks.iter().filter(|blank| blanks.get(round) != Some(blank)) {
                text = text.replace(&format!("[{blank}]"), answer(blank));
            }
            fs::write(home.path().join("isms").join(file.path), text).unwrap();
            expected.extend(blanks.get(round).map(|blank| (format!("isms/{}", file.path), blank.as_str())));
        }
        let said = findings(home.path(), &["--rule", "*/placeholder-left"]);
        for (path, blank) in expected {
            let names_it = |finding: &&serde_json::Value| {
                finding["location"]["path"] == path.as_str()
                    && finding["rule"].as_str().unwrap().ends_with("/placeholder-left")
                    && finding["message"].as_str().unwrap().ends_with(&format!(": [{blank}]"))
            };
            assert_eq!(said.iter().filter(names_it).count(), 1, "[{blank}] in {path}");
        }
    }
}

#[test]
fn what_exists_is_not_touched() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("isms")).unwrap();
    for path in ["annexa.yaml", "isms/scope.md"] {
        fs::write(home.path().join(path), "ours\n").unwrap();
    }
    let said = annexa(home.path(), ["init", "--yes", "--company", "Quillmere"]).expect(0).stdout;
    assert!(said.contains("annexa.yaml should say `isms: isms`"), "{said}");
    for path in ["annexa.yaml", "isms/scope.md"] {
        assert!(said.contains(&format!("{path} exists already")), "{said}");
        assert_eq!(fs::read_to_string(home.path().join(path)).unwrap(), "ours\n");
    }
    let policy = fs::read_to_string(home.path().join("isms/information-security-policy.md")).unwrap();
    assert!(policy.contains("Quillmere depends on information"), "{policy}");
    annexa(home.path(), ["init", "--yes"]).expect(0).says("Installed  0 files");
}
