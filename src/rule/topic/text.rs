//! A document as topics see it: its folded words, in sentences, blocks and sections.

use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::evidence::Standing;
use super::fold::{self, Break, Language};
use super::negation::Class;
use super::placeholder;
use super::sieve::Sieve;
use crate::syntax::tree::{Node, Place, Value};

/// A document, section or text as topics see it: one run of words in segments.
#[derive(Debug)]
pub(super) struct Text {
    /// All words, segment after segment.
    pub(super) words: Vec<Word>,
    /// Sentences, as ranges of words.
    sentences: Vec<Range<usize>>,
    /// Headings, lead-ins and blocks, in the order of their words.
    pub(super) segments: Vec<Segment>,
    /// Paragraphs, items, rows …
    pub(super) blocks: Vec<Block>,
    /// Sections, in the order of the document.
    pub(super) sections: Vec<Section>,
    /// Every different word, sorted, with where it stands.
    forms: Vec<Form>,
    /// What each of them can do to a denial.
    classes: Vec<Class>,
    /// Which stems and beginnings of words may be there.
    sieve: Sieve,
    /// Words that share a stem, as indices into `forms`.
    by_stem: FxHashMap<SmolStr, Vec<u32>>,
    /// Whether the document is about something close to its subject; what it says counts for a part at most.
    pub(super) is_aside: bool,
    /// The language that it is written in.
    pub(super) language: Language,
    standing: OnceLock<Standing>,
}

/// A word where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// The word, as an index into the text's forms.
    pub(super) form: u32,
    /// The segment it is in.
    pub(super) segment: u32,
    /// Byte offsets in the segment's text.
    pub(super) start: u32,
    /// One past the last byte.
    pub(super) end: u32,
    /// The sentence it is in.
    pub(super) sentence: u32,
    /// What parts it from the word before.
    pub(super) before: Break,
}

/// Words that belong together.
#[derive(Debug)]
pub(super) struct Segment {
    /// Its words.
    pub(super) words: Range<usize>,
    /// What it is.
    pub(super) role: Role,
}

/// What a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The heading of a section.
    Heading(usize),
    /// What introduces list items or the header of a table; not evidence itself.
    Lead,
    /// A block's own text.
    Block(usize),
}

/// A paragraph, list item, table row, quote or code block.
#[derive(Debug)]
pub(super) struct Block {
    /// Its text, with the byte offsets that words have.
    pub(super) text: SmolStr,
    /// Where it stands.
    pub(super) place: Place,
    /// Its segment.
    pub(super) segment: usize,
    /// The segment of its lead-in.
    pub(super) lead: Option<usize>,
    /// The section it is in.
    pub(super) section: usize,
    /// What it is.
    pub(super) kind: Kind,
    /// Whether it is a link and nothing else.
    pub(super) link: bool,
    /// Whether it holds a mail address or a number of several digits.
    pub(super) has_value: bool,
    blanks: OnceLock<Vec<Range<usize>>>,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A paragraph, a quote, or prose that somebody only set as code.
    Paragraph,
    /// An item of a list.
    Item,
    /// A row of a table; its lead-in is the header.
    Row,
    /// Code of a programming language.
    Code,
}

impl Kind {
    fn of(name: &str) -> Kind {
        match name {
            "item" => Kind::Item,
            "row" => Kind::Row,
            "code" => Kind::Code,
            _ => Kind::Paragraph,
        }
    }
}

impl Block {
    /// Whether it is one line of a list or table, which stands for itself.
    pub(super) fn is_line(&self) -> bool {
        matches!(self.kind, Kind::Item | Kind::Row)
    }

    /// The blanks in its text.
    pub(super) fn blanks(&self) -> &[Range<usize>] {
        self.blanks.get_or_init(|| placeholder::placeholders(&self.text))
    }
}

/// A section: a heading and the blocks under it.
#[derive(Debug)]
pub(super) struct Section {
    /// The segment of its heading; none for the text before the first heading.
    pub(super) heading: Option<usize>,
    /// Whether the heading is the title of the whole document, which says what it is about and is no evidence.
    pub(super) is_title: bool,
    /// The section this one is in.
    pub(super) parent: Option<usize>,
    /// Its own blocks.
    pub(super) blocks: Range<usize>,
    /// The index after the last section that is in it.
    pub(super) end: usize,
    level: f64,
}

