//! Ansible: playbooks, the tasks and handlers of roles, and files of tasks that others include.
//!
//! | target | address | fields |
//! |---|---|---|
//! | `ansible/play` | `play.NAME` | `name`, `hosts`, `roles` (names), and its other keywords as written |
//! | `ansible/block` | `block.NAME` | `name`, `tasks` (how many), `rescue`, `always` (whether there is one), `ignore_errors`, `when`, and its other keywords |
//! | `ansible/MODULE` | `tasks.MODULE.NAME` | a task by the last part of its module's name: `module` (as written), `args` (what the module is given), `given` (the names in `args`, without those that a template may leave out), `name`, and the task's other keywords |
//!
//! - `ansible.builtin.uri`, `uri` and the old `action: uri …` are all `ansible/uri`; `amazon.aws.ec2_instance` is
//!   `ansible/ec2_instance`. Arguments in one line (`name=httpd state=latest`) are a map; what stands free is `_raw`.
//! - `yes`, `no`, `on` and `off` are truth values, as Ansible reads them. A value with `{{ … }}` is unknown.
//! - Tasks inherit `ignore_errors`, `become` and `no_log` from the blocks and the play around them.
//! - A file is a unit. Roles and files that are imported are judged where they are, not once more where they are used.

mod task;
#[cfg(test)]
mod tests;

use super::{Group, Kind, ParsedFile, Unit, View, by_file};
use crate::syntax::tree::Node;

/// What marks an entry of a list as a play.
const PLAY_KEYS: [&str; 6] = ["tasks", "roles", "pre_tasks", "post_tasks", "handlers", "gather_facts"];

/// Playbooks and tasks.
pub struct Ansible;

impl Kind for Ansible {
    fn name(&self) -> &'static str {
        "ansible"
    }

    fn claims(&self, file: &ParsedFile, _view: &View<'_>) -> bool {
        let Some(tree) = file.trees().first() else { return false };
        let plays = tree.items();
        let is_playbook =
            !plays.is_empty() && plays.iter().all(|play| play.as_map().is_some()) && plays.iter().any(is_play);
        let is_tasks = || !plays.is_empty() && plays.iter().all(task::is_task);
        // Tasks that playbooks and other tasks include may lie anywhere.
        let is_sure = || plays.iter().any(task::is_surely_task) && plays.iter().all(|each| each.get("hosts").is_none());
        is_playbook || (is_tasks() && (is_in_role(&file.path) || is_sure()))
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        by_file(files)
    }

    fn build(&self, group: &Group<'_>, _view: &View<'_>) -> Unit {
        let mut unit = Unit { kind: self.name(), name: group.name.clone(), ..Unit::default() };
        for tree in group.files.iter().flat_map(|file| file.trees()) {
            task::lower(tree, &mut unit.resources);
        }
        unit
    }
}

/// Whether an entry of a list is a play.
fn is_play(node: &Node) -> bool {
    let imports = || ["import_playbook", "ansible.builtin.import_playbook"].iter().any(|key| node.get(key).is_some());
    (node.get("hosts").is_some() && PLAY_KEYS.iter().any(|key| node.get(key).is_some())) || imports()
}

/// Whether a path is one that roles keep tasks in.
fn is_in_role(path: &str) -> bool {
    let folders: Vec<&str> = path.split('/').collect();
    let [folders @ .., _] = folders.as_slice() else { return false };
    folders.iter().any(|folder| matches!(*folder, "tasks" | "handlers"))
}
