//! Texts and numbers.

use smol_str::SmolStr;

use super::read::{Read, Reader};
use super::{Expression, Kind};
use crate::syntax::SyntaxError;
use crate::syntax::tree::{Span, Value};
use crate::syntax::yaml::scalar;

impl Reader<'_> {
    /// `'text'`, `'a ${value} b'` or `'''lines'''`.
    pub(super) fn text_literal(&mut self) -> Read<Expression> {
        let start = self.at;
        self.skip_while(|each| each == '$');
        if self.eat("'''") {
            return self.lines_literal(start);
        }
        self.expect("'")?;
        let mut parts: Vec<Expression> = Vec::new();
        let mut text = String::new();
        let mut part = self.at;
        loop {
            let here = self.at;
            let Some(next) = self.peek().filter(|next| *next != '\n') else {
                return Err(SyntaxError::new("the text does not end", Span::new(start, start + 1)));
            };
            if next == '\'' {
                self.at += 1;
                break;
            }
            if self.eat("${") {
                parts.push(Expression::text(std::mem::take(&mut text), Span::new(part, here)));
                self.lines();
                parts.push(self.deeper(Self::expression)?);
                self.lines();
                self.expect("}")?;
                part = self.at;
            } else if next == '\\' {
                text.push(self.escape()?);
            } else {
                self.at += next.len_utf8();
                text.push(next);
            }
        }
        let span = self.span_from(start);
        if parts.is_empty() {
            return Ok(Expression::text(text, span));
        }
        parts.push(Expression::text(text, Span::new(part, self.at - 1)));
        Ok(Expression::new(Kind::Text(parts), span))
    }

    fn lines_literal(&mut self, start: usize) -> Read<Expression> {
        let rest = self.rest();
        let Some(end) = rest.find("'''") else {
            return Err(SyntaxError::new("the text does not end", Span::new(start, start + 3)));
        };
        // Further quotes at the end belong to the text.
        let after = rest.get(end + 3..).unwrap_or("");
        let end = end + (after.len() - after.trim_start_matches('\'').len());
        let text = rest.get(..end).unwrap_or("");
        let text = text.strip_prefix("\r\n").or(text.strip_prefix('\n')).unwrap_or(text);
        self.at += end + 3;
        Ok(Expression::text(text, self.span_from(start)))
    }

    /// What stands after a backslash.
    fn escape(&mut self) -> Read<char> {
        let start = self.at;
        self.at += 1;
        let Some(next) = self.peek() else { return Err(self.mistake("the text does not end")) };
        self.at += next.len_utf8();
        let unknown = |reader: &Self| {
            let span = reader.span_from(start);
            SyntaxError::new(format!("`{}` is no escape", span.slice(reader.text)), span)
        };
        Ok(match next {
            '\\' | '\'' | '$' => next,
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' if self.eat("{") => {
                let digits = self.at;
                self.skip_while(|each| each.is_ascii_hexdigit());
                let code = u32::from_str_radix(self.span_from(digits).slice(self.text), 16).ok();
                let read = code.and_then(char::from_u32).ok_or_else(|| unknown(self))?;
                self.expect("}")?;
                read
            }
            _ => return Err(unknown(self)),
        })
    }

    /// A number.
    pub(super) fn number(&mut self) -> Expression {
        let start = self.at;
        self.skip_while(|each| each.is_ascii_digit());
        let span = self.span_from(start);
        // A whole number is one in YAML too.
        let value = scalar::plain(span.slice(self.text));
        let value =
            if matches!(value, Value::Number(_)) { value } else { Value::Text(SmolStr::new(span.slice(self.text))) };
        Expression::new(Kind::Value(value), span)
    }
}
