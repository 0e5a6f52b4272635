//! Signs that a text speaks of something: phrases, and words that stand together.

use std::cell::OnceCell;
use std::ops::Range;

use smol_str::SmolStr;

use super::fold::Stemmer;
use super::negation;
use super::pattern::Pattern;
use super::text::{Kind, Role, Text};
use crate::syntax::fields::{Fields, LoadError};
use crate::syntax::tree::Node;

/// Signs as a rule writes them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Signs {
    /// Phrases of which one is enough.
    pub(super) terms: Vec<SmolStr>,
    /// Conjunctions: each group must have a hit in one paragraph, item or row with its lead-in and headings.
    pub(super) groups: Vec<Vec<Vec<SmolStr>>>,
    /// Conjunctions whose groups must have their hits in one sentence.
    pub(super) sentences: Vec<Vec<Vec<SmolStr>>>,
    /// Phrases that are looked for in headings only: what stands under them is about it.
    pub(super) sections: Vec<SmolStr>,
    /// Phrases that make a hit in their sentence not count.
    pub(super) not: Vec<SmolStr>,
    /// Phrases that, in a heading, make what stands under it not count.
    pub(super) not_in: Vec<SmolStr>,
}

impl Signs {
    /// The keys that signs have in a rule file.
    pub(super) fn load(fields: &mut Fields<'_, '_>) -> Signs {
        let nodes = [fields.optional("groups"), fields.optional("sentences")];
        let [terms, sections, not, not_in] =
            ["terms", "sections", "not", "not_in"].map(|key| phrases(fields.optional(key), fields.errors));
        let [groups, sentences] =
            nodes.map(|node| node.map(|node| conjunctions(node, fields.errors)).unwrap_or_default());
        Signs { terms, groups, sentences, sections, not, not_in }
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.groups.is_empty() && self.sentences.is_empty() && self.sections.is_empty()
    }

    /// Compiles the phrases.
    pub(super) fn compile(&self, stemmer: &Stemmer) -> CompiledSigns {
        let list =
            |phrases: &[SmolStr]| phrases.iter().map(|phrase| Pattern::compile(phrase, stemmer)).collect::<Vec<_>>();
        let all = |conjunctions: &[Vec<Vec<SmolStr>>]| {
            conjunctions.iter().map(|groups| groups.iter().map(|group| list(group)).collect()).collect()
        };
        CompiledSigns {
            terms: list(&self.terms),
            groups: all(&self.groups),
            sentences: all(&self.sentences),
            sections: list(&self.sections),
            not: list(&self.not),
            not_in: list(&self.not_in),
        }
    }
}

/// A list of phrases, each checked.
fn phrases(node: Option<&Node>, errors: &mut Vec<LoadError>) -> Vec<SmolStr> {
    let Some(node) = node else { return Vec::new() };
    let items = node.as_list().map_or(std::slice::from_ref(node), |list| list.items.as_slice());
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        let Some(phrase) = item.value.scalar_text() else {
            errors.push(LoadError::new("a phrase must be a text", item.place));
            continue;
        };
        match Pattern::mistake(&phrase) {
            Some(mistake) => errors.push(LoadError::new(mistake, item.place)),
            None => found.push(phrase),
        }
    }
    found
}

/// `[[a, b], [c]]` is one conjunction of two groups; `[[[a, b], [c]], [[d], [e]]]` two conjunctions.
fn conjunctions(node: &Node, errors: &mut Vec<LoadError>) -> Vec<Vec<Vec<SmolStr>>> {
    let several = node.items().iter().any(|item| item.items().iter().any(|inner| inner.as_list().is_some()));
    let nodes = if several { node.items() } else { std::slice::from_ref(node) };
    nodes.iter().map(|conjunction| groups(conjunction, errors)).collect()
}

