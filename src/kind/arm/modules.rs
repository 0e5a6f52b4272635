//! Templates of several files: the modules that a Bicep file calls, and the files of parameters that give values to a
//! template.
//!
//! A module that another file of the scan calls is judged where it is called, with what it is given there. The other
//! templates are roots. A root is given what its files of parameters say: `using './main.bicep'` in Bicep, in JSON a file
//! that is called like the template (`main.parameters.json`, `main.parameters.prod.json`), or `parameters.json` beside
//! the only template of a folder. Where several do not agree, the parameter is not known.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::{SmolStr, format_smolstr};

use super::evaluate::{Call, Evaluator, Names};
use super::functions::truth;
use super::lower::{self, each_round};
use super::{is_template, json};
use crate::kind::calls::{self, Calls, Refused, Root};
use crate::kind::{Group, Notice, ParsedFile, View};
use crate::source::path::from_folder;
use crate::syntax::Content;
use crate::syntax::bicep::{Module, Template};
use crate::syntax::tree::{Node, Place};

/// How many files of parameters may build on each other.
const MAX_EXTENDS: usize = 8;

/// The template of a Bicep file.
pub(super) fn bicep(file: &ParsedFile) -> Option<&Template> {
    if let Content::Bicep(template) = &file.content { Some(template) } else { None }
}

/// Whether a file holds values for the parameters of a template.
pub(super) fn is_values(file: &ParsedFile) -> bool {
    bicep(file).is_some_and(|template| template.using.is_some() || template.extends.is_some())
        || file.trees().iter().any(json::is_values)
}

/// Roots with the modules that they call and the files of their parameters.
pub(super) fn groups<'a>(files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
    let templates: Vec<&'a ParsedFile> = files.iter().copied().filter(|file| !is_values(file)).collect();
    let values: Vec<&'a ParsedFile> = files.iter().copied().filter(|file| is_values(file)).collect();
    let mut unused: BTreeSet<&str> = values.iter().map(|file| &*file.path).collect();
    let mut groups = Vec::new();
    for Root { file: root, reached } in calls::roots(&templates, &called_by) {
        let is_used = |file: &&&'a ParsedFile| applies(file, root, &templates);
        let used: Vec<&'a ParsedFile> = values.iter().filter(is_used).copied().collect();
        unused.retain(|path| used.iter().all(|file| *file.path != **path));
        let mut own: Vec<&'a ParsedFile> =
            files.iter().copied().filter(|file| reached.contains(&*file.path)).chain(used).collect();
        own.sort_by(|one, other| one.path.cmp(&other.path));
        groups.push(Group { name: root.path.clone(), files: own });
    }
    let alone = values.iter().filter(|file| unused.contains(&*file.path));
    groups.extend(alone.map(|file| Group { name: file.path.clone(), files: vec![*file] }));
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    groups
}

/// The paths of the modules that a file calls.
fn called_by(file: &ParsedFile) -> Vec<String> {
    let modules = bicep(file).map(|template| template.modules.as_slice()).unwrap_or_default();
    modules.iter().filter_map(|module| from_folder(file.folder(), &module.path)).collect()
}

/// Whether values are for a template.
fn applies(values: &ParsedFile, root: &ParsedFile, templates: &[&ParsedFile]) -> bool {
    if let Some(template) = bicep(values) {
        let using = template.using.as_ref().and_then(|using| from_folder(values.folder(), &using.path));
        return using.is_some_and(|path| path == *root.path);
    }
    if values.folder() != root.folder() {
        return false;
    }
    let stem = |file: &ParsedFile| file.name().rsplit_once('.').map_or("", |(stem, _)| stem).to_ascii_lowercase();
    let (name, root_stem) = (values.name().to_ascii_lowercase(), stem(root));
    let is_called_like = |stem: &str| name.strip_prefix(stem).is_some_and(|rest| rest.starts_with(['.', '-', '_']));
    let mut others = templates.iter().filter(|other| other.folder() == root.folder() && stem(other) != root_stem);
    is_called_like(&root_stem) || (name.starts_with("parameters") && others.next().is_none())
}

/// What the parameters of a root are given.
pub(super) fn given(group: &Group<'_>, root: &ParsedFile, view: &View<'_>) -> Vec<(SmolStr, Node)> {
    let files = group.files.iter().filter(|file| is_values(file) && file.path != root.path);
    let sets: Vec<BTreeMap<SmolStr, Node>> = files.map(|file| values(file, view, MAX_EXTENDS)).collect();
    let names: BTreeSet<&SmolStr> = sets.iter().flat_map(BTreeMap::keys).collect();
    let agreed = |name: &SmolStr| {
        let mut found = sets.iter().map(|set| set.get(name));
        let first = found.next().flatten()?;
        found.all(|other| other == Some(first)).then(|| first.clone())
    };
    let place = root_place(root);
    let unknown = |name: &SmolStr| Node::unknown(format_smolstr!("parameter {name}"), place);
    names.into_iter().map(|name| (name.clone(), agreed(name).unwrap_or_else(|| unknown(name)))).collect()
}

