use super::*;
use crate::syntax::Content;
use crate::syntax::tree::{FileId, Value};

fn file(text: &str) -> ParsedFile {
    let parsed = crate::syntax::json::parse(text, FileId(0));
    assert_eq!(parsed.errors, []);
    ParsedFile { id: FileId(0), path: "plan.json".into(), text: text.into(), content: parsed.content }
}

/// A plan with one resource of the root module, and what its code says.
fn plan(values: &str, unknown: &str, sensitive: &str, expressions: &str) -> String {
    let named = r#""mode": "managed", "type": "aws_thing", "name": "t""#;
    let other = r#""mode": "managed", "type": "aws_key", "name": "k""#;
    format!(
        r#"{{"format_version": "1.2", "terraform_version": "1.9.5",
        "planned_values": {{"root_module": {{"resources": [
            {{"address": "aws_thing.t[0]", {named}, "values": {values}, "sensitive_values": {sensitive}}},
            {{"address": "aws_key.k[0]", {other}, "values": {{"name": "k"}}}}]}}}},
        "resource_changes": [{{"address": "aws_thing.t[0]", "change": {{"after_unknown": {unknown}}}}},
            {{"address": "aws_key.k[0]", "change": {{"after_unknown": {{"arn": true}}}}}}],
        "configuration": {{"root_module": {{"resources": [{{{named}, "expressions": {expressions}}}, {{{other}}}]}}}}}}"#
    )
}

fn unit(text: &str) -> Unit {
    let file = file(text);
    let files = [&file];
    let view = View::new(&files, &[], &[], jiff::civil::date(2026, 1, 1));
    assert!(TerraformPlan.claims(&file, &view));
    let groups = TerraformPlan.groups(&files);
    TerraformPlan.build(&groups[0], &view)
}

fn find<'u>(unit: &'u Unit, address: &str) -> &'u Resource {
    unit.resources.iter().find(|resource| resource.address == address).unwrap_or_else(|| panic!("no {address}"))
}

fn thing(values: &str, unknown: &str, sensitive: &str, expressions: &str) -> Resource {
    find(&unit(&plan(values, unknown, sensitive, expressions)), "aws_thing.t[0]").clone()
}

fn depends_on(node: Option<&Node>) -> &str {
    match node.map(|node| &node.value) {
        Some(Value::Unknown(unknown)) => &unknown.depends_on,
        other => panic!("known: {other:?}"),
    }
}

fn refers(node: Option<&Node>) -> Vec<&str> {
    node.and_then(|node| node.refers.as_deref()).into_iter().flatten().map(SmolStr::as_str).collect()
}

#[test]
fn other_json_is_no_plan() {
    let view = View::new(&[], &[], &[], jiff::civil::date(2026, 1, 1));
    for text in [
        "{}",
        "[]",
        r#"{"format_version": "1.0", "terraform_version": "1.9", "values": {}}"#,
        r#"{"format_version": "1.0", "planned_values": {}}"#,
        r#"{"format_version": 1, "terraform_version": "1.9", "planned_values": {}}"#,
        r#"{"format_version": "1.0", "terraform_version": "1.9", "planned_values": []}"#,
    ] {
        assert!(!TerraformPlan.claims(&file(text), &view), "{text}");
    }
    let none = ParsedFile { id: FileId(0), path: "a.json".into(), text: "".into(), content: Content::Nothing };
    assert!(!TerraformPlan.claims(&none, &view));
}

