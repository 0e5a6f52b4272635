//! The integration tests.

#![expect(clippy::disallowed_methods, reason = "tests read their fixtures and run programs")]

mod acme;
mod assess;
mod cli;
mod hostile;
mod isms;
mod mutation;
mod program;
mod rules;
