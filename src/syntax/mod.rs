//! Syntaxes: bytes to value trees with places. Parsing is total: it returns what could be read and the errors.

pub mod bicep;
pub mod codeowners;
pub mod csv;
pub mod dockerfile;
mod docx;
pub mod error;
pub mod extract;
pub mod fields;
pub mod gitmodules;
pub mod hcl;
mod html;
pub mod json;
pub mod markdown;
mod odf;
mod office;
pub(crate) mod outline;
mod package;
pub mod packed;
mod pdf;
mod sheet;
mod text;
pub mod toml;
pub mod tree;
mod xlsx;
mod xml;
pub mod yaml;

pub use error::SyntaxError;
use tree::{FileId, Node};

/// The syntaxes that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Syntax {
    /// Terraform and OpenTofu in native syntax.
    Hcl,
    /// Terraform and OpenTofu in JSON.
    HclJson,
    /// Values of variables in JSON.
    HclValues,
    /// Bicep.
    Bicep,
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// TOML.
    Toml,
    /// Dockerfile and Containerfile.
    Dockerfile,
    /// Markdown.
    Markdown,
    /// Comma-separated values.
    Csv,
    /// Owners of the files of a repository.
    Codeowners,
    /// Submodules of a git repository.
    Gitmodules,
    /// Word documents.
    Docx,
    /// PDF.
    Pdf,
    /// Texts in the `OpenDocument` format.
    Odt,
    /// HTML, where it is a document.
    Html,
    /// Plain text, reStructuredText and `AsciiDoc`.
    Text,
    /// Workbooks in Office Open XML.
    Xlsx,
    /// Spreadsheets in the `OpenDocument` format.
    Ods,
}

impl Syntax {
    /// The syntax of a file by the last part of its path; `None` for a file that is not read. HCL that is not
    /// Terraform's (`.hcl`) is none of ours.
    pub fn of(path: &str) -> Option<Syntax> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name == "Dockerfile" || name.starts_with("Dockerfile.") || name.starts_with("Containerfile") {
            return Some(Syntax::Dockerfile);
        }
        match name {
            "CODEOWNERS" => return Some(Syntax::Codeowners),
            ".gitmodules" => return Some(Syntax::Gitmodules),
            "Kustomization" => return Some(Syntax::Yaml),
            _ => {}
        }
        if let Some(rest) = name.strip_suffix(".json") {
            match rest.rsplit_once('.') {
                Some((_, "tf" | "tofu")) => return Some(Syntax::HclJson),
                Some((_, "tfvars")) => return Some(Syntax::HclValues),
                _ => {}
            }
        }
        let (stem, extension) = name.rsplit_once('.')?;
        if matches!(extension, "tmpl" | "j2" | "tpl") {
            // A template of a document is read as the document that it makes.
            return Syntax::of(stem).filter(|syntax| syntax.is_prose());
        }
        Some(match extension.to_ascii_lowercase().as_str() {
            "tf" | "tofu" | "tfvars" => Syntax::Hcl,
            "bicep" | "bicepparam" => Syntax::Bicep,
            "yaml" | "yml" | "template" => Syntax::Yaml,
            "json" => Syntax::Json,
            "toml" => Syntax::Toml,
            "csv" => Syntax::Csv,
            "md" | "markdown" => Syntax::Markdown,
            "dockerfile" => Syntax::Dockerfile,
            "docx" | "docm" | "dotx" | "dotm" | "doc" => Syntax::Docx,
            "pdf" => Syntax::Pdf,
            "odt" | "ott" => Syntax::Odt,
            "html" | "htm" | "xhtml" => Syntax::Html,
            "txt" | "text" | "rst" | "adoc" | "asciidoc" => Syntax::Text,
            "xlsx" | "xlsm" | "xltx" | "xltm" | "xlsb" | "xls" => Syntax::Xlsx,
            "ods" | "ots" => Syntax::Ods,
            _ => return None,
        })
    }
}

/// Whether the name of a file says nothing sure about its syntax: templates of CloudFormation are called `x.template`, and
/// so is much else. What cannot be read of such a file is not meant to be.
pub fn is_guess(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("template"))
}

impl Syntax {
    /// Whether its files hold bytes and no text. What [`parse_bytes`] makes of them has a text of its own.
    pub fn is_binary(self) -> bool {
        matches!(self, Syntax::Docx | Syntax::Pdf | Syntax::Odt | Syntax::Xlsx | Syntax::Ods)
    }

    /// Whether its files are only ever documents and registers: such a file is opened only where one is expected.
    pub fn is_for_documents(self) -> bool {
        self.is_binary() || matches!(self, Syntax::Html | Syntax::Text)
    }

    /// Whether its files are the sheets of a workbook.
    pub fn is_workbook(self) -> bool {
        matches!(self, Syntax::Xlsx | Syntax::Ods)
    }

    /// Whether it is read as one tree of sections.
    pub fn is_prose(self) -> bool {
        matches!(self, Syntax::Markdown | Syntax::Docx | Syntax::Pdf | Syntax::Odt | Syntax::Html | Syntax::Text)
    }
}

