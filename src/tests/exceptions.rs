//! Exceptions and comments under rules of their own: who approved, how far they reach, whether they are needed.

use std::path::Path;

use crate::program::{self, TODAY, git};

const BUCKET: &str = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n  acl    = \"public-read\"\n}\n";

fn exception(id: &str, approver: &str, more: &str) -> String {
    format!(
        "- id: {id}\n  rule: aws/s3/public-acl\n  owner: Ada King\n  approver: {approver}\n  reason: a website\n  \
         compensating_control: watched\n  granted: 2026-10-01\n  expires: 2027-01-31\n{more}"
    )
}

/// What rules of the scan say of the exceptions: rule and message.
fn told(folder: &Path) -> Vec<(String, String)> {
    let ran = program::annexa(folder, ["scan", "--format", "json", "--today", TODAY, "--show-unknown"]);
    let report: serde_json::Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let about_scan = findings.filter(|finding| {
        let rule = finding["rule"].as_str().unwrap();
        rule.starts_with("scan/") && rule.contains("exception")
    });
    about_scan.map(|finding| (text(&finding["rule"]), text(&finding["message"]))).collect()
}

fn names(told: &[(String, String)]) -> Vec<&str> {
    told.iter().map(|(rule, _)| rule.trim_start_matches("scan/")).collect()
}

fn repository(exceptions: &str) -> tempfile::TempDir {
    let folder = program::folder(&[("main.tf", BUCKET), ("exceptions.yaml", exceptions)]);
    git(folder.path(), ["init", "--quiet"]).expect(0);
    git(folder.path(), ["add", "--all"]).expect(0);
    git(folder.path(), ["commit", "--quiet", "--message", "one"]).expect(0);
    folder
}

#[test]
fn an_exception_that_its_approver_wrote_is_told() {
    let narrow = "  resource: aws_s3_bucket.b\n";
    let folder = repository(&exception("EX-1", "Ada King", narrow));
    assert_eq!(told(folder.path()), []);
    // The commits of the fixtures are Wren Okafor's.
    for approver in ["Wren Okafor", "wren@quillmere.example", "W. Okafor <wren@quillmere.example>"] {
        let folder = repository(&exception("EX-1", approver, narrow));
        assert_eq!(names(&told(folder.path())), ["exception-self-approved"], "{approver}");
    }
    // Lines that are in no commit have no author yet.
    let folder = repository("[]\n");
    program::write(folder.path(), "exceptions.yaml", exception("EX-1", "Wren Okafor", narrow));
    let found = told(folder.path());
    assert_eq!(names(&found), ["exception-self-approved"]);
    assert!(found[0].1.contains("It depends on the commit that brings it in"), "{found:?}");
}

#[test]
fn an_exception_that_nothing_needs_or_that_covers_everything_is_told() {
    let text = [
        exception("EX-1", "Ada King", "  path: main.tf\n"),
        exception("EX-2", "Ada King", "  path: '**'\n"),
        exception("EX-3", "Ada King", "  resource: aws_s3_bucket.gone\n"),
        exception("EX-4", "Ada King", "  path: main.tf\n").replace("public-acl", "no-such-rule"),
    ];
    let folder = repository(&text.concat());
    let found = told(folder.path());
    assert_eq!(names(&found), ["exception-too-broad", "unused-exception", "unused-exception"], "{found:?}");
    assert!(found[0].1.contains("EX-2") && found[1].1.contains("EX-3") && found[2].1.contains("EX-4"), "{found:?}");
    // A part of a scan cannot tell what is not needed.
    let ran = program::annexa(folder.path(), ["scan", "--today", TODAY, "--rule", "scan/*"]).expect(1);
    assert!(!ran.stdout.contains("EX-3"), "{}", ran.stdout);
}

#[test]
fn owners_of_the_file_are_those_who_may_approve() {
    let folder = repository(&exception("EX-1", "'@ada'", "  path: main.tf\n"));
    let owned_by = |lines: &str| {
        program::write(folder.path(), "CODEOWNERS", lines);
        names(&told(folder.path())).len()
    };
    assert_eq!(owned_by("* @ada\n"), 0);
    assert_eq!(owned_by("* @ada\n/exceptions.yaml\n"), 1, "the last line that matches gives it to nobody");
    assert_eq!(owned_by("/docs/ @ada\n"), 1, "no line matches");
    assert_eq!(owned_by("* @ada\n/exceptions.yaml @bob\n"), 1);
    let found = told(folder.path());
    assert!(found[0].1.contains("does not own `exceptions.yaml`"), "{found:?}");
    program::write(folder.path(), "CODEOWNERS", "* @example/security\n");
    let found = told(folder.path());
    assert!(found[0].1.contains("the members of @example/security"), "{found:?}");
}

#[test]
fn mistakes_in_the_file_are_shown_where_they_stand() {
    let refuse = |text: &str, why: &str| {
        let folder = program::folder(&[("main.tf", BUCKET), ("exceptions.yaml", text)]);
        program::annexa(folder.path(), ["scan", "--today", TODAY]).expect(2).says(why).says("exceptions.yaml:");
    };
    let good = exception("EX-1", "Ada King", "");
    refuse(&good.replace("expires:", "expired_at:"), "no key `expired_at`");
    refuse(&format!("{good}{good}"), "two exceptions `EX-1`");
    refuse(&good.replace("2027-01-31", "next year"), "`expires` must be a date");
    refuse(&good.replace("2027-01-31", "2026-09-30"), "before it is granted");
    refuse("exeptions: []\n", "no key `exeptions`");
}

#[test]
fn comments_ignore_only_what_the_configuration_lets_them() {
    let ignored = format!("# annexa:ignore aws/s3/public-acl a website\n{BUCKET}");
    let foreign = ignored.replace("annexa:ignore aws/s3/public-acl a website", "checkov:skip=CKV_AWS_20:a website");
    let scan = |configuration: &str, text: &str| {
        let folder = program::folder(&[("main.tf", text), ("annexa.yaml", configuration)]);
        let rules = ["--rule", "aws/s3/public-acl", "--rule", "scan/*"];
        let ran = program::annexa(folder.path(), ["scan", "--today", TODAY].into_iter().chain(rules));
        let has = |rule: &str| ran.stdout.contains(&format!("╰ {rule} "));
        (ran.status, has("aws/s3/public-acl"), has("scan/forbidden-ignore"), has("scan/unused-ignore"))
    };
    let quiet = (Some(0), false, false, false);
    let refused = (Some(1), true, true, false);
    for text in [&ignored, &foreign] {
        assert_eq!(scan("{}\n", text), quiet);
        assert_eq!(scan("ignore_comments: { allow: true }\n", text), quiet);
        assert_eq!(scan("ignore_comments: { allow: false }\n", text), refused);
        assert_eq!(scan("ignore_comments: { max_severity: high }\n", text), quiet);
        assert_eq!(scan("ignore_comments: { max_severity: medium }\n", text), refused);
        assert_eq!(scan("ignore_comments: { rules: ['aws/*/*'] }\n", text), quiet);
        assert_eq!(scan("ignore_comments: { rules: ['scan/*'] }\n", text), refused);
    }
}
