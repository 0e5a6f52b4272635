use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

use super::*;
use crate::syntax::outline::show::show;

const FILE: FileId = FileId(3);
const FIXTURE: &[u8] = include_bytes!("../../../testdata/documents/incident-plan.docx");

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn body(xml: &str) -> Vec<u8> {
    let document = format!("<w:document xmlns:w=\"w\" xmlns:r=\"r\"><w:body>{xml}</w:body></w:document>");
    package(&[("word/document.xml", document.as_bytes())])
}

fn shown(bytes: &[u8]) -> String {
    let parsed = parse(bytes, FILE);
    assert_eq!(parsed.errors, []);
    let Content::Extracted(extracted) = parsed.content else { panic!("Word documents are extracted") };
    show(&extracted.trees[0])
}

fn message(bytes: &[u8]) -> String {
    parse(bytes, FILE).errors.first().map(|error| error.message.clone()).unwrap_or_default()
}

#[test]
fn a_document_is_read_with_its_control_block_headings_lists_and_tables() {
    let expected = "title: Incident management plan
author: Priya Raman
Document owner: Priya Raman
Approved by: Edda Falk, 3 February 2026
Version: 1.2
Classification: Internal
Effective date: 2026-02-15
Next review: 2027-02-03
0 
  paragraph: ACME Ltd
1 Incident management plan
  row: Approved by | Edda Falk, 3 February 2026  <- Document owner | Priya Raman
  row: Version | 1.2  <- Document owner | Priya Raman
  row: Classification | Internal  <- Document owner | Priya Raman
  row: Effective date | 2026-02-15  <- Document owner | Priya Raman
  row: Next review | 2027-02-03  <- Document owner | Priya Raman
2 Reporting
  paragraph: Everybody who notices an event reports it:
  item: by mail to security@acme.example  <- Everybody who notices an event reports it:
  item: by phone to +49 30 5550100, day and night  <- Everybody who notices an event reports it:
  paragraph: Feedback: the reporter learns the outcome within five working days.
3 Triage
  row: 1 | Service down or data lost | 30 minutes  <- Severity | Meaning | First response
  row: 2 | Limited effect | 4 hours  <- Severity | Meaning | First response
2 Lessons learned
  paragraph: A review is held within ten working days/of closing the incident.";
    assert_eq!(shown(FIXTURE), expected);
}

#[test]
fn places_are_paragraphs_of_the_document() {
    let Content::Extracted(extracted) = parse(FIXTURE, FILE).content else { panic!("extracted") };
    let sections = extracted.trees[0].get("sections").unwrap().items();
    let reporting = sections.iter().find(|section| section.get("heading").unwrap().as_str() == Some("Reporting"));
    let place = reporting.unwrap().get("heading").unwrap().place;
    let span = place.as_span().unwrap();
    assert_eq!(span.slice(&extracted.text), "Reporting");
    assert_eq!((place.file, extracted.marks.at(span.start)), (FILE, At::Paragraph { page: 0, paragraph: 15 }));
}

#[test]
fn deleted_text_is_not_read_and_controls_show_that_they_are_blank() {
    let xml = "<w:p><w:r><w:t>We </w:t></w:r><w:del><w:r><w:delText>never</w:delText></w:r></w:del>\
        <w:ins><w:r><w:t xml:space=\"preserve\">test &amp; </w:t></w:r></w:ins><w:r><w:t>review</w:t></w:r></w:p>\
        <w:p><w:r><w:t xml:space=\"preserve\">Owner: </w:t></w:r><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr>\
        <w:sdtContent><w:r><w:t>enter a name</w:t></w:r></w:sdtContent></w:sdt></w:p>\
        <w:p><w:r><w:t>It is used by several other teams of the company as well.</w:t></w:r></w:p>";
    let shown = shown(&body(xml));
    assert!(shown.contains("1 We test & review"), "{shown}");
    assert!(shown.contains("paragraph: Owner: [enter a name]"), "{shown}");
}

#[test]
fn bold_lines_are_headings_where_no_style_makes_any() {
    let line = |text: &str| format!("<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r></w:p>");
    let text = "<w:p><w:r><w:t>Everybody reports events at once to the team that handles them.</w:t></w:r></w:p>";
    let shown = shown(&body(&[line("1. Purpose"), text.to_owned(), line("1.1 Scope"), text.to_owned()].concat()));
    assert!(shown.contains("\n1 1. Purpose\n") && shown.contains("\n2 1.1 Scope\n"), "{shown}");
}

#[test]
fn what_cannot_be_read_is_named_with_what_to_do() {
    let compound = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 600]].concat();
    assert_eq!(message(&compound), "is in the old binary format of Office; save it as .docx");
    let name: Vec<u8> = "EncryptedPackage".bytes().flat_map(|letter| [letter, 0]).collect();
    assert_eq!(message(&[compound, name].concat()), "is protected by a password; save it as .docx without one");
    assert!(message(b"no zip").starts_with("is broken: it is no zip package"));
    assert!(message(&package(&[("a.txt", b"")])).starts_with("is no Word document"));
    let macros = package(&[("word/document.xml", b"<a/>"), ("word/vbaProject.bin", b"")]);
    assert!(message(&macros).starts_with("holds macros and is not read"));
    let cut = package(&[("word/document.xml", b"<w:document><w:p><w:r><w:t>text</w:t></w:r></w:p></w:q>")]);
    assert!(message(&cut).starts_with("is broken: its text ends in the middle"));
    assert!(message(&FIXTURE[..FIXTURE.len() / 2]).starts_with("is broken"));
}

#[test]
fn headers_and_footers_tell_what_they_say_about_the_document() {
    let document = "<w:document><w:body><w:p><w:r><w:t>Backup policy</w:t></w:r></w:p></w:body></w:document>";
    let header = "<w:hdr><w:p><w:r><w:t>Classification: Internal</w:t><w:tab/><w:t>Page: 1</w:t></w:r></w:p></w:hdr>";
    let parts = [("word/document.xml", document.as_bytes()), ("word/header1.xml", header.as_bytes())];
    assert!(shown(&package(&parts)).starts_with("title: Backup policy\nClassification: Internal\n1 Backup policy"));
}

#[test]
fn a_pointer_of_git_lfs_is_named() {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    let parsed = crate::syntax::parse_bytes(crate::syntax::Syntax::Docx, pointer, FILE);
    assert_eq!(parsed.errors[0].message, "is kept by Git LFS and was not fetched; run `git lfs pull`");
}

#[test]
fn a_zip_bomb_is_not_expanded() {
    let bomb = package(&[("word/document.xml", &vec![b' '; 100 * 1024 * 1024])]);
    assert!(bomb.len() < 1024 * 1024);
    assert_eq!(message(&bomb), "expands to more than 96 MiB of text and is not read; split it");
}
