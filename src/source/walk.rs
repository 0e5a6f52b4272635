//! Listing the files below the paths that the user named.
//!
//! What git ignores is left out by the patterns of the repository itself. Patterns of the machine (the user's own
//! ignore file, `.git/info/exclude`) do not count: a scan must list the same files everywhere. Hidden files count,
//! because `.github` is one. Files that git tracks although a pattern ignores them are listed too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, WalkBuilder, WalkState};

use super::{
    CONFIGURATION, Content, NotEntered, NotRead, NotReadReason, Origin, Source, SourceError, SourceFile, SourceOptions,
    file_id, git, installed, stored,
};
use crate::syntax::Syntax;

/// Folders that hold what was installed or built, by name.
pub(super) const SKIPPED_FOLDERS: &[(&str, &str)] =
    &[(".terraform", "what Terraform downloaded"), ("node_modules", "packages that a package manager downloaded")];

/// Lists what the options ask for.
pub(super) fn open(options: &SourceOptions) -> Result<Source, SourceError> {
    let named = Named::of(&options.paths)?;
    let Root { folder: root, work_tree } = named.root();
    let rules = Rules::new(&root, options)?;
    if options.content != Content::WorkTree {
        return stored::open(&rules, &named, work_tree, &options.content);
    }
    let mut listing = Listing::default();
    for (folder, files) in &named.files {
        list(&rules, folder, Some(1), options, &mut listing);
        for file in files {
            listing.add_named(&rules, file);
        }
    }
    for folder in &named.folders {
        list(&rules, folder, None, options, &mut listing);
    }
    for path in &options.value_files {
        listing.add_values(&rules, path)?;
    }
    listing.add_installed(&rules);
    if let Some(prefix) = work_tree.as_deref().filter(|_| !options.no_ignore && !named.folders.is_empty()) {
        listing.add_tracked(&rules, &named, prefix);
    }
    let is_whole = named.folders.contains(&root);
    let mut source = listing.finish(root, work_tree.as_deref() == Some(Path::new("")), is_whole);
    source.prefix = work_tree.map(|prefix| prefix.to_string_lossy().replace('\\', "/")).unwrap_or_default();
    Ok(source)
}

/// The paths that the user named, canonical, none of them inside another.
pub(super) struct Named {
    pub(super) folders: BTreeSet<PathBuf>,
    /// Files by the folder that they lie in.
    pub(super) files: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

impl Named {
    fn of(paths: &[PathBuf]) -> Result<Named, SourceError> {
        let current = [PathBuf::from(".")];
        let paths = if paths.is_empty() { &current } else { paths };
        let mut folders = BTreeSet::new();
        let mut files: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
        for path in paths {
            let canonical = fs::canonicalize(path).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => SourceError::NotFound(path.clone()),
                _ => SourceError::Unreachable(path.clone(), error.to_string().to_lowercase()),
            })?;
            match canonical.parent() {
                Some(folder) if !canonical.is_dir() => {
                    files.entry(folder.to_path_buf()).or_default().insert(canonical);
                }
                _ => {
                    folders.insert(canonical);
                }
            }
        }
        let inside = |path: &Path| path.ancestors().skip(1).any(|ancestor| folders.contains(ancestor));
        let outermost = folders.iter().filter(|folder| !inside(folder)).cloned().collect();
        files.retain(|folder, _| !folders.contains(folder) && !inside(folder));
        Ok(Named { folders: outermost, files })
    }

    /// The folder that paths in reports are relative to: the nearest one above all of the paths that holds a
    /// configuration, else the work tree, else the deepest folder that holds them all.
    fn root(&self) -> Root {
        let mut folders = self.folders.iter().chain(self.files.keys());
        let Some(first) = folders.next() else { return Root { folder: PathBuf::new(), work_tree: None } };
        let common = folders.fold(first.as_path(), |common, folder| {
            common.ancestors().find(|ancestor| folder.starts_with(ancestor)).unwrap_or(common)
        });
        let work_tree = common.ancestors().find(|ancestor| ancestor.join(".git").exists());
        let configured = common
            .ancestors()
            .take_while(|ancestor| work_tree.is_none_or(|tree| ancestor.starts_with(tree)))
            .find(|ancestor| ancestor.join(CONFIGURATION).is_file());
        let folder = configured.or(work_tree).unwrap_or(common).to_path_buf();
        let prefix = work_tree.and_then(|tree| folder.strip_prefix(tree).ok()).map(Path::to_path_buf);
        Root { folder, work_tree: prefix }
    }
}

