//! TOML 1.1. Local dates are dates; every other date or time stays text as it is written.

use std::ops::Range;

use smol_str::SmolStr;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue, Error};

use super::error::MAX_ERRORS;
use super::tree::{Entry, FileId, MAX_DEPTH, MAX_NODES, Map, Node, Place, Span, Value};
use super::yaml::scalar;
use super::{Content, Parsed, SyntaxError};

/// Reads a TOML file as one tree, in the order of its keys in the file. The spans of texts hold their quotes. A file
/// with an error gives no tree.
pub fn parse(text: &str, file: FileId) -> Parsed {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { text, offset: text.len() - body.len(), file, nodes: 0 };
    if let Some(at) = too_nested(body) {
        return Parsed::error(SyntaxError::too_deep(reader.trimmed(at..at + 1)));
    }
    let (table, errors) = DeTable::parse_recoverable(body);
    if !errors.is_empty() {
        let errors = errors.iter().take(MAX_ERRORS).map(|error| reader.mistake(error)).collect();
        return Parsed { content: Content::Nothing, errors };
    }
    let span = reader.trimmed(0..body.len());
    match reader.table(table.into_inner(), 0) {
        Ok(map) => Parsed::tree(Node::map(map, Place::span(file, span))),
        Err(error) => Parsed::error(error),
    }
}

/// Where the nesting of one statement (brackets, and the dots of the keys before each of them) exceeds what we read.
/// The parser bounds brackets and dots each by itself but not their product, and its recursion could overflow the
/// stack on `a.a.a = { a.a.a = { …`.
fn too_nested(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    // Dots since the last separator, of the innermost bracket and of those around it. The depth is their sum and the
    // number of open brackets.
    let mut dots = 0;
    let mut outer: Vec<usize> = Vec::new();
    let mut depth = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'#' => at = end_of_line(bytes, at),
            b'"' | b'\'' => at = end_of_string(bytes, at),
            b'.' => {
                dots += 1;
                depth += 1;
            }
            b'[' | b'{' => {
                outer.push(std::mem::take(&mut dots));
                depth += 1;
            }
            b']' | b'}' if !outer.is_empty() => {
                depth -= 1 + dots;
                dots = outer.pop().unwrap_or(0);
            }
            b',' => depth -= std::mem::take(&mut dots),
            b'\n' if outer.is_empty() => depth -= std::mem::take(&mut dots),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    // The line break itself is read next.
    bytes.iter().skip(from).position(|byte| *byte == b'\n').map_or(bytes.len(), |length| from + length - 1)
}

/// The offset of a string's last quote, or of the last byte before where it breaks off.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    let Some(quote) = bytes.get(from).copied() else { return from };
    let is_closed_at = |at: usize| (0..3).all(|offset| bytes.get(at + offset) == Some(&quote));
    let is_long = is_closed_at(from);
    let mut at = from + if is_long { 3 } else { 1 };
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !is_long => return at - 1,
            _ if *byte == quote && !is_long => return at,
            _ if is_long && is_closed_at(at) => return at + 2,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

struct Reader<'text> {
    text: &'text str,
    offset: usize,
    file: FileId,
    nodes: usize,
}

impl Reader<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(range.start + self.offset, range.end + self.offset)
    }

    fn trimmed(&self, range: Range<usize>) -> Span {
        let span = self.span(range);
        let end = span.slice(self.text).trim_end().len();
        Span::new(span.start as usize, span.start as usize + end)
    }

    fn table(&mut self, table: DeTable<'_>, depth: usize) -> Result<Map, SyntaxError> {
        let mut written: Vec<(Spanned<DeString<'_>>, Spanned<DeValue<'_>>)> = table.into_iter().collect();
        written.sort_by_key(|(key, _)| key.span().start);
        let entries: Result<Vec<Entry>, SyntaxError> =
            written.into_iter().map(|(key, value)| self.entry(key, value, depth)).collect();
        Ok(Map { entries: entries?, open: None })
    }

    fn entry(
        &mut self,
        key: Spanned<DeString<'_>>,
        value: Spanned<DeValue<'_>>,
        depth: usize,
    ) -> Result<Entry, SyntaxError> {
        let key_place = Place::span(self.file, self.span(key.span()));
        Ok(Entry { key: SmolStr::new(key.into_inner()), key_place, value: self.node(value, depth)? })
    }

    fn node(&mut self, value: Spanned<DeValue<'_>>, depth: usize) -> Result<Node, SyntaxError> {
        let span = self.trimmed(value.span());
        self.nodes += 1;
        if depth >= MAX_DEPTH {
            return Err(SyntaxError::too_deep(span));
        }
        if self.nodes > MAX_NODES {
            return Err(SyntaxError::too_many(span));
        }
        let place = Place::span(self.file, span);
        let value = match value.into_inner() {
            DeValue::String(text) => Value::Text(SmolStr::new(text)),
            DeValue::Integer(integer) => integer_value(integer.as_str(), integer.radix()),
            DeValue::Float(float) => scalar::plain(float.as_str()),
            DeValue::Boolean(value) => Value::Bool(value),
            DeValue::Datetime(_) => date_value(span.slice(self.text)),
            DeValue::Array(array) => {
                let items: Result<Vec<Node>, SyntaxError> =
                    array.into_iter().map(|item| self.node(item, depth + 1)).collect();
                return Ok(Node::list(items?, place));
            }
            DeValue::Table(table) => return Ok(Node::map(self.table(table, depth + 1)?, place)),
        };
        Ok(Node::new(value, place))
    }

    fn mistake(&self, error: &Error) -> SyntaxError {
        let span = self.trimmed(error.span().unwrap_or(0..0));
        if error.message().contains("recursion limit") {
            return SyntaxError::too_deep(span);
        }
        SyntaxError::new(error.message().trim_end_matches('.').replace('\n', ", "), span)
    }
}

