//! What a find is worth: whether the text around it says the thing, leaves it blank, or only points to where it is said.

use std::ops::Range;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::placeholder::{self, Asked};
use super::signs::{Anchor, Find};
use super::text::{Block, Kind, Text};
use crate::engine::assessment::Presence;

/// Why something that was found is not the thing itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shortfall {
    /// A blank stands in place of the substance.
    Blank,
    /// The text only points to another place.
    Pointer,
    /// The subject is touched upon, but not what is asked for.
    Touched,
    /// Facets have no trace.
    Facets,
}

impl Shortfall {
    /// What reports say about it.
    pub fn name(self) -> &'static str {
        match self {
            Shortfall::Blank => "a blank stands where it should be said",
            Shortfall::Pointer => "the text only points elsewhere",
            Shortfall::Touched => "it is touched upon without being said",
            Shortfall::Facets => "parts of it are missing",
        }
    }
}

/// What a topic accepts as evidence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Accepts {
    /// The thing asked for is a value (a contact, a date, a form): any blank beside it stands in its place.
    pub(super) value: bool,
    /// A reference to the thing is enough.
    pub(super) pointers: bool,
    /// Code blocks count as text.
    pub(super) code: bool,
}

/// A find that counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weighed {
    /// The paragraph it rests on.
    pub(super) block: usize,
    /// Why it is not the thing itself; nothing where it is.
    pub(super) shortfall: Option<Shortfall>,
    /// Whether the words stand in the text and not in a heading over it.
    pub(super) in_text: bool,
    /// Whether the paragraph holds a value: a mail address, a number.
    pub(super) has_value: bool,
}

/// What each section and block of a text may be evidence for; computed once for each text.
#[derive(Debug)]
pub(super) struct Standing {
    sections: Vec<Worth>,
    /// Lines of a table of contents.
    contents: FxHashSet<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worth {
    Evidence,
    /// A list of other documents.
    References,
    /// A table of contents, a revision history, a list of abbreviations.
    Nothing,
}

impl Standing {
    /// Sorts out the sections and blocks that are no evidence.
    pub(super) fn of(text: &Text) -> Standing {
        let mut sections: Vec<Worth> = Vec::with_capacity(text.sections.len());
        for section in &text.sections {
            let own = section.heading.map_or(Worth::Evidence, |heading| worth_of_heading(&bare(text, heading)));
            let above = section.parent.and_then(|parent| sections.get(parent)).copied().unwrap_or(Worth::Evidence);
            // What stands below a table of contents is the document itself, where headings were set carelessly.
            let above = if above == Worth::Nothing { Worth::Evidence } else { above };
            sections.push(if own == Worth::Evidence { above } else { own });
        }
        Standing { sections, contents: contents(text) }
    }

    fn worth(&self, text: &Text, index: usize, block: &Block) -> Worth {
        let history = block.kind == Kind::Row && block.lead.is_some_and(|lead| is_history(&text.folded(lead)));
        if history || self.contents.contains(&index) {
            return Worth::Nothing;
        }
        self.sections.get(block.section).copied().unwrap_or(Worth::Evidence)
    }

    /// Weighs a find; nothing where it stands in what is no evidence.
    pub(super) fn weigh(&self, text: &Text, find: &Find, accepts: Accepts) -> Option<Weighed> {
        match find.anchor {
            Anchor::Block(index) => {
                let block = text.blocks.get(index)?;
                let shortfall = self.weigh_block(text, index, block, &find.hits, accepts)?;
                Some(Weighed { block: index, shortfall, in_text: true, has_value: block.has_value })
            }
            Anchor::Heading(section) => self.weigh_section(text, section, accepts),
        }
    }

    #[expect(clippy::option_option, reason = "no evidence, full evidence, or evidence that falls short")]
    fn weigh_block(
        &self,
        text: &Text,
        index: usize,
        block: &Block,
        hits: &[Range<usize>],
        accepts: Accepts,
    ) -> Option<Option<Shortfall>> {
        if block.kind == Kind::Code && !accepts.code {
            return None;
        }
        match self.worth(text, index, block) {
            Worth::Nothing => return None,
            Worth::References if !accepts.pointers && !is_statement(text, block) => {
                return Some(Some(Shortfall::Pointer));
            }
            Worth::References | Worth::Evidence => {}
        }
        if left_blank(text, block, hits, accepts.value) {
            return Some(Some(Shortfall::Blank));
        }
        let points = !accepts.pointers && (block.link || hits.iter().any(|hit| points_elsewhere(text, hit, hits)));
        Some(points.then_some(Shortfall::Pointer))
    }

