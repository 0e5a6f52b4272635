//! The source: which files there are, what they hold, and why some were not read. The only module apart from the
//! command line that does IO.
//!
//! A source is the work tree below the paths that the user names, what git stores for them (the index, a commit), or
//! files in memory (examples of rules, tests); all keep the same limits. Everything in it is sorted by path. What is not read falls into four groups, all of them
//! told to the user: files that are read by nobody because no syntax claims their name ([`Source::other_files`]),
//! files that the configuration excludes ([`Source::excluded_files`]), folders that are not entered
//! ([`Source::not_entered`]), and files that should have been read and could not be ([`Source::not_read`], and what
//! [`Source::read`] refuses: what is too large, no text, or no regular file).

pub mod git;
mod installed;
pub mod lines;
pub(crate) mod path;
pub mod read;
pub mod render;
mod stored;
mod walk;

#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::syntax::Syntax;
use crate::syntax::tree::FileId;

/// Largest file that is read, in bytes. Configuration and policies are written by people and stay far below (the
/// largest that we know is a generated manifest of 6 MiB); what is larger is data under a familiar name, and parsing
/// it would take the memory and time of a whole scan.
pub const MAX_FILE_SIZE: u64 = 10 * 1024 * 1024;

/// Largest file that is read of those that hold no text, in bytes: documents with pictures are large, and only files
/// that may be documents of the ISMS are opened at all.
pub const MAX_BINARY_SIZE: u64 = 64 * 1024 * 1024;

/// The name of the configuration. The folder that holds it is the root of the scan.
pub const CONFIGURATION: &str = "annexa.yaml";

/// The folder that a scan of these paths is at home in, and that paths in reports are relative to: the nearest one above
/// all of the paths that holds a configuration, else the git work tree, else the deepest folder that holds them all.
pub fn root_of(paths: &[PathBuf]) -> Result<PathBuf, SourceError> {
    walk::root_of(paths)
}

/// Checks a pattern of [`SourceOptions::include`] or [`SourceOptions::exclude`]; if it is none, why.
pub fn check_pattern(pattern: &str) -> Result<(), String> {
    walk::check_pattern(pattern)
}

/// A file that may be read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Its index in [`Source::files`].
    pub id: FileId,
    /// Its path relative to the root, with forward slashes.
    pub path: Arc<str>,
    /// Its syntax by its name.
    pub syntax: Syntax,
    /// Its size in bytes.
    pub size: u64,
    /// Whether the user asked for results about it. Files of a unit that are read only because another file of the
    /// unit was asked for are not reported on.
    pub reported: bool,
}

/// A path that was not read, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotRead {
    /// Path relative to the root.
    pub path: Arc<str>,
    /// Why it was not read.
    pub reason: NotReadReason,
    /// The reason in words that name the limit or the error, and what to do.
    pub detail: String,
}

/// Why a file was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotReadReason {
    /// Larger than the limit for its syntax.
    TooLarge,
    /// Not text although its name says so: broken UTF-8, NUL bytes.
    NotText,
    /// The operating system refused it.
    Denied,
    /// A symbolic link that leads outside the scan, in a circle or nowhere.
    Link,
    /// A device, socket or pipe.
    Special,
    /// Could not be read for another reason.
    Failed,
}

/// A folder that was not entered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotEntered {
    /// Path relative to the root.
    pub path: Arc<str>,
    /// Why, in words.
    pub reason: &'static str,
}

/// Which state of the files is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Content {
    /// The files as they lie in the work tree.
    #[default]
    WorkTree,
    /// What is staged in the index. All of it is read, and only the files that differ from the last commit are reported
    /// on. `file` is the index where it is not the one of the work tree, as git tells its hooks in `GIT_INDEX_FILE`.
    Index {
        /// The file of the index.
        file: Option<PathBuf>,
    },
    /// The files of a commit.
    Commit(git::ObjectId),
}

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct SourceOptions {
    /// Which state of the files.
    pub content: Content,
    /// Files and folders as the user typed them; none: the current folder.
    pub paths: Vec<PathBuf>,
    /// Patterns of what to read, as in `.gitignore`, relative to the root; none: everything.
    pub include: Vec<String>,
    /// Patterns of what not to read, as in `.gitignore`, relative to the root.
    pub exclude: Vec<String>,
    /// The folder that holds the evidence that this program recorded, relative to the root. It repeats what the scan
    /// found earlier and is not read.
    pub evidence: Option<String>,
    /// Whether to read what git ignores.
    pub no_ignore: bool,
    /// Files of values of Terraform's variables: read wherever they lie, and not reported on.
    pub value_files: Vec<PathBuf>,
    /// How many threads list the files; 0: as many as the machine has.
    pub threads: usize,
}

