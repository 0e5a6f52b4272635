//! What the code says, as a plan keeps it (`configuration`): expressions with what they refer to, but without how. A
//! reference leads to resources: through the arguments of calls and the outputs of modules, as far as the plan says.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};

use crate::syntax::tree::Node;

/// How many steps a reference may take through variables and outputs.
const MAX_STEPS: usize = 20;

/// A resource in the code of a module: whether it is a data source, its type, its name.
type Name<'p> = (bool, &'p str, &'p str);

/// The code of a module as one call of it sees it.
pub(super) struct Scope<'p> {
    module: Option<&'p Node>,
    call: Option<&'p Node>,
    parent: Option<&'p Scope<'p>>,
    /// What addresses in it start with: nothing, or `module.m["k"].`.
    path: String,
    resources: FxHashMap<Name<'p>, &'p Node>,
}

impl<'p> Scope<'p> {
    /// The root module.
    pub(super) fn root(module: Option<&'p Node>) -> Scope<'p> {
        Scope { module, call: None, parent: None, path: String::new(), resources: index(module) }
    }

    /// The module that is called at an address.
    pub(super) fn called(&'p self, address: &str) -> Scope<'p> {
        let last = segments(address).last().copied().unwrap_or_default();
        let name = last.split('[').next().unwrap_or_default();
        let call = self.module.and_then(|module| module.get("module_calls")?.get(name));
        let module = call.and_then(|call| call.get("module"));
        Scope { module, call, parent: Some(self), path: format!("{address}."), resources: index(module) }
    }

    /// What the code says about a resource.
    pub(super) fn resource(&self, is_data: bool, kind: &str, name: &str) -> Option<&'p Node> {
        self.resources.get(&(is_data, kind, name)).copied()
    }

    /// The addresses that an expression refers to. `own` is the resource that it is written in, `suffix` the end of the
    /// address of the instance: what has an instance of the same key is meant by it.
    pub(super) fn resolve(
        &self,
        expression: &Node,
        own: Option<&Node>,
        suffix: &str,
        known: &FxHashSet<SmolStr>,
    ) -> Vec<SmolStr> {
        let mut found = Vec::new();
        self.follow(expression, own, &mut found, MAX_STEPS);
        for address in &mut found {
            let instance = format_smolstr!("{address}{suffix}");
            if !suffix.is_empty() && known.contains(&instance) {
                *address = instance;
            }
        }
        found
    }

    fn follow(&self, expression: &Node, own: Option<&Node>, found: &mut Vec<SmolStr>, steps: usize) {
        let Some(steps) = steps.checked_sub(1) else { return };
        let references: Vec<&str> =
            expression.get("references").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str).collect();
        for reference in &references {
            match segments(reference).as_slice() {
                ["var", name, ..] => {
                    let argument = self.call.and_then(|call| call.get("expressions")?.get(name));
                    if let (Some(argument), Some(parent)) = (argument, self.parent) {
                        parent.follow(argument, None, found, steps);
                    }
                }
                ["each", ..] => {
                    if let Some(collection) = own.and_then(|own| own.get("for_each_expression")) {
                        self.follow(collection, None, found, steps);
                    }
                }
                ["module", call, output, ..] => {
                    let called = self.called(&format!("{}module.{call}", self.path));
                    let output = called.module.and_then(|module| module.get("outputs")?.get(output));
                    if let Some(value) = output.and_then(|output| output.get("expression")) {
                        called.follow(value, None, found, steps);
                    }
                }
                ["local" | "count" | "path" | "terraform" | "self" | "module", ..] | [] | [_] => {}
                ["data", kind, name, ..] => self.add(&format!("data.{kind}"), name, &references, found),
                [kind, name, ..] => self.add(kind, name, &references, found),
            }
        }
    }

    /// Adds a resource. Where one of its instances is referred to, the plan names all of them too.
    fn add(&self, kind: &str, name: &str, references: &[&str], found: &mut Vec<SmolStr>) {
        let indexed = format!("{kind}.{name}[");
        if references.iter().any(|reference| reference.starts_with(&indexed)) {
            return;
        }
        let address = format_smolstr!("{}{kind}.{name}", self.path);
        if !found.contains(&address) {
            found.push(address);
        }
    }
}

fn index(module: Option<&Node>) -> FxHashMap<Name<'_>, &Node> {
    let resources = module.and_then(|module| module.get("resources")).map(Node::items).unwrap_or_default();
    resources
        .iter()
        .filter_map(|node| {
            let text = |key: &str| node.get(key).and_then(Node::as_str);
            Some(((text("mode") == Some("data"), text("type")?, text("name")?), node))
        })
        .collect()
}

/// The parts of an address or a reference; an index or key belongs to the part before it.
pub(super) fn segments(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut is_quoted, mut is_escaped) = (0, 0_usize, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted => depth = depth.saturating_sub(1),
            '.' if !is_quoted && depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..).filter(|part| !part.is_empty()));
    parts
}
