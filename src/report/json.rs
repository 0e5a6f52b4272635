//! Our own JSON. `docs/formats.md` describes it; its number changes when a reader would have to. The types of the
//! domain are not serialised, so that they can change freely.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use smol_str::SmolStr;

use super::count::{self, Files};
use super::coverage;
use super::{Input, words};
use crate::engine::assessment::{
    Assessment, Before, Change, Comparison, FileState, Finding, FindingKind, Location, Pass, Presence,
    RecognisedDocument, Region, ResourceName, RuleRun, Suppression, SuppressionKind,
};
use crate::source::NotReadReason;

/// Writes the assessment.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let assessment = input.assessment;
    let document = Document {
        schema: "annexa/scan/1",
        tool: Tool::of(assessment),
        scan: Scan::of(assessment),
        summary: summary(assessment),
        coverage: CoverageSummary {
            framework: input.coverage.framework.name(),
            name: words::framework(input.coverage.framework),
            groups: coverage::summary(input.coverage),
        },
        comparison: assessment.comparison.as_ref().map(|comparison| of_comparison(assessment, comparison)),
        findings: Sequence { assessment, items: &assessment.findings, written: of_finding },
        passes: Sequence { assessment, items: &assessment.passes, written: of_pass },
        rules: Sequence { assessment, items: &assessment.rules, written: of_rule },
        documents: Sequence { assessment, items: &assessment.isms.documents, written: of_document },
        files: Sequence { assessment, items: &assessment.files, written: of_file },
        not_read: assessment
            .not_read
            .iter()
            .map(|path| Unread { path: &path.path, reason: reason(path.reason), detail: &path.detail })
            .collect(),
        not_entered: assessment
            .not_entered
            .iter()
            .map(|folder| Unread { path: &folder.path, reason: "not-entered", detail: folder.reason })
            .collect(),
        notices: assessment
            .notices
            .iter()
            .map(|(notice, location)| Notice { id: notice.id, message: &notice.message, location: Place::of(location) })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool<'a>,
    scan: Scan<'a>,
    summary: Summary<'a>,
    coverage: CoverageSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<ComparisonItem<'a>>,
    findings: Sequence<'a, Finding, FindingItem<'a>>,
    passes: Sequence<'a, Pass, PassItem<'a>>,
    rules: Sequence<'a, RuleRun, RuleItem<'a>>,
    documents: Sequence<'a, RecognisedDocument, DocumentItem<'a>>,
    files: Sequence<'a, crate::engine::assessment::ScannedFile, FileItem<'a>>,
    not_read: Vec<Unread<'a>>,
    not_entered: Vec<Unread<'a>>,
    notices: Vec<Notice<'a>>,
}

/// Items that are turned into what is written one by one.
struct Sequence<'a, T, W> {
    assessment: &'a Assessment,
    items: &'a [T],
    written: fn(&'a Assessment, &'a T) -> W,
}

impl<T, W: Serialize> Serialize for Sequence<'_, T, W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items.iter().map(|item| (self.written)(self.assessment, item)))
    }
}

/// What judged.
#[derive(Serialize)]
pub(super) struct Tool<'a> {
    name: &'static str,
    version: &'static str,
    rule_set_digest: &'a str,
}

impl<'a> Tool<'a> {
    pub(super) fn of(assessment: &'a Assessment) -> Tool<'a> {
        let version = env!("CARGO_PKG_VERSION");
        Tool { name: "annexa", version, rule_set_digest: &assessment.rule_set_digest }
    }
}

/// What was judged, and whether all of it was seen.
#[derive(Serialize)]
pub(super) struct Scan<'a> {
    today: String,
    commit: Option<&'a str>,
    repository: Option<&'a str>,
    /// The way from the root of the repository to the folder that paths are relative to.
    prefix: &'a str,
    complete: bool,
    limited: Option<&'a str>,
}

