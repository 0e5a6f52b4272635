use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::super::{Format, Input, Style, fixture, snapshot};
use super::*;
use crate::engine::assessment::Location;
use crate::isms::coverage::coverage;

fn text(assessment: &Assessment, format: Format) -> String {
    let coverage = coverage(assessment, assessment.framework);
    let input = Input { assessment, coverage: &coverage, history: None, style: Style::default() };
    let mut out = Vec::new();
    super::super::write(format, &input, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn run_of(assessment: &Assessment, format: Format) -> Value {
    let mut log: Value = serde_json::from_str(&text(assessment, format)).expect("the report is JSON");
    log["runs"][0].take()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn results(run: &Value) -> &[Value] {
    items(&run["results"])
}

#[test]
fn both_profiles_look_as_they_did() {
    let assessment = fixture::assessment();
    for (format, name) in [(Format::Sarif, "odd.sarif"), (Format::Github, "odd.github.sarif")] {
        let value: Value = serde_json::from_str(&text(&assessment, format)).expect("the report is JSON");
        let pretty = serde_json::to_string_pretty(&value).expect("a value is JSON");
        snapshot::compare(name, &format!("{pretty}\n"));
    }
}

/// The types of the crate are made from the schema of the standard: a wrong type, an unknown word of an enumeration or
/// a missing property does not fit into them.
#[test]
fn both_profiles_fit_the_schema() {
    for assessment in [fixture::assessment(), fixture::empty()] {
        for format in [Format::Sarif, Format::Github] {
            let log: serde_sarif::sarif::Sarif =
                serde_json::from_str(&text(&assessment, format)).expect("it fits the types of the schema");
            let again = serde_json::to_value(&log).expect("a value");
            let written: Value = serde_json::from_str(&text(&assessment, format)).expect("JSON");
            // Properties that the schema does not know would be lost on the way.
            assert_eq!(again["runs"][0]["results"], written["runs"][0]["results"]);
            assert_eq!(again["runs"][0]["tool"], written["runs"][0]["tool"]);
            assert_eq!(again["runs"][0]["taxonomies"], written["runs"][0]["taxonomies"]);
            assert_eq!(again["runs"][0]["invocations"], written["runs"][0]["invocations"]);
            assert_eq!(again["runs"][0]["artifacts"], written["runs"][0]["artifacts"]);
        }
    }
}

/// The text of lines and columns as SARIF counts them.
fn slice(text: &str, region: &Value) -> String {
    let number = |name: &str| region[name].as_u64().and_then(|number| usize::try_from(number).ok());
    let lines: Vec<&str> = text.split('\n').collect();
    let first = number("startLine").expect("a start") - 1;
    let last = number("endLine").map_or(first, |line| line - 1);
    let from = number("startColumn").map_or(0, |column| column - 1);
    let to = number("endColumn").map_or(usize::MAX, |column| column - 1);
    let cut = |line: &str, from: usize, to: usize| line.chars().skip(from).take(to - from).collect::<String>();
    if first == last {
        return cut(lines[first], from, to);
    }
    let middle = lines[first + 1..last].iter().map(ToString::to_string);
    let all = std::iter::once(cut(lines[first], from, usize::MAX)).chain(middle).chain([cut(lines[last], 0, to)]);
    all.collect::<Vec<_>>().join("\n")
}

/// Every object with an `artifactLocation`, wherever it is.
fn physical_locations<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    if value.get("artifactLocation").is_some() {
        found.push(value);
    }
    let below: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => map.values().collect(),
        _ => Vec::new(),
    };
    for value in below {
        physical_locations(value, found);
    }
}

fn text_of_uri(uri: &str) -> Option<&'static str> {
    fixture::FILES.iter().find(|(path, _)| crate::report::words::relative_uri(path) == uri).map(|(_, text)| *text)
}

#[test]
fn every_region_slices_back_to_its_snippet() {
    let run = run_of(&fixture::assessment(), Format::Sarif);
    let mut places = Vec::new();
    physical_locations(&run, &mut places);
    let mut compared = 0;
    for place in places {
        let Some(text) = place["artifactLocation"]["uri"].as_str().and_then(text_of_uri) else { continue };
        for region in [&place["region"], &place["contextRegion"]] {
            if let Some(snippet) = region["snippet"]["text"].as_str() {
                assert_eq!(slice(text, region), snippet);
                compared += 1;
            }
        }
    }
    assert!(compared > 12, "{compared} regions have text");
}

#[test]
fn a_cut_text_is_no_snippet_and_a_cut_context_no_context() {
    let mut assessment = fixture::assessment();
    let region = assessment.findings.iter_mut().find_map(|finding| finding.location.region.as_mut()).expect("one");
    let region = Arc::make_mut(region);
    region.text.truncate(3);
    region.context.text.truncate(3);
    let run = run_of(&assessment, Format::Sarif);
    let cut = results(&run).iter().find(|result| result["partialFingerprints"]["annexa/v1"] == format!("{:032x}", 1));
    let place = &cut.expect("the finding")["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startLine"], 4);
    assert!(place["region"].get("snippet").is_none() && place.get("contextRegion").is_none());
}