/// A different word of the text.
#[derive(Debug)]
struct Form {
    text: SmolStr,
    positions: Vec<u32>,
}

impl Text {
    /// A plain text as one block; lines are not told apart.
    pub(super) fn of_plain(text: &SmolStr, place: Place) -> Text {
        let mut builder = Builder::default();
        builder.open_section(0.0);
        builder.block(text, place, None, "paragraph");
        builder.finish(false)
    }

    /// A document, section or block, or the texts of any other map.
    pub(super) fn of_map(node: &Node) -> Text {
        let mut builder = Builder::default();
        let links = node.get("links").map(Node::items).unwrap_or_default();
        let texts = links.iter().filter_map(|link| link.get("text").and_then(Node::as_str));
        builder.links = texts.map(|text| text.trim_matches(|c: char| !c.is_alphanumeric()).into()).collect();
        if node.get("sections").is_some() {
            for section in node.get("sections").map(Node::items).unwrap_or_default() {
                builder.section(section);
            }
        } else if node.get("blocks").is_some() {
            builder.section(node);
        } else if node.get("text").is_some() {
            builder.open_section(0.0);
            builder.block_node(node);
        } else {
            builder.open_section(0.0);
            for entry in node.entries() {
                builder.value(&entry.value);
            }
        }
        builder.finish(node.get("is_aside").is_some_and(|aside| matches!(aside.value, Value::Bool(true))))
    }

    /// The forms of a stem.
    pub(super) fn with_stem(&self, stem: &str) -> &[u32] {
        if !self.sieve.may_hold_stem(stem) {
            return &[];
        }
        self.by_stem.get(stem).map_or(&[], Vec::as_slice)
    }

    /// The forms that start with this.
    pub(super) fn with_prefix(&self, prefix: &str) -> Range<u32> {
        if !self.sieve.may_hold_beginning(prefix) {
            return 0..0;
        }
        let start = self.forms.partition_point(|form| form.text.as_str() < prefix);
        let rest = self.forms.get(start..).unwrap_or_default();
        let count = rest.iter().take_while(|form| form.text.starts_with(prefix)).count();
        to_u32(start)..to_u32(start + count)
    }

    /// The mail addresses that match.
    pub(super) fn mail_addresses(&self, matches: impl Fn(&str) -> bool) -> Vec<u32> {
        let forms = self.forms.iter().enumerate();
        forms
            .filter(|(_, form)| form.text.contains('@') && matches(&form.text))
            .map(|(index, _)| to_u32(index))
            .collect()
    }

    /// The forms that a test holds for.
    pub(super) fn forms_with(&self, holds: impl Fn(&str) -> bool) -> Vec<u32> {
        let fits = |(_, form): &(usize, &Form)| holds(&form.text);
        self.forms.iter().enumerate().filter(fits).map(|(index, _)| to_u32(index)).collect()
    }

    /// Where a form stands.
    pub(super) fn positions(&self, form: u32) -> &[u32] {
        self.forms.get(form as usize).map_or(&[], |form| form.positions.as_slice())
    }

    /// The word of a form.
    pub(super) fn form_text(&self, form: u32) -> &str {
        self.forms.get(form as usize).map_or("", |form| form.text.as_str())
    }

    /// The folded word at a position.
    pub(super) fn word_text(&self, position: usize) -> &str {
        self.words.get(position).map_or("", |word| self.form_text(word.form))
    }

    /// What the word at a position can do to a denial.
    pub(super) fn class(&self, position: usize) -> Option<Class> {
        self.classes.get(self.words.get(position)?.form as usize).copied()
    }

    /// The segment of a word.
    pub(super) fn segment_of(&self, position: usize) -> Option<&Segment> {
        self.segments.get(self.words.get(position)?.segment as usize)
    }

    /// The words of a segment.
    pub(super) fn words_of(&self, segment: usize) -> Range<usize> {
        self.segments.get(segment).map_or(0..0, |segment| segment.words.clone())
    }

    /// The words of the sentence around a word.
    pub(super) fn sentence(&self, position: usize) -> Range<usize> {
        let sentence = self.words.get(position).and_then(|word| self.sentences.get(word.sentence as usize));
        sentence.cloned().unwrap_or(0..0)
    }

    /// What its sections and blocks may be evidence for.
    pub(super) fn standing(&self) -> &Standing {
        self.standing.get_or_init(|| Standing::of(self))
    }

