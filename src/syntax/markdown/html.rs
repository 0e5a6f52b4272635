//! The text of HTML: without tags and comments.

/// The text of an HTML block, its white space collapsed.
pub(super) fn text(html: &str) -> String {
    let mut plain = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        plain.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at..).unwrap_or("");
        let end = if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else if rest
            .get(1..)
            .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)))
        {
            rest.find('>').map(|end| end + 1)
        } else {
            plain.push('<');
            Some(1)
        };
        // A tag or comment that does not end reaches to the end.
        rest = end.and_then(|end| rest.get(end..)).unwrap_or("");
        if end != Some(1) {
            plain.push(' ');
        }
    }
    plain.push_str(rest);
    let words: Vec<&str> = plain.split_whitespace().collect();
    unescape(&words.join(" "))
}

/// Resolves the five entities that HTML cannot do without, and the hard space.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
}

/// Whether an inline tag breaks the line.
pub(super) fn is_break(tag: &str) -> bool {
    tag.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("<br"))
}
