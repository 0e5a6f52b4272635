//! From text to folded words: what makes two spellings of one thing equal.
//!
//! Case, ligatures, soft hyphens and typographic apostrophes are folded; a hyphen is a blank; letters and digits part
//! (`NIS2` is `nis 2`); British and American spelling fall together (`minimise`, `minimize`); so do compounds that are
//! written in one word or two (`help desk`, `helpdesk`). Addresses of the web are no words; a mail address is one.

use rust_stemmers::Algorithm;
use smol_str::SmolStr;

/// What parts a word from the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Break {
    /// Blanks, hyphens, slashes, quotation marks.
    None,
    /// A comma.
    Comma,
    /// A semicolon, colon, dash, bracket or the border of a table cell.
    Clause,
    /// The end of a sentence, or a line.
    Sentence,
}

/// A folded word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The word as it is compared. A mail address is one word and holds an `@`.
    pub(super) text: SmolStr,
    /// Byte offsets in the text.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
    /// What stands before it.
    pub(super) before: Break,
}

/// The folded words of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut cutter =
        Cutter { text, tokens: Vec::new(), word: String::new(), start: 0, end: 0, before: Break::Sentence };
    for (start, chunk) in chunks(text) {
        if !cutter.address(start, chunk) {
            cutter.chunk(start, chunk);
        }
        cutter.finish_word();
    }
    join_compounds(cutter.tokens)
}

/// Pieces between white space, each with where it starts. Line ends that do not end a sentence are white space as well.
fn chunks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let start_of = move |piece: &str| piece.as_ptr() as usize - text.as_ptr() as usize;
    text.split_whitespace().map(move |piece| (start_of(piece), piece))
}

struct Cutter<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    word: String,
    start: usize,
    end: usize,
    before: Break,
}

impl Cutter<'_> {
    /// Takes a web address (which is no word) or a mail address (which is one).
    fn address(&mut self, start: usize, chunk: &str) -> bool {
        let trimmed = chunk.trim_matches(|c: char| !c.is_alphanumeric());
        if chunk.contains("://") || trimmed.starts_with("www.") {
            return true;
        }
        let trimmed = trimmed.strip_prefix("mailto:").unwrap_or(trimmed);
        let is_mail = trimmed.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        if is_mail && trimmed.is_ascii() {
            self.line_break(start);
            let at = start + chunk.find(trimmed).unwrap_or(0);
            self.word.push_str(&trimmed.to_ascii_lowercase());
            (self.start, self.end) = (at, at + trimmed.len());
            self.finish_word();
            self.punctuation_after(chunk.get(at - start + trimmed.len()..).unwrap_or(""));
        }
        is_mail && trimmed.is_ascii()
    }

    fn punctuation_after(&mut self, rest: &str) {
        for (index, c) in rest.char_indices() {
            self.separator(c, rest.get(index + c.len_utf8()..).unwrap_or(""));
        }
    }

    /// A line break before this chunk ends a sentence, unless the line goes on in lower case.
    fn line_break(&mut self, start: usize) {
        let from = self.tokens.last().map_or(0, |token| token.end);
        let gap = self.text.get(from..start).unwrap_or("");
        let goes_on = self.text.get(start..).and_then(|rest| rest.chars().next()).is_some_and(char::is_lowercase);
        if !goes_on && gap.contains('\n') {
            self.before = Break::Sentence;
        }
    }

    fn chunk(&mut self, start: usize, chunk: &str) {
        self.line_break(start);
        for (index, c) in chunk.char_indices() {
            let rest = chunk.get(index + c.len_utf8()..).unwrap_or("");
            let at = start + index;
            match c {
                '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{feff}' => {}
                '\'' | '\u{2019}' | '\u{2bc}' if !self.word.is_empty() => self.apostrophe(at),
                c if c.is_alphanumeric() => self.letter(c, at),
                c => {
                    self.finish_word();
                    self.separator(c, rest);
                }
            }
        }
    }

    fn letter(&mut self, c: char, at: usize) {
        let digit = c.is_ascii_digit();
        if self.word.ends_with('\'') {
            self.after_apostrophe(c, at);
        } else if self.word.chars().next_back().is_some_and(|last| last.is_ascii_digit() != digit) {
            self.finish_word();
        }
        if self.word.is_empty() {
            self.start = at;
        }
        match ligature(c) {
            Some(letters) => self.word.push_str(letters),
            None => self.word.extend(c.to_lowercase()),
        }
        self.end = at + c.len_utf8();
    }

    fn apostrophe(&mut self, at: usize) {
        if !self.word.ends_with('\'') {
            self.word.push('\'');
        }
        self.end = at + 1;
    }

    /// `reporter's` is `reporter`, `don't` is `dont`: the `s` of the genitive becomes a word of its own that is dropped.
    fn after_apostrophe(&mut self, c: char, at: usize) {
        self.word.pop();
        let last = self.text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        if matches!(c, 's' | 'S') && !last.is_some_and(char::is_alphanumeric) {
            self.finish_word();
            self.word.push('\u{1}');
        }
    }

    fn finish_word(&mut self) {
        let mut word = std::mem::take(&mut self.word);
        if word.ends_with('\'') {
            word.pop();
        }
        if word.is_empty() || word.starts_with('\u{1}') {
            return;
        }
        if !word.contains('@') {
            spelling(&mut word);
        }
        let before = std::mem::replace(&mut self.before, Break::None);
        self.tokens.push(Token { text: word.into(), start: self.start, end: self.end, before });
    }

    fn separator(&mut self, c: char, rest: &str) {
        let found = match c {
            '.' => self.full_stop(rest),
            '!' | '?' | '\u{2026}' | '\u{2022}' | '\u{25aa}' | '\u{b7}' => Break::Sentence,
            ';' | '|' | '(' | ')' | '[' | ']' | '\u{2014}' | '\u{2192}' => Break::Clause,
            ':' if rest.is_empty() => Break::Clause,
            '-' | '\u{2013}' if rest.is_empty() && self.stands_alone() => Break::Clause,
            ',' => Break::Comma,
            '&' => {
                self.word.push_str("and");
                self.finish_word();
                Break::None
            }
            _ => Break::None,
        };
        self.before = self.before.max(found);
    }

    /// Whether the sign that was just read has a blank before it too.
    fn stands_alone(&self) -> bool {
        let from = self.tokens.last().map_or(0, |token| token.end);
        self.text.get(from..).and_then(|rest| rest.chars().next()).is_none_or(char::is_whitespace)
    }

    /// A dot ends a sentence where nothing follows it at once, and the word before is no usual abbreviation.
    fn full_stop(&self, rest: &str) -> Break {
        if rest.chars().next().is_some_and(char::is_alphanumeric) {
            return Break::None;
        }
        let last = self.tokens.last();
        let abbreviation = last.is_some_and(|token| ABBREVIATIONS.contains(&token.text.as_str()));
        if abbreviation { Break::None } else { Break::Sentence }
    }
}

