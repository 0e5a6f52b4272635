//! Documents whose format holds no text: what their reader made of them, and where each part of it stands.
//!
//! The reader writes the text of a Word document, PDF or workbook down, paragraph by paragraph; the places of the tree are
//! spans of that text, as everywhere, so whoever looks at words needs to know nothing of the format. [`Marks`] tell the
//! page, paragraph or cell that a span stands for, and only reports ask for it.

use std::sync::Arc;

use super::outline::inline::Inline;
use super::tree::{At, Node, Span};

/// The most text that is taken out of one document, in bytes. A thousand pages have three megabytes.
pub const MAX_TEXT: usize = 16 * 1024 * 1024;

/// What was read from a file that holds no text.
#[derive(Debug, Default)]
pub struct Extracted {
    /// The trees; their places are spans of the text.
    pub trees: Vec<Node>,
    /// The text that the reader wrote down.
    pub text: Arc<str>,
    /// Where in the document the text stands.
    pub marks: Marks,
}

/// Which part of a document each part of its text is, in the order of the text.
#[derive(Debug, Default, Clone)]
pub struct Marks(Vec<(u32, At)>);

impl Marks {
    /// The part of the document at an offset of the text; the whole document before the first part.
    pub fn at(&self, offset: u32) -> At {
        let after = self.0.partition_point(|(start, _)| *start <= offset);
        after.checked_sub(1).and_then(|index| self.0.get(index)).map_or(At::Whole, |(_, at)| *at)
    }
}

/// A text that is being written down.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub(crate) text: String,
    marks: Vec<(u32, At)>,
}

/// A piece of text in one style.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) is_bold: bool,
}

impl Writer {
    /// Whether there is room for more.
    pub(crate) fn is_full(&self) -> bool {
        self.text.len() > MAX_TEXT
    }

    /// Where the next text will stand.
    pub(crate) fn end(&self) -> usize {
        self.text.len()
    }

    /// What is written from here on stands at this part of the document.
    pub(crate) fn mark(&mut self, at: At) {
        self.marks.push((Span::new(self.text.len(), self.text.len()).start, at));
    }

    /// Writes a paragraph or cell on a line of its own (several where its runs break lines). White space is collapsed.
    pub(crate) fn paragraph(&mut self, at: At, runs: &[Run]) -> Inline {
        self.mark(at);
        let mut inline = Inline::default();
        let mut follows_blank = true;
        for run in runs {
            inline.bold = usize::from(run.is_bold);
            for (index, line) in run.text.split('\n').enumerate() {
                if index > 0 {
                    self.text.push('\n');
                    inline.line_end("\n");
                    follows_blank = true;
                }
                let line = collapsed(line, &mut follows_blank);
                if !line.is_empty() {
                    let start = self.text.len();
                    self.text.push_str(&line);
                    inline.push(&line, start..self.text.len());
                }
            }
        }
        self.text.push('\n');
        inline
    }

    /// The finished text.
    pub(crate) fn finish(self, trees: Vec<Node>) -> Extracted {
        Extracted { trees, text: self.text.into(), marks: Marks(self.marks) }
    }
}

/// A text whose white space is single blanks, none at the start where a blank stands before it. Ligatures become their
/// letters; soft hyphens and marks without width, which nobody sees, go.
fn collapsed(text: &str, follows_blank: &mut bool) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\0' => {}
            letter if letter.is_whitespace() || letter.is_control() => {
                if !*follows_blank {
                    plain.push(' ');
                }
                *follows_blank = true;
            }
            letter => {
                match ligature(letter) {
                    Some(letters) => plain.push_str(letters),
                    None => plain.push(letter),
                }
                *follows_blank = false;
            }
        }
    }
    plain
}

/// The letters of a ligature.
fn ligature(letter: char) -> Option<&'static str> {
    Some(match letter {
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_slice_back_and_know_where_they_stand() {
        let mut writer = Writer::default();
        let run = |text: &str, is_bold| Run { text: text.to_owned(), is_bold };
        let at = |paragraph| At::Paragraph { page: 2, paragraph };
        let first = writer.paragraph(at(1), &[run(" Owner:", true), run("  Edda\u{a0}Falk ", false)]);
        let second = writer.paragraph(at(2), &[run("classi\u{fb01}\u{ad}ed\nas such", false)]);
        assert_eq!(writer.text, "Owner: Edda Falk \nclassified\nas such\n");
        assert_eq!(first.text.text.trim_end(), first.text.span.slice(&writer.text).trim_end());
        assert_eq!((first.lines[0].label.text.as_str(), first.lines[0].rest.text.trim()), ("Owner:", "Edda Falk"));
        assert_eq!(second.lines.len(), 2);
        let extracted = writer.finish(Vec::new());
        assert_eq!(extracted.marks.at(second.text.span.start + 3), at(2));
        assert_eq!(extracted.marks.at(0), at(1));
        assert_eq!(Marks::default().at(5), At::Whole);
    }
}
