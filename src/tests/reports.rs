//! What the reports say of the whole company, checked by meaning: places slice back to the text, identities hold,
//! every control is listed, and the bytes do not depend on threads or on the run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::program::{self, TODAY, acme, annexa};

const SCANS: [&str; 11] = [
    "text",
    "sarif",
    "github",
    "json",
    "markdown",
    "annotations",
    "gitlab-code-quality",
    "gitlab-sast",
    "junit",
    "checkstyle",
    "csv",
];
const COVERAGES: [&str; 7] = ["table", "markdown", "json", "html", "csv", "xlsx", "ciso-assistant"];

/// Scans a folder into every format at once, and its coverage too; the contents by name.
fn reports(folder: &Path, options: &[&str]) -> BTreeMap<String, String> {
    let out = tempfile::tempdir().unwrap();
    let target = |format: &str, name: &str| format!("{format}={}", out.path().join(name).display());
    let mut scan = vec!["scan".to_owned(), "--today".to_owned(), TODAY.to_owned()];
    let mut coverage = vec!["coverage".to_owned(), "--today".to_owned(), TODAY.to_owned()];
    for format in SCANS {
        scan.extend(["--format".to_owned(), target(format, &format!("scan.{format}"))]);
    }
    for format in COVERAGES {
        coverage.extend(["--format".to_owned(), target(format, &format!("coverage.{format}"))]);
    }
    for arguments in [&mut scan, &mut coverage] {
        arguments.extend(options.iter().map(ToString::to_string));
    }
    assert_eq!(annexa(folder, scan).expect(1).stdout, "");
    assert_eq!(annexa(folder, coverage).expect(0).stdout, "");
    let files = fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    // A workbook is compared only.
    files.map(|path| (name(&path), String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())).collect()
}

/// The company with its history, and all reports of it; made once.
fn company() -> &'static (tempfile::TempDir, PathBuf, BTreeMap<String, String>) {
    static COMPANY: OnceLock<(tempfile::TempDir, PathBuf, BTreeMap<String, String>)> = OnceLock::new();
    COMPANY.get_or_init(|| {
        let (home, folder) = acme();
        let reports = reports(&folder, &[]);
        (home, folder, reports)
    })
}

fn json(reports: &BTreeMap<String, String>, name: &str) -> Value {
    serde_json::from_str(&reports[name]).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("`{key}` is no list in {value}"))
}

#[test]
fn runs_and_threads_do_not_show_in_the_bytes() {
    let (_, folder, first) = company();
    assert_eq!(first.len(), SCANS.len() + COVERAGES.len());
    for threads in ["1", "2", "7"] {
        let again = reports(folder, &["--threads", threads]);
        for (name, content) in first {
            assert!(again[name] == *content, "{name} differs on {threads} threads");
        }
    }
}

#[test]
fn one_format_goes_to_standard_output_and_others_to_files() {
    let (_, folder, all) = company();
    for format in SCANS {
        let ran = annexa(folder, ["scan", "--today", TODAY, "--format", format]).expect(1);
        assert!(ran.stdout == all[&format!("scan.{format}")], "{format} says something else on standard output");
    }
    if cfg!(unix) {
        let ran = annexa(folder, ["scan", "--today", TODAY, "--format", "json=/dev/stdout"]).expect(1);
        assert!(ran.stdout == all["scan.json"]);
    }
}

#[test]
fn places_in_sarif_slice_back_to_the_text() {
    let (_, folder, reports) = company();
    for name in ["scan.sarif", "scan.github"] {
        let log = json(reports, name);
        assert_eq!(log["version"], "2.1.0");
        let [run] = list(&log, "runs") else { panic!("{name} has more than one run") };
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        let mut sliced = 0;
        for result in list(run, "results") {
            assert_rule(run, result);
            for location in list(result, "locations") {
                // What has no text (a tag, a file that is missing) has a name instead; code scanning takes none such.
                match location.get("physicalLocation") {
                    Some(place) => sliced += usize::from(check_region(folder, place)),
                    None if name == "scan.sarif" => assert!(!list(location, "logicalLocations").is_empty()),
                    None => panic!("{name}: no place in {result}"),
                }
            }
        }
        assert!(sliced > 30, "{name}: only {sliced} regions");
    }
}

/// The result's rule is the one at its index, and the result says something.
fn assert_rule(run: &Value, result: &Value) {
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(list(&run["tool"]["driver"], "rules")[index]["id"], result["ruleId"]);
    assert!(!result["message"]["text"].as_str().unwrap().is_empty());
}

