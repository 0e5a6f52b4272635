//! `annexa.yaml`: the configuration of an organisation. Strict: an unknown key is an error.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use smol_str::SmolStr;

use super::evidence::store;
use super::{Failure, Terminal, diagnostic, told};
use crate::evidence::nonconformity::DuePolicy;
use crate::isms::control::Framework;
use crate::isms::exception::{self, Exception};
use crate::rule::Severity;
use crate::source;
use crate::syntax::fields::{self, Fields, LoadError};
use crate::syntax::tree::{FileId, Node, Value};
use crate::syntax::{Content, yaml};

/// A configuration.
#[derive(Debug, Default)]
pub(super) struct Config {
    /// The framework whose view reports show.
    pub(super) framework: Option<Framework>,
    /// Folders that hold the ISMS.
    pub(super) isms: Vec<String>,
    /// Documents mapped to a type.
    pub(super) documents: Vec<(String, String)>,
    /// What to read.
    pub(super) include: Vec<String>,
    /// What not to read.
    pub(super) exclude: Vec<String>,
    /// Rules to run, as patterns; none: all.
    pub(super) select: Vec<SmolStr>,
    /// Rules not to run, as patterns.
    pub(super) ignore: Vec<SmolStr>,
    /// Severities by pattern.
    pub(super) severities: Vec<(SmolStr, Severity)>,
    /// Parameters by rule, name and value.
    pub(super) parameters: Vec<(String, SmolStr, Value)>,
    /// Accepted deviations.
    pub(super) exceptions: Vec<Exception>,
    /// The threshold.
    pub(super) fail_on: Option<Severity>,
    /// The folder of recorded evidence; none: not named.
    pub(super) evidence: Option<String>,
    /// Days after which the newest evidence is stale.
    pub(super) evidence_max_age: Option<u32>,
    /// How long nonconformities may stay.
    pub(super) due: DuePolicy,
    /// The file it was read from, and its text; absent without a configuration.
    pub(super) file: Option<(PathBuf, String)>,
    /// The texts of all files that it was made of, the exceptions among them.
    pub(super) texts: Vec<String>,
    /// Where each rule of `select`, `ignore`, `severity` and `parameters` is named.
    pub(super) named_rules: Vec<(SmolStr, crate::syntax::tree::Place)>,
}

/// Reads the configuration: the file given, else `annexa.yaml` in the root, else none.
pub(super) fn load(given: Option<&Path>, root: &Path, terminal: Terminal) -> Result<Config, Failure> {
    let path = match given {
        Some(path) => path.to_owned(),
        None if root.join(source::CONFIGURATION).is_file() => root.join(source::CONFIGURATION),
        None => return Ok(Config::default()),
    };
    let (text, node) = read_yaml(&path, terminal)?;
    let mut errors = Vec::new();
    let (mut config, exceptions) = read(&node, &mut errors);
    if !errors.is_empty() {
        errors.sort_by_key(|error| error.place);
        return Err(Failure::Told(diagnostic::render(&path.display().to_string(), &text, &errors, terminal)));
    }
    config.texts.push(text.clone());
    config.exceptions = load_exceptions(exceptions.as_deref(), root, &mut config.texts, terminal)?;
    config.file = Some((path, text));
    Ok(config)
}

impl Config {
    /// The folder of evidence below the root: the one that is named, else the usual one if it holds any.
    pub(super) fn evidence_folder(&self, root: &Path) -> Option<String> {
        let usual = || store::holds_evidence(&root.join(store::USUAL)).then(|| store::USUAL.to_owned());
        self.evidence.clone().or_else(usual)
    }
}

fn read_yaml(path: &Path, terminal: Terminal) -> Result<(String, Node), Failure> {
    let shown = path.display().to_string();
    let text = source::read::text(path, &shown).map_err(|error| told(format!("{shown} {}", error.detail)))?;
    let parsed = yaml::parse(&text, FileId(0));
    let first = parsed.errors.into_iter().take(1).chain(yaml::repeated_keys(&text));
    let errors: Vec<LoadError> = first.map(|error| LoadError::of_syntax(error, FileId(0))).collect();
    if !errors.is_empty() {
        return Err(Failure::Told(diagnostic::render(&shown, &text, &errors, terminal)));
    }
    let node = match parsed.content {
        Content::Trees(trees) => trees.into_iter().next(),
        _ => None,
    };
    let empty = || Node::map(crate::syntax::tree::Map::default(), crate::syntax::tree::Place::whole(FileId(0)));
    Ok((text.to_string(), node.filter(|node| !node.is_null()).unwrap_or_else(empty)))
}

