//! Catalogues: what each framework lists – controls, clauses, practices, objectives – typed, from `frameworks/*.yaml`.
//!
//! Identifiers and short titles are facts that everyone publishes; every intent is our own wording.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use smol_str::SmolStr;

use crate::embedded;
use crate::isms::control::{ControlId, Framework};
use crate::syntax::packed;
use crate::syntax::tree::Node;

/// A framework's entries.
#[derive(Debug)]
pub struct Catalogue {
    /// The framework.
    pub framework: Framework,
    /// What its controls are grouped by: themes (2022), sections (2013), kinds of practice (ITIL), domains (COBIT).
    pub groups: Vec<Group>,
    /// Controls, practices or objectives, in the framework's order.
    pub controls: Vec<Control>,
    /// The clauses of the management system, in order, with their headings; none outside ISO/IEC 27001.
    pub clauses: Vec<Clause>,
    /// Where each id stands in `controls` or `clauses`.
    index: BTreeMap<SmolStr, Position>,
}

#[derive(Debug, Clone, Copy)]
enum Position {
    Control(usize),
    Clause(usize),
}

/// A theme, section, kind or domain.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    /// The id: `organizational`, `A.16`, `general`, `DSS`.
    pub id: SmolStr,
    /// The title.
    pub title: SmolStr,
}

/// A control, practice or objective.
#[derive(Debug)]
pub struct Control {
    /// The id: `A.5.24`, `A.16.1.1`, `incident-management`, `DSS02`.
    pub id: SmolStr,
    /// The short title.
    pub title: SmolStr,
    /// Other titles in use.
    pub aliases: Vec<SmolStr>,
    /// What it is for, in our own words.
    pub intent: SmolStr,
    /// The id of its group.
    pub group: SmolStr,
    /// Whether the 2022 edition introduced it.
    pub new: bool,
    /// Its attributes (2022 edition only).
    pub attributes: Attributes,
}

/// The five attributes that ISO/IEC 27002:2022 gives each control.
#[derive(Debug, Default)]
pub struct Attributes {
    /// preventive, detective, corrective.
    pub control_type: Vec<SmolStr>,
    /// confidentiality, integrity, availability.
    pub security_properties: Vec<SmolStr>,
    /// identify, protect, detect, respond, recover.
    pub cybersecurity_concepts: Vec<SmolStr>,
    /// From governance to `information_security_assurance`.
    pub operational_capabilities: Vec<SmolStr>,
    /// governance and ecosystem, protection, defence, resilience.
    pub security_domains: Vec<SmolStr>,
}

/// A clause of the management system.
#[derive(Debug)]
pub struct Clause {
    /// The number: `9.2.1`.
    pub id: SmolStr,
    /// The title.
    pub title: SmolStr,
    /// What it is for, in our own words.
    pub intent: SmolStr,
    /// The clause it is a part of.
    pub parent: Option<SmolStr>,
    /// 1 for `9`, 2 for `9.2`, 3 for `9.2.1`.
    pub level: u8,
    /// Whether it holds requirements itself; else it is a heading over clauses that do.
    pub assessable: bool,
    /// The stage of the plan-do-check-act cycle.
    pub pdca: Pdca,
    /// Whether it asks for a document or record to be kept.
    pub documented_information: bool,
}

/// A stage of the plan-do-check-act cycle: plan are the clauses 4 to 7, do is 8, check is 9, act is 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pdca {
    /// Clauses 4 to 7.
    Plan,
    /// Clause 8.
    Do,
    /// Clause 9.
    Check,
    /// Clause 10.
    Act,
}

impl Pdca {
    /// All stages in order.
    pub const ALL: [Pdca; 4] = [Pdca::Plan, Pdca::Do, Pdca::Check, Pdca::Act];

