use super::*;
use crate::syntax::tree::Span;

const FILE: FileId = FileId(3);

fn template(text: &str) -> Template {
    let parsed = parse(text, FILE);
    assert_eq!(parsed.errors, vec![], "{text}");
    match parsed.content {
        Content::Bicep(template) => template,
        other => panic!("{other:?}"),
    }
}

fn value(text: &str) -> Expression {
    template(&format!("var x = {text}\n")).variables.remove(0).value
}

/// An expression in a form that is easy to compare.
fn shown(expression: &Expression) -> String {
    let all = |items: &[Expression]| items.iter().map(shown).collect::<Vec<_>>().join(" ");
    match &expression.kind {
        Kind::Value(value) => value.scalar_text().map_or("null".into(), String::from),
        Kind::Text(parts) => format!("<{}>", all(parts)),
        Kind::Name(name) => format!("${name}"),
        Kind::Call(name, arguments) => format!("({name} {})", all(arguments)),
        Kind::Member(base, key) => format!("{}.{}", shown(base), shown(key)),
        Kind::Nested(base, name) => format!("{}::{name}", shown(base)),
        Kind::List(items) => format!("[{}]", all(items)),
        Kind::Map(properties) => {
            let entries: Vec<String> =
                properties.iter().map(|each| format!("{}={}", shown(&each.key), shown(&each.value))).collect();
            format!("{{{}}}", entries.join(" "))
        }
        Kind::For(repeated, body) => format!("for {} in {}: {}", repeated.item, shown(&repeated.over), shown(body)),
        Kind::Opaque(text) => format!("?{text}"),
    }
}

#[test]
fn operators_bind_as_in_the_language() {
    for (text, expected) in [
        ("1 + 2 * 3 == 7 && !a", "(and (equals (add 1 (mul 2 3)) 7) (not $a))"),
        ("a ?? b ? 'x' : c.d[0].?e", "(if (coalesce $a $b) x $c.d.0.e)"),
        ("cond\n  ? 'a'\n  : 'b'", "(if $cond a b)"),
        ("'${a}-x${b.id}'", "< $a -x $b.id >"),
        ("'it\\'s \\${no} \\u{1F600}'", "it's ${no} 😀"),
        ("'''\nline ${raw}\n'''", "line ${raw}\n"),
        ("az.resourceGroup().location", "(resourceGroup ).location"),
        ("store.listKeys().keys[0].value", "$store.listKeys.keys.0.value"),
        ("parent::child.id", "$parent::child.id"),
        ("[\n  'a'\n  'b', c\n]", "[a b $c]"),
        ("{\n  a: 1\n  'b-c': true // why\n  ...more\n}", "{a=1 b-c=true ?...=$more}"),
        ("[for (n, i) in names: { name: n }]", "for n in $names: {name=$n}"),
        ("map(list, x => x.id)", "(map $list ?a lambda)"),
        ("reduce(list, 0, (a, b) => a + b)", "(reduce $list 0 ?a lambda)"),
        ("(a)", "$a"),
        ("-5", "(negate 5)"),
        ("a !~ b || a!.b >= 2", "(or (notEqualsIgnoringCase $a $b) (greaterOrEquals $a.b 2))"),
    ] {
        assert_eq!(shown(&value(text)), expected, "{text}");
    }
}

#[test]
fn resources_keep_their_parts_and_spans() {
    let text = "@description('the store')\nresource store 'Microsoft.Storage/storageAccounts@2023-01-01' = if (on) {\n  name: 'scans'\n  properties: {\n    minimumTlsVersion: 'TLS1_2'\n  }\n\n  resource blobs 'blobServices' = {\n    name: 'default'\n  }\n}\n\nresource vault 'Microsoft.KeyVault/vaults@2023-01-01' existing = { name: 'v' }\n\nresource many 'A.B/c@1' = [for i in range(0, 3): {\n  name: 'n${i}'\n}]\n";
    let template = template(text);
    let [store, vault, many] = template.resources.as_slice() else { panic!("{template:?}") };
    assert_eq!((store.kind.as_str(), store.version.as_str()), ("Microsoft.Storage/storageAccounts", "2023-01-01"));
    assert_eq!(store.header.slice(text), "resource store 'Microsoft.Storage/storageAccounts@2023-01-01'");
    assert!(store.extent.slice(text).ends_with("  }\n}"));
    assert!(store.condition.is_some() && vault.existing && many.repeated.is_some());
    assert_eq!(store.children[0].kind, "blobServices");
    let tls = &store.property("properties").unwrap().properties()[0];
    assert_eq!((tls.key.span.slice(text), tls.value.span.slice(text)), ("minimumTlsVersion", "'TLS1_2'"));
    assert_eq!(many.property("name").unwrap().span.slice(text), "'n${i}'");
}

#[test]
fn parameters_of_any_type_are_read_and_other_statements_passed_over() {
    let template = template(
        "targetScope = 'resourceGroup'\nmetadata a = 'b'\nimport { x } from 'y.bicep'\ntype t = {\n  a: string\n}\nfunc f(a string) string => '${a}!'\n@secure()\nparam password string\nparam tier 'a' | 'b' = 'a'\nparam tags object = {\n  a: 'b'\n}\nparam list { n: string }[]\nparam both string = 'x'\nmodule net './net.bicep' = {\n  name: 'net'\n}\noutput o string = 'x'\n",
    );
    let parameters: Vec<(&str, bool)> =
        template.parameters.iter().map(|each| (each.name.as_str(), each.default.is_some())).collect();
    let expected = [("password", false), ("tier", true), ("tags", true), ("list", false), ("both", true)];
    assert_eq!(parameters, expected);
    assert_eq!(template.modules[0].path, "./net.bicep");
}

#[test]
fn a_mistake_costs_one_statement() {
    let text = "var a = 'open\nvar b = 1\nresource x 'A.B/c@1' = {\n  name 'n'\n}\nvar c = [1, 2\nvar d = 2\nfoo\n";
    let parsed = parse(text, FILE);
    let messages: Vec<(&str, &str)> =
        parsed.errors.iter().map(|error| (error.message.as_str(), error.span.slice(text))).collect();
    assert_eq!(messages[0], ("the text does not end", "'"));
    assert_eq!(messages[1], ("expected `:`", "'"));
    assert_eq!(messages.last(), Some(&("expected `,` or `]`", "d")));
    let Content::Bicep(template) = parsed.content else { panic!() };
    assert!(template.variables.iter().any(|each| each.name == "b"));
}

#[test]
fn deep_nesting_is_an_error() {
    for text in ["var a = ".to_owned() + &"[".repeat(10_000), "var a = ".to_owned() + &"!".repeat(10_000)] {
        assert!(parse(&text, FILE).errors[0].message.contains("nested deeper"), "{:?}", parse(&text, FILE).errors);
    }
    let chain = format!("var a = b{}", ".c".repeat(5_000));
    let _ = parse(&chain, FILE);
    assert_eq!(parse("", FILE).errors, vec![]);
    assert_eq!(Span::default(), Span::new(0, 0));
}
