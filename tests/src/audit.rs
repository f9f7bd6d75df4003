//! Exports of the log, and the two verifiers that look at them.

use std::path::{Path, PathBuf};
use std::process::Command;

use konductro_api::audit::verify::{Expected, Fault, verify};
use reqwest::Method;
use serde_json::Value;

use crate::Person;

/// A file that goes with its test.
pub struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    pub fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("konductro-audit-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file in it.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let file = self.0.join(name);
        std::fs::write(&file, bytes).unwrap();
        file
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

/// What came out of verifying: the exit code, and the first bad event.
pub type Verdict = (u8, Option<u64>);

/// What the first verifier says.
pub fn first(export: &[u8], key: &str, since: Option<&str>) -> Verdict {
    said(export, key, since).map_or_else(|fault| (fault.finding.exit_code(), fault.position), |()| (0, None))
}

/// The same, in words where something is wrong.
pub fn said(export: &[u8], key: &str, since: Option<&str>) -> Result<(), Fault> {
    let expected = Expected { key: key.to_owned(), since: since.map(str::to_owned) };
    verify(export, &expected).map(drop)
}

/// Python for the second verifier; `None`, and said so, where there is none.
fn python() -> Option<String> {
    let configured = std::env::var("KONDUCTRO_VERIFIER_PYTHON").ok();
    let python = configured.unwrap_or_else(|| {
        let output = Command::new("sh").arg(root().join("scripts/verifier.sh")).output().expect("sh runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    });
    if python.is_empty() {
        eprintln!("SKIPPED: the second verifier, which needs Python with `cryptography`");
        return None;
    }
    Some(python)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests is a folder of the workspace").to_owned()
}

/// What the second verifier says of each file, all in one process; `None` where it can't run here.
pub fn second(files: &[PathBuf], key: &str, since: Option<&Path>) -> Option<Vec<Verdict>> {
    let python = python()?;
    let mut verdicts = Vec::with_capacity(files.len());
    // A command line holds only so many names.
    for some in files.chunks(500) {
        let mut command = Command::new(&python);
        command.arg(root().join("tests/verifier/verify.py")).arg("--key").arg(key);
        if let Some(since) = since {
            command.arg("--since").arg(since);
        }
        let output = command.args(some).output().expect("python runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let of_file = |line: &str| {
            let verdict: Value = serde_json::from_str(line).unwrap();
            (u8::try_from(verdict["code"].as_u64().unwrap()).unwrap(), verdict["position"].as_u64())
        };
        let some_verdicts: Vec<_> = told.lines().map(of_file).collect();
        assert_eq!(some_verdicts.len(), some.len(), "{}", String::from_utf8_lossy(&output.stderr));
        verdicts.extend(some_verdicts);
    }
    Some(verdicts)
}

/// Both verifiers say the same of an export; what they say.
#[track_caller]
pub fn both(folder: &Folder, export: &[u8], key: &str, since: Option<&str>) -> Verdict {
    let verdict = first(export, key, since);
    let file = folder.file("export.ndjson", export);
    let since = since.map(|note| folder.file("since.txt", note));
    if let Some(second) = second(&[file], key, since.as_deref()) {
        assert_eq!(second, [verdict], "the second verifier says otherwise than: {:?}", said(export, key, None));
    }
    verdict
}

/// A project's part of the log, as somebody exports it; `query` goes with the address.
pub async fn export_of(reader: &Person, project: &str, query: &str) -> Vec<u8> {
    let request = reader.request(Method::GET, &format!("/projects/{project}/audit/export{query}"));
    let answer = request.send().await.expect("the server answers");
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
    answer.bytes().await.expect("the export arrives whole").to_vec()
}

/// The public key line of a server.
pub async fn key_of(reader: &Person) -> String {
    reader.get("/audit/head").await.expect(200)["key"].as_str().expect("a key line").to_owned()
}

/// The leaf lines of an export, read; the declaration is the first.
pub fn leaves(export: &[u8]) -> Vec<Value> {
    let lines = std::str::from_utf8(export).expect("an export is text").lines();
    let values = lines.map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON"));
    values.filter(|value| value.get("konductro").is_none()).collect()
}
