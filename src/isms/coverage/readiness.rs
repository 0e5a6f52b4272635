//! Readiness: for each clause that asks for documented information, the documents and registers that are the usual place
//! for it, and whether they are there and under control.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::engine::assessment::{Assessment, RecognisedDocument, Standing};
use crate::isms::catalogue::catalogue;
use crate::isms::control::Framework;
use crate::kind::document::types;

/// Registers that hold what a clause asks for, by the name they are recognised under.
const REGISTERS: [(&str, &str); 5] = [
    ("6.1.2", "risk-register"),
    ("6.1.3", "statement-of-applicability"),
    ("7.2", "training-records"),
    ("8.2", "risk-register"),
    ("10.2", "corrective-actions"),
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
    /// The type of document or the register, `internal-audit-programme`; empty where none is known.
    pub wanted: SmolStr,
    /// Whether it is there.
    pub kept: Kept,
    /// The files that are of this type, those under control first.
    pub paths: Vec<Arc<str>>,
}

/// What the clauses of the 2022 edition ask to be kept, in their order.
pub fn readiness(assessment: &Assessment) -> Vec<Readiness> {
    let clauses = catalogue(Framework::Iso2022).clauses.iter().filter(|clause| clause.documented_information);
    let mut all = Vec::new();
    for clause in clauses {
        let registers = REGISTERS.into_iter().filter(|(id, _)| clause.id == *id).map(|(_, name)| SmolStr::from(name));
        let mut wanted: Vec<SmolStr> = types::usual_for(&clause.id).cloned().chain(registers).collect();
        if wanted.is_empty() {
            wanted.push(SmolStr::default());
        }
        for wanted in wanted {
            let (kept, paths) = kept(assessment, &wanted);
            all.push(Readiness { clause: clause.id.clone(), title: clause.title.clone(), wanted, kept, paths });
        }
    }
    all
}

fn kept(assessment: &Assessment, wanted: &SmolStr) -> (Kept, Vec<Arc<str>>) {
    if wanted.is_empty() {
        return (Kept::NotChecked, Vec::new());
    }
    let documents = &assessment.isms.documents;
    let mut found: Vec<&RecognisedDocument> =
        documents.iter().filter(|document| document.document_type == *wanted).collect();
    // A register is kept up rather than approved, and has no standing.
    let controlled = |document: &RecognisedDocument| document.standing.is_none_or(Standing::is_controlled);
    found.sort_by_key(|document| !controlled(document));
    let kept = match found.first() {
        Some(first) if controlled(first) => Kept::Present,
        Some(_) => Kept::Stale,
        None => Kept::Missing,
    };
    (kept, found.iter().map(|document| document.path.clone()).collect())
}
