//! SARIF 2.1.0, in two profiles that share one model.
//!
//! The full profile is for machines and archives: every rule that ran, passes, undecided checks, suppressions, the
//! frameworks as taxonomies, every file and every reason why one was not read. The GitHub profile holds what code
//! scanning shows well and nothing that it would misread: it shows passes and suppressed results as alerts, and it
//! refuses a whole file for one result without a place. Numbers in brackets are sections of the specification.

mod invocation;
mod model;
mod place;
mod results;
mod rules;
mod taxonomy;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use rustc_hash::FxHashSet;

use super::Input;
use super::{count, words};
use crate::engine::assessment::{Assessment, FileState, RuleRun};
use crate::rule::Severity;
use model::{
    Artifact, ArtifactProperties, AutomationDetails, BaseReference, Driver, Log, Root, Run, RunProperties, Text, Tool,
    VersionControlDetails,
};
use results::Results;
use taxonomy::Taxonomies;

/// The schema that the validators of the format know.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The name of the folder that all paths are relative to.
const SOURCE_ROOT: &str = "SRCROOT";
/// The name of the root of the repository, where only a folder of it was scanned.
const REPOSITORY_ROOT: &str = "REPOROOT";
/// How many results GitHub keeps of a run. It does not say which, so we choose.
const GITHUB_RESULTS: usize = 5_000;

/// Who the file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    /// Machines and archives: everything.
    Full,
    /// GitHub code scanning.
    Github,
}

/// Writes an assessment as SARIF.
pub(super) fn write(input: &Input<'_>, profile: Profile, out: &mut dyn Write) -> io::Result<()> {
    let scene = Scene::new(input.assessment, profile);
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run(input, &scene)] };
    serde_json::to_writer(&mut *out, &log)?;
    out.write_all(b"\n")
}

/// What all parts of a run refer to.
pub(super) struct Scene<'a> {
    assessment: &'a Assessment,
    profile: Profile,
    /// Where each path stands in the files of the run.
    artifacts: BTreeMap<&'a str, usize>,
    taxonomies: Taxonomies,
    /// The rules that are told, as indices, in order: those that judged something or could not. A rule that met nothing of
    /// its kind did not run.
    rules: Vec<usize>,
    /// The findings that are told, as indices, in order.
    findings: Vec<usize>,
    /// How many were left out.
    left_out: usize,
    /// The fingerprints of what is there, where what is fixed is told beside it.
    taken: FxHashSet<&'a str>,
}

impl<'a> Scene<'a> {
    fn new(assessment: &'a Assessment, profile: Profile) -> Scene<'a> {
        let all = || (0..assessment.findings.len()).collect();
        let (findings, left_out) = match profile {
            Profile::Full => (all(), 0),
            Profile::Github => most_severe(assessment, GITHUB_RESULTS),
        };
        let full = profile == Profile::Full;
        let artifacts = if full { paths(assessment) } else { BTreeMap::new() };
        let taxonomies = if full { Taxonomies::of(assessment) } else { Taxonomies::default() };
        let compared = assessment.comparison.as_ref().filter(|_| full);
        let taken = compared.map(|_| assessment.findings.iter().map(|finding| finding.fingerprint.as_str()).collect());
        Scene {
            assessment,
            profile,
            artifacts,
            taxonomies,
            rules: told_rules(assessment),
            findings,
            left_out,
            taken: taken.unwrap_or_default(),
        }
    }

    fn rules(&self) -> impl Iterator<Item = &'a RuleRun> {
        self.rules.iter().filter_map(|rule| self.assessment.rules.get(*rule))
    }

    /// Where a rule of the assessment stands in the rules of the run.
    fn rule_index(&self, rule: usize) -> Option<usize> {
        self.rules.binary_search(&rule).ok()
    }

    fn is_full(&self) -> bool {
        self.profile == Profile::Full
    }
}

fn told_rules(assessment: &Assessment) -> Vec<usize> {
    let fixed = assessment.comparison.as_ref().map_or(&[][..], |comparison| comparison.fixed.as_slice());
    let fixed: BTreeSet<&str> = fixed.iter().map(|before| before.rule.as_str()).collect();
    let ran = |run: &RuleRun| run.passes > 0 || run.fails > 0 || run.excepted > 0 || run.unknowns > 0;
    let is_told = |run: &RuleRun| ran(run) || run.not_evaluated.is_some() || fixed.contains(run.about.id.as_str());
    let rules = assessment.rules.iter().enumerate();
    rules.filter(|(_, run)| is_told(run)).map(|(index, _)| index).collect()
}

/// The open findings that a platform with a limit gets, in the order of the assessment, and how many it does not get.
fn most_severe(assessment: &Assessment, limit: usize) -> (Vec<usize>, usize) {
    let mut findings = count::most_severe(assessment);
    let left_out = findings.len().saturating_sub(limit);
    findings.truncate(limit);
    findings.sort_unstable();
    (findings, left_out)
}

