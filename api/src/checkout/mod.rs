//! A developer's checkout: where evidence is read, hashed and looked up again.
//!
//! Everything is read from git's objects at a commit, never from the working files, and never from outside the
//! repository: what a document cites is somebody else's text, so a path is refused before git sees it, and git is
//! given argument vectors, with no shell, no pager, no prompt and no fetching.

mod evidence;
mod git;
mod hold;
mod refill;
mod today;
mod written;

use std::path::{Path, PathBuf};

use konductro_domain::artefact::submission::{Commit, FilePath, LineRange, cited_lines};
use konductro_domain::text::Hash;

pub use evidence::{Cited, Verdict, check};
pub use hold::{Held, Wrong, hold};
pub use refill::{Refilled, refill};
pub use today::{Drift, look_again};

use git::Git;

/// Why something could not be read from a checkout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckoutError {
    /// git is not installed.
    #[error("git could not be started ({0}): install it, and try again")]
    NoGit(String),
    /// Not in a repository.
    #[error("{0} is in no git repository: change into your checkout first")]
    NoRepository(String),
    /// Nothing was committed yet, or the name means nothing.
    #[error("{0} names no commit of this repository: fetch it, or name one that is here")]
    NoCommit(String),
    /// A path that does not stay inside.
    #[error("{path:?} is no file of this repository: {why}")]
    BadPath {
        /// What was cited.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nothing there.
    #[error("{path} is not in the repository at commit {commit}")]
    NoFile {
        /// The path.
        path: String,
        /// The commit, shortened.
        commit: String,
    },
    /// Something there that has no lines.
    #[error("{path} is {what}: cite a text file")]
    NoText {
        /// The path.
        path: String,
        /// What it is.
        what: &'static str,
    },
    /// Fewer lines than cited.
    #[error("{path} has {has} lines at commit {commit}, not {lines}")]
    NoLines {
        /// The path.
        path: String,
        /// The commit, shortened.
        commit: String,
        /// What was cited.
        lines: LineRange,
        /// How many there are.
        has: usize,
    },
    /// git said something else.
    #[error("git could not {doing}: {said}")]
    Git {
        /// What it was asked for.
        doing: &'static str,
        /// The first line of what it said.
        said: String,
    },
}

/// The first twelve digits of a commit, for people.
pub fn short(commit: &Commit) -> &str {
    commit.as_str().get(..12).unwrap_or(commit.as_str())
}

/// Lines that were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// Their text, as it is hashed.
    pub text: String,
    /// Its hash.
    pub hash: Hash,
}

/// A git repository with its history, as a developer has it.
#[derive(Debug, Clone)]
pub struct Checkout {
    git: Git,
    name: String,
    remote: Option<String>,
    branch: Option<String>,
}

impl Checkout {
    /// The checkout that a folder is in.
    pub fn find(folder: &Path) -> Result<Self, CheckoutError> {
        let git = Git::find(folder)?;
        let remote = git.config("remote.origin.url")?.map(|url| without_credentials(&url));
        let named = remote.as_deref().and_then(name_of_remote);
        let folder_name = || git.root().file_name().map(|name| name.to_string_lossy().into_owned());
        let name = named.or_else(folder_name).unwrap_or_else(|| "repository".to_owned());
        let branch = git.branch()?;
        Ok(Self { git, name, remote, branch })
    }

    /// Its top folder.
    pub fn root(&self) -> &Path {
        self.git.root()
    }

    /// What it is called: as its remote is, or else its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it comes from, without any password.
    pub fn remote(&self) -> Option<&str> {
        self.remote.as_deref()
    }

    /// The branch it is on.
    pub fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }

    /// The commit that it stands at.
    pub fn head(&self) -> Result<Commit, CheckoutError> {
        self.commit("HEAD")
    }

    /// The commit that a branch, a tag or part of a hash means here.
    pub fn commit(&self, revision: &str) -> Result<Commit, CheckoutError> {
        self.git.commit(revision)?.ok_or_else(|| CheckoutError::NoCommit(revision.to_owned()))
    }

    /// Whether it has a commit.
    pub fn has(&self, commit: &Commit) -> Result<bool, CheckoutError> {
        Ok(self.git.commit(commit.as_str())?.is_some())
    }

    /// Whether the working file differs from the commit, or is not in it.
    pub fn has_changes(&self, commit: &Commit, path: &FilePath) -> Result<bool, CheckoutError> {
        self.git.has_changes(commit, path)
    }

    /// A text file as it is at a commit.
    pub fn text_at(&self, commit: &Commit, path: &FilePath) -> Result<String, CheckoutError> {
        let bytes = self.git.file(commit, path)?.ok_or_else(|| CheckoutError::NoFile {
            path: path.as_str().to_owned(),
            commit: short(commit).to_owned(),
        })?;
        String::from_utf8(bytes)
            .map_err(|_| CheckoutError::NoText { path: path.as_str().to_owned(), what: "no UTF-8 text" })
    }

    /// The cited lines as they are at a commit.
    pub fn lines_at(&self, commit: &Commit, path: &FilePath, lines: LineRange) -> Result<Lines, CheckoutError> {
        let text = self.text_at(commit, path)?;
        let read = cited_lines(&text, lines).map(|text| Lines { hash: Hash::of(text.as_bytes()), text });
        read.ok_or_else(|| CheckoutError::NoLines {
            path: path.as_str().to_owned(),
            commit: short(commit).to_owned(),
            lines,
            has: text.lines().count(),
        })
    }

    /// A path as somebody types it in a folder of the checkout, from its root.
    pub fn path_from(&self, folder: &Path, typed: &str) -> Result<FilePath, CheckoutError> {
        let absolute = normal(&folder.join(typed));
        let root = self.root();
        let inside = absolute.strip_prefix(root).map(Path::to_path_buf).or_else(|_| {
            // The folder may be reached by another name than git's.
            let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
            normal(&folder.join(typed)).strip_prefix(root).map(Path::to_path_buf)
        });
        let bad = |why: String| CheckoutError::BadPath { path: typed.chars().take(200).collect(), why };
        let inside = inside.map_err(|_| bad("it leads out of the repository".to_owned()))?;
        inside.to_string_lossy().parse().map_err(|error| bad(format!("{error}")))
    }
}

/// Takes `.` and `..` out of a path, without looking at the disk.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// A remote may carry a password; nobody needs to see it.
fn without_credentials(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}/{path}")
        }
        None => url.to_owned(),
    }
}

fn name_of_remote(url: &str) -> Option<String> {
    let last = url.trim_end_matches('/').rsplit(['/', ':']).next()?;
    let name = last.strip_suffix(".git").unwrap_or(last);
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remotes_password_is_not_kept() {
        assert_eq!(without_credentials("https://ada:s3cret@git.example/pay.git"), "https://git.example/pay.git");
        assert_eq!(without_credentials("git@git.example:team/pay.git"), "git@git.example:team/pay.git");
    }

    #[test]
    fn a_repository_is_called_as_its_remote_is() {
        assert_eq!(name_of_remote("git@git.example:team/pay.git").as_deref(), Some("pay"));
        assert_eq!(name_of_remote("https://git.example/team/pay/").as_deref(), Some("pay"));
        assert_eq!(name_of_remote("").as_deref(), None);
    }
}
