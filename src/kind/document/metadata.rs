//! What a document says about itself, normalised: who owns and approved it, when, which version, when it is looked at
//! again. From the front matter, from a table or block at its top, and from its revision history.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;
use smol_str::SmolStr;

use crate::engine::assessment::Standing;
use crate::isms::catalogue::{framework_tree, text, texts};
use crate::kind::document::date::{self, Cycle, DayOfMonth};
use crate::kind::document::placeholder;
use crate::kind::document::words::{fold, fold_label};
use crate::syntax::tree::{Map, Node, Place, Value};

/// The names by which documents say things about themselves: `frameworks/metadata.yaml`.
#[derive(Debug, Default)]
struct Names {
    fields: Vec<(SmolStr, Vec<String>)>,
    statuses: Vec<(SmolStr, Vec<String>)>,
    history: Vec<(SmolStr, Vec<String>)>,
    histories: Vec<String>,
    empties: Vec<String>,
    blanks: Vec<String>,
}

static NAMES: LazyLock<Names> = LazyLock::new(Names::read);

/// A sentence about the review of the document itself, up to its end.
static REVIEWED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:this|the)\s+(?:policy|document|plan|procedure|standard|programme|program|statement|methodology)\s+(?:and\s+[^.;]{0,40})?(?:is|are|shall|will|must|should|has\s+to)\s+(?:also\s+)?(?:be\s+)?(?:reviewed|revised|re-?viewed\s+and\s+updated)\b[^.;]{0,80}",
    )
    .ok()
});

/// One thing that a document says about itself.
#[derive(Debug, Clone)]
struct Said {
    key: SmolStr,
    key_place: Place,
    value: Node,
}

/// What a document says about itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metadata {
    said: Vec<Said>,
    /// The rows of the revision history, as maps of `version`, `date`, `by`, `approver` and `what`.
    history: Vec<Node>,
}

impl Names {
    fn read() -> Names {
        let Some(tree) = framework_tree("metadata") else { return Names::default() };
        let rows = |key: &str| tree.get(key).map_or(&[][..], Node::items);
        let folded = |words: &[SmolStr]| words.iter().map(|word| fold(word)).collect::<Vec<String>>();
        let named = |key: &str, words: &str| {
            rows(key).iter().map(|row| (text(row, "id"), folded(&texts(row, words)))).collect::<Vec<_>>()
        };
        let history = tree.get("history").map_or(&[][..], Node::entries);
        Names {
            fields: named("fields", "names"),
            statuses: named("statuses", "words"),
            history: history
                .iter()
                .map(|entry| {
                    let words: Vec<SmolStr> =
                        entry.value.items().iter().filter_map(|n| n.value.scalar_text()).collect();
                    (entry.key.clone(), folded(&words))
                })
                .collect(),
            histories: folded(&texts(&tree, "histories")),
            empties: folded(&texts(&tree, "empties")),
            blanks: folded(&texts(&tree, "blanks")),
        }
    }

    fn field(&self, label: &str) -> Option<&SmolStr> {
        self.fields.iter().find(|(_, names)| names.iter().any(|name| name == label)).map(|(id, _)| id)
    }
}

/// Whether a value says nothing: empty, a dash, `TBD`, a blank to fill in.
pub(crate) fn is_empty(text: &str) -> bool {
    NAMES.empties.contains(&fold(text)) || placeholder::is_only_placeholder(text)
}

/// Whether a value says nothing where a document speaks of itself: there, `pending` is no approver.
fn is_blank(text: &str) -> bool {
    is_empty(text) || NAMES.blanks.contains(&fold(text))
}

/// How many of the things by which documents are kept a tree says about itself, whatever their value. Titles, types and
/// authors do not count: articles have those too.
pub(crate) fn count(tree: &Node) -> usize {
    let Some(map) = tree.get("metadata") else { return 0 };
    let mut kinds: Vec<&str> =
        flatten(map).iter().filter_map(|(label, ..)| NAMES.field(label)).map(SmolStr::as_str).collect();
    kinds.retain(|kind| !matches!(*kind, "type" | "author" | "status" | "id" | "review_date"));
    kinds.sort_unstable();
    kinds.dedup();
    kinds.len()
}

