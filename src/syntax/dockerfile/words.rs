//! Words of an instruction: flags, quotes, key-value pairs, JSON lists, heredoc openers and the commands of a shell
//! text. All ranges are byte offsets in the joined text.

use std::ops::Range;

/// Cuts at white space that is not quoted or escaped.
pub(super) fn split(text: &str, range: Range<usize>, escape: char) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in chars(text, &range) {
        let plain = !std::mem::take(&mut escaped);
        if quote.is_none() && c.is_whitespace() && plain {
            if let Some(start) = start.take() {
                words.push(start..at);
            }
            continue;
        }
        start.get_or_insert(at);
        if plain && c == escape && quote != Some('\'') {
            escaped = true;
        } else if plain && quote == Some(c) {
            quote = None;
        } else if plain && quote.is_none() && matches!(c, '"' | '\'') {
            quote = Some(c);
        }
    }
    words.extend(start.map(|start| start..range.end));
    words
}

fn chars<'a>(text: &'a str, range: &Range<usize>) -> impl Iterator<Item = (usize, char)> + use<'a> {
    let start = range.start;
    text.get(range.clone()).unwrap_or("").char_indices().map(move |(at, c)| (start + at, c))
}

/// A word without its quotes and escapes. Escapes of `$` stay, for whoever expands variables.
pub(super) fn unquote(word: &str, escape: char) -> String {
    let mut plain = String::with_capacity(word.len());
    let mut quote = None;
    let mut characters = word.chars().peekable();
    while let Some(c) = characters.next() {
        if c == escape && quote != Some('\'') {
            match characters.next_if(|next| quote.is_none() || matches!(next, '"' | '$') || *next == escape) {
                Some('$') => plain.push_str("\\$"),
                Some(next) => plain.push(next),
                None => plain.push(c),
            }
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '"' | '\'') {
            quote = Some(c);
        } else if c == '$' && quote == Some('\'') {
            plain.push_str("\\$");
        } else {
            plain.push(c);
        }
    }
    plain
}

/// A flag in front of the arguments: `--name=value`.
#[derive(Debug)]
pub(super) struct Flag {
    /// The name without dashes.
    pub(super) name: Range<usize>,
    /// The value, where one is given.
    pub(super) value: Option<Range<usize>>,
}

/// The flags that a range starts with, and the rest.
pub(super) fn flags(text: &str, range: Range<usize>, escape: char) -> (Vec<Flag>, Range<usize>) {
    let mut flags = Vec::new();
    let mut rest = trim(text, range);
    while text.get(rest.clone()).is_some_and(|rest| rest.starts_with("--")) {
        let Some(word) = split(text, rest.clone(), escape).into_iter().next() else { break };
        let content = word.start + 2..word.end;
        let equals = text.get(content.clone()).and_then(|content| content.find('='));
        flags.push(match equals {
            Some(at) => Flag { name: content.start..content.start + at, value: Some(content.start + at + 1..word.end) },
            None => Flag { name: content, value: None },
        });
        rest = trim(text, word.end..rest.end);
    }
    (flags, rest)
}

/// A range without the white space around it.
pub(super) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or("");
    let start = range.start + part.len() - part.trim_start().len();
    start..start + part.trim().len()
}

/// The strings of a JSON list, each with its range including the quotes; `None` where the text is no such list.
pub(super) fn json_strings(text: &str, range: Range<usize>) -> Option<Vec<(String, Range<usize>)>> {
    let range = trim(text, range);
    let inside = text.get(range.clone())?.strip_prefix('[')?.strip_suffix(']')?;
    let mut strings = Vec::new();
    let mut at = range.start + 1;
    let end = at + inside.len();
    loop {
        at = trim(text, at..end).start;
        if at >= end {
            // `[]` is a list, `["a",]` is not.
            return strings.is_empty().then_some(strings);
        }
        let length = string_length(text.get(at..end)?)?;
        let value: String = serde_json::from_str(text.get(at..at + length)?).ok()?;
        strings.push((value, at..at + length));
        at = trim(text, at + length..end).start;
        match text.get(at..end)?.chars().next() {
            None => return Some(strings),
            Some(',') if trim(text, at + 1..end).is_empty() => return None,
            Some(',') => at += 1,
            Some(_) => return None,
        }
    }
}

