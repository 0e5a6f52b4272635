//! `gt gte lt lte`, `within`, `older_than`.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::Truth;
use crate::rule::scalar::{self, Period};
use crate::syntax::tree::Value;

/// Whether the two values have an order and it is as asked. What has no order does not compare.
pub(super) fn compares(actual: &Value, operand: &Value, test: fn(Ordering) -> bool) -> bool {
    scalar::order(actual, operand).is_some_and(test)
}

/// Whether the date is at most `operand` ago and not in the future.
pub(super) fn within(actual: &Value, operand: &Value, today: Date) -> Truth {
    dated(actual, operand, |date, period| date >= period.before(today) && date <= today)
}

/// Whether the date is more than `operand` ago.
pub(super) fn older_than(actual: &Value, operand: &Value, today: Date) -> Truth {
    dated(actual, operand, |date, period| date < period.before(today))
}

/// A text that is no date, or an operand that is no time, decides nothing.
fn dated(actual: &Value, operand: &Value, test: impl Fn(Date, Period) -> bool) -> Truth {
    match (scalar::date(actual), period(operand)) {
        (Some(date), Some(period)) => Truth::of(test(date, period)),
        _ => Truth::Unknown,
    }
}

/// A length of time as text, or as a number of days.
fn period(operand: &Value) -> Option<Period> {
    match operand {
        Value::Text(text) => Period::parse(text),
        #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and nobody means 2^31 days")]
        Value::Number(days) => Some(Period { months: 0, days: *days as i32 }),
        _ => None,
    }
}
