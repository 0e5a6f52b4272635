//! Fills the shared type `iam-statement` from policies in attributes and from `aws_iam_policy_document`. Each statement
//! is judged once, where it is written: an attribute that refers to a document has no statements of its own.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::kind::Resource;
use crate::kind::shared::Field;
use crate::kind::shared::iam_statement::{
    PolicyKind, Statement, guessed_kind, listed, push_principals, resource, statements,
};
use crate::syntax::tree::{List, Map, Node, Value};

/// The data source that writes policies in blocks.
const DOCUMENT: &str = "terraform/data.aws_iam_policy_document";

/// Attributes that hold a policy whatever their value is.
const ATTRIBUTES: &[&str] =
    &["policy", "assume_role_policy", "access_policy", "access_policies", "policy_document", "resource_policy"];

/// The statements of all resources of a module.
pub(super) fn all(resources: &[Resource]) -> Vec<Resource> {
    let kinds = kinds(resources);
    let documents: FxHashSet<&str> = resources
        .iter()
        .filter(|resource| resource.target == DOCUMENT)
        .flat_map(|resource| [resource.address.as_str(), without_index(&resource.address)])
        .collect();
    let mut found = Vec::new();
    for owner in resources {
        if owner.target == DOCUMENT {
            document(owner, kind_of(&kinds, &owner.address), &mut found);
        } else if owner.target.starts_with("terraform/aws_") {
            for (path, kind, policy) in policies(owner) {
                attribute(owner, &path, kind, policy, &documents, &mut found);
            }
        }
    }
    found
}

/// The address without the index of the last block in it: what is referred to may be any of its instances.
fn without_index(address: &str) -> &str {
    match address.rfind('[') {
        Some(at) if address.ends_with(']') => address.get(..at).unwrap_or(address),
        _ => address,
    }
}

fn kind_of(kinds: &FxHashMap<SmolStr, PolicyKind>, address: &str) -> Option<PolicyKind> {
    kinds.get(address).or_else(|| kinds.get(without_index(address))).copied()
}

/// For each document the kind of policy that it is used as.
fn kinds(resources: &[Resource]) -> FxHashMap<SmolStr, PolicyKind> {
    let mut kinds = FxHashMap::default();
    for owner in resources.iter().filter(|resource| resource.target.starts_with("terraform/aws_")) {
        for (_, kind, policy) in policies(owner) {
            for address in policy.refers.iter().flat_map(|refers| refers.iter()) {
                kinds.entry(address.clone()).or_insert(kind);
            }
        }
    }
    // A document that completes another one is used as that one is.
    for owner in resources.iter().filter(|resource| resource.target == DOCUMENT) {
        let Some(kind) = kind_of(&kinds, &owner.address) else { continue };
        for key in ["source_policy_documents", "override_policy_documents", "source_json", "override_json"] {
            let parts = owner
                .tree
                .get(key)
                .map(|node| if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() });
            for address in
                parts.into_iter().flatten().flat_map(|part| part.refers.iter().flat_map(|refers| refers.iter()))
            {
                kinds.entry(address.clone()).or_insert(kind);
            }
        }
    }
    kinds
}

/// The policies of a resource: where they are in it, what kind they are, and the value.
fn policies(owner: &Resource) -> Vec<(String, PolicyKind, &Node)> {
    let kind = owner.target.strip_prefix("terraform/").unwrap_or_default();
    let mut found = Vec::new();
    for entry in owner.tree.entries() {
        let key = entry.key.as_str();
        if key == "inline_policy" {
            match &entry.value.value {
                Value::List(list) => {
                    for (index, item) in list.items.iter().enumerate() {
                        let policy =
                            item.get("policy").map(|policy| (format!("{key}[{index}]"), PolicyKind::Identity, policy));
                        found.extend(policy);
                    }
                }
                _ => found.push((key.to_owned(), PolicyKind::Identity, &entry.value)),
            }
        } else if has_statements(&entry.value)
            || (ATTRIBUTES.contains(&key) && matches!(entry.value.value, Value::Unknown(_)))
        {
            found.push((key.to_owned(), policy_kind(kind, key), &entry.value));
        } else if kind == "aws_organizations_policy"
            && key == "content"
            && matches!(entry.value.value, Value::Unknown(_))
        {
            found.push((key.to_owned(), PolicyKind::Boundary, &entry.value));
        }
    }
    found
}

