//! `annexa scan`: findings.

use std::path::PathBuf;

use clap::Args;

use super::compare::{self, CompareArgs, ThresholdOfNew};
use super::config::{self, Config, ConfigArgs};
use super::plan::{self, RuleArgs};
use super::progress::{self, Progress};
use super::{ExitStatus, Failure, Terminal, clock, output, told};
use crate::engine::assessment::{Assessment, Change, Finding};
use crate::engine::plan::Plan;
use crate::engine::{self, Settings};
use crate::isms::control::Framework;
use crate::isms::coverage;
use crate::isms::exception::{Exception, Introduced};
use crate::kind::{kubernetes, repository};
use crate::report::{self, Format, Named as _, Target};
use crate::rule::{Confidence, Severity};
use crate::source::git::blame::{self, Authorship};
use crate::source::lines::LineIndex;
use crate::source::{Content, Source, SourceOptions};

/// What to scan, and how: shared by `scan` and `coverage`.
#[derive(Debug, Args)]
pub(super) struct WhatArgs {
    /// Files and folders to scan; the current folder when none is given
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) rules: RuleArgs,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    /// Judge as if it were this day
    #[arg(long, value_name = "DATE", value_parser = clock::parse)]
    pub(super) today: Option<jiff::civil::Date>,
    /// Render Helm charts with `helm template` and overlays with `kustomize build`, and judge what they come to
    #[arg(long)]
    pub(super) render: bool,
    /// Scan what git ignores, too
    #[arg(long)]
    pub(super) no_ignore: bool,
    /// The framework to show results in: iso27001:2022, iso27001:2013, itil4, cobit2019
    #[arg(long, value_name = "FRAMEWORK", value_parser = framework)]
    pub(super) framework: Option<Framework>,
    /// Report what could not be decided as findings, too
    #[arg(long)]
    pub(super) show_unknown: bool,
    /// Values of Terraform's variables, for every root module (repeatable; the later file wins)
    #[arg(long = "var-file", value_name = "FILE")]
    pub(super) var_files: Vec<PathBuf>,
}

/// `annexa scan`.
#[derive(Debug, Args)]
pub(super) struct ScanArgs {
    #[command(flatten)]
    what: WhatArgs,
    #[arg(long, value_name = "NAME[=FILE]", value_parser = Target::<Format>::parse, help = format_help())]
    format: Vec<Target<Format>>,
    /// Exit with 1 on findings of this severity or above: critical, high, medium, low, info, or none [default: low]
    #[arg(long, value_name = "SEVERITY", value_parser = threshold)]
    fail_on: Option<Threshold>,
    /// Exit with 3 when something in scope was not looked at
    #[arg(long)]
    strict: bool,
    /// Scan what is staged for the next commit, and report on the files that it would add or change
    #[arg(long, conflicts_with_all = ["no_ignore", "render"])]
    staged: bool,
    #[command(flatten)]
    compare: CompareArgs,
}

/// Derived from the formats that there are, so that none is missing.
fn format_help() -> String {
    format!("Write a report: {}; to a file with NAME=FILE (repeatable)", Format::names())
}

/// What is staged. Git names the index to its hooks where it is not the usual one, as in `git commit --all`.
fn staged() -> Content {
    Content::Index { file: std::env::var_os("GIT_INDEX_FILE").filter(|file| !file.is_empty()).map(PathBuf::from) }
}

/// The severity from which findings fail the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Threshold {
    /// No finding fails it.
    Never,
    /// This and above.
    From(Severity),
}

pub(super) fn threshold(text: &str) -> Result<Threshold, String> {
    match text {
        "none" | "never" => Ok(Threshold::Never),
        name => Severity::parse(name)
            .map(Threshold::From)
            .ok_or_else(|| format!("one of {}, none", Severity::names().join(", "))),
    }
}

pub(super) fn framework(text: &str) -> Result<Framework, String> {
    let names: Vec<&str> = Framework::ALL.iter().map(|framework| framework.name()).collect();
    Framework::parse(text).ok_or_else(|| format!("one of {}", names.join(", ")))
}

