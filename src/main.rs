//! Calls the command line and turns its result into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    simulate::cli::run(std::env::args_os())
}
