//! Virtual keys: what a program or person shows to be let in.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest;

/// Every secret starts with this, so that leaked ones are recognised.
pub const KEY_PREFIX: &str = "sluis-";

/// The most keys of which the rate is counted at once.
const COUNTED: usize = 10_000;

const MINUTE_US: i64 = 60_000_000;

/// The hash a key is stored under.
#[must_use]
pub fn secret_hash(secret: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref());
    hash
}

/// A virtual key as the store keeps it. The secret itself is shown once, when the key is made; only its
/// SHA-256 is kept, so a stolen database opens no door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualKey {
    /// Random, unique, safe to show: appears in evidence as the pseudonymous principal.
    pub id: String,
    /// The name an administrator gave it, for the list of keys only; sealed in the store.
    pub label: String,
    /// SHA-256 of the whole secret. The secret carries 256 random bits, so no slow hash is needed.
    pub secret_hash: [u8; 32],
    /// Names of the tools it may reach; empty means every approved tool.
    pub tools: BTreeSet<String>,
    /// Unix microseconds; after this moment the key is refused.
    pub expires_at: Option<i64>,
    /// Unix microseconds of revocation, if it was revoked.
    pub revoked_at: Option<i64>,
    /// Requests per minute and node; `None` is unlimited.
    pub requests_per_minute: Option<u32>,
    /// Model tokens (in and out together) per calendar month in UTC; `None` is unlimited.
    pub tokens_per_month: Option<u64>,
    /// Unix microseconds of its making.
    pub created_at: i64,
    /// Identifier of the person whose key it is; `None` is a program's.
    pub person: Option<String>,
}

/// Why a key is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No such key, or a wrong secret: the two are not told apart on purpose.
    Unknown,
    /// Past its `expires_at`.
    Expired,
    /// Revoked by an administrator.
    Revoked,
    /// The key may not reach this tool.
    Tool,
    /// Too many requests in this minute.
    Rate,
    /// The month's tokens are used up.
    Budget,
}

impl VirtualKey {
    /// A key without limits, and its secret, which nobody can find out again.
    #[must_use]
    pub fn make(label: String, now: i64, random: fn(&mut [u8])) -> (Self, String) {
        let (mut id, mut secret) = ([0; 8], [0; 32]);
        random(&mut id);
        random(&mut secret);
        let secret = format!("{KEY_PREFIX}{}", hex(&secret));
        let key = Self {
            id: format!("key-{}", hex(&id)),
            label,
            secret_hash: secret_hash(&secret),
            tools: BTreeSet::new(),
            expires_at: None,
            revoked_at: None,
            requests_per_minute: None,
            tokens_per_month: None,
            created_at: now,
            person: None,
        };
        (key, secret)
    }

    /// Whether the key is valid at `now` (Unix microseconds) at all, before tool, rate and budget.
    ///
    /// # Errors
    /// `Revoked` or `Expired`.
    pub fn check(&self, now: i64) -> Result<(), Refusal> {
        if self.revoked_at.is_some_and(|at| at <= now) {
            return Err(Refusal::Revoked);
        }
        if self.expires_at.is_some_and(|at| at <= now) {
            return Err(Refusal::Expired);
        }
        Ok(())
    }

    /// Who the evidence names: the person whose key it is, or else the key.
    #[must_use]
    pub fn principal(&self) -> &str {
        self.person.as_deref().unwrap_or(&self.id)
    }

    /// Whether the key may reach the tool of this name.
    #[must_use]
    pub fn reaches(&self, tool: &str) -> bool {
        self.tools.is_empty() || self.tools.contains(tool)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// How often each key came in this minute, on this node.
#[derive(Debug, Default)]
pub struct Rates {
    minutes: Mutex<HashMap<String, (i64, u32)>>,
}

impl Rates {
    /// Counts a request with a key at `now` (Unix microseconds). `false` when it is one more than the key's rate allows.
    #[must_use]
    pub fn admits(&self, key: &VirtualKey, now: i64) -> bool {
        let Some(most) = key.requests_per_minute else { return true };
        let minute = now.div_euclid(MINUTE_US);
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        if minutes.len() >= COUNTED {
            minutes.retain(|_, (at, _)| *at == minute);
        }
        let (at, count) = minutes.entry(key.id.clone()).or_insert((minute, 0));
        if *at != minute {
            (*at, *count) = (minute, 0);
        }
        *count = count.saturating_add(1);
        *count <= most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_can_be_recognised_and_its_secret_is_not_in_it() {
        let (key, secret) = VirtualKey::make("test".into(), 5, |bytes| bytes.fill(0xab));
        assert_eq!(key.id, format!("key-{}", "ab".repeat(8)));
        assert_eq!(secret, format!("{KEY_PREFIX}{}", "ab".repeat(32)));
        assert_eq!((key.secret_hash, key.created_at), (secret_hash(&secret), 5));
        assert!(!format!("{key:?}").contains(&secret));
    }

    #[test]
    fn the_rate_starts_anew_each_minute() {
        let rates = Rates::default();
        let (plain, _) = VirtualKey::make("test".into(), 0, |bytes| bytes.fill(1));
        let key = |id: &str| VirtualKey { id: id.into(), requests_per_minute: Some(2), ..plain.clone() };
        assert!(rates.admits(&key("a"), 0));
        assert!(rates.admits(&key("a"), 1));
        assert!(!rates.admits(&key("a"), 2));
        assert!(rates.admits(&key("b"), 2));
        assert!(rates.admits(&key("a"), MINUTE_US));
        assert!((0..9).all(|_| rates.admits(&plain, 0)), "a key without a rate always comes in");
    }
}
