//! Where evidence is: `repository@commit:path#L12-L40`, and the hash of the lines there.
//!
//! The one reading and the one spelling of it; whoever cites code, checks a citation or looks for it again in a
//! checkout does so by these.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Hash;

/// Longest path, in bytes of UTF-8.
const MAX_PATH_BYTES: usize = 1024;
/// Longest name of a repository, in bytes of UTF-8.
const MAX_REPOSITORY_BYTES: usize = 200;
/// Highest number of a line.
const MAX_LINE: u32 = 10_000_000;

/// Lines of a file, from 1, both ends among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineRange {
    first: u32,
    last: u32,
}

/// A commit by its whole name: 40 hex digits (SHA-1) or 64 (SHA-256), in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Commit(String);

/// A file's path inside its repository, with `/` between its parts. It never leads out of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FilePath(String);

/// Some lines of a file as one commit of a repository has them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeReference {
    /// The repository's short name.
    pub repository: String,
    /// The commit.
    pub commit: Commit,
    /// The file.
    pub path: FilePath,
    /// The lines.
    pub lines: LineRange,
}

/// Why a text is no reference to code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCodeReference {
    /// The commit is shortened, or none.
    #[error("a commit is written with all its 40 hex digits (64 in a SHA-256 repository)")]
    Commit,
    /// The path leads out of the repository.
    #[error("the path leads out of the repository; write it from the repository's root, without `..`")]
    PathEscapes,
    /// The path is not one of a file in a repository.
    #[error("the path is not one of a file in a repository; write it from the root, with `/` between its parts")]
    Path,
    /// The lines are backwards.
    #[error("the lines are reversed; write the first one first")]
    LinesReversed,
    /// The lines are none.
    #[error("lines are written as `12-40` or `12`, counted from 1")]
    Lines,
    /// The repository has no name.
    #[error("a repository is named in one word of at most {MAX_REPOSITORY_BYTES} bytes")]
    Repository,
    /// The parts are not there.
    #[error("code is cited as `repository@commit:path#L12-L40`")]
    Form,
}

impl LineRange {
    /// These lines.
    pub fn new(first: u32, last: u32) -> Result<Self, BadCodeReference> {
        if first == 0 || first > MAX_LINE || last > MAX_LINE {
            return Err(BadCodeReference::Lines);
        }
        if last < first { Err(BadCodeReference::LinesReversed) } else { Ok(Self { first, last }) }
    }

    /// The first line, from 1.
    pub fn first(self) -> u32 {
        self.first
    }

    /// The last line.
    pub fn last(self) -> u32 {
        self.last
    }

    /// How many lines.
    pub fn count(self) -> u32 {
        self.last - self.first + 1
    }
}

/// The hash of cited lines: SHA-256 over the lines joined with `\n` and ended by one `\n`. A `\r` at the end of a line
/// is left out, so that a checkout with other line ends has the same hash. `None` where the text has not so many lines.
pub fn lines_hash(text: &str, lines: LineRange) -> Option<Hash> {
    cited_lines(text, lines).map(|cited| Hash::of(cited.as_bytes()))
}

/// The cited lines as they are hashed; `None` where the text has not so many lines.
pub fn cited_lines(text: &str, lines: LineRange) -> Option<String> {
    let (skipped, count) = (lines.first as usize - 1, lines.count() as usize);
    if text.is_empty() {
        return None;
    }
    // A final line feed ends the last line and begins none.
    let all = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let (mut cited, mut taken) = (String::new(), 0);
    for line in all.skip(skipped).take(count) {
        cited.push_str(line.strip_suffix('\r').unwrap_or(line));
        cited.push('\n');
        taken += 1;
    }
    (taken == count).then_some(cited)
}

impl std::str::FromStr for LineRange {
    type Err = BadCodeReference;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| {
            let digits = text.trim().trim_start_matches(['L', 'l']);
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            if plain { digits.parse().map_err(|_| BadCodeReference::Lines) } else { Err(BadCodeReference::Lines) }
        };
        match text.split_once(['-', '–', '—']) {
            Some((first, last)) => Self::new(number(first)?, number(last)?),
            None => number(text).and_then(|only| Self::new(only, only)),
        }
    }
}

impl std::fmt::Display for LineRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}

impl Commit {
    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Commit {
    type Err = BadCodeReference;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let whole = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if whole { Ok(Self(text.to_ascii_lowercase())) } else { Err(BadCodeReference::Commit) }
    }
}

