//! Phrases as rules write them, and where they stand in a text.
//!
//! | written | stands for |
//! |---|---|
//! | `notify` | the word in any of its forms (`notified`, `notifies`) |
//! | `notif*` | any word that starts so |
//! | `*vorfall*` `*vorfall` | any word that holds it, ends so: compounds |
//! | `=form` | exactly this word |
//! | `*` | exactly one word, whichever |
//! | `..` `..3` | up to six (three) words of the same sentence, or none |
//! | `inform\|tell\|notif*` | one of these words |
//! | `security@*` | a mail address |
//!
//! Words that follow each other in a phrase must do so in the text, across commas but no heavier sign.

use std::ops::Range;

use smol_str::SmolStr;

use super::fold::{self, Break, Stemmer};
use super::text::Text;

/// How many words `..` may stand for.
const GAP: usize = 6;

/// A phrase, ready to be looked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern {
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, PartialEq)]
enum Slot {
    Word(Vec<Test>),
    One,
    Gap(usize),
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    /// Any word of this stem; the folded word itself until the phrase is complete.
    Stem(SmolStr),
    Prefix(SmolStr),
    Exact(SmolStr),
    /// A part of a compound; whether it must be its end.
    Inside(SmolStr, bool),
    Mail(SmolStr),
}

/// A slot with the forms of one text that fit it.
enum Fit {
    Forms(Vec<u32>),
    One,
    Gap(usize),
}

impl Pattern {
    /// Says what is wrong with a phrase, in lower case; nothing where it is right.
    pub(super) fn mistake(written: &str) -> Option<String> {
        let pieces: Vec<&str> = written.split_whitespace().collect();
        let open = |piece: Option<&&str>| piece.is_none_or(|piece| *piece == "*" || gap(piece).is_some());
        if open(pieces.first()) || open(pieces.last()) {
            return Some("a phrase must start and end with a word".to_owned());
        }
        let alternatives = pieces.iter().filter(|piece| piece.contains('|')).flat_map(|piece| piece.split('|'));
        for alternative in alternatives {
            let bare = alternative.trim_start_matches(['=', '*']).trim_end_matches('*');
            if !bare.contains('@') && fold::tokens(bare).len() != 1 {
                return Some(format!("`{alternative}` is not one word; between `|` each alternative must be"));
            }
        }
        let inside = |piece: &&str| !piece.contains('@') && piece.trim_matches('*').contains('*');
        pieces
            .iter()
            .find(|piece| inside(piece) && !piece.contains('|'))
            .map(|piece| format!("`*` stands inside `{piece}`; it may only end a word or stand alone"))
    }

    /// Compiles a phrase. What [`Pattern::mistake`] objects to compiles to something that is never found.
    pub(super) fn compile(written: &str, stemmer: &Stemmer) -> Pattern {
        let mut slots: Vec<Slot> = Vec::new();
        for piece in written.split_whitespace() {
            if let Some(gap) = gap(piece) {
                slots.push(Slot::Gap(gap));
            } else if piece == "*" {
                slots.push(Slot::One);
            } else if piece.contains('|') {
                slots.push(Slot::Word(piece.split('|').flat_map(tests).collect()));
            } else {
                slots.extend(tests(piece).into_iter().map(|test| Slot::Word(vec![test])));
            }
        }
        Pattern { slots: join_compounds(slots).into_iter().map(|slot| slot.stemmed(stemmer)).collect() }
    }

    /// Where the phrase stands, as ranges of words in the order of the text.
    pub(super) fn find(&self, text: &Text) -> Vec<Range<usize>> {
        let mut fits = Vec::with_capacity(self.slots.len());
        for slot in &self.slots {
            let fit = match slot {
                Slot::Gap(most) => Fit::Gap(*most),
                Slot::One => Fit::One,
                Slot::Word(tests) => Fit::Forms(tests.iter().flat_map(|test| test.forms(text)).collect()),
            };
            if matches!(&fit, Fit::Forms(forms) if forms.is_empty()) {
                return Vec::new();
            }
            fits.push(fit);
        }
        let Some((Fit::Forms(first), rest)) = fits.split_first() else { return Vec::new() };
        let mut starts: Vec<u32> = first.iter().flat_map(|form| text.positions(*form)).copied().collect();
        starts.sort_unstable();
        starts.dedup();
        let from = |start: u32| {
            let start = start as usize;
            ends_at(rest, start + 1, Break::Comma, text).map(|end| start..end)
        };
        starts.into_iter().filter_map(from).collect()
    }
}

