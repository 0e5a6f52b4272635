//! `annexa controls`: the controls of a framework, and what one of them asks.

use std::io::Write;

use clap::Args;

use super::{ExitStatus, Failure, Terminal, plan, told};
use crate::isms::catalogue;
use crate::isms::control::{ControlId, Framework};
use crate::isms::crosswalk;
use crate::isms::resolve;
use crate::rule::set::LoadedRule;

/// `annexa controls`.
#[derive(Debug, Args)]
pub(super) struct ControlsArgs {
    /// A control, clause, practice or objective; all of the framework when not given
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// The framework to list: iso27001:2022, iso27001:2013, itil4, cobit2019
    #[arg(long, value_name = "FRAMEWORK", default_value = "iso27001:2022", value_parser = super::scan::framework)]
    framework: Framework,
}

pub(super) fn run(args: &ControlsArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let rules = plan::load_rules(&[], terminal)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match &args.id {
        Some(id) => write_control(&resolve::resolve(id).map_err(told)?, &rules, &mut out)?,
        None => list(args.framework, &rules, &mut out)?,
    }
    Ok(ExitStatus::Clean)
}

fn list(framework: Framework, rules: &[LoadedRule], out: &mut dyn Write) -> std::io::Result<()> {
    let catalogue = catalogue::catalogue(framework);
    for group in &catalogue.groups {
        writeln!(out, "{}", group.title)?;
        for control in catalogue.controls.iter().filter(|control| control.group == group.id) {
            let id = ControlId { framework, id: control.id.clone() };
            writeln!(out, "  {:<14} {:<64} {}", control.id, control.title, counted(&id, rules))?;
        }
    }
    if !catalogue.clauses.is_empty() {
        writeln!(out, "Clauses")?;
    }
    for clause in &catalogue.clauses {
        let id = ControlId { framework, id: clause.id.clone() };
        let indent = usize::from(clause.level) * 2;
        let count = if clause.assessable { counted(&id, rules) } else { String::new() };
        writeln!(out, "{:indent$}{:<width$} {:<64} {count}", "", clause.id, clause.title, width = 16 - indent)?;
    }
    Ok(())
}

fn counted(control: &ControlId, rules: &[LoadedRule]) -> String {
    if control.framework != Framework::Iso2022 {
        return String::new();
    }
    match rules_for(control, rules).count() {
        0 => "no rule".to_owned(),
        1 => "1 rule".to_owned(),
        count => format!("{count} rules"),
    }
}

fn rules_for<'r>(control: &'r ControlId, rules: &'r [LoadedRule]) -> impl Iterator<Item = &'r LoadedRule> {
    rules.iter().filter(move |rule| rule.rule.about.controls.iter().any(|link| link.control == *control))
}

/// What a control asks, how it relates to other frameworks, and which rules are evidence for it.
pub(super) fn write_control(control: &ControlId, rules: &[LoadedRule], out: &mut dyn Write) -> std::io::Result<()> {
    let catalogue = catalogue::catalogue(control.framework);
    writeln!(out, "{control}  {}", catalogue::title(control).unwrap_or_default())?;
    if let Some(entry) = catalogue.control(&control.id) {
        writeln!(out, "{}", entry.intent)?;
        let attributes = &entry.attributes;
        let rows = [
            ("type", &attributes.control_type),
            ("properties", &attributes.security_properties),
            ("concepts", &attributes.cybersecurity_concepts),
            ("capabilities", &attributes.operational_capabilities),
        ];
        for (name, values) in rows.iter().filter(|(_, values)| !values.is_empty()) {
            writeln!(out, "  {name:<13} {}", values.join(", "))?;
        }
    }
    if let Some(clause) = catalogue.clause(&control.id) {
        writeln!(out, "{}", clause.intent)?;
        let documented = if clause.documented_information { ", asks for documented information" } else { "" };
        writeln!(out, "  stage         {}{documented}", clause.pdca.title())?;
    }
    write_relations(control, out)?;
    if control.framework != Framework::Iso2022 {
        return Ok(());
    }
    let found: Vec<&LoadedRule> = rules_for(control, rules).collect();
    writeln!(out, "\nRules that give evidence relevant to it{}", if found.is_empty() { ": none" } else { "" })?;
    for rule in found {
        let about = &rule.rule.about;
        let link = about.controls.iter().find(|link| link.control == *control);
        let (bearing, because) = link.map_or(("", ""), |link| (link.bearing.name(), link.because.as_str()));
        writeln!(out, "  {} ({}, {bearing})\n      {because}", about.id, about.facet.name())?;
    }
    Ok(())
}

fn write_relations(control: &ControlId, out: &mut dyn Write) -> std::io::Result<()> {
    let relations = crosswalk::relations(control);
    if relations.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nIn other frameworks")?;
    for relation in relations {
        let title = catalogue::title(&relation.to).unwrap_or_default();
        writeln!(out, "  {} {} {title} ({})", relation.kind.name(), relation.to, relation.basis.name())?;
    }
    Ok(())
}
