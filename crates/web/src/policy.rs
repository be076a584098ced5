//! The policy to read and to sign.

pub(crate) mod agreements;
mod background;
mod difference;
pub(crate) mod editor;
pub(crate) mod filled;
mod grid;
pub(crate) mod problems;
pub(crate) mod publication;
mod trial;
pub(crate) mod words;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::civil::Date;
use sluis_core::a4::Sheet;
use sluis_core::class::DataClass;
use sluis_core::gate::Published;
use sluis_core::person::Acknowledgement;
use sluis_core::policy::Policy;
use sluis_core::question::Frequent;
use sluis_core::verdict::Language;
use sluis_ledger::{Event, hex};

use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Shown, go, respond};
use crate::visitor::{Visitor, record_under};
use crate::{TooLong, Web};

use agreements::{Agreements, Position};
use difference::{Change, differences};

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/beleid", get(read))
        .route("/beleid/tekenen", post(sign))
        .route("/beleid.pdf", get(pdf))
        .route("/beleid/versies/{number}", get(version))
        .merge(background::routes())
        .merge(editor::routes())
        .merge(publication::routes())
}

/// A version as a page shows it.
struct Leaf {
    number: u32,
    sheet: Sheet,
    /// In hexadecimal: goes with the signature.
    hash: String,
    at: i64,
    effective: Date,
    /// When the visitor signed it.
    signed: Option<i64>,
    /// Whether the visitor can still sign it.
    can_be_signed: bool,
    /// Whether it counts today.
    counts: bool,
}

impl Leaf {
    fn new(version: &Published, agreements: &Agreements, position: &Position) -> Self {
        let signed = position.signed(version);
        Self {
            number: version.number,
            sheet: version.a4.sheet(),
            hash: hex(&version.hash),
            at: version.at,
            effective: version.a4.effective,
            signed,
            can_be_signed: signed.is_none() && agreements.can_be_signed(version),
            counts: agreements.in_force().is_some_and(|one| one.number == version.number),
        }
    }
}

/// What may go where, as people read it.
struct Where {
    tools: Vec<(String, &'static str)>,
    rows: Vec<(&'static str, Vec<&'static str>)>,
}

impl Where {
    fn new(policy: &Policy, language: Language) -> Self {
        let tools = policy.tools.iter();
        Self {
            tools: tools.map(|tool| (tool.name.clone(), words::trust(tool.trust, language))).collect(),
            rows: DataClass::ALL
                .iter()
                .map(|&class| {
                    let cell = |trust| words::verdict(policy.verdict(class, trust), language);
                    let cells = policy.tools.iter().map(|tool| cell(tool.trust)).collect();
                    (words::class(class, language), cells)
                })
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "policy.html")]
struct PolicyPage {
    shown: Shown,
    leaf: Option<Leaf>,
    /// Number and first day of versions that come.
    coming: Vec<(u32, Date)>,
    /// Number and moment of versions that were published, the newest first.
    versions: Vec<(u32, i64)>,
    table: Where,
    /// Whether what was on the screen had been replaced.
    is_replaced: bool,
    /// Questions that many ask.
    frequent: Vec<Frequent>,
}

async fn read(
    State(web): State<Arc<Web>>,
    mut visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    visitor.shown.notice = match query.as_deref() {
        Some("getekend") => Some(
            visitor.shown.say("Bedankt. Je handtekening is bewaard.", "Thank you. Your signature is kept."),
        ),
        Some("gepubliceerd") => Some(visitor.shown.say(
            "De nieuwe versie is gepubliceerd. Iedereen krijgt haar te lezen.",
            "The new version is published. Everybody will get it to read.",
        )),
        Some("vraag-geplaatst") => Some(
            visitor
                .shown
                .say("De vraag staat nu onder het beleid.", "The question now stands below the policy."),
        ),
        Some("vraag-weg") => Some(visitor.shown.say("De vraag is weg.", "The question is gone.")),
        _ => None,
    }
    .map(str::to_owned);
    let page = page(&web, &visitor, Errors::default(), false).await?;
    Ok(respond(StatusCode::OK, &page))
}

async fn page(
    web: &Web,
    visitor: &Visitor,
    errors: Errors,
    is_replaced: bool,
) -> Result<PolicyPage, Failure> {
    let agreements = Agreements::read(web, visitor.today).await?;
    let position = Position::read(web, visitor).await?;
    let leaf = agreements.to_read().map(|one| Leaf::new(one, &agreements, &position));
    let number = leaf.as_ref().map_or(0, |leaf| leaf.number);
    Ok(PolicyPage {
        coming: agreements
            .coming()
            .into_iter()
            .filter(|one| one.number != number)
            .map(|one| (one.number, one.a4.effective))
            .collect(),
        versions: agreements.versions.iter().rev().map(|one| (one.number, one.at)).collect(),
        table: Where::new(&agreements.governed(&web.node), visitor.shown.language),
        leaf,
        is_replaced,
        frequent: web.store.frequent().await?,
        shown: visitor.shown.clone().with_errors(errors),
    })
}

/// The version of this number and text, if it can still be signed.
pub(crate) fn to_sign<'a>(
    agreements: &'a Agreements,
    number: Option<u32>,
    hash: &str,
) -> Option<&'a Published> {
    let (version, _) = agreements.version(number?)?;
    (agreements.can_be_signed(version) && hex(&version.hash) == hash).then_some(version)
}