/// Words that end in a dot without ending a sentence; `e.g.` and `i.e.` leave their last letter.
const ABBREVIATIONS: &[&str] = &["g", "e", "etc", "vs", "approx", "incl", "eg", "ie", "dr", "mr", "ms", "mrs"];

fn ligature(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        'ß' | 'ẞ' => "ss",
        _ => return None,
    })
}

/// Words of which each side of the ocean has its own, and forms that a stemmer does not bring together.
const SPELLINGS: &[(&str, &str)] = &[
    ("acknowledgement", "acknowledgment"),
    ("artefact", "artifact"),
    ("catalogue", "catalog"),
    ("centre", "center"),
    ("cheque", "check"),
    ("defence", "defense"),
    ("dialogue", "dialog"),
    ("enrol", "enroll"),
    ("fulfil", "fulfill"),
    ("judgement", "judgment"),
    ("learnt", "learned"),
    ("licence", "license"),
    ("offence", "offense"),
    ("organogram", "orgchart"),
    ("personell", "personnel"),
    ("programme", "program"),
    ("sceptic", "skeptic"),
    ("storey", "story"),
    ("theatre", "theater"),
];

/// Brings British and American spelling together.
pub(super) fn spelling(word: &mut String) {
    if word.len() >= 5 {
        respell_endings(word);
    }
    for (british, american) in SPELLINGS {
        if let Some(ending) = word.strip_prefix(british).filter(|ending| matches!(*ending, "" | "s" | "d" | "r" | "rs"))
        {
            *word = format!("{american}{ending}");
            return;
        }
    }
}

