//! A small OpenID provider on this machine that says what it is told to, right or wrong.

use std::sync::{Arc, Mutex};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sluis_core::settings::Settings;
use sluis_core::sign_in::SignIn;
use sluis_web::Issuer;
use tokio::net::TcpListener;

use crate::harness::{Browser, Doors, now};

/// What the provider says, and what it was asked.
pub struct Script {
    pair: Ed25519KeyPair,
    pub kid: String,
    /// The algorithm in the head of a token.
    pub alg: String,
    /// What a token says beside issuer, audience, nonce and times; also in their place.
    pub claims: Value,
    /// What its description says in place of the truth.
    pub doors: Value,
    /// What it answers to a code in place of a token.
    pub refuses: Option<StatusCode>,
    nonce: String,
    challenge: String,
    codes: usize,
    /// How often its keys were looked at.
    pub looks: usize,
}

impl Script {
    /// New keys, under a new name.
    pub fn renew(&mut self, kid: &str) {
        self.pair = Ed25519KeyPair::generate().unwrap();
        kid.clone_into(&mut self.kid);
    }
}

#[derive(Clone)]
pub struct Provider {
    pub url: String,
    pub script: Arc<Mutex<Script>>,
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script {
            pair: Ed25519KeyPair::generate().unwrap(),
            kid: "1".into(),
            alg: "EdDSA".into(),
            claims: json!({"sub": "jo", "email": "Jo@Linde.example", "email_verified": true}),
            doors: json!({}),
            refuses: None,
            nonce: String::new(),
            challenge: String::new(),
            codes: 0,
            looks: 0,
        }));
        let provider = Self { url, script };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// The doors of a place that believes this provider; `more` stands under `[sign_in]`.
    pub fn doors(&self, more: &str) -> Doors {
        let text =
            format!("[sign_in]\nissuer = \"{}\"\nclient_id = \"sluis\"\nname = \"Linde\"\n{more}", self.url);
        let sign_in: SignIn = Settings::parse(&text).unwrap().sign_in;
        let issuer = Issuer::new(sign_in.provider.clone().unwrap(), None, "http://sluis.example").unwrap();
        Doors { sign_in, issuer: Some(issuer), directory: None }
    }

    pub fn says(&self, claims: Value) {
        self.script.lock().unwrap().claims = claims;
    }

    /// Goes from the button to the provider, and gives the address it sends the browser back to.
    pub async fn visit(&self, browser: &mut Browser, next: &str) -> String {
        let answer =
            browser.send("GET", &format!("/aanmelden/extern?naar={next}"), axum::body::Body::empty()).await;
        let address = answer.headers["location"].to_str().unwrap().to_owned();
        assert!(address.starts_with(&format!("{}/door?", self.url)), "{address}");
        let query = address.split_once('?').unwrap().1.to_owned();
        let asked = |name: &str| {
            let found = form_urlencoded::parse(query.as_bytes()).find(|(one, _)| one == name);
            found.unwrap_or_else(|| panic!("no {name}")).1.into_owned()
        };
        assert_eq!(asked("response_type"), "code");
        assert_eq!(asked("response_mode"), "query");
        assert_eq!(asked("code_challenge_method"), "S256");
        assert_eq!(asked("redirect_uri"), "http://sluis.example/aanmelden/extern/terug");
        assert_eq!(asked("scope"), "openid email profile");
        let mut script = self.script.lock().unwrap();
        script.nonce = asked("nonce");
        script.challenge = asked("code_challenge");
        script.codes = 1;
        format!("/aanmelden/extern/terug?code=abc&state={}", asked("state"))
    }
}

async fn describe(State(provider): State<Provider>) -> String {
    let url = &provider.url;
    let mut doors = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/door"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
    });
    for (name, value) in provider.script.lock().unwrap().doors.as_object().unwrap() {
        doors[name] = value.clone();
    }
    doors.to_string()
}

async fn keys(State(provider): State<Provider>) -> String {
    let mut script = provider.script.lock().unwrap();
    script.looks += 1;
    let strange = json!({"kty": "NEW", "kid": 7});
    let ours =
        json!({"kty": "OKP", "crv": "Ed25519", "kid": script.kid, "x": text(script.pair.public_key())});
    json!({"keys": [strange, ours]}).to_string()
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: String) -> Response {
    let mut script = provider.script.lock().unwrap();
    if let Some(status) = script.refuses {
        return status.into_response();
    }
    assert!(!headers.contains_key("cookie"));
    let said = |name: &str| {
        let found = form_urlencoded::parse(body.as_bytes()).find(|(one, _)| one == name);
        found.unwrap_or_else(|| panic!("no {name}")).1.into_owned()
    };
    let challenge = text(sluis_ledger::sha256(said("code_verifier").as_bytes()));
    if script.codes == 0 || challenge != script.challenge || said("client_id") != "sluis" {
        return (StatusCode::BAD_REQUEST, json!({"error": "invalid_grant"}).to_string()).into_response();
    }
    script.codes = 0;
    let seconds = now() / 1_000_000;
    let mut claims = json!({"iss": provider.url, "aud": "sluis", "nonce": script.nonce, "iat": seconds, "exp": seconds + 300});
    for (name, value) in script.claims.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let head = json!({"alg": script.alg, "kid": script.kid});
    let signed = format!("{}.{}", text(head.to_string()), text(claims.to_string()));
    let signature = text(script.pair.sign(signed.as_bytes()));
    json!({"token_type": "Bearer", "access_token": "x", "id_token": format!("{signed}.{signature}")})
        .to_string()
        .into_response()
}
