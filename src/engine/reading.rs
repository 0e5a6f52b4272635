//! Reading: from the files of a source to parsed files, each with the kinds that it has a meaning for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::rendered;
use super::scan::Settings;
use crate::kind::{Group, KINDS, Kind, ParsedFile, View, isms};
use crate::source::git::ObjectId;
use crate::source::{NotRead, Source, SourceFile};
use crate::syntax::tree::FileId;
use crate::syntax::{self, Content, SyntaxError};

/// A file after reading.
pub(super) struct ReadFile {
    pub(super) file: ParsedFile,
    errors: Vec<SyntaxError>,
    kinds: Vec<usize>,
    /// The name that git has for what was read, where that was asked for.
    object: Option<ObjectId>,
    /// Whether it was not even opened, because nothing in it could matter.
    unopened: bool,
    /// Of a template of a chart that was rendered: whether it came to anything.
    rendered: Option<bool>,
}

impl ReadFile {
    /// Whether this content would have come out as the same.
    pub(super) fn is_same(&self, object: ObjectId) -> bool {
        self.unopened || self.object == Some(object)
    }
}

/// A file in the company of all others of its scan, which may mean that it is not evaluated.
pub(super) struct Seen<'r> {
    read: &'r ReadFile,
    kinds: Vec<usize>,
    /// Why it is set aside.
    pub(super) set_aside: Option<&'static str>,
}

impl<'r> Seen<'r> {
    pub(super) fn file(&self) -> &'r ParsedFile {
        &self.read.file
    }

    /// What is wrong with it; what is set aside is nobody's mistake.
    pub(super) fn errors(&self) -> &'r [SyntaxError] {
        if self.set_aside.is_some() { &[] } else { &self.read.errors }
    }

    /// The kinds that it has a meaning for, as indexes.
    pub(super) fn kinds(&self) -> &[usize] {
        &self.kinds
    }
}

impl ReadFile {
    /// A file that nobody takes for a document of the ISMS.
    fn unopened(file: &SourceFile) -> ReadFile {
        let file = ParsedFile { id: file.id, path: file.path.clone(), text: "".into(), content: Content::Nothing };
        ReadFile { file, errors: Vec::new(), kinds: Vec::new(), object: None, unopened: true, rendered: None }
    }
}

/// Reads and parses files, in parallel. A panic in a parser costs that file only. `identify` asks for the names that
/// git has for their content.
pub(super) fn read_files(
    source: &Source,
    files: &[&SourceFile],
    settings: &Settings,
    identify: bool,
) -> (Vec<ReadFile>, Vec<NotRead>) {
    // Where there are only a few documents that hold no text, each is worth opening, whatever it is called.
    let opens_all = source.files.iter().filter(|file| file.syntax.is_for_documents()).count() <= FEW_DOCUMENTS;
    let how = How { identify, opens_all };
    let results: Vec<Result<ReadFile, NotRead>> =
        files.par_iter().map(|file| read_file(source, file, settings, how)).collect();
    let mut read = Vec::with_capacity(results.len());
    let mut not_read: Vec<NotRead> = source.not_read.clone();
    for result in results {
        match result {
            Ok(file) => read.push(file),
            Err(reason) => not_read.push(reason),
        }
    }
    not_read.sort();
    (read, not_read)
}

/// How many documents that hold no text are opened whatever they are called.
const FEW_DOCUMENTS: usize = 20;

/// How files are read.
#[derive(Clone, Copy)]
struct How {
    identify: bool,
    opens_all: bool,
}

