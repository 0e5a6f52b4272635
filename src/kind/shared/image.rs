//! References to container images: `registry/repository:tag@digest`, each part with its own span.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::syntax::tree::{Node, Place, Span, Unknown, Value};

use super::{Field, map_of};

/// The registry that a reference without one means.
pub const DEFAULT_REGISTRY: &str = "docker.io";

/// Marks of text that something else fills in before the reference is used, with their ends.
const MARKS: [(&str, &str); 5] = [("${", "}"), ("$(", ")"), ("{{", "}}"), ("<%", "%>"), ("#{", "}")];

/// Stands for what is not known between pieces that are.
const GAP: &str = "${…}";

/// A reference to an image.
///
/// | field | |
/// |---|---|
/// | `text` | as written |
/// | `registry` | the host, `docker.io` where none is written |
/// | `repository` | the path without the host |
/// | `tag` | absent where none is written |
/// | `digest` | `sha256:…`, absent where none is written |
///
/// A part that a template fills in is unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// As written.
    pub text: Node,
    /// The host.
    pub registry: Node,
    /// The path without the host.
    pub repository: Node,
    /// The tag.
    pub tag: Option<Node>,
    /// The digest.
    pub digest: Option<Node>,
}

impl Image {
    /// Reads the reference that a node holds; `source` is the text of its file, for the spans of the parts. Of a text
    /// that is known in pieces, the parts that are whole in a piece are known.
    pub fn of(node: &Node, source: &str) -> Option<Image> {
        let unknown = match &node.value {
            Value::Unknown(unknown) if unknown.pieces.len() > 1 => Some(&**unknown),
            _ => None,
        };
        let joined = unknown.map(|unknown| unknown.pieces.join(GAP));
        let text = joined.as_deref().or(node.as_str())?;
        let start = start_of(text, node.place, source);
        let parts = Parts { text, marked: mark(text), start, place: node.place, unknown };
        let (rest, digest) = match parts.marked.find('@') {
            Some(at) => (0..at, Some(parts.node(at + 1..text.len()))),
            None => (0..text.len(), None),
        };
        let path_start = parts.marked.get(rest.clone())?.rfind('/').map_or(0, |at| at + 1);
        let colon = parts.marked.get(path_start..rest.end)?.find(':').map(|at| at + path_start);
        let tag = colon.map(|at| parts.node(at + 1..rest.end));
        let name = 0..colon.unwrap_or(rest.end);
        let host = parts.marked.get(name.clone())?.find('/').filter(|at| is_host(text.get(..*at).unwrap_or("")));
        let registry = match host {
            Some(at) => parts.node(0..at),
            None => Node::text(DEFAULT_REGISTRY, node.place),
        };
        let repository = parts.node(host.map_or(0, |at| at + 1)..name.end);
        Some(parts.with_open_end(Image { text: node.clone(), registry, repository, tag, digest }))
    }

    /// The tree that rules see.
    pub fn tree(self) -> Node {
        let place = self.text.place;
        let fields = [
            ("text", Some(self.text)),
            ("registry", Some(self.registry)),
            ("repository", Some(self.repository)),
            ("tag", self.tag),
            ("digest", self.digest),
        ];
        map_of(place, fields.map(|(name, node)| (name, node.map(Field::new))))
    }
}

/// Whether the first part of a path is a host: Docker's own rule.
fn is_host(part: &str) -> bool {
    part == "localhost" || part.contains(['.', ':'])
}

/// Whether a template fills in a part of the text.
pub(crate) fn is_templated(text: &str) -> bool {
    MARKS.iter().any(|(open, close)| text.split_once(open).is_some_and(|(_, rest)| rest.contains(close)))
}

/// A text that a template fills in: unknown, but for the pieces around the marks.
pub(crate) fn templated(text: &str, place: Place) -> Node {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((open, length)) = next_mark(rest) {
        pieces.push(SmolStr::from(&rest[..open]));
        rest = &rest[open + length..];
    }
    pieces.push(SmolStr::from(rest));
    let unknown = Unknown { pieces, ..Unknown::new(text) };
    Node::new(Value::Unknown(Arc::new(unknown)), place)
}

/// The text with everything between marks replaced by as many `_`, so that separators are only those of the reference.
fn mark(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((open, length)) = next_mark(rest) {
        marked.push_str(&rest[..open]);
        marked.push_str(&"_".repeat(length));
        rest = &rest[open + length..];
    }
    marked.push_str(rest);
    marked
}

