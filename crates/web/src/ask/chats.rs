//! All conversations of whoever looks: a list, a search, everything in one file, and erasing all of it.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use sluis_ledger::Event;
use sluis_store::{Chat, Turn};

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Done, Shown, go, respond};
use crate::visitor::{Visitor, record};

/// The most characters to search for.
const MAX_SOUGHT: usize = 100;

/// The most bytes of turns that a search or a file goes through.
const MAX_BYTES: usize = 64 << 20;

#[derive(Template)]
#[template(path = "chats.html")]
struct ChatsPage {
    shown: Shown,
    chats: Vec<Chat>,
    /// What was searched for.
    sought: String,
    /// How many there are in all.
    all: usize,
    days: u32,
}

pub(super) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/gesprekken", get(show).post(search))
        .route("/gesprekken/wis", post(erase))
        .route("/gesprekken.json", get(export))
}

async fn show(
    State(web): State<Arc<Web>>,
    Query(done): Query<Done>,
    mut visitor: Visitor,
) -> Result<Response, Failure> {
    let notice = match done.gelukt.as_str() {
        "gewist" => Some(visitor.shown.say("Het gesprek is gewist.", "The conversation is erased.")),
        "alles-gewist" => {
            Some(visitor.shown.say("Al je gesprekken zijn gewist.", "All your conversations are erased."))
        }
        _ => None,
    };
    visitor.shown.notice = notice.map(str::to_owned);
    page(&web, visitor, "", Errors::default()).await
}

async fn page(web: &Web, visitor: Visitor, sought: &str, errors: Errors) -> Result<Response, Failure> {
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let all = web.store.chats_of(&visitor.person.id, visitor.now).await?;
    let count = all.len();
    let chats = if sought.is_empty() { all } else { find(web, &visitor, all, sought).await? };
    let page = ChatsPage {
        chats,
        sought: sought.to_owned(),
        all: count,
        days: web.chat_days,
        shown: visitor.shown.with_errors(errors),
    };
    Ok(respond(status, &page))
}

/// What is sought goes in the body of a request, as addresses end up in logs and histories.
async fn search(State(web): State<Arc<Web>>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    let Some(sought) = form.line("zoek", MAX_SOUGHT) else {
        let mut errors = Errors::default();
        let message =
            visitor.shown.say("Zoek met hoogstens 100 tekens.", "Search with at most 100 characters.");
        errors.add("zoek", message);
        return page(&web, visitor, "", errors).await;
    };
    page(&web, visitor, sought, Errors::default()).await
}

/// The conversations that have this in their title, a question or an answer.
async fn find(web: &Web, visitor: &Visitor, all: Vec<Chat>, sought: &str) -> Result<Vec<Chat>, Failure> {
    let sought = sought.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&sought);
    let (mut found, mut bytes) = (Vec::new(), 0);
    for chat in all {
        let mut is_it = has(&chat.title);
        if !is_it && bytes < MAX_BYTES {
            let turns = web.store.turns(&visitor.person.id, &chat.id).await?;
            bytes += turns.iter().map(size).sum::<usize>();
            is_it = turns.iter().any(|turn| has(&turn.question) || has(&turn.answer));
        }
        if is_it {
            found.push(chat);
        }
    }
    Ok(found)
}

fn size(turn: &Turn) -> usize {
    turn.question.len() + turn.answer.len()
}

/// All conversations in one file, for their owner.
async fn export(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Response, Failure> {
    let person = &visitor.person.id;
    let (mut chats, mut bytes, mut complete) = (Vec::new(), 0, true);
    for chat in web.store.chats_of(person, visitor.now).await? {
        if bytes >= MAX_BYTES {
            complete = false;
            break;
        }
        let turns = web.store.turns(person, &chat.id).await?;
        bytes += turns.iter().map(size).sum::<usize>();
        let turns: Vec<Value> = turns.iter().map(written).collect();
        chats.push(json!({
            "title": chat.title,
            "model": chat.model,
            "created_at": chat.created_at,
            "changed_at": chat.changed_at,
            "expires_at": chat.expires_at,
            "turns": turns,
        }));
    }
    let file = json!({"complete": complete, "chats": chats});
    let text = serde_json::to_string_pretty(&file).map_err(|_| Failure::Store)?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"gesprekken.json\""),
    ];
    Ok((headers, text).into_response())
}

fn written(turn: &Turn) -> Value {
    json!({
        "question": turn.question,
        "answer": turn.answer,
        "tool": turn.tool,
        "whole": turn.whole,
        "at": turn.at,
    })
}

async fn erase(State(web): State<Arc<Web>>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    if !form.has("zeker") {
        let mut errors = Errors::default();
        let message = visitor.shown.say(
            "Zet een vinkje als je al je gesprekken wilt wissen.",
            "Tick the box if you want to erase all your conversations.",
        );
        errors.add("zeker", message);
        return page(&web, visitor, "", errors).await;
    }
    let person = &visitor.person.id;
    web.store.delete_chats(person).await?;
    record(&web, Event::ChatErased, person, person).await?;
    Ok(go("/gesprekken?gelukt=alles-gewist"))
}
