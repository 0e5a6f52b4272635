//! The JSON Schemas of `annexa.yaml` and `exceptions.yaml`, for editors.

use std::io::Write;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::cli::{ExitStatus, Failure};
use crate::isms::control::Framework;
use crate::rule::{Facet, Severity};

/// Which file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Which {
    /// annexa.yaml
    Config,
    /// exceptions.yaml
    Exceptions,
}

pub(super) fn run(which: Which) -> Result<ExitStatus, Failure> {
    let schema = match which {
        Which::Config => config(),
        Which::Exceptions => exceptions(),
    };
    writeln!(std::io::stdout(), "{schema:#}")?;
    Ok(ExitStatus::Clean)
}

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

fn config() -> Value {
    let mut whole = values();
    whole["$schema"] = DRAFT.into();
    whole["title"] = "Annexa configuration".into();
    whole["properties"]["extends"] = texts("files whose values hold unless this one says otherwise, relative to it");
    whole["properties"]["profiles"] = json!({
        "type": "object",
        "description": "sets of values that `--profile NAME` puts on top",
        "additionalProperties": { "$ref": "#/$defs/values" },
    });
    whole["$defs"] = json!({ "values": values() });
    whole
}

fn values() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "framework": choice(
                &Framework::ALL.iter().map(|framework| framework.name()).collect::<Vec<_>>(),
                "the framework whose view reports show",
            ),
            "isms": texts("folders that hold the ISMS"),
            "documents": {
                "type": "object",
                "description": "the type of documents that are not recognised by themselves, by path",
                "additionalProperties": { "type": "string" },
            },
            "include": texts("what to read, as in .gitignore; everything where it is not given"),
            "exclude": texts("what not to read, as in .gitignore"),
            "rules": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "select": texts("rules to run, by id or pattern"),
                    "ignore": texts("rules not to run, by id or pattern"),
                    "severity": severities(),
                    "controls": texts("run only rules that are evidence for these controls"),
                    "kinds": texts("run only rules on these kinds: terraform, kubernetes, document …"),
                    "facets": {
                        "description": "run only rules of these facets",
                        "oneOf": [
                            { "enum": Facet::names() },
                            { "type": "array", "items": { "enum": Facet::names() } },
                        ],
                    },
                },
            },
            "paths": {
                "type": "array",
                "description": "what holds for files of some paths only",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["path"],
                    "properties": {
                        "path": texts("the files, as in .gitignore"),
                        "ignore": texts("rules whose findings are quieted there; needs a reason"),
                        "severity": severities(),
                        "reason": text("why rules are ignored there"),
                    },
                    "dependentRequired": { "ignore": ["reason"] },
                },
            },
            "parameters": {
                "type": "object",
                "description": "values of the parameters of rules, by rule and name",
                "additionalProperties": { "type": "object" },
            },
            "exceptions": text("the file of exceptions; exceptions.yaml where it is not given"),
            "ignore_comments": {
                "type": "object",
                "description": "what comments beside the code may ignore",
                "additionalProperties": false,
                "properties": {
                    "allow": { "type": "boolean", "description": "false: nothing" },
                    "rules": texts("only these rules"),
                    "max_severity": choice(&Severity::names(), "only findings up to this severity"),
                },
            },
            "fail_on": choice(&Severity::names(), "exit with 1 on findings of this severity or above"),
            "fail_on_new": choice(&Severity::names(), "the same for what is new or worse against a base"),
            "evidence": evidence(),
        },
    })
}

fn evidence() -> Value {
    json!({
        "description": "recorded evidence, which is not scanned",
        "oneOf": [
            text("its folder"),
            {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "folder": text("its folder"),
                    "max_age": { "type": "integer", "description": "days after which the newest is stale" },
                    "due": { "type": "object", "description": "days that nonconformities may stay, by severity" },
                },
            },
        ],
    })
}

