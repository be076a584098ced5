//! One tool: what is known, what was decided, and for officers what they can do.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use sluis_core::intake::{self, Outcome, ToolRecord};
use sluis_core::policy::Trust;
use sluis_core::verdict::Language;

use super::facts::Fact;
use super::list::{Badge, Decided, badge, names};
use super::{DECIDERS, OFFICERS, facts, find, tool_of, words};
use crate::Web;
use crate::error::Failure;
use crate::form::Errors;
use crate::page::{Done, Shown, respond};
use crate::policy::agreements::Agreements;
use crate::policy::words as policy_words;
use crate::visitor::Visitor;

/// What was typed into the forms of this page.
#[derive(Default)]
pub(super) struct Typed {
    /// `goedkeuren` or `afwijzen`.
    pub(super) outcome: String,
    pub(super) reason: String,
    pub(super) review: String,
    pub(super) ends: String,
    /// Why it is stopped.
    pub(super) stop: String,
}

/// Something that happened.
struct Step {
    what: &'static str,
    by: String,
    at: i64,
    reason: String,
}

/// The question it began with, for who asked and who decides.
struct Asked {
    by: String,
    at: i64,
    maker: String,
    purpose: String,
    personal: &'static str,
    /// The opportunity test, as far as it was filled in.
    opportunity: Vec<Fact>,
}

#[derive(Template)]
#[template(path = "tools/one.html")]
struct OnePage {
    shown: Shown,
    id: String,
    revision: i64,
    name: String,
    host: String,
    badge: Badge,
    trust: &'static str,
    destination: &'static str,
    facts: Vec<Fact>,
    /// Why it is not trusted more.
    reasons: Vec<String>,
    /// The settings or the decision trust it less than the answers do.
    is_held: bool,
    decided: Option<Decided>,
    /// What to say while nothing is decided.
    undecided: &'static str,
    /// Why it is stopped, and since when.
    stopped: Option<(String, i64)>,
    history: Vec<Step>,
    asked: Option<Asked>,
    /// What keeps it from being approved.
    missing: Vec<&'static str>,
    /// What is to be done now, and where.
    next: Option<(&'static str, Option<&'static str>)>,
    is_officer: bool,
    decides: bool,
    typed: Typed,
}

/// What was just done, in words.
fn said(done: &Done, shown: &Shown) -> Option<String> {
    let text = match done.gelukt.as_str() {
        "aangevraagd" => shown.say(
            "Je aanvraag is verstuurd. Op deze pagina zie je wat er besloten wordt.",
            "Your request is sent. On this page you see what is decided.",
        ),
        "beoordeeld" => shown.say(
            "De antwoorden zijn bewaard. Ze tellen meteen.",
            "The answers are saved. They count at once.",
        ),
        "besloten" => shown.say("Het besluit is bewaard.", "The decision is saved."),
        "gestopt" => shown.say(
            "De toepassing staat stil. Er gaat niets meer naartoe.",
            "The tool is stopped. Nothing goes there any more.",
        ),
        "gestart" => shown.say("De toepassing mag weer.", "The tool may be used again."),
        _ => return None,
    };
    Some(text.to_owned())
}

pub(super) async fn show(
    State(web): State<Arc<Web>>,
    mut visitor: Visitor,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let record = find(&web, &visitor, &id).await?;
    visitor.shown.notice = said(&done, &visitor.shown);
    page(&web, visitor, &record, Typed::default(), StatusCode::OK, Errors::default()).await
}

/// The day to look again, unless somebody chooses another.
fn in_a_year(today: Date) -> Date {
    today.saturating_add(1.year())
}

