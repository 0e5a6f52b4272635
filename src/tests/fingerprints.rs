//! Fingerprints: they survive what does not change what is wrong, and change with the identity of the resource.

use std::collections::{BTreeMap, BTreeSet};

use annexa::engine;
use annexa::engine::assessment::Assessment;
use annexa::engine::plan::Plan;
use annexa::rule::set::{self, LoadedRule};
use annexa::rule::{ExampleSubject, Expectation};
use annexa::source::Source;
use rayon::prelude::*;

use crate::{assess, program};

type Files = Vec<(String, String)>;

/// A generator that gives the same numbers on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % end as u64).unwrap()
    }
}

fn bucket(name: &str) -> String {
    format!("resource \"aws_s3_bucket\" \"{name}\" {{\n  bucket = \"{name}\"\n  acl    = \"public-read\"\n}}\n")
}

fn pod(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  namespace: shop\nspec:\n  containers:\n    - name: web\n      \
         image: nginx:latest\n      securityContext:\n        privileged: true\n"
    )
}

/// Blocks of Terraform and manifests, each in a list, as they stand in their files.
struct Project {
    terraform: Vec<(String, Vec<String>)>,
    manifests: Vec<(String, Vec<String>)>,
}

impl Project {
    fn new() -> Project {
        let blocks = |names: &[&str]| names.iter().map(|name| bucket(name)).collect();
        let pods = |names: &[&str]| names.iter().map(|name| pod(name)).collect();
        Project {
            terraform: vec![
                ("infra/a.tf".into(), blocks(&["one", "two", "three"])),
                ("infra/b.tf".into(), blocks(&["four"])),
            ],
            manifests: vec![("k8s/a.yaml".into(), pods(&["x", "y"])), ("k8s/b.yaml".into(), pods(&["z"]))],
        }
    }

    fn files(&self) -> Files {
        let terraform = self.terraform.iter().map(|(path, blocks)| (path.clone(), blocks.join("\n")));
        let manifests = self.manifests.iter().map(|(path, pods)| (path.clone(), pods.join("---\n")));
        terraform.chain(manifests).collect()
    }

    /// Changes something that means nothing.
    fn edit(&mut self, numbers: &mut Numbers) -> &'static str {
        let of_terraform = numbers.below(2) == 0;
        let files = if of_terraform { &mut self.terraform } else { &mut self.manifests };
        let at = numbers.below(files.len());
        let other = numbers.below(files.len());
        let ending = if of_terraform { "tf" } else { "yaml" };
        match numbers.below(5) {
            0 => {
                let line = format!("# line {}\n\n", numbers.below(1000));
                if let Some(block) = files[at].1.first_mut() {
                    block.insert_str(0, &line);
                }
                "lines above"
            }
            1 => {
                let folder = files[at].0.split('/').next().unwrap().to_owned();
                files[at].0 = format!("{folder}/renamed{}.{ending}", numbers.below(100_000));
                "a file renamed"
            }
            2 => {
                let blocks = &mut files[at].1;
                if !blocks.is_empty() {
                    let (from, to) = (numbers.below(blocks.len()), numbers.below(blocks.len()));
                    let block = blocks.remove(from);
                    blocks.insert(to, block);
                }
                "a block moved in its file"
            }
            3 => {
                if files[at].1.len() > 1 {
                    let block = files[at].1.remove(0);
                    files[other].1.push(block);
                }
                "a block moved to a file beside"
            }
            _ => {
                for block in &mut files[at].1 {
                    *block = if of_terraform {
                        block.replace("  bucket = ", "\tbucket          =  ").replace("  acl    = ", "    acl=")
                    } else {
                        block.replace("namespace: shop", "namespace:   \"shop\"")
                    };
                }
                "another format"
            }
        }
    }
}

fn fingerprints(assessment: &Assessment) -> BTreeSet<String> {
    let all: Vec<&String> = assessment.findings.iter().map(|finding| &finding.fingerprint).collect();
    let distinct: BTreeSet<String> = all.iter().map(|fingerprint| (*fingerprint).clone()).collect();
    assert_eq!(distinct.len(), all.len(), "no two findings of a report share one");
    distinct
}

