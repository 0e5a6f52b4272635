//! OpenAPI: descriptions of interfaces, version 2 (Swagger) and 3, in YAML or JSON.
//!
//! | target | address | fields |
//! |---|---|---|
//! | `openapi/document` | `document` | `version` (2 or 3), `title`, `servers` (addresses), `security` (as written), `security_schemes` (names) |
//! | `openapi/security-scheme` | `securitySchemes.NAME` | `name`, `version`, `type`, `scheme`, `in`, `flows` (names of version 3), `flow_urls`, `servers` |
//! | `openapi/operation` | `GET /pens` | `method`, `path`, `version`, `operation_id`, `deprecated`, `security` (in effect), `public` (whether it can be called without credentials), `requirements`, `produces`, `consumes`, `servers` |
//!
//! - `requirements` are the schemes that may be used for an operation, each with `name`, `defined`, `scopes` and the
//!   fields of the scheme.
//! - Version 2's `basic` is `http` with the scheme `basic`; its flows have the names of version 3. Its `schemes` and
//!   `host` are `servers`.
//! - What another file is referred to for (`$ref`) is not followed.

#[cfg(test)]
mod tests;

use smol_str::{SmolStr, format_smolstr};

use super::shared::{self, Field, map_of};
use super::{Group, Kind, ParsedFile, Resource, Unit, View, by_file};
use crate::syntax::tree::{Map, Node, Place, Value};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Descriptions of interfaces.
pub struct OpenApi;

impl Kind for OpenApi {
    fn name(&self) -> &'static str {
        "openapi"
    }

    fn claims(&self, file: &ParsedFile, _view: &View<'_>) -> bool {
        file.trees().first().is_some_and(|tree| version(tree).is_some())
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        by_file(files)
    }

    fn build(&self, group: &Group<'_>, _view: &View<'_>) -> Unit {
        let mut unit = Unit { kind: self.name(), name: group.name.clone(), ..Unit::default() };
        for tree in group.files.iter().filter_map(|file| file.trees().first()) {
            if let Some(version) = version(tree) {
                let document = Document::of(tree, version);
                unit.resources.push(document.resource());
                unit.resources.extend(document.schemes.iter().map(Document::scheme));
                unit.resources.extend(document.operations());
            }
        }
        unit
    }
}

/// The major version of a description; none for what is no description.
fn version(tree: &Node) -> Option<f64> {
    tree.get("info").or(tree.get("paths"))?;
    let written = |key: &str| tree.get(key).and_then(|node| node.value.scalar_text());
    match (written("openapi"), written("swagger")) {
        (Some(text), _) if text.starts_with("3.") || text == "3" => Some(3.0),
        (_, Some(text)) if text.starts_with('2') => Some(2.0),
        _ => None,
    }
}

/// A scheme that callers prove with who they are.
struct Scheme {
    name: SmolStr,
    header: Place,
    tree: Node,
}

/// A description.
struct Document<'t> {
    root: &'t Node,
    version: f64,
    servers: Field,
    schemes: Vec<Scheme>,
}

