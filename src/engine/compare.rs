//! Comparing a scan with what was found before: what is new, worse or unchanged, and what is fixed.
//!
//! Findings are the same when rule, unit and anchor are, as in their fingerprints. What is left over on both sides is
//! compared again with files and folders under the names that they have now, and blocks that moved to another unit are
//! recognised by their address and text. A finding is fixed only when its place was looked at and the check decided.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::assessment::{Assessment, FileState, Finding, FindingKind};
use super::fingerprint::without_indexes;
use super::plan::hexadecimal;
use crate::rule::Severity;

/// Finds which of some files have another name now, as old and new path.
pub type Renames<'r> = dyn FnMut(&[String]) -> Vec<(String, String)> + 'r;

/// What a finding is to what was found before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It was not there.
    New,
    /// It was less severe, undecided, or quieted by a comment or an exception that is gone.
    Worse,
    /// It was there.
    Unchanged,
}

impl Change {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Change::New => "new",
            Change::Worse => "worse",
            Change::Unchanged => "unchanged",
        }
    }
}

/// A finding as it was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// Its fingerprint.
    pub fingerprint: String,
    /// The rule's id.
    pub rule: SmolStr,
    /// The unit of the resource.
    pub unit: Arc<str>,
    /// The target of the resource.
    pub target: SmolStr,
    /// The address of the resource.
    pub address: SmolStr,
    /// The file it stood in.
    pub path: Arc<str>,
    /// The line it stood in.
    pub line: Option<u32>,
    /// Its severity.
    pub severity: Severity,
    /// Fail or unknown.
    pub kind: FindingKind,
    /// Whether a comment or an exception quieted it.
    pub is_quiet: bool,
    /// What it said.
    pub message: String,
    /// A digest of the text it stood at; empty where there was none. The text itself may be secret.
    pub text: String,
}

/// What a scan was compared with, and what is no longer found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// What it was compared with, in words.
    pub base: String,
    /// The commit it was compared with, where it was one.
    pub commit: Option<String>,
    /// What the user should know about the comparison.
    pub notes: Vec<String>,
    /// What was found before, in the open, and is not any more.
    pub fixed: Vec<Before>,
    /// What was found before and cannot be told from now: why.
    pub lost: Vec<(Before, &'static str)>,
}

/// The findings of an assessment, to compare with later.
pub fn before(assessment: &Assessment) -> Vec<Before> {
    let one = |finding: &Finding| Before {
        fingerprint: finding.fingerprint.clone(),
        rule: assessment.rules.get(finding.rule).map(|run| run.about.id.clone()).unwrap_or_default(),
        unit: finding.resource.unit.clone(),
        target: finding.resource.target.clone(),
        address: finding.resource.address.clone(),
        path: finding.location.path.clone(),
        line: finding.location.region.as_ref().map(|region| region.start_line),
        severity: finding.severity,
        kind: finding.kind,
        is_quiet: finding.suppression.is_some(),
        message: finding.message.clone(),
        text: text_digest(finding),
    };
    assessment.findings.iter().map(one).collect()
}

fn text_digest(finding: &Finding) -> String {
    let text = finding.location.region.as_ref().map_or("", |region| region.text.trim());
    if text.is_empty() { String::new() } else { hexadecimal(&Sha256::digest(text)[..8]) }
}

/// Tells every finding what it is to `then`, and gives what is no longer found as fixed and lost. `renames` finds which
/// of some files have another name now, as old and new path; it is asked only when findings are left over on both sides.
/// Where nobody knows, fingerprints decide.
pub fn compare(
    assessment: &mut Assessment,
    then: Vec<Before>,
    renames: Option<&mut Renames<'_>>,
) -> (Vec<Before>, Vec<(Before, &'static str)>) {
    let partners = Matching::run(assessment, &then, renames);
    for (finding, partner) in assessment.findings.iter_mut().zip(&partners) {
        let before = partner.and_then(|index| then.get(index));
        finding.change = Some(before.map_or(Change::New, |before| change(finding, before)));
    }
    let taken: BTreeSet<usize> = partners.into_iter().flatten().collect();
    let gone = then.into_iter().enumerate().filter(|(index, _)| !taken.contains(index)).map(|(_, before)| before);
    let gone = gone.filter(|before| before.kind == FindingKind::Fail && !before.is_quiet);
    let sight = Sight::of(assessment);
    let (mut fixed, mut lost) = (Vec::new(), Vec::new());
    for before in gone {
        match sight.lost(&before) {
            None => fixed.push(before),
            Some(reason) => lost.push((before, reason)),
        }
    }
    (fixed, lost)
}

fn change(finding: &Finding, before: &Before) -> Change {
    let was_less = before.is_quiet || before.kind == FindingKind::Unknown || before.severity < finding.severity;
    if finding.is_open() && was_less { Change::Worse } else { Change::Unchanged }
}

/// What a scan did not see or not decide, where a finding that is gone cannot be called fixed.
struct Sight<'a> {
    unread: BTreeSet<&'a str>,
    undecided: BTreeSet<(&'a str, &'a str, String)>,
}

