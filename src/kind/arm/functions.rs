//! The functions of deployment templates that need nothing but their arguments. One whose arguments are not known gives
//! what is known all the same, else an unknown that depends on the same.

use std::cmp::Ordering;
use std::sync::Arc;

use smol_str::SmolStr;

use super::evaluate::joined;
use crate::kind::shared::refers::{referring, union};
use crate::syntax::tree::{FileId, List, Map, Node, Place, Unknown, Value};

/// The longest text and list that a function makes.
const MAX_LENGTH: usize = 1 << 16;

/// Whether a value is true; none where it is not known or no truth value.
pub(super) fn truth(node: &Node) -> Option<bool> {
    match &node.value {
        Value::Bool(value) => Some(*value),
        Value::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// What a function gives; none for one that is not among these. The name is in lower case.
pub(super) fn call(name: &str, arguments: &[Node], place: Place) -> Option<Node> {
    let node = logic(name, arguments, place).or_else(|| made(name, arguments, place));
    if node.is_some() {
        return node;
    }
    let function = pure(name)?;
    let refers = union(arguments);
    if let Some(unknown) = arguments.iter().find_map(unknown_within) {
        let node = known_anyway(name, arguments, place).unwrap_or_else(|| Node::depending(&unknown, place));
        return Some(referring(node, refers));
    }
    let value = function(arguments, place).unwrap_or_else(|| {
        Value::Unknown(Arc::new(Unknown::new(smol_str::format_smolstr!("{name}(), which cannot be carried out"))))
    });
    Some(referring(Node::new(value, place), refers))
}

/// Functions that may be decided by a part of their arguments.
fn logic(name: &str, arguments: &[Node], place: Place) -> Option<Node> {
    let value = match (name, arguments) {
        ("true", []) => Value::Bool(true),
        ("false", []) => Value::Bool(false),
        ("null", []) => Value::Null,
        ("and", sides @ [_, ..]) => both(sides, false),
        ("or", sides @ [_, ..]) => both(sides, true),
        ("not", [side]) => match truth(side) {
            Some(truth) => Value::Bool(!truth),
            None => undecided(arguments),
        },
        ("equals", [left, right]) => equality(left, right, false),
        ("notequals", [left, right]) => equality(left, right, true),
        ("coalesce", values) => {
            let found = values.iter().find(|value| !value.is_null());
            return Some(found.map_or_else(|| Node::new(Value::Null, place), |node| Node { place, ..node.clone() }));
        }
        _ => return None,
    };
    Some(Node::new(value, place))
}

/// `and`, `or` (Kleene): one side that decides is enough. `deciding` is the value that does.
fn both(sides: &[Node], deciding: bool) -> Value {
    if sides.iter().any(|side| truth(side) == Some(deciding)) {
        return Value::Bool(deciding);
    }
    if sides.iter().all(|side| truth(side).is_some()) { Value::Bool(!deciding) } else { undecided(sides) }
}

fn undecided(arguments: &[Node]) -> Value {
    let unknown = arguments.iter().find_map(unknown_within);
    Value::Unknown(unknown.unwrap_or_else(|| Arc::new(Unknown::new("a condition that is no condition"))))
}

fn equality(left: &Node, right: &Node, negated: bool) -> Value {
    match (&left.value, &right.value) {
        (Value::Unknown(unknown), other) | (other, Value::Unknown(unknown)) => match other.scalar_text() {
            Some(text) if !unknown.may_be(&text) => Value::Bool(negated),
            _ => Value::Unknown(unknown.clone()),
        },
        (one, other) => match unknown_within(left).or_else(|| unknown_within(right)) {
            Some(unknown) => Value::Unknown(unknown),
            None => Value::Bool((one == other) != negated),
        },
    }
}

/// Functions that put values together: unknown parts stay unknown parts.
fn made(name: &str, arguments: &[Node], place: Place) -> Option<Node> {
    let list = |items: Vec<Node>| Node::list(items, place);
    Some(match (name, arguments) {
        ("concat", parts) if parts.iter().any(|part| part.as_list().is_some()) => lists(parts, place),
        ("concat", parts) => joined(parts, place),
        ("format", [pattern, rest @ ..]) => formatted(pattern.as_str()?, rest, place),
        ("createarray" | "array", [one]) if name == "array" && one.as_list().is_some() => Node { place, ..one.clone() },
        ("createarray" | "array", items) => list(items.to_vec()),
        ("createobject", pairs) => object(pairs, place),
        ("union", parts) if parts.iter().any(|part| part.as_map().is_some()) => merged(parts, place),
        ("union", parts) if parts.iter().any(|part| part.as_list().is_some()) => {
            let all = lists(parts, place);
            let mut found: Vec<Node> = Vec::new();
            for item in all.items() {
                if !found.contains(item) {
                    found.push(item.clone());
                }
            }
            let open = all.as_list().and_then(|list| list.open.clone());
            Node::new(Value::List(Arc::new(List { items: found, open })), place)
        }
        ("string", [one]) if one.value.scalar_text().is_some() => {
            Node { place, value: Value::Text(one.value.scalar_text()?), refers: one.refers.clone() }
        }
        ("tolower" | "toupper", [one]) if one.as_str().is_none() => Node { place, ..one.clone() },
        ("first", [one]) => match one.as_list() {
            Some(list) => match (list.items.first(), &list.open) {
                (Some(item), _) => Node { place, ..item.clone() },
                (None, Some(unknown)) => Node::depending(unknown, place),
                (None, None) => Node::new(Value::Null, place),
            },
            None => return None,
        },
        // What is encoded says less than what it was made of.
        ("base64" | "json" | "any", [one]) if !(name == "json" && one.as_str().is_some()) => {
            Node { place, ..one.clone() }
        }
        _ => return None,
    })
}

fn lists(parts: &[Node], place: Place) -> Node {
    let mut list = List::default();
    for part in parts {
        match &part.value {
            Value::List(more) => {
                list.items.extend(more.items.iter().cloned());
                list.open = list.open.take().or_else(|| more.open.clone());
            }
            Value::Unknown(unknown) => list.open = list.open.take().or_else(|| Some(unknown.clone())),
            _ => {}
        }
    }
    if list.items.len() > MAX_LENGTH {
        return Node::unknown("a list that is too long", place);
    }
    Node::new(Value::List(Arc::new(list)), place)
}

fn object(pairs: &[Node], place: Place) -> Node {
    let mut map = Map::default();
    for pair in pairs.chunks(2) {
        let [key, value] = pair else { continue };
        match &key.value {
            Value::Unknown(unknown) => map.open = map.open.take().or_else(|| Some(unknown.clone())),
            key_value => {
                if let Some(text) = key_value.scalar_text() {
                    map.push(text, key.place, value.clone());
                }
            }
        }
    }
    Node::map(map, place)
}

/// Maps in one another; of each key the later value, of two maps both.
fn merged(parts: &[Node], place: Place) -> Node {
    let mut map = Map::default();
    for part in parts {
        match &part.value {
            Value::Map(more) => {
                map.open = map.open.take().or_else(|| more.open.clone());
                for entry in &more.entries {
                    let before = map.entries.iter().position(|known| known.key == entry.key);
                    match before.and_then(|at| map.entries.get_mut(at)) {
                        Some(known) if known.value.as_map().is_some() && entry.value.as_map().is_some() => {
                            known.value = merged(&[known.value.clone(), entry.value.clone()], entry.value.place);
                        }
                        Some(known) => *known = entry.clone(),
                        None => map.entries.push(entry.clone()),
                    }
                }
            }
            Value::Unknown(unknown) => {
                // It may set any of the keys again.
                for entry in &mut map.entries {
                    entry.value = Node::depending(unknown, entry.value.place);
                }
                map.open = Some(unknown.clone());
            }
            _ => {}
        }
    }
    Node::map(map, place)
}

/// `format('{0}/{1}', a, b)`
fn formatted(pattern: &str, values: &[Node], place: Place) -> Node {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((inside, tail)) = after.split_once('}') else { break };
        parts.push(Node::text(before, place));
        let index = inside.split([':', ',']).next().and_then(|index| index.trim().parse::<usize>().ok());
        match index.and_then(|index| values.get(index)) {
            Some(value) => parts.push(value.clone()),
            None => parts.push(Node::text(smol_str::format_smolstr!("{{{inside}}}"), place)),
        }
        rest = tail;
    }
    parts.push(Node::text(rest, place));
    joined(&parts, place)
}

/// What is known although an argument is not.
fn known_anyway(name: &str, arguments: &[Node], place: Place) -> Option<Node> {
    let bool_node = |value| Some(Node::new(Value::Bool(value), place));
    match (name, arguments) {
        ("empty", [one]) => match &one.value {
            Value::List(list) if !list.items.is_empty() => bool_node(false),
            Value::Map(map) if !map.entries.is_empty() => bool_node(false),
            _ => None,
        },
        ("length", [one]) => match &one.value {
            Value::List(list) if list.open.is_none() => Some(number(list.items.len() as f64, place)),
            Value::Map(map) if map.open.is_none() => Some(number(map.entries.len() as f64, place)),
            _ => None,
        },
        ("contains", [one, key]) => match &one.value {
            Value::Map(map) if map.get(&key.value.scalar_text()?).is_some() => bool_node(true),
            Value::Map(map) if map.open.is_none() && unknown_within(key).is_none() => bool_node(false),
            Value::List(list) if list.items.contains(key) && unknown_within(key).is_none() => bool_node(true),
            _ => None,
        },
        _ => None,
    }
}

fn number(value: f64, place: Place) -> Node {
    Node::new(Value::Number(value), place)
}

/// What a value or a part of it depends on.
pub(super) fn unknown_within(node: &Node) -> Option<Arc<Unknown>> {
    match &node.value {
        Value::Unknown(unknown) => Some(unknown.clone()),
        Value::List(list) => list.open.clone().or_else(|| list.items.iter().find_map(unknown_within)),
        Value::Map(map) => {
            map.open.clone().or_else(|| map.entries.iter().find_map(|entry| unknown_within(&entry.value)))
        }
        _ => None,
    }
}

type Function = fn(&[Node], Place) -> Option<Value>;

/// The functions of known arguments.
fn pure(name: &str) -> Option<Function> {
    Some(match name {
        "tolower" => |args, _| one_text(args, str::to_lowercase),
        "toupper" => |args, _| one_text(args, str::to_uppercase),
        "trim" => |args, _| one_text(args, |text| text.trim().to_owned()),
        "equalsignoringcase" => |args, _| same_letters(args).map(Value::Bool),
        "notequalsignoringcase" => |args, _| same_letters(args).map(|same| Value::Bool(!same)),
        "startswith" => |args, _| compared(args, |text, part| text.starts_with(part)),
        "endswith" => |args, _| compared(args, |text, part| text.ends_with(part)),
        "less" => |args, _| ordered(args, Ordering::is_lt),
        "lessorequals" => |args, _| ordered(args, Ordering::is_le),
        "greater" => |args, _| ordered(args, Ordering::is_gt),
        "greaterorequals" => |args, _| ordered(args, Ordering::is_ge),
        "add" => |args, _| calculated(args, |a, b| Some(a + b)),
        "sub" => |args, _| calculated(args, |a, b| Some(a - b)),
        "mul" => |args, _| calculated(args, |a, b| Some(a * b)),
        "div" => |args, _| calculated(args, |a, b| (b != 0.0).then(|| (a / b).trunc())),
        "mod" => |args, _| calculated(args, |a, b| (b != 0.0).then(|| a % b)),
        "negate" => |args, _| Some(Value::Number(-args.first()?.as_number()?)),
        "int" => |args, _| args.first()?.value.scalar_text()?.trim().parse().ok().map(Value::Number),
        "bool" => |args, _| truth(args.first()?).map(Value::Bool),
        "empty" => |args, _| empty(args.first()?).map(Value::Bool),
        "length" => |args, _| length(args.first()?).map(|length| Value::Number(length as f64)),
        "contains" => |args, _| contains(args).map(Value::Bool),
        "last" => last,
        "split" => split,
        "join" => join,
        "replace" => replace,
        "substring" => substring,
        "take" => |args, place| part(args, place, false),
        "skip" => |args, place| part(args, place, true),
        "indexof" => |args, _| index_of(args),
        "range" => range,
        "min" => |args, _| extreme(args, f64::min),
        "max" => |args, _| extreme(args, f64::max),
        "intersection" => intersection,
        "items" => items,
        "objectkeys" => |args, place| {
            let keys = args.first()?.as_map()?.entries.iter().map(|entry| Node::text(entry.key.clone(), place));
            Some(Node::list(keys.collect(), place).value)
        },
        "json" => |args, place| json(args.first()?.as_str()?, place),
        "padleft" => pad_left,
        "tryget" => {
            |args, _| Some(args.first()?.get(args.get(1)?.as_str()?).map_or(Value::Null, |node| node.value.clone()))
        }
        _ => return None,
    })
}

fn one_text(arguments: &[Node], change: impl Fn(&str) -> String) -> Option<Value> {
    Some(Value::Text(change(arguments.first()?.as_str()?).into()))
}

fn two_texts(arguments: &[Node]) -> Option<(SmolStr, SmolStr)> {
    let [one, other, ..] = arguments else { return None };
    Some((one.value.scalar_text()?, other.value.scalar_text()?))
}

fn same_letters(arguments: &[Node]) -> Option<bool> {
    two_texts(arguments).map(|(one, other)| one.to_lowercase() == other.to_lowercase())
}

fn compared(arguments: &[Node], test: impl Fn(&str, &str) -> bool) -> Option<Value> {
    let (text, part) = two_texts(arguments)?;
    Some(Value::Bool(test(&text.to_lowercase(), &part.to_lowercase())))
}

fn ordered(arguments: &[Node], test: impl Fn(Ordering) -> bool) -> Option<Value> {
    let [one, other] = arguments else { return None };
    let ordering = match (one.as_number(), other.as_number()) {
        (Some(one), Some(other)) => one.partial_cmp(&other)?,
        _ => one.as_str()?.cmp(other.as_str()?),
    };
    Some(Value::Bool(test(ordering)))
}

fn calculated(arguments: &[Node], calculate: impl Fn(f64, f64) -> Option<f64>) -> Option<Value> {
    let [one, other] = arguments else { return None };
    calculate(one.as_number()?, other.as_number()?).map(Value::Number)
}

fn empty(node: &Node) -> Option<bool> {
    Some(match &node.value {
        Value::Null => true,
        _ => length(node)? == 0,
    })
}

fn length(node: &Node) -> Option<usize> {
    Some(match &node.value {
        Value::List(list) => list.items.len(),
        Value::Map(map) => map.entries.len(),
        Value::Text(text) => text.chars().count(),
        _ => return None,
    })
}

fn contains(arguments: &[Node]) -> Option<bool> {
    let [whole, part] = arguments else { return None };
    Some(match &whole.value {
        Value::List(list) => list.items.contains(part),
        Value::Map(map) => {
            let key = part.value.scalar_text()?;
            map.entries.iter().any(|entry| entry.key.eq_ignore_ascii_case(&key))
        }
        Value::Text(text) => text.contains(part.value.scalar_text()?.as_str()),
        _ => return None,
    })
}

fn last(arguments: &[Node], _place: Place) -> Option<Value> {
    match &arguments.first()?.value {
        Value::List(list) => Some(list.items.last().map_or(Value::Null, |node| node.value.clone())),
        Value::Text(text) => Some(Value::Text(text.chars().last().map(String::from).unwrap_or_default().into())),
        _ => None,
    }
}

fn split(arguments: &[Node], place: Place) -> Option<Value> {
    let (text, delimiter) = two_texts(arguments)?;
    if delimiter.is_empty() || text.len() > MAX_LENGTH {
        return None;
    }
    Some(Node::list(text.split(delimiter.as_str()).map(|part| Node::text(part, place)).collect(), place).value)
}

fn join(arguments: &[Node], _place: Place) -> Option<Value> {
    let [list, delimiter] = arguments else { return None };
    let parts: Option<Vec<SmolStr>> = list.as_list()?.items.iter().map(|item| item.value.scalar_text()).collect();
    let text = parts?.join(delimiter.as_str()?);
    (text.len() <= MAX_LENGTH).then(|| Value::Text(text.into()))
}

fn replace(arguments: &[Node], _place: Place) -> Option<Value> {
    let [text, from, to] = arguments else { return None };
    let (text, from, to) = (text.as_str()?, from.as_str()?, to.as_str()?);
    if from.is_empty() || text.len().saturating_mul(to.len().max(1)) > MAX_LENGTH {
        return None;
    }
    Some(Value::Text(text.replace(from, to).into()))
}

/// A whole number that is not negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked beside")]
fn count(node: &Node) -> Option<usize> {
    node.as_number().filter(|value| *value >= 0.0 && *value <= MAX_LENGTH as f64).map(|value| value as usize)
}

fn substring(arguments: &[Node], _place: Place) -> Option<Value> {
    let text = arguments.first()?.as_str()?;
    let start = count(arguments.get(1)?)?;
    let length = arguments.get(2).map_or(Some(usize::MAX), count)?;
    Some(Value::Text(text.chars().skip(start).take(length).collect::<String>().into()))
}

fn part(arguments: &[Node], place: Place, is_rest: bool) -> Option<Value> {
    let [whole, amount] = arguments else { return None };
    let amount = count(amount)?;
    let (skipped, taken) = if is_rest { (amount, usize::MAX) } else { (0, amount) };
    match &whole.value {
        Value::List(list) => {
            Some(Node::list(list.items.iter().skip(skipped).take(taken).cloned().collect(), place).value)
        }
        Value::Text(text) => Some(Value::Text(text.chars().skip(skipped).take(taken).collect::<String>().into())),
        _ => None,
    }
}

fn index_of(arguments: &[Node]) -> Option<Value> {
    let [whole, part] = arguments else { return None };
    let found = if let Value::List(list) = &whole.value {
        list.items.iter().position(|item| item == part)
    } else {
        let (text, part) = (whole.as_str()?.to_lowercase(), part.as_str()?.to_lowercase());
        text.find(&part).map(|at| text.get(..at).unwrap_or("").chars().count())
    };
    Some(Value::Number(found.map_or(-1.0, |index| index as f64)))
}

fn range(arguments: &[Node], place: Place) -> Option<Value> {
    let [start, length] = arguments else { return None };
    let (start, length) = (start.as_number()?, count(length)?);
    if length > super::evaluate::MAX_ROUNDS {
        return None;
    }
    Some(Node::list((0..length).map(|step| number(start + step as f64, place)).collect(), place).value)
}

fn extreme(arguments: &[Node], choose: impl Fn(f64, f64) -> f64) -> Option<Value> {
    let values = match arguments {
        [one] if one.as_list().is_some() => one.items(),
        values => values,
    };
    let numbers: Option<Vec<f64>> = values.iter().map(Node::as_number).collect();
    numbers?.into_iter().reduce(choose).map(Value::Number)
}

fn intersection(arguments: &[Node], place: Place) -> Option<Value> {
    let [first, rest @ ..] = arguments else { return None };
    let items = first.as_list()?.items.iter().filter(|item| rest.iter().all(|other| other.items().contains(item)));
    Some(Node::list(items.cloned().collect(), place).value)
}

/// The entries of a map as a list of `key` and `value`, sorted by key.
fn items(arguments: &[Node], place: Place) -> Option<Value> {
    let mut entries: Vec<_> = arguments.first()?.as_map()?.entries.iter().collect();
    entries.sort_by(|one, other| one.key.cmp(&other.key));
    let item = |entry: &&crate::syntax::tree::Entry| {
        let mut map = Map::default();
        map.push("key", place, Node::text(entry.key.clone(), place));
        map.push("value", place, entry.value.clone());
        Node::map(map, place)
    };
    Some(Node::list(entries.iter().map(item).collect(), place).value)
}

/// The value that a text of JSON holds; all of it stands where the text does.
fn json(text: &str, place: Place) -> Option<Value> {
    let parsed = crate::syntax::json::parse(text, FileId::NONE);
    let crate::syntax::Content::Trees(trees) = parsed.content else { return None };
    Some(placed(trees.first()?, place).value)
}

fn placed(node: &Node, place: Place) -> Node {
    let value = match &node.value {
        Value::List(list) => Value::List(Arc::new(List {
            items: list.items.iter().map(|item| placed(item, place)).collect(),
            open: None,
        })),
        Value::Map(map) => {
            let mut found = Map::default();
            for entry in &map.entries {
                found.push(entry.key.clone(), place, placed(&entry.value, place));
            }
            Value::Map(Arc::new(found))
        }
        other => other.clone(),
    };
    Node::new(value, place)
}

fn pad_left(arguments: &[Node], _place: Place) -> Option<Value> {
    let [text, width, rest @ ..] = arguments else { return None };
    let text = text.value.scalar_text()?;
    let fill = rest.first().and_then(|fill| fill.as_str()?.chars().next()).unwrap_or(' ');
    let missing = count(width)?.saturating_sub(text.chars().count());
    let filled: String = std::iter::repeat_n(fill, missing).chain(text.chars()).collect();
    Some(Value::Text(filled.into()))
}
