//! Charts, by `helm template` with the values of the chart itself.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::Rendered;
use super::program::{self, Printed, Refusal};

/// The file that makes a folder a chart.
const CHART_FILE: &str = "Chart.yaml";

/// A chart that was to be rendered.
#[derive(Debug)]
pub struct Chart {
    /// Its folder, relative to the root; empty for the root itself.
    pub folder: String,
    /// Why it was not rendered.
    pub problem: Option<String>,
    /// What helm had to say although it did its work.
    pub warning: Option<String>,
}

impl Chart {
    pub(super) fn holds(&self, path: &str) -> bool {
        self.folder.is_empty() || path.strip_prefix(&*self.folder).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Renders the charts among these paths, below a folder. Charts in the folder `charts` of another are rendered with it.
pub(super) fn render<'p>(root: &Path, paths: impl Iterator<Item = &'p str>, rendered: &mut Rendered) {
    let is_chart = |path: &&str| *path == CHART_FILE || path.ends_with("/Chart.yaml");
    let mut folders: Vec<String> = Vec::new();
    for path in paths.filter(is_chart) {
        let folder = path.strip_suffix(CHART_FILE).unwrap_or(path).trim_end_matches('/').to_owned();
        let is_part = folders.iter().any(|chart| {
            let inside = if chart.is_empty() { Some(&*folder) } else { folder.strip_prefix(&format!("{chart}/")) };
            inside.is_some_and(|rest| rest.starts_with("charts/"))
        });
        if !is_part {
            folders.push(folder);
        }
    }
    let done: Vec<_> = folders.into_par_iter().map(|folder| (helm(&root.join(&folder)), folder)).collect();
    for (result, folder) in done {
        let mut chart = Chart { folder, problem: None, warning: None };
        match result {
            Ok(Printed { output, said }) => {
                chart.warning = (!said.is_empty()).then_some(said);
                add(&chart.folder, &output, &mut rendered.documents);
            }
            Err(problem) => chart.problem = Some(problem),
        }
        rendered.charts.push(chart);
    }
}

fn helm(folder: &Path) -> Result<Printed, String> {
    let arguments = ["template".as_ref(), "annexa".as_ref(), folder.as_os_str()];
    program::run("helm", &arguments).map_err(|refusal| match refusal {
        Refusal::NotInstalled => "helm is not installed".to_owned(),
        Refusal::Problem(problem) => problem,
    })
}

/// Sorts what helm printed by the templates that it names in `# Source: chart/templates/file.yaml`.
pub(super) fn add(folder: &str, output: &str, documents: &mut BTreeMap<String, Vec<String>>) {
    let mut path: Option<String> = None;
    let mut text = String::new();
    let mut finish = |path: &Option<String>, text: &mut String| {
        if let Some(path) = path.as_ref().filter(|_| !text.trim().is_empty()) {
            documents.entry(path.clone()).or_default().push(std::mem::take(text));
        }
        text.clear();
    };
    for line in output.lines() {
        if line == "---" {
            finish(&path, &mut text);
        } else if let Some(source) = line.strip_prefix("# Source: ") {
            let inside = source.split_once('/').map_or(source, |(_, rest)| rest);
            path = Some(if folder.is_empty() { inside.to_owned() } else { format!("{folder}/{inside}") });
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    finish(&path, &mut text);
}
