//! The types of ISMS documents, and by what one is recognised: `frameworks/documents.yaml`.
//!
//! Precision first: a readme, a changelog or an article about policies is no ISMS document. In a folder of the ISMS a
//! title or a file name is enough; elsewhere the front matter must say so, or a title that nothing else has.

use std::sync::LazyLock;

use smol_str::SmolStr;

use crate::isms::catalogue::{framework_tree, text, texts, truth};
use crate::kind::document::folder::{Closeness, Folder, is_elsewhere, is_template, isms_folder};
use crate::kind::document::subject::{self, Subject};
use crate::kind::document::words::{fold, holds};
use crate::kind::{ParsedFile, View};
use crate::syntax::tree::Node;

/// A type of document.
#[derive(Debug)]
pub(crate) struct DocumentType {
    /// `incident-plan`.
    pub(crate) id: SmolStr,
    /// The subject: documents of one subject are judged together.
    pub(crate) set: SmolStr,
    /// policy, procedure, plan, record …
    pub(crate) nature: SmolStr,
    /// The controls and clauses that it is the usual place for.
    pub(crate) controls: Vec<SmolStr>,
    /// Months between reviews where the document does not say.
    pub(crate) review: Option<u32>,
    titles: Vec<String>,
    names: Vec<String>,
    fronts: Vec<String>,
    strong: Vec<String>,
    needs_set_folder: bool,
}

/// What a document does, where its type is not known.
#[derive(Debug)]
struct Nature {
    id: SmolStr,
    words: Vec<String>,
    set: SmolStr,
}

#[derive(Debug, Default)]
struct Table {
    types: Vec<DocumentType>,
    natures: Vec<Nature>,
    /// Folder names and the set they stand for.
    set_folders: Vec<(String, SmolStr)>,
    other_names: Vec<String>,
    /// Headings that policies of any subject have.
    frames: Vec<String>,
    /// Words that in a title make it speak about a document instead of being its name.
    telling: Vec<String>,
    /// Words that may follow the name of a document in its title.
    trailing: Vec<String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::read);

/// A document that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recognised {
    /// Its type: one of the table, or its nature (`policy`), or `document`.
    pub(crate) id: SmolStr,
    /// The subject.
    pub(crate) set: SmolStr,
    /// What it does.
    pub(crate) nature: SmolStr,
    /// Why it was taken for that.
    pub(crate) because: String,
}

/// What recognition looks at.
struct Signs<'a> {
    path: &'a str,
    /// The folded file name without ending, and without words that hold digits.
    name: String,
    /// The title as written.
    title: &'a str,
    /// The folded `type` of the front matter.
    front: String,
    /// How many things the document says about itself.
    metadata: usize,
    /// The folder of the ISMS that holds it.
    folder: Option<Folder>,
    /// Whether it is somebody else's, an example or out of force.
    is_elsewhere: bool,
    /// Its content.
    tree: &'a Node,
}

/// Recognises a document; `None` for everything that is no document of an ISMS.
///
/// Templates are no documents in force; they count only where the caller has nothing else (`with_templates`).
pub(crate) fn recognise(
    file: &ParsedFile,
    view: &View<'_>,
    metadata: usize,
    with_templates: bool,
) -> Option<Recognised> {
    if let Some((_, id)) = view.documents.iter().find(|(path, _)| **path == *file.path) {
        return Some(TABLE.typed(id, &file.path, "annexa.yaml says so".to_owned()));
    }
    let mut signs = Signs::of(file, view, metadata)?;
    signs.is_elsewhere &= !(with_templates && is_template(&file.path, view.isms));
    TABLE.recognise(&signs)
}

/// Recognises a document where nothing but documents lie beside it, so that no other meaning of its title is likely.
pub(crate) fn recognise_among_documents(file: &ParsedFile, view: &View<'_>) -> Option<Recognised> {
    TABLE.among_documents(&Signs::of(file, view, 0)?)
}

