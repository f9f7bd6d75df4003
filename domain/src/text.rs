//! Texts and their hashes. Events name a text by hash and length; the text itself is stored beside
//! the log, so that a stream stays small and a text can be erased while the chain stays whole.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// SHA-256, written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The raw 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// The text is no hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 hex digits (SHA-256)")]
pub struct NotAHash;

impl std::str::FromStr for Hash {
    type Err = NotAHash;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAHash)?;
        Ok(Self(bytes))
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What an event says of a text: enough to find it and to prove it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TextRef {
    /// SHA-256 of salt and text; of the text alone where there is no salt.
    pub hash: Hash,
    /// Length of the text in bytes (UTF-8), without the salt.
    pub bytes: u32,
}

/// A text on its way into the log.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    body: String,
    salt: Option<[u8; 16]>,
}

impl Text {
    /// A text whose hash anybody can recompute: artefacts and prompt blocks.
    pub fn plain(body: impl Into<String>) -> Self {
        Self { body: body.into(), salt: None }
    }

    /// A text whose hash does not give away a guessable content: messages, reasons, notes.
    pub fn salted(body: impl Into<String>, salt: [u8; 16]) -> Self {
        Self { body: body.into(), salt: Some(salt) }
    }

    /// The text itself.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The salt, where there is one.
    pub fn salt(&self) -> Option<&[u8; 16]> {
        self.salt.as_ref()
    }

    /// Hash and length, as an event names it.
    pub fn reference(&self) -> TextRef {
        let mut hasher = Sha256::new();
        if let Some(salt) = &self.salt {
            hasher.update(salt);
        }
        hasher.update(self.body.as_bytes());
        TextRef { hash: Hash(hasher.finalize().into()), bytes: u32::try_from(self.body.len()).unwrap_or(u32::MAX) }
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Text({} bytes)", self.body.len())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test says what it expected")]

    use super::*;

    #[test]
    fn an_artefacts_hash_is_the_plain_sha256_of_its_text() {
        assert_eq!(
            Text::plain("abc").reference().hash.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_salt_changes_the_hash_but_not_the_length() {
        let (plain, salted) = (Text::plain("yes").reference(), Text::salted("yes", [7; 16]).reference());
        assert_ne!(plain.hash, salted.hash);
        assert_eq!(plain.bytes, salted.bytes);
    }

    #[test]
    fn a_hash_survives_json_and_rejects_rubbish() {
        let hash = Hash::of(b"x");
        let json = serde_json::to_string(&hash).expect("hashes serialise");
        assert_eq!(serde_json::from_str::<Hash>(&json).expect("and come back"), hash);
        assert!("zz".parse::<Hash>().is_err());
    }
}
