//! Dates and cycles as people write them in documents and registers.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};

use crate::isms::catalogue::{framework_tree, text, texts};
use crate::kind::document::words::{fold, holds};
use crate::syntax::tree::Node;

/// Which day of a month is meant where only the month is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayOfMonth {
    /// The first: for what happened.
    First,
    /// The last: for what is due.
    Last,
}

/// ISO 8601, or with other separators.
static YEAR_FIRST: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:\b|T)").ok());
/// `22.11.2026`, `22/11/2026`, `11-22-2026`.
static YEAR_LAST: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})\b").ok());
/// `22 November 2026`, `22nd of Nov. 2026`, `22-Nov-2026`.
static DAY_MONTH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[\s.-]+(\pL{3,9})\.?,?[\s-]+(\d{4})\b").ok());
/// `November 22, 2026`.
static MONTH_DAY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(\pL{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b").ok());
/// `November 2026`.
static MONTH_YEAR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b(\pL{3,9})\.?,?\s+(\d{4})\b").ok());
/// `2026-11`.
static YEAR_MONTH: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^(\d{4})-(\d{2})$").ok());

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The first date in a text. A date with slashes whose day and month cannot be told apart is none.
pub(crate) fn find(text: &str, day: DayOfMonth) -> Option<Date> {
    let full = [
        earliest(&YEAR_FIRST, text, |found| date(number(found, 1)?, number(found, 2)?, number(found, 3)?)),
        earliest(&YEAR_LAST, text, year_last),
        earliest(&DAY_MONTH, text, |found| date(number(found, 3)?, month(found.get(2)?.as_str())?, number(found, 1)?)),
        earliest(&MONTH_DAY, text, |found| date(number(found, 3)?, month(found.get(1)?.as_str())?, number(found, 2)?)),
    ];
    if let Some((_, date)) = full.into_iter().flatten().min_by_key(|(at, _)| *at) {
        return Some(date);
    }
    let in_month = [
        earliest(&MONTH_YEAR, text, |found| month_only(number(found, 2)?, month(found.get(1)?.as_str())?, day)),
        earliest(&YEAR_MONTH, text.trim(), |found| month_only(number(found, 1)?, number(found, 2)?, day)),
    ];
    in_month.into_iter().flatten().min_by_key(|(at, _)| *at).map(|(_, date)| date)
}

/// A text that is a date and nothing else.
pub(crate) fn whole(text: &str, day: DayOfMonth) -> Option<Date> {
    let text = text.trim().trim_end_matches('.');
    // Longer than `Wednesday, 22nd of September 2026, 12:00` is a sentence.
    (text.chars().count() <= 40).then(|| find(text, day)).flatten()
}

/// What is left of a text without its dates: `Maren Oakes, 2026-01-19` is `Maren Oakes`.
pub(crate) fn without_dates(text: &str) -> String {
    let patterns = [&YEAR_FIRST, &YEAR_LAST, &DAY_MONTH, &MONTH_DAY, &MONTH_YEAR];
    let rest = patterns.iter().filter_map(|pattern| pattern.as_ref()).fold(text.to_owned(), |rest, pattern| {
        let keep = |found: &Captures<'_>| found.get(0).map_or(String::new(), |all| kept(all.as_str()));
        pattern.replace_all(&rest, keep).into_owned()
    });
    let rest = rest.trim().trim_end_matches(['(', ')', ',', ';', '-', '–', '—', '/', ':']).trim();
    let rest = rest.strip_suffix(" on").unwrap_or(rest).trim_end_matches([',', '(', ' ']);
    rest.trim_start_matches([')', ',', ';', '-', '–', ' ']).to_owned()
}

/// Words that only look like a date stay.
fn kept(found: &str) -> String {
    if find(found, DayOfMonth::First).is_some() { String::new() } else { found.to_owned() }
}

fn earliest(
    pattern: &LazyLock<Option<Regex>>,
    text: &str,
    read: impl Fn(&Captures<'_>) -> Option<Date>,
) -> Option<(usize, Date)> {
    let pattern = pattern.as_ref()?;
    pattern.captures_iter(text).find_map(|found| Some((found.get(0)?.start(), read(&found)?)))
}

fn year_last(found: &Captures<'_>) -> Option<Date> {
    let (first, second, year) = (number(found, 1)?, number(found, 3)?, number(found, 4)?);
    // With dots the day always stands first. Else only a number above 12 tells which is the day.
    if found.get(2)?.as_str() == "." || first > 12 || first == second {
        return date(year, second, first);
    }
    (second > 12).then(|| date(year, first, second)).flatten()
}

fn number(found: &Captures<'_>, group: usize) -> Option<i16> {
    found.get(group)?.as_str().parse().ok()
}

fn month(name: &str) -> Option<i16> {
    let name = name.to_lowercase();
    let is_month = |month: &str| month.starts_with(&name) && (name.len() == 3 || name == month || name == "sept");
    let index = MONTHS.iter().position(|month| is_month(month))?;
    i16::try_from(index + 1).ok()
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    let plausible = (1990..=2100).contains(&year);
    plausible.then(|| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()).flatten()
}

fn month_only(year: i16, month: i16, day: DayOfMonth) -> Option<Date> {
    let first = date(year, month, 1)?;
    Some(if day == DayOfMonth::Last { first.last_of_month() } else { first })
}

/// How often something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cycle {
    /// So many months.
    Months(u32),
    /// So many days.
    Days(u32),
}

impl Cycle {
    /// In the words that rules read: `12 months`, `90 days`.
    pub(crate) fn words(self) -> String {
        match self {
            Cycle::Months(1) => "1 month".to_owned(),
            Cycle::Months(months) => format!("{months} months"),
            Cycle::Days(1) => "1 day".to_owned(),
            Cycle::Days(days) => format!("{days} days"),
        }
    }

    /// In months, days rounded to the nearest.
    pub(crate) fn months(self) -> u32 {
        match self {
            Cycle::Months(months) => months,
            Cycle::Days(days) => (days + 15) / 30,
        }
    }

    /// The day that this long after `day` is; `None` beyond the calendar.
    pub(crate) fn after(self, day: Date) -> Option<Date> {
        let span = match self {
            Cycle::Months(months) => jiff::Span::new().try_months(months).ok()?,
            Cycle::Days(days) => jiff::Span::new().try_days(days).ok()?,
        };
        day.checked_add(span).ok()
    }
}

/// `every 6 months`, `two years`, `90 days`; not in front of other words.
static COUNTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(\d{1,4}|one|two|three|four|five|six|twelve|eighteen|twenty four) (year|month|quarter|week|day)s?\b")
        .ok()
});

