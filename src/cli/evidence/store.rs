//! The folder of evidence on the disk: reading what is there, and adding an entry whole or not at all.
//!
//! An entry is written into `.recording`, brought to the disk (`fsync`), and then renamed: whoever pulls the plug finds
//! the old state or the new one. What an interrupted recording leaves is `.recording`, which nobody reads and the next
//! recording removes. One recorder works at a time: it holds a lock on the folder, which the system releases when the
//! process ends, however it ends.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::engine::plan::hexadecimal;
use crate::evidence::chain::{Found, FoundEntry, FoundFile};
use crate::evidence::entry::EntryName;
use crate::evidence::manifest::{ATTESTATION, MANIFEST, SUMS};

/// The folder that evidence is kept in when none is named.
pub(in crate::cli) const USUAL: &str = "evidence";
/// What is being written.
const RECORDING: &str = ".recording";
/// Keeps git from changing line breaks in what is recorded.
const ATTRIBUTES: (&str, &str) = (".gitattributes", "* -text linguist-generated\n");
/// The lock, on systems that cannot lock a folder.
const LOCK: &str = ".lock";
/// Largest manifest, list of digests or attestation that is read, in bytes. They have a few lines for each file.
const MAX_TEXT: u64 = 16 * 1024 * 1024;

/// A folder of evidence.
#[derive(Debug)]
pub(in crate::cli) struct Store {
    folder: PathBuf,
}

/// The right to add an entry. Ends when it is dropped, or the process ends.
#[derive(Debug)]
pub(in crate::cli) struct Lock {
    _file: File,
}

/// Whether a folder holds recorded evidence: at least one entry.
pub(in crate::cli) fn holds_evidence(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.into_iter().any(|entry| {
        EntryName::parse(&entry.file_name().to_string_lossy()).is_some() && entry.path().join(MANIFEST).is_file()
    })
}

impl Store {
    pub(in crate::cli) fn new(folder: PathBuf) -> Store {
        Store { folder }
    }

