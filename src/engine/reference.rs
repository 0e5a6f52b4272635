//! Where texts speak of files that hold none.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::assessment::Location;
use super::locate::Texts;
use crate::kind::ParsedFile;
use crate::kind::isms::is_index;
use crate::source::{CONFIGURATION, Source};
use crate::syntax::tree::{Place, Span};

/// For each file that holds no text the place in a text that stands for it: the first line of a document, register,
/// README or the configuration that names it, else the configuration, the README, or the first text of the scan.
pub(super) fn references(source: &Source, files: &[&ParsedFile], texts: &Texts<'_>) -> BTreeMap<Arc<str>, Location> {
    let mut without_text = source.files.iter().filter(|file| file.syntax.is_binary()).peekable();
    if without_text.peek().is_none() {
        return BTreeMap::new();
    }
    let is_binary = |file: &&&ParsedFile| source.file(file.id).is_none_or(|file| file.syntax.is_binary());
    let mut indexes: Vec<&ParsedFile> = files
        .iter()
        .filter(|file| !is_binary(file) && !file.text.is_empty() && is_index(&file.path))
        .copied()
        .collect();
    // What lies near the root speaks for the whole.
    indexes.sort_by_key(|file| (file.path.matches('/').count(), file.path.clone()));
    let of_name = |name: &str| files.iter().find(|file| &*file.path == name);
    let fallback = of_name(CONFIGURATION).or_else(|| of_name("README.md"));
    let fallback = fallback.or_else(|| files.iter().find(|file| !is_binary(file)));
    let reference = |path: &str| {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let named = indexes.iter().find_map(|file| Some(Place::span(file.id, line(&file.text, name)?)));
        named.or(fallback.map(|file| Place::whole(file.id))).map(|place| texts.location(place))
    };
    without_text.filter_map(|file| Some((file.path.clone(), reference(&file.path)?))).collect()
}

/// The first line that holds a name.
fn line(text: &str, name: &str) -> Option<Span> {
    let at = text.find(name)?;
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let rest = text.get(start..)?;
    let line = rest.split('\n').next().unwrap_or(rest).trim_end();
    let indent = line.len() - line.trim_start().len();
    Some(Span::new(start + indent, start + line.len()))
}
