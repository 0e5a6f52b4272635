//! Readiness: for each clause that asks for documented information, the documents and registers that are the usual place
//! for it, and whether they are there and under control.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::engine::assessment::{Assessment, RecognisedDocument, Standing};
use crate::isms::catalogue::catalogue;
use crate::isms::control::Framework;

/// What annexa itself records each month, as `annexa evidence record` keeps it.
const RECORDED: &str = "recorded-evidence";
/// The rule that says whether that is recent.
const RECENT: &str = "evidence/stale";

/// What each clause asks to be kept, by the types of documents and registers that hold it; one of them is enough. What 7.5.1
/// and 8.1 ask for differs from one organisation to the next.
const KEPT: &[(&str, &[&str])] = &[
    ("4.3", &["scope"]),
    ("5.2", &["information-security-policy"]),
    ("6.1.2", &["risk-methodology"]),
    ("6.1.3", &["risk-methodology"]),
    ("6.1.3", &["statement-of-applicability"]),
    ("6.1.3", &["risk-treatment-plan", "risk-register"]),
    ("6.2", &["objectives"]),
    ("7.2", &["training-records", "competence-and-awareness"]),
    ("8.2", &["risk-assessment-report", "risk-register"]),
    ("8.3", &["risk-treatment-plan", "risk-register"]),
    ("9.1", &["monitoring-and-measurement", RECORDED]),
    ("9.2.2", &["internal-audit-programme"]),
    ("9.2.2", &["audit-report"]),
    ("9.3.3", &["management-review"]),
    ("10.2", &["corrective-actions", "corrective-action-procedure"]),
];

/// Whether a document or record is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kept {
    /// It is there: a document owned, approved and not overdue, or a register.
    Present,
    /// It is there, but not owned, not approved or overdue for review.
    Stale,
    /// None was recognised.
    Missing,
    /// No type of document is known for the clause; what it asks for differs from one organisation to the next.
    NotChecked,
}

impl Kept {
    /// All of them, in the order of reports.
    pub const ALL: [Kept; 4] = [Kept::Present, Kept::Stale, Kept::Missing, Kept::NotChecked];

    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Kept::Present => "present",
            Kept::Stale => "stale",
            Kept::Missing => "missing",
            Kept::NotChecked => "not checked",
        }
    }
}

/// A document or record that a clause asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// The clause, `9.2.2`.
    pub clause: SmolStr,
    /// Its short title.
    pub title: SmolStr,
    /// The types of documents and registers of which one is enough, `internal-audit-programme`, the most usual first;
    /// empty where none is known.
    pub wanted: Vec<SmolStr>,
    /// Whether it is there.
    pub kept: Kept,
    /// The files that are of these types, those under control first.
    pub paths: Vec<Arc<str>>,
}

/// What the clauses of the 2022 edition ask to be kept, in their order.
pub fn readiness(assessment: &Assessment) -> Vec<Readiness> {
    let clauses = catalogue(Framework::Iso2022).clauses.iter().filter(|clause| clause.documented_information);
    let mut all = Vec::new();
    for clause in clauses {
        let asked = KEPT.iter().filter(|(id, _)| clause.id == *id).map(|(_, wanted)| *wanted);
        let mut asked: Vec<&[&str]> = asked.collect();
        if asked.is_empty() {
            asked.push(&[]);
        }
        for wanted in asked {
            let (kept, paths) = kept(assessment, wanted);
            let wanted = wanted.iter().map(|name| SmolStr::from(*name)).collect();
            all.push(Readiness { clause: clause.id.clone(), title: clause.title.clone(), wanted, kept, paths });
        }
    }
    all
}

fn kept(assessment: &Assessment, wanted: &[&str]) -> (Kept, Vec<Arc<str>>) {
    if wanted.is_empty() {
        return (Kept::NotChecked, Vec::new());
    }
    let documents = assessment.isms.documents.iter();
    let mut found: Vec<&RecognisedDocument> =
        documents.filter(|document| wanted.contains(&document.document_type.as_str())).collect();
    // A register is kept up rather than approved, and has no standing.
    let controlled = |document: &RecognisedDocument| document.standing.is_none_or(Standing::is_controlled);
    found.sort_by_key(|document| !controlled(document));
    let of_documents = match found.first() {
        Some(first) if controlled(first) => Kept::Present,
        Some(_) => Kept::Stale,
        None => Kept::Missing,
    };
    let recorded = if wanted.contains(&RECORDED) { recorded(assessment) } else { Kept::Missing };
    (of_documents.min(recorded), found.iter().map(|document| document.path.clone()).collect())
}

/// Whether evidence is recorded, and recent.
fn recorded(assessment: &Assessment) -> Kept {
    let run = assessment.rules.iter().find(|run| run.about.id == RECENT);
    match run {
        Some(run) if run.fails == 0 && run.passes > 0 => Kept::Present,
        Some(run) if run.passes > 0 => Kept::Stale,
        _ => Kept::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::document::types;
    use crate::kind::register::types as registers;

    #[test]
    fn every_clause_that_asks_for_documents_is_known_and_so_is_what_it_asks_for() {
        let asking = catalogue(Framework::Iso2022).clauses.iter().filter(|clause| clause.documented_information);
        let unknown: Vec<&str> =
            asking.map(|clause| clause.id.as_str()).filter(|id| !KEPT.iter().any(|(known, _)| known == id)).collect();
        assert_eq!(unknown, ["7.5.1", "8.1"]);
        for (clause, wanted) in KEPT {
            assert!(
                catalogue(Framework::Iso2022)
                    .clauses
                    .iter()
                    .any(|known| known.id == *clause && known.documented_information)
            );
            for name in wanted.iter().filter(|name| **name != RECORDED) {
                let is_register = registers::all().iter().any(|register| register.name == *name);
                assert!(is_register || types::document_type(name).is_some(), "{name}");
            }
        }
    }
}
