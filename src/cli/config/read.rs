//! From the tree of a configuration to its values. Strict: every mistake at its place.

use globset::GlobMatcher;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Config;
use crate::engine::{CommentPolicy, PathSetting};
use crate::isms::control::Framework;
use crate::isms::resolve;
use crate::rule::{Facet, Severity};
use crate::source;
use crate::syntax::fields::{self, Fields, LoadError};
use crate::syntax::tree::Node;

/// Finds the mistakes of one file.
pub(super) fn check(node: &Node, errors: &mut Vec<LoadError>) {
    values(node, errors);
    for profile in node.get("profiles").map(Node::entries).unwrap_or_default() {
        for key in ["extends", "profiles"] {
            if let Some(entry) = profile.value.as_map().and_then(|map| map.entry(key)) {
                errors.push(LoadError::new(format!("a profile has no `{key}`"), entry.key_place));
            }
        }
        values(&profile.value, errors);
    }
}

/// The values of a configuration.
pub(super) fn values(node: &Node, errors: &mut Vec<LoadError>) -> Config {
    let mut config = Config::default();
    let Some(mut fields) = Fields::of(node, "the configuration", errors) else { return config };
    fields.texts("extends");
    let profiles = fields.optional("profiles");
    let framework = fields.optional("framework");
    config.isms = strings(&fields.texts("isms"));
    let documents = fields.optional("documents");
    let include = fields.optional("include");
    let exclude = fields.optional("exclude");
    let rules = fields.optional("rules");
    let paths = fields.optional("paths");
    let parameters = fields.optional("parameters");
    config.exceptions_file = fields.optional_text("exceptions").map(str::to_owned);
    let comments = fields.optional("ignore_comments");
    let fail_on = fields.optional("fail_on");
    let fail_on_new = fields.optional("fail_on_new");
    let evidence = fields.optional("evidence");
    fields.finish();
    if let Some(node) = evidence {
        read_evidence(node, &mut config, errors);
    }
    if let Some(profiles) = profiles.filter(|node| node.as_map().is_none()) {
        errors.push(LoadError::new("`profiles` must be a map of names", profiles.place));
    }
    config.include = include.map(|node| path_patterns(node, "include", errors)).unwrap_or_default();
    config.exclude = exclude.map(|node| path_patterns(node, "exclude", errors)).unwrap_or_default();
    let frameworks: Vec<&str> = Framework::ALL.iter().map(|framework| framework.name()).collect();
    config.framework =
        framework.and_then(|node| fields::choice(node, "framework", &frameworks, Framework::parse, errors));
    config.fail_on = fail_on.and_then(|node| severity(node, errors));
    config.fail_on_new = fail_on_new.and_then(|node| severity(node, errors));
    for entry in documents.map(Node::entries).unwrap_or_default() {
        if let Some(kind) = fields::text(&entry.value, "documents", errors) {
            config.documents.push((entry.key.to_string(), kind.to_owned()));
        }
    }
    if let Some(rules) = rules {
        read_rules(rules, &mut config, errors);
    }
    if let Some(comments) = comments {
        config.comments = read_comments(comments, &mut config, errors);
    }
    for node in paths.map(list_of).unwrap_or_default() {
        let setting = read_path(node, &mut config, errors);
        config.paths.extend(setting);
    }
    for rule in parameters.map(Node::entries).unwrap_or_default() {
        config.named_rules.push((rule.key.clone(), rule.key_place));
        let values = rule.value.entries().iter();
        config
            .parameters
            .extend(values.map(|entry| (rule.key.to_string(), entry.key.clone(), entry.value.value.clone())));
    }
    config
}

fn severity(node: &Node, errors: &mut Vec<LoadError>) -> Option<Severity> {
    fields::choice(node, "severity", &Severity::names(), Severity::parse, errors)
}

