//! The scan: from a source and a plan to the assessment.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::assemble;
use super::assessment::{Assessment, FileState, IsmsFacts};
use super::fingerprint::Holdings;
use super::locate::Texts;
use super::memory::{Memory, Remembered};
use super::plan::Plan;
use super::reading::{self, ReadFile, Seen};
use super::requirement;
use super::resources::{ScanResources, UnitResources};
use super::sheet::{Bench, Sheet};
use super::suppress::{self, CommentPolicy, IgnoreComment, PathSetting};
use crate::isms::control::Framework;
use crate::isms::exception::Exception;
use crate::kind::{Asked, Group, KINDS, Kind, Notice, ParsedFile, Resource, Unit, View};
use crate::rule::topic::TextCache;
use crate::source::{NotRead, Source, SourceFile};
use crate::syntax::Content;
use crate::syntax::tree::{FileId, Place};

/// What a scan is asked to do, apart from the rules.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Today.
    pub today: jiff::civil::Date,
    /// The framework whose view reports show.
    pub framework: Framework,
    /// Folders that hold the ISMS.
    pub isms: Vec<String>,
    /// Documents mapped to a type.
    pub documents: Vec<(String, String)>,
    /// Parameters that the configuration sets, as rule and name: documents do not override them.
    pub set_parameters: Vec<(String, SmolStr)>,
    /// Accepted deviations.
    pub exceptions: Vec<Exception>,
    /// What comments may ignore.
    pub comments: CommentPolicy,
    /// What holds for files of some paths only.
    pub paths: Vec<PathSetting>,
    /// Whether undecided checks are findings too.
    pub show_unknown: bool,
    /// Why the scan is not a whole one.
    pub limited: Option<String>,
    /// Files of values of variables that the user named, as paths relative to the root.
    pub value_files: Vec<String>,
    /// What was recorded as evidence, as resources of the last stratum. Only the caller can read it.
    pub evidence: Vec<Resource>,
}

/// A source to scan, with the unit of the git repository, which only the caller can read.
#[derive(Debug)]
pub struct Subject<'s> {
    /// The files.
    pub source: &'s Source,
    /// The repository.
    pub repository: Option<Unit>,
}

/// A source as it was before, whose files get the ids of those that are the same now.
pub struct Past<'s> {
    /// The files.
    pub source: &'s mut Source,
    /// Reads the repository as it was, when the files have their ids.
    pub repository: &'s dyn Fn(&Source) -> Option<Unit>,
}

/// Scans. `repository` is the unit of the git repository, which only the caller can read.
pub fn scan(source: &Source, plan: Plan, settings: &Settings, repository: Option<Unit>) -> Assessment {
    let files: Vec<&SourceFile> = source.files.iter().collect();
    let (read, not_read) = reading::read_files(source, &files, settings, false);
    let seen = reading::in_company(&read.iter().collect::<Vec<_>>(), source, settings);
    let job = Job { source, settings, seen: &seen, not_read, repository, memory: None };
    evaluate(job, plan, None)
}

/// Scans the files as they are, and as they were in another state of the same repository. What the change cannot have
/// touched is read, parsed and judged once.
pub fn scan_both(now: Subject<'_>, before: Past<'_>, plan: Plan, settings: &Settings) -> (Assessment, Assessment) {
    let Subject { source, repository } = now;
    let files: Vec<&SourceFile> = source.files.iter().collect();
    let (read, not_read) = reading::read_files(source, &files, settings, true);
    let seen = reading::in_company(&read.iter().collect::<Vec<_>>(), source, settings);
    let mut memory = Memory::default();
    let then_plan = plan.clone();
    let job = Job { source, settings, seen: &seen, not_read, repository, memory: None };
    let assessment = evaluate(job, plan, Some(&mut memory));

    let Past { source, repository } = before;
    let known: FxHashMap<&str, &ReadFile> = read.iter().map(|each| (&*each.file.path, each)).collect();
    let same = |path: &str, object| known.get(path).filter(|each| each.is_same(object)).map(|each| each.file.id);
    source.renumber(same, files.len());
    let is_own = |file: &&SourceFile| known.get(&*file.path).is_none_or(|each| each.file.id != file.id);
    let own: Vec<&SourceFile> = source.files.iter().filter(is_own).collect();
    let (own, not_read) = reading::read_files(source, &own, settings, false);
    let own: FxHashMap<FileId, &ReadFile> = own.iter().map(|each| (each.file.id, each)).collect();
    let of_file = |file: &SourceFile| {
        let shared = || known.get(&*file.path).copied().filter(|each| each.file.id == file.id);
        own.get(&file.id).copied().or_else(shared)
    };
    let read: Vec<&ReadFile> = source.files.iter().filter_map(of_file).collect();
    let seen = reading::in_company(&read, source, settings);
    let repository = repository(source);
    let job = Job { source, settings, seen: &seen, not_read, repository, memory: Some(&memory) };
    (assessment, evaluate(job, then_plan, None))
}

