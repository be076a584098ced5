//! A place with pages, and a browser without script.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use sluis_core::a4::Sheet;
use sluis_core::person::{Person, Relation, Role};
use sluis_core::settings::Settings;
use sluis_core::sign_in::SignIn;
use sluis_core::verdict::Language;
use sluis_detect::{Detector, Profile};
use sluis_ledger::sha256;
use sluis_store::{MasterKey, Purpose, Session, Source, Store, Ticket};
use sluis_web::{Issuer, Party, TooLong, Web};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// 2026-11-21 14:00 in Amsterdam.
pub const START: i64 = 1_795_266_000_000_000;

/// Microseconds in a minute.
pub const MINUTE: i64 = 60_000_000;

thread_local! {
    static NOW: Cell<i64> = const { Cell::new(START) };
}

/// Lets time pass.
pub fn pass(microseconds: i64) {
    NOW.set(NOW.get() + microseconds);
}

pub fn now() -> i64 {
    NOW.get()
}

fn random(bytes: &mut [u8]) {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    for chunk in bytes.chunks_mut(32) {
        let block = sha256(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        chunk.copy_from_slice(&block[..chunk.len()]);
    }
}

const SETTINGS: &str = r#"
[tools.mistral]
url = "https://ai.example/v1"
trust = "contracted"
key_env = "KEY"

[tools.gratis]
url = "https://gratis.example/v1"
trust = "open"
key_env = "KEY"
"#;

/// A text of more lines than fit on a page in these tests.
fn pdf(sheet: &Sheet) -> Result<Vec<u8>, TooLong> {
    if sheet.text().contains("te lang voor de pagina") {
        return Err(TooLong { pages: 2, lines_over: 3 });
    }
    Ok(b"%PDF-1.7".to_vec())
}

/// By which doors people come in besides a password.
#[derive(Default)]
pub struct Doors {
    pub sign_in: SignIn,
    pub issuer: Option<Issuer>,
    pub directory: Option<[u8; 32]>,
}

pub struct Place {
    pub store: Store,
    router: Router,
    _dir: TempDir,
}

impl Place {
    pub async fn new() -> Self {
        Self::with(false).await
    }

    /// With https, or without.
    pub async fn with(secure: bool) -> Self {
        Self::build(secure, Router::new(), Doors::default()).await
    }

    /// With this in the place of the gateway.
    pub async fn beside(gateway: Router) -> Self {
        Self::build(false, gateway, Doors::default()).await
    }

    /// Where people also come in by other doors.
    pub async fn open_to(doors: Doors) -> Self {
        Self::build(false, Router::new(), doors).await
    }

    async fn build(secure: bool, gateway: Router, doors: Doors) -> Self {
        let Doors { sign_in, issuer, directory } = doors;
        NOW.set(START);
        let dir = TempDir::new().unwrap();
        let url = format!("sqlite:{}", dir.path().join("sluis.db").display());
        let source = Source { now, random };
        let store = Store::open(&url, MasterKey::from_bytes([7; 32]), source).await.unwrap();
        let router = sluis_web::router(Arc::new(Web {
            store: store.clone(),
            source,
            detector: Arc::new(Detector::new(Profile::Fast)),
            node: Arc::new(Settings::parse(SETTINGS).unwrap().policy),
            language: Language::Nl,
            pdf,
            party: Party::at("http://localhost:8080"),
            background: |law, _| format!("%PDF-1.7 law of {}", law.day).into_bytes(),
            gateway,
            secure,
            chat_days: 30,
            form_key: [9; 32],
            sign_in,
            issuer,
            directory,
        }));
        Self { store, router, _dir: dir }
    }

    /// All addresses, for who is no browser.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// A link to set up with.
    pub async fn set_up_link(&self) -> String {
        self.ticket("code", Purpose::SetUp).await;
        "/opzetten/code".into()
    }

    pub async fn ticket(&self, code: &str, purpose: Purpose) {
        let ticket =
            Ticket { hash: sha256(code.as_bytes()), purpose, person: None, expires_at: now() + 60 * MINUTE };
        self.store.insert_ticket(&ticket).await.unwrap();
    }

    pub fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: BTreeMap::new(),
            csrf: String::new(),
            headers: Vec::new(),
        }
    }

    /// A browser in which the first person has set everything up.
    pub async fn set_up(&self) -> Browser {
        let link = self.set_up_link().await;
        let mut browser = self.browser();
        browser.get(&link).await;
        let answer = browser.post(&link, &SET_UP).await;
        assert_eq!(answer.path, "/mijn-gegevens/tweede-stap?nieuw=ja", "{}", answer.text);
        browser
    }

    /// Somebody with these roles besides that of everybody, signed in.
    pub async fn person(&self, id: &str, name: &str, roles: &[Role]) -> Browser {
        let person = Person {
            id: id.into(),
            name: name.into(),
            email: format!("{id}@linde.example"),
            roles: roles.iter().copied().chain([Role::Employee]).collect(),
            relation: Relation::Employee,
            department: String::new(),
            language: Language::Nl,
            created_at: now(),
            left_at: None,
        };
        self.store.insert_person(&person).await.unwrap();
        self.signed_in(id).await
    }

    /// The same for somebody whose session ended.
    pub async fn signed_in_again(&self, person: &str) -> Browser {
        self.store.end_sessions_of(person).await.unwrap();
        self.signed_in(person).await
    }

    /// A browser in which this person is signed in.
    pub async fn signed_in(&self, person: &str) -> Browser {
        let session = Session {
            hash: sha256(person.as_bytes()),
            person: person.into(),
            created_at: now(),
            expires_at: now() + 60 * MINUTE,
        };
        self.store.insert_session(&session).await.unwrap();
        let mut browser = self.browser();
        browser.cookies.insert("sluis".into(), person.into());
        browser.get("/").await;
        browser
    }

    /// Everything in the ledger.
    pub async fn ledger(&self) -> String {
        let mut bytes = Vec::new();
        self.store.export(&mut bytes).await.unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// How often something happened.
    pub async fn count(&self, event: &str) -> usize {
        self.ledger().await.matches(&format!("\\\"event\\\":\\\"{event}\\\"")).count()
            + self.ledger().await.matches(&format!("\"event\":\"{event}\"")).count()
    }
}

