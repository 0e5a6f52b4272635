//! `annexa doctor`: what a scan would see, what stands in its way, and what to do next.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;

use super::output::ListingFormat;
use super::scan::{ScanPlan, WhatArgs};
use super::{ExitStatus, Failure, Terminal, evidence, output};
use crate::engine::assessment::{Assessment, FileState};
use crate::isms::coverage::{self, Kept};
use crate::isms::exception;
use crate::report::doctor::{self, Check, CheckState, Diagnosis, JudgedKind, NotJudged, Step};
use crate::source::{self, Content, Source, git};

/// How many of several are named.
const MOST_NAMED: usize = 3;

/// `annexa doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    what: WhatArgs,
    /// Write a table or json
    #[arg(long, value_enum, default_value_t = ListingFormat::Table, value_name = "NAME")]
    format: ListingFormat,
}

/// Gathers checks, and the steps that come of them.
#[derive(Debug, Default)]
struct Visit {
    checks: Vec<Check>,
    steps: Vec<Step>,
}

impl Visit {
    fn check(&mut self, name: &'static str, state: CheckState, detail: impl Into<String>) {
        self.checks.push(Check { name, state, detail: detail.into() });
    }

    /// One command is told once, with the first reason.
    fn step(&mut self, run: &str, because: impl Into<String>) {
        if self.steps.iter().all(|step| step.run != run) {
            self.steps.push(Step { run: run.to_owned(), because: because.into() });
        }
    }
}

/// What stays true when the scan is done.
struct Place {
    root: PathBuf,
    today: Date,
    /// The folders of the ISMS that the configuration names.
    isms: Vec<String>,
    configuration: Option<PathBuf>,
    is_configured: bool,
    is_in_git: bool,
    renders: bool,
}

pub(super) fn run(args: &DoctorArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let plan = ScanPlan::resolve(&args.what, Content::WorkTree, terminal)?;
    let root = plan.source.root().map(Path::to_owned).unwrap_or_default();
    let configuration = args.what.config.config.clone();
    let place = Place {
        today: plan.settings.today,
        isms: plan.isms_folders().to_vec(),
        is_configured: configuration.is_some() || root.join(source::CONFIGURATION).is_file(),
        is_in_git: plan.source.work_tree().is_some_and(|folder| folder.join(".git").exists()),
        renders: args.what.render,
        root,
        configuration,
    };
    let mut visit = Visit::default();
    git_check(&plan.source, &mut visit);
    let exceptions: Vec<(bool, String)> =
        plan.settings.exceptions.iter().map(|each| (each.in_force(place.today), each.id.to_string())).collect();
    let (assessment, _) = plan.run();
    configuration_check(&place, &mut visit);
    files_check(&assessment, &mut visit);
    notices_check(&assessment, &place, &mut visit);
    isms_check(&assessment, &place, &mut visit);
    exceptions_check(&exceptions, &mut visit);
    evidence_check(&place, terminal, &mut visit)?;
    let diagnosis = diagnosis(&assessment, &place, visit);
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        ListingFormat::Table => doctor::write(&diagnosis, output::style("-", terminal), &mut out)?,
        ListingFormat::Json => doctor::write_json(&diagnosis, &mut out)?,
    }
    out.flush()?;
    Ok(ExitStatus::Clean)
}

fn git_check(source: &Source, visit: &mut Visit) {
    if !source.is_whole() {
        let root = source.root().unwrap_or(Path::new(".")).display();
        let detail =
            format!("a part of {root}; its history, its documents as a set and the coverage are judged as a whole");
        visit.check("scope", CheckState::None, detail);
    }
    let work_tree = source.work_tree().filter(|folder| folder.join(".git").exists());
    let Some(work_tree) = work_tree else {
        visit.check(
            "git",
            CheckState::None,
            "no git repository: nothing can be said about its history, and nothing compared with a branch",
        );
        return;
    };
    match git::is_shallow(work_tree) {
        Ok(true) => {
            visit.check(
                "git",
                CheckState::Attention,
                "a shallow clone: rules on the history are undecided, and no branch can be compared with",
            );
            visit.step("git fetch --unshallow", "fetches the rest; in pipelines `fetch-depth: 0` or `GIT_DEPTH: 0`");
        }
        Ok(false) if !source.prefix.is_empty() => {
            visit.check(
                "git",
                CheckState::None,
                format!(
                    "{} is a part of a repository, whose history and tracked files are judged only in a scan of its root",
                    source.prefix
                ),
            );
        }
        Ok(false) => {
            visit.check(
                "git",
                CheckState::Ok,
                "a repository with its full history, which is judged with what it tracks",
            );
        }
        Err(error) => visit.check("git", CheckState::Attention, error.to_string()),
    }
}