/// Whether the place has a region; then its snippet, where there is one, must be what stands there.
fn check_region(folder: &Path, place: &Value) -> bool {
    // What passed in the repository as a whole stands in no file.
    let Some(uri) = place["artifactLocation"]["uri"].as_str() else { return false };
    let path = percent_decoded(uri);
    let text = fs::read(folder.join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let Some(region) = place["region"].as_object() else { return false };
    let Ok(text) = String::from_utf8(text) else { return false };
    let number = |key: &str| region.get(key).and_then(Value::as_u64).map(|number| usize::try_from(number).unwrap());
    let start = offset(&text, number("startLine").unwrap(), number("startColumn").unwrap_or(1));
    let Some(column) = number("endColumn") else { return true };
    let end = offset(&text, number("endLine").unwrap(), column);
    assert!(start <= end, "{path}: {region:?}");
    if let Some(snippet) = region.get("snippet") {
        let snippet = snippet["text"].as_str().unwrap();
        let found = &text[start..end];
        assert!(
            found == snippet || found.starts_with(snippet.trim_end_matches('…')),
            "{path}: {snippet}\nis not\n{found}"
        );
    }
    true
}

/// The offset of a line and column, both from 1, columns in code points.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = &text[before..];
    let rest_offset = rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at);
    before + rest_offset
}

fn percent_decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if let (b'%', [high, low, after @ ..]) = (first, tail) {
            let hex = String::from_utf8(vec![*high, *low]).unwrap();
            bytes.push(u8::from_str_radix(&hex, 16).unwrap());
            rest = after;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// One result without a place makes code scanning refuse the whole file; passes and suppressed results become alerts.
#[test]
fn code_scanning_is_given_only_what_it_shows_well() {
    let (_, _, reports) = company();
    let log = json(reports, "scan.github");
    let run = &log["runs"][0];
    let results = list(run, "results");
    assert!(results.len() > 20);
    let mut fingerprints = BTreeSet::new();
    for result in results {
        assert_eq!(result["kind"].as_str().unwrap_or("fail"), "fail");
        assert!(result.get("suppressions").is_none(), "{result}");
        let locations = list(result, "locations");
        assert!(!locations.is_empty(), "{result}");
        let place = &locations[0]["physicalLocation"];
        assert!(place["region"]["startLine"].as_u64().is_some_and(|line| line >= 1), "{result}");
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.is_empty() && !uri.starts_with('/') && !uri.contains("://"), "{uri}");
        for fingerprint in result["partialFingerprints"].as_object().unwrap() {
            assert!(fingerprints.insert(format!("{fingerprint:?}")), "{fingerprint:?} stands for two results");
        }
    }
    for rule in list(&run["tool"]["driver"], "rules") {
        let properties = &rule["properties"];
        assert!(list(properties, "tags").len() <= 10, "{}: code scanning keeps ten tags", rule["id"]);
        let severity: f64 = properties["security-severity"].as_str().unwrap().parse().unwrap();
        assert!((0.0..=10.0).contains(&severity));
        assert!(rule["help"]["markdown"].as_str().is_some_and(|help| !help.is_empty()), "{}", rule["id"]);
    }
}

#[test]
fn json_and_sarif_tell_the_same_findings() {
    let (_, folder, reports) = company();
    let (log, told) = (json(reports, "scan.sarif"), json(reports, "scan.json"));
    let fails = list(&log["runs"][0], "results").iter().filter(|result| result["kind"] == "fail");
    let key = |rule: &Value, fingerprint: &Value| format!("{rule} {fingerprint}");
    let in_sarif: BTreeSet<String> =
        fails.map(|result| key(&result["ruleId"], &result["partialFingerprints"]["annexa/v1"])).collect();
    let in_json: BTreeSet<String> =
        list(&told, "findings").iter().map(|finding| key(&finding["rule"], &finding["fingerprint"])).collect();
    assert_eq!(in_sarif, in_json);
    for finding in list(&told, "findings") {
        let Some(region) = finding["location"]["region"].as_object() else { continue };
        let text = fs::read_to_string(folder.join(finding["location"]["path"].as_str().unwrap())).unwrap_or_default();
        let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
        let found = text.get(number("byte_offset")..number("byte_offset") + number("byte_length"));
        let said = finding["text"].as_str().unwrap_or_default().trim_end_matches('…');
        assert!(text.is_empty() || found.is_some_and(|found| found.starts_with(said)), "{finding}");
    }
}

