//! The assessment: the whole result of a scan, and the only thing that reports and coverage see.
//!
//! It stands by itself: positions are lines and columns, texts that reports show are copied, no file is read again.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

pub use super::compare::{Before, Change, Comparison};
use super::fingerprint::Identity;
use crate::isms::control::Framework;
use crate::kind::Notice;
use crate::rule::{About, Confidence, Severity};
use crate::source::NotRead;
use crate::syntax::tree::{Node, Place};

/// What one check said of one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The check holds.
    Pass,
    /// It does not.
    Fail,
    /// It depends on something that cannot be known.
    Unknown,
    /// It has nothing to say about this resource.
    NotApplicable,
}

/// A position in a text file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    /// First line, from 1.
    pub start_line: u32,
    /// First column in Unicode code points, from 1.
    pub start_column: u32,
    /// Last line, from 1.
    pub end_line: u32,
    /// Column one past the last code point, from 1.
    pub end_column: u32,
    /// Offset of the first byte.
    pub byte_offset: u32,
    /// Length in bytes.
    pub byte_length: u32,
    /// The text of the region, cut at 1,000 characters.
    pub text: String,
    /// The lines around it, for code frames.
    pub context: Context,
}

/// Whole lines around a region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Context {
    /// The number of the first line.
    pub first_line: u32,
    /// The offset in the file of the first byte of `text`.
    pub byte_offset: u32,
    /// The lines.
    pub text: String,
}

/// Where a result stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, relative to the root, with forward slashes. Empty where no file of the scan can carry it.
    pub path: Arc<str>,
    /// The position in it, shared by all that stands there; absent for a file as a whole.
    pub region: Option<Arc<Region>>,
    /// A place in words where lines have no meaning: `page 3, paragraph 12`.
    pub words: Option<String>,
}

/// A resource as reports name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceName {
    /// Its target: `terraform/aws_s3_bucket`.
    pub target: SmolStr,
    /// Its address: `aws_s3_bucket.b`.
    pub address: SmolStr,
    /// The address of the resource it is a part of.
    pub owner: Option<SmolStr>,
    /// The unit it belongs to.
    pub unit: Arc<str>,
}

/// Whether a finding is a certain fail or an undecided check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// The check fails.
    Fail,
    /// The check cannot be decided; reported only with `--show-unknown`.
    Unknown,
}

/// How much of what a check asks for is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// Nothing of it.
    Absent,
    /// Some of it.
    Partial,
    /// All of it.
    Present,
}

impl Presence {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Presence::Absent => "absent",
            Presence::Partial => "partial",
            Presence::Present => "present",
        }
    }
}

/// What quiets a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// How it was written.
    pub kind: SuppressionKind,
    /// The reason given.
    pub reason: String,
    /// Where it is written.
    pub location: Location,
    /// The id of the exception, where it is one.
    pub exception: Option<SmolStr>,
}

/// The ways a finding can be quieted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuppressionKind {
    /// A comment beside the code. Quiets the gate; still a fail in the coverage.
    Inline,
    /// The configuration, for files of some paths. Quiets the gate; still a fail in the coverage.
    Configuration,
    /// A governed exception in force. Counts as `excepted` in the coverage.
    Exception,
}

