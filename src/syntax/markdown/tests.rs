use super::*;
use crate::syntax::Content;
use crate::syntax::tree::Node;

fn read(text: &str) -> Node {
    let parsed = parse(text, FileId(0));
    assert_eq!(parsed.errors, [], "{text}");
    tree(parsed)
}

fn tree(parsed: Parsed) -> Node {
    match parsed.content {
        Content::Trees(mut trees) => trees.remove(0),
        other => panic!("{other:?}"),
    }
}

fn at<'a>(node: &'a Node, path: &str) -> &'a Node {
    path.split('.').fold(node, |node, step| match step.parse::<usize>() {
        Ok(index) => &node.items()[index],
        Err(_) => node.get(step).unwrap_or_else(|| panic!("no {step} ({path}) in {node:?}")),
    })
}

fn slice<'a>(node: &Node, text: &'a str) -> &'a str {
    node.place.as_span().unwrap().slice(text)
}

/// The value at a path and what its place slices to.
fn shown<'a>(root: &Node, path: &str, text: &'a str) -> (String, &'a str) {
    let node = at(root, path);
    (node.value.scalar_text().unwrap().to_string(), slice(node, text))
}

const PLAN: &str = "\
Intro *text*.

# Plan for **incidents** {x}

**Owner:** Anna Weiß
**Version**: 2.1
**Note** this is text

## Reporting

Everyone reports:

- by [mail](mailto:s@acme.test) to `security`
  - at once
- [x] by phone

  day and night
1. one

> Quoted\u{20}
> twice.

<!-- hidden -->
<p>Seen &amp; <b>bold</b></p>

```sh
ls -l
```

| Who | When<br>exactly | |
|-----|------|--|
| Lead \\| a | 1 h | x |
| Deputy | |

### Feedback
## Reporting
";

#[test]
fn sections_have_levels_paths_and_slugs() {
    let root = read(PLAN);
    let sections: Vec<_> = at(&root, "sections")
        .items()
        .iter()
        .map(|section| {
            let text = |key| section.get(key).and_then(|node| node.value.scalar_text()).unwrap().to_string();
            (text("level"), text("heading"), text("path"), text("slug"))
        })
        .collect();
    let plan = "Plan for incidents {x}";
    let expected = [
        ("0", "", "", ""),
        ("1", plan, plan, "plan-for-incidents-x"),
        ("2", "Reporting", "Plan for incidents {x} > Reporting", "reporting"),
        ("3", "Feedback", "Plan for incidents {x} > Reporting > Feedback", "feedback"),
        ("2", "Reporting", "Plan for incidents {x} > Reporting", "reporting-1"),
    ];
    let expected = expected.map(|(a, b, c, d)| (a.to_owned(), b.to_owned(), c.to_owned(), d.to_owned()));
    assert_eq!(sections, expected);
    assert_eq!(shown(&root, "title", PLAN), (plan.to_owned(), "Plan for **incidents** {x}"));
    assert_eq!(shown(&root, "sections.2.heading", PLAN).1, "Reporting");
    assert!(slice(at(&root, "sections.2"), PLAN).starts_with("## Reporting\n\nEveryone"));
    assert!(slice(at(&root, "sections.2"), PLAN).ends_with("| Deputy | |"));
    assert_eq!(slice(at(&root, "sections.3"), PLAN), "### Feedback");
}

