//! Coverage: what an assessment says about each control, facet by facet, and what that rests on.
//!
//! A control has no overall status. Whether it is documented, implemented and operating are three questions, each
//! with a status, a reason and the rules behind it. Nothing counts as fine that was not looked at: a control without
//! results is not evaluated, and says why. All of it is evidence relevant to a control; the auditor decides.

mod basis;
mod readiness;
mod resource;
mod status;
mod summary;
mod view;

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::engine::assessment::{ApplicabilityRow, Assessment, Attestation};
use crate::isms::catalogue::{Catalogue, Clause, Control, catalogue};
use crate::isms::control::{ControlId, Framework};
use crate::isms::crosswalk::Relation;
use crate::rule::{Bearing, Facet};

pub use basis::{Basis, Records, Youngest};
pub use readiness::{Kept, Readiness, readiness};
pub use resource::coverage_resources;
pub use summary::{FacetSummary, GroupSummary};

/// What is known of one facet of a control, from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The statement of applicability excludes the control and says why.
    NotApplicable,
    /// Nothing was found either way.
    NotEvaluated,
    /// Evidence exists for entries of another framework that have something in common with this one.
    RelatedEvidence,
    /// Nothing was found either way, but a person vouches for it.
    Attested,
    /// Fails, and no pass.
    NotSatisfied,
    /// Every fail is under an exception in force.
    Excepted,
    /// Some of it is there.
    Partial,
    /// All that was looked at is there.
    Satisfied,
}

impl Status {
    /// All statuses, in the order of reports.
    pub const ALL: [Status; 8] = [
        Status::Satisfied,
        Status::Partial,
        Status::Excepted,
        Status::NotSatisfied,
        Status::Attested,
        Status::RelatedEvidence,
        Status::NotEvaluated,
        Status::NotApplicable,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Status::NotApplicable => "not-applicable",
            Status::NotEvaluated => "not-evaluated",
            Status::RelatedEvidence => "related-evidence",
            Status::Attested => "attested",
            Status::NotSatisfied => "not-satisfied",
            Status::Excepted => "excepted",
            Status::Partial => "partial",
            Status::Satisfied => "satisfied",
        }
    }

    /// Whether checks gave a result.
    pub fn is_evaluated(self) -> bool {
        matches!(self, Status::NotSatisfied | Status::Excepted | Status::Partial | Status::Satisfied)
    }
}

/// Why a facet has its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// A stable identifier in kebab case: `no-rule`, `supporting-only`.
    pub code: &'static str,
    /// The same in words, lower case, without a final dot.
    pub text: String,
}

/// Results of rules, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Resources that passed.
    pub passes: u32,
    /// Resources that failed, those under exceptions and inline ignores included.
    pub fails: u32,
    /// Of these, under an exception in force.
    pub excepted: u32,
    /// Resources that could not be decided.
    pub unknowns: u32,
}

impl Counts {
    /// Passes and fails: the population that a share is told of (n of N).
    pub fn decided(self) -> u32 {
        self.passes.saturating_add(self.fails)
    }

    /// The results of several rules together.
    pub(crate) fn of(rules: &[RuleEvidence]) -> Counts {
        rules.iter().fold(Counts::default(), |sum, evidence| Counts {
            passes: sum.passes.saturating_add(evidence.counts.passes),
            fails: sum.fails.saturating_add(evidence.counts.fails),
            excepted: sum.excepted.saturating_add(evidence.counts.excepted),
            unknowns: sum.unknowns.saturating_add(evidence.counts.unknowns),
        })
    }
}

/// A rule that is evidence for a facet of a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleEvidence {
    /// The rule, as an index into [`Assessment::rules`].
    pub rule: usize,
    /// The control or clause that the rule names; another one where evidence comes through a relation or a heading.
    pub control: ControlId,
    /// Directly, or as support.
    pub bearing: Bearing,
    /// The reason the rule gives.
    pub because: SmolStr,
    /// What came of it.
    pub counts: Counts,
}

/// What a status was carried over from, in the view of another framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// The relation.
    pub relation: &'static Relation,
    /// The status there.
    pub status: Status,
}

/// One facet of a control.
#[derive(Debug, Clone)]
pub struct FacetCoverage {
    /// The facet.
    pub facet: Facet,
    /// Its status.
    pub status: Status,
    /// Why.
    pub reason: Reason,
    /// The results of all its rules together.
    pub counts: Counts,
    /// The rules behind it, direct ones first, then by id.
    pub rules: Vec<RuleEvidence>,
    /// The passes behind it, as indices into [`Assessment::passes`], ascending.
    pub passes: Vec<usize>,
    /// The findings against it, as indices into [`Assessment::findings`], ascending.
    pub findings: Vec<usize>,
    /// Attestations in force, as indices into the facts of the ISMS.
    pub attestations: Vec<usize>,
    /// In the view of another framework: where it comes from.
    pub through: Vec<Through>,
}

