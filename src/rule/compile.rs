//! Compiles conditions: from the map as written to [`Condition`], with paths, operators and operands checked.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Parameter;
use super::condition::{Condition, Match};
use super::matcher::{self, Matcher, OPERATORS, Operand, Operator, OperatorSpec, Pattern, Takes, Test};
use super::path::Path;
use super::quantifier::{Over, Quantified, Quantifier, Selector};
use super::relation::Join;
use super::scalar::Period;
use super::topic::Topic;
use crate::kind;
use crate::syntax::fields::{self, Fields, LoadError};
use crate::syntax::tree::{Entry, Node, Place, Value};

/// What conditions of a rule may name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'r> {
    pub(super) parameters: &'r [Parameter],
    pub(super) topics: &'r [Arc<Topic>],
}

/// Compiles a condition. `every`: whether a path that visits several values asks all of them (under `require`) or is
/// content with one (under `deny` and `when`).
pub(super) fn condition(node: &Node, every: bool, scope: Scope<'_>, errors: &mut Vec<LoadError>) -> Option<Condition> {
    let Some(map) = node.as_map() else {
        let error = LoadError::new("a condition must be a map from paths to what is asked of them", node.place);
        errors.push(error.with_help("for several conditions use `all: [ … ]` or `any: [ … ]`"));
        return None;
    };
    if map.entries.is_empty() {
        errors.push(LoadError::new("a condition must not be empty", node.place));
    }
    let compiled = map.entries.iter().map(|entry| condition_entry(entry, every, scope, errors));
    let mut compiled: Vec<Condition> = compiled.collect::<Vec<_>>().into_iter().collect::<Option<_>>()?;
    if compiled.len() == 1 { compiled.pop() } else { Some(Condition::All(compiled)) }
}

fn condition_entry(entry: &Entry, every: bool, scope: Scope<'_>, errors: &mut Vec<LoadError>) -> Option<Condition> {
    let node = &entry.value;
    match entry.key.as_str() {
        "all" => conditions(node, every, scope, errors).map(Condition::All),
        "any" => conditions(node, every, scope, errors).map(Condition::Any),
        "not" => condition(node, !every, scope, errors).map(|inner| Condition::Not(Box::new(inner))),
        "parts" => parts(node, every, scope, errors),
        "some" | "each" | "none" | "count" | "share" => quantified(entry, every, scope, errors),
        _ => leaf(entry, every, scope, errors),
    }
}

fn conditions(node: &Node, every: bool, scope: Scope<'_>, errors: &mut Vec<LoadError>) -> Option<Vec<Condition>> {
    if node.items().is_empty() {
        errors.push(LoadError::new("`all` and `any` take a list of conditions", node.place));
    }
    let compiled: Vec<_> = node.items().iter().map(|item| condition(item, every, scope, errors)).collect();
    compiled.into_iter().collect()
}

fn parts(node: &Node, every: bool, scope: Scope<'_>, errors: &mut Vec<LoadError>) -> Option<Condition> {
    if !every {
        let error = LoadError::new("`parts` belongs under `require`", node.place);
        errors.push(error.with_help("what is denied cannot be partly there"));
        return None;
    }
    let part = |entry: &Entry| (entry.key.clone(), condition(&entry.value, every, scope, errors));
    let compiled: Vec<_> = node.entries().iter().map(part).collect();
    let parts: Option<Vec<_>> = compiled.into_iter().map(|(name, inner)| inner.map(|inner| (name, inner))).collect();
    parts.map(Condition::Parts)
}

