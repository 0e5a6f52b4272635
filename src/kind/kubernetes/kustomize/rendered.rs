//! What an overlay was rendered to, with the places of the files that it is made of.
//!
//! An object belongs to the one of the manifests that has its kind and, with what the kustomizations do to names, its
//! name and namespace. Its values stand where that manifest has them, those that a patch sets in the patch, and images
//! that a kustomization sets there. What belongs to no manifest, because it is generated, stands at the kustomization.

use std::sync::Arc;

use smol_str::SmolStr;

use super::super::manifest;
use crate::kind::{ParsedFile, View};
use crate::source::render::{Overlay, Part};
use crate::syntax::tree::{Entry, FileId, List, Map, Node, Place, Value};
use crate::syntax::yaml;

/// An object of an overlay.
pub(in crate::kind::kubernetes) struct Object {
    /// What it came to.
    pub(in crate::kind::kubernetes) node: Node,
    /// The text that most of its places are in.
    pub(in crate::kind::kubernetes) source: Arc<str>,
}

/// The objects of an overlay; `own` is the file of its kustomization.
pub(in crate::kind::kubernetes) fn objects(overlay: &Overlay, own: &ParsedFile, view: &View<'_>) -> Vec<Object> {
    let (documents, _) = yaml::document::read(&overlay.output, FileId::NONE);
    let origins = Origins::of(overlay, view);
    let object = |node: &Node| {
        let found = origins.find(node);
        let around = found.map_or(Place::whole(own.id), |origin| origin.node.place);
        let mut sources: Vec<&Node> = found.iter().map(|origin| origin.node).collect();
        sources.extend(found.iter().flat_map(|origin| origins.patches_of(origin)));
        let placer = Placer { origins: &origins };
        let source = found.map_or(&own.text, |origin| origin.text);
        Object { node: placer.placed(node, &sources, around), source: Arc::clone(source) }
    };
    documents.iter().filter(|node| manifest::is_manifest(node)).map(object).collect()
}

/// A manifest that went into an overlay.
struct Origin<'v> {
    node: &'v Node,
    text: &'v Arc<str>,
    kind: SmolStr,
    name: &'v str,
    /// Its name and namespace in the overlay.
    rendered: String,
    namespace: Option<String>,
}

/// A patch, and what it is for.
struct Patch {
    node: Node,
    target: super::Target,
}

/// What an overlay is made of.
struct Origins<'v> {
    manifests: Vec<Origin<'v>>,
    patches: Vec<Patch>,
    /// The images that kustomizations set.
    images: Vec<&'v Node>,
}

fn metadata<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get("metadata")?.get(key)?.as_str()
}

