//! Nothing panics in what files mean: the fixtures and the examples of all rules, as trees whose values are exchanged,
//! doubled, left out and nested at random, through every kind. Damaged text rarely gets past a parser; a damaged tree
//! always does. `ANNEXA_ROUNDS=200` looks longer.

use std::panic::{AssertUnwindSafe, catch_unwind};

use annexa::kind::{KINDS, ParsedFile, View};
use annexa::source::Source;
use annexa::syntax::tree::{Node, Value};
use annexa::syntax::{self, Content, Syntax};
use rayon::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::mutation::{self, Chance};

/// What evaluators take for their own: functions, expressions, references, templates, numbers out of range.
fn strange(chance: &mut Chance) -> Json {
    let texts = [
        "",
        "*",
        "[concat('a', parameters('b'), copyIndex())]",
        "[reference(resourceId('A.B/c', 'd')).e[99999999999]]",
        "[if(equals(1, json('[')), substring('é', 1, 1), createArray(range(0, 10000)))]",
        "[[x",
        "[variables('x')]",
        "${AWS::Region}${!x}${a.b}${",
        "${A:-${B:?${C}}}$$",
        "{{ lookup('env', 'x') | default({{ y }}) }}",
        "{% for x in y %}{{ x }}{% endfor %}",
        "${{ github.event.issue.title || fromJSON('[') }}",
        "${{ matrix.* }}${{ }}",
        "$(variables.x)",
        "$[[ inputs.x ]]",
        "arn:aws:iam::123456789012:root",
        "0.0.0.0/0",
        "::/0,10.0.0.0/99",
        "0-99999999999",
        "65536:1",
        "image:tag@sha256:",
        "é/😀:@",
        "../../..//x",
        "./self.yaml",
        "#/components/securitySchemes/~1~0x",
        "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": [1, null, {}]}]}",
        "2026-02-30",
        "a\nb: [c",
        "--flag=-- --=x -",
        "1h30m",
    ];
    let functions = ["Ref", "Fn::If", "Fn::Sub", "Fn::Join", "Fn::Select", "Fn::FindInMap", "Fn::GetAtt", "Fn::Split"];
    let functions2 = ["Fn::Cidr", "Fn::ImportValue", "Fn::ForEach::X", "Fn::Transform", "Condition", "$ref", "copy"];
    match chance.below(8) {
        0 => Json::Null,
        1 => json!([[], {}, null, -1, 1e300, "x"]),
        2 => json!(-99_999_999_999_i64),
        3 => json!({ functions[chance.below(8)]: strange(chance) }),
        4 => json!({ functions2[chance.below(7)]: strange(chance) }),
        5 => json!({ functions[chance.below(8)]: [strange(chance), strange(chance), strange(chance)] }),
        _ => json!(texts[chance.below(texts.len())]),
    }
}

/// A tree of a file as JSON, which every reader of YAML takes, too.
fn json(node: &Node) -> Json {
    match &node.value {
        Value::Map(map) => map.entries.iter().map(|entry| (entry.key.to_string(), json(&entry.value))).collect(),
        Value::List(list) => list.items.iter().map(json).collect(),
        Value::Bool(value) => json!(value),
        Value::Number(value) => json!(value),
        Value::Null | Value::Unknown(_) => Json::Null,
        other => json!(other.scalar_text().unwrap_or_default().as_str()),
    }
}

fn count(value: &Json) -> usize {
    1 + match value {
        Json::Array(items) => items.iter().map(count).sum::<usize>(),
        Json::Object(map) => map.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// The value with this number, counted from the top.
fn nth<'v>(value: &'v mut Json, at: &mut usize) -> Option<&'v mut Json> {
    if *at == 0 {
        return Some(value);
    }
    *at -= 1;
    match value {
        Json::Array(items) => items.iter_mut().find_map(|item| nth(item, at)),
        Json::Object(map) => map.values_mut().find_map(|item| nth(item, at)),
        _ => None,
    }
}

