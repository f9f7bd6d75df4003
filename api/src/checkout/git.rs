//! git's plumbing: what is asked of it, and nothing that could run, fetch or prompt.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use konductro_domain::artefact::submission::{Commit, FilePath};

use super::CheckoutError;

/// No source file is larger.
const LARGEST_FILE: u64 = 8 * 1024 * 1024;
/// Nothing else that git says is longer.
const LARGEST_ANSWER: u64 = 32 * 1024 * 1024;

/// A repository's top folder, in which git is asked.
#[derive(Debug, Clone)]
pub(super) struct Git {
    root: PathBuf,
}

/// How git answered.
struct Answer {
    bytes: Vec<u8>,
    success: bool,
    said: String,
}

/// What is at a path.
struct Entry {
    mode: String,
    object: String,
}

impl Git {
    pub(super) fn find(folder: &Path) -> Result<Self, CheckoutError> {
        let answer = ask(folder, &["rev-parse", "--show-toplevel"])?;
        let path = String::from_utf8_lossy(&answer.bytes).trim_end_matches('\n').to_owned();
        if !answer.success || path.is_empty() {
            return Err(CheckoutError::NoRepository(folder.display().to_string()));
        }
        Ok(Self { root: PathBuf::from(path) })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn config(&self, key: &str) -> Result<Option<String>, CheckoutError> {
        self.line(&["config", "--get", key])
    }

    pub(super) fn branch(&self) -> Result<Option<String>, CheckoutError> {
        self.line(&["symbolic-ref", "--quiet", "--short", "HEAD"])
    }

    pub(super) fn commit(&self, revision: &str) -> Result<Option<Commit>, CheckoutError> {
        if revision.is_empty() || revision.len() > 250 || revision.chars().any(char::is_control) {
            return Ok(None);
        }
        let wanted = format!("{revision}^{{commit}}");
        let found = self.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
        Ok(found.and_then(|found| found.parse().ok()))
    }

    pub(super) fn file(&self, commit: &Commit, path: &FilePath) -> Result<Option<Vec<u8>>, CheckoutError> {
        let Some(entry) = self.entry(commit, path)? else { return Ok(None) };
        let no_text = |what| Err(CheckoutError::NoText { path: path.as_str().to_owned(), what });
        match entry.mode.as_str() {
            "100644" | "100755" | "100664" => {}
            "120000" => return no_text("a link"),
            "040000" => return no_text("a folder"),
            _ => return no_text("no file"),
        }
        let size = self.line(&["cat-file", "-s", &entry.object])?.and_then(|size| size.parse::<u64>().ok());
        match size {
            None => Ok(None),
            Some(size) if size > LARGEST_FILE => no_text("larger than 8 MiB"),
            Some(_) => self.whole("read a file", &["cat-file", "blob", &entry.object]).map(Some),
        }
    }

    /// Where a file of one commit is in another, as far as git sees a rename.
    pub(super) fn renamed(
        &self,
        from: &Commit,
        to: &Commit,
        path: &FilePath,
    ) -> Result<Option<FilePath>, CheckoutError> {
        let asked = ["diff", "--no-ext-diff", "--no-textconv", "--name-status", "-z", "-M", "--diff-filter=R"];
        let asked = [&asked[..], &[from.as_str(), to.as_str(), "--"]].concat();
        let answer = self.whole("look for renamed files", &asked)?;
        let text = String::from_utf8_lossy(&answer);
        let mut fields = text.split('\0');
        while let (Some(_status), Some(old), Some(new)) = (fields.next(), fields.next(), fields.next()) {
            if old == path.as_str() {
                return Ok(new.parse().ok());
            }
        }
        Ok(None)
    }

    pub(super) fn has_changes(&self, commit: &Commit, path: &FilePath) -> Result<bool, CheckoutError> {
        let asked = ["diff", "--quiet", "--no-ext-diff", "--no-textconv", commit.as_str(), "--", path.as_str()];
        Ok(!ask(&self.root, &asked)?.success)
    }

    fn entry(&self, commit: &Commit, path: &FilePath) -> Result<Option<Entry>, CheckoutError> {
        let asked = ["ls-tree", "-z", "--full-tree", commit.as_str(), "--", path.as_str()];
        let answer = self.whole("look into a commit", &asked)?;
        let text = String::from_utf8_lossy(&answer);
        let found = text.split('\0').filter_map(|line| line.split_once('\t')).find(|(_, name)| *name == path.as_str());
        Ok(found.and_then(|(about, _)| {
            let mut about = about.split(' ');
            Some(Entry { mode: about.next()?.to_owned(), object: about.nth(1)?.to_owned() })
        }))
    }

    /// One line, or none where git has no answer.
    fn line(&self, asked: &[&str]) -> Result<Option<String>, CheckoutError> {
        let answer = ask(&self.root, asked)?;
        let text = String::from_utf8_lossy(&answer.bytes).trim().to_owned();
        Ok((answer.success && !text.is_empty()).then_some(text))
    }

    fn whole(&self, doing: &'static str, asked: &[&str]) -> Result<Vec<u8>, CheckoutError> {
        let answer = ask(&self.root, asked)?;
        if answer.success { Ok(answer.bytes) } else { Err(CheckoutError::Git { doing, said: answer.said }) }
    }
}

fn ask(folder: &Path, asked: &[&str]) -> Result<Answer, CheckoutError> {
    let no_git = |error: std::io::Error| CheckoutError::NoGit(error.to_string());
    let mut child = command(folder).args(asked).spawn().map_err(no_git)?;
    // Read beside the answer: git would wait for whoever reads neither.
    let complaint = child.stderr.take().map(|stderr| std::thread::spawn(move || first_line(stderr)));
    let mut bytes = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        // What is longer is cut off; git ends at the closed pipe.
        stdout.take(LARGEST_ANSWER).read_to_end(&mut bytes).map_err(no_git)?;
    }
    let success = child.wait().map_err(no_git)?.success();
    let said = complaint.and_then(|reader| reader.join().ok()).unwrap_or_default();
    Ok(Answer { bytes, success, said })
}

fn first_line(mut stderr: impl Read) -> String {
    let mut bytes = Vec::new();
    let read = stderr.by_ref().take(4096).read_to_end(&mut bytes);
    let drained = std::io::copy(&mut stderr, &mut std::io::sink());
    let text = String::from_utf8_lossy(&bytes);
    match (read, drained, text.lines().next()) {
        (Ok(_), Ok(_), Some(line)) => line.to_owned(),
        _ => "it did not say why".to_owned(),
    }
}

fn command(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder);
    git.args(["--no-pager", "--no-replace-objects", "--literal-pathspecs", "-c", "core.fsmonitor=false"]);
    for inherited in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_EXTERNAL_DIFF"] {
        git.env_remove(inherited);
    }
    git.env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("LC_ALL", "C");
    git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    git
}
