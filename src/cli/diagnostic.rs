//! Mistakes in our own files, shown with the line they stand on.

use std::fmt;
use std::fmt::Write as _;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use super::Terminal;
use super::output;
use crate::syntax::fields::LoadError;

/// A mistake and the file it stands in.
#[derive(Debug)]
struct Mistake<'m> {
    error: &'m LoadError,
    source: NamedSource<String>,
}

impl fmt::Display for Mistake<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.error.message)
    }
}

impl std::error::Error for Mistake<'_> {}

impl miette::Diagnostic for Mistake<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.error.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.error.place.as_span().map(|_| &self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.error.place.as_span()?;
        let text = self.source.inner();
        // A mistake about a whole map is shown at its first line.
        let first = span.slice(text).lines().next().unwrap_or_default();
        let range = span.start as usize..span.start as usize + first.len();
        Some(Box::new(std::iter::once(LabeledSpan::underline(range))))
    }
}

/// All mistakes of a file, each with its code frame.
pub(super) fn render(path: &str, text: &str, errors: &[LoadError], terminal: Terminal) -> String {
    let theme =
        if output::colours_on_stderr(terminal) { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(110).with_links(false);
    let mut shown = String::new();
    for error in errors {
        let mistake = Mistake { error, source: NamedSource::new(path, text.to_owned()) };
        if handler.render_report(&mut shown, &mistake).is_err() || error.place.as_span().is_none() {
            let _ = writeln!(shown, "  in {path}");
        }
    }
    shown
}
