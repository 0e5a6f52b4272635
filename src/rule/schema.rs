//! The JSON Schema of rule files, for editors. Made from the same tables that the loader reads by.

use serde_json::{Map, Value, json};

use super::level::{Bearing, Confidence, Facet, Severity};
use super::matcher::{OPERATORS, OperatorSpec, Takes};

/// The schema (JSON Schema draft 2020-12), pretty-printed.
pub fn schema() -> String {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Annexa rule",
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "title", "severity", "confidence", "facet", "controls", "why", "fix", "checks", "examples"],
        "properties": {
            "id": text("the path of the file below `rules/`, without its ending"),
            "title": text("the bad thing in a few words"),
            "severity": choice(&Severity::names(), "how bad a finding is"),
            "confidence": choice(&Confidence::names(), "how sure it is that a finding is really bad; low never gates"),
            "facet": choice(&Facet::names(), "which question the rule answers for its controls"),
            "controls": { "type": "array", "minItems": 1, "items": control() },
            "why": text("why it matters (Markdown)"),
            "fix": text("how to mend it (Markdown)"),
            "references": texts("addresses to read on"),
            "aliases": texts("ids of the same check in other scanners"),
            "parameters": { "type": "object", "additionalProperties": parameter() },
            "topics": { "type": "object", "description": "named meanings for the matcher `states`" },
            "checks": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/check" } },
            "examples": { "type": "array", "minItems": 1, "items": example() },
        },
        "$defs": {
            "check": check(),
            "condition": condition(),
            "matcher": matcher(),
            "quantified": quantified(),
            "operand": operand(),
        },
    });
    format!("{schema:#}")
}

fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn texts(about: &str) -> Value {
    json!({ "description": about, "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
}

fn choice(names: &[&str], about: &str) -> Value {
    json!({ "enum": names, "description": about })
}

fn control() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "as", "because"],
        "properties": {
            "id": { "type": "string", "pattern": "^iso27001:2022/(A\\.[5-8]\\.\\d+|(4|5|6|7|8|9|10)(\\.\\d+){0,2})$" },
            "as": choice(&Bearing::names(), "direct: checks the control itself; supporting: checks what it rests on"),
            "because": text("the reason that an auditor reads"),
        },
    })
}

fn parameter() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["default"],
        "properties": {
            "default": { "description": "the value when nobody sets one" },
            "floor": { "type": "number", "description": "the least value that may be set" },
            "requirement": text("the requirement of the organisation's own documents that sets it"),
            "about": text("what it is"),
        },
    })
}

fn check() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["on"],
        "oneOf": [{ "required": ["require"] }, { "required": ["deny"] }],
        "properties": {
            "on": texts("the target: terraform/aws_s3_bucket, kubernetes/Deployment, container, isms/incident-plan"),
            "when": { "$ref": "#/$defs/condition" },
            "require": { "$ref": "#/$defs/condition" },
            "deny": { "$ref": "#/$defs/condition" },
            "message": text("what a finding says; {path}, {value}, {element.path}, {address}, {parameter.name}, {missing}"),
            "at": text("the path that findings stand at"),
            "aliases": texts("ids of the same check in other scanners"),
            "part_aliases": {
                "description": "ids that stand for a part: findings carry those of the parts that are missing",
                "type": "object",
                "additionalProperties": texts("ids of the same check in other scanners"),
            },
            "implies": texts("ids that a fail of this check answers as well"),
        },
    })
}

fn condition() -> Value {
    let list = json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/condition" } });
    let nested = json!({ "$ref": "#/$defs/condition" });
    let quantified = json!({ "$ref": "#/$defs/quantified" });
    json!({
        "type": "object",
        "minProperties": 1,
        "properties": {
            "all": list, "any": list, "not": nested,
            "parts": { "type": "object", "additionalProperties": nested },
            "some": quantified, "each": quantified, "none": quantified, "count": quantified, "share": quantified,
        },
        "additionalProperties": { "$ref": "#/$defs/matcher" },
    })
}

