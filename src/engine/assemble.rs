//! From sheets to the assessment: exceptions, order, fingerprints, anchors, and the stratum of coverage.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::assessment::{
    AcceptedDeviation, Assessment, FileState, Finding, FindingKind, IsmsFacts, Location, Pass, RuleRun, ScannedFile,
    Suppression, SuppressionKind,
};
use super::fingerprint::{self, Alike};
use super::locate::Texts;
use super::plan::Plan;
use super::resources::UnitResources;
use super::scan::Settings;
use super::sheet::{Bench, Sheet};
use super::suppress::IgnoreComment;
use crate::evidence;
use crate::isms::coverage;
use crate::kind::{Notice, Resource, Unit};
use crate::rule::topic::TextCache;
use crate::source::NotRead;
use crate::syntax::tree::{FileId, Place};

/// Everything that becomes the assessment.
pub(super) struct Parts<'s> {
    pub(super) plan: &'s Plan,
    pub(super) settings: &'s Settings,
    pub(super) texts: &'s Texts<'s>,
    pub(super) comments: &'s FxHashMap<FileId, Vec<IgnoreComment>>,
    pub(super) words: &'s TextCache,
    pub(super) sheet: Sheet,
    pub(super) facts: IsmsFacts,
    pub(super) files: Vec<(Arc<str>, FileState)>,
    pub(super) not_read: Vec<NotRead>,
    pub(super) source: &'s crate::source::Source,
    pub(super) notices: Vec<Notice>,
    pub(super) units: BTreeMap<&'static str, usize>,
    pub(super) resources: BTreeMap<SmolStr, usize>,
    pub(super) alike: Alike,
}

pub(super) fn assemble(parts: Parts<'_>) -> Assessment {
    let Parts { plan, settings, texts, comments, words, mut sheet, facts, files, alike, .. } = parts;
    let files: Vec<ScannedFile> = files.into_iter().map(|(path, state)| ScannedFile { path, state }).collect();
    let (commit, repository) = parts.source.revision().unzip();
    let mut assessment = Assessment {
        today: settings.today,
        framework: settings.framework,
        prefix: parts.source.prefix.clone(),
        rules: Vec::new(),
        findings: Vec::new(),
        undecided: Vec::new(),
        passes: Vec::new(),
        files,
        not_read: parts.not_read,
        other_files: parts.source.other_files,
        excluded_files: parts.source.excluded_files,
        not_entered: parts.source.not_entered.clone(),
        notices: locate_notices(parts.notices, texts),
        units: parts.units,
        resources: parts.resources,
        isms: IsmsFacts { exceptions: in_force(settings), ..facts },
        rule_set_digest: plan.digest.clone(),
        commit,
        repository: repository.flatten(),
        limited: settings.limited.clone(),
        comparison: None,
    };
    fill(&mut assessment, &mut sheet, plan, settings, &alike);
    add_passes(&mut assessment, &mut sheet, texts);
    if settings.limited.is_none() && plan.judges("coverage/") {
        let bench = Bench {
            plan,
            today: settings.today,
            texts,
            comments,
            policy: &settings.comments,
            words,
            show_unknown: settings.show_unknown,
            across_units: false,
        };
        sheet.merge(judge_coverage(&assessment, &bench, settings));
        fill(&mut assessment, &mut sheet, plan, settings, &alike);
        add_passes(&mut assessment, &mut sheet, texts);
    }
    assessment
}

/// Each control's coverage is itself a resource; what rules say of it is reported and never fed back.
fn judge_coverage(assessment: &Assessment, bench: &Bench<'_>, settings: &Settings) -> Sheet {
    let coverage = coverage::coverage(assessment, crate::isms::control::Framework::Iso2022);
    let mut resources = coverage::coverage_resources(&coverage, assessment);
    resources.extend(still_there(&settings.evidence, assessment));
    let unit = Unit { kind: "coverage", name: Arc::from("."), resources, ..Unit::default() };
    let index = UnitResources::new([&unit]);
    bench.judge_unit(&unit, &index, &|_| true)
}

/// Evidence, with the nonconformities that this scan finds as well: one that is mended is not held against who mends it.
fn still_there(evidence: &[Resource], assessment: &Assessment) -> Vec<Resource> {
    let open = assessment.findings.iter().filter(|finding| finding.suppression.is_none());
    let found: BTreeSet<&str> = open.map(|finding| finding.fingerprint.as_str()).collect();
    let stays = |resource: &&Resource| {
        resource.target != evidence::resource::NONCONFORMITY
            || resource.names.iter().any(|name| found.contains(&**name))
    };
    evidence.iter().filter(stays).cloned().collect()
}

/// Moves the results of the sheet into the assessment; counts stay in the sheet, so that a later stratum can add its own.
fn fill(assessment: &mut Assessment, sheet: &mut Sheet, plan: &Plan, settings: &Settings, alike: &Alike) {
    if assessment.findings.is_empty() {
        std::mem::swap(&mut assessment.findings, &mut sheet.findings);
    }
    assessment.findings.append(&mut sheet.findings);
    assessment.undecided.append(&mut sheet.undecided);
    for finding in &mut assessment.findings {
        except(finding, plan, settings);
        if let Some(planned) = plan.rules.get(finding.rule) {
            settings.paths.iter().for_each(|setting| setting.apply(finding, &planned.rule.about.id));
        }
    }
    anchor(assessment, plan);
    // Rules are sorted by id, so their index stands for it.
    assessment.findings.sort_unstable_by(|left, right| {
        let by_place = left.location.path.cmp(&right.location.path);
        let by_place = by_place.then_with(|| offset(&left.location).cmp(&offset(&right.location)));
        let by_rule = by_place.then_with(|| left.rule.cmp(&right.rule));
        by_rule.then_with(|| left.resource.cmp(&right.resource)).then_with(|| left.check.cmp(&right.check))
    });
    super::instances::merge(&mut assessment.findings);
    assessment.rules = rule_runs(assessment, sheet, plan, settings);
    fingerprint::assign(&mut assessment.findings, &assessment.rules, alike);
}

