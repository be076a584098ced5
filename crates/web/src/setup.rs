//! The first visit: one form makes the organisation, its first person and its policy. Without a valid policy nothing is
//! made at all.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use jiff::civil::Date;
use sluis_core::a4::{A4, Country, MAX_LINE};
use sluis_core::calendar;
use sluis_core::person::{Person, Relation, Role};
use sluis_core::policy::{Tool, Trust};
use sluis_core::verdict::Language;
use sluis_ledger::{Event, sha256};
use sluis_store::{Credentials, Purpose, Ticket};

use crate::error::Failure;
use crate::form::{Errors, Form, day};
use crate::page::{Shown, respond};
use crate::password::{Passwords, judge};
use crate::people::details::{MAX_NAME, is_email};
use crate::policy::{self, problems};
use crate::{Web, invitation, visitor};

/// What the first person may do: everything that a start needs.
const ROLES: [Role; 4] = [Role::Employee, Role::ContactPoint, Role::Management, Role::Admin];

/// Where the first person goes on.
const NEXT: &str = "/mijn-gegevens/tweede-stap?nieuw=ja";

#[derive(Template)]
#[template(path = "setup.html")]
struct SetUp {
    shown: Shown,
    typed: Typed,
    countries: [(&'static str, &'static str); 2],
    /// The tools of this node, and whether they are ticked.
    tools: Vec<(String, bool)>,
    may: Vec<String>,
    may_not: Vec<String>,
    most: usize,
}

/// The form, as it was typed.
struct Typed {
    organisation: String,
    country: &'static str,
    name: String,
    email: String,
    chatbots: bool,
    tools: BTreeSet<String>,
    contact: String,
    scope: String,
    effective: String,
}

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new().route("/opzetten/{code}", get(show).post(set_up))
}

async fn show(
    State(web): State<Arc<Web>>,
    shown: Shown,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let now = (web.source.now)();
    if !is_open(&web, &code, now).await? {
        return Ok(invitation::gone(shown));
    }
    let scope = shown.say(
        "Iedereen die voor ons werkt: medewerkers, uitzendkrachten, ingehuurde mensen, stagiairs en vrijwilligers",
        "Everybody who works for us: employees, agency workers, people hired in, interns and volunteers",
    );
    let typed = Typed {
        organisation: String::new(),
        country: "nl",
        name: String::new(),
        email: String::new(),
        chatbots: true,
        tools: BTreeSet::new(),
        contact: String::new(),
        scope: scope.to_owned(),
        effective: calendar::day(now).to_string(),
    };
    Ok(page(&web, shown, typed, now))
}

/// Whether the link is good and nobody has been here before.
async fn is_open(web: &Web, code: &str, now: i64) -> Result<bool, Failure> {
    let ticket = web.store.ticket(&sha256(code.as_bytes()), now).await?;
    Ok(is_set_up(ticket.as_ref()) && web.store.versions().await?.is_empty())
}

fn is_set_up(ticket: Option<&Ticket>) -> bool {
    ticket.is_some_and(|ticket| matches!(ticket.purpose, Purpose::SetUp))
}

fn page(web: &Web, shown: Shown, typed: Typed, now: i64) -> Response {
    let start = A4::start(shown.language, Country::Nl, calendar::day(now));
    let decided = web.node.tools.iter().filter(|tool| tool.trust != Trust::Unknown);
    let page = SetUp {
        countries: match shown.language {
            Language::Nl => [("nl", "Nederland"), ("be", "België")],
            Language::En => [("nl", "The Netherlands"), ("be", "Belgium")],
        },
        tools: decided.map(|tool: &Tool| (tool.name.clone(), typed.tools.contains(&tool.name))).collect(),
        may: start.may,
        may_not: start.may_not.into_iter().map(|rule| rule.text).collect(),
        most: MAX_LINE,
        typed,
        shown,
    };
    let status = if page.shown.errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    respond(status, &page)
}

impl Typed {
    fn read(form: &Form) -> Self {
        Self {
            organisation: form.text("organisatie").to_owned(),
            country: if form.text("land") == "be" { "be" } else { "nl" },
            name: form.text("naam").to_owned(),
            email: form.text("email").to_owned(),
            chatbots: form.text("chatbots") != "nee",
            tools: form.all("toepassing").map(str::to_owned).collect(),
            contact: form.text("aanspreekpunt").to_owned(),
            scope: form.text("geldt_voor").to_owned(),
            effective: form.text("ingang").to_owned(),
        }
    }