pub const PASSWORD: &str = "paard batterij nietje";

/// A good form to set up with.
pub const SET_UP: [(&str, &str); 10] = [
    ("organisatie", "Huisartsenpraktijk De Linde"),
    ("land", "nl"),
    ("naam", "Jo de Vries"),
    ("email", "Jo@Linde.example"),
    ("wachtwoord", PASSWORD),
    ("chatbots", "ja"),
    ("toepassing", "mistral"),
    ("aanspreekpunt", "Jo de Vries, jo@linde.example"),
    ("geldt_voor", "Iedereen die hier werkt"),
    ("ingang", "2026-11-21"),
];

/// The same with one field different.
pub fn but<'a>(fields: &[(&'a str, &'a str)], name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|&(one, old)| (one, if one == name { value } else { old })).collect()
}

#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    /// From the page that was looked at last.
    pub csrf: String,
    /// Sent along with everything.
    pub headers: Vec<(&'static str, String)>,
}

pub struct Answer {
    pub status: StatusCode,
    /// The address it ended at.
    pub path: String,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// What stands between two texts.
    pub fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) =
            self.text.split_once(before).unwrap_or_else(|| panic!("no {before} in {}", self.text));
        rest.split_once(after).unwrap().0
    }

    pub fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

impl Browser {
    pub async fn get(&mut self, path: &str) -> Answer {
        let answer = self.send("GET", path, Body::empty()).await;
        self.follow(answer).await
    }

    /// Posts a form with the token of the page that was looked at last.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let answer = self.post_once(path, fields, &csrf).await;
        self.follow(answer).await
    }

    /// Posts without following.
    pub async fn post_once(&mut self, path: &str, fields: &[(&str, &str)], csrf: &str) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("_csrf", csrf)
            .extend_pairs(fields)
            .finish();
        self.send("POST", path, Body::from(body)).await
    }

    async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..5 {
            let Some(next) = answer.headers.get(header::LOCATION) else { return answer };
            let next = next.to_str().unwrap().to_owned();
            answer = self.send("GET", &next, Body::empty()).await;
        }
        panic!("it goes on and on");
    }

    pub async fn send(&mut self, method: &str, path: &str, body: Body) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header("host", "sluis.example");
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        for cookie in head.headers.get_all(header::SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(attributes.contains("HttpOnly; SameSite=Lax"), "{attributes}");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        let bytes = to_bytes(body, 1 << 22).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((_, rest)) = text.split_once("name=\"_csrf\" value=\"") {
            rest.split('"').next().unwrap().clone_into(&mut self.csrf);
        }
        Answer { status: head.status, path: path.to_owned(), headers: head.headers, text }
    }
}