fn offset(location: &Location) -> (u32, u32) {
    location.region.as_ref().map_or((0, 0), |region| (region.byte_offset, region.byte_length))
}

/// An exception in force quiets a finding that no comment quiets. (Where both do, the governed one is told.)
fn except(finding: &mut Finding, plan: &Plan, settings: &Settings) {
    let Some(planned) = plan.rules.get(finding.rule) else { return };
    let covering = settings
        .exceptions
        .iter()
        .find(|exception| exception.in_force(settings.today) && exception.covers(finding, &planned.rule.about));
    if let Some(exception) = covering {
        finding.suppression = Some(Box::new(Suppression {
            kind: SuppressionKind::Exception,
            reason: exception.reason.clone(),
            location: Location { path: exception.file.clone(), ..Location::default() },
            exception: Some(exception.id.clone()),
        }));
    }
}

fn in_force(settings: &Settings) -> Vec<AcceptedDeviation> {
    let all = settings.exceptions.iter().filter(|exception| exception.in_force(settings.today));
    all.map(|exception| AcceptedDeviation {
        id: exception.id.clone(),
        owner: exception.owner.clone(),
        approver: exception.approver.clone(),
        reason: exception.reason.clone(),
        expires: exception.expires,
        path: exception.file.clone(),
    })
    .collect()
}

/// What has no text of its own stands at the row of the statement of applicability for the rule's first control, else
/// at the configuration, the README, or the first file.
fn anchor(assessment: &mut Assessment, plan: &Plan) {
    let named = |name: &str| assessment.files.iter().find(|file| &*file.path == name).map(|file| file.path.clone());
    let fallback = named("annexa.yaml").or_else(|| named("README.md"));
    let fallback = fallback.or_else(|| assessment.files.first().map(|file| file.path.clone()));
    for finding in assessment.findings.iter_mut().filter(|finding| finding.location.path.is_empty()) {
        let controls = plan.rules.get(finding.rule).map(|planned| planned.rule.about.controls.as_slice());
        let first = controls.unwrap_or_default().first().map(|link| link.control.id.clone());
        let row = assessment.isms.applicability.iter().find(|row| Some(&row.control) == first.as_ref());
        match (row, &fallback) {
            (Some(row), _) => finding.location = row.location.clone(),
            (None, Some(path)) => finding.location = Location { path: path.clone(), ..Location::default() },
            (None, None) => {}
        }
    }
}

fn rule_runs(assessment: &Assessment, sheet: &Sheet, plan: &Plan, settings: &Settings) -> Vec<RuleRun> {
    let mut excepted: BTreeMap<usize, u32> = BTreeMap::new();
    for finding in assessment.findings.iter().filter(|finding| finding.kind == FindingKind::Fail) {
        let by_exception = finding.suppression.as_ref().is_some_and(|by| by.kind == SuppressionKind::Exception);
        *excepted.entry(finding.rule).or_default() += if by_exception { finding.instances } else { 0 };
    }
    let run = |(index, planned): (usize, &super::plan::Planned)| {
        let counts = sheet.counts.get(&index).cloned().unwrap_or_default();
        let on_coverage = planned.rule.checks.iter().flat_map(|check| &check.on).any(|on| on.starts_with("coverage/"));
        RuleRun {
            about: planned.rule.about.clone(),
            severity: planned.severity,
            passes: counts.passes,
            fails: counts.fails,
            excepted: excepted.get(&index).copied().unwrap_or_default(),
            unknowns: counts.unknowns,
            unknown_reasons: counts.reasons,
            not_evaluated: settings.limited.clone().filter(|_| on_coverage),
        }
    };
    plan.rules.iter().enumerate().map(run).collect()
}

fn add_passes(assessment: &mut Assessment, sheet: &mut Sheet, texts: &Texts<'_>) {
    assessment.passes.append(&mut sheet.single_passes);
    let counted = std::mem::take(&mut sheet.counted_passes);
    assessment.passes.extend(counted.into_iter().map(|((rule, check, file), count)| Pass {
        rule,
        check,
        resource: None,
        location: texts.location(Place::whole(file)),
        evidence: Vec::new(),
        presence: None,
        count,
    }));
    assessment.passes.sort_unstable_by(|left, right| {
        let by_place = left.rule.cmp(&right.rule).then_with(|| left.location.path.cmp(&right.location.path));
        let by_place = by_place.then_with(|| offset(&left.location).cmp(&offset(&right.location)));
        by_place.then_with(|| left.check.cmp(&right.check)).then_with(|| left.resource.cmp(&right.resource))
    });
}

fn locate_notices(notices: Vec<Notice>, texts: &Texts<'_>) -> Vec<(Notice, Location)> {
    let mut located: Vec<(Notice, Location)> = notices
        .into_iter()
        .map(|notice| {
            let location = texts.location(notice.place);
            (notice, location)
        })
        .collect();
    located.sort_by(|(left, at), (right, other)| {
        (&at.path, at, &left.id, &left.message).cmp(&(&other.path, other, &right.id, &right.message))
    });
    located.dedup();
    located
}
