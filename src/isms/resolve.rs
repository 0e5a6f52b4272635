//! Control identifiers as people write them: `5.24`, `A.16.1.1`, `clause 9.2`, `incident-management`, `DSS02`.

use std::cmp::Reverse;
use std::fmt;

use smol_str::SmolStr;

use crate::isms::catalogue::{Catalogue, catalogue, exists};
use crate::isms::control::{ControlId, Framework};

/// No framework lists what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownControl {
    /// What was written.
    pub written: String,
    /// The nearest identifier that exists, in the form that would have been understood.
    pub suggestion: Option<String>,
}

impl fmt::Display for UnknownControl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no framework has a control, clause, practice or objective `{}`", self.written)?;
        match &self.suggestion {
            Some(suggestion) => write!(formatter, "; did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownControl {}

/// Understands an identifier as a person writes it.
///
/// Numbers of clauses and of Annex A collide: `5.1` alone is the control A.5.1, and only where Annex A has no such
/// number, or the number has three parts (`6.1.2`), is it a clause. Clauses are written `clause 5.1` or `iso27001:2022/5.1`. Case and outer blanks do not matter.
pub fn resolve(written: &str) -> Result<ControlId, UnknownControl> {
    find(written).ok_or_else(|| UnknownControl { written: written.trim().to_string(), suggestion: suggest(written) })
}

/// As [`resolve`], but only what a cell of a register can mean: an identifier that may be followed by a title
/// (`A.5.24 Incident planning`), or preceded by `Annex` or `Control`.
pub fn resolve_cell(written: &str) -> Option<ControlId> {
    let text = written.trim().replace(['`', '*', '"'], "");
    let text = text.trim();
    if let Some(found) = find(text) {
        return Some(found);
    }
    let lower = text.to_lowercase();
    if lower.starts_with("clause ") || lower.starts_with("annex a ") {
        let end = text.match_indices(' ').nth(if lower.starts_with("annex") { 2 } else { 1 }).map(|(at, _)| at);
        return end.and_then(|end| text.get(..end)).and_then(|head| find(trim_mark(head)));
    }
    let first = text.split([' ', '\t', '\u{a0}', '–', '—', ':', '(', ',']).next()?;
    first.contains('.').then(|| find(trim_mark(first))).flatten()
}

fn trim_mark(head: &str) -> &str {
    head.trim_end_matches(['.', ':', ',', ';', '-'])
}

fn find(written: &str) -> Option<ControlId> {
    let text = written.trim().to_lowercase();
    if let Some((framework, id)) = text.split_once('/') {
        return Framework::parse(framework.trim()).and_then(|framework| in_framework(framework, id.trim()));
    }
    for prefix in ["clause ", "cl. ", "§"] {
        if let Some(number) = text.strip_prefix(prefix) {
            return clause(number.trim());
        }
    }
    let text = ["annex ", "control "].iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(&text).trim();
    match annex_number(text) {
        Some(number) => annex_a(number),
        None if text.starts_with(|first: char| first.is_ascii_digit()) => number(text),
        None => [Framework::Itil4, Framework::Cobit2019].into_iter().find_map(|other| in_framework(other, text)),
    }
}

/// The number behind `A.`, `A ` or `A`, where the text is one of Annex A.
fn annex_number(text: &str) -> Option<&str> {
    let number = text.strip_prefix('a')?.trim_start_matches(['.', ' ', '-']);
    number.starts_with(|first: char| first.is_ascii_digit()).then_some(number)
}

/// A control of Annex A: two numbers are the 2022 edition, three the 2013 edition.
fn annex_a(number: &str) -> Option<ControlId> {
    let id = SmolStr::new(format!("A.{number}"));
    let framework = if number.matches('.').count() == 2 { Framework::Iso2013 } else { Framework::Iso2022 };
    listed(ControlId { framework, id })
}

/// A bare number: of two parts first a control, else first a clause, because nobody means the 2013 edition unsaid.
fn number(text: &str) -> Option<ControlId> {
    if text.matches('.').count() == 1 {
        annex_a(text).or_else(|| clause(text))
    } else {
        clause(text).or_else(|| annex_a(text))
    }
}

fn clause(number: &str) -> Option<ControlId> {
    listed(ControlId { framework: Framework::Iso2022, id: number.into() })
}

fn in_framework(framework: Framework, id: &str) -> Option<ControlId> {
    let catalogue = catalogue(framework);
    let exact = catalogue.ids().find(|listed| listed.eq_ignore_ascii_case(id));
    exact.or_else(|| by_title(catalogue, id)).map(|id| ControlId { framework, id: id.clone() })
}

fn by_title<'a>(catalogue: &'a Catalogue, title: &str) -> Option<&'a SmolStr> {
    catalogue.controls.iter().find(|control| control.title.eq_ignore_ascii_case(title)).map(|control| &control.id)
}

fn listed(control: ControlId) -> Option<ControlId> {
    exists(&control).then_some(control)
}