/// How a file begins whose content Git LFS keeps elsewhere.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Reads a file that holds no text. Total: what cannot be read is an error in the result.
pub fn parse_bytes(syntax: Syntax, bytes: &[u8], file: FileId) -> Parsed {
    if bytes.starts_with(LFS_POINTER) {
        return Parsed::error(package::failure("is kept by Git LFS and was not fetched; run `git lfs pull`"));
    }
    match syntax {
        Syntax::Docx => docx::parse(bytes, file),
        Syntax::Pdf => pdf::parse(bytes, file),
        Syntax::Odt => odf::parse_text(bytes, file),
        Syntax::Ods => odf::parse_sheets(bytes, file),
        Syntax::Xlsx => xlsx::parse(bytes, file),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => parse(syntax, text, file),
            Err(_) => Parsed::error(SyntaxError::new("is no text", tree::Span::default())),
        },
    }
}

/// Reads a text. Total: what cannot be read is an error in the result.
pub fn parse(syntax: Syntax, text: &str, file: FileId) -> Parsed {
    match syntax {
        Syntax::Bicep => bicep::parse(text, file),
        Syntax::Yaml => yaml::parse(text, file),
        Syntax::Json => json::parse(text, file),
        Syntax::Toml => toml::parse(text, file),
        Syntax::Csv => csv::parse(text, file),
        Syntax::Codeowners => codeowners::parse(text, file),
        Syntax::Gitmodules => gitmodules::parse(text, file),
        Syntax::Hcl => hcl::read::parse(text),
        Syntax::HclJson => hcl::json::parse(text, file),
        Syntax::HclValues => hcl::json::parse_values(text, file),
        Syntax::Dockerfile => dockerfile::parse(text, file),
        Syntax::Markdown => markdown::parse(text, file),
        Syntax::Html => html::parse(text, file),
        Syntax::Text => text::parse(text, file),
        Syntax::Docx | Syntax::Pdf | Syntax::Odt | Syntax::Xlsx | Syntax::Ods => {
            parse_bytes(syntax, text.as_bytes(), file)
        }
    }
}

/// What was read from one file.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The content that could be read.
    pub content: Content,
    /// What could not. A file with an error may still have content (earlier YAML documents, for example).
    pub errors: Vec<SyntaxError>,
}

/// The content of a file, by what its syntax lowers to.
#[derive(Debug, Default)]
pub enum Content {
    /// Nothing could be read.
    #[default]
    Nothing,
    /// Value trees: the documents of a YAML file, the one document of a JSON, TOML, CSV, Markdown or Dockerfile.
    Trees(Vec<Node>),
    /// Unevaluated HCL; the Terraform kind evaluates it to trees.
    Hcl(hcl::Body),
    /// Unevaluated Bicep; the kind of Azure's templates evaluates it to trees.
    Bicep(bicep::Template),
    /// What was taken out of a file that holds no text.
    Extracted(Box<extract::Extracted>),
}

impl Parsed {
    /// A file of one tree and no errors.
    pub fn tree(node: Node) -> Parsed {
        Parsed { content: Content::Trees(vec![node]), errors: Vec::new() }
    }

    /// A file of which nothing could be read.
    pub fn error(error: SyntaxError) -> Parsed {
        Parsed { content: Content::Nothing, errors: vec![error] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntaxes_are_told_by_name() {
        for (path, expected) in [
            ("main.tf", Some(Syntax::Hcl)),
            ("a/b/prod.auto.tfvars", Some(Syntax::Hcl)),
            ("x.tofu", Some(Syntax::Hcl)),
            ("terragrunt.hcl", None),
            ("infra/main.bicep", Some(Syntax::Bicep)),
            ("k8s/Deployment.YML", Some(Syntax::Yaml)),
            ("a.yaml", Some(Syntax::Yaml)),
            ("main.tf.json", Some(Syntax::HclJson)),
            ("prod.auto.tfvars.json", Some(Syntax::HclValues)),
            ("Cargo.toml", Some(Syntax::Toml)),
            ("soa.CSV", Some(Syntax::Csv)),
            ("README.md", Some(Syntax::Markdown)),
            ("policy.markdown", Some(Syntax::Markdown)),
            ("Dockerfile", Some(Syntax::Dockerfile)),
            ("docker/Dockerfile.prod", Some(Syntax::Dockerfile)),
            ("api.Dockerfile", Some(Syntax::Dockerfile)),
            ("api.dockerfile", Some(Syntax::Dockerfile)),
            ("Containerfile", Some(Syntax::Dockerfile)),
            ("Containerfile.dev", Some(Syntax::Dockerfile)),
            (".github/CODEOWNERS", Some(Syntax::Codeowners)),
            (".gitmodules", Some(Syntax::Gitmodules)),
            ("Plan v2.DOCX", Some(Syntax::Docx)),
            ("macros.docm", Some(Syntax::Docx)),
            ("policy.pdf", Some(Syntax::Pdf)),
            ("policy.md.tmpl", Some(Syntax::Markdown)),
            ("Plan.docx.j2", Some(Syntax::Docx)),
            ("main.tf.tmpl", None),
            ("deployment.yaml.j2", None),
            ("notes.rst", Some(Syntax::Text)),
            ("register.ods", Some(Syntax::Ods)),
            ("Dockerfile/readme", None),
            ("dockerfile_lint.rs", None),
            ("Makefile", None),
            ("yaml", None),
            ("", None),
        ] {
            assert_eq!(Syntax::of(path), expected, "{path}");
        }
    }
}
