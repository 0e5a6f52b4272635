//! The integration tests.

mod acme;
