//! Today, from the command line or the clock.

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

/// Reads `--today`.
pub(super) fn parse(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write it as 2026-11-22".to_owned())
}
