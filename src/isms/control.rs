//! Identifiers of controls and clauses, as rules and reports write them: `iso27001:2022/A.5.24`, `iso27001:2022/9.2`.

use std::fmt;

use smol_str::SmolStr;

/// A framework that results can be shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framework {
    /// ISO/IEC 27001:2022 – Annex A and clauses 4 to 10.
    Iso2022,
    /// ISO/IEC 27001:2013, Annex A, through the crosswalk.
    Iso2013,
    /// ITIL 4 management practices.
    Itil4,
    /// COBIT 2019 governance and management objectives.
    Cobit2019,
}

impl Framework {
    /// All frameworks.
    pub const ALL: [Framework; 4] = [Framework::Iso2022, Framework::Iso2013, Framework::Itil4, Framework::Cobit2019];

    /// The name on the command line and in identifiers.
    pub fn name(self) -> &'static str {
        match self {
            Framework::Iso2022 => "iso27001:2022",
            Framework::Iso2013 => "iso27001:2013",
            Framework::Itil4 => "itil4",
            Framework::Cobit2019 => "cobit2019",
        }
    }

    /// The framework of this name.
    pub fn parse(name: &str) -> Option<Framework> {
        Framework::ALL.into_iter().find(|framework| framework.name() == name)
    }
}

/// A control, clause, practice or objective of a framework.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ControlId {
    /// The framework.
    pub framework: Framework,
    /// The id in it: `A.5.24`, `9.2`, `A.16.1.1`, `incident-management`, `DSS02`.
    pub id: SmolStr,
}

impl ControlId {
    /// Reads the full form, `iso27001:2022/A.5.24`.
    pub fn parse(text: &str) -> Option<ControlId> {
        let (framework, id) = text.split_once('/')?;
        let framework = Framework::parse(framework)?;
        (!id.is_empty()).then(|| ControlId { framework, id: id.into() })
    }

    /// A control or clause of the 2022 edition.
    pub fn iso2022(id: &str) -> ControlId {
        ControlId { framework: Framework::Iso2022, id: id.into() }
    }

    /// Whether it is a control of an Annex A; else it is a clause, practice or objective.
    pub fn is_annex_a(&self) -> bool {
        self.id.starts_with("A.")
    }
}

impl fmt::Display for ControlId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.framework.name(), self.id)
    }
}
