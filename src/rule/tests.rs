//! The meaning of the rule language, as data: resources, a check, and what must come of judging the first resource.

use crate::engine::assessment::{Finding, FindingKind, Presence};
use crate::engine::example;
use crate::rule::Expectation::{self, Fails, NotApplicable, Partial, Passes, Unknown};
use crate::rule::set;

/// Runs one check on literal resources through the loader and the engine, as an example of a rule would.
fn came_out(check: &str, resources: &str, expected: Expectation) -> Option<String> {
    let outcome = match expected {
        Fails => "fails",
        Partial => "partial",
        Passes => "passes",
        Unknown => "unknown",
        NotApplicable => "not_applicable",
    };
    let text = format!(
        "id: t/t\ntitle: t\nseverity: high\nconfidence: high\nfacet: implemented\nwhy: w\nfix: f\n\
         controls: [{{ id: iso27001:2022/A.8.9, as: direct, because: b }}]\n\
         parameters: {{ limit: {{ default: 10 }} }}\n\
         checks: [{{ on: terraform/judged, {check} }}]\n\
         examples: [{{ {outcome}: {{ resources: [{resources}] }} }}]\n"
    );
    let loaded = set::from_text("t.yaml".to_owned(), "t/t", text.clone().into());
    let loaded = loaded.unwrap_or_else(|refused| panic!("{check}: {:?}", refused.mistakes));
    let proof = example::prove(&loaded);
    proof.examples.into_iter().find_map(|example| example.mistake)
}

fn assert_all(cases: &[(&str, &str, Expectation)]) {
    for (check, tree, expected) in cases {
        let resource = format!("{{ target: terraform/judged, address: judged.a, tree: {tree} }}");
        assert_eq!(came_out(check, &resource, *expected), None, "{check} on {tree}");
    }
}

#[test]
fn matchers_hold_on_what_is_there_and_not_on_what_is_absent() {
    assert_all(&[
        ("deny: { acl: public }", "{ acl: public }", Fails),
        ("deny: { acl: public }", "{ acl: private }", Passes),
        ("deny: { acl: public }", "{ }", Passes),
        ("deny: { acl: { not_in: [private] } }", "{ }", Passes),
        ("require: { acl: { not_in: [public] } }", "{ }", Fails),
        ("require: { acl: { in: [a, b], default: a } }", "{ }", Passes),
        ("require: { acl: { in: [a, b], default: a } }", "{ acl: null }", Passes),
        ("deny: { acl: { exists: false } }", "{ }", Fails),
        ("deny: { acl: { exists: false } }", "{ acl: null }", Fails),
        ("deny: { acl: { not_exists: true } }", "{ acl: x }", Passes),
        ("require: { acl: { not_empty: true } }", "{ acl: '' }", Fails),
        ("require: { acl: { not_empty: true } }", "{ }", Fails),
        ("require: { flag: true }", "{ flag: 'true' }", Passes),
        ("deny: { days: { lt: 90 } }", "{ days: '30' }", Fails),
        ("deny: { days: { lt: { parameter: limit } } }", "{ days: 9 }", Fails),
        ("deny: { days: { lt: { parameter: limit } } }", "{ days: 11 }", Passes),
        ("deny: { a: { equals: { path: b } } }", "{ a: 1, b: 1 }", Fails),
        ("deny: { a: { not_equals: { path: b } } }", "{ a: 1 }", Passes),
        ("require: { on: { within: 12 months } }", "{ on: '2026-01-01' }", Passes),
        ("require: { on: { within: 12 months } }", "{ on: '2025-01-01' }", Fails),
        ("deny: { on: { older_than: { path: cycle } } }", "{ on: '2025-01-01', cycle: 12 months }", Fails),
        ("deny: { v: { lt: '1.28' } }", "{ v: '1.9' }", Fails),
        ("deny: { list: { contains: [x, y] } }", "{ list: [a, y] }", Fails),
        ("deny: { name: { matches: '^prod-' } }", "{ name: prod-db }", Fails),
        ("require: { ids: { unique: true } }", "{ ids: [a, b, a] }", Fails),
        ("require: { rows: { unique: id } }", "{ rows: [{ id: a }, { id: b }] }", Passes),
    ]);
}

