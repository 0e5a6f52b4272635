//! Nothing panics, whatever the input: the fixtures and the examples of all rules, damaged at random in a way that is
//! the same each time, through every syntax and through whole scans. `ANNEXA_ROUNDS=200` looks longer.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};

use annexa::engine::assessment::{Assessment, FileState, Location};
use annexa::kind::terraform::Terraform;
use annexa::kind::terraform::plan::TerraformPlan;
use annexa::kind::{Kind, ParsedFile, View};
use annexa::rule::{ExampleSubject, set};
use annexa::source::Source;
use annexa::syntax::tree::{FileId, Node, Place};
use annexa::syntax::{self, Content, Syntax};
use rayon::prelude::*;

use crate::{acme, assess, program};

const SYNTAXES: [Syntax; 14] = [
    Syntax::Bicep,
    Syntax::Hcl,
    Syntax::HclJson,
    Syntax::HclValues,
    Syntax::Yaml,
    Syntax::Json,
    Syntax::Toml,
    Syntax::Dockerfile,
    Syntax::Markdown,
    Syntax::Csv,
    Syntax::Codeowners,
    Syntax::Gitmodules,
    Syntax::Html,
    Syntax::Text,
];

/// What breaks readers: openings, ends, escapes, characters of several bytes, numbers out of range, dates that are none.
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "'",
    "`",
    "```",
    "${",
    "%{",
    "}}",
    "{{",
    "<<",
    "<<-EOF",
    "EOF",
    "|",
    ">",
    "&a",
    "*a",
    "!Ref x",
    "!!binary",
    "---",
    "...",
    "#",
    "//",
    "/*",
    "*/",
    "<!--",
    "-->",
    "\\",
    "\\u",
    "\\u{110000}",
    "\0",
    "\t",
    "\r",
    "\r\n",
    "\n",
    "\n\n",
    " ",
    "\u{feff}",
    "\u{2028}",
    "é",
    "😀",
    "e\u{301}",
    "-",
    "- ",
    "? ",
    ": ",
    ":",
    "=",
    "==",
    "=>",
    "?",
    "??",
    "..",
    "...",
    "$",
    "$$",
    "@",
    "~",
    "%",
    "^",
    ",",
    ";",
    "0x",
    "1e999",
    "-99999999999999999999",
    "18446744073709551616",
    "NaN",
    ".inf",
    "2026-02-30",
    "9999-99-99",
    "0000-00-00",
    "99999999 years",
    "0 days",
    "10.0.0.0/33",
    "::/129",
    "-1",
    "65536",
    "*",
    "null",
    "true",
    "for",
    "each.key",
    "count.index",
    "var.",
    "module.",
    "dynamic",
    "jsonencode(",
    "format(\"%99999999d\", 1)",
    "range(9999999999)",
    "cidrsubnet(\"10.0.0.0/8\", 99, 9)",
    "element([], 1)",
    "substr(\"é\", 1, 1)",
    "FROM",
    "USER",
    "ARG",
    "RUN <<EOF",
    "| a | b |",
    "| --- |",
    "[x]: y",
    "![",
    "](",
    "====",
    "annexa:ignore",
    "checkov:skip=",
    "${{",
    "}}",
    "github.event.issue.title",
    "kind:",
    "apiVersion:",
    "owner:",
    "approver:",
    "next_review:",
    "every month",
    "0 %",
];

/// Damage that is the same on every machine: xorshift64*.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`; 0 when there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % end.max(1)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// A character boundary of the text.
    fn boundary(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// Two boundaries in order, most of them near each other.
    fn range(&mut self, text: &str) -> std::ops::Range<usize> {
        let start = self.boundary(text);
        let mut end = if self.below(4) == 0 { self.boundary(text) } else { (start + self.below(40)).min(text.len()) };
        while !text.is_char_boundary(end) {
            end += 1;
        }
        start.min(end)..start.max(end)
    }

    /// The text with one to four damages; `other` lends what is pasted.
    fn damage(&mut self, text: &str, other: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..=self.below(4) {
            match self.below(7) {
                0 => text.truncate(self.boundary(&text.clone())),
                1 => text.replace_range(self.range(&text.clone()), ""),
                2 => {
                    let range = self.range(&text);
                    let copy = text[range.clone()].repeat(1 + self.below(3));
                    text.insert_str(range.end, &copy);
                }
                3 => {
                    let pasted = other[self.range(other)].to_owned();
                    text.insert_str(self.boundary(&text.clone()), &pasted);
                }
                4 => text.replace_range(self.range(&text.clone()), self.pick(TOKENS)),
                _ => text.insert_str(self.boundary(&text.clone()), self.pick(TOKENS)),
            }
        }
        text
    }
}

