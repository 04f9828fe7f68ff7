//! Rule-based scenario simulator.
pub mod analysis;
pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod model;
pub mod observe;
pub mod report;
pub mod scenario;
