//! From the containers of a pod to the shared type `container`.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::kustomize::Kustomize;
use super::pod::{Template, host_path, text_field};
use super::{field, resolved};
use crate::kind::Resource;
use crate::kind::shared::container::{self, Container};
use crate::kind::shared::flags::CommandLine;
use crate::kind::shared::image::{Image, is_templated};
use crate::kind::shared::{Field, map_of};
use crate::syntax::tree::{Map, Node, Place, Unknown, Value};

/// The lists of containers and the role that each gives.
const LISTS: [(&str, &str); 3] =
    [("containers", "main"), ("initContainers", "init"), ("ephemeralContainers", "ephemeral")];

/// Annotations that set profiles in the years before there were fields, and still do in older clusters.
const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
const APPARMOR_CONTAINER: &str = "container.apparmor.security.beta.kubernetes.io/";

/// What is around a container.
pub(super) struct Around<'a> {
    /// The template of its pod.
    pub template: &'a Template<'a>,
    /// The tree of its pod.
    pub pod: &'a Node,
    /// The address of its workload.
    pub owner: &'a SmolStr,
    /// What declares it.
    pub format: &'static str,
    /// The text of the file.
    pub source: &'a str,
    /// What kustomizations change.
    pub kustomize: &'a Kustomize,
    /// Why it cannot be known what the container does not say.
    pub patched: Option<&'a Arc<Unknown>>,
}

impl Around<'_> {
    /// Whether something is written; where it is not, a patch may still write it.
    fn written(&self, written: bool, place: Place) -> Node {
        match self.patched {
            Some(unknown) if !written => Node::new(Value::Unknown(Arc::clone(unknown)), place),
            _ => Node::new(Value::Bool(written), place),
        }
    }
}

/// The containers of a pod, in the order of the lists.
pub(super) fn resources(around: &Around<'_>) -> Vec<Resource> {
    let mut resources = Vec::new();
    for (list, role) in LISTS {
        let Some(written) = field(Some(around.template.spec), list) else { continue };
        let containers = written.value.items().iter().filter(|node| node.as_map().is_some());
        for (index, node) in containers.enumerate() {
            let name = field(Some(node), "name").filter(|name| name.value.as_str().is_some());
            let header = name.as_ref().map(|name| name.value.place).or(node.get("image").map(|image| image.place));
            let header = header.unwrap_or(node.place);
            let shown = name.as_ref().and_then(|name| name.value.as_str().map(SmolStr::from));
            let shown = shown.unwrap_or_else(|| format_smolstr!("{index}"));
            let role = Field { key: written.key, value: Node::text(role, written.key) };
            let tree = container(node, &shown, role, header, around).tree(node.place);
            resources.push(container::resource(tree, &shown, around.owner, header));
        }
    }
    resources
}

fn container(node: &Node, name: &str, role: Field, header: Place, around: &Around<'_>) -> Container {
    let this = Some(node);
    let line = command_line(node, header);
    let image = Field::of(node, "image").map(|image| self::image(image, around));
    let place_of_flags = line.program.as_ref().map_or(header, |node| node.place);
    let settings = Security { own: node.get("securityContext"), pod: around.template.spec.get("securityContext") };
    Container {
        format: Some(Field::new(Node::text(SmolStr::new_static(around.format), header))),
        // One without a name is told by its place in the list.
        name: field(this, "name").or_else(|| Some(Field::new(Node::text(name, header)))),
        role: Some(role),
        program: line.program.or_else(|| program_of_image(image.as_ref()?)).map(Field::new),
        image,
        image_pull_policy: field(this, "imagePullPolicy"),
        command: field(this, "command"),
        args: field(this, "args"),
        flags: Some(Field { key: place_of_flags, value: line.flags }),
        hardened: Some(hardened(node, header, around)),
        user: settings.inherited("runAsUser"),
        group: settings.inherited("runAsGroup"),
        run_as_non_root: settings.inherited("runAsNonRoot"),
        privileged: field(settings.own, "privileged"),
        allow_privilege_escalation: field(settings.own, "allowPrivilegeEscalation"),
        read_only_root_filesystem: field(settings.own, "readOnlyRootFilesystem"),
        capabilities: field(settings.own, "capabilities").map(capabilities),
        seccomp_profile: seccomp(&settings, name, around),
        apparmor_profile: apparmor(&settings, name, around),
        selinux: settings.inherited("seLinuxOptions"),
        proc_mount: field(settings.own, "procMount"),
        limits: quantities(node, around, "limits"),
        requests: quantities(node, around, "requests"),
        ports: field(this, "ports").map(ports),
        env: field(this, "env").map(env),
        env_from: field(this, "envFrom").map(env_from),
        mounts: field(this, "volumeMounts").map(|mounts| self::mounts(mounts, around.pod)),
        probes: Some(Field::new(probes(node, header, around))),
        restart_policy: field(this, "restartPolicy"),
        pod: Some(Field { key: header, value: around.pod.clone() }),
    }
}

