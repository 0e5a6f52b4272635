//! Functions that read files, and the modules that Terraform installed.

use super::*;

const FILES: &[(&str, &str)] = &[
    ("infra/note.txt", "hello\n"),
    ("infra/plain.tpl", "hello"),
    ("infra/p.json", r#"{"Version": "1"}"#),
    ("infra/v.yaml", "replicas: 3\nnames: [a, b]\n"),
    ("infra/u.csv", "id,name\n1,ann\n2,bob\n"),
    ("infra/t.tpl", "Hi ${name}%{ for p in ports }, ${p}%{ endfor }"),
    ("infra/j.tftpl", "{\"Name\": \"${name}\", \"Ports\": [%{ for p in ports ~}${p}%{ endfor ~}]}"),
    ("infra/broken.tpl", "${"),
    ("infra/policies/a.json", "{}"),
    ("infra/policies/b.json", "{}"),
    ("infra/policies/deep/c.json", "{}"),
    ("infra/policies/d.md", "d"),
    ("note.tpl", "outer"),
];

/// What `x` is in a root module beside files that its functions may read.
fn read(expression: &str) -> String {
    let main = format!("variable \"v\" {{}}\nresource \"t_t\" \"t\" {{\n  x = {expression}\n}}\n");
    let mut files = FILES.to_vec();
    files.push(("infra/main.tf", &main));
    shown(at(&find(&Fixture::new(&files).unit(), "t_t.t").tree, "x"))
}

#[test]
fn functions_read_the_files_of_the_scan() {
    for (expression, value) in [
        ("file(\"note.txt\")", r#""hello\n""#),
        ("file(\"${path.module}/plain.tpl\")", r#""hello""#),
        ("file(\"./policies/../plain.tpl\")", r#""hello""#),
        ("file(\"../note.tpl\")", r#""outer""#),
        ("file(\"p.json\")", r#"{Version: "1"}"#),
        ("jsondecode(file(\"p.json\")).Version", r#""1""#),
        ("filebase64(\"plain.tpl\")", r#""aGVsbG8=""#),
        ("filesha256(\"plain.tpl\")", r#""2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824""#),
        ("fileexists(\"plain.tpl\")", "true"),
        ("yamldecode(file(\"v.yaml\")).replicas", "3"),
        ("yamldecode(\"a: b: c\")", "?yamldecode(…)"),
        ("csvdecode(file(\"u.csv\"))[1].name", r#""bob""#),
        ("templatefile(\"t.tpl\", { name = \"you\", ports = [1, 2] })", r#""Hi you, 1, 2""#),
        ("templatefile(\"j.tftpl\", { name = \"web\", ports = [80] })", r#"{Name: "web", Ports: [80]}"#),
        ("fileset(\"policies\", \"*.json\")", r#"["a.json", "b.json"]"#),
        (
            "fileset(path.module, \"policies/**/*.json\")",
            r#"["policies/a.json", "policies/b.json", "policies/deep/c.json"]"#,
        ),
        ("[for f in fileset(\"policies\", \"*.json\") : basename(f)]", r#"["a.json", "b.json"]"#),
        ("basename(\"a/b.json\")", r#""b.json""#),
        ("basename(\"a/b/\")", r#""b""#),
        ("dirname(\"a/b.json\")", r#""a""#),
        ("dirname(\"b.json\")", r#"".""#),
    ] {
        assert_eq!(read(expression), value, "{expression}");
    }
}

#[test]
fn what_other_files_hold_is_unknown_and_named() {
    for (expression, value) in [
        ("file(\"none.txt\")", "?file(none.txt)"),
        ("fileexists(\"none.txt\")", "?fileexists(none.txt)"),
        ("file(\"/etc/hostname\")", "?file(/etc/hostname)"),
        ("file(\"~/.ssh/id_rsa\")", "?file(~/.ssh/id_rsa)"),
        ("file(\"../../note.txt\")", "?file(../../note.txt)"),
        ("file(var.v)", "?var.v"),
        ("fileset(\"nowhere\", \"*\")", "?fileset(nowhere)"),
        ("fileset(\"policies\", \"[\")", "?fileset(policies)"),
        ("templatefile(\"broken.tpl\", {})", "?templatefile(…)"),
        ("templatefile(\"t.tpl\", { name = var.v, ports = [] })", "?var.v"),
        ("templatefile(\"t.tpl\", { name = \"x\" })", "?ports"),
    ] {
        assert_eq!(read(expression), value, "{expression}");
    }
}

#[test]
fn a_module_reads_its_own_files() {
    let fixture = Fixture::new(&[
        ("live/main.tf", "module \"m\" {\n  source = \"../m\"\n}\n"),
        ("m/main.tf", "resource \"t_t\" \"t\" {\n  x = file(\"${path.module}/x.tpl\")\n}\n"),
        ("m/x.tpl", "of the module"),
    ]);
    assert_eq!(shown(at(&find(&fixture.unit(), "module.m.t_t.t").tree, "x")), r#""of the module""#);
}

/// A template that reads itself ends somewhere.
#[test]
fn templates_without_end_are_bounded() {
    let main = "resource \"t_t\" \"t\" {\n  x = templatefile(\"t.tpl\", {})\n}\n";
    let run = move || {
        let files = [("main.tf", main), ("t.tpl", "${templatefile(\"t.tpl\", {})}${templatefile(\"t.tpl\", {})}")];
        Fixture::new(&files).unit().resources.len()
    };
    assert_eq!(std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap(), 2);
}

#[test]
fn installed_modules_are_read_where_a_call_leads_to_them() {
    let list = r#"{"Modules": [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "v", "Source": "registry.terraform.io/shop/v/aws", "Version": "1.0.0", "Dir": ".terraform/modules/v"},
        {"Key": "v.s", "Source": "./s", "Dir": ".terraform/modules/v/s"},
        {"Key": "v.w", "Source": "registry.terraform.io/shop/w/aws", "Version": "2.0.0", "Dir": ".terraform/modules/v.w"},
        {"Key": "l", "Source": "./l", "Dir": "l"},
        {"Key": "l.u", "Source": "git::https://example.com/u.git", "Dir": ".terraform/modules/l.u/sub"}
    ]}"#;
    let call = |name: &str, source: &str| format!("module \"{name}\" {{\n  source = \"{source}\"\n}}\n");
    let main = call("v", "shop/v/aws") + &call("l", "./l") + &call("gone", "shop/gone/aws");
    let v = call("s", "./s") + &call("w", "shop/w/aws") + "resource \"t_t\" \"v\" {}\n";
    let fixture = Fixture::new(&[
        ("main.tf", &main),
        ("l/main.tf", &call("u", "git::https://example.com/u.git")),
        (".terraform/modules/modules.json", list),
        (".terraform/modules/v/main.tf", &v),
        (".terraform/modules/v/s/main.tf", "resource \"t_t\" \"s\" {}\n"),
        (".terraform/modules/v.w/main.tf", "resource \"t_t\" \"w\" {}\n"),
        (".terraform/modules/l.u/sub/main.tf", "resource \"t_t\" \"u\" {}\n"),
    ]);
    let unit = fixture.unit();
    let mut found: Vec<(&str, usize)> = unit
        .resources
        .iter()
        .filter(|resource| resource.target == "terraform/t_t")
        .map(|resource| (resource.address.as_str(), resource.call_chain.len()))
        .collect();
    found.sort_unstable();
    let expected = [
        ("module.l.module.u.t_t.u", 2),
        ("module.v.module.s.t_t.s", 2),
        ("module.v.module.w.t_t.w", 2),
        ("module.v.t_t.v", 1),
    ];
    assert_eq!(found, expected);
    // What is not installed is told as before.
    assert_eq!(unit.notices.iter().map(|notice| notice.id).collect::<Vec<_>>(), ["module-not-read"]);
}