/// What is evaluated.
struct Job<'j> {
    source: &'j Source,
    settings: &'j Settings,
    seen: &'j [Seen<'j>],
    not_read: Vec<NotRead>,
    repository: Option<Unit>,
    /// What another state of the same files came to.
    memory: Option<&'j Memory>,
}

/// A unit on its way: files that are to be built, or a unit that was.
enum Task<'t> {
    Group(&'static dyn Kind, Group<'t>, Option<Box<Built>>),
    Unit(Box<Unit>),
}

/// A unit that was built, and what it asked of other files.
struct Built {
    unit: Unit,
    facts: IsmsFacts,
    asked: Asked,
}

/// What became of a task; for a group also what is remembered of it.
struct Judged<'t> {
    done: Arc<Done>,
    group: Option<(&'static dyn Kind, Group<'t>, Asked, IsmsFacts)>,
}

/// What documents come to: the units to judge, built unless they are remembered, and the facts in them.
fn first_tasks<'t, 'm>(
    documents: Vec<(&'static dyn Kind, Group<'t>)>,
    view: &View<'_>,
    recall: &dyn Fn(&dyn Kind, &Group<'_>) -> Option<&'m Remembered>,
) -> (Vec<Task<'t>>, Vec<IsmsFacts>) {
    let mut tasks = Vec::new();
    let mut facts = Vec::new();
    for (kind, group) in documents {
        let built = if let Some(known) = recall(kind, &group) {
            facts.push(known.facts.clone());
            None
        } else {
            let built = build(kind, &group, view);
            facts.push(built.facts.clone());
            Some(Box::new(built))
        };
        tasks.push(Task::Group(kind, group, built));
    }
    if let Some(mut empty) = crate::kind::isms::empty(view.isms).filter(|_| tasks.is_empty()) {
        facts.push(std::mem::take(&mut empty.facts));
        tasks.push(Task::Unit(Box::new(empty)));
    }
    (tasks, facts)
}

fn evaluate(job: Job<'_>, mut plan: Plan, remember: Option<&mut Memory>) -> Assessment {
    let Job { source, settings, seen, not_read, repository, memory } = job;
    let (texts, comments) = texts_and_comments(source, seen, &not_read);
    let files: Vec<&ParsedFile> = seen.iter().map(Seen::file).collect();
    let view = settings.view(&files).with_source(source);
    let words = TextCache::default();
    let changed = memory.map(|memory| memory.changed(&files)).unwrap_or_default();
    let recall = |kind: &dyn Kind, group: &Group<'_>| memory.and_then(|memory| memory.find(kind, group, &changed));

    // Documents first: what they require sets the parameters of rules.
    let (documents, others): (Vec<_>, Vec<_>) =
        reading::group_files(seen).into_iter().partition(|(kind, _)| kind.name() == "isms");
    let (mut tasks, facts) = first_tasks(documents, &view, &recall);
    let mut facts = gather_facts(facts, &texts);
    facts.references = super::reference::references(source, &files, &texts);
    tasks.extend(repository.map(Box::new).map(Task::Unit));
    let required = requirement::apply(&mut plan, &facts, settings, &texts, source);
    tasks.push(Task::Unit(Box::new(required)));
    tasks.extend(others.into_iter().map(|(kind, group)| Task::Group(kind, group, None)));

    let reported: FxHashMap<FileId, bool> = source.files.iter().map(|file| (file.id, file.reported)).collect();
    // What stands in no file is about the whole, of which what is staged is only a part.
    let elsewhere = !source.is_index();
    let of_whole = |resource: &Resource| elsewhere || resource.target.starts_with("repository/");
    let is_reported =
        |resource: &Resource| reported.get(&resource.header.file).copied().unwrap_or_else(|| of_whole(resource));
    let bench = |across_units| Bench {
        plan: &plan,
        today: settings.today,
        texts: &texts,
        comments: &comments,
        policy: &settings.comments,
        words: &words,
        show_unknown: settings.show_unknown,
        across_units,
    };
    let near = bench(false);
    let kept_targets = across_targets(&plan);
    let rules_stand = memory.is_some_and(|memory| memory.has_parameters_of(&plan));
    let judge = |unit: Unit| Arc::new(judge_unit(unit, &near, &is_reported, &kept_targets));
    let perform = |task| match task {
        Task::Unit(unit) => Judged { done: judge(*unit), group: None },
        Task::Group(kind, group, built) => {
            let known = recall(kind, &group).filter(|_| rules_stand && built.is_none());
            if let Some(known) = known {
                return Judged { done: known.done.clone(), group: None };
            }
            let Built { unit, facts, asked } = built.map_or_else(|| build(kind, &group, &view), |built| *built);
            Judged { done: judge(unit), group: Some((kind, group, asked, facts)) }
        }
    };
    let judged: Vec<Judged<'_>> = tasks.into_par_iter().map(perform).collect();
    let done: Vec<Arc<Done>> = judged.iter().map(|judged| judged.done.clone()).collect();
    // What nobody remembers has one owner from here on, so that its results are moved and not copied.
    match remember {
        Some(remember) => {
            *remember = Memory::new(files.iter().copied(), &plan);
            for Judged { done, group } in judged {
                if let Some((kind, group, asked, facts)) = group {
                    remember.add(kind, &group, asked, facts, done);
                }
            }
        }
        None => drop(judged),
    }
    let Tally { mut whole, summary, kept } = Tally::of(done);
    whole.merge(judge_across(&kept, &bench(true), &is_reported));
    whole.merge(judge_scan((seen, &not_read, source), settings, &bench(false), &whole));

    let states = file_states(source, seen, &not_read);
    assemble::assemble(assemble::Parts {
        plan: &plan,
        settings,
        texts: &texts,
        comments: &comments,
        words: &words,
        sheet: whole,
        facts,
        files: states,
        not_read,
        source,
        notices: summary.notices,
        units: summary.units,
        resources: summary.resources,
        alike: summary.holdings.alike(),
    })
}

/// The texts of the files, for places, and the comments in them that ignore rules.
fn texts_and_comments<'s>(
    source: &Source,
    seen: &[Seen<'s>],
    not_read: &[NotRead],
) -> (Texts<'s>, FxHashMap<FileId, Vec<IgnoreComment>>) {
    let mut texts = Texts::default();
    let mut comments: FxHashMap<FileId, Vec<IgnoreComment>> = FxHashMap::default();
    for file in seen.iter().map(Seen::file) {
        texts.add_parsed(file);
        if matches!(file.content, Content::Extracted(_)) {
            continue;
        }
        let mut found = suppress::comments(file.id, &file.text);
        found.extend(suppress::skips(file));
        if !found.is_empty() {
            comments.insert(file.id, found);
        }
    }
    for missing in not_read {
        if let Some(file) = source.files.iter().find(|file| file.path == missing.path) {
            texts.add(file.id, file.path.clone(), "");
        }
    }
    (texts, comments)
}

/// The results of all units together.
struct Tally {
    whole: Sheet,
    summary: Summary,
    kept: Vec<Arc<Done>>,
}

impl Tally {
    fn of(done: Vec<Arc<Done>>) -> Tally {
        let mut tally = Tally { whole: Sheet::default(), summary: Summary::default(), kept: Vec::new() };
        // Growing step by step would take twice the memory of what is there at the end.
        tally.whole.findings.reserve_exact(done.iter().map(|unit| unit.sheet.findings.len()).sum());
        for mut unit in done {
            // What is remembered is copied, what is not is moved.
            let sheet = match Arc::get_mut(&mut unit) {
                Some(unit) => std::mem::take(&mut unit.sheet),
                None => unit.sheet.clone(),
            };
            tally.whole.merge(sheet);
            tally.summary.add(&unit);
            tally.kept.push(unit);
        }
        tally
    }
}

/// Judges units that are already built, for examples that give resources.
pub(super) fn judge_units(units: &[Unit], plan: &Plan, today: jiff::civil::Date) -> Sheet {
    let (texts, comments, words) = (Texts::default(), FxHashMap::default(), TextCache::default());
    let policy = CommentPolicy::default();
    let bench = |across_units| Bench {
        plan,
        today,
        texts: &texts,
        comments: &comments,
        policy: &policy,
        words: &words,
        show_unknown: true,
        across_units,
    };
    let mut sheet = judge_units_across(&units.iter().collect::<Vec<_>>(), &bench(true), &|_| true);
    for unit in units {
        let index = UnitResources::new([unit]);
        sheet.merge(bench(false).judge_unit(unit, &index, &|_| true));
    }
    sheet
}

/// Builds a unit. A panic costs that unit only, and is told.
fn build(kind: &dyn Kind, group: &Group<'_>, view: &View<'_>) -> Built {
    let asked = Asked::default();
    let view = view.recorded(&asked);
    let mut unit = catch_unwind(AssertUnwindSafe(|| kind.build(group, &view))).unwrap_or_else(|_| {
        let place = group.files.first().map_or(Place::NOWHERE, |file| Place::whole(file.id));
        let message =
            format!("reading {} as {} failed; this is a bug of annexa, please report it", group.name, kind.name());
        let notices = vec![Notice { id: "internal-error", message, place }];
        Unit { kind: kind.name(), name: group.name.clone(), notices, ..Unit::default() }
    });
    unit.is_file = matches!(group.files.as_slice(), [file] if file.path == group.name);
    Built { facts: std::mem::take(&mut unit.facts), unit, asked }
}

fn gather_facts(all: Vec<IsmsFacts>, texts: &Texts<'_>) -> IsmsFacts {
    let mut facts = IsmsFacts::default();
    for own in all {
        facts.exists |= own.exists;
        facts.documents.extend(own.documents);
        facts.applicability.extend(own.applicability);
        facts.attestations.extend(own.attestations);
        facts.corrective_actions.extend(own.corrective_actions);
        facts.requirements.extend(own.requirements);
    }
    for row in &mut facts.applicability {
        row.location = texts.location(row.place);
    }
    for attestation in &mut facts.attestations {
        attestation.location = texts.location(attestation.place);
    }
    for (_, node, location) in &mut facts.requirements {
        *location = texts.location(node.place);
    }
    facts
}

/// A unit after judging: what later strata need of it.
pub(super) struct Done {
    sheet: Sheet,
    kept: Unit,
    resources: BTreeMap<SmolStr, usize>,
    notices: Vec<Notice>,
    holdings: Holdings,
}

fn judge_unit(mut unit: Unit, bench: &Bench<'_>, reported: &dyn Fn(&Resource) -> bool, keep: &[&str]) -> Done {
    let mut resources: BTreeMap<SmolStr, usize> = BTreeMap::new();
    for resource in &unit.resources {
        let family = resource.target.split_once('/').map_or(resource.target.as_str(), |(family, _)| family);
        *resources.entry(family.into()).or_default() += 1;
    }
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let index = UnitResources::new([&unit]);
        bench.judge_unit(&unit, &index, reported)
    }));
    let mut notices = std::mem::take(&mut unit.notices);
    let mut sheet = judged.unwrap_or_else(|_| {
        let place = unit.resources.first().map_or(Place::NOWHERE, |resource| resource.header);
        let message = format!("judging {} failed; this is a bug of annexa, please report it", unit.name);
        notices.push(Notice { id: "internal-error", message, place });
        Sheet::default()
    });
    sheet.findings.shrink_to_fit();
    let holdings = Holdings::of(&unit, |file| bench.texts.path(file));
    unit.resources.retain(|resource| keep.contains(&resource.target.as_str()));
    unit.resources.shrink_to_fit();
    Done { sheet, kept: unit, resources, notices, holdings }
}

