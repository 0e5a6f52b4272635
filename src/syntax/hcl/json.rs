//! The JSON form of Terraform and OpenTofu (`.tf.json`, `.tfvars.json`), turned into the body that the native form
//! gives. Texts are templates, as the JSON syntax of HCL says.
//!
//! JSON does not tell a nested block from an attribute that is a map; only the provider's schema does. Here an object in
//! a resource is a block, unless it stands under a name that is known for maps or has a key that no attribute can have.
//! A text with escapes has one place for all that is in it.

use smol_str::SmolStr;

use super::read;
use super::{Attribute, Block, Body, Expression, ExpressionKind, TemplatePart};
use crate::syntax::tree::{Entry, FileId, Map, Node, Place, Span, Value};
use crate::syntax::{Content, Parsed, SyntaxError, json};

/// How many labels the top-level blocks have.
const LABELS: &[(&str, usize)] = &[
    ("check", 1),
    ("data", 2),
    ("ephemeral", 2),
    ("import", 0),
    ("locals", 0),
    ("module", 1),
    ("moved", 0),
    ("output", 1),
    ("provider", 1),
    ("removed", 0),
    ("resource", 2),
    ("terraform", 0),
    ("variable", 1),
];

/// Attributes of any resource that are maps.
const MAPS: &[&str] = &[
    "annotations",
    "app_settings",
    "binary_data",
    "condition",
    "data",
    "default_tags",
    "for_each",
    "labels",
    "limits",
    "manifest",
    "match_labels",
    "node_selector",
    "parameters",
    "providers",
    "request_parameters",
    "request_templates",
    "requests",
    "selector",
    "string_data",
    "tags",
    "tags_all",
    "triggers",
    "user_labels",
    "variables",
];

/// Reads a file of code.
pub fn parse(text: &str, file: FileId) -> Parsed {
    converted(text, file, Form::Code)
}

/// Reads a file of values of variables.
pub fn parse_values(text: &str, file: FileId) -> Parsed {
    converted(text, file, Form::Values)
}

/// What a file holds.
#[derive(Clone, Copy)]
enum Form {
    Code,
    Values,
}

fn converted(text: &str, file: FileId, form: Form) -> Parsed {
    let parsed = json::parse(text, file);
    let tree = match &parsed.content {
        Content::Trees(trees) => trees.first(),
        _ => None,
    };
    let Some(tree) = tree else { return Parsed { content: Content::Hcl(Body::default()), errors: parsed.errors } };
    let mut reader = Reader { text, errors: parsed.errors };
    let Some(root) = tree.as_map() else {
        let message = "a file of Terraform in JSON holds one object".to_owned();
        return Parsed::error(SyntaxError { message, span: span(tree.place), help: None });
    };
    let span = span(tree.place);
    let body = match form {
        Form::Code => Body { span, ..reader.code(root) },
        Form::Values => reader.body(root, Inside::Values, span),
    };
    Parsed { content: Content::Hcl(body), errors: reader.errors }
}

fn span(place: Place) -> Span {
    place.as_span().unwrap_or_default()
}

/// `"//"` is how JSON of HCL writes comments.
fn is_comment(entry: &Entry) -> bool {
    entry.key == "//"
}

struct Reader<'t> {
    text: &'t str,
    errors: Vec<SyntaxError>,
}

/// Blocks that are being collected: of which entry, under which labels so far.
struct Under<'u> {
    entry: &'u Entry,
    inside: Inside,
    labels: Vec<(SmolStr, Place)>,
    blocks: &'u mut Vec<Block>,
}

/// What the blocks at a place hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Attributes only: `locals`, `variable`, `output`, `module`.
    Values,
    /// Attributes and blocks that the schema of a provider tells apart.
    Schema,
    /// What `terraform` holds.
    Settings,
}

