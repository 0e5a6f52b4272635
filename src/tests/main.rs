//! The integration tests.

#![expect(clippy::disallowed_methods, reason = "tests read their fixtures and run programs")]

mod acme;
mod cli;
mod isms;
mod program;
