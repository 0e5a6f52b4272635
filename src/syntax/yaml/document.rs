//! Documents from events: builds the value trees of one file without recursion, and bounds their size.

use std::collections::BTreeMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StrInput, StructureStyle, Tag, options};
use smol_str::SmolStr;

use super::scalar;
use crate::syntax::error::{MAX_ERRORS, SyntaxError};
use crate::syntax::tree::{Entry, FileId, MAX_DEPTH, MAX_NODES, Map, Node, Place, Span, Value};

/// Values that the aliases of one file may stand for together. Ten lines of nested aliases can stand for billions.
pub const MAX_ALIASED_NODES: usize = 100_000;

/// Lines of quoted texts in one file that are read although they are not indented.
const MAX_JOINED_LINES: usize = 64;

/// Reads all documents of a file that can be read, and the errors of those that cannot.
///
/// The lines of a quoted text have to be indented. Most other readers do not insist on it, so that there are files that
/// nobody ever noticed it in: such a line is read as if it was one with the line before. No byte moves.
pub fn read(text: &str, file: FileId) -> (Vec<Node>, Vec<SyntaxError>) {
    let mut joined = String::new();
    for _ in 0..MAX_JOINED_LINES {
        let current = if joined.is_empty() { text } else { joined.as_str() };
        let (documents, errors, unindented) = read_once(current, file);
        let line = unindented.and_then(|at| current.get(..at)?.rfind('\n'));
        let Some(line) = line else { return (documents, errors) };
        let mut next = current.to_owned();
        next.replace_range(line..=line, " ");
        joined = next;
    }
    let (documents, errors, _) = read_once(text, file);
    (documents, errors)
}

/// Reads a text, and says where a line of a quoted text is not indented.
fn read_once(text: &str, file: FileId) -> (Vec<Node>, Vec<SyntaxError>, Option<usize>) {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let limits = options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut parser = Parser::new_from_str_with_options(body, limits);
    let mut builder = Builder::new(text, text.len() - body.len(), file);
    let mut unindented = None;
    loop {
        let step = match parser.next_event() {
            None => break,
            Some(Ok((event, span))) => builder.event(event, span),
            Some(Err(error)) => {
                let found = builder.scan_error(&error);
                if matches!(error.kind(), ErrorKind::InvalidQuotedScalarIndent) {
                    unindented = unindented.or(Some(found.span.start as usize));
                }
                Err(found)
            }
        };
        let Err(error) = step else { continue };
        builder.abandon(error);
        if builder.errors.len() >= MAX_ERRORS || !next_document(&mut parser) {
            break;
        }
    }
    (builder.documents, builder.errors, unindented)
}

fn next_document<'text>(parser: &mut Parser<'text, StrInput<'text>>) -> bool {
    parser.proceed_next_document().unwrap_or(false)
}

/// A finished value with what is needed to bound its copies.
#[derive(Clone)]
struct Built {
    node: Node,
    /// Values in it, itself included, aliases expanded.
    weight: usize,
    /// Levels of maps and lists in it, aliases expanded.
    height: usize,
}

/// A key that waits for its value.
struct Key {
    text: SmolStr,
    span: Span,
    is_merge: bool,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, merged: Vec<Node>, key: Option<Key> },
}

/// A map or list that is not finished.
struct Frame {
    content: Content,
    span: Span,
    is_flow: bool,
    anchor: usize,
    function: Option<Function>,
    weight: usize,
    height: usize,
}

/// A short CloudFormation tag.
#[derive(Clone, Copy)]
struct Function {
    key: &'static str,
    span: Span,
}

struct Builder<'text> {
    text: &'text str,
    /// Length of the byte order mark that the parser does not see.
    offset: usize,
    file: FileId,
    frames: Vec<Frame>,
    anchors: BTreeMap<usize, Built>,
    nodes: usize,
    aliased: usize,
    documents: Vec<Node>,
    errors: Vec<SyntaxError>,
}

