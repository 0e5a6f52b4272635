//! Documents of the ISMS: policies, plans, procedures, records. Recognised by what they say about themselves, by title
//! and name, and given to rules in one shape whatever their syntax.
//!
//! ```text
//! type, set, nature, title, path, name  what it was recognised as
//! controls          the controls and clauses that a document of its type is the usual place for
//! id, owner, author, approver, version, classification, status, stated_type
//! owner_name        the owner without what explains it: `Edda Falk` of `Edda Falk, security officer`
//! approved_on, effective_on, last_review, next_review, last_change      dates
//! review_cycle, review_cycle_months                                     `12 months`, 12
//! review_due        the day by which it must be looked at again; absent for records
//! is_controlled     owned, approved, in force and not overdue
//! history           list of { version, date, by, approver, what }
//! sections          as the syntax gives them
//! links             list of { text, target, exists }: `exists` is absent where that cannot be known
//! mentions          list of { name, exists }: other documents that the text names; absent in an ISMS of fewer than three
//! placeholders      list of blanks that nobody filled in, in front matter and text, each once
//! words             how many
//! is_aside          true where it is about something close to its subject, such as vulnerabilities of a product
//! ```

pub(crate) mod date;
pub(crate) mod folder;
pub(crate) mod mention;
pub(crate) mod metadata;
pub(crate) mod placeholder;
pub(crate) mod requirement;
pub(crate) mod subject;
pub(crate) mod types;
pub(crate) mod words;

use jiff::civil::Date;
use smol_str::SmolStr;

use crate::engine::assessment::{RecognisedDocument, Standing};
use crate::kind::document::folder::{is_elsewhere, is_template};
use crate::kind::document::types::Recognised;
use crate::kind::{NamedFile, ParsedFile, Resource, View};
use crate::source::path::from_folder;
use crate::syntax::Syntax;
use crate::syntax::tree::{Map, Node, Place, Value};

/// A document that was recognised and read.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// What it was recognised as.
    pub(crate) recognised: Recognised,
    /// As rules see it.
    pub(crate) tree: Node,
    /// The other documents that it names.
    pub(crate) mentions: Vec<mention::Mention>,
    /// Its heading, or the file.
    pub(crate) header: Place,
    /// Whether it is under control.
    pub(crate) standing: Standing,
    /// The requirements that it states; none where it is not approved and current.
    pub(crate) requirements: Vec<(SmolStr, Node)>,
    path: SmolStr,
    title: String,
    /// The newest day, up to that of the scan, on which it was approved, reviewed or changed.
    dated: Option<Date>,
}

/// Whether a file is a document of the ISMS.
pub(crate) fn recognise(file: &ParsedFile, view: &View<'_>) -> Option<Recognised> {
    if !Syntax::of(&file.path)?.is_prose() {
        return None;
    }
    types::recognise(file, view, metadata::count(file.trees().first()?), false)
}

/// Whether a file may be a document once all files are in sight: a template to fill in, or a page that speaks of a subject.
pub(crate) fn may_belong(file: &ParsedFile, view: &View<'_>) -> bool {
    let is_page = |tree: &Node| !is_elsewhere(&file.path, view.isms) && !subject::spoken_of(tree).is_empty();
    as_template(file, view).is_some()
        || among_documents(file, view).is_some()
        || (Syntax::of(&file.path).is_some_and(Syntax::is_prose) && file.trees().first().is_some_and(is_page))
}

fn as_template(file: &ParsedFile, view: &View<'_>) -> Option<Recognised> {
    if !Syntax::of(&file.path)?.is_prose() || !is_template(&file.path, view.isms) {
        return None;
    }
    types::recognise(file, view, metadata::count(file.trees().first()?), true)
}

/// As what a file is recognised where nothing but documents lie beside it.
fn among_documents(file: &ParsedFile, view: &View<'_>) -> Option<Recognised> {
    let is_candidate = view.isms.is_empty() && Syntax::of(&file.path)?.is_prose();
    if is_candidate { types::recognise_among_documents(file, view) } else { None }
}

