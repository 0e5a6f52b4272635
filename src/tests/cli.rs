//! The command line, as data: each folder of `testdata/cli` holds a `transcript.txt` and, if the case needs any, files
//! in `input/`. The commands of the transcript run one after the other in a copy of `input/` outside every repository.
//!
//! ```text
//! # What the case shows.
//! $ annexa scan --today 2026-11-22
//! | a line of standard output
//! ! a line of standard error
//! = 0
//! ```
//!
//! `ANNEXA_BLESS=1 cargo test` writes what the program says now; read the difference before you commit it.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::program::{self, Ran};

#[test]
fn transcripts_are_what_the_program_says() {
    let bless = env::var_os("ANNEXA_BLESS").is_some();
    let cases: BTreeSet<PathBuf> =
        fs::read_dir(program::testdata().join("cli")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!cases.is_empty());
    let differing: Vec<String> = cases.par_iter().filter_map(|case| difference(case, bless)).collect();
    assert!(differing.is_empty(), "{}\n`ANNEXA_BLESS=1 cargo test` accepts this", differing.join("\n"));
}

/// Runs a case; where it says something else than its transcript, what.
fn difference(case: &Path, bless: bool) -> Option<String> {
    let path = case.join("transcript.txt");
    let written = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let said = play(case, &written);
    if said == written {
        return None;
    }
    if bless {
        fs::write(&path, said).unwrap();
        return None;
    }
    Some(format!("{}\n{}", path.display(), changed(&written, &said)))
}

/// The lines from the first that differs to the last that does: `-` as written, `+` as said.
fn changed(written: &str, said: &str) -> String {
    let (left, right): (Vec<&str>, Vec<&str>) = (written.lines().collect(), said.lines().collect());
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let head = left.iter().zip(&right).take_while(same).count();
    let (left, right) = (&left[head..], &right[head..]);
    let tail = left.iter().rev().zip(right.iter().rev()).take_while(same).count();
    let marked = |mark: char, lines: &[&str]| {
        let lines = lines[..lines.len() - tail].iter().map(|line| format!("{mark} {line}\n"));
        lines.collect::<String>()
    };
    format!("from line {} on:\n{}{}", head + 1, marked('-', left), marked('+', right))
}

/// The transcript with what the program says now.
fn play(case: &Path, transcript: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(home.path()).unwrap().join("input");
    fs::create_dir(&root).unwrap();
    if case.join("input").is_dir() {
        program::copy(&case.join("input"), &root);
    }
    let mut said = String::new();
    for line in transcript.lines() {
        if let Some(typed) = line.strip_prefix("$ ") {
            let ran = perform(&root, typed);
            writeln!(said, "{line}").unwrap();
            record(&mut said, &ran, &root);
        } else if !line.starts_with(['|', '!', '=']) {
            writeln!(said, "{line}").unwrap();
        }
    }
    said
}

fn perform(root: &Path, typed: &str) -> Ran {
    let words = words(typed);
    match words.split_first() {
        Some((program, arguments)) if program == "annexa" => program::annexa(root, arguments),
        Some((program, arguments)) if program == "git" => program::git(root, arguments),
        _ => panic!("`{typed}` is neither annexa nor git"),
    }
}

/// The words of a command; quotes of both kinds keep blanks together.
fn words(typed: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for character in typed.chars() {
        match (character, quote) {
            ('\'' | '"', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (_, Some(open)) if open == character => quote = None,
            (' ', None) => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

fn record(said: &mut String, ran: &Ran, root: &Path) {
    for (mark, text) in [('|', &ran.stdout), ('!', &ran.stderr)] {
        let text = text.replace(root.to_str().unwrap(), "[ROOT]").replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
        for line in text.lines() {
            writeln!(said, "{}", format!("{mark} {line}").trim_end()).unwrap();
        }
    }
    let status = ran.status.map_or("ended by a signal".to_owned(), |status| status.to_string());
    writeln!(said, "= {status}").unwrap();
}

#[test]
fn words_of_a_command_are_told_apart() {
    assert_eq!(words(r#"annexa explain 'clause 9.2' "" a"b"c"#), ["annexa", "explain", "clause 9.2", "", "abc"]);
}
