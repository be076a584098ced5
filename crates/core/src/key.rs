//! Virtual keys: what a program or person shows to be let in.

use std::collections::BTreeSet;

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