impl<'text> Builder<'text> {
    fn new(text: &'text str, offset: usize, file: FileId) -> Self {
        Builder {
            text,
            offset,
            file,
            frames: Vec::new(),
            anchors: BTreeMap::new(),
            nodes: 0,
            aliased: 0,
            documents: Vec::new(),
            errors: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>, at: granit_parser::Span) -> Result<(), SyntaxError> {
        let span = self.span(at);
        match event {
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, tag) => {
                let function = self.function(tag.as_deref(), at);
                let node = self.scalar(&text, style, span, tag.as_deref());
                let is_merge = style == ScalarStyle::Plain && text == "<<";
                self.finish(Built { node, weight: 1, height: 0 }, anchor, function, is_merge)?;
            }
            Event::SequenceStart(style, anchor, tag) => {
                let function = self.function(tag.as_deref(), at);
                self.open(Content::List(Vec::new()), span, style, anchor, function)?;
            }
            Event::MappingStart(style, anchor, tag) => {
                let function = self.function(tag.as_deref(), at);
                let content = Content::Map { entries: Vec::new(), merged: Vec::new(), key: None };
                self.open(content, span, style, anchor, function)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            Event::Alias(id) => self.alias(id, span)?,
            Event::UnresolvedAlias(name) => self.unresolved(&name, span)?,
            _ => {}
        }
        Ok(())
    }

    /// The span in the file, without white space at its end.
    fn span(&self, at: granit_parser::Span) -> Span {
        let range = at.byte_range().unwrap_or(0..0);
        let (start, end) = (range.start + self.offset, range.end + self.offset);
        let written = self.text.get(start..end).unwrap_or("").trim_end();
        Span::new(start, start + written.len())
    }

    fn place(&self, span: Span) -> Place {
        Place::span(self.file, span)
    }

    fn function(&self, tag: Option<&Tag>, at: granit_parser::Span) -> Option<Function> {
        let tag = tag.filter(|tag| tag.handle() == "!")?;
        let key = scalar::function_key(tag.suffix())?;
        let span = at.tag_span().map_or_else(|| self.span(at), |span| self.span(span));
        Some(Function { key, span })
    }

    fn scalar(&self, text: &str, style: ScalarStyle, span: Span, tag: Option<&Tag>) -> Node {
        let core_tag = tag.and_then(Tag::core_suffix);
        let value = match core_tag {
            Some(core_tag) => scalar::tagged(core_tag, text),
            None if style == ScalarStyle::Plain => scalar::plain(text),
            None => Value::Text(SmolStr::new(text)),
        };
        Node::new(value, self.place(span))
    }

    fn open(
        &mut self,
        content: Content,
        span: Span,
        style: StructureStyle,
        anchor: usize,
        function: Option<Function>,
    ) -> Result<(), SyntaxError> {
        let is_flow = style == StructureStyle::Flow;
        if self.frames.len() >= MAX_DEPTH {
            return Err(SyntaxError::too_deep(span));
        }
        let in_key = self.frames.last().is_some_and(|frame| {
            frame.is_flow
                && frame.span.start + 1 == span.start
                && matches!(&frame.content, Content::Map { entries, key: None, .. } if entries.is_empty())
        });
        if in_key && is_flow && matches!(content, Content::Map { .. }) {
            // `{{ x }}` is valid YAML: a map whose key is a map. Nobody means that.
            let error =
                SyntaxError::new("`{{` opens a map as the key of a map", Span { start: span.start - 1, ..span });
            return Err(error.with_help(TEMPLATE_HELP));
        }
        self.frames.push(Frame { content, span, is_flow, anchor, function, weight: 1, height: 0 });
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), SyntaxError> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let span = if frame.is_flow { frame.span.cover(end) } else { frame.span };
        let node = match frame.content {
            Content::List(items) => Node::list(items, self.place(span)),
            Content::Map { entries, merged, .. } => Node::map(merge(entries, &merged), self.place(span)),
        };
        let built = Built { node, weight: frame.weight, height: frame.height + 1 };
        self.finish(built, frame.anchor, frame.function, false)
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), SyntaxError> {
        let Some(target) = self.anchors.get(&id) else {
            return Err(SyntaxError::new("the alias stands inside the value that it refers to", span));
        };
        let mut copy = target.clone();
        copy.node.place = self.place(span);
        self.aliased += copy.weight;
        if self.aliased > MAX_ALIASED_NODES {
            let error = SyntaxError::new(format!("alias expansion exceeds {MAX_ALIASED_NODES} nodes"), span);
            return Err(error.with_help("write the values out, or split the file"));
        }
        if self.frames.len() + copy.height > MAX_DEPTH {
            return Err(SyntaxError::too_deep(span));
        }
        self.finish(copy, 0, None, false)
    }

