//! Stable identities of findings: rule, scope, anchor and ordinal; never a line number or a commit.
//!
//! The scope is the folder of what is judged together: of a Terraform module, a chart, and also of a file that is judged
//! by itself, so that the file may get another name. The anchor is the address of the resource without indexes; where
//! that begins with the name of the file, it begins with what the file calls itself instead (a workflow's name, a
//! document's title). Files of one scope that hold the same anchor are told apart by their order, whether anything was
//! found in them or not: what is mended in one changes nothing for the others.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use smol_str::{SmolStr, format_smolstr};

use super::assessment::{Finding, RuleRun};
use super::plan::hexadecimal;
use crate::kind::{NamedFile, Resource, Unit};
use crate::syntax::tree::FileId;

/// What a resource is known by, whatever the name of its file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Where it is looked for.
    scope: SmolStr,
    /// What it is called there.
    anchor: SmolStr,
    /// Its file, where another file of the scope may hold something that is called the same.
    file: Option<Arc<str>>,
}

impl Identity {
    /// The identity of a resource of a unit. `path` gives the path of a file.
    pub(super) fn of(unit: &Unit, resource: &Resource, path: impl Fn(FileId) -> Option<Arc<str>>) -> Identity {
        let (file, address) = match named_after(unit, resource) {
            Some((named, rest)) => (path(named.id), format_smolstr!("{}{rest}", named.called)),
            None => (unit.is_file.then(|| unit.name.clone()), resource.address.clone()),
        };
        Identity { scope: scope(unit), anchor: without_indexes(&address).into(), file }
    }

    /// What files that hold the same have in common.
    fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.scope, &self.anchor).hash(&mut hasher);
        hasher.finish()
    }
}

/// The file whose name begins the address of a resource, and the rest of the address.
fn named_after<'u>(unit: &'u Unit, resource: &'u Resource) -> Option<(&'u NamedFile, &'u str)> {
    let own = unit.named_files.iter().filter(|named| named.id == resource.header.file);
    own.into_iter().find_map(|named| Some((named, resource.address.strip_prefix(&*named.name)?)))
}

fn scope(unit: &Unit) -> SmolStr {
    match unit.kind {
        // There is one, and the folder that holds all of it is another one with each file.
        kind @ "isms" => SmolStr::new_static(kind),
        kind if unit.is_file => {
            let folder = unit.name.rsplit_once('/').map_or(".", |(folder, _)| folder);
            format_smolstr!("{kind}:{folder}")
        }
        _ => SmolStr::from(&*unit.name),
    }
}

/// What the files hold that may have another name tomorrow, as keys of identities and paths.
#[derive(Debug, Default)]
pub(super) struct Holdings(Vec<(u64, Arc<str>)>);

impl Holdings {
    /// What the files of a unit hold.
    pub(super) fn of(unit: &Unit, path: impl Fn(FileId) -> Option<Arc<str>>) -> Holdings {
        if !unit.is_file && unit.named_files.is_empty() {
            return Holdings::default();
        }
        let may_move = unit.resources.iter().filter(|each| unit.is_file || named_after(unit, each).is_some());
        let identities = may_move.map(|resource| Identity::of(unit, resource, &path));
        let mut held: Vec<(u64, Arc<str>)> =
            identities.filter_map(|identity| Some((identity.key(), identity.file?))).collect();
        held.sort_unstable();
        held.dedup();
        Holdings(held)
    }

    /// Adds what other files hold.
    pub(super) fn add(&mut self, other: &Holdings) {
        self.0.extend_from_slice(&other.0);
    }

    /// The files that hold the same.
    pub(super) fn alike(self) -> Alike {
        let mut files: FxHashMap<u64, BTreeSet<Arc<str>>> = FxHashMap::default();
        for (key, file) in self.0 {
            files.entry(key).or_default().insert(file);
        }
        files.retain(|_, files| files.len() > 1);
        Alike(files)
    }
}

/// Files of one scope that hold something of the same name.
#[derive(Debug, Default)]
pub(super) struct Alike(FxHashMap<u64, BTreeSet<Arc<str>>>);

impl Alike {
    /// Which of the files that hold the same an identity is in, from 0.
    fn place(&self, identity: &Identity) -> usize {
        let files = self.0.get(&identity.key()).zip(identity.file.as_ref());
        files.map_or(0, |(files, own)| files.iter().take_while(|file| *file < own).count())
    }
}

/// Gives every finding its fingerprint. The findings are in their final order.
pub(super) fn assign(findings: &mut [Finding], rules: &[RuleRun], alike: &Alike) {
    let mut ordinals: FxHashMap<String, u32> = FxHashMap::default();
    for finding in findings {
        let rule = rules.get(finding.rule).map_or("", |run| run.about.id.as_str());
        let Identity { scope, anchor, file } = &*finding.identity;
        let identity = match file {
            None => format!("{rule}\0{scope}\0{anchor}"),
            Some(_) => format!("{rule}\0{scope}\0{anchor}\0{}", alike.place(&finding.identity)),
        };
        let ordinal = ordinals.entry(identity.clone()).and_modify(|count| *count += 1).or_insert(0);
        let digest = Sha256::digest(format!("{identity}\0{ordinal}"));
        finding.fingerprint = hexadecimal(&digest[..16]);
    }
}

/// `module.m.aws_s3_bucket.b["k"]` without `["k"]`: how many there are must not change what they are.
pub(super) fn without_indexes(address: &str) -> String {
    let mut depth = 0_usize;
    let keep = |letter: char| {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    address
        .chars()
        .filter({
            let mut keep = keep;
            move |letter| keep(*letter)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::without_indexes;

    #[test]
    fn indexes_are_no_part_of_an_anchor() {
        assert_eq!(without_indexes(r#"module.m.aws_s3_bucket.b["k"]"#), "module.m.aws_s3_bucket.b");
        assert_eq!(without_indexes("Pod.shop.web"), "Pod.shop.web");
    }
}
