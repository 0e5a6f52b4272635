//! `annexa actions`: nonconformities that were recorded, and what is done about them.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::evidence::{chain_of, home, nonconformities};
use super::{ExitStatus, Failure, Terminal, clock, output, told};
use crate::evidence::nonconformity::{Nonconformity, Status};
use crate::report::{Named, Target, unexecuted};

/// What to do with corrective actions.
#[derive(Debug, Subcommand)]
pub(super) enum ActionsCommand {
    /// List nonconformities: since when, due when, whose, what is done
    List(ListArgs),
}

/// `annexa actions list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// The repository, or the folder of evidence itself; the current folder when not given
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// List only those that are due and still open
    #[arg(long)]
    overdue: bool,
    /// List those that are closed, excepted or ignored, too
    #[arg(long, conflicts_with = "overdue")]
    all: bool,
    /// Write the list as table, csv or json; to a file with NAME=FILE (repeatable)
    #[arg(long, value_name = "NAME[=FILE]", value_parser = Target::<ListFormat>::parse)]
    format: Vec<Target<ListFormat>>,
    /// The configuration; `annexa.yaml` in the root when not given
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Judge as if it were this day
    #[arg(long, value_name = "DATE", value_parser = clock::parse)]
    today: Option<Date>,
}

/// A format of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListFormat {
    Table,
    Csv,
    Json,
}

impl Named for ListFormat {
    const ALL: &'static [ListFormat] = &[ListFormat::Table, ListFormat::Csv, ListFormat::Json];

