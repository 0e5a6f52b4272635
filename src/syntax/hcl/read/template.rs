//! Templates: the pieces of quoted texts and heredocs, each with the span of its source.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::template::{Directive, Element, ForDirective, IfDirective, Strip, Template};
use smol_str::{SmolStr, SmolStrBuilder};

use super::Converter;
use crate::syntax::hcl::TemplatePart;
use crate::syntax::tree::Span;

/// How the literal text of a template is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// Between quotes: backslash escapes count.
    Quoted,
    /// In a heredoc: no backslash escapes, and of each line the first `indent` characters do not count (`<<-`).
    Heredoc {
        /// Characters to leave out at the start of each line.
        indent: usize,
    },
}

impl Converter<'_> {
    /// The parts of a template.
    pub(super) fn template(self, template: &Template, form: Form) -> Vec<TemplatePart> {
        let mut parts = Parts { parts: Vec::new(), trim_next: false };
        let mut line_start = true;
        for element in template {
            match element {
                Element::Literal(literal) => {
                    let range = literal.span().unwrap_or(0..0);
                    let pieces = Pieces { converter: self, form, line_start }.read(range);
                    line_start = literal.ends_with('\n');
                    parts.literal(pieces);
                }
                Element::Interpolation(interpolation) => {
                    line_start = false;
                    parts.strip_before(interpolation.strip);
                    parts.parts.push(TemplatePart::Interpolation(self.expression(&interpolation.expr)));
                    parts.strip_after(interpolation.strip);
                }
                Element::Directive(directive) => {
                    line_start = false;
                    self.directive(directive, form, &mut parts);
                }
            }
        }
        parts.parts
    }

    /// The pieces of a quoted text without interpolation, between the quotes.
    pub(super) fn pieces(self, range: Range<usize>, form: Form) -> Vec<TemplatePart> {
        Pieces { converter: self, form, line_start: false }.read(range)
    }

    fn directive(self, directive: &Directive, form: Form, parts: &mut Parts) {
        match directive {
            Directive::If(directive) => {
                parts.strip_before(directive.if_expr.strip);
                parts.parts.push(self.if_directive(directive, form));
                parts.strip_after(directive.endif_expr.strip);
            }
            Directive::For(directive) => {
                parts.strip_before(directive.for_expr.strip);
                parts.parts.push(self.for_directive(directive, form));
                parts.strip_after(directive.endfor_expr.strip);
            }
        }
    }

    fn if_directive(self, directive: &IfDirective, form: Form) -> TemplatePart {
        let end = directive.endif_expr.strip;
        let (middle, otherwise) = match &directive.else_expr {
            Some(other) => (other.strip, self.inner(&other.template, form, other.strip, end)),
            None => (end, Vec::new()),
        };
        TemplatePart::If {
            condition: self.expression(&directive.if_expr.cond_expr),
            then: self.inner(&directive.if_expr.template, form, directive.if_expr.strip, middle),
            otherwise,
        }
    }

    fn for_directive(self, directive: &ForDirective, form: Form) -> TemplatePart {
        let intro = &directive.for_expr;
        TemplatePart::For {
            key: intro.key_var.as_ref().map(|name| name.as_str().into()),
            value: intro.value_var.as_str().into(),
            collection: self.expression(&intro.collection_expr),
            body: self.inner(&intro.template, form, intro.strip, directive.endfor_expr.strip),
        }
    }

    /// The parts between two directives, with the white space that their `~` take away removed.
    fn inner(self, template: &Template, form: Form, before: Strip, after: Strip) -> Vec<TemplatePart> {
        let mut parts = Parts { parts: self.template(template, form), trim_next: false };
        if before.strip_end() {
            parts.trim_start();
        }
        parts.strip_before(after);
        parts.parts
    }
}

/// Parts under construction.
struct Parts {
    parts: Vec<TemplatePart>,
    /// Whether the next literal loses its leading white space (`~}`).
    trim_next: bool,
}

impl Parts {
    fn literal(&mut self, pieces: Vec<TemplatePart>) {
        let mut literal = Parts { parts: pieces, trim_next: false };
        if std::mem::take(&mut self.trim_next) {
            literal.trim_start();
        }
        self.parts.append(&mut literal.parts);
    }

    fn strip_before(&mut self, strip: Strip) {
        self.trim_next = false;
        if strip.strip_start() {
            self.trim_end();
        }
    }

    fn strip_after(&mut self, strip: Strip) {
        self.trim_next = strip.strip_end();
    }

