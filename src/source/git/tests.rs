#![expect(clippy::disallowed_methods, reason = "the tests make the repositories that they read")]

use std::fs;

use git2::{Repository, Time};
use jiff::civil::date;
use tempfile::TempDir;

use super::facts::{Person, Reach};
use super::*;

const DAY: i64 = 24 * 60 * 60;
/// 2026-06-01, noon.
const NOON: i64 = 1_780_315_200;

struct Fixture {
    folder: TempDir,
    repository: Repository,
}

impl Fixture {
    fn new() -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::init(folder.path()).unwrap();
        repository.set_head("refs/heads/main").unwrap();
        Fixture { folder, repository }
    }

    fn add(&self, path: &str, bytes: &[u8]) {
        let full = self.folder.path().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, bytes).unwrap();
        let mut index = self.repository.index().unwrap();
        index.add_path(Path::new(path)).unwrap();
        index.write().unwrap();
    }

    /// Commits the index on top of the head, `days` before 2026-06-01.
    fn commit(&self, message: &str, days: i64, signature: Option<&str>) -> git2::Oid {
        let parent = self.repository.head().ok().and_then(|head| head.target());
        self.commit_on(message, days, signature, &parent.into_iter().collect::<Vec<_>>())
    }

    fn commit_on(&self, message: &str, days: i64, signature: Option<&str>, parents: &[git2::Oid]) -> git2::Oid {
        let person = git2::Signature::new("Ada", "ada@acme.example", &Time::new(NOON - days * DAY, 120)).unwrap();
        let tree = self.repository.index().unwrap().write_tree().unwrap();
        let tree = self.repository.find_tree(tree).unwrap();
        let parents: Vec<git2::Commit<'_>> =
            parents.iter().map(|id| self.repository.find_commit(*id).unwrap()).collect();
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let buffer = self.repository.commit_create_buffer(&person, &person, message, &tree, &parents).unwrap();
        let content = buffer.as_str().unwrap();
        let id = match signature {
            Some(signature) => self.repository.commit_signed(content, signature, None).unwrap(),
            None => self.repository.odb().unwrap().write(git2::ObjectType::Commit, content.as_bytes()).unwrap(),
        };
        self.repository.reference("refs/heads/main", id, true, "test").unwrap();
        id
    }

    fn facts(&self) -> Facts {
        facts(self.folder.path(), date(2025, 6, 1), date(2026, 6, 1)).unwrap()
    }
}

#[test]
fn commits_of_the_period_are_read_newest_first() {
    let fixture = Fixture::new();
    fixture.commit("long ago", 400, None);
    fixture.commit("Add a\n\nWhy.\n\nReviewed-by: Bob <bob@acme.example>\nRefs: 12\n", 30, None);
    let pgp = "-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----";
    fixture.commit("Signed", 20, Some(pgp));
    fixture.commit("By key", 10, Some("-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----"));
    let head =
        fixture.commit("By certificate", 0, Some("-----BEGIN SIGNED MESSAGE-----\nx\n-----END SIGNED MESSAGE-----"));
    fixture.commit_on("Off the branch", 5, None, &[]);
    fixture.repository.reference("refs/heads/main", head, true, "test").unwrap();

    let facts = fixture.facts();
    assert_eq!((facts.head, facts.branch.as_deref()), (Some(head.to_string()), Some("main")));
    let history = facts.history;
    assert_eq!((history.reach, history.since), (Reach::Complete, date(2025, 6, 1)));
    let found: Vec<(&str, Option<&str>, bool)> = history
        .commits
        .iter()
        .map(|commit| (&*commit.subject, commit.signature.map(Signature::word), commit.is_mainline))
        .collect();
    let expected = [
        ("By certificate", Some("x509"), true),
        ("By key", Some("ssh"), true),
        ("Signed", Some("openpgp"), true),
        ("Add a", None, true),
    ];
    assert_eq!(found, expected);
    let reviewed = &history.commits[3];
    let trailer = |key: &str, value: &str| (key.to_string(), value.to_string());
    assert_eq!(reviewed.trailers, [trailer("Reviewed-by", "Bob <bob@acme.example>"), trailer("Refs", "12")]);
    let ada = Person { name: "Ada".into(), email: "ada@acme.example".into() };
    assert_eq!((&reviewed.author, &reviewed.committer, reviewed.date), (&ada, &ada, date(2026, 5, 2)));
}

#[test]
fn what_was_merged_is_not_on_the_main_line() {
    let fixture = Fixture::new();
    let base = fixture.commit("base", 30, None);
    let side = fixture.commit("side", 20, None);
    let main = fixture.commit_on("main", 10, None, &[base]);
    fixture.commit_on("Merge", 5, None, &[main, side]);
    let commits = fixture.facts().history.commits;
    let found: Vec<(&str, usize, bool)> =
        commits.iter().map(|commit| (&*commit.subject, commit.parents, commit.is_mainline)).collect();
    assert_eq!(found, [("Merge", 2, true), ("main", 1, true), ("side", 1, false), ("base", 0, true)]);
}