fn exceptions() -> Value {
    let entry = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "owner", "approver", "reason", "expires"],
        "anyOf": [{ "required": ["rule"] }, { "required": ["control"] }],
        "properties": {
            "id": text("its name in reports"),
            "rule": text("the rule whose findings it covers"),
            "control": text("the control whose findings it covers"),
            "path": text("only findings in files that match this pattern"),
            "resource": text("only findings on the resource of this address, or its parts"),
            "owner": text("who answers for it"),
            "approver": text("who accepted it; somebody else than who wrote it"),
            "reason": text("why"),
            "compensating_control": text("what is done instead"),
            "risk": text("the risk of the register that it belongs to"),
            "granted": date("the day it was granted"),
            "approved": date("the same as `granted`"),
            "expires": date("the last day it is in force"),
            "requested_by": text("who asked for it"),
            "reviewed": date("when it was last looked at"),
            "ticket": text("where it was decided"),
        },
    });
    let list = json!({ "type": "array", "items": { "$ref": "#/$defs/exception" } });
    json!({
        "$schema": DRAFT,
        "title": "Annexa exceptions",
        "oneOf": [
            list,
            {
                "type": "object",
                "additionalProperties": false,
                "required": ["exceptions"],
                "properties": { "exceptions": list },
            },
        ],
        "$defs": { "exception": entry },
    })
}

fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn date(about: &str) -> Value {
    json!({ "type": "string", "format": "date", "description": about })
}

fn texts(about: &str) -> Value {
    json!({ "description": about, "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
}

fn choice(names: &[&str], about: &str) -> Value {
    json!({ "enum": names, "description": about })
}

fn severities() -> Value {
    json!({
        "type": "object",
        "description": "severities by rule or pattern",
        "additionalProperties": { "enum": Severity::names() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tree::FileId;
    use crate::syntax::{Content, yaml};

    /// A value that a schema allows, as YAML.
    fn sample(schema: &Value) -> String {
        if let Some(names) = schema["enum"].as_array() {
            return names[0].as_str().unwrap().to_owned();
        }
        match schema["type"].as_str() {
            Some("boolean") => "true".to_owned(),
            Some("object") => match schema["properties"].as_object() {
                Some(properties) => {
                    let entries: Vec<String> =
                        properties.iter().map(|(key, schema)| format!("{key}: {}", sample(schema))).collect();
                    format!("{{ {} }}", entries.join(", "))
                }
                None => "{}".to_owned(),
            },
            Some("array") => format!("[{}]", sample(&schema["items"])),
            _ if schema["format"] == "date" => "2026-11-22".to_owned(),
            _ if schema["oneOf"].is_array() => sample(&schema["oneOf"][0]),
            _ => "A.5.1".to_owned(),
        }
    }

    fn tree(text: &str) -> crate::syntax::tree::Node {
        match yaml::parse(text, FileId(0)).content {
            Content::Trees(mut trees) => trees.remove(0),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_the_schema_has_the_reader_takes_and_nothing_else() {
        let mut schema = config();
        schema["properties"]["profiles"] = json!({ "type": "object", "properties": { "a": values() } });
        let mut errors = Vec::new();
        super::super::read::check(&tree(&sample(&schema)), &mut errors);
        assert!(errors.is_empty(), "{errors:?}");
        for (known, schema) in [("configuration", config()), ("`rules`", values()["properties"]["rules"].clone())] {
            let keys: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            let text = if known == "configuration" { "zz: 1" } else { "rules: { zz: 1 }" };
            let mut errors = Vec::new();
            super::super::read::check(&tree(text), &mut errors);
            let help = errors[0].help.clone().unwrap();
            let told: std::collections::BTreeSet<&str> = help.trim_start_matches("known here: ").split(", ").collect();
            assert_eq!(told, keys.into_iter().collect(), "{known}");
        }
    }

    #[test]
    fn exceptions_have_the_keys_of_their_schema() {
        let schema = exceptions();
        let text = format!("[{}]", sample(&schema["$defs"]["exception"]));
        let loaded = crate::isms::exception::load(&tree(&text), &"exceptions.yaml".into());
        assert!(loaded.is_ok(), "{loaded:?}");
    }
}
