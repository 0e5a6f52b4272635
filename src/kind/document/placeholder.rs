//! Blanks that nobody filled in: `TBD`, `[company name]`, `{{owner}}`, `<insert date>`, lorem ipsum.

use std::sync::LazyLock;

use regex::Regex;
use smol_str::SmolStr;

use crate::syntax::tree::{At, Node, Place, Span, Value};

/// What a blank looks like. Brackets hold one only with a word of [`ASKING`] in them: `[1]` and `[sic]` are none.
static BLANK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        \b(?: TODO | TBD | TBC | FIXME | XXX+ )\b
        | (?i: \blorem\s+ipsum\b )
        | \{\{ [^{}\n]{1,80} \}\}
        | \[ [^\[\]\n]{2,80} \]
        | < [^<>\n]{2,80} >
        | _{4,}
        ",
    )
    .ok()
});

/// Words that ask for something to be filled in, at the start of brackets.
static ASKING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix) ^ (?: the \s+ | your \s+ | our \s+ )?
        (?: insert | enter | fill | add | specify | describe | choose | select | replace | define | state
          | company | country | organi[sz]ation | entity | business | name | date | role | title | department | address | phone | telephone
          | e-?mail | owner | approver | author | version | contact | number | day | month | year | dd | yyyy | location | url
          | tbd | tbc | todo | to \s+ be | xx+ | \.\.\. | … | placeholder | your )
        \b",
    )
    .ok()
});

/// A name in capitals with underscores: `COMPANY_NAME`.
static VARIABLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[A-Z]+(?:_[A-Z0-9]+)+$").ok());

/// A whole value that says that it is still to come.
static TO_COME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:to be (?:determined|defined|decided|completed|confirmed|filled in|added|announced|written)|tbd|tbc|todo|coming soon)\W*$").ok()
});

/// Whether a text is a blank and nothing else.
pub(crate) fn is_only_placeholder(text: &str) -> bool {
    let text = text.trim();
    let spans = |found: regex::Match<'_>| found.start() == 0 && found.end() == text.len();
    TO_COME.as_ref().is_some_and(|pattern| pattern.is_match(text))
        || BLANK.as_ref().and_then(|pattern| pattern.find(text)).is_some_and(|found| spans(found) && is_asking(text))
}

/// The blanks in a document's blocks, each a text node at its place. Code is left out: there, brackets mean something.
pub(crate) fn find(sections: &[Node], source: &str) -> Vec<Node> {
    let mut found = Vec::new();
    for section in sections {
        if let Some(heading) = section.get("heading") {
            in_text(heading, source, &mut found);
        }
        let blocks = section.get("blocks").map_or(&[][..], Node::items);
        for block in blocks.iter().filter(|block| block.get("kind").and_then(Node::as_str) != Some("code")) {
            if let Some(text) = block.get("text") {
                in_text(text, source, &mut found);
            }
        }
    }
    found
}

/// The blanks in what stands beside the text: front matter, the cells of a register.
pub(crate) fn in_values(value: &Node, source: &str, found: &mut Vec<Node>) {
    match &value.value {
        Value::Text(_) => in_text(value, source, found),
        Value::List(list) => list.items.iter().for_each(|item| in_values(item, source, found)),
        Value::Map(map) => map.entries.iter().for_each(|entry| in_values(&entry.value, source, found)),
        _ => {}
    }
}

/// The texts that differ, each at its first place.
pub(crate) fn distinct<'n>(nodes: impl Iterator<Item = &'n Node>) -> Vec<Node> {
    let mut found: Vec<Node> = Vec::new();
    for node in nodes {
        if !found.iter().any(|known| known.as_str() == node.as_str()) {
            found.push(node.clone());
        }
    }
    found
}

/// Looks in the text as it is written where that is known, because markup hides blanks (`<insert name>` is a tag).
fn in_text(node: &Node, source: &str, found: &mut Vec<Node>) {
    let written = node.place.as_span().map(|span| (span, span.slice(source))).filter(|(_, text)| !text.is_empty());
    let (start, text) = match written {
        Some((span, text)) => (Some(span.start as usize), text),
        None => (None, node.as_str().unwrap_or("")),
    };
    let Some(pattern) = BLANK.as_ref() else { return };
    for blank in pattern.find_iter(text) {
        if !is_asking(blank.as_str()) || is_link(text, blank.end()) || is_in_code(text, blank.start()) {
            continue;
        }
        let place = match start {
            Some(start) => Place { at: At::Span(Span::new(start + blank.start(), start + blank.end())), ..node.place },
            None => node.place,
        };
        found.push(Node::text(SmolStr::new(blank.as_str()), place));
    }
}

