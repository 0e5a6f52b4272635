//! Jobs: what is in effect for them, and their steps.

use smol_str::{SmolStr, format_smolstr};

use super::expression::Expression;
use super::{Around, bool_node, found, known, resource, step, trust, uses, workflow};
use crate::kind::Resource;
use crate::kind::shared::image::Image;
use crate::kind::shared::{Field, map_of};
use crate::syntax::tree::{Entry, Map, Node, Place};

/// A job, what it uses, its steps and expressions.
pub(super) fn lower(entry: &Entry, around: &Around<'_>, resources: &mut Vec<Resource>) {
    let job = &entry.value;
    if job.as_map().is_none() {
        return;
    }
    let header = entry.key_place;
    let address = format_smolstr!("{}/{}", around.owner, entry.key);
    let id = Node::text(entry.key.clone(), header);
    let written = workflow::permissions(job, header);
    let is_written = written.value.get("set").and_then(Node::as_str) != Some("absent");
    let permissions = if is_written { Some(written.value) } else { around.permissions.as_ref().map(inherited) };
    let matrix = job.get("strategy").and_then(|strategy| strategy.get("matrix"));
    let within = Around {
        owner: address.clone(),
        job: Some(id.clone()),
        triggers: around.triggers.as_ref().map(|triggers| limited(triggers, job)),
        permissions: permissions.clone(),
        env: [job.get("env"), around.env[0], None],
        matrix,
        ..around.clone()
    };
    let runs_on = job.get("runs-on").map(|node| runners(node, matrix));
    let fields = [
        ("id", Some(Field::new(id))),
        ("name", Field::of(job, "name")),
        ("permissions", permissions.map(Field::new)),
        ("self_hosted", runs_on.as_ref().map(|labels| Field::new(self_hosted(labels)))),
        ("runs_on", runs_on.map(Field::new)),
        ("container", job.get("container").map(|node| Field::new(container(node, around.source)))),
        ("services", job.get("services").map(|node| Field::new(services(node, around.source)))),
        ("environment", environment(job)),
        ("uses", Field::of(job, "uses")),
        ("secrets", Field::of(job, "secrets")),
        ("if", Field::of(job, "if")),
        ("needs", Field::of(job, "needs")),
        ("timeout", known(job, "timeout-minutes")),
        ("concurrency", Field::of(job, "concurrency")),
        ("env", Field::of(job, "env")),
        ("triggers", within.triggers.clone().map(Field::new)),
        ("workflow", within.workflow.clone().map(Field::new)),
    ];
    let tree = map_of(job.place, fields);
    resources.push(resource("github-actions/job", address, Some(around.owner.clone()), tree, header));
    if let Some(written) = Field::of(job, "uses") {
        resources.extend(uses::resource_of(&written.value, job.get("with"), "job", &within));
    }
    for (key, place) in [("env", "env"), ("with", "with"), ("if", "if")] {
        if let Some(node) = job.get(key) {
            found::expressions(node, place, &within, resources);
        }
    }
    for (index, node) in job.get("steps").map(Node::items).unwrap_or_default().iter().enumerate() {
        step::lower(node, index, &within, resources);
    }
}

/// The permissions of the workflow as those of a job that writes none.
fn inherited(permissions: &Node) -> Node {
    let mut map = permissions.as_map().cloned().unwrap_or_default();
    map.push("inherited", permissions.place, bool_node(true, permissions.place));
    Node::map(map, permissions.place)
}

/// The triggers that the `if` of a job or step lets through.
pub(super) fn limited(triggers: &Node, holder: &Node) -> Node {
    let condition = holder.get("if").and_then(Node::as_str).map(str::trim).unwrap_or_default();
    let inner = match trust::texts(condition).as_slice() {
        [inner] if condition.starts_with("${{") && condition.ends_with("}}") => *inner,
        _ => condition,
    };
    let Some(events) = Expression::parse(inner).and_then(|expression| expression.limits_events()) else {
        return triggers.clone();
    };
    let entries = triggers.entries().iter().filter(|entry| events.allow(&entry.key)).cloned().collect();
    Node::map(Map { entries, open: None }, triggers.place)
}

