//! Policies that `data "aws_iam_policy_document"` writes in blocks, rendered as the JSON that the provider makes of
//! them, so that what refers to a document is judged by what it says.

use smol_str::SmolStr;

use crate::syntax::tree::{Entry, List, Map, Node, Place, Unknown, Value};

/// The type of the data source.
pub(super) const TYPE: &str = "aws_iam_policy_document";

/// Whether an attribute of the data source is the policy itself.
pub(super) fn is_rendered(kind: &str, attribute: &str) -> bool {
    kind == TYPE && matches!(attribute, "json" | "minified_json")
}

/// The policy that a document's attributes and blocks write.
pub(super) fn render(document: &Map, place: Place) -> Node {
    let mut statements = List::default();
    for key in ["source_json", "source_policy_documents"] {
        document.get(key).into_iter().for_each(|parts| add_parts(parts, &mut statements, false));
    }
    if let Some(blocks) = document.get("statement").and_then(Node::as_list) {
        for block in &blocks.items {
            replace(statement(block), &mut statements, false);
        }
        statements.open = statements.open.take().or_else(|| blocks.open.clone());
    }
    for key in ["override_json", "override_policy_documents"] {
        document.get(key).into_iter().for_each(|parts| add_parts(parts, &mut statements, true));
    }
    let mut map = Map::default();
    let version = document.get("version").filter(|version| !version.is_null()).cloned();
    map.push("Version", place, version.unwrap_or_else(|| Node::text(SmolStr::new_static("2012-10-17"), place)));
    if let Some(id) = document.get("policy_id").filter(|id| !id.is_null()) {
        map.push("Id", place, id.clone());
    }
    map.push("Statement", place, Node::new(Value::List(statements.into()), place));
    Node::map(map, place)
}

/// Adds the statements of other policies: one text, or a list of them.
fn add_parts(parts: &Node, statements: &mut List, replaces: bool) {
    let mut add = |part: &Node| match &part.value {
        Value::Map(_) => match part.get("Statement") {
            Some(inner) if inner.as_list().is_some() => {
                inner.items().iter().for_each(|one| replace(one.clone(), statements, replaces));
                open(statements, inner.as_list().and_then(|list| list.open.as_deref()));
            }
            Some(one) => replace(one.clone(), statements, replaces),
            None => {}
        },
        Value::Unknown(unknown) => open(statements, Some(unknown)),
        _ => {}
    };
    match &parts.value {
        Value::List(list) => {
            list.items.iter().for_each(&mut add);
            open(statements, list.open.as_deref());
        }
        _ => add(parts),
    }
}

fn open(statements: &mut List, unknown: Option<&Unknown>) {
    if let (None, Some(unknown)) = (&statements.open, unknown) {
        statements.open = Some(Unknown { pieces: Vec::new(), ..unknown.clone() }.into());
    }
}

/// Adds a statement; one that overrides takes the place of that with the same Sid.
fn replace(statement: Node, statements: &mut List, replaces: bool) {
    let sid = |node: &Node| node.get("Sid").and_then(Node::as_str).filter(|sid| !sid.is_empty()).map(SmolStr::from);
    let own = sid(&statement);
    match statements.items.iter_mut().find(|known| replaces && own.is_some() && sid(known) == own) {
        Some(known) => *known = statement,
        None => statements.items.push(statement),
    }
}

/// A `statement` block as a statement.
fn statement(block: &Node) -> Node {
    let Value::Map(written) = &block.value else { return block.clone() };
    let mut map = Map { entries: Vec::new(), open: written.open.clone() };
    let mut allows = true;
    for entry in &written.entries {
        let name = match entry.key.as_str() {
            _ if entry.value.is_null() => continue,
            "sid" => "Sid",
            "effect" => {
                allows = false;
                "Effect"
            }
            "actions" => "Action",
            "not_actions" => "NotAction",
            "resources" => "Resource",
            "not_resources" => "NotResource",
            "principals" => "Principal",
            "not_principals" => "NotPrincipal",
            "condition" => "Condition",
            _ => continue,
        };
        let value = match name {
            "Principal" | "NotPrincipal" => principals(&entry.value),
            "Condition" => conditions(&entry.value),
            _ => filled(&entry.value),
        };
        map.push(name, entry.key_place, value);
    }
    if allows {
        map.push("Effect", block.place, Node::text(SmolStr::new_static("Allow"), block.place));
    }
    Node { value: Value::Map(map.into()), ..block.clone() }
}

/// `&{…}` stands for the variables that the policy itself fills in.
fn filled(node: &Node) -> Node {
    let value = match &node.value {
        Value::Text(text) if text.contains("&{") => Value::Text(text.replace("&{", "${").into()),
        Value::List(list) => {
            let items = list.items.iter().map(filled).collect();
            Value::List(List { items, open: list.open.clone() }.into())
        }
        other => other.clone(),
    };
    Node { value, ..node.clone() }
}

/// `principals { type, identifiers }` blocks as a map by type; all of any type is `*`.
fn principals(blocks: &Node) -> Node {
    let Value::List(list) = &blocks.value else { return blocks.clone() };
    let mut map = Map { entries: Vec::new(), open: list.open.clone() };
    for block in &list.items {
        let (Some(kind), Some(ids)) = (block.get("type").and_then(Node::as_str), block.get("identifiers")) else {
            map.open = map.open.take().or_else(|| super::evaluate::unknown_within(block));
            continue;
        };
        if kind == "*" {
            return Node { value: Value::Text(SmolStr::new_static("*")), ..ids.clone() };
        }
        add(&mut map, kind, ids);
    }
    Node { value: Value::Map(map.into()), ..blocks.clone() }
}

/// `condition { test, variable, values }` blocks as a map by test and variable.
fn conditions(blocks: &Node) -> Node {
    let Value::List(list) = &blocks.value else { return blocks.clone() };
    let mut tests = Map { entries: Vec::new(), open: list.open.clone() };
    for block in &list.items {
        let text = |key: &str| block.get(key).and_then(Node::as_str);
        let (Some(test), Some(variable), Some(values)) = (text("test"), text("variable"), block.get("values")) else {
            tests.open = tests.open.take().or_else(|| super::evaluate::unknown_within(block));
            continue;
        };
        let mut inner = tests.get(test).and_then(Node::as_map).cloned().unwrap_or_default();
        add(&mut inner, variable, values);
        let node = Node { value: Value::Map(inner.into()), ..block.clone() };
        match tests.entries.iter_mut().find(|entry| entry.key == test) {
            Some(entry) => entry.value = node,
            None => tests.push(test, block.place, node),
        }
    }
    Node { value: Value::Map(tests.into()), ..blocks.clone() }
}

/// Adds values to what is under a key already.
fn add(map: &mut Map, key: &str, values: &Node) {
    let values = filled(values);
    match map.entries.iter_mut().find(|entry| entry.key == key) {
        Some(Entry { value, .. }) => {
            let mut list = value.as_list().cloned().unwrap_or_default();
            list.items.extend(values.items().iter().cloned());
            list.open = list.open.or_else(|| values.as_list().and_then(|more| more.open.clone()));
            value.value = Value::List(list.into());
        }
        None => map.push(key, values.place, values),
    }
}
