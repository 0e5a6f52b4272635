//! Lists, sets and maps. Sets are lists without repetitions.

use std::sync::Arc;

use super::{Stop, argument, items, known, list, list_value, map, mismatch, number, position, text};
use crate::kind::terraform::evaluate::MAX_LENGTH;
use crate::kind::terraform::operators::truth;
use crate::syntax::tree::{Entry, Map, Node, Unknown, Value};

/// Refuses results that nobody writes by hand.
fn bounded(length: usize) -> Result<(), Stop> {
    if length <= MAX_LENGTH / 16 { Ok(()) } else { Err(too_long()) }
}

fn too_long() -> Stop {
    Stop::Unknown(Arc::new(Unknown::new("a list that is too long")))
}

pub(super) fn concat(arguments: &[Node]) -> Result<Value, Stop> {
    let mut all = Vec::new();
    let mut open = None;
    for argument in arguments {
        match &argument.value {
            Value::List(list) => {
                bounded(all.len() + list.items.len())?;
                all.extend(list.items.iter().cloned());
                open = open.or_else(|| list.open.clone());
            }
            Value::Unknown(unknown) => open = open.or_else(|| Some(unknown.clone())),
            _ => return Err(Stop::Wrong),
        }
    }
    Ok(list_value(all, open))
}

pub(super) fn flatten(arguments: &[Node]) -> Result<Value, Stop> {
    let mut all = Vec::new();
    let outer = list(arguments, 0)?;
    let mut open = outer.open.clone();
    let mut stack: Vec<&Node> = outer.items.iter().rev().collect();
    while let Some(node) = stack.pop() {
        match &node.value {
            Value::List(list) => {
                stack.extend(list.items.iter().rev());
                open = open.or_else(|| list.open.clone());
            }
            // It may be a list of any length.
            Value::Unknown(unknown) => open = open.or_else(|| Some(unknown.clone())),
            _ => all.push(node.clone()),
        }
        bounded(all.len() + stack.len())?;
    }
    Ok(list_value(all, open))
}

pub(super) fn merge(arguments: &[Node]) -> Result<Value, Stop> {
    let mut merged = Map::default();
    let mut positions = rustc_hash::FxHashMap::default();
    for argument in arguments {
        match &argument.value {
            Value::Map(map) => {
                bounded(merged.entries.len() + map.entries.len())?;
                for entry in &map.entries {
                    let at = *positions.entry(entry.key.clone()).or_insert(merged.entries.len());
                    match merged.entries.get_mut(at) {
                        Some(known) => *known = entry.clone(),
                        None => merged.entries.push(entry.clone()),
                    }
                }
                merged.open = merged.open.or_else(|| map.open.clone());
            }
            Value::Unknown(unknown) => {
                // It may replace everything before it.
                for entry in &mut merged.entries {
                    entry.value.value = Node::depending(unknown, entry.value.place).value;
                }
                merged.open = Some(unknown.clone());
            }
            Value::Null => {}
            _ => return Err(Stop::Wrong),
        }
    }
    Ok(Value::Map(Arc::new(merged)))
}

pub(super) fn lookup(arguments: &[Node]) -> Result<Value, Stop> {
    let (map, key) = (map(arguments, 0)?, text(arguments, 1)?);
    match (map.get(&key), &map.open, arguments.get(2)) {
        (Some(value), _, _) => Ok(value.value.clone()),
        (None, Some(unknown), _) => Err(Stop::Unknown(unknown.clone())),
        (None, None, Some(default)) => Ok(default.value.clone()),
        (None, None, None) => Err(Stop::Wrong),
    }
}

pub(super) fn length(arguments: &[Node]) -> Result<Value, Stop> {
    let node = argument(arguments, 0)?;
    let length = match &node.value {
        Value::List(_) => items(arguments, 0)?.len(),
        Value::Map(map) => match &map.open {
            Some(unknown) => return Err(Stop::Unknown(unknown.clone())),
            None => map.entries.len(),
        },
        Value::Text(text) => text.chars().count(),
        _ => return mismatch(node),
    };
    Ok(Value::Number(length as f64))
}

pub(super) fn element(arguments: &[Node]) -> Result<Value, Stop> {
    let items = items(arguments, 0)?;
    let index = position(arguments, 1)?;
    // The index wraps around.
    let found = if items.is_empty() { None } else { items.get(index % items.len()) };
    found.map(|node| node.value.clone()).ok_or(Stop::Wrong)
}

pub(super) fn index(arguments: &[Node]) -> Result<Value, Stop> {
    let (items, wanted) = (items(arguments, 0)?, argument(arguments, 1)?);
    known(wanted)?;
    for (index, item) in items.iter().enumerate() {
        known(item)?;
        if item == wanted {
            return Ok(Value::Number(index as f64));
        }
    }
    Err(Stop::Wrong)
}

pub(super) fn slice(arguments: &[Node]) -> Result<Value, Stop> {
    let (items, start, end) = (items(arguments, 0)?, position(arguments, 1)?, position(arguments, 2)?);
    items.get(start..end).map(|part| list_value(part.to_vec(), None)).ok_or(Stop::Wrong)
}

