//! `annexa scan --base REV` and `--baseline FILE`: what is new against a commit or a recorded scan.

use std::path::PathBuf;

use clap::Args;

use super::baseline::Recorded;
use super::cache::Cache;
use super::progress;
use super::scan::{ScanPlan, Threshold, threshold};
use super::{Failure, told};
use crate::engine::assessment::{Assessment, Before, Comparison};
use crate::engine::compare::Renames;
use crate::engine::{self, Past, Subject, compare};
use crate::kind::repository;
use crate::source::git::revision::{self, Base};
use crate::source::{Content, Source, SourceOptions};

/// What a scan is compared with.
#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// Compare with where this branch left REV (their merge base), and report what is new, worse and fixed
    #[arg(long, value_name = "REV", conflicts_with = "baseline")]
    pub(super) base: Option<String>,
    /// Compare with a file that `annexa baseline write` made
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Exit with 1 on new or worse findings of this severity or above, and without --fail-on on no others; `configured`:
    /// as the configuration says for new ones, else for all
    #[arg(long, value_name = "SEVERITY", value_parser = threshold_of_new)]
    pub(super) fail_on_new: Option<ThresholdOfNew>,
    /// Do not keep the results of the base, nor use kept ones
    #[arg(long, requires = "base")]
    pub(super) no_cache: bool,
}

/// The severity from which what is new fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ThresholdOfNew {
    /// That of the configuration.
    Configured,
    /// This one.
    Given(Threshold),
}

fn threshold_of_new(text: &str) -> Result<ThresholdOfNew, String> {
    match text {
        "configured" => Ok(ThresholdOfNew::Configured),
        other => threshold(other).map(ThresholdOfNew::Given).map_err(|known| format!("{known}, configured")),
    }
}

/// Scans, and compares if that was asked for.
pub(super) fn run(plan: ScanPlan, args: &CompareArgs) -> Result<Assessment, Failure> {
    match (&args.base, &args.baseline) {
        (Some(named), _) => with_commit(plan, named, args.no_cache),
        (None, Some(file)) => {
            let recorded = Recorded::read(file)?;
            let mut assessment = plan.run().0;
            let comparison = Comparison {
                base: format!("{} of {}", file.display(), recorded.today),
                notes: other_rules(&recorded, &assessment).into_iter().collect(),
                ..Comparison::default()
            };
            finish(&mut assessment, recorded.before(), comparison, None);
            Ok(assessment)
        }
        (None, None) if args.fail_on_new.is_some() => {
            Err(told("`--fail-on-new` needs something to compare with\n  help: add `--base REV` or `--baseline FILE`"))
        }
        (None, None) => Ok(plan.run().0),
    }
}

fn other_rules(recorded: &Recorded, assessment: &Assessment) -> Option<String> {
    let differ = recorded.rule_set_digest != assessment.rule_set_digest;
    differ.then(|| "it was made with other rules, so that what only these rules find counts as new".to_owned())
}

fn finish(assessment: &mut Assessment, then: Vec<Before>, comparison: Comparison, renames: Option<&mut Renames<'_>>) {
    let (fixed, lost) = compare::compare(assessment, then, renames);
    assessment.comparison = Some(Comparison { fixed, lost, ..comparison });
}

