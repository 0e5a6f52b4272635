//! Markdown (`CommonMark` with tables, footnotes, strikethrough and task lists) as one tree:
//!
//! ```text
//! title:     the front matter's title, else the first heading of level 1; absent where there is neither
//! metadata:  the front matter as written, and what a table of keys and values or lines such as `**Owner:** …` before
//!            the first heading of level 2 add to it
//! sections:  list, in the order of the text; what stands before the first heading has an empty heading and level 0
//!   heading, level, slug (as GitHub makes it), path (the headings above and this one: `A > B`)
//!   text:    the text of all its own blocks, one on each line
//!   blocks:  list of
//!     kind:    paragraph, item, row, code, quote or html
//!     text:    without markup; a link's text stays
//!     lead:    of an item: the paragraph right before the list, or the item that the list is in; of a row: the header
//!     language: of a code block whose fence names one: `bash`
//!     checked: of a task: whether it is ticked
//!     cells:   of a row: list of texts
//!   tables:  list of { header: list of texts, rows: list of { column: cell } }
//! links:     list of { text, target }
//! words:     how many words the blocks have
//! ```
//!
//! Each node's place is the text it was made of. HTML comments are no text; `<Company name>`, which is no HTML, is.

use super::outline::write::Writer;
use super::tree::FileId;
use super::{Parsed, SyntaxError};

mod front_matter;
pub(crate) mod html;
mod outline;

/// Reads a Markdown file. Only its front matter can be wrong; the text is there all the same.
pub fn parse(text: &str, file: FileId) -> Parsed {
    let front = front_matter::cut(text, file);
    let outline = outline::read(text, front.end);
    let root = Writer { file }.document(text.len(), &outline, front.metadata.as_ref());
    Parsed { errors: front.errors, ..Parsed::tree(root) }
}

#[cfg(test)]
mod tests;