/// Words of `frameworks/metadata.yaml`, longest first, with their months.
static WORDS: LazyLock<Vec<(String, u32)>> = LazyLock::new(|| {
    let tree = framework_tree("metadata");
    let rows = tree.as_ref().and_then(|tree| tree.get("cycles")).map_or(&[][..], Node::items);
    let mut words: Vec<(String, u32)> = rows
        .iter()
        .filter_map(|row| text(row, "months").parse().ok().map(|months: u32| (row, months)))
        .flat_map(|(row, months)| texts(row, "words").into_iter().map(move |word| (fold(&word), months)))
        .collect();
    words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    words
});

/// The cycle that a text states: `annually`, `every two years`, `at least every 6 months`.
pub(crate) fn cycle(text: &str) -> Option<Cycle> {
    let folded = fold(text);
    if let Some((_, months)) = WORDS.iter().find(|(word, _)| holds(&folded, word)) {
        return Some(Cycle::Months(*months));
    }
    let found = COUNTED.as_ref()?.captures(&folded)?;
    let count = counted(found.get(1)?.as_str())?;
    let cycle = match found.get(2)?.as_str() {
        "year" => Cycle::Months(count.checked_mul(12)?),
        "quarter" => Cycle::Months(count.checked_mul(3)?),
        "month" => Cycle::Months(count),
        "week" => Cycle::Days(count.checked_mul(7)?),
        _ => Cycle::Days(count),
    };
    (count > 0).then_some(cycle)
}

/// A number in digits or in words.
fn counted(word: &str) -> Option<u32> {
    let words = [
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("twelve", 12),
        ("eighteen", 18),
        ("twenty four", 24),
    ];
    word.parse().ok().or_else(|| words.iter().find(|(name, _)| *name == word).map(|(_, count)| *count))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let day = Some(date(2026, 11, 22));
        for (text, expected) in [
            ("2026-11-22", day),
            ("2026-11-22T10:00:00Z", day),
            ("2026/11/22", day),
            ("22.11.2026", day),
            ("22 November 2026", day),
            ("22nd of Nov 2026", day),
            ("22-Nov-2026", day),
            ("November 22, 2026", day),
            ("Nov. 22nd 2026", day),
            ("22/11/2026", day),
            ("11/22/2026", day),
            ("on 22 November 2026 by the board", day),
            ("11/12/2026", None),
            ("11/11/2026", Some(date(2026, 11, 11))),
            ("1.2.2026", Some(date(2026, 2, 1))),
            ("31.02.2026", None),
            ("2026-13-01", None),
            ("9999-12-31", None),
            ("22 Movember 2026", None),
            ("Sept 2026", Some(date(2026, 9, 1))),
            ("2026-09", Some(date(2026, 9, 1))),
            ("version 2026", None),
            ("marching 2026", None),
            ("", None),
        ] {
            assert_eq!(find(text, DayOfMonth::First), expected, "{text}");
        }
    }

    #[test]
    fn a_month_alone_is_its_last_day_where_something_is_due() {
        assert_eq!(find("February 2028", DayOfMonth::Last), Some(date(2028, 2, 29)));
    }

    #[test]
    fn names_are_told_from_dates() {
        for (text, name) in [
            ("Maren Oakes, 2026-01-19", "Maren Oakes"),
            ("Maren Oakes (19 January 2026)", "Maren Oakes"),
            ("Board on 19 January 2026", "Board"),
            ("2026-01-19", ""),
            ("2026-01-19 by the board", "by the board"),
            ("May Richards", "May Richards"),
        ] {
            assert_eq!(without_dates(text), name, "{text}");
        }
    }

    #[test]
    fn cycles_are_read_from_words_and_numbers() {
        for (text, expected) in [
            ("annually", Some(Cycle::Months(12))),
            ("at least annually, or after incidents", Some(Cycle::Months(12))),
            ("12 months", Some(Cycle::Months(12))),
            ("every two years", Some(Cycle::Months(24))),
            ("biannually", Some(Cycle::Months(6))),
            ("semi-annually", Some(Cycle::Months(6))),
            ("Every 6 months", Some(Cycle::Months(6))),
            ("2 years", Some(Cycle::Months(24))),
            ("90 days", Some(Cycle::Days(90))),
            ("two weeks", Some(Cycle::Days(14))),
            ("quarterly", Some(Cycle::Months(3))),
            ("0 months", None),
            ("99999 months", None),
            ("regularly", None),
            ("when needed", None),
        ] {
            assert_eq!(cycle(text), expected, "{text}");
        }
        assert_eq!(Cycle::Days(90).months(), 3);
        assert_eq!(Cycle::Months(12).after(date(2024, 2, 29)), Some(date(2025, 2, 28)));
    }
}