#[test]
fn references_by_index_lead_to_what_they_name() {
    let run = run_of(&fixture::assessment(), Format::Sarif);
    let rules = items(&run["tool"]["driver"]["rules"]);
    let at = |value: &Value| usize::try_from(value.as_u64().expect("an index")).expect("a small one");
    for result in results(&run) {
        assert_eq!(rules[at(&result["ruleIndex"])]["id"], result["ruleId"]);
    }
    let mut places = Vec::new();
    physical_locations(&run, &mut places);
    for place in places {
        let location = &place["artifactLocation"];
        if let Some(index) = location.get("index") {
            assert_eq!(run["artifacts"][at(index)]["location"]["uri"], location["uri"]);
        }
    }
    let taxonomies = items(&run["taxonomies"]);
    let descriptors = rules.iter().chain(taxonomies.iter().flat_map(|taxonomy| items(&taxonomy["taxa"])));
    let mut targets = 0;
    for target in descriptors.flat_map(|descriptor| items(&descriptor["relationships"])).map(|link| &link["target"]) {
        let component = &taxonomies[at(&target["toolComponent"]["index"])];
        assert_eq!(component["name"], target["toolComponent"]["name"]);
        assert_eq!(component["taxa"][at(&target["index"])]["id"], target["id"]);
        targets += 1;
    }
    assert!(targets > 20, "{targets} relationships");
    let invocation = &run["invocations"][0];
    let notes = items(&invocation["toolExecutionNotifications"]);
    for note in notes.iter().chain(items(&invocation["toolConfigurationNotifications"])) {
        let index = at(&note["descriptor"]["index"]);
        assert_eq!(run["tool"]["driver"]["notifications"][index]["id"], note["descriptor"]["id"]);
    }
}

#[test]
fn the_full_profile_tells_every_kind_of_result() {
    let run = run_of(&fixture::assessment(), Format::Sarif);
    let kinds = |kind: &str| results(&run).iter().filter(|result| result["kind"] == kind).count();
    assert_eq!((kinds("fail"), kinds("open"), kinds("pass")), (7, 1, 4));
    for result in results(&run) {
        // Only fails have a level (3.27.10), and either all results tell of suppressions or none does (3.27.23).
        assert_eq!(result["level"] == "none", result["kind"] != "fail");
        assert!(result["suppressions"].is_array());
    }
    let suppressions: Vec<&Value> = results(&run).iter().flat_map(|result| items(&result["suppressions"])).collect();
    assert_eq!(suppressions.len(), 2);
    assert_eq!(suppressions[0]["kind"], "inSource");
    assert_eq!(suppressions[0]["location"]["physicalLocation"]["region"]["startLine"], 7);
    assert_eq!(
        (&suppressions[1]["kind"], &suppressions[1]["properties"]["exception"]),
        (&"external".into(), &"EX-2026-003".into())
    );
    assert_eq!(results(&run).iter().find_map(|result| result["occurrenceCount"].as_u64()), Some(3));
}

#[test]
fn a_rule_that_met_nothing_of_its_kind_did_not_run() {
    let mut assessment = fixture::assessment();
    let mut idle = assessment.rules[0].clone();
    let mut about = (*idle.about).clone();
    about.id = "aaa/first-in-order".into();
    idle.about = about.into();
    (idle.passes, idle.fails, idle.excepted, idle.unknowns, idle.not_evaluated) = (0, 0, 0, 0, None);
    assessment.rules.insert(0, idle);
    assessment.findings.iter_mut().for_each(|finding| finding.rule += 1);
    assessment.passes.iter_mut().for_each(|pass| pass.rule += 1);
    for format in [Format::Sarif, Format::Github] {
        let (with, without) = (run_of(&assessment, format), run_of(&fixture::assessment(), format));
        assert_eq!(with["tool"]["driver"]["rules"], without["tool"]["driver"]["rules"]);
        assert_eq!(with["results"], without["results"]);
    }
}

