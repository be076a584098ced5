//! Publishing a draft: first a page that says what changes and for whom, then the deed.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use sluis_core::a4::Sheet;
use sluis_core::gate::Published;
use sluis_ledger::Event;

use super::agreements::Agreements;
use super::difference::{Change, differences};
use super::editor::{WRITERS, check};
use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Shown, go, respond};
use crate::visitor::{Visitor, record_under};

pub(super) fn routes() -> Router<Arc<Web>> {
    Router::new().route("/beleid/bewerken/publiceren", get(ask).post(publish))
}

#[derive(Template)]
#[template(path = "policy/publication.html")]
struct PublicationPage {
    shown: Shown,
    revision: i64,
    sheet: Sheet,
    effective: Date,
    /// Whether it counts from today.
    counts_now: bool,
    /// Number of the version that it takes the place of.
    before: Option<u32>,
    changes: Vec<Change>,
    /// How many people are asked to sign.
    people: usize,
}

async fn ask(
    State(web): State<Arc<Web>>,
    mut visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    visitor.officer(&WRITERS)?;
    let Some(draft) = web.store.draft().await? else { return Ok(go("/beleid/bewerken")) };
    let agreements = Agreements::read(&web, visitor.today).await?;
    let node = agreements.judged(&web.node);
    if check(&web, &node, &draft.a4, visitor.shown.language).await?.any() {
        return Ok(go("/beleid/bewerken"));
    }
    if query.as_deref() == Some("intussen") {
        visitor.shown.errors.add(
            "verschillen",
            visitor.shown.say(
                "Iemand anders heeft het concept intussen veranderd. Er is niets gepubliceerd. Kijk eerst wat er nu staat.",
                "Somebody else changed the draft meanwhile. Nothing was published. First look at what stands there now.",
            ),
        );
    }
    let newest = agreements.newest();
    let people = web.store.people().await?;
    let page = PublicationPage {
        revision: draft.revision,
        sheet: draft.a4.sheet(),
        effective: draft.a4.effective,
        counts_now: draft.a4.effective <= visitor.today,
        before: newest.map(|version| version.number),
        changes: newest
            .map(|version| differences(&version.a4, &draft.a4, visitor.shown.language))
            .unwrap_or_default(),
        people: people.iter().filter(|person| person.works_here(visitor.now)).count(),
        shown: visitor.shown,
    };
    Ok(respond(StatusCode::OK, &page))
}

/// What came of it.
pub(crate) enum Outcome {
    /// It counts from its first day on.
    Published(Box<Published>),
    /// Somebody else changed the draft meanwhile, or threw it away; nothing was published.
    Changed,
    /// This keeps it from being published.
    Problems(Errors),
}

/// Publishes the draft of this revision.
pub(crate) async fn release(web: &Web, visitor: &Visitor, revision: i64) -> Result<Outcome, Failure> {
    visitor.officer(&WRITERS)?;
    let Some(draft) = web.store.draft().await?.filter(|draft| draft.revision == revision) else {
        return Ok(Outcome::Changed);
    };
    // The tools of the installation can have changed since the page was shown.
    let node = Agreements::read(web, visitor.today).await?.judged(&web.node);
    let problems = check(web, &node, &draft.a4, visitor.shown.language).await?;
    if problems.any() {
        return Ok(Outcome::Problems(problems));
    }
    let published = web.store.publish(revision, &visitor.person.id, visitor.now).await?;
    let Some(published) = published else { return Ok(Outcome::Changed) };
    let (person, version) = (&visitor.person.id, published.a4.sheet().version());
    record_under(web, Event::PolicyPublished, person, person, Some(version)).await?;
    Ok(Outcome::Published(Box::new(published)))
}

async fn publish(State(web): State<Arc<Web>>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    let revision: i64 = form.read("revisie").ok_or(Failure::Unreadable)?;
    Ok(go(match release(&web, &visitor, revision).await? {
        Outcome::Published(_) => "/beleid?gepubliceerd",
        Outcome::Changed => "/beleid/bewerken/publiceren?intussen",
        Outcome::Problems(_) => "/beleid/bewerken",
    }))
}
