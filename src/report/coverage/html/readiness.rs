//! Readiness: what the clauses ask to be kept, and whether it is there.

use std::io::{self, Write};

use super::Escaped;
use crate::isms::coverage::{Kept, readiness};
use crate::report::Input;

/// Files that a row names.
const PATHS: usize = 3;

/// Writes the section.
pub(super) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section aria-labelledby=\"readiness\">\n<h2 id=\"readiness\">Documents and records that the clauses ask for</h2>\n\
         <p>Present: recognised, and for a document owned, approved and not overdue for review. Stale: recognised, but not all \
         of that. Missing: none was recognised in what was scanned. Whether its content is enough is for an auditor to say.</p>\n\
         <div class=\"scroll\" role=\"region\" aria-labelledby=\"readiness-caption\" tabindex=\"0\"><table>\n\
         <caption id=\"readiness-caption\">Documented information by clause of the 2022 edition</caption>\n\
         <thead><tr><th scope=\"col\">Clause</th><th scope=\"col\">Document or record</th><th scope=\"col\">State</th>\
         <th scope=\"col\">Files</th></tr></thead>\n<tbody>"
    )?;
    for row in readiness(input.assessment) {
        let (sign, class) = match row.kept {
            Kept::Present => ("●", "satisfied"),
            Kept::Stale => ("◐", "partial"),
            Kept::Missing => ("○", "not-satisfied"),
            Kept::NotChecked => ("·", "not-evaluated"),
        };
        let wanted = super::super::wanted_words(&row);
        write!(
            out,
            "<tr><th scope=\"row\">{} {}</th><td>{}</td>\
             <td><span class=\"badge {class}\"><span aria-hidden=\"true\">{sign}</span> {}</span></td><td>",
            Escaped(&row.clause),
            Escaped(&row.title),
            Escaped(&wanted),
            row.kept.name()
        )?;
        for path in row.paths.iter().take(PATHS) {
            write!(out, "<code class=\"line\">{}</code>", Escaped(path))?;
        }
        if row.paths.len() > PATHS {
            write!(out, "<span class=\"line\">and {} more</span>", row.paths.len() - PATHS)?;
        }
        writeln!(out, "</td></tr>")?;
    }
    writeln!(out, "</tbody></table></div>\n</section>")
}
