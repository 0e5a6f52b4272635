use super::*;
use crate::syntax::outline::show::show;
use crate::syntax::tree::At;

const FILE: FileId = FileId(3);
const FIXTURE: &[u8] = include_bytes!("../../../testdata/documents/backup-policy.pdf");

#[test]
fn a_document_is_read_with_its_control_block_headings_lists_and_tables() {
    let parsed = parse(FIXTURE, FILE);
    assert_eq!(parsed.errors, []);
    let Content::Extracted(extracted) = parsed.content else { panic!("PDF is extracted") };
    let expected = "title: Backup policy
Document number: POL-07
Document owner: Priya Raman
Approved by: Edda Falk, 3 February 2026
Version: 1.2
Classification: Internal
Effective date: 2026-02-15
Next review: 2027-02-03
1 Backup policy
  row: Approved by | Edda Falk, 3 February 2026  <- Document owner | Priya Raman
  row: Version | 1.2  <- Document owner | Priya Raman
  row: Classification | Internal  <- Document owner | Priya Raman
  row: Effective date | 2026-02-15  <- Document owner | Priya Raman
  row: Next review | 2027-02-03  <- Document owner | Priya Raman
2 1. Purpose
  paragraph: This policy says what is backed up, how often, where the copies are kept and who is responsible for them. \
It holds for all systems that process the data of customers or employees.
2 2. Rules
3 2.1 Frequency
  paragraph: Databases are backed up every night, and logs of transactions every fifteen minutes.
  item: Copies are encrypted with a key that is not kept beside them.  <- Databases are backed up every night, and logs \
of transactions every fifteen minutes.
  item: One copy is kept at another site.  <- Databases are backed up every night, and logs of transactions every \
fifteen minutes.
3 2.2 Restore tests
  row: Shop database | 4 hours | quarterly  <- System | Restore time | Tested
  row: Mail | 1 day | yearly  <- System | Restore time | Tested
  paragraph: The operations team records the result of every test.";
    assert_eq!(show(&extracted.trees[0]), expected);
    let sections = extracted.trees[0].get("sections").unwrap().items();
    let last = sections.last().unwrap().get("heading").unwrap().place.as_span().unwrap();
    assert_eq!(last.slice(&extracted.text), "2.2 Restore tests");
    assert_eq!(extracted.marks.at(last.start), At::Paragraph { page: 2, paragraph: 1 });
}

fn message(bytes: &[u8]) -> String {
    parse(bytes, FILE).errors.first().map(|error| error.message.clone()).unwrap_or_default()
}

#[test]
fn what_cannot_be_read_is_named_with_what_to_do() {
    assert!(message(b"no pdf").starts_with("is broken: it is no PDF"));
    let scanned = b"%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842]>> endobj
3 0 obj <</Type /Page /Parent 2 0 R>> endobj
trailer <</Root 1 0 R>>
%%EOF";
    assert!(message(scanned).starts_with("holds no text, only pictures of pages"), "{}", message(scanned));
}

#[test]
fn titles_that_programs_made_up_are_none() {
    assert_eq!(decoded(&[0xfe, 0xff, 0, 0xdc, 0, b'b']), "Üb");
    assert_eq!(decoded(b"\xef\xbb\xbfPlan"), "Plan");
    assert_eq!(decoded(&[0xdc]), "Ü");
}
