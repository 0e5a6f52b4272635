//! `annexa scan --staged` in real repositories: what would be committed is judged, not what lies in the work tree.

use std::fs;
use std::path::Path;

use crate::program::{self, Ran, TODAY, git};

const PUBLIC: &str = "resource \"aws_s3_bucket\" \"b\" {\n  acl = \"public-read\"\n}\n";
const PRIVATE: &str = "resource \"aws_s3_bucket\" \"b\" {\n  acl = \"private\"\n}\n";

fn staged(folder: &Path) -> Ran {
    program::annexa(folder, ["scan", "--staged", "--today", TODAY, "--rule", "aws/s3/public-acl"])
}

fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = program::folder(files);
    git(folder.path(), ["init", "--quiet"]).expect(0);
    folder
}

#[test]
fn of_a_partially_staged_file_the_staged_part_is_judged() {
    let folder = repository(&[("main.tf", PUBLIC)]);
    git(folder.path(), ["add", "."]).expect(0);
    program::write(folder.path(), "main.tf", PRIVATE);
    staged(folder.path()).expect(1).says("main.tf:2:9");
    git(folder.path(), ["add", "."]).expect(0);
    program::write(folder.path(), "main.tf", PUBLIC);
    staged(folder.path()).expect(0).says("Findings   none");
}

#[test]
fn a_file_that_is_only_meant_to_be_added_is_not_staged() {
    let folder = repository(&[("main.tf", PUBLIC)]);
    git(folder.path(), ["add", "--intent-to-add", "main.tf"]).expect(0);
    staged(folder.path()).expect(0).says("nothing is staged");
}

#[test]
fn a_unit_is_judged_whole_from_the_index() {
    let block = "resource \"aws_s3_bucket_public_access_block\" \"b\" {\n  bucket = aws_s3_bucket.b.id\n  block_public_acls = true\n  block_public_policy = true\n  ignore_public_acls = true\n  restrict_public_buckets = true\n}\n";
    let bucket = "resource \"aws_s3_bucket\" \"b\" {}\n";
    let folder = repository(&[("block.tf", block)]);
    git(folder.path(), ["add", "."]).expect(0);
    git(folder.path(), ["commit", "--quiet", "--message", "block"]).expect(0);
    // The block protects the staged bucket, although it was committed before and is gone from the work tree.
    program::write(folder.path(), "bucket.tf", bucket);
    git(folder.path(), ["add", "bucket.tf"]).expect(0);
    fs::remove_file(folder.path().join("block.tf")).unwrap();
    let rule = "aws/s3/no-public-access-block";
    let judged = program::annexa(folder.path(), ["scan", "--staged", "--today", TODAY, "--rule", rule]);
    judged.expect(0).says("Findings   none");
    git(folder.path(), ["rm", "--quiet", "--cached", "block.tf"]).expect(0);
    let judged = program::annexa(folder.path(), ["scan", "--staged", "--today", TODAY, "--rule", rule]);
    judged.expect(1).says("bucket.tf");
}

#[test]
fn an_unfinished_merge_is_an_error_that_names_the_files() {
    let folder = repository(&[("main.tf", PRIVATE)]);
    let folder = folder.path();
    git(folder, ["add", "."]).expect(0);
    git(folder, ["commit", "--quiet", "--message", "one"]).expect(0);
    git(folder, ["checkout", "--quiet", "-b", "other"]).expect(0);
    program::write(folder, "main.tf", PUBLIC);
    git(folder, ["commit", "--quiet", "--all", "--message", "two"]).expect(0);
    git(folder, ["checkout", "--quiet", "main"]).expect(0);
    program::write(folder, "main.tf", "# empty\n");
    git(folder, ["commit", "--quiet", "--all", "--message", "three"]).expect(0);
    assert_ne!(git(folder, ["merge", "--quiet", "other"]).status, Some(0));
    staged(folder).expect(2).says("a merge that is not finished").says("`main.tf`").says("git add");
}

#[cfg(unix)]
#[test]
fn a_hook_of_commit_all_sees_the_index_that_git_prepared_for_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = repository(&[("main.tf", PRIVATE)]);
    let folder = folder.path();
    git(folder, ["add", "."]).expect(0);
    git(folder, ["commit", "--quiet", "--message", "one"]).expect(0);
    let program = env!("CARGO_BIN_EXE_annexa");
    let hook = format!("#!/bin/sh\nexec '{program}' scan --staged --today {TODAY} --rule aws/s3/public-acl\n");
    let path = folder.join(".git/hooks/pre-commit");
    program::write(folder, ".git/hooks/pre-commit", hook);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    // Nothing is added: `--all` stages in an index of its own.
    program::write(folder, "main.tf", PUBLIC);
    git(folder, ["commit", "--all", "--message", "two"]).expect(1).says("main.tf:2:9");
    program::write(folder, "main.tf", PRIVATE.replace('}', "  # nothing\n}"));
    git(folder, ["commit", "--all", "--message", "two"]).expect(0);
}

