//! GitHub's annotations: workflow commands in the log of a step, which the platform shows beside the code.
//!
//! It keeps ten errors, ten warnings and ten notices of a step and drops the others without a word, so we choose the most
//! severe ones and end with how many more there are.

use std::io::{self, Write};

use super::super::{Input, words};
use super::{Row, rows};
use crate::rule::Severity;

/// How many annotations of one level GitHub keeps of a step.
const MOST: usize = 10;

/// Writes the annotations.
pub(in crate::report) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut left_out: Vec<(&str, usize)> = Vec::new();
    let rows: Vec<Row<'_>> = rows(input.assessment).collect();
    for level in ["error", "warning", "notice"] {
        // One notice tells how many more there are.
        let room = if level == "notice" { MOST - 1 } else { MOST };
        let of_level: Vec<&Row<'_>> = rows.iter().filter(|row| level_of(row.finding.severity) == level).collect();
        for row in of_level.iter().take(room) {
            annotation(level, row, out)?;
        }
        if of_level.len() > room {
            left_out.push((level, of_level.len() - room));
        }
    }
    if !left_out.is_empty() {
        let of_level = |(level, number): &(&str, usize)| words::count(*number, level).replacen(' ', " more ", 1);
        let more: Vec<String> = left_out.iter().map(of_level).collect();
        let text = format!("{}, none of them more severe than those shown: see the report", more.join(", "));
        writeln!(out, "::notice title=annexa::{}", data(&text))?;
    }
    Ok(())
}

fn annotation(level: &str, row: &Row<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "::{level} file={},line={},endLine={}", property(&row.path), row.line, row.end_line)?;
    // A column on another line than the last would mark nothing.
    if let Some(column) = row.column.filter(|_| row.line == row.end_line) {
        write!(out, ",col={column}")?;
    }
    let title = format!("{} ({})", row.id(), row.finding.severity.name());
    writeln!(out, ",title={}::{}", property(&title), data(&row.told()))
}

fn level_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Low => "warning",
        Severity::Info => "notice",
    }
}

/// The text of a command, in which only line breaks and the sign of escapes have a meaning.
fn data(text: &str) -> String {
    let text: String = text.chars().map(visible).collect();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Control characters of scanned files have no business in a log.
fn visible(letter: char) -> char {
    if letter.is_control() && letter != '\n' && letter != '\r' { char::REPLACEMENT_CHARACTER } else { letter }
}
