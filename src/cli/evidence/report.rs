//! `annexa evidence report`: what recorded evidence says over the months.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use rayon::prelude::*;

use super::record::nonconformities;
use super::{ExitStatus, Failure, Home, Terminal, chain_of, home, told};
use crate::cli::{clock, output};
use crate::evidence::chain::{Chain, Entry};
use crate::evidence::entry::EntryKind;
use crate::evidence::manifest::digest;
use crate::evidence::period::Period;
use crate::evidence::record::SUMMARY;
use crate::evidence::sign_off::{SIGN_OFF, SignOff};
use crate::evidence::standing::{MAX_AGE, Standing};
use crate::evidence::summary::{self, Summary};
use crate::evidence::{review, trend};
use crate::report::{Named, Target};

/// `annexa evidence report`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReportArgs {
    /// The repository, or the folder of evidence itself; the current folder when not given
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// How many months, the current one included
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=240))]
    months: u16,
    /// Write the report as markdown or json; to a file with NAME=FILE (repeatable)
    #[arg(long, value_name = "NAME[=FILE]", value_parser = Target::<ReportFormat>::parse)]
    format: Vec<Target<ReportFormat>>,
    /// The configuration; `annexa.yaml` in the root when not given
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Report as if it were this day
    #[arg(long, value_name = "DATE", value_parser = clock::parse)]
    today: Option<Date>,
}

/// A format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum ReportFormat {
    Markdown,
    Json,
}

impl Named for ReportFormat {
    const ALL: &'static [ReportFormat] = &[ReportFormat::Markdown, ReportFormat::Json];

    fn name(self) -> &'static str {
        match self {
            ReportFormat::Markdown => "markdown",
            ReportFormat::Json => "json",
        }
    }
}

pub(super) fn run(args: &ReportArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let ReportArgs { path, months, format, config, today } = args;
    let home = home(path.as_deref(), config.as_deref(), terminal)?;
    let chain = chain_of(&home)?;
    if chain.entries.is_empty() {
        return Err(told(format!("there is no evidence in {}", home.store.folder().display())));
    }
    let today = today.unwrap_or_else(|| clock::day(clock::now().0));
    let to = Period::of(today);
    let span = (to.back(months - 1), to);
    let read = read(&home, &chain, span)?;
    let standing = Standing::of(&chain, today, home.config.evidence_max_age.unwrap_or(MAX_AGE));
    let report = trend::report(&chain, &read, &standing, span, today);
    let default = [Target::stdout(ReportFormat::Markdown)];
    let targets = if format.is_empty() { &default[..] } else { &format[..] };
    for target in targets {
        let text = match target.format {
            ReportFormat::Markdown => review::markdown(&report),
            ReportFormat::Json => format!("{}\n", serde_json::to_string_pretty(&report).unwrap_or_default()),
        };
        output::write_to(&target.file, &mut |out| out.write_all(text.as_bytes()))?;
    }
    Ok(ExitStatus::Clean)
}

/// Reads what the report is made of: small files, each held against its digest.
fn read(home: &Home, chain: &Chain, span: (Period, Period)) -> Result<trend::Read, Failure> {
    let is_told = |entry: &&Entry| (span.0..=span.1).contains(&entry.name.period);
    let entries: Vec<&Entry> = chain.entries.iter().filter(is_told).collect();
    let records = entries.par_iter().filter(|entry| entry.name.kind == EntryKind::Record);
    let summaries = records.map(|entry| {
        let read: Summary = serde_json::from_slice(&recorded(home, entry, SUMMARY)?).map_err(|error| {
            told(format!("{}/{SUMMARY} is of a version that this one does not read: {error}", entry.manifest.entry))
        })?;
        if read.schema != summary::SCHEMA {
            return Err(told(format!("{}/{SUMMARY} has the format `{}`", entry.manifest.entry, read.schema)));
        }
        Ok((entry.manifest.entry.clone(), read))
    });
    let summaries = summaries.collect::<Result<Vec<_>, Failure>>()?;
    let mut sign_offs = Vec::new();
    for entry in entries.iter().filter(|entry| entry.name.kind == EntryKind::SignOff) {
        sign_offs.extend(SignOff::read(&recorded(home, entry, SIGN_OFF)?));
    }
    Ok(trend::Read {
        summaries: summaries.into_iter().collect(),
        sign_offs,
        nonconformities: nonconformities(home, chain)?,
    })
}

/// A file of an entry, as it was recorded.
pub(super) fn recorded(home: &Home, entry: &Entry, file: &str) -> Result<Vec<u8>, Failure> {
    let bytes = home.store.read(&entry.manifest.entry, file).map_err(told)?;
    let item = entry.manifest.files.iter().find(|item| item.name == file);
    if item.is_none_or(|item| item.sha256 != digest(&bytes)) {
        return Err(told(format!("{}/{file} was changed after it was recorded", entry.manifest.entry)));
    }
    Ok(bytes)
}