impl<'t> Document<'t> {
    fn of(root: &'t Node, version: f64) -> Document<'t> {
        let servers = servers(root, version);
        let written = if version < 3.0 {
            root.get("securityDefinitions")
        } else {
            root.get("components").and_then(|components| components.get("securitySchemes"))
        };
        let entries = written.map_or(&[][..], Node::entries).iter();
        let schemes = entries
            .filter(|entry| entry.value.as_map().is_some())
            .map(|entry| Scheme {
                name: entry.key.clone(),
                header: entry.key_place,
                tree: scheme(&entry.key, entry.key_place, &entry.value, version, &servers),
            })
            .collect();
        Document { root, version, servers, schemes }
    }

    fn header(&self) -> Place {
        let map = self.root.as_map();
        let entry = map.and_then(|map| map.entry("openapi").or_else(|| map.entry("swagger")));
        entry.map_or(self.root.place, |entry| entry.key_place)
    }

    fn number(&self) -> Field {
        Field::new(Node::new(Value::Number(self.version), self.header()))
    }

    fn resource(&self) -> Resource {
        let header = self.header();
        let names = self.schemes.iter().map(|scheme| Node::text(scheme.name.clone(), scheme.header)).collect();
        let fields = [
            ("version", Some(self.number())),
            ("title", self.root.get("info").and_then(|info| Field::of(info, "title"))),
            ("servers", Some(self.servers.clone())),
            ("security", Field::of(self.root, "security")),
            ("security_schemes", Some(Field::new(Node::list(names, header)))),
        ];
        let mut resource =
            shared::resource("openapi/document", "document".into(), map_of(self.root.place, fields), header);
        resource.extent = header;
        resource
    }

    fn scheme(scheme: &Scheme) -> Resource {
        let address = format_smolstr!("securitySchemes.{}", scheme.name);
        shared::resource("openapi/security-scheme", address, scheme.tree.clone(), scheme.header)
    }

    fn operations(&self) -> Vec<Resource> {
        let mut found = Vec::new();
        for path in self.root.get("paths").map_or(&[][..], Node::entries) {
            let methods = path.value.entries().iter().filter(|entry| METHODS.contains(&entry.key.as_str()));
            for method in methods.filter(|method| method.value.as_map().is_some()) {
                found.push(self.operation(&path.key, method));
            }
        }
        found
    }

    fn operation(&self, path: &SmolStr, entry: &crate::syntax::tree::Entry) -> Resource {
        let (node, header) = (&entry.value, entry.key_place);
        let text = |text: SmolStr| Some(Field::new(Node::text(text, header)));
        let inherited = |key: &str| Field::of(node, key).or_else(|| Field::of(self.root, key));
        let security = inherited("security");
        let requirements = security.as_ref().map(|field| self.requirements(&field.value)).unwrap_or_default();
        let is_public = security.as_ref().is_none_or(|field| is_open(&field.value));
        let place = security.as_ref().map_or(header, |field| field.key);
        let fields = [
            ("method", text(entry.key.to_uppercase().into())),
            ("path", text(path.clone())),
            ("version", Some(self.number())),
            ("operation_id", Field::of(node, "operationId")),
            ("deprecated", Field::of(node, "deprecated")),
            ("public", Some(Field { key: place, value: Node::new(Value::Bool(is_public), place) })),
            ("security", security),
            ("requirements", Some(Field::new(Node::list(requirements, place)))),
            ("produces", inherited("produces")),
            ("consumes", inherited("consumes")),
            ("servers", Some(own_servers(node, self.version).unwrap_or_else(|| self.servers.clone()))),
        ];
        let address = format_smolstr!("{} {path}", entry.key.to_uppercase());
        let mut resource = shared::resource("openapi/operation", address, map_of(node.place, fields), header);
        resource.extent = cover(header, node.place);
        resource
    }

    /// The schemes that a list of requirements names.
    fn requirements(&self, security: &Node) -> Vec<Node> {
        let mut found = Vec::new();
        for entry in security.items().iter().flat_map(Node::entries) {
            let known = self.schemes.iter().find(|scheme| scheme.name == entry.key);
            let mut map =
                Map { entries: known.map_or_else(Vec::new, |scheme| scheme.tree.entries().to_vec()), open: None };
            map.entries.retain(|field| field.key != "name");
            // What the scheme says is said here by naming it.
            for field in &mut map.entries {
                field.key_place = entry.key_place;
                field.value = Node { place: entry.key_place, ..field.value.clone() };
            }
            map.push("name", entry.key_place, Node::text(entry.key.clone(), entry.key_place));
            map.push("defined", entry.key_place, Node::new(Value::Bool(known.is_some()), entry.key_place));
            map.push("scopes", entry.key_place, entry.value.clone());
            found.push(Node::map(map, entry.key_place));
        }
        found
    }
}

/// Whether the requirements let somebody in who proves nothing: none at all, or an empty one among others.
fn is_open(security: &Node) -> bool {
    let items = security.items();
    items.is_empty() || items.iter().any(|item| item.as_map().is_some_and(|map| map.entries.is_empty()))
}

fn cover(one: Place, other: Place) -> Place {
    match (one.as_span(), other.as_span()) {
        (Some(first), Some(second)) if one.file == other.file => Place::span(one.file, first.cover(second)),
        _ => other,
    }
}

/// The fields of a scheme, in the words of version 3.
fn scheme(name: &SmolStr, place: Place, node: &Node, version: f64, servers: &Field) -> Node {
    let written = Field::of(node, "type");
    let is_basic = written.as_ref().is_some_and(|field| field.value.as_str() == Some("basic"));
    let renamed = |field: &Field, text: &'static str| {
        let value = Node::text(SmolStr::new_static(text), field.value.place);
        field.clone().with(value)
    };
    let kind = if is_basic { written.as_ref().map(|field| renamed(field, "http")) } else { written.clone() };
    let lowered = Field::of(node, "scheme").map(|field| match field.value.as_str().map(str::to_lowercase) {
        Some(text) => {
            let value = Node::text(text, field.value.place);
            field.with(value)
        }
        None => field,
    });
    let scheme = if is_basic { written.as_ref().map(|field| renamed(field, "basic")) } else { lowered };
    let (flows, urls) = flows(node, version);
    let fields = [
        ("name", Some(Field::new(Node::text(name.clone(), place)))),
        ("version", Some(Field::new(Node::new(Value::Number(version), place)))),
        ("type", kind),
        ("scheme", scheme),
        ("in", Field::of(node, "in")),
        ("flows", flows),
        ("flow_urls", urls),
        ("servers", Some(servers.clone())),
    ];
    map_of(node.place, fields)
}

