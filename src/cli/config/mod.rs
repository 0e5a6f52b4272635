//! `annexa.yaml`: the configuration of an organisation. Strict: an unknown key is an error.

mod files;
mod layers;
mod read;
mod schema;
mod show;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use smol_str::SmolStr;

use super::evidence::store;
use super::{ExitStatus, Failure, Terminal, diagnostic};
use crate::engine::{CommentPolicy, PathSetting};
use crate::evidence::nonconformity::DuePolicy;
use crate::isms::control::{ControlId, Framework};
use crate::isms::exception::{self, Exception};
use crate::rule::{Facet, Severity};
use crate::source;
use crate::syntax::tree::{FileId, Place, Value};
pub(super) use files::Files;
use layers::Layers;

/// A configuration.
#[derive(Debug, Default)]
pub(super) struct Config {
    /// The framework whose view reports show.
    pub(super) framework: Option<Framework>,
    /// Folders that hold the ISMS.
    pub(super) isms: Vec<String>,
    /// Documents mapped to a type.
    pub(super) documents: Vec<(String, String)>,
    /// What to read.
    pub(super) include: Vec<String>,
    /// What not to read.
    pub(super) exclude: Vec<String>,
    /// Rules to run, as patterns; none: all.
    pub(super) select: Vec<SmolStr>,
    /// Rules not to run, as patterns.
    pub(super) ignore: Vec<SmolStr>,
    /// Only rules that are evidence for these; none: all.
    pub(super) controls: Vec<ControlId>,
    /// Only rules on these kinds, each with its place; none: all.
    pub(super) kinds: Vec<(SmolStr, Place)>,
    /// Only rules of these facets; none: all.
    pub(super) facets: Vec<Facet>,
    /// Severities by pattern.
    pub(super) severities: Vec<(SmolStr, Severity)>,
    /// What holds for files of some paths only.
    pub(super) paths: Vec<PathSetting>,
    /// Parameters by rule, name and value.
    pub(super) parameters: Vec<(String, SmolStr, Value)>,
    /// Accepted deviations.
    pub(super) exceptions: Vec<Exception>,
    /// The file that they stand in, and its text.
    pub(super) exceptions_text: Option<String>,
    /// The file that they stand in, where it is named.
    exceptions_file: Option<String>,
    /// What comments may ignore.
    pub(super) comments: CommentPolicy,
    /// The threshold.
    pub(super) fail_on: Option<Severity>,
    /// The threshold for what is new against a base.
    pub(super) fail_on_new: Option<Severity>,
    /// The folder of recorded evidence; none: not named.
    pub(super) evidence: Option<String>,
    /// Days after which the newest evidence is stale.
    pub(super) evidence_max_age: Option<u32>,
    /// How long nonconformities may stay.
    pub(super) due: DuePolicy,
    /// The files it was made of.
    pub(super) layers: Layers,
    /// Where each rule of `select`, `ignore`, `severity` and `parameters` is named.
    pub(super) named_rules: Vec<(SmolStr, Place)>,
}

impl Config {
    /// The folder of evidence below the root: the one that is named, else the usual one if it holds any.
    pub(super) fn evidence_folder(&self, root: &Path) -> Option<String> {
        let usual = || store::holds_evidence(&root.join(store::USUAL)).then(|| store::USUAL.to_owned());
        self.evidence.clone().or_else(usual)
    }

    /// The texts of all files that it was made of, the exceptions among them.
    pub(super) fn texts(&self) -> Vec<String> {
        let profile = self.layers.profile.iter().map(|(_, name)| name.clone());
        let files = self.layers.files.iter().map(|file| file.text.clone());
        files.chain(profile).chain(self.exceptions_text.clone()).collect()
    }
}

/// Which configuration.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct ConfigArgs {
    /// The configuration; `annexa.yaml` in the root when not given
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Use the values of this entry of `profiles` in the configuration
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
}

/// `annexa config …`.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Show every value of the configuration, and where it comes from
    Show(show::ShowArgs),
    /// Print the JSON Schema of a file, for editors
    Schema {
        /// Which file
        #[arg(value_enum, default_value_t = schema::Which::Config)]
        file: schema::Which,
    },
}

pub(super) fn run(command: &ConfigCommand, terminal: Terminal) -> Result<ExitStatus, Failure> {
    match command {
        ConfigCommand::Show(args) => show::run(args, terminal),
        ConfigCommand::Schema { file } => schema::run(*file),
    }
}

/// Reads the configuration: the file given, else `annexa.yaml` in the root, else none.
pub(super) fn load(args: &ConfigArgs, root: &Path, terminal: Terminal) -> Result<Config, Failure> {
    load_of(args, root, &Files::Disk, terminal)
}

/// Reads the configuration from `files`.
pub(super) fn load_of(args: &ConfigArgs, root: &Path, files: &Files, terminal: Terminal) -> Result<Config, Failure> {
    let default = root.join(source::CONFIGURATION);
    let path = args.config.clone().or_else(|| files.hold(&default).then_some(default));
    let layers = match (&path, &args.profile) {
        (Some(path), profile) => Layers::of(path, profile.as_deref(), files, terminal)?,
        (None, Some(profile)) => {
            let help = "profiles stand in `annexa.yaml`, and there is none here";
            return Err(super::told(format!("there is no profile `{profile}`\n  help: {help}")));
        }
        (None, None) => Layers::default(),
    };
    let mut errors = Vec::new();
    let mut config = read::values(&layers.merged(), &mut errors);
    if !errors.is_empty() {
        return Err(layers.render(&errors, terminal));
    }
    config.layers = layers;
    load_exceptions(&mut config, root, files, terminal)?;
    Ok(config)
}

/// Exceptions stand in the file that the configuration names, else in `exceptions.yaml` if there is one.
fn load_exceptions(config: &mut Config, root: &Path, files: &Files, terminal: Terminal) -> Result<(), Failure> {
    let name = config.exceptions_file.as_deref().unwrap_or(exception::FILE);
    let path = root.join(name);
    if config.exceptions_file.is_none() && !files.hold(&path) {
        return Ok(());
    }
    let shown = path.display().to_string();
    let (text, node) = layers::read_yaml(&path, &shown, FileId(0), (files, terminal))?;
    let file: Arc<str> = name.trim_start_matches("./").into();
    config.exceptions = exception::load(&node, &file)
        .map_err(|errors| Failure::Told(diagnostic::render(&shown, &text, &errors, terminal)))?;
    config.exceptions_text = Some(text);
    Ok(())
}
