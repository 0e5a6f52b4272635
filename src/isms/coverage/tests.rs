use std::sync::Arc;

use jiff::civil::date;

use super::*;
use crate::engine::assessment::{
    FileState, IsmsFacts, Location, Pass, RecognisedDocument, RuleRun, ScannedFile, Standing,
};
use crate::rule::{About, Confidence, ControlLink, Severity};
use crate::syntax::tree::{FileId, Node, Place, Span};

fn location(path: &str) -> Location {
    Location { path: path.into(), region: None, words: None }
}

/// A rule on A.5.24 with results: passes, fails, excepted, unknowns.
fn run(id: &str, bearing: Bearing, facet: Facet, [passes, fails, excepted, unknowns]: [u32; 4]) -> RuleRun {
    run_for("iso27001:2022/A.5.24", id, bearing, facet, [passes, fails, excepted, unknowns])
}

fn run_for(control: &str, id: &str, bearing: Bearing, facet: Facet, counts: [u32; 4]) -> RuleRun {
    let [passes, fails, excepted, unknowns] = counts;
    let control = ControlId::parse(control).unwrap();
    let about = About {
        id: id.into(),
        title: id.into(),
        severity: Severity::Medium,
        confidence: Confidence::High,
        facet,
        controls: vec![ControlLink { control, bearing, because: "it is".into() }],
        why: SmolStr::default(),
        fix: SmolStr::default(),
        references: Vec::new(),
        aliases: Vec::new(),
        all_aliases: Vec::new(),
    };
    let unknown_reasons = if unknowns > 0 { [("var.x".into(), unknowns)].into() } else { BTreeMap::new() };
    RuleRun {
        about: Arc::new(about),
        severity: Severity::Medium,
        passes,
        fails,
        excepted,
        unknowns,
        unknown_reasons,
        not_evaluated: None,
    }
}

fn assessment(rules: Vec<RuleRun>) -> Assessment {
    Assessment {
        today: date(2026, 11, 22),
        framework: Framework::Iso2022,
        rules,
        findings: Vec::new(),
        undecided: Vec::new(),
        passes: Vec::new(),
        files: Vec::new(),
        not_read: Vec::new(),
        other_files: 0,
        excluded_files: 0,
        prefix: String::new(),
        not_entered: Vec::new(),
        notices: Vec::new(),
        units: BTreeMap::new(),
        resources: BTreeMap::new(),
        isms: IsmsFacts { exists: true, ..IsmsFacts::default() },
        rule_set_digest: String::new(),
        commit: None,
        repository: None,
        limited: None,
        comparison: None,
    }
}

fn soa_row(control: &str, applicable: Option<bool>, justification: &str) -> ApplicabilityRow {
    ApplicabilityRow {
        control: control.into(),
        applicable,
        justification: justification.to_string(),
        status: "implemented".into(),
        owner: "Security lead".to_string(),
        risks: Vec::new(),
        documents: Vec::new(),
        location: location("isms/soa.yaml"),
        place: Place::span(FileId(7), Span::new(10, 20)),
    }
}

fn attestation(facet: Facet, valid_until: Option<jiff::civil::Date>) -> Attestation {
    let (control, statement) = ("A.5.24".into(), "drill held on 2026-09-01, says Ines Moreau".to_string());
    Attestation {
        control,
        facet,
        statement,
        given: None,
        valid_until,
        place: Place::NOWHERE,
        location: location("isms/attestations.yaml"),
    }
}

fn facet_of(assessment: &Assessment, control: &str, facet: Facet) -> FacetCoverage {
    coverage(assessment, Framework::Iso2022).get(control).unwrap().facet(facet).clone()
}

const DIRECT: Bearing = Bearing::Direct;
const SUPPORTING: Bearing = Bearing::Supporting;