    fn name(self) -> &'static str {
        match self {
            ListFormat::Table => "table",
            ListFormat::Csv => "csv",
            ListFormat::Json => "json",
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    today: String,
    entry: &'a str,
    nonconformities: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    overdue: bool,
    #[serde(flatten)]
    nonconformity: &'a Nonconformity,
}

pub(super) fn run(command: &ActionsCommand, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let ActionsCommand::List(args) = command;
    let ListArgs { path, overdue, all, format, config, today } = args;
    let home = home(path.as_deref(), config.as_deref(), terminal)?;
    let chain = chain_of(&home)?;
    let Some(newest) = chain.records().next_back() else {
        let folder = home.store.folder().display();
        return Err(told(format!(
            "there is no evidence in {folder}\n  help: nonconformities are followed from one recording to the next; \
             `annexa evidence record` makes the first"
        )));
    };
    let today = today.unwrap_or_else(|| clock::day(clock::now().0));
    let known = nonconformities(&home, &chain)?;
    let is_listed = |each: &&Nonconformity| match (overdue, all) {
        (true, _) => each.is_overdue(today),
        (_, true) => true,
        _ => each.status == Status::Open,
    };
    let mut listed: Vec<&Nonconformity> = known.iter().filter(is_listed).collect();
    listed.sort_by(|left, right| {
        let by_status = left.status.cmp(&right.status);
        let by_severity = by_status.then_with(|| right.severity().cmp(&left.severity()));
        by_severity.then_with(|| (&left.due, &left.path, &left.id).cmp(&(&right.due, &right.path, &right.id)))
    });
    let default = [Target::stdout(ListFormat::Table)];
    let targets = if format.is_empty() { &default[..] } else { &format[..] };
    for target in targets {
        let text = match target.format {
            ListFormat::Table => table(&listed, &known, &newest.manifest.entry, today),
            ListFormat::Csv => csv(&listed, today)?,
            ListFormat::Json => json(&listed, &newest.manifest.entry, today),
        };
        output::write_to(&target.file, &mut |out| out.write_all(text.as_bytes()))?;
    }
    Ok(ExitStatus::Clean)
}

fn json(listed: &[&Nonconformity], entry: &str, today: Date) -> String {
    let row = |each: &&'_ Nonconformity| each.is_overdue(today);
    let rows = listed.iter().map(|each| Row { overdue: row(each), nonconformity: each }).collect();
    let document = Document { schema: "annexa/actions/1", today: today.to_string(), entry, nonconformities: rows };
    format!("{}\n", serde_json::to_string_pretty(&document).unwrap_or_default())
}

const COLUMNS: [&str; 20] = [
    "id",
    "severity",
    "status",
    "overdue",
    "title",
    "message",
    "controls",
    "rule",
    "path",
    "line",
    "resource",
    "first_seen",
    "due",
    "owner",
    "register",
    "cause",
    "action",
    "closed_on",
    "verified_by",
    "recurrences",
];

/// The list for spreadsheets, with what the corrective-actions register says.
fn csv(listed: &[&Nonconformity], today: Date) -> Result<String, Failure> {
    let mut table = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    let failed = |error: &dyn std::fmt::Display| told(format!("the list cannot be written: {error}"));
    table.write_record(COLUMNS).map_err(|error| failed(&error))?;
    for each in listed {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let cells = [
            each.id.clone(),
            each.severity.clone(),
            each.status.name().to_owned(),
            if each.is_overdue(today) { "yes" } else { "no" }.to_owned(),
            each.title.clone(),
            each.message.clone(),
            each.controls.join("; "),
            each.rule.clone(),
            each.path.clone(),
            each.line.map(|line| line.to_string()).unwrap_or_default(),
            each.resource.clone(),
            each.first_seen.clone(),
            text(&each.due),
            text(&each.owner),
            text(&each.register),
            text(&each.cause),
            text(&each.action),
            text(&each.closed_on),
            text(&each.verified_by),
            each.recurrences.to_string(),
        ];
        table.write_record(cells.map(|cell| unexecuted(&cell))).map_err(|error| failed(&error))?;
    }
    let bytes = table.into_inner().map_err(|error| failed(&error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What the corrective-actions register says of a nonconformity, and which recording verified that it is gone.
fn details(each: &Nonconformity) -> Vec<String> {
    let register = each.register.as_ref().map(|row| {
        let said = [("cause", &each.cause), ("action", &each.action), ("effective", &each.effective)];
        let said: Vec<String> =
            said.into_iter().filter_map(|(what, text)| Some(format!("{what}: {}", text.as_ref()?))).collect();
        let said = if said.is_empty() { "says neither cause nor action".to_owned() } else { said.join("; ") };
        format!("{row}: {said}")
    });
    let closed = each.closed_on.as_ref().map(|day| {
        let by = each.verified_by.as_deref().unwrap_or("nothing");
        format!("closed on {day}, verified by {by}")
    });
    let back = each.reopened_on.as_ref().map(|day| format!("came back on {day}"));
    register.into_iter().chain(closed).chain(back).collect()
}

fn table(listed: &[&Nonconformity], known: &[Nonconformity], entry: &str, today: Date) -> String {
    let mut rows = vec![["ID", "SEVERITY", "STATUS", "SINCE", "DUE", "OWNER", "RULE", "WHERE"].map(str::to_owned)];
    for each in listed {
        let mut status = if each.is_overdue(today) { "overdue".to_owned() } else { each.status.name().to_owned() };
        if each.recurrences > 0 {
            let _ = write!(status, ", back {}x", each.recurrences);
        }
        if each.undetermined {
            status.push_str(", undetermined");
        }
        let place = each.line.map_or_else(|| each.path.clone(), |line| format!("{}:{line}", each.path));
        rows.push([
            each.id.clone(),
            each.severity.clone(),
            status,
            each.first_seen.clone(),
            each.due.clone().unwrap_or_else(|| "-".to_owned()),
            each.owner.clone().unwrap_or_else(|| "-".to_owned()),
            each.rule.clone(),
            place,
        ]);
    }
    let mut text = String::new();
    if !listed.is_empty() {
        let aligned = aligned(&rows);
        let mut lines = aligned.lines();
        text.extend(lines.next().map(|head| format!("{head}\n")));
        for (line, each) in lines.zip(listed) {
            let _ = writeln!(text, "{line}");
            for detail in details(each) {
                let _ = writeln!(text, "    {}", detail.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
    }
    let count = |meets: &dyn Fn(&Nonconformity) -> bool| known.iter().filter(|each| meets(each)).count();
    let _ = writeln!(
        text,
        "{} open, {} of them overdue; {} under exceptions, {} ignored in the code, {} closed (as of {entry})",
        count(&|each| each.status == Status::Open),
        count(&|each| each.is_overdue(today)),
        count(&|each| each.status == Status::Excepted),
        count(&|each| each.status == Status::Ignored),
        count(&|each| each.status == Status::Closed),
    );
    text
}

fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width - cell.width() + 2));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}
