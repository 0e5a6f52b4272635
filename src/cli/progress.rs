//! What a person sees while a scan runs: progress, and with `--verbose` what was read. All of it goes to standard error;
//! reports are the same with and without.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::Terminal;
use crate::engine::assessment::{Assessment, FileState};

/// Scans that are shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the line is drawn again.
const PACE: Duration = Duration::from_millis(100);

/// A line that tells how far a scan is, as long as this lives.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Begins where a person watches: standard error is a terminal that can clear a line, and this is no pipeline.
    pub(super) fn begin(read: &Arc<AtomicUsize>, files: usize, terminal: Terminal) -> Progress {
        if !is_watched(terminal) {
            return Progress(ProgressBar::hidden());
        }
        let read = Arc::clone(read);
        let now = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            if state.elapsed() >= PATIENCE {
                let _ = write!(out, "{}", line(read.load(Ordering::Relaxed), files, state.elapsed().as_secs()));
            }
        };
        let Ok(style) = ProgressStyle::with_template("{now}") else { return Progress(ProgressBar::hidden()) };
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style.with_key("now", now));
        bar.enable_steady_tick(PACE);
        Progress(bar)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn is_watched(terminal: Terminal) -> bool {
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let is_pipeline = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
    // Lines of `--verbose` and one that is drawn over would mix.
    !terminal.quiet && !terminal.verbose && !is_dumb && !is_pipeline && io::stderr().is_terminal()
}

/// Files may be read more than once, and not all of them are.
fn line(read: usize, files: usize, seconds: u64) -> String {
    if read < files {
        format!("reading {read} of {files} files, {seconds} s")
    } else {
        format!("judging {files} files, {seconds} s")
    }
}

/// Tells each file and what became of it, where `--verbose` asks for it.
pub(super) fn tell(assessment: &Assessment, terminal: Terminal) {
    if !terminal.verbose {
        return;
    }
    let mut out = io::BufWriter::new(io::stderr().lock());
    for file in &assessment.files {
        let state = match &file.state {
            FileState::Evaluated(kinds) => format!("read as {}", kinds.join(", ")),
            FileState::NotRecognised => "read, of no kind that rules judge".to_owned(),
            FileState::Unreadable(error) => format!("not understood: it {error}"),
            FileState::Context => "read for the sake of others".to_owned(),
            FileState::SetAside(reason) => format!("set aside: {reason}"),
        };
        let _ = writeln!(out, "{}: {}", printable(&file.path), printable(&state));
    }
    for folder in &assessment.not_entered {
        let _ = writeln!(out, "{}: not entered: {}", printable(&folder.path), folder.reason);
    }
    let run = assessment.rules.iter().filter(|run| run.evaluated()).count();
    let _ = writeln!(out, "{run} of {} rules had something to judge", assessment.rules.len());
}

/// Names of files must not command the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|each| if each.is_control() { char::REPLACEMENT_CHARACTER } else { each }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_what_is_done_now() {
        assert_eq!(line(12, 40, 3), "reading 12 of 40 files, 3 s");
        assert_eq!(line(41, 40, 9), "judging 40 files, 9 s");
    }

    #[test]
    fn names_do_not_command_the_terminal() {
        assert_eq!(printable("a\x1b[2Kb"), "a\u{fffd}[2Kb");
    }
}
