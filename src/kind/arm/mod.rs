//! Azure's deployment templates: ARM in JSON, and Bicep.
//!
//! | target | address | what |
//! |---|---|---|
//! | `arm/Microsoft.Storage/storageAccounts` | JSON: `type.name`, Bicep: `type.symbol` | the resource as written, its values evaluated: `type`, `apiVersion`, `name`, `location`, `sku`, `properties` … |
//! | `ingress`, `egress` | `…/securityRules[0]` | each rule of a network security group: see [`super::shared::ingress`] |
//!
//! - Types are compared without regard to case, as Azure does. A resource within another has its whole type
//!   (`arm/Microsoft.Sql/servers/auditingSettings`), and `parent`, a reference to the one that it is a part of.
//! - A template is one unit, with the modules that it calls. Parameters have what a file of parameters gives them, else
//!   their defaults (see `modules.rs`); a resource whose condition does not hold is not there; one in a loop is there once
//!   for each round (`type.name[0]`), where it is known how many there are.
//! - Templates in `Microsoft.Resources/deployments` are followed where they are written in place, modules of Bicep where
//!   their files are part of the scan: `net::type.symbol`, with the call in the chain of the resource.
//! - What only a deployment knows is unknown: parameters without value, outputs of modules, `reference()`, `resourceGroup()`,
//!   `uniqueString()`, functions that the template defines, lambdas.

mod evaluate;
mod expression;
mod firewall;
mod functions;
mod index;
mod json;
mod lower;
mod modules;
#[cfg(test)]
mod tests;

use super::calls::Calls;
use super::{Group, Kind, ParsedFile, Unit, View};
use crate::syntax::Content;
use crate::syntax::bicep::Template;
use evaluate::Evaluator;

/// Templates of Azure.
pub struct Arm;

impl Kind for Arm {
    fn name(&self) -> &'static str {
        "arm"
    }

    fn claims(&self, file: &ParsedFile, _view: &View<'_>) -> bool {
        is_template(file) || modules::is_values(file)
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        modules::groups(files)
    }

    fn build(&self, group: &Group<'_>, view: &View<'_>) -> Unit {
        let mut unit = Unit { kind: self.name(), name: group.name.clone(), ..Unit::default() };
        let root = group.files.iter().copied().find(|file| file.path == group.name && !modules::is_values(file));
        let Some(root) = root else { return unit };
        let given = modules::given(group, root, view);
        let converted: Vec<Template> =
            root.trees().iter().filter(|tree| json::is_template(tree)).map(json::template).collect();
        let mut calls = Calls::new(root, &mut unit, view);
        for template in converted.iter().chain(modules::bicep(root)) {
            lower::template(&Evaluator::new(template, root.id, &given), template, &mut calls);
        }
        unit
    }
}

/// Whether a file holds a template.
fn is_template(file: &ParsedFile) -> bool {
    matches!(file.content, Content::Bicep(_)) && !modules::is_values(file) || file.trees().iter().any(json::is_template)
}
