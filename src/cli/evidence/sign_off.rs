//! `annexa evidence sign-off`: a person evaluates a recording, and says so in an entry of its own.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::record::{Moment, add, begin, check_clock};
use super::{ExitStatus, Failure, Terminal, chain_of, home, keys, told};
use crate::cli::clock;
use crate::evidence::entry::EntryKind;
use crate::evidence::period::Period;
use crate::evidence::sign_off::{SCHEMA, SIGN_OFF, SignOff};

/// `annexa evidence sign-off`.
#[derive(Debug, Args)]
pub(in crate::cli) struct SignOffArgs {
    /// The repository; the current folder when not given
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// The month that was evaluated; the one of the newest recording when not given
    #[arg(long, value_name = "PERIOD", value_parser = super::period)]
    period: Option<Period>,
    /// Who evaluated it
    #[arg(long, value_name = "NAME")]
    evaluator: String,
    /// In which role
    #[arg(long, value_name = "ROLE", default_value = "")]
    role: String,
    /// What they conclude
    #[arg(long, value_name = "TEXT", default_value = "")]
    remark: String,
    /// Sign with this Ed25519 private key; the variable `ANNEXA_EVIDENCE_KEY` may hold one, too
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The configuration; `annexa.yaml` in the root when not given
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The day of the evaluation; today when not given
    #[arg(long, value_name = "DATE", value_parser = clock::parse)]
    today: Option<Date>,
}

pub(super) fn run(args: &SignOffArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let home = home(args.path.as_deref(), args.config.as_deref(), terminal)?;
    home.is_repository()?;
    if args.evaluator.trim().is_empty() {
        return Err(told("an evaluation needs the name of who made it (`--evaluator NAME`)"));
    }
    let key = keys::signing_key(args.key.as_deref())?;
    let moment = Moment::of(args.today);
    let lock = home.store.lock().map_err(told)?;
    let chain = chain_of(&home)?;
    check_clock(&chain, &moment)?;
    let about = match args.period {
        Some(period) => chain.record_of(period),
        None => chain.records().next_back(),
    };
    let Some(about) = about else {
        let what = args.period.map_or("nothing".to_owned(), |period| format!("nothing of {period}"));
        return Err(told(format!("{what} was recorded in {}", home.store.folder().display())));
    };
    let sign_off = SignOff {
        schema: SCHEMA.to_owned(),
        entry: about.manifest.entry.clone(),
        sha256: about.digest.clone(),
        evaluator: args.evaluator.trim().to_owned(),
        role: args.role.trim().to_owned(),
        date: moment.today.to_string(),
        remark: args.remark.trim().to_owned(),
    };
    let name = chain.next_name(about.name.period, EntryKind::SignOff);
    let mut manifest = begin(name, &chain, &moment, key.as_ref());
    let files = vec![(SIGN_OFF.to_owned(), sign_off.to_bytes())];
    let digest = add(&home, &lock, &mut manifest, files, key.as_ref())?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "recorded {name}: {} evaluated {}\nhead: {digest}", sign_off.evaluator, sign_off.entry)?;
    Ok(ExitStatus::Clean)
}
