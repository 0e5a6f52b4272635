//! Which files say what: JSON, overrides, OpenTofu, files of values.

use super::*;

/// What `x` of `t_t.t` is.
fn x(files: &[(&str, &str)]) -> String {
    shown(at(&find(&Fixture::new(files).unit(), "t_t.t").tree, "x"))
}

#[test]
fn json_says_what_native_syntax_does() {
    let text = r#"{
  "variable": { "n": { "type": "number", "default": 2 } },
  "locals": { "list": ["a", "${var.n}"] },
  "resource": { "t_t": { "t": {
    "x": "${length(local.list)}", "y": "n-${var.n}", "tags": { "Owner": "me" },
    "rule": [{ "port": 22 }, { "port": "${var.n + 1}" }],
    "dynamic": { "more": { "for_each": ["q"], "content": { "v": "${more.value}" } } }
  } } }
}"#;
    let fixture = Fixture::new(&[("main.tf.json", text)]);
    let unit = fixture.unit();
    let resource = find(&unit, "t_t.t");
    let expected = [
        ("x", "2"),
        ("y", r#""n-2""#),
        ("tags", r#"{Owner: "me"}"#),
        ("rule", "[{port: 22}, {port: 3}]"),
        ("more", r#"[{v: "q"}]"#),
    ];
    for (key, value) in expected {
        assert_eq!(shown(at(&resource.tree, key)), value, "{key}");
    }
    assert_eq!(fixture.slice(resource.header), "\"t\"");
    assert_eq!(fixture.slice(at(&resource.tree, "rule.0.port").place), "22");
    assert_eq!(shown(at(&find(&unit, "var.n").tree, "type")), r#""number""#);
}

#[test]
fn override_files_replace_attributes_and_blocks() {
    let files = [
        (
            "main.tf",
            r#"
terraform {
  backend "local" {}
}
variable "v" { default = 1 }
locals {
  l = 1
}
resource "t_t" "t" {
  x = "main"
  y = "main"
  v = var.v + local.l
  rule { port = 1 }
  rule { port = 2 }
}
resource "t_t" "other" {
  x = t_t.t.x
}
"#,
        ),
        (
            "z_override.tf",
            r#"
terraform {
  backend "s3" {}
}
variable "v" { default = 10 }
locals {
  l = 20
}
resource "t_t" "t" {
  x = "over"
  rule { port = 3 }
}
resource "t_t" "new" {}
"#,
        ),
        ("override.tf", "resource \"t_t\" \"t\" {\n  x = \"first\"\n  z = \"first\"\n}\n"),
    ];
    let fixture = Fixture::new(&files);
    let unit = fixture.unit();
    let tree = &find(&unit, "t_t.t").tree;
    let expected = [("x", r#""over""#), ("y", r#""main""#), ("z", r#""first""#), ("v", "30"), ("rule", "[{port: 3}]")];
    for (key, value) in expected {
        assert_eq!(shown(at(tree, key)), value, "{key}");
    }
    assert_eq!(shown(at(&find(&unit, "t_t.other").tree, "x")), r#""over""#);
    assert_eq!(shown(at(&find(&unit, "root").tree, "backend")), r#""s3""#);
    find(&unit, "t_t.new");
    assert!(unit.resources.iter().all(|resource| resource.address != "backend.local"));
    assert_eq!(fixture.slice(at(tree, "x").place), "\"over\"");
    assert_eq!(unit.resources.iter().filter(|resource| resource.address == "t_t.t").count(), 1);
}

#[test]
fn what_opentofu_reads_stands_in_for_the_same_name() {
    let resource = |x: &str| format!("resource \"t_t\" \"t\" {{\n  x = {x}\n}}\n");
    let (one, two) = (resource("1"), resource("2"));
    assert_eq!(x(&[("main.tf", &one), ("main.tofu", &two)]), "2");
    assert_eq!(x(&[("main.tofu", &two)]), "2");
}

#[test]
fn values_come_in_terraforms_order() {
    const MAIN: &str = "variable \"v\" { default = 0 }\nresource \"t_t\" \"t\" {\n  x = var.v\n}\n";
    let all = [
        ("b.auto.tfvars", "v = 4"),
        ("a.auto.tfvars.json", r#"{ "v": 3 }"#),
        ("main.tf", MAIN),
        ("named.tfvars", "v = 5"),
        ("terraform.tfvars", "v = 1"),
        ("terraform.tfvars.json", r#"{ "v": 2 }"#),
    ];
    assert_eq!(x(&all), "4");
    assert_eq!(x(&[all[1], all[2], all[4], all[5]]), "3");
    assert_eq!(x(&[all[2], all[4], all[5]]), "2");
    assert_eq!(x(&[all[2], all[3], all[4]]), "1");
    assert_eq!(x(&[all[2], all[3]]), "0");
    let mut fixture = Fixture::new(&all);
    fixture.value_files = vec!["named.tfvars".to_owned()];
    assert_eq!(shown(at(&find(&fixture.unit(), "t_t.t").tree, "x")), "5");
    fixture.value_files.push("terraform.tfvars".to_owned());
    assert_eq!(shown(at(&find(&fixture.unit(), "t_t.t").tree, "x")), "1");
}
