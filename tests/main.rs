//! The one test binary; a module a subject.
//!
//! Does not know the private parts of the crate: what needs those is tested beside the code.

mod architecture;
mod coverage;
mod determinism;
mod instants;
mod oracle;
mod pressures;
mod report;
mod responses;
mod support;