fn groups(node: &Node, errors: &mut Vec<LoadError>) -> Vec<Vec<SmolStr>> {
    if node.items().len() < 2 || node.items().iter().any(|group| group.as_list().is_none()) {
        let error = LoadError::new("words that stand together must be at least two lists of phrases", node.place);
        errors.push(error.with_help("write `[[test*, exercis*], [plan, procedure*]]`: one of each list must be there"));
        return Vec::new();
    }
    node.items().iter().map(|group| phrases(Some(group), errors)).collect()
}

/// Signs, ready to be looked for.
#[derive(Debug)]
pub(super) struct CompiledSigns {
    terms: Vec<Pattern>,
    groups: Vec<Vec<Vec<Pattern>>>,
    sentences: Vec<Vec<Vec<Pattern>>>,
    sections: Vec<Pattern>,
    not: Vec<Pattern>,
    not_in: Vec<Pattern>,
}

/// Something that was found, and what it rests on.
#[derive(Debug, Clone)]
pub(super) struct Find {
    /// Where it counts.
    pub(super) anchor: Anchor,
    /// The words it rests on.
    pub(super) hits: Vec<Range<usize>>,
}

/// Where a find counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// In a block.
    Block(usize),
    /// In the heading of a section.
    Heading(usize),
}

impl CompiledSigns {
    /// Everything that is found and not denied, block by block.
    pub(super) fn find(&self, text: &Text) -> Vec<Find> {
        let counts = Counts::new(self, text);
        let mut finds = Vec::new();
        for pattern in &self.terms {
            for hit in counts.filter(pattern.find(text)) {
                finds.extend(anchors(text, &hit, true).map(|anchor| Find { anchor, hits: vec![hit.clone()] }));
            }
        }
        for pattern in &self.sections {
            for hit in pattern.find(text) {
                let anchor = anchors(text, &hit, false);
                finds.extend(anchor.map(|anchor| Find { anchor, hits: vec![hit.clone()] }));
            }
        }
        for conjunction in &self.groups {
            together(text, &counts, conjunction, false, &mut finds);
        }
        for conjunction in &self.sentences {
            together(text, &counts, conjunction, true, &mut finds);
        }
        finds
    }
}

/// What a hit in this place counts for: its block, its heading, or the row whose table's header it stands in.
fn anchors(text: &Text, hit: &Range<usize>, anywhere: bool) -> Option<Anchor> {
    let segment = text.words.get(hit.start)?.segment as usize;
    match text.segments.get(segment)?.role {
        Role::Heading(section) => Some(Anchor::Heading(section)),
        Role::Block(block) if anywhere => Some(Anchor::Block(block)),
        Role::Lead if anywhere => text
            .blocks
            .iter()
            .position(|block| block.kind == Kind::Row && block.lead == Some(segment))
            .map(Anchor::Block),
        Role::Block(_) | Role::Lead => None,
    }
}

/// Which hits count: not those in a sentence with a phrase that rules them out, nor those that are denied.
struct Counts<'t> {
    signs: &'t CompiledSigns,
    text: &'t Text,
    /// Sentences, sorted; looked up when there is a hit.
    ruled_out: OnceCell<Vec<u32>>,
    /// Sections, as ranges; looked up when there is a hit.
    sections: OnceCell<Vec<Range<usize>>>,
}