/// The folded labels of a map with their values. A map in it adds its own labels, with its key before them and, where
/// the key only says that metadata follows, without.
fn flatten(map: &Node) -> Vec<(String, Place, Node)> {
    let mut flat = Vec::new();
    for entry in map.entries() {
        let label = fold_label(&entry.key);
        if entry.value.as_map().is_some() {
            let is_group =
                matches!(label.as_str(), "document" | "document control" | "metadata" | "meta" | "control" | "info");
            for inner in entry.value.entries() {
                let own = fold_label(&inner.key);
                let full = if is_group { own } else { format!("{label} {own}") };
                flat.push((full, inner.key_place, inner.value.clone()));
            }
        }
        flat.push((label, entry.key_place, entry.value.clone()));
    }
    flat
}

/// Reads what a document (or the head of a register) says about itself. `source` is the text of its file, empty where it
/// has none; numbers are taken from it as they are written, since `1.10` is a version and not 1.1.
pub(crate) fn read(map: Option<&Node>, sections: &[Node], source: &str, today: Date) -> Metadata {
    let mut found = Metadata { said: Vec::new(), history: history(sections) };
    for (label, key_place, value) in map.map(flatten).unwrap_or_default() {
        if NAMES.histories.contains(&label) {
            found.history.extend(value.items().iter().filter_map(|row| history_map(row, source)));
        }
        let Some(field) = NAMES.field(&label) else { continue };
        found.take(field, key_place, &value, source, today);
    }
    found.complete_from_history();
    found.complete_from_text(sections);
    found
}

