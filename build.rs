//! Compiles `rules/**/*.yaml` and `frameworks/*.yaml` into the binary: the text for reports and the packed tree for
//! evaluation, found by walking the folders so that adding a rule touches no other file. A file with a mistake in
//! its YAML fails the build and names the place. The document set of `policies/` goes in as it is.

#![expect(clippy::disallowed_methods, reason = "a build script works on files and the environment")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, io};

use head::{CheckHead, ControlHead, Head};
use sha2::{Digest, Sha256};
use syntax::tree::{Entry, FileId, Map, Node, Place, Value};

#[path = "src/rule/head.rs"]
mod head;

/// The sources of the library that read and pack YAML, under the paths that they have there.
#[expect(dead_code, unreachable_pub, reason = "shared with the library, which uses all of it")]
#[path = "src/syntax"]
mod syntax {
    pub mod error;
    pub mod packed;
    pub mod tree;
    pub mod yaml {
        pub mod document;
        pub mod scalar;
    }
}

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println_cargo("rerun-if-changed=build.rs");
    println_cargo("rerun-if-changed=src/syntax");
    println_cargo("rerun-if-changed=src/rule/head.rs");
    let mut code = String::new();
    for (name, folder) in [("RULES", "rules"), ("FRAMEWORKS", "frameworks"), ("TERMS", "terms")] {
        let files = files_below(&root, folder, &["yaml"])?;
        write_table(&mut code, name, &root, &files, &out)?;
    }
    writeln!(code, "static POLICIES: &[PolicyFile] = &[")?;
    for path in files_below(&root, "policies", &["md", "csv", "yaml"])? {
        let (source, path) = (root.join(&path), path.trim_start_matches("policies/"));
        writeln!(code, "    PolicyFile {{ path: {path:?}, text: include_str!({:?}) }},", source.to_string_lossy())?;
    }
    writeln!(code, "];")?;
    fs::write(out.join("embedded.rs"), code)?;
    Ok(())
}

fn println_cargo(directive: &str) {
    println!("cargo:{directive}");
}

/// The files with these endings below a folder, relative to the root, with forward slashes, sorted. Cargo is told about
/// each folder and file, so that a new, changed or removed one builds anew.
fn files_below(root: &Path, folder: &str, endings: &[&str]) -> io::Result<Vec<String>> {
    println_cargo(&format!("rerun-if-changed={folder}"));
    let mut files = Vec::new();
    let mut folders = vec![folder.to_string()];
    while let Some(folder) = folders.pop() {
        if !root.join(&folder).is_dir() {
            continue;
        }
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            println_cargo(&format!("rerun-if-changed={path}"));
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if Path::new(&path).extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
                files.push(path);
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

fn write_table(code: &mut String, name: &str, root: &Path, files: &[String], out: &Path) -> Outcome<()> {
    writeln!(code, "static {name}: &[EmbeddedFile] = &[")?;
    for (index, path) in files.iter().enumerate() {
        let source = root.join(path);
        let text = fs::read_to_string(&source).map_err(|error| format!("{path}: {error}"))?;
        let tree = out.join(format!("{name}-{index}.bin"));
        let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let logic = out.join(format!("{name}-{index}-logic.bin"));
        let document = document(path, &text)?;
        let (packed, body) = match name {
            "RULES" => (packed_head(path, &document), packed_logic(&document)),
            _ => (syntax::packed::pack(&document), Vec::new()),
        };
        fs::write(&tree, packed)?;
        fs::write(&logic, body)?;
        let (source, tree, logic) = (source.to_string_lossy(), tree.to_string_lossy(), logic.to_string_lossy());
        writeln!(
            code,
            "    EmbeddedFile {{ path: {path:?}, text: include_str!({source:?}), digest: {digest:?}, \
             tree: include_bytes!({tree:?}), logic: include_bytes!({logic:?}) }},"
        )?;
    }
    writeln!(code, "];")?;
    Ok(())
}

/// The keys of a rule that are not part of its head: its examples, which only `rules test` asks for and reads again from
/// the text, and its topics, which belong to what its checks ask.
const NOT_IN_HEAD: [&str; 3] = ["id", "examples", "topics"];
/// The keys of a check that say what it asks.
const LOGIC: [&str; 5] = ["when", "require", "deny", "message", "at"];

/// What a rule is known by. Empty where the file is not what a rule should be: the library then reads its text and says
/// what is wrong.
fn packed_head(path: &str, document: &Node) -> Vec<u8> {
    let id = path.trim_start_matches("rules/").trim_end_matches(".yaml");
    if text(document, "id") != Some(id) {
        return Vec::new();
    }
    let parameters = document.get("parameters").map(syntax::packed::pack).unwrap_or_default();
    let head = head(document, &parameters);
    head.and_then(|head| postcard::to_stdvec(&head).ok()).unwrap_or_default()
}

fn head<'a>(document: &'a Node, parameters: &'a [u8]) -> Option<Head<'a>> {
    let known = [
        "title",
        "severity",
        "confidence",
        "facet",
        "why",
        "fix",
        "references",
        "aliases",
        "controls",
        "parameters",
        "checks",
    ];
    let keys = [&known[..], &NOT_IN_HEAD].concat();
    let aliases = texts(document, "aliases")?;
    let controls = maps(document, "controls", &["id", "as", "because"])?.into_iter().map(control_head);
    let mut check_keys = vec!["on", "aliases", "part_aliases", "implies"];
    check_keys.extend(LOGIC);
    let checks = maps(document, "checks", &check_keys)?.into_iter().map(check_head).collect::<Option<Vec<_>>>()?;
    let of_parts =
        |check: &CheckHead<'a>| check.part_aliases.iter().flat_map(|(_, ids)| ids.clone()).collect::<Vec<_>>();
    let mut all_aliases = aliases.clone();
    all_aliases.extend(checks.iter().flat_map(|check| check.aliases.iter().copied().chain(of_parts(check))));
    all_aliases.sort_unstable();
    all_aliases.dedup();
    has_only(document, &keys).then_some(Head {
        title: text(document, "title")?,
        severity: text(document, "severity")?,
        confidence: text(document, "confidence")?,
        facet: text(document, "facet")?,
        why: text(document, "why")?.trim(),
        fix: text(document, "fix")?.trim(),
        references: texts(document, "references")?,
        aliases,
        all_aliases,
        controls: controls.collect::<Option<_>>()?,
        parameters,
        checks,
    })
}

fn control_head(node: &Node) -> Option<ControlHead<'_>> {
    let because = text(node, "because")?.trim();
    Some(ControlHead { id: text(node, "id")?, bearing: text(node, "as")?, because })
}

fn check_head<'a>(check: &'a Node) -> Option<CheckHead<'a>> {
    let asks = |holds: &dyn Fn(&Entry) -> bool| {
        let asked = ["when", "require", "deny"];
        check.entries().iter().any(|entry| asked.contains(&entry.key.as_str()) && anywhere(entry, holds))
    };
    let in_scan = |entry: &Entry| entry.key == "in" && entry.value.as_str() == Some("scan");
    let states = |entry: &Entry| entry.key == "states" || entry.key == "not_states";
    let condition = ["require", "deny"].into_iter().find_map(|key| check.get(key));
    let of_part = |entry: &'a Entry| Some((entry.key.as_str(), list(&entry.value)?));
    Some(CheckHead {
        on: texts(check, "on")?,
        aliases: texts(check, "aliases")?,
        part_aliases: check
            .get("part_aliases")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(of_part)
            .collect::<Option<_>>()?,
        implies: texts(check, "implies")?,
        denies: check.get("deny").is_some(),
        looks_across_units: asks(&in_scan),
        is_topical: condition.is_some_and(|condition| below(condition, &states)),
    })
}