/// The security context of the container and that of its pod.
struct Security<'a> {
    own: Option<&'a Node>,
    pod: Option<&'a Node>,
}

impl Security<'_> {
    fn inherited(&self, key: &str) -> Option<Field> {
        field(self.own, key).or_else(|| field(self.pod, key))
    }

    /// The `type` of a profile.
    fn profile(&self, key: &str) -> Option<Field> {
        let of = |context: Option<&Node>| {
            let profile = field(context, key)?;
            if matches!(profile.value.value, Value::Unknown(_)) {
                Some(profile)
            } else {
                field(Some(&profile.value), "type")
            }
        };
        of(self.own).or_else(|| of(self.pod))
    }
}

fn seccomp(settings: &Security<'_>, name: &str, around: &Around<'_>) -> Option<Field> {
    let annotated =
        || annotation(around, &format!("{SECCOMP_CONTAINER}{name}")).or_else(|| annotation(around, SECCOMP_POD));
    settings.profile("seccompProfile").or_else(annotated)
}

fn apparmor(settings: &Security<'_>, name: &str, around: &Around<'_>) -> Option<Field> {
    settings.profile("appArmorProfile").or_else(|| annotation(around, &format!("{APPARMOR_CONTAINER}{name}")))
}

/// A profile that an annotation of the pod sets, in the words of the fields.
fn annotation(around: &Around<'_>, key: &str) -> Option<Field> {
    let annotations = around.template.metadata.and_then(|metadata| metadata.get("annotations"));
    let written = field(annotations, key)?;
    let profile = match written.value.as_str()? {
        "runtime/default" | "docker/default" => "RuntimeDefault",
        "unconfined" => "Unconfined",
        profile if profile.starts_with("localhost/") => "Localhost",
        // Not a profile; the pod will not start.
        _ => return Some(written),
    };
    let place = written.value.place;
    Some(written.with(Node::text(profile, place)))
}

fn image(written: Field, around: &Around<'_>) -> Field {
    let Some(mut image) = Image::of(&written.value, around.source) else { return written };
    let name = written.value.as_str().and_then(|text| text.split(['@']).next()).unwrap_or_default();
    let base = image
        .tag
        .as_ref()
        .and_then(Node::as_str)
        .and_then(|tag| name.strip_suffix(tag))
        .map(|base| base.trim_end_matches(':'));
    if around.kustomize.sets_image(base.unwrap_or(name)) {
        let unknown = || Some(Node::unknown("the images of the kustomization", written.value.place));
        (image.tag, image.digest) = (unknown(), unknown());
    }
    written.with(image.tree())
}

