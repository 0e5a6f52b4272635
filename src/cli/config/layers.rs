//! The files that a configuration is made of: those it extends first, the file itself, and the profile that was chosen.
//! What comes later wins, key by key.

use std::path::{Path, PathBuf};

use super::files::Files;
use super::read;
use crate::cli::{Failure, Terminal, diagnostic, told};
use crate::syntax::fields::{self, LoadError};
use crate::syntax::tree::{FileId, Map, Node, Place};
use crate::syntax::{Content, yaml};

/// How many files may extend each other. A chain of organisation, department and team has three.
const MOST_FILES: usize = 16;

/// A file of the configuration.
#[derive(Debug)]
pub(in crate::cli) struct ConfigFile {
    /// Where it lies, canonical.
    path: PathBuf,
    /// How messages name it.
    pub(in crate::cli) shown: String,
    /// What it holds.
    pub(in crate::cli) text: String,
}

/// Something that sets values.
#[derive(Debug)]
struct Layer {
    root: Node,
}

/// All that sets values, in the order in which it counts.
#[derive(Debug, Default)]
pub(in crate::cli) struct Layers {
    /// The files; the id of a file in places is its index here.
    pub(in crate::cli) files: Vec<ConfigFile>,
    ordered: Vec<Layer>,
    /// Where the values of the profile stand, and its name.
    pub(in crate::cli) profile: Option<(Place, String)>,
    /// The file that was asked for; the others are what it extends.
    pub(in crate::cli) main: Option<FileId>,
}

impl Layers {
    /// Reads a file and what it extends, and chooses a profile.
    pub(super) fn of(path: &Path, profile: Option<&str>, files: &Files, terminal: Terminal) -> Result<Layers, Failure> {
        let mut layers = Layers::default();
        let id = layers.add(path, &path.display().to_string(), &[], (files, terminal))?;
        layers.main = Some(id);
        if let Some(profile) = profile {
            layers.choose(profile)?;
        }
        Ok(layers)
    }

    /// All values, each from the last layer that has it. Maps are joined, lists are not.
    pub(super) fn merged(&self) -> Node {
        let empty = Node::map(Map::default(), Place::NOWHERE);
        self.ordered.iter().fold(empty, |under, layer| merge(&under, &layer.root))
    }

    /// What all files hold, one after the other; none without a file.
    pub(in crate::cli) fn text(&self) -> Option<String> {
        (!self.files.is_empty()).then(|| self.files.iter().map(|file| file.text.as_str()).collect())
    }

    /// The mistakes at their places, each in its file.
    pub(in crate::cli) fn render(&self, errors: &[LoadError], terminal: Terminal) -> Failure {
        let mut told = String::new();
        for error in errors {
            let file = self.files.get(error.place.file.0 as usize).or(self.files.last());
            let (shown, text) = file.map_or(("annexa.yaml", ""), |file| (file.shown.as_str(), file.text.as_str()));
            told.push_str(&diagnostic::render(shown, text, std::slice::from_ref(error), terminal));
        }
        Failure::Told(told)
    }

    fn add(
        &mut self,
        path: &Path,
        shown: &str,
        chain: &[PathBuf],
        around: (&Files, Terminal),
    ) -> Result<FileId, Failure> {
        let (files, terminal) = around;
        let (text, root) = read_yaml(path, shown, self.next(), around)?;
        let id = self.next();
        let canonical = files.one_path(path).unwrap_or_else(|| path.to_owned());
        self.files.push(ConfigFile { path: canonical.clone(), shown: shown.to_owned(), text });
        let mut errors = Vec::new();
        read::check(&root, &mut errors);
        let extended = Layers::extended(&root, &mut errors);
        errors.sort_by_key(|error| error.place);
        if !errors.is_empty() {
            return Err(self.render(&errors, terminal));
        }
        let mut chain = chain.to_vec();
        chain.push(canonical);
        for (name, place) in extended {
            let refuse = |message: String, help: &str| vec![LoadError::new(message, place).with_help(help)];
            let folder = path.parent().unwrap_or(Path::new(""));
            let target = folder.join(&name);
            let real = files.one_path(&target);
            let problem = match &real {
                _ if name.contains("://") => Some(refuse(
                    format!("`{name}` is an address, and only files can be extended"),
                    "keep the file in the repository, as a submodule for example: a scan uses no network",
                )),
                None => Some(refuse(
                    format!("there is no file `{}` to extend", target.display()),
                    "the path is relative to the file that names it",
                )),
                Some(real) if chain.contains(real) => Some(refuse(
                    format!("`{name}` extends this file, directly or by way of others"),
                    "take one of the two out",
                )),
                Some(_) if self.files.len() >= MOST_FILES => {
                    Some(refuse(format!("more than {MOST_FILES} files extend each other"), "join some of them"))
                }
                Some(_) => None,
            };
            if let Some(problem) = problem {
                return Err(self.render(&problem, terminal));
            }
            let known = real.as_ref().is_some_and(|real| self.files.iter().any(|file| file.path == *real));
            if !known {
                self.add(&target, &target.display().to_string(), &chain, around)?;
            }
        }
        self.ordered.push(Layer { root });
        Ok(id)
    }

