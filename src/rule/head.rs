//! What a built-in rule is known by, as the build script writes it into the binary: everything but its examples and what
//! its checks ask. Start-up reads all of these, so nothing is copied out of the bytes.

use serde::{Deserialize, Serialize};

/// A rule without its examples and without the logic of its checks. The keys are those of the rule file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Head<'a> {
    /// The bad thing in a few words.
    pub(crate) title: &'a str,
    /// Its severity, by name.
    pub(crate) severity: &'a str,
    /// Its confidence, by name.
    pub(crate) confidence: &'a str,
    /// Its facet, by name.
    pub(crate) facet: &'a str,
    /// Why it matters.
    pub(crate) why: &'a str,
    /// How to mend it.
    pub(crate) fix: &'a str,
    /// Addresses to read on.
    #[serde(borrow)]
    pub(crate) references: Vec<&'a str>,
    /// The aliases that hold for all checks.
    #[serde(borrow)]
    pub(crate) aliases: Vec<&'a str>,
    /// Every alias of the rule and of its checks, sorted, each once.
    #[serde(borrow)]
    pub(crate) all_aliases: Vec<&'a str>,
    /// The controls that it names.
    #[serde(borrow)]
    pub(crate) controls: Vec<ControlHead<'a>>,
    /// The parameters, as a packed tree; empty without any.
    pub(crate) parameters: &'a [u8],
    /// Its checks.
    #[serde(borrow)]
    pub(crate) checks: Vec<CheckHead<'a>>,
}

/// A control that a rule names.
#[derive(Serialize, Deserialize)]
pub(crate) struct ControlHead<'a> {
    /// The framework and the number.
    pub(crate) id: &'a str,
    /// The bearing, by name.
    pub(crate) bearing: &'a str,
    /// The reason.
    pub(crate) because: &'a str,
}

/// A check without what it asks.
#[derive(Serialize, Deserialize)]
pub(crate) struct CheckHead<'a> {
    /// Its targets, as written.
    #[serde(borrow)]
    pub(crate) on: Vec<&'a str>,
    /// Its own aliases.
    #[serde(borrow)]
    pub(crate) aliases: Vec<&'a str>,
    /// The aliases of parts of the condition.
    #[serde(borrow)]
    pub(crate) part_aliases: Vec<(&'a str, Vec<&'a str>)>,
    /// The ids that its fail implies.
    #[serde(borrow)]
    pub(crate) implies: Vec<&'a str>,
    /// Whether the condition is written as `deny`.
    pub(crate) denies: bool,
    /// Whether it looks at other units.
    pub(crate) looks_across_units: bool,
    /// Whether it looks for a topic in texts.
    pub(crate) is_topical: bool,
}
