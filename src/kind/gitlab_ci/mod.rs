//! GitLab CI: `.gitlab-ci.yml`, and the files that it is put together from.
//!
//! | target | address | fields |
//! |---|---|---|
//! | `gitlab-ci/pipeline` | `pipeline` | what holds for all jobs: `image`, `services`, `variables`, `script` (before and after all jobs), `stages`, `workflow` |
//! | `gitlab-ci/job` | `job.NAME` | `name`, `hidden` (a template for others), `image`, `services`, `variables`, `script`, and the job's other keywords as written |
//! | `gitlab-ci/include` | `include[0]` | `kind` (`local`, `remote`, `project`, `template`, `component`), `source`, `ref`, `integrity` |
//!
//! - `script` is the list of all lines of a job: before it, its own, after it. `image` and `services` are images (see
//!   [`super::shared::image`]); a part with a variable is unknown. `variables` is a list of `name` and `value`.
//! - What a job takes over by `extends`, `default` or `!reference` is judged where it is written, not once more in the job.

#[cfg(test)]
mod tests;

use smol_str::format_smolstr;

use super::shared::image::Image;
use super::shared::variables::filled;
use super::shared::{self, Field, map_of};
use super::{Group, Kind, ParsedFile, Resource, Unit, View, by_file};
use crate::syntax::tree::{Entry, Map, Node, Place, Value};

/// Top-level keys that are no jobs.
const GLOBAL: [&str; 12] = [
    "default",
    "include",
    "stages",
    "types",
    "variables",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
];

/// What makes a map a job.
const JOB_KEYS: [&str; 8] = ["script", "trigger", "extends", "run", "before_script", "rules", "image", "stage"];

/// Lists of commands within lists that are followed.
const MAX_LISTS: usize = 8;

/// Pipelines of GitLab.
pub struct GitlabCi;

impl Kind for GitlabCi {
    fn name(&self) -> &'static str {
        "gitlab-ci"
    }

    fn claims(&self, file: &ParsedFile, _view: &View<'_>) -> bool {
        is_named_so(&file.path)
            && file.trees().iter().any(|tree| jobs(tree).next().is_some() || tree.get("include").is_some())
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        by_file(files)
    }

    fn build(&self, group: &Group<'_>, _view: &View<'_>) -> Unit {
        let mut unit = Unit { kind: self.name(), name: group.name.clone(), ..Unit::default() };
        for file in &group.files {
            // What comes before `---` says which inputs the rest has.
            let Some(root) = file.trees().iter().rfind(|tree| tree.as_map().is_some() && tree.get("spec").is_none())
            else {
                continue;
            };
            unit.resources.push(pipeline(root, &file.text));
            unit.resources.extend(includes(root));
            unit.resources.extend(jobs(root).map(|entry| job(entry, &file.text)));
        }
        unit
    }
}

/// `.gitlab-ci.yml`, `build.gitlab-ci.yml`, `.gitlab/ci/build.yml`.
fn is_named_so(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_yaml = matches!(name.rsplit_once('.'), Some((_, "yml" | "yaml")));
    is_yaml && (name.contains("gitlab-ci.y") || path.starts_with(".gitlab/ci/") || path.contains("/.gitlab/ci/"))
}

fn jobs(root: &Node) -> impl Iterator<Item = &Entry> {
    root.entries().iter().filter(|entry| {
        !GLOBAL.contains(&entry.key.as_str()) && JOB_KEYS.iter().any(|key| entry.value.get(key).is_some())
    })
}

fn pipeline(root: &Node, source: &str) -> Resource {
    let default = root.get("default");
    let of = |key: &str| default.and_then(|default| Field::of(default, key)).or_else(|| Field::of(root, key));
    let mut lines = Vec::new();
    for list in ["before_script", "after_script"].iter().filter_map(|key| of(key)) {
        collect(&list.value, 0, &mut lines);
    }
    let header = root.entries().first().map_or(root.place, |entry| entry.key_place);
    let fields = [
        ("image", of("image").map(|field| image(field, source))),
        ("services", of("services").map(|field| images(field, source))),
        ("variables", Field::of(root, "variables").map(variables)),
        ("script", Some(Field::new(Node::list(lines, header)))),
        ("stages", Field::of(root, "stages")),
        ("workflow", Field::of(root, "workflow")),
    ];
    let mut resource = shared::resource("gitlab-ci/pipeline", "pipeline".into(), map_of(root.place, fields), header);
    resource.extent = header;
    resource
}

