//! The coverage as our own JSON. `docs/formats.md` describes it; its number changes when a reader would have to.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::engine::assessment::{AcceptedDeviation, Assessment, Location, RecognisedDocument, Standing};
use crate::isms::coverage::{
    ControlCoverage, Counts, Coverage, FacetCoverage, FacetSummary, Readiness, Records, RuleEvidence, Through,
    readiness,
};
use crate::report::json::{Place, Scan, Tool};
use crate::report::{Input, words};
use crate::rule::Facet;

/// Writes the coverage.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (assessment, coverage) = (input.assessment, input.coverage);
    let document = Document {
        schema: "annexa/coverage/1",
        tool: Tool::of(assessment),
        scan: Scan::of(assessment),
        framework: Framework { id: coverage.framework.name(), name: words::framework(coverage.framework) },
        note: super::CAVEAT,
        summary: summary(coverage),
        readiness: readiness(assessment).iter().map(of_readiness).collect(),
        controls: Entries { assessment, entries: &coverage.controls },
        clauses: Entries { assessment, entries: &coverage.clauses },
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool<'a>,
    scan: Scan<'a>,
    framework: Framework,
    note: &'static str,
    summary: Vec<Group>,
    readiness: Vec<Asked>,
    controls: Entries<'a>,
    clauses: Entries<'a>,
}

#[derive(Serialize)]
struct Framework {
    id: &'static str,
    name: &'static str,
}

/// A theme or stage, counted.
#[derive(Serialize)]
pub(in crate::report) struct Group {
    id: String,
    title: String,
    facets: Facets<StatusCounts>,
}

#[derive(Serialize)]
struct Facets<T> {
    documented: T,
    implemented: T,
    operating: T,
}

/// Every status, those included that nothing has.
struct StatusCounts(FacetSummary);

impl Serialize for StatusCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = crate::isms::coverage::Status::ALL;
        serializer.collect_map(all.into_iter().map(|status| (status.name(), self.0.count(status))))
    }
}

/// The themes and stages, counted.
pub(in crate::report) fn summary(coverage: &Coverage) -> Vec<Group> {
    let groups = coverage.themes().into_iter().chain(coverage.stages());
    groups
        .map(|group| {
            let [documented, implemented, operating] = group.facets.map(StatusCounts);
            let facets = Facets { documented, implemented, operating };
            Group { id: group.id.to_string(), title: group.title.to_string(), facets }
        })
        .collect()
}

struct Entries<'a> {
    assessment: &'a Assessment,
    entries: &'a [ControlCoverage],
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let records = Records::of(self.assessment);
        serializer.collect_seq(self.entries.iter().map(|entry| of_entry(self.assessment, &records, entry)))
    }
}

/// A document or record that a clause asks for.
#[derive(Serialize)]
struct Asked {
    clause: String,
    title: String,
    wanted: Vec<String>,
    state: String,
    paths: Vec<String>,
}

fn of_readiness(row: &Readiness) -> Asked {
    Asked {
        clause: row.clause.to_string(),
        title: row.title.to_string(),
        wanted: row.wanted.iter().map(ToString::to_string).collect(),
        state: row.kept.name().replace(' ', "-"),
        paths: row.paths.iter().map(ToString::to_string).collect(),
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    title: &'a str,
    group: &'a str,
    assessable: bool,
    applicability: Option<Applicability<'a>>,
    facets: Facets<OfFacet<'a>>,
}

#[derive(Serialize)]
struct Applicability<'a> {
    applicable: Option<bool>,
    status: &'a str,
    owner: &'a str,
    justification: &'a str,
    risks: &'a [String],
    documents: &'a [String],
    location: Option<Place<'a>>,
}

#[derive(Serialize)]
struct OfFacet<'a> {
    status: &'static str,
    reason: Reason<'a>,
    outcomes: Outcomes,
    rules: Vec<Rule<'a>>,
    findings: Vec<&'a str>,
    open_findings: usize,
    ignored_findings: usize,
    exceptions: Vec<Exception<'a>>,
    evidence: Vec<Evidence<'a>>,
    youngest_evidence: Option<Youngest<'a>>,
    documents: Vec<Record<'a>>,
    attestations: Vec<Attestation<'a>>,
    through: Vec<Link<'a>>,
}

/// An exception in force, and how many of the findings it covers.
#[derive(Serialize)]
struct Exception<'a> {
    id: &'a str,
    owner: &'a str,
    approver: &'a str,
    reason: &'a str,
    expires: Option<String>,
    path: &'a str,
    findings: usize,
}

/// The youngest of what speaks for the facet; without a path it is what the scan itself looked at.
#[derive(Serialize)]
struct Youngest<'a> {
    date: String,
    age_days: i64,
    path: Option<&'a str>,
}

#[derive(Serialize)]
struct Record<'a> {
    path: &'a str,
    #[serde(rename = "type")]
    document_type: &'a str,
    title: &'a str,
    lack: Option<String>,
    dated: Option<String>,
}

#[derive(Serialize)]
struct Reason<'a> {
    code: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct Outcomes {
    pass: u32,
    fail: u32,
    excepted: u32,
    unknown: u32,
}

impl Outcomes {
    fn of(counts: Counts) -> Outcomes {
        let Counts { passes, fails, excepted, unknowns } = counts;
        Outcomes { pass: passes, fail: fails, excepted, unknown: unknowns }
    }
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    control: String,
    bearing: &'static str,
    because: &'a str,
    outcomes: Outcomes,
}