/// The paths of the scan in order, those that were not read included.
fn paths(assessment: &Assessment) -> BTreeMap<&str, usize> {
    let read = assessment.files.iter().map(|file| &*file.path);
    let all = read.chain(assessment.not_read.iter().map(|not_read| &*not_read.path));
    let mut paths: BTreeMap<&str, usize> = all.filter(|path| !path.is_empty()).map(|path| (path, 0)).collect();
    for (index, place) in paths.values_mut().enumerate() {
        *place = index;
    }
    paths
}

fn run<'a>(input: &Input<'a>, scene: &'a Scene<'a>) -> Run<'a> {
    let assessment = input.assessment;
    let (notifications, invocation) = invocation::invocation(scene);
    Run {
        tool: Tool { driver: driver(scene, notifications) },
        invocations: [invocation],
        automation_details: AutomationDetails { id: "annexa/" },
        version_control_provenance: provenance(scene),
        original_uri_base_ids: bases(scene),
        column_kind: "unicodeCodePoints",
        artifacts: artifacts(scene),
        taxonomies: scene.taxonomies.components(),
        results: Results { scene },
        properties: RunProperties {
            rule_set_digest: &assessment.rule_set_digest,
            framework: scene.is_full().then(|| input.coverage.framework.name()),
            today: scene.is_full().then(|| assessment.today.to_string()),
            commit: assessment.commit.as_deref().filter(|_| scene.is_full()),
            limited: assessment.limited.as_deref(),
            compared_with: assessment.comparison.as_ref().filter(|_| scene.is_full()).map(|with| with.base.as_str()),
            results_left_out: (scene.left_out > 0).then_some(scene.left_out),
        },
    }
}

fn driver<'a>(scene: &'a Scene<'a>, notifications: Vec<model::NotificationDescriptor<'a>>) -> Driver<'a> {
    let version = env!("CARGO_PKG_VERSION");
    let home = env!("CARGO_PKG_REPOSITORY");
    Driver {
        name: "Annexa",
        full_name: format!("Annexa {version}"),
        version,
        semantic_version: version,
        information_uri: (!home.is_empty()).then_some(home),
        short_description: Text::new(
            "Policy as code for ISO/IEC 27001: what it finds in infrastructure, repositories and ISMS documents is \
             evidence relevant to controls; whether a control is met is for an auditor to say.",
        ),
        language: "en",
        rules: scene.rules().map(|run| rules::rule(run, scene)).collect(),
        notifications,
        supported_taxonomies: scene.taxonomies.references(),
    }
}

/// What addresses are relative to: the folder that was scanned, which may be one of a repository. GitHub names files
/// by the repository.
fn bases(scene: &Scene<'_>) -> BTreeMap<&'static str, Root> {
    let base = |text: &'static str| Root { uri: None, uri_base_id: None, description: Text::new(text) };
    let prefix = &scene.assessment.prefix;
    if scene.profile == Profile::Github {
        return BTreeMap::from([(SOURCE_ROOT, base("The root of the repository."))]);
    }
    let scanned = base("The folder that was scanned.");
    if prefix.is_empty() {
        return BTreeMap::from([(SOURCE_ROOT, scanned)]);
    }
    let uri = Some(format!("{}/", words::relative_uri(prefix)));
    BTreeMap::from([
        (REPOSITORY_ROOT, base("The root of the repository.")),
        (SOURCE_ROOT, Root { uri, uri_base_id: Some(REPOSITORY_ROOT), ..scanned }),
    ])
}

/// The commit, where the repository has an address: SARIF knows no commit without one (3.23.3).
fn provenance<'a>(scene: &Scene<'a>) -> Vec<VersionControlDetails<'a>> {
    let assessment = scene.assessment;
    let (Some(repository), Some(commit)) = (&assessment.repository, &assessment.commit) else { return Vec::new() };
    let in_full = scene.is_full() && !assessment.prefix.is_empty();
    let mapped_to = BaseReference { uri_base_id: if in_full { REPOSITORY_ROOT } else { SOURCE_ROOT } };
    vec![VersionControlDetails { repository_uri: repository, revision_id: commit, mapped_to }]
}

fn artifacts<'a>(scene: &Scene<'a>) -> Vec<Artifact<'a>> {
    let states: BTreeMap<&str, &FileState> =
        scene.assessment.files.iter().map(|file| (&*file.path, &file.state)).collect();
    let artifact = |path: &&str| {
        let (state, role, kinds): (_, _, &[&str]) = match states.get(path) {
            Some(FileState::Evaluated(kinds)) => ("evaluated", Some("analysisTarget"), kinds),
            Some(FileState::NotRecognised) => ("not-recognised", None, &[]),
            Some(FileState::Unreadable(_)) => ("unreadable", Some("analysisTarget"), &[]),
            Some(FileState::Context) => ("context", Some("tracedFile"), &[]),
            Some(FileState::SetAside(_)) => ("set-aside", None, &[]),
            None => ("not-read", Some("analysisTarget"), &[]),
        };
        let configuration = (*path == "annexa.yaml").then_some("userSpecifiedConfiguration");
        Artifact {
            location: place::artifact(scene, path),
            roles: role.into_iter().chain(configuration).collect(),
            properties: ArtifactProperties { state, kinds },
        }
    };
    scene.artifacts.keys().map(artifact).collect()
}

/// The level of a fail of this severity (3.27.10).
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}
