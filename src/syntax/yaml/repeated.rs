//! Keys that stand twice in one map. Of scanned files every reader takes the last, and so do we; in a file of ours
//! nobody could know which of the two was meant, so it is a mistake there.

use granit_parser::{Event, Parser, ScalarStyle};

use crate::syntax::error::SyntaxError;
use crate::syntax::tree::Span;

/// The second and any further entry of one key, in the order of the text. Stops where the text cannot be read.
pub fn repeated_keys(text: &str) -> Vec<SyntaxError> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let offset = text.len() - body.len();
    let mut frames: Vec<Frame> = Vec::new();
    let mut found = Vec::new();
    for (event, at) in Parser::new_from_str(body).map_while(Result::ok) {
        match event {
            Event::Scalar(key, style, ..) => {
                let is_merge = style == ScalarStyle::Plain && key == "<<";
                if let Some(Frame::Map { keys, at_key: true }) = frames.last_mut().filter(|_| !is_merge) {
                    if keys.iter().any(|known| *known == key) {
                        let range = at.byte_range().unwrap_or(0..0);
                        let span = Span::new(range.start + offset, range.end + offset);
                        found.push(SyntaxError::new(format!("the key `{key}` stands twice in one map"), span));
                    }
                    keys.push(key.into_owned());
                }
                finish(&mut frames);
            }
            Event::Alias(_) => finish(&mut frames),
            Event::SequenceStart(..) => frames.push(Frame::List),
            Event::MappingStart(..) => frames.push(Frame::Map { keys: Vec::new(), at_key: true }),
            Event::SequenceEnd | Event::MappingEnd => {
                frames.pop();
                finish(&mut frames);
            }
            _ => {}
        }
    }
    found
}

/// A map or list that is not finished.
enum Frame {
    List,
    Map { keys: Vec<String>, at_key: bool },
}

/// A key or a value is complete: in a map the other of the two comes next.
fn finish(frames: &mut [Frame]) {
    if let Some(Frame::Map { at_key, .. }) = frames.last_mut() {
        *at_key = !*at_key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_entries_of_a_key_are_found_in_their_own_map_only() {
        let cases: [(&str, &[&str]); 6] = [
            ("a: 1\nb: { a: 2 }\nc: [a, a]\n", &[]),
            ("a: 1\nb: 2\na: 3\n", &["a"]),
            ("x: { 'k': 1, k: [1, { z: 1, z: 2 }], \"k\": 3 }\n", &["k", "z", "\"k\""]),
            ("a: &a { b: 1 }\nc: { <<: *a, <<: *a, b: 2 }\n", &[]),
            ("a: a\nb: *x\na: b\n", &[]),
            ("? [k]\n: 1\na: 1\na: 2\n", &["a"]),
        ];
        for (text, expected) in cases {
            let found: Vec<&str> = repeated_keys(text).iter().map(|error| error.span.slice(text)).collect();
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(repeated_keys("\u{feff}a: 1\na: 2\n")[0].span, Span::new(8, 9));
    }
}
