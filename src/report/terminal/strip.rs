//! Lines as a terminal has room for them.

use unicode_width::UnicodeWidthStr;

use crate::report::words;

/// How far a tab reaches.
const TAB: &str = "    ";
/// Columns that stay in sight before and after the marked part of a line that is cut.
const BREATH: usize = 10;

/// A line of code, cut to the room there is, with its marked part in sight.
pub(in crate::report) struct Strip {
    /// The line.
    pub(in crate::report) text: String,
    /// Columns before the marked part.
    pub(in crate::report) start: usize,
    /// Columns of the marked part that are in sight; at least one, so that an empty region is seen.
    pub(in crate::report) length: usize,
}

impl Strip {
    /// Cuts a line; the marked part is given in code points from 0.
    pub(in crate::report) fn cut(line: &str, (from, to): (usize, usize), room: usize) -> Strip {
        let signs: Vec<String> = line.chars().map(sign).collect();
        let columns = |range: Option<&[String]>| range.unwrap_or_default().iter().map(|sign| sign.width()).sum();
        let from = from.min(signs.len());
        let to = to.clamp(from, signs.len());
        let (whole, before): (usize, usize) = (columns(Some(&signs)), columns(signs.get(..from)));
        let marked: usize = columns(signs.get(from..to));
        if whole <= room {
            return Strip { text: signs.concat(), start: before, length: marked.max(1) };
        }
        let wanted = (before + marked + BREATH).saturating_sub(room);
        let skipped = skip(&signs, wanted.min(before.saturating_sub(BREATH)));
        let hidden: usize = columns(signs.get(..skipped));
        let mut text = if skipped > 0 { "…".to_string() } else { String::new() };
        let start = text.width() + before.saturating_sub(hidden);
        for sign in signs.iter().skip(skipped) {
            if text.width() + sign.width() >= room {
                break;
            }
            text.push_str(sign);
        }
        let length = marked.min(text.width().saturating_sub(start)).max(1);
        if text.width() < whole - hidden {
            text.push('…');
        }
        Strip { text, start, length }
    }
}

/// How many signs fill at least so many columns.
fn skip(signs: &[String], columns: usize) -> usize {
    let mut filled = 0;
    signs
        .iter()
        .take_while(|sign| {
            let more = filled < columns;
            filled += sign.width();
            more
        })
        .count()
}

/// A character as it is shown.
fn sign(letter: char) -> String {
    if letter == '\t' { TAB.to_string() } else { words::printable(letter.encode_utf8(&mut [0; 4])).into_owned() }
}

/// A text in lines of at most so many columns, broken at spaces. A word that is too long stays whole.
pub(in crate::report) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let room = room.max(20);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.width() + 1 + word.width() > room {
            lines.push(std::mem::take(&mut line));
        } else if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands above the underline.
    fn marked(line: &str, part: &str, room: usize) -> String {
        let from = line[..line.find(part).expect("in it")].chars().count();
        let strip = Strip::cut(line, (from, from + part.chars().count()), room);
        assert!(strip.text.width() <= room, "{} columns of {room}: {}", strip.text.width(), strip.text);
        let mut column = 0;
        let inside = |sign: char| {
            let at = column;
            column += sign.to_string().width();
            (strip.start..strip.start + strip.length).contains(&at)
        };
        strip
            .text
            .chars()
            .filter({
                let mut inside = inside;
                move |sign| inside(*sign)
            })
            .collect()
    }

    #[test]
    fn the_underline_stands_below_the_region() {
        for (line, part) in [
            ("  acl = \"public-read\"", "public-read"),
            ("\towner = \"😀 Büro\", acl = public", "public"),
            ("名前 = 値段", "値段"),
            ("a", "a"),
        ] {
            assert_eq!(marked(line, part, 60), part, "{line}");
        }
    }

    #[test]
    fn a_long_line_is_cut_around_the_region() {
        let line = format!("{}needle{}", "x ".repeat(500), " 😀".repeat(500));
        for room in [24, 40, 79] {
            assert_eq!(marked(&line, "needle", room), "needle");
        }
        let long = "y".repeat(300);
        assert!(marked(&format!("a = {long}"), &long, 40).starts_with("yyyy"));
    }

    #[test]
    fn nothing_that_a_line_can_hold_is_too_odd() {
        let lines = ["", " ", "\u{1b}[31m\r\t\u{0}", "e\u{301}\u{200d}\u{200b}", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "ﷺﷺ", "x"];
        for line in lines {
            for (from, to) in [(0, 0), (0, 1), (3, 2), (5, usize::MAX), (usize::MAX, usize::MAX)] {
                for room in [0, 1, 2, 20] {
                    let strip = Strip::cut(line, (from, to), room);
                    assert!(strip.length >= 1 && !strip.text.contains('\u{1b}'));
                }
            }
        }
    }

    #[test]
    fn texts_are_broken_at_spaces() {
        assert_eq!(wrapped("one two three four five six", 20), ["one two three four", "five six"]);
        let word = "w".repeat(30);
        assert_eq!(wrapped(&format!("a {word} b"), 20), ["a", word.as_str(), "b"]);
    }
}
