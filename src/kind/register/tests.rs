use jiff::civil::date;

use super::*;
use crate::rule::Facet;
use crate::syntax::parse;
use crate::syntax::tree::FileId;

fn file(path: &str, text: &str) -> ParsedFile {
    let content = parse(Syntax::of(path).unwrap(), text, FileId(0)).content;
    ParsedFile { id: FileId(0), path: path.into(), text: text.into(), content }
}

fn read_one(path: &str, text: &str) -> Option<Register> {
    let file = file(path, text);
    let view = View::new(&[], &[], &[], date(2026, 11, 22));
    assert_eq!(is_register(&file, &view), read(&file, &view).is_some());
    read(&file, &view)
}

fn rows(path: &str, text: &str) -> Vec<Resource> {
    read_one(path, text).map_or(Vec::new(), |register| register.resources(&mut BTreeMap::new()))
}

/// A row as `key=value` words.
fn shown(row: &Resource) -> String {
    let text = |node: &Node| match &node.value {
        Value::List(list) => {
            list.items.iter().map(|item| item.value.scalar_text().unwrap_or_default()).collect::<Vec<_>>().join("+")
        }
        other => other.scalar_text().unwrap_or_default().to_string(),
    };
    let hidden = ["register", "path", "extra"];
    let entries = row.tree.entries().iter().filter(|entry| !hidden.contains(&entry.key.as_str()));
    entries.map(|entry| format!("{}={}", entry.key, text(&entry.value))).collect::<Vec<_>>().join(" ")
}

#[test]
fn rows_are_the_same_in_every_syntax_and_order_of_columns() {
    let expected = "id=R-1 owner=Edda likelihood=3 impact=5 treatments=modify treatment=modify controls=A.8.8+A.5.10";
    for (path, text) in [
        (
            "isms/risk-register.csv",
            "Risk ID,Risk owner,Likelihood (1-5),Impact,Treatment,Controls\nR-1,Edda,3,5,mitigate,8.8; 5.10\n",
        ),
        (
            "isms/risks.yaml",
            "- { id: R-1, owner: Edda, likelihood: 3, impact: 5, treatment: modify, controls: [8.8, 5.10] }\n",
        ),
        (
            "isms/risks.yaml",
            "risks:\n  R-1: { owner: Edda, likelihood: 3, impact: 5, treatment: reduce, controls: \"A.8.8, A.5.10\" }\n",
        ),
        (
            "isms/risks.json",
            "{\"risks\": [{\"id\": \"R-1\", \"owner\": \"Edda\", \"likelihood\": 3, \"impact\": 5, \"option\": \"Mitigate\", \"controls\": [\"8.8\", \"5.10\"]}]}",
        ),
        (
            "isms/risks.md",
            "# Risk register\n\n| No | Owner | Probability | Consequence | Option | Controls |\n|---|---|---|---|---|---|\n| R-1 | Edda | 3 | 5 | reduce | A.8.8; A.5.10 |\n",
        ),
    ] {
        let found = rows(path, text);
        assert_eq!(found.len(), 1, "{path} {text}");
        assert_eq!((found[0].target.as_str(), found[0].address.as_str()), ("register/risk", "risk/R-1"), "{path}");
        assert_eq!(shown(&found[0]), expected, "{path}");
    }
}

#[test]
fn cells_keep_their_places() {
    let text = "id,owner,likelihood,impact,treatment,accepted on\nR-1,Edda,3,5,retain,2026-10-08\n";
    let file = file("isms/risks.csv", text);
    let view = View::new(&[], &[], &[], date(2026, 11, 22));
    let row = read(&file, &view).unwrap().resources(&mut BTreeMap::new()).swap_remove(0);
    let slice = |place: Place| place.as_span().unwrap().slice(text);
    assert_eq!(slice(row.header), "R-1");
    assert_eq!(slice(row.tree.get("accepted_on").unwrap().place), "2026-10-08");
    assert_eq!(row.tree.get("accepted_on").unwrap().value, Value::Date(date(2026, 10, 8)));
    assert_eq!(slice(row.extent), "R-1,Edda,3,5,retain,2026-10-08");
}

#[test]
fn what_is_no_register_is_left_alone() {
    for (path, text) in [
        ("data/training.csv", "epoch,loss,name,completed\n1,0.5,x,yes\n"),
        (
            "k8s/risks.yaml",
            "apiVersion: v1\nkind: List\nitems: [{ likelihood: 1, impact: 2, treatment: x, owner: y }]\n",
        ),
        ("src/assets.yaml", "- { name: logo, path: x.png }\n"),
        ("isms/notes.csv", "a,b\n1,2\n"),
        ("isms/policy.md", "# Backup policy\n\n| asset | owner |\n|---|---|\n| x | y |\n"),
        ("isms/settings.yaml", "threshold: 3\n"),
        ("isms/controls.yaml", "- { id: X-1, applicable: yes, justification: a, status: done }\n"),
        ("templates/risk-register.csv", "id,likelihood,impact,treatment,owner\n1,2,3,avoid,x\n"),
        ("values.csv", ""),
    ] {
        assert!(read_one(path, text).is_none(), "{path}");
    }
}

