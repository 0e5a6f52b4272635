//! The scan: from a source and a plan to the assessment.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::assemble;
use super::assessment::{Assessment, FileState, IsmsFacts};
use super::locate::Texts;
use super::plan::Plan;
use super::requirement;
use super::sheet::{Bench, Sheet};
use super::suppress::{self, IgnoreComment};
use crate::isms::control::Framework;
use crate::isms::exception::Exception;
use crate::kind::isms;
use crate::kind::{Group, KINDS, Kind, Notice, ParsedFile, Resource, Unit, View};
use crate::rule::condition::Resources;
use crate::rule::relation::{By, Index};
use crate::rule::topic::TextCache;
use crate::source::{NotRead, Source, SourceFile};
use crate::syntax::tree::{FileId, Place};
use crate::syntax::{self, Content, SyntaxError};

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
    /// Whether undecided checks are findings too.
    pub show_unknown: bool,
    /// Why the scan is not a whole one.
    pub limited: Option<String>,
}

/// A file after reading.
pub(super) struct ReadFile {
    pub(super) file: ParsedFile,
    pub(super) errors: Vec<SyntaxError>,
    kinds: Vec<usize>,
    set_aside: Option<&'static str>,
}

/// Scans. `repository` is the unit of the git repository, which only the caller can read.
pub fn scan(source: &Source, mut plan: Plan, settings: &Settings, repository: Option<Unit>) -> Assessment {
    let (mut read, not_read) = read_files(source, settings);
    set_aside(&mut read, settings);
    sift(&mut read, settings);
    let mut texts = Texts::default();
    let mut comments: FxHashMap<FileId, Vec<IgnoreComment>> = FxHashMap::default();
    for each in &read {
        texts.add_parsed(&each.file);
        if matches!(each.file.content, Content::Extracted(_)) {
            continue;
        }
        let mut found = suppress::comments(each.file.id, &each.file.text);
        found.extend(suppress::skips(&each.file));
        if !found.is_empty() {
            comments.insert(each.file.id, found);
        }
    }
    for missing in &not_read {
        if let Some(file) = source.files.iter().find(|file| file.path == missing.path) {
            texts.add(file.id, file.path.clone(), "");
        }
    }
    let view = View { files: &[], isms: &settings.isms, documents: &settings.documents, today: settings.today };
    let files: Vec<&ParsedFile> = read.iter().map(|each| &each.file).collect();
    let view = View { files: &files, ..view };
    let groups = group_files(&read);
    let words = TextCache::default();

    // Documents first: what they require sets the parameters of rules.
    let (documents, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(kind, _)| kind.name() == "isms");
    let mut early: Vec<Unit> = documents.iter().map(|(kind, group)| build(*kind, group, &view)).collect();
    if early.is_empty() {
        early.extend(isms::empty(&settings.isms));
    }
    early.extend(repository);
    let facts = gather_facts(&mut early, &texts);
    early.push(requirement::apply(&mut plan, &facts, settings, &texts, source));

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
        words: &words,
        show_unknown: settings.show_unknown,
        across_units,
    };
    let near = bench(false);
    let kept_targets = across_targets(&plan);
    let judge = |unit: Unit| judge_unit(unit, &near, &is_reported, &kept_targets);
    let mut done: Vec<Done> = early.into_par_iter().map(judge).collect();
    let built = others.into_par_iter().map(|(kind, group)| judge(build(kind, &group, &view)));
    done.extend(built.collect::<Vec<Done>>());

    let mut whole = Sheet::default();
    // Growing step by step would take twice the memory of what is there at the end.
    whole.findings.reserve_exact(done.iter().map(|unit| unit.sheet.findings.len()).sum());
    let mut summary = Summary::default();
    let mut kept = Vec::new();
    for unit in done {
        whole.merge(unit.sheet);
        summary.add(&unit.kept, unit.resources, unit.notices);
        kept.push(unit.kept);
    }
    whole.merge(judge_across(&kept, &bench(true), &is_reported));
    whole.merge(judge_scan(&read, &not_read, source, &bench(false), &whole));

    let states = file_states(source, &read, &not_read);
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
    })
}

