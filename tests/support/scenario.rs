//! A scenario as a test writes it, read as a page of the manual: text, overrides, runs, seed.
//!
//! Does not know what is counted.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use simulate::diagnostic::{Diagnostics, Source};
use simulate::engine::{self, Conduct, Plan};
use simulate::model::Model;
use simulate::model::compile::{Overrides, compile};
use simulate::observe::Collector;
use simulate::scenario::read;

use super::{Runs, Stories, Told};

/// `Scenario::new("…").runs(20_000).seed(1).sample().outcome("war").is(0.3)`
#[derive(Debug, Clone)]
pub struct Scenario {
    name: String,
    text: String,
    overrides: Overrides,
    plan: Plan,
}

impl Scenario {
    /// The inside of a scenario file; the version and, if the text names none, the outcomes are added.
    pub fn new(inside: &str) -> Self {
        let outcomes = if inside.contains("outcomes:") { "" } else { "outcomes: [(name: whatever)]," };
        Self::file("test.ron", &format!("(\nsimulate: 1,\n{}\n,\n{outcomes}\n)", inside.trim().trim_end_matches(',')))
    }

    /// A whole scenario file.
    pub fn file(name: &str, text: &str) -> Self {
        let plan = Plan { runs: 10_000, seed: 1, threads: None };
        Self { name: name.to_owned(), text: text.to_owned(), overrides: Overrides::default(), plan }
    }

    pub fn runs(mut self, runs: u64) -> Self {
        self.plan.runs = runs;
        self
    }

    pub fn seed(mut self, seed: u64) -> Self {
        self.plan.seed = seed;
        self
    }

    pub fn threads(mut self, threads: usize) -> Self {
        self.plan.threads = Some(threads);
        self
    }

    /// `--set`
    pub fn set(mut self, name_is_value: &str) -> Self {
        self.overrides.set.push(name_is_value.to_owned());
        self
    }

    /// `--forbid`
    pub fn forbid(mut self, rule: &str) -> Self {
        self.overrides.forbid.push(rule.to_owned());
        self
    }

    /// `--force`
    pub fn force(mut self, rule_at_date: &str) -> Self {
        self.overrides.force.push(rule_at_date.to_owned());
        self
    }

    /// `--variant`
    pub fn variant(mut self, name: &str) -> Self {
        self.overrides.variants.push(name.to_owned());
        self
    }

    /// The same with another text in place of `old`, which must occur once.
    pub fn with(mut self, old: &str, new: &str) -> Self {
        assert_eq!(self.text.matches(old).count(), 1, "`{old}` should occur once in:\n{}", self.text);
        self.text = self.text.replace(old, new);
        self
    }

    /// Compiled, or the mistakes as a reader would see them.
    pub fn compile(&self) -> Result<Model, String> {
        let source = Source { name: &self.name, text: &self.text };
        let told = |mistakes: &Diagnostics| mistakes.iter().map(|d| d.message.clone()).collect::<Vec<_>>().join("\n");
        let (document, mistakes) = read(&source);
        match document {
            Some(document) if !mistakes.has_errors() => {
                compile(&document, &source, &self.overrides).map_err(|mistakes| told(&mistakes))
            }
            _ => Err(told(&mistakes)),
        }
    }

    /// Compiled.
    pub fn model(&self) -> Model {
        self.compile().unwrap_or_else(|mistakes| panic!("{} does not compile:\n{mistakes}\n{}", self.name, self.text))
    }

    /// All runs, counted by `C`.
    pub fn collect<C: Collector>(&self) -> C {
        collect(&self.model(), &self.plan)
    }

    /// All runs, with what each answered to every outcome and question.
    pub fn sample(&self) -> Runs {
        self.collect()
    }

    /// What happened in every run.
    pub fn stories(&self) -> Vec<Vec<Told>> {
        self.collect::<Stories>().runs
    }

    /// What happened in one run, drawn alone.
    pub fn story(&self, run: u64) -> Vec<Told> {
        let model = self.model();
        let mut stories = Stories::default();
        engine::run_one(&model, self.plan.seed, run, &mut stories).unwrap_or_else(|error| panic!("{error}"));
        stories.runs.remove(0)
    }
}

/// The scenario files of a directory of the project, or of any if the path is absolute; in order of their names.
pub fn scenarios_in(directory: impl AsRef<Path>) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let entries = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "ron"));
    files.sort();
    files
}

/// Name and text of every scenario of the oracle directory and of the gallery.
pub fn all_scenarios() -> impl Iterator<Item = (String, String)> {
    let files = scenarios_in("tests/oracle").into_iter().chain(scenarios_in("scenarios"));
    files.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()))
}

/// All runs of a model, counted by `C`.
pub fn collect<C: Collector>(model: &Model, plan: &Plan) -> C {
    let conduct = Conduct { stop: &AtomicBool::new(false), progress: &|_| {} };
    let sampled = engine::sample::<C>(model, plan, &conduct).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(sampled.runs, plan.runs);
    sampled.collected
}
