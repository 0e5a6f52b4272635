//! Nonconformities and what is done about them (clause 10.2), followed from one recording to the next.
//!
//! A finding becomes a nonconformity when it is first recorded, and keeps its identity (its fingerprint; where a version
//! counts that differently, its rule, file and resource) as long as it is there. It is closed by a recorded scan that ran its rule, could read its file and did not find it: that scan is
//! the verification. Found again, it is a recurrence: the action was not effective. A finding that can no longer be
//! decided is neither open nor closed anew; it stays as it was, and says so. Hints (confidence low) and what this
//! program says about its own evidence are none.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::engine::assessment::{Assessment, CorrectiveAction, FileState, Finding, FindingKind, FindingState, RuleRun};
use crate::rule::{Bearing, Confidence, Severity};

/// The format of the register of nonconformities.
pub const SCHEMA: &str = "annexa/nonconformities/1";

/// Rules with this prefix judge the evidence itself.
const OWN_RULES: &str = "evidence/";

/// What is known of a nonconformity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is there.
    Open,
    /// It is there, under an exception in force.
    Excepted,
    /// It is there, and a comment in the code quiets it.
    Ignored,
    /// A recorded scan looked, and it was not there.
    Closed,
}

impl Status {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Excepted => "excepted",
            Status::Ignored => "ignored",
            Status::Closed => "closed",
        }
    }
}

/// A nonconformity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nonconformity {
    /// `NC-` and twelve digits of the fingerprint that it was first recorded under: short enough to write into a register.
    pub id: String,
    /// The fingerprint of the finding.
    pub fingerprint: String,
    /// The rule.
    pub rule: String,
    /// What the rule calls it.
    pub title: String,
    /// What the finding says.
    pub message: String,
    /// The controls that the rule is evidence for.
    pub controls: Vec<String>,
    /// The severity of the finding.
    pub severity: String,
    /// Where it was last seen.
    pub path: String,
    /// The line; null for a file as a whole.
    pub line: Option<u32>,
    /// The address of the judged resource.
    pub resource: String,
    /// Where it stands.
    pub status: Status,
    /// Whether the newest recording could not tell whether it is still there.
    pub undetermined: bool,
    /// The day it was first seen.
    pub first_seen: String,
    /// The recording that saw it first.
    pub first_seen_in: String,
    /// The day it was last seen.
    pub last_seen: String,
    /// The recording that saw it last.
    pub last_seen_in: String,
    /// When it is to be mended; null where the policy sets no time for its severity.
    pub due: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Who says so: `register`, `statement-of-applicability` or `CODEOWNERS`.
    pub owner_from: Option<String>,
    /// The row of the corrective-actions register that names it.
    pub register: Option<String>,
    /// Its cause, from there.
    pub cause: Option<String>,
    /// What is done about the cause, from there.
    pub action: Option<String>,
    /// What the review of effectiveness said, from there.
    pub effective: Option<String>,
    /// The day it was seen to be gone.
    pub closed_on: Option<String>,
    /// The recording that looked and did not find it.
    pub verified_by: Option<String>,
    /// How often it came back after it was closed.
    pub recurrences: u32,
    /// The day it last came back.
    pub reopened_on: Option<String>,
}

impl Nonconformity {
    /// Whether it is due before `today` and still open.
    pub fn is_overdue(&self, today: Date) -> bool {
        let due = self.due.as_deref().and_then(|due| due.parse::<Date>().ok());
        self.status == Status::Open && due.is_some_and(|due| due < today)
    }

    /// Its severity.
    pub fn severity(&self) -> Severity {
        Severity::parse(&self.severity).unwrap_or(Severity::Info)
    }
}

/// The file of nonconformities.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nonconformities {
    /// [`SCHEMA`].
    pub schema: String,
    /// All of them, closed ones included, sorted by id.
    pub nonconformities: Vec<Nonconformity>,
}

/// How long a nonconformity may stay, in days, by severity; severities that are not there have no time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuePolicy(pub BTreeMap<Severity, u32>);

impl Default for DuePolicy {
    fn default() -> DuePolicy {
        DuePolicy([(Severity::Critical, 7), (Severity::High, 30), (Severity::Medium, 90), (Severity::Low, 180)].into())
    }
}

