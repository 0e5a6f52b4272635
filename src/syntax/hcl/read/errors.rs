//! Turns hcl-edit's messages into sentences with the byte span they are about.

use hcl_edit::parser::Error;

use crate::syntax::SyntaxError;
use crate::syntax::tree::Span;

/// The error of `text`, which starts at byte `base` of its file.
pub(super) fn rewrite(error: &Error, text: &str, base: usize) -> SyntaxError {
    let mut offset = error.location().offset().min(text.len());
    let mut found = token(text, offset);
    if error.message().starts_with("invalid escape") || error.message().starts_with("invalid unicode") {
        // hcl-edit stands behind what it could not read.
        offset = text.get(..offset).and_then(|before| before.rfind('\\')).unwrap_or(offset);
        found = text.get(offset..).map_or("", escape);
    }
    let missing_value = error.message().starts_with("invalid expression") && found == "\n";
    if !missing_value && text.get(offset..).is_none_or(|rest| rest.trim().is_empty()) {
        // Where the file ends: the last sign that is written.
        let written = text.trim_end();
        offset = written.char_indices().next_back().map_or(0, |(at, _)| at);
        found = "";
        let span = Span::new(base + offset, base + written.len());
        let (message, help) = describe(error.message(), found);
        return SyntaxError { message, span, help };
    }
    let span = Span::new(base + offset, base + offset + found.len());
    let (message, help) = describe(error.message(), found);
    SyntaxError { message, span, help }
}

/// The word or sign at an offset; empty at the end of the text.
fn token(text: &str, offset: usize) -> &str {
    let rest = text.get(offset..).unwrap_or("");
    let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
    let length = if word > 0 { word } else { rest.chars().next().map_or(0, char::len_utf8) };
    rest.get(..length).unwrap_or("")
}

/// A backslash and the character after it.
fn escape(text: &str) -> &str {
    let length = text.chars().take(2).map(char::len_utf8).sum();
    text.get(..length).unwrap_or("")
}

/// What is wrong, and what to do about it. Nothing is `found` at the end of the file.
fn describe(message: &str, found: &str) -> (String, Option<String>) {
    let plain = |message: String| (message, None);
    let helped = |message: String, help: &str| (message, Some(help.to_owned()));
    if message.starts_with("invalid nesting depth") {
        return plain("expressions or blocks are nested more than 64 levels deep".to_owned());
    }
    if message.starts_with("invalid binary operation") {
        return plain("more than 128 operators in one expression".to_owned());
    }
    if message.contains("redefined attribute") {
        return helped(format!("`{found}` is set twice in one block"), "remove one of the two");
    }
    if message.contains("redefined object key") {
        return helped(format!("the key {found} occurs twice in one object"), "remove one of the two");
    }
    if message.contains("heredoc end delimiter") {
        return helped(
            "a heredoc is not closed".to_owned(),
            "its end word must stand alone on a line, exactly as after `<<`",
        );
    }
    if message.starts_with("invalid escape sequence") {
        return helped(format!("`{found}` is not an escape"), "write `\\\\` for a backslash");
    }
    if message.starts_with("invalid unicode") {
        return plain(
            "an escape of a Unicode character needs four (`\\u`) or eight (`\\U`) hexadecimal digits".to_owned(),
        );
    }
    if found.is_empty() {
        return helped(
            "the file ends inside a block or an expression".to_owned(),
            "close every brace, bracket and quote",
        );
    }
    let found = if found == "\n" || found == "\r" { "the end of the line".to_owned() } else { format!("`{found}`") };
    plain(match expectation(message) {
        Some(expected) => format!("expected {expected}, found {found}"),
        None => format!("did not expect {found} here"),
    })
}

/// What would have been right, in words, where hcl-edit knows.
fn expectation(message: &str) -> Option<&'static str> {
    const EXPECTATIONS: &[(&str, &str)] = &[
        ("invalid expression", "a value"),
        ("invalid traversal operator", "a name, a number or `*` after the dot"),
        ("invalid attribute", "`=` and a value"),
        ("invalid structure", "`=` for an attribute, or `{` or a label for a block"),
        ("invalid block body", "a new line or `}` in the block"),
        ("invalid object item", "`,`, a new line or `}` after the entry of the object"),
        ("expected newline", "the end of the line"),
        ("expected `]`", "`,` or `]` in the list"),
        ("expected `)`", "`,` or `)`"),
        ("expected `{`", "`{`"),
        ("expected `}`", "`}`"),
        ("expected `:`", "`:` and the value for when the condition does not hold"),
        ("expected identifier", "a name"),
        ("expected `in`", "`in`"),
        ("expected `=>`", "`=>`"),
    ];
    let known = EXPECTATIONS.iter().find(|(start, _)| message.starts_with(start));
    known.map(|(_, words)| *words)
}