/// Judges units that are already built, for examples that give resources.
pub(super) fn judge_units(units: &[Unit], plan: &Plan, today: jiff::civil::Date) -> Sheet {
    let (texts, comments, words) = (Texts::default(), FxHashMap::default(), TextCache::default());
    let bench = |across_units| Bench {
        plan,
        today,
        texts: &texts,
        comments: &comments,
        words: &words,
        show_unknown: true,
        across_units,
    };
    let mut sheet = judge_across(units, &bench(true), &|_| true);
    for unit in units {
        let index = UnitResources::new([unit]);
        sheet.merge(bench(false).judge_unit(unit, &index, &|_| true));
    }
    sheet
}

/// Reads and parses every file, in parallel. A panic in a parser costs that file only.
fn read_files(source: &Source, settings: &Settings) -> (Vec<ReadFile>, Vec<NotRead>) {
    let results: Vec<Result<ReadFile, NotRead>> =
        source.files.par_iter().map(|file| read_file(source, file, settings)).collect();
    let mut read = Vec::with_capacity(results.len());
    let mut not_read: Vec<NotRead> = source.not_read.clone();
    for result in results {
        match result {
            Ok(file) => read.push(file),
            Err(reason) => not_read.push(reason),
        }
    }
    not_read.sort();
    (read, not_read)
}

fn read_file(source: &Source, file: &SourceFile, settings: &Settings) -> Result<ReadFile, NotRead> {
    let view = View { files: &[], isms: &settings.isms, documents: &settings.documents, today: settings.today };
    if file.syntax.is_for_documents() && !isms::may_hold(&file.path, &view) {
        let file = ParsedFile { id: file.id, path: file.path.clone(), text: "".into(), content: Content::Nothing };
        return Ok(ReadFile { file, errors: Vec::new(), kinds: Vec::new(), set_aside: None });
    }
    let (text, parsed) = if file.syntax.is_binary() {
        let bytes = source.bytes(file.id)?;
        let parsed = unless_panicking(|| syntax::parse_bytes(file.syntax, &bytes, file.id));
        (extracted_text(&parsed), parsed)
    } else {
        let text = source.read(file.id)?;
        let parsed = unless_panicking(|| syntax::parse(file.syntax, &text, file.id));
        (text, parsed)
    };
    let mut file = ParsedFile { id: file.id, path: file.path.clone(), text, content: parsed.content };
    let claims = |kind: &&'static dyn Kind| kind.claims(&file, &view);
    let kinds: Vec<usize> = (0..KINDS.len()).filter(|index| KINDS.get(*index).is_some_and(claims)).collect();
    if kinds.is_empty() {
        file.content = Content::Nothing;
        if parsed.errors.is_empty() {
            file.text = Arc::from("");
        }
    }
    Ok(ReadFile { file, errors: parsed.errors, kinds, set_aside: None })
}

fn unless_panicking(parse: impl FnOnce() -> syntax::Parsed) -> syntax::Parsed {
    catch_unwind(AssertUnwindSafe(parse)).unwrap_or_else(|_| {
        let message = "the parser failed on this file; this is a bug of annexa, please report it".to_owned();
        syntax::Parsed::error(SyntaxError { message, span: crate::syntax::tree::Span::default(), help: None })
    })
}

/// The text that was taken out of a file that holds none.
fn extracted_text(parsed: &syntax::Parsed) -> Arc<str> {
    match &parsed.content {
        Content::Extracted(extracted) => extracted.text.clone(),
        _ => Arc::from(""),
    }
}

/// Takes out the files that a kind sets aside, with their errors.
fn set_aside(read: &mut [ReadFile], settings: &Settings) {
    let files: Vec<&ParsedFile> = read.iter().map(|each| &each.file).collect();
    let view = View { files: &files, isms: &settings.isms, documents: &settings.documents, today: settings.today };
    let reason = |file: &&ParsedFile| KINDS.iter().find_map(|kind| kind.sets_aside(file, &view));
    let reasons: Vec<Option<&'static str>> = files.par_iter().map(reason).collect();
    for (each, reason) in read.iter_mut().zip(reasons).filter(|(_, reason)| reason.is_some()) {
        each.set_aside = reason;
        each.errors.clear();
        each.kinds.clear();
    }
}

