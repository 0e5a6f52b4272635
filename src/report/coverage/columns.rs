//! The coverage as rows: the statement of applicability, with what was found beside what it says. CSV and workbooks are
//! made of these.

use jiff::civil::Date;

use super::json::evidence;
use crate::engine::assessment::{
    AcceptedDeviation, ApplicabilityRow, Assessment, Attestation, FindingKind, RecognisedDocument,
};
use crate::isms::coverage::{Basis, ControlCoverage, Counts, FacetCoverage, Records, Status, Youngest};
use crate::report::{Input, words};

/// Places, rules and documents that a cell lists; a spreadsheet takes 32,767 characters in one.
const LISTED: usize = 50;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// Text as it is, which is never a formula.
    Text(String),
    /// A number.
    Number(u64),
    /// A day.
    Day(Date),
    /// A status, which spreadsheets give a colour.
    Status(Status),
    /// Nothing, which is not the same as 0.
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::from(text.to_string())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Cell {
        Cell::Number(number.into())
    }
}

impl Cell {
    fn count(number: usize) -> Cell {
        Cell::Number(number as u64)
    }

    fn day(day: Option<Date>) -> Cell {
        day.map_or(Cell::Empty, Cell::Day)
    }
}

/// A column: its name in CSV, its heading in a workbook, and how wide it is there, in characters.
pub(super) struct Column(pub(super) &'static str, pub(super) &'static str, pub(super) u16);

impl Column {
    /// Whether it says what the statement of applicability says, or how another framework is told.
    pub(super) fn is_of_statement(&self) -> bool {
        STATEMENT.iter().chain(&LAST).any(|column| column.0 == self.0)
    }
}

const ENTRY: [Column; 3] =
    [Column("id", "Control", 10), Column("title", "Title", 34), Column("group", "Theme or stage", 15)];
const STATEMENT: [Column; 6] = [
    Column("applicable", "Applicable", 11),
    Column("justification", "Justification", 40),
    Column("soa_status", "SoA status", 14),
    Column("owner", "Owner", 20),
    Column("risks", "Risks", 14),
    Column("soa_documents", "SoA documents", 30),
];
const FACETS: [Column; 3] = [
    Column("documented", "Documented", 16),
    Column("implemented", "Implemented", 16),
    Column("operating", "Operating", 16),
];
const FACET: [Column; 3] = [Column("facet", "Facet", 13), Column("status", "Status", 16), Column("reason", "Why", 44)];
const RESULTS: [Column; 9] = [
    Column("rules", "Rules with results", 36),
    Column("failing_rules", "Rules that fail", 36),
    Column("evaluated", "Resources evaluated", 11),
    Column("pass", "Pass", 8),
    Column("fail", "Fail", 8),
    Column("excepted", "Excepted", 10),
    Column("unknown", "Unknown", 10),
    Column("open_findings", "Findings open", 10),
    Column("ignored_findings", "Findings ignored", 10),
];
const BASIS: [Column; 7] = [
    Column("exceptions", "Exceptions", 36),
    Column("attestations", "Attestations", 36),
    Column("documents", "Documents", 36),
    Column("evidence", "Evidence", 36),
    Column("youngest_evidence", "Youngest evidence", 12),
    Column("evidence_age_days", "Its age in days", 10),
    Column("youngest_evidence_of", "Youngest evidence is", 30),
];
const WHY: Column = Column("reason", "Why, by facet", 60);
const LAST: [Column; 2] = [Column("through", "Through", 30), Column("soa_place", "Row of the SoA", 30)];

/// The columns of a row for each facet of each entry.
pub(super) fn facet_columns() -> impl Iterator<Item = &'static Column> {
    ENTRY.iter().chain(&STATEMENT).chain(&FACET).chain(&RESULTS).chain(&BASIS).chain(&LAST)
}

/// The columns of a row for each entry.
pub(super) fn entry_columns() -> impl Iterator<Item = &'static Column> {
    let head = ENTRY.iter().chain(&STATEMENT).chain(&FACETS);
    head.chain(&RESULTS).chain(&BASIS).chain(std::iter::once(&WHY)).chain(&LAST)
}

/// What rows are made from.
pub(super) struct Rows<'a> {
    assessment: &'a Assessment,
    records: Records<'a>,
}

