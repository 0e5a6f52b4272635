//! Who wrote lines of a file.

use std::path::Path;

use git2::{BlameOptions, ErrorCode, Repository};

use super::GitError;
use super::facts::Person;

/// Who wrote some lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorship {
    /// These people, by the commits that the lines come from.
    People(Vec<Person>),
    /// Some of the lines are in no commit yet.
    NotCommitted,
    /// The history could not be read.
    Unreadable,
    /// The clone is shallow, and the lines are older than what it holds.
    Cut,
}

/// Finds who wrote lines of a file: for each range of line numbers from 1, first and last. `path` is relative to the
/// work tree, `text` what the file holds now.
pub fn authors(work_tree: &Path, path: &str, text: &str, ranges: &[(u32, u32)]) -> Result<Vec<Authorship>, GitError> {
    let repository = Repository::open(work_tree)?;
    let mut options = BlameOptions::new();
    options.use_mailmap(true);
    let blame = match repository.blame_file(Path::new(path), Some(&mut options)) {
        Ok(blame) => blame,
        // Without a commit, or without the file in it, nobody has committed these lines.
        Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::UnbornBranch) => {
            return Ok(vec![Authorship::NotCommitted; ranges.len()]);
        }
        Err(error) => return Err(error.into()),
    };
    let blame = blame.blame_buffer(text.as_bytes())?;
    let shallow = repository.is_shallow();
    Ok(ranges.iter().map(|(first, last)| of_lines(&blame, *first, *last, shallow)).collect())
}

fn of_lines(blame: &git2::Blame<'_>, first: u32, last: u32, shallow: bool) -> Authorship {
    let mut people: Vec<Person> = Vec::new();
    for line in first..=last {
        let Some(hunk) = blame.get_line(line as usize) else { continue };
        if hunk.final_commit_id().is_zero() {
            return Authorship::NotCommitted;
        }
        if shallow && hunk.is_boundary() {
            return Authorship::Cut;
        }
        let Some(author) = hunk.final_signature() else { continue };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        let person = Person { name: text(author.name_bytes()), email: text(author.email_bytes()) };
        if !people.contains(&person) {
            people.push(person);
        }
    }
    Authorship::People(people)
}