    fn next(&self) -> FileId {
        FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX))
    }

    /// The files that a file extends, in the order in which it names them.
    fn extended(root: &Node, errors: &mut Vec<LoadError>) -> Vec<(String, Place)> {
        let Some(node) = root.get("extends").filter(|node| !node.is_null()) else { return Vec::new() };
        let items = if node.as_list().is_some() { node.items() } else { std::slice::from_ref(node) };
        items.iter().filter_map(|item| Some((fields::text(item, "extends", errors)?.to_owned(), item.place))).collect()
    }

    /// Puts the values of a profile on top.
    fn choose(&mut self, name: &str) -> Result<(), Failure> {
        let merged = self.merged();
        let profiles = merged.get("profiles").map(Node::entries).unwrap_or_default();
        let Some(profile) = profiles.iter().find(|entry| entry.key == name) else {
            let known: Vec<&str> = profiles.iter().map(|entry| entry.key.as_str()).collect();
            let help = if known.is_empty() {
                "the configuration has no `profiles`".to_owned()
            } else {
                fields::suggest(name, &known)
            };
            return Err(told(format!("there is no profile `{name}`\n  help: {help}")));
        };
        self.profile = Some((profile.value.place, name.to_owned()));
        self.ordered.push(Layer { root: profile.value.clone() });
        Ok(())
    }
}

/// The second over the first: maps are joined key by key, everything else is replaced.
fn merge(under: &Node, over: &Node) -> Node {
    let (Some(below), Some(above)) = (under.as_map(), over.as_map()) else { return over.clone() };
    let mut map = Map::default();
    for entry in &below.entries {
        match above.entry(&entry.key) {
            Some(other) => map.push(entry.key.clone(), other.key_place, merge(&entry.value, &other.value)),
            None => map.push(entry.key.clone(), entry.key_place, entry.value.clone()),
        }
    }
    for entry in above.entries.iter().filter(|entry| below.entry(&entry.key).is_none()) {
        map.push(entry.key.clone(), entry.key_place, entry.value.clone());
    }
    Node::map(map, over.place)
}

/// A file of ours as text and tree; an empty one is an empty map.
pub(super) fn read_yaml(
    path: &Path,
    shown: &str,
    id: FileId,
    (files, terminal): (&Files, Terminal),
) -> Result<(String, Node), Failure> {
    let text = files.text(path, shown).map_err(|error| told(format!("{shown} {}", error.detail)))?;
    let parsed = yaml::parse(&text, id);
    let first = parsed.errors.into_iter().take(1).chain(yaml::repeated_keys(&text));
    let errors: Vec<LoadError> = first.map(|error| LoadError::of_syntax(error, id)).collect();
    if !errors.is_empty() {
        return Err(Failure::Told(diagnostic::render(shown, &text, &errors, terminal)));
    }
    let node = match parsed.content {
        Content::Trees(trees) => trees.into_iter().next(),
        _ => None,
    };
    let empty = || Node::map(Map::default(), Place::whole(id));
    Ok((text.to_string(), node.filter(|node| !node.is_null()).unwrap_or_else(empty)))
}
