//! The shared type `container`: one container with everything that is in effect for it.

use smol_str::SmolStr;

use super::{Field, map_of};
use crate::kind::Resource;
use crate::syntax::tree::{Node, Place};

/// The target of containers.
pub const TARGET: &str = "container";

/// One container. What its pod says for all containers is filled in where the container itself does not say; each field
/// keeps the place where it is written.
#[derive(Debug, Clone, Default)]
pub struct Container {
    /// What declares it: `kubernetes`, `terraform` (an object of Kubernetes there), `compose` or `ecs`. Always known.
    pub format: Option<Field>,
    /// Its name.
    pub name: Option<Field>,
    /// `main`, `init` or `ephemeral`.
    pub role: Option<Field>,
    /// The image: see [`super::image::Image`].
    pub image: Option<Field>,
    /// `Always`, `IfNotPresent` or `Never`.
    pub image_pull_policy: Option<Field>,
    /// The command, as a list of words.
    pub command: Option<Field>,
    /// The arguments, as a list of words.
    pub args: Option<Field>,
    /// The base name of the program (see [`super::flags::CommandLine`]); where only flags are given, the last part of
    /// the image's name.
    pub program: Option<Field>,
    /// The flags of command and arguments, names without dashes.
    pub flags: Option<Field>,
    /// Whether the container has security settings of its own.
    pub hardened: Option<Field>,
    /// The user (a number, or a name where the format takes names).
    pub user: Option<Field>,
    /// The group.
    pub group: Option<Field>,
    /// Whether the runtime refuses to start it as root.
    pub run_as_non_root: Option<Field>,
    /// Has all rights of the machine.
    pub privileged: Option<Field>,
    /// Whether a process may gain more rights than its parent.
    pub allow_privilege_escalation: Option<Field>,
    /// Whether its own file system is read-only.
    pub read_only_root_filesystem: Option<Field>,
    /// `add` and `drop`: lists of names in capitals without `CAP_`.
    pub capabilities: Option<Field>,
    /// `RuntimeDefault`, `Localhost` or `Unconfined`.
    pub seccomp_profile: Option<Field>,
    /// `RuntimeDefault`, `Localhost` or `Unconfined`.
    pub apparmor_profile: Option<Field>,
    /// `type`, `user`, `role`, `level`.
    pub selinux: Option<Field>,
    /// `Default` or `Unmasked`.
    pub proc_mount: Option<Field>,
    /// The most it may use: `cpu`, `memory` … as written.
    pub limits: Option<Field>,
    /// What is reserved for it: `cpu`, `memory` … as written.
    pub requests: Option<Field>,
    /// A list of `name`, `container_port`, `host_port`, `protocol`.
    pub ports: Option<Field>,
    /// A list of `name` and either `value` or `value_from` (`secret`, `config-map`, `field`, `resource`, `file`).
    pub env: Option<Field>,
    /// A list of `value_from` (`secret`, `config-map`) and `name`: whole sets of variables.
    pub env_from: Option<Field>,
    /// A list of `path`, `volume`, `read_only` and, for paths of the machine, `host_path`.
    pub mounts: Option<Field>,
    /// `liveness`, `readiness`, `startup`: whether there is such a probe.
    pub probes: Option<Field>,
    /// The restart policy of this container alone; `Always` makes an init container a sidecar.
    pub restart_policy: Option<Field>,
    /// The pod: see [`super::pod::Pod`].
    pub pod: Option<Field>,
}

impl Container {
    /// The tree that rules see.
    pub fn tree(self, place: Place) -> Node {
        map_of(
            place,
            [
                ("format", self.format),
                ("name", self.name),
                ("role", self.role),
                ("image", self.image),
                ("image_pull_policy", self.image_pull_policy),
                ("command", self.command),
                ("args", self.args),
                ("program", self.program),
                ("flags", self.flags),
                ("hardened", self.hardened),
                ("user", self.user),
                ("group", self.group),
                ("run_as_non_root", self.run_as_non_root),
                ("privileged", self.privileged),
                ("allow_privilege_escalation", self.allow_privilege_escalation),
                ("read_only_root_filesystem", self.read_only_root_filesystem),
                ("capabilities", self.capabilities),
                ("seccomp_profile", self.seccomp_profile),
                ("apparmor_profile", self.apparmor_profile),
                ("selinux", self.selinux),
                ("proc_mount", self.proc_mount),
                ("limits", self.limits),
                ("requests", self.requests),
                ("ports", self.ports),
                ("env", self.env),
                ("env_from", self.env_from),
                ("mounts", self.mounts),
                ("probes", self.probes),
                ("restart_policy", self.restart_policy),
                ("pod", self.pod),
            ],
        )
    }
}

/// The resource of a container: the address of its owner, a slash and its name.
pub fn resource(tree: Node, name: &str, owner: &SmolStr, header: Place) -> Resource {
    Resource {
        target: SmolStr::new_static(TARGET),
        address: smol_str::format_smolstr!("{owner}/{name}"),
        names: Vec::new(),
        extent: tree.place,
        tree,
        header,
        owner: Some(owner.clone()),
        call_chain: Vec::new(),
        converts_scalars: false,
    }
}
