//! What a check asks, apart from what it is known by. Of rules that are built in it is compiled only when the first of
//! their checks judges something: most scans meet a few kinds of resources, and the rules are many.

use std::sync::{Arc, LazyLock, OnceLock};

use smol_str::SmolStr;

use super::condition::Condition;
use super::message::Message;
use super::path::Path;
use super::{Parameter, load};
use crate::syntax::packed;

/// What a check asks.
#[derive(Debug)]
pub struct Logic {
    /// What narrows it; outside of it the check is not applicable.
    pub when: Option<Condition>,
    /// What must hold or, where the check denies, must not.
    pub condition: Condition,
    /// The message of its findings; absent: the rule's title.
    pub message: Option<Message>,
    /// Where its findings stand, when not at the deciding leaf.
    pub at: Option<Path>,
}

/// The logic of one check, now or when it is first asked for.
#[derive(Debug)]
pub struct LazyLogic(Source);

#[derive(Debug)]
enum Source {
    Now(Box<Logic>),
    Packed(Arc<PackedLogic>, usize),
}

/// The logic of all checks of a built-in rule.
#[derive(Debug)]
pub(super) struct PackedLogic {
    id: SmolStr,
    /// As the build script packed it: `topics`, and of each check what [`Logic`] holds.
    bytes: &'static [u8],
    parameters: Vec<Parameter>,
    compiled: OnceLock<Vec<Logic>>,
}

impl PackedLogic {
    pub(super) fn new(id: &str, bytes: &'static [u8], parameters: &[Parameter]) -> PackedLogic {
        PackedLogic { id: id.into(), bytes, parameters: parameters.to_vec(), compiled: OnceLock::new() }
    }

    fn compiled(&self) -> &[Logic] {
        self.compiled.get_or_init(|| {
            let body = packed::unpack(self.bytes);
            body.map(|body| load::logics(&self.id, &body, &self.parameters)).unwrap_or_default()
        })
    }
}

/// For a check that cannot be compiled. That none of the built-in ones is such, a test holds.
static NEVER: LazyLock<Logic> = LazyLock::new(|| Logic {
    when: Some(Condition::Any(Vec::new())),
    condition: Condition::Any(Vec::new()),
    message: None,
    at: None,
});

impl LazyLogic {
    /// Of a check that was just compiled.
    pub(super) fn now(logic: Logic) -> LazyLogic {
        LazyLogic(Source::Now(Box::new(logic)))
    }

    /// Of the check with this number.
    pub(super) fn later(packed: Arc<PackedLogic>, check: usize) -> LazyLogic {
        LazyLogic(Source::Packed(packed, check))
    }

    /// The logic.
    pub fn get(&self) -> &Logic {
        match &self.0 {
            Source::Now(logic) => logic,
            Source::Packed(packed, check) => packed.compiled().get(*check).unwrap_or(&NEVER),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Logic;
    use crate::rule::{Rule, set};

    fn targets(logic: &Logic) -> Vec<&str> {
        let mut targets = Vec::new();
        let conditions = logic.when.iter().chain([&logic.condition]);
        conditions.for_each(|condition| condition.visit_targets(&mut |target, _| targets.push(target)));
        targets
    }

    #[test]
    fn built_in_rules_ask_what_their_texts_say() {
        for loaded in set::embedded().expect("the built-in rules load") {
            let complete = loaded.complete();
            assert_eq!(loaded.rule.checks.len(), complete.rule.checks.len(), "{}", loaded.path);
            for (packed, read) in loaded.rule.checks.iter().zip(&complete.rule.checks) {
                assert_eq!(packed.on, read.on, "{}", loaded.path);
                assert_eq!(packed.denies, read.denies, "{}", loaded.path);
                assert_eq!(packed.looks_across_units, read.looks_across_units, "{}", loaded.path);
                assert_eq!(packed.is_topical, read.is_topical, "{}", loaded.path);
                assert_eq!(packed.aliases, read.aliases, "{}", loaded.path);
                assert_eq!(packed.part_aliases, read.part_aliases, "{}", loaded.path);
                let (packed, read) = (packed.logic.get(), read.logic.get());
                assert_eq!(packed.when.is_some(), read.when.is_some(), "{}", loaded.path);
                assert_eq!(packed.message.is_some(), read.message.is_some(), "{}", loaded.path);
                assert_eq!(packed.at, read.at, "{}", loaded.path);
                assert_eq!(targets(packed), targets(read), "{}", loaded.path);
            }
            assert_eq!(loaded.rule.about, complete.rule.about, "{}", loaded.path);
            let parameters = |rule: &Rule| rule.parameters.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
            assert_eq!(parameters(&loaded.rule), parameters(&complete.rule), "{}", loaded.path);
            assert_eq!(loaded.rule.examples.len(), 0, "{} is read from its text at every start", loaded.path);
        }
    }
}
