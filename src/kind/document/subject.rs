//! Subjects that are recognised by what a text shows and speaks of, where title and name do not decide: a plan that is
//! called after its company, the pages beside a plan, the chapter of a handbook.

use std::sync::LazyLock;

use smol_str::SmolStr;

use crate::isms::catalogue::{framework_tree, text, texts};
use crate::kind::document::words::{fold, holds};
use crate::syntax::tree::{Map, Node, Value};

/// How many words a chapter needs to stand for a document of its subject.
const CHAPTER_WORDS: usize = 120;
/// How many words a text needs at least that speak of a subject, to be a page beside its main document.
const SPEAKING_WORDS: usize = 3;
/// One in so many words must speak of the subject.
const SPEAKING_SHARE: usize = 250;
/// How many words of a paragraph are looked at as its beginning.
const OPENING_WORDS: usize = 6;

/// A subject.
#[derive(Debug)]
pub(crate) struct Subject {
    /// The set that its documents are judged in.
    pub(crate) set: SmolStr,
    /// The type of a document that is all about it.
    pub(crate) document_type: SmolStr,
    /// Phrases in titles, names and headings that are about it.
    about: Vec<String>,
    /// Whole names of files that are about it, where the text shows it.
    names: Vec<String>,
    /// Beginnings of words that headings and paragraphs of such a document start with.
    shows: Vec<String>,
    /// Beginnings of words by which a text speaks of it.
    speaks: Vec<String>,
    /// Beginnings of words of something close to it: a document with more of them is about that.
    aside: Vec<String>,
}

static SUBJECTS: LazyLock<Vec<Subject>> = LazyLock::new(|| {
    let Some(tree) = framework_tree("documents") else { return Vec::new() };
    let folded = |row: &Node, key: &str| -> Vec<String> { texts(row, key).iter().map(|word| fold(word)).collect() };
    let subject = |row: &Node| Subject {
        set: text(row, "set"),
        document_type: text(row, "type"),
        about: folded(row, "about"),
        names: folded(row, "names"),
        shows: folded(row, "shows"),
        speaks: folded(row, "speaks"),
        aside: folded(row, "aside"),
    };
    tree.get("subjects").map_or(&[][..], Node::items).iter().map(subject).collect()
});

/// All subjects.
pub(crate) fn subjects() -> &'static [Subject] {
    &SUBJECTS
}

/// The subject of this set.
pub(crate) fn of_set(set: &str) -> Option<&'static Subject> {
    SUBJECTS.iter().find(|subject| subject.set == set)
}

/// The subject that a text speaks of often enough to belong beside its main document.
pub(crate) fn spoken_of(tree: &Node) -> Vec<&'static Subject> {
    SUBJECTS.iter().filter(|subject| subject.is_spoken_of(tree)).collect()
}

impl Subject {
    /// The phrase by which folded words are about it.
    pub(crate) fn phrase_in(&self, folded: &str) -> Option<&str> {
        self.about.iter().filter(|phrase| holds(folded, phrase)).max_by_key(|phrase| phrase.len()).map(String::as_str)
    }

    /// Whether a file of this folded name is about it.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// Whether a document looks like one of this subject from the inside.
    pub(crate) fn is_shown_by(&self, tree: &Node) -> bool {
        self.shown_by_headings(tree) >= 2 || self.shown_by_text(tree) >= 3
    }

    /// How many of its usual parts the headings of a document name.
    pub(crate) fn shown_by_headings(&self, tree: &Node) -> usize {
        let headings: Vec<String> = headings(tree).map(fold).collect();
        self.shows.iter().filter(|start| headings.iter().any(|heading| has_word(heading, start))).count()
    }

    fn shown_by_text(&self, tree: &Node) -> usize {
        let openings: Vec<String> = headings(tree).chain(blocks(tree)).map(opening).collect();
        self.shows.iter().filter(|start| openings.iter().any(|opening| has_word(opening, start))).count()
    }

