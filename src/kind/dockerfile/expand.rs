//! Variables in the words of a Dockerfile: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+other}`.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::syntax::tree::Node;

/// The variables that are set, by name. One that is set to an unknown value has no text.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables(BTreeMap<SmolStr, Option<SmolStr>>);

impl Variables {
    /// Sets a variable; `None` where its value cannot be known.
    pub(super) fn set(&mut self, name: &str, value: Option<SmolStr>) {
        self.0.insert(name.into(), value);
    }

    /// The value of a variable: `None` where it is not set, `Some(None)` where it cannot be known.
    pub(super) fn get(&self, name: &str) -> Option<&Option<SmolStr>> {
        self.0.get(name)
    }

    /// Fills in what is known. What is not stays as `${NAME}`, and the first such name is given back too.
    pub(super) fn fill(&self, text: &str) -> (String, Option<SmolStr>) {
        let mut filled = String::with_capacity(text.len());
        let mut missing = None;
        let mut rest = text;
        while let Some(at) = rest.find(['$', '\\']) {
            filled.push_str(rest.get(..at).unwrap_or(""));
            rest = rest.get(at..).unwrap_or("");
            if let Some(after) = rest.strip_prefix("\\$") {
                filled.push('$');
                rest = after;
            } else if let Some((reference, after)) = reference(rest) {
                if let Some(value) = self.value(&reference) {
                    filled.push_str(&value);
                } else {
                    missing.get_or_insert(SmolStr::from(reference.name));
                    filled.push_str("${");
                    filled.push_str(reference.name);
                    filled.push('}');
                }
                rest = after;
            } else {
                filled.push_str(rest.get(..1).unwrap_or(""));
                rest = rest.get(1..).unwrap_or("");
            }
        }
        filled.push_str(rest);
        (filled, missing)
    }

    /// A text node with its variables filled in; unknown where one cannot be.
    pub(super) fn node(&self, node: &Node) -> Node {
        let Some(text) = node.as_str() else { return node.clone() };
        match self.fill(text) {
            (_, Some(name)) => Node::unknown(depends_on(&name), node.place),
            (filled, None) => Node::text(filled, node.place),
        }
    }

    fn value(&self, reference: &Reference<'_>) -> Option<SmolStr> {
        let set = self.get(reference.name);
        let is_empty = |value: &SmolStr| value.is_empty() && reference.counts_empty;
        match (set, reference.operator) {
            (Some(Some(value)), Some('-')) if !is_empty(value) => Some(value.clone()),
            (Some(Some(value)), Some('+')) => Some(if is_empty(value) { "".into() } else { reference.word.into() }),
            (Some(Some(value)), None) => Some(value.clone()),
            // A variable that nothing here sets may come with the base image.
            (Some(Some(_)), Some('-')) => Some(reference.word.into()),
            _ => None,
        }
    }
}

/// What an unknown depends on where a variable is not known.
pub(super) fn depends_on(name: &str) -> SmolStr {
    smol_str::format_smolstr!("ARG {name}")
}

struct Reference<'a> {
    name: &'a str,
    operator: Option<char>,
    /// Whether an empty value counts as none (`:-`).
    counts_empty: bool,
    word: &'a str,
}

/// The reference that a text starts with, and the text after it.
fn reference(text: &str) -> Option<(Reference<'_>, &str)> {
    let after = text.strip_prefix('$')?;
    let Some(braced) = after.strip_prefix('{') else {
        let (name, rest) = name(after)?;
        return Some((Reference { name, operator: None, counts_empty: false, word: "" }, rest));
    };
    let (name, rest) = name(braced)?;
    let end = rest.find('}')?;
    let (inside, rest) = (rest.get(..end)?, rest.get(end + 1..)?);
    let (counts_empty, tail) = inside.strip_prefix(':').map_or((false, inside), |tail| (true, tail));
    let operator = tail.chars().next();
    let word = tail.get(operator.map_or(0, char::len_utf8)..)?;
    Some((Reference { name, operator, counts_empty, word }, rest))
}

fn name(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in_as_docker_does() {
        let mut variables = Variables::default();
        variables.set("A", Some("1".into()));
        variables.set("E", Some("".into()));
        variables.set("U", None);
        for (text, filled, missing) in [
            ("x$A-${A}", "x1-1", None),
            ("${A:-d}${E:-d}${E-d}", "1d", None),
            ("${A:+s}${E:+s}", "s", None),
            ("$U/$A", "${U}/1", Some("U")),
            ("${N:-d}", "${N}", Some("N")),
            ("\\$A \\x $ ${ ${}", "$A \\x $ ${ ${}", None),
        ] {
            let (found, name) = variables.fill(text);
            assert_eq!((found.as_str(), name.as_deref()), (filled, missing), "{text}");
        }
    }
}
