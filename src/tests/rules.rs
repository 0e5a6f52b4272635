//! Adding a rule is one new file; and every rule that is built in keeps what it promises.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use annexa::engine::example;
use annexa::isms::catalogue;
use annexa::isms::control::{ControlId, Framework};
use annexa::rule::set;
use annexa::rule::{Bearing, Facet};
use rayon::prelude::*;

use crate::program::{self, TODAY, annexa};

const NEW_RULE: &str = r#"id: own/bucket-without-owner
title: Bucket without an owner in its tags
severity: medium
confidence: high
facet: implemented
controls:
  - { id: "iso27001:2022/A.5.9", as: direct, because: "the tag is how the inventory knows who owns the asset" }
why: Nobody answers for a bucket that nobody owns.
fix: Add the tag `owner`.
checks:
  - on: terraform/aws_s3_bucket
    require: { tags.owner: { not_empty: true } }
    message: "the bucket has no owner"
examples:
  - fails: { files: { main.tf: 'resource "aws_s3_bucket" "b" {}' } }
  - passes: { files: { main.tf: 'resource "aws_s3_bucket" "b" { tags = { owner = "shop" } }' } }
"#;

#[test]
fn adding_a_rule_is_one_new_file() {
    let folder = program::folder(&[
        ("rules/own/bucket-without-owner.yaml", NEW_RULE),
        ("code/main.tf", "resource \"aws_s3_bucket\" \"pens\" {\n  bucket = \"pens\"\n}\n"),
    ]);
    let run = |arguments: &[&str]| annexa(folder.path(), arguments);
    let rules = ["--rules", "rules"];
    run(&["rules", "test", "rules"]).expect(0);
    run(&[&["rules", "list"], &rules[..]].concat()).expect(0).says("own/bucket-without-owner");
    run(&[&["rules", "show", "own/bucket-without-owner"], &rules[..]].concat()).expect(0).says(NEW_RULE);
    run(&[&["explain", "own/bucket-without-owner"], &rules[..]].concat()).expect(0).says("Nobody answers");
    run(&[&["explain", "5.9"], &rules[..]].concat()).expect(0).says("own/bucket-without-owner");
    let scan = [&["scan", "code", "--today", TODAY], &rules[..]].concat();
    run(&scan).expect(1).says("The bucket has no owner");
    let coverage = [&["coverage", "code", "--today", TODAY, "--format", "json"], &rules[..]].concat();
    let coverage = coverage_of(&run(&coverage).expect(0).stdout, "A.5.9");
    assert_eq!(coverage["facets"]["implemented"]["status"], "not-satisfied", "{coverage}");
}

/// The entry of a control in the coverage as JSON.
fn coverage_of(json: &str, id: &str) -> serde_json::Value {
    let coverage: serde_json::Value = serde_json::from_str(json).expect("the coverage is JSON");
    let controls = coverage["controls"].as_array().expect("controls are a list");
    let is_it = |control: &&serde_json::Value| control["id"].as_str().is_some_and(|found| found.ends_with(id));
    controls.iter().find(is_it).unwrap_or_else(|| panic!("no {id}")).clone()
}

#[test]
fn rules_that_are_built_in_are_the_files_of_the_folder() {
    let mut files = BTreeSet::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), "", &mut files);
    let embedded = set::embedded().expect("the built-in rules load");
    assert_eq!(embedded.iter().map(|rule| rule.rule.about.id.to_string()).collect::<BTreeSet<_>>(), files);
}

/// The ids of the rules below a folder.
fn collect(folder: &Path, prefix: &str, ids: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), ids);
        } else if let Some(stem) = name.strip_suffix(".yaml") {
            ids.insert(format!("{prefix}{stem}"));
        }
    }
}

