//! Checkstyle's XML, which many editors, reviewers and servers read: open findings by file.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event};

use super::super::Input;
use super::junit::printable;
use super::{Row, rows};
use crate::rule::Severity;

/// Writes the report.
pub(in crate::report) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut files: BTreeMap<String, Vec<Row<'_>>> = BTreeMap::new();
    for row in rows(input.assessment) {
        files.entry(row.path.clone()).or_default().push(row);
    }
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    // The version is that of the format: readers take it for Checkstyle's own.
    xml.write_event(Event::Start(BytesStart::new("checkstyle").with_attributes([("version", "4.3")])))?;
    for (path, rows) in &files {
        let path = printable(path);
        xml.write_event(Event::Start(BytesStart::new("file").with_attributes([("name", path.as_str())])))?;
        for row in rows {
            xml.write_event(Event::Empty(error(row)))?;
        }
        xml.write_event(Event::End(BytesEnd::new("file")))?;
    }
    xml.write_event(Event::End(BytesEnd::new("checkstyle")))?;
    drop(xml);
    out.write_all(b"\n")
}

fn error(row: &Row<'_>) -> BytesStart<'static> {
    let (line, column) = (row.line.to_string(), row.column.unwrap_or(1).to_string());
    let (message, source) = (printable(&row.message()), format!("annexa.{}", row.id()));
    BytesStart::new("error").with_attributes([
        ("line", line.as_str()),
        ("column", column.as_str()),
        ("severity", severity(row.finding.severity)),
        ("message", message.as_str()),
        ("source", source.as_str()),
    ])
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "info",
    }
}
