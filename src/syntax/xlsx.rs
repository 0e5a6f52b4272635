//! Workbooks in Office Open XML: the cells of all visible sheets.

use std::io::Cursor;
use std::panic::catch_unwind;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::office;
use super::package::{Package, failure};
use super::sheet::{self, Sheet};
use super::tree::FileId;
use super::{Parsed, SyntaxError};

/// The most sheets that are read.
const MAX_SHEETS: usize = 100;

/// Reads a workbook.
pub(super) fn parse(bytes: &[u8], file: FileId) -> Parsed {
    // The library that reads workbooks trusts the addresses of cells, and panics where they leave its range.
    let read = catch_unwind(|| read(bytes)).unwrap_or_else(|_| {
        Err(failure("is broken: its cells cannot be told apart; restore it or save it as .xlsx again"))
    });
    match read {
        Ok((sheets, properties, errors)) => {
            let parsed = sheet::workbook(&sheets, properties, file);
            Parsed { errors: errors.into_iter().chain(parsed.errors).collect(), ..parsed }
        }
        Err(error) => Parsed::error(error),
    }
}

type Read = (Vec<Sheet>, Vec<(smol_str::SmolStr, String)>, Vec<SyntaxError>);

fn read(bytes: &[u8]) -> Result<Read, SyntaxError> {
    let mut package = Package::open(bytes, "xlsx")?;
    package.measure()?;
    let properties = office::properties(&package.part("docProps/core.xml")?.unwrap_or_default());
    let broken = |error: XlsxError| {
        failure(format!("is broken: it is no workbook ({error}); restore it or save it as .xlsx again"))
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let visible =
        |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet;
    let names: Vec<String> =
        book.sheets_metadata().iter().filter(visible).take(MAX_SHEETS).map(|sheet| sheet.name.clone()).collect();
    let mut sheets = Vec::new();
    let mut errors = Vec::new();
    for name in names {
        let mut sheet = Sheet::new(name.clone());
        match cells(&mut book, &name, &mut sheet) {
            Ok(()) => {}
            Err(error) => errors.push(failure(format!("is broken: sheet `{name}` cannot be read ({error})"))),
        }
        sheets.push(sheet);
    }
    Ok((sheets, properties, errors))
}

fn cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, sheet: &mut Sheet) -> Result<(), XlsxError> {
    let mut reader = book.worksheet_cells_reader(name)?;
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        if let Some(text) = text(cell.get_value()) {
            sheet.push(row.saturating_add(1), column.saturating_add(1), text);
        }
        if sheet.is_full() {
            break;
        }
    }
    Ok(())
}

/// A cell as people see it; days as the standards write them.
fn text(value: &DataRef<'_>) -> Option<String> {
    Some(match value {
        DataRef::Empty | DataRef::Error(_) => return None,
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTime(duration) => duration.as_f64().to_string(),
        DataRef::DateTimeIso(text) => text.chars().take(10).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Content;
    use crate::syntax::tree::{At, Node};

    const FIXTURE: &[u8] = include_bytes!("../../testdata/documents/risk-register.xlsx");

    #[test]
    fn the_header_is_found_below_a_title_on_any_sheet() {
        let parsed = parse(FIXTURE, FileId(3));
        assert_eq!(parsed.errors, []);
        let Content::Extracted(extracted) = parsed.content else { panic!("workbooks are extracted") };
        let tree = &extracted.trees[0];
        assert_eq!(tree.get("title").and_then(Node::as_str), Some("ACME Ltd, risk register"));
        assert_eq!(tree.get("metadata").and_then(|map| map.get("Owner")).and_then(Node::as_str), Some("Priya Raman"));
        let sheets = tree.get("sheets").unwrap().items();
        let rows = sheets[1].get("rows").unwrap().items();
        let cells = |row: &Node| {
            let cell = |entry: &crate::syntax::tree::Entry| format!("{}={}", entry.key, entry.value.as_str().unwrap());
            row.entries().iter().map(cell).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(rows.len(), 3);
        let expected = "Treatment option=accept Risk ID=R-2 Description=Flood of the office Risk owner=Edda Falk \
                        Probability=1 Impact=4 Accepted by=Edda Falk Acceptance date=2026-02-03";
        assert_eq!(cells(&rows[1]), expected);
        let place = rows[2].get("Risk ID").unwrap().place.as_span().unwrap();
        assert_eq!(place.slice(&extracted.text), "R-3");
        assert_eq!(extracted.marks.at(place.start), At::Cell { sheet: 2, row: 6, column: 2 });
    }

    /// The fixture with one text in its sheets replaced.
    fn replaced(from: &str, to: &str) -> Vec<u8> {
        use std::io::{Read as _, Write as _};
        let mut archive = zip::ZipArchive::new(Cursor::new(FIXTURE)).unwrap();
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).unwrap();
            let (name, mut text) = (part.name().unwrap().into_owned(), String::new());
            part.read_to_string(&mut text).unwrap();
            writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(text.replace(from, to).as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn cells_at_addresses_out_of_range_are_no_panic() {
        for address in ["ZZZZZZZZZZZZZZ1", "A99999999999999", "1", "", "A0", "é1"] {
            let parsed = parse(&replaced("r=\"B3\"", &format!("r=\"{address}\"")), FileId(3));
            assert!(matches!(parsed.content, Content::Extracted(_)) || !parsed.errors.is_empty(), "{address}");
        }
    }

    #[test]
    fn what_is_no_workbook_is_named() {
        let message = |bytes: &[u8]| parse(bytes, FileId(3)).errors[0].message.clone();
        assert!(message(b"a,b").starts_with("is broken: it is no zip package"));
        assert!(message(&FIXTURE[..3000]).starts_with("is broken"));
    }
}
