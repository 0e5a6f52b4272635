//! From arguments and configuration to the rules of a scan.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobMatcher};

use super::config::Config;
use super::{Failure, Terminal, diagnostic, told};
use crate::engine::plan::{self, Plan};
use crate::isms::control::ControlId;
use crate::isms::resolve;
use crate::rule::Facet;
use crate::rule::set::{self, LoadedRule, RefusedRule};
use crate::source;
use crate::syntax::fields::{self, LoadError};

/// Which rules a command was asked for.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct RuleArgs {
    /// Add the rules of this folder to the built-in ones (repeatable)
    #[arg(long = "rules", value_name = "DIR")]
    pub(super) folders: Vec<PathBuf>,
    /// Run only rules with this id, or that match this pattern, such as 'aws/s3/*' (repeatable)
    #[arg(long = "rule", value_name = "ID")]
    pub(super) rules: Vec<String>,
    /// Run only rules that are evidence for this control, such as 8.24, A.5.24 or 'clause 9.2' (repeatable)
    #[arg(long = "control", value_name = "ID")]
    pub(super) controls: Vec<String>,
    /// Run only rules on this kind, such as terraform, kubernetes or document (repeatable)
    #[arg(long = "kind", value_name = "KIND")]
    pub(super) kinds: Vec<String>,
    /// Run only rules of this facet: documented, implemented or operating (repeatable)
    #[arg(long = "facet", value_name = "FACET", value_parser = facet)]
    pub(super) facets: Vec<Facet>,
}

fn facet(text: &str) -> Result<Facet, String> {
    Facet::parse(text).ok_or_else(|| format!("one of {}", Facet::names().join(", ")))
}

/// The kinds that a rule judges: the first part of its targets.
pub(super) fn kinds_of(rule: &LoadedRule) -> impl Iterator<Item = &str> {
    let targets = rule.rule.checks.iter().flat_map(|check| &check.on);
    targets.map(|target| target.split_once('/').map_or(target.as_str(), |(kind, _)| kind))
}

/// All rules: the built-in ones and those of the folders given. A rule of a folder replaces a built-in one of the same
/// id.
pub(super) fn load_rules(folders: &[PathBuf], terminal: Terminal) -> Result<Vec<LoadedRule>, Failure> {
    let mut rules = set::embedded().map_err(|refused| Failure::Told(refusal(&refused, terminal)))?;
    for folder in folders {
        let own = load_folder(folder, terminal)?;
        rules.retain(|rule| !own.iter().any(|other| other.rule.about.id == rule.rule.about.id));
        rules.extend(own);
    }
    rules.sort_by(|left, right| left.rule.about.id.cmp(&right.rule.about.id));
    Ok(rules)
}

/// The rules of a folder. Every refused file is told, not only the first.
pub(super) fn load_folder(folder: &Path, terminal: Terminal) -> Result<Vec<LoadedRule>, Failure> {
    if !folder.is_dir() {
        return Err(told(format!("there is no folder `{}` to read rules from", folder.display())));
    }
    let files =
        rule_files(folder).map_err(|error| told(format!("cannot read the rules in {}: {error}", folder.display())))?;
    if files.is_empty() {
        return Err(told(format!("there is no rule (`*.yaml`) in {}", folder.display())));
    }
    let mut rules = Vec::new();
    let mut refusals = String::new();
    for path in files {
        let below = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let shown = path.display().to_string();
        match source::read::text(&path, &shown) {
            Err(error) => {
                let _ = writeln!(refusals, "error: {shown} {}", error.detail);
            }
            Ok(text) => match set::from_file(shown, set::id_of(&below), text.to_string()) {
                Ok(rule) => rules.push(rule),
                Err(refused) => refusals.push_str(&refusal(&refused, terminal)),
            },
        }
    }
    if refusals.is_empty() { Ok(rules) } else { Err(Failure::Told(refusals)) }
}

