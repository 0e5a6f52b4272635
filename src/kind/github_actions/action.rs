//! Actions: `action.yml`. The steps of a composite one are read like those of a job.

use smol_str::SmolStr;

use super::{Around, resource, step};
use crate::kind::Resource;
use crate::kind::shared::image::Image;
use crate::kind::shared::{Field, map_of};
use crate::syntax::tree::Node;

/// An action file and its steps.
pub(super) fn lower(tree: &Node, stem: &str, source: &str, resources: &mut Vec<Resource>) {
    let runs = tree.get("runs");
    let header = tree.get("name").or(runs).map_or(tree.place, |node| node.place);
    let address = SmolStr::from(stem);
    let image = runs.and_then(|runs| runs.get("image")).filter(|image| image.as_str() != Some("Dockerfile"));
    let image = image.and_then(|node| {
        let text = node.as_str()?.strip_prefix("docker://")?;
        Image::of(&Node::text(text, node.place), source)
    });
    let fields = [
        ("name", Field::of(tree, "name")),
        ("using", runs.and_then(|runs| Field::of(runs, "using"))),
        ("inputs", Field::of(tree, "inputs")),
        ("image", image.map(|image| Field::new(image.tree()))),
    ];
    resources.push(resource("github-actions/action", address.clone(), None, map_of(tree.place, fields), header));
    let around = Around { source, owner: address, foreign_inputs: true, ..Around::default() };
    let steps = runs.and_then(|runs| runs.get("steps")).map(Node::items).unwrap_or_default();
    for (index, node) in steps.iter().enumerate() {
        step::lower(node, index, &around, resources);
    }
}
