//! `--shard I/N`: which part of the points this process computes, as typed or as the engine that started it says.
//!
//! Does not know what a point is.

use std::path::Path;

use super::Failure;

/// Part `index` of `count`, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 1.
    pub index: u64,
    /// Of how many.
    pub count: u64,
}

impl Shard {
    /// Whether point `number`, from 1, is of this part: every `count`-th is, so that parts take equally long.
    pub fn has(self, number: u64) -> bool {
        number % self.count == self.index % self.count
    }

    /// What `text` says; `environment` looks a variable up.
    ///
    /// # Errors
    /// It is no such part, or the environment does not say which.
    pub fn parse(text: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let (index, count) = text.split_once('/').map_or((text, None), |(index, count)| (index, Some(count)));
        let count = count.map(|count| number(count, text)).transpose()?;
        if index == "auto" {
            return automatic(count, environment);
        }
        let Some(count) = count else {
            return Err(Failure::Usage(format!("`--shard {text}` does not say of how many: write `--shard {text}/8`")));
        };
        Self::new(number(index, text)?, count, text)
    }

    fn new(index: u64, count: u64, text: &str) -> Result<Self, Failure> {
        let last = count.max(1);
        match index {
            _ if count == 0 => Err(Failure::Usage(format!("`--shard {text}`: there is at least 1 part"))),
            0 => Err(Failure::Usage(format!(
                "`--shard {text}`: parts are counted from 1, from 1/{last} to {last}/{last}"
            ))),
            _ if index > count => Err(Failure::Usage(format!("`--shard {text}`: the last part is {last}/{last}"))),
            _ => Ok(Self { index, count }),
        }
    }
}

fn number(digits: &str, text: &str) -> Result<u64, Failure> {
    let mistake = || Failure::Usage(format!("`--shard {text}` is no part: write `2/8`, or `auto`"));
    digits.trim().parse().map_err(|_| mistake())
}

/// What each engine says: its name, the variable with the index, that with the first index, and that with the number.
const ENGINES: [(&str, &str, Option<&str>, Option<&str>); 3] = [
    ("Slurm", "SLURM_ARRAY_TASK_ID", Some("SLURM_ARRAY_TASK_MIN"), Some("SLURM_ARRAY_TASK_COUNT")),
    ("AWS Batch", "AWS_BATCH_JOB_ARRAY_INDEX", None, Some("AWS_BATCH_JOB_ARRAY_SIZE")),
    ("Kubernetes", "JOB_COMPLETION_INDEX", None, None),
];

fn automatic(count: Option<u64>, environment: impl Fn(&str) -> Option<String>) -> Result<Shard, Failure> {
    let look = |name: &str| environment(name).and_then(|value| value.trim().parse::<u64>().ok());
    for (engine, index, first, number) in ENGINES {
        let Some(index) = look(index) else { continue };
        let step = if engine == "Slurm" { look("SLURM_ARRAY_TASK_STEP").unwrap_or(1).max(1) } else { 1 };
        let index = index.saturating_sub(first.and_then(look).unwrap_or(0)) / step + 1;
        let Some(count) = count.or_else(|| number.and_then(look)) else {
            return Err(Failure::Usage(format!(
                "{engine} says which part this is, and not of how many: write `--shard auto/8` for 8 of them"
            )));
        };
        return Shard::new(index, count, &format!("auto, by {engine} part {index} of {count}"));
    }
    if let Some((index, total)) = environment("_CONDOR_JOB_AD").and_then(|path| condor(Path::new(&path))) {
        let count = count.or(total).ok_or_else(|| {
            Failure::Usage("HTCondor does not say of how many parts: write `--shard auto/8` for 8 of them".into())
        })?;
        return Shard::new(index + 1, count, "auto");
    }
    Err(Failure::Usage(
        "`--shard auto` finds no array of jobs in the environment (SLURM_ARRAY_TASK_ID, AWS_BATCH_JOB_ARRAY_INDEX, \
         JOB_COMPLETION_INDEX, _CONDOR_JOB_AD); by hand, write `--shard 1/8`, `--shard 2/8`, …"
            .into(),
    ))
}

/// `ProcId` and `TotalSubmitProcs` of the file in which `HTCondor` describes a job.
fn condor(path: &Path) -> Option<(u64, Option<u64>)> {
    let text = std::fs::read_to_string(path).ok()?;
    let value = |wanted: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once('='));
        lines.find(|(name, _)| name.trim() == wanted).and_then(|(_, value)| value.trim().parse().ok())
    };
    Some((value("ProcId")?, value("TotalSubmitProcs")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, environment: &[(&str, &str)]) -> Result<(u64, u64), String> {
        let look = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        match Shard::parse(text, look) {
            Ok(shard) => Ok((shard.index, shard.count)),
            Err(Failure::Usage(message)) => Err(message),
            Err(_) => unreachable!("nothing else can be wrong"),
        }
    }

    #[test]
    fn parts_have_every_point_once() {
        for count in 1..7 {
            for point in 1..50 {
                assert_eq!((1..=count).filter(|index| Shard { index: *index, count }.has(point)).count(), 1);
            }
        }
    }

    #[test]
    fn a_part_as_typed() {
        assert_eq!(parsed("2/8", &[]), Ok((2, 8)));
        for (wrong, says) in
            [("0/8", "from 1/8"), ("9/8", "8/8"), ("1/0", "at least 1"), ("3", "3/8"), ("a/b", "`2/8`")]
        {
            let message = parsed(wrong, &[]).expect_err(wrong);
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn a_part_as_an_engine_says() {
        let slurm = [("SLURM_ARRAY_TASK_ID", "11"), ("SLURM_ARRAY_TASK_COUNT", "4"), ("SLURM_ARRAY_TASK_MIN", "10")];
        assert_eq!(parsed("auto", &slurm), Ok((2, 4)));
        let stepped = [&slurm[..], &[("SLURM_ARRAY_TASK_STEP", "1")]].concat();
        assert_eq!(parsed("auto", &stepped), Ok((2, 4)));
        assert_eq!(
            parsed("auto", &[("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_SIZE", "3")]),
            Ok((1, 3))
        );
        assert_eq!(parsed("auto/5", &[("JOB_COMPLETION_INDEX", "4")]), Ok((5, 5)));
        assert!(parsed("auto", &[("JOB_COMPLETION_INDEX", "4")]).unwrap_err().contains("auto/8"));
        assert!(parsed("auto", &[]).unwrap_err().contains("SLURM_ARRAY_TASK_ID"));
        let directory = tempfile::tempdir().unwrap();
        let ad = directory.path().join("ad");
        std::fs::write(&ad, "ClusterId = 7\nProcId = 2\nTotalSubmitProcs = 6\n").unwrap();
        assert_eq!(parsed("auto", &[("_CONDOR_JOB_AD", ad.to_str().unwrap())]), Ok((3, 6)));
    }
}
