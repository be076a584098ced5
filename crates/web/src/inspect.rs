//! A text to look at: what Sluis finds in it, and a version that can go on. Nothing of it is kept.

mod inspection;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use sluis_core::policy::Tool;
use sluis_core::verdict::Language;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Shown, respond};
use crate::policy::agreements::Agreements;
use crate::policy::words;
use crate::visitor::Visitor;

pub(crate) use inspection::{Found, Ground, Inspection, Mark, Piece, heading};

/// The most characters of a text.
pub(crate) const MAX_TEXT: usize = 50_000;

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new().route("/controleer", get(show).post(handle))
}

/// Inspects a text on a thread of its own, as the model takes its time.
pub(crate) async fn look(
    web: &Arc<Web>,
    ground: Ground,
    text: String,
    language: Language,
) -> Result<Inspection, Failure> {
    let mut secret = [0; 32];
    (web.source.random)(&mut secret);
    let detector = Arc::clone(&web.detector);
    let work = move || inspection::inspect(&detector, &ground, &text, &secret, language);
    // Full cannot happen: a text of this length has fewer values than a conversation can hold.
    tokio::task::spawn_blocking(work).await.map_err(|_| Failure::Busy)?.map_err(|_| Failure::TooLarge)
}

/// The tools to choose from, as value and text.
pub(crate) fn options(tools: &[Tool], language: Language) -> Vec<(String, String)> {
    let option = |tool: &Tool| {
        let trust = words::trust(tool.trust, language).to_lowercase();
        (tool.name.clone(), format!("{} ({trust})", tool.name))
    };
    tools.iter().map(option).collect()
}

/// The text of a form, if it can be looked at.
pub(crate) fn text(form: &Form, field: &str, shown: &Shown) -> Result<String, Errors> {
    let text = form.raw(field).replace("\r\n", "\n");
    let errors = judge(&text, field, shown);
    if errors.any() { Err(errors) } else { Ok(text) }
}

/// What keeps a text from being looked at.
pub(crate) fn judge(text: &str, field: &str, shown: &Shown) -> Errors {
    let mut errors = Errors::default();
    if text.trim().is_empty() {
        errors.add(field, shown.say("Typ of plak eerst een tekst.", "First type or paste a text."));
    }
    let over = text.chars().count().saturating_sub(MAX_TEXT);
    if over > 0 {
        errors.add(
            field,
            match shown.language {
                Language::Nl => format!(
                    "Je tekst is {over} tekens te lang. Doe het in delen van hoogstens 50.000 tekens."
                ),
                Language::En => format!(
                    "Your text is {over} characters too long. Do it in parts of at most 50,000 characters."
                ),
            },
        );
    }
    errors
}

#[derive(Template)]
#[template(path = "inspect.html")]
struct InspectPage {
    shown: Shown,
    text: String,
    tools: Vec<(String, String)>,
    tool: String,
    seen: Option<Inspection>,
}

async fn show(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Response, Failure> {
    let agreements = Agreements::read(&web, visitor.today).await?;
    let policy = agreements.governed(&web.node);
    let page = InspectPage {
        text: String::new(),
        tools: options(&policy.tools, visitor.shown.language),
        tool: policy.tools.first().map(|tool| tool.name.clone()).unwrap_or_default(),
        seen: None,
        shown: visitor.shown,
    };
    Ok(respond(StatusCode::OK, &page))
}

async fn handle(State(web): State<Arc<Web>>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    let shown = visitor.shown;
    let agreements = Agreements::read(&web, visitor.today).await?;
    let ground = agreements.ground(&web.node, Some(form.text("toepassing")));
    let mut page = InspectPage {
        text: form.raw("tekst").to_owned(),
        tools: options(&ground.policy.tools, shown.language),
        tool: form.text("toepassing").to_owned(),
        seen: None,
        shown,
    };
    match text(&form, "tekst", &page.shown) {
        Ok(text) => page.seen = Some(look(&web, ground, text, page.shown.language).await?),
        Err(errors) => {
            page.shown = page.shown.with_errors(errors);
            return Ok(respond(StatusCode::UNPROCESSABLE_ENTITY, &page));
        }
    }
    Ok(respond(StatusCode::OK, &page))
}
