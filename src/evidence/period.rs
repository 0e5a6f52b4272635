//! Periods: calendar months in UTC, so that daylight saving and the place of a runner play no part.

use std::fmt;

use jiff::civil::Date;

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    year: i16,
    month: i8,
}

impl Period {
    /// The month of a day.
    pub fn of(day: Date) -> Period {
        Period { year: day.year(), month: day.month() }
    }

    /// Reads `2026-11`. Nothing else means a month: no other digits, no blank, no sign.
    pub fn parse(text: &str) -> Option<Period> {
        let (year, month) = text.split_once('-')?;
        let is_number = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(year, 4) || !is_number(month, 2) {
            return None;
        }
        let period = Period { year: year.parse().ok()?, month: month.parse().ok()? };
        (1..=12).contains(&period.month).then_some(period)
    }

    /// Its first day.
    pub fn start(self) -> Date {
        Date::new(self.year, self.month, 1).unwrap_or(Date::MIN)
    }

    /// Its last day.
    pub fn end(self) -> Date {
        self.start().last_of_month()
    }

    /// The month after it.
    #[must_use]
    pub fn next(self) -> Period {
        match self.month {
            12 => Period { year: self.year.saturating_add(1), month: 1 },
            month => Period { month: month + 1, ..self },
        }
    }

    /// The month so many months before it.
    #[must_use]
    pub fn back(self, months: u16) -> Period {
        let index = i32::from(self.year) * 12 + i32::from(self.month) - 1 - i32::from(months);
        let year = i16::try_from(index.div_euclid(12)).unwrap_or(self.year);
        let month = i8::try_from(index.rem_euclid(12) + 1).unwrap_or(1);
        Period { year, month }
    }

    /// The months from this one to `last`, both included.
    pub fn through(self, last: Period) -> impl Iterator<Item = Period> {
        std::iter::successors(Some(self), |period| Some(period.next())).take_while(move |period| *period <= last)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn months_are_read_strictly_and_written_back() {
        for text in ["2026-11", "2024-02", "0001-01"] {
            assert_eq!(Period::parse(text).map(|period| period.to_string()).as_deref(), Some(text));
        }
        for text in ["2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", " 2026-11", "+026-11", "2026-1１", ""] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn months_begin_and_end_and_follow_each_other() {
        let february = Period::of(date(2024, 2, 29));
        assert_eq!((february.start(), february.end()), (date(2024, 2, 1), date(2024, 2, 29)));
        let from = Period::of(date(2025, 11, 30));
        let months: Vec<String> = from.through(february.back(0).next()).map(|month| month.to_string()).collect();
        assert_eq!(months, Vec::<String>::new());
        let months: Vec<String> = february.back(3).through(february).map(|month| month.to_string()).collect();
        assert_eq!(months, ["2023-11", "2023-12", "2024-01", "2024-02"]);
    }
}
