//! The only place with files, terminal, clock and environment; one short function a subcommand.
//!
//! Computes nothing: it makes the library's plain structs from what was typed and delivers what comes back.
//!
//! Exit codes: 0 done (also when nobody reads standard output any more), 1 the scenario or a run failed or a
//! file could not be read or written, 2 a mistake in the command, 130 interrupted.

mod again;
mod agree;
pub mod args;
mod bands;
mod check;
mod compare;
mod discover;
mod explain;
mod export;
mod input;
mod load;
mod memory;
mod merge;
mod output;
mod progress;
mod sensitivity;
mod shard;
mod simulate;
mod solve;
mod store;
mod study;
mod submit;
mod sweep;
mod trace;
mod words;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::diagnostic::nearest;
use args::{Cli, Command};

/// Exit code after Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Why a command did not come to its end.
#[derive(Debug)]
enum Failure {
    /// The scenario or a run failed; the message says why.
    Failed(String),
    /// The scenario failed, and why has been told.
    Said,
    /// The command was mistaken; the message says how.
    Usage(String),
    /// The command was mistaken, and how has been told.
    Misused,
    /// The user stopped it, and what there is of it has been told.
    Interrupted,
    /// The user stopped it before there was anything to tell.
    Stopped,
}

/// Does what the command line asks.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.collect();
    match Cli::try_parse_from(&arguments) {
        Ok(cli) => conclude(dispatch(&cli)),
        Err(e) if e.use_stderr() && spaced_set(&arguments).is_some() => {
            let meant = spaced_set(&arguments).unwrap_or_default();
            conclude(Err(Failure::Usage(format!(
                "`--set` takes NAME=VALUE without spaces around the sign\n\n  tip: write `--set {meant}`"
            ))))
        }
        Err(e) => {
            if !e.use_stderr() {
                return conclude(output::deliver(&e.render().ansi().to_string(), None));
            }
            // If standard error is closed there is nobody to tell.
            let _ = e.print();
            if let Some(command) = arguments.get(1).and_then(|first| meant(&first.to_string_lossy())) {
                output::say(&format!("\n  tip: did you mean `simulate {command}`?"));
            }
            ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(2))
        }
    }
}

/// `name=value` of a `--set name = value` that the shell took apart.
fn spaced_set(arguments: &[OsString]) -> Option<String> {
    let words: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    words.windows(3).enumerate().find_map(|(index, three)| {
        let [set, name, behind] = three else { return None };
        let value = match behind.strip_prefix('=') {
            Some("") => words.get(index + 3)?,
            Some(value) => value,
            None if name.ends_with('=') && !behind.starts_with('-') => behind,
            None => return None,
        };
        (set == "--set").then(|| format!("{}={value}", name.trim_end_matches('=')))
    })
}

/// The subcommand that a first word probably was meant to be, if it is none and no file.
fn meant(first: &str) -> Option<String> {
    let command = Cli::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let mistaken = !first.starts_with('-') && !names.contains(&first) && !Path::new(first).exists();
    mistaken.then(|| nearest(first, names).map(str::to_owned)).flatten()
}

fn dispatch(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        None => simulate::run(&cli.simulate),
        Some(Command::Solve(typed)) => solve::run(typed),
        Some(Command::Agree(typed)) => agree::run(typed),
        Some(Command::Sweep(typed)) => sweep::run(typed),
        Some(Command::Merge(typed)) => merge::run(typed),
        Some(Command::Submit(typed)) => submit::run(typed),
        Some(Command::Bands(typed)) => bands::run(typed),
        Some(Command::Sensitivity(typed)) => sensitivity::run(typed),
        Some(Command::Discover(typed)) => discover::run(typed),
        Some(Command::Compare(typed)) => compare::run(typed),
        Some(Command::Trace(typed)) => trace::run(typed),
        Some(Command::Explain(typed)) => explain::run(typed),
        Some(Command::Check(typed)) => check::run(typed),
        Some(Command::Export(typed)) => export::run(typed),
        Some(Command::Words(typed)) => words::run(typed),
        Some(Command::Completions(typed)) => completions(typed.shell),
    }
}

fn conclude(result: Result<(), Failure>) -> ExitCode {
    let (code, message) = match result {
        Ok(()) => (0, None),
        Err(Failure::Said) => (1, None),
        Err(Failure::Failed(message)) => (1, Some(message)),
        Err(Failure::Misused) => (2, None),
        Err(Failure::Usage(message)) => (2, Some(message)),
        Err(Failure::Interrupted) => (INTERRUPTED, None),
        Err(Failure::Stopped) => {
            output::say("note: stopped; what was done until then is too little to tell anything");
            (INTERRUPTED, None)
        }
    };
    if let Some(message) = message {
        output::say(&format!("error: {message}"));
    }
    ExitCode::from(code)
}

fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "simulate", &mut script);
    output::deliver(&String::from_utf8_lossy(&script), None)
}
