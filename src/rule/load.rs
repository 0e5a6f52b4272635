//! From a rule file's tree to a [`Rule`]: strict, with every mistake at its place. Built-in rules come from their head.

use std::sync::Arc;

use smol_str::SmolStr;

use super::compile::{self, Scope};
use super::condition::Condition;
use super::head::{CheckHead, ControlHead, Head};
use super::level::{Bearing, Confidence, Facet, Severity};
use super::logic::{LazyLogic, Logic, PackedLogic};
use super::message::Message;
use super::topic::Topic;
use super::{About, Check, ControlLink, Example, ExampleSubject, Expectation, Parameter, Rule};
use crate::isms::catalogue;
use crate::isms::control::ControlId;
use crate::isms::resolve;
use crate::syntax::fields::{self, Fields};
use crate::syntax::packed;
use crate::syntax::tree::{Node, Place, Value};

pub use crate::syntax::fields::LoadError;

/// Reads a rule. `id` is the one its path stands for.
pub fn load(id: &str, node: &Node) -> Result<Rule, Vec<LoadError>> {
    let mut errors = Vec::new();
    let rule = load_rule(id, node, &mut errors);
    match rule {
        Some(rule) if errors.is_empty() => Ok(rule),
        _ => {
            errors.sort_by_key(|error| error.place);
            Err(errors)
        }
    }
}

/// A rule that is built in, of what it is known by and packed what its checks ask; nothing where the bytes are not what
/// they should be. The build script looked at the keys, and a test holds the rule to what its text says.
pub(super) fn load_packed(id: &'static str, head: &'static [u8], logic: &'static [u8]) -> Option<Rule> {
    let head: Head<'static> = postcard::from_bytes(head).ok()?;
    let parameters = match head.parameters {
        [] => Vec::new(),
        packed => load_parameters(&packed::unpack(packed)?, &mut Vec::new()),
    };
    let logic = Arc::new(PackedLogic::new(id, logic, &parameters));
    let checks = head.checks.into_iter().enumerate();
    let checks = checks.map(|(index, head)| packed_check(head, LazyLogic::later(logic.clone(), index))).collect();
    let about = About {
        id: SmolStr::new_static(id),
        title: SmolStr::new_static(head.title),
        severity: Severity::parse(head.severity)?,
        confidence: Confidence::parse(head.confidence)?,
        facet: Facet::parse(head.facet)?,
        controls: head.controls.iter().map(packed_control).collect::<Option<_>>()?,
        why: SmolStr::new_static(head.why),
        fix: SmolStr::new_static(head.fix),
        references: statics(head.references),
        aliases: statics(head.aliases),
        all_aliases: statics(head.all_aliases),
    };
    Some(Rule { about: Arc::new(about), parameters, checks, examples: Vec::new() })
}

fn statics(texts: Vec<&'static str>) -> Vec<SmolStr> {
    texts.into_iter().map(SmolStr::new_static).collect()
}

fn packed_control(head: &ControlHead<'static>) -> Option<ControlLink> {
    // The tests check that there is such a control, so start-up need not.
    let (control, bearing) = (ControlId::parse(head.id)?, Bearing::parse(head.bearing)?);
    Some(ControlLink { control, bearing, because: SmolStr::new_static(head.because) })
}

fn packed_check(head: CheckHead<'static>, logic: LazyLogic) -> Check {
    let of_part = |(part, ids)| (SmolStr::new_static(part), statics(ids));
    Check {
        on: head.on.into_iter().map(|target| crate::kind::targets::canonical(&SmolStr::new_static(target))).collect(),
        logic,
        denies: head.denies,
        aliases: statics(head.aliases),
        part_aliases: head.part_aliases.into_iter().map(of_part).collect(),
        is_topical: head.is_topical || !head.implies.is_empty(),
        implies: statics(head.implies),
        looks_across_units: head.looks_across_units,
        place: Place::NOWHERE,
    }
}

/// What the checks of a built-in rule ask, from the tree that the build script packed; nothing where it is not what it
/// should be.
pub(super) fn logics(id: &str, body: &Node, parameters: &[Parameter]) -> Vec<Logic> {
    let mut errors = Vec::new();
    let topics = body.get("topics").map(|node| load_topics(id, node, &mut errors)).unwrap_or_default();
    let scope = Scope { parameters, topics: &topics };
    let checks = body.get("checks").map(Node::items).unwrap_or_default();
    let logics = checks.iter().map_while(|node| {
        let (logic, _) = load_logic(&Asked::of(node), node.place, scope, &mut errors)?;
        Some(logic)
    });
    logics.collect()
}

