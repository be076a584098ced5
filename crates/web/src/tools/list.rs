//! The list of tools: those of this installation, and those that somebody asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use sluis_core::calendar;
use sluis_core::class::DataClass;
use sluis_core::intake::{self, ToolRecord, record_of};
use sluis_core::policy::{Policy, Protocol, Tool};
use sluis_core::verdict::Language;

use super::facts::Fact;
use super::{OFFICERS, facts, may_see, tool_of, words};
use crate::Web;
use crate::error::Failure;
use crate::page::{Shown, respond};
use crate::policy::agreements::Agreements;
use crate::policy::words as policy_words;
use crate::policy::words::pick;
use crate::sheet;
use crate::visitor::Visitor;

/// A badge: what it says, and its colour.
pub(super) type Badge = (&'static str, &'static str);

/// What is known of a tool.
pub(super) struct Known {
    /// Of its record, if there is one.
    id: Option<String>,
    name: String,
    /// Where its requests go.
    host: String,
    models: String,
    trust: &'static str,
    destination: &'static str,
    badge: Badge,
    facts: Vec<Fact>,
    /// What was decided, by whom and when.
    decided: Option<Decided>,
    /// Class of data and what happens to it; nothing for a tool that is not open.
    rules: Vec<(&'static str, &'static str)>,
    /// Whether the settings of this installation have it.
    is_set_up: bool,
}

/// A decision, as people read it.
pub(super) struct Decided {
    pub(super) outcome: &'static str,
    pub(super) by: String,
    pub(super) at: i64,
    pub(super) review: Date,
    pub(super) ends: Option<Date>,
    pub(super) is_due: bool,
}

impl Decided {
    /// The decision that counts.
    pub(super) fn of(
        record: &ToolRecord,
        names: &BTreeMap<String, String>,
        visitor: &Visitor,
    ) -> Option<Self> {
        let decision = record.decision()?;
        Some(Self {
            outcome: words::outcome(decision.outcome, visitor.shown.language),
            by: names.get(&decision.by).cloned().unwrap_or_default(),
            at: decision.at,
            review: decision.review,
            ends: decision.ends,
            is_due: record.is_due(visitor.today),
        })
    }
}

#[derive(Template)]
#[template(path = "tools.html")]
struct ToolsPage {
    shown: Shown,
    tools: Vec<Known>,
    /// Who decides in doubt.
    contact: Option<String>,
    /// Whether there is a policy that counts.
    has_policy: bool,
    /// Whether that policy allows chatbots.
    chatbots: bool,
    /// Whether the visitor finds out about tools.
    is_officer: bool,
}

