//! Colours by the conventions of terminals.

use std::path::Path;

use crate::program::{command, folder, run};

const BUCKET: &str = "resource \"aws_s3_bucket_acl\" \"site\" {\n  bucket = \"site\"\n  acl    = \"public-read\"\n}\n";

#[test]
fn colours_follow_the_conventions() {
    let place = folder(&[("main.tf", BUCKET)]);
    let is_coloured = |environment: &[(&str, &str)], more: &[&str]| {
        let program = Path::new(env!("CARGO_BIN_EXE_annexa"));
        let mut command = command(program, place.path(), place.path());
        command.args(["scan", "--today", "2026-11-22", "--rule", "aws/s3/public-acl"]).args(more);
        run(command.envs(environment.iter().copied())).expect(1).stdout.contains('\u{1b}')
    };
    assert!(!is_coloured(&[], &[]), "this is no terminal");
    assert!(is_coloured(&[("CLICOLOR_FORCE", "1")], &[]));
    assert!(!is_coloured(&[("CLICOLOR_FORCE", "0")], &[]));
    assert!(!is_coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[]));
    assert!(!is_coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "0")], &[]), "whatever its value");
    assert!(is_coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")], &[]), "what is empty is not set");
    assert!(is_coloured(&[("NO_COLOR", "1")], &["--color", "always"]), "who asks for them gets them");
}
