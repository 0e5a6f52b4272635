//! The report as Markdown, for the folder of the management review.

use std::fmt::{self, Write};

use super::summary::Action;
use super::trend::{FACETS, Item, Month, Report, Row};

/// How many nonconformities a list shows before it says how many more there are.
const LISTED: usize = 25;

/// The report in Markdown.
pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = write_report(report, &mut text);
    text
}

fn write_report(report: &Report, out: &mut String) -> fmt::Result {
    writeln!(out, "# Input to the management review: {} to {}\n", report.from, report.to)?;
    writeln!(
        out,
        "From recorded evidence, as of {}. It is evidence relevant to the controls; whether they are met, and what \
         follows, is for people to say. Newest entry: `{}`.\n",
        report.today,
        report.head.as_deref().unwrap_or("none")
    )?;
    if !report.gaps.is_empty() {
        writeln!(
            out,
            "**Gaps: nothing was recorded for {}.** Nothing is known of these months.\n",
            report.gaps.join(", ")
        )?;
    }
    if report.stale {
        let age = report.age_days.map_or("there is none".to_owned(), |days| format!("it is {days} days old"));
        writeln!(out, "**The newest evidence is stale: {age}, at most {} are planned.**\n", report.max_age_days)?;
    }
    writeln!(out, "## d) Information security performance\n")?;
    corrective_actions(report, out)?;
    results(report, out)?;
    clauses(report, "### 3. Audit results", "audits", out)?;
    clauses(report, "### 4. Fulfilment of objectives", "objectives", out)?;
    clauses(report, "## f) Risk assessment and risk treatment", "risks", out)?;
    measurement(report, out)?;
    evaluation(report, out)?;
    writeln!(
        out,
        "## Not in this report\n\nActions from earlier reviews (a), changes of context and of what interested parties need \
         (b, c), their feedback (e) and opportunities for improvement (g) are not read from the repository. People bring them."
    )
}

fn corrective_actions(report: &Report, out: &mut String) -> fmt::Result {
    writeln!(out, "### 1. Nonconformities and corrective actions\n")?;
    writeln!(
        out,
        "| Month | New | Closed | Came back | Open | Overdue | Excepted | Not determined |\n|---|---|---|---|---|---|---|---|"
    )?;
    for month in &report.months {
        match &month.nonconformities {
            None => writeln!(out, "| {} | {} | | | | | | |", month.period, absent(month))?,
            Some(moved) => writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {} |",
                month.period,
                moved.opened,
                moved.closed,
                moved.recurred,
                moved.open,
                moved.overdue,
                moved.excepted,
                moved.undetermined
            )?,
        }
    }
    let open: Vec<String> = crate::rule::Severity::names()
        .into_iter()
        .rev()
        .filter_map(|severity| report.open.get(severity).map(|number| format!("{number} {severity}")))
        .collect();
    let open = if open.is_empty() { "none".to_owned() } else { open.join(", ") };
    writeln!(out, "\nOpen after the newest recording: {open}.")?;
    if report.without_cause > 0 {
        writeln!(out, "{} of them were seen more than once and have no cause on record.", report.without_cause)?;
    }
    list("Overdue", &report.overdue, out)?;
    list("Came back after they were closed", &report.recurring, out)?;
    register(report, out)?;
    writeln!(out)
}

fn list(title: &str, items: &[Item], out: &mut String) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n{title}:\n\n| Id | Severity | What | Where | Since | Due | Owner |\n|---|---|---|---|---|---|---|"
    )?;
    for item in items.iter().take(LISTED) {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            item.id,
            item.severity,
            cell(&item.title),
            cell(&item.path),
            item.first_seen,
            item.due.as_deref().unwrap_or("–"),
            cell(item.owner.as_deref().unwrap_or("nobody"))
        )?;
    }
    if items.len() > LISTED {
        writeln!(out, "\nand {} more (`annexa actions list`).", items.len() - LISTED)?;
    }
    Ok(())
}

