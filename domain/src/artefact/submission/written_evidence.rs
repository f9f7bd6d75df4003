//! A piece of evidence as documents write it: a row with columns of its own, or a line with
//! `repository@commit:path#L12-L40` and `sha256:…`.

use super::cited::Cited;
use super::code_reference::{BadCodeReference, CodeReference, Commit, FilePath, LineRange};
use super::document::Written;
use crate::artefact::definitions::plain;
use crate::artefact::parse::paths;
use crate::artefact::reference::Reference;
use crate::text::Hash;

/// Which column of a table says what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Columns {
    repository: Option<usize>,
    commit: Option<usize>,
    path: Option<usize>,
    lines: Option<usize>,
    hash: Option<usize>,
}

impl Columns {
    /// By the words of a table's head.
    pub(super) fn of(head: &[String]) -> Self {
        let named = |words: &[&str]| {
            head.iter().position(|cell| {
                let cell = cell.to_lowercase();
                words.iter().any(|word| cell.contains(word))
            })
        };
        Self {
            repository: named(&["repo"]),
            commit: named(&["commit"]),
            path: named(&["path", "file"]),
            lines: named(&["line"]),
            hash: named(&["hash", "sha256", "sha-256"]),
        }
    }
}

/// Reads a row: each column by its name, and what no column is for by its form.
pub(super) fn read_row(id: Reference, columns: &Columns, cells: &[String]) -> Written {
    let mut written = read_text(id, &cells.join(" "));
    let mut reader = Reader { cited: &mut written.cited, unreadable: &mut written.unreadable };
    let cell = |column: Option<usize>| {
        let cell = column.and_then(|column| cells.get(column)).map(|cell| plain(cell));
        cell.filter(|cell| cell.chars().any(char::is_alphanumeric))
    };
    reader.take("repository", cell(columns.repository), |cited, text| {
        let name = text.split('@').next().unwrap_or_default().trim();
        super::code_reference::repository_name(name).map(|name| cited.repository = Some(name))
    });
    reader.take("commit", cell(columns.commit), |cited, text| {
        text.trim_start_matches('@').parse().map(|commit| cited.commit = Some(commit))
    });
    reader.take("path", cell(columns.path), |cited, text| {
        // A column may hold more than the path.
        let path = text.parse().or_else(|error| match paths(text).as_slice() {
            [only] => only.parse(),
            _ => Err(error),
        });
        path.map(|path: FilePath| cited.path = Some(path))
    });
    reader.take("lines", cell(columns.lines), |cited, text| {
        text.trim_start_matches('#').parse().map(|lines| cited.lines = Some(lines))
    });
    if let Some(hash) = cell(columns.hash).and_then(|cell| hash_in(&cell)) {
        written.cited.sha256 = Some(hash);
    }
    written
}

struct Reader<'a> {
    cited: &'a mut Cited,
    unreadable: &'a mut Vec<(&'static str, String)>,
}

impl Reader<'_> {
    /// Takes what a column says over what was found by form.
    fn take(
        &mut self,
        part: &'static str,
        cell: Option<String>,
        set: impl Fn(&mut Cited, &str) -> Result<(), BadCodeReference>,
    ) {
        let Some(cell) = cell else { return };
        self.unreadable.retain(|(known, _)| *known != part);
        if let Err(error) = set(self.cited, &cell) {
            self.unreadable.push((part, error.to_string()));
        }
    }
}

/// Reads a text by the form of its words.
pub(super) fn read_text(id: Reference, text: &str) -> Written {
    let mut cited = Cited { id: Some(id), sha256: hash_in(text), ..Cited::default() };
    let (mut unreadable, mut in_one) = (Vec::new(), false);
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || "`|,;()[]<>\"'*“”".contains(c))
        .map(|word| word.trim_end_matches(['.', ':', '!', '?']))
        .filter(|word| !word.is_empty())
        .collect();
    for word in &words {
        let Some((repository, rest)) = word.split_once('@').filter(|(repository, _)| !repository.is_empty()) else {
            continue;
        };
        if rest.contains(':') && cited.path.is_none() {
            in_one = true;
            match word.parse::<CodeReference>() {
                Ok(place) => {
                    cited.repository = Some(place.repository);
                    cited.commit = Some(place.commit);
                    cited.path = Some(place.path);
                    cited.lines = Some(place.lines);
                }
                Err(error) => unreadable.push((part_of(error), error.to_string())),
            }
        } else if cited.repository.is_none() && looks_like_a_commit(rest) {
            cited.repository = super::code_reference::repository_name(repository).ok();
            commit(rest, &mut cited, &mut unreadable);
        }
    }
    if cited.commit.is_none() && !unreadable.iter().any(|(part, _)| *part == "commit") {
        let whole = |word: &&&str| word.len() == 40 && word.parse::<Commit>().is_ok();
        cited.commit = words.iter().find(whole).and_then(|word| word.parse().ok());
    }
    if cited.path.is_none() && unreadable.is_empty() {
        cited.path = paths(text).first().and_then(|path| path.parse().ok());
    }
    if cited.lines.is_none() && !unreadable.iter().any(|(part, _)| *part == "lines") {
        cited.lines = lines_in(&words);
    }
    Written { id, cited, in_one, unreadable }
}

fn commit(text: &str, cited: &mut Cited, unreadable: &mut Vec<(&'static str, String)>) {
    match text.parse() {
        Ok(commit) => cited.commit = Some(commit),
        Err(error) => {
            let error: BadCodeReference = error;
            unreadable.push(("commit", error.to_string()));
        }
    }
}

fn looks_like_a_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The part of a piece of evidence that a refusal is about.
fn part_of(error: BadCodeReference) -> &'static str {
    match error {
        BadCodeReference::Commit => "commit",
        BadCodeReference::PathEscapes | BadCodeReference::Path => "path",
        BadCodeReference::LinesReversed | BadCodeReference::Lines => "lines",
        BadCodeReference::Repository => "repository",
        BadCodeReference::Form => "place",
    }
}

/// The hash of a text: behind `sha256:`, or the last 64 hex digits that stand alone.
fn hash_in(text: &str) -> Option<Hash> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == ':' || c == '@'));
    let hashes = words.filter_map(|word| {
        let word = word.trim_matches(':');
        let (labelled, digits) = match word.rsplit_once(':') {
            Some((label, digits)) => (label.eq_ignore_ascii_case("sha256"), digits),
            None => (false, word),
        };
        (labelled || !word.contains([':', '@'])).then(|| digits.parse::<Hash>().ok().map(|hash| (labelled, hash)))?
    });
    // A labelled one before any other; of several the last.
    hashes.max_by_key(|(labelled, _)| *labelled).map(|(_, hash)| hash)
}

/// `lines 41–88`, `src/x.rs:12-40`, `#L12-L40`.
fn lines_in(words: &[&str]) -> Option<LineRange> {
    words.iter().enumerate().find_map(|(at, word)| {
        let after = at
            .checked_sub(1)
            .and_then(|before| words.get(before))
            .is_some_and(|before| matches!(before.to_lowercase().as_str(), "line" | "lines"));
        let tail = word.rsplit(['#', ':']).next().unwrap_or(word);
        let attached = tail.len() < word.len() || word.starts_with(['L', 'l']);
        if after || attached { tail.parse().ok() } else { None }
    })
}