impl Metadata {
    /// What the document says under a normalised name.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.said.iter().find(|said| said.key == key).map(|said| &said.value)
    }

    fn date(&self, key: &str) -> Option<Date> {
        match self.get(key)?.value {
            Value::Date(date) => Some(date),
            _ => None,
        }
    }

    fn say(&mut self, key: &str, key_place: Place, value: Node) {
        if self.get(key).is_none() {
            self.said.push(Said { key: key.into(), key_place, value });
        }
    }

    fn take(&mut self, field: &str, key_place: Place, value: &Node, source: &str, today: Date) {
        let Some(written) = written(value, source) else { return };
        if is_blank(&written) {
            return;
        }
        let place = value.place;
        match field {
            "approver" | "approved_on" => self.take_approval(key_place, value, &written),
            "effective_on" | "last_review" => self.take_date(field, key_place, place, &written, DayOfMonth::First),
            "next_review" => {
                self.take_date(field, key_place, place, &written, DayOfMonth::Last);
                self.take_cycle(key_place, place, &written);
            }
            "review_date" => {
                let day = date::whole(&written, DayOfMonth::Last);
                let field = if day.is_some_and(|day| day > today) { "next_review" } else { "last_review" };
                self.take_date(field, key_place, place, &written, DayOfMonth::Last);
            }
            "review_cycle" => match value.value {
                Value::Number(months) if (1.0..=120.0).contains(&months) => {
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 120")]
                    self.say_cycle(key_place, place, Cycle::Months(months as u32));
                }
                _ if date::cycle(&written).is_some() => self.take_cycle(key_place, place, &written),
                _ => self.take_date("last_review", key_place, place, &written, DayOfMonth::First),
            },
            "type" => self.say("stated_type", key_place, Node::text(written, place)),
            "status" => self.say(field, key_place, Node::text(status(&written), place)),
            _ => self.say(field, key_place, Node::text(written, place)),
        }
    }

    fn take_date(&mut self, field: &str, key_place: Place, place: Place, written: &str, day: DayOfMonth) {
        if let Some(date) = date::whole(written, day) {
            self.say(field, key_place, Node::new(Value::Date(date), place));
        }
    }

    fn take_cycle(&mut self, key_place: Place, place: Place, written: &str) {
        if let Some(cycle) = date::cycle(written) {
            self.say_cycle(key_place, place, cycle);
        }
    }

    fn say_cycle(&mut self, key_place: Place, place: Place, cycle: Cycle) {
        self.say("review_cycle", key_place, Node::text(cycle.words(), place));
        self.say("review_cycle_months", key_place, Node::new(Value::Number(f64::from(cycle.months())), place));
    }

    /// `approved: 2026-01-19`, `approved: Maren Oakes`, `approved by: Maren Oakes, 19 January 2026`.
    fn take_approval(&mut self, key_place: Place, value: &Node, written: &str) {
        if value.as_bool().is_some() {
            return;
        }
        if let Some(day) = date::find(written, DayOfMonth::First) {
            self.say("approved_on", key_place, Node::new(Value::Date(day), value.place));
        }
        let name = date::without_dates(written);
        let name = name.strip_prefix("by ").unwrap_or(&name);
        let is_name = name.chars().any(char::is_alphabetic) && !is_blank(name) && known_status(name).is_none();
        if is_name && !matches!(fold(name).as_str(), "yes" | "no" | "true" | "false") {
            self.say("approver", key_place, Node::text(name, value.place));
        }
    }

    /// Fills gaps from the newest row of the revision history.
    fn complete_from_history(&mut self) {
        let day = |row: &Node| row.get("date").and_then(|node| crate::rule::scalar::date(&node.value));
        let newest = self.history.iter().filter(|row| day(row).is_some()).max_by_key(|row| day(row)).cloned();
        let Some(newest) = newest else { return };
        if let Some(date) = newest.get("date") {
            self.say("last_change", date.place, date.clone());
        }
        if let Some(version) = newest.get("version") {
            self.say("version", version.place, version.clone());
        }
        if let Some(approver) = newest.get("approver") {
            self.say("approver", approver.place, approver.clone());
            if let Some(date) = newest.get("date") {
                self.say("approved_on", date.place, date.clone());
            }
        }
    }

    /// Takes the review cycle from a sentence such as `This policy is reviewed annually`.
    fn complete_from_text(&mut self, sections: &[Node]) {
        if self.get("review_cycle").is_some() || self.get("next_review").is_some() {
            return;
        }
        let blocks = sections.iter().flat_map(|section| section.get("blocks").map_or(&[][..], Node::items));
        let stated = blocks.filter_map(|block| block.get("text")).find_map(|text| {
            let found = REVIEWED.as_ref()?.find(text.as_str()?)?;
            date::cycle(found.as_str()).map(|cycle| (text.place, cycle))
        });
        if let Some((place, cycle)) = stated {
            self.say_cycle(place, place, cycle);
        }
    }

    /// Everything that is said, as entries of a map.
    pub(crate) fn write(&self, map: &mut Map) {
        for said in &self.said {
            map.push(said.key.clone(), said.key_place, said.value.clone());
        }
        if let Some(first) = self.history.first() {
            map.push("history", first.place, Node::list(self.history.clone(), first.place));
        }
        if let Some(owner) = self.get("owner")
            && let Some(name) = owner.as_str().and_then(person)
        {
            map.push("owner_name", owner.place, Node::text(name, owner.place));
        }
    }

    /// The day by which the document must be looked at again: the one it names, else a review cycle (its own, else
    /// `default_months`) after it was last reviewed, approved, put in force or changed. The place is that of the date.
    pub(crate) fn review_due(&self, default_months: Option<u32>) -> Option<Node> {
        if let Some(next) = self.get("next_review") {
            return Some(next.clone());
        }
        let stated = self.get("review_cycle").and_then(Node::as_str).and_then(date::cycle);
        let cycle = stated.or(default_months.filter(|months| *months > 0).map(Cycle::Months))?;
        let reviewed = ["last_review", "approved_on"].into_iter().filter_map(|key| Some((self.date(key)?, key)));
        let since = reviewed
            .max()
            .or_else(|| ["effective_on", "last_change"].into_iter().find_map(|key| Some((self.date(key)?, key))));
        let (since, key) = since?;
        let place = self.get(key)?.place;
        cycle.after(since).map(|due| Node::new(Value::Date(due), place))
    }

    /// The newest day up to today on which somebody approved, reviewed or changed it.
    pub(crate) fn dated(&self, today: Date) -> Option<Date> {
        let days = ["approved_on", "last_review", "effective_on", "last_change"];
        days.into_iter().filter_map(|key| self.date(key)).filter(|day| *day <= today).max()
    }

    /// Whether the document is under control on a day. `review_due` is what [`Metadata::review_due`] gives, absent for
    /// records, which are not reviewed again.
    pub(crate) fn standing(&self, review_due: Option<&Node>, is_record: bool, today: Date) -> Standing {
        let status = self.get("status").and_then(Node::as_str);
        let is_live = !matches!(status, Some("draft" | "withdrawn"));
        let has_come = |key: &str| self.date(key).is_some_and(|day| day <= today);
        let is_due = review_due.is_some_and(|due| matches!(due.value, Value::Date(day) if day < today));
        let is_dated = is_record || review_due.is_some();
        // A document that somebody approved and that is in force has been approved by then.
        let approval = if self.get("approved_on").is_some() { "approved_on" } else { "effective_on" };
        let is_in_force = self.date("effective_on").is_none_or(|day| day <= today);
        Standing {
            owned: self.get("owner").is_some(),
            approved: is_live && self.get("approver").is_some() && has_come(approval),
            current: is_live && is_in_force && is_dated && !is_due,
        }
    }
}

