//! Cells: what is written in a register, as rules compare it.

use smol_str::SmolStr;

use crate::isms::resolve::resolve_cell;
use crate::kind::document::date::{self, DayOfMonth};
use crate::kind::document::metadata::{is_empty, written};
use crate::kind::document::words::{fold, fold_label};
use crate::kind::register::types::{self, FieldKind};
use crate::syntax::tree::{Node, Value};

/// The value of a cell; `None` where it says nothing. What does not fit its column stays the text that it is, so that
/// a rule can tell `soon` from a date.
pub(crate) fn normalised(cell: &Node, kind: FieldKind, source: &str) -> Option<Node> {
    if matches!(kind, FieldKind::List | FieldKind::Controls | FieldKind::Treatment) {
        return list(cell, kind, source);
    }
    if matches!(cell.value, Value::Map(_) | Value::Unknown(_)) && kind == FieldKind::Text {
        return Some(cell.clone());
    }
    // A date in the text of YAML is written as such; a truth value has no other form.
    let text = written(cell, source)?;
    let value = match kind {
        FieldKind::Date => date::whole(&text, DayOfMonth::Last).map(Value::Date),
        FieldKind::Number => number(&text).map(Value::Number),
        FieldKind::Truth => truth(&text).map(Value::Bool),
        FieldKind::Control => control(&text).map(Value::Text),
        FieldKind::Status => types::status(&fold_label(&text)).map(|status| Value::Text(status.clone())),
        FieldKind::Facet => types::facet(&fold_label(&text)).map(|facet| Value::Text(facet.clone())),
        FieldKind::Text | FieldKind::List | FieldKind::Controls | FieldKind::Treatment => None,
    };
    // `n/a` means something in some columns; where it does not, it says nothing.
    if value.is_none() && is_empty(&text) {
        return None;
    }
    Some(Node::new(value.unwrap_or_else(|| Value::Text(text.into())), cell.place))
}

/// `A.5.24` for a control however it is written, `9.2` for a clause.
pub(crate) fn control(text: &str) -> Option<SmolStr> {
    resolve_cell(text).map(|control| control.id)
}

fn truth(text: &str) -> Option<bool> {
    types::truth(&fold(text)).or_else(|| types::truth(&fold_label(text))).or_else(|| types::truth(text.trim()))
}

/// A number, also in front of what explains it: `3 - possible`, `15/25`, `4 (likely)`.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let explains = rest.is_empty() || rest.starts_with([' ', '-', '–', '/', '(', ':', '%', ',', ';']);
    digits.parse().ok().filter(|number: &f64| explains && number.is_finite())
}

/// The parts of a list, or of a text with `;`, `,` or line breaks between them. An empty list says nothing.
fn list(cell: &Node, kind: FieldKind, source: &str) -> Option<Node> {
    let parts: Vec<(String, &Node)> = match &cell.value {
        Value::List(list) => list.items.iter().filter_map(|item| Some((written(item, source)?, item))).collect(),
        _ => written(cell, source)?.split([';', ',', '\n', '|']).map(|part| (part.trim().to_owned(), cell)).collect(),
    };
    let items: Vec<Node> = parts
        .into_iter()
        .filter(|(part, _)| !is_empty(part))
        .map(|(part, item)| Node::text(meant(&part, kind), item.place))
        .collect();
    (!items.is_empty()).then(|| Node::list(items, cell.place))
}

fn meant(part: &str, kind: FieldKind) -> SmolStr {
    let known = match kind {
        FieldKind::Controls => control(part),
        FieldKind::Treatment => treatment(part),
        _ => None,
    };
    known.unwrap_or_else(|| part.into())
}

/// `Modify (reduce)`, `risk acceptance`: the first word that names a treatment.
fn treatment(part: &str) -> Option<SmolStr> {
    fold(part).split(' ').find_map(types::treatment).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tree::{FileId, Place};
    use crate::syntax::{Content, yaml};

    fn value(source: &str, kind: FieldKind) -> Option<String> {
        let Content::Trees(trees) = yaml::parse(source, FileId(0)).content else { panic!("no tree") };
        let node = normalised(trees.first()?, kind, source)?;
        let text = |node: &Node| node.value.scalar_text().unwrap_or_default().to_string();
        Some(match &node.value {
            Value::List(list) => format!("[{}]", list.items.iter().map(text).collect::<Vec<_>>().join(" ")),
            other => format!("{} {}", other.type_name(), text(&node)),
        })
    }

    #[test]
    fn cells_are_read_as_their_column_says() {
        for (source, kind, expected) in [
            ("2026-11-22", FieldKind::Date, Some("date 2026-11-22")),
            ("22.11.2026", FieldKind::Date, Some("date 2026-11-22")),
            ("soon", FieldKind::Date, Some("text soon")),
            ("'-'", FieldKind::Date, None),
            ("15", FieldKind::Number, Some("number 15")),
            ("3 - possible", FieldKind::Number, Some("number 3")),
            ("15/25", FieldKind::Number, Some("number 15")),
            ("high", FieldKind::Number, Some("text high")),
            ("3x", FieldKind::Number, Some("text 3x")),
            ("true", FieldKind::Truth, Some("bool true")),
            ("Yes", FieldKind::Truth, Some("bool true")),
            ("Not applicable", FieldKind::Truth, Some("bool false")),
            ("N/A", FieldKind::Truth, Some("bool false")),
            ("yes (3 people)", FieldKind::Truth, Some("bool true")),
            ("✗", FieldKind::Truth, Some("bool false")),
            ("perhaps", FieldKind::Truth, Some("text perhaps")),
            ("5.10", FieldKind::Control, Some("text A.5.10")),
            ("A.5.24 – planning", FieldKind::Control, Some("text A.5.24")),
            ("X-1", FieldKind::Control, Some("text X-1")),
            ("'8.8; 8.25, A.5.1'", FieldKind::Controls, Some("[A.8.8 A.8.25 A.5.1]")),
            ("[5.1, 5.10, '9.2', none]", FieldKind::Controls, Some("[A.5.1 A.5.10 9.2]")),
            ("''", FieldKind::Controls, None),
            ("[]", FieldKind::List, None),
            ("[a, b]", FieldKind::List, Some("[a b]")),
            ("Mitigate", FieldKind::Treatment, Some("[modify]")),
            ("reduce, transfer", FieldKind::Treatment, Some("[modify share]")),
            ("Risk acceptance", FieldKind::Treatment, Some("[retain]")),
            ("hope", FieldKind::Treatment, Some("[hope]")),
            ("Partially implemented", FieldKind::Status, Some("text partial")),
            ("n/a", FieldKind::Status, Some("text not-applicable")),
            ("green", FieldKind::Status, Some("text green")),
            ("TBD", FieldKind::Text, None),
            ("open", FieldKind::Text, Some("text open")),
            ("Edda Falk", FieldKind::Text, Some("text Edda Falk")),
        ] {
            assert_eq!(value(source, kind).as_deref(), expected, "{source} {kind:?}");
        }
    }

    #[test]
    fn numbers_of_csv_are_texts_and_read_alike() {
        let cell = Node::text("4 (likely)", Place::NOWHERE);
        assert_eq!(normalised(&cell, FieldKind::Number, "").unwrap().value, Value::Number(4.0));
    }
}
