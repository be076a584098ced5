//! What people signed is what the gateway obeys.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::StatusCode;
use jiff::civil::date;
use serde_json::{Value, json};
use sluis_core::a4::{A4, Cell, Country, Guard, Rule};
use sluis_core::calendar;
use sluis_core::class::DataClass;
use sluis_core::gate::Published;
use sluis_core::intake::{
    Agreement, Answer, Assessment, Basis, Cost, Decision, Outcome, Place, Request, Stop, Storage, ToolRecord,
};
use sluis_core::key::{VirtualKey, secret_hash};
use sluis_core::person::{Acknowledgement, Person, Relation, Role, Suspension};
use sluis_core::policy::Trust;
use sluis_core::session::PAGE_HEADER;
use sluis_core::verdict::{Language, Verdict};
use sluis_store::{Session, Source};

use crate::harness::{SOURCE, World, echo};

static NOW: AtomicI64 = AtomicI64::new(1_795_219_200_000_000);

/// Every look at this clock takes more than a second, so that nothing is believed for long.
const TICKING: Source = Source { now: || NOW.fetch_add(1_100_000, Ordering::Relaxed), random: SOURCE.random };

pub const SETTINGS: &str = "tools.mistral = { url = \"UPSTREAM/v1\", models = [\"m\"], trust = \"contracted\" }\n\
                        tools.gratis = { url = \"UPSTREAM/v1\", models = [\"gratis\"], trust = \"open\" }\n\
                        tools.nieuw = { url = \"UPSTREAM/v1\", models = [\"nieuw\"] }\n";

pub const FENNA: &str = "0123456789abcdef0123456789abcdef";
pub const KEY: &str = "sluis-fenna";

async fn world() -> World {
    world_with(SETTINGS).await
}

/// A world in which Fenna works and has a key.
pub async fn world_with(settings: &str) -> World {
    let world = World::at(TICKING, settings, echo).await;
    let fenna = Person {
        id: FENNA.into(),
        name: "Fenna Terpstra".into(),
        email: "fenna@example.org".into(),
        roles: [Role::Employee].into(),
        relation: Relation::Employee,
        department: String::new(),
        language: Language::Nl,
        created_at: 0,
        left_at: None,
    };
    world.store.insert_person(&fenna).await.unwrap();
    let key = VirtualKey {
        id: "key-2".into(),
        label: "Fenna".into(),
        person: Some(FENNA.into()),
        secret_hash: secret_hash(KEY),
        tools: BTreeSet::new(),
        expires_at: None,
        revoked_at: None,
        requests_per_minute: None,
        tokens_per_month: None,
        created_at: 0,
    };
    world.store.insert_key(&key).await.unwrap();
    world
}

fn a4() -> A4 {
    let mut a4 = A4::start(Language::Nl, Country::Nl, calendar::day(NOW.load(Ordering::Relaxed)));
    a4.organisation = "Praktijk De Linde".into();
    a4.tools = ["mistral".to_owned()].into();
    a4.contact = "De praktijkmanager".into();
    a4.scope = "Iedereen".into();
    a4
}

async fn publish(world: &World, a4: &A4) -> Published {
    let revision = world.store.save_draft(a4, None, FENNA, 1).await.unwrap().unwrap();
    world.store.publish(revision, FENNA, 2).await.unwrap().unwrap()
}

/// Publishes a policy, and gives the hash to sign.
pub async fn policy(world: &World) -> [u8; 32] {
    publish(world, &a4()).await.hash
}

async fn sign(world: &World, version: &Published) {
    let signed = Acknowledgement { person: FENNA.into(), policy: version.number, hash: version.hash, at: 3 };
    assert!(world.store.acknowledge(&signed).await.unwrap());
}

async fn ask(world: &World, key: &str, model: &str, text: &str) -> (StatusCode, Value) {
    let body = json!({"model": model, "messages": [{"role": "user", "content": text}]});
    let headers = [("authorization", &*format!("Bearer {key}"))];
    let (status, answer) = world.post_with("/v1/chat/completions", body.to_string(), &headers).await;
    (status, serde_json::from_str(&answer).unwrap())
}

fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a58_signing_opens_the_gate_and_a_stricter_version_shuts_it_again() {
    let world = world().await;
    // Nobody agreed on anything yet: the settings of the node count alone.
    assert_eq!(ask(&world, KEY, "m", "Hallo").await.0, StatusCode::OK);

    let first = publish(&world, &a4()).await;
    let (status, answer) = ask(&world, KEY, "m", "Hallo Jan de Vries").await;
    assert_eq!((status, code(&answer)), (StatusCode::FORBIDDEN, "policy_not_acknowledged"));
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.ends_with("https://sluis.example/beleid"), "{message}");

    sign(&world, &first).await;
    let (status, answer) = ask(&world, KEY, "m", "Hallo Jan de Vries").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["choices"][0]["message"]["content"], "Hallo Jan de Vries");
    assert!(!world.received().contains("Vries"));

    let cell = Cell { trust: Trust::Contracted, class: DataClass::Personal, verdict: Verdict::Block };
    let second = publish(&world, &A4 { table: vec![cell], contact: "De directie".into(), ..a4() }).await;
    assert_eq!(code(&ask(&world, KEY, "m", "Hallo").await.1), "policy_not_acknowledged");
    sign(&world, &second).await;
    assert_eq!(ask(&world, KEY, "m", "Hallo").await.0, StatusCode::OK);
    assert_eq!(code(&ask(&world, KEY, "m", "Hallo Jan de Vries").await.1), "policy_blocked");

    let evidence = world.evidence().await;
    let of = |outcome: &str| evidence.iter().filter(|entry| entry["outcome"] == outcome).count();
    assert_eq!((of("policy_not_acknowledged"), of("policy_blocked")), (2, 1));
    let blocked = evidence.iter().find(|entry| entry["outcome"] == "policy_blocked").unwrap();
    assert_eq!(blocked["principal"], FENNA);
    assert_eq!(blocked["policy"], second.a4.sheet().version());
}

#[tokio::test]
async fn a32_a_tool_that_the_policy_does_not_name_is_shut_for_programs_too() {
    let world = world().await;
    publish(&world, &a4()).await;
    assert_eq!(ask(&world, crate::harness::KEY, "m", "Hallo").await.0, StatusCode::OK);
    let (status, answer) = ask(&world, crate::harness::KEY, "gratis", "Hallo").await;
    assert_eq!((status, code(&answer)), (StatusCode::FORBIDDEN, "tool_not_approved"));
    publish(&world, &A4 { chatbots: false, tools: BTreeSet::new(), ..a4() }).await;
    assert_eq!(code(&ask(&world, crate::harness::KEY, "m", "Hallo").await.1), "no_chatbots");
}

/// A record about this tool, for which everything is arranged.
fn arranged(tool: &str) -> ToolRecord {
    let request = Request {
        by: FENNA.into(),
        at: 1,
        maker: "De maker".into(),
        host: "chat.example".into(),
        purpose: "Brieven herschrijven".into(),
        personal: Answer::Yes,
    };
    let day = Some(date(2026, 3, 2));
    let assessment = Assessment {
        place: Place::Europe,
        cost: Cost::Paid,
        storage: Storage::Nothing,
        training: Answer::No,
        agreement: Agreement { signed: Answer::Yes, on: day, points: [Answer::Yes; 8] },
        others_known: Answer::Yes,
        evidence: "Overeenkomst, artikel 5".into(),
        evidence_on: day,
        basis: Basis::Interest,
        ..Assessment::default()
    };
    ToolRecord { assessment: Some(assessment), ..ToolRecord::new("a".repeat(32), tool.into(), request) }
}

fn decision(outcome: Outcome, trust: Trust) -> Decision {
    let review = date(2031, 1, 2);
    Decision { outcome, trust, by: FENNA.into(), at: 2, reason: "Het past".into(), review, ends: None }
}