#[test]
fn blocks_have_plain_text_and_their_own_place() {
    let root = read(PLAN);
    let blocks: Vec<_> = at(&root, "sections.2.blocks")
        .items()
        .iter()
        .map(|block| {
            let text = |key| block.get(key).and_then(|node| node.value.scalar_text()).unwrap().to_string();
            (text("kind"), text("text"), slice(at(block, "text"), PLAN))
        })
        .collect();
    let expected = [
        ("paragraph", "Everyone reports:", "Everyone reports:"),
        ("item", "by mail to security", "by [mail](mailto:s@acme.test) to `security`"),
        ("item", "at once", "at once"),
        ("item", "by phone day and night", "by phone\n\n  day and night"),
        ("item", "one", "one"),
        ("quote", "Quoted twice.", "Quoted\u{20}\n> twice."),
        ("html", "Seen & bold", "<p>Seen &amp; <b>bold</b></p>"),
        ("code", "ls -l", "```sh\nls -l\n```"),
        ("row", "Lead | a | 1 h | x", "| Lead \\| a | 1 h | x |"),
        ("row", "Deputy", "| Deputy | |"),
    ];
    let expected = expected.map(|(kind, text, at)| (kind.to_owned(), text.to_owned(), at));
    assert_eq!(blocks, expected);
    let items = at(&root, "sections.2.blocks");
    assert_eq!(shown(items, "1.lead", PLAN), ("Everyone reports:".to_owned(), "Everyone reports:"));
    assert_eq!(shown(items, "2.lead", PLAN).0, "by mail to security");
    assert_eq!(shown(items, "3.checked", PLAN).0, "true");
    assert!(items.items()[4].get("lead").is_none());
    assert_eq!(shown(items, "8.cells.0", PLAN), ("Lead | a".to_owned(), "Lead \\| a"));
    assert!(shown(&root, "sections.2.text", PLAN).0.starts_with("Everyone reports:\nby mail to security\nat once\n"));
    assert_eq!(shown(&root, "links.0.target", PLAN), ("mailto:s@acme.test".to_owned(), "mailto:s@acme.test"));
    assert_eq!(shown(&root, "links.0.text", PLAN), ("mail".to_owned(), "[mail](mailto:s@acme.test)"));
    assert_eq!(shown(&root, "words", PLAN).0, "37");
}

#[test]
fn tables_are_rows_of_columns() {
    let root = read(PLAN);
    let table = at(&root, "sections.2.tables.0");
    assert_eq!(shown(table, "header.1", PLAN), ("When\nexactly".to_owned(), "When<br>exactly"));
    assert_eq!(shown(table, "rows.0.Who", PLAN).0, "Lead | a");
    assert_eq!(shown(table, "rows.0.column 3", PLAN), ("x".to_owned(), "x"));
    assert_eq!(shown(table, "rows.1.When\nexactly", PLAN).0, "");
}

#[test]
fn front_matter_is_metadata_with_places_in_the_file() {
    let yaml = "---\ntitle: Access policy\nowner: \"Ümit\"\nversion: 2\n---\n# Other\n\n**Status:** approved\n";
    let root = read(yaml);
    assert_eq!(shown(&root, "title", yaml), ("Access policy".to_owned(), "Access policy"));
    assert_eq!(shown(&root, "metadata.owner", yaml), ("Ümit".to_owned(), "\"Ümit\""));
    assert_eq!(at(&root, "metadata.version").as_number(), Some(2.0));
    assert_eq!(shown(&root, "metadata.Status", yaml), ("approved".to_owned(), "approved"));
    assert_eq!(shown(&root, "sections.0.heading", yaml).1, "Other");
    let toml = "\u{feff}+++\nowner = \"Ana\"\n+++\ntext\n";
    let root = read(toml);
    assert_eq!(shown(&root, "metadata.owner", toml), ("Ana".to_owned(), "\"Ana\""));
    assert_eq!(shown(&root, "sections.0.text", toml), ("text".to_owned(), "text"));
}

#[test]
fn front_matter_that_is_only_closed_is_metadata_too() {
    let tree = read("name: Incident policy\nsatisfies:\n  TSC:\n    - CC7.3\n---\n\n# Purpose\n\nText.\n");
    assert_eq!(tree.get("metadata").and_then(|map| map.get("name")).and_then(Node::as_str), Some("Incident policy"));
    let heading = parse("Note: this is prose, and a heading.\n---\n\nText.\n", FileId(0));
    assert!(matches!(heading.content, Content::Trees(_)));
}

#[test]
fn broken_front_matter_is_an_error_and_the_text_stays() {
    let text = "---\nowner: [a\n---\n# T\n";
    let parsed = parse(text, FileId(0));
    assert_eq!(parsed.errors.len(), 1);
    assert!(parsed.errors[0].span.start >= 4 && (parsed.errors[0].span.end as usize) <= text.len());
    assert_eq!(shown(&tree(parsed), "title", text).0, "T");
    // Never closed: a thematic break.
    assert_eq!(shown(&read("---\na: b\n"), "sections.0.text", "").0, "a: b");
}

