//! The value tree every syntax lowers to, and the places of its nodes.
//!
//! A [`Node`] is a value that knows where it stands. Rules never see a syntax: they see maps, lists and
//! scalars, and [`Value::Unknown`] where a value exists but cannot be known without running something.

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::SmolStr;

/// Levels of maps and lists in a tree that was read from a file. Real files stay below 30; the bound keeps every walk
/// over a tree off the end of the stack.
pub const MAX_DEPTH: usize = 128;

/// Values in a tree that was read from a file. Keeps a file of 10 MiB that consists of brackets below a few hundred
/// megabytes of memory.
pub const MAX_NODES: usize = 1_000_000;

/// A file of the scan, as an index into [`crate::source::Source::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// Stands for no file at all: a commit, or the repository as a whole.
    pub const NONE: FileId = FileId(u32::MAX);
}

/// A half-open range of byte offsets in one text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset one past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `usize` offsets. Files are limited far below 4 GiB, so offsets that do not fit are clamped.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The text of the span; empty where the span does not fit the text.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// Where a node stands inside its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// A byte span of a text file.
    Span(Span),
    /// The file as a whole.
    Whole,
    /// Page (0 where the format has none) and paragraph of a binary document, both counted from 1.
    Paragraph {
        /// Page, from 1; 0 where the format knows no pages.
        page: u16,
        /// Paragraph in the document, from 1.
        paragraph: u32,
    },
    /// Sheet, row and column of a workbook, each counted from 1.
    Cell {
        /// Sheet.
        sheet: u16,
        /// Column.
        column: u16,
        /// Row.
        row: u32,
    },
    /// Nowhere in a file: a fact about the repository, for example.
    Nowhere,
}

/// Where a node stands: a file and a position in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file, or [`FileId::NONE`].
    pub file: FileId,
    /// The position in that file.
    pub at: At,
}

impl Place {
    /// A place that is in no file.
    pub const NOWHERE: Place = Place { file: FileId::NONE, at: At::Nowhere };

    /// A byte span in a text file.
    pub fn span(file: FileId, span: Span) -> Place {
        Place { file, at: At::Span(span) }
    }

    /// A file as a whole.
    pub fn whole(file: FileId) -> Place {
        Place { file, at: At::Whole }
    }

    /// The byte span, where the place has one.
    pub fn as_span(self) -> Option<Span> {
        match self.at {
            At::Span(span) => Some(span),
            _ => None,
        }
    }
}

/// Why a value is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What the value depends on, as a reader would look it up: `var.acl`, `data.aws_ami.base.id`, `ARG VERSION`.
    pub depends_on: SmolStr,
    /// False where the format has no way to say it at all: the check is then not applicable instead of undecided.
    pub expressible: bool,
    /// What is known of a text all the same: the texts that it is made of, with something unknown between each two.
    /// `${aws_s3_bucket.b.arn}/*` has `arn:` and `/*`. Nothing where nothing is known.
    pub pieces: Vec<SmolStr>,
}

impl Unknown {
    /// A value of which nothing is known.
    pub fn new(depends_on: impl Into<SmolStr>) -> Unknown {
        Unknown { depends_on: depends_on.into(), expressible: true, pieces: Vec::new() }
    }

    /// Whether the text may turn out to be this one.
    pub fn may_be(&self, text: &str) -> bool {
        let [start, middle @ .., end] = self.pieces.as_slice() else { return true };
        let Some(mut rest) = text.strip_prefix(start.as_str()).and_then(|rest| rest.strip_suffix(end.as_str())) else {
            return false;
        };
        middle.iter().all(|piece| match rest.split_once(piece.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    }

    /// Whether the text is sure to contain this one.
    pub fn contains(&self, part: &str) -> bool {
        self.pieces.iter().any(|piece| piece.contains(part))
    }

    /// Whether the text starts with this one, where that is known.
    pub fn starts_with(&self, part: &str) -> Option<bool> {
        let start = self.pieces.first()?;
        let decided = start.starts_with(part) || !part.starts_with(start.as_str());
        decided.then(|| start.starts_with(part))
    }

    /// Whether the text ends with this one, where that is known.
    pub fn ends_with(&self, part: &str) -> Option<bool> {
        let end = self.pieces.last()?;
        let decided = end.ends_with(part) || !part.ends_with(end.as_str());
        decided.then(|| end.ends_with(part))
    }
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An explicit null; for rules the same as absent.
    Null,
    /// A truth value.
    Bool(bool),
    /// Any number; whole numbers are exact up to 2^53.
    Number(f64),
    /// A text.
    Text(SmolStr),
    /// A calendar date.
    Date(jiff::civil::Date),
    /// A list.
    List(Arc<List>),
    /// A map in the order of its source.
    Map(Arc<Map>),
    /// A value that exists but cannot be known.
    Unknown(Arc<Unknown>),
}

/// A list of nodes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct List {
    /// The elements that are known to be there.
    pub items: Vec<Node>,
    /// Set when further elements may exist (a `dynamic` block over an unknown set, `concat` with an unknown list).
    pub open: Option<Arc<Unknown>>,
}

/// A map of named nodes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map {
    /// The entries in source order. Of two entries with one key the later one counts.
    pub entries: Vec<Entry>,
    /// Set when further keys may exist (`merge` with an unknown map).
    pub open: Option<Arc<Unknown>>,
}

