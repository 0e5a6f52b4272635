//! Conversions between types.

use std::sync::Arc;

use super::collections::unique;
use super::{Stop, argument, known, list, list_value, mismatch, number, text};
use crate::kind::terraform::json_text;
use crate::kind::terraform::kubernetes::moved;
use crate::kind::terraform::operators::truth;
use crate::syntax::tree::{FileId, Map, Node, Value};
use crate::syntax::{Content, yaml};

/// `tomap`, `sensitive`: what rules see does not change.
pub(super) fn same(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(argument(arguments, 0)?.value.clone())
}

/// The structure itself, not its text: rules look into it.
pub(super) fn jsonencode(arguments: &[Node]) -> Result<Value, Stop> {
    let node = argument(arguments, 0)?;
    Ok(match &node.value {
        Value::Text(text) => Value::Text(serde_json::Value::from(text.as_str()).to_string().into()),
        Value::Null => Value::Text("null".into()),
        Value::Bool(_) | Value::Number(_) | Value::Date(_) => Value::Text(node.value.scalar_text().unwrap_or_default()),
        Value::List(_) | Value::Map(_) => node.value.clone(),
        Value::Unknown(unknown) => return Err(Stop::Unknown(unknown.clone())),
    })
}

pub(super) fn jsondecode(arguments: &[Node]) -> Result<Value, Stop> {
    let node = argument(arguments, 0)?;
    match &node.value {
        Value::Text(text) => json_text::decode(text, node.place).map(|decoded| decoded.value).ok_or(Stop::Wrong),
        // JSON text that was read as what it holds already.
        Value::List(_) | Value::Map(_) => Ok(node.value.clone()),
        _ => mismatch(node),
    }
}

/// One document of YAML.
pub(super) fn yamldecode(arguments: &[Node]) -> Result<Value, Stop> {
    let node = argument(arguments, 0)?;
    match &node.value {
        Value::Text(text) => {
            let parsed = yaml::parse(text, FileId::NONE);
            match (&parsed.content, parsed.errors.as_slice()) {
                (Content::Trees(trees), []) => match trees.as_slice() {
                    [tree] => Ok(moved(tree, node.place).value),
                    _ => Err(Stop::Wrong),
                },
                _ => Err(Stop::Wrong),
            }
        }
        // JSON is YAML too, and was read as what it holds already.
        Value::List(_) | Value::Map(_) => Ok(node.value.clone()),
        _ => mismatch(node),
    }
}

/// A list with a map for each row, by the names in the first row.
pub(super) fn csvdecode(arguments: &[Node]) -> Result<Value, Stop> {
    let place = argument(arguments, 0)?.place;
    let text = text(arguments, 0)?;
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let names = rows.headers().map_err(|_| Stop::Wrong)?.clone();
    let mut items = Vec::new();
    for row in rows.records() {
        let row = row.map_err(|_| Stop::Wrong)?;
        let mut map = Map::default();
        for (name, cell) in names.iter().zip(&row) {
            map.push(name, place, Node::text(cell, place));
        }
        items.push(Node::new(Value::Map(Arc::new(map)), place));
    }
    Ok(list_value(items, None))
}

pub(super) fn tostring(arguments: &[Node]) -> Result<Value, Stop> {
    let node = argument(arguments, 0)?;
    if node.is_null() {
        return Ok(Value::Null);
    }
    node.value.scalar_text().map_or_else(|| mismatch(node), |text| Ok(Value::Text(text)))
}

pub(super) fn tobool(arguments: &[Node]) -> Result<Value, Stop> {
    let node = argument(arguments, 0)?;
    if node.is_null() {
        return Ok(Value::Null);
    }
    truth(node).map_or_else(|| mismatch(node), |value| Ok(Value::Bool(value)))
}

pub(super) fn tonumber(arguments: &[Node]) -> Result<Value, Stop> {
    if argument(arguments, 0)?.is_null() {
        return Ok(Value::Null);
    }
    number(arguments, 0).map(Value::Number)
}

pub(super) fn tolist(arguments: &[Node]) -> Result<Value, Stop> {
    let list = list(arguments, 0)?;
    Ok(list_value(list.items.clone(), list.open.clone()))
}

pub(super) fn toset(arguments: &[Node]) -> Result<Value, Stop> {
    let list = list(arguments, 0)?;
    let mut items = unique(list.items.iter())?;
    if items.iter().all(|item| known(item).is_ok()) {
        items.sort_by_key(|item| item.value.scalar_text());
    }
    Ok(list_value(items, list.open.clone()))
}