impl<'a> Scan<'a> {
    pub(super) fn of(assessment: &'a Assessment) -> Scan<'a> {
        Scan {
            today: assessment.today.to_string(),
            commit: assessment.commit.as_deref(),
            repository: assessment.repository.as_deref(),
            prefix: &assessment.prefix,
            complete: !assessment.incomplete(),
            limited: assessment.limited.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct Summary<'a> {
    findings: BTreeMap<&'static str, usize>,
    suppressed: usize,
    excepted: usize,
    passes: usize,
    unknowns: usize,
    unknown_reasons: BTreeMap<&'a str, usize>,
    files: FileCounts,
    units: &'a BTreeMap<&'static str, usize>,
    resources: &'a BTreeMap<SmolStr, usize>,
}

#[derive(Serialize)]
struct FileCounts {
    evaluated: usize,
    by_kind: BTreeMap<&'static str, usize>,
    not_recognised: usize,
    unreadable: usize,
    context: usize,
    set_aside: usize,
    not_read: usize,
    excluded: usize,
    other: usize,
}

fn summary(assessment: &Assessment) -> Summary<'_> {
    let findings = count::Findings::of(assessment);
    let files = Files::of(assessment);
    let (unknowns, unknown_reasons) = count::unknowns(assessment);
    Summary {
        findings: findings.open.iter().rev().map(|(severity, number)| (severity.name(), *number)).collect(),
        suppressed: findings.commented + findings.configured,
        excepted: findings.excepted,
        passes: count::passes(assessment),
        unknowns,
        unknown_reasons: unknown_reasons.into_iter().collect(),
        files: FileCounts {
            evaluated: files.evaluated,
            by_kind: files.by_kind,
            not_recognised: files.not_recognised,
            unreadable: files.unreadable,
            context: files.context,
            set_aside: files.set_aside,
            not_read: assessment.not_read.len(),
            excluded: assessment.excluded_files,
            other: assessment.other_files,
        },
        units: &assessment.units,
        resources: &assessment.resources,
    }
}

#[derive(Serialize)]
struct CoverageSummary {
    framework: &'static str,
    name: &'static str,
    groups: Vec<coverage::Group>,
}

/// Where something stands.
#[derive(Serialize)]
pub(super) struct Place<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<RegionItem>,
    /// The place in words, where lines have no meaning.
    #[serde(rename = "place", skip_serializing_if = "Option::is_none")]
    words: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// Nothing for what stands in no file.
    pub(super) fn of(location: &'a Location) -> Option<Place<'a>> {
        let region = location.region.as_deref().map(RegionItem::of);
        let words = location.words.as_deref();
        (!location.path.is_empty()).then_some(Place { path: &location.path, region, words })
    }
}

/// Lines and columns from 1, columns in code points, the end one past the last; and the same in bytes from 0.
#[derive(Serialize)]
struct RegionItem {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
    byte_offset: u32,
    byte_length: u32,
}

impl RegionItem {
    fn of(region: &Region) -> RegionItem {
        RegionItem {
            start_line: region.start_line,
            start_column: region.start_column,
            end_line: region.end_line,
            end_column: region.end_column,
            byte_offset: region.byte_offset,
            byte_length: region.byte_length,
        }
    }
}

#[derive(Serialize)]
struct Resource<'a> {
    target: &'a str,
    address: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    unit: &'a str,
}

impl<'a> Resource<'a> {
    fn of(resource: &'a ResourceName) -> Resource<'a> {
        Resource {
            target: &resource.target,
            address: &resource.address,
            owner: resource.owner.as_deref(),
            unit: &resource.unit,
        }
    }
}

#[derive(Serialize)]
struct FindingItem<'a> {
    fingerprint: &'a str,
    rule: &'a str,
    check: usize,
    kind: &'static str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    resource: Resource<'a>,
    location: Option<Place<'a>>,
    text: Option<&'a str>,
    related: Vec<Related<'a>>,
    call_chain: Vec<Place<'a>>,
    presence: Option<&'static str>,
    missing: &'a [String],
    depends_on: Option<&'a str>,
    controls: Vec<String>,
    aliases: &'a [SmolStr],
    suppression: Option<SuppressionItem<'a>>,
    /// What it is to the base: `new`, `worse`, `unchanged`.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'static str>,
}

/// What the scan was compared with.
#[derive(Serialize)]
struct ComparisonItem<'a> {
    base: &'a str,
    commit: Option<&'a str>,
    notes: &'a [String],
    /// Open findings.
    new: usize,
    worse: usize,
    unchanged: usize,
    /// What is not found any more.
    fixed: Vec<BeforeItem<'a>>,
    /// What was found, and cannot be told from now.
    lost: Vec<BeforeItem<'a>>,
}

