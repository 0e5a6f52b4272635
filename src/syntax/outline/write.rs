//! Nodes of an outline: the one tree that every document becomes.

use smol_str::SmolStr;

use super::{Block, Kind, Link, Outline, Section, Table, Text, metadata};
use crate::syntax::tree::{FileId, Map, Node, Place, Span, Value};

/// Makes nodes of what was read.
#[derive(Clone, Copy)]
pub(crate) struct Writer {
    /// The file that the places are in.
    pub(crate) file: FileId,
}

/// A map under construction whose keys stand where their values do.
#[derive(Default)]
struct Fields(Map);

impl Fields {
    fn push(&mut self, key: &'static str, node: Node) {
        self.0.push(SmolStr::new_static(key), node.place, node);
    }
}

impl Writer {
    fn place(self, span: Span) -> Place {
        Place::span(self.file, span)
    }

    fn text(self, text: &Text) -> Node {
        Node::text(text.text.as_str(), self.place(text.span))
    }

    /// The tree of a document of `length` bytes.
    pub(crate) fn document(self, length: usize, outline: &Outline, front_matter: Option<&Node>) -> Node {
        let whole = self.place(Span::new(0, length));
        let metadata = metadata::complete(front_matter, outline, self.file);
        let mut fields = Fields::default();
        if let Some(title) = metadata.get("title").filter(|title| title.as_str().is_some()) {
            fields.push("title", title.clone());
        } else if let Some(section) = outline.sections.iter().find(|section| section.level == 1) {
            fields.push("title", self.text(&section.heading));
        }
        fields.push("metadata", metadata);
        let sections = outline.sections.iter().map(|section| self.section(section)).collect();
        fields.push("sections", Node::list(sections, whole));
        fields.push("links", Node::list(outline.links.iter().map(|link| self.link(link)).collect(), whole));
        let blocks = outline.sections.iter().flat_map(|section| &section.blocks);
        let words = blocks.map(|block| words(&block.text.text)).sum();
        fields.push("words", number(words, whole));
        Node::map(fields.0, whole)
    }

    fn section(self, section: &Section) -> Node {
        let place = self.place(section.span);
        let heading = self.place(section.heading.span);
        let texts: Vec<&str> = section.blocks.iter().map(|block| block.text.text.as_str()).collect();
        let mut fields = Fields::default();
        fields.push("heading", self.text(&section.heading));
        fields.push("level", number(section.level, heading));
        fields.push("path", Node::text(section.path.as_str(), heading));
        fields.push("slug", Node::text(section.slug.as_str(), heading));
        fields.push("text", Node::text(texts.join("\n"), place));
        fields.push("blocks", Node::list(section.blocks.iter().map(|block| self.block(block)).collect(), place));
        fields.push("tables", Node::list(section.tables.iter().map(|table| self.table(table)).collect(), place));
        Node::map(fields.0, place)
    }

    fn block(self, block: &Block) -> Node {
        let place = self.place(block.text.span);
        let mut fields = Fields::default();
        fields.push("kind", Node::text(SmolStr::new_static(block.kind.name()), place));
        fields.push("text", self.text(&block.text));
        if let Some(lead) = &block.lead {
            fields.push("lead", self.text(lead));
        }
        if !block.language.is_empty() {
            fields.push("language", Node::text(block.language.as_str(), place));
        }
        if let Some(checked) = block.checked {
            fields.push("checked", Node::new(Value::Bool(checked), place));
        }
        if block.kind == Kind::Row {
            fields.push("cells", Node::list(block.cells.iter().map(|cell| self.text(cell)).collect(), place));
        }
        Node::map(fields.0, place)
    }

    fn table(self, table: &Table) -> Node {
        let place = self.place(table.span);
        let mut fields = Fields::default();
        fields.push("header", Node::list(table.header.iter().map(|cell| self.text(cell)).collect(), place));
        let row = |(cells, span): &(Vec<Text>, Span)| {
            let mut map = Map::default();
            for (column, cell) in cells.iter().enumerate() {
                map.push(table.column(column), self.place(cell.span), self.text(cell));
            }
            Node::map(map, self.place(*span))
        };
        fields.push("rows", Node::list(table.rows.iter().map(row).collect(), place));
        Node::map(fields.0, place)
    }

    fn link(self, link: &Link) -> Node {
        let mut fields = Fields::default();
        fields.push("text", self.text(&link.text));
        fields.push("target", self.text(&link.target));
        Node::map(fields.0, self.place(link.span))
    }
}

fn number(number: usize, place: Place) -> Node {
    Node::new(Value::Number(number as f64), place)
}

/// How many words a text has; signs that stand alone are none.
fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}
