//! Requirements that documents state with a number – how long logs are kept, how long a password must be – so that
//! rules can hold the infrastructure to what the organisation itself has written: `frameworks/requirements.yaml`.
//!
//! A value counts only when a sentence states exactly one, is not negated, and nothing else in the document states
//! another. It is then given with its place, so that a finding can cite the policy.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use smol_str::SmolStr;

use crate::isms::catalogue::{framework_tree, text, texts};
use crate::kind::document::words::{fold, holds};
use crate::syntax::tree::{At, Node, Place, Span, Value};

/// A requirement that documents may state.
#[derive(Debug)]
struct Requirement {
    id: SmolStr,
    unit: Unit,
    sentence: Vec<Vec<Term>>,
    context: Vec<Vec<Term>>,
    not: Vec<Term>,
    values: Vec<Regex>,
}

/// What a value is given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Days,
    Characters,
    /// A bare number.
    Number,
    /// A length of time in words: `15 minutes`.
    Length,
    Version,
}

/// A folded phrase; with `is_open` its last word may go on.
#[derive(Debug)]
struct Term {
    phrase: String,
    /// The phrase with a blank before it.
    inner: String,
    is_open: bool,
}

#[derive(Debug, Default)]
struct Table {
    requirements: Vec<Requirement>,
    negations: Vec<Term>,
    exceptions: Vec<Term>,
    natures: Vec<SmolStr>,
    other_sets: Vec<SmolStr>,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::read);

/// Whether documents of a nature and a subject state requirements on the organisation itself.
pub(crate) fn is_stating(nature: &str, set: &str) -> bool {
    TABLE.natures.iter().any(|known| known == nature) && !TABLE.other_sets.iter().any(|other| other == set)
}

/// The requirements that the sections of a document state: id, and value with its place.
pub(crate) fn stated(sections: &[Node], source: &str) -> Vec<(SmolStr, Node)> {
    let sentences: Vec<Sentence<'_>> = sections.iter().flat_map(|section| sentences(section, source)).collect();
    let found = TABLE.requirements.iter().filter_map(|each| {
        let mut values: Vec<Node> = sentences.iter().filter_map(|sentence| each.value(sentence)).collect();
        let same = values.windows(2).all(|pair| matches!(pair, [one, next] if one == next));
        (same && !values.is_empty()).then(|| (each.id.clone(), values.swap_remove(0)))
    });
    found.collect()
}

/// A sentence, list item or table row.
struct Sentence<'a> {
    text: &'a str,
    folded: String,
    /// The folded heading over it.
    heading: String,
    /// Where the text starts in the file; absent where places are paragraphs.
    start: Option<usize>,
    place: Place,
}

fn sentences<'a>(section: &'a Node, source: &'a str) -> Vec<Sentence<'a>> {
    let heading = fold(section.get("heading").and_then(Node::as_str).unwrap_or(""));
    let blocks = section.get("blocks").map_or(&[][..], Node::items);
    let stating = blocks.iter().filter(|block| match block.get("kind").and_then(Node::as_str) {
        // A row of more cells than a thing and its value says several things.
        Some("row") => block.get("cells").is_none_or(|cells| cells.items().len() <= 2),
        kind => !matches!(kind, Some("code" | "html" | "quote")),
    });
    let mut found = Vec::new();
    for node in stating.filter_map(|block| block.get("text")) {
        let written = node.place.as_span().map(|span| (span.start as usize, span.slice(source)));
        let (start, text) = match written.filter(|(_, text)| !text.is_empty()) {
            Some((start, text)) => (Some(start), text),
            None => (None, node.as_str().unwrap_or("")),
        };
        for range in split(text) {
            let Some(sentence) = text.get(range.clone()) else { continue };
            found.push(Sentence {
                text: sentence,
                folded: fold(sentence),
                heading: heading.clone(),
                start: start.map(|start| start + range.start),
                place: node.place,
            });
        }
    }
    found
}

