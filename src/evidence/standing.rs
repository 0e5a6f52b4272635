//! How fresh evidence is, and which months it lacks.

use jiff::civil::Date;

use super::chain::{Chain, Entry};
use super::manifest::Manifest;
use super::period::Period;

/// Days after which the newest evidence is stale when the configuration names none: a month, and some days for the
/// schedule.
pub const MAX_AGE: u32 = 35;

/// Months back in which a gap is told. Older ones are history that nobody can mend.
const GAP_MONTHS: u16 = 12;

/// How evidence stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The newest recording, and the day it looked at.
    pub newest: Option<(String, Date)>,
    /// Days since then.
    pub age_days: Option<i64>,
    /// Days after which it is stale.
    pub max_age: u32,
    /// Months that are over and have no recording, of the last twelve.
    pub gaps: Vec<Period>,
}

impl Standing {
    /// The standing of a chain.
    pub fn of(chain: &Chain, today: Date, max_age: u32) -> Standing {
        let newest = chain.records().filter_map(|entry| Some((entry.manifest.entry.clone(), observed(entry)?)));
        let newest = newest.max_by_key(|(_, day)| *day);
        let this = Period::of(today);
        let oldest = this.back(GAP_MONTHS);
        Standing {
            age_days: newest.as_ref().map(|(_, day)| days_between(*day, today)),
            newest,
            max_age,
            gaps: chain.gaps(this.back(1)).into_iter().filter(|gap| *gap >= oldest).collect(),
        }
    }

    /// The standing that a recording of `period` leaves.
    #[must_use]
    pub fn after(mut self, entry: &str, period: Period, today: Date) -> Standing {
        self.newest = Some((entry.to_owned(), today));
        self.age_days = Some(0);
        self.gaps.retain(|gap| *gap != period);
        self
    }

    /// Whether the newest evidence is too old, or there is none.
    pub fn is_stale(&self) -> bool {
        self.age_days.is_none_or(|age| age > i64::from(self.max_age))
    }

    /// The gaps in words; none where there are none.
    pub fn gap_words(&self) -> Option<String> {
        let gaps: Vec<String> = self.gaps.iter().map(ToString::to_string).collect();
        (!gaps.is_empty()).then(|| gaps.join(", "))
    }
}

/// The day that a recording looked at: what it says, and never later than it was made.
fn observed(entry: &Entry) -> Option<Date> {
    let Manifest { observed_at, generated_at, .. } = &entry.manifest;
    Some(day(observed_at)?.min(day(generated_at)?))
}

/// The day (UTC) of a time as manifests write it.
pub fn day(time: &str) -> Option<Date> {
    time.get(..10)?.parse().ok()
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn without_a_recording_evidence_is_stale_and_has_no_gaps() {
        let standing = Standing::of(&Chain::default(), date(2026, 11, 22), 35);
        assert_eq!((standing.is_stale(), standing.gap_words()), (true, None));
        let after = standing.after("2026-11", Period::of(date(2026, 11, 22)), date(2026, 11, 22));
        assert!(!after.is_stale());
    }

    #[test]
    fn days_are_counted_across_months_and_leap_years() {
        assert_eq!(days_between(date(2024, 2, 28), date(2024, 3, 1)), 2);
        assert_eq!(days_between(date(2025, 12, 31), date(2026, 12, 31)), 365);
        assert_eq!(day("2026-11-22T09:00:00Z"), Some(date(2026, 11, 22)));
        assert_eq!(day("now"), None);
    }
}
