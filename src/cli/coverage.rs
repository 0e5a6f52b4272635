//! `annexa coverage`: the status of every control.

use clap::Args;

use super::scan::{ScanPlan, WhatArgs};
use super::{ExitStatus, Failure, Terminal, evidence, output, told};
use crate::isms::coverage;
use crate::report::{self, CoverageFormat, Target};
use crate::source::{self, Content};

/// `annexa coverage`.
#[derive(Debug, Args)]
pub(super) struct CoverageArgs {
    #[command(flatten)]
    what: WhatArgs,
    /// Write the coverage as table, markdown, json, html, csv, xlsx or ciso-assistant; to a file with NAME=FILE (repeatable)
    #[arg(long, value_name = "NAME[=FILE]", value_parser = Target::<CoverageFormat>::parse)]
    format: Vec<Target<CoverageFormat>>,
}

pub(super) fn run(args: &CoverageArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let CoverageArgs { what, format } = args;
    let plan = ScanPlan::resolve(what, Content::WorkTree, terminal)?;
    // Only the page shows a trend.
    let is_page = format.iter().any(|target| target.format == CoverageFormat::Html);
    let root = source::root_of(&what.paths).map_err(told)?;
    let folder = plan.options.evidence.as_deref();
    let history = is_page.then(|| evidence::history(&root, folder, plan.settings.today));
    let (assessment, _) = plan.run();
    let coverage = coverage::coverage(&assessment, assessment.framework);
    let default = [Target::stdout(CoverageFormat::Table)];
    let targets = if format.is_empty() { &default[..] } else { &format[..] };
    for target in targets {
        let style = output::style(&target.file, terminal);
        let input = report::Input { assessment: &assessment, coverage: &coverage, history: history.as_ref(), style };
        output::write_to(&target.file, &mut |out| report::write_coverage(target.format, &input, out))?;
    }
    Ok(ExitStatus::Clean)
}
