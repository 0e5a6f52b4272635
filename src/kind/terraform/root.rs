//! The root module as a resource: what is said about all of it.

use smol_str::SmolStr;

use super::evaluate::{Evaluator, Scope};
use super::lower;
use super::module::{Declared, Module};
use crate::kind::Resource;
use crate::syntax::hcl::Block;
use crate::syntax::tree::{Map, Node, Place, Value};

/// The `terraform/root` resource of a module that has blocks.
pub(super) fn resource(evaluator: &Evaluator<'_>, resources: &[Resource]) -> Resource {
    let module = evaluator.module;
    let settings: Vec<Declared<'_>> =
        module.blocks.iter().copied().filter(|declared| declared.block.name == "terraform").collect();
    let header = match (settings.first(), module.blocks.first()) {
        (Some(first), _) => first.place(first.block.header),
        (None, Some(first)) => Place::whole(first.file.id),
        (None, None) => Place::NOWHERE,
    };
    let mut map = Map::default();
    for declared in &settings {
        describe(evaluator, *declared, &mut map);
    }
    map.push("resources", header, counts(resources, header));
    Resource {
        target: SmolStr::new_static("terraform/root"),
        address: SmolStr::new_static("root"),
        names: Vec::new(),
        tree: Node::map(map, header),
        header,
        extent: settings.first().map_or(header, |first| first.place(first.block.span)),
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: true,
    }
}

/// What a `terraform` block says.
fn describe<'m>(evaluator: &Evaluator<'m>, declared: Declared<'m>, map: &mut Map) {
    let scope = Scope::of(declared.file.id);
    for entry in lower::block(evaluator, declared, scope).entries {
        match entry.key.as_str() {
            "required_version" | "experiments" => map.entries.push(entry),
            // One map for all blocks of this name: there should be only one.
            "required_providers" => {
                for block in entry.value.items() {
                    map.push(entry.key.clone(), entry.key_place, block.clone());
                }
            }
            _ => {}
        }
    }
    for block in backend_blocks(evaluator.module, declared) {
        let place = declared.place(block.header);
        let kind = block.labels.first().unwrap_or(&block.name);
        map.push("backend", place, Node::text(kind.clone(), place));
    }
}

/// The backends that a `terraform` block sets and no override file replaces.
fn backend_blocks<'a>(module: &Module<'a>, declared: Declared<'a>) -> impl Iterator<Item = &'a Block> {
    let counts = module.backend.is_none_or(|backend| std::ptr::eq(backend.block, declared.block));
    let blocks = declared.block.body.blocks.iter();
    blocks.filter(move |block| counts && matches!(block.name.as_str(), "backend" | "cloud"))
}

/// The backends of a module as resources.
pub(super) fn backends(evaluator: &Evaluator<'_>) -> Vec<Resource> {
    let module = evaluator.module;
    let mut backends = Vec::new();
    for declared in module.blocks.iter().filter(|declared| declared.block.name == "terraform") {
        for block in backend_blocks(module, *declared) {
            let kind = match (block.name.as_str(), block.labels.as_slice()) {
                ("backend", [kind]) => kind.as_str(),
                ("cloud", []) => "cloud",
                _ => continue,
            };
            let inner = Declared { file: declared.file, block };
            let tree = lower::block(evaluator, inner, Scope::of(declared.file.id));
            backends.push(Resource {
                target: smol_str::format_smolstr!("terraform/backend.{kind}"),
                address: smol_str::format_smolstr!("backend.{kind}"),
                names: Vec::new(),
                tree: Node::map(tree, declared.place(block.span)),
                header: declared.place(block.header),
                extent: declared.place(block.span),
                owner: None,
                call_chain: Vec::new(),
                converts_scalars: true,
            });
        }
    }
    backends
}

/// How many resources of each type there are, by type; those of called modules among them.
pub(super) fn counts(resources: &[Resource], place: Place) -> Node {
    let mut counts = std::collections::BTreeMap::new();
    for resource in resources {
        let kind = resource.target.strip_prefix("terraform/").unwrap_or_default();
        // Data sources and backends have a dot in their target; the other blocks no underscore.
        if kind.contains('_') && !kind.contains('.') {
            *counts.entry(kind).or_insert(0.0) += 1.0;
        }
    }
    let mut map = Map::default();
    for (kind, count) in counts {
        map.push(kind, place, Node::new(Value::Number(count), place));
    }
    Node::map(map, place)
}
