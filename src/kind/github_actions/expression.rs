//! The expressions of workflows, `${{ … }}`: their grammar, which contexts they name, and which of these end up in
//! what they print.

use smol_str::{SmolStr, StrExt};

/// Levels of brackets that are followed.
const MAX_DEPTH: usize = 64;

/// Functions that answer yes or no, or print only what nobody else can choose.
const CLOSED_FUNCTIONS: [&str; 8] =
    ["contains", "startswith", "endswith", "hashfiles", "success", "always", "failure", "cancelled"];

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// A text.
    Text(SmolStr),
    /// A number, `true`, `false` or `null`.
    Constant,
    /// A context such as `github.event.issue.title`: its parts in lower case, `*` for any index.
    Context(Vec<SmolStr>),
    /// A call.
    Call(SmolStr, Vec<Expression>),
    /// A part of what something else gives: `fromJSON(x).y`.
    Part(Box<Expression>),
    /// `!a`.
    Not(Box<Expression>),
    /// `a || b`.
    Or(Box<Expression>, Box<Expression>),
    /// `a && b`.
    And(Box<Expression>, Box<Expression>),
    /// A comparison and its operator.
    Compare(&'static str, Box<Expression>, Box<Expression>),
}

/// A context that an expression prints.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Printed<'e> {
    /// Its parts.
    pub path: &'e [SmolStr],
    /// Whether everything below it is printed too (`toJSON`).
    pub whole: bool,
}

impl Expression {
    /// Reads what stands between the braces; none where GitHub would not read it either.
    pub(super) fn parse(text: &str) -> Option<Expression> {
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
        let expression = parser.or()?;
        (parser.at == tokens.len()).then_some(expression)
    }