fn load_rule(id: &str, node: &Node, errors: &mut Vec<LoadError>) -> Option<Rule> {
    let mut fields = Fields::of(node, "a rule", errors)?;
    check_id(id, &mut fields);
    let title = fields.text("title").unwrap_or_default().into();
    let severity = fields.choice("severity", &Severity::names(), Severity::parse);
    let confidence = fields.choice("confidence", &Confidence::names(), Confidence::parse);
    let facet = fields.choice("facet", &Facet::names(), Facet::parse);
    let why = prose(&mut fields, "why");
    let fix = prose(&mut fields, "fix");
    let references = fields.texts("references");
    let aliases = fields.texts("aliases");
    let controls = fields.required("controls");
    let parameters = fields.optional("parameters");
    let topics = fields.optional("topics");
    let checks = fields.required("checks");
    let examples = fields.required("examples");
    fields.finish();

    let controls = controls.map(|node| load_controls(node, errors)).unwrap_or_default();
    let parameters = parameters.map(|node| load_parameters(node, errors)).unwrap_or_default();
    let topics = topics.map(|node| load_topics(id, node, errors)).unwrap_or_default();
    let scope = Scope { parameters: &parameters, topics: &topics };
    let checks = checks.map(|node| load_checks(node, scope, errors)).unwrap_or_default();
    let examples = examples.map(|node| load_examples(node, errors)).unwrap_or_default();
    let mut all_aliases = aliases.clone();
    let of_parts = |check: &Check| check.part_aliases.iter().flat_map(|(_, ids)| ids.clone()).collect::<Vec<_>>();
    all_aliases.extend(checks.iter().flat_map(|check| check.aliases.iter().cloned().chain(of_parts(check))));
    all_aliases.sort();
    all_aliases.dedup();
    let about = About {
        id: id.into(),
        title,
        severity: severity?,
        confidence: confidence?,
        facet: facet?,
        controls,
        why,
        fix,
        references,
        aliases,
        all_aliases,
    };
    Some(Rule { about: Arc::new(about), parameters, checks, examples })
}

fn check_id(id: &str, fields: &mut Fields<'_, '_>) {
    let Some(written) = fields.required("id") else { return };
    match written.as_str() {
        Some(text) if text == id => {}
        Some(text) => {
            let message = format!("the id `{text}` is not the file's path");
            let error = LoadError::new(message, written.place);
            fields.errors.push(error.with_help(format!("write `id: {id}`, or move the file to `{text}.yaml`")));
        }
        None => fields.errors.push(LoadError::new("`id` must be a text", written.place)),
    }
}

fn prose(fields: &mut Fields<'_, '_>, key: &'static str) -> SmolStr {
    fields.text(key).unwrap_or_default().trim().into()
}

fn non_empty_list<'n>(node: &'n Node, key: &str, errors: &mut Vec<LoadError>) -> &'n [Node] {
    if node.items().is_empty() {
        errors.push(LoadError::new(format!("`{key}` must be a list with at least one element"), node.place));
    }
    node.items()
}

fn load_controls(node: &Node, errors: &mut Vec<LoadError>) -> Vec<ControlLink> {
    non_empty_list(node, "controls", errors).iter().filter_map(|item| load_control(item, errors)).collect()
}

fn load_control(node: &Node, errors: &mut Vec<LoadError>) -> Option<ControlLink> {
    let mut fields = Fields::of(node, "a control", errors)?;
    let id = fields.required("id");
    let bearing = fields.choice("as", &Bearing::names(), Bearing::parse);
    let because = prose(&mut fields, "because");
    fields.finish();
    let control = load_control_id(id?, errors)?;
    Some(ControlLink { control, bearing: bearing?, because })
}

fn load_control_id(node: &Node, errors: &mut Vec<LoadError>) -> Option<ControlId> {
    let text = fields::text(node, "id", errors)?;
    let id = ControlId::parse(text);
    if let Some(id) = id.filter(catalogue::exists) {
        return Some(id);
    }
    let suggestion = resolve::resolve(text.rsplit('/').next().unwrap_or(text)).ok();
    let help = suggestion.map_or_else(
        || "write the framework and the control: `iso27001:2022/A.8.3`, or a clause: `iso27001:2022/9.2`".to_owned(),
        |control| format!("did you mean `{control}`?"),
    );
    errors.push(LoadError::new(format!("`{text}` is no control"), node.place).with_help(help));
    None
}

