//! Mistakes in a file's syntax.

use super::tree::Span;

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

    /// The same mistake with advice.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> SyntaxError {
        SyntaxError { help: Some(help.into()), ..self }
    }
}
