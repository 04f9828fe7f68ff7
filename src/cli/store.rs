//! A directory with the finished points of a sweep: each point a file that is whole or not there, and says by its checksum
//! whether it still is what was written.
//!
//! Does not know how a point is computed. `study.json` says what sweep it is; `point-000000.json` is the base.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Failure;
use crate::analysis::sweep::{Point, Study};

/// Version of the files.
const FORMAT: u32 = 1;

const STUDY: &str = "study.json";

/// The first line of each file; the body is the second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Header {
    format: u32,
    simulate: String,
    scenario: String,
    seed: u64,
    /// Fingerprint of the study.
    study: String,
    /// BLAKE3 of this line with an empty checksum, and the body.
    checksum: String,
}

/// A directory of points of one study.
#[derive(Debug)]
pub struct Store {
    directory: PathBuf,
    study: Study,
    fingerprint: String,
}

/// What a directory holds.
#[derive(Debug, Default)]
pub struct Kept {
    /// Whole points by number.
    pub points: BTreeMap<u64, Point>,
    /// Files of points that are not what was written.
    pub damaged: BTreeMap<u64, PathBuf>,
}

/// Why a file has nothing to give.
enum Trouble {
    Missing,
    Damaged,
    Foreign(Header),
    Unreadable(io::Error),
}

