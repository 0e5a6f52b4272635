//! Input that means ill or was broken on the way: each is told by its name and reason, and the rest of the scan goes on.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::assess;
use crate::program::{self, Ran, TODAY, annexa, git};

/// A good file beside the bad ones: its finding shows that the scan went on.
const WITNESS: (&str, &str) = ("witness.tf", "resource \"aws_s3_bucket\" \"b\" {\n  acl = \"public-read\"\n}\n");
const WITNESS_RULE: &str = "aws/s3/public-acl";

fn scan(folder: &Path) -> Ran {
    annexa(folder, ["scan", ".", "--today", TODAY])
}

/// The reason that a scan gives for not having read each file, by path.
fn unread(folder: &Path) -> Vec<(String, String)> {
    let assessment = assess::folder(folder);
    assert!(assessment.notices.iter().all(|(notice, _)| notice.id != "internal-error"), "{:?}", assessment.notices);
    assert_eq!(assess::findings(&assessment, WITNESS_RULE).len(), 1, "the scan did not go on");
    let findings = assess::findings(&assessment, "scan/unreadable");
    findings.iter().map(|finding| (finding.location.path.to_string(), finding.message.clone())).collect()
}

/// Asserts that exactly these files were not read, each for a reason that holds these words.
#[track_caller]
fn assert_unread(folder: &Path, expected: &[(&str, &str)]) {
    let unread = unread(folder);
    let paths: Vec<&str> = unread.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, expected.iter().map(|(path, _)| *path).collect::<Vec<_>>(), "{unread:#?}");
    for ((path, message), (_, words)) in unread.iter().zip(expected) {
        assert!(message.contains(words), "{path}: `{words}` is not in `{message}`");
    }
}

#[test]
fn broken_files_are_told_by_name_and_reason() {
    let folder = program::folder(&[
        WITNESS,
        ("broken.tf", "resource \"aws_s3_bucket\" \"b\" {\n  tags = [\n"),
        ("broken.yaml", "kind: Pod\nspec: [\n"),
        ("broken.json", "{ \"Resources\": { \n"),
        ("broken.toml", "[package\n"),
        ("Dockerfile", "FORM debian\n"),
        ("template.yaml", "kind: {{ .Values.kind }}\n"),
    ]);
    program::write(folder.path(), "latin.yaml", b"name: caf\xe9\n");
    program::write(folder.path(), "utf16.json", b"\xff\xfe{\0}\0");
    program::write(folder.path(), "binary.csv", b"id,name\n1,a\0b\n");
    assert_unread(
        folder.path(),
        &[
            ("Dockerfile", "FORM"),
            ("binary.csv", "NUL byte at offset 11"),
            ("broken.json", "broken.json"),
            ("broken.tf", "broken.tf"),
            ("broken.toml", "broken.toml"),
            ("broken.yaml", "broken.yaml"),
            ("latin.yaml", "not UTF-8 (byte 9"),
            ("template.yaml", "template.yaml"),
            ("utf16.json", "UTF-16"),
        ],
    );
    scan(folder.path()).expect(1).says("witness.tf");
    annexa(folder.path(), ["scan", "--today", TODAY, "--fail-on", "none", "--strict"]).expect(3);
}

#[test]
fn empty_files_are_nothing_to_complain_about() {
    let names =
        ["a.tf", "a.yaml", "a.json", "a.toml", "a.csv", "a.md", "Dockerfile", "a.tfvars", ".github/workflows/a.yml"];
    for content in ["", "\n", "\u{feff}", " \n\t\n", "#\n"] {
        let folder = program::folder(&[WITNESS]);
        for name in names {
            // JSON and CSV know no comments; in JSON an empty text is no value.
            if content == "#\n" && ["a.json", "a.csv"].contains(&name) {
                continue;
            }
            program::write(folder.path(), name, content);
        }
        let unread = unread(folder.path());
        let told: Vec<&str> = unread.iter().map(|(path, _)| path.as_str()).collect();
        assert!(told.iter().all(|path| ["a.json", "Dockerfile"].contains(path)), "{content:?}: {unread:?}");
    }
}

