//! The OpenID provider: where its doors are, its keys, and what it hands over for a code. The only place in the pages
//! that speaks to another machine: encrypted, to that provider only, without redirects.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use form_urlencoded::{Serializer, byte_serialize};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sluis_core::sign_in::{Provider, is_safe_address};
use sluis_ledger::sha256;

use super::attempt::Attempt;
use super::id_token::{self, Claims, Expected, PublicKey, Wrong};
use crate::visitor::SECOND;

/// How long a connection to the provider may take to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// How long an answer of the provider may take.
const ANSWER: Duration = Duration::from_secs(10);

/// The most bytes of an answer.
const MAX_ANSWER: usize = 256 * 1024;

/// The most keys of a provider.
const MAX_KEYS: usize = 50;

/// How long what the provider says of itself is believed, and its keys.
const BELIEVED: i64 = 3_600 * SECOND;

/// The least time between two looks for keys, however many tokens name one that is not known.
const BETWEEN_LOOKS: i64 = 60 * SECOND;

/// The address at which browsers come back.
pub(super) const BACK: &str = "/aanmelden/extern/terug";

/// Why the provider did not let somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The person, or the provider, said no.
    Denied,
    /// It took too long, was begun elsewhere, or was used before.
    Expired,
    /// The provider does not answer, or not as one.
    Unreachable,
    /// The clocks differ.
    Clock,
    /// What came is not the provider's word.
    Untrusted,
    /// Nobody here has this account.
    Unknown,
    /// They do not work here any more.
    Left,
}

impl From<Wrong> for Refused {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Clock => Self::Clock,
            Wrong::Key | Wrong::Untrusted => Self::Untrusted,
        }
    }
}

/// The provider, and how Sluis is known there.
pub struct Issuer {
    pub(super) provider: Provider,
    secret: Option<String>,
    back: String,
    client: Client,
    known: Mutex<Known>,
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("issuer", &self.provider.issuer).finish_non_exhaustive()
    }
}

/// What was last heard, and when in Unix microseconds.
#[derive(Default)]
struct Known {
    doors: Option<(Arc<Doors>, i64)>,
    keys: Option<(Arc<Vec<PublicKey>>, i64)>,
}

/// What a provider says of itself (OpenID Connect Discovery 1.0).
#[derive(Debug, Deserialize)]
struct Doors {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Single keys that cannot be read are passed over: providers offer kinds that we do not take.
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    #[serde(default)]
    access_token: String,
}

