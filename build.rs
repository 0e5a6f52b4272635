//! Compiles `rules/**/*.yaml` and `frameworks/*.yaml` into the binary: the text for reports and the packed tree for
//! evaluation, found by walking the folders so that adding a rule touches no other file. A file with a mistake in
//! its YAML fails the build and names the place.

#![expect(clippy::disallowed_methods, reason = "a build script works on files and the environment")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, io};

use sha2::{Digest, Sha256};
use syntax::tree::{FileId, Node, Value};

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
        let files = yaml_files(&root, folder)?;
        write_table(&mut code, name, &root, &files, &out)?;
    }
    fs::write(out.join("embedded.rs"), code)?;
    Ok(())
}

fn println_cargo(directive: &str) {
    println!("cargo:{directive}");
}

/// The YAML files below a folder, relative to the root, with forward slashes, sorted. Cargo is told about each folder
/// and file, so that a new, changed or removed one builds anew.
fn yaml_files(root: &Path, folder: &str) -> io::Result<Vec<String>> {
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
            } else if Path::new(&path).extension().is_some_and(|extension| extension == "yaml") {
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
        fs::write(&tree, syntax::packed::pack(&without_examples(document(path, &text)?)))?;
        let (source, tree) = (source.to_string_lossy(), tree.to_string_lossy());
        writeln!(
            code,
            "    EmbeddedFile {{ path: {path:?}, text: include_str!({source:?}), digest: {digest:?}, tree: include_bytes!({tree:?}) }},"
        )?;
    }
    writeln!(code, "];")?;
    Ok(())
}

/// Most of a rule's tree is its examples, and only `rules test` asks for them: it reads the text again.
fn without_examples(mut document: Node) -> Node {
    if let Value::Map(map) = &mut document.value {
        Arc::make_mut(map).entries.retain(|entry| entry.key != "examples");
    }
    document
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
