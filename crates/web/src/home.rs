//! The first page: what is open for you, and what you can do.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use sluis_core::intake::ToolRecord;
use sluis_core::person::Suspension;

use crate::Web;
use crate::error::Failure;
use crate::page::{Shown, respond};
use crate::policy::agreements::{Agreements, Position};
use crate::tools::OFFICERS;
use crate::visitor::Visitor;

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new().route("/", get(show))
}

/// Something to know or to do first.
pub(crate) enum Open {
    /// Access is shut: to this tool or to all, until this moment.
    Suspended(Option<String>, i64),
    /// The version that counts is to be signed.
    Sign,
    /// A version of this number comes on this day and can be signed.
    Coming(u32, Date),
    /// No version counts yet; the first one does on this day.
    Begins(Date),
    /// There is no policy at all.
    NoPolicy,
    /// The policy says: no chatbots.
    NoChatbots,
    /// A draft waits, for who writes the policy.
    Draft,
    /// This many people's questions for a tool wait, for who decides on them.
    Requests(usize),
    /// The tool of this record and name is to be looked at again since this day.
    Review(String, String, Date),
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shown: Shown,
    name: String,
    open: Vec<Open>,
    /// Whether there is a tool that the visitor can reach now.
    can_ask: bool,
}

async fn show(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Response, Failure> {
    let agreements = Agreements::read(&web, visitor.today).await?;
    let position = Position::read(&web, &visitor).await?;
    let policy = agreements.governed(&web.node);
    let open = waiting(&web, &agreements, &position, &visitor).await?;
    let page = HomePage {
        name: visitor.person.name.clone(),
        open,
        can_ask: policy.tools.iter().any(|tool| position.gate(&agreements, &visitor, tool).is_none()),
        shown: visitor.shown,
    };
    Ok(respond(StatusCode::OK, &page))
}

/// Everything that waits for the visitor, in the order in which it matters.
pub(crate) async fn waiting(
    web: &Web,
    agreements: &Agreements,
    position: &Position,
    visitor: &Visitor,
) -> Result<Vec<Open>, Failure> {
    let mut open = open(agreements, position, visitor);
    if visitor.shown.writes_policy() && web.store.draft().await?.is_some() {
        open.push(Open::Draft);
    }
    if visitor.shown.is(&OFFICERS) {
        open.extend(tools(&agreements.records, visitor.today));
    }
    Ok(open)
}

/// What officers have to do about tools.
fn tools(records: &[ToolRecord], today: Date) -> Vec<Open> {
    let due = records.iter().filter(|record| record.is_due(today));
    let review = |(record, review)| {
        let record: &ToolRecord = record;
        Open::Review(record.id.clone(), record.name.clone(), review)
    };
    let mut open: Vec<Open> =
        due.filter_map(|record| Some((record, record.decision()?.review))).map(review).collect();
    let waiting = records.iter().filter(|record| record.decision().is_none()).count();
    if waiting > 0 {
        open.push(Open::Requests(waiting));
    }
    open
}

fn open(agreements: &Agreements, position: &Position, visitor: &Visitor) -> Vec<Open> {
    let mut open = Vec::new();
    let holds = |one: &&Suspension| one.shuts(one.tool.as_deref().unwrap_or_default(), visitor.now);
    let suspended = position.suspended.iter().filter(holds);
    open.extend(suspended.map(|one| Open::Suspended(one.tool.clone(), one.until)));

    let coming = agreements.coming();
    match agreements.in_force() {
        Some(version) if position.signed(version).is_none() => open.push(Open::Sign),
        None => open.extend(coming.first().map(|version| Open::Begins(version.a4.effective))),
        Some(_) => {}
    }
    let unsigned = coming.iter().find(|version| position.signed(version).is_none());
    open.extend(unsigned.map(|version| Open::Coming(version.number, version.a4.effective)));
    if agreements.versions.is_empty() {
        open.push(Open::NoPolicy);
    }
    if agreements.in_force().is_some_and(|version| !version.a4.chatbots) {
        open.push(Open::NoChatbots);
    }
    open
}
