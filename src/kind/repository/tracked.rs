//! Tracked files, and what of them should rarely be tracked.
//!
//! Names decide, and where a name can mean both (`*.pem` is a certificate or a key) the content does. Files that show
//! how a secret file looks (`.env.example`) are ordinary.

use super::{Fields, list, place_of, resource};
use crate::kind::Resource;
use crate::source::SourceFile;
use crate::source::git::facts::{Tracked, TrackedKind};
use crate::syntax::tree::{Node, Place, Value};

/// Words after `.env.` that say: this is a pattern to copy, not the thing.
const SAMPLES: &[&str] = &["example", "sample", "template", "dist", "tpl", "tmpl", "defaults", "default", "schema"];

/// Extensions of archives, programs and libraries.
const BINARIES: &[&str] = &[
    "7z", "a", "aar", "apk", "bin", "bz2", "class", "deb", "dll", "dmg", "dylib", "ear", "exe", "gz", "ipa", "iso",
    "jar", "lib", "msi", "o", "obj", "pkg", "pyc", "pyd", "rar", "rpm", "so", "tar", "tgz", "war", "whl", "xz", "zip",
    "zst",
];

/// Every tracked file but submodules.
pub(super) fn resources(tracked: &[Tracked], files: &[SourceFile]) -> Vec<Resource> {
    let is_file = |file: &&Tracked| file.kind != TrackedKind::Submodule;
    tracked.iter().filter(is_file).map(|file| tracked_file(file, place_of(&file.path, files))).collect()
}

/// How many files are tracked, and those that should make one look.
pub(super) fn summary(resources: &[Resource]) -> Node {
    let is_suspect = |tree: &&Node| tree.get("kind").and_then(Node::as_str) != Some("ordinary");
    let suspects = resources.iter().map(|resource| &resource.tree).filter(is_suspect).cloned().collect();
    let mut fields = Fields::default();
    fields.count("count", resources.len());
    fields.node("suspects", list(suspects, None));
    fields.finish()
}

fn tracked_file(file: &Tracked, place: Place) -> Resource {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let is_binary = extension.as_deref().is_some_and(|extension| BINARIES.contains(&extension));
    let mut fields = Fields::at(place);
    fields.text("path", Some(&file.path));
    fields.text("name", Some(name));
    fields.text("extension", extension.as_deref());
    if file.size > 0 {
        fields.value("size", Value::Number(file.size as f64));
    }
    fields.text("kind", Some(class(file)));
    fields.bool("binary", is_binary);
    fields.bool("executable", file.kind == TrackedKind::Executable);
    fields.bool("link", file.kind == TrackedKind::Link);
    resource("repository/tracked-file", &file.path, fields.finish(), place)
}

/// What a tracked file is, as the field `kind` says it.
fn class(file: &Tracked) -> &'static str {
    let path = file.path.to_ascii_lowercase();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_key_name = matches!(name, "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519" | "id_ecdsa_sk" | "id_ed25519_sk");
    if is_key_name || file.private_key == Some(true) {
        return "private-key";
    }
    let in_folder = |wanted: &str| folder.split('/').any(|part| part == wanted);
    match extension {
        "p12" | "pfx" | "jks" | "keystore" | "bks" | "kdbx" => "key-store",
        _ if is_credentials(folder, name) => "credentials",
        _ if is_environment(name) => "environment",
        "tfstate" => "terraform-state",
        _ if name.contains(".tfstate.") && extension == "backup" => "terraform-state",
        "sqlite" | "sqlite3" | "mdb" | "accdb" => "database",
        "swp" | "swo" => "clutter",
        _ if matches!(name, ".ds_store" | "thumbs.db" | "desktop.ini") || name.ends_with('~') => "clutter",
        "pyc" | "class" | "o" | "obj" => "build",
        _ if in_folder("node_modules") || in_folder("__pycache__") || in_folder(".terraform") => "build",
        _ => "ordinary",
    }
}

fn is_credentials(folder: &str, name: &str) -> bool {
    let ends_in = |wanted: &str| folder == wanted || folder.rsplit('/').next() == Some(wanted);
    matches!(
        name,
        ".netrc" | "_netrc" | ".pgpass" | ".htpasswd" | ".pypirc" | ".git-credentials" | ".dockercfg" | "kubeconfig"
    ) || (name == "credentials" && ends_in(".aws"))
        || (name == "config.json" && ends_in(".docker"))
        || (name == "config" && ends_in(".kube"))
}

fn is_environment(name: &str) -> bool {
    let is_sample = |part: &str| SAMPLES.contains(&part);
    match name.strip_prefix(".env") {
        Some("") => true,
        Some(rest) => {
            rest.strip_prefix(['.', '-', '_']).is_some_and(|rest| !rest.split(['.', '-', '_']).any(is_sample))
        }
        None => name.strip_suffix(".env").is_some_and(|stem| !stem.split(['.', '-', '_']).any(is_sample)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_classed_by_name_and_where_needed_by_content() {
        for (path, private_key, expected) in [
            (".env", None, "environment"),
            ("app/.env.production", None, "environment"),
            ("prod.env", None, "environment"),
            (".env.example", None, "ordinary"),
            (".env.local.sample", None, "ordinary"),
            ("example.env", None, "ordinary"),
            ("local.env.sample", None, "ordinary"),
            (".envrc", None, "ordinary"),
            ("src/env.rs", None, "ordinary"),
            ("tls/server.pem", Some(true), "private-key"),
            ("tls/ca.pem", Some(false), "ordinary"),
            ("id_rsa", Some(false), "private-key"),
            ("deploy/id_ed25519", None, "private-key"),
            ("server.key", None, "ordinary"),
            ("id_rsa.pub", None, "ordinary"),
            ("a.P12", None, "key-store"),
            ("terraform.tfstate", None, "terraform-state"),
            ("terraform.tfstate.backup", None, "terraform-state"),
            ("x.tfstate.1700000000.backup", None, "terraform-state"),
            ("db.backup", None, "ordinary"),
            (".terraform/providers/x", None, "build"),
            ("web/node_modules/a/index.js", None, "build"),
            (".DS_Store", None, "clutter"),
            ("notes.txt~", None, "clutter"),
            (".aws/credentials", None, "credentials"),
            ("docs/credentials", None, "ordinary"),
            ("home/.docker/config.json", None, "credentials"),
            ("users.sqlite3", None, "database"),
            ("main.tf", None, "ordinary"),
        ] {
            let file = Tracked { path: path.into(), size: 1, kind: TrackedKind::File, private_key };
            assert_eq!(class(&file), expected, "{path}");
        }
    }
}