/// The labels of the machines a job runs on. A label that comes from the job's own matrix is looked up there.
fn runners(written: &Node, matrix: Option<&Node>) -> Node {
    let labels = written.get("labels").unwrap_or(written);
    let group = written.get("group").map(|group| Node::text("group", group.place));
    let items = if labels.as_list().is_some() { labels.items() } else { std::slice::from_ref(labels) };
    let scalars = items.iter().filter(|item| item.as_map().is_none());
    let found = scalars.flat_map(|item| label(item, matrix)).chain(group).collect();
    Node::list(found, written.place)
}

fn label(node: &Node, matrix: Option<&Node>) -> Vec<Node> {
    let Some(text) = node.as_str().filter(|text| text.contains("${{")) else { return vec![node.clone()] };
    let unknown = || vec![Node::unknown(text, node.place)];
    let [inner] = trust::texts(text)[..] else { return unknown() };
    let Some(Expression::Context(path)) = Expression::parse(inner) else { return unknown() };
    match path.as_slice() {
        [head, name] if head == "matrix" && text.trim().starts_with("${{") && text.trim().ends_with("}}") => {
            matrix.and_then(|matrix| matrix_values(matrix, name)).unwrap_or_else(unknown)
        }
        _ => unknown(),
    }
}

/// The values of a variable of the matrix, where they are all written out.
fn matrix_values(matrix: &Node, name: &SmolStr) -> Option<Vec<Node>> {
    let under = |holder: &Node| {
        holder.entries().iter().find(|entry| entry.key.eq_ignore_ascii_case(name)).map(|entry| entry.value.clone())
    };
    let mut values: Vec<Node> = under(matrix).map(|list| list.items().to_vec()).unwrap_or_default();
    values.extend(matrix.get("include").map(Node::items).unwrap_or_default().iter().filter_map(under));
    let written_out = values.iter().all(|value| value.as_str().is_some_and(|text| !text.contains("${{")));
    (written_out && !values.is_empty()).then_some(values)
}

/// Whether one of the labels is that of machines of one's own; unknown where a label is.
fn self_hosted(labels: &Node) -> Node {
    let own = labels.items().iter().find(|label| label.as_str() == Some("self-hosted"));
    let open = labels.items().iter().find(|label| label.as_str().is_none());
    match (own, open) {
        (Some(label), _) => bool_node(true, label.place),
        (None, Some(label)) => label.clone(),
        (None, None) => bool_node(false, labels.place),
    }
}

/// `container: image` and `container: { image: … }` as a map with the parts of the image.
fn container(node: &Node, source: &str) -> Node {
    let written = node.get("image").unwrap_or(node);
    let image = Image::of(written, source).map(|image| Field::new(image.tree()));
    let written = |key| Field::of(node, key);
    map_of(
        node.place,
        [
            ("image", image),
            ("credentials", written("credentials")),
            ("options", written("options")),
            ("env", written("env")),
        ],
    )
}

fn services(node: &Node, source: &str) -> Node {
    let service = |entry: &Entry| {
        let name = Node::text(entry.key.clone(), entry.key_place);
        let inner = container(&entry.value, source);
        let fields = [
            ("name", Some(Field::new(name))),
            ("image", Field::of(&inner, "image")),
            ("credentials", Field::of(&inner, "credentials")),
        ];
        map_of(entry.value.place, fields)
    };
    Node::list(node.entries().iter().map(service).collect(), node.place)
}

/// The name of the environment, whatever the written form.
fn environment(job: &Node) -> Option<Field> {
    let named = job.get("environment").and_then(|environment| Field::of(environment, "name"));
    named.or_else(|| known(job, "environment").filter(|field| field.value.as_map().is_none()))
}

/// The place of a thing that has no name: its first line.
pub(super) fn place_of(node: &Node, keys: &[&str]) -> Place {
    keys.iter().find_map(|key| node.get(key)).map_or(node.place, |found| found.place)
}