#[test]
fn an_incomplete_scan_was_not_successful_and_says_why() {
    let run = run_of(&fixture::assessment(), Format::Sarif);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let ids = |key: &str| -> Vec<&str> {
        items(&invocation[key]).iter().filter_map(|note| note["descriptor"]["id"].as_str()).collect()
    };
    assert_eq!(
        ids("toolExecutionNotifications"),
        ["source/too-large", "source/unreadable", "notice/module-not-installed"]
    );
    assert_eq!(
        ids("toolConfigurationNotifications"),
        [
            "scan/limited",
            "source/excluded",
            "source/other",
            "source/set-aside",
            "source/not-entered",
            "rule/not-evaluated"
        ]
    );
    assert_eq!(run_of(&fixture::empty(), Format::Sarif)["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn a_direct_rule_has_its_control_as_superset_and_a_supporting_one_as_relevant() {
    let run = run_of(&fixture::assessment(), Format::Sarif);
    let rules = items(&run["tool"]["driver"]["rules"]);
    let rule = rules.iter().find(|rule| rule["id"] == "aws/s3/public-acl").expect("the rule");
    let links: Vec<(&str, &str)> = items(&rule["relationships"])
        .iter()
        .map(|link| (link["target"]["id"].as_str().unwrap_or(""), link["kinds"][0].as_str().unwrap_or("")))
        .collect();
    assert_eq!(links, [("A.5.15", "relevant"), ("A.8.3", "superset")]);
    assert_eq!(rule["name"], "AwsS3PublicAcl");
    assert_eq!(
        rule["properties"]["tags"],
        serde_json::json!(["security", "facet-implemented", "iso27001-A.8.3", "iso27001-A.5.15"])
    );
    assert!(rule["helpUri"].as_str().is_some_and(|uri| uri.starts_with("https://docs.aws")));
    // A bar in a reason would end the cell of the table.
    assert!(rule["help"]["markdown"].as_str().is_some_and(|help| help.contains("shared with \\| is")));
}

#[test]
fn github_gets_open_fails_only_each_with_a_file_and_a_line() {
    let run = run_of(&fixture::assessment(), Format::Github);
    assert_eq!(results(&run).len(), 5);
    for result in results(&run) {
        assert_eq!(result["kind"], "fail");
        assert!(result.get("suppressions").is_none());
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].as_str().is_some_and(|uri| !uri.is_empty()));
        assert!(place["region"]["startLine"].as_u64().is_some_and(|line| line >= 1));
    }
    assert!(run.get("taxonomies").is_none() && run.get("artifacts").is_none());
    for rule in items(&run["tool"]["driver"]["rules"]) {
        assert!(items(&rule["properties"]["tags"]).len() <= 20);
        assert!(rule["properties"]["security-severity"].as_str().is_some_and(|number| number.parse::<f64>().is_ok()));
    }
}

#[test]
fn a_finding_without_a_file_gets_one_for_github() {
    let mut assessment = fixture::assessment();
    assessment.findings.truncate(1);
    assessment.findings[0].location = Location::default();
    let run = run_of(&assessment, Format::Github);
    let place = &results(&run)[0]["locations"][0]["physicalLocation"];
    assert_eq!((&place["artifactLocation"]["uri"], &place["region"]["startLine"]), (&"annexa.yaml".into(), &1.into()));
}

#[test]
fn github_gets_at_most_what_it_keeps_the_most_severe_first() {
    let mut assessment = fixture::assessment();
    let open: Vec<_> = assessment.findings.iter().filter(|finding| finding.is_open()).cloned().collect();
    assessment.findings = (0..6_000).map(|index| open[index % open.len()].clone()).collect();
    let run = run_of(&assessment, Format::Github);
    assert_eq!(results(&run).len(), 5_000);
    assert_eq!(run["properties"]["resultsLeftOut"], 1_000);
    let severities: BTreeSet<&str> =
        results(&run).iter().filter_map(|result| result["properties"]["severity"].as_str()).collect();
    assert!(severities.contains("critical") && severities.contains("high") && severities.contains("medium"));
    let low = results(&run).iter().filter(|result| result["properties"]["severity"] == "low").count();
    assert_eq!(low, 1_400, "of 2,400 of the lowest severity those that fit");
    let notes = items(&run["invocations"][0]["toolConfigurationNotifications"]);
    assert!(notes.iter().any(|note| note["descriptor"]["id"] == "github/results-left-out"));
}

#[test]
fn a_folder_of_a_repository_is_named_by_the_repository_on_github() {
    let mut assessment = fixture::assessment();
    assessment.prefix = "apps/büro".to_string();
    let github = run_of(&assessment, Format::Github);
    let uri = &results(&github)[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "apps/b%C3%BCro/infra/Ablage%20f%C3%BCr%20100%20%25%20%231.tf");
    assert_eq!(github["versionControlProvenance"][0]["mappedTo"]["uriBaseId"], "SRCROOT");
    let full = run_of(&assessment, Format::Sarif);
    let uri = &results(&full)[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "infra/Ablage%20f%C3%BCr%20100%20%25%20%231.tf");
    let root = &full["originalUriBaseIds"]["SRCROOT"];
    assert_eq!((&root["uri"], &root["uriBaseId"]), (&"apps/b%C3%BCro/".into(), &"REPOROOT".into()));
    assert_eq!(full["versionControlProvenance"][0]["mappedTo"]["uriBaseId"], "REPOROOT");
}

#[test]
fn nothing_tells_of_the_machine_or_the_time() {
    for format in [Format::Sarif, Format::Github] {
        let text = text(&fixture::assessment(), format);
        for word in ["file:", "TimeUtc", env!("CARGO_MANIFEST_DIR")] {
            assert!(!text.contains(word), "{word}");
        }
        assert_eq!(text, self::text(&fixture::assessment(), format));
    }
}
