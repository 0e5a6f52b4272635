//! Steps of jobs and of composite actions.

use smol_str::{SmolStr, format_smolstr};

use super::{Around, found, indexed, job, resource, tree_of, uses};
use crate::kind::Resource;
use crate::kind::shared::Field;
use crate::syntax::tree::{Node, Value};

/// A step, what it uses and its expressions.
pub(super) fn lower(node: &Node, index: usize, around: &Around<'_>, resources: &mut Vec<Resource>) {
    if node.as_map().is_none() {
        return;
    }
    let id = node.get("id").and_then(Node::as_str);
    let address: SmolStr = match id {
        Some(id) => format_smolstr!("{}/{id}", around.owner),
        None => indexed(&around.owner, "steps", index),
    };
    let within = Around {
        owner: address.clone(),
        triggers: around.triggers.as_ref().map(|triggers| job::limited(triggers, node)),
        env: [node.get("env"), around.env[0], around.env[1]],
        ..around.clone()
    };
    let header = job::place_of(node, &["name", "uses", "id"]);
    let header = if header == node.place { first_key(node) } else { header };
    let fields = [
        ("id", Field::of(node, "id")),
        ("index", Some(Field::new(Node::new(Value::Number(index as f64), header)))),
        ("name", Field::of(node, "name")),
        ("run", Field::of(node, "run")),
        ("uses", Field::of(node, "uses")),
        ("with", Field::of(node, "with")),
        ("env", Field::of(node, "env")),
        ("shell", Field::of(node, "shell")),
        ("if", Field::of(node, "if")),
        ("continue_on_error", Field::of(node, "continue-on-error")),
        ("working_directory", Field::of(node, "working-directory")),
    ];
    let tree = tree_of(node.place, fields, &within);
    resources.push(resource("github-actions/step", address, Some(around.owner.clone()), tree, header));
    let action = node.get("uses").map(|written| uses::resource_of(written, node.get("with"), "step", &within));
    let action = action.flatten();
    let runs_script = action.as_ref().is_some_and(|action| {
        action.tree.get("action").and_then(Node::as_str).is_some_and(|name| SCRIPT_ACTIONS.contains(&name))
    });
    resources.extend(action);
    for key in ["run", "env", "if"] {
        if let Some(written) = node.get(key) {
            found::expressions(written, key, &within, resources);
        }
    }
    for entry in node.get("with").map(Node::entries).unwrap_or_default() {
        let place = if runs_script && entry.key == "script" { "script" } else { "with" };
        found::expressions_under(entry, place, &within, resources);
    }
}

/// Actions whose input `script` is run as it is.
const SCRIPT_ACTIONS: [&str; 4] = ["actions/github-script", "azure/cli", "azure/powershell", "appleboy/ssh-action"];

fn first_key(node: &Node) -> crate::syntax::tree::Place {
    node.entries().first().map_or(node.place, |entry| entry.key_place)
}