    /// The name in data and reports.
    pub fn name(self) -> &'static str {
        match self {
            Pdca::Plan => "plan",
            Pdca::Do => "do",
            Pdca::Check => "check",
            Pdca::Act => "act",
        }
    }

    /// The name as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Pdca::Plan => "Plan (clauses 4 to 7)",
            Pdca::Do => "Do (clause 8)",
            Pdca::Check => "Check (clause 9)",
            Pdca::Act => "Act (clause 10)",
        }
    }

    fn parse(name: &str) -> Option<Pdca> {
        Pdca::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// The catalogue of a framework, read on first use.
pub fn catalogue(framework: Framework) -> &'static Catalogue {
    static ISO_2022: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(Framework::Iso2022));
    static ISO_2013: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(Framework::Iso2013));
    static ITIL_4: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(Framework::Itil4));
    static COBIT_2019: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(Framework::Cobit2019));
    match framework {
        Framework::Iso2022 => &ISO_2022,
        Framework::Iso2013 => &ISO_2013,
        Framework::Itil4 => &ITIL_4,
        Framework::Cobit2019 => &COBIT_2019,
    }
}

/// The title of a control, clause, practice or objective; `None` where its framework does not list it.
pub fn title(control: &ControlId) -> Option<&'static str> {
    let catalogue = catalogue(control.framework);
    let control_title = catalogue.control(&control.id).map(|found| found.title.as_str());
    control_title.or_else(|| catalogue.clause(&control.id).map(|found| found.title.as_str()))
}

/// Whether the framework of a control lists it.
pub fn exists(control: &ControlId) -> bool {
    catalogue(control.framework).index.contains_key(&control.id)
}

impl Catalogue {
    fn read(framework: Framework) -> Catalogue {
        let tree = framework_tree(file_stem(framework));
        let rows = |key: &str| tree.as_ref().and_then(|tree| tree.get(key)).map_or(&[][..], Node::items);
        let groups =
            rows("groups").iter().map(|row| Group { id: text(row, "id"), title: text(row, "title") }).collect();
        let controls: Vec<Control> = rows("controls").iter().map(control).collect();
        let clauses: Vec<Clause> = rows("clauses").iter().filter_map(clause).collect();
        let control_ids = controls.iter().enumerate().map(|(at, found)| (found.id.clone(), Position::Control(at)));
        let clause_ids = clauses.iter().enumerate().map(|(at, found)| (found.id.clone(), Position::Clause(at)));
        let index = control_ids.chain(clause_ids).collect();
        Catalogue { framework, groups, controls, clauses, index }
    }

    /// The control, practice or objective of this id.
    pub fn control(&self, id: &str) -> Option<&Control> {
        match self.index.get(id)? {
            Position::Control(at) => self.controls.get(*at),
            Position::Clause(_) => None,
        }
    }

    /// The clause of this number.
    pub fn clause(&self, id: &str) -> Option<&Clause> {
        match self.index.get(id)? {
            Position::Clause(at) => self.clauses.get(*at),
            Position::Control(_) => None,
        }
    }

    /// The clauses below a clause that hold requirements themselves.
    pub fn assessable_below<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Clause> {
        self.clauses.iter().filter(move |clause| {
            let below = clause.id.strip_prefix(id).is_some_and(|rest| rest.starts_with('.'));
            clause.assessable && below
        })
    }

    /// Every id, controls before clauses, in the framework's order.
    pub fn ids(&self) -> impl Iterator<Item = &SmolStr> {
        self.controls.iter().map(|control| &control.id).chain(self.clauses.iter().map(|clause| &clause.id))
    }
}

/// The unpacked tree of `frameworks/<stem>.yaml`.
pub(crate) fn framework_tree(stem: &str) -> Option<Node> {
    let file = embedded::frameworks().iter().find(|file| {
        let name = file.path.strip_prefix("frameworks/").and_then(|name| name.strip_suffix(".yaml"));
        name == Some(stem)
    })?;
    packed::unpack(file.tree)
}

/// The file of a framework, without folder and ending.
pub(crate) fn file_stem(framework: Framework) -> &'static str {
    match framework {
        Framework::Iso2022 => "iso27001-2022",
        Framework::Iso2013 => "iso27001-2013",
        Framework::Itil4 => "itil4",
        Framework::Cobit2019 => "cobit2019",
    }
}

