//! Who the key is of, and what is asked of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sluis_core::calendar;
use sluis_core::person::{Relation, Role};
use sluis_core::verdict::Language;
use sluis_ledger::hex;
use utoipa::ToSchema;

use super::access::SuspendedAccess;
use super::body::Json;
use super::policy::Signature;
use super::problem::Problem;
use super::schema::{self, moment};
use crate::Web;
use crate::home::{Open, waiting};
use crate::policy::agreements::{Agreements, Position};
use crate::visitor::Visitor;

/// You.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Your pseudonym in the evidence.
    id: String,
    name: String,
    email: String,
    department: String,
    /// How you work here.
    #[schema(schema_with = schema::relation)]
    relation: Relation,
    /// The language of your pages.
    #[schema(schema_with = schema::language)]
    language: Language,
    #[schema(schema_with = schema::roles)]
    roles: BTreeSet<Role>,
    /// Since when you are in Sluis.
    #[schema(format = DateTime)]
    created_at: String,
    /// What you signed.
    signatures: Vec<Signature>,
    /// When your access was shut, and why; the newest first.
    suspensions: Vec<SuspendedAccess>,
    /// What to know or to do first, in the order in which it matters.
    asked: Vec<Asked>,
}

/// Something to know or to do first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Asked {
    /// Access is shut: to this tool or, without one, to all.
    AccessSuspended {
        tool: Option<String>,
        #[schema(format = DateTime)]
        until: String,
    },
    /// The version that counts is to be signed.
    Sign { number: u32, hash: String },
    /// A version comes and can be signed.
    SignComing {
        number: u32,
        hash: String,
        #[schema(format = Date)]
        effective: String,
    },
    /// No version counts yet; the first one does on this day.
    PolicyBegins {
        #[schema(format = Date)]
        effective: String,
    },
    /// There is no policy at all.
    NoPolicy,
    /// The policy says: no chatbots.
    NoChatbots,
    /// A draft waits, for who writes the policy.
    Draft,
    /// So many questions for a tool wait, for who decides on them.
    ToolRequests { count: usize },
    /// What is known of this tool is to be looked at again since this day.
    ToolReview {
        id: String,
        name: String,
        #[schema(format = Date)]
        since: String,
    },
}

impl Asked {
    fn new(open: Open, agreements: &Agreements) -> Self {
        let hash = |number| agreements.version(number).map(|(one, _)| hex(&one.hash)).unwrap_or_default();
        match open {
            Open::Suspended(tool, until) => Self::AccessSuspended { tool, until: moment(until) },
            Open::Sign => {
                let number = agreements.in_force().map_or(0, |one| one.number);
                Self::Sign { number, hash: hash(number) }
            }
            Open::Coming(number, day) => {
                Self::SignComing { number, hash: hash(number), effective: day.to_string() }
            }
            Open::Begins(day) => Self::PolicyBegins { effective: day.to_string() },
            Open::NoPolicy => Self::NoPolicy,
            Open::NoChatbots => Self::NoChatbots,
            Open::Draft => Self::Draft,
            Open::Requests(count) => Self::ToolRequests { count },
            Open::Review(id, name, since) => Self::ToolReview { id, name, since: since.to_string() },
        }
    }
}

/// Who you are here, and what is asked of you.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    tag = "me",
    responses((status = 200, description = "You", body = Me))
)]
pub(super) async fn me(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Me>, Problem> {
    let agreements = Agreements::read(&web, visitor.today).await?;
    let position = Position::read(&web, &visitor).await?;
    let asked = waiting(&web, &agreements, &position, &visitor).await?;
    let person = &visitor.person;
    let signature = |one: &sluis_core::person::Acknowledgement| Signature {
        number: one.policy,
        hash: hex(&one.hash),
        signed_at: moment(one.at),
    };
    Ok(Json(Me {
        id: person.id.clone(),
        name: person.name.clone(),
        email: person.email.clone(),
        department: person.department.clone(),
        relation: person.relation,
        language: person.language,
        roles: person.roles.clone(),
        created_at: moment(person.created_at),
        signatures: position.acknowledged.iter().map(signature).collect(),
        suspensions: position.suspended.iter().map(|one| SuspendedAccess::new(one, visitor.now)).collect(),
        asked: asked.into_iter().map(|one| Asked::new(one, &agreements)).collect(),
    }))
}

/// The day of a moment, as the API writes days.
pub(super) fn day(at: i64) -> String {
    calendar::day(at).to_string()
}
