//! What coverage needs of registers: which controls apply, and what people attest.

use jiff::civil::Date;
use smol_str::SmolStr;

use crate::engine::assessment::{ApplicabilityRow, Attestation, CorrectiveAction, Location};
use crate::isms::control::{ControlId, Framework};
use crate::isms::crosswalk::{self, RelationKind};
use crate::rule::Facet;
use crate::syntax::tree::{Node, Place, Value};

fn text(row: &Node, key: &str) -> SmolStr {
    row.get(key).and_then(|node| node.value.scalar_text()).unwrap_or_default()
}

/// The texts of a list.
fn texts(row: &Node, key: &str) -> Vec<String> {
    let items = row.get(key).map_or(&[][..], Node::items).iter();
    items.filter_map(|node| node.value.scalar_text()).map(String::from).filter(|text| !text.is_empty()).collect()
}

fn date(row: &Node, key: &str) -> Option<Date> {
    row.get(key).and_then(|node| crate::rule::scalar::date(&node.value))
}

/// The control of a row, where it names one that a framework lists.
pub(super) fn control(row: &Node) -> Option<SmolStr> {
    super::value::control(&text(row, "control"))
}

/// The control of the 2022 edition that a control of 2013 was carried over to unchanged; any other as it is, since what
/// is said of one of several parts is not said of the whole.
fn current(id: SmolStr) -> SmolStr {
    let old = ControlId { framework: Framework::Iso2013, id };
    let mut equal = crosswalk::relations_into(&old, Framework::Iso2022).filter(|it| it.kind == RelationKind::Equal);
    match (equal.next(), equal.next()) {
        (Some(only), None) if old.is_annex_a() => only.to.id.clone(),
        _ => old.id,
    }
}

/// A row of the statement of applicability. A row whose status says `not applicable` excludes the control as well as
/// one whose column says so.
pub(super) fn applicability(row: &Node, place: Place) -> Option<ApplicabilityRow> {
    let status = text(row, "status");
    let stated = row.get("applicable").and_then(Node::as_bool);
    let applicable = stated.or_else(|| (status == "not-applicable").then_some(false));
    let exclusion = text(row, "exclusion_reason");
    let justification = match applicable {
        Some(false) if !exclusion.is_empty() => exclusion,
        _ => text(row, "justification"),
    };
    Some(ApplicabilityRow {
        control: current(control(row)?),
        applicable,
        justification: justification.to_string(),
        status,
        owner: text(row, "owner").to_string(),
        risks: texts(row, "risks"),
        documents: ["documents", "evidence"].into_iter().flat_map(|key| texts(row, key)).collect(),
        location: Location::default(),
        place,
    })
}

/// What a row says about a nonconformity.
pub(super) fn corrective_action(row: &Node) -> CorrectiveAction {
    let string = |key| text(row, key).trim().to_owned();
    CorrectiveAction {
        id: text(row, "id"),
        source: string("source"),
        nonconformity: string("nonconformity"),
        cause: string("cause"),
        action: string("action"),
        owner: string("owner"),
        due: date(row, "due"),
        done: date(row, "done"),
        effective: string("effective"),
    }
}

/// What a row attests, once for each of its controls. It holds until the day it names, else for twelve months.
pub(super) fn attestations(row: &Node, place: Place) -> Vec<Attestation> {
    let Some(facet) = Facet::parse(&text(row, "facet")) else { return Vec::new() };
    let statement = text(row, "statement");
    if statement.is_empty() || text(row, "by").is_empty() {
        return Vec::new();
    }
    let said: Vec<SmolStr> =
        ["by", "role", "on"].iter().map(|key| text(row, key)).filter(|text| !text.is_empty()).collect();
    let statement = format!("{statement} ({})", said.join(", "));
    let year = || date(row, "on").and_then(|on| on.checked_add(jiff::Span::new().try_months(12).ok()?).ok());
    let valid_until = if row.get("valid_until").is_some() { date(row, "valid_until") } else { year() };
    let controls = row.get("controls").map_or(&[][..], Node::items).iter();
    let known = controls.filter_map(|node| match &node.value {
        Value::Text(id) => super::value::control(id).map(|_| id.clone()),
        _ => None,
    });
    let attestation = |control| Attestation {
        control,
        facet,
        statement: statement.clone(),
        given: date(row, "on"),
        valid_until,
        place,
        location: Location::default(),
    };
    known.map(attestation).collect()
}
