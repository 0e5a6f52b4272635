//! Rules: the declarative language, from the file as written to something that can be evaluated.
//!
//! ```text
//! YAML → Node → load (strict, every mistake with its place) → Rule { prose, checks: compiled conditions }
//! ```
//!
//! A rule names one bad thing. Its checks bind a target (`terraform/aws_s3_bucket`) to a condition; its examples
//! prove that each check fails and passes where it should.

mod compile;
pub mod condition;
mod head;
pub mod level;
pub mod load;
pub mod logic;
pub mod matcher;
pub mod message;
pub mod path;
pub mod quantifier;
pub mod relation;
pub mod scalar;
pub mod schema;
pub mod set;
#[cfg(test)]
mod tests;
pub mod topic;

use std::sync::Arc;

use smol_str::SmolStr;

use crate::isms::control::ControlId;
use crate::syntax::tree::{Node, Place, Value};
use logic::LazyLogic;

pub use level::{Bearing, Confidence, Facet, Severity};

/// Why a rule is evidence for a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlLink {
    /// The control or clause.
    pub control: ControlId,
    /// Directly, or as support.
    pub bearing: Bearing,
    /// The reason an auditor reads.
    pub because: SmolStr,
}

/// A number or text of a rule that an organisation may set.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name that conditions use.
    pub name: SmolStr,
    /// What it is, for `rules show`.
    pub about: Option<String>,
    /// The value when nobody set one.
    pub default: Value,
    /// The least value that may be set; a lower one is refused.
    pub floor: Option<f64>,
    /// The requirement in the organisation's documents that sets it (`log-retention`).
    pub requirement: Option<SmolStr>,
}

/// What reports say about a rule, and how it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The id, which is its path below `rules/` without the ending.
    pub id: SmolStr,
    /// The bad thing in a few words.
    pub title: SmolStr,
    /// Severity of a full fail.
    pub severity: Severity,
    /// Confidence of its findings.
    pub confidence: Confidence,
    /// The question it answers.
    pub facet: Facet,
    /// The controls it is evidence for.
    pub controls: Vec<ControlLink>,
    /// Why it matters (Markdown).
    pub why: SmolStr,
    /// How to mend it (Markdown).
    pub fix: SmolStr,
    /// Addresses to read on.
    pub references: Vec<SmolStr>,
    /// The ids of the same check elsewhere, where they hold for all checks.
    pub aliases: Vec<SmolStr>,
    /// Every alias of the rule and of its checks, sorted, each once.
    pub all_aliases: Vec<SmolStr>,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// What reports say about it.
    pub about: Arc<About>,
    /// What an organisation may set.
    pub parameters: Vec<Parameter>,
    /// The bindings.
    pub checks: Vec<Check>,
    /// The proofs.
    pub examples: Vec<Example>,
}

impl Rule {
    /// The aliases that hold when this check spoke: its own where it has some, else the rule's.
    pub fn aliases_of(&self, check: usize) -> &[SmolStr] {
        match self.checks.get(check) {
            Some(check) if !check.aliases.is_empty() => &check.aliases,
            _ => &self.about.aliases,
        }
    }
}

/// One binding of a rule: targets and the condition for them.
#[derive(Debug)]
pub struct Check {
    /// The targets it judges.
    pub on: Vec<SmolStr>,
    /// What it asks of them.
    pub logic: LazyLogic,
    /// Whether the condition was written as `deny`.
    pub denies: bool,
    /// The ids of the same check elsewhere.
    pub aliases: Vec<SmolStr>,
    /// The ids that stand for a part of the condition: a finding carries those of the parts that are missing.
    pub part_aliases: Vec<(SmolStr, Vec<SmolStr>)>,
    /// The ids that a fail of this check answers as well: where there is no plan, all that a plan must say is missing.
    pub implies: Vec<SmolStr>,
    /// Whether it looks for a topic in texts, so that its outcome is a presence.
    pub is_topical: bool,
    /// Whether it looks at resources of other units (`in: scan`).
    pub looks_across_units: bool,
    /// Where it stands in the rule file.
    pub place: Place,
}

/// A proof that a rule does what it says.
#[derive(Debug, Clone)]
pub struct Example {
    /// What is expected.
    pub expect: Expectation,
    /// What is judged.
    pub subject: ExampleSubject,
    /// The text that the primary place of the first finding slices to.
    pub at: Option<String>,
    /// The day it is judged on.
    pub today: Option<jiff::civil::Date>,
    /// The parameters it is judged with.
    pub parameters: Vec<(SmolStr, Value)>,
    /// Where the example stands in the rule file.
    pub place: Place,
}

/// What an example must come out as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expectation {
    /// At least one finding.
    Fails,
    /// A finding that is partial.
    Partial,
    /// No finding and no unknown, and at least one pass.
    Passes,
    /// No finding and at least one unknown.
    Unknown,
    /// No finding, no unknown and no pass.
    NotApplicable,
}

/// What an example judges.
#[derive(Debug, Clone)]
pub enum ExampleSubject {
    /// Files, as path and text.
    Files(Vec<(SmolStr, SmolStr)>),
    /// Resources as literal trees, each with its `target`.
    Resources(Vec<Node>),
}
