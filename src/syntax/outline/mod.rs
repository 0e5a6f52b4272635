//! Outlines: what every reader of documents makes of its format – sections with headings, paragraphs, items, tables and
//! links, in the order of the text – and the tree that all of them become.

use crate::syntax::tree::Span;

pub(crate) mod composer;
pub(crate) mod draft;
pub(crate) mod inline;
mod metadata;
#[cfg(test)]
pub(crate) mod show;
pub(crate) mod write;

/// Plain text and where it is written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Paragraph,
    Item,
    Row,
    Code,
    Quote,
    Html,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Paragraph => "paragraph",
            Kind::Item => "item",
            Kind::Row => "row",
            Kind::Code => "code",
            Kind::Quote => "quote",
            Kind::Html => "html",
        }
    }
}

/// A paragraph, list item, table row, code block, quoted paragraph or HTML block.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) kind: Kind,
    pub(crate) text: Text,
    pub(crate) lead: Option<Text>,
    pub(crate) checked: Option<bool>,
    pub(crate) cells: Vec<Text>,
    /// What the fence of a code block says it is: `bash`, `yaml`; empty where it says nothing.
    pub(crate) language: String,
    /// The lines of a paragraph or item, each with the text that is bold at its start.
    pub(crate) lines: Vec<Line>,
}

/// One line of a paragraph: `**label** rest`.
#[derive(Debug, Default, Clone)]
pub(crate) struct Line {
    /// What is bold at its start.
    pub(crate) label: Text,
    /// Everything after it.
    pub(crate) rest: Text,
}

/// A table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) header: Vec<Text>,
    pub(crate) rows: Vec<(Vec<Text>, Span)>,
    pub(crate) span: Span,
}

impl Table {
    /// The name of a column; `column N` where its header is empty.
    pub(crate) fn column(&self, index: usize) -> String {
        match self.header.get(index) {
            Some(header) if !header.text.is_empty() => header.text.clone(),
            _ => format!("column {}", index + 1),
        }
    }
}

/// A heading and what stands under it before the next one.
#[derive(Debug, Default)]
pub(crate) struct Section {
    pub(crate) heading: Text,
    /// 1 to 6, or 0 for what stands before the first heading.
    pub(crate) level: usize,
    pub(crate) path: String,
    pub(crate) slug: String,
    pub(crate) blocks: Vec<Block>,
    pub(crate) tables: Vec<Table>,
    pub(crate) span: Span,
}

/// A link.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) text: Text,
    pub(crate) target: Text,
    pub(crate) span: Span,
}

/// A whole document.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) sections: Vec<Section>,
    pub(crate) links: Vec<Link>,
}
