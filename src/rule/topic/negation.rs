//! Whether a text denies what a phrase says: `we do not test`, `no exercise is held`, `training: none`.
//!
//! Only the clause around the phrase is looked at. Two denials make an assertion (`no incident is closed without a
//! review`); what stands in a condition (`if no contact can be reached`) denies nothing.

use std::ops::Range;

use super::fold::Break;
use super::text::Text;

/// How many words before a phrase a denial may stand.
const BEFORE: usize = 8;
/// How many words after it.
const AFTER: usize = 6;

/// What a word can do to a denial. It is found out once for each different word of a text: hits are many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Class(u8);

impl Class {
    const PARTS: u8 = 1;
    const OPENS_CONDITION: u8 = 1 << 1;
    const OPENS_RELATIVE: u8 = 1 << 2;
    const STARTS: u8 = 1 << 3;
    const DENIES: u8 = 1 << 4;
    const AUXILIARY: u8 = 1 << 5;
    const NEGATIVE: u8 = 1 << 6;

    /// The class of a folded word.
    pub(super) fn of(word: &str) -> Class {
        let is_negative =
            matches!(word, "not" | "never" | "cannot" | "nicht") || (word.ends_with("nt") && is_auxiliary_not(word));
        let flags = [
            (Class::PARTS, PARTING.contains(&word)),
            (Class::OPENS_CONDITION, CONDITION.contains(&word)),
            (Class::OPENS_RELATIVE, RELATIVE.contains(&word)),
            (Class::STARTS, STARTING.contains(&word)),
            (Class::DENIES, matches!(word, "not" | "no" | "yet" | "nicht") || DENYING.contains(&word)),
            (Class::AUXILIARY, AUXILIARY.contains(&word)),
            (Class::NEGATIVE, is_negative),
        ];
        Class(flags.into_iter().filter(|(_, holds)| *holds).fold(0, |all, (flag, _)| all | flag))
    }

    fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

/// Whether the word at a position can do this.
fn can(text: &Text, at: usize, flag: u8) -> bool {
    text.class(at).is_some_and(|class| class.has(flag))
}

/// Whether the words of a hit are denied.
pub(super) fn denied(text: &Text, hit: &Range<usize>) -> bool {
    let segment = text.segment_of(hit.start).map_or(0..0, |segment| segment.words.clone());
    let before = denials_before(text, hit.start, segment.start);
    before % 2 == 1 || denied_after(text, hit, segment.end)
}

fn denials_before(text: &Text, hit: usize, first: usize) -> usize {
    let mut count = 0;
    let mut at = hit;
    while at > first && hit - at < BEFORE {
        if starts_clause(text, at) {
            break;
        }
        at -= 1;
        let joins = || matches!(text.word_text(at), "and" | "or");
        if can(text, at, Class::PARTS) || (can(text, at + 1, Class::AUXILIARY) && joins()) {
            break;
        }
        if can(text, at, Class::OPENS_CONDITION) {
            return 0;
        }
        if is_denial(text, at) {
            count += 1;
        }
    }
    count
}

/// Whether a new clause starts with the word at this position.
fn starts_clause(text: &Text, at: usize) -> bool {
    match text.words.get(at).map(|word| word.before) {
        Some(Break::Clause | Break::Sentence) => true,
        Some(Break::Comma) => can(text, at, Class::STARTS),
        _ => false,
    }
}

fn is_denial(text: &Text, at: usize) -> bool {
    if !can(text, at, Class::DENIES) {
        return false;
    }
    let next = text.word_text(at + 1);
    match text.word_text(at) {
        "not" => {
            let word_before = at.checked_sub(1).map_or("", |before| text.word_text(before));
            !NOT_REALLY.contains(&next) && !matches!(word_before, "or" | "whether" | "if" | "why")
        }
        "no" => !matches!(next, "later" | "more" | "less" | "matter" | "longer" | "fewer" | "sooner" | "doubt"),
        "yet" => next == "to",
        "nicht" => !matches!(next, "nur" | "später" | "länger" | "zögern" | "mehr"),
        _ => true,
    }
}

fn denied_after(text: &Text, hit: &Range<usize>, end: usize) -> bool {
    let limit = end.min(hit.end + AFTER);
    for at in hit.end..limit {
        match text.words.get(at).map_or(Break::Sentence, |word| word.before) {
            Break::None => {}
            Break::Clause if at == hit.end => return is_none(text, at, end),
            _ => return false,
        }
        if can(text, at, Class::OPENS_RELATIVE) {
            return false;
        }
        if can(text, at, Class::NEGATIVE) && !NOT_REALLY.contains(&text.word_text(at + 1)) {
            return !conditional(text, hit.start);
        }
    }
    false
}

/// `Exercises: none`, `Retainer | n/a`, `Training: not done`.
fn is_none(text: &Text, at: usize, end: usize) -> bool {
    let next = if at + 1 < end { text.word_text(at + 1) } else { "" };
    match text.word_text(at) {
        "none" | "never" | "missing" | "absent" | "na" => true,
        "n" => next == "a",
        "no" => at + 1 >= end || text.words.get(at + 1).is_some_and(|word| word.before >= Break::Comma),
        "not" => !NOT_REALLY.contains(&next),
        _ => false,
    }
}

/// Whether the clause up to this word is a condition.
fn conditional(text: &Text, at: usize) -> bool {
    let parts = |at: usize| text.words.get(at).is_none_or(|word| word.before >= Break::Clause);
    let sentence = text.sentence(at);
    for before in (sentence.start..=at).rev() {
        if can(text, before, Class::OPENS_CONDITION) {
            return true;
        }
        if parts(before) {
            return false;
        }
    }
    false
}

/// `dont`, `isnt`, `hasnt`.
fn is_auxiliary_not(word: &str) -> bool {
    word.strip_suffix("nt")
        .is_some_and(|stem| AUXILIARY.contains(&stem) || matches!(stem, "ca" | "wo" | "did" | "does"))
}

const AUXILIARY: &[&str] = &[
    "is", "are", "was", "were", "be", "been", "has", "have", "had", "do", "does", "did", "will", "would", "can",
    "could", "shall", "should", "may", "might", "must", "need", "needs", "then", "also", "to",
];

/// Words that deny what follows them.
const DENYING: &[&str] = &[
    "never", "cannot", "neither", "nor", "without", "lack", "lacks", "lacking", "lacked", "nobody", "none", "nothing",
    "kein", "keine", "keinen", "keinem", "keiner", "keines", "niemand", "niemals", "weder", "dont", "doesnt", "didnt",
    "isnt", "arent", "wasnt", "werent", "hasnt", "havent", "wont", "cant", "absence",
];

/// Words after `not` that turn it into something else: `not only`, `not limited to`, `not later than`.
const NOT_REALLY: &[&str] = &[
    "only",
    "nur",
    "später",
    "limited",
    "just",
    "later",
    "hesitate",
    "exceed",
    "exceeding",
    "less",
    "more",
    "merely",
    "solely",
    "necessarily",
];

/// Words that part clauses.
const PARTING: &[&str] = &[
    "but",
    "however",
    "although",
    "though",
    "whereas",
    "instead",
    "until",
    "unless",
    "before",
    "because",
    "so",
    "which",
    "who",
    "therefore",
    "rather",
    "otherwise",
    "while",
    "since",
];

/// Words that open a condition.
const CONDITION: &[&str] = &["if", "when", "whenever", "where", "once", "wenn", "falls", "sofern", "sobald"];

/// Words that open a relative clause after a phrase: what they deny is not the phrase.
const RELATIVE: &[&str] = &[
    "that", "which", "who", "whom", "whose", "where", "when", "if", "unless", "until", "and", "or", "but", "to", "for",
    "und", "oder", "aber", "sondern", "dass", "damit", "wenn", "falls",
];

/// Words with which a clause starts after a comma; any other word goes on with a list.
const STARTING: &[&str] = &[
    "we", "it", "they", "he", "she", "you", "this", "these", "those", "that", "the", "there", "then", "all", "every",
    "each", "any", "please", "and", "but", "so", "which", "who", "as", "instead", "however", "our", "their", "its",
    "a", "an",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::topic::TextCache;
    use crate::rule::topic::fold;
    use crate::rule::topic::pattern::Pattern;
    use crate::syntax::tree::{Node, Place};

    fn is_denied(phrase: &str, sentence: &str) -> bool {
        let texts = TextCache::default().texts(&Node::text(sentence, Place::NOWHERE));
        let hits = Pattern::compile(phrase, &fold::stemmer()).find(&texts[0]);
        assert!(!hits.is_empty(), "`{phrase}` is not in `{sentence}`");
        hits.iter().all(|hit| denied(&texts[0], hit))
    }

    #[test]
    fn what_is_denied_is_noticed() {
        for (phrase, sentence) in [
            ("test*", "We do not test the plan."),
            ("tabletop exercise*", "No tabletop exercises are held."),
            ("tabletop exercise*", "There are no drills, simulations or tabletop exercises."),
            ("tabletop exercise*", "Tabletop exercises are not carried out."),
            ("tabletop exercise*", "Tabletop exercises have never been run"),
            ("tabletop exercise*", "Tabletop exercises: none"),
            ("tabletop exercise*", "Tabletop exercises | N/A"),
            ("tabletop exercise*", "We don\u{2019}t run tabletop exercises"),
            ("root cause", "The review lacks a root cause"),
            ("plan", "We work without a plan"),
            ("exercise*", "The team has yet to hold an exercise"),
        ] {
            assert!(is_denied(phrase, sentence), "{sentence}");
        }
    }

    #[test]
    fn what_is_not_denied_counts() {
        for (phrase, sentence) in [
            ("test*", "We do not guess, we test the plan."),
            ("root cause", "No incident is closed without a root cause"),
            ("root cause", "An incident is not closed until the root cause is known"),
            ("report*", "Do not hesitate to report"),
            ("within 72 hours", "no later than within 72 hours"),
            ("escalat*", "Incidents are escalated if they are not resolved in time"),
            ("phishing", "including, but not limited to, phishing"),
            ("point of contact", "If the point of contact is not available, call the deputy"),
            ("incident*", "incidents that are not resolved go to the board"),
            ("report*", "Staff must not delete logs and must report what they saw"),
            ("contact", "If no contact can be reached, call"),
            ("exercise*", "Exercises: yearly, not only for the team"),
        ] {
            assert!(!is_denied(phrase, sentence), "{sentence}");
        }
    }
}