/// A whole number; text where a double cannot hold it exactly.
fn integer_value(digits: &str, radix: u32) -> Value {
    let exact = i64::from_str_radix(digits, radix).ok().filter(|value| value.unsigned_abs() < 1 << 53);
    exact.map_or_else(|| Value::Text(SmolStr::new(digits)), |value| Value::Number(value as f64))
}

fn date_value(written: &str) -> Value {
    let date = if written.len() == "2026-01-31".len() { written.parse().ok() } else { None };
    date.map_or_else(|| Value::Text(SmolStr::new(written)), Value::Date)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    const FILE: FileId = FileId(5);

    fn tree(text: &str) -> Node {
        let parsed = parse(text, FILE);
        assert_eq!(parsed.errors, vec![], "{text}");
        let Content::Trees(mut trees) = parsed.content else { panic!("TOML gives trees") };
        trees.remove(0)
    }

    fn slice(place: Place, text: &str) -> &str {
        assert_eq!(place.file, FILE);
        place.as_span().unwrap().slice(text)
    }

    #[test]
    fn values_keep_their_types_and_spans() {
        for (written, expected) in [
            ("\"a\\tb\"", Value::Text("a\tb".into())),
            ("'''\nx'''", Value::Text("x".into())),
            ("1_000", Value::Number(1000.0)),
            ("-0x1F", Value::Null),
            ("0x1F", Value::Number(31.0)),
            ("9_007_199_254_740_993", Value::Text("9007199254740993".into())),
            ("-2.5e1", Value::Number(-25.0)),
            ("inf", Value::Text("inf".into())),
            ("true", Value::Bool(true)),
            ("2026-01-31", Value::Date(jiff::civil::date(2026, 1, 31))),
            ("2026-01-31T10:00:00Z", Value::Text("2026-01-31T10:00:00Z".into())),
            ("07:32:00", Value::Text("07:32:00".into())),
        ] {
            let text = format!("\u{feff}ä.key = {written} # c\n").replace('ä', "\"ä\"");
            if expected == Value::Null {
                assert_eq!(parse(&text, FILE).errors.len(), 1, "{written}");
                continue;
            }
            let parsed = tree(&text);
            let entry = parsed.get("ä").and_then(|table| table.as_map()?.entry("key")).unwrap();
            assert_eq!(entry.value.value, expected, "{written}");
            assert_eq!(slice(entry.value.place, &text), written);
            assert_eq!(slice(entry.key_place, &text), "key");
        }
    }

    #[test]
    fn tables_come_in_the_order_of_the_file() {
        let text = "z = 1\n[[b]]\nx = 1\n[[b]]\nx = 2\n[a]\ny = { q = [1,\n 2] }\n";
        let parsed = tree(text);
        assert_eq!(parsed.entries().iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["z", "b", "a"]);
        let second = &parsed.get("b").unwrap().items()[1];
        assert_eq!(second.get("x").unwrap().as_number(), Some(2.0));
        assert_eq!(slice(parsed.get("a").unwrap().get("y").unwrap().place, text), "{ q = [1,\n 2] }");
        assert_eq!(slice(parsed.place, text), text.trim_end());
    }

    #[test]
    fn every_error_is_told_and_no_tree_given() {
        let text = "a = \nb = 1\nb = 2\nc = 'x\n";
        let parsed = parse(text, FILE);
        assert!(matches!(parsed.content, Content::Nothing));
        assert_eq!(parsed.errors.len(), 3, "{:?}", parsed.errors);
        assert!(parsed.errors.iter().any(|error| error.span.slice(text) == "b"), "{:?}", parsed.errors);
        assert!(parse(&"=\n".repeat(1000), FILE).errors.len() <= MAX_ERRORS);
    }

    #[test]
    fn an_empty_file_is_an_empty_map() {
        assert_eq!(tree("").entries().len(), 0);
    }

    #[test]
    fn many_dots_and_brackets_are_no_nesting() {
        let floats = "1.5, ".repeat(1000);
        let lines: String = "a.b.c.d = { e.f = [[1.5], 'x.[{'] } # [[[[\n".repeat(50);
        let mut text = String::new();
        for (index, line) in lines.lines().enumerate() {
            write!(text, "[t{index}.u]\nf = [{floats}]\ns = \"\"\"{{[.\n\"\"\"\n{line}\n").unwrap();
        }
        assert_eq!(tree(&text).entries().len(), 50);
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let dotted = vec!["a"; 70].join(".");
        for text in [
            format!("a = {}", "[".repeat(100_000)),
            format!("a = {}", "{a = ".repeat(100_000)),
            format!("{} = 1", vec!["a"; 100_000].join(".")),
            format!("[{}]", vec!["a"; 100_000].join(".")),
            format!("[{dotted}]\n{dotted} = {}", "[".repeat(70) + &"]".repeat(70)),
            format!("{}1{}", format!("{dotted} = {{").repeat(70), "}".repeat(70)),
        ] {
            let errors = parse(&text, FILE).errors;
            assert_eq!(errors[0].message, "maps and lists are nested deeper than 128 levels", "{}", &text[..40]);
        }
    }
}