/// The page, with what was typed.
pub(super) async fn page(
    web: &Web,
    visitor: Visitor,
    record: &ToolRecord,
    mut typed: Typed,
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Failure> {
    if typed.outcome.is_empty() && typed.review.is_empty() {
        typed.review = in_a_year(visitor.today).to_string();
    }
    let language = visitor.shown.language;
    let agreements = Agreements::read(web, visitor.today).await?;
    let policy = agreements.governed(&web.node);
    let names = names(web).await?;
    let name_of = |id: &str| names.get(id).cloned().unwrap_or_default();
    let tool = tool_of(&web.node, record);
    let is_open = tool.map(|tool| policy.tool(&tool.name).is_some());
    let assessment = record.assessment.as_ref();
    let found = assessment.map_or(Trust::Unknown, intake::Assessment::trust);
    let trust = tool.map_or(found, |tool| record.trust(tool.is_judged.then_some(tool.trust)));
    let (is_officer, decides) = (visitor.person.is(&OFFICERS), visitor.person.is(&DECIDERS));
    let is_mine = record.request.by == visitor.person.id;
    let asked = (is_officer || is_mine).then(|| Asked {
        by: name_of(&record.request.by),
        at: record.request.at,
        maker: record.request.maker.clone(),
        purpose: record.request.purpose.clone(),
        personal: words::label(&words::answers(language), record.request.personal),
        opportunity: if is_officer { super::answers::opportunity(record, language) } else { Vec::new() },
    });
    let missing: Vec<&str> = record.missing().into_iter().map(|one| words::missing(one, language)).collect();
    let one = OnePage {
        id: record.id.clone(),
        revision: record.revision,
        name: record.name.clone(),
        host: record.request.host.clone(),
        badge: badge(Some(record), is_open, visitor.today, language),
        trust: policy_words::trust(trust, language),
        destination: policy_words::destination(trust, language),
        facts: assessment.map_or_else(Vec::new, |one| facts::all(one, language)),
        reasons: assessment.map_or_else(Vec::new, |one| words::reasons(&one.reasons(), language)),
        is_held: assessment.is_some() && trust < found,
        decided: Decided::of(record, &names, &visitor),
        undecided: undecided(is_open, language),
        stopped: record.stop().map(|stop| (stop.reason.clone(), stop.at)),
        history: history(record, &visitor, name_of),
        asked,
        next: next(record, &visitor, is_open, missing.is_empty()),
        missing,
        is_officer,
        decides,
        typed,
        shown: visitor.shown.with_errors(errors),
    };
    Ok(respond(status, &one))
}

/// What to say while nothing is decided: the policy can name a tool that has no decision of its own.
const fn undecided(is_open: Option<bool>, language: Language) -> &'static str {
    let (nl, en) = match is_open {
        Some(true) => (
            "Het beleid noemt deze toepassing. Een apart besluit is er nog niet.",
            "The policy names this tool. There is no decision of its own yet.",
        ),
        _ => (
            "Er is nog niets besloten. Gebruik deze toepassing nog niet voor je werk.",
            "Nothing is decided yet. Do not use this tool for your work yet.",
        ),
    };
    policy_words::pick(language, nl, en)
}

/// Decisions and stops, the newest first.
fn history(record: &ToolRecord, visitor: &Visitor, name_of: impl Fn(&str) -> String) -> Vec<Step> {
    let shown = &visitor.shown;
    let mut steps: Vec<Step> = record
        .decisions
        .iter()
        .map(|one| Step {
            what: words::outcome(one.outcome, shown.language),
            by: name_of(&one.by),
            at: one.at,
            reason: one.reason.clone(),
        })
        .collect();
    for stop in &record.stops {
        steps.push(Step {
            what: words::state(intake::State::Stopped, shown.language),
            by: name_of(&stop.by),
            at: stop.at,
            reason: stop.reason.clone(),
        });
        if let Some((by, at)) = &stop.started {
            let what = if shown.lang() == "nl" { "Weer gestart" } else { "Started again" };
            steps.push(Step { what, by: name_of(by), at: *at, reason: String::new() });
        }
    }
    steps.sort_by_key(|step| std::cmp::Reverse(step.at));
    steps
}

/// What an officer does next.
fn next(
    record: &ToolRecord,
    visitor: &Visitor,
    is_open: Option<bool>,
    is_ready: bool,
) -> Option<(&'static str, Option<&'static str>)> {
    let nl = visitor.shown.lang() == "nl";
    let say = |dutch, english| if nl { dutch } else { english };
    if !visitor.person.is(&OFFICERS) || record.stop().is_some() {
        return None;
    }
    let is_approved = record.decision().is_some_and(|one| one.outcome == Outcome::Approved);
    match (is_approved, is_open) {
        (false, _) if record.decision().is_none() && is_ready => Some((
            say(
                "Alles is ingevuld. Bestuur of management kan nu besluiten.",
                "All is filled in. Board or management can decide now.",
            ),
            None,
        )),
        (true, None) => Some((
            say(
                "De beheerder zet deze toepassing nu in de instellingen van Sluis, met precies deze naam. Daarna kan ze in het beleid.",
                "The administrator now puts this tool into the settings of Sluis, with exactly this name. After that it can go into the policy.",
            ),
            None,
        )),
        (true, Some(false)) => Some((
            say(
                "De toepassing staat nog niet in het beleid. Vink haar daar aan en publiceer het.",
                "The tool does not stand in the policy yet. Tick it there and publish.",
            ),
            Some("/beleid/bewerken"),
        )),
        _ => None,
    }
}
