//! Reads HCL with hcl-edit and turns its syntax tree at once into the compact one of this module.
//!
//! hcl-edit bounds how deeply expressions, templates and blocks nest (64) and how many operators a chain has (128), so
//! that every recursion here is bounded too.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr as edit;
use hcl_edit::structure;
use smol_str::SmolStr;

use self::cost::Cost;
use super::{
    Attribute, BinaryOperator, Block, Body, Call, Expression, ExpressionKind, For, Step, TemplatePart, UnaryOperator,
};
use crate::syntax::tree::Span;
use crate::syntax::{Content, Parsed, SyntaxError};

mod cost;
mod errors;
mod template;

/// Reads one HCL file. A file with a mistake keeps the top-level blocks that can be read without it.
pub fn parse(text: &str) -> Parsed {
    let mut errors = Vec::new();
    let cost = Cost::of(text);
    let whole = if cost.is_too_much() { Err(cost.error(0)) } else { body(text, 0) };
    let body = match whole {
        Ok(body) => body,
        Err(error) => {
            errors.push(error);
            recover(text, &mut errors)
        }
    };
    let content = if errors.is_empty() || !body.blocks.is_empty() { Content::Hcl(body) } else { Content::Nothing };
    Parsed { content, errors }
}

/// Reads one expression; the spans are offsets in `text`.
pub fn expression(text: &str) -> Result<Expression, SyntaxError> {
    match hcl_edit::parser::parse_expr(text) {
        Ok(expression) => Ok(Converter { text, at: At::Offset(0) }.expression(&expression)),
        Err(error) => Err(errors::rewrite(&error, text, 0)),
    }
}

/// Reads one expression that stands at this span of its file.
pub(super) fn expression_at(text: &str, span: Span) -> Result<Expression, SyntaxError> {
    let base = span.start as usize;
    match hcl_edit::parser::parse_expr(text) {
        Ok(expression) => Ok(Converter { text, at: At::Offset(base) }.expression(&expression)),
        Err(error) => Err(errors::rewrite(&error, text, base)),
    }
}

/// Reads a template that stands there without quotes: in a file of its own, or in a text of JSON.
pub fn template_text(text: &str, at: At) -> Result<Vec<TemplatePart>, SyntaxError> {
    let start = match at {
        At::Offset(base) => base,
        At::Fixed(span) => span.start as usize,
    };
    let cost = Cost::of(text);
    if cost.is_too_much() {
        return Err(cost.error(start));
    }
    match hcl_edit::parser::parse_template(text) {
        Ok(template) => Ok(Converter { text, at }.template(&template, template::Form::Heredoc { indent: 0 })),
        Err(error) => Err(match at {
            At::Offset(base) => errors::rewrite(&error, text, base),
            At::Fixed(span) => SyntaxError { span, ..errors::rewrite(&error, text, 0) },
        }),
    }
}

/// Where the text that is read stands in its file.
#[derive(Debug, Clone, Copy)]
pub enum At {
    /// From this byte on, as it is.
    Offset(usize),
    /// In another form, so that everything in it has this one span.
    Fixed(Span),
}

/// The body of `text`, which starts at byte `base` of its file.
fn body(text: &str, base: usize) -> Result<Body, SyntaxError> {
    let (text, base) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, base + '\u{feff}'.len_utf8()),
        None => (text, base),
    };
    match hcl_edit::parser::parse_body(text) {
        Ok(body) => {
            let converter = Converter { text, at: At::Offset(base) };
            Ok(converter.body(&body, Some(0..text.len())))
        }
        Err(error) => Err(errors::rewrite(&error, text, base)),
    }
}

/// Reads the top-level blocks of a broken file one by one. The first error is known already; blocks after it that are
/// broken too add theirs.
fn recover(text: &str, errors: &mut Vec<SyntaxError>) -> Body {
    let mut whole = Body { span: Span::new(0, text.len()), ..Body::default() };
    let mut spent = Cost::default();
    for chunk in chunks(text) {
        let part = text.get(chunk.clone()).unwrap_or("");
        let cost = Cost::of(part);
        let next = spent.and(cost);
        if next.is_too_much() {
            push(errors, cost.error(chunk.start));
            continue;
        }
        spent = next;
        match body(part, chunk.start) {
            Ok(part) => {
                whole.attributes.extend(part.attributes);
                whole.blocks.extend(part.blocks);
            }
            Err(error) => push(errors, error),
        }
    }
    whole
}

