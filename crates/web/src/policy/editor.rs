//! Writing the policy: fields, rules, the table, and a sentence to try it on.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use sluis_core::a4::{A4, Country, Sheet};
use sluis_core::person::Role;
use sluis_core::policy::{Policy, Trust};
use sluis_core::verdict::Language;
use sluis_store::Draft;

use super::agreements::Agreements;
use super::difference::{Change, differences};
use super::filled::Filled;
use super::grid::{Ban, Line, TableRow, bans, levels, lines, table};
use super::problems;
use super::trial::Trial;
use super::words;
use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Shown, go, respond};
use crate::visitor::Visitor;

/// Who writes and publishes the policy.
pub(crate) const WRITERS: [Role; 2] = [Role::Management, Role::Admin];

pub(super) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/beleid/bewerken", get(show).post(handle))
        .route("/beleid/bewerken/weggooien", post(throw_away))
}

/// A tool to approve.
struct Choice {
    name: String,
    trust: &'static str,
    is_chosen: bool,
    /// Whether the installation knows it, and somebody judged it.
    can_be_approved: bool,
}

/// The version of somebody else who was quicker.
struct Theirs {
    /// Who, if they are still known.
    by: Option<String>,
    at: i64,
    /// Whether theirs was published.
    is_published: bool,
    /// From theirs to what stands in the form.
    changes: Vec<Change>,
    sheet: Sheet,
}

#[derive(Template)]
#[template(path = "policy/editor.html")]
struct EditorPage {
    shown: Shown,
    /// The draft that the form began with.
    revision: Option<i64>,
    /// Who saved that draft, and when.
    saved: Option<(String, i64)>,
    filled: Filled,
    /// Value and text.
    countries: [(&'static str, &'static str); 2],
    tools: Vec<Choice>,
    lines: Vec<Line>,
    bans: Vec<Ban>,
    levels: Vec<&'static str>,
    table: Vec<TableRow>,
    /// The text that comes of it, if it can be made.
    preview: Option<Sheet>,
    /// What is still to be done before it can be published, when that is no mistake yet.
    todo: Errors,
    trial: Trial,
    theirs: Option<Theirs>,
}

impl EditorPage {
    fn new(node: &Policy, visitor: &Visitor, filled: Filled, revision: Option<i64>) -> Self {
        let language = visitor.shown.language;
        let tool = filled.tools.first().cloned().unwrap_or_default();
        Self {
            countries: [("nl", Country::Nl), ("be", Country::Be)]
                .map(|(value, country)| (value, words::country(country, language))),
            tools: choices(node, &filled, language),
            lines: lines(&filled, language),
            bans: bans(&filled, language),
            levels: levels(language),
            table: table(&filled, node, language),
            preview: filled.a4().ok().map(|a4| a4.sheet()),
            shown: visitor.shown.clone(),
            revision,
            saved: None,
            todo: Errors::default(),
            trial: Trial { tool, ..Trial::default() },
            theirs: None,
            filled,
        }
    }

    fn answer(self, status: StatusCode) -> Response {
        respond(status, &self)
    }

    fn with_errors(mut self, errors: Errors) -> Self {
        self.shown = self.shown.with_errors(errors);
        self
    }
}

/// The tools of the installation, and those that were approved and are gone.
fn choices(node: &Policy, filled: &Filled, language: Language) -> Vec<Choice> {
    let known = node.tools.iter().map(|tool| (tool.name.clone(), tool.trust));
    let gone = filled.tools.iter().filter(|name| node.tool(name).is_none());
    known
        .chain(gone.map(|name| (name.clone(), Trust::Unknown)))
        .map(|(name, trust)| Choice {
            is_chosen: filled.tools.contains(&name),
            can_be_approved: trust != Trust::Unknown,
            trust: words::trust(trust, language),
            name,
        })
        .collect()
}

/// The policy to begin with: the draft, or the newest version, or the rules to start with.
async fn begin(
    web: &Web,
    visitor: &Visitor,
    agreements: &Agreements,
) -> Result<(A4, Option<Draft>), Failure> {
    if let Some(draft) = web.store.draft().await? {
        return Ok((draft.a4.clone(), Some(draft)));
    }
    let a4 = agreements.newest().map_or_else(
        || A4::start(visitor.shown.language, Country::default(), visitor.today),
        |version| version.a4.clone(),
    );
    Ok((a4, None))
}

/// What keeps it from being published: its own problems or, when there are none, its length.
pub(crate) async fn check(web: &Web, node: &Policy, a4: &A4, language: Language) -> Result<Errors, Failure> {
    let mut errors = problems::said(&a4.problems(&node.tools), language);
    if !errors.any()
        && let Err(over) = super::print(web, a4.sheet()).await?
    {
        let (field, message) = problems::too_long(over, language);
        errors.add(field, message);
    }
    Ok(errors)
}

