//! What the transform of the Serverless Application Model implies: `Globals` hold for every resource of their type.

use super::evaluate::Evaluator;
use crate::syntax::tree::{Entry, List, Map, Node, Place, Value};

/// What the types of serverless resources start with.
const PREFIX: &str = "AWS::Serverless::";

/// The `Globals` of a template, by the last part of the type.
pub(super) struct Globals {
    sections: Vec<Entry>,
}

impl Globals {
    /// Those of a template.
    pub(super) fn of(evaluator: &Evaluator<'_>) -> Globals {
        let written = evaluator.template.root.get("Globals").map_or(&[][..], Node::entries);
        let section = |entry: &Entry| Entry { value: evaluator.value(&entry.value, 0), ..entry.clone() };
        Globals { sections: written.iter().map(section).collect() }
    }

    /// Fills in what holds for resources of this type. `place` is the logical id's.
    pub(super) fn fill(&self, kind: &str, place: Place, resource: &mut Map) {
        let Some(name) = kind.strip_prefix(PREFIX) else { return };
        let Some(section) = self.sections.iter().find(|section| section.key == name) else { return };
        match resource.entries.iter_mut().rev().find(|entry| entry.key == "Properties") {
            Some(properties) => properties.value = merged(&section.value, &properties.value),
            None => resource.push("Properties", place, section.value.clone()),
        }
    }
}

/// Maps are merged, lists are added, anything else is the resource's own.
fn merged(global: &Node, own: &Node) -> Node {
    let place = own.place;
    let value = match (&global.value, &own.value) {
        (Value::Map(global), Value::Map(own)) => {
            let mut map = Map { entries: own.entries.clone(), open: own.open.clone().or_else(|| global.open.clone()) };
            for entry in &global.entries {
                match map.entries.iter_mut().rev().find(|own| own.key == entry.key) {
                    Some(own) => own.value = merged(&entry.value, &own.value),
                    None => map.entries.push(entry.clone()),
                }
            }
            return Node::map(map, place);
        }
        (Value::List(global), Value::List(own)) => {
            let items = global.items.iter().chain(&own.items).cloned().collect();
            Value::List(List { items, open: global.open.clone().or_else(|| own.open.clone()) }.into())
        }
        (_, own) => own.clone(),
    };
    Node { value, ..own.clone() }
}
