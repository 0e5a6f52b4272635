use super::*;
use crate::source::Source;
use crate::syntax::tree::Value;

mod documents;
mod files;
mod firewalls;
mod kubernetes;
mod modules;
mod reading;
mod tasks;

/// Files given as path and text.
struct Fixture {
    source: Source,
    files: Vec<ParsedFile>,
    value_files: Vec<String>,
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Fixture {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let source = Source::from_files(files);
        let parse = |file: &crate::source::SourceFile| {
            let text = source.read(file.id).unwrap();
            let parsed = crate::syntax::parse(file.syntax, &text, file.id);
            assert_eq!(parsed.errors, [], "{}", file.path);
            ParsedFile { id: file.id, path: file.path.clone(), text, content: parsed.content }
        };
        let files = source.files.iter().map(parse).collect();
        Fixture { source, files, value_files: Vec::new() }
    }

    fn unit(&self) -> Unit {
        let mut units = self.units();
        assert_eq!(units.len(), 1);
        units.remove(0)
    }

    /// One unit for each root.
    fn units(&self) -> Vec<Unit> {
        let files: Vec<&ParsedFile> = self.files.iter().collect();
        let view = View::new(&files, &[], &[], jiff::civil::date(2026, 1, 1))
            .with_values(&self.value_files)
            .with_source(&self.source);
        let claimed: Vec<&ParsedFile> = files.iter().copied().filter(|file| Terraform.claims(file, &view)).collect();
        Terraform.groups(&claimed).iter().map(|group| build(group, &view)).collect()
    }

    fn slice(&self, place: Place) -> &str {
        let file = self.files.iter().find(|file| file.id == place.file).unwrap();
        place.as_span().unwrap().slice(&file.text)
    }
}

fn find<'u>(unit: &'u Unit, address: &str) -> &'u Resource {
    unit.resources.iter().find(|resource| resource.address == address).unwrap_or_else(|| panic!("no {address}"))
}

fn at<'n>(node: &'n Node, path: &str) -> &'n Node {
    path.split('.').fold(node, |node, step| match step.parse::<usize>() {
        Ok(index) => node.items().get(index).unwrap_or_else(|| panic!("no {step} of {path} in {node:?}")),
        Err(_) => node.get(step).unwrap_or_else(|| panic!("no {step} of {path} in {node:?}")),
    })
}

/// A value in short: JSON-like, unknowns as `?what`.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => format!("{text:?}"),
        Value::Unknown(unknown) => format!("?{}", unknown.depends_on),
        Value::List(list) => {
            let open = list.open.iter().map(|unknown| format!("…{}", unknown.depends_on));
            format!("[{}]", list.items.iter().map(shown).chain(open).collect::<Vec<_>>().join(", "))
        }
        Value::Map(map) => {
            let open = map.open.iter().map(|unknown| format!("…{}", unknown.depends_on));
            let entry = |entry: &crate::syntax::tree::Entry| format!("{}: {}", entry.key, shown(&entry.value));
            format!("{{{}}}", map.entries.iter().map(entry).chain(open).collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.scalar_text().unwrap().to_string(),
    }
}

/// What `x = expression` evaluates to in a resource of a module with these further blocks.
fn evaluated(blocks: &str, expression: &str) -> String {
    let text = format!("{blocks}\nresource \"t_t\" \"self\" {{\n  x = {expression}\n}}\n");
    let fixture = Fixture::new(&[("main.tf", &text)]);
    let unit = fixture.unit();
    let node = at(&find(&unit, "t_t.self").tree, "x");
    assert_eq!(fixture.slice(node.place), expression, "the place of {expression}");
    shown(node)
}

