//! What each instruction holds.

use std::ops::Range;

use smol_str::SmolStr;

use super::lines::{HereDoc, Joined};
use super::{Fields, Writer, heredoc_list, words};
use crate::syntax::SyntaxError;
use crate::syntax::tree::{Map, Node, Place, Value};

/// Reads one instruction of a joined text.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) writer: Writer,
    pub(super) joined: &'a Joined,
    pub(super) heredocs: &'a [HereDoc],
    /// Whether it stands after `ONBUILD`.
    pub(super) deferred: bool,
}

/// Every instruction that there is.
const INSTRUCTIONS: &[&str] = &[
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

impl Reader<'_> {
    /// The instruction at a range; `place` is all of it.
    pub(super) fn read(self, range: Range<usize>, place: Place) -> Result<Node, SyntaxError> {
        let text = self.joined.slice(range.clone());
        let length = words::keyword(text).end;
        let keyword = range.start..range.start + length;
        let name = self.joined.slice(keyword.clone()).to_ascii_uppercase();
        let Some(name) = INSTRUCTIONS.iter().copied().find(|known| *known == name) else {
            return Err(self.error(keyword, format!("`{}` is not a Dockerfile instruction", short(&name))));
        };
        let mut fields = Fields::default();
        let keyword_place = self.writer.place(self.joined.span(keyword.clone()));
        fields.constant("instruction", Value::Text(SmolStr::new_static(name)), keyword_place);
        let (flags, rest) = words::flags(&self.joined.text, keyword.end..range.end, self.writer.escape);
        if rest.is_empty() && name != "HEALTHCHECK" {
            return Err(self.error(keyword, format!("`{name}` needs an argument")));
        }
        fields.push("arguments", self.writer.raw(self.joined, rest.clone()));
        let mut map = Map::default();
        let mut mounts = Vec::new();
        for flag in flags {
            let key_place = self.writer.place(self.joined.span(flag.name.clone()));
            let value = match flag.value {
                Some(value) => self.writer.word(self.joined, value),
                None => Node::new(Value::Bool(true), key_place),
            };
            let key = self.joined.slice(flag.name);
            if key == "mount" {
                mounts.push(value.clone());
            }
            map.push(key, key_place, value);
        }
        fields.push("flags", Node::map(map, keyword_place));
        if name == "RUN" {
            fields.push("mounts", Node::list(mounts, keyword_place));
        }
        self.by_name(name, rest, &mut fields)?;
        if !self.heredocs.is_empty() && matches!(name, "RUN" | "COPY" | "ADD") {
            fields.push("heredocs", heredoc_list(self.heredocs, self.writer, place));
        }
        Ok(Node::map(fields.0, place))
    }

    /// Reads the arguments of an instruction.
    fn by_name(self, name: &str, range: Range<usize>, fields: &mut Fields) -> Result<(), SyntaxError> {
        match name {
            "ADD" | "COPY" => self.transfer(range, fields),
            "ARG" => self.pairs(self.split(range.clone()), range, fields),
            "CMD" | "ENTRYPOINT" => {
                self.command(range, fields);
                Ok(())
            }
            "ENV" | "LABEL" => self.variables(range, fields),
            "EXPOSE" => {
                fields.push("ports", self.list(self.words(range.clone()), range));
                Ok(())
            }
            "FROM" => self.base(range, fields),
            "HEALTHCHECK" => self.healthcheck(range, fields),
            "ONBUILD" => self.defer(range, fields),
            "RUN" => {
                self.run(range, fields);
                Ok(())
            }
            "SHELL" => self.shell(range, fields),
            "USER" => {
                self.user(range, fields);
                Ok(())
            }
            "VOLUME" => {
                let paths = self.strings(range.clone()).unwrap_or_else(|| self.words(range.clone()));
                fields.push("paths", self.list(paths, range));
                Ok(())
            }
            _ => {
                fields.push("value", self.writer.word(self.joined, range));
                Ok(())
            }
        }
    }

    fn error(self, range: Range<usize>, message: String) -> SyntaxError {
        SyntaxError { message, span: self.joined.span(range), help: None }
    }

    fn split(self, range: Range<usize>) -> Vec<Range<usize>> {
        words::split(&self.joined.text, range, self.writer.escape)
    }

    /// The words at a range as nodes.
    fn words(self, range: Range<usize>) -> Vec<Node> {
        self.split(range).into_iter().map(|word| self.writer.word(self.joined, word)).collect()
    }

    fn list(self, items: Vec<Node>, range: Range<usize>) -> Node {
        Node::list(items, self.writer.place(self.joined.span(range)))
    }

    fn base(self, range: Range<usize>, fields: &mut Fields) -> Result<(), SyntaxError> {
        let words = self.split(range.clone());
        match words.as_slice() {
            [image] => fields.push("image", self.writer.word(self.joined, image.clone())),
            [image, keyword, name] if self.joined.slice(keyword.clone()).eq_ignore_ascii_case("as") => {
                fields.push("image", self.writer.word(self.joined, image.clone()));
                fields.push("name", self.writer.word(self.joined, name.clone()));
            }
            _ => return Err(self.error(range, "`FROM` takes an image and, after `AS`, a name".to_owned())),
        }
        Ok(())
    }

    /// The strings of a JSON list.
    fn strings(self, range: Range<usize>) -> Option<Vec<Node>> {
        let strings = words::json_strings(&self.joined.text, range)?;
        let node =
            |(value, range): (String, Range<usize>)| Node::text(value, self.writer.place(self.joined.span(range)));
        Some(strings.into_iter().map(node).collect())
    }

    fn command(self, range: Range<usize>, fields: &mut Fields) {
        let place = self.writer.place(self.joined.span(range.clone()));
        if let Some(items) = self.strings(range.clone()) {
            let line = items.iter().filter_map(Node::as_str).collect::<Vec<_>>().join(" ");
            fields.constant("form", Value::Text("exec".into()), place);
            fields.constant("command", Value::Text(line.into()), place);
            fields.push("exec", Node::list(items, place));
            return;
        }
        fields.constant("form", Value::Text("shell".into()), place);
        let cut = words::commands(&self.joined.text, range.clone());
        let commands = cut.into_iter().map(|command| self.writer.raw(self.joined, command)).collect();
        fields.push("command", self.writer.raw(self.joined, range));
        fields.push("commands", Node::list(commands, place));
    }

    fn run(self, range: Range<usize>, fields: &mut Fields) {
        if self.heredocs.is_empty() {
            self.command(range, fields);
            return;
        }
        let openers = words::heredocs(&self.joined.text, self.writer.escape);
        let own = self.split(range.clone());
        let script = own.iter().all(|word| openers.iter().any(|opener| opener.range == *word));
        let place = self.writer.place(self.joined.span(range.clone()));
        let mut text = String::new();
        let mut commands = Vec::new();
        if !script {
            text.push_str(self.joined.slice(range.clone()));
            let cut = words::commands(&self.joined.text, range);
            commands.extend(cut.into_iter().map(|command| self.writer.raw(self.joined, command)));
        }
        for heredoc in self.heredocs {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(&heredoc.body.text);
            let cut = words::commands(&heredoc.body.text, 0..heredoc.body.text.len());
            commands.extend(cut.into_iter().map(|command| self.writer.raw(&heredoc.body, command)));
        }
        fields.constant("form", Value::Text("heredoc".into()), place);
        fields.constant("command", Value::Text(text.into()), place);
        fields.push("commands", Node::list(commands, place));
    }

    fn transfer(self, range: Range<usize>, fields: &mut Fields) -> Result<(), SyntaxError> {
        let mut nodes = self.strings(range.clone()).unwrap_or_else(|| self.words(range.clone()));
        let destination = nodes.pop();
        let (Some(destination), false) = (destination, nodes.is_empty()) else {
            return Err(self.error(range, "sources and a destination are needed".to_owned()));
        };
        fields.push("sources", self.list(nodes, range));
        fields.push("destination", destination);
        Ok(())
    }

    fn user(self, range: Range<usize>, fields: &mut Fields) {
        let text = self.joined.slice(range.clone());
        // Not the colon of `${USER:-app}`.
        let colon = text.rfind(':').filter(|at| text.get(*at..).is_some_and(|rest| !rest.contains('}')));
        let Some(colon) = colon.map(|at| range.start + at) else {
            fields.push("user", self.writer.word(self.joined, range));
            return;
        };
        fields.push("user", self.writer.word(self.joined, range.start..colon));
        fields.push("group", self.writer.word(self.joined, colon + 1..range.end));
    }

    /// `name=value` pairs, or the old form of one name and the rest of the line.
    fn variables(self, range: Range<usize>, fields: &mut Fields) -> Result<(), SyntaxError> {
        let words = self.split(range.clone());
        let old = words.first().filter(|first| !self.joined.slice((*first).clone()).contains('='));
        let Some(first) = old else {
            return self.pairs(words, range, fields);
        };
        let value = words::trim(&self.joined.text, first.end..range.end);
        if value.is_empty() {
            return Err(self.error(range, "a name needs a value".to_owned()));
        }
        let mut map = Map::default();
        self.pair(&mut map, first.clone(), self.writer.word(self.joined, value));
        fields.push("variables", Node::map(map, self.writer.place(self.joined.span(range))));
        Ok(())
    }

    fn pairs(self, words: Vec<Range<usize>>, range: Range<usize>, fields: &mut Fields) -> Result<(), SyntaxError> {
        let mut map = Map::default();
        for word in words {
            let text = self.joined.slice(word.clone());
            let (key, value) = match text.find('=').map(|at| word.start + at) {
                Some(at) => (word.start..at, self.writer.word(self.joined, at + 1..word.end)),
                None => (word.clone(), Node::new(Value::Null, self.writer.place(self.joined.span(word.clone())))),
            };
            if key.is_empty() {
                return Err(self.error(word, "a name is missing before `=`".to_owned()));
            }
            self.pair(&mut map, key, value);
        }
        fields.push("variables", Node::map(map, self.writer.place(self.joined.span(range))));
        Ok(())
    }

    fn pair(self, map: &mut Map, key: Range<usize>, value: Node) {
        let name = words::unquote(self.joined.slice(key.clone()), self.writer.escape);
        map.push(name, self.writer.place(self.joined.span(key)), value);
    }

    fn healthcheck(self, range: Range<usize>, fields: &mut Fields) -> Result<(), SyntaxError> {
        let length = words::keyword(self.joined.slice(range.clone())).end;
        let kind = range.start..range.start + length;
        match self.joined.slice(kind.clone()).to_ascii_uppercase().as_str() {
            "NONE" => {
                fields.constant("none", Value::Bool(true), self.writer.place(self.joined.span(kind)));
                Ok(())
            }
            "CMD" => {
                self.command(words::trim(&self.joined.text, kind.end..range.end), fields);
                Ok(())
            }
            _ => Err(self.error(0..range.end, "`HEALTHCHECK` takes `NONE` or `CMD` and a command".to_owned())),
        }
    }

    fn shell(self, range: Range<usize>, fields: &mut Fields) -> Result<(), SyntaxError> {
        match self.strings(range.clone()) {
            Some(items) if !items.is_empty() => {
                fields.push("exec", self.list(items, range));
                Ok(())
            }
            _ => Err(self.error(range, "`SHELL` takes a JSON list of strings".to_owned())),
        }
    }

    fn defer(self, range: Range<usize>, fields: &mut Fields) -> Result<(), SyntaxError> {
        if self.deferred {
            return Err(self.error(range, "`ONBUILD` cannot defer another `ONBUILD`".to_owned()));
        }
        let place = self.writer.place(self.joined.span(range.clone()));
        fields.push("inner", Reader { deferred: true, ..self }.read(range, place)?);
        Ok(())
    }
}

/// A word that is short enough for a message.
fn short(word: &str) -> String {
    let mut characters = word.chars();
    let start: String = characters.by_ref().take(30).collect();
    if characters.next().is_some() { format!("{start}…") } else { start }
}
