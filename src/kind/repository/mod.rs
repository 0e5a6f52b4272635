//! The git repository as resources. It is judged only when its root is scanned as a whole.
//!
//! A field that has no value is absent. What a shallow clone cannot show is unknown (`full history (shallow clone)`),
//! and so is the history before the first commit (`a first commit`).
//!
//! | target | field | meaning |
//! |---|---|---|
//! | `repository` | `head`, `branch` | commit and branch that are checked out; no branch on a detached head |
//! | | `shallow` | whether the clone has only a part of the history |
//! | | `remotes` | list of `name`, `url` (without credentials) |
//! | | `files` | tracked files by role: `license readme security_policy codeowners contributing code_of_conduct changelog gitignore gitattributes editorconfig dependency_updates pre_commit secret_scanning pull_request_template pipeline`; each is a path |
//! | | `codeowners` | `path`, and `rules` as in `repository/codeowners-rule` |
//! | | `manifests`, `submodules`, `tags` | lists of what the targets below have |
//! | | `tracked` | `count`, and `suspects`: the tracked files whose `kind` is not `ordinary` |
//! | | `history` | numbers over the commits of the last twelve months, see below |
//! | | `commits` | list of what `repository/commit` has, newest first |
//! | `repository/commit` | `id`, `subject`, `date` | of a commit of the last twelve months; the date is the committer's, in UTC |
//! | | `author`, `email`, `committer`, `committer_email` | who wrote it and who brought it in |
//! | | `bot` | whether the author is one by its name (`…[bot]`) |
//! | | `signed`, `signature` | whether it carries a signature, and its form (`openpgp ssh x509 other`); not whose it is |
//! | | `merge` | whether it has several parents |
//! | | `mainline` | whether it stands on the line of first parents: what the branch was step by step |
//! | | `reviewed`, `reviewed_by` | whether trailers (`Reviewed-by`, `Approved-by`, `Acked-by`) name someone other than its author, and whom |
//! | | `pull_request` | the number of the pull or merge request that its message names |
//! | `repository/tracked-file` | `path`, `name`, `extension`, `size` | of a file in the index; size in bytes, absent where the index does not know |
//! | | `kind` | `ordinary`, or what should rarely be tracked: `private-key key-store credentials environment terraform-state database clutter build` |
//! | | `binary`, `executable`, `link` | whether its name is that of an archive, program or library; its mode |
//! | `repository/codeowners-rule` | `pattern`, `owners`, `section`, `optional` | see [`crate::syntax::codeowners`] |
//! | `repository/submodule` | `name`, `path`, `url`, `branch`, `scheme` | scheme: `https http ssh git file relative` |
//! | `repository/manifest` | `path`, `ecosystem`, `lock_file` | a file that names dependencies, and the one that pins them |
//! | `repository/tag` | `name`, `annotated`, `signed`, `signature` | a tag |
//!
//! `history`: `since` (first day), `count`, `signed`, `signed_share`, `unsigned` (ids), `authors` (how many people),
//! `merges`, `changes` (commits on the main line), `changes_reviewed` (of them those that are reviewed or came by a
//! pull request) and `reviewed_share`. Shares are absent where there is nothing to share.

mod commit;
mod manifest;
mod owners;
mod roles;
mod tracked;

pub(crate) use owners::owners_of;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use smol_str::SmolStr;

use super::{Group, Kind, Notice, ParsedFile, Resource, Unit, View};
use crate::source::git::{self, facts::Facts};
use crate::source::{Source, SourceFile};
use crate::syntax::tree::{List, Map, Node, Place, Unknown, Value};
use crate::syntax::{self, Syntax};

/// Months of history that rules judge: what an auditor calls the period.
const MONTHS: i32 = 12;

/// The targets that this kind fills.
pub const TARGETS: &[&str] = &[
    "repository",
    "repository/codeowners-rule",
    "repository/commit",
    "repository/manifest",
    "repository/submodule",
    "repository/tag",
    "repository/tracked-file",
];

