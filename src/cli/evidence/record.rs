//! `annexa evidence record`: scan, and add what was observed to the evidence.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::report::of_chain;
use super::store::Lock;
use super::{ExitStatus, Failure, Home, Terminal, chain_of, home, keys, runner, told};
use crate::cli::clock;
use crate::cli::config::ConfigArgs;
use crate::cli::plan::RuleArgs;
use crate::cli::scan::{ScanPlan, WhatArgs};
use crate::engine::plan::hexadecimal;
use crate::evidence::attestation;
use crate::evidence::chain::{CLOCK_TOLERANCE, Chain, generated};
use crate::evidence::entry::{EntryKind, EntryName};
use crate::evidence::key::SigningKey;
use crate::evidence::manifest::{
    ATTESTATION, InputsItem, MANIFEST, Manifest, PeriodItem, PreviousItem, RepositoryItem, SCHEMA, SUMS, digest,
};
use crate::evidence::nonconformity::{Nonconformities, Nonconformity, Recording};
use crate::evidence::period::Period;
use crate::evidence::record::{self, NONCONFORMITIES, Subject};
use crate::isms::coverage;
use crate::report::History;
use crate::source::{Content, Source, git};

/// `annexa evidence record`.
#[derive(Debug, Args)]
pub(in crate::cli) struct RecordArgs {
    /// The repository; the current folder when not given
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// The month to record, such as 2026-11; the current one (UTC) when not given
    #[arg(long, value_name = "PERIOD", value_parser = super::period)]
    period: Option<Period>,
    /// Sign with this Ed25519 private key, in PKCS#8 PEM or as OpenSSH writes it; the variable `ANNEXA_EVIDENCE_KEY` may hold one, too
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Record a month again whose state has changed; the former recording is kept
    #[arg(long)]
    amend: bool,
    /// Add the rules of this folder to the built-in ones (repeatable)
    #[arg(long = "rules", value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// The configuration; `annexa.yaml` in the root when not given
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Judge as if it were this day
    #[arg(long, value_name = "DATE", value_parser = clock::parse)]
    today: Option<Date>,
}

/// When an entry is made.
pub(super) struct Moment {
    pub(super) now: Timestamp,
    pub(super) clock: &'static str,
    pub(super) today: Date,
    pub(super) given: bool,
}

impl Moment {
    pub(super) fn of(today: Option<Date>) -> Moment {
        let (now, clock) = clock::now();
        Moment { now, clock, today: today.unwrap_or_else(|| clock::day(now)), given: today.is_some() }
    }

    fn observed_at(&self) -> String {
        if self.given { format!("{}T00:00:00Z", self.today) } else { self.now.to_string() }
    }
}

pub(super) fn run(args: &RecordArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let home = home(args.path.as_deref(), args.config.as_deref(), terminal)?;
    home.is_repository()?;
    let key = keys::signing_key(args.key.as_deref())?;
    let moment = Moment::of(args.today);
    let period = args.period.unwrap_or(Period::of(moment.today));
    if moment.today < period.start() {
        return Err(told(format!("{period} has not begun on {}; only what was observed is recorded", moment.today)));
    }
    let mut plan = ScanPlan::resolve(&what(args, &home, moment.today), Content::WorkTree, terminal)?;
    let lock = home.store.lock().map_err(told)?;
    let chain = chain_of(&home)?;
    check_clock(&chain, &moment)?;
    let name = chain.next_name(period, EntryKind::Record);
    let mut manifest = begin(name, &chain, &moment, key.as_ref());
    manifest.repository = repository(&home)?;
    manifest.inputs = Some(inputs(&plan.source, &home));
    manifest.tool.rule_set = Some(plan.plan.digest.clone());
    let mut out = std::io::stdout().lock();
    if let Some(before) = chain.record_of(period) {
        if before.manifest.same_state(&manifest) {
            let signed = if key.is_some() && before.manifest.signer.is_none() { " (without a signature)" } else { "" };
            writeln!(
                out,
                "{} is already recorded{signed}: nothing that the scan reads has changed",
                before.manifest.entry
            )?;
            writeln!(out, "head: {}", chain.head().map_or("", |head| head.digest.as_str()))?;
            return Ok(ExitStatus::Clean);
        }
        if !args.amend {
            return Err(told(format!(
                "`{}` was recorded at {}, and what the scan reads has changed since\n  help: `--amend` records {period} \
                 again as `{name}` and keeps the former recording",
                before.manifest.entry, before.manifest.generated_at
            )));
        }
    }
    let before = nonconformities(&home, &chain)?;
    plan.settings.evidence = super::resources(&home.root, &home.config, moment.today, Some(name));
    let history = of_chain(&home, &chain, moment.today)?;
    let files = scan(plan, &home, &mut manifest, &Past { nonconformities: &before, history: &history })?;
    let digest = add(&home, &lock, &mut manifest, files, key.as_ref())?;
    write!(out, "{}", words(&home, &manifest, &digest))?;
    Ok(ExitStatus::Clean)
}

