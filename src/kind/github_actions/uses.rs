//! `uses`: actions, reusable workflows and images, and how firmly they are pinned.

use smol_str::{SmolStr, format_smolstr};

use super::{Around, bool_node, resource, tree_of};
use crate::kind::Resource;
use crate::kind::shared::Field;
use crate::kind::shared::image::Image;
use crate::syntax::tree::{Node, Place, Span};

/// Owners that are GitHub itself.
const FIRST_PARTY: [&str; 2] = ["actions", "github"];

/// The parts of a `uses`.
#[derive(Default)]
struct Parts {
    action: Option<Node>,
    owner: Option<Node>,
    repository: Option<Node>,
    path: Option<Node>,
    reference: Option<Node>,
    pinned: &'static str,
}

/// The resource of a `uses`; none where it is no text.
pub(super) fn resource_of(
    written: &Node,
    with: Option<&Node>,
    from: &'static str,
    around: &Around<'_>,
) -> Option<Resource> {
    let text = written.as_str()?;
    let parts = if let Some(image) = text.strip_prefix("docker://") {
        docker(written, image, around.source)
    } else if text.starts_with("./") || text.starts_with(".\\") {
        Parts { path: Some(written.clone()), pinned: "local", ..Parts::default() }
    } else {
        remote(written, text, around.source)
    };
    let place = written.place;
    let owner = parts.owner.as_ref().and_then(Node::as_str);
    let first_party = owner.is_some_and(|owner| FIRST_PARTY.contains(&owner));
    let shown = parts.action.as_ref().and_then(Node::as_str).unwrap_or(text);
    let address = format_smolstr!("{}/{shown}", around.owner);
    let field = |node: Option<Node>| node.map(Field::new);
    let fields = [
        ("text", field(Some(written.clone()))),
        ("action", field(parts.action)),
        ("owner", field(parts.owner)),
        ("repository", field(parts.repository)),
        ("path", field(parts.path)),
        ("ref", field(parts.reference)),
        ("pinned", field(Some(Node::text(parts.pinned, place)))),
        ("first_party", field(Some(bool_node(first_party, place)))),
        ("with", with.cloned().map(Field::new)),
        ("from", field(Some(Node::text(from, place)))),
    ];
    let tree = tree_of(place, fields, around);
    Some(resource("github-actions/uses", address, Some(around.owner.clone()), tree, place))
}

fn docker(written: &Node, image: &str, source: &str) -> Parts {
    let start = start_of(written, image, source);
    let node = Node::text(image, start.map_or(written.place, |start| span(written, start, image.len())));
    let reference = Image::of(&node, source);
    let digest = reference.as_ref().and_then(|reference| reference.digest.clone());
    let tag = reference.and_then(|reference| reference.tag);
    Parts {
        pinned: if digest.is_some() { "docker-digest" } else { "docker-tag" },
        reference: digest.or(tag),
        action: Some(Node::text(image, node.place)),
        ..Parts::default()
    }
}

/// `owner/repository/path@ref`.
fn remote(written: &Node, text: &str, source: &str) -> Parts {
    let start = start_of(written, text, source);
    let node = |from: usize, part: &str| {
        let place = start.map_or(written.place, |start| span(written, start + from, part.len()));
        Node::text(part, place)
    };
    let (name, reference) = text.split_once('@').map_or((text, None), |(name, reference)| (name, Some(reference)));
    let mut parts = name.splitn(3, '/');
    let (owner, repository) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let path = parts.next();
    Parts {
        action: Some(Node::text(format_smolstr!("{}", name.to_lowercase()), node(0, name).place)),
        owner: Some(Node::text(SmolStr::from(owner.to_lowercase()), node(0, owner).place)),
        repository: Some(node(owner.len() + 1, repository)),
        path: path.map(|path| node(name.len() - path.len(), path)),
        reference: reference.map(|reference| node(name.len() + 1, reference)),
        pinned: pinning(reference.unwrap_or_default()),
    }
}

/// How firmly a reference holds.
fn pinning(reference: &str) -> &'static str {
    let is_digest = matches!(reference.len(), 40 | 64) && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest {
        return "sha";
    }
    let version = reference.rsplit('/').next().unwrap_or(reference).trim_start_matches(['v', 'V']);
    let is_version = version.starts_with(|letter: char| letter.is_ascii_digit());
    if is_version { "tag" } else { "branch" }
}

fn start_of(written: &Node, part: &str, source: &str) -> Option<usize> {
    let span = written.place.as_span()?;
    span.slice(source).find(part).map(|at| span.start as usize + at)
}

fn span(written: &Node, start: usize, length: usize) -> Place {
    Place::span(written.place.file, Span::new(start, start + length))
}
