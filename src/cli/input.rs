//! Scenario text from a file or from standard input, or a message that says why not.
//!
//! Does not know what a scenario is.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::diagnostic::{self, Source};

/// The longest text that is read, in bytes.
const LIMIT: u64 = 10_000_000;

/// A text and what to call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The path as it was given; `standard input` for `-`.
    pub name: String,
    /// The text, without a byte order mark.
    pub text: String,
}

impl Text {
    /// For diagnostics.
    pub fn source(&self) -> Source<'_> {
        Source { name: &self.name, text: &self.text }
    }
}

/// Reads the file at `path`, or standard input for `-`.
///
/// # Errors
/// A message for the user: what is wrong with the file, and a way out.
pub fn read(path: &Path) -> Result<Text, String> {
    if path == Path::new("-") {
        let name = "standard input".to_owned();
        let bytes = take(io::stdin().lock()).map_err(|e| format!("cannot read {name}: {e}"))?;
        return decode(name, bytes);
    }
    let name = path.display().to_string();
    if path.is_dir() {
        return Err(format!("`{name}` is a directory; name a scenario file in it{}", scenarios_in(path)));
    }
    let file = File::open(path).map_err(|e| cannot_open(path, &e))?;
    let bytes = take(file).map_err(|e| format!("cannot read `{name}`: {e}"))?;
    decode(name, bytes)
}

/// What a report calls the file: the path as given, but of an absolute path only the last part, because the
/// rest belongs to the machine and the same command must print the same bytes elsewhere.
pub fn shown(path: &Path) -> String {
    match path.file_name() {
        Some(name) if path.is_absolute() => name.to_string_lossy().into_owned(),
        _ => path.display().to_string(),
    }
}

fn take(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn decode(name: String, bytes: Vec<u8>) -> Result<Text, String> {
    if bytes.len() as u64 > LIMIT {
        return Err(format!("`{name}` is longer than 10 MB, the most that a scenario may have"));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(format!("`{name}` is UTF-16 text; save it as UTF-8"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Text { name, text: text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text) }),
        Err(e) => Err(not_text(&name, e.as_bytes(), e.utf8_error().valid_up_to())),
    }
}

fn not_text(name: &str, bytes: &[u8], at: usize) -> String {
    let before = String::from_utf8_lossy(&bytes[..at]);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    format!("{name}:{line}:{column}: byte 0x{:02X} is not UTF-8 text; save the file as UTF-8", bytes[at])
}

fn cannot_open(path: &Path, error: &io::Error) -> String {
    let name = path.display();
    if error.kind() != io::ErrorKind::NotFound {
        return format!("cannot open `{name}`: {error}");
    }
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !directory.is_dir() {
        return format!("there is no file `{name}`: its directory `{}` does not exist", directory.display());
    }
    if let Ok(target) = std::fs::read_link(path) {
        return format!("`{name}` is a link to `{}`, which does not exist", target.display());
    }
    let names = names_in(directory);
    let wanted = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    match diagnostic::nearest(&wanted, names.iter().map(String::as_str)) {
        Some(near) => format!("there is no file `{name}`; did you mean `{}`?", path.with_file_name(near).display()),
        None => format!("there is no file `{name}`{}", scenarios_in(directory)),
    }
}

/// `; there is a.ron, b.ron`
fn scenarios_in(directory: &Path) -> String {
    let mut found: Vec<String> =
        names_in(directory).into_iter().filter(|n| Path::new(n).extension().is_some_and(|e| e == "ron")).collect();
    let more = if found.len() > 6 { ", …" } else { "" };
    found.truncate(6);
    if found.is_empty() { String::new() } else { format!("; there is {}{more}", found.join(", ")) }
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Result<String, String> {
        decode("f.ron".into(), bytes.to_vec()).map(|t| t.text)
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(decoded(b"\xEF\xBB\xBF(a)").unwrap(), "(a)");
    }

    #[test]
    fn bytes_that_are_no_text_are_named_with_their_place() {
        let message =
            decoded("(\n é\u{fc}".as_bytes().iter().chain(&[0xE9, b'x']).copied().collect::<Vec<_>>().as_slice());
        assert_eq!(message.unwrap_err(), "f.ron:2:4: byte 0xE9 is not UTF-8 text; save the file as UTF-8");
        assert!(decoded(b"\xFF\xFE(\0").unwrap_err().contains("UTF-16"));
    }

    #[test]
    fn a_text_that_is_too_long_is_refused() {
        assert!(decoded(&vec![b' '; LIMIT as usize + 1]).unwrap_err().contains("10 MB"));
        assert!(decoded(&vec![b' '; LIMIT as usize]).is_ok());
    }

    #[test]
    fn a_missing_file_is_answered_with_the_nearest_name() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("outreach.ron"), "()").unwrap();
        let message = read(&directory.path().join("outraech.ron")).unwrap_err();
        assert!(message.ends_with("outreach.ron`?") && message.contains("did you mean"), "{message}");
        let message = read(&directory.path().join("other.ron")).unwrap_err();
        assert!(message.ends_with("; there is outreach.ron"), "{message}");
        assert!(read(directory.path()).unwrap_err().contains("is a directory"));
    }

    #[cfg(unix)]
    #[test]
    fn of_a_link_to_nothing_its_end_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link.ron");
        std::os::unix::fs::symlink("gone.ron", &link).unwrap();
        let message = read(&link).unwrap_err();
        assert!(message.ends_with("is a link to `gone.ron`, which does not exist"), "{message}");
    }

    #[test]
    fn of_an_absolute_path_only_the_name_is_shown() {
        assert_eq!(shown(Path::new("/home/ann/x.ron")), "x.ron");
        assert_eq!(shown(Path::new("scenarios/x.ron")), "scenarios/x.ron");
    }
}
