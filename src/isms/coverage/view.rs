//! Views: the coverage of the 2022 edition as another framework sees it, through typed relations.

use crate::engine::assessment::Assessment;
use crate::isms::catalogue::{Clause, Control, catalogue};
use crate::isms::control::{ControlId, Framework};
use crate::isms::coverage::{
    ControlCoverage, Coverage, FacetCoverage, Reason, Results, Status, Through, each_facet, facet_coverage, merge,
};
use crate::isms::crosswalk::{Relation, RelationKind, relations_into};
use crate::rule::Facet;

/// The view of a framework.
pub(super) fn of(assessment: &Assessment, own: &Coverage, framework: Framework) -> Coverage {
    let results = Results::gather(assessment);
    let view = View { results: &results, own, framework };
    let listed = catalogue(framework);
    Coverage {
        framework,
        controls: listed.controls.iter().map(|control| view.control(control)).collect(),
        clauses: listed.clauses.iter().map(|clause| view.clause(clause)).collect(),
    }
}

struct View<'a> {
    results: &'a Results<'a>,
    own: &'a Coverage,
    framework: Framework,
}

impl View<'_> {
    fn control(&self, control: &Control) -> ControlCoverage {
        let id = ControlId { framework: self.framework, id: control.id.clone() };
        let facets = each_facet(|facet| self.facet(&id, facet));
        let row = self.carried(&id).and_then(|(_, entry)| entry.applicability);
        let (title, group) = (control.title.clone(), control.group.clone());
        ControlCoverage { control: id, title, group, assessable: true, applicability: row, facets }
    }

    fn clause(&self, clause: &Clause) -> ControlCoverage {
        let id = ControlId { framework: self.framework, id: clause.id.clone() };
        let facets = each_facet(|facet| {
            if clause.assessable {
                return self.facet(&id, facet);
            }
            let leaf = |leaf: &Clause| ControlId { framework: self.framework, id: leaf.id.clone() };
            let below = catalogue(self.framework).assessable_below(&clause.id);
            let below: Vec<FacetCoverage> = below.map(|below| self.facet(&leaf(below), facet)).collect();
            combine(facet, below.iter(), "the clauses below it")
        });
        let (title, group) = (clause.title.clone(), clause.pdca.name().into());
        ControlCoverage { control: id, title, group, assessable: clause.assessable, applicability: None, facets }
    }

    /// The entries of the 2022 edition that an entry leads to.
    fn related<'a>(&'a self, id: &'a ControlId) -> impl Iterator<Item = (&'static Relation, &'a ControlCoverage)> {
        relations_into(id, Framework::Iso2022)
            .filter_map(|relation| self.own.get(&relation.to.id).map(|entry| (relation, entry)))
    }

    /// The one entry whose status an entry takes over.
    fn carried<'a>(&'a self, id: &'a ControlId) -> Option<(&'static Relation, &'a ControlCoverage)> {
        let whole = |relation: &Relation| matches!(relation.kind, RelationKind::Equal | RelationKind::Subset);
        let mut related = self.related(id).filter(|(relation, _)| relation.carries_status() && whole(relation));
        let first = related.next()?;
        related.next().is_none().then_some(first)
    }

    fn facet(&self, id: &ControlId, facet: Facet) -> FacetCoverage {
        let named = self.results.evidence(id, facet);
        if !named.is_empty() {
            return facet_coverage(self.results, id, facet, named);
        }
        let related: Vec<(&'static Relation, &FacetCoverage)> =
            self.related(id).map(|(relation, entry)| (relation, entry.facet(facet))).collect();
        let mut seen = match related.as_slice() {
            [] => unrelated(facet),
            [(relation, target)] if relation.carries_status() => carried_over(relation, target),
            parts if parts.iter().all(|(relation, _)| relation.carries_status()) => {
                combine(facet, parts.iter().map(|(_, target)| *target), "the parts of it")
            }
            several => related_evidence(facet, several),
        };
        seen.through = related.iter().map(|(relation, target)| Through { relation, status: target.status }).collect();
        seen
    }
}

fn carried_over(relation: &Relation, target: &FacetCoverage) -> FacetCoverage {
    let words = match relation.kind {
        RelationKind::Subset => format!("as {}, which it is a part of", relation.to),
        _ => format!("as {}", relation.to),
    };
    let reason = Reason { code: "carried-over", text: format!("{words}: {}", target.reason.text) };
    FacetCoverage { reason, ..target.clone() }
}

fn unrelated(facet: Facet) -> FacetCoverage {
    let text = "nothing in ISO/IEC 27001:2022 relates to it".to_string();
    empty(facet, Status::NotEvaluated, Reason { code: "unrelated", text })
}

/// Evidence for entries that only have something in common with this one: never more than related.
fn related_evidence(facet: Facet, related: &[(&'static Relation, &FacetCoverage)]) -> FacetCoverage {
    let telling = |status: Status| status.is_evaluated() || status == Status::Attested;
    let with_evidence = related.iter().filter(|(_, target)| telling(target.status)).count();
    let (status, reason) = if with_evidence == 0 {
        let text = format!("nothing was evaluated for the {} that relate to it", related.len());
        (Status::NotEvaluated, Reason { code: "nothing-related", text })
    } else {
        let text = format!("evidence for {with_evidence} of the {} that relate to it", related.len());
        (Status::RelatedEvidence, Reason { code: "related", text })
    };
    gathered(empty(facet, status, reason), related.iter().map(|(_, target)| *target))
}

/// The parts of a whole: what they agree on, else partial where anything was evaluated.
pub(super) fn combine<'a>(
    facet: Facet,
    parts: impl Iterator<Item = &'a FacetCoverage> + Clone,
    what: &str,
) -> FacetCoverage {
    let statuses: Vec<Status> = parts.clone().map(|part| part.status).collect();
    let evaluated = statuses.iter().filter(|status| status.is_evaluated()).count();
    let status = match statuses.as_slice() {
        [] => Status::NotEvaluated,
        [first, rest @ ..] if rest.iter().all(|status| status == first) => *first,
        _ if evaluated > 0 => Status::Partial,
        several if several.contains(&Status::RelatedEvidence) => Status::RelatedEvidence,
        _ => Status::NotEvaluated,
    };
    let text = format!("{evaluated} of {} evaluated among {what}", statuses.len());
    gathered(empty(facet, status, Reason { code: "combined", text }), parts)
}

fn empty(facet: Facet, status: Status, reason: Reason) -> FacetCoverage {
    FacetCoverage {
        facet,
        status,
        reason,
        counts: super::Counts::default(),
        rules: Vec::new(),
        passes: Vec::new(),
        findings: Vec::new(),
        attestations: Vec::new(),
        through: Vec::new(),
    }
}

/// Puts together what several facets rest on; a rule that is behind two of them counts once.
fn gathered<'a>(mut whole: FacetCoverage, parts: impl Iterator<Item = &'a FacetCoverage>) -> FacetCoverage {
    for part in parts {
        for evidence in &part.rules {
            merge(&mut whole.rules, evidence.clone());
        }
        whole.passes.extend(&part.passes);
        whole.findings.extend(&part.findings);
        whole.attestations.extend(&part.attestations);
    }
    whole.rules.sort_by_key(|evidence| (std::cmp::Reverse(evidence.bearing), evidence.rule));
    whole.counts = super::Counts::of(&whole.rules);
    for indices in [&mut whole.passes, &mut whole.findings, &mut whole.attestations] {
        indices.sort_unstable();
        indices.dedup();
    }
    whole
}
