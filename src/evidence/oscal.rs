//! The recording in NIST's OSCAL: an assessment plan, assessment results, and a plan of action and milestones.
//!
//! An OSCAL finding says satisfied or not-satisfied, so only facets with those statuses have one; what is partial,
//! excepted or attested is an observation, and what was not evaluated is neither. Ids of documents, observations and
//! findings are UUIDs of version 5 (RFC 9562), so the same recording has the same ones. Ids of controls are tokens:
//! `a.5.24` for a control of Annex A, `clause.9.2` for a clause.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::nonconformity::{Nonconformity, Status as State};
use super::record::{File, Subject};
use super::waiver;
use crate::isms::coverage::{ControlCoverage, FacetCoverage, Status};

/// The version of OSCAL: the newest that compliance-trestle reads.
const VERSION: &str = "1.2.1";
/// What our UUIDs are derived in.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f0d_8e2c_97b4_4b6a_9d51_2f3c_71a8_e405);
/// Whose properties ours are.
const OWNER: &str = "tag:annexa,2026:oscal";

/// The documents of a recording. Without an open nonconformity there is no plan of action: OSCAL asks for an item.
pub(super) fn files(subject: &Subject<'_>, nonconformities: &[Nonconformity]) -> Vec<File> {
    let documents = Documents::of(subject);
    let mut files = vec![
        ("oscal-assessment-plan.json".to_owned(), waiver::pretty(&documents.plan())),
        ("oscal-assessment-results.json".to_owned(), waiver::pretty(&documents.results())),
    ];
    let open: Vec<&Nonconformity> = nonconformities.iter().filter(|each| each.status != State::Closed).collect();
    if !open.is_empty() {
        files.push(("oscal-poam.json".to_owned(), waiver::pretty(&documents.actions(&open))));
    }
    files
}

struct Documents<'a> {
    subject: &'a Subject<'a>,
    /// What tells the recordings of one repository from those of another.
    system: String,
}

