//! From places to locations: which node a finding stands at, and its lines, columns and text.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::assessment::{Context, Location, Region};
use crate::kind::{ParsedFile, Resource};
use crate::rule::Check;
use crate::rule::condition::{Decider, Verdict};
use crate::rule::path::{Found, Leaf};
use crate::source::lines::LineIndex;
use crate::syntax::Content;
use crate::syntax::extract::Marks;
use crate::syntax::tree::{At, FileId, Node, Place, Span, Value};

/// Longest text of a region that is kept, in bytes.
const LONGEST_TEXT: usize = 1_000;
/// Longest line of a context that is kept, in bytes.
const LONGEST_CONTEXT: usize = 4_000;
/// Lines of context on each side.
const CONTEXT_LINES: u32 = 2;

/// The texts of the files in work, for turning places into locations.
#[derive(Default)]
pub(super) struct Texts<'t> {
    files: FxHashMap<FileId, FileText<'t>>,
}

struct FileText<'t> {
    path: Arc<str>,
    text: &'t str,
    /// Where in the file its text stands, where the file itself holds none.
    marks: Option<&'t Marks>,
    lines: OnceLock<LineIndex<'t>>,
    /// The regions that were asked for: much of what is found stands at the same few places.
    regions: Mutex<FxHashMap<Span, Arc<Region>>>,
}

impl<'t> Texts<'t> {
    /// Adds a file. A file that could not be read has an empty text.
    pub(super) fn add(&mut self, id: FileId, path: Arc<str>, text: &'t str) {
        self.files.insert(id, FileText::new(path, text, None));
    }

    /// Adds a file with what was made of it.
    pub(super) fn add_parsed(&mut self, file: &'t ParsedFile) {
        let marks = match &file.content {
            Content::Extracted(extracted) => Some(&extracted.marks),
            _ => None,
        };
        self.files.insert(file.id, FileText::new(file.path.clone(), &file.text, marks));
    }

    /// The text of a file.
    pub(super) fn text(&self, id: FileId) -> Option<&'t str> {
        self.files.get(&id).map(|file| file.text)
    }

    /// The path of a file.
    pub(super) fn path(&self, id: FileId) -> Option<Arc<str>> {
        self.files.get(&id).map(|file| file.path.clone())
    }

    /// The location of a place.
    pub(super) fn location(&self, place: Place) -> Location {
        let Some(file) = self.files.get(&place.file) else { return Location::default() };
        let place = file.marked(place);
        let words = match place.at {
            At::Paragraph { page: 0, paragraph } => Some(format!("paragraph {paragraph}")),
            At::Paragraph { page, paragraph } => Some(format!("page {page}, paragraph {paragraph}")),
            At::Cell { sheet, row, column } => Some(format!("sheet {sheet}, row {row}, column {column}")),
            At::Span(_) | At::Whole | At::Nowhere => None,
        };
        let region = place.as_span().map(|span| file.shared_region(span));
        Location { path: file.path.clone(), region, words }
    }

    /// The span cut to its first line: what stands for a block or a list in a report.
    pub(super) fn first_line(&self, place: Place) -> Place {
        let (Some(span), Some(text)) = (place.as_span(), self.text(place.file)) else { return place };
        let first = span.slice(text).lines().next().unwrap_or_default().trim_end();
        Place::span(place.file, Span::new(span.start as usize, span.start as usize + first.len()))
    }
}

