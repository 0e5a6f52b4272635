//! Findings of several instances of one block that say the same at the same place: one mistake, told once.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::assessment::{Finding, Suppression};
use super::fingerprint::without_indexes;

/// What makes findings one: unit, address without indexes, rule, check, kind, severity, position and message.
type Sameness = (std::sync::Arc<str>, String, usize, usize, bool, String, (u32, u32));

/// Merges the findings of instances into the first of each, which counts them. The findings are in their final order;
/// those that were merged before, and say so, stay as they are.
pub(super) fn merge(findings: &mut Vec<Finding>) {
    let mut first_of: FxHashMap<Sameness, Vec<usize>> = FxHashMap::default();
    // The first of each, with how many instances it grew by; and those that went into it.
    let mut grown: BTreeMap<usize, u32> = BTreeMap::new();
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for (index, finding) in findings.iter().enumerate().filter(|(_, each)| each.resource.address.contains('[')) {
        let known = first_of.entry(sameness(finding)).or_default();
        let same = |first: &usize| findings.get(*first).is_some_and(|other| is_same(other, finding));
        if let Some(first) = known.iter().copied().find(same) {
            *grown.entry(first).or_default() += finding.instances;
            gone.insert(index);
        } else {
            known.push(index);
        }
    }
    for (index, more) in grown {
        if let Some(first) = findings.get_mut(index) {
            first.instances += more;
            first.message = format!("{} ({} instances)", first.message, first.instances);
        }
    }
    // In place: a copy of all findings would be the peak of the memory of a large scan.
    let mut index = 0;
    findings.retain(|_| {
        index += 1;
        !gone.contains(&(index - 1))
    });
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
    let quieted = |finding: &Finding| finding.suppression.as_deref().map(key_of);
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