fn rule_files(folder: &Path) -> Result<Vec<PathBuf>, ignore::Error> {
    let mut files = Vec::new();
    for entry in ignore::WalkBuilder::new(folder).build() {
        let entry = entry?;
        let is_rule = entry.path().extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if is_rule && entry.file_type().is_some_and(|kind| kind.is_file()) {
            files.push(entry.into_path());
        }
    }
    files.sort();
    Ok(files)
}

fn refusal(refused: &RefusedRule, terminal: Terminal) -> String {
    diagnostic::render(&refused.path, &refused.text, &refused.mistakes, terminal)
}

/// The plan of a scan, and why it is not a whole one where it is not.
pub(super) fn plan(args: &RuleArgs, config: &Config, terminal: Terminal) -> Result<(Plan, Option<String>), Failure> {
    let rules = load_rules(&args.folders, terminal)?;
    check_names(&rules, config, terminal)?;
    let asked = patterns(&args.rules)?;
    check_asked(&args.rules, &asked, &rules)?;
    let controls = args.controls.iter().map(|written| resolve::resolve(written).map_err(told));
    let controls = controls.collect::<Result<Vec<_>, _>>()?;
    check_kinds(&args.kinds, config, &rules, terminal)?;
    let select = patterns(&config.select)?;
    let ignore = patterns(&config.ignore)?;
    let configured: Vec<&str> = config.kinds.iter().map(|(kind, _)| kind.as_str()).collect();
    let wanted = |loaded: &LoadedRule| {
        let about = &loaded.rule.about;
        let any = |list: &[GlobMatcher]| list.iter().any(|glob| glob.is_match(about.id.as_str()));
        let for_control = |wanted: &[ControlId]| about.controls.iter().any(|link| wanted.contains(&link.control));
        (select.is_empty() || any(&select))
            && !any(&ignore)
            && (asked.is_empty() || any(&asked))
            && (controls.is_empty() || for_control(&controls))
            && (config.controls.is_empty() || for_control(&config.controls))
            && (args.kinds.is_empty() || kinds_of(loaded).any(|kind| args.kinds.iter().any(|asked| asked == kind)))
            && (configured.is_empty() || kinds_of(loaded).any(|kind| configured.contains(&kind)))
            && (args.facets.is_empty() || args.facets.contains(&about.facet))
            && (config.facets.is_empty() || config.facets.contains(&about.facet))
    };
    let mut plan = Plan::new(rules.into_iter().filter(wanted).collect());
    override_severities(&mut plan, config)?;
    set_parameters(&mut plan, config, terminal)?;
    Ok((plan, limit(args)))
}

/// Why the rules are not all of them, where that was asked for.
fn limit(args: &RuleArgs) -> Option<String> {
    let facets: Vec<&str> = args.facets.iter().map(|facet| facet.name()).collect();
    let limits = [
        ("rules", args.rules.join(", ")),
        ("controls", args.controls.join(", ")),
        ("kinds", args.kinds.join(", ")),
        ("facets", facets.join(", ")),
    ];
    let (what, which) = limits.into_iter().find(|(_, which)| !which.is_empty())?;
    Some(format!("the scan was limited to the {what} {which}"))
}

/// A kind that no rule judges is a mistake, not an empty scan.
fn check_kinds(asked: &[String], config: &Config, rules: &[LoadedRule], terminal: Terminal) -> Result<(), Failure> {
    let mut known: Vec<&str> = rules.iter().flat_map(kinds_of).collect();
    known.sort_unstable();
    known.dedup();
    for kind in asked {
        if !known.contains(&kind.as_str()) {
            return Err(told(format!("no rule judges the kind `{kind}`\n  help: {}", fields::suggest(kind, &known))));
        }
    }
    let unknown = config.kinds.iter().filter(|(kind, _)| !known.contains(&kind.as_str()));
    let error = |(kind, place): &(smol_str::SmolStr, crate::syntax::tree::Place)| {
        LoadError::new(format!("no rule judges the kind `{kind}`"), *place).with_help(fields::suggest(kind, &known))
    };
    let errors: Vec<LoadError> = unknown.map(error).collect();
    if errors.is_empty() { Ok(()) } else { Err(config.layers.render(&errors, terminal)) }
}