/// The organisation's own register: what audits, incidents and people raised.
fn register(report: &Report, out: &mut String) -> fmt::Result {
    if report.register.is_empty() {
        return writeln!(
            out,
            "\nNo corrective-actions register was recorded: what audits and incidents raised is not told here."
        );
    }
    let is_overdue = |row: &&Action| row.done.is_none() && row.due.as_ref().is_some_and(|due| *due < report.today);
    let open: Vec<&Action> = report.register.iter().filter(|row| row.done.is_none()).collect();
    let done = report.register.iter().filter(|row| row.done.as_ref().is_some_and(|day| *day >= report.from));
    let unreviewed = report.register.iter().filter(|row| row.done.is_some() && row.effective.is_empty()).count();
    write!(
        out,
        "\nThe corrective-actions register has {} rows: {} open, of these {} overdue; {} done since {}.",
        report.register.len(),
        open.len(),
        report.register.iter().filter(is_overdue).count(),
        done.count(),
        report.from
    )?;
    if unreviewed > 0 {
        write!(out, " Of {unreviewed} that are done nobody has said whether they were effective.")?;
    }
    writeln!(out)?;
    if open.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n| Row | Raised from | Nonconformity | Cause | Action | Due | Owner |\n|---|---|---|---|---|---|---|"
    )?;
    for row in open.iter().take(LISTED) {
        let overdue = if is_overdue(row) { " (overdue)" } else { "" };
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {}{overdue} | {} |",
            cell(&row.id),
            cell(&row.source),
            cell(&row.nonconformity),
            cell(&row.cause),
            cell(&row.action),
            row.due.as_deref().unwrap_or("–"),
            cell(&row.owner)
        )?;
    }
    Ok(())
}

fn results(report: &Report, out: &mut String) -> fmt::Result {
    writeln!(
        out,
        "### 2. Monitoring and measurement results\n\nControls of Annex A by facet: evaluated of those that apply, and apart \
         from that satisfied of those evaluated. What was not evaluated is neither good nor bad.\n"
    )?;
    writeln!(
        out,
        "| Month | {} | {} | {} | Findings (critical, high, medium, low, info) | Undecided | All looked at |\n|---|---|---|---|---|---|---|",
        FACETS[0], FACETS[1], FACETS[2]
    )?;
    for month in &report.months {
        let Some(observed) = &month.observed else {
            writeln!(out, "| {} | {} | | | | | |", month.period, absent(month))?;
            continue;
        };
        let facets = FACETS.map(|facet| {
            month.coverage.get(facet).map_or_else(String::new, |[applicable, evaluated, satisfied]| {
                format!("{evaluated} of {applicable} evaluated, {satisfied} of {evaluated} satisfied")
            })
        });
        let severities = crate::rule::Severity::names().into_iter().rev();
        let findings: Vec<String> =
            severities.map(|severity| observed.findings.get(severity).copied().unwrap_or(0).to_string()).collect();
        let complete = if observed.complete { "yes" } else { "no" };
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            month.period,
            facets.join(" | "),
            findings.join(", "),
            observed.unknowns,
            complete
        )?;
    }
    let mut sets: Vec<&String> = report.months.iter().filter_map(|month| month.rule_set.as_ref()).collect();
    sets.dedup();
    if sets.len() > 1 {
        writeln!(
            out,
            "\nThe rules changed within these months: compare numbers before and after with care (see how it was measured)."
        )?;
    }
    writeln!(out, "\nChanged between the last two recordings:")?;
    if report.changes.is_empty() {
        return writeln!(out, "nothing.\n");
    }
    writeln!(out, "\n| Control | Facet | Before | Now |\n|---|---|---|---|")?;
    for change in &report.changes {
        writeln!(
            out,
            "| {} {} | {} | {} | {} |",
            change.control,
            cell(&change.title),
            change.facet,
            change.from,
            change.to
        )?;
    }
    writeln!(out)
}