#[test]
fn the_first_line_of_the_table_that_fits_gives_the_status() {
    // Bearing, then passes, fails, excepted and unknowns of each rule.
    type Rules = &'static [(Bearing, [u32; 4])];
    let table: &[(Rules, Status, &str)] = &[
        (&[], Status::NotEvaluated, "no-rule"),
        (&[(DIRECT, [0, 0, 0, 0])], Status::NotEvaluated, "nothing-in-scope"),
        (&[(DIRECT, [0, 0, 0, 2])], Status::NotEvaluated, "undetermined"),
        (&[(DIRECT, [0, 2, 2, 0])], Status::Excepted, "exceptions"),
        (&[(DIRECT, [5, 2, 2, 0])], Status::Excepted, "exceptions"),
        (&[(DIRECT, [0, 2, 1, 0])], Status::NotSatisfied, "fails"),
        (&[(DIRECT, [0, 1, 0, 0])], Status::NotSatisfied, "fails"),
        (&[(DIRECT, [0, 1, 0, 3])], Status::NotSatisfied, "fails"),
        (&[(SUPPORTING, [0, 1, 0, 0])], Status::NotSatisfied, "fails"),
        (&[(DIRECT, [5, 2, 1, 0])], Status::Partial, "passes-and-fails"),
        (&[(DIRECT, [5, 0, 0, 0]), (SUPPORTING, [0, 1, 0, 0])], Status::Partial, "passes-and-fails"),
        (&[(DIRECT, [5, 0, 0, 1])], Status::Partial, "passes-and-unknowns"),
        (&[(DIRECT, [5, 0, 0, 0]), (SUPPORTING, [0, 0, 0, 1])], Status::Partial, "passes-and-unknowns"),
        (&[(SUPPORTING, [5, 0, 0, 0])], Status::Partial, "supporting-only"),
        (&[(SUPPORTING, [5, 0, 0, 0]), (DIRECT, [0, 0, 0, 0])], Status::Partial, "supporting-only"),
        (&[(DIRECT, [1, 0, 0, 0])], Status::Satisfied, "passes"),
        (&[(DIRECT, [1, 0, 0, 0]), (SUPPORTING, [4, 0, 0, 0])], Status::Satisfied, "passes"),
    ];
    for (rules, status, code) in table {
        let runs = rules.iter().map(|(bearing, counts)| run("r", *bearing, Facet::Implemented, *counts)).collect();
        let found = facet_of(&assessment(runs), "A.5.24", Facet::Implemented);
        assert_eq!((found.status, found.reason.code), (*status, *code), "{rules:?}");
    }
}

#[test]
fn an_exclusion_with_justification_comes_before_everything() {
    let fails = || vec![run("r", DIRECT, Facet::Implemented, [0, 1, 0, 0])];
    let excluded = soa_row("A.5.24", Some(false), "no premises of our own");
    for (rows, status) in [
        (vec![excluded.clone()], Status::NotApplicable),
        (vec![soa_row("A.5.24", Some(false), "  ")], Status::NotSatisfied),
        (vec![soa_row("A.5.24", None, "because")], Status::NotSatisfied),
        (vec![soa_row("A.5.24", Some(true), "needed")], Status::NotSatisfied),
        (vec![excluded.clone(), soa_row("A.5.24", Some(true), "needed")], Status::NotSatisfied),
        (vec![soa_row("A.5.25", Some(false), "no")], Status::NotSatisfied),
    ] {
        let mut assessment = assessment(fails());
        assessment.isms.applicability = rows;
        assert_eq!(facet_of(&assessment, "A.5.24", Facet::Implemented).status, status);
    }
}

#[test]
fn clauses_cannot_be_excluded() {
    let mut assessment = assessment(vec![run_for("iso27001:2022/9.1", "r", DIRECT, Facet::Operating, [1, 0, 0, 0])]);
    assessment.isms.applicability = vec![soa_row("9.1", Some(false), "we do not measure")];
    assert_eq!(facet_of(&assessment, "9.1", Facet::Operating).status, Status::Satisfied);
}

