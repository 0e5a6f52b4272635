//! Tables: lines whose cells stand under each other.

use super::lines::{Cell, Line};
use super::measure::{self, Measure};
use crate::syntax::extract::Run;

/// Cells of one column start at most so many points apart.
const SAME_COLUMN: f64 = 5.0;

/// Where the table that starts at a line ends; `None` where none starts.
pub(super) fn end(lines: &[Line], start: usize, measure: &Measure) -> Option<usize> {
    let first = lines.get(start).filter(|line| line.cells.len() >= 2 && line.heading().is_none())?;
    let mut columns: Vec<f64> = first.cells.iter().map(|cell| cell.left).collect();
    let mut full = 1;
    let mut last = start;
    for (index, line) in lines.iter().enumerate().skip(start + 1) {
        let above = lines.get(index - 1).map_or(line.y, |above| above.y);
        if line.y - above > 4.0 * line.size || !belongs(line, &columns, measure) {
            break;
        }
        if line.cells.len() >= 2 {
            full += 1;
            last = index;
            for cell in &line.cells {
                if column(&columns, cell).is_none() {
                    columns.push(cell.left);
                }
            }
        } else if line.y - above < measure.paragraph_gap(line.size) {
            last = index;
        } else {
            break;
        }
    }
    (full >= 2).then_some(last + 1)
}

/// Whether a line may be one of a table with these columns.
fn belongs(line: &Line, columns: &[f64], measure: &Measure) -> bool {
    let known = line.cells.iter().filter(|cell| column(columns, cell).is_some()).count();
    match line.cells.as_slice() {
        [only] => {
            let next =
                columns.iter().filter(|left| **left > only.left + SAME_COLUMN).copied().fold(f64::INFINITY, f64::min);
            known == 1 && only.right <= next + 1.0 && (only.left > measure.left + SAME_COLUMN || next.is_finite())
        }
        _ => known >= 1,
    }
}

fn column(columns: &[f64], cell: &Cell) -> Option<usize> {
    columns.iter().position(|left| (left - cell.left).abs() < SAME_COLUMN)
}

/// The rows of a table; every one has all columns.
pub(super) fn rows(lines: &[Line], measure: &Measure) -> Vec<Vec<Vec<Run>>> {
    let mut columns: Vec<f64> = Vec::new();
    for cell in lines.iter().flat_map(|line| &line.cells) {
        if column(&columns, cell).is_none() {
            columns.push(cell.left);
        }
    }
    columns.sort_by(f64::total_cmp);
    let gaps: Vec<f64> = lines.iter().zip(lines.iter().skip(1)).map(|(one, next)| next.y - one.y).collect();
    let (least, most) =
        gaps.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), gap| (least.min(*gap), most.max(*gap)));
    // Where rows are further apart than the lines of a cell, a small gap goes on with the row.
    let within = if most > 1.25 * least { least * 1.12 } else { 0.0 };
    let mut rows: Vec<Vec<Vec<Run>>> = Vec::new();
    let mut above: Option<f64> = None;
    for line in lines {
        let gap = above.map_or(f64::INFINITY, |above| line.y - above);
        let has_first = line.cells.first().and_then(|cell| column(&columns, cell)) == Some(0);
        let goes_on = gap < within || (!has_first && gap < measure.paragraph_gap(line.size));
        if !goes_on || rows.is_empty() {
            rows.push(vec![Vec::new(); columns.len()]);
        }
        if let Some(row) = rows.last_mut() {
            add(row, line, &columns);
        }
        above = Some(line.y);
    }
    rows
}

fn add(row: &mut [Vec<Run>], line: &Line, columns: &[f64]) {
    for cell in &line.cells {
        let Some(known) = column(columns, cell).and_then(|index| row.get_mut(index)) else { continue };
        let mut next = cell.runs.clone();
        measure::join(known, &mut next, ' ');
        known.append(&mut next);
    }
}
