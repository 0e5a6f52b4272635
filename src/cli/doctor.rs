//! `annexa doctor`: what a scan would see, what stands in its way, and what to do next.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::scan::{ScanPlan, WhatArgs};
use super::{ExitStatus, Failure, Terminal, evidence};
use crate::engine::assessment::{Assessment, FileState, FindingKind};
use crate::isms::exception;
use crate::source::{self, Content, git};

/// `annexa doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    what: WhatArgs,
    /// Write a table or json
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "NAME")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

/// The format of the report; its version changes when a field changes its meaning or goes.
#[derive(Debug, Serialize)]
struct Report {
    version: u32,
    kinds: Vec<KindRow>,
    not_judged: NotJudged,
    /// Documents and registers of the ISMS, by type.
    documents: BTreeMap<String, usize>,
    checks: Vec<Check>,
    open_findings: usize,
    next: Vec<Step>,
}

#[derive(Debug, Serialize)]
struct KindRow {
    kind: &'static str,
    files: usize,
    units: usize,
}

#[derive(Debug, Default, Serialize)]
struct NotJudged {
    not_recognised: usize,
    unreadable: usize,
    context: usize,
    set_aside: usize,
    not_read: usize,
    excluded: usize,
    other: usize,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    state: State,
    detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Ok,
    /// Not there, which is nothing wrong.
    None,
    /// Results are less than they could be.
    Attention,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::None => "none",
            State::Attention => "attention",
        }
    }
}

/// What to do next.
#[derive(Debug, Serialize)]
struct Step {
    /// A command, or what to write where.
    run: String,
    because: String,
}

/// Gathers checks, and the steps that come of them.
#[derive(Debug, Default)]
struct Visit {
    checks: Vec<Check>,
    steps: Vec<Step>,
}

impl Visit {
    fn check(&mut self, name: &'static str, state: State, detail: impl Into<String>) {
        self.checks.push(Check { name, state, detail: detail.into() });
    }

    fn step(&mut self, run: &str, because: impl Into<String>) {
        self.steps.push(Step { run: run.to_owned(), because: because.into() });
    }
}

pub(super) fn run(args: &DoctorArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let plan = ScanPlan::resolve(&args.what, Content::WorkTree, terminal)?;
    let root = plan.source.root().map(Path::to_owned).unwrap_or_default();
    let mut visit = Visit::default();
    let configuration = args.what.config.config.clone();
    let is_configured = configuration.is_some() || root.join(source::CONFIGURATION).is_file();
    git_checks(&plan, &mut visit);
    let exceptions: Vec<(bool, String)> = {
        let today = plan.settings.today;
        let listed = plan.settings.exceptions.iter();
        listed.map(|each| (each.in_force(today), each.id.to_string())).collect()
    };
    let (isms, today) = (plan.isms_folders().to_vec(), plan.settings.today);
    let (assessment, _) = plan.run();
    configuration_check(is_configured, &mut visit);
    files_check(&assessment, &mut visit);
    helm_check(&assessment, args.what.render, &mut visit);
    isms_check(&assessment, &isms, &root, &mut visit);
    exceptions_check(&exceptions, &mut visit);
    evidence_check(&root, configuration.as_deref(), today, terminal, &mut visit)?;
    let report = report(&assessment, visit);
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Table => table(&report, &mut out)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &report).map_err(io::Error::from)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(ExitStatus::Clean)
}

fn git_checks(plan: &ScanPlan, visit: &mut Visit) {
    if !plan.source.is_whole() {
        visit.check(
            "scope",
            State::Attention,
            "only a part of the root was named: what is missing in the whole cannot be judged",
        );
    }
    let work_tree = plan.source.work_tree().filter(|folder| folder.join(".git").exists());
    match work_tree.map(git::is_shallow) {
        None => {
            visit.check(
                "git",
                State::None,
                "no git work tree: rules on the history and on tracked files are not evaluated",
            );
        }
        Some(Ok(false)) => visit.check("git", State::Ok, "a work tree with its full history"),
        Some(Ok(true)) => {
            visit.check("git", State::Attention, "the clone is shallow: what the history shows stays unknown");
            let where_else = "rules on the history need it; in pipelines `fetch-depth: 0`, `GIT_DEPTH: 0`";
            visit.step("git fetch --unshallow", where_else);
        }
        Some(Err(error)) => visit.check("git", State::Attention, format!("cannot be read: {}", error.message)),
    }
}

fn configuration_check(is_there: bool, visit: &mut Visit) {
    if is_there {
        visit.check("configuration", State::Ok, "`annexa config show` tells each value and where it comes from");
    } else {
        visit.check("configuration", State::None, "no annexa.yaml: every rule runs on every file");
    }
}