/// Whether a tree holds nothing but documents and tables: no code, nothing that any other kind judges.
fn only_documents(view: &View<'_>) -> bool {
    let is_document = |file: &&ParsedFile| {
        let is_table = || matches!(Syntax::of(&file.path), Some(Syntax::Csv | Syntax::Xlsx | Syntax::Ods));
        file.path.starts_with('.')
            || &*file.path == "annexa.yaml"
            || Syntax::of(&file.path).is_some_and(Syntax::is_prose)
            || is_table()
    };
    view.all().iter().all(is_document)
}

/// What each of the files is, now that all are in sight: pages that speak of the subject of a main document beside them
/// belong to it, and templates count where nothing else was found. Where still nothing was found in a tree that holds only
/// documents, a title or a name is enough.
pub(crate) fn recognise_all<'a>(
    files: &[&'a ParsedFile],
    view: &View<'_>,
) -> Vec<(&'a ParsedFile, Option<Recognised>)> {
    let mut found: Vec<(&ParsedFile, Option<Recognised>)> =
        files.iter().map(|file| (*file, recognise(file, view))).collect();
    if found.iter().all(|(_, recognised)| recognised.is_none()) {
        found = files.iter().map(|file| (*file, as_template(file, view))).collect();
    }
    if found.iter().all(|(_, recognised)| recognised.is_none()) && only_documents(view) {
        found = files.iter().map(|file| (*file, among_documents(file, view))).collect();
    }
    let is_main = |recognised: &Recognised| {
        subject::of_set(&recognised.set).is_some_and(|subject| subject.document_type == recognised.id)
    };
    let main = |(file, recognised): &(&'a ParsedFile, Option<Recognised>)| {
        recognised.as_ref().filter(|recognised| is_main(recognised)).map(|recognised| (*file, recognised.set.clone()))
    };
    let mains: Vec<(&ParsedFile, SmolStr)> = found.iter().filter_map(main).collect();
    if mains.is_empty() {
        return found;
    }
    let is_anywhere = only_documents(view);
    for (file, recognised) in found.iter_mut().filter(|(_, recognised)| recognised.is_none()) {
        *recognised = beside(file, &mains, is_anywhere);
    }
    found
}

/// How many folders below its main document a page may lie.
const DEEPEST_PAGE: usize = 2;

/// A page that speaks of the subject of a main document and lies near it, is linked by it, or lies among documents only.
fn beside(file: &ParsedFile, mains: &[(&ParsedFile, SmolStr)], is_anywhere: bool) -> Option<Recognised> {
    let spoken_of = subject::spoken_of(file.trees().first()?);
    let near = |main: &ParsedFile| {
        let below = match main.folder() {
            "." => Some(&*file.path),
            folder => file.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
        };
        below.is_some_and(|below| below.matches('/').count() <= DEEPEST_PAGE)
    };
    mains.iter().find_map(|(main, set)| {
        let subject = spoken_of
            .iter()
            .find(|subject| subject.set == *set)
            .filter(|_| is_anywhere || near(main) || links_to(main, file))?;
        Some(types::part(subject, &main.path))
    })
}

/// Whether a document links a file.
fn links_to(document: &ParsedFile, file: &ParsedFile) -> bool {
    let links = document.trees().first().and_then(|tree| tree.get("links")).map_or(&[][..], Node::items);
    let mut targets = links.iter().filter_map(|link| link.get("target")).filter_map(Node::as_str);
    targets.any(|written| target_of(written, document).is_some_and(|path| *path == *file.path))
}

/// Whether a path may be that of a document of the ISMS by its name.
pub(crate) fn may_be_named(path: &str) -> bool {
    types::may_be_named(path.rsplit_once('/').map_or(path, |(_, name)| name))
}

/// Whether a path is called like a document of the ISMS.
pub(crate) fn is_named(path: &str) -> bool {
    types::is_named(path.rsplit_once('/').map_or(path, |(_, name)| name))
}