#[test]
fn expressions_are_evaluated_three_valued() {
    let blocks = r#"
variable "free" {}
variable "flag" { default = true }
variable "text" { default = "abc" }
variable "object" {
  type    = object({ a = optional(bool, true), b = optional(string), c = number, d = optional(object({ e = optional(string, "f") }), {}) })
  default = { c = 1 }
}
locals {
  base   = "x-${var.text}"
  list   = [1, 2, var.free]
  map    = { a = { b = var.free }, "c d" = 3 }
  loop_a = local.loop_b
  loop_b = local.loop_a
}
"#;
    let cases = [
        ("1 + 2 * 3", "7"),
        ("10 % 4 == 2 && !false", "true"),
        ("var.free && false", "false"),
        ("var.free || false", "?var.free"),
        ("var.free == \"a\"", "?var.free"),
        ("1 / 0", "?an operation on values of the wrong type"),
        ("-var.free", "?var.free"),
        ("var.flag", "true"),
        ("var.undeclared", "?var.undeclared"),
        ("var.free.deep[0].key", "?var.free.deep[0].key"),
        ("local.base", "\"x-abc\""),
        ("local.map.a.b.c", "?var.free"),
        ("local.map[\"c d\"]", "3"),
        ("local.list[2]", "?var.free"),
        ("local.list[5]", "?an element that the list does not have"),
        ("local.loop_a", "?local.loop_a"),
        ("var.object", "{c: 1, a: true, b: null, d: {e: \"f\"}}"),
        ("var.flag ? \"yes\" : var.free", "\"yes\""),
        ("var.free ? \"a\" : \"a\"", "\"a\""),
        ("var.free ? \"a\" : \"b\"", "?var.free"),
        ("\"${var.text}\"", "\"abc\""),
        ("\"${local.list}\"", "[1, 2, ?var.free]"),
        ("\"a-${var.flag}-${1}\"", "\"a-true-1\""),
        ("\"a-${var.free}\"", "?var.free"),
        ("\"%{ if var.flag }on%{ else }off%{ endif }\"", "\"on\""),
        ("\"%{ for v in [1, 2] }<${v}>%{ endfor }\"", "\"<1><2>\""),
        ("\"%{ for v in var.free }<${v}>%{ endfor }\"", "?var.free"),
        ("[for v in local.list : v * 2]", "[2, 4, ?var.free]"),
        ("[for k, v in { a = 1, b = 2 } : \"${k}${v}\" if v > 1]", "[\"b2\"]"),
        ("[for v in [1] : v if var.free]", "[…var.free]"),
        ("{ for v in [\"a\", \"b\"] : upper(v) => v }", "{A: \"a\", B: \"b\"}"),
        ("{ for v in [\"a\", \"ab\"] : substr(v, 0, 1) => v... }", "{a: [\"a\", \"ab\"]}"),
        ("[for v in var.free : v]", "?var.free"),
        ("[{ a = 1 }, { a = 2 }][*].a", "[1, 2]"),
        ("[{ a = [1] }, { a = [2] }].*.a[0]", "[1]"),
        ("var.text[*]", "[\"abc\"]"),
        ("null[*]", "[]"),
        ("each.value.x", "?each.value.x"),
        ("count.index", "?count.index"),
        ("path.module", "\".\""),
        ("terraform.workspace", "?terraform.workspace"),
        ("module.m.out[0]", "?module.m.out[0]"),
        ("data.t_d.d.id", "?data.t_d.d.id"),
        ("try(local.map.none, \"d\")", "\"d\""),
        ("try(var.free.x, \"d\")", "?var.free.x"),
        ("can(local.map.none)", "false"),
        ("provider::aws::arn_parse(\"a\")", "?provider::aws::arn_parse(a)"),
        ("timestamp()", "?timestamp(…)"),
        ("max([1, 5, 3]...)", "5"),
        ("{ (var.text) = 1, (var.free) = 2 }", "{abc: 1, …var.free}"),
    ];
    for (expression, expected) in cases {
        assert_eq!(evaluated(blocks, expression), expected, "{expression}");
    }
}

