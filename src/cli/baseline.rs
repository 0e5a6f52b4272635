//! Baselines: what a scan found, in a file, to compare later scans with. `annexa baseline write` makes one for those who
//! have no history to compare with; the results of base commits are kept in the same form.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::scan::{ScanPlan, WhatArgs};
use super::{ExitStatus, Failure, Terminal, output, told};
use crate::engine::assessment::{Assessment, Before, FindingKind};
use crate::engine::compare;
use crate::rule::Severity;
use crate::source::{self, Content};

/// The form of the file; its number changes when a reader would have to.
const SCHEMA: &str = "annexa/baseline/1";

/// `annexa baseline …`.
#[derive(Debug, Subcommand)]
pub(super) enum BaselineCommand {
    /// Scan, and write what was found to a file that `annexa scan --baseline` compares with
    Write(WriteArgs),
}

/// `annexa baseline write`.
#[derive(Debug, Args)]
pub(super) struct WriteArgs {
    /// The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    what: WhatArgs,
}

pub(super) fn run(command: &BaselineCommand, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let BaselineCommand::Write(WriteArgs { file, what }) = command;
    let (assessment, _) = ScanPlan::resolve(what, Content::WorkTree, terminal)?.run();
    let recorded = Recorded::of(&assessment);
    output::write_to(&file.to_string_lossy(), &mut |out| {
        serde_json::to_writer_pretty(&mut *out, &recorded)?;
        out.write_all(b"\n")
    })?;
    let number = recorded.findings.len();
    let findings = if number == 1 { "1 finding".to_owned() } else { format!("{number} findings") };
    writeln!(std::io::stderr(), "{findings} recorded in {}", file.display())?;
    Ok(ExitStatus::Clean)
}

/// What a scan found, as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recorded {
    schema: String,
    /// The version of the program that wrote it.
    annexa: String,
    pub(super) rule_set_digest: String,
    pub(super) today: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) commit: Option<String>,
    pub(super) findings: Vec<Item>,
}

/// A finding as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    fingerprint: String,
    rule: SmolStr,
    severity: String,
    #[serde(default, skip_serializing_if = "is_false")]
    unknown: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    quiet: bool,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    unit: String,
    target: SmolStr,
    resource: SmolStr,
    message: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    text: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl Recorded {
    pub(super) fn of(assessment: &Assessment) -> Recorded {
        Recorded {
            schema: SCHEMA.to_owned(),
            annexa: env!("CARGO_PKG_VERSION").to_owned(),
            rule_set_digest: assessment.rule_set_digest.clone(),
            today: assessment.today.to_string(),
            commit: assessment.commit.clone(),
            findings: compare::before(assessment).into_iter().map(Item::of).collect(),
        }
    }

    /// Reads a file that a user names.
    pub(super) fn read(path: &Path) -> Result<Recorded, Failure> {
        let shown = path.display().to_string();
        let text = source::read::text(path, &shown).map_err(|error| told(format!("{shown} {}", error.detail)))?;
        Recorded::parse(&text).map_err(|error| {
            told(format!("{shown} is no baseline that this version reads: {error}\n  help: write it again with `annexa baseline write {shown}`"))
        })
    }

    /// Reads the text of a file.
    pub(super) fn parse(text: &str) -> Result<Recorded, String> {
        let recorded: Recorded = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if recorded.schema != SCHEMA {
            return Err(format!("its `schema` is `{}`, and not `{SCHEMA}`", recorded.schema));
        }
        match recorded.findings.iter().find(|item| Severity::parse(&item.severity).is_none()) {
            Some(item) => Err(format!("`{}` is no severity", item.severity)),
            None => Ok(recorded),
        }
    }

    pub(super) fn before(self) -> Vec<Before> {
        self.findings.into_iter().filter_map(Item::before).collect()
    }
}

impl Item {
    fn of(before: Before) -> Item {
        Item {
            fingerprint: before.fingerprint,
            rule: before.rule,
            severity: before.severity.name().to_owned(),
            unknown: before.kind == FindingKind::Unknown,
            quiet: before.is_quiet,
            path: before.path.to_string(),
            line: before.line,
            unit: before.unit.to_string(),
            target: before.target,
            resource: before.address,
            message: before.message,
            text: before.text,
        }
    }

    fn before(self) -> Option<Before> {
        Some(Before {
            severity: Severity::parse(&self.severity)?,
            kind: if self.unknown { FindingKind::Unknown } else { FindingKind::Fail },
            is_quiet: self.quiet,
            path: Arc::from(self.path),
            line: self.line,
            unit: Arc::from(self.unit),
            target: self.target,
            address: self.resource,
            fingerprint: self.fingerprint,
            rule: self.rule,
            message: self.message,
            text: self.text,
        })
    }
}