#[test]
fn attestations_speak_only_where_no_result_does_and_only_until_their_last_day() {
    let today = date(2026, 11, 22);
    let yesterday = date(2026, 11, 21);
    for (counts, facet, valid_until, status) in [
        ([0, 0, 0, 0], Facet::Operating, Some(today), Status::Attested),
        ([0, 0, 0, 1], Facet::Operating, Some(today), Status::Attested),
        ([0, 0, 0, 0], Facet::Operating, Some(yesterday), Status::NotEvaluated),
        ([0, 0, 0, 0], Facet::Operating, None, Status::NotEvaluated),
        ([0, 0, 0, 0], Facet::Documented, Some(today), Status::NotEvaluated),
        ([0, 1, 0, 0], Facet::Operating, Some(today), Status::NotSatisfied),
        ([1, 0, 0, 0], Facet::Operating, Some(today), Status::Satisfied),
    ] {
        let mut assessment = assessment(vec![run("r", DIRECT, Facet::Operating, counts)]);
        assessment.isms.attestations = vec![attestation(facet, valid_until)];
        let found = facet_of(&assessment, "A.5.24", Facet::Operating);
        assert_eq!(found.status, status, "{counts:?} {valid_until:?}");
        assert_eq!(found.attestations.len(), usize::from(facet == Facet::Operating && valid_until == Some(today)));
    }
}

#[test]
fn what_was_not_evaluated_says_why() {
    let idle = || run("r", DIRECT, Facet::Documented, [0, 0, 0, 0]);
    let reason = |assessment: &Assessment| facet_of(assessment, "A.5.24", Facet::Documented).reason;

    let mut limited = assessment(Vec::new());
    limited.limited = Some("only rule aws/s3/public-acl".to_string());
    assert_eq!(reason(&limited).text, "no rule of this scan maps to it (only rule aws/s3/public-acl)");

    let mut off = assessment(vec![idle()]);
    off.rules[0].not_evaluated = Some("the scan is not a whole one".to_string());
    assert_eq!(reason(&off).code, "rule-not-evaluated");

    let mut no_isms = assessment(vec![idle()]);
    no_isms.isms.exists = false;
    assert_eq!(reason(&no_isms).code, "no-isms");

    let mut unread = assessment(vec![idle()]);
    unread.files = vec![ScannedFile { path: "a.md".into(), state: FileState::Unreadable("broken".to_string()) }];
    assert_eq!(reason(&unread).text, "nothing in scope among what was read; 1 file could not be read");

    let undetermined = assessment(vec![run("r", DIRECT, Facet::Documented, [0, 0, 0, 3])]);
    assert_eq!(reason(&undetermined).text, "3 undetermined: depends on var.x");
}

fn stated(standing: Option<Standing>, evidence: &[&str]) -> FacetCoverage {
    let mut assessment = assessment(vec![run("r", DIRECT, Facet::Documented, [1, 0, 0, 0])]);
    assessment.isms.documents = vec![RecognisedDocument {
        path: "isms/incident-plan.md".into(),
        document_type: "incident-plan".into(),
        because: String::new(),
        title: "Incident plan".to_string(),
        standing,
        dated: None,
    }];
    assessment.passes = vec![Pass {
        rule: 0,
        check: 0,
        resource: None,
        location: location("isms/incident-plan.md"),
        evidence: evidence.iter().map(|path| location(path)).collect(),
        presence: None,
        count: 1,
    }];
    facet_of(&assessment, "A.5.24", Facet::Documented)
}

#[test]
fn what_is_stated_in_a_document_out_of_control_is_only_partly_documented() {
    let controlled = Standing { owned: true, approved: true, current: true };
    assert_eq!(stated(Some(controlled), &[]).status, Status::Satisfied);
    assert_eq!(stated(None, &[]).status, Status::Satisfied);
    let draft = Standing { approved: false, ..controlled };
    let found = stated(Some(draft), &[]);
    assert_eq!((found.status, found.reason.code), (Status::Partial, "stated-only"));
    assert_eq!(found.reason.text, "stated in isms/incident-plan.md, which is not approved");
    let orphan = Standing { owned: false, current: false, ..controlled };
    let found = stated(Some(orphan), &["isms/incident-plan.md"]);
    assert_eq!(found.reason.text, "stated in isms/incident-plan.md, which is without an owner, not current");
    assert_eq!(stated(Some(draft), &["isms/other.md"]).status, Status::Satisfied);
}

