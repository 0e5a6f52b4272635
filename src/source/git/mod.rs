//! Facts about the git repository of a work tree, read through libgit2: nothing is executed, no hook, no helper, no
//! network. Read only when a rule asks for them.

pub mod blame;
pub mod facts;
mod history;
pub(super) mod objects;
pub mod revision;
pub mod staged;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, Index, IndexEntry, Repository};
use jiff::civil::Date;

use facts::{Facts, Remote, Signature, Tag, Tracked, TrackedKind};

/// Largest file that is searched for a private key, in bytes. Keys are a few kilobytes.
const MAX_KEY_FILE: usize = 64 * 1024;

/// The name that git has for content, a tree or a commit.
pub use git2::Oid as ObjectId;

/// The name that git has for the content of a file.
pub(super) fn object_id(bytes: &[u8]) -> Option<ObjectId> {
    ObjectId::hash_object(git2::ObjectType::Blob, bytes).ok()
}

/// Why a repository could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitError {
    /// What went wrong, in lower case and without a final dot.
    pub message: String,
    /// What to do about it.
    pub help: Option<&'static str>,
}

impl fmt::Display for GitError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        self.help.map_or(Ok(()), |help| write!(formatter, "; {help}"))
    }
}

impl std::error::Error for GitError {}

impl From<git2::Error> for GitError {
    fn from(error: git2::Error) -> Self {
        let help = match error.code() {
            ErrorCode::Owner => Some("run `git config --global --add safe.directory PATH` for this repository"),
            _ => None,
        };
        GitError { message: format!("cannot read the git repository: {}", error.message().to_lowercase()), help }
    }
}

/// Reads the facts of the repository whose work tree is `root`, with the commits from `since` to `today`.
pub fn facts(root: &Path, since: Date, today: Date) -> Result<Facts, GitError> {
    let repository = Repository::open(root)?;
    let head = match repository.head() {
        Ok(head) => Some(head),
        Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let commit = head.as_ref().and_then(git2::Reference::target);
    Ok(Facts {
        head: commit.map(|id| id.to_string()),
        branch: head.as_ref().and_then(branch_name),
        is_shallow: repository.is_shallow(),
        remotes: remotes(&repository)?,
        tracked: tracked(&repository)?,
        history: history::read(&repository, commit, since, today)?,
        tags: tags(&repository)?,
    })
}

/// Whether the clone has only a part of the history.
pub fn is_shallow(root: &Path) -> Result<bool, GitError> {
    Ok(Repository::open(root)?.is_shallow())
}

/// The facts of the repository of a work tree as they were at a commit of its history.
pub fn facts_at(root: &Path, commit: ObjectId, since: Date, today: Date) -> Result<Facts, GitError> {
    let repository = Repository::open(root)?;
    let branch = repository.head().ok().as_ref().and_then(branch_name);
    Ok(Facts {
        head: Some(commit.to_string()),
        branch,
        is_shallow: repository.is_shallow(),
        remotes: remotes(&repository)?,
        tracked: tracked_at(&repository, commit)?,
        history: history::read(&repository, Some(commit), since, today)?,
        tags: tags(&repository)?,
    })
}

/// The commit that is checked out, and the address of `origin` without user and password.
pub(super) fn revision(root: &Path) -> Option<(String, Option<String>)> {
    let repository = Repository::open(root).ok()?;
    let commit = repository.head().ok()?.target()?.to_string();
    let origin = repository.find_remote("origin").ok();
    let url = origin.map(|remote| without_credentials(&String::from_utf8_lossy(remote.url_bytes())));
    // A path of this machine or the short form of SSH is no URI, and says nothing to a reader elsewhere.
    Some((commit, url.filter(|url| url.contains("://") && !url.starts_with("file:"))))
}

/// What is checked out, and what differs from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The address of `origin`, without user and password.
    pub url: Option<String>,
    /// The commit that is checked out; none before the first.
    pub commit: Option<String>,
    /// Its tree.
    pub tree: Option<String>,
    /// How many files differ from it, untracked ones included, ignored ones not.
    pub changed: usize,
}

/// The state of the work tree `root`. What is in the folder `except` (relative to it, with forward slashes) does not
/// count as changed.
pub fn state(root: &Path, except: &str) -> Result<State, GitError> {
    let repository = Repository::open(root)?;
    let commit = repository.head().ok().and_then(|head| head.peel_to_commit().ok());
    let mut options = git2::StatusOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(true).include_ignored(false).update_index(false);
    let statuses = repository.statuses(Some(&mut options))?;
    let is_inside = |path: &str| path.strip_prefix(except).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let changed = statuses.iter().filter(|entry| {
        let path = String::from_utf8_lossy(entry.path_bytes()).into_owned();
        entry.status() != git2::Status::CURRENT && !is_inside(&path)
    });
    Ok(State {
        url: revision(root).and_then(|(_, url)| url),
        commit: commit.as_ref().map(|commit| commit.id().to_string()),
        tree: commit.as_ref().map(|commit| commit.tree_id().to_string()),
        changed: changed.count(),
    })
}

/// The paths that a work tree tracks, with forward slashes. Reads the index alone, which needs neither the repository
/// nor its configuration; none where that fails.
pub(super) fn tracked_paths(root: &Path) -> Vec<String> {
    let index = git_folder(root).and_then(|folder| Index::open(&folder.join("index")).ok());
    index.map_or(Vec::new(), |index| index.iter().map(|entry| path_of(&entry)).collect())
}

