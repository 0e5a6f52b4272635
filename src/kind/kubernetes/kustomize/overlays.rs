//! Which overlays there are to render, and what each is made of: the kustomizations that no other builds on, followed
//! through those that they build on. Nothing is fetched, so what is elsewhere stands in the way.

use std::collections::{BTreeMap, BTreeSet};

use super::{FILE_NAMES, is_description};
use crate::source::render::{Overlay, Part};
use crate::source::{Source, path};
use crate::syntax::tree::{Node, Value};
use crate::syntax::yaml;

/// The keys that list manifests, and other kustomizations.
const RESOURCES: [&str; 3] = ["resources", "bases", "components"];

/// The keys that name other files, apart from those.
const FILES: [&str; 12] = [
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "crds",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "replacements",
    "openapi",
    "configMapGenerator",
    "secretGenerator",
];

/// The keys below those whose texts name no files.
const NO_FILES: [&str; 7] = ["literals", "patch", "target", "options", "name", "namespace", "source"];

/// How deep kustomizations build on each other.
const MAX_LEVELS: usize = 32;

/// How many kustomizations and files one overlay is followed through.
const MAX_PARTS: usize = 5_000;

/// The overlays of a source, sorted by path.
pub(crate) fn overlays(source: &Source) -> Vec<Overlay> {
    let mut folders: BTreeMap<&str, Kustomization<'_>> = BTreeMap::new();
    for file in &source.files {
        let (folder, name) = path::split(&file.path);
        if FILE_NAMES.contains(&name) && !folders.contains_key(folder) {
            let Some(tree) = source.read(file.id).ok().and_then(|text| description(&text, file.id)) else { continue };
            folders.insert(folder, Kustomization { path: &file.path, folder, tree });
        }
    }
    let built_on: BTreeSet<String> = folders.values().flat_map(Kustomization::resources).flatten().collect();
    let is_top = |found: &&Kustomization<'_>| !built_on.contains(found.folder) && !found.is_component();
    let follow = |top: &Kustomization<'_>| {
        let mut walk = Walk { source, folders: &folders, overlay: Overlay::default(), within: Vec::new() };
        if let Err(problem) = walk.kustomization(top, &Part::default()) {
            walk.overlay.problem = Some(problem);
        }
        Overlay { path: top.path.to_owned(), ..walk.overlay }
    };
    let mut tops: Vec<&Kustomization<'_>> = folders.values().filter(is_top).collect();
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    for top in &tops {
        reach(top, &folders, &mut reached);
    }
    // What nothing leads to although something builds on it is a circle, which its first member tells.
    for own in folders.values().filter(|own| !own.is_component()) {
        if !reached.contains(own.folder) {
            reach(own, &folders, &mut reached);
            tops.push(own);
        }
    }
    tops.sort_by_key(|top| top.path);
    tops.into_iter().map(follow).collect()
}

/// Adds the folders that a kustomization leads to.
fn reach<'s>(
    from: &Kustomization<'s>,
    folders: &BTreeMap<&'s str, Kustomization<'s>>,
    reached: &mut BTreeSet<&'s str>,
) {
    let mut open = vec![from.folder];
    while let Some(own) = open.pop().and_then(|folder| folders.get(folder)) {
        if reached.insert(own.folder) {
            let below = own.resources().flatten().filter_map(|path| folders.get(path.as_str()));
            open.extend(below.map(|below| below.folder));
        }
    }
}

fn description(text: &str, file: crate::syntax::tree::FileId) -> Option<Node> {
    let (trees, _) = yaml::document::read(text, file);
    trees.into_iter().next().filter(is_description)
}

struct Kustomization<'s> {
    path: &'s str,
    /// Its folder; empty for the root.
    folder: &'s str,
    tree: Node,
}

impl Kustomization<'_> {
    /// What it lists as resources, seen from the root; none for what is outside.
    fn resources(&self) -> impl Iterator<Item = Option<String>> {
        self.listed().map(|entry| path::from_folder(self.folder, entry))
    }

    fn listed(&self) -> impl Iterator<Item = &str> {
        RESOURCES.iter().filter_map(|key| self.tree.get(key)).flat_map(Node::items).filter_map(Node::as_str)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.tree.get(key).and_then(Node::as_str).filter(|text| !text.is_empty())
    }

    fn is_component(&self) -> bool {
        self.text("kind") == Some("Component")
    }
}

