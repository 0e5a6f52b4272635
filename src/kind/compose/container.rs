//! A service as a workload of one container.

use smol_str::SmolStr;

use crate::kind::Resource;
use crate::kind::shared::container::{self, Container};
use crate::kind::shared::flags::CommandLine;
use crate::kind::shared::image::Image;
use crate::kind::shared::pod::{self, Pod};
use crate::kind::shared::{Field, inexpressible, map_of};
use crate::syntax::tree::{Map, Node, Place, Value};

/// Stands for what is not known between pieces that are.
const GAP: &str = "\u{0}";

/// What is around a service.
pub(super) struct Around<'a> {
    /// Its name.
    pub name: &'a SmolStr,
    /// Where that is written.
    pub header: Place,
    /// Its address.
    pub owner: &'a SmolStr,
    /// The text of the file.
    pub source: &'a str,
}

/// The pod, the container, and the ports that are published.
pub(super) fn lower(service: &Node, around: &Around<'_>) -> (Resource, Resource, Field) {
    let mounts = mounts(service);
    let pod_tree = pod(service, &mounts, around).tree(service.place);
    let pod = pod::resource(pod_tree.clone(), around.owner, around.header, service.place);
    let tree = container(service, &mounts, pod_tree, around).tree(service.place);
    let container = container::resource(tree, around.name, around.owner, around.header);
    let key = service.as_map().and_then(|map| map.entry("ports")).map_or(around.header, |entry| entry.key_place);
    (pod, container, Field { key, value: Node::list(published(service), key) })
}

fn text(text: &'static str, place: Place) -> Field {
    Field::new(Node::text(SmolStr::new_static(text), place))
}

fn bool_at(value: bool, place: Place) -> Node {
    Node::new(Value::Bool(value), place)
}

fn pod(service: &Node, mounts: &[Node], around: &Around<'_>) -> Pod {
    let header = around.header;
    let of_host = |key: &str| {
        let field = Field::of(service, key)?;
        let is_host = field.value.as_str()? == "host";
        let value = bool_at(is_host, field.value.place);
        Some(field.with(value))
    };
    let workload = map_of(
        header,
        [
            ("kind", Some(text("Compose service", header))),
            ("name", Some(Field::new(Node::text(around.name.clone(), header)))),
            ("namespace", Some(inexpressible(header))),
        ],
    );
    let volume = |mount: &Node| {
        let path = Field::of(mount, "host_path")?;
        let fields = [("type", Some(text("bind", mount.place))), ("host_path", Some(path))];
        Some(map_of(mount.place, fields))
    };
    let volumes = Node::list(mounts.iter().filter_map(volume).collect(), header);
    Pod {
        workload: Some(Field::new(workload)),
        system: Some(Field::new(bool_at(false, header))),
        host_network: of_host("network_mode"),
        host_pid: of_host("pid"),
        host_ipc: of_host("ipc"),
        service_account: Some(inexpressible(header)),
        automount_service_account_token: Some(inexpressible(header)),
        volumes: Some(Field::new(volumes)),
        sysctls: Field::of(service, "sysctls").map(|field| pairs(field, '=')),
        ..Pod::default()
    }
}

fn container(service: &Node, mounts: &[Node], pod: Node, around: &Around<'_>) -> Container {
    let header = around.header;
    let field = |key: &str| Field::of(service, key);
    let options = Options::of(service);
    let words = |key: &str| service.get(key).map(Node::items).unwrap_or_default();
    let line = CommandLine::of(words("entrypoint"), words("command"), header);
    let (user, group) = user(service, header);
    let image = field("image").map(|written| match Image::of(&written.value, around.source) {
        Some(image) => written.with(image.tree()),
        None => written,
    });
    Container {
        format: Some(text("compose", header)),
        name: Some(Field::new(Node::text(around.name.clone(), header))),
        role: Some(text("main", header)),
        image,
        command: field("entrypoint"),
        args: field("command"),
        program: line.program.map(Field::new),
        flags: Some(Field { key: header, value: line.flags }),
        hardened: Some(hardened(service, header)),
        user,
        group,
        run_as_non_root: Some(inexpressible(header)),
        privileged: field("privileged"),
        allow_privilege_escalation: options.escalation,
        read_only_root_filesystem: field("read_only"),
        capabilities: capabilities(service),
        seccomp_profile: Some(options.seccomp.unwrap_or_else(|| text("RuntimeDefault", header))),
        apparmor_profile: options.apparmor,
        limits: quantities(service, "limits", [("cpu", "cpus"), ("memory", "mem_limit")]),
        requests: quantities(service, "reservations", [("cpu", ""), ("memory", "mem_reservation")])
            .or_else(|| Some(inexpressible(header))),
        env: field("environment").map(|written| pairs(written, '=')),
        mounts: Some(Field::new(Node::list(mounts.to_vec(), header))),
        probes: Some(probes(service, header)),
        pod: Some(Field { key: header, value: pod }),
        ..Container::default()
    }
}