impl<'a> Sight<'a> {
    fn of(assessment: &'a Assessment) -> Sight<'a> {
        let is_unread = |state: &FileState| matches!(state, FileState::Unreadable(_) | FileState::SetAside(_));
        let mut unread: BTreeSet<&str> =
            assessment.files.iter().filter(|file| is_unread(&file.state)).map(|file| &*file.path).collect();
        unread.extend(assessment.not_read.iter().map(|not_read| &*not_read.path));
        let rule = |index: usize| assessment.rules.get(index).map_or("", |run| run.about.id.as_str());
        let undecided = assessment.undecided.iter();
        let undecided = undecided
            .map(|(index, resource)| (rule(*index), &*resource.unit, without_indexes(&resource.address)))
            .collect();
        Sight { unread, undecided }
    }

    fn lost(&self, before: &Before) -> Option<&'static str> {
        if self.unread.contains(&*before.path) {
            return Some("its file is not evaluated any more");
        }
        let key = (before.rule.as_str(), &*before.unit, without_indexes(&before.address));
        self.undecided.contains(&key).then_some("it cannot be decided any more")
    }
}

/// Finding partners, in stages from the surest to the boldest.
struct Matching<'m> {
    assessment: &'m Assessment,
    then: &'m [Before],
    partners: Vec<Option<usize>>,
    taken: Vec<bool>,
}

/// Targets whose addresses name nothing of their own: one more of them is not a block that moved.
const NAMELESS: &[&str] = &["dockerfile/", "github-actions/", "scan/", "coverage/", "repository", "isms"];

