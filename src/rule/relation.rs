//! How the candidates of a quantifier are related to the resource that is looked at, and an index of them, so that
//! looking for the block that refers to a bucket does not compare every bucket with every block.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::condition::Subject;
use super::matcher::Truth;
use super::path::{Found, Path};
use super::scalar;
use crate::kind::Resource;
use crate::syntax::tree::{Node, Value};

/// How candidates are related to the resource that is looked at.
#[derive(Debug)]
pub enum Join {
    /// Not at all: every resource of the target.
    All,
    /// The candidate refers to us through this path of its own.
    RefersBy(Path),
    /// We refer to the candidate through this path of ours.
    ReferredBy(Path),
    /// The candidate is a part of us.
    Owned,
    /// The candidate and we are parts of the same resource.
    SameOwner,
    /// These paths of the candidate and of ours lead to the same value.
    Same(Vec<(Path, Path)>),
}

/// What an index finds candidates by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By<'p> {
    /// What they refer to through this path.
    Reference(&'p Path),
    /// The values that this path leads to.
    Value(&'p Path),
    /// The resource that they are a part of.
    Owner,
    /// Their address and names.
    Identity,
}

impl By<'_> {
    /// What tells it from others, at the price of no allocation.
    pub fn key(&self) -> (u8, SmolStr) {
        match self {
            By::Reference(path) => (0, path.text.clone()),
            By::Value(path) => (1, path.text.clone()),
            By::Owner => (2, SmolStr::default()),
            By::Identity => (3, SmolStr::default()),
        }
    }
}

impl Join {
    /// Whether the candidate is related to the subject.
    pub fn relates(&self, candidate: &Resource, subject: Subject<'_>) -> Truth {
        match self {
            Join::All => Truth::True,
            Join::RefersBy(path) => points_at(path, &candidate.tree, subject.resource),
            Join::ReferredBy(path) => points_at(path, subject.node, candidate),
            Join::Owned => Truth::of(candidate.owner.as_ref() == Some(&subject.resource.address)),
            Join::SameOwner => Truth::of(candidate.owner.is_some() && candidate.owner == subject.resource.owner),
            Join::Same(pairs) => {
                let pair = |(theirs, ours): &(Path, Path)| same(theirs, candidate, ours, subject);
                pairs.iter().map(pair).min().unwrap_or(Truth::False)
            }
        }
    }

    /// What an index of its candidates is made by; none where every resource is one.
    pub fn by(&self) -> Option<By<'_>> {
        match self {
            Join::All => None,
            Join::RefersBy(path) => Some(By::Reference(path)),
            Join::ReferredBy(_) => Some(By::Identity),
            Join::Owned | Join::SameOwner => Some(By::Owner),
            Join::Same(pairs) => pairs.first().map(|(theirs, _)| By::Value(theirs)),
        }
    }

    /// Under which keys of that index the candidates of the subject are found; none where it may be any of them.
    pub fn keys(&self, subject: Subject<'_>) -> Option<Vec<SmolStr>> {
        let mut keys = Vec::new();
        match self {
            Join::All => return None,
            Join::RefersBy(_) => identities(subject.resource, &mut |key| keys.push(key)),
            Join::Owned => keys.push(subject.resource.address.clone()),
            Join::SameOwner => keys.extend(subject.resource.owner.clone()),
            Join::ReferredBy(path) => {
                for leaf in path.walk(subject.node) {
                    match leaf.node() {
                        Some(node) if may_name_anything(node) => return None,
                        Some(node) => named(node, &mut |key| keys.push(key)),
                        None if matches!(leaf.found, Found::Unknown(..)) => return None,
                        None => {}
                    }
                }
            }
            Join::Same(pairs) => {
                for leaf in pairs.first()?.1.walk(subject.node) {
                    match leaf.found {
                        Found::Node(node) => keys.push(value_key(&node.value)),
                        Found::Unknown(..) => return None,
                        Found::Absent => {}
                    }
                }
            }
        }
        Some(keys)
    }
}

/// The candidates of a target by a key.
#[derive(Debug, Default)]
pub struct Index {
    by_key: FxHashMap<SmolStr, Vec<usize>>,
    /// Candidates that may belong to any key.
    open: Vec<usize>,
}

impl Index {
    /// Indexes the candidates.
    pub fn build(candidates: &[&Resource], by: By<'_>) -> Index {
        let mut index = Index::default();
        for (position, candidate) in candidates.iter().enumerate() {
            match by {
                By::Owner => candidate.owner.iter().for_each(|owner| index.insert(owner.clone(), position)),
                By::Identity => identities(candidate, &mut |key| index.insert(key, position)),
                By::Reference(path) => index.add_references(path, candidate, position),
                By::Value(path) => index.add_values(path, candidate, position),
            }
        }
        index
    }