fn control(row: &Node) -> Control {
    Control {
        id: text(row, "id"),
        title: text(row, "title"),
        aliases: texts(row, "aliases"),
        intent: text(row, "intent"),
        group: text(row, "group"),
        new: truth(row, "new"),
        attributes: Attributes {
            control_type: texts(row, "control_type"),
            security_properties: texts(row, "security_properties"),
            cybersecurity_concepts: texts(row, "cybersecurity_concepts"),
            operational_capabilities: texts(row, "operational_capabilities"),
            security_domains: texts(row, "security_domains"),
        },
    }
}

fn clause(row: &Node) -> Option<Clause> {
    let id = text(row, "id");
    let level = id.split('.').count();
    Some(Clause {
        title: text(row, "title"),
        intent: text(row, "intent"),
        parent: row.get("parent").and_then(Node::as_str).map(SmolStr::new),
        level: u8::try_from(level).ok()?,
        assessable: truth(row, "assessable"),
        pdca: Pdca::parse(&text(row, "pdca"))?,
        documented_information: truth(row, "documented_information"),
        id,
    })
}

/// The text under a key; empty where there is none.
pub(crate) fn text(row: &Node, key: &str) -> SmolStr {
    row.get(key).and_then(|node| node.value.scalar_text()).unwrap_or_default()
}

/// The texts of the list under a key.
pub(crate) fn texts(row: &Node, key: &str) -> Vec<SmolStr> {
    let items = row.get(key).map_or(&[][..], Node::items);
    items.iter().filter_map(|item| item.value.scalar_text()).collect()
}

