//! `annexa evidence status`: whether evidence is recent and without gaps, for pull requests and schedules.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::{ExitStatus, Failure, Terminal, chain_of, home};
use crate::cli::clock;
use crate::evidence::standing::{MAX_AGE, Standing};

/// `annexa evidence status`.
#[derive(Debug, Args)]
pub(in crate::cli) struct StatusArgs {
    /// The repository, or the folder of evidence itself; the current folder when not given
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Days that the newest recording may be old; as `annexa.yaml` says, else 35
    #[arg(long, value_name = "DAYS")]
    max_age: Option<u32>,
    /// The configuration; `annexa.yaml` in the root when not given
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Judge as if it were this day
    #[arg(long, value_name = "DATE", value_parser = clock::parse)]
    today: Option<Date>,
}

pub(super) fn run(args: &StatusArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let StatusArgs { path, max_age, config, today } = args;
    let home = home(path.as_deref(), config.as_deref(), terminal)?;
    let chain = chain_of(&home)?;
    let today = today.unwrap_or_else(|| clock::day(clock::now().0));
    let max_age = max_age.or(home.config.evidence_max_age).unwrap_or(MAX_AGE);
    let standing = Standing::of(&chain, today, max_age);
    let mut out = std::io::stdout().lock();
    match &standing.newest {
        None => writeln!(out, "no evidence was recorded in {}", home.store.folder().display())?,
        Some((entry, day)) => {
            let age = standing.age_days.unwrap_or(0);
            let is = if standing.is_stale() { "STALE" } else { "recent" };
            writeln!(
                out,
                "{is}: the newest evidence is {entry}, observed on {day}, {age} days ago (at most {max_age})"
            )?;
        }
    }
    if let Some(gaps) = standing.gap_words() {
        writeln!(out, "GAPS: nothing was recorded for {gaps}")?;
    }
    if standing.is_stale() || !standing.gaps.is_empty() {
        writeln!(
            out,
            "Scheduled workflows stop silently: after 60 days without a commit, or when whoever wrote the schedule leaves. \
             Look whether the one that records evidence still runs; `annexa evidence record` records the current month, and \
             `--period` a past one, which is then marked as late."
        )?;
        return Ok(ExitStatus::Findings);
    }
    Ok(ExitStatus::Clean)
}
