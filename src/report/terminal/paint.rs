//! Colour, or none: the same words either way.

use crate::rule::Severity;

/// What a piece of text is, to the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Ink {
    /// As it is.
    Plain,
    /// What the eye should find first.
    Bold,
    /// What it may skip.
    Dim,
    /// Lines and arrows of a frame.
    Frame,
    /// Something to do.
    Help,
    /// Fine.
    Good,
    /// Half.
    Half,
    /// Bad.
    Bad,
    /// A severity.
    Severity(Severity),
}

/// Paints, where colours are wanted.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Paint {
    colour: bool,
}

impl Paint {
    pub(in crate::report) fn new(colour: bool) -> Paint {
        Paint { colour }
    }

    /// The text in its colour (ECMA-48, select graphic rendition).
    pub(in crate::report) fn text(self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Plain => return text.to_string(),
            Ink::Bold => "1",
            Ink::Dim => "2",
            Ink::Frame => "34",
            Ink::Help => "1;36",
            Ink::Good => "32",
            Ink::Half => "33",
            Ink::Bad => "31",
            Ink::Severity(Severity::Critical) => "1;97;41",
            Ink::Severity(Severity::High) => "1;31",
            Ink::Severity(Severity::Medium) => "1;33",
            Ink::Severity(Severity::Low) => "1;34",
            Ink::Severity(Severity::Info) => "1;32",
        };
        if self.colour && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }
}
