//! The plan: which rules judge which targets, with which severities and parameters. Made before work begins.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::assessment::{FindingKind, Location};
use crate::rule::set::LoadedRule;
use crate::rule::{Rule, Severity};
use crate::syntax::tree::Value;

/// A rule of the plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Its severity after overrides.
    pub severity: Severity,
    /// The values of its parameters.
    pub parameters: Vec<(SmolStr, Value)>,
    /// The aliases of each check, shared by its findings.
    pub aliases: Vec<Arc<[SmolStr]>>,
    /// Where the organisation's documents state the values that were taken from them.
    pub required_by: Vec<Location>,
}

/// The rules of a scan, sorted by id, indexed by target.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The rules.
    pub rules: Vec<Planned>,
    /// The digest of the rule set: SHA-256 over ids and the SHA-256 of texts, in hexadecimal.
    pub digest: String,
    by_target: FxHashMap<SmolStr, Vec<(usize, usize)>>,
}

impl Plan {
    /// A plan of these rules with their own severities and defaults.
    pub fn new(mut rules: Vec<LoadedRule>) -> Plan {
        rules.sort_by(|left, right| left.rule.about.id.cmp(&right.rule.about.id));
        let digest = digest(&rules);
        let rules: Vec<Planned> = rules.into_iter().map(|loaded| planned(loaded.rule)).collect();
        let mut by_target: FxHashMap<SmolStr, Vec<(usize, usize)>> = FxHashMap::default();
        for (rule, planned) in rules.iter().enumerate() {
            for (check, bound) in planned.rule.checks.iter().enumerate() {
                for target in &bound.on {
                    by_target.entry(target.clone()).or_default().push((rule, check));
                }
            }
        }
        Plan { rules, digest, by_target }
    }

    /// The checks that judge a target, as indexes of rule and check, in the order of rules.
    pub fn checks_of(&self, target: &str) -> &[(usize, usize)] {
        self.by_target.get(target).map_or(&[], Vec::as_slice)
    }

    /// Whether any rule judges a target that starts with `prefix`.
    pub fn judges(&self, prefix: &str) -> bool {
        let mut targets = self.rules.iter().flat_map(|planned| planned.rule.checks.iter()).flat_map(|check| &check.on);
        targets.any(|target| target.starts_with(prefix))
    }

    /// Sets the parameters that a requirement of the organisation's documents gives, where nobody else set them, and
    /// keeps where it is stated.
    pub fn apply_requirement(
        &mut self,
        requirement: &str,
        value: &Value,
        already_set: &[(String, SmolStr)],
        stated_at: &Location,
    ) {
        for planned in &mut self.rules {
            let rule = planned.rule.clone();
            for parameter in &rule.parameters {
                let set = already_set.iter().any(|(id, name)| *id == rule.about.id && *name == parameter.name);
                let below =
                    crate::rule::scalar::number(value).zip(parameter.floor).is_some_and(|(value, floor)| value < floor);
                if parameter.requirement.as_deref() == Some(requirement) && !set && !below {
                    set_parameter(&mut planned.parameters, &parameter.name, value);
                    planned.required_by.push(stated_at.clone());
                }
            }
        }
    }
}

/// Gives a parameter a value.
pub fn set_parameter(parameters: &mut Vec<(SmolStr, Value)>, name: &str, value: &Value) {
    parameters.retain(|(existing, _)| existing != name);
    parameters.push((name.into(), value.clone()));
}

impl Planned {
    /// The aliases that a finding of this check carries: those of the check and of its missing parts, and what its
    /// fail implies.
    pub(super) fn aliases_of(&self, check: usize, kind: FindingKind, missing: &[SmolStr]) -> Arc<[SmolStr]> {
        let own = self.aliases.get(check).cloned().unwrap_or_default();
        match self.rule.checks.get(check) {
            Some(check)
                if kind == FindingKind::Fail && !(check.implies.is_empty() && check.part_aliases.is_empty()) =>
            {
                let parts = check.part_aliases.iter().filter(|(part, _)| missing.contains(part));
                let of_parts = parts.flat_map(|(_, ids)| ids);
                own.iter().chain(of_parts).chain(&check.implies).cloned().collect()
            }
            _ => own,
        }
    }
}

fn planned(rule: Arc<Rule>) -> Planned {
    let aliases = (0..rule.checks.len()).map(|check| rule.aliases_of(check).into()).collect();
    let parameters = rule.parameters.iter().map(|parameter| (parameter.name.clone(), parameter.default.clone()));
    Planned { severity: rule.about.severity, parameters: parameters.collect(), aliases, required_by: Vec::new(), rule }
}

fn digest(rules: &[LoadedRule]) -> String {
    let mut hasher = Sha256::new();
    for loaded in rules {
        hasher.update(loaded.rule.about.id.as_bytes());
        hasher.update([0]);
        hasher.update(loaded.digest);
    }
    hexadecimal(&hasher.finalize())
}

/// Bytes in lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