#[derive(Serialize)]
struct BeforeItem<'a> {
    fingerprint: &'a str,
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
    target: &'a str,
    address: &'a str,
    unit: &'a str,
    path: &'a str,
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

fn of_comparison<'a>(assessment: &Assessment, comparison: &'a Comparison) -> ComparisonItem<'a> {
    let changes = count::Changes::of(assessment);
    let item = |before: &'a Before, reason| BeforeItem {
        fingerprint: &before.fingerprint,
        rule: &before.rule,
        severity: before.severity.name(),
        message: &before.message,
        target: &before.target,
        address: &before.address,
        unit: &before.unit,
        path: &before.path,
        line: before.line,
        reason,
    };
    ComparisonItem {
        base: &comparison.base,
        commit: comparison.commit.as_deref(),
        notes: &comparison.notes,
        new: changes.new,
        worse: changes.worse,
        unchanged: changes.unchanged,
        fixed: comparison.fixed.iter().map(|before| item(before, None)).collect(),
        lost: comparison.lost.iter().map(|(before, reason)| item(before, Some(*reason))).collect(),
    }
}

#[derive(Serialize)]
struct Related<'a> {
    what: &'a str,
    location: Option<Place<'a>>,
}

#[derive(Serialize)]
struct SuppressionItem<'a> {
    kind: &'static str,
    reason: &'a str,
    exception: Option<&'a str>,
    location: Option<Place<'a>>,
}

fn of_finding<'a>(assessment: &'a Assessment, finding: &'a Finding) -> FindingItem<'a> {
    let run = assessment.rules.get(finding.rule);
    let related = |(location, what): &'a (Location, String)| Related { what, location: Place::of(location) };
    FindingItem {
        fingerprint: &finding.fingerprint,
        rule: run.map_or("", |run| run.about.id.as_str()),
        check: finding.check,
        kind: match finding.kind {
            FindingKind::Fail => "fail",
            FindingKind::Unknown => "unknown",
        },
        severity: finding.severity.name(),
        confidence: run.map_or("", |run| run.confidence().name()),
        message: &finding.message,
        resource: Resource::of(&finding.resource),
        location: Place::of(&finding.location),
        text: finding.location.region.as_deref().map(|region| region.text.as_str()),
        related: finding.related.iter().map(related).collect(),
        call_chain: finding.call_chain.iter().filter_map(Place::of).collect(),
        presence: finding.presence.map(Presence::name),
        missing: &finding.missing,
        depends_on: finding.depends_on.as_deref(),
        controls: run.map(controls).unwrap_or_default(),
        aliases: &finding.aliases,
        suppression: finding.suppression.as_deref().map(of_suppression),
        change: finding.change.map(Change::name),
    }
}

fn of_suppression(suppression: &Suppression) -> SuppressionItem<'_> {
    SuppressionItem {
        kind: match suppression.kind {
            SuppressionKind::Inline => "inline",
            SuppressionKind::Configuration => "configuration",
            SuppressionKind::Exception => "exception",
        },
        reason: &suppression.reason,
        exception: suppression.exception.as_deref(),
        location: Place::of(&suppression.location),
    }
}

fn controls(run: &RuleRun) -> Vec<String> {
    run.about.controls.iter().map(|link| link.control.to_string()).collect()
}

#[derive(Serialize)]
struct PassItem<'a> {
    rule: &'a str,
    check: usize,
    count: u32,
    resource: Option<Resource<'a>>,
    location: Option<Place<'a>>,
    evidence: Vec<Place<'a>>,
    presence: Option<&'static str>,
}

