//! Plain text as a document, and the markup that is hardly more: reStructuredText and `AsciiDoc`. Headings are underlined,
//! marked (`== Rules`), numbered (`2.1 Frequency`) or in capitals; items start with a bullet or number.

use super::Parsed;
use super::office::numbering;
use super::outline::Kind;
use super::outline::composer::Composer;
use super::outline::inline::Inline;
use super::outline::write::Writer;
use super::tree::FileId;

/// Words of a heading that nothing but its number or its capitals marks.
const LONGEST_HEADING: usize = 10;

/// Reads a plain text.
pub(super) fn parse(text: &str, file: FileId) -> Parsed {
    let bom = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut at = bom;
    for line in text.get(bom..).unwrap_or("").split_inclusive('\n') {
        lines.push((at, line.trim_end()));
        at += line.len();
    }
    let mut reader = Reader { text, composer: Composer::new(bom), open: None, signs: Vec::new() };
    let mut index = 0;
    while index < lines.len() {
        index += reader.line(&lines, index);
    }
    reader.close();
    let outline = reader.composer.finish(text);
    Parsed::tree(Writer { file }.document(text.len(), &outline, None))
}

struct Reader<'a> {
    text: &'a str,
    composer: Composer,
    /// The paragraph or item that is open, and how far an item is indented.
    open: Option<(Inline, Option<usize>)>,
    /// The signs that headings were underlined with, in the order of their levels.
    signs: Vec<char>,
}

impl Reader<'_> {
    /// Reads a line; returns how many were used.
    fn line(&mut self, lines: &[(usize, &str)], index: usize) -> usize {
        let Some((start, line)) = lines.get(index).copied() else { return 1 };
        let next = lines.get(index + 1).map_or("", |(_, next)| *next);
        let is_first = index == 0 || lines.get(index - 1).is_none_or(|(_, above)| above.is_empty());
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let at = start + indent;
        if trimmed.is_empty() || underline(line).is_some() {
            self.close();
            return 1;
        }
        if let Some(sign) =
            underline(next).filter(|_| indent == 0 && next.chars().count() * 2 >= trimmed.chars().count())
        {
            self.heading_underlined(sign, at, trimmed);
            return 2;
        }
        if let Some(level) = marked(trimmed).filter(|_| indent == 0) {
            let rest = trimmed.trim_start_matches('=').trim_start();
            self.heading(level, at + trimmed.len() - rest.len(), rest);
            return 1;
        }
        let is_alone = is_first && next.is_empty();
        if is_alone && is_heading(trimmed) {
            self.heading(numbering(trimmed).map_or(2, |count| count + 1), at, trimmed);
            return 1;
        }
        if let Some(rest) = item(trimmed) {
            self.close();
            let mut inline = Inline::default();
            push(&mut inline, at + trimmed.len() - rest.len(), rest);
            self.open = Some((inline, Some(indent)));
            return 1;
        }
        self.add(at, trimmed, indent);
        1
    }

    fn add(&mut self, at: usize, line: &str, indent: usize) {
        let (at, line) = field(at, line);
        if self.open.as_ref().is_some_and(|(_, item)| item.is_some_and(|item| indent <= item)) {
            self.close();
        }
        let (inline, _) = self.open.get_or_insert_default();
        if !inline.text.text.is_empty() {
            inline.line_end(" ");
        }
        push(inline, at, line);
    }

    fn heading_underlined(&mut self, sign: char, at: usize, line: &str) {
        let level = self.signs.iter().position(|known| *known == sign).unwrap_or_else(|| {
            self.signs.push(sign);
            self.signs.len() - 1
        });
        self.heading(level + 1, at, line);
    }

    fn heading(&mut self, level: usize, at: usize, line: &str) {
        self.close();
        let mut inline = Inline::default();
        push(&mut inline, at, line);
        self.composer.heading(level, &inline, self.text);
    }

    fn close(&mut self) {
        match self.open.take() {
            Some((inline, Some(indent))) => self.composer.item(indent, inline, None),
            Some((inline, None)) => self.composer.block(Kind::Paragraph, inline),
            None => {}
        }
    }
}

