//! The coverage as a workbook: the statement of applicability with what was found beside it, as auditors ask for it; the
//! same by facet, the clauses, the documented information, the findings.
//!
//! Text is written as text, so that no scanned file brings a formula. The date of creation is the day of the scan: the
//! same input gives the same bytes.

use std::io::{self, Write};

use jiff::civil::Date;
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};
use rust_xlsxwriter::{XlsxError, worksheet::ColNum, worksheet::RowNum};

use super::columns::{Cell, Column, Rows, entry_columns, facet_columns, sentence_words};
use super::{CAVEAT, status_words};
use crate::engine::assessment::Finding;
use crate::isms::control::Framework;
use crate::isms::coverage::{ControlCoverage, Status, readiness};
use crate::report::{Input, words};

/// Characters that a cell takes.
const CELL: usize = 32_767;
/// Findings that are listed: a spreadsheet with more is slow, and takes 1,048,576 rows at most.
const FINDINGS: usize = 50_000;

/// Writes the workbook.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&workbook(input).map_err(io::Error::other)?)
}

fn workbook(input: &Input<'_>) -> Result<Vec<u8>, XlsxError> {
    let framework = words::framework(input.coverage.framework);
    let mut book = Workbook::new();
    let properties = DocProperties::new().set_title(format!("Coverage of {framework}")).set_author("annexa");
    book.set_properties(&properties.set_creation_datetime(&serial(input.assessment.today)?));
    let looks = Looks::new();
    about(input, &looks, book.add_worksheet())?;
    let rows = Rows::of(input);
    let own = input.coverage.framework == Framework::Iso2022;
    let name = if own { "Statement of applicability" } else { "Controls" };
    let controls: Vec<&ControlCoverage> = input.coverage.controls.iter().collect();
    let clauses: Vec<&ControlCoverage> = input.coverage.clauses.iter().filter(|entry| entry.assessable).collect();
    let of_entries = |entries: &[&ControlCoverage]| entries.iter().map(|entry| rows.entry(entry)).collect();
    let table = |columns: Vec<&'static Column>, rows| Table { columns, rows };
    table(entry_columns().collect(), of_entries(&controls)).write(name, &looks, book.add_worksheet())?;
    if !clauses.is_empty() {
        let mut clauses = table(entry_columns().collect(), of_entries(&clauses));
        clauses.without_empty();
        clauses.write("Clauses", &looks, book.add_worksheet())?;
    }
    let all = controls.into_iter().chain(clauses);
    let by_facet = all.flat_map(|entry| entry.facets.iter().map(|facet| rows.facet(entry, facet)).collect::<Vec<_>>());
    table(facet_columns().collect(), by_facet.collect()).write("By facet", &looks, book.add_worksheet())?;
    let documented = table(READINESS.iter().collect(), documented(input));
    documented.write("Documented information", &looks, book.add_worksheet())?;
    table(FINDING.iter().collect(), findings(input)).write("Findings", &looks, book.add_worksheet())?;
    book.save_to_buffer()
}

/// How cells look.
struct Looks {
    head: Format,
    text: Format,
    day: Format,
    title: Format,
}

impl Looks {
    fn new() -> Looks {
        let text = || Format::new().set_align(FormatAlign::Top).set_text_wrap();
        let head = text().set_bold().set_background_color(Color::RGB(0x00E6_EAF0));
        Looks {
            head: head.set_border_bottom(FormatBorder::Thin),
            day: text().set_num_format("yyyy-mm-dd"),
            title: Format::new().set_bold().set_font_size(14),
            text: text(),
        }
    }

    /// A status has the colour that it has on the page, and its word.
    fn status(status: Status) -> Format {
        let (ink, paper) = match status {
            Status::Satisfied => (0x0014_602A, 0x00D3_F0DA),
            Status::Partial | Status::Excepted => (0x006E_4700, 0x00FB_E9BF),
            Status::NotSatisfied => (0x008F_1815, 0x00FB_D9D7),
            Status::Attested | Status::RelatedEvidence => (0x0045_2E84, 0x00E6_DEFA),
            Status::NotEvaluated | Status::NotApplicable => (0x0044_4444, 0x00EA_EEF2),
        };
        let format = Format::new().set_align(FormatAlign::Top).set_font_color(Color::RGB(ink));
        format.set_background_color(Color::RGB(paper))
    }
}

