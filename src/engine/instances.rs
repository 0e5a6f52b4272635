//! Findings of several instances of one block that say the same at the same place: one mistake, told once.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::assessment::{Finding, Suppression};
use super::fingerprint::without_indexes;

/// What makes findings one: unit, address without indexes, rule, check, kind, severity, position and message.
type Sameness = (std::sync::Arc<str>, String, usize, usize, bool, String, (u32, u32));

/// Merges the findings of instances into the first of each, which counts them. The findings are in their final order;
/// those that were merged before, and say so, stay as they are.
pub(super) fn merge(findings: &mut Vec<Finding>) {
    let mut first_of: FxHashMap<Sameness, Vec<usize>> = FxHashMap::default();
    let mut merged: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut grown: BTreeSet<usize> = BTreeSet::new();
    for finding in std::mem::take(findings) {
        if !finding.resource.address.contains('[') {
            merged.push(finding);
            continue;
        }
        let known = first_of.entry(sameness(&finding)).or_default();
        let same = known.iter().copied().find(|index| merged.get(*index).is_some_and(|other| is_same(other, &finding)));
        if let Some(index) = same {
            grown.insert(index);
            if let Some(first) = merged.get_mut(index) {
                first.instances += finding.instances;
            }
        } else {
            known.push(merged.len());
            merged.push(finding);
        }
    }
    for (_, finding) in merged.iter_mut().enumerate().filter(|(index, _)| grown.contains(index)) {
        finding.message = format!("{} ({} instances)", finding.message, finding.instances);
    }
    *findings = merged;
}

fn sameness(finding: &Finding) -> Sameness {
    let region = finding.location.region.as_ref();
    (
        finding.resource.unit.clone(),
        without_indexes(&finding.resource.address),
        finding.rule,
        finding.check,
        finding.kind == super::assessment::FindingKind::Fail,
        finding.message.clone(),
        region.map_or((0, 0), |region| (region.byte_offset, region.byte_length)),
    )
}

fn is_same(one: &Finding, other: &Finding) -> bool {
    let quieted = |finding: &Finding| finding.suppression.as_ref().map(key_of);
    one.location.path == other.location.path
        && one.severity == other.severity
        && one.depends_on == other.depends_on
        && one.call_chain == other.call_chain
        && quieted(one) == quieted(other)
}

fn key_of(suppression: &Suppression) -> (super::assessment::SuppressionKind, String, Option<String>) {
    let exception = suppression.exception.as_ref().map(ToString::to_string);
    (suppression.kind, suppression.reason.clone(), exception)
}
