//! What is known about a git repository: plain data, so that kinds and tests need no repository.

use jiff::civil::Date;

/// A repository as it stands.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The commit that is checked out; none before the first commit.
    pub head: Option<String>,
    /// The branch that is checked out; none on a detached head, as in most pipelines.
    pub branch: Option<String>,
    /// Whether the clone has only a part of the history.
    pub is_shallow: bool,
    /// The remotes by name, without credentials in their addresses.
    pub remotes: Vec<Remote>,
    /// What the index tracks, sorted by path.
    pub tracked: Vec<Tracked>,
    /// The commits of the period.
    pub history: History,
    /// The tags, sorted by name.
    pub tags: Vec<Tag>,
}

/// A remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Its name: `origin`.
    pub name: String,
    /// Its address without user and password.
    pub url: Option<String>,
}

/// An entry of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    /// Path relative to the root, with forward slashes.
    pub path: String,
    /// Size in bytes when it was last checked out or added; 0 where the index does not know.
    pub size: u64,
    /// What it is.
    pub kind: TrackedKind,
    /// Whether it holds a private key in text form. Only looked up where the name suggests it; none where it was not.
    pub private_key: Option<bool>,
}

/// What an entry of the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackedKind {
    /// A file.
    File,
    /// A file that may be run.
    Executable,
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// The commits of a period, reachable from the head.
#[derive(Debug, Clone)]
pub struct History {
    /// The first day of the period.
    pub since: Date,
    /// The commits, newest first.
    pub commits: Vec<Commit>,
    /// Whether these are all commits of the period.
    pub reach: Reach,
}

impl Default for History {
    fn default() -> Self {
        History { since: Date::constant(1970, 1, 1), commits: Vec::new(), reach: Reach::NoCommits }
    }
}

/// How much of a period's history is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All of it.
    Complete,
    /// The clone is shallow and ends inside the period.
    Shallow,
    /// There is no commit at all.
    NoCommits,
    /// There are more commits than are read.
    TooMany,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its identifier in hexadecimal digits.
    pub id: String,
    /// Who wrote it.
    pub author: Person,
    /// Who brought it in.
    pub committer: Person,
    /// The day on which it was brought in, in UTC.
    pub date: Date,
    /// The first line of its message.
    pub subject: String,
    /// Its message, cut at 4 KiB.
    pub message: String,
    /// The trailers of its message: `Reviewed-by` and its like, keys as written.
    pub trailers: Vec<(String, String)>,
    /// How many parents it has; 0 for a first commit, 2 or more for a merge.
    pub parents: usize,
    /// The form of its signature. That there is one says nothing about whose it is.
    pub signature: Option<Signature>,
    /// Whether it stands on the line of first parents from the head: what the branch itself was step by step.
    pub is_mainline: bool,
}

/// A name and a mail address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
}

/// The form of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// OpenPGP.
    OpenPgp,
    /// SSH.
    Ssh,
    /// X.509 (S/MIME, gitsign).
    X509,
    /// Another one.
    Other,
}

impl Signature {
    /// The form by the first line of a signature.
    pub fn of(text: &str) -> Signature {
        let text = text.trim_start();
        if text.starts_with("-----BEGIN PGP ") {
            Signature::OpenPgp
        } else if text.starts_with("-----BEGIN SSH SIGNATURE-----") {
            Signature::Ssh
        } else if text.starts_with("-----BEGIN SIGNED MESSAGE-----") {
            Signature::X509
        } else {
            Signature::Other
        }
    }

    /// The word in trees.
    pub fn word(self) -> &'static str {
        match self {
            Signature::OpenPgp => "openpgp",
            Signature::Ssh => "ssh",
            Signature::X509 => "x509",
            Signature::Other => "other",
        }
    }
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name without `refs/tags/`.
    pub name: String,
    /// Whether it is an object of its own, with a tagger and a message.
    pub is_annotated: bool,
    /// The form of its signature.
    pub signature: Option<Signature>,
}