/// Where the next mark begins and how long it is.
fn next_mark(text: &str) -> Option<(usize, usize)> {
    let found = MARKS.iter().filter_map(|(open, close)| {
        let at = text.find(open)?;
        let inner = &text[at + open.len()..];
        inner.find(close).map(|end| (at, open.len() + end + close.len()))
    });
    found.min()
}

/// Where the text starts in its file: after a quote, where the scalar is quoted.
fn start_of(text: &str, place: Place, source: &str) -> Option<usize> {
    let span = place.as_span()?;
    span.slice(source).find(text).map(|at| span.start as usize + at)
}

struct Parts<'t> {
    text: &'t str,
    marked: String,
    start: Option<usize>,
    place: Place,
    /// What the text depends on, where it was not written as one.
    unknown: Option<&'t Unknown>,
}

impl Parts<'_> {
    fn node(&self, range: std::ops::Range<usize>) -> Node {
        let text = self.text.get(range.clone()).unwrap_or("");
        let place = match self.start {
            Some(start) => Place::span(self.place.file, Span::new(start + range.start, start + range.end)),
            None => self.place,
        };
        if !is_templated(text) {
            return Node::text(text, place);
        }
        let node = templated(text, place);
        match (self.unknown, &node.value) {
            (Some(whole), Value::Unknown(part)) => {
                let part = Unknown { depends_on: whole.depends_on.clone(), ..(**part).clone() };
                Node::new(Value::Unknown(Arc::new(part)), place)
            }
            _ => node,
        }
    }

    /// A template at the end of the reference may hold the parts that do not seem to be there.
    fn with_open_end(&self, mut image: Image) -> Image {
        let ends_open = MARKS.iter().any(|(_, close)| self.text.ends_with(close)) && is_templated(self.text);
        if ends_open {
            let depends_on = self.unknown.map_or(self.text, |unknown| &unknown.depends_on);
            let unknown = || Some(Node::unknown(depends_on, self.place));
            image.tag = image.tag.or_else(unknown);
            image.digest = image.digest.or_else(unknown);
        }
        image
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tree::FileId;

    fn read(text: &str) -> Vec<(String, String)> {
        let source = format!("image: \"{text}\"");
        let node = Node::text(text, Place::span(FileId(0), Span::new(7, source.len())));
        let tree = Image::of(&node, &source).expect("an image").tree();
        let shown = |node: &Node| {
            if let Value::Unknown(unknown) = &node.value {
                return format!("?{}", unknown.depends_on);
            }
            let slice = node.place.as_span().expect("a span").slice(&source).to_owned();
            let text = node.as_str().expect("a text").to_owned();
            assert!(slice == text || slice == source[7..], "{slice} for {text}");
            text
        };
        tree.entries().iter().map(|entry| (entry.key.to_string(), shown(&entry.value))).skip(1).collect()
    }

    #[test]
    fn references_fall_into_their_parts() {
        let cases: &[(&str, &[&str])] = &[
            ("nginx", &["docker.io", "nginx"]),
            ("nginx:1.27", &["docker.io", "nginx", "1.27"]),
            ("bitnami/redis@sha256:ab", &["docker.io", "bitnami/redis", "sha256:ab"]),
            ("ghcr.io/a/b/c:v1@sha256:ab", &["ghcr.io", "a/b/c", "v1", "sha256:ab"]),
            ("localhost:5000/app", &["localhost:5000", "app"]),
            ("localhost/app:latest", &["localhost", "app", "latest"]),
            ("app:${TAG:-latest}", &["docker.io", "app", "?${TAG:-latest}", "?app:${TAG:-latest}"]),
            ("${REGISTRY}/app:1.0", &["docker.io", "?${REGISTRY}/app", "1.0"]),
            (
                "{{ .Values.image }}",
                &["docker.io", "?{{ .Values.image }}", "?{{ .Values.image }}", "?{{ .Values.image }}"],
            ),
            ("", &["docker.io", ""]),
        ];
        for (text, parts) in cases {
            let found: Vec<String> = read(text).into_iter().map(|(_, part)| part).collect();
            assert_eq!(found, *parts, "{text}");
        }
    }

    #[test]
    fn broken_references_do_not_break_reading() {
        for text in [":", "@", "/", "a:b:c@d@e", "::/@", "é:ü@ö", "${", "${a", "a@${b"] {
            read(text);
        }
    }
}
