//! Where the files of a configuration are read: on disk, or, before a commit, as they are staged.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::git::staged::StagedFiles;
use crate::source::{Content, NotRead, read};

/// Where files are read.
#[derive(Debug)]
pub(in crate::cli) enum Files {
    /// On disk.
    Disk,
    /// As they are staged; what git does not track, on disk.
    Staged(StagedFiles),
}

impl Files {
    /// The files that go with what is scanned below a folder. Where git fails, opening the source tells why.
    pub(in crate::cli) fn beside(content: &Content, root: &Path) -> Files {
        let Content::Index { file } = content else { return Files::Disk };
        let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let staged = StagedFiles::around(&root, file.as_deref()).ok().flatten();
        staged.map_or(Files::Disk, Files::Staged)
    }

    /// Whether there is such a file.
    pub(super) fn hold(&self, path: &Path) -> bool {
        matches!(self, Files::Staged(staged) if staged.holds(path)) || path.is_file()
    }

    /// The text of a file. `shown` is the path that messages name.
    pub(super) fn text(&self, path: &Path, shown: &str) -> Result<Arc<str>, NotRead> {
        let staged = if let Files::Staged(staged) = self { staged.text(path, shown) } else { None };
        staged.unwrap_or_else(|| read::text(path, shown))
    }

    /// The one path of a file; none where there is no such file.
    pub(super) fn one_path(&self, path: &Path) -> Option<PathBuf> {
        let on_disk = std::fs::canonicalize(path).ok();
        on_disk.or_else(|| self.hold(path).then(|| path.to_owned()))
    }
}
