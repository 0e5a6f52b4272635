//! Front matter: YAML between `---` lines or TOML between `+++` lines at the very start of a file.

use std::sync::Arc;

use super::SyntaxError;
use crate::syntax::tree::{At, Entry, FileId, List, Map, Node, Place, Span, Value};
use crate::syntax::{Content, toml, yaml};

/// What a file starts with.
#[derive(Debug, Default)]
pub(super) struct FrontMatter {
    /// The metadata, where there is front matter that is a map.
    pub(super) metadata: Option<Node>,
    /// Where the text starts.
    pub(super) end: usize,
    /// What is wrong with the front matter.
    pub(super) errors: Vec<SyntaxError>,
}

/// Cuts the front matter off. A fence that is never closed is a thematic break and no front matter.
pub(super) fn cut(text: &str, file: FileId) -> FrontMatter {
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let none = FrontMatter { end: bom, ..FrontMatter::default() };
    let mut lines = text.get(bom..).unwrap_or("").split_inclusive('\n');
    let Some(first) = lines.next() else { return none };
    let fence = first.trim_end();
    if fence != "---" && fence != "+++" {
        return unopened(text, bom, file).unwrap_or(none);
    }
    let start = bom + first.len();
    let mut at = start;
    for line in lines {
        let end = line.trim_end();
        if end == fence || (fence == "---" && end == "...") {
            return read(text.get(start..at).unwrap_or(""), start, at + line.len(), fence == "+++", file);
        }
        at += line.len();
    }
    none
}

/// Metadata that is only closed by a `---` line: some tools write it so. Every line must look like YAML.
fn unopened(text: &str, start: usize, file: FileId) -> Option<FrontMatter> {
    let mut at = start;
    for line in text.get(start..)?.split_inclusive('\n') {
        let written = line.trim_end();
        if written == "---" {
            let found = read(text.get(start..at)?, start, at + line.len(), false, file);
            return (found.errors.is_empty() && found.metadata.is_some()).then_some(found);
        }
        let is_pair = written.split_once(':').is_some_and(|(key, _)| {
            !key.trim().is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-'))
        });
        if !(is_pair || (at > start && written.trim_start().starts_with("- "))) {
            return None;
        }
        at += line.len();
    }
    None
}

fn read(text: &str, start: usize, end: usize, is_toml: bool, file: FileId) -> FrontMatter {
    let parsed = if is_toml { toml::parse(text, file) } else { yaml::parse(text, file) };
    let offset = u32::try_from(start).unwrap_or(u32::MAX);
    let shift = |span: Span| Span { start: span.start.saturating_add(offset), end: span.end.saturating_add(offset) };
    let errors = parsed.errors.into_iter().map(|error| SyntaxError { span: shift(error.span), ..error }).collect();
    let metadata = match parsed.content {
        Content::Trees(trees) => trees.into_iter().next().filter(|tree| tree.as_map().is_some()),
        _ => None,
    };
    FrontMatter { metadata: metadata.map(|node| shifted(&node, offset)), end, errors }
}

/// A node whose places are `offset` bytes further on. The parsers bound how deep it is.
fn shifted(node: &Node, offset: u32) -> Node {
    let value = match &node.value {
        Value::List(list) => Value::List(Arc::new(List {
            items: list.items.iter().map(|item| shifted(item, offset)).collect(),
            open: list.open.clone(),
        })),
        Value::Map(map) => {
            let entry = |entry: &Entry| Entry {
                key: entry.key.clone(),
                key_place: shifted_place(entry.key_place, offset),
                value: shifted(&entry.value, offset),
            };
            Value::Map(Arc::new(Map { entries: map.entries.iter().map(entry).collect(), open: map.open.clone() }))
        }
        other => other.clone(),
    };
    Node { value, place: shifted_place(node.place, offset), refers: node.refers.clone() }
}

fn shifted_place(place: Place, offset: u32) -> Place {
    match place.at {
        At::Span(span) => Place::span(
            place.file,
            Span { start: span.start.saturating_add(offset), end: span.end.saturating_add(offset) },
        ),
        _ => place,
    }
}