/// What a reader must know before the first number.
fn about(input: &Input<'_>, looks: &Looks, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let assessment = input.assessment;
    sheet.set_name("About")?.set_column_width(0, 22)?.set_column_width(1, 100)?;
    let title = format!("Coverage of {}", words::framework(input.coverage.framework));
    sheet.write_string_with_format(0, 0, title, &looks.title)?;
    let [documented, implemented, operating] = input.coverage.total();
    let shares = [("documented", documented), ("implemented", implemented), ("operating", operating)];
    let shares = shares.map(|(facet, sum)| {
        let (applicable, evaluated, satisfied) = (sum.applicable(), sum.evaluated(), sum.satisfied());
        (facet, format!("{evaluated} of {applicable} that apply evaluated; {satisfied} of these satisfied"))
    });
    let mut told = vec![
        ("note", CAVEAT.replace('`', "")),
        ("day", assessment.today.to_string()),
        ("repository", assessment.repository.clone().unwrap_or_default()),
        ("commit", assessment.commit.clone().unwrap_or_default()),
        ("a part of a scan", assessment.limited.clone().unwrap_or_default()),
        ("rule set", format!("{} rules, digest {}", assessment.rules.len(), assessment.rule_set_digest)),
        ("tool", format!("annexa {}", env!("CARGO_PKG_VERSION"))),
    ];
    told.extend(shares);
    told.push((
        "resources evaluated",
        "each once for every rule that judged it: pass, fail and unknown together".to_string(),
    ));
    told.push(("excepted", "fails under an exception in force; they are among the fails".to_string()));
    told.push(("youngest evidence", YOUNGEST.to_string()));
    for status in Status::ALL {
        told.push((status.name(), sentence_words(status).to_string()));
    }
    let told = told.into_iter().filter(|(_, text)| !text.is_empty());
    for (row, (name, text)) in (2..).zip(told) {
        let name = name.replace('-', " ");
        sheet.write_string_with_format(row, 0, name, &looks.head)?;
        sheet.write_string_with_format(row, 1, fitting(&text), &looks.text)?;
    }
    Ok(())
}

const YOUNGEST: &str = "the day on which a document was last approved, reviewed or changed, something was done that a register \
    records, or an attestation was given; the day of the scan for what the scan itself looked at. Empty where nothing speaks \
    for the control, or nothing that is dated";

/// A sheet: columns, and rows with a cell for each.
struct Table {
    columns: Vec<&'static Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Leaves out columns of the statement of applicability that no row has anything for: clauses have no rows in it.
    fn without_empty(&mut self) {
        let is_used: Vec<bool> = (0..self.columns.len())
            .map(|at| self.rows.iter().any(|cells| cells.get(at).is_some_and(|cell| *cell != Cell::Empty)))
            .collect();
        let kept = |at: usize, column: &Column| !column.is_of_statement() || is_used.get(at).copied().unwrap_or(true);
        let kept: Vec<bool> = self.columns.iter().enumerate().map(|(at, column)| kept(at, column)).collect();
        let mut of_columns = kept.iter();
        self.columns.retain(|_| of_columns.next().copied().unwrap_or(true));
        for cells in &mut self.rows {
            let mut of_cells = kept.iter();
            cells.retain(|_| of_cells.next().copied().unwrap_or(true));
        }
    }

    /// Writes it with a heading that stays in sight, can be filtered by, and is printed on every page.
    fn write(&self, name: &str, looks: &Looks, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(name)?;
        let mut last: ColNum = 0;
        for (at, Column(_, heading, width)) in (0..).zip(&self.columns) {
            sheet.set_column_width(at, *width)?.write_string_with_format(0, at, *heading, &looks.head)?;
            last = at;
        }
        let mut end: RowNum = 0;
        for (row, cells) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(cells) {
                write_cell(row, column, cell, looks, sheet)?;
            }
            end = row;
        }
        sheet.set_freeze_panes(1, 2)?.autofilter(0, 0, end, last)?.set_repeat_rows(0, 0)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_footer("&L&A&RPage &P of &N");
        Ok(())
    }
}