fn clauses(report: &Report, heading: &str, input: &str, out: &mut String) -> fmt::Result {
    writeln!(out, "{heading}\n\nWhat the rules saw of the clauses that ask for it (documented / operating):\n")?;
    let rows: &[Row] = report.inputs.get(input).map_or(&[], Vec::as_slice);
    write!(out, "| Month |")?;
    for row in rows {
        write!(out, " {} {} |", row.clause, cell(&row.title))?;
    }
    writeln!(out, "\n|---|{}", "---|".repeat(rows.len()))?;
    for (index, month) in report.months.iter().enumerate() {
        write!(out, "| {} |", month.period)?;
        for row in rows {
            match row.statuses.get(index).and_then(Option::as_ref) {
                Some([documented, _, operating]) => write!(out, " {documented} / {operating} |")?,
                None => write!(out, " {} |", absent(month))?,
            }
        }
        writeln!(out)?;
    }
    writeln!(out)
}

fn measurement(report: &Report, out: &mut String) -> fmt::Result {
    writeln!(
        out,
        "## How it was measured (clause 9.1)\n\nWhat: the rules of annexa over everything that the repository holds. Method: the same \
         rules over the same commit give the same result; `implemented` means declared in code, what is deployed was not observed.\n"
    )?;
    writeln!(
        out,
        "| Month | When | Who measured | Commit | Tool | Rule set | Signed by |\n|---|---|---|---|---|---|---|"
    )?;
    for month in &report.months {
        let short =
            |text: &Option<String>| text.as_deref().map_or("–".to_owned(), |text| text.chars().take(12).collect());
        if month.entry.is_none() {
            writeln!(out, "| {} | {} | | | | | |", month.period, absent(month))?;
            continue;
        }
        let late = if month.state == "late" { " (after the month)" } else { "" };
        let dirty = if month.dirty == Some(true) { ", changed" } else { "" };
        let again =
            if month.recordings > 1 { format!(", recording {} of {0}", month.recordings) } else { String::new() };
        writeln!(
            out,
            "| {} | {}{late}{again} | {} | {}{dirty} | {} | {} | {} |",
            month.period,
            month.observed_at.as_deref().unwrap_or("–"),
            cell(&who(month)),
            short(&month.commit),
            cell(month.tool.as_deref().unwrap_or("–")),
            short(&month.rule_set),
            short(&month.signer)
        )?;
    }
    writeln!(out)
}

/// Where it was measured, and who started that where the system said so.
fn who(month: &Month) -> String {
    let runner = month.runner.as_deref().unwrap_or("–");
    month.measured_by.as_ref().map_or_else(|| runner.to_owned(), |who| format!("{runner}: {who}"))
}

fn evaluation(report: &Report, out: &mut String) -> fmt::Result {
    writeln!(out, "## Evaluation and sign-off\n\n| Month | Evaluated by | On | Remark |\n|---|---|---|---|")?;
    for month in &report.months {
        if month.entry.is_none() {
            writeln!(out, "| {} | {} | | |", month.period, absent(month))?;
            continue;
        }
        for evaluation in &month.evaluations {
            let role = if evaluation.role.is_empty() { String::new() } else { format!(", {}", evaluation.role) };
            let current = if evaluation.current { "" } else { " (of a recording that was amended since)" };
            writeln!(
                out,
                "| {} | {}{} | {} | {}{current} |",
                month.period,
                cell(&evaluation.evaluator),
                cell(&role),
                evaluation.date,
                cell(&evaluation.remark)
            )?;
        }
        if !month.evaluations.iter().any(|evaluation| evaluation.current) {
            writeln!(
                out,
                "| {} | ____________ | ________ | not evaluated yet (`annexa evidence sign-off`) |",
                month.period
            )?;
        }
    }
    writeln!(out)
}

/// What stands in place of numbers.
fn absent(month: &Month) -> &'static str {
    match month.state {
        "gap" => "**gap**",
        "pending" => "not yet",
        "before" => "before the first recording",
        _ => "no summary",
    }
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('`', "\\`").replace('[', "\\[")
}