/// Sentences end with a mark in front of white space.
fn split(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let ends = matches!(letter, '.' | '!' | '?') && letters.peek().is_none_or(|(_, next)| next.is_whitespace());
        if ends {
            let end = at + letter.len_utf8();
            ranges.push(start..end);
            start = end;
        }
    }
    ranges.push(start..text.len());
    ranges
}

impl Term {
    fn read(word: &str) -> Term {
        let phrase = fold(word);
        Term { inner: format!(" {phrase}"), phrase, is_open: word.ends_with('*') }
    }

    fn is_in(&self, folded: &str) -> bool {
        if !self.is_open {
            return holds(folded, &self.phrase);
        }
        folded.starts_with(&self.phrase) || folded.contains(&self.inner)
    }
}

impl Table {
    fn read() -> Table {
        let Some(tree) = framework_tree("requirements") else { return Table::default() };
        let terms = |words: &[SmolStr]| words.iter().map(|word| Term::read(word)).collect::<Vec<Term>>();
        let group = |node: &Node| -> Vec<Term> {
            node.items().iter().filter_map(|word| word.value.scalar_text()).map(|word| Term::read(&word)).collect()
        };
        let groups = |row: &Node, key: &str| -> Vec<Vec<Term>> {
            row.get(key).map_or(&[][..], Node::items).iter().map(group).collect()
        };
        let requirement = |row: &Node| {
            let unit = match text(row, "in").as_str() {
                "days" => Unit::Days,
                "characters" => Unit::Characters,
                "number" => Unit::Number,
                "length" => Unit::Length,
                "version" => Unit::Version,
                _ => return None,
            };
            let values = texts(row, "values").into_iter().filter_map(|value| Regex::new(&format!("(?i){value}")).ok());
            Some(Requirement {
                id: text(row, "id"),
                unit,
                sentence: groups(row, "sentence"),
                context: groups(row, "context"),
                not: terms(&texts(row, "not")),
                values: values.collect(),
            })
        };
        let rows = tree.get("requirements").map_or(&[][..], Node::items);
        Table {
            requirements: rows.iter().filter_map(requirement).collect(),
            negations: terms(&texts(&tree, "negations")),
            exceptions: terms(&texts(&tree, "exceptions")),
            natures: texts(&tree, "natures"),
            other_sets: texts(&tree, "other_sets"),
        }
    }
}

impl Requirement {
    /// The one value that the sentence states.
    fn value(&self, sentence: &Sentence<'_>) -> Option<Node> {
        let here = |group: &Vec<Term>| group.iter().any(|term| term.is_in(&sentence.folded));
        let near = |group: &Vec<Term>| here(group) || group.iter().any(|term| term.is_in(&sentence.heading));
        if !self.sentence.iter().all(here) || !self.context.iter().all(near) {
            return None;
        }
        if self.not.iter().any(|term| term.is_in(&sentence.folded)) {
            return None;
        }
        let mut found = self.values.iter().flat_map(|pattern| pattern.captures_iter(sentence.text));
        let first = found.next()?;
        let all = first.get(0)?;
        if found.any(|other| other.get(0).is_none_or(|other| other.range() != all.range())) {
            return None;
        }
        if is_undone(sentence.text.get(..all.start())?, sentence.text.get(all.end()..)?) {
            return None;
        }
        let value = self.read_value(&first)?;
        let place = match sentence.start {
            Some(start) => Place { at: At::Span(Span::new(start + all.start(), start + all.end())), ..sentence.place },
            None => sentence.place,
        };
        Some(Node::new(value, place))
    }

    fn read_value(&self, found: &Captures<'_>) -> Option<Value> {
        let number = found.name("number").map(|number| number.as_str());
        match self.unit {
            Unit::Version => Some(Value::Text(number?.into())),
            Unit::Characters | Unit::Number => Some(Value::Number(count(number?)?)),
            Unit::Length => {
                let (number, unit) = (count(number?)?, found.name("unit")?.as_str().to_lowercase());
                let ending = if number > 1.0 { "s" } else { "" };
                Some(Value::Text(smol_str::format_smolstr!("{number} {unit}{ending}")))
            }
            Unit::Days => match found.name("cycle") {
                Some(cycle) => cycle_days(cycle.as_str()).map(Value::Number),
                None => Some(Value::Number(days(count(number?)?, found.name("unit")?.as_str())?)),
            },
        }
    }
}