/// The first argument that is neither null nor empty.
pub(super) fn coalesce(arguments: &[Node]) -> Result<Value, Stop> {
    for argument in arguments {
        match &argument.value {
            Value::Null => {}
            Value::Text(text) if text.is_empty() => {}
            Value::Unknown(unknown) => return Err(Stop::Unknown(unknown.clone())),
            value => return Ok(value.clone()),
        }
    }
    Err(Stop::Wrong)
}

pub(super) fn coalescelist(arguments: &[Node]) -> Result<Value, Stop> {
    for index in 0..arguments.len() {
        let list = list(arguments, index)?;
        match (&list.open, list.items.is_empty()) {
            (_, false) => return Ok(list_value(list.items.clone(), list.open.clone())),
            (Some(unknown), true) => return Err(Stop::Unknown(unknown.clone())),
            (None, true) => {}
        }
    }
    Err(Stop::Wrong)
}

/// The list without empty texts and nulls.
pub(super) fn compact(arguments: &[Node]) -> Result<Value, Stop> {
    let list = list(arguments, 0)?;
    let keep = |node: &&Node| !node.is_null() && node.as_str() != Some("");
    Ok(list_value(list.items.iter().filter(keep).cloned().collect(), list.open.clone()))
}

pub(super) fn contains(arguments: &[Node]) -> Result<Value, Stop> {
    let (list, wanted) = (list(arguments, 0)?, argument(arguments, 1)?);
    known(wanted)?;
    if list.items.contains(wanted) {
        return Ok(Value::Bool(true));
    }
    list.items.iter().try_for_each(known)?;
    match &list.open {
        Some(unknown) => Err(Stop::Unknown(unknown.clone())),
        None => Ok(Value::Bool(false)),
    }
}

pub(super) fn distinct(arguments: &[Node]) -> Result<Value, Stop> {
    let list = list(arguments, 0)?;
    Ok(list_value(unique(list.items.iter())?, list.open.clone()))
}

/// The nodes without repetitions.
pub(super) fn unique<'n>(nodes: impl Iterator<Item = &'n Node>) -> Result<Vec<Node>, Stop> {
    let mut found: Vec<Node> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    for node in nodes {
        // Scalars are looked up, so that a long list does not cost its square.
        let new = match node.value.scalar_text() {
            Some(text) => seen.insert((node.value.type_name(), text)),
            None => matches!(node.value, Value::Unknown(_)) || !found.contains(node),
        };
        if new {
            bounded(found.len())?;
            found.push(node.clone());
        }
    }
    Ok(found)
}

pub(super) fn keys(arguments: &[Node]) -> Result<Value, Stop> {
    let map = map(arguments, 0)?;
    let keys = sorted(map).into_iter().map(|entry| Node::text(entry.key.clone(), entry.key_place));
    Ok(list_value(keys.collect(), map.open.clone()))
}

pub(super) fn values(arguments: &[Node]) -> Result<Value, Stop> {
    let map = map(arguments, 0)?;
    Ok(list_value(sorted(map).into_iter().map(|entry| entry.value.clone()).collect(), map.open.clone()))
}

/// The entries by key, which is the order that Terraform gives them.
fn sorted(map: &Map) -> Vec<&Entry> {
    let mut entries: Vec<&Entry> = map.entries.iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    entries
}

pub(super) fn zipmap(arguments: &[Node]) -> Result<Value, Stop> {
    let (keys, values) = (items(arguments, 0)?, items(arguments, 1)?);
    let mut map = Map::default();
    for (key, value) in keys.iter().zip(values) {
        let text = key.value.scalar_text().map_or_else(|| mismatch(key), Ok)?;
        map.push(text, key.place, value.clone());
    }
    Ok(Value::Map(Arc::new(map)))
}

pub(super) fn one(arguments: &[Node]) -> Result<Value, Stop> {
    match items(arguments, 0)? {
        [] => Ok(Value::Null),
        [only] => Ok(only.value.clone()),
        _ => Err(Stop::Wrong),
    }
}

/// `range(limit)`, `range(start, limit)`, `range(start, limit, step)`
pub(super) fn range(arguments: &[Node]) -> Result<Value, Stop> {
    let first = number(arguments, 0)?;
    let (start, limit) = if arguments.len() > 1 { (first, number(arguments, 1)?) } else { (0.0, first) };
    let step = if arguments.len() > 2 {
        number(arguments, 2)?
    } else if limit < start {
        -1.0
    } else {
        1.0
    };
    let place = argument(arguments, 0)?.place;
    let mut items = Vec::new();
    let mut at = start;
    while step != 0.0 && (at < limit) == (step > 0.0) && (at - limit).abs() > f64::EPSILON {
        bounded(items.len())?;
        items.push(Node::new(Value::Number(at), place));
        at += step;
    }
    Ok(list_value(items, None))
}

