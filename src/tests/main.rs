//! The integration tests.

mod acme;
mod isms;
