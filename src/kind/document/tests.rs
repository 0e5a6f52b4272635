use jiff::civil::date;

use super::*;
use crate::syntax::markdown;
use crate::syntax::tree::FileId;

fn file(id: u32, path: &str, text: &str) -> ParsedFile {
    let content = markdown::parse(text, FileId(id)).content;
    ParsedFile { id: FileId(id), path: path.into(), text: text.into(), content }
}

fn read_all(files: &[ParsedFile]) -> Vec<Document> {
    let files: Vec<&ParsedFile> = files.iter().collect();
    let view = View::new(&files, &[], &[], date(2026, 11, 22));
    files.iter().filter_map(|file| read(file, recognise(file, &view)?, &view)).collect()
}

const POLICY: &str = "---\ntype: policy\nowner: Priya Raman\napprover: Edda Falk\napproved: 2026-04-13\nversion: 2.0\n---\n\
                      # Logging policy\n\nLogs are kept for 365 days. See [scope](../scope.md#3), [plan](gone.md), \
                      [site](https://example.org) and [picture](x.png).\n\nAsk [contact name].\n";

fn text<'a>(node: &'a Node, key: &str) -> &'a str {
    node.get(key).and_then(Node::as_str).unwrap_or("")
}

#[test]
fn a_document_has_one_shape_for_rules() {
    let files = [file(0, "isms/policies/logging.md", POLICY), file(1, "isms/scope.md", "# ISMS scope\n")];
    let documents = read_all(&files);
    let tree = &documents[0].tree;
    assert_eq!((text(tree, "type"), text(tree, "set"), text(tree, "nature")), ("logging-policy", "logging", "policy"));
    assert_eq!(
        (text(tree, "owner"), text(tree, "version"), text(tree, "title")),
        ("Priya Raman", "2.0", "Logging policy")
    );
    assert_eq!(tree.get("approved_on").unwrap().value, Value::Date(date(2026, 4, 13)));
    assert_eq!(tree.get("review_due").unwrap().value, Value::Date(date(2027, 4, 13)));
    assert_eq!(tree.get("is_controlled").unwrap().as_bool(), Some(true));
    let blanks: Vec<&str> = tree.get("placeholders").unwrap().items().iter().filter_map(Node::as_str).collect();
    assert_eq!(blanks, ["[contact name]"]);
    let header = documents[0].header.as_span().unwrap().slice(POLICY);
    assert!(header.contains("Logging policy"), "{header}");
}

#[test]
fn links_say_whether_their_target_exists_where_that_can_be_known() {
    let files = [file(0, "isms/policies/logging.md", POLICY), file(1, "isms/scope.md", "# ISMS scope\n")];
    let documents = read_all(&files);
    let links = documents[0].tree.get("links").unwrap().items();
    let found: Vec<(&str, Option<bool>)> =
        links.iter().map(|link| (text(link, "target"), link.get("exists").and_then(Node::as_bool))).collect();
    let expected =
        [("../scope.md#3", Some(true)), ("gone.md", Some(false)), ("https://example.org", None), ("x.png", None)];
    assert_eq!(found, expected);
}

#[test]
fn links_that_leave_the_root_are_not_judged() {
    let one =
        file(0, "isms/scope.md", "# ISMS scope\n\n[a](../../x.md) [b](#top) [c](/isms/scope.md) [d](mailto:x@y.md)\n");
    let documents = read_all(&[one]);
    let links = documents[0].tree.get("links").unwrap().items();
    let found: Vec<Option<bool>> = links.iter().map(|link| link.get("exists").and_then(Node::as_bool)).collect();
    assert_eq!(found, [None, None, Some(true), None]);
}

#[test]
fn only_documents_in_force_state_requirements() {
    let one = |text: &str| read_all(&[file(0, "isms/logging.md", text)]).swap_remove(0).requirements;
    let found = one(POLICY);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0.as_str(), &found[0].1.value), ("log-retention", &Value::Number(365.0)));
    assert_eq!(found[0].1.place.as_span().unwrap().slice(POLICY), "365 days");
    assert!(one(&POLICY.replace("approver: Edda Falk\n", "")).is_empty());
    assert!(one(&POLICY.replace("2026-04-13", "2024-04-13")).is_empty());
    assert!(one(&POLICY.replace("version: 2.0", "status: draft")).is_empty());
}

#[test]
fn documents_of_one_subject_are_one_resource() {
    let files = [
        file(0, "isms/incident/contacts.md", "# Contacts for incidents\n"),
        file(1, "isms/incident/plan.md", "# Incident management plan\n"),
        file(2, "isms/incident/reporting.md", "---\ntype: procedure\n---\n# Something suspicious\n"),
        file(3, "isms/logging.md", POLICY),
    ];
    let documents = read_all(&files);
    let sets = sets(&documents);
    let names: Vec<&str> = sets.iter().map(|set| set.address.as_str()).collect();
    assert_eq!(names, ["isms/incident-plan", "isms/logging", "isms/policies"]);
    let plan = &sets[0];
    assert_eq!(plan.tree.get("count").unwrap().as_number(), Some(3.0));
    assert_eq!(plan.header.file, FileId(1), "the plan itself stands for the set");
    let paths: Vec<&str> =
        plan.tree.get("documents").unwrap().items().iter().map(|document| text(document, "path")).collect();
    assert_eq!(paths, ["isms/incident/contacts.md", "isms/incident/plan.md", "isms/incident/reporting.md"]);
}

#[test]
fn records_need_no_review() {
    let text = "---\ntype: audit-report\nowner: H\napprover: M\napproved: 2024-06-01\n---\n# Internal audit report\n";
    let document = read_all(&[file(0, "isms/audit.md", text)]).swap_remove(0);
    assert!(document.tree.get("review_due").is_none());
    assert!(document.standing.is_controlled());
}

#[test]
fn an_empty_document_is_recognised_by_its_name_and_stands_as_a_file() {
    let document = read_all(&[file(0, "isms/clear-desk-policy.md", "")]).swap_remove(0);
    assert_eq!(document.recognised.id, "clear-desk-policy");
    assert_eq!(document.header, Place::whole(FileId(0)));
    assert_eq!(document.tree.get("words").unwrap().as_number(), Some(0.0));
}
