//! Locations: files with their parts, and resources.

use super::model::{ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region, Text};
use super::{Profile, SOURCE_ROOT, Scene};
use crate::engine::assessment;
use crate::report::words;
use crate::syntax::Syntax;

/// The file that carries what no file of the scan carries, for platforms that refuse a result without a file.
const LAST_RESORT: &str = "annexa.yaml";

/// A place as a location; without a physical location where no file carries it.
pub(super) fn location<'a>(scene: &Scene<'a>, place: &'a assessment::Location) -> Location<'a> {
    let message = place.words.as_deref().map(|words| Text::new(words::capitalised(words)));
    Location { physical_location: physical(scene, place), message, ..Location::default() }
}

/// The place of a result: GitHub takes none without a file and a region.
pub(super) fn of_result<'a>(
    scene: &Scene<'a>,
    place: &'a assessment::Location,
    resource: Option<&'a assessment::ResourceName>,
) -> Vec<Location<'a>> {
    let mut location = location(scene, place);
    if scene.profile == Profile::Github && location.physical_location.is_none() {
        let artifact_location = artifact(scene, LAST_RESORT);
        location.physical_location =
            Some(PhysicalLocation { artifact_location, region: Some(first_line()), context_region: None });
    }
    location.logical_locations = resource.map(logical).unwrap_or_default();
    let empty = location.physical_location.is_none() && location.logical_locations.is_empty();
    if empty { Vec::new() } else { vec![location] }
}

/// The place of a result that is not there any more.
pub(super) fn of_before<'a>(scene: &Scene<'a>, before: &'a assessment::Before) -> Vec<Location<'a>> {
    if before.path.is_empty() {
        return Vec::new();
    }
    let line = |start_line| Region { start_line, start_column: None, end_line: None, end_column: None, snippet: None };
    let artifact_location = artifact(scene, &before.path);
    let physical_location =
        Some(PhysicalLocation { artifact_location, region: before.line.map(line), context_region: None });
    vec![Location { physical_location, ..Location::default() }]
}

/// The line that carries a finding in a file that holds no text, which GitHub could not show: the row of the statement of
/// applicability for the rule's first control, else what refers to the file.
pub(super) fn carrier<'a>(scene: &Scene<'a>, finding: &'a assessment::Finding) -> Option<&'a assessment::Location> {
    let path = &finding.location.path;
    let is_binary = Syntax::of(path).is_some_and(Syntax::is_binary);
    if scene.profile != Profile::Github || !is_binary {
        return None;
    }
    let isms = &scene.assessment.isms;
    let controls = scene.assessment.rules.get(finding.rule).map(|run| run.about.controls.as_slice());
    let first = controls.unwrap_or_default().first().map(|link| &link.control.id);
    let row = isms.applicability.iter().find(|row| Some(&row.control) == first && row.location.region.is_some());
    row.map(|row| &row.location).or_else(|| isms.references.get(path))
}

fn physical<'a>(scene: &Scene<'a>, place: &'a assessment::Location) -> Option<PhysicalLocation<'a>> {
    if place.path.is_empty() {
        return None;
    }
    let region = place.region.as_deref();
    let part = match (region, scene.profile) {
        (Some(region), Profile::Full) => Some(with_text(region)),
        (Some(region), Profile::Github) => Some(without_text(region)),
        (None, Profile::Full) => None,
        (None, Profile::Github) => Some(first_line()),
    };
    Some(PhysicalLocation {
        artifact_location: artifact(scene, &place.path),
        region: part,
        context_region: region.filter(|_| scene.is_full()).and_then(context),
    })
}

fn without_text(region: &assessment::Region) -> Region<'_> {
    Region {
        start_line: region.start_line,
        start_column: Some(region.start_column),
        end_line: Some(region.end_line),
        end_column: Some(region.end_column),
        snippet: None,
    }
}

/// A region with its text, unless the text was cut: a snippet is the whole text of its region (3.30.13).
fn with_text(region: &assessment::Region) -> Region<'_> {
    let whole = !region.text.is_empty() && region.text.len() == region.byte_length as usize;
    Region { snippet: whole.then(|| Text::new(region.text.as_str())), ..without_text(region) }
}

/// The lines around a region; nothing where they were cut so that they do not hold all of it (3.29.5).
fn context(region: &assessment::Region) -> Option<Region<'_>> {
    let context = &region.context;
    let (start, length) = (context.byte_offset as usize, context.text.len());
    let end = region.byte_offset as usize + region.byte_length as usize;
    let holds = start <= region.byte_offset as usize && end <= start + length;
    let larger = length > region.byte_length as usize;
    if !holds || !larger {
        return None;
    }
    let breaks = context.text.bytes().filter(|byte| *byte == b'\n').count();
    Some(Region {
        start_line: context.first_line,
        start_column: None,
        end_line: u32::try_from(breaks).ok().map(|breaks| context.first_line.saturating_add(breaks)),
        end_column: None,
        snippet: Some(Text::new(context.text.as_str())),
    })
}

fn first_line() -> Region<'static> {
    Region { start_line: 1, start_column: None, end_line: None, end_column: None, snippet: None }
}

/// A resource and what it is a part of.
fn logical(resource: &assessment::ResourceName) -> Vec<LogicalLocation<'_>> {
    let addresses = std::iter::once(resource.address.as_str()).chain(resource.owner.as_deref());
    let location =
        |address| LogicalLocation { name: last_segment(address), fully_qualified_name: address, kind: "resource" };
    addresses.filter(|address| !address.is_empty()).map(location).collect()
}

/// `b["a.b"]` of `module.m.aws_s3_bucket.b["a.b"]`: dots inside brackets separate nothing.
fn last_segment(address: &str) -> &str {
    let mut depth = 0_usize;
    let mut start = 0;
    for (index, letter) in address.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '.' | '/' if depth == 0 => start = index + 1,
            _ => {}
        }
    }
    address.get(start..).filter(|segment| !segment.is_empty()).unwrap_or(address)
}

/// The address of a file: relative to what was scanned, for GitHub to the repository.
pub(super) fn artifact(scene: &Scene<'_>, path: &str) -> ArtifactLocation {
    let prefix = scene.assessment.prefix.as_str();
    let uri = match scene.profile {
        Profile::Github if !prefix.is_empty() => words::relative_uri(&format!("{prefix}/{path}")),
        _ => words::relative_uri(path),
    };
    ArtifactLocation { uri, uri_base_id: SOURCE_ROOT, index: scene.artifacts.get(path).copied() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_resource_is_the_last_segment_of_its_address() {
        for (address, expected) in [
            (r#"module.m.aws_s3_bucket.b["a.b/c"]"#, r#"b["a.b/c"]"#),
            ("Deployment.shop.web", "web"),
            ("risk/R-12", "R-12"),
            ("README.", "README."),
        ] {
            assert_eq!(last_segment(address), expected);
        }
    }
}
