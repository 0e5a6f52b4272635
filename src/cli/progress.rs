//! What a person sees while a scan runs: progress, and with `--verbose` what was read. All of it goes to standard error;
//! reports are the same with and without.

use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Terminal;
use crate::engine::assessment::{Assessment, FileState};

/// Scans that are shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the line is drawn again.
const PACE: Duration = Duration::from_millis(100);

/// Goes back to the first column and clears the line (ECMA-48, EL).
const CLEAR: &str = "\r\x1b[2K";

/// A line that tells how far a scan is, as long as this lives.
#[derive(Debug)]
pub(super) struct Progress {
    done: Arc<AtomicBool>,
    drawer: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins where a person watches: standard error is a terminal that can clear a line, and this is no pipeline.
    pub(super) fn begin(read: &Arc<AtomicUsize>, files: usize, terminal: Terminal) -> Progress {
        let done = Arc::new(AtomicBool::new(false));
        let drawer = is_watched(terminal).then(|| {
            let (done, read) = (Arc::clone(&done), Arc::clone(read));
            thread::spawn(move || draw(&done, &read, files))
        });
        Progress { done, drawer }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Release);
        if let Some(drawer) = self.drawer.take() {
            drawer.thread().unpark();
            // A line that could not be drawn is no reason to stop.
            let _ = drawer.join();
        }
    }
}

fn is_watched(terminal: Terminal) -> bool {
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let is_pipeline = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
    // Lines of `--verbose` and one that is drawn over would mix.
    !terminal.quiet && !terminal.verbose && !is_dumb && !is_pipeline && io::stderr().is_terminal()
}

fn draw(done: &AtomicBool, read: &AtomicUsize, files: usize) {
    let begun = Instant::now();
    let mut drawn = false;
    while !done.load(Ordering::Acquire) {
        thread::park_timeout(PACE);
        if begun.elapsed() < PATIENCE || done.load(Ordering::Acquire) {
            continue;
        }
        let line = line(read.load(Ordering::Relaxed), files, begun.elapsed().as_secs());
        let mut out = io::stderr().lock();
        drawn |= write!(out, "{CLEAR}{line}").and_then(|()| out.flush()).is_ok();
    }
    if drawn {
        let mut out = io::stderr().lock();
        let _ = write!(out, "{CLEAR}").and_then(|()| out.flush());
    }
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
