//! What a scan costs, beside the floor: walking, reading and parsing the same files in parallel, which no scanner can do
//! without.
//!
//! `cargo bench --bench scan` measures; `cargo bench --bench scan -- --generate FOLDER COUNT` only writes the input,
//! for `benches/whole-process.py`.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what cannot be measured ends the run")]
#![expect(clippy::disallowed_methods, reason = "a bench makes its own input")]

mod generate;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use annexa::engine::assessment::Assessment;
use annexa::engine::plan::Plan;
use annexa::engine::{self, Settings};
use annexa::isms::control::Framework;
use annexa::isms::coverage;
use annexa::report::{self, Format, Input, Style};
use annexa::rule::set;
use annexa::source::{Source, SourceOptions};
use annexa::syntax::{self, Parsed};
use divan::Bencher;
use divan::counter::ItemsCount;
use rayon::prelude::*;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let rest = arguments.iter().position(|argument| argument == "--generate").map(|at| &arguments[at + 1..]);
    match rest {
        None => divan::main(),
        Some([folder, count, ..]) => {
            generate::write(Path::new(folder), count.parse().expect("COUNT is a number"))
                .expect("the input is written");
        }
        Some(_) => panic!("--generate takes FOLDER and COUNT"),
    }
}

/// A folder of that many files, made once and left for the next run.
fn folder(count: usize) -> PathBuf {
    static MADE: OnceLock<Mutex<BTreeMap<usize, tempfile::TempDir>>> = OnceLock::new();
    let mut made = MADE.get_or_init(Mutex::default).lock().unwrap();
    let folder = made.entry(count).or_insert_with(|| {
        let folder = tempfile::tempdir().unwrap();
        generate::write(folder.path(), count).unwrap();
        folder
    });
    folder.path().to_owned()
}

fn open(folder: &Path) -> Source {
    Source::open(&SourceOptions { paths: vec![folder.to_owned()], ..SourceOptions::default() }).unwrap()
}

fn plan() -> Plan {
    Plan::new(set::embedded().expect("the built-in rules load"))
}

fn scan(folder: &Path) -> Assessment {
    let settings = Settings {
        today: "2026-11-22".parse().unwrap(),
        framework: Framework::Iso2022,
        isms: Vec::new(),
        documents: Vec::new(),
        set_parameters: Vec::new(),
        exceptions: Vec::new(),
        comments: engine::CommentPolicy::default(),
        paths: Vec::new(),
        show_unknown: false,
        limited: None,
        value_files: Vec::new(),
        evidence: Vec::new(),
    };
    engine::scan(&open(folder), plan(), &settings, None)
}

const COUNTS: [usize; 3] = [1, 100, 1_000];

/// The floor: walk, read, parse.
#[divan::bench(args = COUNTS)]
fn floor(bencher: Bencher<'_, '_>, count: usize) {
    let folder = folder(count);
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        let source = open(&folder);
        let read = |file: &annexa::source::SourceFile| {
            let text = source.read(file.id).unwrap();
            syntax::parse(file.syntax, &text, file.id)
        };
        source.files.par_iter().map(read).collect::<Vec<Parsed>>()
    });
}

/// The scan with all rules, without reports.
#[divan::bench(args = COUNTS)]
fn whole_scan(bencher: Bencher<'_, '_>, count: usize) {
    let folder = folder(count);
    bencher.counter(ItemsCount::new(count)).bench_local(|| scan(&folder));
}

/// Unpacking and indexing the rules that are built in.
#[divan::bench]
fn rules() -> Plan {
    plan()
}

/// Writing a report of 1,000 files.
#[divan::bench(args = [Format::Text, Format::Sarif, Format::Json])]
fn report(bencher: Bencher<'_, '_>, format: Format) {
    let assessment = scan(&folder(1_000));
    let coverage = coverage::coverage(&assessment, assessment.framework);
    let style = Style { colours: false, width: 100, summary: true };
    bencher.bench_local(|| {
        let input = Input { assessment: &assessment, coverage: &coverage, history: None, style };
        let mut written = Vec::new();
        report::write(format, &input, &mut written).unwrap();
        written
    });
}
