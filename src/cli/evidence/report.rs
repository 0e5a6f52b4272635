//! `annexa evidence report`: what recorded evidence says over the months.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use rayon::prelude::*;

use super::record::nonconformities;
use super::store::Store;
use super::{ExitStatus, Failure, Home, Terminal, chain_of, home, told};
use crate::cli::config::Config;
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
use crate::report::{History, Named, Target};

/// Months that a trend shows, the current one included.
const TREND: u16 = 12;

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

/// The months before, for a page that shows the trend. Evidence that cannot be read is told there.
pub(in crate::cli) fn history(root: &Path, folder: Option<&str>, today: Date) -> History {
    let Some(folder) = folder else { return History::Nothing };
    let store = Store::new(root.join(folder));
    let home = Home { root: root.to_owned(), config: Config::default(), folder: folder.to_owned(), store };
    let Ok(chain) = chain_of(&home) else {
        return History::Untold("the evidence is not intact; `annexa evidence verify` says why".to_owned());
    };
    of_chain(&home, &chain, today).unwrap_or_else(|_| {
        History::Untold("the evidence cannot be read; `annexa evidence verify` says why".to_owned())
    })
}

/// The months before, of a chain that was read.
pub(super) fn of_chain(home: &Home, chain: &Chain, today: Date) -> Result<History, Failure> {
    if chain.entries.is_empty() {
        return Ok(History::Nothing);
    }
    let to = Period::of(today);
    let span = (to.back(TREND - 1), to);
    Ok(trend::history(chain, &read(home, chain, span)?, span, today))
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