fn configuration_check(place: &Place, visit: &mut Visit) {
    if place.is_configured {
        let detail = "read without a mistake; `annexa config show` tells where each value comes from";
        visit.check("configuration", CheckState::Ok, detail);
    } else {
        let detail = format!("no {}: every rule judges every file that git does not ignore", source::CONFIGURATION);
        visit.check("configuration", CheckState::None, detail);
    }
}

/// What should have been read and was not.
fn files_check(assessment: &Assessment, visit: &mut Visit) {
    let broken = unreadable(assessment);
    if assessment.files.is_empty() && broken.is_empty() {
        visit.check("files", CheckState::Attention, "nothing that rules judge was found here");
        visit.step("annexa doctor PATH", "with a folder that holds infrastructure code, a repository or documents");
    } else if broken.is_empty() {
        let detail = format!("{} read, and all of them understood", counted(assessment.files.len(), "file"));
        visit.check("files", CheckState::Ok, detail);
    } else {
        let names: Vec<&str> = broken.into_iter().collect();
        let detail = format!("{} cannot be read or understood: {}", counted(names.len(), "file"), listed(&names));
        visit.check("files", CheckState::Attention, detail);
        visit.step(
            "annexa scan --rule scan/unreadable",
            "tells why and where; what is not yours to mend can stand under `exclude:` in annexa.yaml",
        );
    }
}

/// Each once, whether it was not read or not understood.
fn unreadable(assessment: &Assessment) -> BTreeSet<&str> {
    let broken = assessment.files.iter().filter(|file| matches!(file.state, FileState::Unreadable(_)));
    broken.map(|file| &*file.path).chain(assessment.not_read.iter().map(|file| &*file.path)).collect()
}

/// What was read and could not be evaluated, by what it takes.
fn notices_check(assessment: &Assessment, place: &Place, visit: &mut Visit) {
    let mut notices: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
    for (notice, location) in &assessment.notices {
        notices.entry(notice.id).or_default().push(&location.path);
    }
    for (id, mut paths) in notices {
        paths.sort_unstable();
        paths.dedup();
        let listed = listed(&paths);
        match id {
            "chart-not-rendered" => charts(paths.len(), &listed, place, visit),
            "module-not-read" => {
                let detail = format!("the code of modules is not there, so what they create is not judged: {listed}");
                visit.check("modules", CheckState::Attention, detail);
                visit.step(
                    "terraform init -backend=false",
                    "in the folder of the root module: modules that it installs are judged with it",
                );
            }
            "kustomization-not-rendered" => overlays(&listed, place, visit),
            id => visit.check("not judged", CheckState::Attention, format!("{}: {listed}", id.replace('-', " "))),
        }
    }
}

fn charts(number: usize, listed: &str, place: &Place, visit: &mut Visit) {
    let (found, verb) = (counted(number, "chart"), if number == 1 { "is" } else { "are" });
    if place.renders {
        visit.check("helm", CheckState::Attention, format!("{found} could not be rendered: {listed}"));
        visit.step("annexa scan --render", "tells what helm said");
    } else if is_on_path("helm") {
        visit.check("helm", CheckState::Attention, format!("{found} {verb} not judged without `--render`: {listed}"));
        visit.step("annexa scan --render", "lets helm fill in the templates, and judges what they come to");
    } else {
        let detail =
            format!("{found} {verb} not judged, and helm, which fills in templates, is not installed: {listed}");
        visit.check("helm", CheckState::Attention, detail);
        visit.step("annexa scan --render", "once helm is installed: judges what the templates come to");
    }
}

