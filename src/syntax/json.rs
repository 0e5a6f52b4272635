//! JSON (RFC 8259). Comments and trailing commas are read too, because files that tools call JSON have them and what
//! they mean is not in doubt; nothing else of JSON5 is.

use jsonc_parser::ast;
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use smol_str::SmolStr;

use super::tree::{Entry, FileId, MAX_DEPTH, MAX_NODES, Map, Node, Place, Span, Value};
use super::yaml::scalar;
use super::{Content, Parsed, SyntaxError};

const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads a JSON file as one tree; an empty file as none. The spans of texts and keys hold their quotes, and whole
/// numbers that a double cannot hold exactly are kept as text.
pub fn parse(text: &str, file: FileId) -> Parsed {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    // The parser stops at 512 levels by itself, so its recursion is bounded before ours is.
    let mut reader = Reader { offset: text.len() - body.len(), file, nodes: 0 };
    let parsed = match parse_to_ast(body, &CollectOptions::default(), &OPTIONS) {
        Ok(result) => result.value.map(|value| reader.node(value, 0)).transpose(),
        Err(error) => Err(reader.mistake(&error)),
    };
    match parsed {
        Ok(tree) => Parsed { content: Content::Trees(tree.into_iter().collect()), errors: Vec::new() },
        Err(error) => Parsed::error(error),
    }
}

struct Reader {
    offset: usize,
    file: FileId,
    nodes: usize,
}

impl Reader {
    fn span(&self, range: Range) -> Span {
        Span::new(range.start + self.offset, range.end + self.offset)
    }

    fn place(&self, range: Range) -> Place {
        Place::span(self.file, self.span(range))
    }

    fn node(&mut self, value: ast::Value<'_>, depth: usize) -> Result<Node, SyntaxError> {
        let range = value.range();
        self.nodes += 1;
        if depth >= MAX_DEPTH {
            return Err(SyntaxError::too_deep(self.span(range)));
        }
        if self.nodes > MAX_NODES {
            return Err(SyntaxError::too_many(self.span(range)));
        }
        let place = self.place(range);
        Ok(match value {
            ast::Value::NullKeyword(_) => Node::new(Value::Null, place),
            ast::Value::BooleanLit(literal) => Node::new(Value::Bool(literal.value), place),
            ast::Value::StringLit(literal) => Node::text(literal.value, place),
            // A JSON number is a YAML number.
            ast::Value::NumberLit(literal) => Node::new(scalar::plain(literal.value), place),
            ast::Value::Array(array) => {
                let items: Result<Vec<Node>, SyntaxError> =
                    array.elements.into_iter().map(|element| self.node(element, depth + 1)).collect();
                Node::list(items?, place)
            }
            ast::Value::Object(object) => {
                let entries: Result<Vec<Entry>, SyntaxError> =
                    object.properties.into_iter().map(|property| self.entry(property, depth + 1)).collect();
                Node::map(Map::of_last(entries?), place)
            }
        })
    }

    fn entry(&mut self, property: ast::ObjectProp<'_>, depth: usize) -> Result<Entry, SyntaxError> {
        let key = SmolStr::new(property.name.as_str());
        let key_place = self.place(property.name.range());
        Ok(Entry { key, key_place, value: self.node(property.value, depth)? })
    }

