//! Today, from the command line or the clock.

use jiff::Timestamp;
use jiff::civil::Date;

/// The day given, else today in UTC.
pub(super) fn today(given: Option<Date>) -> Date {
    given.unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let days = i64::try_from(since.as_secs() / 86_400).unwrap_or(0);
        let epoch = Date::constant(1970, 1, 1);
        jiff::Span::new().try_days(days).and_then(|span| epoch.checked_add(span)).unwrap_or(epoch)
    })
}

/// The time by the clock, in whole seconds, and which clock it was. `SOURCE_DATE_EPOCH`
/// (<https://reproducible-builds.org/specs/source-date-epoch/>) stands for the system's where it is set.
pub(super) fn now() -> (Timestamp, &'static str) {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    if let Some(given) = given.and_then(|seconds| Timestamp::from_second(seconds).ok()) {
        return (given, "SOURCE_DATE_EPOCH");
    }
    let now = Timestamp::now();
    (Timestamp::from_second(now.as_second()).unwrap_or(now), "system")
}

/// The day (UTC) of a time.
pub(super) fn day(time: Timestamp) -> Date {
    jiff::tz::Offset::UTC.to_datetime(time).date()
}

/// Reads `--today`.
pub(super) fn parse(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write it as 2026-11-22".to_owned())
}
