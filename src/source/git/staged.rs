//! Single files as they are staged, for what a scan has to know before it lists anything.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{Index, IndexEntry, IndexEntryExtendedFlag, Repository};

use super::GitError;
use super::objects::{EntryKind, kind_of};
use crate::source::{MAX_FILE_SIZE, NotRead, NotReadReason, read};

/// What is staged in a repository, file by file.
pub struct StagedFiles {
    work_tree: PathBuf,
    repository: Repository,
    index: Index,
}

impl std::fmt::Debug for StagedFiles {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("StagedFiles").field("work_tree", &self.work_tree).finish_non_exhaustive()
    }
}

impl StagedFiles {
    /// What is staged in the repository around a folder: in its index, or in the one in `file`. None where there is no
    /// repository.
    pub fn around(folder: &Path, file: Option<&Path>) -> Result<Option<StagedFiles>, GitError> {
        let Some(work_tree) = folder.ancestors().find(|above| above.join(".git").exists()) else { return Ok(None) };
        let repository = Repository::open(work_tree)?;
        let index = match file {
            Some(file) => Index::open(&work_tree.join(file))?,
            None => repository.index()?,
        };
        Ok(Some(StagedFiles { work_tree: work_tree.to_owned(), repository, index }))
    }

    /// Whether git tracks the file: it is staged, or a part of a merge that is not finished. A file that is only meant to
    /// be added has no content yet, and a link is none that it tracks.
    pub fn holds(&self, path: &Path) -> bool {
        let to_be_added = IndexEntryExtendedFlag::INTENT_TO_ADD.bits();
        let is_file = |entry: &IndexEntry| kind_of(entry.mode) == EntryKind::File;
        let is_stored = |entry: IndexEntry| is_file(&entry) && entry.flags_extended & to_be_added == 0;
        self.relative(path)
            .is_some_and(|path| (0..=3).any(|stage| self.index.get_path(&path, stage).is_some_and(is_stored)))
    }

    /// The text of a file as it is staged; none where git does not track it. `shown` is the path that messages name.
    pub fn text(&self, path: &Path, shown: &str) -> Option<Result<Arc<str>, NotRead>> {
        let relative = self.relative(path).filter(|_| self.holds(path))?;
        let Some(entry) = self.index.get_path(&relative, 0) else {
            let detail = "is a part of a merge that is not finished; resolve the conflicts and `git add` it";
            return Some(Err(NotRead::new(shown, NotReadReason::Failed, detail)));
        };
        let failed = |error: git2::Error| {
            let detail = format!("cannot be read from git: {}", error.message().to_lowercase());
            NotRead::new(shown, NotReadReason::Failed, detail)
        };
        Some(self.repository.find_blob(entry.id).map_err(failed).and_then(|blob| {
            if blob.size() as u64 > MAX_FILE_SIZE {
                return Err(NotRead::too_large(shown.into(), blob.size() as u64, MAX_FILE_SIZE));
            }
            read::decode(blob.content().to_vec(), shown)
        }))
    }

    /// The path in the work tree. The file itself may be gone from it.
    fn relative(&self, path: &Path) -> Option<PathBuf> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let work_tree = std::fs::canonicalize(&self.work_tree).ok()?;
        let folder = std::fs::canonicalize(folder).ok()?;
        Some(folder.strip_prefix(work_tree).ok()?.join(path.file_name()?))
    }
}
