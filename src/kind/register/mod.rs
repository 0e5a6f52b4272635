//! Registers: what an ISMS keeps as rows – applicability of controls, risks, exceptions, assets, suppliers, incidents,
//! training, corrective actions, attestations – in YAML, JSON, CSV, workbooks or tables of documents, in any order of columns.
//!
//! Each row is a resource `register/<type>` with normalised fields (see `frameworks/registers.yaml`); what no field
//! knows stands under `extra` as it is written. The register as a whole is `isms/<name>`:
//!
//! ```text
//! register, name, count, files
//! rows                                          list of the rows
//! owner, approver, approved_on, version, …      as documents, where the file says so
//! placeholders                                  list of blanks that nobody filled in, each once
//! missing_controls, duplicate_controls          of the statement of applicability; its rows have unknown_risks, where a register
//!                                               of risks is in sight; rows of all registers unknown_controls
//! ```

mod facts;
mod row;
pub(crate) mod table;
pub(crate) mod types;
pub(crate) mod value;

use std::collections::BTreeMap;

use jiff::civil::Date;
use smol_str::{SmolStr, format_smolstr};

use crate::engine::assessment::{ApplicabilityRow, Attestation, CorrectiveAction, RecognisedDocument};
use crate::isms::catalogue::catalogue;
use crate::isms::control::Framework;
use crate::kind::document::folder::{Closeness, is_elsewhere, isms_folder};
use crate::kind::document::words::fold;
use crate::kind::document::{metadata, placeholder};
use crate::kind::register::row::{Columns, Row};
use crate::kind::register::table::RawTable;
use crate::kind::register::types::{FieldKind, RegisterType, Signs};
use crate::kind::{ParsedFile, Resource, View};
use crate::rule::scalar;
use crate::syntax::tree::{Map, Node, Place, Value};
use crate::syntax::{Content, Syntax};

/// A register that was recognised in a file.
#[derive(Debug)]
pub(crate) struct Register {
    kind: &'static RegisterType,
    rows: Vec<Row>,
    /// What the file says about the register.
    head: Map,
    /// Blanks that nobody filled in.
    blanks: Vec<Node>,
    path: SmolStr,
    place: Place,
    because: String,
    /// The newest day, up to that of the scan, on which something was done that a row records.
    dated: Option<Date>,
}

/// Whether a file holds a register. Judged by name first, since most files of these syntaxes are something else.
pub(crate) fn is_register(file: &ParsedFile, view: &View<'_>) -> bool {
    recognise(file, view).is_some()
}

struct Recognised<'a> {
    kind: &'static RegisterType,
    tables: Vec<RawTable<'a>>,
    because: String,
}

