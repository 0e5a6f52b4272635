//! Numbers.

use super::{Stop, argument, items, mismatch, number};
use crate::kind::terraform::operators;
use crate::syntax::tree::{Node, Value};

pub(super) fn abs(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(Value::Number(number(arguments, 0)?.abs()))
}

pub(super) fn ceil(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(Value::Number(number(arguments, 0)?.ceil()))
}

pub(super) fn floor(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(Value::Number(number(arguments, 0)?.floor()))
}

pub(super) fn max(arguments: &[Node]) -> Result<Value, Stop> {
    extreme(arguments, f64::max)
}

pub(super) fn min(arguments: &[Node]) -> Result<Value, Stop> {
    extreme(arguments, f64::min)
}

fn extreme(arguments: &[Node], pick: fn(f64, f64) -> f64) -> Result<Value, Stop> {
    argument(arguments, 0)?;
    let numbers = (0..arguments.len()).map(|index| number(arguments, index)).collect::<Result<Vec<_>, _>>()?;
    numbers.into_iter().reduce(pick).map(Value::Number).ok_or(Stop::Wrong)
}

pub(super) fn sum(arguments: &[Node]) -> Result<Value, Stop> {
    let mut total = 0.0;
    for item in items(arguments, 0)? {
        total += operators::number(item).map_or_else(|| mismatch(item), Ok)?;
    }
    Ok(Value::Number(total))
}

/// `pow(base, exponent)`
pub(super) fn pow(arguments: &[Node]) -> Result<Value, Stop> {
    finite(number(arguments, 0)?.powf(number(arguments, 1)?))
}

/// `log(number, base)`
pub(super) fn log(arguments: &[Node]) -> Result<Value, Stop> {
    finite(number(arguments, 0)?.ln() / number(arguments, 1)?.ln())
}

pub(super) fn signum(arguments: &[Node]) -> Result<Value, Stop> {
    let number = number(arguments, 0)?;
    Ok(Value::Number(if number == 0.0 { 0.0 } else { number.signum() }))
}

fn finite(number: f64) -> Result<Value, Stop> {
    if number.is_finite() { Ok(Value::Number(number)) } else { Err(Stop::Wrong) }
}

/// `parseint(text, base)`
pub(super) fn parseint(arguments: &[Node]) -> Result<Value, Stop> {
    let base = super::position(arguments, 1)?;
    let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base)).ok_or(Stop::Wrong)?;
    let parsed = i64::from_str_radix(&super::text(arguments, 0)?, base).map_err(|_| Stop::Wrong)?;
    Ok(Value::Number(parsed as f64))
}
