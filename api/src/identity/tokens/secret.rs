//! What a token looks like: `kon_`, thirty random letters and digits, and six that are their checksum.
//!
//! The prefix lets scanners find a token that leaked, and the checksum lets them and us tell a real one from
//! something that only looks like it, before anybody is asked. 62³⁰ is more than 2¹⁷⁸.

use konductro_domain::text::Hash;
use rand::TryRngCore;
use rand::rngs::OsRng;

use crate::identity::IdentityError;

const PREFIX: &str = "kon_";
const RANDOM: usize = 30;
const CHECKSUM: usize = 6;
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The largest multiple of 62 in a byte: what is above would make some letters likelier.
const FAIR_BELOW: u8 = 248;

/// The secret of an API token: used, told once, and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSecret(String);

impl std::fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("kon_***")
    }
}

impl TokenSecret {
    /// A new one.
    pub fn generate() -> Result<Self, IdentityError> {
        let mut random = String::with_capacity(RANDOM);
        let mut bytes = [0_u8; 64];
        while random.len() < RANDOM {
            OsRng.try_fill_bytes(&mut bytes).map_err(|_| IdentityError::NoRandomness)?;
            let fair = bytes.iter().filter(|byte| **byte < FAIR_BELOW);
            random.extend(fair.take(RANDOM - random.len()).map(|byte| char::from(LETTERS[usize::from(byte % 62)])));
        }
        let checksum = checksum(&random);
        Ok(Self(format!("{PREFIX}{random}{checksum}")))
    }

    /// Reads what somebody sent; `None` for what can't be a token, whoever made it.
    pub fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        if rest.len() != RANDOM + CHECKSUM || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let (random, sum) = rest.split_at(RANDOM);
        (checksum(random) == sum).then(|| Self(text.to_owned()))
    }

    /// The token itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub(crate) fn hash(&self) -> Hash {
        Hash::of(self.0.as_bytes())
    }
}

fn checksum(random: &str) -> String {
    let mut rest = crc32fast::hash(random.as_bytes());
    let mut letters = [b'0'; CHECKSUM];
    for letter in letters.iter_mut().rev() {
        *letter = LETTERS[(rest % 62) as usize];
        rest /= 62;
    }
    letters.iter().map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_token_is_told_from_what_only_looks_like_one() {
        let token = TokenSecret::generate().unwrap();
        assert_eq!(token.expose().len(), 40);
        assert_eq!(TokenSecret::read(token.expose()), Some(token.clone()));
        assert_ne!(token, TokenSecret::generate().unwrap());
        let last = if token.expose().ends_with('0') { '1' } else { '0' };
        let forged = format!("{}{last}", &token.expose()[..39]);
        for wrong in ["", "kon_", "kon_short", &token.expose()[..39], &forged, &token.expose().replace("kon_", "kom_")]
        {
            assert_eq!(TokenSecret::read(wrong), None, "{wrong}");
        }
        assert_eq!(TokenSecret::read(&format!("kon_{}", "é".repeat(18))), None);
    }

    #[test]
    fn a_checksum_never_changes() {
        assert_eq!(checksum(&"0".repeat(30)), "2C8GjS");
        assert_eq!(checksum("abcdefghijklmnopqrstuvwxyz0123"), "2LolCm");
    }

    #[test]
    fn a_token_is_not_shown_by_accident() {
        assert_eq!(format!("{:?}", TokenSecret::generate().unwrap()), "kon_***");
    }
}