/// Why only a part of the files is reported on, where that is so.
fn in_part(source: &Source) -> Option<&'static str> {
    if source.is_index() {
        let nothing = source.nothing_staged();
        return Some(if nothing { "nothing is staged" } else { "only files with staged changes were reported on" });
    }
    (!source.is_whole()).then_some("only a part of the files was scanned")
}

/// Looks up in git who brought the exceptions in.
fn introduce(config: &mut Config, source: &Source) {
    let text = config.exceptions_text.as_deref().unwrap_or_default();
    let in_git = source.work_tree().filter(|folder| folder.join(".git").exists());
    let (Some(work_tree), Some(first)) = (in_git, config.exceptions.first()) else { return };
    let lines = LineIndex::new(text);
    let line = |offset: u32| lines.position(offset as usize).line;
    let range = |exception: &Exception| {
        exception.place.as_span().map_or((1, 1), |span| (line(span.start), line(span.end.saturating_sub(1))))
    };
    let ranges: Vec<(u32, u32)> = config.exceptions.iter().map(range).collect();
    let prefix = &source.prefix;
    let path = if prefix.is_empty() { first.file.to_string() } else { format!("{prefix}/{}", first.file) };
    let found = blame::authors(work_tree, &path, text, &ranges);
    let unknown = vec![Authorship::Unreadable; ranges.len()];
    for (exception, authorship) in config.exceptions.iter_mut().zip(found.unwrap_or(unknown)) {
        exception.introduced = match authorship {
            Authorship::People(people) => Introduced::By(people),
            Authorship::NotCommitted => Introduced::Unknown("the commit that brings it in"),
            Authorship::Cut => Introduced::Unknown("full history (shallow clone)"),
            Authorship::Unreadable => Introduced::Unknown("a history that can be read"),
        };
    }
}

/// Everything that is decided before work begins.
pub(super) struct ScanPlan {
    /// The files.
    pub(super) source: Source,
    /// How they were listed.
    pub(super) options: SourceOptions,
    /// The rules.
    pub(super) plan: Plan,
    /// What the scan is asked to do.
    pub(super) settings: Settings,
    /// The threshold of the configuration.
    pub(super) fail_on: Option<Severity>,
    /// The threshold of the configuration for what is new against a base.
    fail_on_new: Option<Severity>,
    /// The texts of the configuration and of the exceptions.
    pub(super) texts: Vec<String>,
    /// How to tell what goes on.
    pub(super) terminal: Terminal,
}

impl ScanPlan {
    /// Resolves the arguments. Reads the configuration and lists the files.
    pub(super) fn resolve(args: &WhatArgs, content: Content, terminal: Terminal) -> Result<ScanPlan, Failure> {
        let WhatArgs { paths, rules, config, today, no_ignore, framework, show_unknown, var_files, render } = args;
        let root = crate::source::root_of(paths).map_err(told)?;
        let mut config = config::load_of(config, &root, &config::Files::beside(&content, &root), terminal)?;
        let options = SourceOptions {
            content,
            paths: paths.clone(),
            include: config.include.clone(),
            exclude: config.exclude.clone(),
            evidence: config.evidence_folder(&root),
            no_ignore: *no_ignore,
            value_files: var_files.clone(),
            threads: 0,
        };
        let mut source = Source::open(&options).map_err(told)?;
        if *render {
            source.render(kubernetes::overlays(&source));
        }
        let (plan, limited) = plan::plan(rules, &config, terminal)?;
        if plan.judges("scan/exception") {
            introduce(&mut config, &source);
        }
        let texts = config.texts();
        let in_part = in_part(&source).map(str::to_owned);
        let limited = match (in_part, limited) {
            (Some(in_part), Some(limited)) if source.is_index() => Some(format!("{in_part}; {limited}")),
            (in_part, limited) => limited.or(in_part),
        };
        let today = clock::today(*today);
        let evidence = super::evidence::resources(&root, &config, today, None);
        let Config { isms, documents, parameters, exceptions, comments, paths, .. } = config;
        let Config { fail_on, fail_on_new, framework: configured, .. } = config;
        let settings = Settings {
            today,
            framework: framework.or(configured).unwrap_or(Framework::Iso2022),
            isms,
            documents,
            set_parameters: parameters.into_iter().map(|(rule, name, _)| (rule, name)).collect(),
            exceptions,
            comments,
            paths,
            show_unknown: *show_unknown,
            limited,
            value_files: source.named_paths(var_files).map_err(told)?,
            evidence,
        };
        Ok(ScanPlan { source, options, plan, settings, fail_on, fail_on_new, texts, terminal })
    }

