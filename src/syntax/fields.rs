//! Strict reading of our own YAML (rules, configuration, exceptions): every mistake with its place, none silent.
//!
//! A key that nobody asked for is an error: a mistyped `expires` must not make an exception permanent.

use smol_str::SmolStr;

use super::error::SyntaxError;
use super::tree::{Entry, FileId, Map, Node, Place, Value};

/// A mistake in a file of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// What is wrong, in lower case and without a final dot.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do.
    pub help: Option<String>,
}

impl LoadError {
    /// A mistake without a help.
    pub fn new(message: impl Into<String>, place: Place) -> LoadError {
        LoadError { message: message.into(), place, help: None }
    }

    /// What a syntax has to say about a file of ours.
    pub fn of_syntax(error: SyntaxError, file: FileId) -> LoadError {
        LoadError { message: error.message, place: Place::span(file, error.span), help: error.help }
    }

    /// The same with a help.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> LoadError {
        self.help = Some(help.into());
        self
    }
}

/// Reads the keys of one map; [`Fields::finish`] reports those that were not asked for.
pub struct Fields<'n, 'e> {
    map: &'n Map,
    place: Place,
    what: &'static str,
    asked: Vec<&'static str>,
    /// Where mistakes go.
    pub errors: &'e mut Vec<LoadError>,
}

impl<'n, 'e> Fields<'n, 'e> {
    /// Starts reading a map; anything else is a mistake. `what` names the map in messages: `a check`.
    pub fn of(node: &'n Node, what: &'static str, errors: &'e mut Vec<LoadError>) -> Option<Fields<'n, 'e>> {
        match &node.value {
            Value::Map(map) => Some(Fields { map, place: node.place, what, asked: Vec::new(), errors }),
            other => {
                let message = format!("{what} must be a map, not {}", with_article(other.type_name()));
                errors.push(LoadError::new(message, node.place));
                None
            }
        }
    }

    /// The entry under a key that may be missing. Null counts as missing.
    pub fn entry(&mut self, key: &'static str) -> Option<&'n Entry> {
        self.asked.push(key);
        self.map.entry(key).filter(|entry| !entry.value.is_null())
    }

    /// The value under a key that may be missing.
    pub fn optional(&mut self, key: &'static str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value under a key that must be there.
    pub fn required(&mut self, key: &'static str) -> Option<&'n Node> {
        let found = self.optional(key);
        if found.is_none() {
            let message = format!("{} needs `{key}`", self.what);
            self.errors.push(LoadError::new(message, self.place));
        }
        found
    }

    /// A text that may be missing.
    pub fn optional_text(&mut self, key: &'static str) -> Option<&'n str> {
        let node = self.optional(key)?;
        text(node, key, self.errors)
    }

    /// A text that must be there and say something.
    pub fn text(&mut self, key: &'static str) -> Option<&'n str> {
        let node = self.required(key)?;
        let found = text(node, key, self.errors)?;
        if found.trim().is_empty() {
            self.errors.push(LoadError::new(format!("`{key}` must not be empty"), node.place));
        }
        Some(found)
    }

    /// A truth value that may be missing.
    pub fn optional_bool(&mut self, key: &'static str) -> Option<bool> {
        let node = self.optional(key)?;
        if node.as_bool().is_none() {
            self.errors.push(LoadError::new(format!("`{key}` must be true or false"), node.place));
        }
        node.as_bool()
    }

    /// A list of texts that may be missing; a single text counts as a list of one.
    pub fn texts(&mut self, key: &'static str) -> Vec<SmolStr> {
        let Some(node) = self.optional(key) else { return Vec::new() };
        texts(node, key, self.errors)
    }

    /// One of fixed names.
    pub fn choice<T>(&mut self, key: &'static str, names: &[&'static str], parse: fn(&str) -> Option<T>) -> Option<T> {
        let node = self.required(key)?;
        choice(node, key, names, parse, self.errors)
    }

    /// Reports the keys that were not asked for.
    pub fn finish(self) {
        for entry in &self.map.entries {
            if !self.asked.contains(&entry.key.as_str()) {
                let message = format!("{} has no key `{}`", self.what, entry.key);
                let mut error = LoadError::new(message, entry.key_place);
                error.help = Some(suggest(&entry.key, &self.asked));
                self.errors.push(error);
            }
        }
    }
}

/// A node that must be a text.
pub fn text<'n>(node: &'n Node, key: &str, errors: &mut Vec<LoadError>) -> Option<&'n str> {
    if node.as_str().is_none() {
        let message = format!("`{key}` must be a text, not {}", with_article(node.value.type_name()));
        errors.push(LoadError::new(message, node.place));
    }
    node.as_str()
}

/// A node that must be a text or a list of texts. Numbers in a list are taken as they are written.
pub fn texts(node: &Node, key: &str, errors: &mut Vec<LoadError>) -> Vec<SmolStr> {
    let items = match &node.value {
        Value::List(list) => list.items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        match item.value.scalar_text() {
            Some(text) => found.push(text),
            None => errors.push(LoadError::new(format!("`{key}` must be a list of texts"), item.place)),
        }
    }
    found
}

/// A node that must be one of fixed names.
pub fn choice<T>(
    node: &Node,
    key: &str,
    names: &[&'static str],
    parse: fn(&str) -> Option<T>,
    errors: &mut Vec<LoadError>,
) -> Option<T> {
    let name = text(node, key, errors)?;
    let found = parse(name);
    if found.is_none() {
        let message = format!("`{name}` is no {key}");
        errors.push(LoadError::new(message, node.place).with_help(suggest(name, names)));
    }
    found
}

/// `did you mean …?` where something is close, else the list of what there is.
pub fn suggest(word: &str, known: &[&str]) -> String {
    let close = known.iter().map(|name| (strsim::jaro_winkler(word, name), *name));
    match close.max_by(|left, right| left.0.total_cmp(&right.0)) {
        Some((score, name)) if score > 0.84 => format!("did you mean `{name}`?"),
        _ if known.is_empty() => "there are none here".to_owned(),
        _ => format!("known here: {}", known.join(", ")),
    }
}

fn with_article(type_name: &str) -> String {
    match type_name {
        "null" | "unknown" => type_name.to_owned(),
        name => format!("a {name}"),
    }
}
