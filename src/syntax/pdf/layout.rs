//! Lines to headings, paragraphs, items and tables.

use super::glyphs::Page;
use super::lines::{self, Line};
use super::measure::{self, Measure};
use super::table;
use crate::syntax::extract::{Run, Writer};
use crate::syntax::office::{Piece, Role, numbering};
use crate::syntax::tree::At;

/// A heading has at most this many words.
const LONGEST_HEADING: usize = 14;

/// The pieces of a document, in the order of its pages.
pub(super) fn pieces(pages: &[Page], writer: &mut Writer) -> Vec<Piece> {
    let pages: Vec<Vec<Line>> = pages.iter().map(|page| lines::of(&page.segments)).collect();
    let measure = Measure::of(&pages);
    let mut layout = Layout { measure, writer, pieces: Vec::new(), open: None, page: 0, paragraph: 0 };
    for (index, lines) in pages.iter().enumerate() {
        layout.page = u16::try_from(index + 1).unwrap_or(u16::MAX);
        layout.paragraph = 0;
        layout.lines(lines);
        if layout.writer.is_full() {
            break;
        }
    }
    layout.close();
    layout.pieces
}

/// A paragraph, item or heading that may go on in the next line.
#[derive(Debug)]
struct Open {
    role: Role,
    runs: Vec<Run>,
    at: At,
    last: Line,
}

struct Layout<'a> {
    measure: Measure,
    writer: &'a mut Writer,
    pieces: Vec<Piece>,
    open: Option<Open>,
    page: u16,
    paragraph: u32,
}

impl Layout<'_> {
    fn lines(&mut self, lines: &[Line]) {
        let mut index = 0;
        let mut above: Option<f64> = None;
        while let Some(line) = lines.get(index) {
            if is_contents(&line.text()) {
                self.close();
            } else if let Some(end) = table::end(lines, index, &self.measure) {
                self.close();
                self.table(lines.get(index..end).unwrap_or_default());
                index = end - 1;
            } else {
                let gap = above.map_or(f64::INFINITY, |above| line.y - above);
                let below = lines.get(index + 1).map_or(f64::INFINITY, |next| next.y - line.y);
                self.line(line, gap, below);
            }
            above = lines.get(index).map(|line| line.y);
            index += 1;
        }
    }

    fn line(&mut self, line: &Line, gap: f64, below: f64) {
        if self.measure.is_title(line, self.page) {
            return self.extend_or_start(Role::Title, line, gap);
        }
        if let Some(level) = self.heading(line, gap, below) {
            return self.extend_or_start(Role::Heading(level), line, gap);
        }
        if let Some(runs) = item(line) {
            self.close();
            let depth = self.measure.depth(line.left());
            self.start(Role::Item(depth), runs, line);
        } else if self.goes_on(line, gap) {
            self.extend(line);
        } else {
            self.close();
            let runs = runs(line);
            self.start(Role::Plain { is_bold: line.is_bold() }, runs, line);
        }
    }

    /// Whether a line belongs to the paragraph or item that is open.
    fn goes_on(&self, line: &Line, gap: f64) -> bool {
        let Some(open) = &self.open else { return false };
        let text = open.last.text();
        let text = text.trim_end();
        if !matches!(open.role, Role::Plain { .. } | Role::Item(_)) || (line.size - open.last.size).abs() > 0.7 {
            return false;
        }
        if gap.is_infinite() {
            // A paragraph that goes on on the next page.
            let is_open_end = !text.ends_with(['.', ':', ';', '!', '?']);
            return is_open_end && line.text().starts_with(|letter: char| letter.is_lowercase());
        }
        if gap > self.measure.paragraph_gap(line.size) {
            return false;
        }
        let is_short = open.last.right() < self.measure.right - 0.22 * (self.measure.right - self.measure.left);
        let is_end = text.ends_with(['.', '!', '?', ':', ';']);
        match open.role {
            Role::Item(_) => {
                line.left() > open.last.left() - 1.0 && !(is_end && is_short && line.left() <= self.measure.left + 1.0)
            }
            _ => !(is_end && is_short) || is_pair(&line.text()),
        }
    }

    fn heading(&self, line: &Line, gap: f64, below: f64) -> Option<usize> {
        let text = line.text();
        let text = text.trim();
        let words = text.split_whitespace().count();
        if let Some(level) = line.heading() {
            return Some(level);
        }
        let starts = text.starts_with(|letter: char| letter.is_alphanumeric());
        let is_sentence = text.ends_with(['.', ',', ';', ':']) && numbering(text).is_none_or(|_| !text.ends_with('.'));
        if self.measure.is_tagged
            || words == 0
            || words > LONGEST_HEADING
            || !starts
            || is_sentence
            || line.cells.len() > 1
        {
            return None;
        }
        let number = numbering(text);
        if self.measure.is_large(line.size) {
            return Some(number.unwrap_or_else(|| self.measure.rank(line.size)));
        }
        let normal = self.measure.paragraph_gap(line.size);
        let is_apart = gap > normal;
        let is_bold = line.is_bold() && !self.measure.is_bold && !is_pair(text);
        let is_title_case = text
            .split_whitespace()
            .find(|word| word.contains(char::is_alphabetic))
            .is_some_and(|word| word.starts_with(char::is_uppercase));
        let is_numbered = is_title_case
            && match number {
                Some(1) => is_apart && below > normal && words <= 7,
                Some(_) => words <= 10 && (is_apart || below > normal),
                None => false,
            };
        if is_bold && (is_apart || number.is_some()) || is_numbered {
            let deepest = self.measure.sizes.len() + 1;
            return Some(number.unwrap_or(if self.measure.is_numbered { deepest.max(2) } else { deepest }));
        }
        None
    }

    /// A title or heading may take several lines.
    fn extend_or_start(&mut self, role: Role, line: &Line, gap: f64) {
        let goes_on = self.open.as_ref().is_some_and(|open| {
            let same = open.role == role && (open.last.size - line.size).abs() < 0.5;
            same && gap < 1.6 * line.size && numbering(&line.text()).is_none()
        });
        if goes_on {
            return self.extend(line);
        }
        self.close();
        self.start(role, runs(line), line);
    }

    fn start(&mut self, role: Role, runs: Vec<Run>, line: &Line) {
        self.paragraph += 1;
        let at = At::Paragraph { page: self.page, paragraph: self.paragraph };
        self.open = Some(Open { role, runs, at, last: line.clone() });
    }

    fn extend(&mut self, line: &Line) {
        let Some(open) = &mut self.open else { return };
        let mut next = runs(line);
        let breaks = is_pair(&open.last.text()) && is_pair(&line.text());
        measure::join(&mut open.runs, &mut next, if breaks { '\n' } else { ' ' });
        open.runs.append(&mut next);
        open.last = line.clone();
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let inline = self.writer.paragraph(open.at, &open.runs);
        self.pieces.push(Piece::Paragraph { role: open.role, inline, links: Vec::new() });
    }

    fn table(&mut self, lines: &[Line]) {
        let mut rows = Vec::new();
        for row in table::rows(lines, &self.measure) {
            self.paragraph += 1;
            let at = At::Paragraph { page: self.page, paragraph: self.paragraph };
            rows.push(row.into_iter().map(|cell| self.writer.paragraph(at, &cell).text).collect());
        }
        self.pieces.push(Piece::Table(rows));
    }
}

