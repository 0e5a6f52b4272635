use super::*;
use crate::syntax::hcl::TemplatePart;

fn read(text: &str) -> Body {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    match parsed.content {
        Content::Hcl(body) => body,
        other => panic!("not HCL: {other:?}"),
    }
}

fn value<'a>(body: &'a Body, key: &str) -> &'a Expression {
    &body.attributes.iter().find(|attribute| attribute.key == key).unwrap().value
}

/// A template's text, with interpolations as their source in angle brackets; checks that each text piece is verbatim
/// or an escape.
fn shown(parts: &[TemplatePart], source: &str) -> String {
    let one = |part: &TemplatePart| match part {
        TemplatePart::Text(text, span) => {
            let raw = span.slice(source);
            assert!(raw == text || raw.starts_with(['\\', '$', '%']), "{raw:?} for {text:?}");
            text.to_string()
        }
        TemplatePart::Interpolation(expression) => format!("<{}>", expression.span.slice(source)),
        TemplatePart::If { condition, then, otherwise } => {
            let condition = condition.span.slice(source);
            format!("<if {condition}|{}|{}>", shown(then, source), shown(otherwise, source))
        }
        TemplatePart::For { key, value, collection, body } => {
            let key = key.as_deref().unwrap_or("");
            format!("<for {key},{value} in {}|{}>", collection.span.slice(source), shown(body, source))
        }
    };
    parts.iter().map(one).collect()
}

fn text_of(expression: &Expression, source: &str) -> String {
    match &expression.kind {
        ExpressionKind::Text(text) => {
            assert_eq!(expression.span.slice(source), format!("\"{text}\""));
            text.to_string()
        }
        ExpressionKind::Template(parts) => shown(parts, source),
        other => panic!("not a text: {other:?}"),
    }
}

#[test]
fn spans_slice_back_to_what_is_written() {
    let text = "\u{feff}# Über\nresource \"aws_s3_bucket\" \"b\" {\n  acl    = \"private\" # ö\n  tags = { a = 1, (var.k) : true }\n\n  rule \"x\" {}\n  one { a = 1 }\n}\nlocals {\n  z = 1 + 2 // end\n}";
    let body = read(text);
    let block = &body.blocks[0];
    assert_eq!(block.labels, ["aws_s3_bucket", "b"]);
    assert_eq!(block.header.slice(text), "resource \"aws_s3_bucket\" \"b\"");
    assert!(block.span.slice(text).starts_with("resource") && block.span.slice(text).ends_with("one { a = 1 }\n}"));
    assert!(block.body.span.slice(text).starts_with("\n  acl"));
    assert_eq!(value(&block.body, "acl").span.slice(text), "\"private\"");
    assert_eq!(block.body.attributes[0].key_span.slice(text), "acl");
    let ExpressionKind::Object(entries) = &value(&block.body, "tags").kind else { panic!() };
    let spans: Vec<_> = entries.iter().map(|(key, value)| (key.span.slice(text), value.span.slice(text))).collect();
    assert_eq!(spans, [("a", "1"), ("(var.k)", "true")]);
    assert_eq!(block.body.blocks[0].header.slice(text), "rule \"x\"");
    assert_eq!(block.body.blocks[1].body.span.slice(text), " a = 1 ");
    assert_eq!(value(&body.blocks[1].body, "z").span.slice(text), "1 + 2");
}

#[test]
fn expressions_have_their_own_spans() {
    let cases: &[(&str, &[&str])] = &[
        ("a ? b : c", &["a", "b", "c"]),
        ("f(x, y.z[0])", &["x", "y.z[0]"]),
        ("(1 + 2) * 3", &["(1 + 2)", "3"]),
        ("[a, \"b\", ]", &["a", "\"b\""]),
        ("!(a)", &["(a)"]),
    ];
    for (text, expected) in cases {
        let source = format!("x = {text} # tail\n");
        let body = read(&source);
        let expression = value(&body, "x");
        assert_eq!(expression.span.slice(&source), *text);
        let children: Vec<&Expression> = match &expression.kind {
            ExpressionKind::Conditional(parts) => parts.iter().collect(),
            ExpressionKind::Call(call) => call.arguments.iter().collect(),
            ExpressionKind::Binary(_, parts) => parts.iter().collect(),
            ExpressionKind::List(items) => items.iter().collect(),
            ExpressionKind::Unary(_, inner) => vec![inner],
            other => panic!("{other:?}"),
        };
        assert_eq!(children.iter().map(|child| child.span.slice(&source)).collect::<Vec<_>>(), *expected);
    }
}

#[test]
fn operators_bind_as_in_the_specification() {
    let body = read("x = 1 + 2 * 3 == 7 && !false || var.a < 2\n");
    let ExpressionKind::Binary(BinaryOperator::Or, or) = &value(&body, "x").kind else { panic!() };
    let ExpressionKind::Binary(BinaryOperator::And, and) = &or[0].kind else { panic!() };
    let ExpressionKind::Binary(BinaryOperator::Equal, equal) = &and[0].kind else { panic!() };
    let ExpressionKind::Binary(BinaryOperator::Add, add) = &equal[0].kind else { panic!() };
    assert!(matches!(add[1].kind, ExpressionKind::Binary(BinaryOperator::Multiply, _)));
}