#[test]
fn references_give_what_the_other_resource_writes_and_name_it() {
    let text = r#"
resource "aws_s3_bucket" "b" {
  bucket = "orders"
  tags   = { team = "a" }
  rule {
    days = 3
  }
}
data "aws_x" "d" { name = "n" }
resource "t_t" "t" {
  computed = aws_s3_bucket.b.id
  literal  = aws_s3_bucket.b.bucket
  tag      = aws_s3_bucket.b.tags.team
  nested   = aws_s3_bucket.b.rule[0].days
  counted  = aws_s3_bucket.b[0].bucket
  template = "${aws_s3_bucket.b.arn}/*"
  local    = local.both
  data     = data.aws_x.d.json
  whole    = [aws_s3_bucket.b]
  through  = element(aws_s3_bucket.b.*.id, 0)
  gone     = aws_s3_bucket.gone.id
  cycle    = t_t.t.cycle
}
locals {
  both = "${aws_s3_bucket.b.bucket}-${data.aws_x.d.name}"
}
"#;
    let fixture = Fixture::new(&[("main.tf", text)]);
    let unit = fixture.unit();
    let tree = &find(&unit, "t_t.t").tree;
    let cases: [(&str, &str, &[&str]); 12] = [
        ("computed", "?aws_s3_bucket.b.id", &["aws_s3_bucket.b"]),
        ("literal", "\"orders\"", &["aws_s3_bucket.b"]),
        ("tag", "\"a\"", &["aws_s3_bucket.b"]),
        ("nested", "3", &["aws_s3_bucket.b"]),
        ("counted", "\"orders\"", &["aws_s3_bucket.b"]),
        ("template", "?aws_s3_bucket.b.arn", &["aws_s3_bucket.b"]),
        ("local", "\"orders-n\"", &["aws_s3_bucket.b", "data.aws_x.d"]),
        ("data", "?data.aws_x.d.json", &["data.aws_x.d"]),
        (
            "whole.0",
            "{bucket: \"orders\", tags: {team: \"a\"}, rule: [{days: 3}], …aws_s3_bucket.b}",
            &["aws_s3_bucket.b"],
        ),
        ("through", "?aws_s3_bucket.b.*.id", &["aws_s3_bucket.b"]),
        ("gone", "?aws_s3_bucket.gone.id", &["aws_s3_bucket.gone"]),
        ("cycle", "?cycle", &["t_t.t"]),
    ];
    for (path, value, refers) in cases {
        let node = at(tree, path);
        assert_eq!(shown(node), value, "{path}");
        let found: Vec<&str> = node.refers.iter().flat_map(|refers| refers.iter()).map(SmolStr::as_str).collect();
        assert_eq!(found, refers, "{path}");
    }
    assert_eq!(fixture.slice(at(tree, "local").place), "local.both");
    assert_eq!(find(&unit, "aws_s3_bucket.b").names, ["orders"]);
}

#[test]
fn what_is_known_of_a_text_with_gaps_is_kept() {
    let blocks = "variable \"v\" {}\nlocals { half = \"x-${var.v}\" }\n";
    let cases: [(&str, &[&str]); 10] = [
        ("\"a-${var.v}-b\"", &["a-", "-b"]),
        ("\"${var.v}\"", &[]),
        ("\"${var.v}${var.v}\"", &[]),
        ("\"${aws_s3_bucket.b.arn}/*\"", &["arn:", "/*"]),
        ("aws_kms_key.k.arn", &["arn:", ""]),
        ("\"<${local.half}>${var.v}\"", &["<x-", ">", ""]),
        ("jsondecode(\"{\\\"a\\\": 1}\").a == \"${local.half}\"", &[]),
        ("var.v == \"x\" ? local.half : 1", &[]),
        ("upper(local.half)", &[]),
        ("local.half == \"a\" ? 1 : 2", &[]),
    ];
    for (expression, pieces) in cases {
        let text = format!("{blocks}resource \"t_t\" \"t\" {{\n  x = {expression}\n}}\n");
        let unit = Fixture::new(&[("main.tf", &text)]).unit();
        let node = at(&find(&unit, "t_t.t").tree, "x");
        let Value::Unknown(unknown) = &node.value else { panic!("{expression} is {node:?}") };
        assert_eq!(unknown.pieces, pieces, "{expression}");
    }
}

