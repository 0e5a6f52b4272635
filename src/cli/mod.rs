//! The command line: arguments as typed, everything decided before work begins, exit codes.

mod actions;
mod baseline;
mod cache;
mod clock;
mod compare;
mod config;
mod controls;
mod coverage;
mod diagnostic;
mod doctor;
mod documents;
mod evidence;
mod explain;
mod init;
mod output;
mod plan;
mod progress;
mod rules;
mod scan;
mod soa;

use std::io::Write;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

/// Checks whether the controls of ISO/IEC 27001 work: reads infrastructure code, repositories and ISMS documents, and
/// tells findings and control coverage.
#[derive(Debug, Parser)]
#[command(name = "annexa", version, max_term_width = 110, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    terminal: Terminal,
    #[command(subcommand)]
    command: Command,
}

/// How to write to the terminal.
#[derive(Debug, Clone, Copy, Args)]
struct Terminal {
    /// When to use colours; `auto` follows the terminal, `NO_COLOR` and `CLICOLOR_FORCE`
    #[arg(long, value_enum, default_value_t = Colour::Auto, global = true, value_name = "WHEN")]
    color: Colour,
    /// Only findings and errors: no summary, no progress
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Tell on standard error what was read, and as what
    #[arg(long, short, global = true)]
    verbose: bool,
    /// Threads to work with; as many as the machine has when not given
    #[arg(long, global = true, hide = true, value_name = "N")]
    threads: Option<usize>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Install documents and registers of an ISMS, a configuration, a workflow and a hook
    Init(init::InitArgs),
    /// Write or refresh the Statement of Applicability, and keep what people entered
    Soa(soa::SoaArgs),
    /// Scan files, and report findings
    Scan(scan::ScanArgs),
    /// Scan files, and report the status of every control
    Coverage(coverage::CoverageArgs),
    /// Record what is found, to compare later scans with
    #[command(subcommand)]
    Baseline(baseline::BaselineCommand),
    /// List what was recognised as a document or register of the ISMS, and why
    Documents(documents::DocumentsArgs),
    /// Tell what would be scanned, what stands in the way, and what to do next
    Doctor(doctor::DoctorArgs),
    /// Record, verify and report the evidence of each month
    #[command(subcommand)]
    Evidence(evidence::EvidenceCommand),
    /// Follow nonconformities, and what is done about them
    #[command(subcommand)]
    Actions(actions::ActionsCommand),
    /// Show the configuration, and what may stand in it
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// List, show and test rules
    #[command(subcommand)]
    Rules(rules::RulesCommand),
    /// Explain a rule or a control
    Explain(explain::ExplainArgs),
    /// List the controls of a framework, or show one
    Controls(controls::ControlsArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Nothing at or above the threshold.
    Clean,
    /// Findings at or above `--fail-on`.
    Findings,
    /// Usage, a bad rule, a bad configuration.
    Error,
    /// Something in scope was not looked at, under `--strict`.
    Incomplete,
}

impl ExitStatus {
    /// The code for the operating system.
    pub fn code(self) -> u8 {
        match self {
            ExitStatus::Clean => 0,
            ExitStatus::Findings => 1,
            ExitStatus::Error => 2,
            ExitStatus::Incomplete => 3,
        }
    }
}

/// Why a command did not do its work.
#[derive(Debug)]
enum Failure {
    /// A message for people, ready to print (several lines where code is shown).
    Told(String),
    /// Whoever reads our output went away; that is no error.
    BrokenPipe,
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
            _ => Failure::Told(format!("error: the output cannot be written: {error}")),
        }
    }
}

/// A failure of one line.
fn told(message: impl std::fmt::Display) -> Failure {
    Failure::Told(format!("error: {message}"))
}

/// Runs the command line. What it has to say goes to standard output, messages go to standard error.
pub fn run() -> ExitStatus {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // `--help` and `--version` come this way too, and are no mistakes.
            let status = if error.use_stderr() { ExitStatus::Error } else { ExitStatus::Clean };
            let _ = error.print();
            return status;
        }
    };
    let Cli { terminal, command } = cli;
    if let Some(threads) = terminal.threads {
        // Fails only when a pool exists already, and none does yet.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    quiet_panics();
    match dispatch(command, terminal) {
        Ok(status) => status,
        Err(Failure::BrokenPipe) => ExitStatus::Clean,
        Err(Failure::Told(message)) => {
            let _ = writeln!(std::io::stderr(), "{}", message.trim_end());
            ExitStatus::Error
        }
    }
}

fn dispatch(command: Command, terminal: Terminal) -> Result<ExitStatus, Failure> {
    match command {
        Command::Init(args) => init::run(&args),
        Command::Soa(args) => soa::run(&args, terminal),
        Command::Scan(args) => scan::run(&args, terminal),
        Command::Coverage(args) => coverage::run(&args, terminal),
        Command::Baseline(command) => baseline::run(&command, terminal),
        Command::Documents(args) => documents::run(&args, terminal),
        Command::Doctor(args) => doctor::run(&args, terminal),
        Command::Evidence(command) => evidence::run(&command, terminal),
        Command::Actions(command) => actions::run(&command, terminal),
        Command::Config(command) => config::run(&command, terminal),
        Command::Rules(command) => rules::run(&command, terminal),
        Command::Explain(args) => explain::run(&args, terminal),
        Command::Controls(args) => controls::run(&args, terminal),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "annexa", &mut std::io::stdout());
            Ok(ExitStatus::Clean)
        }
    }
}

/// A panic in a parser or rule is caught and becomes a notice of the scan; its own text would only confuse.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}
