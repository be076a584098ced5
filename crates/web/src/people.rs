//! The people of the organisation: the list, and from there everything about one of them.

pub(crate) mod access;
pub(crate) mod details;
pub(crate) mod invite;
pub(crate) mod measures;
pub(crate) mod one;
mod sheet;
pub(crate) mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use sluis_core::gate::in_force;
use sluis_core::person::{Person, Role};

use crate::Web;
use crate::error::Failure;
use crate::page::{Shown, respond};
use crate::visitor::Visitor;

/// Who keeps the list.
pub(crate) const KEEPERS: [Role; 2] = [Role::Admin, Role::Hr];

/// One line of the list.
pub(crate) struct Line {
    pub(crate) person: Person,
    pub(crate) roles: String,
    pub(crate) relation: &'static str,
    /// Whether they signed the version in force.
    pub(crate) signed: bool,
    pub(crate) works_here: bool,
}

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    shown: Shown,
    lines: Vec<Line>,
    columns: Vec<Column>,
    query: String,
    has_policy: bool,
    signed: usize,
    here: usize,
}

/// The heading of a column that sorts.
struct Column {
    label: String,
    /// Where a click leads.
    address: String,
    /// The value of `aria-sort`, for the column that the list is sorted by.
    sorted: Option<&'static str>,
}

/// How the list is sorted, as the address says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Order {
    sorteer: String,
    richting: String,
}

impl Order {
    /// The column, by its name in the address.
    fn by(&self) -> &str {
        if COLUMNS.iter().any(|(name, ..)| *name == self.sorteer) { &self.sorteer } else { "naam" }
    }

    fn is_down(&self) -> bool {
        self.richting == "af"
    }

    fn address(by: &str, down: bool) -> String {
        format!("?sorteer={by}&richting={}", if down { "af" } else { "op" })
    }
}

const COLUMNS: [(&str, &str, &str); 7] = [
    ("naam", "Naam", "Name"),
    ("email", "E-mailadres", "E-mail address"),
    ("afdeling", "Afdeling", "Department"),
    ("relatie", "Werkt hier als", "Works here as"),
    ("rollen", "Rollen", "Roles"),
    ("getekend", "Beleid getekend", "Policy signed"),
    ("stand", "Stand", "State"),
];

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/mensen", get(show))
        .route("/mensen.csv", get(download))
        .route("/mensen/uitnodigen", get(invite::show).post(invite::invite))
        .route("/mensen/{id}", get(one::show).post(one::change))
        .route("/mensen/{id}/link", post(invite::renew))
        .route("/mensen/{id}/losmaken", post(one::unlink))
        .route("/mensen/{id}/sluiten", post(access::suspend))
        .route("/mensen/{id}/openen", post(access::lift))
        .route("/mensen/{id}/maatregel", post(measures::note))
}

async fn show(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Query(order): Query<Order>,
) -> Result<Response, Failure> {
    let (lines, has_policy) = lines(&web, &visitor, &order).await?;
    let shown = visitor.shown;
    let columns = COLUMNS
        .iter()
        .map(|(name, nl, en)| {
            let now = order.by() == *name;
            Column {
                label: shown.say(nl, en).to_owned(),
                address: format!("/mensen{}", Order::address(name, now && !order.is_down())),
                sorted: now.then(|| if order.is_down() { "descending" } else { "ascending" }),
            }
        })
        .collect();
    let here = lines.iter().filter(|line| line.works_here).count();
    let signed = lines.iter().filter(|line| line.works_here && line.signed).count();
    let query = Order::address(order.by(), order.is_down());
    Ok(respond(StatusCode::OK, &People { shown, lines, columns, query, has_policy, signed, here }))
}

async fn download(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Query(order): Query<Order>,
) -> Result<Response, Failure> {
    let (lines, _) = lines(&web, &visitor, &order).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"mensen.csv\""),
    ];
    Ok((headers, sheet::sheet(&visitor.shown, &lines)).into_response())
}

/// The list, and whether there is a policy in force.
pub(crate) async fn lines(web: &Web, visitor: &Visitor, order: &Order) -> Result<(Vec<Line>, bool), Failure> {
    visitor.officer(&KEEPERS)?;
    let language = visitor.shown.language;
    let versions = web.store.versions().await?;
    let policy = in_force(&versions, visitor.today);
    let signed: BTreeSet<String> = match policy {
        Some(policy) => {
            let all = web.store.acknowledged(policy.number).await?;
            all.into_iter().filter(|one| one.hash == policy.hash).map(|one| one.person).collect()
        }
        None => BTreeSet::new(),
    };
    let mut lines: Vec<Line> = web
        .store
        .people()
        .await?
        .into_iter()
        .map(|person| Line {
            roles: words::roles(&person.roles, language),
            relation: words::relation(person.relation, language),
            signed: signed.contains(&person.id),
            works_here: person.works_here(visitor.now),
            person,
        })
        .collect();
    let by = order.by();
    lines.sort_by_cached_key(|line| key(line, by));
    if order.is_down() {
        lines.reverse();
    }
    Ok((lines, policy.is_some()))
}

/// What a line is sorted by; equal ones by name.
fn key(line: &Line, by: &str) -> [String; 2] {
    let person = &line.person;
    let first = match by {
        "email" => person.email.clone(),
        "afdeling" => person.department.to_lowercase(),
        "relatie" => line.relation.to_owned(),
        "rollen" => line.roles.clone(),
        "getekend" => line.signed.to_string(),
        "stand" => (!line.works_here).to_string(),
        _ => String::new(),
    };
    [first, person.name.to_lowercase()]
}
