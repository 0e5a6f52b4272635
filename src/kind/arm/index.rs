//! Which resources a template has, by type and name: what references are resolved with.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::evaluate::Evaluator;
use crate::syntax::bicep::{Resource, Template};

/// The addresses of the resources of a template.
#[derive(Default)]
pub(super) struct Index {
    /// By type in lower case and name.
    by_name: FxHashMap<(String, String), SmolStr>,
    /// By symbolic name.
    by_symbol: FxHashMap<SmolStr, SmolStr>,
}

/// A resource in its place among the others.
#[derive(Clone)]
pub(super) struct Named {
    /// Its whole type.
    pub kind: SmolStr,
    /// Its whole name, with those of the resources around it; what is unknown stands in braces.
    pub name: String,
    /// Its symbolic name with those of the resources around it.
    pub symbol: Option<SmolStr>,
    /// What stands before its address: the modules that it is in.
    pub prefix: SmolStr,
}

impl Named {
    /// A resource, within another perhaps.
    pub(super) fn of(evaluator: &Evaluator<'_>, resource: &Resource, around: Option<&Named>) -> Named {
        let name = resource.property("name").map_or_else(String::new, |name| evaluator.symbolic(name, 0));
        let prefix = evaluator.prefix.clone();
        let Some(around) = around else {
            // A child that stands alone names its parent, in Bicep by its symbol.
            let parent = resource.property("parent").filter(|_| resource.kind.matches('/').count() > 1);
            let name = match parent {
                Some(parent) => format!("{}/{name}", parent_name(evaluator, parent)),
                None => name,
            };
            return Named { kind: resource.kind.clone(), name, symbol: resource.symbol.clone(), prefix };
        };
        let symbol = match (&around.symbol, &resource.symbol) {
            (Some(outer), Some(own)) => Some(format_smolstr!("{outer}::{own}")),
            _ => resource.symbol.clone(),
        };
        let is_whole = resource.kind.contains('.') && resource.kind.contains('/');
        if is_whole {
            return Named { kind: resource.kind.clone(), name, symbol, prefix };
        }
        let kind = format_smolstr!("{}/{}", around.kind, resource.kind);
        Named { kind, name: format!("{}/{name}", around.name), symbol, prefix }
    }

    /// Its address.
    pub(super) fn address(&self) -> SmolStr {
        let name = self.symbol.as_deref().unwrap_or(&self.name);
        format_smolstr!("{}{}.{name}", self.prefix, self.kind)
    }

    /// Type and name of the resource that it is a part of.
    pub(super) fn parent(&self) -> Option<(&str, String)> {
        let (kind, _) = self.kind.rsplit_once('/').filter(|(kind, _)| kind.contains('/'))?;
        let name = last_slash(&self.name).and_then(|at| self.name.get(..at)).unwrap_or_default();
        Some((kind, name.to_owned()))
    }
}

/// The name of the resource that `parent:` speaks of.
fn parent_name(evaluator: &Evaluator<'_>, parent: &crate::syntax::bicep::Expression) -> String {
    use crate::syntax::bicep::Kind;
    if let Kind::Name(symbol) = &parent.kind
        && let Some(resource) = evaluator.symbols.get(symbol.as_str())
    {
        return resource.property("name").map_or_else(|| format!("{{{symbol}}}"), |name| evaluator.symbolic(name, 1));
    }
    "{parent}".to_owned()
}

/// The last slash that is in no braces.
fn last_slash(name: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut found = None;
    for (at, each) in name.char_indices() {
        match each {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            '/' if open == 0 => found = Some(at),
            _ => {}
        }
    }
    found
}

impl Index {
    /// The index of a template.
    pub(super) fn of(evaluator: &Evaluator<'_>, template: &Template) -> Index {
        let mut index = Index::default();
        template.resources.iter().for_each(|resource| index.add(evaluator, resource, None));
        index
    }

    fn add(&mut self, evaluator: &Evaluator<'_>, resource: &Resource, around: Option<&Named>) {
        let named = Named::of(evaluator, resource, around);
        let address = named.address();
        self.by_name.entry((named.kind.to_ascii_lowercase(), named.name.clone())).or_insert_with(|| address.clone());
        if let Some(symbol) = &named.symbol {
            self.by_symbol.insert(symbol.clone(), address);
        }
        resource.children.iter().for_each(|child| self.add(evaluator, child, Some(&named)));
    }

    /// The address of a resource of this type and name; one that the template does not have has one too.
    pub(super) fn address(&self, kind: &str, name: &str) -> SmolStr {
        let found = self.by_name.get(&(kind.to_ascii_lowercase(), name.to_owned()));
        found.cloned().unwrap_or_else(|| format_smolstr!("{kind}.{name}"))
    }

    /// The address of the resource with a symbolic name.
    pub(super) fn of_symbol(&self, symbol: &str) -> Option<SmolStr> {
        self.by_symbol.get(symbol).cloned()
    }

    /// The address of the one resource with a name.
    pub(super) fn of_name(&self, name: &str) -> Option<SmolStr> {
        let mut found: Vec<&SmolStr> =
            self.by_name.iter().filter(|((_, known), _)| known == name).map(|(_, address)| address).collect();
        found.sort_unstable();
        match found.as_slice() {
            [one] => Some((*one).clone()),
            _ => None,
        }
    }
}
