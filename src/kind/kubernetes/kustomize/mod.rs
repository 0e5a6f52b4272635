//! Kustomizations. On request they are rendered (see `overlays.rs` and `rendered.rs`). Without that, manifests are judged
//! as they are written, patches (which are only parts of manifests) are not judged at all, and what an overlay sets for
//! the whole folder is taken into account.

mod overlays;
mod rendered;

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::chart::one_line;
use crate::kind::{Group, Notice, ParsedFile, View};
use crate::source::path::{from_folder, join};
use crate::source::render::Overlay;
use crate::syntax::tree::{FileId, Node, Place, Unknown};
use crate::syntax::yaml::document;
pub(crate) use overlays::overlays;
pub(super) use rendered::{Object, objects};

const FILE_NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Keys that list files which hold parts of manifests.
const PATCH_KEYS: [&str; 3] = ["patches", "patchesStrategicMerge", "patchesJson6902"];

/// Overlays on overlays that are followed.
const MAX_OVERLAYS: usize = 64;

/// Whether the file is a kustomization.
pub(super) fn is_kustomization(file: &ParsedFile) -> bool {
    FILE_NAMES.contains(&file.name()) && file.trees().first().is_some_and(is_description)
}

/// Whether a value is what kustomize reads, and not an object of a cluster that is called alike.
fn is_description(tree: &Node) -> bool {
    let version = tree.get("apiVersion").and_then(Node::as_str);
    tree.as_map().is_some() && version.is_none_or(|version| version.starts_with("kustomize.config.k8s.io/"))
}

/// Whether a kustomization in the file's folder or above uses the file as a patch.
pub(super) fn is_patch(file: &ParsedFile, view: &View<'_>) -> bool {
    let mut folder = file.folder();
    loop {
        let patched =
            kustomization_of(folder, view).is_some_and(|found| patches_of(found).any(|path| path == *file.path));
        if patched {
            return true;
        }
        if folder == "." {
            return false;
        }
        folder = folder.rsplit_once('/').map_or(".", |(above, _)| above);
    }
}

fn kustomization_of<'v>(folder: &str, view: &View<'v>) -> Option<&'v ParsedFile> {
    FILE_NAMES.iter().find_map(|name| view.file(&join(folder, name)))
}

/// The paths of the patches that a kustomization names, relative to the root.
fn patches_of(file: &ParsedFile) -> impl Iterator<Item = String> {
    file.trees().iter().flat_map(|tree| patch_paths(tree, file.folder()))
}

fn patch_paths(tree: &Node, folder: &str) -> impl Iterator<Item = String> {
    let entries = PATCH_KEYS.iter().filter_map(|key| tree.get(key));
    let named = entries.flat_map(Node::items).filter_map(|item| item.as_str().or_else(|| item.get("path")?.as_str()));
    // A patch can also be written in place of its path.
    named.filter(|path| !path.contains('\n')).filter_map(move |path| from_folder(folder, path))
}

/// What the kustomization of a folder, and those that build on it, change in its manifests.
#[derive(Default)]
pub(super) struct Kustomize {
    /// The namespace that everything is put into; unknown where only an overlay says so.
    namespace: Option<Node>,
    /// Images whose tag or digest is set.
    images: BTreeSet<String>,
    /// Where the patches of this folder's own kustomization are named.
    patched: Option<Place>,
    /// What is patched, here or in an overlay, and by which kustomization.
    targets: Vec<(Target, Arc<Unknown>)>,
}

/// What a patch is for; what it does not say fits everything.
#[derive(Debug, Default, PartialEq)]
struct Target {
    kind: Option<SmolStr>,
    name: Option<SmolStr>,
}

impl Target {
    /// The `target` of a patch. Names may be patterns; such a one fits everything.
    fn of(node: &Node) -> Target {
        let text = |key: &str| node.get(key).and_then(Node::as_str).filter(|text| !text.contains(['.', '*', '|', '(']));
        Target { kind: text("kind").map(SmolStr::from), name: text("name").map(SmolStr::from) }
    }

    /// The object that a partial manifest is for.
    fn of_manifest(node: &Node) -> Target {
        let name = node.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Node::as_str);
        Target { kind: node.get("kind").and_then(Node::as_str).map(SmolStr::from), name: name.map(SmolStr::from) }
    }

    fn fits(&self, kind: &str, name: &str) -> bool {
        let same = |wanted: &Option<SmolStr>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        same(&self.kind, kind) && same(&self.name, name)
    }
}

impl Kustomize {
    /// Reads the kustomization of a group's folder, where it has one.
    pub(super) fn of(group: &Group<'_>, view: &View<'_>) -> Kustomize {
        let Some(own) = group.files.iter().find(|file| is_kustomization(file)) else { return Kustomize::default() };
        let mut found = Kustomize { patched: patched(own), namespace: namespace(own).cloned(), ..Kustomize::default() };
        found.images.extend(image_names(own));
        found.targets.extend(targets(own, view));
        for overlay in building_on(own, view) {
            if let (None, Some(node)) = (&found.namespace, namespace(overlay)) {
                found.namespace = Some(Node::unknown("the overlay of the kustomization", node.place));
            }
            found.images.extend(image_names(overlay));
            found.targets.extend(targets(overlay, view));
        }
        found
    }

