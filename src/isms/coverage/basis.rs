//! What a status rests on beside the results of rules: exceptions in force, documents, and how old the youngest of what
//! speaks for it is.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::engine::assessment::{AcceptedDeviation, Assessment, FindingState, Location, RecognisedDocument};
use crate::isms::control::Framework;
use crate::isms::coverage::{ControlCoverage, FacetCoverage};
use crate::kind::document::types;
use crate::rule::Facet;

/// What facets rest on, looked up for one of them after another.
#[derive(Debug)]
pub struct Records<'a> {
    assessment: &'a Assessment,
    documents: BTreeMap<&'a str, &'a RecognisedDocument>,
}

/// What a facet, or all facets of a control together, rest on.
#[derive(Debug, Clone, Default)]
pub struct Basis<'a> {
    /// Exceptions in force with the number of findings that each covers, in the order in which they are written.
    pub exceptions: Vec<(&'a AcceptedDeviation, usize)>,
    /// Documents and registers, sorted by path: those that something passes in and, where it is asked whether the
    /// control is documented, those of the types that are the usual place for it.
    pub documents: Vec<&'a RecognisedDocument>,
    /// The youngest of what speaks for it; absent where nothing does, or nothing that is dated.
    pub youngest: Option<Youngest<'a>>,
    /// Fails that nothing quiets.
    pub open: usize,
    /// Fails that a comment or the configuration quiets. They are fails still.
    pub ignored: usize,
}

/// The youngest of what speaks for a facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Youngest<'a> {
    /// The day on which a document was last approved, reviewed or changed, something was done that a register records,
    /// or an attestation was given; the day of the scan for what the scan itself looked at.
    pub day: Date,
    /// The document or register; empty for what the scan itself looked at.
    pub path: &'a str,
}

impl Youngest<'_> {
    /// Days since then.
    pub fn age(&self, today: Date) -> i64 {
        i64::from(self.day.until(today).map_or(0, |span| span.get_days()))
    }
}

impl<'a> Records<'a> {
    /// The records of an assessment.
    pub fn of(assessment: &'a Assessment) -> Records<'a> {
        let documents = assessment.isms.documents.iter().map(|document| (&*document.path, document)).collect();
        Records { assessment, documents }
    }

    /// What a control rests on, all facets together.
    pub fn control(&self, entry: &ControlCoverage) -> Basis<'a> {
        let mut all = Basis::default();
        let mut documents = BTreeMap::new();
        let mut findings = BTreeSet::new();
        for facet in &entry.facets {
            let of_facet = self.facet(entry, facet);
            documents.extend(of_facet.documents.iter().map(|document| (&*document.path, *document)));
            all.youngest = all.youngest.max(of_facet.youngest);
            all.open += of_facet.open;
            all.ignored += of_facet.ignored;
            findings.extend(facet.findings.iter().copied());
        }
        all.documents = documents.into_values().collect();
        all.exceptions = self.exceptions(findings.into_iter());
        all
    }

    /// What one facet of a control rests on.
    pub fn facet(&self, entry: &ControlCoverage, facet: &FacetCoverage) -> Basis<'a> {
        let findings = facet.findings.iter().filter_map(|at| self.assessment.findings.get(*at));
        let (mut open, mut ignored) = (0, 0);
        for finding in findings {
            match finding.state() {
                FindingState::Open => open += 1,
                FindingState::Ignored => ignored += 1,
                FindingState::Excepted | FindingState::Unknown => {}
            }
        }
        Basis {
            exceptions: self.exceptions(facet.findings.iter().copied()),
            documents: self.documents(entry, facet),
            youngest: self.youngest(facet),
            open,
            ignored,
        }
    }

    fn exceptions(&self, findings: impl Iterator<Item = usize>) -> Vec<(&'a AcceptedDeviation, usize)> {
        let findings = findings.filter_map(|at| self.assessment.findings.get(at));
        let mut covered: BTreeMap<&str, usize> = BTreeMap::new();
        for id in findings.filter_map(|finding| finding.suppression.as_ref()?.exception.as_ref()) {
            *covered.entry(id).or_default() += 1;
        }
        let all = self.assessment.isms.exceptions.iter();
        all.filter_map(|each| covered.get(each.id.as_str()).map(|number| (each, *number))).collect()
    }

    fn documents(&self, entry: &ControlCoverage, facet: &FacetCoverage) -> Vec<&'a RecognisedDocument> {
        let mut found: BTreeMap<&str, &RecognisedDocument> = BTreeMap::new();
        for place in self.places(facet) {
            found.extend(self.documents.get_key_value(&*place.path));
        }
        if facet.facet == Facet::Documented && entry.control.framework == Framework::Iso2022 {
            let usual: Vec<&str> = types::usual_for(&entry.control.id).map(smol_str::SmolStr::as_str).collect();
            let is_usual = |document: &&&RecognisedDocument| usual.contains(&document.document_type.as_str());
            found.extend(self.documents.values().filter(is_usual).map(|document| (&*document.path, *document)));
        }
        found.into_values().collect()
    }

    /// The places that the passes of a facet rest on.
    fn places(&self, facet: &FacetCoverage) -> impl Iterator<Item = &'a Location> {
        let passes = facet.passes.iter().filter_map(|at| self.assessment.passes.get(*at));
        passes.flat_map(|pass| {
            let itself = std::slice::from_ref(&pass.location);
            if pass.evidence.is_empty() { itself } else { pass.evidence.as_slice() }
        })
    }

    fn youngest(&self, facet: &FacetCoverage) -> Option<Youngest<'a>> {
        let today = self.assessment.today;
        let passed = self.places(facet).filter_map(|place| match self.documents.get(&*place.path) {
            Some(document) => Some(Youngest { day: document.dated?, path: &document.path }),
            None => Some(Youngest { day: today, path: "" }),
        });
        let given = facet.attestations.iter().filter_map(|at| {
            let attestation = self.assessment.isms.attestations.get(*at)?;
            Some(Youngest { day: attestation.given.filter(|day| *day <= today)?, path: &attestation.location.path })
        });
        passed.chain(given).max()
    }
}
