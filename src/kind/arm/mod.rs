//! Azure's deployment templates: ARM in JSON, and Bicep.
//!
//! | target | address | what |
//! |---|---|---|
//! | `arm/Microsoft.Storage/storageAccounts` | JSON: `type.name`, Bicep: `type.symbol` | the resource as written, its values evaluated: `type`, `apiVersion`, `name`, `location`, `sku`, `properties` … |
//! | `ingress`, `egress` | `…/securityRules[0]` | each rule of a network security group: see [`super::shared::ingress`] |
//!
//! - Types are compared without regard to case, as Azure does. A resource within another has its whole type
//!   (`arm/Microsoft.Sql/servers/auditingSettings`), and `parent`, a reference to the one that it is a part of.
//! - A template is one unit. Parameters have their defaults; a resource whose condition does not hold is not there; one
//!   in a loop is there once for each round (`type.name[0]`), where it is known how many there are.
//! - Templates in `Microsoft.Resources/deployments` are followed where they are written in place. Modules of Bicep are
//!   judged as files of their own, without what they are given.
//! - What only a deployment knows is unknown: parameters without default, `reference()`, `resourceGroup()`,
//!   `uniqueString()`, functions that the template defines, lambdas.

mod evaluate;
mod expression;
mod firewall;
mod functions;
mod index;
mod json;
mod lower;
#[cfg(test)]
mod tests;

use super::{Group, Kind, Notice, ParsedFile, Unit, View, by_file};
use crate::source::path::from_folder;
use crate::syntax::Content;
use crate::syntax::bicep::Template;
use crate::syntax::tree::{FileId, Place};

/// Templates of Azure.
pub struct Arm;

impl Kind for Arm {
    fn name(&self) -> &'static str {
        "arm"
    }

    fn claims(&self, file: &ParsedFile, _view: &View<'_>) -> bool {
        matches!(file.content, Content::Bicep(_)) || file.trees().iter().any(json::is_template)
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        by_file(files)
    }

    fn build(&self, group: &Group<'_>, view: &View<'_>) -> Unit {
        let mut unit = Unit { kind: self.name(), name: group.name.clone(), ..Unit::default() };
        for file in &group.files {
            if let Content::Bicep(template) = &file.content {
                lower::template(template, file.id, &mut unit);
                unit.notices.extend(not_read(template, file, view));
            }
            for tree in file.trees().iter().filter(|tree| json::is_template(tree)) {
                lower::json(tree, file.id, &mut unit);
            }
        }
        unit
    }
}

/// The modules that are in no file of the scan.
fn not_read(template: &Template, file: &ParsedFile, view: &View<'_>) -> Vec<Notice> {
    let is_read = |path: &str| from_folder(file.folder(), path).is_some_and(|path| view.file(&path).is_some());
    let missing = template.modules.iter().filter(|module| !is_read(&module.path));
    let notice = |id: FileId, path: &str, span| Notice {
        id: "module-not-read",
        message: format!(
            "the module `{path}` is in no file that was scanned; what it deploys was not evaluated. \
             Scan the folder that holds it to include it."
        ),
        place: Place::span(id, span),
    };
    missing.map(|module| notice(file.id, &module.path, module.span)).collect()
}
