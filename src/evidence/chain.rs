//! The chain: entries in the order in which they were made, each with the digest of the one before.
//!
//! What is checked is what was found on the disk; reading it is the command line's work. The first thing that is wrong
//! is told, in the order of the chain, because everything after it rests on it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::attestation;
use super::entry::{EntryKind, EntryName};
use super::key::PublicKey;
use super::manifest::{ATTESTATION, MANIFEST, Manifest, SUMS, digest};
use super::period::Period;

/// How far the clocks of two machines may differ before an entry seems to be older than the one before it.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_hours(1);

/// Everything in the folder of evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The folders with names of entries, sorted by name.
    pub entries: Vec<FoundEntry>,
    /// What else there is and does not belong there.
    pub strangers: Vec<String>,
}

/// A folder with the name of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundEntry {
    /// The name.
    pub name: String,
    /// Its files by name.
    pub files: BTreeMap<String, FoundFile>,
}

/// What there is under a file name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundFile {
    /// A file that was read as a whole: manifest, digests, attestation.
    Text(Vec<u8>),
    /// A file of this length and SHA-256.
    Hashed(u64, String),
    /// A file of this length whose content was not looked at.
    NotHashed(u64),
    /// No regular file, or one that could not be read: why.
    Unreadable(String),
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: an entry, or a file in one.
    pub at: String,
    /// What, in lower case and without a final dot.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.at, self.what)
    }
}

fn problem(at: impl fmt::Display, what: impl Into<String>) -> Problem {
    Problem { at: at.to_string(), what: what.into() }
}

/// An entry that is as it was made.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name.
    pub name: EntryName,
    /// What it says.
    pub manifest: Manifest,
    /// SHA-256 of its manifest.
    pub digest: String,
}

/// Entries that fit together, in order.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    /// The entries.
    pub entries: Vec<Entry>,
}

impl Chain {
    /// The newest entry.
    pub fn head(&self) -> Option<&Entry> {
        self.entries.last()
    }

    /// The recordings, without sign-offs.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.name.kind == EntryKind::Record)
    }

    /// The last recording of a period, which supersedes those before it.
    pub fn record_of(&self, period: Period) -> Option<&Entry> {
        self.records().rev().find(|entry| entry.name.period == period)
    }

    /// The sign-offs of a period.
    pub fn sign_offs(&self, period: Period) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.name.period == period && entry.name.kind == EntryKind::SignOff)
    }

    /// The name of the next entry of a kind in a period.
    pub fn next_name(&self, period: Period, kind: EntryKind) -> EntryName {
        let of_kind = self.entries.iter().filter(|entry| entry.name.period == period && entry.name.kind == kind);
        let last = of_kind.map(|entry| entry.name.number).max().unwrap_or(0);
        EntryName { period, kind, number: last.saturating_add(1) }
    }

    /// The first month for which anything was recorded.
    pub fn first(&self) -> Option<Period> {
        self.records().map(|entry| entry.name.period).min()
    }

    /// Months between the first recording and `until` for which nothing was recorded, sorted.
    pub fn gaps(&self, until: Period) -> Vec<Period> {
        let recorded: BTreeSet<Period> = self.records().map(|entry| entry.name.period).collect();
        let Some(first) = recorded.first() else { return Vec::new() };
        first.through(until).filter(|period| !recorded.contains(period)).collect()
    }
}

/// Who vouches for a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// No entry is signed.
    Nobody,
    /// Entries are signed, and no key was given to hold them against.
    Unknown,
    /// Keys that were given. So many entries before the first signed one are vouched for through their digests.
    Trusted(usize),
}

/// Checks everything that was found.
pub fn check(found: &Found) -> Result<Chain, Problem> {
    if let Some(stranger) = found.strangers.first() {
        return Err(problem(stranger, "was not written by annexa: it is no entry of the evidence"));
    }
    let mut entries = found.entries.iter().map(read_entry).collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|(entry, _)| (entry.manifest.sequence, entry.name));
    let mut chain = Chain::default();
    for (entry, found) in entries {
        follows(&entry, chain.head())?;
        check_files(&entry, found)?;
        check_signature(&entry, found)?;
        chain.entries.push(entry);
    }
    Ok(chain)
}

fn read_entry(found: &FoundEntry) -> Result<(Entry, &FoundEntry), Problem> {
    let at = format!("{}/{MANIFEST}", found.name);
    let bytes = match found.files.get(MANIFEST) {
        Some(FoundFile::Text(bytes)) => bytes,
        Some(FoundFile::Unreadable(why)) => return Err(problem(at, why.clone())),
        _ => return Err(problem(at, "is missing")),
    };
    let manifest = Manifest::read(bytes).map_err(|what| problem(&at, what))?;
    let name = manifest.name().filter(|name| name.to_string() == found.name);
    let name = name.ok_or_else(|| problem(&at, format!("is that of `{}`: the folder was renamed", manifest.entry)))?;
    Ok((Entry { name, digest: digest(bytes), manifest }, found))
}

