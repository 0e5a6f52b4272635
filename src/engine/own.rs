//! The scan's own resources: the files it should read (`scan/file`) and the ignore comments it met (`scan/ignore`).
//!
//! | target | field | meaning |
//! |---|---|---|
//! | `scan/file` | `path` | path relative to the root |
//! | | `readable` | whether all of it could be read and parsed |
//! | | `error` | what the reader or parser said |
//! | `scan/ignore` | `rule` | the rule it names |
//! | | `reason` | the reason, where one is given |
//! | | `known` | whether a rule of this plan has that name |
//! | | `used` | whether it quieted a finding; absent where it may not |
//! | | `forbidden` | whether it would quiet a finding and the configuration does not let it |

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::plan::Planned;
use super::reading::Seen;
use super::sheet::{Bench, Sheet};
use super::suppress::{self, IgnoreComment};
use crate::kind::{Resource, Unit};
use crate::source::{NotRead, NotReadReason, Source, SourceFile};
use crate::syntax::tree::{Map, Node, Place, Value};

pub(super) fn unit(seen: &[Seen<'_>], not_read: &[NotRead], source: &Source, bench: &Bench<'_>, sheet: &Sheet) -> Unit {
    let resource = |each: &Seen<'_>| {
        let file = source.file(each.file().id).filter(|file| file.reported)?;
        Some(match each.errors().first() {
            // A file that holds no text has no line that a mistake could stand on.
            Some(error) if file.syntax.is_binary() => file_resource(file, Err(&error.message), None),
            Some(error) => file_resource(file, Err(&error.message), Some(Place::span(file.id, error.span))),
            None => file_resource(file, Ok(()), None),
        })
    };
    let mut resources: Vec<Resource> = seen.iter().filter_map(resource).collect();
    let missing = |file: &SourceFile| {
        let reason = not_read.iter().find(|missing| missing.path == file.path)?;
        (file.reported && reason.reason != NotReadReason::Link).then(|| file_resource(file, Err(&reason.detail), None))
    };
    resources.extend(source.files.iter().filter_map(missing));
    let is_forbidden =
        |comment: &IgnoreComment| sheet.forbidden_comments.iter().any(|(place, _)| *place == comment.place);
    // What other scanners' comments ignore is no business of ours, until it is quieted here, or may not be.
    let is_told = |comment: &&IgnoreComment| comment.own || is_forbidden(comment);
    let mut comments: Vec<&IgnoreComment> = bench.comments.values().flatten().filter(is_told).collect();
    comments.sort_by_key(|comment| comment.place);
    for comment in comments {
        resources.extend(comment.names.iter().filter_map(|name| ignore_resource(comment, name, bench, sheet)));
    }
    Unit { kind: "scan", name: Arc::from("."), resources, ..Unit::default() }
}

fn file_resource(file: &SourceFile, state: Result<(), &str>, at: Option<Place>) -> Resource {
    let place = at.unwrap_or(Place::whole(file.id));
    let mut fields = vec![("path", Value::Text(SmolStr::from(&*file.path))), ("readable", Value::Bool(state.is_ok()))];
    if let Err(error) = state {
        fields.push(("error", Value::Text(error.into())));
    }
    resource("scan/file", file.path.as_ref().into(), fields, place)
}

fn ignore_resource(comment: &IgnoreComment, name: &SmolStr, bench: &Bench<'_>, sheet: &Sheet) -> Option<Resource> {
    let is_it = |planned: &&Planned| {
        let about = &planned.rule.about;
        about.id == *name || about.all_aliases.iter().any(|alias| suppress::same_alias(alias, name))
    };
    let known = bench.plan.rules.iter().any(|planned| is_it(&planned));
    let met = sheet.forbidden_comments.iter().filter(|(place, _)| *place == comment.place);
    let forbidden = met
        .into_iter()
        .any(|(_, rule)| bench.plan.rules.iter().filter(is_it).any(|planned| planned.rule.about.id == *rule));
    if !forbidden && !comment.own {
        return None;
    }
    let mut fields =
        vec![("rule", Value::Text(name.clone())), ("known", Value::Bool(known)), ("forbidden", Value::Bool(forbidden))];
    // That it quiets nothing is because it may not.
    if !forbidden {
        fields.push(("used", Value::Bool(sheet.used_comments.contains(&comment.place))));
    }
    if !comment.reason.is_empty() {
        fields.push(("reason", Value::Text(comment.reason.as_str().into())));
    }
    Some(resource("scan/ignore", format_smolstr!("ignore/{name}"), fields, comment.place))
}

fn resource(target: &'static str, address: SmolStr, fields: Vec<(&'static str, Value)>, place: Place) -> Resource {
    let mut map = Map::default();
    for (key, value) in fields {
        map.push(key, place, Node::new(value, place));
    }
    Resource {
        target: SmolStr::new_static(target),
        address,
        names: Vec::new(),
        tree: Node::map(map, place),
        header: place,
        extent: place,
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: false,
    }
}