struct Walk<'w, 's> {
    source: &'s Source,
    folders: &'w BTreeMap<&'s str, Kustomization<'s>>,
    overlay: Overlay,
    /// The folders that lead here.
    within: Vec<String>,
}

impl Walk<'_, '_> {
    /// `outer`: what the kustomizations that build on this one do to names.
    fn kustomization(&mut self, own: &Kustomization<'_>, outer: &Part) -> Result<(), String> {
        if self.within.iter().any(|folder| folder == own.folder) || self.within.len() >= MAX_LEVELS {
            return Err(format!("{} builds on itself, or on too many others", own.path));
        }
        if let Some(address) = elsewhere(&own.tree) {
            return Err(format!("{} names {address}, and nothing is fetched", own.path));
        }
        let text = |key: &str| own.text(key).unwrap_or_default();
        let names = Part {
            path: String::new(),
            prefix: format!("{}{}", outer.prefix, text("namePrefix")),
            suffix: format!("{}{}", text("nameSuffix"), outer.suffix),
            namespace: outer.namespace.clone().or(own.text("namespace").map(str::to_owned)),
        };
        self.within.push(own.folder.to_owned());
        for entry in own.listed() {
            self.entry(own, entry, &names)?;
        }
        self.within.pop();
        for file in super::patch_paths(&own.tree, own.folder).filter(|file| self.source.is_listed(file)) {
            self.overlay.patches.push(file);
        }
        self.overlay.kustomizations.push(own.path.to_owned());
        Ok(())
    }

    fn entry(&mut self, own: &Kustomization<'_>, entry: &str, names: &Part) -> Result<(), String> {
        let is_address = is_address(entry);
        let found = path::from_folder(own.folder, entry).filter(|_| !is_address);
        let Some(found) = found else {
            let what = if is_address { "nothing is fetched" } else { "that is outside of the scan" };
            return Err(format!("{} builds on {entry}, and {what}", own.path));
        };
        if self.overlay.parts.len() + self.overlay.kustomizations.len() > MAX_PARTS {
            return Err(format!("it is made of more than {MAX_PARTS} files"));
        }
        if let Some(other) = self.folders.get(found.as_str()) {
            self.kustomization(other, names)
        } else if self.source.is_listed(&found) {
            self.overlay.parts.push(Part { path: found, ..names.clone() });
            Ok(())
        } else {
            Err(format!("{} builds on {entry}, which is no file or kustomization of the scan", own.path))
        }
    }
}

/// An address of something that would have to be fetched.
fn elsewhere(tree: &Node) -> Option<&str> {
    FILES.iter().filter_map(|key| tree.get(key)).find_map(address_in)
}

fn address_in(node: &Node) -> Option<&str> {
    match &node.value {
        // `key=file` in generators.
        Value::Text(text) => Some(text.rsplit_once('=').map_or(text.as_str(), |(_, file)| file))
            .filter(|file| !text.contains('\n') && is_address(file)),
        Value::List(list) => list.items.iter().find_map(address_in),
        Value::Map(map) => map
            .entries
            .iter()
            .filter(|entry| !NO_FILES.contains(&&*entry.key))
            .find_map(|entry| address_in(&entry.value)),
        _ => None,
    }
}

