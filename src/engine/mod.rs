//! The engine: judges resources by rules, in parallel over units, and gathers the assessment.
//!
//! ```text
//! files → read, parse, claim (parallel) → units → judge (parallel) → sheets → assemble → assessment
//! ```

mod assemble;
pub mod assessment;
pub mod example;
mod fingerprint;
mod instances;
mod judge;
mod locate;
mod own;
pub mod plan;
mod requirement;
pub mod scan;
mod sheet;
mod suppress;

pub use scan::{Settings, scan};
pub(crate) use suppress::same_alias;
