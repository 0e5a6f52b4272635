//! Results (3.27), written one after the other.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::model::{
    CodeFlow, Location, ResultItem, ResultProperties, SuppressionItem, SuppressionProperties, Text, ThreadFlow,
    ThreadFlowLocation,
};
use super::{Profile, Scene, level, place};
use crate::engine::assessment::{
    self, Before, Change, Finding, FindingKind, Pass, Presence, Suppression, SuppressionKind,
};
use crate::report::words;

/// The name of our fingerprint; its number changes when the way it is made does.
const FINGERPRINT: &str = "annexa/v1";
/// How many places GitHub takes with a result.
const MOST_RELATED: usize = 100;

/// The results of a run. Serialising makes them one by one, so that there is never a second copy of all.
pub(super) struct Results<'a> {
    pub(super) scene: &'a Scene<'a>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let scene = self.scene;
        let passes = if scene.is_full() { scene.assessment.passes.as_slice() } else { &[] };
        let findings = scene.findings.iter().filter_map(|index| scene.assessment.findings.get(*index));
        let findings = findings.map(|finding| of_finding(scene, finding));
        // Code scanning would take what is fixed for an alert, and finds out by itself what is new.
        let comparison = scene.assessment.comparison.as_ref().filter(|_| scene.is_full());
        let fixed = comparison.map_or(&[][..], |comparison| comparison.fixed.as_slice());
        let absent = fixed.iter().filter_map(|before| of_fixed(scene, before));
        let passes = passes.iter().map(|pass| of_pass(scene, pass));
        serializer.collect_seq(findings.chain(absent).chain(passes))
    }
}

fn of_finding<'a>(scene: &'a Scene<'a>, finding: &'a Finding) -> ResultItem<'a> {
    let (kind, level) = match finding.kind {
        FindingKind::Fail => ("fail", level(finding.severity)),
        FindingKind::Unknown => ("open", "none"),
    };
    let carrier = place::carrier(scene, finding);
    ResultItem {
        rule_id: rule_id(scene, finding.rule),
        rule_index: scene.rule_index(finding.rule),
        kind,
        level,
        message: Text::new(message(finding, scene.profile, carrier.is_some())),
        baseline_state: finding.change.filter(|_| scene.is_full()).map(baseline_state),
        locations: place::of_result(scene, carrier.unwrap_or(&finding.location), Some(&finding.resource)),
        related_locations: related(scene, finding),
        code_flows: code_flow(scene, finding).into_iter().collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, finding.fingerprint.as_str())]),
        occurrence_count: None,
        suppressions: scene.is_full().then(|| suppressions(scene, finding.suppression.as_deref())),
        properties: ResultProperties {
            severity: Some(finding.severity.name()),
            check: finding.check,
            target: Some(&finding.resource.target),
            unit: Some(&finding.resource.unit),
            presence: finding.presence.map(Presence::name),
            missing: &finding.missing,
            depends_on: finding.depends_on.as_deref(),
            aliases: &finding.aliases,
        },
    }
}

fn baseline_state(change: Change) -> &'static str {
    match change {
        Change::New => "new",
        Change::Worse => "updated",
        Change::Unchanged => "unchanged",
    }
}

/// A result that is not there any more; none where its rule is not of this run.
fn of_fixed<'a>(scene: &'a Scene<'a>, before: &'a Before) -> Option<ResultItem<'a>> {
    let rule_index = scene.rules().position(|run| run.about.id == before.rule)?;
    // Of two that are alike the first may be fixed: the other one is then the first, and has its fingerprint.
    let is_free = !scene.taken.contains(before.fingerprint.as_str());
    Some(ResultItem {
        rule_id: &before.rule,
        rule_index: Some(rule_index),
        kind: "fail",
        level: level(before.severity),
        message: Text::new(words::full_sentence(&before.message)),
        baseline_state: Some("absent"),
        locations: place::of_before(scene, before),
        related_locations: Vec::new(),
        code_flows: Vec::new(),
        partial_fingerprints: is_free.then_some((FINGERPRINT, before.fingerprint.as_str())).into_iter().collect(),
        occurrence_count: None,
        suppressions: Some(Vec::new()),
        properties: ResultProperties {
            severity: Some(before.severity.name()),
            target: Some(&before.target),
            unit: Some(&before.unit),
            ..ResultProperties::default()
        },
    })
}

