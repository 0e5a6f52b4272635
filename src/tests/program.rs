//! Running the program as a user does, in an environment that holds nothing of the machine it runs on.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The day that the fixtures are written for.
pub(crate) const TODAY: &str = "2026-11-22";

/// What a run of a program came to.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; absent when a signal ended it.
    pub(crate) status: Option<i32>,
    /// What it printed.
    pub(crate) stdout: String,
    /// What it had to say.
    pub(crate) stderr: String,
}

impl Ran {
    /// Ends the test unless the program exited with this code.
    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Ran {
        assert_eq!(self.status, Some(status), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Ends the test unless a message says this.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Ran {
        assert!(self.stdout.contains(words) || self.stderr.contains(words), "`{words}` is not in {self:#?}");
        self
    }
}

/// Runs `annexa` in a folder.
pub(crate) fn annexa<I: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = I>) -> Ran {
    run(command(Path::new(env!("CARGO_BIN_EXE_annexa")), folder, folder).args(arguments))
}

/// Runs `git` in a folder, with a fixed author and clock.
pub(crate) fn git<I: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = I>) -> Ran {
    let home = folder.parent().unwrap_or(folder);
    let mut command = command(Path::new("git"), folder, home);
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Wren Okafor");
        command.env(format!("GIT_{role}_EMAIL"), "wren@quillmere.example");
        command.env(format!("GIT_{role}_DATE"), "2026-11-20T09:00:00Z");
    }
    let fixed = ["-c", "init.defaultBranch=main", "-c", "core.autocrlf=false", "-c", "commit.gpgSign=false"];
    run(command.args(fixed).args(arguments))
}

/// A command with an empty environment but for what finding and running programs takes.
pub(crate) fn command(program: &Path, folder: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().env("HOME", home).env("COLUMNS", "100").env("GIT_CONFIG_NOSYSTEM", "1");
    for name in ["PATH", "SystemRoot", "TEMP", "LLVM_PROFILE_FILE"] {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Ran {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}

/// The folder of fixtures.
pub(crate) fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// A folder of our own outside every repository, with the files given.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

/// Writes a file and the folders above it.
pub(crate) fn write(folder: &Path, path: &str, content: impl AsRef<[u8]>) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The company of the fixtures as a git repository with its history.
pub(crate) fn acme() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let bundle = testdata().join("repositories/acme.bundle");
    git(home.path(), ["clone", "--quiet", bundle.to_str().unwrap(), "acme"]).expect(0);
    let folder = home.path().join("acme");
    (home, folder)
}