/// The targets that checks across units judge or look for.
fn across_targets(plan: &Plan) -> Vec<&str> {
    let mut targets = Vec::new();
    for check in plan.rules.iter().flat_map(|planned| &planned.rule.checks).filter(|check| check.looks_across_units) {
        targets.extend(check.on.iter().map(SmolStr::as_str));
        let mut add = |target, _| targets.push(target);
        let logic = check.logic.get();
        logic.condition.visit_targets(&mut add);
        if let Some(when) = &logic.when {
            when.visit_targets(&mut add);
        }
    }
    targets.sort_unstable();
    targets.dedup();
    targets
}

fn judge_across(kept: &[Arc<Done>], bench: &Bench<'_>, reported: &dyn Fn(&Resource) -> bool) -> Sheet {
    let kept: Vec<&Unit> = kept.iter().map(|done| &done.kept).collect();
    judge_units_across(&kept, bench, reported)
}

fn judge_units_across(kept: &[&Unit], bench: &Bench<'_>, reported: &dyn Fn(&Resource) -> bool) -> Sheet {
    let mut sheet = Sheet::default();
    if kept.iter().all(|unit| unit.resources.is_empty()) {
        return sheet;
    }
    let scan = UnitResources::new(kept.iter().copied());
    for &unit in kept {
        let own = UnitResources::new([unit]);
        let both = ScanResources { unit: &own, scan: &scan };
        sheet.merge(bench.judge_unit(unit, &both, reported));
    }
    sheet
}