/// The name of a person or role without what explains it: `Edda Falk, information security officer`, `Edda Falk (CISO)`.
fn person(text: &str) -> Option<&str> {
    text.split([',', '(', ';', '<', '\n']).next().map(str::trim).filter(|name| !name.is_empty())
}

/// A scalar as it is written, the names of a list or map joined. `None` for null.
pub(crate) fn written(value: &Node, source: &str) -> Option<String> {
    match &value.value {
        Value::Number(_) => {
            let sliced = value.place.as_span().map(|span| span.slice(source).trim()).filter(|text| !text.is_empty());
            sliced.map(str::to_owned).or_else(|| value.value.scalar_text().map(String::from))
        }
        Value::List(list) => {
            let parts: Vec<String> = list.items.iter().filter_map(|item| written(item, source)).collect();
            (!parts.is_empty()).then(|| parts.join(", "))
        }
        Value::Map(_) => {
            let name = ["name", "by", "person", "who"].into_iter().find_map(|key| value.get(key));
            let date = ["date", "on", "at"].into_iter().find_map(|key| value.get(key));
            let parts: Vec<String> =
                [name, date].into_iter().flatten().filter_map(|part| written(part, source)).collect();
            (!parts.is_empty()).then(|| parts.join(", "))
        }
        other => other.scalar_text().map(|text| text.trim().to_owned()),
    }
}

/// The meaning of a status, else the status as written.
fn status(written: &str) -> SmolStr {
    known_status(written).unwrap_or_else(|| written.into())
}

fn known_status(written: &str) -> Option<SmolStr> {
    let folded = fold(written);
    NAMES.statuses.iter().find(|(_, words)| words.contains(&folded)).map(|(id, _)| id.clone())
}

/// The rows of tables that tell versions or approvals with their dates.
fn history(sections: &[Node]) -> Vec<Node> {
    let tables = sections.iter().flat_map(|section| section.get("tables").map_or(&[][..], Node::items));
    tables.filter_map(history_table).flatten().collect()
}

fn history_table(table: &Node) -> Option<Vec<Node>> {
    let header: Vec<&Node> = table.get("header")?.items().iter().collect();
    let mut columns: Vec<(SmolStr, SmolStr)> = Vec::new();
    for cell in &header {
        let written = cell.as_str()?;
        let label = fold_label(written);
        let meaning = NAMES
            .history
            .iter()
            .find(|(id, names)| names.contains(&label) && !columns.iter().any(|(taken, _)| taken == id));
        if let Some((id, _)) = meaning {
            columns.push((id.clone(), written.into()));
        }
    }
    let has = |id: &str| columns.iter().any(|(known, _)| known == id);
    // Two columns that happen to be called so, such as a plan's `date` and `who`, are no history.
    if !(has("date") && (has("version") || has("approver")) && columns.len() >= 2) {
        return None;
    }
    let rows = table.get("rows")?.items();
    Some(rows.iter().map(|row| history_row(row, &columns)).filter(|row| !row.entries().is_empty()).collect())
}

/// A row of a revision history in the front matter.
fn history_map(row: &Node, source: &str) -> Option<Node> {
    let mut map = Map::default();
    for entry in row.entries() {
        let label = fold_label(&entry.key);
        let Some((id, _)) = NAMES.history.iter().find(|(_, names)| names.contains(&label)) else { continue };
        let Some(text) = written(&entry.value, source).filter(|text| !is_blank(text)) else { continue };
        map.push(id.clone(), entry.key_place, history_value(id, text, entry.value.place));
    }
    map.get("date")?;
    Some(Node::map(map, row.place))
}

fn history_value(id: &str, text: String, place: Place) -> Node {
    let day = if id == "date" { date::whole(&text, DayOfMonth::First) } else { None };
    Node::new(day.map_or_else(|| Value::Text(text.into()), Value::Date), place)
}