#[test]
fn an_empty_register_is_one_when_its_name_says_so() {
    for (path, text) in [
        ("isms/exceptions.yaml", "exceptions: []\n"),
        ("isms/exceptions.yaml", "[]\n"),
        ("isms/risk-register.csv", "id,owner\n"),
    ] {
        let register = read_one(path, text).unwrap();
        assert!(register.rows.is_empty(), "{path}");
        assert_eq!(wholes(&[register])[0].tree.get("count").unwrap().as_number(), Some(0.0));
    }
    assert!(read_one("exceptions.yaml", "exceptions: []\n").is_none());
}

const SOA: &str = "title: Statement of Applicability\nowner: Edda\nversion: 2.10\nnext_review: 2027-10-19\ncontrols:\n\
    \x20 - { id: 5.1, applicable: true, justification: direction, status: Fully implemented, owner: Edda }\n\
    \x20 - { id: 5.10, applicable: yes, justification: rules, status: in progress }\n\
    \x20 - { id: A.8.30, applicable: false, justification: we write everything ourselves, status: n/a }\n\
    \x20 - { id: A.8.30, applicable: no }\n";

#[test]
fn the_statement_of_applicability_becomes_facts() {
    let register = read_one("isms/soa.yaml", SOA).unwrap();
    let found: Vec<(String, Option<bool>, String, String)> = register
        .applicability()
        .into_iter()
        .map(|row| (row.control.to_string(), row.applicable, row.justification, row.status.to_string()))
        .collect();
    let row =
        |id: &str, applicable, why: &str, status: &str| (id.to_owned(), applicable, why.to_owned(), status.to_owned());
    assert_eq!(
        found,
        [
            row("A.5.1", Some(true), "direction", "implemented"),
            row("A.5.10", Some(true), "rules", "partial"),
            row("A.8.30", Some(false), "we write everything ourselves", "not-applicable"),
            row("A.8.30", Some(false), "", ""),
        ]
    );
    let place = register.applicability()[1].place;
    assert_eq!(place.as_span().unwrap().slice(SOA), "5.10");
    assert!(register.attestations().is_empty());
}

#[test]
fn the_whole_says_which_controls_are_missing_or_doubled() {
    let register = read_one("isms/soa.yaml", SOA).unwrap();
    let addresses: Vec<String> =
        register.resources(&mut BTreeMap::new()).iter().map(|row| row.address.to_string()).collect();
    assert_eq!(addresses, ["soa/A.5.1", "soa/A.5.10", "soa/A.8.30", "soa/A.8.30 (2)"]);
    let whole = wholes(&[register]).swap_remove(0);
    assert_eq!(whole.address, "isms/statement-of-applicability");
    assert_eq!(whole.tree.get("missing_controls").unwrap().items().len(), 90);
    let doubled: Vec<&str> =
        whole.tree.get("duplicate_controls").unwrap().items().iter().filter_map(Node::as_str).collect();
    assert_eq!(doubled, ["A.8.30"]);
    assert_eq!(whole.tree.get("owner").and_then(Node::as_str), Some("Edda"));
    assert_eq!(whole.tree.get("version").and_then(Node::as_str), Some("2.10"));
}

#[test]
fn exclusions_may_have_a_column_of_their_own_and_tables_by_theme() {
    let text = "# Statement of Applicability\n\n## Organizational\n\n\
        | Control | Applicable | Justification for inclusion | Justification for exclusion |\n|---|---|---|---|\n\
        | A.5.1 Policies | ✓ | direction | |\n\n## Technological\n\n\
        | Control | Applicable | Justification for inclusion | Justification for exclusion |\n|---|---|---|---|\n\
        | A.8.30 Outsourced development | ✗ | | all in house |\n";
    let register = read_one("isms/soa.md", text).unwrap();
    let found: Vec<(String, Option<bool>, String)> = register
        .applicability()
        .into_iter()
        .map(|row| (row.control.to_string(), row.applicable, row.justification))
        .collect();
    let row = |id: &str, applicable, why: &str| (id.to_owned(), Some(applicable), why.to_owned());
    assert_eq!(found, [row("A.5.1", true, "direction"), row("A.8.30", false, "all in house")]);
}

#[test]
fn the_column_that_names_controls_is_found_whatever_it_is_called() {
    for header in ["| # | Control | Appl | Justification | Status |", "| No | Control | Applicable | Reason | State |"]
    {
        let text = format!(
            "# Statement of Applicability (SoA)\n\n{header}\n|---|---|---|---|---|\n| 5.1 | Policies | Yes | direction | — |\n"
        );
        let register = read_one("isms/08-Statement-of-Applicability.md", &text).unwrap();
        let row = &register.resources(&mut BTreeMap::new())[0];
        assert_eq!(shown(row), "control=A.5.1 title=Policies applicable=true justification=direction", "{header}");
    }
}