/// Lets go of the files that a kind does not want after all, now that all are in sight.
fn sift(read: &mut [ReadFile], settings: &Settings) {
    let files: Vec<&ParsedFile> = read.iter().map(|each| &each.file).collect();
    let view = View { files: &files, isms: &settings.isms, documents: &settings.documents, today: settings.today };
    let mut kept: Vec<FxHashSet<FileId>> = Vec::with_capacity(KINDS.len());
    for (index, kind) in KINDS.iter().enumerate() {
        let claimed: Vec<&ParsedFile> =
            read.iter().filter(|each| each.kinds.contains(&index)).map(|each| &each.file).collect();
        kept.push(kind.sift(&claimed, &view).into_iter().map(|file| file.id).collect());
    }
    for each in read {
        let id = each.file.id;
        each.kinds.retain(|kind| kept.get(*kind).is_some_and(|files| files.contains(&id)));
    }
}

/// The units to build, in the order of kinds and names.
fn group_files(read: &[ReadFile]) -> Vec<(&'static dyn Kind, Group<'_>)> {
    let mut groups = Vec::new();
    for (index, kind) in KINDS.iter().enumerate() {
        let claimed: Vec<&ParsedFile> =
            read.iter().filter(|each| each.kinds.contains(&index)).map(|each| &each.file).collect();
        groups.extend(kind.groups(&claimed).into_iter().map(|group| (*kind, group)));
    }
    groups
}

/// Builds a unit. A panic costs that unit only, and is told.
fn build(kind: &dyn Kind, group: &Group<'_>, view: &View<'_>) -> Unit {
    catch_unwind(AssertUnwindSafe(|| kind.build(group, view))).unwrap_or_else(|_| {
        let place = group.files.first().map_or(Place::NOWHERE, |file| Place::whole(file.id));
        let message =
            format!("reading {} as {} failed; this is a bug of annexa, please report it", group.name, kind.name());
        let notices = vec![Notice { id: "internal-error", message, place }];
        Unit { kind: kind.name(), name: group.name.clone(), notices, ..Unit::default() }
    })
}