impl<'a> Signs<'a> {
    fn of(file: &'a ParsedFile, view: &View<'_>, metadata: usize) -> Option<Signs<'a>> {
        let tree = file.trees().first()?;
        let front = tree.get("metadata").and_then(|map| field(map, "type")).and_then(Node::as_str).unwrap_or("");
        Some(Signs {
            path: &file.path,
            name: without_numbers(&fold(stem(file.name()))),
            title: shown_title(tree),
            front: fold(front),
            metadata,
            folder: isms_folder(&file.path, view.isms),
            is_elsewhere: is_elsewhere(&file.path, view.isms),
            tree,
        })
    }
}

/// The title; where a text has none, its first heading or a short first line.
fn shown_title(tree: &Node) -> &str {
    if let Some(title) = title(tree).and_then(Node::as_str) {
        return title;
    }
    let sections = tree.get("sections").map_or(&[][..], Node::items);
    let mut headings = sections.iter().filter_map(|section| section.get("heading")).filter_map(Node::as_str);
    if let Some(heading) = headings.find(|heading| !heading.is_empty()) {
        return heading;
    }
    let blocks = sections.first().and_then(|section| section.get("blocks")).map_or(&[][..], Node::items);
    let first = blocks.first().and_then(|block| block.get("text")).and_then(Node::as_str).unwrap_or("");
    let line = first.lines().next().unwrap_or("");
    if line.split_whitespace().count() <= 12 { line } else { "" }
}

/// A page beside a main document: it speaks of the same subject.
pub(crate) fn part(subject: &Subject, main: &str) -> Recognised {
    Recognised {
        id: SmolStr::new_static("document"),
        set: subject.set.clone(),
        nature: SmolStr::new_static("part"),
        because: format!("it speaks of the subject of {main} beside it"),
    }
}

/// The title of a document: the one of its front matter, which some call its name, before that of a heading.
pub(crate) fn title(tree: &Node) -> Option<&Node> {
    let said = tree.get("metadata").and_then(|map| field(map, "title").or_else(|| field(map, "name")));
    let is_said = |node: &&Node| node.as_str().is_some_and(|text| !text.trim().is_empty());
    said.filter(is_said).or_else(|| tree.get("title").filter(is_said))
}

/// The value under a key in any case.
fn field<'a>(map: &'a Node, key: &str) -> Option<&'a Node> {
    map.entries().iter().find(|entry| entry.key.eq_ignore_ascii_case(key)).map(|entry| &entry.value)
}

/// Whether a file is called like a document of the ISMS, wherever it lies.
pub(crate) fn is_named(name: &str) -> bool {
    let name = without_numbers(&fold(stem(name)));
    TABLE.types.iter().any(|each| each.strong.iter().chain(&each.titles).any(|title| holds(&name, title)))
}

/// Whether a file may be a document of the ISMS by its name: also by short names (`irp`, `bcp`) and the subject in it.
pub(crate) fn may_be_named(name: &str) -> bool {
    let short = without_numbers(&fold(stem(name)));
    is_named(name)
        || TABLE.types.iter().any(|each| each.names.contains(&short))
        || subject::subjects().iter().any(|subject| subject.phrase_in(&short).is_some())
}

/// Whether folded words are the title of a type of documents.
pub(crate) fn is_title(folded: &str) -> bool {
    of_title(folded).is_some()
}

/// The type whose title these folded words are.
pub(crate) fn of_title(folded: &str) -> Option<&'static SmolStr> {
    let titled = |each: &&DocumentType| each.titles.iter().chain(&each.strong).any(|title| title == folded);
    TABLE.types.iter().find(titled).map(|each| &each.id)
}

/// The type of this id.
pub(crate) fn document_type(id: &str) -> Option<&'static DocumentType> {
    TABLE.types.iter().find(|each| each.id == id)
}

/// The types that are the usual place for what a control or clause asks for.
pub(crate) fn usual_for(control: &str) -> impl Iterator<Item = &'static SmolStr> {
    TABLE.types.iter().filter(move |each| each.controls.iter().any(|one| one == control)).map(|each| &each.id)
}

