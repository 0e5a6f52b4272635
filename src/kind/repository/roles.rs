//! Tracked files that a repository is expected to have, by what they are for.

use super::{Fields, place_of};
use crate::source::SourceFile;
use crate::source::git::facts::Tracked;
use crate::syntax::tree::{Node, Place};

/// The folders in which platforms look for documents about the repository.
const DOCUMENT_FOLDERS: &[&str] = &["", ".github", "docs", ".gitlab"];

/// Names of a document, in lower case and without extension, by role.
const DOCUMENTS: &[(&str, &[&str])] = &[
    ("license", &["license", "licence", "copying", "unlicense", "license-mit", "license-apache"]),
    ("readme", &["readme"]),
    ("security_policy", &["security"]),
    ("contributing", &["contributing"]),
    ("code_of_conduct", &["code_of_conduct", "code-of-conduct"]),
    ("changelog", &["changelog", "changes", "history", "news", "releases"]),
    ("pull_request_template", &["pull_request_template"]),
];

/// Extensions of such documents.
const DOCUMENT_EXTENSIONS: &[&str] = &["", "md", "markdown", "txt", "rst", "adoc", "org"];

/// Paths by role, in lower case; one that ends in `/` is a folder with at least one file.
const PATHS: &[(&str, &[&str])] = &[
    ("license", &["licenses/"]),
    ("security_policy", &["security.txt", ".well-known/security.txt"]),
    ("codeowners", &[".github/codeowners", "codeowners", "docs/codeowners", ".gitlab/codeowners"]),
    ("gitignore", &[".gitignore"]),
    ("gitattributes", &[".gitattributes"]),
    ("editorconfig", &[".editorconfig"]),
    (
        "dependency_updates",
        &[
            ".github/dependabot.yml",
            ".github/dependabot.yaml",
            "renovate.json",
            "renovate.json5",
            ".renovaterc",
            ".renovaterc.json",
            ".renovaterc.json5",
            ".github/renovate.json",
            ".github/renovate.json5",
            ".gitlab/renovate.json",
            ".gitlab/renovate.json5",
        ],
    ),
    (
        "pre_commit",
        &[
            ".pre-commit-config.yaml",
            ".pre-commit-config.yml",
            ".husky/",
            ".githooks/",
            "lefthook.yml",
            "lefthook.yaml",
            ".lefthook.yml",
            ".lefthook.yaml",
        ],
    ),
    ("secret_scanning", &[".gitleaks.toml", ".secrets.baseline", ".github/secret_scanning.yml", "trufflehog.yaml"]),
    ("pull_request_template", &[".github/pull_request_template/", ".gitlab/merge_request_templates/"]),
    (
        "pipeline",
        &[
            ".github/workflows/",
            ".gitlab-ci.yml",
            "azure-pipelines.yml",
            "bitbucket-pipelines.yml",
            ".circleci/config.yml",
            "jenkinsfile",
            ".travis.yml",
            ".drone.yml",
            ".woodpecker.yml",
            ".woodpecker/",
            ".buildkite/",
            ".forgejo/workflows/",
            ".gitea/workflows/",
        ],
    ),
];

/// The order of roles in the tree.
const ROLES: &[&str] = &[
    "license",
    "readme",
    "security_policy",
    "codeowners",
    "contributing",
    "code_of_conduct",
    "changelog",
    "gitignore",
    "gitattributes",
    "editorconfig",
    "dependency_updates",
    "pre_commit",
    "secret_scanning",
    "pull_request_template",
    "pipeline",
];

/// Which tracked file fills each role; of several the first in the order of the lists above, then of paths.
pub(super) fn node(tracked: &[Tracked], files: &[SourceFile]) -> Node {
    let mut found: Vec<(usize, Option<(usize, &str)>)> = (0..ROLES.len()).map(|role| (role, None)).collect();
    for file in tracked {
        for (name, rank) in roles_of(&file.path) {
            let best = found.iter_mut().find(|(role, _)| ROLES.get(*role) == Some(&name));
            if let Some((_, best)) = best
                && best.is_none_or(|(so_far, _)| rank < so_far)
            {
                *best = Some((rank, &file.path));
            }
        }
    }
    let mut fields = Fields::default();
    for (role, best) in found {
        if let (Some(name), Some((_, path))) = (ROLES.get(role), best) {
            fields.node(name, path_node(path, files));
        }
    }
    fields.finish()
}

fn path_node(path: &str, files: &[SourceFile]) -> Node {
    let place: Place = place_of(path, files);
    Node::text(path, place)
}

/// The roles that a path has, each with its rank: the smaller, the more usual.
fn roles_of(path: &str) -> Vec<(&'static str, usize)> {
    let path = path.to_ascii_lowercase();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let mut roles = Vec::new();
    let document_folder = DOCUMENT_FOLDERS.iter().position(|known| *known == folder);
    if let Some(rank) = document_folder.filter(|_| DOCUMENT_EXTENSIONS.contains(&extension)) {
        let named = DOCUMENTS.iter().filter(|(_, names)| names.contains(&stem));
        roles.extend(named.map(|(role, _)| (*role, rank)));
    }
    for (role, paths) in PATHS {
        let is_it = |known: &&str| if known.ends_with('/') { path.starts_with(*known) } else { path == **known };
        roles.extend(paths.iter().position(is_it).map(|rank| (*role, 10 + rank)));
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_told_by_path() {
        for (path, expected) in [
            ("LICENSE", Some("license")),
            ("LICENSE-MIT", Some("license")),
            ("LICENSES/MIT.txt", Some("license")),
            ("README.md", Some("readme")),
            ("sub/README.md", None),
            (".github/SECURITY.md", Some("security_policy")),
            ("SECURITY.yaml", None),
            ("src/security.md", None),
            ("docs/CODEOWNERS", Some("codeowners")),
            ("sub/CODEOWNERS", None),
            (".github/workflows/ci.yml", Some("pipeline")),
            (".husky/pre-commit", Some("pre_commit")),
            ("renovate.json", Some("dependency_updates")),
            (".github/PULL_REQUEST_TEMPLATE.md", Some("pull_request_template")),
            (".gitignore", Some("gitignore")),
            ("sub/.gitignore", None),
        ] {
            assert_eq!(roles_of(path).first().map(|(role, _)| *role), expected, "{path}");
        }
    }

    #[test]
    fn every_role_is_in_the_tree() {
        for (role, _) in DOCUMENTS.iter().chain(PATHS) {
            assert!(ROLES.contains(role), "{role}");
        }
    }
}