/// Whether what looks like a blank asks for something.
fn is_asking(blank: &str) -> bool {
    let inner = match blank.as_bytes().first() {
        Some(b'[') => blank.trim_matches(['[', ']']),
        Some(b'<') => blank.trim_matches(['<', '>']),
        _ => return true,
    };
    [&ASKING, &VARIABLE].iter().any(|pattern| pattern.as_ref().is_some_and(|pattern| pattern.is_match(inner.trim())))
}

/// `[text](target)` and `[text][reference]` are links, `[text]:` their definition.
fn is_link(text: &str, end: usize) -> bool {
    text.get(end..).is_some_and(|rest| rest.starts_with(['(', '[', ':']))
}

/// Between backticks on one line.
fn is_in_code(text: &str, start: usize) -> bool {
    let line = text.get(..start).unwrap_or("").rsplit('\n').next().unwrap_or("");
    line.matches('`').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tree::FileId;
    use crate::syntax::{Content, markdown};

    fn blanks(source: &str) -> Vec<String> {
        let Content::Trees(trees) = markdown::parse(source, FileId(0)).content else { panic!("no tree") };
        let found = find(trees[0].get("sections").unwrap().items(), source);
        found
            .iter()
            .map(|node| {
                assert_eq!(node.place.as_span().unwrap().slice(source), node.as_str().unwrap());
                node.as_str().unwrap().to_owned()
            })
            .collect()
    }

    #[test]
    fn blanks_are_found_where_they_stand() {
        for (source, expected) in [
            ("The owner is TBD.", vec!["TBD"]),
            ("Call [phone number] or write to [e-mail].", vec!["[phone number]", "[e-mail]"]),
            ("Welcome to <insert company>!", vec!["<insert company>"]),
            ("By {{ owner }} for [Company Name].", vec!["{{ owner }}", "[Company Name]"]),
            ("# Plan of [Organisation]", vec!["[Organisation]"]),
            ("| role | name |\n|---|---|\n| lead | TBD |", vec!["TBD"]),
            ("Lorem ipsum dolor", vec!["Lorem ipsum"]),
            ("Owned by [POLICY_OWNER] as [RFC 2119] says.", vec!["[POLICY_OWNER]"]),
            ("Signed: ________", vec!["________"]),
            ("See [Company Name](about.md) and [name][1].\n\n[1]: x.md", vec![]),
            ("As [1] says [sic], see [CVE-2024-1].", vec![]),
            ("Write <edda@example.org> or <https://example.org/date>.", vec![]),
            ("Use `{{ owner }}` in templates.", vec![]),
            ("```\nTODO {{ x }}\n```", vec![]),
            ("- [ ] tick\n- [x] done", vec![]),
            ("The todo list is reviewed. It is to be decided by the board.", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(blanks(source), expected, "{source}");
        }
    }

    #[test]
    fn blanks_beside_the_text_are_found_where_they_stand() {
        let source = "owner: \"[owner]\"\nversion: 1\ntags: [name, date]\nreviewers: ['[name]', Edda]\napproved: TBD\n";
        let Content::Trees(trees) = crate::syntax::yaml::parse(source, FileId(0)).content else { panic!("no tree") };
        let mut found = Vec::new();
        in_values(&trees[0], source, &mut found);
        let said: Vec<&str> = found.iter().map(|node| node.place.as_span().unwrap().slice(source)).collect();
        assert_eq!(said, ["[owner]", "[name]", "TBD"]);
    }

    #[test]
    fn values_that_are_blanks_are_told_from_values_with_one() {
        for (text, expected) in [
            ("TBD", true),
            ("[name]", true),
            ("to be confirmed", true),
            ("{{owner}}", true),
            ("Edda Falk", false),
            ("Edda Falk (deputy TBD)", false),
            ("[1]", false),
        ] {
            assert_eq!(is_only_placeholder(text), expected, "{text}");
        }
    }
}
