//! Documents in other languages than English are judged in their own.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::program::{self, TODAY, annexa};

const PLAN: &str = "\
# Plan für Sicherheitsvorfälle

## 1. Ziel
Auf jeden Sicherheitsvorfall reagieren wir schnell und einheitlich. Wir begrenzen den Schaden, halten den Betrieb aufrecht \
und schützen die Daten der Kunden.

## 2. Begriffe
Ein Ereignis wird zum Sicherheitsvorfall, wenn die Vertraulichkeit, Integrität oder Verfügbarkeit von Informationen beeinträchtigt ist.

## 3. Rollen und Verantwortlichkeiten
- Die Informationssicherheitsbeauftragte leitet die Behandlung jedes Vorfalls und führt das Vorfallregister und entscheidet über Sofortmaßnahmen.
- Das Reaktionsteam arbeitet nach ausgedruckten Checklisten und trainiert zweimal im Jahr.
- Die Geschäftsführung entscheidet, wann sie den Krisenstab einberuft und den Notfallplan aktiviert.

## 4. Melden
Alle Beschäftigten müssen jeden Verdacht auf einen Vorfall unverzüglich dem Servicedesk melden: Durchwahl 4444 oder vorfall@quill.example. \
Notieren Sie vorher Datum und Uhrzeit. Das Meldeformular liegt im Intranet. Meldende erfahren nach dem Abschluss das Ergebnis.

## 5. Behandlung
Alarme der Angriffserkennung gehen an die Bereitschaft, die den Schweregrad einstuft. Sie isoliert das System, untersucht die Ursache, \
eskaliert an die Geschäftsführung, stellt den Betrieb aus der Sicherung wieder her und schließt den Vorfall ab.

## 6. Behörden
Bei einer Verletzung des Schutzes personenbezogener Daten informieren wir die Aufsichtsbehörde innerhalb von 72 Stunden.

## 7. Nachbereitung
In der Nachbereitung werden Ursachen und Lehren festgehalten und Verbesserungen mit Termin beschlossen. \
Zertifikate verlangen wir nicht.

## 8. Pflege
Der Plan wird jährlich und nach jedem schweren Vorfall überprüft. Ein Planspiel findet halbjährlich statt.
";

#[test]
fn a_german_plan_is_judged_in_german() {
    let folder = program::folder(&[("plan.md", PLAN)]);
    annexa(folder.path(), ["scan", "--today", TODAY, "--format", "sarif=out.sarif"]).expect(1);
    let text = fs::read_to_string(folder.path().join("out.sarif")).unwrap();
    let sarif: Value = serde_json::from_str(&text).unwrap();
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let mut presence: BTreeMap<&str, &str> = BTreeMap::new();
    for result in run["results"].as_array().unwrap() {
        let rule = rules.iter().find(|rule| rule["id"] == result["ruleId"]).unwrap();
        let aliases = rule["properties"]["aliases"].as_array().into_iter().flatten();
        for alias in aliases.filter_map(Value::as_str).filter(|alias| alias.starts_with("IM-")) {
            let said = result["properties"]["presence"].as_str().unwrap();
            assert_eq!(presence.insert(alias, said), None, "{alias} has two results");
        }
    }
    assert_eq!(presence.len(), 26);
    let of = |wanted: &str| -> Vec<&str> {
        presence.iter().filter(|(_, said)| **said == wanted).map(|(element, _)| *element).collect()
    };
    let present = of("present");
    for element in
        ["IM-01", "IM-03", "IM-05", "IM-11", "IM-16", "IM-17", "IM-18", "IM-19", "IM-20", "IM-22", "IM-25", "IM-26"]
    {
        assert!(present.contains(&element), "{element}: {presence:?}");
    }
    for element in ["IM-09", "IM-24"] {
        assert!(of("absent").contains(&element), "{element}: {presence:?}");
    }
}

/// Copies a folder of test data into a folder of its own, where it is nobody's test data.
fn copied(name: &str) -> tempfile::TempDir {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/languages").join(name);
    let folder = tempfile::tempdir().unwrap();
    let mut pending = vec![source.clone()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let target = folder.path().join(path.strip_prefix(&source).unwrap());
            if path.is_dir() {
                fs::create_dir_all(target).unwrap();
                pending.push(path);
            } else {
                fs::copy(&path, target).unwrap();
            }
        }
    }
    folder
}

/// The presence that each rule on statements and elements of an ISMS reports.
fn stated(folder: &std::path::Path) -> BTreeMap<String, String> {
    let rules = ["--rule", "isms/statement/*", "--rule", "isms/element/*", "--rule", "isms/clause/*"];
    annexa(folder, ["scan", "--today", TODAY, "--format", "sarif=out.sarif"].into_iter().chain(rules));
    let text = fs::read_to_string(folder.join("out.sarif")).unwrap();
    let sarif: Value = serde_json::from_str(&text).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let said = |result: &Value| result["properties"]["presence"].as_str().unwrap_or("none").to_owned();
    results.iter().map(|result| (result["ruleId"].as_str().unwrap().to_owned(), said(result))).collect()
}

fn rules_below(folder: &str) -> usize {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(folder);
    fs::read_dir(path).unwrap().count()
}

#[test]
fn german_policies_state_what_they_state_and_no_more() {
    let all = rules_below("isms/statement") + rules_below("isms/element") + rules_below("isms/clause");
    let folder = copied("de");
    let found = stated(folder.path());
    let missing: Vec<_> = found.iter().filter(|(_, said)| *said != "present").collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(found.len(), all);

    // Policies on travel, meals and holidays say none of it, whatever the statement of applicability claims.
    let folder = copied("de-other");
    let mut claims = "control,applicable,status\n".to_owned();
    for (theme, last) in [(5, 37), (6, 8), (7, 14), (8, 34)] {
        claims.extend((1..=last).map(|number| format!("A.{theme}.{number},yes,implemented\n")));
    }
    fs::write(folder.path().join("richtlinien/soa.csv"), claims).unwrap();
    let found = stated(folder.path());
    let said: Vec<_> = found.iter().filter(|(_, said)| *said != "absent").collect();
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(found.len(), all);
}
