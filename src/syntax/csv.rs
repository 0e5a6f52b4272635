//! CSV as RFC 4180 describes it, and as spreadsheets write it: comma, semicolon or tab (whichever the header holds
//! most often), an optional `sep=;` line before it, a byte order mark. Read here and not by a library, because each
//! cell needs its exact span.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::error::MAX_ERRORS;
use super::tree::{Entry, FileId, MAX_NODES, Map, Node, Place, Span};
use super::{Content, Parsed, SyntaxError};

/// Rows above the header that hold one cell each: titles and remarks.
const MAX_TITLES: usize = 20;

/// Reads a CSV file as one list with a map for each row after the header, keyed by the header's cells; a file without
/// a header as no tree. Every cell is a text without the white space around it; the span of a quoted cell holds its
/// quotes. A row with too few or too many cells is read as far as the columns go, and reported.
pub fn parse(text: &str, file: FileId) -> Parsed {
    let start = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let (delimiter, start) = delimiter(text, start);
    let mut rows = Rows { text, at: start, delimiter, is_broken: false, errors: Vec::new() };
    let Some(header) = rows.header() else {
        return Parsed { content: Content::Trees(Vec::new()), errors: rows.errors };
    };
    let columns = rows.columns(&header);
    let mut items = Vec::new();
    let mut cells = 0;
    while let Some(row) = rows.next_row() {
        cells += row.cells.len();
        if cells > MAX_NODES {
            rows.error(SyntaxError::too_many(row.span()));
            break;
        }
        if row.cells.len() != columns.len() {
            let message = format!("the row has {} cells, the header {}", row.cells.len(), columns.len());
            rows.error(SyntaxError::new(message, row.span()));
        }
        let span = row.span();
        let entries = columns.iter().zip(row.cells).map(|(column, cell)| Entry {
            key: column.text.clone(),
            key_place: Place::span(file, column.span),
            value: Node::text(cell.text, Place::span(file, cell.span)),
        });
        items.push(Node::map(Map::of_last(entries.collect()), Place::span(file, span)));
    }
    let span = Span::new(start, text.trim_end().len());
    let tree = Node::list(items, Place::span(file, span));
    Parsed { content: Content::Trees(vec![tree]), errors: rows.errors }
}

/// The delimiter, and where the header starts.
fn delimiter(text: &str, start: usize) -> (u8, usize) {
    let first = text.get(start..).unwrap_or("").lines().next().unwrap_or("");
    if let Some(stated) = first.strip_prefix("sep=").and_then(|rest| rest.bytes().next()).filter(u8::is_ascii) {
        let after = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| start + at + 1);
        return (stated, after);
    }
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut is_quoted = false;
    for byte in first.bytes() {
        is_quoted ^= byte == b'"';
        for (delimiter, count) in &mut counts {
            *count += usize::from(!is_quoted && byte == *delimiter);
        }
    }
    // Of equal counts the first counts, so a file of one column is a file with commas.
    let best = counts.iter().rev().max_by_key(|(_, count)| *count);
    (best.map_or(b',', |(delimiter, _)| *delimiter), start)
}

#[derive(Clone)]
struct Cell {
    text: SmolStr,
    span: Span,
}

struct Row {
    cells: Vec<Cell>,
}

impl Row {
    fn span(&self) -> Span {
        let first = self.cells.first().map_or(Span::default(), |cell| cell.span);
        self.cells.last().map_or(first, |last| first.cover(last.span))
    }
}

struct Rows<'text> {
    text: &'text str,
    at: usize,
    delimiter: u8,
    /// Set by a quote that is never closed: where its row ends cannot be known, so nothing after it is read.
    is_broken: bool,
    errors: Vec<SyntaxError>,
}

