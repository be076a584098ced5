//! Asking for a tool: anybody who is signed in, in five plain fields.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use sluis_core::intake::{Answer, MAX_NAME, MAX_TEXT, Request, ToolRecord, host};
use sluis_core::verdict::Language;
use sluis_ledger::Event;
use sluis_store::StoreError;

use super::{list, note, words};
use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Shown, go, respond};
use crate::visitor::{self, Visitor};

/// The most questions of one person that wait for a decision.
const MOST_OPEN: usize = 20;

/// The most tools that are kept.
const MOST_TOOLS: usize = 1_000;

/// The form, as it was typed.
#[derive(Default)]
struct Typed {
    name: String,
    maker: String,
    address: String,
    purpose: String,
    personal: String,
}

#[derive(Template)]
#[template(path = "tools/request.html")]
struct RequestPage {
    shown: Shown,
    typed: Typed,
    answers: Vec<(String, String)>,
}

/// Which tool, when the page is reached from one.
#[derive(Deserialize)]
pub(super) struct About {
    #[serde(default)]
    naam: String,
}

pub(super) async fn show(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Query(about): Query<About>,
) -> Result<Response, Failure> {
    let tool = web.node.tool(&about.naam);
    let typed = Typed {
        name: tool.map(|tool| tool.name.clone()).unwrap_or_default(),
        address: tool
            .filter(|tool| !tool.url.is_empty())
            .map(|tool| list::host(tool, Language::Nl))
            .unwrap_or_default(),
        personal: words::name(&words::answers(Language::Nl), Answer::Unknown),
        ..Typed::default()
    };
    Ok(page(visitor.shown, typed))
}

fn page(shown: Shown, typed: Typed) -> Response {
    let status = if shown.errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let answers = words::answers(shown.language);
    let answers = answers.into_iter().map(|(_, name, label)| (name.to_owned(), label.to_owned())).collect();
    respond(status, &RequestPage { shown, typed, answers })
}

pub(super) async fn send(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Failure> {
    let shown = visitor.shown.clone();
    let typed = Typed {
        name: form.text("naam").to_owned(),
        maker: form.text("maker").to_owned(),
        address: form.text("adres").to_owned(),
        purpose: form.text("doel").to_owned(),
        personal: form.text("personen").to_owned(),
    };
    let mut errors = problems(&form, &typed, &shown);
    let records = web.store.tools().await?;
    let mine = |one: &&ToolRecord| one.request.by == visitor.person.id && one.decision().is_none();
    if records.len() >= MOST_TOOLS || records.iter().filter(mine).count() >= MOST_OPEN {
        errors.add(
            "",
            shown.say(
                "Er wachten al veel aanvragen van jou op een besluit. Wacht daar eerst op.",
                "Many requests of yours wait for a decision already. First wait for those.",
            ),
        );
    }
    if errors.any() {
        return Ok(page(shown.with_errors(errors), typed));
    }
    let request = Request {
        by: visitor.person.id.clone(),
        at: visitor.now,
        maker: typed.maker.clone(),
        host: host(&typed.address).unwrap_or_default(),
        purpose: typed.purpose.clone(),
        personal: words::chosen(&words::answers(shown.language), &typed.personal),
    };
    let record = ToolRecord::new(visitor::identifier(&web), typed.name.clone(), request);
    match web.store.insert_tool(&record).await {
        Ok(()) => {}
        Err(StoreError::Duplicate) => {
            errors.add("naam", taken(&shown));
            return Ok(page(shown.with_errors(errors), typed));
        }
        Err(other) => return Err(other.into()),
    }
    note(&web, Event::ToolRequested, &record, &visitor, "").await?;
    Ok(go(&format!("/toepassingen/{}?gelukt=aangevraagd", record.id)))
}

/// There is a record of this name.
pub(super) fn taken(shown: &Shown) -> &str {
    shown.say(
        "Over deze toepassing is al een aanvraag gedaan. Vraag je aanspreekpunt hoe het ermee staat.",
        "Somebody has asked for this tool already. Ask your contact point how it stands.",
    )
}

fn problems(form: &Form, typed: &Typed, shown: &Shown) -> Errors {
    let mut errors = Errors::default();
    if typed.name.is_empty() || form.line("naam", MAX_NAME).is_none() {
        errors.add(
            "naam",
            shown.say(
                "Schrijf op hoe de toepassing heet, in hoogstens 64 tekens.",
                "Write down what the tool is called, in at most 64 characters.",
            ),
        );
    }
    if form.line("maker", MAX_NAME).is_none() {
        errors.add(
            "maker",
            shown.say(
                "Schrijf de naam van het bedrijf in hoogstens 64 tekens.",
                "Write the name of the company in at most 64 characters.",
            ),
        );
    }
    if !typed.address.is_empty() && host(&typed.address).is_none() {
        errors.add(
            "adres",
            shown.say(
                "Dit is geen webadres. Een webadres ziet eruit als chat.example.",
                "This is no web address. A web address looks like chat.example.",
            ),
        );
    }
    if typed.purpose.is_empty() || typed.purpose.chars().count() > MAX_TEXT {
        errors.add(
            "doel",
            shown.say(
                "Schrijf op waarvoor je de toepassing wilt gebruiken, in hoogstens 1000 tekens.",
                "Write down what you want to use the tool for, in at most 1000 characters.",
            ),
        );
    }
    errors
}
