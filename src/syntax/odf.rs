//! `OpenDocument` (ISO/IEC 26300): texts with headings, lists, tables and links, and the sheets of spreadsheets.

use std::collections::BTreeMap;

use super::extract::{Run, Writer};
use super::office::{self, Piece, Role};
use super::outline::Text;
use super::package::{Package, failure};
use super::sheet::{self, Sheet};
use super::tree::{At, FileId};
use super::xml::{Events, Tag, Xml};
use super::{Content, Parsed, SyntaxError};

/// Elements whose content is no text of the document.
const SKIPPED: &[&str] =
    &["tracked-changes", "table-of-content", "annotation", "note", "settings", "forms", "sequence-decls"];
/// Repeated cells and rows are counted up to this: programs repeat empty ones to the end of the sheet.
const MAX_REPEATED: u32 = 1_000;

/// Reads a text.
pub(super) fn parse_text(bytes: &[u8], file: FileId) -> Parsed {
    read(bytes, "odt").map_or_else(Parsed::error, |(body, properties, errors)| {
        let extracted = office::document(body.pieces, properties, body.writer, file);
        Parsed { content: Content::Extracted(Box::new(extracted)), errors }
    })
}

/// Reads a spreadsheet.
pub(super) fn parse_sheets(bytes: &[u8], file: FileId) -> Parsed {
    read(bytes, "ods").map_or_else(Parsed::error, |(body, properties, errors)| {
        let parsed = sheet::workbook(&body.sheets, properties, file);
        Parsed { errors: errors.into_iter().chain(parsed.errors).collect(), ..parsed }
    })
}

type Read = (Body, Vec<(smol_str::SmolStr, String)>, Vec<SyntaxError>);

fn read(bytes: &[u8], ending: &str) -> Result<Read, SyntaxError> {
    let mut package = Package::open(bytes, ending)?;
    let manifest = package.part("META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Err(failure(format!("is protected by a password; save it as .{ending} without one")));
    }
    let Some(content) = package.part("content.xml")? else {
        return Err(failure(format!("is no OpenDocument file: it holds no `content.xml`; save it as .{ending} again")));
    };
    let mut styles = Styles::default();
    styles.read(&package.part("styles.xml")?.unwrap_or_default());
    let properties = office::properties(&package.part("meta.xml")?.unwrap_or_default());
    styles.read(&content);
    let mut body = Body { styles, is_text: ending == "odt", ..Body::default() };
    let errors = office::walk(&content, |event| {
        body.event(event);
        body.writer.is_full()
    });
    Ok((body, properties, errors))
}

/// Styles by their names: what they are based on, and whether they are bold.
#[derive(Debug, Default)]
struct Styles(BTreeMap<String, (String, bool)>);

impl Styles {
    fn read(&mut self, xml: &str) {
        let mut open = String::new();
        for event in Events::of(xml) {
            let Xml::Open(tag) = event else { continue };
            match tag.name() {
                "style" => {
                    open = tag.get("name").unwrap_or_default();
                    self.0.insert(open.clone(), (tag.get("parent-style-name").unwrap_or_default(), false));
                }
                "text-properties" => {
                    let is_bold = tag.get("font-weight").is_some_and(|weight| weight == "bold");
                    if let Some((_, bold)) = self.0.get_mut(&open) {
                        *bold |= is_bold;
                    }
                }
                _ => {}
            }
        }
    }

    fn is_bold(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|(_, is_bold)| *is_bold)
    }

    /// The role that a style or one that it is based on has by its name.
    fn role(&self, name: &str) -> Option<Role> {
        let mut name = name;
        for _ in 0..16 {
            match name {
                "Title" => return Some(Role::Title),
                "Quotations" => return Some(Role::Quote),
                name if name.starts_with("Contents_20_") => return Some(Role::Contents),
                _ => {}
            }
            name = self.0.get(name).map(|(parent, _)| parent.as_str()).filter(|parent| !parent.is_empty())?;
        }
        None
    }
}

#[derive(Debug, Default)]
struct Paragraph {
    runs: Vec<Run>,
    style: String,
    heading: Option<usize>,
    links: Vec<(String, usize, usize)>,
}

#[derive(Debug, Default)]
struct Body {
    styles: Styles,
    /// Whether the tables are those of a text and not sheets.
    is_text: bool,
    writer: Writer,
    pieces: Vec<Piece>,
    count: u32,
    open: Vec<Paragraph>,
    skipped: usize,
    lists: usize,
    /// For each open span whether it is bold.
    spans: Vec<bool>,
    tables: usize,
    rows: Vec<Vec<Text>>,
    sheets: Vec<Sheet>,
    /// Row and column of the cell that is open, from 1, and how often it stands there.
    row: u32,
    column: u32,
    repeated: u32,
    rows_repeated: u32,
    cell: String,
    /// The day that the cell stands for, as the standard writes it.
    date: Option<String>,
}