#[test]
fn aliases_that_multiply_are_stopped() {
    let mut lines = vec!["a: &a [x, x, x, x, x, x, x, x, x]".to_owned()];
    for (name, last) in ('b'..='k').zip('a'..='j') {
        let alias = format!("*{last}");
        lines.push(format!("{name}: &{name} [{}]", [alias.as_str(); 9].join(", ")));
    }
    let bomb = lines.join("\n");
    let folder = program::folder(&[WITNESS, ("bomb.yaml", &bomb)]);
    assert_unread(folder.path(), &[("bomb.yaml", "alias expansion exceeds 100000 nodes")]);
}

#[test]
fn nesting_without_end_is_stopped_in_every_syntax() {
    let deep = 50_000;
    let (open, close) = ("[".repeat(deep), "]".repeat(deep));
    let files = [
        ("a.json", format!("{open}{close}")),
        ("b.json", "{\"a\":".repeat(deep)),
        ("a.yaml", format!("a: {open}{close}")),
        ("b.yaml", (0..2_000).map(|depth| " ".repeat(depth) + "a:\n").collect()),
        ("c.yaml", "- ".repeat(deep)),
        ("a.toml", format!("a = {open}{close}")),
        ("b.toml", format!("{} = 1\n", vec!["a"; deep].join("."))),
        ("a.tf", format!("a = {open}{close}")),
        ("b.tf", format!("a = {}1{}", "(".repeat(deep), ")".repeat(deep))),
        ("c.tf", "a {\n".repeat(deep)),
        ("d.tf", format!("a = \"{}\"", "${\"".repeat(deep))),
        ("e.tf", format!("a = {}1", "-".repeat(deep))),
        ("f.tf", format!("a = {}1", "!".repeat(deep))),
        ("g.tf", format!("a = 1{}", " + 1".repeat(deep))),
        ("h.tf", format!("a = b{}", "[0]".repeat(deep))),
        ("i.tf", format!("a = {}1", "x ? 1 : ".repeat(deep))),
        ("a.md", format!("{}x\n", "> ".repeat(deep))),
        ("b.md", format!("{}x\n", "- ".repeat(deep))),
        ("c.md", open.clone()),
        ("d.md", "*a **b ".repeat(deep)),
        ("e.md", format!("{}x\n", "<a ".repeat(deep))),
        ("Dockerfile", format!("FROM a\nRUN {}\n", "$(".repeat(deep))),
        ("a.Dockerfile", format!("FROM {}\n", "${a:-".repeat(deep))),
        ("Dockerfile.b", format!("FROM a\nRUN {}", "a \\\n".repeat(deep))),
    ];
    // Each by itself, in a process of its own: a stack that overflows would end the test, not fail it.
    for (name, text) in &files {
        let folder = program::folder(&[WITNESS, (name, text)]);
        let begun = Instant::now();
        let ran = scan(folder.path());
        assert!(matches!(ran.status, Some(1)), "{name}: {:?}, {}", ran.status, ran.stderr);
        assert!(ran.stdout.contains("witness.tf"), "{name}: the scan did not go on");
        assert!(begun.elapsed() < Duration::from_mins(1), "{name}: {:?}", begun.elapsed());
    }
}

#[test]
fn files_that_are_too_large_are_named_with_their_size() {
    let folder = program::folder(&[WITNESS]);
    let file = fs::File::create(folder.path().join("state.json")).unwrap();
    // Sparse: 200 MB that take no room.
    file.set_len(200 * 1000 * 1000).unwrap();
    assert_unread(folder.path(), &[("state.json", "200000000 bytes, and files above 10 MiB are not read")]);
}

