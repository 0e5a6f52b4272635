use super::*;
use crate::syntax::tree::FileId;
use crate::syntax::yaml;

fn file(path: &str, text: &str) -> ParsedFile {
    let id = FileId(0);
    ParsedFile { id, path: path.into(), text: text.into(), content: yaml::parse(text, id).content }
}

fn unit_of(path: &str, text: &str) -> Unit {
    let file = file(path, text);
    let files = [&file];
    let view = View::new(&files, &[], &[], jiff::civil::date(2026, 1, 15));
    assert!(GithubActions.claims(&file, &view), "{path}");
    let groups = GithubActions.groups(&files);
    GithubActions.build(&groups[0], &view)
}

fn workflow(text: &str) -> Unit {
    unit_of(".github/workflows/ci.yml", text)
}

fn of<'u>(unit: &'u Unit, target: &str) -> Vec<&'u Resource> {
    unit.resources.iter().filter(|resource| resource.target == target).collect()
}

fn find<'u>(unit: &'u Unit, address: &str) -> &'u Resource {
    let addresses: Vec<&str> = unit.resources.iter().map(|resource| resource.address.as_str()).collect();
    unit.resources.iter().find(|resource| resource.address == address).unwrap_or_else(|| panic!("{addresses:?}"))
}

fn at<'n>(resource: &'n Resource, path: &str) -> Option<&'n Node> {
    crate::rule::path::Path::parse(path).expect("a path").first(&resource.tree).and_then(|leaf| leaf.node())
}

fn shown(resource: &Resource, path: &str) -> String {
    match at(resource, path).map(|node| &node.value) {
        None => "-".to_owned(),
        Some(Value::Unknown(unknown)) => format!("?{}", unknown.depends_on),
        Some(Value::List(list)) => {
            list.items.iter().map(|item| item.as_str().unwrap_or("?")).collect::<Vec<_>>().join(",")
        }
        Some(Value::Map(map)) => map.entries.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>().join(","),
        Some(value) => value.scalar_text().map(|text| text.to_string()).unwrap_or_default(),
    }
}

#[test]
fn triggers_and_permissions_have_one_form() {
    let cases = [
        ("on: push\njobs: {}\n", "push", "absent"),
        ("on: [push, pull_request]\npermissions: {}\njobs: {}\n", "push,pull_request", "none"),
        ("on:\n  push:\n  schedule: [{cron: x}]\npermissions: read-all\njobs: {}\n", "push,schedule", "read-all"),
        ("'on': push\npermissions: write-all\njobs: {}\n", "push", "write-all"),
        ("on: push\npermissions: {contents: write}\njobs: {}\n", "push", "listed"),
    ];
    for (text, triggers, set) in cases {
        let unit = workflow(text);
        let workflow = find(&unit, "ci");
        assert_eq!(shown(workflow, "triggers"), triggers);
        assert_eq!(shown(workflow, "permissions.set"), set);
    }
    let unit = workflow(cases[4].0);
    assert_eq!(shown(find(&unit, "ci"), "permissions.scopes.contents"), "write");
}

#[test]
fn jobs_hold_what_is_in_effect_for_them() {
    let text = "on: [push, issues]\npermissions: read-all\njobs:\n  \
        a: {runs-on: ubuntu-24.04, steps: []}\n  \
        b: {runs-on: '${{ matrix.os }}', strategy: {matrix: {os: [x, self-hosted], include: [{os: z}]}}, permissions: {id-token: write}}\n  \
        c: {runs-on: '${{ inputs.os }}', if: github.event_name == 'push', environment: {name: prod}, timeout-minutes: 5}\n  \
        d: {runs-on: {group: big, labels: [self-hosted, arm]}, container: 'node:22', services: {db: {image: 'postgres@sha256:ab'}}}\n  \
        e: {uses: org/repo/.github/workflows/x.yml@v1, secrets: inherit}\n";
    let unit = workflow(text);
    let expected = [
        ("a", "runs_on", "ubuntu-24.04"),
        ("a", "self_hosted", "false"),
        ("a", "permissions.set", "read-all"),
        ("a", "permissions.inherited", "true"),
        ("b", "permissions.inherited", "-"),
        ("a", "triggers", "push,issues"),
        ("b", "runs_on", "x,self-hosted,z"),
        ("b", "self_hosted", "true"),
        ("b", "permissions.scopes", "id-token"),
        ("c", "self_hosted", "?${{ inputs.os }}"),
        ("c", "triggers", "push"),
        ("c", "environment", "prod"),
        ("c", "timeout", "5"),
        ("d", "runs_on", "self-hosted,arm,group"),
        ("d", "container.image.tag", "22"),
        ("d", "services[0].image.digest", "sha256:ab"),
        ("e", "secrets", "inherit"),
    ];
    for (job, path, value) in expected {
        assert_eq!(shown(find(&unit, &format!("ci/{job}")), path), value, "{job} {path}");
    }
    let reusable = find(&unit, "ci/e/org/repo/.github/workflows/x.yml");
    assert_eq!(shown(reusable, "from"), "job");
    assert_eq!(shown(reusable, "pinned"), "tag");
}