#[test]
fn json_in_text_is_what_it_holds_with_its_own_places() {
    let text = r#"
variable "env" {}
resource "t_t" "t" {
  heredoc = <<-EOF
    {
      "Statement": [
        { "Action": "s3:*", "Resource": "${aws_s3_bucket.b.arn}/*", "Port": ${var.env}, "N": "a-${1}" }
      ]
    }
  EOF
  quoted  = "{\"Action\": [\"*\"], \"N\": 1.5}"
  encoded = jsonencode({ Action = "*", Text = jsonencode("x") })
  decoded = jsondecode("{\"a\": [true, null]}").a
  list    = "[{\"name\": \"é\"}]"
  regex   = "[a-z]"
  broken  = "{\"a\": }"
  plain   = <<EOF
hello
EOF
}
"#;
    let fixture = Fixture::new(&[("main.tf", text)]);
    let unit = fixture.unit();
    let tree = &find(&unit, "t_t.t").tree;
    let cases = [
        ("heredoc.Statement.0.Action", "\"s3:*\"", "\"s3:*\""),
        ("heredoc.Statement.0.Resource", "?aws_s3_bucket.b.arn", "\"${aws_s3_bucket.b.arn}/*\""),
        ("heredoc.Statement.0.Port", "?var.env", "var.env"),
        ("heredoc.Statement.0.N", "\"a-1\"", "\"a-${1}\""),
        ("quoted.Action.0", "\"*\"", "\\\"*\\\""),
        ("quoted.N", "1.5", "1.5"),
        ("encoded.Action", "\"*\"", "\"*\""),
        ("encoded.Text", "\"\\\"x\\\"\"", "jsonencode(\"x\")"),
        ("decoded", "[true, null]", "jsondecode(\"{\\\"a\\\": [true, null]}\").a"),
        ("list.0.name", "\"é\"", "\\\"é\\\""),
        ("regex", "\"[a-z]\"", "\"[a-z]\""),
        ("broken", "\"{\\\"a\\\": }\"", "\"{\\\"a\\\": }\""),
        ("plain", "\"hello\\n\"", "<<EOF\nhello\nEOF"),
    ];
    for (path, value, slice) in cases {
        let node = at(tree, path);
        assert_eq!((shown(node).as_str(), fixture.slice(node.place)), (value, slice), "{path}");
    }
    assert_eq!(at(tree, "heredoc.Statement.0.Resource").refers.as_deref().unwrap().as_slice(), ["aws_s3_bucket.b"]);
}

#[test]
fn nested_and_dynamic_blocks_are_lists() {
    let text = r#"
variable "ports" { default = [22, 80] }
variable "free" {}
resource "t_t" "t" {
  a = 1
  rule {
    port = 1
  }
  dynamic "rule" {
    for_each = var.ports
    content {
      port  = rule.value
      index = rule.key
      inner {
        x = rule.value
      }
    }
  }
  dynamic "tag" {
    for_each = { k = "v" }
    iterator = it
    content {
      key   = it.key
      value = it.value
    }
  }
  dynamic "other" {
    for_each = var.free
    content {}
  }
  dynamic "none" {
    for_each = []
    content {}
  }
  label "one" "two" {}
}
"#;
    let fixture = Fixture::new(&[("main.tf", text)]);
    let unit = fixture.unit();
    let tree = &find(&unit, "t_t.t").tree;
    let rules = "[{port: 1}, {port: 22, index: 0, inner: [{x: 22}]}, {port: 80, index: 1, inner: [{x: 80}]}]";
    assert_eq!(shown(at(tree, "rule")), rules);
    assert_eq!(shown(at(tree, "tag")), "[{key: \"k\", value: \"v\"}]");
    assert_eq!(shown(at(tree, "other")), "[…var.free]");
    assert_eq!(shown(at(tree, "none")), "[]");
    assert_eq!(shown(at(tree, "label")), "[{labels: [\"one\", \"two\"]}]");
    assert_eq!(fixture.slice(at(tree, "rule.1.port").place), "rule.value");
    assert_eq!(fixture.slice(at(tree, "rule.0").place), "rule {\n    port = 1\n  }");
    assert!(fixture.slice(at(tree, "rule.1").place).starts_with("dynamic \"rule\""));
    let keys: Vec<_> = tree.entries().iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["a", "rule", "tag", "other", "none", "label"]);
}

