//! Scans inside the test, for what is easier asked of the assessment than read from a report.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use annexa::engine::assessment::{Assessment, Finding};
use annexa::engine::plan::Plan;
use annexa::engine::{self, CommentPolicy, Settings};
use annexa::isms::control::Framework;
use annexa::rule::set::{self, LoadedRule};
use annexa::source::{Source, SourceOptions};

use crate::program::TODAY;

/// Settings as those of a scan without a configuration.
pub(crate) fn settings() -> Settings {
    Settings {
        today: TODAY.parse().unwrap(),
        framework: Framework::Iso2022,
        isms: Vec::new(),
        documents: Vec::new(),
        set_parameters: Vec::new(),
        exceptions: Vec::new(),
        comments: CommentPolicy::default(),
        paths: Vec::new(),
        show_unknown: true,
        limited: None,
        value_files: Vec::new(),
        evidence: Vec::new(),
    }
}

/// The built-in rules, loaded once: in a debug build that takes longer than most scans of a test.
pub(crate) fn built_in() -> Plan {
    static RULES: LazyLock<Vec<LoadedRule>> = LazyLock::new(|| set::embedded().expect("the built-in rules load"));
    Plan::new(RULES.clone())
}

/// Scans files in memory with the built-in rules.
pub(crate) fn files(files: impl IntoIterator<Item = (String, String)>) -> Assessment {
    engine::scan(&Source::from_files(files), built_in(), &settings(), None)
}

/// Scans a folder with the built-in rules, without the repository it may be.
pub(crate) fn folder(folder: &Path) -> Assessment {
    let options = SourceOptions { paths: vec![PathBuf::from(folder)], ..SourceOptions::default() };
    engine::scan(&Source::open(&options).unwrap(), built_in(), &settings(), None)
}

/// The findings of a rule.
pub(crate) fn findings<'a>(assessment: &'a Assessment, rule: &str) -> Vec<&'a Finding> {
    let of_rule = |finding: &&Finding| assessment.rules[finding.rule].about.id == rule;
    assessment.findings.iter().filter(of_rule).collect()
}

#[test]
fn instances_are_counted_once_in_what_is_said() {
    let text = "resource \"aws_s3_bucket\" \"b\" {\n  count = 3\n  acl = \"public-read\"\n}\n";
    let assessment = files([("main.tf".to_owned(), text.to_owned())]);
    let found = findings(&assessment, "aws/s3/public-acl");
    assert_eq!((found.len(), found[0].instances, found[0].message.matches("instances").count()), (1, 3, 1));
}