fn respell_endings(word: &mut String) {
    for (from, to) in [("iz", "is"), ("yz", "ys")] {
        if let Some(at) = word.rfind(from) {
            let ending = word.get(at + 2..).unwrap_or("");
            if at >= 2 && (ending.is_empty() || ending.starts_with(['e', 'i', 'a'])) {
                word.replace_range(at..at + 2, to);
            }
        }
    }
    for ending in ["our", "ours", "oured", "ouring", "ourite", "oural"] {
        if word.len() >= ending.len() + 3 && word.ends_with(ending) && !FOUR.iter().any(|four| word.starts_with(four)) {
            let at = word.len() - ending.len();
            word.replace_range(at..at + 3, "or");
            return;
        }
    }
    for (doubled, single) in [("lling", "ling"), ("lled", "led")] {
        if word.strip_suffix(doubled).is_some_and(|stem| DOUBLED.contains(&stem)) {
            *word = word.replace(doubled, single);
        }
    }
}

/// Words whose last letter is doubled on one side of the ocean only, without that letter.
const DOUBLED: &[&str] = &["cance", "labe", "trave", "mode", "signa", "leve"];

/// Words on `-our` that have no other spelling.
const FOUR: &[&str] = &["hour", "four", "tour", "pour", "detour", "contour", "sour", "flour"];

/// The second halves of compounds that are written in one word or two, by their first half.
fn second_halves(first: &str) -> &'static [&'static str] {
    match first {
        "back" | "follow" | "start" | "set" => &["up", "ups"],
        "check" | "white" | "black" | "allow" => &["list", "lists"],
        "co" => &["ordin", "operat"],
        "de" => &["escalat", "brief"],
        "down" | "up" => &["time"],
        "e" => &["mail"],
        "fail" | "hand" => &["over"],
        "fire" => &["wall"],
        "help" => &["desk"],
        "hot" | "head" => &["line"],
        "life" => &["cycle"],
        "mail" => &["box"],
        "on" => &["call", "going", "boarding", "site"],
        "pass" => &["word"],
        "play" | "run" => &["book"],
        "post" => &["mortem"],
        "sign" => &["off"],
        "sub" => &["contract", "processor"],
        "table" => &["top"],
        "third" => &["part"],
        "time" => &["frame", "line", "scale", "stamp"],
        "walk" => &["through"],
        "war" => &["room"],
        "web" => &["site"],
        "work" => &["flow", "around", "shop"],
        "cyber" => &["securit", "attack", "crime", "incident"],
        _ => &[],
    }
}

/// Whether the two words make one compound.
pub(super) fn is_compound(first: &str, second: &str) -> bool {
    second_halves(first).iter().any(|half| second.starts_with(half))
}

fn join_compounds(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        match joined.last_mut() {
            Some(last) if token.before == Break::None && is_compound(&last.text, &token.text) => {
                last.text = smol_str::format_smolstr!("{}{}", last.text, token.text);
                last.end = token.end;
            }
            _ => joined.push(token),
        }
    }
    joined
}

/// A language that topics have terms in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
}

impl Language {
    /// The language of this code, which names its file in `terms/`; English terms stand in the rules.
    pub(super) fn parse(code: &str) -> Option<Language> {
        (code == "de").then_some(Language::German)
    }

    /// Words that hardly any sentence of the language does without.
    pub(super) fn usual_words(self) -> &'static [&'static str] {
        match self {
            Language::English => {
                &["the", "and", "of", "to", "is", "for", "be", "with", "are", "or", "must", "by", "we"]
            }
            Language::German => &[
                "der", "die", "das", "und", "ist", "für", "mit", "wird", "werden", "sind", "den", "dem", "ein", "eine",
                "oder", "bei", "zu", "im", "nicht", "von", "auf", "wir", "des", "nach", "muss", "zur", "zum", "vom",
                "beim", "durch", "über", "falls", "sich", "einer", "einen", "sowie", "müssen", "können", "ggf",
            ],
        }
    }
}

/// Brings the forms of words together.
pub(super) struct Stemmer {
    inner: rust_stemmers::Stemmer,
    language: Language,
}

/// The stemmer of a language.
pub(super) fn stemmer_of(language: Language) -> Stemmer {
    let algorithm = match language {
        Language::English => Algorithm::English,
        Language::German => Algorithm::German,
    };
    Stemmer { inner: rust_stemmers::Stemmer::create(algorithm), language }
}

