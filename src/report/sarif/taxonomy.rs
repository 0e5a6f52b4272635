//! The frameworks as taxonomies (3.19.3): the controls that the rules of the run name, and what these correspond to
//! in the other frameworks.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::model::{ComponentReference, DescriptorReference, Relationship, Taxon, Taxonomy, Text};
use crate::engine::assessment::Assessment;
use crate::isms::catalogue::catalogue;
use crate::isms::control::{ControlId, Framework};
use crate::isms::crosswalk::{self, Relation, RelationKind};
use crate::report::words;

/// The taxonomies of a run.
#[derive(Default)]
pub(super) struct Taxonomies {
    /// The frameworks in the order of the components, each with its entries in the catalogue's order.
    frameworks: Vec<(Framework, Vec<ControlId>)>,
    /// Where each entry stands: component and index.
    index: BTreeMap<ControlId, (usize, usize)>,
}

impl Taxonomies {
    /// The controls that rules of the plan name, and those that they lead to.
    pub(super) fn of(assessment: &Assessment) -> Taxonomies {
        let links = assessment.rules.iter().flat_map(|run| &run.about.controls);
        let named: BTreeSet<&ControlId> = links.map(|link| &link.control).collect();
        let related = named.iter().flat_map(|control| crosswalk::relations(control)).map(|relation| &relation.to);
        let all: BTreeSet<&ControlId> = named.iter().copied().chain(related).collect();
        let mut taxonomies = Taxonomies::default();
        for framework in Framework::ALL {
            let of_framework = |id| ControlId { framework, id };
            let entries = catalogue(framework).ids().cloned().map(of_framework).filter(|entry| all.contains(entry));
            taxonomies.add(framework, entries.collect());
        }
        taxonomies
    }

    fn add(&mut self, framework: Framework, entries: Vec<ControlId>) {
        if entries.is_empty() {
            return;
        }
        let component = self.frameworks.len();
        let places = entries.iter().enumerate().map(|(at, entry)| (entry.clone(), (component, at)));
        self.index.extend(places);
        self.frameworks.push((framework, entries));
    }

    /// The components as they are written.
    pub(super) fn components(&self) -> Vec<Taxonomy> {
        self.frameworks.iter().map(|(framework, entries)| self.component(*framework, entries)).collect()
    }

    /// References to all components, for the driver.
    pub(super) fn references(&self) -> Vec<ComponentReference> {
        let reference =
            |(index, (framework, _)): (usize, &(Framework, _))| ComponentReference { name: framework.name(), index };
        self.frameworks.iter().enumerate().map(reference).collect()
    }

    /// A reference to an entry; nothing for one that no catalogue lists.
    pub(super) fn reference(&self, control: &ControlId) -> Option<DescriptorReference<'static>> {
        let (component, index) = *self.index.get(control)?;
        Some(DescriptorReference {
            id: Cow::Owned(control.id.to_string()),
            index: Some(index),
            tool_component: Some(ComponentReference { name: control.framework.name(), index: component }),
        })
    }

    fn component(&self, framework: Framework, entries: &[ControlId]) -> Taxonomy {
        let (organization, version, information_uri) = publisher(framework);
        Taxonomy {
            name: framework.name(),
            full_name: words::framework(framework),
            version,
            organization,
            information_uri,
            short_description: Text::new(
                "Entries that rules of this run are evidence for, with identifiers, short titles and descriptions in \
                 our own words; the framework itself has the binding text.",
            ),
            language: "en",
            is_comprehensive: false,
            taxa: entries.iter().map(|entry| self.taxon(entry)).collect(),
        }
    }

    fn taxon(&self, control: &ControlId) -> Taxon {
        let catalogue = catalogue(control.framework);
        let entry = catalogue.control(&control.id).map(|entry| (entry.title.as_str(), entry.intent.as_str()));
        let clause = || catalogue.clause(&control.id).map(|clause| (clause.title.as_str(), clause.intent.as_str()));
        let (title, intent) = entry.or_else(clause).unwrap_or_default();
        let description = if intent.is_empty() { title } else { intent };
        Taxon {
            id: control.id.to_string(),
            name: title,
            short_description: Text::new(words::sentence(description)),
            relationships: self.relationships(control),
        }
    }

    /// Relations are told once, from the edition that rules map to.
    fn relationships(&self, control: &ControlId) -> Vec<Relationship<'static>> {
        if control.framework != Framework::Iso2022 {
            return Vec::new();
        }
        let relationship = |relation: &'static Relation| {
            let target = self.reference(&relation.to)?;
            let description = Some(Text::new(words::sentence(&relation.rationale)));
            Some(Relationship { target, kinds: [kind(relation.kind)], description })
        };
        crosswalk::relations(control).iter().filter_map(relationship).collect()
    }
}

/// The kind tells what the target is to the entry (3.53.3): an entry that is a part of its target has a superset there.
fn kind(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Equal => "equal",
        RelationKind::Subset => "superset",
        RelationKind::Superset => "subset",
        RelationKind::Intersects => "incomparable",
    }
}

/// Who publishes a framework, in which edition, and where.
fn publisher(framework: Framework) -> (&'static str, &'static str, Option<&'static str>) {
    match framework {
        Framework::Iso2022 => ("ISO/IEC", "2022", Some("https://www.iso.org/standard/27001")),
        Framework::Iso2013 => ("ISO/IEC", "2013", Some("https://www.iso.org/standard/54534.html")),
        Framework::Itil4 => ("PeopleCert", "4", None),
        Framework::Cobit2019 => ("ISACA", "2019", Some("https://www.isaca.org/resources/cobit")),
    }
}