#[test]
fn a_path_over_several_values_asks_all_under_require_and_one_under_deny() {
    assert_all(&[
        ("require: { 'rules[*].open': false }", "{ rules: [{ open: false }, { open: true }] }", Fails),
        ("deny: { 'rules[*].open': true }", "{ rules: [{ open: false }, { open: true }] }", Fails),
        ("deny: { rules.open: true }", "{ rules: [{ open: false }, { open: true }] }", Fails),
        ("deny: { 'rules[-1].open': true }", "{ rules: [{ open: true }, { open: false }] }", Passes),
        ("deny: { '**.secret': { exists: true } }", "{ a: [{ b: { secret: 1 } }] }", Fails),
        ("deny: { cidrs: { cidr_includes: 0.0.0.0/0 } }", "{ cidrs: [10.0.0.0/8, 0.0.0.0/0] }", Fails),
        ("require: { cidrs: { not_cidr_includes: 0.0.0.0/0 } }", "{ cidrs: [10.0.0.0/8] }", Passes),
        ("require: { cidrs: { not_cidr_includes: 0.0.0.0/0 } }", "{ cidrs: [] }", NotApplicable),
        ("require: { 'rules[*].open': false }", "{ }", NotApplicable),
        ("require: { not: { 'rules[*].open': true } }", "{ rules: [{ open: false }, { open: true }] }", Fails),
        ("require: { 'labels.\"a.b/c\"': x }", "{ labels: { a.b/c: x } }", Passes),
    ]);
}

#[test]
fn when_narrows_and_combinators_combine() {
    assert_all(&[
        ("when: { kind: web }, deny: { open: true }", "{ kind: db, open: true }", NotApplicable),
        ("deny: { any: [{ a: 1 }, { b: 1 }] }", "{ a: 2, b: 1 }", Fails),
        ("deny: { all: [{ a: 1 }, { b: 1 }] }", "{ a: 2, b: 1 }", Passes),
        ("deny: { a: 1, b: 1 }", "{ a: 1, b: 1 }", Fails),
        ("require: { parts: { one: { a: 1 }, two: { b: 1 } } }", "{ a: 1 }", Partial),
        ("require: { parts: { one: { a: 1 }, two: { b: 1 } } }", "{ a: 1, b: 1 }", Passes),
        ("require: { parts: { one: { a: 1 }, two: { b: 1 } } }", "{ }", Fails),
    ]);
}

#[test]
fn quantifiers_look_at_one_element_at_a_time() {
    let rows = "{ rows: [{ port: 22, open: false }, { port: 80, open: true }] }";
    assert_all(&[
        ("deny: { some: { over: 'rows[*]', meets: { port: 22, open: true } } }", rows, Passes),
        ("deny: { 'rows[*].port': 22, 'rows[*].open': true }", rows, Fails),
        ("require: { each: { over: 'rows[*]', meets: { port: { lte: 80 } } } }", rows, Passes),
        ("require: { none: { over: 'rows[*]', meets: { open: true } } }", rows, Fails),
        ("require: { count: { over: 'rows[*]', meets: { open: true }, gte: 2 } }", rows, Fails),
        ("require: { share: { over: 'rows[*]', meets: { open: true }, gte: 0.5 } }", rows, Passes),
        ("require: { share: { over: 'rows[*]', meets: { open: true }, gt: 0.5 } }", rows, Fails),
        ("require: { some: { over: 'rows[*]' } }", "{ }", Fails),
        ("deny: { some: { over: 'ports[*]', meets: { '.': { gte: 1024 } } } }", "{ ports: [22, 8080] }", Fails),
        ("require: { each: { over: 'rows[*]', meets: { a: 1 } } }", "{ }", NotApplicable),
    ]);
}

