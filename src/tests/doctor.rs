//! `annexa doctor` in the places that a first-time user begins in.

use std::fs;
use std::path::Path;

use crate::program::{Ran, annexa, command, folder, git, run, write};

const BUCKET: &str = "resource \"aws_s3_bucket_acl\" \"site\" {\n  bucket = \"site\"\n  acl    = \"public-read\"\n}\n";
const CALL: &str = "module \"network\" {\n  source  = \"terraform-aws-modules/vpc/aws\"\n  version = \"5.0.0\"\n}\n";
const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";

/// The diagnosis of a folder, on one line.
fn doctor(folder: &Path) -> String {
    let ran = annexa(folder, ["doctor", "--today", "2026-11-22", "--rule", "aws/s3/public-acl"]).expect(0);
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
    ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(said: &str, words: &str) {
    assert!(said.contains(words), "`{words}` is not in {said}");
}

#[test]
fn a_shallow_clone_is_told_to_fetch_the_rest() {
    let home = tempfile::tempdir().unwrap();
    let whole = home.path().join("whole");
    fs::create_dir(&whole).unwrap();
    git(&whole, ["init", "--quiet"]).expect(0);
    for text in ["", BUCKET] {
        write(&whole, "main.tf", text);
        git(&whole, ["add", "."]).expect(0);
        git(&whole, ["commit", "--quiet", "--message", "step"]).expect(0);
    }
    let said = doctor(&whole);
    says(&said, "✓ git a repository with its full history");
    says(&said, "annexa scan --base origin/main --fail-on-new low");
    let address = format!("file://{}", whole.display());
    git(home.path(), ["clone", "--quiet", "--depth", "1", &address, "shallow"]).expect(0);
    let said = doctor(&home.path().join("shallow"));
    says(&said, "! git a shallow clone");
    says(&said, "1. git fetch --unshallow");
    write(&whole, "part/main.tf", BUCKET);
    says(&doctor(&whole.join("part")), "· scope a part of ");
    write(&whole, "part/annexa.yaml", "exclude: [old]\n");
    says(&doctor(&whole.join("part")), "· git part is a part of a repository");
}

#[test]
fn what_is_not_there_is_named_with_what_brings_it() {
    let place =
        folder(&[("infra/main.tf", CALL), ("chart/Chart.yaml", CHART), ("chart/templates/a.yaml", "a: {{ .x }}")]);
    let said = doctor(place.path());
    says(&said, "· git no git repository");
    says(&said, "· configuration no annexa.yaml");
    says(&said, "! modules the code of modules is not there, so what they create is not judged: infra/main.tf");
    says(&said, "terraform init -backend=false");
    says(&said, "chart/Chart.yaml");
    says(&said, "annexa scan --render");
    says(&said, "· isms no policy");
    says(&said, "annexa init");
    assert!(!said.contains("--base"), "nothing to compare with: {said}");
}

/// Whether helm is there decides what is told of charts.
#[cfg(unix)]
#[test]
fn helm_is_looked_for_where_charts_are() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = folder(&[
        ("Chart.yaml", CHART),
        ("templates/a.yaml", "a: {{ .x }}\n"),
        (
            "k/pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, image: a }] }\n",
        ),
        ("k/kustomization.yaml", "resources: [pod.yaml]\npatches: [{ target: { kind: Pod }, patch: 'x' }]\n"),
    ]);
    let tools = tempfile::tempdir().unwrap();
    let with_path = || -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_annexa"));
        let ran: Ran =
            run(command(program, place.path(), place.path()).env("PATH", tools.path()).args(["doctor", "--quiet"]))
                .expect(0);
        ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let said = with_path();
    assert!(said.contains("helm, which fills in templates, is not installed"), "{said}");
    assert!(said.contains("what these patch is undecided: k/kustomization.yaml"), "{said}");
    write(tools.path(), "helm", "#!/bin/sh\nexit 9\n");
    fs::set_permissions(tools.path().join("helm"), fs::Permissions::from_mode(0o755)).unwrap();
    let said = with_path();
    assert!(said.contains("1 chart is not judged without `--render`: Chart.yaml"), "{said}");
}

#[test]
fn documents_that_the_clauses_ask_for_are_missed() {
    let policy =
        "# Information security policy\n\n| Owner | Edda Falk |\n|---|---|\n| Approved by | Maren Oakes |\n\nText.\n";
    let place = folder(&[("isms/information-security-policy.md", policy)]);
    let said = doctor(place.path());
    says(&said, "✓ isms 1 document or register recognised: information-security-policy");
    says(&said, "! isms asked for by the clauses and not recognised here: ");
    says(&said, "statement-of-applicability");
    write(place.path(), "annexa.yaml", "isms: [handbook]\n");
    let said = doctor(place.path());
    says(&said, "! isms `isms:` in the configuration names handbook, and there is no such folder");
}

#[test]
fn nothing_is_drawn_where_no_person_watches() {
    let place = folder(&[("main.tf", BUCKET)]);
    let ran = annexa(place.path(), ["scan", "--today", "2026-11-22", "--rule", "aws/s3/public-acl"]).expect(1);
    assert!(ran.stderr.is_empty() && !ran.stdout.contains('\r') && !ran.stdout.contains('\u{1b}'), "{ran:?}");
}
