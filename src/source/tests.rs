#![expect(clippy::disallowed_methods, reason = "the tests make the files that they read")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;

/// A folder of these files; a path that ends in `/` is an empty folder.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn options(folder: &TempDir, paths: &[&str]) -> SourceOptions {
    SourceOptions { paths: paths.iter().map(|path| folder.path().join(path)).collect(), ..SourceOptions::default() }
}

fn open(folder: &TempDir, paths: &[&str]) -> Source {
    Source::open(&options(folder, paths)).unwrap()
}

fn paths(source: &Source) -> Vec<&str> {
    source.files.iter().map(|file| &*file.path).collect()
}

fn reported(source: &Source) -> Vec<&str> {
    source.files.iter().filter(|file| file.reported).map(|file| &*file.path).collect()
}

fn not_read(source: &Source) -> Vec<(&str, NotReadReason, &str)> {
    source.not_read.iter().map(|entry| (&*entry.path, entry.reason, &*entry.detail)).collect()
}

#[test]
fn installed_modules_are_listed_where_terraform_lists_them() {
    let list = r#"{"Modules": [{"Key": "", "Dir": "."}, {"Key": "v", "Dir": ".terraform/modules/v"},
        {"Key": "w", "Dir": ".terraform\\modules\\w/sub"}, {"Key": "x", "Dir": ".terraform/modules/../../../y"}]}"#;
    let folder = folder(&[
        (".gitignore", ".terraform"),
        ("a/main.tf", ""),
        ("a/.terraform/modules/modules.json", list),
        ("a/.terraform/modules/v/main.tf", ""),
        ("a/.terraform/modules/v/README.md", ""),
        ("a/.terraform/modules/v/examples/main.tf", ""),
        ("a/.terraform/modules/w/sub/main.tf.json", "{}"),
        ("a/.terraform/providers/p.tf", ""),
        ("y/x.tf", ""),
        ("z/.terraform/modules/modules.json", list),
    ]);
    let source = open(&folder, &["."]);
    let installed: Vec<&str> = paths(&source).into_iter().filter(|path| path.contains(".terraform")).collect();
    let expected = ["modules.json", "v/main.tf", "w/sub/main.tf.json"];
    assert_eq!(installed, expected.map(|path| format!("a/.terraform/modules/{path}")));
    assert_eq!(reported(&source).len(), 5);
}

#[test]
fn files_without_a_syntax_can_be_read_by_their_path() {
    let folder = folder(&[
        ("a.tpl", "a"),
        ("b/c.sh", "c"),
        ("b/d.json", "{}"),
        ("b/e.bin", "\0"),
        ("no/f.tpl", "f"),
        ("b/a.tf", ""),
    ]);
    symlink("a.tpl", folder.path().join("link.tpl")).unwrap();
    let options = SourceOptions { exclude: vec!["no/**".to_owned()], ..options(&folder, &["."]) };
    let source = Source::open(&options).unwrap();
    for (path, text) in [
        ("a.tpl", Some("a")),
        ("b/c.sh", Some("c")),
        ("b/d.json", Some("{}")),
        ("b/e.bin", None),
        ("no/f.tpl", None),
        ("link.tpl", None),
        ("../a.tpl", None),
        ("none", None),
    ] {
        assert_eq!(source.text_of(path).as_deref(), text, "{path}");
    }
    assert_eq!(source.paths_below("b/"), ["b/a.tf", "b/c.sh", "b/d.json", "b/e.bin"]);
    assert_eq!(source.is_listed("b/d.json"), !source.is_listed("b/c.sh"));
}

#[test]
fn files_with_a_syntax_are_listed_in_order_and_others_counted() {
    let folder = folder(&[
        ("b.tf", ""),
        ("a/z.yaml", "x: 1"),
        ("a-b/c.json", "{}"),
        (".github/workflows/ci.yml", ""),
        ("main.rs", ""),
        ("LICENSE", ""),
    ]);
    for threads in [1, 4] {
        let source = Source::open(&SourceOptions { threads, ..options(&folder, &["."]) }).unwrap();
        assert_eq!(paths(&source), [".github/workflows/ci.yml", "a-b/c.json", "a/z.yaml", "b.tf"]);
        assert_eq!(source.other_files, 2);
        assert!(source.files.iter().enumerate().all(|(index, file)| file.id.0 as usize == index && file.reported));
        let yaml = &source.files[2];
        assert_eq!((yaml.syntax, yaml.size, &*source.read(yaml.id).unwrap()), (Syntax::Yaml, 4, "x: 1"));
        assert!(source.is_whole() && !source.is_work_tree());
        assert_eq!(source.root(), Some(folder.path().canonicalize().unwrap().as_path()));
    }
}

