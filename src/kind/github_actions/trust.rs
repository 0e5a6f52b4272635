//! Who can choose what an expression prints: a table of what outsiders write, and what is known of variables.

use smol_str::{SmolStr, format_smolstr};

use super::expression::{Expression, Printed};
use crate::syntax::tree::Node;

/// What anybody who can open an issue, a pull request or a discussion writes in their own words.
const WRITTEN_BY_OUTSIDERS: [&[&str]; 34] = [
    &["github", "head_ref"],
    &["github", "event", "issue", "title"],
    &["github", "event", "issue", "body"],
    &["github", "event", "pull_request", "title"],
    &["github", "event", "pull_request", "body"],
    &["github", "event", "pull_request", "head", "ref"],
    &["github", "event", "pull_request", "head", "label"],
    &["github", "event", "pull_request", "head", "repo", "default_branch"],
    &["github", "event", "pull_request", "head", "repo", "description"],
    &["github", "event", "pull_request", "head", "repo", "homepage"],
    &["github", "event", "comment", "body"],
    &["github", "event", "review", "body"],
    &["github", "event", "review_comment", "body"],
    &["github", "event", "discussion", "title"],
    &["github", "event", "discussion", "body"],
    &["github", "event", "pages", "*", "page_name"],
    &["github", "event", "commits", "*", "message"],
    &["github", "event", "commits", "*", "author", "name"],
    &["github", "event", "commits", "*", "author", "email"],
    &["github", "event", "commits", "*", "committer", "name"],
    &["github", "event", "commits", "*", "committer", "email"],
    &["github", "event", "head_commit", "message"],
    &["github", "event", "head_commit", "author", "name"],
    &["github", "event", "head_commit", "author", "email"],
    &["github", "event", "head_commit", "committer", "name"],
    &["github", "event", "head_commit", "committer", "email"],
    &["github", "event", "workflow_run", "head_branch"],
    &["github", "event", "workflow_run", "display_title"],
    &["github", "event", "workflow_run", "head_commit", "message"],
    &["github", "event", "workflow_run", "head_commit", "author", "name"],
    &["github", "event", "workflow_run", "head_commit", "author", "email"],
    &["github", "event", "workflow_run", "head_repository", "description"],
    &["github", "event", "workflow_run", "pull_requests", "*", "head", "ref"],
    &["github", "event", "check_suite", "head_branch"],
];

/// Variables whose values are looked up in variables again.
const MAX_LOOKUPS: usize = 4;

/// Whether outsiders choose what is printed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Trust {
    /// They do not.
    Trusted,
    /// It depends on what this holds.
    Depends(SmolStr),
    /// They do, through this context.
    Untrusted(SmolStr),
}

