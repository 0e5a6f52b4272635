//! What git stores: the entries of the index or of a commit, and the content of files. Nothing is checked out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use git2::{DiffOptions, ErrorCode, Index, ObjectType, Repository, Tree, TreeWalkMode, TreeWalkResult};

use super::facts::Tracked;
use super::{GitError, ObjectId, path_of, tracked_by};

/// A path that git stores.
#[derive(Debug, Clone)]
pub(in crate::source) struct Entry {
    /// Relative to the work tree, with forward slashes.
    pub(in crate::source) path: String,
    /// The name of its content.
    pub(in crate::source) id: ObjectId,
    /// What it is.
    pub(in crate::source) kind: EntryKind,
}

/// What a path is to git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum EntryKind {
    File,
    Link,
    Submodule,
}

/// The index: what is in it, and what of it differs from the last commit.
#[derive(Debug)]
pub(in crate::source) struct Staged {
    /// Everything, sorted by path.
    pub(in crate::source) entries: Vec<Entry>,
    /// The paths that a commit would add or change.
    pub(in crate::source) changed: BTreeSet<String>,
    /// The paths of an unfinished merge.
    pub(in crate::source) conflicts: Vec<String>,
}

/// The objects of a repository, for several threads.
pub(in crate::source) struct Objects {
    work_tree: PathBuf,
    /// Handles that nobody uses right now; libgit2 wants one for each thread.
    idle: Mutex<Vec<Repository>>,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Objects").field("work_tree", &self.work_tree).finish_non_exhaustive()
    }
}

impl Objects {
    /// The objects of the repository of a work tree.
    pub(in crate::source) fn open(work_tree: &Path) -> Result<Objects, GitError> {
        let repository = Repository::open(work_tree)?;
        Ok(Objects { work_tree: work_tree.to_owned(), idle: Mutex::new(vec![repository]) })
    }

    fn with<T>(&self, work: impl FnOnce(&Repository) -> Result<T, git2::Error>) -> Result<T, git2::Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let repository = match idle {
            Some(repository) => repository,
            None => Repository::open(&self.work_tree)?,
        };
        let done = work(&repository);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(repository);
        done
    }

    /// The index of the work tree, or the one in `file`.
    pub(in crate::source) fn staged(&self, file: Option<&Path>) -> Result<Staged, GitError> {
        let read = |repository: &Repository| {
            let index = match file {
                Some(file) => Index::open(&self.work_tree.join(file))?,
                None => repository.index()?,
            };
            let head = match repository.head().and_then(|head| head.peel_to_tree()) {
                Ok(tree) => Some(tree),
                Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => None,
                Err(error) => return Err(error),
            };
            Ok(Staged {
                conflicts: conflicts(&index),
                changed: changed(repository, head.as_ref(), &index)?,
                entries: entries_of_index(&index),
            })
        };
        Ok(self.with(read)?)
    }

    /// What the index holds, as the facts of a repository tell it.
    pub(in crate::source) fn tracked(&self, file: Option<&Path>) -> Result<Vec<Tracked>, GitError> {
        let read = |repository: &Repository| {
            let index = match file {
                Some(file) => Index::open(&self.work_tree.join(file))?,
                None => repository.index()?,
            };
            Ok(tracked_by(repository, &index))
        };
        Ok(self.with(read)?)
    }

    /// The entries of a commit below a folder; an empty one is the whole work tree.
    pub(in crate::source) fn entries(&self, commit: ObjectId, folder: &str) -> Result<Vec<Entry>, GitError> {
        let read = |repository: &Repository| {
            let whole = repository.find_commit(commit)?.tree()?;
            if folder.is_empty() {
                return entries_of_tree(&whole, "");
            }
            let at = match whole.get_path(Path::new(folder)) {
                Ok(entry) => entry.to_object(repository)?.into_tree().ok(),
                Err(error) if error.code() == ErrorCode::NotFound => None,
                Err(error) => return Err(error),
            };
            at.map_or_else(|| Ok(Vec::new()), |tree| entries_of_tree(&tree, &format!("{folder}/")))
        };
        Ok(self.with(read)?)
    }

    /// How large a content is, in bytes, without reading it.
    pub(in crate::source) fn size(&self, id: ObjectId) -> Result<u64, git2::Error> {
        self.with(|repository| repository.odb()?.read_header(id).map(|(size, _)| size as u64))
    }

    /// The content under a name.
    pub(in crate::source) fn content(&self, id: ObjectId) -> Result<Vec<u8>, git2::Error> {
        self.with(|repository| repository.find_blob(id).map(|blob| blob.content().to_vec()))
    }
}

pub(super) fn kind_of(mode: u32) -> EntryKind {
    match mode & 0o170_000 {
        0o120_000 => EntryKind::Link,
        0o160_000 => EntryKind::Submodule,
        _ => EntryKind::File,
    }
}

/// The stage of an entry, in bits 12 and 13 of its flags: 0 unless a merge is not finished.
fn stage(entry: &git2::IndexEntry) -> u16 {
    (entry.flags >> 12) & 3
}

fn conflicts(index: &Index) -> Vec<String> {
    let paths: BTreeSet<String> = index.iter().filter(|entry| stage(entry) > 0).map(|entry| path_of(&entry)).collect();
    paths.into_iter().collect()
}

fn entries_of_index(index: &Index) -> Vec<Entry> {
    let to_be_added = git2::IndexEntryExtendedFlag::INTENT_TO_ADD.bits();
    // `git add --intent-to-add` names a file whose content nobody has staged.
    let stored = index.iter().filter(|entry| stage(entry) == 0 && entry.flags_extended & to_be_added == 0);
    let mut entries: Vec<Entry> =
        stored.map(|entry| Entry { path: path_of(&entry), id: entry.id, kind: kind_of(entry.mode) }).collect();
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    entries
}

fn changed(repository: &Repository, head: Option<&Tree<'_>>, index: &Index) -> Result<BTreeSet<String>, git2::Error> {
    let mut options = DiffOptions::new();
    options.skip_binary_check(true);
    let diff = repository.diff_tree_to_index(head, Some(index), Some(&mut options))?;
    let remains = diff.deltas().filter(|delta| delta.status() != git2::Delta::Deleted);
    let path = |delta: git2::DiffDelta<'_>| {
        delta.new_file().path_bytes().map(|path| String::from_utf8_lossy(path).into_owned())
    };
    Ok(remains.filter_map(path).collect())
}

fn entries_of_tree(tree: &Tree<'_>, above: &str) -> Result<Vec<Entry>, git2::Error> {
    let mut entries = Vec::new();
    tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
        let kind = match entry.kind() {
            Some(ObjectType::Tree) => return TreeWalkResult::Ok,
            _ => kind_of(u32::try_from(entry.filemode()).unwrap_or(0)),
        };
        let name = String::from_utf8_lossy(entry.name_bytes());
        entries.push(Entry { path: format!("{above}{folder}{name}"), id: entry.id(), kind });
        TreeWalkResult::Ok
    })?;
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(entries)
}