impl Issuer {
    /// A provider. `address` is where people find this node.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(provider: Provider, secret: Option<String>, address: &str) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .build()?;
        let back = format!("{address}{BACK}");
        Ok(Self { provider, secret, back, client, known: Mutex::default() })
    }

    /// What the button says behind "with".
    pub(crate) fn name(&self) -> &str {
        &self.provider.name
    }

    /// Where the browser has to go for this attempt.
    pub(super) async fn address(&self, attempt: &Attempt, now: i64) -> Result<String, Refused> {
        let doors = self.doors(now).await?;
        let challenge = URL_SAFE_NO_PAD.encode(sha256(attempt.verifier.as_bytes()));
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("response_mode", "query")
            .append_pair("client_id", &self.provider.client_id)
            .append_pair("redirect_uri", &self.back)
            .append_pair("scope", &self.provider.scopes.join(" "))
            .append_pair("state", &attempt.state)
            .append_pair("nonce", &attempt.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        let door = &doors.authorization_endpoint;
        Ok(format!("{door}{}{query}", if door.contains('?') { '&' } else { '?' }))
    }

    /// Whether an answer that names this issuer, or none, can be this provider's (RFC 9207).
    pub(super) async fn is_answer_of(&self, named: Option<&str>, now: i64) -> Result<bool, Refused> {
        Ok(match named {
            Some(issuer) => issuer == self.provider.issuer,
            None => !self.doors(now).await?.authorization_response_iss_parameter_supported,
        })
    }

    /// What the provider says of somebody, for the code that their browser brought.
    pub(super) async fn claims(&self, code: &str, attempt: &Attempt, now: i64) -> Result<Claims, Refused> {
        let doors = self.doors(now).await?;
        let tokens = self.exchange(&doors, code, &attempt.verifier).await?;
        let expected = Expected {
            issuer: &self.provider.issuer,
            client_id: &self.provider.client_id,
            nonce: &attempt.nonce,
            now: now / SECOND,
        };
        let (keys, looked_at) = self.keys(&doors, now, i64::MIN).await?;
        let mut claims = match id_token::check(&tokens.id_token, &keys, expected) {
            Err(Wrong::Key) if now - looked_at >= BETWEEN_LOOKS => {
                let (keys, _) = self.keys(&doors, now, looked_at).await?;
                id_token::check(&tokens.id_token, &keys, expected)?
            }
            other => other?,
        };
        if !claims.contains_key("email")
            && let Some(address) = &doors.userinfo_endpoint
            && !tokens.access_token.is_empty()
        {
            let request = self.client.get(address).bearer_auth(&tokens.access_token);
            let more: Claims = self.ask(request).await?;
            // The answer counts only for whom the token is about, and what the token says comes first.
            if more.get("sub") != claims.get("sub") {
                return Err(Refused::Untrusted);
            }
            for (name, value) in more {
                claims.entry(name).or_insert(value);
            }
        }
        Ok(claims)
    }

    async fn exchange(&self, doors: &Doors, code: &str, verifier: &str) -> Result<Tokens, Refused> {
        let id = self.provider.client_id.as_str();
        let methods = doors.token_endpoint_auth_methods_supported.as_deref();
        let in_header = methods.is_none_or(|all| all.iter().any(|one| one == "client_secret_basic"));
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.back),
            ("code_verifier", verifier),
        ];
        let mut request = self.client.post(&doors.token_endpoint);
        match &self.secret {
            Some(secret) if in_header => {
                let part = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                let both = STANDARD.encode(format!("{}:{}", part(id), part(secret)));
                request = request.header("authorization", format!("Basic {both}"));
            }
            Some(secret) => fields.extend([("client_id", id), ("client_secret", secret)]),
            None => fields.push(("client_id", id)),
        }
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        self.ask(request).await
    }

    /// Where its doors are, from its own description.
    async fn doors(&self, now: i64) -> Result<Arc<Doors>, Refused> {
        if let Some((doors, at)) = &self.known().doors
            && now - at < BELIEVED
        {
            return Ok(Arc::clone(doors));
        }
        let issuer = &self.provider.issuer;
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let doors: Doors = self.ask(self.client.get(address)).await?;
        let safe = |address: &str| is_safe_address(address.split('?').next().unwrap_or_default());
        let all = [&doors.authorization_endpoint, &doors.token_endpoint, &doors.jwks_uri];
        let user_info = doors.userinfo_endpoint.as_deref().is_none_or(safe);
        if doors.issuer != *issuer || !user_info || !all.iter().all(|address| safe(address)) {
            return Err(Refused::Unreachable);
        }
        let doors = Arc::new(doors);
        self.known().doors = Some((Arc::clone(&doors), now));
        Ok(doors)
    }

    /// Its keys, and when they were looked at; looked at again if that was not after `stale`.
    async fn keys(&self, doors: &Doors, now: i64, stale: i64) -> Result<(Arc<Vec<PublicKey>>, i64), Refused> {
        if let Some((keys, at)) = &self.known().keys
            && now - at < BELIEVED
            && *at > stale
        {
            return Ok((Arc::clone(keys), *at));
        }
        let found: KeySet = self.ask(self.client.get(&doors.jwks_uri)).await?;
        let read = |key| serde_json::from_value(key).ok();
        let keys = Arc::new(found.keys.into_iter().take(MAX_KEYS).filter_map(read).collect::<Vec<_>>());
        self.known().keys = Some((Arc::clone(&keys), now));
        Ok((keys, now))
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer as JSON. What the provider refuses is a code that was used before or is too old.
    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Refused> {
        let request = request.header("accept", "application/json");
        let mut answer = request.send().await.map_err(|_| Refused::Unreachable)?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::BAD_REQUEST => return Err(Refused::Expired),
            _ => return Err(Refused::Unreachable),
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|_| Refused::Unreachable)? {
            if body.len() + part.len() > MAX_ANSWER {
                return Err(Refused::Unreachable);
            }
            body.extend_from_slice(&part);
        }
        serde_json::from_slice(&body).map_err(|_| Refused::Unreachable)
    }
}