/// What should have been read and was not.
fn files_check(assessment: &Assessment, visit: &mut Visit) {
    let broken = assessment.files.iter().filter(|file| matches!(file.state, FileState::Unreadable(_))).count();
    let missed = broken.max(assessment.not_read.len());
    if assessment.files.is_empty() {
        visit.check("files", State::Attention, "nothing that rules judge was found here");
        visit.step("annexa doctor PATH", "with a folder that holds infrastructure, a repository or documents");
    } else if missed > 0 {
        visit.check("files", State::Attention, format!("{} cannot be read or understood", counted(missed, "file")));
        visit.step("annexa scan", "`Not seen` names the files that could not be read, and why");
    } else {
        visit.check("files", State::Ok, format!("{} read, none is broken", counted(assessment.files.len(), "file")));
    }
}

fn helm_check(assessment: &Assessment, renders: bool, visit: &mut Visit) {
    let is_chart = |path: &str| path == "Chart.yaml" || path.ends_with("/Chart.yaml");
    let charts = assessment.files.iter().filter(|file| is_chart(&file.path)).count();
    if charts == 0 {
        return;
    }
    let found = counted(charts, "chart");
    if !is_on_path("helm") {
        visit.check("helm", State::Attention, format!("{found}, and no `helm` on the PATH: templates are not judged"));
        visit.step(
            "install helm, then: annexa scan --render",
            "templates of charts mean nothing until helm fills them in",
        );
    } else if renders {
        visit.check("helm", State::Ok, format!("{found}, rendered"));
    } else {
        visit.check("helm", State::Attention, format!("{found}: templates are judged with `--render` only"));
        visit.step("annexa scan --render", "judges what the charts come to");
    }
}

fn is_on_path(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let names = [program.to_owned(), format!("{program}{}", std::env::consts::EXE_SUFFIX)];
    std::env::split_paths(&folders).any(|folder: PathBuf| names.iter().any(|name| folder.join(name).is_file()))
}

fn isms_check(assessment: &Assessment, folders: &[String], root: &Path, visit: &mut Visit) {
    let missing: Vec<&str> = folders.iter().map(String::as_str).filter(|folder| !root.join(folder).is_dir()).collect();
    let number = assessment.isms.documents.len();
    if !missing.is_empty() {
        visit.check("isms", State::Attention, format!("`isms` names {}, which is no folder here", missing.join(", ")));
        visit.step("put the folder right under `isms:` in annexa.yaml", "its documents are not found otherwise");
    } else if number == 0 {
        visit.check("isms", State::None, "no document of an ISMS was recognised: controls are judged without policies");
        visit.step("annexa documents", "if there is an ISMS here: why nothing of it was recognised");
    } else {
        visit.check("isms", State::Ok, format!("{} recognised", counted(number, "document")));
    }
}

fn exceptions_check(exceptions: &[(bool, String)], visit: &mut Visit) {
    if exceptions.is_empty() {
        visit.check(
            "exceptions",
            State::None,
            format!("no accepted deviations; they would stand in {}", exception::FILE),
        );
        return;
    }
    let lapsed: Vec<&str> = exceptions.iter().filter(|each| !each.0).map(|each| each.1.as_str()).collect();
    if lapsed.is_empty() {
        visit.check("exceptions", State::Ok, format!("{} in force", counted(exceptions.len(), "exception")));
    } else {
        let detail = format!("{} of {} not in force: {}", lapsed.len(), exceptions.len(), lapsed.join(", "));
        visit.check("exceptions", State::Attention, detail);
        visit.step("annexa scan --rule scan/exception", "what is wrong with each of them");
    }
}

fn evidence_check(
    root: &Path,
    config: Option<&Path>,
    today: jiff::civil::Date,
    terminal: Terminal,
    visit: &mut Visit,
) -> Result<(), Failure> {
    let standing = match evidence::standing(root, config, today, terminal)? {
        Ok(standing) => standing,
        Err(problem) => {
            visit.check("evidence", State::Attention, problem);
            visit.step("annexa evidence verify", "what was changed");
            return Ok(());
        }
    };
    let Some((entry, day)) = &standing.newest else {
        visit.check("evidence", State::None, "nothing was recorded yet");
        return Ok(());
    };
    if standing.is_stale() {
        let age = standing.age_days.unwrap_or(0);
        let detail = format!("stale: {entry} is {age} days old (at most {})", standing.max_age);
        visit.check("evidence", State::Attention, detail);
        visit.step("annexa evidence record", "records the current month; look whether the schedule still runs");
    } else if let Some(gaps) = standing.gap_words() {
        visit.check("evidence", State::Attention, format!("nothing was recorded for {gaps}"));
        visit.step("annexa evidence status", "what is missing, and what can be done");
    } else {
        visit.check("evidence", State::Ok, format!("recent: {entry}, observed on {day}"));
    }
    Ok(())
}

