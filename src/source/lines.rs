//! The one place where byte offsets become lines and columns.

use std::ops::Range;

/// A position as people and SARIF count: lines and columns from 1, columns in Unicode code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in Unicode code points, from 1.
    pub column: u32,
}

/// Where the lines of a text begin.
#[derive(Debug)]
pub struct LineIndex<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> LineIndex<'t> {
    /// Finds the lines. A line ends with `\n` or `\r\n`. A byte order mark belongs to the file and not to its first
    /// line: no editor counts it, and neither does SARIF.
    pub fn new(text: &'t str) -> LineIndex<'t> {
        let first = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(offset, _)| offset + 1);
        LineIndex { text, starts: std::iter::once(first).chain(breaks).collect() }
    }

    /// The position of a byte offset; offsets past the end are the end's.
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor_boundary(self.text, offset).max(self.starts.first().copied().unwrap_or(0));
        let index = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or(0);
        let column = self.text[start..offset].chars().count() + 1;
        Position { line: count(index + 1), column: count(column) }
    }

    /// How many lines there are.
    pub fn len(&self) -> u32 {
        count(self.starts.len())
    }

    /// Whether the text has no line; it always has one.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The byte range of a line, from 1, without its line break.
    pub fn line(&self, line: u32) -> Range<usize> {
        let index = (line as usize).saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or(self.text.len());
        let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
        let line = self.text[start..end].trim_end_matches(['\n', '\r']);
        start..start + line.len()
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let text = "\u{feff}a: b\nc";
        let index = LineIndex::new(text);
        assert_eq!(index.position(0), Position { line: 1, column: 1 });
        assert_eq!(index.position(text.find('b').expect("b is there")), Position { line: 1, column: 4 });
        assert_eq!(index.position(text.len()), Position { line: 2, column: 2 });
        assert_eq!(&text[index.line(1)], "a: b");
        assert_eq!(LineIndex::new("\u{feff}").position(9), Position { line: 1, column: 1 });
    }

    #[test]
    fn columns_count_code_points_and_lines_end_with_either_break() {
        let text = "a\r\né😀x\nlast";
        let index = LineIndex::new(text);
        let x = text.find('x').expect("x is there");
        assert_eq!(index.position(x), Position { line: 2, column: 3 });
        assert_eq!(index.position(text.len()), Position { line: 3, column: 5 });
        assert_eq!(index.position(9_999), Position { line: 3, column: 5 });
        assert_eq!(&text[index.line(1)], "a");
        assert_eq!(&text[index.line(2)], "é😀x");
        assert_eq!(index.len(), 3);
    }
}
