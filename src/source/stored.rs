//! Files as git stores them: what is staged in the index, or what a commit holds. They are listed by the same rules as
//! those of the work tree and read from the objects, so that nothing is checked out and no unstaged change is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::file_id;
use super::git::facts::Tracked;
use super::git::objects::{Entry, EntryKind, Objects};
use super::git::{GitError, ObjectId};
use super::walk::{Named, Rules, SKIPPED_FOLDERS};
use super::{Content, NotEntered, NotRead, NotReadReason, Origin, Source, SourceError, SourceFile, path};
use crate::syntax::Syntax;
use crate::syntax::tree::FileId;

/// How a file begins of which git has only a note, because Git LFS keeps its content elsewhere.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// What git stores for the files of a source.
#[derive(Debug)]
pub(super) struct Store {
    objects: Objects,
    commit: Option<ObjectId>,
    contents: FxHashMap<FileId, ObjectId>,
    /// What no syntax claims, by path.
    others: BTreeMap<String, ObjectId>,
    /// Where files stand whose ids are not their places.
    places: FxHashMap<FileId, usize>,
    /// The paths that were asked for of those that a commit would add or change, whatever their syntax.
    staged: BTreeSet<String>,
    /// The file of the index, where it is not the one of the work tree.
    index: Option<PathBuf>,
}

impl Store {
    /// The commit; none for the index.
    pub(super) fn commit(&self) -> Option<ObjectId> {
        self.commit
    }

    /// The files that a commit would add or change, as the repository tracks them.
    pub(super) fn staged(&self) -> Result<Vec<Tracked>, GitError> {
        let mut tracked = self.objects.tracked(self.index.as_deref())?;
        tracked.retain(|file| self.staged.contains(&file.path));
        Ok(tracked)
    }

    pub(super) fn nothing_staged(&self) -> bool {
        self.staged.is_empty()
    }

    pub(super) fn object_id(&self, id: FileId) -> Option<ObjectId> {
        self.contents.get(&id).copied()
    }

    pub(super) fn index_of(&self, id: FileId) -> Option<usize> {
        if self.places.is_empty() { Some(id.0 as usize) } else { self.places.get(&id).copied() }
    }

    /// What git stores for a file that no syntax claims, of at most `limit` bytes.
    pub(super) fn other(&self, path: &str, limit: u64) -> Option<Vec<u8>> {
        let id = *self.others.get(path)?;
        let is_small = self.objects.size(id).is_ok_and(|size| size <= limit);
        if is_small { self.objects.content(id).ok().filter(|bytes| !bytes.starts_with(LFS_POINTER)) } else { None }
    }

    pub(super) fn renumber(
        &mut self,
        files: &mut [SourceFile],
        known: impl Fn(&str, ObjectId) -> Option<FileId>,
        mut free: usize,
    ) {
        let mut contents = FxHashMap::default();
        self.places.clear();
        for (place, file) in files.iter_mut().enumerate() {
            let Some(content) = self.contents.get(&file.id).copied() else { continue };
            file.id = known(&file.path, content).unwrap_or_else(|| {
                free += 1;
                file_id(free - 1)
            });
            contents.insert(file.id, content);
            self.places.insert(file.id, place);
        }
        self.contents = contents;
    }

    /// What git stores for a file, of at most `limit` bytes.
    pub(super) fn bytes(&self, file: &SourceFile, limit: u64) -> Result<Vec<u8>, NotRead> {
        let failed = |error: git2::Error| {
            let detail = match error.code() {
                git2::ErrorCode::NotFound => {
                    "is not in this clone, which was made without the content of files; fetch it with `git fetch \
                     --refetch --no-filter`"
                        .to_owned()
                }
                _ => format!("cannot be read from git: {}", error.message().to_lowercase()),
            };
            NotRead::new(&file.path, NotReadReason::Failed, detail)
        };
        let id =
            self.object_id(file.id).ok_or_else(|| NotRead::new(&file.path, NotReadReason::Failed, "is not stored"))?;
        let size = self.objects.size(id).map_err(failed)?;
        if size > limit {
            return Err(NotRead::too_large(file.path.clone(), size, limit));
        }
        let bytes = self.objects.content(id).map_err(failed)?;
        if bytes.starts_with(LFS_POINTER) {
            let detail = "is kept by Git LFS, so that git itself does not hold its content";
            return Err(NotRead::new(&file.path, NotReadReason::Failed, detail));
        }
        Ok(bytes)
    }
}

