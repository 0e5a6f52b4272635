//! The sheet: what judging the resources of units comes to, before it is sorted and named.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::assessment::{Finding, FindingKind, Location, Outcome, Pass, Presence, ResourceName};
use super::fingerprint::Identity;
use super::judge::{self, Judged};
use super::locate::{self, Texts};
use super::plan::Plan;
use super::suppress::{self, CommentPolicy, IgnoreComment, Reach};
use crate::kind::{Resource, Unit};
use crate::rule::condition::{Context, Resources};
use crate::rule::topic::TextCache;
use crate::syntax::tree::{FileId, Place};

/// Counts of one rule.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    /// Resources that passed.
    pub passes: u32,
    /// Resources that failed.
    pub fails: u32,
    /// Resources that could not be decided.
    pub unknowns: u32,
    /// What these depend on.
    pub reasons: BTreeMap<SmolStr, u32>,
}

/// Results of judging.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    /// Fails, and unknowns where they are asked for.
    pub findings: Vec<Finding>,
    /// Checks that could not be decided, by rule and resource.
    pub undecided: Vec<(usize, Arc<ResourceName>)>,
    /// Passes that are reported one by one.
    pub single_passes: Vec<Pass>,
    /// Passes that are counted by rule, check and file.
    pub counted_passes: BTreeMap<(usize, usize, FileId), u32>,
    /// Counts by rule.
    pub counts: BTreeMap<usize, Counts>,
    /// Comments that quieted something, by their place.
    pub used_comments: Vec<Place>,
    /// Comments that would quiet something and may not: their place, and the rule.
    pub forbidden_comments: Vec<(Place, SmolStr)>,
}

impl Sheet {
    /// Adds another sheet to this one.
    pub(super) fn merge(&mut self, other: Sheet) {
        self.findings.extend(other.findings);
        self.undecided.extend(other.undecided);
        self.single_passes.extend(other.single_passes);
        self.used_comments.extend(other.used_comments);
        self.forbidden_comments.extend(other.forbidden_comments);
        for (key, count) in other.counted_passes {
            *self.counted_passes.entry(key).or_default() += count;
        }
        for (rule, counts) in other.counts {
            let into = self.counts.entry(rule).or_default();
            into.passes += counts.passes;
            into.fails += counts.fails;
            into.unknowns += counts.unknowns;
            for (reason, count) in counts.reasons {
                *into.reasons.entry(reason).or_default() += count;
            }
        }
    }
}

/// What judging needs to know of the scan.
pub(super) struct Bench<'s> {
    /// The rules.
    pub plan: &'s Plan,
    /// Today.
    pub today: jiff::civil::Date,
    /// Texts of the files.
    pub texts: &'s Texts<'s>,
    /// Ignore comments by file.
    pub comments: &'s rustc_hash::FxHashMap<FileId, Vec<IgnoreComment>>,
    /// What comments may ignore.
    pub policy: &'s CommentPolicy,
    /// Folded words of documents.
    pub words: &'s TextCache,
    /// Whether unknowns are findings too.
    pub show_unknown: bool,
    /// Whether the checks that look across units are judged (and only these), or the others.
    pub across_units: bool,
}

