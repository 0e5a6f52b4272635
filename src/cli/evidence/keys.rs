//! Keys from files and the environment.

use std::path::{Path, PathBuf};

use super::{Failure, told};
use crate::evidence::key::{PublicKey, SigningKey};

/// The variable that holds a private key, for schedulers that keep secrets there.
const VARIABLE: &str = "ANNEXA_EVIDENCE_KEY";

/// The key to sign with: of the file, else of the environment. A variable that is set to nothing is not set: that is
/// how a secret that does not exist arrives.
pub(super) fn signing_key(file: Option<&Path>) -> Result<Option<SigningKey>, Failure> {
    let (text, from) = match file {
        Some(path) => (read(path)?, path.display().to_string()),
        None => match std::env::var(VARIABLE) {
            Ok(text) if !text.trim().is_empty() => (text, format!("the variable {VARIABLE}")),
            _ => return Ok(None),
        },
    };
    SigningKey::read(&text).map(Some).map_err(|error| told(format!("the key in {from} {error}")))
}

/// Keys to verify with.
pub(super) fn public_keys(files: &[PathBuf]) -> Result<Vec<PublicKey>, Failure> {
    let key = |path: &PathBuf| {
        PublicKey::read(&read(path)?).map_err(|error| told(format!("the key in {} {error}", path.display())))
    };
    files.iter().map(key).collect()
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| told(format!("cannot read the key {}: {error}", path.display())))
}
