//! Ignore comments: `# annexa:ignore RULE reason`, and the skip comments, annotations and metadata of Checkov and Trivy
//! through aliases.
//!
//! A comment quiets a rule for the line it stands on, for the line below it, or for the resource it stands in or
//! directly above. A comment of ours needs a reason; without one it quiets nothing.

use ignore::gitignore::Gitignore;
use smol_str::SmolStr;

use super::assessment::{Finding, Location, Presence, Suppression, SuppressionKind};
use super::locate::Texts;
use crate::kind::{ParsedFile, cloudformation};
use crate::rule::{Rule, Severity};
use crate::source::CONFIGURATION;
use crate::source::lines::LineIndex;
use crate::syntax::tree::{FileId, Place, Span};

/// A comment that ignores rules.
#[derive(Debug, Clone)]
pub(super) struct IgnoreComment {
    /// Where the comment's words stand.
    pub place: Place,
    /// The first line below it that is no comment; its own line when code stands before it.
    pub target_line: u32,
    /// The rules or aliases it names.
    pub names: Vec<SmolStr>,
    /// The reason; empty where none is given.
    pub reason: String,
    /// Whether it is written in our own form.
    pub own: bool,
    /// Whether it is an annotation of a manifest or the metadata of a resource, which speak of all its parts.
    pub annotation: bool,
}

/// What comments may ignore: everything, unless the configuration says otherwise.
#[derive(Debug, Clone, Default)]
pub struct CommentPolicy {
    /// Whether comments may ignore nothing at all.
    pub forbidden: bool,
    /// The only rules that they may ignore; none: all.
    pub rules: Vec<globset::GlobMatcher>,
    /// The highest severity that they may ignore.
    pub max_severity: Option<Severity>,
}

impl CommentPolicy {
    /// Whether a comment may ignore a finding of this rule and severity.
    pub fn allows(&self, rule: &str, severity: Severity) -> bool {
        !self.forbidden
            && (self.rules.is_empty() || self.rules.iter().any(|glob| glob.is_match(rule)))
            && self.max_severity.is_none_or(|most| severity <= most)
    }
}

/// What the configuration says of files of some paths only.
#[derive(Debug, Clone)]
pub struct PathSetting {
    /// The files, as in `.gitignore`.
    pub paths: Gitignore,
    /// The rules whose findings are quieted there.
    pub ignore: Vec<globset::GlobMatcher>,
    /// Severities of rules there.
    pub severity: Vec<(globset::GlobMatcher, Severity)>,
    /// Why rules are ignored there.
    pub reason: String,
}

impl PathSetting {
    /// Gives a finding of a rule the severity that it has at its path, and quiets it where the rule is ignored.
    pub(super) fn apply(&self, finding: &mut Finding, rule: &str) {
        let path = &*finding.location.path;
        if path.is_empty() || !self.paths.matched_path_or_any_parents(path, false).is_ignore() {
            return;
        }
        if let Some((_, severity)) = self.severity.iter().rfind(|(glob, _)| glob.is_match(rule)) {
            let is_partial = finding.presence == Some(Presence::Partial);
            finding.severity = if is_partial { severity.lower() } else { *severity };
        }
        if finding.suppression.is_none() && self.ignore.iter().any(|glob| glob.is_match(rule)) {
            finding.suppression = Some(Box::new(Suppression {
                kind: SuppressionKind::Configuration,
                reason: self.reason.clone(),
                location: Location { path: CONFIGURATION.into(), ..Location::default() },
                exception: None,
            }));
        }
    }
}

/// The forms of ignore comments: marker, and whether it is ours.
const MARKERS: &[(&str, bool)] =
    &[("annexa:ignore", true), ("checkov:skip=", false), ("trivy:ignore:", false), ("tfsec:ignore:", false)];

/// Checkov's annotation of Kubernetes manifests: `checkov.io/skip1: CKV_K8S_20=reason`.
const ANNOTATION: &str = "checkov.io/skip";

/// What opens a comment in one of the syntaxes that are read.
const OPENINGS: &[&str] = &["#", "//", "/*", "<!--"];