fn job(entry: &Entry, source: &str) -> Resource {
    let (node, header) = (&entry.value, entry.key_place);
    let mut map = Map::default();
    map.push("name", header, Node::text(entry.key.clone(), header));
    map.push("hidden", header, Node::new(Value::Bool(entry.key.starts_with('.')), header));
    let mut lines = Vec::new();
    for part in node.entries() {
        let field = Field { key: part.key_place, value: part.value.clone() };
        let field = match part.key.as_str() {
            "before_script" | "script" | "after_script" => {
                collect(&part.value, 0, &mut lines);
                continue;
            }
            "image" => image(field, source),
            "services" => images(field, source),
            "variables" => variables(field),
            _ => field,
        };
        map.push(part.key.clone(), field.key, field.value);
    }
    let script = node.as_map().and_then(|map| map.entry("script")).map_or(header, |entry| entry.key_place);
    map.push("script", script, Node::list(lines, script));
    let mut resource =
        shared::resource("gitlab-ci/job", format_smolstr!("job.{}", entry.key), Node::map(map, node.place), header);
    if let (Some(key), Some(value)) = (header.as_span(), node.place.as_span())
        && key.start <= value.start
    {
        resource.extent = Place::span(header.file, key.cover(value));
    }
    resource
}

/// The commands of a script, those of lists within it too.
fn collect(node: &Node, depth: usize, lines: &mut Vec<Node>) {
    match &node.value {
        Value::List(list) if depth < MAX_LISTS => list.items.iter().for_each(|item| collect(item, depth + 1, lines)),
        Value::Text(_) => lines.push(node.clone()),
        _ => {}
    }
}

/// `image: name` or `image: { name: … }`
fn image(field: Field, source: &str) -> Field {
    let written = field.value.get("name").unwrap_or(&field.value);
    match Image::of(&filled(written), source) {
        Some(image) => {
            let tree = image.tree();
            field.with(tree)
        }
        None => field,
    }
}

fn images(field: Field, source: &str) -> Field {
    let each = |item: &Node| image(Field::new(item.clone()), source).value;
    let items = field.value.items().iter().map(each).collect();
    let place = field.value.place;
    field.with(Node::list(items, place))
}

/// A map of values, or of maps with a `value`.
fn variables(field: Field) -> Field {
    let each = |entry: &Entry| {
        let value = if entry.value.as_map().is_some() { entry.value.get("value") } else { Some(&entry.value) };
        let fields = [
            ("name", Some(Field::new(Node::text(entry.key.clone(), entry.key_place)))),
            ("value", value.map(|value| Field { key: entry.key_place, value: filled(value) })),
        ];
        map_of(entry.key_place, fields)
    };
    let items = field.value.entries().iter().map(each).collect();
    let place = field.value.place;
    field.with(Node::list(items, place))
}

/// The files that the pipeline is put together from.
fn includes(root: &Node) -> Vec<Resource> {
    let Some(written) = root.get("include") else { return Vec::new() };
    let items = match &written.value {
        Value::List(list) => list.items.as_slice(),
        _ => std::slice::from_ref(written),
    };
    items.iter().enumerate().filter_map(|(index, item)| include(item, index)).collect()
}

fn include(item: &Node, index: usize) -> Option<Resource> {
    const KINDS: [&str; 5] = ["remote", "project", "component", "template", "local"];
    let (kind, source) = match item.as_str() {
        Some(text) => (if text.contains("://") { "remote" } else { "local" }, Field::new(item.clone())),
        None => KINDS.iter().find_map(|kind| Some((*kind, Field::of(item, kind)?)))?,
    };
    let fields = [
        ("kind", Some(Field { key: source.key, value: Node::text(kind, source.value.place) })),
        ("ref", Field::of(item, "ref")),
        ("integrity", Field::of(item, "integrity")),
        ("source", Some(source.clone())),
    ];
    let address = format_smolstr!("include[{index}]");
    Some(shared::resource("gitlab-ci/include", address, map_of(item.place, fields), source.value.place))
}
