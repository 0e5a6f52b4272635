//! Evidence: what an assessment came to in a period, recorded, chained to the period before, and signed.
//!
//! ```text
//! assessment, coverage → record   the files of an entry
//!                      → manifest digests, period, commit, tool, runner, the entry before
//!                      → attestation an in-toto Statement in a DSSE envelope, by an Ed25519 key
//! what is on the disk  → chain    what is wrong with it first, or the entries in order
//! ```
//!
//! Nothing here reads a file, a clock or the environment: the command line does, and hands in what it found. Evidence
//! is only ever added. An entry is a folder that is never changed; amendments and sign-offs are entries of their own.

pub mod attestation;
pub mod canonical;
pub mod chain;
pub mod entry;
pub mod key;
pub mod manifest;
pub mod nonconformity;
mod oscal;
pub mod period;
pub mod record;
pub mod resource;
pub mod review;
pub mod sign_off;
pub mod standing;
pub mod summary;
pub mod trend;
mod waiver;

#[cfg(test)]
mod tests;
