//! JSON (RFC 8259) that is written as text: in a heredoc, in quotes with escapes, with interpolation in it. Read as what
//! it holds, so that rules look into it as they do with `jsonencode(…)`.

use std::ops::Range;

use smol_str::SmolStr;

use super::template::Segment;
use crate::kind::shared::joined::Joined;
use crate::syntax::tree::{FileId, Map, Node, Place, Span, Value};

/// How deeply JSON may nest.
const MAX_DEPTH: usize = 64;

/// Stands for an interpolation in the text; JSON does not allow the character.
const HOLE: char = '\u{1}';

/// The object or list that the segments write in JSON; `None` where they write something else.
pub(super) fn read(segments: &[Segment], file: FileId) -> Option<Node> {
    if !looks_like_json(segments) {
        return None;
    }
    let source = Source::of(segments, file);
    Reader { source: &source, at: 0 }.document()
}

/// The value of a JSON text whose pieces have no place of their own.
pub(super) fn decode(text: &str, place: Place) -> Option<Node> {
    let source = Source { text: text.to_owned(), pieces: Vec::new(), holes: Vec::new(), fixed: place };
    Reader { source: &source, at: 0 }.document()
}

/// Whether the text starts as a JSON object or a list of objects or texts does. A lone `{}` or `[a-z]` is left alone.
fn looks_like_json(segments: &[Segment]) -> bool {
    let mut signs = segments.iter().flat_map(|segment| match segment {
        Segment::Text(text, _) => text.chars().filter(|c| !c.is_whitespace()).take(2).collect::<Vec<_>>(),
        Segment::Value(_) => vec![HOLE],
    });
    match (signs.next(), signs.next()) {
        (Some('{'), Some('"')) => true,
        (Some('['), Some(second)) => matches!(second, '{' | '"' | HOLE),
        _ => false,
    }
}

/// The text of all segments, and where each piece of it stands.
struct Source<'a> {
    text: String,
    /// Offset in the text, span in the file.
    pieces: Vec<(usize, Span)>,
    /// Offset in the text, value that stands there.
    holes: Vec<(usize, &'a Node)>,
    /// Where everything stands that no piece says anything about; names the file too.
    fixed: Place,
}

impl<'a> Source<'a> {
    fn of(segments: &'a [Segment], file: FileId) -> Source<'a> {
        let fixed = Place::span(file, Span::default());
        let mut source = Source { text: String::new(), pieces: Vec::new(), holes: Vec::new(), fixed };
        for segment in segments {
            let at = source.text.len();
            match segment {
                Segment::Text(text, span) => {
                    source.pieces.push((at, *span));
                    source.text.push_str(text);
                }
                Segment::Value(node) => {
                    source.pieces.push((at, node.place.as_span().unwrap_or_default()));
                    source.holes.push((at, node));
                    source.text.push(HOLE);
                }
            }
        }
        source
    }

    /// The bounds of a piece in the text, and its span.
    fn piece(&self, at: usize) -> Option<(Range<usize>, Span)> {
        let next = self.pieces.partition_point(|(start, _)| *start <= at);
        let (start, span) = *self.pieces.get(next.checked_sub(1)?)?;
        let end = self.pieces.get(next).map_or(self.text.len(), |(start, _)| *start);
        Some((start..end, span))
    }

    /// Where a range of the text stands in the file.
    fn place(&self, range: Range<usize>) -> Place {
        let last = range.end.saturating_sub(1).max(range.start);
        let (Some((first, start)), Some((piece, end))) = (self.piece(range.start), self.piece(last)) else {
            return self.fixed;
        };
        // What is not verbatim in the file (an escape, an interpolation) counts as a whole.
        let verbatim = |piece: &Range<usize>, span: Span| (span.end - span.start) as usize == piece.len();
        let from = if verbatim(&first, start) {
            start.start as usize + range.start - first.start
        } else {
            start.start as usize
        };
        let to = if verbatim(&piece, end) { end.start as usize + last + 1 - piece.start } else { end.end as usize };
        Place::span(self.fixed.file, Span::new(from, to))
    }

    fn hole(&self, at: usize) -> Option<&'a Node> {
        let index = self.holes.binary_search_by_key(&at, |(start, _)| *start).ok()?;
        self.holes.get(index).map(|(_, node)| *node)
    }
}

