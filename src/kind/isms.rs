//! The ISMS as a kind: its documents and registers are one unit, judged together.
//!
//! It exists only when a document or register was recognised, or the configuration names its folder: a repository
//! without one gets no findings about documents that it does not have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;

use crate::engine::assessment::{IsmsFacts, Location};
use crate::kind::document::folder::{Closeness, is_elsewhere, is_template, isms_folder};
use crate::kind::document::{self, Document};
use crate::kind::register::{self, Register};
use crate::kind::{Group, Kind, ParsedFile, Resource, Unit, View};
use crate::syntax::tree::{Map, Node, Place, Value};

/// The kind.
#[derive(Debug)]
pub struct Isms;

impl Kind for Isms {
    fn name(&self) -> &'static str {
        "isms"
    }

    fn claims(&self, file: &ParsedFile, view: &View<'_>) -> bool {
        document::recognise(file, view).is_some()
            || register::is_register(file, view)
            || document::may_belong(file, view)
    }

    fn sift<'a>(&self, files: &[&'a ParsedFile], view: &View<'_>) -> Vec<&'a ParsedFile> {
        let found = document::recognise_all(files, view).into_iter();
        found
            .filter(|(file, found)| found.is_some() || register::is_register(file, view))
            .map(|(file, _)| file)
            .collect()
    }

    /// All of it is one unit, named by the folder that holds most of it.
    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        if files.is_empty() {
            return Vec::new();
        }
        vec![Group { name: common_folder(files), files: files.to_vec() }]
    }

    fn build(&self, group: &Group<'_>, view: &View<'_>) -> Unit {
        let mut documents: Vec<Document> = document::recognise_all(&group.files, view)
            .into_iter()
            .filter_map(|(file, recognised)| document::read(file, recognised?, view))
            .collect();
        document::resolve_mentions(&mut documents);
        let registers: Vec<Register> = group.files.iter().filter_map(|file| register::read(file, view)).collect();
        // A page beside a main document is judged with it, and not as a document of its own.
        let is_whole = |document: &&Document| document.recognised.nature != "part";
        let mut resources: Vec<Resource> = documents.iter().filter(is_whole).map(Document::resource).collect();
        let mut taken = BTreeMap::new();
        resources.extend(registers.iter().flat_map(|register| register.resources(&mut taken)));
        register::name_unknown_risks(&mut resources);
        register::name_unknown_controls(&mut resources);
        let sets = document::sets(&documents);
        let names = sets.iter().filter_map(|set| set.target.strip_prefix("isms/")).map(SmolStr::from).collect();
        resources.extend(sets);
        resources.extend(register::wholes(&registers));
        let mut facts = facts(&documents, &registers);
        // Who accepts a finding in code has no ISMS by that.
        let is_own =
            |register: &Register| register.name() == "exceptions" && isms_folder(register.path(), view.isms).is_none();
        facts.exists = !view.isms.is_empty() || !documents.is_empty() || !registers.iter().all(is_own);
        if facts.exists {
            resources.push(whole(&group.name, &documents, &registers, &names));
        }
        let named_files = documents.iter().map(Document::named_file).collect();
        Unit { kind: self.name(), name: group.name.clone(), resources, facts, named_files, ..Unit::default() }
    }
}

/// Whether a file whose content nobody has seen may be a document or register: the configuration names it, it lies in a
/// folder of the ISMS, or its name is that of a document or register. Documents that hold no text are many and large, and
/// only these are opened.
pub(crate) fn may_hold(path: &str, view: &View<'_>) -> bool {
    if view.documents.iter().any(|(mapped, _)| mapped == path) {
        return true;
    }
    let is_named = || document::may_be_named(path) || register::is_named(path);
    let is_elsewhere = is_elsewhere(path, view.isms) && !is_template(path, view.isms);
    !is_elsewhere && (isms_folder(path, view.isms).is_some() || is_named())
}

/// Whether a text is one in which documents are looked up: a file in a folder of the ISMS, one called like a register or
/// document, a README or the configuration.
pub(crate) fn is_index(path: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let is_known = name.to_lowercase().starts_with("readme") || name == crate::source::CONFIGURATION;
    is_known || isms_folder(path, &[]).is_some() || document::is_named(path) || register::is_named(path)
}

