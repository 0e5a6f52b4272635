//! Names of entries: a recording of a period, an amendment of it, a sign-off.

use std::fmt;

use super::period::Period;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// What a scan found.
    Record,
    /// What a person says of it.
    SignOff,
}

impl EntryKind {
    /// The name in manifests.
    pub fn name(self) -> &'static str {
        match self {
            EntryKind::Record => "record",
            EntryKind::SignOff => "sign-off",
        }
    }
}

/// The name of an entry, and of its folder: `2026-11`, its second recording `2026-11.2`, its first sign-off
/// `2026-11.sign-off-1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryName {
    /// The period it belongs to.
    pub period: Period,
    /// What it is.
    pub kind: EntryKind,
    /// Which one of that kind in that period, from 1.
    pub number: u32,
}

impl EntryName {
    /// Reads a name.
    pub fn parse(text: &str) -> Option<EntryName> {
        let (period, rest) = text.split_once('.').map_or((text, None), |(period, rest)| (period, Some(rest)));
        let period = Period::parse(period)?;
        let number = |text: &str| text.parse::<u32>().ok();
        let name = match rest {
            None => EntryName { period, kind: EntryKind::Record, number: 1 },
            Some(rest) => match rest.strip_prefix("sign-off-") {
                Some(rest) => EntryName { period, kind: EntryKind::SignOff, number: number(rest)? },
                None => EntryName { period, kind: EntryKind::Record, number: number(rest)? },
            },
        };
        // `2026-11.1`, `2026-11.02` and `2026-11.+2` are no names: one entry has one.
        (name.number > 0 && name.to_string() == text).then_some(name)
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.number) {
            (EntryKind::Record, 1) => write!(formatter, "{}", self.period),
            (EntryKind::Record, number) => write!(formatter, "{}.{number}", self.period),
            (EntryKind::SignOff, number) => write!(formatter, "{}.sign-off-{number}", self.period),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_one_name() {
        for text in ["2026-11", "2026-11.2", "2026-11.17", "2026-11.sign-off-1"] {
            assert_eq!(EntryName::parse(text).map(|name| name.to_string()).as_deref(), Some(text));
        }
        for text in
            ["2026-11.1", "2026-11.0", "2026-11.02", "2026-11.+2", "2026-11.", "2026-11.sign-off-0", "x", ".recording"]
        {
            assert_eq!(EntryName::parse(text), None, "{text}");
        }
    }
}