/// A fail, or with `--show-unknown` an undecided check.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule, as an index into [`Assessment::rules`].
    pub rule: usize,
    /// The check of the rule that spoke, from 0.
    pub check: usize,
    /// Fail or unknown.
    pub kind: FindingKind,
    /// Severity, after overrides and one lower for a partial fail.
    pub severity: Severity,
    /// What it says.
    pub message: String,
    /// The judged resource, shared by its findings.
    pub resource: Arc<ResourceName>,
    /// Where: exactly one place.
    pub location: Location,
    /// Other places that decided, each with what it is.
    pub related: Vec<(Location, String)>,
    /// The calls that led here (modules), innermost first.
    pub call_chain: Vec<Location>,
    /// How much is there, where that is more than yes or no.
    pub presence: Option<Presence>,
    /// The parts that are missing.
    pub missing: Vec<String>,
    /// What an unknown depends on.
    pub depends_on: Option<SmolStr>,
    /// Aliases of the check that spoke.
    pub aliases: Arc<[SmolStr]>,
    /// How many instances of one block it speaks of (`count`, `for_each`); 1 unless there are several.
    pub instances: u32,
    /// What its fingerprint is made of, apart from the rule.
    pub identity: Arc<Identity>,
    /// Stable identity across commits: 32 hexadecimal digits.
    pub fingerprint: String,
    /// What quiets it.
    pub suppression: Option<Box<Suppression>>,
    /// What it is to the base, where the scan is compared with one.
    pub change: Option<Change>,
}

/// What a finding is to who must act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingState {
    /// A fail that nothing quiets.
    Open,
    /// A fail that a comment or the configuration quiets.
    Ignored,
    /// A fail under an exception in force.
    Excepted,
    /// An undecided check.
    Unknown,
}

impl FindingState {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            FindingState::Open => "open",
            FindingState::Ignored => "ignored",
            FindingState::Excepted => "excepted",
            FindingState::Unknown => "unknown",
        }
    }
}

impl Finding {
    /// What it is to who must act on it.
    pub fn state(&self) -> FindingState {
        match (self.kind, self.suppression.as_ref().map(|by| by.kind)) {
            (FindingKind::Unknown, _) => FindingState::Unknown,
            (FindingKind::Fail, None) => FindingState::Open,
            (FindingKind::Fail, Some(SuppressionKind::Inline | SuppressionKind::Configuration)) => {
                FindingState::Ignored
            }
            (FindingKind::Fail, Some(SuppressionKind::Exception)) => FindingState::Excepted,
        }
    }

    /// Whether it is a fail that nothing quiets.
    pub fn is_open(&self) -> bool {
        self.state() == FindingState::Open
    }
}

/// Passes of one rule, one by one for documents, registers and repositories, counted by file for infrastructure.
#[derive(Debug, Clone)]
pub struct Pass {
    /// The rule, as an index into [`Assessment::rules`].
    pub rule: usize,
    /// The check, from 0.
    pub check: usize,
    /// The resource, for single passes.
    pub resource: Option<Arc<ResourceName>>,
    /// Where: the resource, or the file as a whole.
    pub location: Location,
    /// What says so: paragraphs a topic check rests on.
    pub evidence: Vec<Location>,
    /// How much is there, where that is more than yes or no.
    pub presence: Option<Presence>,
    /// How many resources passed.
    pub count: u32,
}

/// A rule that was in the plan, and what came of it.
#[derive(Debug, Clone)]
pub struct RuleRun {
    /// The rule.
    pub about: Arc<About>,
    /// Severity after overrides.
    pub severity: Severity,
    /// Resources that passed.
    pub passes: u32,
    /// Resources that failed, suppressed ones included.
    pub fails: u32,
    /// Of these, under an exception in force.
    pub excepted: u32,
    /// Resources that could not be decided.
    pub unknowns: u32,
    /// What the unknowns depend on, with how often.
    pub unknown_reasons: BTreeMap<SmolStr, u32>,
    /// Why it was not evaluated, where it was not (`coverage/*` on part of a scan).
    pub not_evaluated: Option<String>,
}

impl RuleRun {
    /// Whether the rule judged anything.
    pub fn evaluated(&self) -> bool {
        self.passes + self.fails + self.unknowns > 0
    }

