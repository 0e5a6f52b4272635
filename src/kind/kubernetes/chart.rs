//! Helm charts. What a chart's templates say is known only when they are rendered; until then they are not evaluated,
//! and the chart says so in one notice instead of a syntax error for each template.

use crate::kind::{Notice, ParsedFile, View};
use crate::source::path::join;
use crate::syntax::tree::{Node, Place};

/// The name of the file that makes a folder a chart.
const CHART_FILE: &str = "Chart.yaml";

/// Whether the file describes a chart.
pub(super) fn is_chart(file: &ParsedFile) -> bool {
    file.name() == CHART_FILE && file.trees().first().is_some_and(|tree| tree.get("name").is_some())
}

/// Whether a path lies in the templates of a chart: below `templates` beside a `Chart.yaml`.
pub(super) fn is_template(path: &str, view: &View<'_>) -> bool {
    template_folders(path).any(|chart| view.file(&join(chart, CHART_FILE)).is_some())
}

/// The folders that would be charts if they held a `Chart.yaml`.
fn template_folders(path: &str) -> impl Iterator<Item = &str> {
    let inside = path.match_indices("/templates/").map(|(at, _)| &path[..at]);
    inside.chain(path.starts_with("templates/").then_some(""))
}

/// What the user should know about a chart.
pub(super) fn notice(file: &ParsedFile, view: &View<'_>) -> Option<Notice> {
    if !is_chart(file) {
        return None;
    }
    let name = file.trees().first().and_then(|tree| tree.get("name"));
    let shown = name.and_then(Node::as_str).unwrap_or("without a name");
    let chart = view.rendered().and_then(|rendered| rendered.chart_of(&file.path));
    let (id, message) = match chart.map(|chart| (&chart.problem, &chart.warning)) {
        None => {
            let message = format!(
                "the templates of the chart {shown} were not evaluated, because charts are rendered only on request. \
                 `annexa scan --render` includes them, where helm is installed."
            );
            ("chart-not-rendered", message)
        }
        Some((Some(problem), _)) => {
            let problem = one_line(problem);
            let message =
                format!("the chart {shown} was not rendered, and its templates were not evaluated: {problem}");
            ("chart-not-rendered", message)
        }
        Some((None, Some(warning))) => {
            ("chart-rendered-with-warning", format!("helm rendered the chart {shown} and said: {}", one_line(warning)))
        }
        Some((None, None)) => return None,
    };
    let place = name.map_or(Place::whole(file.id), |name| name.place);
    Some(Notice { id, message, place })
}

/// The beginning of a message, in one line.
pub(super) fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 300 { line.chars().take(299).chain(['…']).collect() } else { line }
}
