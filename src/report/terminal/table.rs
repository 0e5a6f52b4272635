//! Tables in columns, with colour that does not count as width.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::paint::{Ink, Paint};

/// A cell: pieces of text, each in its colour.
pub(in crate::report) type Cell = Vec<(Ink, String)>;

/// A table. The first column is aligned to the left, the others as the rows say.
#[derive(Default)]
pub(in crate::report) struct Table {
    /// The rows; all have the same number of cells.
    pub(in crate::report) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The table in lines, each with so many spaces before it.
    pub(in crate::report) fn draw(&self, paint: Paint, indent: usize) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| self.rows.iter().filter_map(|row| row.get(column)).map(width).max().unwrap_or(0))
            .collect();
        let mut out = String::new();
        for row in &self.rows {
            let mut line = " ".repeat(indent);
            for (cell, column) in row.iter().zip(&widths) {
                line.extend(cell.iter().map(|(ink, text)| paint.text(*ink, text)));
                line.push_str(&" ".repeat(column - width(cell) + 2));
            }
            let _ = writeln!(out, "{}", line.trim_end());
        }
        out
    }
}

fn width(cell: &Cell) -> usize {
    cell.iter().map(|(_, text)| text.width()).sum()
}
