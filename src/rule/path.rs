//! Paths: how a rule points into a resource.
//!
//! | written | meaning |
//! |---|---|
//! | `a.b` | the value under `a`, then under `b` |
//! | `a[*]` | every element of `a`; a single value counts as a list of one |
//! | `a[0]`, `a[-1]` | one element, counted from the front or from the back |
//! | `a.*` | every value of the map `a` |
//! | `**.c` | every `c` at any depth |
//! | `a."x.y/z"` | a key with any characters |
//! | `.` | the thing itself: the element that a quantifier looks at |
//!
//! A step by name into a list visits every element. Walking never fails: what is not there is an
//! [`Found::Absent`], what cannot be known an [`Found::Unknown`].

use smol_str::SmolStr;

use crate::syntax::tree::{Node, Place, Unknown, Value};

/// A path, ready to walk.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    /// As written.
    pub text: SmolStr,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Segment {
    Key(SmolStr),
    Index(i64),
    Each,
    AnyKey,
    Deep,
}

/// What a path led to.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'t> {
    /// The thing found, or its absence.
    pub found: Found<'t>,
    /// Where the key is written under which it stands (for an absent one: under which it is missing).
    pub key: Option<Place>,
}

/// The thing at the end of a path.
#[derive(Debug, Clone, Copy)]
pub enum Found<'t> {
    /// A known value. An explicit null is found as absent.
    Node(&'t Node),
    /// Nothing is there.
    Absent,
    /// Something may be there that cannot be known.
    Unknown(Option<&'t Node>, &'t Unknown),
}

impl<'t> Leaf<'t> {
    /// The node, known or not.
    pub fn node(&self) -> Option<&'t Node> {
        match self.found {
            Found::Node(node) => Some(node),
            Found::Unknown(node, _) => node,
            Found::Absent => None,
        }
    }
}

impl Path {
    /// Reads a path as it is written in a rule. The error says what is wrong and at which byte of the text.
    pub fn parse(text: &str) -> Result<Path, (usize, String)> {
        let mut segments = Vec::new();
        if text == "." {
            return Ok(Path { text: text.into(), segments });
        }
        let mut rest = text;
        let mut expect_segment = true;
        while !rest.is_empty() {
            let offset = text.len() - rest.len();
            rest = if let Some(inner) = rest.strip_prefix('[') {
                let (index, after) = inner.split_once(']').ok_or((offset, "`[` without `]`".to_owned()))?;
                segments
                    .push(parse_index(index).ok_or((offset, format!("`[{index}]` is neither a number nor `[*]`")))?);
                expect_segment = false;
                after
            } else if let (false, Some(after)) = (expect_segment, rest.strip_prefix('.')) {
                expect_segment = true;
                after
            } else if expect_segment {
                expect_segment = false;
                let (segment, after) = parse_key(rest).map_err(|message| (offset, message))?;
                segments.push(segment);
                after
            } else {
                return Err((offset, "a `.` or `[` is missing".to_owned()));
            };
        }
        if expect_segment {
            return Err((text.len(), "the path ends where a key should follow".to_owned()));
        }
        if segments.last() == Some(&Segment::Deep) {
            return Err((text.len(), "`**` must be followed by a key".to_owned()));
        }
        Ok(Path { text: text.into(), segments })
    }

    /// Everything the path leads to from `root`, in source order.
    pub fn walk<'t>(&self, root: &'t Node) -> Vec<Leaf<'t>> {
        let mut leaves = Vec::new();
        step(&self.segments, root, None, &mut leaves);
        leaves
    }

    /// The first thing that is there.
    pub fn first<'t>(&self, root: &'t Node) -> Option<Leaf<'t>> {
        self.walk(root).into_iter().find(|leaf| leaf.node().is_some())
    }

    /// Whether the path visits the elements of a list by itself.
    pub fn visits_many(&self) -> bool {
        self.segments.iter().any(is_many)
    }
}

fn is_many(segment: &Segment) -> bool {
    matches!(segment, Segment::Each | Segment::AnyKey | Segment::Deep)
}

fn parse_index(text: &str) -> Option<Segment> {
    if text == "*" { Some(Segment::Each) } else { text.parse().ok().map(Segment::Index) }
}

fn parse_key(rest: &str) -> Result<(Segment, &str), String> {
    if let Some(inner) = rest.strip_prefix('"') {
        let (key, after) = inner.split_once('"').ok_or("the quoted key does not end")?;
        return Ok((Segment::Key(key.into()), after));
    }
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (key, after) = rest.split_at(end);
    let segment = match key {
        "" => return Err("a key is missing".to_owned()),
        "**" => Segment::Deep,
        "*" => Segment::AnyKey,
        key if key.contains(['"', ']', ' ', '*']) => return Err(format!("`{key}` needs quotes to be a key")),
        key => Segment::Key(key.into()),
    };
    Ok((segment, after))
}