/// Reads a file that [`recognise`] recognised.
pub(crate) fn read(file: &ParsedFile, recognised: Recognised, view: &View<'_>) -> Option<Document> {
    let parsed = file.trees().first()?;
    let sections = parsed.get("sections").map_or(&[][..], Node::items);
    let said = metadata::read(parsed.get("metadata"), sections, &file.text, view.today);
    let is_record = recognised.nature == "record";
    let known = types::document_type(&recognised.id);
    let default_months = known.map_or(Some(12), |known| known.review.or(Some(12)));
    let due = if is_record { None } else { said.review_due(default_months) };
    let standing = said.standing(due.as_ref(), is_record, view.today);

    let whole = Place::whole(file.id);
    let title = types::title(parsed);
    let header = title.map_or(whole, |title| title.place);
    let mut map = Map::default();
    let mut put = |key: &'static str, value: Value| map.push(key, header, Node::new(value, header));
    put("type", Value::Text(recognised.id.clone()));
    put("set", Value::Text(recognised.set.clone()));
    put("nature", Value::Text(recognised.nature.clone()));
    put("path", Value::Text((*file.path).into()));
    put("name", Value::Text(file.name().into()));
    put("is_controlled", Value::Bool(standing.is_controlled()));
    let controls = known.map_or(&[][..], |known| &known.controls);
    let controls = controls.iter().map(|control| Node::text(control.clone(), header)).collect();
    map.push("controls", header, Node::list(controls, header));
    if let Some(title) = title {
        map.push("title", title.place, title.clone());
    }
    said.write(&mut map);
    if let Some(due) = due {
        map.push("review_due", due.place, due);
    }
    copy(parsed, "sections", &mut map);
    map.push("links", whole, Node::list(links(parsed, file, view), whole));
    let mut blanks = Vec::new();
    if let Some(metadata) = parsed.get("metadata") {
        placeholder::in_values(metadata, &file.text, &mut blanks);
    }
    blanks.extend(placeholder::find(sections, &file.text));
    map.push("placeholders", whole, Node::list(placeholder::distinct(blanks.iter()), whole));
    copy(parsed, "words", &mut map);
    if subject::of_set(&recognised.set).is_some_and(|subject| subject.is_beside_the_point(parsed)) {
        map.push("is_aside", whole, Node::new(Value::Bool(true), whole));
    }

    let is_stating = requirement::is_stating(&recognised.nature, &recognised.set);
    let requirements = if is_stating && standing.approved && standing.current {
        requirement::stated(sections, &file.text)
    } else {
        Vec::new()
    };
    let title = title.and_then(Node::as_str).map_or_else(|| file.name().to_owned(), str::to_owned);
    let tree = Node::map(map, parsed.place);
    let dated = said.dated(view.today);
    let mentions = mention::find(sections, &file.text);
    let path = (*file.path).into();
    Some(Document { recognised, tree, mentions, header, standing, requirements, path, title, dated })
}

fn copy(from: &Node, key: &'static str, map: &mut Map) {
    if let Some(node) = from.get(key) {
        map.push(key, node.place, node.clone());
    }
}

/// Tells of the documents that each document names whether they are there.
pub(crate) fn resolve_mentions(documents: &mut [Document]) {
    let mut known = mention::Known::default();
    for document in documents.iter() {
        known.add(&document.tree);
    }
    for document in documents {
        document.tree = known.resolve(&document.tree, &document.mentions);
    }
}

/// The links, each with whether its target exists where the scan can know that.
fn links(parsed: &Node, file: &ParsedFile, view: &View<'_>) -> Vec<Node> {
    let links = parsed.get("links").map_or(&[][..], Node::items);
    let with_target = |link: &Node| {
        let mut map = link.as_map().cloned().unwrap_or_default();
        if let Some(target) = link.get("target")
            && let Some(exists) = target.as_str().and_then(|written| exists(written, file, view))
        {
            map.push("exists", target.place, Node::new(Value::Bool(exists), target.place));
        }
        Node::map(map, link.place)
    };
    links.iter().map(with_target).collect()
}

/// Whether a relative link leads to a file of the scan. Unknown for addresses, for what lies outside the root and for
/// files of no syntax, since those are not read.
fn exists(target: &str, file: &ParsedFile, view: &View<'_>) -> Option<bool> {
    let resolved = target_of(target, file)?;
    Syntax::of(&resolved)?;
    Some(view.file(&resolved).is_some())
}

/// The path that a relative link leads to; none for addresses and for what lies outside the root.
fn target_of(target: &str, file: &ParsedFile) -> Option<String> {
    let path = target.split(['#', '?']).next().unwrap_or("");
    if path.is_empty() || path.contains(':') || path.starts_with("//") {
        return None;
    }
    let path = path.replace("%20", " ");
    let from_root = path.starts_with('/');
    from_folder(if from_root { "" } else { file.folder() }, &path)
}

