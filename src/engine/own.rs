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
//! | | `used` | whether it quieted a finding |

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::reading::Seen;
use super::sheet::Bench;
use super::suppress::{self, IgnoreComment};
use crate::kind::{Resource, Unit};
use crate::source::{NotRead, NotReadReason, Source, SourceFile};
use crate::syntax::tree::{Map, Node, Place, Value};

pub(super) fn unit(
    seen: &[Seen<'_>],
    not_read: &[NotRead],
    source: &Source,
    bench: &Bench<'_>,
    used: &[Place],
) -> Unit {
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
    let mut comments: Vec<&IgnoreComment> = bench.comments.values().flatten().filter(|comment| comment.own).collect();
    comments.sort_by_key(|comment| comment.place);
    for comment in comments {
        resources.extend(comment.names.iter().map(|name| ignore_resource(comment, name, bench, used)));
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

fn ignore_resource(comment: &IgnoreComment, name: &SmolStr, bench: &Bench<'_>, used: &[Place]) -> Resource {
    let known = bench.plan.rules.iter().any(|planned| {
        let about = &planned.rule.about;
        about.id == *name || about.all_aliases.iter().any(|alias| suppress::same_alias(alias, name))
    });
    let mut fields = vec![
        ("rule", Value::Text(name.clone())),
        ("known", Value::Bool(known)),
        ("used", Value::Bool(used.contains(&comment.place))),
    ];
    if !comment.reason.is_empty() {
        fields.push(("reason", Value::Text(comment.reason.as_str().into())));
    }
    resource("scan/ignore", format_smolstr!("ignore/{name}"), fields, comment.place)
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
