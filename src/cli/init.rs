//! `annexa init`: installs the document set of an ISMS with a configuration, a workflow and a hook, and fills in what it
//! is told. What exists is never touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, ErrorKind, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{ExitStatus, Failure, told};
use crate::embedded;
use crate::kind::document::placeholder::is_only_placeholder;

/// `annexa init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Where to install; the documents go into its folder `isms`
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// The name of the company
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
    /// Who owns the documents: the information security officer
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// Who approves them, and is not the owner: somebody of the management
    #[arg(long, value_name = "NAME")]
    approver: Option<String>,
    /// The address that security incidents are reported to
    #[arg(long, value_name = "ADDRESS")]
    contact: Option<String>,
    /// The telephone number that they are reported to
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// The country whose law applies
    #[arg(long, value_name = "NAME")]
    country: Option<String>,
    /// Fill in any other blank, such as `name of the deputy=Ada Byrne`
    #[arg(long = "set", value_name = "BLANK=TEXT")]
    set: Vec<String>,
    /// Ask nothing; leave open what no option says
    #[arg(long)]
    yes: bool,
}

const CONFIGURATION: &str = "\
# What Annexa reads, and from which severity on it stops a change.
framework: iso27001:2022
isms: isms
exceptions: isms/registers/exceptions.yaml
fail_on: medium
";

const HOOK: &str = "\
# `pre-commit install` makes each commit check the files that it changes.
repos:
  - repo: local
    hooks:
      - id: annexa
        name: annexa
        language: system
        entry: annexa scan
        types_or: [terraform, yaml, json, dockerfile, markdown, csv, toml]
        require_serial: true
";

/// What goes beside the document set.
const OTHERS: [(&str, &str); 3] = [
    (crate::source::CONFIGURATION, CONFIGURATION),
    (".github/workflows/annexa.yml", include_str!("../../docs/examples/pull-request.yml")),
    (".pre-commit-config.yaml", HOOK),
];

/// The folder of the documents.
const ISMS: &str = "isms";

/// The page that explains the blanks, and therefore shows some.
const EXPLANATION: &str = "README.md";

/// How many of the files that existed are named.
const SHOWN: usize = 8;

/// Questions, each with the blank that its answer fills.
const QUESTIONS: [(&str, &str); 6] = [
    ("company", "Name of the company"),
    ("owner", "Information security officer, who owns the documents"),
    ("approver", "Manager who approves them (somebody else)"),
    ("contact address", "Address that incidents are reported to"),
    ("contact number", "Telephone number that they are reported to"),
    ("country", "Country whose law applies"),
];

/// What to fill in, by blank.
type Answers = BTreeMap<String, String>;

pub(super) fn run(args: &InitArgs) -> Result<ExitStatus, Failure> {
    let mut answers = given(args)?;
    let stdin = io::stdin();
    if !args.yes && stdin.is_terminal() {
        ask(&mut answers, &mut stdin.lock(), &mut io::stderr().lock())?;
    }
    if let (Some(owner), Some(approver)) = (answers.get("owner"), answers.get("approver"))
        && owner.eq_ignore_ascii_case(approver)
    {
        return Err(told("the owner cannot approve; name somebody else as approver"));
    }
    let outcome = install(&args.folder, &answers)?;
    report(&outcome, args, &mut io::stdout().lock())?;
    Ok(ExitStatus::Clean)
}

fn given(args: &InitArgs) -> Result<Answers, Failure> {
    let InitArgs { folder: _, company, owner, approver, contact, phone, country, set, yes: _ } = args;
    let mut answers = Answers::new();
    let options = [company, owner, approver, contact, phone, country];
    for ((blank, _), answer) in QUESTIONS.iter().zip(options) {
        if let Some(answer) = answer {
            answers.insert((*blank).to_owned(), checked(answer).map_err(told)?);
        }
    }
    let known = blanks();
    for pair in set {
        let (blank, answer) = pair.split_once('=').ok_or_else(|| told(format!("`{pair}` is no BLANK=TEXT")))?;
        let blank = blank.trim().trim_matches(['[', ']']).to_lowercase();
        if !known.contains(&blank) {
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(told(format!("no document has a blank `{blank}`; one of\n  {}", names.join("\n  "))));
        }
        answers.insert(blank, checked(answer).map_err(told)?);
    }
    Ok(answers)
}