#[test]
fn uses_fall_into_their_parts() {
    let sha = "11bd71901bbe5b1630ceea73d27597364c9af683";
    let cases = [
        (format!("actions/checkout@{sha}"), "sha", "true", sha.to_owned()),
        ("Docker/build-push-action@v6".to_owned(), "tag", "false", "v6".to_owned()),
        ("a/b/c/d@release/v1".to_owned(), "tag", "false", "release/v1".to_owned()),
        ("a/b@main".to_owned(), "branch", "false", "main".to_owned()),
        ("a/b@v2-beta".to_owned(), "tag", "false", "v2-beta".to_owned()),
        ("./.github/actions/x".to_owned(), "local", "false", "-".to_owned()),
        ("docker://alpine:3.20".to_owned(), "docker-tag", "false", "3.20".to_owned()),
        ("docker://ghcr.io/a/b@sha256:ab".to_owned(), "docker-digest", "false", "sha256:ab".to_owned()),
        ("a".to_owned(), "branch", "false", "-".to_owned()),
    ];
    for (uses, pinned, first_party, reference) in cases {
        let text = format!("on: push\njobs: {{a: {{steps: [{{uses: '{uses}'}}]}}}}\n");
        let unit = workflow(&text);
        let resource = of(&unit, "github-actions/uses")[0];
        assert_eq!(shown(resource, "pinned"), pinned, "{uses}");
        assert_eq!(shown(resource, "first_party"), first_party, "{uses}");
        assert_eq!(shown(resource, "ref"), reference, "{uses}");
        if let Some(node) = at(resource, "ref") {
            assert_eq!(node.place.as_span().expect("a span").slice(&text), reference);
        }
    }
}

#[test]
fn expressions_have_the_span_they_are_written_at() {
    let text = "on: issues\nenv: {TITLE: '${{ github.event.issue.title }}'}\njobs:\n  a:\n    steps:\n      \
                - name: one\n        run: |\n          echo \"é ${{ env.TITLE }}\"\n\n          x ${{ github.sha }}\n      \
                - id: two\n        run: >-\n          echo\n          ${{ format('{0}',\n            github.head_ref) }}\n      \
                - run: \"a \\\"b\\\" ${{ steps.two.outputs.x }}\"\n        if: github.actor == 'x'\n      \
                - uses: actions/github-script@v7\n        with: {script: 'x(${{ toJSON(github.event) }})', other: '${{ secrets.A }}'}\n";
    let unit = workflow(text);
    let found: Vec<(String, String, String, String)> = of(&unit, "github-actions/expression")
        .into_iter()
        .map(|resource| {
            let written = resource.header.as_span().expect("a span").slice(text).to_owned();
            (written, shown(resource, "where"), shown(resource, "untrusted"), shown(resource, "secrets"))
        })
        .collect();
    let expected = [
        ("${{ github.event.issue.title }}", "env", "true", "false"),
        ("${{ env.TITLE }}", "run", "true", "false"),
        ("${{ github.sha }}", "run", "false", "false"),
        ("${{ format('{0}',\n            github.head_ref) }}", "run", "true", "false"),
        ("${{ steps.two.outputs.x }}", "run", "?steps.two.outputs.x", "false"),
        ("github.actor == 'x'", "if", "false", "false"),
        ("${{ toJSON(github.event) }}", "script", "true", "false"),
        ("${{ secrets.A }}", "with", "false", "true"),
    ];
    let found: Vec<(&str, &str, &str, &str)> =
        found.iter().map(|(a, b, c, d)| (a.as_str(), b.as_str(), c.as_str(), d.as_str())).collect();
    assert_eq!(found, expected);
    let folded = find(&unit, "ci/a/two/format('{0}', github.head_ref)");
    assert_eq!(folded.owner.as_deref(), Some("ci/a/two"));
    assert_eq!(shown(folded, "untrusted_context"), "github.head_ref");
}

#[test]
fn inputs_of_actions_and_called_workflows_are_chosen_elsewhere() {
    let action = "name: x\ninputs: {a: {}}\nruns:\n  using: composite\n  steps:\n    - run: echo ${{ inputs.a }}\n      shell: bash\n";
    let unit = unit_of("tools/action.yml", action);
    assert_eq!(shown(of(&unit, "github-actions/expression")[0], "untrusted"), "?inputs.a");
    assert_eq!(shown(find(&unit, "action"), "using"), "composite");
    let called = workflow("on: workflow_call\njobs: {a: {steps: [{run: 'x ${{ inputs.a }}'}]}}\n");
    assert_eq!(shown(of(&called, "github-actions/expression")[0], "untrusted"), "?inputs.a");
    let dispatched = workflow("on: workflow_dispatch\njobs: {a: {steps: [{run: 'x ${{ inputs.a }}'}]}}\n");
    assert_eq!(shown(of(&dispatched, "github-actions/expression")[0], "untrusted"), "false");
}

#[test]
fn files_of_any_shape_are_read() {
    let shapes = [
        "on: {}\n",
        "jobs: 3\n",
        "on: 3\njobs: {a: 1, b: [], c: {steps: 1}, d: {steps: [1, {uses: 1, with: x, run: [a], env: 2, if: 3}]}}\n",
        "on: [[x]]\npermissions: [a]\njobs: {a: {permissions: 3, runs-on: {}, container: 3, services: [1], strategy: x}}\n",
        "on: push\njobs: {a: {steps: [{run: '${{', uses: '@'}, {uses: ''}, {uses: 'docker://'}]}}\n",
    ];
    for shape in shapes {
        workflow(shape);
    }
    let elsewhere = file("x/workflows/ci.yml", "on: push\njobs: {}\n");
    let view = View::new(&[], &[], &[], jiff::civil::date(2026, 1, 15));
    assert!(!GithubActions.claims(&elsewhere, &view));
    assert!(!GithubActions.claims(&file("action.yml", "a: 1\n"), &view));
}