fn report(assessment: &Assessment, visit: Visit) -> Report {
    let mut files: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut not_judged = NotJudged {
        not_read: assessment.not_read.len(),
        excluded: assessment.excluded_files,
        other: assessment.other_files,
        ..NotJudged::default()
    };
    for file in &assessment.files {
        match &file.state {
            FileState::Evaluated(kinds) => kinds.iter().for_each(|kind| *files.entry(kind).or_default() += 1),
            FileState::NotRecognised => not_judged.not_recognised += 1,
            FileState::Unreadable(_) => not_judged.unreadable += 1,
            FileState::Context => not_judged.context += 1,
            FileState::SetAside(_) => not_judged.set_aside += 1,
        }
    }
    let units = |kind: &str| assessment.units.get(kind).copied().unwrap_or(0);
    let mut kinds: Vec<KindRow> =
        files.into_iter().map(|(kind, files)| KindRow { kind, files, units: units(kind) }).collect();
    kinds.sort_by_key(|row| (std::cmp::Reverse(row.files), row.kind));
    let mut documents: BTreeMap<String, usize> = BTreeMap::new();
    for document in &assessment.isms.documents {
        *documents.entry(document.document_type.to_string()).or_default() += 1;
    }
    let is_open = |kind, quieted: bool| kind == FindingKind::Fail && !quieted;
    let open = assessment.findings.iter().filter(|each| is_open(each.kind, each.suppression.is_some())).count();
    let Visit { checks, mut steps } = visit;
    let is_configured = checks.iter().any(|check| check.name == "configuration" && check.state == State::Ok);
    first_steps(assessment, open, is_configured, &mut steps);
    Report { version: 1, kinds, not_judged, documents, checks, open_findings: open, next: steps }
}

/// What anyone does next, once nothing is in the way.
fn first_steps(assessment: &Assessment, open: usize, is_configured: bool, steps: &mut Vec<Step>) {
    let mut step = |run: &str, because: String| steps.push(Step { run: run.to_owned(), because });
    if assessment.files.is_empty() {
        return;
    }
    if open > 0 {
        step(
            "annexa scan --fail-on high",
            format!("shows {}, and stops on the severe ones", counted(open, "open finding")),
        );
        step(
            "annexa baseline write annexa-baseline.json",
            "to begin with: what is there now is known, only new ones stop".to_owned(),
        );
    }
    step("annexa coverage", "every control with its status and the reason".to_owned());
    if !is_configured {
        step("annexa config schema", "what may stand in annexa.yaml, for editors".to_owned());
    }
}

fn counted(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

fn table(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "What a scan judges")?;
    if report.kinds.is_empty() {
        writeln!(out, "  nothing")?;
    }
    for KindRow { kind, files, units } in &report.kinds {
        let units = if *units > 0 { format!(" in {}", counted(*units, "unit")) } else { String::new() };
        writeln!(out, "  {kind:<16} {}{units}", counted(*files, "file"))?;
    }
    let rest = &report.not_judged;
    let rest: Vec<String> = [
        (rest.not_recognised + rest.other, "of no kind that rules judge"),
        (rest.unreadable.max(rest.not_read), "not readable"),
        (rest.context, "read for the sake of others"),
        (rest.set_aside, "set aside"),
        (rest.excluded, "excluded by the configuration"),
    ]
    .iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, words)| format!("{number} {words}"))
    .collect();
    if !rest.is_empty() {
        writeln!(out, "  not judged       {}", rest.join("; "))?;
    }
    if !report.documents.is_empty() {
        writeln!(out, "\nRecognised documents of the ISMS (`annexa documents` tells which and why)")?;
    }
    for (name, number) in &report.documents {
        writeln!(out, "  {number:>3} {name}")?;
    }
    writeln!(out, "\nWhat was looked at")?;
    for Check { name, state, detail } in &report.checks {
        writeln!(out, "  {:<10} {name:<14} {detail}", state.word())?;
    }
    writeln!(out, "\nNext")?;
    for (index, Step { run, because }) in report.next.iter().enumerate() {
        writeln!(out, "  {}. {run}\n     {because}", index + 1)?;
    }
    Ok(())
}