/// An answer that can stand in YAML, CSV and Markdown alike without changing what they mean.
fn checked(answer: &str) -> Result<String, String> {
    let answer = answer.trim();
    let is_special = |letter: char| letter.is_control() || "\"\\|[]<>{}`".contains(letter);
    if answer.is_empty() || answer.chars().count() > 200 {
        return Err(format!("`{answer}` is no answer; it takes between 1 and 200 letters"));
    }
    match answer.chars().find(|letter| is_special(*letter)) {
        Some(letter) => {
            Err(format!("`{}` holds {letter:?}, which means something in the documents", answer.escape_debug()))
        }
        None => Ok(answer.to_owned()),
    }
}

/// Asks what is not known yet; an empty line leaves the blank.
fn ask(answers: &mut Answers, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "An empty answer leaves the blank for later.")?;
    for (blank, question) in QUESTIONS {
        while !answers.contains_key(blank) {
            write!(out, "{question}: ")?;
            out.flush()?;
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 || line.trim().is_empty() {
                break;
            }
            match checked(&line) {
                Ok(answer) => {
                    answers.insert(blank.to_owned(), answer);
                }
                Err(error) => writeln!(out, "{error}")?,
            }
        }
    }
    Ok(())
}

/// What was done.
#[derive(Debug, Default)]
struct Outcome {
    written: usize,
    /// Files that existed, relative to the folder.
    existing: Vec<String>,
    /// Whether there was a configuration that does not name the folder.
    is_unmentioned: bool,
    /// The blanks that are left in what was written, each with the number of places.
    left: BTreeMap<String, usize>,
}

fn install(folder: &Path, answers: &Answers) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::default();
    for file in embedded::policies() {
        let text = match file.path {
            EXPLANATION => file.text.to_owned(),
            _ => fill(file.text, answers, &mut BTreeMap::new()),
        };
        if place(folder, &format!("{ISMS}/{}", file.path), &text, &mut outcome)? && file.path != EXPLANATION {
            fill(&text, &Answers::new(), &mut outcome.left);
        }
    }
    for (path, text) in OTHERS {
        if !place(folder, path, text, &mut outcome)? && path == crate::source::CONFIGURATION {
            let existing = fs::read_to_string(folder.join(path)).unwrap_or_default();
            outcome.is_unmentioned = !existing.lines().any(|line| line.starts_with("isms:") && line.contains(ISMS));
        }
    }
    Ok(outcome)
}

/// Writes a file unless there is one; whether it did.
fn place(folder: &Path, path: &str, text: &str, outcome: &mut Outcome) -> Result<bool, Failure> {
    let target = folder.join(path);
    let refused = |error: io::Error| told(format!("cannot write {}: {error}", target.display()));
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).map_err(refused)?;
    }
    match OpenOptions::new().write(true).create_new(true).open(&target) {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).map_err(refused)?;
            outcome.written += 1;
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            outcome.existing.push(path.to_owned());
            Ok(false)
        }
        Err(error) => Err(refused(error)),
    }
}

/// The text with its blanks filled in as far as they are known; what stays is counted.
fn fill(text: &str, answers: &Answers, left: &mut BTreeMap<String, usize>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('[') {
        let (before, from) = rest.split_at(start);
        filled.push_str(before);
        let end = from.find([']', '\n']).filter(|end| from.get(*end..).is_some_and(|tail| tail.starts_with(']')));
        let blank = end.and_then(|end| from.get(..=end)).unwrap_or("[");
        rest = from.get(blank.len()..).unwrap_or_default();
        if blank == "[" || rest.starts_with('(') || !is_only_placeholder(blank) {
            filled.push_str(blank);
            continue;
        }
        let name = name_of(blank);
        if let Some(answer) = answers.get(name) {
            filled.push_str(answer);
        } else {
            *left.entry(name.to_owned()).or_default() += 1;
            filled.push_str(blank);
        }
    }
    filled + rest
}

/// `state` of `[state: implemented, partial or planned]`.
fn name_of(blank: &str) -> &str {
    let inner = blank.trim_matches(['[', ']']);
    inner.split_once(':').map_or(inner, |(name, _)| name)
}

