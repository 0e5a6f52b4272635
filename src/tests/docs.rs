//! What the documents say is true: their rules load and hold, their configuration is accepted, their words are targets.

use std::fs;
use std::path::{Path, PathBuf};

use annexa::engine::example;
use annexa::rule::matcher::OPERATORS;
use annexa::rule::set;

use crate::program::{self, TODAY, annexa};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The documents for people.
const DOCUMENTS: [&str; 10] = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/ci.md",
    "docs/configuration.md",
    "docs/starting.md",
    "docs/documents.md",
    "docs/exceptions.md",
    "docs/formats.md",
    "docs/pull-requests.md",
    "docs/rule-language.md",
];

/// The fenced blocks of a language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let fence = format!("```{language}\n");
    text.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

#[test]
fn rules_in_documents_load_and_hold() {
    let mut proven = 0;
    for path in DOCUMENTS {
        let text = read(path);
        for rule in blocks(&text, "yaml").into_iter().filter(|block| block.starts_with("id: ")) {
            let id = rule.lines().next().unwrap().trim_start_matches("id: ");
            let loaded = set::from_file(path.to_owned(), id, rule.to_owned());
            let loaded = loaded.unwrap_or_else(|refused| panic!("{path}, {id}: {:#?}", refused.mistakes));
            let proof = example::prove(&loaded);
            assert!(proof.holds(), "{path}, {id}: {proof:#?}");
            proven += 1;
        }
    }
    assert!(proven > 0);
}

#[test]
fn every_operator_is_in_the_reference() {
    let reference = read("docs/rule-language.md");
    for spec in OPERATORS {
        assert!(reference.contains(&format!("`{}`", spec.name)), "{} is not described", spec.name);
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    for path in DOCUMENTS {
        let text = read(path);
        let folder = Path::new(path).parent().unwrap();
        for rest in text.split("](").skip(1) {
            let target = rest.split([')', '#', ' ']).next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            assert!(root().join(folder).join(target).exists(), "{path} links to {target}");
        }
    }
}

/// The configuration and the exceptions of the README, as a user would copy them.
#[test]
fn configuration_of_the_readme_is_accepted() {
    let readme = read("README.md");
    let block = |start: &str| {
        let found = blocks(&readme, "yaml").into_iter().find(|block| block.starts_with(start));
        found.unwrap_or_else(|| panic!("README.md has no block that starts with `{start}`"))
    };
    let folder = program::folder(&[
        ("annexa.yaml", block("framework:")),
        ("isms/exceptions.yaml", block("exceptions:")),
        ("infrastructure/main.tf", blocks(&readme, "hcl")[0]),
    ]);
    let ran = annexa(folder.path(), ["scan", "--today", TODAY, "--rule", "aws/s3/public-acl"]).expect(0);
    assert!(ran.stdout.contains("1 ignored by a comment") || ran.stdout.contains("exception"), "{}", ran.stdout);
}

/// What the README shows is what its command prints: the frames of findings line by line, of the summary the labels,
/// because numbers grow with every rule.
#[test]
fn transcript_of_the_readme_is_true() {
    let readme = read("README.md");
    let shown = blocks(&readme, "text")[0];
    let command = blocks(&readme, "sh")[0].trim_start_matches("cargo run --release -- ");
    let arguments: Vec<&str> = command.split(' ').chain(["--today", TODAY]).collect();
    let said = annexa(&root(), arguments).expect(1).stdout;
    let (findings, summary) = shown.split_once("\n──").expect("the transcript has a summary");
    for line in findings.lines().filter(|line| *line != "…" && !line.is_empty()) {
        assert!(said.lines().any(|other| other == line), "the program does not print `{line}`");
    }
    let labels = summary.lines().skip(1).filter(|line| !line.starts_with([' ', '…']) && !line.is_empty());
    for label in labels.map(|line| line.split("  ").next().unwrap()) {
        assert!(said.lines().any(|other| other.starts_with(label)), "the summary has no `{label}`");
    }
}

#[test]
fn readme_promises_no_more_rules_than_there_are() {
    let readme = read("README.md");
    let (before, _) = readme.split_once(" rules are built in").expect("the README says how many rules there are");
    let promised: usize = before.rsplit(' ').next().unwrap().replace(',', "").parse().expect("a number");
    assert!(set::embedded().unwrap().len() > promised);
}