/// What makes two studies the same: all but what the file is called.
fn fingerprint(study: &Study) -> String {
    let nameless = Study { file: String::new(), command: String::new(), ..study.clone() };
    let text = serde_json::to_string(&nameless).expect("a study is plain");
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

impl Store {
    /// The directory for the points of `study`: an empty or new one, or one that has some of them already.
    ///
    /// # Errors
    /// It holds something else, or cannot be written to.
    pub fn open(directory: &Path, study: Study) -> Result<Self, Failure> {
        let store = Self { directory: directory.to_owned(), fingerprint: fingerprint(&study), study };
        fs::create_dir_all(directory)
            .map_err(|e| Failure::Failed(format!("cannot make the directory `{}`: {e}", directory.display())))?;
        match read::<Study>(&directory.join(STUDY), None) {
            Ok((header, _)) if header.study == store.fingerprint => Ok(store),
            Ok((_, other)) => Err(Failure::Usage(store.another(&other))),
            Err(Trouble::Missing) if store.is_fresh()? => {
                store.write(STUDY, &store.study).map_err(|e| store.cannot_write(STUDY, &e))?;
                Ok(store)
            }
            Err(Trouble::Missing) => Err(Failure::Usage(format!(
                "`{}` is not empty, and holds no sweep; name a new directory for `--out`",
                directory.display()
            ))),
            Err(Trouble::Damaged | Trouble::Foreign(_)) => Err(store.without_study()),
            Err(Trouble::Unreadable(e)) => Err(cannot_read(&directory.join(STUDY), &e)),
        }
    }

    /// The directory of a sweep that was begun before.
    ///
    /// # Errors
    /// There is none.
    pub fn existing(directory: &Path) -> Result<Self, Failure> {
        let shown = directory.display();
        if !directory.is_dir() {
            return Err(Failure::Usage(format!("there is no directory `{shown}`")));
        }
        match read::<Study>(&directory.join(STUDY), None) {
            Ok((header, study)) => Ok(Self { directory: directory.to_owned(), fingerprint: header.study, study }),
            Err(Trouble::Missing) => Err(Failure::Usage(format!(
                "`{shown}` holds no sweep: there is no `{STUDY}` in it; name a directory that `simulate sweep --out` made"
            ))),
            Err(Trouble::Damaged | Trouble::Foreign(_)) => Err(Failure::Failed(format!(
                "`{shown}/{STUDY}` is damaged: its checksum is not that of its content\n\
                 delete that file, and run the command that made it again: it keeps the points"
            ))),
            Err(Trouble::Unreadable(e)) => Err(cannot_read(&directory.join(STUDY), &e)),
        }
    }

    /// What sweep it is.
    pub fn study(&self) -> &Study {
        &self.study
    }

    /// What tells its sweep from others.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// All points that are there.
    ///
    /// # Errors
    /// One belongs to another sweep, or cannot be read.
    pub fn kept(&self) -> Result<Kept, Failure> {
        let mut kept = Kept::default();
        for number in self.numbers()? {
            let path = self.directory.join(name(number));
            match read::<Point>(&path, Some(&self.fingerprint)) {
                Ok((_, point)) if point.number == number => drop(kept.points.insert(number, point)),
                Ok(_) | Err(Trouble::Damaged) => drop(kept.damaged.insert(number, path)),
                Err(Trouble::Missing) => {}
                Err(Trouble::Foreign(header)) => return Err(self.foreign(&path, &header)),
                Err(Trouble::Unreadable(e)) => return Err(cannot_read(&path, &e)),
            }
        }
        Ok(kept)
    }

    /// Keeps `point`, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written; what was there before is untouched.
    pub fn keep(&self, point: &Point) -> Result<(), Failure> {
        let name = name(point.number);
        self.write(&name, point).map_err(|e| self.cannot_write(&name, &e))
    }

    /// The numbers of the points of which there is a file, ascending.
    fn numbers(&self) -> Result<Vec<u64>, Failure> {
        let entries = fs::read_dir(&self.directory).map_err(|e| cannot_read(&self.directory, &e))?;
        let number = |name: String| {
            let digits = name.strip_prefix("point-")?.strip_suffix(".json")?.to_owned();
            digits.parse().ok().filter(|number: &u64| *number <= self.study.points)
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| cannot_read(&self.directory, &e))?;
            numbers.extend(number(entry.file_name().to_string_lossy().into_owned()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Whether there is nothing here but what an interrupted beginning may have left, or points whose study was lost.
    fn is_fresh(&self) -> Result<bool, Failure> {
        let entries = fs::read_dir(&self.directory).map_err(|e| cannot_read(&self.directory, &e))?;
        let names = entries.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
        Ok(names.into_iter().all(|name| name.starts_with(UNFINISHED) || name.starts_with("point-")))
    }

    fn write(&self, name: &str, body: &impl Serialize) -> io::Result<()> {
        let body = serde_json::to_string(body).map_err(io::Error::other)?;
        let mut header = Header {
            format: FORMAT,
            simulate: self.study.simulate.clone(),
            scenario: self.study.digest.clone(),
            seed: self.study.seed,
            study: self.fingerprint.clone(),
            checksum: String::new(),
        };
        header.checksum = checksum(&header, &body);
        let header = serde_json::to_string(&header).map_err(io::Error::other)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(UNFINISHED);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(&self.directory)?;
        file.write_all(format!("{header}\n{body}\n").as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(self.directory.join(name)).map_err(|e| e.error)?;
        // The name, too, outlives a power cut.
        if cfg!(unix) { File::open(&self.directory)?.sync_all() } else { Ok(()) }
    }

    fn cannot_write(&self, name: &str, error: &io::Error) -> Failure {
        let directory = self.directory.display();
        let full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
        let way_out = if full { "make room, and then" } else { "then" };
        Failure::Failed(format!(
            "cannot write `{directory}/{name}`: {error}\n\
             the points that were finished before are safe in `{directory}`; {way_out} run the same command again: it \
             computes what is missing"
        ))
    }

    fn without_study(&self) -> Failure {
        Failure::Failed(format!(
            "`{0}/{STUDY}` is damaged: its checksum is not that of its content\n\
             delete that file and run the same command again: points that belong to this sweep are kept",
            self.directory.display()
        ))
    }

    fn foreign(&self, path: &Path, header: &Header) -> Failure {
        Failure::Usage(format!(
            "`{}` is a point of another sweep: scenario {}, seed {}, simulate {}, sweep {}; this is scenario {}, seed {}, \
             simulate {}, sweep {}\nuse another directory",
            path.display(),
            short(&header.scenario),
            header.seed,
            header.simulate,
            short(&header.study),
            short(&self.study.digest),
            self.study.seed,
            self.study.simulate,
            short(&self.fingerprint),
        ))
    }

    /// Why `other`, which is here already, is not this sweep.
    fn another(&self, other: &Study) -> String {
        let directory = self.directory.display();
        format!(
            "`{directory}` holds another sweep\n{}use another directory, or what made this one: {}",
            differences(other, &self.study, ("there", "here")),
            other.command
        )
    }
}

/// What unfinished files begin with.
const UNFINISHED: &str = ".simulate-";

/// A line each of what two studies do not share, with both digests.
pub fn differences(left: &Study, right: &Study, (there, here): (&str, &str)) -> String {
    let mut lines = String::new();
    let mut line = |what: &str, left: &str, right: &str| {
        if left != right || what == "sweep" {
            let _ = writeln!(lines, "  {what:<10} {left} {there}, {right} {here}");
        }
    };
    line("sweep", short(&fingerprint(left)), short(&fingerprint(right)));
    line("scenario", short(&left.digest), short(&right.digest));
    line("simulate", &left.simulate, &right.simulate);
    line("seed", &left.seed.to_string(), &right.seed.to_string());
    line("runs", &left.runs.to_string(), &right.runs.to_string());
    line("changes", &listed(&left.overrides), &listed(&right.overrides));
    line("design", &left.design, &right.design);
    line("points", &left.points.to_string(), &right.points.to_string());
    line("solved", if left.exact { "yes" } else { "no" }, if right.exact { "yes" } else { "no" });
    line("factors", &factors(left), &factors(right));
    lines
}

fn listed(overrides: &[String]) -> String {
    if overrides.is_empty() { "none".into() } else { overrides.join(" ") }
}

fn factors(study: &Study) -> String {
    let each = study.factors.iter().map(|axis| match axis.levels.as_slice() {
        [] => format!("{} ({})", axis.name, axis.spread.as_deref().unwrap_or_default()),
        [first, .., last] => format!("{} ({}: {} … {})", axis.name, axis.levels.len(), first.text, last.text),
        [only] => format!("{} ({})", axis.name, only.text),
    });
    each.collect::<Vec<_>>().join(", ")
}

/// Enough of a digest to tell two apart.
fn short(digest: &str) -> &str {
    &digest[..digest.len().min(12)]
}

fn name(number: u64) -> String {
    format!("point-{number:06}.json")
}

fn checksum(header: &Header, body: &str) -> String {
    let bare = Header { checksum: String::new(), ..header.clone() };
    let bare = serde_json::to_string(&bare).expect("a header is plain");
    blake3::hash(format!("{bare}\n{body}").as_bytes()).to_hex().to_string()
}

/// The body of the file at `path`, of the study with this fingerprint if one is given.
fn read<T: DeserializeOwned>(path: &Path, study: Option<&str>) -> Result<(Header, T), Trouble> {
    let bytes = fs::read(path).map_err(|e| match e.kind() {
        ErrorKind::NotFound => Trouble::Missing,
        _ => Trouble::Unreadable(e),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| Trouble::Damaged)?;
    let (first, rest) = text.split_once('\n').ok_or(Trouble::Damaged)?;
    let body = rest.strip_suffix('\n').ok_or(Trouble::Damaged)?;
    let header: Header = serde_json::from_str(first).map_err(|_| Trouble::Damaged)?;
    if header.checksum != checksum(&header, body) {
        return Err(Trouble::Damaged);
    }
    if study.is_some_and(|study| study != header.study) || header.format != FORMAT {
        return Err(Trouble::Foreign(header));
    }
    serde_json::from_str(body).map(|body| (header, body)).map_err(|_| Trouble::Damaged)
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::Failed(format!("cannot read `{}`: {error}", path.display()))
}