impl Bench<'_> {
    /// Judges the resources of a unit that `reported` selects.
    pub(super) fn judge_unit<'u>(
        &'u self,
        unit: &'u Unit,
        resources: &'u dyn Resources,
        reported: &dyn Fn(&Resource) -> bool,
    ) -> Sheet {
        let mut sheet = Sheet::default();
        for resource in unit.resources.iter().filter(|resource| reported(resource)) {
            let name = OnceCell::new();
            for (rule, check) in self.plan.checks_of(&resource.target) {
                let slot = Slot { rule: *rule, check: *check, unit, resource, name: &name };
                self.judge_check(&slot, resources, &mut sheet);
            }
        }
        sheet
    }

    fn judge_check<'u>(&'u self, slot: &Slot<'u>, resources: &'u dyn Resources, sheet: &mut Sheet) {
        let Some(planned) = self.plan.rules.get(slot.rule) else { return };
        let Some(bound) = planned.rule.checks.get(slot.check) else { return };
        if bound.looks_across_units != self.across_units {
            return;
        }
        let context = Context {
            judged: slot.resource,
            today: self.today,
            parameters: &planned.parameters,
            resources,
            texts: self.words,
        };
        let judged = judge::judge(bound, slot.resource, &context);
        match judged.outcome {
            Outcome::NotApplicable => {}
            Outcome::Pass => self.pass(slot, &judged, sheet),
            Outcome::Fail => self.fail(slot, &judged, sheet),
            Outcome::Unknown => self.unknown(slot, &judged, sheet),
        }
    }

    fn pass(&self, slot: &Slot<'_>, judged: &Judged<'_>, sheet: &mut Sheet) {
        sheet.counts.entry(slot.rule).or_default().passes += 1;
        if !is_reported_singly(&slot.resource.target) {
            let key = (slot.rule, slot.check, slot.resource.header.file);
            *sheet.counted_passes.entry(key).or_default() += 1;
            return;
        }
        let evidence = judged.verdict.evidence.iter().map(|place| self.texts.location(*place)).collect();
        sheet.single_passes.push(Pass {
            rule: slot.rule,
            check: slot.check,
            resource: Some(slot.name(self.texts).0.clone()),
            location: self.location(self.texts.first_line(slot.resource.header)),
            evidence,
            presence: Some(judged.verdict.presence).filter(|_| !judged.verdict.evidence.is_empty()),
            count: 1,
        });
    }

    fn fail(&self, slot: &Slot<'_>, judged: &Judged<'_>, sheet: &mut Sheet) {
        sheet.counts.entry(slot.rule).or_default().fails += 1;
        let finding = self.finding(slot, judged, FindingKind::Fail, sheet);
        sheet.findings.extend(finding);
    }

    fn unknown(&self, slot: &Slot<'_>, judged: &Judged<'_>, sheet: &mut Sheet) {
        let counts = sheet.counts.entry(slot.rule).or_default();
        counts.unknowns += 1;
        let reason = judged.verdict.depends_on().unwrap_or_else(|| SmolStr::new_static("something that is not known"));
        *counts.reasons.entry(reason).or_default() += 1;
        sheet.undecided.push((slot.rule, slot.name(self.texts).0.clone()));
        if self.show_unknown {
            let finding = self.finding(slot, judged, FindingKind::Unknown, sheet);
            sheet.findings.extend(finding);
        }
    }

    fn finding(&self, slot: &Slot<'_>, judged: &Judged<'_>, kind: FindingKind, sheet: &mut Sheet) -> Option<Finding> {
        let planned = self.plan.rules.get(slot.rule)?;
        let check = planned.rule.checks.get(slot.check)?;
        let verdict = &judged.verdict;
        let place = locate::primary(check, slot.resource, verdict, self.texts);
        let partial = kind == FindingKind::Fail && verdict.presence == Presence::Partial;
        let topical = partial || check.is_topical || !verdict.evidence.is_empty() || !verdict.missing.is_empty();
        let related = locate::related(slot.resource, verdict, place, self.texts);
        let mut related: Vec<(Location, String)> =
            related.into_iter().map(|(place, address)| (self.texts.location(place), address.to_owned())).collect();
        related.extend(
            verdict.evidence.iter().map(|place| (self.texts.location(*place), "what the text says".to_owned())),
        );
        let required = planned.required_by.iter();
        related.extend(
            required.map(|location| (location.clone(), "what the organisation's own document requires".to_owned())),
        );
        let calls = slot.resource.call_chain.iter().map(|place| self.location(self.texts.first_line(*place)));
        let call_chain: Vec<Location> = calls.collect();
        let (resource, identity) = slot.name(self.texts).clone();
        let mut finding = Finding {
            rule: slot.rule,
            check: slot.check,
            kind,
            severity: if partial { planned.severity.lower() } else { planned.severity },
            message: message(slot, judged, kind, planned, check),
            resource,
            location: self.location(place),
            related,
            call_chain,
            presence: topical.then_some(verdict.presence),
            missing: verdict.missing.iter().map(ToString::to_string).collect(),
            depends_on: (kind == FindingKind::Unknown).then(|| verdict.depends_on()).flatten(),
            aliases: planned.aliases_of(slot.check, kind, &verdict.missing),
            instances: 1,
            identity,
            fingerprint: String::new(),
            suppression: None,
            change: None,
        };
        self.suppress(&mut finding, slot, place, &planned.rule, sheet);
        Some(finding)
    }

    fn suppress(
        &self,
        finding: &mut Finding,
        slot: &Slot<'_>,
        place: Place,
        rule: &crate::rule::Rule,
        sheet: &mut Sheet,
    ) {
        if self.comments.is_empty() {
            return;
        }
        let resource = slot.resource;
        let mut extents = vec![resource.extent];
        extents.extend(&resource.call_chain);
        let of_owner = |owner: &SmolStr| slot.unit.resources.iter().find(|other| other.address == *owner);
        let mut files: Vec<FileId> = extents.iter().map(|extent| extent.file).collect();
        files.push(place.file);
        files.sort_unstable();
        files.dedup();
        files.retain(|file| self.comments.contains_key(file));
        if files.is_empty() {
            return;
        }
        let owner = resource.owner.as_ref().and_then(of_owner).map(|owner| owner.extent);
        for comments in files.iter().filter_map(|file| self.comments.get(file)) {
            let reach = Reach { extents: &extents, owner };
            let Some(index) = suppress::quieting(finding, place, &reach, rule, comments, self.texts) else { continue };
            let Some(comment) = comments.get(index) else { continue };
            if !self.policy.allows(&rule.about.id, finding.severity) {
                sheet.forbidden_comments.push((comment.place, rule.about.id.clone()));
                continue;
            }
            finding.suppression = Some(Box::new(suppress::suppression(comment, self.texts)));
            sheet.used_comments.push(comment.place);
            return;
        }
    }

    fn location(&self, place: Place) -> Location {
        self.texts.location(place)
    }
}

