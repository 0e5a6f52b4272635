//! Whole reports of the fixture, kept in `testdata/reports`: they record how a report looks, so that a change of it is
//! seen. What is right is said by the other tests, and for SARIF by its validator, which reads these files too.
//! `SNAPSHOTS=overwrite cargo test` writes them anew.

use std::path::Path;

/// Compares a report with the one that is kept.
#[expect(clippy::disallowed_methods, reason = "a test that reads and writes what it compares with")]
pub(super) fn compare(name: &str, report: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/reports").join(name);
    let report = report.replace(env!("CARGO_PKG_VERSION"), "0.0.0");
    if std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite") {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(&path, &report).expect("the snapshot can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == report, "{name} has changed; SNAPSHOTS=overwrite writes it anew\n{}", difference(&kept, &report));
}

/// The first lines that differ.
fn difference(kept: &str, report: &str) -> String {
    let pairs = kept.lines().map(Some).chain(std::iter::repeat(None)).zip(report.lines());
    let differs = pairs.enumerate().find(|(_, (kept, now))| *kept != Some(now));
    differs.map_or_else(
        || "the one that is kept is longer".to_string(),
        |(index, (kept, now))| format!("line {}\nkept: {}\nnow:  {now}", index + 1, kept.unwrap_or("nothing")),
    )
}
