use jiff::civil::date;

use super::*;
use crate::source::SourceOptions;
use crate::source::git::facts::{Commit, History, Person, Reach, Remote, Signature, Tag, Tracked, TrackedKind};

fn tracked(path: &str) -> Tracked {
    Tracked { path: path.into(), size: 10, kind: TrackedKind::File, private_key: None }
}

fn commit(subject: &str, signature: Option<Signature>, is_mainline: bool) -> Commit {
    let ada = Person { name: "Ada".into(), email: "ada@acme.example".into() };
    Commit {
        id: format!("{subject:0<40}"),
        author: ada.clone(),
        committer: ada,
        date: date(2026, 5, 4),
        subject: subject.into(),
        message: subject.into(),
        trailers: Vec::new(),
        parents: 1,
        signature,
        is_mainline,
    }
}

fn facts(commits: Vec<Commit>, reach: Reach) -> Facts {
    let paths =
        ["CODEOWNERS", "Cargo.lock", "Cargo.toml", "README.md", "app/.env", "tool/Cargo.toml", "web/package.json"];
    Facts {
        head: Some("abc".into()),
        branch: Some("main".into()),
        is_shallow: reach == Reach::Shallow,
        remotes: vec![Remote { name: "origin".into(), url: None }],
        tracked: paths.iter().map(|path| tracked(path)).collect(),
        history: History { since: date(2025, 6, 1), commits, reach },
        tags: vec![Tag { name: "v1".into(), is_annotated: true, signature: None }],
    }
}

fn source() -> Source {
    let files = [
        ("CODEOWNERS", "* @acme/core\n/isms/ @acme/ciso\n"),
        (".gitmodules", "[submodule \"x\"]\npath = x\nurl = http://host.example/x\n"),
        ("web/package.json", "{}"),
        ("sub/CODEOWNERS", "* @nobody\n"),
    ];
    Source::from_files(files.map(|(path, text)| (path.to_string(), text.to_string())))
}

fn built(commits: Vec<Commit>, reach: Reach) -> Unit {
    let source = source();
    unit(&facts(commits, reach), &source.files, &own_files(&source))
}

fn of<'a>(unit: &'a Unit, target: &str) -> Vec<&'a Resource> {
    unit.resources.iter().filter(|resource| resource.target == target).collect()
}

/// The value at a path of keys, as a scalar's text or its type.
fn at(node: &Node, path: &str) -> String {
    let found = path.split('.').try_fold(node, |node, key| match key.parse::<usize>() {
        Ok(index) => node.items().get(index),
        Err(_) => node.get(key),
    });
    found.map_or("absent".into(), |node| match &node.value {
        Value::Unknown(unknown) => format!("unknown: {}", unknown.depends_on),
        Value::List(list) => format!("{} items", list.items.len()),
        value => value.scalar_text().map_or_else(|| value.type_name().into(), |text| text.to_string()),
    })
}

#[test]
fn the_repository_tells_what_it_has() {
    let signed = Some(Signature::Ssh);
    let commits = vec![commit("a (#1)", signed, true), commit("b", signed, true), commit("c", None, false)];
    let unit = built(commits, Reach::Complete);
    let tree = &of(&unit, "repository")[0].tree;
    for (path, expected) in [
        ("head", "abc"),
        ("branch", "main"),
        ("shallow", "false"),
        ("files.readme", "README.md"),
        ("files.codeowners", "CODEOWNERS"),
        ("files.license", "absent"),
        ("codeowners.path", "CODEOWNERS"),
        ("codeowners.rules.1.owners.0", "@acme/ciso"),
        ("submodules.0.scheme", "http"),
        ("tracked.count", "7"),
        ("tracked.suspects.0.path", "app/.env"),
        ("tracked.suspects.0.kind", "environment"),
        ("tracked.suspects.1", "absent"),
        ("manifests.0.lock_file", "Cargo.lock"),
        ("manifests.1.path", "tool/Cargo.toml"),
        ("manifests.1.lock_file", "Cargo.lock"),
        ("manifests.2.ecosystem", "npm"),
        ("manifests.2.lock_file", "absent"),
        ("history.since", "2025-06-01"),
        ("history.count", "3"),
        ("history.signed", "2"),
        ("history.signed_share", "0.6666666666666666"),
        ("history.unsigned", "1 items"),
        ("history.authors", "1"),
        ("history.changes", "2"),
        ("history.changes_reviewed", "1"),
        ("history.reviewed_share", "0.5"),
        ("commits.0.signature", "ssh"),
        ("commits.0.pull_request", "1"),
        ("commits.2.signed", "false"),
        ("tags.0.annotated", "true"),
        ("remotes.0.name", "origin"),
    ] {
        assert_eq!(at(tree, path), expected, "{path}");
    }
    assert!(tree.get("commits").unwrap().as_list().unwrap().open.is_none());
}

