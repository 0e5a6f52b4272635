//! `annexa evidence`: what was observed in each month, recorded, chained, signed, verified and reported.

mod keys;
mod owners;
mod record;
mod report;
mod runner;
mod sign_off;
mod status;
pub(super) mod store;
mod verify;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use jiff::civil::Date;

use super::config::{self, Config, ConfigArgs};
use super::{ExitStatus, Failure, Terminal, told};
use crate::evidence::chain::{self, Chain};
use crate::evidence::entry::EntryName;
use crate::evidence::period::Period;
use crate::evidence::resource;
use crate::evidence::standing::{MAX_AGE, Standing};
use crate::kind::Resource;
use crate::source;
pub(super) use record::nonconformities;
pub(super) use report::history;
use store::Store;

/// What to do with evidence.
#[derive(Debug, Subcommand)]
pub(super) enum EvidenceCommand {
    /// Scan, and record what was observed as evidence of a month
    Record(record::RecordArgs),
    /// Check digests, signatures and the chain, offline
    Verify(verify::VerifyArgs),
    /// Report on the months as input to the management review
    Report(report::ReportArgs),
    /// Say who evaluated a recording, when, and with what result
    SignOff(sign_off::SignOffArgs),
    /// Tell whether evidence is recent and without gaps
    Status(status::StatusArgs),
}

pub(super) fn run(command: &EvidenceCommand, terminal: Terminal) -> Result<ExitStatus, Failure> {
    match command {
        EvidenceCommand::Record(args) => record::run(args, terminal),
        EvidenceCommand::Verify(args) => verify::run(args, terminal),
        EvidenceCommand::Report(args) => report::run(args, terminal),
        EvidenceCommand::SignOff(args) => sign_off::run(args, terminal),
        EvidenceCommand::Status(args) => status::run(args, terminal),
    }
}

/// Reads a month.
fn period(text: &str) -> Result<Period, String> {
    Period::parse(text).ok_or_else(|| "write it as 2026-11".to_owned())
}

/// Where evidence is kept.
pub(super) struct Home {
    /// The root of the scan; where only the folder of evidence is there, that folder.
    pub(super) root: PathBuf,
    /// The configuration.
    pub(super) config: Config,
    /// The folder of evidence relative to the root.
    pub(super) folder: String,
    /// The folder itself.
    pub(super) store: Store,
}

impl Home {
    /// Refuses to add to evidence whose repository was not named.
    fn is_repository(&self) -> Result<(), Failure> {
        if self.folder == "." {
            return Err(told(format!(
                "{} is a folder of evidence; name the repository it belongs to",
                self.root.display()
            )));
        }
        Ok(())
    }
}

/// Finds the folder of evidence: of the repository at `path`, or `path` itself where it is one.
pub(super) fn home(path: Option<&Path>, config: Option<&Path>, terminal: Terminal) -> Result<Home, Failure> {
    let path = path.unwrap_or(Path::new("."));
    if store::holds_evidence(path) {
        let store = Store::new(path.to_owned());
        return Ok(Home { root: path.to_owned(), config: Config::default(), folder: ".".to_owned(), store });
    }
    let root = source::root_of(&[path.to_owned()]).map_err(told)?;
    let args = ConfigArgs { config: config.map(Path::to_owned), profile: None };
    let config = config::load(&args, &root, terminal)?;
    let folder = config.evidence.clone().unwrap_or_else(|| store::USUAL.to_owned());
    let store = Store::new(root.join(&folder));
    Ok(Home { root, config, folder, store })
}

/// The chain, without looking into the files that manifests list. Evidence that is not intact is refused.
pub(super) fn chain_of(home: &Home) -> Result<Chain, Failure> {
    let found = home.store.find(&|_| false).map_err(told)?;
    chain::check(&found).map_err(|problem| {
        told(format!(
            "the evidence in {} is not intact: {problem}\n  help: `annexa evidence verify` checks all of it; restore what \
             was recorded (`git checkout`, a backup), nothing is added to it as it is",
            home.store.folder().display()
        ))
    })
}

/// How the evidence of a repository stands; why it cannot be told where it is not intact.
pub(super) fn standing(
    root: &Path,
    config: Option<&Path>,
    today: Date,
    terminal: Terminal,
) -> Result<Result<Standing, String>, Failure> {
    let home = home(Some(root), config, terminal)?;
    let max_age = home.config.evidence_max_age.unwrap_or(MAX_AGE);
    let checked = home.store.find(&|_| false);
    let checked = checked.and_then(|found| chain::check(&found).map_err(|problem| problem.to_string()));
    Ok(checked.map(|chain| Standing::of(&chain, today, max_age)))
}

/// What rules judge of the evidence: nothing where there is none and none is asked for. `recording` is the entry that
/// is being made, which counts as made.
pub(super) fn resources(root: &Path, config: &Config, today: Date, recording: Option<EntryName>) -> Vec<Resource> {
    let Some(folder) = config.evidence_folder(root) else { return Vec::new() };
    let store = Store::new(root.join(&folder));
    let home = Home { root: root.to_owned(), config: Config::default(), folder, store };
    let max_age = config.evidence_max_age.unwrap_or(MAX_AGE);
    let found = home.store.find(&|_| false);
    let checked = found.and_then(|found| chain::check(&found).map_err(|problem| problem.to_string()));
    let known = checked.and_then(|chain| {
        let known = nonconformities(&home, &chain);
        known.map(|known| (chain, known)).map_err(|_| "the register of nonconformities was changed".to_owned())
    });
    let (chain, known, problem) = match known {
        Ok((chain, known)) => (chain, known, None),
        Err(problem) => (Chain::default(), Vec::new(), Some(problem)),
    };
    let mut standing = Standing::of(&chain, today, max_age);
    if let Some(name) = recording {
        standing = standing.after(&name.to_string(), name.period, today);
    }
    let mut resources = vec![resource::evidence(&home.folder, &standing, problem.as_deref())];
    resources.extend(known.iter().filter_map(resource::nonconformity));
    resources
}
