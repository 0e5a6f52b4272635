//! Plays, blocks and tasks.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::is_play;
use crate::kind::Resource;
use crate::kind::shared;
use crate::syntax::tree::{Entry, List, Map, Node, Place, Unknown, Value};

/// Blocks within blocks that are followed.
const MAX_BLOCKS: usize = 32;

/// Keywords of tasks; what is none of them is the name of a module.
const KEYWORDS: [&str; 45] = [
    "name",
    "when",
    "become",
    "become_user",
    "become_method",
    "become_exe",
    "become_flags",
    "ignore_errors",
    "ignore_unreachable",
    "no_log",
    "register",
    "tags",
    "loop",
    "loop_control",
    "until",
    "retries",
    "delay",
    "notify",
    "listen",
    "changed_when",
    "failed_when",
    "delegate_to",
    "delegate_facts",
    "run_once",
    "environment",
    "vars",
    "args",
    "check_mode",
    "diff",
    "any_errors_fatal",
    "async",
    "poll",
    "block",
    "rescue",
    "always",
    "throttle",
    "timeout",
    "connection",
    "remote_user",
    "port",
    "collections",
    "module_defaults",
    "debugger",
    "first_available_file",
    "local_action",
];

/// The lists of tasks in a play.
const TASK_LISTS: [&str; 4] = ["pre_tasks", "tasks", "post_tasks", "handlers"];

/// Keywords that hold for everything within.
const INHERITED: [&str; 5] = ["ignore_errors", "become", "become_user", "no_log", "check_mode"];

/// The part of a module's name that is the same however it is written.
fn short(module: &str) -> &str {
    module.rsplit('.').next().unwrap_or(module)
}

fn is_keyword(key: &str) -> bool {
    KEYWORDS.contains(&key) || key.starts_with("with_")
}

/// The entry that names the module.
fn module(node: &Node) -> Option<&Entry> {
    let is_name = |key: &str| {
        key.chars().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || matches!(each, '_' | '.'))
    };
    node.entries().iter().find(|entry| !is_keyword(&entry.key) && is_name(&entry.key))
}

/// Whether an entry of a list is a task or a block.
pub(super) fn is_task(node: &Node) -> bool {
    node.as_map().is_some()
        && (node.get("block").is_some() || module(node).is_some() || node.get("local_action").is_some())
}

/// Whether nothing else than a task looks so: its module has the name of its collection before it, or a module of Ansible
/// itself stands beside a keyword that only tasks have.
pub(super) fn is_surely_task(node: &Node) -> bool {
    const MODULES: [&str; 16] = [
        "shell",
        "command",
        "copy",
        "template",
        "file",
        "uri",
        "get_url",
        "include_tasks",
        "import_tasks",
        "include_role",
        "set_fact",
        "debug",
        "apt",
        "yum",
        "service",
        "lineinfile",
    ];
    const MARKS: [&str; 8] =
        ["register", "when", "become", "delegate_to", "notify", "changed_when", "failed_when", "run_once"];
    let Some(module) = module(node) else { return node.get("block").is_some_and(|block| block.as_list().is_some()) };
    let is_whole = module.key.split('.').count() >= 3 && !module.key.split('.').any(str::is_empty);
    let is_marked = node.entries().iter().any(|entry| MARKS.contains(&&*entry.key) || entry.key.starts_with("with_"));
    is_whole || (is_marked && MODULES.contains(&short(&module.key)))
}

/// Lowers a list of plays or of tasks.
pub(super) fn lower(tree: &Node, resources: &mut Vec<Resource>) {
    for node in tree.items() {
        if is_play(node) { play(node, resources) } else { one(node, &[], 0, resources) }
    }
}

fn play(node: &Node, resources: &mut Vec<Resource>) {
    let mut map = Map::default();
    let header = header(node);
    for entry in node.entries() {
        match entry.key.as_str() {
            key if TASK_LISTS.contains(&key) => {}
            "roles" => {
                let role = |role: &Node| role.get("role").or(role.get("name")).unwrap_or(role).clone();
                let roles = entry.value.items().iter().map(role).collect();
                map.push("roles", entry.key_place, Node::list(roles, entry.value.place));
            }
            _ => map.push(entry.key.clone(), entry.key_place, known(&entry.value)),
        }
    }
    let name = name(node).unwrap_or_else(|| "unnamed".into());
    let tree = Node::map(map, node.place);
    resources.push(resource("ansible/play", format_smolstr!("play.{name}"), tree, header));
    let inherited = inherited(node, &[]);
    for list in TASK_LISTS.iter().filter_map(|key| node.get(key)) {
        list.items().iter().for_each(|task| one(task, &inherited, 0, resources));
    }
}

