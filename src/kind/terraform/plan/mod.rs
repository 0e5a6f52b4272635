//! Plans of Terraform and OpenTofu in JSON (`terraform show -json PLAN`): what will be there once the plan is applied, with
//! every module called, every variable set and every data source read.
//!
//! The targets and addresses are those of the code: `terraform/TYPE` at `module.m.TYPE.NAME["k"]`, `terraform/data.TYPE`
//! for data sources that are read only when the plan is applied, `terraform/provider.NAME`, `terraform/module` and
//! `terraform/root` (with `resources` only: a plan does not say what the settings of the code are). Places are those of the
//! values in the plan.
//!
//! What the plan does not know yet (`after_unknown`) is unknown where the code sets it, and absent where it does not, as
//! it is in the code. A plan holds secrets in the clear: what is sensitive and comes from elsewhere is unknown, because
//! having its value in the plan is no fault of the code.

mod configuration;
mod value;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};

use self::configuration::Scope;
use self::value::{Parts, Reading};
use super::{firewall, kubernetes, names, policy, root, tasks};
use crate::kind::{Group, Kind, Notice, ParsedFile, Resource, Unit, View, by_file};
use crate::syntax::tree::{Entry, Map, Node};

/// Plans of Terraform and OpenTofu.
#[derive(Debug)]
pub struct TerraformPlan;

impl Kind for TerraformPlan {
    fn name(&self) -> &'static str {
        "terraform-plan"
    }

    fn claims(&self, file: &ParsedFile, _: &View<'_>) -> bool {
        matches!(file.trees(), [tree] if is_plan(tree))
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        by_file(files)
    }

    fn build(&self, group: &Group<'_>, _: &View<'_>) -> Unit {
        let mut unit = Unit { kind: self.name(), name: group.name.clone(), ..Unit::default() };
        for file in &group.files {
            for tree in file.trees() {
                add(tree, file, &mut unit);
            }
        }
        unit
    }
}

/// Whether a tree is a plan: it names its format and Terraform's version, and holds the values that are planned. A state
/// (`values`) is none.
fn is_plan(tree: &Node) -> bool {
    let is_text = |key: &str| tree.get(key).is_some_and(|node| node.as_str().is_some());
    is_text("format_version")
        && is_text("terraform_version")
        && tree.get("planned_values").is_some_and(|values| values.as_map().is_some())
}

/// Adds what a plan holds.
fn add(tree: &Node, file: &ParsedFile, unit: &mut Unit) {
    let changes = tree.get("resource_changes").map(Node::items).unwrap_or_default();
    let change = |change: &'_ Node| change.get("address").and_then(Node::as_str).map(SmolStr::from);
    let plan = Plan {
        changes: changes.iter().filter_map(|node| Some((change(node)?, node.get("change")?))).collect(),
        addresses: changes.iter().filter_map(change).collect(),
    };
    let configuration = tree.get("configuration");
    let scope = Scope::root(configuration.and_then(|node| node.get("root_module")));
    let mut resources = Vec::new();
    if let Some(module) = tree.get("planned_values").and_then(|values| values.get("root_module")) {
        plan.module(module, &scope, &mut resources);
    }
    let header = tree.get("terraform_version").map_or(tree.place, |version| version.place);
    let mut counts = Map::default();
    counts.push("resources", header, root::counts(&resources, header));
    unit.resources.push(Resource {
        target: SmolStr::new_static("terraform/root"),
        address: SmolStr::new_static("root"),
        names: Vec::new(),
        tree: Node::map(counts, header),
        header,
        extent: header,
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: true,
    });
    unit.resources.extend(providers(configuration));
    calls(configuration.and_then(|node| node.get("root_module")), "", 0, &mut unit.resources);
    let texts = FxHashMap::from_iter([(file.id, &*file.text)]);
    let mut parts: Vec<Resource> = resources.iter().flat_map(firewall::openings).collect();
    parts.extend(policy::all(&resources));
    parts.extend(kubernetes::all(&resources, &texts));
    parts.extend(tasks(&resources, &texts));
    unit.resources.append(&mut resources);
    unit.resources.append(&mut parts);
    if tree.get("errored").is_some_and(|errored| errored.as_bool() == Some(true)) {
        unit.notices.push(Notice {
            id: "terraform-plan-incomplete",
            message: "making this plan failed halfway, so a part of the resources is missing; make it again".to_owned(),
            place: header,
        });
    }
}

/// What is found by address in a plan.
struct Plan<'p> {
    changes: FxHashMap<SmolStr, &'p Node>,
    addresses: FxHashSet<SmolStr>,
}