/// One to four changes.
fn shake(chance: &mut Chance, value: &mut Json) {
    for _ in 0..=chance.below(4) {
        let copy = {
            let mut at = chance.below(count(value));
            nth(value, &mut at).cloned().unwrap_or_default()
        };
        let mut at = chance.below(count(value));
        let Some(found) = nth(value, &mut at) else { continue };
        let kind = chance.below(8);
        match (kind, &mut *found) {
            (0, Json::Array(items)) => items.push(copy),
            (0 | 1, Json::Object(map)) => {
                let key = map.keys().nth(chance.below(map.len())).cloned().unwrap_or_default();
                map.remove(&key);
            }
            (2, Json::Object(map)) => {
                let keys: Vec<String> = map.keys().cloned().collect();
                if let Json::Object(other) = copy {
                    map.extend(other);
                } else if let Some(key) = keys.first() {
                    map.insert(key.clone(), copy);
                }
            }
            (3, found) => *found = Json::Array(vec![found.take(), copy]),
            (4, found) => {
                let key = ["name", "spec", "properties", "resources", "steps", "block", "0", ""][chance.below(8)];
                *found = Json::Object(Map::from_iter([(key.to_owned(), found.take())]));
            }
            (5, found) => *found = copy,
            (_, found) => *found = strange(chance),
        }
    }
}

/// Files that refer to the shaken one, each in the way of its format.
fn companions(path: &str) -> Vec<(String, String)> {
    let (folder, name) = path.rsplit_once('/').map_or((".", path), |(folder, name)| (folder, name));
    let beside = |name: &str| if folder == "." { name.to_owned() } else { format!("{folder}/{name}") };
    vec![
        (beside("kustomization.yaml"), format!("resources: [{name}]\nnamePrefix: a-\npatches: [{{path: {name}}}]\n")),
        (beside("caller.bicep"), format!("module m '{name}' = [for x in range(0, 2): {{\n  params: {{ a: x }}\n}}]\n")),
        (beside("compose.override.yaml"), format!("services:\n  s: {{ extends: {{ file: {name}, service: web }} }}\n")),
        (
            beside("site.yml"),
            format!("- hosts: all\n  tasks:\n    - include_tasks: {name}\n    - import_playbook: {name}\n"),
        ),
        (
            beside("parent.yaml"),
            format!(
                "Resources:\n  N: {{ Type: 'AWS::CloudFormation::Stack', Properties: {{ TemplateURL: {name} }} }}\n"
            ),
        ),
    ]
}

/// Builds all units of all kinds, and holds what they made to the texts.
fn build(files: Vec<(String, String)>) {
    let source = Source::from_files(files);
    let files = mutation::parsed(&source);
    let files: Vec<&ParsedFile> = files.iter().collect();
    let view = View::new(&files, &[], &[], jiff::civil::date(2026, 11, 22)).with_source(&source);
    for kind in KINDS {
        let is_wanted = |file: &&ParsedFile| kind.claims(file, &view) && kind.sets_aside(file, &view).is_none();
        let claimed: Vec<&ParsedFile> = files.iter().copied().filter(is_wanted).collect();
        for group in kind.groups(&kind.sift(&claimed, &view)) {
            for resource in kind.build(&group, &view).resources {
                let text = files.iter().find(|file| file.id == resource.header.file).map_or("", |file| &file.text);
                let span = resource.header.as_span().unwrap_or_default();
                let is_in = text.get(span.start as usize..span.end as usize).is_some();
                assert!(is_in, "{}: {span:?} is not in the text", resource.address);
            }
        }
    }
}

#[test]
fn no_kind_panics_on_trees_of_any_shape() {
    let trees: Vec<(String, Vec<Json>)> = mutation::texts()
        .into_iter()
        .filter_map(|(path, text)| {
            let syntax =
                Syntax::of(&path).filter(|syntax| matches!(syntax, Syntax::Yaml | Syntax::Json | Syntax::HclJson))?;
            match syntax::parse(syntax, &text, annexa::syntax::tree::FileId(0)).content {
                Content::Trees(trees) => Some((path, trees.iter().map(json).collect())),
                _ => serde_json::from_str(&text).ok().map(|value| (path, vec![value])),
            }
        })
        .collect();
    assert!(trees.len() > 500, "{}", trees.len());
    (0..mutation::rounds(1)).into_par_iter().for_each(|round| {
        for (index, (path, trees)) in trees.iter().enumerate() {
            let mut chance = Chance::new(round * 700_001 + index as u64 + 1);
            let mut trees = trees.clone();
            for tree in &mut trees {
                shake(&mut chance, tree);
            }
            let text = trees.iter().map(Json::to_string).collect::<Vec<_>>().join("\n---\n");
            let mut files = vec![(path.clone(), text)];
            files.extend(companions(path));
            let built = catch_unwind(AssertUnwindSafe(|| build(files.clone())));
            assert!(built.is_ok(), "round {round}, {path}:\n{}", files[0].1);
        }
    });
}