/// What is judged by what.
struct Slot<'u> {
    rule: usize,
    check: usize,
    unit: &'u Unit,
    resource: &'u Resource,
    /// How the resource is named and known, once something is said of it; what is said next shares it.
    name: &'u OnceCell<(Arc<ResourceName>, Arc<Identity>)>,
}

impl Slot<'_> {
    fn name(&self, texts: &Texts<'_>) -> &(Arc<ResourceName>, Arc<Identity>) {
        self.name.get_or_init(|| {
            let name = ResourceName {
                target: self.resource.target.clone(),
                address: self.resource.address.clone(),
                owner: self.resource.owner.clone(),
                unit: self.unit.name.clone(),
            };
            (Arc::new(name), Arc::new(Identity::of(self.unit, self.resource, |file| texts.path(file))))
        })
    }
}

/// Whether passes on a target are results of their own; those of infrastructure are counted.
fn is_reported_singly(target: &str) -> bool {
    let family = target.split_once('/').map_or(target, |(family, _)| family);
    matches!(family, "isms" | "document" | "register" | "repository" | "coverage")
}

fn message(
    slot: &Slot<'_>,
    judged: &Judged<'_>,
    kind: FindingKind,
    planned: &super::plan::Planned,
    check: &crate::rule::Check,
) -> String {
    let title = &planned.rule.about.title;
    if kind == FindingKind::Unknown {
        let reason = judged.verdict.depends_on().unwrap_or_else(|| SmolStr::new_static("something that is not known"));
        return format!("Not decided whether this holds: {title}. It depends on {reason}");
    }
    let told = match &check.logic.get().message {
        Some(message) => message.fill(slot.resource, &judged.verdict, &planned.parameters),
        None => title.to_string(),
    };
    // Rules write either way; a message is a sentence wherever it is shown.
    let mut letters = told.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
