//! Syntaxes: bytes to value trees with places. Parsing is total: it returns what could be read and the errors.

pub mod dockerfile;
pub mod error;
pub mod fields;
pub mod hcl;
pub mod packed;
pub mod tree;
pub mod yaml;

pub use error::SyntaxError;
use tree::Node;

/// What was read from one file.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The content that could be read.
    pub content: Content,
    /// What could not. A file with an error may still have content (earlier YAML documents, for example).
    pub errors: Vec<SyntaxError>,
}

/// The content of a file, by what its syntax lowers to.
#[derive(Debug, Default)]
pub enum Content {
    /// Nothing could be read.
    #[default]
    Nothing,
    /// Value trees: the documents of a YAML file, the one document of a JSON, TOML, CSV, Markdown or Dockerfile.
    Trees(Vec<Node>),
    /// Unevaluated HCL; the Terraform kind evaluates it to trees.
    Hcl(hcl::Body),
}

impl Parsed {
    /// A file of one tree and no errors.
    pub fn tree(node: Node) -> Parsed {
        Parsed { content: Content::Trees(vec![node]), errors: Vec::new() }
    }

    /// A file of which nothing could be read.
    pub fn error(error: SyntaxError) -> Parsed {
        Parsed { content: Content::Nothing, errors: vec![error] }
    }
}
