//! The exceptions as resources of the scan: whether each is needed, how far it reaches, and whether those who approved it
//! may.
//!
//! | target | field | meaning |
//! |---|---|---|
//! | `scan/exception` | `id`, `rule`, `control`, `path`, `resource`, `owner`, `approver` | as written |
//! | | `file` | the file it stands in |
//! | | `granted`, `expires` | days |
//! | | `in_force` | whether it is complete and not expired |
//! | | `scope` | how far it reaches: `resource`, `path` or `everywhere` |
//! | | `known` | whether its rule or control exists; absent where only a part of the rules is run |
//! | | `used` | whether it covers a finding; absent unless it is in force and the scan a whole one |
//! | | `introduced_by` | those who wrote its lines, by git; unknown where their commits are not there |
//! | | `self_approved` | whether its approver is among them |
//! | | `file_owners` | who owns its file by CODEOWNERS; absent without one |
//! | | `approver_owns` | whether the approver is among these; absent unless the approver is written as they are |

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::plan::Plan;
use super::reading::Seen;
use super::scan::Settings;
use super::sheet::Sheet;
use super::suppress;
use crate::isms::exception::{Exception, Introduced};
use crate::isms::resolve;
use crate::kind::{Resource, repository};
use crate::source::Source;
use crate::source::git::facts::Person;
use crate::syntax::tree::{Map, Node, Place, Unknown, Value};