    fn unresolved(&mut self, name: &str, span: Span) -> Result<(), SyntaxError> {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(SyntaxError::new(format!("alias `*{name}` has no anchor `&{name}` before it"), span));
        }
        let node = Node::unknown(format!("*{name}"), self.place(span));
        self.finish(Built { node, weight: 1, height: 0 }, 0, None, false)
    }

    /// Hands a finished value to the map, list or document that it belongs to.
    fn finish(
        &mut self,
        mut built: Built,
        anchor: usize,
        function: Option<Function>,
        is_merge: bool,
    ) -> Result<(), SyntaxError> {
        if let Some(function) = function {
            built = Built { node: self.call(function, built.node), weight: built.weight + 2, height: built.height + 1 };
        }
        if anchor != 0 {
            self.anchors.insert(anchor, built.clone());
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let span = built.node.place.as_span().unwrap_or_default();
            return Err(SyntaxError::too_many(span));
        }
        let text = self.text;
        match self.frames.last_mut() {
            Some(frame) => frame.add(built, is_merge, text),
            None if built.node.is_null() => {}
            None => self.documents.push(built.node),
        }
        Ok(())
    }

    /// `!Ref x` as `{Ref: x}`.
    fn call(&self, function: Function, mut argument: Node) -> Node {
        let span = argument.place.as_span().unwrap_or(function.span);
        if function.key == "Fn::GetAtt" {
            argument = self.attribute_path(argument, span);
        }
        let mut map = Map::default();
        map.push(SmolStr::new_static(function.key), self.place(function.span), argument);
        Node::map(map, self.place(function.span.cover(span)))
    }

    /// `resource.attribute` as `[resource, attribute]`; the attribute may hold further dots.
    fn attribute_path(&self, argument: Node, span: Span) -> Node {
        let Some((resource, attribute)) = argument.as_str().and_then(|path| path.split_once('.')) else {
            return argument;
        };
        // In a quoted path the parts stand after the quote.
        let start = span.slice(self.text).find(resource).map_or(span.start as usize, |at| span.start as usize + at);
        let dot = start + resource.len();
        let parts = vec![
            Node::text(resource, self.place(Span::new(start, dot))),
            Node::text(attribute, self.place(Span::new(dot + 1, dot + 1 + attribute.len()))),
        ];
        Node::list(parts, argument.place)
    }

    fn abandon(&mut self, error: SyntaxError) {
        self.frames.clear();
        self.anchors.clear();
        self.errors.push(error);
    }

    fn scan_error(&self, error: &ScanError) -> SyntaxError {
        let found = error.marker().byte_offset().unwrap_or(0) + self.offset;
        let start = (0..=found.min(self.text.len())).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0);
        let length = self.text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let span = Span::new(start, start + length);
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return SyntaxError::too_deep(span);
        }
        let mistake = SyntaxError::new(error.info().trim_end_matches('.').to_string(), span);
        if looks_like_template(self.text, start) { mistake.with_help(TEMPLATE_HELP) } else { mistake }
    }
}

impl Frame {
    fn add(&mut self, built: Built, is_merge: bool, text: &str) {
        self.weight += built.weight;
        self.height = self.height.max(built.height);
        let mut node = built.node;
        let span = node.place.as_span().unwrap_or_default();
        match &mut self.content {
            Content::List(items) => {
                self.span = self.span.cover(span);
                items.push(node);
            }
            Content::Map { entries, merged, key } => match key.take() {
                None => {
                    self.span = self.span.cover(span);
                    *key = Some(Key { text: key_text(&node, span, text), span, is_merge });
                }
                Some(waiting) if waiting.is_merge && mergeable(&node) => {
                    self.span = self.span.cover(span);
                    merged.push(node);
                }
                Some(waiting) => {
                    if span.start == span.end {
                        // A value that is not written has no text of its own; its key stands for it.
                        node.place = Place::span(node.place.file, waiting.span);
                    } else {
                        self.span = self.span.cover(span);
                    }
                    let key_place = Place::span(node.place.file, waiting.span);
                    entries.push(Entry { key: waiting.text, key_place, value: node });
                }
            },
        }
    }
}

/// The text of a key. Keys are names, so `on`, `8080` and `true` are taken as they are written.
fn key_text(node: &Node, span: Span, text: &str) -> SmolStr {
    match &node.value {
        Value::Text(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Date(_) => {
            let written = span.slice(text);
            let aliased = written.starts_with('*').then(|| node.value.scalar_text()).flatten();
            aliased.unwrap_or_else(|| SmolStr::new(written))
        }
        Value::List(_) | Value::Map(_) | Value::Unknown(_) => SmolStr::new(span.slice(text)),
    }
}

fn mergeable(node: &Node) -> bool {
    match &node.value {
        Value::Map(_) => true,
        Value::List(list) => !list.items.is_empty() && list.items.iter().all(|item| item.as_map().is_some()),
        _ => false,
    }
}

/// A map of its own entries after those that merge keys add. Of several merged maps the first that has a key gives it.
fn merge(own: Vec<Entry>, merged: &[Node]) -> Map {
    let sources = merged.iter().flat_map(|node| match &node.value {
        Value::List(list) => list.items.as_slice(),
        _ => std::slice::from_ref(node),
    });
    let mut entries: Vec<Entry> = Vec::new();
    for source in sources.collect::<Vec<_>>().into_iter().rev() {
        entries.extend_from_slice(source.entries());
    }
    entries.extend(own);
    Map::of_last(entries)
}

const TEMPLATE_HELP: &str = "this looks like a template; annexa reads YAML, so scan what the template renders to";

/// Whether template marks stand on the line of an error or at the start of any line; `${{ … }}` is not one.
fn looks_like_template(text: &str, error_at: usize) -> bool {
    let starts_with_mark = |line: &str| {
        let line = line.trim_start().trim_start_matches("- ");
        line.starts_with("{{") || line.starts_with("{%")
    };
    let (before, after) = text.split_at_checked(error_at).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = error_at + after.find('\n').unwrap_or(after.len());
    let line = text.get(start..end).unwrap_or("").replace("${{", "");
    line.contains("{{") || line.contains("{%") || text.lines().any(starts_with_mark)
}
