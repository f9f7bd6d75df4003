//! How often somebody may be wrong.
//!
//! Counted for each account from each address (tight), for each account and for each address (wide), so
//! that guessing is slow from one place and from many, and a stranger can't lock somebody out. A right
//! password costs nothing. Kept in memory and bounded: whoever fills it only makes room for the newest.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use konductro_domain::ids::UserId;
use konductro_domain::text::Hash;

use super::IdentityError;

const WINDOW: Duration = Duration::from_secs(15 * 60);
const MOST_KEYS: usize = 50_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    AccountFrom(Hash, IpAddr),
    Account(Hash),
    Address(IpAddr),
    Setup(IpAddr),
    Token(IpAddr),
    DeviceLogin(IpAddr),
    DeviceCode(Hash),
}

impl Key {
    /// How many wrong attempts a window has.
    fn limit(self) -> u32 {
        match self {
            Key::AccountFrom(..) | Key::Setup(_) | Key::DeviceCode(_) => 10,
            Key::DeviceLogin(_) => 60,
            Key::Account(_) | Key::Address(_) | Key::Token(_) => 100,
        }
    }

    fn interval(self) -> Duration {
        WINDOW / self.limit()
    }
}

/// What an attempt is counted for.
#[derive(Debug, Clone)]
pub(super) struct Counted(Vec<Key>);

/// One network's address: IPv6 networks hand out whole /64s.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::from((u128::from(address) & !u128::from(u64::MAX)).to_be_bytes()),
        address @ IpAddr::V4(_) => address,
    }
}

/// Counts wrong attempts.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    /// Until when each key's attempts are used up, were they spread evenly (GCRA).
    used_until: Mutex<HashMap<Key, Instant>>,
}

impl Throttle {
    /// Counts a sign-in as wrong until it is forgiven.
    pub(super) fn sign_in(&self, email_key: &str, from: IpAddr, now: Instant) -> Result<Counted, IdentityError> {
        let (account, from) = (Hash::of(email_key.as_bytes()), network(from));
        self.count(vec![Key::AccountFrom(account, from), Key::Account(account), Key::Address(from)], now)
    }

    /// Counts a set-up code as wrong until it is forgiven.
    pub(super) fn setup(&self, from: IpAddr, now: Instant) -> Result<Counted, IdentityError> {
        self.count(vec![Key::Setup(network(from))], now)
    }

    /// Counts a token, or the secret of a device, as guessed until it is forgiven.
    pub(super) fn token(&self, from: IpAddr, now: Instant) -> Result<Counted, IdentityError> {
        self.count(vec![Key::Token(network(from))], now)
    }

    /// Counts a device that asks to be signed in; that is never forgiven.
    pub(super) fn device_login(&self, from: IpAddr, now: Instant) -> Result<Counted, IdentityError> {
        self.count(vec![Key::DeviceLogin(network(from))], now)
    }

    /// Counts the code of a device as guessed by somebody until it is forgiven.
    pub(super) fn device_code(&self, by: UserId, now: Instant) -> Result<Counted, IdentityError> {
        self.count(vec![Key::DeviceCode(Hash::of(by.0.as_bytes()))], now)
    }

    fn count(&self, keys: Vec<Key>, now: Instant) -> Result<Counted, IdentityError> {
        let mut used_until = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = keys.iter().filter_map(|key| {
            let next = used_until.get(key).copied().unwrap_or(now).max(now) + key.interval();
            next.checked_duration_since(now + WINDOW).filter(|wait| !wait.is_zero())
        });
        if let Some(wait) = wait.max() {
            return Err(IdentityError::TooManyAttempts { retry_after: wait.as_secs() + 1 });
        }
        if used_until.len() + keys.len() > MOST_KEYS {
            make_room(&mut used_until, now);
        }
        for key in &keys {
            let until = used_until.get(key).copied().unwrap_or(now).max(now);
            used_until.insert(*key, until + key.interval());
        }
        Ok(Counted(keys))
    }

    /// The attempt was right after all.
    pub(super) fn forgive(&self, counted: &Counted) {
        let mut used_until = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &counted.0 {
            if let Key::AccountFrom(..) | Key::Setup(_) = key {
                used_until.remove(key);
            } else if let Some(until) = used_until.get_mut(key) {
                *until = until.checked_sub(key.interval()).unwrap_or(*until);
            }
        }
    }
}

/// Forgets what no longer counts; if that is not enough, who has been wrong least.
fn make_room(used_until: &mut HashMap<Key, Instant>, now: Instant) {
    used_until.retain(|_, until| *until > now);
    if used_until.len() > MOST_KEYS / 2 {
        used_until.retain(|key, until| *until > now + 2 * key.interval());
    }
    if used_until.len() > MOST_KEYS / 2 {
        used_until.clear();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    #[test]
    fn the_eleventh_wrong_attempt_waits_and_another_address_does_not() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..10 {
            throttle.sign_in("sam@example.com", HERE, now).unwrap();
        }
        let refused = throttle.sign_in("sam@example.com", HERE, now).unwrap_err();
        assert!(matches!(refused, IdentityError::TooManyAttempts { retry_after } if (1..=91).contains(&retry_after)));
        assert!(throttle.sign_in("sam@example.com", THERE, now).is_ok());
        assert!(throttle.sign_in("sam@example.com", HERE, now + Duration::from_secs(91)).is_ok());
    }

    #[test]
    fn right_attempts_never_add_up() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..1_000 {
            let counted = throttle.sign_in("sam@example.com", HERE, now).unwrap();
            throttle.forgive(&counted);
        }
    }

    #[test]
    fn many_accounts_from_one_address_and_one_account_from_many_are_both_slow() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let spraying = (0..200).filter(|n| throttle.sign_in(&format!("{n}@example.com"), HERE, now).is_ok());
        assert_eq!(spraying.count(), 100);
        let from = |n: u8| IpAddr::from([10, 0, 1, n]);
        let distributed = (0..200).filter(|n| throttle.sign_in("kim@example.com", from(*n), now).is_ok());
        assert_eq!(distributed.count(), 100);
    }

    #[test]
    fn memory_is_bounded() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for n in 0..60_000_u32 {
            let from = IpAddr::from(n.to_be_bytes());
            drop(throttle.sign_in(&format!("{n}@example.com"), from, now));
        }
        assert!(throttle.used_until.lock().unwrap().len() <= MOST_KEYS);
    }

    #[test]
    fn an_ipv6_network_is_one_place() {
        assert_eq!(network("2001:db8::1".parse().unwrap()), network("2001:db8::ffff".parse().unwrap()));
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), HERE);
    }
}
