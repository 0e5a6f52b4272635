//! The shared type `iam-statement`: one statement of an AWS policy document.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Field, map_of};
use crate::kind::Resource;
use crate::syntax::tree::{Entry, List, Map, Node, Place, Unknown, Value};

/// The target of statements.
pub const TARGET: &str = "iam-statement";

/// What the policy that a statement is in is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// A user, group or role: says what it may do.
    Identity,
    /// A bucket, key, queue …: says who may do what with it.
    Resource,
    /// A role: says who may take it on.
    Trust,
    /// An organisation or a permission boundary: says what can be allowed at most.
    Boundary,
}

impl PolicyKind {
    /// Its name in rules.
    pub fn name(self) -> &'static str {
        match self {
            PolicyKind::Identity => "identity",
            PolicyKind::Resource => "resource",
            PolicyKind::Trust => "trust",
            PolicyKind::Boundary => "boundary",
        }
    }
}

/// One statement. Each field keeps its own place; what a policy may write as one text or as a list is always a list.
#[derive(Debug, Clone, Default)]
pub struct Statement {
    /// Its name.
    pub sid: Option<Field>,
    /// `Allow` or `Deny`.
    pub effect: Option<Field>,
    /// Texts such as `s3:Get*`.
    pub actions: Option<Field>,
    /// All but these actions.
    pub not_actions: Option<Field>,
    /// Names of resources, with wildcards.
    pub resources: Option<Field>,
    /// All but these resources.
    pub not_resources: Option<Field>,
    /// A list of `{type, id}`; everyone has the id `*`.
    pub principals: Option<Field>,
    /// A list of `{type, id}`: all but these.
    pub not_principals: Option<Field>,
    /// A list of `{test, variable, values}`.
    pub conditions: Option<Field>,
}

impl Statement {
    /// The tree that rules see. It also has `principal_ids`, the ids of the principals as texts, and `policy_kind`.
    pub fn tree(self, kind: PolicyKind, place: Place) -> Node {
        let principal_ids = self.principals.clone().map(ids);
        let kind = Field::new(Node::text(SmolStr::new_static(kind.name()), place));
        map_of(
            place,
            [
                ("sid", self.sid),
                ("effect", self.effect),
                ("actions", self.actions),
                ("not_actions", self.not_actions),
                ("resources", self.resources),
                ("not_resources", self.not_resources),
                ("principals", self.principals),
                ("not_principals", self.not_principals),
                ("principal_ids", principal_ids),
                ("conditions", self.conditions),
                ("policy_kind", Some(kind)),
            ],
        )
    }

    /// A statement of a policy that cannot be known.
    pub fn unknown(unknown: &Arc<Unknown>, place: Place) -> Statement {
        let node = || Some(Field::new(Node::depending(unknown, place)));
        Statement {
            effect: node(),
            actions: node(),
            not_actions: node(),
            resources: node(),
            not_resources: node(),
            principals: node(),
            not_principals: node(),
            conditions: node(),
            ..Statement::default()
        }
    }

    /// A statement of a policy document in JSON: `Effect`, `Action` and so on, in whatever case.
    pub fn of_json(node: &Node) -> Statement {
        if let Value::Unknown(unknown) = &node.value {
            return Statement::unknown(unknown, node.place);
        }
        let field = |key: &str| {
            let entry = node.entries().iter().rev().find(|entry| entry.key.eq_ignore_ascii_case(key))?;
            Field::of_entry(entry)
        };
        Statement {
            sid: field("Sid"),
            effect: field("Effect"),
            actions: field("Action").map(listed),
            not_actions: field("NotAction").map(listed),
            resources: field("Resource").map(listed),
            not_resources: field("NotResource").map(listed),
            principals: field("Principal").map(principals),
            not_principals: field("NotPrincipal").map(principals),
            conditions: field("Condition").map(conditions),
        }
    }
}

/// The statements of a policy document in JSON, each at its own place, and what further ones depend on.
pub fn statements(document: &Node) -> Vec<(Statement, Place)> {
    let Some(entry) = document.entries().iter().rev().find(|entry| entry.key.eq_ignore_ascii_case("Statement")) else {
        return match document.as_map().and_then(|map| map.open.as_ref()) {
            Some(unknown) => vec![(Statement::unknown(unknown, document.place), document.place)],
            None => Vec::new(),
        };
    };
    match &entry.value.value {
        Value::List(list) => {
            let mut statements: Vec<_> = list.items.iter().map(|item| (Statement::of_json(item), item.place)).collect();
            let open = list.open.as_ref().map(|unknown| Statement::unknown(unknown, entry.value.place));
            statements.extend(open.map(|statement| (statement, entry.value.place)));
            statements
        }
        Value::Null => Vec::new(),
        _ => vec![(Statement::of_json(&entry.value), entry.value.place)],
    }
}