impl<'t> Counts<'t> {
    fn new(signs: &'t CompiledSigns, text: &'t Text) -> Counts<'t> {
        Counts { signs, text, ruled_out: OnceCell::new(), sections: OnceCell::new() }
    }

    fn ruled_out(&self) -> &[u32] {
        self.ruled_out.get_or_init(|| {
            let hits = self.signs.not.iter().flat_map(|pattern| pattern.find(self.text));
            let sentence = |hit: Range<usize>| Some(self.text.words.get(hit.start)?.sentence);
            let mut sentences: Vec<u32> = hits.filter_map(sentence).collect();
            sentences.sort_unstable();
            sentences
        })
    }

    fn sections(&self) -> &[Range<usize>] {
        self.sections.get_or_init(|| sections_about(&self.signs.not_in, self.text))
    }

    fn filter(&self, hits: Vec<Range<usize>>) -> impl Iterator<Item = Range<usize>> {
        hits.into_iter().filter(|hit| self.holds(hit))
    }

    fn holds(&self, hit: &Range<usize>) -> bool {
        let sentence = self.text.words.get(hit.start).map_or(0, |word| word.sentence);
        self.ruled_out().binary_search(&sentence).is_err()
            && !self.stands_elsewhere(hit)
            && !negation::denied(self.text, hit)
    }

    /// Whether the hit stands in a section whose heading says that it is about something else.
    fn stands_elsewhere(&self, hit: &Range<usize>) -> bool {
        if self.sections().is_empty() {
            return false;
        }
        let section = match self.text.segment_of(hit.start).map(|segment| segment.role) {
            Some(Role::Heading(section)) => Some(section),
            Some(Role::Block(block)) => self.text.blocks.get(block).map(|block| block.section),
            Some(Role::Lead) | None => None,
        };
        section.is_some_and(|section| self.sections().iter().any(|range| range.contains(&section)))
    }

    /// All hits of a group, in the order of the text.
    fn of_group(&self, group: &[Pattern]) -> Vec<Range<usize>> {
        let mut hits: Vec<Range<usize>> =
            group.iter().flat_map(|pattern| self.filter(pattern.find(self.text))).collect();
        hits.sort_by_key(|hit| (hit.start, hit.end));
        hits
    }
}

/// The sections whose headings have a hit, each with those in it.
fn sections_about(patterns: &[Pattern], text: &Text) -> Vec<Range<usize>> {
    let hits = patterns.iter().flat_map(|pattern| pattern.find(text));
    let section = |hit: Range<usize>| match text.segment_of(hit.start)?.role {
        Role::Heading(section) => Some(section..text.sections.get(section)?.end),
        Role::Block(_) | Role::Lead => None,
    };
    hits.filter_map(section).collect()
}

/// The blocks in which every group has a hit.
fn together(text: &Text, counts: &Counts<'_>, groups: &[Vec<Pattern>], one_sentence: bool, finds: &mut Vec<Find>) {
    let mut hits = Vec::with_capacity(groups.len());
    for group in groups {
        let found = counts.of_group(group);
        if found.is_empty() {
            return;
        }
        hits.push(found);
    }
    for (index, block) in text.blocks.iter().enumerate() {
        let own = text.words_of(block.segment);
        if !hits.iter().any(|hits| first_in(hits, &own).is_some()) {
            continue;
        }
        let lead = block.lead.map(|lead| text.words_of(lead));
        let found = if one_sentence {
            let around: Vec<Range<usize>> = lead.into_iter().collect();
            sentences(text, &own).into_iter().find_map(|sentence| of_each(&hits, &sentence, &around))
        } else {
            let around: Vec<Range<usize>> = lead.into_iter().chain(text.headings_above(block.section)).collect();
            of_each(&hits, &own, &around)
        };
        finds.extend(found.map(|hits| Find { anchor: Anchor::Block(index), hits }));
    }
}

/// One hit of each group: in the text itself, else around it; at least one in the text itself.
fn of_each(groups: &[Vec<Range<usize>>], own: &Range<usize>, around: &[Range<usize>]) -> Option<Vec<Range<usize>>> {
    let mut found = Vec::with_capacity(groups.len());
    let mut inside = 0;
    for hits in groups {
        if let Some(hit) = first_in(hits, own) {
            inside += 1;
            found.push(hit.clone());
        } else {
            found.push(around.iter().find_map(|range| first_in(hits, range))?.clone());
        }
    }
    (inside > 0).then_some(found)
}

/// The first of sorted hits that starts in a range of words.
fn first_in<'h>(hits: &'h [Range<usize>], range: &Range<usize>) -> Option<&'h Range<usize>> {
    hits.get(hits.partition_point(|hit| hit.start < range.start)).filter(|hit| hit.start < range.end)
}

fn sentences(text: &Text, words: &Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = words.start;
    while at < words.end {
        let sentence = text.sentence(at);
        at = sentence.end.max(at + 1);
        found.push(sentence);
    }
    found
}