/// Whether the words around a value undo it. What its own words say ("no older than TLS 1.2") is no negation, and neither
/// is what a later clause adds ("at least 14 characters, never reused").
fn is_undone(before: &str, after: &str) -> bool {
    let clause = after.split([',', ';', ':', '(']).next().unwrap_or("");
    let near = fold(&format!("{before} | {clause}"));
    let whole = fold(&format!("{before} | {after}"));
    TABLE.negations.iter().any(|term| term.is_in(&near)) || TABLE.exceptions.iter().any(|term| term.is_in(&whole))
}

/// A number in digits or in words.
fn count(written: &str) -> Option<f64> {
    const WORDS: [(&str, u16); 16] = [
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("ten", 10),
        ("twelve", 12),
        ("fourteen", 14),
        ("fifteen", 15),
        ("sixteen", 16),
        ("eighteen", 18),
        ("twenty-four", 24),
        ("thirty", 30),
    ];
    let word = written.to_lowercase();
    let number = word.parse().ok().or_else(|| WORDS.iter().find(|(name, _)| *name == word).map(|(_, count)| *count))?;
    (number > 0).then(|| f64::from(number))
}

/// Days, whole ones where the unit is at least a day: a month is a twelfth of 365 days.
fn days(count: f64, unit: &str) -> Option<f64> {
    Some(match unit.to_lowercase().as_str() {
        "hour" => count / 24.0,
        "day" => count,
        "week" => count * 7.0,
        "month" => (count * 365.0 / 12.0).floor(),
        "year" => count * 365.0,
        _ => return None,
    })
}