fn load_parameters(node: &Node, errors: &mut Vec<LoadError>) -> Vec<Parameter> {
    if node.as_map().is_none() {
        errors.push(LoadError::new("`parameters` must be a map from name to parameter", node.place));
    }
    node.entries().iter().filter_map(|entry| load_parameter(&entry.key, &entry.value, errors)).collect()
}

fn load_parameter(name: &SmolStr, node: &Node, errors: &mut Vec<LoadError>) -> Option<Parameter> {
    let mut fields = Fields::of(node, "a parameter", errors)?;
    let default = fields.required("default").map(|node| node.value.clone());
    let floor = fields.optional("floor").and_then(Node::as_number);
    let requirement = fields.optional_text("requirement").map(SmolStr::from);
    let about = fields.optional_text("about").map(str::to_owned);
    fields.finish();
    Some(Parameter { name: name.clone(), about, default: default?, floor, requirement })
}

fn load_topics(rule: &str, node: &Node, errors: &mut Vec<LoadError>) -> Vec<Arc<Topic>> {
    let mut topics = Vec::new();
    if node.as_map().is_none() {
        errors.push(LoadError::new("`topics` must be a map from name to topic", node.place));
    }
    for entry in node.entries() {
        match Topic::load(&entry.key, &entry.value) {
            Ok(topic) => topics.push(Arc::new(topic.translated(rule))),
            Err(mistakes) => errors.extend(mistakes),
        }
    }
    topics
}

fn load_checks(node: &Node, scope: Scope<'_>, errors: &mut Vec<LoadError>) -> Vec<Check> {
    non_empty_list(node, "checks", errors).iter().filter_map(|item| load_check(item, scope, errors)).collect()
}

/// The keys of a check that say what it asks.
struct Asked<'n> {
    when: Option<&'n Node>,
    require: Option<&'n Node>,
    deny: Option<&'n Node>,
    message: Option<&'n Node>,
    at: Option<&'n Node>,
}