/// Whether the service has security settings of its own; one that other files may add to is not known to have none.
fn hardened(service: &Node, header: Place) -> Field {
    let keys = ["security_opt", "cap_drop", "read_only", "userns_mode"];
    let written = keys.iter().find_map(|key| Field::of(service, key));
    match (written, service.as_map().and_then(|map| map.open.as_ref())) {
        (Some(field), _) => Field { key: field.key, value: bool_at(true, field.key) },
        (None, Some(unknown)) => Field::new(Node::depending(unknown, header)),
        (None, None) => Field::new(bool_at(false, header)),
    }
}

/// `1000`, `1000:1000`, `root`, `node`; the number of another name only the image knows.
fn user(service: &Node, header: Place) -> (Option<Field>, Option<Field>) {
    let Some(written) = Field::of(service, "user") else {
        return (Some(Field::new(Node::unknown("the user of the image", header))), None);
    };
    let Some(text) = written.value.value.scalar_text() else { return (Some(written), None) };
    let place = written.value.place;
    let (name, group) = text.split_once(':').map_or((text.as_str(), None), |(name, group)| (name, Some(group)));
    let number = |name: &str| match (name, name.parse::<f64>()) {
        ("root", _) => Node::new(Value::Number(0.0), place),
        (_, Ok(number)) => Node::new(Value::Number(number), place),
        _ => Node::unknown(smol_str::format_smolstr!("the number of the user {name}"), place),
    };
    let group = group.map(|group| written.clone().with(number(group)));
    let user = number(name);
    (Some(written.with(user)), group)
}

/// What `security_opt` says.
#[derive(Default)]
struct Options {
    escalation: Option<Field>,
    seccomp: Option<Field>,
    apparmor: Option<Field>,
}

impl Options {
    fn of(service: &Node) -> Options {
        let mut options = Options::default();
        let Some(written) = Field::of(service, "security_opt") else { return options };
        for item in written.value.items() {
            let Some(text) = item.as_str() else { continue };
            let (name, value) = text.split_once([':', '=']).unwrap_or((text, "true"));
            let at = |value: Node| Some(Field { key: written.key, value });
            match name {
                "no-new-privileges" => options.escalation = at(bool_at(value != "true", item.place)),
                "seccomp" => options.seccomp = at(Node::text(profile(value), item.place)),
                "apparmor" => options.apparmor = at(Node::text(profile(value), item.place)),
                _ => {}
            }
        }
        options
    }
}

fn profile(value: &str) -> &'static str {
    match value {
        "unconfined" => "Unconfined",
        "docker-default" | "builtin" => "RuntimeDefault",
        _ => "Localhost",
    }
}

fn capabilities(service: &Node) -> Option<Field> {
    let (add, drop) = (Field::of(service, "cap_add"), Field::of(service, "cap_drop"));
    let key = add.as_ref().or(drop.as_ref())?.key;
    let names = |field: Option<Field>| {
        field.map(|field| {
            let place = field.value.place;
            let names = field.value.items().iter().map(|node| match node.as_str() {
                Some(text) => {
                    let name = text.to_ascii_uppercase();
                    Node::text(name.strip_prefix("CAP_").unwrap_or(&name), node.place)
                }
                None => node.clone(),
            });
            let list = Node::list(names.collect(), place);
            field.with(list)
        })
    };
    let place = add.as_ref().or(drop.as_ref())?.value.place;
    Some(Field { key, value: map_of(place, [("add", names(add)), ("drop", names(drop))]) })
}