/// Where a scan is at home.
struct Root {
    /// The folder that paths are relative to.
    folder: PathBuf,
    /// The way to it from the root of the git work tree; empty where they are the same, absent outside git.
    work_tree: Option<PathBuf>,
}

/// The folder that a scan of these paths is at home in.
pub(super) fn root_of(paths: &[PathBuf]) -> Result<PathBuf, SourceError> {
    Named::of(paths).map(|named| named.root().folder)
}

/// The path of a file as a source with this root names it.
pub(super) fn shown(root: &Path, path: &Path) -> Option<String> {
    fs::canonicalize(path).ok().map(|path| Rules::at(root).relative(&path))
}

/// What the configuration says about paths.
pub(super) struct Rules {
    pub(super) root: PathBuf,
    include: Option<Gitignore>,
    exclude: Option<Gitignore>,
    pub(super) evidence: Option<String>,
}

impl Rules {
    /// Everything below a root.
    fn at(root: &Path) -> Rules {
        Rules { root: root.to_path_buf(), include: None, exclude: None, evidence: None }
    }

    fn new(root: &Path, options: &SourceOptions) -> Result<Rules, SourceError> {
        Ok(Rules {
            root: root.to_path_buf(),
            include: patterns(root, &options.include)?,
            exclude: patterns(root, &options.exclude)?,
            evidence: options.evidence.as_ref().map(|folder| folder.trim_matches('/').to_string()),
        })
    }

    /// The path below the root, with forward slashes.
    fn relative(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy();
        if cfg!(windows) { relative.replace('\\', "/") } else { relative.into_owned() }
    }

    pub(super) fn includes(&self, path: &Path) -> bool {
        let matches = |patterns: &Gitignore| patterns.matched_path_or_any_parents(path, false).is_ignore();
        self.include.as_ref().is_none_or(matches) && !self.exclude.as_ref().is_some_and(matches)
    }

    /// Why a folder is not entered.
    fn skips(&self, entry: &DirEntry) -> Option<&'static str> {
        let name = entry.file_name().to_string_lossy();
        if name == ".terraform" {
            // See `installed.rs`.
            return Some("what Terraform downloaded, apart from the modules that are called");
        }
        if let Some((_, reason)) = SKIPPED_FOLDERS.iter().find(|(skipped, _)| *skipped == name) {
            return Some(reason);
        }
        let path = entry.path();
        let is_built = name == "target" && ["CACHEDIR.TAG", "../pom.xml"].iter().any(|file| path.join(file).is_file());
        if is_built {
            return Some("what a build made");
        }
        if self.evidence.as_ref().is_some_and(|folder| *folder == self.relative(path)) {
            return Some("evidence that annexa recorded");
        }
        let is_excluded = self.exclude.as_ref().is_some_and(|patterns| patterns.matched(path, true).is_ignore());
        is_excluded.then_some("excluded by the configuration")
    }
}

/// Whether a pattern is one; if not, why.
pub(super) fn check_pattern(pattern: &str) -> Result<(), String> {
    let added = GitignoreBuilder::new("").add_line(None, pattern).map(|_| ());
    added.map_err(|error| match error {
        ignore::Error::Glob { err, .. } => err,
        other => other.to_string(),
    })
}

fn patterns(root: &Path, patterns: &[String]) -> Result<Option<Gitignore>, SourceError> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut builder = GitignoreBuilder::new(root);
    for pattern in patterns {
        let invalid = |error: ignore::Error| SourceError::Pattern(pattern.clone(), error.to_string());
        builder.add_line(None, pattern).map_err(invalid)?;
    }
    let built = builder.build().map_err(|error| SourceError::Pattern(patterns.join(" "), error.to_string()))?;
    Ok(Some(built))
}

/// One thing that was met on the way.
enum Found {
    File {
        path: PathBuf,
        syntax: Syntax,
        size: u64,
        reported: bool,
    },
    Link {
        path: PathBuf,
    },
    NotRead(NotRead),
    NotEntered(NotEntered),
    /// No syntax claims it; its path where the configuration lets it be read.
    Other {
        path: Option<PathBuf>,
        counts: bool,
    },
    Excluded,
}

