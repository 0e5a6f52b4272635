//! Words and numbers as people read them.

use std::borrow::Cow;

use crate::isms::control::{ControlId, Framework};
use crate::rule::{About, ControlLink};

/// `1 finding`, `2 findings`, `1 entry`, `2 entries`, `1 pass`, `2 passes`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{} {}", thousands(number), plural(noun)) }
}

/// The plural of an English noun of the regular kinds that reports use.
fn plural(noun: &str) -> Cow<'static, str> {
    let ends = |ending: &str| noun.ends_with(ending);
    let vowel_before_y = ["ay", "ey", "oy", "uy"].iter().any(|ending| ends(ending));
    if ends("y") && !vowel_before_y {
        return Cow::Owned(format!("{}ies", noun.strip_suffix('y').unwrap_or(noun)));
    }
    let hissing = ["s", "x", "z", "ch", "sh"].iter().any(|ending| ends(ending));
    Cow::Owned(format!("{noun}{}", if hissing { "es" } else { "s" }))
}

/// `25,000`.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Several lines as one, each run of white space as one space.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first paragraph of a Markdown text, in one line.
pub(super) fn first_paragraph(text: &str) -> String {
    let paragraph: Vec<&str> =
        text.lines().skip_while(|line| line.trim().is_empty()).take_while(|line| !line.trim().is_empty()).collect();
    one_line(&paragraph.join(" "))
}

/// The first sentence of a text, in one line and without its final dot, cut at a word where it has more characters
/// than that.
pub(super) fn first_sentence(text: &str, longest: usize) -> String {
    let text = first_paragraph(text);
    let end = sentence_end(&text).unwrap_or(text.len());
    let sentence = text.get(..end).unwrap_or(&text);
    shortened(sentence.strip_suffix('.').unwrap_or(sentence), longest)
}

/// One past the dot that ends the first sentence: one before a space and a capital letter, not that of `e.g. A`.
fn sentence_end(text: &str) -> Option<usize> {
    text.match_indices(". ").map(|(dot, _)| dot).find_map(|dot| {
        let (before, after) = (text.get(..dot)?, text.get(dot + 2..)?);
        let abbreviated = before.ends_with("e.g") || before.ends_with("i.e") || before.ends_with("etc");
        let capital = after.chars().next().is_some_and(|next| next.is_uppercase() || next == '`');
        (capital && !abbreviated).then_some(dot + 1)
    })
}

/// A text of at most so many characters, cut at a word, with `…` where something is missing.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_string();
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    let at_word = kept.rsplit_once(' ').map(|(words, _)| words).filter(|words| words.len() * 2 > kept.len());
    format!("{}…", at_word.unwrap_or(&kept).trim_end())
}

/// A path of at most so many characters that keeps its end, where the file is.
pub(super) fn shortened_left(path: &str, longest: usize) -> String {
    let length = path.chars().count();
    if length <= longest {
        return path.to_string();
    }
    let end: String = path.chars().skip((length + 1).saturating_sub(longest)).collect();
    format!("…{end}")
}

/// A text with a full stop, unless it ends a sentence already.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?', '…']) { text.to_string() } else { format!("{text}.") }
}

/// A message as a full sentence in one line: with a full stop, and with a capital letter where it begins with a plain
/// word (`aws_s3_bucket` is none).
pub(super) fn full_sentence(text: &str) -> String {
    let text = sentence(&one_line(text));
    let first = text.split(' ').next().unwrap_or_default();
    if first.chars().all(char::is_alphabetic) { capitalised(&text) } else { text }
}

/// A text with a capital first letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a terminal can show safely: control characters, with which a scanned file could paint over our output, become
/// visible signs, and so do the marks that reverse the direction of writing.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let harmful = |letter: char| letter.is_control() || is_direction_mark(letter);
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let shown = |letter: char| match letter {
        '\n' | '\t' => ' ',
        letter if harmful(letter) => char::REPLACEMENT_CHARACTER,
        letter => letter,
    };
    Cow::Owned(text.chars().map(shown).collect())
}

