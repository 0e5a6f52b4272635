//! What Word and `OpenDocument` texts have in common: pieces in the order of the text, and the document they make.

use smol_str::SmolStr;

use super::SyntaxError;
use super::extract::{Extracted, Writer};
use super::outline::composer::Composer;
use super::outline::inline::Inline;
use super::outline::write;
use super::outline::{Kind, Text};
use super::package::failure;
use super::tree::{FileId, Map, Node, Place, Span};
use super::xml::{Events, Xml};

/// Hands the events of an XML text to `take`, which says when it has enough; and what is wrong with the text.
pub(super) fn walk(xml: &str, mut take: impl FnMut(Xml<'_>) -> bool) -> Vec<SyntaxError> {
    let mut events = Events::of(xml);
    let is_full = events.by_ref().any(&mut take);
    let mut errors = Vec::new();
    if events.is_broken {
        errors.push(failure("is broken: its text ends in the middle; what stands before was read, restore the file"));
    }
    if is_full {
        errors.push(failure("has more text than is read from one document (16 MiB); split it"));
    }
    errors
}

/// What a paragraph is by its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The title of the document.
    Title,
    /// A heading of a level from 1.
    Heading(usize),
    /// An item of a list, as deep as it is indented.
    Item(usize),
    /// A line of a table of contents: the headings say it again.
    Contents,
    /// A quotation.
    Quote,
    /// Anything else; whether all of it is bold.
    Plain { is_bold: bool },
}

/// A paragraph or table.
#[derive(Debug)]
pub(super) enum Piece {
    Paragraph { role: Role, inline: Inline, links: Vec<(Text, String)> },
    Table(Vec<Vec<Text>>),
}

/// Words that titles of documents hold.
const NATURES: &[&str] = &[
    "policy",
    "policies",
    "plan",
    "procedure",
    "standard",
    "statement",
    "register",
    "programme",
    "program",
    "process",
    "guideline",
    "guidelines",
    "playbook",
    "runbook",
    "report",
    "minutes",
    "methodology",
    "handbook",
    "manual",
    "richtlinie",
    "leitlinie",
    "konzept",
    "verfahren",
];
/// A title or a heading that no style marks has at most this many words.
const LONGEST_HEADING: usize = 12;

/// Puts the pieces together. `properties` are what the document's own metadata say.
pub(super) fn document(
    mut pieces: Vec<Piece>,
    properties: Vec<(SmolStr, String)>,
    writer: Writer,
    file: FileId,
) -> Extracted {
    promote(&mut pieces);
    let has_title = name_title(&mut pieces);
    let outline = compose(pieces, has_title, &writer.text);
    let whole = Place::whole(file);
    let mut map = Map::default();
    for (key, value) in properties {
        if key != "title" || !has_title {
            map.push(key, whole, Node::text(value.trim(), whole));
        }
    }
    let front = (!map.entries.is_empty()).then(|| Node::map(map, whole));
    let tree = write::Writer { file }.document(writer.end(), &outline, front.as_ref());
    writer.finish(vec![tree])
}

fn compose(pieces: Vec<Piece>, has_title: bool, text: &str) -> super::outline::Outline {
    // A title takes the first level, as it does in Markdown.
    let shift = usize::from(has_title);
    let mut composer = Composer::new(0);
    for piece in pieces {
        match piece {
            Piece::Table(rows) => composer.table(rows),
            Piece::Paragraph { role, inline, links } => {
                for (text, target) in links {
                    composer.link(text, target);
                }
                match role {
                    Role::Title => composer.heading(1, &inline, text),
                    Role::Heading(level) => composer.heading(level + shift, &inline, text),
                    Role::Item(depth) => item(&mut composer, depth, inline),
                    Role::Contents => {}
                    Role::Quote => composer.block(Kind::Quote, inline),
                    Role::Plain { .. } => plain(&mut composer, inline),
                }
            }
        }
    }
    composer.finish(text)
}

/// A paragraph; one that starts with a box to tick or a bullet is an item.
fn plain(composer: &mut Composer, inline: Inline) {
    match inline.text.text.chars().next() {
        Some('☐' | '☑' | '☒' | '•' | '▪' | '◦' | '‣' | '\u{f0b7}') => item(composer, 0, inline),
        _ => composer.block(Kind::Paragraph, inline),
    }
}

fn item(composer: &mut Composer, depth: usize, mut inline: Inline) {
    let checked = match inline.text.text.chars().next() {
        Some('☐') => Some(false),
        Some('☑' | '☒') => Some(true),
        _ => None,
    };
    inline.skip(|letter| matches!(letter, '☐' | '☑' | '☒' | '•' | '▪' | '◦' | '‣' | '\u{f0b7}' | ' '));
    composer.item(depth, inline, checked);
}

