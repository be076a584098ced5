//! The person behind a chat client: one key serves all who use it, and the client proves for whom it asks.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sluis_core::client::{ChatClient, Gates, Identity};
use sluis_core::key::VirtualKey;

use crate::Gateway;
use crate::problem::Problem;

/// The header in which Open WebUI signs who asks, in small letters.
pub const OPEN_WEBUI_HEADER: &str = "x-openwebui-user-jwt";

/// The headers that other clients fill in: the address of mail, and the shared secret.
pub const EMAIL_HEADER: &str = "x-sluis-user-email";
/// See [`EMAIL_HEADER`].
pub const SECRET_HEADER: &str = "x-sluis-client-secret";

/// The longest header that is looked at.
const MAX_HEADER: usize = 4_096;

/// The longest address of mail that is looked up.
const MAX_EMAIL: usize = 200;

/// Seconds by which the clocks of client and node can differ.
const LEEWAY: i64 = 60;

/// The most seconds that a signature can be good for, so that one that leaks is soon worth nothing.
const LONGEST: i64 = 3_600;

/// The chat clients of the settings, by the identifiers of their keys.
#[derive(Debug, Default)]
pub struct Clients {
    by_key: HashMap<String, Arc<Client>>,
}

/// A chat client.
pub struct Client {
    gates: Gates,
    proof: Option<(Identity, hmac::Key, Vec<u8>)>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("gates", &self.gates).finish_non_exhaustive()
    }
}

impl Clients {
    /// The clients of the settings, with the secret that each shares; one that names people without a secret names nobody.
    #[must_use]
    pub fn new(clients: &[ChatClient], secrets: &HashMap<String, String>) -> Self {
        let mut by_key = HashMap::new();
        for one in clients {
            let proof = one.identity.map(|identity| {
                // Without a secret nothing can be proven: an empty one would be known to everybody.
                let secret = secrets.get(&one.name).map(String::as_bytes).unwrap_or_default();
                (identity, hmac::Key::new(hmac::HMAC_SHA256, secret), secret.to_vec())
            });
            let client = Arc::new(Client { gates: one.gates, proof });
            for key in &one.keys {
                by_key.insert(key.clone(), Arc::clone(&client));
            }
        }
        Self { by_key }
    }

    /// The client whose key this is.
    #[must_use]
    pub fn of(&self, key: &str) -> Option<&Client> {
        self.by_key.get(key).map(AsRef::as_ref)
    }
}

impl Client {
    /// Whether shut gates are told as messages.
    #[must_use]
    pub const fn tells(&self) -> bool {
        matches!(self.gates, Gates::Message)
    }

    /// The key with the person for whom the client asks; without identities, the key as it is.
    pub(crate) async fn person_behind(
        &self,
        gateway: &Gateway,
        key: &Arc<VirtualKey>,
        headers: &HeaderMap,
        now: i64,
    ) -> Result<Arc<VirtualKey>, Problem> {
        if self.proof.is_none() {
            return Ok(Arc::clone(key));
        }
        let email = self.email(headers, now).ok_or_else(|| Problem::unproven(gateway.language))?;
        let person = gateway.store.person_by_email(&email).await.map_err(|_| Problem::Store)?;
        let person = person.ok_or_else(|| Problem::stranger(gateway.language))?;
        Ok(Arc::new(VirtualKey { person: Some(person.id), ..(**key).clone() }))
    }

    /// The address of mail in the headers, if it is proven.
    fn email(&self, headers: &HeaderMap, now: i64) -> Option<String> {
        let (identity, key, secret) = self.proof.as_ref()?;
        if secret.is_empty() {
            return None;
        }
        // A header that stands twice could mean two people.
        let one = |name: &str| {
            let mut all = headers.get_all(name).iter();
            let value = all.next()?.to_str().ok()?.trim();
            (all.next().is_none() && value.len() <= MAX_HEADER).then_some(value)
        };
        let email = match identity {
            Identity::OpenWebui => signed_email(one(OPEN_WEBUI_HEADER)?, key, now / 1_000_000)?,
            Identity::Headers => {
                let given = one(SECRET_HEADER)?;
                // Compared as tags, in the same time wherever the first difference is.
                hmac::verify(key, given.as_bytes(), hmac::sign(key, secret).as_ref()).ok()?;
                one(EMAIL_HEADER)?.to_owned()
            }
        };
        (email.contains('@') && email.len() <= MAX_EMAIL).then_some(email)
    }
}

#[derive(Deserialize)]
struct Head {
    alg: String,
}

/// What Open WebUI signs, as far as it counts here.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    email: String,
    iat: i64,
    exp: i64,
}