#[test]
fn attestations_hold_until_their_day_or_for_a_year() {
    let text = "attestations:\n\
        \x20 - { id: AT-1, controls: [7.1, 7.10], facet: implemented, statement: doors inspected, by: Joan, role: head, on: 2026-07-06 }\n\
        \x20 - { id: AT-2, controls: [\"6.1\"], facet: operating, statement: checked, by: Ines, on: 2026-01-01, valid_until: 2026-06-30 }\n\
        \x20 - { id: AT-3, controls: [\"6.1\"], facet: operating, statement: checked, on: 2026-01-01 }\n\
        \x20 - { id: AT-4, controls: [\"99.1\"], facet: operating, statement: checked, by: Ines, valid_until: soon }\n";
    let found = read_one("isms/attestations.yaml", text).unwrap().attestations();
    let shown: Vec<(&str, Facet, Option<jiff::civil::Date>)> =
        found.iter().map(|each| (each.control.as_str(), each.facet, each.valid_until)).collect();
    assert_eq!(
        shown,
        [
            ("A.7.1", Facet::Implemented, Some(date(2027, 7, 6))),
            ("A.7.10", Facet::Implemented, Some(date(2027, 7, 6))),
            ("A.6.1", Facet::Operating, Some(date(2026, 6, 30))),
        ]
    );
    assert_eq!(found[0].statement, "doors inspected (Joan, head, 2026-07-06)");
}

#[test]
fn columns_that_no_field_knows_stand_apart() {
    let text = "id,likelihood,impact,treatment,owner,Favourite colour\nR-1,1,2,avoid,Edda,blue\n";
    let row = rows("isms/risks.csv", text).swap_remove(0);
    let extra = row.tree.get("extra").unwrap();
    assert_eq!(extra.get("Favourite colour").and_then(Node::as_str), Some("blue"));
}

#[test]
fn rows_without_a_key_are_told_by_their_number() {
    let text = "person,course,completed\nEdda,secure coding,2026-01-01\nEdda,,2026-01-02\n,x,2026-01-03\n";
    let addresses: Vec<String> =
        rows("isms/training-records.csv", text).iter().map(|row| row.address.to_string()).collect();
    assert_eq!(addresses, ["training/Edda/secure coding", "training/Edda", "training/row 3"]);
}

#[test]
fn a_statement_of_2013_speaks_of_the_controls_that_were_carried_over_alone() {
    let text = "control,applicable,justification,status,owner\nA.14.2.7,no,nothing is developed outside,,P\nA.5.1.1,yes,needed,implemented,P\n";
    let register = read_one("isms/soa.csv", text).unwrap();
    let said: Vec<(SmolStr, Option<bool>)> =
        register.applicability().into_iter().map(|row| (row.control, row.applicable)).collect();
    assert_eq!(said, [("A.8.30".into(), Some(false)), ("A.5.1.1".into(), Some(true))]);
}

#[test]
fn objectives_audits_and_people_are_registers() {
    for (path, text, expected) in [
        (
            "isms/objectives.md",
            "# Information security objectives\n\n| no | objective | measure | who | until |\n|---|---|---|---|---|\n| O-1 | up | 99 % | P | each quarter |\n",
            "register/objective id=O-1 objective=up measure=99 % owner=P due=each quarter",
        ),
        (
            "isms/audit-programme.csv",
            "audit,scope,auditor,when\nIA-1,clauses 4 to 10,H. Moss,2026-05-20\n",
            "register/audit id=IA-1 scope=clauses 4 to 10 auditor=H. Moss planned=2026-05-20",
        ),
        (
            "isms/people.csv",
            "Name,Job title,Team,Last day\nEdda Falk,officer,security,2026-06-30\n",
            "register/person name=Edda Falk role=officer department=security left=2026-06-30",
        ),
    ] {
        let rows = rows(path, text);
        assert_eq!(format!("{} {}", rows[0].target, shown(&rows[0])), expected);
    }
    assert!(
        read_one(
            "isms/incident/contacts.md",
            "# Contacts\n\n| name | role | email |\n|---|---|---|\n| P | lead | p@example.org |\n"
        )
        .is_none()
    );
}

#[test]
fn what_could_not_be_read_is_no_empty_register() {
    let view = View::new(&[], &[], &[], date(2026, 11, 22));
    let unread = |path: &str, text: &str| ParsedFile {
        id: FileId(0),
        path: path.into(),
        text: text.into(),
        content: Content::Nothing,
    };
    assert!(!is_register(&unread("isms/risk-register.xlsm", ""), &view), "macros");
    assert!(!is_register(&unread("isms/asset-inventory.xlsx", ""), &view), "broken");
    assert!(!is_register(&unread("isms/risk-register.yaml", "risks: ["), &view), "a mistake in it");
    assert!(is_register(&unread("isms/risk-register.csv", " \n"), &view), "nothing in it");
}