async fn show(
    State(web): State<Arc<Web>>,
    mut visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    visitor.officer(&WRITERS)?;
    let language = visitor.shown.language;
    if query.as_deref() == Some("bewaard") {
        visitor.shown.notice =
            Some(visitor.shown.say("Je concept is bewaard.", "Your draft is saved.").to_owned());
    }
    let agreements = Agreements::read(&web, visitor.today).await?;
    let node = agreements.judged(&web.node);
    let (a4, draft) = begin(&web, &visitor, &agreements).await?;
    let revision = draft.as_ref().map(|draft| draft.revision);
    let mut page = EditorPage::new(&node, &visitor, Filled::from(&a4), revision);
    if let Some(draft) = draft {
        let name = web.store.person(&draft.by).await?.map(|person| person.name);
        page.saved = Some((name.unwrap_or_default(), draft.at));
        page.todo = check(&web, &node, &a4, language).await?;
    }
    Ok(page.answer(StatusCode::OK))
}

async fn handle(State(web): State<Arc<Web>>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    visitor.officer(&WRITERS)?;
    let language = visitor.shown.language;
    let (filled, revision) = (Filled::read(&form), form.read("revisie"));
    let node = Agreements::read(&web, visitor.today).await?.judged(&web.node);
    let mut page = EditorPage::new(&node, &visitor, filled, revision);
    let trial = Trial::read(&form);
    let a4 = match page.filled.a4() {
        Ok(a4) => a4,
        Err(errors) => {
            page.trial = trial;
            return Ok(page.with_errors(errors).answer(StatusCode::UNPROCESSABLE_ENTITY));
        }
    };
    match form.text("doe") {
        "proef" => {
            let (trial, errors) = trial.run(&web, &node, &a4, language).await?;
            page.trial = trial;
            let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            return Ok(page.with_errors(errors).answer(status));
        }
        "voorbeeld" => {
            page.todo = check(&web, &node, &a4, language).await?;
            page.trial = trial;
            return Ok(page.answer(StatusCode::OK));
        }
        _ => {}
    }
    page.trial = trial;
    let saved = web.store.save_draft(&a4, revision, &visitor.person.id, visitor.now).await?;
    let Some(revision) = saved else { return conflict(&web, &visitor, page, &a4).await };
    if form.text("doe") != "publiceer" {
        return Ok(go("/beleid/bewerken?bewaard"));
    }
    let errors = check(&web, &node, &a4, language).await?;
    if errors.any() {
        page.revision = Some(revision);
        return Ok(page.with_errors(errors).answer(StatusCode::UNPROCESSABLE_ENTITY));
    }
    Ok(go("/beleid/bewerken/publiceren"))
}

/// Somebody was quicker. Nothing is saved and nothing is lost: the form keeps what was typed, theirs stands beside it, and
/// who saves again has seen it.
async fn conflict(
    web: &Web,
    visitor: &Visitor,
    mut page: EditorPage,
    mine: &A4,
) -> Result<Response, Failure> {
    let language = visitor.shown.language;
    let agreements = Agreements::read(web, visitor.today).await?;
    let draft = web.store.draft().await?;
    page.revision = draft.as_ref().map(|draft| draft.revision);
    let theirs = match (draft, agreements.newest()) {
        (Some(draft), _) => Some((draft.a4, draft.by, draft.at, false)),
        (None, Some(version)) => Some((version.a4.clone(), version.by.clone(), version.at, true)),
        (None, None) => None,
    };
    if let Some((a4, by, at, is_published)) = theirs {
        page.theirs = Some(Theirs {
            by: web.store.person(&by).await?.map(|person| person.name),
            at,
            is_published,
            changes: differences(&a4, mine, language),
            sheet: a4.sheet(),
        });
    }
    let mut errors = Errors::default();
    errors.add(
        "intussen",
        visitor.shown.say(
            "Iemand anders heeft het beleid intussen veranderd. Jouw tekst is nog niet bewaard.",
            "Somebody else changed the policy meanwhile. Your text is not saved yet.",
        ),
    );
    Ok(page.with_errors(errors).answer(StatusCode::CONFLICT))
}

async fn throw_away(State(web): State<Arc<Web>>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    visitor.officer(&WRITERS)?;
    let revision = form.read("revisie").ok_or(Failure::Unreadable)?;
    let is_gone = web.store.drop_draft(revision).await?;
    // A newer draft of somebody else stays; the editor shows it.
    Ok(go(if is_gone { "/beleid" } else { "/beleid/bewerken" }))
}
