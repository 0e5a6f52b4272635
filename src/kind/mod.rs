//! Kinds: what the trees of files mean. A kind claims files, groups them into units and lowers each unit to
//! resources, the things that rules judge.

pub mod ansible;
pub mod arm;
pub mod azure_pipelines;
mod calls;
pub mod cloudformation;
pub mod compose;
pub mod dockerfile;
pub(crate) mod document;
#[cfg(test)]
mod fixture;
pub mod github_actions;
pub mod gitlab_ci;
pub mod isms;
pub mod kubernetes;
pub mod openapi;
pub(crate) mod register;
pub mod repository;
pub mod serverless;
pub mod shared;
pub mod targets;
pub mod terraform;
mod view;

use std::sync::Arc;

use smol_str::SmolStr;

use crate::engine::assessment::IsmsFacts;
use crate::syntax::Content;
use crate::syntax::tree::{FileId, Node, Place};
pub use view::{Asked, View};

/// One thing that rules judge.
#[derive(Debug, Clone)]
pub struct Resource {
    /// What a check's `on:` names: `terraform/aws_s3_bucket`, `kubernetes/Deployment`, `container`, `isms/incident-plan`.
    pub target: SmolStr,
    /// Its address in its format's own terms, unique in its unit: `aws_s3_bucket.b`, `Deployment.shop.web`, `risk/R-12`.
    pub address: SmolStr,
    /// Texts by which other resources name it, apart from its address (a bucket's name, an ARN that is known).
    pub names: Vec<SmolStr>,
    /// Its properties.
    pub tree: Node,
    /// The place that stands for it when no property does: a block's header, a manifest's `kind`, a heading.
    pub header: Place,
    /// All of its text; a comment in or directly above it can ignore a rule for it.
    pub extent: Place,
    /// The address of the resource that it is a part of (a container's workload).
    pub owner: Option<SmolStr>,
    /// Where it was called from, innermost first (module calls); findings show them, and each can carry an ignore comment.
    pub call_chain: Vec<Place>,
    /// Whether the format converts scalars by itself, so that `"true"` is `true` (Terraform and CloudFormation do).
    pub converts_scalars: bool,
}

/// Resources that are judged together.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// The kind that built it, such as `terraform`.
    pub kind: &'static str,
    /// Its folder (or file, where one file is a unit), relative to the root; `.` for the root itself.
    pub name: Arc<str>,
    /// What rules judge, in the order of files and positions.
    pub resources: Vec<Resource>,
    /// What could not be evaluated, and why.
    pub notices: Vec<Notice>,
    /// What it says about the ISMS. (Locations are filled in by the engine.)
    pub facts: IsmsFacts,
    /// Whether one file is the unit, and its name that of the file. (The engine finds out.)
    pub is_file: bool,
    /// The files whose names are a part of addresses in them.
    pub named_files: Vec<NamedFile>,
}

/// A file whose name begins the addresses of what is in it, and what it is called apart from that: a workflow has a name
/// and a document a title, which stay when the file is renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// The file.
    pub id: FileId,
    /// How addresses in it begin.
    pub name: SmolStr,
    /// What it calls itself; several files may call themselves the same.
    pub called: SmolStr,
}

/// Something the user should know about what was not evaluated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// A stable identifier in kebab case: `module-not-installed`, `chart-not-rendered`.
    pub id: &'static str,
    /// What happened and what to do, one sentence each.
    pub message: String,
    /// Where.
    pub place: Place,
}

/// A file that was read and parsed.
#[derive(Debug)]
pub struct ParsedFile {
    /// Its index in the source.
    pub id: FileId,
    /// Its path relative to the root, with forward slashes.
    pub path: Arc<str>,
    /// Its text; of a file that holds none the text that was taken out of it.
    pub text: Arc<str>,
    /// What it holds.
    pub content: Content,
}

impl ParsedFile {
    /// The folder it lies in; `.` for the root.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or(".", |(folder, _)| folder)
    }

    /// Its name without the folder.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, name)| name)
    }

    /// Its value trees; none where it holds something else.
    pub fn trees(&self) -> &[Node] {
        match &self.content {
            Content::Trees(trees) => trees,
            Content::Extracted(extracted) => &extracted.trees,
            Content::Hcl(_) | Content::Bicep(_) | Content::Nothing => &[],
        }
    }
}

/// Files that become one unit.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// The unit's name: its folder, or its file where one file is a unit.
    pub name: Arc<str>,
    /// Its files, sorted by path.
    pub files: Vec<&'a ParsedFile>,
}

/// A kind of file: Terraform, Kubernetes manifests, documents.
pub trait Kind: Sync {
    /// Its name in reports and in [`Unit::kind`].
    fn name(&self) -> &'static str;

    /// Whether the file has a meaning for this kind. Judged by path and content only.
    fn claims(&self, file: &ParsedFile, view: &View<'_>) -> bool;

    /// Which of the claimed files it wants after all, now that all of them are in sight: all, unless the kind knows better.
    fn sift<'a>(&self, files: &[&'a ParsedFile], _view: &View<'_>) -> Vec<&'a ParsedFile> {
        files.to_vec()
    }

    /// Groups the claimed files (sorted by path) into units; by folder unless the kind knows better.
    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        by_folder(files)
    }

    /// Why a file is not evaluated although its name or content looks like this kind's: a template that is not rendered,
    /// for example. Asked with all files in sight; its syntax errors are then nobody's mistake.
    fn sets_aside(&self, _file: &ParsedFile, _view: &View<'_>) -> Option<&'static str> {
        None
    }

    /// Lowers a group to resources.
    fn build(&self, group: &Group<'_>, view: &View<'_>) -> Unit;
}

/// Groups files by folder.
pub fn by_folder<'a>(files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
    let mut groups: std::collections::BTreeMap<&str, Vec<&'a ParsedFile>> = std::collections::BTreeMap::new();
    for file in files {
        groups.entry(file.folder()).or_default().push(file);
    }
    groups.into_iter().map(|(folder, files)| Group { name: folder.into(), files }).collect()
}

/// Every file a unit of its own.
pub fn by_file<'a>(files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
    files.iter().map(|file| Group { name: file.path.clone(), files: vec![file] }).collect()
}

/// All kinds, in the order of reports.
pub const KINDS: &[&dyn Kind] = &[
    &terraform::Terraform,
    &terraform::plan::TerraformPlan,
    &cloudformation::CloudFormation,
    &serverless::Serverless,
    &arm::Arm,
    &kubernetes::Kubernetes,
    &dockerfile::Dockerfile,
    &compose::Compose,
    &github_actions::GithubActions,
    &gitlab_ci::GitlabCi,
    &azure_pipelines::AzurePipelines,
    &ansible::Ansible,
    &openapi::OpenApi,
    &repository::Repository,
    &isms::Isms,
];
