//! The built-in rules, frameworks and policies: what `build.rs` compiled into the binary.

/// A YAML file that is part of the binary.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddedFile {
    /// Its path in the package, with forward slashes: `rules/aws/s3/public-acl.yaml`.
    pub path: &'static str,
    /// Its text, for reports and error messages.
    pub text: &'static str,
    /// The SHA-256 of its text.
    pub digest: [u8; 32],
    /// Its one document, as [`crate::syntax::packed::pack`] writes it; of a rule what it is known by, its head.
    pub tree: &'static [u8],
    /// Of a rule its topics and what its checks ask, packed in the same way; else empty.
    pub logic: &'static [u8],
}

/// A file of the document set that `annexa init` installs.
#[derive(Debug, Clone, Copy)]
pub struct PolicyFile {
    /// Its path in the folder of the ISMS, with forward slashes: `registers/risk-register.csv`.
    pub path: &'static str,
    /// Its text, with blanks to fill in.
    pub text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Every built-in rule, sorted by path.
pub fn rules() -> &'static [EmbeddedFile] {
    RULES
}

/// Every catalogue and crosswalk, sorted by path.
pub fn frameworks() -> &'static [EmbeddedFile] {
    FRAMEWORKS
}

/// The terms of other languages, sorted by path.
pub fn terms() -> &'static [EmbeddedFile] {
    TERMS
}

/// The document set of an ISMS, sorted by path.
pub fn policies() -> &'static [PolicyFile] {
    POLICIES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tree::FileId;
    use crate::syntax::{Content, packed, yaml};

    #[test]
    fn embedded_trees_are_what_their_texts_say() {
        for file in frameworks() {
            let Content::Trees(trees) = yaml::parse(file.text, FileId::NONE).content else { panic!("{}", file.path) };
            assert_eq!(packed::unpack(file.tree).as_ref(), trees.first(), "{}", file.path);
        }
    }

    #[test]
    fn frameworks_are_found_and_sorted() {
        let paths: Vec<&str> = frameworks().iter().map(|file| file.path).collect();
        assert!(paths.contains(&"frameworks/iso27001-2022.yaml"), "{paths:?}");
        assert!(paths.is_sorted());
    }
}