/// The files of a repository that are about the repository itself.
#[derive(Debug)]
pub struct Repository;

impl Kind for Repository {
    fn name(&self) -> &'static str {
        "repository"
    }

    fn claims(&self, file: &ParsedFile, _view: &View<'_>) -> bool {
        owners::is_claimed(&file.path)
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        if files.is_empty() { Vec::new() } else { vec![Group { name: ".".into(), files: files.to_vec() }] }
    }

    /// Owners and submodules; the rest needs the repository itself and comes from [`of_source`].
    fn build(&self, group: &Group<'_>, _view: &View<'_>) -> Unit {
        let resources = group.files.iter().flat_map(|file| owners::resources(file)).collect();
        Unit { kind: self.name(), name: group.name.clone(), resources, ..Unit::default() }
    }
}

/// The unit of the repository whose root the source is; none where the source is something else. A repository that
/// cannot be read is a unit without resources and with a notice.
///
/// Of an index only the files that a commit would add or change are judged; what is missing in the whole, and the
/// history, are not a matter of one commit.
pub fn of_source(source: &Source, today: Date) -> Option<Unit> {
    if source.is_index() {
        return Some(of_index(source)).filter(|_| source.is_work_tree());
    }
    let root = source.root().filter(|_| source.is_work_tree() && source.is_whole())?;
    let since = today.checked_sub(MONTHS.months()).unwrap_or(Date::MIN);
    let facts = match source.commit() {
        Some(commit) => git::facts_at(root, commit, since, today),
        None => git::facts(root, since, today),
    };
    match facts {
        Ok(facts) => Some(unit(&facts, &source.files, &own_files(source))),
        Err(error) => {
            let notice = Notice { id: "repository-not-read", message: error.to_string(), place: Place::NOWHERE };
            Some(Unit { kind: "repository", name: ".".into(), notices: vec![notice], ..Unit::default() })
        }
    }
}

fn of_index(source: &Source) -> Unit {
    let unit = Unit { kind: "repository", name: ".".into(), ..Unit::default() };
    match source.staged_files() {
        Ok(staged) => Unit { resources: tracked::resources(&staged, &source.files), ..unit },
        Err(error) => {
            let notice = Notice { id: "repository-not-read", message: error.to_string(), place: Place::NOWHERE };
            Unit { notices: vec![notice], ..unit }
        }
    }
}

/// The files about the repository, read and parsed.
fn own_files(source: &Source) -> Vec<ParsedFile> {
    let is_own = |file: &&SourceFile| {
        matches!(file.syntax, Syntax::Codeowners | Syntax::Gitmodules) && owners::is_claimed(&file.path)
    };
    let parsed = |file: &SourceFile| {
        let text = source.read(file.id).ok()?;
        let content = syntax::parse(file.syntax, &text, file.id).content;
        Some(ParsedFile { id: file.id, path: file.path.clone(), text, content })
    };
    source.files.iter().filter(is_own).filter_map(parsed).collect()
}

