//! Texts.

use std::fmt::Write as _;

use super::{Stop, argument, items, list_value, mismatch, position, text};
use crate::kind::terraform::evaluate::MAX_LENGTH;
use crate::syntax::tree::{Map, Node, Place, Value};

fn value(text: impl AsRef<str>) -> Value {
    Value::Text(text.as_ref().into())
}

pub(super) fn lower(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(value(text(arguments, 0)?.to_lowercase()))
}

pub(super) fn upper(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(value(text(arguments, 0)?.to_uppercase()))
}

/// The last part of a path.
pub(super) fn basename(arguments: &[Node]) -> Result<Value, Stop> {
    let text = text(arguments, 0)?;
    let path = text.trim_end_matches('/');
    Ok(value(match path.rsplit_once('/') {
        Some((_, name)) => name,
        None if path.is_empty() && !text.is_empty() => "/",
        None if path.is_empty() => ".",
        None => path,
    }))
}

/// A path without its last part. What it holds twice (`a/../b`) stays.
pub(super) fn dirname(arguments: &[Node]) -> Result<Value, Stop> {
    let text = text(arguments, 0)?;
    Ok(value(match text.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder.trim_end_matches('/'),
        None => ".",
    }))
}

pub(super) fn title(arguments: &[Node]) -> Result<Value, Stop> {
    let text = text(arguments, 0)?;
    let mut titled = String::with_capacity(text.len());
    let mut starts = true;
    for c in text.chars() {
        if starts {
            titled.extend(c.to_uppercase());
        } else {
            titled.push(c);
        }
        starts = c.is_whitespace();
    }
    Ok(value(titled))
}

pub(super) fn trim(arguments: &[Node]) -> Result<Value, Stop> {
    let signs = text(arguments, 1)?;
    Ok(value(text(arguments, 0)?.trim_matches(|c| signs.contains(c))))
}

pub(super) fn trimspace(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(value(text(arguments, 0)?.trim()))
}

pub(super) fn trimprefix(arguments: &[Node]) -> Result<Value, Stop> {
    let (text, prefix) = (text(arguments, 0)?, text(arguments, 1)?);
    Ok(value(text.strip_prefix(prefix.as_str()).unwrap_or(&text)))
}

pub(super) fn trimsuffix(arguments: &[Node]) -> Result<Value, Stop> {
    let (text, suffix) = (text(arguments, 0)?, text(arguments, 1)?);
    Ok(value(text.strip_suffix(suffix.as_str()).unwrap_or(&text)))
}

pub(super) fn chomp(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(value(text(arguments, 0)?.trim_end_matches(['\n', '\r'])))
}

pub(super) fn startswith(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(Value::Bool(text(arguments, 0)?.starts_with(text(arguments, 1)?.as_str())))
}

pub(super) fn endswith(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(Value::Bool(text(arguments, 0)?.ends_with(text(arguments, 1)?.as_str())))
}

pub(super) fn strcontains(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(Value::Bool(text(arguments, 0)?.contains(text(arguments, 1)?.as_str())))
}

/// `replace(text, part, by)`; a part between slashes is a regular expression.
pub(super) fn replace(arguments: &[Node]) -> Result<Value, Stop> {
    let (whole, part, by) = (text(arguments, 0)?, text(arguments, 1)?, text(arguments, 2)?);
    let pattern = part.strip_prefix('/').and_then(|part| part.strip_suffix('/')).filter(|pattern| !pattern.is_empty());
    let replaced = match pattern {
        Some(pattern) => {
            let regex = regex::RegexBuilder::new(pattern).size_limit(1 << 20).build().map_err(|_| Stop::Wrong)?;
            regex.replace_all(&whole, by.as_str()).into_owned()
        }
        None if part.is_empty() => return Err(Stop::Wrong),
        None if whole.len().saturating_mul(by.len().max(1)) > MAX_LENGTH * 64 => return Err(Stop::Wrong),
        None => whole.replace(part.as_str(), &by),
    };
    bounded(replaced)
}

fn bounded(text: String) -> Result<Value, Stop> {
    if text.len() > MAX_LENGTH { Err(Stop::Wrong) } else { Ok(value(text)) }
}

/// `substr(text, offset, length)` in characters; a negative offset counts from the end, length -1 is the rest.
pub(super) fn substr(arguments: &[Node]) -> Result<Value, Stop> {
    let text = text(arguments, 0)?;
    let count = text.chars().count();
    let offset = super::number(arguments, 1)?;
    let from_end = offset < 0.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and beyond the end is empty"
    )]
    let distance = offset.abs() as usize;
    let start = if from_end { count.saturating_sub(distance) } else { distance };
    let length = if super::number(arguments, 2)? < 0.0 { count } else { position(arguments, 2)? };
    Ok(value(text.chars().skip(start).take(length).collect::<String>()))
}

pub(super) fn split(arguments: &[Node]) -> Result<Value, Stop> {
    let (separator, whole) = (text(arguments, 0)?, text(arguments, 1)?);
    let place = argument(arguments, 1)?.place;
    if separator.is_empty() {
        let letters = whole.chars().take(MAX_LENGTH / 16).map(|c| Node::text(c.to_string(), place));
        return Ok(list_value(letters.collect(), None));
    }
    Ok(list_value(whole.split(separator.as_str()).map(|part| Node::text(part, place)).collect(), None))
}

