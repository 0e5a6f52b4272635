//! Words as people compare them: without regard to case, punctuation and white space.

/// Lower-case words with single blanks between them; everything but letters and digits separates words.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}

/// As [`fold`], but a part in brackets (`likelihood (1-5)`) is left out, unless nothing else is there.
pub(crate) fn fold_label(text: &str) -> String {
    let outside = text.split_once(['(', '[']).map_or(text, |(outside, _)| outside);
    let folded = fold(outside);
    if folded.is_empty() { fold(text) } else { folded }
}

/// Whether folded text holds a folded phrase as whole words.
pub(crate) fn holds(text: &str, phrase: &str) -> bool {
    if phrase.is_empty() {
        return false;
    }
    text.match_indices(phrase).any(|(at, found)| {
        let before = text.get(..at).is_some_and(|before| before.is_empty() || before.ends_with(' '));
        let after = text.get(at + found.len()..).is_some_and(|after| after.is_empty() || after.starts_with(' '));
        before && after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_words_only() {
        assert_eq!(fold("Access-Control_Policy  (v2)"), "access control policy v2");
        assert_eq!(fold("  ÜBER 3.1 "), "über 3 1");
        assert_eq!(fold("—"), "");
        assert_eq!(fold_label("Likelihood (1-5)"), "likelihood");
        assert_eq!(fold_label("(none)"), "none");
    }

    #[test]
    fn phrases_are_whole_words() {
        assert!(holds("the backup policy of acme", "backup policy"));
        assert!(!holds("the backup policyholder", "backup policy"));
        assert!(!holds("anything", ""));
    }
}