#[test]
fn examples_of_built_in_rules_hold() {
    let rules = set::embedded().expect("the built-in rules load");
    let broken: Vec<String> = rules
        .par_iter()
        .filter_map(|rule| {
            let proof = example::prove(rule);
            let mistakes: Vec<&String> = proof.examples.iter().filter_map(|example| example.mistake.as_ref()).collect();
            let (failing, passing) = (&proof.never_failing, &proof.never_passing);
            (!proof.holds()).then(|| {
                format!("{}: {mistakes:?}, never failing {failing:?}, never passing {passing:?}", rule.rule.about.id)
            })
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_control_and_clause_is_asked_whether_it_is_documented() {
    let rules = set::embedded().expect("the built-in rules load");
    let documented = |id: &str| {
        let links = rules.iter().filter(|rule| rule.rule.about.facet == Facet::Documented);
        links.flat_map(|rule| &rule.rule.about.controls).any(|link| link.control == ControlId::iso2022(id))
    };
    let iso = catalogue::catalogue(Framework::Iso2022);
    let missing: Vec<&str> =
        iso.ids().map(smol_str::SmolStr::as_str).filter(|id| id.starts_with("A.") && !documented(id)).collect();
    assert!(missing.is_empty(), "no document rule asks for {missing:?}");
    let direct = |id: &str| {
        let links = rules.iter().filter(|rule| rule.rule.about.facet == Facet::Documented);
        let mut links = links.flat_map(|rule| &rule.rule.about.controls);
        links.any(|link| link.control == ControlId::iso2022(id) && link.bearing == Bearing::Direct)
    };
    let supported: Vec<&str> =
        iso.ids().map(smol_str::SmolStr::as_str).filter(|id| id.starts_with("A.") && !direct(id)).collect();
    assert!(supported.is_empty(), "nothing asks for the statement itself on {supported:?}");

    // Of the clauses each that has none below it, and those that ask for documented information by a document or register.
    let is_leaf = |id: &str| !iso.ids().any(|other| other.strip_prefix(id).is_some_and(|rest| rest.starts_with('.')));
    let clauses = iso.ids().map(smol_str::SmolStr::as_str).filter(|id| !id.starts_with("A.") && is_leaf(id));
    let unasked: Vec<&str> = clauses.filter(|id| !direct(id)).collect();
    assert!(unasked.is_empty(), "nothing asks for the statement itself on the clauses {unasked:?}");
    let asks_for_what_is_kept = |id: &str| {
        let links = rules.iter().filter(|rule| {
            let about = &rule.rule.about;
            about.facet == Facet::Documented
                && !about.id.starts_with("isms/clause/")
                && !about.id.starts_with("isms/element/")
        });
        links.flat_map(|rule| &rule.rule.about.controls).any(|link| link.control == ControlId::iso2022(id))
    };
    let kept = iso.clauses.iter().filter(|clause| clause.documented_information);
    // What has to be documented for operation differs by organisation.
    let kept = kept.map(|clause| clause.id.as_str()).filter(|id| *id != "8.1");
    let unkept: Vec<&str> = kept.filter(|id| !asks_for_what_is_kept(id)).collect();
    assert!(unkept.is_empty(), "no rule asks for the document or register of the clauses {unkept:?}");
}

#[test]
fn every_element_of_the_two_checklists_is_the_alias_of_a_rule() {
    let rules = set::embedded().expect("the built-in rules load");
    let elements =
        (1..=26).map(|number| format!("IM-{number:02}")).chain((1..=38).map(|number| format!("ISMS-{number:02}")));
    for element in elements {
        let named: Vec<&str> = rules
            .iter()
            .filter(|rule| rule.rule.about.all_aliases.iter().any(|alias| *alias == element))
            .map(|rule| rule.rule.about.id.as_str())
            .collect();
        // An element of the plan has one result for each plan; rows of registers may answer for those of the ISMS as well.
        let fits = if element.starts_with("IM-") { named.len() == 1 } else { !named.is_empty() };
        assert!(fits, "{element}: {named:?}");
    }
}

/// What is built in is loaded without places and without the checks that need them: here they are made up for.
#[test]
fn built_in_rules_are_as_strict_as_those_of_an_organisation() {
    for rule in set::embedded().expect("the built-in rules load") {
        let id = rule.rule.about.id.as_str();
        if let Err(refused) = set::from_file(rule.path.clone(), id, rule.text.to_string()) {
            panic!("{id}: {:#?}", refused.mistakes);
        }
    }
}

/// An id names the bad thing; each rule says why, how to mend it and for which control, and can be found from others.
#[test]
fn built_in_rules_say_what_readers_need() {
    let mut aliases = BTreeSet::new();
    for loaded in set::embedded().expect("the built-in rules load") {
        let about = &loaded.rule.about;
        let id = about.id.as_str();
        let kebab = |part: &str| {
            let fits = |each: char| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '-';
            !part.is_empty() && part.chars().all(fits) && !part.starts_with('-') && !part.ends_with('-')
        };
        assert!(id.contains('/') && id.split('/').all(kebab), "{id}");
        assert!(!about.title.ends_with('.') && about.title.chars().count() <= 120, "{id}: {}", about.title);
        assert!(about.why.len() >= 40, "{id}: `why` says too little");
        assert!(about.fix.len() >= 15, "{id}: `fix` says too little");
        for link in &about.controls {
            assert!(catalogue::exists(&link.control), "{id}: {}", link.control);
            assert!(link.because.split_whitespace().count() >= 4, "{id}: because {}", link.because);
        }
        let unique: BTreeSet<_> = about.controls.iter().map(|link| &link.control).collect();
        assert_eq!(unique.len(), about.controls.len(), "{id} names a control twice");
        assert!(about.references.iter().all(|reference| reference.starts_with("https://")), "{id}");
        aliases.extend(about.all_aliases.iter().map(|alias| (alias.clone(), about.id.clone())));
    }
    assert!(!aliases.is_empty());
}

/// In Terraform nearly every value may be a variable. These rules ask only whether something is there, which is always
/// known, or for something that no variable can be.
const ALWAYS_KNOWN: &[&str] = &[
    "aws/autoscaling/launch-configuration",
    "aws/autoscaling/untagged",
    "aws/codebuild/not-logged",
    "aws/lambda/outside-vpc",
    "aws/opensearch/outside-vpc",
    "aws/vpc/ec2-classic",
    "aws/waf/no-rules",
    "aws/waf/service-without-managed-rules",
    "azure/app-service/requests-not-logged",
    "azure/data-factory/without-version-control",
    "kubernetes/workload-without-containers",
    "oracle/network-without-incoming-rules",
];

#[test]
fn rules_over_terraform_prove_what_they_say_of_unknown_values() {
    let without: Vec<String> = set::embedded()
        .expect("the built-in rules load")
        .iter()
        .filter(|loaded| {
            let text = &*loaded.text;
            let checks = text.split("\nchecks:").nth(1).and_then(|rest| rest.split("\nexamples:").next());
            let over_terraform = checks.is_some_and(|checks| {
                checks.lines().any(|line| {
                    let line = line.trim_start();
                    line.contains("terraform/") && (line.starts_with("- on: ") || line.starts_with("- terraform/"))
                })
            });
            over_terraform && !text.contains("\n  - unknown:")
        })
        .map(|loaded| loaded.rule.about.id.to_string())
        .collect();
    assert_eq!(without, ALWAYS_KNOWN, "an example with `unknown` is missing, or is no longer");
}