fn quantified() -> Value {
    let mut properties = Map::new();
    let over = json!({
        "oneOf": [
            { "type": "string", "description": "the path of a list" },
            {
                "type": "object",
                "additionalProperties": false,
                "required": ["type"],
                "properties": {
                    "type": texts("targets of other resources"),
                    "refers_by": text("the candidate refers to us through this path of its own"),
                    "referred_by": text("we refer to the candidate through this path of ours"),
                    "owned": { "const": true, "description": "the candidate is a part of us" },
                    "same_owner": { "const": true, "description": "the candidate and we are parts of one resource" },
                    "same": { "type": "object", "additionalProperties": { "type": "string" } },
                    "in": { "enum": ["unit", "scan"] },
                },
            },
        ],
    });
    properties.insert("over".to_owned(), over);
    properties.insert("meets".to_owned(), json!({ "$ref": "#/$defs/condition" }));
    for name in ["gt", "gte", "lt", "lte", "equals"] {
        properties.insert(name.to_owned(), json!({ "oneOf": [{ "type": "number" }, { "$ref": "#/$defs/operand" }] }));
    }
    json!({ "type": "object", "additionalProperties": false, "required": ["over"], "properties": properties })
}

fn operand() -> Value {
    let reference = |name: &str| {
        let properties: Map<String, Value> = [(name.to_owned(), json!({ "type": "string" }))].into_iter().collect();
        json!({ "type": "object", "additionalProperties": false, "required": [name], "properties": properties })
    };
    json!({ "oneOf": [reference("path"), reference("judged"), reference("parameter")] })
}

fn matcher() -> Value {
    let mut properties = Map::new();
    for spec in OPERATORS {
        properties.insert(spec.name.to_owned(), operator(spec, spec.about));
        let opposite = format!("the opposite of `{}`", spec.name);
        properties.insert(format!("not_{}", spec.name), operator(spec, &opposite));
    }
    properties.insert("default".to_owned(), json!({ "description": "what an absent value is taken for" }));
    json!({
        "oneOf": [
            { "type": ["string", "number", "boolean"], "description": "equal to this" },
            { "type": "array", "description": "one of these" },
            { "type": "object", "minProperties": 1, "additionalProperties": false, "properties": properties },
        ],
    })
}

fn operator(spec: &OperatorSpec, about: &str) -> Value {
    let scalar = json!({ "type": ["string", "number", "boolean"] });
    let list = json!({ "type": "array" });
    let takes = match spec.takes {
        Takes::Any | Takes::Cidrs => json!([scalar, list]),
        Takes::List => json!([list]),
        Takes::Texts => json!([{ "type": "string" }, list]),
        Takes::Pattern | Takes::Topic => json!([{ "type": "string" }]),
        Takes::Ordered | Takes::Period | Takes::Length | Takes::Version => json!([{ "type": ["string", "number"] }]),
        Takes::Bool => json!([{ "type": "boolean" }]),
        Takes::Type => json!([{ "enum": ["text", "number", "bool", "date", "list", "map"] }]),
        Takes::Key => json!([{ "type": ["string", "boolean"] }]),
        Takes::Ports => json!([{ "type": "number" }, list]),
    };
    let mut options = takes.as_array().cloned().unwrap_or_default();
    options.push(json!({ "$ref": "#/$defs/operand" }));
    json!({ "anyOf": options, "description": about })
}

fn example() -> Value {
    let subject = json!({
        "type": "object",
        "additionalProperties": false,
        "oneOf": [{ "required": ["files"] }, { "required": ["resources"] }],
        "properties": {
            "files": { "type": "object", "minProperties": 1, "additionalProperties": { "type": ["string", "null"] } },
            "resources": { "type": "array", "minItems": 1, "items": { "type": "object", "required": ["target"] } },
            "at": text("the text that the first finding stands at"),
            "today": { "type": "string", "format": "date" },
            "parameters": { "type": "object" },
            "note": text("what the example shows"),
        },
    });
    let names = ["fails", "partial", "passes", "unknown", "not_applicable"];
    let properties: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), subject.clone())).collect();
    json!({ "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false, "properties": properties })
}
