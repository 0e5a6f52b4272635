//! Stages: what each builds on, and what is in effect at its end.

use smol_str::SmolStr;

use super::expand::{Variables, depends_on};
use crate::kind::shared::Field;
use crate::kind::shared::image::Image;
use crate::kind::shared::ingress::port_texts;
use crate::kind::{ParsedFile, Resource};
use crate::syntax::tree::{At, Map, Node, Place, Span, Value};

/// What is in effect for whoever runs a stage, or builds on it.
#[derive(Debug, Clone, Default)]
struct Effect {
    user: Option<Node>,
    group: Option<Node>,
    workdir: Option<Node>,
    healthcheck: Option<Node>,
    entrypoint: Option<Node>,
    cmd: Option<Node>,
    shell: Option<Node>,
    exposed: Vec<Node>,
    env: Map,
}

/// One stage of a Dockerfile.
#[derive(Debug)]
pub(super) struct Stage {
    /// Its position, from 0.
    index: usize,
    /// Its name in lower case.
    pub(super) name: Option<Node>,
    /// The `FROM` instruction.
    pub(super) header: Place,
    extent: Place,
    is_final: bool,
    base: Node,
    platform: Option<Node>,
    effect: Effect,
    /// Variables that are set at its end.
    variables: Variables,
    /// Its instructions, each with the effect in which it runs.
    own: Vec<Node>,
}

/// The global arguments and the stages of a file.
pub(super) fn read_stages(file: &ParsedFile, tree: &Node) -> (Map, Vec<Stage>) {
    let mut reader = Reader { file, globals: Map::default(), variables: Variables::default(), stages: Vec::new() };
    for instruction in tree.get("instructions").map_or(&[][..], Node::items) {
        reader.read(instruction);
    }
    if let Some(last) = reader.stages.last_mut() {
        last.is_final = true;
    }
    (reader.globals, reader.stages)
}

struct Reader<'f> {
    file: &'f ParsedFile,
    globals: Map,
    /// Values of the global arguments.
    variables: Variables,
    stages: Vec<Stage>,
}

/// The keyword of an instruction.
fn keyword(instruction: &Node) -> &str {
    instruction.get("instruction").and_then(Node::as_str).unwrap_or_default()
}

impl Reader<'_> {
    fn read(&mut self, instruction: &Node) {
        if keyword(instruction) == "FROM" {
            let stage = self.begin(instruction);
            self.stages.push(stage);
        } else if let Some(stage) = self.stages.last_mut() {
            stage.apply(instruction, &self.variables);
        } else if keyword(instruction) == "ARG" {
            for entry in instruction.get("variables").map_or(&[][..], Node::entries) {
                let value = entry.value.as_str().map(|text| self.variables.fill(text));
                let known = value.and_then(|(text, missing)| missing.is_none().then(|| SmolStr::from(text)));
                self.variables.set(&entry.key, known);
                self.globals.entries.push(entry.clone());
            }
        }
    }

    /// A stage at its `FROM`, with the effect of the stage that it builds on.
    fn begin(&self, from: &Node) -> Stage {
        let written = from.get("image");
        let filled = written.map(|image| self.variables.node(image));
        let parent = filled.as_ref().and_then(Node::as_str).and_then(|name| self.stage(name));
        let name = from.get("name").and_then(|name| Some(Node::text(name.as_str()?.to_lowercase(), name.place)));
        let mut stage = Stage {
            index: self.stages.len(),
            name,
            header: from.place,
            extent: from.place,
            is_final: false,
            base: self.base(written, parent, from.place),
            platform: from.get("flags").and_then(|flags| flags.get("platform")).map(|text| self.variables.node(text)),
            effect: parent.map(|parent| parent.effect.clone()).unwrap_or_default(),
            variables: parent.map(|parent| parent.variables.clone()).unwrap_or_default(),
            own: Vec::new(),
        };
        let mut own = from.as_map().cloned().unwrap_or_default();
        own.push("base", stage.base.place, stage.base.clone());
        stage.keep(own, from.place);
        stage
    }

    /// The earlier stage of this name.
    fn stage(&self, name: &str) -> Option<&Stage> {
        self.stages
            .iter()
            .rev()
            .find(|stage| stage.name.as_ref().and_then(Node::as_str).is_some_and(|own| own.eq_ignore_ascii_case(name)))
    }

    /// What a stage is built on.
    fn base(&self, written: Option<&Node>, parent: Option<&Stage>, place: Place) -> Node {
        let Some(written) = written else { return Node::new(Value::Null, place) };
        if let Some(parent) = parent {
            let mut map = Map::default();
            map.push("text", written.place, self.variables.node(written));
            let name = parent.name.clone().unwrap_or_else(|| parent.index_node());
            map.push("from_stage", written.place, Node { place: written.place, ..name });
            return Node::map(map, written.place);
        }
        let (filled, missing) = self.variables.fill(written.as_str().unwrap_or_default());
        let image = Image::of(&Node::text(filled, written.place), &self.file.text);
        let Some(image) = image else { return Node::unknown("the image", written.place) };
        // A part that an argument fills in depends on that argument; so does all of the text.
        let known = |node: Node| match (&node.value, &missing) {
            (Value::Unknown(_), Some(name)) => Node::unknown(depends_on(name), node.place),
            _ => node,
        };
        let text = match &missing {
            Some(name) => Node::unknown(depends_on(name), written.place),
            None => image.text.clone(),
        };
        let image = Image {
            text,
            registry: known(image.registry),
            repository: known(image.repository),
            tag: image.tag.map(known),
            digest: image.digest.map(known),
        };
        image.tree()
    }
}

