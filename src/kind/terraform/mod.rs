//! Terraform and OpenTofu in native syntax: each folder of `.tf` files that no other folder calls is a root module, and
//! a unit with all the folders that it calls.
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
//! | `container` | of the resource, then `/NAME` | what `aws_ecs_task_definition` lists: see `shared/task.rs` |
//! | `kubernetes/KIND` `pod` `container` | of the resource | what `kubernetes_…` resources are: see `kubernetes/mod.rs` |
//!
//! Each instance of a resource is one: `TYPE.NAME[0]`, `TYPE.NAME["k"]`. Where `count` or `for_each` is not known, the
//! resource is there once, and what depends on the instance is unknown. The resources of a called module are there for
//! each call, under `module.NAME.`; a folder's variables and outputs are judged at its first call. A nested block is
//! always a list; `dynamic` blocks are among them, and the list is open where it cannot be known how many there are.
//! Text that is a JSON object or list, with `jsonencode` or without, is what it holds.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use self::calls::NotRead;
use self::evaluate::{Evaluator, World};
use self::instances::Instance;
use self::library::Library;
use self::module::Declared;
use super::shared::task;
use super::{Group, Kind, Notice, ParsedFile, Resource, Unit, View};
use crate::syntax::Content;
use crate::syntax::tree::{FileId, Map, Node, Place};

mod calls;
mod document;
mod evaluate;
mod filesystem;
mod firewall;
mod functions;
mod instances;
mod invoke;
mod json_text;
mod kubernetes;
mod library;
mod lower;
mod module;
mod operators;
pub mod plan;
mod policy;
mod references;
mod repeated;
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
        matches!(file.content, Content::Hcl(_)) || library::is_installed_list(&file.path)
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        library::roots(super::by_folder(files))
    }

    fn build(&self, group: &Group<'_>, view: &View<'_>) -> Unit {
        build(group, view)
    }
}

/// Lowers a root module and what it calls.
fn build(group: &Group<'_>, view: &View<'_>) -> Unit {
    let mut unit = Unit { kind: "terraform", name: group.name.clone(), ..Unit::default() };
    let world = World::new(Library::of(group, view), view);
    let Some(module) = world.library.module(&group.name).filter(|module| !module.blocks.is_empty()) else {
        return unit;
    };
    let evaluator = Evaluator::new(module, &world, None);
    let mut lowered = Lowered::default();
    lowered.module(&evaluator);
    unit.resources.push(root::resource(&evaluator, &lowered.resources));
    unit.resources.extend(root::backends(&evaluator));
    unit.resources.extend(lowered.resources);
    let mut parts: Vec<Resource> = unit.resources.iter().flat_map(firewall::openings).collect();
    parts.extend(policy::all(&unit.resources));
    let texts = world.library.texts();
    parts.extend(kubernetes::all(&unit.resources, &texts));
    parts.extend(tasks(&unit.resources, &texts));
    unit.resources.extend(parts);
    unit.notices.extend(lowered.not_read.notices());
    unit.notices.append(&mut world.notices.borrow_mut());
    if world.is_exhausted() {
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

/// The containers of task definitions. `texts` are those of the files.
fn tasks(resources: &[Resource], texts: &FxHashMap<FileId, &str>) -> Vec<Resource> {
    let text = |resource: &Resource| texts.get(&resource.header.file).copied().unwrap_or_default();
    resources.iter().flat_map(|resource| task::of(resource, text(resource))).collect()
}

/// The resources of a module and of those that it calls, in the order of the text.
#[derive(Default)]
struct Lowered {
    resources: Vec<Resource>,
    not_read: NotRead,
    /// Folders of which a call was lowered.
    seen: BTreeSet<SmolStr>,
}

impl Lowered {
    fn module(&mut self, evaluator: &Evaluator<'_>) {
        let is_first = self.seen.insert(evaluator.module.folder.clone());
        for declared in evaluator.module.blocks.iter().copied() {
            match declared.block.name.as_str() {
                "resource" | "data" => self.instances(evaluator, declared),
                "module" => {
                    let instance = Instance::single();
                    self.resources.extend(resource(evaluator, declared, &instance));
                    self.calls(evaluator, declared);
                }
                // What they say does not depend on the call, or is judged where it goes to.
                "variable" | "output" if !is_first => {}
                _ => self.resources.extend(resource(evaluator, declared, &Instance::single())),
            }
        }
    }

    fn instances<'m>(&mut self, evaluator: &Evaluator<'m>, declared: Declared<'m>) {
        for instance in &evaluator.instances(declared).list {
            self.resources.extend(resource(evaluator, declared, instance));
        }
    }

    fn calls<'m>(&mut self, evaluator: &Evaluator<'m>, declared: Declared<'m>) {
        if evaluator.world.library.called(&evaluator.module.folder, declared).is_none() {
            self.not_read.add(declared);
            return;
        }
        for instance in &evaluator.instances(declared).list {
            if let Some(called) = evaluator.called(declared, instance) {
                self.module(&called);
            }
        }
    }
}

/// The resource that an instance of a top-level block is; none for blocks that say nothing by themselves.
fn resource<'m>(evaluator: &Evaluator<'m>, declared: Declared<'m>, instance: &Instance) -> Option<Resource> {
    let block = declared.block;
    let (target, address) = name(declared)?;
    let mut map = instance.within(declared.place(block.header), |scope| match &instance.key {
        Some(_) => lower::instance(evaluator, declared, scope),
        None => lower::block(evaluator, declared, scope),
    });
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
        address: evaluator.address(&format!("{address}{}", instance.suffix)),
        names,
        tree: Node::map(map, declared.place(block.span)),
        header: declared.place(block.header),
        extent: declared.place(block.span),
        owner: None,
        call_chain: evaluator.caller.as_ref().map(|caller| caller.chain.clone()).unwrap_or_default(),
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
