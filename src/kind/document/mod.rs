//! Documents of the ISMS: policies, plans, procedures, records. Recognised by what they say about themselves, by title
//! and name, and given to rules in one shape whatever their syntax.
//!
//! ```text
//! type, set, nature, title, path, name  what it was recognised as
//! controls          the controls and clauses that a document of its type is the usual place for
//! id, owner, author, approver, version, classification, status, stated_type
//! approved_on, effective_on, last_review, next_review, last_change      dates
//! review_cycle, review_cycle_months                                     `12 months`, 12
//! review_due        the day by which it must be looked at again; absent for records
//! is_controlled     owned, approved, in force and not overdue
//! history           list of { version, date, by, approver, what }
//! sections          as the syntax gives them
//! links             list of { text, target, exists }: `exists` is absent where that cannot be known
//! placeholders      list of blanks that nobody filled in
//! words             how many
//! ```

pub(crate) mod date;
pub(crate) mod folder;
pub(crate) mod metadata;
pub(crate) mod placeholder;
pub(crate) mod requirement;
pub(crate) mod types;
pub(crate) mod words;

use smol_str::SmolStr;

use crate::engine::assessment::{RecognisedDocument, Standing};
use crate::kind::document::types::Recognised;
use crate::kind::{ParsedFile, Resource, View};
use crate::syntax::Syntax;
use crate::syntax::tree::{Map, Node, Place, Value};

/// A document that was recognised and read.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// What it was recognised as.
    pub(crate) recognised: Recognised,
    /// As rules see it.
    pub(crate) tree: Node,
    /// Its heading, or the file.
    pub(crate) header: Place,
    /// Whether it is under control.
    pub(crate) standing: Standing,
    /// The requirements that it states; none where it is not approved and current.
    pub(crate) requirements: Vec<(SmolStr, Node)>,
    path: SmolStr,
    title: String,
}

/// Whether a file is a document of the ISMS.
pub(crate) fn recognise(file: &ParsedFile, view: &View<'_>) -> Option<Recognised> {
    if Syntax::of(&file.path) != Some(Syntax::Markdown) {
        return None;
    }
    types::recognise(file, view, metadata::count(file.trees().first()?))
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
    map.push("placeholders", whole, Node::list(placeholder::find(sections, &file.text), whole));
    copy(parsed, "words", &mut map);

    let is_stating = requirement::is_stating(&recognised.nature, &recognised.set);
    let requirements = if is_stating && standing.approved && standing.current {
        requirement::stated(sections, &file.text)
    } else {
        Vec::new()
    };
    let title = title.and_then(Node::as_str).map_or_else(|| file.name().to_owned(), str::to_owned);
    let tree = Node::map(map, parsed.place);
    Some(Document { recognised, tree, header, standing, requirements, path: (*file.path).into(), title })
}

fn copy(from: &Node, key: &'static str, map: &mut Map) {
    if let Some(node) = from.get(key) {
        map.push(key, node.place, node.clone());
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
    let path = target.split(['#', '?']).next().unwrap_or("");
    if path.is_empty() || path.contains(':') || path.starts_with("//") {
        return None;
    }
    let path = path.replace("%20", " ");
    let from_root = path.starts_with('/');
    let mut segments: Vec<&str> =
        if from_root || file.folder() == "." { Vec::new() } else { file.folder().split('/').collect() };
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            name => segments.push(name),
        }
    }
    let resolved = segments.join("/");
    Syntax::of(&resolved)?;
    Some(view.file(&resolved).is_some())
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

    /// The document as coverage and reports know it.
    pub(crate) fn fact(&self) -> RecognisedDocument {
        RecognisedDocument {
            path: self.path.as_str().into(),
            document_type: self.recognised.id.clone(),
            because: self.recognised.because.clone(),
            title: self.title.clone(),
            standing: Some(self.standing),
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
    sets.into_iter().map(|(name, members)| set(name, &members)).collect()
}

fn set(name: &str, members: &[&Document]) -> Resource {
    // The main document of a set is the one whose type is called like the set, else the first.
    let main = members.iter().find(|member| member.recognised.id == name).or(members.first());
    let (header, extent) = main.map_or((Place::NOWHERE, Place::NOWHERE), |main| (main.header, main.tree.place));
    let mut types: Vec<SmolStr> = members.iter().map(|member| member.recognised.id.clone()).collect();
    types.sort();
    types.dedup();
    let mut map = Map::default();
    let mut put = |key: &'static str, node: Node| map.push(key, header, node);
    put("set", Node::text(name, header));
    put("count", Node::new(Value::Number(members.len() as f64), header));
    put("types", Node::list(types.into_iter().map(|id| Node::text(id, header)).collect(), header));
    put("documents", Node::list(members.iter().map(|member| member.tree.clone()).collect(), header));
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
