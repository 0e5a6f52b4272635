//! Rendering of Helm charts on request: `helm template` with the values of the chart itself. It is the only program that
//! a scan runs, and only because the user asked for it.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How long one chart may take, in seconds. Real ones take one.
const TIME_LIMIT: u64 = 60;

/// How often a running program is looked at.
const PAUSE: Duration = Duration::from_millis(20);

/// The most that is taken of what a program prints, in bytes.
const MAX_OUTPUT: u64 = 64 * 1024 * 1024;

/// The file that makes a folder a chart.
const CHART_FILE: &str = "Chart.yaml";

/// What charts were rendered to.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The charts, sorted by path.
    pub charts: Vec<Chart>,
    documents: BTreeMap<String, Vec<String>>,
}

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
        self.charts.iter().find(|chart| chart.holds(path))
    }
}

impl Chart {
    fn holds(&self, path: &str) -> bool {
        self.folder.is_empty() || path.strip_prefix(&*self.folder).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Renders the charts among these paths, below a folder. Charts in the folder `charts` of another are rendered with it.
pub(super) fn charts<'p>(root: &Path, paths: impl Iterator<Item = &'p str>) -> Rendered {
    let mut rendered = Rendered::default();
    let is_chart = |path: &&str| *path == CHART_FILE || path.ends_with("/Chart.yaml");
    for path in paths.filter(is_chart) {
        let folder = path.strip_suffix(CHART_FILE).unwrap_or(path).trim_end_matches('/').to_owned();
        let is_part = rendered.charts.iter().any(|chart| {
            let inside = if chart.folder.is_empty() {
                Some(&*folder)
            } else {
                folder.strip_prefix(&format!("{}/", chart.folder))
            };
            inside.is_some_and(|rest| rest.starts_with("charts/"))
        });
        if is_part {
            continue;
        }
        let mut chart = Chart { folder, problem: None, warning: None };
        match helm(&root.join(&chart.folder)) {
            Ok((output, said)) => {
                chart.warning = (!said.is_empty()).then_some(said);
                add(&chart.folder, &output, &mut rendered.documents);
            }
            Err(problem) => chart.problem = Some(problem),
        }
        rendered.charts.push(chart);
    }
    rendered
}

/// What helm prints for a chart, and what it says besides.
fn helm(folder: &Path) -> Result<(String, String), String> {
    let mut command = Command::new("helm");
    command.args(["template", "annexa"]).arg(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "helm is not installed".to_owned(),
        _ => format!("helm could not be run: {error}"),
    })?;
    let output = collect(child.stdout.take());
    let said = collect(child.stderr.take());
    let succeeded = wait(&mut child)?;
    let text =
        |bytes: thread::JoinHandle<Vec<u8>>| String::from_utf8_lossy(&bytes.join().unwrap_or_default()).into_owned();
    let (output, said) = (text(output), text(said).trim().to_owned());
    if succeeded { Ok((output, said)) } else { Err(if said.is_empty() { "helm failed".to_owned() } else { said }) }
}

fn collect(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            // What was read before an error is what there is.
            let _ = stream.take(MAX_OUTPUT).read_to_end(&mut bytes);
        }
        bytes
    })
}

/// Whether the program succeeded; one that takes too long is ended.
fn wait(child: &mut Child) -> Result<bool, String> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if start.elapsed() < Duration::from_secs(TIME_LIMIT) => thread::sleep(PAUSE),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("helm took longer than {TIME_LIMIT} seconds"));
            }
            Err(error) => return Err(format!("helm could not be waited for: {error}")),
        }
    }
}

/// Sorts what helm printed by the templates that it names in `# Source: chart/templates/file.yaml`.
fn add(folder: &str, output: &str, documents: &mut BTreeMap<String, Vec<String>>) {
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

impl super::Source {
    /// Renders the charts of the work tree, so that their templates are judged as what they come to.
    pub fn render(&mut self) {
        let Some(root) = self.root().filter(|_| self.commit().is_none() && !self.is_index()) else { return };
        let rendered = charts(root, self.files.iter().map(|file| &*file.path));
        self.rendered = Arc::new(rendered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_sorted_by_template() {
        let mut found = BTreeMap::new();
        let output = "---\n# Source: shop/templates/a.yaml\nkind: A\n---\n# Source: shop/charts/db/templates/b.yaml\nkind: B\n---\n# Source: shop/templates/a.yaml\nkind: C\n---\n# Source: shop/templates/empty.yaml\n\n";
        add("deploy/shop", output, &mut found);
        let shown: Vec<(&str, usize)> =
            found.iter().map(|(path, documents)| (path.as_str(), documents.len())).collect();
        assert_eq!(shown, [("deploy/shop/charts/db/templates/b.yaml", 1), ("deploy/shop/templates/a.yaml", 2)]);
        let chart = Chart { folder: "deploy/shop".into(), problem: None, warning: None };
        let rendered = Rendered { charts: vec![chart], documents: found };
        assert_eq!(rendered.documents("deploy/shop/templates/a.yaml").map(<[String]>::len), Some(2));
        assert_eq!(rendered.documents("deploy/shop/templates/empty.yaml").map(<[String]>::len), Some(0));
        assert_eq!(rendered.documents("other/templates/a.yaml"), None);
        assert_eq!(rendered.documents("deploy/shop/values.yaml"), None);
    }
}
