//! Sums: how much of a theme, of a stage or of everything was looked at, and apart from that, how it came out.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::isms::catalogue::{Pdca, catalogue};
use crate::isms::coverage::{ControlCoverage, Coverage, Status};
use crate::rule::Facet;

/// One facet of several controls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FacetSummary {
    /// How many controls have which status; statuses that none has are left out.
    pub counts: BTreeMap<Status, u32>,
}

impl FacetSummary {
    /// Controls with this status.
    pub fn count(&self, status: Status) -> u32 {
        self.counts.get(&status).copied().unwrap_or(0)
    }

    /// All controls.
    pub fn total(&self) -> u32 {
        self.counts.values().sum()
    }

    /// Controls that apply.
    pub fn applicable(&self) -> u32 {
        self.total() - self.count(Status::NotApplicable)
    }

    /// Controls that checks gave a result for. Coverage is this share of the applicable ones.
    pub fn evaluated(&self) -> u32 {
        Status::ALL.into_iter().filter(|status| status.is_evaluated()).map(|status| self.count(status)).sum()
    }

    /// Controls that are satisfied. Conformity is this share of the evaluated ones.
    pub fn satisfied(&self) -> u32 {
        self.count(Status::Satisfied)
    }
}

/// Controls of a theme, or clauses of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSummary {
    /// The id of the group.
    pub id: SmolStr,
    /// Its title.
    pub title: SmolStr,
    /// Its members, as indices into the controls or clauses of the coverage.
    pub members: Vec<usize>,
    /// Documented, implemented, operating. Headings are not counted.
    pub facets: [FacetSummary; 3],
}

impl Coverage {
    /// The controls by theme, section, kind or domain, in the framework's order.
    pub fn themes(&self) -> Vec<GroupSummary> {
        let groups = &catalogue(self.framework).groups;
        groups.iter().map(|group| summary(&self.controls, &group.id, &group.title)).collect()
    }

    /// The clauses by stage of the plan-do-check-act cycle; nothing for a framework without clauses.
    pub fn stages(&self) -> Vec<GroupSummary> {
        if self.clauses.is_empty() {
            return Vec::new();
        }
        Pdca::ALL.into_iter().map(|stage| summary(&self.clauses, stage.name(), stage.title())).collect()
    }

    /// All controls together.
    pub fn total(&self) -> [FacetSummary; 3] {
        summarise(&self.controls.iter())
    }
}

fn summary(entries: &[ControlCoverage], id: &str, title: &str) -> GroupSummary {
    let members: Vec<usize> = (0..entries.len()).filter(|at| entries.get(*at).is_some_and(|e| e.group == id)).collect();
    let facets = summarise(&members.iter().filter_map(|at| entries.get(*at)));
    GroupSummary { id: id.into(), title: title.into(), members, facets }
}

fn summarise<'a>(entries: &(impl Iterator<Item = &'a ControlCoverage> + Clone)) -> [FacetSummary; 3] {
    [Facet::Documented, Facet::Implemented, Facet::Operating].map(|facet| {
        let mut sum = FacetSummary::default();
        for entry in entries.clone().filter(|entry| entry.assessable) {
            *sum.counts.entry(entry.facet(facet).status).or_default() += 1;
        }
        sum
    })
}