impl<'v> Origins<'v> {
    fn of(overlay: &'v Overlay, view: &View<'v>) -> Origins<'v> {
        let mut origins = Origins { manifests: Vec::new(), patches: Vec::new(), images: Vec::new() };
        for part in &overlay.parts {
            if let Some(file) = view.file(&part.path) {
                origins.add(part, file);
            }
        }
        for path in &overlay.kustomizations {
            let Some(file) = view.file(path) else { continue };
            for tree in file.trees() {
                origins.images.extend(tree.get("images").map(Node::items).unwrap_or_default());
                let lists = super::PATCH_KEYS.iter().filter_map(|key| tree.get(key)).flat_map(Node::items);
                for item in lists {
                    origins.patches.extend(patches(item, file, view));
                }
            }
        }
        origins
    }

    fn add(&mut self, part: &Part, file: &'v ParsedFile) {
        for tree in file.trees().iter().filter(|tree| manifest::is_manifest(tree)) {
            manifest::each(tree, &mut |node, kind| {
                let Some(name) = metadata(node, "name") else { return };
                let rendered = format!("{}{name}{}", part.prefix, part.suffix);
                let namespace = part.namespace.clone().or(metadata(node, "namespace").map(str::to_owned));
                self.manifests.push(Origin { node, text: &file.text, kind, name, rendered, namespace });
            });
        }
    }

    /// The manifest that an object was made of.
    fn find(&self, object: &Node) -> Option<&Origin<'v>> {
        let (kind, name) = (object.get("kind")?.as_str()?, metadata(object, "name")?);
        // Namespaces and what is outside of them keep their names.
        let same = |origin: &&Origin<'v>| origin.kind == kind && (origin.rendered == name || origin.name == name);
        let found: Vec<&Origin<'v>> = self.manifests.iter().filter(same).collect();
        let namespace = metadata(object, "namespace");
        let exact = || {
            let is_exact = |origin: &&&Origin<'v>| origin.rendered == name && origin.namespace.as_deref() == namespace;
            found.iter().find(is_exact).copied()
        };
        match found.as_slice() {
            [one] => Some(one),
            _ => exact(),
        }
    }

    fn patches_of<'o>(&'o self, origin: &Origin<'_>) -> impl Iterator<Item = &'o Node> {
        let fits = |patch: &&Patch| {
            patch.target.fits(&origin.kind, origin.name) || patch.target.fits(&origin.kind, &origin.rendered)
        };
        self.patches.iter().filter(fits).map(|patch| &patch.node)
    }

    /// Where a kustomization sets the image that came to this.
    fn image(&self, text: &str) -> Option<Place> {
        let value = |image: &Node, key: &str| image.get(key).filter(|node| node.value.scalar_text().is_some()).cloned();
        self.images.iter().rev().find_map(|image| {
            let name = value(image, "newName").or(value(image, "name"))?;
            let rest = text.strip_prefix(name.as_str()?)?;
            let set = value(image, "digest").or(value(image, "newTag"));
            let fits = |set: &Node| set.value.scalar_text().is_some_and(|set| rest.ends_with(set.as_str()));
            match set {
                Some(set) => fits(&set).then_some(set.place),
                None => value(image, "newName").map(|name| name.place),
            }
        })
    }
}

/// The patches that an entry of a kustomization is.
fn patches(item: &Node, file: &ParsedFile, view: &View<'_>) -> Vec<Patch> {
    let written = item.get("patch").or(Some(item)).filter(|node| node.as_str().is_some_and(|text| text.contains('\n')));
    let trees: Vec<Node> = if let Some(node) = written {
        // The text of a patch in place has no places of its own.
        let (trees, _) = yaml::document::read(node.as_str().unwrap_or_default(), FileId::NONE);
        trees.iter().map(|tree| standing_at(tree, node.place)).collect()
    } else {
        let path = item.as_str().or_else(|| item.get("path")?.as_str()).unwrap_or_default();
        let found = super::from_folder(file.folder(), path).and_then(|path| view.file(&path));
        found.map(|file| file.trees().to_vec()).unwrap_or_default()
    };
    let target = |tree: &Node| match item.get("target") {
        Some(target) => super::Target::of(target),
        None => super::Target::of_manifest(tree),
    };
    let patch = |tree: Node| {
        let target = target(&tree);
        let node = if tree.as_list().is_some() { operations(&tree) } else { tree };
        Patch { node, target }
    };
    trees.into_iter().map(patch).collect()
}

/// A list of JSON operations as what they add and replace, in the shape of the object.
fn operations(list: &Node) -> Node {
    let mut root = Node::map(Map::default(), list.place);
    for operation in list.items() {
        let path = operation.get("path").and_then(Node::as_str).and_then(|path| path.strip_prefix('/'));
        if let (Some(path), Some(value)) = (path, operation.get("value")) {
            let steps: Vec<String> =
                path.split('/').take(MAX_STEPS).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
            insert(&mut root, &steps, value);
        }
    }
    root
}

/// The steps of a JSON pointer that are followed.
const MAX_STEPS: usize = 32;

/// Lists are maps by index here.
fn insert(node: &mut Node, steps: &[String], value: &Node) {
    let [step, rest @ ..] = steps else {
        *node = value.clone();
        return;
    };
    let mut map = node.as_map().cloned().unwrap_or_default();
    let mut below = map.get(step).cloned().unwrap_or_else(|| Node::map(Map::default(), value.place));
    insert(&mut below, rest, value);
    map.entries.retain(|entry| entry.key != *step);
    map.push(step.as_str(), value.place, below);
    *node = Node::map(map, node.place);
}

