use super::*;
use crate::kind::fixture::{file, view};

const TEXT: &str = "include:\n  - remote: https://x.example/a.yml\n  - project: team/ci\n    ref: main\n    file: b.yml\n  - local.yml\ndefault:\n  image: ruby:3\nvariables:\n  TOKEN: abc\n  LEVEL: { value: high, description: x }\n.base:\n  before_script: [echo base]\nbuild:\n  extends: .base\n  image: { name: \"$REGISTRY/app:1\" }\n  services: [docker:dind]\n  script:\n    - make\n    - [echo a, echo b]\n  after_script: [\"true\"]\nnot_a_job: { a: 1 }\n";

#[test]
fn jobs_pipelines_and_includes_are_lowered() {
    let file = file(".gitlab-ci.yml", TEXT);
    assert!(GitlabCi.claims(&file, &view()));
    let unit = GitlabCi.build(&GitlabCi.groups(&[&file]).remove(0), &view());
    let addresses: Vec<&str> = unit.resources.iter().map(|each| each.address.as_str()).collect();
    assert_eq!(addresses, ["pipeline", "include[0]", "include[1]", "include[2]", "job..base", "job.build"]);
    let text = |index: usize, path: &str| {
        let resource = &unit.resources[index];
        let path = crate::rule::path::Path::parse(path).unwrap();
        path.first(&resource.tree).and_then(|leaf| leaf.node().map(|node| node.value.clone()))
    };
    let is = |index, path: &str, expected: &str| {
        let found = text(index, path).and_then(|value| value.scalar_text());
        assert_eq!(found.as_deref(), Some(expected), "{path}");
    };
    is(0, "image.tag", "3");
    is(0, "variables[1].value", "high");
    is(1, "kind", "remote");
    is(2, "ref", "main");
    is(3, "kind", "local");
    is(4, "hidden", "true");
    is(5, "image.tag", "1");
    is(5, "services[0].tag", "dind");
    let script = unit.resources[5].tree.get("script").unwrap();
    let lines: Vec<&str> = script.items().iter().filter_map(Node::as_str).collect();
    assert_eq!(lines, ["make", "echo a", "echo b", "true"]);
    assert_eq!(script.items()[1].place.as_span().unwrap().slice(TEXT), "echo a");
}

#[test]
fn files_are_told_by_name_and_content() {
    for (path, text, expected) in [
        ("a/.gitlab-ci.yml", "test: { script: [make] }", true),
        ("deploy.gitlab-ci.yaml", "test: { script: [make] }", true),
        (".gitlab/ci/test.yml", "test: { script: [make] }", true),
        ("ci.yml", "test: { script: [make] }", false),
        (".gitlab-ci.yml", "stages: [a]", false),
        (".gitlab/ci/values.yml", "a: 1", false),
    ] {
        assert_eq!(GitlabCi.claims(&file(path, text), &view()), expected, "{path}");
    }
}
