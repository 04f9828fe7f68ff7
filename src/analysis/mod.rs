//! Questions about many runs; every number is an estimate that carries its accuracy.
pub mod estimate;
