//! The expressions in the texts of JSON templates: `[concat(parameters('name'), '/default')]`.

use smol_str::SmolStr;

use crate::syntax::bicep::{Expression, Kind};
use crate::syntax::tree::{Span, Value};

/// Calls within calls that are read; real ones stay below ten.
const MAX_DEPTH: usize = 64;

/// The expression that a text is; its parts all stand where the text does. A text that is none stands for itself.
pub(super) fn of_text(text: &str, span: Span) -> Expression {
    let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return Expression::text(text, span);
    };
    if inner.starts_with('[') {
        // Two brackets stand for one.
        return Expression::text(format!("{inner}]"), span);
    }
    let mut reader = Reader { text: inner, at: 0, span };
    let read = reader.expression(0);
    reader.blanks();
    match read {
        Some(expression) if reader.at == inner.len() && expression.height() <= MAX_DEPTH => expression,
        _ => Expression::new(Kind::Opaque(SmolStr::new(text)), span),
    }
}

struct Reader<'s> {
    text: &'s str,
    at: usize,
    span: Span,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, text: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn name(&mut self) -> Option<SmolStr> {
        self.blanks();
        let rest = self.rest();
        let end = rest.find(|each: char| !each.is_ascii_alphanumeric() && each != '_').unwrap_or(rest.len());
        let name = SmolStr::new(rest.get(..end)?);
        self.at += end;
        (!name.is_empty()).then_some(name)
    }

    fn node(&self, kind: Kind) -> Expression {
        Expression::new(kind, self.span)
    }

    fn expression(&mut self, depth: usize) -> Option<Expression> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut base = self.primary(depth)?;
        let mut members = 0;
        loop {
            members += 1;
            let key = if self.eat(".") {
                let name = self.name()?;
                Expression::text(name, self.span)
            } else if self.eat("[") {
                let index = self.expression(depth + 1)?;
                if !self.eat("]") {
                    return None;
                }
                index
            } else {
                return Some(base);
            };
            if members > MAX_DEPTH {
                return None;
            }
            base = self.node(Kind::Member(Box::new(base), Box::new(key)));
        }
    }

    fn primary(&mut self, depth: usize) -> Option<Expression> {
        self.blanks();
        match self.rest().chars().next()? {
            '\'' => self.literal(),
            '0'..='9' | '-' => {
                let rest = self.rest();
                let end = rest.find(|each: char| !matches!(each, '0'..='9' | '-' | '.')).unwrap_or(rest.len());
                let number: f64 = rest.get(..end)?.parse().ok()?;
                self.at += end;
                Some(self.node(Kind::Value(Value::Number(number))))
            }
            _ => self.call(depth),
        }
    }

    /// `'it''s'`
    fn literal(&mut self) -> Option<Expression> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let end = rest.find('\'')?;
            text.push_str(rest.get(..end)?);
            self.at += end + 1;
            if !self.rest().starts_with('\'') {
                return Some(Expression::text(text, self.span));
            }
            text.push('\'');
            self.at += 1;
        }
    }

    /// `name(…)` or `namespace.name(…)`
    fn call(&mut self, depth: usize) -> Option<Expression> {
        let mut name = self.name()?;
        if self.eat(".") {
            name = smol_str::format_smolstr!("{name}.{}", self.name()?);
        }
        if !self.eat("(") {
            return None;
        }
        let mut arguments = Vec::new();
        while !self.eat(")") {
            if !arguments.is_empty() && !self.eat(",") {
                return None;
            }
            arguments.push(self.expression(depth + 1)?);
        }
        Some(self.node(Kind::Call(name, arguments)))
    }
}
