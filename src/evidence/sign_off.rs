//! `sign-off.json`: what a person says of a recording. Results are evaluated by people (clause 9.1); this is where
//! they say who did it, when, and with what result.

use serde::{Deserialize, Serialize};

/// The format.
pub const SCHEMA: &str = "annexa/sign-off/1";
/// The file.
pub const SIGN_OFF: &str = "sign-off.json";

/// A sign-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// [`SCHEMA`].
    pub schema: String,
    /// The recording that it is about.
    pub entry: String,
    /// SHA-256 of that recording's manifest.
    pub sha256: String,
    /// Who evaluated it.
    pub evaluator: String,
    /// In which role; empty when not said.
    pub role: String,
    /// The day of the evaluation.
    pub date: String,
    /// What they say; empty when nothing.
    pub remark: String,
}

impl SignOff {
    /// Its text.
    pub fn to_bytes(&self) -> Vec<u8> {
        super::waiver::pretty(self)
    }

    /// Reads one.
    pub fn read(bytes: &[u8]) -> Option<SignOff> {
        serde_json::from_slice(bytes).ok().filter(|read: &SignOff| read.schema == SCHEMA)
    }
}
