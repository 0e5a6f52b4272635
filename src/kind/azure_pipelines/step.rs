//! Steps.

use smol_str::{SmolStr, format_smolstr};

use super::{first_key, known};
use crate::kind::Resource;
use crate::kind::shared;
use crate::syntax::tree::{Map, Node};

/// The keys that say what a step does.
const KINDS: [&str; 12] = [
    "script",
    "bash",
    "pwsh",
    "powershell",
    "task",
    "checkout",
    "template",
    "download",
    "publish",
    "downloadBuild",
    "getPackage",
    "reviewApp",
];

/// The inputs of tasks that are scripts.
const SCRIPTS: [&str; 4] = ["script", "inlineScript", "Inline", "ScriptBlock"];

/// The resource of a step; none for what is no step.
pub(super) fn resource(node: &Node, owner: &SmolStr, index: usize) -> Option<Resource> {
    let entry = node.entries().iter().find(|entry| KINDS.contains(&entry.key.as_str()))?;
    let kind = entry.key.as_str();
    let header = if entry.value.place.as_span().is_some() && !matches!(kind, "script" | "bash" | "pwsh" | "powershell")
    {
        entry.value.place
    } else {
        first_key(node)
    };
    let mut map = Map::default();
    map.push("kind", entry.key_place, Node::text(entry.key.clone(), entry.key_place));
    match kind {
        "script" | "bash" | "pwsh" | "powershell" => map.push("script", entry.key_place, entry.value.clone()),
        "task" => {
            let (name, version) =
                entry.value.as_str().map_or(("", ""), |text| text.split_once('@').unwrap_or((text, "")));
            map.push("task", entry.key_place, Node::text(name, entry.value.place));
            map.push("task_version", entry.key_place, Node::text(version, entry.value.place));
            let inputs = node.get("inputs").and_then(Node::as_map);
            let script = inputs.and_then(|inputs| SCRIPTS.iter().find_map(|key| inputs.entry(key)));
            if let Some(script) = script {
                map.push("script", script.key_place, script.value.clone());
            }
        }
        _ => map.push(entry.key.clone(), entry.key_place, entry.value.clone()),
    }
    for part in node.entries().iter().filter(|part| !KINDS.contains(&part.key.as_str())) {
        let value = if part.key == "env" { part.value.clone() } else { known(&part.value) };
        map.push(part.key.clone(), part.key_place, value);
    }
    let address = format_smolstr!("{owner}/steps[{index}]");
    let mut resource = shared::resource("azure-pipelines/step", address, Node::map(map, node.place), header);
    resource.owner = Some(owner.clone());
    Some(resource)
}