#[test]
fn templates_keep_text_and_interpolation_apart() {
    let cases = [
        (r#""plain""#, "plain"),
        (r#""a\tb\"c\\ \u00e9""#, "a\tb\"c\\ é"),
        (r#""${var.a}-$${b}%%{c}$d""#, "<var.a>-${b}%{c}$d"),
        (r#""x ${~ f("}") ~} y""#, "x<f(\"}\")>y"),
        (r#""%{ if a }yes%{ else }no%{ endif }!""#, "<if a|yes|no>!"),
        (r#""%{ for k, v in m }${k},%{ endfor }""#, "<for k,v in m|<k>,>"),
        ("<<EOF\nline one\n  two \\n ${x}\nEOF", "line one\n  two \\n <x>\n"),
        ("<<-EOF\n    a\n      b ${x} c\n\n    ${y}\n    EOF", "a\n  b <x> c\n\n<y>\n"),
        ("<<EOF\nEOF", ""),
    ];
    for (template, expected) in cases {
        let source = format!("é = 1\nx = {template}\n");
        let body = read(&source);
        let expression = value(&body, "x");
        assert_eq!(expression.span.slice(&source), template);
        assert_eq!(text_of(expression, &source), expected, "{template}");
    }
}

#[test]
fn broken_files_name_the_place_and_keep_the_other_blocks() {
    let text = "resource \"a\" \"b\" {\n  x = 1\n}\n\nresource \"c\" \"d\" {\n  y = = 2\n}\n\nresource \"e\" \"f\" {\n  z = 3\n}\n";
    let parsed = parse(text);
    assert_eq!(parsed.errors.len(), 1, "{:?}", parsed.errors);
    let error = &parsed.errors[0];
    assert_eq!(error.span.slice(text), "=");
    assert_eq!(error.message, "expected a value, found `=`");
    let Content::Hcl(body) = parsed.content else { panic!() };
    let headers: Vec<_> = body.blocks.iter().map(|block| block.header.slice(text)).collect();
    assert_eq!(headers, ["resource \"a\" \"b\"", "resource \"e\" \"f\""]);
    assert_eq!(value(&body.blocks[1].body, "z").span.slice(text), "3");
}

#[test]
fn errors_say_what_is_wrong() {
    let cases = [
        ("a = 1\na = 2\n", "a", "`a` is set twice in one block"),
        ("a = {\n b = 1\n b = 2\n}\n", "b", "the key b occurs twice in one object"),
        ("a = \"x\\y\"\n", "\\y", "`\\y` is not an escape"),
        ("a {\n", "{", "the file ends inside a block or an expression"),
        ("a = [1, 2\nb = 3\n", "b", "expected `,` or `]` in the list, found `b`"),
        ("a = <<EOF\nx\n", "x", "a heredoc is not closed"),
        ("a = 1 b = 2\n", "b", "expected the end of the line, found `b`"),
        ("a b = 2\n", "=", "expected `{`, found `=`"),
        ("}\n", "}", "did not expect `}` here"),
        ("a = f(1\n", "1", "the file ends inside a block or an expression"),
        ("a =\n", "\n", "expected a value, found the end of the line"),
    ];
    for (text, at, message) in cases {
        let parsed = parse(text);
        let error = parsed.errors.first().unwrap_or_else(|| panic!("no error for {text:?}"));
        assert_eq!((error.span.slice(text), error.message.as_str()), (at, message), "{text:?}");
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow() {
    let run = || {
        for (open, close) in
            [("[", "]"), ("(", ")"), ("{ a = ", "}"), ("!", ""), ("f(", ")"), ("\"${", "}\""), ("a ? b : ", "")]
        {
            let text = format!("x = {}1{}\n", open.repeat(10_000), close.repeat(10_000));
            let parsed = parse(&text);
            assert_eq!(parsed.errors[0].message, "expressions or blocks are nested more than 64 levels deep", "{open}");
            let text = format!("x = {}1{}\n", open.repeat(60), close.repeat(60));
            assert_eq!(parse(&text).errors, [], "{open}");
        }
        let blocks = format!("{}{}", "a {\n".repeat(10_000), "}\n".repeat(10_000));
        assert_eq!(parse(&blocks).errors[0].message, "expressions or blocks are nested more than 64 levels deep");
        let chain = format!("x = 1{}\n", " + 1".repeat(10_000));
        assert_eq!(parse(&chain).errors[0].message, "more than 128 operators in one expression");
        let steps = format!("x = a{}\n", ".b".repeat(10_000));
        assert_eq!(parse(&steps).errors, []);
    };
    // The smallest stack a scan ever runs on.
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn every_prefix_of_a_file_is_read_without_a_panic() {
    let text =
        "locals {\n  a = <<-X\n   é ${b[0].c} %{ if d }e%{ endif }\n  X\n  f = [for k, v in g : \"${k}\" if v]\n}\n";
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let _ = parse(&text[..end]);
    }
}