#[test]
fn a_repository_without_commits_says_so() {
    let fixture = Fixture::new();
    fixture.add("a.tf", b"x");
    let facts = fixture.facts();
    assert_eq!((facts.head, facts.branch), (None, None));
    assert_eq!((facts.history.reach, facts.history.commits.len()), (Reach::NoCommits, 0));
    assert_eq!(facts.tracked.len(), 1);
}

#[test]
fn a_shallow_clone_is_told_only_where_it_cuts_the_period() {
    let fixture = Fixture::new();
    let old = fixture.commit("old", 500, None);
    let inside = fixture.commit("inside", 100, None);
    fixture.commit("new", 1, None);
    let cut_at = |id: git2::Oid| {
        fs::write(fixture.repository.path().join("shallow"), format!("{id}\n")).unwrap();
        let facts = fixture.facts();
        (facts.is_shallow, facts.history.reach)
    };
    assert_eq!(cut_at(inside), (true, Reach::Shallow));
    assert_eq!(cut_at(old), (true, Reach::Complete));
}

#[test]
fn tracked_files_are_what_the_index_holds() {
    let fixture = Fixture::new();
    fixture.add("b/x.pem", b"-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----\n");
    fixture.add("a.pem", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n");
    fixture.add("id_ed25519", b"-----BEGIN OPENSSH PRIVATE KEY-----\nx\n");
    fixture.add("id_ed25519.pub", b"ssh-ed25519 x");
    fixture.add("README.md", b"-----BEGIN RSA PRIVATE KEY-----");
    fs::write(fixture.folder.path().join("untracked"), "").unwrap();
    let found: Vec<(String, u64, Option<bool>)> =
        fixture.facts().tracked.into_iter().map(|file| (file.path, file.size, file.private_key)).collect();
    let expected = [
        ("README.md", 31, None),
        ("a.pem", 56, Some(false)),
        ("b/x.pem", 64, Some(true)),
        ("id_ed25519", 38, Some(true)),
        ("id_ed25519.pub", 13, None),
    ];
    assert_eq!(found, expected.map(|(path, size, key)| (path.to_string(), size, key)));
    assert_eq!(tracked_paths(fixture.folder.path()), expected.map(|(path, ..)| path));
}

#[test]
fn tags_and_remotes_are_read() {
    let fixture = Fixture::new();
    let id = fixture.commit("x", 1, None);
    let target = fixture.repository.find_object(id, None).unwrap();
    let tagger = git2::Signature::new("Ada", "ada@acme.example", &Time::new(NOON, 0)).unwrap();
    fixture.repository.tag_lightweight("light", &target, false).unwrap();
    fixture.repository.tag("v2", &target, &tagger, "release\n\n-----BEGIN it is not", false).unwrap();
    let signed = "release\n-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n";
    fixture.repository.tag("v1", &target, &tagger, signed, false).unwrap();
    fixture.repository.remote("origin", "https://me:secret@host.example/a@b.git").unwrap();
    fixture.repository.remote("mirror", "git@host.example:a.git").unwrap();
    let facts = fixture.facts();
    let tag = |name: &str, is_annotated, signature| Tag { name: name.into(), is_annotated, signature };
    let expected = [tag("light", false, None), tag("v1", true, Some(Signature::Ssh)), tag("v2", true, None)];
    assert_eq!(facts.tags, expected);
    let remotes: Vec<Option<&str>> = facts.remotes.iter().map(|remote| remote.url.as_deref()).collect();
    assert_eq!(remotes, [Some("git@host.example:a.git"), Some("https://host.example/a@b.git")]);
}

#[test]
fn a_detached_head_has_no_branch() {
    let fixture = Fixture::new();
    let id = fixture.commit("x", 1, None);
    fixture.repository.set_head_detached(id).unwrap();
    let facts = fixture.facts();
    assert_eq!((facts.head, facts.branch), (Some(id.to_string()), None));
}

#[test]
fn what_is_no_repository_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let error = facts(folder.path(), date(2025, 1, 1), date(2026, 1, 1)).unwrap_err();
    assert!(error.message.starts_with("cannot read the git repository: "), "{error}");
    fs::write(folder.path().join(".git"), "nonsense").unwrap();
    assert!(facts(folder.path(), date(2025, 1, 1), date(2026, 1, 1)).is_err());
    assert_eq!(tracked_paths(folder.path()), Vec::<String>::new());
}

#[test]
fn a_broken_repository_is_an_error_and_no_panic() {
    let fixture = Fixture::new();
    fixture.add("a.tf", b"x");
    let id = fixture.commit("x", 1, None).to_string();
    let (folder, file) = id.split_at(2);
    let object = fixture.repository.path().join("objects").join(folder).join(file);
    fs::remove_file(&object).unwrap();
    assert!(facts(fixture.folder.path(), date(2025, 1, 1), date(2026, 1, 1)).is_err());
    fs::write(fixture.repository.path().join("index"), "broken").unwrap();
    assert_eq!(tracked_paths(fixture.folder.path()), Vec::<String>::new());
}