/// The files themselves as resources, the ignore comments that quieted nothing, and the exceptions.
fn judge_scan(job: (&[Seen<'_>], &[NotRead], &Source), settings: &Settings, bench: &Bench<'_>, sheet: &Sheet) -> Sheet {
    let (seen, not_read, source) = job;
    let mut unit = super::own::unit(seen, not_read, source, bench, sheet);
    // What is staged, or a part of the files, needs only a part of the exceptions.
    if source.is_whole() {
        unit.resources.extend(super::exceptions::resources(seen, source, bench.plan, settings, sheet));
    }
    let index = UnitResources::new([&unit]);
    bench.judge_unit(&unit, &index, &|_| true)
}

fn file_states(source: &Source, seen: &[Seen<'_>], not_read: &[NotRead]) -> Vec<(Arc<str>, FileState)> {
    let by_id: FxHashMap<FileId, &Seen<'_>> = seen.iter().map(|each| (each.file().id, each)).collect();
    let state = |file: &SourceFile| {
        let Some(each) = by_id.get(&file.id) else {
            let reason = not_read.iter().find(|missing| missing.path == file.path);
            return FileState::Unreadable(reason.map(|missing| missing.detail.clone()).unwrap_or_default());
        };
        if let Some(reason) = each.set_aside {
            return FileState::SetAside(reason);
        }
        match each.errors().first() {
            Some(error) => FileState::Unreadable(error.message.clone()),
            None if !file.reported => FileState::Context,
            None if each.kinds().is_empty() => FileState::NotRecognised,
            None => FileState::Evaluated(
                each.kinds().iter().filter_map(|kind| KINDS.get(*kind)).map(|kind| kind.name()).collect(),
            ),
        }
    };
    source.files.iter().map(|file| (file.path.clone(), state(file))).collect()
}

#[derive(Default)]
struct Summary {
    units: BTreeMap<&'static str, usize>,
    resources: BTreeMap<SmolStr, usize>,
    notices: Vec<Notice>,
    holdings: Holdings,
}

impl Summary {
    /// Units that are only about the scan or its parameters are not counted.
    fn add(&mut self, done: &Done) {
        if done.kept.kind != "requirements" {
            *self.units.entry(done.kept.kind).or_default() += 1;
        }
        for (family, count) in &done.resources {
            *self.resources.entry(family.clone()).or_default() += count;
        }
        self.notices.extend(done.notices.iter().cloned());
        self.holdings.add(&done.holdings);
    }
}
