//! The types of registers, their columns, and the words in them: `frameworks/registers.yaml`.

use std::sync::LazyLock;

use smol_str::SmolStr;

use crate::isms::catalogue::{framework_tree, text, texts};
use crate::kind::document::words::fold;
use crate::syntax::tree::Node;

/// A type of register.
#[derive(Debug)]
pub(crate) struct RegisterType {
    /// Rows are `register/<id>`.
    pub(crate) id: SmolStr,
    /// The whole is `isms/<name>`.
    pub(crate) name: SmolStr,
    /// Addresses are `<prefix>/<key>`.
    pub(crate) prefix: SmolStr,
    /// The field that tells rows apart.
    pub(crate) key: SmolStr,
    /// Its columns.
    pub(crate) fields: Vec<Field>,
    files: Vec<String>,
    needs: usize,
    typical: Vec<SmolStr>,
    required: Vec<SmolStr>,
    outside: Vec<SmolStr>,
}

/// A column.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its normalised name.
    pub(crate) id: SmolStr,
    /// What its cells hold.
    pub(crate) kind: FieldKind,
    /// Whether it is a day that something is planned for, and none on which something was done.
    pub(crate) is_ahead: bool,
    names: Vec<String>,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// Any text.
    Text,
    /// A date.
    Date,
    /// A number, perhaps with a word (`3 - possible`).
    Number,
    /// Yes or no.
    Truth,
    /// The identifier of a control or clause.
    Control,
    /// Several of them.
    Controls,
    /// Several texts.
    List,
    /// How a risk is treated.
    Treatment,
    /// How far a control is implemented.
    Status,
    /// documented, implemented, operating.
    Facet,
}

/// Words that mean one thing.
type Meanings = Vec<(SmolStr, Vec<String>)>;

#[derive(Debug, Default)]
struct Table {
    registers: Vec<RegisterType>,
    treatments: Meanings,
    statuses: Meanings,
    truths: Meanings,
    facets: Meanings,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::read);

/// What a table is judged by.
#[derive(Debug)]
pub(crate) struct Signs<'a> {
    /// The folded name of the file, and the folded title of a document.
    pub(crate) names: &'a [String],
    /// The folded labels of the columns.
    pub(crate) labels: &'a [String],
    /// Whether it lies in a folder of the ISMS.
    pub(crate) is_within: bool,
    /// Columns that are asked for on top, where tables of other meaning are common.
    pub(crate) extra: usize,
}

/// All types.
pub(crate) fn all() -> &'static [RegisterType] {
    &TABLE.registers
}

/// The type that a table is of, and whether its name says so.
pub(crate) fn recognise(signs: &Signs<'_>) -> Option<(&'static RegisterType, bool)> {
    let fits = |register: &'static RegisterType| {
        let is_named = register.is_named(signs.names);
        let has = |id: &SmolStr| {
            register
                .fields
                .iter()
                .any(|field| field.id == *id && signs.labels.iter().any(|label| field.names.contains(label)))
        };
        let hits = register.typical.iter().filter(|id| has(id)).count();
        let needed = match (is_named, signs.is_within) {
            (true, true) => register.needs - 1,
            (true, false) => register.needs,
            (false, true) => register.needs + signs.extra,
            (false, false) => return None,
        };
        let has_outside = signs.is_within || register.outside.iter().any(has);
        (hits >= needed && has_outside && register.required.iter().all(has)).then_some((is_named, hits, register))
    };
    let mut best: Option<(bool, usize, &'static RegisterType)> = None;
    for found in TABLE.registers.iter().filter_map(fits) {
        if best.is_none_or(|(is_named, hits, _)| (found.0, found.1) > (is_named, hits)) {
            best = Some(found);
        }
    }
    best.map(|(is_named, _, register)| (register, is_named))
}

/// The type that a file name alone says; enough for a register without rows.
pub(crate) fn named(names: &[String]) -> Option<&'static RegisterType> {
    TABLE.registers.iter().find(|register| register.is_named(names))
}

impl RegisterType {
    /// Whether one of the names is that of such a register, whatever numbers and dates stand beside it.
    fn is_named(&self, names: &[String]) -> bool {
        names.iter().any(|name| self.files.contains(name) || *name == fold(&self.name))
    }

    /// The field of this name.
    pub(crate) fn by_id(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// The field that a column with this folded label is.
    pub(crate) fn field(&self, label: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.names.iter().any(|name| name == label))
    }
}

/// The treatment that a folded word means.
pub(crate) fn treatment(word: &str) -> Option<&'static SmolStr> {
    meaning(&TABLE.treatments, word)
}

/// The implementation status that folded words mean.
pub(crate) fn status(words: &str) -> Option<&'static SmolStr> {
    meaning(&TABLE.statuses, words)
}

/// The facet that folded words mean.
pub(crate) fn facet(words: &str) -> Option<&'static SmolStr> {
    meaning(&TABLE.facets, words)
}