/// What the checks of a rule ask, which is compiled only when one of them judges something.
fn packed_logic(document: &Node) -> Vec<u8> {
    let mut body = Map::default();
    if let Some(topics) = document.get("topics") {
        body.push("topics", Place::NOWHERE, topics.clone());
    }
    if let Some(checks) = document.get("checks") {
        let mut checks = checks.clone();
        if let Value::List(items) = &mut checks.value {
            for item in &mut Arc::make_mut(items).items {
                if let Value::Map(check) = &mut item.value {
                    Arc::make_mut(check).entries.retain(|entry| LOGIC.contains(&entry.key.as_str()));
                }
            }
        }
        body.push("checks", Place::NOWHERE, checks);
    }
    syntax::packed::pack(&Node::map(body, Place::NOWHERE))
}

fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key)?.as_str().filter(|text| !text.trim().is_empty())
}

/// The texts under a key: none, one, or a list of them.
fn texts<'a>(node: &'a Node, key: &str) -> Option<Vec<&'a str>> {
    node.get(key).map_or(Some(Vec::new()), list)
}

fn list(node: &Node) -> Option<Vec<&str>> {
    match node.as_str() {
        Some(text) => Some(vec![text]),
        None => node.items().iter().map(Node::as_str).collect(),
    }
}

/// The maps of a list, none of which has a key that is not known.
fn maps<'a>(node: &'a Node, key: &str, keys: &[&str]) -> Option<Vec<&'a Node>> {
    let items = node.get(key)?.items();
    (!items.is_empty() && items.iter().all(|item| has_only(item, keys))).then(|| items.iter().collect())
}

fn has_only(node: &Node, keys: &[&str]) -> bool {
    node.as_map().is_some() && node.entries().iter().all(|entry| keys.contains(&entry.key.as_str()))
}

/// Whether something holds of an entry or of one below it.
fn anywhere(entry: &Entry, holds: &dyn Fn(&Entry) -> bool) -> bool {
    holds(entry) || below(&entry.value, holds)
}

/// Whether something holds of an entry below a node.
fn below(node: &Node, holds: &dyn Fn(&Entry) -> bool) -> bool {
    match &node.value {
        Value::Map(map) => map.entries.iter().any(|entry| anywhere(entry, holds)),
        Value::List(list) => list.items.iter().any(|item| below(item, holds)),
        _ => false,
    }
}

/// The one document of a file.
fn document(path: &str, text: &str) -> Result<Node, String> {
    let (mut documents, errors) = syntax::yaml::document::read(text, FileId::NONE);
    if let Some(error) = errors.first() {
        let before = text.get(..error.span.start as usize).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        return Err(format!("{path}:{line}:{column}: {}", error.message));
    }
    match (documents.pop(), documents.is_empty()) {
        (Some(document), true) => Ok(document),
        (found, _) => Err(format!("{path}: expected one document, found {}", documents.len() + found.iter().len())),
    }
}
