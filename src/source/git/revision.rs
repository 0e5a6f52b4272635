//! Which commit a work tree is compared with, and which files were renamed since.

use std::path::{Path, PathBuf};

use git2::{DiffFindOptions, DiffOptions, ErrorCode, Index, Repository};

use super::{GitError, ObjectId};

/// Files that are compared with each other to find renamed ones. More than that in one change is a move of folders,
/// which is recognised by the files that are the same.
const MOST_COMPARED: usize = 1_000;

/// The commit that a work tree is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The last commit that the checked-out one and the named one have in common.
    pub commit: ObjectId,
    /// The commit that was named.
    pub named: ObjectId,
    /// The commit that is checked out.
    pub head: ObjectId,
}

/// Finds the commit to compare with: the merge base of what is checked out and `revision`.
pub fn base(work_tree: &Path, revision: &str) -> Result<Base, GitError> {
    let repository = Repository::open(work_tree)?;
    let head = repository.head()?.peel_to_commit()?.id();
    let named = repository.revparse_single(revision).and_then(|object| object.peel_to_commit());
    let Ok(named) = named else { return Err(unknown(&repository, revision)) };
    let named = named.id();
    match repository.merge_base(head, named) {
        Ok(commit) => Ok(Base { commit, named, head }),
        Err(error) if error.code() == ErrorCode::NotFound => Err(unrelated(&repository, revision)),
        // A shallow clone names parents that it does not have.
        Err(_) if repository.is_shallow() => Err(unrelated(&repository, revision)),
        Err(error) => Err(error.into()),
    }
}

/// Whether nothing was committed yet on what is checked out.
pub fn is_unborn(work_tree: &Path) -> bool {
    let head = Repository::open(work_tree).and_then(|repository| repository.head().map(|_| ()));
    head.is_err_and(|error| matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound))
}

fn problem(message: impl Into<String>, help: Option<&'static str>) -> GitError {
    GitError { message: message.into(), help }
}

fn unknown(repository: &Repository, revision: &str) -> GitError {
    let message = format!("there is no revision `{revision}` in this clone");
    if repository.is_shallow() {
        let help = "the clone is shallow: fetch all of the history (`fetch-depth: 0` for actions/checkout, \
                    `GIT_DEPTH: 0` in GitLab CI, `git fetch --unshallow` elsewhere)";
        return problem(message, Some(help));
    }
    if repository.revparse_single(&format!("origin/{revision}")).is_ok() {
        return problem(message, Some("name it as the branch of the remote, `origin/` before it"));
    }
    problem(message, Some("fetch it first (`git fetch origin BRANCH`), and name it as `origin/BRANCH`"))
}

fn unrelated(repository: &Repository, revision: &str) -> GitError {
    let message = format!("what is checked out and `{revision}` have no commit in common in this clone");
    let help = if repository.is_shallow() {
        "the clone is shallow: fetch all of the history (`fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` in \
         GitLab CI, `git fetch --unshallow` elsewhere)"
    } else {
        "name a commit that this branch began from, or compare with a file that `annexa baseline write` made"
    };
    problem(message, Some(help))
}

/// The files among `paths` (relative to the work tree) that have another name since a commit, as old and new path: in
/// the work tree, or in the index where one is to be read.
pub fn renames(
    work_tree: &Path,
    since: ObjectId,
    in_index: bool,
    index: Option<&Path>,
    paths: &[String],
) -> Result<Vec<(String, String)>, GitError> {
    let repository = Repository::open(work_tree)?;
    let tree = repository.find_commit(since)?.tree()?;
    let mut options = DiffOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(true).disable_pathspec_match(true).skip_binary_check(true);
    for path in paths {
        options.pathspec(path);
    }
    let mut diff = if in_index {
        let index = match index {
            Some(file) => Index::open(&work_tree.join(file))?,
            None => repository.index()?,
        };
        repository.diff_tree_to_index(Some(&tree), Some(&index), Some(&mut options))?
    } else {
        repository.diff_tree_to_workdir_with_index(Some(&tree), Some(&mut options))?
    };
    let mut find = DiffFindOptions::new();
    find.renames(true).for_untracked(true).rename_limit(MOST_COMPARED);
    diff.find_similar(Some(&mut find))?;
    let text = |file: git2::DiffFile<'_>| file.path_bytes().map(|path| String::from_utf8_lossy(path).into_owned());
    let renamed = diff.deltas().filter(|delta| delta.status() == git2::Delta::Renamed);
    let mut renames: Vec<(String, String)> =
        renamed.filter_map(|delta| Some((text(delta.old_file())?, text(delta.new_file())?))).collect();
    renames.sort();
    Ok(renames)
}

/// What of a repository changes what rules say of one and the same commit: whether the history is cut, tags, remotes.
pub fn surroundings(work_tree: &Path) -> Result<String, GitError> {
    let repository = Repository::open(work_tree)?;
    Ok(format!("{}{:?}{:?}", repository.is_shallow(), super::tags(&repository)?, super::remotes(&repository)?))
}

/// The folder in which all work trees of a repository keep what is git's own.
pub fn common_folder(work_tree: &Path) -> Option<PathBuf> {
    Repository::open(work_tree).ok().map(|repository| repository.commondir().to_owned())
}
