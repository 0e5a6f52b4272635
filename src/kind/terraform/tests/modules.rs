//! Modules that are called, and instances of resources and calls.

use super::*;

/// Addresses of the resources that are `resource` or `data` blocks.
fn addresses(unit: &Unit) -> Vec<&str> {
    let is_block = |resource: &&Resource| {
        resource.target.contains('_') && resource.owner.is_none() && !resource.target.contains("variable")
    };
    unit.resources.iter().filter(is_block).map(|resource| resource.address.as_str()).collect()
}

fn refers(node: &Node) -> Vec<&str> {
    node.refers.iter().flat_map(|refers| refers.iter()).map(SmolStr::as_str).collect()
}

fn notices(unit: &Unit) -> Vec<&'static str> {
    unit.notices.iter().map(|notice| notice.id).collect()
}

const BUCKET: &str = r#"
variable "acl" {}
variable "name" { default = "plain" }
variable "set" {
  default  = "kept"
  nullable = false
}
resource "aws_s3_bucket" "b" {
  bucket = var.name
  acl    = var.acl
  set    = var.set
  path   = path.module
}
resource "aws_s3_bucket_public_access_block" "b" {
  bucket = aws_s3_bucket.b.id
}
output "id" { value = aws_s3_bucket.b.id }
output "name" { value = aws_s3_bucket.b.bucket }
output "acl" { value = var.acl }
"#;

