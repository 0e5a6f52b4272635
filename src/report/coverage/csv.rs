//! The coverage as a table in CSV (RFC 4180): a row for each facet of each control and clause, with the row of the
//! statement of applicability beside what the scan found, as auditors ask for it.

use std::io::{self, Write};

use super::columns::{Rows, facet_columns};
use crate::report::Input;
use crate::report::platform::csv::{failed, unexecuted};

/// Writes the table.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    table.write_record(facet_columns().map(|column| column.0)).map_err(failed)?;
    let rows = Rows::of(input);
    // A heading repeats what is below it.
    let entries = input.coverage.controls.iter().chain(&input.coverage.clauses).filter(|entry| entry.assessable);
    for entry in entries {
        for facet in &entry.facets {
            let cells = rows.facet(entry, facet);
            table.write_record(cells.iter().map(|cell| unexecuted(&cell.words()))).map_err(failed)?;
        }
    }
    table.flush()
}
