//! Rules as reporting descriptors (3.49), with help that stands on its own.

use std::fmt::Write;

use smol_str::SmolStr;

use super::model::{Configuration, Help, Outcomes, Relationship, Rule, RuleControl, RuleProperties, Text};
use super::{Scene, level};
use crate::engine::assessment::RuleRun;
use crate::isms::catalogue;
use crate::report::words;
use crate::rule::{About, Bearing, Confidence, ControlLink, Severity};

/// Longest description that GitHub shows, in characters.
const LONGEST_DESCRIPTION: usize = 1_024;
/// How many tags GitHub reads; it shows the first ten.
const MOST_TAGS: usize = 20;

/// A rule that ran.
pub(super) fn rule<'a>(run: &'a RuleRun, scene: &'a Scene<'a>) -> Rule<'a> {
    let about = &*run.about;
    let description = words::first_paragraph(&about.why);
    let description = if description.is_empty() { about.title.to_string() } else { description };
    Rule {
        id: &about.id,
        name: name(&about.id),
        short_description: Text::new(words::shortened(&words::sentence(&about.title), LONGEST_DESCRIPTION)),
        full_description: Text::new(words::shortened(&words::sentence(&description), LONGEST_DESCRIPTION)),
        help: Help { text: help_text(about), markdown: help_markdown(run) },
        help_uri: about.references.iter().map(SmolStr::as_str).find(|reference| reference.starts_with("https://")),
        default_configuration: Configuration { level: level(run.severity) },
        relationships: if scene.is_full() { relationships(about, scene) } else { Vec::new() },
        properties: RuleProperties {
            tags: tags(about),
            precision: precision(about.confidence),
            problem_severity: problem_severity(run.severity),
            security_severity: security_severity(run.severity),
            severity: run.severity.name(),
            facet: about.facet.name(),
            controls: about.controls.iter().map(rule_control).collect(),
            aliases: &about.all_aliases,
            outcomes: scene.is_full().then_some(Outcomes {
                pass: run.passes,
                fail: run.fails,
                excepted: run.excepted,
                unknown: run.unknowns,
            }),
        },
    }
}

fn rule_control(link: &ControlLink) -> RuleControl {
    RuleControl { id: link.control.to_string(), bearing: link.bearing.name() }
}

/// `AwsS3PublicAcl` of `aws/s3/public-acl`: the form in which viewers show names.
fn name(id: &str) -> String {
    id.split(|letter: char| !letter.is_alphanumeric()).map(words::capitalised).collect()
}

/// What a rule finds is a case of the controls it checks directly, and has to do with those it supports (3.53.3).
fn relationships<'a>(about: &'a About, scene: &'a Scene<'a>) -> Vec<Relationship<'a>> {
    let relationship = |link: &'a ControlLink| {
        let target = scene.taxonomies.reference(&link.control)?;
        let kinds = [match link.bearing {
            Bearing::Direct => "superset",
            Bearing::Supporting => "relevant",
        }];
        Some(Relationship { target, kinds, description: Some(Text::new(words::sentence(&link.because))) })
    };
    about.controls.iter().filter_map(relationship).collect()
}

/// Direct controls before supporting ones, since only the first tags are shown.
fn tags(about: &About) -> Vec<String> {
    let mut links: Vec<&ControlLink> = about.controls.iter().collect();
    links.sort_by_key(|link| std::cmp::Reverse(link.bearing));
    let fixed = ["security".to_string(), format!("facet-{}", about.facet.name())];
    let mut tags: Vec<String> = Vec::new();
    for tag in fixed.into_iter().chain(links.into_iter().map(control_tag)) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags.truncate(MOST_TAGS);
    tags
}

/// `iso27001-A.8.3`: the edition is told by the taxonomy; people filter by the number.
fn control_tag(link: &ControlLink) -> String {
    let framework = link.control.framework.name();
    let framework = framework.split_once(':').map_or(framework, |(name, _)| name);
    format!("{framework}-{}", link.control.id)
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "recommendation",
    }
}

/// The middle of the range that GitHub gives each of its severities.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}

fn help_text(about: &About) -> String {
    let mut text = String::new();
    for (heading, body) in [("Why it matters", &about.why), ("How to fix it", &about.fix)] {
        if !body.trim().is_empty() {
            let _ = writeln!(text, "{heading}:\n{}\n", body.trim());
        }
    }
    if !about.controls.is_empty() {
        text.push_str("Evidence relevant to:\n");
    }
    for link in &about.controls {
        let (control, title, bearing) = control(link);
        let _ = writeln!(text, "- {control} {title} ({bearing}): {}", words::sentence(&words::one_line(&link.because)));
    }
    for (heading, list) in [("References", &about.references), ("The same check elsewhere", &about.all_aliases)] {
        if !list.is_empty() {
            let _ = writeln!(text, "\n{heading}:\n- {}", list.join("\n- "));
        }
    }
    text.trim_end().to_string()
}

fn help_markdown(run: &RuleRun) -> String {
    let about = &*run.about;
    let mut text = String::new();
    let facet = about.facet.name();
    let _ = writeln!(
        text,
        "**Severity** {} · **Confidence** {} · **Facet** {facet} · `{}`\n",
        run.severity.name(),
        about.confidence.name(),
        about.id
    );
    for (heading, body) in [("Why it matters", &about.why), ("How to fix it", &about.fix)] {
        if !body.trim().is_empty() {
            let _ = writeln!(text, "## {heading}\n\n{}\n", body.trim());
        }
    }
    if !about.controls.is_empty() {
        text.push_str("## Evidence relevant to\n\n| Control | Bearing | Because |\n|---|---|---|\n");
    }
    for link in &about.controls {
        let (control, title, bearing) = control(link);
        let because = words::sentence(&words::one_line(&link.because)).replace('|', "\\|");
        let _ = writeln!(text, "| **{control}** {title} | {bearing} | {because} |");
    }
    if !about.references.is_empty() {
        text.push_str("\n## References\n\n");
    }
    for reference in &about.references {
        let _ = writeln!(text, "- <{reference}>");
    }
    if !about.all_aliases.is_empty() {
        let _ = writeln!(text, "\nThe same check elsewhere: `{}`", about.all_aliases.join("`, `"));
    }
    text.trim_end().to_string()
}

fn control(link: &ControlLink) -> (String, &'static str, &'static str) {
    (words::control(&link.control), catalogue::title(&link.control).unwrap_or_default(), link.bearing.name())
}
