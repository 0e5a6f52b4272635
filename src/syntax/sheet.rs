//! Workbooks: the sheets of spreadsheets as tables with a header, whatever stands above it.
//!
//! ```text
//! title:     what stands alone above the first header, else the name of the first sheet with a table
//! metadata:  keys and values of sheets and blocks with two columns: a cover
//! sheets:    list of
//!   name
//!   rows:    list of { column: cell }, cells that hold nothing left out
//! ```

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use super::extract::{Run, Writer};
use super::package::failure;
use super::tree::{At, Entry, FileId, Map, Node, Place, Span};
use super::{Content, Parsed};

/// The most cells that are read of one workbook.
pub(super) const MAX_CELLS: usize = 300_000;
/// A header stands in one of so many first rows.
const DEEPEST_HEADER: usize = 40;
/// A cell of a header has at most this many bytes.
const LONGEST_LABEL: usize = 120;

/// A sheet, sparse as it is.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    name: String,
    /// Rows from 1, of columns from 1.
    rows: BTreeMap<u32, BTreeMap<u32, String>>,
    count: usize,
}

impl Sheet {
    /// A sheet without cells.
    pub(super) fn new(name: String) -> Sheet {
        Sheet { name, ..Sheet::default() }
    }

    /// Adds a cell; of more than [`MAX_CELLS`] the rest is left out.
    pub(super) fn push(&mut self, row: u32, column: u32, text: String) {
        if self.count < MAX_CELLS && !text.trim().is_empty() {
            self.count += 1;
            self.rows.entry(row).or_default().insert(column, text);
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.count >= MAX_CELLS
    }

    /// The row of the header: the first that has most of the columns, each with a short name of its own.
    fn header(&self) -> Option<u32> {
        let widest = self.rows.values().take(2 * DEEPEST_HEADER).map(BTreeMap::len).max().unwrap_or(0);
        let is_header = |row: &BTreeMap<u32, String>| {
            let mut labels: Vec<&str> = row.values().map(|label| label.trim()).collect();
            let are_names = labels.iter().all(|label| {
                label.len() <= LONGEST_LABEL && label.contains(char::is_alphabetic)
                    || matches!(*label, "#" | "No." | "Nr.")
            });
            labels.sort_unstable();
            let count = labels.len();
            labels.dedup();
            are_names && labels.len() == count && count >= 2 && count * 5 >= widest * 3
        };
        self.rows.iter().take(DEEPEST_HEADER).find(|(_, row)| is_header(row)).map(|(row, _)| *row)
    }
}

/// The tree of a workbook.
pub(super) fn workbook(sheets: &[Sheet], properties: Vec<(SmolStr, String)>, file: FileId) -> Parsed {
    let mut errors = Vec::new();
    if sheets.iter().any(Sheet::is_full) {
        errors.push(failure(format!("has more than {MAX_CELLS} cells, of which the first were read; split it")));
    }
    let mut book = Book { file, writer: Writer::default(), metadata: Map::default(), title: None };
    let mut nodes = Vec::new();
    for (index, sheet) in sheets.iter().enumerate() {
        let number = u16::try_from(index + 1).unwrap_or(u16::MAX);
        nodes.push(book.sheet(sheet, number));
    }
    let whole = Place::span(file, Span::new(0, book.writer.end()));
    for (key, value) in properties.into_iter().filter(|(key, _)| key != "title") {
        book.metadata.push(key, Place::whole(file), Node::text(value, Place::whole(file)));
    }
    let mut root = Map::default();
    let named = sheets.iter().find(|sheet| sheet.header().is_some()).map(|sheet| sheet.name.as_str());
    if let Some(title) = book.title.take().or(named.map(|name| Node::text(name, Place::whole(file)))) {
        root.push("title", title.place, title);
    }
    root.push("metadata", whole, Node::map(std::mem::take(&mut book.metadata), whole));
    root.push("sheets", whole, Node::list(nodes, whole));
    let extracted = book.writer.finish(vec![Node::map(root, whole)]);
    Parsed { content: Content::Extracted(Box::new(extracted)), errors }
}

struct Book {
    file: FileId,
    writer: Writer,
    metadata: Map,
    title: Option<Node>,
}

impl Book {
    fn cell(&mut self, text: &str, at: At) -> Node {
        let run = Run { text: text.to_owned(), is_bold: false };
        let inline = self.writer.paragraph(at, &[run]);
        let text = inline.text.text.trim_end();
        let start = inline.text.span.start as usize;
        let span = Span::new(start, start + text.len());
        Node::text(text, Place::span(self.file, span))
    }

    fn sheet(&mut self, sheet: &Sheet, number: u16) -> Node {
        let start = self.writer.end();
        let header = sheet.header();
        let widest = sheet.rows.values().map(BTreeMap::len).max().unwrap_or(0);
        let mut columns: BTreeMap<u32, Node> = BTreeMap::new();
        let mut rows = Vec::new();
        for (row, cells) in &sheet.rows {
            if self.writer.is_full() {
                break;
            }
            let at =
                |column: u32| At::Cell { sheet: number, row: *row, column: u16::try_from(column).unwrap_or(u16::MAX) };
            let nodes: Vec<(u32, Node)> =
                cells.iter().map(|(column, text)| (*column, self.cell(text, at(*column)))).collect();
            let is_above = header.is_none_or(|header| *row < header);
            if is_above || widest <= 2 {
                self.beside(&nodes, is_above);
            }
            if Some(*row) == header {
                columns = nodes.into_iter().collect();
            } else if !is_above {
                rows.push(entry(&columns, nodes));
            }
        }
        let place = Place::span(self.file, Span::new(start, self.writer.end()));
        let mut map = Map::default();
        map.push("name", place, Node::text(sheet.name.as_str(), place));
        map.push("rows", place, Node::list(rows, place));
        Node::map(map, place)
    }

    /// What stands beside the table: a title, or a key with its value.
    fn beside(&mut self, cells: &[(u32, Node)], is_above: bool) {
        match cells {
            [(_, title)] if is_above && self.title.is_none() => self.title = Some(title.clone()),
            [(_, key), (_, value)] => {
                let label = key.as_str().unwrap_or("").trim_end_matches(':').trim();
                if label.len() <= 40 {
                    self.metadata.push(label, key.place, value.clone());
                }
            }
            _ => {}
        }
    }
}

/// A row by the names of its columns.
fn entry(columns: &BTreeMap<u32, Node>, cells: Vec<(u32, Node)>) -> Node {
    let place = cells.iter().map(|(_, cell)| cell.place).reduce(covering).unwrap_or(Place::NOWHERE);
    let entries = cells.into_iter().map(|(column, value)| {
        let header = columns.get(&column);
        let key = header.and_then(Node::as_str).map_or_else(|| format_smolstr!("column {column}"), SmolStr::from);
        Entry { key, key_place: header.map_or(value.place, |header| header.place), value }
    });
    Node::map(Map::of_last(entries.collect()), place)
}

fn covering(one: Place, other: Place) -> Place {
    match (one.as_span(), other.as_span()) {
        (Some(first), Some(last)) => Place::span(one.file, first.cover(last)),
        _ => one,
    }
}