    /// The outermost section that a block is in, below the document's title.
    pub(super) fn chapter_of(&self, block: usize) -> usize {
        let mut section = self.blocks.get(block).map_or(0, |block| block.section);
        while let Some(parent) = self.sections.get(section).and_then(|section| section.parent) {
            if self.sections.get(parent).is_none_or(|parent| parent.is_title || parent.heading.is_none()) {
                break;
            }
            section = parent;
        }
        section
    }

    /// The headings of a section and those it is in, innermost first, without the document's title.
    pub(super) fn headings_above(&self, section: usize) -> impl Iterator<Item = Range<usize>> {
        let parent = |index: &usize| self.sections.get(*index).and_then(|section| section.parent);
        let sections = std::iter::successors(Some(section), parent).filter_map(|index| self.sections.get(index));
        sections.filter(|section| !section.is_title).filter_map(|section| Some(self.words_of(section.heading?)))
    }

    /// The folded words of a segment, joined by blanks.
    pub(super) fn folded(&self, segment: usize) -> String {
        let words: Vec<&str> = self.words_of(segment).map(|position| self.word_text(position)).collect();
        words.join(" ")
    }
}

/// The language whose usual words stand in the text more often. Notes do without such words, but hardly any German text
/// does without umlauts, and hardly any English one has them.
fn language_of(forms: &[Form]) -> Language {
    let count = |holds: &dyn Fn(&str) -> bool| -> usize {
        forms.iter().filter(|form| holds(&form.text)).map(|form| form.positions.len()).sum()
    };
    let usual = |language: Language| count(&|word| language.usual_words().contains(&word));
    let umlauts = count(&|word| word.contains(['ä', 'ö', 'ü', 'ß']));
    let german = usual(Language::German) + umlauts;
    if german > usual(Language::English) { Language::German } else { Language::English }
}

fn is_value(word: &str) -> bool {
    word.contains('@') || (word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_digit()))
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What fences call text that is no program: forms, messages, lists.
const PROSE: &[&str] =
    &["text", "txt", "plain", "plaintext", "none", "markdown", "md", "yaml", "yml", "email", "mail", "mermaid", "csv"];

/// After so many words a sentence is cut, so that what is no prose at all costs no more than prose.
const LONGEST_SENTENCE: usize = 150;

/// A text under construction; `form` of its words counts in the order of appearance until the end.
#[derive(Default)]
struct Builder {
    words: Vec<Word>,
    sentences: Vec<Range<usize>>,
    segments: Vec<Segment>,
    blocks: Vec<Block>,
    sections: Vec<Section>,
    forms: FxHashMap<SmolStr, u32>,
    /// How many mail addresses and numbers of several digits there were so far.
    values: usize,
    /// The texts of the document's links.
    links: FxHashSet<SmolStr>,
    /// The lead-in that was seen last: many items share one.
    lead: Option<(SmolStr, usize)>,
}

impl Builder {
    fn section(&mut self, node: &Node) {
        let level = node.get("level").and_then(Node::as_number).unwrap_or(1.0);
        self.open_section(level);
        let index = self.sections.len() - 1;
        if let Some(heading) = node.get("heading").and_then(Node::as_str).filter(|heading| !heading.is_empty()) {
            let segment = self.segment(heading, Role::Heading(index));
            let first = !self.sections.iter().rev().skip(1).any(|section| section.heading.is_some());
            if let Some(section) = self.sections.last_mut() {
                section.heading = Some(segment);
                section.is_title = first && level <= 1.0;
            }
        }
        for block in node.get("blocks").map(Node::items).unwrap_or_default() {
            self.block_node(block);
        }
    }

    fn open_section(&mut self, level: f64) {
        let index = self.sections.len();
        let mut parent = index.checked_sub(1);
        while let Some(above) = parent.and_then(|parent| self.sections.get(parent)) {
            if above.level < level {
                break;
            }
            parent = above.parent;
        }
        let blocks = self.blocks.len()..self.blocks.len();
        self.sections.push(Section { heading: None, is_title: false, parent, blocks, end: index + 1, level });
        let mut above = parent;
        while let Some(section) = above.and_then(|above| self.sections.get_mut(above)) {
            section.end = index + 1;
            above = section.parent;
        }
    }

