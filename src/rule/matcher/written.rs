//! `longer_than` and `older_tls_than`: quantities that formats write in many ways.
//!
//! A length of time is `7776000s`, `PT8H`, `P90D`, `24h`, `90 days`, `Weekly`, `rate(12 hours)`, or a cron expression, which stands
//! for the longest time between two runs; a bare number counts seconds. A version of TLS is `1.2`, `TLS1_2`, `TLSv1.2_2021`, or the
//! name of a security policy that tells its oldest version. What cannot be read so decides nothing.

use super::Truth;
use crate::rule::scalar::Period;
use crate::syntax::tree::Value;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
/// A year of 365 days has twelve months.
const MONTH: f64 = 365.0 / 12.0 * DAY;

/// Whether a length of time is longer than the operand, a text or a number of days.
pub(super) fn longer_than(actual: &Value, operand: &Value) -> Truth {
    match (written_seconds(actual), bound(operand)) {
        (Some(actual), Some(bound)) => Truth::of(actual > bound),
        _ => Truth::Unknown,
    }
}

fn written_seconds(actual: &Value) -> Option<f64> {
    match actual {
        Value::Number(seconds) => Some(*seconds),
        Value::Text(text) => seconds(text),
        _ => None,
    }
}

/// What a rule or policy gives: a text, or a number of days.
fn bound(operand: &Value) -> Option<f64> {
    match operand {
        Value::Number(days) => Some(days * DAY),
        Value::Text(text) => seconds(text),
        _ => None,
    }
}

/// Whether a text is a length of time.
pub(crate) fn is_length(text: &str) -> bool {
    seconds(text).is_some()
}

fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    if let Some(inner) = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')) {
        return counted(inner);
    }
    let cron = text.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(text);
    match cron.split_whitespace().collect::<Vec<&str>>().as_slice() {
        [minute, hour, days, month, weekdays] | [minute, hour, days, month, weekdays, _] => {
            return longest_gap([minute, hour, days, month, weekdays]);
        }
        _ => {}
    }
    iso(text).or_else(|| counted(text)).or_else(|| cycle(text))
}

/// `12 hours`, `90d`, `7776000s`, `7776000.5s`.
fn counted(text: &str) -> Option<f64> {
    let split = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (count, unit) = text.split_at(split);
    let count: f64 = count.parse().ok()?;
    let unit = unit.trim().to_ascii_lowercase();
    Some(count * unit_seconds(unit.strip_suffix('s').filter(|unit| !unit.is_empty()).unwrap_or(&unit))?)
}

fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "second" | "sec" | "s" => 1.0,
        "minute" | "min" | "m" => MINUTE,
        "hour" | "h" => HOUR,
        "day" | "d" => DAY,
        "week" | "w" => 7.0 * DAY,
        "month" | "mo" => MONTH,
        "year" | "y" => 365.0 * DAY,
        _ => return None,
    })
}

/// `P90D`, `PT8H`, `P1DT12H`.
fn iso(text: &str) -> Option<f64> {
    let rest = text.strip_prefix('P')?;
    let (date, time) = rest.split_once('T').map_or((rest, ""), |(date, time)| (date, time));
    let period = if date.is_empty() { Period { months: 0, days: 0 } } else { Period::parse(&format!("P{date}"))? };
    let mut total = f64::from(period.months) * MONTH + f64::from(period.days) * DAY;
    let mut rest = time;
    while !rest.is_empty() {
        let split = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let (count, after) = rest.split_at(split);
        let factor = match after.chars().next()? {
            'H' => HOUR,
            'M' => MINUTE,
            'S' => 1.0,
            _ => return None,
        };
        total += count.parse::<f64>().ok()? * factor;
        rest = after.get(1..)?;
    }
    (!(date.is_empty() && time.is_empty())).then_some(total)
}

fn cycle(text: &str) -> Option<f64> {
    Some(match text.to_ascii_lowercase().as_str() {
        "hourly" => HOUR,
        "daily" => DAY,
        "weekly" => 7.0 * DAY,
        "monthly" => MONTH,
        "yearly" | "annually" => 365.0 * DAY,
        _ => return None,
    })
}

/// The longest time between two runs of a cron expression, where its fields are simple enough to tell.
fn longest_gap([minute, hour, days, month, weekdays]: [&str; 5]) -> Option<f64> {
    let any = |field: &str| matches!(field, "*" | "?");
    let single = |field: &str| !field.is_empty() && field.chars().all(char::is_alphanumeric);
    if !any(month) {
        return None;
    }
    match (any(days), any(weekdays)) {
        (true, true) => {}
        (true, false) => return single(weekdays).then_some(7.0 * DAY),
        (false, true) => return single(days).then_some(MONTH),
        (false, false) => return None,
    }
    let step = |field: &str| field.split_once('/').and_then(|(_, step)| step.parse::<f64>().ok());
    if single(hour) && single(minute) {
        return Some(DAY);
    }
    if any(hour) {
        return (single(minute) || any(minute) || step(minute).is_some()).then_some(HOUR);
    }
    step(hour).filter(|step| *step >= 1.0 && *step <= 24.0).map(|step| step * HOUR)
}