pub(super) async fn show(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Response, Failure> {
    let agreements = Agreements::read(&web, visitor.today).await?;
    let tools = known(&web, &visitor, &agreements).await?;
    let counts = agreements.in_force();
    let page = ToolsPage {
        tools,
        contact: counts.map(|version| version.a4.contact.clone()),
        has_policy: counts.is_some(),
        chatbots: counts.is_none_or(|version| version.a4.chatbots),
        is_officer: visitor.person.is(&OFFICERS),
        shown: visitor.shown,
    };
    Ok(respond(StatusCode::OK, &page))
}

/// Names of people by their identifiers.
pub(super) async fn names(web: &Web) -> Result<BTreeMap<String, String>, Failure> {
    let people = web.store.people().await?;
    Ok(people.into_iter().map(|person| (person.id, person.name)).collect())
}

/// All tools that the visitor sees: first those of the settings.
async fn known(web: &Web, visitor: &Visitor, agreements: &Agreements) -> Result<Vec<Known>, Failure> {
    let names = names(web).await?;
    let node = agreements.judged(&web.node);
    let policy = agreements.governed(&web.node);
    let mut all: Vec<Known> = node
        .tools
        .iter()
        .map(|tool| {
            let record = record_of(&agreements.records, &tool.name);
            of_settings(tool, record, &policy, &names, visitor)
        })
        .collect();
    let others = agreements.records.iter().filter(|record| tool_of(&node, record).is_none());
    all.extend(
        others
            .filter(|record| may_see(&node, visitor, record))
            .map(|record| asked_for(record, &names, visitor)),
    );
    Ok(all)
}

fn of_settings(
    tool: &Tool,
    record: Option<&ToolRecord>,
    policy: &Policy,
    names: &BTreeMap<String, String>,
    visitor: &Visitor,
) -> Known {
    let language = visitor.shown.language;
    let is_open = policy.tool(&tool.name).is_some();
    let rule = |class: DataClass| {
        (
            policy_words::class(class, language),
            policy_words::effect(policy.verdict(class, tool.trust), language),
        )
    };
    Known {
        id: record.map(|record| record.id.clone()),
        name: tool.name.clone(),
        host: host(tool, language),
        models: tool.models.join(", "),
        trust: policy_words::trust(tool.trust, language),
        destination: policy_words::destination(tool.trust, language),
        badge: badge(record, Some(is_open), visitor.today, language),
        facts: record
            .and_then(|record| record.assessment.as_ref())
            .map_or_else(Vec::new, |one| facts::short(one, language)),
        decided: record.and_then(|record| Decided::of(record, names, visitor)),
        rules: if is_open { DataClass::ALL.into_iter().map(rule).collect() } else { Vec::new() },
        is_set_up: true,
    }
}

fn asked_for(record: &ToolRecord, names: &BTreeMap<String, String>, visitor: &Visitor) -> Known {
    let language = visitor.shown.language;
    let assessment = record.assessment.as_ref();
    let trust = assessment.map_or(sluis_core::policy::Trust::Unknown, intake::Assessment::trust);
    Known {
        id: Some(record.id.clone()),
        name: record.name.clone(),
        host: if record.request.host.is_empty() {
            pick(language, "Weten we niet", "We do not know").into()
        } else {
            record.request.host.clone()
        },
        models: String::new(),
        trust: policy_words::trust(trust, language),
        destination: policy_words::destination(trust, language),
        badge: badge(Some(record), None, visitor.today, language),
        facts: assessment.map_or_else(Vec::new, |one| facts::short(one, language)),
        decided: Decided::of(record, names, visitor),
        rules: Vec::new(),
        is_set_up: false,
    }
}

/// What stands beside the name. `is_open` says whether the policy lets people use a tool of this installation.
pub(super) fn badge(
    record: Option<&ToolRecord>,
    is_open: Option<bool>,
    today: Date,
    language: Language,
) -> Badge {
    if let Some(record) = record
        && (record.is_shut(today) || is_open.is_none())
    {
        let colour = match record.state(today) {
            intake::State::Approved => "sluis-badge--ok",
            intake::State::Requested => "",
            _ => "sluis-badge--error",
        };
        return (words::state(record.state(today), language), colour);
    }
    if is_open == Some(true) {
        (words::state(intake::State::Approved, language), "sluis-badge--ok")
    } else {
        (pick(language, "Niet goedgekeurd", "Not approved"), "sluis-badge--warning")
    }
}

/// The name of the machine that a tool's requests go to.
pub(crate) fn host(tool: &Tool, language: Language) -> String {
    if tool.protocol == Protocol::Demo {
        return pick(language, "in Sluis zelf, dit is geen AI", "inside Sluis, this is no AI").into();
    }
    intake::host(&tool.url).unwrap_or_else(|| {
        // Names without a dot and addresses in brackets are only of machines nearby.
        let rest = tool.url.split_once("://").map_or(tool.url.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default().to_owned()
    })
}

/// The same list for a spreadsheet.
pub(super) async fn download(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Response, Failure> {
    let agreements = Agreements::read(&web, visitor.today).await?;
    let shown = &visitor.shown;
    let mut text = sheet::START.to_owned();
    let heads = [
        ("Toepassing", "Tool"),
        ("Adres", "Address"),
        ("Stand", "State"),
        ("Vertrouwen", "Trust"),
        ("Land", "Country"),
        ("Bewaard", "Kept"),
        ("Training", "Training"),
        ("Verwerkersovereenkomst", "Processor agreement"),
        ("Besluit", "Decision"),
        ("Door", "By"),
        ("Op", "On"),
        ("Opnieuw bekijken", "Look again"),
        ("Laatste dag", "Last day"),
    ];
    text.push_str(&sheet::row(&heads.map(|(nl, en)| shown.say(nl, en).to_owned())));
    for tool in known(&web, &visitor, &agreements).await? {
        let fact = |at: usize| tool.facts.get(at).map(|(_, text)| text.clone()).unwrap_or_default();
        let decided = tool.decided.as_ref();
        let day = |date: Option<Date>| date.map(calendar::written).unwrap_or_default();
        text.push_str(&sheet::row(&[
            tool.name.clone(),
            tool.host.clone(),
            tool.badge.0.to_owned(),
            tool.trust.to_owned(),
            fact(0),
            fact(1),
            fact(2),
            fact(3),
            decided.map(|one| one.outcome.to_owned()).unwrap_or_default(),
            decided.map(|one| one.by.clone()).unwrap_or_default(),
            decided.map(|one| calendar::moment(one.at)).unwrap_or_default(),
            day(decided.map(|one| one.review)),
            day(decided.and_then(|one| one.ends)),
        ]));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"toepassingen.csv\""),
    ];
    Ok((headers, text).into_response())
}

#[cfg(test)]
mod tests {
    use sluis_core::settings::Settings;

    use super::*;

    #[test]
    fn a13_the_host_is_shown_without_the_rest_of_the_address() {
        let settings = "demo = true\n[tools.een]\nurl = \"https://api.mistral.ai/v1\"\n[tools.twee]\nurl = \"http://127.0.0.1:11434/v1\"\ntrust = \"own\"\n[tools.drie]\nurl = \"http://[::1]:80/v1\"\n";
        let policy = Settings::parse(settings).unwrap().policy;
        let of = |name: &str| host(policy.tool(name).unwrap(), Language::Nl);
        assert_eq!(of("een"), "api.mistral.ai");
        assert_eq!(of("twee"), "127.0.0.1:11434");
        assert_eq!(of("drie"), "[::1]:80");
        assert!(of("demo").contains("geen AI"));
    }
}
