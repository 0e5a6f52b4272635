//! Functions that read files: `file`, `templatefile`, `fileset` and their like. They see the files of the scan and no
//! others, so that a result is the same everywhere; what another file holds is unknown.

use std::sync::Arc;

use smol_str::SmolStr;

use super::evaluate::{Binding, Evaluator, MAX_LENGTH, Scope, at, unknown_within};
use super::functions;
use super::{json_text, library, template};
use crate::syntax::hcl::TemplatePart;
use crate::syntax::hcl::read::{self, At};
use crate::syntax::tree::{List, Node, Place, Value};

/// How many names a template may be given.
const MAX_NAMES: usize = 200;
/// How many files one pattern may find.
const MAX_FILES: usize = 10_000;

/// What reading a template costs, in steps: it is parsed each time, and may read itself.
const COST: u64 = 400;

/// The functions that read files.
const FUNCTIONS: &[&str] = &[
    "file",
    "filebase64",
    "filebase64sha256",
    "fileexists",
    "filesha256",
    "filesha512",
    "fileset",
    "templatefile",
    "templatestring",
];

/// The value of a call that reads files; `None` for every other function.
pub(super) fn call(
    evaluator: &Evaluator<'_>,
    name: &str,
    arguments: &[Node],
    place: Place,
    scope: Scope<'_>,
) -> Option<Node> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    if !FUNCTIONS.contains(&name) {
        return None;
    }
    let call = Reading { evaluator, name, place };
    let first = arguments.first()?;
    let Value::Text(path) = &first.value else {
        // A text of JSON was read as what it holds.
        return Some(unknown_within(first).map_or_else(|| call.unknown("…"), |reason| Node::depending(&reason, place)));
    };
    Some(match name {
        "templatestring" => call.template(path, arguments.get(1), scope),
        "fileset" => call.set(path, arguments.get(1)),
        _ => match call.text(path) {
            None => call.unknown(path),
            Some(_) if name == "fileexists" => Node::new(Value::Bool(true), place),
            Some(text) if name == "templatefile" => call.template(&text, arguments.get(1), scope),
            Some(text) => call.content(&text),
        },
    })
}

struct Reading<'r, 'm> {
    evaluator: &'r Evaluator<'m>,
    name: &'r str,
    place: Place,
}

impl Reading<'_, '_> {
    fn unknown(&self, path: &str) -> Node {
        Node::unknown(smol_str::format_smolstr!("{}({path})", self.name), self.place)
    }

    /// The text of a file of the scan, at a path that is seen from the root module.
    fn text(&self, path: &str) -> Option<Arc<str>> {
        if path.starts_with(['/', '~']) {
            return None;
        }
        let path = library::join(self.evaluator.root(), path)?;
        let world = self.evaluator.world;
        if let Some(known) = world.texts.borrow().get(&path) {
            return known.clone();
        }
        let text = world.view.and_then(|view| view.text(&path));
        world.texts.borrow_mut().insert(path, text.clone());
        text
    }

    /// What is in a file, as the function gives it.
    fn content(&self, text: &Arc<str>) -> Node {
        if text.len() > MAX_LENGTH || !self.evaluator.spend(text.len() as u64 / 64) {
            return self.unknown("a file that is too long");
        }
        let whole = Node::text(&**text, self.place);
        let digest = match self.name {
            "filebase64" => "base64encode",
            "filebase64sha256" => "base64sha256",
            "filesha256" => "sha256",
            "filesha512" => "sha512",
            _ => return json(&whole).unwrap_or(whole),
        };
        match functions::call(digest, &[whole]) {
            Ok(value) => Node::new(value, self.place),
            Err(_) => self.unknown("…"),
        }
    }

    /// A template with its names bound to the entries of a map.
    fn template(&self, text: &str, names: Option<&Node>, scope: Scope<'_>) -> Node {
        let failure = || self.evaluator.failure(smol_str::format_smolstr!("{}(…)", self.name), self.place);
        if text.len() > MAX_LENGTH || !self.evaluator.spend(COST + text.len() as u64 / 4) {
            return self.unknown("a file that is too long");
        }
        let names = match names.map(|names| &names.value) {
            None => &[][..],
            Some(Value::Map(map)) => &map.entries,
            Some(Value::Unknown(reason)) => return Node::depending(reason, self.place),
            Some(_) => return failure(),
        };
        let Ok(parts) = read::template_text(text, At::Fixed(self.place.as_span().unwrap_or_default())) else {
            return failure();
        };
        if names.len() > MAX_NAMES {
            return self.unknown("a template with too many names");
        }
        let bound: Vec<(&SmolStr, &Node)> = names.iter().map(|entry| (&entry.key, &entry.value)).collect();
        let node = self.bind(&bound, &parts, Scope { names: None, ..scope });
        json(&node).unwrap_or(node)
    }

    fn bind(&self, names: &[(&SmolStr, &Node)], parts: &[TemplatePart], scope: Scope<'_>) -> Node {
        match names.split_first() {
            None => template::evaluate(self.evaluator, parts, self.place, scope),
            Some(((name, value), rest)) => {
                let binding = Binding { name, value: (*value).clone(), outer: scope.names };
                self.bind(rest, parts, Scope { names: Some(&binding), ..scope })
            }
        }
    }

    /// The files below a folder that a pattern fits, as paths from that folder.
    fn set(&self, folder: &str, pattern: Option<&Node>) -> Node {
        let Some(pattern) = pattern.and_then(Node::as_str) else { return self.unknown(folder) };
        let Some(view) = self.evaluator.world.view else { return self.unknown(folder) };
        let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build();
        let (Ok(glob), Some(below)) = (glob, library::join(self.evaluator.root(), folder)) else {
            return self.unknown(folder);
        };
        let glob = glob.compile_matcher();
        let prefix = if below == "." { String::new() } else { format!("{below}/") };
        let mut items = Vec::new();
        for path in view.paths_below(&prefix) {
            if !self.evaluator.spend(1) || items.len() >= MAX_FILES {
                return self.unknown(folder);
            }
            if let Some(path) = path.strip_prefix(&prefix).filter(|path| glob.is_match(path)) {
                items.push(Node::text(path, self.place));
            }
        }
        if items.is_empty() {
            // The files may be some that are not part of the scan.
            return self.unknown(folder);
        }
        Node::new(Value::List(Arc::new(List { items, open: None })), self.place)
    }
}

/// What a text of JSON holds, all of it where the text is used.
fn json(node: &Node) -> Option<Node> {
    let text = node.as_str().filter(|text| text.trim_start().starts_with(['{', '[']))?;
    let decoded = json_text::decode(text, node.place)?;
    matches!(decoded.value, Value::Map(_) | Value::List(_)).then(|| at(decoded, node.place))
}