pub(super) fn reverse(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(list_value(items(arguments, 0)?.iter().rev().cloned().collect(), None))
}

pub(super) fn sort(arguments: &[Node]) -> Result<Value, Stop> {
    let mut sorted = items(arguments, 0)?.to_vec();
    sorted.iter().try_for_each(known)?;
    sorted.sort_by_key(|node| node.value.scalar_text());
    Ok(list_value(sorted, None))
}

pub(super) fn setunion(arguments: &[Node]) -> Result<Value, Stop> {
    let joined = Node::new(concat(arguments)?, argument(arguments, 0)?.place);
    distinct(&[joined])
}

pub(super) fn setsubtract(arguments: &[Node]) -> Result<Value, Stop> {
    let (from, taken) = (items(arguments, 0)?, items(arguments, 1)?);
    from.iter().chain(taken).try_for_each(known)?;
    Ok(list_value(unique(from.iter().filter(|node| !taken.contains(node)))?, None))
}

pub(super) fn setproduct(arguments: &[Node]) -> Result<Value, Stop> {
    let place = argument(arguments, 0)?.place;
    let mut rows: Vec<Vec<Node>> = vec![Vec::new()];
    for index in 0..arguments.len() {
        let items = items(arguments, index)?;
        bounded(rows.len().saturating_mul(items.len()))?;
        let with = |row: &Vec<Node>, item: &Node| row.iter().chain([item]).cloned().collect::<Vec<Node>>();
        rows = rows.iter().flat_map(|row| items.iter().map(move |item| with(row, item))).collect();
    }
    Ok(list_value(rows.into_iter().map(|row| Node::list(row, place)).collect(), None))
}

pub(super) fn alltrue(arguments: &[Node]) -> Result<Value, Stop> {
    decided(arguments, false)
}

pub(super) fn anytrue(arguments: &[Node]) -> Result<Value, Stop> {
    decided(arguments, true)
}

/// `deciding` where one element is; else its opposite where all are known.
fn decided(arguments: &[Node], deciding: bool) -> Result<Value, Stop> {
    let list = list(arguments, 0)?;
    if list.items.iter().any(|item| truth(item) == Some(deciding)) {
        return Ok(Value::Bool(deciding));
    }
    list.items.iter().try_for_each(known)?;
    match &list.open {
        Some(unknown) => Err(Stop::Unknown(unknown.clone())),
        None => Ok(Value::Bool(!deciding)),
    }
}

/// The elements of the first set that are in all others.
pub(super) fn setintersection(arguments: &[Node]) -> Result<Value, Stop> {
    let mut kept: Vec<Node> = items(arguments, 0)?.to_vec();
    kept.iter().try_for_each(known)?;
    for index in 1..arguments.len() {
        let others = items(arguments, index)?;
        others.iter().try_for_each(known)?;
        kept.retain(|node| others.contains(node));
    }
    Ok(list_value(unique(kept.iter())?, None))
}

/// `chunklist(list, size)`; size 0 is one chunk of all.
pub(super) fn chunklist(arguments: &[Node]) -> Result<Value, Stop> {
    let (items, size) = (items(arguments, 0)?, position(arguments, 1)?);
    let place = argument(arguments, 0)?.place;
    let size = if size == 0 { items.len().max(1) } else { size };
    Ok(list_value(items.chunks(size).map(|chunk| Node::list(chunk.to_vec(), place)).collect(), None))
}

/// `matchkeys(values, keys, wanted)`: the values whose keys are wanted.
pub(super) fn matchkeys(arguments: &[Node]) -> Result<Value, Stop> {
    let (values, keys, wanted) = (items(arguments, 0)?, items(arguments, 1)?, items(arguments, 2)?);
    keys.iter().chain(wanted).try_for_each(known)?;
    if values.len() != keys.len() {
        return Err(Stop::Wrong);
    }
    let pairs = values.iter().zip(keys).filter(|(_, key)| wanted.contains(key));
    Ok(list_value(pairs.map(|(value, _)| value.clone()).collect(), None))
}

/// `transpose({ a = [x, y] })` is `{ x = [a], y = [a] }`.
pub(super) fn transpose(arguments: &[Node]) -> Result<Value, Stop> {
    let of = map(arguments, 0)?;
    if let Some(unknown) = &of.open {
        return Err(Stop::Unknown(unknown.clone()));
    }
    let mut rows: std::collections::BTreeMap<smol_str::SmolStr, Vec<Node>> = std::collections::BTreeMap::new();
    for entry in &of.entries {
        for item in items(std::slice::from_ref(&entry.value), 0)? {
            let key = item.value.scalar_text().map_or_else(|| mismatch(item), Ok)?;
            rows.entry(key).or_default().push(Node::text(entry.key.clone(), entry.key_place));
        }
    }
    let place = argument(arguments, 0)?.place;
    let mut transposed = Map::default();
    for (key, row) in rows {
        transposed.push(key, place, Node::list(row, place));
    }
    Ok(Node::map(transposed, place).value)
}