impl Document {
    /// The document as a resource of its own.
    pub(crate) fn resource(&self) -> Resource {
        Resource {
            target: SmolStr::new_static("document"),
            address: self.path.clone(),
            names: Vec::new(),
            tree: self.tree.clone(),
            header: self.header,
            extent: self.tree.place,
            owner: None,
            call_chain: Vec::new(),
            converts_scalars: false,
        }
    }

    /// Its file, which its address is the path of, as what the document is: its type and title.
    pub(crate) fn named_file(&self) -> NamedFile {
        let title = self.tree.get("title").and_then(Node::as_str).unwrap_or_default();
        let called = smol_str::format_smolstr!("{}/{}", self.recognised.id, title.trim());
        NamedFile { id: self.tree.place.file, name: self.path.clone(), called }
    }

    /// The document as coverage and reports know it.
    pub(crate) fn fact(&self) -> RecognisedDocument {
        RecognisedDocument {
            path: self.path.as_str().into(),
            document_type: self.recognised.id.clone(),
            because: self.recognised.because.clone(),
            title: self.title.clone(),
            standing: Some(self.standing),
            dated: self.dated,
        }
    }
}

/// One resource for each subject that documents have: what they say is judged together.
///
/// ```text
/// set, count, types, documents: list of documents as above
/// ```
pub(crate) fn sets(documents: &[Document]) -> Vec<Resource> {
    let mut sets: std::collections::BTreeMap<&str, Vec<&Document>> = std::collections::BTreeMap::new();
    for document in documents {
        let recognised = &document.recognised;
        sets.entry(&recognised.set).or_default().push(document);
        if recognised.nature == "policy" && recognised.set != "policies" {
            sets.entry("policies").or_default().push(document);
        }
    }
    let mut chapters = chapters(documents);
    for name in chapters.keys() {
        sets.entry(name).or_default();
    }
    sets.into_iter().map(|(name, members)| set(name, &members, chapters.remove(name).unwrap_or_default())).collect()
}

/// Chapters of documents on other subjects that are about a subject, by its set.
fn chapters(documents: &[Document]) -> std::collections::BTreeMap<&'static str, Vec<Node>> {
    let mut chapters: std::collections::BTreeMap<&'static str, Vec<Node>> = std::collections::BTreeMap::new();
    for subject in subject::subjects() {
        let others = documents.iter().filter(|document| {
            let recognised = &document.recognised;
            recognised.set != subject.set && recognised.nature != "record" && recognised.nature != "part"
        });
        let found: Vec<Node> = others.filter_map(|document| subject.chapters(&document.tree)).collect();
        if !found.is_empty() {
            chapters.insert(&subject.set, found);
        }
    }
    chapters
}

fn set(name: &str, members: &[&Document], chapters: Vec<Node>) -> Resource {
    // The main document of a set is the one whose type is called like the set, else the first.
    let main = members.iter().find(|member| member.recognised.id == name).or(members.first());
    let chapter = || chapters.first().map_or(Place::NOWHERE, |chapter| chapter.place);
    let (header, extent) = main.map_or_else(|| (chapter(), chapter()), |main| (main.header, main.tree.place));
    let mut types: Vec<SmolStr> = members.iter().map(|member| member.recognised.id.clone()).collect();
    types.sort();
    types.dedup();
    let mut map = Map::default();
    let mut put = |key: &'static str, node: Node| map.push(key, header, node);
    put("set", Node::text(name, header));
    put("count", Node::new(Value::Number((members.len() + chapters.len()) as f64), header));
    put("types", Node::list(types.into_iter().map(|id| Node::text(id, header)).collect(), header));
    let documents = members.iter().map(|member| member.tree.clone()).chain(chapters).collect();
    put("documents", Node::list(documents, header));
    let address = smol_str::format_smolstr!("isms/{name}");
    Resource {
        target: address.clone(),
        address,
        names: Vec::new(),
        tree: Node::map(map, header),
        header,
        extent,
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: false,
    }
}

#[cfg(test)]
mod tests;