/// The folder of the repository's own files; a linked work tree and a submodule name theirs in a file.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = super::read::text(&git, ".git").ok()?;
    Some(root.join(text.strip_prefix("gitdir:")?.trim()))
}

fn branch_name(head: &git2::Reference<'_>) -> Option<String> {
    head.is_branch().then(|| String::from_utf8_lossy(head.shorthand_bytes()).into_owned())
}

fn remotes(repository: &Repository) -> Result<Vec<Remote>, GitError> {
    let mut remotes = Vec::new();
    for name in repository.remotes()?.iter_bytes() {
        let name = String::from_utf8_lossy(name).into_owned();
        let remote = repository.find_remote(&name).ok();
        let url = remote.map(|remote| String::from_utf8_lossy(remote.url_bytes()).into_owned());
        remotes.push(Remote { url: url.map(|url| without_credentials(&url)), name });
    }
    remotes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(remotes)
}

/// `https://user:token@host/path` as `https://host/path`; the user of an SSH address names no person and stays.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_string() };
    let host_end = rest.find('/').unwrap_or(rest.len());
    match rest.get(..host_end).and_then(|host| host.rfind('@')) {
        Some(at) if scheme != "ssh" => format!("{scheme}://{}", rest.get(at + 1..).unwrap_or("")),
        _ => url.to_string(),
    }
}

fn path_of(entry: &IndexEntry) -> String {
    String::from_utf8_lossy(&entry.path).into_owned()
}

fn tracked(repository: &Repository) -> Result<Vec<Tracked>, GitError> {
    Ok(tracked_by(repository, &repository.index()?))
}

/// What an index tracks.
fn tracked_by(repository: &Repository, index: &Index) -> Vec<Tracked> {
    let entry =
        |entry: IndexEntry| entry_of(repository, path_of(&entry), entry.id, entry.mode, u64::from(entry.file_size));
    let mut tracked: Vec<Tracked> = index.iter().map(entry).collect();
    tracked.sort_by(|one, other| one.path.cmp(&other.path));
    // An unresolved merge has up to three entries for a path.
    tracked.dedup_by(|one, other| one.path == other.path);
    tracked
}

/// What a commit tracks.
fn tracked_at(repository: &Repository, commit: ObjectId) -> Result<Vec<Tracked>, GitError> {
    let objects = repository.odb()?;
    let tree = repository.find_commit(commit)?.tree()?;
    let mut tracked = Vec::new();
    tree.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
        if entry.kind() == Some(git2::ObjectType::Tree) {
            return git2::TreeWalkResult::Ok;
        }
        let path = format!("{folder}{}", String::from_utf8_lossy(entry.name_bytes()));
        let mode = u32::try_from(entry.filemode()).unwrap_or(0);
        let size = objects.read_header(entry.id()).map_or(0, |(size, _)| size as u64);
        tracked.push(entry_of(repository, path, entry.id(), mode, size));
        git2::TreeWalkResult::Ok
    })?;
    tracked.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(tracked)
}

fn entry_of(repository: &Repository, path: String, id: ObjectId, mode: u32, size: u64) -> Tracked {
    let kind = match mode & 0o170_000 {
        0o120_000 => TrackedKind::Link,
        0o160_000 => TrackedKind::Submodule,
        _ if mode & 0o111 != 0 => TrackedKind::Executable,
        _ => TrackedKind::File,
    };
    let may_hold_key = matches!(kind, TrackedKind::File | TrackedKind::Executable)
        && size <= MAX_KEY_FILE as u64
        && may_hold_private_key(&path);
    let private_key = if may_hold_key { holds_private_key(repository, id) } else { None };
    Tracked { path, size, kind, private_key }
}

fn may_hold_private_key(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension, "pem" | "key" | "ppk" | "asc" | "priv") || (name.starts_with("id_") && extension != "pub")
}

fn holds_private_key(repository: &Repository, id: git2::Oid) -> Option<bool> {
    let blob = repository.find_blob(id).ok()?;
    let content = blob.content();
    let text = String::from_utf8_lossy(content.get(..MAX_KEY_FILE).unwrap_or(content));
    let is_armoured =
        text.contains("-----BEGIN ") && (text.contains("PRIVATE KEY-----") || text.contains("PRIVATE KEY BLOCK-----"));
    Some(is_armoured || text.starts_with("PuTTY-User-Key-File-"))
}

fn tags(repository: &Repository) -> Result<Vec<Tag>, GitError> {
    let mut found: Vec<(git2::Oid, String)> = Vec::new();
    repository.tag_foreach(|id, name| {
        let name = String::from_utf8_lossy(name);
        found.push((id, name.strip_prefix("refs/tags/").unwrap_or(&name).to_string()));
        true
    })?;
    let tag = |(id, name): (git2::Oid, String)| {
        let object = repository.find_tag(id).ok();
        let message = object.as_ref().and_then(git2::Tag::message_bytes).map(String::from_utf8_lossy);
        let signature = message.as_deref().and_then(tag_signature);
        Tag { name, is_annotated: object.is_some(), signature }
    };
    let mut tags: Vec<Tag> = found.into_iter().map(tag).collect();
    tags.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(tags)
}

/// A tag's signature stands at the end of its message.
fn tag_signature(message: &str) -> Option<Signature> {
    let at = message
        .match_indices("-----BEGIN ")
        .find(|(at, _)| *at == 0 || message.get(..*at).is_some_and(|before| before.ends_with('\n')))?
        .0;
    let found = Signature::of(message.get(at..)?);
    (found != Signature::Other).then_some(found)
}
