use std::fmt::Write as _;

use super::*;
use crate::syntax::tree::{Node, Value};

const FILE: FileId = FileId(7);

fn trees(text: &str) -> Vec<Node> {
    let parsed = parse(text, FILE);
    assert_eq!(parsed.errors, vec![], "{text}");
    documents(parsed)
}

fn documents(parsed: Parsed) -> Vec<Node> {
    let Content::Trees(trees) = parsed.content else { panic!("YAML gives trees") };
    trees
}

fn tree(text: &str) -> Node {
    let mut trees = trees(text);
    assert_eq!(trees.len(), 1, "{text}");
    trees.remove(0)
}

/// A value in a form that is easy to compare: JSON with bare words.
fn show(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".into(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(list) => format!("[{}]", list.items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let entries = map.entries.iter().map(|entry| format!("{}: {}", entry.key, show(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Unknown(unknown) => format!("<{}>", unknown.depends_on),
        value => value.scalar_text().unwrap().to_string(),
    }
}

fn slice<'a>(node: &Node, text: &'a str) -> &'a str {
    assert_eq!(node.place.file, FILE);
    node.place.as_span().unwrap().slice(text)
}

/// Every key and value of a tree as it is written, depth first.
fn slices<'a>(node: &Node, text: &'a str, found: &mut Vec<&'a str>) {
    found.push(slice(node, text));
    for item in node.items() {
        slices(item, text, found);
    }
    for entry in node.entries() {
        found.push(entry.key_place.as_span().unwrap().slice(text));
        slices(&entry.value, text, found);
    }
}