/// Every subject that documents can have, sorted, each once.
#[cfg(test)]
pub(crate) fn sets() -> std::collections::BTreeSet<&'static str> {
    let types = TABLE.types.iter().map(|each| each.set.as_str());
    let natures = TABLE.natures.iter().map(|nature| nature.set.as_str());
    types.chain(natures).chain(std::iter::once("documents")).collect()
}

/// A file name without its ending; that of a template before the ending of what it makes goes too.
fn stem(name: &str) -> &str {
    let name = [".tmpl", ".j2", ".tpl"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Folded words that hold no digit: `01-access-control-policy-v2` is `access control policy`.
fn without_numbers(folded: &str) -> String {
    let words: Vec<&str> =
        folded.split(' ').filter(|word| !word.contains(|letter: char| letter.is_ascii_digit())).collect();
    words.join(" ")
}

/// German words for natures that others are written together with.
const COMPOUNDED: &[&str] =
    &["richtlinie", "richtlinien", "leitlinie", "konzept", "anweisung", "methodik", "bericht", "protokoll"];

impl Table {
    fn read() -> Table {
        let Some(tree) = framework_tree("documents") else { return Table::default() };
        let rows = |key: &str| tree.get(key).map_or(&[][..], Node::items);
        let folded = |row: &Node, key: &str| -> Vec<String> { texts(row, key).iter().map(|word| fold(word)).collect() };
        let set_folders = rows("folders").iter().flat_map(|row| {
            let set = text(row, "set");
            folded(row, "names").into_iter().map(move |name| (name, set.clone()))
        });
        let nature = |row: &Node| Nature { id: text(row, "id"), words: folded(row, "words"), set: text(row, "set") };
        let document = |row: &Node| DocumentType {
            id: text(row, "id"),
            set: text(row, "set"),
            nature: text(row, "nature"),
            controls: texts(row, "controls"),
            review: text(row, "review").parse().ok(),
            titles: folded(row, "titles"),
            names: folded(row, "names"),
            fronts: folded(row, "fronts"),
            strong: folded(row, "strong"),
            needs_set_folder: truth(row, "needs_set_folder"),
        };
        Table {
            types: rows("types").iter().map(document).collect(),
            natures: rows("natures").iter().map(nature).collect(),
            set_folders: set_folders.collect(),
            other_names: folded(&tree, "other_names"),
            frames: folded(&tree, "frames"),
            telling: folded(&tree, "telling"),
            trailing: folded(&tree, "trailing"),
        }
    }

    /// A document that is said to have this type.
    fn typed(&self, id: &str, path: &str, because: String) -> Recognised {
        match self.types.iter().find(|each| each.id == id) {
            Some(each) => {
                Recognised { id: each.id.clone(), set: each.set.clone(), nature: each.nature.clone(), because }
            }
            None => self.general(self.nature_of(&fold(id)), path, because),
        }
    }

    /// A document of which only the nature is known, or not even that.
    fn general(&self, nature: Option<&Nature>, path: &str, because: String) -> Recognised {
        let id = nature.map_or(SmolStr::new_static("document"), |nature| nature.id.clone());
        let set = nature.map_or(SmolStr::new_static("documents"), |nature| nature.set.clone());
        let set = self.set_of_folder(path).unwrap_or(set);
        Recognised { nature: id.clone(), id, set, because }
    }

    fn set_of_folder(&self, path: &str) -> Option<SmolStr> {
        let (folders, _) = path.rsplit_once('/')?;
        let named = |folder: String| self.set_folders.iter().find(|(name, _)| *name == folder);
        folders.rsplit('/').map(fold).find_map(named).map(|(_, set)| set.clone())
    }

    fn recognise(&self, signs: &Signs<'_>) -> Option<Recognised> {
        if signs.is_elsewhere {
            return None;
        }
        if let Some(found) = self.by_front_matter(signs) {
            return Some(found);
        }
        if self.other_names.contains(&signs.name) {
            return self.named_by_title(signs).filter(|found| {
                subject::of_set(&found.set).is_some_and(|subject| subject.shown_by_headings(signs.tree) >= 3)
            });
        }
        let within = signs.folder.as_ref().and_then(|folder| self.within(signs, folder));
        within.or_else(|| self.outside(signs))
    }

    /// The front matter names a type. Outside the ISMS a word that other tools use too needs company.
    fn by_front_matter(&self, signs: &Signs<'_>) -> Option<Recognised> {
        let named = |each: &&DocumentType| fold(&each.id) == signs.front || each.fronts.contains(&signs.front);
        let found = self.types.iter().find(named)?;
        let is_sure = signs.folder.is_some() || signs.metadata > 0 || signs.front.contains(' ');
        let because = format!("its front matter says `type: {}`", signs.front.replace(' ', "-"));
        is_sure.then(|| self.typed(&found.id, signs.path, because))
    }

    /// In a folder of the ISMS. The less sure the folder is, the more a document must say about itself.
    fn within(&self, signs: &Signs<'_>, folder: &Folder) -> Option<Recognised> {
        let is_kept = signs.metadata > 0;
        if folder.closeness == Closeness::Possible && !is_kept {
            return None;
        }
        let is_sure = folder.closeness == Closeness::Sure || is_kept;
        let folder = &folder.path;
        if let Some((found, phrase)) = self.by_phrase(&fold(signs.title), |each| &each.titles) {
            let because = format!("its title holds `{phrase}`, in {folder}/");
            return Some(self.typed(&found.id, signs.path, because));
        }
        if let Some((found, phrase)) = self.by_name(signs, is_sure) {
            let because = format!("its file name says `{phrase}`, in {folder}/");
            return Some(self.typed(&found.id, signs.path, because));
        }
        if !is_sure {
            return None;
        }
        if let Some(nature) = self.nature_of(&signs.front) {
            let because = format!("its front matter says `type: {}`, in {folder}/", signs.front);
            return Some(self.general(Some(nature), signs.path, because));
        }
        let last = self.nature_of(last_word(&fold(signs.title))).or_else(|| self.nature_of(last_word(&signs.name)));
        // A list or a report is a document of the ISMS only when it is kept like one.
        let is_rule_of_conduct = |nature: &Nature| !matches!(nature.id.as_str(), "list" | "record" | "statement");
        if let Some(nature) = last.filter(|nature| is_kept || is_rule_of_conduct(nature)) {
            let because = format!("it is called a {}, in {folder}/", nature.id);
            return Some(self.general(Some(nature), signs.path, because));
        }
        (signs.metadata > 1)
            .then(|| self.general(None, signs.path, format!("it is kept like a document of the ISMS, in {folder}/")))
    }

    /// Outside: a title that nothing else has, or a text that is a document of its subject from the inside.
    fn outside(&self, signs: &Signs<'_>) -> Option<Recognised> {
        let is_kept = signs.metadata > 1 || self.has_frame(signs.tree);
        let titles =
            |each: &DocumentType, part: &String| each.strong.contains(part) || (is_kept && each.titles.contains(part));
        let found = title_parts(signs.title)
            .find_map(|part| self.types.iter().find(|each| titles(each, &part)).map(|each| (each, part)));
        if let Some((found, title)) = found {
            return Some(self.typed(&found.id, signs.path, format!("its title is `{title}`")));
        }
        self.named_by_title(signs).or_else(|| self.by_subject(signs))
    }

    /// Where only documents lie: a title, or the last word of a title or name that says what it is.
    fn among_documents(&self, signs: &Signs<'_>) -> Option<Recognised> {
        let title = without_numbers(&fold(&without_blanks(signs.title)));
        let told = title.split(' ').any(|word| self.telling.iter().any(|telling| telling == word));
        if signs.is_elsewhere || told || self.other_names.contains(&signs.name) {
            return None;
        }
        let because = |phrase: &str| format!("it is called `{phrase}`, and only documents lie here");
        let titled = self.by_phrase(&title, |each| &each.titles);
        if let Some((found, phrase)) = titled.or_else(|| self.by_phrase(&signs.name, |each| &each.titles)) {
            return Some(self.typed(&found.id, signs.path, because(phrase)));
        }
        let named = [title.as_str(), &signs.name].into_iter().find_map(|name| {
            let nature = self.nature_of(last_word(name))?;
            matches!(nature.id.as_str(), "policy" | "procedure" | "plan").then_some((nature, name))
        });
        named.map(|(nature, name)| self.general(Some(nature), signs.path, because(name)))
    }

    /// The title holds the name of a document, with the name of a company or project beside it.
    fn named_by_title(&self, signs: &Signs<'_>) -> Option<Recognised> {
        let is_named = |part: &str, title: &str| {
            let Some(at) = part.find(title) else { return false };
            let before: Vec<&str> = part.get(..at).unwrap_or("").split(' ').filter(|word| !word.is_empty()).collect();
            let after = part.get(at + title.len()..).unwrap_or("");
            let told = before.iter().any(|word| self.telling.iter().any(|telling| telling == word));
            let next = after.trim_start().split(' ').next().unwrap_or("");
            let ends = after.is_empty() || (after.starts_with(' ') && self.trailing.iter().any(|word| word == next));
            holds(part, title) && before.len() <= 5 && !told && ends
        };
        let parts: Vec<String> = title_parts(&without_blanks(signs.title)).collect();
        let mut named = self.types.iter().flat_map(|each| each.strong.iter().map(move |title| (each, title)));
        let (found, title) = named.find(|(_, title)| parts.iter().any(|part| is_named(part, title)))?;
        let shown = match subject::of_set(&found.set) {
            Some(subject) => subject.is_shown_by(signs.tree),
            None => signs.metadata > 0 || self.has_frame(signs.tree),
        };
        shown.then(|| self.typed(&found.id, signs.path, format!("its title holds `{title}`")))
    }

    /// Title or name speak of a subject, and the text shows what documents of it consist of.
    fn by_subject(&self, signs: &Signs<'_>) -> Option<Recognised> {
        let title = fold(&without_blanks(signs.title));
        let told = title.split(' ').any(|word| self.telling.iter().any(|telling| telling == word));
        subject::subjects().iter().find_map(|subject| {
            let phrase = subject.phrase_in(&title).filter(|_| !told).or_else(|| subject.phrase_in(&signs.name));
            let phrase = phrase.or_else(|| subject.is_named(&signs.name).then_some(signs.name.as_str()))?;
            let because = format!("it is about `{phrase}` and built like such a document");
            subject.is_shown_by(signs.tree).then(|| self.typed(&subject.document_type, signs.path, because))
        })
    }

    /// Whether a text has at least two headings that policies of any subject have.
    fn has_frame(&self, tree: &Node) -> bool {
        let sections = tree.get("sections").map_or(&[][..], Node::items);
        let headings = sections.iter().filter_map(|section| section.get("heading")).filter_map(Node::as_str);
        let headings: Vec<String> = headings.map(|heading| without_numbers(&fold(heading))).collect();
        self.frames.iter().filter(|frame| headings.contains(frame)).count() >= 2
    }

    /// The type with the longest phrase that a folded text holds.
    fn by_phrase<'a>(
        &'a self,
        text: &str,
        phrases: impl Fn(&'a DocumentType) -> &'a [String],
    ) -> Option<(&'a DocumentType, &'a str)> {
        let mut best: Option<(&DocumentType, &str)> = None;
        for each in &self.types {
            for phrase in phrases(each).iter().filter(|phrase| holds(text, phrase)) {
                if best.is_none_or(|(_, known)| phrase.len() > known.len()) {
                    best = Some((each, phrase));
                }
            }
        }
        best
    }

    /// By the file name: a title in it, or where the folder is sure also a short form (`backup`, `bcp`).
    fn by_name(&self, signs: &Signs<'_>, is_sure: bool) -> Option<(&DocumentType, &str)> {
        let in_set = |each: &DocumentType| {
            !each.needs_set_folder || self.set_of_folder(signs.path).is_some_and(|set| set == each.set)
        };
        if !is_sure {
            return self.by_phrase(&signs.name, |each| &each.titles);
        }
        let exact = self
            .types
            .iter()
            .filter(|each| in_set(each))
            .find_map(|each| each.names.iter().find(|name| **name == signs.name).map(|name| (each, name.as_str())));
        exact.or_else(|| self.by_phrase(&signs.name, |each| &each.titles))
    }

    /// The nature that a word names, or a German word made of it: `Reiserichtlinie`, `Notfallplan`.
    fn nature_of(&self, word: &str) -> Option<&Nature> {
        let is = |nature: &&Nature| nature.words.iter().any(|each| each == word);
        let ends = |nature: &&Nature| {
            COMPOUNDED.iter().any(|end| word.ends_with(end) && nature.words.iter().any(|each| each == end))
        };
        self.natures.iter().find(is).or_else(|| self.natures.iter().find(ends))
    }
}

/// The folded parts of a title that signs part, without articles.
fn title_parts(title: &str) -> impl Iterator<Item = String> {
    title.split([':', '|', '–', '—']).flat_map(|part| part.split(" - ")).map(|part| {
        let part = without_numbers(&fold(part));
        part.strip_prefix("the ").or_else(|| part.strip_prefix("our ")).unwrap_or(&part).to_owned()
    })
}

/// A title without what stands in brackets: blanks for a name, abbreviations, editions.
fn without_blanks(title: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(title.len());
    for letter in title.chars() {
        match letter {
            '[' | '(' | '{' | '<' => depth += 1,
            ']' | ')' | '}' | '>' => depth = depth.saturating_sub(1),
            letter if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    kept
}

fn last_word(folded: &str) -> &str {
    folded.rsplit(' ').next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isms::resolve::resolve;
    use crate::syntax::tree::FileId;
    use crate::syntax::{Content, markdown};

    fn recognised(path: &str, text: &str, metadata: usize, isms: &[String]) -> Option<Recognised> {
        let parsed = markdown::parse(text, FileId(0));
        let file = ParsedFile { id: FileId(0), path: path.into(), text: text.into(), content: parsed.content };
        let view = View::new(&[], isms, &[], jiff::civil::date(2026, 11, 22));
        assert!(matches!(file.content, Content::Trees(_)));
        recognise(&file, &view, metadata, false)
    }

    #[test]
    fn documents_are_recognised_and_nothing_else_is() {
        let table: &[(&str, &str, usize, Option<&str>)] = &[
            // In a folder of the ISMS.
            ("isms/access.md", "# ACME GmbH – Access Control Policy v2", 0, Some("access-control-policy")),
            ("isms/01-backup-policy.md", "", 0, Some("backup-policy")),
            ("docs/policies/logging.md", "# Logging and monitoring policy", 0, Some("logging-policy")),
            ("isms/incident-response-policy.md", "# Incident response policy", 0, Some("incident-plan")),
            ("isms/incident/contacts.md", "# Whom to call", 0, Some("incident-contacts")),
            ("isms/contacts.md", "# Whom to call", 0, None),
            ("isms/drones.md", "# Drone policy", 0, Some("policy")),
            ("isms/notes.md", "# Notes of Monday", 0, None),
            ("ISMS-Handbook/L2/backup.md", "# 7 Backup Policy", 0, Some("backup-policy")),
            (
                "policies/access.md",
                "---\nname: Access Control Policy\n---\n# Purpose",
                0,
                Some("access-control-policy"),
            ),
            ("isms/anything.md", "# Something", 2, Some("document")),
            ("isms/test-report.md", "# Test report", 0, None),
            ("isms/README.md", "# Information security policy", 0, None),
            (
                "isms/README.md",
                "---\ntype: information-security-policy\n---\n# Security",
                0,
                Some("information-security-policy"),
            ),
            ("isms/templates/backup-policy.md", "# Backup policy", 3, None),
            // Elsewhere.
            ("docs/isp.md", "# Information Security Policy", 0, Some("information-security-policy")),
            ("docs/irp.md", "# Acme: Incident Response Plan (2026)", 0, Some("incident-plan")),
            ("docs/irp.md", "# How we wrote our incident response plan", 0, None),
            ("docs/velero.md", "# Backup policy", 0, None),
            ("docs/backup.md", "# Backup policy", 2, Some("backup-policy")),
            ("docs/page.md", "---\ntype: policy\n---\n# Retry policy", 0, None),
            ("docs/plan.md", "---\ntype: incident-plan\n---\n# Our plan", 0, Some("incident-plan")),
            ("ansible/play.md", "---\ntype: playbook\n---\n# Site", 0, None),
            ("SECURITY.md", "# Security Policy", 0, None),
            ("security.md", "# Information security policy", 0, None),
            ("CHANGELOG.md", "# Changelog\n\n## Access control policy", 0, None),
            ("README.md", "# Policy as code", 0, None),
            ("blog/2024-01-acceptable-use-policy.md", "# Acceptable use policy", 3, None),
            ("node_modules/x/isms/scope.md", "# ISMS scope", 0, None),
            ("docs/api/access-control.md", "# Access control", 0, None),
            // By the document's name with others beside it, and by what the text consists of.
            ("irp.md", "# Quill Incident Response Plan (IRP)\n\n## Roles\n\n## Reporting", 0, Some("incident-plan")),
            (
                "x.md",
                "# **[*Name*]** Incident Response Plan\n\n### Detection\n\n### Escalation",
                0,
                Some("incident-plan"),
            ),
            ("docs/x.md", "# Your incident response plan in five steps\n\n## Roles\n\n## Detection", 0, None),
            ("docs/breach.md", "# Data breach response\n\n## Reporting\n\n## Roles", 0, Some("incident-plan")),
            ("docs/breach.md", "# Data breach of 2014\n\nIt was large.", 0, None),
            (
                "IRP.md",
                "Quill Ltd\n\n1. Roles\n\n2. Detection of incidents\n\n3. Containment",
                0,
                Some("incident-plan"),
            ),
            ("incident-response-plan.md.tmpl", "# Incident response plan\n", 0, Some("incident-plan")),
            ("docs/backup.md", "# Backup policy\n\n## Purpose\n\n## Scope", 0, Some("backup-policy")),
            (
                "README.md",
                "# Incident response plan\n\n## Roles\n\n## Detection\n\n## Recovery",
                0,
                Some("incident-plan"),
            ),
            ("README.md", "# Incident response plan\n\nA tool.", 0, None),
            (".github/policies/backup-policy.md", "# Backup policy", 0, None),
        ];
        for (path, text, metadata, expected) in table {
            let found = recognised(path, text, *metadata, &[]);
            assert_eq!(found.as_ref().map(|found| found.id.as_str()), *expected, "{path} {text}: {found:?}");
        }
    }

    #[test]
    fn the_configuration_maps_a_document_to_a_type() {
        let text = "# Whatever";
        let parsed = markdown::parse(text, FileId(0));
        let file = ParsedFile { id: FileId(0), path: "x.md".into(), text: text.into(), content: parsed.content };
        let documents = [("x.md".to_owned(), "backup-policy".to_owned())];
        let view = View::new(&[], &[], &documents, jiff::civil::date(2026, 11, 22));
        assert_eq!(recognise(&file, &view, 0, false).map(|found| found.set), Some("backup".into()));
    }

    #[test]
    fn documents_of_no_type_join_the_subject_of_their_folder() {
        let found =
            recognised("isms/incident/reporting.md", "---\ntype: procedure\n---\n# Something suspicious", 0, &[]);
        assert_eq!(found.map(|found| (found.id, found.set)), Some(("procedure".into(), "incident-plan".into())));
    }

    #[test]
    fn every_control_of_the_table_exists_and_every_title_belongs_to_one_type() {
        let mut titles: Vec<&String> = TABLE.types.iter().flat_map(|each| &each.titles).collect();
        let all = titles.len();
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), all);
        assert!(TABLE.types.len() > 40 && TABLE.natures.len() > 5);
        for each in &TABLE.types {
            for control in &each.controls {
                let written = if control.starts_with('A') { control.to_string() } else { format!("clause {control}") };
                assert!(resolve(&written).is_ok(), "{} {control}", each.id);
            }
            assert!(each.strong.iter().all(|title| titles.binary_search(&title).is_ok()), "{}", each.id);
            assert!(TABLE.natures.iter().any(|nature| nature.id == each.nature), "{} {}", each.id, each.nature);
        }
    }
}
