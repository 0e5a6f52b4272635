//! Suggestions for misspelt names: identifiers, keys, options.

use std::cmp::Reverse;

/// The candidate nearest to a word, where one is near enough to be what was meant: at most a third of its letters
/// differ. Of several equally near the one that begins alike, then the first. Swapped neighbours count as one difference.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(MAX_LENGTH).collect();
    let allowed = (word.len() / 3).max(1);
    let near = candidates.into_iter().map(|candidate| (distance(&word, candidate), candidate));
    let near = near.filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.len());
    near.min_by_key(|(distance, candidate)| (*distance, Reverse(alike(&word, candidate)))).map(|(_, candidate)| candidate)
}

/// How many letters the beginnings share.
fn alike(word: &[char], candidate: &str) -> usize {
    word.iter().zip(candidate.chars()).take_while(|(left, right)| **left == *right).count()
}

/// Longer words are compared by their beginning, which bounds the work.
const MAX_LENGTH: usize = 80;

/// The optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
fn distance(left: &[char], right: &str) -> usize {
    let right: Vec<char> = right.chars().take(MAX_LENGTH).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let cell = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let substituted = cell(&above, column) + usize::from(letter != other);
            let mut least = substituted.min(cell(&above, column + 1) + 1).min(cell(&current, column) + 1);
            let swapped = row > 0 && column > 0 && left.get(row - 1) == Some(other) && right.get(column - 1) == Some(letter);
            if swapped {
                least = least.min(cell(&before, column - 1) + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or(left.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_edits_and_swaps() {
        for (left, right, expected) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "abd", 1), ("abc", "acb", 1), ("kitten", "sitting", 3)]
        {
            let left: Vec<char> = left.chars().collect();
            assert_eq!(distance(&left, right), expected, "{left:?} {right}");
        }
    }

    #[test]
    fn only_near_words_are_suggested() {
        let known = ["severity", "confidence", "controls"];
        assert_eq!(nearest("severty", known), Some("severity"));
        assert_eq!(nearest("control", known), Some("controls"));
        assert_eq!(nearest("owner", known), None);
        assert_eq!(nearest("", known), None);
    }
}