fn push(errors: &mut Vec<SyntaxError>, error: SyntaxError) {
    let known = errors.iter().any(|known| known.span.start == error.span.start);
    if !known && errors.len() < MOST_ERRORS {
        errors.push(error);
    }
}

/// More errors than these in one file help nobody.
const MOST_ERRORS: usize = 10;

/// Cuts a text where a line starts with a letter right after a line that starts with a closing brace, which is how
/// every formatter lays out top-level blocks.
fn chunks(text: &str) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let (mut start, mut offset, mut closed) = (0, 0, true);
    for line in text.split_inclusive('\n') {
        let first = line.chars().next().unwrap_or('\n');
        if closed && first.is_ascii_alphabetic() && offset > start {
            chunks.push(start..offset);
            start = offset;
        }
        if first == '}' {
            closed = true;
        } else if !line.trim().is_empty() && !first.is_whitespace() && first != '#' && first != '/' {
            closed = false;
        }
        offset += line.len();
    }
    chunks.push(start..text.len());
    chunks
}

/// Turns what hcl-edit read from `text` into our types.
#[derive(Clone, Copy)]
struct Converter<'a> {
    text: &'a str,
    at: At,
}

impl Converter<'_> {
    fn span(self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or(0..0);
        match self.at {
            At::Offset(base) => Span::new(range.start + base, range.end + base),
            At::Fixed(span) => span,
        }
    }

    /// A body; hcl-edit gives no exact range for it, so the caller does.
    fn body(self, body: &structure::Body, range: Option<Range<usize>>) -> Body {
        let mut converted = Body { span: self.span(range), ..Body::default() };
        for item in body {
            match item {
                structure::Structure::Attribute(attribute) => converted.attributes.push(Attribute {
                    key: attribute.key.as_str().into(),
                    key_span: self.span(attribute.key.span()),
                    value: self.expression(&attribute.value),
                }),
                structure::Structure::Block(block) => converted.blocks.push(self.block(block)),
            }
        }
        converted
    }

    fn block(self, block: &structure::Block) -> Block {
        let range = block.span().unwrap_or(0..0);
        let last = block.labels.last().and_then(hcl_edit::Span::span).or_else(|| block.ident.span());
        let header_end = last.map_or(range.start, |last| last.end);
        let brace = self.text.get(header_end..range.end).and_then(|rest| rest.find('{'));
        let inside = brace.map(|brace| header_end + brace + 1..range.end.saturating_sub(1));
        Block {
            name: block.ident.as_str().into(),
            labels: block.labels.iter().map(|label| label.as_str().into()).collect(),
            header: self.span(Some(range.start..header_end)),
            span: self.span(Some(range)),
            body: self.body(&block.body, inside),
        }
    }

    fn expression(self, expression: &edit::Expression) -> Expression {
        Expression { kind: self.kind(expression), span: self.span(expression.span()) }
    }

    fn kind(self, expression: &edit::Expression) -> ExpressionKind {
        match expression {
            edit::Expression::Null(_) => ExpressionKind::Null,
            edit::Expression::Bool(value) => ExpressionKind::Bool(*value.value()),
            edit::Expression::Number(number) => ExpressionKind::Number(number.value().as_f64().unwrap_or(f64::NAN)),
            edit::Expression::String(text) => self.quoted(text.value(), text.span()),
            edit::Expression::StringTemplate(template) => {
                ExpressionKind::Template(self.template(template, template::Form::Quoted))
            }
            edit::Expression::HeredocTemplate(heredoc) => {
                let form = template::Form::Heredoc { indent: heredoc.indent().unwrap_or(0) };
                ExpressionKind::Template(self.template(&heredoc.template, form))
            }
            edit::Expression::Array(array) => {
                ExpressionKind::List(array.iter().map(|item| self.expression(item)).collect())
            }
            edit::Expression::Object(object) => ExpressionKind::Object(
                object.iter().map(|(key, value)| (self.object_key(key), self.expression(value.expr()))).collect(),
            ),
            edit::Expression::Parenthesis(inner) => self.kind(inner.inner()),
            edit::Expression::Variable(name) => ExpressionKind::Variable(name.as_str().into()),
            edit::Expression::Conditional(conditional) => ExpressionKind::Conditional(Box::new([
                self.expression(&conditional.cond_expr),
                self.expression(&conditional.true_expr),
                self.expression(&conditional.false_expr),
            ])),
            edit::Expression::FuncCall(call) => ExpressionKind::Call(Box::new(self.call(call))),
            edit::Expression::Traversal(traversal) => ExpressionKind::Traversal(
                Box::new(self.expression(&traversal.expr)),
                traversal.operators.iter().map(|operator| self.step(operator.value())).collect(),
            ),
            edit::Expression::UnaryOp(operation) => {
                ExpressionKind::Unary(unary(*operation.operator.value()), Box::new(self.expression(&operation.expr)))
            }
            edit::Expression::BinaryOp(operation) => ExpressionKind::Binary(
                binary(*operation.operator.value()),
                Box::new([self.expression(&operation.lhs_expr), self.expression(&operation.rhs_expr)]),
            ),
            edit::Expression::ForExpr(expression) => ExpressionKind::For(Box::new(self.for_expression(expression))),
        }
    }

    fn object_key(self, key: &edit::ObjectKey) -> Expression {
        match key {
            edit::ObjectKey::Ident(name) => {
                Expression { kind: ExpressionKind::Text(name.as_str().into()), span: self.span(name.span()) }
            }
            edit::ObjectKey::Expression(expression) => self.expression(expression),
        }
    }

    fn call(self, call: &edit::FuncCall) -> Call {
        let names = call.name.namespace.iter().chain([&call.name.name]).map(|name| name.as_str());
        Call {
            name: names.collect::<Vec<_>>().join("::").into(),
            arguments: call.args.iter().map(|argument| self.expression(argument)).collect(),
            expand_final: call.args.expand_final(),
        }
    }

    fn step(self, operator: &edit::TraversalOperator) -> Step {
        match operator {
            edit::TraversalOperator::AttrSplat(_) => Step::AttributeSplat,
            edit::TraversalOperator::FullSplat(_) => Step::FullSplat,
            edit::TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().into()),
            edit::TraversalOperator::Index(index) => Step::Index(self.expression(index)),
            edit::TraversalOperator::LegacyIndex(index) => Step::Index(Expression {
                kind: ExpressionKind::Number(*index.value() as f64),
                span: self.span(index.span()),
            }),
        }
    }

    fn for_expression(self, expression: &edit::ForExpr) -> For {
        For {
            key: expression.intro.key_var.as_ref().map(|name| name.as_str().into()),
            value: expression.intro.value_var.as_str().into(),
            collection: self.expression(&expression.intro.collection_expr),
            result_key: expression.key_expr.as_ref().map(|key| self.expression(key)),
            result: self.expression(&expression.value_expr),
            condition: expression.cond.as_ref().map(|condition| self.expression(&condition.expr)),
            grouping: expression.grouping,
        }
    }

    /// A quoted text without interpolation.
    fn quoted(self, value: &str, range: Option<Range<usize>>) -> ExpressionKind {
        let range = range.unwrap_or(0..0);
        // An object key in another form or a text hcl-edit made up itself has no quotes.
        let inside = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
        match self.text.get(inside.clone()) {
            Some(raw) if raw != value => ExpressionKind::Template(self.pieces(inside, template::Form::Quoted)),
            _ => ExpressionKind::Text(SmolStr::new(value)),
        }
    }
}