fn what(args: &RecordArgs, home: &Home, today: Date) -> WhatArgs {
    WhatArgs {
        // All of it: evidence of a part would be none of the whole.
        paths: vec![home.root.clone()],
        rules: RuleArgs { folders: args.rules.clone(), ..RuleArgs::default() },
        config: ConfigArgs { config: args.config.clone(), profile: None },
        today: Some(today),
        no_ignore: false,
        framework: None,
        show_unknown: true,
        render: false,
        var_files: Vec::new(),
    }
}

/// A clock that runs behind the newest entry would break the order of the chain.
pub(super) fn check_clock(chain: &Chain, moment: &Moment) -> Result<(), Failure> {
    let Some(head) = chain.head() else { return Ok(()) };
    let made = generated(&head.manifest).unwrap_or(Timestamp::MIN);
    if moment.now >= made.saturating_sub(CLOCK_TOLERANCE).unwrap_or(made) {
        return Ok(());
    }
    Err(told(format!(
        "the clock says {}, and `{}` was recorded at {made}; set the clock of this machine right",
        moment.now, head.manifest.entry
    )))
}

/// The manifest of the next entry, as far as it is known before there are files.
pub(super) fn begin(name: EntryName, chain: &Chain, moment: &Moment, key: Option<&SigningKey>) -> Manifest {
    let head = chain.head();
    let previous = |head: &crate::evidence::chain::Entry| PreviousItem {
        entry: head.manifest.entry.clone(),
        sha256: head.digest.clone(),
    };
    Manifest {
        schema: SCHEMA.to_owned(),
        kind: name.kind.name().to_owned(),
        entry: name.to_string(),
        sequence: head.map_or(1, |head| head.manifest.sequence + 1),
        period: PeriodItem::of(name.period),
        observed_at: moment.observed_at(),
        observed_by: if moment.given { "given" } else { "clock" }.to_owned(),
        generated_at: moment.now.to_string(),
        clock: moment.clock.to_owned(),
        late: moment.today > name.period.end() || clock::day(moment.now) > name.period.end(),
        repository: None,
        inputs: None,
        tool: runner::tool(None),
        runner: runner::runner(),
        signer: key.map(|key| key.public().signer()),
        previous: head.map(previous),
        observed: None,
        files: Vec::new(),
    }
}

fn repository(home: &Home) -> Result<Option<RepositoryItem>, Failure> {
    let Some(work_tree) = home.root.ancestors().find(|folder| folder.join(".git").exists()) else { return Ok(None) };
    let prefix = home.root.strip_prefix(work_tree).unwrap_or(Path::new(""));
    let evidence = prefix.join(&home.folder).to_string_lossy().replace('\\', "/");
    let git::State { url, commit, tree, changed } = git::state(work_tree, &evidence).map_err(told)?;
    Ok(Some(RepositoryItem { url, commit, tree, dirty: changed > 0, changed: changed as u64 }))
}

/// The digest of everything that the scan reads.
fn inputs(source: &Source, home: &Home) -> InputsItem {
    let line = |file: &crate::source::SourceFile| match source.read(file.id) {
        Ok(text) => format!("{}\0{}\n", file.path, digest(text.as_bytes())),
        Err(not_read) => format!("{}\0{}\n", file.path, not_read.detail),
    };
    let lines: Vec<String> = source.files.par_iter().map(line).collect();
    let mut hasher = Sha256::new();
    for line in &lines {
        hasher.update(line);
    }
    InputsItem {
        files: lines.len() as u64,
        sha256: hexadecimal(&hasher.finalize()),
        configuration: home.config.layers.text().map(|text| digest(text.as_bytes())),
    }
}

