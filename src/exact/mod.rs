//! The same model solved: reachable states, uniformisation between boundaries, interval answers (SEMANTICS 8).
//!
//! Does not know the sampler: they meet below, in `model::instant`, and above, in what is reported.

pub mod solution;
