//! What kinds may see apart from the files of a unit, and what they asked for.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};

use super::ParsedFile;
use crate::source::Source;
use crate::source::render::Rendered;

/// What kinds may see apart from the files of a unit. Other files are asked for through its functions, which keep what
/// was asked: only so can it be told later whether a change may concern a unit.
#[derive(Debug)]
pub struct View<'a> {
    files: &'a [&'a ParsedFile],
    /// Folders that hold the ISMS, from `annexa.yaml`; none: the usual names.
    pub isms: &'a [String],
    /// Documents that `annexa.yaml` maps to a type, as path and type.
    pub documents: &'a [(String, String)],
    /// Today.
    pub today: jiff::civil::Date,
    /// Files of values of Terraform's variables that the user named, in this order.
    pub value_files: &'a [String],
    source: Option<&'a Source>,
    asked: Option<&'a Asked>,
}

impl<'a> View<'a> {
    /// A view of these files, sorted by path; none while files are still being claimed.
    pub fn new(
        files: &'a [&'a ParsedFile],
        isms: &'a [String],
        documents: &'a [(String, String)],
        today: jiff::civil::Date,
    ) -> View<'a> {
        View { files, isms, documents, today, value_files: &[], source: None, asked: None }
    }

    /// The same view with these files of values.
    #[must_use]
    pub fn with_values(self, value_files: &'a [String]) -> View<'a> {
        View { value_files, ..self }
    }

    /// The same view of the files of a source, so that those are in sight too that no kind has a meaning for.
    #[must_use]
    pub fn with_source(self, source: &'a Source) -> View<'a> {
        View { source: Some(source), ..self }
    }

    /// The same view, which keeps what is asked of it.
    #[must_use]
    pub fn recorded(&self, asked: &'a Asked) -> View<'a> {
        View { asked: Some(asked), ..*self }
    }

    /// The file of this path.
    pub fn file(&self, path: &str) -> Option<&'a ParsedFile> {
        self.ask(|asked| asked.paths.insert(path.to_owned()));
        let index = self.files.binary_search_by(|file| (*file.path).cmp(path)).ok()?;
        self.files.get(index).copied()
    }

    /// The files below a folder, in all depths, sorted by path; `.` is the root.
    pub fn below(&self, folder: &str) -> &'a [&'a ParsedFile] {
        if folder == "." {
            return self.all();
        }
        let prefix = format!("{folder}/");
        let start = self.files.partition_point(|file| *file.path < *prefix);
        let rest = self.files.get(start..).unwrap_or_default();
        let end = rest.partition_point(|file| file.path.starts_with(&prefix));
        self.ask(|asked| asked.folders.insert(prefix));
        rest.get(..end).unwrap_or_default()
    }

    /// The files that have one of these names, wherever they lie, sorted by path.
    pub fn named(&self, names: &'static [&'static str]) -> impl Iterator<Item = &'a ParsedFile> {
        self.ask(|asked| {
            asked.names.extend(names);
            true
        });
        self.files.iter().copied().filter(|file| names.contains(&file.name()))
    }

    /// All files, sorted by path. A unit that asks for all is judged again after every change.
    pub fn all(&self) -> &'a [&'a ParsedFile] {
        self.ask(|asked| {
            asked.all = true;
            true
        });
        self.files
    }

    /// The text of a file of the source, whatever it holds.
    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        let source = self.source?;
        self.ask(|asked| {
            asked.outside |= !source.is_listed(path);
            asked.paths.insert(path.to_owned())
        });
        source.text_of(path)
    }

    /// The paths of the files of the source that start with this, whatever they hold, sorted.
    pub fn paths_below(&self, prefix: &str) -> impl Iterator<Item = &'a str> {
        self.ask(|asked| {
            asked.outside = true;
            true
        });
        self.source.map(|source| source.paths_below(prefix)).unwrap_or_default().into_iter()
    }

    /// What charts and overlays were rendered to, where that was asked for.
    pub fn rendered(&self) -> Option<&'a Rendered> {
        let rendered = self.source.map(|source| &*source.rendered);
        let rendered = rendered.filter(|rendered| !rendered.is_empty())?;
        self.ask(|asked| {
            asked.outside = true;
            true
        });
        Some(rendered)
    }

    fn ask(&self, keep: impl FnOnce(&mut Questions) -> bool) {
        if let Some(asked) = self.asked {
            keep(&mut asked.0.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

/// What was asked of a view.
#[derive(Debug, Default)]
pub struct Asked(Mutex<Questions>);

#[derive(Debug, Default)]
struct Questions {
    paths: BTreeSet<String>,
    folders: BTreeSet<String>,
    names: BTreeSet<&'static str>,
    all: bool,
    /// Whether files were asked for of which it is not kept whether they changed.
    outside: bool,
}

impl Asked {
    /// Whether a change of one of these paths could have changed an answer.
    pub fn concerns(&self, changed: &BTreeSet<&str>) -> bool {
        let asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let below = |folder: &String| {
            changed
                .range::<str, _>((Bound::Included(folder.as_str()), Bound::Unbounded))
                .next()
                .is_some_and(|path| path.starts_with(folder.as_str()))
        };
        let name = |path: &&str| asked.names.contains(path.rsplit('/').next().unwrap_or(path));
        asked.outside
            || (asked.all && !changed.is_empty())
            || asked.paths.iter().any(|path| changed.contains(path.as_str()))
            || asked.folders.iter().any(below)
            || (!asked.names.is_empty() && changed.iter().any(name))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::syntax::Content;
    use crate::syntax::tree::FileId;

    #[test]
    fn a_change_concerns_those_who_asked_for_it() {
        let file = |path: &str| ParsedFile {
            id: FileId(0),
            path: path.into(),
            text: Arc::from(""),
            content: Content::Nothing,
        };
        let files = ["a.tf", "m/x.tf", "m/y/z.tf", "m2/Chart.yaml"].map(file);
        let files: Vec<&ParsedFile> = files.iter().collect();
        let view = View::new(&files, &[], &[], jiff::civil::date(2026, 11, 22));
        let concerned = |ask: &dyn Fn(&View<'_>), changed: &[&str]| {
            let asked = Asked::default();
            ask(&view.recorded(&asked));
            asked.concerns(&changed.iter().copied().collect())
        };
        let asks_path = |view: &View<'_>| assert!(view.file("b.tf").is_none());
        let asks_folder = |view: &View<'_>| assert_eq!(view.below("m").len(), 2);
        let asks_name = |view: &View<'_>| assert_eq!(view.named(&["Chart.yaml"]).count(), 1);
        let asks_all = |view: &View<'_>| assert_eq!(view.below(".").len(), 4);
        assert!(concerned(&asks_path, &["b.tf"]) && !concerned(&asks_path, &["a.tf"]));
        assert!(concerned(&asks_folder, &["m/new.tf"]) && !concerned(&asks_folder, &["m2/Chart.yaml", "a.tf"]));
        assert!(concerned(&asks_name, &["n/Chart.yaml"]) && !concerned(&asks_name, &["m/x.tf"]));
        assert!(concerned(&asks_all, &["z"]) && !concerned(&asks_all, &[]));
        assert!(!concerned(&|_: &View<'_>| {}, &["a.tf", "b.tf"]));
    }
}