/// Keeps the visitor's signature under this version. `false`: it stood there already.
pub(crate) async fn acknowledge(web: &Web, visitor: &Visitor, version: &Published) -> Result<bool, Failure> {
    let acknowledgement = Acknowledgement {
        person: visitor.person.id.clone(),
        policy: version.number,
        hash: version.hash,
        at: visitor.now,
    };
    let is_new = web.store.acknowledge(&acknowledgement).await?;
    if is_new {
        let (person, signed) = (&visitor.person.id, version.a4.sheet().version());
        record_under(web, Event::PolicyAcknowledged, person, person, Some(signed)).await?;
    }
    Ok(is_new)
}

/// Signs the version that was on the screen, if it can still be signed; otherwise shows the one that counts now.
async fn sign(State(web): State<Arc<Web>>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    let agreements = Agreements::read(&web, visitor.today).await?;
    let Some(version) = to_sign(&agreements, form.read("nummer"), form.text("hash")) else {
        let page = page(&web, &visitor, Errors::default(), true).await?;
        return Ok(respond(StatusCode::CONFLICT, &page));
    };
    if !form.has("akkoord") {
        let mut errors = Errors::default();
        errors.add(
            "akkoord",
            visitor.shown.say(
                "Zet een vinkje als je het beleid hebt gelezen en je eraan houdt.",
                "Tick the box if you have read the policy and keep to it.",
            ),
        );
        return again(&web, &visitor, version, &agreements, errors).await;
    }
    acknowledge(&web, &visitor, version).await?;
    Ok(go("/beleid?getekend"))
}

/// The page that the form was on, once more.
async fn again(
    web: &Web,
    visitor: &Visitor,
    version: &Published,
    agreements: &Agreements,
    errors: Errors,
) -> Result<Response, Failure> {
    if agreements.to_read().is_some_and(|one| one.number == version.number) {
        let page = page(web, visitor, errors, false).await?;
        return Ok(respond(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let page = version_page(web, visitor, agreements, version.number, errors).await?;
    Ok(respond(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

#[derive(Template)]
#[template(path = "policy/version.html")]
struct VersionPage {
    shown: Shown,
    leaf: Leaf,
    /// Who published it, if they are still known.
    by: Option<String>,
    /// Number of the version before.
    before: Option<u32>,
    changes: Vec<Change>,
    /// How many signed it, for who writes the policy.
    signatures: Option<usize>,
}

async fn version(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let number = number.parse().map_err(|_| Failure::NotFound)?;
    let agreements = Agreements::read(&web, visitor.today).await?;
    let page = version_page(&web, &visitor, &agreements, number, Errors::default()).await?;
    Ok(respond(StatusCode::OK, &page))
}

async fn version_page(
    web: &Web,
    visitor: &Visitor,
    agreements: &Agreements,
    number: u32,
    errors: Errors,
) -> Result<VersionPage, Failure> {
    let (version, before) = agreements.version(number).ok_or(Failure::NotFound)?;
    let position = Position::read(web, visitor).await?;
    let signatures =
        if visitor.shown.writes_policy() { Some(web.store.acknowledged(number).await?.len()) } else { None };
    Ok(VersionPage {
        leaf: Leaf::new(version, agreements, &position),
        by: web.store.person(&version.by).await?.map(|person| person.name),
        before: before.map(|one| one.number),
        changes: before
            .map(|one| differences(&one.a4, &version.a4, visitor.shown.language))
            .unwrap_or_default(),
        signatures,
        shown: visitor.shown.clone().with_errors(errors),
    })
}

/// The A4 as PDF.
async fn pdf(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let agreements = Agreements::read(&web, visitor.today).await?;
    let version = match query.as_deref().and_then(|query| query.strip_prefix("versie=")) {
        Some(number) => {
            let number = number.parse().map_err(|_| Failure::NotFound)?;
            agreements.version(number).map(|(version, _)| version)
        }
        None => agreements.to_read(),
    };
    let version = version.ok_or(Failure::NotFound)?;
    // Everything that was published fits.
    let bytes = print(&web, version.a4.sheet()).await?.map_err(|_| Failure::NotFound)?;
    let name = format!("inline; filename=\"ai-gebruiksbeleid-{}.pdf\"", version.number);
    let headers = [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}

/// Sets the type on a thread of its own.
pub(crate) async fn print(web: &Web, sheet: Sheet) -> Result<Result<Vec<u8>, TooLong>, Failure> {
    let pdf = web.pdf;
    tokio::task::spawn_blocking(move || pdf(&sheet)).await.map_err(|_| Failure::Busy)
}