#[test]
fn a_large_file_within_the_limit_is_read() {
    let rows: Vec<String> = (0..200_000).map(|row| format!("R-{row},a risk,owner {row}")).collect();
    let rows = rows.join("\n");
    let line = format!("locals {{\n  a = \"{}\"\n}}\n", "x".repeat(5_000_000));
    let folder = program::folder(&[WITNESS, ("rows.csv", &format!("id,title,owner\n{rows}")), ("line.tf", &line)]);
    let begun = Instant::now();
    let ran = scan(folder.path());
    assert!(ran.stdout.contains("witness.tf"), "{}", ran.stdout);
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_in_circles_or_out_of_the_scan() {
    use std::os::unix::fs::symlink;

    let outside = program::folder(&[("secret.tf", WITNESS.1)]);
    let folder = program::folder(&[WITNESS, ("a/b/c.tf", "")]);
    let path = |name: &str| folder.path().join(name);
    symlink("..", path("a/b/up")).unwrap();
    symlink("loop.yaml", path("loop.yaml")).unwrap();
    symlink("two.yaml", path("one.yaml")).unwrap();
    symlink("one.yaml", path("two.yaml")).unwrap();
    symlink("gone.tf", path("dangling.tf")).unwrap();
    symlink(outside.path().join("secret.tf"), path("outside.tf")).unwrap();
    symlink(outside.path(), path("elsewhere")).unwrap();
    symlink("witness.tf", path("again.tf")).unwrap();

    let assessment = assess::folder(folder.path());
    assert_eq!(assess::findings(&assessment, WITNESS_RULE).len(), 1);
    let told: Vec<(&str, &str)> =
        assessment.not_read.iter().map(|entry| (&*entry.path, entry.detail.as_str())).collect();
    let nowhere = "is a symbolic link that leads nowhere";
    let outside = "is a symbolic link that leads outside of the scanned folder";
    let expected = [
        ("dangling.tf", nowhere),
        ("loop.yaml", nowhere),
        ("one.yaml", nowhere),
        ("outside.tf", outside),
        ("two.yaml", nowhere),
    ];
    assert_eq!(told, expected);
    scan(folder.path()).expect(1);
}

#[cfg(unix)]
#[test]
fn pipes_and_odd_names_hold_nothing_up() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let folder = program::folder(&[WITNESS]);
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.yaml")).status();
    assert!(made.unwrap().success());
    for name in ["new\nline.yaml", "tab\t.yaml", "quote\".yaml", "naïve 😀.yaml", "-rf.yaml", "$(id).yaml", "a:b.yaml"]
    {
        fs::write(folder.path().join(name), "a: [\n").unwrap();
    }
    fs::write(folder.path().join(OsStr::from_bytes(b"not-\xff-utf8.yaml")), "a: [\n").unwrap();
    let unread = unread(folder.path());
    assert_eq!(unread.len(), 9, "{unread:#?}");
    let ran = scan(folder.path()).expect(1);
    assert!(ran.stdout.contains("naïve 😀.yaml"), "{}", ran.stdout);
}

/// As root every folder can be read, so the program is run as nobody then.
#[cfg(unix)]
#[test]
fn folders_without_permission_are_told() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;

    let folder = program::folder(&[WITNESS, ("closed/a.tf", ""), ("open/closed.tf", "")]);
    let root = folder.path();
    let set = |path: &str, mode| fs::set_permissions(root.join(path), fs::Permissions::from_mode(mode)).unwrap();
    let program = root.join("annexa");
    fs::copy(env!("CARGO_BIN_EXE_annexa"), &program).unwrap();
    set("", 0o755);
    set("closed", 0o000);
    set("open/closed.tf", 0o000);
    let mut command = program::command(&program, root, root);
    command.args(["scan", "--today", TODAY, "--format", "text"]);
    if fs::metadata(root).unwrap().uid() == 0 {
        command.uid(65534).gid(65534);
    }
    let ran = program::run(&mut command);
    set("closed", 0o700);
    let ran = ran.expect(1);
    for words in ["witness.tf", "closed", "open/closed.tf", "permission denied"] {
        assert!(ran.stdout.contains(words), "`{words}` is not in {}", ran.stdout);
    }
}

#[test]
fn nothing_to_scan_is_a_notice_and_incomplete_under_strict() {
    let folder = program::folder(&[]);
    scan(folder.path()).expect(0).says("nothing: no file of a kind that rules judge was found");
    annexa(folder.path(), ["scan", "--strict"]).expect(3);
    annexa(folder.path(), ["coverage"]).expect(0);
}

#[test]
fn a_repository_without_commits_is_scanned_as_it_lies_there() {
    let folder = program::folder(&[]);
    let work_tree = folder.path().join("work");
    fs::create_dir(&work_tree).unwrap();
    git(&work_tree, ["init", "--quiet"]).expect(0);
    scan(&work_tree).expect(0);
    program::write(&work_tree, WITNESS.0, WITNESS.1);
    scan(&work_tree).expect(1).says("witness.tf");
    annexa(&work_tree, ["coverage"]).expect(0);
}