fn quantified(entry: &Entry, every: bool, scope: Scope<'_>, errors: &mut Vec<LoadError>) -> Option<Condition> {
    let name = entry.key.as_str();
    let counts = matches!(name, "count" | "share");
    let Some(map) = entry.value.as_map() else {
        let error = LoadError::new(format!("`{name}` takes `over:` and `meets:`"), entry.value.place);
        errors.push(error.with_help(format!("a key that is called {name} is written `\"{name}\"`, in quotes")));
        return None;
    };
    let Some(over) = map.get("over") else {
        errors.push(LoadError::new(format!("`{name}` needs `over`"), entry.key_place));
        return None;
    };
    let over = compile_over(over, errors);
    let inner = if name == "none" { !every } else { every };
    let meets = match map.get("meets") {
        Some(node) => condition(node, inner, scope, errors),
        None => Some(Condition::always()),
    };
    let rest = map.entries.iter().filter(|entry| !matches!(entry.key.as_str(), "over" | "meets"));
    let mut tests = Vec::new();
    for extra in rest {
        match operator(&extra.key) {
            Some((spec, negated)) if counts && (spec.takes == Takes::Ordered || spec.name == "equals") => {
                tests.push(test(spec, negated, extra, scope, errors)?);
            }
            _ => {
                let message = format!("`{name}` has no key `{}`", extra.key);
                let known: &[&str] =
                    if counts { &["over", "meets", "gte", "gt", "lte", "lt", "equals"] } else { &["over", "meets"] };
                errors.push(LoadError::new(message, extra.key_place).with_help(fields::suggest(&extra.key, known)));
            }
        }
    }
    if counts && tests.is_empty() {
        errors.push(LoadError::new(format!("`{name}` needs a comparison such as `gte: 1`"), entry.key_place));
    }
    let quantifier = match name {
        "some" => Quantifier::Some,
        "each" => Quantifier::Each,
        "none" => Quantifier::None,
        "count" => Quantifier::Count(tests),
        _ => Quantifier::Share(tests),
    };
    Some(Condition::Quantified(Box::new(Quantified { quantifier, over: over?, meets: meets? })))
}

fn compile_over(node: &Node, errors: &mut Vec<LoadError>) -> Option<Over> {
    if node.as_str().is_some() {
        return path(node, errors).map(Over::Path);
    }
    let mut fields = Fields::of(node, "`over`", errors)?;
    let targets_node = fields.required("type");
    let refers_by = fields.optional("refers_by");
    let referred_by = fields.optional("referred_by");
    let same = fields.optional("same");
    let owned = fields.optional_bool("owned").unwrap_or(false);
    let same_owner = fields.optional_bool("same_owner").unwrap_or(false);
    let within = fields.optional("in");
    fields.finish();
    let targets_node = targets_node?;
    let targets = fields::texts(targets_node, "type", errors);
    for target in &targets {
        check_target(target, targets_node.place, errors);
    }
    let targets = targets.iter().map(kind::targets::canonical).collect();
    let join = match (refers_by, referred_by, same, owned, same_owner) {
        (None, None, None, false, false) => Join::All,
        (Some(node), None, None, false, false) => Join::RefersBy(path(node, errors)?),
        (None, Some(node), None, false, false) => Join::ReferredBy(path(node, errors)?),
        (None, None, Some(node), false, false) => Join::Same(pairs(node, errors)?),
        (None, None, None, true, false) => Join::Owned,
        (None, None, None, false, true) => Join::SameOwner,
        _ => {
            let message = "`over` takes one of `refers_by`, `referred_by`, `same`, `owned` and `same_owner`";
            errors.push(LoadError::new(message, node.place));
            return None;
        }
    };
    let in_scan = match within.map(|node| (node, node.as_str())) {
        None | Some((_, Some("unit"))) => false,
        Some((_, Some("scan"))) => true,
        Some((node, _)) => {
            errors.push(LoadError::new("`in` is `unit` or `scan`", node.place));
            false
        }
    };
    Some(Over::Resources(Selector { targets, join, in_scan }))
}

fn pairs(node: &Node, errors: &mut Vec<LoadError>) -> Option<Vec<(Path, Path)>> {
    if node.entries().is_empty() {
        errors.push(LoadError::new("`same` is a map from the candidate's path to ours", node.place));
        return None;
    }
    let pair = |entry: &Entry| Some((path_text(&entry.key, entry.key_place, errors)?, path(&entry.value, errors)?));
    let compiled: Vec<_> = node.entries().iter().map(pair).collect();
    compiled.into_iter().collect()
}

/// Compiles a path.
pub(super) fn path(node: &Node, errors: &mut Vec<LoadError>) -> Option<Path> {
    path_text(fields::text(node, "path", errors)?, node.place, errors)
}

fn path_text(text: &str, place: Place, errors: &mut Vec<LoadError>) -> Option<Path> {
    match Path::parse(text) {
        Ok(path) => Some(path),
        Err((_, message)) => {
            errors.push(LoadError::new(format!("the path `{text}` cannot be read: {message}"), place));
            None
        }
    }
}

fn leaf(entry: &Entry, every: bool, scope: Scope<'_>, errors: &mut Vec<LoadError>) -> Option<Condition> {
    let path = path_text(&entry.key, entry.key_place, errors);
    let matcher = compile_matcher(&entry.value, scope, errors);
    Some(Condition::Match(Match { path: path?, matcher: matcher?, every }))
}

