//! `annexa documents`: what was recognised as which document or register and why, and what was not and why.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use super::output::ListingFormat;
use super::scan::{ScanPlan, WhatArgs};
use super::{ExitStatus, Failure, Terminal};
use crate::engine::assessment::{Assessment, FileState, RecognisedDocument};
use crate::kind::isms::why_not;
use crate::source::Content;
use crate::syntax::Syntax;

/// `annexa documents`.
#[derive(Debug, Args)]
pub(super) struct DocumentsArgs {
    #[command(flatten)]
    what: WhatArgs,
    /// Write a table or json
    #[arg(long, value_enum, default_value_t = ListingFormat::Table, value_name = "NAME")]
    format: ListingFormat,
}

/// The format of the listing; its version changes when a field changes its meaning or goes.
#[derive(Debug, Serialize)]
struct Listing<'a> {
    version: u32,
    recognised: Vec<Recognised<'a>>,
    not_recognised: Vec<NotRecognised<'a>>,
}

#[derive(Debug, Serialize)]
struct Recognised<'a> {
    path: &'a str,
    #[serde(rename = "type")]
    document_type: &'a str,
    title: &'a str,
    because: &'a str,
    /// Absent for registers.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<Standing>,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Standing {
    owned: bool,
    approved: bool,
    current: bool,
}

#[derive(Debug, Serialize)]
struct NotRecognised<'a> {
    path: &'a str,
    because: String,
    /// Whether it looks as if it were to be a document of the ISMS.
    is_expected: bool,
}

pub(super) fn run(args: &DocumentsArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let plan = ScanPlan::resolve(&args.what, Content::WorkTree, terminal)?;
    let isms = plan.isms_folders().to_vec();
    let (assessment, _) = plan.run();
    let listing = list(&assessment, &isms);
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        ListingFormat::Table => table(&listing, &mut out)?,
        ListingFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &listing).map_err(io::Error::from)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(ExitStatus::Clean)
}

fn list<'a>(assessment: &'a Assessment, isms: &[String]) -> Listing<'a> {
    let mut recognised: Vec<Recognised<'a>> = assessment.isms.documents.iter().map(row).collect();
    recognised.sort_by(|one, other| (one.path, one.document_type).cmp(&(other.path, other.document_type)));
    let is_document =
        |path: &str| Syntax::of(path).is_some_and(|syntax| syntax.is_prose() || syntax.is_for_documents());
    let not_recognised = assessment.files.iter().filter(|file| is_document(&file.path)).filter_map(|file| {
        let path = &*file.path;
        if recognised.iter().any(|known| known.path == path) {
            return None;
        }
        let (because, is_expected) = match &file.state {
            FileState::Unreadable(error) => (format!("cannot be read: it {error}"), true),
            FileState::SetAside(reason) => ((*reason).to_owned(), false),
            FileState::Evaluated(_) | FileState::NotRecognised | FileState::Context => {
                let (because, is_expected) = why_not(path, isms);
                (because.to_owned(), is_expected)
            }
        };
        Some(NotRecognised { path, because, is_expected })
    });
    Listing { version: 1, not_recognised: not_recognised.collect(), recognised }
}

fn row(document: &RecognisedDocument) -> Recognised<'_> {
    let standing = document.standing.map(|standing| Standing {
        owned: standing.owned,
        approved: standing.approved,
        current: standing.current,
    });
    Recognised {
        path: &document.path,
        document_type: &document.document_type,
        title: &document.title,
        because: &document.because,
        standing,
    }
}

/// The lists for people. What lies outside of the ISMS and looks like nothing of it is only counted.
fn table(listing: &Listing<'_>, out: &mut dyn Write) -> io::Result<()> {
    let widest = |paths: &mut dyn Iterator<Item = usize>| paths.max().unwrap_or(0).min(60);
    if listing.recognised.is_empty() {
        writeln!(out, "No document or register of an ISMS was recognised.")?;
    } else {
        writeln!(out, "Recognised")?;
    }
    let path = widest(&mut listing.recognised.iter().map(|row| row.path.chars().count()));
    let kind = widest(&mut listing.recognised.iter().map(|row| row.document_type.len()));
    for row in &listing.recognised {
        writeln!(out, "  {:<path$}  {:<kind$}  {}", row.path, row.document_type, row.because)?;
    }
    let expected: Vec<&NotRecognised<'_>> = listing.not_recognised.iter().filter(|row| row.is_expected).collect();
    if !expected.is_empty() {
        writeln!(out, "\nNot recognised")?;
    }
    let path = widest(&mut expected.iter().map(|row| row.path.chars().count()));
    for row in &expected {
        writeln!(out, "  {:<path$}  {}", row.path, row.because)?;
    }
    let others = listing.not_recognised.len() - expected.len();
    if others > 0 {
        let files = if others == 1 { "other text or document is" } else { "other texts and documents are" };
        writeln!(out, "\n{others} {files} none of an ISMS; `--format json` lists them with the reason.")?;
    }
    Ok(())
}
