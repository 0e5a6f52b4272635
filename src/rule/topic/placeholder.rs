//! Blanks that somebody was to fill in: `TBD`, `[Company name]`, `{{owner}}`, `<insert date>`, `____`, lorem ipsum.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use crate::syntax::markdown::html;

/// Where blanks stand in a text, as byte ranges in the order of the text, none inside another.
pub fn placeholders(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for form in FORMS.all.matches(text).into_iter().filter_map(|index| FORMS.each.get(index)) {
        found.extend(form.pattern.find_iter(text).map(|hit| hit.range()).filter(|range| (form.holds)(text, range)));
    }
    found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut last_end = 0;
    found.retain(|range| {
        let outside = range.start >= last_end;
        last_end = last_end.max(range.end);
        outside
    });
    found
}

/// What a blank asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The organisation's own name: whatever is said around it is said.
    Organisation,
    /// A telephone number, an address: how to reach somebody who is named.
    Reach,
    /// Anything else.
    Substance,
}

/// What the blank of this text asks for.
pub(super) fn asked(blank: &str) -> Asked {
    let blank = blank.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| blank.contains(word));
    if has(&["date", "department", "role", "title", "manager", "contact", "officer", "unit", "describe"]) {
        return Asked::Substance;
    }
    if has(&["phone", "mail", "number", "telephone", "mobile", "address", "url", "link"]) {
        return Asked::Reach;
    }
    let named = ["company", "organi", "entity", "agency", "business", "firm", "institution", "client name", "practice"];
    if has(&named) { Asked::Organisation } else { Asked::Substance }
}

/// Whether the text of a blank asks to choose how often something is done.
pub(super) fn asks_for_interval(blank: &str) -> bool {
    let words: Vec<&str> = blank.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    is_choice_of_interval(&words)
}

/// One form of blanks.
struct Form {
    pattern: Regex,
    /// Whether this find is really a blank.
    holds: Holds,
}

/// The forms, and all their patterns as one, which tells in a single pass what is worth looking for.
struct Forms {
    each: Vec<Form>,
    all: RegexSet,
}

/// Patterns that do not compile would leave nothing to find; a test sees to it that all do.
static FORMS: LazyLock<Forms> = LazyLock::new(|| {
    let form = |&(pattern, holds): &(&str, Holds)| Some(Form { pattern: Regex::new(pattern).ok()?, holds });
    let all = RegexSet::new(PATTERNS.iter().map(|(pattern, _)| pattern)).unwrap_or_default();
    Forms { each: PATTERNS.iter().filter_map(form).collect(), all }
});

type Holds = fn(&str, &Range<usize>) -> bool;

const PATTERNS: &[(&str, Holds)] = &[
    (r"\b(?:TBD|TBC|TBA|TBS|T\.B\.D\.?|TO DO)\b", always),
    // What follows tells how to fill it in.
    (r"\b(?:TODO|FIXME)\b(?::[^\n]*?(?:[.!?](?:\s|$)|$))?", always),
    (
        r"\b[A-Z]{2,}(?:_[A-Z]{2,})*_(?:NAME|DATE|EMAIL|PHONE|PAGER|ROSTER|CONTACT|FREQUENCY|ADDRESS|LOCATION|DOMAIN|HERE)\b",
        always,
    ),
    (
        r"(?i)\b(?:to be|still to be|yet to be) (?:defined|determined|decided|confirmed|completed|agreed|announced|added|filled in|specified|advised)\b",
        ends_clause,
    ),
    (
        r"(?i)\b(?:(?:is|are|still|yet) to be|will be|has yet to be|have yet to be) (?:drafted|elaborated|expanded|fleshed out|written)\b",
        always,
    ),
    (
        r"(?i)\b(?:still )?(?:under|in) development\b|\bcoming soon\b|\bnot yet (?:defined|written|documented|decided)\b",
        ends_clause,
    ),
    (r"(?i)\blorem ipsum\b(?: dolor sit amet\b)?", always),
    (r"\[[^\[\]\n]{2,300}\]", in_square_brackets),
    (r"\[[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\](?:[^(\[]|$)", always),
    (r"(?i)\b[a-z0-9._-]+@(?:your-?)?(?:company|organi[sz]ation|domain)(?:-?name)?\.(?:com|org|net|edu|tld)\b", always),
    (r"(?i)\b(?:noch (?:festzulegen|zu klären|zu ergänzen)|wird (?:noch )?(?:ergänzt|nachgereicht))\b", always),
    (r"<<[^<>\n]{1,120}>>", always),
    (r"<[A-Za-z][^<>\n]{1,120}>", in_angle_brackets),
    (r"\{\{[^{}\n]{1,120}\}\}", always),
    (r"\$\{[A-Za-z_][^{}\n]{0,80}\}", always),
    (r"%[A-Z][A-Z_]{2,40}%", always),
    (r"_{3,}", always),
    (r"(?:\.{5,}|\u{2026}{2,})", no_page_number),
    (r"\b(?:[Xx]{2,}|XX+)(?:[-/. ][Xx]{2,})*\b", is_not_roman),
    (
        r"\b(?:[Dd]{2}[/.-][Mm]{2}[/.-][Yy]{2,4}|[Mm]{2}[/.-][Dd]{2}[/.-][Yy]{2,4}|[Yy]{4}[/.-][Mm]{2}[/.-][Dd]{2})\b",
        stands_for_a_value,
    ),
    (r"(?i)\b(?:your|the) (?:company|organi[sz]ation)(?:'s|\u{2019}s)? name(?: here)?\b", is_capitalised),
    (r"(?i)\b(?:insert|enter|type|add) (?:\w+ ){0,4}here\b", always),
    (r"(?i)\bplaceholder text\b|\bclick (?:or tap )?here to enter (?:text|a date)\b|\bchoose an item\b", always),
];

