//! Fills the shared type `iam-statement` from the policies in resources. Each statement is judged once, where it is
//! written.

use crate::kind::Resource;
use crate::kind::shared::iam_statement::{PolicyKind, Statement, resource, statements};
use crate::syntax::json;
use crate::syntax::tree::{Entry, Map, Node, Place, Value};

/// Properties that hold a policy whatever their value is.
const PROPERTIES: &[&str] = &[
    "AccessPolicies",
    "AssumeRolePolicyDocument",
    "FileSystemPolicy",
    "InlinePolicy",
    "KeyPolicy",
    "PolicyDocument",
    "RepositoryPolicyText",
    "ResourcePolicy",
];

/// The statements of the policies of a resource.
pub(super) fn statements_of(owner: &Resource) -> Vec<Resource> {
    let mut found = Vec::new();
    let kind = owner.target.strip_prefix("cloudformation/").unwrap_or_default();
    for entry in owner.tree.get("Properties").map_or(&[][..], Node::entries) {
        let key = entry.key.as_str();
        if key == "Policies" {
            for (index, item) in entry.value.items().iter().enumerate() {
                let document = item.get("PolicyDocument").unwrap_or(item);
                policy(owner, &format!("{key}[{index}]"), kind_of(kind, key), document, &mut found);
            }
            let open = match &entry.value.value {
                Value::List(list) => list.open.as_ref(),
                Value::Unknown(unknown) => Some(unknown),
                _ => None,
            };
            if let Some(unknown) = open {
                let statement = Statement::unknown(unknown, entry.value.place);
                found.push(resource(statement, kind_of(kind, key), &format!("{key}[…]"), owner, entry.value.place));
            }
            continue;
        }
        // `ResourcePolicy: { PolicyDocument: … }` of a table.
        let document = entry.value.get("PolicyDocument").unwrap_or(&entry.value);
        if is_policy(kind, entry) {
            policy(owner, key, kind_of(kind, key), document, &mut found);
        }
    }
    found
}

fn is_policy(kind: &str, entry: &Entry) -> bool {
    let holds = PROPERTIES.contains(&entry.key.as_str())
        || (kind == "AWS::Organizations::Policy" && entry.key == "Content")
        || (entry.key == "Policy" && matches!(kind, "AWS::S3::AccessPoint" | "AWS::ApiGateway::RestApi"));
    holds || entry.value.get("Statement").is_some()
}

/// What kind of policy a property of a type of resource holds.
fn kind_of(kind: &str, key: &str) -> PolicyKind {
    let gives_rights = ["AWS::IAM::", "AWS::SSO::", "AWS::Serverless::"].iter().any(|prefix| kind.starts_with(prefix));
    match (kind, key) {
        (_, "AssumeRolePolicyDocument") => PolicyKind::Trust,
        ("AWS::Organizations::Policy", _) => PolicyKind::Boundary,
        ("AWS::IoT::Policy", _) => PolicyKind::Identity,
        _ if gives_rights => PolicyKind::Identity,
        _ => PolicyKind::Resource,
    }
}

fn policy(owner: &Resource, path: &str, kind: PolicyKind, document: &Node, found: &mut Vec<Resource>) {
    if let Value::Unknown(unknown) = &document.value {
        let statement = Statement::unknown(unknown, document.place);
        found.push(resource(statement, kind, &format!("{path}/statement[…]"), owner, document.place));
        return;
    }
    // Some properties take the policy as text.
    let read = document.as_str().and_then(|text| decoded(text, document.place));
    let all = statements(read.as_ref().unwrap_or(document));
    for (index, (statement, place)) in all.into_iter().enumerate() {
        found.push(resource(statement, kind, &format!("{path}/statement[{index}]"), owner, place));
    }
}

/// The policy in a text; everything in it stands where the text does.
fn decoded(text: &str, place: Place) -> Option<Node> {
    let parsed = json::parse(text, place.file);
    match parsed.content {
        crate::syntax::Content::Trees(trees) if parsed.errors.is_empty() => {
            trees.first().map(|tree| placed(tree, place))
        }
        _ => None,
    }
}

fn placed(node: &Node, place: Place) -> Node {
    match &node.value {
        Value::List(list) => Node::list(list.items.iter().map(|item| placed(item, place)).collect(), place),
        Value::Map(map) => {
            let mut moved = Map::default();
            for entry in &map.entries {
                moved.push(entry.key.clone(), place, placed(&entry.value, place));
            }
            Node::map(moved, place)
        }
        value => Node::new(value.clone(), place),
    }
}
