//! `annexa coverage`: the status of every control.

use clap::Args;

use super::scan::{ScanPlan, WhatArgs};
use super::{ExitStatus, Failure, Terminal, output};
use crate::isms::coverage;
use crate::report::{self, CoverageFormat, Target};
use crate::source::Content;

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
    let (assessment, _) = ScanPlan::resolve(what, Content::WorkTree, terminal)?.run();
    let coverage = coverage::coverage(&assessment, assessment.framework);
    let default = [Target::stdout(CoverageFormat::Table)];
    let targets = if format.is_empty() { &default[..] } else { &format[..] };
    for target in targets {
        let style = output::style(&target.file, terminal);
        let input = report::Input { assessment: &assessment, coverage: &coverage, style };
        output::write_to(&target.file, &mut |out| report::write_coverage(target.format, &input, out))?;
    }
    Ok(ExitStatus::Clean)
}