#[test]
fn paths_are_relative_to_the_work_tree() {
    let folder =
        folder(&[(".git/HEAD", ""), ("infra/aws/main.tf", ""), ("infra/aws/sub/x.tf", ""), ("k8s/a.yaml", "")]);
    let source = open(&folder, &["infra"]);
    assert_eq!(paths(&source), ["infra/aws/main.tf", "infra/aws/sub/x.tf"]);
    assert!(source.is_work_tree() && !source.is_whole());
    assert!(open(&folder, &["."]).is_whole());
}

#[test]
fn several_paths_are_read_once_each_below_what_holds_them_all() {
    let files = [("a/x.tf", ""), ("a/b/y.tf", ""), ("c/z.tf", ""), ("c/d/e.tf", ""), ("c/f.bin", "")];
    let folder = folder(&files);
    let source = open(&folder, &["a", "a/b", "a/b/y.tf", "c/z.tf"]);
    assert_eq!(paths(&source), ["a/b/y.tf", "a/x.tf", "c/z.tf"]);
    assert_eq!(reported(&source), ["a/b/y.tf", "a/x.tf", "c/z.tf"]);
    assert_eq!(paths(&open(&folder, &["a"])), ["b/y.tf", "x.tf"]);
    assert_eq!(paths(&open(&folder, &["c", "a/b"])), ["a/b/y.tf", "c/d/e.tf", "c/z.tf"]);
}

#[test]
fn a_named_file_is_reported_and_its_neighbours_are_read() {
    let folder = folder(&[("m/main.tf", ""), ("m/vars.tf", ""), ("m/sub/x.tf", ""), ("m/notes.bin", "")]);
    let source = open(&folder, &["m/main.tf"]);
    assert_eq!(paths(&source), ["main.tf", "vars.tf"]);
    assert_eq!(reported(&source), ["main.tf"]);
    assert_eq!(source.other_files, 0);
    assert_eq!(open(&folder, &["m/notes.bin"]).other_files, 1);
}

#[test]
fn what_git_ignores_is_not_read_unless_asked_for() {
    let files =
        [(".git/HEAD", ""), (".gitignore", "secret.yaml\nout/\n"), ("secret.yaml", ""), ("out/a.tf", ""), ("b.tf", "")];
    let folder = folder(&files);
    assert_eq!(paths(&open(&folder, &["."])), ["b.tf"]);
    assert_eq!(reported(&open(&folder, &["secret.yaml"])), ["secret.yaml"]);
    let source = Source::open(&SourceOptions { no_ignore: true, ..options(&folder, &["."]) }).unwrap();
    assert_eq!(paths(&source), ["b.tf", "out/a.tf", "secret.yaml"]);
}

#[test]
fn what_git_tracks_is_read_although_a_pattern_ignores_it() {
    let folder = folder(&[
        (".gitignore", "*.tfvars\nout/\n"),
        ("prod.tfvars", ""),
        ("local.tfvars", ""),
        ("out/node_modules/a.json", ""),
        ("out/a.json", ""),
        ("b.tf", ""),
        ("gone.tfvars", ""),
        ("old/x.tfvars", ""),
    ]);
    let repository = git2::Repository::init(folder.path()).unwrap();
    let mut index = repository.index().unwrap();
    for path in ["prod.tfvars", "out/node_modules/a.json", "out/a.json", "b.tf", "gone.tfvars", "old/x.tfvars"] {
        index.add_path(Path::new(path)).unwrap();
    }
    index.write().unwrap();
    fs::remove_file(folder.path().join("gone.tfvars")).unwrap();
    let given = SourceOptions { exclude: vec!["old/".into()], ..options(&folder, &["."]) };
    let source = Source::open(&given).unwrap();
    assert_eq!(paths(&source), ["b.tf", "out/a.json", "prod.tfvars"]);
    assert!(source.not_read.is_empty());
    assert_eq!(paths(&open(&folder, &["out"])), ["out/a.json"]);
}

