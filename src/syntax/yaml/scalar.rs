//! What a scalar means: the YAML 1.2 core schema (section 10.3), and tags that say otherwise.

use smol_str::SmolStr;

use crate::syntax::tree::Value;

/// The largest whole number that no other whole number is rounded to when kept as a double.
const MAX_EXACT: f64 = 9_007_199_254_740_991.0;

/// The value of a plain scalar.
pub fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::Text(SmolStr::new(text)), Value::Number),
    }
}

/// The value of a scalar with a core schema tag (`str`, `int`, …); text where it does not fit its tag.
pub fn tagged(core_tag: &str, text: &str) -> Value {
    let value = plain(text);
    let fits = match core_tag {
        "int" | "float" => matches!(value, Value::Number(_)),
        "bool" => matches!(value, Value::Bool(_)),
        "null" => matches!(value, Value::Null),
        _ => false,
    };
    if fits { value } else { Value::Text(SmolStr::new(text)) }
}

fn number(text: &str) -> Option<f64> {
    let first = *text.as_bytes().first()?;
    if !matches!(first, b'0'..=b'9' | b'-' | b'+' | b'.') {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return based(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return based(digits, 8);
    }
    decimal(text)
}

fn based(digits: &str, radix: u32) -> Option<f64> {
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok().map(|value| value as f64).filter(|value| *value <= MAX_EXACT)
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let has_digit = !whole.is_empty() || fraction.is_some_and(|part| !part.is_empty());
    let exponent_fits = exponent.is_none_or(|part| {
        let digits = part.strip_prefix(['-', '+']).unwrap_or(part);
        !digits.is_empty() && is_digits(digits)
    });
    let leading_zero = whole.len() > 1 && whole.starts_with('0') && fraction.is_none() && exponent.is_none();
    if !has_digit || !is_digits(whole) || !fraction.is_none_or(is_digits) || !exponent_fits || leading_zero {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    let is_exact = fraction.is_some() || exponent.is_some() || value.abs() <= MAX_EXACT;
    (value.is_finite() && is_exact).then_some(value)
}

/// The key that a short CloudFormation tag stands for; `None` for any other tag.
pub fn function_key(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "Ref" => "Ref",
        "Condition" => "Condition",
        "And" => "Fn::And",
        "Base64" => "Fn::Base64",
        "Cidr" => "Fn::Cidr",
        "Equals" => "Fn::Equals",
        "FindInMap" => "Fn::FindInMap",
        "ForEach" => "Fn::ForEach",
        "GetAtt" => "Fn::GetAtt",
        "GetAZs" => "Fn::GetAZs",
        "If" => "Fn::If",
        "ImportValue" => "Fn::ImportValue",
        "Join" => "Fn::Join",
        "Length" => "Fn::Length",
        "Not" => "Fn::Not",
        "Or" => "Fn::Or",
        "Select" => "Fn::Select",
        "Split" => "Fn::Split",
        "Sub" => "Fn::Sub",
        "ToJsonString" => "Fn::ToJsonString",
        "Transform" => "Fn::Transform",
        _ => return None,
    })
}