/// The truth value under a key; false where there is none.
pub(crate) fn truth(row: &Node, key: &str) -> bool {
    row.get(key).and_then(Node::as_bool).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn group_sizes(framework: Framework) -> Vec<(&'static str, usize)> {
        let catalogue = catalogue(framework);
        let size = |group: &Group| catalogue.controls.iter().filter(|control| control.group == group.id).count();
        catalogue.groups.iter().map(|group| (group.id.as_str(), size(group))).collect()
    }

    fn duplicates(framework: Framework) -> Vec<&'static SmolStr> {
        let mut seen = BTreeSet::new();
        catalogue(framework).ids().filter(|id| !seen.insert(id.as_str())).collect()
    }

    #[test]
    fn annex_a_of_2022_is_complete() {
        let expected = [("5", 37), ("6", 8), ("7", 14), ("8", 34)];
        let expected: Vec<String> =
            expected.iter().flat_map(|(theme, count)| (1..=*count).map(move |n| format!("A.{theme}.{n}"))).collect();
        let iso = catalogue(Framework::Iso2022);
        assert_eq!(iso.controls.iter().map(|control| control.id.as_str()).collect::<Vec<_>>(), expected);
        assert_eq!(iso.controls.len(), 93);
        assert_eq!(
            group_sizes(Framework::Iso2022),
            [("organizational", 37), ("people", 8), ("physical", 14), ("technological", 34)]
        );
        let new: Vec<&str> = iso.controls.iter().filter(|control| control.new).map(|c| c.id.as_str()).collect();
        let expected_new = ["5.7", "5.23", "5.30", "7.4", "8.9", "8.10", "8.11", "8.12", "8.16", "8.23", "8.28"];
        assert_eq!(new, expected_new.map(|id| format!("A.{id}")));
    }

    #[test]
    fn attributes_of_2022_have_known_values() {
        let tree = framework_tree("iso27001-2022").unwrap();
        let known = tree.get("attributes").unwrap();
        for control in &catalogue(Framework::Iso2022).controls {
            let attributes = &control.attributes;
            for (name, values) in [
                ("control_type", &attributes.control_type),
                ("security_properties", &attributes.security_properties),
                ("cybersecurity_concepts", &attributes.cybersecurity_concepts),
                ("operational_capabilities", &attributes.operational_capabilities),
                ("security_domains", &attributes.security_domains),
            ] {
                let allowed = texts(known, name);
                assert!(!values.is_empty() && values.iter().all(|v| allowed.contains(v)), "{} {name}", control.id);
            }
        }
    }

    #[test]
    fn clauses_4_to_10_are_complete() {
        let expected = "4 4.1 4.2 4.3 4.4 5 5.1 5.2 5.3 6 6.1 6.1.1 6.1.2 6.1.3 6.2 6.3 7 7.1 7.2 7.3 7.4 7.5 7.5.1 7.5.2 \
                        7.5.3 8 8.1 8.2 8.3 9 9.1 9.2 9.2.1 9.2.2 9.3 9.3.1 9.3.2 9.3.3 10 10.1 10.2";
        let iso = catalogue(Framework::Iso2022);
        let ids: Vec<&str> = iso.clauses.iter().map(|clause| clause.id.as_str()).collect();
        assert_eq!(ids, expected.split_whitespace().collect::<Vec<_>>());
        for clause in iso.clauses.iter().chain(&catalogue(Framework::Iso2013).clauses) {
            let parent = clause.id.rsplit_once('.').map(|(parent, _)| parent);
            assert_eq!(clause.parent.as_deref(), parent, "{}", clause.id);
            let stage = match clause.id.split('.').next() {
                Some("8") => Pdca::Do,
                Some("9") => Pdca::Check,
                Some("10") => Pdca::Act,
                _ => Pdca::Plan,
            };
            assert_eq!(clause.pdca, stage, "{}", clause.id);
        }
    }

    #[test]
    fn a_clause_is_assessable_when_nothing_is_below_it() {
        for framework in [Framework::Iso2022, Framework::Iso2013] {
            let iso = catalogue(framework);
            for clause in &iso.clauses {
                assert_eq!(clause.assessable, iso.assessable_below(&clause.id).next().is_none(), "{}", clause.id);
            }
        }
    }

    #[test]
    fn annex_a_of_2013_has_114_controls_in_14_sections() {
        let iso = catalogue(Framework::Iso2013);
        assert_eq!(iso.controls.len(), 114);
        let sizes = [2, 7, 6, 10, 14, 2, 15, 14, 7, 13, 5, 7, 4, 8];
        let sections: Vec<(String, usize)> = (5..19).map(|n| format!("A.{n}")).zip(sizes).collect();
        let found: Vec<(String, usize)> =
            group_sizes(Framework::Iso2013).into_iter().map(|(id, size)| (id.to_string(), size)).collect();
        assert_eq!(found, sections);
        for control in &iso.controls {
            assert!(control.id.starts_with(&format!("{}.", control.group)), "{}", control.id);
        }
    }

    #[test]
    fn itil_has_34_practices_and_cobit_40_objectives() {
        assert_eq!(group_sizes(Framework::Itil4), [("general", 14), ("service", 17), ("technical", 3)]);
        assert_eq!(group_sizes(Framework::Cobit2019), [("EDM", 5), ("APO", 14), ("BAI", 11), ("DSS", 6), ("MEA", 4)]);
    }

    #[test]
    fn every_entry_says_what_it_is_for_and_has_an_id_of_its_own() {
        for framework in Framework::ALL {
            let catalogue = catalogue(framework);
            assert_eq!(duplicates(framework), Vec::<&SmolStr>::new());
            let controls = catalogue.controls.iter().map(|c| (&c.id, &c.title, &c.intent));
            let clauses = catalogue.clauses.iter().map(|c| (&c.id, &c.title, &c.intent));
            for (id, title, intent) in controls.chain(clauses) {
                assert!(title.len() > 3 && intent.len() > 20 && intent.ends_with('.'), "{id}");
            }
        }
    }

    #[test]
    fn titles_are_found_for_controls_and_clauses_apart() {
        assert_eq!(title(&ControlId::iso2022("A.5.1")), Some("Policies for information security"));
        assert_eq!(title(&ControlId::iso2022("5.1")), Some("Leadership and commitment"));
        assert_eq!(title(&ControlId::iso2022("A.5.99")), None);
        assert!(exists(&ControlId { framework: Framework::Cobit2019, id: "DSS02".into() }));
    }
}