#[test]
fn folders_that_are_not_entered_are_told() {
    let folder = folder(&[
        (".git/x.yaml", ""),
        ("m/.terraform/modules/x.tf", ""),
        ("node_modules/p/package.json", ""),
        ("target/CACHEDIR.TAG", ""),
        ("target/debug/x.json", ""),
        ("deploy/target/x.yaml", ""),
        ("evidence/2026-01.json", ""),
        ("isms/evidence/x.md", ""),
        ("old/x.tf", ""),
    ]);
    let changed = SourceOptions {
        exclude: vec!["/old".into()],
        evidence: Some("evidence".into()),
        no_ignore: true,
        ..options(&folder, &["."])
    };
    let source = Source::open(&changed).unwrap();
    assert_eq!(paths(&source), ["deploy/target/x.yaml", "isms/evidence/x.md"]);
    let told: Vec<(&str, &str)> = source.not_entered.iter().map(|entry| (&*entry.path, entry.reason)).collect();
    let expected = [
        ("evidence", "evidence that annexa recorded"),
        ("m/.terraform", "what Terraform downloaded, apart from the modules that are called"),
        ("node_modules", "packages that a package manager downloaded"),
        ("old", "excluded by the configuration"),
        ("target", "what a build made"),
    ];
    assert_eq!(told, expected);
    assert_eq!(paths(&open(&folder, &["node_modules"])), ["node_modules/p/package.json"]);
}

#[test]
fn patterns_choose_files() {
    let folder = folder(&[("a/x.tf", ""), ("a/y.yaml", ""), ("b/x.tf", ""), ("b/c/z.tf", ""), ("d.bin", "")]);
    let choose = |include: &[&str], exclude: &[&str]| {
        let patterns = |given: &[&str]| given.iter().map(ToString::to_string).collect();
        let chosen =
            SourceOptions { include: patterns(include), exclude: patterns(exclude), ..options(&folder, &["."]) };
        Source::open(&chosen)
    };
    assert_eq!(paths(&choose(&["*.tf"], &[]).unwrap()), ["a/x.tf", "b/c/z.tf", "b/x.tf"]);
    assert_eq!(paths(&choose(&["b/"], &["**/c"]).unwrap()), ["b/x.tf"]);
    let source = choose(&[], &["x.tf"]).unwrap();
    assert_eq!(paths(&source), ["a/y.yaml", "b/c/z.tf"]);
    assert_eq!((source.excluded_files, source.other_files), (2, 1));
    let error = choose(&[], &["a{b"]).unwrap_err().to_string();
    assert!(error.starts_with("pattern `a{b` is not valid: "), "{error}");
}

#[test]
fn links_are_not_followed_and_told_when_something_is_missed() {
    let outside = folder(&[("secret.yaml", "")]);
    let folder = folder(&[("a/real.yaml", ""), ("x.bin", "")]);
    let link = |target: &Path, name: &str| symlink(target, folder.path().join(name)).unwrap();
    link(Path::new("a/real.yaml"), "same.yaml");
    link(Path::new("x.bin"), "text.yaml");
    link(&outside.path().join("secret.yaml"), "out.yaml");
    link(Path::new("nowhere.yaml"), "dead.yaml");
    link(Path::new("loop2.yaml"), "loop1.yaml");
    link(Path::new("loop1.yaml"), "loop2.yaml");
    link(Path::new(".."), "a/up");
    link(Path::new("/etc/hosts"), "hosts");
    let source = open(&folder, &["."]);
    assert_eq!(paths(&source), ["a/real.yaml"]);
    let expected = [
        ("dead.yaml", NotReadReason::Link, "is a symbolic link that leads nowhere"),
        ("loop1.yaml", NotReadReason::Link, "is a symbolic link that leads nowhere"),
        ("loop2.yaml", NotReadReason::Link, "is a symbolic link that leads nowhere"),
        ("out.yaml", NotReadReason::Link, "is a symbolic link that leads outside of the scanned folder"),
        ("text.yaml", NotReadReason::Link, "is a symbolic link to `x.bin`, which is not read"),
    ];
    assert_eq!(not_read(&source), expected);
}

#[test]
fn a_large_file_is_listed_and_never_opened() {
    let folder = folder(&[("b.yaml", "a: 1")]);
    // Sparse: it takes no space, and reading it would take 200 MB of memory.
    fs::File::create(folder.path().join("a.yaml")).unwrap().set_len(200_000_000).unwrap();
    let source = open(&folder, &["."]);
    assert_eq!(paths(&source), ["a.yaml", "b.yaml"]);
    assert_eq!(source.files[0].size, 200_000_000);
    let error = source.read(FileId(0)).unwrap_err();
    let detail = "has 200000000 bytes, and files above 10 MiB are not read; exclude it in `annexa.yaml` or split it";
    assert_eq!((error.reason, &*error.detail), (NotReadReason::TooLarge, detail));
}

