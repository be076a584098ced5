//! Who asks: the virtual key of a request, its rate and its budget.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, header};
use sluis_core::key::{KEY_PREFIX, Rates, Refusal, VirtualKey, secret_hash};
use sluis_core::session::{COOKIE, PAGE_HEADER, SECURE_COOKIE};
use sluis_store::{Store, StoreError};

/// How long a key that was found is believed, in microseconds. A revoked key works at most this long on other
/// nodes.
const BELIEVED_US: i64 = 2_000_000;

/// The most keys that are remembered.
const REMEMBERED: usize = 10_000;

/// The secret in a request: OpenAI's, Anthropic's or Azure's header.
fn secret(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer ")));
    let named = |name| headers.get(name).and_then(|value| value.to_str().ok());
    bearer.or_else(|| named("x-api-key")).or_else(|| named("api-key")).map(str::trim)
}

/// Where the text of a request comes from, as the evidence names it.
const API: &str = "api";
const PAGE: &str = "page";

/// Who was let in, and which way.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key, or what stands for it when somebody asks from the pages.
    pub key: Arc<VirtualKey>,
    /// The channel, as the evidence names it.
    pub channel: &'static str,
}

/// The secret of a session of the pages.
fn session(headers: &HeaderMap) -> Option<&str> {
    let from_elsewhere =
        headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none");
    if from_elsewhere || !headers.contains_key(PAGE_HEADER) {
        return None;
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split("; ")).filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| [SECURE_COOKIE, COOKIE].contains(name)).map(|(_, secret)| secret)
}

/// The keys seen lately, and how often each came this minute.
#[derive(Debug, Default)]
pub struct Doorman {
    known: Mutex<HashMap<[u8; 32], Known>>,
    rates: Rates,
}

#[derive(Debug)]
struct Known {
    key: Arc<VirtualKey>,
    /// Unix microseconds at which the store was asked.
    at: i64,
}

impl Doorman {
    /// Finds the key of a request and counts the request against its rate.
    ///
    /// # Errors
    /// `Ok(Err(_))` when it is not let in; the key is there when it is known. `Err` when the store cannot say.
    pub async fn identify(
        &self,
        store: &Store,
        headers: &HeaderMap,
        now: i64,
    ) -> Result<Result<Caller, (Refusal, Option<Arc<VirtualKey>>)>, StoreError> {
        if let Some(secret) = session(headers).filter(|secret| secret.len() <= 128) {
            let found = store.session(&secret_hash(secret), now).await?;
            return Ok(found.map(|session| of_person(session.person)).ok_or((Refusal::Unknown, None)));
        }
        let Some(secret) =
            secret(headers).filter(|secret| secret.starts_with(KEY_PREFIX) && secret.len() <= 128)
        else {
            return Ok(Err((Refusal::Unknown, None)));
        };
        let hash = secret_hash(secret);
        let remembered = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(&hash).filter(|known| now - known.at < BELIEVED_US).map(|known| Arc::clone(&known.key))
        };
        let key = if let Some(key) = remembered {
            key
        } else {
            let Some(key) = store.key_by_hash(&hash).await?.map(Arc::new) else {
                return Ok(Err((Refusal::Unknown, None)));
            };
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= REMEMBERED {
                known.clear();
            }
            known.insert(hash, Known { key: Arc::clone(&key), at: now });
            key
        };
        if let Err(refusal) = key.check(now) {
            return Ok(Err((refusal, Some(key))));
        }
        if !self.rates.admits(&key, now) {
            return Ok(Err((Refusal::Rate, Some(key))));
        }
        if let Some(most) = key.tokens_per_month
            && store.usage(&key.id, &month(now)).await? >= most
        {
            return Ok(Err((Refusal::Budget, Some(key))));
        }
        Ok(Ok(Caller { key, channel: API }))
    }
}

/// Somebody who is signed in on the pages asks as themselves; their gates are the limits.
fn of_person(person: String) -> Caller {
    let key = VirtualKey {
        id: person.clone(),
        label: String::new(),
        person: Some(person),
        secret_hash: [0; 32],
        tools: BTreeSet::new(),
        expires_at: None,
        revoked_at: None,
        requests_per_minute: None,
        tokens_per_month: None,
        created_at: 0,
    };
    Caller { key: Arc::new(key), channel: PAGE }
}

/// The calendar month in UTC, as `2026-11`, of a moment in Unix microseconds.
#[must_use]
pub fn month(now: i64) -> String {
    // Days to civil date, after the proleptic Gregorian calendar: 400 years have 146,097 days.
    let days = now.div_euclid(86_400_000_000) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01"),
            (951_782_399, "2000-02"),
            (951_868_800, "2000-03"),
            (1_795_219_200, "2026-11"),
            (1_798_761_599, "2026-12"),
            (1_798_761_600, "2027-01"),
        ] {
            assert_eq!(month(seconds * 1_000_000), expected, "{seconds}");
        }
    }

    #[test]
    fn the_secret_is_found_in_every_clients_header() {
        for (name, value) in
            [("authorization", "Bearer sluis-x"), ("x-api-key", "sluis-x"), ("api-key", "sluis-x")]
        {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            assert_eq!(secret(&headers), Some("sluis-x"), "{name}");
        }
        assert_eq!(secret(&HeaderMap::new()), None);
    }

    #[test]
    fn a_session_counts_only_from_the_pages_own_script() {
        let headers = |pairs: &[(&'static str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            pairs.collect::<HeaderMap>()
        };
        let cookie = ("cookie", "taal=nl; __Host-sluis=abc");
        assert_eq!(session(&headers(&[cookie, (PAGE_HEADER, "1")])), Some("abc"));
        assert_eq!(session(&headers(&[("cookie", "sluis=abc"), (PAGE_HEADER, "1")])), Some("abc"));
        assert_eq!(session(&headers(&[cookie])), None);
        assert_eq!(session(&headers(&[cookie, (PAGE_HEADER, "1"), ("sec-fetch-site", "same-site")])), None);
        assert_eq!(session(&headers(&[("cookie", "x-sluis=abc"), (PAGE_HEADER, "1")])), None);
    }
}
