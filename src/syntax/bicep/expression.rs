//! Expressions, by precedence climbing.

use smol_str::SmolStr;

use super::read::{Read, Reader};
use super::{Expression, Kind, Loop, Property};
use crate::syntax::SyntaxError;
use crate::syntax::tree::{MAX_DEPTH, Span, Value};

/// The operators of two sides: how much they bind, and the functions that they call. Longer ones stand before those that
/// they begin with.
const OPERATORS: [(&str, u8, &str); 17] = [
    ("??", 0, "coalesce"),
    ("||", 1, "or"),
    ("&&", 2, "and"),
    ("==", 3, "equals"),
    ("!=", 3, "notEquals"),
    ("=~", 3, "equalsIgnoringCase"),
    ("!~", 3, "notEqualsIgnoringCase"),
    ("<=", 4, "lessOrEquals"),
    (">=", 4, "greaterOrEquals"),
    ("<", 4, "less"),
    (">", 4, "greater"),
    ("+", 5, "add"),
    ("-", 5, "sub"),
    ("*", 6, "mul"),
    ("/", 6, "div"),
    ("%", 6, "mod"),
    ("=>", 7, ""),
];

impl Reader<'_> {
    /// An expression.
    pub(super) fn expression(&mut self) -> Read<Expression> {
        self.deeper(|reader| {
            let start = reader.at;
            let condition = reader.binary(0)?;
            // `??` was taken already; what else begins so is a choice.
            if !reader.eat_below("?") {
                return Ok(condition);
            }
            reader.lines();
            let then = reader.expression()?;
            reader.lines();
            reader.expect(":")?;
            reader.lines();
            let otherwise = reader.expression()?;
            let call = Kind::Call(SmolStr::new_static("if"), vec![condition, then, otherwise]);
            reader.node(call, start)
        })
    }

    /// Operators that bind at least so much.
    fn binary(&mut self, least: u8) -> Read<Expression> {
        let start = self.at;
        let mut left = self.unary()?;
        while let Some((level, function)) = self.operator(least) {
            self.lines();
            let right = self.deeper(|reader| reader.binary(level + 1))?;
            let call = Kind::Call(SmolStr::new_static(function), vec![left, right]);
            left = self.node(call, start)?;
        }
        Ok(left)
    }

    /// What was read since `start`.
    fn node(&self, kind: Kind, start: usize) -> Read<Expression> {
        let expression = Expression::new(kind, self.span_from(start));
        if expression.height as usize > MAX_DEPTH {
            return Err(SyntaxError::too_deep(Span::new(self.at, self.at)));
        }
        Ok(expression)
    }

    fn operator(&mut self, least: u8) -> Option<(u8, &'static str)> {
        let before = self.at;
        let next = |reader: &Self| OPERATORS.iter().find(|(sign, ..)| reader.rest().starts_with(sign));
        self.blanks();
        let mut found = next(self);
        if found.is_none() {
            // A line may begin with an operator, but not with one that could begin something else.
            self.lines();
            found = next(self).filter(|(sign, ..)| matches!(*sign, "??" | "||" | "&&" | "==" | "!="));
        }
        let Some((sign, level, function)) =
            found.filter(|(_, level, function)| *level >= least && !function.is_empty())
        else {
            self.at = before;
            return None;
        };
        self.at += sign.len();
        Some((*level, function))
    }

    fn unary(&mut self) -> Read<Expression> {
        let start = self.at;
        let function = match self.peek() {
            Some('!') => "not",
            Some('-') => "negate",
            _ => return self.postfix(),
        };
        self.at += 1;
        self.blanks();
        let inner = self.deeper(Self::unary)?;
        let call = Kind::Call(SmolStr::new_static(function), vec![inner]);
        self.node(call, start)
    }

    /// `a.b`, `a[0]`, `a.?b`, `a[?0]`, `a::b`, `a!`, `a.f(x)`
    fn postfix(&mut self) -> Read<Expression> {
        let start = self.at;
        let mut base = self.primary()?;
        loop {
            let kind = if self.eat("::") {
                let (name, _) = self.expect_name("a nested resource")?;
                Kind::Nested(Box::new(base), name)
            } else if self.rest().starts_with('[') {
                self.at += 1;
                self.eat("?");
                self.lines();
                let index = self.expression()?;
                self.lines();
                self.expect("]")?;
                Kind::Member(Box::new(base), Box::new(index))
            } else if self.is_member() {
                self.lines();
                self.at += 1;
                self.eat("?");
                self.blanks();
                let (name, span) = self.expect_name("a property")?;
                self.member(base, name, span)?
            } else if self.rest().starts_with('!') && !self.rest().starts_with("!=") && !self.rest().starts_with("!~") {
                self.at += 1;
                base.kind
            } else {
                return Ok(base);
            };
            base = self.node(kind, start)?;
        }
    }

    /// Whether a dot comes next, perhaps on the next line; three are something else.
    fn is_member(&mut self) -> bool {
        let before = self.at;
        self.lines();
        let rest = self.rest();
        let found = rest.starts_with('.') && !rest.starts_with("..");
        self.at = before;
        found
    }

    /// A property, or a function of a namespace or of a resource.
    fn member(&mut self, base: Expression, name: SmolStr, span: Span) -> Read<Kind> {
        if !self.rest().starts_with('(') {
            return Ok(Kind::Member(Box::new(base), Box::new(Expression::text(name, span))));
        }
        let arguments = self.arguments()?;
        Ok(match &base.kind {
            Kind::Name(namespace) if matches!(namespace.as_str(), "sys" | "az") => Kind::Call(name, arguments),
            // What a resource is asked only the cloud answers.
            _ => Kind::Member(Box::new(base), Box::new(Expression::text(name, span))),
        })
    }

    fn primary(&mut self) -> Read<Expression> {
        let start = self.at;
        match self.peek() {
            Some('\'' | '$') => self.text_literal(),
            Some('0'..='9') => Ok(self.number()),
            Some('{') => self.map(),
            Some('[') => self.list(),
            Some('(') => {
                if let Some(lambda) = self.lambda(start)? {
                    return Ok(lambda);
                }
                self.at += 1;
                self.lines();
                let inner = self.expression()?;
                self.lines();
                self.expect(")")?;
                Ok(inner)
            }
            _ => self.named(start),
        }
    }

    fn named(&mut self, start: usize) -> Read<Expression> {
        let Some((name, span)) = self.name() else { return Err(self.mistake("expected a value")) };
        let value = match name.as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            _ => None,
        };
        if let Some(value) = value {
            return Ok(Expression::new(Kind::Value(value), span));
        }
        if self.rest().starts_with('(') {
            let arguments = self.arguments()?;
            return self.node(Kind::Call(name, arguments), start);
        }
        // `item => …`
        let before = self.at;
        self.blanks();
        if self.eat("=>") {
            return self.lambda_body(start);
        }
        self.at = before;
        Ok(Expression::new(Kind::Name(name), span))
    }

    /// `(a, b) => …`, where that is what comes next.
    fn lambda(&mut self, start: usize) -> Read<Option<Expression>> {
        self.at += 1;
        self.skip_while(|each| each.is_ascii_alphanumeric() || matches!(each, '_' | ',' | ' ' | '\t'));
        let is_lambda = self.eat(")") && {
            self.blanks();
            self.eat("=>")
        };
        if is_lambda {
            return self.lambda_body(start).map(Some);
        }
        self.at = start;
        Ok(None)
    }

    /// Lambdas are read and not evaluated.
    fn lambda_body(&mut self, start: usize) -> Read<Expression> {
        self.lines();
        self.expression()?;
        Ok(Expression::new(Kind::Opaque(SmolStr::new_static("a lambda")), self.span_from(start)))
    }

    fn arguments(&mut self) -> Read<Vec<Expression>> {
        self.expect("(")?;
        self.items(")")
    }

    /// Expressions up to a closing bracket, between commas or ends of lines.
    fn items(&mut self, close: &str) -> Read<Vec<Expression>> {
        let mut items = Vec::new();
        loop {
            self.lines();
            if self.eat(close) {
                return Ok(items);
            }
            if self.is_done() {
                return Err(self.mistake(format!("expected `{close}`")));
            }
            let start = self.at;
            if self.eat("...") {
                self.expression()?;
                items.push(Expression::new(Kind::Opaque(SmolStr::new_static("...")), self.span_from(start)));
            } else {
                items.push(self.expression()?);
            }
            self.blanks();
            let separated = self.eat(",") || self.rest().starts_with(['\n', '\r']) || self.rest().starts_with(close);
            if !separated {
                return Err(self.mistake(format!("expected `,` or `{close}`")));
            }
        }
    }

    /// `[a, b]` or `[for x in list: …]`
    fn list(&mut self) -> Read<Expression> {
        let start = self.at;
        self.expect("[")?;
        self.lines();
        let before = self.at;
        if self.eat_word("for") && self.rest().starts_with([' ', '\t', '(']) {
            let mut repeated = self.loop_head()?;
            let (condition, body) = self.loop_body()?;
            repeated.condition = condition.map(Box::new);
            self.lines();
            self.expect("]")?;
            let kind = Kind::For(Box::new(repeated), Box::new(body));
            return self.node(kind, start);
        }
        self.at = before;
        let items = self.items("]")?;
        self.node(Kind::List(items), start)
    }

    /// `x in list:` or `(x, i) in list:` after `for`.
    pub(super) fn loop_head(&mut self) -> Read<Loop> {
        self.blanks();
        let (item, index) = if self.eat("(") {
            self.blanks();
            let (item, _) = self.expect_name("the element")?;
            self.blanks();
            self.expect(",")?;
            self.blanks();
            let (index, _) = self.expect_name("the index")?;
            self.blanks();
            self.expect(")")?;
            (item, Some(index))
        } else {
            (self.expect_name("the element")?.0, None)
        };
        self.blanks();
        if !self.eat_word("in") {
            return Err(self.mistake("expected `in`"));
        }
        self.blanks();
        let over = self.expression()?;
        self.blanks();
        self.expect(":")?;
        self.lines();
        Ok(Loop { item, index, over, condition: None })
    }

    /// `value` or `if (condition) value`
    fn loop_body(&mut self) -> Read<(Option<Expression>, Expression)> {
        let condition = self.condition()?;
        Ok((condition, self.expression()?))
    }

    /// `if (condition)`, where it comes next.
    pub(super) fn condition(&mut self) -> Read<Option<Expression>> {
        let before = self.at;
        if !self.eat_word("if") {
            return Ok(None);
        }
        self.blanks();
        if !self.eat("(") {
            self.at = before;
            return Ok(None);
        }
        self.lines();
        let condition = self.expression()?;
        self.lines();
        self.expect(")")?;
        self.lines();
        Ok(Some(condition))
    }

    fn map(&mut self) -> Read<Expression> {
        let start = self.at;
        let (properties, _) = self.entries(false)?;
        self.node(Kind::Map(properties), start)
    }

    /// The entries of a map and, in the body of a resource, the resources among them.
    pub(super) fn entries(&mut self, is_body: bool) -> Read<(Vec<Property>, Vec<super::Resource>)> {
        self.expect("{")?;
        let (mut properties, mut resources) = (Vec::new(), Vec::new());
        loop {
            self.lines();
            if self.eat("}") {
                return Ok((properties, resources));
            }
            if self.is_done() {
                return Err(self.mistake("expected `}`"));
            }
            match if is_body { self.nested()? } else { None } {
                Some(resource) => resources.push(resource),
                None => properties.push(self.property()?),
            }
            self.blanks();
            let separated = self.eat(",") || self.rest().starts_with(['\n', '\r', '}']);
            if !separated {
                return Err(self.mistake("expected the end of the line"));
            }
        }
    }

    fn property(&mut self) -> Read<Property> {
        let start = self.at;
        if self.eat("...") {
            let spread = self.expression()?;
            let span = self.span_from(start);
            return Ok(Property {
                key: Expression::new(Kind::Opaque(SmolStr::new_static("...")), span),
                value: spread,
            });
        }
        let key = match self.name() {
            Some((name, span)) => Expression::text(name, span),
            None if self.rest().starts_with('\'') => self.text_literal()?,
            None => return Err(self.mistake("expected the name of a property")),
        };
        self.blanks();
        self.expect(":")?;
        self.lines();
        let value = self.expression()?;
        Ok(Property { key, value })
    }
}
