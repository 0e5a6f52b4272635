//! The targets that checks can name, so that a mistyped one is refused instead of never firing.

use smol_str::SmolStr;

/// Families of targets: any name after the slash is a type of that format.
const FAMILIES: [&str; 5] = ["ansible", "arm", "cloudformation", "kubernetes", "terraform"];

/// Targets of a fixed name.
pub(crate) const NAMES: &[&str] = &[
    "scan/exception",
    "scan/file",
    "scan/ignore",
    "container",
    "dockerfile",
    "dockerfile/add",
    "dockerfile/arg",
    "dockerfile/cmd",
    "dockerfile/copy",
    "dockerfile/entrypoint",
    "dockerfile/env",
    "dockerfile/expose",
    "dockerfile/from",
    "dockerfile/healthcheck",
    "dockerfile/label",
    "dockerfile/maintainer",
    "dockerfile/onbuild",
    "dockerfile/run",
    "dockerfile/shell",
    "dockerfile/stage",
    "dockerfile/stopsignal",
    "dockerfile/user",
    "dockerfile/volume",
    "dockerfile/workdir",
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
    "azure-pipelines/job",
    "azure-pipelines/pipeline",
    "azure-pipelines/step",
    "compose/project",
    "compose/service",
    "gitlab-ci/include",
    "gitlab-ci/job",
    "gitlab-ci/pipeline",
    "openapi/document",
    "openapi/operation",
    "openapi/security-scheme",
    "serverless/function",
    "serverless/service",
    // The ISMS; a test of its kind holds the list to the data.
    "document",
    "coverage/control",
    "coverage/evidence",
    "coverage/nonconformity",
    "isms",
    "isms/requirement",
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
    "isms/statement-of-applicability",
    "isms/risk-register",
    "isms/exceptions",
    "isms/asset-inventory",
    "isms/supplier-register",
    "isms/security-objectives",
    "isms/audit-programme",
    "isms/people-list",
    "isms/incident-log",
    "isms/training-records",
    "isms/corrective-actions",
    "isms/attestations",
    "register/applicability",
    "register/risk",
    "register/exception",
    "register/asset",
    "register/supplier",
    "register/incident",
    "register/training",
    "register/corrective-action",
    "register/objective",
    "register/audit",
    "register/person",
    "register/attestation",
];

/// The spelling under which resources and checks meet: Azure compares the types of resources without regard to case.
pub fn canonical(target: &SmolStr) -> SmolStr {
    if target.starts_with("arm/") && target.chars().any(char::is_uppercase) {
        return target.to_ascii_lowercase().into();
    }
    target.clone()
}

/// Whether a kind fills the target; if not, what to write instead.
pub fn check(target: &str) -> Result<(), String> {
    let family = target.split_once('/').map_or(target, |(family, _)| family);
    if NAMES.contains(&target) || (FAMILIES.contains(&family) && target.len() > family.len() + 1) {
        return Ok(());
    }
    let rest = target.split_once('/').map_or("TYPE", |(_, rest)| rest);
    let of_family = FAMILIES.map(|family| format!("{family}/{rest}"));
    let near: Vec<&str> = of_family.iter().map(String::as_str).chain(NAMES.iter().copied()).collect();
    let suggestion = crate::syntax::fields::suggest(target, &near);
    Err(if suggestion.starts_with("did you mean") { suggestion } else { format!("known here: {}", overview()) })
}

/// All targets in a few words: what comes in families is not listed one by one.
fn overview() -> String {
    let mut words: Vec<String> = FAMILIES.iter().map(|family| format!("{family}/TYPE")).collect();
    for name in NAMES {
        let word = name.split_once('/').map_or((*name).to_owned(), |(family, _)| format!("{family}/…"));
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_target_is_refused_with_what_is_near_or_what_there_is() {
        assert_eq!(check("terraform/aws_s3_bucket"), Ok(()));
        assert_eq!(check("teraform/aws_s3_bucket"), Err("did you mean `terraform/aws_s3_bucket`?".to_owned()));
        assert_eq!(check("dockerfile/stages"), Err("did you mean `dockerfile/stage`?".to_owned()));
        let overview = check("xyz").unwrap_err();
        assert!(
            overview.starts_with("known here: ") && overview.contains("terraform/TYPE, scan/…, container, "),
            "{overview}"
        );
        assert!(check("terraform/").is_err());
    }
}
