//! A document in the order of its text, from readers that know paragraphs, items and tables as such.

use super::draft::Draft;
use super::inline::Inline;
use super::{Kind, Link, Outline, Table, Text};
use crate::syntax::tree::Span;

/// The deepest level of headings, as in Markdown.
const DEEPEST: usize = 6;

/// Puts a document together.
#[derive(Debug, Default)]
pub(crate) struct Composer {
    draft: Draft,
    /// The open lists: how deep, and what introduces them.
    lists: Vec<(usize, Option<Text>)>,
}

impl Composer {
    /// A document of which nothing is known yet; its text starts at a byte.
    pub(crate) fn new(start: usize) -> Composer {
        Composer { draft: Draft::new(start), lists: Vec::new() }
    }

    /// A heading; `text` is all that was read up to its end.
    pub(crate) fn heading(&mut self, level: usize, inline: &Inline, text: &str) {
        let heading = trimmed(&inline.text);
        if heading.text.is_empty() {
            return;
        }
        self.lists.clear();
        self.draft.section(heading.span.start as usize, text);
        let one_line = heading.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.draft.heading(level.clamp(1, DEEPEST), Text { text: one_line, span: heading.span });
    }

    /// A paragraph, quote, or code.
    pub(crate) fn block(&mut self, kind: Kind, inline: Inline) {
        let text = trimmed(&inline.text);
        if text.text.is_empty() {
            return;
        }
        self.lists.clear();
        self.draft.block(kind, text, None);
        if let Some(block) = self.draft.current.blocks.last_mut() {
            block.lines = inline.lines;
        }
    }

    /// An item of a list. Items that are deeper belong to the item before them.
    pub(crate) fn item(&mut self, depth: usize, inline: Inline, checked: Option<bool>) {
        let text = trimmed(&inline.text);
        if text.text.is_empty() {
            return;
        }
        self.lists.retain(|(known, _)| *known <= depth);
        if self.lists.last().is_none_or(|(known, _)| *known < depth) {
            let introduces = if self.lists.is_empty() { &[Kind::Paragraph, Kind::Quote][..] } else { &[Kind::Item] };
            let before = self.draft.current.blocks.last().filter(|block| introduces.contains(&block.kind));
            let lead = before.map(|block| block.text.clone());
            self.lists.push((depth, lead));
        }
        let lead = self.lists.last().and_then(|(_, lead)| lead.clone());
        self.draft.block(Kind::Item, text, lead);
        if let Some(block) = self.draft.current.blocks.last_mut() {
            block.lines = inline.lines;
            block.checked = checked;
        }
    }

    /// A table whose first row is its header.
    pub(crate) fn table(&mut self, rows: Vec<Vec<Text>>) {
        self.lists.clear();
        let mut rows = rows.into_iter().map(|row| row.iter().map(trimmed).collect::<Vec<Text>>());
        let Some(header) = rows.next() else { return };
        if header.len() == 1 && rows.len() == 0 {
            // A frame around a paragraph.
            let text = header.into_iter().next().unwrap_or_default();
            return self.draft.block(Kind::Paragraph, text, None);
        }
        let covered = |cells: &[Text]| cells.iter().map(|cell| cell.span).reduce(Span::cover).unwrap_or_default();
        if rows.len() == 0 {
            self.draft.row(&[], &header, covered(&header));
        }
        let mut table = Table { span: covered(&header), header, rows: Vec::new() };
        for cells in rows {
            let span = covered(&cells);
            self.draft.row(&table.header, &cells, span);
            table.span = table.span.cover(span);
            table.rows.push((cells, span));
        }
        self.draft.current.tables.push(table);
    }

    /// A link.
    pub(crate) fn link(&mut self, text: Text, target: String) {
        let span = text.span;
        self.draft.outline.links.push(Link { target: Text { text: target, span }, text, span });
    }

    /// The finished outline of a text.
    pub(crate) fn finish(self, text: &str) -> Outline {
        self.draft.finish(text)
    }
}

/// A text without the white space around it.
fn trimmed(text: &Text) -> Text {
    let inner = text.text.trim_end();
    let verbatim = (text.span.end - text.span.start) as usize == text.text.len();
    let end = if verbatim { text.span.end as usize - (text.text.len() - inner.len()) } else { text.span.end as usize };
    Text { text: inner.to_owned(), span: Span::new(text.span.start as usize, end) }
}