fn read_file(source: &Source, file: &SourceFile, settings: &Settings, how: How) -> Result<ReadFile, NotRead> {
    let How { identify, opens_all } = how;
    let view = settings.view(&[]);
    let expected = !file.syntax.is_for_documents() || isms::may_hold(&file.path, &view);
    if !expected && !opens_all {
        return Ok(ReadFile::unopened(file));
    }
    let documents = source.rendered.documents(&file.path);
    let rendered = documents.map(|documents| !documents.is_empty());
    let object = |bytes: &[u8]| if identify { source.object_id(file.id, bytes) } else { None };
    let (text, object, parsed) = if file.syntax.is_binary() {
        let bytes = source.bytes(file.id)?;
        let parsed = unless_panicking(|| syntax::parse_bytes(file.syntax, &bytes, file.id));
        (extracted_text(&parsed), object(&bytes), parsed)
    } else {
        let text = source.read(file.id)?;
        let parsed = unless_panicking(|| match documents {
            Some(documents) => rendered::parsed(documents, &text, file.id),
            None => syntax::parse(file.syntax, &text, file.id),
        });
        let object = object(text.as_bytes());
        (text, object, parsed)
    };
    // Nobody said that it is a document of the ISMS, or a template: that it cannot be understood is no loss.
    if (!expected || syntax::is_guess(&file.path)) && !parsed.errors.is_empty() {
        return Ok(ReadFile::unopened(file));
    }
    let mut file = ParsedFile { id: file.id, path: file.path.clone(), text, content: parsed.content };
    let claims = |kind: &&'static dyn Kind| kind.claims(&file, &view);
    let kinds: Vec<usize> = (0..KINDS.len()).filter(|index| KINDS.get(*index).is_some_and(claims)).collect();
    if kinds.is_empty() {
        file.content = Content::Nothing;
        if parsed.errors.is_empty() {
            file.text = Arc::from("");
        }
    }
    Ok(ReadFile { file, errors: parsed.errors, kinds, object, unopened: false, rendered })
}

fn unless_panicking(parse: impl FnOnce() -> syntax::Parsed) -> syntax::Parsed {
    catch_unwind(AssertUnwindSafe(parse)).unwrap_or_else(|_| {
        let message = "the parser failed on this file; this is a bug of annexa, please report it".to_owned();
        syntax::Parsed::error(SyntaxError { message, span: crate::syntax::tree::Span::default(), help: None })
    })
}

/// The text that was taken out of a file that holds none.
fn extracted_text(parsed: &syntax::Parsed) -> Arc<str> {
    match &parsed.content {
        Content::Extracted(extracted) => extracted.text.clone(),
        _ => Arc::from(""),
    }
}

/// Finds the files that a kind sets aside, and lets go of those that a kind does not want after all.
pub(super) fn in_company<'r>(read: &[&'r ReadFile], source: &Source, settings: &Settings) -> Vec<Seen<'r>> {
    let files: Vec<&ParsedFile> = read.iter().map(|each| &each.file).collect();
    let view = settings.view(&files).with_source(source);
    let seen = |each: &&'r ReadFile| {
        let set_aside = match each.rendered {
            Some(true) => None,
            Some(false) => Some(rendered::EMPTY),
            None => KINDS.iter().find_map(|kind| kind.sets_aside(&each.file, &view)),
        };
        let kinds = if set_aside.is_some() { Vec::new() } else { each.kinds.clone() };
        Seen { read: each, kinds, set_aside }
    };
    let mut seen: Vec<Seen<'r>> = read.par_iter().map(seen).collect();
    let mut kept: Vec<FxHashSet<FileId>> = Vec::with_capacity(KINDS.len());
    for (index, kind) in KINDS.iter().enumerate() {
        let claimed: Vec<&ParsedFile> =
            seen.iter().filter(|each| each.kinds.contains(&index)).map(Seen::file).collect();
        kept.push(kind.sift(&claimed, &view).into_iter().map(|file| file.id).collect());
    }
    for each in &mut seen {
        let id = each.read.file.id;
        each.kinds.retain(|kind| kept.get(*kind).is_some_and(|files| files.contains(&id)));
    }
    seen
}

/// The units to build, in the order of kinds and names.
pub(super) fn group_files<'r>(seen: &[Seen<'r>]) -> Vec<(&'static dyn Kind, Group<'r>)> {
    let mut groups = Vec::new();
    for (index, kind) in KINDS.iter().enumerate() {
        let claimed: Vec<&ParsedFile> =
            seen.iter().filter(|each| each.kinds().contains(&index)).map(Seen::file).collect();
        groups.extend(kind.groups(&claimed).into_iter().map(|group| (*kind, group)));
    }
    groups
}

impl Settings {
    /// What kinds may see of these files.
    pub(super) fn view<'a>(&'a self, files: &'a [&'a ParsedFile]) -> View<'a> {
        View::new(files, &self.isms, &self.documents, self.today).with_values(&self.value_files)
    }
}
