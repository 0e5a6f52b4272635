//! Canonical JSON (RFC 8785): one value has exactly one text, so that a digest or a signature of the text is one of the
//! value. Numbers are whole ones; the formats of evidence have no others.

use serde::Serialize;
use serde_json::Value;

/// The canonical text of a value.
pub fn to_bytes(value: &impl Serialize) -> Vec<u8> {
    // Fails only for maps whose keys are no texts; no format of ours has one.
    let value = serde_json::to_value(value).unwrap_or(Value::Null);
    let mut out = Vec::new();
    write(&value, &mut out);
    out
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                separate(index, out);
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(entries) => {
            let mut entries: Vec<(&String, &Value)> = entries.iter().collect();
            // By UTF-16 code units, as the standard asks; whether the map is sorted already depends on who else
            // uses serde_json.
            entries.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
            out.push(b'{');
            for (index, (key, below)) in entries.into_iter().enumerate() {
                separate(index, out);
                scalar(&Value::String(key.clone()), out);
                out.push(b':');
                write(below, out);
            }
            out.push(b'}');
        }
        scalar_value => scalar(scalar_value, out),
    }
}

fn separate(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}

/// Texts, numbers, truth values: `serde_json` escapes texts as RFC 8785 asks.
fn scalar(value: &Value, out: &mut Vec<u8>) {
    out.extend(serde_json::to_vec(value).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_by_utf16_and_nothing_is_between() {
        let value =
            json!({ "b": [1, true, null, { "z": "", "a": -3 }], "a": "é\u{7}\n\"", "\u{fb33}": 1, "\u{1f600}": 2 });
        let text = String::from_utf8(to_bytes(&value)).unwrap();
        // U+1F600 is D83D DE00 in UTF-16 and comes before U+FB33.
        assert_eq!(
            text,
            "{\"a\":\"é\\u0007\\n\\\"\",\"b\":[1,true,null,{\"a\":-3,\"z\":\"\"}],\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
    }
}
