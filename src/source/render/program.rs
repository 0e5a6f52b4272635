//! Running a program that renders, with bounds on what it prints and how long it takes.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long one run may take, in seconds. Real ones take one.
const TIME_LIMIT: u64 = 60;

/// How often a running program is looked at.
const PAUSE: Duration = Duration::from_millis(10);

/// The most that is taken of what a program prints, in bytes.
const MAX_OUTPUT: u64 = 64 * 1024 * 1024;

/// What a program printed, and what it said besides.
pub(super) struct Printed {
    pub(super) output: String,
    pub(super) said: String,
}

/// Why a program printed nothing of use.
pub(super) enum Refusal {
    NotInstalled,
    /// What it, or the system, had to say.
    Problem(String),
}

/// Runs a program to its end.
pub(super) fn run(name: &str, arguments: &[&OsStr]) -> Result<Printed, Refusal> {
    let mut command = Command::new(name);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Refusal::NotInstalled,
        _ => Refusal::Problem(format!("{name} could not be run: {error}")),
    })?;
    let output = collect(child.stdout.take());
    let said = collect(child.stderr.take());
    let succeeded = wait(&mut child, name).map_err(Refusal::Problem)?;
    let bytes = |thread: thread::JoinHandle<Vec<u8>>| thread.join().unwrap_or_default();
    let (output, said) = (bytes(output), bytes(said));
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    if !succeeded {
        return Err(Refusal::Problem(if said.is_empty() { format!("{name} failed") } else { said }));
    }
    if output.len() as u64 == MAX_OUTPUT {
        return Err(Refusal::Problem(format!("{name} printed more than {} MiB", MAX_OUTPUT / (1024 * 1024))));
    }
    Ok(Printed { output: String::from_utf8_lossy(&output).into_owned(), said })
}

fn collect(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            // What was read before an error is what there is; what is too much is read, so that the program can end.
            let _ = stream.by_ref().take(MAX_OUTPUT).read_to_end(&mut bytes);
            let _ = io::copy(&mut stream, &mut io::sink());
        }
        bytes
    })
}

/// Whether the program succeeded; one that takes too long is ended.
fn wait(child: &mut Child, name: &str) -> Result<bool, String> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if start.elapsed() < Duration::from_secs(TIME_LIMIT) => thread::sleep(PAUSE),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{name} took longer than {TIME_LIMIT} seconds"));
            }
            Err(error) => return Err(format!("{name} could not be waited for: {error}")),
        }
    }
}