fn of_pass<'a>(assessment: &'a Assessment, pass: &'a Pass) -> PassItem<'a> {
    PassItem {
        rule: assessment.rules.get(pass.rule).map_or("", |run| run.about.id.as_str()),
        check: pass.check,
        count: pass.count,
        resource: pass.resource.as_deref().map(Resource::of),
        location: Place::of(&pass.location),
        evidence: pass.evidence.iter().filter_map(Place::of).collect(),
        presence: pass.presence.map(Presence::name),
    }
}

#[derive(Serialize)]
struct RuleItem<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'static str,
    confidence: &'static str,
    facet: &'static str,
    controls: Vec<ControlItem<'a>>,
    why: &'a str,
    fix: &'a str,
    references: &'a [SmolStr],
    aliases: &'a [SmolStr],
    outcomes: Outcomes,
    unknown_reasons: &'a BTreeMap<SmolStr, u32>,
    not_evaluated: Option<&'a str>,
}

#[derive(Serialize)]
struct ControlItem<'a> {
    id: String,
    bearing: &'static str,
    because: &'a str,
}

#[derive(Serialize)]
struct Outcomes {
    pass: u32,
    fail: u32,
    excepted: u32,
    unknown: u32,
}

fn of_rule<'a>(_: &'a Assessment, run: &'a RuleRun) -> RuleItem<'a> {
    let about = &*run.about;
    let control = |link: &'a crate::rule::ControlLink| ControlItem {
        id: link.control.to_string(),
        bearing: link.bearing.name(),
        because: &link.because,
    };
    RuleItem {
        id: &about.id,
        title: &about.title,
        severity: run.severity.name(),
        confidence: about.confidence.name(),
        facet: about.facet.name(),
        controls: about.controls.iter().map(control).collect(),
        why: &about.why,
        fix: &about.fix,
        references: &about.references,
        aliases: &about.all_aliases,
        outcomes: Outcomes { pass: run.passes, fail: run.fails, excepted: run.excepted, unknown: run.unknowns },
        unknown_reasons: &run.unknown_reasons,
        not_evaluated: run.not_evaluated.as_deref(),
    }
}

#[derive(Serialize)]
struct DocumentItem<'a> {
    path: &'a str,
    #[serde(rename = "type")]
    document_type: &'a str,
    title: &'a str,
    because: &'a str,
    standing: Option<Standing>,
}

#[derive(Serialize)]
struct Standing {
    owned: bool,
    approved: bool,
    current: bool,
}

fn of_document<'a>(_: &'a Assessment, document: &'a RecognisedDocument) -> DocumentItem<'a> {
    DocumentItem {
        path: &document.path,
        document_type: &document.document_type,
        title: &document.title,
        because: &document.because,
        standing: document.standing.map(|standing| Standing {
            owned: standing.owned,
            approved: standing.approved,
            current: standing.current,
        }),
    }
}

#[derive(Serialize)]
struct FileItem<'a> {
    path: &'a str,
    state: &'static str,
    kinds: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

fn of_file<'a>(_: &'a Assessment, file: &'a crate::engine::assessment::ScannedFile) -> FileItem<'a> {
    let (state, kinds, why): (_, &[&str], _) = match &file.state {
        FileState::Evaluated(kinds) => ("evaluated", kinds, None),
        FileState::NotRecognised => ("not-recognised", &[], None),
        FileState::Unreadable(error) => ("unreadable", &[], Some(error.as_str())),
        FileState::Context => ("context", &[], None),
        FileState::SetAside(reason) => ("set-aside", &[], Some(reason)),
    };
    FileItem { path: &file.path, state, kinds, why }
}

#[derive(Serialize)]
struct Unread<'a> {
    path: &'a str,
    reason: &'static str,
    detail: &'a str,
}

fn reason(reason: NotReadReason) -> &'static str {
    match reason {
        NotReadReason::TooLarge => "too-large",
        NotReadReason::NotText => "not-text",
        NotReadReason::Denied => "denied",
        NotReadReason::Link => "link",
        NotReadReason::Special => "special",
        NotReadReason::Failed => "failed",
    }
}

