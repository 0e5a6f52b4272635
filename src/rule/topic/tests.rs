//! Topics over Markdown, as data: the topic, the text, what is expected of it.

use super::*;
use crate::syntax::tree::{FileId, Value};
use crate::syntax::{Content, markdown, yaml};

fn tree(parsed: crate::syntax::Parsed) -> Node {
    assert_eq!(parsed.errors, []);
    match parsed.content {
        Content::Trees(mut trees) => trees.remove(0),
        other => panic!("{other:?}"),
    }
}

fn topic(yaml: &str) -> Topic {
    Topic::load("t", &tree(yaml::parse(yaml, FileId(0)))).unwrap()
}

fn document(text: &str) -> Node {
    tree(markdown::parse(text, FileId(1)))
}

fn judged(yaml: &str, text: &str) -> TopicVerdict {
    topic(yaml).judge(&document(text), &TextCache::default())
}

/// Presence, missing facets and the text of the best evidence.
fn shown(yaml: &str, text: &str) -> (Presence, Vec<String>, String) {
    let verdict = judged(yaml, text);
    let best = verdict.evidence.first().and_then(|place| place.as_span()).map_or("", |span| span.slice(text));
    (verdict.presence, verdict.missing.iter().map(ToString::to_string).collect(), best.to_owned())
}

const LESSONS: &str = "terms: [lessons learned, post incident review]\nnot: [disaster recovery]";

#[test]
fn a_phrase_counts_where_the_text_says_it() {
    use Presence::{Absent, Partial, Present};
    for (topic, text, presence, best) in [
        (LESSONS, "# Plan\n\nWe hold a post-incident review.\n", Present, "We hold a post-incident review."),
        (LESSONS, "# Plan\n\nWe hold no post-incident review.\n", Absent, ""),
        (LESSONS, "# Plan\n\nAfter disaster recovery tests lessons learned are written down.\n", Absent, ""),
        (LESSONS, "# Lessons learned\n\nThe title alone says nothing of it.\n", Absent, ""),
        (
            LESSONS,
            "# Plan\n\n## 7. Lessons learned\n\nThe team meets within a week and asks what went well.\n",
            Present,
            "The team meets within a week and asks what went well.",
        ),
        (LESSONS, "# Plan\n\n## Lessons learned\n\n## Next\n\nOther things entirely are said here.\n", Absent, ""),
        (LESSONS, "# Plan\n\n## Lessons learned\n\nTBD\n", Partial, "TBD"),
        (
            LESSONS,
            "# Plan\n\n## Lessons learned\n\n### When\n\nWithin one week the team meets and asks why.\n",
            Present,
            "Within one week the team meets and asks why.",
        ),
        (
            LESSONS,
            "# Plan\n\nThe lessons learned procedure is described in the quality manual.\n",
            Partial,
            "The lessons learned procedure is described in the quality manual.",
        ),
        (
            LESSONS,
            "# Plan\n\nFor lessons learned see the [review policy](review.md).\n",
            Partial,
            "For lessons learned see the [review policy](review.md).",
        ),
        (LESSONS, "# Plan\n\n- [Lessons learned](lessons.md)\n", Partial, "[Lessons learned](lessons.md)"),
        (LESSONS, "# Plan\n\n## Contents\n\n- Lessons learned\n- Other\n", Absent, ""),
        (LESSONS, "# Plan\n\nLessons learned ........ 7\n", Absent, ""),
        (LESSONS, "# Plan\n\n- Lessons learned\n\n## Lessons learned\n\nTODO\n", Partial, "TODO"),
        (LESSONS, "# Plan\n\n## References\n\n- Lessons learned guideline\n", Partial, "Lessons learned guideline"),
        (LESSONS, "# Plan\n\n```sh\necho lessons learned\n```\n", Absent, ""),
        (LESSONS, "# Plan\n\n<!-- lessons learned -->\n", Absent, ""),
        (
            LESSONS,
            "# Plan\n\n| Version | Date | Change |\n|-|-|-|\n| 2 | 2025-01-01 | lessons learned added |\n",
            Absent,
            "",
        ),
    ] {
        let (found, _, evidence) = shown(topic, text);
        assert_eq!((found, evidence.as_str()), (presence, best), "{text}");
    }
}

