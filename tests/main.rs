//! The one test binary; a module a subject.
//!
//! Does not know the private parts of the crate: what needs those is tested beside the code.

#![allow(clippy::float_cmp)] // Days, counts and shares of whole numbers are exact.

mod agree;
mod architecture;
mod checker;
mod claims;
mod cli;
mod compare;
mod compile;
mod coverage;
mod determinism;
mod errors;
mod exact;
mod explain;
mod export;
mod instants;
mod lint;
mod oracle;
mod pressures;
mod prism;
mod random;
mod readme;
mod report;
mod responses;
mod room;
mod sensitivity;
mod solve;
mod studies;
mod support;
mod sweep;
mod tally;
mod until;