/// Whether words mean yes or no. Ticks count too.
pub(crate) fn truth(words: &str) -> Option<bool> {
    meaning(&TABLE.truths, words).map(|meaning| meaning == "yes")
}

fn meaning(meanings: &'static Meanings, words: &str) -> Option<&'static SmolStr> {
    meanings.iter().find(|(_, known)| known.iter().any(|word| word == words)).map(|(id, _)| id)
}

impl Table {
    fn read() -> Table {
        let Some(tree) = framework_tree("registers") else { return Table::default() };
        let rows = |key: &str| tree.get(key).map_or(&[][..], Node::items);
        let named = |key: &str| rows(key).iter().map(|row| (text(row, "id"), folded(&texts(row, "words")))).collect();
        let mapped = |key: &str| {
            let map = tree.get(key);
            let entries = map.map_or(&[][..], Node::entries).iter();
            entries
                .map(|entry| (entry.key.clone(), folded(&map.map_or(Vec::new(), |map| texts(map, &entry.key)))))
                .collect()
        };
        Table {
            registers: rows("registers").iter().map(register).collect(),
            treatments: named("treatments"),
            statuses: named("statuses"),
            truths: mapped("truths"),
            facets: mapped("facets"),
        }
    }
}

/// Folded words; what has no letters, such as a tick, stays as it is.
fn folded(words: &[SmolStr]) -> Vec<String> {
    let fold_or_keep = |word: &SmolStr| Some(fold(word)).filter(|word| !word.is_empty()).unwrap_or(word.to_string());
    words.iter().map(fold_or_keep).collect()
}

fn register(row: &Node) -> RegisterType {
    let fields = row.get("fields").map_or(&[][..], Node::items);
    RegisterType {
        id: text(row, "id"),
        name: text(row, "name"),
        prefix: text(row, "prefix"),
        key: text(row, "key"),
        fields: fields.iter().map(field).collect(),
        files: folded(&texts(row, "files")),
        needs: text(row, "needs").parse().unwrap_or(3),
        typical: texts(row, "typical"),
        required: texts(row, "required"),
        outside: texts(row, "outside"),
    }
}

fn field(row: &Node) -> Field {
    let kind = match text(row, "type").as_str() {
        "date" => FieldKind::Date,
        "number" => FieldKind::Number,
        "bool" => FieldKind::Truth,
        "control" => FieldKind::Control,
        "controls" => FieldKind::Controls,
        "list" => FieldKind::List,
        "treatment" => FieldKind::Treatment,
        "status" => FieldKind::Status,
        "facet" => FieldKind::Facet,
        _ => FieldKind::Text,
    };
    let is_ahead = row.get("ahead").and_then(Node::as_bool) == Some(true);
    Field { id: text(row, "id"), kind, is_ahead, names: folded(&texts(row, "names")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn registers_are_told_by_name_and_columns() {
        let table: &[(&str, &[&str], bool, Option<&str>)] = &[
            ("risk register", &["id", "owner", "likelihood", "impact", "treatment"], true, Some("risk")),
            ("r", &["risk", "likelihood", "impact"], true, None),
            ("r", &["risk", "probability", "impact", "option"], true, Some("risk")),
            ("risks", &["title", "probability", "consequence", "response"], false, Some("risk")),
            ("risks", &["title", "odds", "note"], false, None),
            ("risk register", &["risk id", "likelihood", "consequence", "rating", "owner", "mitigation"], false, None),
            ("training", &["epoch", "loss", "name", "completed"], false, None),
            ("training", &["employee", "course", "date"], true, Some("training")),
            ("soa", &["control id", "applicable", "reason"], true, Some("applicability")),
            ("assets", &["file", "size"], false, None),
            ("x", &["asset", "owner", "classification", "location"], true, Some("asset")),
            ("x", &["asset", "owner", "classification", "location"], false, None),
        ];
        for (name, labels, is_within, expected) in table {
            let (names, labels) = (strings(&[name]), strings(labels));
            let signs = Signs { names: &names, labels: &labels, is_within: *is_within, extra: 0 };
            let found = recognise(&signs).map(|(register, _)| register.id.as_str());
            assert_eq!(found, *expected, "{name} {labels:?}");
        }
    }

    #[test]
    fn each_column_name_belongs_to_one_field() {
        assert_eq!(all().len(), 12);
        for register in all() {
            let mut names: Vec<&String> = register.fields.iter().flat_map(|field| &field.names).collect();
            let count = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), count, "{}", register.id);
            for id in register.typical.iter().chain(&register.required).chain(&register.outside).chain([&register.key])
            {
                assert!(register.fields.iter().any(|field| field.id == *id), "{} {id}", register.id);
            }
        }
    }

    #[test]
    fn words_have_meanings() {
        assert_eq!(treatment("transfer").map(SmolStr::as_str), Some("share"));
        assert_eq!(status("partially").map(SmolStr::as_str), Some("partial"));
        assert_eq!((truth("n a"), truth("✓"), truth("perhaps")), (Some(false), Some(true), None));
        assert_eq!(facet("operating").map(SmolStr::as_str), Some("operating"));
    }
}
