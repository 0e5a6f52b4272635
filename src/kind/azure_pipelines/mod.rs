//! Azure Pipelines: `azure-pipelines.yml`, the templates that it uses, and files of other names that look so.
//!
//! | target | address | fields |
//! |---|---|---|
//! | `azure-pipelines/pipeline` | `pipeline` | `trigger`, `pr`, `schedules`, `variables` (a list of `name`, `value`, `group`), `repositories`, `extends` |
//! | `azure-pipelines/job` | `job.NAME` | `name`, `stage`, `deployment` (whether it is one), `container` (an image: see [`super::shared::image`]), `pool`, `environment`, `variables`, `steps` (how many) |
//! | `azure-pipelines/step` | `job.NAME/steps[0]` | `kind` (`script`, `bash`, `pwsh`, `powershell`, `task`, `checkout`, `template` …), `script`, `task` (name), `task_version`, `inputs`, `env`, and the step's other keywords as written |
//!
//! - A container that a job names is looked up in `resources.containers`. Scripts in the inputs of a task are `script` too.
//! - Parts under `${{ if … }}` and `${{ each … }}` are judged as if they were there. Templates are judged where they are.

mod step;
#[cfg(test)]
mod tests;

use smol_str::{SmolStr, format_smolstr};

use super::shared::image::Image;
use super::shared::{self, Field, map_of};
use super::{Group, Kind, ParsedFile, Resource, Unit, View, by_file};
use crate::syntax::tree::{Entry, Node, Place, Value};

/// Levels of conditions, stages and strategies that are followed.
const MAX_DEPTH: usize = 24;

/// Pipelines of Azure DevOps.
pub struct AzurePipelines;

impl Kind for AzurePipelines {
    fn name(&self) -> &'static str {
        "azure-pipelines"
    }

    fn claims(&self, file: &ParsedFile, _view: &View<'_>) -> bool {
        let has = |tree: &Node| ["stages", "jobs", "steps", "extends"].iter().any(|key| tree.get(key).is_some());
        file.trees().first().is_some_and(|tree| has(tree) && (is_named_so(&file.path) || looks_so(tree)))
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        by_file(files)
    }

    fn build(&self, group: &Group<'_>, _view: &View<'_>) -> Unit {
        let mut unit = Unit { kind: self.name(), name: group.name.clone(), ..Unit::default() };
        for file in &group.files {
            let Some(root) = file.trees().first() else { continue };
            let walk = Walk { root, source: &file.text };
            unit.resources.push(pipeline(root));
            walk.stages(root, None, 0, &mut unit.resources);
        }
        unit
    }
}

/// `azure-pipelines.yml`, `azure-pipelines-release.yml`, what is in `.azure-pipelines/`.
fn is_named_so(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_yaml = matches!(name.rsplit_once('.'), Some((_, "yml" | "yaml")));
    let mut folders = path.split('/').rev().skip(1);
    let is_in_folder = folders.any(|folder| matches!(folder, ".azure-pipelines" | "azure-pipelines" | ".azuredevops"));
    is_yaml && (name.contains("azure-pipelines") || name.contains("azure_pipelines") || is_in_folder)
}

/// Whether nothing else looks so: lists of stages, jobs or steps, with what triggers them or where they run.
fn looks_so(tree: &Node) -> bool {
    let is_list = |key: &str| tree.get(key).is_some_and(|node| node.as_list().is_some());
    let has = |key: &str| tree.get(key).is_some();
    ["stages", "jobs", "steps"].into_iter().any(is_list)
        && ["pool", "trigger", "pr", "parameters"].into_iter().any(has)
        && !["on", "kind", "apiVersion", "pipelines", "include"].into_iter().any(has)
}

/// The items of a list, those under a condition or a loop in their place.
fn items(node: &Node, depth: usize) -> Vec<&Node> {
    let mut found = Vec::new();
    for item in node.items() {
        match item.entries() {
            [Entry { key, value, .. }] if key.starts_with("${{") && depth < MAX_DEPTH => {
                found.extend(items(value, depth + 1));
            }
            _ => found.push(item),
        }
    }
    found
}

fn pipeline(root: &Node) -> Resource {
    let header = root.entries().first().map_or(root.place, |entry| entry.key_place);
    let resources = root.get("resources");
    let fields = [
        ("trigger", Field::of(root, "trigger")),
        ("pr", Field::of(root, "pr")),
        ("schedules", Field::of(root, "schedules")),
        ("variables", Field::of(root, "variables").map(variables)),
        ("repositories", resources.and_then(|resources| Field::of(resources, "repositories"))),
        ("extends", Field::of(root, "extends")),
    ];
    let mut resource =
        shared::resource("azure-pipelines/pipeline", "pipeline".into(), map_of(root.place, fields), header);
    resource.extent = header;
    resource
}