impl Stage {
    /// Its index as a node.
    pub(super) fn index_node(&self) -> Node {
        Node::new(Value::Number(self.index as f64), self.header)
    }

    fn address(&self) -> SmolStr {
        let name = self.name.as_ref().and_then(Node::as_str);
        name.map_or_else(|| smol_str::format_smolstr!("stage {}", self.index), SmolStr::from)
    }

    /// Takes in one instruction.
    fn apply(&mut self, instruction: &Node, globals: &Variables) {
        self.extent = cover(self.extent, instruction.place);
        let mut own = instruction.as_map().cloned().unwrap_or_default();
        let field = |key: &str| instruction.get(key).map(|node| self.variables.node(node));
        match keyword(instruction) {
            "USER" => {
                (self.effect.user, self.effect.group) = (field("user"), field("group"));
                replace(&mut own, "user", self.effect.user.as_ref());
                replace(&mut own, "group", self.effect.group.as_ref());
            }
            "WORKDIR" => self.effect.workdir = field("value"),
            "HEALTHCHECK" => self.effect.healthcheck = Some(instruction.clone()),
            "ENTRYPOINT" => {
                self.effect.entrypoint = words(instruction);
                // A new entrypoint clears the command of the image that it builds on.
                self.effect.cmd = None;
            }
            "CMD" => self.effect.cmd = words(instruction),
            "SHELL" => self.effect.shell = words(instruction),
            "EXPOSE" => {
                let ports = self.ports(instruction);
                self.effect.exposed.extend(ports.items().iter().cloned());
                replace(&mut own, "ports", Some(&ports));
            }
            "RUN" => {
                replace(&mut own, "shell", self.effect.shell.as_ref());
                replace(&mut own, "user", self.effect.user.as_ref());
            }
            "ENV" => self.set_all(instruction, &Variables::default(), true),
            "ARG" => self.set_all(instruction, globals, false),
            _ => {}
        }
        self.keep(own, instruction.place);
    }

    fn keep(&mut self, mut own: Map, place: Place) {
        let name = self.name.clone().unwrap_or_else(|| self.index_node());
        own.push("stage", self.header, Node { place: self.header, ..name });
        self.own.push(Node::map(own, place));
    }

    /// Sets what `ENV` or `ARG` sets. An argument without a default has that of the global one of its name.
    fn set_all(&mut self, instruction: &Node, globals: &Variables, is_env: bool) {
        for entry in instruction.get("variables").map_or(&[][..], Node::entries) {
            let value = match entry.value.as_str() {
                Some(text) => match self.variables.fill(text) {
                    (text, None) => Some(SmolStr::from(text)),
                    (_, Some(_)) => None,
                },
                None => globals.get(&entry.key).cloned().flatten(),
            };
            if is_env {
                let node = value.as_ref().map_or_else(
                    || Node::unknown(depends_on(&entry.key), entry.value.place),
                    |text| Node::text(text.clone(), entry.value.place),
                );
                self.effect.env.entries.retain(|known| known.key != entry.key);
                self.effect.env.push(entry.key.clone(), entry.key_place, node);
            }
            // `ENV` wins over `ARG` of the same name.
            if is_env || self.effect.env.get(&entry.key).is_none() {
                self.variables.set(&entry.key, value);
            }
        }
    }

