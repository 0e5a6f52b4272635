//! HCL native syntax (the HCL specification, version 2), read with hcl-edit and kept as a compact,
//! unevaluated body: what an expression means depends on variables, which only the Terraform kind knows.

use smol_str::SmolStr;

use super::tree::Span;

pub mod json;
pub mod read;

/// Attributes and blocks between two braces, or of a whole file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    /// Attributes in source order.
    pub attributes: Vec<Attribute>,
    /// Nested blocks in source order.
    pub blocks: Vec<Block>,
    /// The text between the braces, or the whole file.
    pub span: Span,
}

/// `key = expression`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// The key.
    pub key: SmolStr,
    /// Where the key is written.
    pub key_span: Span,
    /// The value.
    pub value: Expression,
}

/// `type "label" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The block's type, such as `resource`.
    pub name: SmolStr,
    /// Its labels without quotes.
    pub labels: Vec<SmolStr>,
    /// The text from the type to the last label, without the brace.
    pub header: Span,
    /// The text from the type to the closing brace.
    pub span: Span,
    /// What stands between the braces.
    pub body: Body,
}

/// An expression and its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Its text, without surrounding white space.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A quoted text without interpolation and escapes: its content is the text of the span without the quotes. Also
    /// a bare key of an object, whose span has no quotes.
    Text(SmolStr),
    /// Every other text: with interpolation, with escapes, or a heredoc. Never two parts of text that could be one.
    Template(Vec<TemplatePart>),
    /// `[a, b]`
    List(Vec<Expression>),
    /// `{ k = v }`; a bare key is a [`ExpressionKind::Text`], a key in parentheses any expression.
    Object(Vec<(Expression, Expression)>),
    /// A bare name: `var`, `local`, a resource type, an iterator.
    Variable(SmolStr),
    /// `base.name[0].*`
    Traversal(Box<Expression>, Vec<Step>),
    /// `name(arguments…)`
    Call(Box<Call>),
    /// `condition ? yes : no`
    Conditional(Box<[Expression; 3]>),
    /// `-x`, `!x`
    Unary(UnaryOperator, Box<Expression>),
    /// `a == b`
    Binary(BinaryOperator, Box<[Expression; 2]>),
    /// `[for …]`, `{for …}`
    For(Box<For>),
}

/// One piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// Literal text: either exactly what stands at its span, or what the escape at its span means (`\n`, `$${`).
    Text(SmolStr, Span),
    /// `${ … }`
    Interpolation(Expression),
    /// `%{ if … }`
    If {
        /// The condition.
        condition: Expression,
        /// The text when it holds.
        then: Vec<TemplatePart>,
        /// The text when it does not.
        otherwise: Vec<TemplatePart>,
    },
    /// `%{ for … }`
    For {
        /// The name of the key, where one is bound.
        key: Option<SmolStr>,
        /// The name of the value.
        value: SmolStr,
        /// What is walked over.
        collection: Expression,
        /// The text for each element.
        body: Vec<TemplatePart>,
    },
}

/// One step of a traversal.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `.name`
    Attribute(SmolStr),
    /// `[expression]` or `.0`
    Index(Expression),
    /// `.*`
    AttributeSplat,
    /// `[*]`
    FullSplat,
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function's name, with its namespace where it has one (`provider::aws::arn_parse`).
    pub name: SmolStr,
    /// The arguments.
    pub arguments: Vec<Expression>,
    /// Whether the last argument is expanded (`max(list...)`).
    pub expand_final: bool,
}

/// A `for` expression.
#[derive(Debug, Clone, PartialEq)]
pub struct For {
    /// The name of the key, where one is bound.
    pub key: Option<SmolStr>,
    /// The name of the value.
    pub value: SmolStr,
    /// What is walked over.
    pub collection: Expression,
    /// The key of each result; set for an object, absent for a list.
    pub result_key: Option<Expression>,
    /// The value of each result.
    pub result: Expression,
    /// `if …`
    pub condition: Option<Expression>,
    /// Whether values of one key are grouped (`...`).
    pub grouping: bool,
}

/// A unary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum BinaryOperator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    And,
    Or,
}
