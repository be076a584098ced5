//! Inviting somebody: a person, and a link with which they choose their password. The link is shown once; nothing is
//! mailed.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use sluis_core::person::{Person, Relation, Role};
use sluis_core::verdict::Language;
use sluis_ledger::{Event, sha256};
use sluis_store::{Credentials, Purpose, StoreError, Ticket};

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::oidc::may_use_password;
use crate::page::{Shown, respond};
use crate::people::KEEPERS;
use crate::people::details::{Details, Offered};
use crate::visitor::{self, SECOND, Visitor};

/// Days that a link works.
const DAYS: i64 = 7;

#[derive(Template)]
#[template(path = "invite.html")]
struct Invite {
    shown: Shown,
    offered: Vec<Offered>,
    relations: Vec<(&'static str, &'static str)>,
    languages: [(&'static str, &'static str); 2],
    details: Details,
}

#[derive(Template)]
#[template(path = "link.html")]
struct Link {
    shown: Shown,
    person: Person,
    address: String,
    /// When the link stops working; none for the page to sign in on, which everybody may know.
    until: Option<i64>,
    is_new: bool,
}

/// The languages of pages, by their own names.
pub(crate) const LANGUAGES: [(&str, &str); 2] = [("nl", "Nederlands"), ("en", "English")];

pub(crate) async fn show(visitor: Visitor) -> Result<Response, Failure> {
    visitor.officer(&KEEPERS)?;
    let details = Details::new(&visitor.shown);
    Ok(page(StatusCode::OK, visitor.shown, details))
}

fn page(status: StatusCode, shown: Shown, details: Details) -> Response {
    let (offered, relations) = (details.offered(shown.language), Details::relations(shown.language));
    respond(status, &Invite { shown, offered, relations, languages: LANGUAGES, details })
}

/// Adds somebody with these details. The inner `Err` is what is wrong with them.
pub(crate) async fn add(
    web: &Web,
    visitor: &Visitor,
    details: &Details,
) -> Result<Result<Person, Errors>, Failure> {
    visitor.officer(&KEEPERS)?;
    let mut errors = details.problems(&visitor.shown);
    if errors.any() {
        return Ok(Err(errors));
    }
    let mut person = Person {
        id: visitor::identifier(web),
        name: String::new(),
        email: String::new(),
        roles: BTreeSet::new(),
        relation: Relation::default(),
        department: String::new(),
        language: Language::default(),
        created_at: visitor.now,
        left_at: None,
    };
    details.fill(&mut person);
    match web.store.insert_person(&person).await {
        Ok(()) => {
            visitor::record(web, Event::PersonAdded, &person.id, &visitor.person.id).await?;
            Ok(Ok(person))
        }
        Err(StoreError::Duplicate) => {
            errors.add("email", known(&visitor.shown));
            Ok(Err(errors))
        }
        Err(other) => Err(other.into()),
    }
}

/// Somebody new.
pub(crate) async fn invite(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Failure> {
    visitor.officer(&KEEPERS)?;
    let details = Details::read(&form, &BTreeSet::from([Role::Employee]), &visitor.shown);
    match add(&web, &visitor, &details).await? {
        Ok(person) => give_link(&web, &visitor, &headers, person, true).await,
        Err(errors) => Ok(page(StatusCode::UNPROCESSABLE_ENTITY, visitor.shown.with_errors(errors), details)),
    }
}

/// The address is somebody else's.
pub(crate) fn known(shown: &Shown) -> String {
    let text = shown.say(
        "Er is al iemand met dit e-mailadres. Kies een ander, of zoek die persoon op in de lijst.",
        "There is somebody with this e-mail address already. Choose another, or find them in the list.",
    );
    text.to_owned()
}

/// Whether the visitor may give this person a new link. Who has it can become that person, with all their roles.
pub(crate) fn may_renew(visitor: &Visitor, person: &Person) -> bool {
    let is_plain = person.roles.iter().all(|role| *role == Role::Employee);
    person.works_here(visitor.now)
        && (visitor.person.is(&[Role::Admin]) || is_plain && visitor.person.is(&KEEPERS))
}

/// A new link for somebody who lost their password, or with it their telephone.
pub(crate) async fn renew(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    visitor.officer(&KEEPERS)?;
    let person = web.store.person(&id).await?.ok_or(Failure::NotFound)?;
    if !may_renew(&visitor, &person) {
        return Err(Failure::Forbidden);
    }
    if form.has("zonder_code")
        && let Some(credentials) = web.store.credentials(&person.id).await?
    {
        let password = credentials.password.clone();
        web.store.set_credentials(&person.id, &Credentials { password, totp: None }).await?;
    }
    visitor::record(&web, Event::PersonChanged, &person.id, &visitor.person.id).await?;
    give_link(&web, &visitor, &headers, person, false).await
}

/// A new link for this person, and the moment until which it works; without one it leads to where they sign in.
pub(crate) async fn ticket(
    web: &Web,
    visitor: &Visitor,
    headers: &HeaderMap,
    person: &Person,
) -> Result<(String, Option<i64>), Failure> {
    // Where nobody has a password there is none to choose.
    if !may_use_password(web, &person.id, visitor.now).await? {
        return Ok((link(web, headers, "/aanmelden"), None));
    }
    let code = visitor::secret(web);
    let until = visitor.now + DAYS * 86_400 * SECOND;
    web.store
        .insert_ticket(&Ticket {
            hash: sha256(code.as_bytes()),
            purpose: Purpose::Invite,
            person: Some(person.id.clone()),
            expires_at: until,
        })
        .await?;
    Ok((link(web, headers, &format!("/uitnodiging/{code}")), Some(until)))
}

async fn give_link(
    web: &Web,
    visitor: &Visitor,
    headers: &HeaderMap,
    person: Person,
    is_new: bool,
) -> Result<Response, Failure> {
    let (address, until) = ticket(web, visitor, headers, &person).await?;
    Ok(respond(StatusCode::OK, &Link { shown: visitor.shown.clone(), person, address, until, is_new }))
}

/// The whole address of a page of this site, as the visitor reaches it.
pub(crate) fn link(web: &Web, headers: &HeaderMap, path: &str) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_host = |host: &str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b));
    if host.is_empty() || !is_host(host) {
        return path.to_owned();
    }
    format!("{}://{host}{path}", if web.secure { "https" } else { "http" })
}
