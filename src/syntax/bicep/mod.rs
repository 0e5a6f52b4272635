//! Bicep, and the parts of a deployment template that Bicep and ARM's JSON have in common: parameters, variables,
//! resources, and the expressions that they are made of. The expressions are not evaluated here.
//!
//! Read are `param`, `var`, `resource` (nested ones too, `existing`, conditions and loops), `module`, and `using` and
//! `extends` of files of parameters; the other statements (`output`, `type`, `func`, `metadata`, `import` …) say nothing
//! about a resource and are passed over.

mod expression;
mod literal;
mod read;
mod statement;
#[cfg(test)]
mod tests;

use smol_str::SmolStr;

use super::tree::{FileId, Span, Value};
use super::{Content, Parsed};

/// What a deployment is made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Template {
    /// What is given from outside.
    pub parameters: Vec<Parameter>,
    /// Names for values.
    pub variables: Vec<Variable>,
    /// What is deployed, in the order of the file.
    pub resources: Vec<Resource>,
    /// Other files that are deployed with it.
    pub modules: Vec<Module>,
    /// Of a file of parameters: the template that it is for.
    pub using: Option<Named>,
    /// The file of parameters that one builds on.
    pub extends: Option<Named>,
}

/// Another file by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// Its path, or its address in a registry; empty where the file says `none`.
    pub path: SmolStr,
    /// Where that is written.
    pub span: Span,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: SmolStr,
    /// Where the name is written.
    pub span: Span,
    /// The value it has when none is given.
    pub default: Option<Expression>,
}

/// A variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: SmolStr,
    /// Its value.
    pub value: Expression,
}

/// A file that is deployed with this one.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// The name by which this file speaks of it.
    pub symbol: SmolStr,
    /// The path or the address in a registry.
    pub path: SmolStr,
    /// Where that is written.
    pub span: Span,
    /// Whether it is deployed at all.
    pub condition: Option<Expression>,
    /// What it is repeated over.
    pub repeated: Option<Loop>,
    /// What it is given: a map as a rule.
    pub parameters: Option<Expression>,
    /// `module net './net.bicep'`
    pub header: Span,
}

/// A resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// The name by which the file speaks of it; JSON has none as a rule.
    pub symbol: Option<SmolStr>,
    /// Its type without the version: `Microsoft.Storage/storageAccounts`; of a nested resource the last part only, or
    /// all of it.
    pub kind: SmolStr,
    /// The version of the type; empty where none is written.
    pub version: SmolStr,
    /// Where type and version are written.
    pub kind_span: Span,
    /// Whether it is only named here and deployed elsewhere.
    pub existing: bool,
    /// Whether it is deployed at all.
    pub condition: Option<Expression>,
    /// What it is repeated over.
    pub repeated: Option<Loop>,
    /// Its properties: `name`, `location`, `properties` …
    pub body: Vec<Property>,
    /// Resources within it.
    pub children: Vec<Resource>,
    /// The template that it deploys, where it is written in place.
    pub deployment: Option<Box<Deployment>>,
    /// What stands for it: `resource b 'type@version'`, in JSON the value of `name`.
    pub header: Span,
    /// All of it.
    pub extent: Span,
}

/// A template within a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// The template.
    pub template: Template,
    /// Whether its expressions see its own parameters and variables; else those of the template around it.
    pub is_inner: bool,
    /// What its parameters are given.
    pub parameters: Vec<(SmolStr, Expression)>,
}

impl Resource {
    /// The value of one of its properties.
    pub fn property(&self, name: &str) -> Option<&Expression> {
        self.body.iter().rev().find(|each| each.is(name)).map(|each| &each.value)
    }
}

/// An entry of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The key; a text as a rule, in Bicep perhaps one with values in it.
    pub key: Expression,
    /// The value.
    pub value: Expression,
}

impl Property {
    /// Whether this is its key.
    pub fn is(&self, name: &str) -> bool {
        matches!(&self.key.kind, Kind::Value(Value::Text(key)) if key == name)
    }
}

/// What something is repeated over.
#[derive(Debug, Clone, PartialEq)]
pub struct Loop {
    /// The name of the element; in JSON that of the index, with [`INDEX`] before it.
    pub item: SmolStr,
    /// The name of the index.
    pub index: Option<SmolStr>,
    /// The list or, in JSON, the number of rounds.
    pub over: Expression,
    /// Which rounds count.
    pub condition: Option<Box<Expression>>,
}

/// What stands before the name of a copy loop of JSON, so that it is no name that a template could write.
pub const INDEX: &str = "copyIndex:";

/// An expression and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: Kind,
    /// Where.
    pub span: Span,
    /// Levels of expressions in it and with it; what walks over it goes so deep.
    height: u32,
}

/// The kinds of expressions. Operators are calls of the functions that mean the same.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A scalar.
    Value(Value),
    /// A text of several parts.
    Text(Vec<Expression>),
    /// A parameter, a variable, a resource, a name bound by a loop.
    Name(SmolStr),
    /// A function and its arguments.
    Call(SmolStr, Vec<Expression>),
    /// What something has under a name or index.
    Member(Box<Expression>, Box<Expression>),
    /// A resource within another: `parent::child`.
    Nested(Box<Expression>, SmolStr),
    /// A list.
    List(Vec<Expression>),
    /// A map.
    Map(Vec<Property>),
    /// A list with an element for each round.
    For(Box<Loop>, Box<Expression>),
    /// What is not read, in a few words.
    Opaque(SmolStr),
}

impl Expression {
    /// An expression at a place.
    pub fn new(kind: Kind, span: Span) -> Expression {
        let highest = |items: &[Expression]| items.iter().map(|each| each.height).max().unwrap_or_default();
        let below = match &kind {
            Kind::Value(_) | Kind::Name(_) | Kind::Opaque(_) => 0,
            Kind::Text(items) | Kind::Call(_, items) | Kind::List(items) => highest(items),
            Kind::Member(base, key) => base.height.max(key.height),
            Kind::Nested(base, _) => base.height,
            Kind::Map(properties) => {
                properties.iter().map(|each| each.key.height.max(each.value.height)).max().unwrap_or_default()
            }
            Kind::For(repeated, body) => {
                let condition = repeated.condition.as_ref().map_or(0, |each| each.height);
                repeated.over.height.max(condition).max(body.height)
            }
        };
        Expression { kind, span, height: below + 1 }
    }

    /// Levels of expressions in it and with it.
    pub fn height(&self) -> usize {
        self.height as usize
    }

    /// A text without parts.
    pub fn text(text: impl Into<SmolStr>, span: Span) -> Expression {
        Expression::new(Kind::Value(Value::Text(text.into())), span)
    }

    /// The text, where the expression is one without parts.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Value(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The entries of a map; none for anything else.
    pub fn properties(&self) -> &[Property] {
        match &self.kind {
            Kind::Map(properties) => properties,
            _ => &[],
        }
    }
}

/// Reads a Bicep file. A statement that cannot be read is an error, and the ones after it are read all the same.
pub fn parse(text: &str, _file: FileId) -> Parsed {
    let (template, errors) = statement::template(text);
    let is_empty = template == Template::default();
    let content = if is_empty && !errors.is_empty() { Content::Nothing } else { Content::Bicep(template) };
    Parsed { content, errors }
}