    fn block_node(&mut self, node: &Node) {
        let Some(text) = node.get("text").filter(|text| text.as_str().is_some()) else { return };
        let kind = node.get("kind").and_then(Node::as_str).unwrap_or("paragraph");
        let language = node.get("language").and_then(Node::as_str).unwrap_or("text");
        let kind = if kind == "code" && PROSE.contains(&language) { "quote" } else { kind };
        let lead = node.get("lead").and_then(Node::as_str);
        self.block(text.as_str().unwrap_or(""), text.place, lead, kind);
    }

    /// Texts inside any other value, each a block.
    fn value(&mut self, node: &Node) {
        match &node.value {
            Value::Text(text) => self.block(text, node.place, None, "paragraph"),
            Value::List(list) => list.items.iter().for_each(|item| self.value(item)),
            Value::Map(map) => map.entries.iter().for_each(|entry| self.value(&entry.value)),
            _ => {}
        }
    }

    fn block(&mut self, text: &str, place: Place, lead: Option<&str>, kind: &str) {
        let lead = lead.map(|lead| self.lead(lead));
        let index = self.blocks.len();
        let from = self.values;
        let segment = self.segment(text, Role::Block(index));
        let has_value = self.values > from;
        let section = self.sections.len().saturating_sub(1);
        self.blocks.push(Block {
            text: text.into(),
            place,
            segment,
            lead,
            section,
            kind: Kind::of(kind),
            link: self.links.contains(text.trim_matches(|c: char| !c.is_alphanumeric())),
            has_value,
            blanks: OnceLock::new(),
        });
        if let Some(section) = self.sections.last_mut() {
            section.blocks.end = index + 1;
        }
    }

    fn lead(&mut self, text: &str) -> usize {
        match &self.lead {
            Some((last, segment)) if last == text => *segment,
            _ => {
                let segment = self.segment(text, Role::Lead);
                self.lead = Some((text.into(), segment));
                segment
            }
        }
    }

    fn segment(&mut self, text: &str, role: Role) -> usize {
        let segment = self.segments.len();
        let from = self.words.len();
        for (count, token) in fold::tokens(text).into_iter().enumerate() {
            let at = self.words.len();
            match self.sentences.last_mut() {
                Some(sentence) if count > 0 && token.before < Break::Sentence && sentence.len() < LONGEST_SENTENCE => {
                    sentence.end = at + 1;
                }
                _ => self.sentences.push(at..at + 1),
            }
            let sentence = to_u32(self.sentences.len() - 1);
            self.values += usize::from(is_value(&token.text));
            let next = to_u32(self.forms.len());
            let form = *self.forms.entry(token.text).or_insert(next);
            let (start, end) = (to_u32(token.start), to_u32(token.end));
            self.words.push(Word { form, segment: to_u32(segment), start, end, sentence, before: token.before });
        }
        self.segments.push(Segment { words: from..self.words.len(), role });
        segment
    }

    fn finish(mut self, is_aside: bool) -> Text {
        let mut sorted: Vec<(SmolStr, u32)> = self.forms.into_iter().collect();
        sorted.sort_unstable();
        let mut rank = vec![0; sorted.len()];
        for (position, (_, seen)) in sorted.iter().enumerate() {
            if let Some(slot) = rank.get_mut(*seen as usize) {
                *slot = to_u32(position);
            }
        }
        let mut forms: Vec<Form> = sorted.into_iter().map(|(text, _)| Form { text, positions: Vec::new() }).collect();
        for (position, word) in self.words.iter_mut().enumerate() {
            word.form = rank.get(word.form as usize).copied().unwrap_or(0);
            if let Some(form) = forms.get_mut(word.form as usize) {
                form.positions.push(to_u32(position));
            }
        }
        let language = language_of(&forms);
        let stemmer = fold::stemmer_of(language);
        let mut by_stem: FxHashMap<SmolStr, Vec<u32>> = FxHashMap::default();
        let mut sieve = Sieve::default();
        for (index, form) in forms.iter().enumerate() {
            let stem = fold::stem(&stemmer, &form.text);
            sieve.add(&stem, &form.text);
            by_stem.entry(stem).or_default().push(to_u32(index));
        }
        let classes = forms.iter().map(|form| Class::of(&form.text)).collect();
        Text {
            words: self.words,
            sentences: self.sentences,
            segments: self.segments,
            blocks: self.blocks,
            sections: self.sections,
            forms,
            classes,
            sieve,
            by_stem,
            is_aside,
            language,
            standing: OnceLock::new(),
        }
    }
}
