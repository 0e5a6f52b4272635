//! Which resources refer to which: an index over one path of the resources of a target, so that looking for the block
//! that refers to a bucket does not compare every bucket with every block.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::path::{Found, Path};
use crate::kind::Resource;
use crate::syntax::tree::{Node, Value};

/// The candidates of a target by what they name at a path.
#[derive(Debug, Default)]
pub struct ReferenceIndex {
    by_key: FxHashMap<SmolStr, Vec<usize>>,
    /// Candidates that may name anything.
    open: Vec<usize>,
}

impl ReferenceIndex {
    /// Indexes the candidates by what `path` leads to in them.
    pub fn build(candidates: &[&Resource], path: &Path) -> ReferenceIndex {
        let mut index = ReferenceIndex::default();
        for (position, candidate) in candidates.iter().enumerate() {
            for leaf in path.walk(&candidate.tree) {
                match leaf.node() {
                    Some(node) => index.add(node, position),
                    None if matches!(leaf.found, Found::Unknown(..)) => index.open.push(position),
                    None => {}
                }
            }
        }
        index
    }

    fn add(&mut self, node: &Node, position: usize) {
        let refers = node.refers.as_deref().map_or(&[][..], Vec::as_slice);
        for address in refers {
            self.insert(address.clone(), position);
            if let Some(base) = base_address(address) {
                self.insert(base.into(), position);
            }
        }
        match &node.value {
            Value::Text(text) => self.insert(text.clone(), position),
            Value::List(list) => list.items.iter().for_each(|item| self.add_named(item, position)),
            Value::Unknown(_) if refers.is_empty() => self.open.push(position),
            _ => {}
        }
    }

    fn add_named(&mut self, node: &Node, position: usize) {
        match &node.value {
            Value::Text(text) => self.insert(text.clone(), position),
            Value::List(list) => list.items.iter().for_each(|item| self.add_named(item, position)),
            _ => {}
        }
    }

    fn insert(&mut self, key: SmolStr, position: usize) {
        self.by_key.entry(key).or_default().push(position);
    }

    /// The positions of the candidates that may refer to the resource, in their order. All that do are among them.
    pub fn candidates(&self, resource: &Resource) -> Vec<usize> {
        let base = base_address(&resource.address);
        let keys = resource.names.iter().map(SmolStr::as_str).chain([resource.address.as_str()]).chain(base);
        let named = keys.filter_map(|key| self.by_key.get(key)).flatten();
        let mut positions: Vec<usize> = named.chain(&self.open).copied().collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }
}

/// `a.b` for `a.b[0]`; none where the address has no index at its end.
pub fn base_address(address: &str) -> Option<&str> {
    let rest = address.strip_suffix(']')?;
    address.get(..rest.rfind('[')?)
}
