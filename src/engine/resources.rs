//! The resources of a unit or of the whole scan, as rules look for them.

use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::kind::{Resource, Unit};
use crate::rule::condition::Resources;
use crate::rule::relation::{By, Index};
/// A target, and what an index of its resources finds by.
type IndexKey = (SmolStr, (u8, SmolStr));

/// Resources by target.
pub(super) struct UnitResources<'u> {
    by_target: FxHashMap<&'u str, Vec<&'u Resource>>,
    /// Indexes by target and what they find by, made when a rule first asks for one.
    indexes: Mutex<FxHashMap<IndexKey, Arc<Index>>>,
}

impl<'u> UnitResources<'u> {
    pub(super) fn new(units: impl IntoIterator<Item = &'u Unit>) -> UnitResources<'u> {
        let mut by_target: FxHashMap<&'u str, Vec<&'u Resource>> = FxHashMap::default();
        for resource in units.into_iter().flat_map(|unit| &unit.resources) {
            by_target.entry(&resource.target).or_default().push(resource);
        }
        UnitResources { by_target, indexes: Mutex::default() }
    }
}

impl Resources for UnitResources<'_> {
    fn of_target<'r>(&'r self, target: &str, _in_scan: bool) -> &'r [&'r Resource] {
        self.by_target.get(target).map_or(&[], Vec::as_slice)
    }

    fn index(&self, target: &str, by: By<'_>, in_scan: bool) -> Arc<Index> {
        let mut known = self.indexes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let build = || Arc::new(Index::build(self.of_target(target, in_scan), by));
        known.entry((target.into(), by.key())).or_insert_with(build).clone()
    }
}

/// The resources of a unit, and those of the scan where a rule asks for them.
pub(super) struct ScanResources<'u> {
    pub(super) unit: &'u UnitResources<'u>,
    pub(super) scan: &'u UnitResources<'u>,
}

impl Resources for ScanResources<'_> {
    fn of_target<'r>(&'r self, target: &str, in_scan: bool) -> &'r [&'r Resource] {
        if in_scan { self.scan.of_target(target, true) } else { self.unit.of_target(target, false) }
    }

    fn index(&self, target: &str, by: By<'_>, in_scan: bool) -> Arc<Index> {
        let resources = if in_scan { self.scan } else { self.unit };
        resources.index(target, by, in_scan)
    }
}