/// What kind of policy a statement is in where only the statement itself can tell.
pub fn guessed_kind(statement: &Statement) -> PolicyKind {
    let actions = statement.actions.as_ref().map_or(&[][..], |actions| actions.value.items());
    let takes_on = |action: &Node| action.as_str().is_some_and(|action| action.starts_with("sts:AssumeRole"));
    if statement.principals.is_none() && statement.not_principals.is_none() {
        PolicyKind::Identity
    } else if !actions.is_empty() && actions.iter().any(takes_on) {
        PolicyKind::Trust
    } else {
        PolicyKind::Resource
    }
}

/// The resource of a statement of `owner`; `part` tells it from the owner's others.
pub fn resource(statement: Statement, kind: PolicyKind, part: &str, owner: &Resource, place: Place) -> Resource {
    let sid = statement.sid.as_ref().and_then(|sid| sid.value.as_str()).map(SmolStr::from);
    Resource {
        target: SmolStr::new_static(TARGET),
        address: smol_str::format_smolstr!("{}/{part}", owner.address),
        names: sid.into_iter().collect(),
        tree: statement.tree(kind, place),
        header: place,
        extent: place,
        owner: Some(owner.address.clone()),
        call_chain: owner.call_chain.clone(),
        converts_scalars: owner.converts_scalars,
    }
}

/// A single value as a list of one.
pub fn listed(field: Field) -> Field {
    match field.value.value {
        Value::List(_) | Value::Unknown(_) => field,
        _ => {
            let list = Node::list(vec![field.value.clone()], field.value.place);
            field.with(list)
        }
    }
}

/// `"*"`, or a map of types to ids, as a list of `{type, id}`.
fn principals(field: Field) -> Field {
    let mut list = List::default();
    match &field.value.value {
        Value::Unknown(_) => return field,
        Value::Map(map) => {
            for entry in &map.entries {
                let kind = Node::text(entry.key.clone(), entry.key_place);
                push_principals(&kind, &entry.value, &mut list);
            }
            list.open = list.open.or_else(|| map.open.clone());
        }
        // A text alone is everyone or an account.
        value => {
            let kind = if value.scalar_text().as_deref() == Some("*") { "*" } else { "AWS" };
            let kind = Node::text(SmolStr::new_static(kind), field.value.place);
            push_principals(&kind, &field.value, &mut list);
        }
    }
    let node = Node::new(Value::List(Arc::new(list)), field.value.place);
    field.with(node)
}

/// Adds `{type, id}` for one id or for each of a list.
pub fn push_principals(kind: &Node, ids: &Node, list: &mut List) {
    let mut push = |id: &Node| {
        let mut map = Map::default();
        map.push("type", kind.place, kind.clone());
        map.push("id", id.place, id.clone());
        list.items.push(Node::map(map, id.place));
    };
    match &ids.value {
        Value::List(own) => {
            own.items.iter().for_each(&mut push);
            list.open = list.open.take().or_else(|| own.open.clone());
        }
        _ => push(ids),
    }
}

/// The ids of a list of principals.
fn ids(principals: Field) -> Field {
    let Value::List(list) = &principals.value.value else { return principals };
    let items = list.items.iter().filter_map(|item| item.get("id").cloned()).collect();
    let node = Node::new(Value::List(Arc::new(List { items, open: list.open.clone() })), principals.value.place);
    principals.with(node)
}

/// `{test: {variable: values}}` as a list of `{test, variable, values}`.
fn conditions(field: Field) -> Field {
    let Value::Map(map) = &field.value.value else { return field };
    let mut list = List { items: Vec::new(), open: map.open.clone() };
    for test in &map.entries {
        for variable in test.value.entries() {
            list.items.push(condition(test, variable));
        }
        if let Value::Unknown(unknown) = &test.value.value {
            list.open = Some(unknown.clone());
        }
    }
    let node = Node::new(Value::List(Arc::new(list)), field.value.place);
    field.with(node)
}

fn condition(test: &Entry, variable: &Entry) -> Node {
    let values = Field::of_entry(variable).map(listed);
    let mut map = Map::default();
    map.push("test", test.key_place, Node::text(test.key.clone(), test.key_place));
    map.push("variable", variable.key_place, Node::text(variable.key.clone(), variable.key_place));
    if let Some(values) = values {
        map.push("values", values.key, values.value);
    }
    Node::map(map, variable.key_place)
}
