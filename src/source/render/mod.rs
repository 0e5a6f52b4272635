//! Rendering on request: of Helm charts, and of overlays of Kustomize. These are the only programs that a scan runs, and
//! only because the user asked for it.

mod helm;
mod kustomize;
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

pub use helm::Chart;
pub use kustomize::{Overlay, Part};

/// What charts and overlays were rendered to.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The charts, sorted by path.
    pub charts: Vec<Chart>,
    documents: BTreeMap<String, Vec<String>>,
    /// The overlays, sorted by path.
    pub overlays: Vec<Overlay>,
    /// The files that went into overlays that were rendered.
    parts: BTreeSet<String>,
}

impl Rendered {
    /// The documents that came of a template, or nothing where its chart was not rendered. A template of a rendered
    /// chart may come to no document.
    pub fn documents(&self, path: &str) -> Option<&[String]> {
        let is_template = path.contains("/templates/") || path.starts_with("templates/");
        let rendered = is_template && self.charts.iter().any(|chart| chart.problem.is_none() && chart.holds(path));
        rendered.then(|| self.documents.get(path).map_or(&[][..], Vec::as_slice))
    }

    /// The chart that a `Chart.yaml` belongs to: its own, or the one that it is a dependency of.
    pub fn chart_of(&self, path: &str) -> Option<&Chart> {
        self.charts.iter().filter(|chart| chart.holds(path)).max_by_key(|chart| chart.folder.len())
    }

    /// Whether there was nothing to render, or nobody asked for it.
    pub fn is_empty(&self) -> bool {
        self.charts.is_empty() && self.overlays.is_empty()
    }

    /// The overlay whose kustomization this file is.
    pub fn overlay(&self, path: &str) -> Option<&Overlay> {
        self.overlays.iter().find(|overlay| overlay.path == path)
    }

    /// Whether the file went into an overlay that was rendered: what it holds is judged there.
    pub fn is_part(&self, path: &str) -> bool {
        self.parts.contains(path)
    }

    /// Takes in overlays that were rendered, or could not be.
    pub fn add_overlays(&mut self, overlays: Vec<Overlay>) {
        for overlay in overlays.iter().filter(|overlay| overlay.problem.is_none()) {
            self.parts.extend(overlay.parts.iter().map(|part| part.path.clone()));
            self.parts.extend(overlay.patches.iter().cloned());
            self.parts.extend(overlay.kustomizations.iter().cloned());
        }
        self.overlays.extend(overlays);
    }
}

impl super::Source {
    /// Renders the charts of the work tree and these overlays, so that they are judged as what they come to.
    pub fn render(&mut self, mut overlays: Vec<Overlay>) {
        let Some(root) = self.root().filter(|_| self.commit().is_none() && !self.is_index()) else { return };
        let mut rendered = Rendered::default();
        helm::render(root, self.files.iter().map(|file| &*file.path), &mut rendered);
        overlays.par_iter_mut().for_each(|overlay| overlay.render(root));
        rendered.add_overlays(overlays);
        self.rendered = Arc::new(rendered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_sorted_by_template() {
        let mut rendered = Rendered::default();
        let output = "---\n# Source: shop/templates/a.yaml\nkind: A\n---\n# Source: shop/charts/db/templates/b.yaml\nkind: B\n---\n# Source: shop/templates/a.yaml\nkind: C\n---\n# Source: shop/templates/empty.yaml\n\n";
        helm::add("deploy/shop", output, &mut rendered.documents);
        let shown: Vec<(&str, usize)> =
            rendered.documents.iter().map(|(path, documents)| (path.as_str(), documents.len())).collect();
        assert_eq!(shown, [("deploy/shop/charts/db/templates/b.yaml", 1), ("deploy/shop/templates/a.yaml", 2)]);
        rendered.charts.push(Chart { folder: "deploy/shop".into(), problem: None, warning: None });
        assert_eq!(rendered.documents("deploy/shop/templates/a.yaml").map(<[String]>::len), Some(2));
        assert_eq!(rendered.documents("deploy/shop/templates/empty.yaml").map(<[String]>::len), Some(0));
        assert_eq!(rendered.documents("other/templates/a.yaml"), None);
        assert_eq!(rendered.documents("deploy/shop/values.yaml"), None);
    }
}
