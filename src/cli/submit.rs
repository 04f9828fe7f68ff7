//! `simulate submit slurm FILE`: a job array that computes the parts of a sweep, and the merge that waits for it.
//!
//! Does not know Slurm's own rules: what an option of `sbatch` means is left to it.

use std::process::Command;

use super::again::{self, quoted};
use super::args::Format;
use super::args::sweep::{Engine, SlurmArgs, SubmitArgs};
use super::{Failure, output};

pub(super) fn run(typed: &SubmitArgs) -> Result<(), Failure> {
    let Engine::Slurm(typed) = &typed.engine;
    let script = slurm(typed)?;
    if typed.print {
        return output::deliver(&script, None);
    }
    let done = Command::new("sh").args(["-c", &script]).status();
    match done {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Failure::Failed(
            "the jobs were not submitted: is `sbatch` there? `--print` shows the script, to be run where it is".into(),
        )),
        Err(e) => {
            Err(Failure::Failed(format!("cannot start `sh`: {e}; `--print` shows the script, to be run by hand")))
        }
    }
}

/// A shell script that submits both.
fn slurm(typed: &SlurmArgs) -> Result<String, Failure> {
    let sweep = &typed.sweep;
    let Some(directory) = &sweep.out else {
        return Err(Failure::Usage("where do the points go? name a directory that all nodes see: `--out DIR`".into()));
    };
    if sweep.shard.is_some() {
        return Err(Failure::Usage("leave `--shard` out: the array gives each task its own part".into()));
    }
    if sweep.file.as_os_str() == "-" {
        return Err(Failure::Usage("standard input does not reach a cluster: name a file that all nodes see".into()));
    }
    let directory = quoted(&directory.display().to_string());
    let file = sweep.file.display().to_string();
    let parts = format!("{} --out {directory} --shard auto", again::sweep_points(&file, sweep));
    let options: Vec<String> = typed.sbatch.iter().map(|option| format!(" {}", quoted(option))).collect();
    let options = options.concat();
    let array = typed.array;
    Ok(format!(
        "#!/bin/sh\n\
         # {array} parts of a sweep as a Slurm job array, and the merge that waits for all of them.\n\
         # A part that fails can be submitted again alone: it computes only what is missing.\n\
         set -eu\n\
         export SIMULATE=\"${{SIMULATE:-simulate}}\"\n\
         array=$(sbatch --parsable --array=1-{array}{options} <<'PART'\n\
         #!/bin/sh\n\
         exec \"$SIMULATE\" {parts}\n\
         PART\n\
         )\n\
         sbatch --parsable --dependency=\"afterok:$array\" --output=sweep-%j.txt <<'MERGE'\n\
         #!/bin/sh\n\
         exec \"$SIMULATE\" merge {directory}{}\n\
         MERGE\n",
        view(sweep)
    ))
}

fn view(sweep: &super::args::sweep::SweepArgs) -> String {
    let view = &sweep.view;
    let table = view.table.as_ref().map(|path| format!(" --table {}", quoted(&path.display().to_string())));
    let format = match view.format {
        Format::Text => None,
        Format::Json => Some(" --format json"),
        Format::Csv => Some(" --format csv"),
    };
    let show: Vec<String> = view.show.iter().map(|name| format!(" --show {}", quoted(name))).collect();
    let show = show.concat();
    let all = if view.all { " --all" } else { "" };
    format!("{}{}{show}{all}", table.unwrap_or_default(), format.unwrap_or_default())
}