fn history_row(row: &Node, columns: &[(SmolStr, SmolStr)]) -> Node {
    let mut map = Map::default();
    for (id, column) in columns {
        let Some(cell) = row.get(column) else { continue };
        let Some(written) = cell.as_str().filter(|written| !is_blank(written)) else { continue };
        map.push(id.clone(), cell.place, history_value(id, written.to_owned(), cell.place));
    }
    Node::map(map, row.place)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::syntax::markdown;
    use crate::syntax::tree::FileId;

    const TODAY: Date = date(2026, 11, 22);

    fn metadata(source: &str) -> Metadata {
        let parsed = markdown::parse(source, FileId(0));
        let crate::syntax::Content::Trees(trees) = parsed.content else { panic!("no tree") };
        let sections = trees[0].get("sections").map_or(&[][..], Node::items);
        read(trees[0].get("metadata"), sections, source, TODAY)
    }

    fn said(source: &str, key: &str) -> Option<String> {
        let metadata = metadata(source);
        metadata.get(key).map(|node| node.value.scalar_text().map(String::from).unwrap_or_default())
    }

    #[test]
    fn synonyms_and_spellings_come_to_one_name() {
        for (line, key, expected) in [
            ("owner: Edda Falk", "owner", Some("Edda Falk")),
            ("Document-Owner: Edda Falk", "owner", Some("Edda Falk")),
            ("responsible: [Edda Falk, Priya Raman]", "owner", Some("Edda Falk, Priya Raman")),
            ("owner: { name: Edda Falk, role: officer }", "owner", Some("Edda Falk")),
            ("owner:", "owner", None),
            ("owner: TBD", "owner", None),
            ("owner: '[name]'", "owner", None),
            ("owner: '-'", "owner", None),
            ("version: 1.10", "version", Some("1.10")),
            ("version: \"2.0\"", "version", Some("2.0")),
            ("approved: 2026-01-19", "approved_on", Some("2026-01-19")),
            ("approved: 2026-01-19", "approver", None),
            ("approved: Maren Oakes", "approver", Some("Maren Oakes")),
            ("approved: true", "approver", None),
            ("approved by: Maren Oakes, 19 January 2026", "approver", Some("Maren Oakes")),
            ("approved by: Maren Oakes, 19 January 2026", "approved_on", Some("2026-01-19")),
            ("approval: { by: Maren Oakes, date: 2026-01-19 }", "approver", Some("Maren Oakes")),
            ("approval: { by: Maren Oakes, date: 2026-01-19 }", "approved_on", Some("2026-01-19")),
            ("approval: pending", "approver", None),
            ("approval: approved", "approver", None),
            ("approver: 2026-01-19", "approver", None),
            ("document: { owner: Edda Falk }", "owner", Some("Edda Falk")),
            ("effective date: 01.02.2026", "effective_on", Some("2026-02-01")),
            ("effective date: 01/02/2026", "effective_on", None),
            ("review_cycle: 12", "review_cycle", Some("12 months")),
            ("review_cycle: annually", "review_cycle", Some("12 months")),
            ("review frequency: every two years", "review_cycle", Some("24 months")),
            ("review frequency: when needed", "review_cycle", None),
            ("next review: January 2027", "next_review", Some("2027-01-31")),
            ("next review: annually", "review_cycle", Some("12 months")),
            ("review date: 2026-01-19", "last_review", Some("2026-01-19")),
            ("review date: 2027-01-19", "next_review", Some("2027-01-19")),
            ("status: In force", "status", Some("approved")),
            ("status: Work in progress", "status", Some("draft")),
            ("status: yellow", "status", Some("yellow")),
        ] {
            let found = said(&format!("---\n{line}\n---\n# Policy\n"), key);
            assert_eq!(found.as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn values_keep_their_places() {
        let source = "---\nversion: 1.10\nnext_review: 2027-01-19\n---\n# Policy\n";
        let metadata = metadata(source);
        let slice = |key: &str| metadata.get(key).unwrap().place.as_span().unwrap().slice(source);
        assert_eq!(slice("version"), "1.10");
        assert_eq!(slice("next_review"), "2027-01-19");
    }

    #[test]
    fn a_table_at_the_top_counts_like_front_matter() {
        let source = "# Backup policy\n\n| Document owner | Priya Raman |\n|---|---|\n| Approved by | Edda Falk |\n| Approval date | 3 February 2026 |\n";
        assert_eq!(said(source, "owner").as_deref(), Some("Priya Raman"));
        assert_eq!(said(source, "approver").as_deref(), Some("Edda Falk"));
        assert_eq!(said(source, "approved_on").as_deref(), Some("2026-02-03"));
    }

    #[test]
    fn the_revision_history_fills_gaps_from_its_newest_row() {
        let source = "# Policy\n\n## History\n\n| Version | Date | Approved by | Change |\n|---|---|---|---|\n\
                      | 1.0 | 2024-02-05 | Maren Oakes | first |\n| 1.1 | 2026-02-03 | Edda Falk | second |\n";
        assert_eq!(said(source, "version").as_deref(), Some("1.1"));
        assert_eq!(said(source, "approver").as_deref(), Some("Edda Falk"));
        assert_eq!(said(source, "approved_on").as_deref(), Some("2026-02-03"));
        let plan = "# Plan\n\n## Steps\n\n| date | who | what |\n|---|---|---|\n| 2026-01-01 | Edda | start |\n";
        assert!(metadata(plan).history.is_empty());
    }

    #[test]
    fn the_revision_history_may_stand_in_the_front_matter() {
        let source =
            "---\nname: Access policy\nmajorRevisions:\n  - date: Jun 1 2026\n    comment: first\n---\n# Purpose\n";
        assert_eq!(said(source, "last_change").as_deref(), Some("2026-06-01"));
    }

    #[test]
    fn the_review_cycle_may_stand_in_the_text() {
        for (sentence, expected) in [
            ("This policy shall be reviewed annually by the board.", Some("12 months")),
            ("The plan is reviewed at least every six months.", Some("6 months")),
            ("This document must be reviewed after changes. Backups are made monthly.", None),
            ("Access rights are reviewed quarterly.", None),
        ] {
            assert_eq!(said(&format!("# Policy\n\n{sentence}\n"), "review_cycle").as_deref(), expected, "{sentence}");
        }
        let stated = "---\nreview_cycle: 24 months\n---\n# Policy\n\nThis policy is reviewed annually.\n";
        assert_eq!(said(stated, "review_cycle").as_deref(), Some("24 months"));
    }

    #[test]
    fn the_next_review_is_stated_or_follows_from_the_cycle() {
        let due = |lines: &str, default| {
            let found = metadata(&format!("---\n{lines}\n---\n# Policy\n")).review_due(default);
            found.map(|node| node.value.scalar_text().unwrap().to_string())
        };
        assert_eq!(due("next_review: 2027-01-19\nreview_cycle: 3 months", None).as_deref(), Some("2027-01-19"));
        assert_eq!(due("approved: 2026-01-19\nreview_cycle: 6 months", None).as_deref(), Some("2026-07-19"));
        assert_eq!(due("approved: 2026-01-19", Some(12)).as_deref(), Some("2027-01-19"));
        assert_eq!(due("approved: 2024-01-19\nlast_review: 2026-05-01", Some(12)).as_deref(), Some("2027-05-01"));
        assert_eq!(due("approved: 2026-01-19", None), None);
        assert_eq!(due("review_cycle: 6 months", Some(12)), None);
    }

    #[test]
    fn a_document_is_under_control_when_owned_approved_and_current() {
        let standing = |lines: &str, is_record| {
            let metadata = metadata(&format!("---\n{lines}\n---\n# Policy\n"));
            let due = if is_record { None } else { metadata.review_due(Some(12)) };
            let Standing { owned, approved, current } = metadata.standing(due.as_ref(), is_record, TODAY);
            [owned, approved, current]
        };
        let full = "owner: E\napprover: M\napproved: 2026-01-19\nnext_review: 2027-01-19";
        assert_eq!(standing(full, false), [true, true, true]);
        assert_eq!(standing("owner: E\napprover:\napproved:\nnext_review: 2027-01-19", false), [true, false, true]);
        assert_eq!(standing(&format!("{full}\nstatus: draft"), false), [true, false, false]);
        assert_eq!(standing(&format!("{full}\neffective: 2027-01-01"), false), [true, true, false]);
        assert_eq!(standing("owner: E\napprover: M\napproved: 2025-01-19", false), [true, true, false]);
        assert_eq!(standing("owner: E\napprover: M\napproved: 2025-01-19", true), [true, true, true]);
        assert_eq!(standing("owner: E\napprover: M\napproved: 2027-01-19", true), [true, false, true]);
        assert_eq!(standing("owner: E\napprover: M\neffective: 2026-02-01", false), [true, true, true]);
        assert_eq!(standing("title: x", false), [false, false, false]);
    }
}