#[test]
fn the_root_of_the_scan_may_be_a_folder_of_the_repository() {
    let folder =
        repository(&[("infra/annexa.yaml", "fail_on: low\n"), ("infra/main.tf", PUBLIC), ("other.tf", PUBLIC)]);
    git(folder.path(), ["add", "."]).expect(0);
    let ran = staged(&folder.path().join("infra")).expect(1).says("main.tf:2:9");
    assert!(!ran.stdout.contains("other.tf") && !ran.stdout.contains("infra/main.tf"), "{}", ran.stdout);
}

#[test]
fn configuration_and_exceptions_count_as_they_are_staged() {
    let folder = repository(&[("infra/main.tf", PUBLIC)]);
    let folder = folder.path();
    let ignoring = "rules:\n  ignore: [aws/s3/public-acl]\n";
    let run = |arguments: &[&str]| {
        let all = ["scan", "--staged", "--today", TODAY, "--rule", "aws/*"];
        program::annexa(folder, all.iter().chain(arguments))
    };
    git(folder, ["add", "."]).expect(0);
    // What git does not track yet is taken as it lies there.
    program::write(folder, "annexa.yaml", ignoring);
    run(&[]).expect(1);
    let excluding = "exclude: [infra]\n";
    program::write(folder, "annexa.yaml", excluding);
    run(&[]).expect(0);
    git(folder, ["add", "--intent-to-add", "annexa.yaml"]).expect(0);
    run(&[]).expect(0);
    git(folder, ["add", "annexa.yaml"]).expect(0);
    program::write(folder, "annexa.yaml", "exclude: []\n");
    run(&[]).expect(0);
    program::write(folder, "annexa.yaml", excluding);
    git(folder, ["add", "annexa.yaml"]).expect(0);
    std::fs::remove_file(folder.join("annexa.yaml")).unwrap();
    run(&[]).expect(0);

    git(folder, ["rm", "--quiet", "--cached", "annexa.yaml"]).expect(0);
    let exception = |rule: &str| {
        format!(
            "exceptions:\n  - id: EX-1\n    rule: {rule}\n    path: infra/**\n    owner: Ada\n    approver: Grace\n    reason: public\n    granted: 2026-01-01\n    expires: 2027-06-30\n"
        )
    };
    let own = |arguments: &[&str]| {
        let all = ["scan", "--staged", "--today", TODAY, "--rule", "aws/s3/public-acl"];
        program::annexa(folder, all.iter().chain(arguments))
    };
    program::write(folder, "exceptions.yaml", exception("aws/s3/public-acl"));
    git(folder, ["add", "exceptions.yaml"]).expect(0);
    program::write(folder, "exceptions.yaml", exception("aws/ec2/other"));
    own(&[]).expect(0).says("under an exception in force");
    git(folder, ["add", "exceptions.yaml"]).expect(0);
    program::write(folder, "exceptions.yaml", exception("aws/s3/public-acl"));
    own(&[]).expect(1);
    // A mistake that is staged is told, not one that is only in the work tree.
    program::write(folder, "exceptions.yaml", "exceptions: 5\n");
    own(&[]).expect(1);
    git(folder, ["add", "exceptions.yaml"]).expect(0);
    program::write(folder, "exceptions.yaml", exception("aws/s3/public-acl"));
    own(&[]).expect(2).says("exceptions.yaml");
}

#[test]
fn a_configuration_with_conflicts_is_told_as_such() {
    let folder = repository(&[("annexa.yaml", "exclude: [a]\n")]);
    let folder = folder.path();
    git(folder, ["add", "."]).expect(0);
    git(folder, ["commit", "--quiet", "--message", "one"]).expect(0);
    git(folder, ["checkout", "--quiet", "-b", "other"]).expect(0);
    program::write(folder, "annexa.yaml", "exclude: [b]\n");
    git(folder, ["commit", "--quiet", "--all", "--message", "two"]).expect(0);
    git(folder, ["checkout", "--quiet", "main"]).expect(0);
    program::write(folder, "annexa.yaml", "exclude: [c]\n");
    git(folder, ["commit", "--quiet", "--all", "--message", "three"]).expect(0);
    git(folder, ["merge", "other"]).expect(1);
    let said = staged(folder).expect(2);
    said.says("annexa.yaml is a part of a merge that is not finished; resolve the conflicts and `git add` it");
}
