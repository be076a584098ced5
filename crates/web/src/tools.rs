//! AI tools: which ones there are, what is known of them, who asks for one, and what the company decides.

mod answers;
mod assess;
mod decide;
mod facts;
mod list;
mod one;
mod questions;
mod request;
mod words;

use std::sync::Arc;

pub(crate) use list::host;

use axum::Router;
use axum::routing::{get, post};
use sluis_core::calendar;
use sluis_core::gate::in_force;
use sluis_core::intake::{ToolRecord, comparable};
use sluis_core::person::Role;
use sluis_core::policy::{Policy, Tool};
use sluis_ledger::Event;

use crate::Web;
use crate::error::Failure;
use crate::visitor::Visitor;

/// Who finds out about tools and stops them.
pub(crate) const OFFICERS: [Role; 3] = [Role::Management, Role::Admin, Role::PrivacyOfficer];

/// Who decides on tools.
const DECIDERS: [Role; 2] = [Role::Management, Role::Admin];

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/toepassingen", get(list::show))
        .route("/toepassingen.csv", get(list::download))
        .route("/toepassingen/aanvragen", get(request::show).post(request::send))
        .route("/toepassingen/{id}", get(one::show))
        .route("/toepassingen/{id}/beoordelen", get(assess::show).post(assess::save))
        .route("/toepassingen/{id}/besluiten", post(decide::decide))
        .route("/toepassingen/{id}/stoppen", post(decide::stop))
        .route("/toepassingen/{id}/starten", post(decide::start))
}

/// The tool of the settings that a record is about.
fn tool_of<'a>(node: &'a Policy, record: &ToolRecord) -> Option<&'a Tool> {
    let name = comparable(&record.name);
    node.tools.iter().find(|tool| comparable(&tool.name) == name)
}

/// Whether the visitor sees that there is such a record. A question that nobody has answered is between who asked and who
/// decides; what was decided, and what is said of a tool that is used here, is for everybody.
fn may_see(node: &Policy, visitor: &Visitor, record: &ToolRecord) -> bool {
    visitor.person.is(&OFFICERS)
        || record.request.by == visitor.person.id
        || record.decision().is_some()
        || tool_of(node, record).is_some()
}

/// The record of this identifier, if the visitor may see it.
async fn find(web: &Web, visitor: &Visitor, id: &str) -> Result<ToolRecord, Failure> {
    let record = web.store.tool(id).await?.ok_or(Failure::NotFound)?;
    if may_see(&web.node, visitor, &record) { Ok(record) } else { Err(Failure::NotFound) }
}

/// Records what happened to a tool, and who did it. Its name is only written down when it is one of the settings: any other is
/// what somebody typed.
async fn note(
    web: &Web,
    event: Event,
    record: &ToolRecord,
    visitor: &Visitor,
    outcome: &str,
) -> Result<(), Failure> {
    let versions = web.store.versions().await?;
    let mut entry = web.store.entry(event);
    entry.principal.clone_from(&visitor.person.id);
    outcome.clone_into(&mut entry.outcome);
    if let Some(policy) = in_force(&versions, calendar::day(visitor.now)) {
        entry.policy = policy.a4.sheet().version();
    }
    if let Some(tool) = tool_of(&web.node, record) {
        entry.tool.clone_from(&tool.name);
    }
    entry.rest.insert("record".into(), record.id.clone().into());
    web.store.append(entry).await?;
    Ok(())
}
