//! Exceptions: accepted deviations, with an owner, an approver, a reason and an expiry.
//!
//! `exceptions.yaml` is strict: an unknown key is an error, so that a mistyped `expires` cannot make an exception
//! permanent. Only an exception that is complete and in force counts.

use jiff::civil::Date;
use smol_str::SmolStr;

use crate::engine::assessment::Finding;
use crate::source::git::facts::Person;
use crate::syntax::fields::{Fields, LoadError};
use crate::syntax::tree::{Node, Place};

/// The name of the file of exceptions, where the configuration names none.
pub const FILE: &str = "exceptions.yaml";

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
    /// The day it was granted.
    pub granted: Option<Date>,
    /// The last day it is in force.
    pub expires: Option<Date>,
    /// Its file relative to the root.
    pub file: std::sync::Arc<str>,
    /// Where it stands in that file.
    pub place: Place,
    /// Where its id stands.
    pub header: Place,
    /// Who brought it in.
    pub introduced: Introduced,
}

/// Who brought an exception in, as far as git tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Introduced {
    /// It was not looked up, or there is no git.
    #[default]
    Untold,
    /// Git cannot tell, and why.
    Unknown(&'static str),
    /// The authors of the commits that its lines come from.
    By(Vec<Person>),
}

/// How far an exception reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One resource.
    Resource,
    /// Files.
    Path,
    /// Whatever there is.
    Everywhere,
}

impl Scope {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Resource => "resource",
            Scope::Path => "path",
            Scope::Everywhere => "everywhere",
        }
    }
}

impl Exception {
    /// Whether it is complete and not expired.
    pub fn in_force(&self, today: Date) -> bool {
        let complete = !self.owner.is_empty() && !self.approver.is_empty() && !self.reason.is_empty();
        complete && self.expires.is_some_and(|expires| today <= expires)
    }

    /// How far it reaches. A path that leaves nothing out is none.
    pub fn scope(&self) -> Scope {
        let leaves_nothing_out =
            |glob: &globset::GlobMatcher| glob.is_match("\u{1}") && glob.is_match("\u{1}/\u{1}/\u{1}.\u{1}");
        match (&self.resource, &self.path) {
            (Some(_), _) => Scope::Resource,
            (None, Some(glob)) if !leaves_nothing_out(glob) => Scope::Path,
            _ => Scope::Everywhere,
        }
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
    if let Some(map) = root.as_map() {
        for entry in map.entries.iter().filter(|entry| entry.key != "exceptions") {
            let message = format!("exceptions stand in a list under `exceptions`; there is no key `{}`", entry.key);
            errors.push(LoadError::new(message, entry.key_place));
        }
    }
    let exceptions: Vec<Exception> = list.items().iter().filter_map(|item| load_one(item, file, &mut errors)).collect();
    for (index, exception) in exceptions.iter().enumerate() {
        if exceptions.iter().take(index).any(|other| other.id == exception.id) {
            let message = format!("there are two exceptions `{}`", exception.id);
            errors.push(LoadError::new(message, exception.header));
        }
    }
    if errors.is_empty() { Ok(exceptions) } else { Err(errors) }
}

fn load_one(node: &Node, file: &std::sync::Arc<str>, errors: &mut Vec<LoadError>) -> Option<Exception> {
    let mut fields = Fields::of(node, "an exception", errors)?;
    let header = fields.optional("id").map_or(node.place, |id| id.place);
    let id: SmolStr = fields.text("id").unwrap_or_default().into();
    let rule = fields.optional_text("rule").map(SmolStr::from);
    let control = fields.optional_text("control").map(SmolStr::from);
    let resource = fields.optional_text("resource").map(SmolStr::from);
    let path = fields.optional("path");
    let mut text = |key| fields.optional_text(key).unwrap_or_default().trim().to_owned();
    let (owner, approver, reason) = (text("owner"), text("approver"), text("reason"));
    // Judged as a row of the register; whether the exception is in force does not depend on them.
    for key in ["compensating_control", "risk", "requested_by", "ticket"] {
        fields.optional_text(key);
    }
    fields.optional("reviewed");
    let granted = fields.optional("granted").or(fields.optional("approved"));
    let expires = fields.optional("expires");
    fields.finish();
    if rule.is_none() && control.is_none() {
        errors.push(LoadError::new("an exception needs a `rule` or a `control`", node.place));
    }
    let path = path.and_then(|node| load_glob(node, errors));
    let granted_on = granted.and_then(|node| load_date("granted", node, errors));
    let expires = expires.and_then(|node| load_date("expires", node, errors));
    if let (Some(node), Some(granted), Some(expires)) = (granted, granted_on, expires)
        && expires < granted
    {
        errors.push(LoadError::new("an exception cannot expire before it is granted", node.place));
    }
    Some(Exception {
        id,
        rule,
        control,
        path,
        resource,
        owner,
        approver,
        reason,
        granted: granted_on,
        expires,
        file: file.clone(),
        place: node.place,
        header,
        introduced: Introduced::Untold,
    })
}

fn load_date(key: &str, node: &Node, errors: &mut Vec<LoadError>) -> Option<Date> {
    let date = crate::rule::scalar::date(&node.value);
    if date.is_none() {
        errors.push(LoadError::new(format!("`{key}` must be a date such as 2026-11-22"), node.place));
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
