//! The engine: judges resources by rules, in parallel over units, and gathers the assessment.

pub mod assessment;
