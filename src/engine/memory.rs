//! What a scan remembers, so that scanning the files as they were before a change does again only what the change can
//! have touched.
//!
//! A unit comes out as it did when its own files are the same, nothing that it asked of other files has changed, and
//! the rules have the same parameters. Files that are the same have the same id in both scans.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::assessment::IsmsFacts;
use super::plan::Plan;
use super::scan::Done;
use crate::kind::{Asked, Group, Kind, ParsedFile};
use crate::syntax::tree::{FileId, Value};

/// A unit that was judged.
pub(super) struct Remembered {
    files: Vec<FileId>,
    asked: Asked,
    pub(super) facts: IsmsFacts,
    pub(super) done: Arc<Done>,
}

/// What a scan remembers.
#[derive(Default)]
pub(super) struct Memory {
    units: FxHashMap<(&'static str, Arc<str>), Vec<Remembered>>,
    paths: FxHashMap<Arc<str>, FileId>,
    parameters: Vec<Vec<(SmolStr, Value)>>,
}

impl Memory {
    pub(super) fn new<'f>(files: impl IntoIterator<Item = &'f ParsedFile>, plan: &Plan) -> Memory {
        let paths = files.into_iter().map(|file| (file.path.clone(), file.id)).collect();
        Memory { units: FxHashMap::default(), paths, parameters: parameters(plan) }
    }

    pub(super) fn add(&mut self, kind: &dyn Kind, group: &Group<'_>, asked: Asked, facts: IsmsFacts, done: Arc<Done>) {
        let remembered = Remembered { files: ids(group), asked, facts, done };
        self.units.entry((kind.name(), group.name.clone())).or_default().push(remembered);
    }

    /// Whether rules have the parameters that they had.
    pub(super) fn has_parameters_of(&self, plan: &Plan) -> bool {
        self.parameters == parameters(plan)
    }

    /// The paths whose files are not the same: changed, added or gone.
    pub(super) fn changed<'f>(&'f self, files: &[&'f ParsedFile]) -> BTreeSet<&'f str> {
        let now: FxHashMap<&str, FileId> = files.iter().map(|file| (&*file.path, file.id)).collect();
        let differs = |(path, id): (&'f str, FileId)| (self.paths.get(path) != Some(&id)).then_some(path);
        let mut changed: BTreeSet<&str> = files.iter().filter_map(|file| differs((&file.path, file.id))).collect();
        changed.extend(self.paths.keys().map(|path| &**path).filter(|path| !now.contains_key(path)));
        changed
    }

    /// What became of a unit, if it would come out the same.
    pub(super) fn find(&self, kind: &dyn Kind, group: &Group<'_>, changed: &BTreeSet<&str>) -> Option<&Remembered> {
        let known = self.units.get(&(kind.name(), group.name.clone()))?;
        let files = ids(group);
        known.iter().find(|known| known.files == files && !known.asked.concerns(changed))
    }
}

fn ids(group: &Group<'_>) -> Vec<FileId> {
    group.files.iter().map(|file| file.id).collect()
}

fn parameters(plan: &Plan) -> Vec<Vec<(SmolStr, Value)>> {
    plan.rules.iter().map(|planned| planned.parameters.clone()).collect()
}
