//! How fast a token may ask.
//!
//! Counted for each token in this process, evenly spread (GCRA) with a whole minute's worth at once. Only tokens that
//! opened something have an entry, and one that rests for a minute loses it, so that memory is bounded by use. Whose
//! token is known here is also not held up by others at its address who guess.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use konductro_domain::text::Hash;

/// What a policy counts in.
const WINDOW: Duration = Duration::from_secs(60);
const MOST_TOKENS: usize = 50_000;

/// What a token has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Requests in a window.
    pub limit: u32,
    /// The window, in seconds.
    pub window: u64,
    /// Requests that may be sent at once now.
    pub remaining: u32,
    /// Seconds until all of them may be again; where none is left, until the next one may.
    pub reset: u64,
}

/// Counts requests of tokens.
#[derive(Debug)]
pub(in crate::identity) struct Pace {
    limit: u32,
    used_until: Mutex<HashMap<Hash, Instant>>,
}

impl Pace {
    /// Lets each token ask so often a minute.
    pub(in crate::identity) fn new(limit: u32) -> Self {
        Self { limit: limit.max(1), used_until: Mutex::default() }
    }

    /// Whether this token opened something in the last minute.
    pub(super) fn knows(&self, token: &Hash, now: Instant) -> bool {
        let used_until = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        used_until.get(token).is_some_and(|until| *until + WINDOW > now)
    }

    /// Counts one request; an error is what is left of a token that asks too often.
    pub(super) fn count(&self, token: Hash, now: Instant) -> Result<Allowance, Allowance> {
        let interval = WINDOW / self.limit;
        let mut used_until = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        if used_until.len() >= MOST_TOKENS && !used_until.contains_key(&token) {
            used_until.retain(|_, until| *until > now);
            if used_until.len() >= MOST_TOKENS {
                used_until.clear();
            }
        }
        let until = used_until.get(&token).copied().unwrap_or(now).max(now) + interval;
        let used = until.duration_since(now);
        if used > WINDOW {
            return Err(self.left(0, used.saturating_sub(WINDOW)));
        }
        used_until.insert(token, until);
        let remaining = (WINDOW - used).as_nanos() / interval.as_nanos().max(1);
        Ok(self.left(u32::try_from(remaining).unwrap_or(u32::MAX), used))
    }

    fn left(&self, remaining: u32, reset: Duration) -> Allowance {
        let reset = reset.as_millis().div_ceil(1000);
        let reset = u64::try_from(reset).unwrap_or(u64::MAX);
        Allowance { limit: self.limit, window: WINDOW.as_secs(), remaining, reset }
    }

    /// Forgets a token that opens nothing any more.
    pub(super) fn forget(&self, token: &Hash) {
        self.used_until.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_minute_s_worth_at_once_and_then_one_at_a_time() {
        let (pace, now, token) = (Pace::new(60), Instant::now(), Hash::of(b"one"));
        for left in (0..60).rev() {
            assert_eq!(pace.count(token, now).unwrap().remaining, left);
        }
        let refused = pace.count(token, now).unwrap_err();
        assert_eq!((refused.remaining, refused.reset, refused.limit), (0, 1, 60));
        assert!(pace.count(Hash::of(b"other"), now).is_ok(), "another token is not held up");
        assert_eq!(pace.count(token, now + Duration::from_secs(1)).unwrap().remaining, 0);
        assert_eq!(pace.count(token, now + Duration::from_secs(120)).unwrap().remaining, 59);
    }

    #[test]
    fn memory_is_bounded() {
        let (pace, now) = (Pace::new(600), Instant::now());
        for n in 0..60_000_u32 {
            pace.count(Hash::of(&n.to_be_bytes()), now).unwrap();
        }
        assert!(pace.used_until.lock().unwrap().len() <= MOST_TOKENS);
    }
}
