//! `annexa rules`: list, show, test, schema.

use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;
use rayon::prelude::*;

use super::plan::{self, RuleArgs};
use super::{ExitStatus, Failure, Terminal, diagnostic, explain};
use crate::engine::example::{self, RuleProof};
use crate::rule::schema;
use crate::rule::set::LoadedRule;
use crate::syntax::fields::LoadError;
use crate::syntax::tree::Place;

/// `annexa rules …`.
#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// List the rules, one a line: id, severity, facet, controls, title
    List {
        #[command(flatten)]
        rules: RuleArgs,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the file of a rule
    Show {
        /// The rule's id
        rule: String,
        /// Add the rules of this folder to the built-in ones
        #[arg(long = "rules", value_name = "DIR")]
        folders: Vec<PathBuf>,
    },
    /// Run the examples of rules: the built-in ones, or those of folders
    Test {
        /// Folders with rules; none: the built-in rules
        #[arg(value_name = "DIR")]
        folders: Vec<PathBuf>,
        /// Test only rules with this id, or that match this pattern
        #[arg(long = "rule", value_name = "ID")]
        rules: Vec<String>,
    },
    /// Print the JSON Schema of rule files, for editors
    Schema,
}

pub(super) fn run(command: &RulesCommand, terminal: Terminal) -> Result<ExitStatus, Failure> {
    match command {
        RulesCommand::List { rules, json } => list(rules, *json, terminal),
        RulesCommand::Show { rule, folders } => {
            let rules = plan::load_rules(folders, terminal)?;
            let found = explain::find_rule(rule, &rules).ok_or_else(|| plan::unknown_rule(rule, &rules))?;
            write!(std::io::stdout(), "{}", found.text)?;
            Ok(ExitStatus::Clean)
        }
        RulesCommand::Test { folders, rules } => test(folders, rules, terminal),
        RulesCommand::Schema => {
            writeln!(std::io::stdout(), "{}", schema::schema())?;
            Ok(ExitStatus::Clean)
        }
    }
}

fn list(args: &RuleArgs, json: bool, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let (plan, _) = plan::plan(args, &super::config::Config::default(), terminal)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if json {
        let rules: Vec<serde_json::Value> = plan.rules.iter().map(|planned| as_json(&planned.rule.about)).collect();
        writeln!(out, "{:#}", serde_json::Value::Array(rules))?;
        return Ok(ExitStatus::Clean);
    }
    let width = plan.rules.iter().map(|planned| planned.rule.about.id.len()).max().unwrap_or(0);
    for planned in &plan.rules {
        let about = &planned.rule.about;
        let controls: Vec<&str> = about.controls.iter().map(|link| link.control.id.as_str()).collect();
        let (severity, facet) = (planned.severity.name(), about.facet.name());
        writeln!(out, "{:width$}  {severity:8}  {facet:11}  {:24}  {}", about.id, controls.join(" "), about.title)?;
    }
    writeln!(out, "rules: {}", plan.rules.len())?;
    Ok(ExitStatus::Clean)
}

fn as_json(about: &crate::rule::About) -> serde_json::Value {
    let controls: Vec<serde_json::Value> = about.controls.iter().map(|link| {
        serde_json::json!({ "id": link.control.to_string(), "as": link.bearing.name(), "because": link.because })
    }).collect();
    serde_json::json!({
        "id": about.id.as_str(),
        "title": about.title,
        "severity": about.severity.name(),
        "confidence": about.confidence.name(),
        "facet": about.facet.name(),
        "controls": controls,
        "aliases": about.all_aliases.iter().map(smol_str::SmolStr::as_str).collect::<Vec<_>>(),
        "references": about.references,
    })
}

fn test(folders: &[PathBuf], wanted: &[String], terminal: Terminal) -> Result<ExitStatus, Failure> {
    let mut rules = Vec::new();
    if folders.is_empty() {
        rules = plan::load_rules(&[], terminal)?;
    }
    for folder in folders {
        rules.extend(plan::load_folder(folder, terminal)?);
    }
    let globs = wanted.iter().map(|pattern| globset::Glob::new(pattern).map_err(super::told));
    let globs = globs.collect::<Result<Vec<_>, _>>()?;
    let matches =
        |rule: &LoadedRule| globs.iter().any(|glob| glob.compile_matcher().is_match(rule.rule.about.id.as_str()));
    rules.retain(|rule| wanted.is_empty() || matches(rule));
    if let (true, Some(name)) = (rules.is_empty(), wanted.first()) {
        return Err(plan::unknown_rule(name, &plan::load_rules(&[], terminal)?));
    }
    let proofs: Vec<RuleProof> = rules.par_iter().map(example::prove).collect();
    let examples: usize = proofs.iter().map(|proof| proof.examples.len()).sum();
    let mut failed = 0;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for (rule, proof) in rules.iter().zip(&proofs).filter(|(_, proof)| !proof.holds()) {
        failed += 1;
        write!(out, "{}", diagnostic::render(&rule.path, &rule.text, &mistakes(rule, proof), terminal))?;
    }
    let (rules, holding) = (rules.len(), rules.len() - failed);
    writeln!(out, "rules: {rules} ({examples} examples), proven: {holding}, failed: {failed}")?;
    Ok(if failed == 0 { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// What is wrong with the examples, at their places in the file as written.
fn mistakes(loaded: &LoadedRule, proof: &RuleProof) -> Vec<LoadError> {
    let rule = loaded.complete().rule;
    let id = rule.about.id.as_str();
    let mut errors = Vec::new();
    for (index, example) in proof.examples.iter().enumerate() {
        if let Some(mistake) = &example.mistake {
            let place = rule.examples.get(index).map_or(example.place, |example| example.place);
            errors.push(LoadError::new(format!("{id}: {mistake}"), place));
        }
    }
    let mut lacking = |checks: &[usize], what: &str| {
        for check in checks {
            let place = rule.checks.get(*check).map_or(Place::NOWHERE, |check| check.place);
            errors.push(LoadError::new(format!("{id}: no example {what} this check"), place));
        }
    };
    lacking(&proof.never_failing, "fails");
    lacking(&proof.never_passing, "passes");
    errors
}
