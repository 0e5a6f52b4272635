//! Crosswalks: how entries of one framework relate to those of another, typed and with a reason.
//!
//! Everything is told from, and to, the 2022 edition: 2013 ↔ 2022 ↔ ITIL 4 and COBIT 2019. A relation reads
//! "`from` is *kind* of `to`", in the words of set theory that OSCAL's mapping model uses too.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use smol_str::SmolStr;

use crate::isms::catalogue::{Control, catalogue, file_stem, framework_tree, text, texts};
use crate::isms::control::{ControlId, Framework};
use crate::syntax::tree::Node;

/// How what one entry asks for relates to what another asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// They ask for the same.
    Equal,
    /// The first is a part of the second.
    Subset,
    /// The second is a part of the first.
    Superset,
    /// They share something, and each has something of its own.
    Intersects,
}

impl RelationKind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            RelationKind::Equal => "equal",
            RelationKind::Subset => "subset",
            RelationKind::Superset => "superset",
            RelationKind::Intersects => "intersects",
        }
    }

    /// The kind read from the other side.
    #[must_use]
    pub fn inverse(self) -> RelationKind {
        match self {
            RelationKind::Subset => RelationKind::Superset,
            RelationKind::Superset => RelationKind::Subset,
            other => other,
        }
    }
}

/// What a relation rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// A public mapping has it.
    Published,
    /// Our judgement only.
    Judgement,
}

impl Basis {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Published => "published",
            Basis::Judgement => "judgement",
        }
    }
}

/// "`from` is *kind* of `to`".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// The entry the relation is told from.
    pub from: ControlId,
    /// The entry it leads to.
    pub to: ControlId,
    /// How they relate.
    pub kind: RelationKind,
    /// What that rests on.
    pub basis: Basis,
    /// Why, in a sentence for auditors.
    pub rationale: String,
}

impl Relation {
    /// Whether a status may be carried over: the first is the second, a part of it, or made up of such parts. Where
    /// they only intersect, or where we only judge so, what is known of one is no more than related evidence.
    pub fn carries_status(&self) -> bool {
        self.basis == Basis::Published && self.kind != RelationKind::Intersects
    }

    fn inverted(&self) -> Relation {
        Relation {
            from: self.to.clone(),
            to: self.from.clone(),
            kind: self.kind.inverse(),
            basis: self.basis,
            rationale: self.rationale.clone(),
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.kind {
            RelationKind::Equal => "is equal to",
            RelationKind::Subset => "is a part of",
            RelationKind::Superset => "includes",
            RelationKind::Intersects => "intersects with",
        };
        write!(formatter, "{} {words} {}", self.from, self.to)
    }
}

/// All relations, by the entry they are told from.
struct Crosswalk {
    by_origin: BTreeMap<ControlId, Vec<Relation>>,
}

static CROSSWALK: LazyLock<Crosswalk> = LazyLock::new(Crosswalk::read);

/// Where a control, clause, practice or objective leads, in the order of the frameworks and their entries: from the
/// 2022 edition to all other frameworks, from the others to the 2022 edition.
pub fn relations(from: &ControlId) -> &'static [Relation] {
    CROSSWALK.by_origin.get(from).map_or(&[], Vec::as_slice)
}

/// Where it leads in one framework.
pub fn relations_into(from: &ControlId, framework: Framework) -> impl Iterator<Item = &'static Relation> + use<> {
    relations(from).iter().filter(move |relation| relation.to.framework == framework)
}

impl Crosswalk {
    fn read() -> Crosswalk {
        let mut relations = editions();
        relations.extend(links(Framework::Itil4));
        relations.extend(links(Framework::Cobit2019));
        let mut by_origin: BTreeMap<ControlId, Vec<Relation>> = BTreeMap::new();
        for relation in relations {
            let inverted = relation.inverted();
            by_origin.entry(inverted.from.clone()).or_default().push(inverted);
            by_origin.entry(relation.from.clone()).or_default().push(relation);
        }
        Crosswalk { by_origin }
    }
}

/// From the 2013 edition to the 2022 edition.
fn editions() -> Vec<Relation> {
    let Some(tree) = framework_tree("crosswalk-2013-2022") else { return Vec::new() };
    let mut relations = Vec::new();
    for key in ["controls", "clauses"] {
        for row in tree.get(key).map_or(&[][..], Node::items) {
            let Some((kind, rationale)) = edition_kind(&text(row, "kind")) else { continue };
            let from = ControlId { framework: Framework::Iso2013, id: text(row, "from") };
            relations.extend(texts(row, "to").into_iter().map(|id| Relation {
                from: from.clone(),
                to: ControlId { framework: Framework::Iso2022, id },
                kind,
                basis: Basis::Published,
                rationale: rationale.to_string(),
            }));
        }
    }
    relations
}

fn edition_kind(name: &str) -> Option<(RelationKind, &'static str)> {
    match name {
        "one_to_one" => Some((
            RelationKind::Equal,
            "the correspondence tables of the editions lead from the one to the other and to nothing else",
        )),
        "merged" => Some((
            RelationKind::Subset,
            "the correspondence tables of the editions merge it, with others, into one of 2022",
        )),
        "divided" => Some((RelationKind::Superset, "the 2022 edition divides the clause into numbered parts")),
        "split" => Some((
            RelationKind::Intersects,
            "the correspondence tables of the editions spread it over two that hold other things as well",
        )),
        _ => None,
    }
}