    fn mistake(&self, error: &ParseError) -> SyntaxError {
        let span = self.span(error.range());
        if matches!(error.kind(), ParseErrorKind::NestingDepthExceeded) {
            return SyntaxError::too_deep(span);
        }
        let message = error.kind().to_string();
        let mut letters = message.chars();
        let message: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
        SyntaxError::new(message.trim_end_matches('.'), span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: FileId = FileId(2);

    fn tree(text: &str) -> Node {
        let parsed = parse(text, FILE);
        assert_eq!(parsed.errors, vec![], "{text}");
        let Content::Trees(mut trees) = parsed.content else { panic!("JSON gives trees") };
        trees.remove(0)
    }

    fn slice(place: Place, text: &str) -> &str {
        assert_eq!(place.file, FILE);
        place.as_span().unwrap().slice(text)
    }

    #[test]
    fn values_keep_their_types_and_spans() {
        let text = "\u{feff}{\"ä\\n\": [1, -2.5e1, true, null, \"x\\u0041\"], \"big\": 12345678901234567890}\r\n";
        let parsed = tree(text);
        assert_eq!(slice(parsed.place, text), text.trim().trim_start_matches('\u{feff}'));
        let list = parsed.get("ä\n").unwrap();
        assert_eq!(slice(parsed.entries()[0].key_place, text), "\"ä\\n\"");
        assert_eq!(slice(list.place, text), "[1, -2.5e1, true, null, \"x\\u0041\"]");
        let found: Vec<(Value, &str)> =
            list.items().iter().map(|item| (item.value.clone(), slice(item.place, text))).collect();
        let expected = [
            (Value::Number(1.0), "1"),
            (Value::Number(-25.0), "-2.5e1"),
            (Value::Bool(true), "true"),
            (Value::Null, "null"),
            (Value::Text("xA".into()), "\"x\\u0041\""),
        ];
        assert_eq!(found, expected);
        assert_eq!(parsed.get("big").unwrap().as_str(), Some("12345678901234567890"));
    }

    #[test]
    fn comments_and_trailing_commas_are_read_and_nothing_else_that_is_not_json() {
        assert_eq!(tree("// a\n{\"a\": [1, /* b */ 2,],}\n").get("a").unwrap().items().len(), 2);
        for text in
            ["{a: 1}", "{'a': 1}", "[1 2]", "[0x1]", "[+1]", "[.5]", "[NaN]", "[\"\\x41\"]", "{} {}", "[", "nul"]
        {
            let errors = parse(text, FILE).errors;
            assert_eq!(errors.len(), 1, "{text}");
            assert!(errors[0].message.starts_with(char::is_lowercase), "{errors:?}");
        }
    }

    #[test]
    fn an_error_stands_where_it_is() {
        for (text, message, span) in [
            ("{\"ä\": 1 \"b\": 2}", "expected comma", (8, 8)),
            ("{\"ä\": nul}", "unexpected token", (7, 10)),
            ("\u{feff}[1, }", "unexpected close brace", (7, 8)),
            ("[\"a]", "unterminated string literal", (1, 4)),
        ] {
            let errors = parse(text, FILE).errors;
            assert_eq!((errors[0].message.as_str(), errors[0].span), (message, Span::new(span.0, span.1)), "{text}");
        }
    }

    #[test]
    fn the_later_of_two_equal_keys_is_kept() {
        let parsed = tree("{\"a\": 1, \"b\": 2, \"a\": 3}");
        assert_eq!(parsed.entries().iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(parsed.get("a").unwrap().as_number(), Some(3.0));
    }

    #[test]
    fn an_empty_file_holds_no_tree() {
        for text in ["", " \r\n", "\u{feff}"] {
            let parsed = parse(text, FILE);
            assert_eq!(parsed.errors, vec![]);
            assert!(matches!(parsed.content, Content::Trees(trees) if trees.is_empty()));
        }
    }

    #[test]
    fn deep_nesting_and_too_many_values_are_errors() {
        for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000), "[".repeat(200) + &"]".repeat(200)] {
            let errors = parse(&text, FILE).errors;
            assert_eq!(errors[0].message, "maps and lists are nested deeper than 128 levels");
        }
        assert_eq!(tree(&("[".repeat(128) + &"]".repeat(128))).items().len(), 1);
        let text = format!("[{}0]", "0,".repeat(MAX_NODES));
        assert_eq!(parse(&text, FILE).errors[0].message, "the file holds more than 1000000 values");
    }
}
