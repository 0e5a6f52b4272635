//! Other documents that a text names: `see the Backup Policy`, `gemäß der Backup-Richtlinie`.
//!
//! A name counts after words that point to it, written with capitals like a title or called as documents of an ISMS are. It is
//! taken to be there when any title, file name or heading of the ISMS holds the words that tell it from others; only in
//! an ISMS of several documents can anybody tell that one is not.

use std::sync::LazyLock;

use regex::Regex;

use crate::kind::document::types;
use crate::kind::document::words::fold;
use crate::syntax::tree::{At, Map, Node, Place, Span, Value};

/// From how many documents on what is not among them can be missed.
const ENOUGH_DOCUMENTS: usize = 3;
/// So many letters tell a word in its forms (`backup`, `backups`; `Passwort`, `Passwörter`).
const TELLING_LETTERS: usize = 5;

/// A name of another document.
#[derive(Debug, Clone)]
pub(crate) struct Mention {
    name: String,
    place: Place,
}

/// What documents are called and what chapters they have, as folded words.
#[derive(Debug, Default)]
pub(crate) struct Known {
    names: Vec<Vec<String>>,
    types: Vec<String>,
    documents: usize,
}

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let cue = r"(?:\b[Ss]ee|\b[Rr]efer(?:s|red)?\s+to|\b[Cc]onsult|\b(?:described|defined|specified|detailed|documented|outlined|laid\s+down|set\s+out|stated|covered|governed|regulated|recorded)\s+(?:in|by)|\b[Ii]n\s+accordance\s+with|\b[Aa]ccording\s+to|\b[Ii]n\s+line\s+with|\b[Aa]s\s+per|\b[Pp]ursuant\s+to|\b[Pp]er|\b[Cc]ompl(?:y|ies)\s+with|\b[Ff]ollow(?:s|ing)?)\s+(?:also\s+)?(?:the|our)\s+";
    let noun = r"(?:[Pp]olicy|[Pp]rocedure|[Pp]lan|[Ss]tandard|[Mm]ethodology|[Pp]rogramme|[Cc]harter|[Pp]laybook)\b";
    let english = format!(r#"{cue}[*_"“]{{0,2}}(?<name>(?:[A-Za-z][A-Za-z&/-]*\s+){{1,5}}?{noun})"#);
    let german = r#"(?:\b[Ss]iehe|\b[Vv]gl\.|\b[Gg]emäß|\b[Ll]aut|\b[Nn]ach|\b[Ee]ntsprechend|\b(?:geregelt|beschrieben|festgelegt|dokumentiert)\s+in)\s+(?:auch\s+)?(?:der|dem|die|das|unserer|unserem)\s+[*_"„]{0,2}(?<name>[A-ZÄÖÜ][A-Za-zÄÖÜäöüß-]*(?:[Rr]ichtlinie|[Ll]eitlinie|[Kk]onzept|[Hh]andbuch|[Pp]lan)\b|(?:Richtlinie|Leitlinie|Konzept)\s+(?:zur|zum|für)\s+(?:die\s+|den\s+|das\s+)?[A-ZÄÖÜ][A-Za-zäöüß-]+)"#;
    [english.as_str(), german].iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
});

/// Words for kinds of documents and of no meaning: they tell no document from another.
const GENERIC: &[&str] = &[
    "policy",
    "policies",
    "procedure",
    "procedures",
    "plan",
    "standard",
    "methodology",
    "programme",
    "charter",
    "playbook",
    "the",
    "and",
    "of",
    "for",
    "to",
    "our",
    "a",
    "information",
    "security",
    "company",
    "corporate",
    "richtlinie",
    "leitlinie",
    "konzept",
    "handbuch",
    "zur",
    "zum",
    "für",
    "die",
    "den",
    "das",
    "der",
];

/// Beginnings of names of what others have written.
const OTHERS: &[&str] = &[
    "iso",
    "nist",
    "sans",
    "cis",
    "bsi",
    "eu",
    "nis",
    "gdpr",
    "dsgvo",
    "this",
    "that",
    "following",
    "current",
    "same",
    "relevant",
    "applicable",
    "appropriate",
    "above",
    "new",
];