/// From practices or objectives to the 2022 edition.
fn links(framework: Framework) -> Vec<Relation> {
    let Some(tree) = framework_tree(file_stem(framework)) else { return Vec::new() };
    let published = text(&tree, "published");
    let mut relations = Vec::new();
    for row in tree.get("controls").map_or(&[][..], Node::items) {
        let from = ControlId { framework, id: text(row, "id") };
        let Some(entry) = catalogue(framework).control(&from.id) else { continue };
        for key in ["relates", "relates_clauses"] {
            let links = row.get(key).map_or(&[][..], Node::items);
            relations.extend(links.iter().filter_map(|link| related(&from, entry, link, &published)));
        }
    }
    relations
}

fn related(from: &ControlId, entry: &Control, link: &Node, published: &str) -> Option<Relation> {
    let via: Vec<SmolStr> = texts(link, "via");
    let (basis, rationale) = match text(link, "basis").as_str() {
        "published" if via.is_empty() => (Basis::Published, published.to_string()),
        "published" => (Basis::Published, format!("{published}: {}", via.join(", "))),
        "judgement" => {
            let rationale = format!("our judgement: it bears on what `{}` is for – {}", entry.title, entry.intent);
            (Basis::Judgement, rationale)
        }
        _ => return None,
    };
    let to = ControlId { framework: Framework::Iso2022, id: text(link, "id") };
    Some(Relation { from: from.clone(), to, kind: RelationKind::Intersects, basis, rationale })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::isms::catalogue::exists;

    fn all() -> impl Iterator<Item = &'static Relation> + use<> {
        CROSSWALK.by_origin.values().flatten()
    }

    fn iso2013(id: &str) -> ControlId {
        ControlId { framework: Framework::Iso2013, id: id.into() }
    }

    #[test]
    fn every_id_in_a_relation_exists() {
        for relation in all() {
            assert!(exists(&relation.from) && exists(&relation.to), "{relation}");
        }
    }

    #[test]
    fn every_relation_can_be_read_from_the_other_side_once() {
        for relation in all() {
            let same = relations(&relation.to).iter().filter(|back| back.to == relation.from).count();
            assert_eq!(same, 1, "{relation}");
        }
    }

    #[test]
    fn every_control_of_2013_leads_somewhere_and_only_the_new_ones_of_2022_have_no_origin() {
        for control in &catalogue(Framework::Iso2013).controls {
            assert!(relations_into(&iso2013(&control.id), Framework::Iso2022).next().is_some(), "{}", control.id);
        }
        for control in &catalogue(Framework::Iso2022).controls {
            let origins = relations_into(&ControlId::iso2022(&control.id), Framework::Iso2013).count();
            assert_eq!(origins == 0, control.new, "{}", control.id);
        }
    }

    #[test]
    fn relations_of_the_editions_have_the_published_sizes() {
        let from_2013 = || all().filter(|relation| relation.from.framework == Framework::Iso2013);
        let controls = |kind| from_2013().filter(|r| r.kind == kind && r.from.is_annex_a()).count();
        assert_eq!(controls(RelationKind::Equal), 58);
        assert_eq!(controls(RelationKind::Subset), 55);
        assert_eq!(controls(RelationKind::Intersects), 2);
        let merged: BTreeSet<&ControlId> =
            from_2013().filter(|r| r.kind != RelationKind::Equal && r.from.is_annex_a()).map(|r| &r.to).collect();
        assert_eq!(merged.len(), 24);
    }

    #[test]
    fn equal_means_that_neither_side_has_another_partner() {
        for relation in all().filter(|relation| relation.kind == RelationKind::Equal) {
            assert_eq!(relations_into(&relation.from, relation.to.framework).count(), 1, "{relation}");
        }
    }

    #[test]
    fn every_assessable_clause_of_2013_leads_to_assessable_clauses() {
        let reached: BTreeSet<&str> = catalogue(Framework::Iso2013)
            .clauses
            .iter()
            .filter(|clause| clause.assessable)
            .flat_map(|clause| relations_into(&iso2013(&clause.id), Framework::Iso2022))
            .map(|relation| relation.to.id.as_str())
            .collect();
        let assessable = catalogue(Framework::Iso2022).clauses.iter().filter(|clause| clause.assessable);
        let missing: Vec<&str> =
            assessable.map(|clause| clause.id.as_str()).filter(|id| !reached.contains(id)).collect();
        assert_eq!(missing, ["6.3"], "planning of changes is the one clause that is new");
    }

    #[test]
    fn kinds_turn_around_with_the_direction() {
        let part = &relations(&iso2013("A.5.1.1"))[0];
        assert_eq!((part.to.id.as_str(), part.kind), ("A.5.1", RelationKind::Subset));
        let whole = relations_into(&ControlId::iso2022("A.5.1"), Framework::Iso2013).next().unwrap();
        assert_eq!((whole.to.id.as_str(), whole.kind), ("A.5.1.1", RelationKind::Superset));
        let audit: Vec<&str> = relations(&iso2013("9.2")).iter().map(|relation| relation.to.id.as_str()).collect();
        assert_eq!(audit, ["9.2.1", "9.2.2"]);
    }

    #[test]
    fn links_to_itil_and_cobit_are_intersections_with_a_basis() {
        let count = |framework, basis| {
            all()
                .filter(|r| r.from.framework == framework && r.to.is_annex_a() && r.basis == basis)
                .inspect(|r| assert!(!r.carries_status()))
                .count()
        };
        assert_eq!(count(Framework::Itil4, Basis::Published), 141);
        assert_eq!(count(Framework::Itil4, Basis::Judgement), 69);
        assert_eq!(count(Framework::Cobit2019, Basis::Published), 114);
        assert_eq!(count(Framework::Cobit2019, Basis::Judgement), 86);
    }

    #[test]
    fn every_relation_says_why() {
        let cobit = ControlId { framework: Framework::Cobit2019, id: "EDM01".into() };
        assert!(relations(&cobit)[0].rationale.contains("ID.GV-1"));
        assert!(all().all(|relation| relation.rationale.len() > 20));
    }
}
