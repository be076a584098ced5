//! The people of the organisation, for who keeps the list.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};
use sluis_core::person::{Person, Relation, Role};
use sluis_core::verdict::Language;
use sluis_ledger::hex;
use utoipa::ToSchema;

use super::access::SuspendedAccess;
use super::body::{Fields, Json};
use super::me::day;
use super::policy::Signature;
use super::problem::{Problem, Told};
use super::schema::{self, moment};
use crate::Web;
use crate::page::lang;
use crate::people::details::{Details, gives_roles};
use crate::people::invite::{add, ticket};
use crate::people::one::keep;
use crate::people::{KEEPERS, Order, lines};
use crate::visitor::Visitor;

/// Somebody who works for the organisation, or did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Member {
    /// Their pseudonym in the evidence.
    id: String,
    name: String,
    email: String,
    department: String,
    /// How they work here.
    #[schema(schema_with = schema::relation)]
    relation: Relation,
    /// The language of their pages.
    #[schema(schema_with = schema::language)]
    language: Language,
    #[schema(schema_with = schema::roles)]
    roles: BTreeSet<Role>,
    #[schema(format = DateTime)]
    created_at: String,
    /// The first day they do not work here any more.
    #[schema(format = Date)]
    left_on: Option<String>,
    /// Whether they work here now.
    works_here: bool,
}

/// Somebody in the list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedMember {
    #[serde(flatten)]
    member: Member,
    /// Whether they signed the version in force.
    signed: bool,
}

/// All people.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Members {
    /// By name.
    people: Vec<ListedMember>,
}

/// Everything about somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WholeMember {
    #[serde(flatten)]
    member: Member,
    /// What they signed.
    signatures: Vec<Signature>,
    /// When their access was shut, and why; the newest first.
    suspensions: Vec<SuspendedAccess>,
}

/// Somebody new.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMember {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Address of mail; nobody else here has it.
    #[schema(max_length = 200)]
    email: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    department: String,
    #[serde(default)]
    #[schema(schema_with = schema::relation, required = false)]
    relation: Relation,
    #[serde(default)]
    #[schema(schema_with = schema::language, required = false)]
    language: Language,
    /// Besides `employee`, which everybody has. Only administrators give roles.
    #[serde(default)]
    #[schema(schema_with = schema::roles, required = false)]
    roles: BTreeSet<Role>,
}

/// Somebody new, and the link with which they choose a password.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Invited {
    person: Member,
    invitation: Invitation,
}

/// A link that works once. Whoever has it can sign in as this person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Invitation {
    url: String,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// What to change of somebody. A field that is not there stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberChange {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100)]
    name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, max_length = 200)]
    email: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, max_length = 100)]
    department: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(schema_with = schema::relation, required = false)]
    relation: Option<Relation>,
    #[serde(default, deserialize_with = "present")]
    #[schema(schema_with = schema::language, required = false)]
    language: Option<Language>,
    /// All roles, besides `employee`. Only administrators change them.
    #[serde(default, deserialize_with = "present")]
    #[schema(schema_with = schema::roles, required = false)]
    roles: Option<BTreeSet<Role>>,
    /// The first day they do not work here any more; `null` takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = Date)]
    #[expect(clippy::option_option, reason = "taking the day away is something else than leaving it")]
    left_on: Option<Option<Date>>,
}

/// Tells `null` from a field that is not there.
#[expect(clippy::option_option, reason = "taking the day away is something else than leaving it")]
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Date>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A field that is there is not `null`.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl Member {
    fn new(person: &Person, now: i64) -> Self {
        Self {
            id: person.id.clone(),
            name: person.name.clone(),
            email: person.email.clone(),
            department: person.department.clone(),
            relation: person.relation,
            language: person.language,
            roles: person.roles.clone(),
            created_at: moment(person.created_at),
            left_on: person.left_at.map(day),
            works_here: person.works_here(now),
        }
    }
}

/// These roles, and the one that everybody has.
fn all_roles(roles: BTreeSet<Role>) -> BTreeSet<Role> {
    roles.into_iter().chain([Role::Employee]).collect()
}

