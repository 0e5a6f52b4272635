use super::*;
use crate::kind::fixture::{file, view};

const TEXT: &str = "pr: [main]\nvariables:\n  token: abc\n  where: $(place)\nresources:\n  containers:\n    - container: tools\n      image: tools:latest\nstages:\n  - stage: Build\n    jobs:\n      - job: Test\n        container: tools\n        steps:\n          - script: make test\n          - ${{ if eq(variables.x, 'y') }}:\n              - task: Bash@3\n                inputs: { targetType: inline, script: echo hi }\n      - deployment: Ship\n        environment: production\n        strategy:\n          runOnce:\n            deploy:\n              steps:\n                - checkout: self\n                  persistCredentials: true\n";

#[test]
fn stages_jobs_and_steps_are_lowered() {
    let file = file("azure-pipelines.yml", TEXT);
    assert!(AzurePipelines.claims(&file, &view()));
    let unit = AzurePipelines.build(&AzurePipelines.groups(&[&file]).remove(0), &view());
    let addresses: Vec<&str> = unit.resources.iter().map(|each| each.address.as_str()).collect();
    let expected = [
        "pipeline",
        "job.Build.Test",
        "job.Build.Test/steps[0]",
        "job.Build.Test/steps[1]",
        "job.Build.Ship",
        "job.Build.Ship/steps[0]",
    ];
    assert_eq!(addresses, expected);
    let is = |index: usize, path: &str, expected: &str| {
        let path_read = crate::rule::path::Path::parse(path).unwrap();
        let found = path_read.first(&unit.resources[index].tree).and_then(|leaf| leaf.node().cloned());
        assert_eq!(found.and_then(|node| node.value.scalar_text()).as_deref(), Some(expected), "{path}");
    };
    is(0, "variables[0].value", "abc");
    is(1, "container.tag", "latest");
    is(2, "script", "make test");
    is(3, "task", "Bash");
    is(3, "task_version", "3");
    is(3, "script", "echo hi");
    is(4, "deployment", "true");
    is(5, "persistCredentials", "true");
    let container = unit.resources[1].tree.get("container").unwrap().place.as_span().unwrap();
    assert_eq!(container.slice(TEXT), "tools:latest");
}

#[test]
fn a_pipeline_of_steps_is_one_job() {
    let file = file("ci/azure-pipelines.yaml", "pool: { vmImage: x }\nsteps:\n  - bash: echo\n");
    let unit = AzurePipelines.build(&AzurePipelines.groups(&[&file]).remove(0), &view());
    let addresses: Vec<&str> = unit.resources.iter().map(|each| each.address.as_str()).collect();
    assert_eq!(addresses, ["pipeline", "job.main", "job.main/steps[0]"]);
}

#[test]
fn files_are_told_by_name_and_content() {
    for (path, text, expected) in [
        (".azure-pipelines/test.yml", "steps: []", true),
        ("azure-pipelines-nightly.yml", "jobs: []", true),
        ("azure-pipelines.yml", "a: 1", false),
        ("pipeline.yml", "steps: []", false),
    ] {
        assert_eq!(AzurePipelines.claims(&file(path, text), &view()), expected, "{path}");
    }
}

#[test]
fn pipelines_of_any_name_are_recognised() {
    let claims = |text: &str| AzurePipelines.claims(&file("ci/build.yml", text), &view());
    assert!(claims("trigger: none\njobs:\n  - job: a\n") && claims("pool: x\nsteps:\n  - script: a\n"));
    for text in [
        "stages: [a, b]\njob:\n  script: x\n",
        "kind: pipeline\nsteps: []\ntrigger: {}\n",
        "on: push\njobs: {}\n",
        "trigger: none\njobs: {a: {}}\n",
    ] {
        assert!(!claims(text), "{text}");
    }
}