/// The flows of OAuth by their names in version 3, and the addresses that they use.
fn flows(node: &Node, version: f64) -> (Option<Field>, Option<Field>) {
    let is_url = |key: &str| matches!(key, "authorizationUrl" | "tokenUrl" | "refreshUrl");
    let urls_of = |node: &Node| {
        let entries = node.entries().iter().filter(|entry| is_url(&entry.key));
        entries.map(|entry| entry.value.clone()).collect::<Vec<Node>>()
    };
    if version < 3.0 {
        let Some(flow) = Field::of(node, "flow") else { return (None, None) };
        let name = match flow.value.as_str() {
            Some("accessCode") => "authorizationCode",
            Some("application") => "clientCredentials",
            Some("implicit") => "implicit",
            Some("password") => "password",
            _ => return (None, None),
        };
        let place = flow.value.place;
        let flows = flow.with(Node::list(vec![Node::text(name, place)], place));
        return (Some(flows), Some(Field::new(Node::list(urls_of(node), place))));
    }
    let Some(field) = Field::of(node, "flows") else { return (None, None) };
    let names = field.value.entries().iter().map(|entry| Node::text(entry.key.clone(), entry.key_place)).collect();
    let urls = field.value.entries().iter().flat_map(|entry| urls_of(&entry.value)).collect();
    let place = field.value.place;
    (Some(field.clone().with(Node::list(names, place))), Some(field.with(Node::list(urls, place))))
}

/// The addresses that the interface is called at; of version 2 each of its schemes with its host.
fn servers(root: &Node, version: f64) -> Field {
    own_servers(root, version).unwrap_or_else(|| Field::new(Node::list(Vec::new(), root.place)))
}

fn own_servers(node: &Node, version: f64) -> Option<Field> {
    if version < 3.0 {
        let schemes = Field::of(node, "schemes")?;
        let host = node.get("host").and_then(Node::as_str).unwrap_or_default();
        let address = |scheme: &Node| {
            let text = scheme.as_str().map(|text| format_smolstr!("{text}://{host}"));
            text.map_or_else(|| scheme.clone(), |text| Node::text(text, scheme.place))
        };
        let addresses = schemes.value.items().iter().map(address).collect();
        let place = schemes.value.place;
        return Some(schemes.with(Node::list(addresses, place)));
    }
    let servers = Field::of(node, "servers")?;
    let addresses = servers.value.items().iter().filter_map(|server| server.get("url")).cloned().collect();
    let place = servers.value.place;
    Some(servers.with(Node::list(addresses, place)))
}
