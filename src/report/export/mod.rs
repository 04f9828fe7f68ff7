//! A compiled scenario for other programs: as data to compute with, as graphs to draw, as a model to check.
//!
//! Runs nothing and computes no probability: all of it follows from the file and the overrides.

pub mod dot;
mod formula;
pub mod json;
pub mod prism;