/// Finds the ignore comments of a file.
pub(super) fn comments(file: FileId, text: &str) -> Vec<IgnoreComment> {
    if !text.contains(ANNOTATION) && !MARKERS.iter().any(|(marker, _)| text.contains(marker)) {
        return Vec::new();
    }
    let lines = LineIndex::new(text);
    let mut found = Vec::new();
    for line in 1..=lines.len() {
        let range = lines.line(line);
        for (marker, own) in MARKERS {
            let Some((at, words)) = marked(&text[range.clone()], marker) else { continue };
            let (names, reason) = read(words, *own);
            let start = range.start + at;
            found.push(IgnoreComment {
                place: Place::span(file, Span::new(start, range.end)),
                target_line: target_line(text, &lines, line),
                names,
                reason,
                own: *own,
                annotation: false,
            });
        }
        found.extend(annotation(file, &text[range.clone()], range.start, line));
    }
    found
}

/// The checks that the resources of a CloudFormation template ask to skip in their metadata, in Checkov's form.
pub(super) fn skips(file: &ParsedFile) -> Vec<IgnoreComment> {
    let skips = cloudformation::skips(file);
    if skips.is_empty() {
        return Vec::new();
    }
    let lines = LineIndex::new(&file.text);
    let comment = |skip: cloudformation::Skip| IgnoreComment {
        place: skip.place,
        target_line: skip.place.as_span().map_or(1, |span| lines.position(span.start as usize).line),
        names: vec![skip.id.into()],
        reason: skip.comment,
        own: false,
        annotation: true,
    };
    skips.into_iter().map(comment).collect()
}

fn annotation(file: FileId, line: &str, start: usize, number: u32) -> Option<IgnoreComment> {
    let at = line.find(ANNOTATION)?;
    let (_, value) = line[at..].split_once(':')?;
    let (name, reason) = value.trim().trim_matches(['"', '\'']).split_once('=')?;
    Some(IgnoreComment {
        place: Place::span(file, Span::new(start + at, start + line.len())),
        target_line: number,
        names: vec![name.trim().into()],
        reason: reason.trim().to_owned(),
        own: false,
        annotation: true,
    })
}

/// The offset of the marker in a comment of the line, and the words behind it.
fn marked<'t>(line: &'t str, marker: &str) -> Option<(usize, &'t str)> {
    let at = line.find(marker)?;
    let before = line[..at].trim_end();
    let opens = OPENINGS.iter().any(|opening| before.ends_with(opening)) || before.trim_start().starts_with('#');
    let words = line[at + marker.len()..].trim_end().trim_end_matches("-->").trim_end_matches("*/").trim();
    opens.then_some((at, words))
}

fn read(words: &str, own: bool) -> (Vec<SmolStr>, String) {
    let (names, reason) = if own {
        words.split_once(char::is_whitespace).unwrap_or((words, ""))
    } else {
        words.split_once([':', ' ']).unwrap_or((words, ""))
    };
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(SmolStr::from).collect();
    (names, reason.trim().trim_start_matches("--").trim().to_owned())
}

/// A comment alone on its line speaks of the next line that is no comment.
fn target_line(text: &str, lines: &LineIndex<'_>, line: u32) -> u32 {
    let is_comment = |line: u32| {
        let content = text[lines.line(line)].trim_start();
        OPENINGS.iter().any(|opening| content.starts_with(opening)) || content.starts_with('*')
    };
    if !is_comment(line) {
        return line;
    }
    (line + 1..=lines.len()).find(|below| !is_comment(*below)).unwrap_or(line)
}

/// The extents that a comment may stand in to speak of a finding: the resource's, and those of the calls to it.
pub(super) struct Reach<'f> {
    /// The extent of the resource, and of the calls that led to it.
    pub extents: &'f [Place],
    /// The extent of the resource that it is a part of; an annotation there speaks of it too.
    pub owner: Option<Place>,
}

/// The comment that quiets a finding, if any.
pub(super) fn quieting(
    finding: &Finding,
    place: Place,
    reach: &Reach<'_>,
    rule: &Rule,
    comments: &[IgnoreComment],
    texts: &Texts<'_>,
) -> Option<usize> {
    comments.iter().position(|comment| {
        names_rule(comment, rule, finding.check, &finding.missing)
            && (stands_at(comment, place, finding)
                || reach.extents.iter().any(|extent| stands_in(comment, *extent, texts))
                || (comment.annotation && reach.owner.is_some_and(|owner| stands_in(comment, owner, texts))))
            && !(comment.own && comment.reason.is_empty())
    })
}

