//! Folders: where the ISMS lies, and how sure that is.

use std::sync::LazyLock;

use crate::isms::catalogue::{framework_tree, texts};
use crate::kind::document::words::{fold, holds};

/// How sure it is that a folder belongs to the ISMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Closeness {
    /// Other documentation lies in folders of this name too.
    Possible,
    /// Hardly anything else is called so.
    Likely,
    /// It is called so, or the configuration names it.
    Sure,
}

/// A folder of the ISMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folder {
    /// Its path relative to the root.
    pub(crate) path: String,
    /// How sure it is.
    pub(crate) closeness: Closeness,
}

#[derive(Debug, Default)]
struct Names {
    sure: Vec<String>,
    likely: Vec<String>,
    possible: Vec<String>,
    elsewhere: Vec<String>,
    templates: Vec<String>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let Some(tree) = framework_tree("folders") else { return Names::default() };
    let folded = |key: &str| texts(&tree, key).iter().map(|name| fold(name)).collect();
    Names {
        sure: folded("sure"),
        likely: folded("likely"),
        possible: folded("possible"),
        elsewhere: folded("elsewhere"),
        templates: folded("templates"),
    }
});

/// The folder of the ISMS that holds a path: one that the configuration names, else the surest of the usual names.
pub(crate) fn isms_folder(path: &str, configured: &[String]) -> Option<Folder> {
    if !configured.is_empty() {
        return named_folder(path, configured).map(|path| Folder { path: path.to_owned(), closeness: Closeness::Sure });
    }
    let (folders, _) = path.rsplit_once('/')?;
    let mut end = 0;
    let mut best: Option<Folder> = None;
    for segment in folders.split('/').take(3) {
        end += segment.len() + 1;
        let Some(closeness) = closeness(&fold(segment)) else { continue };
        if best.as_ref().is_none_or(|known| closeness > known.closeness) {
            best = path.get(..end - 1).map(|path| Folder { path: path.to_owned(), closeness });
        }
    }
    best
}

fn closeness(name: &str) -> Option<Closeness> {
    let is = |names: &[String]| names.iter().any(|known| known == name);
    if NAMES.sure.iter().any(|word| holds(name, word)) {
        return Some(Closeness::Sure);
    }
    match (is(&NAMES.likely), is(&NAMES.possible)) {
        (true, _) => Some(Closeness::Likely),
        (false, true) => Some(Closeness::Possible),
        (false, false) => None,
    }
}

/// The configured folder that holds a path.
fn named_folder<'a>(path: &str, configured: &'a [String]) -> Option<&'a str> {
    let mut named = configured.iter().map(|folder| folder.trim_end_matches('/').trim_start_matches("./"));
    named.find(|folder| *folder == "." || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

/// Whether a file lies where documents and registers are not the organisation's own and in force: examples,
/// templates, archives, other people's packages, hidden folders. What leads to a folder that the configuration names
/// does not count.
pub(crate) fn is_elsewhere(path: &str, configured: &[String]) -> bool {
    let below = named_folder(path, configured).and_then(|folder| path.strip_prefix(folder)).unwrap_or(path);
    let Some((folders, _)) = below.rsplit_once('/') else { return false };
    folders.split('/').any(|segment| segment.starts_with('.') || NAMES.elsewhere.contains(&fold(segment)))
}

/// Whether a file that lies elsewhere does so only because its folder is one of templates.
pub(crate) fn is_template(path: &str, configured: &[String]) -> bool {
    let below = named_folder(path, configured).and_then(|folder| path.strip_prefix(folder)).unwrap_or(path);
    let Some((folders, _)) = below.rsplit_once('/') else { return false };
    let is_other = |name: String| NAMES.elsewhere.contains(&name) && !NAMES.templates.contains(&name);
    !folders.split('/').any(|segment| segment.starts_with('.') || is_other(fold(segment)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surest_of_the_first_three_folders_counts() {
        for (path, expected) in [
            ("isms/x.md", Some(("isms", Closeness::Sure))),
            ("docs/ISMS-Handbook/x.md", Some(("docs/ISMS-Handbook", Closeness::Sure))),
            ("compliance/isms/x.md", Some(("compliance/isms", Closeness::Sure))),
            ("docs/policies/a/x.md", Some(("docs/policies", Closeness::Likely))),
            ("docs/security/x.md", Some(("docs/security", Closeness::Possible))),
            ("a/b/c/isms/x.md", None),
            ("mechanisms/x.md", None),
            ("isms.md", None),
        ] {
            let found = isms_folder(path, &[]);
            let found = found.as_ref().map(|folder| (folder.path.as_str(), folder.closeness));
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn folders_of_the_configuration_replace_the_usual_ones() {
        let configured = ["./management/".to_owned()];
        assert!(isms_folder("management/x.md", &configured).is_some());
        assert!(isms_folder("managementx/x.md", &configured).is_none());
        assert!(isms_folder("isms/x.md", &configured).is_none());
        assert!(isms_folder("x.md", &[".".to_owned()]).is_some());
    }

    #[test]
    fn examples_and_archives_are_elsewhere_unless_the_configuration_leads_there() {
        let configured = ["examples/acme/isms".to_owned()];
        assert!(is_elsewhere("examples/acme/isms/x.md", &[]));
        assert!(!is_elsewhere("examples/acme/isms/x.md", &configured));
        assert!(is_elsewhere("examples/acme/isms/archive/x.md", &configured));
        assert!(is_elsewhere(".github/policies/x.md", &[]));
        assert!(!is_elsewhere("./x.md", &[]) || !is_elsewhere("x.md", &[]));
    }
}
