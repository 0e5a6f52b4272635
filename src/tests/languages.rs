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
