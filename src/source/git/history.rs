//! The commits of a period.

use std::collections::BTreeSet;

use git2::{Commit as GitCommit, Oid, Repository, Sort};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::GitError;
use super::facts::{Commit, History, Person, Reach, Signature};

/// Commits of a period that are read. More than that in a year is a repository of thousands of people.
const MAX_COMMITS: usize = 50_000;

/// Commits before the period after which the walk stops. Commits come by date, but clocks go wrong, so one old commit
/// does not mean that all others are older.
const OLD_IN_A_ROW: usize = 256;

/// How much of a message is kept, in bytes. What tools add to messages stands well before.
const MAX_MESSAGE: usize = 4096;

/// Reads the commits that are reachable from the head and were brought in between the two days, in UTC.
pub(super) fn read(repository: &Repository, head: Option<Oid>, since: Date, today: Date) -> Result<History, GitError> {
    let Some(head) = head else {
        return Ok(History { since, commits: Vec::new(), reach: Reach::NoCommits });
    };
    let mut walk = repository.revwalk()?;
    walk.set_sorting(Sort::TIME)?;
    walk.push(head)?;
    // A commit of tonight may be one of tomorrow in UTC.
    let tomorrow = today.tomorrow().unwrap_or(today);
    let boundary = shallow_boundary(repository);
    let mainline = mainline(repository, head, since)?;
    let mut commits = Vec::new();
    let mut reach = Reach::Complete;
    let mut old = 0;
    for id in walk {
        let id = id?;
        let commit = repository.find_commit(id)?;
        let date = day(&commit);
        old = if date < since { old + 1 } else { 0 };
        if old > OLD_IN_A_ROW {
            break;
        }
        if date < since || date > tomorrow {
            continue;
        }
        if boundary.contains(&id) {
            reach = Reach::Shallow;
        }
        if commits.len() >= MAX_COMMITS {
            reach = Reach::TooMany;
            break;
        }
        commits.push((commit.time().seconds(), read_commit(&commit, date, mainline.contains(&id))));
    }
    commits.sort_by(|(one_time, one), (other_time, other)| other_time.cmp(one_time).then(one.id.cmp(&other.id)));
    Ok(History { since, commits: commits.into_iter().map(|(_, commit)| commit).collect(), reach })
}

/// The commits at which a shallow clone ends.
fn shallow_boundary(repository: &Repository) -> BTreeSet<Oid> {
    if !repository.is_shallow() {
        return BTreeSet::new();
    }
    let text = crate::source::read::text(&repository.commondir().join("shallow"), "shallow").unwrap_or_default();
    text.lines().filter_map(|line| line.trim().parse().ok()).collect()
}

/// The line of first parents from the head into the period.
fn mainline(repository: &Repository, head: Oid, since: Date) -> Result<BTreeSet<Oid>, GitError> {
    let mut line = BTreeSet::new();
    let mut old = 0;
    let mut next = Some(head);
    while let Some(id) = next {
        let commit = repository.find_commit(id)?;
        old = if day(&commit) < since { old + 1 } else { 0 };
        if old > OLD_IN_A_ROW || line.len() > 4 * MAX_COMMITS {
            break;
        }
        line.insert(id);
        next = commit.parent_id(0).ok();
    }
    Ok(line)
}

fn day(commit: &GitCommit<'_>) -> Date {
    let time = jiff::Timestamp::from_second(commit.time().seconds()).unwrap_or_default();
    TimeZone::UTC.to_datetime(time).date()
}

fn read_commit(commit: &GitCommit<'_>, date: Date, is_mainline: bool) -> Commit {
    let signature = commit.header_field_bytes("gpgsig").ok();
    Commit {
        id: commit.id().to_string(),
        author: person(&commit.author()),
        committer: person(&commit.committer()),
        date,
        subject: commit.summary_bytes().map_or_else(String::new, |text| String::from_utf8_lossy(text).into_owned()),
        message: String::from_utf8_lossy(commit.message_bytes().get(..MAX_MESSAGE).unwrap_or(commit.message_bytes()))
            .into_owned(),
        trailers: trailers(commit.message_bytes()),
        parents: commit.parent_count(),
        signature: signature.map(|text| Signature::of(&String::from_utf8_lossy(&text))),
        is_mainline,
    }
}

fn person(signature: &git2::Signature<'_>) -> Person {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_string();
    Person { name: text(signature.name_bytes()), email: text(signature.email_bytes()) }
}

fn trailers(message: &[u8]) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let found = git2::message_trailers_bytes(message).ok();
    found.map_or_else(Vec::new, |found| found.iter().map(|(key, value)| (text(key), text(value))).collect())
}
