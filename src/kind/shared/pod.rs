//! The shared type `pod`: what runs together on one machine, whatever format declares it.

use super::{Field, map_of};
use crate::kind::Resource;
use crate::syntax::tree::{Node, Place};
use smol_str::SmolStr;

/// The target of pods.
pub const TARGET: &str = "pod";

/// What runs together on one machine: the pod of a workload.
///
/// A pod is judged once, where it is written; its owner is the workload. Containers hold it as `pod`.
#[derive(Debug, Clone, Default)]
pub struct Pod {
    /// The workload that declares it: `kind`, `name`, `namespace`.
    pub workload: Option<Field>,
    /// Whether it is a part of the cluster itself, so that rights over the machine are what it is for. Always known.
    pub system: Option<Field>,
    /// Shares the network of the machine.
    pub host_network: Option<Field>,
    /// Sees the processes of the machine.
    pub host_pid: Option<Field>,
    /// Shares the memory segments and message queues of the machine.
    pub host_ipc: Option<Field>,
    /// Its containers see each other's processes.
    pub share_process_namespace: Option<Field>,
    /// The name of the account it runs as; `default` where none is written.
    pub service_account: Option<Field>,
    /// Whether the account's token is mounted; absent where the pod does not say (then the account decides, else yes).
    pub automount_service_account_token: Option<Field>,
    /// A list of `name`, `type` (`host-path`, `secret`, `config-map`, `empty-dir` …) and, for those of the machine,
    /// `host_path`.
    pub volumes: Option<Field>,
    /// The additional groups of all processes.
    pub supplemental_groups: Option<Field>,
    /// The group that owns volumes.
    pub fs_group: Option<Field>,
    /// Kernel settings: a list of `name` and `value`.
    pub sysctls: Option<Field>,
    /// `Always`, `OnFailure` or `Never`.
    pub restart_policy: Option<Field>,
    /// The class of the runtime that isolates it.
    pub runtime_class: Option<Field>,
    /// Lines that are added to the hosts file.
    pub host_aliases: Option<Field>,
    /// The labels that selectors match.
    pub labels: Option<Field>,
    /// The annotations.
    pub annotations: Option<Field>,
}

impl Pod {
    /// The tree that rules see.
    pub fn tree(self, place: Place) -> Node {
        map_of(
            place,
            [
                ("workload", self.workload),
                ("system", self.system),
                ("host_network", self.host_network),
                ("host_pid", self.host_pid),
                ("host_ipc", self.host_ipc),
                ("share_process_namespace", self.share_process_namespace),
                ("service_account", self.service_account),
                ("automount_service_account_token", self.automount_service_account_token),
                ("volumes", self.volumes),
                ("supplemental_groups", self.supplemental_groups),
                ("fs_group", self.fs_group),
                ("sysctls", self.sysctls),
                ("restart_policy", self.restart_policy),
                ("runtime_class", self.runtime_class),
                ("host_aliases", self.host_aliases),
                ("labels", self.labels),
                ("annotations", self.annotations),
            ],
        )
    }
}

/// The resource of a pod: the address of its workload, then `/pod`.
pub fn resource(tree: Node, owner: &SmolStr, header: Place, extent: Place) -> Resource {
    Resource {
        target: SmolStr::new_static(TARGET),
        address: smol_str::format_smolstr!("{owner}/pod"),
        names: Vec::new(),
        tree,
        header,
        extent,
        owner: Some(owner.clone()),
        call_chain: Vec::new(),
        converts_scalars: false,
    }
}
