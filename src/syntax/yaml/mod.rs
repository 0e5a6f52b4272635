//! YAML 1.2 (with what files of the YAML 1.1 era need: merge keys), read from granit-parser's events.
//!
//! - Plain scalars follow the core schema. `yes`, `no`, `on`, `off` and dates stay text, as in YAML 1.2; whole numbers
//!   with a leading zero stay text too, because readers disagree whether `0644` is octal (and `012345678901` is an
//!   account number); so do `.inf`, `.nan` and whole numbers that a double cannot hold exactly.
//! - Quoted and block scalars are text. The span of a quoted scalar holds its quotes; that of a block scalar its
//!   lines, without the indicator and the first line's indentation. None ends in white space.
//! - The short tags of CloudFormation become the long form: `!Ref x` is `{Ref: x}`, `!GetAtt a.b` is
//!   `{Fn::GetAtt: [a, b]}`. Any other tag is ignored.
//! - Of two entries with one key the later one is kept. Merge keys add what a map does not have itself.
//! - An alias is a copy whose own place is the alias; what is inside keeps the places of the anchor.
//! - A document with an error is left out, the documents around it are kept.

pub mod document;
mod repeated;
pub mod scalar;
#[cfg(test)]
mod tests;

pub use repeated::repeated_keys;

use super::tree::FileId;
use super::{Content, Parsed};

/// Reads all documents of a YAML file. Empty documents are left out.
pub fn parse(text: &str, file: FileId) -> Parsed {
    let (trees, errors) = document::read(text, file);
    Parsed { content: Content::Trees(trees), errors }
}
