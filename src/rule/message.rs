//! Messages of findings: text with the values that decided.

use smol_str::SmolStr;

use super::Parameter;
use super::condition::Verdict;
use super::path::Path;
use crate::kind::Resource;
use crate::syntax::fields::{self, LoadError};
use crate::syntax::tree::{Node, Value};

/// Longest text of a value in a message; what is longer is cut.
const LONGEST_VALUE: usize = 80;

/// A message with placeholders: `{path}`, `{value}`, `{element.path}`, `{address}`, `{parameter.name}`, `{missing}`.
#[derive(Debug, Clone)]
pub struct Message {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    /// A value of the judged resource.
    Path(Path),
    /// The value that decided.
    Deciding,
    /// A value of the element, or of the other resource, that decided.
    Element(Path),
    Address,
    Parameter(SmolStr),
    Missing,
}

impl Message {
    /// Reads a message; `{{` stands for a brace.
    pub(super) fn load(node: &Node, parameters: &[Parameter], errors: &mut Vec<LoadError>) -> Option<Message> {
        let mut rest = fields::text(node, "message", errors)?;
        let mut parts = Vec::new();
        let mut text = String::new();
        while let Some(brace) = rest.find('{') {
            text.push_str(&rest[..brace]);
            rest = &rest[brace + 1..];
            if let Some(after) = rest.strip_prefix('{') {
                text.push('{');
                rest = after;
                continue;
            }
            let Some((name, after)) = rest.split_once('}') else {
                errors.push(LoadError::new("a `{` of the message is not closed", node.place));
                return None;
            };
            parts.push(Part::Text(std::mem::take(&mut text)));
            match placeholder(name, parameters) {
                Ok(part) => parts.push(part),
                Err(message) => errors.push(LoadError::new(message, node.place)),
            }
            rest = after;
        }
        text.push_str(rest);
        parts.push(Part::Text(text.replace("}}", "}")));
        Some(Message { parts })
    }

    /// Fills in the values.
    pub fn fill(&self, judged: &Resource, verdict: &Verdict<'_>, parameters: &[(SmolStr, Value)]) -> String {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Path(path) => filled.push_str(&shown(path.first(&judged.tree).and_then(|leaf| leaf.node()))),
                Part::Deciding => filled.push_str(&shown(deciding(verdict))),
                Part::Element(path) => filled
                    .push_str(&shown(element(verdict).and_then(|node| path.first(node).and_then(|leaf| leaf.node())))),
                Part::Address => filled.push_str(&judged.address),
                Part::Parameter(name) => {
                    let value = parameters.iter().find(|(parameter, _)| parameter == name);
                    filled.push_str(&value.and_then(|(_, value)| value.scalar_text()).unwrap_or_default());
                }
                Part::Missing => filled.push_str(&verdict.missing.join(", ")),
            }
        }
        filled
    }
}

fn placeholder(name: &str, parameters: &[Parameter]) -> Result<Part, String> {
    let path = |text: &str| {
        Path::parse(text).map_err(|(_, message)| format!("the placeholder `{{{name}}}` cannot be read: {message}"))
    };
    match name {
        "value" => Ok(Part::Deciding),
        "address" => Ok(Part::Address),
        "missing" => Ok(Part::Missing),
        _ => match name.split_once('.') {
            Some(("element", rest)) => path(rest).map(Part::Element),
            Some(("parameter", rest)) if parameters.iter().any(|parameter| parameter.name == rest) => {
                Ok(Part::Parameter(rest.into()))
            }
            Some(("parameter", rest)) => Err(format!("the rule has no parameter `{rest}`")),
            _ => path(name).map(Part::Path),
        },
    }
}

fn deciding<'u>(verdict: &Verdict<'u>) -> Option<&'u Node> {
    verdict.deciders.iter().find_map(|decider| decider.leaf?.node())
}

fn element<'u>(verdict: &Verdict<'u>) -> Option<&'u Node> {
    verdict.deciders.first().map(|decider| decider.element.unwrap_or(&decider.resource.tree))
}

/// A value as a message shows it: scalars as written, others by what they are.
fn shown(node: Option<&Node>) -> String {
    let Some(node) = node else { return "nothing".to_owned() };
    match &node.value {
        Value::List(list) => {
            let items: Vec<String> = list.items.iter().take(5).map(|item| shown(Some(item))).collect();
            let more = if list.items.len() > 5 { ", …" } else { "" };
            format!("{}{more}", items.join(", "))
        }
        Value::Map(_) => "a map".to_owned(),
        Value::Unknown(unknown) => unknown.depends_on.to_string(),
        Value::Null => "null".to_owned(),
        scalar => cut(&scalar.scalar_text().unwrap_or_default()),
    }
}

/// The first line of a text, cut where it is long.
fn cut(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let whole = line.len() == text.trim_end().len() && line.chars().count() <= LONGEST_VALUE;
    if whole { line.to_owned() } else { format!("{}…", line.chars().take(LONGEST_VALUE).collect::<String>()) }
}