fn compile_matcher(node: &Node, scope: Scope<'_>, errors: &mut Vec<LoadError>) -> Option<Matcher> {
    let literal = |operator| Matcher {
        tests: vec![Test { operator, negated: false, operand: Operand::Value(node.value.clone()) }],
        default: None,
    };
    let map = match &node.value {
        Value::Map(map) => map,
        Value::List(_) => return Some(literal(Operator::In)),
        Value::Null => {
            let error = LoadError::new("null matches nothing", node.place);
            errors.push(error.with_help("for 'nothing is there' write `{ exists: false }`"));
            return None;
        }
        _ => return Some(literal(Operator::Equals)),
    };
    let mut matcher = Matcher { tests: Vec::new(), default: None };
    for entry in &map.entries {
        if entry.key == "default" {
            matcher.default = Some(entry.value.value.clone());
            continue;
        }
        if let Some((spec, negated)) = operator(&entry.key) {
            matcher.tests.push(test(spec, negated, entry, scope, errors)?);
        } else {
            errors.push(unknown_operator(entry, node, scope));
        }
    }
    if map.entries.iter().all(|entry| entry.key == "default") {
        errors.push(LoadError::new("a matcher needs an operator", node.place));
    }
    (!matcher.tests.is_empty()).then_some(matcher)
}

fn unknown_operator(entry: &Entry, matcher: &Node, scope: Scope<'_>) -> LoadError {
    let mut known: Vec<&str> = OPERATORS.iter().map(|spec| spec.name).collect();
    known.push("default");
    let help = match operand_reference(matcher, scope, &mut Vec::new()) {
        Some(_) => format!("to compare with another value write `{{ equals: {{ {}: … }} }}`", entry.key),
        None => fields::suggest(entry.key.trim_start_matches("not_"), &known),
    };
    LoadError::new(format!("`{}` is no operator", entry.key), entry.key_place).with_help(help)
}

fn operator(key: &str) -> Option<(&'static OperatorSpec, bool)> {
    let find = |name: &str| OPERATORS.iter().find(|spec| spec.name == name);
    match find(key) {
        Some(spec) => Some((spec, false)),
        None => find(key.strip_prefix("not_")?).map(|spec| (spec, true)),
    }
}

fn test(
    spec: &'static OperatorSpec,
    negated: bool,
    entry: &Entry,
    scope: Scope<'_>,
    errors: &mut Vec<LoadError>,
) -> Option<Test> {
    let node = &entry.value;
    if let Some(operand) = operand_reference(node, scope, errors) {
        return Some(Test { operator: plain_operator(spec.name)?, negated, operand });
    }
    if let Err(message) = check_operand(spec, node) {
        errors.push(LoadError::new(format!("`{}` takes {message}", entry.key), node.place));
        return None;
    }
    let operator = match spec.takes {
        Takes::Pattern if spec.name == "matches_decoded" => Operator::MatchesDecoded(pattern(node, errors)?),
        Takes::Pattern => Operator::Matches(pattern(node, errors)?),
        Takes::Topic => Operator::States(topic(node, scope, errors)?),
        _ => plain_operator(spec.name)?,
    };
    Some(Test { operator, negated, operand: Operand::Value(node.value.clone()) })
}

fn plain_operator(name: &str) -> Option<Operator> {
    Some(match name {
        "equals" => Operator::Equals,
        "in" => Operator::In,
        "contains" => Operator::Contains,
        "part_of" => Operator::PartOf,
        "starts_with" => Operator::StartsWith,
        "ends_with" => Operator::EndsWith,
        "gt" => Operator::Gt,
        "gte" => Operator::Gte,
        "lt" => Operator::Lt,
        "lte" => Operator::Lte,
        "within" => Operator::Within,
        "older_than" => Operator::OlderThan,
        "longer_than" => Operator::LongerThan,
        "older_tls_than" => Operator::OlderTlsThan,
        "exists" => Operator::Exists,
        "empty" => Operator::Empty,
        "type" => Operator::Type,
        "unique" => Operator::Unique,
        "cidr_includes" => Operator::CidrIncludes,
        "port_includes" => Operator::PortIncludes,
        _ => return None,
    })
}