    /// The confidence of its findings.
    pub fn confidence(&self) -> Confidence {
        self.about.confidence
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScannedFile {
    /// Path relative to the root.
    pub path: Arc<str>,
    /// What became of it.
    pub state: FileState,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileState {
    /// Read, and judged as part of units of these kinds.
    Evaluated(Vec<&'static str>),
    /// Read, and no kind has a meaning for it.
    NotRecognised,
    /// Broken: what the parser said. (It is also a finding of the rule `scan/unreadable`.)
    Unreadable(String),
    /// Read only because another file of its unit was asked for.
    Context,
    /// Not evaluated, because it is only what something else is made of: a template that is not rendered. Why.
    SetAside(&'static str),
}

/// A document or register that was recognised.
#[derive(Debug, Clone)]
pub struct RecognisedDocument {
    /// Path relative to the root.
    pub path: Arc<str>,
    /// Its type: `incident-plan`, `statement-of-applicability`.
    pub document_type: SmolStr,
    /// Why it was taken for that.
    pub because: String,
    /// Its title.
    pub title: String,
    /// Whether it is under control; absent for registers, which are kept up rather than approved.
    pub standing: Option<Standing>,
    /// The newest day, up to that of the scan, on which it was approved, reviewed or changed; of a register, on which
    /// something was done that a row records. Absent where none is stated.
    pub dated: Option<jiff::civil::Date>,
}

/// Whether a document is under control: what tells a policy from a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Somebody owns it.
    pub owned: bool,
    /// Somebody approved it, and the day is known.
    pub approved: bool,
    /// It is in force and its review is not overdue.
    pub current: bool,
}

impl Standing {
    /// Whether the document can stand for what it says.
    pub fn is_controlled(self) -> bool {
        self.owned && self.approved && self.current
    }

    /// What keeps the document from standing for what it says: `without an owner, not approved`. Absent where nothing does.
    pub fn lack(self) -> Option<String> {
        let lacks = [(self.owned, "without an owner"), (self.approved, "not approved"), (self.current, "not current")];
        let lacks: Vec<&str> = lacks.iter().filter(|(has, _)| !has).map(|(_, words)| *words).collect();
        (!lacks.is_empty()).then(|| lacks.join(", "))
    }
}

/// A control's row of the statement of applicability.
#[derive(Debug, Clone)]
pub struct ApplicabilityRow {
    /// The control, `A.5.24`.
    pub control: SmolStr,
    /// Whether it applies; absent when the row does not say.
    pub applicable: Option<bool>,
    /// The justification, empty when there is none.
    pub justification: String,
    /// `implemented`, `partial`, `planned`, … as normalised by the register.
    pub status: SmolStr,
    /// The owner, empty when there is none.
    pub owner: String,
    /// The risks that it answers, as written.
    pub risks: Vec<String>,
    /// The documents and records that it names, as written.
    pub documents: Vec<String>,
    /// Where the row stands.
    pub location: Location,
    /// The same for rules on coverage, whose findings stand at the row.
    pub place: Place,
}

/// Something that no file can show, attested by a person.
#[derive(Debug, Clone)]
pub struct Attestation {
    /// The control or clause.
    pub control: SmolStr,
    /// The facet.
    pub facet: crate::rule::Facet,
    /// Who, what, when.
    pub statement: String,
    /// The day on which it was given, where that is stated.
    pub given: Option<jiff::civil::Date>,
    /// Last day it is valid.
    pub valid_until: Option<jiff::civil::Date>,
    /// Where it is recorded, as a place.
    pub place: Place,
    /// Where it is recorded.
    pub location: Location,
}

/// An exception that is complete and not expired: a deviation that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedDeviation {
    /// Its id.
    pub id: SmolStr,
    /// Who answers for it.
    pub owner: String,
    /// Who accepted it.
    pub approver: String,
    /// Why.
    pub reason: String,
    /// The last day it is in force.
    pub expires: Option<jiff::civil::Date>,
    /// The file it stands in.
    pub path: Arc<str>,
}

/// A row of the corrective-actions register: what people found out about a nonconformity, and do about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorrectiveAction {
    /// The row's key.
    pub id: SmolStr,
    /// What it was raised from; names a nonconformity or a rule where it is about findings.
    pub source: String,
    /// The nonconformity in words.
    pub nonconformity: String,
    /// Its cause.
    pub cause: String,
    /// What is done against the cause.
    pub action: String,
    /// Who answers for it.
    pub owner: String,
    /// When it is due.
    pub due: Option<jiff::civil::Date>,
    /// When it was done.
    pub done: Option<jiff::civil::Date>,
    /// What the review of its effectiveness said.
    pub effective: String,
}

/// Facts about the ISMS that coverage needs.
#[derive(Debug, Clone, Default)]
pub struct IsmsFacts {
    /// Whether there is an ISMS to judge: a document or register was recognised, or the configuration names its folder.
    pub exists: bool,
    /// What was recognised.
    pub documents: Vec<RecognisedDocument>,
    /// The statement of applicability.
    pub applicability: Vec<ApplicabilityRow>,
    /// Attestations in force and expired.
    pub attestations: Vec<Attestation>,
    /// Exceptions in force, those included that cover nothing.
    pub exceptions: Vec<AcceptedDeviation>,
    /// The corrective-actions register.
    pub corrective_actions: Vec<CorrectiveAction>,
    /// Values that documents state for requirements, by requirement: value, and where.
    pub requirements: Vec<(SmolStr, Node, Location)>,
    /// Where a text speaks of a file that holds none: a line of an index or register that names it, else the
    /// configuration, the README or the first text. Platforms that show lines put findings in the file there.
    pub references: std::collections::BTreeMap<Arc<str>, Location>,
}

/// The whole result of a scan.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The day it was made for.
    pub today: jiff::civil::Date,
    /// The framework whose view reports show first.
    pub framework: Framework,
    /// The way from the root of the git work tree to the root of the scan; empty where they are the same. Formats that
    /// name files by the repository put it before every path.
    pub prefix: String,
    /// Every rule in the plan, sorted by id.
    pub rules: Vec<RuleRun>,
    /// Findings, sorted by path, position, rule and address.
    pub findings: Vec<Finding>,
    /// Checks that could not be decided, by rule and resource, in no order; whether they are findings too or not.
    pub undecided: Vec<(usize, Arc<ResourceName>)>,
    /// Passes, sorted in the same way.
    pub passes: Vec<Pass>,
    /// Files that were read, sorted by path.
    pub files: Vec<ScannedFile>,
    /// Paths that were not read, sorted.
    pub not_read: Vec<NotRead>,
    /// Files of no syntax that the scan knows, counted.
    pub other_files: usize,
    /// Files that the configuration leaves out, counted.
    pub excluded_files: usize,
    /// Folders that were not entered, with the reason.
    pub not_entered: Vec<crate::source::NotEntered>,
    /// What could not be evaluated, and why, with its location.
    pub notices: Vec<(Notice, Location)>,
    /// Units by kind.
    pub units: BTreeMap<&'static str, usize>,
    /// Resources by target's first segment.
    pub resources: BTreeMap<SmolStr, usize>,
    /// What the ISMS holds.
    pub isms: IsmsFacts,
    /// The digest of the rule set: SHA-256 over the ids, and the SHA-256 of the texts, of all rules in the plan, in hexadecimal.
    pub rule_set_digest: String,
    /// The commit that was scanned, where the root is a repository with one.
    pub commit: Option<String>,
    /// The address of the repository it was scanned in (`origin`), where there is one.
    pub repository: Option<String>,
    /// Why the scan is not a whole one (limited by path, rule or control); absent when it is.
    pub limited: Option<String>,
    /// What it was compared with, where it was.
    pub comparison: Option<Comparison>,
}

impl Assessment {
    /// Whether something in scope was not looked at: unreadable files, unread paths, notices.
    pub fn incomplete(&self) -> bool {
        !self.not_read.is_empty()
            || !self.notices.is_empty()
            || self.files.iter().any(|file| matches!(file.state, FileState::Unreadable(_)))
    }
}
