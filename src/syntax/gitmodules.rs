//! `.gitmodules`: the repositories that this one includes, in the syntax of git's configuration.
//!
//! The tree is a list with a map for each submodule: `name`, and the keys that the file gives it (`path`, `url`,
//! `branch`, `shallow`, …), in lower case, as text.

use super::error::MAX_ERRORS;
use super::tree::{Entry, FileId, Map, Node, Place, Span};
use super::{Content, Parsed, SyntaxError};

/// Reads a `.gitmodules` file. A line that is none of git's is reported, and the rest is read.
pub fn parse(text: &str, file: FileId) -> Parsed {
    let mut reader = Reader { file, modules: Vec::new(), current: None, errors: Vec::new() };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
        let start = at + line.find(trimmed).unwrap_or(0);
        at += line.len();
        reader.line(trimmed, start);
    }
    reader.finish_module();
    let body = Span::new(0, text.trim_end().len());
    let tree = Node::list(reader.modules, Place::span(file, body));
    Parsed { content: Content::Trees(vec![tree]), errors: reader.errors }
}

struct Reader {
    file: FileId,
    modules: Vec<Node>,
    /// The entries of the submodule that is being read, and its text.
    current: Option<(Vec<Entry>, Span)>,
    errors: Vec<SyntaxError>,
}

impl Reader {
    fn place(&self, span: Span) -> Place {
        Place::span(self.file, span)
    }

    fn line(&mut self, line: &str, start: usize) {
        let span = Span::new(start, start + line.len());
        if line.is_empty() || line.starts_with(['#', ';']) {
            return;
        }
        if line.starts_with('[') {
            self.finish_module();
            match submodule_name(line) {
                Some((from, name)) => {
                    let place = self.place(Span::new(start + from, start + from + name.len()));
                    let value = Node::text(unescape(name), place);
                    self.current = Some((vec![Entry { key: "name".into(), key_place: place, value }], span));
                }
                None => self.error("expected `[submodule \"name\"]`", span),
            }
            return;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let (key, value_start) = (key.trim_end(), start + key.len() + 1);
        let is_key = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_key || !line.contains('=') {
            self.error("expected `key = value`", span);
            return;
        }
        let Some((text, from, length)) = value_text(value) else {
            self.error("the quote is not closed", span);
            return;
        };
        let value_span = Span::new(value_start + from, value_start + from + length);
        let entry = Entry {
            key: key.to_ascii_lowercase().into(),
            key_place: self.place(Span::new(start, start + key.len())),
            value: Node::text(text, self.place(value_span)),
        };
        if let Some((entries, extent)) = &mut self.current {
            entries.push(entry);
            *extent = extent.cover(value_span);
        }
    }

    fn error(&mut self, message: &str, span: Span) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(SyntaxError::new(message, span));
        }
    }

    fn finish_module(&mut self) {
        if let Some((entries, span)) = self.current.take() {
            self.modules.push(Node::map(Map::of_last(entries), self.place(span)));
        }
    }
}

/// The name in `[submodule "name"]` as it is written, and where it begins.
fn submodule_name(line: &str) -> Option<(usize, &str)> {
    let inside = line.strip_prefix('[')?;
    let keyword = inside.trim_start();
    let rest = keyword.get(.."submodule".len()).filter(|word| word.eq_ignore_ascii_case("submodule"));
    let rest = keyword.get(rest?.len()..)?.trim_start().strip_prefix('"')?;
    let name = rest.split_once("\"]").or_else(|| rest.rsplit_once('"'))?.0;
    Some((line.len() - rest.len(), name))
}

/// A value without its quotes and comment; where it begins, and how long it is as written.
fn value_text(value: &str) -> Option<(String, usize, usize)> {
    let written = value.trim_start();
    let from = value.len() - written.len();
    let mut text = String::new();
    // White space at the end counts only inside quotes.
    let mut kept = 0;
    let mut is_quoted = false;
    let mut letters = written.char_indices();
    let mut end = written.len();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '\\' => text.push(match letters.next()?.1 {
                'n' => '\n',
                't' => '\t',
                other => other,
            }),
            '#' | ';' if !is_quoted => {
                end = at;
                break;
            }
            other => text.push(other),
        }
        if is_quoted || !letter.is_whitespace() {
            kept = text.len();
        }
    }
    text.truncate(kept);
    let length = written.get(..end)?.trim_end().len();
    (!is_quoted).then_some((text, from, length))
}

fn unescape(name: &str) -> String {
    name.replace("\\\"", "\"").replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> (Vec<String>, Vec<String>) {
        let parsed = parse(text, FileId(1));
        let Content::Trees(trees) = parsed.content else { panic!("there is a tree") };
        let entry = |entry: &Entry| {
            let written = entry.value.place.as_span().unwrap().slice(text);
            let key = entry.key_place.as_span().unwrap().slice(text);
            assert!(entry.key == "name" || entry.key == key.to_lowercase(), "{key}");
            format!("{}={}<{written}>", entry.key, entry.value.as_str().unwrap())
        };
        let module = |node: &Node| node.entries().iter().map(entry).collect::<Vec<_>>().join(" ");
        let errors = parsed.errors.iter().map(|error| format!("{}: {}", error.message, error.span.slice(text)));
        (trees[0].items().iter().map(module).collect(), errors.collect())
    }

    #[test]
    fn submodules_have_a_name_and_keys() {
        let text = "\u{feff}# c\n[submodule \"libs/a\"]\r\n\tpath = libs/a\r\n\tURL = \"https://x.example/a#b\" ; c\r\n\n[Submodule \"b\"]\nbranch=main # c\n";
        let expected = [
            "name=libs/a<libs/a> path=libs/a<libs/a> url=https://x.example/a#b<\"https://x.example/a#b\">",
            "name=b<b> branch=main<main>",
        ];
        assert_eq!(show(text), (expected.map(String::from).to_vec(), vec![]));
    }

    #[test]
    fn a_broken_line_is_reported_and_the_rest_read() {
        let (modules, errors) = show("[core]\nx = 1\n[submodule \"a\"]\nwhat is this\nurl = \"x\npath = p\n");
        assert_eq!(modules, ["name=a<a> path=p<p>"]);
        let expected = [
            "expected `[submodule \"name\"]`: [core]",
            "expected `key = value`: what is this",
            "the quote is not closed: url = \"x",
        ];
        assert_eq!(errors, expected);
        assert_eq!(show(""), (vec![], vec![]));
    }

    #[test]
    fn any_text_is_read_without_a_panic() {
        for text in
            ["[", "[submodule", "[submodule \"", "[submodule \"é", "=", "a=\\", "a=\"\\", "\u{0}", "[sübmodule \"x\"]"]
        {
            show(text);
        }
    }
}