    /// A heading stands for what is written under it.
    fn weigh_section(&self, text: &Text, index: usize, accepts: Accepts) -> Option<Weighed> {
        let section = text.sections.get(index)?;
        if section.is_title || self.sections.get(index) == Some(&Worth::Nothing) {
            return None;
        }
        let last = text.sections.get(section.end.checked_sub(1)?)?;
        let mut best: Option<Weighed> = None;
        let mut said = 0;
        for block_index in section.blocks.start..last.blocks.end {
            let Some(block) = text.blocks.get(block_index) else { break };
            let Some(shortfall) = self.weigh_block(text, block_index, block, &[], accepts) else { continue };
            let points = !accepts.pointers && opens_with_pointer(text, block);
            let words = content_words(text, block, &text.words_of(block.segment), &[]);
            let shortfall =
                shortfall.or(points.then_some(Shortfall::Pointer)).or((words == 0).then_some(Shortfall::Blank));
            if shortfall.is_none() {
                said += words;
            }
            let weighed = Weighed { block: block_index, shortfall, in_text: false, has_value: block.has_value };
            if best.is_none_or(|best| best.shortfall.is_some() && shortfall.is_none()) {
                best = Some(weighed);
            }
        }
        best.map(|best| {
            if said < ENOUGH_UNDER_HEADING && best.shortfall.is_none() {
                Weighed { shortfall: Some(Shortfall::Touched), ..best }
            } else {
                best
            }
        })
    }
}

/// How many words must stand under a heading for the heading to be evidence.
const ENOUGH_UNDER_HEADING: usize = 6;
/// How many words beside the phrase itself show that more is said than the blank leaves out.
const ENOUGH_BESIDE_BLANK: usize = 3;

/// The words of a heading without its number.
fn bare(text: &Text, segment: usize) -> Vec<SmolStr> {
    let is_number =
        |word: &&str| word.chars().all(|c| c.is_ascii_digit()) || matches!(*word, "appendix" | "annex" | "section");
    let words: Vec<&str> = text.words_of(segment).map(|position| text.word_text(position)).collect();
    let words = words.iter().skip_while(|word| is_number(word) || word.len() == 1);
    words.map(SmolStr::new).collect()
}

/// Whether a paragraph in a list of other documents is a sentence of the document's own.
fn is_statement(text: &Text, block: &Block) -> bool {
    let says = |at: usize| matches!(text.word_text(at), "must" | "shall" | "will" | "should" | "is" | "are");
    block.kind == Kind::Paragraph && !block.link && text.words_of(block.segment).any(says)
}

fn worth_of_heading(words: &[SmolStr]) -> Worth {
    let heading = words.join(" ");
    if NOTHING.contains(&heading.as_str()) {
        return Worth::Nothing;
    }
    let (first, second) = (words.first().map_or("", SmolStr::as_str), words.get(1).map_or("", SmolStr::as_str));
    let related = RELATED.contains(&first) && OTHER_DOCUMENTS.contains(&second);
    if related
        || REFERENCES.contains(&heading.as_str())
        || matches!((first, second), ("references" | "resources", "and"))
    {
        return Worth::References;
    }
    Worth::Evidence
}

/// Headings over what says nothing of its own.
const NOTHING: &[&str] = &[
    "abbreviations",
    "abkürzungen",
    "abkürzungsverzeichnis",
    "änderungshistorie",
    "änderungsverzeichnis",
    "dokumentenhistorie",
    "dokumentenlenkung",
    "inhalt",
    "inhaltsverzeichnis",
    "versionshistorie",
    "abbreviations and acronyms",
    "acronyms",
    "acronyms and abbreviations",
    "amendment history",
    "amendments",
    "change history",
    "change log",
    "change record",
    "changelog",
    "contents",
    "document control",
    "document history",
    "document revision history",
    "history of changes",
    "index",
    "list of abbreviations",
    "list of acronyms",
    "list of figures",
    "list of tables",
    "record of changes",
    "revision and version history",
    "revision control",
    "revision history",
    "revision record",
    "revisions",
    "table of contents",
    "toc",
    "version control",
    "version history",
    "version log",
];

/// Headings over lists of other texts.
const REFERENCES: &[&str] = &[
    "additional reading",
    "bibliography",
    "further reading",
    "links",
    "references",
    "see also",
    "sources",
    "mitgeltende dokumente",
    "mitgeltende unterlagen",
    "verweise",
    "quellen",
    "literatur",
];

const RELATED: &[&str] =
    &["additional", "associated", "further", "reference", "referenced", "related", "relevant", "supporting"];

const OTHER_DOCUMENTS: &[&str] = &[
    "documentation",
    "documents",
    "information",
    "links",
    "material",
    "policies",
    "procedures",
    "reading",
    "references",
    "resources",
    "standards",
];

/// The header of a table that tells how a document changed.
fn is_history(header: &str) -> bool {
    let has = |words: &[&str]| header.split(' ').any(|word| words.contains(&word));
    has(&["version", "revision", "rev", "ver", "issue"])
        && has(&["date", "author", "change", "changes", "description", "by"])
}

/// Blocks that only repeat a heading of the document, or lead to a page number.
fn contents(text: &Text) -> FxHashSet<usize> {
    let headings = text.sections.iter().filter_map(|section| section.heading);
    let headings: FxHashSet<Vec<SmolStr>> =
        headings.map(|heading| bare(text, heading)).filter(|words| !words.is_empty()).collect();
    let is_line = |block: &Block| {
        let words = bare(text, block.segment);
        let without_page = words.split_last().filter(|(last, _)| last.chars().all(|c| c.is_ascii_digit()));
        let titled = headings.contains(&words) || without_page.is_some_and(|(_, rest)| headings.contains(rest));
        (words.len() <= 12 && titled && block.is_line()) || leads_to_page(&block.text)
    };
    text.blocks.iter().enumerate().filter(|(_, block)| is_line(block)).map(|(index, _)| index).collect()
}

fn leads_to_page(text: &str) -> bool {
    let rest = text.trim_end().trim_end_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.trim_end().len()
        && (rest.trim_end().ends_with("....") || rest.trim_end().ends_with("\u{2026}\u{2026}"))
}

/// Whether a blank stands in place of what the hits speak of.
fn left_blank(text: &Text, block: &Block, hits: &[Range<usize>], value: bool) -> bool {
    let blanks: Vec<(&Range<usize>, Asked)> = block
        .blanks()
        .iter()
        .map(|blank| (blank, placeholder::asked(block.text.get(blank.clone()).unwrap_or(""))))
        .collect();
    let own = text.words_of(block.segment);
    let unit = match hits.iter().find(|hit| own.contains(&hit.start)) {
        Some(hit) if !block.is_line() => text.sentence(hit.start),
        _ => own.clone(),
    };
    let bytes = match (text.words.get(unit.start), unit.end.checked_sub(1).and_then(|last| text.words.get(last))) {
        (Some(first), Some(last)) if !block.is_line() => first.start as usize..last.end as usize,
        _ => 0..block.text.len(),
    };
    let matters = |asked: &Asked| *asked == Asked::Substance || (value && *asked == Asked::Reach);
    let reached = |blank: &Range<usize>| blank.start <= bytes.end + 3 && blank.end >= bytes.start;
    let mut beside = blanks.iter().filter(|(blank, asked)| matters(asked) && reached(blank)).peekable();
    if beside.peek().is_none() {
        return false;
    }
    let in_blank = |word: usize| text.words.get(word).is_some_and(|word| inside(block, word.start as usize));
    let mut here = hits.iter().filter(|hit| own.contains(&hit.start)).peekable();
    // A phrase that ends in a blank says nothing without it: `approved by [name of the executive]`.
    let is_unsaid = |hit: &Range<usize>| in_blank(hit.start) || in_blank(hit.end.saturating_sub(1));
    if value || (here.peek().is_some() && here.all(is_unsaid)) {
        return true;
    }
    let is_open = |hit: &Range<usize>| interval_left_open(text, block, hit.start);
    if hits.iter().filter(|hit| own.contains(&hit.start)).any(is_open) {
        return true;
    }
    content_words(text, block, &unit, hits) < ENOUGH_BESIDE_BLANK
}

/// Whether a word is one of the intervals of which a blank asks to choose one.
fn interval_left_open(text: &Text, block: &Block, word: usize) -> bool {
    let Some(byte) = text.words.get(word).map(|word| word.start as usize) else { return false };
    let blank = block.blanks().iter().find(|blank| blank.contains(&byte));
    blank.and_then(|blank| block.text.get(blank.clone())).is_some_and(placeholder::asks_for_interval)
}

fn inside(block: &Block, byte: usize) -> bool {
    block.blanks().iter().any(|blank| blank.contains(&byte))
}

/// How many words say something beside the hits and outside blanks.
fn content_words(text: &Text, block: &Block, unit: &Range<usize>, hits: &[Range<usize>]) -> usize {
    let says = |at: &usize| {
        let word = text.words.get(*at).map_or(0, |word| word.start as usize);
        let folded = text.word_text(*at);
        !hits.iter().any(|hit| hit.contains(at)) && !inside(block, word) && is_content(folded)
    };
    unit.clone().filter(says).count()
}

/// How many words of a block carry a meaning.
pub(super) fn words_in(text: &Text, block: usize) -> usize {
    let Some(block) = text.blocks.get(block) else { return 0 };
    content_words(text, block, &text.words_of(block.segment), &[])
}

fn is_content(word: &str) -> bool {
    word.len() > 1 && !EMPTY_WORDS.contains(&word) && !word.chars().all(|c| c.is_ascii_digit())
}

/// Words that carry no meaning of their own.
const EMPTY_WORDS: &[&str] = &[
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "by", "can", "date", "dates", "for", "from", "has",
    "have", "if", "in", "is", "it", "its", "last", "may", "must", "next", "no", "not", "of", "on", "or", "our",
    "shall", "should", "that", "the", "their", "them", "these", "they", "this", "to", "was", "we", "were", "when",
    "which", "who", "will", "with", "name", "der", "die", "das", "den", "dem", "des", "und", "oder", "ist", "sind",
    "wird", "werden", "ein", "eine", "einen", "einer", "einem", "im", "zu", "zum", "zur", "mit", "für", "von", "vom",
    "auf", "bei", "am", "als", "nach", "sich",
];

/// Whether the sentence of a hit only says where to look: `for roles see the security policy`.
fn points_elsewhere(text: &Text, hit: &Range<usize>, hits: &[Range<usize>]) -> bool {
    let sentence = text.sentence(hit.start);
    let Some(cue) = pointer_in(text, &sentence) else { return false };
    let said = |at: &usize| !hits.iter().any(|hit| hit.contains(at)) && is_content(text.word_text(*at));
    let said = (sentence.start..cue).filter(said).filter(|at| !POINTING.contains(&text.word_text(*at))).count();
    said <= 2
}

/// Whether a block says no more than where to look.
fn opens_with_pointer(text: &Text, block: &Block) -> bool {
    let words = text.words_of(block.segment);
    let sentence = text.sentence(words.start);
    words.len() <= 25
        && sentence == words
        && pointer_in(text, &sentence).is_some_and(|cue| {
            (words.start..cue)
                .filter(|at| is_content(text.word_text(*at)) && !POINTING.contains(&text.word_text(*at)))
                .count()
                <= 4
        })
}

/// Words around a pointer that say nothing themselves.
const POINTING: &[&str] = &[
    "please",
    "details",
    "detail",
    "detailed",
    "more",
    "further",
    "information",
    "additional",
    "full",
    "see",
    "also",
    "found",
];

/// The word at which a sentence starts to point to another document.
fn pointer_in(text: &Text, sentence: &Range<usize>) -> Option<usize> {
    sentence.clone().find(|at| {
        let word = text.word_text(*at);
        let next = text.word_text(at + 1);
        let cue = match word {
            "see" | "consult" | "siehe" | "vgl" => true,
            "refer" | "refers" | "referred" => next == "to",
            _ => {
                PLACED.contains(&word)
                    && matches!(next, "in" | "at" | "on" | "under" | "by" | "within")
                    && *at > sentence.start
            }
        };
        cue && (at + 1..sentence.end.min(at + 14))
            .any(|after| ELSEWHERE.iter().any(|noun| text.word_text(after).starts_with(noun)))
    })
}

/// Participles that say where something is said.
const PLACED: &[&str] = &[
    "described",
    "defined",
    "documented",
    "specified",
    "detailed",
    "outlined",
    "covered",
    "contained",
    "found",
    "addressed",
    "available",
    "listed",
    "provided",
    "published",
    "maintained",
    "set",
    "laid",
    "stated",
    "given",
    "regulated",
    "governed",
];

/// Where texts point to.
const ELSEWHERE: &[&str] = &[
    "policy",
    "policies",
    "procedure",
    "plan",
    "document",
    "standard",
    "guide",
    "handbook",
    "manual",
    "playbook",
    "runbook",
    "wiki",
    "intranet",
    "page",
    "link",
    "sharepoint",
    "confluence",
    "appendi",
    "annex",
    "register",
    "richtlinie",
    "leitlinie",
    "konzept",
    "handbuch",
    "anhang",
    "anlage",
    "dokument",
    "charter",
    "statement",
    "section",
    "website",
    "portal",
    "repository",
];

/// The presence that a shortfall leaves.
pub(super) fn presence(shortfall: Option<Shortfall>) -> Presence {
    if shortfall.is_none() { Presence::Present } else { Presence::Partial }
}
