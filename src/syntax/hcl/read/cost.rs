//! What reading a file may cost: hcl-edit takes time that grows with the square of the entries of one object, and
//! long for very many interpolations. A cheap look at the text tells before it is tried.

use crate::syntax::SyntaxError;
use crate::syntax::tree::Span;

/// The most that reading one file may cost: an object of about 6,000 entries, or as many interpolations as this is
/// hundreds.
const MOST: u64 = 36_000_000;
/// What an interpolation costs, in the same measure.
const INTERPOLATION: u64 = 200;

/// What reading a text costs, and where most of it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// The square of the entries of each object, and something for each interpolation.
    total: u64,
    /// The opening brace of the largest object; the start where there is none.
    largest: usize,
    entries: u64,
}

impl Cost {
    /// Estimates the cost of reading a text.
    pub(super) fn of(text: &str) -> Cost {
        let mut cost = Cost::default();
        let interpolations = text.matches("${").count() + text.matches("%{").count();
        // Every entry takes a line or a comma: most files need no closer look.
        let separators = text.bytes().filter(|byte| matches!(byte, b'\n' | b',')).count();
        if squared(separators as u64) > MOST {
            cost = Scan { text, cost }.objects();
        }
        cost.total = cost.total.saturating_add(INTERPOLATION.saturating_mul(interpolations as u64));
        cost
    }

    /// The cost of reading this and another text.
    pub(super) fn and(self, other: Cost) -> Cost {
        Cost { total: self.total.saturating_add(other.total), ..self }
    }

    /// Whether it is more than one file may cost.
    pub(super) fn is_too_much(self) -> bool {
        self.total > MOST
    }

    /// Says that it is, for the text that starts at byte `base` of its file.
    pub(super) fn error(self, base: usize) -> SyntaxError {
        let message = if squared(self.entries) > MOST / 2 {
            format!("an object with about {} entries is more than is read of one file", self.entries)
        } else {
            "objects or interpolations are more here than is read of one file".to_owned()
        };
        SyntaxError {
            message,
            span: Span::new(base + self.largest, base + self.largest + 1),
            help: Some("keep large tables in a JSON or CSV file and read them with `jsondecode(file(…))`".to_owned()),
        }
    }
}

fn squared(count: u64) -> u64 {
    count.saturating_mul(count)
}

/// Walks over a text, passing over comments, quoted texts and heredocs.
struct Scan<'a> {
    text: &'a str,
    cost: Cost,
}

/// A bracket that is open: where, whether it is an object's, and how many lines and commas were in it so far.
struct Open {
    at: usize,
    is_object: bool,
    entries: u64,
    /// Whether something stands on the line or after the comma that was seen last.
    begun: bool,
}

impl Scan<'_> {
    fn objects(mut self) -> Cost {
        let bytes = self.text.as_bytes();
        let mut open: Vec<Open> = Vec::new();
        let (mut at, mut before) = (0, b'\n');
        while let Some(byte) = bytes.get(at).copied() {
            let next = bytes.get(at + 1).copied().unwrap_or_default();
            let rest = self.text.get(at..).unwrap_or_default();
            let length = match (byte, next) {
                (b'#', _) | (b'/', b'/') => rest.find('\n').unwrap_or(rest.len()),
                (b'/', b'*') => rest.find("*/").map_or(rest.len(), |end| end + 2),
                (b'"', _) => quoted(rest.as_bytes()),
                (b'<', b'<') => heredoc(rest),
                _ => 1,
            };
            match byte {
                b'{' | b'[' | b'(' => {
                    let is_object = byte == b'{' && matches!(before, b'=' | b'(' | b'[' | b',' | b':' | b'?');
                    open.push(Open { at, is_object, entries: 0, begun: false });
                }
                b'}' | b']' | b')' => {
                    if let Some(closed) = open.pop() {
                        self.close(&closed);
                    }
                }
                b'\n' | b',' => {
                    if let Some(inner) = open.last_mut() {
                        inner.entries += u64::from(std::mem::take(&mut inner.begun));
                    }
                }
                byte if !byte.is_ascii_whitespace() && byte != b'#' => {
                    if let Some(inner) = open.last_mut() {
                        inner.begun = true;
                    }
                }
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                before = byte;
            }
            at += length.max(1);
        }
        // What is not closed is an error that takes as long to find.
        for left in open {
            self.close(&left);
        }
        self.cost
    }

    fn close(&mut self, object: &Open) {
        if !object.is_object {
            return;
        }
        let entries = object.entries + u64::from(object.begun);
        self.cost.total = self.cost.total.saturating_add(squared(entries));
        if entries > self.cost.entries {
            self.cost.entries = entries;
            self.cost.largest = object.at;
        }
    }
}

/// The length of a quoted text with its quotes.
fn quoted(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The length of a heredoc; of its opening where it is none.
fn heredoc(text: &str) -> usize {
    let first = text.lines().next().unwrap_or_default();
    let name = first.trim_start_matches('<').trim_start_matches('-').trim();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        return 2;
    }
    let mut length = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        length += line.len();
        if index > 0 && line.trim() == name {
            return length;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> u64 {
        Scan { text, cost: Cost::default() }.objects().entries
    }

    #[test]
    fn entries_of_objects_are_counted_and_those_of_blocks_not() {
        let cases = [
            ("x = { a = 1, b = 2 }\n", 2),
            ("x = {\n  a = 1\n\n  b = 2 # , , ,\n  c = \"},{\"\n}\n", 3),
            ("x = f({ a = { b = 1 }\n c = 2 })\n", 2),
            ("r \"a\" \"b\" {\n  a = 1\n  b = 2\n}\n", 0),
            ("x = { a = <<E\n1,2,3\n4\nE\n}\n", 1),
            ("x = { /* , , */ a = [1, 2, 3] }\n", 1),
            ("x = { a = 1", 1),
        ];
        for (text, expected) in cases {
            assert_eq!(entries(text), expected, "{text}");
        }
    }

    #[test]
    fn only_what_takes_seconds_is_too_much() {
        let object = |count: usize| format!("x = {{\n{}}}\n", "  k = 1\n".repeat(count));
        assert!(!Cost::of(&object(5_000)).is_too_much());
        assert!(Cost::of(&object(7_000)).is_too_much());
        assert!(Cost::of(&object(3_000).repeat(5)).is_too_much());
        assert!(!Cost::of(&"${a}".repeat(100_000)).is_too_much());
        assert!(Cost::of(&"${a}".repeat(200_000)).is_too_much());
        assert!(!Cost::of(&"a {\n  b = 1\n}\n".repeat(100_000)).is_too_much());
        let text = format!("a = 1\n{}", object(7_000));
        let error = Cost::of(&text).error(0);
        assert_eq!(error.span.slice(&text), "{");
        assert_eq!(error.message, "an object with about 7000 entries is more than is read of one file");
    }
}