/// A control, clause, practice or objective.
#[derive(Debug, Clone)]
pub struct ControlCoverage {
    /// Its identifier.
    pub control: ControlId,
    /// Its short title.
    pub title: SmolStr,
    /// The id of its group: a theme, a section, a domain; for clauses the stage of the PDCA cycle.
    pub group: SmolStr,
    /// False for clauses that are only headings; they repeat what is below them and are not counted.
    pub assessable: bool,
    /// Its row of the statement of applicability, as an index into the facts of the ISMS.
    pub applicability: Option<usize>,
    /// Documented, implemented, operating.
    pub facets: [FacetCoverage; 3],
}

impl ControlCoverage {
    /// One facet.
    pub fn facet(&self, facet: Facet) -> &FacetCoverage {
        let [documented, implemented, operating] = &self.facets;
        match facet {
            Facet::Documented => documented,
            Facet::Implemented => implemented,
            Facet::Operating => operating,
        }
    }
}

/// The coverage of a framework.
#[derive(Debug, Clone)]
pub struct Coverage {
    /// The framework.
    pub framework: Framework,
    /// Every control, practice or objective, in the framework's order, those included that nothing was evaluated for.
    pub controls: Vec<ControlCoverage>,
    /// Every clause, in order.
    pub clauses: Vec<ControlCoverage>,
}

impl Coverage {
    /// The entry of a control or clause.
    pub fn get(&self, id: &str) -> Option<&ControlCoverage> {
        self.controls.iter().chain(&self.clauses).find(|entry| entry.control.id == id)
    }
}

/// What an assessment says about every control of a framework.
pub fn coverage(assessment: &Assessment, framework: Framework) -> Coverage {
    let own = own_coverage(assessment);
    if framework == Framework::Iso2022 { own } else { view::of(assessment, &own, framework) }
}

/// The coverage of the 2022 edition, which all rules map to.
fn own_coverage(assessment: &Assessment) -> Coverage {
    let iso = catalogue(Framework::Iso2022);
    let results = Results::gather(assessment);
    Coverage {
        framework: Framework::Iso2022,
        controls: iso.controls.iter().map(|control| control_coverage(&results, control)).collect(),
        clauses: iso.clauses.iter().map(|clause| clause_coverage(&results, iso, clause)).collect(),
    }
}

/// An assessment, indexed by what coverage asks for.
struct Results<'a> {
    assessment: &'a Assessment,
    /// The links of rules to a control: rule and position of the link.
    links: BTreeMap<&'a ControlId, Vec<(usize, usize)>>,
    /// The passes of each rule.
    passes: Vec<Vec<usize>>,
    /// The findings of each rule.
    findings: Vec<Vec<usize>>,
}

