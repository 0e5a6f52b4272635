//! The targets that checks can name, so that a mistyped one is refused instead of never firing.

/// Families of targets: any name after the slash is a type of that format.
const FAMILIES: &[&str] = &["terraform", "kubernetes"];

/// Targets of a fixed name.
pub(crate) const NAMES: &[&str] = &[
    "scan/file",
    "scan/ignore",
    "container",
    "egress",
    "iam-statement",
    "ingress",
    "pod",
    "github-actions/action",
    "github-actions/expression",
    "github-actions/job",
    "github-actions/step",
    "github-actions/uses",
    "github-actions/workflow",
    // The ISMS; a test of its kind holds the list to the data.
    "document",
    "isms",
    "isms/acceptable-use",
    "isms/access-control",
    "isms/asset-management",
    "isms/awareness",
    "isms/backup",
    "isms/business-continuity",
    "isms/change-management",
    "isms/communication",
    "isms/compliance",
    "isms/cryptography",
    "isms/data-protection",
    "isms/document-control",
    "isms/documents",
    "isms/improvement",
    "isms/incident-plan",
    "isms/information-classification",
    "isms/information-security-policy",
    "isms/information-transfer",
    "isms/internal-audit",
    "isms/isms-scope",
    "isms/logging",
    "isms/management-review",
    "isms/measurement",
    "isms/network-security",
    "isms/objectives",
    "isms/operations",
    "isms/people",
    "isms/physical-security",
    "isms/plans",
    "isms/policies",
    "isms/procedures",
    "isms/records",
    "isms/remote-working",
    "isms/risk-management",
    "isms/roles",
    "isms/secure-development",
    "isms/statements",
    "isms/supplier",
    "isms/threat-intelligence",
    "isms/vulnerability-management",
    "repository",
    "repository/codeowners-rule",
    "repository/commit",
    "repository/manifest",
    "repository/submodule",
    "repository/tag",
    "repository/tracked-file",
];

/// Whether a kind fills the target; if not, what to write instead.
pub fn check(target: &str) -> Result<(), String> {
    let family = target.split_once('/').map_or(target, |(family, _)| family);
    if NAMES.contains(&target) || (FAMILIES.contains(&family) && target.len() > family.len() + 1) {
        return Ok(());
    }
    Err(crate::syntax::fields::suggest(target, NAMES))
}
