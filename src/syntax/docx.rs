//! Word documents (Office Open XML, ISO/IEC 29500): headings by their styles, lists, tables, links and the document's
//! properties. What is tracked as deleted is not read, and neither is the table of contents.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::extract::{Run, Writer};
use super::office::{self, Piece, Role};
use super::outline::Text;
use super::package::{Package, failure};
use super::tree::{At, FileId};
use super::xml::{Events, Tag, Xml};
use super::{Content, Parsed, SyntaxError};

mod styles;

/// Elements whose content is no text of the document: what was deleted or moved away, older drawings of what stands
/// beside them, instructions of fields, earlier properties.
const SKIPPED: &[&str] =
    &["del", "moveFrom", "Fallback", "instrText", "pPrChange", "rPrChange", "tblPrChange", "sectPr", "annotation"];

/// Reads a Word document.
pub(super) fn parse(bytes: &[u8], file: FileId) -> Parsed {
    match read(bytes, file) {
        Ok(parsed) => parsed,
        Err(error) => Parsed::error(error),
    }
}

fn read(bytes: &[u8], file: FileId) -> Result<Parsed, SyntaxError> {
    let mut package = Package::open(bytes, "docx")?;
    let Some(main) = package.part("word/document.xml")? else {
        return Err(failure("is no Word document: it holds no `word/document.xml`; save it as .docx again"));
    };
    let styles = styles::read(&package.part("word/styles.xml")?.unwrap_or_default());
    let links = relations(&package.part("word/_rels/document.xml.rels")?.unwrap_or_default());
    let mut properties = office::properties(&package.part("docProps/core.xml")?.unwrap_or_default());
    properties.extend(styles::custom(&package.part("docProps/custom.xml")?.unwrap_or_default()));
    for name in [package.named("word/header", ".xml"), package.named("word/footer", ".xml")].concat() {
        properties.extend(running(&package.part(&name)?.unwrap_or_default()));
    }
    let mut body = Body { styles, links, ..Body::default() };
    let errors = office::walk(&main, |event| {
        body.event(event);
        body.writer.is_full()
    });
    let extracted = office::document(body.pieces, properties, body.writer, file);
    Ok(Parsed { content: Content::Extracted(Box::new(extracted)), errors })
}

/// What a header or footer says about the document: `Classification: internal`.
fn running(xml: &str) -> Properties {
    let mut text = String::new();
    let mut is_text = false;
    for event in Events::of(xml) {
        match event {
            Xml::Open(tag) if tag.name() == "tab" => text.push('\t'),
            Xml::Open(tag) => is_text = tag.name() == "t",
            Xml::Close(name) if name == "p" => text.push('\n'),
            Xml::Close(_) => is_text = false,
            Xml::Text(words) if is_text => text.push_str(&words),
            Xml::Text(_) => {}
        }
    }
    text.split(['\n', '\t', '|']).filter_map(office::statement).collect()
}

/// The targets of links, by the id of their relation.
fn relations(xml: &str) -> BTreeMap<String, String> {
    let relation = |event| match event {
        Xml::Open(tag) if tag.name() == "Relationship" => Some((tag.get("Id")?, tag.get("Target")?)),
        _ => None,
    };
    Events::of(xml).filter_map(relation).collect()
}

/// A paragraph that is open.
#[derive(Debug, Default)]
struct Paragraph {
    runs: Vec<Run>,
    style: String,
    depth: Option<usize>,
    is_numbered: Option<bool>,
    outline: Option<usize>,
    /// Links: target, first run, end of the last run.
    links: Vec<(String, usize, usize)>,
}

/// The part of a paragraph that is open.
#[derive(Debug, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Nothing,
    Properties,
    Text,
}

#[derive(Debug, Default)]
struct Body {
    styles: styles::Styles,
    links: BTreeMap<String, String>,
    writer: Writer,
    pieces: Vec<Piece>,
    /// How many paragraphs there were.
    count: u32,
    /// Open paragraphs; a text box stands inside of one.
    open: Vec<Paragraph>,
    /// How deep we are in something that is skipped.
    skipped: usize,
    inside: Inside,
    is_bold: bool,
    /// Whether the open content control shows what to enter.
    is_placeholder: bool,
    tables: usize,
    rows: Vec<Vec<Text>>,
}

impl Body {
    fn event(&mut self, event: Xml<'_>) {
        match event {
            Xml::Open(_) if self.skipped > 0 => self.skipped += 1,
            Xml::Close(_) if self.skipped > 0 => self.skipped -= 1,
            Xml::Text(_) if self.skipped > 0 => {}
            Xml::Open(tag) if SKIPPED.contains(&tag.name()) => self.skipped = 1,
            Xml::Open(tag) if self.inside == Inside::Properties => self.property(&tag),
            Xml::Open(tag) => self.opened(&tag),
            Xml::Close(name) => self.closed(&name),
            Xml::Text(text) => {
                if self.inside == Inside::Text {
                    self.push(&text);
                }
            }
        }
    }

    fn push(&mut self, text: &str) {
        let is_bold = self.is_bold;
        let Some(paragraph) = self.open.last_mut() else { return };
        match paragraph.runs.last_mut().filter(|run| run.is_bold == is_bold) {
            Some(run) => run.text.push_str(text),
            None => paragraph.runs.push(Run { text: text.to_owned(), is_bold }),
        }
    }