#[test]
fn plain_scalars_follow_the_core_schema() {
    for (written, expected) in [
        ("true", "true"),
        ("False", "false"),
        ("yes", "\"yes\""),
        ("off", "\"off\""),
        ("~", "null"),
        ("", "null"),
        ("NULL", "null"),
        ("42", "42"),
        ("-7", "-7"),
        ("+7", "7"),
        ("0", "0"),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("0b11", "\"0b11\""),
        ("1_000", "\"1_000\""),
        ("0644", "\"0644\""),
        ("012345678901", "\"012345678901\""),
        ("9007199254740993", "\"9007199254740993\""),
        ("0.95", "0.95"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("1e999", "\"1e999\""),
        ("1e", "\"1e\""),
        (".", "\".\""),
        ("[-1]", "[-1]"),
        ("1.2.3", "\"1.2.3\""),
        (".inf", "\".inf\""),
        ("2026-01-31", "\"2026-01-31\""),
        ("12:30", "\"12:30\""),
        ("\"42\"", "\"42\""),
        ("'true'", "\"true\""),
        ("!!str 42", "\"42\""),
        ("!!int \"42\"", "42"),
        ("!!int x", "\"x\""),
        ("!!bool 'true'", "true"),
        ("!unknown 42", "42"),
        ("!vault |-\n  abc", "\"abc\""),
    ] {
        let parsed = tree(&format!("k: {written}\n"));
        assert_eq!(show(parsed.get("k").unwrap()), expected, "{written}");
    }
}

#[test]
fn keys_are_names() {
    let parsed = tree("on: [push]\n8080: a\ntrue: b\n\"q k\": c\n? [x, y]\n: d\n: e\n");
    assert_eq!(show(&parsed), r#"{on: ["push"], 8080: "a", true: "b", q k: "c", [x, y]: "d", : "e"}"#);
}

#[test]
fn spans_slice_back_to_what_is_written() {
    let text =
        "a: plain text   # comment\nb: 'single'\nc: \"do\\tuble\"\nd: [1, {e: f}]  \ng:\n  - h: i\n    j: k\n  -   l\n";
    let mut found = Vec::new();
    slices(&tree(text), text, &mut found);
    let whole = text.trim_end();
    let expected = [
        whole,
        "a",
        "plain text",
        "b",
        "'single'",
        "c",
        "\"do\\tuble\"",
        "d",
        "[1, {e: f}]",
        "1",
        "{e: f}",
        "e",
        "f",
        "g",
        "- h: i\n    j: k\n  -   l",
        "h: i\n    j: k",
        "h",
        "i",
        "j",
        "k",
        "l",
    ];
    assert_eq!(found, expected);
}

#[test]
fn spans_hold_with_byte_order_mark_wide_characters_and_crlf() {
    let text = "\u{feff}größe: \"ä\u{1f600}\"\r\nb:\r\n  - ü  \r\n  - c\r\n";
    let mut found = Vec::new();
    slices(&tree(text), text, &mut found);
    let whole = text.trim_start_matches('\u{feff}').trim_end();
    assert_eq!(found, [whole, "größe", "\"ä\u{1f600}\"", "b", "- ü  \r\n  - c", "ü", "c"]);
}

#[test]
fn block_scalars_end_before_trailing_white_space() {
    let text = "run: |\n  one\n  two\n\n\nfold: >-\n  a\n  b\nlast: 1\n";
    let parsed = tree(text);
    assert_eq!(parsed.get("run").unwrap().as_str(), Some("one\ntwo\n"));
    assert_eq!(slice(parsed.get("run").unwrap(), text), "one\n  two");
    assert_eq!(parsed.get("fold").unwrap().as_str(), Some("a b"));
    assert_eq!(slice(parsed.get("fold").unwrap(), text), "a\n  b");
}

#[test]
fn a_value_that_is_not_written_stands_at_its_key() {
    let text = "permissions:\n\n\njobs: 1\n";
    assert_eq!(slice(tree(text).get("permissions").unwrap(), text), "permissions");
}

#[test]
fn documents_are_kept_apart_and_empty_ones_left_out() {
    assert_eq!(trees("# only a comment\n").len(), 0);
    assert_eq!(trees("").len(), 0);
    let found: Vec<String> = trees("---\n# nothing\n---\na: 1\n...\n---\nb: 2\n---\n").iter().map(show).collect();
    assert_eq!(found, ["{a: 1}", "{b: 2}"]);
}

#[test]
fn the_later_of_two_equal_keys_is_kept() {
    let text = "a: 1\nb: 2\na: 3\n";
    let parsed = tree(text);
    assert_eq!(show(&parsed), "{b: 2, a: 3}");
    let many = (0..20).map(|index| format!("k{}: {index}", index % 10)).collect::<Vec<_>>().join("\n");
    assert_eq!(tree(&many).entries().len(), 10);
    assert_eq!(tree(&many).get("k3").unwrap().as_number(), Some(13.0));
}

#[test]
fn aliases_are_copies_at_their_own_place() {
    let text = "a: &x {k: v}\nb: *x\nc: &y 5\nd: *y\n*y : e\n";
    let parsed = tree(text);
    assert_eq!(show(&parsed), r#"{a: {k: "v"}, b: {k: "v"}, c: 5, d: 5, 5: "e"}"#);
    assert_eq!(slice(parsed.get("b").unwrap(), text), "*x");
    assert_eq!(slice(parsed.get("b").unwrap().get("k").unwrap(), text), "v");
}

#[test]
fn merge_keys_add_what_is_not_there() {
    for (text, expected) in [
        ("- &b {x: 1, y: 2}\n- <<: *b\n  y: 3\n", "[{x: 1, y: 2}, {x: 1, y: 3}]"),
        ("- &b {x: 1}\n- y: 3\n  x: 4\n  <<: *b\n", "[{x: 1}, {y: 3, x: 4}]"),
        ("- &b {x: 1}\n- &c {x: 2, z: 3}\n- <<: [*b, *c]\n", "[{x: 1}, {x: 2, z: 3}, {z: 3, x: 1}]"),
        ("- &b {x: 1}\n- &c {<<: *b, z: 3}\n- <<: *c\n", "[{x: 1}, {x: 1, z: 3}, {x: 1, z: 3}]"),
        ("\"<<\": {x: 1}\n", "{<<: {x: 1}}"),
        ("<<: text\n", "{<<: \"text\"}"),
    ] {
        assert_eq!(show(&tree(text)), expected, "{text}");
    }
}

#[test]
fn short_cloudformation_tags_become_the_long_form() {
    for (text, expected) in [
        ("!Ref Bucket", r#"{Ref: "Bucket"}"#),
        ("!Condition IsProd", r#"{Condition: "IsProd"}"#),
        ("!GetAtt Bucket.Arn", r#"{Fn::GetAtt: ["Bucket", "Arn"]}"#),
        ("!GetAtt 'Nested.Outputs.Arn'", r#"{Fn::GetAtt: ["Nested", "Outputs.Arn"]}"#),
        ("!GetAtt [a, b]", r#"{Fn::GetAtt: ["a", "b"]}"#),
        ("!Sub \"${A}-x\"", r#"{Fn::Sub: "${A}-x"}"#),
        ("!If [c, !Ref A, !Ref \"AWS::NoValue\"]", r#"{Fn::If: ["c", {Ref: "A"}, {Ref: "AWS::NoValue"}]}"#),
        ("!Join\n  - ','\n  - [a, b]\n", r#"{Fn::Join: [",", ["a", "b"]]}"#),
        ("!reference [.setup, script]", r#"[".setup", "script"]"#),
    ] {
        assert_eq!(show(tree(&format!("k: {text}")).get("k").unwrap()), expected, "{text}");
    }
}

#[test]
fn places_of_short_tags_slice_back() {
    let text = "arn: !GetAtt 'Bucket.Arn'\nother: 1\n";
    let parsed = tree(text);
    let call = parsed.get("arn").unwrap();
    assert_eq!(slice(call, text), "!GetAtt 'Bucket.Arn'");
    let entry = &call.entries()[0];
    assert_eq!(entry.key_place.as_span().unwrap().slice(text), "!GetAtt");
    assert_eq!(slice(&entry.value, text), "'Bucket.Arn'");
    assert_eq!(entry.value.items().iter().map(|part| slice(part, text)).collect::<Vec<_>>(), ["Bucket", "Arn"]);
}

#[test]
fn an_error_leaves_out_its_document_only() {
    let text = "a: 1\n---\nb: [1, 2\n---\nc: 3\n";
    let parsed = parse(text, FILE);
    assert_eq!(parsed.errors.len(), 1);
    assert!(parsed.errors[0].span.start >= 11, "{:?}", parsed.errors);
    assert_eq!(documents(parsed).iter().map(show).collect::<Vec<_>>(), ["{a: 1}", "{c: 3}"]);
}

#[test]
fn an_unknown_alias_is_an_error_and_an_unknown_value() {
    let text = "a: *nowhere\nb: 1\n";
    let parsed = parse(text, FILE);
    assert_eq!(parsed.errors[0].message, "alias `*nowhere` has no anchor `&nowhere` before it");
    assert_eq!(parsed.errors[0].span.slice(text), "*nowhere");
    assert_eq!(show(&documents(parsed)[0]), "{a: <*nowhere>, b: 1}");
}

#[test]
fn an_alias_inside_its_own_anchor_is_an_error() {
    let parsed = parse("a: &x [1, *x]\n---\nb: 1\n", FILE);
    assert_eq!(parsed.errors[0].message, "the alias stands inside the value that it refers to");
    assert_eq!(documents(parsed).len(), 1);
}

#[test]
fn an_alias_bomb_is_an_error() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{inner}]").unwrap();
    }
    text.push_str("---\nb: 1\n");
    let parsed = parse(&text, FILE);
    assert_eq!(parsed.errors.len(), 1);
    assert_eq!(parsed.errors[0].message, "alias expansion exceeds 100000 nodes");
    assert_eq!(documents(parsed).iter().map(show).collect::<Vec<_>>(), ["{b: 1}"]);
}

#[test]
fn a_chain_of_aliases_cannot_get_too_deep() {
    let mut text = String::from("a0: &a0 [x]\n");
    for level in 1..400 {
        writeln!(text, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    assert_eq!(parse(&text, FILE).errors[0].message, "maps and lists are nested deeper than 128 levels");
}

#[test]
fn deep_nesting_is_an_error() {
    for (opening, times) in [("[", 100_000), ("{a: ", 100_000), ("- ", 100_000), ("? ", 100_000), ("[", 200)] {
        let text = opening.repeat(times);
        let parsed = parse(&text, FILE);
        assert_eq!(parsed.errors.len(), 1, "{opening}");
        assert_eq!(parsed.errors[0].message, "maps and lists are nested deeper than 128 levels", "{opening}");
        assert_eq!(documents(parsed).len(), 0);
    }
    let steps = (0..1000).map(|level| format!("{}a:", " ".repeat(level))).collect::<Vec<_>>().join("\n");
    assert_eq!(parse(&steps, FILE).errors[0].message, "maps and lists are nested deeper than 128 levels");
    assert_eq!(trees(&format!("{}x{}", "[".repeat(100), "]".repeat(100))).len(), 1);
}

#[test]
fn too_many_values_are_an_error() {
    let text = format!("[{}]", "0,".repeat(crate::syntax::tree::MAX_NODES));
    assert_eq!(parse(&text, FILE).errors[0].message, "the file holds more than 1000000 values");
}

#[test]
fn templates_are_named_as_such() {
    for text in [
        "image: {{ .Values.image }}\n",
        "{{- if .Values.enabled }}\na: 1\n{{- end }}\n",
        "{% if x %}\na: 1\n{% endif %}\n",
        "a:\n  {{- toYaml . | nindent 2 }}\nb: 1\n",
    ] {
        let parsed = parse(text, FILE);
        assert!(!parsed.errors.is_empty(), "{text}");
        assert!(parsed.errors[0].help.as_deref().unwrap().contains("template"), "{text}: {:?}", parsed.errors);
    }
}

#[test]
fn expressions_of_workflows_are_no_template() {
    let text = "a: ${{ github.ref }}\nb: [\n";
    assert_eq!(parse(text, FILE).errors[0].help, None);
}

#[test]
fn broken_input_gives_an_error_inside_the_text() {
    for text in [
        "\"",
        "a: b: c",
        "\t- x",
        "%YAML 9.9\n---\nä",
        "&",
        "*",
        "!<",
        "- \u{0}",
        "a: \"\\q\"",
        "@",
        "ä: [ö\u{1f600}",
        "]",
    ] {
        let parsed = parse(text, FILE);
        for error in &parsed.errors {
            let span = error.span;
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{text}: {error:?}");
            assert!(!error.message.ends_with('.'), "{error:?}");
        }
    }
    assert_eq!(parse("a: \"x", FILE).errors.len(), 1);
}

#[test]
fn errors_of_one_file_are_bounded() {
    assert_eq!(parse(&"[\n---\n".repeat(1000), FILE).errors.len(), 20);
    assert!(parse(&"- *x\n".repeat(1000), FILE).errors.len() <= 20);
}

#[test]
fn lines_of_quoted_texts_may_begin_where_their_key_does() {
    let text = "- a:\n    b: \"x\n    y \\\n    z\"\n    c: 'é\n\n    w'\n  d: 1\n";
    let parsed = parse(text, FileId(0));
    assert_eq!(parsed.errors, vec![]);
    let Content::Trees(trees) = parsed.content else { panic!("no trees") };
    let inner = trees[0].items()[0].get("a").unwrap();
    let words =
        |key: &str| inner.get(key).unwrap().as_str().unwrap().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!((words("b"), words("c")), (vec!["x".into(), "y".into(), "z".into()], vec!["é".into(), "w".into()]));
    let d = trees[0].items()[0].get("d").unwrap();
    assert_eq!(d.place.as_span().unwrap().slice(text), "1");
    // What is really wrong is told where it is.
    let broken = parse("a:\n  b: 'x\n  y\nc: [\n", FileId(0));
    assert!(!broken.errors.is_empty());
    let endless = format!("a:\n  b: \"x\n{}  z\"\n", "  y\n".repeat(200));
    assert_eq!(parse(&endless, FileId(0)).errors.len(), 1);
}
