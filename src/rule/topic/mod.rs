//! Topics: what the matcher `states` looks for in a text. A topic is a meaning carried by words.
//!
//! A rule declares its topics by name:
//!
//! ```yaml
//! topics:
//!   lessons-learned:
//!     terms: [lessons learned, post incident review]          # one is enough
//!     groups: [[review*, discuss*], [incident*], [after, follow*]]   # one of each in a paragraph, row or item
//!     sentences: [[learn*], [incident*]]                      # one of each in a sentence
//!     sections: [post incident activities]                    # a heading that makes what stands under it be about it
//!     not: [disaster recovery]                                # a hit in a sentence with this does not count
//!     not_in: [disaster recovery]                             # nor what stands under a heading with this
//!     facets:                                                 # all must be found where the topic was
//!       - { name: lessons are written down, terms: [document* .. lesson*] }
//!       - { name: improvements follow, terms: [improve*, corrective action*] }
//!     partly: { terms: [post mortem template*] }              # touched upon, no more
//!     asks_for: value                                         # a contact, a date, a form: a blank beside it is a blank
//!     pointers: true                                          # naming or linking it is enough
//!     code: true                                              # code blocks are text as well
//!     within: section                                         # facets are looked for in the same chapter only
//!     least: 2                                                # of so many facets, fewer are nothing
//!     substance: 12                                           # said in fewer words, it is only touched upon
//! ```
//!
//! Terms are English; `terms/<language>.yaml` adds another language by rule, topic and facet. Each document is looked at in
//! its own language, told by its usual words.
//!
//! How phrases are written is told in `pattern.rs`. A topic with facets only is found when `least` of them are. What is
//! denied, what stands in a table of contents, a revision history or a list of abbreviations, and the document's own
//! title do not count; a blank in place of the substance, and a text that only points elsewhere, count for a part.

mod cache;
mod evidence;
mod fold;
mod negation;
mod pattern;
pub mod placeholder;
mod sieve;
mod signs;
mod terms;
mod text;

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::engine::assessment::Presence;
use crate::syntax::fields::{Fields, LoadError};
use crate::syntax::tree::{Node, Place};
use evidence::{Accepts, Weighed};
use fold::Language;
use signs::{CompiledSigns, Signs};
use text::Text;

pub use cache::TextCache;
pub use evidence::Shortfall;

/// From how many texts on they are looked through in parallel.
const MANY_TEXTS: usize = 64;

/// How many paragraphs a verdict names.
const MOST_EVIDENCE: usize = 5;

/// A named meaning that a text may state.
#[derive(Debug)]
pub struct Topic {
    /// Its name in the rule.
    pub name: SmolStr,
    signs: Signs,
    partly: Signs,
    facets: Vec<Facet>,
    accepts: Accepts,
    /// How many facets must be touched for a topic that has nothing else.
    least: f64,
    in_chapter: bool,
    /// In how many words it must be said; what takes fewer is a mere mention.
    substance: f64,
    compiled: OnceLock<Compiled>,
    /// The same in other languages.
    translations: Vec<Translation>,
}

/// The signs of a topic in another language; facets in the order of the topic.
#[derive(Debug)]
struct Translation {
    language: Language,
    signs: Signs,
    partly: Signs,
    facets: Vec<Signs>,
    compiled: OnceLock<Compiled>,
}

/// A sub-point of a topic.
#[derive(Debug)]
struct Facet {
    name: SmolStr,
    signs: Signs,
    accepts: Accepts,
}

#[derive(Debug)]
struct Compiled {
    signs: CompiledSigns,
    partly: CompiledSigns,
    facets: Vec<CompiledSigns>,
}

/// What came of looking for a topic.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicVerdict {
    /// How much of it is there.
    pub presence: Presence,
    /// The facets that are not.
    pub missing: Vec<SmolStr>,
    /// The paragraphs it rests on, best first.
    pub evidence: Vec<Place>,
    /// Why it is only partly there.
    pub shortfall: Option<Shortfall>,
}

impl Topic {
    /// Reads a topic.
    pub fn load(name: &str, node: &Node) -> Result<Topic, Vec<LoadError>> {
        let mut errors = Vec::new();
        let topic = load(name, node, &mut errors);
        match topic {
            Some(topic) if errors.is_empty() => Ok(topic),
            _ => Err(errors),
        }
    }

