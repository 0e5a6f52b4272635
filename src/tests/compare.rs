//! `annexa scan --base` and `--baseline` in real repositories.

use std::fs;
use std::path::Path;

use annexa::engine::{self, Past, Subject};
use annexa::kind::repository;
use annexa::source::{Content, Source, SourceOptions};

use crate::assess::{built_in, settings};
use crate::program::{self, Ran, TODAY, git};

fn bucket(name: &str, acl: &str) -> String {
    format!("resource \"aws_s3_bucket\" \"{name}\" {{\n  bucket = \"{name}\"\n  acl    = \"{acl}\"\n}}\n")
}

fn commit(folder: &Path, message: &str) {
    git(folder, ["add", "--all"]).expect(0);
    git(folder, ["commit", "--quiet", "--allow-empty", "--message", message]).expect(0);
}

fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = program::folder(files);
    git(folder.path(), ["init", "--quiet"]).expect(0);
    commit(folder.path(), "base");
    git(folder.path(), ["checkout", "--quiet", "-b", "feature"]).expect(0);
    folder
}

/// Compares with a revision, and gives the result as JSON and exit code.
fn compared(folder: &Path, more: &[&str]) -> (serde_json::Value, Option<i32>) {
    let mut arguments = vec!["scan", "--format", "json", "--today", TODAY, "--rule", "aws/s3/public-acl"];
    arguments.extend(["--rule", "docker/*", "--rule", "github-actions/*"]);
    arguments.extend(more);
    let ran = program::annexa(folder, arguments);
    let report = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
    (report, ran.status)
}

/// New, worse, unchanged, fixed and lost.
fn numbers(report: &serde_json::Value) -> [u64; 5] {
    let comparison = &report["comparison"];
    let count = |key: &str| comparison[key].as_array().unwrap().len() as u64;
    let number = |key: &str| comparison[key].as_u64().unwrap();
    [number("new"), number("worse"), number("unchanged"), count("fixed"), count("lost")]
}

fn changes(folder: &Path) -> [u64; 5] {
    let cold = numbers(&compared(folder, &["--base", "main"]).0);
    let warm = numbers(&compared(folder, &["--base", "main"]).0);
    assert_eq!(cold, warm, "with what was kept");
    let again = numbers(&compared(folder, &["--base", "main", "--no-cache"]).0);
    assert_eq!(cold, again, "without what was kept");
    cold
}

#[test]
fn new_worse_fixed_and_unchanged_are_told_apart() {
    let ignored = format!("# annexa:ignore aws/s3/public-acl a website\n{}", bucket("d", "public-read"));
    let text = format!("{}{}{ignored}", bucket("a", "public-read"), bucket("b", "public-read"));
    let folder = repository(&[("main.tf", &text)]);
    let folder = folder.path();
    // a is mended, b stays below new lines, c is new, and the comment on d is gone.
    let text =
        [bucket("a", "private"), bucket("c", "public-read"), bucket("b", "public-read"), bucket("d", "public-read")];
    program::write(folder, "main.tf", text.join("\n\n"));
    assert_eq!(changes(folder), [1, 1, 1, 1, 0]);
    let (report, status) = compared(folder, &["--base", "main", "--fail-on-new", "high"]);
    assert_eq!(status, Some(1));
    let states: Vec<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["resource"]["address"].as_str().unwrap(), finding["change"].as_str().unwrap()))
        .collect();
    let expected = [("c", "new"), ("b", "unchanged"), ("d", "worse")];
    assert_eq!(
        states,
        expected
            .map(|(name, change)| (["aws_s3_bucket.", name].concat(), change))
            .each_ref()
            .map(|(name, change)| (name.as_str(), *change))
    );
    assert_eq!(compared(folder, &["--base", "main", "--fail-on-new", "critical"]).1, Some(0));
    assert_eq!(compared(folder, &["--base", "main", "--fail-on-new", "critical", "--fail-on", "high"]).1, Some(1));
}

