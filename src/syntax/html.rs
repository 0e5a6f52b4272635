//! HTML as a document: headings, paragraphs, lists, tables and links, each at its place in the file. Scripts, styles and
//! navigation are no text; what `<meta>` says of author, date and the like is the document's metadata.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{EndTag, StartTag, Token, Tokenizer};
use smol_str::SmolStr;

use super::Parsed;
use super::outline::composer::Composer;
use super::outline::inline::Inline;
use super::outline::write::Writer;
use super::outline::{Kind, Text};
use super::tree::{FileId, Map, Node, Place, Span};

/// Elements whose content is no text of the document.
const SKIPPED: &[&str] = &["script", "style", "template", "noscript", "svg", "nav", "button", "select", "iframe"];
/// Elements that end the paragraph before them and are one of their own.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "footer",
    "aside",
    "address",
    "dl",
    "dt",
    "dd",
    "figure",
    "figcaption",
    "fieldset",
    "form",
    "hr",
    "body",
    "center",
    "details",
    "summary",
    "caption",
];

/// Reads an HTML file. Browsers read whatever is there, and so does this.
pub(super) fn parse(text: &str, file: FileId) -> Parsed {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let mut reader = Reader::new(text, file);
    for token in Tokenizer::new_with_emitter(text, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => reader.opened(&tag),
            Token::EndTag(tag) => reader.closed(&tag),
            Token::String(string) => {
                let words = String::from_utf8_lossy(&string.value);
                reader.words(&words, Span::new(string.span.start, string.span.end));
            }
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    Parsed::tree(reader.finish())
}

struct Reader<'a> {
    text: &'a str,
    file: FileId,
    composer: Composer,
    inline: Inline,
    /// The element that is skipped, and how often it is open.
    skipped: Option<(String, usize)>,
    heading: Option<usize>,
    lists: usize,
    is_item: bool,
    quotes: usize,
    is_code: bool,
    /// The title of the page, and whether it is open.
    title: Option<Text>,
    is_title: bool,
    tables: usize,
    rows: Vec<Vec<Text>>,
    links: Vec<(String, usize, usize)>,
    metadata: Map,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, file: FileId) -> Reader<'a> {
        Reader {
            text,
            file,
            composer: Composer::new(0),
            inline: Inline::default(),
            skipped: None,
            heading: None,
            lists: 0,
            is_item: false,
            quotes: 0,
            is_code: false,
            title: None,
            is_title: false,
            tables: 0,
            rows: Vec::new(),
            links: Vec::new(),
            metadata: Map::default(),
        }
    }

    fn words(&mut self, words: &str, span: Span) {
        if self.skipped.is_some() {
            return;
        }
        if self.is_title {
            let text = words.split_whitespace().collect::<Vec<_>>().join(" ");
            self.title = Some(Text { text, span }).filter(|title| !title.text.is_empty());
            return;
        }
        let range = span.start as usize..span.end as usize;
        if self.is_code {
            return self.inline.push(words, range);
        }
        let starts = self.inline.text.text.is_empty() || self.inline.text.text.ends_with([' ', '\n']);
        let mut plain = String::with_capacity(words.len());
        let mut follows_blank = starts;
        for letter in words.chars() {
            if !letter.is_whitespace() {
                plain.push(letter);
            } else if !follows_blank {
                plain.push(' ');
            }
            follows_blank = letter.is_whitespace();
        }
        if !plain.is_empty() {
            self.inline.push(&plain, range);
        }
    }

    fn opened(&mut self, tag: &StartTag<usize>) {
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        if let Some((skipped, depth)) = &mut self.skipped {
            *depth += usize::from(*skipped == name);
            return;
        }
        let value =
            |key: &[u8]| tag.attributes.get(key).map(|value| String::from_utf8_lossy(&value.value).into_owned());
        match name.as_str() {
            name if SKIPPED.contains(&name) && !tag.self_closing => self.skipped = Some((name.to_owned(), 1)),
            "title" => self.is_title = true,
            "meta" => {
                let place = Place::span(self.file, Span::new(tag.span.start, tag.span.end));
                if let (Some(key), Some(content)) = (value(b"name"), value(b"content")) {
                    let is_about_page = matches!(key.as_str(), "viewport" | "generator" | "robots" | "theme-color");
                    if !is_about_page && !content.trim().is_empty() {
                        self.metadata.push(SmolStr::from(key), place, Node::text(content.trim(), place));
                    }
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = name.get(1..).and_then(|level| level.parse().ok());
            }
            "ul" | "ol" | "menu" => {
                self.flush();
                self.lists += 1;
            }
            "li" => {
                self.flush();
                self.is_item = true;
            }
            "blockquote" => {
                self.flush();
                self.quotes += 1;
            }
            "pre" => {
                self.flush();
                self.is_code = true;
            }
            "br" => self.inline.line_end("\n"),
            "b" | "strong" => self.inline.bold += 1,
            "a" => {
                let from = self.inline.text.text.len();
                self.links.push((value(b"href").unwrap_or_default(), from, tag.span.start));
            }
            "table" | "tr" | "td" | "th" => self.opened_table(&name),
            name if BLOCKS.contains(&name) => self.flush(),
            _ => {}
        }
    }

    fn opened_table(&mut self, name: &str) {
        if name == "table" {
            self.flush();
            self.tables += 1;
        }
        if self.tables != 1 {
            return;
        }
        match name {
            "tr" => self.rows.push(Vec::new()),
            "td" | "th" => {
                self.inline = Inline::default();
                if self.rows.is_empty() {
                    self.rows.push(Vec::new());
                }
                if let Some(row) = self.rows.last_mut() {
                    row.push(Text::default());
                }
            }
            _ => {}
        }
    }

    fn closed(&mut self, tag: &EndTag<usize>) {
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        if let Some((skipped, depth)) = &mut self.skipped {
            *depth -= usize::from(*skipped == name);
            if *depth == 0 {
                self.skipped = None;
            }
            return;
        }
        match name.as_str() {
            "title" => self.is_title = false,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = None;
            }
            "ul" | "ol" | "menu" => {
                self.flush();
                self.lists = self.lists.saturating_sub(1);
                self.is_item = self.lists > 0;
            }
            "li" => self.flush(),
            "blockquote" => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
            }
            "pre" => {
                self.flush();
                self.is_code = false;
            }
            "b" | "strong" => self.inline.bold = self.inline.bold.saturating_sub(1),
            "a" => {
                let Some((target, from, start)) = self.links.pop() else { return };
                let text = self.inline.text.text.get(from..).unwrap_or("").trim().to_owned();
                if !target.is_empty() {
                    self.composer.link(Text { text, span: Span::new(start, tag.span.end) }, target);
                }
            }
            "td" | "th" if self.tables == 1 => self.flush(),
            "table" => {
                self.flush();
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    self.composer.table(std::mem::take(&mut self.rows));
                }
            }
            name if BLOCKS.contains(&name) => self.flush(),
            _ => {}
        }
    }

    /// Ends the paragraph.
    fn flush(&mut self) {
        let inline = std::mem::take(&mut self.inline);
        if inline.text.text.trim().is_empty() {
            return;
        }
        let cell = self.rows.last_mut().and_then(|row| row.last_mut());
        if let Some(cell) = cell.filter(|_| self.tables > 0) {
            super::office::add_to_cell(cell, &inline);
        } else if let Some(level) = self.heading {
            self.composer.heading(level, &inline, self.text);
        } else if self.is_item && self.lists > 0 {
            self.composer.item(self.lists, inline, None);
        } else if self.is_code {
            self.composer.block(Kind::Code, inline);
        } else {
            let kind = if self.quotes > 0 { Kind::Quote } else { Kind::Paragraph };
            self.composer.block(kind, inline);
        }
    }

    fn finish(mut self) -> Node {
        self.flush();
        // A table that is never closed still says what it says.
        if !self.rows.is_empty() {
            self.composer.table(std::mem::take(&mut self.rows));
        }
        let outline = self.composer.finish(self.text);
        let is_titled = outline.sections.iter().any(|section| section.level == 1);
        if let Some(title) = self.title.filter(|_| !is_titled) {
            let place = Place::span(self.file, title.span);
            self.metadata.push("title", place, Node::text(title.text, place));
        }
        let whole = Place::span(self.file, Span::new(0, self.text.len()));
        let front = (!self.metadata.entries.is_empty()).then(|| Node::map(self.metadata, whole));
        Writer { file: self.file }.document(self.text.len(), &outline, front.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Content;
    use crate::syntax::outline::show::show;

    const PAGE: &str = "<!doctype html><html><head><title>Acme: Access policy</title>\
<meta name=\"owner\" content=\"Edda Falk\"><style>p { color: red }</style></head><body>\
<nav><ul><li>Home</li></ul></nav><h1>Access <em>control</em>\n policy</h1>
<table><tr><th>Version</th><td>2.0</td></tr><tr><td>Next review</td><td>2027-01-19</td></tr></table>
<h2>Rules</h2><p>Everybody has an account &amp; a <b>second factor</b>.<br>No account is shared:</p>
<ul><li>Requests<ul><li>go to the owner</li></ul></li><li>Leavers</li></ul>
<p>See <a href=\"https://acme.example/rules\">all rules</a>.</p><script>if (1 < 2) { x('<p>') }</script>
<blockquote>Least privilege</blockquote><pre>ssh  host\n  exit</pre></body></html>";

    fn tree(text: &str) -> Node {
        let Content::Trees(mut trees) = parse(text, FileId(1)).content else { panic!("HTML gives a tree") };
        trees.remove(0)
    }

    #[test]
    fn a_page_is_a_document() {
        let expected = "title: Access control policy
owner: Edda Falk
Version: 2.0
Next review: 2027-01-19
1 Access control policy
  row: Next review | 2027-01-19  <- Version | 2.0
2 Rules
  paragraph: Everybody has an account & a second factor./No account is shared:
  item: Requests  <- Everybody has an account & a second factor./No account is shared:
  item: go to the owner  <- Requests
  item: Leavers  <- Everybody has an account & a second factor./No account is shared:
  paragraph: See all rules.
  quote: Least privilege
  code: ssh  host/  exit
link: all rules -> https://acme.example/rules";
        assert_eq!(show(&tree(PAGE)), expected);
    }

    #[test]
    fn places_are_those_of_the_file() {
        let tree = tree(PAGE);
        let section = &tree.get("sections").unwrap().items()[1];
        assert_eq!(section.get("heading").unwrap().place.as_span().unwrap().slice(PAGE), "Rules");
        let block = section.get("blocks").unwrap().items().last().unwrap().place.as_span().unwrap();
        assert_eq!(block.slice(PAGE), "ssh  host\n  exit");
    }

    #[test]
    fn the_title_of_the_page_counts_where_no_heading_does() {
        assert!(show(&tree("<title>Backup policy</title><p>Nightly.")).starts_with("title: Backup policy\n"));
        assert_eq!(show(&tree("<li><table><td>x</a></ul></script><h1>")), "title: \n0 \n  paragraph: x");
    }
}
