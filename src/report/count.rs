//! Numbers that several reports tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::assessment::{Assessment, Change, FileState, Finding, FindingKind, SuppressionKind};
use crate::rule::Severity;

/// Findings, counted apart by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Findings {
    /// Fails that nothing quiets, by severity; every severity is there.
    pub(super) open: BTreeMap<Severity, usize>,
    /// Fails that a comment quiets.
    pub(super) commented: usize,
    /// Fails that the configuration quiets for their path.
    pub(super) configured: usize,
    /// Fails under an exception in force.
    pub(super) excepted: usize,
    /// Undecided checks among the findings (with `--show-unknown`).
    pub(super) unknown: usize,
}

impl Findings {
    /// Counts the findings of an assessment.
    pub(super) fn of(assessment: &Assessment) -> Findings {
        let mut counts = Findings { open: Severity::ALL.iter().map(|s| (*s, 0)).collect(), ..Findings::default() };
        for finding in &assessment.findings {
            match (finding.kind, finding.suppression.as_ref().map(|by| by.kind)) {
                (FindingKind::Unknown, _) => counts.unknown += 1,
                (FindingKind::Fail, Some(SuppressionKind::Inline)) => counts.commented += 1,
                (FindingKind::Fail, Some(SuppressionKind::Configuration)) => counts.configured += 1,
                (FindingKind::Fail, Some(SuppressionKind::Exception)) => counts.excepted += 1,
                (FindingKind::Fail, None) => *counts.open.entry(finding.severity).or_default() += 1,
            }
        }
        counts
    }

    /// All fails that nothing quiets.
    pub(super) fn total(&self) -> usize {
        self.open.values().sum()
    }
}

/// Open findings as indices, the most severe first, else in the order of the assessment.
pub(super) fn most_severe(assessment: &Assessment) -> Vec<usize> {
    let open = assessment.findings.iter().enumerate().filter(|(_, finding)| finding.is_open());
    let mut order: Vec<(Severity, usize)> = open.map(|(index, finding)| (finding.severity, index)).collect();
    order.sort_by_key(|(severity, index)| (std::cmp::Reverse(*severity), *index));
    order.into_iter().map(|(_, index)| index).collect()
}

/// What a comparison came to: open findings by what they are to the base.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Not there before.
    pub(super) new: usize,
    /// More severe, or quieted before.
    pub(super) worse: usize,
    /// There before.
    pub(super) unchanged: usize,
}

impl Changes {
    /// Counts the open findings of an assessment that was compared.
    pub(super) fn of(assessment: &Assessment) -> Changes {
        let mut changes = Changes::default();
        for finding in assessment.findings.iter().filter(|finding| finding.is_open()) {
            match finding.change {
                Some(Change::New) => changes.new += 1,
                Some(Change::Worse) => changes.worse += 1,
                Some(Change::Unchanged) => changes.unchanged += 1,
                None => {}
            }
        }
        changes
    }
}

/// Whether a report on a change shows a finding: all of them where nothing was compared.
pub(super) fn is_shown(finding: &Finding) -> bool {
    finding.change != Some(Change::Unchanged)
}

/// Files, counted by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Files {
    /// Judged, by kind; a file that two kinds read is in both.
    pub(super) by_kind: BTreeMap<&'static str, usize>,
    /// Judged, each once.
    pub(super) evaluated: usize,
    /// Read, without a meaning for any kind.
    pub(super) not_recognised: usize,
    /// Broken.
    pub(super) unreadable: usize,
    /// Read for the sake of others.
    pub(super) context: usize,
    /// What something else is made of.
    pub(super) set_aside: usize,
}

impl Files {
    /// Counts the files of an assessment.
    pub(super) fn of(assessment: &Assessment) -> Files {
        let mut counts = Files::default();
        for file in &assessment.files {
            match &file.state {
                FileState::Evaluated(kinds) => {
                    counts.evaluated += 1;
                    for kind in kinds {
                        *counts.by_kind.entry(kind).or_default() += 1;
                    }
                }
                FileState::NotRecognised => counts.not_recognised += 1,
                FileState::Unreadable(_) => counts.unreadable += 1,
                FileState::Context => counts.context += 1,
                FileState::SetAside(_) => counts.set_aside += 1,
            }
        }
        counts
    }
}

/// Files that the parser did not understand, with what it said; those that could not even be read are told by
/// [`Assessment::not_read`].
pub(super) fn unreadable(assessment: &Assessment) -> impl Iterator<Item = (&str, &str)> {
    let unread: BTreeSet<&str> = assessment.not_read.iter().map(|not_read| &*not_read.path).collect();
    assessment.files.iter().filter_map(move |file| match &file.state {
        FileState::Unreadable(error) if !unread.contains(&*file.path) => Some((&*file.path, error.as_str())),
        _ => None,
    })
}

/// Files that are set aside, by the reason.
pub(super) fn set_aside(assessment: &Assessment) -> BTreeMap<&'static str, usize> {
    let mut reasons = BTreeMap::new();
    for file in &assessment.files {
        if let FileState::SetAside(reason) = file.state {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    reasons
}

/// Checks that could not be decided, and what they depend on, the most frequent first.
pub(super) fn unknowns(assessment: &Assessment) -> (usize, Vec<(&str, usize)>) {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for run in &assessment.rules {
        for (reason, times) in &run.unknown_reasons {
            *reasons.entry(reason).or_default() += *times as usize;
        }
    }
    let mut reasons: Vec<(&str, usize)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, times)| (std::cmp::Reverse(*times), *reason));
    (assessment.rules.iter().map(|run| run.unknowns as usize).sum(), reasons)
}

/// Resources that passed, over all rules.
pub(super) fn passes(assessment: &Assessment) -> usize {
    assessment.rules.iter().map(|run| run.passes as usize).sum()
}
