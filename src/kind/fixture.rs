//! What the tests of several kinds need: files of text, a view of them, and values as one line.

use super::{Kind, ParsedFile, Resource, Unit, View};
use crate::syntax::tree::{FileId, Node, Place, Value};
use crate::syntax::{self, Syntax};

/// The day of all tests.
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 1, 15);

/// A file, read by its name.
pub(crate) fn file(path: &str, text: &str) -> ParsedFile {
    numbered(0, path, text)
}

fn numbered(index: usize, path: &str, text: &str) -> ParsedFile {
    let id = FileId(u32::try_from(index).unwrap());
    let content = syntax::parse(Syntax::of(path).expect("a syntax"), text, id).content;
    ParsedFile { id, path: path.into(), text: text.into(), content }
}

/// A view of nothing.
pub(crate) fn view() -> View<'static> {
    View::new(&[], &[], &[], TODAY)
}

/// The units that a kind makes of files, which are numbered by their paths.
pub(crate) fn units(kind: &dyn Kind, files: &[(&str, &str)]) -> Vec<Unit> {
    let mut files = files.to_vec();
    files.sort_unstable();
    let files: Vec<ParsedFile> =
        files.iter().enumerate().map(|(index, (path, text))| numbered(index, path, text)).collect();
    let files: Vec<&ParsedFile> = files.iter().collect();
    let view = View::new(&files, &[], &[], TODAY);
    let claimed: Vec<&ParsedFile> = files.iter().copied().filter(|file| kind.claims(file, &view)).collect();
    kind.groups(&claimed).iter().map(|group| kind.build(group, &view)).collect()
}

/// The resource with an address.
pub(crate) fn find<'u>(unit: &'u Unit, address: &str) -> &'u Resource {
    let addresses: Vec<&str> = unit.resources.iter().map(|resource| resource.address.as_str()).collect();
    unit.resources.iter().find(|resource| resource.address == address).unwrap_or_else(|| panic!("{addresses:?}"))
}

/// What stands at a path.
pub(crate) fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    crate::rule::path::Path::parse(path).expect("a path").first(node).and_then(|leaf| leaf.node())
}

/// The text of a place.
pub(crate) fn slice(text: &str, place: Place) -> &str {
    place.as_span().expect("a span").slice(text)
}

/// A value as one line: unknown as `?` and what it depends on, lists in brackets, maps in braces.
pub(crate) fn show(node: Option<&Node>) -> String {
    let Some(node) = node else { return "absent".to_owned() };
    match &node.value {
        Value::Unknown(unknown) if unknown.pieces.is_empty() => format!("?{}", unknown.depends_on),
        Value::Unknown(unknown) => format!("?{} {}", unknown.depends_on, unknown.pieces.join("…")),
        Value::List(list) => {
            let mut items: Vec<String> = list.items.iter().map(|item| show(Some(item))).collect();
            items.extend(list.open.as_ref().map(|unknown| format!("…{}", unknown.depends_on)));
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => {
            let entries: Vec<String> =
                map.entries.iter().map(|entry| format!("{}: {}", entry.key, show(Some(&entry.value)))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Null => "null".to_owned(),
        value => value.scalar_text().unwrap_or_default().to_string(),
    }
}
