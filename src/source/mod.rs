//! The source: which files there are, what they hold, and why some were not read. The only module apart from
//! [`crate::cli`] that does IO.

pub mod lines;

use std::sync::Arc;

use crate::syntax::tree::FileId;

/// A file that may be read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Its index in [`Source::files`].
    pub id: FileId,
    /// Its path relative to the root, with forward slashes.
    pub path: Arc<str>,
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
    /// The reason in words that name the limit or the error.
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
