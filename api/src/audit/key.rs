//! The key that signs the log's heads: Ed25519, made at the first start.
//!
//! With the private PostgreSQL it is a file in the data folder that only its owner can read; with a server of one's own
//! it is in the database, since replicas share it, unless a key file is named. A file keeps the key apart from what it
//! vouches for, so that is better where several machines can be given the same file.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rand_core::{OsRng, RngCore as _};
use signed_note::{Note, StandardSigner, StandardVerifier, Verifier as _};
use sqlx::{PgPool, Row};
use tlog_tiles::{Checkpoint, Hash};

/// The file's name in the data folder.
pub const FILE: &str = "audit.key";

/// Why heads can't be signed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key's file can't be read or written.
    #[error("the audit key {file} can't be used: {source}", file = file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What is kept is no key.
    #[error("the audit key {0} is damaged: it has to hold two lines, the key that signs and the one that verifies")]
    Damaged(String),
    /// The origin can't name a log.
    #[error("`{0}` can't be the log's origin: it may hold no spaces and no plus sign")]
    Origin(String),
    /// The key is another log's.
    #[error("the audit key signs for the origin {kept}, not {wanted}: leave KONDUCTRO_AUDIT_ORIGIN as it was")]
    OtherOrigin {
        /// The key's.
        kept: String,
        /// What is configured.
        wanted: String,
    },
    /// The database refused or went away.
    #[error("the audit key can't be read from the database: {0}")]
    Database(#[from] sqlx::Error),
}

/// Where the key is kept.
#[derive(Debug, Clone)]
pub enum KeyPlace {
    /// In a file.
    File(PathBuf),
    /// In the database.
    Database,
}

/// What signs the log's heads, and the line that others verify them with.
#[derive(Clone)]
pub struct AuditKey {
    signer: StandardSigner,
    origin: String,
    line: String,
}

impl std::fmt::Debug for AuditKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "AuditKey({})", self.line)
    }
}

impl AuditKey {
    /// The key that is kept, made where there is none yet.
    pub async fn open(place: &KeyPlace, origin: Option<&str>, pool: &PgPool) -> Result<Self, KeyError> {
        let key = match place {
            KeyPlace::File(file) => in_file(file, origin)?,
            KeyPlace::Database => in_database(pool, origin).await?,
        };
        match origin {
            Some(wanted) if wanted != key.origin => {
                Err(KeyError::OtherOrigin { kept: key.origin, wanted: wanted.to_owned() })
            }
            _ => Ok(key),
        }
    }

    /// The log's name in every head.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The public key as one line, which is all that a verifier needs.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// A signed head: the tree's size and root.
    pub(crate) fn sign(&self, size: u64, root: Hash) -> Result<String, String> {
        let head = Checkpoint::new(&self.origin, size, root, "").map_err(|error| error.to_string())?;
        let mut note = Note::new(&head.to_bytes(), &[]).map_err(|error| error.to_string())?;
        note.add_sigs(&[&self.signer]).map_err(|error| error.to_string())?;
        String::from_utf8(note.to_bytes()).map_err(|error| error.to_string())
    }

    fn read(signer: &str, line: &str, place: &str) -> Result<Self, KeyError> {
        let damaged = || KeyError::Damaged(place.to_owned());
        let verifier = StandardVerifier::new(line).map_err(|_| damaged())?;
        let signer = StandardSigner::new(signer).map_err(|_| damaged())?;
        Ok(Self { signer, origin: verifier.name().to_owned(), line: line.to_owned() })
    }
}

/// A new pair, for this origin or one that nobody else has.
fn generate(origin: Option<&str>) -> Result<(String, String), KeyError> {
    let origin = origin.map_or_else(|| format!("konductro-{:08x}", OsRng.next_u32()), str::to_owned);
    if !signed_note::is_key_name_valid(&origin) || origin.chars().any(char::is_control) {
        return Err(KeyError::Origin(origin));
    }
    Ok(signed_note::generate_key(&mut OsRng, &origin))
}

fn in_file(file: &Path, origin: Option<&str>) -> Result<AuditKey, KeyError> {
    let failed = |source| KeyError::File { file: file.to_owned(), source };
    let kept = match std::fs::read_to_string(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let (signer, verifier) = generate(origin)?;
            let kept = format!("{signer}\n{verifier}\n");
            write_anew(file, &kept).map_err(failed)?;
            kept
        }
        read => read.map_err(failed)?,
    };
    let (signer, line) =
        kept.trim_end().split_once('\n').ok_or_else(|| KeyError::Damaged(file.display().to_string()))?;
    AuditKey::read(signer, line, &file.display().to_string())
}

/// Writes a file that only its owner can read, whole or not at all; an existing one is never replaced.
fn write_anew(file: &Path, text: &str) -> std::io::Result<()> {
    let unfinished = file.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    let mut written = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    std::fs::hard_link(&unfinished, file)?;
    std::fs::remove_file(unfinished)
}

async fn in_database(pool: &PgPool, origin: Option<&str>) -> Result<AuditKey, KeyError> {
    let (signer, verifier) = generate(origin)?;
    sqlx::query("INSERT INTO audit_key (signer, verifier) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(signer)
        .bind(verifier)
        .execute(pool)
        .await?;
    let row = sqlx::query("SELECT signer, verifier FROM audit_key").fetch_one(pool).await?;
    AuditKey::read(row.try_get("signer")?, row.try_get("verifier")?, "in the database")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests say what they expect")]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = std::env::temp_dir().join(format!("konductro-key-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&folder).unwrap();
        let file = folder.join(FILE);
        let made = in_file(&file, None).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(in_file(&file, None).unwrap().line(), made.line());
        assert!(!format!("{made:?}").contains("PRIVATE"));
        std::fs::write(&file, "rubbish").unwrap();
        assert!(matches!(in_file(&file, None), Err(KeyError::Damaged(_))));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn an_origin_is_a_name() {
        for odd in ["", "two words", "a+b", "a\u{1}"] {
            assert!(matches!(generate(Some(odd)), Err(KeyError::Origin(_))), "{odd:?}");
        }
        assert!(generate(Some("plan.example.org/log")).is_ok());
    }
}