/// The stem of a folded word: its forms by number, tense and part of speech fall together. Words for people and for
/// acts stay apart from what they are made of: a manager is not management, a reporter no report.
pub(super) fn stem(stemmer: &Stemmer, word: &str) -> SmolStr {
    if word.len() < 4 || word.contains('@') || (stemmer.language == Language::English && !word.is_ascii()) {
        return word.into();
    }
    if stemmer.language == Language::German {
        return stemmer.inner.stem(word).into();
    }
    let singular = word.strip_suffix('s').filter(|rest| !rest.ends_with('s')).unwrap_or(word);
    let stemmed = stemmer.inner.stem(word);
    let kept = ["er", "or", "ment", "ance", "ence"].iter().any(|ending| singular.ends_with(ending));
    if kept && stemmed.len() < singular.len() { singular.into() } else { stemmed.into() }
}

/// The stemmer of English.
#[cfg(test)]
pub(super) fn stemmer() -> Stemmer {
    stemmer_of(Language::English)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let words: Vec<_> = tokens(text).into_iter().map(|token| token.text).collect();
        words.join(" ")
    }

    #[test]
    fn german_words_have_german_stems() {
        let stemmer = stemmer_of(Language::German);
        for (left, right) in [("übungen", "übung"), ("vorfälle", "vorfall"), ("gemeldet", "gemeldete")] {
            assert_eq!(stem(&stemmer, left), stem(&stemmer, right), "{left}");
        }
        assert_eq!(folded("Maßnahme"), "massnahme");
    }

    #[test]
    fn spellings_of_one_thing_fall_together() {
        for (left, right) in [
            ("Minimise the organisation\u{2019}s harm", "minimize the organization harm"),
            ("post-mortem", "Postmortem"),
            ("Co-ordination", "coordination"),
            ("table top exercises", "tabletop exercises"),
            ("de\u{fb01}ned e\u{fb03}cient", "defined efficient"),
            ("inci\u{ad}dent", "incident"),
            ("NIS2", "nis 2"),
            ("72h", "72 h"),
            ("lessons learnt", "lessons learned"),
            ("behaviour analysed", "behavior analyzed"),
            ("Programme & centre", "program and center"),
            ("we don\u{2019}t", "we dont"),
            ("reporters' names", "reporters names"),
        ] {
            assert_eq!(folded(left), folded(right), "{left}");
        }
        assert_eq!(folded("four hours, our tour"), "four hours our tour");
    }

    #[test]
    fn web_addresses_are_no_words_and_mail_addresses_one() {
        assert_eq!(folded("see https://a.test/incident (www.b.test) now"), "see now");
        assert_eq!(folded("write to <Security@Acme.test>, please"), "write to security@acme.test please");
    }

    use Break::{Clause, Comma, None, Sentence};

    #[test]
    fn breaks_follow_the_sentence() {
        let breaks = |text: &str| tokens(text).iter().map(|token| token.before).collect::<Vec<_>>();
        assert_eq!(breaks("One two. Three"), [Sentence, None, Sentence]);
        assert_eq!(breaks("e.g. this, that; 5.24: x"), [Sentence, None, None, Comma, Clause, None, Clause]);
        assert_eq!(breaks("a\nB b\nc"), [Sentence, Sentence, None, None]);
        assert_eq!(breaks("a | b \u{2014} c - d"), [Sentence, Clause, Clause, Clause]);
        assert_eq!(breaks("x@y.z. Then"), [Sentence, Sentence]);
    }

    #[test]
    fn words_know_where_they_stand() {
        let text = "The re\u{fb01}ned help-desk's \u{201c}plan\u{201d}";
        let shown: Vec<_> = tokens(text).iter().map(|token| &text[token.start..token.end]).collect();
        assert_eq!(
            shown,
            ["The", "re\u{fb01}ned", "help-desk'", "\u{201c}plan\u{201d}".trim_matches(['\u{201c}', '\u{201d}'])]
        );
    }

    #[test]
    fn forms_of_a_word_share_a_stem_and_people_stay_apart() {
        let stemmer = stemmer();
        let stem = |word: &str| stem(&stemmer, word);
        for (left, right) in
            [("tests", "tested"), ("escalation", "escalate"), ("managers", "manager"), ("reports", "reporting")]
        {
            assert_eq!(stem(left), stem(right));
        }
        for (left, right) in
            [("manager", "management"), ("reporter", "report"), ("regulator", "regulation"), ("officer", "office")]
        {
            assert_ne!(stem(left), stem(right));
        }
    }

    #[test]
    fn hostile_text_is_cut_without_harm() {
        for text in ["'", "''s", "a''b", "@", "a@", "\u{1}", "\u{fb01}", "...", "&&&", "a'\u{301}", "x\u{200b}y", "ß'S"]
        {
            let _ = tokens(text);
        }
    }
}
