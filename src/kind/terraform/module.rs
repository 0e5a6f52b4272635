//! What one folder of Terraform files declares, found by name. All calls of a folder share it.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::kind::ParsedFile;
use crate::syntax::Content;
use crate::syntax::hcl::{Block, Expression};
use crate::syntax::tree::{FileId, Place, Span};

/// A block and the file it is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declared<'a> {
    /// The file.
    pub(super) file: &'a ParsedFile,
    /// The block.
    pub(super) block: &'a Block,
}

impl<'a> Declared<'a> {
    /// The value of an attribute of the block.
    pub(super) fn attribute(self, key: &str) -> Option<&'a Expression> {
        self.block.body.attributes.iter().find(|attribute| attribute.key == key).map(|attribute| &attribute.value)
    }

    /// A place in the block's file.
    pub(super) fn place(self, span: Span) -> Place {
        Place::span(self.file.id, span)
    }
}

/// An expression and the file it is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'a> {
    /// The file.
    pub(super) file: FileId,
    /// The expression.
    pub(super) expression: &'a Expression,
}

/// What names a block: its type and its labels.
type Name<'a> = (&'a str, &'a [SmolStr]);

/// The declarations of one module: all blocks in the order of files and positions, and where to find them by name.
///
/// What files of values set goes into `inputs` and counts for the root module only: an input wins over the default of
/// its variable. A block in an override file is no block of its own: what it says wins over the block of its name.
#[derive(Debug, Default)]
pub(super) struct Module<'a> {
    /// Its folder, relative to the root of the scan; `.` for the root.
    pub(super) folder: SmolStr,
    /// The settings whose backend counts, where an override file has one.
    pub(super) backend: Option<Declared<'a>>,
    /// All top-level blocks.
    pub(super) blocks: Vec<Declared<'a>>,
    /// `variable` blocks by name.
    pub(super) variables: FxHashMap<&'a str, Declared<'a>>,
    /// What override files say about a block, in the order of the files.
    pub(super) overrides: FxHashMap<Name<'a>, Vec<Declared<'a>>>,
    /// Values of variables, from `terraform.tfvars`, `*.auto.tfvars` and the files that the user names.
    pub(super) inputs: FxHashMap<&'a str, Written<'a>>,
    /// Attributes of `locals` blocks by name.
    pub(super) locals: FxHashMap<&'a str, Written<'a>>,
    /// `resource` blocks by type and name.
    pub(super) resources: FxHashMap<(&'a str, &'a str), Declared<'a>>,
    /// `data` blocks by type and name.
    pub(super) data: FxHashMap<(&'a str, &'a str), Declared<'a>>,
    /// `output` blocks by name.
    pub(super) outputs: FxHashMap<&'a str, Declared<'a>>,
    /// `module` blocks by name.
    pub(super) calls: FxHashMap<&'a str, Declared<'a>>,
}