fn read_rules(node: &Node, config: &mut Config, errors: &mut Vec<LoadError>) {
    let Some(mut fields) = Fields::of(node, "`rules`", errors) else { return };
    let select = fields.optional("select");
    let ignore = fields.optional("ignore");
    let severity_of = fields.optional("severity");
    let controls = fields.optional("controls");
    let kinds = fields.optional("kinds");
    let facets = fields.optional("facets");
    fields.finish();
    for list in [select, ignore].into_iter().flatten() {
        let named = list_of(list).iter().filter_map(|item| Some((item.as_str()?.into(), item.place)));
        config.named_rules.extend(named);
    }
    config.select = select.map(|node| fields::texts(node, "select", errors)).unwrap_or_default();
    config.ignore = ignore.map(|node| fields::texts(node, "ignore", errors)).unwrap_or_default();
    config.severities = severities(severity_of, config, errors);
    for item in controls.map(list_of).unwrap_or_default() {
        let written = item.value.scalar_text().unwrap_or_default();
        match resolve::resolve(&written) {
            Ok(control) => config.controls.push(control),
            Err(error) => errors.push(LoadError::new(error.to_string(), item.place)),
        }
    }
    for item in kinds.map(list_of).unwrap_or_default() {
        config.kinds.extend(fields::text(item, "kinds", errors).map(|kind| (kind.into(), item.place)));
    }
    for item in facets.map(list_of).unwrap_or_default() {
        config.facets.extend(fields::choice(item, "facet", &Facet::names(), Facet::parse, errors));
    }
}

fn severities(
    node: Option<&Node>,
    config: &mut Config,
    errors: &mut Vec<LoadError>,
) -> Vec<(smol_str::SmolStr, Severity)> {
    let mut found = Vec::new();
    for entry in node.map(Node::entries).unwrap_or_default() {
        config.named_rules.push((entry.key.clone(), entry.key_place));
        found.extend(severity(&entry.value, errors).map(|level| (entry.key.clone(), level)));
    }
    found
}

fn read_comments(node: &Node, config: &mut Config, errors: &mut Vec<LoadError>) -> CommentPolicy {
    let Some(mut fields) = Fields::of(node, "`ignore_comments`", errors) else { return CommentPolicy::default() };
    let allow = fields.optional_bool("allow");
    let rules = fields.optional("rules");
    let most = fields.optional("max_severity");
    fields.finish();
    CommentPolicy {
        forbidden: allow == Some(false),
        rules: rules.map(|node| rule_patterns(node, config, errors)).unwrap_or_default(),
        max_severity: most.and_then(|node| severity(node, errors)),
    }
}

/// Patterns of rules; what is no pattern is told when the names are checked.
fn rule_patterns(node: &Node, config: &mut Config, errors: &mut Vec<LoadError>) -> Vec<GlobMatcher> {
    let mut found = Vec::new();
    for item in list_of(node) {
        let Some(pattern) = fields::text(item, "rules", errors) else { continue };
        config.named_rules.push((pattern.into(), item.place));
        found.extend(globset::Glob::new(pattern).ok().map(|glob| glob.compile_matcher()));
    }
    found
}

fn read_path(node: &Node, config: &mut Config, errors: &mut Vec<LoadError>) -> Option<PathSetting> {
    let mut fields = Fields::of(node, "an entry of `paths`", errors)?;
    let path = fields.required("path");
    let ignore = fields.optional("ignore");
    let severity_of = fields.optional("severity");
    let reason = fields.optional_text("reason").unwrap_or_default().trim().to_owned();
    fields.finish();
    let patterns = path.map(|node| path_patterns(node, "path", errors)).unwrap_or_default();
    if let Some(ignore) = ignore.filter(|_| reason.is_empty()) {
        let error = LoadError::new("what ignores rules needs a `reason`", ignore.place);
        errors.push(error.with_help("an auditor asks why these files are judged by less"));
    }
    let severities = severities(severity_of, config, errors).into_iter();
    let severity =
        severities.filter_map(|(pattern, level)| Some((globset::Glob::new(&pattern).ok()?.compile_matcher(), level)));
    let severity = severity.collect();
    let ignore = ignore.map(|node| rule_patterns(node, config, errors)).unwrap_or_default();
    Some(PathSetting { paths: matcher(&patterns)?, ignore, severity, reason })
}

fn matcher(patterns: &[String]) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    for pattern in patterns {
        builder.add_line(None, pattern).ok()?;
    }
    builder.build().ok()
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

/// The items of a list; a single value counts as a list of one.
fn list_of(node: &Node) -> &[Node] {
    if node.as_list().is_some() { node.items() } else { std::slice::from_ref(node) }
}

/// Patterns as in `.gitignore`.
fn path_patterns(node: &Node, key: &str, errors: &mut Vec<LoadError>) -> Vec<String> {
    for item in list_of(node) {
        let written = item.as_str().unwrap_or_default();
        if let Err(error) = source::check_pattern(written) {
            errors.push(LoadError::new(format!("`{written}` is no valid pattern of paths: {error}"), item.place));
        }
    }
    strings(&fields::texts(node, key, errors))
}

fn strings(texts: &[smol_str::SmolStr]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}