/// Whether a text names a version of TLS older than the operand.
pub(super) fn older_tls_than(actual: &Value, operand: &Value) -> Truth {
    match (actual.scalar_text().and_then(|text| tls(&text)), operand.scalar_text().and_then(|text| tls(&text))) {
        (Some(actual), Some(operand)) => Truth::of(actual < operand),
        _ => Truth::Unknown,
    }
}

/// The minor version of TLS 1.x that a text names as the oldest; SSL is before all of them.
fn tls(text: &str) -> Option<u8> {
    let text = text.trim().to_ascii_lowercase();
    if let Some(policy) = text.strip_prefix("elbsecuritypolicy-") {
        return Some(of_security_policy(policy));
    }
    if text.starts_with("ssl") {
        return Some(0);
    }
    // The version follows the word; without it the whole text is one.
    let rest = text.rfind("tls").and_then(|at| text.get(at + 3..)).unwrap_or(&text);
    let rest = rest.trim_start_matches(['v', '_', '-', ' ', '.']);
    let minor = rest.strip_prefix('1').map(|minor| minor.trim_start_matches(['.', '_', '-']))?;
    match minor.bytes().next() {
        None => Some(0),
        Some(digit @ b'0'..=b'3') => Some(digit - b'0'),
        Some(_) => None,
    }
}

/// The oldest version of a predefined policy of AWS load balancers: its name tells it, and where it does not, it is 1.0.
fn of_security_policy(name: &str) -> u8 {
    // `tls13-1-2-2021-06` allows 1.2 beside 1.3.
    let name = name
        .strip_prefix("tls13-1-")
        .or_else(|| name.split_once("tls-1-").map(|(_, rest)| rest))
        .or_else(|| name.strip_prefix("fs-1-"));
    name.and_then(|rest| rest.bytes().next()).filter(u8::is_ascii_digit).map_or(0, |digit| digit - b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_however_they_are_written() {
        for (text, expected) in [
            ("7776000s", 90.0 * DAY),
            ("P90D", 90.0 * DAY),
            ("PT8H", 8.0 * HOUR),
            ("P1DT12H", 36.0 * HOUR),
            ("24h", DAY),
            ("90 days", 90.0 * DAY),
            ("15 minutes", 15.0 * MINUTE),
            ("Weekly", 7.0 * DAY),
            ("rate(12 hours)", 12.0 * HOUR),
            ("cron(0 5 ? * * *)", DAY),
            ("cron(0 5 ? * SUN *)", 7.0 * DAY),
            ("cron(0 5 1 * ? *)", MONTH),
            ("0 */6 * * *", 6.0 * HOUR),
            ("*/5 * * * *", HOUR),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in ["soon", "", "P", "PT", "cron(0 5 ? * MON-FRI *)", "0 5 1 1 *", "s", "é"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(longer_than(&Value::Number(43200.0), &text("8 hours")), Truth::True);
        assert_eq!(longer_than(&text("P90D"), &Value::Number(90.0)), Truth::False);
        assert_eq!(longer_than(&text("soon"), &Value::Number(90.0)), Truth::Unknown);
    }

    #[test]
    fn versions_of_tls_are_read_however_they_are_written() {
        for (text, minor) in [
            ("1.2", 2),
            ("1.0", 0),
            ("TLS1_2", 2),
            ("TLSv1", 0),
            ("TLSv1.2_2021", 2),
            ("TLS_1_3", 3),
            ("Tls12", 2),
            ("SSLv3", 0),
            ("TLSEnforcementEnabled TLS1_1", 1),
            ("ELBSecurityPolicy-2016-08", 0),
            ("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", 2),
            ("ELBSecurityPolicy-TLS13-1-2-2021-06", 2),
            ("ELBSecurityPolicy-TLS13-1-3-2021-06", 3),
            ("ELBSecurityPolicy-FS-1-1-2019-08", 1),
            ("Policy-Min-TLS-1-2-PFS-2023-10", 2),
        ] {
            assert_eq!(tls(text), Some(minor), "{text}");
        }
        for text in ["", "modern", "my-policy", "TLS", "2.0"] {
            assert_eq!(tls(text), None, "{text}");
        }
    }
}