impl Reader<'_> {
    fn code(&mut self, root: &Map) -> Body {
        let mut body = Body::default();
        for entry in root.entries.iter().filter(|entry| !is_comment(entry)) {
            let Some((_, labels)) = LABELS.iter().find(|(name, _)| *name == entry.key) else { continue };
            let inside = match entry.key.as_str() {
                "locals" | "variable" | "output" | "module" => Inside::Values,
                "terraform" => Inside::Settings,
                _ => Inside::Schema,
            };
            self.blocks(entry, *labels, inside, &mut body.blocks);
        }
        body
    }

    /// The blocks that an entry holds under so many labels.
    fn blocks(&mut self, entry: &Entry, labels: usize, inside: Inside, blocks: &mut Vec<Block>) {
        let mut under = Under { entry, inside, labels: Vec::new(), blocks };
        self.labelled(&mut under, labels, &entry.value);
    }

    /// The blocks under the labels that are still to come. Each level may be a list of objects.
    fn labelled(&mut self, under: &mut Under<'_>, missing: usize, value: &Node) {
        match &value.value {
            Value::List(list) => {
                for item in list.items.iter().filter(|item| item.as_map().is_some()) {
                    self.labelled(under, missing, item);
                }
            }
            Value::Map(map) if missing > 0 => {
                for inner in map.entries.iter().filter(|inner| !is_comment(inner)) {
                    under.labels.push((inner.key.clone(), inner.key_place));
                    self.labelled(under, missing - 1, &inner.value);
                    under.labels.pop();
                }
            }
            Value::Map(map) => {
                let key = under.labels.last().map_or(under.entry.key_place, |(_, place)| *place);
                let body = self.body(map, under.inside, span(value.place));
                under.blocks.push(Block {
                    name: under.entry.key.clone(),
                    labels: under.labels.iter().map(|(label, _)| label.clone()).collect(),
                    header: span(key),
                    span: span(key).cover(span(value.place)),
                    body,
                });
            }
            _ => {}
        }
    }

    fn body(&mut self, map: &Map, inside: Inside, span: Span) -> Body {
        let mut body = Body { span, ..Body::default() };
        for entry in map.entries.iter().filter(|entry| !is_comment(entry)) {
            match (inside, entry.key.as_str()) {
                (Inside::Settings, "backend") | (_, "dynamic") => {
                    self.blocks(entry, 1, Inside::Schema, &mut body.blocks);
                }
                (Inside::Settings, "required_providers") | (Inside::Values, "validation" | "precondition") => {
                    self.blocks(entry, 0, Inside::Values, &mut body.blocks);
                }
                (Inside::Values, _) => body.attributes.push(self.plain_attribute(entry)),
                _ if is_block(entry) => {
                    self.blocks(entry, 0, Inside::Schema, &mut body.blocks);
                }
                _ => body.attributes.push(self.plain_attribute(entry)),
            }
        }
        body
    }

    fn plain_attribute(&mut self, entry: &Entry) -> Attribute {
        let value = if entry.key == "type" { self.kind(&entry.value) } else { None };
        Attribute {
            key: entry.key.clone(),
            key_span: span(entry.key_place),
            value: value.unwrap_or_else(|| self.expression(&entry.value)),
        }
    }

    /// A text that is an expression: the type of a variable. Without quotes, as in native syntax.
    fn kind(&self, node: &Node) -> Option<Expression> {
        let text = node.as_str()?;
        let whole = span(node.place);
        let inner = Span { start: whole.start + 1, end: whole.end.saturating_sub(1).max(whole.start + 1) };
        (inner.slice(self.text) == text).then(|| read::expression_at(text, inner).ok()).flatten()
    }

    fn expression(&mut self, node: &Node) -> Expression {
        let span = span(node.place);
        let kind = match &node.value {
            Value::Bool(value) => ExpressionKind::Bool(*value),
            Value::Number(value) => ExpressionKind::Number(*value),
            Value::Text(text) => self.template(text, span),
            Value::List(list) => ExpressionKind::List(list.items.iter().map(|item| self.expression(item)).collect()),
            Value::Map(map) => {
                let entries = map.entries.iter();
                ExpressionKind::Object(entries.map(|entry| (self.key(entry), self.expression(&entry.value))).collect())
            }
            Value::Null | Value::Date(_) | Value::Unknown(_) => ExpressionKind::Null,
        };
        Expression { kind, span }
    }

    fn key(&mut self, entry: &Entry) -> Expression {
        let span = span(entry.key_place);
        Expression { kind: self.template(&entry.key, span), span }
    }

    /// A text, with what is interpolated into it.
    fn template(&mut self, text: &SmolStr, span: Span) -> ExpressionKind {
        let inner = Span { start: span.start + 1, end: span.end.saturating_sub(1).max(span.start + 1) };
        let is_verbatim = inner.slice(self.text) == text.as_str();
        if !text.contains("${") && !text.contains("%{") {
            return if is_verbatim {
                ExpressionKind::Text(text.clone())
            } else {
                ExpressionKind::Template(vec![TemplatePart::Text(text.clone(), span)])
            };
        }
        let at = if is_verbatim { read::At::Offset(inner.start as usize) } else { read::At::Fixed(span) };
        match read::template_text(text, at) {
            Ok(parts) => ExpressionKind::Template(parts),
            Err(error) => {
                if self.errors.len() < MOST_ERRORS {
                    self.errors.push(error);
                }
                ExpressionKind::Text(text.clone())
            }
        }
    }
}