/// Where the rest of a phrase ends that goes on at `position`, which no sign heavier than `heaviest` may part from the
/// word before.
fn ends_at(fits: &[Fit], position: usize, heaviest: Break, text: &Text) -> Option<usize> {
    let Some((fit, rest)) = fits.split_first() else { return Some(position) };
    if let Fit::Gap(most) = fit {
        let mut candidates = (position..=position + most).take_while(|at| follows(text, *at, Break::Clause));
        return candidates.find_map(|at| ends_at(rest, at, Break::Clause, text));
    }
    let word = text.words.get(position).filter(|_| follows(text, position, heaviest))?;
    let fits_here = match fit {
        Fit::Forms(forms) => forms.contains(&word.form),
        Fit::One | Fit::Gap(_) => true,
    };
    if fits_here { ends_at(rest, position + 1, Break::Comma, text) } else { None }
}

/// Whether a word stands at `position` that no sign heavier than `heaviest` parts from the one before it.
fn follows(text: &Text, position: usize, heaviest: Break) -> bool {
    let (Some(before), Some(word)) =
        (position.checked_sub(1).and_then(|at| text.words.get(at)), text.words.get(position))
    else {
        return false;
    };
    before.segment == word.segment && word.before <= heaviest
}

/// `..` or `..N`.
fn gap(piece: &str) -> Option<usize> {
    let rest = piece.strip_prefix("..")?;
    if rest.is_empty() { Some(GAP) } else { rest.parse().ok().map(|gap: usize| gap.min(30)) }
}

/// The tests of one written word; several where folding parts it (`co-ordinated`, `NIS2`).
fn tests(written: &str) -> Vec<Test> {
    if written.contains('@') {
        return vec![Test::Mail(written.to_ascii_lowercase().into())];
    }
    let exact = written.starts_with('=');
    let prefix = written.ends_with('*');
    let compound = written.starts_with('*');
    let bare = written.trim_start_matches(['=', '*']).trim_end_matches('*');
    let tokens = fold::tokens(bare);
    let last = tokens.len().saturating_sub(1);
    let tests = tokens.into_iter().enumerate().map(|(index, token)| {
        if compound {
            Test::Inside(token.text, !prefix)
        } else if prefix && index == last {
            Test::Prefix(token.text)
        } else if exact {
            Test::Exact(token.text)
        } else {
            Test::Stem(token.text)
        }
    });
    tests.collect()
}

/// `help desk` as two words of a phrase must find the text's `helpdesk`, which folding has made one word.
fn join_compounds(slots: Vec<Slot>) -> Vec<Slot> {
    let mut joined: Vec<Slot> = Vec::with_capacity(slots.len());
    for slot in slots {
        match (joined.last().and_then(Slot::single), slot.single()) {
            (Some(Test::Stem(first)), Some(Test::Stem(second))) if fold::is_compound(first, second) => {
                let test = Test::Stem(smol_str::format_smolstr!("{first}{second}"));
                joined.pop();
                joined.push(Slot::Word(vec![test]));
            }
            (Some(Test::Stem(first)), Some(Test::Prefix(second))) if fold::is_compound(first, second) => {
                let test = Test::Prefix(smol_str::format_smolstr!("{first}{second}"));
                joined.pop();
                joined.push(Slot::Word(vec![test]));
            }
            _ => joined.push(slot),
        }
    }
    joined
}

impl Slot {
    /// The slot with its words brought to their stems, which have to wait until compounds are joined.
    fn stemmed(self, stemmer: &Stemmer) -> Slot {
        let stemmed = |test| match test {
            Test::Stem(word) => Test::Stem(fold::stem(stemmer, &word)),
            other => other,
        };
        match self {
            Slot::Word(tests) => Slot::Word(tests.into_iter().map(stemmed).collect()),
            other => other,
        }
    }

