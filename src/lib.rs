//! Annexa: policy-as-code compliance scanner for ISO/IEC 27001.
//!
//! # The flow: one way, no way back
//!
//! ```text
//! argv → Args → Plan                        cli      everything decided before work begins
//!      → source files                       source   work tree; limits; the only IO
//!      → trees                              syntax   parallel, per file, total: value + errors, never a failure
//!      → resources                          kind     per unit
//!      → outcomes                           rule, engine   parallel over units, rules indexed by target
//!      → assessment  (suppress, except)     engine
//!      → coverage                           isms
//!      → report, evidence                   report, evidence   evidence: recorded, chained, signed
//!      → exit code                          cli
//! ```
//!
//! # Invariants
//!
//! - Only [`source`] and [`cli`] do IO, read the clock or the environment. Today is an input.
//! - Parsing and evaluation cannot fail: they return values and errors.
//! - Lines and columns are computed in one function, [`source::lines`].
//! - No order comes from a hash: everything is sorted once before it is reported.
//! - Domain types are not serialised; every output format owns its structs and its version.

#[expect(clippy::disallowed_methods, reason = "the command line reads the clock, the environment and files")]
pub mod cli;
pub mod embedded;
pub mod engine;
pub mod evidence;
pub mod isms;
pub mod kind;
pub mod report;
pub mod rule;
pub mod source;
pub mod syntax;
