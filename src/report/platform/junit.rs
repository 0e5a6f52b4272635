//! JUnit's XML, for the test views of GitLab, Azure Pipelines and Jenkins: a suite for each rule that judged anything, in
//! it a failed case for each finding and one case for all that passed.
//!
//! A rule that judged nothing is no suite: it was not evaluated, and a suite without failures would look like a pass.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::super::{Input, count, words};
use super::{Row, row};
use crate::engine::assessment::{Assessment, Finding, FindingKind, RuleRun};

/// Writes the report.
pub(in crate::report) fn write(input: &Input<'_>, out: &mut dyn Write) -> io::Result<()> {
    let suites = suites(input.assessment);
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let totals = suites.iter().fold(Totals::default(), |totals, suite| totals.and(suite));
    let root = BytesStart::new("testsuites").with_attributes([("name", "annexa")]);
    xml.write_event(Event::Start(totals.on(root)))?;
    for suite in &suites {
        write_suite(suite, &mut xml)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    drop(xml);
    out.write_all(b"\n")
}

/// What was there before a change is no case of the change.
fn is_case(finding: &Finding) -> bool {
    finding.kind == FindingKind::Fail && count::is_shown(finding)
}

/// A rule, and what came of it.
struct Suite<'a> {
    run: &'a RuleRun,
    findings: Vec<Row<'a>>,
    passes: u32,
}

fn suites(assessment: &Assessment) -> Vec<Suite<'_>> {
    let mut by_rule: BTreeMap<usize, Vec<Row<'_>>> = BTreeMap::new();
    for finding in assessment.findings.iter().filter(|finding| is_case(finding)) {
        by_rule.entry(finding.rule).or_default().extend(row(assessment, finding));
    }
    let runs = assessment.rules.iter().enumerate().filter(|(_, run)| run.passes + run.fails > 0);
    let suite = |(index, run)| Suite { run, findings: by_rule.remove(&index).unwrap_or_default(), passes: run.passes };
    runs.map(suite).collect()
}

#[derive(Default)]
struct Totals {
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Totals {
    fn and(self, suite: &Suite<'_>) -> Totals {
        let skipped = suite.findings.iter().filter(|row| row.finding.suppression.is_some()).count();
        Totals {
            tests: self.tests + suite.findings.len() + usize::from(suite.passes > 0),
            failures: self.failures + suite.findings.len() - skipped,
            skipped: self.skipped + skipped,
        }
    }

    fn on(&self, element: BytesStart<'static>) -> BytesStart<'static> {
        let Totals { tests, failures, skipped } = self;
        let (tests, failures, skipped) = (tests.to_string(), failures.to_string(), skipped.to_string());
        element.with_attributes([
            ("tests", tests.as_str()),
            ("failures", failures.as_str()),
            ("errors", "0"),
            ("skipped", skipped.as_str()),
        ])
    }
}

fn write_suite<W: Write>(suite: &Suite<'_>, xml: &mut Writer<W>) -> io::Result<()> {
    let name = BytesStart::new("testsuite").with_attributes([("name", suite.run.about.id.as_str())]);
    xml.write_event(Event::Start(Totals::default().and(suite).on(name)))?;
    for row in &suite.findings {
        write_case(row, xml)?;
    }
    if suite.passes > 0 {
        let name = format!("{} passed", words::count(suite.passes as usize, "resource"));
        xml.write_event(Event::Empty(case(suite.run, &name)))?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn case(run: &RuleRun, name: &str) -> BytesStart<'static> {
    let name = printable(name);
    let attributes = [("classname", run.about.id.as_str()), ("name", name.as_str()), ("time", "0")];
    BytesStart::new("testcase").with_attributes(attributes)
}

fn write_case<W: Write>(row: &Row<'_>, xml: &mut Writer<W>) -> io::Result<()> {
    let place = format!("{}:{}", row.path, row.line);
    let name = format!("{} ({place})", row.finding.resource.address);
    xml.write_event(Event::Start(case(row.run, &name).with_attributes([("file", printable(&row.path).as_str())])))?;
    match &row.finding.suppression {
        Some(by) => {
            let reason = printable(&by.reason);
            xml.write_event(Event::Empty(BytesStart::new("skipped").with_attributes([("message", reason.as_str())])))?;
        }
        None => write_failure(row, &place, xml)?,
    }
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

fn write_failure<W: Write>(row: &Row<'_>, place: &str, xml: &mut Writer<W>) -> io::Result<()> {
    let message = printable(&row.message());
    let failure = BytesStart::new("failure")
        .with_attributes([("message", message.as_str()), ("type", row.finding.severity.name())]);
    xml.write_event(Event::Start(failure))?;
    let fix = words::one_line(&row.run.about.fix);
    let text = printable(&format!("{place}\n{}\n{fix}", row.told()));
    xml.write_event(Event::Text(BytesText::new(&text)))?;
    xml.write_event(Event::End(BytesEnd::new("failure")))
}

/// XML 1.0 has no words for most control characters, not even escaped ones.
pub(super) fn printable(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\n' | '\t' => letter,
        letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => char::REPLACEMENT_CHARACTER,
        letter => letter,
    };
    text.chars().map(shown).collect()
}