#[test]
fn fingerprints_survive_what_means_nothing() {
    let mut numbers = Numbers(1);
    let expected = fingerprints(&assess::files(Project::new().files()));
    assert!(expected.len() > 20, "{}", expected.len());
    for _ in 0..12 {
        let mut project = Project::new();
        let mut edits = Vec::new();
        for _ in 0..=numbers.below(6) {
            edits.push(project.edit(&mut numbers));
        }
        let paths: BTreeSet<String> = project.files().into_iter().map(|(path, _)| path).collect();
        if paths.len() < project.files().len() {
            continue;
        }
        let found = fingerprints(&assess::files(project.files()));
        assert_eq!(found, expected, "after {edits:?}: {:#?}", project.files());
    }
}

#[test]
fn fingerprints_change_with_the_identity_of_the_resource() {
    let before = fingerprints(&assess::files(Project::new().files()));
    let of = |assessment: &Assessment, resource: &str| -> BTreeSet<String> {
        let own = assessment.findings.iter().filter(|finding| finding.resource.address.contains(resource));
        own.map(|finding| finding.fingerprint.clone()).collect()
    };
    for (old, new) in [("\"four\"", "\"other\""), ("name: z", "name: other"), ("namespace: shop", "namespace: prod")] {
        let changed = Project::new().files().into_iter().map(|(path, text)| (path, text.replace(old, new)));
        let assessment = assess::files(changed);
        let resource = if old.starts_with("namespace") { "prod" } else { "other" };
        let found = of(&assessment, resource);
        assert!(!found.is_empty() && found.is_disjoint(&before), "{old}");
    }
    let moved = Project::new().files().into_iter().map(|(path, text)| (path.replace("infra/", "platform/"), text));
    let found = of(&assess::files(moved), "aws_s3_bucket");
    assert!(found.is_disjoint(&before), "the folder is a part of it; comparing recognises that it moved");
}

#[test]
fn no_two_findings_of_the_company_share_a_fingerprint() {
    let (_home, folder) = program::acme();
    assert!(fingerprints(&assess::folder(&folder)).len() > 100);
}

/// Kinds, and how many examples at least have to bear each edit of [`EDITS`].
const KINDS: &[(&str, [usize; 4])] = &[
    ("terraform", [100, 100, 100, 100]),
    ("cloudformation", [200, 200, 200, 200]),
    ("arm", [100, 100, 100, 100]),
    ("kubernetes", [60, 60, 60, 60]),
    ("dockerfile", [15, 15, 15, 0]),
    ("compose", [3, 3, 3, 3]),
    ("github-actions", [20, 20, 20, 20]),
    ("gitlab-ci", [0, 5, 5, 5]),
    ("azure-pipelines", [5, 5, 5, 5]),
    ("ansible", [10, 10, 10, 10]),
    ("openapi", [6, 6, 6, 6]),
    ("isms", [80, 10, 50, 10]),
];

/// A change that means nothing to whoever reads the file; none where it does not fit the file.
type Edit = fn(&str, &str) -> Option<(String, String)>;

const EDITS: &[(&str, Edit)] = &[
    ("a file renamed", renamed),
    ("lines above", lines_above),
    ("another format", reformatted),
    ("blocks moved", reversed),
];

fn ending(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap();
    if name.starts_with("Dockerfile") { "dockerfile" } else { name.rsplit_once('.').map_or("", |(_, ending)| ending) }
}

/// Under a name that still tells what it is.
fn renamed(path: &str, text: &str) -> Option<(String, String)> {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let name = match name.split_once('.') {
        // `.gitlab-ci.yml` has no other name.
        Some(("", _)) => return None,
        None => format!("{name}.renamed"),
        Some(("Dockerfile", rest)) => format!("Dockerfile.renamed-{rest}"),
        Some(("compose" | "docker-compose", rest)) => format!("docker-compose.renamed.{rest}"),
        Some((stem, rest)) => format!("{stem}-renamed.{rest}"),
    };
    Some((if folder.is_empty() { name } else { format!("{folder}/{name}") }, text.to_owned()))
}

fn lines_above(path: &str, text: &str) -> Option<(String, String)> {
    let above = match ending(path) {
        "tf" | "yaml" | "yml" | "dockerfile" | "toml" => "# One line.\n\n# And another.\n",
        "json" => "\n\n\n",
        "bicep" => "// One line.\n\n",
        _ => return None,
    };
    Some((path.to_owned(), format!("{above}{text}")))
}

