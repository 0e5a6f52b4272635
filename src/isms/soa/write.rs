//! Rows as text.

use std::fmt::Write as _;

use super::rows::{FIELDS, Table, Written};
use super::{Layout, Row};

/// The whole file: what stands around the rows as it is, the rows in their order.
pub(super) fn file(layout: Layout, text: &str, table: &Table, rows: &[Row<'_>]) -> String {
    let is_new = table.rows.is_empty();
    let columns = if is_new { new_columns(rows) } else { table.columns.clone() };
    let (head, tail) = match table.rows.first() {
        Some(first) => (text.get(..first.lines.start).unwrap_or_default().to_owned(), text.get(table.end..)),
        None => (new_head(layout, &columns), None),
    };
    let mut written = head;
    for row in rows {
        match row {
            Row::Kept(found) => {
                let lines = text.get(found.lines.clone()).unwrap_or_default();
                written.push_str(lines);
                if !lines.ends_with('\n') {
                    written.push('\n');
                }
            }
            Row::Added(cells) => match layout {
                Layout::Yaml => yaml(cells, table, &columns, &mut written),
                Layout::Csv => csv(cells, table, &columns, &mut written),
                Layout::Markdown => markdown(cells, table, &columns, &mut written),
            },
        }
    }
    written.push_str(tail.unwrap_or_default());
    written
}

type Columns = Vec<(String, Option<smol_str::SmolStr>)>;

/// The usual columns, what else the rows that were taken over have, and one for notes if there are any.
fn new_columns(rows: &[Row<'_>]) -> Columns {
    let mut columns = Table::empty().columns;
    for row in rows {
        let Row::Added(cells) = row else { continue };
        for (field, said) in &cells.fields {
            if !said.is_empty() && !columns.iter().any(|(_, known)| known.as_ref() == Some(field)) {
                columns.push((field.to_string(), Some(field.clone())));
            }
        }
        for (label, _) in &cells.extra {
            if !columns.iter().any(|(known, _)| known == label) {
                columns.push((label.clone(), None));
            }
        }
    }
    if rows.iter().any(|row| matches!(row, Row::Added(cells) if !cells.note.is_empty())) {
        columns.push(("note".to_owned(), None));
    }
    columns
}

fn new_head(layout: Layout, columns: &Columns) -> String {
    match layout {
        Layout::Yaml => "# Statement of Applicability: one row for each control of Annex A. Say whether it applies and why, how far it is\n\
             # implemented (implemented, partial, planned), and who owns it.\n\
             title: Statement of Applicability\nframework: iso27001:2022\n\ncontrols:\n"
            .to_owned(),
        Layout::Csv => {
            let labels: Vec<String> = columns.iter().map(|(label, _)| quoted(label, ',')).collect();
            format!("{}\n", labels.join(","))
        }
        Layout::Markdown => {
            let labels: Vec<&str> = columns.iter().map(|(label, _)| label.as_str()).collect();
            let line = "---|".repeat(columns.len());
            format!("# Statement of Applicability\n\n| {} |\n|{line}\n", labels.join(" | "))
        }
    }
}

/// What a row says under a column.
fn said<'r>(cells: &'r Written, column: &(String, Option<smol_str::SmolStr>)) -> &'r str {
    let (label, field) = column;
    match field {
        Some(field) => cells.field(field),
        None if label.to_lowercase().starts_with("note") && !cells.note.is_empty() => &cells.note,
        None => cells.extra.iter().find(|(known, _)| known == label).map_or("", |(_, text)| text),
    }
}

/// The id as the other rows write theirs.
fn id(control: &str, table: &Table) -> String {
    if table.has_prefix { control.to_owned() } else { control.trim_start_matches("A.").to_owned() }
}

fn yaml(cells: &Written, table: &Table, columns: &Columns, out: &mut String) {
    let indent = " ".repeat(table.lead.chars().count());
    let mut lead = table.lead.clone();
    let mut line = |label: &str, text: &str| {
        let text = if text.is_empty() { String::new() } else { format!(" {text}") };
        let _ = writeln!(out, "{lead}{label}:{text}");
        lead.clone_from(&indent);
    };
    let mut seen: Vec<&str> = Vec::new();
    for column in columns {
        let (label, field) = column;
        let text = said(cells, column);
        match field.as_deref() {
            // The first column of a field holds it; `remarks` beside `justification` stays out.
            Some(field) if seen.contains(&field) => {}
            Some("control") => {
                seen.push("control");
                line(label, &format!("\"{}\"", id(cells.field("control"), table)));
            }
            Some(field) if FIELDS.contains(&field) || !text.is_empty() => {
                seen.push(field);
                line(label, &scalar(text));
            }
            None if !text.is_empty() => line(label, &scalar(text)),
            _ => {}
        }
    }
    if !cells.note.is_empty()
        && !columns.iter().any(|(label, field)| field.is_none() && label.to_lowercase().starts_with("note"))
    {
        line("note", &scalar(&cells.note));
    }
}

/// A scalar in quotes where it would be read as something else without.
fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|first: char| first.is_alphabetic())
        && text.chars().all(|letter| letter.is_alphanumeric() || " -_/.()'+".contains(letter) || letter == ',')
        && !text.ends_with(' ')
        && !["yes", "no", "on", "off", "y", "n", "null"].contains(&text.to_lowercase().as_str());
    if text.is_empty() || is_plain {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            other if other.is_control() => {}
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn csv(cells: &Written, table: &Table, columns: &Columns, out: &mut String) {
    let texts: Vec<String> = columns
        .iter()
        .map(|column| match column.1.as_deref() {
            Some("control") => id(cells.field("control"), table),
            _ => quoted(said(cells, column), table.delimiter),
        })
        .collect();
    let _ = writeln!(out, "{}", texts.join(table.delimiter.encode_utf8(&mut [0; 4])));
}

fn quoted(text: &str, delimiter: char) -> String {
    if text.contains(['"', '\n', '\r', delimiter]) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn markdown(cells: &Written, table: &Table, columns: &Columns, out: &mut String) {
    let texts = columns.iter().map(|column| match column.1.as_deref() {
        Some("control") => id(cells.field("control"), table),
        _ => said(cells, column).replace('|', "\\|").replace('\n', " "),
    });
    let _ = writeln!(out, "| {} |", texts.collect::<Vec<_>>().join(" | "));
}
