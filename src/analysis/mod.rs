//! Questions about many runs; every number is an estimate that carries its accuracy.
//!
//! Does not know how runs are drawn, and words nothing: names and numbers only, `report` makes sentences of them.

pub mod agree;
pub mod answered;
pub mod bands;
pub mod binomial;
pub mod briefly;
pub mod compare;
#[cfg(test)]
mod coverage;
pub mod design;
pub mod discover;
pub mod draw;
pub mod estimate;
pub mod factor;
pub mod findings;
pub mod indices;
pub mod judgement;
pub mod matched;
pub mod measure;
pub mod paired;
pub mod paths;
pub mod sensitivity;
pub mod shares;
pub mod solved;
pub mod student;
pub mod study;
pub mod sweep;
pub mod tornado;
pub mod until;
pub mod vary;
pub mod warning;
pub mod watched;