fn root_place(root: &ParsedFile) -> Place {
    Place::whole(root.id)
}

/// The values in a file, and in those that it builds on.
fn values(file: &ParsedFile, view: &View<'_>, extends: usize) -> BTreeMap<SmolStr, Node> {
    let Some(template) = bicep(file) else {
        return file.trees().iter().filter(|tree| json::is_values(tree)).flat_map(json::values).collect();
    };
    let base = template.extends.as_ref().filter(|_| extends > 0);
    let base = base.and_then(|base| view.file(&from_folder(file.folder(), &base.path)?));
    let mut found = base.map(|base| values(base, view, extends - 1)).unwrap_or_default();
    let evaluator = Evaluator::new(template, file.id, &[]);
    for parameter in &template.parameters {
        if let Some(value) = &parameter.default {
            found.insert(parameter.name.clone(), evaluator.value(value, None, 0));
        }
    }
    found
}

/// Lowers a module, once for each round of its loop.
pub(super) fn module(evaluator: &Evaluator<'_>, module: &Module, calls: &mut Calls<'_, '_>) {
    let place = Place::span(evaluator.file, module.header);
    let file = match calls.enter(&module.path, place, &is_template) {
        Ok(file) => file,
        Err(Refused::NotRead) => return calls.tell(not_read(module, Place::span(evaluator.file, module.span))),
        Err(Refused::Told) => return,
    };
    let converted = file.trees().iter().find(|tree| json::is_template(tree)).map(json::template);
    if let Some(template) = bicep(file).or(converted.as_ref()) {
        let mut lower = |names: Names<'_>, round: Option<usize>| {
            Called { evaluator, module, template, file, names, round }.lower(calls);
        };
        match &module.repeated {
            None => lower(None, None),
            Some(repeated) => each_round(evaluator, repeated, None, place, &mut lower),
        }
    }
    calls.leave();
}

/// A module in a round of its loop.
struct Called<'c> {
    evaluator: &'c Evaluator<'c>,
    module: &'c Module,
    template: &'c Template,
    file: &'c ParsedFile,
    names: Names<'c>,
    round: Option<usize>,
}

impl Called<'_> {
    fn lower(&self, calls: &mut Calls<'_, '_>) {
        let Called { evaluator, module, template, names, .. } = *self;
        let of_loop = module.repeated.iter().filter_map(|each| each.condition.as_deref());
        let mut conditions = module.condition.iter().chain(of_loop);
        if conditions.any(|each| truth(&evaluator.value(each, names, 0)) == Some(false)) || !calls.count() {
            return;
        }
        let symbol = &module.symbol;
        let name = self.round.map_or_else(|| symbol.clone(), |round| format_smolstr!("{symbol}[{round}]"));
        let given = arguments(evaluator, module, template, names);
        let place = Place::span(evaluator.file, module.header);
        let called = evaluator.called(&Call { template, file: self.file.id, name, place, given });
        lower::template(&called, template, calls);
        evaluator.count(&called);
    }
}

/// What a module is given. What is not known of it may be any parameter's.
fn arguments(
    evaluator: &Evaluator<'_>,
    module: &Module,
    template: &Template,
    names: Names<'_>,
) -> Vec<(SmolStr, Node)> {
    let Some(written) = &module.parameters else { return Vec::new() };
    let node = evaluator.value(written, names, 0);
    // A parameter that is given null has its default.
    let known = node.entries().iter().filter(|entry| !entry.value.is_null());
    let mut given: Vec<(SmolStr, Node)> = known.map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    let open = match &node.value {
        crate::syntax::tree::Value::Unknown(unknown) => Some(unknown),
        _ => node.as_map().and_then(|map| map.open.as_ref()),
    };
    if let Some(unknown) = open {
        let is_given = |name: &SmolStr| given.iter().any(|(other, _)| other == name);
        let others: Vec<_> = template.parameters.iter().filter(|each| !is_given(&each.name)).collect();
        given.extend(others.into_iter().map(|each| (each.name.clone(), Node::depending(unknown, node.place))));
    }
    given
}

/// What the user should know of a module that is in no file of the scan.
fn not_read(module: &Module, place: Place) -> Notice {
    let path = &module.path;
    let elsewhere = ["br:", "br/", "ts:", "ts/"].iter().any(|scheme| path.starts_with(scheme));
    let message = if elsewhere {
        format!("the module `{path}` is in a registry, and nothing is fetched; what it deploys was not evaluated.")
    } else {
        format!(
            "the module `{path}` is in no file that was scanned; what it deploys was not evaluated. \
             Scan the folder that holds it to include it."
        )
    };
    Notice { id: "module-not-read", message, place }
}
