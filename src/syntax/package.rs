//! Packages: the zip files of XML that Office Open XML and `OpenDocument` consist of, read within limits.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::SyntaxError;
use super::tree::Span;

/// The most that the parts of one document expand to, in bytes. The text of a thousand pages has some tens of
/// megabytes of XML; a zip bomb has more than any limit.
const MAX_EXPANDED: u64 = 96 * 1024 * 1024;

/// What the old binary formats of Office start with, and the new ones when a password protects them.
const COMPOUND_FILE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// A package that is open.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    left: u64,
}

/// A mistake that is about the file as a whole.
pub(super) fn failure(message: impl Into<String>) -> SyntaxError {
    SyntaxError::new(message, Span::default())
}

impl<'a> Package<'a> {
    /// Opens a package; `save_as` is the ending to advise.
    pub(super) fn open(bytes: &'a [u8], save_as: &str) -> Result<Package<'a>, SyntaxError> {
        if bytes.starts_with(COMPOUND_FILE) {
            return Err(compound(bytes, save_as));
        }
        let broken =
            |_| failure(format!("is broken: it is no zip package; restore it, or save it as .{save_as} again"));
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
        let package = Package { archive, left: MAX_EXPANDED };
        if package.names().any(|name| name.ends_with("vbaProject.bin") || name.starts_with("Basic/")) {
            let message = "holds macros and is not read; a document of an ISMS needs none, save it as";
            return Err(failure(format!("{message} .{save_as} without them")));
        }
        Ok(package)
    }

    fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.archive.file_names().flatten()
    }

    /// Expands every part to see that all of them stay within the limit, for readers that open the package
    /// themselves.
    pub(super) fn measure(&mut self) -> Result<(), SyntaxError> {
        let names: Vec<String> = self.names().map(Cow::into_owned).collect();
        let mut total = 0_u64;
        for name in &names {
            let Ok(file) = self.archive.by_name(name) else { continue };
            // A part that cannot be read is told by who needs it.
            let size = std::io::copy(&mut file.take(self.left + 1 - total.min(self.left)), &mut std::io::sink());
            total += size.unwrap_or(0);
            if total > self.left {
                return Err(too_large());
            }
        }
        Ok(())
    }

    /// The names of the parts that start and end so, sorted.
    pub(super) fn named(&self, start: &str, end: &str) -> Vec<String> {
        let fits = |name: &Cow<'_, str>| name.starts_with(start) && name.ends_with(end);
        let mut names: Vec<String> = self.names().filter(fits).map(Cow::into_owned).collect();
        names.sort_unstable();
        names
    }

    /// The text of a part; `None` where there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, SyntaxError> {
        let Ok(file) = self.archive.by_name(name) else {
            return match self.archive.index_for_name(name) {
                Some(_) => Err(failure(format!("`{name}` in it is encrypted or compressed in an unusual way"))),
                None => Ok(None),
            };
        };
        let mut bytes = Vec::new();
        let read = file.take(self.left + 1).read_to_end(&mut bytes);
        if bytes.len() as u64 > self.left {
            return Err(too_large());
        }
        self.left -= bytes.len() as u64;
        read.map_err(|_| failure(format!("is broken: `{name}` in it cannot be read; restore it or save it again")))?;
        let text = String::from_utf8(bytes).map_err(|_| failure(format!("is broken: `{name}` in it is not UTF-8")))?;
        Ok(Some(match text.strip_prefix("\u{feff}") {
            Some(rest) => rest.to_owned(),
            None => text,
        }))
    }
}

fn too_large() -> SyntaxError {
    let limit = MAX_EXPANDED / (1024 * 1024);
    failure(format!("expands to more than {limit} MiB of text and is not read; split it"))
}

/// Why a compound file is not read.
fn compound(bytes: &[u8], save_as: &str) -> SyntaxError {
    let name: Vec<u8> = "EncryptedPackage".bytes().flat_map(|letter| [letter, 0]).collect();
    let is_encrypted = bytes.windows(name.len()).any(|window| window == name);
    failure(if is_encrypted {
        format!("is protected by a password; save it as .{save_as} without one")
    } else {
        format!("is in the old binary format of Office; save it as .{save_as}")
    })
}