impl Body {
    fn event(&mut self, event: Xml<'_>) {
        match event {
            Xml::Open(_) if self.skipped > 0 => self.skipped += 1,
            Xml::Close(_) if self.skipped > 0 => self.skipped -= 1,
            Xml::Text(_) if self.skipped > 0 => {}
            Xml::Open(tag) if SKIPPED.contains(&tag.name()) => self.skipped = 1,
            Xml::Open(tag) => self.opened(&tag),
            Xml::Close(name) => self.closed(&name),
            Xml::Text(text) => self.push(&text.replace('\n', " ")),
        }
    }

    fn push(&mut self, text: &str) {
        let is_bold = self.spans.last().copied().unwrap_or(false);
        let Some(paragraph) = self.open.last_mut() else { return };
        match paragraph.runs.last_mut().filter(|run| run.is_bold == is_bold) {
            Some(run) => run.text.push_str(text),
            None => paragraph.runs.push(Run { text: text.to_owned(), is_bold }),
        }
    }

    fn opened(&mut self, tag: &Tag<'_>) {
        match tag.name() {
            "p" | "h" => {
                let style = tag.get("style-name").unwrap_or_default();
                let level = || tag.get("outline-level").and_then(|level| level.parse().ok()).unwrap_or(1);
                let heading = (tag.name() == "h").then(level);
                self.spans.push(heading.is_none() && self.styles.is_bold(&style));
                self.open.push(Paragraph { style, heading, ..Paragraph::default() });
            }
            "span" => {
                let above = self.spans.last().copied().unwrap_or(false);
                let style = tag.get("style-name").unwrap_or_default();
                self.spans.push(above || self.styles.is_bold(&style) || style.starts_with("Strong"));
            }
            "s" | "tab" => self.push(" "),
            "line-break" => self.push("\n"),
            "placeholder" => self.push("["),
            "a" => {
                let target = tag.get("href").unwrap_or_default();
                if let Some(paragraph) = self.open.last_mut() {
                    let from = paragraph.runs.iter().map(|run| run.text.len()).sum();
                    paragraph.links.push((target, from, usize::MAX));
                }
            }
            "list" => self.lists += 1,
            "table" | "table-row" | "table-cell" | "covered-table-cell" => self.opened_table(tag),
            _ => {}
        }
    }

    fn opened_table(&mut self, tag: &Tag<'_>) {
        let repeated = |key: &str| tag.get(key).and_then(|count| count.parse::<u32>().ok()).unwrap_or(1).max(1);
        match tag.name() {
            "table" => {
                self.tables += 1;
                (self.row, self.rows_repeated) = (0, 1);
                if !self.is_text && self.tables == 1 {
                    self.sheets.push(Sheet::new(tag.get("name").unwrap_or_default()));
                }
            }
            "table-row" if self.tables == 1 => {
                self.row = self.row.saturating_add(self.rows_repeated);
                self.rows_repeated = repeated("number-rows-repeated");
                (self.column, self.repeated) = (1, 0);
                self.rows.push(Vec::new());
            }
            "table-cell" | "covered-table-cell" if self.tables == 1 => {
                self.column = self.column.saturating_add(self.repeated);
                self.repeated = repeated("number-columns-repeated");
                self.cell.clear();
                self.date = tag.get("date-value").map(|date| date.chars().take(10).collect());
                if let Some(row) = self.rows.last_mut() {
                    row.push(Text::default());
                }
            }
            _ => {}
        }
    }