fn patterns<S: AsRef<str>>(written: &[S]) -> Result<Vec<GlobMatcher>, Failure> {
    let compile = |pattern: &S| {
        let glob = Glob::new(pattern.as_ref());
        glob.map(|glob| glob.compile_matcher())
            .map_err(|error| told(format!("`{}` is no valid pattern of rules: {}", pattern.as_ref(), error.kind())))
    };
    written.iter().map(compile).collect()
}

/// A name on the command line that matches no rule is a mistake, not an empty scan.
fn check_asked(written: &[String], globs: &[GlobMatcher], rules: &[LoadedRule]) -> Result<(), Failure> {
    for (name, glob) in written.iter().zip(globs) {
        if !rules.iter().any(|rule| glob.is_match(rule.rule.about.id.as_str())) {
            return Err(unknown_rule(name, rules));
        }
    }
    Ok(())
}

/// The failure for a rule that does not exist.
pub(super) fn unknown_rule(name: &str, rules: &[LoadedRule]) -> Failure {
    let known: Vec<&str> = rules.iter().map(|rule| rule.rule.about.id.as_str()).collect();
    told(format!("there is no rule `{name}`\n  help: {}", near_rule(name, &known)))
}

fn near_rule(name: &str, known: &[&str]) -> String {
    let help = fields::suggest(name, known);
    if help.starts_with("did you mean") { help } else { "`annexa rules list` shows all".to_owned() }
}

/// A name in the configuration that matches no rule is shown where it stands.
fn check_names(rules: &[LoadedRule], config: &Config, terminal: Terminal) -> Result<(), Failure> {
    let known: Vec<&str> = rules.iter().map(|rule| rule.rule.about.id.as_str()).collect();
    let mut errors = Vec::new();
    for (name, place) in &config.named_rules {
        match Glob::new(name) {
            Ok(glob) if known.iter().any(|id| glob.compile_matcher().is_match(id)) => {}
            Ok(_) => {
                let error = LoadError::new(format!("there is no rule `{name}`"), *place);
                errors.push(error.with_help(near_rule(name, &known)));
            }
            Err(error) => errors.push(LoadError::new(format!("no valid pattern: {}", error.kind()), *place)),
        }
    }
    if errors.is_empty() {
        return Ok(());
    }
    Err(config.layers.render(&errors, terminal))
}

fn override_severities(plan: &mut Plan, config: &Config) -> Result<(), Failure> {
    for (pattern, severity) in &config.severities {
        let globs = patterns(&[pattern])?;
        for planned in &mut plan.rules {
            if globs.iter().any(|glob| glob.is_match(planned.rule.about.id.as_str())) {
                planned.severity = *severity;
            }
        }
    }
    Ok(())
}

/// Sets the parameters that the configuration names. One that does not exist, or below its floor, is a mistake.
fn set_parameters(plan: &mut Plan, config: &Config, terminal: Terminal) -> Result<(), Failure> {
    for (rule, name, value) in &config.parameters {
        let Some(planned) = plan.rules.iter_mut().find(|planned| planned.rule.about.id == *rule) else { continue };
        let problem = match planned.rule.parameters.iter().find(|parameter| parameter.name == *name) {
            None => Some(format!("the rule `{rule}` has no parameter `{name}`")),
            Some(parameter) => {
                let below = parameter.floor.zip(crate::rule::scalar::number(value));
                below
                    .filter(|(floor, value)| value < floor)
                    .map(|(floor, value)| format!("`{name}` of `{rule}` is {value}, and must not be below {floor}"))
            }
        };
        if let Some(message) = &problem {
            let place = config.named_rules.iter().find(|(named, _)| named == rule);
            let place = place.map_or(crate::syntax::tree::Place::NOWHERE, |(_, place)| *place);
            let error = LoadError::new(message.clone(), place);
            return Err(config.layers.render(&[error], terminal));
        }
        plan::set_parameter(&mut planned.parameters, name, value);
    }
    Ok(())
}