/// Whether a value is a policy document.
fn has_statements(node: &Node) -> bool {
    node.entries().iter().any(|entry| entry.key == "Statement")
}

/// What kind of policy an attribute of a type of resource holds.
fn policy_kind(kind: &str, key: &str) -> PolicyKind {
    match (kind, key) {
        (_, "assume_role_policy") => PolicyKind::Trust,
        ("aws_organizations_policy", _) => PolicyKind::Boundary,
        ("aws_iot_policy" | "aws_ssoadmin_permission_set_inline_policy", _) => PolicyKind::Identity,
        (kind, _) if kind.starts_with("aws_iam_") => PolicyKind::Identity,
        _ => PolicyKind::Resource,
    }
}

/// The statements of a policy that an attribute holds.
fn attribute(
    owner: &Resource,
    path: &str,
    kind: PolicyKind,
    policy: &Node,
    documents: &FxHashSet<&str>,
    found: &mut Vec<Resource>,
) {
    let mut refers = policy.refers.iter().flat_map(|refers| refers.iter());
    if refers.any(|address| documents.contains(address.as_str())) {
        return;
    }
    if let Value::Unknown(unknown) = &policy.value {
        let statement = Statement::unknown(unknown, policy.place);
        found.push(resource(statement, kind, &format!("{path}/statement[…]"), owner, policy.place));
        return;
    }
    for (index, (statement, place)) in statements(policy).into_iter().enumerate() {
        found.push(resource(statement, kind, &format!("{path}/statement[{index}]"), owner, place));
    }
}

/// The `statement` blocks of a document.
fn document(owner: &Resource, kind: Option<PolicyKind>, found: &mut Vec<Resource>) {
    let Some(list) = owner.tree.get("statement").and_then(Node::as_list) else { return };
    let place = owner.tree.get("statement").map_or(owner.header, |node| node.place);
    let items = list.items.iter().map(|item| (block(item), item.place));
    let open = list.open.as_ref().map(|unknown| (Statement::unknown(unknown, place), place));
    for (index, (statement, place)) in items.chain(open).enumerate() {
        let kind = kind.unwrap_or_else(|| guessed_kind(&statement));
        found.push(resource(statement, kind, &format!("statement[{index}]"), owner, place));
    }
}

/// A `statement` block. Its effect is to allow unless it says otherwise.
fn block(node: &Node) -> Statement {
    if let Value::Unknown(unknown) = &node.value {
        return Statement::unknown(unknown, node.place);
    }
    let field = |key: &str| Field::of(node, key);
    let allow = || Field::new(Node::text(SmolStr::new_static("Allow"), node.place));
    Statement {
        sid: field("sid"),
        effect: Some(field("effect").unwrap_or_else(allow)),
        actions: field("actions").map(listed),
        not_actions: field("not_actions").map(listed),
        resources: field("resources").map(listed),
        not_resources: field("not_resources").map(listed),
        principals: field("principals").map(principals),
        not_principals: field("not_principals").map(principals),
        conditions: field("condition").map(conditions),
    }
}

/// `principals { type, identifiers }` blocks as `{type, id}`.
fn principals(field: Field) -> Field {
    let Value::List(blocks) = &field.value.value else { return field };
    let mut list = List { items: Vec::new(), open: blocks.open.clone() };
    for block in &blocks.items {
        if let (Some(kind), Some(ids)) = (block.get("type"), block.get("identifiers")) {
            push_principals(kind, ids, &mut list);
        }
    }
    let node = Node { value: Value::List(list.into()), ..field.value.clone() };
    field.with(node)
}

/// `condition { test, variable, values }` blocks: they have the shape already.
fn conditions(field: Field) -> Field {
    let Value::List(blocks) = &field.value.value else { return field };
    let condition = |block: &Node| {
        let mut map = Map::default();
        for key in ["test", "variable", "values"] {
            if let Some(field) = Field::of(block, key) {
                let field = if key == "values" { listed(field) } else { field };
                map.push(key, field.key, field.value);
            }
        }
        Node::map(map, block.place)
    };
    let items = blocks.items.iter().map(condition).collect();
    let node = Node { value: Value::List(List { items, open: blocks.open.clone() }.into()), ..field.value.clone() };
    field.with(node)
}
