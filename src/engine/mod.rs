//! The engine: judges resources by rules, in parallel over units, and gathers the assessment.
//!
//! ```text
//! files → read, parse, claim (parallel) → units → judge (parallel) → sheets → assemble → assessment
//! ```

mod assemble;
pub mod assessment;
pub mod compare;
pub mod example;
mod exceptions;
pub mod fingerprint;
mod instances;
mod judge;
mod locate;
mod memory;
mod own;
pub mod plan;
mod reading;
mod reference;
mod rendered;
mod requirement;
mod resources;
pub mod scan;
mod sheet;
mod suppress;

pub use scan::{Past, Settings, Subject, scan, scan_both};
pub(crate) use suppress::same_alias;
pub use suppress::{CommentPolicy, PathSetting};