/// A recording, as far as nonconformities go.
#[derive(Debug)]
pub struct Recording<'a> {
    /// The name of the entry.
    pub entry: &'a str,
    /// What was found.
    pub assessment: &'a Assessment,
    /// The owners of files, where the repository says them.
    pub owners: &'a dyn Owners,
    /// The policy.
    pub due: &'a DuePolicy,
}

/// Who owns a file.
pub trait Owners: std::fmt::Debug {
    /// The owners of a path.
    fn of(&self, path: &str) -> Option<String>;
}

/// Nobody owns anything.
#[derive(Debug)]
pub struct NoOwners;

impl Owners for NoOwners {
    fn of(&self, _path: &str) -> Option<String> {
        None
    }
}

/// The nonconformities after a recording, sorted by id.
pub fn advance(before: &[Nonconformity], recording: &Recording<'_>) -> Vec<Nonconformity> {
    let assessment = recording.assessment;
    let mut known: BTreeMap<&str, Nonconformity> =
        before.iter().map(|known| (known.fingerprint.as_str(), known.clone())).collect();
    let mut carried = Carried::of(before, assessment);
    let mut undecided = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for finding in &assessment.findings {
        let Some(run) = assessment.rules.get(finding.rule).filter(|run| counts(run)) else { continue };
        match finding.kind {
            FindingKind::Unknown => {
                undecided.insert(finding.fingerprint.as_str());
            }
            FindingKind::Fail => {
                seen.insert(finding.fingerprint.as_str());
                let found = known.remove(finding.fingerprint.as_str());
                let found = found.or_else(|| known.remove(carried.of_finding(finding, &run.about.id)?));
                known.insert(&finding.fingerprint, saw(found.as_ref(), finding, run, recording));
            }
        }
    }
    let looked = Looked::of(assessment);
    for (fingerprint, nonconformity) in &mut known {
        if seen.contains(fingerprint) {
            continue;
        }
        let gone = looked.at(nonconformity) && !undecided.contains(fingerprint);
        nonconformity.undetermined = nonconformity.status != Status::Closed && !gone;
        if gone && nonconformity.status != Status::Closed {
            nonconformity.status = Status::Closed;
            nonconformity.closed_on = Some(assessment.today.to_string());
            nonconformity.verified_by = Some(recording.entry.to_owned());
        }
    }
    let mut after: Vec<Nonconformity> = known.into_values().collect();
    for nonconformity in &mut after {
        join_register(nonconformity, &assessment.isms.corrective_actions);
    }
    after.sort_by(|left, right| (&left.id, &left.fingerprint).cmp(&(&right.id, &right.fingerprint)));
    after
}

/// Nonconformities that no finding of a recording has the fingerprint of, by rule, file and resource. A version that counts
/// differently what makes a finding the same must not verify that it is gone, nor let its time run anew.
struct Carried<'a> {
    by_place: BTreeMap<(&'a str, &'a str, &'a str), Vec<&'a str>>,
    known: BTreeSet<&'a str>,
}

impl<'a> Carried<'a> {
    /// Those of `before` that are not closed and that nothing in the assessment has the fingerprint of.
    fn of(before: &'a [Nonconformity], assessment: &Assessment) -> Carried<'a> {
        let there: BTreeSet<&str> = assessment.findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
        let lost =
            before.iter().filter(|each| each.status != Status::Closed && !there.contains(each.fingerprint.as_str()));
        let mut lost: Vec<&Nonconformity> = lost.collect();
        lost.sort_by_key(|each| std::cmp::Reverse(each.line));
        let mut by_place: BTreeMap<(&str, &str, &str), Vec<&str>> = BTreeMap::new();
        for each in lost {
            by_place.entry((&each.rule, &each.path, &each.resource)).or_default().push(&each.fingerprint);
        }
        Carried { by_place, known: before.iter().map(|each| each.fingerprint.as_str()).collect() }
    }

    /// The fingerprint that a finding of this rule was recorded under, once for each nonconformity; none where it is known
    /// under its own, or not at all.
    fn of_finding(&mut self, finding: &'a Finding, rule: &'a str) -> Option<&'a str> {
        if self.known.contains(finding.fingerprint.as_str()) {
            return None;
        }
        self.by_place.get_mut(&(rule, &*finding.location.path, finding.resource.address.as_str()))?.pop()
    }
}

