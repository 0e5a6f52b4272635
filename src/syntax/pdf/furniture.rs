//! Headers and footers: what repeats at one height of the pages, and what they say about the document.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::glyphs::{Page, Segment};
use crate::syntax::office::statement;

/// Headers and footers stand in this part of a page at its top and at its end.
const MARGIN: f64 = 0.14;

/// Takes headers, footers and page numbers out of the pages; returns the keys and values that they hold, each once.
pub(super) fn remove(pages: &mut [Page]) -> Vec<(SmolStr, String)> {
    let mut seen: BTreeMap<(i64, String), usize> = BTreeMap::new();
    for page in pages.iter() {
        for segment in page.segments.iter().filter(|segment| is_at_edge(segment, page.height)) {
            *seen.entry(key(segment)).or_default() += 1;
        }
    }
    let needed = if pages.len() < 4 { 2 } else { pages.len().div_ceil(3).clamp(3, 5) };
    let mut said: Vec<(SmolStr, String)> = Vec::new();
    for page in pages {
        let height = page.height;
        let (removed, kept) = std::mem::take(&mut page.segments).into_iter().partition(|segment: &Segment| {
            let repeats = || seen.get(&key(segment)).is_some_and(|count| *count >= needed);
            segment.is_artifact || (is_at_edge(segment, height) && (repeats() || is_page_number(&segment.text)))
        });
        page.segments = kept;
        let removed: Vec<Segment> = removed;
        for (name, value) in removed.iter().flat_map(|segment| segment.text.split('|')).filter_map(statement) {
            if !said.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                said.push((name, value));
            }
        }
    }
    said
}

fn is_at_edge(segment: &Segment, height: f64) -> bool {
    segment.y < MARGIN * height || segment.y > (1.0 - MARGIN) * height
}

/// What is the same on every page: the height in points, and the text with `#` for numbers.
fn key(segment: &Segment) -> (i64, String) {
    let mut text = String::with_capacity(segment.text.len());
    for letter in segment.text.chars() {
        match letter {
            '0'..='9' if text.ends_with('#') => {}
            '0'..='9' => text.push('#'),
            letter => text.push(letter),
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "pages are some thousand points high")]
    let height = (segment.y / 3.0).round() as i64;
    (height, text)
}

/// `7`, `Page 7`, `Page 7 of 12`, `7/12`.
fn is_page_number(text: &str) -> bool {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut numbers = 0;
    for word in words {
        let is_number = word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number && !matches!(word.to_lowercase().as_str(), "page" | "of" | "seite" | "von" | "p") {
            return false;
        }
        numbers += usize::from(is_number);
    }
    (1..=2).contains(&numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(y: f64, text: &str) -> Segment {
        Segment { y, size: 10.0, text: text.to_owned(), ..Segment::default() }
    }

    #[test]
    fn what_repeats_at_the_edge_is_taken_out_and_its_statements_are_kept() {
        let page = |number: usize| Page {
            height: 800.0,
            segments: vec![
                segment(30.0, "Classification: internal"),
                segment(60.0, &format!("{number}. Chapter of its own {}", "x".repeat(number))),
                segment(400.0, "The same sentence on every page."),
                segment(770.0, &format!("Page {number} of 3")),
            ],
            ..Page::default()
        };
        let mut pages: Vec<Page> = (1..=3).map(page).collect();
        let said = remove(&mut pages);
        assert_eq!(said, [("Classification".into(), "internal".to_owned())]);
        let left: Vec<&str> = pages[0].segments.iter().map(|segment| segment.text.as_str()).collect();
        assert_eq!(left, ["1. Chapter of its own x", "The same sentence on every page."]);
    }

    #[test]
    fn page_numbers_are_told_from_text() {
        for (text, expected) in [
            ("7", true),
            ("Page 7 of 12", true),
            ("- 7 -", true),
            ("7 days", false),
            ("", false),
            ("2026-01-19", false),
        ] {
            assert_eq!(is_page_number(text), expected, "{text}");
        }
    }
}