/// The nonconformities that the newest recording left.
pub(in crate::cli) fn nonconformities(home: &Home, chain: &Chain) -> Result<Vec<Nonconformity>, Failure> {
    let Some(newest) = chain.records().next_back() else { return Ok(Vec::new()) };
    let bytes = home.store.read(&newest.manifest.entry, NONCONFORMITIES).map_err(told)?;
    let item = newest.manifest.files.iter().find(|item| item.name == NONCONFORMITIES);
    let read: Option<Nonconformities> = item
        .filter(|item| item.sha256 == digest(&bytes))
        .and_then(|_| serde_json::from_slice(&bytes).ok())
        .filter(|read: &Nonconformities| read.schema == crate::evidence::nonconformity::SCHEMA);
    read.map(|read| read.nonconformities).ok_or_else(|| {
        told(format!(
            "{}/{NONCONFORMITIES} was changed after it was recorded, or is of another version",
            newest.manifest.entry
        ))
    })
}

/// What was recorded before.
struct Past<'a> {
    nonconformities: &'a [Nonconformity],
    history: &'a History,
}

fn scan(plan: ScanPlan, home: &Home, manifest: &mut Manifest, past: &Past<'_>) -> Result<Vec<record::File>, Failure> {
    let exceptions = plan.settings.exceptions.clone();
    let owners = super::owners::Owners::of(&plan.source);
    let (assessment, _) = plan.run();
    let coverage = coverage::coverage(&assessment, crate::isms::control::Framework::Iso2022);
    let subject = Subject {
        recording: Recording {
            entry: &manifest.entry.clone(),
            assessment: &assessment,
            owners: &owners,
            due: &home.config.due,
        },
        coverage: &coverage,
        exceptions: &exceptions,
        before: past.nonconformities,
        history: past.history,
        observed_at: &manifest.observed_at.clone(),
    };
    let (files, observed) = record::files(&subject)?;
    manifest.observed = Some(observed);
    manifest.tool.rule_set = Some(assessment.rule_set_digest.clone());
    Ok(files)
}

/// Adds an entry; its digest.
pub(super) fn add(
    home: &Home,
    lock: &Lock,
    manifest: &mut Manifest,
    mut files: Vec<record::File>,
    key: Option<&SigningKey>,
) -> Result<String, Failure> {
    manifest.files = record::items(&files);
    let bytes = manifest.to_bytes();
    let digest = digest(&bytes);
    files.push((SUMS.to_owned(), manifest.sums().into_bytes()));
    files.push((MANIFEST.to_owned(), bytes));
    files.extend(key.map(|key| (ATTESTATION.to_owned(), attestation::sign(manifest, key))));
    home.store.add(lock, &manifest.entry, &files).map_err(told)?;
    Ok(digest)
}

fn words(home: &Home, manifest: &Manifest, digest: &str) -> String {
    use std::fmt::Write as _;
    let mut text = format!("recorded {} in {}\n", manifest.entry, home.store.folder().join(&manifest.entry).display());
    if let Some(repository) = &manifest.repository {
        let commit = repository.commit.as_deref().unwrap_or("no commit yet");
        let dirty =
            if repository.dirty { format!(", {} files differ from it", repository.changed) } else { String::new() };
        let _ = writeln!(text, "commit: {commit}{dirty}");
    }
    if let Some(observed) = &manifest.observed {
        let findings: Vec<String> = crate::rule::Severity::names()
            .into_iter()
            .rev()
            .filter_map(|name| observed.findings.get(name).map(|number| format!("{number} {name}")))
            .collect();
        let complete = if observed.complete { "" } else { "; not everything in scope could be looked at" };
        let _ = writeln!(text, "findings: {}{complete}", findings.join(", "));
    }
    if manifest.late {
        let _ = writeln!(text, "late: {} ended on {}", manifest.period.name, manifest.period.end);
    }
    let signer = manifest.signer.as_ref().map_or("nobody".to_owned(), |signer| format!("key {}", signer.keyid));
    let _ = writeln!(text, "signed by: {signer}\nhead: {digest}");
    text
}
