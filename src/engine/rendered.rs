//! Templates of charts as what they were rendered to: the documents of helm, with the places of the lines of the template
//! that they come from.
//!
//! A rendered line belongs to the line of the template that is the same, or that has the same key and fills in a value.
//! What belongs to no line stands where the value around it does; nothing is placed by guessing.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::syntax::tree::{Entry, FileId, List, Map, Node, Place, Span, Value};
use crate::syntax::{Content, Parsed, yaml};

/// Why a template of a rendered chart is not evaluated.
pub(super) const EMPTY: &str = "a template that comes to nothing with the values of its chart";

/// What the documents of a template hold.
pub(super) fn parsed(documents: &[String], template: &str, file: FileId) -> Parsed {
    let mut trees = Vec::new();
    let mut errors = Vec::new();
    for document in documents {
        let parsed = yaml::parse(document, file);
        errors.extend(parsed.errors.into_iter().map(|mut error| {
            error.message = format!("in what helm made of it: {}", error.message);
            error.span = Span::default();
            error
        }));
        if let Content::Trees(found) = parsed.content {
            let lines = Lines::of(document, template);
            trees.extend(found.iter().map(|tree| lines.placed(tree, Place::whole(file))));
        }
    }
    Parsed { content: Content::Trees(trees), errors }
}

/// A line without its indentation, and where that begins.
#[derive(Clone, Copy)]
struct Line<'t> {
    start: usize,
    text: &'t str,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        found.push(Line { start: offset + indent, text: trimmed });
        offset += line.len();
    }
    found
}

/// The key that a line gives a value to, with the dash before it.
fn key(line: &str) -> Option<&str> {
    let end = line.find(": ").or_else(|| line.strip_suffix(':').map(str::len))?;
    line.get(..end).filter(|key| !key.is_empty() && !key.contains("{{"))
}

/// Which line of the template each line of a document comes from.
struct Lines<'t> {
    rendered: Vec<Line<'t>>,
    template: Vec<Line<'t>>,
    /// By rendered line: the line of the template, and whether it is the same.
    from: Vec<Option<(usize, bool)>>,
}

impl<'t> Lines<'t> {
    fn of(document: &'t str, template: &'t str) -> Lines<'t> {
        let (rendered, template) = (lines(document), lines(template));
        let mut same: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        let mut keyed: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (index, line) in template.iter().enumerate() {
            same.entry(line.text).or_default().push(index);
            if let Some(key) = key(line.text).filter(|_| line.text.contains("{{")) {
                keyed.entry(key).or_default().push(index);
            }
        }
        let mut last = 0;
        let mut from = Vec::with_capacity(rendered.len());
        for line in &rendered {
            let exact = same.get(line.text).and_then(|found| next(found, last)).map(|index| (index, true));
            let filled = || key(line.text).and_then(|key| keyed.get(key)).and_then(|found| next(found, last));
            let found = exact.or_else(|| filled().map(|index| (index, false))).filter(|_| !line.text.is_empty());
            if let Some((index, _)) = found {
                last = index;
            }
            from.push(found);
        }
        Lines { rendered, template, from }
    }

    /// The node with the places of the template; `around` is that of what holds it.
    fn placed(&self, node: &Node, around: Place) -> Node {
        let place = self.place(node.place, around);
        let value = match &node.value {
            Value::List(list) => {
                let items = list.items.iter().map(|item| self.placed(item, place)).collect();
                Value::List(Arc::new(List { items, open: list.open.clone() }))
            }
            Value::Map(map) => {
                let entry = |entry: &Entry| {
                    let key_place = self.place(entry.key_place, place);
                    Entry { key: entry.key.clone(), key_place, value: self.placed(&entry.value, key_place) }
                };
                let entries = map.entries.iter().map(entry).collect();
                Value::Map(Arc::new(Map { entries, open: map.open.clone() }))
            }
            other => other.clone(),
        };
        Node { value, place, refers: node.refers.clone() }
    }

    fn place(&self, place: Place, around: Place) -> Place {
        let Some(span) = place.as_span() else { return around };
        let (start, end) = (span.start as usize, span.end as usize);
        let Some((first, found)) = self.line(start) else { return around };
        let Some(origin) = self.template.get(found.0) else { return around };
        let whole = Span::new(origin.start, origin.start + origin.text.len());
        if end <= first.start + first.text.len() {
            // The text of the value itself, where the line is the same.
            let shift = start.checked_sub(first.start).filter(|_| found.1);
            let exact = shift.map(|shift| Span::new(origin.start + shift, origin.start + shift + (end - start)));
            return Place::span(place.file, exact.unwrap_or(whole));
        }
        let last = self.line(end.saturating_sub(1)).and_then(|(_, found)| self.template.get(found.0));
        let end = last.map_or(0, |line| line.start + line.text.len());
        let covered = if end > origin.start { Span::new(origin.start, end) } else { whole };
        Place::span(place.file, covered)
    }

    /// The rendered line at an offset, and where it comes from.
    fn line(&self, offset: usize) -> Option<(Line<'t>, (usize, bool))> {
        let index = self.rendered.partition_point(|line| line.start <= offset).checked_sub(1)?;
        Some((*self.rendered.get(index)?, (*self.from.get(index)?)?))
    }
}

