//! The Statement of Applicability as a file: written anew from the catalogue, or refreshed so that it lists every control
//! in the catalogue's order while each row that people wrote stays as it is, to the byte.
//!
//! A statement of the 2013 edition is taken over through the crosswalk: where a control of 2022 has one source and nothing
//! else, its row is kept; where several were merged, or one was split, the row stays undecided and says in a note what
//! was stated before, because only people can decide what holds now.

mod rows;
mod write;

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::isms::catalogue::catalogue;
use crate::isms::control::{ControlId, Framework};
use crate::isms::crosswalk::{self, RelationKind};
use crate::isms::soa::rows::{Table, Written};

/// How a statement is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A list of rows in YAML.
    Yaml,
    /// CSV with a header.
    Csv,
    /// A table in Markdown.
    Markdown,
}

impl Layout {
    /// By the ending of a file.
    pub fn of(path: &str) -> Option<Layout> {
        match path.rsplit_once('.')?.1.to_lowercase().as_str() {
            "yaml" | "yml" => Some(Layout::Yaml),
            "csv" => Some(Layout::Csv),
            "md" | "markdown" => Some(Layout::Markdown),
            _ => None,
        }
    }
}

/// A statement that lists every control, and how it came to be.
#[derive(Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// The new text of the file.
    pub text: String,
    /// How many rows were there before.
    pub kept: usize,
    /// The controls that had no row, in order.
    pub added: Vec<SmolStr>,
    /// Those of the added whose row was taken over from the old statement.
    pub carried: Vec<SmolStr>,
    /// Those of the added for which the old statement says something, but people have to decide.
    pub asked: Vec<SmolStr>,
    /// The controls whose rows say neither whether they apply nor how far they are implemented.
    pub undecided: Vec<SmolStr>,
    /// Rows about nothing that Annex A of 2022 lists: controls of one's own. They stay, at the end.
    pub others: Vec<String>,
}

/// Lists every control of Annex A (2022) in a statement. `text` is what the file holds now, if there is one; `old` the name
/// and text of a statement of the 2013 edition.
///
/// # Errors
/// In words for people, when a file cannot be read as a statement, or its rows share lines so that none can be moved.
pub fn refresh(layout: Layout, text: Option<&str>, old: Option<(&str, &str)>) -> Result<Refreshed, String> {
    let old = old.map(|(path, text)| Old::read(path, text)).transpose()?;
    let table = match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => Table::read(layout, text, true)?,
        None => Table::empty(),
    };
    if table.speaks_of_2013() {
        return Err("is a statement of the 2013 edition; write a new one with `annexa soa NEW --from OLD`".to_owned());
    }
    let mut refreshed = Refreshed {
        text: String::new(),
        kept: table.rows.len(),
        added: Vec::new(),
        carried: Vec::new(),
        asked: Vec::new(),
        undecided: Vec::new(),
        others: Vec::new(),
    };
    let mut rows: Vec<Row<'_>> = Vec::new();
    for control in &catalogue(Framework::Iso2022).controls {
        let kept: Vec<&rows::Found> = table.rows.iter().filter(|row| row.control == control.id).collect();
        if let Some(first) = kept.first() {
            if first.written.is_undecided() {
                refreshed.undecided.push(control.id.clone());
            }
            rows.extend(kept.into_iter().map(Row::Kept));
            continue;
        }
        refreshed.added.push(control.id.clone());
        let mut cells = Written::undecided(&control.id, &control.title);
        match old.as_ref().map_or(Told::Nothing, |old| old.tell(&control.id)) {
            Told::Same(same) => {
                cells.take_over(same);
                refreshed.carried.push(control.id.clone());
            }
            Told::Ask(note) => {
                cells.note = note;
                refreshed.asked.push(control.id.clone());
            }
            Told::New => "new in the 2022 edition".clone_into(&mut cells.note),
            Told::Nothing => {}
        }
        if cells.is_undecided() {
            refreshed.undecided.push(control.id.clone());
        }
        rows.push(Row::Added(cells));
    }
    let known = |row: &&rows::Found| catalogue(Framework::Iso2022).control(&row.control).is_some();
    let others: Vec<&rows::Found> = table.rows.iter().filter(|row| !known(row)).collect();
    refreshed.others = others.iter().map(|row| row.named.clone()).collect();
    rows.extend(others.into_iter().map(Row::Kept));
    refreshed.text = write::file(layout, text.unwrap_or_default(), &table, &rows);
    Ok(refreshed)
}

/// A row of the new text.
enum Row<'a> {
    /// One that stood there.
    Kept(&'a rows::Found),
    /// One that did not.
    Added(Written),
}

/// A statement of the 2013 edition.
struct Old {
    rows: BTreeMap<SmolStr, Written>,
}

/// What an old statement tells about a control of 2022.
enum Told<'a> {
    /// One row, about the same.
    Same(&'a Written),
    /// Something that needs a decision, in words.
    Ask(String),
    /// There was no such control.
    New,
    /// There was, and the statement leaves it out.
    Nothing,
}

impl Old {
    fn read(path: &str, text: &str) -> Result<Old, String> {
        let layout = Layout::of(path).ok_or("is no YAML, CSV or Markdown file; save the old statement as CSV")?;
        let table = Table::read(layout, text, false)?;
        let rows: BTreeMap<SmolStr, Written> = table
            .rows
            .iter()
            .filter_map(|row| rows::control_2013(&row.named).map(|id| (id, row.written.clone())))
            .collect();
        if rows.is_empty() {
            return Err("names no control of the 2013 edition (A.5.1.1 to A.18.2.3)".to_owned());
        }
        Ok(Old { rows })
    }

    fn tell(&self, control: &str) -> Told<'_> {
        let sources: Vec<_> = crosswalk::relations_into(&ControlId::iso2022(control), Framework::Iso2013).collect();
        if sources.is_empty() {
            return Told::New;
        }
        let said: Vec<(&SmolStr, &Written)> =
            sources.iter().filter_map(|source| self.rows.get_key_value(&source.to.id)).collect();
        match (said.as_slice(), sources.as_slice()) {
            ([], _) => Told::Nothing,
            ([(_, same)], [only]) if only.kind == RelationKind::Equal => Told::Same(same),
            (said, _) => {
                let told: Vec<String> = said.iter().map(|(id, row)| format!("{id} {}", row.in_short())).collect();
                Told::Ask(format!("decide; before: {}", told.join("; ")))
            }
        }
    }
}

#[cfg(test)]
mod tests;
