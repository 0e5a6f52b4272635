//! Files that name dependencies, and the files that pin them.

use std::collections::BTreeSet;

use super::{Fields, place_of, resource};
use crate::kind::Resource;
use crate::source::SourceFile;
use crate::source::git::facts::Tracked;

/// Name of a manifest, its ecosystem, and the names of the files that pin what it names. A name that begins with `*`
/// is an ending.
const MANIFESTS: &[(&str, &str, &[&str])] = &[
    ("Cargo.toml", "cargo", &["Cargo.lock"]),
    (
        "package.json",
        "npm",
        &["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"],
    ),
    ("deno.json", "deno", &["deno.lock"]),
    ("pyproject.toml", "python", &["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "requirements.txt"]),
    ("Pipfile", "python", &["Pipfile.lock"]),
    ("go.mod", "go", &["go.sum"]),
    ("Gemfile", "ruby", &["Gemfile.lock"]),
    ("composer.json", "php", &["composer.lock"]),
    ("mix.exs", "elixir", &["mix.lock"]),
    ("pubspec.yaml", "dart", &["pubspec.lock"]),
    ("Podfile", "cocoapods", &["Podfile.lock"]),
    ("Package.swift", "swift", &["Package.resolved"]),
    ("*.csproj", "nuget", &["packages.lock.json"]),
    ("build.gradle", "gradle", &["gradle.lockfile"]),
    ("build.gradle.kts", "gradle", &["gradle.lockfile"]),
    ("Chart.yaml", "helm", &["Chart.lock"]),
    ("flake.nix", "nix", &["flake.lock"]),
];

/// The manifests among the tracked files. What pins one may stand in a folder above, where a workspace has one for
/// all its members.
pub(super) fn resources(tracked: &[Tracked], files: &[SourceFile]) -> Vec<Resource> {
    let paths: BTreeSet<&str> = tracked.iter().map(|file| file.path.as_str()).collect();
    let mut resources = Vec::new();
    for path in &paths {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_it = |known: &str| known.strip_prefix('*').map_or(known == name, |ending| name.ends_with(ending));
        let Some((_, ecosystem, locks)) = MANIFESTS.iter().find(|(known, ..)| is_it(known)) else { continue };
        let place = place_of(path, files);
        let mut fields = Fields::at(place);
        fields.text("path", Some(path));
        fields.text("ecosystem", Some(ecosystem));
        fields.text("lock_file", lock_file(folder, locks, &paths).as_deref());
        resources.push(resource("repository/manifest", path, fields.finish(), place));
    }
    resources
}

fn lock_file(folder: &str, locks: &[&str], paths: &BTreeSet<&str>) -> Option<String> {
    let mut folder = Some(folder);
    while let Some(current) = folder {
        let candidate =
            |lock: &&str| if current.is_empty() { (*lock).to_string() } else { format!("{current}/{lock}") };
        let found = locks.iter().map(candidate).find(|path| paths.contains(path.as_str()));
        if found.is_some() {
            return found;
        }
        folder = match current {
            "" => None,
            _ => Some(current.rsplit_once('/').map_or("", |(above, _)| above)),
        };
    }
    None
}