fn cycle_days(words: &str) -> Option<f64> {
    let folded = fold(words);
    let folded = folded.strip_prefix("every ").or_else(|| folded.strip_prefix("each ")).unwrap_or(&folded);
    match folded {
        "hourly" | "hour" => Some(1.0 / 24.0),
        "daily" | "nightly" | "day" | "night" => Some(1.0),
        "weekly" | "week" => Some(7.0),
        _ => {
            let cycle = crate::kind::document::date::cycle(words)?;
            days(f64::from(cycle.months()), "month")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tree::FileId;
    use crate::syntax::{Content, markdown};

    fn found(source: &str) -> Vec<(String, String, String)> {
        let Content::Trees(trees) = markdown::parse(source, FileId(0)).content else { panic!("no tree") };
        let stated = stated(trees[0].get("sections").unwrap().items(), source);
        let row = |(id, node): (SmolStr, Node)| {
            let slice = node.place.as_span().unwrap().slice(source).to_owned();
            (id.to_string(), node.value.scalar_text().unwrap().to_string(), slice)
        };
        stated.into_iter().map(row).collect()
    }

    #[test]
    fn one_plain_sentence_states_a_requirement() {
        for (source, id, value, slice) in [
            ("Logs are kept for 365 days.", "log-retention", "365", "365 days"),
            ("# Logs\nWe retain them for **12 months**.", "log-retention", "365", "12 months"),
            ("Audit logs are\nretained for one\nyear. More text.", "log-retention", "365", "one\nyear"),
            ("| what | value |\n|---|---|\n| Log retention | 180 days |", "log-retention", "180", "180 days"),
            ("- Passwords have at least 14 characters.", "password-min-length", "14", "at least 14 characters"),
            ("Passwords: at least 14 characters, never reused.", "password-min-length", "14", "at least 14 characters"),
            ("A password is twelve characters or more.", "password-min-length", "12", "twelve characters or more"),
            ("All traffic uses TLS 1.2 or higher.", "tls-min-version", "1.2", "TLS 1.2 or higher"),
            ("It is encrypted: TLS 1.3, at the least TLS 1.2.", "tls-min-version", "1.2", "at the least TLS 1.2"),
            ("No older than TLS 1.2 is allowed.", "tls-min-version", "1.2", "No older than TLS 1.2"),
            ("All databases are backed up daily.", "backup-frequency", "1", "daily"),
            ("Backups are made every 12 hours.", "backup-frequency", "0.5", "every 12 hours"),
            ("Backups are kept for 35 days.", "backup-retention", "35", "35 days"),
            ("Access rights are reviewed every 6 months.", "access-review-interval", "182", "every 6 months"),
            ("We review user access rights on a semi-annual basis.", "access-review-interval", "182", "semi-annual"),
            ("Owners confirm the access rights once a year.", "access-review-interval", "365", "once a year"),
            (
                "Weaknesses are mended by severity: critical within 7 days, high within 30, the rest within 90.",
                "patch-deadline-critical",
                "7",
                "critical within 7 days",
            ),
            ("Keys are rotated automatically once a year.", "key-rotation-interval", "365", "once a year"),
            ("Passwords are changed every 90 days.", "password-max-age", "90", "every 90 days"),
            ("Passwords expire after 180 days.", "password-max-age", "180", "after 180 days"),
            ("The last 24 passwords cannot be used again.", "password-history", "24", "last 24 passwords"),
            (
                "An account is locked after five failed login attempts.",
                "lockout-attempts",
                "5",
                "after five failed login attempts",
            ),
            ("Idle sessions are ended after 15 minutes.", "session-idle-timeout", "15 minutes", "after 15 minutes"),
            ("A session lasts at most 8 hours.", "session-max-duration", "8 hours", "at most 8 hours"),
        ] {
            let expected = vec![(id.to_owned(), value.to_owned(), slice.to_owned())];
            assert_eq!(found(source), expected, "{source}");
        }
    }

    #[test]
    fn what_is_negated_doubled_or_about_something_else_states_nothing() {
        for source in [
            "Logs are not kept for 30 days.",
            "Logs are kept for at most 30 days.",
            "Logs are kept for 30 days, except those of the shop.",
            "Logs are kept for 30 days or 90 days.",
            "Logs are kept for 30 days. Audit logs are kept for 365 days.",
            "Logs that serve as evidence are kept for 10 years.",
            "We check the logs every 30 days.",
            "Logs are kept for a long time.",
            "The ticket is kept for 30 days.",
            "```\nLogs are kept for 365 days.\n```",
            "TLS 1.2 and TLS 1.3 exist.",
            "Passwords have characters.",
            "Service passwords have at least 30 characters.",
            "Restore tests of the backups are done monthly.",
            "Quarterly access reviews are held. Semi-annual access reviews are held elsewhere.",
            "API keys are rotated every 90 days.",
            "Initial passwords expire after 3 days.",
            "Passwords do not expire after 90 days.",
            "Accounts that are inactive for 90 days are disabled.",
            "The screen locks after 10 minutes of inactivity.",
            "The door is locked after five wrong attempts.",
            "Training sessions last two hours.",
            "| log | kept for | by |\n|---|---|---|\n| trail | 30 days | Edda |",
            "Suppliers with access to our systems are reviewed every two years.",
            "",
        ] {
            assert_eq!(found(source), [], "{source}");
        }
    }

    #[test]
    fn every_requirement_of_the_table_is_read() {
        let tree = framework_tree("requirements").unwrap();
        let rows = tree.get("requirements").unwrap().items();
        assert_eq!(TABLE.requirements.len(), rows.len());
        for (each, row) in TABLE.requirements.iter().zip(rows) {
            assert_eq!(each.values.len(), texts(row, "values").len(), "{}", each.id);
            assert!(!each.sentence.is_empty() && !each.values.is_empty(), "{}", each.id);
        }
    }
}
