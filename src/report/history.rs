//! What recorded evidence says of the months before: the input of reports that show a trend and what changed. Reports read
//! nothing themselves; the command line reads the evidence, and [`crate::evidence::trend::history`] makes this of it.

use std::collections::BTreeMap;

/// What is known of the months before.
#[derive(Debug, Clone)]
pub enum History {
    /// Nothing was recorded.
    Nothing,
    /// There is evidence that says nothing of them, and why.
    Untold(String),
    /// It was recorded.
    Recorded(Box<Recorded>),
}

/// The months, and the newest recording.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Every month from the first recording on, those without one included, the oldest first.
    pub months: Vec<Month>,
    /// The newest recording.
    pub last: Last,
}

/// A month.
#[derive(Debug, Clone)]
pub struct Month {
    /// `2026-10`.
    pub name: String,
    /// Whether it was recorded after it had ended.
    pub is_late: bool,
    /// What was recorded; absent in a gap.
    pub numbers: Option<Numbers>,
}

/// A recording in numbers.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    /// Controls of Annex A (2022) by facet (documented, implemented, operating): applicable, evaluated, satisfied.
    pub coverage: [[u64; 3]; 3],
    /// Open findings by severity, the least severe first.
    pub findings: [u64; 5],
    /// Nonconformities that were new.
    pub opened: u64,
    /// Nonconformities that were closed.
    pub closed: u64,
    /// Nonconformities that were overdue.
    pub overdue: u64,
}

/// The newest recording.
#[derive(Debug, Clone)]
pub struct Last {
    /// Its folder.
    pub entry: String,
    /// The day that it looked at.
    pub day: String,
    /// The digest of its rules, where it is told.
    pub rule_set: Option<String>,
    /// The statuses of controls and clauses of the 2022 edition: documented, implemented, operating.
    pub statuses: BTreeMap<String, [String; 3]>,
    /// The nonconformities that it left open, by fingerprint.
    pub open: BTreeMap<String, Known>,
}

/// A nonconformity of the newest recording.
#[derive(Debug, Clone)]
pub struct Known {
    /// `NC-…`.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// The address of the judged resource.
    pub resource: String,
    /// What the rule calls it.
    pub title: String,
    /// How bad.
    pub severity: String,
    /// Where it was.
    pub path: String,
    /// The day on which it is due, where one is set.
    pub due: Option<String>,
    /// The day on which it was first seen.
    pub first_seen: String,
}