/// Lists a folder, on several threads. What comes of it has no order yet.
fn list(rules: &Rules, folder: &Path, depth: Option<usize>, options: &SourceOptions, listing: &mut Listing) {
    let mut builder = WalkBuilder::new(folder);
    builder
        .hidden(false)
        .ignore(false)
        .git_global(false)
        .git_exclude(false)
        .git_ignore(!options.no_ignore)
        .parents(!options.no_ignore)
        .max_depth(depth)
        .threads(options.threads);
    let found: Mutex<Vec<Found>> = Mutex::new(Vec::new());
    let reported = depth.is_none();
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            let (step, next) = match entry {
                Ok(entry) => visit(rules, &entry, reported),
                Err(error) => (Some(Found::NotRead(refused(rules, &error))), WalkState::Continue),
            };
            if let Some(step) = step {
                found.lock().unwrap_or_else(PoisonError::into_inner).push(step);
            }
            next
        })
    });
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    listing.found.extend(found.into_iter().filter(|step| reported || !matches!(step, Found::Excluded)));
}

fn visit(rules: &Rules, entry: &DirEntry, reported: bool) -> (Option<Found>, WalkState) {
    let Some(kind) = entry.file_type() else { return (None, WalkState::Continue) };
    if !kind.is_dir() {
        return (
            file(rules, entry.path(), kind, || entry.metadata().map_err(io::Error::other), reported),
            WalkState::Continue,
        );
    }
    if entry.depth() == 0 {
        return (None, WalkState::Continue);
    }
    if entry.file_name() == ".git" {
        return (None, WalkState::Skip);
    }
    match rules.skips(entry) {
        None => (None, WalkState::Continue),
        Some(reason) => {
            let path = rules.relative(entry.path()).into();
            (Some(Found::NotEntered(NotEntered { path, reason })), WalkState::Skip)
        }
    }
}

/// What a path that is no folder is to us.
fn file(
    rules: &Rules,
    path: &Path,
    kind: FileType,
    metadata: impl Fn() -> io::Result<Metadata>,
    reported: bool,
) -> Option<Found> {
    let shown = rules.relative(path);
    if shown == ".git" || shown.ends_with("/.git") {
        // The file by which a linked work tree or a submodule names its repository.
        return None;
    }
    let Some(syntax) = Syntax::of(&shown) else {
        let path = (kind.is_file() && rules.includes(path)).then(|| path.to_path_buf());
        return Some(Found::Other { path, counts: reported });
    };
    if !rules.includes(path) {
        return Some(Found::Excluded);
    }
    if kind.is_symlink() {
        return Some(Found::Link { path: path.to_path_buf() });
    }
    // A pipe or a file that is too large is listed too: reading it says why it is not read.
    Some(match metadata() {
        Err(error) => Found::NotRead(NotRead::of_error(&shown, &error)),
        Ok(metadata) => Found::File { path: path.to_path_buf(), syntax, size: metadata.len(), reported },
    })
}

