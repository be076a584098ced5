//! Passwords: Argon2id, in the background, at most two at once; and a short wait after many mistakes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Web;
use crate::error::Failure;
use crate::visitor::SECOND;

/// The fewest characters of a password.
pub(crate) const MIN: usize = 12;

/// The most characters of a password.
pub(crate) const MAX: usize = 200;

/// How many passwords are worked on at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;

/// How long somebody waits for their turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Mistakes before the wait.
const MISTAKES: u32 = 5;

/// The wait.
const WAIT: i64 = 60 * SECOND;

/// After this time without a mistake, all is forgotten.
const FORGET: i64 = 15 * 60 * SECOND;

/// The most accounts whose mistakes are kept in mind.
const MAX_ACCOUNTS: usize = 10_000;

/// Stands for the hash of somebody who does not exist, so that looking for them takes as long as for anybody else.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5MTIzNA$uYkx0zk6VdTn0yzFvV4b2m5gRr3q8h7JZp1cXwLtEoI";

/// What is known of mistakes on this node, and the turns to work on passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    tries: Mutex<HashMap<[u8; 32], Tries>>,
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    last: i64,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), tries: Mutex::default() }
    }

    /// The hash to keep, as a PHC string.
    pub(crate) async fn hash(&self, web: &Web, password: &str) -> Result<String, Failure> {
        let turn = self.turn().await?;
        let password = password.to_owned();
        let mut salt = [0; 16];
        (web.source.random)(&mut salt);
        let made = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let salt = SaltString::encode_b64(&salt).ok()?;
            Some(argon2()?.hash_password(password.as_bytes(), &salt).ok()?.to_string())
        });
        made.await.ok().flatten().ok_or(Failure::Busy)
    }

    /// Whether it is the password. Without a hash it is not, and that takes as long.
    pub(crate) async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, Failure> {
        let turn = self.turn().await?;
        let password = password.to_owned();
        let known = hash.is_some();
        let hash = hash.unwrap_or(NOBODY).to_owned();
        let good = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let hash = PasswordHash::new(&hash).ok()?;
            Some(argon2()?.verify_password(password.as_bytes(), &hash).is_ok())
        });
        Ok(good.await.ok().flatten().ok_or(Failure::Busy)? && known)
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or(Failure::Busy)
    }

    /// Whether somebody may try now. A try counts as a mistake until [`Passwords::forget`], so that many at once do not
    /// get more than one after another.
    pub(crate) fn may_try(&self, account: [u8; 32], now: i64) -> bool {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= MAX_ACCOUNTS && !tries.contains_key(&account) {
            tries.retain(|_, one| now - one.last < FORGET);
            if let Some(oldest) = tries.iter().min_by_key(|(_, one)| one.last).map(|(&account, _)| account)
                && tries.len() >= MAX_ACCOUNTS
            {
                tries.remove(&oldest);
            }
        }
        let one = tries.entry(account).or_insert(Tries { count: 0, last: now });
        if now - one.last >= FORGET {
            one.count = 0;
        }
        if one.count >= MISTAKES && now - one.last < WAIT {
            return false;
        }
        one.count = one.count.saturating_add(1);
        one.last = now;
        true
    }

    /// It was right: earlier mistakes do not count any more.
    pub(crate) fn forget(&self, account: [u8; 32]) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
    }
}

fn argon2() -> Option<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Why a password will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weak {
    /// Fewer characters than [`MIN`].
    Short,
    /// More characters than [`MAX`].
    Long,
    /// The same few characters over and over, or something everybody tries first.
    Plain,
    /// It is the name or the address.
    Personal,
}

/// Looks whether it will do as a password for this person.
pub(crate) fn judge(password: &str, name: &str, email: &str) -> Option<Weak> {
    let length = password.chars().count();
    if length < MIN {
        return Some(Weak::Short);
    }
    if length > MAX {
        return Some(Weak::Long);
    }
    let plain = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let password = plain(password);
    let mut letters: Vec<char> = password.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    let word = password.trim_end_matches(|c: char| c.is_ascii_digit());
    if letters.len() < 5
        || ["", "wachtwoord", "password", "welkom", "qwerty", "qwertyuiop", "sluis"].contains(&word)
    {
        return Some(Weak::Plain);
    }
    let local = email.split('@').next().unwrap_or_default();
    [name, email, local].iter().any(|text| plain(text) == word).then_some(Weak::Personal)
}

impl Weak {
    /// What to do about it.
    pub(crate) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Short => (
                "Kies een wachtwoord van minstens 12 tekens. Een paar losse woorden achter elkaar werkt goed.",
                "Choose a password of at least 12 characters. A few separate words in a row work well.",
            ),
            Self::Long => (
                "Kies een wachtwoord van hoogstens 200 tekens.",
                "Choose a password of at most 200 characters.",
            ),
            Self::Plain => (
                "Dit wachtwoord is te makkelijk te raden. Kies een ander.",
                "This password is too easy to guess. Choose another.",
            ),
            Self::Personal => (
                "Gebruik niet je naam of je e-mailadres als wachtwoord.",
                "Do not use your name or your e-mail address as password.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused() {
        let judge = |password: &str| judge(password, "Jo van den Berg", "jovandenberg@voorbeeld.nl");
        assert_eq!(judge("elf tekens!"), Some(Weak::Short));
        assert_eq!(judge(&"é".repeat(201)), Some(Weak::Long));
        for plain in ["aaaaaaaaaaaa", "wachtwoord2026", "Welkom123456", "123456789012", "!!!!!!!!!!!!"] {
            assert_eq!(judge(plain), Some(Weak::Plain), "{plain}");
        }
        assert_eq!(judge("Jo van den Berg 2026"), Some(Weak::Personal));
        assert_eq!(judge("jovandenberg"), Some(Weak::Personal));
        assert_eq!(judge("paard batterij nietje"), None);
    }

    #[test]
    fn after_five_mistakes_there_is_a_wait() {
        let passwords = Passwords::new();
        let (anna, bart) = ([1; 32], [2; 32]);
        for _ in 0..5 {
            assert!(passwords.may_try(anna, 0));
        }
        assert!(!passwords.may_try(anna, 1));
        assert!(passwords.may_try(bart, 1));
        assert!(!passwords.may_try(anna, WAIT - 1));
        assert!(passwords.may_try(anna, WAIT));
        assert!(!passwords.may_try(anna, WAIT + 1));
        passwords.forget(anna);
        assert!(passwords.may_try(anna, WAIT + 1));
    }

    #[test]
    fn mistakes_kept_in_mind_have_a_limit() {
        let passwords = Passwords::new();
        for number in 0..u64::try_from(MAX_ACCOUNTS).unwrap() + 50 {
            let mut account = [0; 32];
            account[..8].copy_from_slice(&number.to_be_bytes());
            assert!(passwords.may_try(account, i64::try_from(number).unwrap()));
        }
        assert_eq!(passwords.tries.lock().unwrap().len(), MAX_ACCOUNTS);
    }

    #[tokio::test]
    async fn nobody_has_a_hash_that_can_be_read_and_no_password() {
        let passwords = Passwords::new();
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(!passwords.verify("paard batterij nietje", None).await.unwrap());
    }
}
