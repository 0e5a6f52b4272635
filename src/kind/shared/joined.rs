//! Texts that are put together from pieces of which some are not known.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::syntax::tree::{Unknown, Value};

/// Text that may have gaps.
#[derive(Default)]
pub(crate) struct Joined {
    /// What was added since the last gap.
    pub(crate) text: String,
    /// The texts before it, each followed by a gap.
    pieces: Vec<SmolStr>,
    first: Option<Arc<Unknown>>,
}

impl Joined {
    /// Adds something unknown; what is known of it is kept.
    pub(crate) fn gap(&mut self, unknown: &Arc<Unknown>) {
        self.first.get_or_insert_with(|| unknown.clone());
        let known = unknown.pieces.split_last().and_then(|(end, before)| Some((before.split_first()?, end)));
        let Some(((start, middle), end)) = known else {
            self.pieces.push(std::mem::take(&mut self.text).into());
            return;
        };
        self.text.push_str(start);
        self.pieces.push(std::mem::take(&mut self.text).into());
        self.pieces.extend(middle.iter().cloned());
        self.text.push_str(end);
    }

    /// The text, or what is known of it and what it depends on.
    pub(crate) fn value(mut self) -> Value {
        let Some(first) = self.first else { return Value::Text(self.text.into()) };
        self.pieces.push(self.text.into());
        // Nothing but gaps says nothing.
        let is_empty = self.pieces.iter().all(SmolStr::is_empty);
        let pieces = if is_empty { Vec::new() } else { self.pieces };
        Value::Unknown(Arc::new(Unknown { pieces, ..(*first).clone() }))
    }
}
