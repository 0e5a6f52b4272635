//! The manifest of an entry: what was observed, of what, when, by what, and the digests of all its files and of the
//! entry before. `docs/evidence.md` describes it; its number changes when a reader would have to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::canonical;
use super::entry::EntryName;
use super::period::Period;
use crate::engine::plan::hexadecimal;

/// The format of manifests.
pub const SCHEMA: &str = "annexa/evidence-manifest/1";
/// The file of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// The digests of the manifest and of all files that it lists, as `sha256sum --check` reads them.
pub const SUMS: &str = "SHA256SUMS";
/// The signed statement about the entry.
pub const ATTESTATION: &str = "attestation.dsse.json";

/// The manifest of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// `record` or `sign-off`.
    pub kind: String,
    /// The name of the entry, which is that of its folder.
    pub entry: String,
    /// Its place in the chain, from 1.
    pub sequence: u64,
    /// The period it speaks of.
    pub period: PeriodItem,
    /// When the state was looked at: the clock, or the start (UTC) of the day that `--today` gave.
    pub observed_at: String,
    /// Where that time comes from: `clock`, or `given` by `--today`.
    pub observed_by: String,
    /// When the entry was made, by the clock.
    pub generated_at: String,
    /// Which clock: `system` or `SOURCE_DATE_EPOCH`.
    pub clock: String,
    /// Whether it was made, or looked at the state, after the period had ended.
    pub late: bool,
    /// The repository; null outside of git, and for sign-offs.
    pub repository: Option<RepositoryItem>,
    /// Everything that the scan read.
    pub inputs: Option<InputsItem>,
    /// What looked.
    pub tool: ToolItem,
    /// Where it ran.
    pub runner: RunnerItem,
    /// Whose key signs the entry; null: nobody's.
    pub signer: Option<SignerItem>,
    /// The entry before; null for the first.
    pub previous: Option<PreviousItem>,
    /// What was seen, in numbers; null for sign-offs.
    pub observed: Option<ObservedItem>,
    /// The files of the entry, sorted by name; without the manifest, [`SUMS`] and [`ATTESTATION`].
    pub files: Vec<FileItem>,
}

/// A period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodItem {
    /// `2026-11`.
    pub name: String,
    /// Its first day, UTC.
    pub start: String,
    /// Its last day, UTC.
    pub end: String,
}

impl PeriodItem {
    /// The item of a period.
    pub fn of(period: Period) -> PeriodItem {
        PeriodItem { name: period.to_string(), start: period.start().to_string(), end: period.end().to_string() }
    }
}

/// The state of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryItem {
    /// The address of `origin`, without credentials.
    pub url: Option<String>,
    /// The commit that was checked out; null before the first.
    pub commit: Option<String>,
    /// Its tree.
    pub tree: Option<String>,
    /// Whether files differed from the commit. Recorded evidence does not count.
    pub dirty: bool,
    /// How many.
    pub changed: u64,
}

/// What the scan read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputsItem {
    /// How many files.
    pub files: u64,
    /// SHA-256 over the path and SHA-256 of each, sorted by path.
    pub sha256: String,
    /// SHA-256 of the configuration; null without one.
    pub configuration: Option<String>,
}

/// What looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolItem {
    /// `annexa`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the program; null where it could not be read.
    pub program: Option<String>,
    /// The digest of the rule set; null for sign-offs.
    pub rule_set: Option<String>,
}

/// Where it ran: what the environment says, unproven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunnerItem {
    /// `github-actions`, `gitlab-ci`, `ci` or `local`.
    pub kind: String,
    /// The variables that say which run it was, by name.
    pub variables: BTreeMap<String, String>,
}

/// A key that signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignerItem {
    /// The id of the key, as securesystemslib makes it.
    pub keyid: String,
    /// The 32 bytes of the Ed25519 key in hexadecimal.
    pub public_key: String,
}

/// The entry before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousItem {
    /// Its name.
    pub entry: String,
    /// SHA-256 of its manifest.
    pub sha256: String,
}

/// What was seen, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservedItem {
    /// Whether everything in scope was looked at.
    pub complete: bool,
    /// Why only a part was; null for a whole scan.
    pub limited: Option<String>,
    /// Fails that nothing quiets, by severity.
    pub findings: BTreeMap<String, u64>,
    /// Fails under an exception in force.
    pub excepted: u64,
    /// Fails that a comment in the code quiets.
    pub ignored: u64,
    /// Resources that passed a check.
    pub passes: u64,
    /// Checks that could not be decided.
    pub unknowns: u64,
    /// Controls by facet and status; clauses apart.
    pub controls: BTreeMap<String, BTreeMap<String, u64>>,
    /// Clauses by facet and status.
    pub clauses: BTreeMap<String, BTreeMap<String, u64>>,
}

/// A file of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileItem {
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: String,
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

impl Manifest {
    /// Its text.
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical::to_bytes(self)
    }

    /// Reads a manifest. Only the canonical text of one is one.
    pub fn read(bytes: &[u8]) -> Result<Manifest, String> {
        let manifest: Manifest =
            serde_json::from_slice(bytes).map_err(|error| format!("is no manifest of evidence: {error}"))?;
        if manifest.schema != SCHEMA {
            return Err(format!("has the format `{}`; this version of annexa reads `{SCHEMA}`", manifest.schema));
        }
        if manifest.to_bytes() != bytes {
            return Err("is not canonical JSON, so it is not as annexa wrote it".to_owned());
        }
        Ok(manifest)
    }

    /// The entry that it names.
    pub fn name(&self) -> Option<EntryName> {
        EntryName::parse(&self.entry)
            .filter(|name| name.kind.name() == self.kind && PeriodItem::of(name.period) == self.period)
    }

    /// The lines of [`SUMS`].
    pub fn sums(&self) -> String {
        let mut lines: Vec<(&str, String)> =
            self.files.iter().map(|file| (file.name.as_str(), file.sha256.clone())).collect();
        lines.push((MANIFEST, digest(&self.to_bytes())));
        lines.sort();
        let lines: Vec<String> = lines.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect();
        lines.concat()
    }

    /// Whether a scan of the same inputs by the same rules was recorded: recording it again would say nothing new.
    pub fn same_state(&self, other: &Manifest) -> bool {
        self.inputs == other.inputs
            && self.tool.version == other.tool.version
            && self.tool.rule_set == other.tool.rule_set
            && self.repository.as_ref().map(|repository| repository.dirty)
                == other.repository.as_ref().map(|repository| repository.dirty)
    }
}
