//! `--format NAME=FILE`: which format goes where.

use std::fmt;

/// A fixed set of values with names.
pub trait Named: Copy + 'static {
    /// All values, in the order of help texts.
    const ALL: &'static [Self];

    /// The name on the command line.
    fn name(self) -> &'static str;

    /// The names of all values, for a sentence of plain text.
    fn names() -> String {
        Self::ALL.iter().map(|value| value.name()).collect::<Vec<_>>().join(", ")
    }

    /// The names of all values, each in backticks.
    fn quoted() -> String {
        Self::ALL.iter().map(|value| format!("`{}`", value.name())).collect::<Vec<_>>().join(", ")
    }
}

/// A format and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target<F> {
    /// The format.
    pub format: F,
    /// The file; `-` is standard output.
    pub file: String,
}

/// A target that cannot be understood. Both are mistakes of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetError {
    /// There is no such format.
    UnknownFormat {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// There is `=` and no file.
    NoFile {
        /// The format before it.
        name: String,
    },
}

impl fmt::Display for TargetError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TargetError::UnknownFormat { name, known } => {
                write!(formatter, "no format is called `{name}`; there are {known}")
            }
            TargetError::NoFile { name } => {
                write!(formatter, "`{name}=` names no file; write `{name}=FILE`, or `{name}` alone for standard output")
            }
        }
    }
}

impl std::error::Error for TargetError {}

impl<F: Named> Target<F> {
    /// A format that goes to standard output.
    pub fn stdout(format: F) -> Target<F> {
        Target { format, file: "-".to_string() }
    }

    /// Reads `NAME` or `NAME=FILE`.
    pub fn parse(text: &str) -> Result<Target<F>, TargetError> {
        let (name, file) = text.split_once('=').unwrap_or((text, "-"));
        let format = F::ALL.iter().copied().find(|format| format.name() == name);
        let format = format.ok_or_else(|| TargetError::UnknownFormat { name: name.into(), known: F::quoted() })?;
        if file.is_empty() {
            return Err(TargetError::NoFile { name: name.into() });
        }
        Ok(Target { format, file: file.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Format;

    #[test]
    fn a_format_goes_to_standard_output_or_to_a_file() {
        for (text, format, file) in [
            ("text", Format::Text, "-"),
            ("sarif=-", Format::Sarif, "-"),
            ("github=out/a=b.sarif", Format::Github, "out/a=b.sarif"),
            ("text=/dev/stderr", Format::Text, "/dev/stderr"),
        ] {
            assert_eq!(Target::parse(text), Ok(Target { format, file: file.to_string() }), "{text}");
        }
    }

    #[test]
    fn a_mistake_says_what_would_be_right() {
        let error = |text: &str| Target::<Format>::parse(text).expect_err(text).to_string();
        let unknown = error("html=x");
        assert!(unknown.starts_with("no format is called `html`; there are `text`, `sarif`, `github`, "), "{unknown}");
        assert_eq!(error("sarif="), "`sarif=` names no file; write `sarif=FILE`, or `sarif` alone for standard output");
    }
}