fn overlays(listed: &str, place: &Place, visit: &mut Visit) {
    let can_render = is_on_path("kustomize") || is_on_path("kubectl");
    let detail = format!("manifests are judged as they are written; what these patch is undecided: {listed}");
    visit.check("kustomize", CheckState::Attention, detail);
    if place.renders {
        visit.step("annexa scan --render", "tells why they could not be built");
    } else if can_render {
        visit.step("annexa scan --render", "builds the overlays, and judges what they come to");
    } else {
        visit.step("annexa scan --render", "once kustomize or kubectl is installed: judges what overlays come to");
    }
}

fn is_on_path(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&folders).any(|folder| folder.join(&name).is_file())
}

fn isms_check(assessment: &Assessment, place: &Place, visit: &mut Visit) {
    let is_missing = |folder: &&String| !place.root.join(folder).is_dir();
    let missing: Vec<&str> = place.isms.iter().filter(is_missing).map(String::as_str).collect();
    if !missing.is_empty() {
        let detail = format!("`isms:` in the configuration names {}, and there is no such folder", missing.join(", "));
        visit.check("isms", CheckState::Attention, detail);
        visit.step("correct `isms:` in annexa.yaml", "nothing in that folder is judged as it is");
    } else if !assessment.isms.exists {
        let detail = "no policy, register or other document of an ISMS: what is documented is not evaluated";
        visit.check("isms", CheckState::None, detail);
        let expected = "where you have some: tells why they were not recognised. Where you have none, `annexa init` \
                        installs a set to begin with";
        visit.step("annexa documents", expected);
    } else {
        documents_check(assessment, visit);
    }
}

/// What the clauses ask to be kept, of what was recognised.
fn documents_check(assessment: &Assessment, visit: &mut Visit) {
    let types: BTreeSet<&str> = assessment.isms.documents.iter().map(|each| each.document_type.as_str()).collect();
    let types: Vec<&str> = types.into_iter().collect();
    let number = match assessment.isms.documents.len() {
        1 => "1 document or register".to_owned(),
        number => format!("{number} documents and registers"),
    };
    visit.check("isms", CheckState::Ok, format!("{number} recognised: {}", types.join(", ")));
    let wanted = coverage::readiness(assessment);
    let of = |kept: Kept| -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        // Of what is enough for a clause, the most usual.
        for name in wanted.iter().filter(|row| row.kept == kept).filter_map(|row| row.wanted.first()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    };
    let (missing, stale) = (of(Kept::Missing), of(Kept::Stale));
    if !missing.is_empty() {
        let detail = format!("asked for by the clauses and not recognised here: {}", missing.join(", "));
        visit.check("isms", CheckState::Attention, detail);
        visit.step(
            "annexa documents",
            "tells what each file was taken for, and why; `annexa init` installs what is not there",
        );
    }
    if !stale.is_empty() {
        let detail = format!("without an owner, not approved or overdue for review: {}", stale.join(", "));
        visit.check("isms", CheckState::Attention, detail);
    }
}

fn exceptions_check(exceptions: &[(bool, String)], visit: &mut Visit) {
    if exceptions.is_empty() {
        let detail = format!("none; accepted findings would stand in {}", exception::FILE);
        visit.check("exceptions", CheckState::None, detail);
        return;
    }
    let lapsed: Vec<&str> = exceptions.iter().filter(|each| !each.0).map(|each| each.1.as_str()).collect();
    if lapsed.is_empty() {
        visit.check("exceptions", CheckState::Ok, format!("{} in force", counted(exceptions.len(), "exception")));
    } else {
        let detail = format!("{} of {} not in force: {}", lapsed.len(), exceptions.len(), listed(&lapsed));
        visit.check("exceptions", CheckState::Attention, detail);
        visit.step("annexa scan --rule 'register/exception/*'", "tells what each of them lacks");
    }
}