fn write_cell(row: RowNum, column: ColNum, cell: &Cell, looks: &Looks, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => drop(sheet.write_string_with_format(row, column, fitting(text), &looks.text)?),
        Cell::Number(number) => drop(sheet.write_number_with_format(row, column, *number as f64, &looks.text)?),
        Cell::Day(day) => drop(sheet.write_datetime_with_format(row, column, serial(*day)?, &looks.day)?),
        Cell::Status(status) => {
            sheet.write_string_with_format(row, column, status_words(*status), &Looks::status(*status))?;
        }
    }
    Ok(())
}

/// A text that a cell takes; what could steer a terminal or turn lines round is shown as a sign.
fn fitting(text: &str) -> String {
    let text: Vec<_> = text.split('\n').map(words::printable).collect();
    let text = text.join("\n");
    if text.chars().count() <= CELL { text } else { text.chars().take(CELL - 1).chain(['…']).collect() }
}

fn serial(day: Date) -> Result<ExcelDateTime, XlsxError> {
    let of = |number: i8| u8::try_from(number).unwrap_or(1);
    // Days before 1900 have no number in a workbook.
    ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(1900).max(1900), of(day.month()), of(day.day()))
}

const READINESS: [Column; 5] = [
    Column("clause", "Clause", 10),
    Column("title", "Title", 40),
    Column("wanted", "Document or record", 36),
    Column("state", "State", 16),
    Column("files", "Files", 70),
];

fn documented(input: &Input<'_>) -> Vec<Vec<Cell>> {
    let row = |row: crate::isms::coverage::Readiness| {
        let paths: Vec<&str> = row.paths.iter().map(|path| &**path).collect();
        vec![
            Cell::from(row.clause.as_str()),
            Cell::from(row.title.as_str()),
            Cell::from(super::wanted_words(&row)),
            Cell::from(row.kept.name()),
            Cell::from(paths.join("; ")),
        ]
    };
    readiness(input.assessment).into_iter().map(row).collect()
}

const FINDING: [Column; 10] = [
    Column("severity", "Severity", 10),
    Column("title", "Rule", 40),
    Column("message", "Message", 60),
    Column("path", "File", 40),
    Column("line", "Line", 8),
    Column("controls", "Evidence relevant to", 34),
    Column("state", "State", 12),
    Column("reason", "Reason it is quieted", 40),
    Column("rule", "Rule id", 36),
    Column("fingerprint", "Fingerprint", 36),
];

fn findings(input: &Input<'_>) -> Vec<Vec<Cell>> {
    let assessment = input.assessment;
    let mut all: Vec<&Finding> = assessment.findings.iter().collect();
    all.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let more = all.len().saturating_sub(FINDINGS);
    let mut rows: Vec<Vec<Cell>> = all.into_iter().take(FINDINGS).map(|finding| finding_row(input, finding)).collect();
    if more > 0 {
        let text = format!("{more} more; the format json of `annexa scan` lists all");
        rows.push(vec![Cell::Empty, Cell::from(text)]);
    }
    rows
}

fn finding_row(input: &Input<'_>, finding: &Finding) -> Vec<Cell> {
    let about = input.assessment.rules.get(finding.rule).map(|run| &run.about);
    let suppression = finding.suppression.as_ref();
    let line = finding.location.region.as_ref().map_or(Cell::Empty, |region| Cell::from(region.start_line));
    vec![
        Cell::from(finding.severity.name()),
        Cell::from(about.map_or("", |about| about.title.as_str())),
        Cell::from(words::one_line(&finding.message)),
        Cell::from(&*finding.location.path),
        line,
        Cell::from(about.map_or_else(String::new, |about| words::controls(about))),
        Cell::from(finding.state().name()),
        Cell::from(words::one_line(suppression.map_or("", |by| by.reason.as_str()))),
        Cell::from(about.map_or("", |about| about.id.as_str())),
        Cell::from(finding.fingerprint.as_str()),
    ]
}
