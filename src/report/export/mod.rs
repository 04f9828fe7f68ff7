//! A compiled scenario for other programs: as data to compute with, as graphs to draw.
//!
//! Runs nothing and solves nothing: all of it follows from the file and the overrides.

pub mod dot;
mod formula;
pub mod json;
