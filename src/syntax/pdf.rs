//! PDF (ISO 32000) that holds text: the glyphs of its pages become lines, and lines become headings, paragraphs, items and
//! tables by where they stand, how large and bold they are and how they are numbered. Headers and footers that repeat are
//! not text of the document; what they say about it (`Classification: internal`) is kept as its metadata.

use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use smol_str::SmolStr;

use super::extract::Writer;
use super::office;
use super::package::failure;
use super::tree::FileId;
use super::{Content, Parsed, SyntaxError};

mod furniture;
mod glyphs;
mod layout;
mod lines;
mod measure;
mod table;

/// The most pages that are read of one file.
const MAX_PAGES: usize = 2_000;
/// A document of fewer letters for each of its pages has no text, only pictures of it.
const FEWEST_LETTERS: usize = 8;

/// Reads a PDF.
pub(super) fn parse(bytes: &[u8], file: FileId) -> Parsed {
    match read(bytes, file) {
        Ok(parsed) => parsed,
        Err(error) => Parsed::error(error),
    }
}

fn read(bytes: &[u8], file: FileId) -> Result<Parsed, SyntaxError> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| failure(refused(error)))?;
    let count = pdf.pages().len();
    if count == 0 {
        return Err(failure("is broken: it has no pages; restore it, or export it again"));
    }
    let mut pages = glyphs::read(&pdf, MAX_PAGES);
    let seen: usize = pages.iter().map(|page| page.letters).sum();
    let unknown: usize = pages.iter().map(|page| page.unknown).sum();
    if unknown > seen {
        let message = "its fonts do not tell which letters they show, so its text cannot be read";
        return Err(failure(format!("{message}; export it again from its source, or keep the source beside it")));
    }
    if seen < FEWEST_LETTERS * pages.len() {
        let message = "holds no text, only pictures of pages, as scanners make them";
        return Err(failure(format!("{message}; recognise its text (OCR), or keep the document it was printed from")));
    }
    let mut properties = properties(&pdf);
    properties.extend(furniture::remove(&mut pages));
    let mut writer = Writer::default();
    let pieces = layout::pieces(&pages, &mut writer);
    let mut errors = Vec::new();
    if count > MAX_PAGES {
        errors.push(failure(format!("has {count} pages, of which the first {MAX_PAGES} were read; split it")));
    }
    if writer.is_full() {
        errors.push(failure("has more text than is read from one document (16 MiB); split it"));
    }
    let extracted = office::document(pieces, properties, writer, file);
    Ok(Parsed { content: Content::Extracted(Box::new(extracted)), errors })
}

fn refused(error: LoadPdfError) -> &'static str {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            "is protected by a password; save it without one"
        }
        LoadPdfError::Decryption(_) => "is encrypted in a way that is not supported; save it without encryption",
        LoadPdfError::Invalid => "is broken: it is no PDF that can be read; restore it, or export it again",
    }
}

/// The title and author that the file states. Programs write the name of the file there; that is no title.
fn properties(pdf: &Pdf) -> Vec<(SmolStr, String)> {
    let metadata = pdf.metadata();
    let stated = [("title", &metadata.title), ("author", &metadata.author)];
    let text = |(key, value): (&'static str, &Option<Box<[u8]>>)| {
        let text = decoded(value.as_deref()?);
        let text = text.trim();
        let is_name = text.contains(" - ") && text.to_lowercase().starts_with("microsoft word")
            || text.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "doc" | "docx" | "pdf" | "odt" | "tex"));
        let is_said =
            !text.is_empty() && !is_name && !matches!(text, "untitled" | "(anonymous)" | "anonymous" | "unspecified");
        is_said.then(|| (SmolStr::new_static(key), text.to_owned()))
    };
    stated.into_iter().filter_map(text).collect()
}

/// A text string of PDF: UTF-16 or UTF-8 with a byte order mark, else nearly Latin-1.
fn decoded(bytes: &[u8]) -> String {
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        let units: Vec<u16> =
            rest.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(u16::from_be_bytes).collect();
        return String::from_utf16_lossy(&units);
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[cfg(test)]
mod tests;
