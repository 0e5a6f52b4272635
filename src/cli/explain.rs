//! `annexa explain`: what a rule checks and why, or what a control asks and which rules are evidence for it.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::{ExitStatus, Failure, Terminal, controls, plan, told};
use crate::isms::resolve;
use crate::rule::set::LoadedRule;
use crate::rule::{About, Rule};

/// `annexa explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A rule (aws/s3/public-acl), an id of another scanner (`CKV_AWS_20`), or a control (5.24, A.8.3, 'clause 9.2')
    #[arg(value_name = "RULE-OR-CONTROL")]
    what: String,
    /// Add the rules of this folder to the built-in ones
    #[arg(long = "rules", value_name = "DIR")]
    folders: Vec<PathBuf>,
}

pub(super) fn run(args: &ExplainArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let rules = plan::load_rules(&args.folders, terminal)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if let Some(found) = find_rule(&args.what, &rules) {
        write_rule(&found.rule, &mut out)?;
        return Ok(ExitStatus::Clean);
    }
    match resolve::resolve(&args.what) {
        Ok(control) => {
            controls::write_control(&control, &rules, &mut out)?;
            Ok(ExitStatus::Clean)
        }
        Err(unknown) if args.what.contains('/') && unknown.suggestion.is_none() => {
            Err(plan::unknown_rule(&args.what, &rules))
        }
        Err(unknown) => Err(told(unknown)),
    }
}

/// The rule of this id, or with this alias.
pub(super) fn find_rule<'r>(name: &str, rules: &'r [LoadedRule]) -> Option<&'r LoadedRule> {
    let by_alias =
        |rule: &&LoadedRule| rule.rule.about.all_aliases.iter().any(|alias| crate::engine::same_alias(alias, name));
    rules.iter().find(|rule| rule.rule.about.id == name).or_else(|| rules.iter().find(by_alias))
}

fn write_rule(rule: &Rule, out: &mut dyn Write) -> std::io::Result<()> {
    let About { id, title, severity, confidence, facet, controls, why, fix, references, all_aliases, .. } =
        &*rule.about;
    writeln!(out, "{id}\n{title}\n")?;
    writeln!(out, "severity {}, confidence {}, facet {}", severity.name(), confidence.name(), facet.name())?;
    let targets: Vec<&str> = rule.checks.iter().flat_map(|check| &check.on).map(smol_str::SmolStr::as_str).collect();
    writeln!(out, "judges   {}", targets.join(", "))?;
    if !all_aliases.is_empty() {
        writeln!(out, "aliases  {}", all_aliases.join(", "))?;
    }
    writeln!(out, "\nWhy\n{}\n\nFix\n{}\n\nEvidence relevant to", indented(why), indented(fix))?;
    for link in controls {
        let title = crate::isms::catalogue::title(&link.control).unwrap_or_default();
        writeln!(out, "  {} {title} ({}): {}", link.control, link.bearing.name(), link.because)?;
    }
    if !rule.parameters.is_empty() {
        writeln!(out, "\nParameters")?;
    }
    for parameter in &rule.parameters {
        let default = parameter.default.scalar_text().unwrap_or_default();
        let floor = parameter.floor.map(|floor| format!(", never below {floor}")).unwrap_or_default();
        let about = parameter.about.as_deref().map(|about| format!(": {about}")).unwrap_or_default();
        writeln!(out, "  {} (default {default}{floor}){about}", parameter.name)?;
    }
    if !references.is_empty() {
        writeln!(out, "\nReferences")?;
    }
    references.iter().try_for_each(|reference| writeln!(out, "  {reference}"))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