impl Matching<'_> {
    fn run(assessment: &Assessment, then: &[Before], renames: Option<&mut Renames<'_>>) -> Vec<Option<usize>> {
        let partners = vec![None; assessment.findings.len()];
        let mut matching = Matching { assessment, then, partners, taken: vec![false; then.len()] };
        matching.by_identity();
        let paths = matching.left_over_paths();
        if !paths.is_empty() {
            match renames {
                Some(renames) => matching.by_new_name(&Moves::of(renames(&paths))),
                None => matching.by_fingerprint(),
            }
            matching.by_text();
        }
        matching.partners
    }

    fn by_identity(&mut self) {
        let now = |finding: &Finding, rule: &str| identity(rule, &finding.resource.unit, &finding.resource.address);
        let then = |before: &Before| identity(&before.rule, &before.unit, &before.address);
        self.stage(
            &|finding, rule| Some(format!("{}\0{}\0{}", now(finding, rule), finding.location.path, finding.message)),
            &|before| Some(format!("{}\0{}\0{}", then(before), before.path, before.message)),
        );
        self.stage(&|finding, rule| Some(format!("{}\0{}", now(finding, rule), finding.message)), &|before| {
            Some(format!("{}\0{}", then(before), before.message))
        });
        self.stage(&|finding, rule| Some(now(finding, rule)), &|before| Some(then(before)));
    }

    /// With files and folders under the names that they have now.
    fn by_new_name(&mut self, moves: &Moves) {
        if moves.files.is_empty() {
            return;
        }
        let moved = |before: &Before| {
            let path = moves.files.get(&*before.path)?;
            let unit = moves.unit(&before.unit);
            Some((unit, Moves::address(&before.address, &before.path, path), path))
        };
        self.stage(
            &|finding, rule| Some(identity(rule, &finding.resource.unit, &finding.resource.address)),
            &|before| moved(before).map(|(unit, address, _)| identity(&before.rule, &unit, &address)),
        );
        self.stage(
            &|finding, rule| {
                let text = text_digest(finding);
                (!text.is_empty()).then(|| format!("{rule}\0{}\0{text}", finding.location.path))
            },
            &|before| {
                let (_, _, path) = moved(before)?;
                (!before.text.is_empty()).then(|| format!("{}\0{path}\0{}", before.rule, before.text))
            },
        );
    }

    /// What is the same but for the name of its file, when that file is gone.
    fn by_fingerprint(&mut self) {
        let files: BTreeSet<&str> = self.assessment.files.iter().map(|file| &*file.path).collect();
        self.stage(&|finding, _| Some(finding.fingerprint.clone()), &|before| {
            (!files.contains(&*before.path)).then(|| before.fingerprint.clone())
        });
    }

    /// Blocks that have their address and text, in another unit; anything with its text, when its file is gone.
    fn by_text(&mut self) {
        let key = |rule: &str, address: &str, text: &str| {
            (!text.is_empty()).then(|| format!("{rule}\0{}\0{text}", without_indexes(address)))
        };
        let is_named = |target: &str| !NAMELESS.iter().any(|prefix| target.starts_with(prefix));
        self.stage(
            &|finding, rule| {
                let named = is_named(&finding.resource.target);
                key(rule, &finding.resource.address, &text_digest(finding)).filter(|_| named)
            },
            &|before| key(&before.rule, &before.address, &before.text).filter(|_| is_named(&before.target)),
        );
        let files: BTreeSet<&str> = self.assessment.files.iter().map(|file| &*file.path).collect();
        self.stage(&|finding, rule| key(rule, &finding.resource.address, &text_digest(finding)), &|before| {
            key(&before.rule, &before.address, &before.text).filter(|_| !files.contains(&*before.path))
        });
    }

    /// Pairs what has the same key, in the order of the findings.
    fn stage(&mut self, now: &dyn Fn(&Finding, &str) -> Option<String>, then: &dyn Fn(&Before) -> Option<String>) {
        let mut waiting: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (index, before) in self.then.iter().enumerate().rev().filter(|(index, _)| !self.taken[*index]) {
            if let Some(key) = then(before) {
                waiting.entry(key).or_default().push(index);
            }
        }
        if waiting.is_empty() {
            return;
        }
        for (finding, partner) in self.assessment.findings.iter().zip(&mut self.partners) {
            if partner.is_some() {
                continue;
            }
            let rule = self.assessment.rules.get(finding.rule).map_or("", |run| run.about.id.as_str());
            let found = now(finding, rule).and_then(|key| waiting.get_mut(&key)?.pop());
            if let Some(index) = found {
                *partner = Some(index);
                self.taken[index] = true;
            }
        }
    }

    /// The files of findings that have no partner; none when one side has none left.
    fn left_over_paths(&self) -> Vec<String> {
        let now = self.assessment.findings.iter().zip(&self.partners).filter(|(_, partner)| partner.is_none());
        let now: BTreeSet<&str> = now.map(|(finding, _)| &*finding.location.path).collect();
        let then = self.then.iter().zip(&self.taken).filter(|(_, taken)| !**taken);
        let then: BTreeSet<&str> = then.map(|(before, _)| &*before.path).collect();
        if now.is_empty() || then.is_empty() {
            return Vec::new();
        }
        let paths: BTreeSet<&str> = now.union(&then).copied().filter(|path| !path.is_empty()).collect();
        paths.into_iter().map(str::to_owned).collect()
    }
}

fn identity(rule: &str, unit: &str, address: &str) -> String {
    format!("{rule}\0{unit}\0{}", without_indexes(address))
}

/// Where files and folders are now.
struct Moves {
    files: BTreeMap<String, String>,
    folders: BTreeMap<String, String>,
}

impl Moves {
    fn of(renames: Vec<(String, String)>) -> Moves {
        let mut votes: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        for (old, new) in &renames {
            *votes.entry(folder(old).to_owned()).or_default().entry(folder(new).to_owned()).or_default() += 1;
        }
        // The folder that most of the files went to; of equal ones the first by name.
        let winner = |votes: BTreeMap<String, usize>| {
            votes.into_iter().reduce(|best, other| if other.1 > best.1 { other } else { best }).map(|(to, _)| to)
        };
        let folders = votes.into_iter().filter_map(|(from, votes)| Some((from, winner(votes)?))).collect();
        Moves { files: renames.into_iter().collect(), folders }
    }

    /// The name of a unit now: that of its file where it is one, else of its folder.
    fn unit(&self, unit: &str) -> String {
        self.files.get(unit).or_else(|| self.folders.get(unit)).map_or_else(|| unit.to_owned(), Clone::clone)
    }

    /// An address that begins with the name of the file, or with that name without its ending.
    fn address(address: &str, old: &str, new: &str) -> String {
        if address == old {
            return new.to_owned();
        }
        let stem = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or(path);
            name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
        };
        match address.strip_prefix(&stem(old)) {
            Some(rest) if !rest.starts_with(|letter: char| letter.is_alphanumeric()) => format!("{}{rest}", stem(new)),
            _ => address.to_owned(),
        }
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}