/// Saves the record as it is now.
async fn save(world: &World, record: &mut ToolRecord) {
    record.revision = world.store.update_tool(record).await.unwrap().unwrap();
}

const LETTER: &str = "Schrijf een brief aan mevrouw Annelies de Wit.";

#[tokio::test]
async fn a33_an_answer_that_lowers_the_trust_counts_at_once() {
    let world = world().await;
    publish(&world, &a4()).await;
    let mut record = arranged("mistral");
    world.store.insert_tool(&record).await.unwrap();
    assert_eq!(ask(&world, crate::harness::KEY, "m", LETTER).await.0, StatusCode::OK);
    assert!(!world.received().contains("Annelies"));

    record.assessment.as_mut().unwrap().training = Answer::Unknown;
    save(&world, &mut record).await;
    let (status, answer) = ask(&world, crate::harness::KEY, "m", LETTER).await;
    assert_eq!((status, code(&answer)), (StatusCode::FORBIDDEN, "policy_blocked"));
    assert_eq!(ask(&world, crate::harness::KEY, "m", "Wat is een bijsluiter?").await.0, StatusCode::OK);

    record.assessment.as_mut().unwrap().training = Answer::No;
    save(&world, &mut record).await;
    assert_eq!(ask(&world, crate::harness::KEY, "m", LETTER).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a32_a_stopped_tool_is_shut_at_once_even_if_the_policy_names_it() {
    let world = world().await;
    let version = publish(&world, &a4()).await;
    sign(&world, &version).await;
    let mut record = arranged("mistral");
    world.store.insert_tool(&record).await.unwrap();
    assert_eq!(ask(&world, KEY, "m", "Hallo").await.0, StatusCode::OK);

    record.halt(Stop { by: FENNA.into(), at: 5, reason: "Een lek bij de maker".into(), started: None });
    save(&world, &mut record).await;
    for key in [KEY, crate::harness::KEY] {
        let (status, answer) = ask(&world, key, "m", "Hallo").await;
        assert_eq!((status, code(&answer)), (StatusCode::FORBIDDEN, "tool_stopped"));
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.ends_with("https://sluis.example/toepassingen"), "{message}");
        // The reason is for the page, not for whoever reads an error.
        assert!(!message.contains("lek"));
    }
    assert!(record.start(FENNA, 6));
    save(&world, &mut record).await;
    assert_eq!(ask(&world, KEY, "m", "Hallo").await.0, StatusCode::OK);

    record.decide(decision(Outcome::Declined, Trust::Contracted));
    save(&world, &mut record).await;
    assert_eq!(code(&ask(&world, KEY, "m", "Hallo").await.1), "tool_stopped");
    let last_day = Some(calendar::day(NOW.load(Ordering::Relaxed)));
    record.decide(Decision { ends: last_day, ..decision(Outcome::Approved, Trust::Contracted) });
    save(&world, &mut record).await;
    assert_eq!(code(&ask(&world, KEY, "m", "Hallo").await.1), "tool_stopped");
    record.decide(decision(Outcome::Approved, Trust::Contracted));
    save(&world, &mut record).await;
    assert_eq!(ask(&world, KEY, "m", "Hallo").await.0, StatusCode::OK);
    let evidence = world.evidence().await;
    assert_eq!(evidence.iter().filter(|entry| entry["outcome"] == "tool_stopped").count(), 4);
}

#[tokio::test]
async fn c38_a_tool_without_trust_in_the_settings_opens_with_an_approved_record() {
    let world = world().await;
    publish(&world, &A4 { tools: ["nieuw".to_owned()].into(), ..a4() }).await;
    let nothing = code(&ask(&world, crate::harness::KEY, "nieuw", "Hallo").await.1).to_owned();
    assert_eq!(nothing, "policy_blocked");
    let mut record = arranged("Nieuw");
    world.store.insert_tool(&record).await.unwrap();
    assert_eq!(code(&ask(&world, crate::harness::KEY, "nieuw", "Hallo").await.1), "policy_blocked");
    record.decide(decision(Outcome::Approved, Trust::Contracted));
    save(&world, &mut record).await;
    assert_eq!(ask(&world, crate::harness::KEY, "nieuw", LETTER).await.0, StatusCode::OK);
    assert!(!world.received().contains("Annelies"));
}

#[tokio::test]
async fn a22_a_policy_of_later_shuts_until_its_day() {
    let world = world().await;
    publish(&world, &A4 { effective: date(2031, 1, 2), ..a4() }).await;
    let (_, answer) = ask(&world, KEY, "m", "Hallo").await;
    assert_eq!(code(&answer), "policy_not_in_force");
    assert!(answer["error"]["message"].as_str().unwrap().contains("2-1-2031"));
}

#[tokio::test]
async fn h05_suspending_shuts_at_once_and_lifting_opens() {
    let world = world().await;
    let version = publish(&world, &a4()).await;
    sign(&world, &version).await;
    assert_eq!(ask(&world, KEY, "m", "Hallo").await.0, StatusCode::OK);
    let now = NOW.load(Ordering::Relaxed);
    let suspension = Suspension {
        id: "f".repeat(32),
        person: FENNA.into(),
        tool: None,
        reason: "Een melding wordt onderzocht".into(),
        by: FENNA.into(),
        from: now,
        until: now + 3_600_000_000,
        lifted_at: None,
    };
    world.store.suspend(&suspension).await.unwrap();
    let (_, answer) = ask(&world, KEY, "m", "Hallo").await;
    assert_eq!(code(&answer), "access_suspended");
    // The reason is for the person's own page, not for whoever reads an error.
    assert!(!answer.to_string().contains("onderzocht"));
    assert!(world.store.lift_suspension(&suspension.id, now + 1).await.unwrap());
    assert_eq!(ask(&world, KEY, "m", "Hallo").await.0, StatusCode::OK);
}

#[tokio::test]
async fn b02_words_of_a_rule_are_confidential_from_that_minute() {
    let world = world().await;
    let mut strict = a4();
    strict.may_not.push(Rule {
        text: "Over project Zilverreiger praten.".into(),
        guards: [Guard::Terms(["Zilverreiger".to_owned()].into())].into(),
    });
    strict.table.push(Cell {
        trust: Trust::Contracted,
        class: DataClass::Confidential,
        verdict: Verdict::Block,
    });
    let version = publish(&world, &strict).await;
    sign(&world, &version).await;
    assert_eq!(code(&ask(&world, KEY, "m", "Hoe ver is zilverreiger?").await.1), "policy_blocked");
    assert_eq!(ask(&world, KEY, "m", "Hoe ver is de brug?").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_session_of_the_pages_asks_as_the_person() {
    let world = world().await;
    let version = publish(&world, &a4()).await;
    sign(&world, &version).await;
    let session =
        Session { hash: secret_hash("geheim"), person: FENNA.into(), created_at: 0, expires_at: i64::MAX };
    world.store.insert_session(&session).await.unwrap();
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hallo"}]}).to_string();
    let cookie = ("cookie", "sluis=geheim");
    for (headers, expected) in [
        (&[cookie, (PAGE_HEADER, "1")][..], StatusCode::OK),
        (&[cookie], StatusCode::UNAUTHORIZED),
        (&[cookie, (PAGE_HEADER, "1"), ("sec-fetch-site", "cross-site")], StatusCode::UNAUTHORIZED),
        (&[("cookie", "sluis=geraden"), (PAGE_HEADER, "1")], StatusCode::UNAUTHORIZED),
    ] {
        let (status, _) = world.post_with("/v1/chat/completions", body.clone(), headers).await;
        assert_eq!(status, expected, "{headers:?}");
    }
    let evidence = world.evidence().await;
    assert!(evidence.iter().any(|entry| entry["channel"] == "page" && entry["principal"] == FENNA));
}