/// Lists what git stores. `work_tree` is the way from its root to the root of the scan.
pub(super) fn open(
    rules: &Rules,
    named: &Named,
    work_tree: Option<PathBuf>,
    content: &Content,
) -> Result<Source, SourceError> {
    let Some(prefix) = work_tree else {
        let root = rules.root.display();
        return Err(SourceError::Git(format!("`{root}` is in no git work tree, so there is nothing that git stores")));
    };
    let prefix = prefix.to_string_lossy().replace('\\', "/");
    let failed = |error: GitError| SourceError::Git(error.to_string());
    let depth = Path::new(&prefix).components().count();
    let folder = rules.root.ancestors().nth(depth).unwrap_or(&rules.root);
    let objects = Objects::open(folder).map_err(failed)?;
    let (entries, scope, commit) = match content {
        Content::Index { file } => {
            let staged = objects.staged(file.as_deref()).map_err(failed)?;
            if !staged.conflicts.is_empty() {
                return Err(conflict(&staged.conflicts));
            }
            let changed = staged.changed.iter().filter_map(|path| below(path, &prefix)).map(str::to_owned).collect();
            (staged.entries, Scope { reported: Some(changed), everything: true }, None)
        }
        Content::Commit(id) => {
            let entries = objects.entries(*id, &prefix).map_err(failed)?;
            (entries, Scope { reported: None, everything: false }, Some(*id))
        }
        Content::WorkTree => (Vec::new(), Scope { reported: None, everything: false }, None),
    };
    let mut listing = Listing { rules, named, scope, ..Listing::new(rules, named) };
    let below: Vec<(&str, &Entry)> =
        entries.iter().filter_map(|entry| Some((below(&entry.path, &prefix)?, entry))).collect();
    for (path, entry) in &below {
        listing.add(path, entry, &below);
    }
    listing.follow_links(&objects);
    let is_whole = named.folders.contains(&rules.root) && commit.is_some();
    let index = if let Content::Index { file } = content { file.clone() } else { None };
    let staged = std::mem::take(&mut listing.staged);
    let (contents, places) = (FxHashMap::default(), FxHashMap::default());
    let others = std::mem::take(&mut listing.others);
    let store = Store { objects, commit, contents, others, places, staged, index };
    Ok(listing.finish(store, prefix, is_whole))
}

fn conflict(paths: &[String]) -> SourceError {
    let shown: Vec<String> = paths.iter().take(3).map(|path| format!("`{path}`")).collect();
    let more = if paths.len() > 3 { format!(" and {} more", paths.len() - 3) } else { String::new() };
    SourceError::Git(format!(
        "the index holds a merge that is not finished, so it is not known what would be committed: {}{more}\n  help: \
         resolve the conflicts and `git add` the files",
        shown.join(", ")
    ))
}

/// The path relative to the root of the scan.
fn below<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    if prefix.is_empty() { Some(path) } else { path.strip_prefix(prefix)?.strip_prefix('/') }
}

/// What is read and what is reported on.
struct Scope {
    /// The only files that are reported on.
    reported: Option<BTreeSet<String>>,
    /// Whether all files are read, whatever was named.
    everything: bool,
}

/// All that was met.
struct Listing<'l> {
    rules: &'l Rules,
    named: &'l Named,
    scope: Scope,
    staged: BTreeSet<String>,
    files: Vec<(String, Syntax, ObjectId, bool)>,
    links: BTreeMap<String, ObjectId>,
    not_read: BTreeSet<NotRead>,
    not_entered: BTreeSet<NotEntered>,
    other_files: usize,
    others: BTreeMap<String, ObjectId>,
    excluded_files: usize,
}