/// Every blank of the document set.
fn blanks() -> BTreeSet<String> {
    let mut found = BTreeMap::new();
    for file in embedded::policies().iter().filter(|file| file.path != EXPLANATION) {
        fill(file.text, &Answers::new(), &mut found);
    }
    found.into_keys().collect()
}

fn report(outcome: &Outcome, args: &InitArgs, out: &mut dyn Write) -> io::Result<()> {
    let folder = args.folder.display();
    writeln!(out, "Installed  {} files in {folder}", outcome.written)?;
    for path in outcome.existing.iter().take(SHOWN) {
        writeln!(out, "Kept       {path} exists already and was left as it is")?;
    }
    if let Some(more) = outcome.existing.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        writeln!(out, "           and so do {more} more")?;
    }
    if outcome.is_unmentioned {
        writeln!(
            out,
            "           {} should say `isms: {ISMS}` and `exceptions: {ISMS}/registers/exceptions.yaml`",
            crate::source::CONFIGURATION
        )?;
    }
    let places: usize = outcome.left.values().sum();
    if places > 0 {
        writeln!(out, "To fill in {} blanks in {places} places:", outcome.left.len())?;
        let often: Vec<(&String, &usize)> = outcome.left.iter().filter(|(_, count)| **count > 2).collect();
        for (name, count) in &often {
            writeln!(out, "           [{name}] {count} times")?;
        }
        let others = outcome.left.len() - often.len();
        if others > 0 {
            writeln!(out, "           and {others} that stand once or twice")?;
        }
    }
    writeln!(out, "Next       1. annexa scan     reports each blank, and what the documents leave open")?;
    writeln!(out, "           2. fill in the blanks, and change what you do otherwise; the approver approves")?;
    writeln!(out, "           3. annexa soa      keeps the Statement of Applicability complete")?;
    writeln!(out, "           4. annexa coverage shows what there is evidence for")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_filled_and_links_and_lists_are_left() {
        let answers: Answers = [("company".to_owned(), "Quillmere".to_owned())].into();
        let mut left = BTreeMap::new();
        let text = "[company] has [a page](x.md), data: [logs], an [owner] [state: planned or partial] [company\n] [";
        let filled = fill(text, &answers, &mut left);
        assert_eq!(
            filled,
            "Quillmere has [a page](x.md), data: [logs], an [owner] [state: planned or partial] [company\n] ["
        );
        assert_eq!(left.keys().collect::<Vec<_>>(), ["owner", "state"]);
    }

    #[test]
    fn answers_that_would_break_a_file_are_refused() {
        for answer in ["", "a\"b", "a\\b", "a|b", "[owner]", "a\nb", "<b>"] {
            assert!(checked(answer).is_err(), "{answer}");
        }
        assert_eq!(checked(" O'Neill & Søn, Ltd. ").unwrap(), "O'Neill & Søn, Ltd.");
    }

    #[test]
    fn questions_are_asked_until_the_answer_fits_and_an_empty_one_leaves_the_blank() {
        let mut answers: Answers = [("owner".to_owned(), "Edda Falk".to_owned())].into();
        let mut asked = Vec::new();
        ask(&mut answers, &mut "Quill|mere\nQuillmere\n\nx@quillmere.example\n".as_bytes(), &mut asked).unwrap();
        let expected = [("company", "Quillmere"), ("contact address", "x@quillmere.example"), ("owner", "Edda Falk")];
        assert_eq!(answers.iter().map(|(blank, answer)| (&**blank, &**answer)).collect::<Vec<_>>(), expected);
        assert_eq!(String::from_utf8(asked).unwrap().matches("Name of the company").count(), 2);
    }

    #[test]
    fn every_question_has_a_blank_and_every_blank_of_yaml_and_csv_is_in_quotes() {
        let known = blanks();
        assert!(QUESTIONS.iter().all(|(blank, _)| known.contains(*blank)));
        let is_page = |path: &str| path.rsplit_once('.').is_some_and(|(_, ending)| ending == "md");
        for file in embedded::policies().iter().filter(|file| !is_page(file.path)) {
            for (at, _) in file.text.match_indices('[') {
                let blank = file.text.get(at..).and_then(|rest| rest.find(']').and_then(|end| rest.get(..=end)));
                if blank.is_some_and(is_only_placeholder) {
                    assert!(file.text.get(..at).unwrap().ends_with('"'), "{} {blank:?}", file.path);
                }
            }
        }
    }
}
