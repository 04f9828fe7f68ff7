//! What came back from a command.
//!
//! Does not know which command.

use std::process::{Command, Output};

/// What came back.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// `simulate` with these arguments, in the project's own directory.
    pub fn simulate(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_simulate"));
        Self::new(command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("it starts"))
    }

    pub fn new(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Failed with `code`, and standard error has all of `words` as they stand.
    pub fn fails(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "no `{word}` in: {}", self.err);
        }
    }

    /// The same where help is wrapped.
    pub fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        let told = self.err.split_whitespace().collect::<Vec<_>>().join(" ");
        words.iter().for_each(|word| assert!(told.contains(word), "`{word}` is not in: {told}"));
    }

    pub fn succeeds(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.out
    }
}
