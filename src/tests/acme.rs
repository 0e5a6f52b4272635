//! The fixture `testdata/acme` is what `testdata/README.md` says it is: what the other tests and the tutorial rest on.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use annexa::syntax::{Syntax, parse, tree::FileId};

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// The files below a folder, relative to it, with `/`; git's own folder left out.
pub(crate) fn files(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().unwrap() != ".git" {
                    folders.push(path);
                }
            } else {
                let relative = path.strip_prefix(root).unwrap().to_str().unwrap();
                found.insert(relative.replace('\\', "/"));
            }
        }
    }
    found
}

/// The cells of the tables below a heading of the README, header and ruler left out.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let readme = fs::read_to_string(testdata().join("README.md")).unwrap();
    let section = readme.split("\n## ").find(|section| section.starts_with(heading)).expect(heading);
    section
        .lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|---"))
        .map(|line| {
            let line = line.replace("\\|", "\u{0}");
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().replace('\u{0}', "|")).collect()
        })
        .filter(|cells: &Vec<String>| !cells.iter().any(|cell| cell == "file"))
        .collect()
}

#[test]
fn flaws_of_acme_stand_where_the_readme_says() {
    let flaws = rows("What is wrong, on purpose");
    assert!(flaws.len() > 40, "only {} rows", flaws.len());
    for flaw in flaws {
        let [_, file, line, text, what] = flaw.as_slice() else { panic!("not five cells: {flaw:?}") };
        let content = fs::read_to_string(testdata().join("acme").join(file)).unwrap();
        let number: usize = line.parse().unwrap();
        let text = text.trim_matches('`');
        let stands = text.is_empty() || content.lines().nth(number - 1).is_some_and(|line| line.contains(text));
        assert!(stands, "{file}:{line} should hold `{text}` ({what})");
    }
}

#[test]
fn files_of_acme_are_readable_but_for_those_listed() {
    let root = testdata().join("acme");
    let unreadable = files(&root)
        .into_iter()
        .filter(|path| {
            let Some(syntax) = Syntax::of(path) else { return false };
            let bytes = fs::read(root.join(path)).unwrap();
            match String::from_utf8(bytes) {
                Ok(text) => !parse(syntax, &text, FileId(0)).errors.is_empty(),
                Err(_) => true,
            }
        })
        .collect::<Vec<_>>();
    let listed = rows("What cannot be read").into_iter().map(|row| row[0].clone()).collect::<BTreeSet<_>>();
    let listed = listed.into_iter().filter(|path| !path.ends_with("clear-desk-policy.md")).collect::<Vec<_>>();
    assert_eq!(unreadable, listed);
}

#[test]
fn bundle_ends_in_the_present_state_of_acme() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("acme-bundle");
    let _ = fs::remove_dir_all(&folder);
    let bundle = testdata().join("repositories").join("acme.bundle");
    let mut git = Command::new("git");
    git.args(["-c", "init.defaultBranch=main", "clone", "--quiet", "-c", "core.autocrlf=false"])
        .arg(bundle)
        .arg(&folder);
    assert!(git.status().unwrap().success());

    let acme = testdata().join("acme");
    let again = "acme has changed: run testdata/repositories/make.sh";
    assert_eq!(files(&folder), files(&acme), "{again}");
    for path in files(&acme) {
        assert!(fs::read(folder.join(&path)).unwrap() == fs::read(acme.join(&path)).unwrap(), "{path}: {again}");
    }
}
