//! Finding out about a tool: the opportunity test and the supplier guide, filled in by officers (A-16, A-30, C-31, C-39).

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use sluis_core::intake::{Assessment, ToolRecord};
use sluis_ledger::Event;
use sluis_store::StoreError;

use super::answers::Typed;
use super::questions::{Group, Kind};
use super::{OFFICERS, find, note, request};
use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Shown, go, respond};
use crate::visitor::Visitor;

/// Somebody else's answers.
struct Theirs {
    /// Who, if they are still known.
    by: Option<String>,
    /// The question, their answer, and the one in the form.
    changes: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "tools/assessment.html")]
struct AssessmentPage {
    shown: Shown,
    id: String,
    /// The revision that the form began with.
    revision: i64,
    name: String,
    purpose: String,
    groups: Vec<Group>,
    theirs: Option<Theirs>,
}

impl AssessmentPage {
    fn new(shown: Shown, record: &ToolRecord, typed: &Typed) -> Self {
        Self {
            id: record.id.clone(),
            revision: record.revision,
            name: record.name.clone(),
            purpose: record.request.purpose.clone(),
            groups: typed.groups(shown.language),
            theirs: None,
            shown,
        }
    }
}

pub(super) async fn show(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let record = find(&web, &visitor, &id).await?;
    visitor.officer(&OFFICERS)?;
    let page = AssessmentPage::new(visitor.shown, &record, &Typed::of(&record));
    Ok(respond(StatusCode::OK, &page))
}

pub(super) async fn save(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let record = find(&web, &visitor, &id).await?;
    visitor.officer(&OFFICERS)?;
    let shown = visitor.shown.clone();
    let typed = Typed::read(&form);
    let revision: i64 = form.read("revisie").ok_or(Failure::Unreadable)?;
    let again = |errors: Errors| {
        let mut page = AssessmentPage::new(shown.clone().with_errors(errors), &record, &typed);
        page.revision = revision;
        Ok(respond(StatusCode::UNPROCESSABLE_ENTITY, &page))
    };
    let filled = match typed.fill(&record, &visitor.person.id, visitor.now, &shown) {
        Ok(filled) => filled,
        Err(errors) => return again(errors),
    };
    if revision != record.revision {
        return conflict(&web, shown, &id, &visitor, &typed).await;
    }
    match web.store.update_tool(&filled).await {
        Ok(Some(_)) => {}
        Ok(None) => return conflict(&web, shown, &id, &visitor, &typed).await,
        Err(StoreError::Duplicate) => {
            let mut errors = Errors::default();
            errors.add("naam", request::taken(&shown));
            return again(errors);
        }
        Err(other) => return Err(other.into()),
    }
    let trust = filled.assessment.as_ref().map_or("", |one| one.trust().name());
    note(&web, Event::ToolAssessed, &filled, &visitor, trust).await?;
    Ok(go(&format!("/toepassingen/{id}?gelukt=beoordeeld")))
}

/// Somebody was quicker. Nothing is saved and nothing is lost: the form keeps what was typed, theirs stands beside it, and
/// who saves again has seen it.
async fn conflict(
    web: &Web,
    mut shown: Shown,
    id: &str,
    visitor: &Visitor,
    typed: &Typed,
) -> Result<Response, Failure> {
    let record = find(web, visitor, id).await?;
    let last = record.assessment.as_ref().map(|one: &Assessment| one.by.clone()).unwrap_or_default();
    let by = web.store.person(&last).await?.map(|person| person.name);
    let changes = typed.differences(&Typed::of(&record), shown.language);
    shown.errors.add(
        "intussen",
        shown.say(
            "Iemand anders heeft deze toepassing intussen veranderd. Jouw antwoorden zijn nog niet bewaard.",
            "Somebody else changed this tool meanwhile. Your answers are not saved yet.",
        )
        .to_owned(),
    );
    let mut page = AssessmentPage::new(shown, &record, typed);
    page.theirs = Some(Theirs { by, changes });
    Ok(respond(StatusCode::CONFLICT, &page))
}