    /// Adds the terms that other languages have for it, under the id of its rule.
    #[must_use]
    pub fn translated(mut self, rule: &str) -> Topic {
        for (language, node) in terms::of(rule, &self.name) {
            // Mistakes in the files of terms are found by a test: they are no part of the rule.
            let translation = self.translation(language, node, &mut Vec::new());
            self.translations.extend(translation);
        }
        self
    }

    fn translation(&self, language: Language, node: &Node, errors: &mut Vec<LoadError>) -> Option<Translation> {
        let mut fields = Fields::of(node, "a topic", errors)?;
        let signs = Signs::load(&mut fields);
        let partly = fields.optional("partly");
        let facets = fields.optional("facets");
        fields.finish();
        let partly = partly.map(|node| load_signs(node, errors)).unwrap_or_default();
        let known = |name: &str| self.facets.iter().any(|facet| facet.name == name);
        for entry in facets.map(Node::entries).unwrap_or_default().iter().filter(|entry| !known(&entry.key)) {
            errors.push(LoadError::new(format!("the topic has no facet `{}`", entry.key), entry.value.place));
        }
        let mut of_facet = |facet: &Facet| {
            if let Some(node) = facets.and_then(|facets| facets.get(&facet.name)) {
                return load_signs(node, errors);
            }
            errors.push(LoadError::new(format!("the facet `{}` has no terms", facet.name), node.place));
            Signs::default()
        };
        let facets = self.facets.iter().map(&mut of_facet).collect();
        Some(Translation { language, signs, partly, facets, compiled: OnceLock::new() })
    }

    /// What is looked for in a text of this language.
    fn compiled_for(&self, language: Language) -> &Compiled {
        match self.translations.iter().find(|translation| translation.language == language) {
            Some(translation) => translation.compiled.get_or_init(|| {
                let stemmer = fold::stemmer_of(language);
                Compiled {
                    signs: translation.signs.compile(&stemmer),
                    partly: translation.partly.compile(&stemmer),
                    facets: translation.facets.iter().map(|facet| facet.compile(&stemmer)).collect(),
                }
            }),
            None => self.compiled.get_or_init(|| self.compile()),
        }
    }

    /// Looks for the topic in a document, a list of documents or sections, a part of a document, or a text.
    pub fn judge(&self, node: &Node, texts: &TextCache) -> TopicVerdict {
        texts.once(std::ptr::from_ref(self) as usize, node, || self.judge_texts(&texts.texts(node)))
    }

    fn judge_texts(&self, texts: &[Arc<Text>]) -> TopicVerdict {
        let mut found = in_each(texts, |index, text| {
            let compiled = self.compiled_for(text.language);
            let mut found = Vec::new();
            gather(text, index, &compiled.signs, self.accepts, &mut found);
            let touched = found.len();
            gather(text, index, &compiled.partly, self.accepts, &mut found);
            for find in found.iter_mut().skip(touched) {
                find.weighed.shortfall.get_or_insert(Shortfall::Touched);
            }
            found
        });
        if self.accepts.value {
            heed_blanks(&mut found);
        }
        if self.facets.is_empty() {
            return self.verdict(texts, found, Vec::new());
        }
        self.judge_facets(texts, found)
    }

    fn judge_facets(&self, texts: &[Arc<Text>], mut found: Vec<Found>) -> TopicVerdict {
        let facets_only = self.signs.is_empty();
        let mut missing = Vec::new();
        let mut touched = 0_usize;
        let mut of_facets = Vec::new();
        for (number, facet) in self.facets.iter().enumerate() {
            let mut finds = in_each(texts, |index, text| {
                let mut finds = Vec::new();
                if let Some(signs) = self.compiled_for(text.language).facets.get(number) {
                    gather(text, index, signs, facet.accepts, &mut finds);
                }
                finds
            });
            if facet.accepts.value {
                heed_blanks(&mut finds);
            }
            finds.retain(|find| facets_only || self.is_beside(texts, find, &found));
            touched += usize::from(!finds.is_empty());
            if !finds.iter().any(|find| find.weighed.shortfall.is_none()) {
                missing.push(facet.name.clone());
            }
            of_facets.extend(finds);
        }
        if facets_only {
            if (touched as f64) < self.least {
                return self.verdict(texts, found, Vec::new());
            }
            found.extend(of_facets);
            return self.verdict(texts, found, missing);
        }
        // What the facets rest on counts for how much is said, and is no evidence of its own.
        let said: Vec<Found> = found.iter().copied().chain(of_facets).collect();
        self.heed_substance(texts, &said, &mut found);
        verdict(texts, found, missing)
    }

