//! The invocation (3.20): whether the scan saw all it should have, and everything it did not look at, with the reason.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::model::{DescriptorReference, Invocation, Location, Notification, NotificationDescriptor, Text};
use super::{GITHUB_RESULTS, Scene, place};
use crate::engine::assessment;
use crate::report::{count, words};
use crate::source::NotReadReason;

/// A notification before its descriptor is known by index.
struct Note<'a> {
    id: Cow<'a, str>,
    level: &'static str,
    text: String,
    locations: Vec<Location<'a>>,
    rule: Option<usize>,
}

impl<'a> Note<'a> {
    fn new(id: &'static str, level: &'static str, text: String) -> Note<'a> {
        Note { id: Cow::Borrowed(id), level, text, locations: Vec::new(), rule: None }
    }

    /// A path as a whole is where the note stands; the root itself is none.
    fn at_path(self, scene: &Scene<'a>, path: &str) -> Note<'a> {
        if path.is_empty() || path == "." {
            return self;
        }
        let artifact_location = place::artifact(scene, path);
        let physical_location =
            Some(super::model::PhysicalLocation { artifact_location, region: None, context_region: None });
        Note { locations: vec![Location { physical_location, ..Location::default() }], ..self }
    }

    fn at(self, scene: &Scene<'a>, location: &'a assessment::Location) -> Note<'a> {
        let location = place::location(scene, location);
        Note { locations: location.physical_location.is_some().then_some(location).into_iter().collect(), ..self }
    }
}

/// The invocation, and the descriptors that its notifications refer to.
pub(super) fn invocation<'a>(scene: &'a Scene<'a>) -> (Vec<NotificationDescriptor<'a>>, Invocation<'a>) {
    let execution = execution(scene);
    let configuration = configuration(scene);
    let all = execution.iter().chain(&configuration);
    // GitHub takes notifications for rules and asks for their help, so there they go by name only.
    let described = all.filter(|_| scene.is_full());
    let mut index: BTreeMap<Cow<'a, str>, usize> = described.map(|note| (note.id.clone(), 0)).collect();
    for (at, place) in index.values_mut().enumerate() {
        *place = at;
    }
    let descriptors = index.keys().map(descriptor).collect();
    let written = |notes: Vec<Note<'a>>| notes.into_iter().map(|note| notification(scene, note, &index)).collect();
    let invocation = Invocation {
        execution_successful: !scene.assessment.incomplete(),
        tool_execution_notifications: written(execution),
        tool_configuration_notifications: written(configuration),
    };
    (descriptors, invocation)
}

/// What should have been looked at and was not.
fn execution<'a>(scene: &'a Scene<'a>) -> Vec<Note<'a>> {
    let assessment = scene.assessment;
    let not_read = assessment.not_read.iter().map(|not_read| {
        let text = words::sentence(&format!("'{}' was not read: {}", not_read.path, not_read.detail));
        Note::new(reason(not_read.reason), "warning", text).at_path(scene, &not_read.path)
    });
    let unreadable = count::unreadable(assessment).map(|(path, error)| {
        let text = words::sentence(&format!("'{path}' cannot be understood: {error}"));
        Note::new("source/unreadable", "warning", text).at_path(scene, path)
    });
    let notices = assessment.notices.iter().map(|(notice, location)| {
        let level = if notice.id == "internal-error" { "error" } else { "warning" };
        let text = words::sentence(&words::one_line(&notice.message));
        Note { id: format!("notice/{}", notice.id).into(), ..Note::new("", level, text) }.at(scene, location)
    });
    not_read.chain(unreadable).chain(notices).collect()
}

/// What was not looked at because it was set so.
fn configuration<'a>(scene: &'a Scene<'a>) -> Vec<Note<'a>> {
    let assessment = scene.assessment;
    let mut notes = Vec::new();
    if let Some(limit) = &assessment.limited {
        let text = words::sentence(&format!("This is a part of a scan: {limit}"));
        notes.push(Note::new("scan/limited", "note", text));
    }
    for (id, number, what) in [
        ("source/excluded", assessment.excluded_files, "left out by the configuration"),
        ("source/other", assessment.other_files, "of no format that is read"),
    ] {
        if number > 0 {
            notes.push(Note::new(id, "note", format!("{} {what}.", words::count(number, "file"))));
        }
    }
    notes.extend(count::set_aside(assessment).into_iter().map(|(reason, number)| {
        let text = words::sentence(&format!("{} set aside: {reason}", words::count(number, "file")));
        Note::new("source/set-aside", "note", text)
    }));
    notes.extend(assessment.not_entered.iter().map(|folder| {
        let text = words::sentence(&format!("The folder '{}' was not entered: {}", folder.path, folder.reason));
        Note::new("source/not-entered", "note", text).at_path(scene, &folder.path)
    }));
    notes.extend(assessment.rules.iter().enumerate().filter_map(|(rule, run)| {
        let reason = run.not_evaluated.as_deref()?;
        let text = words::sentence(&format!("Rule '{}' was not evaluated: {reason}", run.about.id));
        Some(Note { rule: Some(rule), ..Note::new("rule/not-evaluated", "note", text) })
    }));
    if scene.left_out > 0 {
        let text = format!(
            "GitHub keeps {} results of a run; {}, none of them more severe, are left out. The `sarif` format has all of them.",
            words::thousands(GITHUB_RESULTS),
            words::count(scene.left_out, "result")
        );
        notes.push(Note::new("github/results-left-out", "warning", text));
    }
    notes
}

fn notification<'a>(scene: &'a Scene<'a>, note: Note<'a>, index: &BTreeMap<Cow<'a, str>, usize>) -> Notification<'a> {
    let at = index.get(&note.id).copied();
    let rule = |rule: usize| {
        let run = scene.assessment.rules.get(rule)?;
        Some(DescriptorReference {
            id: Cow::Borrowed(run.about.id.as_str()),
            index: scene.rule_index(rule),
            tool_component: None,
        })
    };
    Notification {
        descriptor: DescriptorReference { id: note.id, index: at, tool_component: None },
        associated_rule: note.rule.and_then(rule),
        level: note.level,
        message: Text::new(note.text),
        locations: note.locations,
    }
}

fn descriptor<'a>(id: &Cow<'a, str>) -> NotificationDescriptor<'a> {
    let text = match &**id {
        "scan/limited" => "Only a part was asked for.",
        "source/excluded" => "Files are left out by the configuration.",
        "source/other" => "Files of no format that is read.",
        "source/set-aside" => "Files are set aside, because they are what something else is made of.",
        "source/not-entered" => "A folder was not entered.",
        "source/unreadable" => "A file in scope cannot be understood.",
        "rule/not-evaluated" => "A rule was not evaluated.",
        "github/results-left-out" => "There are more results than the platform keeps.",
        other if other.starts_with("notice/") => "Something in scope could not be evaluated.",
        _ => "A file in scope was not read.",
    };
    let name = id.split(|letter: char| !letter.is_alphanumeric()).map(words::capitalised).collect();
    NotificationDescriptor { id: id.clone(), name, short_description: Text::new(text) }
}

fn reason(reason: NotReadReason) -> &'static str {
    match reason {
        NotReadReason::TooLarge => "source/too-large",
        NotReadReason::NotText => "source/not-text",
        NotReadReason::Denied => "source/denied",
        NotReadReason::Link => "source/link",
        NotReadReason::Special => "source/special",
        NotReadReason::Failed => "source/failed",
    }
}