/// The exceptions of a scan whose units came to `whole`.
pub(super) fn resources(
    seen: &[Seen<'_>],
    source: &Source,
    plan: &Plan,
    settings: &Settings,
    whole: &Sheet,
) -> Vec<Resource> {
    let one = |exception: &Exception| {
        let file = seen.iter().map(Seen::file).find(|file| file.path == exception.file);
        // Where something else is read than what the exceptions were read from, lines mean nothing.
        let holds = |place: Place| {
            let span = place.as_span()?;
            let text = file?.text.get(span.start as usize..span.end as usize)?;
            text.contains(exception.id.as_str()).then_some(span)
        };
        let place = match (file, holds(exception.header)) {
            (Some(file), Some(span)) => Place::span(file.id, span),
            (Some(file), None) => Place::whole(file.id),
            (None, _) => Place::NOWHERE,
        };
        let mut fields = Fields { map: Map::default(), place };
        written(exception, &mut fields);
        standing(exception, plan, settings, whole, &mut fields);
        let owners = source.is_work_tree().then(|| owners(seen, &exception.file)).flatten();
        approval(exception, owners.as_deref(), &mut fields);
        Resource {
            target: SmolStr::new_static("scan/exception"),
            address: format_smolstr!("exception/{}", exception.id),
            names: Vec::new(),
            tree: Node::map(fields.map, place),
            header: place,
            extent: place,
            owner: None,
            call_chain: Vec::new(),
            converts_scalars: false,
        }
    };
    settings.exceptions.iter().map(one).collect()
}

/// A map that is being built.
struct Fields {
    map: Map,
    place: Place,
}

impl Fields {
    fn put(&mut self, key: &'static str, value: Value) {
        self.map.push(key, self.place, Node::new(value, self.place));
    }

    fn text(&mut self, key: &'static str, text: &str) {
        if !text.is_empty() {
            self.put(key, Value::Text(text.into()));
        }
    }

    fn list(&mut self, key: &'static str, items: Vec<Node>) {
        self.map.push(key, self.place, Node::list(items, self.place));
    }
}

fn written(exception: &Exception, fields: &mut Fields) {
    fields.text("id", &exception.id);
    fields.text("rule", exception.rule.as_deref().unwrap_or_default());
    fields.text("control", exception.control.as_deref().unwrap_or_default());
    fields.text("path", exception.path.as_ref().map_or("", |path| path.glob().glob()));
    fields.text("resource", exception.resource.as_deref().unwrap_or_default());
    fields.text("owner", &exception.owner);
    fields.text("approver", &exception.approver);
    fields.text("file", &exception.file);
    for (key, day) in [("granted", exception.granted), ("expires", exception.expires)] {
        if let Some(day) = day {
            fields.put(key, Value::Date(day));
        }
    }
}

/// How far it reaches, and whether it is needed.
fn standing(exception: &Exception, plan: &Plan, settings: &Settings, whole: &Sheet, fields: &mut Fields) {
    let in_force = exception.in_force(settings.today);
    fields.put("in_force", Value::Bool(in_force));
    fields.text("scope", exception.scope().name());
    let is_whole = settings.limited.is_none();
    let known = is_known(exception, plan);
    if known || is_whole {
        fields.put("known", Value::Bool(known));
    }
    // What rules say of the scan and of the coverage comes later than this.
    let is_late = |rule: &SmolStr| rule.starts_with("scan/") || rule.starts_with("coverage/");
    if is_whole && in_force && !exception.rule.as_ref().is_some_and(is_late) {
        let covers = |finding: &super::assessment::Finding| {
            plan.rules.get(finding.rule).is_some_and(|planned| exception.covers(finding, &planned.rule.about))
        };
        fields.put("used", Value::Bool(whole.findings.iter().any(covers)));
    }
}

fn is_known(exception: &Exception, plan: &Plan) -> bool {
    let names = |rule: &SmolStr| {
        plan.rules.iter().any(|planned| {
            let about = &planned.rule.about;
            about.id == *rule || about.all_aliases.iter().any(|alias| suppress::same_alias(alias, rule))
        })
    };
    exception.rule.as_ref().is_none_or(names)
        && exception.control.as_ref().is_none_or(|control| resolve::resolve(control).is_ok())
}

/// Who owns the file, as CODEOWNERS says.
fn owners(seen: &[Seen<'_>], path: &str) -> Option<Vec<String>> {
    let files: Vec<_> = seen.iter().map(Seen::file).collect();
    repository::owners_of(path, &files)
}

/// Whether those who approved it may.
fn approval(exception: &Exception, owners: Option<&[String]>, fields: &mut Fields) {
    let place = fields.place;
    match &exception.introduced {
        Introduced::Untold => {}
        Introduced::Unknown(reason) => {
            for key in ["introduced_by", "self_approved"] {
                fields.put(key, Value::Unknown(Arc::new(Unknown::new(*reason))));
            }
        }
        Introduced::By(people) => {
            let shown = |person: &Person| Node::text(format!("{} <{}>", person.name, person.email), place);
            fields.list("introduced_by", people.iter().map(shown).collect());
            let is_approver = |person: &Person| is_person(&exception.approver, person);
            if !exception.approver.is_empty() {
                fields.put("self_approved", Value::Bool(people.iter().any(is_approver)));
            }
        }
    }
    let Some(owners) = owners else { return };
    fields.list("file_owners", owners.iter().map(|owner| Node::text(owner.as_str(), place)).collect());
    // A file that nobody owns is a finding of its own.
    if owners.is_empty() {
        return;
    }
    let named = names_of(&exception.approver).into_iter().find(|name| name.contains('@'));
    let Some(named) = named else { return };
    let owns = owners.iter().any(|owner| owner.eq_ignore_ascii_case(&named));
    let teams: Vec<&String> = owners.iter().filter(|owner| owner.starts_with('@') && owner.contains('/')).collect();
    match teams.first() {
        Some(team) if !owns => {
            let depends_on = format!("the members of {team}");
            fields.put("approver_owns", Value::Unknown(Arc::new(Unknown::new(depends_on))));
        }
        _ => fields.put("approver_owns", Value::Bool(owns)),
    }
}

/// The names that a person is written with: `Ada King <ada@acme.example>` is three.
fn names_of(written: &str) -> Vec<String> {
    let mut names = vec![written.trim().to_owned()];
    if let Some((name, rest)) = written.split_once('<') {
        names.push(name.trim().to_owned());
        names.push(rest.trim().trim_end_matches('>').to_owned());
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Whether an approver is the author of a commit: by name, by address, or by the handle in an address that a platform
/// made (`12+ada@users.noreply.github.com` is `@ada`).
fn is_person(approver: &str, person: &Person) -> bool {
    let local = person.email.split('@').next().unwrap_or_default();
    let handle = local.rsplit('+').next().unwrap_or_default();
    let is_platform = person.email.ends_with("noreply.github.com") || person.email.contains("noreply.gitlab");
    let is_it = |name: &String| {
        name.eq_ignore_ascii_case(&person.name)
            || name.to_lowercase() == person.name.to_lowercase()
            || name.eq_ignore_ascii_case(&person.email)
            || (is_platform && name.strip_prefix('@').is_some_and(|name| name.eq_ignore_ascii_case(handle)))
    };
    names_of(approver).iter().any(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_recognised_as_they_are_written() {
        let ada = Person { name: "Ada King".into(), email: "12+adak@users.noreply.github.com".into() };
        for (approver, expected) in [
            ("Ada King", true),
            ("ada king", true),
            ("Ada King <ada@acme.example>", true),
            ("A. K. <12+adak@users.noreply.github.com>", true),
            ("@adak", true),
            ("@ada", false),
            ("Ada", false),
            ("", false),
        ] {
            assert_eq!(is_person(approver, &ada), expected, "{approver}");
        }
    }
}