/// A folder or file that the operating system did not let us see.
fn refused(rules: &Rules, error: &ignore::Error) -> NotRead {
    let shown = path_of(error).map_or_else(String::new, |path| rules.relative(path));
    match error.io_error() {
        Some(io) => NotRead::of_error(&shown, io),
        None => NotRead::new(&shown, NotReadReason::Failed, error.to_string()),
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

/// All that was met.
#[derive(Default)]
struct Listing {
    found: Vec<Found>,
}

impl Listing {
    /// A file that the user named is read whether git ignores it or not.
    fn add_named(&mut self, rules: &Rules, path: &Path) {
        let metadata = || fs::symlink_metadata(path);
        match metadata() {
            Ok(known) => self.found.extend(file(rules, path, known.file_type(), metadata, true)),
            Err(error) => self.found.push(Found::NotRead(NotRead::of_error(&rules.relative(path), &error))),
        }
    }

    /// A file of values that the user named is read whatever it is called.
    fn add_values(&mut self, rules: &Rules, path: &Path) -> Result<(), SourceError> {
        let real = fs::canonicalize(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => SourceError::NotFound(path.to_path_buf()),
            _ => SourceError::Unreachable(path.to_path_buf(), error.to_string().to_lowercase()),
        })?;
        let is_json = real.extension().is_some_and(|extension| extension == "json");
        let syntax = if is_json { Syntax::HclValues } else { Syntax::Hcl };
        self.found.push(match fs::symlink_metadata(&real) {
            Ok(metadata) => Found::File { path: real, syntax, size: metadata.len(), reported: false },
            Err(error) => Found::NotRead(NotRead::of_error(&rules.relative(&real), &error)),
        });
        Ok(())
    }

    /// The modules that are installed for a folder with code of Terraform.
    fn add_installed(&mut self, rules: &Rules) {
        let mut folders: BTreeMap<PathBuf, bool> = BTreeMap::new();
        for found in &self.found {
            if let Found::File { path, syntax: Syntax::Hcl | Syntax::HclJson, reported, .. } = found
                && let Some(folder) = path.parent()
            {
                *folders.entry(folder.to_path_buf()).or_default() |= reported;
            }
        }
        for (folder, reported) in folders {
            for path in installed::files(&folder) {
                let metadata = || fs::symlink_metadata(&path);
                if let Ok(known) = metadata() {
                    self.found.extend(file(rules, &path, known.file_type(), metadata, reported));
                }
            }
        }
    }

    /// Git ignores nothing that it tracks, whatever the patterns say.
    fn add_tracked(&mut self, rules: &Rules, named: &Named, prefix: &Path) {
        let mut listed = BTreeSet::new();
        for found in &self.found {
            if let Found::File { path, .. } | Found::Link { path } = found {
                listed.insert(rules.relative(path));
            }
        }
        let depth = prefix.components().count();
        let work_tree = rules.root.ancestors().nth(depth).unwrap_or(&rules.root);
        let tracked = git::tracked_paths(work_tree);
        let below = tracked.iter().filter_map(|path| Path::new(path).strip_prefix(prefix).ok());
        for tracked in below.map(|path| path.to_string_lossy().replace('\\', "/")) {
            let is_skipped = tracked.split('/').any(|part| SKIPPED_FOLDERS.iter().any(|(name, _)| *name == part));
            if is_skipped || Syntax::of(&tracked).is_none() || listed.contains(&tracked) {
                continue;
            }
            let path = rules.root.join(&tracked);
            let is_named = path.ancestors().skip(1).any(|folder| named.folders.contains(folder));
            let in_evidence = rules.evidence.as_ref().is_some_and(|folder| Path::new(&tracked).starts_with(folder));
            // What is not there was deleted, or left out of a sparse work tree.
            if is_named && !in_evidence && rules.includes(&path) && fs::symlink_metadata(&path).is_ok() {
                self.add_named(rules, &path);
            }
        }
    }

    fn finish(self, root: PathBuf, is_work_tree: bool, is_whole: bool) -> Source {
        let rules = Rules { root, include: None, exclude: None, evidence: None };
        let mut files: BTreeMap<String, (PathBuf, Syntax, u64, bool)> = BTreeMap::new();
        let mut links = BTreeSet::new();
        let mut not_read = BTreeSet::new();
        let mut not_entered = BTreeSet::new();
        let mut others = BTreeSet::new();
        let (mut other_files, mut excluded_files) = (0, 0);
        for found in self.found {
            match found {
                Found::File { path, syntax, size, reported } => {
                    let file = files.entry(rules.relative(&path)).or_insert((path, syntax, size, false));
                    file.3 |= reported;
                }
                Found::Link { path } => {
                    links.insert(path);
                }
                Found::NotRead(path) => {
                    not_read.insert(path);
                }
                Found::NotEntered(folder) => {
                    not_entered.insert(folder);
                }
                Found::Other { path, counts } => {
                    other_files += usize::from(counts);
                    others.extend(path.map(|path| rules.relative(&path)));
                }
                Found::Excluded => excluded_files += 1,
            }
        }
        not_read.extend(links.iter().filter_map(|link| leads_astray(&rules, link, &files)));
        let mut irregular = BTreeMap::new();
        let files = files.into_iter().enumerate().map(|(index, (shown, (path, syntax, size, reported)))| {
            let id = file_id(index);
            if path.to_str().is_none() {
                irregular.insert(id, path);
            }
            SourceFile { id, path: shown.into(), syntax, size, reported }
        });
        let files = files.collect();
        Source {
            origin: Origin::Folder { root: rules.root, irregular },
            is_work_tree,
            is_whole,
            read: std::sync::Arc::default(),
            prefix: String::new(),
            files,
            not_read: not_read.into_iter().collect(),
            not_entered: not_entered.into_iter().collect(),
            rendered: std::sync::Arc::default(),
            other_files,
            others: others.into_iter().map(Into::into).collect(),
            excluded_files,
        }
    }
}

/// A link is not followed. Where it leads to a file that is listed anyway, nothing is missed.
fn leads_astray<T>(rules: &Rules, link: &Path, files: &BTreeMap<String, T>) -> Option<NotRead> {
    let target = fs::canonicalize(link);
    if target.as_ref().is_ok_and(|target| files.contains_key(&rules.relative(target))) {
        return None;
    }
    let detail = match target {
        Ok(target) if target.starts_with(&rules.root) => {
            format!("is a symbolic link to `{}`, which is not read", rules.relative(&target))
        }
        Ok(_) => "is a symbolic link that leads outside of the scanned folder".to_string(),
        Err(_) => "is a symbolic link that leads nowhere".to_string(),
    };
    Some(NotRead::new(&rules.relative(link), NotReadReason::Link, detail))
}