impl<'a> Rows<'a> {
    pub(super) fn of(input: &Input<'a>) -> Rows<'a> {
        Rows { assessment: input.assessment, records: Records::of(input.assessment) }
    }

    /// A row of [`facet_columns`].
    pub(super) fn facet(&self, entry: &ControlCoverage, facet: &FacetCoverage) -> Vec<Cell> {
        let basis = self.records.facet(entry, facet);
        let mut cells = self.head(entry);
        cells.extend([
            Cell::from(facet.facet.name()),
            Cell::Status(facet.status),
            Cell::from(words::one_line(&facet.reason.text)),
        ]);
        cells.extend(self.results(&[facet], facet.counts, &basis));
        cells.extend(self.basis(&[facet], &basis));
        cells.extend(self.last(entry, &[facet]));
        cells
    }

    /// A row of [`entry_columns`]. Facets share no rule, so their numbers add up.
    pub(super) fn entry(&self, entry: &ControlCoverage) -> Vec<Cell> {
        let basis = self.records.control(entry);
        let facets: Vec<&FacetCoverage> = entry.facets.iter().collect();
        let rules: Vec<_> = facets.iter().flat_map(|facet| &facet.rules).cloned().collect();
        let mut cells = self.head(entry);
        cells.extend(facets.iter().map(|facet| Cell::Status(facet.status)));
        cells.extend(self.results(&facets, Counts::of(&rules), &basis));
        cells.extend(self.basis(&facets, &basis));
        let why = |facet: &&FacetCoverage| format!("{}: {}", facet.facet.name(), words::one_line(&facet.reason.text));
        cells.push(Cell::from(facets.iter().map(why).collect::<Vec<_>>().join("\n")));
        cells.extend(self.last(entry, &facets));
        cells
    }

    fn statement(&self, entry: &ControlCoverage) -> Option<&'a ApplicabilityRow> {
        entry.applicability.and_then(|at| self.assessment.isms.applicability.get(at))
    }

    /// What the entry is, and what the statement of applicability says of it.
    fn head(&self, entry: &ControlCoverage) -> Vec<Cell> {
        let row = self.statement(entry);
        let applicable = match row.and_then(|row| row.applicable) {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        };
        let text = |text: Option<&str>| Cell::from(words::one_line(text.unwrap_or_default()));
        let list = |texts: Option<&Vec<String>>| Cell::from(listed(texts.into_iter().flatten().cloned().collect()));
        vec![
            Cell::from(entry.control.id.as_str()),
            Cell::from(entry.title.as_str()),
            Cell::from(entry.group.as_str()),
            Cell::from(applicable),
            text(row.map(|row| row.justification.as_str())),
            text(row.map(|row| row.status.as_str())),
            text(row.map(|row| row.owner.as_str())),
            list(row.map(|row| &row.risks)),
            list(row.map(|row| &row.documents)),
        ]
    }

    fn results(&self, facets: &[&FacetCoverage], counts: Counts, basis: &Basis<'_>) -> [Cell; 9] {
        let rules = facets.iter().flat_map(|facet| &facet.rules);
        let with_results = rules.filter(|evidence| evidence.counts.decided() + evidence.counts.unknowns > 0);
        let ids = with_results.filter_map(|evidence| self.assessment.rules.get(evidence.rule));
        let failing = facets.iter().flat_map(|facet| failing(self.assessment, facet)).map(str::to_string);
        [
            Cell::from(listed(ids.map(|run| run.about.id.to_string()).collect())),
            Cell::from(listed(failing.collect())),
            Cell::from(counts.decided().saturating_add(counts.unknowns)),
            Cell::from(counts.passes),
            Cell::from(counts.fails),
            Cell::from(counts.excepted),
            Cell::from(counts.unknowns),
            Cell::count(basis.open),
            Cell::count(basis.ignored),
        ]
    }