/// Why a document is none of the ISMS, and whether one would expect it to be.
pub(crate) fn why_not(path: &str, isms: &[String]) -> (&'static str, bool) {
    let is_named = document::is_named(path) || register::is_named(path);
    let folder = isms_folder(path, isms);
    if is_elsewhere(path, isms) {
        let because = "lies among examples, templates, archives or hidden files, which are not in force";
        return (because, is_named);
    }
    match folder {
        Some(folder) if folder.closeness == Closeness::Possible && !is_named => (
            "says nothing about its owner, approval or version, in a folder that other documentation lies in too",
            false,
        ),
        Some(_) => {
            let because = "neither its type, its title nor its name is that of a document; map it under `documents` in \
                           annexa.yaml if it is one";
            (because, true)
        }
        None if is_named => (
            "is called like a document of an ISMS and lies in no folder of one; name the folder under \
                              `isms` in annexa.yaml",
            true,
        ),
        None => ("lies in no folder of an ISMS and is called like none of its documents", false),
    }
}

/// The ISMS whose folder the configuration names and in which nothing was recognised: there is one to judge, and it is
/// empty. `None` where the configuration names no folder.
pub(crate) fn empty(configured: &[String]) -> Option<Unit> {
    let name: Arc<str> = configured.first()?.trim_end_matches('/').into();
    let resources = vec![whole(&name, &[], &[], &BTreeSet::new())];
    Some(Unit { kind: Isms.name(), name, resources, facts: facts(&[], &[]), ..Unit::default() })
}

/// The deepest folder that holds all files; `.` for the root.
fn common_folder(files: &[&ParsedFile]) -> Arc<str> {
    let mut common: Option<Vec<&str>> = None;
    for file in files {
        let folders: Vec<&str> = match file.folder() {
            "." => Vec::new(),
            folder => folder.split('/').collect(),
        };
        common = Some(match common {
            None => folders,
            Some(known) => {
                known.into_iter().zip(folders).take_while(|(one, other)| one == other).map(|(one, _)| one).collect()
            }
        });
    }
    match common.unwrap_or_default().join("/") {
        folder if folder.is_empty() => ".".into(),
        folder => folder.into(),
    }
}

/// The ISMS as a resource, for what is missing altogether.
///
/// ```text
/// documents:       list of { type, set, nature, path, title }
/// document_types:  the types that are there, sorted
/// sets:            the subjects that documents have, sorted
/// registers:       the registers that are there, sorted
/// texts:           the documents with what they say
/// ```
fn whole(name: &str, documents: &[Document], registers: &[Register], sets: &BTreeSet<SmolStr>) -> Resource {
    // The overall policy stands for the whole, else the first document, else the first register.
    let main = documents.iter().find(|document| document.recognised.id == "information-security-policy");
    let main = main.or(documents.first()).map(|document| document.header);
    let place = main.or(registers.first().map(Register::place)).unwrap_or(Place::NOWHERE);
    let list = |names: BTreeSet<&SmolStr>| {
        Node::list(names.into_iter().map(|name| Node::text(name.clone(), place)).collect(), place)
    };
    let mut map = Map::default();
    let mut put = |key: &'static str, node: Node| map.push(key, place, node);
    put("name", Node::text(name, place));
    put("count", Node::new(Value::Number(documents.len() as f64), place));
    put("documents", Node::list(documents.iter().map(entry).collect(), place));
    put("document_types", list(documents.iter().map(|document| &document.recognised.id).collect()));
    put("sets", list(sets.iter().collect()));
    put("texts", Node::list(documents.iter().map(|document| document.tree.clone()).collect(), place));
    put("registers", list(registers.iter().map(Register::name).collect()));
    Resource {
        target: SmolStr::new_static("isms"),
        address: SmolStr::new_static("isms"),
        names: Vec::new(),
        tree: Node::map(map, place),
        header: place,
        extent: place,
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: false,
    }
}

fn entry(document: &Document) -> Node {
    let mut map = Map::default();
    for key in ["type", "set", "nature", "path", "title", "is_controlled"] {
        if let Some(node) = document.tree.get(key) {
            map.push(key, node.place, node.clone());
        }
    }
    Node::map(map, document.header)
}