    fn add_references(&mut self, path: &Path, candidate: &Resource, position: usize) {
        for leaf in path.walk(&candidate.tree) {
            match leaf.node() {
                Some(node) if may_name_anything(node) => self.open.push(position),
                Some(node) => named(node, &mut |key| self.insert(key, position)),
                None if matches!(leaf.found, Found::Unknown(..)) => self.open.push(position),
                None => {}
            }
        }
    }

    fn add_values(&mut self, path: &Path, candidate: &Resource, position: usize) {
        for leaf in path.walk(&candidate.tree) {
            match leaf.found {
                Found::Node(node) => self.insert(value_key(&node.value), position),
                Found::Unknown(..) => self.open.push(position),
                Found::Absent => {}
            }
        }
    }

    fn insert(&mut self, key: SmolStr, position: usize) {
        self.by_key.entry(key).or_default().push(position);
    }

    /// The positions of the candidates under these keys, in their order. All that are related are among them; whether
    /// each is, [`Join::relates`] says.
    pub fn candidates(&self, keys: &[SmolStr]) -> Vec<usize> {
        let found = keys.iter().filter_map(|key| self.by_key.get(key)).flatten();
        let mut positions: Vec<usize> = found.chain(&self.open).copied().collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }
}

/// What a resource is known by: its names, its address, and that without an index.
fn identities(resource: &Resource, add: &mut dyn FnMut(SmolStr)) {
    resource.names.iter().for_each(|name| add(name.clone()));
    with_base(&resource.address, add);
}

/// What a node may name: the addresses it refers to, and its texts.
fn named(node: &Node, add: &mut dyn FnMut(SmolStr)) {
    node.refers.as_deref().map_or(&[][..], Vec::as_slice).iter().for_each(|address| with_base(address, add));
    texts(node, add);
}

fn texts(node: &Node, add: &mut dyn FnMut(SmolStr)) {
    match &node.value {
        Value::Text(text) => add(text.clone()),
        Value::List(list) => list.items.iter().for_each(|item| texts(item, add)),
        _ => {}
    }
}

fn with_base(address: &SmolStr, add: &mut dyn FnMut(SmolStr)) {
    add(address.clone());
    if let Some(base) = base_address(address) {
        add(base.into());
    }
}

fn may_name_anything(node: &Node) -> bool {
    node.refers.as_deref().is_none_or(Vec::is_empty) && matches!(node.value, Value::Unknown(_))
}

/// The same for all values that [`scalar::equal`] may take for equal, with or without conversion.
fn value_key(value: &Value) -> SmolStr {
    match value {
        Value::Text(text) => match (text.trim().parse::<f64>(), scalar::parse_date(text)) {
            (Ok(number), _) => number_key(number),
            (_, Some(date)) => format_smolstr!("{date}"),
            _ if text.eq_ignore_ascii_case("true") => "true".into(),
            _ if text.eq_ignore_ascii_case("false") => "false".into(),
            _ => text.clone(),
        },
        Value::Bool(value) => if *value { "true" } else { "false" }.into(),
        Value::Number(number) => number_key(*number),
        Value::Date(date) => format_smolstr!("{date}"),
        _ => SmolStr::default(),
    }
}

/// Zero has two signs and one key.
fn number_key(number: f64) -> SmolStr {
    format_smolstr!("{}", number + 0.0)
}

/// `a.b` for `a.b[0]`; none where the address has no index at its end.
fn base_address(address: &str) -> Option<&str> {
    let rest = address.strip_suffix(']')?;
    address.get(..rest.rfind('[')?)
}

/// Whether what the path leads to is the resource: a reference to its address, or one of its names as a literal.
fn points_at(path: &Path, root: &crate::syntax::tree::Node, resource: &Resource) -> Truth {
    let mut truth = Truth::False;
    for leaf in path.walk(root) {
        let Some(node) = leaf.node() else {
            truth = truth.max(if matches!(leaf.found, Found::Unknown(..)) { Truth::Unknown } else { Truth::False });
            continue;
        };
        let refers = node.refers.as_deref().map_or(&[][..], Vec::as_slice);
        if refers.iter().any(|address| same_address(address, &resource.address)) {
            return Truth::True;
        }
        // Resources of one type may have the same name; a reference says which of them is meant.
        let another_of_its_type =
            type_of(&resource.address).is_some_and(|ours| refers.iter().any(|address| type_of(address) == Some(ours)));
        if !another_of_its_type && names(resource, node) {
            return Truth::True;
        }
        if refers.is_empty() && matches!(node.value, Value::Unknown(_)) {
            truth = Truth::Unknown;
        }
    }
    truth
}