    /// A property of the open paragraph.
    fn property(&mut self, tag: &Tag<'_>) {
        let Some(paragraph) = self.open.last_mut() else { return };
        let number = || tag.get("val").and_then(|value| value.parse::<usize>().ok());
        match tag.name() {
            "pStyle" => paragraph.style = tag.get("val").unwrap_or_default(),
            "ilvl" => paragraph.depth = number(),
            "numId" => paragraph.is_numbered = Some(number() != Some(0)),
            "outlineLvl" => paragraph.outline = number(),
            _ => {}
        }
    }

    fn opened(&mut self, tag: &Tag<'_>) {
        match tag.name() {
            "p" => self.open.push(Paragraph::default()),
            "pPr" => self.inside = Inside::Properties,
            "r" => self.is_bold = false,
            "b" => self.is_bold = tag.is_on(),
            "rStyle" => self.is_bold |= self.styles.is_bold(&tag.get("val").unwrap_or_default()),
            "t" => self.inside = Inside::Text,
            "tab" | "ptab" => self.push(" "),
            "br" | "cr" => self.push("\n"),
            "noBreakHyphen" => self.push("-"),
            "showingPlcHdr" => self.is_placeholder = tag.is_on(),
            "sdtContent" if self.is_placeholder => self.push("["),
            "hyperlink" => self.link(tag),
            "tbl" => self.tables += 1,
            "tr" if self.tables == 1 => self.rows.push(Vec::new()),
            "tc" if self.tables == 1 => {
                if let Some(row) = self.rows.last_mut() {
                    row.push(Text::default());
                }
            }
            "gridSpan" if self.tables == 1 => self.span(tag),
            _ => {}
        }
    }

    /// A cell over several columns: empty ones stand for the others, so that columns stay columns.
    fn span(&mut self, tag: &Tag<'_>) {
        let more = tag.get("val").and_then(|value| value.parse::<usize>().ok()).unwrap_or(1).clamp(1, 64) - 1;
        if let Some(row) = self.rows.last_mut() {
            // The cell itself stays the last, since its text is still to come.
            let at = row.len();
            row.extend(std::iter::repeat_n(Text::default(), more));
            if at > 0 {
                row.swap(at - 1, at + more - 1);
            }
        }
    }

    fn link(&mut self, tag: &Tag<'_>) {
        let external = tag.get("id").and_then(|id| self.links.get(&id).cloned());
        let target = external.or_else(|| tag.get("anchor").map(|anchor| format!("#{anchor}"))).unwrap_or_default();
        if let Some(paragraph) = self.open.last_mut() {
            let from = paragraph.runs.iter().map(|run| run.text.len()).sum();
            paragraph.links.push((target, from, usize::MAX));
        }
    }

    fn closed(&mut self, name: &str) {
        match name {
            "pPr" | "t" => self.inside = Inside::Nothing,
            "r" => self.is_bold = false,
            "sdtContent" if self.is_placeholder => {
                self.push("]");
                self.is_placeholder = false;
            }
            "hyperlink" => {
                if let Some(paragraph) = self.open.last_mut() {
                    let to = paragraph.runs.iter().map(|run| run.text.len()).sum();
                    if let Some(link) = paragraph.links.last_mut() {
                        link.2 = to;
                    }
                }
            }
            "p" => self.paragraph(),
            "tbl" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    let rows = std::mem::take(&mut self.rows);
                    self.table(rows);
                }
            }
            _ => {}
        }
    }

    fn paragraph(&mut self) {
        let Some(paragraph) = self.open.pop() else { return };
        self.count += 1;
        let role = self.role(&paragraph);
        let written: String = paragraph.runs.iter().map(|run| run.text.as_str()).collect();
        let inline = self.writer.paragraph(At::Paragraph { page: 0, paragraph: self.count }, &paragraph.runs);
        if self.tables > 0 {
            if let Some(cell) = self.rows.last_mut().and_then(|row| row.last_mut()) {
                office::add_to_cell(cell, &inline);
            }
            return;
        }
        let span = inline.text.span;
        let link = |(target, from, to): (String, usize, usize)| {
            let text = written.get(from..to.min(written.len())).unwrap_or("").trim().to_owned();
            (Text { text, span }, target)
        };
        let links = paragraph.links.into_iter().filter(|(target, ..)| !target.is_empty()).map(link).collect();
        self.pieces.push(Piece::Paragraph { role, inline, links });
    }

    fn role(&self, paragraph: &Paragraph) -> Role {
        let style = self.styles.get(&paragraph.style);
        let outline = paragraph.outline.filter(|level| *level < 9).map(|level| Role::Heading(level + 1));
        let role = style.role.or(outline);
        if let Some(role @ (Role::Title | Role::Heading(_) | Role::Contents)) = role {
            return role;
        }
        let is_item = paragraph.is_numbered.unwrap_or(style.is_numbered || matches!(role, Some(Role::Item(_))));
        if is_item {
            let depth = paragraph.depth.or(match role {
                Some(Role::Item(depth)) => Some(depth),
                _ => None,
            });
            return Role::Item(depth.unwrap_or(0).min(8));
        }
        let words = || paragraph.runs.iter().filter(|run| !run.text.trim().is_empty());
        let is_bold = style.is_bold || (words().next().is_some() && words().all(|run| run.is_bold));
        role.filter(|role| *role == Role::Quote).unwrap_or(Role::Plain { is_bold })
    }

    fn table(&mut self, rows: Vec<Vec<Text>>) {
        self.pieces.push(Piece::Table(rows));
    }
}

/// The properties of a document by the names that documents use for them.
pub(super) type Properties = Vec<(SmolStr, String)>;

#[cfg(test)]
mod tests;