fn is_direction_mark(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A control as people say it: `A.8.3`, `clause 9.2`, `ITIL 4 incident-management`.
pub(super) fn control(control: &ControlId) -> String {
    match control.framework {
        Framework::Iso2022 if control.is_annex_a() => control.id.to_string(),
        Framework::Iso2022 => format!("clause {}", control.id),
        other => format!("{} {}", framework(other), control.id),
    }
}

/// A path as a relative reference (RFC 3986): what is not unreserved is written as `%` and the bytes of its UTF-8.
pub(super) fn relative_uri(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            for digit in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(u32::from(digit), 16).map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
    text
}

/// The controls that a rule is evidence for, those it checks directly before those it supports.
pub(super) fn controls(about: &About) -> String {
    let mut links: Vec<&ControlLink> = about.controls.iter().collect();
    links.sort_by_key(|link| std::cmp::Reverse(link.bearing));
    links.iter().map(|link| control(&link.control)).collect::<Vec<_>>().join(", ")
}

/// The name of a framework as people write it.
pub(super) fn framework(framework: Framework) -> &'static str {
    match framework {
        Framework::Iso2022 => "ISO/IEC 27001:2022",
        Framework::Iso2013 => "ISO/IEC 27001:2013",
        Framework::Itil4 => "ITIL 4",
        Framework::Cobit2019 => "COBIT 2019",
    }
}

/// The name of a kind as its users write it; kinds that are not listed keep their own name.
pub(super) fn kind(kind: &str) -> &str {
    match kind {
        "terraform" => "Terraform",
        "terraform-plan" => "Terraform plan",
        "kubernetes" => "Kubernetes",
        "dockerfile" => "Dockerfile",
        "github_actions" | "github-actions" => "GitHub Actions",
        "gitlab_ci" | "gitlab-ci" => "GitLab CI",
        "cloudformation" => "CloudFormation",
        "compose" => "Compose",
        "serverless" => "Serverless Framework",
        "ansible" => "Ansible",
        "arm" => "ARM and Bicep",
        "azure-pipelines" => "Azure Pipelines",
        "openapi" => "OpenAPI",
        "isms" => "ISMS",
        "repository" => "of the repository itself",
        "iam-statement" => "IAM statement",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_the_right_noun() {
        for (number, noun, expected) in [
            (0, "finding", "0 findings"),
            (1, "finding", "1 finding"),
            (2, "pass", "2 passes"),
            (3, "entry", "3 entries"),
            (4, "key", "4 keys"),
            (25_000, "file", "25,000 files"),
            (1_234_567, "check", "1,234,567 checks"),
        ] {
            assert_eq!(count(number, noun), expected);
        }
    }

    #[test]
    fn the_first_sentence_ends_where_a_reader_would_end_it() {
        for (text, expected) in [
            ("Set it to `private`. Then test.", "Set it to `private`"),
            ("Use version 1.2 or e.g. AES.\n\nMore.", "Use version 1.2 or e.g. AES"),
            ("\n  One\n  line only\n", "One line only"),
            ("", ""),
        ] {
            assert_eq!(first_sentence(text, 80), expected);
        }
        assert_eq!(first_sentence("one two three four", 12), "one two…");
        assert_eq!(first_sentence("ééééééééééééééé", 5), "éééé…");
        assert_eq!(shortened_left("a/béc/d.tf", 7), "…c/d.tf");
    }

    #[test]
    fn a_scanned_text_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\r\u{202e}c\td"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}c d");
        assert!(matches!(printable("plain é 😀"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_message_becomes_a_sentence_and_names_stay_as_they_are() {
        assert_eq!(full_sentence("no plan\nwas found"), "No plan was found.");
        assert_eq!(full_sentence("aws_s3_bucket.b is open!"), "aws_s3_bucket.b is open!");
        assert_eq!(full_sentence("`x` is open"), "`x` is open.");
    }

    #[test]
    fn paths_become_relative_references() {
        for (path, expected) in [
            ("infra/main.tf", "infra/main.tf"),
            ("isms/Richtlinie für Zugänge.md", "isms/Richtlinie%20f%C3%BCr%20Zug%C3%A4nge.md"),
            ("a:b/50%#?.tf", "a%3Ab/50%25%23%3F.tf"),
        ] {
            assert_eq!(relative_uri(path), expected);
        }
    }

    #[test]
    fn clauses_and_controls_are_told_apart() {
        assert_eq!(control(&ControlId::iso2022("A.8.3")), "A.8.3");
        assert_eq!(control(&ControlId::iso2022("9.2")), "clause 9.2");
    }
}
