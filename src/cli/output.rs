//! Finished text on its way out: to standard output or into a file that is whole or not there.
//!
//! Does not know what the text says.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Failure;

/// Writes `text` to `out`, or to standard output. Colour is kept on a terminal only, never under `NO_COLOR`.
///
/// # Errors
/// A message that names the place and the cause. That nobody reads standard output any more is no failure: whoever
/// closes a pipe has seen enough, and what the command comes to does not depend on it.
pub fn deliver(text: &str, out: Option<&Path>) -> Result<(), Failure> {
    match out {
        Some(path) => keep(anstream::adapter::strip_str(text).to_string().as_bytes(), path),
        None => match print(text) {
            Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::Failed(format!("cannot write to standard output: {e}")))
            }
            _ => Ok(()),
        },
    }
}

/// Writes `bytes` to the file at `path`, whole or not at all.
///
/// # Errors
/// A message that names the place and the cause.
pub fn keep(bytes: &[u8], path: &Path) -> Result<(), Failure> {
    save(path, bytes).map_err(|e| cannot_write(path, &e))
}

/// Finds out before a long computation whether `out` can be written to at all.
///
/// # Errors
/// A message that says why not.
pub fn check(out: Option<&Path>) -> Result<(), Failure> {
    check_option("--out", out)
}

/// The same for a path that another option names.
///
/// # Errors
/// A message that says why not.
pub fn check_option(option: &str, out: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = out else { return Ok(()) };
    let directory = directory_of(path);
    let shown = path.display();
    if path.is_dir() {
        return Err(Failure::Usage(format!("`{option} {shown}` is a directory; name a file in it")));
    }
    if !directory.is_dir() {
        let directory = directory.display();
        return Err(Failure::Usage(format!("`{option} {shown}`: the directory `{directory}` does not exist")));
    }
    Ok(())
}

/// A line for the person at the terminal, on standard error.
pub fn say(text: &str) {
    // If even standard error is closed there is nobody to tell.
    let _ = writeln!(anstream::AutoStream::auto(io::stderr().lock()), "{text}");
}

/// Whether standard error takes colour.
pub fn is_colourful() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

fn print(text: &str) -> io::Result<()> {
    let mut stdout = anstream::AutoStream::auto(io::stdout().lock());
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Writes to a temporary file beside the target and renames it, so that no reader ever sees half a result.
/// What is no ordinary file (`/dev/null`, a named pipe) is written to as it is.
fn save(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let existing = std::fs::metadata(path).ok();
    if existing.as_ref().is_some_and(|m| !m.is_file()) {
        return File::create(path)?.write_all(bytes);
    }
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".simulate-");
    permit(&mut builder, existing);
    let mut file = builder.tempfile_in(directory_of(&target))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|e| e.error)?;
    Ok(())
}

/// Who may read the file: as before, or as of a file made by any other program. Temporary files are otherwise for
/// their owner alone.
fn permit(builder: &mut tempfile::Builder<'_, '_>, existing: Option<Metadata>) {
    if let Some(existing) = existing {
        builder.permissions(existing.permissions());
        return;
    }
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
}

fn directory_of(path: &Path) -> PathBuf {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::Failed(format!("cannot write `{}`: {error}; nothing was changed there", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_without_colour() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("r.txt");
        std::fs::write(&path, "a long old text").unwrap();
        deliver("\u{1b}[1mnew\u{1b}[0m\n", Some(&path)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new\n");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_a_new_file_can_be_read_by_others() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        deliver("one", Some(&real)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        deliver("two", Some(&link)).unwrap();
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "two");
        assert_ne!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o444, 0o400);
        deliver("gone", Some(Path::new("/dev/null"))).unwrap();
        assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn a_target_that_cannot_be_is_refused_beforehand() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(check(Some(directory.path())), Err(Failure::Usage(_))));
        assert!(matches!(check(Some(&directory.path().join("no/r.csv"))), Err(Failure::Usage(_))));
        assert!(check(Some(&directory.path().join("r.csv"))).is_ok());
    }
}