#[test]
fn quantifiers_find_other_resources_by_value_or_by_name() {
    let judged = "{ target: terraform/judged, address: judged.a, names: [alpha], tree: { role: r } }";
    let role = "{ target: terraform/role, address: role.x, tree: { name: r, verbs: [impersonate] } }";
    let other = "{ target: terraform/role, address: role.y, tree: { name: s, verbs: [impersonate] } }";
    let block = "{ target: terraform/block, address: block.b, tree: { bucket: alpha, on: true } }";
    let elsewhere = "{ target: terraform/role, address: role.x, unit: other, tree: { name: r, verbs: [impersonate] } }";
    let same = "deny: { some: { over: { type: terraform/role, same: { name: role } }, meets: { verbs: { contains: impersonate } } } }";
    let scan = same.replace("type: terraform/role,", "type: terraform/role, in: scan,");
    let refers = "require: { some: { over: { type: terraform/block, refers_by: bucket }, meets: { on: true } } }";
    // More than a few candidates are looked up in an index, with the same result.
    let fill =
        |index: usize| format!("{{ target: terraform/block, address: block.x{index}, tree: {{ bucket: x{index} }} }}");
    let crowd = (0..20).map(fill).collect::<Vec<_>>().join(", ");
    let part = "{ target: terraform/part, address: judged.a/1, owner: judged.a, tree: { deny: true } }";
    let stranger = "{ target: terraform/part, address: other.b/1, owner: other.b, tree: { deny: true } }";
    let owned = "require: { some: { over: { type: terraform/part, owned: true }, meets: { deny: true } } }";
    let sibling = "require: { some: { over: { type: terraform/part, same_owner: true }, meets: { deny: true } } }";
    let child = "{ target: terraform/judged, address: judged.a/0, owner: judged.a, tree: { role: r } }";
    for (check, resources, expected) in [
        (refers, format!("{judged}, {crowd}, {block}"), Passes),
        (refers, format!("{judged}, {crowd}"), Fails),
        (owned, format!("{judged}, {part}"), Passes),
        (owned, format!("{judged}, {stranger}"), Fails),
        (sibling, format!("{child}, {part}"), Passes),
        (sibling, format!("{child}, {stranger}"), Fails),
        (same, format!("{judged}, {role}"), Fails),
        (same, format!("{judged}, {other}"), Passes),
        (same, format!("{judged}, {elsewhere}"), Passes),
        (scan.as_str(), format!("{judged}, {elsewhere}"), Fails),
        (refers, format!("{judged}, {block}"), Passes),
        (refers, judged.to_owned(), Fails),
    ] {
        assert_eq!(came_out(check, &resources, expected), None, "{check} on {resources}");
    }
}

#[test]
fn what_is_unknown_is_neither_pass_nor_fail() {
    let check = |condition: &str| {
        format!(
            "id: t/t\ntitle: t\nseverity: high\nconfidence: high\nfacet: implemented\nwhy: w\nfix: f\n\
             controls: [{{ id: iso27001:2022/A.8.9, as: direct, because: b }}]\n\
             checks: [{{ on: terraform/aws_x, {condition} }}]\n\
             examples: [{{ unknown: {{ files: {{ main.tf: \"resource \\\"aws_x\\\" \\\"a\\\" {{\\n acl = var.acl\\n on = true\\n}}\" }} }} }}]\n"
        )
    };
    for (condition, decided) in [
        ("deny: { acl: public }", false),
        ("require: { acl: private }", false),
        ("deny: { acl: public, on: true }", false),
        ("deny: { acl: public, on: false }", true),
        ("deny: { any: [{ acl: public }, { on: true }] }", true),
        ("when: { acl: public }, deny: { on: true }", false),
        ("when: { acl: public }, deny: { on: false }", true),
    ] {
        let text = check(condition);
        let loaded = set::from_text("t.yaml".to_owned(), "t/t", text.into());
        let loaded = loaded.unwrap_or_else(|refused| panic!("{condition}: {:?}", refused.mistakes));
        let mistake = example::prove(&loaded).examples.remove(0).mistake;
        assert_eq!(mistake.is_some(), decided, "{condition}: {mistake:?}");
    }
}

