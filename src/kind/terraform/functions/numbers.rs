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