#[test]
fn groups_meet_in_one_paragraph_and_sentences_in_one_sentence() {
    use Presence::{Absent, Present};
    let groups = "groups: [[test*, exercis*], [plan], [annual*, yearly]]";
    let sentences = "sentences: [[[test*, exercis*], [plan], [annual*, yearly]], [[rehears*], [plan]]]";
    for (text, of_groups, of_sentences) in [
        ("The plan is tested. That happens yearly.", Present, Absent),
        ("The plan is tested yearly.", Present, Present),
        ("The plan is tested.\n\nReports come yearly.", Absent, Absent),
        ("We do this yearly:\n\n- test of the plan\n- lunch", Present, Present),
        ("## Exercises\n\nThe plan is gone through yearly.", Present, Absent),
        ("We rehearse the plan.", Absent, Present),
        ("The plan is not tested yearly.", Absent, Absent),
        ("| What | When |\n|-|-|\n| test of the plan | yearly |", Present, Present),
    ] {
        let text = format!("# Title\n\n{text}\n");
        assert_eq!(judged(groups, &text).presence, of_groups, "{text}");
        assert_eq!(judged(sentences, &text).presence, of_sentences, "{text}");
    }
}

#[test]
fn a_blank_counts_where_it_stands_for_the_substance() {
    use Presence::{Partial, Present};
    let statement = "terms: [tabletop exercise*, point of contact, legal counsel, notif* .. regulator*]";
    let value = "terms: [point of contact, incident mailbox]\nasks_for: value";
    for (topic, text, presence) in [
        (statement, "[Company] runs tabletop exercises with all responders each spring.", Present),
        (statement, "The last tabletop exercise was on [date].", Partial),
        (statement, "Point of contact: [Name]", Partial),
        (
            statement,
            "| Who | Does | Phone |\n|-|-|-|\n| Legal counsel | advises on duties of disclosure | [phone number] |\n",
            Present,
        ),
        (statement, "| Who | Name |\n|-|-|\n| Legal counsel | TBD |\n", Partial),
        (statement, "The officer will notify the regulator within 72 hours of the facts. Mail: [address].", Present),
        (value, "The point of contact for all reports of staff is the service desk, phone [phone number].", Partial),
        (value, "The point of contact for all staff of [Company Name] is the service desk, phone 4711.", Present),
        (value, "Write to the incident mailbox <your mailbox>.", Partial),
    ] {
        let text = format!("# Title\n\n{text}\n");
        assert_eq!(judged(topic, &text).presence, presence, "{text}");
    }
}

#[test]
fn facets_tell_what_is_missing() {
    use Presence::{Absent, Partial, Present};
    let topic = "\
terms: [post incident review]
facets:
  - { name: written down, terms: [document* .. lesson*, lesson* .. document*] }
  - { name: improvements follow, terms: [improve*] }
";
    let only = "\
least: 2
facets:
  - { name: fast, terms: [quick*, rapid*] }
  - { name: uniform, terms: [consisten*] }
  - { name: calm, terms: [calm*] }
";
    for (topic, text, presence, missing) in [
        (topic, "A post-incident review follows. Lessons are documented and we improve.", Present, &[][..]),
        (topic, "A post-incident review follows. Lessons are documented.", Partial, &["improvements follow"]),
        (topic, "A post-incident review follows.", Partial, &["written down", "improvements follow"]),
        (topic, "We improve.", Absent, &[]),
        (only, "We act rapidly, consistently and calmly.", Present, &[]),
        (only, "We act rapidly and consistently.", Partial, &["calm"]),
        (only, "We act rapidly.", Absent, &[]),
    ] {
        let verdict = judged(topic, &format!("# Title\n\n{text}\n"));
        let found: Vec<&str> = verdict.missing.iter().map(SmolStr::as_str).collect();
        assert_eq!((verdict.presence, found), (presence, missing.to_vec()), "{text}");
    }
}

#[test]
fn facets_can_be_bound_to_the_chapter() {
    let text = "# T\n\n## Review\n\nA post-incident review follows.\n\n## Other\n\nWe improve the menu.\n";
    let topic = |within: &str| {
        format!("terms: [post incident review]\n{within}facets: [{{ name: better, terms: [improve*] }}]\n")
    };
    assert_eq!(judged(&topic(""), text).presence, Presence::Present);
    assert_eq!(judged(&topic("within: section\n"), text).presence, Presence::Partial);
}

#[test]
fn what_is_touched_upon_is_partly_there() {
    let topic = "terms: [incident form]\npartly: { terms: [required details] }";
    assert_eq!(judged(topic, "# T\n\nGive the required details.\n").shortfall, Some(Shortfall::Touched));
    assert_eq!(judged(topic, "# T\n\nGive the required details in the incident form.\n").presence, Presence::Present);
    assert_eq!(judged(topic, "# T\n\nNothing.\n").presence, Presence::Absent);
}