    fn verdict(&self, texts: &[Arc<Text>], mut found: Vec<Found>, missing: Vec<SmolStr>) -> TopicVerdict {
        let said = found.clone();
        self.heed_substance(texts, &said, &mut found);
        verdict(texts, found, missing)
    }

    /// What is said in too few words is only touched upon.
    fn heed_substance(&self, texts: &[Arc<Text>], said: &[Found], found: &mut [Found]) {
        if self.substance <= 0.0 {
            return;
        }
        let full = said.iter().filter(|find| find.weighed.shortfall.is_none());
        let mut spots: Vec<(usize, usize)> = full.map(|find| (find.text, find.weighed.block)).collect();
        spots.sort_unstable();
        spots.dedup();
        let words =
            |(text, block): &(usize, usize)| texts.get(*text).map_or(0, |text| evidence::words_in(text, *block));
        if (spots.iter().map(words).sum::<usize>() as f64) < self.substance {
            for find in found {
                find.weighed.shortfall.get_or_insert(Shortfall::Touched);
            }
        }
    }

    /// Whether a facet stands in the document, or the chapter, in which the topic was found.
    fn is_beside(&self, texts: &[Arc<Text>], facet: &Found, found: &[Found]) -> bool {
        let chapter = |find: &Found| texts.get(find.text).map(|text| text.chapter_of(find.weighed.block));
        found.iter().any(|find| find.text == facet.text && (!self.in_chapter || chapter(find) == chapter(facet)))
    }

    fn compile(&self) -> Compiled {
        let stemmer = fold::stemmer_of(Language::English);
        Compiled {
            signs: self.signs.compile(&stemmer),
            partly: self.partly.compile(&stemmer),
            facets: self.facets.iter().map(|facet| facet.signs.compile(&stemmer)).collect(),
        }
    }
}

/// A find in one of several texts.
#[derive(Debug, Clone, Copy)]
struct Found {
    text: usize,
    weighed: Weighed,
}

/// What is found in each of the texts, in their order; in parallel where there are many.
fn in_each(texts: &[Arc<Text>], find: impl Fn(usize, &Text) -> Vec<Found> + Sync) -> Vec<Found> {
    if texts.len() < MANY_TEXTS {
        return texts.iter().enumerate().flat_map(|(index, text)| find(index, text)).collect();
    }
    texts.par_iter().enumerate().flat_map_iter(|(index, text)| find(index, text)).collect()
}

fn gather(text: &Text, index: usize, signs: &CompiledSigns, accepts: Accepts, found: &mut Vec<Found>) {
    for find in signs.find(text) {
        let mut weighed = text.standing().weigh(text, &find, accepts);
        if text.is_aside {
            // What is only touched upon there is nothing, and the thing itself is touched upon.
            weighed = weighed.filter(|weighed| weighed.shortfall.is_none());
            weighed = weighed.map(|weighed| Weighed { shortfall: Some(Shortfall::Touched), ..weighed });
        }
        found.extend(weighed.map(|weighed| Found { text: index, weighed }));
    }
}

/// Where a value is asked for and left blank, what else speaks of it does not fill the blank, unless it holds a value.
fn heed_blanks(found: &mut [Found]) {
    let blank = |find: &Found| find.weighed.shortfall == Some(Shortfall::Blank);
    let filled = |find: &Found| find.weighed.shortfall.is_none() && find.weighed.has_value;
    if found.iter().any(blank) && !found.iter().any(filled) {
        for find in found {
            find.weighed.shortfall.get_or_insert(Shortfall::Blank);
        }
    }
}