    fn closed(&mut self, name: &str) {
        match name {
            "p" | "h" => {
                self.spans.pop();
                self.paragraph();
            }
            "span" => {
                self.spans.pop();
            }
            "placeholder" => self.push("]"),
            "a" => {
                if let Some(paragraph) = self.open.last_mut() {
                    let to = paragraph.runs.iter().map(|run| run.text.len()).sum();
                    if let Some(link) = paragraph.links.last_mut() {
                        link.2 = to;
                    }
                }
            }
            "list" => self.lists = self.lists.saturating_sub(1),
            "table-cell" | "covered-table-cell" if self.tables == 1 => self.closed_cell(),
            "table" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    let rows = std::mem::take(&mut self.rows);
                    if self.is_text {
                        self.pieces.push(Piece::Table(rows));
                    }
                }
            }
            _ => {}
        }
    }

    /// A cell of a sheet; of a text only repeated empty ones need care.
    fn closed_cell(&mut self) {
        if self.is_text {
            let more = self.repeated.min(64) - 1;
            if let Some(row) = self.rows.last_mut() {
                row.extend(std::iter::repeat_n(Text::default(), more as usize));
            }
            return;
        }
        let cell = self.date.take().unwrap_or_else(|| std::mem::take(&mut self.cell));
        let Some(sheet) = self.sheets.last_mut().filter(|_| !cell.trim().is_empty()) else { return };
        for row in 0..self.rows_repeated.min(MAX_REPEATED) {
            for column in 0..self.repeated.min(MAX_REPEATED) {
                sheet.push(self.row.saturating_add(row), self.column.saturating_add(column), cell.clone());
            }
        }
    }

    fn paragraph(&mut self) {
        let Some(paragraph) = self.open.pop() else { return };
        let written: String = paragraph.runs.iter().map(|run| run.text.as_str()).collect();
        if !self.is_text {
            if !self.cell.is_empty() {
                self.cell.push('\n');
            }
            self.cell.push_str(&written);
            return;
        }
        self.count += 1;
        let inline = self.writer.paragraph(At::Paragraph { page: 0, paragraph: self.count }, &paragraph.runs);
        if self.tables > 0 {
            if let Some(cell) = self.rows.last_mut().and_then(|row| row.last_mut()) {
                office::add_to_cell(cell, &inline);
            }
            return;
        }
        let words = || paragraph.runs.iter().filter(|run| !run.text.trim().is_empty());
        let is_bold = words().next().is_some() && words().all(|run| run.is_bold);
        let role = match (paragraph.heading, self.styles.role(&paragraph.style)) {
            (Some(level), _) => Role::Heading(level),
            (None, Some(role)) => role,
            (None, None) if self.lists > 0 => Role::Item(self.lists - 1),
            (None, None) => Role::Plain { is_bold },
        };
        let span = inline.text.span;
        let link = |(target, from, to): (String, usize, usize)| {
            let text = written.get(from..to.min(written.len())).unwrap_or("").trim().to_owned();
            (Text { text, span }, target)
        };
        let links = paragraph.links.into_iter().filter(|(target, ..)| !target.is_empty()).map(link).collect();
        self.pieces.push(Piece::Paragraph { role, inline, links });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::outline::show::show;

    const FILE: FileId = FileId(3);

    #[test]
    fn a_text_is_read_with_its_control_block_headings_lists_and_links() {
        let parsed = parse_text(include_bytes!("../../testdata/documents/supplier-policy.odt"), FILE);
        assert_eq!(parsed.errors, []);
        let Content::Extracted(extracted) = parsed.content else { panic!("texts are extracted") };
        let expected = "title: Supplier security policy
Document owner: Priya Raman
Approved by: Edda Falk, 3 February 2026
Version: 1.2
Classification: Internal
Effective date: 2026-02-15
Next review: 2027-02-03
1 Supplier security policy
  row: Approved by | Edda Falk, 3 February 2026  <- Document owner | Priya Raman
  row: Version | 1.2  <- Document owner | Priya Raman
  row: Classification | Internal  <- Document owner | Priya Raman
  row: Effective date | 2026-02-15  <- Document owner | Priya Raman
  row: Next review | 2027-02-03  <- Document owner | Priya Raman
2 Before a contract
  paragraph: Suppliers with access to data of customers are assessed:
  item: by their certificates  <- Suppliers with access to data of customers are assessed:
  item: by a questionnaire  <- Suppliers with access to data of customers are assessed:
3 Contracts
  paragraph: Contracts name the rules of our rules for suppliers
link: rules for suppliers -> https://acme.example/rules";
        assert_eq!(show(&extracted.trees[0]), expected);
    }

    #[test]
    fn sheets_have_rows_by_their_header() {
        let parsed = parse_sheets(include_bytes!("../../testdata/documents/suppliers.ods"), FILE);
        assert_eq!(parsed.errors, []);
        let Content::Extracted(extracted) = parsed.content else { panic!("sheets are extracted") };
        let sheets = extracted.trees[0].get("sheets").unwrap().items();
        let rows = sheets[0].get("rows").unwrap().items();
        let row: Vec<(&str, &str)> =
            rows[1].entries().iter().map(|entry| (entry.key.as_str(), entry.value.as_str().unwrap())).collect();
        let expected = [
            ("Supplier name", "Contoso cleaning"),
            ("Owner", "Edda Falk"),
            ("Criticality", "low"),
            ("Last assessment", "2025-11-03"),
        ];
        assert_eq!((rows.len(), row.as_slice()), (2, &expected[..]));
        let place = rows[1].get("Owner").unwrap().place.as_span().unwrap();
        assert_eq!(extracted.marks.at(place.start), At::Cell { sheet: 1, row: 4, column: 2 });
    }

    #[test]
    fn what_is_protected_or_none_is_named() {
        let message = |bytes: &[u8]| parse_text(bytes, FILE).errors[0].message.clone();
        assert!(message(b"no zip").starts_with("is broken: it is no zip package"));
    }
}
