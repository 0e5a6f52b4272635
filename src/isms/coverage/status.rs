//! The status of a facet: the first line of one table that fits.

use smol_str::SmolStr;

use crate::engine::assessment::{Assessment, Attestation, FileState, Pass};
use crate::isms::coverage::{Counts, Reason, RuleEvidence, Status};
use crate::rule::{Bearing, Facet};

/// What the status of a facet rests on.
pub(super) struct Facts<'a> {
    pub(super) assessment: &'a Assessment,
    pub(super) facet: Facet,
    pub(super) rules: &'a [RuleEvidence],
    pub(super) counts: Counts,
    /// The passes of these rules, as indices into [`Assessment::passes`].
    pub(super) passes: &'a [usize],
    /// The justification of an exclusion by the statement of applicability.
    pub(super) excluded: Option<&'a str>,
    /// Attestations in force.
    pub(super) attestations: Vec<(usize, &'a Attestation)>,
}

/// The status and why, by the first line that fits.
pub(super) fn status(facts: &Facts<'_>) -> (Status, Reason) {
    let Counts { passes, fails, excepted, unknowns } = facts.counts;
    if let Some(justification) = facts.excluded {
        let text = format!("the statement of applicability excludes it: {justification}");
        return (Status::NotApplicable, Reason { code: "excluded", text });
    }
    if passes == 0 && fails == 0 {
        return without_results(facts);
    }
    if fails > 0 && excepted >= fails {
        let text = format!("{} under an exception in force", count(fails, "fail"));
        return (Status::Excepted, Reason { code: "exceptions", text });
    }
    if fails > 0 && passes == 0 {
        let text = format!("{} and no pass", count(fails, "fail"));
        return (Status::NotSatisfied, Reason { code: "fails", text });
    }
    if fails > 0 {
        let text = format!("{} of {} pass", passes, facts.counts.decided());
        return (Status::Partial, Reason { code: "passes-and-fails", text });
    }
    if unknowns > 0 {
        let text = format!("{}, {unknowns} undetermined", count(passes, "pass"));
        return (Status::Partial, Reason { code: "passes-and-unknowns", text });
    }
    only_passes(facts)
}

fn only_passes(facts: &Facts<'_>) -> (Status, Reason) {
    let passes = count(facts.counts.passes, "pass");
    let direct = facts.rules.iter().any(|evidence| evidence.bearing == Bearing::Direct && evidence.counts.passes > 0);
    if !direct {
        let text = format!("{passes}, all of them of rules that only support the control");
        return (Status::Partial, Reason { code: "supporting-only", text });
    }
    if facts.facet == Facet::Documented
        && let Some(text) = stated_only(facts)
    {
        return (Status::Partial, Reason { code: "stated-only", text });
    }
    (Status::Satisfied, Reason { code: "passes", text: passes })
}

/// What is stated counts as documented only when the document that states it is owned, approved and current.
fn stated_only(facts: &Facts<'_>) -> Option<String> {
    let direct =
        |pass: &&Pass| facts.rules.iter().any(|rule| rule.rule == pass.rule && rule.bearing == Bearing::Direct);
    let passes = facts.passes.iter().filter_map(|index| facts.assessment.passes.get(*index)).filter(direct);
    let places = passes.flat_map(|pass| {
        let itself = std::slice::from_ref(&pass.location);
        if pass.evidence.is_empty() { itself } else { pass.evidence.as_slice() }
    });
    let documents = &facts.assessment.isms.documents;
    let mut at_fault = places.filter_map(|place| {
        let document = documents.iter().find(|document| document.path == place.path)?;
        document.standing?.lack().map(|lack| (document, lack))
    });
    let (document, lack) = at_fault.next()?;
    Some(format!("stated in {}, which is {lack}", document.path))
}

fn without_results(facts: &Facts<'_>) -> (Status, Reason) {
    if let Some((_, attestation)) = facts.attestations.first() {
        return (Status::Attested, Reason { code: "attestation", text: attestation.statement.clone() });
    }
    (Status::NotEvaluated, why_not_evaluated(facts))
}

fn why_not_evaluated(facts: &Facts<'_>) -> Reason {
    let assessment = facts.assessment;
    if facts.rules.is_empty() {
        return match &assessment.limited {
            Some(limit) => Reason { code: "not-in-scan", text: format!("no rule of this scan maps to it ({limit})") },
            None => Reason { code: "no-rule", text: "no rule maps to it".to_string() },
        };
    }
    if facts.counts.unknowns > 0 {
        return undetermined(facts);
    }
    let runs = facts.rules.iter().filter_map(|evidence| assessment.rules.get(evidence.rule));
    let reasons: Vec<Option<&String>> = runs.map(|run| run.not_evaluated.as_ref()).collect();
    if let Some(Some(reason)) = reasons.first()
        && reasons.iter().all(Option::is_some)
    {
        return Reason { code: "rule-not-evaluated", text: (*reason).clone() };
    }
    if facts.facet == Facet::Documented && !assessment.isms.exists {
        return Reason { code: "no-isms", text: "no document or register of an ISMS was recognised".to_string() };
    }
    nothing_in_scope(assessment)
}

fn undetermined(facts: &Facts<'_>) -> Reason {
    let mut depends_on: Vec<&str> = Vec::new();
    for evidence in facts.rules {
        let run = facts.assessment.rules.get(evidence.rule);
        depends_on.extend(run.into_iter().flat_map(|run| run.unknown_reasons.keys()).map(SmolStr::as_str));
    }
    depends_on.sort_unstable();
    depends_on.dedup();
    let on = match depends_on.as_slice() {
        [] => String::new(),
        [only] => format!(": depends on {only}"),
        [first, rest @ ..] => format!(": depends on {first} and {} more", rest.len()),
    };
    let text = format!("{} undetermined{on}", facts.counts.unknowns);
    Reason { code: "undetermined", text }
}

fn nothing_in_scope(assessment: &Assessment) -> Reason {
    let unreadable = assessment.files.iter().filter(|file| matches!(file.state, FileState::Unreadable(_))).count();
    let unread = assessment.not_read.len() + unreadable;
    if unread > 0 {
        let files = count(u32::try_from(unread).unwrap_or(u32::MAX), "file");
        let text = format!("nothing in scope among what was read; {files} could not be read");
        return Reason { code: "unread", text };
    }
    let text = match &assessment.limited {
        Some(limit) => format!("nothing in scope ({limit})"),
        None => "nothing in scope".to_string(),
    };
    Reason { code: "nothing-in-scope", text }
}

/// `1 pass`, `3 passes`.
fn count(number: u32, noun: &str) -> String {
    let ending = match noun {
        _ if number == 1 => "",
        "pass" => "es",
        _ => "s",
    };
    format!("{number} {noun}{ending}")
}