/// Whether an entry is the one after another.
fn follows(entry: &Entry, before: Option<&Entry>) -> Result<(), Problem> {
    let at = &entry.manifest.entry;
    let expected = before.map_or(1, |before| before.manifest.sequence.saturating_add(1));
    let named = entry.manifest.previous.as_ref();
    if entry.manifest.sequence != expected {
        let missing = named.map_or_else(String::new, |previous| format!(": `{}` is missing before it", previous.entry));
        let what =
            format!("has the number {} in the chain where {expected} should follow{missing}", entry.manifest.sequence);
        return Err(problem(at, what));
    }
    let (Some(before), Some(named)) = (before, named) else {
        let both_first = before.is_none() && named.is_none();
        return if both_first { Ok(()) } else { Err(problem(at, "does not follow the entry before it")) };
    };
    if named.entry != before.manifest.entry || named.sha256 != before.digest {
        let what = format!("was made after another `{}` than the one that is there", named.entry);
        return Err(problem(at, what));
    }
    let (Some(earlier), Some(later)) = (generated(&before.manifest), generated(&entry.manifest)) else {
        return Err(problem(at, "does not say when it was made"));
    };
    if later < earlier.saturating_sub(CLOCK_TOLERANCE).unwrap_or(earlier) {
        return Err(problem(at, format!("was made before `{}`, which it follows", before.manifest.entry)));
    }
    Ok(())
}

/// When an entry was made.
pub fn generated(manifest: &Manifest) -> Option<Timestamp> {
    manifest.generated_at.parse().ok()
}

fn check_files(entry: &Entry, found: &FoundEntry) -> Result<(), Problem> {
    let at = |name: &str| format!("{}/{name}", found.name);
    match found.files.get(SUMS) {
        Some(FoundFile::Text(bytes)) if *bytes == entry.manifest.sums().into_bytes() => {}
        Some(FoundFile::Text(_)) => return Err(problem(at(MANIFEST), format!("and {SUMS} contradict each other"))),
        Some(FoundFile::Unreadable(why)) => return Err(problem(at(SUMS), why.clone())),
        _ => return Err(problem(at(SUMS), "is missing")),
    }
    for item in &entry.manifest.files {
        let what = match found.files.get(&item.name) {
            Some(FoundFile::Hashed(size, sum)) if *size == item.size && *sum == item.sha256 => continue,
            Some(FoundFile::NotHashed(size)) if *size == item.size => continue,
            Some(FoundFile::Unreadable(why)) => why.clone(),
            Some(_) => "was changed after it was recorded".to_owned(),
            None => "is missing".to_owned(),
        };
        return Err(problem(at(&item.name), what));
    }
    let is_known = |name: &str| {
        [MANIFEST, SUMS, ATTESTATION].contains(&name) || entry.manifest.files.iter().any(|item| item.name == name)
    };
    match found.files.keys().find(|name| !is_known(name)) {
        Some(name) => Err(problem(at(name), "was added after the entry was recorded")),
        None => Ok(()),
    }
}

fn check_signature(entry: &Entry, found: &FoundEntry) -> Result<(), Problem> {
    let at = format!("{}/{ATTESTATION}", found.name);
    match (&entry.manifest.signer, found.files.get(ATTESTATION)) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(problem(at, "was added: the manifest says that nobody signed")),
        (Some(_), None) => Err(problem(at, "is missing: the manifest says that the entry is signed")),
        (Some(signer), Some(FoundFile::Text(bytes))) => {
            let key = PublicKey::of_signer(signer).ok_or_else(|| problem(&at, "is by a key that is none"))?;
            attestation::verify(bytes, &entry.manifest, &key).map_err(|what| problem(at, what))
        }
        (Some(_), Some(FoundFile::Unreadable(why))) => Err(problem(at, why.clone())),
        (Some(_), Some(_)) => Err(problem(at, "was not read")),
    }
}

/// Who vouches for a chain that is intact. With keys given, every entry from the first signed one on must be signed by
/// one of them; entries before it are vouched for by its digests.
pub fn signer(chain: &Chain, trusted: &[PublicKey]) -> Result<Signer, Problem> {
    let signed = |entry: &Entry| entry.manifest.signer.is_some();
    let first = chain.entries.iter().position(signed);
    if trusted.is_empty() {
        return Ok(if first.is_some() { Signer::Unknown } else { Signer::Nobody });
    }
    let Some(first) = first else {
        let at = chain.head().map_or("the evidence", |entry| entry.manifest.entry.as_str());
        return Err(problem(at, "is not signed"));
    };
    for entry in chain.entries.iter().skip(first) {
        let Some(signer) = &entry.manifest.signer else {
            return Err(problem(&entry.manifest.entry, "is not signed, although entries before it are"));
        };
        if !trusted.iter().any(|key| key.signer() == *signer) {
            let what = format!("is signed by the key {}, which is none of those given", signer.keyid);
            return Err(problem(&entry.manifest.entry, what));
        }
    }
    Ok(Signer::Trusted(first))
}