impl<'t> FileText<'t> {
    fn new(path: Arc<str>, text: &'t str, marks: Option<&'t Marks>) -> FileText<'t> {
        FileText { path, text, marks, lines: OnceLock::new(), regions: Mutex::default() }
    }

    fn shared_region(&self, span: Span) -> Arc<Region> {
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        regions.entry(span).or_insert_with(|| Arc::new(self.region(span))).clone()
    }

    /// The place as the file has it: of a file that holds no text, the part that the text stands for.
    fn marked(&self, place: Place) -> Place {
        match (self.marks, place.as_span()) {
            (Some(marks), Some(span)) => Place { at: marks.at(span.start), ..place },
            _ => place,
        }
    }

    fn region(&self, span: Span) -> Region {
        let lines = self.lines.get_or_init(|| LineIndex::new(self.text));
        let length = self.text.len();
        let (start, end) = ((span.start as usize).min(length), (span.end as usize).min(length));
        let (from, to) = (lines.position(start), lines.position(end));
        let first = from.line.saturating_sub(CONTEXT_LINES).max(1);
        let last = to.line.min(from.line + 4).saturating_add(CONTEXT_LINES).min(lines.len());
        let around = lines.line(first).start..lines.line(last).end;
        Region {
            start_line: from.line,
            start_column: from.column,
            end_line: to.line,
            end_column: to.column,
            byte_offset: span.start,
            byte_length: Span::new(start, end).end - Span::new(start, end).start,
            text: cut(span.slice(self.text), LONGEST_TEXT).to_owned(),
            context: Context {
                first_line: first,
                byte_offset: Span::new(around.start, around.end).start,
                text: cut(self.text.get(around).unwrap_or_default(), LONGEST_CONTEXT).to_owned(),
            },
        }
    }
}

fn cut(text: &str, longest: usize) -> &str {
    let mut end = longest.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The one place of a finding: the check's `at:`, else the first deciding leaf of the judged resource, else its header.
pub(super) fn primary(check: &Check, resource: &Resource, verdict: &Verdict<'_>, texts: &Texts<'_>) -> Place {
    let asked = check
        .logic
        .get()
        .at
        .as_ref()
        .and_then(|path| path.first(&resource.tree))
        .and_then(|leaf| leaf_place(&leaf, texts));
    let own = || verdict.deciders.iter().filter(|decider| std::ptr::eq(decider.resource, resource));
    asked.or_else(|| own().find_map(|decider| decider_place(decider, texts))).unwrap_or(resource.header)
}

/// The other places that decided, each with the address of its resource, each once: those of other resources, and of the
/// judged one where it spans several files.
pub(crate) fn related<'u>(
    resource: &'u Resource,
    verdict: &Verdict<'u>,
    primary: Place,
    texts: &Texts<'_>,
) -> Vec<(Place, &'u str)> {
    let mut places: Vec<(Place, &str)> = Vec::new();
    for decider in &verdict.deciders {
        let own = std::ptr::eq(decider.resource, resource);
        let place = match decider_place(decider, texts) {
            Some(place) if own && place.file == primary.file => continue,
            None if own => continue,
            place => place.unwrap_or(decider.resource.header),
        };
        if place.file != FileId::NONE && !places.iter().any(|(known, _)| *known == place) {
            places.push((place, &decider.resource.address));
        }
    }
    places
}

fn decider_place(decider: &Decider<'_>, texts: &Texts<'_>) -> Option<Place> {
    let at_leaf = decider.leaf.as_ref().and_then(|leaf| leaf_place(leaf, texts));
    at_leaf.or_else(|| decider.element.and_then(|element| node_place(element, None, texts)))
}

fn leaf_place(leaf: &Leaf<'_>, texts: &Texts<'_>) -> Option<Place> {
    match leaf.found {
        Found::Node(node) | Found::Unknown(Some(node), _) => node_place(node, leaf.key, texts),
        Found::Absent | Found::Unknown(None, _) => leaf.key.map(|key| texts.first_line(key)),
    }
}

/// A scalar stands at its value; a list or map at its key, or else its first line.
fn node_place(node: &Node, key: Option<Place>, texts: &Texts<'_>) -> Option<Place> {
    let place = match node.value {
        Value::List(_) | Value::Map(_) => texts.first_line(key.unwrap_or(node.place)),
        _ => node.place,
    };
    (place.file != FileId::NONE).then_some(place)
}
