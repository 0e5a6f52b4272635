//! Results of base commits, kept so that comparing with the same commit again costs one scan and not two.
//!
//! They lie in the folder `annexa` inside git's own, so that no work tree is touched. A file is written whole under
//! another name and moved into place, and read only if its digest fits: several runs at once, a full disk or a damaged
//! file cost a scan and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::baseline::Recorded;
use crate::engine::plan::hexadecimal;
use crate::source::git::revision;

/// Results that are kept; the oldest go first.
const MOST_KEPT: usize = 32;

/// Where the result of one base commit is kept.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    file: PathBuf,
}

impl Cache {
    /// The place for what `inputs` lead to: everything that the result depends on.
    pub(super) fn of(work_tree: &Path, inputs: &str) -> Option<Cache> {
        let folder = revision::common_folder(work_tree)?.join("annexa");
        let key = hexadecimal(&Sha256::digest(inputs)[..16]);
        Some(Cache { file: folder.join(format!("base-{key}.json")), folder })
    }

    /// What was kept, if it is whole.
    pub(super) fn read(&self) -> Option<Recorded> {
        let text = fs::read_to_string(&self.file).ok()?;
        let (digest, text) = text.split_once('\n')?;
        let fits = digest == hexadecimal(&Sha256::digest(text));
        if fits { Recorded::parse(text).ok() } else { None }
    }

    /// Keeps a result. Where that is not possible nothing is kept, and nobody misses it.
    pub(super) fn write(&self, recorded: &Recorded) {
        let _ = self.try_write(recorded);
    }

    fn try_write(&self, recorded: &Recorded) -> std::io::Result<()> {
        let text = serde_json::to_string(recorded)?;
        fs::create_dir_all(&self.folder)?;
        self.prune()?;
        let temporary = self.file.with_extension(format!("{}.tmp", std::process::id()));
        let written = fs::write(&temporary, format!("{}\n{text}", hexadecimal(&Sha256::digest(&text))))
            .and_then(|()| fs::rename(&temporary, &self.file));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    fn prune(&self) -> std::io::Result<()> {
        let mut kept = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let is_ours = entry.file_name().to_string_lossy().starts_with("base-");
            if is_ours {
                kept.push((entry.metadata()?.modified()?, entry.path()));
            }
        }
        kept.sort();
        let surplus = (kept.len() + 1).saturating_sub(MOST_KEPT);
        for (_, path) in kept.iter().take(surplus) {
            let _ = fs::remove_file(path);
        }
        Ok(())
    }
}