    /// Why it cannot be known what a manifest does not say: a patch may say it.
    pub(super) fn patches(&self, kind: &str, name: &str) -> Option<Arc<Unknown>> {
        self.targets.iter().find(|(target, _)| target.fits(kind, name)).map(|(_, unknown)| Arc::clone(unknown))
    }

    /// The namespace that manifests without one end up in.
    pub(super) fn namespace(&self) -> Option<Node> {
        self.namespace.clone()
    }

    /// Whether a kustomization sets the tag or digest of the image.
    pub(super) fn sets_image(&self, name: &str) -> bool {
        self.images.contains(name)
    }

    /// What the user should know.
    pub(super) fn notices(&self) -> Vec<Notice> {
        let message = "the manifests were judged as they are written, without the patches of this kustomization. \
                       `annexa scan --render` judges what it comes to, where kustomize or kubectl is installed.";
        let notice =
            |place: &Place| Notice { id: "kustomization-not-rendered", message: message.to_owned(), place: *place };
        self.patched.iter().map(notice).collect()
    }
}

/// What the user should know about an overlay that was to be rendered.
pub(super) fn notice(overlay: &Overlay, place: Place) -> Option<Notice> {
    let (id, message) = match (&overlay.problem, &overlay.warning) {
        (Some(problem), _) => {
            let message = format!(
                "the overlay was not rendered, and its manifests were judged as they are written: {}",
                one_line(problem)
            );
            ("kustomization-not-rendered", message)
        }
        (None, Some(warning)) => {
            let message = format!("kustomize rendered the overlay and said: {}", one_line(warning));
            ("kustomization-rendered-with-warning", message)
        }
        (None, None) => return None,
    };
    Some(Notice { id, message, place })
}

/// What the patches of a kustomization are for.
fn targets(file: &ParsedFile, view: &View<'_>) -> Vec<(Target, Arc<Unknown>)> {
    let depends_on = format_smolstr!("the patches of {}", file.path);
    let unknown = Arc::new(Unknown::new(depends_on));
    let lists = file.trees().iter().flat_map(|tree| PATCH_KEYS.iter().filter_map(|key| tree.get(key)));
    let found = lists.flat_map(Node::items).flat_map(|item| targets_of(item, file, view));
    found.map(|target| (target, Arc::clone(&unknown))).collect()
}

fn targets_of(item: &Node, file: &ParsedFile, view: &View<'_>) -> Vec<Target> {
    if let Some(target) = item.get("target") {
        return vec![Target::of(target)];
    }
    let written = item.get("patch").and_then(Node::as_str).or_else(|| item.as_str().filter(|text| text.contains('\n')));
    if let Some(text) = written {
        return document::read(text, FileId::NONE).0.iter().map(Target::of_manifest).collect();
    }
    let path = item.as_str().or_else(|| item.get("path")?.as_str()).unwrap_or_default();
    match from_folder(file.folder(), path).and_then(|path| view.file(&path)) {
        Some(patch) => patch.trees().iter().map(Target::of_manifest).collect(),
        None => vec![Target::default()],
    }
}

/// Where the first patches of a kustomization are named.
fn patched(file: &ParsedFile) -> Option<Place> {
    let maps = file.trees().iter().filter_map(Node::as_map);
    let mut entries = maps.flat_map(|map| PATCH_KEYS.iter().filter_map(|key| map.entry(key)));
    entries.next().map(|entry| entry.key_place)
}

fn namespace(file: &ParsedFile) -> Option<&Node> {
    file.trees().iter().filter_map(|tree| tree.get("namespace")).find(|node| node.as_str().is_some())
}

fn image_names(file: &ParsedFile) -> impl Iterator<Item = String> {
    let images = file.trees().iter().filter_map(|tree| tree.get("images")).flat_map(Node::items);
    let set = images.filter(|image| image.get("newTag").is_some() || image.get("digest").is_some());
    set.filter_map(|image| image.get("name").and_then(Node::as_str)).map(str::to_owned)
}

/// The kustomizations that build on this one, directly or through others.
fn building_on<'v>(own: &ParsedFile, view: &View<'v>) -> Vec<&'v ParsedFile> {
    let all: Vec<&ParsedFile> = view.named(FILE_NAMES).collect();
    let mut folders = vec![own.folder().to_owned()];
    let mut found: Vec<&ParsedFile> = Vec::new();
    while let Some(folder) = folders.pop() {
        for candidate in &all {
            let known = found.iter().any(|file| file.id == candidate.id) || candidate.id == own.id;
            if !known && found.len() < MAX_OVERLAYS && builds_on(candidate, &folder) {
                found.push(candidate);
                folders.push(candidate.folder().to_owned());
            }
        }
    }
    found
}

fn builds_on(file: &ParsedFile, folder: &str) -> bool {
    let keys = ["resources", "bases", "components"];
    let listed = file.trees().iter().flat_map(|tree| keys.iter().filter_map(|key| tree.get(key))).flat_map(Node::items);
    let folder = if folder == "." { "" } else { folder };
    listed.filter_map(Node::as_str).any(|path| from_folder(file.folder(), path).as_deref() == Some(folder))
}