fn facts(documents: &[Document], registers: &[Register]) -> IsmsFacts {
    let requirements = documents.iter().flat_map(|document| &document.requirements);
    IsmsFacts {
        exists: true,
        documents: documents.iter().map(Document::fact).chain(registers.iter().map(Register::fact)).collect(),
        applicability: registers.iter().flat_map(Register::applicability).collect(),
        attestations: registers.iter().flat_map(Register::attestations).collect(),
        exceptions: Vec::new(),
        corrective_actions: registers.iter().flat_map(Register::corrective_actions).collect(),
        requirements: requirements.map(|(id, node)| (id.clone(), node.clone(), Location::default())).collect(),
        references: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::kind::document::types;
    use crate::kind::register::types as register_types;
    use crate::kind::targets;
    use crate::syntax::tree::FileId;
    use crate::syntax::{Syntax, parse};

    fn files(texts: &[(&str, &str)]) -> Vec<ParsedFile> {
        let file = |(index, (path, text)): (usize, &(&str, &str))| {
            let id = FileId(u32::try_from(index).unwrap());
            let content = parse(Syntax::of(path).unwrap(), text, id).content;
            ParsedFile { id, path: (*path).into(), text: (*text).into(), content }
        };
        texts.iter().enumerate().map(file).collect()
    }

    fn units(files: &[ParsedFile]) -> Vec<Unit> {
        let all: Vec<&ParsedFile> = files.iter().collect();
        let view = View::new(&all, &[], &[], date(2026, 11, 22));
        let claimed: Vec<&ParsedFile> = all.iter().copied().filter(|file| Isms.claims(file, &view)).collect();
        Isms.groups(&claimed).iter().map(|group| Isms.build(group, &view)).collect()
    }

    #[test]
    fn a_repository_without_documents_has_no_isms() {
        assert!(units(&files(&[("README.md", "# Shop\n"), ("docs/api.md", "# API\n")])).is_empty());
    }

    #[test]
    fn all_documents_are_one_unit_named_by_the_folder_that_holds_them() {
        let files = files(&[
            ("docs/isms/incident/plan.md", "# Incident management plan\n"),
            ("docs/isms/policies/backup.md", "# Backup policy\n"),
        ]);
        let units = units(&files);
        assert_eq!(units.len(), 1);
        assert_eq!((&*units[0].name, units[0].facts.exists), ("docs/isms", true));
        let addresses: Vec<&str> = units[0].resources.iter().map(|resource| resource.address.as_str()).collect();
        let expected = [
            "docs/isms/incident/plan.md",
            "docs/isms/policies/backup.md",
            "isms/backup",
            "isms/incident-plan",
            "isms/policies",
            "isms",
        ];
        assert_eq!(addresses, expected);
    }

    #[test]
    fn the_whole_lists_what_is_there() {
        let files = files(&[("isms/a.md", "# ISMS scope\n"), ("isms/b.md", "# Information security policy\n")]);
        let unit = units(&files).swap_remove(0);
        let whole = unit.resources.last().unwrap();
        assert_eq!(whole.header.file, FileId(1), "the overall policy stands for the whole");
        let types: Vec<&str> =
            whole.tree.get("document_types").unwrap().items().iter().filter_map(Node::as_str).collect();
        assert_eq!(types, ["information-security-policy", "scope"]);
    }

    #[test]
    fn who_accepts_findings_in_code_has_no_isms_by_that() {
        let text = "exceptions:\n  - { id: EX-1, rule: aws/s3/public-acl, owner: a, approver: b, reason: c, expires: 2027-01-01 }\n";
        let unit = units(&files(&[("exceptions.yaml", text)])).swap_remove(0);
        let targets: Vec<&str> = unit.resources.iter().map(|resource| resource.target.as_str()).collect();
        assert_eq!((unit.facts.exists, targets), (false, vec!["register/exception", "isms/exceptions"]));
        let unit = units(&files(&[("exceptions.yaml", text), ("isms/a.md", "# ISMS scope\n")])).swap_remove(0);
        assert!(unit.facts.exists && unit.resources.iter().any(|resource| resource.target == "isms"));
    }

    #[test]
    fn an_isms_that_the_configuration_names_exists_without_a_document() {
        assert!(empty(&[]).is_none());
        let unit = empty(&["management/".to_owned()]).unwrap();
        assert_eq!((&*unit.name, unit.facts.exists, unit.resources.len()), ("management", true, 1));
        assert_eq!(unit.resources[0].header, Place::NOWHERE);
    }

    fn sifted(files: &[ParsedFile]) -> Vec<&str> {
        let all: Vec<&ParsedFile> = files.iter().collect();
        let view = View::new(&all, &[], &[], date(2026, 11, 22));
        let claimed: Vec<&ParsedFile> = all.iter().copied().filter(|file| Isms.claims(file, &view)).collect();
        Isms.sift(&claimed, &view).into_iter().map(|file| &*file.path).collect()
    }

    const SPEAKING: &str =
        "An incident is declared by the lead. After the incident the team meets; incidents are closed.\n";

    #[test]
    fn pages_beside_a_plan_belong_to_it_and_alone_to_nothing() {
        let page = ("docs/ir/after.md", SPEAKING);
        let (far, code) = (("src/notes.md", SPEAKING), ("src/main.tf", ""));
        assert!(sifted(&files(&[page, far, code])).is_empty());
        let plan = ("docs/ir/plan.md", "# Incident response plan\n");
        let other = ("docs/ir/menu.md", "# Menu\n\nSoup.\n");
        let files = files(&[page, other, plan, far, code]);
        assert_eq!(sifted(&files), ["docs/ir/after.md", "docs/ir/plan.md"]);
        let all: Vec<&ParsedFile> = files.iter().filter(|file| file.path.starts_with("docs/")).collect();
        let view = View::new(&all, &[], &[], date(2026, 11, 22));
        let unit = Isms.build(&Group { name: "docs/ir".into(), files: all.clone() }, &view);
        let addresses: Vec<&str> = unit.resources.iter().map(|resource| resource.address.as_str()).collect();
        assert_eq!(addresses, ["docs/ir/plan.md", "isms/incident-plan", "isms"], "a page is no document of its own");
        let documents = unit.resources[1].tree.get("documents").unwrap().items();
        assert_eq!(documents.len(), 2);
    }

    #[test]
    fn a_page_that_a_plan_links_belongs_to_it_wherever_it_lies() {
        let plan = ("docs/runbooks/plan.md", "# Incident response plan\n\nSee the [log](../log.md).\n");
        let code = ("main.tf", "");
        assert_eq!(sifted(&files(&[plan, code, ("docs/log.md", SPEAKING)])), ["docs/runbooks/plan.md", "docs/log.md"]);
        assert_eq!(sifted(&files(&[plan, code, ("docs/other.md", SPEAKING)])), ["docs/runbooks/plan.md"]);
        let among_documents = files(&[plan, ("forms/other.md", SPEAKING)]);
        assert_eq!(sifted(&among_documents), ["docs/runbooks/plan.md", "forms/other.md"]);
    }

    #[test]
    fn templates_count_where_a_repository_has_nothing_else() {
        let template = ("templates/ir.md", "# Incident response plan\n");
        assert_eq!(sifted(&files(&[template])), ["templates/ir.md"]);
        assert_eq!(sifted(&files(&[template, ("isms/scope.md", "# ISMS scope\n")])), ["isms/scope.md"]);
        assert!(sifted(&files(&[("node_modules/x/templates/ir.md", "# Incident response plan\n")])).is_empty());
    }

    #[test]
    fn a_title_is_enough_where_only_documents_lie() {
        let policy = ("disclosure.md", "# Vulnerability Disclosure Policy (Template)\n\nMail us.\n");
        assert_eq!(sifted(&files(&[policy, ("notes.md", "# Notes of Monday\n")])), ["disclosure.md"]);
        assert_eq!(sifted(&files(&[("drones.md", "# Our drone policy\n")])), ["drones.md"]);
        assert!(sifted(&files(&[policy, ("main.tf", "")])).is_empty(), "beside code it may be anything");
        assert!(
            sifted(&files(&[("plan.md", "# How to write a plan\n"), ("README.md", "# Backup policy\n")])).is_empty()
        );
    }

    #[test]
    fn a_long_chapter_of_another_document_is_judged_with_its_subject() {
        let text = format!("# Information security policy\n\n## Incident response\n\n{}", SPEAKING.repeat(9));
        let units = units(&files(&[("isms/policy.md", &text)]));
        let set = units[0].resources.iter().find(|resource| resource.target == "isms/incident-plan").unwrap();
        assert_eq!(set.tree.get("documents").unwrap().items().len(), 1);
        let sets = units[0].resources.last().unwrap().tree.get("sets").unwrap();
        let sets: Vec<&str> = sets.items().iter().filter_map(Node::as_str).collect();
        assert!(sets.contains(&"incident-plan"), "{sets:?}");
    }

    #[test]
    fn every_subject_and_register_is_a_target() {
        let known: BTreeSet<&str> = targets::NAMES.iter().filter_map(|name| name.strip_prefix("isms/")).collect();
        let registers = register_types::all();
        let mut expected = types::sets();
        // What documents require is a resource of the engine's, which sees all of them.
        expected.insert("requirement");
        expected.extend(registers.iter().map(|register| register.name.as_str()));
        assert_eq!(known, expected);
        for register in registers {
            assert!(targets::check(&format!("register/{}", register.id)).is_ok(), "{}", register.id);
        }
    }
}
