//! The reader: a place in the text and how far it may go on.

use smol_str::SmolStr;

use crate::syntax::SyntaxError;
use crate::syntax::tree::{MAX_DEPTH, MAX_NODES, Span};

/// What reading gives, or the mistake that stops a statement.
pub(super) type Read<T> = Result<T, SyntaxError>;

/// Reads a text from front to back.
pub(super) struct Reader<'s> {
    /// All of the text.
    pub text: &'s str,
    /// The next byte; always between two characters.
    pub at: usize,
    depth: usize,
    nodes: usize,
}

impl<'s> Reader<'s> {
    pub(super) fn new(text: &'s str) -> Reader<'s> {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Reader { text, at, depth: 0, nodes: 0 }
    }

    pub(super) fn rest(&self) -> &'s str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    /// From an earlier place up to here.
    pub(super) fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    /// A mistake here.
    pub(super) fn mistake(&self, message: impl Into<String>) -> SyntaxError {
        let end = self.rest().chars().next().map_or(self.at, |next| self.at + next.len_utf8());
        SyntaxError::new(message, Span::new(self.at, end))
    }

    /// Passes over a text, where it comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    pub(super) fn expect(&mut self, text: &str) -> Read<()> {
        if self.eat(text) { Ok(()) } else { Err(self.mistake(format!("expected `{text}`"))) }
    }

    /// Passes over characters.
    pub(super) fn skip_while(&mut self, test: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|each: char| !test(each)).unwrap_or(rest.len());
    }

    /// Passes over blanks and comments on the line.
    pub(super) fn blanks(&mut self) {
        loop {
            self.skip_while(|each| each == ' ' || each == '\t');
            if self.rest().starts_with("//") || self.rest().starts_with("#disable-next-line") {
                self.skip_while(|each| each != '\n');
            } else if self.rest().starts_with("/*") {
                let rest = self.rest();
                self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    /// Passes over blanks, comments and ends of lines.
    pub(super) fn lines(&mut self) {
        loop {
            self.blanks();
            let before = self.at;
            self.skip_while(|each| each == '\n' || each == '\r');
            if self.at == before {
                return;
            }
        }
    }

    /// Whether a text comes after blanks and ends of lines; then they and it are passed over.
    pub(super) fn eat_below(&mut self, text: &str) -> bool {
        let before = self.at;
        self.lines();
        let found = self.eat(text);
        if !found {
            self.at = before;
        }
        found
    }

    /// A name.
    pub(super) fn name(&mut self) -> Option<(SmolStr, Span)> {
        let start = self.at;
        self.peek().filter(|first| first.is_ascii_alphabetic() || *first == '_')?;
        self.skip_while(|each| each.is_ascii_alphanumeric() || each == '_');
        let span = self.span_from(start);
        Some((span.slice(self.text).into(), span))
    }

    pub(super) fn expect_name(&mut self, what: &str) -> Read<(SmolStr, Span)> {
        self.name().ok_or_else(|| self.mistake(format!("expected the name of {what}")))
    }

    /// Whether a word comes next; then it is passed over.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let before = self.at;
        let found = self.name().is_some_and(|(name, _)| name == word);
        if !found {
            self.at = before;
        }
        found
    }

    /// Goes one level deeper for the time of a function.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.nodes += 1;
        if self.depth >= MAX_DEPTH {
            return Err(SyntaxError::too_deep(Span::new(self.at, self.at)));
        }
        if self.nodes > MAX_NODES {
            return Err(SyntaxError::too_many(Span::new(self.at, self.at)));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }
}
