//! Kinds: what the trees of files mean. A kind claims files, groups them into units and lowers each unit to
//! resources, the things that rules judge.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::syntax::tree::{FileId, Node, Place};

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
    /// Facts other strata need.
    pub files: Vec<FileId>,
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