impl<'l> Listing<'l> {
    fn new(rules: &'l Rules, named: &'l Named) -> Listing<'l> {
        Listing {
            rules,
            named,
            scope: Scope { reported: None, everything: false },
            staged: BTreeSet::new(),
            files: Vec::new(),
            links: BTreeMap::new(),
            not_read: BTreeSet::new(),
            not_entered: BTreeSet::new(),
            other_files: 0,
            others: BTreeMap::new(),
            excluded_files: 0,
        }
    }

    fn add(&mut self, path: &str, entry: &Entry, all: &[(&str, &Entry)]) {
        let full = self.rules.root.join(path);
        let is_inside = full.ancestors().skip(1).any(|folder| self.named.folders.contains(folder));
        let mates = full.parent().and_then(|folder| self.named.files.get(folder));
        if !is_inside && mates.is_none() && !self.scope.everything {
            return;
        }
        let is_named = is_inside || mates.is_some_and(|named| named.contains(&full));
        let is_asked = self.scope.reported.as_ref().is_none_or(|reported| reported.contains(path));
        let reported = is_named && is_asked;
        if reported && self.scope.reported.is_some() {
            self.staged.insert(path.to_owned());
        }
        if let Some((folder, reason)) = self.skips(path, entry, all) {
            self.not_entered.insert(NotEntered { path: folder.into(), reason });
            return;
        }
        let Some(syntax) = Syntax::of(path) else {
            self.other_files += usize::from(is_inside);
            if entry.kind == EntryKind::File && self.rules.includes(&full) {
                self.others.insert(path.to_owned(), entry.id);
            }
            return;
        };
        if !self.rules.includes(&full) {
            self.excluded_files += usize::from(is_inside);
            return;
        }
        match entry.kind {
            EntryKind::File => self.files.push((path.to_owned(), syntax, entry.id, reported)),
            EntryKind::Link if reported => {
                self.links.insert(path.to_owned(), entry.id);
            }
            EntryKind::Link | EntryKind::Submodule => {}
        }
    }

    /// The folder that is not entered on the way to a path, and why.
    fn skips<'p>(&self, path: &'p str, entry: &Entry, all: &[(&str, &Entry)]) -> Option<(&'p str, &'static str)> {
        if entry.kind == EntryKind::Submodule {
            return Some((path, "a submodule, whose files this repository does not store"));
        }
        let holds = |file: String| all.binary_search_by(|(known, _)| (*known).cmp(&file)).is_ok();
        for (at, _) in path.match_indices('/') {
            let (folder, above) = (&path[..at], path[..at].rfind('/').map_or("", |slash| &path[..=slash]));
            let name = &folder[above.len()..];
            if let Some((_, reason)) = SKIPPED_FOLDERS.iter().find(|(skipped, _)| *skipped == name) {
                return Some((folder, reason));
            }
            if name == "target" && (holds(format!("{folder}/CACHEDIR.TAG")) || holds(format!("{above}pom.xml"))) {
                return Some((folder, "what a build made"));
            }
            if self.rules.evidence.as_deref() == Some(folder) {
                return Some((folder, "evidence that annexa recorded"));
            }
        }
        None
    }

    /// A link is not followed. Where it leads to a file that is listed anyway, nothing is missed.
    fn follow_links(&mut self, objects: &Objects) {
        let listed: BTreeSet<&str> = self.files.iter().map(|(path, ..)| path.as_str()).collect();
        for (link, id) in &self.links {
            let target = objects.content(*id).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let target = target.and_then(|target| resolved(link, &target));
            if target.as_deref().is_some_and(|target| listed.contains(target)) {
                continue;
            }
            let detail = match target {
                Some(target) => format!("is a symbolic link to `{target}`, which is not read"),
                None => "is a symbolic link that leads outside of the scanned folder".to_owned(),
            };
            self.not_read.insert(NotRead::new(link, NotReadReason::Link, detail));
        }
    }

    fn finish(self, mut store: Store, prefix: String, is_whole: bool) -> Source {
        let mut files = Vec::with_capacity(self.files.len());
        for (index, (path, syntax, content, reported)) in self.files.into_iter().enumerate() {
            let id = file_id(index);
            store.contents.insert(id, content);
            files.push(SourceFile { id, path: path.into(), syntax, size: 0, reported });
        }
        let others = store.others.keys().map(|path| path.as_str().into()).collect();
        Source {
            origin: Origin::Stored { root: self.rules.root.clone(), store },
            is_work_tree: prefix.is_empty(),
            is_whole,
            read: std::sync::Arc::default(),
            prefix,
            files,
            not_read: self.not_read.into_iter().collect(),
            not_entered: self.not_entered.into_iter().collect(),
            rendered: std::sync::Arc::default(),
            other_files: self.other_files,
            others,
            excluded_files: self.excluded_files,
        }
    }
}

/// Where a link leads, relative to the root; none where that is outside.
fn resolved(link: &str, target: &str) -> Option<String> {
    if target.starts_with('/') { None } else { path::from_folder(path::split(link).0, target) }
}