impl FilePath {
    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for FilePath {
    type Err = BadCodeReference;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let drive = text.as_bytes().get(1) == Some(&b':') && text.starts_with(|c: char| c.is_ascii_alphabetic());
        if text.starts_with(['/', '\\', '~']) || drive || text.split(['/', '\\']).any(|part| part == "..") {
            return Err(BadCodeReference::PathEscapes);
        }
        let unfit =
            text.is_empty() || text.len() > MAX_PATH_BYTES || text.contains(|c: char| c == '\\' || c.is_control());
        // What git keeps for itself is no file of a commit.
        let unfit = unfit || text.split('/').any(|part| matches!(part, "" | ".") || part.eq_ignore_ascii_case(".git"));
        if unfit { Err(BadCodeReference::Path) } else { Ok(Self(text.to_owned())) }
    }
}

/// The name of a repository: one word that a reference can begin with.
pub(super) fn repository_name(text: &str) -> Result<String, BadCodeReference> {
    let unfit = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | '#' | '`' | '|' | ':');
    if text.is_empty() || text.len() > MAX_REPOSITORY_BYTES || text.contains(unfit) {
        return Err(BadCodeReference::Repository);
    }
    Ok(text.to_owned())
}

impl std::str::FromStr for CodeReference {
    type Err = BadCodeReference;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (repository, rest) = text.split_once('@').ok_or(BadCodeReference::Form)?;
        let (commit, rest) = rest.split_once(':').ok_or(BadCodeReference::Form)?;
        // A path may hold a `#` itself.
        let (path, lines) = rest.rsplit_once("#L").ok_or(BadCodeReference::Form)?;
        Ok(Self {
            repository: repository_name(repository)?,
            commit: commit.parse()?,
            path: path.parse()?,
            lines: lines.parse()?,
        })
    }
}

impl std::fmt::Display for CodeReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { repository, commit, path, lines } = self;
        write!(f, "{repository}@{commit}:{path}#L{}", lines.first)?;
        if lines.first == lines.last { Ok(()) } else { write!(f, "-L{}", lines.last) }
    }
}

macro_rules! written_as_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

impl std::fmt::Display for Commit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for FilePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

written_as_text!(LineRange, Commit, FilePath, CodeReference);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says what it expected")]

    use super::*;

    const COMMIT: &str = "4be1f02a4be1f02a4be1f02a4be1f02a4be1f02a";

    #[test]
    fn a_reference_is_read_and_written_back() {
        for text in [
            format!("pay@{COMMIT}:payments/src/capture.rs#L12-L40"),
            format!("org/pay@{COMMIT}:docs/a#b@c:d.md#L7"),
            format!("pay@{}:x.rs#L1-L2", "a".repeat(64)),
        ] {
            assert_eq!(text.parse::<CodeReference>().map(|read| read.to_string()), Ok(text));
        }
        let read: CodeReference = format!("pay@{}:x.rs#L3-4", COMMIT.to_uppercase()).parse().unwrap();
        assert_eq!(read.to_string(), format!("pay@{COMMIT}:x.rs#L3-L4"));
    }

    #[test]
    fn what_is_wrong_with_a_reference_is_told() {
        use BadCodeReference as Bad;
        for (text, why) in [
            ("pay:x.rs#L1".to_owned(), Bad::Form),
            (format!("pay@{COMMIT}:x.rs"), Bad::Form),
            ("pay@4be1f02:x.rs#L1".to_owned(), Bad::Commit),
            (format!("pay@{COMMIT}:../x.rs#L1"), Bad::PathEscapes),
            (format!("pay@{COMMIT}:/etc/passwd#L1"), Bad::PathEscapes),
            (format!("pay@{COMMIT}:C:\\x#L1"), Bad::PathEscapes),
            (format!("pay@{COMMIT}:a//x#L1"), Bad::Path),
            (format!("pay@{COMMIT}:.git/config#L1"), Bad::Path),
            (format!("pay@{COMMIT}:x.rs#L40-L12"), Bad::LinesReversed),
            (format!("pay@{COMMIT}:x.rs#L0"), Bad::Lines),
            (format!("pay@{COMMIT}:x.rs#L99999999999"), Bad::Lines),
            (format!("@{COMMIT}:x.rs#L1"), Bad::Repository),
        ] {
            assert_eq!(text.parse::<CodeReference>(), Err(why), "{text}");
        }
    }

    #[test]
    fn the_hash_of_lines_is_that_of_the_lines_ended_by_a_line_feed() {
        let lines = LineRange::new(2, 3).unwrap();
        let expected = Some(Hash::of(b"b\nc\n"));
        assert_eq!(lines_hash("a\nb\nc\nd\n", lines), expected);
        assert_eq!(lines_hash("a\nb\nc", lines), expected, "also where the file has no final line feed");
        assert_eq!(lines_hash("a\r\nb\r\nc\r\n", lines), expected, "also with other line ends");
        assert_eq!(lines_hash("a\nb\n", lines), None);
    }
}