fn verdict(texts: &[Arc<Text>], mut found: Vec<Found>, missing: Vec<SmolStr>) -> TopicVerdict {
    let presence =
        found.iter().map(|find| evidence::presence(find.weighed.shortfall)).max().unwrap_or(Presence::Absent);
    if presence == Presence::Absent {
        return TopicVerdict { presence, missing: Vec::new(), evidence: Vec::new(), shortfall: None };
    }
    let shortfall = found.iter().map(|find| find.weighed.shortfall).min().flatten();
    let shortfall = shortfall.or((!missing.is_empty()).then_some(Shortfall::Facets));
    let presence = evidence::presence(shortfall);
    let mut counts: FxHashMap<(usize, usize), usize> = FxHashMap::default();
    for find in &found {
        *counts.entry((find.text, find.weighed.block)).or_default() += 1;
    }
    found.sort_by_key(|find| {
        let spot = (find.text, find.weighed.block);
        let count = counts.get(&spot).copied().unwrap_or(0);
        (find.weighed.shortfall, !find.weighed.in_text, std::cmp::Reverse(count), spot)
    });
    found.dedup_by_key(|find| (find.text, find.weighed.block));
    let mut evidence: Vec<Place> = Vec::new();
    for find in found {
        let place = texts.get(find.text).and_then(|text| text.blocks.get(find.weighed.block)).map(|block| block.place);
        if let Some(place) = place.filter(|place| !evidence.contains(place)) {
            evidence.push(place);
        }
        if evidence.len() == MOST_EVIDENCE {
            break;
        }
    }
    TopicVerdict { presence, missing, evidence, shortfall }
}

fn load(name: &str, node: &Node, errors: &mut Vec<LoadError>) -> Option<Topic> {
    let mut fields = Fields::of(node, "a topic", errors)?;
    let signs = Signs::load(&mut fields);
    let accepts = load_accepts(&mut fields);
    let in_chapter = load_choice(&mut fields, "within", "document", "section");
    let least = fields.optional("least").and_then(Node::as_number).unwrap_or(1.0);
    let substance = fields.optional("substance").and_then(Node::as_number).unwrap_or(0.0);
    let partly = fields.optional("partly");
    let facets = fields.optional("facets");
    fields.finish();
    let partly = partly.map(|node| load_signs(node, errors)).unwrap_or_default();
    let facets: Vec<Facet> = facets
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter_map(|node| load_facet(node, accepts, errors))
        .collect();
    if signs.is_empty() && facets.is_empty() && errors.is_empty() {
        let error = LoadError::new(format!("the topic `{name}` has nothing to look for"), node.place);
        errors.push(error.with_help("give it `terms`, `groups`, `sentences`, `sections` or `facets`"));
    }
    let (compiled, translations) = (OnceLock::new(), Vec::new());
    Some(Topic {
        name: name.into(),
        signs,
        partly,
        facets,
        accepts,
        least,
        in_chapter,
        substance,
        compiled,
        translations,
    })
}

fn load_accepts(fields: &mut Fields<'_, '_>) -> Accepts {
    Accepts {
        value: load_choice(fields, "asks_for", "statement", "value"),
        pointers: fields.optional_bool("pointers").unwrap_or(false),
        code: fields.optional_bool("code").unwrap_or(false),
    }
}

/// Whether a key has the second of two words; the first is the default.
fn load_choice(fields: &mut Fields<'_, '_>, key: &'static str, usual: &'static str, other: &'static str) -> bool {
    let Some(node) = fields.optional(key) else { return false };
    match node.as_str() {
        Some(text) if text == other => true,
        Some(text) if text == usual => false,
        _ => {
            fields.errors.push(LoadError::new(format!("`{key}` is `{usual}` or `{other}`"), node.place));
            false
        }
    }
}

fn load_signs(node: &Node, errors: &mut Vec<LoadError>) -> Signs {
    let Some(mut fields) = Fields::of(node, "`partly`", errors) else { return Signs::default() };
    let signs = Signs::load(&mut fields);
    fields.finish();
    signs
}

fn load_facet(node: &Node, of_topic: Accepts, errors: &mut Vec<LoadError>) -> Option<Facet> {
    let mut fields = Fields::of(node, "a facet", errors)?;
    let name = fields.text("name").map(SmolStr::from);
    let signs = Signs::load(&mut fields);
    let own = load_accepts(&mut fields);
    fields.finish();
    if signs.is_empty() && errors.is_empty() {
        errors.push(LoadError::new("the facet has nothing to look for", node.place));
    }
    let accepts = Accepts {
        value: own.value || of_topic.value,
        pointers: own.pointers || of_topic.pointers,
        code: own.code || of_topic.code,
    };
    Some(Facet { name: name?, signs, accepts })
}

#[cfg(test)]
mod tests;