struct Reader<'a> {
    source: &'a Source<'a>,
    at: usize,
}

impl Reader<'_> {
    fn document(mut self) -> Option<Node> {
        let node = self.value(0)?;
        self.skip();
        (self.at == self.source.text.len()).then_some(node)
    }

    fn rest(&self) -> &str {
        self.source.text.get(self.at..).unwrap_or("")
    }

    fn skip(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn accept(&mut self, sign: char) -> bool {
        self.skip();
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len_utf8() } else { 0 };
        found
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.skip();
        let start = self.at;
        match self.rest().chars().next()? {
            '{' => self.object(depth),
            '[' => self.list(depth),
            '"' => self.text(),
            HOLE => {
                let node = self.source.hole(start)?.clone();
                self.at += HOLE.len_utf8();
                Some(Node { place: self.source.place(start..self.at), ..node })
            }
            _ => self.scalar(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Node> {
        let start = self.at;
        self.at += 1;
        let mut map = Map::default();
        if !self.accept('}') {
            loop {
                self.skip();
                let key = self.rest().starts_with('"').then(|| self.text()).flatten()?;
                if !self.accept(':') {
                    return None;
                }
                let value = self.value(depth + 1)?;
                match (key.as_str(), &key.value) {
                    (Some(text), _) => map.push(text, key.place, value),
                    (None, Value::Unknown(unknown)) => map.open = Some(unknown.clone()),
                    (None, _) => return None,
                }
                if self.accept('}') {
                    break;
                }
                if !self.accept(',') {
                    return None;
                }
            }
        }
        Some(Node::map(map, self.source.place(start..self.at)))
    }

    fn list(&mut self, depth: usize) -> Option<Node> {
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        if !self.accept(']') {
            loop {
                items.push(self.value(depth + 1)?);
                if self.accept(']') {
                    break;
                }
                if !self.accept(',') {
                    return None;
                }
            }
        }
        Some(Node::list(items, self.source.place(start..self.at)))
    }

    /// A quoted text; unknown where an interpolation in it is.
    fn text(&mut self) -> Option<Node> {
        let start = self.at;
        let mut joined = Joined::default();
        let mut holes = Vec::new();
        self.at += 1;
        loop {
            let c = self.rest().chars().next()?;
            let at = self.at;
            self.at += c.len_utf8();
            match c {
                '"' => break,
                '\\' => joined.text.push(self.escape()?),
                HOLE => {
                    let node = self.source.hole(at)?;
                    holes.push(node.clone());
                    match (node.value.scalar_text(), &node.value) {
                        (Some(text), _) => joined.text.push_str(&text),
                        (None, Value::Unknown(unknown)) => joined.gap(unknown),
                        (None, Value::Null) => {}
                        (None, _) => return None,
                    }
                }
                c => joined.text.push(c),
            }
        }
        let place = self.source.place(start..self.at);
        let refers = super::evaluate::union(&holes);
        Some(Node { value: joined.value(), place, refers })
    }

    fn escape(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => {
                let digits = self.rest().get(..4)?;
                let code = u32::from_str_radix(digits, 16).ok()?;
                self.at += 4;
                // Halves of surrogate pairs stand for letters that no rule looks for.
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            '"' | '\\' | '/' => c,
            _ => return None,
        })
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Option<Node> {
        let start = self.at;
        let length = self.rest().find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')));
        let word = SmolStr::from(self.rest().get(..length.unwrap_or(self.rest().len()))?);
        self.at += word.len();
        let value = match word.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            number if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                Value::Number(number.parse().ok().filter(|number: &f64| number.is_finite())?)
            }
            _ => return None,
        };
        Some(Node::new(value, self.source.place(start..self.at)))
    }
}
