//! CODEOWNERS: who must agree to changes of which files. GitHub's and Gitea's form, and GitLab's with sections.
//!
//! The tree is a list with a map for each rule in the order of the file (of several rules that match a file the last
//! one counts): `pattern`, `owners` (a list, which may be empty: nobody owns it), and in GitLab's form `section` and
//! `optional`. A rule without owners takes those of its section's header, as GitLab does.

use smol_str::SmolStr;

use super::Parsed;
use super::tree::{FileId, Map, Node, Place, Span, Value};

/// Reads a CODEOWNERS file. There are no errors: what is not understood as a rule is a comment.
pub fn parse(text: &str, file: FileId) -> Parsed {
    let mut section = None;
    let mut rules = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = words(line, at);
        at += line.len();
        let Some((first, owners)) = words.split_first() else { continue };
        if let Some(header) = Section::of(line, at - line.len(), file) {
            section = Some(header);
        } else {
            rules.push(rule(*first, owners, section.as_ref(), text, file));
        }
    }
    let body = Span::new(0, text.trim_end().len());
    Parsed::tree(Node::list(rules, Place::span(file, body)))
}

/// A GitLab section and the owners that its header names.
struct Section {
    name: Node,
    owners: Vec<Node>,
    is_optional: bool,
}

impl Section {
    /// `[Name]`, `^[Name]` or `[Name][2] @owner`.
    fn of(line: &str, at: usize, file: FileId) -> Option<Section> {
        let trimmed = line.trim_start();
        let is_optional = trimmed.starts_with('^');
        let (name, after) = trimmed.trim_start_matches('^').strip_prefix('[')?.split_once(']')?;
        // A pattern may begin with a class of characters: `[ab].txt @x`.
        if !(after.is_empty() || after.starts_with('[') || after.starts_with(char::is_whitespace)) {
            return None;
        }
        let start = at + line.find('[')? + 1;
        let after = match after.strip_prefix('[') {
            Some(count) => count.split_once(']')?.1,
            None => after,
        };
        let owners = words(after, at + line.len() - after.len());
        Some(Section {
            name: Node::text(name, Place::span(file, Span::new(start, start + name.len()))),
            owners: owners.iter().map(|span| word(*span, line, at, file)).collect(),
            is_optional,
        })
    }
}

fn rule(pattern: Span, owners: &[Span], section: Option<&Section>, text: &str, file: FileId) -> Node {
    let last = owners.last().unwrap_or(&pattern);
    let all = owners.first().map_or(Span::new(last.end as usize, last.end as usize), |first| first.cover(*last));
    let mut map = Map::default();
    let pattern_node = Node::text(pattern.slice(text).replace("\\ ", " "), Place::span(file, pattern));
    map.push("pattern", Place::span(file, pattern), pattern_node);
    let own: Vec<Node> = owners.iter().map(|span| word(*span, text, 0, file)).collect();
    let owners = match section {
        Some(section) if own.is_empty() => section.owners.clone(),
        _ => own,
    };
    map.push("owners", Place::span(file, all), Node::list(owners, Place::span(file, all)));
    if let Some(section) = section {
        map.push("section", section.name.place, section.name.clone());
        map.push("optional", section.name.place, Node::new(Value::Bool(section.is_optional), section.name.place));
    }
    Node::map(map, Place::span(file, pattern.cover(*last)))
}

fn word(span: Span, text: &str, offset: usize, file: FileId) -> Node {
    let inside = Span::new((span.start as usize).saturating_sub(offset), (span.end as usize).saturating_sub(offset));
    Node::text(SmolStr::new(inside.slice(text)), Place::span(file, span))
}

/// The words of a line before its comment. A blank after a backslash belongs to the word.
fn words(line: &str, offset: usize) -> Vec<Span> {
    let mut words = Vec::new();
    let mut start = None;
    let mut is_escaped = false;
    for (at, letter) in line.char_indices() {
        let ends = letter.is_whitespace() && !is_escaped;
        if letter == '#' && start.is_none() {
            return words;
        }
        match start {
            Some(from) if ends => {
                words.push(Span::new(offset + from, offset + at));
                start = None;
            }
            None if !ends && letter != '\u{feff}' => start = Some(at),
            _ => {}
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    words.extend(start.map(|from| Span::new(offset + from, offset + line.trim_end().len())));
    words
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::syntax::Content;

    /// Rules as `pattern = owners (section)`, after a check that all spans slice back.
    fn show(text: &str) -> Vec<String> {
        let parsed = parse(text, FileId(1));
        let Content::Trees(trees) = parsed.content else { panic!("CODEOWNERS gives a tree") };
        let slice = |node: &Node| node.place.as_span().unwrap().slice(text).to_string();
        let mut shown = Vec::new();
        for rule in trees[0].items() {
            let owners = rule.get("owners").unwrap().items();
            assert!(owners.iter().all(|owner| owner.as_str() == Some(&slice(owner))), "{text}");
            let pattern = rule.get("pattern").unwrap();
            assert_eq!(pattern.as_str().unwrap(), slice(pattern).replace("\\ ", " "));
            let owners: Vec<&str> = owners.iter().filter_map(Node::as_str).collect();
            let mut line = format!("{} = {}", pattern.as_str().unwrap(), owners.join(" "));
            if let Some(section) = rule.get("section") {
                assert_eq!(section.as_str(), Some(&*slice(section)));
                let optional = rule.get("optional").unwrap().as_bool().unwrap();
                let mark = if optional { "?" } else { "" };
                write!(line, " ({}{mark})", section.as_str().unwrap()).unwrap();
            }
            shown.push(line);
        }
        shown
    }

    #[test]
    fn rules_have_a_pattern_and_owners() {
        let text =
            "\u{feff}# comment\r\n*  @org/team a@b.example # why\r\n\n/docs/a\\ b.md @x\r\n/vendor/\r\n[ab].txt @y";
        let expected = ["* = @org/team a@b.example", "/docs/a b.md = @x", "/vendor/ = ", "[ab].txt = @y"];
        assert_eq!(show(text), expected);
    }

    #[test]
    fn rules_of_a_section_take_its_owners() {
        let text = "*.rb @r\n[Docs][2] @d @e\ndocs/\nREADME.md @f\n  ^[Build Files]\nMakefile @m\n";
        let expected = ["*.rb = @r", "docs/ = @d @e (Docs)", "README.md = @f (Docs)", "Makefile = @m (Build Files?)"];
        assert_eq!(show(text), expected);
    }

    #[test]
    fn a_rule_stands_from_its_pattern_to_its_last_owner() {
        let text = "  *.tf   @a  @b  \n";
        let Content::Trees(trees) = parse(text, FileId(1)).content else { panic!("CODEOWNERS gives a tree") };
        assert_eq!(trees[0].items()[0].place.as_span().unwrap().slice(text), "*.tf   @a  @b");
        assert!(show("").is_empty());
    }
}
