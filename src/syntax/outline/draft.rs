//! An outline under construction.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::{Block, Kind, Outline, Section, Text};
use crate::syntax::tree::Span;

/// Collects blocks under the heading that is open.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Where the text starts.
    start: usize,
    /// What is done.
    pub(crate) outline: Outline,
    /// The section that is open.
    pub(crate) current: Section,
    /// Headings above: level and text.
    above: Vec<(usize, String)>,
    /// How often a slug was given.
    slugs: FxHashMap<String, usize>,
}

impl Draft {
    /// An outline of what stands from byte `start` on.
    pub(crate) fn new(start: usize) -> Draft {
        Draft { start, ..Draft::default() }
    }

    /// Adds a block to the section that is open.
    pub(crate) fn block(&mut self, kind: Kind, text: Text, lead: Option<Text>) {
        let (checked, cells, lines) = (None, Vec::new(), Vec::new());
        let language = String::new();
        self.current.blocks.push(Block { kind, text, lead, checked, cells, language, lines });
    }

    /// Adds the row of a table as a block.
    pub(crate) fn row(&mut self, header: &[Text], cells: &[Text], span: Span) {
        let text = joined(cells).map(|row| row.text).unwrap_or_default();
        self.block(Kind::Row, Text { text, span }, joined(header));
        if let Some(block) = self.current.blocks.last_mut() {
            block.cells = cells.to_vec();
        }
    }

    /// Ends the current section where another one starts; `text` is that of the document.
    pub(crate) fn section(&mut self, end: usize, text: &str) {
        let mut section = std::mem::take(&mut self.current);
        let start = if section.level == 0 { self.start } else { section.span.start as usize };
        section.span = trimmed(text, start..end);
        if section.level > 0 || !section.blocks.is_empty() {
            self.outline.sections.push(section);
        }
        self.current.span = Span::new(end, end);
        // Marks that the section has begun; the heading's end gives the level.
        self.current.level = 1;
    }

    /// Gives the section that has begun its heading.
    pub(crate) fn heading(&mut self, level: usize, heading: Text) {
        self.above.retain(|(above, _)| *above < level);
        self.above.push((level, heading.text.clone()));
        let path: Vec<&str> = self.above.iter().map(|(_, heading)| heading.as_str()).collect();
        self.current.path = path.join(" > ");
        self.current.slug = self.slug(&heading.text);
        self.current.level = level;
        self.current.heading = heading;
    }

    /// The anchor that GitHub gives a heading.
    fn slug(&mut self, heading: &str) -> String {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let slug: String = kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect();
        let seen = self.slugs.entry(slug.clone()).or_insert(0);
        *seen += 1;
        if *seen > 1 { format!("{slug}-{}", *seen - 1) } else { slug }
    }

    /// The finished outline.
    pub(crate) fn finish(mut self, text: &str) -> Outline {
        self.section(text.len(), text);
        // Items whose whole content is a nested list say nothing themselves.
        for section in &mut self.outline.sections {
            section.blocks.retain(|block| !block.text.text.is_empty());
        }
        self.outline
    }
}

/// The cells that say something as one text.
pub(crate) fn joined(cells: &[Text]) -> Option<Text> {
    let mut cells = cells.iter().filter(|cell| !cell.text.is_empty());
    let mut joined = cells.next()?.clone();
    for cell in cells {
        joined.text.push_str(" | ");
        joined.text.push_str(&cell.text);
        joined.span = joined.span.cover(cell.span);
    }
    Some(joined)
}

/// A range without the white space around it.
pub(crate) fn trimmed(text: &str, range: Range<usize>) -> Span {
    let inner = text.get(range.clone()).unwrap_or("");
    let start = range.start + inner.len() - inner.trim_start().len();
    Span::new(start, start + inner.trim().len())
}
