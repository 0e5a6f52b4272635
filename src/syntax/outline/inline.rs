//! Inline text: what a paragraph says and which part of each line is bold.

use std::ops::Range;

use super::{Line, Text};
use crate::syntax::tree::Span;

/// Inline text under construction.
#[derive(Debug, Default)]
pub(crate) struct Inline {
    pub(crate) text: Text,
    pub(crate) lines: Vec<Line>,
    /// How many `strong` are open.
    pub(crate) bold: usize,
}

impl Inline {
    pub(crate) fn push(&mut self, text: &str, range: Range<usize>) {
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

    /// Leaves letters at the start out.
    pub(crate) fn skip(&mut self, is_left_out: impl Fn(char) -> bool + Copy) {
        let first = self.lines.first_mut();
        let label = first.map(|line| if line.label.text.is_empty() { &mut line.rest } else { &mut line.label });
        for text in std::iter::once(&mut self.text).chain(label) {
            let kept = text.text.trim_start_matches(is_left_out);
            let skipped = text.text.len() - kept.len();
            let start = (text.span.start as usize + skipped).min(text.span.end as usize);
            *text = Text { text: kept.to_owned(), span: Span::new(start, text.span.end as usize) };
        }
    }

    /// Takes in the signs around marked text that has ended.
    pub(crate) fn cover(&mut self, range: Range<usize>) {
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

    pub(crate) fn line_end(&mut self, sign: &str) {
        self.text.text.push_str(sign);
        self.lines.push(Line::default());
    }
}

/// Adds text at the end; white space at the very start is left out.
pub(crate) fn append(to: &mut Text, text: &str, span: Span) {
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
