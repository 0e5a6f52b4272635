//! Scalars: how two values compare, and how a text is read as a date, a duration or a version.

use std::cmp::Ordering;

use jiff::civil::Date;

use crate::syntax::tree::Value;

/// Whether two values are equal. With `converts`, the scalars of formats that convert by themselves (`"true"` and
/// `true`, `"443"` and `443`) are equal too.
pub fn equal(left: &Value, right: &Value, converts: bool) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            left.items.len() == right.items.len()
                && left.items.iter().zip(&right.items).all(|(left, right)| equal(&left.value, &right.value, converts))
        }
        (Value::Map(left), Value::Map(right)) => {
            left.entries.len() == right.entries.len()
                && left.entries.iter().all(|entry| {
                    right.get(&entry.key).is_some_and(|other| equal(&entry.value.value, &other.value, converts))
                })
        }
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::Text(text), other) | (other, Value::Text(text)) if converts || matches!(other, Value::Date(_)) => {
            converted_equal(text, other)
        }
        _ => left == right,
    }
}

fn converted_equal(text: &str, other: &Value) -> bool {
    match other {
        Value::Number(number) => text.trim().parse::<f64>().is_ok_and(|parsed| same_number(parsed, *number)),
        Value::Bool(value) => text.eq_ignore_ascii_case(if *value { "true" } else { "false" }),
        Value::Date(date) => parse_date(text) == Some(*date),
        _ => false,
    }
}

fn same_number(left: f64, right: f64) -> bool {
    left.partial_cmp(&right) == Some(Ordering::Equal)
}

/// The order of two values: dates, dotted versions when both are texts (`"1.28"` is after `"1.9"`), else numbers.
/// `None` where there is none.
pub fn order(left: &Value, right: &Value) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (date(left), date(right)) {
        return Some(left.cmp(&right));
    }
    if let (Value::Text(left), Value::Text(right)) = (left, right)
        && let (Some(left), Some(right)) = (version(left), version(right))
    {
        return Some(compare_versions(&left, &right));
    }
    number(left)?.partial_cmp(&number(right)?)
}

/// The number a value stands for.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// The date a value stands for: a date, or a text that begins with an ISO 8601 date.
pub fn date(value: &Value) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        Value::Text(text) => parse_date(text),
        _ => None,
    }
}

/// Reads `2026-11-22`, also in front of a time.
pub fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    let day = text.get(..10)?;
    let rest = &text[10..];
    if !(rest.is_empty() || rest.starts_with(['T', ' '])) {
        return None;
    }
    day.parse().ok()
}

fn version(text: &str) -> Option<Vec<u64>> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let core = text.split(['-', '+']).next()?;
    let numbers: Option<Vec<u64>> = core.split('.').map(|part| part.parse().ok()).collect();
    numbers.filter(|numbers| !numbers.is_empty())
}

fn compare_versions(left: &[u64], right: &[u64]) -> Ordering {
    let width = left.len().max(right.len());
    let part = |numbers: &[u64], index: usize| numbers.get(index).copied().unwrap_or(0);
    (0..width)
        .map(|index| part(left, index).cmp(&part(right, index)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// A length of time in calendar units, as rules and policies state it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Whole months.
    pub months: i32,
    /// Whole days on top.
    pub days: i32,
}

impl Period {
    /// Reads `30 days`, `12 months`, `2 weeks`, `1 year`, `P1Y6M`, `90d`.
    pub fn parse(text: &str) -> Option<Period> {
        let text = text.trim();
        if let Some(iso) = text.strip_prefix('P') {
            return parse_iso_period(iso);
        }
        let split = text.find(|letter: char| !letter.is_ascii_digit())?;
        let (count, unit) = text.split_at(split);
        Period::of(count.parse().ok()?, unit.trim())
    }

    fn of(count: i32, unit: &str) -> Option<Period> {
        let unit = unit.to_ascii_lowercase();
        let (months, days) = match unit.strip_suffix('s').unwrap_or(&unit) {
            "year" | "y" => (12, 0),
            "month" | "mo" => (1, 0),
            "week" | "w" => (0, 7),
            "day" | "d" => (0, 1),
            _ => return None,
        };
        Some(Period { months: count.checked_mul(months)?, days: count.checked_mul(days)? })
    }

    /// The day this long before `day`; the earliest day there is when that is out of range.
    pub fn before(self, day: Date) -> Date {
        self.shift(day, -1).unwrap_or(Date::MIN)
    }

    /// The day this long after `day`; the last day there is when that is out of range.
    pub fn after(self, day: Date) -> Date {
        self.shift(day, 1).unwrap_or(Date::MAX)
    }

    fn shift(self, day: Date, sign: i32) -> Option<Date> {
        let months = i64::from(self.months.checked_mul(sign)?);
        let days = i64::from(self.days.checked_mul(sign)?);
        let span = jiff::Span::new().try_months(months).ok()?.try_days(days).ok()?;
        day.checked_add(span).ok()
    }
}

fn parse_iso_period(text: &str) -> Option<Period> {
    let mut period = Period { months: 0, days: 0 };
    let mut rest = text;
    while !rest.is_empty() {
        let split = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let (count, after) = rest.split_at(split);
        let unit = after.get(..1)?;
        let unit = if unit == "M" { "month" } else { unit };
        let part = Period::of(count.parse().ok()?, unit)?;
        period = Period { months: period.months.checked_add(part.months)?, days: period.days.checked_add(part.days)? };
        rest = &after[1..];
    }
    Some(period)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_part_by_part() {
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(order(&text("1.10.0"), &text("1.9")), Some(Ordering::Greater));
        assert_eq!(order(&text("v1.2"), &text("1.2.0")), Some(Ordering::Equal));
        assert_eq!(order(&text("latest"), &text("1.2.0")), None);
    }

    #[test]
    fn periods_are_read_in_words_and_iso_8601() {
        for (text, months, days) in
            [("30 days", 0, 30), ("12 months", 12, 0), ("P1Y6M", 18, 0), ("90d", 0, 90), ("1 year", 12, 0)]
        {
            assert_eq!(Period::parse(text), Some(Period { months, days }), "{text}");
        }
        assert_eq!(Period::parse("soon"), None);
    }

    #[test]
    fn converting_formats_take_text_for_scalars() {
        assert!(equal(&Value::Text("true".into()), &Value::Bool(true), true));
        assert!(!equal(&Value::Text("true".into()), &Value::Bool(true), false));
    }
}