/// A map of values, or a list of `name` and `value` or of `group`.
fn variables(field: Field) -> Field {
    let each = |entry: &Entry| {
        let fields = [
            ("name", Some(Field::new(Node::text(entry.key.clone(), entry.key_place)))),
            ("value", Some(Field { key: entry.key_place, value: known(&entry.value) })),
        ];
        map_of(entry.key_place, fields)
    };
    let place = field.value.place;
    let items = match &field.value.value {
        Value::Map(map) => map.entries.iter().map(each).collect(),
        _ => items(&field.value, 0).into_iter().cloned().collect(),
    };
    field.with(Node::list(items, place))
}

/// A text with an expression or a variable in it is known only in the run.
fn known(node: &Node) -> Node {
    match node.as_str() {
        Some(text) if text.contains("${{") || text.contains("$(") || text.contains("$[") => {
            Node::unknown(text, node.place)
        }
        _ => node.clone(),
    }
}

struct Walk<'t> {
    root: &'t Node,
    source: &'t str,
}

impl Walk<'_> {
    /// What a pipeline, a stage or a template holds: stages, jobs or steps.
    fn stages(&self, node: &Node, stage: Option<&Node>, depth: usize, resources: &mut Vec<Resource>) {
        if depth > MAX_DEPTH {
            return;
        }
        for inner in node.get("stages").map(|stages| items(stages, 0)).unwrap_or_default() {
            self.stages(inner, inner.get("stage"), depth + 1, resources);
        }
        for job in node.get("jobs").map(|jobs| items(jobs, 0)).unwrap_or_default() {
            self.job(job, stage, resources);
        }
        if node.get("steps").is_some() {
            self.job(node, stage, resources);
        }
    }

    fn job(&self, node: &Node, stage: Option<&Node>, resources: &mut Vec<Resource>) {
        let named = node.get("job").or(node.get("deployment"));
        if named.is_none() && node.get("steps").is_none() {
            return;
        }
        let name = named.and_then(Node::as_str).map_or_else(|| SmolStr::new_static("main"), SmolStr::from);
        let header = named.map(|node| node.place).filter(|place| place.as_span().is_some());
        let first = node.as_map().and_then(|map| map.entry("steps").or_else(|| map.entries.first()));
        let header = header.or(first.map(|entry| entry.key_place)).unwrap_or(node.place);
        let mut steps = Vec::new();
        collect(node, 0, &mut steps);
        let count = Node::new(Value::Number(steps.len() as f64), header);
        let fields = [
            ("name", Some(Field::new(Node::text(name.clone(), header)))),
            ("stage", stage.cloned().map(Field::new)),
            ("deployment", Some(Field::new(Node::new(Value::Bool(node.get("deployment").is_some()), header)))),
            ("container", self.container(node)),
            ("pool", Field::of(node, "pool")),
            ("environment", Field::of(node, "environment")),
            ("variables", Field::of(node, "variables").map(variables)),
            ("steps", Some(Field::new(count))),
        ];
        let stage_name = stage.and_then(Node::as_str).map(|stage| format!("{stage}.")).unwrap_or_default();
        let address = format_smolstr!("job.{stage_name}{name}");
        let mut job = shared::resource("azure-pipelines/job", address.clone(), map_of(node.place, fields), header);
        if std::ptr::eq(node, self.root) {
            job.extent = header;
        }
        resources.push(job);
        for (index, step) in steps.into_iter().enumerate() {
            resources.extend(step::resource(step, &address, index));
        }
    }

    /// The image that a job runs in.
    fn container(&self, node: &Node) -> Option<Field> {
        let field = Field::of(node, "container")?;
        let written = field.value.get("image").unwrap_or(&field.value);
        let listed = self.root.get("resources").and_then(|resources| resources.get("containers"));
        let is_it = |item: &&Node| item.get("container").and_then(Node::as_str) == written.as_str();
        let image = listed.map(Node::items).unwrap_or_default().iter().find(is_it).and_then(|item| item.get("image"));
        let tree = Image::of(&known(image.unwrap_or(written)), self.source).map(Image::tree);
        Some(Field { key: field.key, value: tree.unwrap_or_else(|| known(written)) })
    }
}

/// The steps of a job; of a deployment those in its strategy.
fn collect<'n>(node: &'n Node, depth: usize, steps: &mut Vec<&'n Node>) {
    if depth > MAX_DEPTH {
        return;
    }
    if let Some(list) = node.get("steps") {
        steps.extend(items(list, 0));
    }
    let inner = node.entries().iter().filter(|entry| {
        matches!(
            entry.key.as_str(),
            "strategy"
                | "runOnce"
                | "rolling"
                | "canary"
                | "deploy"
                | "preDeploy"
                | "routeTraffic"
                | "postRouteTraffic"
                | "on"
                | "failure"
                | "success"
        )
    });
    inner.for_each(|entry| collect(&entry.value, depth + 1, steps));
}

/// A place that a step or job is told by.
pub(super) fn first_key(node: &Node) -> Place {
    node.entries().first().map_or(node.place, |entry| entry.key_place)
}