fn suggest(written: &str) -> Option<String> {
    let text = written.trim().to_lowercase();
    if let Some((framework, id)) = text.split_once('/') {
        let frameworks = Framework::ALL.map(Framework::name);
        let framework = Framework::parse(framework).or_else(|| Framework::parse(nearest(framework, frameworks)?))?;
        let ids: Vec<String> = catalogue(framework).ids().map(|id| id.to_lowercase()).collect();
        let near = nearest(id, ids.iter().map(String::as_str))?;
        return in_framework(framework, near).map(|found| found.to_string());
    }
    if let Some(number) = text.strip_prefix("clause ") {
        let clauses = catalogue(Framework::Iso2022).clauses.iter().map(|clause| clause.id.as_str());
        return nearest(number, clauses).map(|near| format!("clause {near}"));
    }
    let plain = |framework: Framework| catalogue(framework).controls.iter().map(|control| control.id.as_str());
    let known: Vec<(String, &str)> = Framework::ALL
        .into_iter()
        .flat_map(plain)
        .flat_map(|id| [Some((id.to_lowercase(), id)), id.strip_prefix("A.").map(|number| (number.to_string(), id))])
        .flatten()
        .collect();
    let near = nearest(&text, known.iter().map(|(form, _)| form.as_str()))?;
    known.iter().find(|(form, _)| form == near).map(|(_, id)| (*id).to_string())
}

/// The candidate nearest to a word, where at most a third of its letters differ; of several equally near the one that
/// begins alike, then the first.
fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: String = word.chars().take(80).collect();
    let allowed = (word.chars().count() / 3).max(1);
    let alike = |candidate: &str| word.chars().zip(candidate.chars()).take_while(|(left, right)| left == right).count();
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, candidate), Reverse(alike(candidate)), candidate))
        .filter(|(distance, _, candidate)| *distance <= allowed && *distance < candidate.len())
        .min_by_key(|(distance, alike, _)| (*distance, *alike))
        .map(|(_, _, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_understood_as_people_write_them() {
        for (written, expected) in [
            ("5.24", "iso27001:2022/A.5.24"),
            ("A.5.24", "iso27001:2022/A.5.24"),
            ("a5.24", "iso27001:2022/A.5.24"),
            (" A 5.24 ", "iso27001:2022/A.5.24"),
            ("Annex A 5.24", "iso27001:2022/A.5.24"),
            ("Annex A.5.24", "iso27001:2022/A.5.24"),
            ("control 8.1", "iso27001:2022/A.8.1"),
            ("5.1", "iso27001:2022/A.5.1"),
            ("clause 5.1", "iso27001:2022/5.1"),
            ("iso27001:2022/5.1", "iso27001:2022/5.1"),
            ("iso27001:2022/a.5.1", "iso27001:2022/A.5.1"),
            ("9.2", "iso27001:2022/9.2"),
            ("clause 9.2", "iso27001:2022/9.2"),
            ("9.2.1", "iso27001:2022/9.2.1"),
            ("6.1.2", "iso27001:2022/6.1.2"),
            ("16.1.1", "iso27001:2013/A.16.1.1"),
            ("A.16.1.1", "iso27001:2013/A.16.1.1"),
            ("iso27001:2013/A.16.1.1", "iso27001:2013/A.16.1.1"),
            ("incident-management", "itil4/incident-management"),
            ("Incident management", "itil4/incident-management"),
            ("dss02", "cobit2019/DSS02"),
            ("cobit2019/DSS02", "cobit2019/DSS02"),
        ] {
            assert_eq!(resolve(written).map(|id| id.to_string()), Ok(expected.to_string()), "{written}");
        }
    }

    #[test]
    fn unknown_identifiers_name_the_nearest_that_exists() {
        for (written, suggestion) in [
            ("A.5.42", Some("A.5.4")),
            ("iso27001:2022/A.5.42", Some("iso27001:2022/A.5.4")),
            ("clause 9.22", Some("clause 9.2")),
            ("incident-managment", Some("incident-management")),
            ("DSS20", Some("DSS02")),
            ("iso27001:2021/A.5.24", Some("iso27001:2022/A.5.24")),
            ("", None),
            ("something else entirely", None),
            ("nist/AC-2", None),
        ] {
            assert_eq!(resolve(written).unwrap_err().suggestion.as_deref(), suggestion, "{written}");
        }
    }

    #[test]
    fn cells_may_say_more_than_the_identifier() {
        for (written, expected) in [
            ("A.5.24 Incident management planning", Some("iso27001:2022/A.5.24")),
            ("`A.8.13` – Information backup", Some("iso27001:2022/A.8.13")),
            ("5.24: planning", Some("iso27001:2022/A.5.24")),
            ("Annex A 5.24 planning", Some("iso27001:2022/A.5.24")),
            ("clause 9.2 audits", Some("iso27001:2022/9.2")),
            ("5 people", None),
            ("incident", None),
            ("", None),
        ] {
            assert_eq!(resolve_cell(written).map(|id| id.to_string()).as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn an_error_reads_as_a_sentence() {
        let error = resolve("DSS20").unwrap_err().to_string();
        let expected = "no framework has a control, clause, practice or objective `DSS20`; did you mean `DSS02`?";
        assert_eq!(error, expected);
    }
}