#[test]
fn each_target_has_its_resources() {
    let unit = built(vec![commit("a", None, true)], Reach::Complete);
    let addresses = |target: &str| of(&unit, target).iter().map(|each| each.address.to_string()).collect::<Vec<_>>();
    assert_eq!(addresses("repository/commit"), ["commit/a000000000"]);
    assert_eq!(addresses("repository/tag"), ["tag/v1"]);
    assert_eq!(addresses("repository/manifest"), ["Cargo.toml", "tool/Cargo.toml", "web/package.json"]);
    assert_eq!(addresses("repository/tracked-file").len(), 7);
    let listed = of(&unit, "repository/manifest")[2].header;
    assert_eq!(listed, Place::whole(source().files.iter().find(|file| &*file.path == "web/package.json").unwrap().id));
    let targets = unit.resources.iter().map(|resource| resource.target.as_str());
    assert!(targets.into_iter().all(|target| TARGETS.contains(&target)));
}

#[test]
fn owners_and_submodules_come_from_their_files() {
    let source = source();
    let files = own_files(&source);
    let view = View::new(&[], &[], &[], date(2026, 6, 1));
    let claimed: Vec<&ParsedFile> = files.iter().filter(|file| Repository.claims(file, &view)).collect();
    let groups = Repository.groups(&claimed);
    let unit = Repository.build(&groups[0], &view);
    let found: Vec<(&str, &str)> =
        unit.resources.iter().map(|each| (each.target.as_str(), each.address.as_str())).collect();
    let expected = [
        ("repository/submodule", "submodule/x"),
        ("repository/codeowners-rule", "owners/*"),
        ("repository/codeowners-rule", "owners//isms/"),
    ];
    assert_eq!(found, expected);
    let text = source.read(unit.resources[2].header.file).unwrap();
    assert_eq!(unit.resources[2].header.as_span().unwrap().slice(&text), "/isms/ @acme/ciso");
    assert!(Repository.groups(&[]).is_empty());
}

#[test]
fn what_is_missing_of_the_history_is_unknown() {
    for (reach, reason) in [
        (Reach::Shallow, "full history (shallow clone)"),
        (Reach::NoCommits, "a first commit"),
        (Reach::TooMany, "commits beyond the newest 50000"),
    ] {
        let unit = built(vec![commit("a", None, true)], reach);
        let tree = &of(&unit, "repository")[0].tree;
        assert_eq!(at(tree, "history"), format!("unknown: {reason}"));
        let commits = tree.get("commits").unwrap().as_list().unwrap();
        assert_eq!(commits.open.as_ref().unwrap().depends_on, reason);
        assert_eq!(tree.get("tags").unwrap().as_list().unwrap().open.is_some(), reach == Reach::Shallow);
    }
}

#[test]
fn a_period_without_commits_has_no_shares() {
    let unit = built(Vec::new(), Reach::Complete);
    let tree = &of(&unit, "repository")[0].tree;
    assert_eq!(at(tree, "history.count"), "0");
    assert_eq!(at(tree, "history.signed_share"), "absent");
}

#[test]
fn only_a_whole_work_tree_is_judged() {
    assert!(of_source(&source(), date(2026, 6, 1)).is_none());
}

#[test]
fn a_work_tree_is_read_and_a_broken_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let repository = git2::Repository::init(folder.path()).unwrap();
    let options = SourceOptions { paths: vec![folder.path().to_path_buf()], ..SourceOptions::default() };
    let read = || of_source(&Source::open(&options).unwrap(), date(2026, 6, 1)).unwrap();
    let unit = read();
    assert_eq!(at(&of(&unit, "repository")[0].tree, "history"), "unknown: a first commit");
    assert!(unit.notices.is_empty());

    std::fs::remove_file(repository.path().join("HEAD")).unwrap();
    let unit = read();
    assert!(unit.resources.is_empty());
    assert_eq!(unit.notices[0].id, "repository-not-read");
    assert!(unit.notices[0].message.starts_with("cannot read the git repository: "), "{:?}", unit.notices);
}

#[test]
fn rules_can_name_every_target() {
    for target in TARGETS {
        assert_eq!(crate::kind::targets::check(target), Ok(()), "{target}");
    }
}
