//! `simulate merge DIR…`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::Failure;
use super::args::sweep::MergeArgs;
use super::store::{Store, differences};
use super::sweep::{check_view, deliver, refuse_unknown, whole};
use crate::analysis::sweep::{Point, Study, Sweep};
use crate::report::figures::count;

pub(super) fn run(typed: &MergeArgs) -> Result<(), Failure> {
    check_view(&typed.view)?;
    let sweep = merged(&typed.directories)?;
    let known: Vec<&str> = sweep.quantities().map(|quantity| quantity.name.as_str()).collect();
    refuse_unknown(&typed.view.show, &known)?;
    if let Some(directory) = &typed.out {
        keep_all(&sweep, directory)?;
    }
    deliver(&sweep, &typed.view)
}

/// The sweep whose points are in these directories, in whatever order.
///
/// # Errors
/// They are not of one sweep, a point is missing, damaged or there twice and different.
pub fn merged(directories: &[PathBuf]) -> Result<Sweep, Failure> {
    let stores: Vec<Store> =
        directories.iter().map(|directory| Store::existing(directory)).collect::<Result<_, Failure>>()?;
    let study = one_study(&stores)?;
    let mut points: BTreeMap<u64, (Point, &Path)> = BTreeMap::new();
    let mut damaged: BTreeMap<u64, PathBuf> = BTreeMap::new();
    for store in &stores {
        let kept = store.kept()?;
        damaged.extend(kept.damaged);
        for (number, point) in kept.points {
            match points.get(&number) {
                Some((other, there)) if *other != point => return Err(contradict(number, there, store.directory())),
                Some(_) => {}
                None => drop(points.insert(number, (point, store.directory()))),
            }
        }
    }
    let missing: Vec<u64> = (0..=study.points).filter(|number| !points.contains_key(number)).collect();
    if !missing.is_empty() {
        return Err(incomplete(&study, &missing, &damaged));
    }
    Ok(whole(study, points.into_values().map(|(point, _)| point).collect()))
}

/// What all of them are of. The file may be called differently in each; the first name of all is taken.
fn one_study(stores: &[Store]) -> Result<Study, Failure> {
    let first = stores.first().expect("a directory is named");
    if let Some(other) = stores.iter().find(|store| store.fingerprint() != first.fingerprint()) {
        let (a, b) = (first.directory().display(), other.directory().display());
        let apart = differences(first.study(), other.study(), (&format!("in `{a}`"), &format!("in `{b}`")));
        return Err(Failure::Usage(format!("`{a}` and `{b}` are of different sweeps\n{}", apart.trim_end())));
    }
    let studies = stores.iter().map(Store::study);
    Ok(studies.min_by(|a, b| (&a.file, &a.command).cmp(&(&b.file, &b.command))).expect("a directory is named").clone())
}

fn contradict(number: u64, one: &Path, other: &Path) -> Failure {
    Failure::Failed(format!(
        "point {number} is not the same in `{}` and `{}`, and one of them is wrong\n\
         delete `point-{number:06}.json` in both and run their commands again",
        one.display(),
        other.display()
    ))
}

fn incomplete(study: &Study, missing: &[u64], damaged: &BTreeMap<u64, PathBuf>) -> Failure {
    let mut message = format!(
        "{} of {} points are missing: {}\n",
        count(missing.len() as u64),
        count(study.points + 1),
        stretches(missing)
    );
    for (number, path) in damaged.iter().filter(|(number, _)| missing.contains(number)) {
        let _ = writeln!(
            message,
            "point {number} is damaged: the checksum of `{}` is not that of its content",
            path.display()
        );
    }
    message += "run the command of each part again with its own `--out`: it computes what is missing";
    Failure::Failed(message)
}

/// `3, 7 to 12, 20`, the first few.
fn stretches(numbers: &[u64]) -> String {
    const FEW: usize = 12;
    let mut found: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match found.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => found.push((*number, *number)),
        }
    }
    let shown: Vec<String> = found
        .iter()
        .take(FEW)
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first} to {last}") })
        .collect();
    shown.join(", ") + if found.len() > FEW { ", …" } else { "" }
}

fn keep_all(sweep: &Sweep, directory: &Path) -> Result<(), Failure> {
    let store = Store::open(directory, sweep.study.clone())?;
    let kept = store.kept()?;
    let missing =
        std::iter::once(&sweep.base).chain(&sweep.points).filter(|point| !kept.points.contains_key(&point.number));
    missing.into_iter().try_for_each(|point| store.keep(point))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_stretches() {
        assert_eq!(stretches(&[3, 7, 8, 9, 20]), "3, 7 to 9, 20");
        assert!(stretches(&(0..100).step_by(2).collect::<Vec<_>>()).ends_with("22, …"));
    }
}
