//! A rule-based scenario simulator: actors with postures, indicators and rules, written in one readable file;
//! a seeded Monte Carlo that tallies what happens and says how sure that is.
//!
//! This page is the map of the code. What a scenario *means* is told in the README and, field by field, in
//! [`scenario::document`].
//!
//! # The pipeline
//! Data is handed on by value and never reaches back:
//!
//! ```text
//! &str ──scenario::read──▶ Document ──model::compile──▶ Model ─┬─engine::sample──▶ Tally ──analysis──▶ Findings ─┐
//!                                                              └─exact::solve──▶ Solution ──────────────────────┤
//!                                 String ◀──report::text, json, csv── Report ◀──report::gather──────────────────┘
//! ```
//!
//! | module | what it holds | what it does not know |
//! |---|---|---|
//! | [`diagnostic`] | a mistake or warning with its place, rendered for people or as data | what a scenario is |
//! | [`scenario`] | text to document: names are strings, every value knows its place | whether a name exists |
//! | [`model`] | document to compiled model: dense ids, tables, and [`model::instant`], where rules act | how a run is drawn |
//! | [`observe`] | what a run tells and how it is counted: monitors, tally, paths, trace | where runs come from |
//! | [`engine`] | runs drawn from occasions laid out beforehand, in parallel | what is asked of a run |
//! | [`exact`] | the same model solved: reachable states, uniformisation, interval answers | the sampler |
//! | [`analysis`] | counts to estimates with intervals | how they are shown |
//! | [`report`] | one plain, versioned value and its views | files and terminals |
//! | [`cli`] | files, terminal, clock, environment: a short function a subcommand | – |
//!
//! A module may use only those above it; a test keeps it so (`tests/architecture.rs`).
//!
//! # Where is …
//! - one instant, from its agenda to its end: [`model::instant`]; one firing, its effects and listeners:
//!   `model/firing.rs`. Every engine asks chance through [`model::instant::Choice`].
//! - what makes the sampler fast: `model/program.rs` (the rules, small and flat), `engine/stream.rs` and
//!   `engine/sieve.rs` (the words of occasions, and which are kept), `engine/bulk.rs` (in lists), `engine/lane.rs` (a
//!   run's in order, by `engine/bins.rs`), `engine/wide.rs` (these with wider registers; the only `unsafe` code),
//!   `engine/hazard.rs` (the hazards in force, which move in their tables as variables do; an actor's together:
//!   `engine/group.rs`, `engine/limits.rs`), `model/program/alone.rs` (firings of which nothing comes but that one variable
//!   moves), `observe/question/follower.rs` (questions by what has changed), `engine/relay.rs` (runs, and points of a
//!   study, in parallel and taken in order).
//! - the randomness scheme: `engine/occasion.rs`, the only file that draws for a run (decisions by the hash of
//!   `engine/sip.rs`). A run is a pure function of seed, run number and the ids of the rules; its first values are pinned by
//!   a test.
//! - the events by which a run tells its story: [`model::event::Occurrence`].
//! - the chain of milestones of a run: [`observe::path`]; the dated story of one run: [`observe::trace`].
//! - what a question means: [`observe::question`]; an interval: [`analysis::estimate`].
//! - the exact solver, from what is asked to what is answered: `exact/plan.rs` (which slices), `exact/slice.rs` (the closure),
//!   `exact/space.rs` and `exact/cascade.rs` (states, and an instant with every answer; `exact/reach.rs` and `exact/moves.rs`: what
//!   need not be acted out again), `exact/forward.rs` (the distribution
//!   through the calendar), `exact/operator.rs` (uniformisation), [`exact::solution`] (what comes out).
//! - what can be set, and what a study varies: [`model::assumption`] (parameters, and what `model/compile/stated.rs` finds
//!   in rules), [`analysis::factor`] (a factor and its settings), [`analysis::design`] (the points).
//! - the draws of a study, which are not those of a run: `analysis/draw.rs` (streams), [`analysis::design`] (points).
//! - what is in doubt and by which law it is drawn: [`analysis::judgement`]; many points measured with the same luck:
//!   [`analysis::study`]; bands, and what runs add to them: [`analysis::bands`].
//! - which doubtful number a result rests on: [`analysis::tornado`]; [`analysis::sensitivity`], estimators on any function of
//!   the unit cube, and [`analysis::indices`], these of a scenario. Where in a table something happens: [`analysis::discover`].
//! - a sweep, from `--vary` to the table: [`analysis::vary`] (what the option says), [`analysis::sweep`] (the points, measured
//!   and paired with the base), `cli/store.rs` (finished points on disk), [`report::sweep`] (views).
//! - whether the two engines agree: [`analysis::agree`].
//! - every quantity of a scenario by name, for studies: [`analysis::measure`]; how far two variants are apart, run by run:
//!   [`analysis::paired`]; `simulate compare`: [`analysis::compare`]; a probability watched while runs are drawn:
//!   [`analysis::watched`] (its interval), [`analysis::until`] (`--until`: which, and whether it is precise enough).
//! - mistakes in a scenario: beside the check that finds them, in [`scenario`] and [`model::compile`]; doubtful things that
//!   are no mistakes: [`model::lint`].
//!
//! # Glossary
//! *Posture*: a named state machine of an actor; a *ladder* is ordered. *Guard*: the condition of a rule. *Pressure*,
//! *response*, *dated*, *recurring*: the four clocks of a rule. *Instant*: a pressure's firing or a *boundary* of the
//! calendar, with everything that follows at once. *Settled*: nothing more follows. *Pending*: a response that will
//! come; it *lapses* when its guard fails, and is *pre-empted* when it is due and cannot fire. *Occasion*: a point of
//! a Poisson process on time × hazard, laid out beforehand; the rule fires if its hazard exceeds it. *Identity*:
//! the address of the draws that descend from a firing. *Slice*: the part of a scenario that a question stands on. *Tally*: integers counted over runs. *Estimate*: a number
//! with its interval.
//!
//! # Example
//! ```
//! use simulate::diagnostic::Source;
//! use simulate::engine::{Conduct, Plan, sample};
//! use simulate::model::compile::{Overrides, compile};
//! use simulate::observe::tally::Tally;
//!
//! let text = r#"(
//!     simulate: 1,
//!     clock: (horizon: "14d"),
//!     actors: { north: (postures: { military: (ladder: [calm, tense, war], start: calm) }) },
//!     rules: { incident: (pressure: "67.5% within 14d", then: ["north.military up"]) },
//!     outcomes: [ (name: incident, when: "ever(north.military > calm)"), (name: quiet) ],
//! )"#;
//! let source = Source { name: "example.ron", text };
//! let (document, mistakes) = simulate::scenario::read(&source);
//! assert!(mistakes.is_empty());
//! let model = compile(&document.unwrap(), &source, &Overrides::default()).unwrap();
//! let plan = Plan { runs: 20_000, seed: 1, threads: None };
//! let conduct = Conduct { stop: &false.into(), progress: &|_| {} };
//! let sampled = sample::<Tally>(&model, &plan, &conduct).unwrap();
//! let share = sampled.collected.outcome(0).runs as f64 / sampled.runs as f64;
//! assert!((share - 0.675).abs() < 0.015, "4.5 standard errors");
//! ```

pub mod analysis;
pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod exact;
pub mod model;
pub mod observe;
pub mod report;
pub mod scenario;