/// The names in the text of a document.
pub(crate) fn find(sections: &[Node], source: &str) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    let blocks = sections.iter().filter_map(|section| section.get("blocks")).flat_map(Node::items);
    let said =
        blocks.filter(|block| !matches!(block.get("kind").and_then(Node::as_str), Some("code" | "html" | "quote")));
    for node in said.filter_map(|block| block.get("text")) {
        let written = node.place.as_span().map(|span| (span.start as usize, span.slice(source)));
        let (start, text) = match written.filter(|(_, text)| !text.is_empty()) {
            Some((start, text)) => (Some(start), text),
            None => (None, node.as_str().unwrap_or("")),
        };
        for name in PATTERNS.iter().flat_map(|pattern| pattern.captures_iter(text)).filter_map(|hit| hit.name("name")) {
            if !is_name(name.as_str()) || is_linked(text, name.start(), name.end()) {
                continue;
            }
            let place = match start {
                Some(start) => {
                    Place { at: At::Span(Span::new(start + name.start(), start + name.end())), ..node.place }
                }
                None => node.place,
            };
            let words: Vec<&str> = name.as_str().split_whitespace().collect();
            found.push(Mention { name: words.join(" "), place });
        }
    }
    found
}

/// Whether words are the name of a document of one's own: a title with capitals, or what such documents are called.
fn is_name(written: &str) -> bool {
    let folded = fold(written);
    let first = folded.split(' ').next().unwrap_or("");
    if OTHERS.contains(&first) || telling(&folded).next().is_none() {
        return false;
    }
    let small =
        |word: &&str| matches!(*word, "and" | "of" | "for" | "to" | "zur" | "zum" | "für" | "die" | "den" | "das");
    let is_title = written
        .split_whitespace()
        .all(|word| small(&word) || word.chars().next().is_some_and(|first| first.is_uppercase() || first == '&'));
    is_title || types::is_title(&folded)
}

/// A link tells by itself where it leads.
fn is_linked(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or("").trim_end_matches(['*', '_', '"']);
    let after = text.get(end..).unwrap_or("").trim_start_matches(['*', '_', '"']);
    before.ends_with('[') || after.starts_with("](")
}

/// The words that tell a document from others.
fn telling(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(' ').map(bare).filter(|word| word.len() > 1 && !GENERIC.contains(word))
}

/// `backuprichtlinie` without what it is: `backup`.
fn bare(word: &str) -> &str {
    let endings = ["richtlinie", "leitlinie", "konzept", "handbuch", "plan"];
    endings.iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word)
}

impl Known {
    /// Adds a document: its type, title, path and headings.
    pub(crate) fn add(&mut self, tree: &Node) {
        self.documents += 1;
        let text = |key: &str| tree.get(key).and_then(Node::as_str);
        let stem = text("path").map(|path| path.rsplit_once('.').map_or(path, |(stem, _)| stem));
        let sections = tree.get("sections").map(Node::items).unwrap_or_default();
        let headings = sections.iter().filter_map(|section| section.get("heading")).filter_map(Node::as_str);
        let names = text("title").into_iter().chain(stem).chain(headings);
        self.names.extend(names.map(|name| fold(name).split(' ').map(str::to_owned).collect()));
        self.types.extend(text("type").map(str::to_owned));
    }

    fn holds(&self, name: &str) -> bool {
        let folded = fold(name);
        if types::of_title(&folded).is_some_and(|id| self.types.iter().any(|known| *known == *id)) {
            return true;
        }
        let is_in = |words: &Vec<String>| telling(&folded).all(|word| words.iter().any(|known| same(known, word)));
        self.names.iter().any(is_in)
    }

    /// The names that a document mentions, each with whether it is there; nothing where that cannot be told.
    pub(crate) fn resolve(&self, tree: &Node, mentions: &[Mention]) -> Node {
        let Some(map) = tree.as_map().filter(|_| self.documents >= ENOUGH_DOCUMENTS && !mentions.is_empty()) else {
            return tree.clone();
        };
        let entry = |mention: &Mention| {
            let mut map = Map::default();
            map.push("name", mention.place, Node::text(mention.name.as_str(), mention.place));
            map.push("exists", mention.place, Node::new(Value::Bool(self.holds(&mention.name)), mention.place));
            Node::map(map, mention.place)
        };
        let mut map = map.clone();
        map.push("mentions", tree.place, Node::list(mentions.iter().map(entry).collect(), tree.place));
        Node::map(map, tree.place)
    }
}

/// Whether two words are forms of one, or one is made of the other.
fn same(known: &str, word: &str) -> bool {
    let start = |word: &str| word.char_indices().nth(TELLING_LETTERS).map_or(word.len(), |(end, _)| end);
    known == word
        || (word.chars().count() >= TELLING_LETTERS
            && word.get(..start(word)).is_some_and(|start| known.contains(start)))
}
