//! The folded words of documents, computed once for each and shared by all topics; and what came of topics in them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::TopicVerdict;
use super::text::Text;
use crate::syntax::tree::{List, Map, Node, Value};

/// The folded words of documents, kept for as long as the cache lives.
#[derive(Debug, Default)]
pub struct TextCache {
    /// By the address of the document's map. The map is kept with its words, so that no other can take its address.
    texts: Mutex<Texts>,
    /// What came of a topic in a list of documents, by the addresses of both: several rules' conditions ask twice.
    verdicts: Mutex<Verdicts>,
}

type Verdicts = FxHashMap<(usize, usize), (Arc<List>, TopicVerdict)>;

type Texts = FxHashMap<usize, (Arc<Map>, Arc<Text>)>;

impl TextCache {
    /// The texts of a node: of a document, of each document of a list, of sections, or a plain text.
    pub(super) fn texts(&self, node: &Node) -> Vec<Arc<Text>> {
        match &node.value {
            Value::Map(map) => vec![self.of_map(map, node)],
            // In parallel: hundreds of documents are folded for the first topic that asks.
            Value::List(list) => list.items.par_iter().flat_map_iter(|item| self.texts(item)).collect(),
            Value::Text(text) => vec![Arc::new(Text::of_plain(text, node.place))],
            _ => Vec::new(),
        }
    }

    /// The verdict on a list, which is worked out once for each topic.
    pub(super) fn once(&self, topic: usize, node: &Node, judge: impl FnOnce() -> TopicVerdict) -> TopicVerdict {
        let Value::List(list) = &node.value else { return judge() };
        let key = (topic, Arc::as_ptr(list) as usize);
        let lock = || self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, verdict)) = lock().get(&key) {
            return verdict.clone();
        }
        let verdict = judge();
        lock().insert(key, (Arc::clone(list), verdict.clone()));
        verdict
    }

    fn of_map(&self, map: &Arc<Map>, node: &Node) -> Arc<Text> {
        let key = Arc::as_ptr(map) as usize;
        if let Some((_, text)) = self.lock().get(&key) {
            return Arc::clone(text);
        }
        // Folded outside the lock: two threads may do it twice, none waits for another's document.
        let text = Arc::new(Text::of_map(node));
        let mut texts = self.lock();
        let (_, text) = texts.entry(key).or_insert_with(|| (Arc::clone(map), text));
        Arc::clone(text)
    }

    fn lock(&self) -> MutexGuard<'_, Texts> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