#[test]
fn a_damaged_repository_does_not_end_the_scan() {
    let damages: [(&str, &[u8]); 6] = [
        ("HEAD", b""),
        ("HEAD", b"\xff\xfe\n"),
        ("HEAD", b"0000000000000000000000000000000000000000\n"),
        ("index", b"DIRC\0\0\0\x02\xff\xff\xff\xff"),
        ("config", b"[core\n"),
        ("packed-refs", b"# pack-refs\nxyz refs/heads/main\n"),
    ];
    for (file, content) in damages {
        let folder = program::folder(&[]);
        let work_tree = folder.path().join("work");
        fs::create_dir(&work_tree).unwrap();
        git(&work_tree, ["init", "--quiet"]).expect(0);
        program::write(&work_tree, WITNESS.0, WITNESS.1);
        git(&work_tree, ["add", "."]).expect(0);
        git(&work_tree, ["commit", "--quiet", "--message", "Begin"]).expect(0);
        fs::write(work_tree.join(".git").join(file), content).unwrap();
        let ran = scan(&work_tree);
        assert_eq!(ran.status, Some(1), "{file}: {ran:?}");
        assert!(ran.stdout.contains("witness.tf"), "{file}: {}", ran.stdout);
    }
}

/// What of Terraform grows or never ends. Each by itself, in a process of its own: a stack that overflows would end the
/// test, not fail it.
#[test]
fn terraform_without_end_is_stopped() {
    let resource = |value: &str| format!("resource \"aws_iam_policy\" \"p\" {{\n  policy = {value}\n}}\n");
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(1_000), close.repeat(1_000));
    let call = |source: &str| format!("module \"m\" {{\n  source = \"{source}\"\n}}\n");
    let numbered = |index: usize| format!("module \"m{index}\" {{\n  source = \"./m\"\n}}\n");
    let plan = |inner: &str| {
        format!(
            "{{\"format_version\": \"1.2\", \"terraform_version\": \"1.9.5\", \"planned_values\": {{\"x\": {inner}}}}}"
        )
    };
    let cases: Vec<(&str, Vec<(&str, String)>)> = vec![
        ("a heredoc of 10 MB", vec![("a.tf", resource(&format!("<<EOF\n{}EOF", "0123456789abcde\n".repeat(620_000))))]),
        ("JSON of 1000 levels in a text", vec![("a.tf", resource(&format!("<<EOF\n{}\nEOF", deep("{\"a\":", "}"))))]),
        ("JSON of 1000 levels to decode", vec![("a.tf", resource(&format!("jsondecode(\"{}\")", deep("[", "]"))))]),
        ("YAML of 1000 levels to decode", vec![("a.tf", resource(&format!("yamldecode(\"{}\")", deep("[", "]"))))]),
        ("JSON of 1000 levels in a file", vec![("a.tf", resource("file(\"a.tpl\")")), ("a.tpl", deep("[", "]"))]),
        ("code in JSON of 1000 levels", vec![("a.tf.json", format!("{{\"locals\": {{\"a\": {}}}}}", deep("[", "]")))]),
        ("a plan of 1000 levels", vec![("plan.json", plan(&deep("[", "]")))]),
        ("locals in a circle", vec![("a.tf", format!("locals {{\n  a = local.b\n  b = [local.a]\n}}\n{}", resource("local.a")))]),
        ("modules in a circle", vec![("a/main.tf", call("../b")), ("b/main.tf", call("../c")), ("c/main.tf", call("../a"))]),
        ("a module that calls itself", vec![("a/main.tf", call("./"))]),
        ("a template that reads itself", vec![
            ("a.tf", resource("templatefile(\"t.tpl\", {})")),
            ("t.tpl", "${templatefile(\"t.tpl\", {})}${templatefile(\"t.tpl\", {})}".to_owned()),
        ]),
        ("for_each over what is not known", vec![("a.tf", "variable \"v\" {}\nresource \"aws_s3_bucket\" \"b\" {\n  for_each = var.v\n  bucket = each.key\n}\n".to_owned())]),
        ("ranges in ranges", vec![("a.tf", resource("[for a in range(9000) : [for b in range(9000) : range(9000)]]"))]),
        ("a module called 1000 times", vec![
            ("a.tf", (0..1_000).map(numbered).collect()),
            ("m/main.tf", "resource \"aws_s3_bucket\" \"b\" {}\n".to_owned()),
        ]),
        ("1000 instances", vec![("a.tf", "resource \"aws_s3_bucket\" \"b\" {\n  for_each = toset([for i in range(1000) : \"k${i}\"])\n  bucket = each.key\n}\n".to_owned())]),
    ];
    assert_stopped(&cases);
}