    /// The policy: the rules to start with and the four fields.
    fn a4(&self, shown: &Shown, effective: Date) -> A4 {
        let country = if self.country == "be" { Country::Be } else { Country::Nl };
        let start = A4::start(shown.language, country, effective);
        A4 {
            organisation: self.organisation.clone(),
            chatbots: self.chatbots,
            tools: if self.chatbots { self.tools.clone() } else { BTreeSet::new() },
            contact: self.contact.clone(),
            scope: self.scope.clone(),
            ..start
        }
    }

    fn person(&self, web: &Web, shown: &Shown, now: i64) -> Person {
        Person {
            id: visitor::identifier(web),
            name: self.name.clone(),
            email: self.email.to_lowercase(),
            roles: BTreeSet::from(ROLES),
            relation: Relation::default(),
            department: String::new(),
            language: shown.language,
            created_at: now,
            left_at: None,
        }
    }
}

/// What is wrong with the form; nothing if the policy is there.
async fn judged(
    web: &Web,
    shown: &Shown,
    typed: &Typed,
    password: &str,
) -> Result<Result<(A4, Option<Person>), Errors>, Failure> {
    let mut errors = Errors::default();
    let is_name = |text: &str| {
        !text.is_empty() && text.chars().count() <= MAX_NAME && !text.chars().any(char::is_control)
    };
    if !is_name(&typed.name) {
        errors.add(
            "naam",
            shown.say(
                "Vul je naam in, in hoogstens 100 tekens.",
                "Fill in your name, in at most 100 characters.",
            ),
        );
    }
    let mut before = None;
    if is_email(&typed.email) {
        // Somebody without a password is what a set-up that broke off left behind: it is taken up again.
        before = web.store.person_by_email(&typed.email).await?;
        if let Some(person) = &before
            && web.store.credentials(&person.id).await?.is_some()
        {
            errors.add(
                "email",
                shown.say("Dit e-mailadres is al in gebruik.", "This e-mail address is in use already."),
            );
        }
    } else {
        errors.add(
            "email",
            shown.say(
                "Vul je e-mailadres in, zoals naam@voorbeeld.nl.",
                "Fill in your e-mail address, such as name@example.com.",
            ),
        );
    }
    if let Some(weak) = judge(password, &typed.name, &typed.email) {
        let (nl, en) = weak.words();
        errors.add("wachtwoord", shown.say(nl, en));
    }
    let effective = day(&typed.effective);
    if effective.is_none() {
        errors.add(
            "ingang",
            shown.say(
                "Vul de ingangsdatum in, zoals 21-11-2026.",
                "Fill in from which day, such as 21-11-2026.",
            ),
        );
    }
    let a4 = typed.a4(shown, effective.unwrap_or_else(|| calendar::day((web.source.now)())));
    errors.0.extend(problems::said(&a4.problems(&web.node.tools), shown.language).0);
    if !errors.any()
        && let Err(over) = policy::print(web, a4.sheet()).await?
    {
        // Only the four fields can be made shorter here.
        errors.add("geldt_voor", problems::too_long(over, shown.language).1);
    }
    Ok(if errors.any() { Err(errors) } else { Ok((a4, before)) })
}

async fn set_up(
    State(web): State<Arc<Web>>,
    Extension(passwords): Extension<Arc<Passwords>>,
    shown: Shown,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let now = (web.source.now)();
    if !is_open(&web, &code, now).await? {
        return Ok(invitation::gone(shown));
    }
    let typed = Typed::read(&form);
    let password = form.raw("wachtwoord");
    let (a4, before) = match judged(&web, &shown, &typed, password).await? {
        Ok(good) => good,
        Err(errors) => return Ok(page(&web, shown.with_errors(errors), typed, now)),
    };
    let password = passwords.hash(&web, password).await?;
    if !is_set_up(web.store.take_ticket(&sha256(code.as_bytes()), now).await?.as_ref()) {
        return Ok(invitation::gone(shown));
    }

    let mut person = typed.person(&web, &shown, now);
    if let Some(before) = before {
        person.id = before.id;
        web.store.update_person(&person).await?;
    } else {
        web.store.insert_person(&person).await?;
    }
    web.store.set_credentials(&person.id, &Credentials { password, totp: None }).await?;
    let version = Some(a4.sheet().version());
    visitor::record_under(&web, Event::PersonAdded, &person.id, &person.id, None).await?;

    let expected = web.store.draft().await?.map(|draft| draft.revision);
    let saved = web.store.save_draft(&a4, expected, &person.id, now).await?;
    let published = match saved {
        Some(revision) => web.store.publish(revision, &person.id, now).await?,
        None => None,
    };
    if published.is_none() {
        // Somebody else is at it; who comes second signs in and sees what the first has made.
        return Err(Failure::Store);
    }
    visitor::record_under(&web, Event::PolicyPublished, &person.id, &person.id, version).await?;
    visitor::sign_in(&web, &person.id, NEXT).await
}
