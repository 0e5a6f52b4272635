use super::*;

/// Refreshes until the end, and shows that a second time changes nothing.
fn refreshed(layout: Layout, text: Option<&str>, old: Option<(&str, &str)>) -> Refreshed {
    let first = refresh(layout, text, old).unwrap();
    let second = refresh(layout, Some(&first.text), old).unwrap();
    assert_eq!(second.text, first.text, "not the same the second time");
    assert!(second.added.is_empty());
    first
}

#[test]
fn a_new_statement_lists_every_control_undecided_in_every_layout() {
    for layout in [Layout::Yaml, Layout::Csv, Layout::Markdown] {
        let new = refreshed(layout, None, None);
        assert_eq!((new.kept, new.added.len(), new.undecided.len()), (0, 93, 93), "{layout:?}");
        let table = Table::read(layout, &new.text, true).unwrap();
        let listed: Vec<&SmolStr> = table.rows.iter().map(|row| &row.control).collect();
        let expected: Vec<&SmolStr> =
            catalogue(Framework::Iso2022).controls.iter().map(|control| &control.id).collect();
        assert_eq!(listed, expected);
    }
}

#[test]
fn rows_that_people_wrote_stay_to_the_byte() {
    let text = "\
# Ours.
owner: Edda Falk
controls:
  # people first
  - id: \"6.3\"
    applicable: yes   # since 2024
    remarks: |
      two lines
      here
  - id: A.5.1
    applicable: true
    status: implemented
    colour: green
  - id: X-1
    applicable: true
# The end.
approver: Maren Oakes
";
    let new = refreshed(Layout::Yaml, Some(text), None);
    assert_eq!((new.kept, new.added.len()), (3, 91));
    assert_eq!(new.others, ["X-1"]);
    for kept in [
        "  # people first\n  - id: \"6.3\"\n    applicable: yes   # since 2024\n    remarks: |\n      two lines\n      here\n",
        "  - id: A.5.1\n    applicable: true\n    status: implemented\n    colour: green\n",
        "  - id: X-1\n    applicable: true\n# The end.\napprover: Maren Oakes\n",
    ] {
        assert!(new.text.contains(kept), "{kept} is not in\n{}", new.text);
    }
    assert!(new.text.starts_with("# Ours.\nowner: Edda Falk\ncontrols:\n  - id: A.5.1\n"));
    assert!(new.text.contains("  - id: \"A.5.2\"\n    applicable:\n"));
}

#[test]
fn tables_keep_their_columns_and_gain_rows_in_order() {
    let csv = "Control;Applicable;Reason;Colour\nA.8.1;yes;laptops;\"red; dark\"\nA.5.1;no;why not;\n";
    let new = refreshed(Layout::Csv, Some(csv), None);
    assert!(new.text.starts_with("Control;Applicable;Reason;Colour\nA.5.1;no;why not;\nA.5.2;;;\n"), "{}", new.text);
    assert!(new.text.contains("\nA.8.1;yes;laptops;\"red; dark\"\nA.8.2;;;\n"));
    let markdown = "# Statement of Applicability\n\nIntro.\n\n| id | title | applicable | status |\n|---|---|---|---|\n| 5.2 | Roles | yes | planned |\n\nThe end.\n";
    let new = refreshed(Layout::Markdown, Some(markdown), None);
    assert!(new.text.contains(
        "|---|---|---|---|\n| 5.1 | Policies for information security |  |  |\n| 5.2 | Roles | yes | planned |\n| 5.3 |"
    ));
    assert!(new.text.ends_with("|  |  |\n\nThe end.\n"), "{}", new.text);
}

/// Of 2013: one that stays alone, two of three that were merged, one of the two sources of 5.10.
const OLD: &str = "\
Control,Applicable,Justification,Status,Owner,Colour
A.6.1.1 Roles,yes,\"small, so names matter\",implemented,Edda Falk,green
A.9.2.2,yes,,implemented,Priya Raman,
A.9.2.5,no,nobody asks,,Priya Raman,
";

#[test]
fn the_old_edition_is_kept_where_nothing_else_went_into_a_control_and_asked_about_where_it_did() {
    let new = refreshed(Layout::Yaml, None, Some(("old.csv", OLD)));
    assert_eq!(new.carried, ["A.5.2"]);
    assert_eq!(new.asked, ["A.5.18"]);
    assert_eq!(new.undecided.len(), 92);
    let kept = "  - id: \"5.2\"\n    title: Information security roles and responsibilities\n    applicable: \"yes\"\n    justification: small, so names matter\n    status: implemented\n    owner: Edda Falk\n    Colour: green\n";
    assert!(new.text.contains(kept), "{}", new.text);
    let asked = "    note: \"decide; before: A.9.2.2 (applicable yes, implemented, Priya Raman); A.9.2.5 (applicable no, Priya Raman, nobody asks)\"\n";
    assert!(new.text.contains(asked), "{}", new.text);
    assert!(new.text.contains("  - id: \"5.7\"\n    title: Threat intelligence\n    applicable:\n    justification:\n    status:\n    owner:\n    note: new in the 2022 edition\n"));
    let csv = refreshed(Layout::Csv, None, Some(("old.csv", OLD)));
    assert!(csv.text.starts_with("id,title,applicable,justification,status,owner,Colour,note\n"), "{}", csv.text);
}

#[test]
fn what_people_decided_meanwhile_is_not_overwritten_by_the_old_statement() {
    let now = "controls:\n  - id: \"5.2\"\n    applicable: false\n    justification: alone\n";
    let new = refreshed(Layout::Yaml, Some(now), Some(("old.csv", OLD)));
    assert!(new.carried.is_empty());
    assert!(new.text.contains("  - id: \"5.2\"\n    applicable: false\n    justification: alone\n"));
}

#[test]
fn what_cannot_be_refreshed_is_said() {
    for (layout, text, old, expected) in [
        (Layout::Yaml, "controls: [{id: \"5.1\", applicable: true}]\n", None, "line 1: the rows cannot be moved"),
        (
            Layout::Yaml,
            "\"5.1\": {applicable: true}\n\"5.2\": {applicable: true}\n",
            None,
            "line 1: the rows cannot be moved",
        ),
        (Layout::Yaml, "controls:\n  - id: [\n", None, "cannot be read: line"),
        (Layout::Csv, "a,b\n1,2\n", None, "holds no row"),
        (Layout::Csv, OLD, None, "2013 edition"),
        (Layout::Yaml, "", Some(("old.csv", "id,applicable\n5.1,yes\n")), "names no control of the 2013 edition"),
        (Layout::Yaml, "", Some(("old.xlsx", "")), "save the old statement as CSV"),
    ] {
        let said = refresh(layout, Some(text), old).unwrap_err();
        assert!(said.contains(expected), "{said}");
    }
}
