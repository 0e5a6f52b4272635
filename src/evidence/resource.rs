//! Evidence as resources, so that rules can judge it. They belong to the last stratum, and are judged only by a whole
//! scan.
//!
//! | target | field | meaning |
//! |---|---|---|
//! | `coverage/evidence` | `folder` | the folder of evidence |
//! | | `recorded` | whether anything was recorded |
//! | | `intact`, `problem` | whether manifests, digests and signatures fit together; if not, what is wrong first |
//! | | `newest`, `newest_on` | the newest recording, and the day it looked at |
//! | | `age_days`, `max_age_days` | days since then, and how many it may be |
//! | | `gaps` | the months of the last twelve that have no recording, in words; absent where there are none |
//! | `coverage/nonconformity` | `id`, `rule`, `title`, `severity`, `path`, `owner` | of a nonconformity that was recorded and is still there |
//! | | `first_seen`, `due` | days; `due` is absent where nothing sets one |
//! | | `recurrences`, `reopened_on` | how often it came back after it was closed, and when last |
//! | | `cause`, `action` | what the corrective-actions register says |

use jiff::civil::Date;
use smol_str::{SmolStr, format_smolstr};

use super::nonconformity::{Nonconformity, Status};
use super::standing::Standing;
use crate::kind::Resource;
use crate::syntax::tree::{Map, Node, Place, Value};

/// The target of evidence as a whole.
pub const EVIDENCE: &str = "coverage/evidence";
/// The target of a nonconformity; its resource has the fingerprint of the finding as a name.
pub const NONCONFORMITY: &str = "coverage/nonconformity";

/// Evidence as a whole.
pub fn evidence(folder: &str, standing: &Standing, problem: Option<&str>) -> Resource {
    let mut fields = Fields::default();
    fields.text("folder", Some(folder));
    fields.value("recorded", Value::Bool(standing.newest.is_some() || problem.is_some()));
    fields.value("intact", Value::Bool(problem.is_none()));
    fields.text("problem", problem);
    if let Some((entry, day)) = &standing.newest {
        fields.text("newest", Some(entry));
        fields.value("newest_on", Value::Date(*day));
    }
    if let Some(age) = standing.age_days {
        fields.value("age_days", Value::Number(age as f64));
    }
    fields.value("max_age_days", Value::Number(f64::from(standing.max_age)));
    fields.text("gaps", standing.gap_words().as_deref());
    fields.resource(EVIDENCE, "evidence".into(), Vec::new())
}

/// A nonconformity; none for one that is closed, excepted or ignored.
pub fn nonconformity(each: &Nonconformity) -> Option<Resource> {
    if each.status != Status::Open {
        return None;
    }
    let mut fields = Fields::default();
    for (key, text) in [
        ("id", Some(&each.id)),
        ("rule", Some(&each.rule)),
        ("title", Some(&each.title)),
        ("severity", Some(&each.severity)),
        ("path", Some(&each.path)),
        ("owner", each.owner.as_ref()),
        ("cause", each.cause.as_ref()),
        ("action", each.action.as_ref()),
    ] {
        fields.text(key, text.map(String::as_str));
    }
    for (key, day) in
        [("first_seen", Some(&each.first_seen)), ("due", each.due.as_ref()), ("reopened_on", each.reopened_on.as_ref())]
    {
        if let Some(day) = day.and_then(|day| day.parse::<Date>().ok()) {
            fields.value(key, Value::Date(day));
        }
    }
    fields.value("recurrences", Value::Number(f64::from(each.recurrences)));
    let address = format_smolstr!("nonconformity/{}", each.id);
    Some(fields.resource(NONCONFORMITY, address, vec![each.fingerprint.as_str().into()]))
}

#[derive(Default)]
struct Fields(Map);

impl Fields {
    fn value(&mut self, key: &'static str, value: Value) {
        self.0.push(key, Place::NOWHERE, Node::new(value, Place::NOWHERE));
    }

    fn text(&mut self, key: &'static str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.value(key, Value::Text(text.into()));
        }
    }

    fn resource(self, target: &'static str, address: SmolStr, names: Vec<SmolStr>) -> Resource {
        Resource {
            target: SmolStr::new_static(target),
            address,
            names,
            tree: Node::map(self.0, Place::NOWHERE),
            header: Place::NOWHERE,
            extent: Place::NOWHERE,
            owner: None,
            call_chain: Vec::new(),
            converts_scalars: false,
        }
    }
}