/// `{path: p}`, `{judged: p}` or `{parameter: n}`.
fn operand_reference(node: &Node, scope: Scope<'_>, errors: &mut Vec<LoadError>) -> Option<Operand> {
    let [entry] = node.entries() else { return None };
    match entry.key.as_str() {
        "path" => path(&entry.value, errors).map(Operand::Path),
        "judged" => path(&entry.value, errors).map(Operand::Judged),
        "parameter" => {
            let name = fields::text(&entry.value, "parameter", errors)?;
            if !scope.parameters.iter().any(|parameter| parameter.name == name) {
                let known: Vec<&str> = scope.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
                let error = LoadError::new(format!("the rule has no parameter `{name}`"), entry.value.place);
                errors.push(error.with_help(fields::suggest(name, &known)));
            }
            Some(Operand::Parameter(name.into()))
        }
        _ => None,
    }
}

fn check_operand(spec: &OperatorSpec, node: &Node) -> Result<(), &'static str> {
    let value = &node.value;
    let scalar = value.scalar_text().is_some();
    let scalars = node.as_list().is_some_and(|list| list.items.iter().all(|item| item.value.scalar_text().is_some()));
    let (fits, expected) = match spec.takes {
        Takes::Any => (scalar || scalars, "a scalar or a list of scalars"),
        Takes::List => (scalars, "a list"),
        Takes::Texts => (scalar || scalars, "a text or a list of texts"),
        Takes::Pattern | Takes::Topic => (node.as_str().is_some(), "a text"),
        Takes::Ordered => {
            let ordered = super::scalar::order(value, value).is_some();
            (ordered && node.as_bool().is_none(), "a number, date or version")
        }
        Takes::Period => (
            node.as_number().is_some() || node.as_str().is_some_and(|text| Period::parse(text).is_some()),
            "a length of time such as `12 months`",
        ),
        Takes::Length => (
            node.as_number().is_some() || node.as_str().is_some_and(super::matcher::is_length),
            "a length of time such as `8 hours`",
        ),
        Takes::Version => (scalar && node.as_bool().is_none(), "a version such as `1.2`"),
        Takes::Bool => (node.as_bool().is_some(), "true or false"),
        Takes::Type => (
            matches!(node.as_str(), Some("text" | "number" | "bool" | "date" | "list" | "map")),
            "one of text, number, bool, date, list, map",
        ),
        Takes::Key => (node.as_bool().is_some() || node.as_str().is_some(), "true or the name of a key"),
        Takes::Cidrs => {
            let items = if scalar { std::slice::from_ref(node) } else { node.items() };
            let blocks = !items.is_empty() && items.iter().all(|item| matcher::is_cidr(&item.value));
            (blocks, "an address block such as `10.0.0.0/8`, or a list of them")
        }
        Takes::Ports => (
            node.as_number().is_some()
                || node.as_list().is_some_and(|list| list.items.iter().all(|item| item.as_number().is_some())),
            "a port or a list of ports",
        ),
    };
    if fits { Ok(()) } else { Err(expected) }
}

fn pattern(node: &Node, errors: &mut Vec<LoadError>) -> Option<Pattern> {
    let pattern = Pattern::new(node.as_str()?);
    // Rules that are built in have no places and were checked by the tests; their patterns compile on first use.
    if node.place == Place::NOWHERE {
        return Some(pattern);
    }
    match pattern.check() {
        Ok(()) => Some(pattern),
        Err(error) => {
            let message = error.to_string();
            let last = message.lines().last().unwrap_or_default().trim_start_matches("error: ");
            errors.push(LoadError::new(format!("the regular expression is not valid: {last}"), node.place));
            None
        }
    }
}

fn topic(node: &Node, scope: Scope<'_>, errors: &mut Vec<LoadError>) -> Option<Arc<Topic>> {
    let name = node.as_str()?;
    let found = scope.topics.iter().find(|topic| topic.name == name).cloned();
    if found.is_none() {
        let known: Vec<&str> = scope.topics.iter().map(|topic| topic.name.as_str()).collect();
        let error = LoadError::new(format!("the rule has no topic `{name}`"), node.place);
        errors.push(error.with_help(fields::suggest(name, &known)));
    }
    found
}

/// Reports a target that no kind fills.
pub(super) fn check_target(target: &SmolStr, place: Place, errors: &mut Vec<LoadError>) {
    if let Err(help) = kind::targets::check(target) {
        errors.push(LoadError::new(format!("no kind fills the target `{target}`"), place).with_help(help));
    }
}