    /// Every context that is named.
    pub(super) fn contexts<'e>(&'e self, found: &mut Vec<&'e [SmolStr]>) {
        match self {
            Expression::Context(path) => found.push(path),
            Expression::Call(_, arguments) => arguments.iter().for_each(|argument| argument.contexts(found)),
            Expression::Part(inner) | Expression::Not(inner) => inner.contexts(found),
            Expression::Or(left, right) | Expression::And(left, right) | Expression::Compare(_, left, right) => {
                left.contexts(found);
                right.contexts(found);
            }
            Expression::Text(_) | Expression::Constant => {}
        }
    }

    /// The contexts that end up in what is printed: not those that are only compared.
    pub(super) fn printed(&self) -> Vec<Printed<'_>> {
        let mut found = Vec::new();
        self.print(false, &mut found);
        found
    }

    fn print<'e>(&'e self, whole: bool, found: &mut Vec<Printed<'e>>) {
        match self {
            Expression::Context(path) => found.push(Printed { path, whole }),
            Expression::Call(name, _) if CLOSED_FUNCTIONS.contains(&name.as_str()) => {}
            Expression::Call(name, arguments) => {
                let whole = whole || name == "tojson";
                for argument in arguments {
                    argument.print(whole, found);
                }
            }
            Expression::Part(inner) => inner.print(true, found),
            Expression::Or(left, right) => {
                left.print(whole, found);
                right.print(whole, found);
            }
            // When the left side is what is printed, it is empty, zero, false or null.
            Expression::And(_, right) => right.print(whole, found),
            Expression::Not(_) | Expression::Compare(..) | Expression::Text(_) | Expression::Constant => {}
        }
    }

    /// The events that a condition lets through by itself: those it names, or all but those.
    pub(super) fn limits_events(&self) -> Option<Events> {
        match self {
            Expression::And(left, right) => left.limits_events().or_else(|| right.limits_events()),
            Expression::Or(left, right) => match (left.limits_events()?, right.limits_events()?) {
                (Events::Only(mut names), Events::Only(more)) => {
                    names.extend(more);
                    Some(Events::Only(names))
                }
                _ => None,
            },
            Expression::Compare(operator, left, right) => {
                let name = match (&**left, &**right) {
                    (Expression::Context(path), Expression::Text(name))
                    | (Expression::Text(name), Expression::Context(path))
                        if is_event_name(path) =>
                    {
                        name.clone()
                    }
                    _ => return None,
                };
                match *operator {
                    "==" => Some(Events::Only(vec![name])),
                    "!=" => Some(Events::Not(name)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// The events that a condition lets through.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Events {
    /// Only these.
    Only(Vec<SmolStr>),
    /// All but this one.
    Not(SmolStr),
}

impl Events {
    /// Whether an event is let through.
    pub(super) fn allow(&self, event: &str) -> bool {
        match self {
            Events::Only(names) => names.iter().any(|name| name == event),
            Events::Not(name) => name != event,
        }
    }
}

fn is_event_name(path: &[SmolStr]) -> bool {
    matches!(path, [github, name] if github == "github" && name == "event_name")
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(SmolStr),
    Number,
    Text(SmolStr),
    Mark(&'static str),
}

const MARKS: [&str; 16] = ["||", "&&", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", ".", "*"];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first == '\'' {
            let (content, length) = quoted(rest)?;
            tokens.push(Token::Text(content));
            length
        } else if first.is_ascii_alphabetic() || first == '_' {
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
            let end = rest.find(|letter| !is_name(letter)).unwrap_or(rest.len());
            tokens.push(Token::Name(rest.get(..end)?.to_lowercase_smolstr()));
            end
        } else if is_number(rest) {
            tokens.push(Token::Number);
            rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | '-' | '+'))
                .unwrap_or(rest.len())
        } else {
            let mark = MARKS.iter().find(|mark| rest.starts_with(**mark))?;
            tokens.push(Token::Mark(mark));
            mark.len()
        };
        rest = rest.get(length..)?.trim_start();
    }
    Some(tokens)
}

fn is_number(rest: &str) -> bool {
    let unsigned = rest.strip_prefix(['-', '+']).unwrap_or(rest);
    unsigned.starts_with(|letter: char| letter.is_ascii_digit())
}

/// The content of the text that `rest` begins with, and its length with quotes. A doubled quote is one.
fn quoted(rest: &str) -> Option<(SmolStr, usize)> {
    let mut content = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '\'' {
            content.push(letter);
        } else if letters.next_if(|(_, next)| *next == '\'').is_some() {
            content.push('\'');
        } else {
            return Some((content.into(), at + 1));
        }
    }
    None
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn take(&mut self, mark: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Mark(next)) if *next == mark);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Option<Expression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut left = self.and()?;
        while self.take("||") {
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        self.depth -= 1;
        Some(left)
    }

    fn and(&mut self) -> Option<Expression> {
        let mut left = self.compare()?;
        while self.take("&&") {
            left = Expression::And(Box::new(left), Box::new(self.compare()?));
        }
        Some(left)
    }

    fn compare(&mut self) -> Option<Expression> {
        let mut left = self.not()?;
        while let Some(operator) = ["==", "!=", "<=", ">=", "<", ">"].into_iter().find(|operator| self.take(operator)) {
            left = Expression::Compare(operator, Box::new(left), Box::new(self.not()?));
        }
        Some(left)
    }

    fn not(&mut self) -> Option<Expression> {
        let mut count = 0_usize;
        while self.take("!") {
            count += 1;
        }
        let inner = self.postfix()?;
        Some(if count > 0 { Expression::Not(Box::new(inner)) } else { inner })
    }

    fn postfix(&mut self) -> Option<Expression> {
        let mut inner = self.primary()?;
        loop {
            let part = if self.take(".") {
                if self.take("*") { SmolStr::new_static("*") } else { self.name()? }
            } else if self.take("[") {
                let index = if self.take("*") { Expression::Constant } else { self.or()? };
                if !self.take("]") {
                    return None;
                }
                match index {
                    Expression::Text(name) => name.to_lowercase_smolstr(),
                    _ => SmolStr::new_static("*"),
                }
            } else {
                return Some(inner);
            };
            inner = match inner {
                Expression::Context(mut path) => {
                    path.push(part);
                    Expression::Context(path)
                }
                Expression::Part(_) => inner,
                other => Expression::Part(Box::new(other)),
            };
        }
    }

    fn name(&mut self) -> Option<SmolStr> {
        let Some(Token::Name(name)) = self.tokens.get(self.at) else { return None };
        self.at += 1;
        Some(name.clone())
    }

    fn primary(&mut self) -> Option<Expression> {
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        match token {
            Token::Text(text) => Some(Expression::Text(text)),
            Token::Number => Some(Expression::Constant),
            Token::Mark("(") => {
                let inner = self.or()?;
                self.take(")").then_some(inner)
            }
            Token::Mark(_) => None,
            Token::Name(name) if self.take("(") => Some(Expression::Call(name, self.arguments()?)),
            Token::Name(name) if matches!(name.as_str(), "true" | "false" | "null" | "nan" | "infinity") => {
                Some(Expression::Constant)
            }
            Token::Name(name) => Some(Expression::Context(vec![name])),
        }
    }

    fn arguments(&mut self) -> Option<Vec<Expression>> {
        let mut arguments = Vec::new();
        if self.take(")") {
            return Some(arguments);
        }
        loop {
            arguments.push(self.or()?);
            if self.take(")") {
                return Some(arguments);
            }
            if !self.take(",") {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> Vec<String> {
        let expression = Expression::parse(text).unwrap_or_else(|| panic!("{text}"));
        expression.printed().iter().map(|each| each.path.join(".") + if each.whole { "!" } else { "" }).collect()
    }

    #[test]
    fn only_what_is_printed_counts() {
        let cases: &[(&str, &[&str])] = &[
            (" github.event.issue.title ", &["github.event.issue.title"]),
            ("GitHub.Event['Issue'].title", &["github.event.issue.title"]),
            ("github.event.commits[0].message", &["github.event.commits.*.message"]),
            ("github.event.commits.*.message", &["github.event.commits.*.message"]),
            ("github.event.issue.title == 'x'", &[]),
            ("!github.head_ref", &[]),
            ("contains(github.event.issue.title, 'x')", &[]),
            ("github.head_ref || github.ref_name", &["github.head_ref", "github.ref_name"]),
            ("github.event_name == 'push' && github.sha || github.head_ref", &["github.sha", "github.head_ref"]),
            ("format('{0} ''{1}''', github.sha, github.head_ref)", &["github.sha", "github.head_ref"]),
            ("toJSON(github.event)", &["github.event!"]),
            ("fromJSON(inputs.x).y[1]", &["inputs.x!"]),
            ("matrix.node-version", &["matrix.node-version"]),
            ("1.5e3", &[]),
            ("-1 < 2", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(printed(text), *expected, "{text}");
        }
    }

    #[test]
    fn what_github_would_not_read_is_not_read() {
        for text in [
            "",
            "a b",
            "'open",
            "a.",
            "a[",
            "a[1",
            "f(",
            "f(a,",
            "(a",
            "a ||",
            "\"a\"",
            "ä",
            &"(".repeat(500),
            &"!".repeat(9000),
        ] {
            assert_eq!(Expression::parse(text), None, "{text}");
        }
    }

    #[test]
    fn conditions_limit_events() {
        let limits = |text: &str| Expression::parse(text).and_then(|expression| expression.limits_events());
        assert_eq!(limits("github.event_name == 'issues' && true"), Some(Events::Only(vec!["issues".into()])));
        assert_eq!(limits("'push' != github.event_name"), Some(Events::Not("push".into())));
        assert_eq!(
            limits("github.event_name == 'a' || github.event_name == 'b'"),
            Some(Events::Only(vec!["a".into(), "b".into()]))
        );
        assert_eq!(limits("github.event_name == 'a' || github.actor == 'b'"), None);
    }
}