    /// `22/tcp` and `8000-8010` as numbers and `{from, to}`.
    fn ports(&self, instruction: &Node) -> Node {
        let Some(written) = instruction.get("ports") else { return Node::list(Vec::new(), instruction.place) };
        let port = |node: &Node| {
            let node = self.variables.node(node);
            let number = node.as_str().map(|text| text.split_once('/').map_or(text, |(port, _)| port).to_owned());
            number.map_or(node.clone(), |number| Node::text(number, node.place))
        };
        let texts = Node::list(written.items().iter().map(port).collect(), written.place);
        port_texts(Field::new(texts)).value
    }

    /// The stage as a resource.
    pub(super) fn resource(&self) -> Resource {
        let mut map = Map::default();
        let mut push = |key: &'static str, node: Option<Node>| {
            if let Some(node) = node {
                map.push(key, node.place, node);
            }
        };
        push("index", Some(self.index_node()));
        push("name", self.name.clone());
        push("final", Some(Node::new(Value::Bool(self.is_final), self.header)));
        push("base", Some(self.base.clone()));
        push("platform", self.platform.clone());
        let effect = self.effect.clone();
        push("user", effect.user);
        push("group", effect.group);
        push("workdir", effect.workdir);
        push("healthcheck", effect.healthcheck);
        push("entrypoint", effect.entrypoint);
        push("cmd", effect.cmd);
        push("shell", effect.shell);
        push("exposed", Some(Node::list(effect.exposed, self.header)));
        push("env", Some(Node::map(effect.env, self.header)));
        push("instructions", Some(Node::list(self.own.clone(), self.extent)));
        self.part("dockerfile/stage".into(), self.address(), Node::map(map, self.extent), None)
    }

    /// Its instructions as resources.
    pub(super) fn instructions(&self) -> Vec<Resource> {
        let mut resources = Vec::with_capacity(self.own.len());
        let mut counts = std::collections::BTreeMap::new();
        for own in &self.own {
            let kind = keyword(own).to_lowercase();
            let count = counts.entry(kind.clone()).or_insert(0_usize);
            let address = smol_str::format_smolstr!("{}/{kind}[{count}]", self.address());
            *count += 1;
            let mut map = own.as_map().cloned().unwrap_or_default();
            map.push("final", self.header, Node::new(Value::Bool(self.is_final), self.header));
            let tree = Node::map(map, own.place);
            resources.push(self.part(
                smol_str::format_smolstr!("dockerfile/{kind}"),
                address,
                tree,
                Some(self.address()),
            ));
        }
        resources
    }

    fn part(&self, target: SmolStr, address: SmolStr, tree: Node, owner: Option<SmolStr>) -> Resource {
        let extent = tree.place;
        let name = if owner.is_none() { self.name.as_ref().and_then(Node::as_str) } else { None };
        Resource {
            target,
            address,
            names: name.map(SmolStr::from).into_iter().collect(),
            header: if owner.is_none() { self.header } else { extent },
            extent,
            tree,
            owner,
            call_chain: Vec::new(),
            converts_scalars: true,
        }
    }
}

/// The words of an instruction in list form, else its text.
fn words(instruction: &Node) -> Option<Node> {
    instruction.get("exec").or_else(|| instruction.get("command")).cloned()
}

/// Sets a field of an instruction to what is in effect.
fn replace(map: &mut Map, key: &'static str, node: Option<&Node>) {
    if let Some(node) = node {
        map.entries.retain(|entry| entry.key != key);
        map.push(key, node.place, node.clone());
    }
}

/// The place from the start of one to the end of the other.
fn cover(first: Place, second: Place) -> Place {
    match (first.at, second.at) {
        (At::Span(a), At::Span(b)) => Place::span(first.file, Span::cover(a, b)),
        _ => first,
    }
}
