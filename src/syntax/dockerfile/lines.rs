//! Cuts a Dockerfile into instructions: continuation lines joined, comments left out, heredocs attached.

use std::ops::Range;

use super::words;
use crate::syntax::SyntaxError;
use crate::syntax::tree::Span;

/// Text that stands in several pieces of a file.
#[derive(Debug, Default, Clone)]
pub(super) struct Joined {
    /// The pieces put together.
    pub(super) text: String,
    /// For each piece its offset in `text` and its offset in the file, ascending.
    pieces: Vec<(usize, usize)>,
}

impl Joined {
    fn push(&mut self, text: &str, offset: usize) {
        if !text.is_empty() {
            self.pieces.push((self.text.len(), offset));
            self.text.push_str(text);
        }
    }

    /// The offset in the file of the byte at `at`.
    fn offset(&self, at: usize) -> usize {
        let index = self.pieces.partition_point(|(start, _)| *start <= at);
        let piece = index.checked_sub(1).and_then(|index| self.pieces.get(index)).or(self.pieces.first());
        piece.map_or(0, |(start, offset)| offset + at.saturating_sub(*start))
    }

    /// Where a range of the text stands in the file, from its first to its last byte.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        if range.is_empty() {
            let at = self.offset(range.start);
            return Span::new(at, at);
        }
        Span::new(self.offset(range.start), self.offset(range.end - 1) + 1)
    }

    /// The text of a range.
    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }
}

/// The body of a heredoc.
#[derive(Debug)]
pub(super) struct HereDoc {
    /// Its end word without quotes.
    pub(super) name: String,
    /// Its text, of which leading tabs are removed for `<<-`.
    pub(super) body: Joined,
}

/// One instruction as written.
#[derive(Debug)]
pub(super) struct Line {
    /// Its text without continuations and comments.
    pub(super) joined: Joined,
    /// Its heredocs.
    pub(super) heredocs: Vec<HereDoc>,
    /// From its first character to the end of its last heredoc.
    pub(super) span: Span,
}

/// A parser directive: `# escape=…` before everything else.
#[derive(Debug)]
pub(super) struct Directive {
    /// Its name in lower case.
    pub(super) name: String,
    /// Its value.
    pub(super) value: String,
    /// Where the value stands.
    pub(super) span: Span,
    /// Where the name stands.
    pub(super) name_span: Span,
}

/// A Dockerfile cut into instructions.
#[derive(Debug)]
pub(super) struct Lines {
    /// The parser directives.
    pub(super) directives: Vec<Directive>,
    /// The instructions in order.
    pub(super) instructions: Vec<Line>,
    /// What could not be read.
    pub(super) errors: Vec<SyntaxError>,
    /// The sign that continues a line: a backslash unless a directive says otherwise.
    pub(super) escape: char,
}

/// Cuts a file.
pub(super) fn read(text: &str) -> Lines {
    let mut reader = Reader { text, at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 } };
    let directives = reader.directives();
    let escape = match directives.iter().find(|directive| directive.name == "escape") {
        Some(directive) if directive.value == "`" => '`',
        _ => '\\',
    };
    let mut lines = Lines { directives, instructions: Vec::new(), errors: Vec::new(), escape };
    while let Some(joined) = reader.instruction(escape) {
        let mut line = Line { span: joined.span(0..joined.text.len()), joined, heredocs: Vec::new() };
        reader.heredocs(&mut line, escape, &mut lines.errors);
        lines.instructions.push(line);
    }
    lines
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// The next physical line and its offset, without its line end.
    fn line(&mut self) -> Option<(&'a str, usize)> {
        let start = self.at;
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        self.at += length;
        let line = rest.get(..length)?;
        let line = line.strip_suffix('\n').unwrap_or(line);
        Some((line.strip_suffix('\r').unwrap_or(line), start))
    }

    fn directives(&mut self) -> Vec<Directive> {
        let mut directives: Vec<Directive> = Vec::new();
        loop {
            let before = self.at;
            let directive = self.line().and_then(|(line, offset)| directive(line, offset));
            match directive {
                Some(new) if directives.iter().all(|known| known.name != new.name) => directives.push(new),
                _ => {
                    self.at = before;
                    return directives;
                }
            }
        }
    }

    /// The next instruction with its continuation lines.
    fn instruction(&mut self, escape: char) -> Option<Joined> {
        let mut joined = Joined::default();
        while let Some((line, offset)) = self.line() {
            let content = line.trim_start();
            if content.is_empty() || content.starts_with('#') {
                // Comments and empty lines end nothing, not even a continuation.
                continue;
            }
            let first = joined.text.is_empty();
            let (line, offset) = if first { (content, offset + line.len() - content.len()) } else { (line, offset) };
            let trimmed = line.trim_end();
            // A doubled escape sign stands for itself.
            if let Some(part) = trimmed.strip_suffix(escape).filter(|part| !part.ends_with(escape)) {
                joined.push(part, offset);
                continue;
            }
            joined.push(trimmed, offset);
            return Some(joined);
        }
        joined.text.truncate(joined.text.trim_end().len());
        Some(joined).filter(|joined| !joined.text.is_empty())
    }

    /// Reads the heredocs that a line opens.
    fn heredocs(&mut self, line: &mut Line, escape: char, errors: &mut Vec<SyntaxError>) {
        for opener in words::heredocs(&line.joined.text, escape) {
            let mut body = Joined::default();
            let closed = loop {
                let Some((raw, offset)) = self.line() else { break false };
                let content = if opener.strip_tabs { raw.trim_start_matches('\t') } else { raw };
                if content == opener.name {
                    break true;
                }
                let end = self.at;
                let offset = offset + raw.len() - content.len();
                body.push(self.text.get(offset..end).unwrap_or(content), offset);
            };
            if !closed {
                errors.push(SyntaxError {
                    message: format!("the heredoc `{}` is not closed", opener.name),
                    span: line.joined.span(opener.range.clone()),
                    help: Some(format!("end it with a line that holds only `{}`", opener.name)),
                });
            }
            let end = self.text.get(..self.at).map_or(self.at, |text| text.trim_end_matches(['\n', '\r']).len());
            line.span = line.span.cover(Span::new(line.span.start as usize, end));
            line.heredocs.push(HereDoc { name: opener.name, body });
        }
    }
}

/// `# name=value`, where the name is one that Docker knows.
fn directive(line: &str, offset: usize) -> Option<Directive> {
    let content = line.trim_start().strip_prefix('#')?;
    let (name, value) = content.split_once('=')?;
    let lower = name.trim().to_ascii_lowercase();
    if !matches!(lower.as_str(), "syntax" | "escape" | "check") {
        return None;
    }
    let span = |part: &str, start: usize| {
        let start = start + part.len() - part.trim_start().len();
        Span::new(start, start + part.trim().len())
    };
    let name_start = offset + line.len() - content.len();
    Some(Directive {
        value: value.trim().to_owned(),
        span: span(value, offset + line.len() - value.len()),
        name_span: span(name, name_start),
        name: lower,
    })
}