impl Plan<'_> {
    /// The resources of a module and of those that it calls.
    fn module(&self, module: &Node, scope: &Scope<'_>, resources: &mut Vec<Resource>) {
        let planned = module.get("resources").map(Node::items).unwrap_or_default();
        resources.extend(planned.iter().filter_map(|planned| self.resource(planned, scope)));
        for called in module.get("child_modules").map(Node::items).unwrap_or_default() {
            if let Some(address) = called.get("address").and_then(Node::as_str) {
                self.module(called, &scope.called(address), resources);
            }
        }
    }

    fn resource(&self, planned: &Node, scope: &Scope<'_>) -> Option<Resource> {
        let text = |key: &str| planned.get(key).and_then(Node::as_str);
        let address = planned.get("address")?;
        let (kind, name) = (text("type")?, text("name")?);
        let is_data = text("mode") == Some("data");
        let target =
            if is_data { format_smolstr!("terraform/data.{kind}") } else { format_smolstr!("terraform/{kind}") };
        let shown = SmolStr::from(address.as_str()?);
        let written = scope.resource(is_data, kind, name);
        let change = self.changes.get(&shown);
        let reading = Reading {
            scope,
            written,
            suffix: suffix(&shown),
            addresses: &self.addresses,
            address: &shown,
            place: address.place,
        };
        let parts = Parts {
            value: planned.get("values"),
            unknown: change.and_then(|change| change.get("after_unknown")),
            sensitive: planned.get("sensitive_values"),
        };
        let map = reading.map(parts, written.and_then(|written| written.get("expressions")), &[], 0);
        let names = names(&map);
        Some(Resource {
            target,
            address: shown,
            names,
            tree: Node::map(map, planned.place),
            header: address.place,
            extent: planned.place,
            owner: None,
            call_chain: Vec::new(),
            converts_scalars: true,
        })
    }
}

/// The index or key that an address ends in; empty where it has none.
fn suffix(address: &str) -> &str {
    if !address.ends_with(']') {
        return "";
    }
    configuration::segments(address).last().and_then(|last| Some(&last[last.find('[')?..])).unwrap_or_default()
}

/// What an entry of the configuration is as a resource.
fn of_entry(target: SmolStr, address: SmolStr, map: Map, entry: &Entry) -> Resource {
    Resource {
        target,
        address,
        names: Vec::new(),
        tree: Node::map(map, entry.value.place),
        header: entry.key_place,
        extent: entry.value.place,
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: true,
    }
}

/// The providers that the code configures.
fn providers(configuration: Option<&Node>) -> Vec<Resource> {
    let all = configuration.and_then(|node| node.get("provider_config")).map(Node::entries).unwrap_or_default();
    let provider = |entry: &Entry| {
        let text = |key: &str| entry.value.get(key).and_then(Node::as_str);
        let name = text("name")?;
        let path = text("module_address").map(|module| format!("{module}.")).unwrap_or_default();
        let alias = text("alias").map(|alias| format!(".{alias}")).unwrap_or_default();
        let mut map = entry.value.get("expressions").map(value::written).unwrap_or_default();
        map.push("name", entry.key_place, Node::text(name, entry.key_place));
        let target = format_smolstr!("terraform/provider.{name}");
        Some(of_entry(target, format_smolstr!("{path}provider.{name}{alias}"), map, entry))
    };
    all.iter().filter_map(provider).collect()
}

/// The calls of modules in a module and in those that it calls.
fn calls(module: Option<&Node>, path: &str, level: usize, resources: &mut Vec<Resource>) {
    let all = module.and_then(|module| module.get("module_calls")).map(Node::entries).unwrap_or_default();
    for entry in all {
        let mut map = entry.value.get("expressions").map(value::written).unwrap_or_default();
        for (key, name) in [("source", "source"), ("version_constraint", "version")] {
            if let Some(written) = entry.value.as_map().and_then(|call| call.entry(key)) {
                map.push(name, written.key_place, written.value.clone());
            }
        }
        map.push("name", entry.key_place, Node::text(entry.key.clone(), entry.key_place));
        let address = format_smolstr!("{path}module.{}", entry.key);
        resources.push(of_entry(SmolStr::new_static("terraform/module"), address.clone(), map, entry));
        // Terraform itself nests no deeper than a file of JSON may.
        if level < crate::syntax::tree::MAX_DEPTH {
            calls(entry.value.get("module"), &format!("{address}."), level + 1, resources);
        }
    }
}

#[cfg(test)]
mod tests;
