//! What people do with a conversation of theirs: the script keeps turns, and everybody renames, erases, and says that they
//! checked an answer.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde_json::json;
use sluis_ledger::Event;
use sluis_store::Turn;

use crate::Web;
use crate::error::Failure;
use crate::form::Form;
use crate::inspect::MAX_TEXT;
use crate::page::go;
use crate::visitor::{Visitor, record};

use super::chat::{Conversation, MAX_ANSWER, MAX_TITLE};
use super::review::Wish;

/// The identifier in the address of a conversation that is not kept yet.
const NEW: &str = "nieuw";

/// The most characters of the names of a tool and a model.
const MAX_NAME: usize = 256;

/// How many questions there are to ask oneself of an answer.
const QUESTIONS: u8 = 4;

pub(super) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/vraag/{chat}/beurt", post(keep))
        .route("/vraag/{chat}/naam", post(rename))
        .route("/vraag/{chat}/wis", post(erase))
        .route("/vraag/gecontroleerd", post(checked))
}

/// With script: keeps what was asked and answered. Says under which identifier, if it is kept at all.
async fn keep(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Failure> {
    let conversation =
        if id == NEW { Conversation::default() } else { Conversation::read(&web, &visitor, &id).await? };
    let long = |name: &str, most: usize| {
        let text = form.raw(name);
        Some(text.to_owned()).filter(|text| !text.trim().is_empty() && text.chars().count() <= most)
    };
    let name = |name: &str| form.line(name, MAX_NAME).filter(|text| !text.is_empty());
    let (Some(question), Some(answer), Some(tool), Some(model), Some(number)) = (
        long("vraag", MAX_TEXT),
        long("antwoord", MAX_ANSWER),
        name("toepassing"),
        name("model"),
        form.read("nummer"),
    ) else {
        return Err(Failure::Unreadable);
    };
    let request = Some(form.text("verzoek")).filter(|id| is_identifier(id)).unwrap_or_default().to_owned();
    let wish = Wish::read(&form, conversation.masks(), &visitor.shown).map_err(|_| Failure::Unreadable)?;
    let at = (web.source.now)();
    let turn = Turn { question, answer, tool: tool.to_owned(), request, whole: form.text("af") == "ja", at };
    let kept = conversation.keep(&web, &visitor, number, turn, model, wish.masks()).await?;
    let status = if kept.is_some() || web.chat_days == 0 { StatusCode::OK } else { StatusCode::CONFLICT };
    let answer = json!({"gesprek": kept.map(|chat| chat.id)});
    Ok((status, [(header::CONTENT_TYPE, "application/json")], answer.to_string()).into_response())
}

async fn rename(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Failure> {
    let title = form.line("naam", MAX_TITLE).filter(|title| !title.is_empty()).ok_or(Failure::Unreadable)?;
    let person = &visitor.person.id;
    if !web.store.rename_chat(person, &id, title, visitor.now).await? {
        return Err(Failure::NotFound);
    }
    record(&web, Event::ChatChanged, person, person).await?;
    Ok(go(&format!("/vraag/{id}?gelukt=naam")))
}

async fn erase(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    visitor: Visitor,
    _form: Form,
) -> Result<Response, Failure> {
    let person = &visitor.person.id;
    if !web.store.delete_chat(person, &id).await? {
        return Err(Failure::NotFound);
    }
    record(&web, Event::ChatErased, person, person).await?;
    Ok(go("/gesprekken?gelukt=gewist"))
}

/// Somebody says that they checked an answer before they use it: which request it was, and which of the four
/// questions they looked at. Nothing of the answer.
async fn checked(State(web): State<Arc<Web>>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    let request = form.text("verzoek");
    if !form.has("zelf") || !is_identifier(request) {
        return Err(Failure::Unreadable);
    }
    let chat = form.text("gesprek");
    if !chat.is_empty() {
        let conversation = Conversation::read(&web, &visitor, chat).await?;
        if !conversation.turns.iter().any(|turn| turn.request == request) {
            return Err(Failure::NotFound);
        }
    }
    let looked_at: Vec<u8> =
        (1..=QUESTIONS).filter(|number| form.all("gezien").any(|one| one == number.to_string())).collect();
    let mut entry = web.store.entry(Event::AnswerChecked);
    entry.principal.clone_from(&visitor.person.id);
    request.clone_into(&mut entry.request);
    entry.channel = "page".into();
    entry.rest.insert("looked_at".into(), looked_at.into());
    web.store.append(entry).await?;
    if form.has("script") {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(go(&if chat.is_empty() { "/vraag".into() } else { format!("/vraag/{chat}?gelukt=gecontroleerd") }))
}

/// Whether this is how the gateway writes the identifier of a request.
fn is_identifier(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
