//! Topics: placeholder for the real module, which lands with the document rules and replaces this file.

use smol_str::SmolStr;

use crate::engine::assessment::Presence;
use crate::syntax::fields::LoadError;
use crate::syntax::tree::{Node, Place};

/// A named meaning that a text may state.
#[derive(Debug)]
pub struct Topic {
    /// Its name in the rule.
    pub name: SmolStr,
}

/// The folded words of documents.
#[derive(Debug, Default)]
pub struct TextCache;

/// What came of looking for a topic.
#[derive(Debug)]
pub struct TopicVerdict {
    /// How much of it is there.
    pub presence: Presence,
    /// The facets that are not.
    pub missing: Vec<SmolStr>,
    /// The paragraphs it rests on, best first.
    pub evidence: Vec<Place>,
}

impl Topic {
    /// Reads a topic.
    pub fn load(name: &str, _node: &Node) -> Result<Topic, Vec<LoadError>> {
        Ok(Topic { name: name.into() })
    }

    /// Looks for the topic in a document or a part of it.
    pub fn judge(&self, _node: &Node, _texts: &TextCache) -> TopicVerdict {
        TopicVerdict { presence: Presence::Absent, missing: Vec::new(), evidence: Vec::new() }
    }
}
