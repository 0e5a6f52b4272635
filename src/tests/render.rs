//! Charts and overlays that are rendered on request, with scripts in the place of helm and kustomize.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::program::{Ran, command, folder, run, write};

const TEMPLATE: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  containers:\n    - name: web\n      image: {{ .Values.image }}\n      securityContext: { privileged: {{ .Values.all }} }\n";

const PRINTS: &str = "#!/bin/sh\n[ \"$1\" = template ] && [ -f \"$3/Chart.yaml\" ] || exit 9\n/bin/cat <<'END'\n---\n# Source: shop/templates/web.yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: annexa\nspec:\n  containers:\n    - name: web\n      image: web:1\n      securityContext: { privileged: true }\nEND\n";

fn chart() -> tempfile::TempDir {
    folder(&[
        ("deploy/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("deploy/templates/web.yaml", TEMPLATE),
        ("deploy/templates/empty.yaml", "{{- if .Values.never }}\nkind: {{ x }}\n{{- end }}\n"),
    ])
}

/// Scans with these scripts, by name, in the place of all programs.
fn scan(folder: &Path, scripts: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let tools = tempfile::tempdir().unwrap();
    for (name, script) in scripts {
        write(tools.path(), name, script);
        fs::set_permissions(tools.path().join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = command(Path::new(env!("CARGO_BIN_EXE_annexa")), folder, folder);
    command.env("PATH", tools.path()).args(["scan", "--rule", "container/privileged", "--today", "2026-11-22"]);
    run(command.args(arguments))
}

#[test]
fn a_rendered_chart_is_judged_at_its_templates() {
    let folder = chart();
    let ran = scan(folder.path(), &[("helm", PRINTS)], &["--render"]).expect(1);
    let ran = ran.says("deploy/templates/web.yaml:9").says("privileged: {{ .Values.all }}");
    assert!(!ran.stdout.contains("rendered only"), "{ran:#?}");
    scan(folder.path(), &[("helm", PRINTS)], &[]).expect(0).says("rendered only on request");
}

#[test]
fn what_helm_cannot_render_is_told() {
    let folder = chart();
    let fails = "#!/bin/sh\necho 'Error: found in Chart.yaml, but missing in charts/ directory: db' >&2\nexit 1\n";
    scan(folder.path(), &[("helm", fails)], &["--render"])
        .expect(0)
        .says("was not rendered")
        .says("missing in charts/ directory: db");
    scan(folder.path(), &[], &["--render"]).expect(0).says("helm is not installed");
    let warns = PRINTS.replacen("/bin/cat <<", "echo 'WARNING: old chart' >&2\n/bin/cat <<", 1);
    scan(folder.path(), &[("helm", &warns)], &["--render"]).expect(1).says("WARNING: old chart");
}

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: web\n          securityContext: { privileged: true }\n        - name: helper\n          image: helper\n";

const OPENS: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          securityContext: { privileged: false }\n        - name: helper\n          securityContext:\n            privileged: true\n";

/// What kustomize 5.5 prints for the overlay below.
const BUILT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x-web-v2\n  namespace: prod\nspec:\n  template:\n    spec:\n      containers:\n      - image: registry.example/web:1.2\n        name: web\n        securityContext:\n          privileged: false\n      - image: helper\n        name: helper\n        securityContext:\n          privileged: true\n";

fn overlay() -> tempfile::TempDir {
    folder(&[
        ("base/kustomization.yaml", "resources: [web.yaml]\nnamePrefix: x-\n"),
        ("base/web.yaml", WEB),
        (
            "prod/kustomization.yaml",
            "resources: [../base]\nnamespace: prod\nnameSuffix: -v2\nimages: [{ name: web, newName: registry.example/web, newTag: \"1.2\" }]\npatches: [{ path: opens.yaml }]\n",
        ),
        ("prod/opens.yaml", OPENS),
    ])
}

fn kustomize(command: &str) -> String {
    format!(
        "#!/bin/sh\n[ \"$1\" = {command} ] && [ \"${{2##*/}}\" = prod ] && [ -f \"$2/kustomization.yaml\" ] || exit 9\n\
         echo \"# Warning: 'bases' is deprecated.\" >&2\n/bin/cat <<'END'\n{BUILT}END\n"
    )
}

#[test]
fn a_rendered_overlay_is_judged_where_its_values_are_written() {
    let folder = overlay();
    let written = scan(folder.path(), &[("kustomize", &kustomize("build"))], &[]).expect(1);
    written.says("base/web.yaml:11:42").says("judged as they are written").says("1 file set aside");
    for (program, command) in [("kustomize", "build"), ("kubectl", "kustomize")] {
        let ran = scan(folder.path(), &[(program, &kustomize(command))], &["--render"]).expect(1);
        let ran = ran.says("prod/opens.yaml:12:25").says("Deployment.prod.x-web-v2/helper");
        let ran = ran.says("called from: prod/kustomization.yaml:1:1").says("4 files: 4 Kubernetes");
        // The patch takes the rights of the other container back, and nothing else is told.
        assert_eq!(ran.stdout.matches("╭▸").count(), 1, "{ran:#?}");
        assert!(!ran.stdout.contains("Not seen"), "{ran:#?}");
    }
}

#[test]
fn what_kustomize_cannot_render_is_told_and_judged_as_written() {
    let folder = overlay();
    let fails = "#!/bin/sh\necho 'Error: no matches for Id Deployment.v1.apps/web' >&2\nexit 1\n";
    let ran = scan(folder.path(), &[("kustomize", fails)], &["--render"]).expect(1);
    ran.says("prod/kustomization.yaml: the overlay was not rendered").says("no matches for Id");
    let ran = scan(folder.path(), &[], &["--render"]).expect(1);
    ran.says("base/web.yaml:11:42").says("neither kustomize nor kubectl is installed");
    scan(folder.path(), &[], &["--render", "--strict"]).expect(3);
    let address = "resources: [../base, \"https://example.com/x?ref=v1\"]\n";
    fs::write(folder.path().join("prod/kustomization.yaml"), address).unwrap();
    let ran = scan(folder.path(), &[("kustomize", &kustomize("build"))], &["--render"]).expect(1);
    ran.says("https://example.com/x?ref=v1").says("is fetched").says("base/web.yaml:11:42");
}