/// All people.
#[utoipa::path(
    get,
    path = "/api/v1/people",
    tag = "people",
    responses((status = 200, description = "By name", body = Members))
)]
pub(super) async fn people(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Members>, Problem> {
    let (lines, _) = lines(&web, &visitor, &Order::default()).await?;
    let listed = lines
        .iter()
        .map(|line| ListedMember { member: Member::new(&line.person, visitor.now), signed: line.signed });
    Ok(Json(Members { people: listed.collect() }))
}

/// Add somebody. The link in the answer is shown once; nothing is mailed.
#[utoipa::path(
    post,
    path = "/api/v1/people",
    tag = "people",
    request_body = NewMember,
    responses((status = 201, description = "Added", body = Invited))
)]
pub(super) async fn add_person(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
    Fields(fields): Fields<NewMember>,
) -> Result<(StatusCode, Json<Invited>), Problem> {
    visitor.officer(&KEEPERS)?;
    let roles = all_roles(fields.roles);
    let gives_roles = gives_roles(&visitor.shown);
    if !gives_roles && roles.len() > 1 {
        return Err(Problem::Forbidden);
    }
    let details = Details {
        name: fields.name.trim().to_owned(),
        email: fields.email.trim().to_owned(),
        department: fields.department.trim().to_owned(),
        relation: fields.relation.name(),
        language: lang(fields.language),
        left: String::new(),
        roles,
        gives_roles,
    };
    let person = add(&web, &visitor, &details).await??;
    let (url, until) = ticket(&web, &visitor, &headers, &person).await?;
    let invitation = Invitation { url, expires_at: until.map(moment) };
    Ok((StatusCode::CREATED, Json(Invited { person: Member::new(&person, visitor.now), invitation })))
}

/// Everything about somebody.
#[utoipa::path(
    get,
    path = "/api/v1/people/{id}",
    tag = "people",
    params(("id" = String, Path, description = "Identifier of the person")),
    responses(
        (status = 200, description = "The person", body = WholeMember),
        (status = 404, description = "There is no such person", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn person(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<WholeMember>, Problem> {
    visitor.officer(&KEEPERS)?;
    let person = web.store.person(&id).await?.ok_or(Problem::NotFound)?;
    let signed = web.store.acknowledgements_of(&id).await?;
    let shut = web.store.suspensions_of(&id).await?;
    Ok(Json(WholeMember {
        member: Member::new(&person, visitor.now),
        signatures: signed
            .iter()
            .map(|one| Signature { number: one.policy, hash: hex(&one.hash), signed_at: moment(one.at) })
            .collect(),
        suspensions: shut.iter().map(|one| SuspendedAccess::new(one, visitor.now)).collect(),
    }))
}

/// Change what is kept of somebody.
#[utoipa::path(
    patch,
    path = "/api/v1/people/{id}",
    tag = "people",
    params(("id" = String, Path, description = "Identifier of the person")),
    request_body = MemberChange,
    responses(
        (status = 200, description = "Changed", body = Member),
        (status = 404, description = "There is no such person", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn change_person(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Fields(fields): Fields<MemberChange>,
) -> Result<Json<Member>, Problem> {
    visitor.officer(&KEEPERS)?;
    let before = web.store.person(&id).await?.ok_or(Problem::NotFound)?;
    let mut details = Details::of(&before, &visitor.shown);
    let line = |text: String| text.trim().to_owned();
    if let Some(name) = fields.name.map(line) {
        details.name = name;
    }
    if let Some(email) = fields.email.map(line) {
        details.email = email;
    }
    if let Some(department) = fields.department.map(line) {
        details.department = department;
    }
    if let Some(relation) = fields.relation {
        details.relation = relation.name();
    }
    if let Some(language) = fields.language {
        details.language = lang(language);
    }
    if let Some(day) = fields.left_on {
        details.left = day.map(|day| day.to_string()).unwrap_or_default();
    }
    if let Some(roles) = fields.roles.map(all_roles) {
        if !details.gives_roles && roles != before.roles {
            return Err(Problem::Forbidden);
        }
        details.roles = roles;
    }
    let person = keep(&web, &visitor, &before, &details).await??;
    Ok(Json(Member::new(&person, visitor.now)))
}