    fn single(&self) -> Option<&Test> {
        match self {
            Slot::Word(tests) if tests.len() == 1 => tests.first(),
            _ => None,
        }
    }
}

impl Test {
    /// The forms of a text that fit.
    fn forms(&self, text: &Text) -> Vec<u32> {
        match self {
            Test::Stem(stem) => text.with_stem(stem).to_vec(),
            Test::Prefix(prefix) => text.with_prefix(prefix).collect(),
            Test::Exact(word) => text.with_prefix(word).filter(|form| text.form_text(*form) == word).collect(),
            Test::Inside(part, ends) => {
                text.forms_with(|form| if *ends { form.ends_with(&**part) } else { form.contains(&**part) })
            }
            Test::Mail(glob) => text.mail_addresses(|address| matches_glob(glob, address)),
        }
    }
}

/// Whether an address matches; `*` stands for any letters.
fn matches_glob(glob: &str, address: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(mut rest) = parts.next().and_then(|first| address.strip_prefix(first)) else { return false };
    let mut last = "";
    for part in parts {
        last = part;
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or(""),
            None => return false,
        }
    }
    if glob.contains('*') { address.ends_with(last) } else { rest.is_empty() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::topic::TextCache;
    use crate::syntax::tree::{Node, Place};

    fn found(pattern: &str, text: &str) -> Vec<String> {
        assert_eq!(Pattern::mistake(pattern), None, "{pattern}");
        let texts = TextCache::default().texts(&Node::text(text, Place::NOWHERE));
        let hits = Pattern::compile(pattern, &fold::stemmer()).find(&texts[0]);
        hits.into_iter().map(|range| range.map(|at| texts[0].word_text(at)).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn phrases_are_found_in_all_their_forms() {
        for (pattern, text, expected) in [
            ("incident response team", "The Incident-Response Teams meet", &["incident response teams"][..]),
            ("respon*", "responders respond", &["responders", "respond"]),
            ("=form", "the form was formed from forms", &["form"]),
            ("within * hours", "within 72 hours, within some few hours", &["within 72 hours"]),
            ("inform .. reporter*", "we inform whoever was the reporter.", &["inform whoever was the reporter"]),
            ("inform .. reporter*", "we inform you. The reporter", &[]),
            ("inform ..2 reporter*", "inform one two three reporter", &[]),
            (
                "inform|tell|notif* the reporter",
                "tell the reporter; notify the reporter",
                &["tell the reporter", "notify the reporter"],
            ),
            ("security@*", "mail Security@acme.test or it-security@acme.test", &["security@acme.test"]),
            ("*security@*", "mail it-security@acme.test", &["it-security@acme.test"]),
            ("help desk", "the helpdesk and the Help Desk", &["helpdesk", "helpdesk"]),
            ("post mortem*", "Post-mortems", &["postmortems"]),
            ("co-ordinat*", "coordination, co-ordinating", &["coordination", "coordinating"]),
            ("minimize impact", "minimising impacts", &["minimising impacts"]),
            ("NIS2", "under NIS 2 and NIS2", &["nis 2", "nis 2"]),
            (
                "confidentiality integrity and availability",
                "confidentiality, integrity, and availability",
                &["confidentiality integrity and availability"],
            ),
            ("roles responsibilities", "roles: responsibilities", &[]),
            ("a .. b", "a (c) b", &["a c b"]),
            ("incident", "https://a.test/incident x", &[]),
            ("*vorfall*", "Sicherheitsvorfall, Vorfallmeldung, Zufall", &["sicherheitsvorfall", "vorfallmeldung"]),
            ("*leiter", "Einsatzleiter und Leiterbahn", &["einsatzleiter"]),
        ] {
            assert_eq!(found(pattern, text), expected, "{pattern} in {text}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (pattern, part) in [
            ("", "start and end"),
            ("* a", "start and end"),
            ("a ..", "start and end"),
            ("re*port x", "inside"),
            ("a|two-words b", "not one word"),
            ("a||b c", "not one word"),
        ] {
            let mistake = Pattern::mistake(pattern);
            assert!(mistake.as_deref().is_some_and(|mistake| mistake.contains(part)), "{pattern}: {mistake:?}");
            let _ = Pattern::compile(pattern, &fold::stemmer());
        }
    }
}