fn of_pass<'a>(scene: &'a Scene<'a>, pass: &'a Pass) -> ResultItem<'a> {
    let run = scene.assessment.rules.get(pass.rule);
    let title = words::sentence(run.map_or("", |run| run.about.title.as_str()));
    let text = match &pass.resource {
        Some(resource) => format!("Checked and not found in '{}': {title}", resource.address),
        None => format!("Checked and not found in {}: {title}", words::count(pass.count as usize, "resource")),
    };
    let evidence = pass.evidence.iter().enumerate();
    ResultItem {
        rule_id: rule_id(scene, pass.rule),
        rule_index: scene.rule_index(pass.rule),
        kind: "pass",
        level: "none",
        message: Text::new(text),
        baseline_state: None,
        locations: place::of_result(scene, &pass.location, pass.resource.as_deref()),
        related_locations: evidence.map(|(index, place)| with_id(scene, index, place, "Rests on this.")).collect(),
        code_flows: Vec::new(),
        partial_fingerprints: BTreeMap::new(),
        occurrence_count: (pass.count > 0 && pass.resource.is_none()).then_some(pass.count),
        suppressions: Some(Vec::new()),
        properties: ResultProperties {
            check: pass.check,
            target: pass.resource.as_deref().map(|resource| resource.target.as_str()),
            unit: pass.resource.as_deref().map(|resource| &*resource.unit),
            presence: pass.presence.map(Presence::name),
            ..ResultProperties::default()
        },
    }
}

fn rule_id<'a>(scene: &Scene<'a>, rule: usize) -> &'a str {
    scene.assessment.rules.get(rule).map_or("", |run| run.about.id.as_str())
}

/// What the rule says of this resource, and which resource it is: on a platform the message is all that is seen.
fn message(finding: &Finding, profile: Profile, is_carried: bool) -> String {
    let mut sentences = vec![words::full_sentence(&finding.message)];
    if !finding.missing.is_empty() {
        sentences.push(format!("Missing: {}.", finding.missing.join(", ")));
    }
    if let Some(depends_on) = &finding.depends_on {
        sentences.push(format!("Undecided: it depends on '{depends_on}'."));
    }
    let address = finding.resource.address.as_str();
    if !address.is_empty() && !finding.message.contains(address) {
        sentences.push(format!("Resource: '{address}'."));
    }
    match (profile, &finding.location.words) {
        (Profile::Github, Some(words)) if is_carried => {
            sentences.push(format!("Place: '{}', {words}.", finding.location.path));
        }
        (Profile::Github, Some(words)) => sentences.push(format!("Place: {words}.")),
        (Profile::Github, None) if is_carried => sentences.push(format!("Place: '{}'.", finding.location.path)),
        _ => {}
    }
    sentences.join(" ")
}

fn related<'a>(scene: &Scene<'a>, finding: &'a Finding) -> Vec<Location<'a>> {
    let limit = if scene.is_full() { usize::MAX } else { MOST_RELATED };
    let places = finding.related.iter().filter(|(place, _)| !place.path.is_empty()).take(limit).enumerate();
    places.map(|(index, (place, what))| with_id(scene, index, place, what)).collect()
}

/// A related place; its id is what messages can link to (3.28.2).
fn with_id<'a>(scene: &Scene<'a>, index: usize, place: &'a assessment::Location, what: &'a str) -> Location<'a> {
    let text: Cow<'a, str> = match &place.words {
        Some(words) => format!("{} ({words})", words::sentence(what)).into(),
        None => words::sentence(what).into(),
    };
    Location { id: Some(index), message: Some(Text::new(text)), ..place::location(scene, place) }
}

/// The calls of modules that lead to the resource, the outermost first, and the place itself.
fn code_flow<'a>(scene: &Scene<'a>, finding: &'a Finding) -> Option<CodeFlow<'a>> {
    if finding.call_chain.is_empty() {
        return None;
    }
    let calls = finding.call_chain.iter().rev().map(|call| (call, "Called here."));
    let steps = calls.chain([(&finding.location, "The place of the finding.")]);
    let step = |(place, text): (&'a assessment::Location, &'static str)| {
        let location = place::location(scene, place);
        ThreadFlowLocation { location: Location { message: Some(Text::new(text)), ..location } }
    };
    let locations: Vec<ThreadFlowLocation<'a>> = steps.map(step).collect();
    Some(CodeFlow { thread_flows: [ThreadFlow { locations }] })
}

fn suppressions<'a>(scene: &Scene<'a>, suppression: Option<&'a Suppression>) -> Vec<SuppressionItem<'a>> {
    let item = |suppression: &'a Suppression| {
        let location = place::location(scene, &suppression.location);
        SuppressionItem {
            kind: match suppression.kind {
                SuppressionKind::Inline => "inSource",
                SuppressionKind::Configuration | SuppressionKind::Exception => "external",
            },
            status: "accepted",
            justification: &suppression.reason,
            location: location.physical_location.is_some().then_some(location),
            properties: suppression.exception.as_deref().map(|exception| SuppressionProperties { exception }),
        }
    };
    suppression.map(item).into_iter().collect()
}
