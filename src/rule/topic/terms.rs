//! Terms of topics in other languages: `terms/<language>.yaml`, by rule and topic.
//!
//! ```yaml
//! isms/incident-plan/no-root-cause-analysis:
//!   root-cause: { terms: [ursache*, "*ursache*"], facets: { … by name … } }
//! ```

use std::sync::LazyLock;

use super::fold::Language;
use crate::embedded;
use crate::syntax::packed;
use crate::syntax::tree::Node;

static FILES: LazyLock<Vec<(Language, Node)>> = LazyLock::new(|| {
    let file = |file: &embedded::EmbeddedFile| {
        let code = file.path.strip_prefix("terms/")?.strip_suffix(".yaml")?;
        Some((Language::parse(code)?, packed::unpack(file.tree)?))
    };
    embedded::terms().iter().filter_map(file).collect()
});

/// What other languages have for a topic of a rule.
pub(super) fn of(rule: &str, topic: &str) -> Vec<(Language, &'static Node)> {
    let found = |(language, tree): &'static (Language, Node)| Some((*language, tree.get(rule)?.get(topic)?));
    FILES.iter().filter_map(found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::set;
    use crate::rule::topic::Topic;
    use crate::syntax::{Content, yaml};

    #[test]
    fn terms_are_for_topics_that_rules_have_and_are_written_right() {
        let rules = set::embedded().unwrap();
        assert!(!FILES.is_empty() && FILES.len() == embedded::terms().len());
        for (language, tree) in FILES.iter() {
            for rule in tree.entries() {
                let loaded = rules.iter().find(|loaded| loaded.rule.about.id == rule.key);
                let loaded = loaded.unwrap_or_else(|| panic!("no rule {}", rule.key));
                let Content::Trees(trees) = yaml::parse(&loaded.text, crate::syntax::tree::FileId(0)).content else {
                    panic!("{}", rule.key)
                };
                for topic in rule.value.entries() {
                    let node = trees[0].get("topics").and_then(|topics| topics.get(&topic.key));
                    let node = node.unwrap_or_else(|| panic!("{} has no topic {}", rule.key, topic.key));
                    let mut errors = Vec::new();
                    let loaded = Topic::load(&topic.key, node).unwrap();
                    assert!(loaded.translation(*language, &topic.value, &mut errors).is_some());
                    assert_eq!(errors, [], "{} {}", rule.key, topic.key);
                }
            }
        }
    }
}