/// `join(separator, list, …)`
pub(super) fn join(arguments: &[Node]) -> Result<Value, Stop> {
    let separator = text(arguments, 0)?;
    let mut joined = String::new();
    let mut first = true;
    for index in 1..arguments.len() {
        for item in items(arguments, index)? {
            if !std::mem::take(&mut first) {
                joined.push_str(&separator);
            }
            joined.push_str(&item.value.scalar_text().map_or_else(|| mismatch(item), Ok)?);
            if joined.len() > MAX_LENGTH {
                return Err(Stop::Wrong);
            }
        }
    }
    Ok(value(joined))
}

/// `format(specification, values…)` with `%s`, `%d`, `%v`, `%q`, `%t`, `%%` and `%0Nd`.
pub(super) fn format(arguments: &[Node]) -> Result<Value, Stop> {
    let specification = text(arguments, 0)?;
    let mut formatted = String::with_capacity(specification.len());
    let mut next = 1;
    let mut signs = specification.chars().peekable();
    while let Some(c) = signs.next() {
        if c != '%' {
            formatted.push(c);
            continue;
        }
        let zeros = signs.peek() == Some(&'0');
        let mut width = String::new();
        while let Some(digit) = signs.next_if(char::is_ascii_digit) {
            width.push(digit);
        }
        let width = width.parse::<usize>().unwrap_or(0).min(1_000);
        let verb = signs.next().ok_or(Stop::Wrong)?;
        if verb == '%' {
            formatted.push('%');
            continue;
        }
        let piece = text(arguments, next)?;
        next += 1;
        let written = match verb {
            'd' if zeros => write!(formatted, "{piece:0>width$}"),
            's' | 'v' | 't' | 'd' => write!(formatted, "{piece:>width$}"),
            'q' => write!(formatted, "{}", serde_json::Value::from(piece.as_str())),
            _ => return Err(Stop::Wrong),
        };
        written.map_err(|_| Stop::Wrong)?;
    }
    bounded(formatted)
}

/// `formatlist(specification, list)`: each element formatted.
pub(super) fn formatlist(arguments: &[Node]) -> Result<Value, Stop> {
    let specification = argument(arguments, 0)?;
    let each = |item: &Node| -> Result<Node, Stop> {
        let mut row = vec![specification.clone(), item.clone()];
        row.extend(arguments.iter().skip(2).cloned());
        Ok(Node::new(format(&row)?, item.place))
    };
    let items = items(arguments, 1)?.iter().map(each).collect::<Result<Vec<_>, _>>()?;
    Ok(list_value(items, None))
}

/// `regex(pattern, text)`: the whole match, or what its groups match: a list, or a map where they have names.
pub(super) fn regex(arguments: &[Node]) -> Result<Value, Stop> {
    let (pattern, text) = (pattern(arguments)?, text(arguments, 1)?);
    let place = argument(arguments, 1)?.place;
    let captures = pattern.captures(&text).ok_or(Stop::Wrong)?;
    Ok(matched(&pattern, &captures, place).value)
}

/// `regexall(pattern, text)`: what `regex` gives, for every match.
pub(super) fn regexall(arguments: &[Node]) -> Result<Value, Stop> {
    let (pattern, text) = (pattern(arguments)?, text(arguments, 1)?);
    let place = argument(arguments, 1)?.place;
    let all = pattern.captures_iter(&text).take(MAX_LENGTH / 16);
    Ok(list_value(all.map(|captures| matched(&pattern, &captures, place)).collect(), None))
}

fn pattern(arguments: &[Node]) -> Result<regex::Regex, Stop> {
    let pattern = text(arguments, 0)?;
    regex::RegexBuilder::new(&pattern).size_limit(1 << 20).build().map_err(|_| Stop::Wrong)
}

fn matched(pattern: &regex::Regex, captures: &regex::Captures<'_>, place: Place) -> Node {
    let group = |found: Option<regex::Match<'_>>| match found {
        Some(found) => Node::text(found.as_str(), place),
        None => Node::new(Value::Null, place),
    };
    if captures.len() == 1 {
        return group(captures.get(0));
    }
    let mut named = Map::default();
    for name in pattern.capture_names().flatten() {
        named.push(name, place, group(captures.name(name)));
    }
    if named.entries.is_empty() {
        return Node::list(captures.iter().skip(1).map(group).collect(), place);
    }
    Node::map(named, place)
}

pub(super) fn strrev(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(value(text(arguments, 0)?.chars().rev().collect::<String>()))
}

/// `indent(spaces, text)`: every line but the first is moved.
pub(super) fn indent(arguments: &[Node]) -> Result<Value, Stop> {
    let (spaces, text) = (position(arguments, 0)?, text(arguments, 1)?);
    let lines = text.matches('\n').count();
    if spaces.saturating_mul(lines) > MAX_LENGTH {
        return Err(Stop::Wrong);
    }
    bounded(text.replace('\n', &format!("\n{}", " ".repeat(spaces))))
}