impl<'n> Asked<'n> {
    fn of(node: &'n Node) -> Asked<'n> {
        let [when, require, deny, message, at] = ["when", "require", "deny", "message", "at"].map(|key| node.get(key));
        Asked { when, require, deny, message, at }
    }
}

/// What a check asks, and whether it denies it.
fn load_logic(asked: &Asked<'_>, place: Place, scope: Scope<'_>, errors: &mut Vec<LoadError>) -> Option<(Logic, bool)> {
    let when = asked.when.and_then(|node| compile::condition(node, false, scope, errors));
    let condition = match (asked.require, asked.deny) {
        (Some(node), None) => compile::condition(node, true, scope, errors),
        (None, Some(node)) => compile::condition(node, false, scope, errors),
        _ => {
            errors.push(LoadError::new("a check needs one of `require` and `deny`", place));
            None
        }
    }?;
    let message = asked.message.and_then(|node| Message::load(node, scope.parameters, errors));
    let at = asked.at.and_then(|node| compile::path(node, errors));
    Some((Logic { when, condition, message, at }, asked.deny.is_some()))
}

fn load_check(node: &Node, scope: Scope<'_>, errors: &mut Vec<LoadError>) -> Option<Check> {
    let mut fields = Fields::of(node, "a check", errors)?;
    let on = fields.required("on");
    let asked = Asked {
        when: fields.optional("when"),
        require: fields.optional("require"),
        deny: fields.optional("deny"),
        message: fields.optional("message"),
        at: fields.optional("at"),
    };
    let aliases = fields.texts("aliases");
    let part_aliases = fields.optional("part_aliases");
    let implies = fields.texts("implies");
    fields.finish();
    let on = on.map(|node| load_targets(node, errors)).unwrap_or_default();
    let (logic, denies) = load_logic(&asked, node.place, scope, errors)?;
    let condition = &logic.condition;
    let part_aliases = part_aliases.map(|node| load_part_aliases(node, condition, errors)).unwrap_or_default();
    let looks_across_units =
        condition.looks_across_units() || logic.when.as_ref().is_some_and(Condition::looks_across_units);
    let is_topical = !implies.is_empty() || condition.is_topical();
    let place = node.place;
    Some(Check {
        on,
        logic: LazyLogic::now(logic),
        denies,
        aliases,
        part_aliases,
        implies,
        is_topical,
        looks_across_units,
        place,
    })
}

fn load_part_aliases(node: &Node, condition: &Condition, errors: &mut Vec<LoadError>) -> Vec<(SmolStr, Vec<SmolStr>)> {
    if node.as_map().is_none() {
        errors.push(LoadError::new("`part_aliases` must be a map from the name of a part to ids", node.place));
    }
    for entry in node.entries().iter().filter(|entry| !condition.has_part(&entry.key)) {
        errors.push(LoadError::new(format!("the condition has no part called `{}`", entry.key), entry.value.place));
    }
    let ids = node.entries().iter().map(|entry| (entry.key.clone(), fields::texts(&entry.value, &entry.key, errors)));
    ids.collect()
}

fn load_targets(node: &Node, errors: &mut Vec<LoadError>) -> Vec<SmolStr> {
    let targets = fields::texts(node, "on", errors);
    for target in &targets {
        compile::check_target(target, node.place, errors);
    }
    targets.iter().map(crate::kind::targets::canonical).collect()
}

fn load_examples(node: &Node, errors: &mut Vec<LoadError>) -> Vec<Example> {
    non_empty_list(node, "examples", errors).iter().filter_map(|item| load_example(item, errors)).collect()
}

fn load_example(node: &Node, errors: &mut Vec<LoadError>) -> Option<Example> {
    let [entry] = node.entries() else {
        let message = "an example has one key: `fails`, `partial`, `passes`, `unknown` or `not_applicable`";
        errors.push(LoadError::new(message, node.place));
        return None;
    };
    let expect = match entry.key.as_str() {
        "fails" => Expectation::Fails,
        "partial" => Expectation::Partial,
        "passes" => Expectation::Passes,
        "unknown" => Expectation::Unknown,
        "not_applicable" => Expectation::NotApplicable,
        other => {
            let names = ["fails", "partial", "passes", "unknown", "not_applicable"];
            let error = LoadError::new(format!("`{other}` is no outcome of an example"), entry.key_place);
            errors.push(error.with_help(fields::suggest(other, &names)));
            return None;
        }
    };
    load_subject(&entry.value, expect, entry.key_place, errors)
}

fn load_subject(node: &Node, expect: Expectation, place: Place, errors: &mut Vec<LoadError>) -> Option<Example> {
    let mut fields = Fields::of(node, "an example", errors)?;
    let files = fields.optional("files");
    let resources = fields.optional("resources");
    let at = fields.optional_text("at").map(str::to_owned);
    let today = fields.optional("today");
    let parameters = fields.optional("parameters");
    fields.optional("note");
    fields.finish();
    let today = today.and_then(|node| {
        let date = super::scalar::date(&node.value);
        if date.is_none() {
            errors.push(LoadError::new("`today` must be a date such as 2026-11-22", node.place));
        }
        date
    });
    let subject = match (files, resources) {
        (Some(files), None) => ExampleSubject::Files(load_files(files, errors)),
        (None, Some(resources)) => ExampleSubject::Resources(resources.items().to_vec()),
        _ => {
            errors.push(LoadError::new("an example needs one of `files` and `resources`", node.place));
            return None;
        }
    };
    let parameters = parameters.map(Node::entries).unwrap_or_default();
    let parameters = parameters.iter().map(|entry| (entry.key.clone(), entry.value.value.clone())).collect();
    Some(Example { expect, subject, at, today, parameters, place })
}

fn load_files(node: &Node, errors: &mut Vec<LoadError>) -> Vec<(SmolStr, SmolStr)> {
    if node.as_map().is_none_or(|map| map.entries.is_empty()) {
        errors.push(LoadError::new("`files` must be a map from path to text", node.place));
    }
    let mut files = Vec::new();
    for entry in node.entries() {
        match &entry.value.value {
            Value::Text(text) => files.push((entry.key.clone(), text.clone())),
            Value::Null => files.push((entry.key.clone(), SmolStr::default())),
            _ => {
                fields::text(&entry.value, &entry.key, errors);
            }
        }
    }
    files
}