fn push(inline: &mut Inline, at: usize, line: &str) {
    inline.push(line, at..at + line.len());
}

/// The sign of a line that is nothing but one sign again and again.
fn underline(line: &str) -> Option<char> {
    let sign = line.chars().next().filter(|sign| "=-~^\"#*+_`".contains(*sign))?;
    (line.len() >= 3 && line.chars().all(|each| each == sign)).then_some(sign)
}

/// The level of `== Heading`, as `AsciiDoc` counts: one sign is the title.
fn marked(line: &str) -> Option<usize> {
    let signs = line.len() - line.trim_start_matches('=').len();
    ((1..=6).contains(&signs) && line.get(signs..).is_some_and(|rest| rest.starts_with(' '))).then_some(signs)
}

/// A line of its own that is numbered or in capitals like a heading.
fn is_heading(line: &str) -> bool {
    let is_short = line.split_whitespace().count() <= LONGEST_HEADING && !line.ends_with(['.', ';', ',', ':']);
    let letters = || line.chars().filter(|letter| letter.is_alphabetic());
    let is_loud = letters().count() > 3 && letters().all(char::is_uppercase);
    let is_named = numbering(line).is_some() && letters().next().is_some_and(char::is_uppercase);
    is_short && (is_loud || is_named)
}

/// The text of an item without its bullet or number.
fn item(line: &str) -> Option<&str> {
    let (label, rest) = line.split_once(' ')?;
    if matches!(label, "-" | "*" | "•" | "–" | "+" | "o") {
        return Some(rest.trim_start());
    }
    let number = label.trim_start_matches('(').strip_suffix(['.', ')'])?;
    let is_number = number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_letter = number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_alphabetic());
    (!number.is_empty() && (is_number || is_letter)).then_some(rest.trim_start())
}

/// `:Owner: Edda Falk` of reStructuredText and `AsciiDoc`, as `Owner: Edda Falk`.
fn field(at: usize, line: &str) -> (usize, &str) {
    match line.strip_prefix(':') {
        Some(rest) if rest.split_once(": ").is_some_and(|(name, _)| !name.is_empty() && name.len() < 40) => {
            (at + 1, rest)
        }
        _ => (at, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Content;
    use crate::syntax::outline::show::show;

    fn shown(text: &str) -> String {
        let Content::Trees(trees) = parse(text, FileId(1)).content else { panic!("a text gives a tree") };
        show(&trees[0])
    }

    #[test]
    fn texts_have_headings_paragraphs_and_items() {
        let text = "Backup policy\n=============\n\nOwner: Edda Falk\nVersion: 2.0\n\nPURPOSE\n\nThis policy says what is\n\
                    backed up:\n\n- databases\n  and files\n- logs\n\n2.1 Restore tests\n\n1. choose a system\n2) restore it\n";
        let expected = "title: Backup policy
Owner: Edda Falk
Version: 2.0
1 Backup policy
  paragraph: Owner: Edda Falk Version: 2.0
2 PURPOSE
  paragraph: This policy says what is backed up:
  item: databases and files  <- This policy says what is backed up:
  item: logs  <- This policy says what is backed up:
3 2.1 Restore tests
  item: choose a system
  item: restore it";
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn marked_and_underlined_headings_have_levels() {
        assert!(
            shown("= Access policy\n:Owner: Edda\n:Version: 1.0\n\n== Rules\nText.\n")
                .contains("Owner: Edda\nVersion: 1.0\n1 Access policy\n")
        );
        let underlined = shown("Plan\n####\n\nFirst\n-----\n\na\n\nDeep\n~~~~\n\nb\n\nSecond\n------\n\nc\n");
        let headings: Vec<&str> = underlined.lines().filter(|line| line.starts_with(['1', '2', '3'])).collect();
        assert_eq!(headings, ["1 Plan", "2 First", "3 Deep", "2 Second"]);
    }
}