/// Each case by itself, in a process of its own: it ends in time, and the scan goes on.
fn assert_stopped(cases: &[(&str, Vec<(&str, String)>)]) {
    for (name, files) in cases {
        let mut all = vec![WITNESS];
        all.extend(files.iter().map(|(path, text)| (*path, text.as_str())));
        let folder = program::folder(&all);
        let begun = Instant::now();
        let ran = scan(folder.path());
        assert!(matches!(ran.status, Some(1)), "{name}: {:?}, {}", ran.status, ran.stderr);
        assert!(ran.stdout.contains("witness.tf"), "{name}: the scan did not go on");
        assert!(!ran.stdout.contains("bug of annexa"), "{name}: {}", ran.stdout);
        assert!(begun.elapsed() < Duration::from_mins(1), "{name}: {:?}", begun.elapsed());
    }
}

/// What of the other formats grows or never ends.
#[test]
fn other_formats_without_end_are_stopped() {
    let deep = |open: &str, inner: &str, close: &str, levels: usize| {
        format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
    };
    let arm = |resource: &str| {
        format!(
            "{{\"$schema\": \"https://x/2019-04-01/deploymentTemplate.json#\", \"contentVersion\": \"1.0.0.0\", {resource}}}"
        )
    };
    let of_arm =
        |name: &str| arm(&format!("\"resources\": [{{\"type\": \"A.B/c\", \"apiVersion\": \"1\", \"name\": {name}}}]"));
    let copy = "\"copy\": {\"name\": \"many\", \"count\": 1000000}";
    let in_copy = "\"copy\": [{\"name\": \"p\", \"count\": 1000000, \"input\": {\"copy\": [{\"name\": \"q\", \"count\": 1000000, \"input\": 1}]}}]";
    let bicep = |value: &str| format!("resource x 'A.B/c@1' = {{\n  name: 'x'\n  properties: {{ v: {value} }}\n}}\n");
    let cloud = |value: &str| format!("Resources:\n  X:\n    Type: A::B::C\n    Properties: {{v: {value}}}\n");
    let workflow = |expression: &str| {
        format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo ${{{{ {expression} }}}}\n")
    };
    let kept = |count: usize| {
        let one = |index: usize| format!("  s{index}: {{extends: s{}}}\n", (index + 1) % count);
        (0..count).map(one).collect::<Vec<_>>().concat()
    };
    let overlay = |other: &str| format!("resources: [{other}, {other}]\npatches: [{{path: kustomization.yaml}}]\n");
    let cases: Vec<(&str, Vec<(&str, String)>)> = vec![
        ("a template of ARM with a million copies", vec![("a.json", arm(&format!("\"resources\": [{{\"type\": \"A.B/c\", \"name\": \"x\", {copy}, \"properties\": {{{in_copy}}}}}]")))]),
        ("an expression of ARM of 10000 levels", vec![("a.json", of_arm(&format!("\"[{}]\"", deep("concat(", "1", ")", 10_000))))]),
        ("members of ARM without end", vec![("a.json", of_arm(&format!("\"[parameters('p'){}]\"", "[0].a".repeat(10_000))))]),
        ("variables of ARM that double", vec![("a.json", arm(&format!("\"variables\": {{{}}}, \"resources\": [{{\"type\": \"A.B/c\", \"name\": \"[variables('v0')]\"}}]", (0..60).map(|index| format!("\"v{index}\": \"[concat(variables('v{0}'), variables('v{0}'))]\"", index + 1)).chain(["\"v60\": \"xxxxxxxxxx\"".to_owned()]).collect::<Vec<_>>().join(", "))))]),
        ("deployments in deployments", vec![("a.json", of_arm("\"x\"").replace("\"A.B/c\"", "\"Microsoft.Resources/deployments\", \"properties\": {\"template\": {\"resources\": []}}"))]),
        ("an expression of Bicep of 10000 levels", vec![("a.bicep", bicep(&deep("[", "1", "]", 10_000))), ("b.bicep", bicep(&"!".repeat(10_000))), ("c.bicep", bicep(&format!("1{}", " ? 1 : 1".repeat(10_000))))]),
        ("texts of Bicep in texts", vec![("a.bicep", bicep(&deep("'${", "1", "}'", 5_000)))]),
        ("loops of Bicep in loops", vec![("a.bicep", bicep(&deep("[for i in range(0, 256): ", "1", "]", 30)))]),
        ("a module of Bicep that calls itself in a loop", vec![("a.bicep", "module m './a.bicep' = [for i in range(0, 256): {\n  name: 'm'\n}]\n".to_owned())]),
        ("functions of CloudFormation of 1000 levels", vec![("a.yaml", cloud(&deep("{'Fn::Join': ['', [", "x", "]]}", 1_000))), ("b.json", format!("{{\"Resources\": {{\"X\": {{\"Type\": \"A::B::C\", \"Properties\": {{\"v\": {}}}}}}}}}", deep("{\"Fn::Sub\": [\"${a}${a}\", {\"a\": ", "1", "}]}", 40)))]),
        ("conditions in a circle", vec![("a.yaml", format!("Conditions: {{A: !Not [!Condition B], B: !Or [!Condition A, !Condition A]}}\n{}", cloud("!If [A, 1, 2]")))]),
        ("expressions of workflows without end", vec![(".github/workflows/a.yml", workflow(&deep("(", "a", ")", 20_000))), (".github/workflows/b.yml", workflow(&"!".repeat(20_000))), (".github/workflows/c.yml", workflow(&format!("github{}", ".event".repeat(20_000)))), (".github/workflows/d.yml", workflow(&deep("format('", "a", "')", 10_000)))]),
        ("services that extend each other", vec![("compose.yaml", format!("services:\n{}", kept(2_000))), ("docker-compose.yml", "services:\n  a: {extends: {file: docker-compose.yml, service: a}, image: x}\n".to_owned())]),
        ("defaults of variables in defaults", vec![("compose.yaml", format!("services:\n  a: {{image: \"{}\"}}\n", deep("${A:-", "x", "}", 10_000)))]),
        ("tasks that include themselves", vec![("tasks/a.yml", "- include_tasks: a.yml\n- import_playbook: a.yml\n".to_owned()), ("roles/a/tasks/main.yml", "- include_role: {name: a}\n".to_owned()), ("tasks/b.yml", format!("- block: {}\n", deep("[{block: ", "[]", "}]", 60)))]),
        ("kustomizations in a circle", vec![("a/kustomization.yaml", overlay("../b")), ("b/kustomization.yaml", overlay("../a"))]),
        ("jobs of GitLab that extend each other", vec![(".gitlab-ci.yml", "a: {extends: [b, b], script: x}\nb: {extends: a}\n".to_owned())]),
        ("conditions of Azure Pipelines in conditions", vec![("azure-pipelines.yml", format!("steps: {}\n", deep("[{'${{ if x }}': ", "[]", "}]", 60)))]),
        ("schemas that refer to themselves", vec![("api.yaml", "openapi: 3.0.0\npaths: {/a: {$ref: '#/paths/~1a'}}\ncomponents: {securitySchemes: {a: {$ref: '#/components/securitySchemes/a'}}}\n".to_owned())]),
        ("lists in lists", vec![("list.yaml", deep("{apiVersion: v1, kind: List, items: [", "", "]}", 60))]),
        ("stages that build on each other", vec![("Dockerfile", format!("ARG A=${{B}}\nARG B=${{A}}\nFROM a AS a\nFROM b AS b\n{}", "FROM ${A} AS a\nFROM a AS b\nFROM b AS a\n".repeat(500)))]),
    ];
    assert_stopped(&cases);
}