#[test]
fn every_block_becomes_the_resource_it_is() {
    let files = [
        (
            "main.tf",
            "terraform {\n  required_version = \">= 1.5\"\n  required_providers {\n    aws = { source = \"hashicorp/aws\", version = \"~> 5.0\" }\n  }\n  backend \"s3\" {\n    bucket = \"state\"\n    encrypt = true\n  }\n}\nprovider \"aws\" {\n  region = \"x\"\n}\nprovider \"aws\" {\n  alias = \"us\"\n}\nmodule \"m\" {\n  source = \"./m\"\n}\n",
        ),
        (
            "r.tf",
            "resource \"t_t\" \"kept\" {\n  count = var.n\n}\nresource \"t_t\" \"gone\" {\n  count = 0\n}\nresource \"t_t\" \"empty\" {\n  for_each = toset([])\n}\ndata \"d_d\" \"d\" {}\nmoved {\n  from = a.b\n  to = a.c\n}\nlocals {}\ncheck \"x\" {}\n",
        ),
        (
            "v.tf",
            "variable \"n\" {\n  type = list(string)\n  sensitive = true\n}\noutput \"o\" {\n  value = var.n\n}\n",
        ),
    ];
    let fixture = Fixture::new(&files);
    let unit = fixture.unit();
    let found: Vec<_> =
        unit.resources.iter().map(|resource| (resource.target.as_str(), resource.address.as_str())).collect();
    let expected = [
        ("terraform/root", "root"),
        ("terraform/backend.s3", "backend.s3"),
        ("terraform/provider.aws", "provider.aws"),
        ("terraform/provider.aws", "provider.aws.us"),
        ("terraform/module", "module.m"),
        ("terraform/t_t", "t_t.kept"),
        ("terraform/data.d_d", "data.d_d.d"),
        ("terraform/variable", "var.n"),
        ("terraform/output", "output.o"),
    ];
    assert_eq!(found, expected);
    let root = &find(&unit, "root").tree;
    assert_eq!(shown(at(root, "required_version")), "\">= 1.5\"");
    assert_eq!(shown(at(root, "required_providers.aws.version")), "\"~> 5.0\"");
    assert_eq!(shown(at(root, "backend")), "\"s3\"");
    assert_eq!(shown(at(root, "resources")), "{t_t: 1}");
    let variable = find(&unit, "var.n");
    assert_eq!(shown(&variable.tree), "{sensitive: true, name: \"n\", type: \"list(string)\"}");
    assert_eq!(fixture.slice(variable.header), "variable \"n\"");
    assert_eq!(fixture.slice(at(&variable.tree, "type").place), "list(string)");
    assert!(fixture.slice(variable.extent).ends_with("sensitive = true\n}"));
}

#[test]
fn files_of_values_win_over_defaults() {
    let fixture = Fixture::new(&[
        ("a.auto.tfvars", "x = \"auto\"\n"),
        (
            "main.tf",
            "variable \"x\" { default = \"default\" }\nvariable \"y\" { default = 1 }\nresource \"t_t\" \"t\" {\n  x = var.x\n  y = var.y\n}\n",
        ),
        ("prod.tfvars", "x = \"prod\"\ny = 3\n"),
        ("terraform.tfvars", "x = \"terraform\"\ny = 2\n"),
    ]);
    let unit = fixture.unit();
    let tree = &find(&unit, "t_t.t").tree;
    assert_eq!((shown(at(tree, "x")), shown(at(tree, "y"))), ("\"auto\"".to_owned(), "2".to_owned()));
    assert_eq!(fixture.slice(at(tree, "x").place), "var.x");
}

