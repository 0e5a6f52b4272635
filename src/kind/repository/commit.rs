//! Commits, and the numbers over them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Fields, list};
use crate::kind::Resource;
use crate::source::git::facts::{Commit, History, Reach, Signature};
use crate::syntax::tree::{Node, Place, Unknown, Value};

/// Why commits, or what comes with them, are not known.
pub(super) struct Missing(&'static str);

/// A clone with a part of the history.
pub(super) const SHALLOW: Missing = Missing("full history (shallow clone)");

impl Missing {
    pub(super) fn reason(&self) -> Unknown {
        Unknown::new(self.0)
    }
}

/// Why there may be further commits.
pub(super) fn missing(reach: Reach) -> Option<Unknown> {
    match reach {
        Reach::Complete => None,
        Reach::Shallow => Some(SHALLOW.reason()),
        Reach::NoCommits => Some(Missing("a first commit").reason()),
        Reach::TooMany => Some(Missing("commits beyond the newest 50000").reason()),
    }
}

/// What rules see of a commit.
fn tree(commit: &Commit) -> Node {
    let reviewers = reviewers(commit);
    let mut fields = Fields::default();
    fields.text("id", Some(&commit.id));
    fields.text("subject", Some(&commit.subject));
    fields.value("date", Value::Date(commit.date));
    fields.text("author", Some(&commit.author.name));
    fields.text("email", Some(&commit.author.email));
    fields.text("committer", Some(&commit.committer.name));
    fields.text("committer_email", Some(&commit.committer.email));
    fields.bool("bot", commit.author.name.ends_with("[bot]"));
    fields.bool("signed", commit.signature.is_some());
    fields.text("signature", commit.signature.map(Signature::word));
    fields.bool("merge", commit.parents > 1);
    fields.bool("mainline", commit.is_mainline);
    fields.bool("reviewed", !reviewers.is_empty());
    let names = reviewers.into_iter().map(|name| Node::text(name, Place::NOWHERE)).collect();
    fields.node("reviewed_by", list(names, None));
    fields.text("pull_request", pull_request(commit));
    fields.finish()
}

pub(super) fn resource(commit: &Commit) -> Resource {
    let short = commit.id.get(..10).unwrap_or(&commit.id);
    super::resource("repository/commit", &format!("commit/{short}"), tree(commit), Place::NOWHERE)
}

/// The numbers over a period; unknown as a whole where commits are missing, because each of them could change.
pub(super) fn history(history: &History) -> Node {
    if let Some(reason) = missing(history.reach) {
        return Node::new(Value::Unknown(Arc::new(reason)), Place::NOWHERE);
    }
    let commits = &history.commits;
    let count = |is: fn(&Commit) -> bool| commits.iter().filter(|commit| is(commit)).count();
    let signed = count(|commit| commit.signature.is_some());
    let changes = count(|commit| commit.is_mainline);
    let reviewed = count(|commit| commit.is_mainline && is_agreed(commit));
    let authors: BTreeSet<&str> = commits.iter().map(|commit| commit.author.email.as_str()).collect();
    let unsigned = commits.iter().filter(|commit| commit.signature.is_none());
    let unsigned = unsigned.map(|commit| Node::text(commit.id.as_str(), Place::NOWHERE)).collect();
    let mut fields = Fields::default();
    fields.value("since", Value::Date(history.since));
    fields.count("count", commits.len());
    fields.count("signed", signed);
    fields.share("signed_share", signed, commits.len());
    fields.node("unsigned", list(unsigned, None));
    fields.count("authors", authors.len());
    fields.count("merges", count(|commit| commit.parents > 1));
    fields.count("changes", changes);
    fields.count("changes_reviewed", reviewed);
    fields.share("reviewed_share", reviewed, changes);
    fields.finish()
}

fn is_agreed(commit: &Commit) -> bool {
    pull_request(commit).is_some() || !reviewers(commit).is_empty()
}

/// Whom the trailers name as having agreed, apart from the author.
fn reviewers(commit: &Commit) -> Vec<&str> {
    let agrees =
        |key: &str| ["reviewed-by", "approved-by", "acked-by"].iter().any(|known| key.eq_ignore_ascii_case(known));
    let is_author = |person: &str| {
        let email = &commit.author.email;
        (!email.is_empty() && person.contains(email.as_str())) || person == commit.author.name
    };
    let trailers = commit.trailers.iter().filter(|(key, person)| agrees(key) && !is_author(person));
    trailers.map(|(_, person)| person.as_str()).collect()
}

/// The number of the request by which a commit came in, as the platforms write it into messages.
fn pull_request(commit: &Commit) -> Option<&str> {
    let subject = commit.subject.trim_end();
    for (text, before) in [
        (subject, "Merge pull request #"),                 // GitHub, Gitea
        (subject, "Merged PR "),                           // Azure
        (subject, " (pull request #"),                     // Bitbucket
        (commit.message.as_str(), "\nSee merge request "), // GitLab: group/project!12
    ] {
        let Some((_, after)) = text.split_once(before) else { continue };
        let word = after.split_whitespace().next().unwrap_or("");
        let number = word.rsplit('!').next().and_then(leading_number);
        if number.is_some() {
            return number;
        }
    }
    // Squashed on GitHub: `Subject (#12)`.
    let (_, number) = subject.strip_suffix(')')?.rsplit_once(" (#")?;
    leading_number(number).filter(|digits| digits.len() == number.len())
}

fn leading_number(text: &str) -> Option<&str> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).filter(|digits| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::git::facts::Person;

    #[test]
    fn requests_are_found_in_the_words_of_each_platform() {
        for (message, expected) in [
            ("Merge pull request #12 from acme/x", Some("12")),
            ("Merged PR 345: Add y", Some("345")),
            ("Merged in feature/x (pull request #7)", Some("7")),
            ("Merge branch 'x' into 'main'\n\nAdd x\n\nSee merge request acme/app!89", Some("89")),
            ("Add x (#4)", Some("4")),
            ("Fix (#12 and #13)", None),
            ("Fix #12", None),
            ("Merge branch 'x'", None),
            ("Merge pull request #", None),
            ("", None),
        ] {
            assert_eq!(pull_request(&commit(message, &[])), expected, "{message}");
        }
    }

    #[test]
    fn nobody_reviews_their_own_commit() {
        let found = |trailers: &[(&str, &str)]| reviewers(&commit("x", trailers)).len();
        assert_eq!(found(&[("reviewed-by", "Bob <bob@acme.example>"), ("Acked-by", "Eve <eve@acme.example>")]), 2);
        assert_eq!(found(&[("Reviewed-by", "A. Other <ada@acme.example>"), ("Approved-by", "Ada")]), 0);
        assert_eq!(found(&[("Co-authored-by", "Bob <bob@acme.example>")]), 0);
    }

    fn commit(message: &str, trailers: &[(&str, &str)]) -> Commit {
        let ada = Person { name: "Ada".into(), email: "ada@acme.example".into() };
        Commit {
            id: "0123456789abcdef".into(),
            author: ada.clone(),
            committer: ada,
            date: jiff::civil::date(2026, 1, 1),
            subject: message.lines().next().unwrap_or("").into(),
            message: message.into(),
            trailers: trailers.iter().map(|(key, value)| ((*key).to_string(), (*value).to_string())).collect(),
            parents: 1,
            signature: None,
            is_mainline: true,
        }
    }
}
