//! Stacks nested in others. Where the template is a file of the scan, as in `TemplateURL: ./network.yaml`, it is judged
//! where it is called: with what its parameters are given, and the call in the chain of its resources.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::evaluate::{Caller, Evaluator};
use super::template::{Template, is_template, resource_type};
use crate::kind::calls::{Calls, Refused};
use crate::kind::{Notice, ParsedFile};
use crate::source::path::from_folder;
use crate::syntax::tree::{Entry, Node, Value};

/// The types that deploy another template, and the property that names it.
const TYPES: [(&str, &str); 2] =
    [("AWS::CloudFormation::Stack", "TemplateURL"), ("AWS::Serverless::Application", "Location")];

/// The path of the template that a resource deploys, as written, where it is a file.
fn written(resource: &Node) -> Option<&str> {
    let kind = resource_type(resource)?;
    let (_, property) = TYPES.iter().find(|(known, _)| *known == kind)?;
    let path = resource.get("Properties")?.get(property)?.as_str()?;
    (!path.contains("://") && !path.is_empty()).then_some(path)
}

/// The paths of the templates that a file calls.
pub(super) fn called_by(file: &ParsedFile) -> Vec<String> {
    let resources = file.trees().iter().filter_map(|tree| tree.get("Resources")).flat_map(Node::entries);
    let paths = resources.filter_map(|entry| written(&entry.value));
    paths.filter_map(|path| from_folder(file.folder(), path)).collect()
}

/// Lowers the templates of a file, and those that they call.
pub(super) fn lower<'v>(file: &'v ParsedFile, calls: &mut Calls<'_, 'v>, caller: &dyn Fn() -> Caller) {
    for tree in file.trees().iter().filter(|tree| is_template(tree)) {
        let template = Template::of(tree);
        let evaluator = Evaluator::new(&template, caller());
        super::lowered(&evaluator, &file.text, calls.unit);
        for entry in template.resources {
            if let Some(path) = written(&entry.value) {
                nested(&evaluator, entry, path, calls);
            }
        }
    }
}

fn nested(evaluator: &Evaluator<'_>, entry: &Entry, path: &str, calls: &mut Calls<'_, '_>) {
    let condition = entry.value.get("Condition").and_then(Node::as_str);
    if condition.is_some_and(|name| evaluator.condition(name, 0) == Ok(false)) || !calls.count() {
        return;
    }
    let place = entry.key_place;
    match calls.enter(path, place, &|file| file.trees().iter().any(is_template)) {
        Ok(file) => {
            lower(file, calls, &|| self::caller(evaluator, entry, file));
            calls.leave();
        }
        Err(Refused::NotRead) => {
            let message =
                format!("the template `{path}` is in no file that was scanned; what it deploys was not evaluated");
            calls.tell(Notice { id: "template-not-read", message, place });
        }
        Err(Refused::Told) => {}
    }
}

/// What a stack gives the template that it calls. What is not known of it may be any parameter's.
fn caller(evaluator: &Evaluator<'_>, entry: &Entry, file: &ParsedFile) -> Caller {
    let around = &evaluator.caller;
    let mut chain = vec![entry.key_place];
    chain.extend(&around.chain);
    let written = entry.value.get("Properties").and_then(|properties| properties.get("Parameters"));
    let parameters = written.map(|node| evaluator.value(node, 0));
    let mut given: FxHashMap<SmolStr, Node> = FxHashMap::default();
    if let Some(node) = &parameters {
        let open = match &node.value {
            Value::Unknown(unknown) => Some(unknown),
            _ => node.as_map().and_then(|map| map.open.as_ref()),
        };
        if let Some(unknown) = open {
            let declared = file.trees().iter().filter_map(|tree| tree.get("Parameters")).flat_map(Node::entries);
            given.extend(declared.map(|entry| (entry.key.clone(), Node::depending(unknown, node.place))));
        }
        // Lists are given as texts.
        given.extend(node.entries().iter().map(|entry| (entry.key.clone(), entry.value.clone())));
    }
    Caller {
        prefix: format_smolstr!("{}{}/", around.prefix, entry.key),
        chain,
        given,
        produced: around.produced.clone(),
    }
}