#[test]
fn a_called_folder_is_there_once_for_each_call_with_its_arguments() {
    let fixture = Fixture::new(&[
        (
            "envs/prod/main.tf",
            r#"
variable "free" {}
module "one" {
  source = "../../modules/bucket"
  acl    = "public-read"
  name   = "one"
  set    = null
}
module "two" {
  source = "../../modules/bucket/"
  acl    = var.free
}
resource "aws_s3_bucket_logging" "l" {
  bucket = module.one.id
  target = module.two.name
  acl    = module.two.acl
  none   = module.one.none
  all    = module.one
}
"#,
        ),
        ("modules/bucket/main.tf", BUCKET),
    ]);
    let unit = fixture.unit();
    assert_eq!(&*unit.name, "envs/prod");
    assert_eq!(
        addresses(&unit),
        [
            "module.one.aws_s3_bucket.b",
            "module.one.aws_s3_bucket_public_access_block.b",
            "module.two.aws_s3_bucket.b",
            "module.two.aws_s3_bucket_public_access_block.b",
            "aws_s3_bucket_logging.l",
        ]
    );
    let one = find(&unit, "module.one.aws_s3_bucket.b");
    assert_eq!(shown(&one.tree), r#"{bucket: "one", acl: "public-read", set: "kept", path: "../../modules/bucket"}"#);
    assert_eq!(fixture.slice(at(&one.tree, "acl").place), "var.acl");
    assert_eq!(one.names, ["one"]);
    let chain: Vec<&str> = one.call_chain.iter().map(|place| fixture.slice(*place)).collect();
    assert!(matches!(chain[..], [call] if call.starts_with("module \"one\" {") && call.ends_with('}')));
    let two = find(&unit, "module.two.aws_s3_bucket.b");
    assert_eq!(shown(at(&two.tree, "acl")), "?var.free");
    assert_eq!(shown(at(&two.tree, "bucket")), "\"plain\"");
    let block = find(&unit, "module.two.aws_s3_bucket_public_access_block.b");
    assert_eq!(refers(at(&block.tree, "bucket")), ["module.two.aws_s3_bucket.b"]);
    let logging = &find(&unit, "aws_s3_bucket_logging.l").tree;
    assert_eq!(refers(at(logging, "bucket")), ["module.one.aws_s3_bucket.b"]);
    assert_eq!(shown(at(logging, "bucket")), "?module.one.aws_s3_bucket.b.id");
    assert_eq!(
        (shown(at(logging, "target")).as_str(), refers(at(logging, "target"))),
        ("\"plain\"", vec!["module.two.aws_s3_bucket.b"])
    );
    assert_eq!(shown(at(logging, "acl")), "?var.free");
    assert_eq!(shown(at(logging, "none")), "?the missing output `none`");
    assert_eq!(shown(at(logging, "all.name")), "\"one\"");
    assert_eq!(notices(&unit), [] as [&str; 0]);
    // What a folder declares is judged once, however often it is called.
    let variables = unit.resources.iter().filter(|resource| resource.address.ends_with("var.acl"));
    assert_eq!(variables.map(|resource| resource.address.as_str()).collect::<Vec<_>>(), ["module.one.var.acl"]);
}

#[test]
fn modules_call_modules_and_pass_what_they_are_given() {
    let inner =
        "variable \"v\" {}\nresource \"t_t\" \"t\" {\n  v = var.v\n}\noutput \"o\" {\n  value = [t_t.t.id, var.v]\n}\n";
    let middle = "variable \"v\" {}\nmodule \"inner\" {\n  source = \"./inner\"\n  v = \"${var.v}-m\"\n}\noutput \"o\" {\n  value = module.inner.o\n}\n";
    let root = "module \"m\" {\n  source = \"./m\"\n  v = \"a\"\n}\nmodule \"n\" {\n  source = \"./m\"\n  v = module.m.o[1]\n}\nresource \"t_t\" \"t\" {\n  o = module.n.o\n}\n";
    let fixture = Fixture::new(&[("m/inner/main.tf", inner), ("m/main.tf", middle), ("main.tf", root)]);
    let unit = fixture.unit();
    assert_eq!(addresses(&unit), ["module.m.module.inner.t_t.t", "module.n.module.inner.t_t.t", "t_t.t"]);
    let deepest = find(&unit, "module.n.module.inner.t_t.t");
    assert_eq!(shown(at(&deepest.tree, "v")), "\"a-m-m\"");
    let chain: Vec<&str> =
        deepest.call_chain.iter().map(|place| fixture.slice(*place).lines().next().unwrap()).collect();
    assert_eq!(chain, ["module \"inner\" {", "module \"n\" {"]);
    let output = at(&find(&unit, "t_t.t").tree, "o");
    assert_eq!(shown(output), "[?module.n.module.inner.t_t.t.id, \"a-m-m\"]");
    assert_eq!(refers(at(output, "0")), ["module.n.module.inner.t_t.t"]);
}

#[test]
fn folders_that_are_called_are_no_roots_unless_nothing_else_reaches_them() {
    let call = |name: &str, source: &str| {
        format!("module \"{name}\" {{\n  source = \"{source}\"\n}}\nresource \"t_t\" \"t\" {{}}\n")
    };
    let (alone, first, second, caller) =
        (call("x", "./self/.."), call("x", "../b"), call("x", "../a"), call("x", "../d"));
    let fixture = Fixture::new(&[
        ("a/main.tf", &first),
        ("b/main.tf", &second),
        ("c/main.tf", &caller),
        ("d/main.tf", "resource \"t_t\" \"t\" {}\n"),
        ("e/main.tf", &alone),
    ]);
    let units = fixture.units();
    let names: Vec<&str> = units.iter().map(|unit| &*unit.name).collect();
    assert_eq!(names, ["a", "c", "e"]);
    assert_eq!(addresses(&units[0]), ["module.x.t_t.t", "t_t.t"]);
    assert_eq!(notices(&units[0]), ["module-calls-itself"]);
    assert_eq!(addresses(&units[1]), ["module.x.t_t.t", "t_t.t"]);
    assert_eq!(addresses(&units[2]), ["t_t.t"]);
    assert_eq!(notices(&units[2]), ["module-calls-itself"]);
}

#[test]
fn modules_that_are_not_read_are_told_once_for_each_sort() {
    let text = r#"
module "a" { source = "terraform-aws-modules/vpc/aws" }
module "b" { source = "hashicorp/consul/aws" }
module "c" { source = "git::https://example.org/x.git" }
module "d" { source = "./gone" }
module "e" { source = "https://example.org/x.zip" }
resource "t_t" "t" { x = module.a.vpc_id }
"#;
    let fixture = Fixture::new(&[("main.tf", text)]);
    let unit = fixture.unit();
    assert_eq!(notices(&unit), ["module-not-read"; 4]);
    assert_eq!(
        unit.notices[0].message,
        "the code of 2 module calls comes from a module registry (the first is `terraform-aws-modules/vpc/aws`) and is \
         not read; what they create is not judged"
    );
    let node = at(&find(&unit, "t_t.t").tree, "x");
    assert_eq!((shown(node).as_str(), refers(node)), ("?module.a.vpc_id", vec!["module.a"]));
}

#[test]
fn every_instance_is_a_resource() {
    let text = r#"
variable "free" {}
locals {
  buckets = { logs = { acl = "private" }, site = { acl = "public-read" } }
}
resource "t_counted" "c" {
  count = 2
  name  = "c-${count.index}"
}
resource "t_each" "e" {
  for_each = local.buckets
  name     = each.key
  acl      = each.value.acl
}
resource "t_set" "s" {
  for_each = toset(["x"])
  name     = each.value
}
resource "t_chain" "h" {
  for_each = t_each.e
  bucket   = each.value.id
  acl      = each.value.acl
}
resource "t_free" "f" {
  for_each = var.free
  name     = each.value.name
  same     = t_free.f[each.key].fixed
  fixed    = 1
}
resource "t_part" "p" {
  for_each = merge(var.free, { a = 1 })
  value    = each.value
}
resource "t_gone" "g" {
  count = 0
}
resource "t_ref" "r" {
  index  = t_counted.c[1].name
  text   = t_each.e["site"].acl
  splat  = t_counted.c[*].name
  legacy = t_counted.c.*.id[0]
  values = values(t_each.e)[*].acl
  loop   = { for k, v in t_each.e : k => v.id }
  free   = t_free.f["x"].name
  gone   = try(t_gone.g[0].id, "none")
  one    = one(t_gone.g[*].id)
  length = length(t_counted.c)
}
"#;
    let fixture = Fixture::new(&[("main.tf", text)]);
    let unit = fixture.unit();
    let expected = [
        ("t_counted.c[0]", r#"{count: 2, name: "c-0"}"#),
        ("t_counted.c[1]", r#"{count: 2, name: "c-1"}"#),
        ("t_each.e[\"logs\"]", r#"{name: "logs", acl: "private"}"#),
        ("t_each.e[\"site\"]", r#"{name: "site", acl: "public-read"}"#),
        ("t_set.s[\"x\"]", r#"{name: "x"}"#),
        ("t_chain.h[\"logs\"]", r#"{bucket: ?t_each.e["logs"], acl: "private"}"#),
        ("t_chain.h[\"site\"]", r#"{bucket: ?t_each.e["site"], acl: "public-read"}"#),
        ("t_free.f", "{for_each: ?var.free, name: ?var.free, same: 1, fixed: 1}"),
        ("t_part.p[\"a\"]", "{value: 1}"),
        ("t_part.p", "{for_each: {a: 1, …var.free}, value: ?var.free}"),
        (
            "t_ref.r",
            r#"{index: "c-1", text: "public-read", splat: ["c-0", "c-1"], legacy: ?t_counted.c.*.id[0], values: ["private", "public-read"], loop: {logs: ?t_each.e["logs"], site: ?t_each.e["site"]}, free: ?var.free, gone: "none", one: null, length: 2}"#,
        ),
    ];
    let found: Vec<(&str, String)> =
        addresses(&unit).into_iter().map(|address| (address, shown(&find(&unit, address).tree))).collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(address, tree)| (*address, tree.as_str())).collect();
    assert_eq!(found, expected);
    let tree = |address: &str| &find(&unit, address).tree;
    assert_eq!(refers(at(tree("t_chain.h[\"site\"]"), "bucket")), ["t_each.e[\"site\"]"]);
    assert_eq!(refers(at(tree("t_ref.r"), "index")), ["t_counted.c[1]"]);
    assert_eq!(refers(at(tree("t_ref.r"), "splat")), ["t_counted.c[0]", "t_counted.c[1]"]);
    assert_eq!(refers(at(tree("t_ref.r"), "splat.1")), ["t_counted.c[1]"]);
    assert_eq!(refers(at(tree("t_ref.r"), "loop.site")), ["t_each.e[\"site\"]"]);
    assert_eq!(refers(at(tree("t_ref.r"), "free")), ["t_free.f"]);
    assert_eq!(fixture.slice(at(tree("t_each.e[\"site\"]"), "acl").place), "each.value.acl");
}

#[test]
fn calls_repeat_too() {
    let root = r#"
module "b" {
  source   = "./m"
  for_each = { a = "public-read", b = "private" }
  acl      = each.value
  name     = each.key
}
module "gone" {
  source = "./m"
  count  = 0
  acl    = "x"
}
resource "t_t" "t" {
  one  = module.b["a"].id
  all  = [for k, m in module.b : m.name]
  each = values(module.b)[*].acl
}
"#;
    let fixture = Fixture::new(&[("m/main.tf", BUCKET), ("main.tf", root)]);
    let unit = fixture.unit();
    assert_eq!(addresses(&unit).len(), 5);
    let bucket = find(&unit, "module.b[\"a\"].aws_s3_bucket.b");
    assert_eq!(shown(at(&bucket.tree, "acl")), "\"public-read\"");
    let tree = &find(&unit, "t_t.t").tree;
    assert_eq!(refers(at(tree, "one")), ["module.b[\"a\"].aws_s3_bucket.b"]);
    assert_eq!(shown(at(tree, "all")), "[\"a\", \"b\"]");
    assert_eq!(shown(at(tree, "each")), "[\"public-read\", \"private\"]");
}

#[test]
fn instances_and_calls_without_end_are_bounded() {
    let run = |files: Vec<(&'static str, String)>| {
        let run = move || {
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
            let unit = Fixture::new(&files).unit();
            (addresses(&unit).len(), notices(&unit))
        };
        std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap()
    };
    let one = |text: &str| run(vec![("main.tf", text.to_owned())]);
    assert_eq!(one("resource \"t_t\" \"t\" {\n  count = 100000\n}\n"), (1, vec!["terraform-too-many-instances"]));
    assert_eq!(
        one("resource \"t_t\" \"t\" {\n  for_each = toset(range(5000))\n}\n"),
        (1, vec!["terraform-too-many-instances"])
    );
    assert_eq!(one("resource \"t_t\" \"t\" {\n  for_each = t_t.t\n}\n"), (1, vec![]));
    assert_eq!(
        one(
            "resource \"t_t\" \"t\" {\n  count = t_t.u[0].n\n}\nresource \"t_t\" \"u\" {\n  count = length(t_t.t)\n}\n"
        ),
        (2, vec![])
    );
    assert_eq!(
        one("resource \"t_t\" \"t\" {\n  count = -1\n}\nresource \"t_t\" \"u\" {\n  for_each = 3\n}\n"),
        (1, vec![])
    );
    // Each module calls the next one ten times: a million calls.
    let level = |next: usize| {
        let call = |i| format!("module \"m{i}\" {{\n  source = \"../l{next}\"\n}}\n");
        (0..10).map(call).collect::<String>()
    };
    let names = ["l0/main.tf", "l1/main.tf", "l2/main.tf", "l3/main.tf", "l4/main.tf", "l5/main.tf"];
    let mut files: Vec<(&'static str, String)> =
        names.iter().enumerate().map(|(i, name)| (*name, level(i + 1))).collect();
    files.push(("l6/main.tf", "resource \"t_t\" \"t\" {}\n".to_owned()));
    let (found, notices) = run(files);
    assert_eq!(notices, ["terraform-too-many-calls"]);
    assert!(found < 5_000, "{found}");
    // Arguments that depend on outputs that depend on the arguments.
    let cycle = "module \"m\" {\n  source = \"./m\"\n  v = module.m.o\n}\n";
    let inner = "variable \"v\" {}\noutput \"o\" {\n  value = var.v\n}\nresource \"t_t\" \"t\" {\n  v = var.v\n}\n";
    assert_eq!(run(vec![("m/main.tf", inner.to_owned()), ("main.tf", cycle.to_owned())]), (1, vec![]));
}
