//! `exceptions.json` and `attestations.json`: what people took upon themselves, and what they vouch for, on the day of
//! the recording.

use jiff::civil::Date;
use serde::Serialize;

use crate::engine::assessment::{Assessment, SuppressionKind};
use crate::isms::exception::Exception;

#[derive(Serialize)]
struct InForce<'a> {
    schema: &'static str,
    today: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    exceptions: Option<Vec<ExceptionItem<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attestations: Option<Vec<AttestationItem<'a>>>,
}

#[derive(Serialize)]
struct ExceptionItem<'a> {
    id: &'a str,
    rule: Option<&'a str>,
    control: Option<&'a str>,
    path: Option<&'a str>,
    resource: Option<&'a str>,
    owner: &'a str,
    approver: &'a str,
    reason: &'a str,
    expires: Option<String>,
    file: &'a str,
    /// The fingerprints of the findings that it covers.
    findings: Vec<&'a str>,
}

#[derive(Serialize)]
struct AttestationItem<'a> {
    control: &'a str,
    facet: &'static str,
    statement: &'a str,
    valid_until: Option<String>,
    path: &'a str,
}

/// Exceptions in force.
pub(super) fn exceptions(assessment: &Assessment, exceptions: &[Exception]) -> Vec<u8> {
    pretty(&InForce {
        schema: "annexa/exceptions/1",
        today: assessment.today.to_string(),
        exceptions: Some(in_force(exceptions, assessment.today).map(|each| item(each, assessment)).collect()),
        attestations: None,
    })
}

fn item<'a>(exception: &'a Exception, assessment: &'a Assessment) -> ExceptionItem<'a> {
    let Exception { id, rule, control, path, resource, owner, approver, reason, expires, file, .. } = exception;
    let by = assessment.findings.iter().filter(|finding| {
        finding.suppression.as_ref().is_some_and(|suppression| {
            suppression.kind == SuppressionKind::Exception && suppression.exception.as_ref() == Some(id)
        })
    });
    ExceptionItem {
        id,
        rule: rule.as_deref(),
        control: control.as_deref(),
        path: path.as_ref().map(|glob| glob.glob().glob()),
        resource: resource.as_deref(),
        owner,
        approver,
        reason,
        expires: expires.map(|day| day.to_string()),
        file,
        findings: by.map(|finding| finding.fingerprint.as_str()).collect(),
    }
}

/// The exceptions that count on a day.
pub(super) fn in_force(exceptions: &[Exception], today: Date) -> impl Iterator<Item = &Exception> {
    exceptions.iter().filter(move |exception| exception.in_force(today))
}

/// Attestations in force.
pub(super) fn attestations(assessment: &Assessment) -> Vec<u8> {
    let all = assessment.isms.attestations.iter();
    let in_force = all.filter(|each| each.valid_until.is_some_and(|last| last >= assessment.today));
    pretty(&InForce {
        schema: "annexa/attestations/1",
        today: assessment.today.to_string(),
        exceptions: None,
        attestations: Some(
            in_force
                .map(|each| AttestationItem {
                    control: &each.control,
                    facet: each.facet.name(),
                    statement: &each.statement,
                    valid_until: each.valid_until.map(|day| day.to_string()),
                    path: &each.location.path,
                })
                .collect(),
        ),
    })
}

/// JSON for people, with a line break at the end.
pub(super) fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
