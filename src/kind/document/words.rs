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

/// As [`fold`] for the label of a column or key: a part in brackets and a scale at the end (`Likelihood (1-5)`,
/// `likelihood_1_5`) are left out, unless nothing else is there; `nextReview` is two words, `#` is `no`.
pub(crate) fn fold_label(text: &str) -> String {
    if text.trim() == "#" {
        return "no".to_owned();
    }
    let outside = text.split_once(['(', '[']).map_or(text, |(outside, _)| outside);
    let folded = fold(&humps(outside));
    let is_digit = |letter: char| letter.is_ascii_digit() || letter == ' ';
    let bare = folded.trim_end_matches(is_digit);
    // `iso 27001` and `control2` are names; only numbers that stand alone are a scale.
    let is_scale = folded.strip_prefix(bare).is_some_and(|rest| rest.starts_with(' ') && rest.len() <= 5);
    match (is_scale && !bare.is_empty(), folded.is_empty()) {
        (true, _) => bare.to_owned(),
        (false, true) => fold(text),
        (false, false) => folded,
    }
}

/// A blank before each capital that follows a small letter.
fn humps(text: &str) -> String {
    let mut apart = String::with_capacity(text.len());
    let mut before = ' ';
    for letter in text.chars() {
        if before.is_lowercase() && letter.is_uppercase() {
            apart.push(' ');
        }
        apart.push(letter);
        before = letter;
    }
    apart
}

/// Whether folded text holds a folded phrase as whole words.
pub(crate) fn holds(text: &str, phrase: &str) -> bool {
    if phrase.is_empty() {
        return false;
    }
    // Only the beginnings of words are looked at: most phrases are not there, and texts are short.
    let mut rest = text;
    loop {
        if rest.strip_prefix(phrase).is_some_and(|after| after.is_empty() || after.starts_with(' ')) {
            return true;
        }
        match rest.split_once(' ') {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
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
        assert_eq!(fold_label("Likelihood_1_5"), "likelihood");
        assert_eq!(
            (fold_label("nextReview"), fold_label("PolicyID")),
            ("next review".to_owned(), "policy id".to_owned())
        );
        assert_eq!(fold_label("ISO 27001"), "iso 27001");
        assert_eq!((fold_label("1"), fold_label("#")), ("1".to_owned(), "no".to_owned()));
    }

    #[test]
    fn phrases_are_whole_words() {
        assert!(holds("the backup policy of acme", "backup policy"));
        assert!(!holds("the backup policyholder", "backup policy"));
        assert!(holds("backup policy", "backup policy") && holds("our backup policy", "backup policy"));
        assert!(!holds("a mybackup policy", "backup policy") && !holds("", "backup"));
        assert!(!holds("anything", ""));
    }
}