    /// The folders that hold the ISMS, where the configuration names them.
    pub(super) fn isms_folders(&self) -> &[String] {
        &self.settings.isms
    }

    /// Does the work.
    pub(super) fn run(self) -> (Assessment, Option<Severity>) {
        let progress = self.progress();
        // The history is walked only when a rule needs it.
        let judges = self.plan.judges("repository");
        let repository = judges.then(|| repository::of_source(&self.source, self.settings.today)).flatten();
        let assessment = engine::scan(&self.source, self.plan, &self.settings, repository);
        drop(progress);
        progress::tell(&assessment, self.terminal);
        (assessment, self.fail_on)
    }

    /// Shows how far the scan is, as long as it lives.
    pub(super) fn progress(&self) -> Progress {
        Progress::begin(self.source.read_count(), self.source.files.len(), self.terminal)
    }
}

pub(super) fn run(args: &ScanArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let ScanArgs { what, format, fail_on, strict, staged: of_index, compare } = args;
    let content = if *of_index { staged() } else { Content::WorkTree };
    let plan = ScanPlan::resolve(what, content, terminal)?;
    let (configured, configured_new) = (plan.fail_on, plan.fail_on_new);
    let assessment = compare::run(plan, compare)?;
    let coverage = coverage::coverage(&assessment, assessment.framework);
    let default = [Target::stdout(Format::Text)];
    let targets = if format.is_empty() { &default[..] } else { &format[..] };
    for target in targets {
        let style = output::style(&target.file, terminal);
        let input = report::Input { assessment: &assessment, coverage: &coverage, history: None, style };
        output::write_to(&target.file, &mut |out| report::write(target.format, &input, out))?;
    }
    let default = match compare.fail_on_new {
        Some(_) => Threshold::Never,
        None => Threshold::From(configured.unwrap_or(Severity::Low)),
    };
    let new = match compare.fail_on_new {
        Some(ThresholdOfNew::Given(threshold)) => threshold,
        Some(ThresholdOfNew::Configured) => Threshold::From(configured_new.or(configured).unwrap_or(Severity::Low)),
        None => configured_new.map_or(Threshold::Never, Threshold::From),
    };
    let gates = Gates { all: fail_on.unwrap_or(default), new };
    Ok(status(&assessment, gates, *strict))
}

/// The severities from which findings fail the run: all of them, and those that are new or worse.
#[derive(Debug, Clone, Copy)]
struct Gates {
    all: Threshold,
    new: Threshold,
}

impl Gates {
    fn stop(self, finding: &Finding) -> bool {
        let reaches = |threshold| matches!(threshold, Threshold::From(severity) if finding.severity >= severity);
        let is_new = matches!(finding.change, Some(Change::New | Change::Worse));
        reaches(self.all) || (is_new && reaches(self.new))
    }
}

/// 3 before 1: what was not looked at may hide anything.
fn status(assessment: &Assessment, gates: Gates, strict: bool) -> ExitStatus {
    let nothing = assessment.files.is_empty();
    if strict && (assessment.incomplete() || nothing) {
        return ExitStatus::Incomplete;
    }
    let stopped = assessment.findings.iter().any(|finding| {
        let confident = assessment.rules.get(finding.rule).is_some_and(|run| run.confidence() > Confidence::Low);
        finding.is_open() && confident && gates.stop(finding)
    });
    if stopped { ExitStatus::Findings } else { ExitStatus::Clean }
}
