//! CloudFormation: templates in YAML (with short tags) or JSON, those of the Serverless Application Model too.
//!
//! | target | address | what |
//! |---|---|---|
//! | `cloudformation/AWS::S3::Bucket` | `AWS::S3::Bucket.LogicalId` | the resource as written, its values evaluated: `Type`, `Properties`, `DeletionPolicy`, `Metadata` … |
//! | `iam-statement` | `…/PolicyDocument/statement[0]` | each statement of its policies: see [`super::shared::iam_statement`] |
//! | `ingress`, `egress` | `…/SecurityGroupIngress[0]` | each entry of its firewall: see [`super::shared::ingress`] |
//! | `cloudformation/template` | `template` | the unit: `parameters` and `outputs` (lists with a `name` each), `resources` (counts by type), `transform`, `description`, `metadata` |
//!
//! A template is one unit, with the templates of stacks nested in it whose files are part of the scan: they are judged
//! with what they are given (see `nested.rs`). Parameters of a root have their defaults; a resource whose condition does not
//! hold is not there. What
//! only a deployment knows is unknown: parameters without default, attributes, pseudo parameters, imports, macros.

mod condition;
mod evaluate;
mod firewall;
mod functions;
mod nested;
mod policy;
mod resource;
mod serverless;
mod skip;
mod template;
#[cfg(test)]
mod tests;

pub(crate) use skip::{Skip, skips};

use super::calls::{self, Calls, Root};
use super::shared::task;
use super::{Group, Kind, Notice, ParsedFile, Resource, Unit, View};
use crate::syntax::tree::Node;
use evaluate::{Caller, Evaluator};
use serverless::Globals;
use template::Template;

/// CloudFormation templates.
pub struct CloudFormation;

impl Kind for CloudFormation {
    fn name(&self) -> &'static str {
        "cloudformation"
    }

    fn claims(&self, file: &ParsedFile, _view: &View<'_>) -> bool {
        file.trees().iter().any(template::is_template)
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        let group = |root: Root<'a>| {
            let files = files.iter().copied().filter(|file| root.reached.contains(&*file.path)).collect();
            Group { name: root.file.path.clone(), files }
        };
        calls::roots(files, &nested::called_by).into_iter().map(group).collect()
    }

    fn build(&self, group: &Group<'_>, view: &View<'_>) -> Unit {
        let mut unit = Unit { kind: self.name(), name: group.name.clone(), ..Unit::default() };
        let Some(root) = group.files.iter().copied().find(|file| file.path == group.name) else { return unit };
        nested::lower(root, &mut Calls::new(root, &mut unit, view), &Caller::default);
        unit
    }
}

/// Lowers the templates that another format holds: one in place, or a list of them. `text` is that of the file.
pub(super) fn lower_within(holder: Option<&Node>, text: &str, unit: &mut Unit) {
    let Some(holder) = holder else { return };
    for node in std::iter::once(holder).chain(holder.items()).filter(|node| template::is_template(node)) {
        lower(node, text, unit);
    }
}

/// Lowers one template of a file with this text.
fn lower(tree: &Node, text: &str, unit: &mut Unit) {
    let template = Template::of(tree);
    lowered(&Evaluator::new(&template, Caller::default()), text, unit);
}

fn lowered(evaluator: &Evaluator<'_>, text: &str, unit: &mut Unit) {
    let globals = Globals::of(evaluator);
    for entry in evaluator.template.resources {
        let Some(resource) = resource::resource(evaluator, &globals, entry) else { continue };
        let mut parts: Vec<Resource> = policy::statements_of(&resource);
        parts.extend(firewall::openings(&resource));
        parts.extend(task::of(&resource, text));
        unit.resources.push(resource);
        unit.resources.append(&mut parts);
    }
    unit.resources.push(resource::template(evaluator));
    for notice in notices(evaluator.template) {
        if !unit.notices.contains(&notice) {
            unit.notices.push(notice);
        }
    }
}

/// What of a template is not evaluated.
fn notices(template: &Template<'_>) -> Vec<Notice> {
    let mut notices = Vec::new();
    for entry in template.resources.iter().filter(|entry| entry.key.starts_with("Fn::")) {
        notices.push(Notice {
            id: "resources-not-expanded",
            message: format!("the resources that `{}` makes are not evaluated", entry.key),
            place: entry.key_place,
        });
    }
    for node in template.transforms() {
        let name = node.as_str().or_else(|| node.get("Name").and_then(Node::as_str));
        let Some(name) = name.filter(|name| !name.starts_with("AWS::")) else { continue };
        notices.push(Notice {
            id: "macro-not-applied",
            message: format!("the macro `{name}` is not applied; the template is judged as it is written"),
            place: node.place,
        });
    }
    notices
}