impl<'a> Results<'a> {
    fn gather(assessment: &'a Assessment) -> Results<'a> {
        let mut links: BTreeMap<&ControlId, Vec<(usize, usize)>> = BTreeMap::new();
        for (rule, run) in assessment.rules.iter().enumerate() {
            for (position, link) in run.about.controls.iter().enumerate() {
                links.entry(&link.control).or_default().push((rule, position));
            }
        }
        let by_rule = |rules: &mut dyn Iterator<Item = usize>| {
            let mut lists = vec![Vec::new(); assessment.rules.len()];
            for (index, rule) in rules.enumerate() {
                if let Some(list) = lists.get_mut(rule) {
                    list.push(index);
                }
            }
            lists
        };
        let passes = by_rule(&mut assessment.passes.iter().map(|pass| pass.rule));
        let findings = by_rule(&mut assessment.findings.iter().map(|finding| finding.rule));
        Results { assessment, links, passes, findings }
    }

    /// The rules that name a control for a facet, as evidence. A rule that names it twice counts once, as the stronger.
    fn evidence(&self, control: &ControlId, facet: Facet) -> Vec<RuleEvidence> {
        let mut found: Vec<RuleEvidence> = Vec::new();
        for (rule, position) in self.links.get(control).into_iter().flatten() {
            let Some(run) = self.assessment.rules.get(*rule).filter(|run| run.about.facet == facet) else { continue };
            let Some(link) = run.about.controls.get(*position) else { continue };
            let counts =
                Counts { passes: run.passes, fails: run.fails, excepted: run.excepted, unknowns: run.unknowns };
            let (control, because) = (link.control.clone(), link.because.clone());
            let evidence = RuleEvidence { rule: *rule, control, bearing: link.bearing, because, counts };
            // The links of one rule follow each other, so only the last one can be of the same rule.
            match found.last_mut().filter(|last| last.rule == evidence.rule) {
                Some(last) => stronger(last, evidence),
                None => found.push(evidence),
            }
        }
        found
    }
}

/// Adds evidence to a list in which each rule stands once.
fn merge(found: &mut Vec<RuleEvidence>, evidence: RuleEvidence) {
    match found.iter_mut().find(|known| known.rule == evidence.rule) {
        Some(known) => stronger(known, evidence),
        None => found.push(evidence),
    }
}

fn stronger(known: &mut RuleEvidence, evidence: RuleEvidence) {
    if known.bearing < evidence.bearing {
        *known = evidence;
    }
}

fn control_coverage(results: &Results<'_>, control: &Control) -> ControlCoverage {
    let id = ControlId { framework: Framework::Iso2022, id: control.id.clone() };
    let facets = each_facet(|facet| {
        let evidence = results.evidence(&id, facet);
        facet_coverage(results, &id, facet, evidence)
    });
    ControlCoverage {
        title: control.title.clone(),
        group: control.group.clone(),
        assessable: true,
        applicability: results.assessment.isms.applicability.iter().position(|row| row.control == control.id),
        control: id,
        facets,
    }
}

/// A clause that is a heading repeats what is below it; a rule that names the heading supports each clause below,
/// because it does not say which of them it checks.
fn clause_coverage(results: &Results<'_>, iso: &Catalogue, clause: &Clause) -> ControlCoverage {
    let id = ControlId::iso2022(&clause.id);
    let facets = each_facet(|facet| {
        if clause.assessable {
            return clause_facet(results, clause, facet);
        }
        let below: Vec<FacetCoverage> =
            iso.assessable_below(&clause.id).map(|below| clause_facet(results, below, facet)).collect();
        view::combine(facet, below.iter(), "the clauses below it")
    });
    ControlCoverage {
        control: id,
        title: clause.title.clone(),
        group: clause.pdca.name().into(),
        assessable: clause.assessable,
        applicability: None,
        facets,
    }
}

fn clause_facet(results: &Results<'_>, clause: &Clause, facet: Facet) -> FacetCoverage {
    let id = ControlId::iso2022(&clause.id);
    let mut evidence = results.evidence(&id, facet);
    let mut heading = id.id.as_str();
    while let Some((above, _)) = heading.rsplit_once('.') {
        for found in results.evidence(&ControlId::iso2022(above), facet) {
            merge(&mut evidence, RuleEvidence { bearing: Bearing::Supporting, ..found });
        }
        heading = above;
    }
    facet_coverage(results, &id, facet, evidence)
}

fn each_facet(mut of: impl FnMut(Facet) -> FacetCoverage) -> [FacetCoverage; 3] {
    [of(Facet::Documented), of(Facet::Implemented), of(Facet::Operating)]
}

fn facet_coverage(
    results: &Results<'_>,
    control: &ControlId,
    facet: Facet,
    mut rules: Vec<RuleEvidence>,
) -> FacetCoverage {
    rules.sort_by_key(|evidence| (std::cmp::Reverse(evidence.bearing), evidence.rule));
    let counts = Counts::of(&rules);
    let of_rules = |lists: &[Vec<usize>]| {
        let mut indices: Vec<usize> =
            rules.iter().filter_map(|evidence| lists.get(evidence.rule)).flatten().copied().collect();
        indices.sort_unstable();
        indices
    };
    let (passes, findings) = (of_rules(&results.passes), of_rules(&results.findings));
    let facts = status::Facts {
        assessment: results.assessment,
        facet,
        rules: &rules,
        counts,
        passes: &passes,
        excluded: exclusion(&results.assessment.isms.applicability, control),
        attestations: attestations_in_force(results.assessment, control, facet),
    };
    let (status, reason) = status::status(&facts);
    let attestations = facts.attestations.iter().map(|(index, _)| *index).collect();
    FacetCoverage { facet, status, reason, counts, rules, passes, findings, attestations, through: Vec::new() }
}

/// The justification by which the statement of applicability excludes a control: every row about it must exclude it,
/// each with a justification. Clauses cannot be excluded.
fn exclusion<'a>(rows: &'a [ApplicabilityRow], control: &ControlId) -> Option<&'a str> {
    let mut about = rows.iter().filter(|row| control.is_annex_a() && row.control == control.id).peekable();
    let justification = about.peek().map(|row| row.justification.as_str())?;
    let excludes = |row: &ApplicabilityRow| row.applicable == Some(false) && !row.justification.trim().is_empty();
    about.all(excludes).then_some(justification)
}

/// Attestations of a facet that have a last day which has not passed.
fn attestations_in_force<'a>(
    assessment: &'a Assessment,
    control: &ControlId,
    facet: Facet,
) -> Vec<(usize, &'a Attestation)> {
    let about = |attestation: &Attestation| {
        attestation.control == control.id
            && attestation.facet == facet
            && attestation.valid_until.is_some_and(|last| last >= assessment.today)
    };
    let all = assessment.isms.attestations.iter().enumerate();
    all.filter(|(_, attestation)| about(attestation)).collect()
}

#[cfg(test)]
mod tests;