impl Trust {
    /// The worse of the two.
    fn or_worse(self, other: Trust) -> Trust {
        let rank = |trust: &Trust| match trust {
            Trust::Trusted => 0,
            Trust::Depends(_) => 1,
            Trust::Untrusted(_) => 2,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

/// What is around an expression.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The `env` maps in effect, the innermost first.
    pub env: [Option<&'a Node>; 3],
    /// The matrix of the job.
    pub matrix: Option<&'a Node>,
    /// Whether `inputs` come from another workflow or from the user of an action.
    pub foreign_inputs: bool,
}

/// Who chooses what the expression prints. What cannot be read prints nothing.
pub(super) fn judge(expression: &Expression, scope: Scope<'_>) -> Trust {
    judge_within(expression, scope, MAX_LOOKUPS)
}

fn judge_within(expression: &Expression, scope: Scope<'_>, lookups: usize) -> Trust {
    let printed = expression.printed();
    printed.iter().map(|each| judge_context(each, scope, lookups)).fold(Trust::Trusted, Trust::or_worse)
}

fn judge_context(printed: &Printed<'_>, scope: Scope<'_>, lookups: usize) -> Trust {
    let name = || SmolStr::from(printed.path.join("."));
    let last = printed.path.last().map_or("", SmolStr::as_str);
    match printed.path.first().map_or("", SmolStr::as_str) {
        "github" if by_outsiders(printed) => Trust::Untrusted(name()),
        "inputs" if scope.foreign_inputs => Trust::Depends(name()),
        "env" => variable(last, scope, lookups).unwrap_or_else(|| Trust::Depends(name())),
        "steps" | "needs" | "jobs" if !matches!(last, "outcome" | "conclusion" | "result") => Trust::Depends(name()),
        "matrix" if scope.matrix.is_none_or(has_expression) => Trust::Depends(name()),
        _ => Trust::Trusted,
    }
}

fn by_outsiders(printed: &Printed<'_>) -> bool {
    WRITTEN_BY_OUTSIDERS.iter().any(|pattern| {
        let same =
            pattern.iter().zip(printed.path).all(|(wanted, part)| *wanted == "*" || part == wanted || part == "*");
        same && (pattern.len() == printed.path.len() || (printed.whole && pattern.len() > printed.path.len()))
    })
}

/// A variable that the workflow sets: as much to be trusted as what it is set to.
fn variable(name: &str, scope: Scope<'_>, lookups: usize) -> Option<Trust> {
    let find = |env: &Node| {
        let entries = env.entries().iter().rev();
        entries.into_iter().find(|entry| entry.key.eq_ignore_ascii_case(name)).map(|entry| entry.value.clone())
    };
    let value = scope.env.iter().flatten().find_map(|env| find(env))?;
    let Some(text) = value.as_str() else { return Some(Trust::Trusted) };
    if lookups == 0 {
        return Some(Trust::Depends(format_smolstr!("env.{name}")));
    }
    let trusts = texts(text).into_iter().filter_map(Expression::parse);
    let trust = trusts.map(|inner| judge_within(&inner, scope, lookups - 1)).fold(Trust::Trusted, Trust::or_worse);
    Some(trust)
}

/// Whether any text below the node holds an expression: then what it comes to is known only in the run.
fn has_expression(node: &Node) -> bool {
    let in_text = node.as_str().is_some_and(|text| text.contains("${{"));
    in_text
        || node.items().iter().any(has_expression)
        || node.entries().iter().any(|entry| has_expression(&entry.value))
}

/// The texts between `${{` and `}}`.
pub(super) fn texts(text: &str) -> Vec<&str> {
    ranges(text).into_iter().filter_map(|range| text.get(range.start + 3..range.end - 2)).collect()
}

/// Where expressions stand in a text, with their braces. Braces inside of quotes close nothing.
pub(super) fn ranges(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("${{")).map(|at| at + from) {
        let Some(end) = text.get(start + 3..).and_then(closing).map(|at| at + start + 3) else { break };
        ranges.push(start..end);
        from = end;
    }
    ranges
}

/// The offset after the `}}` that closes an expression.
fn closing(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut previous = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            '}' if !quoted && previous == '}' => return Some(at + 1),
            _ => {}
        }
        previous = if quoted { ' ' } else { letter };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tree::FileId;
    use crate::syntax::yaml::document;

    fn trust(text: &str) -> Trust {
        let env =
            "{TITLE: '${{ github.event.issue.title }}', AGAIN: '${{ env.TITLE }}', SELF: '${{ env.SELF }}', PLAIN: x}";
        let (env, _) = document::read(env, FileId(0));
        let (matrix, _) = document::read("{os: [a, b]}", FileId(0));
        let scope = Scope { env: [env.first(), None, None], matrix: matrix.first(), foreign_inputs: true };
        judge(&Expression::parse(text).expect(text), scope)
    }

    #[test]
    fn outsiders_write_titles_bodies_and_branch_names() {
        let untrusted = |text: &str| Trust::Untrusted(text.into());
        let depends = |text: &str| Trust::Depends(text.into());
        let cases = [
            ("github.event.issue.title", untrusted("github.event.issue.title")),
            ("github.event.issue.number", Trust::Trusted),
            ("github.head_ref || github.ref", untrusted("github.head_ref")),
            ("github.event.commits[2].message", untrusted("github.event.commits.*.message")),
            ("toJSON(github.event)", untrusted("github.event")),
            ("github.event", Trust::Trusted),
            ("toJSON(github.event.issue.number)", Trust::Trusted),
            ("env.title", untrusted("github.event.issue.title")),
            ("env.AGAIN", untrusted("github.event.issue.title")),
            ("env.PLAIN", Trust::Trusted),
            ("env.OTHER", depends("env.other")),
            ("env.SELF", depends("env.self")),
            ("inputs.name", depends("inputs.name")),
            ("steps.a.outputs.b", depends("steps.a.outputs.b")),
            ("steps.a.outcome", Trust::Trusted),
            ("matrix.os", Trust::Trusted),
            ("secrets.TOKEN", Trust::Trusted),
        ];
        for (text, expected) in cases {
            assert_eq!(trust(text), expected, "{text}");
        }
    }

    #[test]
    fn expressions_end_at_the_braces_that_are_not_quoted() {
        assert_eq!(texts("a ${{ x }} b ${{ format('}}{0}', y) }}c ${{ open"), [" x ", " format('}}{0}', y) "]);
        assert_eq!(texts("${{}}${{a}}"), ["", "a"]);
        assert!(texts("${{ ä").is_empty());
    }
}