/// One entry of a map.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: SmolStr,
    /// Where the key is written.
    pub key_place: Place,
    /// The value.
    pub value: Node,
}

impl PartialEq for Entry {
    /// Two entries are equal when their keys and values are; where they stand does not matter.
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

impl Map {
    /// A map of these entries, of each key the last one only: what all our syntaxes and their readers make of a key
    /// that is written twice.
    pub fn of_last(entries: Vec<Entry>) -> Map {
        let mut keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        keys.sort_unstable();
        if keys.iter().zip(keys.iter().skip(1)).all(|(one, next)| one != next) {
            return Map { entries, open: None };
        }
        let mut seen: BTreeSet<SmolStr> = BTreeSet::new();
        let mut entries: Vec<Entry> =
            entries.into_iter().rev().filter(|entry| seen.insert(entry.key.clone())).collect();
        entries.reverse();
        Map { entries, open: None }
    }

    /// The entry with this key; of several the last.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.key == key)
    }

    /// The value under this key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Adds an entry at the end.
    pub fn push(&mut self, key: impl Into<SmolStr>, key_place: Place, value: Node) {
        self.entries.push(Entry { key: key.into(), key_place, value });
    }
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it is written in the file of the resource that holds it.
    pub place: Place,
    /// Addresses of the resources that the value was taken from, where it was written as a reference.
    pub refers: Option<Arc<Vec<SmolStr>>>,
}

impl PartialEq for Node {
    /// Two nodes are equal when their values are; where they stand does not matter.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Node {
    /// A node without references.
    pub fn new(value: Value, place: Place) -> Node {
        Node { value, place, refers: None }
    }

    /// A text node.
    pub fn text(text: impl Into<SmolStr>, place: Place) -> Node {
        Node::new(Value::Text(text.into()), place)
    }

    /// A list node.
    pub fn list(items: Vec<Node>, place: Place) -> Node {
        Node::new(Value::List(Arc::new(List { items, open: None })), place)
    }

    /// A map node.
    pub fn map(map: Map, place: Place) -> Node {
        Node::new(Value::Map(Arc::new(map)), place)
    }

    /// An unknown node that depends on `depends_on`.
    pub fn unknown(depends_on: impl Into<SmolStr>, place: Place) -> Node {
        Node::new(Value::Unknown(Arc::new(Unknown::new(depends_on))), place)
    }

    /// An unknown node that depends on what another value depends on.
    pub fn depending(reason: &Arc<Unknown>, place: Place) -> Node {
        let reason = if reason.pieces.is_empty() {
            reason.clone()
        } else {
            Arc::new(Unknown { pieces: Vec::new(), ..(**reason).clone() })
        };
        Node::new(Value::Unknown(reason), place)
    }

    /// The value under a key, where the node is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map().and_then(|map| map.get(key))
    }

    /// The map, where the node is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list, where the node is one.
    pub fn as_list(&self) -> Option<&List> {
        match &self.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The elements of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        self.as_list().map_or(&[], |list| &list.items)
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        self.as_map().map_or(&[], |map| &map.entries)
    }

    /// The text, where the node is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, where the node is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number, where the node is one.
    pub fn as_number(&self) -> Option<f64> {
        match self.value {
            Value::Number(value) => Some(value),
            _ => None,
        }
    }

    /// Whether the node is an explicit null.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }
}

impl Value {
    /// The kind of value, in the words that rule authors use.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::Text(_) => "text",
            Value::Date(_) => "date",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Unknown(_) => "unknown",
        }
    }

    /// A scalar as its writer would write it; `None` for lists, maps, null and unknown.
    pub fn scalar_text(&self) -> Option<SmolStr> {
        match self {
            Value::Bool(value) => Some(SmolStr::new_static(if *value { "true" } else { "false" })),
            Value::Number(value) => Some(number_text(*value)),
            Value::Text(text) => Some(text.clone()),
            Value::Date(date) => Some(smol_str::format_smolstr!("{date}")),
            Value::Null | Value::List(_) | Value::Map(_) | Value::Unknown(_) => None,
        }
    }
}

/// A number without a needless fraction: `443`, `0.95`.
pub fn number_text(value: f64) -> SmolStr {
    smol_str::format_smolstr!("{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_pieces_decide_what_they_can() {
        let unknown = |pieces: &[&str]| Unknown {
            pieces: pieces.iter().map(|piece| SmolStr::from(*piece)).collect(),
            ..Unknown::new("var.x")
        };
        let arn = unknown(&["arn:", "/*"]);
        assert!(!arn.may_be("*") && arn.may_be("arn:x/*") && !arn.may_be("arn:x"));
        assert!(arn.contains("*") && !arn.contains("x"));
        assert_eq!(
            (arn.starts_with("arn"), arn.starts_with("arn:aws"), arn.starts_with("b")),
            (Some(true), None, Some(false))
        );
        assert_eq!((arn.ends_with("*"), arn.ends_with("x/*"), arn.ends_with(":*")), (Some(true), None, Some(false)));
        // Known texts must not overlap.
        assert!(!unknown(&["ab", "bc"]).may_be("abc") && unknown(&["ab", "bc"]).may_be("abbc"));
        assert!(unknown(&["a", "b", "c"]).may_be("axbyc") && !unknown(&["a", "b", "c"]).may_be("axc"));
        let nothing = Unknown::new("var.x");
        assert!(nothing.may_be("*") && !nothing.contains("") && nothing.starts_with("a").is_none());
    }
}