pub(crate) fn rounds(usual: u64) -> u64 {
    env::var("ANNEXA_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(usual)
}

/// Paths and texts of acme, as far as they are text.
fn texts_of_acme() -> Vec<(String, String)> {
    let root = program::testdata().join("acme");
    let paths = acme::files(&root).into_iter();
    let texts =
        paths.filter_map(|path| Some((path.clone(), String::from_utf8(std::fs::read(root.join(path)).ok()?).ok()?)));
    texts.collect()
}

/// Paths and texts of the examples of all rules, one set for each rule.
fn texts_of_examples() -> Vec<Vec<(String, String)>> {
    let rules = set::embedded().expect("the built-in rules load");
    let of_rule = |rule: &set::LoadedRule| {
        let complete = rule.complete().rule;
        let files = complete.examples.iter().enumerate().filter_map(|(index, example)| match &example.subject {
            ExampleSubject::Files(files) => Some(files.iter().map(move |(path, text)| (index, path, text))),
            ExampleSubject::Resources(_) => None,
        });
        // A folder for each example; a workflow counts only where it stands, so its name tells them apart.
        let place = |index: usize, path: &str| match path.rsplit_once('/') {
            Some((folder, name)) if path.starts_with(".github") => format!("{folder}/{index}-{name}"),
            _ => format!("{index}/{path}"),
        };
        files.flatten().map(|(index, path, text)| (place(index, path), text.to_string())).collect()
    };
    rules.iter().map(of_rule).collect()
}

/// All of them.
pub(crate) fn texts() -> Vec<(String, String)> {
    texts_of_examples().into_iter().flatten().chain(texts_of_acme()).collect()
}

#[test]
fn no_syntax_panics_and_all_places_are_in_the_text() {
    let texts = texts();
    (0..rounds(2)).into_par_iter().for_each(|round| {
        for (index, (path, text)) in texts.iter().enumerate() {
            let mut chance = Chance::new(round * 1_000_003 + index as u64 + 1);
            let other = chance.below(texts.len());
            let damaged = chance.damage(text, &texts[other].1);
            let own = Syntax::of(path).unwrap_or(Syntax::Yaml);
            let other = SYNTAXES[chance.below(SYNTAXES.len())];
            for syntax in [own, other] {
                let read = catch_unwind(AssertUnwindSafe(|| check_syntax(syntax, &damaged)));
                assert!(read.is_ok(), "round {round}, {path} as {syntax:?}:\n{damaged}");
            }
        }
    });
}

fn check_syntax(syntax: Syntax, text: &str) {
    let parsed = syntax::parse(syntax, text, FileId(0));
    for error in &parsed.errors {
        let range = error.span.start as usize..error.span.end as usize;
        assert!(text.get(range).is_some(), "{:?} of `{}` is not in the text", error.span, error.message);
        assert!(!error.message.is_empty());
    }
    if let Content::Trees(trees) = &parsed.content {
        for tree in trees {
            check_places(tree, text);
        }
    }
}

fn check_places(root: &Node, text: &str) {
    let check = |place: Place| {
        if let Some(span) = place.as_span() {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} is not in the text");
        }
    };
    let mut nodes = vec![root];
    while let Some(node) = nodes.pop() {
        check(node.place);
        node.entries().iter().for_each(|entry| check(entry.key_place));
        nodes.extend(node.entries().iter().map(|entry| &entry.value));
        nodes.extend(node.items());
    }
}

/// The documents that hold no text.
const BINARY: [&str; 5] =
    ["backup-policy.pdf", "incident-plan.docx", "risk-register.xlsx", "supplier-policy.odt", "suppliers.ods"];

