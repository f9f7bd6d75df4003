//! Watches a log from elsewhere: keeps its signed heads, and notices when it is not the continuation of what it was.
//!
//! A head that left the machine is what makes a rewrite by somebody with database and key noticeable. Heads and proofs
//! can be read without signing in, so a watcher needs the address and the public key line, and nothing else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use tlog_tiles::tlog::{Hash, check_tree};

use super::verify::{Fault, Finding, SignedHead, read_head};

/// The longest answer that is waited for.
const WITHIN: Duration = Duration::from_secs(20);

/// Why watching ended, or one look failed.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The log is not what it was.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The server does not answer as it should.
    #[error("{0} does not answer as it should: {1}")]
    Server(String, String),
    /// Heads can't be kept.
    #[error("heads can't be kept in {folder}: {source}", folder = folder.display())]
    Keeping {
        /// Where.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// What one look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The first head ever.
    First(u64),
    /// It continues the one that is kept.
    Grown(u64, u64),
    /// Nothing happened.
    Same(u64),
}

impl std::fmt::Display for Seen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Seen::First(size) => write!(formatter, "{size} events; the first head that is kept"),
            Seen::Grown(from, to) => write!(formatter, "{to} events, the continuation of {from}"),
            Seen::Same(size) => write!(formatter, "{size} events, as before"),
        }
    }
}

/// Watches one log.
#[derive(Debug)]
pub struct Watcher {
    http: reqwest::Client,
    api: String,
    key: String,
    folder: PathBuf,
}

#[derive(Deserialize)]
struct HeadAnswer {
    checkpoint: String,
}

#[derive(Deserialize)]
struct ProofAnswer {
    hashes: Vec<String>,
}

impl Watcher {
    /// Watches the server at an address, and keeps heads in a folder.
    pub fn new(url: &str, key: &str, folder: &Path) -> Result<Self, WatchError> {
        let api = format!("{}/api/v1", url.trim_end_matches('/'));
        let http = reqwest::Client::builder().timeout(WITHIN).build();
        let http = http.map_err(|error| WatchError::Server(api.clone(), error.to_string()))?;
        Ok(Self { http, api, key: key.to_owned(), folder: folder.to_owned() })
    }

    /// Looks once: the server's head has to continue the latest that is kept, and is kept then.
    pub async fn look(&self) -> Result<Seen, WatchError> {
        let answer: HeadAnswer = self.ask("/audit/head").await?.ok_or_else(|| self.odd("it gives no head"))?;
        let head = read_head(&answer.checkpoint, &self.key)?;
        let Some(kept) = self.latest()? else {
            self.keep(&answer.checkpoint, head.size)?;
            return Ok(Seen::First(head.size));
        };
        if head.size == kept.size && head.root == kept.root {
            return Ok(Seen::Same(head.size));
        }
        self.continued(&kept, &head).await?;
        self.keep(&answer.checkpoint, head.size)?;
        Ok(Seen::Grown(kept.size, head.size))
    }

    async fn continued(&self, kept: &SignedHead, head: &SignedHead) -> Result<(), WatchError> {
        let rolled_back = |what: &str| {
            let what = format!("{what}: the head of size {} is in {}", kept.size, self.folder.display());
            WatchError::Fault(Fault { finding: Finding::RolledBack, position: None, what })
        };
        if head.size <= kept.size {
            return Err(rolled_back(&format!("the log has {} events and is not what it was", head.size)));
        }
        if kept.size == 0 {
            return Ok(());
        }
        let path = format!("/audit/proofs/consistency?from={}&to={}", kept.size, head.size);
        let refused = || rolled_back("the server has no proof that the log continues what it was");
        let proof: ProofAnswer = self.ask(&path).await?.ok_or_else(refused)?;
        let mut hashes = Vec::with_capacity(proof.hashes.len());
        for hash in &proof.hashes {
            let mut bytes = [0; 32];
            hex::decode_to_slice(hash, &mut bytes).map_err(|_| refused())?;
            hashes.push(Hash(bytes));
        }
        check_tree(&hashes, head.size, head.root, kept.size, kept.root)
            .map_err(|_| rolled_back("the log is not the continuation of what it was"))
    }

    /// Asks the server; `None` where it refuses what was asked.
    async fn ask<T: for<'a> Deserialize<'a>>(&self, path: &str) -> Result<Option<T>, WatchError> {
        let odd = |error: reqwest::Error| self.odd(&error.without_url().to_string());
        let answer = self.http.get(format!("{}{path}", self.api)).send().await.map_err(odd)?;
        match answer.status() {
            status if status.is_success() => answer.json().await.map(Some).map_err(odd),
            status if status.is_client_error() && status.as_u16() != 429 => Ok(None),
            status => Err(self.odd(&format!("status {status}"))),
        }
    }

    fn odd(&self, what: &str) -> WatchError {
        WatchError::Server(self.api.clone(), what.to_owned())
    }

    /// The largest head that is kept.
    fn latest(&self) -> Result<Option<SignedHead>, WatchError> {
        let failed = |source| WatchError::Keeping { folder: self.folder.clone(), source };
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        let mut latest: Option<(u64, PathBuf)> = None;
        for entry in std::fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let size = name.strip_prefix("head-").and_then(|rest| rest.strip_suffix(".txt"));
            if let Some(size) = size.and_then(|size| size.parse().ok())
                && latest.as_ref().is_none_or(|(largest, _)| size > *largest)
            {
                latest = Some((size, path));
            }
        }
        let Some((_, path)) = latest else { return Ok(None) };
        let note = std::fs::read_to_string(path).map_err(failed)?;
        Ok(Some(read_head(&note, &self.key)?))
    }

    fn keep(&self, note: &str, size: u64) -> Result<(), WatchError> {
        let failed = |source| WatchError::Keeping { folder: self.folder.clone(), source };
        let unfinished = self.folder.join("head.new");
        std::fs::write(&unfinished, note).map_err(failed)?;
        std::fs::rename(unfinished, self.folder.join(format!("head-{size}.txt"))).map_err(failed)
    }
}
