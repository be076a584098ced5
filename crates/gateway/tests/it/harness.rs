//! A gateway with a database of its own, and a stand-in model that records what it receives.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode, header};
use sluis_core::key::{VirtualKey, secret_hash};
use sluis_core::settings::Settings;
use sluis_detect::{Detector, Profile};
use sluis_gateway::behind::Clients;
use sluis_gateway::governance::Governance;
use sluis_gateway::upstream::{Limits, Upstream};
use sluis_gateway::{Gateway, router};
use sluis_store::{MasterKey, Source, Store};
use tokio::net::TcpListener;

/// The key that every test uses.
pub const KEY: &str = "sluis-test";

/// What every chat client shares with the gateway.
pub const CLIENT_SECRET: &str = "0123456789abcdef0123456789abcdef";

static RANDOM: AtomicU64 = AtomicU64::new(1);

/// A clock that stands still and randomness that counts: every run is the same.
pub const SOURCE: Source = Source {
    now: || 1_795_219_200_000_000,
    random: |bytes| {
        for piece in bytes.chunks_mut(8) {
            let number = RANDOM.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            piece.copy_from_slice(&number.to_be_bytes()[..piece.len()]);
        }
    },
};

/// A gateway in front of a stand-in model.
pub struct World {
    pub url: String,
    pub store: Store,
    received: Arc<Mutex<Vec<Bytes>>>,
    client: reqwest::Client,
    _folder: tempfile::TempDir,
}

/// What the stand-in answers to a request body.
pub type Model = fn(&Bytes) -> Response<Body>;

impl World {
    /// A world with these settings; `UPSTREAM` in them is the stand-in's address.
    pub async fn new(settings: &str, model: Model) -> Self {
        Self::at(SOURCE, settings, model).await
    }

    /// A world with a clock of its own.
    pub async fn at(source: Source, settings: &str, model: Model) -> Self {
        let received: Arc<Mutex<Vec<Bytes>>> = Arc::default();
        let record = Arc::clone(&received);
        let stand_in = Router::new().fallback(move |body: Bytes| {
            record.lock().unwrap().push(body.clone());
            let answer = model(&body);
            async move { answer }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, stand_in).into_future());

        let folder = tempfile::tempdir().unwrap();
        let master = || MasterKey::from_bytes([7; 32]);
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let store = Store::open(&url, master(), source).await.unwrap();
        let key = VirtualKey {
            id: "key-1".into(),
            label: "test".into(),
            secret_hash: secret_hash(KEY),
            tools: std::collections::BTreeSet::new(),
            expires_at: None,
            revoked_at: None,
            requests_per_minute: None,
            tokens_per_month: None,
            created_at: 0,
            person: None,
        };
        store.insert_key(&key).await.unwrap();
        let settings = Settings::parse(&settings.replace("UPSTREAM", &upstream)).unwrap();
        let names = settings.clients.iter().map(|client| client.name.clone());
        let secrets = names.map(|name| (name, CLIENT_SECRET.to_owned())).collect();
        let clients = Clients::new(&settings.clients, &secrets);
        let way_out = Upstream::new(HashMap::new(), Limits::default()).unwrap();
        let detector = Detector::new(Profile::Fast);
        let governance = Governance::new(settings.policy, detector, settings.detection.terms);
        let gateway = Gateway::new(governance, settings.language, store.clone(), way_out, &master(), source)
            .with_clients(clients)
            .with_pages("https://sluis.example/");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router(Arc::new(gateway))).into_future());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { url, store, received, client, _folder: folder }
    }

    /// Posts a body with the test's key; gives status and text.
    pub async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> (StatusCode, String) {
        self.post_with(path, body, &[("authorization", &format!("Bearer {KEY}"))]).await
    }

    /// The same with headers of the test's choice.
    pub async fn post_with(
        &self,
        path: &str,
        body: impl Into<reqwest::Body>,
        headers: &[(&str, &str)],
    ) -> (StatusCode, String) {
        let mut request = self.client.post(format!("{}{path}", self.url)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }

    /// Everything that arrived at the model.
    pub fn received(&self) -> String {
        self.received.lock().unwrap().iter().map(|body| String::from_utf8_lossy(body).into_owned()).collect()
    }

    /// The evidence, one entry a line.
    pub async fn evidence(&self) -> Vec<serde_json::Value> {
        let mut file = Vec::new();
        self.store.export(&mut file).await.unwrap();
        sluis_ledger::verify(file.as_slice(), &sluis_ledger::Expect::default(), |_| {}).unwrap();
        String::from_utf8(file)
            .unwrap()
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()?.get("entry").cloned())
            .collect()
    }
}

/// A JSON answer.
pub fn json(body: &serde_json::Value) -> Response<Body> {
    Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// The last message of a chat, given back as the answer.
pub fn echo(body: &Bytes) -> Response<Body> {
    let asked: serde_json::Value = serde_json::from_slice(body).unwrap();
    let said =
        asked["messages"].as_array().and_then(|turns| turns.last()).map(|turn| turn["content"].clone());
    json(&serde_json::json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m", "x_unknown": {"kept": [1.50, "ja"]},
        "choices": [{"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
    }))
}
