//! Tables: the rows of a register, whether it is a YAML list, a map of maps, a CSV file, a sheet of a
//! workbook or a table in a document.

use smol_str::SmolStr;

use crate::kind::ParsedFile;
use crate::kind::document::words::fold_label;
use crate::syntax::Syntax;
use crate::syntax::tree::{Entry, Node, Place};

/// Rows that belong together, as they are written.
#[derive(Debug, Default)]
pub(crate) struct RawTable<'a> {
    /// Each row.
    pub(crate) rows: Vec<RawRow<'a>>,
    /// The place of the whole.
    pub(crate) place: Option<Place>,
}

/// One row.
#[derive(Debug)]
pub(crate) struct RawRow<'a> {
    /// The key that it stands under, in a map of maps.
    pub(crate) key: Option<&'a Entry>,
    /// The cells.
    pub(crate) map: &'a Node,
}

impl RawTable<'_> {
    /// The folded labels of all columns, each once.
    pub(crate) fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        let mut seen: Vec<&SmolStr> = Vec::new();
        for row in &self.rows {
            for entry in row.map.entries() {
                if !seen.contains(&&entry.key) {
                    seen.push(&entry.key);
                    labels.push(fold_label(&entry.key));
                }
            }
            if row.key.is_some() && !labels.iter().any(|label| label == "id") {
                labels.push("id".to_owned());
            }
        }
        labels
    }
}

/// The tables of a file, in order. A table without rows counts: a register may be empty.
pub(crate) fn tables(file: &ParsedFile) -> Vec<RawTable<'_>> {
    let Some(root) = file.trees().first() else { return Vec::new() };
    match Syntax::of(&file.path) {
        Some(Syntax::Csv) => vec![listed(root)],
        Some(Syntax::Yaml | Syntax::Json) => of_data(root),
        Some(syntax) if syntax.is_prose() => of_document(root),
        Some(syntax) if syntax.is_workbook() => of_workbook(root),
        _ => Vec::new(),
    }
}

/// What stands beside the rows: who owns the register, its version.
pub(crate) fn head(file: &ParsedFile) -> Option<&Node> {
    let root = file.trees().first()?;
    match Syntax::of(&file.path)? {
        Syntax::Yaml | Syntax::Json => root.as_map().map(|_| root),
        syntax if syntax.is_prose() || syntax.is_workbook() => root.get("metadata"),
        _ => None,
    }
}

fn listed(list: &Node) -> RawTable<'_> {
    let rows = list.items().iter().filter(|row| row.as_map().is_some()).map(|map| RawRow { key: None, map });
    RawTable { rows: rows.collect(), place: Some(list.place) }
}

fn of_data(root: &Node) -> Vec<RawTable<'_>> {
    if root.as_list().is_some() {
        return vec![listed(root)];
    }
    // A manifest is no register, whatever it lists.
    if root.get("apiVersion").is_some() && root.get("kind").is_some() {
        return Vec::new();
    }
    let mut tables: Vec<RawTable<'_>> = root.entries().iter().filter_map(|entry| of_entry(&entry.value)).collect();
    if tables.is_empty() {
        tables.extend(mapped(root));
    }
    tables
}

/// A list of maps, a map of maps, or a map of such lists (rows by theme).
fn of_entry(node: &Node) -> Option<RawTable<'_>> {
    if let Some(list) = node.as_list() {
        let fits = list.items.iter().all(|item| item.as_map().is_some());
        return fits.then(|| listed(node));
    }
    let entries = node.entries();
    let is_grouped = !entries.is_empty()
        && entries.iter().all(|entry| {
            let items = entry.value.items();
            !items.is_empty() && items.iter().all(|item| item.as_map().is_some())
        });
    if is_grouped {
        let rows = entries.iter().flat_map(|entry| listed(&entry.value).rows).collect();
        return Some(RawTable { rows, place: Some(node.place) });
    }
    mapped(node)
}

/// A map of maps: each key names its row.
fn mapped(node: &Node) -> Option<RawTable<'_>> {
    let entries = node.entries();
    let fits = !entries.is_empty() && entries.iter().all(|entry| entry.value.as_map().is_some());
    let rows = entries.iter().map(|entry| RawRow { key: Some(entry), map: &entry.value });
    fits.then(|| RawTable { rows: rows.collect(), place: Some(node.place) })
}

fn of_document(root: &Node) -> Vec<RawTable<'_>> {
    let sections = root.get("sections").map_or(&[][..], Node::items);
    let tables = sections.iter().flat_map(|section| section.get("tables").map_or(&[][..], Node::items));
    tables.filter_map(|table| table.get("rows")).map(listed).filter(|table| !table.rows.is_empty()).collect()
}

fn of_workbook(root: &Node) -> Vec<RawTable<'_>> {
    let sheets = root.get("sheets").map_or(&[][..], Node::items);
    sheets.iter().filter_map(|sheet| sheet.get("rows")).map(listed).filter(|table| !table.rows.is_empty()).collect()
}