impl<'a> Documents<'a> {
    fn of(subject: &'a Subject<'a>) -> Documents<'a> {
        let repository = subject.recording.assessment.repository.clone();
        Documents { subject, system: repository.unwrap_or_else(|| "repository".to_owned()) }
    }

    /// An id by what it is for.
    fn id(&self, what: &str) -> String {
        Uuid::new_v5(&NAMESPACE, format!("{}\0{what}", self.system).as_bytes()).to_string()
    }

    /// An id of this recording only.
    fn own_id(&self, what: &str) -> String {
        self.id(&format!("{}\0{what}", self.subject.recording.entry))
    }

    fn entry(&self) -> &str {
        self.subject.recording.entry
    }

    fn metadata(&self, title: &str) -> Value {
        let assessment = self.subject.recording.assessment;
        let mut properties = vec![property("rule-set", &assessment.rule_set_digest)];
        properties.extend(assessment.commit.as_ref().map(|commit| property("commit", commit)));
        json!({
            "title": format!("{title} {}", self.entry()),
            "last-modified": self.subject.observed_at,
            "version": self.entry(),
            "oscal-version": VERSION,
            "props": properties,
            "remarks": "Evidence relevant to each control, recorded by a program. Whether a control is met is for an auditor to say; \
                what is deployed was not observed.",
        })
    }

    /// Every control and clause that was looked for, evaluated or not.
    fn reviewed(&self) -> Value {
        let controls: Vec<Value> = self.entries().map(|entry| json!({ "control-id": token(entry) })).collect();
        json!({
            "description": "Controls of Annex A and clauses 4 to 10 of ISO/IEC 27001:2022, by their numbers.",
            "control-selections": [{ "include-controls": controls }],
        })
    }

    fn entries(&self) -> impl Iterator<Item = &'a ControlCoverage> {
        let coverage = self.subject.coverage;
        coverage.controls.iter().chain(&coverage.clauses).filter(|entry| entry.assessable)
    }

    fn plan(&self) -> Value {
        let about = self.id("system");
        json!({ "assessment-plan": {
            "uuid": self.own_id("plan"),
            "metadata": self.metadata("Assessment plan"),
            "import-ssp": { "href": format!("#{about}"), "remarks": "No system security plan is kept in OSCAL." },
            "reviewed-controls": self.reviewed(),
            "assessment-subjects": [{ "type": "component", "description": "Everything in the repository that the scan reads.", "include-all": {} }],
            "tasks": [{
                "uuid": self.own_id("task"), "type": "action", "title": "Scan by all rules",
                "description": format!(
                    "annexa {} evaluates the rule set {} over the commit.",
                    env!("CARGO_PKG_VERSION"), self.subject.recording.assessment.rule_set_digest
                ),
            }],
            "back-matter": { "resources": [{
                "uuid": about, "title": "The scanned repository",
                "description": one_line(&self.system),
            }] },
        } })
    }

    fn results(&self) -> Value {
        let mut observations = Vec::new();
        let mut findings = Vec::new();
        for entry in self.entries() {
            for facet in &entry.facets {
                observations.extend(self.observation(entry, facet));
                findings.extend(self.finding(entry, facet));
            }
        }
        let mut result = Map::new();
        let mut put = |key: &str, value: Value| result.insert(key.to_owned(), value);
        put("uuid", json!(self.own_id("result")));
        put("title", json!(format!("Recording {}", self.entry())));
        put("description", json!("What the rules of annexa found, control by control and facet by facet."));
        put("start", json!(self.subject.observed_at));
        put("end", json!(self.subject.observed_at));
        put("reviewed-controls", self.reviewed());
        if !observations.is_empty() {
            put("observations", json!(observations));
        }
        if !findings.is_empty() {
            put("findings", json!(findings));
        }
        json!({ "assessment-results": {
            "uuid": self.own_id("results"),
            "metadata": self.metadata("Assessment results"),
            "import-ap": { "href": "oscal-assessment-plan.json" },
            "results": [result],
        } })
    }

    /// What was seen of a facet; nothing for one that was not evaluated.
    fn observation(&self, entry: &ControlCoverage, facet: &FacetCoverage) -> Option<Value> {
        if matches!(facet.status, Status::NotEvaluated | Status::NotApplicable | Status::RelatedEvidence) {
            return None;
        }
        let counts = facet.counts;
        let method = if facet.status == Status::Attested { "INTERVIEW" } else { "TEST" };
        Some(json!({
            "uuid": self.observation_id(entry, facet),
            "title": format!("{} {}", entry.control.id, facet.facet.name()),
            "description": facet.reason.text,
            "props": [
                property("status", facet.status.name()), property("facet", facet.facet.name()),
                property("passes", &counts.passes.to_string()), property("fails", &counts.fails.to_string()),
                property("excepted", &counts.excepted.to_string()), property("unknowns", &counts.unknowns.to_string()),
            ],
            "methods": [method],
            "relevant-evidence": [{ "href": "coverage.json", "description": "Rules, places and findings behind it." }],
            "collected": self.subject.observed_at,
        }))
    }

    fn observation_id(&self, entry: &ControlCoverage, facet: &FacetCoverage) -> String {
        self.own_id(&format!("observation\0{}\0{}", entry.control, facet.facet.name()))
    }

    fn finding(&self, entry: &ControlCoverage, facet: &FacetCoverage) -> Option<Value> {
        let (state, reason) = match facet.status {
            Status::Satisfied => ("satisfied", "pass"),
            Status::NotSatisfied => ("not-satisfied", "fail"),
            _ => return None,
        };
        Some(json!({
            "uuid": self.own_id(&format!("finding\0{}\0{}", entry.control, facet.facet.name())),
            "title": format!("{} {}", entry.control.id, facet.facet.name()),
            "description": facet.reason.text,
            "target": {
                "type": "objective-id", "target-id": format!("{}_{}", token(entry), facet.facet.name()),
                "status": { "state": state, "reason": reason },
            },
            "related-observations": [{ "observation-uuid": self.observation_id(entry, facet) }],
        }))
    }

    fn actions(&self, open: &[&Nonconformity]) -> Value {
        let items: Vec<Value> = open.iter().map(|each| self.action(each)).collect();
        json!({ "plan-of-action-and-milestones": {
            "uuid": self.own_id("actions"),
            "metadata": self.metadata("Plan of action and milestones"),
            "system-id": { "identifier-type": "https://ietf.org/rfc/rfc4122", "id": self.id("system") },
            "poam-items": items,
        } })
    }

    fn action(&self, each: &Nonconformity) -> Value {
        let mut properties = vec![
            property("fingerprint", &each.fingerprint),
            property("rule", &each.rule),
            property("severity", &each.severity),
            property("status", each.status.name()),
            property("first-seen", &each.first_seen),
            property("recurrences", &each.recurrences.to_string()),
        ];
        let optional = [("due", &each.due), ("owner", &each.owner), ("register", &each.register)];
        properties.extend(optional.into_iter().filter_map(|(name, value)| Some(property(name, value.as_ref()?))));
        let mut item = Map::new();
        item.insert("uuid".to_owned(), json!(self.id(&format!("nonconformity\0{}", each.fingerprint))));
        item.insert("title".to_owned(), json!(one_line(&format!("{} {}", each.id, each.title))));
        item.insert("description".to_owned(), json!(format!("{} ({})", each.message, each.path)));
        item.insert("props".to_owned(), json!(properties));
        let words = [("Cause", &each.cause), ("Action", &each.action)];
        let remarks: Vec<String> =
            words.into_iter().filter_map(|(what, text)| Some(format!("{what}: {}", text.as_ref()?))).collect();
        if !remarks.is_empty() {
            item.insert("remarks".to_owned(), json!(remarks.join("\n\n")));
        }
        Value::Object(item)
    }
}

/// The id of a control as a token: letters first.
fn token(entry: &ControlCoverage) -> String {
    match entry.control.id.strip_prefix("A.") {
        Some(number) => format!("a.{number}"),
        None => format!("clause.{}", entry.control.id),
    }
}

fn property(name: &str, value: &str) -> Value {
    json!({ "name": name, "ns": OWNER, "value": one_line(value) })
}

/// A text on one line that is not blank, as OSCAL wants titles and values.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "-".to_owned() } else { line }
}
