//! The fixed scales of a rule: severity, confidence, facet, bearing.

/// Declares an ordered scale with the names used in rule files and reports.
macro_rules! scale {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$item_doc])* $item,)+ }

        impl $name {
            /// All values, from the least to the most.
            pub const ALL: &'static [$name] = &[$($name::$item,)+];

            /// The name in rule files and reports.
            pub fn name(self) -> &'static str {
                match self { $($name::$item => $text,)+ }
            }

            /// The value of this name.
            pub fn parse(name: &str) -> Option<$name> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }

            /// All names, for error messages and schemas.
            pub fn names() -> Vec<&'static str> {
                Self::ALL.iter().map(|value| value.name()).collect()
            }
        }
    };
}

scale! {
    /// How bad a finding is, from the least to the most severe.
    Severity {
        /// Worth knowing; never gates by default.
        Info = "info",
        /// A weakness that needs others to matter.
        Low = "low",
        /// A weakness that should be mended in the usual course.
        Medium = "medium",
        /// A weakness that can be used directly.
        High = "high",
        /// Mend it before anything else.
        Critical = "critical",
    }
}

scale! {
    /// How sure a rule is that what it finds is really bad.
    Confidence {
        /// A hint; never gates.
        Low = "low",
        /// Right in most cases.
        Medium = "medium",
        /// Wrong only in odd cases.
        High = "high",
    }
}

scale! {
    /// Which question a rule answers for a control.
    Facet {
        /// Is it written down, current, owned and approved?
        Documented = "documented",
        /// Is it declared in code?
        Implemented = "implemented",
        /// Did it work over a period?
        Operating = "operating",
    }
}

scale! {
    /// How a rule's result bears on a control.
    Bearing {
        /// The rule checks something that the control rests on: it can lower a status, never raise it to satisfied.
        Supporting = "supporting",
        /// The rule checks the control itself.
        Direct = "direct",
    }
}

impl Severity {
    /// One step less severe; `info` stays.
    #[must_use]
    pub fn lower(self) -> Severity {
        match self {
            Severity::Critical => Severity::High,
            Severity::High => Severity::Medium,
            Severity::Medium => Severity::Low,
            Severity::Low | Severity::Info => Severity::Info,
        }
    }
}