#[derive(Serialize)]
struct Notice<'a> {
    id: &'static str,
    message: &'a str,
    location: Option<Place<'a>>,
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{Format, Style, fixture, snapshot, write as write_report};
    use super::*;

    fn text(assessment: &Assessment) -> String {
        let coverage = crate::isms::coverage::coverage(assessment, assessment.framework);
        let input = Input { assessment, coverage: &coverage, history: None, style: Style::default() };
        let mut out = Vec::new();
        write_report(Format::Json, &input, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("the report is UTF-8")
    }

    #[test]
    fn the_report_looks_as_it_did() {
        snapshot::compare("odd.json", &text(&fixture::assessment()));
    }

    /// The keys of all objects; those of tables of counts are data.
    fn keys<'v>(value: &'v Value, found: &mut std::collections::BTreeSet<&'v str>) {
        for (key, below) in value.as_object().into_iter().flatten() {
            found.insert(key);
            if !["by_kind", "units", "resources", "unknown_reasons"].contains(&key.as_str()) {
                keys(below, found);
            }
        }
        for below in value.as_array().into_iter().flatten() {
            keys(below, found);
        }
    }

    #[test]
    fn every_key_is_documented() {
        let assessment = fixture::assessment();
        let coverage = crate::isms::coverage::coverage(&assessment, crate::isms::control::Framework::Iso2013);
        let input = Input { assessment: &assessment, coverage: &coverage, history: None, style: Style::default() };
        let mut out = Vec::new();
        coverage::write_coverage(coverage::CoverageFormat::Json, &input, &mut out).expect("a vector takes everything");
        let documents = [text(&assessment), String::from_utf8(out).expect("the report is UTF-8")];
        let manual = include_str!("../../docs/formats.md");
        for document in documents {
            let value: Value = serde_json::from_str(&document).expect("the report is JSON");
            let mut found = std::collections::BTreeSet::new();
            keys(&value, &mut found);
            let unknown: Vec<&&str> = found.iter().filter(|key| !manual.contains(&format!("`{key}`"))).collect();
            assert!(unknown.is_empty(), "docs/formats.md does not tell of {unknown:?}");
        }
    }

    #[test]
    fn regions_slice_back_to_their_text_in_bytes() {
        let value: Value = serde_json::from_str(&text(&fixture::assessment())).expect("the report is JSON");
        let mut compared = 0;
        for finding in value["findings"].as_array().expect("findings") {
            let region = &finding["location"]["region"];
            let Some(file) = fixture::FILES.iter().find(|(path, _)| finding["location"]["path"] == **path) else {
                continue;
            };
            let number = |key: &str| usize::try_from(region[key].as_u64().expect("a number")).expect("a small one");
            let start = number("byte_offset");
            let slice = &file.1[start..start + number("byte_length")];
            assert_eq!(finding["text"], slice);
            compared += 1;
        }
        assert_eq!(compared, 6);
    }

    #[test]
    fn the_summary_adds_up() {
        let assessment = fixture::assessment();
        let value: Value = serde_json::from_str(&text(&assessment)).expect("the report is JSON");
        let summary = &value["summary"];
        let open: u64 = ["critical", "high", "medium", "low", "info"]
            .iter()
            .map(|severity| summary["findings"][severity].as_u64().expect("a number"))
            .sum();
        let quiet = summary["suppressed"].as_u64().expect("a number") + summary["excepted"].as_u64().expect("a number");
        let unknown = assessment.findings.iter().filter(|finding| finding.kind == FindingKind::Unknown).count() as u64;
        assert_eq!(open + quiet + unknown, assessment.findings.len() as u64);
        assert_eq!(value["scan"]["complete"], false);
        assert_eq!(value["findings"].as_array().map(Vec::len), Some(assessment.findings.len()));
        assert_eq!(value["files"].as_array().map(Vec::len), Some(assessment.files.len()));
    }
}
