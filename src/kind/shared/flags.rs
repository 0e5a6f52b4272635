//! Command lines: the program that is started and its `--flags`.

use smol_str::SmolStr;

use super::image::{is_templated, templated};
use crate::syntax::tree::{Map, Node, Place, Unknown, Value};

/// Shells whose `-c` takes a whole command line as one word.
const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "zsh"];

/// A word of a command line and the node it comes from.
#[derive(Clone)]
struct Word<'n> {
    text: SmolStr,
    node: &'n Node,
}

/// The program and the flags of a command line.
#[derive(Debug, Clone)]
pub struct CommandLine {
    /// The base name of the program; for a shell with `-c` that of the first command, for one binary of many names
    /// (`hyperkube kube-apiserver`) the name. Absent where only arguments are known.
    pub program: Option<Node>,
    /// `--name=value`, `--name value` and `--name` (which is `true`), under the name without dashes. Of a flag that is
    /// given twice the last counts.
    pub flags: Node,
}

impl CommandLine {
    /// Reads the words of a command and its arguments. `place` is where flags are missed.
    pub fn of(command: &[Node], arguments: &[Node], place: Place) -> CommandLine {
        let words = words(command.iter().chain(arguments));
        let unknown = command.iter().chain(arguments).find_map(open_word);
        CommandLine { program: program(&words), flags: flags(&words, unknown, place) }
    }
}

/// A word that may stand for any flags: one that is not known at all.
fn open_word(node: &Node) -> Option<Unknown> {
    match &node.value {
        Value::Unknown(unknown) => Some((**unknown).clone()),
        Value::Text(text) if is_templated(text) && !text.starts_with('-') && !text.contains(' ') => {
            Some(Unknown::new(text.clone()))
        }
        _ => None,
    }
}

/// The words, with the command line that a shell takes as one word split up.
fn words<'n>(nodes: impl Iterator<Item = &'n Node>) -> Vec<Word<'n>> {
    let mut words: Vec<Word<'n>> = Vec::new();
    let mut script_next = false;
    for node in nodes {
        let Some(text) = node.value.scalar_text() else { continue };
        if script_next {
            // The shell itself is no longer of interest.
            words.clear();
            words.extend(script_words(&text).map(|word| Word { text: word.into(), node }));
            script_next = false;
            continue;
        }
        let in_shell = words.first().is_some_and(|first| SHELLS.contains(&base_name(&first.text)));
        script_next = in_shell && text.starts_with('-') && !text.starts_with("--") && text.contains('c');
        words.push(Word { text, node });
    }
    words
}

/// The words of a shell's command line as far as finding flags needs them: split at white space, without quotes.
fn script_words(script: &str) -> impl Iterator<Item = &str> {
    script.split_whitespace().map(|word| word.trim_matches(['"', '\'', '\\', ';'])).filter(|word| !word.is_empty())
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn program(words: &[Word<'_>]) -> Option<Node> {
    let mut named = words.iter().skip_while(|word| word.text == "exec").take_while(|word| !word.text.starts_with('-'));
    let first = named.next()?;
    let word = if base_name(&first.text) == "hyperkube" { named.next().unwrap_or(first) } else { first };
    Some(Node::text(base_name(&word.text), word.node.place))
}

fn flags(words: &[Word<'_>], unknown: Option<Unknown>, place: Place) -> Node {
    let mut map = Map { open: unknown.map(std::sync::Arc::new), ..Map::default() };
    for (index, word) in words.iter().enumerate() {
        let Some(flag) = word.text.strip_prefix("--").filter(|flag| !flag.is_empty()) else { continue };
        let key_place = word.node.place;
        if let Some((name, value)) = flag.split_once('=') {
            map.push(name, key_place, flag_value(value, key_place));
            continue;
        }
        let value = words.get(index + 1).filter(|next| !next.text.starts_with('-'));
        let node = match value {
            Some(next) => flag_value(&next.text, next.node.place),
            None => Node::text("true", key_place),
        };
        map.push(flag, key_place, node);
    }
    Node::map(map, place)
}

fn flag_value(value: &str, place: Place) -> Node {
    let value = value.trim_matches(['"', '\'']);
    if is_templated(value) { templated(value, place) } else { Node::text(value, place) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(words: &[&str]) -> Vec<Node> {
        words.iter().map(|word| Node::text(*word, Place::NOWHERE)).collect()
    }

    fn read(command: &[&str], arguments: &[&str]) -> (Option<String>, Vec<(String, String)>) {
        let line = CommandLine::of(&nodes(command), &nodes(arguments), Place::NOWHERE);
        let shown = |node: &Node| node.as_str().map_or_else(|| "?".to_owned(), str::to_owned);
        let flags = line.flags.entries().iter().map(|entry| (entry.key.to_string(), shown(&entry.value))).collect();
        (line.program.map(|node| shown(&node)), flags)
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn flags_take_values_after_an_equals_sign_or_in_the_next_word() {
        let (program, flags) = read(&["/usr/bin/kube-apiserver"], &["--a=1", "--b", "2", "--c", "--d=x=y"]);
        assert_eq!(program.as_deref(), Some("kube-apiserver"));
        assert_eq!(flags, pairs(&[("a", "1"), ("b", "2"), ("c", "true"), ("d", "x=y")]));
    }

    #[test]
    fn the_command_line_of_a_shell_is_read() {
        let (program, flags) = read(&["/bin/sh", "-ec"], &["exec kube-apiserver --a=1 \\\n  --b 'two' 2>&1"]);
        assert_eq!(program.as_deref(), Some("kube-apiserver"));
        assert_eq!(flags, pairs(&[("a", "1"), ("b", "two")]));
    }

    #[test]
    fn one_binary_of_many_names_is_called_by_the_name() {
        assert_eq!(read(&["/hyperkube", "kubelet", "--a"], &[]).0.as_deref(), Some("kubelet"));
        assert_eq!(read(&[], &["--a"]).0, None);
    }

    #[test]
    fn a_word_that_is_filled_in_later_leaves_the_flags_open() {
        let line = CommandLine::of(&nodes(&["app"]), &nodes(&["$(EXTRA)", "--b=${B}"]), Place::NOWHERE);
        let map = line.flags.as_map().expect("a map");
        assert!(map.open.is_some());
        assert!(matches!(map.get("b").map(|node| &node.value), Some(Value::Unknown(_))));
    }
}