/// Evaluates `x` of a module made of these locals, on the smallest stack that a scan runs on.
fn hostile(locals: String, expression: &'static str) -> (String, usize) {
    let run = move || {
        let text = format!("locals {{\n{locals}}}\nresource \"t_t\" \"t\" {{\n  x = {expression}\n}}\n");
        let unit = Fixture::new(&[("main.tf", &text)]).unit();
        let shown = match &at(&find(&unit, "t_t.t").tree, "x").value {
            Value::Unknown(unknown) => unknown.depends_on.to_string(),
            other => other.type_name().to_owned(),
        };
        (shown, unit.notices.len())
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap()
}

#[test]
fn hostile_modules_are_bounded() {
    let each = |line: &dyn Fn(usize) -> String| (1..3_000).map(line).collect::<String>();
    let too_deep = "an expression that is too deep or too costly to evaluate";
    let chain = each(&|i| format!("a{i} = local.a{}\n", i - 1));
    assert_eq!(hostile(format!("a0 = 1\n{chain}"), "local.a2999"), (too_deep.to_owned(), 0));
    let texts = each(&|i| format!("a{i} = \"${{local.a{}}}${{local.a{}}}\"\n", i - 1, i - 1));
    assert_eq!(hostile(format!("a0 = \"xxxxxxxx\"\n{texts}"), "local.a60"), ("a text that is too long".to_owned(), 0));
    let lists = each(&|i| format!("a{i} = [local.a{}, local.a{}]\n", i - 1, i - 1));
    assert_eq!(hostile(format!("a0 = [1]\n{lists}"), "local.a60").1, 1);
    let loops = "[for a in range(5000) : [for b in range(5000) : [for c in range(5000) : a]]]";
    assert_eq!(hostile(String::new(), loops), ("list".to_owned(), 1));
    assert_eq!(hostile(String::new(), "range(100000000)"), ("a list that is too long".to_owned(), 0));
    let deep = format!("{}1{}", "[".repeat(60), "]".repeat(60));
    let nested = each(&|i| format!("a{i} = {}\n", deep.replace('1', &format!("local.a{}", i - 1))));
    assert_eq!(hostile(format!("a0 = 1\n{nested}"), "local.a99").1, 0);
}

/// The parts of a unit with this target: address, owner, tree in short.
fn parts(unit: &Unit, target: &str) -> Vec<(String, String)> {
    let of = unit.resources.iter().filter(|resource| resource.target == target);
    of.map(|part| (part.address.to_string(), shown(&part.tree))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(address, tree)| ((*address).to_owned(), (*tree).to_owned())).collect()
}

const FIREWALLS: &str = r#"
variable "cidr" {}
variable "rules" {}
resource "aws_security_group" "sg" {
  ingress {
    description     = "ssh"
    from_port       = 22
    to_port         = 22
    protocol        = "tcp"
    cidr_blocks     = ["0.0.0.0/0", var.cidr]
    security_groups = [aws_security_group.other.id]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = var.cidr
  }
  dynamic "ingress" {
    for_each = var.rules
    content {}
  }
}
resource "aws_security_group_rule" "old" {
  type        = "ingress"
  from_port   = 8
  to_port     = 0
  protocol    = "ICMP"
  cidr_blocks = ["10.0.0.0/8"]
}
resource "aws_vpc_security_group_ingress_rule" "new" {
  cidr_ipv6   = "::/0"
  from_port   = 20
  to_port     = 25
  ip_protocol = "6"
}
resource "aws_network_acl_rule" "acl" {
  egress      = true
  rule_number = 7
  rule_action = "DENY"
  protocol    = "-1"
  cidr_block  = "0.0.0.0/0"
}
resource "azurerm_network_security_group" "nsg" {
  security_rule {
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "*"
    priority                   = 100
    source_address_prefix      = "Internet"
    destination_port_ranges    = ["22", "3000-4000", "*"]
  }
}
resource "azurerm_network_security_rule" "out" {
  direction                    = "Outbound"
  access                       = "Deny"
  protocol                     = "Tcp"
  destination_port_range       = "443"
  source_address_prefix        = "*"
  destination_address_prefixes = ["VirtualNetwork", "10.1.0.0/16"]
}
resource "google_compute_firewall" "open" {
  allow {
    protocol = "tcp"
    ports    = ["22", "80-90"]
  }
  deny {
    protocol = "icmp"
  }
}
resource "google_compute_firewall" "tagged" {
  source_tags = ["web"]
  priority    = 5
  allow {
    protocol = "all"
  }
}
resource "google_compute_firewall" "off" {
  disabled = true
  allow {
    protocol = "all"
  }
}
"#;

#[test]
fn openings_of_all_providers_have_one_shape() {
    let fixture = Fixture::new(&[("main.tf", FIREWALLS)]);
    let unit = fixture.unit();
    let all = "[{from: 0, to: 65535}]";
    let ingress = [
        (
            "aws_security_group.sg/ingress[0]",
            "{action: \"allow\", protocol: \"tcp\", ports: [22], sources: [\"0.0.0.0/0\", ?var.cidr], source_groups: [?aws_security_group.other.id], description: \"ssh\", layer: \"security-group\"}",
        ),
        (
            "aws_security_group.sg/ingress[…]",
            "{action: ?var.rules, protocol: ?var.rules, ports: ?var.rules, sources: ?var.rules, layer: \"security-group\"}",
        ),
        (
            "aws_security_group_rule.old/ingress",
            "{action: \"allow\", protocol: \"icmp\", ports: [], sources: [\"10.0.0.0/8\"], layer: \"security-group\"}",
        ),
        (
            "aws_vpc_security_group_ingress_rule.new/ingress",
            "{action: \"allow\", protocol: \"tcp\", ports: [{from: 20, to: 25}], sources: [\"::/0\"], layer: \"security-group\"}",
        ),
        (
            "azurerm_network_security_group.nsg/security_rule[0]",
            "{action: \"allow\", protocol: \"all\", ports: [22, {from: 3000, to: 4000}, {from: 0, to: 65535}], sources: [\"0.0.0.0/0\", \"::/0\"], priority: 100, layer: \"security-group\"}",
        ),
        (
            "google_compute_firewall.open/allow[0]",
            "{action: \"allow\", protocol: \"tcp\", ports: [22, {from: 80, to: 90}], sources: [\"0.0.0.0/0\", \"::/0\"], layer: \"firewall\"}",
        ),
        (
            "google_compute_firewall.open/deny[0]",
            "{action: \"deny\", protocol: \"icmp\", ports: [], sources: [\"0.0.0.0/0\", \"::/0\"], layer: \"firewall\"}",
        ),
        (
            "google_compute_firewall.tagged/allow[0]",
            &format!(
                "{{action: \"allow\", protocol: \"all\", ports: {all}, source_groups: [\"web\"], priority: 5, layer: \"firewall\"}}"
            ),
        ),
    ];
    assert_eq!(parts(&unit, "ingress"), pairs(&ingress));
    let egress = [
        (
            "aws_security_group.sg/egress[0]",
            &*format!(
                "{{action: \"allow\", protocol: \"all\", ports: {all}, destinations: […var.cidr], layer: \"security-group\"}}"
            ),
        ),
        (
            "aws_network_acl_rule.acl/egress",
            &format!(
                "{{action: \"deny\", protocol: \"all\", ports: {all}, destinations: [\"0.0.0.0/0\"], priority: 7, layer: \"network-acl\"}}"
            ),
        ),
        (
            "azurerm_network_security_rule.out/egress",
            "{action: \"deny\", protocol: \"tcp\", ports: [443], destinations: [\"10.1.0.0/16\"], destination_groups: [\"VirtualNetwork\"], layer: \"security-group\"}",
        ),
    ];
    assert_eq!(parts(&unit, "egress"), pairs(&egress));
    let first = find(&unit, "aws_security_group.sg/ingress[0]");
    assert_eq!(first.owner.as_deref(), Some("aws_security_group.sg"));
    assert_eq!(fixture.slice(at(&first.tree, "sources.0").place), "\"0.0.0.0/0\"");
    assert_eq!(fixture.slice(at(&first.tree, "ports.0").place), "22");
    let azure = find(&unit, "azurerm_network_security_group.nsg/security_rule[0]");
    assert_eq!(fixture.slice(at(&azure.tree, "sources.0").place), "\"Internet\"");
    let standalone = find(&unit, "aws_security_group_rule.old/ingress");
    assert_eq!(fixture.slice(standalone.header), "resource \"aws_security_group_rule\" \"old\"");
}

const POLICIES: &str = r#"
variable "free" {}
data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "A"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["*", var.free]
    }
    condition {
      test     = "Bool"
      variable = "aws:x"
      values   = ["true"]
    }
  }
}
data "aws_iam_policy_document" "part" {
  statement {
    effect      = "Deny"
    not_actions = ["s3:*"]
    resources   = ["*"]
  }
}
data "aws_iam_policy_document" "bucket" {
  source_policy_documents = [data.aws_iam_policy_document.part.json]
}
resource "aws_iam_role" "r" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
  inline_policy {
    policy = jsonencode({ Statement = { Effect = "Allow", Action = "*", Resource = "*" } })
  }
}
resource "aws_s3_bucket_policy" "b" {
  policy = data.aws_iam_policy_document.bucket.json
}
resource "aws_sqs_queue" "q" {
  policy = <<-EOF
    {
      "Statement": [
        { "Sid": "Q", "Effect": "Allow", "Action": "sqs:*", "Principal": "*",
          "Condition": { "ArnEquals": { "aws:SourceArn": "${var.free}" } } }
      ]
    }
  EOF
}
resource "aws_iam_policy" "free" {
  policy = var.free
}
resource "aws_kms_key" "none" {
  description = "the default policy"
}
"#;

