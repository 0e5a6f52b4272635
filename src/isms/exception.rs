//! Exceptions: accepted deviations, with an owner, an approver, a reason and an expiry.
//!
//! `exceptions.yaml` is strict: an unknown key is an error, so that a mistyped `expires` cannot make an exception
//! permanent. Only an exception that is complete and in force counts.

use jiff::civil::Date;
use smol_str::SmolStr;

use crate::engine::assessment::Finding;
use crate::syntax::fields::{Fields, LoadError};
use crate::syntax::tree::{Node, Place};

/// An accepted deviation.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Its id.
    pub id: SmolStr,
    /// The rule it speaks of; absent when it speaks of a control.
    pub rule: Option<SmolStr>,
    /// The control it speaks of, `iso27001:2022/A.8.24` or `A.8.24`.
    pub control: Option<SmolStr>,
    /// Only findings in files that match this glob.
    pub path: Option<globset::GlobMatcher>,
    /// Only findings on the resource of this address, or parts of it.
    pub resource: Option<SmolStr>,
    /// Who answers for it.
    pub owner: String,
    /// Who accepted it.
    pub approver: String,
    /// Why.
    pub reason: String,
    /// The last day it is in force.
    pub expires: Option<Date>,
    /// Its file relative to the root.
    pub file: std::sync::Arc<str>,
    /// Where it stands in that file.
    pub place: Place,
}

impl Exception {
    /// Whether it is complete and not expired.
    pub fn in_force(&self, today: Date) -> bool {
        let complete = !self.owner.is_empty() && !self.approver.is_empty() && !self.reason.is_empty();
        complete && self.expires.is_some_and(|expires| today <= expires)
    }

    /// Whether it speaks of a finding of this rule.
    pub fn covers(&self, finding: &Finding, rule: &crate::rule::About) -> bool {
        let by_rule = self.rule.as_ref().is_none_or(|id| *id == rule.id || rule.all_aliases.contains(id));
        let by_control = self.control.as_ref().is_none_or(|control| {
            rule.controls.iter().any(|link| link.control.id == *control || link.control.to_string() == *control)
        });
        let by_path = self.path.as_ref().is_none_or(|glob| glob.is_match(&*finding.location.path));
        let by_resource = self.resource.as_ref().is_none_or(|address| {
            finding.resource.address == *address || finding.resource.owner.as_ref() == Some(address)
        });
        (self.rule.is_some() || self.control.is_some()) && by_rule && by_control && by_path && by_resource
    }
}

/// Reads `exceptions.yaml`: a list, or a map with the list under `exceptions`.
pub fn load(root: &Node, file: &std::sync::Arc<str>) -> Result<Vec<Exception>, Vec<LoadError>> {
    let mut errors = Vec::new();
    let list = root.get("exceptions").unwrap_or(root);
    if list.as_list().is_none() && !list.is_null() {
        errors.push(LoadError::new("exceptions must be a list", list.place));
    }
    let exceptions: Vec<Exception> = list.items().iter().filter_map(|item| load_one(item, file, &mut errors)).collect();
    if errors.is_empty() { Ok(exceptions) } else { Err(errors) }
}

fn load_one(node: &Node, file: &std::sync::Arc<str>, errors: &mut Vec<LoadError>) -> Option<Exception> {
    let mut fields = Fields::of(node, "an exception", errors)?;
    let id = fields.text("id").unwrap_or_default().into();
    let rule = fields.optional_text("rule").map(SmolStr::from);
    let control = fields.optional_text("control").map(SmolStr::from);
    let resource = fields.optional_text("resource").map(SmolStr::from);
    let path = fields.optional("path");
    let mut text = |key| fields.optional_text(key).unwrap_or_default().trim().to_owned();
    let (owner, approver, reason) = (text("owner"), text("approver"), text("reason"));
    let expires = fields.optional("expires");
    // Judged as a row of the register; whether the exception is in force does not depend on them.
    for key in ["approved", "compensating_control", "risk", "requested_by", "reviewed", "ticket"] {
        fields.optional(key);
    }
    fields.finish();
    if rule.is_none() && control.is_none() {
        errors.push(LoadError::new("an exception needs a `rule` or a `control`", node.place));
    }
    let path = path.and_then(|node| load_glob(node, errors));
    let expires = expires.and_then(|node| load_date(node, errors));
    let file = file.clone();
    Some(Exception { id, rule, control, path, resource, owner, approver, reason, expires, file, place: node.place })
}

fn load_date(node: &Node, errors: &mut Vec<LoadError>) -> Option<Date> {
    let date = crate::rule::scalar::date(&node.value);
    if date.is_none() {
        errors.push(LoadError::new("`expires` must be a date such as 2026-11-22", node.place));
    }
    date
}

fn load_glob(node: &Node, errors: &mut Vec<LoadError>) -> Option<globset::GlobMatcher> {
    match globset::Glob::new(node.as_str().unwrap_or_default()) {
        Ok(glob) => Some(glob.compile_matcher()),
        Err(error) => {
            errors.push(LoadError::new(format!("the path is no valid glob: {}", error.kind()), node.place));
            None
        }
    }
}