/// The keywords that hold within a play or block, the inner ones in place of the outer.
fn inherited(node: &Node, outer: &[Entry]) -> Vec<Entry> {
    let own = node.entries().iter().filter(|entry| INHERITED.contains(&entry.key.as_str()));
    let own: Vec<Entry> = own.map(|entry| Entry { value: known(&entry.value), ..entry.clone() }).collect();
    let kept = outer.iter().filter(|entry| !own.iter().any(|inner| inner.key == entry.key)).cloned();
    let kept: Vec<Entry> = kept.collect();
    own.into_iter().chain(kept).collect()
}

fn one(node: &Node, outer: &[Entry], depth: usize, resources: &mut Vec<Resource>) {
    if depth > MAX_BLOCKS {
        return;
    }
    if node.get("block").is_some() {
        block(node, outer, depth, resources);
    } else if node.as_map().is_some() {
        task(node, outer, resources);
    }
}

fn block(node: &Node, outer: &[Entry], depth: usize, resources: &mut Vec<Resource>) {
    let header = header(node);
    let mut map = Map { entries: inherited(node, outer), open: None };
    for entry in node.entries().iter().filter(|entry| !INHERITED.contains(&entry.key.as_str())) {
        let value = match entry.key.as_str() {
            "block" => {
                let count = Node::new(Value::Number(entry.value.items().len() as f64), entry.value.place);
                map.push("tasks", entry.key_place, count);
                continue;
            }
            "rescue" | "always" => Node::new(Value::Bool(!entry.value.items().is_empty()), entry.value.place),
            _ => known(&entry.value),
        };
        map.push(entry.key.clone(), entry.key_place, value);
    }
    let name = name(node).unwrap_or_else(|| "unnamed".into());
    resources.push(resource("ansible/block", format_smolstr!("block.{name}"), Node::map(map, node.place), header));
    let inherited = inherited(node, outer);
    for list in ["block", "rescue", "always"].iter().filter_map(|key| node.get(key)) {
        list.items().iter().for_each(|task| one(task, &inherited, depth + 1, resources));
    }
}

fn task(node: &Node, outer: &[Entry], resources: &mut Vec<Resource>) {
    let Some((module, args)) = called(node) else { return };
    let mut map = Map { entries: inherited(node, outer), open: None };
    for entry in node.entries().iter().filter(|entry| is_keyword(&entry.key)) {
        if !INHERITED.contains(&entry.key.as_str()) && !matches!(entry.key.as_str(), "args" | "local_action") {
            map.push(entry.key.clone(), entry.key_place, known(&entry.value));
        }
    }
    map.push("module", module.place, Node::text(module.as_str().unwrap_or_default(), module.place));
    let is_given =
        |entry: &&Entry| !matches!(&entry.value.value, Value::Unknown(unknown) if unknown.depends_on.contains("omit"));
    let given = args.entries().iter().filter(is_given).map(|entry| Node::text(entry.key.clone(), entry.key_place));
    map.push("given", module.place, Node::list(given.collect(), args.place));
    map.push("args", module.place, args);
    let written = module.as_str().unwrap_or_default();
    let name = name(node).unwrap_or_else(|| "unnamed".into());
    let header = node.get("name").filter(|name| name.as_str().is_some()).map_or(module.place, |name| name.place);
    let target = format_smolstr!("ansible/{}", short(written));
    resources.push(resource(&target, format_smolstr!("tasks.{written}.{name}"), Node::map(map, node.place), header));
}

/// The module that a task calls and what it is given.
fn called(node: &Node) -> Option<(Node, Node)> {
    if let Some(written) = node.get("local_action").or(node.get("action")) {
        return old_style(written, node);
    }
    let entry = module(node)?;
    let args = arguments(&entry.value, node.get("args"));
    Some((Node::text(entry.key.clone(), entry.key_place), args))
}