fn unary(operator: edit::UnaryOperator) -> UnaryOperator {
    match operator {
        edit::UnaryOperator::Neg => UnaryOperator::Negate,
        edit::UnaryOperator::Not => UnaryOperator::Not,
    }
}

fn binary(operator: edit::BinaryOperator) -> BinaryOperator {
    match operator {
        edit::BinaryOperator::Eq => BinaryOperator::Equal,
        edit::BinaryOperator::NotEq => BinaryOperator::NotEqual,
        edit::BinaryOperator::LessEq => BinaryOperator::LessOrEqual,
        edit::BinaryOperator::GreaterEq => BinaryOperator::GreaterOrEqual,
        edit::BinaryOperator::Less => BinaryOperator::Less,
        edit::BinaryOperator::Greater => BinaryOperator::Greater,
        edit::BinaryOperator::Plus => BinaryOperator::Add,
        edit::BinaryOperator::Minus => BinaryOperator::Subtract,
        edit::BinaryOperator::Mul => BinaryOperator::Multiply,
        edit::BinaryOperator::Div => BinaryOperator::Divide,
        edit::BinaryOperator::Mod => BinaryOperator::Modulo,
        edit::BinaryOperator::And => BinaryOperator::And,
        edit::BinaryOperator::Or => BinaryOperator::Or,
    }
}

#[cfg(test)]
mod tests;
