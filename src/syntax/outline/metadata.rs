//! What a document says about itself in its text: a table of keys and values, or lines such as `**Owner:** Anna`,
//! before the first heading of level 2.

use super::{Block, Kind, Line, Outline, Section, Table, Text};
use crate::syntax::tree::{FileId, Node, Place, Span};

/// Headers of a table of keys and values that name no key themselves.
const GENERIC: &[&str] = &[
    "",
    "attribute",
    "description",
    "detail",
    "details",
    "document control",
    "field",
    "information",
    "item",
    "key",
    "metadata",
    "name",
    "property",
    "value",
];

/// Usual keys: two of them side by side are a header and not a key with its value.
const KEYS: &[&str] = &[
    "approved",
    "approved by",
    "approver",
    "author",
    "classification",
    "date",
    "effective date",
    "next review",
    "owner",
    "review date",
    "reviewed",
    "status",
    "version",
];

/// Headings of sections in which a document speaks of itself, wherever they stand.
const CONTROL_SECTIONS: &[&str] = &[
    "document control",
    "document information",
    "document details",
    "document properties",
    "document approval",
    "document management",
    "approval",
    "dokumentenlenkung",
    "dokumentinformationen",
];

/// The front matter with what the text adds: keys that the front matter does not have.
pub(super) fn complete(front_matter: Option<&Node>, outline: &Outline, file: FileId) -> Node {
    let place = front_matter.map(|node| node.place);
    let mut map = front_matter.and_then(Node::as_map).cloned().unwrap_or_default();
    let known: Vec<String> = map.entries.iter().map(|entry| entry.key.to_lowercase()).collect();
    let mut first = None;
    for (key, value) in pairs(outline) {
        if known.contains(&key.text.to_lowercase()) {
            continue;
        }
        first.get_or_insert(key.span);
        let value = Node::text(value.text.as_str(), Place::span(file, value.span));
        map.push(key.text, Place::span(file, key.span), value);
    }
    let place = place.or(first.map(|span| Place::span(file, span)));
    Node::map(map, place.unwrap_or(Place::span(file, Span::new(0, 0))))
}

/// All keys and values in the order of the text.
fn pairs(outline: &Outline) -> Vec<(Text, Text)> {
    let mut pairs = Vec::new();
    let first = outline.sections.iter().take_while(|section| section.level < 2).count();
    let own = outline.sections.iter().enumerate().filter(|(index, section)| *index < first || is_control(section));
    for (_, section) in own {
        for block in &section.blocks {
            pairs.extend(labelled(block));
        }
        for table in &section.tables {
            pairs.extend(tabled(table));
        }
    }
    pairs.sort_by_key(|(key, _): &(Text, Text)| key.span);
    pairs
}

/// Whether a section is about the document: `1. Document control`.
fn is_control(section: &Section) -> bool {
    let heading = section.heading.text.trim_start_matches(|letter: char| !letter.is_alphabetic());
    CONTROL_SECTIONS.contains(&heading.trim_end().to_lowercase().as_str())
}

/// `**Owner:** Anna`, `**Owner**: Anna`; without the bold print only where all lines of a paragraph are such.
fn labelled(block: &Block) -> Vec<(Text, Text)> {
    if !matches!(block.kind, Kind::Paragraph | Kind::Item | Kind::Quote) {
        return Vec::new();
    }
    let bold: Vec<_> = block.lines.iter().filter_map(bold).collect();
    if !bold.is_empty() {
        return bold;
    }
    if let [line] = block.lines.as_slice() {
        // A paragraph of its own needs a usual key.
        let is_usual = |(key, _): &(Text, Text)| {
            let key = key.text.to_lowercase();
            KEYS.contains(&key.strip_prefix("document ").unwrap_or(&key))
        };
        return plain(line).filter(is_usual).into_iter().collect();
    }
    block.lines.iter().map(plain).collect::<Option<Vec<_>>>().unwrap_or_default()
}

fn bold(line: &Line) -> Option<(Text, Text)> {
    let label = line.label.text.trim();
    let (key, value) = match label.strip_suffix(':') {
        Some(key) => (key, line.rest.text.as_str()),
        None => (label, line.rest.text.trim_start().strip_prefix(':')?),
    };
    pair(key, line.label.span, value, tail(&line.rest, value))
}

fn plain(line: &Line) -> Option<(Text, Text)> {
    let (key, value) = line.rest.text.split_once(':')?;
    if value.split_whitespace().count() > 8 {
        return None;
    }
    let start = line.rest.span.start as usize;
    let verbatim = tail(&line.rest, value) != line.rest.span;
    let key_span = if verbatim { Span::new(start, start + key.len()) } else { line.rest.span };
    pair(key, key_span, value, tail(&line.rest, value))
}

/// Where the trimmed end of a text stands; all of the text where markup stands between.
fn tail(text: &Text, end: &str) -> Span {
    let (from, to) = (text.span.start as usize, text.span.end as usize);
    if to - from != text.text.len() {
        return text.span;
    }
    Span::new(to - end.trim_start().len(), to - (end.len() - end.trim_end().len()))
}

fn pair(key: &str, key_span: Span, value: &str, value_span: Span) -> Option<(Text, Text)> {
    let key = key.trim();
    // A sentence that happens to hold a colon is no metadata.
    let short = !key.is_empty() && key.split_whitespace().count() <= 4;
    let value = value.trim();
    (short && !value.is_empty())
        .then(|| (Text { text: key.to_owned(), span: key_span }, Text { text: value.to_owned(), span: value_span }))
}

/// A table of two columns has a key and a value in each row; one of more columns with a single row has its keys in the
/// header.
fn tabled(table: &Table) -> Vec<(Text, Text)> {
    match (table.header.as_slice(), table.rows.as_slice()) {
        ([first, second], [(cells, _)]) if is_key(first) && is_key(second) => {
            [first, second].into_iter().zip(cells).filter_map(|(key, value)| cell_pair(key, value)).collect()
        }
        ([key, value], rows) => {
            let head = [key, value].iter().any(|cell| GENERIC.contains(&cell.text.to_lowercase().as_str()));
            let own = if head { None } else { cell_pair(key, value) };
            let rest = rows.iter().filter_map(|(cells, _)| match cells.as_slice() {
                [key, value] => cell_pair(key, value),
                _ => None,
            });
            own.into_iter().chain(rest).collect()
        }
        (header, [(cells, _)]) => header.iter().zip(cells).filter_map(|(key, value)| cell_pair(key, value)).collect(),
        _ => Vec::new(),
    }
}

/// Whether a header cell names what documents usually say about themselves.
fn is_key(cell: &Text) -> bool {
    KEYS.contains(&cell.text.to_lowercase().as_str())
}

fn cell_pair(key: &Text, value: &Text) -> Option<(Text, Text)> {
    pair(key.text.trim_end_matches(':'), key.span, &value.text, value.span)
}
