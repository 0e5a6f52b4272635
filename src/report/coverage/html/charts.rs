//! The pictures: a map with a cell for each control, and the ring of the plan-do-check-act cycle. Each says in words
//! what it shows.

use std::io::{self, Write};

use super::{Escaped, FACETS, sign, status_words};
use crate::isms::coverage::{ControlCoverage, Coverage, Status};

/// A cell for each control, by theme: its id, and a field for each facet.
pub(super) fn heat_map(coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section aria-labelledby=\"map\">\n<h2 id=\"map\">Map of the controls</h2>\n\
         <p>Each cell is a control; its three fields are whether it is documented, implemented and operating. A cell leads to \
         what it rests on.</p>\n<ul class=\"legend\" aria-label=\"Signs\">"
    )?;
    for status in Status::ALL {
        writeln!(out, "<li>{}</li>", super::Badge(status))?;
    }
    writeln!(out, "</ul>")?;
    for theme in coverage.themes() {
        writeln!(out, "<h3>{}</h3>\n<ul class=\"map\">", Escaped(&theme.title))?;
        for entry in theme.members.iter().filter_map(|at| coverage.controls.get(*at)) {
            cell(entry, out)?;
        }
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "</section>")
}

fn cell(entry: &ControlCoverage, out: &mut dyn Write) -> io::Result<()> {
    let (id, title) = (Escaped(&entry.control.id), Escaped(&entry.title));
    write!(out, "<li><a href=\"#c-{id}\" title=\"{id} {title}\"><span class=\"id\">{id}</span>")?;
    for facet in &entry.facets {
        let (name, sign) = (facet.status.name(), sign(facet.status));
        let words = status_words(facet.status);
        write!(
            out,
            "<span class=\"field {name}\"><span aria-hidden=\"true\">{sign}</span>\
             <span class=\"sr\">, {}: {words}</span></span>",
            facet.facet.name()
        )?;
    }
    writeln!(out, "</a></li>")
}

/// Length of the ring in units of its own, and of a quarter without the space that keeps it apart from the next one.
const LENGTH: u32 = 4000;
const QUARTER: u32 = LENGTH / 4 - 40;

/// A quarter for each stage and a ring for each facet: the part that is satisfied, the part that was looked at, the rest.
pub(super) fn ring(coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    let stages = coverage.stages();
    if stages.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section aria-labelledby=\"cycle\">\n<h2 id=\"cycle\">Clauses 4 to 10: plan, do, check, act</h2>\n<div class=\"cycle\">\n\
         <svg class=\"ring\" viewBox=\"0 0 240 240\" role=\"img\" aria-labelledby=\"ring-title ring-text\">\n\
         <title id=\"ring-title\">The clauses by stage</title>\n<desc id=\"ring-text\">A quarter for each stage, clockwise from \
         the top; from the outside in, a ring for documented, implemented and operating. The summary has the numbers.</desc>\n\
         <g transform=\"rotate(-90 120 120)\">"
    )?;
    for (at, stage) in (0u32..).zip(&stages) {
        for (radius, summary) in [108, 88, 68].into_iter().zip(&stage.facets) {
            let start = at * (LENGTH / 4) + 20;
            let length = |part: u32| (QUARTER * part).checked_div(summary.applicable()).unwrap_or(0);
            arc("track", radius, start, QUARTER, out)?;
            arc("looked", radius, start, length(summary.evaluated()), out)?;
            arc("met", radius, start, length(summary.satisfied()), out)?;
        }
    }
    writeln!(out, "</g>")?;
    let places = [("Plan", 139, 106), ("Do", 139, 144), ("Check", 101, 144), ("Act", 101, 106)];
    for (name, x, y) in places {
        writeln!(out, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{name}</text>")?;
    }
    writeln!(
        out,
        "</svg>\n<div class=\"scroll\" role=\"region\" aria-labelledby=\"cycle-caption\" tabindex=\"0\"><table>\n\
         <caption id=\"cycle-caption\">Clauses by stage: satisfied / evaluated / applicable</caption>\n\
         <thead><tr><th scope=\"col\">Stage</th><th scope=\"col\">documented</th><th scope=\"col\">implemented</th>\
         <th scope=\"col\">operating</th></tr></thead>\n<tbody>"
    )?;
    for stage in &stages {
        write!(out, "<tr><th scope=\"row\">{}</th>", Escaped(&stage.title))?;
        for (_, summary) in FACETS.into_iter().zip(&stage.facets) {
            write!(out, "<td>{} / {} / {}</td>", summary.satisfied(), summary.evaluated(), summary.applicable())?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(
        out,
        "</tbody></table>\n<ul class=\"legend\"><li><span class=\"key met\"></span>satisfied</li>\
         <li><span class=\"key looked\"></span>evaluated, not satisfied</li><li><span class=\"key track\"></span>not evaluated</li>\
         </ul></div>\n</div>\n</section>"
    )
}

fn arc(class: &str, radius: u32, start: u32, length: u32, out: &mut dyn Write) -> io::Result<()> {
    if length == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "<circle class=\"{class}\" cx=\"120\" cy=\"120\" r=\"{radius}\" pathLength=\"{LENGTH}\" \
         stroke-dasharray=\"{length} {LENGTH}\" stroke-dashoffset=\"-{start}\"/>"
    )
}