#[test]
fn an_empty_plan_has_a_root() {
    let unit =
        unit(r#"{"format_version": "1.2", "terraform_version": "1.9.5", "planned_values": {}, "errored": true}"#);
    assert_eq!(unit.resources.len(), 1);
    assert_eq!(unit.notices[0].id, "terraform-plan-incomplete");
}

#[test]
fn values_stand_where_the_plan_has_them() {
    let text = plan(r#"{"acl": "private", "none": null, "blocks": []}"#, "{}", "{}", "{}");
    let unit = unit(&text);
    let thing = find(&unit, "aws_thing.t[0]");
    let slice = |place: crate::syntax::tree::Place| place.as_span().unwrap().slice(&text);
    assert_eq!(thing.target, "terraform/aws_thing");
    assert_eq!(slice(thing.header), r#""aws_thing.t[0]""#);
    assert_eq!(slice(thing.tree.get("acl").unwrap().place), r#""private""#);
    assert_eq!(slice(thing.tree.entries()[0].key_place), r#""acl""#);
    // What the code does not write is absent, as it is in the code.
    assert_eq!(thing.tree.entries().len(), 1);
    assert_eq!(find(&unit, "root").tree.get("resources").unwrap().entries().len(), 2);
}

#[test]
fn what_is_known_after_apply_is_unknown_only_where_the_code_sets_it() {
    let thing = thing(
        r#"{"blocks": [{"name": "a"}], "tags": {"a": "b"}}"#,
        r#"{"id": true, "key_arn": true, "blocks": [{"id": true, "key": true}], "tags": {"k": true}}"#,
        "{}",
        r#"{"key_arn": {"references": ["aws_key.k[0].arn", "aws_key.k[0]", "aws_key.k"]},
            "blocks": [{"name": {"constant_value": "a"}, "key": {"references": ["var.key"]}}],
            "tags": {"references": ["local.tags"]}}"#,
    );
    let tree = &thing.tree;
    assert!(tree.get("id").is_none());
    assert_eq!(depends_on(tree.get("key_arn")), "aws_key.k[0].arn");
    assert_eq!(refers(tree.get("key_arn")), ["aws_key.k[0]"]);
    let Some(Value::Unknown(unknown)) = tree.get("key_arn").map(|node| &node.value) else { panic!() };
    assert_eq!(unknown.pieces, ["arn:", ""]);
    let block = &tree.get("blocks").unwrap().items()[0];
    assert_eq!(block.get("name").and_then(Node::as_str), Some("a"));
    assert!(block.get("id").is_none());
    assert_eq!(depends_on(block.get("key")), "var.key");
    let tags = tree.get("tags").unwrap();
    assert_eq!((tags.get("a").and_then(Node::as_str), depends_on(tags.get("k"))), (Some("b"), "aws_thing.t[0].k"));
}

#[test]
fn without_the_code_what_is_known_after_apply_stays_unknown() {
    let text = plan(r#"{"acl": "private"}"#, r#"{"id": true}"#, "{}", "{}").replace("\"configuration\"", "\"x\"");
    assert_eq!(depends_on(find(&unit(&text), "aws_thing.t[0]").tree.get("id")), "aws_thing.t[0].id");
}

#[test]
fn secrets_are_known_only_where_the_code_writes_them() {
    let thing = thing(
        r#"{"password": "hunter2", "token": "abc", "computed": "x"}"#,
        "{}",
        r#"{"password": true, "token": true, "computed": true}"#,
        r#"{"password": {"references": ["var.password"]}, "token": {"constant_value": "abc"}}"#,
    );
    assert_eq!(depends_on(thing.tree.get("password")), "var.password");
    assert_eq!(thing.tree.get("token").and_then(Node::as_str), Some("abc"));
    assert!(thing.tree.get("computed").is_none());
}

#[test]
fn blocks_of_a_set_are_found_by_what_they_say() {
    let thing = thing(
        r#"{"rule": [{"port": 1}, {"port": 2}]}"#,
        r#"{"rule": [{"key": true}, {"key": true}]}"#,
        "{}",
        r#"{"rule": [{"port": {"constant_value": 2}, "key": {"references": ["var.two"]}},
                     {"port": {"constant_value": 1}, "key": {"references": ["var.one"]}}]}"#,
    );
    let rules = thing.tree.get("rule").unwrap().items();
    assert_eq!(rules.iter().map(|rule| depends_on(rule.get("key"))).collect::<Vec<_>>(), ["var.one", "var.two"]);
}

#[test]
fn an_instance_refers_to_that_of_the_same_key() {
    let thing = thing("{}", r#"{"key": true}"#, "{}", r#"{"key": {"references": ["aws_key.k", "each.key"]}}"#);
    assert_eq!(refers(thing.tree.get("key")), ["aws_key.k[0]"]);
}

#[test]
fn json_in_a_text_is_what_it_holds() {
    let thing = thing(r#"{"policy": "{\"Statement\": []}", "set": "[1]"}"#, "{}", "{}", "{}");
    assert!(thing.tree.get("policy").unwrap().get("Statement").is_some());
    assert_eq!(thing.tree.get("set").and_then(Node::as_str), Some("[1]"));
}

/// References go through arguments and outputs.
#[test]
fn modules_are_followed() {
    let text = r#"{"format_version": "1.2", "terraform_version": "1.9.5",
      "planned_values": {"root_module": {"child_modules": [{"address": "module.a[\"x.y\"]", "resources": [
        {"address": "module.a[\"x.y\"].aws_lock.l", "mode": "managed", "type": "aws_lock", "name": "l", "values": {}}]}]}},
      "resource_changes": [{"address": "module.a[\"x.y\"].aws_lock.l", "change": {"after_unknown": {"bucket": true}}}],
      "configuration": {
        "provider_config": {"aws": {"name": "aws", "alias": "eu", "expressions": {"region": {"constant_value": "eu-west-1"}}}},
        "root_module": {"module_calls": {
          "a": {"source": "./a", "expressions": {"id": {"references": ["module.b.id", "module.b"]}},
            "module": {"resources": [{"mode": "managed", "type": "aws_lock", "name": "l",
              "expressions": {"bucket": {"references": ["var.id"]}}}]}},
          "b": {"source": "shop/b/aws", "version_constraint": "1.2.3", "module": {
            "outputs": {"id": {"expression": {"references": ["aws_s3_bucket.b.id", "aws_s3_bucket.b"]}}}}}}}}}"#;
    let unit = unit(text);
    let lock = find(&unit, "module.a[\"x.y\"].aws_lock.l");
    assert_eq!(refers(lock.tree.get("bucket")), ["module.b.aws_s3_bucket.b"]);
    let call = find(&unit, "module.b");
    assert_eq!(call.tree.get("version").and_then(Node::as_str), Some("1.2.3"));
    let provider = find(&unit, "provider.aws.eu");
    assert_eq!(provider.tree.get("region").and_then(Node::as_str), Some("eu-west-1"));
}

#[test]
fn shared_types_are_filled() {
    let values = r#"{"policy": "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}]}"}"#;
    let text = plan(values, "{}", "{}", "{}").replace("aws_thing", "aws_iam_policy");
    let unit = unit(&text);
    assert_eq!(unit.resources.iter().filter(|resource| resource.target == "iam-statement").count(), 1);
}

#[test]
fn an_address_is_cut_at_dots_outside_of_keys() {
    assert_eq!(configuration::segments(r#"module.a["x.\"]y"].b.c[0]"#), ["module", r#"a["x.\"]y"]"#, "b", "c[0]"]);
    assert_eq!(suffix(r#"module.a["x.y"].aws_thing.t["k[0]"]"#), r#"["k[0]"]"#);
    assert_eq!(suffix(r#"module.a["x.y"].aws_thing.t"#), "");
}
