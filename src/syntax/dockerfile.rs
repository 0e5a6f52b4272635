//! Dockerfiles (the Dockerfile reference of `BuildKit`) as one tree:
//!
//! ```text
//! directives:   { escape: …, syntax: …, check: … }
//! instructions: list of
//!   instruction: FROM, RUN, … in upper case
//!   arguments:   all of the text after the keyword and the flags, continuations joined
//!   flags:       { name: value } of `--name=value`; true where no value is given
//!   and, by instruction:
//!   FROM                  image, name (of the stage)
//!   RUN                   command, form (shell, exec, heredoc), exec, commands (the shell text cut at `&&`, `;` …), mounts
//!   CMD ENTRYPOINT        command, form, exec, commands
//!   HEALTHCHECK           none: true, or as CMD
//!   COPY ADD              sources, destination
//!   USER                  user, group
//!   EXPOSE                ports (as written: `80`, `8000-8010/udp`)
//!   ENV ARG LABEL         variables: { name: value }; null for an ARG without a default
//!   WORKDIR STOPSIGNAL MAINTAINER   value
//!   SHELL                 exec
//!   VOLUME                paths
//!   ONBUILD               inner: the instruction that it defers
//!   RUN COPY ADD          heredocs: list of { name, text }
//! ```
//!
//! Variables stay as written (`$VERSION`): what they stand for depends on the stage, which the kind knows. It is read
//! here and not with a library because every word needs its own span, and a wrong instruction must not hide the others.

use std::ops::Range;

use smol_str::SmolStr;

use self::lines::{HereDoc, Joined, Line, Lines};
use super::tree::{FileId, Map, Node, Place, Span, Value};
use super::{Content, Parsed, SyntaxError};

mod instruction;
mod lines;
mod words;

/// Reads a Dockerfile. A wrong instruction is an error and is left out; the others are there.
pub fn parse(text: &str, file: FileId) -> Parsed {
    let Lines { directives, instructions: lines, mut errors, escape } = lines::read(text);
    let writer = Writer { file, escape };
    let mut named = Map::default();
    for directive in directives {
        named.push(
            directive.name,
            writer.place(directive.name_span),
            Node::text(directive.value, writer.place(directive.span)),
        );
    }
    let mut instructions = Vec::new();
    for line in lines {
        match writer.line(&line) {
            Ok(instruction) => instructions.push(instruction),
            Err(error) => errors.push(error),
        }
    }
    let content = if instructions.is_empty() && !errors.is_empty() {
        Content::Nothing
    } else {
        let whole = writer.place(Span::new(0, text.len()));
        let mut root = Map::default();
        root.push("directives", whole, Node::map(named, whole));
        root.push("instructions", whole, Node::list(instructions, whole));
        Content::Trees(vec![Node::map(root, whole)])
    };
    errors.sort_by_key(|error| error.span);
    Parsed { content, errors }
}

/// Makes nodes of the ranges of a joined text.
#[derive(Clone, Copy)]
struct Writer {
    file: FileId,
    escape: char,
}

impl Writer {
    fn place(self, span: Span) -> Place {
        Place::span(self.file, span)
    }

    /// A text node of exactly what stands at a range.
    fn raw(self, joined: &Joined, range: Range<usize>) -> Node {
        Node::text(joined.slice(range.clone()), self.place(joined.span(range)))
    }

    /// A text node of a word without its quotes.
    fn word(self, joined: &Joined, range: Range<usize>) -> Node {
        Node::text(words::unquote(joined.slice(range.clone()), self.escape), self.place(joined.span(range)))
    }

    fn line(self, line: &Line) -> Result<Node, SyntaxError> {
        let range = 0..line.joined.text.len();
        instruction::Reader { writer: self, joined: &line.joined, heredocs: &line.heredocs, deferred: false }
            .read(range, self.place(line.span))
    }
}

/// Fields of an instruction under construction. A field stands where its value does.
#[derive(Default)]
struct Fields(Map);

impl Fields {
    fn push(&mut self, key: &'static str, node: Node) {
        self.0.push(SmolStr::new_static(key), node.place, node);
    }

    fn constant(&mut self, key: &'static str, value: Value, place: Place) {
        self.push(key, Node::new(value, place));
    }
}

/// The heredocs of an instruction as a list of `{ name, text }`.
fn heredoc_list(heredocs: &[HereDoc], writer: Writer, place: Place) -> Node {
    let one = |heredoc: &HereDoc| {
        let body = writer.raw(&heredoc.body, 0..heredoc.body.text.len());
        let place = body.place;
        let mut fields = Fields::default();
        fields.constant("name", Value::Text(heredoc.name.as_str().into()), place);
        fields.push("text", body);
        Node::map(fields.0, place)
    };
    Node::list(heredocs.iter().map(one).collect(), place)
}

#[cfg(test)]
mod tests;
