//! Checkov's way to skip a check in a template: `Metadata.checkov.skip` of a resource, a list of `id` and `comment`.

use super::template::is_template;
use crate::kind::ParsedFile;
use crate::syntax::tree::{Entry, Node, Place};

/// A check that a resource asks to skip.
pub(crate) struct Skip {
    /// Where the id is written.
    pub place: Place,
    /// The id.
    pub id: String,
    /// Why; empty where nothing is said.
    pub comment: String,
}

/// The skips in the templates of a file.
pub(crate) fn skips(file: &ParsedFile) -> Vec<Skip> {
    if !file.text.contains("checkov") {
        return Vec::new();
    }
    let templates = file.trees().iter().filter(|tree| is_template(tree));
    let resources = templates.filter_map(|tree| tree.get("Resources")).flat_map(Node::entries);
    resources.flat_map(of_resource).collect()
}

fn of_resource(resource: &Entry) -> Vec<Skip> {
    let skip = resource.value.get("Metadata").and_then(|metadata| metadata.get("checkov")?.get("skip"));
    let of_item = |item: &Node| {
        let id = item.get("id")?;
        let comment = item.get("comment").and_then(|comment| comment.value.scalar_text()).unwrap_or_default();
        Some(Skip { place: id.place, id: id.as_str()?.to_owned(), comment: comment.into() })
    };
    skip.map_or(&[][..], Node::items).iter().filter_map(of_item).collect()
}
