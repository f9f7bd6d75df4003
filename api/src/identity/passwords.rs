//! Passwords: which are good enough, and argon2id.
//!
//! Hashing is slow on purpose, so it runs beside the server's threads and only as many at once as there
//! are cores; who waits too long is told to come back. An unknown account costs the same as a known one.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use rand::TryRngCore;
use rand::rngs::OsRng;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::IdentityError;
use crate::config::PasswordHashing;

const SHORTEST: usize = 10;
const LONGEST: usize = 200;
const PATIENCE: Duration = Duration::from_secs(10);

/// How much work goes into a stored password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hashing {
    /// What OWASP recommends for argon2id.
    Strong,
    /// The least that argon2id takes: for tests only.
    Cheap,
}

impl From<PasswordHashing> for Hashing {
    fn from(configured: PasswordHashing) -> Self {
        match configured {
            PasswordHashing::Strong => Hashing::Strong,
            PasswordHashing::Cheap => Hashing::Cheap,
        }
    }
}

impl Hashing {
    fn params(self) -> Result<Params, IdentityError> {
        let (memory_kib, passes) = match self {
            Hashing::Strong => (19 * 1024, 2),
            Hashing::Cheap => (Params::MIN_M_COST, 1),
        };
        Params::new(memory_kib, passes, 1, None).map_err(|error| IdentityError::Hashing(error.to_string()))
    }
}

/// Hashes and checks passwords.
#[derive(Clone)]
pub(super) struct Passwords {
    argon2: Argon2<'static>,
    /// Checked against where there is no account, so that its absence takes as long.
    nobodys_hash: Arc<str>,
    at_once: Arc<Semaphore>,
}

impl Passwords {
    pub(super) fn new(hashing: Hashing) -> Result<Self, IdentityError> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, hashing.params()?);
        let nobodys_hash = hash_with(&argon2, &random_password()?)?.into();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self { argon2, nobodys_hash, at_once: Arc::new(Semaphore::new(cores)) })
    }

    /// The hash to store.
    pub(super) async fn hash(&self, password: &str) -> Result<String, IdentityError> {
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        self.slowly(move || hash_with(&argon2, &password)).await
    }

    /// Whether the password belongs to the hash; takes as long, and says no, where there is none.
    pub(super) async fn matches(&self, password: &str, hash: Option<&str>) -> Result<bool, IdentityError> {
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        let (known, hash) = (hash.is_some(), hash.map_or_else(|| self.nobodys_hash.to_string(), str::to_owned));
        self.slowly(move || {
            let hash = PasswordHash::new(&hash).map_err(|error| IdentityError::Hashing(error.to_string()))?;
            Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok() && known)
        })
        .await
    }

    async fn slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, IdentityError> + Send + 'static,
    ) -> Result<T, IdentityError> {
        let permit = timeout(PATIENCE, self.at_once.clone().acquire_owned()).await.map_err(|_| IdentityError::Busy)?;
        let permit = permit.map_err(|_| IdentityError::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _until_done = permit;
            work()
        });
        done.await.map_err(|error| IdentityError::Hashing(error.to_string()))?
    }
}

fn hash_with(argon2: &Argon2<'_>, password: &str) -> Result<String, IdentityError> {
    let failed = |error: argon2::password_hash::Error| IdentityError::Hashing(error.to_string());
    let mut salt = [0_u8; 16];
    OsRng.try_fill_bytes(&mut salt).map_err(|_| IdentityError::NoRandomness)?;
    let salt = SaltString::encode_b64(&salt).map_err(failed)?;
    Ok(argon2.hash_password(password.as_bytes(), &salt).map_err(failed)?.to_string())
}

/// Whether a new password protects its owner at all.
pub(super) fn check_new(password: &str, email: &str) -> Result<(), IdentityError> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(IdentityError::WeakPassword("must have at least 10 characters; a few words are good"));
    }
    if length > LONGEST {
        return Err(IdentityError::WeakPassword("must have at most 200 characters"));
    }
    let mut letters = password.chars();
    let first = letters.next();
    if letters.all(|letter| Some(letter) == first) {
        return Err(IdentityError::WeakPassword("must not be one character again and again"));
    }
    if password.trim().eq_ignore_ascii_case(email.trim()) {
        return Err(IdentityError::WeakPassword("must not be the e-mail address"));
    }
    Ok(())
}

/// Letters and digits that can't be taken for one another; 32 of them, so that none is likelier.
const READABLE: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Groups of random characters, five bits each, such as `7KQ4-MNBC`.
pub(super) fn random_groups(groups: usize, length: usize) -> Result<String, IdentityError> {
    let mut bytes = vec![0_u8; groups * length];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| IdentityError::NoRandomness)?;
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(READABLE[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(length.max(1)).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// A password of 100 random bits.
pub(super) fn random_password() -> Result<String, IdentityError> {
    random_groups(4, 5)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_weak_password_is_told_why() {
        for weak in ["short", "aaaaaaaaaaaa", "Sam@Example.com", &"x y".repeat(100)] {
            assert!(check_new(weak, "sam@example.com").is_err(), "{weak}");
        }
        assert!(check_new("correct horse battery", "sam@example.com").is_ok());
    }

    #[tokio::test]
    async fn only_the_right_password_matches_and_nobody_never_does() {
        let passwords = Passwords::new(Hashing::Cheap).unwrap();
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(passwords.matches("correct horse", Some(&hash)).await.unwrap());
        assert!(!passwords.matches("correct house", Some(&hash)).await.unwrap());
        assert!(!passwords.matches("correct horse", None).await.unwrap());
    }

    #[test]
    fn a_random_password_is_good_enough_for_our_own_rules() {
        let password = random_password().unwrap();
        assert_eq!(password.len(), 23);
        assert!(check_new(&password, "sam@example.com").is_ok());
    }
}