#[test]
fn facets_do_not_mix() {
    let rules =
        vec![run("a", DIRECT, Facet::Implemented, [1, 0, 0, 0]), run("b", DIRECT, Facet::Operating, [0, 1, 0, 0])];
    let found = coverage(&assessment(rules), Framework::Iso2022);
    let statuses: Vec<Status> = found.get("A.5.24").unwrap().facets.iter().map(|facet| facet.status).collect();
    assert_eq!(statuses, [Status::NotEvaluated, Status::Satisfied, Status::NotSatisfied]);
}

#[test]
fn every_control_and_clause_is_listed_even_when_nothing_was_scanned() {
    for (framework, controls, clauses) in [
        (Framework::Iso2022, 93, 41),
        (Framework::Iso2013, 114, 35),
        (Framework::Itil4, 34, 0),
        (Framework::Cobit2019, 40, 0),
    ] {
        let found = coverage(&assessment(Vec::new()), framework);
        assert_eq!((found.controls.len(), found.clauses.len()), (controls, clauses), "{framework:?}");
        let all = found.controls.iter().chain(&found.clauses).flat_map(|entry| &entry.facets);
        assert!(all.into_iter().all(|facet| facet.status == Status::NotEvaluated && !facet.reason.text.is_empty()));
    }
}

#[test]
fn a_rule_that_names_a_heading_supports_the_clauses_below_it() {
    let found = coverage(
        &assessment(vec![run_for("iso27001:2022/9.2", "r", DIRECT, Facet::Operating, [1, 0, 0, 0])]),
        Framework::Iso2022,
    );
    let status = |id: &str| found.get(id).unwrap().facet(Facet::Operating).status;
    assert_eq!(status("9.2.1"), Status::Partial);
    assert_eq!(status("9.2.2"), Status::Partial);
    assert_eq!(status("9.1"), Status::NotEvaluated);
    assert_eq!(status("9.2"), Status::Partial);
    assert_eq!(status("9"), Status::Partial);
    assert_eq!(found.get("9").unwrap().facet(Facet::Operating).counts.passes, 1, "the rule counts once");
}

#[test]
fn a_heading_is_satisfied_only_when_everything_below_it_is() {
    let rule =
        |clause: &str| run_for(&format!("iso27001:2022/{clause}"), clause, DIRECT, Facet::Operating, [1, 0, 0, 0]);
    let half = coverage(&assessment(vec![rule("9.2.1")]), Framework::Iso2022);
    assert_eq!(half.get("9.2").unwrap().facet(Facet::Operating).status, Status::Partial);
    let whole = coverage(&assessment(vec![rule("9.2.1"), rule("9.2.2")]), Framework::Iso2022);
    assert_eq!(whole.get("9.2").unwrap().facet(Facet::Operating).status, Status::Satisfied);
}

#[test]
fn the_view_of_2013_carries_statuses_over_equal_and_part_and_nothing_else() {
    let satisfied =
        |control: &str| run_for(&format!("iso27001:2022/{control}"), control, DIRECT, Facet::Implemented, [2, 0, 0, 0]);
    let rules = vec![satisfied("A.5.24"), satisfied("A.5.1"), satisfied("A.5.36"), satisfied("9.2.1")];
    let view = coverage(&assessment(rules), Framework::Iso2013);
    let facet = |id: &str| view.get(id).unwrap().facet(Facet::Implemented);
    assert_eq!(facet("A.16.1.1").status, Status::Satisfied);
    assert_eq!(facet("A.16.1.1").reason.text, "as iso27001:2022/A.5.24: 2 passes");
    assert_eq!(facet("A.5.1.2").status, Status::Satisfied);
    assert_eq!(facet("A.5.1.2").reason.text, "as iso27001:2022/A.5.1, which it is a part of: 2 passes");
    assert_eq!(facet("A.18.2.3").status, Status::RelatedEvidence);
    assert_eq!(facet("A.18.2.3").through.len(), 2);
    assert_eq!(facet("9.2").status, Status::Partial, "one of its two parts");
    assert_eq!(facet("A.16.1.2").status, Status::NotEvaluated);
}