impl Rows<'_> {
    fn error(&mut self, error: SyntaxError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    /// The header's cells, each with a name of its own where that can be had.
    fn columns(&mut self, header: &Row) -> Vec<Cell> {
        let mut names = BTreeSet::new();
        let mut columns = header.cells.clone();
        for (index, column) in columns.iter_mut().enumerate() {
            if column.text.is_empty() {
                column.text = smol_str::format_smolstr!("column {}", index + 1);
            }
            if !names.insert(column.text.clone()) {
                self.error(SyntaxError::new(format!("two columns are named `{}`", column.text), column.span));
            }
        }
        columns
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The next row that has a cell with something in it.
    fn next_row(&mut self) -> Option<Row> {
        while self.at < self.text.len() {
            let mut cells = vec![self.cell()];
            while self.byte(self.at) == Some(self.delimiter) {
                self.at += 1;
                cells.push(self.cell());
            }
            // The line break that ended the last cell.
            self.at += 1;
            if self.is_broken {
                return None;
            }
            if cells.iter().any(|cell| !cell.text.is_empty()) {
                return Some(Row { cells });
            }
        }
        None
    }

    /// The header: the first row, unless titles stand above it, each alone in its row.
    fn header(&mut self) -> Option<Row> {
        let first = self.next_row()?;
        let is_alone = |row: &Row| row.cells.iter().filter(|cell| !cell.text.is_empty()).count() == 1;
        if !is_alone(&first) {
            return Some(first);
        }
        let mut ahead =
            Rows { text: self.text, at: self.at, delimiter: self.delimiter, is_broken: false, errors: Vec::new() };
        for _ in 0..MAX_TITLES {
            let Some(row) = ahead.next_row() else { break };
            if !is_alone(&row) {
                // Data has numbers, and names of columns hold letters.
                let are_names = row.cells.iter().all(|cell| cell.text.contains(char::is_alphabetic));
                if are_names {
                    self.at = ahead.at;
                    return Some(row);
                }
                break;
            }
        }
        Some(first)
    }

    /// Reads a cell up to its delimiter, line break or the end of the file.
    fn cell(&mut self) -> Cell {
        let start = self.at;
        let mut opening = start;
        while matches!(self.byte(opening), Some(b' ')) {
            opening += 1;
        }
        if self.byte(opening) == Some(b'"') {
            return self.quoted_cell(opening);
        }
        self.skip_to_end_of_cell();
        let written = self.text.get(start..self.at).unwrap_or("");
        let trimmed = written.trim();
        let start = start + (written.len() - written.trim_start().len());
        Cell { text: SmolStr::new(trimmed), span: Span::new(start, start + trimmed.len()) }
    }

    fn skip_to_end_of_cell(&mut self) {
        while self.byte(self.at).is_some_and(|byte| byte != self.delimiter && byte != b'\n') {
            self.at += 1;
        }
    }

    fn quoted_cell(&mut self, opening: usize) -> Cell {
        let mut at = opening + 1;
        let closing = loop {
            match (self.byte(at), self.byte(at + 1)) {
                (Some(b'"'), Some(b'"')) => at += 2,
                (Some(b'"'), _) => break at,
                (Some(_), _) => at += 1,
                (None, _) => {
                    self.is_broken = true;
                    self.error(SyntaxError::new("the quote is not closed", Span::new(opening, opening + 1)));
                    break at;
                }
            }
        };
        let text = self.text.get(opening + 1..closing).unwrap_or("").replace("\"\"", "\"");
        let end = (closing + 1).min(self.text.len());
        self.at = end;
        self.skip_to_end_of_cell();
        let rest = self.text.get(end..self.at).unwrap_or("").trim();
        if !rest.is_empty() {
            self.error(SyntaxError::new("text after the closing quote is not read", Span::new(end, self.at)));
        }
        Cell { text: SmolStr::new(text.trim()), span: Span::new(opening, end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: FileId = FileId(9);

    fn tree(parsed: Parsed) -> Node {
        let Content::Trees(mut trees) = parsed.content else { panic!("CSV gives trees") };
        trees.remove(0)
    }

    /// Rows as `key=value` in one text, which is easy to compare.
    fn show(text: &str) -> Vec<String> {
        let cell = |entry: &Entry| format!("{}={}", entry.key, entry.value.as_str().unwrap());
        let row = |row: &Node| row.entries().iter().map(cell).collect::<Vec<_>>().join(" ");
        tree(parse(text, FILE)).items().iter().map(row).collect()
    }

    fn messages(text: &str) -> Vec<(String, &str)> {
        let errors = parse(text, FILE).errors;
        errors.into_iter().map(|error| (error.message, error.span.slice(text))).collect()
    }

    #[test]
    fn cells_slice_back_to_what_is_written() {
        let text = "\u{feff}Ä;Note \r\n 1 ; \"two; \"\"quoted\"\"\r\nlines\" \r\n\r\n2;ü\r\n";
        assert_eq!(messages(text), []);
        let tree = tree(parse(text, FILE));
        let slice = |place: Place| place.as_span().unwrap().slice(text);
        let mut found = Vec::new();
        for Entry { key, key_place, value } in tree.items().iter().flat_map(Node::entries) {
            found.push((key.as_str(), slice(*key_place), value.as_str().unwrap(), slice(value.place)));
        }
        let expected = [
            ("Ä", "Ä", "1", "1"),
            ("Note", "Note", "two; \"quoted\"\r\nlines", "\"two; \"\"quoted\"\"\r\nlines\""),
            ("Ä", "Ä", "2", "2"),
            ("Note", "Note", "ü", "ü"),
        ];
        assert_eq!(found, expected);
        assert_eq!(slice(tree.items()[0].place), "1 ; \"two; \"\"quoted\"\"\r\nlines\"");
    }

    #[test]
    fn the_delimiter_is_what_the_header_holds_most_often() {
        for text in ["a,b;x\n1,2\n", "a;\"b,c,d\";e\n1;2;3\n", "a\tb\n1\t2\n", "a\n1\n", "sep=;\r\na;b,c,d\r\n1;2\r\n"]
        {
            assert_eq!(messages(text), [], "{text}");
            assert!(show(text)[0].starts_with("a=1"), "{text}");
        }
        assert_eq!(show("sep=;\na;b,c\n1;2\n"), ["a=1 b,c=2"]);
    }

    #[test]
    fn titles_may_stand_above_the_header() {
        assert_eq!(
            show("Risk register,,\nFebruary 2026,,\n\nid,owner,level\nR-1,Edda,3\n"),
            ["id=R-1 owner=Edda level=3"]
        );
        assert_eq!(show("Risk register;;\nid;owner;level\nR-1;Edda;3\n"), ["id=R-1 owner=Edda level=3"]);
        assert_eq!(show("a\n1\n2\n"), ["a=1", "a=2"]);
    }

    #[test]
    fn ragged_rows_are_read_and_reported() {
        let text = "a,b\n1\n1,2,3\n\n,,\n4,5\n";
        assert_eq!(show(text), ["a=1", "a=1 b=2", "a=4 b=5"]);
        let expected = [
            ("the row has 1 cells, the header 2".to_string(), "1"),
            ("the row has 3 cells, the header 2".to_string(), "1,2,3"),
        ];
        assert_eq!(messages(text), expected);
    }

    #[test]
    fn columns_have_names_of_their_own() {
        assert_eq!(show("a,,\"\"\n1,2,3\n"), ["a=1 column 2=2 column 3=3"]);
        assert_eq!(show("a,b,a\n1,2,3\n"), ["b=2 a=3"]);
        assert_eq!(messages("a,b,a\n1,2,3\n"), [("two columns are named `a`".to_string(), "a")]);
    }

    #[test]
    fn broken_quotes_are_reported() {
        assert_eq!(messages("a,b\n\"x\"y,2\n"), [("text after the closing quote is not read".to_string(), "y")]);
        assert_eq!(show("a,b\n\"x\"y,2\n"), ["a=x b=2"]);
        let text = "a,b\n1,2\n3,\"4\n5,6\n";
        assert_eq!(messages(text), [("the quote is not closed".to_string(), "\"")]);
        assert_eq!(show(text), ["a=1 b=2"]);
        assert_eq!(messages("\""), [("the quote is not closed".to_string(), "\"")]);
    }

    #[test]
    fn a_file_without_rows_is_an_empty_list_and_without_header_no_tree() {
        assert_eq!(tree(parse("a,b", FILE)).items().len(), 0);
        for text in ["", "\u{feff}", "\n\r\n", ",,\n"] {
            assert!(matches!(parse(text, FILE).content, Content::Trees(trees) if trees.is_empty()), "{text:?}");
        }
    }

    #[test]
    fn size_is_bounded() {
        let errors = parse(&format!("a\n{}", "1\n".repeat(MAX_NODES + 1)), FILE).errors;
        assert_eq!(errors[0].message, "the file holds more than 1000000 values");
        assert!(parse(&",".repeat(300_000), FILE).errors.len() <= MAX_ERRORS);
        assert!(parse(&"a,".repeat(300_000), FILE).errors.len() <= MAX_ERRORS);
        assert_eq!(parse(&format!("a\n{}", "1,2\n".repeat(100)), FILE).errors.len(), MAX_ERRORS);
    }
}