#[test]
fn metadata_is_read_from_lines_and_tables() {
    let cases = [
        ("**Owner:** Anna\n**Version**: 2\n", &[("Owner", "Anna", "Anna"), ("Version", "2", "2")][..]),
        (
            "- **Owner:** Anna **B**\n- **Date:** 2025-01-02\n",
            &[("Owner", "Anna B", "Anna **B**"), ("Date", "2025-01-02", "2025-01-02")],
        ),
        ("Owner: Anna\nVersion: 3 \n", &[("Owner", "Anna", "Anna"), ("Version", "3", "3")]),
        ("| Field | Value |\n|-|-|\n| **Owner** | Anna |\n", &[("Owner", "Anna", "Anna")]),
        ("| Owner | Anna |\n|-|-|\n| Version | 2 |\n", &[("Owner", "Anna", "Anna"), ("Version", "2", "2")]),
        ("| Owner | Version |\n|-|-|\n| Anna | 2 |\n", &[("Owner", "Anna", "Anna"), ("Version", "2", "2")]),
        (
            "| Owner | Version | State |\n|-|-|-|\n| Anna | 2 | ok |\n",
            &[("Owner", "Anna", "Anna"), ("Version", "2", "2"), ("State", "ok", "ok")],
        ),
        ("Note: one line only\n", &[]),
        ("We say this: it is a very long sentence and no key\nAnd: that\n", &[("And", "that", "that")][1..]),
        ("## Later\n\n**Owner:** Anna\n", &[]),
    ];
    for (text, expected) in cases {
        let text = format!("# Title\n\n{text}");
        let root = read(&text);
        let found: Vec<_> = at(&root, "metadata")
            .entries()
            .iter()
            .map(|entry| (entry.key.to_string(), entry.value.as_str().unwrap().to_owned(), slice(&entry.value, &text)))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(k, v, s)| ((*k).to_owned(), (*v).to_owned(), *s)).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn empty_and_hostile_files_are_read() {
    for text in ["", "\n\n", "---\na: b\n---\n", "---", "#", "<!-- only -->", "<!-- open"] {
        let root = read(text);
        assert!(root.get("sections").is_some(), "{text}");
        assert_eq!(at(&root, "words").as_number(), Some(0.0), "{text:?}");
    }
    for (sign, count) in
        [("> ", 5_000), ("[", 20_000), ("- ", 2_000), ("**a ", 5_000), ("<a ", 5_000), ("![x](", 5_000)]
    {
        assert!(read(&sign.repeat(count)).get("sections").is_some());
    }
    for end in (0..PLAN.len()).filter(|end| PLAN.is_char_boundary(*end)) {
        let _ = parse(&PLAN[..end], FileId(0));
    }
}

#[test]
fn rows_have_the_header_as_lead() {
    let root = read(PLAN);
    let items = at(&root, "sections.2.blocks");
    assert_eq!(shown(items, "8.lead", PLAN), ("Who | When\nexactly".to_owned(), "Who | When<br>exactly"));
}

#[test]
fn tags_that_are_none_of_html_are_text() {
    let text = "Ask <Company Name> or <b>me</b> at <a@b.test>.\n\n<Insert name>\n\n<div>in</div>\n";
    let root = read(text);
    assert_eq!(shown(&root, "sections.0.blocks.0.text", text).0, "Ask <Company Name> or me at a@b.test.");
    assert_eq!(shown(&root, "sections.0.blocks.1.text", text).0, "<Insert name>");
    assert_eq!(shown(&root, "sections.0.blocks.2.text", text).0, "in");
}

#[test]
fn code_blocks_know_their_language() {
    let root = read("```YAML title=x\na: b\n```\n\n```\nplain\n```\n\n    indented\n");
    let blocks = at(&root, "sections.0.blocks").items();
    let languages: Vec<_> = blocks.iter().map(|block| block.get("language").and_then(Node::as_str)).collect();
    assert_eq!(languages, [Some("yaml"), None, None]);
}
