//! Rows: which column is which field, and a row as rules see it.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use crate::kind::document::metadata::written;
use crate::kind::document::placeholder;
use crate::kind::document::words::fold_label;
use crate::kind::register::table::{RawRow, RawTable};
use crate::kind::register::types::{Field, FieldKind, RegisterType};
use crate::kind::register::value;
use crate::syntax::tree::{Map, Node, Place};

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    /// What tells it apart.
    pub(super) key: SmolStr,
    /// Its fields.
    pub(super) tree: Node,
    /// The cell that names it.
    pub(super) header: Place,
    /// Blanks in its cells that nobody filled in.
    pub(super) blanks: Vec<Node>,
}

/// The fields of a table's columns.
pub(super) struct Columns<'a> {
    kind: &'static RegisterType,
    fields: BTreeMap<&'a str, &'static Field>,
    source: &'a str,
}

impl<'a> Columns<'a> {
    /// Matches the columns by their labels. Where the key is a control, the column whose cells name controls is the key
    /// whatever it is called: `#`, `Control` and `Reference` hold numbers here and titles there.
    pub(super) fn of(kind: &'static RegisterType, table: &RawTable<'a>, source: &'a str) -> Columns<'a> {
        let mut columns = Columns { kind, fields: BTreeMap::new(), source };
        let mut labels: Vec<&'a str> = Vec::new();
        for entry in table.rows.iter().flat_map(|row| row.map.entries()) {
            if !labels.contains(&entry.key.as_str()) {
                labels.push(&entry.key);
            }
        }
        let key = columns.control_column(table, &labels);
        for label in labels {
            let named = kind.field(&fold_label(label));
            let field = match key {
                Some(key) if label == key => kind.by_id(&kind.key),
                Some(_) if named.is_some_and(|field| field.id == kind.key) => kind.by_id("title"),
                _ => named,
            };
            if let Some(field) = field {
                columns.fields.insert(label, field);
            }
        }
        columns
    }

    /// The label of the column whose cells name controls, where the register is told by controls.
    fn control_column(&self, table: &RawTable<'a>, labels: &[&'a str]) -> Option<&'a str> {
        let key = self.kind.by_id(&self.kind.key).filter(|field| field.kind == FieldKind::Control)?;
        let naming = |label: &str| {
            let cells = table.rows.iter().filter_map(|row| row.map.get(label));
            cells.filter_map(|cell| written(cell, self.source)).filter(|text| value::control(text).is_some()).count()
        };
        let counts = labels.iter().map(|label| {
            let is_named = self.kind.field(&fold_label(label)).is_some_and(|field| field.id == key.id);
            (naming(label), is_named, *label)
        });
        // Of several columns that name controls the one that is called so, then the first.
        let best = counts.rev().max_by_key(|(count, is_named, _)| (*count, *is_named))?;
        (best.0 > 0).then_some(best.2)
    }

    /// Whether most rows name a control, where the register is told by controls.
    pub(super) fn name_controls(&self, table: &RawTable<'_>) -> bool {
        let Some(key) = self.kind.by_id(&self.kind.key).filter(|field| field.kind == FieldKind::Control) else {
            return true;
        };
        let of_field = |row: &RawRow<'_>| {
            let cells = row.map.entries().iter().filter(|entry| self.field(&entry.key).is_some_and(|f| f.id == key.id));
            let texts = cells.filter_map(|entry| written(&entry.value, self.source));
            texts.chain(row.key.map(|entry| entry.key.to_string())).any(|text| value::control(&text).is_some())
        };
        table.rows.iter().filter(|row| of_field(row)).count() * 2 > table.rows.len()
    }

    fn field(&self, label: &str) -> Option<&'static Field> {
        self.fields.get(label).copied()
    }

    /// A row with normalised fields. `index` tells rows apart that have no key.
    pub(super) fn read(&self, raw: &RawRow<'_>, index: usize, path: &str) -> Row {
        let mut map = Map::default();
        let mut extra = Map::default();
        if let (Some(entry), Some(field)) = (raw.key, self.kind.by_id(&self.kind.key)) {
            put(field, &Node::text(entry.key.clone(), entry.key_place), entry.key_place, self.source, &mut map);
        }
        let mut blanks = Vec::new();
        for entry in raw.map.entries() {
            placeholder::in_values(&entry.value, self.source, &mut blanks);
            match self.field(&entry.key) {
                Some(field) => put(field, &entry.value, entry.key_place, self.source, &mut map),
                None => extra.push(entry.key.clone(), entry.key_place, entry.value.clone()),
            }
        }
        let first = raw.map.entries().first().map_or(raw.map.place, |entry| entry.value.place);
        let header = map.get(&self.kind.key).map_or(first, |node| node.place);
        let key = self.key(&map).unwrap_or_else(|| format_smolstr!("row {}", index + 1));
        let place = raw.map.place;
        map.push("register", place, Node::text(self.kind.name.clone(), place));
        map.push("path", place, Node::text(path, place));
        if !extra.entries.is_empty() {
            map.push("extra", place, Node::map(extra, place));
        }
        Row { key, tree: Node::map(map, place), header, blanks }
    }

    /// What tells a row apart: its key; of a training also the course.
    fn key(&self, map: &Map) -> Option<SmolStr> {
        let key = map.get(&self.kind.key)?.value.scalar_text()?;
        match map.get("course").and_then(|course| course.value.scalar_text()) {
            Some(course) if self.kind.id == "training" => Some(format_smolstr!("{key}/{course}")),
            _ => Some(key),
        }
    }
}

/// Puts a cell under its field; of several cells for one field the first that says something counts.
fn put(field: &Field, cell: &Node, key_place: Place, source: &str, map: &mut Map) {
    if map.get(&field.id).is_some() {
        return;
    }
    let Some(value) = value::normalised(cell, field.kind, source) else { return };
    if field.kind == FieldKind::Treatment {
        let first = value.items().first().cloned().unwrap_or_else(|| value.clone());
        map.push(format_smolstr!("{}s", field.id), key_place, value);
        map.push(field.id.clone(), key_place, first);
    } else {
        map.push(field.id.clone(), key_place, value);
    }
}
