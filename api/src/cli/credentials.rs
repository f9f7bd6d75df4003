//! The tokens that `konductro login` stored: one file, for its owner's eyes only.
//!
//! `$KONDUCTRO_CONFIG_DIR/credentials.json`, else in the user's configuration folder. A token belongs to a server and
//! a project. `KONDUCTRO_TOKEN` (with `KONDUCTRO_URL`) wins over the file, so that CI needs none. The file is made
//! with mode 0600 and replaced whole; one that others can read is refused.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use nix::unistd::geteuid;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::exit::{Exit, Failure};
use super::server::ServerArgs;
use crate::config::Secret;

const FILE: &str = "credentials.json";
/// What a file of tokens can sensibly hold.
const LARGEST: u64 = 1024 * 1024;
/// Where a server is unless somebody says otherwise.
pub(super) const DEFAULT_URL: &str = "http://localhost:8080";

/// What a command signs in with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The server.
    pub url: String,
    /// The token.
    pub token: Secret,
    /// The token's id, where it was stored.
    pub token_id: Option<Uuid>,
    /// The key of the project that it opens, where it was stored.
    pub project_key: Option<String>,
}

/// One stored token.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) token: String,
    pub(super) token_id: Uuid,
    pub(super) user: String,
    pub(super) expires_at: String,
}

/// The tokens of one server, by project, and the project that was signed in to last.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct OfServer {
    pub(super) current: String,
    pub(super) projects: BTreeMap<String, Stored>,
}

/// The whole file.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Store {
    #[serde(default)]
    pub(super) current: String,
    #[serde(default)]
    pub(super) servers: BTreeMap<String, OfServer>,
}

/// Finds what to sign in with: the environment's token, else the stored one of the server and project.
pub fn find(server: &ServerArgs, project_key: Option<&str>) -> Result<Credentials, Failure> {
    if let Some(token) = token_of_environment() {
        let url = match &server.url {
            Some(url) => url.clone(),
            None => Store::read()?.url(None).unwrap_or_else(|| DEFAULT_URL.to_owned()),
        };
        return Ok(Credentials { url, token, token_id: None, project_key: None });
    }
    Store::read()?.find(server.url.as_deref(), project_key)
}

/// `KONDUCTRO_TOKEN`, unless it is empty.
pub(super) fn token_of_environment() -> Option<Secret> {
    let token = std::env::var("KONDUCTRO_TOKEN").ok().filter(|token| !token.trim().is_empty())?;
    token.trim().parse().ok()
}

