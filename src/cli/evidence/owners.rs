//! Owners of files by the repository's CODEOWNERS.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::evidence::nonconformity;
use crate::source::Source;
use crate::syntax::tree::Node;
use crate::syntax::{self, Syntax};

/// The rules of a CODEOWNERS file, in order: of several that match the last one counts.
#[derive(Debug, Default)]
pub(super) struct Owners {
    rules: Vec<(Gitignore, String)>,
}

impl Owners {
    /// The owners that the files of a source name; nobody where there is no such file.
    pub(super) fn of(source: &Source) -> Owners {
        let files = || source.files.iter().filter(|file| file.syntax == Syntax::Codeowners);
        let places = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];
        let file = places.iter().find_map(|path| files().find(|file| *file.path == **path));
        let Some((file, text)) = file.and_then(|file| Some((file, source.read(file.id).ok()?))) else {
            return Owners::default();
        };
        let parsed = syntax::parse(file.syntax, &text, file.id);
        let syntax::Content::Trees(trees) = &parsed.content else { return Owners::default() };
        let rule = |tree: &Node| {
            let mut pattern = GitignoreBuilder::new("");
            pattern.add_line(None, tree.get("pattern")?.as_str()?).ok()?;
            let owners: Vec<&str> = tree.get("owners")?.items().iter().filter_map(Node::as_str).collect();
            Some((pattern.build().ok()?, owners.join(", ")))
        };
        Owners { rules: trees.iter().flat_map(Node::items).filter_map(rule).collect() }
    }
}

impl nonconformity::Owners for Owners {
    fn of(&self, path: &str) -> Option<String> {
        if path.is_empty() {
            return None;
        }
        let matches = |pattern: &Gitignore| pattern.matched_path_or_any_parents(path, false).is_ignore();
        let rule = self.rules.iter().rev().find(|(pattern, _)| matches(pattern));
        rule.map(|(_, owners)| owners.clone()).filter(|owners| !owners.is_empty())
    }
}