/// Why there is no source. All of these are mistakes in what the user asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum SourceError {
    /// The user named a path that does not exist.
    NotFound(PathBuf),
    /// The operating system does not let us see a path that the user named.
    Unreachable(PathBuf, String),
    /// A pattern of the configuration is none.
    Pattern(String, String),
    /// What git stores was asked for, and this stands in the way.
    Git(String),
}

impl fmt::Display for SourceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SourceError::NotFound(path) => write!(formatter, "path `{}` does not exist", path.display()),
            SourceError::Unreachable(path, error) => write!(formatter, "cannot look at `{}`: {error}", path.display()),
            SourceError::Pattern(pattern, error) => write!(formatter, "pattern `{pattern}` is not valid: {error}"),
            SourceError::Git(problem) => formatter.write_str(problem),
        }
    }
}

impl std::error::Error for SourceError {}

/// Where the texts come from.
#[derive(Debug)]
enum Origin {
    /// Files below the root. Names that are not UTF-8 have their real path here.
    Folder { root: PathBuf, irregular: BTreeMap<FileId, PathBuf> },
    /// What git stores for the files, and the folder that paths are relative to.
    Stored { root: PathBuf, store: stored::Store },
    /// What the files hold, and the others that no syntax claims, each in their order.
    Memory { files: Vec<Arc<[u8]>>, others: Vec<Arc<[u8]>> },
}

/// The files of a scan.
#[derive(Debug)]
pub struct Source {
    origin: Origin,
    is_work_tree: bool,
    is_whole: bool,
    /// How many times a file was read so far.
    read: Arc<AtomicUsize>,
    /// The way from the root of the git work tree to the root of the scan, with forward slashes; empty where they are
    /// the same or there is no git.
    pub prefix: String,
    /// The files whose names a syntax claims, sorted by path; a file's id is its index.
    pub files: Vec<SourceFile>,
    /// Folders and files that could not be looked at, and links that lead away from what is read; sorted by path.
    pub not_read: Vec<NotRead>,
    /// Folders that were not entered, sorted by path. `.git` is not among them, and neither is what git ignores.
    pub not_entered: Vec<NotEntered>,
    /// What the charts among them were rendered to, where that was asked for.
    pub rendered: Arc<render::Rendered>,
    /// How many files no syntax claims.
    pub other_files: usize,
    /// The paths of files that no syntax claims, as far as they are part of the scan, sorted.
    others: Vec<Arc<str>>,
    /// How many files the patterns of the configuration leave out. What is in an excluded folder is not counted.
    pub excluded_files: usize,
}

impl Source {
    /// Lists the files below the paths that the user named. A folder is listed with all that is below it; for a file
    /// its folder is listed without the folders below, and only the file itself is reported on. Paths are relative to
    /// the git work tree that holds all of the named paths, else to the deepest folder that does.
    pub fn open(options: &SourceOptions) -> Result<Source, SourceError> {
        walk::open(options)
    }

    /// A source in memory, from paths with forward slashes and texts. Of two texts with one path the later counts.
    pub fn from_files(files: impl IntoIterator<Item = (String, String)>) -> Source {
        Source::from_bytes(files.into_iter().map(|(path, text)| (path, text.into_bytes())))
    }