fn always(_: &str, _: &Range<usize>) -> bool {
    true
}

/// `is to be determined` is a blank; `is to be determined by the incident manager` is a rule.
fn ends_clause(text: &str, range: &Range<usize>) -> bool {
    let rest = text.get(range.end..).unwrap_or("").trim_start();
    rest.chars().next().is_none_or(|c| !c.is_alphanumeric())
}

/// Words in brackets that ask for something.
const ASKING: &[&str] = &[
    "add",
    "address",
    "amount",
    "appropriate",
    "choose",
    "company",
    "complete",
    "contact",
    "date",
    "dd",
    "define",
    "delete",
    "department",
    "describe",
    "description",
    "email",
    "enter",
    "entity",
    "example",
    "explain",
    "fill",
    "frequency",
    "identify",
    "include",
    "indicate",
    "insert",
    "link",
    "list",
    "location",
    "mail",
    "mm",
    "month",
    "name",
    "names",
    "number",
    "organisation",
    "organization",
    "owner",
    "phone",
    "please",
    "position",
    "provide",
    "replace",
    "role",
    "select",
    "signature",
    "specify",
    "state",
    "team",
    "telephone",
    "time",
    "title",
    "url",
    "version",
    "x",
    "xx",
    "xxx",
    "year",
    "your",
    "yyyy",
    "tbd",
    "tbc",
    "todo",
];

/// Words that stand in brackets without asking for anything.
const TELLING: &[&str] = &[
    "sic",
    "optional",
    "required",
    "draft",
    "confidential",
    "internal",
    "public",
    "restricted",
    "emphasis",
    "see",
    "if",
];

fn in_square_brackets(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).and_then(|text| text.chars().next_back());
    let after = text.get(range.end..).and_then(|rest| rest.chars().next());
    // A link, an image, a footnote, an index into a list.
    if matches!(after, Some('(' | '[' | ':')) && !text.get(range.end..).unwrap_or("").starts_with(": ") {
        return false;
    }
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, ']' | '!' | '$')) {
        return false;
    }
    let inner = text.get(range.start + 1..range.end - 1).unwrap_or("").trim();
    asks_in_brackets(inner)
}

fn asks_in_brackets(inner: &str) -> bool {
    if !inner.chars().any(char::is_alphabetic) {
        return inner.len() >= 3 && inner.chars().all(|c| matches!(c, '.' | '\u{2026}' | '_' | ' '));
    }
    let words: Vec<&str> = inner.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let Some(first) = words.first().map(|word| word.to_lowercase()) else { return false };
    if TELLING.contains(&first.as_str()) || inner.starts_with('^') || inner.starts_with('@') {
        return false;
    }
    if words.iter().any(|word| ASKING.contains(&word.to_lowercase().as_str())) || is_choice_of_interval(&words) {
        return true;
    }
    let plain =
        inner.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '/' | '\'' | '\u{2019}' | '&' | '_'));
    let capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    let small = |word: &&str| matches!(*word, "of" | "the" | "and" | "or" | "for" | "in" | "a");
    plain && (2..=6).contains(&words.len()) && words.iter().all(|word| capital(word) || small(word))
}

/// `[Quarterly/Semi-annually]`, `[Annually]`: how often is still to be chosen.
fn is_choice_of_interval(words: &[&str]) -> bool {
    let is_interval = |word: &&str| INTERVALS.contains(&word.to_lowercase().as_str());
    words.iter().any(is_interval) && words.iter().all(|word| is_interval(word) || matches!(*word, "or" | "oder"))
}

/// How often something is done, in a word.
const INTERVALS: &[&str] = &[
    "annual",
    "annually",
    "yearly",
    "quarterly",
    "monthly",
    "weekly",
    "daily",
    "semi",
    "bi",
    "biannually",
    "semiannually",
    "jährlich",
    "halbjährlich",
    "vierteljährlich",
    "quartalsweise",
    "monatlich",
    "wöchentlich",
    "täglich",
];

fn in_angle_brackets(text: &str, range: &Range<usize>) -> bool {
    let inner = text.get(range.start + 1..range.end - 1).unwrap_or("").trim();
    let element = html::is_element(inner);
    let address = inner.contains("://") || inner.contains('@') || inner.contains('=') || inner.starts_with("mailto:");
    let said = inner.chars().all(|c| c.is_alphanumeric() || " _-/'\u{2019},.&()".contains(c));
    said && !element && !address
}