/// Where something passes. A file without a line holds resources that pass; a line is a text that says so.
#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Evidence<'a> {
    pub(super) path: &'a str,
    pub(super) line: Option<u32>,
    place: Option<&'a str>,
}

#[derive(Serialize)]
struct Attestation<'a> {
    statement: &'a str,
    given: Option<String>,
    valid_until: Option<String>,
    location: Option<Place<'a>>,
}

#[derive(Serialize)]
struct Link<'a> {
    from: String,
    to: String,
    kind: &'static str,
    basis: &'static str,
    status: &'static str,
    rationale: &'a str,
}

fn of_entry<'a>(assessment: &'a Assessment, records: &Records<'a>, entry: &'a ControlCoverage) -> Entry<'a> {
    let row = entry.applicability.and_then(|row| assessment.isms.applicability.get(row));
    let facet = |facet| of_facet(assessment, records, entry, entry.facet(facet));
    Entry {
        id: &entry.control.id,
        title: &entry.title,
        group: &entry.group,
        assessable: entry.assessable,
        applicability: row.map(|row| Applicability {
            applicable: row.applicable,
            status: &row.status,
            owner: &row.owner,
            justification: &row.justification,
            risks: &row.risks,
            documents: &row.documents,
            location: Place::of(&row.location),
        }),
        facets: Facets {
            documented: facet(Facet::Documented),
            implemented: facet(Facet::Implemented),
            operating: facet(Facet::Operating),
        },
    }
}

fn of_facet<'a>(
    assessment: &'a Assessment,
    records: &Records<'a>,
    entry: &ControlCoverage,
    facet: &'a FacetCoverage,
) -> OfFacet<'a> {
    let basis = records.facet(entry, facet);
    let findings = facet.findings.iter().filter_map(|index| assessment.findings.get(*index));
    let attestations = facet.attestations.iter().filter_map(|index| assessment.isms.attestations.get(*index));
    OfFacet {
        status: facet.status.name(),
        reason: Reason { code: facet.reason.code, text: &facet.reason.text },
        outcomes: Outcomes::of(facet.counts),
        rules: facet.rules.iter().map(|evidence| of_rule(assessment, evidence)).collect(),
        findings: findings.map(|finding| finding.fingerprint.as_str()).collect(),
        open_findings: basis.open,
        ignored_findings: basis.ignored,
        exceptions: basis.exceptions.iter().map(|(exception, findings)| of_exception(exception, *findings)).collect(),
        evidence: evidence(assessment, facet),
        youngest_evidence: basis.youngest.map(|youngest| Youngest {
            date: youngest.day.to_string(),
            age_days: youngest.age(assessment.today),
            path: Some(youngest.path).filter(|path| !path.is_empty()),
        }),
        documents: basis.documents.iter().map(|document| of_document(document)).collect(),
        attestations: attestations
            .map(|attestation| Attestation {
                statement: &attestation.statement,
                given: attestation.given.map(|day| day.to_string()),
                valid_until: attestation.valid_until.map(|day| day.to_string()),
                location: Place::of(&attestation.location),
            })
            .collect(),
        through: facet.through.iter().map(of_through).collect(),
    }
}

fn of_exception(exception: &AcceptedDeviation, findings: usize) -> Exception<'_> {
    let AcceptedDeviation { id, owner, approver, reason, expires, path } = exception;
    Exception { id, owner, approver, reason, expires: expires.map(|day| day.to_string()), path, findings }
}

fn of_document(document: &RecognisedDocument) -> Record<'_> {
    Record {
        path: &document.path,
        document_type: &document.document_type,
        title: &document.title,
        lack: document.standing.and_then(Standing::lack),
        dated: document.dated.map(|day| day.to_string()),
    }
}

fn of_rule<'a>(assessment: &'a Assessment, evidence: &'a RuleEvidence) -> Rule<'a> {
    Rule {
        id: assessment.rules.get(evidence.rule).map_or("", |run| run.about.id.as_str()),
        control: evidence.control.to_string(),
        bearing: evidence.bearing.name(),
        because: &evidence.because,
        outcomes: Outcomes::of(evidence.counts),
    }
}

/// The places that the passes rest on, each once, sorted.
pub(super) fn evidence<'a>(assessment: &'a Assessment, facet: &FacetCoverage) -> Vec<Evidence<'a>> {
    let passes = facet.passes.iter().filter_map(|index| assessment.passes.get(*index));
    let places = passes.flat_map(|pass| {
        let itself: &[Location] = std::slice::from_ref(&pass.location);
        if pass.evidence.is_empty() { itself } else { &pass.evidence }
    });
    let evidence = places.filter(|place| !place.path.is_empty()).map(|place| Evidence {
        path: &place.path,
        line: place.region.as_deref().map(|region| region.start_line),
        place: place.words.as_deref(),
    });
    evidence.collect::<BTreeSet<_>>().into_iter().collect()
}

fn of_through(through: &Through) -> Link<'_> {
    let relation = through.relation;
    Link {
        from: relation.from.to_string(),
        to: relation.to.to_string(),
        kind: relation.kind.name(),
        basis: relation.basis.name(),
        status: through.status.name(),
        rationale: &relation.rationale,
    }
}