fn counts(run: &RuleRun) -> bool {
    run.confidence() > Confidence::Low && !run.about.id.starts_with(OWN_RULES)
}

/// A nonconformity that the recording saw, new or again.
fn saw(before: Option<&Nonconformity>, finding: &Finding, run: &RuleRun, recording: &Recording<'_>) -> Nonconformity {
    let assessment = recording.assessment;
    let today = assessment.today.to_string();
    let came_back = before.is_some_and(|before| before.status == Status::Closed);
    let (owner, owner_from) = owner(finding, run, recording).unzip();
    let due = |from: Date| {
        let days = recording.due.0.get(&finding.severity)?;
        from.checked_add(i64::from(*days).days()).ok().map(|due| due.to_string())
    };
    let first_seen = before.map_or_else(|| today.clone(), |before| before.first_seen.clone());
    // The time runs anew when it comes back; else it runs from the first day, whatever the policy was then.
    let reopened_on =
        if came_back { Some(today.clone()) } else { before.and_then(|before| before.reopened_on.clone()) };
    let from = reopened_on.as_ref().unwrap_or(&first_seen).parse().unwrap_or(assessment.today);
    let region = finding.location.region.as_ref();
    Nonconformity {
        // It keeps its name: registers speak of it.
        id: before.map_or_else(
            || format!("NC-{}", finding.fingerprint.get(..12).unwrap_or(&finding.fingerprint)),
            |before| before.id.clone(),
        ),
        fingerprint: finding.fingerprint.clone(),
        rule: run.about.id.to_string(),
        title: run.about.title.to_string(),
        message: finding.message.clone(),
        controls: run.about.controls.iter().map(|link| link.control.to_string()).collect(),
        severity: finding.severity.name().to_owned(),
        path: finding.location.path.to_string(),
        line: region.map(|region| region.start_line),
        resource: finding.resource.address.to_string(),
        status: match finding.state() {
            FindingState::Open | FindingState::Unknown => Status::Open,
            FindingState::Excepted => Status::Excepted,
            FindingState::Ignored => Status::Ignored,
        },
        undetermined: false,
        first_seen_in: before
            .as_ref()
            .map_or_else(|| recording.entry.to_owned(), |before| before.first_seen_in.clone()),
        due: due(from),
        owner,
        owner_from: owner_from.map(str::to_owned),
        register: None,
        cause: None,
        action: None,
        effective: None,
        closed_on: None,
        verified_by: None,
        recurrences: before.map_or(0, |before| before.recurrences) + u32::from(came_back),
        reopened_on,
        first_seen,
        last_seen: today,
        last_seen_in: recording.entry.to_owned(),
    }
}

/// Who answers for the control that the rule checks, else who owns the file.
fn owner(finding: &Finding, run: &RuleRun, recording: &Recording<'_>) -> Option<(String, &'static str)> {
    let rows = &recording.assessment.isms.applicability;
    let mut links: Vec<_> = run.about.controls.iter().collect();
    links.sort_by_key(|link| link.bearing != Bearing::Direct);
    let row = links.iter().find_map(|link| {
        rows.iter().find(|row| row.control == link.control.id && link.control.is_annex_a() && !row.owner.is_empty())
    });
    let by_row = row.map(|row| (row.owner.clone(), "statement-of-applicability"));
    by_row.or_else(|| recording.owners.of(&finding.location.path).map(|owner| (owner, "CODEOWNERS")))
}

/// What a recording looked at.
struct Looked<'a> {
    rules: BTreeSet<&'a str>,
    unread: BTreeSet<&'a str>,
    whole: bool,
}

