//! The first stratum: what the organisation's own documents require sets the parameters of rules.
//!
//! A value counts when every current, approved document that states one states the same. Where they differ, or the
//! configuration says something else, the rule keeps what it has and the difference is itself a finding, on the
//! resource `isms/requirement`:
//!
//! | field | meaning |
//! |---|---|
//! | `requirement` | its id: `log-retention` |
//! | `first` | the value that is stated first |
//! | `values` | list of `{ value, source }`, in the order of files; the configuration last |

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::assessment::{IsmsFacts, Location};
use super::locate::Texts;
use super::plan::Plan;
use super::scan::Settings;
use crate::kind::{Resource, Unit};
use crate::rule::scalar;
use crate::source::{CONFIGURATION, Source};
use crate::syntax::tree::{Map, Node, Place, Value};

/// A value and where it is stated.
struct Stated {
    value: Value,
    source: Arc<str>,
    place: Place,
}

/// Sets parameters by what documents require, and gives the requirements as a unit to judge.
pub(super) fn apply(
    plan: &mut Plan,
    facts: &IsmsFacts,
    settings: &Settings,
    texts: &Texts<'_>,
    source: &Source,
) -> Unit {
    let mut names: Vec<&SmolStr> = facts.requirements.iter().map(|(name, _, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    let mut resources = Vec::new();
    for name in names {
        let mut stated = by_documents(name, facts);
        let agreed = stated.iter().all(|other| scalar::equal(&other.value, &stated[0].value, false));
        if let (true, Some(first)) = (agreed, stated.first()) {
            plan.apply_requirement(name, &first.value, &settings.set_parameters, &texts.location(first.place));
        }
        stated.extend(by_configuration(name, plan, settings, source));
        resources.extend(resource(name, &stated));
    }
    Unit { kind: "requirements", name: Arc::from("."), resources, ..Unit::default() }
}

fn by_documents(name: &SmolStr, facts: &IsmsFacts) -> Vec<Stated> {
    let named = facts.requirements.iter().filter(|(other, _, _)| other == name);
    let stated = |(_, node, location): &(SmolStr, Node, Location)| Stated {
        value: node.value.clone(),
        source: location.path.clone(),
        place: node.place,
    };
    named.map(stated).collect()
}

fn by_configuration(name: &str, plan: &Plan, settings: &Settings, source: &Source) -> Vec<Stated> {
    let file = source.files.iter().find(|file| &*file.path == CONFIGURATION);
    let place = file.map_or(Place::NOWHERE, |file| Place::whole(file.id));
    let mut stated = Vec::new();
    for (rule, parameter) in &settings.set_parameters {
        let Some(planned) = plan.rules.iter().find(|planned| planned.rule.about.id == *rule) else { continue };
        let declared = planned.rule.parameters.iter().find(|declared| declared.name == *parameter);
        if declared.and_then(|declared| declared.requirement.as_deref()) != Some(name) {
            continue;
        }
        let value = planned.parameters.iter().find(|(known, _)| known == parameter);
        stated.extend(value.map(|(_, value)| Stated { value: value.clone(), source: CONFIGURATION.into(), place }));
    }
    stated
}

fn resource(name: &SmolStr, stated: &[Stated]) -> Option<Resource> {
    let first = stated.first()?;
    let mut map = Map::default();
    map.push("requirement", first.place, Node::text(name.clone(), first.place));
    map.push("first", first.place, Node::new(first.value.clone(), first.place));
    let value = |stated: &Stated| {
        let mut entry = Map::default();
        entry.push("value", stated.place, Node::new(stated.value.clone(), stated.place));
        entry.push("source", stated.place, Node::text(&*stated.source, stated.place));
        Node::map(entry, stated.place)
    };
    map.push("values", first.place, Node::list(stated.iter().map(value).collect(), first.place));
    Some(Resource {
        target: SmolStr::new_static("isms/requirement"),
        address: format_smolstr!("requirement/{name}"),
        names: Vec::new(),
        tree: Node::map(map, first.place),
        header: first.place,
        extent: first.place,
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: false,
    })
}
