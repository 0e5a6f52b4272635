//! `annexa soa`: writes the Statement of Applicability from the catalogue, or refreshes the one that is there.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{ExitStatus, Failure, Terminal, config, output, told};
use crate::isms::soa::{self, Layout, Refreshed};

/// `annexa soa`.
#[derive(Debug, Args)]
pub(super) struct SoaArgs {
    /// The statement, as YAML, CSV or Markdown; the one in the folder of the ISMS when not given
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Take over what a statement of the 2013 edition says, for the controls that FILE does not list yet
    #[arg(long, value_name = "OLD")]
    from: Option<PathBuf>,
    /// Only say what would be written
    #[arg(long)]
    dry_run: bool,
}

/// Where statements usually are, below the folder of the ISMS; the first is where a new one is written.
const USUAL: [&str; 6] = [
    "registers/statement-of-applicability.yaml",
    "registers/statement-of-applicability.csv",
    "statement-of-applicability.yaml",
    "statement-of-applicability.csv",
    "soa.yaml",
    "soa.csv",
];

pub(super) fn run(args: &SoaArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let path = match &args.file {
        Some(path) => path.clone(),
        None => usual(terminal)?,
    };
    let shown = path.display().to_string();
    let layout = Layout::of(&shown)
        .ok_or_else(|| told(format!("{shown}: a statement is written as .yaml, .csv or .md; name such a file")))?;
    let text = match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(told(format!("{shown} cannot be read: {error}"))),
    };
    let old = args.from.as_deref().map(read_old).transpose()?;
    let refreshed =
        soa::refresh(layout, text.as_deref(), old.as_ref().map(|(path, text)| (path.as_str(), text.as_str())))
            .map_err(|error| told(about(&error, &shown, old.as_ref().map(|(path, _)| path.as_str()))))?;
    let is_changed = text.as_deref() != Some(refreshed.text.as_str());
    if is_changed && !args.dry_run {
        output::write_to(&shown, &mut |out| out.write_all(refreshed.text.as_bytes()))?;
    }
    let state = match (is_changed, args.dry_run, text.is_some()) {
        (false, ..) => "is complete and in order; nothing changed",
        (true, true, _) => "would be written",
        (true, false, true) => "was refreshed",
        (true, false, false) => "was written",
    };
    report(&refreshed, &format!("{shown} {state}"), &mut io::stdout().lock())?;
    Ok(ExitStatus::Clean)
}

/// The statement that is there, else where a new one belongs.
fn usual(terminal: Terminal) -> Result<PathBuf, Failure> {
    let isms = config::load(&config::ConfigArgs::default(), Path::new("."), terminal)?.isms;
    let folders = if isms.is_empty() { vec!["isms".to_owned()] } else { isms };
    let candidates: Vec<PathBuf> =
        folders.iter().flat_map(|folder| USUAL.iter().map(move |name| Path::new(folder).join(name))).collect();
    let found = candidates.iter().find(|path| path.is_file()).or(candidates.first());
    found.cloned().ok_or_else(|| told("name the file to write"))
}

fn read_old(path: &Path) -> Result<(String, String), Failure> {
    let shown = path.display().to_string();
    if Layout::of(&shown).is_none() {
        return Err(told(format!("{shown} is no YAML, CSV or Markdown file; save the old statement as CSV")));
    }
    let text = fs::read_to_string(path).map_err(|error| told(format!("{shown} cannot be read: {error}")))?;
    Ok((shown, text))
}

/// Which of the two files an error is about: only the old one is asked for controls of 2013.
fn about(error: &str, shown: &str, old: Option<&str>) -> String {
    match old.filter(|_| error.starts_with("names no control")) {
        Some(old) => format!("{old} {error}"),
        None => format!("{shown} {error}"),
    }
}

fn report(refreshed: &Refreshed, state: &str, out: &mut dyn Write) -> io::Result<()> {
    let Refreshed { text: _, kept, added, carried, asked, undecided, others } = refreshed;
    writeln!(out, "{state}")?;
    if *kept > 0 {
        writeln!(out, "  {kept} rows were there and stay as they are")?;
    }
    for (controls, what) in [
        (added, "added"),
        (carried, "of them taken over from the 2013 edition"),
        (asked, "of them made of several or of parts: the note says what was stated before"),
        (undecided, "undecided: say whether they apply, why, how far they are implemented, and who owns them"),
    ] {
        if !controls.is_empty() {
            writeln!(out, "  {} {what}{}", controls.len(), some(controls))?;
        }
    }
    if !others.is_empty() {
        writeln!(out, "  {} about no control of Annex A, at the end{}", others.len(), some(others))?;
    }
    Ok(())
}

/// The first few, where that says more than the number.
fn some<T: AsRef<str>>(names: &[T]) -> String {
    let first: Vec<&str> = names.iter().take(6).map(AsRef::as_ref).collect();
    let more = if names.len() > first.len() { " …" } else { "" };
    format!(" ({}{more})", first.join(", "))
}
