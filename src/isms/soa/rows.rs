//! Rows of a statement: where each stands in the text, and what its cells say.

use smol_str::{SmolStr, format_smolstr};

use super::Layout;
use crate::isms::catalogue::catalogue;
use crate::isms::control::Framework;
use crate::kind::ParsedFile;
use crate::kind::document::metadata::{is_empty, written};
use crate::kind::document::words::fold_label;
use crate::kind::register::table::{RawRow, RawTable, tables};
use crate::kind::register::types::{self, RegisterType};
use crate::kind::register::value;
use crate::syntax::tree::{FileId, Node};
use crate::syntax::{Syntax, parse};

/// The fields that every row of ours has, in order.
pub(super) const FIELDS: [&str; 6] = ["control", "title", "applicable", "justification", "status", "owner"];

/// The rows of a file.
pub(super) struct Table {
    pub(super) rows: Vec<Found>,
    /// The labels of its columns, each with the field that it is.
    pub(super) columns: Vec<(String, Option<SmolStr>)>,
    /// Where the lines of the last row end.
    pub(super) end: usize,
    /// What stands before a row on its line: blanks and a dash in YAML.
    pub(super) lead: String,
    /// What stands between two cells, in CSV.
    pub(super) delimiter: char,
    /// Whether ids are written `A.5.1`.
    pub(super) has_prefix: bool,
}

/// A row as it stands.
pub(super) struct Found {
    /// The control: `A.5.1`; what is written where it is none.
    pub(super) control: SmolStr,
    /// The control as it is written.
    pub(super) named: String,
    /// Where its lines start and end, comments before them included.
    pub(super) lines: std::ops::Range<usize>,
    /// What its cells say.
    pub(super) written: Written,
}

/// What the cells of a row say.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    /// By field.
    pub(super) fields: Vec<(SmolStr, String)>,
    /// By label, of columns that no field knows.
    pub(super) extra: Vec<(String, String)>,
    /// What people should know who decide.
    pub(super) note: String,
}

impl Written {
    /// A row that decides nothing.
    pub(super) fn undecided(control: &str, title: &str) -> Written {
        let fields = vec![("control".into(), control.to_owned()), ("title".into(), title.to_owned())];
        Written { fields, ..Written::default() }
    }

    pub(super) fn field(&self, id: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == id).map_or("", |(_, text)| text)
    }

    /// Takes what another row says, but for what it is about.
    pub(super) fn take_over(&mut self, other: &Written) {
        let about = |field: &str| ["control", "title"].contains(&field);
        self.fields.extend(other.fields.iter().filter(|(field, _)| !about(field)).cloned());
        self.extra.clone_from(&other.extra);
    }

    /// Whether it says neither that the control applies or not, nor how far it is implemented.
    pub(super) fn is_undecided(&self) -> bool {
        self.field("applicable").is_empty() && self.field("status").is_empty()
    }

    /// What a row decides, in a few words.
    pub(super) fn in_short(&self) -> String {
        let parts: Vec<String> = [("applicable", "applicable "), ("status", ""), ("owner", ""), ("justification", "")]
            .iter()
            .map(|(field, lead)| (self.field(field), lead))
            .filter(|(text, _)| !text.is_empty())
            .map(|(text, lead)| format!("{lead}{text}"))
            .collect();
        if parts.is_empty() { "says nothing".to_owned() } else { format!("({})", parts.join(", ")) }
    }
}

impl Table {
    /// A table of no rows.
    pub(super) fn empty() -> Table {
        let columns = FIELDS
            .iter()
            .map(|field| (if *field == "control" { "id" } else { field }.to_owned(), Some((*field).into())));
        Table {
            rows: Vec::new(),
            columns: columns.collect(),
            end: 0,
            lead: "  - ".to_owned(),
            delimiter: ',',
            has_prefix: false,
        }
    }

    /// Reads the rows of a file; `is_rewritten` asks that each can be moved.
    pub(super) fn read(layout: Layout, text: &str, is_rewritten: bool) -> Result<Table, String> {
        let (path, syntax) = match layout {
            Layout::Yaml => ("soa.yaml", Syntax::Yaml),
            Layout::Csv => ("soa.csv", Syntax::Csv),
            Layout::Markdown => ("soa.md", Syntax::Markdown),
        };
        let parsed = parse(syntax, text, FileId(0));
        if let (Layout::Yaml, Some(error)) = (layout, parsed.errors.first()) {
            let line = text.get(..error.span.start as usize).unwrap_or(text).matches('\n').count() + 1;
            return Err(format!("cannot be read: line {line}: {}", error.message));
        }
        let file = ParsedFile { id: FileId(0), path: path.into(), text: text.into(), content: parsed.content };
        let kind = types::all().iter().find(|kind| kind.id == "applicability");
        let kind = kind.ok_or("cannot be read: no register of this kind is known")?;
        let names = |row: &&RawRow<'_>| key(kind, row, text).is_some_and(|named| is_control(&named));
        let naming = |table: &RawTable<'_>| table.rows.iter().filter(names).count();
        let tables = tables(&file);
        let best = tables.iter().rev().max_by_key(|table| naming(table)).filter(|table| naming(table) > 0);
        best.map_or_else(
            || Err("holds no row that names a control; move it away to have a new one written".to_owned()),
            |table| located(kind, table, is_rewritten.then_some(layout), text),
        )
    }

