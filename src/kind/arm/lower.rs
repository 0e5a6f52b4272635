//! From the resources of a template to the resources that rules judge.

use smol_str::{SmolStr, format_smolstr};

use super::evaluate::{Binding, Evaluator, Names, index_name, whole};
use super::functions::truth;
use super::index::Named;
use super::{firewall, modules};
use crate::kind::calls::Calls;
use crate::kind::shared::refers::referring;
use crate::kind::{Resource, targets};
use crate::syntax::bicep::{self, INDEX, Template};
use crate::syntax::tree::{Map, Node, Place, Span, Value};

/// Resources that one template may become.
const MAX_RESOURCES: usize = 20_000;

/// Lowers a template.
pub(super) fn template(evaluator: &Evaluator<'_>, template: &Template, calls: &mut Calls<'_, '_>) {
    for resource in &template.resources {
        repeated(evaluator, resource, None, None, calls);
    }
    for module in &template.modules {
        modules::module(evaluator, module, calls);
    }
}

/// A resource once for each round of its loop.
fn repeated(
    evaluator: &Evaluator<'_>,
    resource: &bicep::Resource,
    around: Option<&Named>,
    names: Names<'_>,
    calls: &mut Calls<'_, '_>,
) {
    let Some(repeated) = &resource.repeated else {
        return one(evaluator, resource, &Around { named: around, names, round: None }, calls);
    };
    let place = Place::span(evaluator.file, resource.header);
    each_round(evaluator, repeated, names, place, &mut |names, round| {
        one(evaluator, resource, &Around { named: around, names, round }, calls);
    });
}

/// Calls `visit` with the names that each round of a loop binds; once without a round where it is not known how many there
/// are: then it may be there once or often, and what depends on the round is not known.
pub(super) fn each_round(
    evaluator: &Evaluator<'_>,
    repeated: &bicep::Loop,
    names: Names<'_>,
    place: Place,
    visit: &mut dyn FnMut(Names<'_>, Option<usize>),
) {
    match evaluator.rounds(repeated, names, 0) {
        Ok(rounds) => {
            for (index, item) in rounds.into_iter().enumerate() {
                let counted = Binding { name: index_name(repeated), value: whole(index, place), outer: names };
                let item = Binding { name: &repeated.item, value: item, outer: Some(&counted) };
                visit(Some(&item), Some(index));
            }
        }
        Err(unknown) => {
            let unknown = Node::new(Value::Unknown(unknown), place);
            let name = if repeated.item.starts_with(INDEX) { "" } else { index_name(repeated) };
            let counted = Binding { name, value: Node::unknown(name, place), outer: names };
            let item = Binding { name: &repeated.item, value: unknown, outer: Some(&counted) };
            visit(Some(&item), None);
        }
    }
}

/// What is around a resource.
struct Around<'a> {
    named: Option<&'a Named>,
    names: Names<'a>,
    round: Option<usize>,
}

fn one(evaluator: &Evaluator<'_>, resource: &bicep::Resource, around: &Around<'_>, calls: &mut Calls<'_, '_>) {
    if calls.unit.resources.len() >= MAX_RESOURCES {
        return;
    }
    let condition = resource.condition.as_ref().map(|each| evaluator.value(each, around.names, 0));
    if condition.is_some_and(|condition| truth(&condition) == Some(false)) {
        return;
    }
    let named = Named::of(evaluator, resource, around.named);
    if !resource.existing {
        let lowered = lowered(evaluator, resource, &named, around);
        let openings = firewall::openings(&lowered);
        calls.unit.resources.push(lowered);
        calls.unit.resources.extend(openings);
    }
    for child in &resource.children {
        repeated(evaluator, child, Some(&named), around.names, calls);
    }
    if let Some(deployment) = &resource.deployment {
        let inner = evaluator.within(deployment, around.names);
        template(&inner, &deployment.template, calls);
        evaluator.count(&inner);
    }
}

fn lowered(evaluator: &Evaluator<'_>, resource: &bicep::Resource, named: &Named, around: &Around<'_>) -> Resource {
    let place = |span: Span| Place::span(evaluator.file, span);
    let (header, written) = (place(resource.header), place(resource.kind_span));
    let mut map = Map::default();
    map.push("type", written, Node::text(named.kind.clone(), written));
    map.push("apiVersion", written, Node::text(resource.version.clone(), written));
    let mut name = None;
    for property in &resource.body {
        let Some(key) = property.key.as_text() else { continue };
        let value = evaluator.value(&property.value, around.names, 0);
        if key == "name" {
            name = value.as_str().map(SmolStr::from);
        }
        // What is missing in the properties is missing in the resource.
        let key_place = if key == "properties" { header } else { evaluator.place(&property.key) };
        map.push(key, key_place, value);
    }
    if resource.property("parent").is_none()
        && let Some(parent) = parent(evaluator, named, around, header)
    {
        map.push("parent", header, parent);
    }
    let base = named.address();
    Resource {
        target: targets::canonical(&format_smolstr!("arm/{}", named.kind)),
        address: around.round.map_or_else(|| base.clone(), |round| format_smolstr!("{base}[{round}]")),
        names: name.into_iter().collect(),
        tree: Node::map(map, place(resource.extent)),
        header,
        extent: place(resource.extent),
        owner: None,
        call_chain: evaluator.chain.clone(),
        converts_scalars: true,
    }
}

/// The resource that one is a part of, as a reference.
fn parent(evaluator: &Evaluator<'_>, named: &Named, around: &Around<'_>, place: Place) -> Option<Node> {
    let (kind, name) = named.parent()?;
    let address = match around.named {
        Some(outer) if outer.kind.as_str() == kind => outer.address(),
        _ => evaluator.index.address(kind, &name),
    };
    // Not a text: others may have the same name.
    Some(referring(Node::unknown(name, place), vec![address]))
}