    fn is_spoken_of(&self, tree: &Node) -> bool {
        let mut all = 0;
        let mut speaking = 0;
        for word in headings(tree).chain(blocks(tree)).flat_map(str::split_whitespace) {
            all += 1;
            speaking += usize::from(self.speaks.iter().any(|start| starts_with(word, start)));
        }
        speaking >= SPEAKING_WORDS && speaking * SPEAKING_SHARE >= all
    }

    /// Whether a document is about something close to the subject (the handling of vulnerabilities in a product) instead.
    pub(crate) fn is_beside_the_point(&self, tree: &Node) -> bool {
        let (mut speaking, mut aside) = (0_usize, 0_usize);
        for word in headings(tree).chain(blocks(tree)).flat_map(str::split_whitespace) {
            speaking += usize::from(self.speaks.iter().any(|start| starts_with(word, start)));
            aside += usize::from(self.aside.iter().any(|start| starts_with(word, start)));
        }
        aside > 2 * speaking
    }

    /// The chapters of a document that are about it, as a document of their own.
    pub(crate) fn chapters(&self, document: &Node) -> Option<Node> {
        let sections = document.get("sections").map(Node::items).unwrap_or_default();
        let mut kept: Vec<Node> = Vec::new();
        let mut above: Option<f64> = None;
        for (index, section) in sections.iter().enumerate() {
            let level = section.get("level").and_then(Node::as_number).unwrap_or(1.0);
            if above.is_some_and(|above| level <= above) {
                above = None;
            }
            let heading = section.get("heading").and_then(Node::as_str).unwrap_or("");
            // The first heading is the document's title.
            if above.is_none() && index > 0 && self.phrase_in(&fold(heading)).is_some() {
                above = Some(level);
            }
            if above.is_some() {
                kept.push(section.clone());
            }
        }
        let words: usize = kept.iter().flat_map(section_blocks).map(|text| text.split_whitespace().count()).sum();
        if words < CHAPTER_WORDS {
            return None;
        }
        let place = kept.first()?.place;
        let mut map = Map::default();
        for entry in document.entries().iter().filter(|entry| !matches!(entry.key.as_str(), "sections" | "words")) {
            map.push(entry.key.clone(), entry.key_place, entry.value.clone());
        }
        map.push("sections", place, Node::list(kept, place));
        map.push("words", place, Node::new(Value::Number(words as f64), place));
        Some(Node::map(map, place))
    }
}

fn headings(tree: &Node) -> impl Iterator<Item = &str> {
    let sections = tree.get("sections").map(Node::items).unwrap_or_default();
    sections.iter().filter_map(|section| section.get("heading")).filter_map(Node::as_str)
}

fn blocks(tree: &Node) -> impl Iterator<Item = &str> {
    tree.get("sections").map(Node::items).unwrap_or_default().iter().flat_map(section_blocks)
}

fn section_blocks(section: &Node) -> impl Iterator<Item = &str> {
    let blocks = section.get("blocks").map(Node::items).unwrap_or_default();
    blocks.iter().filter_map(|block| block.get("text")).filter_map(Node::as_str)
}

/// The first folded words of a paragraph.
fn opening(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(OPENING_WORDS).collect();
    fold(&words.join(" "))
}

/// Whether folded text has a word, or several in a row, that start so.
fn has_word(folded: &str, start: &str) -> bool {
    folded
        .match_indices(start)
        .any(|(at, _)| folded.get(..at).is_some_and(|head| head.is_empty() || head.ends_with(' ')))
}

/// Whether a written word starts so, without regard to case and what stands before its first letter.
fn starts_with(word: &str, start: &str) -> bool {
    let mut letters = word.chars().skip_while(|c| !c.is_alphanumeric()).flat_map(char::to_lowercase);
    start.chars().all(|expected| letters.next() == Some(expected))
}