fn stands_at(comment: &IgnoreComment, place: Place, finding: &Finding) -> bool {
    let line = finding.location.region.as_ref().map(|region| region.start_line);
    comment.place.file == place.file && line == Some(comment.target_line)
}

fn stands_in(comment: &IgnoreComment, extent: Place, texts: &Texts<'_>) -> bool {
    if comment.place.file != extent.file {
        return false;
    }
    let (Some(span), Some(at)) = (extent.as_span(), comment.place.as_span()) else { return true };
    let above = || texts.location(extent).region.is_some_and(|region| region.start_line == comment.target_line);
    (span.start <= at.start && at.end <= span.end) || above()
}

/// Whether the comment names the rule by its id, by an alias of the check that spoke, or by one of each part that is
/// missing.
pub(super) fn names_rule(comment: &IgnoreComment, rule: &Rule, check: usize, missing: &[String]) -> bool {
    let named = |known: &SmolStr| comment.names.iter().any(|name| same_alias(name, known));
    let parts = rule.checks.get(check).map_or(&[][..], |check| &check.part_aliases);
    let part_named = |part: &String| parts.iter().any(|(name, ids)| name == part && ids.iter().any(named));
    named(&rule.about.id)
        || rule.aliases_of(check).iter().any(named)
        || (!missing.is_empty() && missing.iter().all(part_named))
}

/// `AVD-AWS-0092` is `AWS-0092`; case does not matter.
pub(crate) fn same_alias(left: &str, right: &str) -> bool {
    let bare = |alias: &str| alias.to_ascii_uppercase().trim_start_matches("AVD-").to_owned();
    bare(left) == bare(right)
}

/// The suppression that a comment gives.
pub(super) fn suppression(comment: &IgnoreComment, texts: &Texts<'_>) -> Suppression {
    let reason = if comment.reason.is_empty() { "no reason given".to_owned() } else { comment.reason.clone() };
    Suppression { kind: SuppressionKind::Inline, reason, location: texts.location(comment.place), exception: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_speaks_of_its_line_or_of_the_next_that_is_none() {
        let text = "a = 1 # annexa:ignore x/y because\n# annexa:ignore a/b,c/d so\n# more\nb = 2\n<!-- annexa:ignore e/f why -->\n\"annexa:ignore no/comment x\"\n";
        let found = comments(FileId(0), text);
        let seen: Vec<(u32, &str, &str)> = found
            .iter()
            .map(|comment| (comment.target_line, comment.names[0].as_str(), comment.reason.as_str()))
            .collect();
        assert_eq!(seen, [(1, "x/y", "because"), (4, "a/b", "so"), (6, "e/f", "why")]);
        assert_eq!(found[1].names.len(), 2);
    }

    #[test]
    fn comments_of_other_scanners_are_read() {
        let found = comments(FileId(0), "#checkov:skip=CKV_AWS_20:it is a website\n#trivy:ignore:AVD-AWS-0092\n");
        assert_eq!((found[0].names[0].as_str(), found[0].reason.as_str()), ("CKV_AWS_20", "it is a website"));
        assert!(same_alias(&found[1].names[0], "aws-0092"));
        let found = comments(FileId(0), "metadata:\n  annotations:\n    checkov.io/skip1: CKV_K8S_20=needs it\n");
        assert_eq!((found[0].names[0].as_str(), found[0].reason.as_str()), ("CKV_K8S_20", "needs it"));
    }

    #[test]
    fn metadata_of_a_template_is_read_as_a_comment_on_the_whole_resource() {
        let text = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Metadata:\n      checkov:\n        skip:\n          - { id: CKV_AWS_18, comment: no need }\n          - { id: 7 }\n";
        let content = crate::syntax::yaml::parse(text, FileId(0)).content;
        let file = ParsedFile { id: FileId(0), path: "t.yaml".into(), text: text.into(), content };
        let found = skips(&file);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].names[0].as_str(), found[0].reason.as_str()), ("CKV_AWS_18", "no need"));
        assert_eq!((found[0].target_line, found[0].annotation, found[0].own), (7, true, false));
    }
}