/// Used by the tests above through the engine; here to keep the fields of a finding honest.
#[test]
fn a_partial_fail_is_one_severity_lower_and_names_what_is_missing() {
    let finding = |finding: &Finding| {
        (finding.kind, finding.severity.name(), finding.presence, finding.missing.clone(), finding.message.clone())
    };
    let text = "id: t/t\ntitle: t\nseverity: high\nconfidence: high\nfacet: implemented\nwhy: w\nfix: f\n\
        controls: [{ id: iso27001:2022/A.8.9, as: direct, because: b }]\n\
        checks: [{ on: kubernetes/Pod, message: 'lacks {missing}', \
        require: { parts: { one: { metadata.name: a }, two: { spec.x: 1 } } } }]\n\
        examples: [{ partial: { resources: [{ target: kubernetes/Pod }] } }]\n";
    let loaded = set::from_text("t.yaml".to_owned(), "t/t", text.into()).expect("the rule is good");
    let plan = crate::engine::plan::Plan::new(vec![loaded]);
    let manifest = "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: {}\n";
    let source = crate::source::Source::from_files([("pod.yaml".to_owned(), manifest.to_owned())]);
    let assessment = crate::engine::scan(&source, plan, &example::settings(example::EXAMPLE_DAY), None);
    let seen: Vec<_> = assessment.findings.iter().map(finding).collect();
    let expected =
        (FindingKind::Fail, "medium", Some(Presence::Partial), vec!["two".to_owned()], "Lacks two".to_owned());
    assert_eq!(seen, [expected]);
}

/// A finding of several parts is known elsewhere by the parts that are missing, and a comment quiets it only when it
/// names all of these.
#[test]
fn a_finding_carries_the_aliases_of_the_parts_that_are_missing() {
    let rule = |extra: &str| {
        let text = format!(
            "id: t/t\ntitle: t\nseverity: high\nconfidence: high\nfacet: implemented\nwhy: w\nfix: f\n\
             controls: [{{ id: iso27001:2022/A.8.9, as: direct, because: b }}]\n\
             checks: [{{ on: kubernetes/Pod, aliases: [WHOLE-1], part_aliases: {{ one: ONE-1, two: [TWO-1, TWO-2]{extra} }}, \
             require: {{ parts: {{ one: {{ metadata.name: a }}, two: {{ spec.x: 1 }} }} }} }}]\n\
             examples: [{{ partial: {{ resources: [{{ target: kubernetes/Pod }}] }} }}]\n"
        );
        set::from_text("t.yaml".to_owned(), "t/t", text.into())
    };
    let scan = |name: &str, comment: &str| {
        let plan = crate::engine::plan::Plan::new(vec![rule("").expect("the rule is good")]);
        let manifest = format!("apiVersion: v1\nkind: Pod\n{comment}metadata: {{ name: {name} }}\nspec: {{}}\n");
        let source = crate::source::Source::from_files([("pod.yaml".to_owned(), manifest)]);
        let finding =
            crate::engine::scan(&source, plan, &example::settings(example::EXAMPLE_DAY), None).findings.remove(0);
        (finding.aliases.join(" "), finding.suppression.is_some())
    };
    assert_eq!(scan("a", ""), ("WHOLE-1 TWO-1 TWO-2".to_owned(), false));
    assert_eq!(scan("b", ""), ("WHOLE-1 ONE-1 TWO-1 TWO-2".to_owned(), false));
    assert!(scan("a", "# annexa:ignore TWO-2 so\n").1);
    assert!(!scan("a", "# annexa:ignore ONE-1 so\n").1);
    assert!(!scan("b", "# annexa:ignore ONE-1 so\n").1);
    assert!(scan("b", "# annexa:ignore ONE-1,TWO-1 so\n").1);
    let refused = rule(", three: THREE-1").expect_err("there is no such part");
    assert!(refused.mistakes.iter().any(|mistake| mistake.message.contains("no part called `three`")));
}