impl<'a> Looked<'a> {
    fn of(assessment: &'a Assessment) -> Looked<'a> {
        let ran = assessment.rules.iter().filter(|run| run.not_evaluated.is_none());
        let broken = assessment.files.iter().filter(|file| matches!(file.state, FileState::Unreadable(_)));
        let unread = broken.map(|file| &*file.path).chain(assessment.not_read.iter().map(|path| &*path.path));
        Looked {
            rules: ran.map(|run| run.about.id.as_str()).collect(),
            unread: unread.collect(),
            whole: assessment.limited.is_none(),
        }
    }

    /// Whether a nonconformity that is not among the findings is gone.
    fn at(&self, nonconformity: &Nonconformity) -> bool {
        self.whole
            && self.rules.contains(nonconformity.rule.as_str())
            && !self.unread.contains(nonconformity.path.as_str())
    }
}

/// Takes over what the corrective-actions register says of a nonconformity: of it by its id, else of its rule.
fn join_register(nonconformity: &mut Nonconformity, register: &[CorrectiveAction]) {
    let names = |row: &CorrectiveAction, name: &str| {
        let texts = [row.id.as_str(), &row.source, &row.nonconformity];
        let separates = |letter: char| letter.is_whitespace() || ",;()`".contains(letter);
        texts.iter().any(|text| text.split(separates).any(|word| word.trim_end_matches('.').eq_ignore_ascii_case(name)))
    };
    let by_id = register.iter().find(|row| names(row, &nonconformity.id));
    let Some(row) = by_id.or_else(|| register.iter().find(|row| names(row, &nonconformity.rule))) else { return };
    let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    nonconformity.register = Some(row.id.to_string());
    nonconformity.cause = text(&row.cause);
    nonconformity.action = text(&row.action);
    nonconformity.effective = text(&row.effective);
    if let Some(owner) = text(&row.owner) {
        nonconformity.owner = Some(owner);
        nonconformity.owner_from = Some("register".to_owned());
    }
    if let Some(due) = row.due {
        nonconformity.due = Some(due.to_string());
    }
}

/// Numbers of a register at the end of a recording.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Movement {
    /// First seen by this recording.
    pub opened: u64,
    /// Seen to be gone by it.
    pub closed: u64,
    /// Seen again by it after they were closed.
    pub recurred: u64,
    /// Open after it.
    pub open: u64,
    /// Of these, past their date.
    pub overdue: u64,
    /// Under an exception.
    pub excepted: u64,
    /// Quieted by comments.
    pub ignored: u64,
    /// Not determined by it.
    pub undetermined: u64,
}

