//! The information security management system: catalogues of controls, crosswalks, the statement of applicability,
//! exceptions, and the coverage that a scan gives each control.

pub mod catalogue;
pub mod control;
pub mod coverage;
pub mod crosswalk;
pub mod exception;
pub mod resolve;
pub mod soa;
