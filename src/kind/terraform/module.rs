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

/// The declarations of one module: all blocks in the order of files and positions, and where to find them by name.
///
/// What files of values set goes into `inputs` and counts for the root module only: an input wins over the default of
/// its variable.
#[derive(Debug, Default)]
pub(super) struct Module<'a> {
    /// Its folder, relative to the root of the scan; `.` for the root.
    pub(super) folder: SmolStr,
    /// All top-level blocks.
    pub(super) blocks: Vec<Declared<'a>>,
    /// `variable` blocks by name.
    pub(super) variables: FxHashMap<&'a str, Declared<'a>>,
    /// Values of variables, from `terraform.tfvars` and `*.auto.tfvars`.
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
        // `terraform.tfvars` comes first, whatever the other files of values are called.
        let (values, code): (Vec<&ParsedFile>, Vec<&ParsedFile>) =
            files.iter().copied().partition(|file| file.name().ends_with(".tfvars"));
        let (first, auto): (Vec<&ParsedFile>, Vec<&ParsedFile>) =
            values.into_iter().partition(|file| file.name() == "terraform.tfvars");
        for file in first.into_iter().chain(auto.into_iter().filter(|file| file.name().ends_with(".auto.tfvars"))) {
            let Content::Hcl(body) = &file.content else { continue };
            let inputs = body.attributes.iter();
            let inputs = inputs.map(|input| (input.key.as_str(), Written { file: file.id, expression: &input.value }));
            module.inputs.extend(inputs);
        }
        for file in code {
            let Content::Hcl(body) = &file.content else { continue };
            for block in &body.blocks {
                module.declare(Declared { file, block });
            }
        }
        module
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
