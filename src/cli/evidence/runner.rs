//! Where a recording ran: what the variables of a CI system say. Nothing proves them; a signature by a key that only
//! the CI system has does.

use std::collections::BTreeMap;
use std::env;

use crate::evidence::manifest::{RunnerItem, ToolItem, digest};

/// Systems, the variable that tells each, and those that say which run it is. None of them is a secret.
const SYSTEMS: &[(&str, &str, &[&str])] = &[
    (
        "github-actions",
        "GITHUB_ACTIONS",
        &[
            "GITHUB_ACTOR",
            "GITHUB_EVENT_NAME",
            "GITHUB_JOB",
            "GITHUB_REF",
            "GITHUB_REPOSITORY",
            "GITHUB_RUN_ATTEMPT",
            "GITHUB_RUN_ID",
            "GITHUB_SERVER_URL",
            "GITHUB_SHA",
            "GITHUB_WORKFLOW_REF",
            "RUNNER_ENVIRONMENT",
            "RUNNER_NAME",
        ],
    ),
    (
        "gitlab-ci",
        "GITLAB_CI",
        &[
            "CI_COMMIT_SHA",
            "CI_JOB_ID",
            "CI_JOB_URL",
            "CI_PIPELINE_ID",
            "CI_PIPELINE_SOURCE",
            "CI_PROJECT_URL",
            "CI_RUNNER_ID",
            "GITLAB_USER_LOGIN",
        ],
    ),
    ("ci", "CI", &[]),
];

/// The runner.
pub(super) fn runner() -> RunnerItem {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty() && value != "false");
    let system = SYSTEMS.iter().find(|(_, variable, _)| set(variable).is_some());
    let Some((kind, _, names)) = system else {
        return RunnerItem { kind: "local".to_owned(), variables: BTreeMap::new() };
    };
    let variables = names.iter().filter_map(|name| Some(((*name).to_owned(), set(name)?)));
    RunnerItem { kind: (*kind).to_owned(), variables: variables.collect() }
}

/// This program.
pub(super) fn tool(rule_set: Option<String>) -> ToolItem {
    let program = env::current_exe().and_then(std::fs::read).ok();
    ToolItem {
        name: "annexa".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        program: program.map(|bytes| digest(&bytes)),
        rule_set,
    }
}