    /// Removes white space at the start.
    fn trim_start(&mut self) {
        while let Some(TemplatePart::Text(text, span)) = self.parts.first_mut() {
            let trimmed = text.trim_start();
            if trimmed.len() == text.len() {
                return;
            }
            if trimmed.is_empty() {
                self.parts.remove(0);
                continue;
            }
            if span.end - span.start == u32::try_from(text.len()).unwrap_or(0) {
                span.start += u32::try_from(text.len() - trimmed.len()).unwrap_or(0);
            }
            *text = trimmed.into();
            return;
        }
    }

    /// Removes white space at the end.
    fn trim_end(&mut self) {
        while let Some(TemplatePart::Text(text, span)) = self.parts.last_mut() {
            let trimmed = text.trim_end();
            if trimmed.len() == text.len() {
                return;
            }
            if trimmed.is_empty() {
                self.parts.pop();
                continue;
            }
            if span.end - span.start == u32::try_from(text.len()).unwrap_or(0) {
                span.end = span.end.saturating_sub(u32::try_from(text.len() - trimmed.len()).unwrap_or(0));
            }
            *text = trimmed.into();
            return;
        }
    }
}

/// Cuts the source of a literal into pieces that stand verbatim in it, and escapes.
struct Pieces<'a> {
    converter: Converter<'a>,
    form: Form,
    /// Whether the literal starts a line of a heredoc.
    line_start: bool,
}

impl Pieces<'_> {
    fn read(self, range: Range<usize>) -> Vec<TemplatePart> {
        let raw = self.converter.text.get(range.clone()).unwrap_or("");
        let mut parts = Vec::new();
        let (mut from, mut at, mut line_start) = (0, 0, self.line_start);
        while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
            let skipped = if line_start { self.indent(rest) } else { 0 };
            let special = if skipped > 0 { Some((skipped, SmolStr::default())) } else { self.special(rest) };
            line_start = false;
            if let Some((length, meaning)) = special {
                self.push(&mut parts, raw, range.start, from..at);
                if !meaning.is_empty() {
                    parts.push(TemplatePart::Text(meaning, self.span(range.start, at..at + length)));
                }
                at += length;
                from = at;
                continue;
            }
            // On to the next byte that can mean something else than itself.
            let step = rest.bytes().skip(1).position(|byte| matches!(byte, b'\n' | b'\\' | b'$' | b'%'));
            let step = step.map_or(rest.len(), |step| step + 1);
            if rest.starts_with('\n') {
                line_start = true;
                at += 1;
            } else {
                at += step;
            }
        }
        self.push(&mut parts, raw, range.start, from..raw.len());
        parts
    }

    fn span(&self, start: usize, range: Range<usize>) -> Span {
        self.converter.span(Some(start + range.start..start + range.end))
    }

    fn push(&self, parts: &mut Vec<TemplatePart>, raw: &str, start: usize, range: Range<usize>) {
        if let Some(text) = raw.get(range.clone()).filter(|text| !text.is_empty()) {
            parts.push(TemplatePart::Text(text.into(), self.span(start, range)));
        }
    }

    /// How many bytes of indentation do not count at the start of this line.
    fn indent(&self, line: &str) -> usize {
        match self.form {
            Form::Quoted => 0,
            Form::Heredoc { indent } => {
                line.chars().take(indent).take_while(|c| *c != '\n' && c.is_whitespace()).map(char::len_utf8).sum()
            }
        }
    }

    /// The length and the meaning of an escape that `rest` starts with.
    fn special(&self, rest: &str) -> Option<(usize, SmolStr)> {
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            return rest.get(1..3).map(|meaning| (3, meaning.into()));
        }
        if !matches!(self.form, Form::Quoted) {
            return None;
        }
        let escape = rest.strip_prefix('\\')?.chars().next()?;
        let code_point = |length: usize| {
            let code = u32::from_str_radix(rest.get(2..2 + length)?, 16).ok()?;
            Some((2 + length, single(char::from_u32(code)?)))
        };
        match escape {
            'n' => Some((2, single('\n'))),
            'r' => Some((2, single('\r'))),
            't' => Some((2, single('\t'))),
            'u' => code_point(4),
            'U' => code_point(8),
            other => Some((1 + other.len_utf8(), single(other))),
        }
    }
}

fn single(c: char) -> SmolStr {
    let mut text = SmolStrBuilder::new();
    text.push(c);
    text.finish()
}
