//! The folders of a scan as modules: which folder calls which, and what the folders declare that a root reaches.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::module::{Declared, Module, is_values};
use crate::kind::{Group, ParsedFile, View};
use crate::source::path::from_folder;
use crate::syntax::Content;
use crate::syntax::hcl::{Block, ExpressionKind};
use crate::syntax::tree::{FileId, Node};

/// The modules that a root reaches through calls whose code is there, by folder; the root itself among them.
#[derive(Debug, Default)]
pub(super) struct Library<'a> {
    modules: BTreeMap<SmolStr, Module<'a>>,
    installed: Installed,
}

impl<'a> Library<'a> {
    /// Indexes a root and every folder of the scan that it calls, directly or not.
    pub(super) fn of(root: &Group<'a>, view: &View<'a>) -> Library<'a> {
        let mut library = Library { installed: Installed::of(&root.name, view), ..Library::default() };
        let mut main = Module::of(&root.name, &root.files);
        // Of two values of one variable the one in the later file counts.
        for file in view.value_files.iter().filter_map(|path| view.file(path)) {
            main.set(file);
        }
        let mut waiting = vec![main];
        while let Some(module) = waiting.pop() {
            let blocks = module.blocks.iter();
            let folders: BTreeSet<SmolStr> =
                blocks.filter_map(|declared| library.installed.called(&module.folder, declared.block)).collect();
            library.modules.insert(module.folder.clone(), module);
            for folder in folders {
                let is_known = |module: &Module<'_>| module.folder == folder;
                if !library.modules.contains_key(&folder) && !waiting.iter().any(is_known) {
                    let files = files_of(view, &folder);
                    waiting.extend((!files.is_empty()).then(|| Module::of(&folder, &files)));
                }
            }
        }
        library
    }

    /// What a folder declares, where the scan holds it.
    pub(super) fn module(&self, folder: &str) -> Option<&Module<'a>> {
        self.modules.get(folder)
    }

    /// The texts of the files that declare something.
    pub(super) fn texts(&self) -> FxHashMap<FileId, &'a str> {
        let blocks = self.modules.values().flat_map(|module| &module.blocks);
        blocks.map(|declared| (declared.file.id, &*declared.file.text)).collect()
    }

    /// What a call in `folder` calls, where it is a folder of the scan.
    pub(super) fn called(&self, folder: &str, call: Declared<'_>) -> Option<&Module<'a>> {
        self.module(&self.installed.called(folder, call.block)?)
    }
}

/// Where `terraform init` installed the modules of a root: by the folder of the caller and the name of the call.
#[derive(Debug, Default)]
struct Installed(BTreeMap<(SmolStr, SmolStr), SmolStr>);

/// Where Terraform keeps modules, below the folder of the root module.
const MODULES: &str = ".terraform/modules";

/// Whether a file is the list of the modules that are installed for a root module.
pub(super) fn is_installed_list(path: &str) -> bool {
    path.strip_suffix("modules.json").is_some_and(|folder| folder.trim_end_matches('/').ends_with(MODULES))
}

impl Installed {
    /// What the list of a root module says, if it is there.
    fn of(root: &str, view: &View<'_>) -> Installed {
        let list = join(root, &format!("{MODULES}/modules.json")).and_then(|path| view.file(&path));
        let entries = list.and_then(|file| file.trees().first()?.get("Modules")).map(Node::items).unwrap_or_default();
        let text = |entry: &Node, key: &str| entry.get(key).and_then(Node::as_str).map(SmolStr::from);
        let folders: BTreeMap<SmolStr, SmolStr> = entries
            .iter()
            .filter_map(|entry| Some((text(entry, "Key")?, join(root, &text(entry, "Dir")?.replace('\\', "/"))?)))
            .collect();
        let mut calls = BTreeMap::new();
        for (key, folder) in &folders {
            let (caller, name) = key.rsplit_once('.').unwrap_or(("", key));
            let own = if caller.is_empty() { join(root, ".") } else { folders.get(caller).cloned() };
            if let Some(own) = own.filter(|_| !key.is_empty()) {
                calls.insert((own, name.into()), folder.clone());
            }
        }
        Installed(calls)
    }

    /// The folder that a block calls, of the scan or installed.
    fn called(&self, folder: &str, block: &Block) -> Option<SmolStr> {
        called_folder(folder, block).or_else(|| {
            let name = block.labels.first().filter(|_| block.name == "module")?;
            self.0.get(&(folder.into(), name.clone())).cloned()
        })
    }
}