    pub(in crate::cli) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Everything in the folder; nothing where there is none. Files that `wanted` names are hashed, manifests, digests
    /// and attestations are read, of all others only the size is asked.
    pub(in crate::cli) fn find(&self, wanted: &(dyn Fn(&str) -> bool + Sync)) -> Result<Found, String> {
        let mut found = Found::default();
        let listing = match fs::read_dir(&self.folder) {
            Ok(listing) => listing,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            Err(error) => return Err(cannot("read", &self.folder, &error)),
        };
        let mut names = Vec::new();
        for entry in listing {
            let entry = entry.map_err(|error| cannot("read", &self.folder, &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            match name.as_str() {
                RECORDING | LOCK => {}
                _ if name == ATTRIBUTES.0 => {
                    if text(&entry.path()).is_none_or(|text| text != ATTRIBUTES.1.as_bytes()) {
                        found.strangers.push(name);
                    }
                }
                _ if is_folder && EntryName::parse(&name).is_some() => names.push(name),
                _ => found.strangers.push(name),
            }
        }
        names.sort();
        found.strangers.sort();
        found.entries = names.into_par_iter().map(|name| self.find_entry(name, wanted)).collect::<Result<_, _>>()?;
        Ok(found)
    }

    fn find_entry(&self, name: String, wanted: &(dyn Fn(&str) -> bool + Sync)) -> Result<FoundEntry, String> {
        let folder = self.folder.join(&name);
        let listing = fs::read_dir(&folder).map_err(|error| cannot("read", &folder, &error))?;
        let mut files = BTreeMap::new();
        for entry in listing {
            let entry = entry.map_err(|error| cannot("read", &folder, &error))?;
            let file = entry.file_name().to_string_lossy().into_owned();
            let state = look_at(&entry.path(), &file, wanted);
            files.insert(file, state);
        }
        Ok(FoundEntry { name, files })
    }

    /// The content of a file of an entry.
    pub(in crate::cli) fn read(&self, entry: &str, file: &str) -> Result<Vec<u8>, String> {
        let path = self.folder.join(entry).join(file);
        fs::read(&path).map_err(|error| cannot("read", &path, &error))
    }

    /// Makes the folder if there is none, and takes the right to add to it.
    pub(in crate::cli) fn lock(&self) -> Result<Lock, String> {
        fs::create_dir_all(&self.folder).map_err(|error| cannot("make the folder", &self.folder, &error))?;
        let file = if cfg!(unix) {
            File::open(&self.folder)
        } else {
            let path = self.folder.join(LOCK);
            fs::OpenOptions::new().create(true).truncate(false).write(true).open(path)
        };
        let file = file.map_err(|error| cannot("lock", &self.folder, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(fs::TryLockError::WouldBlock) => Err(format!(
                "another annexa is recording in {}; wait until it has finished, and run this again",
                self.folder.display()
            )),
            Err(fs::TryLockError::Error(error)) => Err(cannot("lock", &self.folder, &error)),
        }
    }

    /// Adds an entry, whole or not at all.
    pub(in crate::cli) fn add(&self, _lock: &Lock, name: &str, files: &[(String, Vec<u8>)]) -> Result<(), String> {
        let recording = self.folder.join(RECORDING);
        let fail = |path: &Path, error: &io::Error| {
            let _ = fs::remove_dir_all(&recording);
            cannot("write", path, error)
        };
        match fs::remove_dir_all(&recording) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fail(&recording, &error)),
            _ => {}
        }
        let attributes = self.folder.join(ATTRIBUTES.0);
        if !attributes.exists() {
            write_through(&attributes, ATTRIBUTES.1.as_bytes()).map_err(|error| fail(&attributes, &error))?;
        }
        fs::create_dir(&recording).map_err(|error| fail(&recording, &error))?;
        for (file, bytes) in files {
            let path = recording.join(file);
            write_through(&path, bytes).map_err(|error| fail(&path, &error))?;
        }
        let target = self.folder.join(name);
        if target.exists() {
            return Err(fail(&target, &io::Error::from(io::ErrorKind::AlreadyExists)));
        }
        sync_folder(&recording).map_err(|error| fail(&recording, &error))?;
        fs::rename(&recording, &target).map_err(|error| fail(&target, &error))?;
        sync_folder(&self.folder).map_err(|error| cannot("bring to the disk", &self.folder, &error))
    }
}

/// The content of a small regular file.
fn text(path: &Path) -> Option<Vec<u8>> {
    let metadata = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
    (metadata.len() <= MAX_TEXT).then(|| fs::read(path).ok()).flatten()
}

/// Why something could not be done, and what to do.
fn cannot(what: &str, path: &Path, error: &io::Error) -> String {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; make room and run it again",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; whoever runs annexa needs the right to write there"
        }
        _ => "",
    };
    let kept = if what == "read" { "" } else { "\n  note: nothing was recorded; what was there before is unchanged" };
    format!("cannot {what} {}: {error}{hint}{kept}", path.display())
}

/// What there is under a name in an entry.
fn look_at(path: &Path, name: &str, wanted: &(dyn Fn(&str) -> bool + Sync)) -> FoundFile {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return FoundFile::Unreadable(format!("cannot be looked at: {error}")),
    };
    if !metadata.is_file() {
        return FoundFile::Unreadable("is no regular file: it was replaced after it was recorded".to_owned());
    }
    let is_text = [MANIFEST, SUMS, ATTESTATION].contains(&name);
    if is_text && metadata.len() > MAX_TEXT {
        return FoundFile::Unreadable(format!("has {} bytes, more than annexa writes", metadata.len()));
    }
    let read = if is_text {
        fs::read(path).map(FoundFile::Text)
    } else if wanted(name) {
        hash(path).map(|(size, sum)| FoundFile::Hashed(size, sum))
    } else {
        Ok(FoundFile::NotHashed(metadata.len()))
    };
    read.unwrap_or_else(|error| FoundFile::Unreadable(format!("cannot be read: {error}")))
}

fn hash(path: &Path) -> io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 128 * 1024];
    let mut size = 0;
    loop {
        let read = io::Read::read(&mut file, &mut buffer)?;
        let Some(chunk) = buffer.get(..read).filter(|chunk| !chunk.is_empty()) else { break };
        hasher.update(chunk);
        size += chunk.len() as u64;
    }
    Ok((size, hexadecimal(&hasher.finalize())))
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Brings a folder's own entries to the disk, where the system can.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
