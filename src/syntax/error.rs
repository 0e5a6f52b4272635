//! Mistakes in a file's syntax.

use super::tree::{MAX_DEPTH, MAX_NODES, Span};

/// Errors kept for one file. Nobody reads more, and a broken file can have one for each of its lines.
pub const MAX_ERRORS: usize = 20;

/// A mistake in a file's syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, in lower case and without a final dot.
    pub message: String,
    /// Where, as precisely as the parser knows.
    pub span: Span,
    /// What to do about it, where that can be said.
    pub help: Option<String>,
}

impl SyntaxError {
    /// A mistake for which there is no advice.
    pub fn new(message: impl Into<String>, span: Span) -> SyntaxError {
        SyntaxError { message: message.into(), span, help: None }
    }

    /// More than [`MAX_DEPTH`] levels.
    pub fn too_deep(span: Span) -> SyntaxError {
        SyntaxError::new(format!("maps and lists are nested deeper than {MAX_DEPTH} levels"), span)
    }

    /// More than [`MAX_NODES`] values.
    pub fn too_many(span: Span) -> SyntaxError {
        SyntaxError::new(format!("the file holds more than {MAX_NODES} values"), span)
    }

    /// The same mistake with advice.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> SyntaxError {
        SyntaxError { help: Some(help.into()), ..self }
    }
}