#[test]
fn several_documents_are_judged_together_and_evidence_is_best_first() {
    let cache = TextCache::default();
    let topic = topic(LESSONS);
    let first = document("# A\n\nFor lessons learned see the review policy.\n");
    let second = document("# B\n\nLessons learned come from every post-incident review.\n");
    let place = second.get("sections").unwrap().items()[0].get("blocks").unwrap().items()[0].get("text").unwrap().place;
    let list = Node::list(vec![first.clone(), second.clone()], Place::NOWHERE);
    let verdict = topic.judge(&list, &cache);
    assert_eq!((verdict.presence, verdict.evidence[0]), (Presence::Present, place));
    assert_eq!(verdict.evidence.len(), 2);
    assert_eq!(topic.judge(&first, &cache).shortfall, Some(Shortfall::Pointer));
    // A section, a list of sections, a text.
    let sections = second.get("sections").unwrap();
    for part in [sections, &sections.items()[0], sections.items()[0].get("text").unwrap()] {
        assert_eq!(topic.judge(part, &cache).presence, Presence::Present);
    }
    for nothing in [Node::new(crate::syntax::tree::Value::Null, Place::NOWHERE), Node::list(Vec::new(), Place::NOWHERE)]
    {
        assert_eq!(topic.judge(&nothing, &cache).presence, Presence::Absent);
    }
}

#[test]
fn mistakes_in_a_topic_have_their_place() {
    for (yaml, at, part) in [
        ("term: [x]", "term", "no key `term`"),
        ("terms: ['* a']", "'* a'", "start and end"),
        ("groups: [[a]]", "[[a]]", "at least two lists"),
        ("asks_for: money\nterms: [a]", "money", "`statement` or `value`"),
        ("facets: [{ name: x }]", "{ name: x }", "nothing to look for"),
        ("facets: [{ terms: [x] }]", "{ terms: [x] }", "needs `name`"),
        ("not: [x]", "not: [x]", "nothing to look for"),
        ("terms: [x]\npartly: 1", "1", "must be a map"),
    ] {
        let errors = Topic::load("t", &tree(yaml::parse(yaml, FileId(0)))).unwrap_err();
        let shown = errors[0].place.as_span().unwrap().slice(yaml);
        assert!(errors[0].message.contains(part) && shown == at, "{yaml}: {shown}: {errors:?}");
    }
}

#[test]
fn hostile_documents_are_judged_without_harm() {
    let topic = topic("terms: [a .. b .. c]\ngroups: [[a], [b]]\nsections: [a]\nfacets: [{ name: x, terms: [a] }]");
    for text in [
        "a ".repeat(20_000),
        "# a\n".repeat(3_000),
        "- a\n".repeat(5_000),
        "[a".repeat(5_000),
        "'".repeat(9_000),
        "####### a\n\n\u{fb01}\u{ad}\u{200b}".to_owned(),
    ] {
        let _ = topic.judge(&document(&text), &TextCache::default());
    }
}

#[test]
fn what_is_said_in_too_few_words_is_touched_upon() {
    let topic = "terms: [incident commander]\nsubstance: 6";
    assert_eq!(judged(topic, "## Roles\n\n- Incident commander\n").presence, Presence::Partial);
    let said = "## Roles\n\n- Incident commander: leads the response, decides on isolation and closes the incident\n";
    assert_eq!(judged(topic, said).presence, Presence::Present);
}

#[test]
fn a_document_on_something_close_counts_for_a_part() {
    let texts = TextCache::default();
    let document = |aside: bool| {
        let mut map = crate::syntax::tree::Map::default();
        map.push("is_aside", Place::NOWHERE, Node::new(Value::Bool(aside), Place::NOWHERE));
        let block = |text: &str| {
            let mut block = crate::syntax::tree::Map::default();
            block.push("text", Place::NOWHERE, Node::text(text, Place::NOWHERE));
            Node::map(block, Place::NOWHERE)
        };
        map.push("blocks", Place::NOWHERE, Node::list(vec![block("Reports go to the team.")], Place::NOWHERE));
        Node::map(map, Place::NOWHERE)
    };
    let topic = topic("terms: [reports go to]");
    assert_eq!(topic.judge(&document(false), &texts).presence, Presence::Present);
    assert_eq!(topic.judge(&document(true), &texts).presence, Presence::Partial);
}
