//! Files that call others of their kind: a file that another calls is judged where it is called, the others are roots.

use std::collections::{BTreeMap, BTreeSet};

use super::ParsedFile;

/// How deep calls are followed.
pub(super) const MAX_LEVELS: usize = 20;

/// How many calls one root may make.
pub(super) const MAX_CALLS: usize = 2_000;

/// A file that no other calls, with the paths of the files that it leads to, its own among them.
pub(super) struct Root<'a> {
    pub(super) file: &'a ParsedFile,
    pub(super) reached: BTreeSet<&'a str>,
}

/// The roots among files, sorted by path; `calls` names the paths that a file calls. Of files that call each other in a
/// circle the first is a root.
pub(super) fn roots<'a>(files: &[&'a ParsedFile], calls: &dyn Fn(&ParsedFile) -> Vec<String>) -> Vec<Root<'a>> {
    let by_path: BTreeMap<&str, &'a ParsedFile> = files.iter().map(|file| (&*file.path, *file)).collect();
    let called: BTreeSet<String> = files.iter().flat_map(|file| calls(file)).collect();
    let reach = |root: &'a ParsedFile| {
        let mut reached = BTreeSet::new();
        let mut open = vec![root];
        while let Some(file) = open.pop() {
            if reached.insert(&*file.path) {
                open.extend(calls(file).iter().filter_map(|path| by_path.get(path.as_str()).copied()));
            }
        }
        Root { file: root, reached }
    };
    let is_root = |file: &&'a ParsedFile| !called.contains(&*file.path);
    let mut roots: Vec<Root<'a>> = by_path.values().copied().filter(is_root).map(reach).collect();
    let mut reached: BTreeSet<&str> = roots.iter().flat_map(|root| root.reached.iter().copied()).collect();
    for file in by_path.values() {
        if !reached.contains(&*file.path) {
            let root = reach(file);
            reached.extend(&root.reached);
            roots.push(root);
        }
    }
    roots.sort_by(|one, other| one.file.path.cmp(&other.file.path));
    roots
}