impl Store {
    /// Reads the file; an empty store where there is none.
    pub(super) fn read() -> Result<Self, Failure> {
        let path = folder()?.join(FILE);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Failure::new(Exit::Error, format!("{} can't be read: {error}.", path.display()))),
        };
        let about = file.metadata()?;
        if about.mode() & 0o077 != 0 || about.uid() != geteuid().as_raw() {
            let path = path.display();
            let message = format!(
                "{path} holds your tokens, and others can read it. Run `chmod 600 {path}`, and revoke the tokens if you do not know who did."
            );
            return Err(Failure::new(Exit::Error, message));
        }
        let mut text = String::new();
        file.take(LARGEST).read_to_string(&mut text)?;
        serde_json::from_str(&text).map_err(|_| {
            let message = format!("{} is damaged. Remove it and run `konductro login` again.", path.display());
            Failure::new(Exit::Error, message)
        })
    }

    /// Replaces the file, at no moment readable by others or half written.
    pub(super) fn write(&self) -> Result<PathBuf, Failure> {
        let folder = folder()?;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let (path, unfinished) = (folder.join(FILE), folder.join(format!(".{FILE}.{}", Uuid::now_v7())));
        let text = serde_json::to_string_pretty(self).map_err(|error| Failure::new(Exit::Error, error.to_string()))?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        if let Err(error) = written.and_then(|()| fs::rename(&unfinished, &path)) {
            // What could not be finished is of no use to anybody.
            drop(fs::remove_file(&unfinished));
            return Err(error.into());
        }
        Ok(path)
    }

    /// The server that is meant: the one named, else the one signed in to last.
    pub(super) fn url(&self, named: Option<&str>) -> Option<String> {
        named.map(str::to_owned).or_else(|| Some(self.current.clone()).filter(|url| !url.is_empty()))
    }

    /// The token for a server and project, else for the project that was signed in to last.
    pub(super) fn find(&self, url: Option<&str>, project_key: Option<&str>) -> Result<Credentials, Failure> {
        let login = "Run `konductro login`, or set KONDUCTRO_URL and KONDUCTRO_TOKEN.";
        let url = self.url(url).ok_or_else(|| Failure::not_signed_in(login))?;
        let of_server = self
            .servers
            .get(&url)
            .ok_or_else(|| Failure::not_signed_in(&format!("Run `konductro login --url {url}`.")))?;
        let key = project_key.unwrap_or(&of_server.current).to_uppercase();
        let stored = of_server
            .projects
            .get(&key)
            .ok_or_else(|| Failure::not_signed_in(&format!("Run `konductro login --url {url} --project {key}`.")))?;
        let token = stored.token.parse().unwrap_or_else(|never: std::convert::Infallible| match never {});
        Ok(Credentials { url, token, token_id: Some(stored.token_id), project_key: Some(key) })
    }

    /// Keeps a token, and what was signed in to last.
    pub(super) fn keep(&mut self, url: &str, project_key: &str, stored: Stored) {
        let of_server = self.servers.entry(url.to_owned()).or_default();
        of_server.current = project_key.to_uppercase();
        of_server.projects.insert(project_key.to_uppercase(), stored);
        self.current = url.to_owned();
    }

    /// Forgets a token.
    pub(super) fn forget(&mut self, url: &str, project_key: &str) {
        if let Some(of_server) = self.servers.get_mut(url) {
            of_server.projects.remove(project_key);
            match of_server.projects.keys().next() {
                Some(other) if of_server.current == project_key => of_server.current = other.clone(),
                Some(_) => {}
                None => {
                    self.servers.remove(url);
                }
            }
        }
        if !self.servers.contains_key(&self.current) {
            self.current = self.servers.keys().next().cloned().unwrap_or_default();
        }
    }
}

/// The folder for what this program keeps about its user.
fn folder() -> Result<PathBuf, Failure> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = named("KONDUCTRO_CONFIG_DIR")
        .or_else(|| named("XDG_CONFIG_HOME").map(|folder| folder.join("konductro")))
        .or_else(|| named("HOME").map(|folder| folder.join(".config/konductro")));
    folder
        .ok_or_else(|| Failure::new(Exit::Error, "There is no HOME to keep credentials in; set KONDUCTRO_CONFIG_DIR."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    fn stored(token: &str) -> Stored {
        let (user, expires_at) = ("Sam".to_owned(), "2026-12-01T00:00:00Z".to_owned());
        Stored { token: token.to_owned(), token_id: Uuid::nil(), user, expires_at }
    }

    #[test]
    fn each_project_of_each_server_has_its_token() {
        let mut store = Store::default();
        assert_eq!(store.find(None, None).unwrap_err().exit, Exit::NotAllowed);
        store.keep("https://a", "PAY", stored("pay"));
        store.keep("https://a", "OPS", stored("ops"));
        store.keep("https://b", "PAY", stored("other"));
        let found = |store: &Store, url, key| store.find(url, key).map(|found| found.token.expose().to_owned());
        assert_eq!(found(&store, None, None).unwrap(), "other");
        assert_eq!(found(&store, Some("https://a"), None).unwrap(), "ops");
        assert_eq!(found(&store, Some("https://a"), Some("pay")).unwrap(), "pay");
        assert!(found(&store, Some("https://a"), Some("HR")).unwrap_err().message.contains("--project HR"));
        store.forget("https://b", "PAY");
        assert_eq!(found(&store, None, None).unwrap(), "ops");
        store.forget("https://a", "OPS");
        assert_eq!(found(&store, None, None).unwrap(), "pay");
    }
}