#[test]
fn a_control_tells_its_owner_exceptions_documents_and_the_age_of_its_evidence() {
    let (_, _, reports) = company();
    let mut table = csv::Reader::from_reader(reports["coverage.csv"].as_bytes());
    let rows: Vec<BTreeMap<String, String>> = table.deserialize().map(Result::unwrap).collect();
    let row = |id: &str, facet: &str| rows.iter().find(|row| row["id"] == id && row["facet"] == facet).unwrap();
    let access = row("A.8.3", "implemented");
    assert!(access["exceptions"].starts_with("EX-2026-03 until 2027-01-31, accepted by Maren Oakes"), "{access:?}");
    assert!(!access["owner"].is_empty() && access["evidence_age_days"] == "0");
    let backup = row("A.8.13", "documented");
    assert!(backup["documents"].contains("isms/backup-policy.md (not current)"), "{backup:?}");
    let attested = row("A.6.1", "operating");
    assert_eq!((attested["youngest_evidence"].as_str(), attested["evidence_age_days"].as_str()), ("2026-09-08", "75"));
    assert!(attested["youngest_evidence_of"].ends_with("attestations.yaml"));
    // A reason stands beside all that was not evaluated, and no age.
    let mut not_evaluated = rows.iter().filter(|row| row["status"] == "not-evaluated").peekable();
    assert!(not_evaluated.peek().is_some());
    assert!(not_evaluated.all(|row| !row["reason"].is_empty() && row["evidence_age_days"].is_empty()));
}

#[test]
fn a_report_of_ours_that_lies_in_the_repository_is_no_register() {
    let (_home, folder) = acme();
    let documents = || {
        let ran = annexa(&folder, ["scan", "--today", TODAY, "--format", "json"]).expect(1);
        let scan: Value = serde_json::from_str(&ran.stdout).unwrap();
        list(&scan, "documents")
            .iter()
            .map(|document| document["path"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let before = documents();
    let mut coverage = vec!["coverage".to_owned(), "--today".to_owned(), TODAY.to_owned()];
    for (format, name) in [("csv", "soa.csv"), ("xlsx", "soa.xlsx"), ("markdown", "soa.md"), ("json", "soa.json")] {
        coverage.extend(["--format".to_owned(), format!("{format}=isms/registers/{name}")]);
    }
    annexa(&folder, coverage).expect(0);
    assert_eq!(documents(), before);
}

#[test]
fn coverage_lists_every_control_whatever_was_scanned() {
    let (_, company, _) = company();
    let empty = program::folder(&[]);
    let statuses = ["satisfied", "partial", "not-satisfied", "excepted", "attested", "not-evaluated", "not-applicable"];
    for folder in [company.as_path(), empty.path()] {
        let ran = annexa(folder, ["coverage", "--today", TODAY, "--format", "json"]).expect(0);
        let coverage: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(list(&coverage, "controls").len(), 93);
        assert!(list(&coverage, "clauses").len() >= 30);
        for control in list(&coverage, "controls").iter().chain(list(&coverage, "clauses")) {
            for facet in ["documented", "implemented", "operating"] {
                if control["assessable"] == false {
                    continue;
                }
                let facet = &control["facets"][facet];
                let status = facet["status"].as_str().unwrap_or_else(|| panic!("no status in {control}"));
                assert!(statuses.contains(&status), "{status}");
                let says_why = facet["reason"]["text"].as_str().is_some_and(|reason| !reason.is_empty());
                assert!(status != "not-evaluated" || says_why, "{control}");
            }
        }
        for format in ["table", "markdown", "html", "csv", "ciso-assistant"] {
            let ran = annexa(folder, ["coverage", "--today", TODAY, "--format", format]).expect(0);
            for control in list(&coverage, "controls") {
                let id = control["id"].as_str().unwrap();
                assert!(ran.stdout.contains(id.trim_start_matches("A.")), "{id} is not in the {format}");
            }
        }
    }
}

#[test]
fn other_frameworks_are_views_of_the_same_evidence() {
    let (_, folder, _) = company();
    for (framework, controls) in [("iso27001:2013", 114), ("itil4", 34), ("cobit2019", 40)] {
        let arguments = ["coverage", "--today", TODAY, "--framework", framework, "--format", "json"];
        let coverage: Value = serde_json::from_str(&annexa(folder, arguments).expect(0).stdout).unwrap();
        assert_eq!(list(&coverage, "controls").len(), controls, "{framework}");
    }
}