fn recognise<'a>(file: &'a ParsedFile, view: &View<'_>) -> Option<Recognised<'a>> {
    let syntax = Syntax::of(&file.path)?;
    let is_ours = syntax.is_prose() || syntax.is_workbook();
    if !is_ours && !matches!(syntax, Syntax::Yaml | Syntax::Json | Syntax::Csv) {
        return None;
    }
    let names = names(file, syntax);
    let is_named = types::named(&names).is_some();
    let folder = isms_folder(&file.path, view.isms);
    let is_within = folder.is_some_and(|folder| folder.closeness == Closeness::Sure || is_named);
    if (!is_within && !is_named) || is_elsewhere(&file.path, view.isms) {
        return None;
    }
    let extra = usize::from(syntax.is_prose());
    let tables = table::tables(file);
    if is_own_report(file, &tables) {
        return None;
    }
    let mut kind: Option<(&'static RegisterType, bool)> = None;
    let mut found = Vec::new();
    for table in tables {
        let labels = table.labels();
        let signs = Signs { names: &names, labels: &labels, is_within, extra };
        let recognised =
            types::recognise(&signs).filter(|(kind, _)| Columns::of(kind, &table, &file.text).name_controls(&table));
        // The first register of a file decides; further tables join it only when they are of the same type.
        if let Some((register, is_named)) = recognised
            && kind.is_none_or(|(known, _)| known.id == register.id)
        {
            kind = kind.or(Some((register, is_named)));
            found.push(table);
        }
    }
    if let Some((kind, is_named)) = kind {
        let how = if is_named { "its name and its columns are" } else { "its columns are" };
        return Some(Recognised { kind, tables: found, because: format!("{how} those of the {}", spoken(kind)) });
    }
    let kind = types::named(&names).filter(|_| is_within && is_empty(file, syntax) && was_read(file, syntax))?;
    Some(Recognised {
        kind,
        tables: Vec::new(),
        because: format!("its name is that of the {}, it is empty", spoken(kind)),
    })
}

/// Whether a file is a report of ours: what `annexa coverage` writes repeats the statement of applicability, and is none.
/// JSON says so by its schema, tables by their columns.
fn is_own_report(file: &ParsedFile, tables: &[RawTable<'_>]) -> bool {
    let schema = file.trees().first().and_then(|tree| tree.get("schema")).and_then(Node::as_str);
    let is_own = |table: &RawTable<'_>| {
        let labels = table.labels();
        let has = |wanted: &&str| labels.iter().any(|label| label == wanted);
        has(&"youngest evidence") || ["documented", "implemented", "operating"].iter().all(has)
    };
    schema.is_some_and(|schema| schema.starts_with("annexa/")) || tables.iter().any(is_own)
}

/// The folded file name without ending and numbers, and the folded title of a document.
fn names(file: &ParsedFile, syntax: Syntax) -> Vec<String> {
    let mut names = vec![plain(stem(file.name()))];
    if syntax.is_prose() || syntax.is_workbook() {
        names.extend(file.trees().first().and_then(|tree| tree.get("title")).and_then(Node::as_str).map(plain));
    }
    names
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// A folded text without numbers and versions.
fn plain(text: &str) -> String {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').filter(|word| word.parse::<u64>().is_err() && !is_version(word)).collect();
    words.join(" ")
}

/// Whether a path is called like a register.
pub(crate) fn is_named(path: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    types::named(&[plain(stem(name))]).is_some()
}

fn is_version(word: &str) -> bool {
    word.strip_prefix('v').is_some_and(|number| number.parse::<u64>().is_ok())
}

fn spoken(kind: &RegisterType) -> String {
    kind.name.replace('-', " ")
}

/// Whether what a file holds could be read: of a workbook with macros or a broken file nobody can say that it is empty.
fn was_read(file: &ParsedFile, syntax: Syntax) -> bool {
    let is_blank = || !syntax.is_workbook() && file.text.trim().is_empty();
    !matches!(file.content, Content::Nothing) || is_blank()
}

/// Whether a file holds nothing but the frame of a register.
fn is_empty(file: &ParsedFile, syntax: Syntax) -> bool {
    let rows: usize = table::tables(file).iter().map(|table| table.rows.len()).sum();
    rows == 0 && !syntax.is_prose()
}

/// Reads the register of a file; `None` where it holds none.
pub(crate) fn read(file: &ParsedFile, view: &View<'_>) -> Option<Register> {
    let Recognised { kind, tables, because } = recognise(file, view)?;
    let mut rows: Vec<Row> = Vec::new();
    for table in &tables {
        let columns = Columns::of(kind, table, &file.text);
        for raw in &table.rows {
            rows.push(columns.read(raw, rows.len(), &file.path));
        }
    }
    let mut head = Map::default();
    metadata::read(table::head(file), &[], &file.text, view.today).write(&mut head);
    if let Some(title) = table::head(file).and_then(|head| head.get("title")).filter(|title| title.as_str().is_some()) {
        head.push("title", title.place, title.clone());
    }
    let mut blanks = Vec::new();
    let rows_of_head = |node: &Node| node.as_list().is_some() || node.as_map().is_some();
    for entry in table::head(file).map(Node::entries).unwrap_or_default() {
        if !rows_of_head(&entry.value) {
            placeholder::in_values(&entry.value, &file.text, &mut blanks);
        }
    }
    blanks.extend(rows.iter().flat_map(|row| row.blanks.iter().cloned()));
    let place = tables.iter().find_map(|table| table.place).unwrap_or_else(|| Place::whole(file.id));
    let dated = rows.iter().filter_map(|row| newest(kind, &row.tree, view.today)).max();
    Some(Register { kind, rows, head, blanks, path: (*file.path).into(), place, because, dated })
}

/// The newest day up to today on which something was done, as a row records it.
fn newest(kind: &RegisterType, row: &Node, today: Date) -> Option<Date> {
    let fields = kind.fields.iter().filter(|field| field.kind == FieldKind::Date && !field.is_ahead);
    fields.filter_map(|field| scalar::date(&row.get(&field.id)?.value)).filter(|day| *day <= today).max()
}

impl Register {
    /// The type's name: `risk-register`.
    pub(crate) fn name(&self) -> &SmolStr {
        &self.kind.name
    }

    /// The path of its file.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Where its rows stand.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The rows as resources. `taken` counts the addresses of the unit, so that each is given once.
    pub(crate) fn resources(&self, taken: &mut BTreeMap<SmolStr, usize>) -> Vec<Resource> {
        let row = |row: &Row| {
            let address = format_smolstr!("{}/{}", self.kind.prefix, row.key);
            let count = taken.entry(address.clone()).or_default();
            *count += 1;
            let address = if *count > 1 { format_smolstr!("{address} ({count})") } else { address };
            Resource {
                target: format_smolstr!("register/{}", self.kind.id),
                address,
                names: vec![row.key.clone()],
                tree: row.tree.clone(),
                header: row.header,
                extent: row.tree.place,
                owner: None,
                call_chain: Vec::new(),
                converts_scalars: false,
            }
        };
        self.rows.iter().map(row).collect()
    }

    /// The register as reports know it.
    pub(crate) fn fact(&self) -> RecognisedDocument {
        let title = self.head.get("title").and_then(Node::as_str).map_or_else(|| spoken(self.kind), str::to_owned);
        RecognisedDocument {
            path: self.path.as_str().into(),
            document_type: self.kind.name.clone(),
            because: self.because.clone(),
            title,
            standing: None,
            dated: self.dated,
        }
    }

    /// What the statement of applicability says of each control.
    pub(crate) fn applicability(&self) -> Vec<ApplicabilityRow> {
        let is_ours = self.kind.id == "applicability";
        self.rows.iter().filter(|_| is_ours).filter_map(|row| facts::applicability(&row.tree, row.header)).collect()
    }

    /// What people attest.
    pub(crate) fn attestations(&self) -> Vec<Attestation> {
        let is_ours = self.kind.id == "attestation";
        self.rows.iter().filter(|_| is_ours).flat_map(|row| facts::attestations(&row.tree, row.header)).collect()
    }

    /// What is done about nonconformities.
    pub(crate) fn corrective_actions(&self) -> Vec<CorrectiveAction> {
        let is_ours = self.kind.id == "corrective-action";
        self.rows.iter().filter(|_| is_ours).map(|row| facts::corrective_action(&row.tree)).collect()
    }
}

/// Gives each row of the statement of applicability the risks that it names and no risk register holds, as
/// `unknown_risks`. Without a risk in sight nothing can be told.
pub(crate) fn name_unknown_risks(resources: &mut [Resource]) {
    let key = |text: &str| text.trim().to_lowercase();
    let known: std::collections::BTreeSet<String> = resources
        .iter()
        .filter(|resource| resource.target == "register/risk")
        .filter_map(|resource| resource.tree.get("id")?.value.scalar_text())
        .map(|id| key(&id))
        .collect();
    if known.is_empty() {
        return;
    }
    for resource in resources.iter_mut().filter(|resource| resource.target == "register/applicability") {
        name_unknown(resource, "risks", "unknown_risks", |id| !known.contains(&key(id)));
    }
}

/// Gives each row the controls that it names and no framework lists, as `unknown_controls`. What has no digit is a remark.
pub(crate) fn name_unknown_controls(resources: &mut [Resource]) {
    let rows = resources.iter_mut().filter(|resource| resource.target.starts_with("register/"));
    for resource in rows {
        let is_unknown = |id: &str| value::control(id).is_none() && id.contains(|letter: char| letter.is_ascii_digit());
        name_unknown(resource, "controls", "unknown_controls", is_unknown);
    }
}

fn name_unknown(resource: &mut Resource, field: &str, name: &'static str, is_unknown: impl Fn(&str) -> bool) {
    let Some(listed) = resource.tree.get(field) else { return };
    let is_unknown = |node: &&Node| node.value.scalar_text().is_some_and(|id| is_unknown(&id));
    let unknown: Vec<Node> = listed.items().iter().filter(is_unknown).cloned().collect();
    if let (false, Some(map)) = (unknown.is_empty(), resource.tree.as_map()) {
        let (mut map, place) = (map.clone(), listed.place);
        map.push(name, place, Node::list(unknown, place));
        resource.tree = Node::map(map, resource.tree.place);
    }
}

/// The registers as wholes, one resource for each type, the rows of several files together.
pub(crate) fn wholes(registers: &[Register]) -> Vec<Resource> {
    let mut by_name: BTreeMap<&SmolStr, Vec<&Register>> = BTreeMap::new();
    for register in registers {
        by_name.entry(&register.kind.name).or_default().push(register);
    }
    by_name.into_iter().map(|(name, parts)| whole(name, &parts)).collect()
}

fn whole(name: &SmolStr, parts: &[&Register]) -> Resource {
    let place = parts.first().map_or(Place::NOWHERE, |first| first.place);
    let header = parts.first().map_or(place, |first| Place::whole(first.place.file));
    let rows: Vec<&Row> = parts.iter().flat_map(|part| &part.rows).collect();
    let mut map = Map::default();
    for said in parts.iter().flat_map(|part| &part.head.entries) {
        if map.get(&said.key).is_none() {
            map.entries.push(said.clone());
        }
    }
    let texts =
        |texts: Vec<SmolStr>| Node::list(texts.into_iter().map(|text| Node::text(text, header)).collect(), header);
    let mut put = |key: &'static str, node: Node| map.push(key, header, node);
    put("register", Node::text(name.clone(), header));
    put("name", Node::text(name.clone(), header));
    put("count", Node::new(Value::Number(rows.len() as f64), header));
    put("files", texts(parts.iter().map(|part| part.path.clone()).collect()));
    put("rows", Node::list(rows.iter().map(|row| row.tree.clone()).collect(), place));
    put("placeholders", Node::list(placeholder::distinct(parts.iter().flat_map(|part| &part.blanks)), header));
    if parts.first().is_some_and(|first| first.kind.id == "applicability") {
        let controls: Vec<SmolStr> = rows.iter().filter_map(|row| facts::control(&row.tree)).collect();
        put("missing_controls", texts(missing(&controls)));
        put("duplicate_controls", texts(duplicates(controls)));
    }
    let address = format_smolstr!("isms/{name}");
    Resource {
        target: address.clone(),
        address,
        names: Vec::new(),
        tree: Node::map(map, header),
        header,
        extent: header,
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: false,
    }
}

/// The controls of Annex A that no row is about: of the 2013 edition where the rows speak of that.
fn missing(controls: &[SmolStr]) -> Vec<SmolStr> {
    let of = |framework: Framework| {
        let listed = &catalogue(framework).controls;
        listed.iter().map(|control| control.id.clone()).filter(|id| !controls.contains(id)).collect::<Vec<_>>()
    };
    let old = controls.iter().filter(|id| id.matches('.').count() == 3).count();
    if old * 2 > controls.len() { of(Framework::Iso2013) } else { of(Framework::Iso2022) }
}

fn duplicates(mut controls: Vec<SmolStr>) -> Vec<SmolStr> {
    controls.sort();
    let mut doubled: Vec<SmolStr> = controls
        .iter()
        .zip(controls.iter().skip(1))
        .filter(|(one, next)| one == next)
        .map(|(one, _)| one.clone())
        .collect();
    doubled.dedup();
    doubled
}

#[cfg(test)]
mod tests;
