//! `matches`, `matches_decoded`, `contains`, `starts_with`, `ends_with`.

use std::sync::{Arc, OnceLock};

use base64ct::{Base64, Base64Unpadded, Encoding};
use regex::Regex;
use smol_str::SmolStr;

use super::Truth;
use crate::rule::scalar;
use crate::syntax::tree::{Node, Unknown, Value};

/// A regular expression that is compiled when it is first used.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As written.
    pub text: SmolStr,
    compiled: Arc<OnceLock<Option<Regex>>>,
}

impl Pattern {
    /// A pattern that is not checked yet.
    pub fn new(text: impl Into<SmolStr>) -> Pattern {
        Pattern { text: text.into(), compiled: Arc::default() }
    }

    /// Compiles the pattern now. The error is the regular expression engine's own.
    pub fn check(&self) -> Result<(), regex::Error> {
        Regex::new(&self.text).map(|regex| {
            self.compiled.get_or_init(|| Some(regex));
        })
    }

    /// Whether the pattern is found in the text.
    pub fn is_match(&self, text: &str) -> bool {
        self.compiled.get_or_init(|| Regex::new(&self.text).ok()).as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

pub(super) fn matches(actual: &Value, pattern: &Pattern) -> bool {
    actual.scalar_text().is_some_and(|text| pattern.is_match(&text))
}

/// The longest text that is decoded, in bytes: start-up data of machines is far shorter.
const LONGEST_DECODED: usize = 1 << 18;

/// Whether the pattern is found in the text, or in the text that it is the Base64 form of.
pub(super) fn matches_decoded(actual: &Value, pattern: &Pattern) -> bool {
    let Some(text) = actual.scalar_text() else { return false };
    pattern.is_match(&text) || decoded(&text).is_some_and(|text| pattern.is_match(&text))
}

/// What a text stands for in Base64, with or without line breaks and padding. What is no text then is not looked at.
fn decoded(text: &str) -> Option<String> {
    if text.len() > LONGEST_DECODED || text.len() < 8 {
        return None;
    }
    let compact: String = text.split_ascii_whitespace().collect();
    let bytes = Base64::decode_vec(&compact).or_else(|_| Base64Unpadded::decode_vec(&compact)).ok()?;
    String::from_utf8(bytes).ok()
}

/// Whether the text starts, ends … with one of the operands.
pub(super) fn any(actual: &Value, operand: &Value, test: impl Fn(&str, &str) -> bool) -> bool {
    let Some(text) = actual.scalar_text() else { return false };
    match operand {
        Value::List(list) => {
            list.items.iter().filter_map(|item| item.value.scalar_text()).any(|part| test(&text, &part))
        }
        single => single.scalar_text().is_some_and(|part| test(&text, &part)),
    }
}

/// Whether a text contains one of the texts, a list one of the elements, a map one of the keys.
pub(super) fn contains(actual: &Value, operand: &Value, converts: bool) -> Truth {
    match actual {
        Value::List(list) => {
            let holds = |item: &Node| wanted(operand).any(|part| scalar::equal(&item.value, part, converts));
            let may_hold = |item: &Node| match &item.value {
                Value::Unknown(unknown) => may_equal(unknown, operand),
                _ => false,
            };
            let open = list.open.is_some() || list.items.iter().any(may_hold);
            three_valued(list.items.iter().any(holds), open)
        }
        Value::Map(map) => {
            let holds = wanted(operand).filter_map(Value::scalar_text).any(|key| map.entry(&key).is_some());
            three_valued(holds, map.open.is_some())
        }
        _ => Truth::of(any(actual, operand, |text, part| text.contains(part))),
    }
}

fn three_valued(holds: bool, open: bool) -> Truth {
    match (holds, open) {
        (true, _) => Truth::True,
        (false, true) => Truth::Unknown,
        (false, false) => Truth::False,
    }
}

/// Whether a text of which only parts are known may be one of the operands.
pub(super) fn may_equal(unknown: &Unknown, operand: &Value) -> bool {
    wanted(operand).any(|value| value.scalar_text().is_none_or(|text| unknown.may_be(&text)))
}

/// The operands as texts.
pub(super) fn parts(operand: &Value) -> impl Iterator<Item = SmolStr> + '_ {
    wanted(operand).filter_map(Value::scalar_text)
}

/// Whether one of the answers is yes, or all are no.
pub(super) fn decided(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let answers: Vec<Option<bool>> = answers.collect();
    if answers.contains(&Some(true)) {
        return Some(true);
    }
    answers.iter().all(|answer| *answer == Some(false)).then_some(false)
}

fn wanted(operand: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match operand {
        Value::List(list) => Box::new(list.items.iter().map(|item| &item.value)),
        single => Box::new(std::iter::once(single)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::matcher::Operator;
    use crate::syntax::tree::Place;

    #[test]
    fn patterns_are_found_in_what_base64_stands_for() {
        let pattern = Pattern::new("PASSWORD=.+");
        for (text, expected) in [
            ("PASSWORD=pens", true),
            ("UEFTU1dPUkQ9cGVucw==", true),
            ("UEFTU1dPUkQ9\ncGVucw", true),
            ("aGVsbG8gd29ybGQ=", false),
            ("no Base64 at all", false),
            ("/////w==", false),
        ] {
            assert_eq!(matches_decoded(&Value::Text(text.into()), &pattern), expected, "{text}");
        }
    }

    #[test]
    fn known_pieces_of_a_text_decide() {
        let arn = Unknown { pieces: vec!["arn:".into(), "/*".into()], ..Unknown::new("aws_s3_bucket.b.arn") };
        let text = |text: &str| Value::Text(text.into());
        let cases = [
            (Operator::Equals, text("*"), Some(false)),
            (Operator::Equals, text("arn:x/*"), None),
            (Operator::Contains, text("*"), Some(true)),
            (Operator::Contains, text("x"), None),
            (Operator::StartsWith, text("arn:"), Some(true)),
            (Operator::EndsWith, text(":*"), Some(false)),
            (Operator::EndsWith, text("x/*"), None),
            (Operator::Empty, Value::Bool(false), Some(true)),
        ];
        for (operator, operand, expected) in cases {
            assert_eq!(operator.test_pieces(&arn, &operand), expected, "{operator:?} {operand:?}");
            assert_eq!(operator.test_pieces(&Unknown::new("var.x"), &operand), None, "{operator:?}");
        }
        let of = |unknown: Unknown| Node::new(Value::Unknown(Arc::new(unknown)), Place::NOWHERE);
        let list = |unknown: Unknown| Node::list(vec![of(unknown)], Place::NOWHERE).value;
        assert_eq!(contains(&list(arn), &text("*"), false), Truth::False);
        assert_eq!(contains(&list(Unknown::new("var.x")), &text("*"), false), Truth::Unknown);
    }
}