/// Limits or reservations: below `deploy`, or in the older keys.
fn quantities(service: &Node, list: &str, keys: [(&'static str, &str); 2]) -> Option<Field> {
    let resources = service.get("deploy").and_then(|deploy| deploy.get("resources")?.get(list));
    let newer = |name: &str| resources.and_then(|map| Field::of(map, if name == "cpu" { "cpus" } else { name }));
    let fields = keys.map(|(name, older)| (name, newer(name).or_else(|| Field::of(service, older))));
    let key = fields.iter().find_map(|(_, field)| field.as_ref())?.key;
    Some(Field { key, value: map_of(key, fields) })
}

fn probes(service: &Node, header: Place) -> Field {
    let health = Field::of(service, "healthcheck");
    let is_off = |node: &Node| node.get("disable").and_then(Node::as_bool) == Some(true);
    let checked = health.as_ref().map(|field| bool_at(!is_off(&field.value), field.key));
    let place = health.map_or(header, |field| field.key);
    // The image may have a check of its own.
    let liveness = checked.unwrap_or_else(|| Node::unknown("the health check of the image", header));
    let fields = [
        ("liveness", Some(Field::new(liveness))),
        ("readiness", Some(inexpressible(header))),
        ("startup", Some(inexpressible(header))),
    ];
    Field::new(map_of(place, fields))
}

/// A map, or a list of `NAME=value`, as a list of `name` and `value`. A name alone takes its value from outside.
fn pairs(written: Field, sign: char) -> Field {
    let pair = |name: Node, value: Option<Node>| {
        let place = name.place;
        let value = value.filter(|value| !value.is_null());
        let value = value.map(|value| Field { key: place, value });
        map_of(place, [("name", Some(Field::new(name))), ("value", value)])
    };
    let of_item = |item: &Node| match item.as_str() {
        Some(text) => match text.split_once(sign) {
            Some((name, value)) => pair(Node::text(name, item.place), Some(Node::text(value, item.place))),
            None => pair(item.clone(), None),
        },
        None => of_pieces(item, sign).map_or_else(|| item.clone(), |(name, value)| pair(name, Some(value))),
    };
    let items = match &written.value.value {
        Value::List(list) => list.items.iter().map(of_item).collect(),
        Value::Map(map) => {
            let of_entry = |entry: &crate::syntax::tree::Entry| {
                pair(Node::text(entry.key.clone(), entry.key_place), Some(entry.value.clone()))
            };
            map.entries.iter().map(of_entry).collect()
        }
        _ => return written,
    };
    let place = written.value.place;
    written.with(Node::list(items, place))
}

/// `NAME=${VALUE}`: the name is known.
fn of_pieces(item: &Node, sign: char) -> Option<(Node, Node)> {
    let Value::Unknown(unknown) = &item.value else { return None };
    let (name, _) = unknown.pieces.first()?.split_once(sign)?;
    Some((Node::text(name, item.place), Node::depending(unknown, item.place)))
}

/// Each with `path`, `read_only` and, for absolute paths of the machine, `host_path`.
fn mounts(service: &Node) -> Vec<Node> {
    let written = service.get("volumes").map(Node::items).unwrap_or_default();
    written.iter().map(mount).collect()
}

fn mount(item: &Node) -> Node {
    let place = item.place;
    let node = |value: &str| Some(Field::new(Node::text(value, place)));
    let is_of_machine = |source: &str| source.starts_with('/');
    if let Some(text) = item.as_str() {
        let parts: Vec<&str> = text.split(':').collect();
        let (source, target, mode) = match parts.as_slice() {
            [source, target, mode, ..] => (Some(*source), *target, *mode),
            [source, target] => (Some(*source), *target, ""),
            _ => (None, text, ""),
        };
        let read_only = mode.split(',').any(|word| word == "ro");
        return map_of(
            place,
            [
                ("path", node(target)),
                ("read_only", Some(Field::new(bool_at(read_only, place)))),
                ("host_path", source.filter(|source| is_of_machine(source)).and_then(node)),
            ],
        );
    }
    let host = Field::of(item, "source").filter(|source| source.value.as_str().is_some_and(is_of_machine));
    let fields =
        [("path", Field::of(item, "target")), ("read_only", Field::of(item, "read_only")), ("host_path", host)];
    map_of(place, fields)
}

/// The ports that are open on the machine.
fn published(service: &Node) -> Vec<Node> {
    let written = service.get("ports").map(Node::items).unwrap_or_default();
    written.iter().filter_map(published_port).collect()
}

fn published_port(item: &Node) -> Option<Node> {
    let place = item.place;
    let number = |text: &str| text.parse::<f64>().ok().map(|port| Node::new(Value::Number(port), place));
    let field = |node: Option<Node>| node.map(Field::new);
    if item.as_map().is_some() {
        let port = |key: &str| {
            Field::of(item, key).map(|field| {
                let value = field.value.value.scalar_text().and_then(|text| number(&text));
                let value = value.unwrap_or_else(|| field.value.clone());
                field.with(value)
            })
        };
        let host = port("published")?;
        let fields =
            [("address", Field::of(item, "host_ip")), ("host_port", Some(host)), ("container_port", port("target"))];
        return Some(map_of(place, fields));
    }
    let (text, unknown) = match &item.value {
        Value::Unknown(unknown) => (unknown.pieces.join(GAP).into(), Some(unknown)),
        value => (value.scalar_text()?, None),
    };
    let text = text.split('/').next()?;
    let mut parts = text.rsplitn(3, ':');
    let (container, host, address) = (parts.next()?, parts.next()?, parts.next());
    let known = |text: &str, node: Option<Node>| match unknown {
        Some(unknown) if text.contains(GAP) => Some(Node::depending(unknown, place)),
        _ => node,
    };
    let named = |address: &str| Node::text(address.trim_matches(['[', ']']), place);
    let mut map = Map::default();
    let fields = [
        ("address", field(address.and_then(|address| known(address, Some(named(address)))))),
        ("host_port", field(known(host, number(host)))),
        ("container_port", field(known(container, number(container)))),
    ];
    map.entries = map_of(place, fields).entries().to_vec();
    Some(Node::map(map, place))
}
