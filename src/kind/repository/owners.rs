//! Owners of files, and submodules: what the repository says in files of its own.

use ignore::gitignore::GitignoreBuilder;

use super::{Fields, list, resource};
use crate::kind::{ParsedFile, Resource};
use crate::syntax::tree::{Map, Node, Place};

/// Where platforms look for owners, in the order of the first that counts (GitHub's; the others know one or two).
const CODEOWNERS: &[&str] = &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

const GITMODULES: &str = ".gitmodules";

/// Whether a file is about the repository.
pub(super) fn is_claimed(path: &str) -> bool {
    path == GITMODULES || CODEOWNERS.contains(&path)
}

/// The rules or submodules of a file.
pub(super) fn resources(file: &ParsedFile) -> Vec<Resource> {
    if *file.path == *GITMODULES { submodules(file) } else { rules(file) }
}

fn rules(file: &ParsedFile) -> Vec<Resource> {
    let rule = |tree: &Node| {
        let pattern = tree.get("pattern").and_then(Node::as_str).unwrap_or("");
        resource("repository/codeowners-rule", &format!("owners/{pattern}"), tree.clone(), tree.place)
    };
    file.trees().iter().flat_map(Node::items).map(rule).collect()
}

/// Who owns a path by the CODEOWNERS among the files of a repository: the owners of the last line that matches it. None
/// without such a file.
pub(crate) fn owners_of(path: &str, files: &[&ParsedFile]) -> Option<Vec<String>> {
    let file = CODEOWNERS.iter().find_map(|known| files.iter().find(|file| *file.path == **known))?;
    let matches = |rule: &&Node| {
        let mut builder = GitignoreBuilder::new("");
        let pattern = rule.get("pattern").and_then(Node::as_str).unwrap_or_default();
        let built = builder.add_line(None, pattern).ok().and_then(|builder| builder.build().ok());
        built.is_some_and(|pattern| pattern.matched_path_or_any_parents(path, false).is_ignore())
    };
    let rules: Vec<&Node> = file.trees().iter().flat_map(Node::items).collect();
    let last = rules.into_iter().rfind(matches);
    let owners = last.and_then(|rule| rule.get("owners")).map(Node::items).unwrap_or_default();
    Some(owners.iter().filter_map(Node::as_str).map(str::to_owned).collect())
}

/// The owners as a part of the repository; none where there is no such file.
pub(super) fn node(own: &[ParsedFile]) -> Option<Node> {
    let file = CODEOWNERS.iter().find_map(|path| own.iter().find(|file| *file.path == **path))?;
    let mut fields = Fields::at(Place::whole(file.id));
    fields.text("path", Some(&file.path));
    fields.node("rules", file.trees().first().cloned().unwrap_or_else(|| list(Vec::new(), None)));
    Some(fields.finish())
}

/// The submodules that the file names, each with the scheme of its address.
pub(super) fn submodules(file: &ParsedFile) -> Vec<Resource> {
    if *file.path != *GITMODULES {
        return Vec::new();
    }
    file.trees().iter().flat_map(Node::items).map(submodule).collect()
}

fn submodule(tree: &Node) -> Resource {
    let name = tree.get("name").and_then(Node::as_str).unwrap_or("");
    let mut map = tree.as_map().cloned().unwrap_or_else(Map::default);
    if let Some(url) = tree.get("url") {
        let scheme = url.as_str().map_or("", scheme);
        map.push("scheme", url.place, Node::text(scheme, url.place));
    }
    resource("repository/submodule", &format!("submodule/{name}"), Node::map(map, tree.place), tree.place)
}

/// How git would fetch from an address.
fn scheme(url: &str) -> &'static str {
    let is_short_ssh = || url.split_once(':').is_some_and(|(host, _)| !host.contains('/') && host.len() > 1);
    match url.split_once("://").map(|(scheme, _)| scheme) {
        Some("https") => "https",
        Some("http") => "http",
        Some("ssh" | "git+ssh" | "ssh+git") => "ssh",
        Some("git") => "git",
        None if url.starts_with("./") || url.starts_with("../") => "relative",
        None if is_short_ssh() => "ssh",
        _ => "file",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_told_as_git_takes_them() {
        for (url, expected) in [
            ("https://host.example/a.git", "https"),
            ("http://host.example/a.git", "http"),
            ("ssh://git@host.example/a.git", "ssh"),
            ("git@host.example:a.git", "ssh"),
            ("git://host.example/a.git", "git"),
            ("../a.git", "relative"),
            ("/srv/a.git", "file"),
            ("./x:y", "relative"),
            ("C:/a.git", "file"),
            ("file:///srv/a.git", "file"),
        ] {
            assert_eq!(scheme(url), expected, "{url}");
        }
    }
}