/// `action: module name=value` or `action: { module: m, … }`
fn old_style(written: &Node, node: &Node) -> Option<(Node, Node)> {
    if let Some(module) = written.get("module") {
        let entries = written.entries().iter().filter(|entry| entry.key != "module").cloned().collect();
        let args = Node::map(Map { entries, open: None }, written.place);
        return Some((module.clone(), arguments(&args, node.get("args"))));
    }
    let text = written.as_str()?;
    let (module, rest) = text.split_once(' ').unwrap_or((text, ""));
    let args = arguments(&Node::text(rest, written.place), node.get("args"));
    Some((Node::text(module, written.place), args))
}

/// What a module is given, as a map.
fn arguments(value: &Node, more: Option<&Node>) -> Node {
    let mut map = match &value.value {
        Value::Text(text) => of_line(text, value.place),
        Value::Map(map) => known_map(map),
        Value::Null => Map::default(),
        _ => {
            let mut map = Map::default();
            map.push("_raw", value.place, known(value));
            map
        }
    };
    for entry in more.map_or(&[][..], Node::entries) {
        map.push(entry.key.clone(), entry.key_place, known(&entry.value));
    }
    Node::map(map, value.place)
}

/// `name=httpd state=latest`; what is no such pair is `_raw`.
fn of_line(text: &str, place: Place) -> Map {
    let mut map = Map::default();
    let mut raw: Vec<&str> = Vec::new();
    for word in words(text) {
        let is_key = |key: &str| !key.is_empty() && key.chars().all(|each| each.is_ascii_alphanumeric() || each == '_');
        match word.split_once('=').filter(|(key, _)| is_key(key)) {
            Some((key, value)) if raw.is_empty() => {
                let value = value.trim_matches(['"', '\'']);
                map.push(key, place, known(&Node::text(value, place)));
            }
            _ => raw.push(word),
        }
    }
    if !raw.is_empty() {
        map.push("_raw", place, known(&Node::text(raw.join(" "), place)));
    }
    map
}

/// The words of a line; blanks in quotes and in `{{ }}` belong to the word.
fn words(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut quote, mut open) = (None, None, 0_usize);
    for (at, each) in text.char_indices() {
        match each {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            '"' | '\'' if quote == Some(each) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(each),
            _ => {}
        }
        let is_blank = each.is_whitespace() && quote.is_none() && open == 0;
        match (is_blank, start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                found.extend(text.get(from..at));
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.and_then(|from| text.get(from..)));
    found
}

/// A value as Ansible reads it: truth values by all their names, templates unknown.
fn known(node: &Node) -> Node {
    let value = match &node.value {
        Value::Text(text) if text.contains("{{") => Value::Unknown(Arc::new(templated(text))),
        Value::Text(text) => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "true" => Value::Bool(true),
            "no" | "off" | "false" => Value::Bool(false),
            _ => Value::Text(text.clone()),
        },
        Value::List(list) => {
            let items = list.items.iter().map(known).collect();
            Value::List(Arc::new(List { items, open: list.open.clone() }))
        }
        Value::Map(map) => Value::Map(Arc::new(known_map(map))),
        other => other.clone(),
    };
    Node { value, ..node.clone() }
}

fn known_map(map: &Map) -> Map {
    let entries = map.entries.iter().map(|entry| Entry { value: known(&entry.value), ..entry.clone() }).collect();
    Map { entries, open: map.open.clone() }
}

/// What is known of a text with templates in it.
fn templated(text: &str) -> Unknown {
    let mut pieces = Vec::new();
    let mut depends_on = None;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, tail) = after.split_once("}}").unwrap_or((after, ""));
        pieces.push(SmolStr::new(before));
        depends_on.get_or_insert_with(|| format_smolstr!("{{{{ {} }}}}", inside.trim()));
        rest = tail;
    }
    pieces.push(SmolStr::new(rest));
    if pieces.iter().all(SmolStr::is_empty) {
        pieces.clear();
    }
    Unknown { pieces, ..Unknown::new(depends_on.unwrap_or_default()) }
}

fn name(node: &Node) -> Option<SmolStr> {
    node.get("name").and_then(|name| name.value.scalar_text()).map(|name| name.trim().into())
}

/// Where a play or block is named, else its first key.
fn header(node: &Node) -> Place {
    let named = node.get("name").filter(|name| name.as_str().is_some()).map(|name| name.place);
    named.or(node.entries().first().map(|entry| entry.key_place)).unwrap_or(node.place)
}

fn resource(target: &str, address: SmolStr, tree: Node, header: Place) -> Resource {
    // Ansible reads `"true"` and `true` alike.
    Resource { converts_scalars: true, ..shared::resource(target, address, tree, header) }
}