/// Dots that lead to a page number belong to a table of contents.
fn no_page_number(text: &str, range: &Range<usize>) -> bool {
    let rest = text.get(range.end..).unwrap_or("").trim_start_matches(['.', ' ', '\t']);
    !rest.starts_with(|c: char| c.is_ascii_digit())
}

/// `XX` and `xxx-xxx` are blanks; `XXX`, `XXII` and the like could be numbers, but nobody counts that far in a policy.
fn is_not_roman(text: &str, range: &Range<usize>) -> bool {
    let around = |c: Option<char>| c.is_some_and(|c| matches!(c, '/' | '\\' | '=' | '%'));
    let found = text.get(range.clone()).unwrap_or("");
    let in_path = around(text.get(..range.start).and_then(|text| text.chars().next_back()));
    // `5xx` is an answer of a web server, `.xx` an ending.
    !in_path && (found.len() > 2 || found.starts_with('X'))
}

/// `YYYY-MM-DD` is a blank where a value is due: alone, or at the end after a colon. Elsewhere it explains how dates are written.
fn stands_for_a_value(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or("").trim_end_matches([' ', '[', '(', '*']);
    let after = text.get(range.end..).unwrap_or("").trim_start_matches([' ', ']', ')', '*', '.']);
    (before.is_empty() || before.ends_with([':', '|', '\n']))
        && (after.is_empty() || after.starts_with(['|', '\n', ',']))
}

/// `Your Company Name` asks; `your company name must not be used` tells.
fn is_capitalised(text: &str, range: &Range<usize>) -> bool {
    let found = text.get(range.clone()).unwrap_or("");
    found.contains("Name") || found.contains("NAME") || found.ends_with("here")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanks(text: &str) -> Vec<&str> {
        placeholders(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(FORMS.each.len(), PATTERNS.len());
        assert_eq!(FORMS.all.len(), PATTERNS.len());
    }

    #[test]
    fn blanks_are_found_where_they_stand() {
        for (text, expected) in [
            ("Owner: TBD", &["TBD"][..]),
            ("Mail: security@company.com", &["security@company.com"]),
            ("Telefon: noch festzulegen", &["noch festzulegen"]),
            ("The contact is to be defined.", &["to be defined"]),
            ("[Company Name] holds this; call [phone number]", &["[Company Name]", "[phone number]"]),
            ("Lead: [Security Team]", &["[Security Team]"]),
            ("[INSERT DATE] and [describe how reports come in]", &["[INSERT DATE]", "[describe how reports come in]"]),
            ("Mail <your name> or <<x>>", &["<your name>", "<<x>>"]),
            ("by {{ owner }} and ${NAME} and %COMPANY%", &["{{ owner }}", "${NAME}", "%COMPANY%"]),
            ("Signed ______ on ........", &["______", "........"]),
            ("call xxx-xxx-xxxx, room XX", &["xxx-xxx-xxxx", "XX"]),
            ("Date: DD/MM/YYYY", &["DD/MM/YYYY"]),
            ("Date | YYYY-MM-DD", &["YYYY-MM-DD"]),
            ("Lorem ipsum dolor sit amet, and so on", &["Lorem ipsum dolor sit amet"]),
            ("Insert logo here", &["Insert logo here"]),
            ("name: [...]", &["[...]"]),
            ("Exercises: [Quarterly/Semi-annually], drills [annually]", &["[Quarterly/Semi-annually]", "[annually]"]),
            ("The contact list will be expanded.", &["will be expanded"]),
            ("The form is under development.", &["under development"]),
            ("TODO: name the form. Then go on", &["TODO: name the form. "]),
            ("last tested on TEST_DATE by `COMPANY_NAME`", &["TEST_DATE", "COMPANY_NAME"]),
        ] {
            assert_eq!(blanks(text), expected, "{text}");
        }
    }

    #[test]
    fn text_that_only_looks_like_a_blank_is_none() {
        for text in [
            "The severity is to be determined by the incident manager.",
            "see [the plan](plan.md) and [1] and [^2] and [NIST 800-61]",
            "- [ ] open\n- [x] done",
            "a[index] and list[Name Of]",
            "Use <br> or <https://a.test> or <me@a.test> and 1 < 2 > 0",
            "Introduction ........ 3",
            "dates are written as YYYY-MM-DD in all logs",
            "5xx answers, the todo list, [sic], [optional]",
            "[CVSS]",
            "Access to code under development is restricted.",
        ] {
            assert_eq!(blanks(text), [] as [&str; 0], "{text}");
        }
    }

    #[test]
    fn a_blank_tells_what_it_asks_for() {
        assert_eq!(asked("[Company Name]"), Asked::Organisation);
        assert_eq!(asked("[phone number]"), Asked::Reach);
        assert_eq!(asked("[date]"), Asked::Substance);
        assert_eq!(asked("TBD"), Asked::Substance);
        assert_eq!(asked("[company contact]"), Asked::Substance);
    }
}
