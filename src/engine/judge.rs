//! Judging one resource by one check.

use crate::engine::assessment::Outcome;
use crate::kind::Resource;
use crate::rule::Check;
use crate::rule::condition::{Context, Subject, Verdict};
use crate::rule::matcher::Truth;

/// What a check said of a resource, and the verdict that led to it.
pub(super) struct Judged<'u> {
    /// The outcome.
    pub outcome: Outcome,
    /// The verdict; for an unknown `when` the verdict on that.
    pub verdict: Verdict<'u>,
}

/// Judges a resource by a check.
pub(super) fn judge<'u>(check: &'u Check, resource: &'u Resource, context: &Context<'u>) -> Judged<'u> {
    let subject = Subject { node: &resource.tree, resource, element: None };
    let logic = check.logic.get();
    let narrowed = logic.when.as_ref().map(|when| when.judge(subject, context));
    if let Some(when) = &narrowed
        && when.truth == Truth::False
    {
        return Judged { outcome: Outcome::NotApplicable, verdict: Verdict::of(Truth::False) };
    }
    let verdict = logic.condition.judge(subject, context);
    let outcome = outcome_of(check.denies, &verdict);
    match narrowed {
        // Whether the check applies is not known. If it passes, nothing can be wrong either way.
        Some(when) if when.truth == Truth::Unknown => match outcome {
            Outcome::Pass | Outcome::NotApplicable => Judged { outcome: Outcome::NotApplicable, verdict },
            _ if when.not_expressible() => Judged { outcome: Outcome::NotApplicable, verdict: when },
            _ => Judged { outcome: Outcome::Unknown, verdict: when },
        },
        _ => Judged { outcome, verdict },
    }
}

fn outcome_of(denies: bool, verdict: &Verdict<'_>) -> Outcome {
    match (verdict.truth, denies) {
        (Truth::Unknown, _) if verdict.not_expressible() => Outcome::NotApplicable,
        (Truth::Unknown, _) => Outcome::Unknown,
        (Truth::True, false) if verdict.vacuous => Outcome::NotApplicable,
        (Truth::True, false) | (Truth::False, true) => Outcome::Pass,
        (Truth::False, false) | (Truth::True, true) => Outcome::Fail,
    }
}
