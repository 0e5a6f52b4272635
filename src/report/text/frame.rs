//! A finding with the code it stands in.
//!
//! ```text
//! high: ACL `public-read` lets everyone read the objects
//!    ╭▸ infra/storage.tf:12:12
//! 11 │   bucket = "invoices"
//! 12 │   acl    = "public-read"
//!    │             ━━━━━━━━━━━ aws_s3_bucket.invoices
//!    ├ help: set the ACL to `private`
//!    ╰ aws/s3/public-acl · evidence relevant to A.8.3, A.5.15
//! ```
//!
//! The frame is drawn here and not by a library, because it must never panic, whatever the scanned text holds: the
//! region may be cut, wide or empty, and the lines may be long or hold control characters.

use std::borrow::Cow;

use crate::engine::assessment::{Location, Region};
use crate::report::terminal::{Ink, Paint, Strip, wrapped};
use crate::report::words;

/// Lines of a region that are shown.
const MOST_LINES: u32 = 5;

/// One finding as it is drawn.
pub(super) struct Frame<'a> {
    /// The word before the message and its colour: the severity, or `unknown`.
    pub(super) head: (&'a str, Ink),
    /// The message.
    pub(super) message: &'a str,
    /// Where.
    pub(super) location: &'a Location,
    /// Whether the code is shown; several findings at one place show it once.
    pub(super) with_code: bool,
    /// What is marked: the address of the resource.
    pub(super) label: &'a str,
    /// What is said below the code.
    pub(super) notes: Vec<Note<'a>>,
}

/// What is said below the code.
pub(super) struct Note<'a> {
    /// `help`, `missing`; empty for what the eye may skip.
    pub(super) head: &'static str,
    /// The text.
    pub(super) text: Cow<'a, str>,
}

/// Draws a frame; ends with a line break.
pub(super) fn draw(frame: &Frame<'_>, paint: Paint, width: usize) -> String {
    let region = frame.location.region.as_deref();
    let code = region.filter(|_| frame.with_code).map(shown).unwrap_or_default();
    let gutter = code.last().map_or(1, |line| line.number.to_string().len());
    let mut canvas = Canvas { paint, gutter, width, out: String::new() };
    canvas.title(frame);
    canvas.below("╭▸", &origin(frame, code.is_empty()));
    if let Some(region) = region.filter(|_| !code.is_empty()) {
        canvas.code(&code, region, frame.label);
    }
    for (index, note) in frame.notes.iter().enumerate() {
        canvas.note(note, index + 1 == frame.notes.len());
    }
    canvas.out
}

/// `path:line:column` as terminals and editors make links of it, or the place in words; with the resource where no code
/// has it as its label.
fn origin(frame: &Frame<'_>, names_resource: bool) -> String {
    let path = words::printable(&frame.location.path);
    let label = words::printable(frame.label);
    match (&frame.location.region, &frame.location.words) {
        _ if path.is_empty() => label.into_owned(),
        (Some(region), _) if names_resource && path != label => {
            format!("{path}:{}:{} ({label})", region.start_line, region.start_column)
        }
        (Some(region), _) => format!("{path}:{}:{}", region.start_line, region.start_column),
        (None, Some(words)) => format!("{path}, {words} ({label})"),
        (None, None) if path == label => path.into_owned(),
        (None, None) => format!("{path} ({label})"),
    }
}

/// A line of code.
struct Line<'a> {
    number: u32,
    text: &'a str,
    /// Whether the region is in it.
    marked: bool,
}

/// The lines of the region, at most so many, and one on each side unless it is blank. Nothing where the lines around
/// the region were cut so that it is not among them.
fn shown(region: &Region) -> Vec<Line<'_>> {
    let last = region.end_line.min(region.start_line.saturating_add(MOST_LINES - 1));
    let near = region.start_line.saturating_sub(1)..=last.saturating_add(1);
    let numbered = (region.context.first_line..).zip(region.context.text.split('\n'));
    let lines: Vec<Line<'_>> = numbered
        .filter(|(number, _)| near.contains(number))
        .map(|(number, text)| Line { number, text, marked: (region.start_line..=last).contains(&number) })
        .filter(|line| line.marked || !line.text.trim().is_empty())
        .collect();
    if lines.iter().any(|line| line.marked) { lines } else { Vec::new() }
}