/// The Terraform code of a folder.
fn files_of<'a>(view: &View<'a>, folder: &str) -> Vec<&'a ParsedFile> {
    let inside = view.below(folder).iter().copied();
    let is_code = |file: &&ParsedFile| {
        matches!(file.content, Content::Hcl(_)) && file.folder() == folder && !is_values(file.name())
    };
    inside.filter(is_code).collect()
}

/// The source of a module call as written, where it is a plain text.
pub(super) fn source(block: &Block) -> Option<&SmolStr> {
    let source = block.body.attributes.iter().find(|attribute| attribute.key == "source")?;
    match &source.value.kind {
        ExpressionKind::Text(text) => Some(text),
        _ => None,
    }
}

/// The folder that a block in a file of `folder` calls; none where it is no call, or calls something that lies
/// elsewhere.
fn called_folder(folder: &str, block: &Block) -> Option<SmolStr> {
    if block.name != "module" {
        return None;
    }
    let source = source(block)?;
    let is_local = source.starts_with("./") || source.starts_with("../") || source == "." || source == "..";
    if is_local { join(folder, source) } else { None }
}

/// A relative path seen from a folder; none where it leads out of the scan.
pub(super) fn join(folder: &str, path: &str) -> Option<SmolStr> {
    let way = from_folder(folder, path)?;
    Some(if way.is_empty() { SmolStr::new_static(".") } else { way.into() })
}

/// The way from one folder to another, as `path.module` gives it.
pub(super) fn relative(from: &str, to: &str) -> SmolStr {
    let steps = |folder: &'_ str| -> Vec<String> {
        folder.split('/').filter(|step| !matches!(*step, "" | ".")).map(str::to_owned).collect()
    };
    let (from, to) = (steps(from), steps(to));
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let mut way = vec![".."; from.len() - shared];
    way.extend(to.iter().skip(shared).map(String::as_str));
    if way.is_empty() { SmolStr::new_static(".") } else { way.join("/").into() }
}

/// The groups that are roots: those that no other group calls. Of folders that only call each other, one is.
pub(super) fn roots(mut groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    // A folder that holds nothing but values is none.
    groups.retain(|group| group.files.iter().any(|file| !is_values(file.name())));
    // What is installed is there for those who call it.
    groups.retain(|group| !group.name.split('/').any(|step| step == ".terraform"));
    let names: BTreeSet<SmolStr> = groups.iter().map(|group| SmolStr::from(&*group.name)).collect();
    let calls: BTreeMap<SmolStr, Vec<SmolStr>> = groups
        .iter()
        .map(|group| {
            let folder = SmolStr::from(&*group.name);
            let blocks = group.files.iter().filter_map(|file| match &file.content {
                Content::Hcl(body) => Some(&body.blocks),
                _ => None,
            });
            let called = blocks.flatten().filter_map(|block| called_folder(&folder, block));
            let called: Vec<SmolStr> = called.filter(|called| *called != folder && names.contains(called)).collect();
            (folder, called)
        })
        .collect();
    let called: BTreeSet<&SmolStr> = calls.values().flatten().collect();
    let mut roots: BTreeSet<SmolStr> = names.iter().filter(|name| !called.contains(name)).cloned().collect();
    let mut reached: BTreeSet<&SmolStr> = BTreeSet::new();
    let certain: Vec<&SmolStr> = names.iter().filter(|name| !called.contains(name)).collect();
    for name in certain.into_iter().chain(&names) {
        if !reached.contains(name) {
            roots.insert(name.clone());
            reach(name, &calls, &mut reached);
        }
    }
    groups.into_iter().filter(|group| roots.contains(&*group.name)).collect()
}

/// Adds a folder and all that it calls.
fn reach<'c>(folder: &'c SmolStr, calls: &'c BTreeMap<SmolStr, Vec<SmolStr>>, reached: &mut BTreeSet<&'c SmolStr>) {
    let mut waiting = vec![folder];
    while let Some(folder) = waiting.pop() {
        if reached.insert(folder) {
            waiting.extend(calls.get(folder).into_iter().flatten());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_without_leaving_the_scan() {
        let cases = [
            (".", "./m", Some("m")),
            ("a/b", "../m/", Some("a/m")),
            ("a", "../", Some(".")),
            ("a", "./", Some("a")),
            ("a", "../../m", None),
        ];
        for (folder, path, expected) in cases {
            assert_eq!(join(folder, path).as_deref(), expected, "{folder} {path}");
        }
    }

    #[test]
    fn a_way_leads_from_folder_to_folder() {
        for (from, to, way) in
            [(".", "m", "m"), ("envs/prod", "modules/m", "../../modules/m"), ("a", "a", "."), ("a", ".", "..")]
        {
            assert_eq!(relative(from, to), way, "{from} {to}");
        }
    }
}
