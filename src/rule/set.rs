//! Sets of rules: those of the binary, and those of an organisation.

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::load::{self, LoadError};
use super::{Example, Expectation, Rule};
use crate::embedded;
use crate::syntax::tree::{FileId, Place};
use crate::syntax::{Content, yaml};

/// A rule and the file it comes from.
#[derive(Debug, Clone)]
pub struct LoadedRule {
    /// The rule.
    pub rule: std::sync::Arc<Rule>,
    /// Its path, as messages show it.
    pub path: String,
    /// Its text.
    pub text: std::borrow::Cow<'static, str>,
    /// The SHA-256 of its text.
    pub digest: [u8; 32],
}

impl LoadedRule {
    /// The rule with its examples and with places, which built-in rules are loaded without: read again from its text.
    #[must_use]
    pub fn complete(&self) -> LoadedRule {
        let again = from_text(self.path.clone(), &self.rule.about.id, self.text.clone());
        again.unwrap_or_else(|_| self.clone())
    }
}

/// A rule file that was refused.
#[derive(Debug)]
pub struct RefusedRule {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: std::borrow::Cow<'static, str>,
    /// Its mistakes, in the order of their places; at least one.
    pub mistakes: Vec<LoadError>,
}

/// The rules that are built into the binary, sorted by id.
pub fn embedded() -> Result<Vec<LoadedRule>, RefusedRule> {
    embedded::rules().par_iter().map(load_embedded).collect()
}

fn load_embedded(file: &'static embedded::EmbeddedFile) -> Result<LoadedRule, RefusedRule> {
    let id = id_of(file.path.trim_start_matches("rules/"));
    match load::load_packed(id, file.tree, file.logic) {
        Some(rule) => {
            let (path, text) = (file.path.to_owned(), file.text.into());
            Ok(LoadedRule { rule: rule.into(), path, text, digest: file.digest })
        }
        // What is packed has no places: read the text to say where the mistake is.
        None => from_text(file.path.to_owned(), id, file.text.into()),
    }
}

/// Reads a rule from the text of a file. `id` is the one its path stands for.
pub fn from_text(path: String, id: &str, text: std::borrow::Cow<'static, str>) -> Result<LoadedRule, RefusedRule> {
    let parsed = yaml::parse(&text, FileId(0));
    let first = parsed.errors.into_iter().take(1).chain(yaml::repeated_keys(&text));
    let mistakes: Vec<LoadError> = first.map(|error| LoadError::of_syntax(error, FileId(0))).collect();
    if !mistakes.is_empty() {
        return Err(RefusedRule { path, text, mistakes });
    }
    let whole = Place::whole(FileId(0));
    let loaded = match parsed.content {
        Content::Trees(trees) => match trees.as_slice() {
            [tree] => load::load(id, tree),
            _ => Err(vec![LoadError::new("a rule file holds exactly one YAML document", whole)]),
        },
        _ => Err(vec![LoadError::new("the file is empty", whole)]),
    };
    match loaded {
        Ok(rule) => {
            let digest = Sha256::digest(text.as_bytes()).into();
            Ok(LoadedRule { rule: rule.into(), path, text, digest })
        }
        Err(mistakes) => Err(RefusedRule { path, text, mistakes }),
    }
}

/// Reads a rule of an organisation: as [`from_text`], and it must have an example that fails and one that passes.
/// Whether each of its checks has both is known only once they have run.
pub fn from_file(path: String, id: &str, text: String) -> Result<LoadedRule, RefusedRule> {
    let loaded = from_text(path, id, text.into())?;
    let fails = |example: &Example| matches!(example.expect, Expectation::Fails | Expectation::Partial);
    let passes = |example: &Example| example.expect == Expectation::Passes;
    let examples = &loaded.rule.examples;
    let lacking = match (examples.iter().any(fails), examples.iter().any(passes)) {
        (true, true) => return Ok(loaded),
        (false, _) => "fails",
        (true, false) => "passes",
    };
    let place = examples.first().map_or(Place::NOWHERE, |example| example.place);
    let mistake = LoadError::new(format!("the rule has no example that {lacking}"), place);
    let help = "a rule needs one that fails and one that passes, so that it is known to tell them apart";
    Err(RefusedRule { path: loaded.path, text: loaded.text, mistakes: vec![mistake.with_help(help)] })
}

/// The id that a path below the folder of rules stands for.
pub fn id_of(path: &str) -> &str {
    path.strip_suffix(".yaml").or_else(|| path.strip_suffix(".yml")).unwrap_or(path)
}
