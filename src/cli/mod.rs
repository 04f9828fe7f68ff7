//! The only place with files, terminal, clock and environment; one short function a subcommand.