impl<'a> Module<'a> {
    /// Indexes the files of a folder, which are sorted by path.
    pub(super) fn of(folder: &str, files: &[&'a ParsedFile]) -> Module<'a> {
        let mut module = Module { folder: folder.into(), ..Module::default() };
        let (values, code): (Vec<&ParsedFile>, Vec<&ParsedFile>) =
            files.iter().copied().partition(|file| is_values(file.name()));
        // `terraform.tfvars` comes first, whatever the other files of values are called.
        for name in ["terraform.tfvars", "terraform.tfvars.json"] {
            values.iter().filter(|file| file.name() == name).for_each(|file| module.set(file));
        }
        let is_auto = |file: &&&ParsedFile| file.name().trim_end_matches(".json").ends_with(".auto.tfvars");
        values.iter().filter(is_auto).for_each(|file| module.set(file));
        // What is written for OpenTofu stands in for the file of the same name.
        let is_replaced = |file: &ParsedFile| {
            let stem = stem(file.name());
            let end = match file.name().get(stem.len()..) {
                Some(".tf") => ".tofu",
                Some(".tf.json") => ".tofu.json",
                _ => return false,
            };
            code.iter().any(|other| other.name().strip_prefix(stem) == Some(end))
        };
        let (overriding, plain): (Vec<&ParsedFile>, Vec<&ParsedFile>) =
            code.iter().copied().filter(|file| !is_replaced(file)).partition(|file| is_override(file.name()));
        for file in plain {
            for block in blocks(file) {
                module.declare(Declared { file, block });
            }
        }
        for file in overriding {
            for block in blocks(file) {
                module.override_with(Declared { file, block });
            }
        }
        module
    }

    /// Takes the values of variables from a file.
    pub(super) fn set(&mut self, file: &'a ParsedFile) {
        if let Content::Hcl(body) = &file.content {
            let inputs = body.attributes.iter();
            let inputs = inputs.map(|input| (input.key.as_str(), Written { file: file.id, expression: &input.value }));
            self.inputs.extend(inputs);
        }
    }

    /// The value of an attribute of a block.
    pub(super) fn attribute(&self, declared: Declared<'a>, key: &str) -> Option<Written<'a>> {
        let mut all = self.overrides_of(declared).iter().rev().chain([&declared]);
        all.find_map(|one| one.attribute(key).map(|expression| Written { file: one.file.id, expression }))
    }

    /// What override files say about a block.
    pub(super) fn overrides_of(&self, declared: Declared<'a>) -> &[Declared<'a>] {
        if self.overrides.is_empty() {
            return &[];
        }
        let name = (declared.block.name.as_str(), declared.block.labels.as_slice());
        self.overrides.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The block of a resource, or of a data source, with its own type and name.
    pub(super) fn resource(&self, is_data: bool, kind: &str, name: &str) -> Option<(&'a str, &'a str, Declared<'a>)> {
        let blocks = if is_data { &self.data } else { &self.resources };
        let declared = blocks.get(&(kind, name)).copied()?;
        match declared.block.labels.as_slice() {
            [kind, name] => Some((kind, name, declared)),
            _ => None,
        }
    }

    fn declare(&mut self, declared: Declared<'a>) {
        let block = declared.block;
        match (block.name.as_str(), block.labels.as_slice()) {
            ("variable", [name]) => {
                self.variables.entry(name).or_insert(declared);
            }
            ("locals", _) => {
                for local in &block.body.attributes {
                    let written = Written { file: declared.file.id, expression: &local.value };
                    self.locals.entry(&local.key).or_insert(written);
                }
            }
            ("resource", [kind, name]) => {
                self.resources.entry((kind, name)).or_insert(declared);
            }
            ("data", [kind, name]) => {
                self.data.entry((kind, name)).or_insert(declared);
            }
            ("output", [name]) => {
                self.outputs.entry(name).or_insert(declared);
            }
            ("module", [name]) => {
                self.calls.entry(name).or_insert(declared);
            }
            _ => {}
        }
        self.blocks.push(declared);
    }
}

impl<'a> Module<'a> {
    /// Adds what an override file says.
    fn override_with(&mut self, declared: Declared<'a>) {
        let block = declared.block;
        let name = (block.name.as_str(), block.labels.as_slice());
        let has_equal = |other: &Declared<'_>| (other.block.name.as_str(), other.block.labels.as_slice()) == name;
        match block.name.as_str() {
            "locals" => {
                for local in &block.body.attributes {
                    self.locals.insert(&local.key, Written { file: declared.file.id, expression: &local.value });
                }
            }
            // There may be several of the same name, each with parts of its own.
            "terraform" => {
                if block.body.blocks.iter().any(|inner| matches!(inner.name.as_str(), "backend" | "cloud")) {
                    self.backend = Some(declared);
                }
                self.blocks.push(declared);
            }
            _ if self.blocks.iter().any(has_equal) => self.overrides.entry(name).or_default().push(declared),
            _ => self.declare(declared),
        }
    }
}

/// Whether a file holds values of variables instead of code.
pub(super) fn is_values(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// A name without the end that tells the syntax.
fn stem(name: &str) -> &str {
    let ends = [".tf.json", ".tofu.json", ".tf", ".tofu"];
    ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

/// Whether what a file says wins over the other files.
fn is_override(name: &str) -> bool {
    stem(name) == "override" || stem(name).ends_with("_override")
}

/// The top-level blocks of a file.
fn blocks(file: &ParsedFile) -> &[Block] {
    match &file.content {
        Content::Hcl(body) => &body.blocks,
        _ => &[],
    }
}

/// The address of a block that can be referred to.
pub(super) fn address(block: &Block) -> Option<SmolStr> {
    match (block.name.as_str(), block.labels.as_slice()) {
        ("resource", [kind, name]) => Some(smol_str::format_smolstr!("{kind}.{name}")),
        ("data", [kind, name]) => Some(smol_str::format_smolstr!("data.{kind}.{name}")),
        ("variable", [name]) => Some(smol_str::format_smolstr!("var.{name}")),
        ("output", [name]) => Some(smol_str::format_smolstr!("output.{name}")),
        ("module", [name]) => Some(smol_str::format_smolstr!("module.{name}")),
        _ => None,
    }
}
