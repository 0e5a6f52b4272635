//! Paths of the scan: relative to its root, with forward slashes.

/// A relative path seen from a folder (`.` or nothing is the root), without `.` and `..`; empty where it leads to the root
/// itself, none where it leads out of the scan.
pub(crate) fn from_folder(folder: &str, path: &str) -> Option<String> {
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !matches!(*step, "" | ".")).collect();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop()?;
            }
            step => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

/// A path below a folder; the root is an empty folder or `.`.
pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() || folder == "." { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The folder of a path, empty for the root, and the name.
pub(crate) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_their_folder() {
        let cases = [
            (".", "a", Some("a")),
            ("", "./a//b", Some("a/b")),
            ("x/y", "../a", Some("x/a")),
            ("x", "..", Some("")),
            ("x", "../..", None),
            (".", "../a", None),
        ];
        for (folder, path, expected) in cases {
            assert_eq!(from_folder(folder, path).as_deref(), expected, "{folder} {path}");
        }
        assert_eq!((join(".", "a"), join("x", "a")), ("a".to_owned(), "x/a".to_owned()));
        assert_eq!((split("a"), split("x/y/a")), (("", "a"), ("x/y", "a")));
    }
}