#[test]
fn files_folders_and_blocks_that_moved_are_recognised() {
    let workflow = "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: make\n";
    let image = "FROM debian:latest\nRUN echo a\nRUN echo b\n";
    let pictures = bucket("pictures", "public-read");
    let folder = repository(&[
        ("infra/main.tf", &pictures),
        ("infra/notes.tf", "# notes\n"),
        ("shop/main.tf", &bucket("shop", "public-read")),
        (".github/workflows/ci.yml", workflow),
        ("app/Dockerfile", image),
    ]);
    let folder = folder.path();
    let [_, _, all, _, _] = changes(folder);
    assert!(all >= 4, "{all}");
    // A file gets another name in its folder.
    git(folder, ["mv", "infra/main.tf", "infra/storage.tf"]).expect(0);
    git(folder, ["mv", ".github/workflows/ci.yml", ".github/workflows/build.yml"]).expect(0);
    assert_eq!(changes(folder), [0, 0, all, 0, 0]);
    // Folders get other names, a file in them changes a little, and nothing of it is staged.
    fs::rename(folder.join("infra"), folder.join("platform")).unwrap();
    fs::rename(folder.join("app"), folder.join("container")).unwrap();
    program::write(folder, "container/Dockerfile", format!("{image}RUN echo c\n"));
    assert_eq!(changes(folder), [0, 0, all, 0, 0]);
    // A block moves to the unit of another folder.
    program::write(folder, "platform/storage.tf", "# moved\n");
    program::write(folder, "shop/main.tf", format!("{pictures}{}", bucket("shop", "public-read")));
    assert_eq!(changes(folder), [0, 0, all, 0, 0]);
    // A second one of the same name is none that moved.
    program::write(folder, "platform/storage.tf", &pictures);
    assert_eq!(changes(folder), [1, 0, all, 0, 0]);
}