/// What a recording moved.
pub fn movement(after: &[Nonconformity], entry: &str, today: Date) -> Movement {
    let count = |meets: &dyn Fn(&Nonconformity) -> bool| after.iter().filter(|each| meets(each)).count() as u64;
    let day = today.to_string();
    Movement {
        opened: count(&|each| each.first_seen_in == entry),
        closed: count(&|each| each.verified_by.as_deref() == Some(entry)),
        recurred: count(&|each| each.last_seen_in == entry && each.reopened_on.as_ref() == Some(&day)),
        open: count(&|each| each.status == Status::Open),
        overdue: count(&|each| each.is_overdue(today)),
        excepted: count(&|each| each.status == Status::Excepted),
        ignored: count(&|each| each.status == Status::Ignored),
        undetermined: count(&|each| each.undetermined),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;

    use super::*;
    use crate::engine::assessment::{ApplicabilityRow, Location, ScannedFile};
    use crate::engine::{self, example, plan::Plan};
    use crate::rule::set;
    use crate::source::Source;
    use crate::syntax::tree::Place;

    const BUCKET: &str = "resource \"aws_s3_bucket\" \"b\" {\n  acl = \"public-read\"\n}\n";

    #[derive(Debug)]
    struct Team;

    impl Owners for Team {
        fn of(&self, path: &str) -> Option<String> {
            (path == "main.tf").then(|| "@acme/platform".to_owned())
        }
    }

    /// What a scan of one file by one rule says on a day.
    fn scan(text: &str, today: Date) -> Assessment {
        let rules = set::embedded().unwrap();
        let rules = rules.into_iter().filter(|rule| rule.rule.about.id == "aws/s3/public-acl").collect();
        let source = Source::from_files([("main.tf".to_owned(), text.to_owned())]);
        let settings = engine::Settings { show_unknown: true, ..example::settings(today) };
        engine::scan(&source, Plan::new(rules), &settings, None)
    }

    fn after(before: &[Nonconformity], entry: &str, assessment: &Assessment) -> Vec<Nonconformity> {
        advance(before, &Recording { entry, assessment, owners: &Team, due: &DuePolicy::default() })
    }

    #[test]
    fn a_finding_is_followed_until_a_recording_verifies_that_it_is_gone() {
        let first = after(&[], "2026-09", &scan(BUCKET, date(2026, 9, 1)));
        let [found] = first.as_slice() else { panic!("{first:?}") };
        assert_eq!((found.status, found.due.as_deref(), found.line), (Status::Open, Some("2026-10-01"), Some(2)));
        assert_eq!((found.owner.as_deref(), found.owner_from.as_deref()), (Some("@acme/platform"), Some("CODEOWNERS")));
        assert!(!found.is_overdue(date(2026, 10, 1)) && found.is_overdue(date(2026, 10, 2)));

        let still = after(&first, "2026-10", &scan(&format!("\n\n{BUCKET}"), date(2026, 10, 1)));
        assert_eq!((still[0].first_seen_in.as_str(), still[0].last_seen_in.as_str()), ("2026-09", "2026-10"));
        assert_eq!((still[0].line, still[0].due.as_deref()), (Some(4), Some("2026-10-01")), "the date does not move");

        let closed = after(&still, "2026-11", &scan("", date(2026, 11, 1)));
        assert_eq!((closed[0].status, closed[0].verified_by.as_deref()), (Status::Closed, Some("2026-11")));
        assert_eq!(closed[0].closed_on.as_deref(), Some("2026-11-01"));
        let moved = movement(&closed, "2026-11", date(2026, 11, 1));
        assert_eq!((moved.opened, moved.closed, moved.open, moved.overdue), (0, 1, 0, 0));

        let back = after(&closed, "2026-12", &scan(BUCKET, date(2026, 12, 1)));
        assert_eq!((back[0].status, back[0].recurrences), (Status::Open, 1));
        assert_eq!((back[0].due.as_deref(), back[0].first_seen.as_str()), (Some("2026-12-31"), "2026-09-01"));
        assert_eq!(movement(&back, "2026-12", date(2026, 12, 1)).recurred, 1);
        let later = after(&back, "2027-01", &scan(BUCKET, date(2027, 1, 1)));
        assert_eq!((later[0].recurrences, later[0].due.as_deref()), (1, Some("2026-12-31")));
        assert_eq!(movement(&later, "2027-01", date(2027, 1, 1)).recurred, 0);
    }

    #[test]
    fn a_version_that_counts_fingerprints_differently_closes_nothing_and_gives_no_new_time() {
        let two = "resource \"aws_s3_bucket\" \"b\" {\n  acl = \"public-read\"\n}\n\
                   resource \"aws_s3_bucket\" \"c\" {\n  acl = \"public-read\"\n}\n";
        let first = after(&[], "2026-09", &scan(two, date(2026, 9, 1)));
        let mut seen = scan(two, date(2026, 10, 1));
        for finding in &mut seen.findings {
            finding.fingerprint = format!("ffff{}", &finding.fingerprint[4..]);
        }
        let next = after(&first, "2026-10", &seen);
        assert_eq!(next.len(), 2);
        for (before, now) in first.iter().zip(&next) {
            assert_eq!(
                (&now.id, &now.resource, &now.first_seen, &now.due),
                (&before.id, &before.resource, &before.first_seen, &before.due)
            );
            assert_eq!((now.status, now.last_seen_in.as_str()), (Status::Open, "2026-10"));
            assert!(now.fingerprint.starts_with("ffff"));
        }
        // Another resource is another nonconformity, and the one that was mended is closed.
        let other = two.replace("\"c\"", "\"d\"");
        let moved = after(&next, "2026-11", &scan(&other, date(2026, 11, 1)));
        let told: Vec<(&str, Status)> = moved.iter().map(|each| (each.resource.as_str(), each.status)).collect();
        assert!(
            told.contains(&("aws_s3_bucket.c", Status::Closed)) && told.contains(&("aws_s3_bucket.d", Status::Open)),
            "{told:?}"
        );
        assert_eq!(moved.iter().filter(|each| each.first_seen_in == "2026-11").count(), 1);
    }

    #[test]
    fn what_was_not_looked_at_is_not_closed() {
        let first = after(&[], "2026-09", &scan(BUCKET, date(2026, 9, 1)));
        // The value cannot be known any more.
        let unknown = "variable \"acl\" {}\nresource \"aws_s3_bucket\" \"b\" {\n  acl = var.acl\n}\n";
        let seen = scan(unknown, date(2026, 10, 1));
        assert_eq!(seen.findings.len(), 1);
        let mut cases = vec![("unknown", seen)];
        // The file could not be parsed; the rule was not run; only a part was scanned.
        cases.push(("broken", scan("resource \"aws_s3_bucket\" \"b\" {\n", date(2026, 10, 1))));
        let mut without_rule = scan("", date(2026, 10, 1));
        without_rule.rules.clear();
        cases.push(("without rule", without_rule));
        let mut part = scan("", date(2026, 10, 1));
        part.limited = Some("a part".to_owned());
        cases.push(("part", part));
        for (case, assessment) in cases {
            let next = after(&first, "2026-10", &assessment);
            assert_eq!((next[0].status, next[0].undetermined), (Status::Open, true), "{case}");
            assert_eq!(next[0].last_seen_in, "2026-09", "{case}");
        }
        let mut unread = scan("", date(2026, 10, 1));
        assert!(!after(&first, "2026-10", &unread)[0].undetermined);
        let state = FileState::Unreadable("is not UTF-8".to_owned());
        unread.files = vec![ScannedFile { path: Arc::from("main.tf"), state }];
        assert!(after(&first, "2026-10", &unread)[0].undetermined);
    }

    #[test]
    fn comments_and_exceptions_are_told_apart_and_never_overdue() {
        let quiet = format!("# annexa:ignore aws/s3/public-acl a website\n{BUCKET}");
        let ignored = after(&[], "2026-09", &scan(&quiet, date(2026, 9, 1)));
        assert_eq!((ignored[0].status, ignored[0].is_overdue(date(2030, 1, 1))), (Status::Ignored, false));
    }

    #[test]
    fn the_register_says_cause_action_owner_and_date() {
        let mut seen = scan(BUCKET, date(2026, 9, 1));
        seen.isms.applicability = vec![ApplicabilityRow {
            control: "A.8.3".into(),
            applicable: Some(true),
            justification: String::new(),
            status: "implemented".into(),
            owner: "Edda Falk".to_owned(),
            risks: Vec::new(),
            documents: Vec::new(),
            location: Location::default(),
            place: Place::NOWHERE,
        }];
        let by_soa = after(&[], "2026-09", &seen);
        assert_eq!(by_soa[0].owner.as_deref(), Some("Edda Falk"));
        let row = |source: &str, cause: &str| CorrectiveAction {
            id: "CA-09".into(),
            source: source.to_owned(),
            cause: cause.to_owned(),
            action: "the module is private by default".to_owned(),
            owner: "Priya Raman".to_owned(),
            due: Some(date(2026, 12, 24)),
            ..CorrectiveAction::default()
        };
        seen.isms.corrective_actions = vec![row("annexa, aws/s3/public-acl", "by rule")];
        let joined = after(&[], "2026-09", &seen);
        assert_eq!((joined[0].cause.as_deref(), joined[0].register.as_deref()), (Some("by rule"), Some("CA-09")));
        assert_eq!((joined[0].owner.as_deref(), joined[0].due.as_deref()), (Some("Priya Raman"), Some("2026-12-24")));
        seen.isms.corrective_actions.push(row(&format!("scan ({})", joined[0].id), "by id"));
        assert_eq!(after(&[], "2026-09", &seen)[0].cause.as_deref(), Some("by id"));
        seen.isms.corrective_actions = vec![row("aws/s3/public-acl-of-others", "of another rule")];
        assert_eq!(after(&[], "2026-09", &seen)[0].cause, None);
    }
}