/// Makes headings of bold lines in a document that has no styled ones.
fn promote(pieces: &mut [Piece]) {
    let is_styled = |piece: &Piece| matches!(piece, Piece::Paragraph { role: Role::Heading(_), .. });
    if pieces.iter().any(is_styled) {
        return;
    }
    for piece in pieces {
        let Piece::Paragraph { role, inline, .. } = piece else { continue };
        let text = inline.text.text.trim();
        let is_short = !text.is_empty() && text.split_whitespace().count() <= LONGEST_HEADING;
        let is_sentence = text.ends_with(['.', ':', ';', ',']) || text.contains(": ");
        let level = numbering(text);
        let is_bold = matches!(role, Role::Plain { is_bold: true });
        if is_short && !is_sentence && is_bold {
            *role = Role::Heading(level.unwrap_or(1));
        }
    }
}

/// How many numbers stand before a heading: two in `4.2 Roles`.
pub(super) fn numbering(text: &str) -> Option<usize> {
    let (number, rest) = text.split_once([' ', '\t'])?;
    let number = number.trim_end_matches(['.', ')']);
    let parts: Vec<&str> = number.split('.').collect();
    let is_number =
        parts.iter().all(|part| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit()));
    let names = rest.trim_start().chars().next().is_some_and(char::is_alphabetic);
    (is_number && names).then_some(parts.len())
}

/// Finds the title: what its style says, else one of the short lines before the first heading, the first that is
/// called like a document before the first of all.
fn name_title(pieces: &mut [Piece]) -> bool {
    if pieces.iter().any(|piece| matches!(piece, Piece::Paragraph { role: Role::Title, .. })) {
        return true;
    }
    let mut candidates: Vec<usize> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let Piece::Paragraph { role, inline, .. } = piece else { break };
        let text = inline.text.text.trim();
        let is_line = !text.is_empty() && !text.contains(':') && !text.ends_with(['.', ';', ',']);
        match role {
            Role::Plain { .. } if is_line && text.split_whitespace().count() <= LONGEST_HEADING => {
                candidates.push(index);
            }
            Role::Plain { .. } if text.is_empty() => {}
            _ => break,
        }
        if candidates.len() > 5 {
            break;
        }
    }
    let named = candidates.iter().find(|index| pieces.get(**index).is_some_and(is_called_a_document));
    let Some(index) = named.or(candidates.first()).copied() else { return false };
    if let Some(Piece::Paragraph { role, .. }) = pieces.get_mut(index) {
        *role = Role::Title;
    }
    true
}

fn is_called_a_document(piece: &Piece) -> bool {
    let Piece::Paragraph { inline, .. } = piece else { return false };
    names_document(&inline.text.text)
}

/// Whether a line is called like a document: `Backup policy`.
pub(super) fn names_document(line: &str) -> bool {
    let lower = line.to_lowercase();
    lower.split(|letter: char| !letter.is_alphanumeric()).any(|word| NATURES.contains(&word))
}

/// `Classification: internal`, as headers and footers say it.
pub(super) fn statement(text: &str) -> Option<(SmolStr, String)> {
    let (name, value) = text.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    let is_part = matches!(name.to_lowercase().split(' ').next(), Some("page" | "chapter" | "section"));
    let fits = !name.is_empty() && !value.is_empty() && name.split_whitespace().count() <= 4;
    (fits && !is_part).then(|| (name.into(), value.to_owned()))
}

/// A cell of a table that consists of several paragraphs.
pub(super) fn add_to_cell(cell: &mut Text, inline: &Inline) {
    let text = inline.text.text.trim_end();
    if text.is_empty() {
        return;
    }
    let length = u32::try_from(inline.text.text.len() - text.len()).unwrap_or(0);
    let span = Span { start: inline.text.span.start, end: inline.text.span.end.saturating_sub(length) };
    if cell.text.is_empty() {
        *cell = Text { text: text.to_owned(), span };
    } else {
        cell.text.push('\n');
        cell.text.push_str(text);
        cell.span = cell.span.cover(span);
    }
}

/// Reads the Dublin Core properties that both formats keep: `docProps/core.xml` and `meta.xml`. When a file was last
/// saved is no statement about the document, and who started it is its author at most.
pub(super) fn properties(xml: &str) -> Vec<(SmolStr, String)> {
    let mut found: Vec<(SmolStr, String)> = Vec::new();
    let mut open: Option<&'static str> = None;
    for event in Events::of(xml) {
        match event {
            Xml::Open(tag) => {
                open = match tag.name() {
                    "title" => Some("title"),
                    "creator" | "initial-creator" => Some("author"),
                    "version" => Some("version"),
                    "contentStatus" => Some("status"),
                    _ => None,
                };
            }
            Xml::Text(text) => {
                let Some(key) = open.filter(|_| !text.trim().is_empty()) else { continue };
                if !found.iter().any(|(known, _)| known == key) {
                    found.push((SmolStr::new_static(key), text.trim().to_owned()));
                }
            }
            Xml::Close(_) => open = None,
        }
    }
    found
}
