//! The integration tests.

#![expect(clippy::disallowed_methods, reason = "tests read their fixtures and run programs")]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what does not hold ends the test")]

mod acme;
mod assess;
mod cli;
mod compare;
mod docs;
mod doctor;
mod documents;
mod evidence;
mod exceptions;
mod fingerprints;
mod hostile;
mod init;
mod isms;
mod languages;
mod mutation;
mod program;
mod render;
mod reports;
mod rules;
mod shaken;
mod staged;
mod terminal;