/// The program of an image that is given nothing but flags: `registry/etcd:3.5` starts `etcd`.
fn program_of_image(image: &Field) -> Option<Node> {
    let repository = image.value.get("repository")?;
    let name = repository.as_str()?.rsplit('/').next()?;
    // Old images of the control plane carry their architecture in the name.
    let name = ["-amd64", "-arm64"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
    Some(Node::text(name, repository.place))
}

/// Whether the container has security settings of its own.
fn hardened(node: &Node, header: Place, around: &Around<'_>) -> Field {
    match field(Some(node), "securityContext") {
        Some(written) if matches!(written.value.value, Value::Unknown(_)) => written,
        Some(written) => {
            let settings = around.written(!written.value.entries().is_empty(), written.key);
            written.with(settings)
        }
        None => Field::new(around.written(false, header)),
    }
}

fn command_line(node: &Node, header: Place) -> CommandLine {
    let words = |key: &str| node.get(key).map(Node::items).unwrap_or_default();
    let place = node.get("command").or(node.get("args")).map_or(header, |node| node.place);
    CommandLine::of(words("command"), words("args"), place)
}

fn capabilities(written: Field) -> Field {
    if matches!(written.value.value, Value::Unknown(_)) {
        return written;
    }
    let names = |key: &str| {
        let list = field(Some(&written.value), key)?;
        if matches!(list.value.value, Value::Unknown(_)) {
            return Some(list);
        }
        let place = list.value.place;
        let names = list.value.items().iter().map(capability).collect();
        Some(list.with(Node::list(names, place)))
    };
    let tree = map_of(written.value.place, [("add", names("add")), ("drop", names("drop"))]);
    written.with(tree)
}

/// The name of a capability in capitals without `CAP_`.
fn capability(node: &Node) -> Node {
    let Some(text) = node.as_str() else { return node.clone() };
    let name = text.to_ascii_uppercase();
    Node::text(name.strip_prefix("CAP_").unwrap_or(&name), node.place)
}

/// Limits or requests: of the container and, for what it does not say, of the pod as a whole.
fn quantities(node: &Node, around: &Around<'_>, key: &str) -> Option<Field> {
    let of = |holder: &Node| holder.get("resources").and_then(|resources| field(Some(resources), key));
    let (own, shared) = (of(node), of(around.template.spec));
    let (Some(own), Some(shared)) = (&own, &shared) else { return own.or(shared).map(known_quantities) };
    let mut map = own.value.as_map().cloned().unwrap_or_default();
    for entry in shared.value.entries() {
        if map.entry(&entry.key).is_none() {
            map.entries.push(entry.clone());
        }
    }
    Some(known_quantities(Field { key: own.key, value: Node::map(map, own.value.place) }))
}

/// The same with unknowns where a template fills in the amount.
fn known_quantities(written: Field) -> Field {
    let is_open = |node: &Node| node.as_str().is_some_and(is_templated);
    if !written.value.entries().iter().any(|entry| is_open(&entry.value)) {
        return written;
    }
    let mut map = Map::default();
    for entry in written.value.entries() {
        let value = resolved(Field { key: entry.key_place, value: entry.value.clone() }).value;
        map.push(entry.key.clone(), entry.key_place, value);
    }
    let place = written.value.place;
    written.with(Node::map(map, place))
}

/// A list whose elements are maps, each lowered by `each`.
fn list_of(written: Field, each: impl Fn(&Node) -> Node) -> Field {
    if matches!(written.value.value, Value::Unknown(_)) {
        return written;
    }
    let items = written.value.items().iter().map(each).collect();
    let place = written.value.place;
    written.with(Node::list(items, place))
}

fn ports(written: Field) -> Field {
    list_of(written, |node| {
        let this = Some(node);
        let fields = [
            ("name", field(this, "name")),
            ("container_port", field(this, "containerPort")),
            ("host_port", field(this, "hostPort")),
            ("protocol", field(this, "protocol")),
        ];
        map_of(node.place, fields)
    })
}

fn env(written: Field) -> Field {
    list_of(written, |node| {
        let source = node.get("valueFrom").and_then(|from| from.entries().first());
        let kind = source.map(|entry| match entry.key.as_str() {
            "secretKeyRef" => text_field("secret", entry.key_place),
            "configMapKeyRef" => text_field("config-map", entry.key_place),
            "fieldRef" => text_field("field", entry.key_place),
            "resourceFieldRef" => text_field("resource", entry.key_place),
            _ => text_field("file", entry.key_place),
        });
        let this = Some(node);
        map_of(node.place, [("name", field(this, "name")), ("value", field(this, "value")), ("value_from", kind)])
    })
}

fn env_from(written: Field) -> Field {
    list_of(written, |node| {
        let source = node.entries().iter().find(|entry| entry.key.ends_with("Ref"));
        let kind = source
            .map(|entry| text_field(if entry.key == "secretRef" { "secret" } else { "config-map" }, entry.key_place));
        let name = source.and_then(|entry| field(Some(&entry.value), "name"));
        map_of(node.place, [("value_from", kind), ("name", name)])
    })
}

fn mounts(written: Field, pod: &Node) -> Field {
    list_of(written, |node| {
        let this = Some(node);
        let volume = field(this, "name");
        let name = volume.as_ref().and_then(|volume| volume.value.as_str());
        let path = name.and_then(|name| host_path(pod, name)).map(|path| text_field(path, node.place));
        let fields = [
            ("path", field(this, "mountPath")),
            ("read_only", field(this, "readOnly")),
            ("host_path", path),
            ("volume", volume),
        ];
        map_of(node.place, fields)
    })
}

fn probes(node: &Node, header: Place, around: &Around<'_>) -> Node {
    let probe = |key: &str| {
        let written = Field::of(node, key);
        let place = written.as_ref().map_or(header, |written| written.key);
        Some(Field::new(around.written(written.is_some(), place)))
    };
    let fields = [
        ("liveness", probe("livenessProbe")),
        ("readiness", probe("readinessProbe")),
        ("startup", probe("startupProbe")),
    ];
    map_of(header, fields)
}