#[test]
fn statements_are_found_where_they_are_written() {
    let fixture = Fixture::new(&[("main.tf", POLICIES)]);
    let unit = fixture.unit();
    let expected = [
        (
            "data.aws_iam_policy_document.trust/statement[0]",
            "{sid: \"A\", effect: \"Allow\", actions: [\"sts:AssumeRole\"], principals: [{type: \"AWS\", id: \"*\"}, {type: \"AWS\", id: ?var.free}], principal_ids: [\"*\", ?var.free], conditions: [{test: \"Bool\", variable: \"aws:x\", values: [\"true\"]}], policy_kind: \"trust\"}",
        ),
        (
            "data.aws_iam_policy_document.part/statement[0]",
            "{effect: \"Deny\", not_actions: [\"s3:*\"], resources: [\"*\"], policy_kind: \"resource\"}",
        ),
        (
            "aws_iam_role.r/inline_policy[0]/statement[0]",
            "{effect: \"Allow\", actions: [\"*\"], resources: [\"*\"], policy_kind: \"identity\"}",
        ),
        (
            "aws_sqs_queue.q/policy/statement[0]",
            "{sid: \"Q\", effect: \"Allow\", actions: [\"sqs:*\"], principals: [{type: \"*\", id: \"*\"}], principal_ids: [\"*\"], conditions: [{test: \"ArnEquals\", variable: \"aws:SourceArn\", values: ?var.free}], policy_kind: \"resource\"}",
        ),
        (
            "aws_iam_policy.free/policy/statement[…]",
            "{effect: ?var.free, actions: ?var.free, not_actions: ?var.free, resources: ?var.free, not_resources: ?var.free, principals: ?var.free, not_principals: ?var.free, principal_ids: ?var.free, conditions: ?var.free, policy_kind: \"identity\"}",
        ),
    ];
    assert_eq!(parts(&unit, "iam-statement"), pairs(&expected));
    let queue = find(&unit, "aws_sqs_queue.q/policy/statement[0]");
    assert_eq!(fixture.slice(at(&queue.tree, "actions.0").place), "\"sqs:*\"");
    assert!(fixture.slice(queue.header).starts_with("{ \"Sid\": \"Q\""));
    assert_eq!(queue.names, ["Q"]);
    let inline = find(&unit, "aws_iam_role.r/inline_policy[0]/statement[0]");
    assert_eq!(fixture.slice(at(&inline.tree, "resources.0").place), "\"*\"");
}