/// The address of mail in a token (RFC 7519) that is signed with HMAC-SHA256 and good at this moment, in Unix seconds.
fn signed_email(token: &str, key: &hmac::Key, now: i64) -> Option<String> {
    let (message, tag) = token.rsplit_once('.')?;
    let (head, claims) = message.split_once('.')?;
    hmac::verify(key, message.as_bytes(), &URL_SAFE_NO_PAD.decode(tag).ok()?).ok()?;
    let head: Head = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).ok()?).ok()?;
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let is_good = head.alg == "HS256"
        && claims.iss == "open-webui"
        && claims.iat <= now.saturating_add(LEEWAY)
        && now <= claims.exp.saturating_add(LEEWAY)
        && claims.exp.saturating_sub(claims.iat) <= LONGEST;
    is_good.then_some(claims.email)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_795_219_200;

    fn client(identity: Identity) -> Clients {
        let client = ChatClient {
            name: "c".into(),
            keys: ["key-1".into()].into(),
            gates: Gates::Error,
            identity: Some(identity),
            secret_env: None,
            secret_file: None,
        };
        Clients::new(&[client], &HashMap::from([("c".into(), "a long shared secret".into())]))
    }

    fn token(head: &Value, claims: &Value, secret: &str) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(head), part(claims));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    fn claims() -> Value {
        json!({"sub": "u", "email": "fenna@example.org", "name": "F", "role": "user", "iss": "open-webui", "iat": NOW, "exp": NOW + 300})
    }

    fn found(clients: &Clients, pairs: &[(&'static str, &str)]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        clients.of("key-1").unwrap().email(&headers, NOW * 1_000_000)
    }

    #[test]
    fn only_a_fresh_signature_with_the_shared_secret_names_a_person() {
        let clients = client(Identity::OpenWebui);
        let (head, secret) = (json!({"alg": "HS256", "typ": "JWT"}), "a long shared secret");
        let good = token(&head, &claims(), secret);
        assert_eq!(found(&clients, &[(OPEN_WEBUI_HEADER, &good)]).as_deref(), Some("fenna@example.org"));
        let with = |name: &str, value: Value| {
            let mut claims = claims();
            claims[name] = value;
            token(&head, &claims, secret)
        };
        let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
        for bad in [
            token(&head, &claims(), "another secret"),
            token(&json!({"alg": "none"}), &claims(), secret),
            with("iss", "other".into()),
            with("exp", (NOW - LEEWAY - 1).into()),
            with("iat", (NOW + LEEWAY + 1).into()),
            with("exp", (NOW + LONGEST + 1).into()),
            with("email", Value::Null),
            with("email", "nobody".into()),
            unsigned,
            good[1..].to_owned(),
            "x".repeat(MAX_HEADER + 1),
            String::new(),
        ] {
            assert_eq!(found(&clients, &[(OPEN_WEBUI_HEADER, &bad)]), None, "{bad}");
        }
        assert_eq!(found(&clients, &[(OPEN_WEBUI_HEADER, &good), (OPEN_WEBUI_HEADER, &good)]), None);
        assert_eq!(found(&clients, &[("x-openwebui-user-email", "fenna@example.org")]), None);
    }

    #[test]
    fn a_token_that_open_webui_itself_made_is_read() {
        // By its version 0.12.4, with this secret.
        let parts = [
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
            "eyJzdWIiOiJ1MSIsImVtYWlsIjoibm9vckBsaW5kZS5leGFtcGxlIiwibmFtZSI6Ik5vb3IgSGFkZGFkIiwicm9sZSI6InVzZXIiLCJpc3MiOiJvcGVuLXdlYnVpIiwiaWF0IjoxNzk1MzQxMTIzLCJleHAiOjE3OTUzNDE0MjN9",
            "ECnIHJRfN1Vq4tyolvj581NorcUP0P1cmRutPExdvXw",
        ];
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"a-shared-secret-of-at-least-32-characters");
        let at = |now| signed_email(&parts.join("."), &key, now);
        assert_eq!(at(1_795_341_200).as_deref(), Some("noor@linde.example"));
        assert_eq!(at(1_795_341_423 + LEEWAY + 1), None);
    }

    #[test]
    fn plain_headers_count_only_beside_the_secret() {
        let clients = client(Identity::Headers);
        let email = (EMAIL_HEADER, "fenna@example.org");
        let secret = (SECRET_HEADER, "a long shared secret");
        assert_eq!(found(&clients, &[email, secret]).as_deref(), Some("fenna@example.org"));
        assert_eq!(found(&clients, &[email]), None);
        assert_eq!(found(&clients, &[email, (SECRET_HEADER, "a long shared secreT")]), None);
        assert_eq!(found(&clients, &[email, (SECRET_HEADER, "")]), None);
        assert_eq!(found(&clients, &[email, secret, (EMAIL_HEADER, "other@example.org")]), None);
        assert_eq!(found(&clients, &[secret, (EMAIL_HEADER, "{{LIBRECHAT_USER_EMAIL}}")]), None);
    }

    #[test]
    fn without_a_secret_nobody_is_named() {
        let client = ChatClient {
            name: "c".into(),
            keys: ["key-1".into()].into(),
            gates: Gates::Message,
            identity: Some(Identity::Headers),
            secret_env: None,
            secret_file: None,
        };
        let clients = Clients::new(&[client], &HashMap::new());
        assert_eq!(found(&clients, &[(EMAIL_HEADER, "a@b.nl"), (SECRET_HEADER, "")]), None);
        assert!(clients.of("key-2").is_none() && clients.of("key-1").unwrap().tells());
    }
}