/// Where a frame is drawn.
struct Canvas {
    paint: Paint,
    gutter: usize,
    width: usize,
    out: String,
}

impl Canvas {
    fn push(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// A line without a number.
    fn below(&mut self, sign: &str, text: &str) {
        let line = format!("{:1$} {2} {text}", "", self.gutter, self.paint.text(Ink::Frame, sign));
        self.push(&line);
    }

    fn title(&mut self, frame: &Frame<'_>) {
        let (head, ink) = frame.head;
        let indent = head.len() + 2;
        let message = words::one_line(frame.message);
        let lines = wrapped(&words::printable(&message), self.width.saturating_sub(indent));
        for (index, line) in lines.iter().enumerate() {
            let text = match index {
                0 => format!("{}{}", self.paint.text(ink, head), self.paint.text(Ink::Bold, &format!(": {line}"))),
                _ => format!("{:indent$}{}", "", self.paint.text(Ink::Bold, line)),
            };
            self.push(&text);
        }
    }

    fn code(&mut self, code: &[Line<'_>], region: &Region, label: &str) {
        let several = code.iter().filter(|line| line.marked).count() > 1;
        let room = self.width.saturating_sub(self.gutter + 5).max(20);
        for line in code {
            let strip = Strip::cut(line.text.trim_end_matches('\r'), marks(line, region), room);
            let bar = match (several, line.marked) {
                (false, _) => String::new(),
                (true, true) => format!("{} ", self.paint.text(Ink::Bad, "┃")),
                (true, false) => "  ".to_string(),
            };
            let number = self.paint.text(Ink::Frame, &format!("{:>1$} │", line.number, self.gutter));
            let text = if line.marked { strip.text } else { self.paint.text(Ink::Dim, &strip.text) };
            self.push(&format!("{number} {bar}{text}"));
            if line.marked && !several {
                let underline = self.paint.text(Ink::Bad, &"━".repeat(strip.length));
                let label = words::printable(label);
                let fits = strip.start + strip.length + 1 + label.chars().count() <= room + 2;
                let beside = if fits { &*label } else { "" };
                self.below("│", &format!("{:1$}{underline} {beside}", "", strip.start));
                if !fits {
                    let start = strip.start.min(room.saturating_sub(label.chars().count()));
                    self.below("│", &format!("{:start$}{label}", ""));
                }
            }
        }
        let hidden = (region.end_line.saturating_sub(region.start_line) + 1).saturating_sub(MOST_LINES);
        if hidden > 0 {
            let more = format!("… and {} more", words::count(hidden as usize, "line"));
            self.below("│", &self.paint.text(Ink::Dim, &more));
        }
    }

    fn note(&mut self, note: &Note<'_>, is_last: bool) {
        let text = words::printable(&note.text);
        let head = if note.head.is_empty() { String::new() } else { format!("{}: ", note.head) };
        let lines = wrapped(&format!("{head}{text}"), self.width.saturating_sub(self.gutter + 3));
        for (index, line) in lines.iter().enumerate() {
            let sign = match (is_last, index) {
                (true, 0) => "╰",
                (true, _) => " ",
                (false, 0) => "├",
                (false, _) => "│",
            };
            let painted = match line.strip_prefix(head.as_str()) {
                _ if head.is_empty() => self.paint.text(Ink::Dim, line),
                Some(rest) if index == 0 => format!("{}{rest}", self.paint.text(Ink::Help, &head)),
                _ => line.clone(),
            };
            self.below(sign, &painted);
        }
    }
}

/// The part of a line that the region covers, in code points from 0.
fn marks(line: &Line<'_>, region: &Region) -> (usize, usize) {
    let from = if line.number == region.start_line { region.start_column.saturating_sub(1) as usize } else { 0 };
    let to = if line.number == region.end_line { region.end_column.saturating_sub(1) as usize } else { usize::MAX };
    if line.marked { (from, to) } else { (0, 0) }
}
