//! The `annexa` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(annexa::cli::run().code())
}
