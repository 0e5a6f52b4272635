//! Charts that are rendered on request, with a script in the place of helm.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::program::{Ran, command, folder, run, write};

const TEMPLATE: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  containers:\n    - name: web\n      image: {{ .Values.image }}\n      securityContext: { privileged: {{ .Values.all }} }\n";

const PRINTS: &str = "#!/bin/sh\n[ \"$1\" = template ] && [ -f \"$3/Chart.yaml\" ] || exit 9\ncat <<'END'\n---\n# Source: shop/templates/web.yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: annexa\nspec:\n  containers:\n    - name: web\n      image: web:1\n      securityContext: { privileged: true }\nEND\n";

fn chart() -> tempfile::TempDir {
    folder(&[
        ("deploy/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("deploy/templates/web.yaml", TEMPLATE),
        ("deploy/templates/empty.yaml", "{{- if .Values.never }}\nkind: {{ x }}\n{{- end }}\n"),
    ])
}

/// Scans with this program in the place of helm, or with none.
fn scan(folder: &Path, helm: Option<&str>, arguments: &[&str]) -> Ran {
    let tools = tempfile::tempdir().unwrap();
    if let Some(script) = helm {
        write(tools.path(), "helm", script);
        fs::set_permissions(tools.path().join("helm"), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = command(Path::new(env!("CARGO_BIN_EXE_annexa")), folder, folder);
    let path = if helm.is_some() {
        format!("{}:/usr/bin:/bin", tools.path().display())
    } else {
        tools.path().display().to_string()
    };
    command.env("PATH", path).args(["scan", "--rule", "container/privileged", "--today", "2026-11-22"]).args(arguments);
    run(&mut command)
}

#[test]
fn a_rendered_chart_is_judged_at_its_templates() {
    let folder = chart();
    let ran = scan(folder.path(), Some(PRINTS), &["--render"]).expect(1);
    let ran = ran.says("deploy/templates/web.yaml:9").says("privileged: {{ .Values.all }}");
    assert!(!ran.stdout.contains("rendered only"), "{ran:#?}");
    scan(folder.path(), Some(PRINTS), &[]).expect(0).says("rendered only on request");
}

#[test]
fn what_helm_cannot_render_is_told() {
    let folder = chart();
    let fails = "#!/bin/sh\necho 'Error: found in Chart.yaml, but missing in charts/ directory: db' >&2\nexit 1\n";
    scan(folder.path(), Some(fails), &["--render"])
        .expect(0)
        .says("was not rendered")
        .says("missing in charts/ directory: db");
    scan(folder.path(), None, &["--render"]).expect(0).says("helm is not installed");
    let warns = PRINTS.replacen("cat <<", "echo 'WARNING: old chart' >&2\ncat <<", 1);
    scan(folder.path(), Some(&warns), &["--render"]).expect(1).says("WARNING: old chart");
}