fn evidence_check(place: &Place, terminal: Terminal, visit: &mut Visit) -> Result<(), Failure> {
    let standing = match evidence::standing(&place.root, place.configuration.as_deref(), place.today, terminal)? {
        Ok(standing) => standing,
        Err(problem) => {
            visit.check("evidence", CheckState::Attention, format!("not intact: {problem}"));
            visit.step("annexa evidence verify", "tells what was changed");
            return Ok(());
        }
    };
    let Some((entry, day)) = &standing.newest else {
        visit.check("evidence", CheckState::None, "none was recorded; `annexa evidence record` begins, once a month");
        return Ok(());
    };
    if standing.is_stale() {
        let age = standing.age_days.unwrap_or(0);
        let detail = format!("the newest, {entry}, is {age} days old (at most {})", standing.max_age);
        visit.check("evidence", CheckState::Attention, detail);
        visit.step("annexa evidence record", "records this month; look whether its schedule still runs");
    } else if let Some(gaps) = standing.gap_words() {
        visit.check("evidence", CheckState::Attention, format!("nothing was recorded for {gaps}"));
        visit.step("annexa evidence status", "tells what can be done about a gap");
    } else {
        visit.check("evidence", CheckState::Ok, format!("recent: {entry}, observed on {day}"));
    }
    Ok(())
}

fn diagnosis(assessment: &Assessment, place: &Place, visit: Visit) -> Diagnosis {
    let mut files: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut not_judged = NotJudged {
        excluded: assessment.excluded_files,
        not_recognised: assessment.other_files,
        unreadable: unreadable(assessment).len(),
        ..NotJudged::default()
    };
    for file in &assessment.files {
        match &file.state {
            FileState::Evaluated(kinds) => kinds.iter().for_each(|kind| *files.entry(kind).or_default() += 1),
            FileState::NotRecognised => not_judged.not_recognised += 1,
            FileState::Unreadable(_) => {}
            FileState::Context => not_judged.context += 1,
            FileState::SetAside(_) => not_judged.set_aside += 1,
        }
    }
    let units = |kind: &str| assessment.units.get(kind).copied().unwrap_or(0);
    let mut kinds: Vec<JudgedKind> =
        files.into_iter().map(|(kind, files)| JudgedKind { kind, files, units: units(kind) }).collect();
    kinds.sort_by_key(|row| (std::cmp::Reverse(row.files), row.kind));
    let mut documents: BTreeMap<String, usize> = BTreeMap::new();
    for document in &assessment.isms.documents {
        *documents.entry(document.document_type.to_string()).or_default() += 1;
    }
    let open = assessment.findings.iter().filter(|finding| finding.is_open()).count();
    let Visit { checks, mut steps } = visit;
    if !assessment.files.is_empty() {
        steps.extend(first_steps(open, place));
    }
    Diagnosis { version: 1, kinds, not_judged, documents, checks, open_findings: open, next: steps }
}

/// What anyone does next, once nothing is in the way.
fn first_steps(open: usize, place: &Place) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = |run: &str, because: String| steps.push(Step { run: run.to_owned(), because });
    match open {
        0 => step("annexa scan", "there is no open finding; tells what was looked at and what was not".to_owned()),
        _ => step("annexa scan", format!("shows {}, and how to mend each", counted(open, "open finding"))),
    }
    step("annexa coverage", "shows every control of the framework with its status and the reason".to_owned());
    if open > 0 && place.is_in_git {
        step(
            "annexa scan --base origin/main --fail-on-new low",
            "in pull requests: stops on what a change adds, and on nothing that was there before".to_owned(),
        );
    } else if open > 0 {
        step(
            "annexa baseline write annexa-baseline.json",
            "to begin with: `annexa scan --baseline annexa-baseline.json --fail-on-new low` stops on what comes after"
                .to_owned(),
        );
    }
    if !place.is_configured {
        let because = "what annexa.yaml may say: where the ISMS lies, what to leave out, from which severity to stop";
        step("annexa config schema", because.to_owned());
    }
    steps
}

/// The first of several, and how many more there are.
fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
    let hidden = names.len().saturating_sub(MOST_NAMED);
    if hidden > 0 { format!("{shown} and {hidden} more") } else { shown }
}

fn counted(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}