fn reformatted(path: &str, text: &str) -> Option<(String, String)> {
    let text = match ending(path) {
        "tf" => text.replace(" = ", "   =\t"),
        "yaml" | "yml" => text.replace(": ", ":   ").replace('\n', "  \n"),
        "dockerfile" => text.replace("FROM ", "FROM   ").replace("USER ", "user  "),
        "json" => serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(text).ok()?).unwrap(),
        "md" => text.replace("\n\n", "\n\n\n"),
        "bicep" => text.replace(": ", ":   ").replace("\n  ", "\n      "),
        _ => return None,
    };
    Some((path.to_owned(), text))
}

/// The blocks of a file in the other order: top-level blocks, documents, and what stands below each key.
fn reversed(path: &str, text: &str) -> Option<(String, String)> {
    let text = match ending(path) {
        "tf" | "bicep" => chunks(text, &|line| line == "}"),
        "json" => {
            let mut value = serde_json::from_str::<serde_json::Value>(text).ok()?;
            value.get_mut("resources")?.as_array_mut()?.reverse();
            value.to_string()
        }
        "yaml" | "yml" if text.contains("\n---\n") => {
            let mut documents: Vec<&str> = text.split("\n---\n").collect();
            documents.reverse();
            documents.join("\n---\n")
        }
        "yaml" | "yml" => {
            let mut keys: Vec<String> = Vec::new();
            for line in text.lines() {
                match keys.last_mut() {
                    Some(key) if !line.starts_with(|letter: char| letter.is_alphanumeric() || letter == '"') => {
                        key.push_str(line);
                        key.push('\n');
                    }
                    _ => keys.push(format!("{line}\n")),
                }
            }
            keys.iter().rev().map(|key| children_reversed(key)).collect()
        }
        _ => return None,
    };
    Some((path.to_owned(), text))
}

/// Chunks of lines that end where `ends` says, in the other order.
fn chunks(text: &str, ends: &dyn Fn(&str) -> bool) -> String {
    let mut chunks = vec![String::new()];
    for line in text.lines() {
        let last = chunks.last_mut().unwrap();
        last.push_str(line);
        last.push('\n');
        if ends(line) {
            chunks.push(String::new());
        }
    }
    chunks.reverse();
    chunks.concat()
}

/// A key with what stands below it in the other order, where that is a map.
fn children_reversed(key: &str) -> String {
    let (head, below) = key.split_once('\n').unwrap();
    let depth = below.len() - below.trim_start_matches(' ').len();
    let indent = " ".repeat(depth);
    let is_child = |line: &str| line.strip_prefix(&indent).is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    if depth == 0 || !below.lines().next().is_some_and(is_child) {
        return key.to_owned();
    }
    let mut children: Vec<String> = Vec::new();
    for line in below.lines() {
        if is_child(line) {
            children.push(String::new());
        }
        let last = children.last_mut().unwrap();
        last.push_str(line);
        last.push('\n');
    }
    children.reverse();
    format!("{head}\n{}", children.concat())
}

/// The fingerprints of a rule's findings, and the kinds that were judged.
fn judged(loaded: &LoadedRule, files: Files) -> (BTreeSet<String>, Vec<&'static str>) {
    let source = Source::from_files(files);
    let assessment = engine::scan(&source, Plan::new(vec![loaded.clone()]), &assess::settings(), None);
    let kinds = assessment.units.keys().copied().collect();
    (fingerprints(&assessment), kinds)
}

/// What came of the examples of a rule: kind, edit, and what differs if anything does.
fn tried(loaded: &LoadedRule) -> Vec<(&'static str, &'static str, Option<String>)> {
    let loaded = &loaded.complete();
    let mut seen = BTreeSet::new();
    let mut came = Vec::new();
    for example in &loaded.rule.examples {
        let ExampleSubject::Files(files) = &example.subject else { continue };
        let files: Files = files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
        let endings: Vec<&str> = files.iter().map(|(path, _)| ending(path)).collect();
        if example.expect != Expectation::Fails || !seen.insert(endings.join(" ")) {
            continue;
        }
        // Of the many rules on Terraform, of which none depends on the name of a file, a quarter.
        if endings.iter().all(|ending| *ending == "tf") && !loaded.rule.about.id.len().is_multiple_of(4) {
            continue;
        }
        let (expected, kinds) = judged(loaded, files.clone());
        for (name, edit) in EDITS {
            for index in 0..files.len() {
                let Some(edited) = edit(&files[index].0, &files[index].1) else { continue };
                let mut files = files.clone();
                files[index] = edited;
                let (found, _) = judged(loaded, files.clone());
                // Where the name or the order means something to the format, it is not the same any more.
                if found.len() != expected.len() {
                    continue;
                }
                let differs = (found != expected).then(|| format!("{} after {name}: {files:#?}", loaded.rule.about.id));
                came.extend(kinds.iter().map(|kind| (*kind, *name, differs.clone())));
            }
        }
    }
    came
}