/// The unit of a repository. `files` are those of the scan, by which what is tracked gets a place; `own` are the
/// parsed ones that are about the repository.
pub fn unit(facts: &Facts, files: &[SourceFile], own: &[ParsedFile]) -> Unit {
    let manifests = manifest::resources(&facts.tracked, files);
    let tracked = tracked::resources(&facts.tracked, files);
    let commits: Vec<Resource> = facts.history.commits.iter().map(commit::resource).collect();
    let tags: Vec<Resource> = facts.tags.iter().map(tag).collect();
    let trees = |resources: &[Resource]| resources.iter().map(|resource| resource.tree.clone()).collect::<Vec<Node>>();

    let missing = commit::missing(facts.history.reach);
    let missing_tags = facts.is_shallow.then(|| Arc::new(commit::SHALLOW.reason()));
    let submodules: Vec<Resource> = own.iter().flat_map(owners::submodules).collect();
    let mut tree = Fields::default();
    tree.text("head", facts.head.as_deref());
    tree.text("branch", facts.branch.as_deref());
    tree.bool("shallow", facts.is_shallow);
    tree.node("remotes", list(facts.remotes.iter().map(remote).collect(), None));
    tree.node("files", roles::node(&facts.tracked, files));
    tree.optional("codeowners", owners::node(own));
    tree.node("manifests", list(trees(&manifests), None));
    tree.node("submodules", list(trees(&submodules), None));
    tree.node("tags", list(trees(&tags), missing_tags));
    tree.node("tracked", tracked::summary(&tracked));
    tree.node("history", commit::history(&facts.history));
    tree.node("commits", list(trees(&commits), missing.map(Arc::new)));

    let mut resources = vec![resource("repository", "repository", tree.finish(), Place::NOWHERE)];
    resources.extend(commits);
    resources.extend(tracked);
    resources.extend(manifests);
    resources.extend(tags);
    Unit { kind: "repository", name: ".".into(), resources, ..Unit::default() }
}

fn remote(remote: &git::facts::Remote) -> Node {
    let mut fields = Fields::default();
    fields.text("name", Some(&remote.name));
    fields.text("url", remote.url.as_deref());
    fields.finish()
}

fn tag(tag: &git::facts::Tag) -> Resource {
    let mut fields = Fields::default();
    fields.text("name", Some(&tag.name));
    fields.bool("annotated", tag.is_annotated);
    fields.bool("signed", tag.signature.is_some());
    fields.text("signature", tag.signature.map(git::facts::Signature::word));
    resource("repository/tag", &format!("tag/{}", tag.name), fields.finish(), Place::NOWHERE)
}

fn resource(target: &'static str, address: &str, tree: Node, place: Place) -> Resource {
    Resource {
        target: SmolStr::new_static(target),
        address: address.into(),
        names: Vec::new(),
        tree,
        header: place,
        extent: place,
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: false,
    }
}

fn list(items: Vec<Node>, open: Option<Arc<Unknown>>) -> Node {
    Node::new(Value::List(Arc::new(List { items, open })), Place::NOWHERE)
}

/// The place of a tracked file, where the scan lists it.
fn place_of(path: &str, files: &[SourceFile]) -> Place {
    let index = files.binary_search_by(|file| (*file.path).cmp(path)).ok();
    index.and_then(|index| files.get(index)).map_or(Place::NOWHERE, |file| Place::whole(file.id))
}

/// A map that is being built; what has no value gets no entry.
#[derive(Default)]
struct Fields {
    map: Map,
    place: Option<Place>,
}

impl Fields {
    fn at(place: Place) -> Fields {
        Fields { map: Map::default(), place: Some(place) }
    }

    fn place(&self) -> Place {
        self.place.unwrap_or(Place::NOWHERE)
    }

    fn node(&mut self, key: &'static str, node: Node) {
        self.map.push(SmolStr::new_static(key), node.place, node);
    }

    fn optional(&mut self, key: &'static str, node: Option<Node>) {
        if let Some(node) = node {
            self.node(key, node);
        }
    }

    fn value(&mut self, key: &'static str, value: Value) {
        self.node(key, Node::new(value, self.place()));
    }

    fn text(&mut self, key: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.value(key, Value::Text(text.into()));
        }
    }

    fn bool(&mut self, key: &'static str, value: bool) {
        self.value(key, Value::Bool(value));
    }

    fn count(&mut self, key: &'static str, count: usize) {
        self.value(key, Value::Number(count as f64));
    }

    /// `part` of `whole`; absent where there is no whole.
    fn share(&mut self, key: &'static str, part: usize, whole: usize) {
        if whole > 0 {
            self.value(key, Value::Number(part as f64 / whole as f64));
        }
    }

    fn finish(self) -> Node {
        let place = self.place();
        Node::map(self.map, place)
    }
}