fn names(resource: &Resource, node: &crate::syntax::tree::Node) -> bool {
    let named = |text: &str| resource.address == text || resource.names.iter().any(|name| name == text);
    match &node.value {
        Value::List(list) => list.items.iter().any(|item| names(resource, item)),
        Value::Text(text) => named(text),
        _ => false,
    }
}

/// `a` for `a.b`, `a.b[0]` and `module.m.a.b`.
fn type_of(address: &str) -> Option<&str> {
    let (before, _) = base_address(address).unwrap_or(address).rsplit_once('.')?;
    Some(before.rsplit_once('.').map_or(before, |(_, last)| last))
}

/// Two addresses, one of which may leave out the index (`a.b` for `a.b[0]`).
fn same_address(left: &str, right: &str) -> bool {
    left == right || base_address(left) == Some(right) || base_address(right) == Some(left)
}

fn same(theirs: &Path, candidate: &Resource, ours: &Path, subject: Subject<'_>) -> Truth {
    let mut truth = Truth::False;
    for left in theirs.walk(&candidate.tree) {
        for right in ours.walk(subject.node) {
            truth = truth.max(match (left.found, right.found) {
                (Found::Node(left), Found::Node(right)) => {
                    Truth::of(scalar::equal(&left.value, &right.value, candidate.converts_scalars))
                }
                (Found::Absent, _) | (_, Found::Absent) => Truth::False,
                _ => Truth::Unknown,
            });
        }
    }
    truth
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tree::{FileId, Place};
    use crate::syntax::yaml;

    /// Resources whose values agree in many ways: by text, by number, by date, by reference, or by what nobody knows.
    fn resources() -> Vec<Resource> {
        let values =
            ["1", "'1'", "1.0", "x", "'x[0]'", "'true'", "true", "2026-11-22", "'2026-11-22T10:00'", "[x, 1]", "~"];
        let mut all = Vec::new();
        for (index, value) in values.iter().enumerate() {
            for converts_scalars in [true, false] {
                all.push(resource(index, value, converts_scalars));
            }
        }
        let mut unknown = resource(50, "1", true);
        unknown.tree = Node {
            value: Value::Unknown(std::sync::Arc::new(crate::syntax::tree::Unknown::new("var.x"))),
            ..unknown.tree
        };
        all.push(unknown);
        all
    }

    fn resource(index: usize, value: &str, converts_scalars: bool) -> Resource {
        let (documents, _) = yaml::document::read(&format!("key: {value}\nother: [{value}]\n"), FileId::NONE);
        Resource {
            target: "t".into(),
            address: if index == 4 { "x[0]".into() } else { format_smolstr!("r{index}") },
            names: if index == 3 { vec!["x".into()] } else { Vec::new() },
            tree: documents.into_iter().next().unwrap(),
            header: Place::NOWHERE,
            extent: Place::NOWHERE,
            owner: (!index.is_multiple_of(3)).then(|| format_smolstr!("r{}", index % 5)),
            call_chain: Vec::new(),
            converts_scalars,
        }
    }

    #[test]
    fn an_index_misses_nothing_that_is_related() {
        let path = |text: &str| Path::parse(text).unwrap();
        let joins = [
            Join::RefersBy(path("key")),
            Join::ReferredBy(path("other[*]")),
            Join::Owned,
            Join::SameOwner,
            Join::Same(vec![(path("key"), path("other[*]"))]),
            Join::Same(vec![(path("other[*]"), path("key")), (path("key"), path("key"))]),
        ];
        let resources = resources();
        let all: Vec<&Resource> = resources.iter().collect();
        let mut related = 0;
        for join in &joins {
            let index = Index::build(&all, join.by().unwrap());
            for resource in &all {
                let subject = Subject { node: &resource.tree, resource, element: None };
                let found = join.keys(subject).map_or((0..all.len()).collect(), |keys| index.candidates(&keys));
                let missed: Vec<_> = (0..all.len())
                    .filter(|position| join.relates(all[*position], subject) != Truth::False)
                    .inspect(|_| related += 1)
                    .filter(|position| !found.contains(position))
                    .collect();
                assert_eq!(missed, Vec::<usize>::new(), "{join:?} of {}", resource.address);
            }
        }
        assert!(related > 200, "{related} pairs are too few to mean something");
    }
}
