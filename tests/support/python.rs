//! Programs in Python that check this one: where there is a Python with what they need.
//!
//! The Python is `python3`, or what the environment variable `SIMULATE_PYTHON` names. Where that lacks a module, the test
//! says so on standard error and has nothing to check; whoever sets the variable promises numpy and scipy.

use std::ffi::OsString;
use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A Python that has certain modules.
#[derive(Debug, Clone)]
pub struct Python {
    program: OsString,
}

impl Python {
    /// The Python, if it has all of `modules`; if not, the reader of the test's output is told.
    ///
    /// # Panics
    /// If `promised`, and whoever set `SIMULATE_PYTHON` did not keep the promise.
    pub fn with(modules: &[&str], promised: bool) -> Option<Self> {
        let named = std::env::var_os("SIMULATE_PYTHON");
        let python = Self { program: named.clone().unwrap_or_else(|| "python3".into()) };
        let imports = format!("import {}", modules.join(", "));
        let tried = Command::new(&python.program).arg("-c").arg(imports).output();
        if tried.is_ok_and(|output| output.status.success()) {
            return Some(python);
        }
        let program = python.program.to_string_lossy().into_owned();
        assert!(!(promised && named.is_some()), "SIMULATE_PYTHON is {program}, which cannot import {modules:?}");
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        // Not through `eprintln`, which the test harness keeps to itself when a test passes.
        let _ = writeln!(stderr(), "skipped {test}: {program} cannot import {}", modules.join(", "));
        None
    }

    /// Runs a script of `tests/oracle/` on one core.
    ///
    /// # Panics
    /// If it fails.
    pub fn run(&self, script: &str, arguments: &[&Path]) -> Output {
        let script: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(script);
        let output = Command::new(&self.program)
            .arg(&script)
            .args(arguments)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", script.display()));
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            output.status.success(),
            "{}: {}\n{}{}",
            script.display(),
            output.status,
            said(&output.stdout),
            said(&output.stderr)
        );
        output
    }
}
