//! The functions of the language that can be computed without running anything: a table of small functions.
//!
//! A function that is not in the table, or that reads files or the clock, gives an unknown that names it. `try` and
//! `can` are part of the evaluation itself.

use std::sync::Arc;

use smol_str::SmolStr;

use super::operators;
use crate::syntax::tree::{List, Map, Node, Unknown, Value};

mod collections;
mod conversions;
mod encodings;
mod networks;
mod numbers;
mod texts;

/// Why a function has no value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stop {
    /// An argument is not known.
    Unknown(Arc<Unknown>),
    /// The arguments do not fit the function: Terraform would refuse them.
    Wrong,
}

/// What a function does with its evaluated arguments.
type Function = fn(&[Node]) -> Result<Value, Stop>;

/// Every function that can be computed, sorted by name.
const FUNCTIONS: &[(&str, Function)] = &[
    ("abs", numbers::abs),
    ("alltrue", collections::alltrue),
    ("anytrue", collections::anytrue),
    ("base64decode", encodings::base64decode),
    ("base64encode", encodings::base64encode),
    ("base64sha256", encodings::base64sha256),
    ("basename", texts::basename),
    ("ceil", numbers::ceil),
    ("chomp", texts::chomp),
    ("chunklist", collections::chunklist),
    ("cidrhost", networks::cidrhost),
    ("cidrnetmask", networks::cidrnetmask),
    ("cidrsubnet", networks::cidrsubnet),
    ("cidrsubnets", networks::cidrsubnets),
    ("coalesce", collections::coalesce),
    ("coalescelist", collections::coalescelist),
    ("compact", collections::compact),
    ("concat", collections::concat),
    ("contains", collections::contains),
    ("csvdecode", conversions::csvdecode),
    ("dirname", texts::dirname),
    ("distinct", collections::distinct),
    ("element", collections::element),
    ("endswith", texts::endswith),
    ("flatten", collections::flatten),
    ("floor", numbers::floor),
    ("format", texts::format),
    ("formatlist", texts::formatlist),
    ("indent", texts::indent),
    ("index", collections::index),
    ("join", texts::join),
    ("jsondecode", conversions::jsondecode),
    ("jsonencode", conversions::jsonencode),
    ("keys", collections::keys),
    ("length", collections::length),
    ("log", numbers::log),
    ("lookup", collections::lookup),
    ("lower", texts::lower),
    ("matchkeys", collections::matchkeys),
    ("max", numbers::max),
    ("merge", collections::merge),
    ("min", numbers::min),
    ("nonsensitive", conversions::same),
    ("one", collections::one),
    ("parseint", numbers::parseint),
    ("pow", numbers::pow),
    ("range", collections::range),
    ("regex", texts::regex),
    ("regexall", texts::regexall),
    ("replace", texts::replace),
    ("reverse", collections::reverse),
    ("sensitive", conversions::same),
    ("setintersection", collections::setintersection),
    ("setproduct", collections::setproduct),
    ("setsubtract", collections::setsubtract),
    ("setunion", collections::setunion),
    ("sha256", encodings::sha256),
    ("sha512", encodings::sha512),
    ("signum", numbers::signum),
    ("slice", collections::slice),
    ("sort", collections::sort),
    ("split", texts::split),
    ("startswith", texts::startswith),
    ("strcontains", texts::strcontains),
    ("strrev", texts::strrev),
    ("substr", texts::substr),
    ("sum", numbers::sum),
    ("title", texts::title),
    ("tobool", conversions::tobool),
    ("tolist", conversions::tolist),
    ("tomap", conversions::same),
    ("tonumber", conversions::tonumber),
    ("toset", conversions::toset),
    ("tostring", conversions::tostring),
    ("transpose", collections::transpose),
    ("trim", texts::trim),
    ("trimprefix", texts::trimprefix),
    ("trimspace", texts::trimspace),
    ("trimsuffix", texts::trimsuffix),
    ("upper", texts::upper),
    ("urlencode", encodings::urlencode),
    ("values", collections::values),
    ("yamldecode", conversions::yamldecode),
    ("zipmap", collections::zipmap),
];

/// Calls a function; one that is not in the table gives an unknown that names it and its first argument.
pub(super) fn call(name: &str, arguments: &[Node]) -> Result<Value, Stop> {
    // `core::` is where the built-in functions live.
    let plain = name.strip_prefix("core::").unwrap_or(name);
    if let Ok(index) = FUNCTIONS.binary_search_by_key(&plain, |(known, _)| known)
        && let Some((_, function)) = FUNCTIONS.get(index)
    {
        return function(arguments);
    }
    let first = arguments.first().and_then(|first| first.as_str()).unwrap_or("…");
    let depends_on = smol_str::format_smolstr!("{name}({first})");
    Err(Stop::Unknown(Arc::new(Unknown::new(depends_on))))
}

/// The argument at a position.
fn argument(arguments: &[Node], index: usize) -> Result<&Node, Stop> {
    arguments.get(index).ok_or(Stop::Wrong)
}

/// What a value of another type than expected means: not known, or wrong.
fn mismatch<T>(node: &Node) -> Result<T, Stop> {
    match &node.value {
        Value::Unknown(unknown) => Err(Stop::Unknown(unknown.clone())),
        _ => Err(Stop::Wrong),
    }
}

/// A scalar argument as text.
fn text(arguments: &[Node], index: usize) -> Result<SmolStr, Stop> {
    let node = argument(arguments, index)?;
    node.value.scalar_text().map_or_else(|| mismatch(node), Ok)
}

/// A number argument.
fn number(arguments: &[Node], index: usize) -> Result<f64, Stop> {
    let node = argument(arguments, index)?;
    operators::number(node).map_or_else(|| mismatch(node), Ok)
}

/// A whole number argument that is a position or a length.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and in range")]
fn position(arguments: &[Node], index: usize) -> Result<usize, Stop> {
    let number = number(arguments, index)?;
    let is_position = (0.0..=1e9).contains(&number) && number.fract() == 0.0;
    if is_position { Ok(number as usize) } else { Err(Stop::Wrong) }
}

/// A list argument that may be open.
fn list(arguments: &[Node], index: usize) -> Result<&List, Stop> {
    let node = argument(arguments, index)?;
    node.as_list().map_or_else(|| mismatch(node), Ok)
}

/// The elements of a list argument of which all are there.
fn items(arguments: &[Node], index: usize) -> Result<&[Node], Stop> {
    let list = list(arguments, index)?;
    match &list.open {
        Some(unknown) => Err(Stop::Unknown(unknown.clone())),
        None => Ok(&list.items),
    }
}

/// A map argument that may be open.
fn map(arguments: &[Node], index: usize) -> Result<&Map, Stop> {
    let node = argument(arguments, index)?;
    node.as_map().map_or_else(|| mismatch(node), Ok)
}

/// Refuses a value of which a part is not known.
fn known(node: &Node) -> Result<(), Stop> {
    super::evaluate::unknown_within(node).map_or(Ok(()), |unknown| Err(Stop::Unknown(unknown)))
}

/// A list value.
fn list_value(items: Vec<Node>, open: Option<Arc<Unknown>>) -> Value {
    Value::List(Arc::new(List { items, open }))
}

#[cfg(test)]
mod tests;
