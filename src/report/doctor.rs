//! What `annexa doctor` tells: a page for people, and JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::terminal::{Ink, Paint, wrapped};
use super::{Style, words};

/// Columns of the names on the left.
const INDENT: usize = 20;

/// What was found out before a first scan. The version of the JSON changes when a field changes its meaning or goes.
#[derive(Debug, Serialize)]
pub struct Diagnosis {
    /// The version of this format.
    pub version: u32,
    /// What is judged, by kind; most files first.
    pub kinds: Vec<JudgedKind>,
    /// What is there and not judged.
    pub not_judged: NotJudged,
    /// Recognised documents and registers of the ISMS, by type.
    pub documents: BTreeMap<String, usize>,
    /// What was looked at.
    pub checks: Vec<Check>,
    /// Fails that nothing quiets.
    pub open_findings: usize,
    /// What to do, in this order.
    pub next: Vec<Step>,
}

/// The files of a kind.
#[derive(Debug, Serialize)]
pub struct JudgedKind {
    /// Its name, `github-actions`.
    pub kind: &'static str,
    /// Its files.
    pub files: usize,
    /// What they are judged as: root modules, charts, the ISMS.
    pub units: usize,
}

/// Files that are not judged, counted by the reason.
#[derive(Debug, Default, Serialize)]
pub struct NotJudged {
    /// Of no kind that rules judge.
    pub not_recognised: usize,
    /// Broken, or not readable.
    pub unreadable: usize,
    /// Read for the sake of others: values, lists of modules.
    pub context: usize,
    /// What something else is made of: templates, patches.
    pub set_aside: usize,
    /// Left out by the configuration.
    pub excluded: usize,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub struct Check {
    /// What: `git`, `isms`.
    pub name: &'static str,
    /// How it stands.
    pub state: CheckState,
    /// What was found.
    pub detail: String,
}

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckState {
    /// As it should be.
    Ok,
    /// Not there, which is nothing wrong.
    None,
    /// Results say less than they could.
    Attention,
}

/// Something to do.
#[derive(Debug, Serialize)]
pub struct Step {
    /// A command, or what to write where.
    pub run: String,
    /// What it is good for.
    pub because: String,
}

/// Writes the diagnosis as JSON.
pub fn write_json(diagnosis: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, diagnosis)?;
    out.write_all(b"\n")
}

/// Writes the diagnosis for people; without a summary only what needs attention.
pub fn write(diagnosis: &Diagnosis, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { paint: Paint::new(style.colours), width: style.width.clamp(60, 160), out };
    if !style.summary {
        let needy = diagnosis.checks.iter().filter(|check| check.state == CheckState::Attention);
        return needy.into_iter().try_for_each(|check| page.check(check));
    }
    page.title("What a scan judges here")?;
    judged(&mut page, diagnosis)?;
    page.title("\nWhat was looked at")?;
    diagnosis.checks.iter().try_for_each(|check| page.check(check))?;
    page.title("\nWhat to do next")?;
    diagnosis.next.iter().enumerate().try_for_each(|(index, step)| page.step(index + 1, step))
}

fn judged(page: &mut Page<'_>, diagnosis: &Diagnosis) -> io::Result<()> {
    if diagnosis.kinds.is_empty() {
        page.row(Ink::Plain, "  nothing", "no file of a kind that rules judge was found")?;
    }
    for JudgedKind { kind, files, units } in &diagnosis.kinds {
        let name = if *kind == "repository" { "repository" } else { words::kind(kind) };
        let text = match (*kind, unit(kind)) {
            ("isms", _) => format!("{} of documents and registers", words::count(*files, "file")),
            (_, Some(unit)) => format!("{}, {}", words::count(*files, "file"), words::count(*units, unit)),
            (_, None) => words::count(*files, "file"),
        };
        page.row(Ink::Plain, &format!("  {name}"), &text)?;
    }
    let rest = &diagnosis.not_judged;
    let rest: Vec<String> = [
        (rest.unreadable, "that cannot be read or understood"),
        (rest.not_recognised, "of no kind that rules judge"),
        (rest.context, "that others refer to"),
        (rest.set_aside, "of templates or patches"),
        (rest.excluded, "excluded by the configuration"),
    ]
    .iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, words)| format!("{} {words}", words::thousands(*number)))
    .collect();
    if rest.is_empty() { Ok(()) } else { page.row(Ink::Dim, "  not judged", &format!("files: {}", rest.join(", "))) }
}

/// What files of a kind are judged as, where that is more than the file.
fn unit(kind: &str) -> Option<&'static str> {
    match kind {
        "terraform" => Some("root module"),
        "kubernetes" => Some("folder"),
        _ => None,
    }
}

/// Names on the left, text on the right.
struct Page<'a> {
    paint: Paint,
    width: usize,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn title(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", self.paint.text(Ink::Bold, text))
    }

    fn row(&mut self, ink: Ink, name: &str, text: &str) -> io::Result<()> {
        let lines = wrapped(&words::printable(text), self.width.saturating_sub(INDENT));
        for (index, line) in lines.iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            writeln!(self.out, "{}{line}", self.paint.text(ink, &format!("{name:INDENT$}")))?;
        }
        Ok(())
    }

    fn check(&mut self, check: &Check) -> io::Result<()> {
        let (sign, ink) = match check.state {
            CheckState::Ok => ("✓", Ink::Good),
            CheckState::None => ("·", Ink::Dim),
            CheckState::Attention => ("!", Ink::Half),
        };
        self.row(ink, &format!("  {sign} {}", check.name), &check.detail)
    }

    fn step(&mut self, number: usize, step: &Step) -> io::Result<()> {
        writeln!(self.out, "{number:>3}. {}", self.paint.text(Ink::Help, &words::printable(&step.run)))?;
        for line in wrapped(&words::printable(&step.because), self.width.saturating_sub(5)) {
            writeln!(self.out, "     {line}")?;
        }
        Ok(())
    }
}
