//! Where output goes: standard output, pipes and devices directly; files whole or not at all.

use std::io::{IsTerminal as _, Write};
use std::path::Path;

use crate::report::Style;

use super::{Colour, Failure, Terminal, told};

/// How a command that lists something writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ListingFormat {
    Table,
    Json,
}

/// Whether standard output takes colours.
fn colours_on_stdout(terminal: Terminal) -> bool {
    colours(terminal, std::io::stdout().is_terminal())
}

/// Whether standard error takes colours.
pub(super) fn colours_on_stderr(terminal: Terminal) -> bool {
    colours(terminal, std::io::stderr().is_terminal())
}

/// <https://no-color.org>: `NO_COLOR` counts whatever it is set to, unless to nothing; and
/// <https://bixense.com/clicolors>: `CLICOLOR_FORCE` and `CLICOLOR` mean no when they are 0.
fn colours(terminal: Terminal, is_terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match terminal.color {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto if set("NO_COLOR").is_some() => false,
        Colour::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        Colour::Auto if set("CLICOLOR").is_some_and(|value| value == "0") => false,
        Colour::Auto => is_terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// How a report that goes to `target` may look.
pub(super) fn style(target: &str, terminal: Terminal) -> Style {
    Style { colours: target == "-" && colours_on_stdout(terminal), width: width(), summary: !terminal.quiet }
}

/// The width of the terminal in columns, between 60 and 140; 100 where there is none.
fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let columns = columns.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)));
    columns.unwrap_or(100).clamp(60, 140)
}

/// Writes to `-`, a pipe or device directly; to a file by way of a temporary one beside it, so that a reader never
/// sees half of it.
pub(super) fn write_to(
    target: &str,
    write: &mut dyn FnMut(&mut dyn Write) -> std::io::Result<()>,
) -> Result<(), Failure> {
    if target == "-" {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        write(&mut out)?;
        out.flush()?;
        return Ok(());
    }
    let path = Path::new(target);
    write_file(path, write).map_err(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
        _ => told(format!("cannot write {}: {error}", path.display())),
    })
}

fn write_file(path: &Path, write: &mut dyn FnMut(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let special = std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
    if special {
        let mut out = std::io::BufWriter::new(std::fs::OpenOptions::new().write(true).open(path)?);
        write(&mut out)?;
        return out.flush();
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let written = (|| {
        let mut out = std::io::BufWriter::new(std::fs::File::create(&temporary)?);
        write(&mut out)?;
        out.flush()?;
        std::fs::rename(&temporary, path)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}
