//! A git repository that a developer has in front of them: this project's own, by its history, or a small one where
//! that can't be had (an export without history, a shallow clone).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::server::{Ended, binary};

/// A checkout in a folder of its own; removed when dropped.
pub struct Repository {
    folder: PathBuf,
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What evidence of a test cites: in both kinds of repository.
pub const CITED: &str = "README.md:1-3";

impl Repository {
    /// A clone of this project, with its whole history; or a small repository.
    pub fn real() -> Self {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests is a folder of the workspace");
        let shallow = run(project, "git", &["rev-parse", "--is-shallow-repository"]);
        if shallow.is_none_or(|answer| answer.trim() != "false") {
            return Self::small();
        }
        let folder = new_folder();
        let to = folder.display().to_string();
        let from = project.display().to_string();
        match run(project, "git", &["clone", "--quiet", "--local", "--no-tags", &from, &to]) {
            Some(_) => Self { folder }.named(),
            None => Self::small(),
        }
    }

    /// A repository with one commit.
    pub fn small() -> Self {
        let repository = Self::empty();
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository.write("README.md", "# Pay\n\nMoves money once a day.\n\nMore later.\n");
        repository.write("src/capture.rs", "fn capture() {\n    post();\n}\n\nfn post() {}\n");
        repository.commit("Begin");
        repository.named()
    }

    /// A folder that is no repository.
    pub fn empty() -> Self {
        let folder = new_folder();
        std::fs::create_dir_all(&folder).expect("a folder");
        Self { folder }
    }

    /// Its remote is somewhere else than where the clone came from.
    fn named(self) -> Self {
        run(&self.folder, "git", &["remote", "remove", "origin"]);
        self.git(&["remote", "add", "origin", "https://ada:s3cret@git.example/team/pay.git"]);
        self
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn write(&self, path: &str, text: &str) {
        let file = self.folder.join(path);
        std::fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
        std::fs::write(file, text).expect("a file");
    }

    /// Runs git, and gives what it printed.
    pub fn git(&self, arguments: &[&str]) -> String {
        run(&self.folder, "git", arguments).unwrap_or_else(|| panic!("git {arguments:?} failed"))
    }

    /// Commits all that there is.
    pub fn commit(&self, subject: &str) -> String {
        self.git(&["add", "--all"]);
        let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"];
        self.git(&[&who[..], &["commit", "--quiet", "--message", subject]].concat());
        self.head()
    }

    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Runs the program here, with nothing on standard input.
    pub async fn konductro(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
        self.konductro_with("", arguments, environment).await
    }

    /// Runs the program here, with this on standard input.
    pub async fn konductro_with(&self, input: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
        use tokio::io::AsyncWriteExt as _;
        let mut command = tokio::process::Command::new(binary());
        for inherited in ["KONDUCTRO_URL", "KONDUCTRO_TOKEN", "KONDUCTRO_CONFIG_DIR"] {
            command.env_remove(inherited);
        }
        // A sign-in of whoever runs the tests is none of theirs.
        command.env("KONDUCTRO_CONFIG_DIR", self.folder.join(".git/konductro-test"));
        command.args(arguments).envs(environment.iter().copied()).current_dir(&self.folder).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("standard input");
        // A program that does not read ends at once; then the pipe is closed.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let output = tokio::time::timeout(std::time::Duration::from_secs(60), child.wait_with_output()).await;
        let output = output.expect("it ends by itself").expect("it can be waited for");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

fn new_folder() -> PathBuf {
    std::env::temp_dir().join(format!("konductro-repository-{}", uuid::Uuid::now_v7()))
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    for inherited in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(inherited);
    }
    let output = command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