/// More errors than these in one file help nobody.
const MOST_ERRORS: usize = 10;

/// Whether an object, or a list of objects, is taken for blocks.
fn is_block(entry: &Entry) -> bool {
    let is_body = |node: &Node| node.as_map().is_some_and(|map| map.entries.iter().all(|entry| is_name(&entry.key)));
    if MAPS.contains(&entry.key.as_str()) {
        return false;
    }
    match &entry.value.value {
        Value::Map(_) => is_body(&entry.value),
        Value::List(list) => !list.items.is_empty() && list.items.iter().all(is_body),
        _ => false,
    }
}

/// Whether a key can be the name of an attribute.
fn is_name(key: &str) -> bool {
    key == "//" || key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Body {
        let parsed = parse(text, FileId(0));
        assert_eq!(parsed.errors, []);
        let Content::Hcl(body) = parsed.content else { panic!("no code") };
        body
    }

    #[test]
    fn blocks_have_the_labels_and_attributes_of_native_syntax() {
        let text = r#"{ "//": "x", "resource": { "aws_s3_bucket": { "b": {
            "acl": "${var.acl}", "tags": { "Name": "b" }, "versioning": { "enabled": true },
            "grant": [{ "type": "Group" }, { "type": "User" }] } } },
            "variable": { "acl": { "type": "list(string)", "default": [] } } }"#;
        let body = body(text);
        let [bucket, variable] = &body.blocks[..] else { panic!("two blocks") };
        assert_eq!((bucket.name.as_str(), bucket.labels.len()), ("resource", 2));
        assert_eq!(bucket.header.slice(text), "\"b\"");
        let keys: Vec<&str> = bucket.body.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(keys, ["acl", "tags"]);
        let blocks: Vec<&str> = bucket.body.blocks.iter().map(|block| block.name.as_str()).collect();
        assert_eq!(blocks, ["versioning", "grant", "grant"]);
        let kind = &variable.body.attributes[0].value;
        assert!(matches!(kind.kind, ExpressionKind::Call(_)));
        assert_eq!(kind.span.slice(text), "list(string)");
    }

    #[test]
    fn texts_are_templates_with_places() {
        let text = r#"{ "locals": { "a": "x-${var.b}", "c": "say \"${var.d}\"", "e": "$${f}" } }"#;
        let body = body(text);
        let [a, c, e] = &body.blocks[0].body.attributes[..] else { panic!("three locals") };
        let parts = |attribute: &Attribute| match &attribute.value.kind {
            ExpressionKind::Template(parts) => parts.clone(),
            other => panic!("no template: {other:?}"),
        };
        let [TemplatePart::Text(first, at), TemplatePart::Interpolation(second)] = &parts(a)[..] else {
            panic!("two parts")
        };
        assert_eq!((first.as_str(), at.slice(text), second.span.slice(text)), ("x-", "x-", "var.b"));
        assert!(
            parts(c)
                .iter()
                .any(|part| matches!(part, TemplatePart::Interpolation(inner) if inner.span == c.value.span))
        );
        assert!(parts(e).iter().all(|part| matches!(part, TemplatePart::Text(..))));
    }

    #[test]
    fn what_is_not_terraform_is_an_error_or_nothing() {
        for text in ["[]", "{", "{\"resource\": 1}", "{\"resource\": {\"a\": 1}}", "{\"locals\": {\"a\": \"${\"}}", ""]
        {
            parse(text, FileId(0));
            parse_values(text, FileId(0));
        }
        assert!(!parse("{\"locals\": {\"a\": \"${\"}}", FileId(0)).errors.is_empty());
    }
}
