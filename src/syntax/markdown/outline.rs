//! Sections, blocks, tables and links, in the order of the text.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use rustc_hash::FxHashMap;

use super::html;
use crate::syntax::tree::Span;

/// Plain text and where it is written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) span: Span,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Paragraph,
    Item,
    Row,
    Code,
    Quote,
    Html,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
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
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) text: Text,
    pub(super) lead: Option<Text>,
    pub(super) checked: Option<bool>,
    pub(super) cells: Vec<Text>,
    /// What the fence of a code block says it is: `bash`, `yaml`; empty where it says nothing.
    pub(super) language: String,
    /// The lines of a paragraph or item, each with the text that is bold at its start.
    pub(super) lines: Vec<Line>,
}

/// One line of a paragraph: `**label** rest`.
#[derive(Debug, Default, Clone)]
pub(super) struct Line {
    /// What is bold at its start.
    pub(super) label: Text,
    /// Everything after it.
    pub(super) rest: Text,
}

/// A table.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) header: Vec<Text>,
    pub(super) rows: Vec<(Vec<Text>, Span)>,
    pub(super) span: Span,
}

impl Table {
    /// The name of a column; `column N` where its header is empty.
    pub(super) fn column(&self, index: usize) -> String {
        match self.header.get(index) {
            Some(header) if !header.text.is_empty() => header.text.clone(),
            _ => format!("column {}", index + 1),
        }
    }
}

/// A heading and what stands under it before the next one.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) heading: Text,
    /// 1 to 6, or 0 for what stands before the first heading.
    pub(super) level: usize,
    pub(super) path: String,
    pub(super) slug: String,
    pub(super) blocks: Vec<Block>,
    pub(super) tables: Vec<Table>,
    pub(super) span: Span,
}

/// A link.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) text: Text,
    pub(super) target: Text,
    pub(super) span: Span,
}

/// A whole document.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) sections: Vec<Section>,
    pub(super) links: Vec<Link>,
}

/// Reads the text from byte `start` on.
pub(super) fn read(text: &str, start: usize) -> Outline {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let body = text.get(start..).unwrap_or("");
    let mut builder = Builder { text, start, ..Builder::default() };
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        builder.event(event, range.start + start..range.end + start);
    }
    builder.finish()
}

/// Inline text under construction.
#[derive(Debug, Default)]
struct Inline {
    text: Text,
    lines: Vec<Line>,
    /// How many `strong` are open.
    bold: usize,
}

impl Inline {
    fn push(&mut self, text: &str, range: Range<usize>) {
        let span = Span::new(range.start, range.end);
        append(&mut self.text, text, span);
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        if let Some(line) = self.lines.last_mut() {
            let starts = line.rest.text.is_empty();
            append(if self.bold > 0 && starts { &mut line.label } else { &mut line.rest }, text, span);
        }
    }

    /// Takes in the signs around marked text that has ended.
    fn cover(&mut self, range: Range<usize>) {
        let span = Span::new(range.start, range.end);
        if !self.text.text.is_empty() {
            self.text.span = self.text.span.cover(span);
        }
        let Some(line) = self.lines.last_mut() else { return };
        if !line.rest.text.is_empty() && span.start >= line.label.span.end {
            line.rest.span = line.rest.span.cover(span);
        } else if line.rest.text.is_empty() && !line.label.text.is_empty() {
            line.label.span = line.label.span.cover(span);
        }
    }

    fn line_end(&mut self, sign: &str) {
        self.text.text.push_str(sign);
        self.lines.push(Line::default());
    }
}

