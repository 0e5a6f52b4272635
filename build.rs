//! Compiles `rules/**/*.yaml` and `frameworks/*.yaml` into the binary: the text for reports and the packed tree for
//! evaluation, found by walking the folders so that adding a rule touches no other file. A file with a mistake in
//! its YAML fails the build and names the place. The document set of `policies/` goes in as it is.

#![expect(clippy::disallowed_methods, reason = "a build script works on files and the environment")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, io};

use sha2::{Digest, Sha256};
use syntax::tree::{Entry, FileId, Map, Node, Place, Value};

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
        let (document, body) = if name == "RULES" { split(document) } else { (document, Vec::new()) };
        fs::write(&tree, syntax::packed::pack(&document))?;
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

/// What a rule is known by, and packed what its checks ask, which is compiled only when one of them judges something.
/// Most of a rule's tree is its examples, and only `rules test` asks for them: it reads the text again.
fn split(mut document: Node) -> (Node, Vec<u8>) {
    let mut body = Map::default();
    if let Value::Map(map) = &mut document.value {
        let map = Arc::make_mut(map);
        map.entries.retain(|entry| entry.key != "examples");
        if let Some(topics) = map.entries.iter().position(|entry| entry.key == "topics") {
            body.entries.push(map.entries.remove(topics));
        }
        if let Some(checks) = map.entries.iter_mut().find(|entry| entry.key == "checks") {
            let mut asked = checks.value.clone();
            each_map(&mut checks.value, keep_head);
            each_map(&mut asked, |check| check.entries.retain(|entry| LOGIC.contains(&entry.key.as_str())));
            body.push("checks", Place::NOWHERE, asked);
        }
    }
    (document, syntax::packed::pack(&Node::map(body, Place::NOWHERE)))
}

/// The keys of a check that say what it asks.
const LOGIC: [&str; 5] = ["when", "require", "deny", "message", "at"];

fn each_map(list: &mut Node, change: impl Fn(&mut Map)) {
    let Value::List(items) = &mut list.value else { return };
    for item in &mut Arc::make_mut(items).items {
        if let Value::Map(map) = &mut item.value {
            change(Arc::make_mut(map));
        }
    }
}

/// Leaves of a check what it is known by, and says of the rest what must be known before it is compiled.
fn keep_head(check: &mut Map) {
    let (asked, mut head): (Vec<Entry>, Vec<Entry>) =
        check.entries.drain(..).partition(|entry| LOGIC.contains(&entry.key.as_str()));
    let asks = |holds: &dyn Fn(&Entry) -> bool| {
        asked.iter().any(|entry| entry.key != "message" && entry.key != "at" && anywhere(entry, holds))
    };
    let in_scan = |entry: &Entry| entry.key == "in" && entry.value.as_str() == Some("scan");
    let states = |entry: &Entry| entry.key == "states" || entry.key == "not_states";
    let flags = [
        ("denies", asked.iter().any(|entry| entry.key == "deny")),
        ("looks_across_units", asks(&in_scan)),
        ("is_topical", asked.iter().any(|entry| entry.key != "when" && anywhere(entry, &states))),
    ];
    for (key, _) in flags.iter().filter(|(_, holds)| *holds) {
        let value = Node::new(Value::Bool(true), Place::NOWHERE);
        head.push(Entry { key: (*key).into(), key_place: Place::NOWHERE, value });
    }
    check.entries = head;
}

/// Whether something holds of an entry or of one below it.
fn anywhere(entry: &Entry, holds: &dyn Fn(&Entry) -> bool) -> bool {
    fn below(node: &Node, holds: &dyn Fn(&Entry) -> bool) -> bool {
        match &node.value {
            Value::Map(map) => map.entries.iter().any(|entry| anywhere(entry, holds)),
            Value::List(list) => list.items.iter().any(|item| below(item, holds)),
            _ => false,
        }
    }
    holds(entry) || below(&entry.value, holds)
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
