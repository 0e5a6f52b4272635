//! Modules that `terraform init` installed below `.terraform/modules`. Only the folders that Terraform's own list names
//! are read, because a call leads to them; what else was downloaded with them (examples, tests) is not used.

#![expect(clippy::disallowed_methods, reason = "this is where folders are listed")]

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::read;
use crate::syntax::Syntax;

/// How many installed modules one root module may have.
const MAX_MODULES: usize = 1_000;

/// The list of the modules that are installed for the root module in a folder, and the files of their code.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let list = folder.join(".terraform/modules/modules.json");
    let Ok(text) = read::text(&list, "modules.json") else { return Vec::new() };
    let Ok(listed) = serde_json::from_str::<serde_json::Value>(&text) else { return vec![list] };
    let modules = listed.get("Modules").and_then(serde_json::Value::as_array);
    let mut files = vec![list];
    for module in modules.into_iter().flatten().take(MAX_MODULES) {
        let Some(below) = module.get("Dir").and_then(serde_json::Value::as_str).and_then(installed) else { continue };
        let Ok(entries) = fs::read_dir(folder.join(below)) else { continue };
        let paths = entries.flatten().map(|entry| entry.path());
        files.extend(paths.filter(|path| is_code(path)));
    }
    files
}

/// The way to an installed module; none for what lies elsewhere, because that is listed by itself or not part of the scan.
fn installed(folder: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(folder.replace('\\', "/"));
    let is_plain = folder.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    (is_plain && folder.starts_with(".terraform/modules")).then_some(folder)
}

fn is_code(path: &Path) -> bool {
    let syntax = path.file_name().and_then(|name| Syntax::of(&name.to_string_lossy()));
    matches!(syntax, Some(Syntax::Hcl | Syntax::HclJson))
}