fn read(node: &Node, errors: &mut Vec<LoadError>) -> (Config, Option<String>) {
    let mut config = Config::default();
    let Some(mut fields) = Fields::of(node, "the configuration", errors) else { return (config, None) };
    let framework = fields.optional("framework");
    config.isms = strings(&fields.texts("isms"));
    let documents = fields.optional("documents");
    let include = fields.optional("include");
    let exclude = fields.optional("exclude");
    let rules = fields.optional("rules");
    let parameters = fields.optional("parameters");
    let exceptions = fields.optional_text("exceptions").map(str::to_owned);
    let fail_on = fields.optional("fail_on");
    let evidence = fields.optional("evidence");
    fields.finish();
    if let Some(node) = evidence {
        read_evidence(node, &mut config, errors);
    }
    config.include = include.map(|node| path_patterns(node, "include", errors)).unwrap_or_default();
    config.exclude = exclude.map(|node| path_patterns(node, "exclude", errors)).unwrap_or_default();
    let frameworks: Vec<&str> = Framework::ALL.iter().map(|framework| framework.name()).collect();
    config.framework =
        framework.and_then(|node| fields::choice(node, "framework", &frameworks, Framework::parse, errors));
    config.fail_on =
        fail_on.and_then(|node| fields::choice(node, "severity", &Severity::names(), Severity::parse, errors));
    for entry in documents.map(Node::entries).unwrap_or_default() {
        if let Some(kind) = fields::text(&entry.value, "documents", errors) {
            config.documents.push((entry.key.to_string(), kind.to_owned()));
        }
    }
    if let Some(rules) = rules {
        read_rules(rules, &mut config, errors);
    }
    for rule in parameters.map(Node::entries).unwrap_or_default() {
        config.named_rules.push((rule.key.clone(), rule.key_place));
        let values = rule.value.entries().iter();
        config
            .parameters
            .extend(values.map(|entry| (rule.key.to_string(), entry.key.clone(), entry.value.value.clone())));
    }
    (config, exceptions)
}

fn read_rules(node: &Node, config: &mut Config, errors: &mut Vec<LoadError>) {
    let Some(mut fields) = Fields::of(node, "`rules`", errors) else { return };
    let select = fields.optional("select");
    let ignore = fields.optional("ignore");
    let severity = fields.optional("severity");
    fields.finish();
    for list in [select, ignore].into_iter().flatten() {
        let items = if list.items().is_empty() { std::slice::from_ref(list) } else { list.items() };
        config.named_rules.extend(items.iter().filter_map(|item| Some((item.as_str()?.into(), item.place))));
    }
    config.select = select.map(|node| fields::texts(node, "select", errors)).unwrap_or_default();
    config.ignore = ignore.map(|node| fields::texts(node, "ignore", errors)).unwrap_or_default();
    for entry in severity.map(Node::entries).unwrap_or_default() {
        config.named_rules.push((entry.key.clone(), entry.key_place));
        let level = fields::choice(&entry.value, "severity", &Severity::names(), Severity::parse, errors);
        config.severities.extend(level.map(|level| (entry.key.clone(), level)));
    }
}

/// `evidence: FOLDER`, or a map of `folder`, `max_age` (days) and `due` (days by severity, or `none`).
fn read_evidence(node: &Node, config: &mut Config, errors: &mut Vec<LoadError>) {
    let folder = if node.as_str().is_some() {
        Some(node)
    } else {
        let Some(mut fields) = Fields::of(node, "`evidence`", errors) else { return };
        let folder = fields.optional("folder");
        let max_age = fields.optional("max_age");
        let due = fields.optional("due");
        fields.finish();
        config.evidence_max_age = max_age.and_then(|node| days(node, errors));
        for entry in due.map(Node::entries).unwrap_or_default() {
            let Some(severity) = Severity::parse(&entry.key) else {
                let message = format!("`{}` is no severity; one of {}", entry.key, Severity::names().join(", "));
                errors.push(LoadError::new(message, entry.key_place));
                continue;
            };
            if entry.value.as_str() == Some("none") {
                config.due.0.remove(&severity);
            } else if let Some(days) = days(&entry.value, errors) {
                config.due.0.insert(severity, days);
            }
        }
        folder
    };
    let Some(folder) = folder else { return };
    let Some(written) = fields::text(folder, "evidence", errors) else { return };
    let parts: Vec<&str> = written.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if written.starts_with('/') || written.contains('\\') || parts.is_empty() || parts.contains(&"..") {
        let message = format!("`{written}` is no folder below the root, such as `evidence`");
        errors.push(LoadError::new(message, folder.place));
        return;
    }
    config.evidence = Some(parts.join("/"));
}

/// A number of whole days.
fn days(node: &Node, errors: &mut Vec<LoadError>) -> Option<u32> {
    let days = node.value.scalar_text().and_then(|text| text.parse::<u32>().ok()).filter(|days| *days <= 3660);
    if days.is_none() {
        errors.push(LoadError::new("a number of days is expected, up to 3660", node.place));
    }
    days
}

/// Patterns as in `.gitignore`.
fn path_patterns(node: &Node, key: &str, errors: &mut Vec<LoadError>) -> Vec<String> {
    let items = if node.as_list().is_some() { node.items() } else { std::slice::from_ref(node) };
    for item in items {
        let written = item.as_str().unwrap_or_default();
        if let Err(error) = source::check_pattern(written) {
            errors.push(LoadError::new(format!("`{written}` is no valid pattern of paths: {error}"), item.place));
        }
    }
    strings(&fields::texts(node, key, errors))
}

fn strings(texts: &[SmolStr]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

/// Exceptions stand in the file that the configuration names, else in `exceptions.yaml` if there is one.
fn load_exceptions(
    named: Option<&str>,
    base: &Path,
    texts: &mut Vec<String>,
    terminal: Terminal,
) -> Result<Vec<Exception>, Failure> {
    let name = named.unwrap_or("exceptions.yaml");
    let path = base.join(name);
    if named.is_none() && !path.is_file() {
        return Ok(Vec::new());
    }
    let (text, node) = read_yaml(&path, terminal)?;
    texts.push(text.clone());
    let file: Arc<str> = name.trim_start_matches("./").into();
    exception::load(&node, &file)
        .map_err(|errors| Failure::Told(diagnostic::render(&path.display().to_string(), &text, &errors, terminal)))
}
