//! Statements.

use super::read::{Read, Reader};
use super::{Expression, Kind, Module, Named, Parameter, Resource, Template, Variable};
use crate::syntax::SyntaxError;
use crate::syntax::error::MAX_ERRORS;

/// The words that statements begin with.
const STATEMENTS: [&str; 15] = [
    "assert",
    "extension",
    "func",
    "import",
    "metadata",
    "module",
    "output",
    "param",
    "provider",
    "resource",
    "targetScope",
    "type",
    "using",
    "var",
    "extends",
];

/// What a file says, and its mistakes.
pub(super) fn template(text: &str) -> (Template, Vec<SyntaxError>) {
    let mut reader = Reader::new(text);
    let mut template = Template::default();
    let mut errors = Vec::new();
    loop {
        reader.lines();
        if reader.is_done() || errors.len() >= MAX_ERRORS {
            return (template, errors);
        }
        let start = reader.at;
        if let Err(error) = reader.statement(&mut template) {
            errors.push(error);
            reader.at = reader.at.max(start);
            reader.next_statement();
        }
    }
}

impl Reader<'_> {
    /// Goes on to the next line that begins a statement.
    fn next_statement(&mut self) {
        loop {
            self.skip_while(|each| each != '\n');
            self.skip_while(|each| each == '\n' || each == '\r');
            let begins = STATEMENTS
                .iter()
                .any(|word| self.rest().strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '\t'])));
            if self.is_done() || begins || self.rest().starts_with('@') {
                return;
            }
        }
    }

    fn statement(&mut self, template: &mut Template) -> Read<()> {
        self.decorators()?;
        let start = self.at;
        let Some((word, span)) = self.name() else { return Err(self.mistake("expected a statement")) };
        self.blanks();
        match word.as_str() {
            "param" => template.parameters.push(self.parameter()?),
            "var" => template.variables.push(self.variable()?),
            "resource" => {
                let resource = self.resource(start)?;
                template.resources.push(resource);
            }
            "module" => template.modules.push(self.module(start)?),
            "using" => template.using = Some(self.other_file()?),
            "extends" => template.extends = Some(self.other_file()?),
            "output" => {
                self.expect_name("the output")?;
                self.go_to_value()?;
                self.value()?;
            }
            word if STATEMENTS.contains(&word) => self.pass_over()?,
            word => return Err(SyntaxError::new(format!("`{word}` begins no statement"), span)),
        }
        self.blanks();
        if self.is_done() || self.rest().starts_with(['\n', '\r']) {
            return Ok(());
        }
        Err(self.mistake("expected the end of the line"))
    }

    /// `@secure()` and the like, each on its line.
    fn decorators(&mut self) -> Read<()> {
        while self.eat("@") {
            self.expression()?;
            self.lines();
        }
        Ok(())
    }

    fn parameter(&mut self) -> Read<Parameter> {
        let (name, span) = self.expect_name("the parameter")?;
        let default = if self.go_to_value()? { Some(self.value()?) } else { None };
        Ok(Parameter { name, span, default })
    }

    fn variable(&mut self) -> Read<Variable> {
        let (name, _) = self.expect_name("the variable")?;
        if !self.go_to_value()? {
            return Err(self.mistake("expected `=`"));
        }
        Ok(Variable { name, value: self.value()? })
    }

    fn value(&mut self) -> Read<Expression> {
        self.lines();
        self.expression()
    }

    fn module(&mut self, start: usize) -> Read<Module> {
        let (symbol, _) = self.expect_name("the module")?;
        self.blanks();
        let path = self.text_literal()?;
        let header = self.span_from(start);
        self.go_to_value()?;
        self.lines();
        let condition = self.condition()?;
        let body = self.expression()?;
        let (repeated, body) = match body.kind {
            Kind::For(repeated, body) => (Some(*repeated), *body),
            kind => (None, Expression { kind, ..body }),
        };
        let parameters = body.properties().iter().find(|each| each.is("params")).map(|each| each.value.clone());
        let text = path.as_text().unwrap_or_default().into();
        Ok(Module { symbol, path: text, span: path.span, condition, repeated, parameters, header })
    }

    /// `using './main.bicep'`, `using none`
    fn other_file(&mut self) -> Read<Named> {
        if self.rest().starts_with('\'') {
            let path = self.text_literal()?;
            return Ok(Named { path: path.as_text().unwrap_or_default().into(), span: path.span });
        }
        let start = self.at;
        self.pass_over()?;
        Ok(Named { path: "".into(), span: self.span_from(start) })
    }

    /// Passes over a type up to the `=` of the value, which is passed over too; false where the statement ends first.
    fn go_to_value(&mut self) -> Read<bool> {
        let mut open = 0_usize;
        loop {
            self.blanks();
            match self.peek() {
                None => return Ok(false),
                Some('\'') => {
                    self.text_literal()?;
                    continue;
                }
                Some('=') if open == 0 => {
                    self.at += 1;
                    return Ok(true);
                }
                Some('\n' | '\r') if open == 0 => {
                    // A union of types may go on on the next line.
                    if !self.eat_below("|") {
                        return Ok(false);
                    }
                    continue;
                }
                Some('{' | '[' | '(' | '<') => open += 1,
                Some('}' | ']' | ')' | '>') => open = open.saturating_sub(1),
                Some(_) => {}
            }
            self.at += self.peek().map_or(0, char::len_utf8);
        }
    }

    /// Passes over a statement that says nothing about a resource.
    fn pass_over(&mut self) -> Read<()> {
        let mut open = 0_usize;
        loop {
            self.blanks();
            match self.peek() {
                None => return Ok(()),
                Some('\'') => {
                    self.text_literal()?;
                    continue;
                }
                Some('\n' | '\r') if open == 0 => {
                    if !self.eat_below("|") {
                        return Ok(());
                    }
                    continue;
                }
                Some('{' | '[' | '(') => open += 1,
                Some('}' | ']' | ')') => open = open.saturating_sub(1),
                Some(_) => {}
            }
            self.at += self.peek().map_or(0, char::len_utf8);
        }
    }

    /// A resource within the body of another, where one comes next.
    pub(super) fn nested(&mut self) -> Read<Option<Resource>> {
        self.decorators()?;
        let start = self.at;
        if !self.eat_word("resource") {
            return Ok(None);
        }
        self.blanks();
        // A property may be called `resource`.
        if self.rest().starts_with(':') {
            self.at = start;
            return Ok(None);
        }
        self.deeper(|reader| reader.resource(start)).map(Some)
    }

    /// A resource after its keyword, which begins at `start`.
    fn resource(&mut self, start: usize) -> Read<Resource> {
        let (symbol, _) = self.expect_name("the resource")?;
        self.blanks();
        let written = self.text_literal()?;
        let header = self.span_from(start);
        let text = written.as_text().unwrap_or_default();
        let (kind, version) = text.split_once('@').unwrap_or((text, ""));
        self.blanks();
        let existing = self.eat_word("existing");
        self.blanks();
        self.expect("=")?;
        self.lines();
        let mut resource = Resource {
            symbol: Some(symbol),
            kind: kind.into(),
            version: version.into(),
            kind_span: written.span,
            existing,
            condition: None,
            repeated: None,
            body: Vec::new(),
            children: Vec::new(),
            deployment: None,
            header,
            extent: header,
        };
        let is_loop = self.eat("[");
        if is_loop {
            self.lines();
            if !self.eat_word("for") {
                return Err(self.mistake("expected `for`"));
            }
            resource.repeated = Some(self.loop_head()?);
        }
        resource.condition = self.condition()?;
        (resource.body, resource.children) = self.deeper(|reader| reader.entries(true))?;
        if is_loop {
            self.lines();
            self.expect("]")?;
        }
        resource.extent = self.span_from(start);
        Ok(resource)
    }
}
