//! Segments to lines, from the top of a page to its end.

use super::glyphs::Segment;
use crate::syntax::extract::Run;

/// What stands at one height of a page.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) y: f64,
    pub(super) size: f64,
    /// From left to right; neighbours in different styles count as one cell.
    pub(super) cells: Vec<Cell>,
}

/// Text between two wide gaps of a line.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) runs: Vec<Run>,
    pub(super) heading: Option<usize>,
}

impl Cell {
    pub(super) fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    fn is_bold(&self) -> bool {
        self.runs.iter().all(|run| run.is_bold)
    }
}

impl Line {
    pub(super) fn text(&self) -> String {
        let cells: Vec<String> = self.cells.iter().map(Cell::text).collect();
        cells.join(" ")
    }

    pub(super) fn left(&self) -> f64 {
        self.cells.first().map_or(0.0, |cell| cell.left)
    }

    pub(super) fn right(&self) -> f64 {
        self.cells.last().map_or(0.0, |cell| cell.right)
    }

    pub(super) fn is_bold(&self) -> bool {
        self.cells.iter().all(Cell::is_bold)
    }

    pub(super) fn heading(&self) -> Option<usize> {
        self.cells.first().and_then(|cell| cell.heading)
    }
}

/// The lines of a page.
pub(super) fn of(segments: &[Segment]) -> Vec<Line> {
    let mut sorted: Vec<&Segment> = segments.iter().collect();
    // Equal heights keep the order in which they are drawn.
    sorted.sort_by(|one, other| one.y.total_cmp(&other.y));
    let mut lines: Vec<Vec<&Segment>> = Vec::new();
    for segment in sorted {
        let tolerance = 0.35 * segment.size;
        match lines.last_mut().filter(|line| line.first().is_some_and(|first| segment.y - first.y < tolerance)) {
            Some(line) => line.push(segment),
            None => lines.push(vec![segment]),
        }
    }
    lines.into_iter().map(line).collect()
}

fn line(mut segments: Vec<&Segment>) -> Line {
    segments.sort_by(|one, other| one.left.total_cmp(&other.left));
    let size = segments.iter().map(|segment| segment.size).fold(0.0, f64::max);
    let y = segments.first().map_or(0.0, |segment| segment.y);
    let mut cells: Vec<Cell> = Vec::new();
    for segment in segments {
        let run = Run { text: segment.text.clone(), is_bold: segment.is_bold };
        let joins = |cell: &Cell| segment.left - cell.right < 1.1 * size || is_label(&cell.text());
        if let Some(cell) = cells.last_mut().filter(|cell| joins(cell)) {
            let is_apart = segment.left - cell.right > 0.16 * size && !run.text.starts_with(' ');
            if let Some(last) = cell.runs.last_mut().filter(|_| is_apart) {
                last.text.push(' ');
            }
            cell.right = cell.right.max(segment.right);
            cell.runs.push(run);
        } else {
            let (left, right, heading) = (segment.left, segment.right, segment.heading);
            cells.push(Cell { left, right, runs: vec![run], heading });
        }
    }
    Line { y, size, cells }
}

/// Whether a text is the bullet or number before an item or heading, which stands far from it.
pub(super) fn is_label(text: &str) -> bool {
    let text = text.trim();
    if is_bullet(text) {
        return true;
    }
    let number = text.trim_start_matches('(').trim_end_matches(['.', ')']);
    let is_part = |part: &str| {
        let is_number = part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        !part.is_empty() && (is_number || (part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_alphabetic())))
    };
    let has_sign = number.len() < text.len() || number.contains('.');
    (has_sign || number.bytes().all(|byte| byte.is_ascii_digit())) && number.split('.').all(is_part)
}

/// Whether a text is a bullet.
pub(super) fn is_bullet(text: &str) -> bool {
    matches!(
        text,
        "•" | "◦"
            | "▪"
            | "■"
            | "●"
            | "○"
            | "‣"
            | "–"
            | "-"
            | "—"
            | "*"
            | "o"
            | "§"
            | "➢"
            | "✓"
            | "✔"
            | "\u{f0b7}"
            | "\u{f0a7}"
            | "\u{f0d8}"
            | "\u{f0fc}"
            | "☐"
            | "☑"
            | "☒"
            | "□"
    )
}