fn with_commit(plan: ScanPlan, named: &str, no_cache: bool) -> Result<Assessment, Failure> {
    let work_tree = plan.source.work_tree().filter(|folder| folder.join(".git").exists()).map(PathBuf::from);
    let Some(work_tree) = work_tree else {
        let help = "outside of git compare with a file: `annexa baseline write FILE`, then `--baseline FILE`";
        return Err(told(format!("`--base` compares with a commit, and this is no git work tree\n  help: {help}")));
    };
    if revision::is_unborn(&work_tree) {
        let mut assessment = plan.run().0;
        let base = "nothing, because there is no commit yet".to_owned();
        finish(&mut assessment, Vec::new(), Comparison { base, ..Comparison::default() }, None);
        return Ok(assessment);
    }
    let base = revision::base(&work_tree, named).map_err(|error| {
        let help = error.help.map(|help| format!("\n  help: {help}")).unwrap_or_default();
        told(format!("{}{help}", error.message))
    })?;
    let in_index = plan.source.is_index();
    let index = if let Content::Index { file } = &plan.options.content { file.clone() } else { None };
    let prefix = plan.source.prefix.clone();
    let mut renames = |paths: &[String]| {
        let full = |path: &String| if prefix.is_empty() { path.clone() } else { format!("{prefix}/{path}") };
        let full: Vec<String> = paths.iter().map(full).collect();
        // Without renames, what moved counts as fixed in one place and new in the other: more than there is, never less.
        let found = revision::renames(&work_tree, base.commit, in_index, index.as_deref(), &full).unwrap_or_default();
        let below = |path: String| {
            if prefix.is_empty() { Some(path) } else { path.strip_prefix(&format!("{prefix}/")).map(str::to_owned) }
        };
        found.into_iter().filter_map(|(old, new)| Some((below(old)?, below(new)?))).collect()
    };
    // What is staged is a part that is another one each time.
    let cache = if no_cache || in_index { None } else { Cache::of(&work_tree, &inputs(&plan, &base, &work_tree)) };
    let mut comparison = comparison(&base, named);
    if !plan.source.rendered.is_empty() {
        comparison.notes.push("the base was not rendered: what only rendering finds counts as new".to_owned());
    }
    if let Some(kept) = cache.as_ref().and_then(Cache::read) {
        let mut assessment = plan.run().0;
        finish(&mut assessment, kept.before(), comparison, Some(&mut renames));
        return Ok(assessment);
    }
    let terminal = plan.terminal;
    let progress = plan.progress();
    let (mut assessment, before) = scan_both(plan, &base)?;
    drop(progress);
    progress::tell(&assessment, terminal);
    if let Some(cache) = cache {
        cache.write(&Recorded::of(&before));
    }
    finish(&mut assessment, compare::before(&before), comparison, Some(&mut renames));
    Ok(assessment)
}

fn comparison(base: &Base, named: &str) -> Comparison {
    let short = base.commit.to_string().chars().take(12).collect::<String>();
    let place = if base.commit == base.named {
        format!("{named} ({short})")
    } else {
        format!("{short}, where this branch left {named}")
    };
    let mut notes = Vec::new();
    if base.commit == base.head {
        notes.push("this is the commit that is checked out: only what is not committed can be new".to_owned());
    }
    Comparison { base: place, commit: Some(base.commit.to_string()), notes, ..Comparison::default() }
}

fn scan_both(plan: ScanPlan, base: &Base) -> Result<(Assessment, Assessment), Failure> {
    let in_index = plan.source.is_index();
    let mut options = SourceOptions { content: Content::Commit(base.commit), ..plan.options.clone() };
    if in_index {
        options.paths = plan.source.root().map(PathBuf::from).into_iter().collect();
    }
    let mut before = Source::open(&options).map_err(told)?;
    if in_index {
        // Of the files that are still there those that are staged, and all that are not there any more.
        let source = &plan.source;
        let reported = |path: &str| {
            let at = source.files.binary_search_by(|file| (*file.path).cmp(path)).ok();
            at.and_then(|at| source.files.get(at)).is_none_or(|file| file.reported)
        };
        before.report_only(reported);
    }
    let judges = plan.plan.judges("repository");
    let repository_of = |source: &Source| {
        if judges { repository::of_source(source, plan.settings.today) } else { None }
    };
    let subject = Subject { source: &plan.source, repository: repository_of(&plan.source) };
    Ok(engine::scan_both(subject, Past { source: &mut before, repository: &repository_of }, plan.plan, &plan.settings))
}

/// Everything that the result of a base commit depends on, apart from the commit's own content.
fn inputs(plan: &ScanPlan, base: &Base, work_tree: &std::path::Path) -> String {
    let surroundings = revision::surroundings(work_tree).unwrap_or_default();
    let settings = &plan.settings;
    let rules: Vec<String> = plan
        .plan
        .rules
        .iter()
        .map(|planned| format!("{} {:?} {:?}", planned.rule.about.id, planned.severity, planned.parameters))
        .collect();
    let options = &plan.options;
    let paths: Vec<String> = options.paths.iter().map(|path| path.display().to_string()).collect();
    let current = std::env::current_dir().unwrap_or_default();
    [
        env!("CARGO_PKG_VERSION").to_owned(),
        plan.plan.digest.clone(),
        rules.join("\n"),
        format!("{} {} {:?} {:?}", settings.today, settings.framework.name(), settings.isms, settings.documents),
        format!("{} {:?} {:?}", settings.show_unknown, settings.limited, settings.set_parameters),
        format!("{paths:?} {} {:?} {:?}", current.display(), options.include, options.exclude),
        format!("{:?} {} {:?}", options.evidence, plan.source.prefix, settings.value_files),
        plan.texts.join("\0"),
        base.commit.to_string(),
        surroundings,
    ]
    .join("\0")
}
