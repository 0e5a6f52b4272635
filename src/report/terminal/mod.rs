//! What every report for the terminal is drawn with: colour, lines cut to the room there is, tables.

mod paint;
mod strip;
mod table;

pub(super) use paint::{Ink, Paint};
pub(super) use strip::{Strip, wrapped};
pub(super) use table::{Cell, Table};