/// Adds text at the end; white space at the very start is left out.
fn append(to: &mut Text, text: &str, span: Span) {
    if !to.text.is_empty() {
        to.span = to.span.cover(span);
        to.text.push_str(text);
        return;
    }
    let trimmed = text.trim_start();
    to.text.push_str(trimmed);
    let verbatim = (span.end - span.start) as usize == text.len();
    let skipped = if verbatim { text.len() - trimmed.len() } else { 0 };
    to.span = Span::new(span.start as usize + skipped, span.end as usize);
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
    start: usize,
    outline: Outline,
    current: Section,
    /// Headings above: level and text.
    above: Vec<(usize, String)>,
    /// How often a slug was given.
    slugs: FxHashMap<String, usize>,
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
                if let Some(block) = self.items.last().and_then(|item| self.current.blocks.get_mut(item.block)) {
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
                    self.section(range.start);
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
                self.items.push(Item { block: self.current.blocks.len() });
                let text = Text { text: String::new(), span: Span::new(range.start, range.start) };
                let lead = self.lists.last().cloned().flatten();
                self.block(Kind::Item, text, lead);
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
                self.current.tables.push(table);
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
        let text = self.text.get(range.clone()).unwrap_or("");
        let start = range.start + text.len() - text.trim_start().len();
        Span::new(start, start + text.trim().len())
    }

    fn block(&mut self, kind: Kind, text: Text, lead: Option<Text>) {
        let (checked, cells, lines) = (None, Vec::new(), Vec::new());
        let language = String::new();
        self.current.blocks.push(Block { kind, text, lead, checked, cells, language, lines });
    }

    /// Ends the inline text: it belongs to the innermost open item, or is a block of its own.
    fn flush(&mut self) {
        let inline = std::mem::take(&mut self.inline);
        let text = Text { text: inline.text.text.trim().to_owned(), span: inline.text.span };
        if text.text.is_empty() {
            return;
        }
        if let Some(block) = self.items.last().and_then(|item| self.current.blocks.get_mut(item.block)) {
            if !block.text.text.is_empty() {
                block.text.text.push(' ');
            }
            append(&mut block.text, &text.text, text.span);
            block.lines.extend(inline.lines);
            return;
        }
        let kind = if self.quotes > 0 { Kind::Quote } else { Kind::Paragraph };
        self.block(kind, text, None);
        if let Some(block) = self.current.blocks.last_mut() {
            block.lines = inline.lines;
        }
    }

    /// What introduces a list: the item it is in, or the paragraph right before it.
    fn lead(&self) -> Option<Text> {
        let block = match self.items.last() {
            Some(item) => self.current.blocks.get(item.block),
            None => self.current.blocks.last().filter(|block| matches!(block.kind, Kind::Paragraph | Kind::Quote)),
        };
        block.map(|block| block.text.clone()).filter(|text| !text.text.is_empty())
    }

    fn raw_block(&mut self, kind: Kind, range: Range<usize>) {
        let raw = self.raw.take().unwrap_or_default();
        let text = if kind == Kind::Html { html::text(&raw) } else { raw.trim_end().to_owned() };
        if !text.is_empty() {
            let span = self.trimmed(range);
            self.block(kind, Text { text, span }, None);
            if let Some(block) = self.current.blocks.last_mut() {
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
        let words: Vec<&str> = cells.iter().map(|cell| cell.text.as_str()).filter(|text| !text.is_empty()).collect();
        let text = Text { text: words.join(" | "), span };
        let lead = self.header();
        self.block(Kind::Row, text, lead);
        if let Some(block) = self.current.blocks.last_mut() {
            block.cells.clone_from(&cells);
        }
        self.table.rows.push((cells, span));
    }

    /// The header of the open table as one text.
    fn header(&self) -> Option<Text> {
        let mut cells = self.table.header.iter().filter(|cell| !cell.text.is_empty());
        let mut header = cells.next()?.clone();
        for cell in cells {
            header.text = format!("{} | {}", header.text, cell.text);
            header.span = header.span.cover(cell.span);
        }
        Some(header)
    }

    fn link(&mut self) {
        let Some((target, from, span)) = self.links.pop() else { return };
        let text = self.inline.text.text.get(from..).unwrap_or("").to_owned();
        self.outline.links.push(Link { text: Text { text, span }, target, span });
    }

    /// A link's target, at its own place where it is written in the link.
    fn target(&self, target: &str, span: Span) -> Text {
        let written = span.slice(self.text);
        let at = written.rfind(target).filter(|_| !target.is_empty()).map(|at| span.start as usize + at);
        let span = at.map_or(span, |at| Span::new(at, at + target.len()));
        Text { text: target.to_owned(), span }
    }

    /// Ends the current section where another one starts.
    fn section(&mut self, end: usize) {
        let mut section = std::mem::take(&mut self.current);
        let start = if section.level == 0 { self.start } else { section.span.start as usize };
        section.span = self.trimmed(start..end);
        if section.level > 0 || !section.blocks.is_empty() {
            self.outline.sections.push(section);
        }
        self.current.span = Span::new(end, end);
        // Marks that the section has begun; the heading's end gives the level.
        self.current.level = 1;
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
        self.above.retain(|(above, _)| *above < level);
        self.above.push((level, text.clone()));
        let path: Vec<&str> = self.above.iter().map(|(_, heading)| heading.as_str()).collect();
        self.current.path = path.join(" > ");
        self.current.slug = self.slug(&text);
        self.current.level = level;
        self.current.heading = Text { text, span };
    }

    /// The anchor that GitHub gives a heading.
    fn slug(&mut self, heading: &str) -> String {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let slug: String = kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect();
        let seen = self.slugs.entry(slug.clone()).or_insert(0);
        *seen += 1;
        if *seen > 1 { format!("{slug}-{}", *seen - 1) } else { slug }
    }

    fn finish(mut self) -> Outline {
        self.flush();
        self.section(self.text.len());
        // Items whose whole content is a nested list say nothing themselves.
        for section in &mut self.outline.sections {
            section.blocks.retain(|block| !block.text.text.is_empty());
        }
        self.outline
    }
}
