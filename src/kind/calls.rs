//! Files that call others of their kind: a file that another calls is judged where it is called, the others are roots.

use std::collections::{BTreeMap, BTreeSet};

use super::{Notice, ParsedFile, Unit, View};
use crate::source::path::from_folder;
use crate::syntax::tree::Place;

/// How deep calls are followed.
const MAX_LEVELS: usize = 20;

/// How many calls one root may make.
const MAX_CALLS: usize = 2_000;

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

/// The calls of one root while its unit is built.
pub(super) struct Calls<'u, 'v> {
    /// The unit.
    pub(super) unit: &'u mut Unit,
    view: &'u View<'v>,
    /// The files that lead here, the root first.
    within: Vec<&'v ParsedFile>,
    made: usize,
}

/// Why a call is not followed.
pub(super) enum Refused {
    /// The file is not part of the scan, or holds something else.
    NotRead,
    /// This is told already.
    Told,
}

impl<'u, 'v> Calls<'u, 'v> {
    pub(super) fn new(root: &'v ParsedFile, unit: &'u mut Unit, view: &'u View<'v>) -> Calls<'u, 'v> {
        Calls { unit, view, within: vec![root], made: 0 }
    }

    /// The file that is called from the one we are in; until [`Calls::leave`] it is the one that we are in.
    pub(super) fn enter(
        &mut self,
        path: &str,
        place: Place,
        is_wanted: &dyn Fn(&ParsedFile) -> bool,
    ) -> Result<&'v ParsedFile, Refused> {
        let folder = self.within.last().map_or(".", |file| file.folder());
        let found = from_folder(folder, path).and_then(|path| self.view.file(&path));
        let file = found.filter(|file| is_wanted(file)).ok_or(Refused::NotRead)?;
        if self.within.len() > MAX_LEVELS || self.within.iter().any(|outer| outer.path == file.path) {
            let message = format!("`{path}` calls itself, or too many others; it was not followed");
            self.tell(Notice { id: "call-too-deep", message, place });
            return Err(Refused::Told);
        }
        self.within.push(file);
        Ok(file)
    }

    /// Back to the file that called.
    pub(super) fn leave(&mut self) {
        self.within.pop();
    }

    /// Counts a call; false when there are too many, which is told.
    pub(super) fn count(&mut self) -> bool {
        self.made += 1;
        if self.made > MAX_CALLS {
            let message = format!("more than {MAX_CALLS} calls are made from here; the others were not followed");
            let place = self.within.first().map_or(Place::NOWHERE, |root| Place::whole(root.id));
            self.tell(Notice { id: "too-many-calls", message, place });
        }
        self.made <= MAX_CALLS
    }

    /// Tells each thing once, however often it is met.
    pub(super) fn tell(&mut self, notice: Notice) {
        if !self.unit.notices.contains(&notice) {
            self.unit.notices.push(notice);
        }
    }
}