fn step<'t>(segments: &[Segment], node: &'t Node, key: Option<Place>, leaves: &mut Vec<Leaf<'t>>) {
    if let Value::Unknown(unknown) = &node.value {
        leaves.push(Leaf { found: Found::Unknown(Some(node), unknown), key });
        return;
    }
    let Some((segment, rest)) = segments.split_first() else {
        let found = if node.is_null() { Found::Absent } else { Found::Node(node) };
        leaves.push(Leaf { found, key });
        return;
    };
    match segment {
        Segment::Key(name) => step_key(name, rest, node, key, leaves),
        Segment::Each => step_each(rest, node, key, leaves),
        Segment::Index(index) => step_index(*index, rest, node, key, leaves),
        Segment::AnyKey => {
            for entry in node.entries() {
                step(rest, &entry.value, Some(entry.key_place), leaves);
            }
            push_open(node, key, leaves);
        }
        Segment::Deep => descend(rest, node, leaves),
    }
}

fn step_key<'t>(name: &SmolStr, rest: &[Segment], node: &'t Node, key: Option<Place>, leaves: &mut Vec<Leaf<'t>>) {
    match &node.value {
        Value::Map(map) => match map.entry(name) {
            Some(entry) => step(rest, &entry.value, Some(entry.key_place), leaves),
            None => match &map.open {
                Some(unknown) => leaves.push(Leaf { found: Found::Unknown(None, unknown), key }),
                None => push_absent(rest, key, leaves),
            },
        },
        Value::List(list) if !list.items.is_empty() || list.open.is_some() => {
            for item in &list.items {
                step_key(name, rest, item, Some(item.place), leaves);
            }
            push_open(node, key, leaves);
        }
        Value::Unknown(unknown) => leaves.push(Leaf { found: Found::Unknown(Some(node), unknown), key }),
        _ => push_absent(rest, key, leaves),
    }
}

fn step_each<'t>(rest: &[Segment], node: &'t Node, key: Option<Place>, leaves: &mut Vec<Leaf<'t>>) {
    match &node.value {
        Value::List(list) => {
            for item in &list.items {
                step(rest, item, Some(item.place), leaves);
            }
            push_open(node, key, leaves);
        }
        Value::Null => {}
        _ => step(rest, node, key, leaves),
    }
}

fn step_index<'t>(index: i64, rest: &[Segment], node: &'t Node, key: Option<Place>, leaves: &mut Vec<Leaf<'t>>) {
    let Value::List(list) = &node.value else {
        return if matches!(index, 0 | -1) { step(rest, node, key, leaves) } else { push_absent(rest, key, leaves) };
    };
    let position = if index < 0 {
        list.items.len().checked_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX))
    } else {
        usize::try_from(index).ok()
    };
    match (position.and_then(|position| list.items.get(position)), &list.open) {
        (Some(item), _) => step(rest, item, Some(item.place), leaves),
        (None, Some(unknown)) => leaves.push(Leaf { found: Found::Unknown(None, unknown), key }),
        (None, None) => push_absent(rest, key, leaves),
    }
}

/// Visits `node` and everything below it. What is unknown is passed over: it would make every deep path undecided.
fn descend<'t>(rest: &[Segment], node: &'t Node, leaves: &mut Vec<Leaf<'t>>) {
    if let (Some(Segment::Key(name)), Value::Map(map)) = (rest.first(), &node.value)
        && let Some(entry) = map.entry(name)
    {
        step(&rest[1..], &entry.value, Some(entry.key_place), leaves);
    }
    for entry in node.entries() {
        descend(rest, &entry.value, leaves);
    }
    for item in node.items() {
        descend(rest, item, leaves);
    }
}

/// Nothing is there, unless a later step asks for every element: of nothing there are none.
fn push_absent(rest: &[Segment], key: Option<Place>, leaves: &mut Vec<Leaf<'_>>) {
    if !rest.iter().any(is_many) {
        leaves.push(Leaf { found: Found::Absent, key });
    }
}

fn push_open<'t>(node: &'t Node, key: Option<Place>, leaves: &mut Vec<Leaf<'t>>) {
    let open = match &node.value {
        Value::List(list) => list.open.as_ref(),
        Value::Map(map) => map.open.as_ref(),
        _ => None,
    };
    if let Some(unknown) = open {
        leaves.push(Leaf { found: Found::Unknown(None, unknown), key });
    }
}