fn binary(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/documents").join(name);
    std::fs::read(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Bytes that are changed, cut, doubled or left out.
fn damage_bytes(chance: &mut Chance, bytes: &[u8]) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    for _ in 0..=chance.below(8) {
        let at = chance.below(damaged.len().max(1));
        let end = (at + 1 + chance.below(64)).min(damaged.len());
        match chance.below(5) {
            0 => damaged.truncate(at),
            1 => drop(damaged.drain(at..end)),
            2 => {
                let doubled = damaged[at..end].to_vec();
                damaged.splice(at..at, doubled);
            }
            _ => {
                if let Some(byte) = damaged.get_mut(at) {
                    *byte = u8::try_from(chance.below(256)).unwrap();
                }
            }
        }
        if damaged.is_empty() {
            break;
        }
    }
    damaged
}

/// The package with its XML damaged and packed again, so that the damage gets past the checksums.
fn damage_package(chance: &mut Chance, bytes: &[u8]) -> Vec<u8> {
    use std::io::{Cursor, Read, Write};
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let (name, mut text) = (part.name().unwrap().into_owned(), String::new());
        if part.read_to_string(&mut text).is_err() {
            continue;
        }
        let is_content = name.rsplit_once('.').is_some_and(|(_, end)| end == "xml") && chance.below(2) == 0;
        let text = if is_content { chance.damage(&text, "<w:p><w:tbl><w:tc>") } else { text };
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn no_reader_of_documents_panics_and_all_places_are_in_the_text() {
    let check = |name: &str, round: u64| {
        let bytes = binary(name);
        let mut chance = Chance::new(round * 31 + name.len() as u64);
        let is_package = Syntax::of(name) != Some(Syntax::Pdf) && round.is_multiple_of(2);
        let damaged = if is_package { damage_package(&mut chance, &bytes) } else { damage_bytes(&mut chance, &bytes) };
        let syntax = Syntax::of(name).unwrap();
        let parsed = catch_unwind(AssertUnwindSafe(|| syntax::parse_bytes(syntax, &damaged, FileId(0))));
        let parsed = parsed.unwrap_or_else(|_| panic!("{name}, round {round}"));
        if let Content::Extracted(extracted) = parsed.content {
            for tree in &extracted.trees {
                check_places(tree, &extracted.text);
            }
        } else {
            assert!(!parsed.errors.is_empty(), "{name}, round {round}: neither content nor an error");
        }
    };
    let rounds = rounds(40);
    BINARY.par_iter().for_each(|name| (0..rounds).for_each(|round| check(name, round)));
}

#[test]
fn no_scan_of_the_damaged_company_panics() {
    let files = texts_of_acme();
    (0..rounds(6)).into_par_iter().for_each(|round| scan_damaged(&files, round));
}

#[test]
fn no_scan_of_damaged_examples_panics() {
    let sets = texts_of_examples();
    (0..rounds(1)).for_each(|round| sets.par_iter().for_each(|files| scan_damaged(files, round + 1_000)));
}

/// Damages a third of the files, scans them all, and holds the result to the texts.
fn scan_damaged(files: &[(String, String)], round: u64) {
    let damage = |(index, (path, text)): (usize, &(String, String))| {
        let mut chance = Chance::new(round * 7_919 + index as u64 + 1);
        let is_damaged = chance.below(3) == 0;
        let other = &files[chance.below(files.len())].1;
        (path.clone(), if is_damaged { chance.damage(text, other) } else { text.clone() })
    };
    let damaged: Vec<(String, String)> = files.iter().enumerate().map(damage).collect();
    let scanned = catch_unwind(AssertUnwindSafe(|| assess::files(damaged.clone())));
    let Ok(assessment) = scanned else { panic!("the scan of round {round} panicked") };
    for (notice, location) in &assessment.notices {
        assert_ne!(notice.id, "internal-error", "round {round}: {} at {location:?}", notice.message);
    }
    for file in &assessment.files {
        if let FileState::Unreadable(reason) = &file.state {
            assert!(!reason.contains("bug of annexa"), "round {round}: {}: {reason}", file.path);
        }
    }
    check_regions(&assessment, &damaged);
}

/// The text of every region is what stands there.
pub(crate) fn check_regions(assessment: &Assessment, files: &[(String, String)]) {
    let mut locations: Vec<&Location> = assessment.findings.iter().map(|finding| &finding.location).collect();
    locations.extend(assessment.findings.iter().flat_map(|finding| finding.related.iter().map(|(place, _)| place)));
    locations.extend(assessment.passes.iter().map(|pass| &pass.location));
    for location in locations {
        let Some(region) = &location.region else { continue };
        let (_, text) = files.iter().find(|(path, _)| **path == *location.path).expect("the file was scanned");
        let start = region.byte_offset as usize;
        let found = text.get(start..start + region.byte_length as usize).expect("the region is in the text");
        assert!(found.starts_with(region.text.trim_end_matches('…')), "{location:?}\nis not\n{found}");
        let before = &text[..start];
        assert_eq!(region.start_line as usize, before.matches('\n').count() + 1, "{location:?}");
        let line = before.rsplit('\n').next().unwrap_or_default().trim_start_matches('\u{feff}');
        assert_eq!(region.start_column as usize, line.chars().count() + 1, "{location:?}");
    }
}

/// Modules of Terraform and plans, through evaluation alone: no rules, so that many inputs fit into a minute.
#[test]
fn no_module_of_terraform_panics() {
    let of_terraform = |(path, _): &(String, String)| matches!(Syntax::of(path), Some(Syntax::Hcl | Syntax::HclJson));
    let mut texts: Vec<(String, String)> = texts_of_examples().into_iter().flatten().filter(of_terraform).collect();
    texts.extend(texts_of_acme().into_iter().filter(of_terraform));
    let plan = program::testdata().join("cli/terraform-plan/input/plan.json");
    texts.push(("plan.json".to_owned(), std::fs::read_to_string(plan).unwrap()));
    (0..rounds(1)).into_par_iter().for_each(|round| {
        for (index, (path, text)) in texts.iter().enumerate() {
            let mut chance = Chance::new(round * 500_009 + index as u64 + 1);
            let other = chance.below(texts.len());
            let damaged = chance.damage(text, &texts[other].1);
            let template = chance.damage("${a}%{ for x in b }${x}%{ endfor }", text);
            let built = catch_unwind(AssertUnwindSafe(|| build_module(path, &damaged, &template)));
            assert!(built.is_ok(), "round {round}, {path}:\n{damaged}\n{template}");
        }
    });
}

/// The files of a source that are text.
pub(crate) fn parsed(source: &Source) -> Vec<ParsedFile> {
    let parse = |file: &annexa::source::SourceFile| {
        // What holds a NUL byte is no text and is not read.
        let text = source.read(file.id).ok()?;
        let content = syntax::parse(file.syntax, &text, file.id).content;
        Some(ParsedFile { id: file.id, path: file.path.clone(), text, content })
    };
    source.files.iter().filter_map(parse).collect()
}

/// Builds the units of a module, of one that calls it twice, and of one whose template reads the other file.
fn build_module(path: &str, text: &str, template: &str) {
    let caller = "module \"m\" {\n  source = \"./m\"\n  for_each = toset([\"a\", \"b\"])\n  name = each.key\n}\n\
                  resource \"t_t\" \"t\" {\n  x = templatefile(\"t.tpl\", { a = module.m[\"a\"], b = [1, 2] })\n  \
                  y = yamldecode(file(\"t.tpl\"))\n}\n";
    let name = path.rsplit('/').next().unwrap_or(path);
    let files = [("main.tf", caller), (&*format!("m/{name}"), text), ("t.tpl", template)];
    let source = Source::from_files(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let files = parsed(&source);
    let files: Vec<&ParsedFile> = files.iter().collect();
    let view = View::new(&files, &[], &[], jiff::civil::date(2026, 11, 22)).with_source(&source);
    let kinds: [&dyn Kind; 2] = [&Terraform, &TerraformPlan];
    for kind in kinds {
        let claimed: Vec<&ParsedFile> = files.iter().copied().filter(|file| kind.claims(file, &view)).collect();
        for group in kind.groups(&claimed) {
            for resource in kind.build(&group, &view).resources {
                let text = files.iter().find(|file| file.id == resource.header.file).map_or("", |file| &file.text);
                let span = resource.header.as_span().unwrap_or_default();
                assert!(text.get(span.start as usize..span.end as usize).is_some(), "{}", resource.address);
            }
        }
    }
}