fn runs(line: &Line) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for cell in &line.cells {
        if let Some(last) = runs.last_mut() {
            last.text.push(' ');
        }
        runs.extend(cell.runs.iter().cloned());
    }
    runs
}

/// The text of an item without its bullet or number; `None` for a line that starts with none.
fn item(line: &Line) -> Option<Vec<Run>> {
    let mut runs = runs(line);
    let is_alone = runs.len() == 1;
    let first = runs.first_mut()?;
    let (label, rest) = match first.text.trim_start().split_once(' ') {
        Some((label, rest)) => (label.to_owned(), rest.to_owned()),
        None if !is_alone => (first.text.trim().to_owned(), String::new()),
        None => return None,
    };
    let is_box = matches!(label.as_str(), "☐" | "☑" | "☒");
    let is_number = lines::is_label(&label) && label.ends_with(['.', ')']);
    if !lines::is_bullet(&label) && !is_number {
        return None;
    }
    if !is_box {
        runs.first_mut()?.text = rest;
    }
    Some(runs)
}

/// A line of a table of contents: dots lead to the number of a page.
fn is_contents(text: &str) -> bool {
    let text = text.trim_end();
    let rest = text.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end();
    rest.len() < text.len() && (rest.ends_with("....") || rest.ends_with(". . .") || rest.ends_with("…"))
}

/// `Owner: Edda Falk`.
fn is_pair(text: &str) -> bool {
    text.split_once(':').is_some_and(|(name, value)| {
        (1..=4).contains(&name.split_whitespace().count())
            && name.starts_with(char::is_uppercase)
            && value.starts_with([' ', '\t'])
    })
}