#[test]
fn only_utf8_text_is_read() {
    for (bytes, expected) in [
        (&b""[..], Ok("")),
        (b"\xef\xbb\xbfa: 1", Ok("\u{feff}a: 1")),
        (b"a: \xc3\xa4\r\n", Ok("a: ä\r\n")),
        (b"ab\xff", Err("is not UTF-8 (byte 2 is the first that does not fit); save it as UTF-8")),
        (b"\xff\xfea\0", Err("is encoded as UTF-16; save it as UTF-8")),
        (b"a\0b", Err("holds a NUL byte at offset 1, so it is not text in spite of its name")),
    ] {
        let folder = folder(&[]);
        fs::write(folder.path().join("x.yaml"), bytes).unwrap();
        let read = open(&folder, &["."]).read(FileId(0));
        assert_eq!(read.as_deref().map_err(|error| &*error.detail), expected);
    }
}

#[test]
fn what_vanished_or_is_refused_is_told() {
    let folder = folder(&[("a.yaml", "x"), ("b/c.yaml", ""), ("d.yaml", "")]);
    let refuse = |path: &str| fs::set_permissions(folder.path().join(path), fs::Permissions::from_mode(0o000)).unwrap();
    refuse("b");
    refuse("d.yaml");
    // The super-user is refused nothing, so this test shows less to him.
    let is_refused = fs::read_dir(folder.path().join("b")).is_err();
    let source = open(&folder, &["."]);
    if is_refused {
        assert_eq!(paths(&source), ["a.yaml", "d.yaml"]);
        assert_eq!(not_read(&source), [("b", NotReadReason::Denied, "cannot be read: permission denied")]);
        assert_eq!(source.read(FileId(1)).unwrap_err().reason, NotReadReason::Denied);
    }
    fs::remove_file(folder.path().join("a.yaml")).unwrap();
    assert_eq!(source.read(FileId(0)).unwrap_err().reason, NotReadReason::Failed);
    assert_eq!(source.read(FileId(99)).unwrap_err().reason, NotReadReason::Failed);
    fs::set_permissions(folder.path().join("b"), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn pipes_are_listed_and_never_opened() {
    let folder = folder(&[]);
    let pipe = folder.path().join("x.yaml");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [".", "x.yaml"] {
        let source = open(&folder, &[path]);
        assert_eq!(reported(&source), ["x.yaml"]);
        let error = source.read(FileId(0)).unwrap_err();
        assert_eq!((error.reason, &*error.detail), (NotReadReason::Special, "is not a regular file"));
    }
}

#[test]
fn names_that_are_not_utf8_are_read_under_a_readable_name() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder(&[]);
    let name = std::ffi::OsStr::from_bytes(b"\xff.yaml");
    if fs::write(folder.path().join(name), "x").is_err() {
        return; // The file system wants names that are text.
    }
    let source = open(&folder, &["."]);
    assert_eq!(paths(&source), ["\u{fffd}.yaml"]);
    assert_eq!(&*source.read(FileId(0)).unwrap(), "x");
}

#[test]
fn a_path_that_does_not_exist_is_named() {
    let folder = folder(&[]);
    let error = Source::open(&options(&folder, &["none"])).unwrap_err();
    assert_eq!(error, SourceError::NotFound(folder.path().join("none")));
    assert!(error.to_string().ends_with("none` does not exist"), "{error}");
}

#[test]
fn an_empty_folder_is_a_source_without_files() {
    let source = open(&folder(&[]), &["."]);
    assert_eq!((source.files.len(), source.not_read.len(), source.other_files), (0, 0, 0));
}

#[test]
fn files_in_memory_keep_the_same_limits() {
    let large = "x".repeat(usize::try_from(MAX_FILE_SIZE).unwrap() + 1);
    let files =
        [("b.tf", "b"), ("a.yaml", "old"), ("a.yaml", "new"), ("n.json", "\0"), ("l.csv", &large), ("t.bin", "")];
    let source = Source::from_files(files.map(|(path, text)| (path.to_string(), text.to_string())));
    assert_eq!(paths(&source), ["a.yaml", "b.tf", "l.csv", "n.json"]);
    assert_eq!(&*source.read(FileId(0)).unwrap(), "new");
    assert_eq!(source.read(FileId(2)).unwrap_err().reason, NotReadReason::TooLarge);
    assert_eq!(source.read(FileId(3)).unwrap_err().reason, NotReadReason::NotText);
    assert_eq!(source.other_files, 1);
}