#[test]
fn what_cannot_be_told_any_more_is_not_fixed() {
    let folder = repository(&[("a/main.tf", &bucket("a", "public-read")), ("b/main.tf", &bucket("b", "public-read"))]);
    let folder = folder.path();
    program::write(folder, "a/main.tf", "resource \"aws_s3_bucket\" \"a\" {\n  acl = \n");
    let undecided = "variable \"acl\" {}\nresource \"aws_s3_bucket\" \"b\" {\n  acl = var.acl\n}\n";
    program::write(folder, "b/main.tf", undecided);
    let (report, _) = compared(folder, &["--base", "main"]);
    assert_eq!(numbers(&report), [0, 0, 0, 0, 2]);
    let reasons: Vec<&str> =
        report["comparison"]["lost"].as_array().unwrap().iter().map(|lost| lost["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["its file is not evaluated any more", "it cannot be decided any more"]);
}

#[test]
fn the_base_is_where_the_branch_left_the_other() {
    let folder = repository(&[("a.tf", &bucket("a", "public-read"))]);
    let folder = folder.path();
    program::write(folder, "b.tf", bucket("b", "public-read"));
    commit(folder, "feature");
    git(folder, ["checkout", "--quiet", "main"]).expect(0);
    program::write(folder, "c.tf", bucket("c", "public-read"));
    fs::remove_file(folder.join("a.tf")).unwrap();
    commit(folder, "main goes on");
    git(folder, ["checkout", "--quiet", "feature"]).expect(0);
    // What main did since is neither fixed nor new here.
    let (report, _) = compared(folder, &["--base", "main"]);
    assert_eq!(numbers(&report), [1, 0, 1, 0, 0]);
    assert!(report["comparison"]["base"].as_str().unwrap().ends_with(", where this branch left main"));
    // As platforms merge a pull request for its checks: the base is the tip of main, the change is that of the branch.
    git(folder, ["checkout", "--quiet", "main"]).expect(0);
    git(folder, ["merge", "--quiet", "--no-edit", "feature"]).expect(0);
    git(folder, ["checkout", "--quiet", "--detach"]).expect(0);
    git(folder, ["branch", "--quiet", "--force", "main", "main^1"]).expect(0);
    let (report, _) = compared(folder, &["--base", "main"]);
    assert_eq!(numbers(&report), [1, 0, 1, 0, 0]);
}

fn message(folder: &Path, arguments: &[&str]) -> Ran {
    let mut all = vec!["scan", "--today", TODAY, "--rule", "aws/s3/public-acl"];
    all.extend(arguments);
    program::annexa(folder, all)
}

#[test]
fn a_base_that_is_not_there_is_told_with_what_to_do() {
    let folder = program::folder(&[("a.tf", &bucket("a", "public-read"))]);
    message(folder.path(), &["--base", "main"]).expect(2).says("no git work tree").says("annexa baseline write");
    git(folder.path(), ["init", "--quiet"]).expect(0);
    message(folder.path(), &["--base", "main"]).expect(1).says("there is no commit yet: 1 new");
    git(folder.path(), ["add", "."]).expect(0);
    let first = message(folder.path(), &["--staged", "--base", "HEAD", "--fail-on-new", "critical"]);
    first.expect(0).says("there is no commit yet: 1 new");
    commit(folder.path(), "one");
    message(folder.path(), &["--base", "origin/main"]).expect(2).says("git fetch origin BRANCH");
    message(folder.path(), &["--base", "HEAD"]).expect(1).says("only what is not committed can be new");
    git(folder.path(), ["checkout", "--quiet", "--orphan", "other"]).expect(0);
    commit(folder.path(), "unrelated");
    message(folder.path(), &["--base", "main"]).expect(2).says("no commit in common");
    message(folder.path(), &["--fail-on-new", "high"]).expect(2).says("--base REV");
}

#[test]
fn a_shallow_clone_is_told_to_fetch_more() {
    let origin = repository(&[("a.tf", &bucket("a", "public-read"))]);
    program::write(origin.path(), "b.tf", bucket("b", "public-read"));
    commit(origin.path(), "feature");
    let home = tempfile::tempdir().unwrap();
    let address = format!("file://{}", origin.path().display());
    git(home.path(), ["clone", "--quiet", "--depth", "1", "--branch", "feature", &address, "clone"]).expect(0);
    let clone = home.path().join("clone");
    message(&clone, &["--base", "origin/main"]).expect(2).says("shallow").says("fetch-depth: 0");
    git(&clone, ["fetch", "--quiet", "--depth", "1", "origin", "main:refs/remotes/origin/main"]).expect(0);
    message(&clone, &["--base", "origin/main"]).expect(2).says("no commit in common").says("fetch-depth: 0");
    git(&clone, ["fetch", "--quiet", "--unshallow"]).expect(0);
    message(&clone, &["--base", "origin/main"]).expect(1).says("1 new");
}

#[test]
fn kept_results_survive_damage_and_stay_out_of_the_work_tree() {
    let folder = repository(&[("a.tf", &bucket("a", "public-read"))]);
    let folder = folder.path();
    program::write(folder, "b.tf", bucket("b", "public-read"));
    let run = || numbers(&compared(folder, &["--base", "main"]).0);
    assert_eq!(run(), [1, 0, 1, 0, 0]);
    let kept: Vec<_> = fs::read_dir(folder.join(".git/annexa")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(kept.len(), 1);
    let whole = fs::read_to_string(&kept[0]).unwrap();
    // Were it not used, a changed one that is whole would make no difference.
    let (_, text) = whole.split_once('\n').unwrap();
    let emptied = regex_less(text);
    let digest = sha256(&emptied);
    fs::write(&kept[0], format!("{digest}\n{emptied}")).unwrap();
    assert_eq!(run(), [2, 0, 0, 0, 0]);
    for damaged in [String::new(), whole[..whole.len() / 2].to_owned(), whole.replace("public-acl", "other")] {
        fs::write(&kept[0], damaged).unwrap();
        assert_eq!(run(), [1, 0, 1, 0, 0]);
        assert_eq!(fs::read_to_string(&kept[0]).unwrap(), whole);
    }
    git(folder, ["status", "--porcelain"]).expect(0).says("?? b.tf");
}

/// The same record without findings.
fn regex_less(text: &str) -> String {
    let mut recorded: serde_json::Value = serde_json::from_str(text).unwrap();
    recorded["findings"] = serde_json::json!([]);
    recorded.to_string()
}

fn sha256(text: &str) -> String {
    use sha2::Digest as _;
    annexa::engine::plan::hexadecimal(&sha2::Sha256::digest(text))
}

#[test]
fn what_is_staged_can_be_compared() {
    let text = bucket("a", "public-read");
    let folder = repository(&[("a.tf", &text), ("b.tf", &bucket("b", "public-read"))]);
    let folder = folder.path();
    program::write(folder, "a.tf", format!("{text}{}", bucket("c", "public-read")));
    git(folder, ["add", "a.tf"]).expect(0);
    program::write(folder, "d.tf", bucket("d", "public-read"));
    let (report, status) = compared(folder, &["--staged", "--base", "HEAD", "--fail-on-new", "low"]);
    assert_eq!((numbers(&report), status), ([1, 0, 1, 0, 0], Some(1)));
    git(folder, ["rm", "--quiet", "--cached", "b.tf"]).expect(0);
    assert_eq!(numbers(&compared(folder, &["--staged", "--base", "HEAD"]).0), [1, 0, 1, 1, 0]);
}

#[test]
fn a_baseline_file_stands_in_for_a_history() {
    let folder = program::folder(&[("a.tf", &bucket("a", "public-read")), ("app/Dockerfile", "FROM debian:latest\n")]);
    let folder = folder.path();
    let rules = ["--rule", "aws/s3/public-acl", "--rule", "docker/*", "--rule", "github-actions/*"];
    let write: Vec<&str> = ["baseline", "write", "baseline.json", "--today", TODAY].into_iter().chain(rules).collect();
    program::annexa(folder, &write).expect(0).says("recorded in baseline.json");
    let recorded = fs::read_to_string(folder.join("baseline.json")).unwrap();
    assert!(!recorded.contains("acl    ="), "code is not copied: {recorded}");
    let run = || numbers(&compared(folder, &["--baseline", "baseline.json"]).0);
    let [new, _, unchanged, ..] = run();
    assert!(new == 0 && unchanged > 1);
    fs::rename(folder.join("app"), folder.join("shop")).unwrap();
    program::write(folder, "a.tf", format!("{}{}", bucket("b", "public-read"), bucket("a", "private")));
    assert_eq!(run(), [1, 0, unchanged - 1, 1, 0]);
    let refuse = |text: &str, why: &str| {
        fs::write(folder.join("baseline.json"), text).unwrap();
        message(folder, &["--baseline", "baseline.json"]).expect(2).says(why);
    };
    refuse(&recorded.replace("baseline/1", "baseline/9"), "annexa/baseline/9");
    refuse(&recorded.replace("\"severity\": \"high\"", "\"severity\": \"grave\""), "`grave` is no severity");
    refuse(&recorded.replace("\"today\"", "\"tody\""), "unknown field `tody`");
    refuse("{", "annexa baseline write");
    fs::remove_file(folder.join("baseline.json")).unwrap();
    message(folder, &["--baseline", "baseline.json"]).expect(2).says("baseline.json");
}

/// The text of a file after a change; none where the change deletes it.
type Edit<'e> = &'e dyn Fn(&str) -> Option<String>;

/// What is judged once for both states must come out as if each were scanned alone.
#[test]
fn scanning_both_states_at_once_gives_what_scanning_each_gives() {
    let (_home, folder) = program::acme();
    let edits: [(&str, Edit); 9] = [
        ("infrastructure/aws/storage.tf", &|text| Some(text.replace("public-read", "private"))),
        ("infrastructure/aws/logging.tf", &|text| Some(text.replace("90", "400"))),
        ("infrastructure/edge", &|_| None),
        ("kubernetes/shop/worker.yaml", &|text| Some(format!("# a line above\n{text}"))),
        ("kubernetes/staging/debug-pod.yaml", &|_| None),
        ("isms/logging-and-monitoring-policy.md", &|text| Some(text.replace("365", "400"))),
        ("isms/registers/statement-of-applicability.yaml", &|text| Some(text.replace("implemented", "planned"))),
        (".github/workflows/ci.yml", &|text| Some(format!("{text}# annexa:ignore x/y z\n"))),
        ("CODEOWNERS", &|_| None),
    ];
    let open = |content: Content| {
        let options = SourceOptions { content, paths: vec![folder.clone()], ..SourceOptions::default() };
        Source::open(&options).unwrap()
    };
    let head = annexa::source::git::revision::base(&folder, "HEAD").unwrap().head;
    let alone = |source: &Source| {
        let repository = repository::of_source(source, settings().today);
        engine::scan(source, built_in(), &settings(), repository)
    };
    let before = alone(&open(Content::Commit(head)));
    assert!(before.findings.len() > 50);
    for (path, edit) in edits {
        let full = folder.join(path);
        if full.is_dir() {
            fs::remove_dir_all(&full).unwrap();
        } else {
            let text = fs::read_to_string(&full).unwrap();
            match edit(&text) {
                Some(edited) if edited == text => panic!("{path} is not changed"),
                Some(edited) => fs::write(&full, edited).unwrap(),
                None => fs::remove_file(&full).unwrap(),
            }
        }
        let source = open(Content::WorkTree);
        let mut then = open(Content::Commit(head));
        let repository_of = |source: &Source| repository::of_source(source, settings().today);
        let subject = Subject { source: &source, repository: repository_of(&source) };
        let (now, both) =
            engine::scan_both(subject, Past { source: &mut then, repository: &repository_of }, built_in(), &settings());
        same(&now.findings, &alone(&source).findings, path);
        same(&both.findings, &before.findings, path);
        same(&both.passes, &before.passes, path);
        same(&both.notices, &before.notices, path);
    }
}

/// Ends the test where two lists first differ, and shows only that.
#[track_caller]
fn same<T: std::fmt::Debug>(found: &[T], expected: &[T], what: &str) {
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{what}");
    }
    assert_eq!(found.len(), expected.len(), "{what}");
}

const TEMPLATE: &str = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Pictures:\n    Type: AWS::S3::Bucket\n    Properties:\n      AccessControl: PublicRead\n";

#[test]
fn a_baseline_recognises_a_file_under_another_name() {
    let folder = program::folder(&[("stacks/a.yaml", TEMPLATE)]);
    let run = |arguments: &[&str]| program::annexa(folder.path(), arguments);
    run(&["baseline", "write", "known.json", "--today", TODAY, "--rule", "aws/s3/public-acl"]).expect(0);
    fs::rename(folder.path().join("stacks/a.yaml"), folder.path().join("stacks/b.yaml")).unwrap();
    // The text differs too, so that nothing but the fingerprint tells that it is the same.
    program::write(folder.path(), "stacks/b.yaml", TEMPLATE.replace("PublicRead", "'PublicRead'"));
    let (report, status) = compared(folder.path(), &["--baseline", "known.json", "--fail-on-new", "low"]);
    assert_eq!((numbers(&report), status), ([0, 0, 1, 0, 0], Some(0)));
}

#[test]
fn no_two_results_share_a_fingerprint_where_the_first_of_two_that_are_alike_is_fixed() {
    let statement = |action: &str| format!("    {{ Effect = \"Allow\", Action = \"{action}\", Resource = \"*\" }},\n");
    let policy = |one: &str| {
        let statements = [statement(one), statement("*")].concat();
        format!(
            "resource \"aws_iam_policy\" \"p\" {{\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [\n{statements}  ] }})\n}}\n"
        )
    };
    let folder = repository(&[("main.tf", &policy("*"))]);
    program::write(folder.path(), "main.tf", policy("s3:GetObject"));
    let ran = program::annexa(
        folder.path(),
        ["scan", "--format", "sarif", "--today", TODAY, "--rule", "iam/*", "--base", "main", "--fail-on-new", "low"],
    );
    let sarif: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["baselineState"] == "absent"), "{results:#?}");
    let prints = results.iter().filter_map(|result| result["partialFingerprints"]["annexa/v1"].as_str());
    let prints: Vec<&str> = prints.collect();
    let distinct: std::collections::BTreeSet<&str> = prints.iter().copied().collect();
    assert!(prints.len() > 1 && distinct.len() == prints.len(), "{prints:?}");
}

#[test]
fn what_is_new_is_held_to_the_threshold_of_the_configuration() {
    let folder = repository(&[("main.tf", "")]);
    program::write(folder.path(), "main.tf", bucket("a", "public-read"));
    let run = |configuration: &str, threshold: &str| {
        program::write(folder.path(), "annexa.yaml", configuration);
        compared(folder.path(), &["--base", "main", "--fail-on-new", threshold]).1
    };
    for (configuration, status) in [
        ("", 1),
        ("fail_on: high\n", 1),
        ("fail_on: critical\n", 0),
        ("fail_on: critical\nfail_on_new: high\n", 1),
        ("fail_on: low\nfail_on_new: critical\n", 0),
    ] {
        assert_eq!(run(configuration, "configured"), Some(status), "{configuration}");
    }
    assert_eq!(run("fail_on_new: critical\n", "low"), Some(1));
}
