//! The plan: which rules judge which targets, with which severities and parameters. Made before work begins.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::rule::set::LoadedRule;
use crate::rule::{Rule, Severity};
use crate::syntax::tree::Value;

/// A rule of the plan.
#[derive(Debug)]
pub struct Planned {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Its severity after overrides.
    pub severity: Severity,
    /// The values of its parameters.
    pub parameters: Vec<(SmolStr, Value)>,
}

/// The rules of a scan, sorted by id, indexed by target.
#[derive(Debug)]
pub struct Plan {
    /// The rules.
    pub rules: Vec<Planned>,
    /// The digest of the rule set: SHA-256 over ids and texts, in hexadecimal.
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

    /// Sets the parameters that requirements stated in documents give, where nobody set them. Returns what was set.
    pub fn apply_requirements(&mut self, requirement: &str, value: &Value, already_set: &[(String, SmolStr)]) {
        for planned in &mut self.rules {
            let id = planned.rule.about.id.clone();
            for parameter in &planned.rule.parameters {
                let set = already_set.iter().any(|(rule, name)| *rule == id && *name == parameter.name);
                if parameter.requirement.as_deref() == Some(requirement) && !set {
                    set_parameter(&mut planned.parameters, &parameter.name, value);
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

fn planned(rule: Arc<Rule>) -> Planned {
    let parameters = rule.parameters.iter().map(|parameter| (parameter.name.clone(), parameter.default.clone()));
    Planned { severity: rule.about.severity, parameters: parameters.collect(), rule }
}

fn digest(rules: &[LoadedRule]) -> String {
    let mut hasher = Sha256::new();
    for loaded in rules {
        hasher.update(loaded.rule.about.id.as_bytes());
        hasher.update([0]);
        hasher.update(loaded.text.as_bytes());
        hasher.update([0]);
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
