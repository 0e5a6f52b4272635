//! From arguments and configuration to the rules of a scan.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobMatcher};

use super::config::Config;
use super::{Failure, Terminal, diagnostic, told};
use crate::engine::plan::{self, Plan};
use crate::isms::resolve;
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
    let select = patterns(&config.select)?;
    let ignore = patterns(&config.ignore)?;
    let wanted = |loaded: &LoadedRule| {
        let about = &loaded.rule.about;
        let any = |list: &[GlobMatcher]| list.iter().any(|glob| glob.is_match(about.id.as_str()));
        let for_control = || about.controls.iter().any(|link| controls.contains(&link.control));
        (select.is_empty() || any(&select))
            && !any(&ignore)
            && (asked.is_empty() || any(&asked))
            && (controls.is_empty() || for_control())
    };
    let mut plan = Plan::new(rules.into_iter().filter(wanted).collect());
    override_severities(&mut plan, config)?;
    set_parameters(&mut plan, config, terminal)?;
    let limited = match (args.rules.is_empty(), args.controls.is_empty()) {
        (true, true) => None,
        (false, _) => Some(format!("the scan was limited to the rules {}", args.rules.join(", "))),
        (true, false) => Some(format!("the scan was limited to the controls {}", args.controls.join(", "))),
    };
    Ok((plan, limited))
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
    let Some((path, text)) = &config.file else { return Ok(()) };
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
    Err(Failure::Told(diagnostic::render(&path.display().to_string(), text, &errors, terminal)))
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
        if let (Some(message), Some((path, text))) = (&problem, &config.file) {
            let place = config.named_rules.iter().find(|(named, _)| named == rule);
            let place = place.map_or(crate::syntax::tree::Place::NOWHERE, |(_, place)| *place);
            let error = LoadError::new(message.clone(), place);
            return Err(Failure::Told(diagnostic::render(&path.display().to_string(), text, &[error], terminal)));
        }
        plan::set_parameter(&mut planned.parameters, name, value);
    }
    Ok(())
}
