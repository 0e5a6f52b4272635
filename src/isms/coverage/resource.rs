//! Coverage as resources, so that rules can judge it: the last stratum.

use smol_str::SmolStr;

use crate::engine::assessment::{ApplicabilityRow, Assessment};
use crate::isms::coverage::{ControlCoverage, Coverage, FacetCoverage};
use crate::kind::Resource;
use crate::rule::Bearing;
use crate::syntax::tree::{Map, Node, Place, Value};

/// One resource of target `coverage/control` for each control. Its place is its row of the statement of applicability.
///
/// ```text
/// control, title, group                       A.5.24, …
/// in_soa, applicable, soa_status, soa_owner   what the statement of applicability says; absent where it does not
/// facets: { documented: { status, reason, passes, fails, excepted, unknowns, direct_fails, direct_passes }, implemented, operating }
/// ```
pub fn coverage_resources(coverage: &Coverage, assessment: &Assessment) -> Vec<Resource> {
    let rows = &assessment.isms.applicability;
    coverage.controls.iter().map(|control| resource(control, row(control, rows))).collect()
}

fn row<'a>(control: &ControlCoverage, rows: &'a [ApplicabilityRow]) -> Option<&'a ApplicabilityRow> {
    control.applicability.and_then(|index| rows.get(index))
}

fn resource(control: &ControlCoverage, row: Option<&ApplicabilityRow>) -> Resource {
    let place = row.map_or(Place::NOWHERE, |row| row.place);
    Resource {
        target: SmolStr::new_static("coverage/control"),
        address: smol_str::format_smolstr!("coverage/{}", control.control.id),
        names: Vec::new(),
        tree: tree(control, row, place),
        header: place,
        extent: place,
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: false,
    }
}

fn tree(control: &ControlCoverage, row: Option<&ApplicabilityRow>, place: Place) -> Node {
    let mut map = Map::default();
    let mut put = |key: &str, value: Value| map.push(key, place, Node::new(value, place));
    put("control", Value::Text(control.control.id.clone()));
    put("title", Value::Text(control.title.clone()));
    put("group", Value::Text(control.group.clone()));
    put("in_soa", Value::Bool(row.is_some()));
    if let Some(row) = row {
        if let Some(applicable) = row.applicable {
            put("applicable", Value::Bool(applicable));
        }
        for (key, text) in [("soa_status", row.status.as_str()), ("soa_owner", row.owner.as_str())] {
            if !text.is_empty() {
                put(key, Value::Text(text.into()));
            }
        }
    }
    let mut facets = Map::default();
    for facet in &control.facets {
        facets.push(facet.facet.name(), place, facet_tree(facet, place));
    }
    map.push("facets", place, Node::map(facets, place));
    Node::map(map, place)
}

fn facet_tree(facet: &FacetCoverage, place: Place) -> Node {
    let mut map = Map::default();
    let mut put = |key: &str, value: Value| map.push(key, place, Node::new(value, place));
    put("status", Value::Text(SmolStr::new_static(facet.status.name())));
    put("reason", Value::Text(SmolStr::new_static(facet.reason.code)));
    for (key, number) in [
        ("passes", facet.counts.passes),
        ("fails", facet.counts.fails),
        ("excepted", facet.counts.excepted),
        ("unknowns", facet.counts.unknowns),
        ("direct_fails", direct_fails(facet)),
        ("direct_passes", direct_passes(facet)),
    ] {
        put(key, Value::Number(f64::from(number)));
    }
    Node::map(map, place)
}

/// Fails of rules that check the control itself, without those under an exception.
fn direct_fails(facet: &FacetCoverage) -> u32 {
    let direct = facet.rules.iter().filter(|evidence| evidence.bearing == Bearing::Direct);
    direct.map(|evidence| evidence.counts.fails.saturating_sub(evidence.counts.excepted)).sum()
}

/// Passes of rules that check the control itself.
fn direct_passes(facet: &FacetCoverage) -> u32 {
    facet
        .rules
        .iter()
        .filter(|evidence| evidence.bearing == Bearing::Direct)
        .map(|evidence| evidence.counts.passes)
        .sum()
}