fn gather_facts(units: &mut [Unit], texts: &Texts<'_>) -> IsmsFacts {
    let mut facts = IsmsFacts::default();
    for unit in units {
        let own = std::mem::take(&mut unit.facts);
        facts.exists |= own.exists;
        facts.documents.extend(own.documents);
        facts.applicability.extend(own.applicability);
        facts.attestations.extend(own.attestations);
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
struct Done {
    sheet: Sheet,
    kept: Unit,
    resources: BTreeMap<SmolStr, usize>,
    notices: Vec<Notice>,
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
    let sheet = judged.unwrap_or_else(|_| {
        let place = unit.resources.first().map_or(Place::NOWHERE, |resource| resource.header);
        let message = format!("judging {} failed; this is a bug of annexa, please report it", unit.name);
        notices.push(Notice { id: "internal-error", message, place });
        Sheet::default()
    });
    unit.resources.retain(|resource| keep.contains(&resource.target.as_str()));
    Done { sheet, kept: unit, resources, notices }
}

/// The targets that checks across units judge or look for.
fn across_targets(plan: &Plan) -> Vec<&str> {
    let mut targets = Vec::new();
    for check in plan.rules.iter().flat_map(|planned| &planned.rule.checks).filter(|check| check.looks_across_units) {
        targets.extend(check.on.iter().map(SmolStr::as_str));
        let mut add = |target, _| targets.push(target);
        check.condition.visit_targets(&mut add);
        if let Some(when) = &check.when {
            when.visit_targets(&mut add);
        }
    }
    targets.sort_unstable();
    targets.dedup();
    targets
}

fn judge_across(kept: &[Unit], bench: &Bench<'_>, reported: &dyn Fn(&Resource) -> bool) -> Sheet {
    let mut sheet = Sheet::default();
    if kept.iter().all(|unit| unit.resources.is_empty()) {
        return sheet;
    }
    let scan = UnitResources::new(kept);
    for unit in kept {
        let own = UnitResources::new([unit]);
        let both = ScanResources { unit: &own, scan: &scan };
        sheet.merge(bench.judge_unit(unit, &both, reported));
    }
    sheet
}

/// The files themselves as resources, and the ignore comments that quieted nothing.
fn judge_scan(read: &[ReadFile], not_read: &[NotRead], source: &Source, bench: &Bench<'_>, sheet: &Sheet) -> Sheet {
    let unit = super::own::unit(read, not_read, source, bench, &sheet.used_comments);
    let index = UnitResources::new([&unit]);
    bench.judge_unit(&unit, &index, &|_| true)
}

fn file_states(source: &Source, read: &[ReadFile], not_read: &[NotRead]) -> Vec<(Arc<str>, FileState)> {
    let by_id: FxHashMap<FileId, &ReadFile> = read.iter().map(|each| (each.file.id, each)).collect();
    let state = |file: &SourceFile| {
        let Some(each) = by_id.get(&file.id) else {
            let reason = not_read.iter().find(|missing| missing.path == file.path);
            return FileState::Unreadable(reason.map(|missing| missing.detail.clone()).unwrap_or_default());
        };
        if let Some(reason) = each.set_aside {
            return FileState::SetAside(reason);
        }
        match each.errors.first() {
            Some(error) => FileState::Unreadable(error.message.clone()),
            None if !file.reported => FileState::Context,
            None if each.kinds.is_empty() => FileState::NotRecognised,
            None => FileState::Evaluated(
                each.kinds.iter().filter_map(|kind| KINDS.get(*kind)).map(|kind| kind.name()).collect(),
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
}

impl Summary {
    /// Units that are only about the scan or its parameters are not counted.
    fn add(&mut self, unit: &Unit, resources: BTreeMap<SmolStr, usize>, notices: Vec<Notice>) {
        if unit.kind != "requirements" {
            *self.units.entry(unit.kind).or_default() += 1;
        }
        for (family, count) in resources {
            *self.resources.entry(family).or_default() += count;
        }
        self.notices.extend(notices);
    }
}

/// A target, and what an index of its resources finds by.
type IndexKey = (SmolStr, (u8, SmolStr));

/// Resources by target.
pub(super) struct UnitResources<'u> {
    by_target: FxHashMap<&'u str, Vec<&'u Resource>>,
    /// Indexes by target and what they find by, made when a rule first asks for one.
    indexes: Mutex<FxHashMap<IndexKey, Arc<Index>>>,
}

impl<'u> UnitResources<'u> {
    pub(super) fn new(units: impl IntoIterator<Item = &'u Unit>) -> UnitResources<'u> {
        let mut by_target: FxHashMap<&'u str, Vec<&'u Resource>> = FxHashMap::default();
        for resource in units.into_iter().flat_map(|unit| &unit.resources) {
            by_target.entry(&resource.target).or_default().push(resource);
        }
        UnitResources { by_target, indexes: Mutex::default() }
    }
}

impl Resources for UnitResources<'_> {
    fn of_target<'r>(&'r self, target: &str, _in_scan: bool) -> &'r [&'r Resource] {
        self.by_target.get(target).map_or(&[], Vec::as_slice)
    }

    fn index(&self, target: &str, by: By<'_>, in_scan: bool) -> Arc<Index> {
        let mut known = self.indexes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let build = || Arc::new(Index::build(self.of_target(target, in_scan), by));
        known.entry((target.into(), by.key())).or_insert_with(build).clone()
    }
}

struct ScanResources<'u> {
    unit: &'u UnitResources<'u>,
    scan: &'u UnitResources<'u>,
}

impl Resources for ScanResources<'_> {
    fn of_target<'r>(&'r self, target: &str, in_scan: bool) -> &'r [&'r Resource] {
        if in_scan { self.scan.of_target(target, true) } else { self.unit.of_target(target, false) }
    }

    fn index(&self, target: &str, by: By<'_>, in_scan: bool) -> Arc<Index> {
        let resources = if in_scan { self.scan } else { self.unit };
        resources.index(target, by, in_scan)
    }
}
