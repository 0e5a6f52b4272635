//! Sections, blocks, tables and links, in the order of the text.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::html;
use crate::syntax::outline::draft::{self, Draft};
use crate::syntax::outline::inline::{Inline, append};
use crate::syntax::outline::{Kind, Link, Outline, Table, Text};
use crate::syntax::tree::Span;

/// Reads the text from byte `start` on.
pub(super) fn read(text: &str, start: usize) -> Outline {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let body = text.get(start..).unwrap_or("");
    let mut builder = Builder { text, draft: Draft::new(start), ..Builder::default() };
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        builder.event(event, range.start + start..range.end + start);
    }
    builder.finish()
}

/// A list item that is open.
#[derive(Debug)]
struct Item {
    /// Its block among those of the section.
    block: usize,
}

#[derive(Default)]
struct Builder<'a> {
    text: &'a str,
    draft: Draft,
    inline: Inline,
    quotes: usize,
    /// For each open list its lead.
    lists: Vec<Option<Text>>,
    items: Vec<Item>,
    /// The raw text of an open HTML or code block.
    raw: Option<String>,
    /// What the open code block says it is.
    language: String,
    table: Table,
    cells: Vec<Text>,
    /// Open links: target, where the text starts in the inline text, whole span.
    links: Vec<(Text, usize, Span)>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.open(tag, range),
            Event::End(tag) => self.close(tag, range),
            Event::Text(text) | Event::Html(text) if self.raw.is_some() => {
                if let Some(raw) = &mut self.raw {
                    raw.push_str(&text);
                }
            }
            Event::Text(text) | Event::Code(text) => self.inline.push(&text, range),
            Event::SoftBreak => self.inline.line_end(" "),
            Event::HardBreak => self.inline.line_end("\n"),
            Event::InlineHtml(tag) if html::is_break(&tag) => self.inline.line_end("\n"),
            Event::InlineHtml(tag) if html::is_blank(&tag) => self.inline.push(&tag, range),
            Event::TaskListMarker(checked) => {
                if let Some(block) = self.items.last().and_then(|item| self.draft.current.blocks.get_mut(item.block)) {
                    block.checked = Some(checked);
                }
            }
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::Rule
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
        }
    }

    fn open(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { .. } => {
                self.flush();
                if self.at_top() {
                    self.draft.section(range.start, self.text);
                }
            }
            Tag::Paragraph => self.flush(),
            Tag::BlockQuote(_) => {
                self.flush();
                self.quotes += 1;
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                self.raw = Some(String::new());
                self.language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split([' ', ',', '{', '\t']).next().unwrap_or("").to_lowercase()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
            }
            Tag::HtmlBlock => {
                self.flush();
                self.raw = Some(String::new());
            }
            Tag::List(_) => {
                self.flush();
                self.lists.push(self.lead());
            }
            Tag::Item => {
                self.items.push(Item { block: self.draft.current.blocks.len() });
                let text = Text { text: String::new(), span: Span::new(range.start, range.start) };
                let lead = self.lists.last().cloned().flatten();
                self.draft.block(Kind::Item, text, lead);
            }
            Tag::Table(_) => {
                self.flush();
                self.table = Table { span: self.trimmed(range), ..Table::default() };
            }
            Tag::Strong => self.inline.bold += 1,
            Tag::Link { dest_url, .. } => {
                let span = self.trimmed(range);
                let target = self.target(&dest_url, span);
                self.links.push((target, self.inline.text.text.len(), span));
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Heading(level) => self.heading(level, range),
            TagEnd::Paragraph => self.flush(),
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::CodeBlock => self.raw_block(Kind::Code, range),
            TagEnd::HtmlBlock => self.raw_block(Kind::Html, range),
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::Item => {
                self.flush();
                self.items.pop();
            }
            TagEnd::TableCell => {
                let cell = self.cell(range);
                self.cells.push(cell);
            }
            TagEnd::TableHead => self.table.header = std::mem::take(&mut self.cells),
            TagEnd::TableRow => self.row(range),
            TagEnd::Table => {
                let table = std::mem::take(&mut self.table);
                self.draft.current.tables.push(table);
            }
            TagEnd::Strong => {
                self.inline.bold = self.inline.bold.saturating_sub(1);
                self.inline.cover(range);
            }
            TagEnd::Emphasis | TagEnd::Strikethrough => self.inline.cover(range),
            TagEnd::Link => {
                self.inline.cover(range);
                self.link();
            }
            _ => {}
        }
    }

    /// Whether nothing that holds blocks is open.
    fn at_top(&self) -> bool {
        self.quotes == 0 && self.items.is_empty()
    }

    /// A range without the white space around it.
    fn trimmed(&self, range: Range<usize>) -> Span {
        draft::trimmed(self.text, range)
    }

    /// Ends the inline text: it belongs to the innermost open item, or is a block of its own.
    fn flush(&mut self) {
        let inline = std::mem::take(&mut self.inline);
        let text = Text { text: inline.text.text.trim().to_owned(), span: inline.text.span };
        if text.text.is_empty() {
            return;
        }
        if let Some(block) = self.items.last().and_then(|item| self.draft.current.blocks.get_mut(item.block)) {
            if !block.text.text.is_empty() {
                block.text.text.push(' ');
            }
            append(&mut block.text, &text.text, text.span);
            block.lines.extend(inline.lines);
            return;
        }
        let kind = if self.quotes > 0 { Kind::Quote } else { Kind::Paragraph };
        self.draft.block(kind, text, None);
        if let Some(block) = self.draft.current.blocks.last_mut() {
            block.lines = inline.lines;
        }
    }

    /// What introduces a list: the item it is in, or the paragraph right before it.
    fn lead(&self) -> Option<Text> {
        let block = match self.items.last() {
            Some(item) => self.draft.current.blocks.get(item.block),
            None => {
                self.draft.current.blocks.last().filter(|block| matches!(block.kind, Kind::Paragraph | Kind::Quote))
            }
        };
        block.map(|block| block.text.clone()).filter(|text| !text.text.is_empty())
    }

    fn raw_block(&mut self, kind: Kind, range: Range<usize>) {
        let raw = self.raw.take().unwrap_or_default();
        let text = if kind == Kind::Html { html::text(&raw) } else { raw.trim_end().to_owned() };
        if !text.is_empty() {
            let span = self.trimmed(range);
            self.draft.block(kind, Text { text, span }, None);
            if let Some(block) = self.draft.current.blocks.last_mut() {
                block.language = std::mem::take(&mut self.language);
            }
        }
    }

    fn cell(&mut self, range: Range<usize>) -> Text {
        let inline = std::mem::take(&mut self.inline);
        Text { text: inline.text.text.trim().to_owned(), span: self.trimmed(range) }
    }

    fn row(&mut self, range: Range<usize>) {
        let cells = std::mem::take(&mut self.cells);
        let span = self.trimmed(range);
        self.draft.row(&self.table.header, &cells, span);
        self.table.rows.push((cells, span));
    }

    fn link(&mut self) {
        let Some((target, from, span)) = self.links.pop() else { return };
        let text = self.inline.text.text.get(from..).unwrap_or("").to_owned();
        self.draft.outline.links.push(Link { text: Text { text, span }, target, span });
    }

    /// A link's target, at its own place where it is written in the link.
    fn target(&self, target: &str, span: Span) -> Text {
        let written = span.slice(self.text);
        let at = written.rfind(target).filter(|_| !target.is_empty()).map(|at| span.start as usize + at);
        let span = at.map_or(span, |at| Span::new(at, at + target.len()));
        Text { text: target.to_owned(), span }
    }

    fn heading(&mut self, level: HeadingLevel, range: Range<usize>) {
        if !self.at_top() {
            self.flush();
            return;
        }
        let level = level as usize;
        let inline = std::mem::take(&mut self.inline);
        let text = inline.text.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let span = if text.is_empty() { self.trimmed(range) } else { inline.text.span };
        self.draft.heading(level, Text { text, span });
    }

    fn finish(mut self) -> Outline {
        self.flush();
        self.draft.finish(self.text)
    }
}