    fn basis(&self, facets: &[&FacetCoverage], basis: &Basis<'_>) -> [Cell; 7] {
        let exceptions = basis.exceptions.iter().map(|(exception, findings)| exception_words(exception, *findings));
        let attested = facets.iter().flat_map(|facet| &facet.attestations);
        let attested = attested.filter_map(|at| self.assessment.isms.attestations.get(*at)).map(attestation_words);
        let places = facets.iter().flat_map(|facet| evidence(self.assessment, facet));
        let mut places: Vec<String> = places.map(|place| at_line(place.path, place.line)).collect();
        places.dedup();
        let age = |youngest: Youngest<'_>| Cell::Number(youngest.age(self.assessment.today).unsigned_abs());
        let age = basis.youngest.map_or(Cell::Empty, age);
        let of =
            basis.youngest.map_or("", |youngest| if youngest.path.is_empty() { "this scan" } else { youngest.path });
        [
            Cell::from(listed(exceptions.collect())),
            Cell::from(listed(attested.collect())),
            Cell::from(listed(basis.documents.iter().map(|document| document_words(document)).collect())),
            Cell::from(listed(places)),
            Cell::day(basis.youngest.map(|youngest| youngest.day)),
            age,
            Cell::from(of),
        ]
    }

    fn last(&self, entry: &ControlCoverage, facets: &[&FacetCoverage]) -> [Cell; 2] {
        let mut through: Vec<String> = Vec::new();
        for link in facets.iter().flat_map(|facet| &facet.through) {
            let words = format!("{} ({})", link.relation.to.id, link.relation.kind.name());
            if !through.contains(&words) {
                through.push(words);
            }
        }
        let place = self.statement(entry).map(|row| &row.location);
        let place = place.map(|at| at_line(&at.path, at.region.as_ref().map(|region| region.start_line)));
        [Cell::from(listed(through)), Cell::from(place.unwrap_or_default())]
    }
}

/// The rules of which a fail stands against the facet, in the order of the evidence.
pub(super) fn failing<'a>(assessment: &'a Assessment, facet: &FacetCoverage) -> Vec<&'a str> {
    let failed = |rule: usize| {
        let findings = facet.findings.iter().filter_map(|at| assessment.findings.get(*at));
        findings.into_iter().any(|finding| finding.rule == rule && finding.kind == FindingKind::Fail)
    };
    let rules = facet.rules.iter().map(|evidence| evidence.rule).filter(|rule| failed(*rule));
    rules.filter_map(|rule| assessment.rules.get(rule)).map(|run| run.about.id.as_str()).collect()
}

/// A document, with what keeps it from standing for what it says.
pub(super) fn document_words(document: &RecognisedDocument) -> String {
    let lack = document.standing.and_then(crate::engine::assessment::Standing::lack);
    lack.map_or_else(|| document.path.to_string(), |lack| format!("{} ({lack})", document.path))
}

/// An exception: until when, who accepted it, and how many findings it covers.
pub(super) fn exception_words(exception: &AcceptedDeviation, findings: usize) -> String {
    let until = exception.expires.map(|day| format!(" until {day}")).unwrap_or_default();
    let by = words::one_line(&exception.approver);
    format!("{}{until}, accepted by {by}, {}", exception.id, words::count(findings, "finding"))
}

/// What is attested, and until when.
pub(super) fn attestation_words(attestation: &Attestation) -> String {
    let until = attestation.valid_until.map(|day| format!(", until {day}")).unwrap_or_default();
    format!("{}{until}", words::one_line(&attestation.statement))
}

/// Several texts in one cell.
fn listed(mut texts: Vec<String>) -> String {
    let more = texts.len().saturating_sub(LISTED);
    texts.truncate(LISTED);
    if more > 0 {
        texts.push(format!("and {more} more"));
    }
    texts.join("; ")
}

fn at_line(path: &str, line: Option<u32>) -> String {
    line.map_or_else(|| path.to_string(), |line| format!("{path}:{line}"))
}

impl Cell {
    /// The cell as text.
    pub(super) fn words(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Day(day) => day.to_string(),
            Cell::Status(status) => status.name().to_string(),
            Cell::Empty => String::new(),
        }
    }
}

/// What a status means, for people who see it for the first time.
pub(super) fn sentence_words(status: Status) -> &'static str {
    match status {
        Status::Satisfied => "all that was looked at is there, directly checked",
        Status::Partial => "some of it is there, or rules that only support the control say so",
        Status::Excepted => "every fail is under an exception in force",
        Status::NotSatisfied => "fails, and no pass",
        Status::Attested => "nothing was found either way, but a person vouches for it",
        Status::RelatedEvidence => {
            "evidence exists for entries of another framework that have something in common with it"
        }
        Status::NotEvaluated => "nothing was found either way; the reason stands beside it. It is neither good nor bad",
        Status::NotApplicable => "the statement of applicability excludes it and says why",
    }
}