    /// Whether most rows are about controls of the 2013 edition.
    pub(super) fn speaks_of_2013(&self) -> bool {
        let old = self.rows.iter().filter(|row| row.control.matches('.').count() == 3).count();
        old * 2 > self.rows.len()
    }
}

fn is_control(named: &str) -> bool {
    value::control(named).is_some() || control_2013(named).is_some()
}

/// The cell that names the control: the first of the column that does, or the key of a map.
fn key(kind: &RegisterType, row: &RawRow<'_>, text: &str) -> Option<String> {
    let cells = row.map.entries().iter();
    let texts = cells.filter(|entry| kind.field(&fold_label(&entry.key)).is_some_and(|field| field.id == "control"));
    let mut named: Vec<String> = texts.filter_map(|entry| written(&entry.value, text)).collect();
    named.extend(row.key.map(|entry| entry.key.to_string()));
    named.iter().find(|named| is_control(named)).or(named.first()).cloned()
}

/// The rows with their lines. Where they are to be written in a layout, each has to have lines of its own, else it could
/// not be moved.
fn located(kind: &RegisterType, table: &RawTable<'_>, layout: Option<Layout>, text: &str) -> Result<Table, String> {
    let mut found = Table::empty();
    let first = table.rows.first().map(|row| row.map.entries()).unwrap_or_default();
    found.columns = columns(kind, table);
    found.delimiter = delimiter(first, text).unwrap_or(',');
    for row in &table.rows {
        let Some(span) = row.map.place.as_span() else { continue };
        let (from, to) = (span.start as usize, span.end as usize);
        let line = text.get(..from).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let lead = text.get(line..from).unwrap_or_default();
        if let Some(layout) = layout
            && (row.key.is_some() || !is_alone(layout, lead))
        {
            let number = text.get(..line).unwrap_or_default().matches('\n').count() + 1;
            return Err(format!(
                "line {number}: the rows cannot be moved; write them as a list, each beginning a line"
            ));
        }
        if found.rows.is_empty() {
            lead.clone_into(&mut found.lead);
        }
        let is_ended = text.get(..to).is_some_and(|row| row.ends_with('\n'));
        let rest = text.get(to..).unwrap_or_default();
        found.end = if is_ended { to } else { rest.find('\n').map_or(text.len(), |at| to + at + 1) };
        let start = if layout == Some(Layout::Yaml) { with_comments(text, line) } else { line };
        let named = key(kind, row, text).unwrap_or_default();
        let control = value::control(&named).unwrap_or_else(|| named.as_str().into());
        found.has_prefix |= named.trim_start().starts_with(['A', 'a']);
        if let Some(previous) = found.rows.last_mut() {
            previous.lines.end = start;
        }
        found.rows.push(Found { control, named, lines: start..found.end, written: cells(kind, row.map, text) });
    }
    Ok(found)
}

/// Whether a row has its lines for itself, by what stands before it.
fn is_alone(layout: Layout, lead: &str) -> bool {
    match layout {
        Layout::Yaml => lead.trim() == "-",
        Layout::Csv | Layout::Markdown => lead.trim_matches(['\u{feff}', ' ', '\t']).is_empty(),
    }
}

/// The start of the comments right above a line.
fn with_comments(text: &str, mut line: usize) -> usize {
    while line > 0 {
        let before = text.get(..line - 1).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        if !before.get(start..).is_some_and(|previous| previous.trim_start().starts_with('#')) {
            break;
        }
        line = start;
    }
    line
}

fn columns(kind: &RegisterType, table: &RawTable<'_>) -> Vec<(String, Option<SmolStr>)> {
    let mut columns: Vec<(String, Option<SmolStr>)> = Vec::new();
    for entry in table.rows.iter().flat_map(|row| row.map.entries()) {
        if !columns.iter().any(|(label, _)| *label == entry.key) {
            columns.push((entry.key.to_string(), kind.field(&fold_label(&entry.key)).map(|field| field.id.clone())));
        }
    }
    columns
}

/// What stands between the first two cells.
fn delimiter(cells: &[crate::syntax::tree::Entry], text: &str) -> Option<char> {
    let [first, second, ..] = cells else { return None };
    let (first, second) = (first.value.place.as_span()?, second.value.place.as_span()?);
    text.get(first.end as usize..second.start as usize)?.chars().find(|letter| [',', ';', '\t'].contains(letter))
}

fn cells(kind: &RegisterType, map: &Node, text: &str) -> Written {
    let mut row = Written::default();
    for entry in map.entries() {
        let said = written(&entry.value, text).filter(|said| !is_empty(said)).unwrap_or_default();
        match kind.field(&fold_label(&entry.key)) {
            Some(field) => row.fields.push((field.id.clone(), said)),
            None => row.extra.push((entry.key.to_string(), said)),
        }
    }
    row
}

/// A control of the 2013 edition, written `A.9.2.1`, `9.2.1` or with a title after it.
pub(super) fn control_2013(named: &str) -> Option<SmolStr> {
    let first = named.trim().split([' ', '\t', '–', '—', ':', '(', ',']).next()?;
    let number = first.trim_start_matches(['A', 'a']).trim_start_matches('.').trim_end_matches('.');
    let id = format_smolstr!("A.{number}");
    catalogue(Framework::Iso2013).control(&id).map(|control| control.id.clone())
}
