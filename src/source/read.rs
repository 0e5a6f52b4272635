//! Files to bytes, within the limit on size, and bytes to text: UTF-8 only, and nothing that only pretends to be text.

#![expect(clippy::disallowed_methods, reason = "this is where files are read")]

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::{MAX_FILE_SIZE, NotRead, NotReadReason};

/// The text of a file of at most [`MAX_FILE_SIZE`] bytes. `shown` is the path that messages name.
pub fn text(path: &Path, shown: &str) -> Result<Arc<str>, NotRead> {
    decode(bytes(path, shown, MAX_FILE_SIZE)?, shown)
}

/// The bytes of a file of at most `limit` bytes. `shown` is the path that messages name.
pub fn bytes(path: &Path, shown: &str, limit: u64) -> Result<Vec<u8>, NotRead> {
    let failed = |error: io::Error| NotRead::of_error(shown, &error);
    // Opening a pipe would wait for its writer, so look first.
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(NotRead::new(shown, NotReadReason::Special, "is not a regular file"));
    }
    if metadata.len() > limit {
        return Err(NotRead::too_large(shown.into(), metadata.len(), limit));
    }
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    // The file may grow while it is read.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(NotRead::too_large(shown.into(), bytes.len() as u64, limit));
    }
    Ok(bytes)
}

/// The bytes of a file of at most `limit` bytes that is no link.
pub(super) fn regular(path: &Path, shown: &str, limit: u64) -> Result<Vec<u8>, NotRead> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => {
            Err(NotRead::new(shown, NotReadReason::Link, "is a symbolic link, which is not followed"))
        }
        _ => bytes(path, shown, limit),
    }
}

/// The text that bytes are.
pub(super) fn decode(bytes: Vec<u8>, shown: &str) -> Result<Arc<str>, NotRead> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(NotRead::new(shown, NotReadReason::NotText, "is encoded as UTF-16; save it as UTF-8"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let detail = format!("is not UTF-8 (byte {at} is the first that does not fit); save it as UTF-8");
        NotRead::new(shown, NotReadReason::NotText, detail)
    })?;
    check(&text, shown)?;
    Ok(text.into())
}

/// Refuses text that is data: no syntax allows a NUL byte.
fn check(text: &str, shown: &str) -> Result<(), NotRead> {
    match text.bytes().position(|byte| byte == 0) {
        None => Ok(()),
        Some(at) => {
            let detail = format!("holds a NUL byte at offset {at}, so it is not text in spite of its name");
            Err(NotRead::new(shown, NotReadReason::NotText, detail))
        }
    }
}

impl NotRead {
    /// A path that the operating system refused or failed to give.
    pub(super) fn of_error(shown: &str, error: &io::Error) -> NotRead {
        let reason = match error.kind() {
            io::ErrorKind::PermissionDenied => NotReadReason::Denied,
            _ => NotReadReason::Failed,
        };
        let cause = match reason {
            NotReadReason::Denied => "permission denied".to_owned(),
            _ => error.to_string().to_lowercase(),
        };
        // The number of the error means something to programmers only.
        let cause = cause.split(" (os error").next().unwrap_or_default();
        NotRead::new(shown, reason, format!("cannot be read: {cause}"))
    }
}