/// The length of the quoted JSON string that a text starts with.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.strip_prefix('"')?.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == '"' {
            return Some(at + 2);
        }
    }
    None
}

/// `<<WORD` on an instruction's line.
#[derive(Debug)]
pub(super) struct Opener {
    /// The end word without quotes.
    pub(super) name: String,
    /// Whether leading tabs are removed (`<<-`).
    pub(super) strip_tabs: bool,
    /// Where the opener stands.
    pub(super) range: Range<usize>,
}

/// The heredocs that an instruction opens; only `RUN`, `COPY` and `ADD` can.
pub(super) fn heredocs(text: &str, escape: char) -> Vec<Opener> {
    let keyword = keyword(text);
    let name = text.get(keyword.clone()).unwrap_or("").to_ascii_uppercase();
    if !matches!(name.as_str(), "RUN" | "COPY" | "ADD") || !text.contains("<<") {
        return Vec::new();
    }
    let (_, rest) = flags(text, keyword.end..text.len(), escape);
    if json_strings(text, rest.clone()).is_some() {
        return Vec::new();
    }
    split(text, rest, escape).into_iter().filter_map(|word| opener(text, word)).collect()
}

fn opener(text: &str, word: Range<usize>) -> Option<Opener> {
    let content = text.get(word.clone())?.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (strip_tabs, name) = match content.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, content),
    };
    let name = name.trim_matches(['"', '\'']);
    let good = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    good.then(|| Opener { name: name.to_owned(), strip_tabs, range: word })
}

/// The first word.
pub(super) fn keyword(text: &str) -> Range<usize> {
    0..text.find(char::is_whitespace).unwrap_or(text.len())
}

/// Cuts a shell text at `&&`, `||`, `;`, `&` and line ends outside quotes. A pipeline stays whole.
pub(super) fn commands(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut cutter = Cutter { commands: Vec::new(), start: range.start };
    let mut quote = None;
    let mut escaped = false;
    let mut last = ' ';
    let mut skip = 0;
    let part = text.get(range.clone()).unwrap_or("");
    for (index, c) in part.char_indices() {
        let at = range.start + index;
        if std::mem::take(&mut escaped) || at < skip {
            last = c;
            continue;
        }
        let rest = part.get(index..).unwrap_or("");
        match c {
            '\\' if quote != Some('\'') => escaped = true,
            '"' | '\'' if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(c),
            '#' if quote.is_none() && (last.is_whitespace() || last == ';') => {
                // A comment lasts to the end of its line.
                let end = at + rest.find('\n').unwrap_or(rest.len());
                cutter.cut(text, at, end);
                skip = end;
            }
            '&' | '|' if quote.is_none() && (rest.starts_with("&&") || rest.starts_with("||")) => {
                cutter.cut(text, at, at + 2);
                skip = at + 2;
            }
            ';' | '\n' if quote.is_none() => cutter.cut(text, at, at + 1),
            // Not the `&` of `2>&1` or `&>file`.
            '&' if quote.is_none() && last != '>' && !rest.starts_with("&>") => cutter.cut(text, at, at + 1),
            _ => {}
        }
        last = c;
    }
    cutter.cut(text, range.end, range.end);
    cutter.commands
}

struct Cutter {
    commands: Vec<Range<usize>>,
    start: usize,
}

impl Cutter {
    fn cut(&mut self, text: &str, end: usize, next: usize) {
        let command = trim(text, self.start..end);
        if !command.is_empty() {
            self.commands.push(command);
        }
        self.start = next;
    }
}