    /// A source in memory, from paths with forward slashes and bytes. Of two files with one path the later counts.
    pub fn from_bytes(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Source {
        let files: BTreeMap<String, Vec<u8>> = files.into_iter().collect();
        let mut source = Source {
            origin: Origin::Memory { files: Vec::new(), others: Vec::new() },
            is_work_tree: false,
            is_whole: true,
            read: Arc::default(),
            prefix: String::new(),
            files: Vec::new(),
            not_read: Vec::new(),
            not_entered: Vec::new(),
            rendered: Arc::default(),
            other_files: 0,
            others: Vec::new(),
            excluded_files: 0,
        };
        let (mut held, mut others) = (Vec::new(), Vec::new());
        for (path, bytes) in files {
            let size = bytes.len() as u64;
            match Syntax::of(&path) {
                None => {
                    source.other_files += 1;
                    source.others.push(path.into());
                    others.push(bytes.into());
                }
                Some(syntax) => {
                    let id = file_id(source.files.len());
                    source.files.push(SourceFile { id, path: path.into(), syntax, size, reported: true });
                    held.push(bytes.into());
                }
            }
        }
        source.origin = Origin::Memory { files: held, others };
        source
    }

    /// The paths of files of values as this source names them; an error names the first that is not part of it.
    pub fn named_paths(&self, paths: &[PathBuf]) -> Result<Vec<String>, SourceError> {
        let named = |path: &PathBuf| {
            let shown = self.root().and_then(|root| walk::shown(root, path));
            let known = |path: &String| self.files.binary_search_by(|file| (*file.path).cmp(path)).is_ok();
            shown.filter(known).ok_or_else(|| SourceError::NotFound(path.clone()))
        };
        paths.iter().map(named).collect()
    }

    /// The commit that is read, else the one that is checked out in the git work tree around the root, and the address of
    /// its `origin`.
    pub fn revision(&self) -> Option<(String, Option<String>)> {
        let (head, origin) = git::revision(self.work_tree()?)?;
        Some((self.commit().map_or(head, |id| id.to_string()), origin))
    }

    /// The git work tree around the root, as far as the root knows of one; the root itself where there is none.
    pub fn work_tree(&self) -> Option<&Path> {
        let depth = Path::new(&self.prefix).components().count();
        self.root()?.ancestors().nth(depth)
    }

    /// Whether this is what is staged in the index.
    pub fn is_index(&self) -> bool {
        matches!(&self.origin, Origin::Stored { store, .. } if store.commit().is_none())
    }

    /// The commit that is read, where it is one.
    pub fn commit(&self) -> Option<git::ObjectId> {
        if let Origin::Stored { store, .. } = &self.origin { store.commit() } else { None }
    }

    /// Of an index, the files that a commit would add or change and that were asked for, whatever their syntax.
    pub fn staged_files(&self) -> Result<Vec<git::facts::Tracked>, git::GitError> {
        if let Origin::Stored { store, .. } = &self.origin { store.staged() } else { Ok(Vec::new()) }
    }

    /// Whether this is an index, and of what was asked for a commit would add or change nothing.
    pub fn nothing_staged(&self) -> bool {
        matches!(&self.origin, Origin::Stored { store, .. } if store.commit().is_none() && store.nothing_staged())
    }

    /// The name that git has for the content of a file: what it is stored under, else what it would be.
    pub fn object_id(&self, id: FileId, bytes: &[u8]) -> Option<git::ObjectId> {
        match &self.origin {
            Origin::Stored { store, .. } => store.object_id(id),
            _ => git::object_id(bytes),
        }
    }

    /// Reports only on the files that `keep` selects of those that were asked for.
    pub fn report_only(&mut self, keep: impl Fn(&str) -> bool) {
        for file in &mut self.files {
            file.reported &= keep(&file.path);
        }
        self.is_whole = false;
    }

    /// Gives files the ids that `known` has for them, and the others ids from `free` on, so that the files of two
    /// sources can be told apart by their ids alone.
    pub fn renumber(&mut self, known: impl Fn(&str, git::ObjectId) -> Option<FileId>, free: usize) {
        if let Origin::Stored { store, .. } = &mut self.origin {
            store.renumber(&mut self.files, known, free);
        }
    }

    /// The file of an id.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        let at = match &self.origin {
            Origin::Stored { store, .. } => store.index_of(id)?,
            _ => id.0 as usize,
        };
        self.files.get(at)
    }

    /// The text of a file, with its byte order mark where it has one, so that offsets are those of the file.
    pub fn read(&self, id: FileId) -> Result<Arc<str>, NotRead> {
        let path = self.file(id).map_or("", |file| &file.path);
        read::decode(self.bytes(id)?, path)
    }

    /// The bytes of a file.
    pub fn bytes(&self, id: FileId) -> Result<Vec<u8>, NotRead> {
        let Some(file) = self.file(id) else {
            return Err(NotRead::new("", NotReadReason::Failed, "is not a file of this scan"));
        };
        self.read.fetch_add(1, Ordering::Relaxed);
        let limit = if file.syntax.is_binary() { MAX_BINARY_SIZE } else { MAX_FILE_SIZE };
        match &self.origin {
            Origin::Folder { root, irregular } => {
                let path = irregular.get(&id).cloned().unwrap_or_else(|| root.join(&*file.path));
                read::bytes(&path, &file.path, limit)
            }
            Origin::Stored { store, .. } => store.bytes(file, limit),
            Origin::Memory { files, .. } => match files.get(id.0 as usize) {
                Some(_) if file.size > limit => Err(NotRead::too_large(file.path.clone(), file.size, limit)),
                Some(bytes) => Ok(bytes.to_vec()),
                None => Err(NotRead::new(&file.path, NotReadReason::Failed, "holds nothing")),
            },
        }
    }

    /// Whether a syntax claims the file of this path.
    pub fn is_listed(&self, path: &str) -> bool {
        self.place_of(path).is_some()
    }

    fn place_of(&self, path: &str) -> Option<usize> {
        self.files.binary_search_by(|file| (*file.path).cmp(path)).ok()
    }

    /// The text of a file, also of one that no syntax claims; none where it is not part of the scan, cannot be read or
    /// is no text.
    pub fn text_of(&self, path: &str) -> Option<Arc<str>> {
        if let Some(file) = self.place_of(path).and_then(|place| self.files.get(place)) {
            return self.read(file.id).ok();
        }
        let place = self.others.binary_search_by(|other| (**other).cmp(path)).ok()?;
        let bytes = match &self.origin {
            Origin::Folder { root, .. } => read::regular(&root.join(path), path, MAX_FILE_SIZE).ok()?,
            Origin::Stored { store, .. } => store.other(path, MAX_FILE_SIZE)?,
            Origin::Memory { others, .. } => others.get(place)?.to_vec(),
        };
        read::decode(bytes, path).ok()
    }

    /// The paths of all files that start with this, whether a syntax claims them or not, sorted.
    pub fn paths_below(&self, prefix: &str) -> Vec<&str> {
        let files = self.files.iter().map(|file| &*file.path);
        let all = files.chain(self.others.iter().map(|other| &**other));
        let mut paths: Vec<&str> = all.filter(|path| path.starts_with(prefix)).collect();
        paths.sort_unstable();
        paths
    }

    /// Counts how many times a file was read, for whoever watches a scan.
    pub fn read_count(&self) -> &Arc<AtomicUsize> {
        &self.read
    }

    /// The folder that paths are relative to; none for a source in memory.
    pub fn root(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Folder { root, .. } | Origin::Stored { root, .. } => Some(root),
            Origin::Memory { .. } => None,
        }
    }

    /// Whether the root is a git work tree.
    pub fn is_work_tree(&self) -> bool {
        self.is_work_tree
    }

    /// Whether the root itself was named, so that all of it was listed. Only then can rules judge what is missing in
    /// the repository.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }
}

impl NotRead {
    fn new(path: &str, reason: NotReadReason, detail: impl Into<String>) -> NotRead {
        NotRead { path: path.into(), reason, detail: detail.into() }
    }

    fn too_large(path: Arc<str>, size: u64, limit: u64) -> NotRead {
        let limit = limit / (1024 * 1024);
        let detail = format!(
            "has {size} bytes, and files above {limit} MiB are not read; exclude it in `annexa.yaml` or split it"
        );
        NotRead { path, reason: NotReadReason::TooLarge, detail }
    }
}

fn file_id(index: usize) -> FileId {
    FileId(u32::try_from(index).unwrap_or(u32::MAX))
}