#[test]
fn the_views_of_itil_and_cobit_never_say_satisfied() {
    let links = catalogue(Framework::Iso2022)
        .ids()
        .map(|id| run_for(&format!("iso27001:2022/{id}"), id, DIRECT, Facet::Implemented, [1, 0, 0, 0]));
    let assessment = assessment(links.collect());
    for framework in [Framework::Itil4, Framework::Cobit2019] {
        let view = coverage(&assessment, framework);
        for control in &view.controls {
            let status = control.facet(Facet::Implemented).status;
            assert!(matches!(status, Status::RelatedEvidence | Status::NotEvaluated), "{}", control.control);
        }
        let related = view.total()[1].count(Status::RelatedEvidence);
        assert!(related > 20, "{framework:?} {related}");
    }
}

#[test]
fn an_exclusion_shows_in_the_view_of_2013() {
    let mut assessment = assessment(Vec::new());
    assessment.isms.applicability = vec![soa_row("A.8.30", Some(false), "we develop everything ourselves")];
    let view = coverage(&assessment, Framework::Iso2013);
    let outsourced = view.get("A.14.2.7").unwrap();
    assert_eq!(outsourced.facet(Facet::Documented).status, Status::NotApplicable);
    assert_eq!(outsourced.applicability, Some(0));
}

#[test]
fn coverage_and_conformity_are_told_apart() {
    let implemented = |control: &str, counts| {
        run_for(&format!("iso27001:2022/{control}"), control, DIRECT, Facet::Implemented, counts)
    };
    let mut assessment = assessment(vec![
        implemented("A.8.1", [1, 0, 0, 0]),
        implemented("A.8.2", [0, 1, 0, 0]),
        implemented("A.8.3", [1, 1, 0, 0]),
        implemented("A.8.4", [0, 1, 1, 0]),
    ]);
    assessment.isms.applicability = vec![soa_row("A.8.30", Some(false), "we develop everything ourselves")];
    let found = coverage(&assessment, Framework::Iso2022);
    let themes = found.themes();
    let sizes: Vec<(&str, usize)> = themes.iter().map(|theme| (theme.id.as_str(), theme.members.len())).collect();
    assert_eq!(sizes, [("organizational", 37), ("people", 8), ("physical", 14), ("technological", 34)]);
    let [documented, sum, _] = &themes[3].facets;
    assert_eq!((sum.total(), sum.applicable(), sum.evaluated(), sum.satisfied()), (34, 33, 4, 1));
    assert_eq!((documented.evaluated(), documented.applicable()), (0, 33));
    assert_eq!(found.total()[1].applicable(), 92);
}

#[test]
fn stages_count_clauses_but_not_headings() {
    let found = coverage(&assessment(Vec::new()), Framework::Iso2022);
    let stages: Vec<(String, u32)> =
        found.stages().iter().map(|stage| (stage.id.to_string(), stage.facets[0].total())).collect();
    assert_eq!(stages, [("plan", 19), ("do", 3), ("check", 6), ("act", 2)].map(|(id, n)| (id.to_string(), n)));
    assert!(coverage(&assessment(Vec::new()), Framework::Itil4).stages().is_empty());
}

#[test]
fn each_control_is_a_resource_that_stands_at_its_row() {
    let mut assessment = assessment(vec![run("r", DIRECT, Facet::Implemented, [0, 3, 0, 0])]);
    assessment.isms.applicability = vec![soa_row("A.5.24", Some(true), "needed")];
    let found = coverage(&assessment, Framework::Iso2022);
    let resources = coverage_resources(&found, &assessment);
    assert_eq!(resources.len(), 93);
    let incident = resources.iter().find(|resource| resource.address == "coverage/A.5.24").unwrap();
    assert_eq!(incident.header, assessment.isms.applicability[0].place);
    assert_eq!(incident.tree.get("soa_status").and_then(Node::as_str), Some("implemented"));
    assert_eq!(incident.tree.get("applicable").and_then(Node::as_bool), Some(true));
    let implemented = incident.tree.get("facets").and_then(|facets| facets.get("implemented")).unwrap();
    assert_eq!(implemented.get("status").and_then(Node::as_str), Some("not-satisfied"));
    assert_eq!(implemented.get("fails").and_then(Node::as_number), Some(3.0));
    let other = resources.iter().find(|resource| resource.address == "coverage/A.5.25").unwrap();
    assert_eq!((other.header, other.tree.get("soa_status")), (Place::NOWHERE, None));
}