#[test]
fn fingerprints_of_every_kind_survive_what_means_nothing() {
    let rules = set::embedded().unwrap();
    let came: Vec<_> = rules.par_iter().flat_map(tried).collect();
    let differing: Vec<&String> = came.iter().filter_map(|(_, _, differs)| differs.as_ref()).collect();
    assert!(differing.is_empty(), "{} differ, such as {:#?}", differing.len(), &differing[..differing.len().min(9)]);
    let count = |kind: &str, edit: &str| came.iter().filter(|(of, by, _)| *of == kind && *by == edit).count();
    for (kind, least) in KINDS {
        let numbers: Vec<usize> = EDITS.iter().map(|(edit, _)| count(kind, edit)).collect();
        assert!(numbers.iter().zip(least).all(|(number, least)| number >= least), "{kind}: {numbers:?}");
    }
}

/// The fingerprints of a rule's findings, by the path they stand in.
fn by_path(files: &[(&str, &str)], rule: &str) -> BTreeMap<String, String> {
    let assessment = assess::files(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let found = assess::findings(&assessment, rule).into_iter();
    found.map(|finding| (finding.location.path.to_string(), finding.fingerprint.clone())).collect()
}

#[test]
fn files_of_one_folder_that_hold_the_same_are_told_apart() {
    const RULE: &str = "docker/root-user";
    let (root, user) = ("FROM debian:12\nUSER root\n", "FROM debian:12\nUSER 1000\n");
    let before = by_path(&[("app/Dockerfile.api", root), ("app/Dockerfile.worker", root)], RULE);
    assert_eq!(before.len(), 2);
    let mended = by_path(&[("app/Dockerfile.api", user), ("app/Dockerfile.worker", root)], RULE);
    assert_eq!(
        mended["app/Dockerfile.worker"], before["app/Dockerfile.worker"],
        "what is mended in one changes no other"
    );
    let renamed = by_path(&[("app/Dockerfile.api", root), ("app/Dockerfile.jobs", root)], RULE);
    assert_eq!(renamed["app/Dockerfile.jobs"], before["app/Dockerfile.worker"]);
    let alone = by_path(&[("app/Dockerfile.api", root), ("job/Dockerfile.api", root)], RULE);
    assert_eq!(alone["app/Dockerfile.api"], before["app/Dockerfile.api"]);
    assert!(!before.values().any(|known| *known == alone["job/Dockerfile.api"]));
}

#[test]
fn workflows_are_known_by_what_they_call_themselves() {
    const RULE: &str = "github-actions/permissions-missing";
    let workflow = |name: &str| {
        format!(
            "name: {name}\non: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: some/action@v1\n"
        )
    };
    let (test, release) = (workflow("Tests"), workflow("Release"));
    let folder = ".github/workflows";
    let at = |name: &str| format!("{folder}/{name}");
    let before = by_path(&[(&at("ci.yml"), &test), (&at("release.yml"), &release)], RULE);
    assert_eq!(before.len(), 2, "{before:?}");
    let after = by_path(&[(&at("zz.yml"), &test), (&at("release.yml"), &release)], RULE);
    assert_eq!(after[&at("zz.yml")], before[&at("ci.yml")]);
    assert_eq!(after[&at("release.yml")], before[&at("release.yml")]);
}

#[test]
fn documents_are_known_by_type_and_title() {
    const NO_OWNER: &str = "document/no-owner";
    let policy = |title: &str| {
        format!("# {title}\n\nVersion 1.0, approved by Maren Oakes on 2026-05-04.\n\nAll staff follow it.\n")
    };
    let (access, logging) = (policy("Access control policy"), policy("Logging policy"));
    let before = by_path(&[("isms/a.md", &access), ("isms/b.md", &logging)], NO_OWNER);
    assert_eq!(before.len(), 2, "{before:?}");
    let after = by_path(
        &[("isms/policies/z.md", &access), ("isms/b.md", &logging), ("isms/c/d.md", "# Scope of the ISMS\n")],
        NO_OWNER,
    );
    assert_eq!(after["isms/policies/z.md"], before["isms/a.md"]);
    assert_eq!(after["isms/b.md"], before["isms/b.md"]);
}
