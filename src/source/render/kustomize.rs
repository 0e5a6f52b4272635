//! Overlays, by `kustomize build`, or by the kustomize in kubectl where that is not installed.

use std::path::Path;

use super::program::{self, Printed, Refusal};

/// A kustomization that no other builds on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    /// The path of its file, relative to the root.
    pub path: String,
    /// The manifests that it is made of.
    pub parts: Vec<Part>,
    /// The paths of its patches, in the order in which they are applied.
    pub patches: Vec<String>,
    /// The paths of the kustomizations that it is made of, from the innermost to its own.
    pub kustomizations: Vec<String>,
    /// Why it was not rendered.
    pub problem: Option<String>,
    /// What the program had to say although it did its work.
    pub warning: Option<String>,
    /// What it was rendered to, as a stream of YAML; empty where it was not.
    pub output: String,
}

/// A file of manifests as an overlay takes it in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// The path of the file.
    pub path: String,
    /// What is put before the names of its objects.
    pub prefix: String,
    /// What is put behind them.
    pub suffix: String,
    /// The namespace that its objects are put into; none where they keep their own.
    pub namespace: Option<String>,
}

impl Overlay {
    /// Renders it, unless something stands in the way.
    pub(super) fn render(&mut self, root: &Path) {
        if self.problem.is_some() {
            return;
        }
        let folder = root.join(crate::source::path::split(&self.path).0);
        match build(&folder) {
            Ok(Printed { output, said }) => {
                self.output = output;
                self.warning = worth_telling(&said);
            }
            Err(problem) => self.problem = Some(problem),
        }
    }
}

fn build(folder: &Path) -> Result<Printed, String> {
    let programs = [("kustomize", "build"), ("kubectl", "kustomize")];
    for (program, command) in programs {
        match program::run(program, &[command.as_ref(), folder.as_os_str()]) {
            Ok(printed) => return Ok(printed),
            Err(Refusal::NotInstalled) => {}
            Err(Refusal::Problem(problem)) => return Err(problem),
        }
    }
    Err("neither kustomize nor kubectl is installed".to_owned())
}

/// What matters of what kustomize says besides: not that a field has a newer name.
fn worth_telling(said: &str) -> Option<String> {
    let lines: Vec<&str> = said.lines().filter(|line| !line.contains("is deprecated")).collect();
    let text = lines.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}