/// The same value, all of it at one place.
fn standing_at(node: &Node, place: Place) -> Node {
    let value = match &node.value {
        Value::List(list) => {
            let items = list.items.iter().map(|item| standing_at(item, place)).collect();
            Value::List(Arc::new(List { items, open: list.open.clone() }))
        }
        Value::Map(map) => {
            let entry = |entry: &Entry| Entry {
                key: entry.key.clone(),
                key_place: place,
                value: standing_at(&entry.value, place),
            };
            Value::Map(Arc::new(Map { entries: map.entries.iter().map(entry).collect(), open: map.open.clone() }))
        }
        other => other.clone(),
    };
    Node { value, place, refers: node.refers.clone() }
}

struct Placer<'o, 'v> {
    origins: &'o Origins<'v>,
}

impl Placer<'_, '_> {
    /// The node with the places of what it was made of: `sources` are what the manifest and then the patches have here,
    /// `around` is the place of what holds it.
    fn placed(&self, node: &Node, sources: &[&Node], around: Place) -> Node {
        let place = says(node, sources).and_then(|index| sources.get(index)).map_or(around, |source| source.place);
        let value = match &node.value {
            Value::List(list) => {
                let item = |(index, item): (usize, &Node)| {
                    let below: Vec<&Node> = sources.iter().filter_map(|source| element(source, item, index)).collect();
                    self.placed(item, &below, place)
                };
                let items = list.items.iter().enumerate().map(item).collect();
                Value::List(Arc::new(List { items, open: list.open.clone() }))
            }
            Value::Map(map) => {
                let entry = |entry: &Entry| {
                    let written: Vec<&Entry> =
                        sources.iter().filter_map(|source| source.as_map()?.entry(&entry.key)).collect();
                    let below: Vec<&Node> = written.iter().map(|entry| &entry.value).collect();
                    let key_place = says(&entry.value, &below)
                        .and_then(|index| written.get(index))
                        .map_or(place, |entry| entry.key_place);
                    let value = self.of_key(&entry.key, &entry.value, &below, key_place);
                    Entry { key: entry.key.clone(), key_place, value }
                };
                Value::Map(Arc::new(Map { entries: map.entries.iter().map(entry).collect(), open: map.open.clone() }))
            }
            other => other.clone(),
        };
        Node { value, place, refers: None }
    }

    fn of_key(&self, key: &str, node: &Node, sources: &[&Node], around: Place) -> Node {
        let is_written = sources.contains(&node);
        let set = node.as_str().filter(|_| key == "image" && !is_written).and_then(|text| self.origins.image(text));
        match set {
            Some(place) => Node { place, ..node.clone() },
            None => self.placed(node, sources, around),
        }
    }
}

/// Which of the sources says it. What the manifest says is not said by the patch that repeats it; what a patch adds to
/// a map stands there by itself.
fn says(node: &Node, sources: &[&Node]) -> Option<usize> {
    let same = || sources.iter().position(|source| *source == node);
    (!sources.is_empty()).then(|| same().unwrap_or(0))
}

/// What a list has for an element of what it became: the one with the same name or value, else in the same place.
fn element<'s>(list: &'s Node, item: &Node, index: usize) -> Option<&'s Node> {
    if list.as_map().is_some() {
        // Of operations, by index.
        return list.get(&index.to_string()).or_else(|| list.get("-").filter(|added| *added == item));
    }
    let items = list.items();
    let named = |key: &str| {
        let value = item.get(key)?;
        Some(items.iter().find(|other| other.get(key) == Some(value)))
    };
    if let Some(found) = KEYS.iter().find_map(|key| named(key)) {
        return found;
    }
    items.iter().find(|other| *other == item).or_else(|| items.get(index).filter(|_| item.as_map().is_some()))
}

/// The keys by which Kubernetes tells the elements of its lists apart.
const KEYS: [&str; 4] = ["name", "mountPath", "containerPort", "port"];