/// Whether a text names something on another machine: `https://…`, `git@…`, `github.com/owner/repository?ref=v1`.
fn is_address(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| !scheme.is_empty() && scheme.chars().all(|each| each.is_ascii_alphanumeric()))
        || text.starts_with("git@")
        || text.starts_with("git::")
        || text.contains("?ref=")
        || text.contains("?version=")
        || text.starts_with("github.com/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Vec<Overlay> {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        overlays(&Source::from_files(files))
    }

    #[test]
    fn overlays_are_followed_through_what_they_build_on() {
        let found = of(&[
            ("base/kustomization.yaml", "resources: [a.yaml]\nnamePrefix: a-\nnamespace: inner\n"),
            ("base/a.yaml", ""),
            ("dev/kustomization.yml", "resources: [../base, b.yaml]\nnameSuffix: -d\n"),
            ("dev/b.yaml", ""),
            ("part/kustomization.yaml", "kind: Component\nresources: [c.yaml]\n"),
            ("part/c.yaml", ""),
            ("prod/Kustomization", "bases: [../base/]\ncomponents: [../part]\nnamespace: prod\nnamePrefix: p-\n"),
            ("alone/kustomization.yaml", "kind: Component\nresources: []\n"),
            ("flux/kustomization.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"),
        ]);
        let part = |path: &str, prefix: &str, suffix: &str, namespace: Option<&str>| Part {
            path: path.into(),
            prefix: prefix.into(),
            suffix: suffix.into(),
            namespace: namespace.map(str::to_owned),
        };
        assert_eq!(
            found.iter().map(|overlay| &*overlay.path).collect::<Vec<_>>(),
            ["dev/kustomization.yml", "prod/Kustomization"]
        );
        assert_eq!(
            found[0].parts,
            [part("base/a.yaml", "a-", "-d", Some("inner")), part("dev/b.yaml", "", "-d", None)]
        );
        let prod = [part("base/a.yaml", "p-a-", "", Some("prod")), part("part/c.yaml", "p-", "", Some("prod"))];
        assert_eq!(found[1].parts, prod);
        let order = ["base/kustomization.yaml", "part/kustomization.yaml", "prod/Kustomization"];
        assert_eq!(found[1].kustomizations, order);
        assert!(found.iter().all(|overlay| overlay.problem.is_none()), "{found:?}");
    }

    #[test]
    fn what_is_elsewhere_stands_in_the_way() {
        let cases = [
            ("resources: ['https://example.com/x']", "nothing is fetched"),
            ("resources: ['github.com/o/r//deploy?ref=v1']", "nothing is fetched"),
            ("bases: ['git@example.com:o/r.git']", "nothing is fetched"),
            ("patches: [{path: 'https://example.com/p.yaml'}]", "nothing is fetched"),
            ("configMapGenerator: [{name: c, files: ['k=https://example.com/f']}]", "nothing is fetched"),
            ("resources: [../../x]", "outside"),
            ("resources: [missing.yaml]", "no file or kustomization"),
            ("resources: [.]", "builds on itself"),
            ("resources: [../k/sub]", ""),
            ("configMapGenerator: [{name: c, literals: ['k=https://example.com/f']}]", ""),
            ("patches: [{target: {kind: Pod}, patch: '[{op: add, path: /a, value: https://example.com}]'}]", ""),
        ];
        for (text, problem) in cases {
            let found = of(&[
                ("k/kustomization.yaml", text),
                ("k/sub/kustomization.yaml", "resources: []"),
                ("top/kustomization.yaml", "resources: [../k]"),
            ]);
            let top = found.iter().find(|overlay| overlay.path.starts_with("top")).expect("it is there");
            match problem {
                "" => assert_eq!(top.problem, None, "{text}"),
                problem => {
                    assert!(top.problem.as_deref().is_some_and(|told| told.contains(problem)), "{text}: {top:?}");
                }
            }
        }
    }

    #[test]
    fn circles_end() {
        let circle = [
            ("a/kustomization.yaml", "resources: [../b]"),
            ("b/kustomization.yaml", "resources: [../a]"),
            ("c/kustomization.yaml", "resources: [../a]"),
        ];
        for (files, top) in [(&circle[..], "c/kustomization.yaml"), (&circle[..2], "a/kustomization.yaml")] {
            let found = of(files);
            assert_eq!(found.iter().map(|overlay| &*overlay.path).collect::<Vec<_>>(), [top]);
            assert!(found[0].problem.as_deref().is_some_and(|told| told.contains("builds on itself")), "{found:?}");
        }
        // Each takes in the one below twice: bounded, and told.
        let names: Vec<String> = (0..30).map(|level| format!("l{level}/kustomization.yaml")).collect();
        let texts: Vec<String> =
            (0..30).map(|level| format!("resources: [../l{0}, ../l{0}, ../l{0}]", level + 1)).collect();
        let mut files: Vec<(&str, &str)> =
            names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
        files.push(("l30/kustomization.yaml", "resources: []"));
        assert!(of(&files)[0].problem.as_deref().is_some_and(|told| told.contains("more than")));
    }
}
