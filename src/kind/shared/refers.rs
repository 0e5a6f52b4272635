//! References of values to resources.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::syntax::tree::Node;

/// All addresses that nodes refer to.
pub(crate) fn union<'n>(nodes: impl IntoIterator<Item = &'n Node>) -> Vec<SmolStr> {
    let mut all: Vec<SmolStr> = Vec::new();
    for address in nodes.into_iter().flat_map(|node| node.refers.iter().flat_map(|refers| refers.iter())) {
        if !all.contains(address) {
            all.push(address.clone());
        }
    }
    all
}

/// The node with these references.
pub(crate) fn referring(node: Node, refers: Vec<SmolStr>) -> Node {
    let refers = (!refers.is_empty()).then(|| Arc::new(refers));
    Node { refers, ..node }
}
