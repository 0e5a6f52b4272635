//! Terraform and OpenTofu in native syntax: each folder of `.tf` files is a root module and a unit.
//!
//! | target | address | tree |
//! |---|---|---|
//! | `terraform/TYPE` | `TYPE.NAME` | the resource: attributes, nested blocks as lists of maps |
//! | `terraform/data.TYPE` | `data.TYPE.NAME` | the data source |
//! | `terraform/provider.NAME` | `provider.NAME` or `provider.NAME.ALIAS` | its configuration |
//! | `terraform/variable` | `var.NAME` | `name`, its attributes; `type` as written |
//! | `terraform/output` | `output.NAME` | `name`, its attributes |
//! | `terraform/module` | `module.NAME` | `name`, the call's arguments |
//! | `terraform/backend.TYPE` | `backend.TYPE` | the backend's configuration |
//! | `terraform/root` | `root` | `required_version`, `required_providers`, `backend` (its type), `resources` (counts by type) |
//!
//! A resource with `count = 0` or an empty `for_each` is not there. With any other `count` or `for_each` it is there
//! once, and what depends on the instance is unknown. A nested block is always a list; `dynamic` blocks are among them,
//! and the list is open where it cannot be known how many there are. Text that is a JSON object or list, with
//! `jsonencode` or without, is what it holds.

use smol_str::SmolStr;

use self::evaluate::{Evaluator, Scope};
use self::module::{Declared, Module};
use super::{Group, Kind, Notice, ParsedFile, Resource, Unit, View};
use crate::syntax::Content;
use crate::syntax::tree::{Map, Node, Place, Value};

mod evaluate;
mod firewall;
mod functions;
mod json_text;
mod lower;
mod module;
mod operators;
mod policy;
mod references;
mod root;
mod template;
mod variables;

/// Terraform and OpenTofu.
#[derive(Debug)]
pub struct Terraform;

impl Kind for Terraform {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn claims(&self, file: &ParsedFile, _: &View<'_>) -> bool {
        matches!(file.content, Content::Hcl(_))
    }

    fn build(&self, group: &Group<'_>, _: &View<'_>) -> Unit {
        build(group)
    }
}

/// Lowers the files of one folder.
fn build(group: &Group<'_>) -> Unit {
    let mut unit = Unit { kind: "terraform", name: group.name.clone(), ..Unit::default() };
    let module = Module::of(&group.files);
    if module.blocks.is_empty() {
        return unit;
    }
    let evaluator = Evaluator::new(&module);
    unit.resources.push(root::resource(&evaluator));
    unit.resources.extend(root::backends(&evaluator));
    for declared in &module.blocks {
        unit.resources.extend(resource(&evaluator, *declared));
    }
    let mut parts: Vec<Resource> = unit.resources.iter().flat_map(firewall::openings).collect();
    parts.extend(policy::all(&unit.resources));
    unit.resources.extend(parts);
    if evaluator.is_exhausted() {
        unit.notices.push(Notice {
            id: "terraform-too-costly",
            message: "evaluating this module costs more than a scan gives it, so some values are unknown; look for \
                      nested `for` expressions over large ranges"
                .to_owned(),
            place: unit.resources.first().map_or(Place::NOWHERE, |root| root.header),
        });
    }
    unit
}

/// The resource that a top-level block is; none for blocks that say nothing by themselves.
fn resource(evaluator: &Evaluator<'_>, declared: Declared<'_>) -> Option<Resource> {
    let block = declared.block;
    let scope = Scope::of(declared.file.id);
    let (target, address) = name(declared)?;
    let mut map = lower::block(evaluator, declared, scope);
    if !is_created(&map) {
        return None;
    }
    if let ("variable" | "output" | "module" | "provider", [label]) = (block.name.as_str(), block.labels.as_slice()) {
        let place = declared.place(block.header);
        map.entries.retain(|entry| block.name != "variable" || entry.key != "type");
        map.push("name", place, Node::text(label.clone(), place));
    }
    if let ("variable", Some(kind)) = (block.name.as_str(), declared.attribute("type")) {
        let place = declared.place(kind.span);
        map.push("type", place, Node::text(kind.span.slice(&declared.file.text), place));
    }
    let names = names(&map);
    Some(Resource {
        target,
        address,
        names,
        tree: Node::map(map, declared.place(block.span)),
        header: declared.place(block.header),
        extent: declared.place(block.span),
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: true,
    })
}

/// The target and the address of a block.
fn name(declared: Declared<'_>) -> Option<(SmolStr, SmolStr)> {
    let block = declared.block;
    let target = match (block.name.as_str(), block.labels.as_slice()) {
        ("resource", [kind, _]) => smol_str::format_smolstr!("terraform/{kind}"),
        ("data", [kind, _]) => smol_str::format_smolstr!("terraform/data.{kind}"),
        ("variable" | "output" | "module", [_]) => smol_str::format_smolstr!("terraform/{}", block.name),
        ("provider", [name]) => {
            let alias = declared.attribute("alias").and_then(|alias| match &alias.kind {
                crate::syntax::hcl::ExpressionKind::Text(alias) => Some(alias),
                _ => None,
            });
            let suffix = alias.map(|alias| format!(".{alias}")).unwrap_or_default();
            let address = smol_str::format_smolstr!("provider.{name}{suffix}");
            return Some((smol_str::format_smolstr!("terraform/provider.{name}"), address));
        }
        _ => return None,
    };
    Some((target, module::address(block)?))
}

/// Whether a resource has an instance, as far as that can be known.
fn is_created(map: &Map) -> bool {
    let count = map.get("count").and_then(operators::number);
    let empty = match map.get("for_each").map(|node| &node.value) {
        Some(Value::List(list)) => list.items.is_empty() && list.open.is_none(),
        Some(Value::Map(map)) => map.entries.is_empty() && map.open.is_none(),
        _ => false,
    };
    count != Some(0.0) && !empty
}

/// Attributes by which other resources name this one.
const NAMES: &[&str] = &["name", "bucket", "id", "identifier", "cluster_identifier", "function_name", "domain_name"];

fn names(map: &Map) -> Vec<SmolStr> {
    let mut names: Vec<SmolStr> = Vec::new();
    for name in NAMES.iter().filter_map(|key| map.get(key)).filter(|node| node.refers.is_none()) {
        names.extend(name.as_str().filter(|name| !name.is_empty()).map(SmolStr::from));
    }
    names.dedup();
    names
}

#[cfg(test)]
mod tests;