/// The one line, or of several the next after the last that was found.
fn next(found: &[usize], last: usize) -> Option<usize> {
    match found {
        [one] => Some(*one),
        several => several.iter().copied().find(|index| *index > last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "{{- if .Values.on }}\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}-web\nspec:\n  containers:\n    {{- range .Values.names }}\n    - name: {{ . }}\n      image: {{ $.Values.image }}\n      securityContext: { privileged: true }\n    {{- end }}\n{{- end }}\n";

    #[test]
    fn rendered_values_stand_at_the_lines_they_come_from() {
        let document = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: annexa-web\nspec:\n  containers:\n    - name: a\n      image: web:1\n      securityContext: { privileged: true }\n    - name: b\n      image: web:1\n      securityContext: { privileged: true }\n      more: x\n";
        let parsed = parsed(&[document.to_owned()], TEMPLATE, FileId(4));
        assert_eq!(parsed.errors, vec![]);
        let Content::Trees(trees) = parsed.content else { panic!() };
        let slice = |node: &Node| node.place.as_span().map(|span| span.slice(TEMPLATE).to_owned());
        let at = |path: &str| {
            let path = crate::rule::path::Path::parse(path).unwrap();
            path.first(&trees[0]).and_then(|leaf| leaf.node().cloned()).unwrap()
        };
        assert_eq!(slice(&at("kind")).as_deref(), Some("Pod"));
        assert_eq!(slice(&at("metadata.name")).as_deref(), Some("name: {{ .Release.Name }}-web"));
        for index in 0..2 {
            assert_eq!(
                slice(&at(&format!("spec.containers[{index}].image"))).as_deref(),
                Some("image: {{ $.Values.image }}")
            );
            assert_eq!(
                slice(&at(&format!("spec.containers[{index}].securityContext.privileged"))).as_deref(),
                Some("true")
            );
        }
        // What is in no line of the template stands where what holds it does.
        assert!(slice(&at("spec.containers[1].more")).is_some_and(|text| text.starts_with("- name: {{ . }}")));
    }

    #[test]
    fn documents_of_any_form_are_placed() {
        for document in ["", "a", "- b\n- c", "a: |\n  x\n  y\nb: 1", "{{", "a: [1,\n 2]\n\n\n# x"] {
            for template in ["", "a: {{ x }}", "\n\n", "a: |", "é: {{ x }}\nb: 1"] {
                let _ = parsed(&[document.to_owned()], template, FileId(0));
            }
        }
    }
}
