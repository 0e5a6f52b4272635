//! Documents as text that is easy to compare, for tests of all readers.

use crate::syntax::tree::Node;

/// A line for each heading, paragraph, item and row.
pub(crate) fn show(tree: &Node) -> String {
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).unwrap_or("").replace('\n', "/");
    let mut lines = vec![format!("title: {}", text(tree, "title"))];
    for entry in tree.get("metadata").map_or(&[][..], Node::entries) {
        lines.push(format!("{}: {}", entry.key, entry.value.value.scalar_text().unwrap_or_default()));
    }
    for section in tree.get("sections").map_or(&[][..], Node::items) {
        let level = section.get("level").and_then(Node::as_number).unwrap_or(0.0);
        lines.push(format!("{level} {}", text(section, "heading")));
        for block in section.get("blocks").map_or(&[][..], Node::items) {
            let checked = match block.get("checked").and_then(Node::as_bool) {
                Some(true) => "[x] ",
                Some(false) => "[ ] ",
                None => "",
            };
            let lead = text(block, "lead");
            let lead = if lead.is_empty() { lead } else { format!("  <- {lead}") };
            lines.push(format!("  {}: {checked}{}{lead}", text(block, "kind"), text(block, "text")));
        }
    }
    for link in tree.get("links").map_or(&[][..], Node::items) {
        lines.push(format!("link: {} -> {}", text(link, "text"), text(link, "target")));
    }
    lines.join("\n")
}
