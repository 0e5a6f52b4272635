//! `annexa evidence verify`: whether recorded evidence is as it was recorded.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::{ExitStatus, Failure, Terminal, home, keys, told};
use crate::evidence::chain::{self, Chain, Signer};
use crate::evidence::period::Period;

/// `annexa evidence verify`.
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArgs {
    /// The repository, or the folder of evidence itself; the current folder when not given
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// The configuration; `annexa.yaml` in the root when not given
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Trust this Ed25519 public key, in PEM or as a line of `authorized_keys` (repeatable)
    #[arg(long = "public-key", value_name = "FILE")]
    public_keys: Vec<PathBuf>,
    /// Fail unless this month was recorded, such as 2026-11 (repeatable)
    #[arg(long, value_name = "PERIOD", value_parser = super::period)]
    expect: Vec<Period>,
    /// Fail unless an entry has this digest: the head that an earlier run printed
    #[arg(long, value_name = "DIGEST")]
    head: Option<String>,
}

pub(super) fn run(args: &VerifyArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let VerifyArgs { path, config, public_keys, expect, head } = args;
    let home = home(path.as_deref(), config.as_deref(), terminal)?;
    let trusted = keys::public_keys(public_keys)?;
    let found = home.store.find(&|_| true).map_err(told)?;
    if found.entries.is_empty() && found.strangers.is_empty() && expect.is_empty() && head.is_none() {
        return Err(told(format!("there is no evidence in {}", home.store.folder().display())));
    }
    let checked = chain::check(&found)
        .and_then(|chain| chain::signer(&chain, &trusted).map(|signer| (chain, signer)))
        .map_err(|problem| problem.to_string())
        .and_then(|(chain, signer)| expected(&chain, expect, head.as_deref()).map(|()| (chain, signer)));
    let mut out = std::io::stdout().lock();
    match checked {
        Ok((chain, signer)) => {
            write!(out, "{}", words(&chain, &signer))?;
            Ok(ExitStatus::Clean)
        }
        Err(problem) => {
            writeln!(out, "NOT INTACT: {problem}")?;
            Ok(ExitStatus::Findings)
        }
    }
}

/// The newest entries can be taken away without a trace in the others; what is known from elsewhere shows it.
fn expected(chain: &Chain, periods: &[Period], head: Option<&str>) -> Result<(), String> {
    if let Some(missing) = periods.iter().find(|period| chain.record_of(**period).is_none()) {
        return Err(format!("{missing} is missing: it was expected"));
    }
    let has = |digest: &str| chain.entries.iter().any(|entry| entry.digest.eq_ignore_ascii_case(digest));
    match head.filter(|head| !has(head)) {
        Some(head) => Err(format!("no entry has the digest {head}: what it was printed for is gone or was made anew")),
        None => Ok(()),
    }
}

fn words(chain: &Chain, signer: &Signer) -> String {
    let records = chain.records().count();
    let sign_offs = chain.entries.len() - records;
    let span = match (chain.entries.first(), chain.head()) {
        (Some(first), Some(head)) => format!(", {} to {}", first.manifest.entry, head.manifest.entry),
        _ => String::new(),
    };
    let signer = match signer {
        Signer::Nobody => "nobody signed: whoever can write here could have made all of it anew".to_owned(),
        Signer::Unknown => "signer unknown: the signatures fit, and no key was given to hold them against".to_owned(),
        Signer::Trusted(0) => "signed by the keys given".to_owned(),
        Signer::Trusted(before) => {
            format!("signed by the keys given; the first {before} entries only through the digests of those after them")
        }
    };
    let head = chain.head().map_or_else(String::new, |head| head.digest.clone());
    let plural = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    format!(
        "intact: {} and {}{span}\n{signer}\nhead: {head}\n",
        plural(records, "recording"),
        plural(sign_offs, "sign-off")
    )
}
