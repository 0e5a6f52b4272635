//! Containers of tasks on Amazon ECS: what a task definition lists, whether in Terraform or CloudFormation, as the shared
//! type `container`.
//!
//! What ECS has no words for (a pod, profiles of the kernel, a group of its own, limits that a namespace sets) is not
//! expressible. Privileges, the root file system and the environment are left to the rules on task definitions, so that
//! each mistake is told once.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::container::{self, Container};
use super::image::Image;
use super::{Field, inexpressible, map_of};
use crate::kind::Resource;
use crate::syntax::tree::{List, Node, Place, Value};

/// The containers of a resource that is a task definition; none of any other. `source` is the text of its file.
pub fn of(owner: &Resource, source: &str) -> Vec<Resource> {
    let definitions = match owner.target.as_str() {
        "terraform/aws_ecs_task_definition" => owner.tree.get("container_definitions"),
        "cloudformation/AWS::ECS::TaskDefinition" => {
            owner.tree.get("Properties").and_then(|properties| properties.get("ContainerDefinitions"))
        }
        _ => None,
    };
    definitions.map(|definitions| containers(owner, definitions, source)).unwrap_or_default()
}

fn containers(owner: &Resource, definitions: &Node, source: &str) -> Vec<Resource> {
    let all = definitions.items().iter().filter(|node| node.as_map().is_some()).enumerate();
    all.map(|(index, node)| {
        let name = field(node, "name");
        let known = name.as_ref().and_then(|name| name.value.as_str()).map(SmolStr::from);
        let shown = known.unwrap_or_else(|| format_smolstr!("{index}"));
        let header = name.as_ref().map_or(node.place, |name| name.value.place);
        let tree = container(node, name, header, source).tree(node.place);
        Resource {
            call_chain: owner.call_chain.clone(),
            converts_scalars: owner.converts_scalars,
            ..container::resource(tree, &shown, &owner.address, header)
        }
    })
    .collect()
}

fn container(node: &Node, name: Option<Field>, header: Place, source: &str) -> Container {
    let none = || Some(inexpressible(header));
    let (user, group) = field(node, "user").map_or((None, None), user);
    Container {
        format: Some(Field::new(Node::text(SmolStr::new_static("ecs"), header))),
        name,
        role: Some(Field::new(Node::text(SmolStr::new_static("main"), header))),
        image: field(node, "image").map(|image| match Image::of(&image.value, source) {
            Some(read) => image.with(read.tree()),
            None => image,
        }),
        command: field(node, "entryPoint"),
        args: field(node, "command"),
        user,
        group: group.or_else(none),
        capabilities: Some(capabilities(node, header)),
        image_pull_policy: none(),
        program: none(),
        flags: none(),
        hardened: none(),
        run_as_non_root: none(),
        privileged: none(),
        allow_privilege_escalation: none(),
        read_only_root_filesystem: none(),
        seccomp_profile: none(),
        apparmor_profile: none(),
        selinux: none(),
        proc_mount: none(),
        limits: none(),
        requests: none(),
        ports: none(),
        env: none(),
        env_from: none(),
        mounts: none(),
        probes: none(),
        restart_policy: none(),
        pod: none(),
    }
}

/// A field under the name that the API has for it; CloudFormation writes it with a capital.
fn field(node: &Node, name: &str) -> Option<Field> {
    let capital = || {
        let mut letters = name.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    Field::of(node, name).or_else(|| Field::of(node, &capital()))
}

/// `user`, `user:group`; numbers where they are some, and `root` is 0.
fn user(written: Field) -> (Option<Field>, Option<Field>) {
    let Some(text) = written.value.value.scalar_text() else { return (Some(written), None) };
    let place = written.value.place;
    let part = |part: &str| {
        let number = if part == "root" { Some(0.0) } else { part.parse::<u32>().ok().map(f64::from) };
        let node = match number {
            Some(number) => Node::new(Value::Number(number), place),
            None => Node::text(part, place),
        };
        Field { key: written.key, value: node }
    };
    match text.split_once(':') {
        Some((user, group)) => (Some(part(user)), Some(part(group))),
        None => (Some(part(&text)), None),
    }
}

/// What is added to and dropped from the usual capabilities. Fargate allows neither to be set as a cluster does, so that
/// not dropping any is no mistake.
fn capabilities(node: &Node, header: Place) -> Field {
    let written = field(node, "linuxParameters").and_then(|parameters| field(&parameters.value, "capabilities"));
    let Some(written) = written else { return inexpressible(header) };
    if matches!(written.value.value, Value::Unknown(_)) {
        return written;
    }
    let list = |name: &str| field(&written.value, name).map(without_prefix);
    let drop = list("drop").unwrap_or_else(|| inexpressible(header));
    let map = map_of(written.value.place, [("add", list("add")), ("drop", Some(drop))]);
    written.with(map)
}

/// Names in capitals without `CAP_`.
fn without_prefix(written: Field) -> Field {
    let Value::List(list) = &written.value.value else { return written };
    let name = |node: &Node| match node.as_str() {
        Some(text) => {
            let text = text.to_ascii_uppercase();
            Node { value: Value::Text(text.strip_prefix("CAP_").unwrap_or(&text).into()), ..node.clone() }
        }
        None => node.clone(),
    };
    let list = List { items: list.items.iter().map(name).collect(), open: list.open.clone() };
    let node = Node { value: Value::List(Arc::new(list)), ..written.value.clone() };
    written.with(node)
}
