//! GitHub Actions: workflows (`.github/workflows/*.yml`) and actions (`action.yml`).
//!
//! | target | address | fields |
//! |---|---|---|
//! | `github-actions/workflow` | `ci` | `name`, `triggers` (a map whatever the written form), `permissions`, `env`, `concurrency`, `defaults`, `jobs` (how many) |
//! | `github-actions/job` | `ci/test` | `id`, `name`, `permissions` (effective), `runs_on`, `self_hosted`, `container`, `services`, `environment`, `uses`, `secrets`, `if`, `needs`, `timeout`, `concurrency`, `env`, `triggers` (those its `if` lets through), `workflow` |
//! | `github-actions/step` | `ci/test/steps[0]` or, with an id, `ci/test/build` | `id`, `index`, `name`, `run`, `uses`, `with`, `env`, `shell`, `if`, `continue_on_error`, `working_directory`, `job`, `triggers`, `permissions`, `workflow` |
//! | `github-actions/uses` | the step's or job's, and the action | `text`, `action`, `owner`, `repository`, `path`, `ref`, `pinned`, `first_party`, `with`, `from`, and what is around it as for a step |
//! | `github-actions/expression` | the step's, and the expression | `text`, `contexts`, `where`, `key`, `untrusted`, `untrusted_context`, `secrets`, and what is around it as for a step |
//! | `github-actions/action` | `action` | `name`, `using`, `inputs`, `image` |
//!
//! - `permissions` is a map of `set` (`absent`, `none`, `read-all`, `write-all`, `listed`) and, where they are listed,
//!   `scopes`; `inherited` is true where a job has those of its workflow.
//! - `pinned` is `sha`, `tag`, `branch`, `local`, `docker-digest` or `docker-tag`.
//! - `where` is `run`, `script` (the script of an action that runs one), `with`, `env`, `if`, or `other`.
//! - `untrusted` is whether outsiders choose what the expression prints; unknown where that depends on the run.
//!
//! All workflows of a folder are one unit; an action is a unit of its own.

mod action;
mod expression;
mod found;
mod job;
mod step;
#[cfg(test)]
mod tests;
mod trust;
mod uses;
mod workflow;

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::shared::{Field, map_of};
use super::{Group, Kind, NamedFile, ParsedFile, Resource, Unit, View};
use crate::syntax::tree::{Node, Place, Value};

/// The folder that holds workflows.
const WORKFLOWS: &str = ".github/workflows";

/// Workflows and actions of GitHub.
pub struct GithubActions;

impl Kind for GithubActions {
    fn name(&self) -> &'static str {
        "github-actions"
    }

    fn claims(&self, file: &ParsedFile, _view: &View<'_>) -> bool {
        is_workflow(file) || is_action(file)
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        let (workflows, actions): (Vec<&ParsedFile>, Vec<&ParsedFile>) =
            files.iter().partition(|file| is_workflow(file));
        let mut groups = super::by_folder(&workflows);
        groups.extend(super::by_file(&actions));
        groups
    }

    fn build(&self, group: &Group<'_>, _view: &View<'_>) -> Unit {
        let (mut resources, mut named_files) = (Vec::new(), Vec::new());
        for file in &group.files {
            let Some(tree) = file.trees().first() else { continue };
            let stem = file.name().rsplit_once('.').map_or(file.name(), |(stem, _)| stem);
            if is_workflow(file) {
                workflow::lower(tree, stem, &file.text, &mut resources);
                let called = tree.get("name").and_then(Node::as_str).unwrap_or("workflow");
                named_files.push(NamedFile { id: file.id, name: stem.into(), called: called.into() });
            } else {
                action::lower(tree, stem, &file.text, &mut resources);
            }
        }
        Unit { kind: self.name(), name: Arc::clone(&group.name), resources, named_files, ..Unit::default() }
    }
}

fn is_workflow(file: &ParsedFile) -> bool {
    let folder = file.folder();
    let in_place = folder == WORKFLOWS || folder.strip_suffix(WORKFLOWS).is_some_and(|above| above.ends_with('/'));
    in_place && file.trees().first().is_some_and(|tree| tree.get("jobs").or(tree.get("on")).is_some())
}

fn is_action(file: &ParsedFile) -> bool {
    let named = matches!(file.name(), "action.yml" | "action.yaml");
    named && file.trees().first().is_some_and(|tree| tree.get("runs").is_some_and(|runs| runs.get("using").is_some()))
}

/// What is around a step, a `uses` or an expression, and lowers into its tree.
#[derive(Clone, Default)]
struct Around<'a> {
    /// The text of the file.
    source: &'a str,
    /// The address of the resource that holds it.
    owner: SmolStr,
    /// The stem of the workflow file; none in an action.
    workflow: Option<Node>,
    /// The events that can start it; none in an action.
    triggers: Option<Node>,
    /// The permissions in effect; none in an action.
    permissions: Option<Node>,
    /// The id of the job; none in an action.
    job: Option<Node>,
    /// The `env` maps in effect, the innermost first.
    env: [Option<&'a Node>; 3],
    /// The matrix of the job.
    matrix: Option<&'a Node>,
    /// Whether `inputs` come from another workflow or from the user of an action.
    foreign_inputs: bool,
}

impl Around<'_> {
    /// The fields that steps, uses and expressions have in common.
    fn fields(&self) -> [(&'static str, Option<Field>); 4] {
        let field = |node: &Option<Node>| node.clone().map(Field::new);
        [
            ("workflow", field(&self.workflow)),
            ("job", field(&self.job)),
            ("triggers", field(&self.triggers)),
            ("permissions", field(&self.permissions)),
        ]
    }

    fn scope(&self) -> trust::Scope<'_> {
        trust::Scope { env: self.env, matrix: self.matrix, foreign_inputs: self.foreign_inputs }
    }
}

/// A resource of this kind.
fn resource(target: &'static str, address: SmolStr, owner: Option<SmolStr>, tree: Node, header: Place) -> Resource {
    Resource {
        target: SmolStr::new_static(target),
        address,
        names: Vec::new(),
        extent: tree.place,
        tree,
        header,
        owner,
        call_chain: Vec::new(),
        converts_scalars: false,
    }
}

/// The field under a key. A text with an expression in it is known only in the run.
fn known(map: &Node, key: &str) -> Option<Field> {
    let field = Field::of(map, key)?;
    match field.value.as_str() {
        Some(text) if text.contains("${{") => {
            let unknown = Node::unknown(text, field.value.place);
            Some(field.with(unknown))
        }
        _ => Some(field),
    }
}

fn bool_node(value: bool, place: Place) -> Node {
    Node::new(Value::Bool(value), place)
}

/// The address of the n-th thing of a list.
fn indexed(owner: &str, list: &str, index: usize) -> SmolStr {
    format_smolstr!("{owner}/{list}[{index}]")
}

/// A tree of these fields and those of what is around.
fn tree_of<const N: usize>(place: Place, own: [(&'static str, Option<Field>); N], around: &Around<'_>) -> Node {
    map_of(place, own.into_iter().chain(around.fields()))
}
